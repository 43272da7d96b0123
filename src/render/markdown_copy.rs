//! A page as Markdown, for readers who are programs and for people who copy it.
//!
//! In: the text of a doc with what it copies and shows in it, its parse, and where its links lead. Out: Markdown that says what
//! the page shows, and that any reader of Markdown understands: marks of highlights, hidden lines and words for the
//! highlighter are gone, tabs are labels, added and removed lines a diff. What needs no change stays as it was written.

#[cfg(test)]
mod tests;

use std::ops::Range;

use pulldown_cmark::{Options, Parser};

use crate::config::Dialect;
use crate::directive::blocks::{Mark, MarkKind, rewrite};
use crate::markdown::{CodeBlock, Heading, Link, LinkKind, ParsedDoc, escape, is_external};

/// What is copied.
#[derive(Clone, Copy, Debug)]
pub struct Original<'a> {
    /// The expanded text.
    pub text: &'a str,
    /// Its parse.
    pub parsed: &'a ParsedDoc,
    /// Its dialect.
    pub dialect: Dialect,
    /// The title, if the text has no heading for it.
    pub title: Option<&'a str>,
}

/// Writes the copy. `hrefs` has an entry for each link of the doc: the new address, or none where it stays.
pub fn write(original: Original<'_>, hrefs: &[Option<String>]) -> String {
    let Original { text, parsed, .. } = original;
    let mut edits = Edits {
        text,
        all: Vec::new(),
    };
    for mark in rewrite(text, original.dialect).marks {
        edits.mark(&mark);
    }
    for block in &parsed.codes {
        edits.code(block);
    }
    if original.dialect == Dialect::Docproof {
        parsed
            .headings
            .iter()
            .for_each(|heading| edits.heading(heading));
    }
    for (link, href) in parsed.links.iter().zip(hrefs) {
        if let Some(href) = href {
            edits.link(link, href);
        }
    }
    edits.definitions();
    let body = edits.applied();
    let body = body.trim_matches(['\n', '\r']).trim_end();
    let title = original
        .title
        .map(|title| format!("# {}\n", one_line(title)));
    let parts = [title.as_deref().unwrap_or_default(), body];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let copy = parts.join("\n");
    if copy.ends_with('\n') {
        copy
    } else {
        copy + "\n"
    }
}

/// A text on one line.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Ranges of the text and what comes in their places.
struct Edits<'a> {
    text: &'a str,
    all: Vec<(Range<usize>, String)>,
}

impl Edits<'_> {
    fn replace(&mut self, range: Range<usize>, with: impl Into<String>) {
        self.all.push((range, with.into()));
    }

    /// The text with all changes. Of two that overlap the outer one counts.
    fn applied(mut self) -> String {
        self.all
            .sort_by_key(|(range, _)| (range.start, usize::MAX - range.end));
        let mut out = String::with_capacity(self.text.len());
        let mut done = 0;
        for (range, with) in &self.all {
            if range.start >= done {
                out.push_str(&self.text[done..range.start]);
                out.push_str(with);
                done = range.end;
            }
        }
        out.push_str(&self.text[done..]);
        out
    }

    /// The line that holds an offset, with its end.
    fn line(&self, at: usize) -> Range<usize> {
        let start = self.text[..at].rfind('\n').map_or(0, |n| n + 1);
        let end = self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |n| at + n + 1);
        start..end
    }

    fn is_blank(&self, line: Range<usize>) -> bool {
        self.text[line]
            .trim_matches([' ', '\t', '\r', '\n', '>'])
            .is_empty()
    }

    /// A line of a block of tabs. Callouts stay: `:::note` is read by people and programs alike.
    fn mark(&mut self, mark: &Mark) {
        let line = self.line(mark.range.start);
        match &mark.kind {
            MarkKind::TabsOpen | MarkKind::TabsClose => {
                // The line itself stays where it parts two paragraphs.
                let before = line.start == 0 || self.is_blank(self.line(line.start - 1));
                if before || self.is_blank(self.line(line.end)) {
                    self.replace(line, "");
                } else {
                    self.replace(mark.range.clone(), "");
                }
            }
            MarkKind::Tab(label) => {
                let prefix = self.text[line.start..mark.range.start]
                    .trim_end()
                    .to_owned();
                let parted = self.is_blank(self.line(line.end));
                let after = match parted {
                    true => String::new(),
                    false => format!("\n{prefix}"),
                };
                let label = one_line(label);
                self.replace(mark.range.clone(), format!("**{label}**{after}"));
            }
            MarkKind::CalloutOpen { .. } | MarkKind::CalloutClose => {}
        }
    }

    /// A code block as the page shows it.
    fn code(&mut self, block: &CodeBlock) {
        let written = &self.text[block.range.clone()];
        let start =
            block.range.start + written.len() - written.trim_start_matches([' ', '\t']).len();
        let range = start..block.range.start + written.trim_end().len();
        if range.is_empty() {
            return;
        }
        let line = self.line(start);
        let before = &self.text[line.start..start];
        if !block.fenced {
            let with = prefixed(&shown(block), before);
            self.replace(range, with);
            return;
        }
        let prefix: String = before
            .chars()
            .map(|c| if matches!(c, '\t' | '>') { c } else { ' ' })
            .collect();
        let mark = written.trim_start().chars().next().unwrap_or('`');
        let length = written
            .trim_start()
            .chars()
            .take_while(|c| *c == mark)
            .count();
        let fence: String = std::iter::repeat_n(mark, length).collect();
        let mut lines = Vec::new();
        if let Some(label) = &block.info.tab {
            lines.extend([format!("**{}**", one_line(label)), String::new()]);
        }
        lines.push(format!("{fence}{}", words(block)));
        lines.extend(shown(block));
        lines.push(fence);
        let with = prefixed(&lines, &prefix);
        self.replace(range, with);
    }

    /// An id of the author's own is not shown.
    fn heading(&mut self, heading: &Heading) {
        let line = self.line(heading.range.start);
        let written = self.text[line.clone()].trim_end();
        // In the v1 dialect it is none, and belongs to the text.
        let has_id = written.ends_with('}') && !heading.text.ends_with('}');
        if let Some(id) = written.rfind("{#").filter(|_| has_id) {
            let end = line.start + written.len();
            let start = line.start + written[..id].trim_end().len();
            self.replace(start..end, "");
        }
    }

    /// Addresses inside the site that links were given from elsewhere: each link has its own now.
    fn definitions(&mut self) {
        if !self.text.contains("]:") {
            return;
        }
        let parser = Parser::new_ext(self.text, Options::ENABLE_FOOTNOTES);
        for (_, definition) in parser.reference_definitions().iter() {
            if !is_external(&definition.dest) && !definition.dest.starts_with('#') {
                self.replace(definition.span.clone(), "");
            }
        }
    }

    fn link(&mut self, link: &Link, href: &str) {
        let written = &self.text[link.range.clone()];
        match link.kind {
            LinkKind::RawHref | LinkKind::RawSrc => {
                self.replace(link.range.clone(), escape(href));
            }
            LinkKind::Markdown | LinkKind::Image if written.ends_with(')') => {
                let Some(at) = destination(written) else {
                    return;
                };
                let range = link.range.start + at.start..link.range.start + at.end;
                self.replace(range, bare(href));
            }
            LinkKind::Markdown | LinkKind::Image if written.ends_with(']') => {
                // With its definition elsewhere: `[text][name]`, `[name][]` or `[name]`.
                let at = written.rfind("][").map_or(written.len(), |at| at + 1);
                let end = link.range.end;
                let empty = usize::from(self.text[end..].starts_with("[]")) * 2;
                let range = link.range.start + at..end + empty;
                self.replace(range, format!("({})", bare(href)));
            }
            LinkKind::Markdown | LinkKind::Image => {}
        }
    }
}

/// Lines with what stands before each of them but the first.
fn prefixed(lines: &[String], prefix: &str) -> String {
    let blank = prefix.trim_end();
    let lines = lines.iter().enumerate();
    lines
        .map(|(n, line)| match (n, line.is_empty()) {
            (0, _) => line.clone(),
            (_, true) => format!("\n{blank}"),
            (_, false) => format!("\n{prefix}{line}"),
        })
        .collect()
}

/// An address as it stands between the brackets of a link.
fn bare(href: &str) -> String {
    if href.contains(['(', ')', ' ']) {
        format!("<{href}>")
    } else {
        href.to_owned()
    }
}

/// Where the address stands in `[text](address "title")`.
fn destination(written: &str) -> Option<Range<usize>> {
    let open = written.rfind("](")? + 2;
    let start = open + written[open..].len() - written[open..].trim_start().len();
    let rest = &written[start..];
    if rest.starts_with('<') {
        return Some(start..start + rest.find('>')? + 1);
    }
    let mut depth = 0;
    let mut escaped = false;
    let end = rest.find(|c: char| {
        let ends = !escaped && ((c == ')' && depth == 0) || c.is_whitespace());
        match c {
            '(' if !escaped => depth += 1,
            ')' if !escaped => depth -= 1,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        ends
    });
    Some(start..start + end?)
}

/// Whether a block says what was added or removed.
fn is_diff(block: &CodeBlock) -> bool {
    block.lines.iter().any(|line| line.ins || line.del)
}

/// What stands behind the fence: the language and the title.
fn words(block: &CodeBlock) -> String {
    let language = if is_diff(block) {
        "diff"
    } else {
        &block.info.language
    };
    match block.info.title.as_deref() {
        Some(title) if !title.contains(['"', '`']) => {
            let language = if language.is_empty() {
                "text"
            } else {
                language
            };
            format!("{language} title=\"{}\"", one_line(title))
        }
        _ => language.to_owned(),
    }
}

/// The lines that a reader sees at first. In a plain text colours cannot say what was added and what removed.
fn shown(block: &CodeBlock) -> Vec<String> {
    let diff = is_diff(block);
    let lines = block.text.split('\n').zip(&block.lines);
    lines
        .filter(|(_, mark)| !mark.hidden)
        .map(|(line, mark)| match (diff, mark.ins, mark.del) {
            (false, ..) => line.to_owned(),
            (_, true, _) => format!("+ {line}"),
            (_, _, true) => format!("- {line}"),
            _ if line.is_empty() => String::new(),
            _ => format!("  {line}"),
        })
        .collect()
}
