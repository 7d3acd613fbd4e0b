//! The words that state a relation, and what may stand around them.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::RelationKind;

/// A compiled constant.
macro_rules! pattern {
    ($(#[$doc:meta])* $name:ident, $text:expr) => {
        $(#[$doc])*
        pub(super) static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($text).expect("constant"));
    };
}

pattern!(
    /// What a document does, with all verbs of one group.
    VERB,
    r"(?xi)\b(?:
        sửa\ đổi(?:(?:,\ |\ và\ |,\ và\ |\ )(?:bổ\ sung|bãi\ bỏ|thay\ thế|hủy\ bỏ))*
        |bổ\ sung(?:(?:,\ |\ và\ |,\ và\ )(?:sửa\ đổi|bãi\ bỏ|thay\ thế))*
        |thay\ thế(?:(?:,\ |\ và\ )bãi\ bỏ)?(?:\ cho)?
        |thay\ (?:cụm\ từ|từ|các\ cụm\ từ)
        |bãi\ bỏ(?:(?:,\ |\ và\ )(?:bổ\ sung|sửa\ đổi|thay\ thế))*
        |(?:hủy|huỷ)\ bỏ|bỏ
        |đính\ chính
        |(?:hết|chấm\ dứt)\ hiệu\ lực(?:\ thi\ hành)?
        |(?:quy\ định\ (?:chi\ tiết|cụ\ thể|và)(?:,\ |\ và\ |\ )?)?(?:biện\ pháp|hướng\ dẫn)(?:\ chi\ tiết)?
        |quy\ định\ chi\ tiết
    )\b"
);
pattern!(
    /// Before a verb: this document speaks.
    SPEAKS,
    r"(?x)(?:
        \A[\s\-–+•*(]*
        |(?:này|này\ sẽ|này\ cũng)\s*:?\s*
        |này\ có\ hiệu\ lực.*(?:,|;|:|\bvà|\bđồng\ thời|\bnày)\s*
        |\A(?i:kể\ từ|từ)\ (?:ngày|khi|thời\ điểm).*(?:,|;)\s*
        |\A(?i:nay)\s*,?\s*
    )\z"
);
pattern!(
    /// The kind of this document before the verb that is its name.
    OWN_NAME, r"(?i)\A(?:.*\bban hành\s+)?(luật|bộ luật|pháp lệnh)\s+(?:sửa đổi|bổ sung)");
pattern!(
    /// Before a verb in a title or in the line that promulgates.
    TITLE,
    r"(?xi)\A(?:.*\bban\ hành\s+)?(?:(?:_+|bộ\ luật|luật|nghị\ định|nghị\ quyết|thông\ tư|quyết\ định|pháp\ lệnh|chỉ\ thị)(?:\ liên\ tịch)?
        (?:\ số\ \S+)?(?:\ ngày\ .{6,40}?)?(?:\ của\ .{2,80}?)?)?\s*(?:về\ việc|v/v|về)?\s*\z"
);
pattern!(
    /// A verb that only follows another one in its sentence.
    AND, r"(?:,|;|\bvà|\bđồng thời)\s*\z");
pattern!(
    /// A sentence that only supposes something.
    SUPPOSES,
    r"\A\s*(?i:trường hợp|trong trường hợp|nếu|đối với|trong quá trình|quá trình|khi có|trong thời hạn|trong thời gian|căn cứ)\b"
);
pattern!(
    /// Before a pointer that measures the objects and is none of them: "văn bản trái với Hiến pháp".
    MEASURE, r"\b(?:trái với|trái|phù hợp với|theo quy định tại|theo quy định của|theo)\s*\z");
pattern!(
    /// The heading of an điều that may take something out of force.
    EFFECT,
    r"(?i)hiệu lực|thi hành|bãi bỏ|hủy bỏ|thay thế|sửa đổi|bổ sung|điều khoản|chuyển tiếp|thực hiện|văn bản|đính chính|\A\s*\z"
);
pattern!(
    /// Words that may stand between a verb and its target without making it a part.
    NEUTRAL,
    r"(?xi)\A(?:\s|[,;:.()\-–+•*]|\b(?:và|hoặc|các|những|toàn\ bộ|quy\ định|tại|của|hiệu\ lực|thi\ hành|văn\ bản|quy\ phạm\ pháp\ luật
        |sau|đây|nêu|cho|đối\ với|gồm|bao\ gồm|thuộc|cả|kể\ từ\ ngày[^,]*,|[0-9]+\ (?:văn\ bản|thông\ tư|nghị\ định)
        |thông\ tư|thông\ tư\ số|nghị\ định|quyết\ định|nghị\ quyết|luật|pháp\ lệnh|bộ\ luật|chỉ\ thị|liên\ tịch
        |(?:quy\ chế|quy\ định|điều\ lệ|nội\ quy|quy\ chuẩn|chương\ trình|chế\ độ|quy\ trình)\b[^;]{0,250}?kèm\ theo)\b)*\z"
);
pattern!(
    /// Between two targets with nothing else.
    JOINED, r"\A\s*(?:,|;|:|và|hoặc|,\s*và|;\s*và)?\s*(?:tại|các|quy định tại|tại các)?\s*\z");
pattern!(
    /// The end of a description, after which the list goes on.
    GOES_ON,
    r"(?:,|;|:|\(|\)|\bvà|\bhoặc|\bcùng)\s*(?:(?:các|toàn bộ|thay thế|bãi bỏ|tại|quy định tại|hiệu lực của|cả|các quy định tại)\s+)*\z"
);
pattern!(
    /// A form that a document promulgates: part of the target.
    FORM,
    r"(?:\A|,|;|và|\()\s*(?:\S+\s+){0,6}?(?i:biểu mẫu|mẫu|phụ lục|bảng)\b[^;]{0,160}kèm theo\s*\z"
);
pattern!(
    /// Before a unit that only tells where.
    BESIDE, r"\b(?:vào\s+)?(?:ngay\s+|liền\s+)?(?:sau|trước)\s*\z");
pattern!(
    /// Before the unit that takes the new one in.
    INTO, r"\bvào\s*(?:cuối\s+|đầu\s+)?\z");
pattern!(
    /// Only some of the target.
    SOME, r"(?i)\A\s*(?:một phần|một số|các nội dung|nội dung|cụm từ)\b");
pattern!(
    /// Words, not units, are changed.
    WORDS, r"(?i)\A\s*(?:một số\s+|các\s+|những\s+)?(?:cụm từ|từ,|từ\b|từ ngữ|số liệu|dấu)");
pattern!(
    /// After a passive verb: it is this document that does it.
    THUS, r"\A[^.;]{0,60}?(?:như sau|thành|sau đây|bằng\b[^.;]*\bnày)|\A\s*[.;:]?\s*\z");
pattern!(
    /// After a passive verb: another document did it.
    BY_OTHERS, r"\A[^.;:]{0,60}?\b(?:bởi|theo|tại|năm|ngày)\b");
pattern!(
    /// The day stated for it.
    FROM, r"\btừ\s+(?:hết\s+)?ngày\s+([0-9]{1,2})\s*(?:tháng|/|-)\s*([0-9]{1,2})\s*(?:năm|/|-)\s*([0-9]{4})");
pattern!(
    /// The label that a unit begins with.
    LABEL,
    r"\A\s*(?:(?i:chương|phần|mục)\s+(?i:[ivx]+|[0-9]+)\b[.:]?|(?:Điều|ĐIỀU|Điêu)\s+[0-9]+[a-zđ]?\s*[.:]?|[0-9]{1,3}(?:\.[0-9]{1,3})*[a-zđ]?\s*[.)/]|[a-zđ](?:\.?[0-9]{1,2})?\s*[.)]|[IVX]+\s*[.)]|[-–+•*])\s*"
);

/// The kind that a group of verbs states, before its objects are known.
pub(super) fn kind_of(verb: &str) -> RelationKind {
    let verb = verb.to_lowercase();
    if verb.contains("hướng dẫn") || verb.contains("chi tiết") || verb.contains("biện pháp") {
        RelationKind::Implements
    } else if verb.contains("sửa đổi") || verb.contains("bổ sung") || verb.starts_with("thay ") && !verb.contains("thế")
    {
        RelationKind::Amends
    } else if verb.contains("thay thế") {
        RelationKind::Replaces
    } else if verb.contains("đính chính") {
        RelationKind::Corrects
    } else {
        RelationKind::Repeals
    }
}

/// The text with everything between quotation marks or square brackets blanked, byte for byte as long; line breaks become blanks.
pub(super) fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Option<char> = None;
    for (at, c) in text.char_indices() {
        let inside = open.is_some();
        match (c, open) {
            ('“' | '«', None) => open = Some(if c == '«' { '»' } else { '”' }),
            // Editors' notes of a portal; an open bracket without an end is none.
            ('[', None) if text[at..].contains(']') => open = Some(']'),
            // A straight mark opens only where another one closes, or where the text begins with it.
            ('"', None) if text[at + 1..].contains('"') || text[..at].trim().is_empty() => open = Some('"'),
            (c, Some(close)) if c == close || close == '”' && c == '"' => open = None,
            _ => {}
        }
        if inside || open.is_some() {
            out.extend(std::iter::repeat_n('_', c.len_utf8()));
        } else {
            out.push(if c == '\n' { ' ' } else { c });
        }
    }
    out
}

/// Capitals in small letters, byte for byte as long, so that pointers in headings are found: `THÔNG TƯ SỐ 1/2030/TT-BTC` →
/// `Thông tư số 1/2030/TT-BTC`. Text with small letters stays.
pub(super) fn small(text: &str) -> Cow<'_, str> {
    let capitals = |w: &str| w.chars().any(char::is_uppercase) && !w.chars().any(char::is_lowercase);
    let words = || text.split(' ').filter(|w| w.chars().any(char::is_alphabetic) && !w.contains('/'));
    if words().filter(|w| capitals(w)).count() * 10 < words().count() * 7 || text.len() > 2000 {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(' ') {
        if word.contains('/') || word.contains(|c: char| c.is_ascii_digit()) {
            out.push_str(word);
            continue;
        }
        let first =
            matches!(word.trim_end_matches([' ', ',']), "LUẬT" | "NGHỊ" | "THÔNG" | "QUYẾT" | "PHÁP" | "BỘ" | "ĐIỀU");
        for (i, c) in word.chars().enumerate() {
            let mut lower = c.to_lowercase();
            match (lower.next(), lower.next()) {
                (Some(l), None) if l.len_utf8() == c.len_utf8() && !(first && i == 0) => out.push(l),
                _ => out.push(c),
            }
        }
    }
    Cow::Owned(out)
}
