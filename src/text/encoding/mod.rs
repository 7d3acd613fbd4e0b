//! Bytes → text: which encoding, and the text in it.
//!
//! Invariant: nothing is lost and nothing guessed silently: a byte that the encoding does not have, or a text that is
//! Vietnamese in no encoding known here, is an error; the choice is part of the answer. What TCVN3 itself does not say
//! (capitals with a tone) is restored from the letters around.

mod legacy;
mod syllable;

use std::borrow::Cow;

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252, WINDOWS_1258};
use unicode_normalization::UnicodeNormalization;

use syllable::score;

/// An encoding of Vietnamese text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without byte-order mark.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1258: some letters composed, tones as marks of their own.
    Windows1258,
    /// TCVN3 (ABC), fonts `.Vn…`.
    Tcvn3,
    /// VNI-Windows, fonts `VNI-…`.
    Vni,
    /// Windows-1252: a text without Vietnamese letters.
    Windows1252,
}

impl Encoding {
    /// Its name as people know it.
    pub const fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf16Le => "UTF-16LE",
            Encoding::Utf16Be => "UTF-16BE",
            Encoding::Windows1258 => "Windows-1258",
            Encoding::Tcvn3 => "TCVN3 (ABC)",
            Encoding::Vni => "VNI-Windows",
            Encoding::Windows1252 => "Windows-1252",
        }
    }
}

/// A text and how it was encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, in Unicode; not yet in normal form.
    pub text: String,
    /// The encoding of the bytes.
    pub encoding: Encoding,
    /// The encoding in which the letters were, where a program saved them as if they were western: TCVN3 inside UTF-8.
    pub inside: Option<Encoding>,
}

impl Decoded {
    /// Whether the bytes were Unicode: then letters may still be codes of an old encoding, see [`repair`].
    pub const fn is_unicode(&self) -> bool {
        matches!(self.encoding, Encoding::Utf8 | Encoding::Utf16Le | Encoding::Utf16Be)
    }

    /// Puts right a text that a program took for western letters; see [`repair`].
    pub fn repaired(mut self) -> Decoded {
        if self.is_unicode()
            && let Some((text, inside)) = repair(&self.text)
        {
            self.text = text;
            self.inside = Some(inside);
        }
        self
    }

    /// What a person should know of the choice; none for plain UTF-8.
    pub fn note(&self) -> Option<String> {
        let why = match self.inside.unwrap_or(self.encoding) {
            Encoding::Utf8 => return None,
            Encoding::Tcvn3 => "; capitals with a tone are restored from the letters around them",
            _ => "",
        };
        Some(match self.inside {
            Some(inside) => format!("read as {} saved as {}{why}", inside.name(), self.encoding.name()),
            None => format!("read as {}{why}", self.encoding.name()),
        })
    }
}

/// The bytes are text in no encoding known here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    /// Zero bytes and controls: no text at all.
    #[error("binary data, not text")]
    Binary,
    /// Text, but Vietnamese in no encoding known here.
    #[error("at byte {offset} neither UTF-8 nor Vietnamese in Windows-1258, TCVN3 or VNI")]
    Unknown {
        /// The first byte that is not UTF-8.
        offset: usize,
    },
}

/// Share of the words beyond ASCII that have to be Vietnamese syllables for an old encoding to be believed.
const ENOUGH: f64 = 0.6;
/// How much is scored: plenty to be sure.
const SAMPLE: usize = 1 << 20;

/// Decodes a text: byte-order marks first, then UTF-8, then UTF-16 by its zero bytes, then the old encodings by which
/// gives Vietnamese syllables.
///
/// # Errors
/// See [`NotText`].
pub fn decode(bytes: &[u8]) -> Result<Decoded, NotText> {
    let utf16 = |encoding, bytes: &[u8]| {
        let table = if encoding == Encoding::Utf16Le { UTF_16LE } else { UTF_16BE };
        let (text, bad) = table.decode_without_bom_handling(bytes);
        if bad || text.contains('\0') {
            return Err(NotText::Binary);
        }
        Ok(Decoded { text: text.into_owned(), encoding, inside: None })
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => return utf16(Encoding::Utf16Le, rest),
        [0xfe, 0xff, rest @ ..] => return utf16(Encoding::Utf16Be, rest),
        _ => {}
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return utf16(encoding, bytes);
    }
    if bytes[..bytes.len().min(8192)].contains(&0) {
        return Err(NotText::Binary);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Decoded { text: text.to_owned(), encoding: Encoding::Utf8, inside: None }),
        Err(e) => single_byte(bytes).ok_or(NotText::Unknown { offset: e.valid_up_to() }),
    }
}

/// Whether bytes that begin so can be text at all: no zero bytes (but UTF-16's) and next to no controls.
pub fn looks_like_text(head: &[u8]) -> bool {
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) || utf16_without_mark(head).is_some() {
        return true;
    }
    let head = &head[..head.len().min(8192)];
    let controls = head.iter().filter(|b| matches!(b, 1..=8 | 14..=26 | 28..=31)).count();
    !head.contains(&0) && controls * 50 <= head.len()
}

/// UTF-16 gives itself away by ASCII's zero bytes, all on one side.
fn utf16_without_mark(bytes: &[u8]) -> Option<Encoding> {
    let sample = &bytes[..bytes.len().min(4096) & !1];
    if sample.len() < 8 || !bytes.len().is_multiple_of(2) {
        return None;
    }
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), sample.len() / 2);
    match (even, odd) {
        (0, n) if n * 4 > half => Some(Encoding::Utf16Le),
        (n, 0) if n * 4 > half => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// The old encodings, tried one after the other; the best one has to be good enough.
fn single_byte(bytes: &[u8]) -> Option<Decoded> {
    if let (Encoding::Windows1258, text) = windows1258(bytes)?
        && is_good(&text)
    {
        return Some(Decoded { text, encoding: Encoding::Windows1258, inside: None });
    }
    let western = WINDOWS_1252.decode_without_bom_handling(bytes).0;
    if let Some((text, encoding)) = old(&western) {
        return Some(Decoded { text, encoding, inside: None });
    }
    // A text with a few western signs (§, ½, typographic quotes) and no Vietnamese at all.
    let few = western.chars().filter(|c| !c.is_ascii()).count();
    (few * 50 <= western.len() && score(&western).share() == 0.0 && score(&western).words * 100 <= western.len())
        .then(|| Decoded { text: western.into_owned(), encoding: Encoding::Windows1252, inside: None })
}

/// The bytes in Windows-1258, composed; none where controls show that they are no text.
fn windows1258(bytes: &[u8]) -> Option<(Encoding, String)> {
    let text: String = WINDOWS_1258.decode_without_bom_handling(bytes).0.nfc().collect();
    let controls = text.chars().filter(|c| c.is_control() && !c.is_whitespace()).count();
    (controls * 100 <= text.len()).then_some((Encoding::Windows1258, text))
}

fn is_good(text: &str) -> bool {
    let score = score(sample(text));
    score.words > 0 && score.share() >= ENOUGH
}

/// The start of a text, long enough to judge it.
fn sample(text: &str) -> &str {
    super::start(text, SAMPLE)
}

/// Western characters that are codes of TCVN3 or VNI → Unicode, by which of the two gives Vietnamese.
fn old(western: &str) -> Option<(String, Encoding)> {
    let sample = sample(western);
    let tcvn3 = score(&legacy::tcvn3(sample)).share();
    let vni = score(&legacy::vni(sample)).share();
    if tcvn3.max(vni) < ENOUGH {
        return None;
    }
    Some(if tcvn3 >= vni {
        (legacy::capitals(&legacy::tcvn3(western)), Encoding::Tcvn3)
    } else {
        (legacy::vni(western), Encoding::Vni)
    })
}

/// A Unicode text whose letters are codes of TCVN3 or VNI (a program took the bytes for western ones), put right, and
/// which it was; none for a text that is as it should be.
pub fn repair(text: &str) -> Option<(String, Encoding)> {
    let head = sample(text);
    // Any letter beyond Latin-1 says that this is Unicode indeed.
    let latin1 = head.chars().filter(|c| ('\u{a1}'..='\u{ff}').contains(c)).count();
    let beyond = head.chars().filter(|c| matches!(c, '\u{100}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')).count();
    if latin1 < 2 || beyond * 20 > latin1 {
        return None;
    }
    let plain = score(head);
    if plain.share() >= ENOUGH {
        return None;
    }
    let (new, encoding) = old(text)?;
    (score(sample(&new)).share() > plain.share() + 0.3).then_some((new, encoding))
}

/// Text that a document sets in a font of the 1990s (`.VnTime`, `VNI-Times`) → Unicode; unchanged in other fonts.
pub fn from_font<'a>(text: &'a str, font: &str) -> Cow<'a, str> {
    // Newer programs keep the font's name and write Unicode.
    if text.is_ascii() && !font.trim_end_matches(['\'', '"']).ends_with(['h', 'H'])
        || text.chars().any(|c| matches!(c, '\u{1e00}'..='\u{1eff}' | 'ơ' | 'ư' | 'Ơ' | 'Ư' | 'đ' | 'Đ' | 'ă' | 'Ă'))
    {
        return Cow::Borrowed(text);
    }
    legacy::from_font(text, font)
}

/// The character of a byte in Windows-1252.
pub fn western(byte: u8) -> char {
    WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next().unwrap_or(' ')
}

/// Gives capitals with a tone back to text that [`from_font`] read; see the note of [`Decoded`].
pub fn restore_capitals(text: &str) -> String {
    legacy::capitals(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "QUỐC HỘI - Độc lập\nĐiều 1. Phạm vi đèn lồng\n1. Ủy ban nhân dân được giữ, sửa và bảo quản đèn “lồng” thuộc quỹ ở xã.\n";

    /// The bytes of a text in TCVN3, by its table turned round.
    fn to_tcvn3(text: &str) -> Vec<u8> {
        text.nfc()
            .map(|c| match c {
                '“' => 0x93,
                '”' => 0x94,
                c if c.is_ascii() => c as u8,
                c => (0xa1..=0xfe_u8)
                    .find(|&b| {
                        let here = legacy::tcvn3(&char::from(b).to_string());
                        here == c.to_string() || here == c.to_lowercase().to_string() && b > 0xb0
                    })
                    .expect("a letter of TCVN3"),
            })
            .collect()
    }

    fn to_1258(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        for c in text.nfc() {
            let whole = WINDOWS_1258.encode(&c.to_string()).0.into_owned();
            if !whole.starts_with(b"&#") {
                out.extend(whole);
                continue;
            }
            // Base letter with its hat, then the tone.
            let parts: Vec<char> = c.to_string().nfd().collect();
            let (tone, base): (Vec<char>, Vec<char>) =
                parts.iter().partition(|c| matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}'));
            for part in [base, tone] {
                let part: String = part.into_iter().collect::<String>().nfc().collect();
                out.extend(WINDOWS_1258.encode(&part).0.iter());
            }
        }
        out
    }

    #[test]
    fn unicode_in_all_its_dresses() {
        let utf16: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16be: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let dresses: [(Vec<u8>, Encoding); 6] = [
            (TEXT.into(), Encoding::Utf8),
            ([b"\xef\xbb\xbf", TEXT.as_bytes()].concat(), Encoding::Utf8),
            ([&[0xff, 0xfe], &utf16[..]].concat(), Encoding::Utf16Le),
            (utf16, Encoding::Utf16Le),
            ([&[0xfe, 0xff], &utf16be[..]].concat(), Encoding::Utf16Be),
            (utf16be, Encoding::Utf16Be),
        ];
        for (bytes, encoding) in dresses {
            let decoded = decode(&bytes).expect("text");
            assert_eq!((decoded.text.as_str(), decoded.encoding, decoded.inside), (TEXT, encoding, None));
        }
    }

    #[test]
    fn the_old_encodings_are_told_apart() {
        let tcvn3 = decode(&to_tcvn3(TEXT)).expect("text");
        assert_eq!((tcvn3.text.as_str(), tcvn3.encoding), (TEXT, Encoding::Tcvn3));
        let w1258 = decode(&to_1258(TEXT)).expect("text");
        assert_eq!((w1258.text.as_str(), w1258.encoding), (TEXT, Encoding::Windows1258));
        assert!(tcvn3.note().is_some_and(|n| n.contains("TCVN3")));
    }

    #[test]
    fn bytes_saved_as_western_letters_are_put_right() {
        let western = WINDOWS_1252.decode_without_bom_handling(&to_tcvn3(TEXT)).0.into_owned();
        let decoded = decode(western.as_bytes()).expect("text").repaired();
        assert_eq!(
            (decoded.text.as_str(), decoded.encoding, decoded.inside),
            (TEXT, Encoding::Utf8, Some(Encoding::Tcvn3))
        );
        let vni = "Ñieàu 1. Phaïm vi ñieàu chænh\nUÛy ban nhaân daân ñöôïc giöõ ñeøn loàng";
        let decoded = decode(vni.as_bytes()).expect("text").repaired();
        assert_eq!(decoded.text, "Điều 1. Phạm vi điều chỉnh\nỦy ban nhân dân được giữ đèn lồng");
        assert_eq!(decoded.inside, Some(Encoding::Vni));
    }

    #[test]
    fn other_languages_stay_as_they_are() {
        for text in ["Le café où l'été déjà passé à la forêt", "Straße über Öl", "plain ASCII", "điều 5; café ©"]
        {
            let decoded = decode(text.as_bytes()).expect("text").repaired();
            assert_eq!((decoded.text.as_str(), decoded.inside), (text, None));
        }
    }

    #[test]
    fn what_is_no_text_is_said_so() {
        assert_eq!(decode(b"\x7fELF\0\0\0\x01"), Err(NotText::Binary));
        assert_eq!(decode(b"abc \xff\xff\xfe\xfe\xfd"), Err(NotText::Unknown { offset: 4 }));
        let broken = [TEXT.as_bytes(), b"\xe1\xbb"].concat();
        assert_eq!(decode(&broken), Err(NotText::Unknown { offset: TEXT.len() }));
    }

    proptest! {
        #[test]
        fn good_unicode_is_never_changed(words in prop::collection::vec("(Điều|khoản|ngày|của|được|và|Nghị định|a|1\\.)", 1..40)) {
            let text = words.join(" ");
            prop_assert_eq!(decode(text.as_bytes()).expect("text").repaired().text, text);
        }

        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = decode(&bytes).map(Decoded::repaired);
        }
    }
}
