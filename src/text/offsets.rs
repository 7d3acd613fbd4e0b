//! Where each byte of a rewritten text came from.

use std::ops::Range;

/// A stretch of the rewritten text and the stretch of the original it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    /// First byte in the rewritten text; the piece ends where the next one starts.
    new: usize,
    /// First byte in the original.
    old: usize,
    /// End in the original. Bytes between this and the next piece's `old` were dropped.
    old_end: usize,
    /// The bytes are the same on both sides, so offsets inside the piece carry over one by one.
    same: bool,
}

/// Maps byte offsets of a rewritten text back to the text it was made from.
///
/// Kept as pieces rather than one number a byte: an already tidy document costs a single piece.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OffsetMap {
    pieces: Vec<Piece>,
    new_len: usize,
}

impl OffsetMap {
    /// The map of a text that was not changed.
    pub fn identity(len: usize) -> Self {
        let mut map = OffsetMap::default();
        map.copied(0, len);
        map
    }

    /// Appends `len` bytes that were copied from `old`.
    pub(super) fn copied(&mut self, old: usize, len: usize) {
        if len == 0 {
            return;
        }
        match self.pieces.last_mut() {
            Some(last) if last.same && last.old_end == old => last.old_end += len,
            _ => self.pieces.push(Piece { new: self.new_len, old, old_end: old + len, same: true }),
        }
        self.new_len += len;
    }

    /// Appends `len` bytes that stand for the whole of `old`.
    pub(super) fn replaced(&mut self, old: Range<usize>, len: usize) {
        if len == 0 {
            return;
        }
        self.pieces.push(Piece { new: self.new_len, old: old.start, old_end: old.end, same: false });
        self.new_len += len;
    }

    /// Length in bytes of the rewritten text.
    pub fn len(&self) -> usize {
        self.new_len
    }

    /// Whether the rewritten text is empty.
    pub fn is_empty(&self) -> bool {
        self.new_len == 0
    }

    fn piece_at(&self, offset: usize) -> Option<(usize, &Piece)> {
        let i = self.pieces.partition_point(|p| p.new <= offset).checked_sub(1)?;
        Some((i, &self.pieces[i]))
    }

    /// The original offset of the character that starts at `offset`; the end of the original's last kept character
    /// for an offset at or past the end.
    pub fn original(&self, offset: usize) -> usize {
        if offset >= self.new_len {
            return self.pieces.last().map_or(0, |p| p.old_end);
        }
        match self.piece_at(offset) {
            Some((_, p)) if p.same => p.old + (offset - p.new),
            Some((_, p)) => p.old,
            None => 0,
        }
    }

    /// The stretch of the original that `range` was made from, without what was dropped at its ends.
    pub fn original_range(&self, range: Range<usize>) -> Range<usize> {
        let start = self.original(range.start);
        if range.end <= range.start {
            return start..start;
        }
        let end = match self.piece_at(range.end.min(self.new_len) - 1) {
            Some((_, p)) if p.same => p.old + (range.end.min(self.new_len) - p.new),
            Some((_, p)) => p.old_end,
            None => start,
        };
        start..end.max(start)
    }

    /// The stretch that was made from `old`, a stretch of the original; empty where all of it was dropped.
    pub fn new_range(&self, old: Range<usize>) -> Range<usize> {
        let end_of = |i: usize| self.pieces.get(i + 1).map_or(self.new_len, |p| p.new);
        let first = self.pieces.partition_point(|p| p.old_end <= old.start);
        let start = match self.pieces.get(first) {
            Some(p) if p.same => p.new + old.start.saturating_sub(p.old),
            Some(p) => p.new,
            None => self.new_len,
        };
        let after = self.pieces.partition_point(|p| p.old < old.end);
        let end = match after.checked_sub(1).map(|i| (i, &self.pieces[i])) {
            Some((_, p)) if p.same => p.new + (old.end.min(p.old_end) - p.old),
            Some((i, _)) => end_of(i),
            None => 0,
        };
        start..end.max(start)
    }

    /// The map of doing `self` first and `then` on its result.
    pub(super) fn then(&self, then: &OffsetMap) -> OffsetMap {
        let mut out = OffsetMap::default();
        let mut first = 0; // Index of the piece of `self` that holds the current offset; only moves forward.
        for (i, p) in then.pieces.iter().enumerate() {
            let new_end = then.pieces.get(i + 1).map_or(then.new_len, |n| n.new);
            if !p.same {
                out.replaced(self.original_range(p.old..p.old_end), new_end - p.new);
                continue;
            }
            let mut at = p.old;
            while at < p.old_end {
                while self.pieces.get(first + 1).is_some_and(|n| n.new <= at) {
                    first += 1;
                }
                let q = &self.pieces[first];
                let end = self.pieces.get(first + 1).map_or(self.new_len, |n| n.new).min(p.old_end);
                if q.same {
                    out.copied(q.old + (at - q.new), end - at);
                } else {
                    out.replaced(q.old..q.old_end, end - at);
                }
                at = end;
            }
        }
        out
    }
}
