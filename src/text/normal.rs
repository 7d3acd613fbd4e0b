//! The normal form.
//!
//! Two passes, each of which is skipped where it has nothing to do: characters (invisible ones out, NFC), then
//! layout and tone placement on what is NFC already. They are apart because a combining mark may follow an invisible
//! character and a tone can only be placed on composed letters.

use std::ops::Range;

use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::OffsetMap;

/// A text in normal form and the way back to what was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Normalised {
    /// The text in normal form, lines separated by `\n`, none at the end.
    pub text: String,
    /// Bytes of `text` to bytes of the original.
    pub map: OffsetMap,
}

/// A one-line string in normal form and the way back, counted in characters as labelled data counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NormalisedLine {
    /// The string in normal form, without line breaks.
    pub text: String,
    /// For each character of `text` the characters of the original it stands for.
    chars: Vec<Range<u32>>,
}

impl NormalisedLine {
    /// The characters of the original that the characters `range` of [`Self::text`] were made from.
    pub fn original_chars(&self, range: Range<usize>) -> Range<usize> {
        let start = match self.chars.get(range.start) {
            Some(c) => c.start,
            None => self.chars.last().map_or(0, |c| c.end),
        } as usize;
        if range.end <= range.start {
            return start..start;
        }
        let end = self.chars[..range.end.min(self.chars.len())].last().map_or(0, |c| c.end) as usize;
        start..end.max(start)
    }

    /// The characters of [`Self::text`] that were made from the characters `range` of the original.
    pub fn normalised_chars(&self, range: Range<usize>) -> Range<usize> {
        let start = self.chars.partition_point(|c| (c.end as usize) <= range.start);
        let end = self.chars.partition_point(|c| (c.start as usize) < range.end);
        start..end.max(start)
    }
}

/// Normal form of a whole document.
pub fn normalise(text: &str) -> Normalised {
    let (text, map) = normal_form(text, Lines::Kept);
    Normalised { text, map }
}

/// Normal form of a one-line string (a query, a labelled provision): line breaks become spaces.
pub fn normalise_line(text: &str) -> NormalisedLine {
    let (new, map) = normal_form(text, Lines::Joined);
    let mut chars = Vec::with_capacity(new.len());
    let mut old_chars = Counter { text, byte: 0, chars: 0 };
    for (i, c) in new.char_indices() {
        let old = map.original_range(i..i + c.len_utf8());
        let start = old_chars.at(old.start);
        chars.push(start..old_chars.at(old.end));
    }
    NormalisedLine { text: new, chars }
}

/// Turns increasing byte offsets into character offsets.
struct Counter<'a> {
    text: &'a str,
    byte: usize,
    chars: u32,
}

impl Counter<'_> {
    fn at(&mut self, byte: usize) -> u32 {
        if byte < self.byte {
            // Two characters of one composed cluster share their start.
            (self.byte, self.chars) = (0, 0);
        }
        self.chars += self.text[self.byte..byte].chars().count() as u32;
        self.byte = byte;
        self.chars
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Lines {
    Kept,
    Joined,
}

fn normal_form(text: &str, lines: Lines) -> (String, OffsetMap) {
    match compose(text) {
        None => lay_out(text, lines),
        Some((composed, first)) => {
            let (new, second) = lay_out(&composed, lines);
            (new, first.then(&second))
        }
    }
}

/// Characters that show nothing and separate nothing: zero-width, soft hyphen, byte-order and direction marks,
/// controls.
fn is_invisible(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' => false,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => true,
        _ => c.is_control(),
    }
}

/// Whether a character is NFC whatever stands before it. The ranges are those of Latin letters and of the punctuation
/// that legal texts use; the rest is looked up.
fn stands_alone(c: char) -> bool {
    match c {
        '\0'..'\u{300}' | '\u{1e00}'..='\u{1eff}' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' => true,
        _ => is_nfc_quick(std::iter::once(c)) == IsNormalized::Yes && canonical_combining_class(c) == 0,
    }
}

/// First pass: drops invisible characters and composes. None where nothing changes.
fn compose(text: &str) -> Option<(String, OffsetMap)> {
    let first = first_to_compose(text)?;
    let mut out = String::with_capacity(text.len());
    let mut map = OffsetMap::default();
    // From the start of the character before, which a mark may combine with. Anything earlier is safe: had the
    // character before been one that combines too, it would have been the first.
    let start = text[..first].char_indices().next_back().map_or(0, |(i, _)| i);
    out.push_str(&text[..start]);
    map.copied(0, start);
    let mut cluster = String::new();
    let mut cluster_at = start..start;
    let mut flush = |cluster: &mut String, at: Range<usize>| {
        if cluster.is_empty() {
            return;
        }
        let old = &text[at.clone()];
        let from = out.len();
        if cluster.chars().nth(1).is_none() && stands_alone(cluster.chars().next().unwrap_or('a')) {
            out.push_str(cluster);
        } else {
            out.extend(cluster.nfc());
        }
        if out[from..] == *old {
            map.copied(at.start, old.len());
        } else {
            map.replaced(at, out.len() - from);
        }
        cluster.clear();
    };
    for (i, c) in text[start..].char_indices().map(|(i, c)| (i + start, c)) {
        if is_invisible(c) {
            continue;
        }
        if stands_alone(c) {
            flush(&mut cluster, cluster_at.clone());
        }
        if cluster.is_empty() {
            cluster_at.start = i;
        }
        cluster.push(c);
        cluster_at.end = i + c.len_utf8();
    }
    flush(&mut cluster, cluster_at);
    Some((out, map))
}

/// Where the first pass would have to look closer: the byte offset of the first invisible character or of the first
/// one that is not plainly NFC.
fn first_to_compose(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            0x20..0x7f | b'\n' => i += 1,
            0xc3..=0xcb => i += 2,
            0xe1 if (0xb8..=0xbb).contains(&bytes[i + 1]) => i += 3,
            _ => {
                let c = text[i..].chars().next()?;
                if is_invisible(c) || !stands_alone(c) {
                    return Some(i);
                }
                i += c.len_utf8();
            }
        }
    }
    None
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Second pass, on NFC text without invisible characters: white space and tone placement.
fn lay_out(text: &str, lines: Lines) -> (String, OffsetMap) {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut map = OffsetMap::default();
    let mut run = 0; // Start of what is to be copied as it stands, up to `i`.
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            0x21..0x7f => i += 1,
            0xc3..=0xcb => {
                i = place_tone(text, i, 2, &mut run, &mut out, &mut map);
            }
            0xe1 if (0xb8..=0xbb).contains(&bytes[i + 1]) => {
                i = place_tone(text, i, 3, &mut run, &mut out, &mut map);
            }
            // A single space or line break between two visible ASCII characters or Vietnamese letters stays.
            b' ' if i > run && plain(bytes.get(i + 1)) => i += 2 - usize::from(bytes[i + 1] >= 0x80),
            b'\n' if i > run && lines == Lines::Kept && plain(bytes.get(i + 1)) => {
                i += 2 - usize::from(bytes[i + 1] >= 0x80);
            }
            _ => {
                let c = text[i..].chars().next().unwrap_or(' ');
                if !c.is_whitespace() {
                    i += c.len_utf8();
                    continue;
                }
                out.push_str(&text[run..i]);
                map.copied(run, i - run);
                let mut end = i;
                let mut broken = false;
                for c in text[i..].chars().take_while(|c| c.is_whitespace()) {
                    broken |= is_line_break(c);
                    end += c.len_utf8();
                }
                if !out.is_empty() && end < bytes.len() {
                    let new = if broken && lines == Lines::Kept { '\n' } else { ' ' };
                    out.push(new);
                    if text[i..end].len() == 1 {
                        map.copied(i, 1);
                    } else {
                        map.replaced(i..end, 1);
                    }
                }
                i = end;
                run = end;
            }
        }
    }
    out.push_str(&text[run..]);
    map.copied(run, bytes.len() - run);
    (out, map)
}

/// A byte that begins (or is) a visible character: ASCII or a Latin letter.
fn plain(b: Option<&u8>) -> bool {
    matches!(b, Some(0x21..0x7f | 0xc3..=0xcb))
}

/// Moves the tone of the open rhymes oa, oe, uy to their first vowel (`hoà` → `hòa`), where the letter of `len`
/// bytes at `i` is such a second vowel. Returns the offset to go on from.
///
/// Not in `quý`, where `u` belongs to the initial, and not before a final letter (`hoàn`, `khoái`, `huỳnh`), where
/// both placements agree.
fn place_tone(text: &str, i: usize, len: usize, run: &mut usize, out: &mut String, map: &mut OffsetMap) -> usize {
    let bytes = text.as_bytes();
    let end = i + len;
    if i == *run || !matches!(bytes[i - 1], b'o' | b'O' | b'u' | b'U') {
        return end;
    }
    let Some((first, second)) = text[i..end].chars().next().and_then(|c| swapped(bytes[i - 1], c)) else { return end };
    let after_q = i >= *run + 2 && matches!(bytes[i - 2], b'q' | b'Q');
    let next = text[end..].chars().next();
    let closed = next.is_some_and(|c| c.is_alphabetic() || canonical_combining_class(c) != 0);
    if closed || (after_q && matches!(bytes[i - 1], b'u' | b'U')) {
        return end;
    }
    out.push_str(&text[*run..i - 1]);
    map.copied(*run, i - 1 - *run);
    out.push(first);
    map.replaced(i - 1..i, first.len_utf8());
    out.push(second);
    map.replaced(i..end, second.len_utf8());
    *run = end;
    end
}

/// The pair of letters with the tone on the first one, for a plain first vowel and a second one that bears a tone.
fn swapped(first: u8, second: char) -> Option<(char, char)> {
    const TONES: [(char, char, &str, &str); 8] = [
        ('o', 'a', "àáảãạ", "òóỏõọ"),
        ('o', 'e', "èéẻẽẹ", "òóỏõọ"),
        ('u', 'y', "ỳýỷỹỵ", "ùúủũụ"),
        ('O', 'A', "ÀÁẢÃẠ", "ÒÓỎÕỌ"),
        ('O', 'E', "ÈÉẺẼẸ", "ÒÓỎÕỌ"),
        ('U', 'Y', "ỲÝỶỸỴ", "ÙÚỦŨỤ"),
        ('O', 'a', "àáảãạ", "ÒÓỎÕỌ"),
        ('U', 'y', "ỳýỷỹỵ", "ÙÚỦŨỤ"),
    ];
    TONES.iter().filter(|t| t.0 == first as char).find_map(|&(_, plain, from, to)| {
        let tone = from.chars().position(|c| c == second)?;
        Some((to.chars().nth(tone)?, plain))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(s: &str) -> String {
        normalise(s).text
    }

    #[test]
    fn places_tones_in_open_rhymes_only() {
        assert_eq!(text("hoà, thuỷ, Uỷ ban, XOÁ, khoẻ, Hoạ sĩ, UỶ"), "hòa, thủy, Ủy ban, XÓA, khỏe, Họa sĩ, ỦY");
        for kept in ["quý", "quỹ", "Quỳ", "hoàn", "toán", "huỳnh", "khoái", "thuế", "quá", "của", "tuệ", "ngoéo"]
        {
            assert_eq!(text(kept), kept);
        }
        assert_eq!(text("toẽ, luỹ"), "tõe, lũy");
    }

    #[test]
    fn composes_and_drops_what_cannot_be_seen() {
        assert_eq!(text("Đie\u{302}\u{300}u 1.\u{200b} A\u{ad}b"), "Điều 1. Ab");
        assert_eq!(text("ho\u{200b}a\u{300} va\u{300}"), "hòa và");
        assert_eq!(text("\u{feff}Luật"), "Luật");
    }

    #[test]
    fn tidies_white_space() {
        assert_eq!(text("  a \u{a0}\tb  \r\n\r\n \t\n c\u{2003}d \r e\n"), "a b\nc d\ne");
        assert_eq!(text(" \n\t "), "");
        assert_eq!(normalise_line("a\n b\r\nc ").text, "a b c");
    }

    #[test]
    fn maps_ranges_back() {
        let old = "  Uỷ  ban\u{200b} nho\u{a0}hoà \n\n x";
        let n = normalise(old);
        assert_eq!(n.text, "Ủy ban nho hòa\nx");
        let at = |part: &str| {
            let i = n.text.find(part).expect("part of the text");
            &old[n.map.original_range(i..i + part.len())]
        };
        assert_eq!(at("Ủy"), "Uỷ");
        assert_eq!(at("ban"), "ban");
        assert_eq!(at("nho hòa"), "nho\u{a0}hoà");
        assert_eq!(at("x"), "x");
    }

    #[test]
    fn counts_characters_both_ways() {
        let line = normalise_line("Uỷ  ban nha\u{302}n da\u{302}n\n tỉnh");
        assert_eq!(line.text, "Ủy ban nhân dân tỉnh");
        assert_eq!(line.original_chars(3..6), 4..7);
        assert_eq!(line.normalised_chars(4..7), 3..6);
        assert_eq!(line.original_chars(16..20), 20..24);
    }

    /// Texts made of what the normal form must deal with, and of anything.
    fn texts() -> impl Strategy<Value = String> {
        let token = prop_oneof![
            4 => "[a-yA-Y]{1,4}",
            2 => prop::sample::select(vec![
                "hoà", "quý", "Uỷ", "uỹ", "oẽ", "\u{301}", "\u{323}", "\u{302}", " ", "  ", "\n", "\r\n", "\u{a0}",
                "\u{200b}", "\u{ad}", "đ", "Ế", "a\u{302}\u{301}", "\u{1100}\u{1161}", "\u{2126}", "\u{2028}", "\t",
            ]).prop_map(str::to_owned),
            1 => "\\PC{0,3}",
            1 => any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(token, 0..24).prop_map(|v| v.concat())
    }

    proptest! {
        #[test]
        fn is_idempotent(s in texts()) {
            let once = text(&s);
            let twice = normalise(&once);
            prop_assert_eq!(&twice.text, &once);
            prop_assert_eq!(twice.map, OffsetMap::identity(once.len()));
            let line = normalise_line(&s).text;
            prop_assert_eq!(&normalise_line(&line).text, &line);
        }

        #[test]
        fn has_the_promised_form(s in texts()) {
            let t = text(&s);
            prop_assert!(unicode_normalization::is_nfc(&t));
            for line in t.split('\n').filter(|_| !t.is_empty()) {
                prop_assert!(!line.is_empty() && line.trim() == line && !line.contains("  "));
            }
            prop_assert_eq!(normalise_line(&s).text, t.replace('\n', " "));
        }

        /// Offsets never go backwards, lie on characters, and every visible character of the original is covered
        /// by exactly the range of the normal form's characters made from it.
        #[test]
        fn accounts_for_every_character(s in texts()) {
            let n = normalise(&s);
            let mut covered = vec![false; s.len()];
            let mut last = 0;
            for (i, c) in n.text.char_indices() {
                let r = n.map.original_range(i..i + c.len_utf8());
                prop_assert!(r.start >= last && s.is_char_boundary(r.start) && s.is_char_boundary(r.end));
                prop_assert!(!r.is_empty());
                prop_assert_eq!(r.start, n.map.original(i));
                last = r.start;
                covered[r].fill(true);
            }
            for (i, c) in s.char_indices() {
                if !c.is_whitespace() && !is_invisible(c) {
                    prop_assert!(covered[i], "{c:?} at {i} is lost");
                }
            }
        }

        #[test]
        fn line_offsets_go_there_and_back(s in texts()) {
            let n = normalise_line(&s);
            let len = n.text.chars().count();
            for i in 0..len {
                let old = n.original_chars(i..i + 1);
                prop_assert!(old.end <= s.chars().count());
                prop_assert!(n.normalised_chars(old).contains(&i));
            }
        }
    }
}
