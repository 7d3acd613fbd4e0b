//! What numbers and names of documents are compared by.

use super::name_key;
use crate::text::fold;

/// What two spellings of one số hiệu share: folded, without spaces and leading zeros: `01/2016/ttlt-bkhcn-bnv` and
/// `1/2016/TTLT-BKHCN-BNV` are one.
pub fn number_key(number: &str) -> String {
    let folded: String = fold(number).chars().filter(|c| !c.is_whitespace()).collect();
    let folded = folded.replace(['–', '\u{2010}', '\u{2011}'], "-");
    let plain = folded.trim_start_matches('0');
    if plain.starts_with(|c: char| c.is_ascii_digit()) { plain.to_owned() } else { folded }
}

/// What the name of a law in a citation and the title of that law share: `luat so huu tri tue` for both `Luật Sở hữu
/// trí tuệ` and the title `Luật sở hữu trí tuệ 2005`, `sua doi luat so huu tri tue` for `Luật sửa đổi, bổ sung một số
/// điều của Luật Sở hữu trí tuệ` and the title `Luật Sở hữu trí tuệ sửa đổi 2022`. Years do not count; they are compared
/// apart.
pub fn law_key(name: &str) -> String {
    let key = name_key(name);
    let mut words: Vec<&str> = key.split(' ').filter(|w| !w.is_empty()).collect();
    let mut amends = false;
    // Sources add year and "sửa đổi" behind a title, in either order; "Việt Nam" is mostly left out in citations.
    loop {
        let before = words.len();
        if words.len() > 2 && words.last().is_some_and(|w| is_year(w)) {
            words.pop();
        }
        for end in [&["sua", "doi", "bo", "sung"][..], &["sua", "doi"], &["viet", "nam"], &["nam"]] {
            // "năm" only goes with a year that stood behind it.
            let left_over = end == ["nam"] && before == words.len();
            if words.len() > end.len() + 1 && words.ends_with(end) && !left_over {
                words.truncate(words.len() - end.len());
                amends |= end[0] == "sua";
            }
        }
        if words.len() == before {
            break;
        }
    }
    let kind = KINDS.iter().find(|k| words.starts_with(k)).map_or(0, |k| k.len());
    if words[kind..].starts_with(&["sua", "doi"]) {
        amends = true;
        words.drain(..kind + 2);
        for middle in [&["bo", "sung"][..], &["mot", "so"], &["dieu"], &["cua"], &["cac"]] {
            if words.starts_with(middle) && words.len() > middle.len() {
                words.drain(..middle.len());
            }
        }
    }
    let rest = words.join(" ");
    if amends { format!("sua doi {rest}") } else { rest }
}

/// [`law_key`] of a document's title; none for kinds that are not cited by their names. The title of a law can leave
/// out the word `Luật`.
pub fn title_key(kind: &str, title: &str) -> Option<String> {
    let folded = name_key(kind);
    let of_kind: Vec<&str> = folded.split(' ').collect();
    if !KINDS.contains(&of_kind.as_slice()) {
        return None;
    }
    let key = law_key(title);
    if key.is_empty() {
        return None;
    }
    let words: Vec<&str> = key.split(' ').collect();
    // "Luật sư" is a title that begins with the word and lacks it.
    let has_kind = KINDS.iter().any(|k| words.starts_with(k) && words.len() > k.len() + usize::from(words[1] == "su"));
    Some(if key.starts_with("sua doi ") || has_kind { key } else { format!("{folded} {key}") })
}

/// Kinds that are cited by name, in folded words.
const KINDS: [&[&str]; 4] = [&["luat"], &["bo", "luat"], &["phap", "lenh"], &["hien", "phap"]];

fn is_year(word: &str) -> bool {
    word.len() == 4 && (word.starts_with("19") || word.starts_with("20")) && word.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_for_a_name_and_its_title() {
        let same = |name: &str, kind: &str, title: &str| {
            assert_eq!(Some(law_key(name)), title_key(kind, title), "{name} / {title}");
        };
        same("Luật Đèn lồng", "Luật", "Luật đèn lồng 2030");
        same("Luật Đèn lồng", "Luật", "Đèn lồng");
        same("Luật Luật sư", "Luật", "Luật sư");
        same("Luật Luật sư", "Luật", "Luật Luật sư 2006");
        same("Bộ luật Thả diều", "Bộ luật", "Bộ luật thả diều 2031");
        same("Pháp lệnh Đèn lồng và diều", "Pháp lệnh", "Đèn lồng, diều");
        same("Luật sửa đổi, bổ sung một số điều của Luật Đèn lồng", "Luật", "Luật Đèn lồng sửa đổi 2032");
        same("Luật sửa đổi, bổ sung một số điều của Luật Đèn lồng", "Luật", "Luật đèn lồng 2032 sửa đổi");
        same("Luật sửa đổi Luật Đèn lồng", "Luật", "sửa đổi, bổ sung một số điều của Luật Đèn lồng");
        same("Luật Thả diều", "Luật", "Luật thả diều Việt Nam năm 2014");
        assert_ne!(Some(law_key("Luật Đèn lồng")), title_key("Luật", "Luật Đèn lồng sửa đổi 2032"));
        assert_eq!(title_key("Thông tư", "Về đèn lồng"), None);
        assert_eq!(title_key("Luật", ""), None);
    }

    #[test]
    fn one_key_for_spellings_of_a_number() {
        assert_eq!(number_key("01/2016/TTLT-BKHCN- BNV"), "1/2016/ttlt-bkhcn-bnv");
        assert_eq!(number_key("65/2023/NĐ-CP"), number_key("65/2023/ND–CP"));
        assert_eq!(number_key("0"), "0");
    }
}
