//! How much of a text its reader got: one minus the character error rate, after normal form and folding of white space.

/// Beyond this share of errors the exact figure tells nothing more, and costs much.
const WORST: f64 = 0.2;

/// One minus the edit distance over the length of `twin`, both in normal form with all white space folded; none where
/// more than a fifth is wrong.
pub fn similarity(read: &str, twin: &str) -> Option<f64> {
    let (read, twin) = (folded(read), folded(twin));
    let most = (twin.len() as f64 * WORST) as usize;
    let errors = distance(&read, &twin, most)?;
    Some(1.0 - errors as f64 / twin.len().max(1) as f64)
}

fn folded(text: &str) -> Vec<char> {
    crate::text::normalise_line(text).text.chars().collect()
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
    fn white_space_and_composition_do_not_count() {
        assert_eq!(similarity("Đi\u{ea}\u{300}u  1.\nA", "Điều 1. A"), Some(1.0));
        assert_eq!(similarity("Điều 2. A", "Điều 1. A"), Some(1.0 - 1.0 / 9.0));
        assert_eq!(similarity("xyz", "Điều 1. A"), None);
    }
}
