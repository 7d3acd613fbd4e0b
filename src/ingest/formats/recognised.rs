//! Paragraphs of pages → what a reader returns.

use super::layout::Paragraph;
use super::{Extracted, FormatError, Limits};
use crate::law::{Doubt, PageSureness, Recognised};

/// # Errors
/// No text, or more than the limit.
pub(super) fn collect(
    format: &'static str,
    paragraphs: Vec<Paragraph>,
    notes: Vec<String>,
    pages: Vec<PageSureness>,
    limits: &Limits,
) -> Result<Extracted, FormatError> {
    let mut text = String::new();
    let mut doubts = Vec::new();
    for p in paragraphs {
        let at = text.len();
        doubts.extend(p.doubts.into_iter().map(|d| Doubt { span: d.span.start + at..d.span.end + at, ..d }));
        text.push_str(&p.text);
        text.push('\n');
        limits.check_text(format, text.len())?;
    }
    if text.trim().is_empty() {
        return Err(FormatError::Empty { format });
    }
    Ok(Extracted { text, notes, recognised: Recognised { pages, doubts }, ..Extracted::default() })
}
