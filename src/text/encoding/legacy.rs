//! The encodings of the 1990s: one byte or two for a letter, told apart by fonts only.

use std::borrow::Cow;
use std::sync::LazyLock;

use encoding_rs::WINDOWS_1252;
use unicode_normalization::UnicodeNormalization;

/// Code of TCVN3 (fonts `.Vn…`) for each letter. Capitals with a tone have none: they are set in a capital font, with
/// the code of the small letter.
const TCVN3: &str = "¡Ă ¢Â £Ê ¤Ô ¥Ơ ¦Ư §Đ ¨ă ©â ªê «ô ¬ơ \u{ad}ư ®đ µà ¶ả ·ã ¸á ¹ạ »ằ ¼ẳ ½ẵ ¾ắ Æặ Çầ Èẩ Éẫ Êấ Ëậ Ìè Îẻ Ïẽ Ðé Ñẹ \
    Òề Óể Ôễ Õế Öệ ×ì Øỉ Üĩ Ýí Þị ßò áỏ âõ ãó äọ åồ æổ çỗ èố éộ êờ ëở ìỡ íớ îợ ïù ñủ òũ óú ôụ õừ öử ÷ữ øứ ùự úỳ ûỷ üỹ ýý þỵ";

/// VNI-Windows: letters that stand alone, small ones.
const VNI_LETTERS: &str = "ñđ íí ìì æỉ óĩ òị ôơ öư îỵ";
/// VNI-Windows: marks that follow their vowel, small ones, as Unicode's combining marks.
const VNI_MARKS: &str = "ù\u{301} ø\u{300} û\u{309} õ\u{303} ï\u{323} â\u{302} á\u{302}\u{301} à\u{302}\u{300} å\u{302}\u{309} \
    ã\u{302}\u{303} ä\u{302}\u{323} ê\u{306} é\u{306}\u{301} è\u{306}\u{300} ú\u{306}\u{309} ü\u{306}\u{303} ë\u{306}\u{323}";

static TCVN3_TABLE: LazyLock<[char; 256]> = LazyLock::new(|| {
    let mut table = latin1();
    for pair in TCVN3.split(' ') {
        let mut chars = pair.chars();
        if let (Some(code), Some(letter)) = (chars.next(), chars.next()) {
            table[code as usize] = letter;
        }
    }
    table
});

fn latin1() -> [char; 256] {
    std::array::from_fn(|i| char::from(i as u8))
}

/// What a code of VNI stands for: a letter, or marks on the vowel before it.
#[derive(Clone, Copy)]
enum Vni {
    Letter(char),
    Marks(&'static str),
    Other,
}

static VNI_TABLE: LazyLock<[Vni; 256]> = LazyLock::new(|| {
    let mut table = [Vni::Other; 256];
    let capital = |c: char| c.to_uppercase().next().unwrap_or(c);
    for pair in VNI_LETTERS.split(' ') {
        let mut chars = pair.chars();
        if let (Some(code), Some(letter)) = (chars.next(), chars.next()) {
            table[code as usize] = Vni::Letter(letter);
            table[capital(code) as usize] = Vni::Letter(capital(letter));
        }
    }
    for pair in VNI_MARKS.split_whitespace() {
        if let Some(code) = pair.chars().next() {
            let marks = Vni::Marks(&pair[code.len_utf8()..]);
            table[code as usize] = marks;
            table[capital(code) as usize] = marks;
        }
    }
    table
});

/// The byte that a character of a text in Windows' western encoding was made from; none for what has no such byte.
fn code(c: char) -> Option<u8> {
    match c {
        '\0'..='\u{ff}' => Some(c as u8),
        // Old files come through word processors that put symbol fonts here.
        '\u{f020}'..='\u{f0ff}' => Some((c as u32 - 0xf000) as u8),
        _ => {
            let mut buffer = [0; 4];
            let (bytes, _, lost) = WINDOWS_1252.encode(c.encode_utf8(&mut buffer));
            (!lost && bytes.len() == 1).then(|| bytes[0])
        }
    }
}

/// Text whose characters are codes of TCVN3 → Unicode. Letters with a tone come out small; see [`capitals`].
pub(super) fn tcvn3(text: &str) -> String {
    // What Latin-1 has no code for (a dash, quotation marks) stays.
    text.chars().map(|c| code(c).filter(|&b| b >= 0xa0).map_or(c, |b| TCVN3_TABLE[b as usize])).collect()
}

/// Text whose characters are codes of VNI-Windows → Unicode (NFC).
pub(super) fn vni(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match code(c).map_or(Vni::Other, |b| VNI_TABLE[b as usize]) {
            Vni::Letter(letter) => out.push(letter),
            Vni::Marks(marks) if out.chars().next_back().is_some_and(is_vowel) => out.push_str(marks),
            _ => out.push(c),
        }
    }
    out.nfc().collect()
}

fn is_vowel(c: char) -> bool {
    "aeiouyơưAEIOUYƠƯ".contains(c)
}

/// Gives small letters with a tone their capitals back, where the letters around them are capitals: TCVN3 has one code
/// for both. A word with two capitals and no plain small letter is in capitals; one that has no more than a capital at
/// its start follows its neighbours; a sentence begins with a capital. (Letters without a tone have capitals of their own.)
pub(super) fn capitals(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, line) in text.split('\n').enumerate() {
        if i > 0 {
            out.push('\n');
        }
        line_capitals(line, &mut out);
    }
    out
}

#[derive(Clone, Copy, PartialEq)]
enum Case {
    Capital,
    Small,
    /// Nothing but lettered-with-a-tone, or one capital and those.
    Open,
}

fn line_capitals(line: &str, out: &mut String) {
    let mut words: Vec<(std::ops::Range<usize>, Case)> = Vec::new();
    let mut start = None;
    for (i, c) in line.char_indices().chain([(line.len(), ' ')]) {
        match (c.is_alphabetic(), start) {
            (true, None) => start = Some(i),
            (false, Some(s)) => {
                words.push((s..i, case(&line[s..i])));
                start = None;
            }
            _ => {}
        }
    }
    let known = |w: Option<&(std::ops::Range<usize>, Case)>| w.map(|w| w.1).filter(|&c| c != Case::Open);
    let mut at = 0;
    for (i, (range, case)) in words.iter().enumerate() {
        let before = &line[at..range.start];
        out.push_str(before);
        let word = &line[range.clone()];
        at = range.end;
        let nearest = || {
            let left = words[..i].iter().rev().find(|w| w.1 != Case::Open);
            known(left).into_iter().chain(known(words[i + 1..].iter().find(|w| w.1 != Case::Open))).collect::<Vec<_>>()
        };
        let all = match case {
            Case::Capital => true,
            Case::Small => false,
            Case::Open => {
                let near = nearest();
                !near.is_empty() && near.iter().all(|&c| c == Case::Capital)
            }
        };
        // The first word of a line, of what follows its label, or of a sentence; and a body that is always written so.
        let label = i == 1 && words[0].0.start == 0 && words[0].0.len() <= 2 && before == ") ";
        let first = i == 0 && line[..range.start].chars().all(|c| !c.is_alphabetic())
            || label
            || before.trim_end().ends_with(['.', '?', '!']) && before.ends_with(' ')
            || word == "ủy" && line[range.end..].starts_with(" ban ");
        if all {
            out.extend(word.chars().flat_map(char::to_uppercase));
        } else if first && word.chars().next().is_some_and(|c| !c.is_ascii() && !"ăâêôơưđ".contains(c)) {
            let mut chars = word.chars();
            out.extend(chars.next().into_iter().flat_map(char::to_uppercase));
            out.push_str(chars.as_str());
        } else {
            out.push_str(word);
        }
    }
    out.push_str(&line[at..]);
}

fn case(word: &str) -> Case {
    let plain = |c: &char| c.is_ascii_alphabetic() || "ĂÂÊÔƠƯĐăâêôơưđ".contains(*c);
    let (capitals, small): (Vec<char>, Vec<char>) = word.chars().filter(plain).partition(|c| c.is_uppercase());
    match (capitals.len(), small.len()) {
        (2.., 0) => Case::Capital,
        (_, 1..) => Case::Small,
        _ => Case::Open,
    }
}

/// Text set in a font of the 1990s → Unicode; unchanged for other fonts. `.VnTimeH` and its like show small letters as
/// capitals.
pub(super) fn from_font<'a>(text: &'a str, font: &str) -> Cow<'a, str> {
    let name = font.trim().trim_matches(['"', '\'']).to_ascii_lowercase();
    if let Some(vn) = name.strip_prefix(".vn") {
        let new = tcvn3(text);
        return Cow::Owned(if vn.ends_with('h') && !vn.ends_with("english") { new.to_uppercase() } else { new });
    }
    if name.starts_with("vni-") || name.starts_with("vni ") {
        return Cow::Owned(vni(text));
    }
    Cow::Borrowed(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_tcvn3_is_told_apart() {
        let letters: std::collections::BTreeSet<char> = TCVN3_TABLE[0xa1..].iter().copied().collect();
        let marked = "ăâêôơưđĂÂÊÔƠƯĐàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ";
        assert!(marked.chars().all(|c| letters.contains(&c)), "a letter is missing");
        assert_eq!(marked.chars().count(), TCVN3.split(' ').count());
    }

    #[test]
    fn capitals_come_back() {
        assert_eq!(capitals("đ) áp dụng; ủy ban nhân dân\n2. ứng"), "đ) Áp dụng; Ủy ban nhân dân\n2. Ứng");
        let text = "QUốC HộI ban hành\nĐộC LậP - Tự DO\nủy ban nhân dân. ủy ban của Độ ở\nNƯớC CộNG HòA Xã HộI CHủ NGHĩA VIệT NAM";
        let want = "QUỐC HỘI ban hành\nĐỘC LẬP - TỰ DO\nỦy ban nhân dân. Ủy ban của Độ ở\nNƯỚC CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
        assert_eq!(capitals(text), want);
    }

    #[test]
    fn fonts_choose_the_table() {
        assert_eq!(from_font("§iÒu 1. Ph¹m vi", ".VnTime"), "Điều 1. Phạm vi");
        assert_eq!(from_font("quèc héi", "'.VnTimeH'"), "QUỐC HỘI");
        assert_eq!(from_font("Ñieàu 1", "VNI-Times"), "Điều 1");
        assert_eq!(from_font("Điều 1", "Times New Roman"), "Điều 1");
    }

    #[test]
    fn vni_in_all_its_marks() {
        assert_eq!(
            vni("Chöông I. Quyù khaùch haøng ñöôïc höôûng nghóa vuï, Khoaûn kyõ thuaät"),
            "Chương I. Quý khách hàng được hưởng nghĩa vụ, Khoản kỹ thuật"
        );
        assert_eq!(vni("VIEÄT NAM ÑAËNG"), "VIỆT NAM ĐẶNG");
        // A mark without its vowel stays what it is.
        assert_eq!(vni("« ù »"), "« ù »");
    }
}
