//! The code that rustc gets: one generated file for each Markdown file, line for line.
//!
//! In: samples and their anatomy. Out: the files of a crate, and the way from a place in them to the sample and its
//! true column. Each line of a sample stands at its own line and column; wrappers stand on the lines of the fences,
//! before and behind it. So rustc, panics, `file!()` and `line!()` name the true place by themselves, once the
//! generated folder is mapped to the site's (`--remap-path-prefix`). Exactly one file for each Markdown file: two with
//! one mapped path would be one to rustc.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::anatomy::Anatomy;
use super::machine::PANIC_FILE;
use super::message::{RustcSpan, TruePlace};
use super::sample::{CodeLine, Sample};

/// The folder of the crate that stands for the site's folder.
pub const DOCS: &str = "site";

/// The variable that tells a bundle which sample to run.
pub const SAMPLE: &str = "DOCPROOF_SAMPLE";

const ALLOW: &str = "#![allow(unused)]";

/// A sample that goes into a crate.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its number.
    pub number: usize,
    /// The sample.
    pub sample: &'a Sample,
    /// Its anatomy.
    pub anatomy: &'a Anatomy,
    /// Whether the program can run it.
    pub runs: bool,
}

/// The files of a crate.
#[derive(Clone, Debug, Default)]
pub struct Generated {
    /// Path and text; the first is the root.
    pub files: Vec<(String, String)>,
    /// Where things stand in them.
    pub places: PlaceMap,
    /// Samples that did not fit: their lines belong to another one already.
    pub left_over: Vec<usize>,
    /// The name of the crate, if a sample names it.
    pub crate_name: Option<String>,
}

/// The way from generated code back to samples.
#[derive(Clone, Debug, Default)]
pub struct PlaceMap {
    files: BTreeMap<Arc<str>, FilePlaces>,
}

#[derive(Clone, Debug, Default)]
struct FilePlaces {
    /// For each line, from 0 for line 1: the samples that have something on it.
    owners: Vec<Vec<usize>>,
    /// For lines that stand elsewhere: where.
    origins: BTreeMap<usize, Arc<(Arc<str>, usize)>>,
    /// For lines whose columns differ: from this generated column on, the source's column (both from 0).
    shifts: BTreeMap<usize, Vec<(usize, usize)>>,
}

impl PlaceMap {
    /// The samples that have something on a line.
    pub fn samples(&self, path: &str, line: usize) -> &[usize] {
        self.files
            .get(path)
            .and_then(|file| file.owners.get(line.wrapping_sub(1)))
            .map_or(&[], Vec::as_slice)
    }

    /// The true columns of a span that lies in a sample.
    pub fn true_place(&self, span: &RustcSpan) -> Option<TruePlace> {
        if self.samples(&span.file_name, span.line_start).is_empty() {
            return None;
        }
        let file = self.files.get(span.file_name.as_str())?;
        let column = file.column(span.line_start, span.column_start - 1) + 1;
        let end_column = if span.column_end > 1 {
            file.column(span.line_end, span.column_end - 2) + 2
        } else {
            1
        };
        Some(TruePlace {
            origin: file.origins.get(&span.line_start).cloned(),
            column,
            end_column,
        })
    }
}

impl FilePlaces {
    fn column(&self, line: usize, generated: usize) -> usize {
        let shifts = self.shifts.get(&line).map_or(&[][..], Vec::as_slice);
        let before = shifts.iter().rev().find(|(from, _)| *from <= generated);
        before.map_or(generated, |(from, to)| to + generated - from)
    }
}

/// Something on a generated line.
#[derive(Debug)]
enum Piece {
    Wrapper(String),
    Code {
        text: String,
        /// Where it wants to begin.
        column: usize,
        /// From this character of `text` on, the source's column.
        columns: Vec<(usize, usize)>,
    },
}

#[derive(Debug, Default)]
struct Page {
    lines: Vec<Vec<Piece>>,
    owners: Vec<Vec<usize>>,
    origins: BTreeMap<usize, Arc<(Arc<str>, usize)>>,
}

impl Page {
    fn push(&mut self, line: usize, owner: usize, piece: Piece) {
        if self.lines.len() <= line {
            self.lines.resize_with(line + 1, Vec::new);
            self.owners.resize_with(line + 1, Vec::new);
        }
        self.lines[line].push(piece);
        if self.owners[line].last() != Some(&owner) {
            self.owners[line].push(owner);
        }
    }

    fn is_free(&self, line: usize) -> bool {
        self.lines.get(line).is_none_or(Vec::is_empty)
    }

    fn has_code(&self, line: usize) -> bool {
        let pieces = self.lines.get(line).map_or(&[][..], Vec::as_slice);
        pieces.iter().any(|p| matches!(p, Piece::Code { .. }))
    }

    fn write(mut self) -> (String, FilePlaces) {
        // What wants to stand before the first line stands at its beginning.
        if self.lines.len() > 1 {
            let (before, rest) = self.lines.split_at_mut(1);
            let mut first = std::mem::take(&mut before[0]);
            first.append(&mut rest[0]);
            rest[0] = first;
            let mut owners = std::mem::take(&mut self.owners[0]);
            owners.append(&mut self.owners[1]);
            self.owners[1] = owners;
        }
        let mut places = FilePlaces {
            owners: self.owners.split_off(self.owners.len().min(1)),
            origins: self.origins,
            shifts: BTreeMap::new(),
        };
        let mut text = String::new();
        for (line, pieces) in self.lines.iter().enumerate().skip(1) {
            let shifts = write_line(&mut text, pieces);
            if shifts.iter().any(|(generated, source)| generated != source) {
                places.shifts.insert(line, shifts);
            }
            text.push('\n');
        }
        (text, places)
    }
}

/// Writes the pieces of a line. Gives the generated and true columns of its code.
fn write_line(text: &mut String, pieces: &[Piece]) -> Vec<(usize, usize)> {
    let mut at = 0;
    let mut shifts = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Wrapper(wrapper) => {
                text.push_str(wrapper);
                text.push(' ');
                at += wrapper.chars().count() + 1;
            }
            Piece::Code {
                text: code,
                column,
                columns,
            } => {
                let pad = column.saturating_sub(at);
                text.extend(std::iter::repeat_n(' ', pad));
                at += pad;
                shifts.extend(columns.iter().map(|(from, to)| (at + from, *to)));
                text.push_str(code);
                at += code.chars().count();
            }
        }
    }
    shifts
}

/// The pages of a crate while they are filled.
#[derive(Debug, Default)]
struct Pages {
    by_path: BTreeMap<Arc<str>, Page>,
}

impl Pages {
    fn page(&mut self, path: &Arc<str>) -> &mut Page {
        self.by_path.entry(path.clone()).or_default()
    }

    /// Whether every line of a sample is free.
    fn fits(&self, sample: &Sample) -> bool {
        sample.parts.iter().all(|part| {
            let page = self.by_path.get(&part.path);
            // Lines of a file that is included in parts are next to each other: what wraps one part must not stand on
            // a line of another, where a comment would swallow it.
            let around = [part.open_line, part.close_line];
            page.is_none_or(|page| {
                part.lines.iter().all(|line| page.is_free(line.line))
                    && !around.iter().any(|line| page.has_code(*line))
            })
        })
    }

    fn sample(&mut self, entry: &Entry<'_>, root: &str, wrap: &Wrap) {
        let Entry {
            number,
            sample,
            anatomy,
            ..
        } = *entry;
        let mut n = 0;
        let last_part = sample.parts.len() - 1;
        for (p, part) in sample.parts.iter().enumerate() {
            let folder = part.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let page = self.page(&part.path);
            // Every line of a fence is owned, so that what is said about its edges finds it.
            page.push(part.open_line, number, Piece::Wrapper(String::new()));
            if p == 0 {
                page.push(part.open_line, number, Piece::Wrapper(wrap.first.clone()));
                if anatomy.head == 0 {
                    page.push(part.open_line, number, Piece::Wrapper(wrap.open.clone()));
                }
            }
            for line in &part.lines {
                let code = Code::of(line, n, anatomy, root, folder, wrap.hoists);
                n += 1;
                if let Some(origin) = &line.origin {
                    page.origins.insert(line.line, origin.clone());
                }
                if n > anatomy.head || wrap.open.is_empty() {
                    page.push(line.line, number, code.piece());
                    continue;
                }
                // What follows on the last line may be code, or a comment that would swallow the wrapper.
                let (head, rest) = code.split((n == anatomy.head).then_some(anatomy.head_end));
                page.push(line.line, number, head.piece());
                if n == anatomy.head {
                    page.push(line.line, number, Piece::Wrapper(format!(" {}", wrap.open)));
                }
                if let Some(rest) = rest {
                    page.push(line.line, number, rest.piece());
                }
            }
            if p == last_part {
                page.push(part.close_line, number, Piece::Wrapper(wrap.close.clone()));
            }
        }
    }
}

/// A line of a sample as it is compiled.
struct Code {
    text: String,
    /// Where it wants to begin.
    column: usize,
    /// From this character of `text` on, the source's column.
    columns: Vec<(usize, usize)>,
}

impl Code {
    fn of(
        line: &CodeLine,
        n: usize,
        anatomy: &Anatomy,
        root: &str,
        folder: &str,
        hoists: bool,
    ) -> Self {
        // A line inside a string literal must not be indented: that would change the string.
        let inside = anatomy.inside_literal.get(n).copied().unwrap_or(false);
        let mut text = line.text.clone();
        let mut columns = vec![(0, line.source_column(0))];
        columns.extend(
            line.cuts
                .iter()
                .map(|(from, _)| (*from, line.source_column(*from))),
        );
        for range in hoisted(anatomy, n).filter(|_| hoists) {
            let range = range.start..range.end.min(text.chars().count());
            text = replace_chars(&text, &range, &" ".repeat(range.len()));
        }
        // From the right, so that what stands further left keeps its columns.
        for include in anatomy.includes.iter().rev().filter(|i| i.line == n) {
            let path = [root, folder, include.path.as_str()]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("/");
            let literal = format!("{path:?}");
            let range = include.start..include.end;
            text = replace_chars(&text, &range, &literal);
            let (old, new) = (range.len(), literal.chars().count());
            for (from, _) in columns.iter_mut().filter(|(from, _)| *from >= range.end) {
                *from = *from + new - old;
            }
            columns.push((range.start, line.source_column(range.start)));
            columns.push((range.start + new, line.source_column(range.end)));
        }
        columns.sort_unstable();
        Self {
            text,
            column: if inside { 0 } else { line.column },
            columns,
        }
    }

    /// The line up to a character, and what follows.
    fn split(mut self, at: Option<usize>) -> (Self, Option<Self>) {
        let Some(at) = at.filter(|at| *at < self.text.chars().count()) else {
            return (self, None);
        };
        let byte = self.text.char_indices().nth(at).map_or(0, |(byte, _)| byte);
        let rest = self.text.split_off(byte);
        let true_column = self.columns.iter().rev().find(|(from, _)| *from <= at);
        let first = true_column.map_or(at, |(from, to)| to + at - from);
        let mut columns = vec![(0, first)];
        columns.extend(
            self.columns
                .iter()
                .filter(|(from, _)| *from > at)
                .map(|(from, to)| (from - at, *to)),
        );
        let rest = Self {
            text: rest,
            column: self.column + at,
            columns,
        };
        (self, Some(rest))
    }

    fn piece(self) -> Piece {
        Piece::Code {
            text: self.text,
            column: self.column,
            columns: self.columns,
        }
    }
}

/// The parts of a line that belong to items which stand before the wrapper.
fn hoisted(anatomy: &Anatomy, line: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    anatomy
        .extern_crates
        .iter()
        .filter(move |(from, to)| from.line <= line && line <= to.line)
        .map(move |(from, to)| {
            let start = if from.line == line { from.column } else { 0 };
            let end = if to.line == line {
                to.column
            } else {
                usize::MAX
            };
            start..end
        })
}

/// The items that stand before the wrapper, on one line.
fn hoisted_text(sample: &Sample, anatomy: &Anatomy) -> String {
    let mut text = String::new();
    let lines = sample.parts.iter().flat_map(|part| &part.lines);
    for (n, line) in lines.enumerate() {
        for range in hoisted(anatomy, n) {
            text.extend(line.text.chars().skip(range.start).take(range.len()));
            text.push(' ');
        }
    }
    text
}

fn replace_chars(text: &str, range: &std::ops::Range<usize>, new: &str) -> String {
    let byte = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(at, _)| at);
    let (start, end) = (byte(range.start), byte(range.end));
    format!("{}{new}{}", &text[..start], &text[end..])
}

/// What stands around a sample.
struct Wrap {
    /// At the very beginning.
    first: String,
    /// Behind the crate's attributes.
    open: String,
    /// At the end.
    close: String,
    /// Whether `extern crate` items stand in `open` instead of their own place.
    hoists: bool,
}

/// The parts of `main` around statements, as rustdoc writes them.
fn main_around(anatomy: &Anatomy) -> (&'static str, &'static str) {
    match (anatomy.has_main, anatomy.result_tail) {
        (true, _) => ("", ""),
        (false, false) => ("pub fn main() {", "}"),
        (false, true) => (
            "pub fn main() { fn _docproof() -> ::std::result::Result<(), impl ::std::fmt::Debug> {",
            "} _docproof().unwrap() }",
        ),
    }
}

/// Puts samples into one crate, each in a module of its own. `root` is the site's folder, for included files.
pub fn bundle(entries: &[Entry<'_>], root: &str) -> Generated {
    let mut pages = Pages::default();
    let mut left_over = Vec::new();
    // Wrappers of two samples may share a line: what closes the first has to stand there first.
    let mut sorted: Vec<&Entry<'_>> = entries.iter().collect();
    sorted.sort_by_key(|entry| {
        let part = &entry.sample.parts[0];
        (part.path.clone(), part.open_line, entry.number)
    });
    let mut taken = Vec::new();
    for entry in sorted {
        if !pages.fits(entry.sample) {
            left_over.push(entry.number);
            continue;
        }
        let (open, close) = main_around(entry.anatomy);
        let number = entry.number;
        let wrap = Wrap {
            first: format!("pub mod s{number} {{ {ALLOW}"),
            open: open.into(),
            close: format!(
                "{close} pub fn _docproof_run() -> ::std::process::ExitCode {{ ::std::process::Termination::report(main()) }} }}"
            ),
            hoists: false,
        };
        pages.sample(entry, root, &wrap);
        taken.push(entry);
    }
    let mut generated = finish(pages);
    generated.left_over = left_over;
    let root = dispatch(&generated.files, &taken);
    generated.files.insert(0, ("main.rs".into(), root));
    generated
}

/// The root of a bundle: its files as modules, and a `main` that runs the sample it is told to.
fn dispatch(files: &[(String, String)], entries: &[&Entry<'_>]) -> String {
    let mut text = format!("{ALLOW}\n");
    let mut module = BTreeMap::new();
    for (n, (path, _)) in files.iter().enumerate() {
        text.push_str(&format!("#[path = {path:?}] pub mod f{n};\n"));
        module.insert(path[DOCS.len() + 1..].to_owned(), n);
    }
    text.push_str(&format!(
        "fn main() -> ::std::process::ExitCode {{\n    let run: fn() -> ::std::process::ExitCode = match ::std::env::var({SAMPLE:?}).as_deref() {{\n"
    ));
    for entry in entries.iter().filter(|entry| entry.runs) {
        let file = module[&*entry.sample.parts[0].path];
        let number = entry.number;
        text.push_str(&format!(
            "        Ok(\"{number}\") => f{file}::s{number}::_docproof_run,\n"
        ));
    }
    text.push_str(&format!(
        "        _ => ::std::process::exit(120),\n    }};\n    match ::std::panic::catch_unwind(run) {{\n        Ok(code) => code,\n        Err(payload) => {{\n            // A payload may panic when it is dropped.\n            ::std::mem::forget(payload);\n            if let Some(path) = ::std::env::var_os({PANIC_FILE:?}) {{ let _ = ::std::fs::write(path, \"\"); }}\n            ::std::process::ExitCode::from(101)\n        }}\n    }}\n}}\n"
    ));
    text
}

/// A crate of its own for one sample: its Markdown file is the crate's root, so that messages and paths look as the
/// author expects.
pub fn alone(entry: &Entry<'_>, root: &str) -> Generated {
    let anatomy = entry.anatomy;
    // Braces around text with a brace too many or too few would only move the message to the fence.
    let unreadable = anatomy.lex_problem.is_some();
    let bare = entry.sample.attributes.test_harness || anatomy.no_std || unreadable;
    let (open, close) = if bare { ("", "") } else { main_around(anatomy) };
    let wrap = Wrap {
        first: ALLOW.into(),
        open: if open.is_empty() {
            String::new()
        } else {
            format!("{}{open}", hoisted_text(entry.sample, anatomy))
        },
        close: close.into(),
        hoists: !open.is_empty(),
    };
    let mut pages = Pages::default();
    pages.sample(entry, root, &wrap);
    Generated {
        crate_name: anatomy.crate_name.clone(),
        ..finish(pages)
    }
}

fn finish(pages: Pages) -> Generated {
    let mut generated = Generated::default();
    for (path, page) in pages.by_path {
        let (text, places) = page.write();
        generated.files.push((format!("{DOCS}/{path}"), text));
        generated.places.files.insert(path, places);
    }
    generated
}

#[cfg(test)]
mod tests;
