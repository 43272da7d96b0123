//! Compiling: bundles, who is to blame for an error, and samples alone.

use rayon::prelude::*;

use super::entry::Read;
use super::{Group, OUTPUT, Work, emit_alone, judge};
use crate::verify::anatomy::Spot;
use crate::verify::event::{Hear, Step};
use crate::verify::harness::{self, DOCS, Entry, Generated, PlaceMap, SAMPLE};
use crate::verify::machine::{CompileJob, CompileOutcome, Emit, Printed, RunJob};
use crate::verify::message::{self, Message};
use crate::verify::sample::{Mode, Sample};
use crate::verify::verdict::{CompilerMessage, Outcome, Verdict};

/// After so many rounds a bundle is given up, and each of its samples compiled alone.
const ROUNDS: usize = 8;

/// Codes that one sample can cause in another by an implementation of its own: two that overlap, or a choice that is
/// not unique any more.
const LEAKS: [&str; 8] = [
    "E0034", "E0119", "E0282", "E0283", "E0284", "E0592", "E0751", "E0790",
];

/// SIGABRT.
const ABORT: i32 = 6;

/// A bundle that compiled.
struct Made<'a> {
    outcome: &'a CompileOutcome,
    places: &'a PlaceMap,
    panic: Panic,
}

/// What was said about one sample of a bundle.
struct Blamed {
    number: usize,
    codes: Vec<String>,
    /// Said on a line that two samples share.
    unsure: bool,
}

/// The name of a sample's crate, as rustdoc has it.
const CRATE_NAME: &str = "rust_out";

/// What a panic does in a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Panic {
    /// It leaves `main`, as in every other program.
    Unwind,
    /// It ends the program at once: cheaper to compile, and enough for samples that do not panic.
    Abort,
}

/// Whether a sample has to be compiled with unwinding: it is meant to panic, or looks at how panics are dealt with.
pub(super) fn unwinds(group: &Group<'_>, sample: &Sample) -> bool {
    let lines = || sample.parts.iter().flat_map(|part| &part.lines);
    sample.mode == Mode::ShouldPanic
        || group
            .library
            .rustflags
            .iter()
            .any(|flag| flag.contains("panic"))
        || lines().any(|line| line.text.contains("unwind") || line.text.contains("panic = "))
}

impl Work<'_> {
    fn rustc(
        &self,
        group: &Group<'_>,
        generated: &Generated,
        emit: Emit,
        panic: Panic,
        reads: bool,
    ) -> CompileOutcome {
        let mut flags = group.library.rustflags.clone();
        if panic == Panic::Abort {
            flags.push("-Cpanic=abort".into());
        }
        // Parts of a crate are not worth compiling side by side: bundles are.
        flags.push("-Ccodegen-units=1".into());
        self.engine.machine.compile(&CompileJob {
            files: &generated.files,
            remap: DOCS,
            linkage: group.linkage,
            edition: &group.edition,
            crate_name: generated.crate_name.as_deref().unwrap_or(CRATE_NAME),
            emit,
            flags: &flags,
            dependencies: reads,
        })
    }

    /// Compiles samples together, and runs those that can be run.
    pub(super) fn bundle(&self, group: &Group<'_>, mut active: Vec<usize>, panic: Panic) {
        let mut suspects = Vec::new();
        for round in 0.. {
            if active.is_empty() {
                break;
            }
            let entries: Vec<_> = active.iter().map(|&n| self.entry(n)).collect();
            let generated = harness::bundle(&entries, &self.engine.options.root);
            suspects.extend(&generated.left_over);
            active.retain(|n| !generated.left_over.contains(n));
            let runs = active.iter().any(|&n| self.entry(n).runs);
            let reads = active.iter().any(|&n| self.anatomy(n).reads_files);
            let emit = if runs { Emit::Program } else { Emit::Metadata };
            let outcome = self.rustc(group, &generated, emit, panic, reads);
            if outcome.success {
                let read = Read {
                    files: outcome.included.clone(),
                    env: outcome.read_env.clone(),
                };
                let made = Made {
                    outcome: &outcome,
                    places: &generated.places,
                    panic,
                };
                rayon::join(
                    || self.run_all(group, &active, &made, &read),
                    || self.alone_all(group, &suspects),
                );
                return;
            }
            let blamed = blame(&message::read(&outcome.messages), &generated.places);
            let before = active.len();
            active.retain(|n| !blamed.iter().any(|b| b.number == *n));
            suspects.extend(blamed.iter().map(|b| b.number));
            if active.len() == before {
                // Nobody in particular: the halves tell. One of them holds the cause.
                if before == 1 || round >= ROUNDS {
                    break;
                }
                let half = active.split_off(before / 2);
                let first = std::mem::take(&mut active);
                rayon::join(
                    || self.bundle(group, first, panic),
                    || self.bundle(group, half, panic),
                );
            } else if round >= ROUNDS {
                break;
            }
        }
        suspects.append(&mut active);
        self.alone_all(group, &suspects);
    }

    fn alone_all(&self, group: &Group<'_>, numbers: &[usize]) {
        numbers.par_iter().for_each(|&n| self.alone(group, n));
    }

    fn run_all(&self, group: &Group<'_>, numbers: &[usize], made: &Made<'_>, read: &Read) {
        numbers.par_iter().with_max_len(1).for_each(|&n| {
            let verdict = if self.entry(n).runs {
                self.run_one(group, n, made.outcome, made.places, None)
            } else {
                Verdict::of(Outcome::Passed)
            };
            let aborted = matches!(verdict.outcome, Outcome::Killed { signal: ABORT, .. });
            if made.panic == Panic::Abort && aborted {
                // A panic that something may have caught.
                self.alone(group, n);
                return;
            }
            let own = if self.anatomy(n).reads_files {
                read.clone()
            } else {
                Read::default()
            };
            self.settle_fresh(n, verdict, &own);
        });
    }

    /// Runs one sample of a program.
    fn run_one(
        &self,
        group: &Group<'_>,
        n: usize,
        outcome: &CompileOutcome,
        places: &PlaceMap,
        printed: Option<Printed<'_>>,
    ) -> Verdict {
        let Some(program) = &outcome.program else {
            let why = "rustc made no program".to_owned();
            return Verdict::of(Outcome::NotVerified { why });
        };
        let mut env = vec![("RUST_BACKTRACE".to_owned(), "0".to_owned())];
        env.extend(group.linkage.env.iter().cloned());
        env.extend(group.library.env.iter().cloned());
        env.push((SAMPLE.to_owned(), n.to_string()));
        let sample = self.sample(n);
        let timeout = sample.attributes.timeout.unwrap_or(group.library.timeout);
        let run = self.engine.machine.run(&RunJob {
            program,
            env: &env,
            timeout,
            memory: group.library.memory,
            output: OUTPUT,
            folder: None,
            printed,
        });
        let context = judge::Context {
            options: self.engine.options,
            timeout,
            memory: group.library.memory,
            places,
        };
        judge::judge(sample, &run, &context)
    }

    /// Compiles `compile_fail` samples together. Those that fail are as they should be; those that compile in the end
    /// are compiled alone, with code generation, before that is held against them.
    pub(super) fn failing_bundle(&self, group: &Group<'_>, mut active: Vec<usize>) {
        let mut alone = Vec::new();
        let mut failed: Vec<Blamed> = Vec::new();
        for _ in 0..ROUNDS {
            if active.is_empty() {
                break;
            }
            let entries: Vec<_> = active.iter().map(|&n| self.entry(n)).collect();
            let generated = harness::bundle(&entries, &self.engine.options.root);
            alone.extend(&generated.left_over);
            active.retain(|n| !generated.left_over.contains(n));
            let outcome = self.rustc(group, &generated, Emit::Metadata, Panic::Unwind, false);
            if outcome.success {
                break;
            }
            let blamed = blame(&message::read(&outcome.messages), &generated.places);
            if blamed.is_empty() {
                break;
            }
            active.retain(|n| !blamed.iter().any(|b| b.number == *n));
            failed.extend(blamed);
        }
        alone.append(&mut active);
        for blamed in failed {
            let n = blamed.number;
            let attributes = &self.sample(n).attributes;
            let leaked = blamed.codes.iter().all(|c| LEAKS.contains(&c.as_str()));
            let missing = attributes.codes.iter().any(|c| !blamed.codes.contains(c));
            // Included files would have to be known for the cache.
            if blamed.unsure || leaked || missing || self.anatomy(n).reads_files {
                alone.push(n);
            } else {
                self.settle_fresh(n, Verdict::of(Outcome::Passed), &Read::default());
            }
        }
        self.alone_all(group, &alone);
    }

    /// Compiles a sample in a crate of its own: what comes of it counts.
    pub(super) fn alone(&self, group: &Group<'_>, n: usize) {
        let (mut verdict, read) = self.try_alone(group, n, &|_| {});
        if verdict.outcome.passed() {
            verdict.messages.clear();
        }
        self.settle_fresh(n, verdict, &read);
    }

    /// The verdict on a sample in a crate of its own, with rustc's errors even if it was to have some.
    pub(super) fn try_alone(&self, group: &Group<'_>, n: usize, hear: Hear<'_>) -> (Verdict, Read) {
        let sample = self.sample(n);
        let entry = self.entry(n);
        let generated = harness::alone(&entry, &self.engine.options.root);
        let reads = entry.anatomy.reads_files;
        hear(Step::Compiling);
        let outcome = self.rustc(group, &generated, emit_alone(sample), Panic::Unwind, reads);
        let read = Read {
            files: outcome.included.clone(),
            env: outcome.read_env.clone(),
        };
        if let Some(crash) = &outcome.crash {
            let mut verdict = Verdict::of(Outcome::NotVerified { why: crash.clone() });
            verdict.stderr.clone_from(&outcome.stderr);
            return (verdict, read);
        }
        let verdict = match (outcome.success, sample.mode) {
            (true, Mode::NoRun) => Verdict::of(Outcome::Passed),
            (true, Mode::CompileFail) => Verdict::of(Outcome::UnexpectedlyCompiled),
            (true, _) => {
                hear(Step::Running);
                let printed = |error, bytes: &[u8]| hear(Step::Printed { error, bytes });
                self.run_one(group, n, &outcome, &generated.places, Some(&printed))
            }
            (false, _) => refused(&entry, &outcome, &generated.places),
        };
        (verdict, read)
    }
}

/// The verdict on a sample that does not compile.
fn refused(entry: &Entry<'_>, outcome: &CompileOutcome, places: &PlaceMap) -> Verdict {
    let sample = entry.sample;
    let messages = message::read(&outcome.messages);
    let kept = kept(&messages, places);
    let crashed = messages.iter().any(Message::is_crash);
    let found = match sample.mode {
        _ if crashed => Outcome::NotVerified {
            why: "rustc crashed (internal compiler error)".into(),
        },
        Mode::CompileFail => judge::codes(&sample.attributes.codes, &kept),
        _ => Outcome::FailedToCompile,
    };
    let mut verdict = Verdict::of(found);
    verdict.messages = kept;
    if !verdict.outcome.passed() {
        verdict.stderr.clone_from(&outcome.stderr);
        if let Some(problem) = &entry.anatomy.lex_problem {
            point_at(problem.spot, sample, &mut verdict.messages);
        }
    }
    verdict
}

/// rustc finds an unclosed delimiter at the end of the file. A person looks for the place where it opens.
fn point_at(spot: Spot, sample: &Sample, messages: &mut [CompilerMessage]) {
    let lines = sample.parts.iter().flat_map(|part| {
        let path = &part.path;
        part.lines.iter().map(move |line| (path, line))
    });
    let mut lines = lines.skip(spot.line);
    if let (Some(message), Some((path, line))) = (messages.first_mut(), lines.next()) {
        let origin = line.origin.as_ref();
        message.path = Some(origin.map_or(path, |o| &o.0).to_string());
        message.line = origin.map_or(line.line, |o| o.1);
        message.column = line.source_column(spot.column) + 1;
        message.end_line = message.line;
        message.end_column = message.column + 1;
    }
}

/// The errors that a verdict keeps.
fn kept(messages: &[Message], places: &PlaceMap) -> Vec<CompilerMessage> {
    messages
        .iter()
        .filter(|m| m.is_error() && !m.is_closing())
        .map(|m| message::keep(m, |span| places.true_place(span)))
        .collect()
}

/// Which samples the errors are about: for each error, the first of its places that lies in one.
fn blame(messages: &[Message], places: &PlaceMap) -> Vec<Blamed> {
    let mut blamed: Vec<Blamed> = Vec::new();
    for message in messages.iter().filter(|m| m.is_error() && !m.is_closing()) {
        let found = message
            .places()
            .into_iter()
            .map(|span| places.samples(&span.file_name, span.line_start))
            .find(|owners| !owners.is_empty());
        let owners = found.unwrap_or(&[]);
        for &number in owners {
            let n = blamed.iter().position(|b| b.number == number);
            let n = n.unwrap_or_else(|| {
                blamed.push(Blamed {
                    number,
                    codes: Vec::new(),
                    unsure: false,
                });
                blamed.len() - 1
            });
            blamed[n].codes.extend(message.code().map(str::to_owned));
            blamed[n].unsure |= owners.len() > 1;
        }
    }
    blamed
}
