//! The samples of edited pages, verified in the background.
//!
//! In: routes of pages, edit by edit. Out: verdicts, in the site that is handed out and in the record, and words to open pages. A newer edit
//! supersedes what is going on: its compilers and samples are ended, and its pages are verified with those of the newer one. Nothing here
//! holds an edit or a page up.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use super::super::{build, open, report, verify};
use crate::build::live::Live;
use crate::http::{Hub, Runs, Samples};
use crate::toolchain::RealMachine;
use crate::toolchain::cache::DiskStore;
use crate::verify::engine::{Engine, Options, Run};
use crate::verify::event::{Event, Listener};
use crate::verify::machine::Machine;
use crate::verify::plan::Plan;

/// What verdicts are about, and who hears of them.
pub struct Context {
    /// The site's folder, absolute.
    pub root: PathBuf,
    /// The site.
    pub live: Arc<Live>,
    /// Open pages.
    pub hub: Arc<Hub>,
    /// What is known of samples.
    pub known: Arc<Samples>,
}

/// What is to be done.
#[derive(Default)]
struct State {
    /// Pages whose samples are to be verified, by route.
    due: BTreeSet<String>,
    /// Whether there was an edit that nobody has looked at.
    edited: bool,
    /// The compiler and the samples that run, if any do.
    machine: Option<Arc<RealMachine>>,
    ended: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Verifies on a thread of its own.
pub struct Verifier {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Verifier {
    /// A verifier with nothing to do.
    pub fn start(context: Context) -> Self {
        let shared = Arc::new(Shared::default());
        let own = shared.clone();
        Self {
            shared,
            thread: Some(std::thread::spawn(move || work(&context, &own))),
        }
    }

    /// These pages were edited.
    pub fn edited(&self, routes: BTreeSet<String>) {
        let mut state = self.shared.lock();
        state.due.extend(routes);
        // An edit of another file may have mended the site, so what waits is looked at again.
        state.edited = true;
        if let Some(machine) = state.machine.as_ref().filter(|_| !state.due.is_empty()) {
            machine.stop();
        }
        self.shared.wake.notify_one();
    }
}

impl Drop for Verifier {
    fn drop(&mut self) {
        {
            let mut state = self.shared.lock();
            state.ended = true;
            if let Some(machine) = &state.machine {
                machine.stop();
            }
            self.shared.wake.notify_one();
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn work(context: &Context, shared: &Shared) {
    loop {
        let machine = Arc::new(RealMachine::new(verify::surroundings(&context.root)));
        let routes = {
            let mut state = shared.lock();
            while !state.ended && (!state.edited || state.due.is_empty()) {
                let woken = shared.wake.wait(state);
                state = woken.unwrap_or_else(PoisonError::into_inner);
            }
            if state.ended {
                return;
            }
            state.edited = false;
            state.machine = Some(machine.clone());
            std::mem::take(&mut state.due)
        };
        let done = verify_pages(context, &routes, &machine, &|| superseded(shared));
        let mut state = shared.lock();
        state.machine = None;
        if !done {
            state.due.extend(routes);
        }
    }
}

fn superseded(shared: &Shared) -> bool {
    let state = shared.lock();
    state.ended || !state.due.is_empty()
}

/// Verifies the samples of pages. False when that came to nothing, and has to be done again.
fn verify_pages(
    context: &Context,
    routes: &BTreeSet<String>,
    machine: &RealMachine,
    superseded: &(dyn Fn() -> bool + Sync),
) -> bool {
    let start = Instant::now();
    let host = machine.host();
    context.known.set_host(&host);
    let Some(samples) = context.live.samples_of(routes, &host) else {
        return false;
    };
    let plan = samples.plan;
    if plan.samples.is_empty() {
        return true;
    }
    context.known.begin(routes);
    context.hub.tell_samples(routes);
    let heard = |event| hear(context, &plan, routes, superseded, event);
    let run = run(context, &plan, machine, &heard);
    if superseded() {
        return false;
    }
    context.known.end();
    let record = verify::write_part(&plan, &run, &context.root);
    let changed = context.live.record(record, routes);
    if !changed.is_empty() {
        context.hub.tell_pages(&changed);
    }
    context.hub.tell_samples(routes);
    tell(&plan, &run, start);
    true
}

fn options(root: &Path) -> Options {
    Options {
        root: root.to_string_lossy().into_owned(),
        strict: false,
        read_cache: true,
        around: verify::around(root),
    }
}

/// What runs the samples that somebody presses Run for.
///
/// # Errors
/// When the system has no random numbers.
pub fn runs(root: &Path) -> Result<Arc<Runs>, getrandom::Error> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)?;
    let token = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let around = verify::surroundings(root);
    let machines =
        Box::new(move || -> Arc<dyn Machine> { Arc::new(RealMachine::new(around.clone())) });
    Ok(Arc::new(Runs::new(token, machines, options(root))))
}

/// Takes each verdict in as it comes: a sample does not wait for slower ones.
fn hear(
    context: &Context,
    plan: &Plan,
    routes: &BTreeSet<String>,
    superseded: &dyn Fn() -> bool,
    event: Event,
) {
    match event {
        // What was ended for a newer edit says nothing of its samples.
        Event::Verdict { .. } if superseded() => {}
        Event::Verdict {
            sample, verdict, ..
        } => {
            context.known.take(plan, sample, *verdict);
            context.hub.tell_samples(routes);
        }
        Event::LibraryFailed {
            library, details, ..
        } => context.known.take_broken(plan, library, &details),
        Event::Preparing { .. } => {
            context.known.set_building(true);
            context.hub.tell_samples(routes);
        }
        Event::Planned { .. } => {
            context.known.set_building(false);
            context.hub.tell_samples(routes);
        }
        Event::Note(words) => report::line(&format!("note: {words}")),
        Event::Prepared { .. } => {}
    }
}

fn run(context: &Context, plan: &Plan, machine: &RealMachine, listener: Listener<'_>) -> Run {
    let engine = Engine {
        machine,
        store: &DiskStore::new(&context.root),
        listener,
        options: &options(&context.root),
    };
    let all: Vec<usize> = (0..plan.samples.len()).collect();
    engine.run(plan, &all)
}

/// One line, and one for each sample that fails: the message is on the page.
fn tell(plan: &Plan, run: &Run, start: Instant) {
    let failed = plan.samples.iter().zip(&run.verdicts);
    let failed: Vec<String> = failed
        .filter_map(|(sample, verdict)| {
            let (verdict, _) = verdict.as_ref()?;
            let place = sample.place();
            let words = verdict.outcome.words();
            (!verdict.outcome.passed()).then(|| format!("{}:{}: {words}", place.path, place.line))
        })
        .collect();
    let took = build::seconds(start.elapsed());
    let samples = open::count(plan.samples.len(), "sample");
    if failed.is_empty() {
        report::line(&format!("verified {samples} in {took}"));
    } else {
        let number = failed.len();
        report::line(&format!("{number} of {samples} failed, in {took}"));
    }
    for line in failed {
        report::line(&format!("  {line}"));
    }
}
