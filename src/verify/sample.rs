//! Fences as they stand in the docs, and the samples that are made of them.
//!
//! In: what the builder knows of a code block. Out: plain data. Nothing here compiles or decides.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use crate::source::ContentHash;

/// Where something stands: a file from the site's folder, and a line and column from 1 (columns count characters).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    /// Path from the site's folder, with `/`.
    pub path: Arc<str>,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One line of a program, and where its characters stand in the source.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CodeLine {
    /// The line in the source, from 1. Lines of one fence ascend; a line that held only markers leaves a gap.
    pub line: usize,
    /// The text that is compiled: no fence indentation, no markers, no `# ` of a hidden line.
    pub text: String,
    /// Characters of the source line before the first character of `text`.
    pub column: usize,
    /// Where markers were taken out: from this character of `text` on, add so many to find the source's column.
    pub cuts: Vec<(usize, usize)>,
    /// Not shown at first.
    pub hidden: bool,
    /// The file and line where it stands, if that is not `line` of the fence's own: the code of a fence may come from
    /// several files.
    pub origin: Option<Arc<(Arc<str>, usize)>>,
}

impl CodeLine {
    /// The column in the source, from 0, of a character of `text`, from 0.
    pub fn source_column(&self, character: usize) -> usize {
        let cut: usize = self
            .cuts
            .iter()
            .filter(|(from, _)| *from <= character)
            .map(|(_, more)| more)
            .sum();
        self.column + character + cut
    }

    /// rustdoc takes away the blanks before the number sign of a hidden line and those at its end, and leaves those behind the
    /// sign. That matters inside a string literal.
    pub fn trim_hidden(&mut self) {
        if !self.hidden {
            return;
        }
        let blank = |n: &usize| self.text.chars().take(*n).all(char::is_whitespace);
        // The sign was cut out behind them; one at the start of the line left no cut.
        let before = self.cuts.iter().map(|(from, _)| *from).find(blank);
        let before = before.unwrap_or(0);
        self.column = self.source_column(before);
        self.cuts.retain(|(from, _)| *from > before);
        for (from, _) in &mut self.cuts {
            *from -= before;
        }
        let text: String = self.text.chars().skip(before).collect();
        text.trim_end().clone_into(&mut self.text);
    }
}

/// The `text` fence behind a sample with `output`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expected {
    /// What it says, without indentation.
    pub text: String,
    /// The file that it stands in, from the site's folder.
    pub path: Arc<str>,
    /// The bytes of that file (normalised text) from the opening fence's first byte to the end of the closing one.
    pub range: Range<usize>,
    /// The line of its opening fence, from 1.
    pub line: usize,
}

/// A code block of a page, as found: every block is one, Rust or not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fence {
    /// Docset id.
    pub docset: Arc<str>,
    /// Version of the *page* (the reader's version, not the folder that the text was inherited from); none where
    /// the docset has no versions, `next` for the unreleased docs where it has.
    pub version: Option<Arc<str>>,
    /// The doc whose page shows it, from the site's folder.
    pub page: Arc<str>,
    /// The number of the block on its page.
    pub block: usize,
    /// The info string as written.
    pub info: String,
    /// Opened by a fence, not by indentation.
    pub fenced: bool,
    /// Its info string is read exactly as rustdoc reads it.
    pub rustdoc: bool,
    /// The program, hidden lines included.
    pub lines: Vec<CodeLine>,
    /// The file that the code stands in, from the site's folder: the page, a doc that it copies, or a file that it
    /// shows or includes.
    pub path: Arc<str>,
    /// The line in `path` before the first line of code: the opening fence, if there is one.
    pub open_line: usize,
    /// The line in `path` after the last line of code: the closing fence, if there is one.
    pub close_line: usize,
    /// Where the opening fence stands (for a shown file: in the doc, not in the file).
    pub place: Place,
    /// The directives that led there, outermost first; empty for a page's own text.
    pub chain: Vec<Place>,
    /// The file that it shows, for `file=`.
    pub file: Option<Arc<str>>,
    /// The next block, if it is a `text` fence.
    pub expected: Option<Expected>,
}

/// How a sample is compiled and run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mode {
    /// Compiled and run, and must end well.
    Run,
    /// Compiled only.
    NoRun,
    /// Compiled and run, and must panic.
    ShouldPanic,
    /// Must not compile.
    CompileFail,
    /// Shown from a file: Cargo checks the package that the file belongs to.
    File,
}

/// How a fence is treated, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Treatment {
    /// A sample.
    Sample(Mode),
    /// Rust that is left out on the author's word; why (`ignore`, `ignore-wasm`, the comment in the info string).
    Ignored(String),
    /// Shown from a file whose package is compiled as a whole.
    File,
    /// Not Rust, and why (its language; untagged).
    NotRust(String),
}

/// What a fence asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attributes {
    /// How the fence is treated.
    pub treatment: Treatment,
    /// `E0123` of `compile_fail`, sorted, each once.
    pub codes: Vec<String>,
    /// `edition2021`: `2021`.
    pub edition: Option<String>,
    /// `test_harness`: compiled with `--test`.
    pub test_harness: bool,
    /// `standalone_crate`: in a crate of its own.
    pub standalone: bool,
    /// `output`: must print what the next `text` fence says.
    pub output: bool,
    /// `show_output`: what it prints is shown on the page.
    pub show_output: bool,
    /// `group=NAME`.
    pub group: Option<String>,
    /// `timeout=5s`.
    pub timeout: Option<Duration>,
    /// `package=NAME`.
    pub package: Option<String>,
    /// `rustdoc --test` would not test it although it is Rust here (or the other way round): why, else none.
    pub rustdoc_differs: Option<String>,
    /// What is wrong with the info string: a message and a hint.
    pub problems: Vec<(String, String)>,
}

/// A page that shows a sample.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Shown {
    /// Docset id.
    pub docset: Arc<str>,
    /// Version of the page, as in [`Fence::version`].
    pub version: Option<Arc<str>>,
    /// The doc, from the site's folder.
    pub page: Arc<str>,
}

/// A program to verify: one fence, or the fences of a group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sample {
    /// Its fences, in order.
    pub parts: Vec<Fence>,
    /// What they ask for, merged; never `Ignored`, `File` or `NotRust`.
    pub mode: Mode,
    /// As the fences say.
    pub attributes: Attributes,
    /// Number of its library in the list that the engine got.
    pub library: usize,
    /// Edition, if a fence names one.
    pub edition: Option<String>,
    /// The pages that show it, the first of them that of `parts`: a version that inherits a page, and a page that
    /// copies another, show the same program from the same place.
    pub shown: Vec<Shown>,
}

impl Sample {
    /// Where it stands.
    pub fn place(&self) -> &Place {
        &self.parts[0].place
    }

    /// The text of the program, part after part.
    pub fn text(&self) -> String {
        let lines = self.parts.iter().flat_map(|part| &part.lines);
        let mut text = String::new();
        for line in lines {
            text.push_str(&line.text);
            text.push('\n');
        }
        text
    }

    /// A hash of the program and of all that decides how it is treated, but not of its place: what `build` looks up
    /// in the record. Parts do not run together.
    pub fn hash(&self) -> ContentHash {
        let attributes = &self.attributes;
        let how = format!(
            "{:?} {:?} {:?} {} {} {} {:?} {:?} {:?}",
            self.mode,
            attributes.codes,
            self.edition,
            attributes.test_harness,
            attributes.standalone,
            attributes.output,
            attributes.timeout,
            attributes.package,
            attributes.group,
        );
        let expected = self.parts.iter().filter_map(|part| part.expected.as_ref());
        let expected: Vec<&str> = expected
            .filter(|_| attributes.output)
            .map(|e| e.text.as_str())
            .collect();
        let texts: Vec<String> = self
            .parts
            .iter()
            .map(|part| part.lines.iter().map(|l| format!("{}\n", l.text)).collect())
            .collect();
        ContentHash::of_parts(
            std::iter::once(how.as_bytes())
                .chain(texts.iter().map(String::as_bytes))
                .chain(expected.into_iter().map(str::as_bytes)),
        )
    }
}
