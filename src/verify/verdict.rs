//! What came of a sample.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::sample::Place;

/// What came of a sample, with its reason.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Outcome {
    /// As it should be.
    Passed,
    /// rustc refused it.
    FailedToCompile,
    /// `compile_fail`, and it compiles.
    UnexpectedlyCompiled,
    /// `compile_fail,E0123`, and it fails with other codes.
    WrongErrorCode {
        /// What the fence says.
        expected: Vec<String>,
        /// What rustc says.
        found: Vec<String>,
    },
    /// It panicked.
    Panicked,
    /// `should_panic`, and it ended without a panic.
    DidNotPanic,
    /// It ended with this exit code.
    Exited {
        /// The exit code.
        code: i32,
    },
    /// A signal ended it.
    Killed {
        /// The signal's number.
        signal: i32,
        /// What that means here (`took more than 2 GiB of memory`), if it is known.
        why: Option<String>,
    },
    /// It ran longer than it may.
    TimedOut {
        /// What it may, in milliseconds.
        limit_ms: u64,
    },
    /// It printed something else than its `text` fence says.
    OutputDiffers {
        /// What the fence says, after filters.
        expected: String,
        /// What it printed, after filters.
        found: String,
    },
    /// It could not be tried: its library does not compile, rustc crashed, `--frozen` and no record.
    NotVerified {
        /// Why, a fragment.
        why: String,
    },
}

impl Outcome {
    /// Whether all is well.
    pub fn passed(&self) -> bool {
        matches!(self, Self::Passed)
    }

    /// A few words, such as `failed to compile`.
    pub fn words(&self) -> String {
        match self {
            Self::Passed => "passed".into(),
            Self::FailedToCompile => "failed to compile".into(),
            Self::UnexpectedlyCompiled => "unexpectedly compiled".into(),
            Self::WrongErrorCode { expected, found } => {
                let found = if found.is_empty() {
                    "no code".to_owned()
                } else {
                    found.join(", ")
                };
                format!(
                    "wrong error code: expected {}, found {found}",
                    expected.join(", ")
                )
            }
            Self::Panicked => "panicked".into(),
            Self::DidNotPanic => "did not panic".into(),
            Self::Exited { code } => format!("exited with {code}"),
            Self::Killed { signal, why: None } => format!("killed by signal {signal}"),
            Self::Killed {
                signal,
                why: Some(why),
            } => format!("killed by signal {signal}: {why}"),
            Self::TimedOut { limit_ms } => {
                format!("timed out after {} s", *limit_ms as f64 / 1000.0)
            }
            Self::OutputDiffers { .. } => "output differs".into(),
            Self::NotVerified { why } => format!("not verified: {why}"),
        }
    }
}

/// A message of rustc, at its place in the docs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CompilerMessage {
    /// `error` or `warning`.
    pub level: String,
    /// `E0308`, or a lint's name.
    pub code: Option<String>,
    /// The first line.
    pub message: String,
    /// Path from the site's folder, line and column from 1, of the primary span; none when it has no place here.
    pub path: Option<String>,
    /// Line, from 1; 0 without a place.
    pub line: usize,
    /// Column in characters, from 1; 0 without a place.
    pub column: usize,
    /// Last line.
    pub end_line: usize,
    /// Column after the last character.
    pub end_column: usize,
    /// As rustc prints it, with ANSI colours.
    pub rendered: String,
}

/// A sample's verdict.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Verdict {
    /// What came of it.
    pub outcome: Outcome,
    /// What rustc said, errors first; empty for samples that passed.
    pub messages: Vec<CompilerMessage>,
    /// What it printed on standard output (lossy UTF-8, cut at a limit).
    pub stdout: String,
    /// What it printed on standard error.
    pub stderr: String,
    /// Whether output was cut.
    pub cut: bool,
    /// How long it ran, in milliseconds; 0 when it did not run.
    pub run_ms: u64,
    /// Where it panicked, if that is in the sample itself: path, line and column.
    #[serde(default)]
    pub at: Option<(String, usize, usize)>,
}

impl Verdict {
    /// A verdict without messages and output.
    pub fn of(outcome: Outcome) -> Self {
        Self {
            outcome,
            messages: Vec::new(),
            stdout: String::new(),
            stderr: String::new(),
            cut: false,
            run_ms: 0,
            at: None,
        }
    }

    /// Where a person should look: the first error's place, else where a panic happened, else the fence.
    pub fn place(&self, fence: &Place) -> Place {
        let said = self
            .messages
            .iter()
            .find_map(|m| Some((m.path.as_deref()?, m.line, m.column)));
        let panicked = self.at.as_ref().map(|(path, l, c)| (path.as_str(), *l, *c));
        said.or(panicked).map_or_else(
            || fence.clone(),
            |(path, line, column)| Place {
                path: path.into(),
                line,
                column,
            },
        )
    }
}

/// How long something took, as milliseconds for a record.
pub fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
