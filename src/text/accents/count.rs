//! Counting syllables and their neighbours.

use std::collections::HashMap;

use super::Table;
use crate::text::fold;

/// Longest Vietnamese syllable in letters (nghiêng); longer words are no syllables.
const LONGEST: usize = 7;

/// Counts over texts in normal form.
#[derive(Default)]
pub struct Counter {
    ids: HashMap<String, u32>,
    syllables: Vec<String>,
    counts: Vec<u32>,
    pairs: HashMap<(u32, u32), u32>,
}

impl Counter {
    /// Counts one text.
    pub fn add(&mut self, text: &str) {
        let mut before: Option<(u32, usize)> = None;
        let mut at = 0;
        for word in text.split_inclusive(|c: char| !c.is_alphabetic()) {
            let letters = word.trim_end_matches(|c: char| !c.is_alphabetic());
            let start = at;
            at += word.len();
            let n = letters.chars().count();
            if n == 0 || n > LONGEST {
                before = None;
                continue;
            }
            let id = self.id(&letters.to_lowercase());
            self.counts[id as usize] += 1;
            if let Some((b, end)) = before
                && &text[end..start] == " "
            {
                *self.pairs.entry((b, id)).or_default() += 1;
            }
            before = Some((id, start + letters.len()));
        }
    }

    fn id(&mut self, syllable: &str) -> u32 {
        if let Some(&id) = self.ids.get(syllable) {
            return id;
        }
        let id = self.syllables.len() as u32;
        self.ids.insert(syllable.to_owned(), id);
        self.syllables.push(syllable.to_owned());
        self.counts.push(0);
        id
    }

    /// The table of what was counted: syllables seen at least `least` times, pairs at least `least_pair` times and at most `most`
    /// of them, the most frequent. A pair neither of whose sides is in doubt without its marks helps nothing and is left out.
    pub fn table(&self, least: u32, least_pair: u32, most: usize) -> Table {
        let mut kept: Vec<u32> =
            (0..self.syllables.len() as u32).filter(|&i| self.counts[i as usize] >= least).collect();
        kept.sort_by(|&a, &b| {
            self.counts[b as usize]
                .cmp(&self.counts[a as usize])
                .then_with(|| self.syllables[a as usize].cmp(&self.syllables[b as usize]))
        });
        kept.truncate(usize::from(u16::MAX));
        kept.sort_by(|&a, &b| self.syllables[a as usize].cmp(&self.syllables[b as usize]));
        let mut forms: HashMap<String, usize> = HashMap::new();
        for &i in &kept {
            *forms.entry(fold(&self.syllables[i as usize])).or_default() += 1;
        }
        let doubtful = |i: u32| forms[&fold(&self.syllables[i as usize])] > 1;
        let new: HashMap<u32, u16> = kept.iter().enumerate().map(|(n, &i)| (i, n as u16)).collect();
        let mut pairs: Vec<((u16, u16), u32)> = self
            .pairs
            .iter()
            .filter(|&(&(a, b), &n)| {
                n >= least_pair && new.contains_key(&a) && new.contains_key(&b) && (doubtful(a) || doubtful(b))
            })
            .map(|(&(a, b), &n)| ((new[&a], new[&b]), n))
            .collect();
        pairs.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        pairs.truncate(most);
        pairs.sort_unstable_by_key(|p| p.0);
        let syllables = kept.iter().map(|&i| self.syllables[i as usize].clone()).collect();
        let counts = kept.iter().map(|&i| self.counts[i as usize]).collect();
        Table::new(syllables, counts, pairs)
    }
}
