//! mdBook's directives: a chapter that shows files, or parts of them.
//!
//! In: a chapter's text and a way to ask for files. Out: the text with all of it in place, where each byte came from, which files
//! were asked for, the title that the chapter gives itself, and what is wrong. It must not know Markdown beyond where code stands,
//! nor read files.
//!
//! | in a chapter | here |
//! |---|---|
//! | `{{#include f}}`, `f:2`, `f:2:10`, `f:2:`, `f::10`, `f:anchor` | as mdBook, in Markdown, HTML and code alike |
//! | `{{#rustdoc_include f:part}}` | as mdBook: the other lines stand there as hidden ones |
//! | `{{#playground f words}}`, `{{#playpen ..}}` | as mdBook: a fence `rust,words` |
//! | `{{#title words}}` | as mdBook: the page's title |
//! | `\{{#..}}` | as mdBook: the text without the backslash, up to the last `}}` of the line |
//! | includes in included files | as mdBook, from the folder of the included file, at most ten deep |
//! | `{{#NAME}}` of a preprocessor | by `variables` of the configuration; else it stays, with a warning outside code |
//! | a file that is not there, a cycle | an error at the directive; mdBook leaves it as text, or drops it |
//! | lines and anchors that are not there | an error; mdBook includes nothing. Where something is there: a warning |
//! | a path out of the site's folder | an error; mdBook reads any file |
//! | all these errors with `includes: warn` | warnings; the directive stays as text, as in mdBook |
//! | `hidelines` for a language | written into the fences that have none of their own |

mod hidelines;
mod scan;
mod take;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::copy_docs::{Body, Expanded, LeavesRoot, Text, resolve_path};
use crate::config::{BookConfig, LinkPolicy};
use crate::diagnostic::{Diagnostic, Problem, Severity};
use crate::source::{Origin, SegmentMap, Span};
use scan::{Directive, Kind, Part, directives};

/// How deep includes may nest; mdBook's limit.
const DEPTH: usize = 10;

/// How large a chapter may become: a few files that include each other often enough grow beyond all bounds.
const MAX_TEXT: usize = 64 << 20;

/// The files that a text asks for, as paths from the site's folder. `path` is the text's own.
pub fn wanted(text: &str, path: &str) -> Vec<String> {
    if !text.contains("{{") {
        return Vec::new();
    }
    let files = directives(text).into_iter().filter_map(|d| match d.kind {
        Kind::Include(file, _) | Kind::RustdocInclude(file, _) | Kind::Playground(file, _) => {
            Some(file)
        }
        Kind::Escaped | Kind::Title(_) | Kind::Other(_) => None,
    });
    files.filter_map(|file| resolved(path, file).ok()).collect()
}

/// The path of a file that is named in the text at `path`.
fn resolved(path: &str, file: &str) -> Result<String, LeavesRoot> {
    if file.starts_with('/') {
        return Err(LeavesRoot);
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    resolve_path(format!("{folder}/{file}").trim_start_matches('/'), "")
}

/// A chapter with its includes in place.
#[derive(Clone, Debug, Default)]
pub struct Chapter {
    /// Its text.
    pub expanded: Expanded,
    /// What `{{#title}}` says.
    pub title: Option<String>,
    /// Names of directives that nobody knows, and how often they are there.
    pub unknown: Vec<(String, usize)>,
}

/// Expands a chapter. `lookup` gives the text of a path, or why it cannot be had.
pub fn expand(
    page: &Text,
    book: &BookConfig,
    lookup: &dyn Fn(&str) -> Result<Text, String>,
) -> Chapter {
    let whole = 0..page.text.len();
    let mut chapter = Chapter::default();
    let own = Span {
        source: page.id,
        range: whole.clone(),
    };
    let expanded = &mut chapter.expanded;
    expanded.segments.push(0, &own, Vec::new().into());
    if page.text.contains("{{") {
        let mut expander = Expander {
            book,
            lookup,
            out: Piece::default(),
            reads: BTreeSet::new(),
            problems: Vec::new(),
            others: BTreeMap::new(),
            title: None,
            stack: vec![(page.path.to_string(), format!("{:?}", Part::All))],
            full: false,
        };
        let piece = Piece {
            text: page.text.to_string(),
            segments: std::mem::take(&mut expanded.segments),
        };
        expander.text(&piece, &page.path);
        expander.unknown_directives();
        chapter.title = expander.title;
        let unknown = expander.others.into_iter();
        chapter.unknown = unknown.map(|(name, (_, times))| (name, times)).collect();
        expanded.reads = expander.reads;
        expanded.diagnostics = expander.problems;
        expanded.segments = expander.out.segments;
        expanded.text = expander.out.text.into();
    } else {
        expanded.text = Body::part(page.text.clone(), whole);
    }
    hidelines::write(expanded, &book.hidelines);
    chapter
}

/// A text and where it came from.
#[derive(Clone, Debug, Default)]
struct Piece {
    text: String,
    segments: SegmentMap,
}

impl Piece {
    /// Adds a part of another one.
    fn copy(&mut self, from: &Self, range: Range<usize>) {
        from.segments
            .copy_range(range.clone(), self.text.len(), &mut self.segments);
        self.text.push_str(&from.text[range]);
    }

    /// Adds a text that stands for `span`.
    fn add(&mut self, text: &str, span: &Span, chain: &Arc<[Span]>) {
        if !text.is_empty() {
            self.segments.push(self.text.len(), span, chain.clone());
            self.text.push_str(text);
        }
    }
}

/// A directive that nobody knows: its first place, and how often it is there.
type Unknown = (Origin, usize);

struct Expander<'a> {
    book: &'a BookConfig,
    lookup: &'a dyn Fn(&str) -> Result<Text, String>,
    out: Piece,
    reads: BTreeSet<String>,
    problems: Vec<Diagnostic>,
    others: BTreeMap<String, Unknown>,
    title: Option<String>,
    /// The files that are being included and which part of them, outermost first.
    stack: Vec<(String, String)>,
    /// The limit was passed; nothing more is included.
    full: bool,
}

impl Expander<'_> {
    /// Writes a text with its directives carried out. `path` is that of the file which holds them.
    fn text(&mut self, text: &Piece, path: &str) {
        let mut done = 0;
        for directive in directives(&text.text) {
            self.out.copy(text, done..directive.range.start);
            done = directive.range.end;
            if !self.directive(text, &directive, path) {
                // As mdBook: what cannot be carried out stays.
                self.out.copy(text, directive.range);
            }
        }
        self.out.copy(text, done..text.text.len());
    }

    /// Carries a directive out; false when it has to stay.
    fn directive(&mut self, text: &Piece, directive: &Directive<'_>, path: &str) -> bool {
        match &directive.kind {
            Kind::Escaped => {
                let range = directive.range.start + 1..directive.range.end;
                self.out.copy(text, range);
                true
            }
            Kind::Title(title) => {
                self.title = Some((*title).to_owned()).filter(|title| !title.is_empty());
                true
            }
            Kind::Other(name) => self.variable(name, text, directive, path),
            Kind::Include(file, part) => self.include(file, *part, false, text, directive, path),
            Kind::RustdocInclude(file, part) => {
                self.include(file, *part, true, text, directive, path)
            }
            Kind::Playground(file, words) => self.playground(file, words, text, directive, path),
        }
    }

    fn problem(&mut self, text: &Piece, problem: &Problem) {
        let mut diagnostic = problem.at_origin(|range| text.segments.origin(range));
        if self.book.includes == LinkPolicy::Warn {
            diagnostic.severity = Severity::Warning;
        }
        self.problems.push(diagnostic);
    }

    /// `{{#NAME}}`.
    fn variable(
        &mut self,
        name: &str,
        text: &Piece,
        directive: &Directive<'_>,
        path: &str,
    ) -> bool {
        let variables = &self.book.variables;
        let found = variables.iter().find(|(known, _)| known == name);
        let origin = text.segments.origin(&directive.range);
        if let Some((_, value)) = found {
            self.out.add(value, &origin.span, &origin.chain);
            return true;
        }
        // In other files it is somebody else's language.
        if path.ends_with(".md") && !is_code(&text.text, &directive.range) {
            let unknown = self.others.entry(name.to_owned());
            unknown.or_insert((origin, 0)).1 += 1;
        }
        false
    }

    /// One message for each name: a preprocessor's variable may be everywhere.
    fn unknown_directives(&mut self) {
        for (name, (origin, times)) in &self.others {
            let more = match times {
                1 => String::new(),
                _ => format!(", {times} times on this page"),
            };
            let message = format!("`{{{{#{name}}}}}` is no directive of mdBook{more}");
            let problem = Problem::warning("mdbook", 0..0, message)
                .label("left as it is")
                .hint(format!(
                    "where it stands for a text, put that under `mdbook: {{ variables: {{ {name}: .. }} }}` in docproof.yaml"
                ))
                .hint("where a preprocessor of the book does more, run that before Docproof");
            self.problems.push(problem.at_origin(|_| origin.clone()));
        }
    }

    /// The file that a directive names: what goes wrong is reported.
    fn file(
        &mut self,
        written: &str,
        text: &Piece,
        directive: &Directive<'_>,
        path: &str,
    ) -> Option<Text> {
        let place = self.argument(written, text, directive);
        let found = match resolved(path, written) {
            Err(LeavesRoot) => {
                let message = format!("the path `{written}` leaves the site's folder");
                Err(Problem::error("include", place, message)
                    .hint("put docproof.yaml into a folder that holds the file, and say `path` and `docs` from there"))
            }
            Ok(file) => {
                self.reads.insert(file.clone());
                (self.lookup)(&file).map_err(|why| {
                    Problem::error("include", place, format!("the file `{file}` {why}"))
                        .hint(format!("paths start at the folder of `{path}`"))
                })
            }
        };
        match found {
            Ok(file) => Some(file),
            Err(problem) => {
                self.problem(text, &problem);
                None
            }
        }
    }

    /// Where an argument of a directive stands.
    fn argument(&self, written: &str, text: &Piece, directive: &Directive<'_>) -> Range<usize> {
        let range = directive.range.clone();
        let found = text.text[range.clone()].find(written);
        found.map_or(range.clone(), |at| {
            range.start + at..range.start + at + written.len()
        })
    }

    fn include(
        &mut self,
        written: &str,
        part: Part<'_>,
        whole: bool,
        text: &Piece,
        directive: &Directive<'_>,
        path: &str,
    ) -> bool {
        let Some(file) = self.file(written, text, directive, path) else {
            return false;
        };
        let (taken, wrong) = take::take(&file.text, part, whole, &file.path);
        if let Some(wrong) = wrong {
            let argument = self.argument(written, text, directive);
            // With what stands behind the path: the lines or the anchor.
            let rest = &text.text[argument.end..directive.range.end - "}}".len()];
            let end = argument.end + rest.find(char::is_whitespace).unwrap_or(rest.len());
            let place = argument.start..end;
            let problem = match wrong.harmless {
                true => Problem::warning("include", place, wrong.message),
                false => Problem::error("include", place, wrong.message),
            };
            self.problem(text, &problem.hint(wrong.hint));
        }
        let piece = piece(&file, &taken, text.segments.origin(&directive.range));
        self.nested(piece, &file, format!("{part:?}"), text, directive)
    }

    /// A Rust file as a code block.
    fn playground(
        &mut self,
        written: &str,
        words: &[&str],
        text: &Piece,
        directive: &Directive<'_>,
        path: &str,
    ) -> bool {
        let Some(file) = self.file(written, text, directive, path) else {
            return false;
        };
        let origin = text.segments.origin(&directive.range);
        let (taken, _) = take::take(&file.text, Part::All, false, &file.path);
        let code = piece(&file, &taken, origin.clone());
        let info: Vec<&str> = std::iter::once("rust")
            .chain(words.iter().copied())
            .collect();
        let mut block = Piece::default();
        let own = (&origin.span, &origin.chain);
        block.add(&format!("```{}\n", info.join(",")), own.0, own.1);
        block.copy(&code, 0..code.text.len());
        block.add("\n```\n", own.0, own.1);
        self.nested(block, &file, "playground".into(), text, directive)
    }

    /// Writes what a directive stands for, with the directives in it carried out.
    fn nested(
        &mut self,
        piece: Piece,
        file: &Text,
        part: String,
        text: &Piece,
        directive: &Directive<'_>,
    ) -> bool {
        if self.full {
            return true;
        }
        let key = (file.path.to_string(), part);
        let mut way: Vec<&str> = self.stack.iter().map(|(path, _)| path.as_str()).collect();
        way.push(&file.path);
        let way = way.join(" -> ");
        let problem = if self.stack.contains(&key) {
            "a cycle of includes".to_owned()
        } else if self.stack.len() > DEPTH {
            format!("includes are more than {DEPTH} deep")
        } else if self.out.text.len() + piece.text.len() > MAX_TEXT {
            self.full = true;
            format!("includes make this page larger than {} MiB", MAX_TEXT >> 20)
        } else {
            self.stack.push(key);
            self.text(&piece, &file.path);
            self.stack.pop();
            return true;
        };
        let problem = Problem::error("include", directive.range.clone(), problem)
            .hint(format!("the way: {way}"));
        self.problem(text, &problem);
        true
    }
}

/// The lines of a file as they are included, with the way that led there.
fn piece(file: &Text, taken: &[take::Taken], directive: Origin) -> Piece {
    let chain: Arc<[Span]> = directive
        .chain
        .iter()
        .chain([&directive.span])
        .cloned()
        .collect();
    let mut piece = Piece::default();
    let span = |range: Range<usize>| Span {
        source: file.id,
        range,
    };
    let mut lines = taken.iter().peekable();
    let mut before: Option<usize> = None;
    while let Some(first) = lines.next() {
        if let Some(end) = before {
            piece.add("\n", &span(end..end + 1), &chain);
        }
        let mut range = first.line.clone();
        if first.hidden {
            piece.add("# ", &span(range.start..range.start), &chain);
        } else {
            // Lines that follow each other in the file are one segment.
            let follows =
                |end: usize, next: &take::Taken| !next.hidden && next.line.start == end + 1;
            while let Some(next) = lines.next_if(|next| follows(range.end, next)) {
                range.end = next.line.end;
            }
        }
        before = Some(range.end);
        piece.add(&file.text[range.clone()], &span(range), &chain);
    }
    piece
}

/// Whether a place in a Markdown text is code.
fn is_code(text: &str, range: &Range<usize>) -> bool {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter();
    let mut code = events.filter_map(|(event, place)| match event {
        Event::Start(Tag::CodeBlock(_)) | Event::Code(_) => Some(place),
        _ => None,
    });
    code.any(|place| place.start <= range.start && range.end <= place.end)
}
