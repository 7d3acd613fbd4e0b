//! PDF: pages with text are read from their glyphs, page images by OCR.
//!
//! Annotations are not drawn: a digital signature's appearance is one, and no part of the text.

use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::util::TransformExt;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, RenderContent, SoftMask, interpret_page,
};
use hayro::hayro_syntax::page::Page as PdfPage;
use hayro::hayro_syntax::{self as syntax, DecryptionError, LoadPdfError};
use hayro::kurbo::{BezPath, PathEl, Point, Rect, Shape, Vec2};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use rayon::prelude::*;

use super::layout::{self, Line, Page};
use super::ocr::{self, Recognised};
use super::tables::Rules;
use super::{Extracted, Format, FormatError, Limits};
use crate::law::PageSureness;

const NAME: &str = "pdf";
/// Dots per inch that page images are recognised at.
const DPI: f32 = 300.0;
/// Points per inch.
const POINTS: f32 = 72.0;
/// Most dots of one image in it: a scanned A3 page at 600 dots per inch has 70 million.
const DOTS: f64 = 1e8;
/// Longest side of a page image in dots; a larger page is drawn smaller.
const LONGEST: f32 = 9_000.0;
/// A page with fewer letters is a page image, or empty.
const FEW: usize = 40;
/// A page with fewer letters is a page image if an image covers most of it.
const STAMP: usize = 300;
/// More than this share of glyphs without a character, or of characters that no Vietnamese text has, means that the fonts
/// hide the text.
const HIDDEN: f64 = 0.05;

/// Reads `.pdf`.
pub struct Pdf;

impl Format for Pdf {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "PDF, with text or scanned"
    }

    fn matches(&self, head: &[u8]) -> bool {
        head[..head.len().min(1024)].windows(5).any(|w| w == b"%PDF-")
    }

    fn read(&self, bytes: &[u8], limits: &Limits) -> Result<Extracted, FormatError> {
        let pdf = syntax::Pdf::new(bytes.to_vec()).map_err(|e| match e {
            LoadPdfError::Decryption(DecryptionError::PasswordProtected) => FormatError::Locked { format: NAME },
            e => FormatError::Broken { format: NAME, why: format!("{e:?}") },
        })?;
        let count = pdf.pages().len();
        if count > limits.pages {
            return Err(FormatError::Limit { format: NAME, what: format!("{count} pages, at most {}", limits.pages) });
        }
        // Pages share their fonts.
        let cache = InterpreterCache::new();
        let mut written: Vec<Written> = pdf.pages().iter().map(|p| glyphs(p, &cache)).collect();
        if let Some((w, h)) = written.iter().find_map(|w| w.huge) {
            return Err(FormatError::Limit { format: NAME, what: format!("an image of {w} × {h} dots") });
        }
        let images: Vec<usize> =
            (0..count).filter(|&i| written[i].is_image() || !written[i].pictures.is_empty()).collect();
        let hidden = images.iter().filter(|&&i| written[i].is_image() && written[i].letters() >= FEW).count();
        let partly = images.iter().filter(|&&i| !written[i].is_image()).count();
        if !images.is_empty() {
            (limits.recognising)(images.len());
        }
        // Drawing needs far more memory than recognising: no more pages at once than there are threads.
        let recognised: Vec<Recognised> = images
            .par_iter()
            .with_max_len(1)
            .map(|&i| {
                let (image, dpi) = draw(&pdf.pages()[i]);
                ocr::recognise(&image, dpi, limits.time)
            })
            .collect::<Result<_, _>>()?;
        let mut notes = Vec::new();
        let mut confidences = Vec::new();
        for (&i, r) in images.iter().zip(recognised) {
            confidences.push(PageSureness { page: i as u32 + 1, confidence: r.confidence });
            if written[i].is_image() {
                written[i].page = r.page;
            } else {
                written[i].add_from_pictures(r.page);
            }
        }
        if !images.is_empty() {
            notes.push(format!("{} of {count} pages are images and were recognised", images.len()));
        }
        if partly > 0 {
            notes.push(format!("of {partly} of them only the images, the rest was read"));
        }
        if hidden > 0 {
            notes.push(format!(
                "{hidden} pages have fonts that do not say which characters they draw; they were recognised"
            ));
        }
        let pages: Vec<Page> = written.into_iter().map(|w| w.page).collect();
        let (paragraphs, furniture) = layout::paragraphs(&pages);
        if furniture > 0 {
            notes.push(format!("{furniture} lines of headers, footers, page numbers and stamps were left out"));
        }
        super::recognised::collect(NAME, paragraphs, notes, confidences, limits)
    }
}

/// What stands on a page as text.
#[derive(Default)]
struct Written {
    page: Page,
    glyphs: usize,
    unknown: usize,
    /// Share of the page that images cover.
    covered: f64,
    /// Images of some size with next to no text over them.
    pictures: Vec<Rect>,
    /// Width and height of an image too large to be unpacked.
    huge: Option<(u32, u32)>,
}

impl Written {
    fn letters(&self) -> usize {
        self.page.lines.iter().flat_map(|l| l.text.chars()).filter(|c| c.is_alphabetic()).count()
    }

    /// Adds the lines that were recognised in its pictures.
    fn add_from_pictures(&mut self, recognised: Page) {
        let scale = self.page.width / recognised.width.max(1.0);
        let lines = recognised.lines.into_iter().map(|l| Line {
            x: l.x * scale,
            end: l.end * scale,
            y: l.y * scale,
            size: l.size * scale,
            ..l
        });
        let inside = |l: &Line| {
            self.pictures.iter().any(|p| p.contains(Point::new(f32::midpoint(l.x, l.end).into(), l.y.into())))
        };
        // What is drawn in a picture of something else is no text.
        let text = |l: &Line| l.confidence.is_none_or(|c| c > 0.5);
        self.page.lines.extend(lines.filter(|l| inside(l) && text(l)));
    }

    /// Whether the page has to be recognised: next to no text over an image, or text in hidden characters.
    fn is_image(&self) -> bool {
        let letters = self.letters();
        if letters < FEW {
            return self.covered > 0.05 || self.unknown > FEW;
        }
        // A signature stamp's words over a page image are no text of the page.
        if letters < STAMP && self.covered > 0.5 {
            return true;
        }
        let strange = self.page.lines.iter().flat_map(|l| l.text.chars()).filter(|&c| is_strange(c)).count();
        self.unknown as f64 > HIDDEN * self.glyphs as f64 || strange as f64 > HIDDEN * letters as f64
    }
}

/// Characters of one-byte Vietnamese fonts read as Latin, and of private areas; bullets and signs of ordinary texts are none.
fn is_strange(c: char) -> bool {
    matches!(c, '\u{a1}'..='\u{bf}' | '\u{e000}'..='\u{f8ff}' | '\u{fffd}' | '\u{d7}' | '\u{f7}' | 'þ' | 'ÿ' | 'æ' | 'ø' | 'ß')
        && !matches!(
            c,
            '«' | '»' | '°' | '§' | '±' | '·' | '²' | '³' | '\u{ad}' | '©' | '®' | '\u{f0b7}' | '\u{f0a7}' | '\u{f02d}'
        )
}

fn settings() -> InterpreterSettings {
    InterpreterSettings { render_content: RenderContent::PAGE, ..InterpreterSettings::default() }
}

/// The text of a page as lines.
fn glyphs<'a>(page: &'a PdfPage<'a>, cache: &InterpreterCache<'a>) -> Written {
    let (width, height) = page.render_dimensions();
    let target = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let mut context = Context::new(page.initial_transform(true).to_kurbo(), target, cache, page.xref(), settings());
    let mut reader = GlyphReader { area: f64::from(width) * f64::from(height), ..GlyphReader::default() };
    interpret_page(page, &mut context, &mut reader);
    let pictures = reader.pictures(f64::from(height));
    let lines = join(reader.pieces, &reader.rules);
    Written {
        page: Page { width, height, lines, rules: reader.rules },
        pictures,
        glyphs: reader.glyphs,
        unknown: reader.unknown,
        covered: reader.covered / reader.area.max(1.0),
        huge: reader.huge,
    }
}

/// One glyph on the page.
struct Piece {
    text: String,
    x: f32,
    end: f32,
    y: f32,
    size: f32,
}

#[derive(Default)]
struct GlyphReader {
    pieces: Vec<Piece>,
    glyphs: usize,
    unknown: usize,
    covered: f64,
    area: f64,
    huge: Option<(u32, u32)>,
    images: Vec<Rect>,
    rules: Rules,
}

impl GlyphReader {
    /// Images that cover a part of the page where next to no glyph is.
    fn pictures(&self, height: f64) -> Vec<Rect> {
        let large = |r: &&Rect| r.area() > self.area * PICTURE && r.height() > height * PICTURE;
        let glyphs = |r: &Rect| {
            let inside = |p: &&Piece| r.contains(Point::new(p.x.into(), p.y.into()));
            self.pieces.iter().filter(|p| !p.text.trim().is_empty()).filter(inside).count()
        };
        let all = self.images.iter().take(100);
        all.filter(large).filter(|r| glyphs(r) < 10).copied().collect()
    }
}

impl Device<'_> for GlyphReader {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, _: &DrawMode) {
        for glyph in run.glyphs() {
            let place = props.transform * glyph.transform();
            let at = place * Point::ZERO;
            let em = place * Point::new(0.0, 1000.0) - at;
            let advance = match &**glyph {
                Glyph::Outline(g) => g.advance_width(),
                Glyph::Type3(g) => g.advance_width(),
            };
            let along: Vec2 = place * Point::new(f64::from(advance.unwrap_or(500.0)), 0.0) - at;
            // Only upright text: the rest is watermarks and margins.
            if along.y.abs() > along.x.abs() * 0.2 || along.x < 0.0 {
                continue;
            }
            self.glyphs += 1;
            let text = match glyph.as_unicode() {
                Some(hayro_text) => unicode(hayro_text),
                None => {
                    self.unknown += 1;
                    continue;
                }
            };
            let (x, end) = (at.x as f32, (at.x + along.x) as f32);
            self.pieces.push(Piece { text, x, end, y: at.y as f32, size: em.hypot() as f32 });
        }
    }

    fn draw_image(&mut self, image: Image<'_, '_>, props: ImageDrawProps<'_>) {
        // The transform is that of a dot.
        let dots = f64::from(image.width()) * f64::from(image.height());
        if dots > DOTS {
            self.huge = Some((image.width(), image.height()));
        }
        let place =
            props.transform.transform_rect_bbox(Rect::new(0.0, 0.0, image.width().into(), image.height().into()));
        self.images.push(place);
        self.covered += (props.transform.determinant().abs() * dots).min(self.area);
    }

    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'_>, mode: &DrawMode) {
        let frame = !matches!(mode, DrawMode::Fill(_));
        // Each part of it by itself: word processors draw all rules of a page as one path.
        let mut part: Option<Rect> = None;
        let mut end = |part: Option<Rect>| {
            if let Some(b) = part {
                self.rules.add((b.x0 as f32, b.y0 as f32), (b.x1 as f32, b.y1 as f32), frame);
            }
        };
        for element in path.elements() {
            let Some(point) = element.end_point() else { continue };
            let point = props.transform * point;
            let here = Rect::from_points(point, point);
            part = match (element, part) {
                (PathEl::MoveTo(_), before) => {
                    end(before);
                    Some(here)
                }
                (_, Some(b)) => Some(b.union(here)),
                (_, None) => Some(here),
            };
        }
        end(part);
    }
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

fn unicode(c: BfString) -> String {
    let mut s = match c {
        BfString::Char(c) => c.to_string(),
        BfString::String(s) => s,
    };
    s.retain(|c| !matches!(c, '\u{ad}' | '\0'..='\u{8}' | '\u{b}'..='\u{1f}'));
    s.replace(['\u{a0}', '\t', '\n'], " ")
}

/// A wider gap than this (in ems) parts columns.
const COLUMN: f32 = 2.0;
/// A wider gap than this parts words where no space is drawn.
const SPACE: f32 = 0.15;
/// The same on a line that has spaces drawn: letters may be set apart there.
const SPACE_BESIDE_SPACES: f32 = 0.3;
/// A smaller share of the page, or of its height, is no picture of text.
const PICTURE: f64 = 0.03;

/// Glyphs → lines: by baseline, then from left to right, parted at wide gaps and at rules.
fn join(pieces: Vec<Piece>, rules: &Rules) -> Vec<Line> {
    let mut out = Vec::new();
    for mut row in layout::rows(pieces, 0.4, |p| (p.x, p.y, p.size.max(1.0))) {
        // A text drawn twice, for a shadow or a bolder look, is one text.
        row.dedup_by(|b, a| a.text == b.text && (a.x - b.x).abs() < 0.1 * a.size && !a.text.trim().is_empty());
        let space = if row.iter().any(|p| p.text == " ") { SPACE_BESIDE_SPACES } else { SPACE };
        let down = row.first().map_or_else(Vec::new, |p| rules.down_at(p.y - p.size * 0.3));
        let ruled = |end: f32, start: f32| down.iter().any(|&x| end - 1.0 <= x && x <= start + 1.0);
        let mut line: Option<Line> = None;
        for p in row {
            let blank = p.text.trim().is_empty();
            match &mut line {
                Some(l) if p.x - l.end < COLUMN * l.size && !(p.x > l.end && ruled(l.end, p.x)) => {
                    if blank {
                        if !l.text.ends_with(' ') {
                            l.text.push(' ');
                        }
                        continue;
                    }
                    if p.x - l.end > space * l.size.min(p.size) && !l.text.ends_with(' ') {
                        l.text.push(' ');
                    }
                    l.text.push_str(&p.text);
                    l.end = l.end.max(p.end);
                    l.size = l.size.max(p.size);
                }
                _ if blank => {}
                _ => {
                    let Piece { text, x, end, y, size } = p;
                    out.extend(line.replace(Line { text, x, end, y, size, confidence: None }));
                }
            }
        }
        out.extend(line);
    }
    for l in &mut out {
        l.text.truncate(l.text.trim_end().len());
    }
    out
}

/// A page as a grey image (PGM), and its dots per inch. Grey is the red part of the colour: black print stays, red stamps fade.
fn draw(page: &PdfPage<'_>) -> (Vec<u8>, f32) {
    let (width, height) = page.render_dimensions();
    let scale = (DPI / POINTS).min(LONGEST / width.max(height).max(1.0));
    let cache = RenderCache::new();
    let size = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let pixmap = hayro::render(page, &cache, &settings(), &RenderSettings::default(), &size);
    let mut image = format!("P5\n{} {}\n255\n", pixmap.width(), pixmap.height()).into_bytes();
    image.extend(pixmap.data().iter().map(|p| p.r));
    (image, scale * POINTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(text: &str, x: f32, y: f32) -> Piece {
        Piece { text: text.to_owned(), x, end: x + 6.0, y, size: 12.0 }
    }

    #[test]
    fn glyphs_become_words_and_columns() {
        let all = vec![
            piece("B", 10.0, 50.0),
            piece("ộ", 16.0, 50.2),
            piece("Đ", 26.0, 50.0),
            piece("o", 32.0, 50.0),
            piece("S", 200.0, 50.0),
            piece("a", 10.0, 70.0),
            piece("a", 10.1, 70.0),
        ];
        let got: Vec<String> = join(all, &Rules::default()).into_iter().map(|l| l.text).collect();
        assert_eq!(got, ["Bộ Đo", "S", "a"]);
    }

    #[test]
    fn what_is_no_pdf_is_an_error() {
        let limits = Limits::default();
        assert!(matches!(Pdf.read(b"%PDF-1.7 nothing", &limits), Err(FormatError::Broken { .. })));
        assert!(Pdf.matches(b"%PDF-1.4\n") && !Pdf.matches(b"PK\x03\x04"));
    }
}
