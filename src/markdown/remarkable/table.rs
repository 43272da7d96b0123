//! Tables: a line with `|`, a line of dashes, and rows up to the first line without `|`.

use std::ops::Range;

use pulldown_cmark::{Alignment, Event, Tag, TagEnd};

use super::block::{Blocks, What};
use super::lines::Content;

impl<'a> Blocks<'a> {
    /// What a line of a table says, without the indentation of the container.
    fn row_text(&self, n: usize) -> &'a str {
        let line = self.lines[n];
        let start = line.start.saturating_add_signed(self.indent);
        self.text
            .get(start.min(line.end)..line.end)
            .unwrap_or_default()
    }

    /// The places of the cells of a row. Every `|` parts two cells, also in code and behind a backslash.
    fn cells(&self, n: usize) -> Vec<Range<usize>> {
        let whole = self.row_text(n);
        let row = whole.trim();
        let mut at = self.lines[n].end - whole.len() + (whole.len() - whole.trim_start().len());
        at += usize::from(row.starts_with('|'));
        let row = row.strip_prefix('|').unwrap_or(row);
        let row = row.strip_suffix('|').unwrap_or(row);
        row.split('|')
            .map(|cell| {
                let range = at..at + cell.len();
                at = range.end + 1;
                range
            })
            .collect()
    }

    /// The alignments of the table that begins on a line.
    pub(super) fn table_open(&self, start: usize, end: usize) -> Option<Vec<Alignment>> {
        let next = start + 1;
        if next >= end || self.lines[next].indent < self.indent || self.is_empty(next) {
            return None;
        }
        if !matches!(self.byte(self.lines[next].content()), b'|' | b'-' | b':') {
            return None;
        }
        let dashes = self.row_text(next);
        let header = self.row_text(start);
        if !dashes.bytes().all(|b| b"-:| ".contains(&b)) || !header.contains('|') {
            return None;
        }
        let columns = alignments(dashes)?;
        (columns.len() == self.cells(start).len()).then_some(columns)
    }

    pub(super) fn table(&mut self, start: usize, end: usize) -> bool {
        let Some(columns) = self.table_open(start, end) else {
            return false;
        };
        let mut rows = Vec::new();
        let mut next = start + 2;
        while next < end
            && self.lines[next].indent >= self.indent
            && self.mark_at(next).is_none()
            && self.row_text(next).contains('|')
        {
            rows.push(next);
            next += 1;
        }
        self.line = next;
        let range = self.span(start..next);
        self.event(Event::Start(Tag::Table(columns)), range.clone());
        self.row(start, Tag::TableHead, TagEnd::TableHead);
        for row in rows {
            self.row(row, Tag::TableRow, TagEnd::TableRow);
        }
        self.event(Event::End(TagEnd::Table), range);
        true
    }

    fn row(&mut self, n: usize, tag: Tag<'a>, end: TagEnd) {
        let range = self.span(n..n + 1);
        self.event(Event::Start(tag), range.clone());
        for cell in self.cells(n) {
            self.event(Event::Start(Tag::TableCell), cell.clone());
            let content = Content::slice(self.text, cell.clone());
            self.token(What::Inline(content), cell.clone());
            self.event(Event::End(TagEnd::TableCell), cell);
        }
        self.event(Event::End(end), range);
    }
}

/// The alignments that a line of dashes asks for. An empty column may stand at its ends only.
fn alignments(dashes: &str) -> Option<Vec<Alignment>> {
    let parts: Vec<&str> = dashes.split('|').map(str::trim).collect();
    let last = parts.len() - 1;
    let mut columns = Vec::with_capacity(parts.len());
    for (n, part) in parts.iter().enumerate() {
        if part.is_empty() {
            if n == 0 || n == last {
                continue;
            }
            return None;
        }
        let inner = part.strip_prefix(':').unwrap_or(part);
        let inner = inner.strip_suffix(':').unwrap_or(inner);
        if inner.is_empty() || inner.bytes().any(|b| b != b'-') {
            return None;
        }
        columns.push(match (part.starts_with(':'), part.ends_with(':')) {
            (true, true) => Alignment::Center,
            (true, false) => Alignment::Left,
            (false, true) => Alignment::Right,
            (false, false) => Alignment::None,
        });
    }
    Some(columns)
}
