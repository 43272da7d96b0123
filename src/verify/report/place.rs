//! Where a person should look, and text that is safe to show.

use super::super::sample::{Expected, Place, Sample};
use super::super::verdict::{CompilerMessage, Outcome, Verdict};

/// A place in the docs, with its end where that is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Look {
    /// Where it begins.
    pub place: Place,
    /// The last line.
    pub end_line: usize,
    /// The column after the last character; none: unknown.
    pub end_column: Option<usize>,
}

/// Where a person should look: the first error's place, where it panicked, the expected output, else the fence.
pub fn look(sample: &Sample, verdict: &Verdict) -> Look {
    let at = |place: Place| Look {
        end_line: place.line,
        end_column: None,
        place,
    };
    if matches!(verdict.outcome, Outcome::OutputDiffers { .. })
        && let Some(expected) = expected(sample)
    {
        return at(Place {
            path: expected.path.clone(),
            line: expected.line,
            column: 1,
        });
    }
    let place = verdict.place(sample.place());
    match first_error(verdict).filter(|message| message.path.is_some()) {
        Some(message) => Look {
            place,
            end_line: message.end_line.max(message.line),
            end_column: Some(message.end_column),
        },
        None => at(place),
    }
}

/// The fence that says what a sample prints: of a group, the last one.
pub fn expected(sample: &Sample) -> Option<&Expected> {
    let mut parts = sample.parts.iter().rev();
    parts.find_map(|part| part.expected.as_ref())
}

/// The first message that has a place; errors come first.
pub fn first_error(verdict: &Verdict) -> Option<&CompilerMessage> {
    let mut messages = verdict.messages.iter();
    messages
        .find(|m| m.path.is_some())
        .or(verdict.messages.first())
}

/// Text without colours and control characters, which could change what a terminal shows.
pub fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text)
        .to_string()
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect()
}
