//! Who holds a task now: one name for one body, old names carried to their successors.
//!
//! Invariant: a pure function of the words, the document's facts and the subject. What is not recognised keeps its
//! own words, so that no body is ever invented.

use std::sync::LazyLock;

use regex::Regex;

use super::field::Topic;
use crate::law::{DocumentMeta, Level};
use crate::text::{fold, normalise_line};

/// A body, named as people name it today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The name shown; empty when it is implied and the document does not tell.
    pub name: String,
    /// What mentions of the same body have in common: a minister and the ministry share it.
    pub key: String,
    /// The level where the name alone settles it.
    pub level: Option<Level>,
}

/// Names the body of a mention. `words` as found (empty when implied), `level` as the reader gave it.
pub fn normalise(words: &str, level: Level, meta: &DocumentMeta, topic: Topic) -> Holder {
    let tidy = tidy(words);
    if tidy.is_empty() {
        return implied(level, meta, topic);
    }
    let current = succeed(&tidy, topic);
    let singular =
        ["các ", "Các ", "những ", "Những "].iter().find_map(|p| current.strip_prefix(p)).unwrap_or(&current);
    recognise(singular, meta, topic).unwrap_or_else(|| Holder {
        name: capitalise(&current),
        key: key(&current),
        level: None,
    })
}

/// Abbreviations that the documents use without explaining them.
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("UBND", "Ủy ban nhân dân"),
    ("HĐND", "Hội đồng nhân dân"),
    ("KH&CN", "Khoa học và Công nghệ"),
    ("KHCN", "Khoa học và Công nghệ"),
    ("KH-CN", "Khoa học và Công nghệ"),
    ("TT&TT", "Thông tin và Truyền thông"),
    ("TTTT", "Thông tin và Truyền thông"),
    ("BCVT", "Bưu chính, Viễn thông"),
    ("NN&PTNT", "Nông nghiệp và Phát triển nông thôn"),
    ("NNPTNT", "Nông nghiệp và Phát triển nông thôn"),
    ("TN&MT", "Tài nguyên và Môi trường"),
    ("TNMT", "Tài nguyên và Môi trường"),
    ("GTVT", "Giao thông vận tải"),
    ("GD&ĐT", "Giáo dục và Đào tạo"),
    ("GDĐT", "Giáo dục và Đào tạo"),
    ("KH&ĐT", "Kế hoạch và Đầu tư"),
    ("LĐTBXH", "Lao động - Thương binh và Xã hội"),
    ("VHTTDL", "Văn hóa, Thể thao và Du lịch"),
    ("TĐC", "Tiêu chuẩn Đo lường Chất lượng"),
    ("TĐLCL", "Tiêu chuẩn Đo lường Chất lượng"),
    ("TCĐLCL", "Tiêu chuẩn Đo lường Chất lượng"),
    ("ATBXHN", "An toàn bức xạ và hạt nhân"),
    ("TTg", "Thủ tướng Chính phủ"),
    ("TW", "Trung ương"),
    ("TƯ", "Trung ương"),
];

/// Normal form, abbreviations written out, no bracket at the end.
fn tidy(words: &str) -> String {
    let line = normalise_line(words).text;
    let mut out = String::new();
    for word in line.split(' ') {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let written =
            ABBREVIATIONS.iter().find(|(short, _)| *short == bare).map(|(_, long)| word.replacen(bare, long, 1));
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(written.as_deref().unwrap_or(word));
    }
    // "Bộ Thông tin và Truyền thông (Cục Viễn thông)": the ministry holds it, the bracket says who does the work.
    if let Some(open) = out.find(" (") {
        let rest = out[open..].find(')').map(|close| out[open + close + 1..].to_owned()).unwrap_or_default();
        out.truncate(open);
        out.push_str(&rest);
    }
    out.trim_matches(|c: char| c.is_whitespace() || ",;:.-–".contains(c)).to_owned()
}

/// Old names and the body that took over, longest first where one holds another. Reorganisations of 2002, 2007 and
/// 1 March 2025 (Nghị quyết 176/2025/QH15 and the decrees on the ministries' functions).
const SUCCESSORS: &[(&str, &str)] = &[
    ("bo khoa hoc, cong nghe va moi truong", "Bộ Khoa học và Công nghệ"),
    ("so khoa hoc, cong nghe va moi truong", "Sở Khoa học và Công nghệ"),
    ("so buu chinh, vien thong", "Sở Khoa học và Công nghệ"),
    ("bo van hoa - thong tin", "Bộ Văn hóa, Thể thao và Du lịch"),
    ("bo van hoa thong tin", "Bộ Văn hóa, Thể thao và Du lịch"),
    ("bo van hoa - the thao va du lich", "Bộ Văn hóa, Thể thao và Du lịch"),
    ("bo ke hoach va dau tu", "Bộ Tài chính"),
    ("bo giao thong van tai", "Bộ Xây dựng"),
    ("bo tai nguyen va moi truong", "Bộ Nông nghiệp và Môi trường"),
    ("bo nong nghiep va phat trien nong thon", "Bộ Nông nghiệp và Môi trường"),
    ("bo lao dong - thuong binh va xa hoi", "Bộ Nội vụ"),
    ("bo lao dong, thuong binh va xa hoi", "Bộ Nội vụ"),
    ("bo thuy san", "Bộ Nông nghiệp và Môi trường"),
    ("bo thuong mai", "Bộ Công Thương"),
    ("bo cong nghiep", "Bộ Công Thương"),
    ("uy ban dan toc", "Bộ Dân tộc và Tôn giáo"),
    ("tong cuc tieu chuan do luong chat luong", "Ủy ban Tiêu chuẩn Đo lường Chất lượng Quốc gia"),
    ("tong cuc tieu chuan - do luong - chat luong", "Ủy ban Tiêu chuẩn Đo lường Chất lượng Quốc gia"),
];

/// The ministry of information and communications was divided by subject when it went.
fn information_ministry(topic: Topic) -> (&'static str, &'static str) {
    match topic {
        Topic::Press => ("Bộ Văn hóa, Thể thao và Du lịch", "Sở Văn hóa, Thể thao và Du lịch"),
        Topic::CyberSecurity => ("Bộ Công an", "Công an cấp tỉnh"),
        Topic::Of(_) | Topic::Other => ("Bộ Khoa học và Công nghệ", "Sở Khoa học và Công nghệ"),
    }
}

/// Replaces old names by their successors, wherever in the words they stand.
fn succeed(words: &str, topic: Topic) -> String {
    let (ministry, department) = information_ministry(topic);
    let divided = [
        ("bo thong tin va truyen thong", ministry),
        ("bo buu chinh, vien thong", ministry),
        ("bo buu chinh vien thong", ministry),
        ("so thong tin va truyen thong", department),
    ];
    let mut out = words.to_owned();
    for (old, new) in divided.iter().chain(SUCCESSORS) {
        out = replace_folded(&out, old, new);
    }
    out
}

/// Replaces `old` (folded) where it stands as whole words. Folding keeps the count of characters, so positions in
/// characters hold for both strings.
fn replace_folded(words: &str, old: &str, new: &str) -> String {
    let folded = fold(words);
    if !folded.contains(old) {
        return words.to_owned();
    }
    let (chars, folded): (Vec<char>, Vec<char>) = (words.chars().collect(), folded.chars().collect());
    let old: Vec<char> = old.chars().collect();
    if chars.len() != folded.len() {
        return words.to_owned();
    }
    let (mut out, mut at) = (String::with_capacity(words.len()), 0);
    while at < chars.len() {
        let end = at + old.len();
        let whole = folded[at..].starts_with(&old)
            && !at.checked_sub(1).is_some_and(|b| folded[b].is_alphanumeric())
            && !folded.get(end).is_some_and(|c| c.is_alphanumeric());
        if whole {
            out.push_str(new);
            at = end;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

macro_rules! pattern {
    ($name:ident, $text:literal) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($text).expect("the pattern is a constant"));
    };
}

pattern!(
    COUNCIL,
    r"^(?P<who>(pho )?chu tich uy ban nhan dan|thuong truc hoi dong nhan dan|hoi dong nhan dan|uy ban nhan dan|uy ban nhan) (?P<where>.+)$"
);
pattern!(
    PROVINCE,
    r"^(cac )?(cap tinh|tinh ?(,|hoac|va)? ?(cac )?thanh pho( (truc|truoc) thuoc( trung uong)?)?|thanh pho truc thuoc trung uong|tinh)\b,?(?P<tail>.*)$"
);
pattern!(
    DISTRICT,
    r"^(cac )?(cap huyen|(quan|huyen)\b.*(thi xa|thanh pho thuoc (tinh|thanh pho)|thanh pho|quan)|quan, huyen|huyen, quan|huyen)$"
);
pattern!(COMMUNE, r"^(cac )?(cap xa|(xa|phuong)\b.*(phuong|thi tran|dac khu|xa)|xa)\b,?(?P<tail>.*)$");
pattern!(
    DEPARTMENT,
    r"^(?P<head>(pho )?giam doc )?(cac )?so (?P<name>van hoa, the thao va du lich|[^,;]+?)(,? (thuoc|cac|cua|o|tai|noi) .*| tinh.*| thanh pho.*| dia phuong.*)?$"
);
pattern!(MINISTER, r"^bo truong( cac)? bo (?P<name>.+)$");
pattern!(
    MINISTRY_TAIL,
    r"^(?P<unit>.+?)(,| -| –| cua| thuoc| truc thuoc)+ (?P<ministry>bo (khoa hoc|cong an|quoc phong|y te|tai chinh|noi vu|ngoai giao|tu phap|cong thuong|xay dung|giao duc|van hoa|nong nghiep|dan toc)\b.*)$"
);
pattern!(
    GENERIC_UNIT,
    r"^((thu truong |truong )?(don vi|to chuc|cac don vi)\b|vu\b|vu truong\b|van phong( bo)?$|chanh van phong|(chanh )?thanh tra( bo)?$|cuc$|cuc truong$|tong cuc$|tong cuc truong$|trung tam (thong tin|cong nghe thong tin)|cuc (cong nghe thong tin|khoa hoc|thuong mai dien tu)|van phong bo|lanh dao bo|thu truong (don vi|co quan)|hoi dong\b|ban quan ly$|doan kiem tra|truong doan)"
);

/// Ministries by their folded name, for telling one ministry from a list of bodies.
const MINISTRIES: &[(&str, &str)] = &[
    ("bo quoc phong", "Bộ Quốc phòng"),
    ("bo cong an", "Bộ Công an"),
    ("bo ngoai giao", "Bộ Ngoại giao"),
    ("bo noi vu", "Bộ Nội vụ"),
    ("bo tu phap", "Bộ Tư pháp"),
    ("bo tai chinh", "Bộ Tài chính"),
    ("bo cong thuong", "Bộ Công Thương"),
    ("bo nong nghiep va moi truong", "Bộ Nông nghiệp và Môi trường"),
    ("bo xay dung", "Bộ Xây dựng"),
    ("bo van hoa, the thao va du lich", "Bộ Văn hóa, Thể thao và Du lịch"),
    ("bo khoa hoc va cong nghe", "Bộ Khoa học và Công nghệ"),
    ("bo giao duc va dao tao", "Bộ Giáo dục và Đào tạo"),
    ("bo y te", "Bộ Y tế"),
    ("bo dan toc va ton giao", "Bộ Dân tộc và Tôn giáo"),
];

fn ministry(folded: &str) -> Option<&'static str> {
    MINISTRIES.iter().find(|(f, _)| *f == folded).map(|(_, name)| *name)
}

/// The names that have one form and one level.
fn recognise(words: &str, meta: &DocumentMeta, topic: Topic) -> Option<Holder> {
    let f = fold(words);
    let f = f.as_str();
    let fixed = |name: &str, level: Level| Some(Holder { name: name.into(), key: key(name), level: Some(level) });
    match f {
        "thu tuong" | "thu tuong chinh phu" => return fixed("Thủ tướng Chính phủ", Level::Ttg),
        "chinh phu" => return fixed("Chính phủ", Level::Cp),
        "quoc hoi" => return fixed("Quốc hội", Level::Qh),
        "uy ban thuong vu quoc hoi" => return fixed("Ủy ban Thường vụ Quốc hội", Level::Qh),
        "chu tich nuoc" => return fixed("Chủ tịch nước", Level::Qh),
        "ngan hang nha nuoc" | "ngan hang nha nuoc viet nam" => return fixed("Ngân hàng Nhà nước Việt Nam", Level::Bo),
        "bo" | "bo truong" => {
            let own = issuing_ministry(meta, topic)?;
            let name = if f == "bo" { own.clone() } else { format!("Bộ trưởng {own}") };
            return Some(Holder { name, key: key(&own), level: Some(Level::Bo) });
        }
        _ => {}
    }
    if let Some(name) = ministry(f) {
        return fixed(name, Level::Bo);
    }
    if let Some(name) = MINISTER.captures(f).and_then(|c| ministry(&format!("bo {}", &c["name"]))) {
        return Some(Holder { name: format!("Bộ trưởng {name}"), key: key(name), level: Some(Level::Bo) });
    }
    if let Some(c) = COUNCIL.captures(f) {
        return local_council(&c["who"], &c["where"]);
    }
    if let Some(c) = DEPARTMENT.captures(f) {
        let head = c.name("head").map_or(0, |m| m.as_str().chars().count());
        let span = c.name("name")?;
        let (from, to) = (f[..span.start()].chars().count(), f[..span.end()].chars().count());
        let own: String = words.chars().skip(from).take(to - from).collect();
        let name = if head > 0 { format!("Giám đốc Sở {own}") } else { format!("Sở {own}") };
        return Some(Holder { key: key(&format!("so {own}")), name, level: Some(Level::Tinh) });
    }
    unit_of_a_ministry(words, f, meta, topic)
}

/// People's councils and committees, by level.
fn local_council(who: &str, place: &str) -> Option<Holder> {
    let body = match who {
        "hoi dong nhan dan" => "Hội đồng nhân dân",
        "thuong truc hoi dong nhan dan" => "Thường trực Hội đồng nhân dân",
        "chu tich uy ban nhan dan" => "Chủ tịch Ủy ban nhân dân",
        "pho chu tich uy ban nhan dan" => "Phó Chủ tịch Ủy ban nhân dân",
        // "Ủy ban nhân cấp huyện" is a slip of the source.
        _ => "Ủy ban nhân dân",
    };
    let tail = |c: &regex::Captures| c.name("tail").map_or("", |m| m.as_str()).trim().to_owned();
    let (level, name, tail) = if let Some(c) = PROVINCE.captures(place) {
        (Level::Tinh, "cấp tỉnh", tail(&c))
    } else if DISTRICT.is_match(place) {
        (Level::Huyen, "cấp huyện", String::new())
    } else if let Some(c) = COMMUNE.captures(place) {
        (Level::Xa, "cấp xã", tail(&c))
    } else {
        return None;
    };
    // "nơi có nhà máy", "của các địa phương" point at one of them and change nothing; any other tail is a list of
    // bodies or a scope, which keeps its words.
    let pointing = ["noi ", "cua ", "o ", "tren dia ban", "trong ca nuoc", "tren ca nuoc", "cung cap", "so tai"];
    if !tail.is_empty() && !pointing.iter().any(|p| tail.starts_with(p)) {
        return None;
    }
    let name = format!("{body} {name}");
    Some(Holder { key: key(&name), name, level: Some(level) })
}

/// "Vụ Tài chính" exists in every ministry: it is told apart by the ministry named with it, else by the issuer.
fn unit_of_a_ministry(words: &str, f: &str, meta: &DocumentMeta, topic: Topic) -> Option<Holder> {
    // "Bộ Quốc phòng, Bộ Công an" is two ministries, not a unit of the second.
    let (unit, named) = match MINISTRY_TAIL.captures(f).filter(|c| !c["unit"].starts_with("bo ")) {
        Some(c) => {
            let unit_chars = c["unit"].chars().count();
            let unit: String = words.chars().take(unit_chars).collect();
            (unit, Some(ministry(c["ministry"].trim()).map_or_else(|| c["ministry"].to_owned(), str::to_owned)))
        }
        None => (words.to_owned(), None),
    };
    let unit = unit.trim().to_owned();
    let folded = fold(&unit);
    // "Đơn vị chuyên trách … của các Bộ" is no unit of the issuer alone.
    if GENERIC_UNIT.is_match(&folded) && !folded.contains("cac bo") {
        let own = named.or_else(|| issuing_ministry(meta, topic))?;
        // "Văn phòng Bộ" is "Văn phòng Bộ Khoa học và Công nghệ", "Vụ Pháp chế" is "Vụ Pháp chế, Bộ …".
        let name = match unit.strip_suffix(" Bộ").filter(|_| own.starts_with("Bộ ")) {
            Some(office) => format!("{} {own}", capitalise(office)),
            None => format!("{}, {own}", capitalise(&unit)),
        };
        return Some(Holder { key: key(&name), name, level: None });
    }
    named.map(|_| Holder { key: key(&unit), name: capitalise(&unit), level: None })
}

/// The one ministry that issued the document, by its present name; none for joint circulars and for what is no
/// ministry.
fn issuing_ministry(meta: &DocumentMeta, topic: Topic) -> Option<String> {
    let issuer = succeed(&tidy(&meta.issuer), topic);
    let f = fold(&issuer);
    ministry(&f)
        .map(str::to_owned)
        .or_else(|| (f == "ngan hang nha nuoc viet nam").then(|| "Ngân hàng Nhà nước Việt Nam".to_owned()))
}

/// A holder who is named nowhere in the provision: the level or the title tells, or nobody does.
fn implied(level: Level, meta: &DocumentMeta, topic: Topic) -> Holder {
    let fixed = match level {
        Level::Cp => Some("Chính phủ"),
        Level::Ttg => Some("Thủ tướng Chính phủ"),
        _ => None,
    };
    if let Some(name) = fixed {
        return Holder { name: name.into(), key: key(name), level: Some(level) };
    }
    match named_by_title(&meta.title) {
        Some(words) => {
            let words = succeed(&tidy(&words), topic);
            let known = recognise(&words, meta, topic).filter(|h| h.level.is_none_or(|l| l == level));
            known.unwrap_or_else(|| Holder { name: capitalise(&words), key: key(&words), level: None })
        }
        // One body without a name is not another body without a name, unless they stand in one document.
        None => Holder { name: String::new(), key: format!("?{level}@{}", meta.id), level: None },
    }
}

/// "Quy định chức năng, nhiệm vụ, quyền hạn và cơ cấu tổ chức của X" names X.
fn named_by_title(title: &str) -> Option<String> {
    let title = normalise_line(title).text;
    let folded = fold(&title);
    let start = folded.find("chuc nang")?;
    let at = start + folded[start..].find(" cua ")? + " cua ".len();
    // Folded text may have fewer bytes, so go by characters.
    let skip = folded[..at].chars().count();
    let words: String = title.chars().skip(skip).collect();
    let words = words.trim();
    // Some titles are printed in capitals throughout.
    let words = if words.chars().any(char::is_lowercase) { words.to_owned() } else { words.to_lowercase() };
    (!words.is_empty()).then_some(words)
}

/// Folded words without plural markers and punctuation.
fn key(words: &str) -> String {
    let folded = fold(words);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty() && *w != "cac" && *w != "truc");
    words.collect::<Vec<_>>().join(" ")
}

/// First letter in upper case.
pub(super) fn capitalise(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::Field;

    fn by(issuer: &str, words: &str) -> Holder {
        let meta = DocumentMeta { id: "D".into(), issuer: issuer.into(), ..DocumentMeta::default() };
        normalise(words, Level::Bo, &meta, Topic::Other)
    }

    fn name(words: &str) -> String {
        by("Bộ Khoa học và Công nghệ", words).name
    }

    #[test]
    fn provinces_have_one_name() {
        for words in [
            "Ủy ban nhân dân tỉnh, thành phố trực thuộc Trung ương",
            "Uỷ ban Nhân dân các tỉnh, thành phố trực thuộc Trung ương",
            "Ủy ban nhân dân cấp tỉnh nơi có nhà máy điện hạt nhân",
            "UBND cấp tỉnh",
            "UBND tỉnh",
            "các Ủy ban nhân dân tỉnh, thành phố",
        ] {
            let h = by("Chính phủ", words);
            assert_eq!((h.name.as_str(), h.level), ("Ủy ban nhân dân cấp tỉnh", Some(Level::Tinh)), "{words}");
        }
        assert_eq!(
            name("Chủ tịch UBND các tỉnh, thành phố trực thuộc trung ương"),
            "Chủ tịch Ủy ban nhân dân cấp tỉnh"
        );
        assert_eq!(name("HĐND tỉnh"), "Hội đồng nhân dân cấp tỉnh");
    }

    #[test]
    fn districts_and_communes_are_told_apart() {
        let h = by("", "Ủy ban nhân dân huyện, quận, thị xã, thành phố thuộc tỉnh");
        assert_eq!((h.name.as_str(), h.level), ("Ủy ban nhân dân cấp huyện", Some(Level::Huyen)));
        assert_eq!(by("", "Ủy ban nhân dân xã, phường, thị trấn").level, Some(Level::Xa));
        assert_eq!(by("", "Chủ tịch Ủy ban nhân dân cấp xã").name, "Chủ tịch Ủy ban nhân dân cấp xã");
        // Lists over levels are not one level.
        assert_eq!(by("", "Ủy ban nhân dân các cấp").level, None);
        assert_eq!(by("", "Ủy ban nhân dân cấp tỉnh, cấp huyện").level, None);
    }

    #[test]
    fn the_minister_is_resolved_by_the_issuer() {
        let h = by("Bộ Công Thương", "Bộ trưởng");
        assert_eq!(h.name, "Bộ trưởng Bộ Công Thương");
        assert_eq!(h.key, by("", "Bộ Công Thương").key);
        // A joint circular has two ministers, a decree none.
        assert_eq!(by("Bộ Tài chính và Bộ Khoa học và Công nghệ", "Bộ trưởng").name, "Bộ trưởng");
        assert_eq!(by("Chính phủ", "Bộ trưởng").name, "Bộ trưởng");
    }

    #[test]
    fn units_of_several_ministries_are_not_given_to_the_issuer() {
        let words = "Đơn vị chuyên trách về công nghệ thông tin của các Bộ, cơ quan ngang Bộ";
        assert_eq!(name(words), words);
        assert_eq!(name("Vụ Pháp chế"), "Vụ Pháp chế, Bộ Khoa học và Công nghệ");
    }

    #[test]
    fn old_ministries_go_to_their_successors() {
        assert_eq!(name("Bộ Bưu chính, Viễn thông"), "Bộ Khoa học và Công nghệ");
        assert_eq!(name("Bộ trưởng Bộ Thông tin và Truyền thông"), "Bộ trưởng Bộ Khoa học và Công nghệ");
        assert_eq!(name("Bộ TT&TT"), "Bộ Khoa học và Công nghệ");
        assert_eq!(name("Bộ Kế hoạch và Đầu tư"), "Bộ Tài chính");
        assert_eq!(
            name("Sở Thông tin và Truyền thông các tỉnh, thành phố trực thuộc Trung ương"),
            "Sở Khoa học và Công nghệ"
        );
        assert_eq!(
            name("Tổng cục tiêu chuẩn Đo lường Chất lượng trực thuộc Bộ Khoa học và Công nghệ"),
            "Ủy ban Tiêu chuẩn Đo lường Chất lượng Quốc gia"
        );
    }

    #[test]
    fn the_information_ministry_was_divided_by_subject() {
        let meta = DocumentMeta::default();
        let at = |topic| normalise("Bộ Thông tin và Truyền thông (Cục Phát thanh)", Level::Bo, &meta, topic).name;
        assert_eq!(at(Topic::Press), "Bộ Văn hóa, Thể thao và Du lịch");
        assert_eq!(at(Topic::CyberSecurity), "Bộ Công an");
        let department = "Sở Thông tin và Truyền thông các tỉnh, thành phố trực thuộc Trung ương";
        let department = normalise(department, Level::Tinh, &meta, Topic::Press);
        assert_eq!(
            (department.name.as_str(), department.level),
            ("Sở Văn hóa, Thể thao và Du lịch", Some(Level::Tinh))
        );
        assert_eq!(at(Topic::Of(Field::Vt)), "Bộ Khoa học và Công nghệ");
    }

    #[test]
    fn units_that_every_ministry_has_are_told_apart() {
        let a = by("Bộ Công Thương", "Vụ Khoa học và Công nghệ");
        let b = by("Bộ Y tế", "Vụ Khoa học và Công nghệ");
        assert_ne!(a.key, b.key);
        assert_eq!(a.name, "Vụ Khoa học và Công nghệ, Bộ Công Thương");
        assert_eq!(by("Bộ Công Thương", "Văn phòng Bộ").name, "Văn phòng Bộ Công Thương");
        assert_eq!(by("Chính phủ", "Vụ Khoa học và Công nghệ thuộc Bộ Công Thương").key, a.key);
        // A named department is one body whoever names its ministry.
        assert_eq!(
            by("", "Cục An toàn bức xạ và hạt nhân - Bộ Khoa học và Công nghệ").key,
            by("", "Cục An toàn bức xạ và hạt nhân").key
        );
    }

    #[test]
    fn an_implied_holder_is_named_by_the_title_or_by_nobody() {
        let title =
            "Quy định chức năng, nhiệm vụ, quyền hạn và cơ cấu tổ chức của Viện Hàn lâm khoa học và công nghệ Việt Nam";
        let meta = DocumentMeta { id: "D".into(), title: title.into(), ..DocumentMeta::default() };
        assert_eq!(normalise("", Level::Bo, &meta, Topic::Other).name, "Viện Hàn lâm khoa học và công nghệ Việt Nam");
        let title = "QUY ĐỊNH CHỨC NĂNG, NHIỆM VỤ, QUYỀN HẠN CỦA TRUNG TÂM DỮ LIỆU QUỐC GIA";
        let meta = DocumentMeta { id: "D".into(), title: title.into(), ..DocumentMeta::default() };
        assert_eq!(normalise("", Level::Cuc, &meta, Topic::Other).name, "Trung tâm dữ liệu quốc gia");
        let meta = DocumentMeta { id: "D".into(), title: "Về giá cước".into(), ..DocumentMeta::default() };
        assert_eq!(normalise("", Level::Khac, &meta, Topic::Other).name, "");
        assert_eq!(normalise("", Level::Cp, &meta, Topic::Other).name, "Chính phủ");
    }

    #[test]
    fn what_is_not_recognised_keeps_its_words() {
        assert_eq!(name("các cơ quan nhà nước có thẩm quyền"), "Các cơ quan nhà nước có thẩm quyền");
        assert_eq!(name("các bộ, ngành, địa phương"), "Các bộ, ngành, địa phương");
        assert_eq!(by("", "Các bộ, ngành").key, by("", "bộ, ngành").key);
        assert_eq!(name("Bộ Quốc phòng, Bộ Công an"), "Bộ Quốc phòng, Bộ Công an");
    }
}
