//! Fences that show a file: `file=PATH region=NAME`.
//!
//! In: an expanded text and a way to ask for files. Out: the text with the code in its fences, and where each byte of
//! it came from, so that a message about the code leads to the true file. It must not know what language the code is
//! in, nor read files.

mod regions;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use regions::Regions;

use super::info::{self, parse_info};
use super::{CodeBlock, FenceInfo, unhide};
use crate::config::Dialect;
use crate::diagnostic::{Problem, did_you_mean, one_of};
use crate::directive::copy_docs::{Expanded, LeavesRoot, Rules, Text, resolve_path};
use crate::source::{SegmentMap, Span};

/// What the text of a fence with a file says.
const WORD: &str = "file=";

/// The files that a text may show, as paths from the site's folder. Fences that are shown as examples count too: it
/// is for loading, and nothing is said of a file that is not there.
pub fn wanted(text: &str, copy_root: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| line.contains(WORD));
    let infos = lines.filter_map(|line| {
        let fence = line.find("```").or_else(|| line.find("~~~"))?;
        Some(line[fence..].trim_start_matches(['`', '~']))
    });
    let files = infos.filter_map(|info| parse_info(info, 0, Dialect::Docproof).0.file);
    files
        .filter_map(|file| resolve_path(&file, copy_root).ok())
        .collect()
}

/// Puts the code of files into the fences that show them. `lookup` gives a file's text, or why it cannot be had.
pub fn expand(
    expanded: &mut Expanded,
    rules: Rules<'_>,
    lookup: &dyn Fn(&str) -> Result<Text, String>,
) {
    if rules.dialect != Dialect::Docproof || !expanded.text.contains(WORD) {
        return;
    }
    let fences = fences(&expanded.text);
    if fences.is_empty() {
        return;
    }
    let mut out = Rewritten::default();
    let mut done = 0;
    for fence in fences {
        let (body, code) = match fill(expanded, rules, lookup, &fence) {
            Ok(filled) => filled,
            Err(problem) => {
                let diagnostic = problem.at_origin(|range| expanded.segments.origin(range));
                expanded.diagnostics.push(diagnostic);
                continue;
            }
        };
        out.copy(expanded, done..body.start);
        out.code(expanded, &fence, &code);
        done = body.end;
    }
    out.copy(expanded, done..expanded.text.len());
    expanded.text = out.text.into();
    expanded.segments = out.segments;
}

/// What has to change in an expanded text to hold the code of its files itself: byte, length, new text. So a version
/// that is cut does not change when the file does.
pub fn frozen(text: &str, codes: &[CodeBlock]) -> Vec<(usize, usize, String)> {
    let mut edits = Vec::new();
    for block in codes.iter().filter(|block| block.info.file.is_some()) {
        let written = &text[block.range.clone()];
        let line = written.lines().next().unwrap_or_default();
        let fence = line.trim_start_matches([' ', '\t']);
        let info = fence.trim_start_matches(['`', '~']);
        let at = block.range.start + line.len() - info.len();
        edits.push((at, info.len(), frozen_info(info, &block.info)));
        if !block.info.is_rust() {
            continue;
        }
        // Without the file, lines with a number sign would be hidden.
        for (n, code) in block.text.split('\n').enumerate() {
            let (mark, _) = unhide(code);
            if let Some((_, start)) = block.places.line(n).next().filter(|_| !mark.is_empty()) {
                edits.push((start + mark.start, 0, "#".into()));
            }
        }
    }
    edits
}

/// An info string without its file. A part of a Rust file is no program of its own.
fn frozen_info(written: &str, info: &FenceInfo) -> String {
    let ours = |token: &str| {
        token == "sample" || token.starts_with("file=") || token.starts_with("region=")
    };
    let words = info::tokens(written).into_iter().map(|token| token.text);
    let mut kept: Vec<&str> = words.filter(|token| !ours(token)).collect();
    let file = info.file.as_deref().unwrap_or_default();
    let why = format!("(from {})", file.replace(['(', ')'], ""));
    if info.is_rust() && !info.words.iter().any(|word| word == "sample") {
        kept.extend(["ignore", &why]);
    }
    kept.join(" ")
}

/// A fence that names a file.
struct Fence {
    /// The whole block.
    block: Range<usize>,
    /// What stands before its marks, as it is repeated on the lines below.
    prefix: String,
    mark: char,
    marks: usize,
    /// Path as written, and its place.
    file: (Box<str>, Range<usize>),
    /// Region, and its place.
    region: Option<(Box<str>, Range<usize>)>,
}

/// The fences that name a file.
fn fences(text: &str) -> Vec<Fence> {
    let events = Parser::new_ext(text, Options::ENABLE_FOOTNOTES).into_offset_iter();
    let fences = events.filter_map(|(event, range)| match event {
        Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if info.contains(WORD) => {
            fence(text, &info, range)
        }
        _ => None,
    });
    fences.collect()
}

fn fence(text: &str, info: &str, block: Range<usize>) -> Option<Fence> {
    let (info, _) = parse_info(info, 0, Dialect::Docproof);
    let written = &text[block.clone()];
    let start = block.start + written.len() - written.trim_start_matches([' ', '\t']).len();
    let mark = text[start..].chars().next()?;
    let marks = text[start..].chars().take_while(|c| *c == mark).count();
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    let place = |key: &str, value: &str| {
        let forms = [format!("{key}={value}"), format!("{key}=\"{value}\"")];
        let found = forms
            .iter()
            .find_map(|form| Some((line.find(form)?, form.len())));
        let (at, length) = found.unwrap_or((0, line.len()));
        start + at..start + at + length
    };
    let with_place = |key: &str, value: Box<str>| {
        let place = place(key, &value);
        (value, place)
    };
    Some(Fence {
        block,
        prefix: continued(&text[line_start..start]),
        mark,
        marks,
        file: with_place("file", info.file?),
        region: info.region.map(|region| with_place("region", region)),
    })
}

/// The same columns on the lines below: a list's marker becomes spaces.
fn continued(prefix: &str) -> String {
    let keep = |c: char| if matches!(c, '\t' | '>') { c } else { ' ' };
    prefix.chars().map(keep).collect()
}

/// Whether the last line of a fenced block, as written, is a fence. One that lasts to the end of the text or of its
/// list has none.
pub fn is_closed(written: &str) -> bool {
    let fence = written.trim_start_matches([' ', '\t']);
    let Some(mark) = fence.chars().next() else {
        return false;
    };
    let length = fence.chars().take_while(|c| *c == mark).count();
    let Some((_, last)) = written.trim_end().rsplit_once('\n') else {
        return false;
    };
    let last = last.trim_start_matches([' ', '\t', '>']);
    last.chars().all(|c| c == mark) && last.len() >= length
}

/// The code of a fence: lines of a file.
struct Code {
    file: Text,
    lines: Vec<Range<usize>>,
}

/// What is wrong with a fence.
type Wrong = Box<Problem>;

/// An error with what to do about it.
fn wrong(place: &Range<usize>, message: String, hint: impl Into<String>) -> Wrong {
    Box::new(Problem::error("file", place.clone(), message).hint(hint))
}

/// What stands between the fences now, and the code that comes there.
fn fill(
    expanded: &mut Expanded,
    rules: Rules<'_>,
    lookup: &dyn Fn(&str) -> Result<Text, String>,
    fence: &Fence,
) -> Result<(Range<usize>, Code), Wrong> {
    let body = empty_body(&expanded.text, fence)?;
    let (written, place) = &fence.file;
    let root = match rules.copy_root {
        "" => "the site's folder",
        root => root,
    };
    let path = resolve_path(written, rules.copy_root).map_err(|LeavesRoot| {
        let message = format!("the path `{written}` leaves {root}");
        let hint = "paths start at `copy_root` of docproof.yaml, without `..` beyond it";
        wrong(place, message, hint)
    })?;
    expanded.reads.insert(path.clone());
    let file = lookup(&path).map_err(|why| {
        let message = format!("the file `{path}` {why}");
        wrong(
            place,
            message,
            format!("paths start at `copy_root` ({root})"),
        )
    })?;
    let lines = shown_lines(&file, fence)?;
    fits(&file, &lines, fence)?;
    Ok((body, Code { file, lines }))
}

/// The lines between the fences, which must be empty.
fn empty_body(text: &str, fence: &Fence) -> Result<Range<usize>, Wrong> {
    let written = text[fence.block.clone()].trim_end_matches('\n');
    let end = fence.block.start + written.len();
    let first = written
        .find('\n')
        .map_or(end, |at| fence.block.start + at + 1);
    let last = match is_closed(written) {
        true => fence.block.start + written.rfind('\n').map_or(0, |at| at + 1),
        false => end,
    };
    let mut at = first;
    for line in text[first..last.max(first)].split_inclusive('\n') {
        let code = line.trim_start_matches([' ', '\t', '>']).trim_end();
        if !code.is_empty() {
            let start = at + line.find(code).unwrap_or(0);
            let message = "a fence that shows a file has code of its own";
            let problem = Problem::error("file", start..start + code.len(), message)
                .hint("remove the code, or `file=`")
                .also(fence.file.1.clone(), "the file is named here");
            return Err(problem.into());
        }
        at += line.len();
    }
    Ok(first..last.max(first))
}

/// The lines of the file, or of one region of it, without the indentation that all of them have.
fn shown_lines(file: &Text, fence: &Fence) -> Result<Vec<Range<usize>>, Wrong> {
    let regions = Regions::of(&file.text);
    let (lines, what) = match &fence.region {
        None => (regions.whole(), "the file"),
        Some((name, place)) => {
            let found = regions.find(name);
            let lines = found.map_err(|why| region_problem(file, &regions, name, place, why))?;
            (lines, "the region")
        }
    };
    let text = |line: &Range<usize>| &file.text[line.clone()];
    let full: Vec<&str> = lines
        .iter()
        .map(text)
        .filter(|l| !l.trim().is_empty())
        .collect();
    let Some(first) = full.first() else {
        let place = fence
            .region
            .as_ref()
            .map_or(&fence.file.1, |(_, place)| place);
        let message = format!("{what} is empty");
        return Err(Problem::error("file", place.clone(), message).into());
    };
    let blank = first.len() - first.trim_start().len();
    let common = full.iter().fold(&first[..blank], |common, line| {
        let same = common
            .bytes()
            .zip(line.bytes())
            .take_while(|(a, b)| a == b)
            .count();
        // Blanks of more than one byte are kept whole.
        (0..=same)
            .rev()
            .find_map(|n| common.get(..n))
            .unwrap_or_default()
    });
    let indent = common.len();
    let without = |line: Range<usize>| match file.text[line.clone()].trim().is_empty() {
        true => line.end..line.end,
        false => line.start + indent..line.end,
    };
    Ok(lines.into_iter().map(without).collect())
}

fn region_problem(
    file: &Text,
    regions: &Regions,
    name: &str,
    place: &Range<usize>,
    why: regions::Missing,
) -> Wrong {
    let path = &file.path;
    let names = regions.names();
    let line = |at: usize| crate::source::line_column(&file.text, at).0;
    match why {
        regions::Missing::Unknown => {
            let hint =
                did_you_mean(name, names.iter().copied()).unwrap_or_else(|| match names[..] {
                    [] => format!(
                        "put the lines between comments `region {name}` and `endregion {name}`"
                    ),
                    _ => format!("regions: {}", one_of(&names)),
                });
            let message = format!("`{path}` has no region `{name}`");
            wrong(place, message, hint)
        }
        regions::Missing::Unclosed(at) => {
            let message = format!("the region `{name}` of `{path}` is never closed");
            let hint = format!(
                "it begins on line {}: end it with `endregion {name}`, or `ANCHOR_END: {name}`",
                line(at)
            );
            wrong(place, message, hint)
        }
        regions::Missing::Twice(first, second) => {
            let message = format!("`{path}` has the region `{name}` twice");
            let hint = format!(
                "on lines {} and {}: give one of them another name",
                line(first),
                line(second)
            );
            wrong(place, message, hint)
        }
    }
}

/// A line of the code that is a fence would end the block.
fn fits(file: &Text, lines: &[Range<usize>], fence: &Fence) -> Result<(), Wrong> {
    let run = |line: &str| {
        let marks = line.trim();
        let near = line.len() - line.trim_start_matches(' ').len() < 4;
        let all = near && marks.chars().all(|c| c == fence.mark);
        if all { marks.len() } else { 0 }
    };
    let longest = |line: &&Range<usize>| run(&file.text[(*line).clone()]);
    let Some(line) = lines.iter().rev().max_by_key(longest) else {
        return Ok(());
    };
    let length = run(&file.text[line.clone()]);
    if length < fence.marks {
        return Ok(());
    }
    let (number, _) = crate::source::line_column(&file.text, line.start);
    let message = format!("line {number} of `{}` would end the fence", file.path);
    let fence_marks: String = std::iter::repeat_n(fence.mark, length + 1).collect();
    let hint = format!("use a longer fence, such as {fence_marks}");
    Err(wrong(&fence.file.1, message, hint))
}

/// The text with code in its fences, as far as it is written.
#[derive(Default)]
struct Rewritten {
    text: String,
    segments: SegmentMap,
}

impl Rewritten {
    fn copy(&mut self, expanded: &Expanded, range: Range<usize>) {
        expanded
            .segments
            .copy_range(range.clone(), self.text.len(), &mut self.segments);
        self.text.push_str(&expanded.text[range]);
    }

    fn code(&mut self, expanded: &Expanded, fence: &Fence, code: &Code) {
        let origin = expanded.segments.origin(&fence.file.1);
        let own = Span {
            range: origin.span.range.start..origin.span.range.start,
            ..origin.span.clone()
        };
        let chain: Arc<[Span]> = origin.chain.iter().chain([&origin.span]).cloned().collect();
        if !self.text.ends_with('\n') {
            self.segments
                .push(self.text.len(), &own, origin.chain.clone());
            self.text.push('\n');
        }
        for line in &code.lines {
            if !fence.prefix.is_empty() {
                self.segments
                    .push(self.text.len(), &own, origin.chain.clone());
                self.text.push_str(&fence.prefix);
            }
            let span = Span {
                source: code.file.id,
                range: line.start..(line.end + 1).min(code.file.text.len()),
            };
            self.segments.push(self.text.len(), &span, chain.clone());
            self.text.push_str(&code.file.text[line.clone()]);
            self.text.push('\n');
        }
    }
}
