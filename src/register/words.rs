//! The words of a power taken apart: what is done (verbs), to what (content), and what keeps like-sounding powers
//! apart (marks: numbers, levels, scope, negation, references).
//!
//! Invariant: a pure function of the task's words, its article's heading and its document. Whether two powers are
//! one is then a pure function of the pair, so adding documents never changes what two old ones have in common.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::text::normalise_line;

/// A power, taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    /// What is done; light verbs only where there is no other.
    pub verbs: BTreeSet<&'static str>,
    /// The first of them.
    pub first_verb: Option<&'static str>,
    /// Content words with their weight, sorted by word.
    pub content: Vec<(String, f64)>,
    /// Sum of the weights.
    pub weight: f64,
    /// The two words that the object begins with, and all words of the object.
    head: Vec<String>,
    object: BTreeSet<String>,
    /// What must be equal for two powers to be one.
    pub marks: BTreeSet<String>,
    /// References to provisions of the same document; compared only within it.
    pub refs: BTreeSet<String>,
    /// Whether the words point at their document ("Thông tư này") and mean nothing outside.
    pub this_document: bool,
    /// Names of schemes used like a pronoun ("phê duyệt danh mục của Chương trình").
    pub pronouns: BTreeSet<&'static str>,
    /// Whether the words alone say too little, so that the heading was added.
    pub poor: bool,
}

/// Below this weight a power's words do not say what it is about.
const POOR: f64 = 3.5;

/// Verbs; where one begins another the longest match wins. `true` marks light verbs, which say that something is done
/// but not what ("quyết định thu hồi" withdraws).
const VERBS: &[(&str, bool)] = &[
    ("xem xét", true),
    ("tổ chức", true),
    ("tổ chức thực hiện", true),
    ("triển khai", true),
    ("triển khai thực hiện", true),
    ("thực hiện", true),
    ("tiến hành", true),
    ("chủ trì", true),
    ("phối hợp", true),
    ("tham gia", true),
    ("chịu trách nhiệm", true),
    ("có trách nhiệm", true),
    ("quản lý", false),
    ("thống nhất quản lý", false),
    ("quản lý nhà nước", false),
    ("xây dựng", false),
    ("soạn thảo", false),
    ("lập", false),
    ("ban hành", false),
    ("quy định", false),
    ("quy định chi tiết", false),
    ("hướng dẫn", false),
    ("hướng dẫn thực hiện", false),
    ("hướng dẫn thi hành", false),
    ("phê duyệt", false),
    ("thẩm định", false),
    ("thẩm tra", false),
    ("thẩm duyệt", false),
    ("quyết định", true),
    ("cấp", false),
    ("cấp mới", false),
    ("cấp lại", false),
    ("cấp đổi", false),
    ("cấp bổ sung", false),
    ("gia hạn", false),
    ("sửa đổi", false),
    ("bổ sung", false),
    ("điều chỉnh", false),
    ("thay đổi", false),
    ("thu hồi", false),
    ("tước", false),
    ("đình chỉ", false),
    ("tạm đình chỉ", false),
    ("tạm dừng", false),
    ("tạm ngừng", false),
    ("ngừng", false),
    ("hủy bỏ", false),
    ("hủy", false),
    ("bãi bỏ", false),
    ("chấm dứt", false),
    ("công nhận", false),
    ("thừa nhận", false),
    ("chỉ định", false),
    ("công bố", false),
    ("công khai", false),
    ("kiểm tra", false),
    ("thanh tra", false),
    ("giám sát", false),
    ("xử lý", false),
    ("xử phạt", false),
    ("giải quyết", false),
    ("theo dõi", false),
    ("đôn đốc", false),
    ("tổng hợp", false),
    ("báo cáo", false),
    ("trình", false),
    ("đề xuất", false),
    ("đề nghị", false),
    ("kiến nghị", false),
    ("phổ biến", false),
    ("tuyên truyền", false),
    ("giáo dục", false),
    ("đào tạo", false),
    ("bồi dưỡng", false),
    ("tập huấn", false),
    ("hỗ trợ", false),
    ("bố trí", false),
    ("bảo đảm", false),
    ("đảm bảo", false),
    ("phân bổ", false),
    ("phân công", false),
    ("giao", false),
    ("ủy quyền", false),
    ("phân cấp", false),
    ("tiếp nhận", false),
    ("đăng ký", false),
    ("xác nhận", false),
    ("xác định", false),
    ("xác minh", false),
    ("chứng nhận", false),
    ("chứng thực", false),
    ("đánh giá", false),
    ("nghiệm thu", false),
    ("rà soát", false),
    ("thống kê", false),
    ("thu thập", false),
    ("cập nhật", false),
    ("lưu trữ", false),
    ("lưu giữ", false),
    ("cung cấp", false),
    ("chia sẻ", false),
    ("kết nối", false),
    ("vận hành", false),
    ("duy trì", false),
    ("khai thác", false),
    ("phát triển", false),
    ("thành lập", false),
    ("giải thể", false),
    ("bổ nhiệm", false),
    ("miễn nhiệm", false),
    ("tuyển chọn", false),
    ("lựa chọn", false),
    ("chỉ đạo", false),
    ("yêu cầu", false),
    ("thông báo", false),
    ("cho phép", false),
    ("chuyển giao", false),
    ("chuyển nhượng", false),
    ("thiết lập", false),
    ("chấp thuận", false),
    ("từ chối", false),
    ("ký", false),
    ("ký kết", false),
    ("đàm phán", false),
    ("hợp tác", false),
    ("đại diện", false),
    ("khen thưởng", false),
    ("nghiên cứu", false),
    ("quyết toán", false),
    ("cân đối", false),
    ("kiểm định", false),
    ("niêm phong", false),
    ("phân bổ", false),
    ("phân loại", false),
    ("quy hoạch", false),
    ("cảnh báo", false),
    ("điều phối", false),
    ("huy động", false),
    ("trưng dụng", false),
    ("tạm giữ", false),
    ("tịch thu", false),
    ("phạt tiền", false),
    ("phạt cảnh cáo", false),
    ("kiểm soát", false),
    ("thử nghiệm", false),
    ("giám định", false),
    ("thúc đẩy", false),
    ("khuyến khích", false),
];

/// Words between the verbs of one group.
const BETWEEN: &[&str] = &[
    "và", "hoặc", "để", "ra", "hồ", "sơ", "hiệu", "lực", "công", "tác", "chặt", "chẽ", "kịp", "thời", "định", "kỳ",
    "trực", "tiếp",
];

/// Words that carry no content.
const STOP: &[&str] = &[
    "và", "hoặc", "các", "những", "một", "số", "của", "cho", "theo", "về", "việc", "được", "là", "có", "với", "trong",
    "tại", "đối", "để", "do", "từ", "khi", "bằng", "đến", "cùng", "như", "này", "đó", "ở", "trên", "phạm", "vi", "quy",
    "định", "pháp", "luật", "thuộc", "lĩnh", "vực", "liên", "quan", "phù", "hợp", "hiện", "hành", "thẩm", "quyền",
    "phải", "sau", "trước", "nêu", "nhằm", "vào", "gồm", "bao", "hàng", "hằng", "năm", "xét", "thực", "tổ", "chức",
    "công", "tác", "nội", "dung", "vấn", "đề", "mình", "đã", "sẽ", "hay", "ra", "lên", "cả", "nếu", "qua", "hiệu",
    "lực",
];

/// Words that say little.
const LIGHT: &[&str] = &["quản", "lý", "nhà", "nước", "hoạt", "động", "cá", "nhân", "cơ", "đơn", "vị", "hướng", "dẫn"];

macro_rules! pattern {
    ($name:ident, $text:expr) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($text).expect("the pattern is a constant"));
    };
}

pattern!(
    REFERENCE,
    r"(?i)((các |những )?\b(điểm|khoản|điều|mục|chương|phụ lục)\s+([0-9]+[a-zđ]*|[a-zđ]|[ivx]+|này)\b(\s*(,|và|hoặc|;|đến)?\s*([0-9]+[a-zđ]*|[a-zđ])\b)*(,| và| hoặc| của)?\s*)+((của )?\b(bộ luật|luật|nghị định|thông tư|quyết định|nghị quyết|pháp lệnh|quy chế|điều lệ|quy định)\s+(này|số\s+\S+|\d+/\S+))?"
);
pattern!(
    THIS_DOCUMENT,
    r"(?i)\b(luật|nghị định|thông tư|thông tư liên tịch|quyết định|nghị quyết|pháp lệnh|quy chế|điều lệ|quy định)\s+này\b"
);
pattern!(EXCEPTION, r"(?i),?\s*\b(trừ|ngoại trừ|không bao gồm)\s[^;]*$");
pattern!(PARTNERS, r"(?i)^((chủ trì|tham gia)\s*,?\s*(và\s+)?)?phối hợp\s+(chặt chẽ\s+)?(với|cùng)\s+");
pattern!(LEVELS, r"\bcấp (quốc gia|nhà nước|bộ|tỉnh|huyện|xã|cơ sở|ngành)\b");
pattern!(NUMBER, r"\b[0-9]+(?:[.,][0-9]+)*[a-zđ]?\b|\b(?:nhóm|loại|hạng|mức) [a-zđ0-9ivx]+\b");

/// The mark of what is done in one place.
pub const LOCAL: &str = "local";

/// Scope and side of a power, as phrases in lower case and the mark each leaves.
const SCOPES: &[(&str, &str)] = &[
    ("cả nước", "nation"),
    ("toàn quốc", "nation"),
    ("cấp quốc gia", "nation"),
    ("trên địa bàn", LOCAL),
    ("tại địa phương", LOCAL),
    ("ở địa phương", LOCAL),
    ("của địa phương", LOCAL),
    ("nước ngoài", "foreign"),
    ("quốc tế", "foreign"),
    ("trong nước", "home"),
    ("nhập khẩu", "import"),
    ("xuất khẩu", "export"),
    ("trong sản xuất", "production"),
    ("lưu thông", "market"),
    ("trên thị trường", "market"),
    ("trong sử dụng", "use"),
    ("quốc phòng", "defence"),
    ("an ninh", "security"),
];

/// Names of schemes that documents use without saying which.
const SCHEMES: &[&str] =
    &["chương trình", "đề án", "quỹ", "dự án", "giải thưởng", "hệ thống", "kế hoạch", "quy hoạch", "chiến lược"];

impl Words {
    /// Takes a power apart. `holder` are the words of its holder, which say nothing about the power where the task
    /// contains them ("do Bộ trưởng quyết định"). `heading` is the heading of its article, `place` its document and article, for
    /// references like "khoản 1 Điều này".
    pub fn new(task: &str, holder: &str, heading: &str, place: &str) -> Words {
        let task = normalise_line(task).text;
        let holder = normalise_line(holder).text;
        let task = if holder.is_empty() { task } else { task.replace(holder.as_str(), " ") };
        let (support, rest) = without_partners(&task);
        let mut refs = BTreeSet::new();
        // "trừ trường hợp quy định tại điểm c khoản 1" narrows the power inside its document like any reference; what
        // is excepted in words is scope.
        let exception = EXCEPTION.find(rest).filter(|m| REFERENCE.is_match(m.as_str()));
        let rest = match exception {
            Some(m) => {
                refs.insert(m.as_str().trim_matches([',', ' ']).to_lowercase());
                &rest[..m.start()]
            }
            None => rest,
        };
        for found in REFERENCE.find_iter(rest) {
            let words = found.as_str().to_lowercase();
            refs.insert(if words.contains("này") {
                format!("{} {place}", words.trim())
            } else {
                words.trim().to_owned()
            });
        }
        let bare = REFERENCE.replace_all(rest, " ").into_owned();
        let this_document = THIS_DOCUMENT.is_match(&bare) || refs.iter().any(|r| THIS_DOCUMENT.is_match(r));
        let own_document = THIS_DOCUMENT.is_match(&bare);
        let lower = bare.to_lowercase();
        let tokens = tokens(&lower);
        let (verbs, used) = leading_verbs(&tokens);
        let first_verb = verbs.first().copied();
        let verbs: BTreeSet<&'static str> = verbs.into_iter().collect();
        let mut marks = marks(&lower);
        if support {
            marks.insert("support".into());
        }
        let mut content: BTreeSet<String> = BTreeSet::new();
        collect(&tokens[used..], &mut content);
        let object: BTreeSet<String> = tokens[used..].iter().map(|t| (*t).to_owned()).collect();
        let opens = |t: &&&str| !["các", "những", "một", "số", "việc", "và", "về", "đối", "với", "cho"].contains(t);
        let head = tokens[used..].iter().filter(opens).take(2).map(|t| (*t).to_owned()).collect();
        let poor = weight(&content) < POOR && !heading.is_empty();
        if poor {
            let heading = heading.to_lowercase();
            collect(&self::tokens(&heading), &mut content);
        }
        let content: Vec<(String, f64)> = content.into_iter().map(|w| (w.clone(), word_weight(&w))).collect();
        let weight = content.iter().map(|(_, w)| w).sum();
        // A reference narrows a power inside its document, but only "hướng dẫn Nghị định này" has the document itself
        // for its object.
        let this_document = own_document || (this_document && poor);
        Words {
            verbs,
            first_verb,
            content,
            weight,
            head,
            object,
            marks,
            refs,
            this_document,
            pronouns: pronouns(&bare),
            poor,
        }
    }

    /// Weighted Jaccard similarity of the contents, 0 to 1; two empty contents have nothing in common.
    pub fn similarity(&self, other: &Words) -> f64 {
        let (mut i, mut j, mut shared) = (0, 0, 0.0);
        while i < self.content.len() && j < other.content.len() {
            match self.content[i].0.cmp(&other.content[j].0) {
                std::cmp::Ordering::Less => i += 1,
                std::cmp::Ordering::Greater => j += 1,
                std::cmp::Ordering::Equal => {
                    shared += self.content[i].1;
                    (i, j) = (i + 1, j + 1);
                }
            }
        }
        let all = self.weight + other.weight - shared;
        if all > 0.0 { shared / all } else { 0.0 }
    }

    /// Whether the objects begin alike: what the power is about stands first ("kế hoạch kiểm tra của …" is not "kết quả
    /// kiểm tra của …", however long the rest).
    pub fn same_object(&self, other: &Words) -> bool {
        let within = |a: &Words, b: &Words| a.head.iter().all(|w| b.object.contains(w));
        within(self, other) || within(other, self)
    }

    /// Whether `other` does what these words do: most of the verbs are the same, or it spells out one side of them
    /// ("cấp, gia hạn, thu hồi" and "thu hồi"), or spells them out further ("chỉ định" and "chỉ định, đình chỉ, hủy
    /// bỏ").
    pub fn covers_verbs(&self, other: &Words) -> bool {
        if self.verbs == other.verbs {
            return true;
        }
        // To guide others who do it is not to do it.
        if ["hướng dẫn", "chỉ đạo"].iter().any(|v| self.verbs.contains(v) != other.verbs.contains(v)) {
            return false;
        }
        let shared = self.verbs.intersection(&other.verbs).count();
        let all = self.verbs.union(&other.verbs).count();
        let part = !other.verbs.is_empty() && other.verbs.is_subset(&self.verbs);
        let further =
            !self.verbs.is_empty() && self.verbs.is_subset(&other.verbs) && self.first_verb == other.first_verb;
        (all > 0 && 2 * shared >= all) || part || further
    }
}

/// Splits off "phối hợp với X, Y" in front: partners are not what the power is about. True if the holder only
/// supports another body.
fn without_partners(task: &str) -> (bool, &str) {
    let Some(found) = PARTNERS.find(task) else { return (false, task) };
    let support = !found.as_str().to_lowercase().contains("chủ trì");
    let rest = &task[found.end()..];
    // The partners end where the next verb begins. Names are in capitals, so only words in lower case can be it; after
    // "cơ quan", "đơn vị", "các" even those belong to a name.
    let words: Vec<(usize, &str)> = positions(rest);
    for i in 1..words.len() {
        let before = words[i - 1].1.to_lowercase();
        let pair = if i > 1 { format!("{} {before}", words[i - 2].1.to_lowercase()) } else { String::new() };
        let inside_name = ["các", "được", "có"].contains(&before.as_str())
            || ["cơ quan", "đơn vị", "tổ chức", "cá nhân", "chuyên ngành"].contains(&pair.as_str());
        if inside_name {
            continue;
        }
        let hit = VERBS.iter().any(|(verb, light)| {
            let n = verb.split(' ').count();
            (!light || *verb != "tổ chức")
                && i + n <= words.len()
                && verb.split(' ').zip(&words[i..i + n]).all(|(v, (_, w))| v == *w)
        });
        let organises =
            words[i].1 == "tổ" && words.get(i + 1).is_some_and(|w| w.1 == "chức") && begins_verb(&words, i + 2);
        if hit || organises {
            return (support, &rest[words[i].0..]);
        }
    }
    (support, rest)
}

/// Whether a verb other than "tổ chức" begins at word `i`.
fn begins_verb(words: &[(usize, &str)], i: usize) -> bool {
    VERBS.iter().any(|(verb, _)| {
        let n = verb.split(' ').count();
        i + n <= words.len() && verb.split(' ').zip(&words[i..i + n]).all(|(v, (_, w))| v == *w)
    })
}

/// Words with their byte positions.
fn positions(text: &str) -> Vec<(usize, &str)> {
    let mut out = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                out.push((from, &text[from..at]));
                start = None;
            }
            _ => {}
        }
    }
    out
}

/// Words of a text in lower case.
fn tokens(lower: &str) -> Vec<&str> {
    positions(lower).into_iter().map(|(_, w)| w).collect()
}

/// The group of verbs at the start, and how many words it takes. Where light verbs stand with others, the others
/// count; where nothing is a verb, nothing is taken.
fn leading_verbs(tokens: &[&str]) -> (Vec<&'static str>, usize) {
    let (mut main, mut light) = (Vec::new(), Vec::new());
    let (mut at, mut used) = (0, 0);
    while at < tokens.len() {
        let longest = VERBS
            .iter()
            .filter(|(verb, _)| {
                let n = verb.split(' ').count();
                at + n <= tokens.len() && verb.split(' ').zip(&tokens[at..at + n]).all(|(v, t)| v == *t)
            })
            .max_by_key(|(verb, _)| verb.split(' ').count());
        match longest {
            Some((verb, is_light)) => {
                if *is_light {
                    light.push(*verb)
                } else {
                    main.push(*verb)
                };
                at += verb.split(' ').count();
                used = at;
            }
            None if BETWEEN.contains(&tokens[at]) => at += 1,
            // "kiểm tra việc thực hiện" checks, "tổ chức việc xây dựng" builds.
            None if tokens[at] == "việc" && main.is_empty() => at += 1,
            None => break,
        }
    }
    (if main.is_empty() { light } else { main }, used)
}

/// What a lead may call the items of its list, and how it points at them.
const LIST: &str = r"(?i)[,\s]*((đối với|về|gồm|bao gồm|trong|cụ thể)\s*)?((các|những|một số)\s+)?(công việc|trường hợp|hoạt động|nội dung|đối tượng|vấn đề|loại|dự án|thông tin)?(\s+cụ thể)?\s*(như\s+)?(sau đây|sau|dưới đây|như)?\s*[:.;]*\s*$";

pattern!(LIST_OPENING, LIST);
pattern!(DUTY, r"(?i)^[\s,:]*((phải|được|có (trách nhiệm|thẩm quyền|quyền|nhiệm vụ)|chịu trách nhiệm)\s+)*");

/// Verbs whose lists are of things that the verb is done to, even where these begin with a verb of their own: "cấp
/// giấy phép đối với các công việc sau: vận hành máy gia tốc".
const DONE_TO_LISTS: &[&str] = &[
    "cấp",
    "cấp mới",
    "cấp lại",
    "cấp đổi",
    "gia hạn",
    "thu hồi",
    "cho phép",
    "chấp thuận",
    "chứng nhận",
    "công nhận",
    "chỉ định",
    "phê duyệt",
    "quy định",
    "quy định chi tiết",
    "ban hành",
    "đình chỉ",
];

/// A power whose verb stands in the lead, put together; none where the task has what it needs. `after` is what follows
/// the holder in the lead.
pub fn with_verb_of_lead(task: &str, after: &str) -> Option<String> {
    let after = after.trim();
    let duty = DUTY.find(after).map_or(0, |m| m.end());
    let opening = LIST_OPENING.replace(&after[duty..], "");
    let opening = opening.trim_matches(|c: char| c.is_whitespace() || ",;:.".contains(c));
    let (opening_lower, task_lower) = (opening.to_lowercase(), task.to_lowercase());
    let (verbs, used) = leading_verbs(&tokens(&opening_lower));
    let light = |v: &&'static str| VERBS.iter().any(|(w, light)| w == v && *light);
    if verbs.is_empty() || verbs.iter().all(|v| light(v) && *v != "quyết định") || opening.chars().count() > 200 {
        return None;
    }
    // "quy định tại khoản 1 có quyền hạn" describes the holder.
    let describes = ["quy định tại", "quy định ở", "quyền hạn", "trách nhiệm", "nhiệm vụ"];
    if describes.iter().any(|w| opening_lower.contains(w)) {
        return None;
    }
    let (own, _) = leading_verbs(&tokens(&task_lower));
    // "chủ trì xây dựng" is a whole power whatever stands before it.
    let whole = ["chủ trì", "phối hợp", "tham gia", "tổ chức"].iter().any(|w| task_lower.starts_with(w));
    let done_to_list = verbs.iter().any(|v| DONE_TO_LISTS.contains(v)) && !whole;
    if !own.is_empty() && !done_to_list {
        return None;
    }
    // "giải quyết cấp giấy phép: cấp giấy phép mới" says it twice.
    if own.iter().any(|v| verbs.contains(v)) {
        return None;
    }
    let mut chars = task.trim_start_matches(|c: char| !c.is_alphanumeric()).chars();
    let first = chars.next()?;
    let name = chars.clone().next().is_some_and(char::is_uppercase);
    let first: String = if name { first.to_string() } else { first.to_lowercase().collect() };
    let mark = if used == tokens(&opening_lower).len() { "" } else { ":" };
    Some(format!("{opening}{mark} {first}{}", chars.as_str()))
}

/// The words of a task up to and with the verbs that it begins with; its first two words where none is known.
pub fn opening_verbs(task: &str) -> String {
    let task = normalise_line(task).text;
    let words = positions(&task);
    let lower: Vec<String> = words.iter().map(|(_, w)| w.to_lowercase()).collect();
    let tokens: Vec<&str> = lower.iter().map(String::as_str).collect();
    let (_, used) = leading_verbs(&tokens);
    let last = if used > 0 { used } else { words.len().min(2) };
    words.get(last.wrapping_sub(1)).map_or_else(String::new, |(at, w)| task[..at + w.len()].to_owned())
}

/// Adds the content words.
fn collect(tokens: &[&str], into: &mut BTreeSet<String>) {
    into.extend(tokens.iter().filter(|t| !STOP.contains(t)).map(|t| (*t).to_owned()));
}

fn word_weight(word: &str) -> f64 {
    if LIGHT.contains(&word) { 0.15 } else { 1.0 }
}

fn weight(words: &BTreeSet<String>) -> f64 {
    words.iter().map(|w| word_weight(w)).sum()
}

/// Numbers, levels, scope, negation.
fn marks(lower: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    out.extend(NUMBER.find_iter(lower).map(|m| m.as_str().to_owned()));
    out.extend(LEVELS.find_iter(lower).map(|m| m.as_str().to_owned()));
    out.extend(SCOPES.iter().filter(|(words, _)| lower.contains(words)).map(|(_, mark)| (*mark).to_owned()));
    let words = tokens(lower);
    for (i, word) in words.iter().enumerate() {
        // "nước ngoài", "không gian", "hàng không" deny nothing.
        let (before, after) = (words.get(i.wrapping_sub(1)).copied(), words.get(i + 1).copied());
        let denies = match *word {
            "trừ" | "chưa" => true,
            "ngoài" => before != Some("nước"),
            "không" => after != Some("gian") && before != Some("hàng"),
            _ => false,
        };
        if denies {
            out.insert("except".into());
        }
    }
    out
}

/// Schemes named with a capital letter and no name after it.
fn pronouns(task: &str) -> BTreeSet<&'static str> {
    let mut out = BTreeSet::new();
    for scheme in SCHEMES {
        let capital = super::holder::capitalise(scheme);
        for (at, _) in task.match_indices(capital.as_str()) {
            let after = task[at + capital.len()..].trim_start().chars().next();
            // A name goes on in words ("Quỹ đổi mới công nghệ quốc gia") or capitals; a pronoun ends here.
            let rest = task[at + capital.len()..].trim_start().to_lowercase();
            let goes_on = after.is_some_and(char::is_alphanumeric)
                && !["và ", "theo ", "do ", "này", "được ", "cho ", "tại ", "trong "]
                    .iter()
                    .any(|w| rest.starts_with(w));
            if !goes_on {
                out.insert(*scheme);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(task: &str) -> Words {
        Words::new(task, "", "", "D#dieu-1")
    }

    fn contents(w: &Words) -> Vec<&str> {
        w.content.iter().map(|(c, _)| c.as_str()).collect()
    }

    #[test]
    fn verbs_and_object_are_taken_apart() {
        let w = of("xem xét, cấp, gia hạn giấy phép tiến hành công việc bức xạ");
        assert_eq!(w.verbs, BTreeSet::from(["cấp", "gia hạn"]));
        assert_eq!(w.first_verb, Some("cấp"));
        assert_eq!(contents(&w), ["bức", "giấy", "phép", "tiến", "xạ"]);
        // Only light verbs: they are what there is.
        assert_eq!(of("tổ chức thực hiện kế hoạch").verbs, BTreeSet::from(["tổ chức thực hiện"]));
    }

    #[test]
    fn partners_are_left_out_and_support_is_marked() {
        let lead = of("chủ trì, phối hợp với Bộ Tài chính, các bộ, ngành liên quan xây dựng kế hoạch tài chính vi mô");
        assert_eq!(lead.verbs, BTreeSet::from(["xây dựng"]));
        assert!(!lead.marks.contains("support"));
        let support = of("phối hợp với các cơ quan quản lý có liên quan kiểm tra chất lượng sản phẩm");
        assert_eq!(support.verbs, BTreeSet::from(["kiểm tra"]));
        assert!(support.marks.contains("support"));
    }

    #[test]
    fn scope_numbers_and_levels_leave_marks() {
        assert!(of("kiểm tra trên địa bàn tỉnh").marks.contains(LOCAL));
        assert!(of("kiểm tra trong phạm vi cả nước").marks.contains("nation"));
        assert!(of("phê duyệt nhiệm vụ cấp bộ").marks.contains("cấp bộ"));
        assert!(of("công bố danh mục sản phẩm nhóm 2").marks.contains("nhóm 2"));
        assert!(of("cấp giấy phép, trừ cơ sở hạt nhân").marks.contains("except"));
        assert!(!of("hợp tác với tổ chức nước ngoài").marks.contains("except"));
    }

    #[test]
    fn references_are_no_content() {
        let w = of("cấp giấy phép quy định tại điểm b khoản 2 Điều này và khoản 3 Điều 15 Luật này");
        assert!(contents(&w).iter().all(|c| ["giấy", "phép"].contains(c)), "{:?}", w.content);
        assert!(!w.refs.is_empty());
        let poor = Words::new("cấp giấy phép", "", "Giấy phép viễn thông", "D#dieu-1");
        assert!(poor.poor && contents(&poor).contains(&"viễn"), "{:?}", poor.content);
    }

    #[test]
    fn exceptions_by_reference_are_references() {
        let w = of("cấp giấy phép kinh doanh dịch vụ, trừ dịch vụ quy định tại điểm c khoản 1 Điều 41 của Luật này");
        assert!(!w.marks.contains("except") && !w.refs.is_empty());
        assert_eq!(w.content, of("cấp giấy phép kinh doanh dịch vụ").content);
    }

    #[test]
    fn a_power_over_its_own_document_stays_in_it() {
        assert!(of("hướng dẫn, kiểm tra việc thực hiện Thông tư này").this_document);
        assert!(
            !of("cấp giấy phép viễn thông cho doanh nghiệp có đủ điều kiện quy định tại Điều 5 Luật này").this_document
        );
    }

    #[test]
    fn schemes_without_a_name_are_pronouns() {
        assert_eq!(of("phê duyệt danh mục dự án thuộc Chương trình").pronouns, BTreeSet::from(["chương trình"]));
        assert!(of("phê duyệt Chương trình quốc gia phát triển công nghệ cao").pronouns.is_empty());
    }

    #[test]
    fn the_verb_may_stand_in_the_lead() {
        let licences = " cấp, gia hạn giấy phép đối với các công việc sau đây:";
        assert_eq!(
            with_verb_of_lead("Vận hành máy gia tốc", licences).as_deref(),
            Some("cấp, gia hạn giấy phép: vận hành máy gia tốc")
        );
        assert_eq!(
            with_verb_of_lead("Nội dung báo cáo", " có trách nhiệm quy định chi tiết về:").as_deref(),
            Some("quy định chi tiết nội dung báo cáo")
        );
        // The task has its own verb, or the lead has none.
        assert_eq!(with_verb_of_lead("Thanh tra, xử lý vi phạm", " có trách nhiệm quản lý an toàn bức xạ:"), None);
        assert_eq!(with_verb_of_lead("Kế hoạch hằng năm", " có trách nhiệm sau đây:"), None);
        assert_eq!(with_verb_of_lead("Kế hoạch hằng năm", " thực hiện các nhiệm vụ sau:"), None);
        assert_eq!(with_verb_of_lead("Chủ trì xây dựng kế hoạch", " quy định cụ thể các nội dung sau:"), None);
    }

    #[test]
    fn objects_that_begin_otherwise_are_others() {
        let plan = of("tổng hợp kế hoạch kiểm tra của các cơ quan kiểm tra ở địa phương, báo cáo Ủy ban nhân dân");
        let result = of("tổng hợp kết quả kiểm tra của các cơ quan kiểm tra ở địa phương, báo cáo Ủy ban nhân dân");
        assert!(!plan.same_object(&result));
        assert!(plan.same_object(&of("tổng hợp các kế hoạch kiểm tra")));
    }

    #[test]
    fn the_holders_words_are_no_content() {
        let w = Words::new("Mức thu do Bộ trưởng Bộ Tài chính quyết định", "Bộ trưởng Bộ Tài chính", "", "D");
        assert_eq!(contents(&w), ["mức", "quyết", "thu"]);
    }

    #[test]
    fn part_of_the_verbs_is_covered() {
        let all = of("cấp, gia hạn, thu hồi giấy phép");
        assert!(all.covers_verbs(&of("thu hồi giấy phép")));
        assert!(!of("thu hồi giấy phép").covers_verbs(&of("cấp, gia hạn, tạm đình chỉ, thu hồi giấy phép")));
        assert!(of("chỉ định tổ chức").covers_verbs(&of("chỉ định, đình chỉ, hủy bỏ quyết định chỉ định tổ chức")));
        assert!(!of("cấp giấy phép").covers_verbs(&of("thu hồi giấy phép")));
        assert!(!of("hướng dẫn thanh tra, kiểm tra").covers_verbs(&of("thanh tra, kiểm tra")));
    }

    #[test]
    fn similarity_is_one_for_equal_and_zero_for_empty() {
        let a = of("cấp giấy phép sử dụng tần số");
        assert!((a.similarity(&a.clone()) - 1.0).abs() < 1e-12);
        assert_eq!(of("cấp").similarity(&of("cấp")), 0.0);
    }
}
