//! Code blocks of pages to fences for `verify`.
//!
//! In: an indexed site and its texts. Out: for every page, in order, each of its code blocks with the place of every
//! line in the file that it stands in. It must not know which blocks are samples, nor what is done with them.

#[cfg(test)]
mod book_tests;
mod libraries;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::Indexed;
use super::docs::Doc;
use crate::config::{self, SiteConfig};
use crate::markdown::CodeBlock;
use crate::markdown::file_fence::is_closed;
use crate::site::{PageId, VersionKind};
use crate::source::{Origin, SourceId, SourceMap, Span};
use crate::verify::attributes::Untagged;
use crate::verify::sample::{CodeLine, Expected, Fence, Place};
pub use libraries::{Libraries, check_versions, libraries};

/// Every code block of every page, in the order of the index. A version that inherits a doc has a page of its own.
pub fn fences(indexed: &Indexed, sources: &SourceMap) -> Vec<Fence> {
    let of_docs: Vec<Vec<Fence>> = indexed
        .docs
        .docs
        .par_iter()
        .map(|doc| of_doc(doc, sources, &indexed.config))
        .collect();
    let mut fences = Vec::new();
    for id in indexed.site.page_ids() {
        let (docset, version) = reader(indexed, id);
        let doc = &of_docs[indexed.site.page(id).doc];
        fences.extend(doc.iter().map(|fence| Fence {
            docset: docset.clone(),
            version: version.clone(),
            ..fence.clone()
        }));
    }
    fences
}

/// Every code block of one page.
pub fn fences_of(indexed: &Indexed, sources: &SourceMap, id: PageId) -> Vec<Fence> {
    let (docset, version) = reader(indexed, id);
    let doc = &indexed.docs.docs[indexed.site.page(id).doc];
    let mut fences = of_doc(doc, sources, &indexed.config);
    for fence in &mut fences {
        fence.docset = docset.clone();
        fence.version = version.clone();
    }
    fences
}

/// What untagged fences are, by the configuration.
pub fn untagged(config: &SiteConfig) -> Untagged {
    match config.verify.untagged {
        config::verify::Untagged::Skip => Untagged::Skip,
        config::verify::Untagged::Warn => Untagged::Warn,
        config::verify::Untagged::Run => Untagged::Run,
    }
}

/// The docset and version that a page belongs to.
fn reader(indexed: &Indexed, id: PageId) -> (Arc<str>, Option<Arc<str>>) {
    let docset = &indexed.site.docsets[indexed.site.page(id).docset];
    let version = indexed.site.version(id);
    let named = version.kind != VersionKind::Only;
    (
        docset.id.as_str().into(),
        named.then(|| version.name.as_str().into()),
    )
}

/// The blocks of one doc, for a page of no version.
fn of_doc(doc: &Doc, sources: &SourceMap, config: &SiteConfig) -> Vec<Fence> {
    let codes = &doc.parsed.codes;
    if codes.is_empty() {
        return Vec::new();
    }
    let mut reader = Reader {
        doc,
        sources,
        rustdoc: config.docsets[doc.summary.docset].dialect.is_mdbook(),
        lines: HashMap::new(),
    };
    (0..codes.len()).map(|n| reader.fence(n)).collect()
}

/// Reads the blocks of one doc.
struct Reader<'a> {
    doc: &'a Doc,
    sources: &'a SourceMap,
    /// Samples are what rustdoc takes for such, as `mdbook test` does.
    rustdoc: bool,
    /// Where the lines of each source begin.
    lines: HashMap<SourceId, Vec<usize>>,
}

impl Reader<'_> {
    fn fence(&mut self, n: usize) -> Fence {
        let doc = self.doc;
        let block = &doc.parsed.codes[n];
        let mut frame = self.frame(block);
        let (mut lines, sources) = self.code(block);
        let shown = block.info.file.is_some();
        let included = match shown {
            true => None,
            false => self.included(&mut lines, &sources, &mut frame),
        };
        // The code of a shown file has a chain of its own, which ends at the fence.
        let first = block.places.line(0).next().map(|(_, at)| at);
        let code = first
            .filter(|_| shown && !lines.is_empty())
            .map(|at| doc.expanded.segments.origin(&(at..at)))
            .or(included);
        let chain = code.as_ref().map_or(&frame.opening.chain, |o| &o.chain);
        let chain = chain.iter().map(|span| self.place(span)).collect();
        let path = |origin: &Origin| self.sources.get(origin.span.source).path.clone();
        let around = |lines: &[CodeLine]| {
            let (first, last) = (lines.first()?, lines.last()?);
            Some((first.line - 1, last.line + 1))
        };
        let (open_line, close_line) = match &code {
            Some(_) => around(&lines).unwrap_or_default(),
            // A block that ends with the text may end in empty lines.
            None => {
                let behind = lines.last().map_or(0, |line| line.line + 1);
                (frame.open_line, frame.close_line.max(behind))
            }
        };
        Fence {
            docset: Arc::default(),
            version: None,
            page: doc.summary.path.clone(),
            block: n,
            info: block.info.raw.to_string(),
            fenced: block.fenced,
            rustdoc: self.rustdoc,
            path: path(code.as_ref().unwrap_or(&frame.opening)),
            open_line,
            close_line,
            place: self.place(&frame.opening.span),
            chain,
            file: code.as_ref().filter(|_| shown).map(path),
            expected: self.expected(n + 1),
            lines,
        }
    }

    /// What stands around a block's code, in the doc.
    fn frame(&mut self, block: &CodeBlock) -> Frame {
        let segments = &self.doc.expanded.segments;
        let written = self.doc.expanded.text[block.range.clone()].trim_end_matches('\n');
        let blank = written.len() - written.trim_start_matches([' ', '\t']).len();
        let start = block.range.start + blank;
        let end = block.range.start + written.len();
        let opening = segments.origin(&(start..start));
        let last = segments.origin(&(end..end));
        let (first_line, _) = self.at(&opening.span);
        let (last_line, _) = self.at(&last.span);
        let closed = block.fenced && is_closed(written);
        Frame {
            open_line: first_line - usize::from(!block.fenced),
            close_line: last_line + usize::from(!closed),
            opening,
        }
    }

    /// The lines of a block's program, and where the first character of each came from.
    fn code(&mut self, block: &CodeBlock) -> (Vec<CodeLine>, Vec<Option<Origin>>) {
        if block.text.is_empty() {
            return Default::default();
        }
        let segments = &self.doc.expanded.segments;
        let texts = block.text.split('\n').zip(&block.lines);
        texts
            .enumerate()
            .map(|(n, (text, mark))| {
                let place = block.places.line(n).next();
                let origin = place.map(|(_, at)| segments.origin(&(at..at)));
                // It may be the end of an included text, or of what is around it.
                let origin = origin.filter(|_| !text.is_empty());
                let line = self.line(text, block.places.line(n), mark.hidden);
                (line, origin)
            })
            .unzip()
    }

    /// Lines that a directive of mdBook put there. If all come from one file, in its order, the program stands there: its origin.
    /// Else the lines are numbered from the fence on, and each knows where it stands.
    fn included(
        &mut self,
        lines: &mut [CodeLine],
        origins: &[Option<Origin>],
        frame: &mut Frame,
    ) -> Option<Origin> {
        if !self.rustdoc {
            return None;
        }
        let first = origins.iter().flatten().next()?;
        let one = |o: &Origin| o.span.source == first.span.source;
        if origins.iter().flatten().all(one) && in_order(lines, origins) {
            let elsewhere = first.span.source != frame.opening.span.source;
            return elsewhere.then(|| first.clone());
        }
        for (n, (line, origin)) in lines.iter_mut().zip(origins).enumerate() {
            let number = frame.open_line + 1 + n;
            if let Some(origin) = origin {
                let path = self.sources.get(origin.span.source).path.clone();
                line.origin = Some(Arc::new((path, line.line)));
            }
            line.line = number;
        }
        frame.close_line = frame.open_line + 1 + lines.len();
        None
    }

    /// One line, given the byte of the line and the place in the expanded text where each run of it begins.
    fn line(
        &mut self,
        text: &str,
        runs: impl Iterator<Item = (usize, usize)>,
        hidden: bool,
    ) -> CodeLine {
        let mut line = CodeLine {
            text: text.to_owned(),
            hidden,
            ..CodeLine::default()
        };
        let mut before: Option<(usize, usize)> = None;
        let mut lost = 0;
        for (byte, at) in runs {
            let span = self.doc.expanded.segments.origin(&(at..at)).span;
            let source = &self.sources.get(span.source).text;
            let place = span.range.start;
            match before {
                None => {
                    let (number, column) = self.at(&span);
                    (line.line, line.column) = (number, column - 1);
                }
                Some((last, from)) => {
                    let end = from + byte - last;
                    let behind = text[..byte.min(text.len())].chars().count() - lost;
                    match source.get(end..place) {
                        Some(cut) => line.cuts.push((behind, cut.chars().count())),
                        None => lost += spaces_of_a_tab(&mut line, end.saturating_sub(place)),
                    }
                }
            }
            before = Some((byte, place));
        }
        cuts_at_the_start(&mut line);
        line
    }

    /// What a sample before block `n` must print, if that is a `text` fence in the doc itself.
    fn expected(&mut self, n: usize) -> Option<Expected> {
        let block = self.doc.parsed.codes.get(n)?;
        let is_text = block.fenced && block.info.language == "text" && block.info.file.is_none();
        let block = is_text.then_some(block)?;
        let written = self.doc.expanded.text[block.range.clone()].trim_end_matches('\n');
        let range = block.range.start..block.range.start + written.len();
        let origin = self.doc.expanded.segments.origin(&range);
        let (line, _) = self.at(&origin.span);
        Some(Expected {
            text: block.text.clone(),
            path: self.sources.get(origin.span.source).path.clone(),
            range: origin.span.range,
            line,
        })
    }

    fn place(&mut self, span: &Span) -> Place {
        let (line, column) = self.at(span);
        Place {
            path: self.sources.get(span.source).path.clone(),
            line,
            column,
        }
    }

    /// Line and column of a span's start, from 1.
    fn at(&mut self, span: &Span) -> (usize, usize) {
        let text = &*self.sources.get(span.source).text;
        let lines = self
            .lines
            .entry(span.source)
            .or_insert_with(|| line_starts(text));
        let start = span.range.start.min(text.len());
        let line = lines.partition_point(|at| *at <= start);
        let column = text[lines[line - 1]..start].chars().count();
        (line, column + 1)
    }
}

/// What stands around a block's code, in the doc.
struct Frame {
    opening: Origin,
    open_line: usize,
    close_line: usize,
}

/// Gives lines without text the number behind the line before them. Whether all the lines ascend then.
fn in_order(lines: &mut [CodeLine], origins: &[Option<Origin>]) -> bool {
    let first = origins.iter().position(Option::is_some).unwrap_or(0);
    let mut before = lines[first].line.saturating_sub(first + 1);
    for (line, origin) in lines.iter_mut().zip(origins) {
        if origin.is_none() {
            line.line = before + 1;
        }
        if line.line <= before {
            return false;
        }
        before = line.line;
    }
    true
}

/// A tab that reaches into the code is spaces in it, more than the source has characters before the code: those that
/// have no column of their own are left out. Returns how many.
fn spaces_of_a_tab(line: &mut CodeLine, made: usize) -> usize {
    let room = line.column.min(made);
    line.column -= room;
    let lost = line.text.bytes().take(made - room);
    let lost = lost.take_while(|c| *c == b' ').count();
    line.text.drain(..lost);
    lost
}

/// Cuts before the first character are part of the column.
fn cuts_at_the_start(line: &mut CodeLine) {
    let first: usize = line
        .cuts
        .iter()
        .take_while(|(from, _)| *from == 0)
        .map(|(_, more)| more)
        .sum();
    line.cuts.retain(|(from, more)| *from > 0 && *more > 0);
    line.column += first;
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0)
        .chain(text.match_indices('\n').map(|(at, _)| at + 1))
        .collect()
}
