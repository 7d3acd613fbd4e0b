//! Joins mentions of the same power into groups.
//!
//! Invariant: each group has a leader, its first mention in the order given, and every member is the same power as
//! the leader by [`same_power`]: nothing is joined through a chain. The order given decides alone; no hashing order.

use std::collections::{BTreeMap, HashMap};

use super::words::Words;
use crate::law::Field;

/// What joining looks at.
#[derive(Debug, Clone)]
pub struct Power {
    /// Key of the holder.
    pub holder: String,
    /// The task's words, taken apart.
    pub words: Words,
    /// Field.
    pub field: Option<Field>,
    /// Identity of the document: its number, else its id.
    pub document: String,
    /// The field that the task's words alone name.
    pub own_field: Option<Field>,
    /// Kind of the document.
    pub kind: String,
    /// Content words of the document's title.
    pub title: Vec<String>,
}

/// Same words in one document.
const WITHIN_DOCUMENT: f64 = 0.9;
/// Across documents on one subject.
const ACROSS: f64 = 0.8;
/// Across documents where one has no field.
const ACROSS_UNKNOWN: f64 = 0.9;
/// Below this weight a power's words are few, and only near-equal ones are the same.
const FEW: f64 = 6.0;
/// From this weight the same words in one field are no chance, whatever the titles.
const TELLING: f64 = 8.0;
/// Words this alike are the same but for particles.
const SAME: f64 = 0.97;
/// Titles of one kind of document that share this much are of a document and the one that came after it: they speak
/// of one scheme, and wordings drift.
const SUCCESSOR_TITLE: f64 = 0.75;
/// Between a document and its successor.
const ACROSS_SUCCESSOR: f64 = 0.72;
/// The part of the shorter title that must stand in the longer one for a law and its decree, a decree and its circular.
const CONTAINED_TITLE: f64 = 0.65;

/// The lowest similarity at which two powers can be one; the index is built for it.
const LOWEST: f64 = ACROSS_SUCCESSOR;

/// Whether `b` is the power of the leader `a`.
pub fn same_power(a: &Power, b: &Power) -> bool {
    if a.holder != b.holder || !a.words.covers_verbs(&b.words) || a.words.marks != b.words.marks {
        return false;
    }
    let likeness = a.words.similarity(&b.words);
    if likeness < LOWEST || !a.words.same_object(&b.words) {
        return false;
    }
    if a.document == b.document {
        return a.words.refs == b.words.refs && likeness >= WITHIN_DOCUMENT;
    }
    if a.words.this_document || b.words.this_document || !fields_agree(a.field, b.field) {
        return false;
    }
    let (successor, related) = relation(a, b);
    // "Quỹ", "Chương trình" without a name mean the scheme of their document.
    if a.words.pronouns != b.words.pronouns || (!a.words.pronouns.is_empty() && !successor) {
        return false;
    }
    // Either the words name their subject, or the documents share theirs, or the words are many and the same.
    let named = a.own_field.is_some() && a.own_field == b.own_field;
    let telling = a.words.weight.min(b.words.weight) >= TELLING && a.field.is_some() && a.field == b.field;
    let same_words = telling && likeness >= SAME;
    if !related && !named && !same_words {
        return false;
    }
    let few = a.words.poor || b.words.poor || a.words.weight.min(b.words.weight) < FEW;
    let enough = match (a.field, b.field) {
        _ if few => WITHIN_DOCUMENT,
        _ if successor => ACROSS_SUCCESSOR,
        (Some(x), Some(y)) if x == y => ACROSS,
        _ => ACROSS_UNKNOWN,
    };
    likeness >= enough
}

/// Fields that documents of one subject are filed under by turns.
const NEIGHBOURS: &[&[Field]] = &[
    &[Field::Khcn, Field::Ptcn, Field::Tl, Field::Cnc],
    &[Field::Udcntt, Field::Cds, Field::Dvc, Field::Cns],
    &[Field::Vt, Field::Ts],
];

fn fields_agree(a: Option<Field>, b: Option<Field>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a == b || NEIGHBOURS.iter().any(|n| n.contains(&a) && n.contains(&b)),
        _ => true,
    }
}

/// Whether one document succeeded the other, and whether they are on one subject at all.
fn relation(a: &Power, b: &Power) -> (bool, bool) {
    let shared = a.title.iter().filter(|w| b.title.contains(w)).count() as f64;
    let (short, long) = (a.title.len().min(b.title.len()) as f64, a.title.len().max(b.title.len()) as f64);
    let all = short + long - shared;
    let successor = a.kind == b.kind && all > 0.0 && shared >= SUCCESSOR_TITLE * all;
    let contained = a.kind != b.kind && short > 0.0 && shared >= CONTAINED_TITLE * short;
    (successor, successor || contained)
}

/// Groups of indices into `powers`, each in the order given, groups in the order of their leaders.
pub fn groups(powers: &[Power]) -> Vec<Vec<usize>> {
    // Rare words first: two sets whose weighted Jaccard similarity reaches LOWEST share one of the words that come
    // before the last (1 - LOWEST) of the weight, so only those are indexed and looked up.
    let mut frequency: HashMap<&str, usize> = HashMap::new();
    for power in powers {
        for (word, _) in &power.words.content {
            *frequency.entry(word).or_default() += 1;
        }
    }
    let prefix = |power: &Power| -> Vec<String> {
        let mut words: Vec<&(String, f64)> = power.words.content.iter().collect();
        words.sort_by(|a, b| frequency[a.0.as_str()].cmp(&frequency[b.0.as_str()]).then_with(|| a.0.cmp(&b.0)));
        let mut left = power.words.weight;
        let mut out = Vec::new();
        for (word, weight) in words {
            if left < LOWEST * power.words.weight - 1e-9 {
                break;
            }
            out.push(word.clone());
            left -= weight;
        }
        out
    };
    let mut groups: Vec<Vec<usize>> = Vec::new();
    // (holder, word) -> groups whose leader has the word in its prefix.
    let mut index: HashMap<(String, String), Vec<usize>> = HashMap::new();
    for (i, power) in powers.iter().enumerate() {
        let prefix = prefix(power);
        let mut candidates: BTreeMap<usize, f64> = BTreeMap::new();
        for word in &prefix {
            for group in index.get(&(power.holder.clone(), word.clone())).into_iter().flatten() {
                candidates.entry(*group).or_insert(0.0);
            }
        }
        let mut best: Option<(usize, f64)> = None;
        for group in candidates.into_keys() {
            let leader = &powers[groups[group][0]];
            if same_power(leader, power) {
                let likeness = leader.words.similarity(&power.words);
                if best.is_none_or(|(_, b)| likeness > b) {
                    best = Some((group, likeness));
                }
            }
        }
        match best {
            Some((group, _)) => groups[group].push(i),
            None => {
                for word in prefix {
                    index.entry((power.holder.clone(), word)).or_default().push(groups.len());
                }
                groups.push(vec![i]);
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::title_words;

    fn power(holder: &str, task: &str, document: &str, title: &str, field: Field) -> Power {
        Power {
            holder: holder.into(),
            words: Words::new(task, "", "", document),
            field: Some(field),
            own_field: task.contains("tần số").then_some(Field::Ts),
            document: document.into(),
            kind: if document.contains("QH") { "Luật".into() } else { "Nghị định".into() },
            title: title_words(title),
        }
    }

    const LAW: (&str, &str) = ("42/2009/QH12", "Luật tần số vô tuyến điện năm 2009");
    const DECREE: (&str, &str) = ("63/2023/NĐ-CP", "Quy định chi tiết một số điều của Luật Tần số vô tuyến điện");

    fn in_law(task: &str) -> Power {
        power("bo khcn", task, LAW.0, LAW.1, Field::Ts)
    }

    fn in_decree(task: &str) -> Power {
        power("bo khcn", task, DECREE.0, DECREE.1, Field::Ts)
    }

    #[test]
    fn a_law_and_its_decree_speak_of_one_power() {
        let a = in_law("cấp giấy phép sử dụng tần số vô tuyến điện");
        assert!(same_power(&a, &in_decree("xem xét, cấp giấy phép sử dụng tần số vô tuyến điện")));
        assert!(same_power(&a, &in_decree("cấp Giấy phép sử dụng tần số vô tuyến điện cho tổ chức, cá nhân")));
    }

    #[test]
    fn other_verbs_scopes_holders_and_levels_are_other_powers() {
        let a = in_law("cấp giấy phép sử dụng tần số vô tuyến điện");
        for other in [
            "thu hồi giấy phép sử dụng tần số vô tuyến điện",
            "cấp giấy phép sử dụng tần số vô tuyến điện cho đài nước ngoài",
            "cấp giấy phép sử dụng tần số vô tuyến điện trên địa bàn tỉnh",
            "phối hợp với Bộ Công an cấp giấy phép sử dụng tần số vô tuyến điện",
        ] {
            assert!(!same_power(&a, &in_decree(other)), "{other}");
        }
        let mut held_elsewhere = in_decree("cấp giấy phép sử dụng tần số vô tuyến điện");
        held_elsewhere.holder = "so khcn".into();
        assert!(!same_power(&a, &held_elsewhere));
    }

    #[test]
    fn short_words_join_only_where_titles_are_related() {
        let a = in_law("phê duyệt kế hoạch phát triển");
        assert!(same_power(&a, &in_decree("phê duyệt kế hoạch phát triển")));
        let other =
            power("bo khcn", "phê duyệt kế hoạch phát triển", "1/2020/TT", "Quy định về đài vệ tinh", Field::Ts);
        assert!(!same_power(&a, &other));
    }

    #[test]
    fn many_same_words_join_whatever_the_titles() {
        let task = "đánh giá thông tin cần thiết để huy động nguồn lực trong suốt quá trình xảy ra sự cố";
        let of = |task, number, title| power("ban chi huy", task, number, title, Field::Nlnt);
        let old = of(task, "1/2014/TT", "Quy định về chuẩn bị và ứng phó sự cố");
        assert!(same_power(&old, &of(task, "2/2025/TT", "Quy định về bảo đảm an toàn và quản lý chất thải")));
        let other = task.replace("suốt quá trình", "giai đoạn đầu");
        assert!(!same_power(&old, &of(&other, "2/2025/TT", "Quy định về bảo đảm an toàn và quản lý chất thải")));
    }

    #[test]
    fn a_power_over_its_own_document_never_leaves_it() {
        let a = in_law("hướng dẫn, kiểm tra việc thực hiện Luật này và quy hoạch phổ tần số vô tuyến điện quốc gia");
        assert!(!same_power(
            &a,
            &in_decree("hướng dẫn, kiểm tra việc thực hiện Luật này và quy hoạch phổ tần số vô tuyến điện quốc gia")
        ));
    }

    #[test]
    fn groups_follow_the_leader_and_the_order() {
        let powers = [
            in_law("cấp giấy phép sử dụng tần số vô tuyến điện"),
            in_law("thu hồi giấy phép sử dụng tần số vô tuyến điện"),
            in_decree("xem xét, cấp giấy phép sử dụng tần số vô tuyến điện"),
            in_decree("thu hồi giấy phép sử dụng tần số vô tuyến điện"),
            in_decree("quy hoạch băng tần"),
        ];
        assert_eq!(groups(&powers), vec![vec![0, 2], vec![1, 3], vec![4]]);
    }

    #[test]
    fn the_index_finds_what_comparing_all_pairs_finds() {
        let tasks = [
            "cấp giấy phép sử dụng tần số vô tuyến điện cho đài tàu biển",
            "cấp giấy phép sử dụng tần số vô tuyến điện cho đài tàu bay",
            "xem xét, cấp giấy phép sử dụng tần số vô tuyến điện cho đài tàu biển",
            "ban hành quy hoạch kênh tần số cho nghiệp vụ phát thanh truyền hình",
            "ban hành quy hoạch kênh tần số đối với nghiệp vụ phát thanh, truyền hình",
            "kiểm tra, thanh tra việc sử dụng tần số, thiết bị vô tuyến điện và an toàn bức xạ",
            "thanh tra, kiểm tra sử dụng tần số, thiết bị vô tuyến điện, an toàn bức xạ",
        ];
        let powers: Vec<Power> =
            tasks.iter().enumerate().map(|(i, t)| if i % 2 == 0 { in_law(t) } else { in_decree(t) }).collect();
        let mut plain: Vec<Vec<usize>> = Vec::new();
        for i in 0..powers.len() {
            let mut best: Option<(usize, f64)> = None;
            for (g, members) in plain.iter().enumerate() {
                let leader = &powers[members[0]];
                let likeness = leader.words.similarity(&powers[i].words);
                if same_power(leader, &powers[i]) && best.is_none_or(|(_, b)| likeness > b) {
                    best = Some((g, likeness));
                }
            }
            match best {
                Some((g, _)) => plain[g].push(i),
                None => plain.push(vec![i]),
            }
        }
        assert_eq!(groups(&powers), plain);
    }
}
