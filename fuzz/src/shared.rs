//! What several targets need: places that must be sound, and diagnostics that must be printable.

use std::ops::Range;
use std::sync::Arc;

use docproof::config::Dialect;
use docproof::diagnostic::{Diagnostic, Problem, render_human, render_json};
use docproof::source::{SourceId, SourceMap};

/// Both dialects.
pub const DIALECTS: [Dialect; 2] = [Dialect::Docproof, Dialect::DocusaurusV1];

/// Printing takes longer than finding; past these the next ones are mostly of the same kind.
const MOST_PRINTED: usize = 4;

/// A source text as docproof sees it: without byte order mark and `\r`.
pub fn source(path: &str, text: &str) -> (SourceMap, SourceId, Arc<str>) {
    let mut sources = SourceMap::default();
    let id = sources.set(path, text);
    let text = sources.get(id).text.clone();
    (sources, id, text)
}

/// A range must lie in the text, on char boundaries.
#[track_caller]
pub fn sound(text: &str, range: &Range<usize>, what: &dyn std::fmt::Debug) {
    assert!(
        text.get(range.clone()).is_some(),
        "the range {range:?} is not in the text ({} bytes) or cuts a character: {what:?}",
        text.len()
    );
}

/// Every place that a problem names must be sound, and the problem printable.
#[track_caller]
pub fn problems(problems: &[Problem], text: &str, sources: &SourceMap, id: SourceId) {
    for problem in problems {
        sound(text, &problem.range, problem);
        for (range, _) in &problem.related {
            sound(text, range, problem);
        }
        assert!(!problem.message.is_empty(), "a problem without words");
    }
    for problem in problems.iter().take(MOST_PRINTED) {
        print(&problem.in_source(id, 0), sources);
    }
}

/// Every place of every diagnostic must be sound, and the diagnostics printable.
#[track_caller]
pub fn diagnostics(diagnostics: &[Diagnostic], sources: &SourceMap) {
    for diagnostic in diagnostics {
        let related = diagnostic.related.iter().map(|(span, _)| span);
        for span in diagnostic.place.iter().chain(related) {
            sound(&sources.get(span.source).text, &span.range, diagnostic);
        }
    }
    for diagnostic in diagnostics.iter().take(MOST_PRINTED) {
        print(diagnostic, sources);
    }
}

/// Prints a diagnostic in every form.
#[track_caller]
fn print(diagnostic: &Diagnostic, sources: &SourceMap) {
    let plain = render_human(diagnostic, sources, false);
    assert!(plain.contains(diagnostic.code), "{plain}");
    let styled = render_human(diagnostic, sources, true);
    assert!(styled.len() >= plain.len(), "{styled}");
    let json: serde_json::Value =
        serde_json::from_str(&render_json(diagnostic, sources)).expect("a line of JSON");
    if let Some(span) = &diagnostic.place {
        let (line, column) = sources.place(span);
        assert_eq!(json["line"], line, "{json}");
        let path = &sources.get(span.source).path;
        let place = format!("{path}:{line}:{column}");
        assert!(plain.contains(&place), "{place} is not named in\n{plain}");
    }
}
