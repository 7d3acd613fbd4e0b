//! The field (lĩnh vực) of a task: a table of words scored over the task, its article, and its document.
//!
//! Invariant: a pure function of the strings given; the same words always give the same field.

use crate::law::{DocumentMeta, Field};
use crate::text::fold;

/// What a provision is about: a field of the ministry, or one of the subjects that left it or never were its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// A field of the ministry.
    Of(Field),
    /// Press, publishing, broadcasting, social networks: with the ministry of culture since 1 March 2025.
    Press,
    /// Network information security: with the ministry of public security since 1 March 2025.
    CyberSecurity,
    /// Some other ministry's subject, or no rule applies.
    Other,
}

impl Topic {
    /// The ministry's field, if it is one.
    pub(super) fn field(self) -> Option<Field> {
        match self {
            Of(field) => Some(field),
            Topic::Press | Topic::CyberSecurity | Topic::Other => None,
        }
    }
}

use Field::{Bc, Cds, Cnc, Cns, Dvc, Gddt, Khcn, Nlnt, Ptcn, Shtt, Tdc, Tl, Ts, Udcntt, Vt};
use Topic::Of;

/// Words without diacritics, the topic they speak for and how strongly. Where two topics score alike the one named
/// first here wins, so the specific stand before the general.
const WORDS: &[(Topic, f64, &[&str])] = &[
    (Of(Nlnt), 3.0, &["buc xa", "hat nhan", "nguyen tu", "phong xa", "x-quang", "x quang"]),
    (Of(Ts), 3.0, &["tan so vo tuyen dien", "kenh tan so", "bang tan", "nhieu co hai", "quy dao ve tinh"]),
    (Of(Ts), 2.0, &["tan so", "vo tuyen dien", "ve tinh"]),
    (Of(Bc), 3.0, &["buu chinh", "buu gui", "tem buu chinh", "chuyen phat", "bao chi qua buu"]),
    (Of(Bc), 1.5, &["buu dien"]),
    (
        Of(Shtt),
        3.0,
        &[
            "so huu tri tue",
            "so huu cong nghiep",
            "sang che",
            "kieu dang cong nghiep",
            "chi dan dia ly",
            "quyen tac gia",
            "quyen lien quan",
            "thiet ke bo tri",
            "quyen doi voi giong cay trong",
            "tai san tri tue",
        ],
    ),
    (Of(Shtt), 2.0, &["nhan hieu", "giong cay trong", "van bang bao ho"]),
    (Of(Gddt), 3.0, &["giao dich dien tu", "chu ky so", "chung thu so", "chu ky dien tu", "dich vu tin cay"]),
    (Of(Gddt), 2.0, &["thong diep du lieu", "dau thoi gian", "chung thuc dien tu", "hop dong dien tu"]),
    (Topic::CyberSecurity, 3.0, &["an toan thong tin", "an ninh mang", "mat ma", "co yeu", "tin nhan rac"]),
    (Topic::CyberSecurity, 2.0, &["ma doc", "ung cuu su co", "thu dien tu rac", "xung dot thong tin"]),
    (
        Topic::Press,
        3.0,
        &[
            "bao chi",
            "nha bao",
            "mang xa hoi",
            "tro choi dien tu",
            "trang thong tin dien tu tong hop",
            "thong tin doi ngoai",
            "thong tin co so",
            "phat thanh, truyen hinh",
            "hoat dong phat thanh",
            "hoat dong truyen hinh",
            "xuat ban",
            "khan gia truyen hinh",
        ],
    ),
    (Topic::Press, 2.0, &["phat thanh", "truyen hinh"]),
    (
        Of(Tdc),
        3.0,
        &[
            "do luong",
            "phuong tien do",
            "quy chuan ky thuat",
            "tieu chuan quoc gia",
            "chat luong san pham",
            "chat luong hang hoa",
            "cong bo chat luong",
            "danh gia su phu hop",
            "nhan hang hoa",
            "giai thuong chat luong",
            "ma so, ma vach",
            "ma so ma vach",
            "hop chuan",
            "hop quy",
            "hang rao ky thuat",
            "he thong quan ly chat luong",
        ],
    ),
    (Of(Tdc), 2.0, &["hieu chuan", "tcvn", "qcvn", "truy xuat nguon goc", "tieu chuan co so", "tieu chuan, quy chuan"]),
    (Of(Tdc), 1.0, &["kiem dinh", "tieu chuan", "hang hoa", "nang suat"]),
    (Of(Cnc), 3.0, &["cong nghe cao", "cong nghe chien luoc"]),
    (
        Of(Cns),
        3.0,
        &[
            "cong nghiep cong nghe thong tin",
            "cong nghiep cong nghe so",
            "ban dan",
            "tri tue nhan tao",
            "tai san so",
            "khu cong nghe thong tin tap trung",
            "khu cong nghe so",
            "cong nghiep phan mem",
        ],
    ),
    (Of(Cns), 2.0, &["cong nghe so", "noi dung so", "noi dung thong tin so", "san pham phan mem"]),
    (Of(Vt), 3.0, &["vien thong", "kho so", "ten mien", "thong tin di dong", "tai nguyen internet"]),
    (Of(Vt), 2.0, &["thue bao", "dia chi ip", "dich vu internet", "dich vu truy nhap internet"]),
    (Of(Vt), 1.0, &["internet"]),
    (Of(Dvc), 3.0, &["dich vu cong truc tuyen", "cong dich vu cong", "mot cua", "thu tuc hanh chinh"]),
    (Of(Cds), 3.0, &["chuyen doi so", "chinh phu dien tu", "chinh phu so", "kinh te so", "do thi thong minh"]),
    (Of(Cds), 2.0, &["chia se du lieu", "du lieu so", "du lieu mo", "dinh danh dien tu", "kien truc chinh phu"]),
    (Of(Udcntt), 3.0, &["ung dung cong nghe thong tin"]),
    (Of(Udcntt), 2.0, &["cong thong tin dien tu", "trang thong tin dien tu", "mang truyen so lieu"]),
    (Of(Udcntt), 1.0, &["cong nghe thong tin", "co so du lieu", "he thong thong tin"]),
    (
        Of(Ptcn),
        3.0,
        &[
            "chuyen giao cong nghe",
            "doi moi cong nghe",
            "tham dinh cong nghe",
            "danh gia cong nghe",
            "giam dinh cong nghe",
            "dinh gia cong nghe",
            "thi truong khoa hoc",
            "khoi nghiep sang tao",
            "doanh nghiep khoa hoc va cong nghe",
            "uom tao",
        ],
    ),
    (Of(Ptcn), 2.0, &["khoi nghiep", "sang kien", "san xuat thu nghiem", "doi moi sang tao quoc gia"]),
    (
        Of(Tl),
        3.0,
        &[
            "phong thi nghiem trong diem",
            "nhan luc khoa hoc",
            "thong ke khoa hoc",
            "thong tin khoa hoc",
            "chuc danh khoa hoc",
            "chuc danh nghe nghiep",
            "ca nhan hoat dong khoa hoc",
            "chuyen gia khoa hoc",
            "tiem luc khoa hoc",
        ],
    ),
    (Of(Tl), 2.0, &["to chuc khoa hoc va cong nghe", "to chuc khoa hoc, cong nghe", "quy phat trien khoa hoc"]),
    (Of(Khcn), 2.0, &["nhiem vu khoa hoc", "nghien cuu khoa hoc", "de tai", "du an khoa hoc", "chuong trinh khoa hoc"]),
    (Of(Khcn), 1.0, &["khoa hoc va cong nghe", "khoa hoc, cong nghe", "doi moi sang tao"]),
    (
        Topic::Other,
        3.0,
        &[
            "khuyen nong",
            "ban sao tu ban chinh",
            "chung thuc chu ky va",
            "bao hiem xa hoi",
            "bao hiem y te",
            "xuat nhap canh",
            "tro choi dien tu co thuong",
            "tai nguyen va moi truong",
            "nguy trang",
            "kham benh",
            "cham soc suc khoe",
            "an toan thuc pham",
        ],
    ),
];

/// Subjects that the sources of documents give, and what they stand for. They are guesses, so they weigh little.
const DOMAINS: &[(&str, Topic)] = &[
    ("nang luong nguyen tu", Of(Nlnt)),
    ("tan so vo tuyen dien", Of(Ts)),
    ("buu chinh", Of(Bc)),
    ("vien thong", Of(Vt)),
    ("internet", Of(Vt)),
    ("so huu tri tue", Of(Shtt)),
    ("giao dich dien tu", Of(Gddt)),
    ("an toan thong tin", Topic::CyberSecurity),
    ("do luong", Of(Tdc)),
    ("tieu chuan", Of(Tdc)),
    ("chat luong", Of(Tdc)),
    ("cong nghe cao", Of(Cnc)),
    ("chuyen giao cong nghe", Of(Ptcn)),
    ("cong nghe thong tin", Of(Udcntt)),
    ("khoa hoc va cong nghe", Of(Khcn)),
];

/// Where words stand, and how much they count there.
const IN_TASK: f64 = 3.0;
const IN_HEADING: f64 = 1.5;
const IN_TITLE: f64 = 2.0;
const IN_DOMAIN: f64 = 2.0;

/// What a task is about, by its own words, the heading of its article, and its document's title and subject.
pub fn topic(task: &str, heading: &str, meta: &DocumentMeta) -> Topic {
    let (task, heading, title) = (spaced(task), spaced(heading), spaced(&meta.title));
    let mut scores: Vec<(Topic, f64)> = Vec::new();
    let mut add = |topic: Topic, score: f64| match scores.iter_mut().find(|(t, _)| *t == topic) {
        Some((_, sum)) => *sum += score,
        None => scores.push((topic, score)),
    };
    for (topic, weight, words) in WORDS {
        // One row counts once a place: five words for one thing are no stronger than one.
        let found = |text: &str| words.iter().any(|w| has_word(text, w));
        let places = [(&task, IN_TASK), (&heading, IN_HEADING), (&title, IN_TITLE)];
        let score: f64 = places.iter().filter(|(text, _)| found(text)).map(|(_, factor)| factor * weight).sum();
        add(*topic, score);
    }
    let domain = spaced(&meta.domain);
    if let Some((_, topic)) = DOMAINS.iter().find(|(words, _)| domain.contains(words)) {
        add(*topic, IN_DOMAIN);
    }
    // The first of the highest: `scores` is in the order of the table.
    let best = scores.iter().map(|(_, s)| *s).fold(0.0, f64::max);
    scores.iter().find(|(_, s)| best > 0.0 && *s == best).map_or(Topic::Other, |(t, _)| *t)
}

/// The field a row is filed under: the task's, else its document's. A task on another subject inside a document of
/// the ministry ("bảo đảm an ninh mạng" in a digital programme) is filed with the document.
pub fn field(task: &str, heading: &str, meta: &DocumentMeta) -> Option<Field> {
    topic(task, heading, meta).field().or_else(|| topic("", "", meta).field())
}

/// Folded, blanks at both ends and in place of punctuation other than comma and hyphen.
fn spaced(text: &str) -> String {
    let folded = fold(text);
    let mut out = String::with_capacity(folded.len() + 2);
    out.push(' ');
    out.extend(folded.chars().map(|c| if c.is_alphanumeric() || c == ',' || c == '-' { c } else { ' ' }));
    out.push(' ');
    out
}

/// Whether `word` stands in `text` between characters that are no letters.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(task: &str, title: &str, domain: &str) -> Option<Field> {
        let meta = DocumentMeta { title: title.into(), domain: domain.into(), ..DocumentMeta::default() };
        field(task, "", &meta)
    }

    #[test]
    fn the_tasks_own_words_speak_first() {
        assert_eq!(of("cấp giấy phép tiến hành công việc bức xạ", "Quy định về thủ tục hành chính", ""), Some(Nlnt));
        assert_eq!(of("ban hành quy chuẩn kỹ thuật quốc gia", "", ""), Some(Tdc));
        assert_eq!(of("cấp bằng độc quyền sáng chế", "", ""), Some(Shtt));
    }

    #[test]
    fn the_document_speaks_where_the_task_is_silent() {
        assert_eq!(of("cấp, gia hạn giấy phép", "Luật Viễn thông 2023", "viễn thông"), Some(Vt));
        assert_eq!(of("báo cáo hằng năm", "", "đo lường"), Some(Tdc));
        assert_eq!(of("xử lý nhiễu có hại", "Luật Viễn thông", "viễn thông"), Some(Ts));
    }

    #[test]
    fn subjects_that_left_the_ministry_have_no_field() {
        let meta = DocumentMeta::default();
        assert_eq!(topic("cấp giấy phép thiết lập mạng xã hội", "", &meta), Topic::Press);
        assert_eq!(topic("cấp giấy phép kinh doanh sản phẩm an toàn thông tin mạng", "", &meta), Topic::CyberSecurity);
        assert_eq!(topic("quyết định", "", &meta), Topic::Other);
        assert_eq!(of("cấp giấy phép thiết lập mạng xã hội", "", ""), None);
        assert_eq!(of("bảo đảm an ninh mạng cho các nền tảng", "Chương trình chuyển đổi số quốc gia", ""), Some(Cds));
    }

    #[test]
    fn a_word_inside_a_word_does_not_count() {
        assert_eq!(of("tiêu chuẩn hóa", "", ""), Some(Tdc));
        assert!(!has_word(" xtan soy ", "tan so"));
    }
}
