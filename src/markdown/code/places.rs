//! Where the lines of a code block stand.
//!
//! In: while a block is made, which part of a clean line was copied from where. Out: for each line of the clean
//! text its place in the expanded text, with a turn wherever text was taken out. It must not know what was taken
//! out, nor why.

use std::ops::Range;

use super::RawCode;

/// The places of a block's lines in the expanded text. Kept small: almost every line is one run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CodePlaces {
    /// Where each line begins.
    lines: Vec<u32>,
    /// Where a line goes on somewhere else, in order.
    turns: Vec<Turn>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Turn {
    line: u32,
    byte: u32,
    at: u32,
}

impl CodePlaces {
    /// The runs of a line: byte of the clean line, byte of the expanded text. The first is the line's start. A run
    /// that begins before the one before it would end stands behind spaces that a tab became.
    pub fn line(&self, n: usize) -> impl Iterator<Item = (usize, usize)> {
        let start = self.lines.get(n).map(|at| (0, *at as usize));
        let from = self.turns.partition_point(|t| (t.line as usize) < n);
        let turns = self.turns[from..].iter();
        let turns = turns
            .take_while(move |t| t.line as usize == n)
            .map(|t| (t.byte as usize, t.at as usize));
        start.into_iter().chain(turns)
    }

    /// Adds a line of so many bytes.
    pub(super) fn add_line(&mut self, runs: &Runs, length: usize, raw: &RawCode) {
        let line = narrow(self.lines.len());
        let begun = self.lines.len();
        // Where the last piece began, and whether it was made of a tab.
        let mut last: Option<(usize, usize, bool)> = None;
        for (n, &(byte, start)) in runs.0.iter().enumerate() {
            let next = runs.0.get(n + 1).map_or(length, |(next, _)| *next);
            // A run without text says nothing, unless it is all there is.
            if byte >= next && length > 0 {
                continue;
            }
            for (out, at, made) in raw.turns(start..start + (next - byte.min(next))) {
                let byte = byte + out - start;
                if let Some((_, place, true)) = last {
                    self.turn(line, byte, place);
                    last = Some((byte, place, false));
                }
                match last {
                    None => self.lines.push(narrow(at)),
                    Some((before, place, _)) if place + byte - before == at => {}
                    Some(_) => self.turn(line, byte, at),
                }
                last = Some((byte, at, made));
            }
            if length == 0 {
                break;
            }
        }
        if let Some((_, place, true)) = last {
            self.turn(line, length, place);
        }
        if self.lines.len() == begun {
            let before = self.lines.last().copied().unwrap_or_default();
            self.lines.push(before);
        }
    }

    fn turn(&mut self, line: u32, byte: usize, at: usize) {
        self.turns.push(Turn {
            line,
            byte: narrow(byte),
            at: narrow(at),
        });
    }

    pub(super) fn shrink_to_fit(&mut self) {
        self.lines.shrink_to_fit();
        self.turns.shrink_to_fit();
    }
}

/// The parts of one clean line: byte of the line, byte of the raw text.
#[derive(Debug, Default)]
pub(super) struct Runs(Vec<(usize, usize)>);

impl Runs {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// From this byte of the line on, the text is that of the raw text from `start` on.
    pub(super) fn add(&mut self, byte: usize, start: usize) {
        self.0.push((byte, start));
    }

    /// Bytes of the line are taken out.
    pub(super) fn remove(&mut self, bytes: &Range<usize>) {
        let behind = self.raw(bytes.end);
        let after = self.0.partition_point(|(byte, _)| *byte <= bytes.end);
        let later = self.0.split_off(after);
        let before = self.0.partition_point(|(byte, _)| *byte < bytes.start);
        self.0.truncate(before);
        self.0.extend(behind.map(|raw| (bytes.start, raw)));
        let moved = later.into_iter();
        self.0
            .extend(moved.map(|(byte, raw)| (byte - bytes.len(), raw)));
    }

    fn raw(&self, byte: usize) -> Option<usize> {
        let at = self.0.partition_point(|(start, _)| *start <= byte);
        let (start, raw) = self.0.get(at.checked_sub(1)?)?;
        Some(raw + byte - start)
    }
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
