//! Page images: `.png`, `.jpg`, `.tif`.

use super::layout;
use super::{Extracted, Format, FormatError, Limits, ocr, recognised};
use crate::law::PageSureness;

const NAME: &str = "image";
/// What scans have where the file does not say.
const DPI: f32 = 300.0;
/// Most dots of one image: an A3 page at 600 dots per inch has 70 million.
const DOTS: usize = 100_000_000;

/// Reads scans of one page.
pub struct Image;

impl Format for Image {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "page images: PNG, JPEG, TIFF"
    }

    fn matches(&self, head: &[u8]) -> bool {
        [&b"\x89PNG\r\n\x1a\n"[..], b"\xff\xd8\xff", b"II*\0", b"MM\0*"].iter().any(|m| head.starts_with(m))
    }

    fn missing(&self) -> Option<FormatError> {
        ocr::missing(NAME)
    }

    fn read(&self, bytes: &[u8], limits: &Limits) -> Result<Extracted, FormatError> {
        let size = imagesize::blob_size(bytes).map_err(|e| FormatError::Broken { format: NAME, why: e.to_string() })?;
        if size.width.saturating_mul(size.height) > DOTS {
            return Err(FormatError::Limit { format: NAME, what: format!("{} × {} dots", size.width, size.height) });
        }
        (limits.recognising)(1);
        let r = ocr::recognise(bytes, DPI, limits.time)?;
        let notes = vec![format!("recognised, mean confidence {:.2}", r.confidence)];
        let (paragraphs, _) = layout::paragraphs(&[r.page]);
        recognised::collect(NAME, paragraphs, notes, vec![PageSureness { page: 1, confidence: r.confidence }], limits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_huge_image_and_a_broken_one_are_errors() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend(60_000u32.to_be_bytes());
        png.extend(60_000u32.to_be_bytes());
        png.extend([8, 0, 0, 0, 0, 0, 0, 0, 0]);
        let limits = Limits::default();
        assert!(matches!(Image.read(&png, &limits), Err(FormatError::Limit { .. })));
        assert!(matches!(Image.read(b"\x89PNG\r\n\x1a\n", &limits), Err(FormatError::Broken { .. })));
    }
}
