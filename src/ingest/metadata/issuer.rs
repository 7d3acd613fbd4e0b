//! The issuing bodies: the capitals left before the heading once the anchors are out of sight.
//!
//! Lines are joined until a word that begins a body's name, so that a name broken over lines stays one, and ` - ` parts
//! two bodies only before such a word (`BỘ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI - BỘ TÀI CHÍNH`).

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::head::Head;
use super::plain::{HIDDEN, Plain, is_capitals, one_line, squashed};
use super::{Found, number};

/// Words that begin the name of a body that issues documents.
const BODY: &str = r"(?:BO|UY BAN|HOI DONG|TOA AN|VIEN KIEM SAT|NGAN HANG|THANH TRA|KIEM TOAN|CHINH PHU|QUOC HOI|THU TUONG|PHU THU TUONG|CHU TICH NUOC|CHU TICH QUOC HOI|DOAN CHU TICH|TONG CUC|TONG LIEN DOAN|VAN PHONG|BAO HIEM XA HOI|BAN CHAP HANH|BAN TO CHUC|BAN CO YEU|BAN DAN VAN|HOI NONG DAN|HOI CUU CHIEN BINH|HOI LIEN HIEP|TRUNG UONG DOAN|DAI TIENG NOI|DAI TRUYEN HINH|THONG TAN XA|HOI DONG BO TRUONG)\b";

/// Names that end where they are complete: a body may follow without any mark.
const COMPLETE: [&str; 4] = ["UY BAN THUONG VU QUOC HOI", "THU TUONG CHINH PHU", "CHINH PHU", "QUOC HOI"];

pub(super) fn read(head: &Head<'_>, number: Option<&Found<String>>) -> Vec<Found<String>> {
    let end = match head.heading() {
        Some(heading) => heading.start,
        None if head.exists() => head.anchors(),
        None => return Vec::new(),
    };
    let printed = names(&head.plain, head.text, 0..end);
    match number.and_then(|n| Some((n, by_number(&n.value)?))) {
        // The head of a decision of the Prime Minister may name the Government; the số hiệu does not err.
        Some((n, body)) => {
            let same = printed.into_iter().find(|f| squashed(&f.value) == squashed(body));
            vec![same.unwrap_or_else(|| Found { value: body.to_owned(), span: n.span.clone() })]
        }
        None => printed,
    }
}

/// The bodies named in capitals in a range of plain text.
pub(super) fn names(plain: &Plain, text: &str, range: Range<usize>) -> Vec<Found<String>> {
    static START: LazyLock<Regex> = LazyLock::new(|| Regex::new(&format!(r"\A{BODY}")).expect("constant"));
    let mut bodies: Vec<Vec<Range<usize>>> = Vec::new();
    let mut apart = false;
    for chunk in chunks(&plain.text, range) {
        // Words in small letters between two lines part them.
        if chunk.is_empty() {
            apart = true;
            continue;
        }
        for part in parts(&plain.text, chunk) {
            let words = &plain.text[part.clone()];
            let last = bodies.last().map(|b| b.iter().map(|r| &plain.text[r.clone()]).collect::<Vec<_>>().join(" "));
            let goes_on = !apart
                && last.as_deref().is_some_and(|l| {
                    !START.is_match(words) && !COMPLETE.contains(&l)
                        || l == "HOI DONG THAM PHAN" && words.starts_with("TOA AN")
                });
            // `BỘ TÀI CHÍNH TỔNG CỤC HẢI QUAN`: the lower body issues.
            if words.starts_with("TONG CUC") && !bodies.is_empty() {
                bodies.pop();
            }
            if goes_on {
                bodies.last_mut().expect("there is one").push(part);
            } else if START.is_match(words) {
                apart = false;
                bodies.push(vec![part]);
            }
        }
    }
    let mut found: Vec<Found<String>> = Vec::new();
    for body in bodies {
        let span = plain.span(body[0].start..body[body.len() - 1].end);
        let printed: Vec<&str> = body.iter().map(|r| &text[plain.span(r.clone())]).collect();
        let value = proper(&one_line(&printed.join(" ")));
        // Gazettes repeat the name above the head.
        if !found.iter().any(|f| squashed(&f.value) == squashed(&value)) {
            found.push(Found { value, span });
        }
    }
    found
}

/// The runs of capitals between line ends, columns and hidden anchors, without a gazette's own headings; an empty one for
/// words in small letters.
fn chunks(plain: &str, range: Range<usize>) -> Vec<Range<usize>> {
    static GAZETTE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\A(?:VAN BAN QUY PHAM PHAP LUAT|VAN BAN PHAP LUAT KHAC|VAN BAN KHAC|VAN BAN HOP NHAT|PHAN [A-Z ]+|CONG BAO.*)\s*-?\s*")
            .expect("constant")
    });
    let mut out = Vec::new();
    let mut at = range.start;
    for chunk in plain[range].split(['\n', '|', HIDDEN as char]) {
        let mut start = at;
        at += chunk.len() + 1;
        let mut words = chunk;
        if let Some(m) = GAZETTE.find(words.trim_start()) {
            let skip = words.len() - words.trim_start().len() + m.len();
            (start, words) = (start + skip, &words[skip..]);
        }
        if is_capitals(words) {
            let lead = words.len() - words.trim_start_matches(JUNK).len();
            out.push(start + lead..start + lead + words.trim_matches(JUNK).len());
        } else if words.bytes().filter(u8::is_ascii_lowercase).count() > 2 {
            out.push(start..start);
        }
    }
    out
}

const JUNK: [char; 7] = [' ', '-', '*', '.', ',', ':', '"'];

/// Parts a run before each body's name that follows a dash, a comma or a complete name.
fn parts(plain: &str, chunk: Range<usize>) -> Vec<Range<usize>> {
    static BREAK: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(&format!(r"(?:\s*[-,;]\s*|\s+VA\s+)({BODY})|\s(TONG CUC)\b")).expect("constant"));
    let words = &plain[chunk.clone()];
    let mut out = Vec::new();
    let mut start = 0;
    loop {
        let complete = COMPLETE.iter().find_map(|name| {
            let rest = words[start..].strip_prefix(name)?;
            let next = words.len() - rest.trim_start_matches([' ', '-', ',']).len();
            (rest.len() > 1 && next < words.len()).then_some((start + name.len(), next))
        });
        let broken = BREAK
            .captures(&words[start..])
            .and_then(|c| Some((start + c.get(0)?.start(), start + c.get(1).or(c.get(2))?.start())));
        let Some((end, next)) = complete.or(broken) else { break };
        out.push(chunk.start + start..chunk.start + end);
        start = next;
    }
    out.push(chunk.start + start..chunk.end);
    out
}

/// The body that a số hiệu alone names.
fn by_number(number: &str) -> Option<&'static str> {
    let code = number::code(number);
    let parts: Vec<&str> = code.split('-').collect();
    match parts.as_slice() {
        [_, "CP"] => Some("Chính phủ"),
        [_, "TTg"] => Some("Thủ tướng Chính phủ"),
        [_, last] if last.starts_with("UBTVQH") => Some("Ủy ban thường vụ Quốc hội"),
        [one] if one.starts_with("UBTVQH") => Some("Ủy ban thường vụ Quốc hội"),
        [one] if one.starts_with("QH") => Some("Quốc hội"),
        _ => None,
    }
}

/// The bodies that the enacting words name: `Bộ trưởng Bộ Tài chính, Bộ trưởng Bộ Công Thương ban hành …`.
pub(super) fn enacting(body: &Plain, text: &str) -> Vec<Found<String>> {
    static ENACTS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)(?:^|;\s)((?:Bo truong|Thong doc|Chanh an|Vien truong|Tong Kiem toan|Tong Thanh tra|Chinh phu|Quoc hoi|Thu tuong Chinh phu|Uy ban thuong vu Quoc hoi)\b[^\n;]{0,300}?\s(?i:ban hanh))\b")
            .expect("constant")
    });
    static BODIES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(?:Bo truong|Thong doc|Chanh an|Vien truong)\s+((?:Bo|Ngan hang|Toa an|Vien kiem sat)\s.+?)(?:,?\s+(?:va\s+)?(?:Bo truong|Thong doc|Chanh an|Vien truong)\b|,?\s+(?:lien tich|thong nhat)?\s*(?i:ban hanh)\z)|\A(Chinh phu|Quoc hoi|Thu tuong Chinh phu|Uy ban thuong vu Quoc hoi)\s+(?i:ban hanh)\z")
            .expect("constant")
    });
    let start = &body.text[..body.text.len().min(20_000)];
    let Some(m) = ENACTS.captures(start).and_then(|c| c.get(1)) else { return Vec::new() };
    let mut out = Vec::new();
    let mut at = m.start();
    while let Some(c) = BODIES.captures(&body.text[at..m.end()]) {
        let Some(name) = c.get(1).or(c.get(2)) else { break };
        let span = body.span(at + name.start()..at + name.end());
        out.push(Found { value: one_line(&text[span.clone()]), span });
        at += name.end();
    }
    out
}

/// Words of names of bodies that keep a capital.
const CAPITAL: [&str; 18] = [
    "Quốc hội",
    "Chính phủ",
    "Nhà nước",
    "Việt Nam",
    "Công Thương",
    "Thẩm phán",
    "Tòa án",
    "Viện kiểm sát",
    "Mặt trận",
    "Tổ quốc",
    "Trung ương",
    "Ủy ban",
    "Dân tộc",
    "Hồ Chí Minh",
    "Đoàn Chủ tịch",
    "Thanh niên",
    "Cộng sản",
    "Bộ trưởng",
];

/// `BỘ KHOA HỌC VÀ CÔNG NGHỆ` → `Bộ Khoa học và Công nghệ`: capitals at the start, after `Bộ`, `và`, a dash or a comma, and
/// in names; courts and committees go on in small letters.
pub(super) fn proper(name: &str) -> String {
    let lower = name.to_lowercase();
    let ministry = lower.starts_with("bộ ");
    let mut out = String::with_capacity(name.len());
    let mut capital = true;
    for (i, word) in lower.split(' ').enumerate() {
        if i > 0 {
            out.push(' ');
        }
        let mut chars = word.chars();
        match chars.next() {
            Some(c) if capital => out.extend(c.to_uppercase().chain(chars)),
            _ => out.push_str(word),
        }
        capital = ministry && (i == 0 || matches!(word, "và" | "-") || word.ends_with(','));
    }
    for name in CAPITAL {
        // Not at its start: `Ủy ban nhân dân` has it already.
        let lower = out.to_lowercase();
        let at = lower.find(&format!(" {}", name.to_lowercase())).map(|i| i + 1);
        // Vietnamese letters have as many bytes in both cases; anything else stays as it is.
        if let Some(at) = at.filter(|_| lower.len() == out.len()) {
            out.replace_range(at..at + name.len(), name);
        }
    }
    for place in [" tỉnh ", " thành phố "] {
        if let Some(at) = out.find(place).map(|i| i + place.len()) {
            let name: Vec<String> = out[at..].split(' ').map(first_capital).collect();
            out.replace_range(at.., &name.join(" "));
        }
    }
    out
}

fn first_capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        let plain = Plain::new(text, 0);
        let len = plain.text.len();
        names(&plain, text, 0..len).into_iter().map(|f| f.value).collect()
    }

    #[test]
    fn parts_joint_issuers_and_joins_broken_names() {
        assert_eq!(
            all("BỘ LAO ĐỘNG - THƯƠNG BINH\nVÀ XÃ HỘI - BỘ TÀI CHÍNH -\nBỘ Y TẾ"),
            ["Bộ Lao động - Thương binh và Xã hội", "Bộ Tài chính", "Bộ Y tế"]
        );
        assert_eq!(
            all("ỦY BAN THƯỜNG VỤ QUỐC HỘI CHÍNH PHỦ - ĐOÀN CHỦ TỊCH ỦY BAN TRUNG ƯƠNG MẶT TRẬN TỔ QUỐC VIỆT NAM"),
            ["Ủy ban thường vụ Quốc hội", "Chính phủ", "Đoàn chủ tịch Ủy ban Trung ương Mặt trận Tổ quốc Việt Nam"]
        );
        assert_eq!(all("HỘI ĐỒNG THẨM PHÁN\nTÒA ÁN NHÂN DÂN TỐI CAO"), ["Hội đồng Thẩm phán Tòa án nhân dân tối cao"]);
        assert_eq!(all("VĂN BẢN QUY PHẠM PHÁP LUẬT\nBỘ Y TẾ\nBỘ Y TẾ"), ["Bộ Y tế"]);
        assert_eq!(all("NGÂN HÀNG NHÀ NƯỚC\nVIỆT NAM"), ["Ngân hàng Nhà nước Việt Nam"]);
        assert!(all("Bộ Y tế\nVĂN BẢN HỢP NHẤT -").is_empty());
        assert_eq!(all("BỘ CÔNG THƯƠNG"), ["Bộ Công Thương"]);
        assert_eq!(all("BỘ TÀI CHÍNH TỔNG CỤC HẢI QUAN"), ["Tổng cục hải quan"]);
        assert_eq!(all("ỦY BAN NHÂN DÂN TỈNH TÂY NINH"), ["Ủy ban nhân dân tỉnh Tây Ninh"]);
    }
}
