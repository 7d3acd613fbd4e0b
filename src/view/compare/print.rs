//! A comparison for a terminal, in Vietnamese.

use std::fmt::Write as _;

use super::{Change, Comparison, Piece, Row, Said, Unit};
use crate::text::visible;
use crate::view::Paint;
use crate::view::print::{facts, lines, shorten};

/// The comparison; units that are the same are counted, and listed only if `all`.
pub fn text(comparison: &Comparison, paint: Paint, all: bool) -> String {
    let p = paint;
    let c = &comparison.counts;
    let mut out = format!("{}\n{}\n", facts(&comparison.from.1, p), facts(&comparison.to.1, p));
    let _ = writeln!(
        out,
        "{}{} giữ nguyên, {} sửa, {} thêm, {} bỏ, {} chuyển chỗ{}",
        p.head, c.same, c.changed, c.added, c.removed, c.moved, p.end
    );
    for row in comparison.rows.iter().filter(|r| all || r.change != Change::Same) {
        let _ = writeln!(out, "\n{}{}{}", p.place, visible(&head(row)), p.end);
        let words = match row.change {
            // Long texts that did not change are known by their beginning.
            Change::Same | Change::Moved => row.words.iter().map(|w| shorten(&visible(&w.text), 160)).collect(),
            Change::Changed => row.words.iter().map(|w| piece(w, p)).collect::<String>(),
            Change::Added | Change::Removed => row.words.iter().map(|w| lines(&w.text)).collect(),
        };
        let _ = writeln!(out, "  {}", words.trim().replace('\n', "\n  "));
    }
    out
}

/// `sửa: dieu-5.khoan-1 → dieu-6.khoan-1`.
fn head(row: &Row) -> String {
    let change = name(row.change);
    match (&row.from, &row.to) {
        (Some(from), Some(to)) if called(from) != called(to) => format!("{change}: {} → {}", called(from), called(to)),
        (_, Some(unit)) | (Some(unit), None) => format!("{change}: {}", called(unit)),
        (None, None) => change.to_owned(),
    }
}

/// What became of a unit, in Vietnamese.
pub(super) fn name(change: Change) -> &'static str {
    match change {
        Change::Same => "giữ nguyên",
        Change::Changed => "sửa",
        Change::Added => "thêm",
        Change::Removed => "bỏ",
        Change::Moved => "chuyển chỗ",
    }
}

/// `điểm b khoản 2 Điều 5`; for what has no such name its address.
pub(super) fn called(unit: &Unit) -> String {
    let mut words = Vec::new();
    for part in unit.address.rsplit('.') {
        let (step, label) = part.split_once('-').unwrap_or((part, ""));
        let label = label.split('~').next().unwrap_or(label);
        let annex = part.strip_prefix("phu-luc").map(|l| l.trim_start_matches('-'));
        words.push(match step {
            _ if annex.is_some() => format!("Phụ lục {}", annex.unwrap_or_default()).trim_end().to_owned(),
            "dieu" => format!("Điều {label}"),
            "khoan" => format!("khoản {label}"),
            "diem" => format!("điểm {label}"),
            "doan" => format!("đoạn {label}"),
            "chuong" => format!("Chương {label}"),
            "phan" => format!("Phần {label}"),
            "muc" => format!("Mục {label}"),
            _ => return unit.address.clone(),
        });
    }
    words.join(" ")
}

fn piece(piece: &Piece, p: Paint) -> String {
    let text = lines(&piece.text);
    match (piece.said, p.end.is_empty()) {
        (Said::Both, _) => text,
        (Said::First, true) => format!("[-{text}-]"),
        (Said::Second, true) => format!("{{+{text}+}}"),
        (Said::First, false) => format!("{}{text}{}", p.removed, p.end),
        (Said::Second, false) => format!("{}{text}{}", p.added, p.end),
    }
}
