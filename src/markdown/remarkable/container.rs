//! Blocks that hold blocks: quotes, lists and footnotes.
//!
//! Each changes how its lines look to the rules for what is inside (where they begin, how far they are indented), reads them,
//! and puts the lines back.

use std::ops::Range;

use pulldown_cmark::{Tag, TagEnd};

use super::block::{Blocks, Inside, Interrupts, NESTING};

/// An indentation that makes a line the continuation of a paragraph and of nothing else.
const LAZY: isize = -1337;

/// How a list item begins.
#[derive(Clone, Copy)]
struct Marker {
    /// The number of an ordered one.
    number: Option<u64>,
    /// The byte that tells one list from the next: the bullet, `.` or `)`.
    kind: u8,
    /// The place behind it.
    after: usize,
}

impl Blocks<'_> {
    pub(super) fn quote_open(&self, n: usize) -> bool {
        let line = self.lines[n];
        self.level < NESTING && line.content() < line.end && self.byte(line.content()) == b'>'
    }

    /// Takes the mark of a quote off a line. Whether nothing follows it.
    fn enter_quote(&mut self, n: usize) -> bool {
        let after = self.lines[n].content() + 1;
        let start = after + usize::from(self.byte(after) == b' ');
        let content = self.skip(start, b' ');
        let line = &mut self.lines[n];
        line.start = start;
        line.indent = content
            .saturating_sub(start)
            .try_into()
            .unwrap_or(isize::MAX);
        content >= line.end
    }

    pub(super) fn quote(&mut self, start: usize, end: usize) -> bool {
        if !self.quote_open(start) {
            return false;
        }
        let indent = std::mem::replace(&mut self.indent, 0);
        let mut before = vec![self.lines[start]];
        let mut last_is_empty = self.enter_quote(start);
        let mut next = start + 1;
        while next < end && !self.is_empty(next) {
            let line = self.lines[next];
            if self.byte(line.content()) == b'>' {
                before.push(line);
                last_is_empty = self.enter_quote(next);
            } else if last_is_empty || self.interrupts(Interrupts::Quote, next, end) {
                break;
            } else {
                before.push(line);
                self.lines[next].indent = LAZY;
            }
            next += 1;
        }
        let inside = std::mem::replace(&mut self.inside, Inside::Other);
        self.open(
            Tag::BlockQuote(None),
            before[0].content()..self.lines[next - 1].end,
        );
        self.read(start, next);
        self.close(TagEnd::BlockQuote(None), self.lines[next - 1].end);
        self.inside = inside;
        self.lines[start..start + before.len()].copy_from_slice(&before);
        self.indent = indent;
        true
    }

    fn marker(&self, n: usize) -> Option<Marker> {
        let line = self.lines[n];
        let at = line.content();
        let text = self.text.as_bytes().get(at..line.end)?;
        let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
        let kind = *text.get(digits)?;
        let fits = match digits {
            0 => matches!(kind, b'*' | b'-' | b'+'),
            _ => matches!(kind, b'.' | b')'),
        };
        let after = at + digits + 1;
        let number = self.text.get(at..at + digits).unwrap_or_default();
        (fits && (after >= line.end || self.byte(after) == b' ')).then(|| Marker {
            number: (digits > 0).then(|| number.parse().unwrap_or(u64::MAX)),
            kind,
            after,
        })
    }

    pub(super) fn list_open(&self, n: usize) -> bool {
        self.level < NESTING && self.marker(n).is_some()
    }

    pub(super) fn list(&mut self, start: usize, end: usize) -> bool {
        let Some(first) = self.marker(start).filter(|_| self.level < NESTING) else {
            return false;
        };
        let list = self.tokens.len();
        let range = self.span(start..start + 1);
        // A list that begins with 0 is numbered from 1.
        self.open(Tag::List(first.number.map(|n| n.max(1))), range);
        let (mut tight, mut empty_end) = (true, false);
        let mut line = start;
        let mut marker = Some(first);
        while let Some(at) = marker {
            let item_tight = self.item(line, at.after, end);
            tight &= item_tight && !empty_end;
            // An empty line at the end of an item counts when another item follows.
            empty_end = self.line > line + 1 && self.is_empty(self.line - 1);
            line = self.line;
            let goes_on = line < end
                && !self.is_empty(line)
                && self.lines[line].indent >= self.indent
                && !self.interrupts(Interrupts::List, line, end);
            let same = |m: &Marker| m.kind == first.kind;
            marker = if goes_on {
                self.marker(line).filter(same)
            } else {
                None
            };
        }
        self.line = line;
        self.close(TagEnd::List(first.number.is_some()), self.lines[line].start);
        if tight {
            self.tighten(list);
        }
        true
    }

    /// An item, whose marker ends at `after`. Whether no empty line parts its blocks.
    fn item(&mut self, n: usize, after: usize, end: usize) -> bool {
        let line = self.lines[n];
        let content = self.skip(after, b' ');
        let gap = content - after;
        // Five spaces and more are one, and code; so is nothing at all.
        let gap = if content >= line.end || !(1..=4).contains(&gap) {
            1
        } else {
            gap
        };
        let wide = |bytes: usize| isize::try_from(bytes).unwrap_or(isize::MAX);
        let outer = (self.indent, self.tight, self.inside);
        self.open(Tag::Item, line.content()..line.end);
        self.lines[n].indent = wide(content - line.start);
        self.indent = wide(after + gap - line.start);
        self.tight = true;
        self.inside = Inside::List;
        self.read(n, end);
        let tight = self.tight;
        (self.indent, self.tight, self.inside) = outer;
        self.lines[n].indent = line.indent;
        self.close(TagEnd::Item, self.lines[self.line].start);
        tight
    }

    /// Where the label of a footnote stands that is defined on a line.
    pub(super) fn footnote_open(&self, n: usize) -> Option<Range<usize>> {
        let line = self.lines[n];
        let at = line.content();
        let text = self.text.get(at..line.end)?.strip_prefix("[^")?;
        let len = text.find([' ', ']'])?;
        let fits = len > 0 && text[len..].starts_with("]:") && self.level < NESTING;
        fits.then_some(at + 2..at + 2 + len)
    }

    pub(super) fn footnote(&mut self, start: usize, end: usize) -> bool {
        let Some(label) = self.footnote_open(start) else {
            return false;
        };
        let name = &self.text[label.clone()];
        self.notes.insert(name.to_owned());
        let range = self.span(start..start + 1);
        self.open(Tag::FootnoteDefinition(name.into()), range);
        let line = self.lines[start];
        let outer = (self.indent, self.inside);
        self.indent += 4;
        self.inside = Inside::Other;
        // The text behind the label counts as indented enough; what is indented further is code.
        let after = label.end + 2;
        let spaces = self.skip(after, b' ') - after;
        let spaces = isize::try_from(spaces).unwrap_or(isize::MAX);
        let shift = if spaces < self.indent { self.indent } else { 0 };
        self.lines[start].start = after.saturating_sub(shift.unsigned_abs());
        self.lines[start].indent = spaces + shift;
        self.read(start, end);
        self.lines[start] = line;
        (self.indent, self.inside) = outer;
        let at = self.lines[self.line].start;
        self.close(TagEnd::FootnoteDefinition, at);
        true
    }
}
