//! The raw text of a code block, and where it stands.
//!
//! In: the pieces that the parser gives, with their places. Out: one text, and the place of any part of it in
//! the expanded text. It must not know what the code says.

use std::ops::Range;

/// The raw text of a block as the parser gave it: pieces, each with its place in the expanded text.
#[derive(Clone, Debug, Default)]
pub struct RawCode {
    /// The pieces, one after the other.
    pub(super) text: String,
    pieces: Vec<(usize, usize)>,
}

impl RawCode {
    /// Adds a piece that stands at `at`.
    pub fn push(&mut self, piece: &str, at: usize) {
        self.pieces.push((self.text.len(), at));
        self.text.push_str(piece);
    }

    /// Where the pieces inside a range of the raw text begin: in the raw text, and in the expanded text, and whether
    /// the piece is spaces that were made of a tab. The first is the start of the range.
    pub(super) fn turns(&self, range: Range<usize>) -> impl Iterator<Item = (usize, usize, bool)> {
        let first = self.pieces.partition_point(|(out, _)| *out <= range.start);
        let start = self.place(&(range.start..range.start)).start;
        let start = (range.start, start, self.is_made(first.wrapping_sub(1)));
        let inside = self.pieces[first..].iter().zip(first..);
        let inside = inside.map(|((out, at), n)| (*out, *at, self.is_made(n)));
        std::iter::once(start).chain(inside.take_while(move |(out, ..)| *out < range.end))
    }

    /// Whether a piece stands at the place of the next one: it has none of its own.
    fn is_made(&self, n: usize) -> bool {
        let piece = self.pieces.get(n);
        let next = self.pieces.get(n.wrapping_add(1));
        piece
            .zip(next)
            .is_some_and(|((out, at), (next, place))| at == place && out < next)
    }

    /// The place of a range of the raw text.
    pub(super) fn place(&self, range: &Range<usize>) -> Range<usize> {
        let n = self
            .pieces
            .partition_point(|(out, _)| *out <= range.start)
            .saturating_sub(1);
        let Some((out, at)) = self.pieces.get(n) else {
            return range.clone();
        };
        let start = at + range.start - out;
        start..start + range.len()
    }
}

/// The lines of a run of code, each with its place in the run as it is written. The parser joins lines and
/// leaves out what stands before each of them in a quote or a list; code that has none of that is one piece,
/// unless the lines are wanted `apart`.
pub fn lines_with_places<'a>(
    text: &'a str,
    written: &'a str,
    apart: bool,
) -> impl Iterator<Item = (&'a str, usize)> {
    let whole = (!apart && text == written).then_some((text, 0));
    let each = if whole.is_some() { "" } else { text };
    let mut ends = written.match_indices('\n').map(|(at, _)| at);
    let by_line = each.split_inclusive('\n').flat_map(move |line| {
        let end = ends.next().unwrap_or(written.len());
        let before = &written[..end];
        let content = line.trim_end_matches('\n');
        // A tab at the start may have become spaces: what both have is counted from the end of the line.
        let same = if before.ends_with(content) {
            content.len()
        } else {
            let both = content.chars().rev().zip(before.chars().rev());
            let equal = both.take_while(|(a, b)| a == b);
            equal.map(|(a, _)| a.len_utf8()).sum()
        };
        let (made, kept) = line.split_at(content.len() - same);
        [(made, end - same), (kept, end - same)]
    });
    whole.into_iter().chain(by_line)
}
