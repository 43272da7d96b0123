//! The samples of pages: what is known of them, for the script that shows it under their blocks.
//!
//! In: verdicts as they come. Out: for a page, its samples with outcome, message and place, as JSON. It must not verify anything. It exists
//! only where the user allows that code is run.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::Served;
use super::events::Hub;
use crate::build::live::{Live, PageSamples};
use crate::site::urls::decode;
use crate::verify::edited::written;
use crate::verify::plan::Plan;
use crate::verify::record::{library_key, sample_key};
use crate::verify::report::human::explanation;
use crate::verify::report::plain;
use crate::verify::sample::{Mode, Sample};
use crate::verify::verdict::Verdict;

/// The script that shows what is known.
const SCRIPT: &str = include_str!("samples.js");

/// How many verdicts are kept. A verdict that is gone comes back with the next edit of its page.
const KEPT: usize = 4000;

/// What is known of samples beyond the record.
#[derive(Default)]
pub struct Samples {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// By [`sample_key`].
    verdicts: HashMap<String, Verdict>,
    /// Why a library cannot be used, by [`library_key`].
    broken: HashMap<String, String>,
    /// The pages whose samples are being verified, by route.
    verifying: BTreeSet<String>,
    /// Whether Cargo builds the library that they wait for.
    building: bool,
    /// The target triple; empty before the first verification.
    host: String,
}

impl Samples {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The samples of these pages are being verified now, and of no other pages.
    pub fn begin(&self, routes: &BTreeSet<String>) {
        let mut known = self.lock();
        known.verifying.clone_from(routes);
        known.building = false;
        known.broken.clear();
    }

    /// Cargo has begun, or ended, to build the library that samples wait for.
    pub fn set_building(&self, building: bool) {
        self.lock().building = building;
    }

    /// A verdict has come.
    pub fn take(&self, plan: &Plan, number: usize, verdict: Verdict) {
        let sample = &plan.samples[number];
        let key = sample_key(sample, &library_key(&plan.libraries[sample.library]));
        let mut known = self.lock();
        if known.verdicts.len() >= KEPT {
            known.verdicts.clear();
        }
        known.verdicts.insert(key, verdict);
    }

    /// A library cannot be used. `words` say why.
    pub fn take_broken(&self, plan: &Plan, library: usize, words: &str) {
        let key = library_key(&plan.libraries[library]);
        self.lock().broken.insert(key, plain(words));
    }

    /// Nothing is being verified any more.
    pub fn end(&self) {
        self.lock().verifying.clear();
    }

    /// The target triple that samples are compiled for, for `ignore-TARGET`.
    pub fn set_host(&self, host: &str) {
        host.clone_into(&mut self.lock().host);
    }

    /// The samples of a page; none while the site has errors.
    pub(super) fn find(&self, live: &Live, route: &str) -> Option<PageSamples> {
        let host = self.lock().host.clone();
        live.samples_of(&BTreeSet::from([route.to_owned()]), &host)
    }

    /// A page's samples, one entry for each of their blocks.
    fn of_page(&self, route: &str, samples: &PageSamples, hub: &Hub) -> Value {
        let known = self.lock();
        let of_sample = |n: usize| {
            let sample = &samples.plan.samples[n];
            let library = library_key(&samples.plan.libraries[sample.library]);
            let fresh = known.verdicts.get(&sample_key(sample, &library));
            let recorded = samples.recorded[n].as_ref();
            let outcome = fresh.map(|v| &v.outcome).or(recorded.map(|r| &r.outcome));
            let failed = fresh.filter(|verdict| !verdict.outcome.passed());
            let message = failed.map(|verdict| {
                let words = explanation(sample, verdict);
                let broken = known.broken.get(&library).filter(|_| words.is_empty());
                broken.cloned().unwrap_or(words)
            });
            let place = failed.map(|verdict| verdict.place(sample.place()));
            let href = place
                .as_ref()
                .and_then(|p| hub.link(&p.path, (p.line, p.column)));
            json!({
                "passed": outcome.map(|o| o.passed()),
                "outcome": outcome.map(|o| o.words()),
                "message": message,
                "path": place.as_ref().map(|p| &*p.path),
                "line": place.as_ref().map(|p| p.line),
                "href": href,
            })
        };
        let mut blocks = Vec::new();
        for (n, sample) in samples.plan.samples.iter().enumerate() {
            let about = of_sample(n);
            for part in &sample.parts {
                let mut block = about.clone();
                block["block"] = json!(part.block);
                block["mode"] = json!(mode(sample));
                block["code"] = json!(written(part));
                // The parts of a group are one program, and what is said of it stands at its end.
                block["last"] = json!(sample.parts.last().map(|p| p.block) == Some(part.block));
                blocks.push(block);
            }
        }
        json!({
            "verifying": known.verifying.contains(route),
            "building": known.building,
            "blocks": blocks,
        })
    }
}

/// How a sample is tried, in a word.
fn mode(sample: &Sample) -> &'static str {
    match sample.mode {
        Mode::Run => "run",
        Mode::NoRun => "no_run",
        Mode::ShouldPanic => "should_panic",
        Mode::CompileFail => "compile_fail",
        Mode::File => "file",
    }
}

/// The script, where code may be run.
pub async fn script(State(served): State<Arc<Served>>) -> Response {
    match &served.samples {
        Some(_) => (
            [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")],
            SCRIPT,
        )
            .into_response(),
        None => not_allowed(),
    }
}

/// What is answered where code may not be run.
pub fn not_allowed() -> Response {
    let words = "samples are not run: start `docproof serve` with `--allow-run`";
    (StatusCode::FORBIDDEN, words).into_response()
}

/// What is known of the samples of a page.
pub async fn of_page(State(served): State<Arc<Served>>, RawQuery(query): RawQuery) -> Response {
    if served.samples.is_none() {
        return not_allowed();
    }
    let query = query.unwrap_or_default();
    let Some(page) = query.strip_prefix("page=").map(decode) else {
        return (StatusCode::BAD_REQUEST, "which page? ask for `?page=ROUTE`").into_response();
    };
    let found = tokio::task::spawn_blocking(move || {
        let samples = served.samples.as_ref()?;
        let route = route(&page);
        let found = samples.find(&served.live, &route)?;
        Some(samples.of_page(&route, &found, &served.hub))
    });
    let kind = [(header::CONTENT_TYPE, "application/json")];
    match found.await {
        Ok(Some(json)) => (kind, json.to_string()).into_response(),
        // Nothing can be said while the site has errors: what the page shows of its samples stays.
        _ => (kind, "null").into_response(),
    }
}

/// The route of a page, given the path of its file without the ending.
pub fn route(page: &str) -> String {
    page.strip_suffix("/index").unwrap_or(page).to_owned()
}
