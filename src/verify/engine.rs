//! Samples to verdicts: the cache first, then few compiler runs for many samples, then one process for each.
//!
//! In: a plan, a machine, a cache. Out: a verdict for each sample, and events on the way. The rules:
//!
//! - Samples that can share a crate are compiled together. rustc's errors are attributed by their place, the blamed
//!   samples are taken out, the rest is compiled again.
//! - An error that blames nobody is searched for by halving.
//! - Implementations and symbols leak between samples of a bundle, so **a failure counts only after the sample has
//!   failed alone**. What a person reads is always what rustc says of the sample alone.
//! - A sample runs in a process of its own, whoever it was compiled with.
//! - Programs whose samples are not meant to panic abort when one does, which spares rustc an eighth of its work. One that
//!   ends well that way has not panicked, and would have ended the same way with unwinding; one that aborts is run alone.
//! - Verdicts are stored by content. A failure at run time is not: it is tried again at each run, because it may
//!   depend on more than the sample.

mod bundle;
mod entry;
mod judge;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::anatomy::{Anatomy, examine};
use super::event::{Event, Hear, Listener, Step};
use super::harness::Entry;
use super::library::Library;
use super::machine::{Emit, Linkage, Machine, PackageCheck, Store, Unusable};
use super::message;
use super::output::Surroundings;
use super::plan::Plan;
use super::sample::{Mode, Sample};
use super::verdict::{Outcome, Verdict};
use crate::source::ContentHash;
use bundle::Panic;

/// How a run is made.
#[derive(Clone, Debug)]
pub struct Options {
    /// The site's folder, absolute: what `include_str!` starts from.
    pub root: String,
    /// Exactly rustdoc's rules.
    pub strict: bool,
    /// Use verdicts of earlier runs. New ones are stored in any case.
    pub read_cache: bool,
    /// Folders that are no part of what a sample is expected to print.
    pub around: Surroundings,
}

/// How much of each of a sample's outputs is kept.
const OUTPUT: usize = 256 << 10;

/// From so many lines on, a second bundle is worth what rustc costs before it has read a line: as much as 500 of them.
const BUNDLE: usize = 1000;

/// What a run came to.
#[derive(Debug, Default)]
pub struct Run {
    /// For each sample of the plan: its verdict, and whether it came from the cache; none when it was not asked for.
    pub verdicts: Vec<Option<(Verdict, bool)>>,
    /// For each library of the plan, if it was needed and could be used.
    pub linkages: Vec<Option<Linkage>>,
}

/// Verifies samples.
pub struct Engine<'a> {
    /// The world.
    pub machine: &'a dyn Machine,
    /// Verdicts of earlier runs.
    pub store: &'a dyn Store,
    /// Told what happens.
    pub listener: Listener<'a>,
    /// How.
    pub options: &'a Options,
}

/// A run at work.
struct Work<'a> {
    engine: &'a Engine<'a>,
    plan: &'a Plan,
    linkages: Vec<OnceLock<Result<Linkage, Unusable>>>,
    anatomies: Vec<OnceLock<Anatomy>>,
    keys: Vec<OnceLock<ContentHash>>,
    verdicts: Vec<OnceLock<(Verdict, bool)>>,
    /// Whether it was said that the cache cannot be written.
    cache_failed: AtomicBool,
}

impl Engine<'_> {
    /// Verifies the samples with these numbers.
    pub fn run(&self, plan: &Plan, selected: &[usize]) -> Run {
        let work = Work::new(self, plan);
        let threads = self.machine.threads().max(1);
        match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
            Ok(pool) => pool.install(|| work.all(selected)),
            // No threads to be had: the caller's pool will do.
            Err(_) => work.all(selected),
        }
        Run {
            verdicts: work
                .verdicts
                .into_iter()
                .map(OnceLock::into_inner)
                .collect(),
            linkages: work
                .linkages
                .into_iter()
                .map(|cell| cell.into_inner().and_then(Result::ok))
                .collect(),
        }
    }
}

impl Engine<'_> {
    /// Tries one sample alone, whatever the cache says of it. Nothing is stored. The verdict has rustc's errors even if the sample was to have
    /// some.
    pub fn try_one(&self, plan: &Plan, n: usize, hear: Hear<'_>) -> Verdict {
        let work = Work::new(self, plan);
        hear(Step::Preparing);
        work.prepare(&[n]);
        match work.linkage(n) {
            Some(Ok(linkage)) => work.try_alone(&work.group_of(n, linkage), n, hear).0,
            Some(Err(error)) => {
                let why = format!("its library cannot be used: {}", error.message);
                let mut verdict = Verdict::of(Outcome::NotVerified { why });
                verdict.stderr.clone_from(&error.details);
                verdict
            }
            None => unreachable!("invariant: prepared above"),
        }
    }
}

/// Samples that are compiled against one library in one edition.
struct Group<'a> {
    library: &'a Library,
    linkage: &'a Linkage,
    edition: String,
}

impl<'a> Work<'a> {
    fn new(engine: &'a Engine<'a>, plan: &'a Plan) -> Self {
        let samples = plan.samples.len();
        Self {
            engine,
            plan,
            linkages: (0..plan.libraries.len()).map(|_| OnceLock::new()).collect(),
            anatomies: (0..samples).map(|_| OnceLock::new()).collect(),
            keys: (0..samples).map(|_| OnceLock::new()).collect(),
            verdicts: (0..samples).map(|_| OnceLock::new()).collect(),
            cache_failed: AtomicBool::new(false),
        }
    }

    /// The group that a sample belongs to.
    fn group_of<'b>(&'b self, n: usize, linkage: &'b Linkage) -> Group<'b> {
        let sample = self.sample(n);
        let edition = sample.edition.as_ref().unwrap_or(&linkage.edition);
        Group {
            library: &self.plan.libraries[sample.library],
            linkage,
            edition: edition.clone(),
        }
    }
}

impl Work<'_> {
    fn all(&self, selected: &[usize]) {
        let (files, programs): (Vec<usize>, Vec<usize>) = selected
            .iter()
            .partition(|&&n| self.sample(n).mode == Mode::File);
        self.prepare(selected);
        let fresh: Vec<usize> = programs
            .par_iter()
            .copied()
            .filter(|&n| !self.known(n))
            .collect();
        let cached = programs.len() - fresh.len();
        self.tell(Event::Planned {
            cached,
            fresh: fresh.len() + files.len(),
        });
        rayon::join(|| self.check_files(&files), || self.compile(&fresh));
    }

    fn sample(&self, n: usize) -> &Sample {
        &self.plan.samples[n]
    }

    fn tell(&self, event: Event) {
        (self.engine.listener)(event);
    }

    /// Has Cargo build the libraries that are needed, side by side. Samples that are files need none, but their marks
    /// say which library they belong to.
    fn prepare(&self, selected: &[usize]) {
        let needed: BTreeSet<usize> = selected.iter().map(|&n| self.sample(n).library).collect();
        // Threads of their own: Cargo is waited for, and costs no thread of the pool.
        std::thread::scope(|scope| {
            for library in needed {
                scope.spawn(move || {
                    self.tell(Event::Preparing { library });
                    let made = self.engine.machine.prepare(&self.plan.libraries[library]);
                    match &made {
                        Ok(linkage) => self.tell(Event::Prepared {
                            library,
                            versions: linkage.versions.clone(),
                            rustc: linkage.rustc.clone(),
                        }),
                        Err(error) => self.tell(Event::LibraryFailed {
                            library,
                            message: error.message.clone(),
                            details: error.details.clone(),
                            hint: error.hint.clone(),
                        }),
                    }
                    let _ = self.linkages[library].set(made);
                });
            }
        });
    }

    fn linkage(&self, n: usize) -> Option<&Result<Linkage, Unusable>> {
        self.linkages[self.sample(n).library].get()
    }

    /// Settles a sample whose verdict is known without a compiler.
    fn known(&self, n: usize) -> bool {
        let linkage = match self.linkage(n) {
            Some(Ok(linkage)) => linkage,
            Some(Err(error)) => {
                let why = format!("its library cannot be used: {}", error.message);
                self.settle(n, Verdict::of(Outcome::NotVerified { why }), false);
                return true;
            }
            None => {
                let why = "its library was never prepared".to_owned();
                self.settle(n, Verdict::of(Outcome::NotVerified { why }), false);
                return true;
            }
        };
        let key = entry::key(self.sample(n), linkage, self.engine.options.strict);
        let _ = self.keys[n].set(key);
        if !self.engine.options.read_cache {
            return false;
        }
        let found = self.engine.store.get(&key);
        let Some(verdict) = found.and_then(|bytes| {
            entry::read(&bytes, self.sample(n), &|path| {
                self.engine.machine.hash_file(path)
            })
        }) else {
            return false;
        };
        self.settle(n, verdict, true);
        true
    }

    fn settle(&self, n: usize, verdict: Verdict, cached: bool) {
        self.tell(Event::Verdict {
            sample: n,
            verdict: Box::new(verdict.clone()),
            cached,
        });
        let _ = self.verdicts[n].set((verdict, cached));
    }

    /// Settles a sample and stores what may be stored.
    fn settle_fresh(&self, n: usize, verdict: Verdict, read: &entry::Read) {
        let declared = self.linkage(n).and_then(|l| l.as_ref().ok());
        let declared: &[(String, String)] = declared.map_or(&[], |l| l.env.as_slice());
        if let Some(bytes) = entry::write(self.sample(n), &verdict, read, declared)
            && let Some(key) = self.keys[n].get()
            && let Err(why) = self.engine.store.put(key, &bytes)
            && !self.cache_failed.swap(true, Ordering::Relaxed)
        {
            self.tell(Event::Note(format!("the cache was not written: {why}")));
        }
        self.settle(n, verdict, false);
    }

    fn anatomy(&self, n: usize) -> &Anatomy {
        self.anatomies[n].get_or_init(|| {
            let sample = self.sample(n);
            let lines: Vec<&str> = sample
                .parts
                .iter()
                .flat_map(|part| part.lines.iter().map(|line| line.text.as_str()))
                .collect();
            examine(&lines)
        })
    }

    fn entry(&self, n: usize) -> Entry<'_> {
        Entry {
            number: n,
            sample: self.sample(n),
            anatomy: self.anatomy(n),
            runs: matches!(self.sample(n).mode, Mode::Run | Mode::ShouldPanic),
        }
    }

    /// Compiles and runs what the cache does not know.
    fn compile(&self, fresh: &[usize]) {
        fresh.par_iter().for_each(|&n| {
            self.anatomy(n);
        });
        let mut groups: BTreeMap<(usize, String), Vec<usize>> = BTreeMap::new();
        for &n in fresh {
            let sample = self.sample(n);
            let Some(Ok(linkage)) = self.linkage(n) else {
                continue;
            };
            let edition = sample
                .edition
                .clone()
                .unwrap_or_else(|| linkage.edition.clone());
            groups.entry((sample.library, edition)).or_default().push(n);
        }
        let groups: Vec<_> = groups.into_iter().collect();
        groups.par_iter().for_each(|((library, edition), numbers)| {
            let Some(Ok(linkage)) = self.linkages[*library].get() else {
                return;
            };
            let group = Group {
                library: &self.plan.libraries[*library],
                linkage,
                edition: edition.clone(),
            };
            self.group(&group, numbers);
        });
    }

    fn group(&self, group: &Group<'_>, numbers: &[usize]) {
        let mut own = Vec::new();
        let mut fails = Vec::new();
        let mut shared = Vec::new();
        let mut unwinding = Vec::new();
        for &n in numbers {
            let anatomy = self.anatomy(n);
            let attributes = &self.sample(n).attributes;
            if anatomy.lex_problem.is_some()
                || anatomy.own_crate.is_some()
                || attributes.standalone
                || attributes.test_harness
            {
                own.push(n);
            } else if self.sample(n).mode == Mode::CompileFail {
                fails.push(n);
            } else if bundle::unwinds(group, self.sample(n)) {
                unwinding.push(n);
            } else {
                shared.push(n);
            }
        }
        let lines: usize = shared
            .iter()
            .flat_map(|&n| &self.sample(n).parts)
            .map(|part| part.lines.len())
            .sum();
        let bundles = (lines / BUNDLE).clamp(1, self.engine.machine.threads().max(1));
        let size = shared.len().div_ceil(bundles).max(1);
        rayon::scope(|scope| {
            for bundle in shared.chunks(size) {
                scope.spawn(|_| self.bundle(group, bundle.to_vec(), Panic::Abort));
            }
            if !unwinding.is_empty() {
                scope.spawn(|_| self.bundle(group, unwinding, Panic::Unwind));
            }
            if !fails.is_empty() {
                scope.spawn(|_| self.failing_bundle(group, fails));
            }
            for &n in &own {
                scope.spawn(move |_| self.alone(group, n));
            }
        });
    }

    /// Cargo checks the packages of files that are shown.
    fn check_files(&self, files: &[usize]) {
        files.par_iter().for_each(|&n| {
            let file = self.sample(n).parts[0].path.clone();
            let verdict = match self.engine.machine.check(&file) {
                Ok(check) => file_verdict(self.sample(n), &check),
                Err(error) => {
                    let mut verdict = Verdict::of(Outcome::NotVerified { why: error.message });
                    verdict.stderr = error.details;
                    verdict
                }
            };
            self.settle(n, verdict, false);
        });
    }
}

/// The verdict of a file that is shown: that of its package. Errors inside what is shown come first.
fn file_verdict(sample: &Sample, check: &PackageCheck) -> Verdict {
    if check.success {
        let why = format!("no target of `{}` is made of this file", check.manifest);
        return Verdict::of(if check.covers {
            Outcome::Passed
        } else {
            Outcome::NotVerified { why }
        });
    }
    let mut messages: Vec<_> = message::read(&check.messages)
        .iter()
        .filter(|m| m.is_error() && !m.is_closing())
        .map(|m| {
            message::keep(m, |span| {
                Some(message::TruePlace {
                    origin: None,
                    column: span.column_start,
                    end_column: span.column_end,
                })
            })
        })
        .collect();
    let shown = |m: &super::verdict::CompilerMessage| {
        sample.parts.iter().any(|part| {
            m.path.as_deref() == Some(&*part.path)
                && (part.open_line..=part.close_line).contains(&m.line)
        })
    };
    messages.sort_by_key(|m| !shown(m));
    let mut verdict = Verdict::of(Outcome::FailedToCompile);
    if messages.is_empty() {
        verdict.stderr.clone_from(&check.stderr);
    }
    verdict.messages = messages;
    verdict
}

/// What rustc makes of a sample that is alone in its crate.
fn emit_alone(sample: &Sample) -> Emit {
    match sample.mode {
        _ if sample.attributes.test_harness => Emit::TestProgram,
        Mode::NoRun => Emit::Metadata,
        _ => Emit::Program,
    }
}

#[cfg(test)]
mod tests;
