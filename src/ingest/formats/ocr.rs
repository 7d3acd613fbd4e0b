//! Page images → lines, by tesseract with its Vietnamese model, as a process of its own.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::FormatError;
use super::layout::{Line, Page};

pub(super) const PROGRAM: &str = "tesseract with the language vie";
pub(super) const REMEDY: &str = "install it, e.g. `apt install tesseract-ocr tesseract-ocr-vie`";

/// A recognised page.
pub(super) struct Recognised {
    pub page: Page,
    /// Mean over its words, 0 to 1.
    pub confidence: f32,
}

/// [`FormatError::Missing`] unless tesseract is here and knows Vietnamese.
pub(super) fn missing(format: &'static str) -> Option<FormatError> {
    static KNOWS: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    let knows = *KNOWS.get_or_init(|| {
        Command::new("tesseract")
            .arg("--list-langs")
            .output()
            .is_ok_and(|o| String::from_utf8_lossy(&o.stdout).lines().any(|l| l.trim() == "vie"))
    });
    (!knows).then(|| super::lacks_ocr(format))
}

/// Recognises one image (any format that leptonica reads).
///
/// # Errors
/// Tesseract is missing, fails, or takes longer than `time`.
pub(super) fn recognise(image: &[u8], dpi: f32, time: Duration) -> Result<Recognised, FormatError> {
    const FORMAT: &str = "page image";
    if let Some(e) = missing(FORMAT) {
        return Err(e);
    }
    let broken = |why: String| FormatError::Broken { format: FORMAT, why };
    let mut child = Command::new("tesseract")
        .args(["stdin", "stdout", "-l", "vie", "--dpi", &format!("{dpi:.0}"), "--psm", "3", "tsv"])
        // Pages run side by side; a page's own threads would only wait for each other.
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| broken(format!("tesseract: {e}")))?;
    let (Some(mut input), Some(mut output), Some(mut errors)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(broken("tesseract has no pipes".to_owned()));
    };
    let (table, said, late) = std::thread::scope(|s| {
        // It reads all before it writes; a failing write means that it gave up, and its exit status says so.
        s.spawn(move || {
            let _ = input.write_all(image);
        });
        let table = s.spawn(move || {
            let mut v = Vec::new();
            output.read_to_end(&mut v).map(|_| v)
        });
        let said = s.spawn(move || {
            let mut v = Vec::new();
            errors.read_to_end(&mut v).map(|_| v)
        });
        let began = Instant::now();
        let mut late = false;
        while !table.is_finished() {
            if began.elapsed() > time && !late {
                late = true;
                let _ = child.kill();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        (table.join(), said.join(), late)
    });
    let status = child.wait().map_err(|e| broken(format!("tesseract: {e}")))?;
    if late {
        return Err(FormatError::Limit { format: FORMAT, what: format!("more than {} s", time.as_secs()) });
    }
    let lossy = |r: std::thread::Result<std::io::Result<Vec<u8>>>| {
        r.ok().and_then(Result::ok).map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default()
    };
    if !status.success() {
        return Err(broken(format!("tesseract: {}", lossy(said).lines().next().unwrap_or("failed"))));
    }
    Ok(parse(&lossy(table)))
}

/// A word of tesseract's table.
struct Word<'a> {
    line: [u32; 3],
    x: f32,
    end: f32,
    top: f32,
    bottom: f32,
    confidence: f32,
    text: &'a str,
}

/// Tesseract's TSV: `level page block par line word left top width height conf text`.
fn parse(tsv: &str) -> Recognised {
    let mut page = Page::default();
    let mut words: Vec<Word<'_>> = Vec::new();
    for row in tsv.lines() {
        let cells: Vec<&str> = row.splitn(12, '\t').collect();
        let [level, _, block, par, line, _, x, y, w, h, confidence, text] = cells[..] else { continue };
        let n = |s: &str| s.parse::<f32>().unwrap_or(0.0);
        match level {
            "1" => (page.width, page.height) = (n(w), n(h)),
            "5" if !text.trim().is_empty() => words.push(Word {
                line: [block, par, line].map(|s| s.parse().unwrap_or(0)),
                x: n(x),
                end: n(x) + n(w),
                top: n(y),
                bottom: n(y) + n(h),
                confidence: n(confidence) / 100.0,
                text: text.trim(),
            }),
            _ => {}
        }
    }
    let mean = |ws: &[Word<'_>]| ws.iter().map(|w| w.confidence).sum::<f32>() / ws.len().max(1) as f32;
    let confidence = mean(&words);
    for line in words.chunk_by(|a, b| a.line == b.line) {
        let text = line.iter().map(|w| w.text).collect::<Vec<_>>().join(" ");
        let sure = mean(line);
        // Specks and edges of stamps: next to no letters, and no confidence in them.
        if sure < 0.3 && text.chars().filter(|c| c.is_alphanumeric()).count() < 6 {
            continue;
        }
        let median = |mut v: Vec<f32>| {
            v.sort_by(f32::total_cmp);
            v[v.len() / 2]
        };
        page.lines.push(Line {
            text,
            x: line[0].x,
            end: line[line.len() - 1].end,
            y: median(line.iter().map(|w| w.bottom).collect()),
            size: median(line.iter().map(|w| w.bottom - w.top).collect()) * 1.3,
            confidence: Some(sure),
        });
    }
    Recognised { page, confidence }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_becomes_lines_with_confidence() {
        let tsv = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
                   1\t1\t0\t0\t0\t0\t0\t0\t2480\t3508\t-1\t\n\
                   5\t1\t1\t1\t1\t1\t100\t200\t80\t30\t96.5\tBộ\n\
                   5\t1\t1\t1\t1\t2\t190\t200\t90\t34\t90.5\tĐèn\n\
                   5\t1\t1\t1\t2\t1\t100\t250\t9\t9\t12\t~\n";
        let got = parse(tsv);
        assert_eq!((got.page.width, got.page.lines.len()), (2480.0, 1));
        let line = &got.page.lines[0];
        assert_eq!((line.text.as_str(), line.x, line.end), ("Bộ Đèn", 100.0, 280.0));
        assert!((line.confidence.unwrap() - 0.935).abs() < 1e-4);
    }
}
