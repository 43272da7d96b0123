//! What users see of a run: for a terminal, as JSON, as JUnit's XML, as annotations of GitHub.
//!
//! In: the samples, the fences that are none, the libraries, and the [`Event`]s of a run. Out: texts. Nothing is printed
//! here, and nothing is left out: every fence is in one of the counts.

pub mod github;
pub mod human;
pub mod json;
pub mod junit;
pub mod list;
mod place;
mod tally;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::event::Event;
use super::library::Library;
use super::sample::Sample;
use super::verdict::{Outcome, Verdict};

pub use super::plan::LeftOut;
pub use crate::diagnostic::count;
pub use place::plain;
pub use tally::{Row, Totals, rows, totals};

/// A sample, and what came of it.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The sample.
    pub sample: Sample,
    /// Whether the call asked for it (`--partition`, a page's name).
    pub asked: bool,
    /// Its verdict; none if the run ended before there was one.
    pub verdict: Option<Verdict>,
    /// Whether the verdict came from the cache.
    pub cached: bool,
}

impl Tried {
    /// Whether it has a verdict and that is good.
    pub fn passed(&self) -> bool {
        self.verdict.as_ref().is_some_and(|v| v.outcome.passed())
    }
}

/// A library, and what came of it.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The library.
    pub library: Library,
    /// Names and versions of its direct dependencies, the documented ones first; empty until it is ready.
    pub versions: Vec<(String, String)>,
    /// rustc's release; empty until it is ready.
    pub rustc: String,
    /// Why it cannot be used.
    pub failure: Option<Failure>,
}

/// Why a library cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// What is wrong, a fragment.
    pub message: String,
    /// What Cargo said, with colours.
    pub details: String,
    /// What to do.
    pub hint: Option<String>,
}

/// All that is known of a run.
#[derive(Clone, Debug, Default)]
pub struct Outcomes {
    /// The samples, in the order of the pages; numbers in events are places in this list.
    pub samples: Vec<Tried>,
    /// The fences that are no samples, in the order of the pages.
    pub left_out: Vec<LeftOut>,
    /// The libraries; [`Sample::library`] is a place in this list.
    pub libraries: Vec<Prepared>,
    /// Notes of the run.
    pub notes: Vec<String>,
    /// How long the run took.
    pub elapsed: Duration,
}

impl Outcomes {
    /// A run that has not begun. `asked` are the numbers of the samples that the call asks for.
    pub fn new(
        samples: Vec<Sample>,
        asked: &[usize],
        left_out: Vec<LeftOut>,
        libraries: Vec<Library>,
    ) -> Self {
        let tried = |sample| Tried {
            sample,
            asked: false,
            verdict: None,
            cached: false,
        };
        let prepared = |library| Prepared {
            library,
            versions: Vec::new(),
            rustc: String::new(),
            failure: None,
        };
        let mut outcomes = Self {
            samples: samples.into_iter().map(tried).collect(),
            left_out,
            libraries: libraries.into_iter().map(prepared).collect(),
            ..Self::default()
        };
        for &number in asked {
            if let Some(tried) = outcomes.samples.get_mut(number) {
                tried.asked = true;
            }
        }
        outcomes
    }

    /// Takes what happened.
    pub fn take(&mut self, event: Event) {
        match event {
            Event::Preparing { .. } | Event::Planned { .. } => {}
            Event::Prepared {
                library,
                versions,
                rustc,
            } => {
                if let Some(known) = self.libraries.get_mut(library) {
                    (known.versions, known.rustc) = (versions, rustc);
                }
            }
            Event::LibraryFailed {
                library,
                message,
                details,
                hint,
            } => {
                if let Some(known) = self.libraries.get_mut(library) {
                    known.failure = Some(Failure {
                        message,
                        details,
                        hint,
                    });
                }
            }
            Event::Verdict {
                sample,
                verdict,
                cached,
            } => {
                if let Some(tried) = self.samples.get_mut(sample) {
                    (tried.verdict, tried.cached) = (Some(*verdict), cached);
                }
            }
            Event::Note(note) => {
                if !self.notes.contains(&note) {
                    self.notes.push(note);
                }
            }
        }
    }

    /// Whether every sample that was asked for passed.
    pub fn all_passed(&self) -> bool {
        self.asked().all(Tried::passed)
    }

    /// The samples that were asked for, in order.
    pub fn asked(&self) -> impl Iterator<Item = &Tried> {
        self.samples.iter().filter(|tried| tried.asked)
    }

    /// The library of a sample.
    pub fn library_of(&self, sample: &Sample) -> Option<&Prepared> {
        self.libraries.get(sample.library)
    }

    /// Samples that failed on their own account, in order: without those that share a reason for not being tried.
    pub fn failed(&self) -> impl Iterator<Item = (&Sample, &Verdict)> {
        self.asked()
            .filter_map(|tried| Some((&tried.sample, tried.verdict.as_ref()?)))
            .filter(|(_, verdict)| !verdict.outcome.passed() && shared_reason(verdict).is_none())
    }

    /// Reasons for which samples were not tried, each with its samples, in order of the first.
    pub fn not_tried(&self) -> Vec<(String, Vec<&Sample>)> {
        let mut reasons: Vec<(String, Vec<&Sample>)> = Vec::new();
        for tried in self.asked() {
            let why = match &tried.verdict {
                None => "the run ended first".to_owned(),
                Some(verdict) => match shared_reason(verdict) {
                    Some(why) => why.to_owned(),
                    None => continue,
                },
            };
            match reasons.iter_mut().find(|(known, _)| *known == why) {
                Some((_, samples)) => samples.push(&tried.sample),
                None => reasons.push((why, vec![&tried.sample])),
            }
        }
        reasons
    }
}

/// Why a sample was not tried, if that is all there is to say about it.
fn shared_reason(verdict: &Verdict) -> Option<&str> {
    let bare =
        verdict.messages.is_empty() && verdict.stdout.is_empty() && verdict.stderr.is_empty();
    match &verdict.outcome {
        Outcome::NotVerified { why } if bare => Some(why),
        _ => None,
    }
}

/// Takes the events of a run, from any thread.
#[derive(Debug)]
pub struct Collector(Mutex<Outcomes>);

impl Collector {
    /// Starts with a run that has not begun.
    pub fn new(outcomes: Outcomes) -> Self {
        Self(Mutex::new(outcomes))
    }

    /// Takes what happened.
    pub fn take(&self, event: Event) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take(event);
    }

    /// The run, at its end.
    pub fn finish(self, elapsed: Duration) -> Outcomes {
        let mut outcomes = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        outcomes.elapsed = elapsed;
        outcomes
    }
}

/// A time for people.
pub fn seconds(time: Duration) -> String {
    match time.as_millis() {
        0..1_000 => format!("{} ms", time.as_millis()),
        1_000..60_000 => format!("{:.1} s", time.as_secs_f64()),
        _ => format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60),
    }
}
