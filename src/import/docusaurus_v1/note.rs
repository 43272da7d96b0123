//! What an import has to say, said once for all projects that it is true of.

use crate::diagnostic::{Diagnostic, Severity};
use crate::javascript::{Node, Place};
use crate::source::{SourceMap, Span};

/// One thing to say about one project.
#[derive(Clone, Debug)]
pub struct Note {
    severity: Severity,
    code: &'static str,
    message: String,
    /// In a text; else `file` is named.
    place: Option<Place>,
    file: String,
    label: String,
    hints: Vec<String>,
}

impl Note {
    /// A warning at a place.
    pub fn at(code: &'static str, place: &Place, message: impl Into<String>) -> Self {
        Self {
            place: Some(place.clone()),
            ..Self::about(code, &place.file, message)
        }
    }

    /// A warning about a file or folder.
    pub fn about(code: &'static str, file: &str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            code,
            message: message.into(),
            place: None,
            file: file.to_owned(),
            label: String::new(),
            hints: Vec::new(),
        }
    }

    /// A key that has no counterpart.
    pub fn no_counterpart(place: &Place, message: impl Into<String>) -> Self {
        Self::at("import-no-counterpart", place, message)
    }

    /// A value that is known only to a program that runs.
    pub fn computed(key: &str, node: &Node, why: &str) -> Self {
        Self::at(
            "import-computed",
            &node.place,
            format!("the value of `{key}` is computed"),
        )
        .label(why)
    }

    /// Makes it an error: nothing is written.
    #[must_use]
    pub fn fatal(mut self) -> Self {
        self.severity = Severity::Error;
        self
    }

    /// Whether it is an error.
    pub fn is_fatal(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Sets the words under the marked text.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The file that its place is in.
    pub fn file_of_place(&self) -> Option<&str> {
        self.place.as_ref().map(|place| &*place.file)
    }

    /// `file:line:column`.
    fn written(&self, sources: &SourceMap) -> String {
        let span = self.place.as_ref().and_then(|place| span(place, sources));
        span.map_or_else(|| self.file.clone(), |span| sources.written(&span))
    }
}

fn span(place: &Place, sources: &SourceMap) -> Option<Span> {
    Some(Span {
        source: sources.find(&place.file)?,
        range: place.range.clone(),
    })
}

/// The notes as diagnostics. What is said of several projects in the same words is one diagnostic, at the first of them,
/// which names the places of the others.
pub fn diagnostics(notes: &[Note], sources: &SourceMap) -> Vec<Diagnostic> {
    let mut groups: Vec<Vec<&Note>> = Vec::new();
    for note in notes {
        let same = |group: &&mut Vec<&Note>| {
            let first = group[0];
            first.code == note.code && first.message == note.message && first.hints == note.hints
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(note),
            None => groups.push(vec![note]),
        }
    }
    groups
        .iter()
        .map(|group| diagnostic(group, sources))
        .collect()
}

fn diagnostic(group: &[&Note], sources: &SourceMap) -> Diagnostic {
    let first = group[0];
    let mut diagnostic = match first.severity {
        Severity::Error => Diagnostic::error(first.code, first.message.as_str()),
        Severity::Warning => Diagnostic::warning(first.code, first.message.as_str()),
    };
    diagnostic.hints.clone_from(&first.hints);
    diagnostic = match first.place.as_ref().and_then(|place| span(place, sources)) {
        Some(span) => diagnostic.at(span, first.label.as_str()),
        None => diagnostic.in_file(first.file.as_str()),
    };
    let others: Vec<String> = group[1..]
        .iter()
        .map(|note| note.written(sources))
        .collect();
    if others.is_empty() {
        return diagnostic;
    }
    diagnostic.hint(format!("the same at {}", others.join(", ")))
}
