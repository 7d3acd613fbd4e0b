//! Folding: lower case without diacritics, one character for one character.

use std::sync::LazyLock;

use unicode_normalization::char::decompose_canonical;

/// Lower case, no diacritics, `đ` → `d`. One character in, one character out for text in NFC, so that character
/// offsets of the folded text are those of the text.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    out.extend(text.chars().map(fold_char));
    out
}

/// [`fold`] of one character.
pub fn fold_char(c: char) -> char {
    // Two small tables hold all Latin letters; going through Unicode's decomposition for each one is 20 times slower.
    static LATIN: LazyLock<Vec<char>> = LazyLock::new(|| ('\u{80}'..'\u{250}').map(fold_any).collect());
    static VIETNAMESE: LazyLock<Vec<char>> = LazyLock::new(|| ('\u{1e00}'..'\u{1f00}').map(fold_any).collect());
    match c {
        '\0'..'\u{80}' => c.to_ascii_lowercase(),
        '\u{80}'..'\u{250}' => LATIN[c as usize - 0x80],
        '\u{1e00}'..'\u{1f00}' => VIETNAMESE[c as usize - 0x1e00],
        _ => fold_any(c),
    }
}

fn fold_any(c: char) -> char {
    let mut base = None;
    decompose_canonical(c, |part| {
        base.get_or_insert(part);
    });
    match base.unwrap_or(c) {
        'đ' | 'Đ' | 'ð' | 'Ð' => 'd',
        // A few capitals lower to two characters (`İ`); the first one is the letter.
        b => b.to_lowercase().next().unwrap_or(b),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::normalise_line;

    #[test]
    fn folds_vietnamese() {
        assert_eq!(fold("Thẩm QUYỀN cấp phép; Đường Ỷ, ưỡn"), "tham quyen cap phep; duong y, uon");
        assert_eq!(fold("65/2023/NĐ-CP"), "65/2023/nd-cp");
    }

    proptest! {
        #[test]
        fn keeps_the_number_of_characters_and_is_stable(s in "\\PC*") {
            let once = fold(&s);
            prop_assert_eq!(once.chars().count(), s.chars().count());
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn sees_only_letters_of_normal_text(s in "[ -~À-ỹ]*") {
            let text = normalise_line(&s).text;
            prop_assert!(fold(&text).chars().all(|c| !"àáảãạđêôơưăâ".contains(c)));
        }
    }
}
