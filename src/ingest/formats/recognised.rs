//! Paragraphs of pages → what a reader returns.

use super::layout::Paragraph;
use super::{Extracted, FormatError, Limits};

/// Below this confidence a line has to be looked at.
const DOUBTFUL: f32 = 0.6;

/// # Errors
/// No text, or more than the limit.
pub(super) fn collect(
    format: &'static str,
    paragraphs: Vec<Paragraph>,
    notes: Vec<String>,
    pages: Vec<f32>,
    limits: &Limits,
) -> Result<Extracted, FormatError> {
    let mut out = Extracted { notes, pages, ..Extracted::default() };
    for (i, p) in paragraphs.iter().enumerate() {
        out.text.push_str(&p.text);
        out.text.push('\n');
        if p.confidence.is_some_and(|c| c < DOUBTFUL) {
            out.doubtful.push(i);
        }
        limits.check_text(format, out.text.len())?;
    }
    if out.text.trim().is_empty() {
        return Err(FormatError::Empty { format });
    }
    Ok(out)
}
