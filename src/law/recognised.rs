//! What is known of a text that was recognised in page images (OCR).

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// How sure the recognition of a document is; empty where its text was written and not recognised.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Recognised {
    /// Pages that were recognised, in order.
    pub pages: Vec<PageSureness>,
    /// Stretches that have to be looked at, in text order, without overlap.
    pub doubts: Vec<Doubt>,
}

/// A recognised page.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PageSureness {
    /// Number of the page in its file, from 1.
    pub page: u32,
    /// Mean over its words, 0 to 1, as the recogniser states it.
    pub confidence: f32,
}

/// A stretch of text that was recognised with low confidence: a line of a page, or what is left of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Doubt {
    /// Bytes of the document's text.
    pub span: Range<usize>,
    /// Number of the page in its file, from 1.
    pub page: u32,
    /// Mean over its words, 0 to 1.
    pub confidence: f32,
}

impl Recognised {
    /// Whether nothing was recognised.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty() && self.doubts.is_empty()
    }

    /// The least sure stretch that shares text with `span`.
    pub fn doubt_in(&self, span: &Range<usize>) -> Option<&Doubt> {
        let from = self.doubts.partition_point(|d| d.span.end <= span.start);
        let inside = self.doubts[from..].iter().take_while(|d| d.span.start < span.end);
        inside.min_by(|a, b| a.confidence.total_cmp(&b.confidence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_sure_stretch_of_a_provision_is_found() {
        let doubt = |span, confidence| Doubt { span, page: 1, confidence };
        let all =
            Recognised { pages: Vec::new(), doubts: vec![doubt(5..9, 0.5), doubt(9..12, 0.2), doubt(20..30, 0.1)] };
        let at = |span| all.doubt_in(&span).map(|d| d.span.start);
        assert_eq!(
            [at(0..5), at(0..6), at(0..20), at(9..10), at(12..20), at(29..40)],
            [None, Some(5), Some(9), Some(9), None, Some(20)]
        );
    }
}
