//! Blocks: the lines of a text to containers, headings, code, HTML, tables and paragraphs.
//!
//! In: a text and the marks of its directives. Out: tokens in order; what paragraphs, headings and cells say is left for
//! `inline`. The rules and the order in which they are tried are remarkable 1.7's; each container reads the lines that are
//! its own by the same function, on the same table of lines.

use std::collections::HashSet;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Tag, TagEnd};

use super::lines::{Content, Line, lines_of};
use crate::directive::blocks::{Mark, MarkKind};

/// Containers and inline elements inside each other, at most.
pub const NESTING: usize = 20;

/// The elements that begin a block of HTML. No other does, so that a line with only an `<img>` is a paragraph.
/// remarkable names `h1` to `h6` as well, but never finds them: it takes a digit for the end of a name.
const HTML_BLOCKS: [&str; 44] = [
    "article",
    "aside",
    "blockquote",
    "body",
    "button",
    "canvas",
    "caption",
    "col",
    "colgroup",
    "dd",
    "div",
    "dl",
    "dt",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "header",
    "hgroup",
    "hr",
    "iframe",
    "li",
    "map",
    "object",
    "ol",
    "output",
    "p",
    "pre",
    "progress",
    "script",
    "section",
    "style",
    "table",
    "tbody",
    "td",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
    "video",
];

/// A part of a text.
#[derive(Debug)]
pub struct Token<'a> {
    pub what: What<'a>,
    /// How many containers are around it.
    level: usize,
    /// Where it stands.
    pub range: Range<usize>,
}

/// What a token is.
#[derive(Debug)]
pub enum What<'a> {
    /// Nothing more is to be done for it.
    Event(Event<'a>),
    /// A paragraph begins. A tight one has no element of its own.
    Paragraph { tight: bool },
    /// A paragraph ends.
    ParagraphEnd { tight: bool },
    /// Text with inline elements.
    Inline(Content<'a>),
}

/// What the lines at hand are inside of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Inside {
    /// The page, a quote or a footnote.
    Other,
    /// A list item: two empty lines end it.
    List,
}

/// Blocks that a line may interrupt.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Interrupts {
    Paragraph,
    Quote,
    List,
}

/// The state of the parser: the lines as the open containers see them, and where we are.
pub struct Blocks<'a> {
    pub(super) text: &'a str,
    marks: &'a [Mark],
    pub(super) lines: Vec<Line>,
    /// The indentation that belongs to the containers.
    pub(super) indent: isize,
    /// The first line that no block has taken.
    pub(super) line: usize,
    /// No empty line stood before the last block but those at the end.
    pub(super) tight: bool,
    pub(super) inside: Inside,
    pub(super) level: usize,
    pub tokens: Vec<Token<'a>>,
    /// The labels of the footnotes that are defined.
    pub notes: HashSet<String>,
}

impl<'a> Blocks<'a> {
    /// Reads a text.
    pub fn of(text: &'a str, marks: &'a [Mark]) -> Self {
        let mut blocks = Self {
            text,
            marks,
            lines: lines_of(text),
            indent: 0,
            line: 0,
            tight: false,
            inside: Inside::Other,
            level: 0,
            tokens: Vec::with_capacity(text.len() / 24),
            notes: HashSet::new(),
        };
        blocks.read(0, blocks.count());
        blocks
    }

    /// The number of lines.
    pub(super) fn count(&self) -> usize {
        self.lines.len() - 1
    }

    pub(super) fn is_empty(&self, line: usize) -> bool {
        self.lines[line].is_empty()
    }

    pub(super) fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    /// The first place from `at` on that holds no `byte`.
    pub(super) fn skip(&self, at: usize, byte: u8) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        at + rest.iter().take_while(|b| **b == byte).count()
    }

    /// The bytes from the first to the last of some lines.
    pub(super) fn span(&self, lines: Range<usize>) -> Range<usize> {
        let last = lines.end.saturating_sub(1).max(lines.start);
        let start = self.lines[lines.start].content();
        start..self.lines[last].end.max(start)
    }

    pub(super) fn token(&mut self, what: What<'a>, range: Range<usize>) {
        let level = self.level;
        self.tokens.push(Token { what, level, range });
    }

    pub(super) fn event(&mut self, event: Event<'a>, range: Range<usize>) {
        self.token(What::Event(event), range);
    }

    /// The next container begins.
    pub(super) fn open(&mut self, tag: Tag<'a>, range: Range<usize>) {
        self.event(Event::Start(tag), range);
        self.level += 1;
    }

    /// The container at hand ends.
    pub(super) fn close(&mut self, tag: TagEnd, at: usize) {
        self.level -= 1;
        self.event(Event::End(tag), at..at);
    }

    /// Reads the blocks from a line on, up to `end` or to the first line that is not indented enough for the container.
    pub(super) fn read(&mut self, from: usize, end: usize) {
        let mut line = from;
        let mut empty_seen = false;
        while line < end {
            while line < self.count() && self.is_empty(line) {
                line += 1;
            }
            self.line = line;
            if line >= end || self.lines[line].indent < self.indent {
                break;
            }
            self.block(line, end);
            // An empty line counts only when something follows it.
            self.tight = !empty_seen;
            empty_seen |= self.is_empty(self.line - 1);
            line = self.line;
            if line < end && self.is_empty(line) {
                empty_seen = true;
                line += 1;
                if line < end && self.inside == Inside::List && self.is_empty(line) {
                    break;
                }
                self.line = line;
            }
        }
    }

    fn block(&mut self, line: usize, end: usize) {
        let taken = self.mark(line)
            || self.indented_code(line, end)
            || self.fence(line, end)
            || self.quote(line, end)
            || self.rule(line)
            || self.list(line, end)
            || self.footnote(line, end)
            || self.heading(line)
            || self.underlined_heading(line, end)
            || self.html(line)
            || self.table(line, end);
        if !taken {
            self.paragraph(line);
        }
    }

    /// Whether a line begins a block that may follow the one at hand without an empty line.
    pub(super) fn interrupts(&self, what: Interrupts, line: usize, end: usize) -> bool {
        let common = self.mark_at(line).is_some()
            || self.fence_open(line).is_some()
            || self.quote_open(line)
            || self.is_rule(line);
        common
            || match what {
                Interrupts::List => false,
                Interrupts::Quote => {
                    self.list_open(line)
                        || self.heading_level(line).is_some()
                        || self.html_open(line)
                }
                Interrupts::Paragraph => {
                    self.list_open(line)
                        || self.footnote_open(line).is_some()
                        || self.heading_level(line).is_some()
                        || self.html_open(line)
                        || self.table_open(line, end).is_some()
                }
            }
    }

    /// The mark of a directive that a line stands for.
    pub(super) fn mark_at(&self, line: usize) -> Option<&'a Mark> {
        if self.marks.is_empty() {
            return None;
        }
        let at = self.lines[line].content();
        let n = self.marks.binary_search_by_key(&at, |mark| mark.at).ok()?;
        Some(&self.marks[n])
    }

    /// A mark is a block of HTML of one line. Docusaurus wrote HTML in the place of a block of tabs, so what follows the
    /// end of the block up to the next empty line belongs to that HTML. In a list that would be the items behind it, so there
    /// it is the lines that are as far in.
    fn mark(&mut self, line: usize) -> bool {
        let Some(mark) = self.mark_at(line) else {
            return false;
        };
        self.html_lines(line, line + 1);
        if mark.kind == MarkKind::TabsClose {
            let inside = |n: &usize| self.lines[*n].indent >= self.indent;
            let end = self.html_end(line + 1);
            let end = (line + 1..end).take_while(inside).last();
            if let Some(last) = end {
                self.html_lines(line + 1, last + 1);
            }
        }
        true
    }

    /// The lines up to `last`, without `indent` spaces each, as text.
    fn code_lines(&mut self, from: usize, last: usize, indent: isize) {
        for n in from..last {
            let line = self.lines[n];
            let range = line.cut(indent)..(line.end + 1).min(self.text.len());
            if let Some(text) = self.text.get(range.clone()) {
                self.event(Event::Text(text.into()), range);
            }
        }
    }

    fn indented_code(&mut self, start: usize, end: usize) -> bool {
        let is_code = |s: &Self, n: usize| s.lines[n].indent - s.indent >= 4;
        if !is_code(self, start) {
            return false;
        }
        let (mut next, mut last) = (start + 1, start + 1);
        while next < end
            && (self.is_empty(next) || (is_code(self, next) && self.mark_at(next).is_none()))
        {
            if !self.is_empty(next) {
                last = next + 1;
            }
            next += 1;
        }
        self.line = next;
        let range = self.span(start..last);
        self.event(
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)),
            range.clone(),
        );
        self.code_lines(start, last, self.indent + 4);
        self.event(Event::End(TagEnd::CodeBlock), range);
        true
    }

    /// The mark of a fence, how many there are, and where its words stand.
    fn fence_open(&self, n: usize) -> Option<(u8, usize, Range<usize>)> {
        let line = self.lines[n];
        let at = line.content();
        let mark = self.byte(at);
        if !matches!(mark, b'`' | b'~') || at + 3 > line.end {
            return None;
        }
        let after = self.skip(at, mark);
        let words = after..line.end.max(after);
        let fits = after - at >= 3 && !self.text.get(words.clone())?.contains('`');
        fits.then_some((mark, after - at, words))
    }

    fn fence(&mut self, start: usize, end: usize) -> bool {
        let Some((mark, count, words)) = self.fence_open(start) else {
            return false;
        };
        let mut next = start + 1;
        let mut closed = false;
        while next < end {
            let line = self.lines[next];
            let at = line.content();
            let outside = !line.is_empty() && line.indent < self.indent;
            if outside || self.mark_at(next).is_some() {
                break;
            }
            let after = self.skip(at, mark);
            closed = at < line.end
                && after - at >= count
                && line.indent - self.indent < 4
                && self.skip(after, b' ') >= line.end;
            if closed {
                break;
            }
            next += 1;
        }
        let indent = self.lines[start].indent;
        self.line = next + usize::from(closed);
        let range = self.span(start..self.line);
        let words = self.text.get(words).unwrap_or_default().trim();
        let kind = CodeBlockKind::Fenced(words.into());
        self.event(Event::Start(Tag::CodeBlock(kind)), range.clone());
        self.code_lines(start + 1, next, indent);
        self.event(Event::End(TagEnd::CodeBlock), range);
        true
    }

    fn is_rule(&self, n: usize) -> bool {
        let line = self.lines[n];
        let at = line.content();
        let mark = self.byte(at);
        let text = self.text.as_bytes().get(at..line.end).unwrap_or_default();
        matches!(mark, b'*' | b'-' | b'_')
            && text.iter().all(|b| *b == mark || *b == b' ')
            && text.iter().filter(|b| **b == mark).count() >= 3
    }

    fn rule(&mut self, line: usize) -> bool {
        if !self.is_rule(line) {
            return false;
        }
        self.line = line + 1;
        let range = self.span(line..line + 1);
        self.event(Event::Rule, range);
        true
    }

    /// The level of a heading, and where its words begin.
    fn heading_level(&self, n: usize) -> Option<(HeadingLevel, usize)> {
        let line = self.lines[n];
        let at = line.content();
        let after = self.skip(at, b'#').min(line.end.max(at));
        let level = HeadingLevel::try_from(after - at).ok()?;
        (after >= line.end || self.byte(after) == b' ').then_some((level, after))
    }

    fn heading(&mut self, n: usize) -> bool {
        let Some((level, from)) = self.heading_level(n) else {
            return false;
        };
        self.line = n + 1;
        let text = self
            .text
            .get(from..self.lines[n].end)
            .unwrap_or_default()
            .trim_end_matches(' ');
        let bare = text.trim_end_matches('#');
        // The marks at the end count only behind a space.
        let text = if bare.ends_with(' ') || bare.is_empty() {
            bare
        } else {
            text
        };
        let content = Content::slice(self.text, from..from + text.len());
        self.heading_tokens(level, content, n..n + 1);
        true
    }

    /// A heading carries the Markdown of its text, from which its id is made, in the place of an id.
    fn heading_tokens(&mut self, level: HeadingLevel, content: Content<'a>, lines: Range<usize>) {
        let range = self.span(lines);
        let tag = Tag::Heading {
            level,
            id: Some(content.text().to_owned().into()),
            classes: Vec::new(),
            attrs: Vec::new(),
        };
        self.event(Event::Start(tag), range.clone());
        self.token(What::Inline(content), range.clone());
        self.event(Event::End(TagEnd::Heading(level)), range);
    }

    /// One line of text over a line of `=` or `-`.
    fn underlined_heading(&mut self, start: usize, end: usize) -> bool {
        let next = start + 1;
        if next >= end || !(0..=3).contains(&(self.lines[next].indent - self.indent)) {
            return false;
        }
        let line = self.lines[next];
        let mark = self.byte(line.content());
        let level = match mark {
            b'=' => HeadingLevel::H1,
            b'-' => HeadingLevel::H2,
            _ => return false,
        };
        if line.content() >= line.end || self.skip(self.skip(line.content(), mark), b' ') < line.end
        {
            return false;
        }
        self.line = next + 1;
        let content = Content::slice(self.text, self.span(start..start + 1));
        self.heading_tokens(level, content, start..next + 1);
        true
    }

    /// Whether a line begins a block of HTML: a comment, a declaration, an instruction, or one of some elements.
    fn html_open(&self, n: usize) -> bool {
        let line = self.lines[n];
        let at = line.content();
        // Four columns and more are a paragraph, also where a list is indented as far.
        if line.indent > 3 || at + 2 >= line.end || self.byte(at) != b'<' {
            return false;
        }
        let closes = self.byte(at + 1) == b'/';
        if matches!(self.byte(at + 1), b'!' | b'?') {
            return true;
        }
        let rest = self
            .text
            .get(at + 1 + usize::from(closes)..line.end)
            .unwrap_or_default();
        let len = rest.bytes().take_while(|b| b.is_ascii_alphabetic()).count();
        let after = rest[len..].chars().next();
        let ends = after.is_some_and(|c| c.is_whitespace() || c == '>' || (c == '/' && !closes));
        let name = rest[..len].to_ascii_lowercase();
        ends && HTML_BLOCKS.binary_search(&name.as_str()).is_ok()
    }

    /// The first line behind a block of HTML that has begun: the next empty one, or the mark of a directive.
    fn html_end(&self, from: usize) -> usize {
        let mut next = from;
        while next < self.count() && !self.is_empty(next) && self.mark_at(next).is_none() {
            next += 1;
        }
        next
    }

    fn html(&mut self, start: usize) -> bool {
        if !self.html_open(start) {
            return false;
        }
        let end = self.html_end(start + 1);
        self.html_lines(start, end);
        true
    }

    fn html_lines(&mut self, start: usize, end: usize) {
        self.line = end;
        let range = self.lines[start].start..(self.lines[end - 1].end + 1).min(self.text.len());
        self.event(Event::Start(Tag::HtmlBlock), range.clone());
        for n in start..end {
            let line = self.lines[n];
            let range = line.start..(line.end + 1).min(self.text.len());
            if let Some(text) = self.text.get(range.clone()) {
                self.event(Event::Html(text.into()), range);
            }
        }
        self.event(Event::End(TagEnd::HtmlBlock), range);
    }

    fn paragraph(&mut self, start: usize) {
        let mut next = start + 1;
        while next < self.count() && !self.is_empty(next) {
            // What is indented like code continues a paragraph, whatever it is.
            let deep = self.lines[next].indent - self.indent > 3;
            if self.mark_at(next).is_some()
                || (!deep && self.interrupts(Interrupts::Paragraph, next, self.count()))
            {
                break;
            }
            next += 1;
        }
        self.line = next;
        let content = Content::lines(self.text, &self.lines[start..next], self.indent);
        if content.text().is_empty() {
            return;
        }
        let range = self.span(start..next);
        self.token(What::Paragraph { tight: false }, range.clone());
        self.token(What::Inline(content), range.clone());
        self.token(What::ParagraphEnd { tight: false }, range);
    }

    /// Makes the paragraphs right inside the items of a list tight.
    pub(super) fn tighten(&mut self, list: usize) {
        let level = self.level + 2;
        for token in &mut self.tokens[list..] {
            match &mut token.what {
                What::Paragraph { tight } | What::ParagraphEnd { tight }
                    if token.level == level =>
                {
                    *tight = true
                }
                _ => {}
            }
        }
    }
}
