//! What a single line can be, by its looks alone; the parser decides by context.

use crate::text::{fold, roman};

/// Number of an article or clause with the letter of an inserted one: `12`, `12a`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number {
    pub(super) value: u32,
    /// `\0` for none; letters by their place in the Vietnamese alphabet, so that `đ` sorts after `d`.
    pub(super) suffix: char,
}

impl Number {
    /// As printed: `12`, `12a`.
    pub(super) fn print(self) -> String {
        match self.suffix {
            '\0' => self.value.to_string(),
            s => format!("{}{s}", self.value),
        }
    }

    /// Whether `self` may follow `last` without a gap: `13` or `12a` after `12`, `12b` or `13` after `12a`.
    pub(super) fn follows(self, last: Number) -> bool {
        (self.value == last.value + 1 && matches!(self.suffix, '\0' | 'a'))
            || (self.value == last.value && letter_place(self.suffix) == letter_place(last.suffix) + 1)
    }
}

/// Letters that number points, in order; `f j w z` are not used in Vietnamese but turn up, `ơ ư` are used where the
/// alphabet runs out.
const LETTERS: &str = "abcdđefghijklmnoơpqrstuưvwxyz";

/// Place of a letter among those that number points, from 1; 0 for `\0`, skipping those that are mostly left out, so
/// that `i` follows `h`, `k` follows `i` and `v` follows `u`.
pub(super) fn letter_place(c: char) -> usize {
    if c == '\0' {
        return 0;
    }
    LETTERS.chars().take_while(|&l| l != c).filter(|l| !"fjwzơư".contains(*l)).count() + 1
}

/// A line that looks like the start of a unit; byte offsets are within the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looks {
    /// `Điều 12.`: number, offset of the heading, whether a full stop or colon closed the label.
    Article { number: Number, rest: usize, closed: bool },
    /// `3.`
    Clause { number: Number, rest: usize },
    /// `b)`, `b1)`: letter, digits, offset of the text.
    Point { letter: char, digits: u32, rest: usize },
    /// `Phần`, `Chương`, `Mục`, `Tiểu mục`: level 0 to 3, offset of what stands after the keyword.
    Division { level: usize, rest: usize },
    /// Nothing of these.
    Text,
}

/// What a line looks like.
pub(super) fn looks(line: &str) -> Looks {
    let b = line.as_bytes();
    match b.first() {
        Some(b'0'..=b'9') => clause(line),
        Some(b'l') if misread_one(line) => clause(line),
        Some(b'a'..=b'z') => point(line),
        Some(b'P' | b'C' | b'M' | b'T') => division(line),
        // `đ`, `Đ`, and the Icelandic letter `Ð` that old typing tables gave for `Đ`.
        Some(0xc4) if line.starts_with('đ') => point(line),
        Some(0xc4 | 0xc3) => article(line),
        Some(0xc6) => point(line),
        _ => Looks::Text,
    }
}

/// Reads digits (at most `max` of them) and an optional suffix letter.
fn number(s: &str, max: usize) -> Option<(Number, usize)> {
    let digits = s.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > max {
        return None;
    }
    let value = s[..digits].parse().ok()?;
    let suffix = match s[digits..].chars().next() {
        Some(c) if LETTERS.contains(c) && !s[digits + c.len_utf8()..].starts_with(char::is_alphanumeric) => c,
        _ => '\0',
    };
    let len = digits + if suffix == '\0' { 0 } else { suffix.len_utf8() };
    Some((Number { value, suffix }, len))
}

fn article(line: &str) -> Looks {
    let Some((word, after)) = line.split_once(' ') else { return Looks::Text };
    if !(is_article_word(word) || misread_article(line)) {
        return Looks::Text;
    }
    let Some((number, len)) = number(after, 4) else { return Looks::Text };
    let rest = &after[len..];
    if rest.starts_with(|c: char| c.is_alphanumeric() || c == '/') {
        return Looks::Text;
    }
    let trimmed = rest.trim_start();
    let heading = trimmed.trim_start_matches(['.', ':']).trim_start();
    Looks::Article { number, rest: line.len() - heading.len(), closed: trimmed.starts_with(['.', ':']) }
}

fn is_article_word(word: &str) -> bool {
    matches!(word, "Điều" | "ĐIỀU" | "Ðiều" | "ÐIỀU")
}

/// Begins with `Điều` as a recogniser misreads it (`Điêu`, `Điểu`): an article only where its number is the next.
pub(super) fn misread_article(line: &str) -> bool {
    let Some((word, _)) = line.split_once(' ') else { return false };
    word.starts_with(['Đ', 'Ð']) && word.len() <= 8 && !is_article_word(word) && fold(&word[2..]) == "ieu"
}

/// Begins with `l.` for `1.`, as recognisers read it: a clause only where the first is due.
pub(super) fn misread_one(line: &str) -> bool {
    line.starts_with("l. ")
}

fn clause(line: &str) -> Looks {
    let (number, len) = match number(line, 3) {
        Some(found) => found,
        None if misread_one(line) => (Number { value: 1, suffix: '\0' }, 1),
        None => return Looks::Text,
    };
    let Some(after) = line[len..].strip_prefix('.') else { return Looks::Text };
    if after.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Looks::Text;
    }
    Looks::Clause { number, rest: line.len() - after.trim_start().len() }
}

fn point(line: &str) -> Looks {
    let Some(letter) = line.chars().next().filter(|&c| LETTERS.contains(c)) else { return Looks::Text };
    let after = &line[letter.len_utf8()..];
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 2 {
        return Looks::Text;
    }
    let Some(rest) = after[digits..].strip_prefix(')') else { return Looks::Text };
    Looks::Point { letter, digits: after[..digits].parse().unwrap_or(0), rest: line.len() - rest.trim_start().len() }
}

fn division(line: &str) -> Looks {
    const WORDS: [(&str, usize); 8] = [
        ("Phần", 0),
        ("PHẦN", 0),
        ("Chương", 1),
        ("CHƯƠNG", 1),
        ("Mục", 2),
        ("MỤC", 2),
        ("Tiểu mục", 3),
        ("TIỂU MỤC", 3),
    ];
    for (word, level) in WORDS {
        if let Some(after) = line.strip_prefix(word).and_then(|a| a.strip_prefix(' ')) {
            return Looks::Division { level, rest: line.len() - after.len() };
        }
    }
    Looks::Text
}

/// The number of a division (`II`, `2`, `thứ hai`, `A`) and the offset in `s` of what follows it.
pub(super) fn division_number(s: &str) -> Option<(String, usize)> {
    const ORDINALS: [&str; 12] =
        ["nhat", "hai", "ba", "tu", "nam", "sau", "bay", "tam", "chin", "muoi", "muoi mot", "muoi hai"];
    let folded: String = fold(s.get(..s.char_indices().nth(24).map_or(s.len(), |(i, _)| i))?);
    if let Some(after) = folded.strip_prefix("thu ") {
        let word = |n: usize| {
            let name = ORDINALS[n];
            after.strip_prefix(name).is_some_and(|r| !r.starts_with(char::is_alphabetic))
        };
        // Longer names first: `mười một` begins with `mười`.
        let n = (0..ORDINALS.len()).rev().find(|&n| word(n))?;
        let chars = 4 + ORDINALS[n].chars().count();
        let end = s.char_indices().nth(chars).map_or(s.len(), |(i, _)| i);
        return Some(((n + 1).to_string(), end));
    }
    let end = s.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(s.len());
    let token = &s[..end];
    if s[end..].starts_with(char::is_alphanumeric) || token.is_empty() {
        return None;
    }
    if let Some(n) = roman(token).filter(|_| !matches!(token, "C" | "L")) {
        return Some((n.to_string(), end));
    }
    let digits = token.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && digits <= 3 && token.len() <= digits + 1 {
        return Some((token.to_ascii_lowercase(), end));
    }
    // `Phần A`, `Chương IIa`.
    if token.len() == 1 && token.starts_with(|c: char| c.is_ascii_uppercase()) {
        return Some((token.to_ascii_lowercase(), end));
    }
    let (head, last) = token.split_at(token.len() - 1);
    match roman(head) {
        Some(n) if last.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            Some((format!("{n}{}", last.to_ascii_lowercase()), end))
        }
        _ => None,
    }
}

/// No lower-case letter and at least two capitals.
pub(super) fn is_upper(line: &str) -> bool {
    let mut capitals = 0;
    for c in line.chars() {
        if c.is_lowercase() {
            return false;
        }
        capitals += usize::from(c.is_uppercase());
    }
    capitals >= 2
}

/// Whether a line ends as a sentence, an item or a heading does, so that the next line may start a unit.
pub(super) fn is_complete(line: &str) -> bool {
    let end = line.trim_end_matches(['”', '"', '\'', ')', ']', '|', '*', ' ']);
    end.len() < line.len() || end.ends_with(['.', ';', ':', '!', '?', '/']) || end.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(value: u32, suffix: char) -> Number {
        Number { value, suffix }
    }

    #[test]
    fn reads_labels() {
        assert_eq!(looks("Điều 12. Tên"), Looks::Article { number: n(12, '\0'), rest: 12, closed: true });
        assert!(matches!(looks("ĐIỀU 5a: Tên"), Looks::Article { number, closed: true, .. } if number == n(5, 'a')));
        assert!(matches!(looks("Điều 5 của Luật này"), Looks::Article { closed: false, .. }));
        assert!(matches!(looks("Ðiều 1"), Looks::Article { .. }));
        assert_eq!(looks("Điều kiện"), Looks::Text);
        assert!(matches!(looks("10a. Việc"), Looks::Clause { number, .. } if number == n(10, 'a')));
        assert!(matches!(looks("1.Tổ chức"), Looks::Clause { .. }));
        assert_eq!(looks("1.1. Việc"), Looks::Text);
        assert_eq!(looks("2025. Năm"), Looks::Text);
        assert_eq!(looks("đ) Việc"), Looks::Point { letter: 'đ', digits: 0, rest: 4 });
        assert_eq!(looks("b1)Việc"), Looks::Point { letter: 'b', digits: 1, rest: 3 });
        assert_eq!(looks("ab) Việc"), Looks::Text);
        assert!(matches!(looks("Tiểu mục 2"), Looks::Division { level: 3, .. }));
        assert_eq!(looks("Mụcđích"), Looks::Text);
        assert!(matches!(looks("ư) Việc"), Looks::Point { letter: 'ư', .. }));
        assert!(matches!(looks("Điêu 5. Tên"), Looks::Article { number, closed: true, .. } if number == n(5, '\0')));
        assert!(matches!(looks("l. Việc"), Looks::Clause { number, rest: 3 } if number == n(1, '\0')));
        assert_eq!(looks("Điếu thuốc"), Looks::Text);
    }

    #[test]
    fn numbers_divisions() {
        for (s, want) in
            [("II", "2"), ("thứ mười hai", "12"), ("3", "3"), ("A", "a"), ("IIa. Tên", "2a"), ("thứ nhất", "1")]
        {
            assert_eq!(division_number(s).expect(s).0, want);
        }
        assert_eq!(division_number("tiêu"), None);
    }

    #[test]
    fn orders_letters_as_vietnamese_does() {
        assert!(n(5, 'đ').follows(n(5, 'd')) && n(5, 'e').follows(n(5, 'đ')) && n(6, '\0').follows(n(5, 'c')));
        assert!(!n(7, '\0').follows(n(5, '\0')));
        assert_eq!(letter_place('g'), letter_place('e') + 1);
    }
}
