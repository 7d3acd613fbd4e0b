//! The same provisions as a bad scan, a careless typist or a long document would give them, with the gold spans where
//! they are then.
//!
//! Invariant: a condition changes texts only, its result depends on the line and the seed alone, and every gold span
//! still cuts out the words it stands for.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::compose;

use crate::law::{GoldLine, HolderIn, Kind};
use crate::random::SplitMix64;
use crate::text::fold_char;

/// How provisions are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// No tone marks, no marks on letters, `đ` as `d`.
    Unaccented,
    /// All in capitals.
    Capitals,
    /// A scan that confuses so many characters of a thousand.
    Scan(u32),
    /// Text that is no task before and after, so that the whole is longer than one window.
    Long,
}

impl Condition {
    /// Those that are reported.
    pub const ALL: [Condition; 5] =
        [Condition::Unaccented, Condition::Capitals, Condition::Scan(10), Condition::Scan(30), Condition::Long];

    /// The condition in words.
    pub fn name(self) -> String {
        match self {
            Condition::Unaccented => "unaccented".to_owned(),
            Condition::Capitals => "capitals".to_owned(),
            Condition::Scan(n) => format!("OCR {} %", f64::from(n) / 10.0),
            Condition::Long => "long".to_owned(),
        }
    }
}

/// Characters that Long puts on each side: with about 3.5 to a token, together well over 512 tokens.
const FILLER: usize = 1_200;

/// A changed string, and for each character of the original (and its end) where it is now.
struct Changed {
    text: String,
    place: Vec<usize>,
}

impl Changed {
    /// Makes each character into none, one or several.
    fn each(text: &str, mut change: impl FnMut(char, &mut String)) -> Self {
        let mut out = Changed { text: String::new(), place: vec![0] };
        let mut n = 0;
        let mut piece = String::new();
        for c in text.chars() {
            piece.clear();
            change(c, &mut piece);
            n += piece.chars().count();
            out.place.push(n);
            out.text.push_str(&piece);
        }
        out
    }

    fn span(&self, a: usize, b: usize) -> (usize, usize) {
        (self.place[a], self.place[b])
    }

    fn words(&self, (a, b): (usize, usize)) -> String {
        self.text.chars().skip(a).take(b - a).collect()
    }
}

const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];

/// Without marks, its case kept; a mark that stands alone is dropped.
fn bare(c: char) -> Option<char> {
    if ('\u{300}'..='\u{36f}').contains(&c) {
        return None;
    }
    let folded = fold_char(c);
    Some(if c.is_uppercase() { folded.to_uppercase().next().unwrap_or(folded) } else { folded })
}

/// The letter with another tone.
fn other_tone(c: char, random: &mut SplitMix64) -> Option<char> {
    let parts: Vec<char> = c.nfd().collect();
    let tone = parts.iter().find_map(|p| TONES.iter().position(|t| t == p))?;
    let next = TONES[(tone + 1 + (random.next() % 4) as usize) % TONES.len()];
    let with = parts.iter().map(|&p| if p == TONES[tone] { next } else { p });
    // Marks compose in any order but the tone comes last on some letters; NFC of the whole gives the one letter.
    let mut all = with.collect::<String>().nfc().collect::<Vec<_>>().into_iter();
    all.next().filter(|_| all.next().is_none()).or_else(|| compose(bare(c)?, next))
}

/// What a scan may read in place of a character; none where it is not known to be confused.
fn misread(c: char, random: &mut SplitMix64) -> Option<String> {
    let one = |s: &str| Some(s.to_owned());
    match c {
        'đ' => one("d"),
        'Đ' => one("D"),
        'd' => one("đ"),
        'l' => one(if random.next().is_multiple_of(2) { "1" } else { "I" }),
        '1' | 'I' => one("l"),
        'm' => one("rn"),
        'o' => one("0"),
        '0' => one("o"),
        'e' => one("c"),
        'c' => one("e"),
        'h' => one("b"),
        'n' => one("u"),
        'u' => one("n"),
        't' => one("l"),
        'g' => one("q"),
        ' ' => one(""),
        ',' => one("."),
        _ if bare(c) != Some(c) => match random.next().is_multiple_of(2) {
            true => Some(bare(c).map(String::from).unwrap_or_default()),
            false => other_tone(c, random).or_else(|| bare(c)).map(String::from),
        },
        _ => None,
    }
}

/// A scan of a string with so many confused characters of a thousand.
fn scan(text: &str, thousandth: u32, random: &mut SplitMix64) -> Changed {
    // Characters that are never confused would dilute the rate, so it is spread over those that are.
    let all = text.chars().count();
    let open = text.chars().filter(|&c| misread(c, &mut SplitMix64(0)).is_some()).count();
    let rate = f64::from(thousandth) / 1e3 * all as f64 / open.max(1) as f64;
    Changed::each(text, |c, out| {
        let draw = (random.next() >> 11) as f64 / (1u64 << 53) as f64;
        match misread(c, random).filter(|_| draw < rate) {
            Some(wrong) => out.push_str(&wrong),
            None => out.push(c),
        }
    })
}

/// Puts the changed strings into a line, its spans with them.
fn rewrite(line: &GoldLine, title: String, lead: &Changed, text: &Changed) -> GoldLine {
    let mut out = GoldLine { title, lead: lead.text.clone(), text: text.text.clone(), ..line.clone() };
    for m in &mut out.mentions {
        let task = text.span(m.task_start, m.task_end);
        (m.task_start, m.task_end) = task;
        m.task = text.words(task);
        let source = if m.holder_in == HolderIn::Lead { lead } else { text };
        if let (Some(a), Some(b)) = (m.holder_start, m.holder_end) {
            let holder = source.span(a, b);
            (m.holder_start, m.holder_end) = (Some(holder.0), Some(holder.1));
            m.holder = source.words(holder);
        }
    }
    out
}

/// Text of provisions that are no task, at least [`FILLER`] characters, drawn from `from`.
fn filler(from: &[&str], random: &mut SplitMix64) -> String {
    let mut out = String::new();
    while out.chars().count() < FILLER && !from.is_empty() {
        let next = from[(random.next() % from.len() as u64) as usize].trim();
        out.push_str(next);
        out.push_str(if next.ends_with(['.', ';', ':']) { " " } else { ". " });
    }
    out
}

/// The lines as the condition gives them; `Long` draws its filler from the lines of kind `none`.
pub fn change(lines: &[GoldLine], condition: Condition, seed: u64) -> Vec<GoldLine> {
    let others: Vec<&str> = lines
        .iter()
        .filter(|l| l.kind == Some(Kind::None) && l.text.chars().count() > 20)
        .map(|l| l.text.as_str())
        .collect();
    lines
        .iter()
        .enumerate()
        .map(|(i, line)| {
            let mut random = SplitMix64::at(seed, i as u64);
            let same = |s: &str| Changed::each(s, |c, out| out.push(c));
            let mut of = |s: &str| match condition {
                Condition::Unaccented => Changed::each(s, |c, out| out.extend(bare(c))),
                Condition::Capitals => Changed::each(s, |c, out| out.extend(c.to_uppercase())),
                Condition::Scan(n) => scan(s, n, &mut random),
                Condition::Long => same(s),
            };
            let (title, lead) = (of(&line.title).text, of(&line.lead));
            let mut text = of(&line.text);
            if condition == Condition::Long {
                let before = filler(&others, &mut random);
                let n = before.chars().count();
                text.place.iter_mut().for_each(|p| *p += n);
                let stop = if text.text.trim_end().ends_with(['.', ';', ':']) { " " } else { ". " };
                text.text = format!("{before}{}{stop}{}", text.text, filler(&others, &mut random));
            }
            rewrite(line, title, &lead, &text)
        })
        .collect()
}

/// At most `most` lines, drawn with the seed, in their order.
pub fn sample(lines: &[GoldLine], most: usize, seed: u64) -> Vec<GoldLine> {
    let mut places: Vec<usize> = (0..lines.len()).collect();
    SplitMix64(seed).shuffle(&mut places);
    places.truncate(most);
    places.sort_unstable();
    places.into_iter().map(|i| lines[i].clone()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(text: &str, task: (usize, usize)) -> GoldLine {
        let cut: String = text.chars().skip(task.0).take(task.1 - task.0).collect();
        let mention = serde_json::json!({"holder": "Bộ Đo", "holder_in": "lead", "holder_start": 3, "holder_end": 8,
            "task": cut, "task_start": task.0, "task_end": task.1, "level": "BO", "category": "keep_central",
            "reason": "macro"});
        serde_json::from_value(serde_json::json!({"text": text, "lead": "1. Bộ Đo:", "kind": "task",
            "mentions": [mention]}))
        .unwrap()
    }

    #[test]
    fn marks_and_case_change_and_spans_hold() {
        let gold = [line("a) Đo đạc mẫu thử; ghi.", (3, 17))];
        let got = &change(&gold, Condition::Unaccented, 1)[0];
        assert_eq!((got.text.as_str(), got.mentions[0].task.as_str()), ("a) Do dac mau thu; ghi.", "Do dac mau thu"));
        assert_eq!((got.lead.as_str(), got.mentions[0].holder.as_str()), ("1. Bo Do:", "Bo Do"));
        let got = &change(&gold, Condition::Capitals, 1)[0];
        assert_eq!(got.mentions[0].task, "ĐO ĐẠC MẪU THỬ");
    }

    #[test]
    fn a_scan_confuses_about_as_many_as_it_says() {
        let text = "Ủy ban nhân dân cấp tỉnh cấp giấy phép, thu hồi giấy phép đo đạc. ".repeat(40);
        for rate in [10, 30] {
            let got = &change(&[line(&text, (0, 5))], Condition::Scan(rate), 3)[0];
            // Characters of the original that no longer stand where the map says.
            let changed = scan(&text, rate, &mut SplitMix64(9));
            let new: Vec<char> = changed.text.chars().collect();
            let wrong = text
                .chars()
                .enumerate()
                .filter(|&(i, c)| {
                    let (a, b) = changed.span(i, i + 1);
                    new[a..b] != [c]
                })
                .count();
            let share = wrong as f64 / text.chars().count() as f64 * 1e3;
            assert!((share - f64::from(rate)).abs() < f64::from(rate) / 2.0, "{share} of a thousand, not {rate}");
            assert_ne!(got.text, text);
        }
    }

    #[test]
    fn a_long_provision_keeps_its_task_in_the_middle() {
        let none = GoldLine {
            text: "Tài liệu gồm các phần nêu tại phụ lục kèm theo".into(),
            kind: Some(Kind::None),
            ..GoldLine::default()
        };
        let got = change(&[line("Bộ Đo cấp giấy đo.", (6, 17)), none], Condition::Long, 1);
        let m = &got[0].mentions[0];
        assert!(got[0].text.chars().count() > 2 * FILLER && m.task_start > FILLER);
        assert_eq!(m.task, "cấp giấy đo");
        assert_eq!(got[0].kind, Some(Kind::Task));
    }

    #[test]
    fn a_sample_is_repeatable_and_in_order() {
        let lines: Vec<GoldLine> = (0..50).map(|i| GoldLine { id: format!("{i:02}"), ..GoldLine::default() }).collect();
        let ids = |l: Vec<GoldLine>| l.into_iter().map(|l| l.id).collect::<Vec<_>>();
        let got = ids(sample(&lines, 10, 4));
        assert_eq!((got.len(), got.is_sorted()), (10, true));
        assert_eq!(got, ids(sample(&lines, 10, 4)));
        assert_ne!(got, ids(sample(&lines, 10, 5)));
        assert_eq!(sample(&lines, 99, 4).len(), 50);
    }

    proptest! {
        #[test]
        fn every_span_still_cuts_out_its_words(text in "[ -~À-ỹđĐmIl1]{1,80}", seed in 0u64..1000, cut in 0.0f64..1.0) {
            let n = text.chars().count();
            let gold = [line(&text, ((cut * n as f64) as usize, n))];
            for condition in Condition::ALL {
                let got = &change(&gold, condition, seed)[0];
                let m = &got.mentions[0];
                let words: String = got.text.chars().skip(m.task_start).take(m.task_end - m.task_start).collect();
                prop_assert_eq!(&words, &m.task);
                prop_assert!(m.task_end <= got.text.chars().count());
                prop_assert_eq!(change(&gold, condition, seed), change(&gold, condition, seed));
            }
        }
    }
}
