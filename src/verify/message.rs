//! rustc's JSON messages, and which sample each is about.
//!
//! In: lines of `--error-format=json`. Out: messages with all their spans. The format is rustc's own
//! (<https://doc.rust-lang.org/rustc/json.html>); fields that are not needed are not read.

use std::sync::Arc;

use serde::Deserialize;

use super::verdict::CompilerMessage;

/// A message of rustc.
#[derive(Clone, Debug, Deserialize)]
pub struct Message {
    /// The first line, without `error:`.
    pub message: String,
    /// Its code or lint.
    pub code: Option<Code>,
    /// `error`, `warning`, `note`, `failure-note`, `error: internal compiler error`, ...
    pub level: String,
    /// Places.
    pub spans: Vec<RustcSpan>,
    /// Notes and helps.
    #[serde(default)]
    pub children: Vec<Message>,
    /// As the terminal shows it.
    pub rendered: Option<String>,
}

/// A code of a message.
#[derive(Clone, Debug, Deserialize)]
pub struct Code {
    /// `E0308`, or a lint's name.
    pub code: String,
}

/// A place in a message. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, Deserialize)]
pub struct RustcSpan {
    /// As remapped.
    pub file_name: String,
    /// First line.
    pub line_start: usize,
    /// Last line.
    pub line_end: usize,
    /// First column.
    pub column_start: usize,
    /// After the last column.
    pub column_end: usize,
    /// Whether it is what the message is about.
    pub is_primary: bool,
    /// The macro call that it comes from.
    pub expansion: Option<Box<Expansion>>,
}

/// The macro call behind a span.
#[derive(Clone, Debug, Deserialize)]
pub struct Expansion {
    /// The call.
    pub span: RustcSpan,
}

impl RustcSpan {
    /// The span itself, then the macro calls that it comes from, innermost first.
    pub fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |span| {
            span.expansion.as_ref().map(|expansion| &expansion.span)
        })
    }
}

impl Message {
    /// Whether compilation fails because of it.
    pub fn is_error(&self) -> bool {
        self.level.starts_with("error")
    }

    /// `aborting due to 2 previous errors` and the like: a closing line that is about nothing of its own.
    pub fn is_closing(&self) -> bool {
        self.spans.is_empty()
            && self.code.is_none()
            && (self.message.starts_with("aborting due to") || self.level == "failure-note")
    }

    /// Whether rustc itself is at fault.
    pub fn is_crash(&self) -> bool {
        self.level.contains("internal compiler error")
    }

    /// Spans of the message, the main ones first, each followed by its macro calls; those of its notes come last.
    pub fn places(&self) -> Vec<&RustcSpan> {
        let mut own: Vec<&RustcSpan> = self.spans.iter().collect();
        own.sort_by_key(|span| !span.is_primary);
        let mut all: Vec<&RustcSpan> = own.into_iter().flat_map(RustcSpan::chain).collect();
        all.extend(self.children.iter().flat_map(Self::places));
        all
    }

    /// The code as text.
    pub fn code(&self) -> Option<&str> {
        self.code.as_ref().map(|code| code.code.as_str())
    }
}

/// Reads messages; lines that are none (an artifact notice) are left out.
pub fn read(lines: &[String]) -> Vec<Message> {
    lines
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

/// Turns a message into what a verdict keeps. `place` finds the true place of a span: path, line, first column and
/// column after the last; none when it is in no sample.
pub fn keep(message: &Message, place: impl Fn(&RustcSpan) -> Option<TruePlace>) -> CompilerMessage {
    let found = message
        .places()
        .into_iter()
        .find_map(|span| Some((span, place(span)?)));
    let mut rendered = message.rendered.clone().unwrap_or_default();
    for span in message.places() {
        if let Some(true_place) = place(span) {
            rendered = mend(&rendered, span, &true_place);
        }
    }
    let (path, line, column, end_line, end_column) = match found {
        Some((span, at)) => (
            Some(at.path(span).to_owned()),
            at.line(span),
            at.column,
            // A span over several lines of one file is as long there.
            at.line(span) + span.line_end.saturating_sub(span.line_start),
            at.end_column,
        ),
        None => (None, 0, 0, 0, 0),
    };
    CompilerMessage {
        level: if message.is_error() {
            "error"
        } else {
            "warning"
        }
        .to_owned(),
        code: message.code().map(str::to_owned),
        message: message.message.clone(),
        path,
        line,
        column,
        end_line,
        end_column,
        rendered,
    }
}

/// The true place of a span.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TruePlace {
    /// The file and line where it begins, if they are others than those of the span.
    pub origin: Option<Arc<(Arc<str>, usize)>>,
    /// First column, from 1.
    pub column: usize,
    /// After the last column.
    pub end_column: usize,
}

impl TruePlace {
    /// The file that a span is in.
    pub fn path<'a>(&'a self, span: &'a RustcSpan) -> &'a str {
        self.origin.as_ref().map_or(&span.file_name, |o| &o.0)
    }

    /// The line that a span begins on.
    pub fn line(&self, span: &RustcSpan) -> usize {
        self.origin.as_ref().map_or(span.line_start, |o| o.1)
    }
}

/// Rewrites `path:line:column` where the place in the source differs from that in the generated code (a marker was
/// taken out, a line of a string could not be indented, or the line was included from another file).
fn mend(rendered: &str, span: &RustcSpan, place: &TruePlace) -> String {
    if place.column == span.column_start && place.origin.is_none() {
        return rendered.to_owned();
    }
    let (path, line) = (&span.file_name, span.line_start);
    let old = format!("{path}:{line}:{}", span.column_start);
    let new = format!("{}:{}:{}", place.path(span), place.line(span), place.column);
    let mut out = String::with_capacity(rendered.len());
    let mut rest = rendered;
    while let Some(at) = rest.find(&old) {
        let end = at + old.len();
        out.push_str(&rest[..at]);
        // `:1` must not be taken for the start of `:12`.
        let whole = !rest[end..].starts_with(|c: char| c.is_ascii_digit());
        out.push_str(if whole { &new } else { &old });
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}
