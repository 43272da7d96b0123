//! Samples that are run on demand: one request, one program, its output as it comes.
//!
//! In: the page, the number of the block, perhaps another text for it. Out: lines of JSON, until the program has ended. At most [`AT_ONCE`] run at
//! once, and others wait. Each has a machine of its own, which is stopped when the request is dropped and when the server ends.
//!
//! This runs code, so it is held to more than the rest of the server. What a page of another site could try, and why it fails:
//!
//! - A form or a simple request: the type must be `application/json`, and there are two headers that no form can send.
//! - A request with these: a browser asks first whether that is allowed (CORS), and nobody answers that it is.
//! - Whatever else comes with a foreign `Origin`, or none: it must be exactly ours, and so must the token, which is another for each start of
//!   the server and stands only in its pages, which no other site can read.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::guard::{is_ours, without_port};
use super::{Served, samples};
use crate::source::ContentHash;
use crate::verify::edited;
use crate::verify::engine::{Engine, Options};
use crate::verify::event::Step;
use crate::verify::machine::{Machine, Store};
use crate::verify::plan::Plan;
use crate::verify::report::plain;
use crate::verify::sample::{Mode, Sample};
use crate::verify::verdict::{Outcome, Verdict};

/// How many programs run at once.
const AT_ONCE: usize = 2;
/// How long a program may run, whatever its version or its fence allow.
const LONGEST: Duration = Duration::from_secs(10);
/// How large a request may be.
const LARGEST: usize = 64 << 10;
/// The header that holds the token.
const TOKEN: &str = "x-docproof-token";

/// Makes a machine for one run.
pub type Machines = Box<dyn Fn() -> Arc<dyn Machine> + Send + Sync>;

/// Runs programs.
pub struct Runs {
    token: String,
    machines: Machines,
    options: Options,
    permits: Semaphore,
    next: AtomicU64,
    /// What runs; none once the server ends.
    running: Mutex<Option<HashMap<u64, Arc<dyn Machine>>>>,
}

impl Runs {
    /// Nothing runs yet. `token` is what a request has to know.
    pub fn new(token: String, machines: Machines, options: Options) -> Self {
        Self {
            token,
            machines,
            options,
            permits: Semaphore::new(AT_ONCE),
            next: AtomicU64::new(0),
            running: Mutex::new(Some(HashMap::new())),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<HashMap<u64, Arc<dyn Machine>>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What stands in pages.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Ends all that runs, and waits until it has, but not for ever. Nothing is run any more.
    pub fn end(&self, patience: Duration) {
        let machines: Vec<_> = {
            let running = self.lock().take();
            running.into_iter().flatten().map(|(_, m)| m).collect()
        };
        for machine in &machines {
            machine.stop();
        }
        let start = Instant::now();
        // A run that has ended lets its machine go.
        while start.elapsed() < patience && machines.iter().any(|m| Arc::strong_count(m) > 1) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// A machine that is stopped when the server ends; none when it has ended.
    fn machine(&self) -> Option<(u64, Arc<dyn Machine>)> {
        let machine = (self.machines)();
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.lock().as_mut()?.insert(id, machine.clone());
        Some((id, machine))
    }

    fn done(&self, id: u64) {
        if let Some(running) = &mut *self.lock() {
            running.remove(&id);
        }
    }

    fn knows(&self, token: &str) -> bool {
        // The time that comparing takes says nothing about where they differ.
        ContentHash::of(token.as_bytes()) == ContentHash::of(self.token.as_bytes())
    }
}

/// What is to be run.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The path of the page's file, without the ending.
    page: String,
    /// The number of the block on its page.
    block: usize,
    /// What stands in the block instead, with `# ` before hidden lines.
    code: Option<String>,
}

/// Runs a sample.
pub async fn run(State(served): State<Arc<Served>>, request: Request) -> Response {
    let Some(runs) = served.runs.clone() else {
        return samples::not_allowed();
    };
    if let Err(refused) = allowed(&runs, request.headers(), &served) {
        return refused.into_response();
    }
    let Ok(body) = to_bytes(request.into_body(), LARGEST).await else {
        let words = "the request is larger than 64 KiB";
        return (StatusCode::PAYLOAD_TOO_LARGE, words).into_response();
    };
    let wanted: Wanted = match serde_json::from_slice(&body) {
        Ok(wanted) => wanted,
        Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    let found = tokio::task::spawn_blocking(move || (found(&served, &wanted), served)).await;
    let (plan, n) = match found {
        Ok((Ok(found), _)) => found,
        Ok((Err(refused), _)) => return refused.into_response(),
        Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    let (lines, receiver) = unbounded_channel();
    tokio::spawn(carry_out(runs, plan, n, lines));
    let lines = stream::unfold(receiver, |mut receiver| async {
        let line = receiver.recv().await?;
        Some((Ok::<_, Infallible>(line), receiver))
    });
    let kind = [(header::CONTENT_TYPE, "application/x-ndjson")];
    (kind, Body::from_stream(lines)).into_response()
}

type Refused = (StatusCode, &'static str);

/// Whether a request comes from a page of ours.
fn allowed(runs: &Runs, headers: &HeaderMap, served: &Served) -> Result<(), Refused> {
    let only = |name: &str| {
        let mut all = headers.get_all(name).iter();
        let first = all.next()?.to_str().ok()?;
        all.next().is_none().then_some(first)
    };
    let host = only("host").unwrap_or_default();
    // The guard has looked at the host of the request's target, if that has one.
    let named = is_ours(without_port(host), served.host.as_deref());
    let ours = match served.port {
        80 => !host.ends_with(":80") && without_port(host) == host,
        port => host.ends_with(&format!(":{port}")),
    };
    let origin = only("origin").and_then(|origin| origin.strip_prefix("http://"));
    if !named || !ours || origin != Some(host) {
        return Err((
            StatusCode::FORBIDDEN,
            "only pages of this server run samples",
        ));
    }
    let kind = only("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        let words = "what is to be run comes as application/json";
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, words));
    }
    if !only(TOKEN).is_some_and(|token| runs.knows(token)) {
        let words = "the token is that of another start of the server: load the page again";
        return Err((StatusCode::FORBIDDEN, words));
    }
    Ok(())
}

/// The sample that is wanted, with limits, and the number of it in its plan.
fn found(served: &Served, wanted: &Wanted) -> Result<(Plan, usize), Refused> {
    let (missing, conflict) = (StatusCode::NOT_FOUND, StatusCode::CONFLICT);
    let route = samples::route(&wanted.page);
    let known = served.samples.as_ref();
    let found = known.and_then(|known| known.find(&served.live, &route));
    let found = found.ok_or((conflict, "the site has errors: mend them first"))?;
    let mut plan = found.plan;
    let of_block = |sample: &Sample| sample.parts.iter().position(|p| p.block == wanted.block);
    let n = plan.samples.iter().position(|s| of_block(s).is_some());
    let n = n.ok_or((missing, "there is no sample at this block any more"))?;
    let sample = &mut plan.samples[n];
    if sample.mode == Mode::File {
        return Err((
            conflict,
            "this block shows a file, which Cargo checks with its package",
        ));
    }
    let part = of_block(sample).expect("invariant: found by it");
    if let Some(code) = &wanted.code {
        edited::replace(sample, part, code);
        // What it prints is what is asked for.
        sample.attributes.output = false;
    }
    limit(&mut plan, n);
    Ok((plan, n))
}

/// A person waits for it.
fn limit(plan: &mut Plan, n: usize) {
    let sample = &mut plan.samples[n];
    sample.attributes.timeout = sample.attributes.timeout.map(|time| time.min(LONGEST));
    let library = &mut plan.libraries[sample.library];
    library.timeout = library.timeout.min(LONGEST);
}

/// Sends lines; nobody may hear them any more.
#[derive(Clone)]
struct Lines(UnboundedSender<Bytes>);

impl Lines {
    fn say(&self, value: &Value) {
        let _ = self.0.send(format!("{value}\n").into());
    }
}

/// Waits for its turn, and runs until the program has ended or nobody listens.
async fn carry_out(runs: Arc<Runs>, plan: Plan, n: usize, lines: UnboundedSender<Bytes>) {
    let said = Lines(lines.clone());
    if runs.permits.available_permits() == 0 {
        said.say(&json!({ "step": "waiting" }));
    }
    let permit = tokio::select! {
        permit = runs.permits.acquire() => permit,
        () = lines.closed() => return,
    };
    let Some((id, machine)) = runs.machine() else {
        return;
    };
    let (own, with) = (machine.clone(), runs.clone());
    let mut work = tokio::task::spawn_blocking(move || try_one(&with, &*own, &plan, n, &said));
    tokio::select! {
        _ = &mut work => {}
        () = lines.closed() => {
            machine.stop();
            let _ = work.await;
        }
    }
    runs.done(id);
    drop(permit);
}

/// Keeps nothing: what is run here is no verdict.
struct NoStore;

impl Store for NoStore {
    fn get(&self, _: &ContentHash) -> Option<Vec<u8>> {
        None
    }

    fn put(&self, _: &ContentHash, _: &[u8]) -> Result<(), String> {
        Ok(())
    }
}

fn try_one(runs: &Runs, machine: &dyn Machine, plan: &Plan, n: usize, said: &Lines) {
    let engine = Engine {
        machine,
        store: &NoStore,
        listener: &|_| {},
        options: &runs.options,
    };
    let pipes = Mutex::new([Pipe::default(), Pipe::default()]);
    let verdict = engine.try_one(plan, n, &|step| {
        let line = match step {
            Step::Preparing => json!({ "step": "preparing" }),
            Step::Compiling => json!({ "step": "compiling" }),
            Step::Running => json!({ "step": "running" }),
            Step::Printed { error, bytes } => {
                let mut pipes = pipes.lock().unwrap_or_else(PoisonError::into_inner);
                let text = pipes[usize::from(error)].text(bytes);
                json!({ if error { "err" } else { "out" }: text })
            }
        };
        said.say(&line);
    });
    let rendered: String = verdict
        .messages
        .iter()
        .map(|m| m.rendered.as_str())
        .collect();
    // What the program itself has printed was told already.
    let compiled =
        verdict.messages.is_empty() && !matches!(verdict.outcome, Outcome::NotVerified { .. });
    let message = if compiled {
        rendered
    } else {
        rendered + &verdict.stderr
    };
    if !message.is_empty() {
        said.say(&json!({ "message": plain(&message) }));
    }
    said.say(&json!({
        "end": words(&plan.samples[n], &verdict),
        "passed": verdict.outcome.passed(),
        "ms": verdict.run_ms,
        "cut": verdict.cut,
    }));
}

/// What came of it, in words for a person who has pressed Run.
fn words(sample: &Sample, verdict: &Verdict) -> String {
    match (&verdict.outcome, sample.mode) {
        (Outcome::Passed, Mode::NoRun) => "compiles; `no_run`, so it was not run".into(),
        (Outcome::Passed, Mode::CompileFail) => "does not compile, as it should".into(),
        (Outcome::Passed, Mode::ShouldPanic) => "panicked, as it should".into(),
        (Outcome::Passed, _) => "ended well".into(),
        (other, _) => other.words(),
    }
}

/// What comes out of a pipe, as text: a character, or the words for a colour, may come in two pieces. Colours are for terminals.
#[derive(Default)]
struct Pipe {
    rest: Vec<u8>,
}

impl Pipe {
    fn text(&mut self, bytes: &[u8]) -> String {
        self.rest.extend_from_slice(bytes);
        let mut whole = match std::str::from_utf8(&self.rest) {
            // Only what may still become a character is kept.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.rest.len(),
        };
        let escape = self.rest[..whole].iter().rposition(|byte| *byte == 0x1b);
        if let Some(at) = escape.filter(|at| is_unfinished(&self.rest[*at..whole])) {
            whole = at;
        }
        let now: Vec<u8> = self.rest.drain(..whole).collect();
        plain(&String::from_utf8_lossy(&now))
    }
}

/// Whether an escape sequence goes on.
fn is_unfinished(escape: &[u8]) -> bool {
    const LONGEST: usize = 64;
    match escape {
        [_] => true,
        [_, b'[', rest @ ..] if rest.len() < LONGEST => {
            !rest.iter().any(|byte| (0x40..=0x7e).contains(byte))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::planned;

    #[test]
    fn no_fence_and_no_version_gives_more_than_ten_seconds() {
        let mut plan = planned("```rust,timeout=5m\n1;\n```\n\n```rust,timeout=2s\n2;\n```\n");
        (0..2).for_each(|n| limit(&mut plan, n));
        assert_eq!(plan.samples[0].attributes.timeout, Some(LONGEST));
        assert_eq!(
            plan.samples[1].attributes.timeout,
            Some(Duration::from_secs(2))
        );
        assert_eq!(plan.libraries[0].timeout, LONGEST);
    }

    #[test]
    fn characters_that_come_in_pieces_are_whole() {
        let mut pipe = Pipe::default();
        let bytes = "aé\u{1b}[31m漢\u{1b}[0m.".as_bytes();
        let text: String = bytes.iter().map(|byte| pipe.text(&[*byte])).collect();
        assert_eq!(text, "aé漢.");
        assert_eq!(pipe.text(&[0xff, b'x']), "\u{fffd}x");
    }
}
