//! How much of a text its reader got: one minus the character error rate, after normal form and folding of white space.

/// Beyond this share of errors the exact figure tells nothing more, and costs much.
const WORST: f64 = 0.2;

use crate::ingest::parse_text;
use crate::law::NodeKind;
use crate::text::normalise;

/// One minus the edit distance over the length of `twin`, both in normal form with all white space folded, and with it the
/// signs between a table's cells; none where more than a fifth is wrong.
pub fn similarity(read: &str, twin: &str) -> Option<f64> {
    let (read, twin) = (folded(read), folded(twin));
    let most = (twin.len() as f64 * WORST) as usize;
    let errors = distance(&read, &twin, most)?;
    Some(1.0 - errors as f64 / twin.len().max(1) as f64)
}

/// [`similarity`] over the điều that both have and that are alike in more than four fifths (the others were amended in one of
/// them), with their number.
pub fn similarity_of_articles(read: &str, twin: &str) -> Option<(f64, usize)> {
    let twins = articles(twin);
    let pairs = articles(read).into_iter().filter_map(|(address, text)| {
        let (_, twin) = twins.iter().find(|(a, _)| *a == address)?;
        Some((similarity(&text, twin)?, twin.chars().count() as f64))
    });
    let (mut right, mut all, mut n) = (0.0, 0.0, 0);
    for (score, length) in pairs {
        right += score * length;
        all += length;
        n += 1;
    }
    (n > 0).then(|| (right / all, n))
}

/// The document's own điều: address and text.
fn articles(text: &str) -> Vec<(String, String)> {
    let text = normalise(text).text;
    let nodes = parse_text(&text);
    // What an article may end before: another one, a chapter, an annex.
    let large: Vec<_> = nodes
        .iter()
        .filter(|n| !n.quoted && !matches!(n.kind, NodeKind::Clause | NodeKind::Point | NodeKind::Paragraph))
        .collect();
    let ends = large.iter().skip(1).map(|n| n.span.start).chain([text.len()]);
    let all = large.iter().zip(ends).filter(|(n, _)| n.kind == NodeKind::Article);
    all.map(|(n, end)| (n.address.clone(), text[n.span.start..end].to_owned())).collect()
}

fn folded(text: &str) -> Vec<char> {
    crate::text::normalise_line(&text.replace('|', " ")).text.chars().collect()
}

/// The number of insertions, deletions and replacements that make `b` of `a`; none beyond `most`.
///
/// For each number of errors the furthest point on each diagonal is kept: time and memory go with the errors, not with
/// the product of the lengths.
fn distance(a: &[char], b: &[char], most: usize) -> Option<usize> {
    let (n, m) = (a.len() as isize, b.len() as isize);
    let slide = |i: isize, d: isize| {
        let mut i = i;
        while i < n && i + d < m && a[i as usize] == b[(i + d) as usize] {
            i += 1;
        }
        i
    };
    let goal = m - n;
    let mut reached: Vec<isize> = vec![slide(0, 0)];
    for errors in 0..=most as isize {
        // Diagonals -errors to errors.
        if goal.abs() <= errors && reached[(goal + errors) as usize] >= n {
            return Some(errors as usize);
        }
        let old = |d: isize| if d.abs() <= errors { reached[(d + errors) as usize] } else { isize::MIN / 2 };
        let next = (-errors - 1..=errors + 1)
            .map(|d| {
                let i = (old(d) + 1).max(old(d - 1)).max(old(d + 1) + 1).min(n).min(m - d);
                if i < 0 || i + d < 0 { i } else { slide(i, d) }
            })
            .collect();
        reached = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The textbook's table.
    fn slowly(a: &[char], b: &[char]) -> usize {
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, x) in a.iter().enumerate() {
            let mut corner = row[0];
            row[0] = i + 1;
            for (j, y) in b.iter().enumerate() {
                let new = (corner + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
                corner = row[j + 1];
                row[j + 1] = new;
            }
        }
        row[b.len()]
    }

    proptest! {
        #[test]
        fn distance_is_the_textbooks(a in "[abc]{0,30}", b in "[abc]{0,30}") {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            prop_assert_eq!(distance(&a, &b, 100), Some(slowly(&a, &b)));
        }
    }

    #[test]
    fn amended_articles_are_left_out() {
        let twin = "Điều 1. Đèn lồng\n1. Đèn lồng treo trước cửa.\nĐiều 2. Thuyền\nThuyền nan đi trên sông.\n";
        let read =
            "Điều 1. Đèn lồng\n1. Đèn lồng treo trước nhà.\nĐiều 2. Thuyền\nBãi bỏ hoàn toàn từ năm sau nữa đi.\n";
        let (score, n) = similarity_of_articles(read, twin).unwrap();
        assert!(n == 1 && score < 1.0 && score > 0.9, "{score} {n}");
    }

    #[test]
    fn white_space_and_composition_do_not_count() {
        assert_eq!(similarity("Đi\u{ea}\u{300}u  1.\nA", "Điều 1. A"), Some(1.0));
        assert_eq!(similarity("Điều 2. A", "Điều 1. A"), Some(1.0 - 1.0 / 9.0));
        assert_eq!(similarity("xyz", "Điều 1. A"), None);
    }
}
