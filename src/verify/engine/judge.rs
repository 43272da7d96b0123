//! What a run or a list of errors means for a sample.

use std::time::Duration;

use super::Options;
use crate::verify::harness::PlaceMap;
use crate::verify::machine::{End, RunOutcome};
use crate::verify::message::RustcSpan;
use crate::verify::output;
use crate::verify::sample::{Mode, Sample};
use crate::verify::verdict::{CompilerMessage, Outcome, Verdict, milliseconds};

/// What judging needs beside the run.
pub struct Context<'a> {
    /// How the run is made.
    pub options: &'a Options,
    /// How long the sample was allowed to run.
    pub timeout: Duration,
    /// How much memory it was allowed, in bytes.
    pub memory: u64,
    /// From generated places to true ones.
    pub places: &'a PlaceMap,
}

/// The verdict on a run.
pub fn judge(sample: &Sample, run: &RunOutcome, context: &Context<'_>) -> Verdict {
    let stdout = String::from_utf8_lossy(&run.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&run.stderr).into_owned();
    let panicked = run.panicked || run.end == End::Code(101) && stderr.contains("panicked at ");
    let outcome = match (&run.end, sample.mode) {
        (End::Time, _) => Outcome::TimedOut {
            limit_ms: milliseconds(context.timeout),
        },
        (End::Disk, _) => Outcome::Killed {
            signal: 9,
            why: Some("it filled its folder".into()),
        },
        (End::Lost(why), _) => Outcome::NotVerified { why: why.clone() },
        (_, Mode::ShouldPanic) if panicked => Outcome::Passed,
        // rustdoc takes any failure of a crate of its own for a panic.
        (End::Code(code), Mode::ShouldPanic) if context.options.strict && *code != 0 => {
            Outcome::Passed
        }
        (End::Signal(..), Mode::ShouldPanic) if context.options.strict => Outcome::Passed,
        (End::Code(0), Mode::ShouldPanic) => Outcome::DidNotPanic,
        (End::Code(0), _) => Outcome::Passed,
        (End::Code(_), _) if panicked => Outcome::Panicked,
        (End::Code(code), _) => Outcome::Exited { code: *code },
        (End::Signal(signal, why), _) => Outcome::Killed {
            signal: *signal,
            why: why
                .clone()
                .or_else(|| memory_words(&stderr, context.memory)),
        },
    };
    let mut verdict = Verdict {
        run_ms: milliseconds(run.time),
        cut: run.cut,
        ..Verdict::of(outcome)
    };
    if verdict.outcome.passed()
        && sample.attributes.output
        && let Some(differs) = differs(sample, &stdout, context)
    {
        verdict.outcome = differs;
    }
    if verdict.outcome == Outcome::Panicked {
        verdict.at = panic_place(&stderr, context.places, sample);
    }
    verdict.stdout = stdout;
    verdict.stderr = stderr;
    verdict
}

fn memory_words(stderr: &str, memory: u64) -> Option<String> {
    let said = stderr.contains("memory allocation of") && stderr.contains("failed");
    said.then(|| format!("it took more than {} MiB of memory", memory >> 20))
}

fn differs(sample: &Sample, stdout: &str, context: &Context<'_>) -> Option<Outcome> {
    let expected = sample
        .parts
        .iter()
        .rev()
        .find_map(|p| p.expected.as_ref())?;
    let differs = output::compare(&expected.text, stdout, &context.options.around).err()?;
    Some(Outcome::OutputDiffers {
        expected: differs.expected,
        found: differs.found,
    })
}

/// Where a panic happened, if that is in the sample: `panicked at docs/a.md:41:5:`.
fn panic_place(stderr: &str, places: &PlaceMap, sample: &Sample) -> Option<(String, usize, usize)> {
    stderr
        .match_indices("panicked at ")
        .find_map(|(at, words)| {
            let line = stderr[at + words.len()..].lines().next()?;
            let mut parts = line.trim_end_matches(':').rsplitn(3, ':');
            let column: usize = parts.next()?.parse().ok()?;
            let number: usize = parts.next()?.parse().ok()?;
            let path = parts.next()?;
            // Not in the wrapper, where the last result of a sample is unwrapped.
            let written = sample.parts.iter().any(|part| {
                &*part.path == path && part.lines.iter().any(|line| line.line == number)
            });
            if !written {
                return None;
            }
            let span = RustcSpan {
                file_name: path.to_owned(),
                line_start: number,
                line_end: number,
                column_start: column.max(1),
                column_end: column.max(1) + 1,
                is_primary: true,
                expansion: None,
            };
            let place = places.true_place(&span)?;
            let (path, line) = (place.path(&span).to_owned(), place.line(&span));
            Some((path, line, place.column))
        })
}

/// The outcome of a `compile_fail` sample that failed: the codes that it names have to be among those found.
pub fn codes(expected: &[String], messages: &[CompilerMessage]) -> Outcome {
    let mut found: Vec<String> = messages.iter().filter_map(|m| m.code.clone()).collect();
    found.sort();
    found.dedup();
    if expected.iter().all(|code| found.contains(code)) {
        Outcome::Passed
    } else {
        Outcome::WrongErrorCode {
            expected: expected.to_vec(),
            found,
        }
    }
}
