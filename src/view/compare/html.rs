//! A comparison as one page that needs nothing else: no script, no font, no picture from elsewhere.

use std::fmt::Write as _;

use super::print::{called, name};
use super::{Change, Comparison, Piece, Row, Said};
use crate::law::DocumentMeta;

/// Units in a row that are the same are folded away from this many on.
const FOLDED: usize = 1;

/// The page, in Vietnamese.
pub fn html(comparison: &Comparison) -> String {
    let (from, to) = (&comparison.from, &comparison.to);
    let title = format!("So sánh {} với {}", from.0, to.0);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <header>\n<h1>So sánh hai văn bản</h1>\n<div class=\"sides\">\n",
        escaped(&title)
    );
    for (what, (name, meta)) in [("Bản thứ nhất", from), ("Bản thứ hai", to)] {
        side(&mut out, what, name, meta);
    }
    out.push_str("</div>\n<p class=\"counts\">");
    let c = &comparison.counts;
    let counts = [
        (Change::Same, c.same),
        (Change::Changed, c.changed),
        (Change::Added, c.added),
        (Change::Removed, c.removed),
        (Change::Moved, c.moved),
    ];
    for (change, n) in counts {
        let _ = write!(out, "<span class=\"badge {}\">{n} {}</span> ", class(change), name(change));
    }
    out.push_str(
        "</p>\n<p class=\"legend\">Chữ <del>gạch đỏ</del> chỉ có ở bản thứ nhất, chữ <ins>nền xanh</ins> chỉ có ở bản \
         thứ hai. Phần giữ nguyên được gấp lại; bấm vào để mở.</p>\n</header>\n<main>\n",
    );
    for run in comparison.rows.chunk_by(|x, y| (x.change == Change::Same) == (y.change == Change::Same)) {
        let fold = run[0].change == Change::Same && run.len() >= FOLDED;
        if fold {
            let _ = writeln!(out, "<details><summary>{} giữ nguyên: {}</summary>", run.len(), escaped(&span_of(run)));
        }
        for row in run {
            write_row(&mut out, row);
        }
        if fold {
            out.push_str("</details>\n");
        }
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn side(out: &mut String, what: &str, name: &str, meta: &DocumentMeta) {
    let date = meta.issued_on.map(|d| format!("ban hành {}/{}/{}", d.day(), d.month(), d.year()));
    let facts = [Some(meta.issuer.clone()), date, Some(meta.status.clone())];
    let facts: Vec<String> = facts.into_iter().flatten().filter(|f| !f.is_empty()).collect();
    let head = format!("{} {}", meta.kind, meta.number);
    let head = if head.trim().is_empty() { name } else { head.trim() };
    let _ = writeln!(
        out,
        "<section><p class=\"what\">{what}</p><h2>{}</h2><p>{}</p><p class=\"facts\">{}</p><p class=\"facts\">{}</p></section>",
        escaped(head),
        escaped(&meta.title),
        escaped(&facts.join(" · ")),
        escaped(name)
    );
}

/// `Điều 1 – khoản 3 Điều 4`.
fn span_of(run: &[Row]) -> String {
    let unit = |row: &Row| row.to.as_ref().or(row.from.as_ref()).map(called).unwrap_or_default();
    match run {
        [one] => unit(one),
        [first, .., last] => format!("{} – {}", unit(first), unit(last)),
        [] => String::new(),
    }
}

fn write_row(out: &mut String, row: &Row) {
    let place = match (&row.from, &row.to) {
        (Some(from), Some(to)) if called(from) != called(to) => format!("{} → {}", called(from), called(to)),
        (_, Some(unit)) | (Some(unit), None) => called(unit),
        (None, None) => String::new(),
    };
    let _ = write!(
        out,
        "<article class=\"{}\"><h3>{} <span class=\"badge {}\">{}</span></h3><p>",
        class(row.change),
        escaped(&place),
        class(row.change),
        name(row.change)
    );
    for piece in &row.words {
        write_piece(out, piece);
    }
    out.push_str("</p></article>\n");
}

fn write_piece(out: &mut String, piece: &Piece) {
    let text = escaped(&piece.text);
    let text = text.replace('\n', "<br>");
    let _ = match piece.said {
        Said::Both => write!(out, "{text}"),
        Said::First => write!(out, "<del>{text}</del>"),
        Said::Second => write!(out, "<ins>{text}</ins>"),
    };
}

const fn class(change: Change) -> &'static str {
    match change {
        Change::Same => "same",
        Change::Changed => "changed",
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Moved => "moved",
    }
}

/// Text that no browser takes for anything else.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push('\n'),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

const STYLE: &str = ":root { color-scheme: light dark; --line: #d5d9de; --dim: #5c6672; --del: #fbdcdc; --ins: #d3f0d9; --moved: #dde8fb;
  --paper: #fff; --ink: #1b1f24; --back: #f4f5f7; }
@media (prefers-color-scheme: dark) { :root { --line: #3a4149; --dim: #9aa4af; --del: #5a2528; --ins: #1d4a2b; --moved: #24395c;
  --paper: #1c2025; --ink: #e6e9ec; --back: #14171a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1rem 4rem; background: var(--back); color: var(--ink);
  font: 1.05rem/1.6 \"Noto Serif\", \"Times New Roman\", serif; }
h1, h2, h3, .what, .facts, .counts, .legend, summary { font-family: system-ui, \"Noto Sans\", sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; }
h2 { font-size: 1.1rem; margin: 0; }
h3 { font-size: .95rem; margin: 0 0 .3rem; display: flex; gap: .6rem; align-items: baseline; flex-wrap: wrap; }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1rem; }
section, article { background: var(--paper); border: 1px solid var(--line); border-radius: .4rem; padding: .8rem 1rem; }
section p { margin: .2rem 0; overflow-wrap: anywhere; }
.what { color: var(--dim); font-size: .8rem; }
.facts, .legend, summary { color: var(--dim); font-size: .9rem; }
article { margin: .6rem 0; border-left: .3rem solid var(--line); }
article p { margin: 0; overflow-wrap: anywhere; }
article.changed { border-left-color: #c98a00; }
article.added { border-left-color: #2e9a4d; }
article.removed { border-left-color: #cc3d3d; }
article.moved { border-left-color: #3f78d1; }
del { background: var(--del); text-decoration-color: #cc3d3d; }
ins { background: var(--ins); text-decoration: none; }
article.removed del, article.added ins { background: none; text-decoration: none; }
.badge { font: .78rem/1.4 system-ui, sans-serif; padding: .05rem .5rem; border-radius: 1rem; border: 1px solid var(--line);
  white-space: nowrap; }
.badge.changed { background: #ffefc7; color: #4a3500; } .badge.added { background: var(--ins); }
.badge.removed { background: var(--del); } .badge.moved { background: var(--moved); }
details { margin: .6rem 0; }
summary { cursor: pointer; padding: .3rem 0; }
@media print { body { background: none; } article, section { break-inside: avoid; } }
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(escaped("<a href=\"x\"> & \u{1b}"), "&lt;a href=&quot;x&quot;&gt; &amp;  ");
    }
}
