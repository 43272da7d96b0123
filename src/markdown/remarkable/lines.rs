//! The lines of a text, and the text of a run of lines inside a block.
//!
//! In: a text. Out: where each line begins and ends and how far it is indented, as the containers that are open see it: a quote
//! moves the begin of its lines behind its marker, a list item the indentation of its first line. It must not know what blocks are.

use std::borrow::Cow;
use std::ops::Range;

/// One line.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Its first byte, or the first behind the marks of quotes around it.
    pub start: usize,
    /// Its `\n`, or the end of the text.
    pub end: usize,
    /// Spaces from `start` to its content. Negative for a line that continues a paragraph lazily.
    pub indent: isize,
}

impl Line {
    /// Where its content begins. A lazy line has none that could begin a block.
    pub fn content(&self) -> usize {
        match usize::try_from(self.indent) {
            Ok(spaces) => self.start + spaces,
            Err(_) => self.end,
        }
    }

    /// Whether it holds nothing but spaces.
    pub fn is_empty(&self) -> bool {
        // A lazy line never is: it was looked at before.
        self.indent >= 0 && self.content() >= self.end
    }

    /// Where its text begins once up to `indent` spaces are taken away.
    pub fn cut(&self, indent: isize) -> usize {
        self.start
            .saturating_add_signed(self.indent.min(indent).max(0))
    }
}

/// The lines of a text, and an empty one behind the last, so that the line after any line can be asked for.
pub fn lines_of(text: &str) -> Vec<Line> {
    let mut lines = Vec::with_capacity(text.len() / 32 + 2);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.strip_suffix('\n').unwrap_or(line);
        let spaces = bare.bytes().take_while(|b| *b == b' ').count();
        lines.push(Line {
            start,
            end: start + bare.len(),
            indent: isize::try_from(spaces).unwrap_or(isize::MAX),
        });
        start += line.len();
    }
    lines.push(Line {
        start: text.len(),
        end: text.len(),
        indent: 0,
    });
    lines
}

/// What a paragraph, a heading or a cell says, without the indentation of its lines, and where each byte of it stands.
#[derive(Clone, Debug)]
pub struct Content<'a> {
    text: Cow<'a, str>,
    /// Bytes of `text` that were taken by definitions at its start.
    from: usize,
    /// Where runs of `text` begin, and where they stand.
    places: Vec<(usize, usize)>,
}

impl<'a> Content<'a> {
    /// A run of the text.
    pub fn slice(text: &'a str, range: Range<usize>) -> Self {
        let part = text.get(range.clone()).unwrap_or_default();
        let lead = part.len() - part.trim_start().len();
        Self {
            text: part.trim().into(),
            from: 0,
            places: vec![(0, range.start + lead)],
        }
    }

    /// Lines, each without up to `indent` spaces at its start.
    pub fn lines(text: &'a str, lines: &[Line], indent: isize) -> Self {
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
            return Self::slice(text, 0..0);
        };
        if lines
            .windows(2)
            .all(|pair| pair[1].cut(indent) == pair[0].end + 1)
        {
            return Self::slice(text, first.cut(indent)..last.end);
        }
        let mut joined = String::new();
        let mut places = Vec::with_capacity(lines.len());
        for line in lines {
            places.push((joined.len(), line.cut(indent)));
            joined.push_str(text.get(line.cut(indent)..line.end).unwrap_or_default());
            joined.push('\n');
        }
        let lead = joined.len() - joined.trim_start().len();
        joined.truncate(joined.trim_end().len());
        let mut content = Self {
            text: joined.into(),
            from: 0,
            places,
        };
        content.skip(lead);
        content
    }

    /// Takes bytes off the start, and the white space behind them.
    pub fn skip(&mut self, bytes: usize) {
        let rest = self.text.get(self.from + bytes..).unwrap_or_default();
        self.from = self.text.len() - rest.trim_start().len();
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.text.get(self.from..).unwrap_or_default()
    }

    /// Where a byte of [`Self::text`] stands.
    pub fn place(&self, at: usize) -> usize {
        let at = at + self.from;
        let n = self.places.partition_point(|(out, _)| *out <= at);
        let (out, place) = self.places[n.saturating_sub(1)];
        place + at - out
    }

    /// Where a range of [`Self::text`] stands.
    pub fn range(&self, range: Range<usize>) -> Range<usize> {
        let start = self.place(range.start);
        let end = match range.end.checked_sub(1) {
            Some(last) if last >= range.start => self.place(last) + 1,
            _ => start,
        };
        start..end.max(start)
    }
}
