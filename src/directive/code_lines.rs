//! Which lines of a Markdown text are code, so that directives shown as examples are left alone.
//!
//! In: a text. Out: the byte ranges of its code blocks, by the same parser that reads the page afterwards.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};

/// The code blocks of a text.
#[derive(Clone, Debug, Default)]
pub struct CodeLines {
    fenced: Vec<Range<usize>>,
    indented: Vec<Range<usize>>,
}

impl CodeLines {
    /// Finds the code blocks of a text.
    pub fn of(text: &str) -> Self {
        let mut found = Self::default();
        for (event, range) in Parser::new_ext(text, Options::ENABLE_FOOTNOTES).into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => found.fenced.push(range),
                Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => found.indented.push(range),
                _ => {}
            }
        }
        found
    }

    /// Whether an offset is inside a fenced block.
    pub fn in_fence(&self, offset: usize) -> bool {
        holds(&self.fenced, offset)
    }

    /// Whether an offset is inside a block that is code by its indentation.
    pub fn in_indented(&self, offset: usize) -> bool {
        holds(&self.indented, offset)
    }
}

fn holds(ranges: &[Range<usize>], offset: usize) -> bool {
    let after = ranges.partition_point(|r| r.start <= offset);
    after > 0 && ranges[after - 1].contains(&offset)
}

/// The lines of a text with their offsets; a line does not hold its `\n`.
pub fn lines_with_offsets(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.strip_suffix('\n').unwrap_or(line))
    })
}
