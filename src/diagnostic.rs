//! What is wrong with a site's content, and how it is shown.
//!
//! In: problems found by any phase, with their places. Out: text as rustc prints it, plain or styled, or
//! one JSON object a line. It must not know the terminal: the caller says whether to style.

mod near;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin as FileLine, Renderer, Snippet};
use serde::Serialize;

pub use near::{did_you_mean, nearest};

use crate::source::{Origin, SourceMap, Span, line_column};

/// How much a diagnostic weighs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The site cannot be built as it is.
    Error,
    /// The site is built, but something in it needs a look.
    Warning,
}

/// A problem in one text, before it is known which file the text came from.
///
/// The phases that see a single text produce these; [`Problem::at_origin`] turns them into diagnostics.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Error or warning.
    pub severity: Severity,
    /// A short stable name in kebab case, such as `broken-link`.
    pub code: &'static str,
    /// What is wrong, a lowercase fragment.
    pub message: String,
    /// Where, in bytes of the text at hand.
    pub range: Range<usize>,
    /// A few words that stand under the marked text.
    pub label: String,
    /// What to do.
    pub hints: Vec<String>,
    /// Other places in the same text that matter, with a few words each.
    pub related: Vec<(Range<usize>, String)>,
}

impl Problem {
    /// An error at a range.
    pub fn error(code: &'static str, range: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            range,
            label: String::new(),
            hints: Vec::new(),
            related: Vec::new(),
        }
    }

    /// A warning at a range.
    pub fn warning(code: &'static str, range: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, range, message)
        }
    }

    /// Sets the words under the marked text.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds a hint if there is one.
    #[must_use]
    pub fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hints.extend(hint);
        self
    }

    /// Adds another place that matters.
    #[must_use]
    pub fn also(mut self, range: Range<usize>, words: impl Into<String>) -> Self {
        self.related.push((range, words.into()));
        self
    }

    /// The diagnostic, given where each range of the text came from.
    pub fn at_origin(&self, origin: impl Fn(&Range<usize>) -> Origin) -> Diagnostic {
        let place = origin(&self.range);
        let mut diagnostic = Diagnostic {
            severity: self.severity,
            code: self.code,
            message: self.message.clone(),
            place: Some(place.span),
            label: self.label.clone(),
            hints: self.hints.clone(),
            related: self
                .related
                .iter()
                .map(|(range, words)| (origin(range).span, words.clone()))
                .collect(),
            path: None,
            link: None,
            group: None,
            lines: Vec::new(),
        };
        diagnostic.add_chain(&place.chain);
        diagnostic
    }

    /// The diagnostic, for a text that is a whole source from `offset` on.
    pub fn in_source(&self, source: crate::source::SourceId, offset: usize) -> Diagnostic {
        self.at_origin(|range| Origin {
            span: Span {
                source,
                range: range.start + offset..range.end + offset,
            },
            chain: Vec::new().into(),
        })
    }
}

/// A problem in the user's content, with its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// A short stable name in kebab case.
    pub code: &'static str,
    /// What is wrong, a lowercase fragment.
    pub message: String,
    /// Where it is wrong.
    pub place: Option<Span>,
    /// A few words under the marked text.
    pub label: String,
    /// What to do.
    pub hints: Vec<String>,
    /// Other places that matter, such as the directive that led to the text.
    pub related: Vec<(Span, String)>,
    /// A file to name when there is no place in a text (an image, an unreadable file).
    pub path: Option<String>,
    /// What else is known of a link that leads nowhere.
    pub link: Option<Box<BrokenLink>>,
    /// The cause, where this stands for many broken links.
    pub group: Option<&'static Cause>,
    /// What stands under the message, line by line.
    pub lines: Vec<String>,
}

/// Why links lead nowhere: many of them have one cause.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cause {
    /// A short stable name in kebab case.
    pub name: &'static str,
    /// The same in a few words, which follow `12 links: `.
    pub words: &'static str,
}

/// A link that leads nowhere, as it is told together with others and known again in a later build.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BrokenLink {
    /// The file of the page that shows it; of what stands on no page, the file that holds it.
    pub page: String,
    /// As written.
    pub written: String,
    /// Why.
    pub cause: &'static Cause,
    /// What it would lead to.
    pub target: String,
    /// The versions that do not have it, where that is the cause, newest first.
    pub versions: Vec<String>,
}

impl Diagnostic {
    /// An error without a place.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            place: None,
            label: String::new(),
            hints: Vec::new(),
            related: Vec::new(),
            path: None,
            link: None,
            group: None,
            lines: Vec::new(),
        }
    }

    /// A warning without a place.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// Sets the place.
    #[must_use]
    pub fn at(mut self, span: Span, label: impl Into<String>) -> Self {
        self.place = Some(span);
        self.label = label.into();
        self
    }

    /// Names a file that has no text to show.
    #[must_use]
    pub fn in_file(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds another place that matters.
    #[must_use]
    pub fn also(mut self, span: Span, words: impl Into<String>) -> Self {
        self.related.push((span, words.into()));
        self
    }

    /// Names the directives through which the text came, innermost first.
    pub fn add_chain(&mut self, chain: &[Span]) {
        self.related.extend(
            chain
                .iter()
                .rev()
                .map(|span| (span.clone(), "copied to the page here".to_owned())),
        );
    }

    /// The key by which diagnostics are put in order: file, place, severity.
    fn order(&self, sources: &SourceMap) -> (String, usize, Severity, &'static str, String) {
        let path = match (&self.place, &self.path) {
            (Some(span), _) => sources.get(span.source).path.to_string(),
            (None, path) => path.clone().unwrap_or_default(),
        };
        let start = self.place.as_ref().map_or(0, |s| s.range.start);
        (path, start, self.severity, self.code, self.message.clone())
    }
}

/// Puts diagnostics in the order of files and places, and drops those that say the same thing twice.
pub fn sort(diagnostics: &mut Vec<Diagnostic>, sources: &SourceMap) {
    diagnostics.sort_by_cached_key(|d| d.order(sources));
    diagnostics.dedup_by(|later, first| {
        let is_same = later.place == first.place
            && later.path == first.path
            && later.code == first.code
            && later.message == first.message;
        if is_same && let (Some(later), Some(first)) = (&later.link, &mut first.link) {
            // A text that several versions show has the same broken link in each of them.
            let missing = later
                .versions
                .iter()
                .filter(|v| !first.versions.contains(v));
            let missing: Vec<String> = missing.cloned().collect();
            first.versions.extend(missing);
        }
        is_same
    });
}

/// Renders a diagnostic as rustc prints one. `styled` adds colour codes.
pub fn render_human(diagnostic: &Diagnostic, sources: &SourceMap, styled: bool) -> String {
    let renderer = if styled {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(
        level
            .primary_title(diagnostic.message.as_str())
            .id(diagnostic.code),
    );
    if let Some(span) = &diagnostic.place {
        group = with_place(group, span, &diagnostic.label, sources);
    } else if let Some(path) = &diagnostic.path {
        group = group.element(FileLine::path(path.as_str()));
    }
    let mut groups = vec![group];
    for (span, words) in &diagnostic.related {
        let group = Group::with_title(Level::NOTE.secondary_title(words.as_str()));
        groups.push(with_place(group, span, "", sources));
    }
    let hints = diagnostic
        .hints
        .iter()
        .map(|hint| Group::with_title(Level::HELP.secondary_title(hint.as_str())));
    if diagnostic.place.is_none() && diagnostic.path.is_none() {
        // Rendered one by one: a bar that joins them would stand beside nothing.
        let mut parts: Vec<String> = groups
            .into_iter()
            .chain(hints)
            .map(|group| renderer.render(&[group]))
            .collect();
        let lines = diagnostic.lines.iter().map(|line| format!("  {line}"));
        parts.splice(1..1, lines);
        return parts.join("\n");
    }
    groups.extend(hints);
    renderer.render(&groups)
}

/// The longest source line that is shown whole, and how much of a longer one is shown, in characters.
const LONG_LINE: usize = 160;

/// Adds the line of a span. Long spans and long lines are cut, so that a message stays readable (and cheap)
/// when the file is one line of 50 MB.
fn with_place<'a>(group: Group<'a>, span: &Span, label: &str, sources: &'a SourceMap) -> Group<'a> {
    let source = sources.get(span.source);
    let (line, column) = line_column(&source.text, span.range.start);
    let start = floor_boundary(&source.text, span.range.start);
    let line_start = source.text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = source.text[start..]
        .find('\n')
        .map_or(source.text.len(), |at| start + at);
    let end = floor_boundary(&source.text, span.range.end.clamp(start, line_end));
    let whole = &source.text[line_start..line_end];
    let (text, marked) = cut_line(whole, start - line_start..end - line_start);
    let cut_at_its_start = text[..marked.start] != whole[..start - line_start];
    let mut annotation = AnnotationKind::Primary.span(marked);
    if !label.is_empty() {
        annotation = annotation.label(label.to_owned());
    }
    let snippet = Snippet::source(text)
        .line_start(line)
        .annotation(annotation);
    if cut_at_its_start {
        // The snippet would count the column from where the line was cut.
        let place = FileLine::path(source.path.as_ref())
            .line(line)
            .char_column(column);
        return group.element(place).element(snippet);
    }
    group.element(snippet.path(source.path.as_ref()))
}

/// Shortens a long line around the marked range.
fn cut_line(line: &str, marked: Range<usize>) -> (Cow<'_, str>, Range<usize>) {
    if line.len() <= LONG_LINE || marked.start < LONG_LINE / 2 && line.chars().count() <= LONG_LINE
    {
        return (line.into(), marked);
    }
    let keep_from = floor_boundary(line, marked.start.saturating_sub(LONG_LINE / 4));
    let keep_to = floor_boundary(line, (keep_from + LONG_LINE).min(line.len()));
    let head = if keep_from > 0 { "..." } else { "" };
    let tail = if keep_to < line.len() { "..." } else { "" };
    // The column that annotate-snippets prints counts from the start of what it is given, so the cut is made
    // at the end only when the mark is near the start.
    if marked.start < LONG_LINE / 2 {
        let text = format!("{}{tail}", &line[..floor_boundary(line, LONG_LINE)]);
        let end = marked.end.min(LONG_LINE);
        return (
            text.into(),
            marked.start..floor_boundary(line, end).max(marked.start),
        );
    }
    let text = format!("{head}{}{tail}", &line[keep_from..keep_to]);
    let start = head.len() + marked.start - keep_from;
    let end = (head.len() + marked.end - keep_from)
        .min(text.len() - tail.len())
        .max(start);
    (text.into(), start..end)
}

fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    severity: Severity,
    code: &'a str,
    message: &'a str,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
    label: &'a str,
    hints: &'a [String],
    related: Vec<JsonPlace<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<JsonLink<'a>>,
}

#[derive(Serialize)]
struct JsonLink<'a> {
    page: &'a str,
    written: &'a str,
    cause: &'a str,
    target: &'a str,
    versions: &'a [String],
}

#[derive(Serialize)]
struct JsonPlace<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    message: &'a str,
}

/// Renders a diagnostic as one line of JSON. Lines and columns count from 1, columns in characters.
pub fn render_json(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let place = diagnostic.place.as_ref();
    let start = place.map(|span| sources.place(span));
    let end = place.map(|span| line_column(&sources.get(span.source).text, span.range.end));
    let json = JsonDiagnostic {
        severity: diagnostic.severity,
        code: diagnostic.code,
        message: &diagnostic.message,
        file: place
            .map(|span| sources.get(span.source).path.as_ref())
            .or(diagnostic.path.as_deref()),
        line: start.map(|p| p.0),
        column: start.map(|p| p.1),
        end_line: end.map(|p| p.0),
        end_column: end.map(|p| p.1),
        label: &diagnostic.label,
        hints: &diagnostic.hints,
        related: diagnostic
            .related
            .iter()
            .map(|(span, words)| {
                let (line, column) = sources.place(span);
                JsonPlace {
                    file: &sources.get(span.source).path,
                    line,
                    column,
                    message: words,
                }
            })
            .collect(),
        link: diagnostic.link.as_ref().map(|link| JsonLink {
            page: &link.page,
            written: &link.written,
            cause: link.cause.name,
            target: &link.target,
            versions: &link.versions,
        }),
    };
    serde_json::to_string(&json).expect("invariant: a diagnostic is plain data")
}

/// Joins names for a message: `a`, `b` or `c`.
pub fn one_of(names: &[&str]) -> String {
    let mut out = String::new();
    for (at, name) in names.iter().enumerate() {
        let glue = match at {
            0 => "",
            _ if at + 1 == names.len() => " or ",
            _ => ", ",
        };
        write!(out, "{glue}`{name}`").expect("invariant: writing to a string");
    }
    out
}

/// `1 page`, `2 pages`.
pub fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (SourceMap, Diagnostic) {
        let mut sources = SourceMap::default();
        let page = sources.set("docs/a.md", "one\nsee [x](y.md) there\n");
        let other = sources.set("docs/b.md", "<!-- ./docs/a.md -->\n");
        let diagnostic = Problem::error("broken-link", 8..17, "`y.md` is not a doc")
            .label("no such file")
            .hint("did you mean `z.md`?")
            .at_origin(|range| Origin {
                span: Span {
                    source: page,
                    range: range.clone(),
                },
                chain: vec![Span {
                    source: other,
                    range: 0..20,
                }]
                .into(),
            });
        (sources, diagnostic)
    }

    #[test]
    fn reads_like_rustc() {
        let (sources, diagnostic) = sample();
        let text = render_human(&diagnostic, &sources, false);
        let want = "\
error[broken-link]: `y.md` is not a doc
 --> docs/a.md:2:5
  |
2 | see [x](y.md) there
  |     ^^^^^^^^^ no such file
  |
note: copied to the page here
 --> docs/b.md:1:1
  |
1 | <!-- ./docs/a.md -->
  | ^^^^^^^^^^^^^^^^^^^^
help: did you mean `z.md`?";
        assert_eq!(text, want);
    }

    #[test]
    fn json_has_place_and_chain() {
        let (sources, diagnostic) = sample();
        let json: serde_json::Value =
            serde_json::from_str(&render_json(&diagnostic, &sources)).expect("it is JSON");
        assert_eq!(
            (
                json["file"].as_str(),
                json["line"].as_u64(),
                json["column"].as_u64()
            ),
            (Some("docs/a.md"), Some(2), Some(5))
        );
        assert_eq!(json["related"][0]["file"], "docs/b.md");
    }

    #[test]
    fn a_very_long_line_is_cut() {
        let mut sources = SourceMap::default();
        let id = sources.set(
            "long.md",
            &format!("{}bad{}", "é".repeat(5_000), "x".repeat(5_000_000)),
        );
        let text = render_human(
            &Problem::error("c", 10_000..10_003, "m").in_source(id, 0),
            &sources,
            false,
        );
        assert!(text.contains("bad") && text.len() < 2_000, "{text}");
        assert!(text.contains("--> long.md:1:5001\n"), "{text}");
    }

    #[test]
    fn a_cut_line_of_dots_keeps_its_column() {
        let mut sources = SourceMap::default();
        let id = sources.set("dots.md", &format!("{}bad", ".".repeat(200)));
        let problem = Problem::error("c", 200..203, "m").in_source(id, 0);
        let text = render_human(&problem, &sources, false);
        assert!(text.contains("--> dots.md:1:201\n"), "{text}");
    }

    #[test]
    fn what_several_versions_show_is_told_once_with_all_of_them() {
        let (sources, diagnostic) = sample();
        let of = |version: &str| {
            let link = BrokenLink {
                page: "docs/a.md".into(),
                written: "y.md".into(),
                cause: &Cause {
                    name: "c",
                    words: "w",
                },
                target: "docs/y.md".into(),
                versions: vec![version.into()],
            };
            Diagnostic {
                link: Some(Box::new(link)),
                ..diagnostic.clone()
            }
        };
        let mut all = vec![of("2.0"), of("1.0"), of("2.0")];
        sort(&mut all, &sources);
        assert_eq!(all.len(), 1);
        let versions = all[0].link.as_ref().map(|l| l.versions.clone());
        assert_eq!(versions, Some(vec!["2.0".to_owned(), "1.0".to_owned()]));
    }
}
