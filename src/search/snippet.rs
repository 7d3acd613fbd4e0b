//! The piece of a provision that shows why it was found.

use std::collections::HashSet;
use std::ops::Range;

use super::analysis::{Word, words};

/// Texts up to this many characters are shown whole.
const WHOLE: usize = 280;
/// Syllables of a longer text that are shown.
const WINDOW: usize = 48;
/// Syllables shown before the first that matched.
const BEFORE: usize = 8;

/// A piece of original text with the words of the query marked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snippet {
    /// The piece, as it stands in the provision.
    pub text: String,
    /// Bytes of `text` that match, in order, apart from each other, on character boundaries.
    pub marks: Vec<Range<usize>>,
    /// Whether the provision goes on before the piece.
    pub cut_before: bool,
    /// Whether it goes on behind it.
    pub cut_after: bool,
}

impl Snippet {
    /// The best piece of `text` for a query with these words: `exact` forms (those with diacritics) and `folded`
    /// forms (all). A word written with diacritics marks a differently accented one only where the text has no
    /// better.
    pub fn make(text: &str, exact: &HashSet<String>, folded: &HashSet<String>) -> Snippet {
        let words = words(text);
        let hits = matches(&words, exact, folded);
        let (from, to) = window(text, &words, &hits);
        let start = if from == 0 { 0 } else { words[from].1.start };
        let end = if to == words.len() { text.len() } else { words[to - 1].1.end };
        let mut marks: Vec<Range<usize>> = Vec::new();
        for i in (from..to).filter(|i| hits[*i]) {
            let span = &words[i].1;
            let span = span.start - start..span.end - start;
            match marks.last_mut() {
                // Neighbours with one blank between them read better as one.
                Some(last) if &text[start + last.end..start + span.start] == " " => last.end = span.end,
                _ => marks.push(span),
            }
        }
        Snippet { text: text[start..end].to_owned(), marks, cut_before: start > 0, cut_after: end < text.len() }
    }

    /// The piece with `open` and `close` around each mark, every part passed through `plain`, and `…` where it is cut.
    pub fn render(&self, open: &str, close: &str, plain: impl Fn(&str) -> String) -> String {
        let mut out = String::with_capacity(self.text.len() + 16);
        if self.cut_before {
            out.push_str("… ");
        }
        let mut at = 0;
        for mark in &self.marks {
            out.push_str(&plain(&self.text[at..mark.start]));
            out.push_str(open);
            out.push_str(&plain(&self.text[mark.clone()]));
            out.push_str(close);
            at = mark.end;
        }
        out.push_str(&plain(&self.text[at..]));
        if self.cut_after {
            out.push_str(" …");
        }
        out
    }
}

/// Whether each word of a text matches.
fn matches(words: &[(Word, Range<usize>)], exact: &HashSet<String>, folded: &HashSet<String>) -> Vec<bool> {
    let exactly: HashSet<&str> =
        words.iter().filter(|(w, _)| exact.contains(&w.exact)).map(|(w, _)| w.folded.as_str()).collect();
    let hit =
        |w: &Word| exact.contains(&w.exact) || (folded.contains(&w.folded) && !exactly.contains(w.folded.as_str()));
    words.iter().map(|(w, _)| hit(w)).collect()
}

/// First word of the piece and the one behind its last.
fn window(text: &str, words: &[(Word, Range<usize>)], hits: &[bool]) -> (usize, usize) {
    if words.len() <= WINDOW || text.chars().nth(WHOLE).is_none() {
        return (0, words.len());
    }
    // The window with the most distinct words wins, then with the most matches side by side, then the first.
    let mut best = (0, 0, 0);
    for start in (0..words.len()).filter(|i| hits[*i] && (*i == 0 || !hits[*i - 1])) {
        let end = (start + WINDOW - BEFORE).min(words.len());
        let distinct: HashSet<&str> = (start..end).filter(|i| hits[*i]).map(|i| words[i].0.folded.as_str()).collect();
        let beside = (start + 1..end).filter(|i| hits[*i] && hits[*i - 1]).count();
        if (distinct.len(), beside) > (best.0, best.1) {
            best = (distinct.len(), beside, start);
        }
    }
    let from = best.2.saturating_sub(BEFORE).min(words.len() - WINDOW);
    (from, from + WINDOW)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sets(query: &str) -> (HashSet<String>, HashSet<String>) {
        let all = words(query);
        let exact = all.iter().filter(|(w, _)| w.accented()).map(|(w, _)| w.exact.clone()).collect();
        (exact, all.into_iter().map(|(w, _)| w.folded).collect())
    }

    fn marked(text: &str, query: &str) -> String {
        let (exact, folded) = sets(query);
        Snippet::make(text, &exact, &folded).render("[", "]", str::to_owned)
    }

    #[test]
    fn marks_the_original_words() {
        assert_eq!(marked("Bộ trưởng cấp giấy phép.", "cap phep"), "Bộ trưởng [cấp] giấy [phép].");
        assert_eq!(marked("Bộ trưởng cấp phép.", "CẤP PHÉP"), "Bộ trưởng [cấp phép].");
        // `cáp` is not what was asked for as long as `cấp` is there.
        assert_eq!(marked("cấp phép lắp đặt cáp", "cấp"), "[cấp] phép lắp đặt cáp");
        assert_eq!(marked("lắp đặt cáp", "cấp"), "lắp đặt [cáp]");
        assert_eq!(marked("", "cấp"), "");
    }

    #[test]
    fn long_texts_show_the_densest_piece() {
        let text = format!(
            "{}cấp điện {}thẩm quyền cấp phép bưu chính{}",
            "một hai ".repeat(60),
            "ba bốn ".repeat(60),
            " năm".repeat(80)
        );
        let s = marked(&text, "tham quyen cap phep");
        assert!(s.contains("[thẩm quyền cấp phép] bưu chính"), "{s}");
        assert!(s.starts_with("… ") && s.ends_with(" …"), "{s}");
    }

    proptest! {
        #[test]
        fn pieces_and_marks_are_whole_characters(text in "(\\PC|cấp |phép ){0,200}", query in "(\\PC|cấp |phep ){0,8}") {
            let (exact, folded) = sets(&query);
            let s = Snippet::make(&text, &exact, &folded);
            prop_assert!(text.contains(&s.text));
            let mut at = 0;
            for m in &s.marks {
                prop_assert!(m.start >= at && m.start < m.end);
                prop_assert!(s.text.get(m.clone()).is_some());
                at = m.end;
            }
        }
    }
}
