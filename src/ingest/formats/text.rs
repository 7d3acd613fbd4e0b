//! Plain text and Markdown.

use std::sync::LazyLock;

use regex::Regex;

use super::{Extracted, Format, FormatError, Limits, encoded};

/// Text in any encoding known here; what no other reader takes.
pub(super) struct Text;

/// Longest line of a text. Beyond it there is no structure to find and every display of it would suffer.
const MAX_LINE: usize = 8 << 20;

impl Format for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn about(&self) -> &'static str {
        "plain text and Markdown in UTF-8, UTF-16, Windows-1258, TCVN3 (ABC) or VNI-Windows"
    }

    fn matches(&self, head: &[u8]) -> bool {
        // UTF-16 has zero bytes too; a file of zeros is for the decoder to refuse.
        !head.is_empty() && crate::text::encoding::looks_like_text(head)
    }

    fn is_simple(&self) -> bool {
        true
    }

    fn read(&self, bytes: &[u8], _limits: &Limits) -> Result<Extracted, FormatError> {
        if let Some(i) = bytes.split(|&b| b == b'\n').position(|line| line.len() > MAX_LINE) {
            let what = format!("line {} has more than {} MiB", i + 1, MAX_LINE >> 20);
            return Err(FormatError::Limit { format: self.name(), what });
        }
        let decoded = encoded(bytes)?.repaired();
        let mut notes = Vec::from_iter(decoded.note());
        let mut text = decoded.text;
        if is_markdown(&text) {
            text = plain(&text);
        }
        let (kept, headers) = without_page_headers(&text);
        if headers > 0 {
            notes.push(format!("{headers} page headers of Công báo left out"));
            text = kept;
        }
        if text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty() {
            return Err(FormatError::Empty { format: self.name() });
        }
        Ok(Extracted { text, notes, ..Extracted::default() })
    }
}

/// The text without the lines that the official gazette prints on top of each page, as programs that take text out of its
/// pages leave them; and their number.
fn without_page_headers(text: &str) -> (String, usize) {
    static HEADER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\s*\f?\s*(\d{1,4}\s+)?CÔNG BÁO/Số\s[^/]{1,30}/Ngày\s+\d{1,2}-\d{1,2}-\d{4}(\s+\d{1,4})?\s*$")
            .expect("constant")
    });
    if !text.contains("CÔNG BÁO/Số") {
        return (String::new(), 0);
    }
    let (headers, kept): (Vec<&str>, Vec<&str>) = text.split('\n').partition(|line| HEADER.is_match(line));
    (kept.join("\n"), headers.len())
}

/// Whether a text is marked up: headings, emphasised lines or tables of Markdown. Plain texts have none of these at the
/// start of a line.
fn is_markdown(text: &str) -> bool {
    let mut marks = 0;
    for line in text.lines().take(2000) {
        let line = line.trim_start();
        let heading = line.trim_start_matches('#');
        let is_heading = heading.len() < line.len() && heading.starts_with(' ');
        let is_rule =
            line.starts_with('|') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ')) && line.contains("--");
        let bold = line.starts_with("**") && line[2..].contains("**");
        marks += usize::from(is_heading || is_rule || bold);
        if marks > 1 {
            return true;
        }
    }
    marks == 1 && text.lines().count() < 20
}

/// Markdown → plain lines.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut fenced = false;
    for line in text.lines() {
        let mut line = line.trim();
        if line.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        if fenced {
            out.push_str(line);
            out.push('\n');
            continue;
        }
        if line.starts_with('#') && line.trim_start_matches('#').starts_with(' ') {
            line = line.trim_start_matches('#').trim().trim_end_matches('#').trim_end();
        }
        while let Some(quote) = line.strip_prefix("> ") {
            line = quote.trim_start();
        }
        let row = line.starts_with('|') && line.len() > 1;
        if row && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ')) && line.contains('-') {
            continue;
        }
        if matches!(line, "---" | "***" | "___" | "- - -") || line.starts_with("<!--") && line.ends_with("-->") {
            continue;
        }
        let mut clean = inline(line);
        if row {
            let cells = clean.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>().join(super::lines::ROW);
            clean = cells.trim().to_owned();
        }
        // The marks of lists are typography; dashes before a list of things are the text's own.
        if let Some(item) = clean.strip_prefix("* ") {
            clean = item.to_owned();
        }
        out.push_str(&clean);
        out.push('\n');
    }
    out
}

/// Emphasis, links, escapes and line breaks of one line.
fn inline(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("**") || rest.starts_with("__") && !rest.starts_with("___") {
            rest = &rest[2..];
        } else if let Some(after) = ["<br>", "<br/>", "<br />"].iter().find_map(|b| rest.strip_prefix(b)) {
            out.push(' ');
            rest = after;
        } else if c == '*' && emphasis(&out, &rest[1..]) {
            rest = &rest[1..];
        } else if c == '\\' && rest[1..].starts_with(|c: char| c.is_ascii_punctuation()) {
            out.push_str(&rest[1..2]);
            rest = &rest[2..];
        } else if c == '['
            && let Some((label, after)) = link(rest)
        {
            out.push_str(&inline(label));
            rest = after;
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// Whether a single asterisk between these opens or closes emphasis: it touches a word on one side.
fn emphasis(before: &str, after: &str) -> bool {
    let left = before.chars().next_back().is_some_and(|c| !c.is_whitespace());
    let right = after.chars().next().is_some_and(|c| !c.is_whitespace());
    // `2 * 3` and a footnote's `(*)` are text.
    (left != right || left && right && before.chars().next_back().is_some_and(char::is_alphanumeric))
        && !before.ends_with('(')
        && !(after.starts_with(')'))
        && !(before.trim().is_empty() && after.starts_with(' '))
}

/// `[label](address)`.
fn link(rest: &str) -> Option<(&str, &str)> {
    let (label, after) = rest[1..].split_once("](")?;
    if label.contains('[') || label.contains(']') {
        return None;
    }
    let (address, after) = after.split_once(')')?;
    (!address.contains(' ')).then_some((label, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        Text.read(text.as_bytes(), &Limits::default()).expect("text").text
    }

    #[test]
    fn plain_text_stays_to_the_byte() {
        for text in ["Điều 1. A\n* x\n| a | b |\n", "a\r\nb  c", "giá * (1) # 5"] {
            assert_eq!(read(text), text);
        }
    }

    #[test]
    fn markdown_loses_its_marks_only() {
        let text = "# NGHỊ QUYẾT\n\n**Điều 1.** *Phạm vi*, xem [Luật](http://x)\n\n| STT | Nhiệm vụ |\n|---|:---|\n| 1 | A **b**<br>c |\n\n- Bộ (*)\n2 \\* 3\n---\n";
        let want = "NGHỊ QUYẾT\n\nĐiều 1. Phạm vi, xem Luật\n\nSTT | Nhiệm vụ\n1 | A b c\n\n- Bộ (*)\n2 * 3\n";
        assert_eq!(read(text), want);
    }

    #[test]
    fn page_headers_of_the_gazette_go() {
        let text =
            "Điều 1. A\n2 CÔNG BÁO/Số 1 + 2/Ngày 02-02-2032\nB\n CÔNG BÁO/Số 1/Ngày 2-2-2032 3\r\nđăng CÔNG BÁO/Số 1\n";
        assert_eq!(read(text), "Điều 1. A\nB\nđăng CÔNG BÁO/Số 1\n");
    }

    #[test]
    fn lines_are_bounded() {
        let long = vec![b'a'; MAX_LINE + 1];
        assert!(matches!(Text.read(&long, &Limits::default()), Err(FormatError::Limit { .. })));
        assert!(matches!(Text.read(b" \n \xef\xbb\xbf", &Limits::default()), Err(FormatError::Empty { .. })));
    }
}
