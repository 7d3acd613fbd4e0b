//! Names of laws: where "Luật phí và lệ phí" ends.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::text::fold;

/// Names known beforehand, one a line, without `Luật`, `Bộ luật`, `Pháp lệnh`.
static NAMES: LazyLock<HashSet<String>> = LazyLock::new(|| include_str!("names.txt").lines().map(key).collect());
/// No name has more words.
const WORDS: usize = 20;

/// What two spellings of one name share: folded words, without punctuation and without "và".
pub fn key(name: &str) -> String {
    let folded = fold(name);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty() && *w != "va");
    words.collect::<Vec<_>>().join(" ")
}

/// How many bytes of `text`, which follows `Luật ` or its like, are the name; 0 where none is.
pub(super) fn length(text: &str) -> usize {
    // Only where no name is known is its end guessed: "Luật Việc làm đang đóng bảo hiểm" would go on.
    let sure = known(text).max(amending(text));
    if sure > 0 { sure } else { capitalised(text) }
}

/// Known names by their initials: `shtt` → `so huu tri tue`.
static INITIALS: LazyLock<HashMap<String, Vec<&'static str>>> = LazyLock::new(|| {
    let mut by: HashMap<String, Vec<&'static str>> = HashMap::new();
    for name in include_str!("names.txt").lines() {
        let letters: String = key(name).split(' ').filter_map(|w| w.chars().next()).collect();
        by.entry(letters).or_default().push(name);
    }
    by
});

/// How many bytes of `text` are the initials of known names, as people type them: `shtt`; 0 where none are.
pub(super) fn initials(text: &str) -> usize {
    let end = text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
    if (2..=8).contains(&end) && !names_of(&text[..end]).is_empty() { end } else { 0 }
}

/// The known names, without `Luật` or its like, with these initials.
pub fn names_of(initials: &str) -> &'static [&'static str] {
    INITIALS.get(&fold(initials)).map_or(&[], Vec::as_slice)
}

/// The longest known name.
fn known(text: &str) -> usize {
    let mut so_far = String::new();
    let mut longest = 0;
    for (start, end) in words(text) {
        // A name goes over commas and no other mark.
        if text[..start].contains(|c| ".;:()“”\"[]\n".contains(c)) {
            break;
        }
        let word = fold(&text[start..end]).replace('/', " ");
        if word != "va" {
            if !so_far.is_empty() {
                so_far.push(' ');
            }
            so_far.push_str(&word);
            if NAMES.contains(&so_far) {
                longest = end;
            }
        }
    }
    longest
}

/// `sửa đổi, bổ sung một số điều của Luật Giá`.
fn amending(text: &str) -> usize {
    let heads = ["sửa đổi, bổ sung một số điều của ", "sửa đổi, bổ sung ", "sửa đổi một số điều của ", "sửa đổi "];
    for head in heads {
        let Some(rest) = strip(text, head) else { continue };
        if let Some(n) = several(rest) {
            return text.len() - rest.len() + n;
        }
        let rest = strip(rest, "các ").unwrap_or(rest);
        let at = text.len() - rest.len();
        for kind in ["Luật ", "Bộ luật ", "Bộ Luật ", "Pháp lệnh "] {
            if let Some(name) = strip(rest, kind) {
                let n = match known(name) {
                    0 => capitalised(name),
                    n => n,
                };
                return if n == 0 { 0 } else { at + kind.len() + n };
            }
        }
    }
    0
}

/// `37 luật có liên quan đến quy hoạch` before a số hiệu.
fn several(text: &str) -> Option<usize> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let law = strip(&text[digits..], " luật ").filter(|_| digits > 0)?;
    let end = law.find(" số ")?;
    let name = &law[..end];
    (name.len() < 120 && !name.contains([';', '.', ':'])).then(|| text.len() - law.len() + end)
}

/// `text` without `head`, whose first letter may be a capital.
fn strip<'a>(text: &'a str, head: &str) -> Option<&'a str> {
    let start = text.get(..head.len())?;
    (start == head || start.to_lowercase() == head).then(|| &text[head.len()..])
}

/// A name we do not know: a capitalised word and what follows it, up to a mark or a word that no name has.
fn capitalised(text: &str) -> usize {
    const STOPS: [&str; 43] = [
        "và", "được", "thì", "theo", "có", "này", "đã", "để", "là", "cho", "không", "hoặc", "của", "tại", "trong",
        "từ", "kể", "khi", "nếu", "năm", "số", "ngày", "sửa", "mà", "do", "như", "hướng", "gồm", "nêu", "trên", "dưới",
        "các", "những", "quy", "khác", "hiện", "đến", "phải", "nhưng", "về", "còn", "với", "bị",
    ];
    if !text.chars().next().is_some_and(char::is_uppercase) {
        return 0;
    }
    let mut end = 0;
    for (i, (start, stop)) in words(text).enumerate() {
        let word = &text[start..stop];
        let gap = &text[end..start];
        if i >= 8 || (i > 0 && (gap != " " || STOPS.contains(&word) || !word.starts_with(char::is_alphabetic))) {
            break;
        }
        end = stop;
    }
    end
}

/// Words as byte ranges, at most [`WORDS`].
fn words(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let is_word = |c: char| c.is_alphanumeric() || c == '/';
        let start = at + text[at..].find(is_word)?;
        let end = text[start..].find(|c| !is_word(c)).map_or(text.len(), |n| start + n);
        at = end;
        Some((start, end))
    })
    .take(WORDS)
}
