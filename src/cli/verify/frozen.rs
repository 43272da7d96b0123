//! The record of a run: written at its end, and read by `--frozen`.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::select::is_partial;
use super::{VerifyArgs, report};
use crate::toolchain::cache;
use crate::verify::engine::Run;
use crate::verify::event::Event;
use crate::verify::plan::Plan;
use crate::verify::record::{Record, library_key};
use crate::verify::report::Collector;
use crate::verify::verdict::{Outcome, Verdict};

/// The record of runs that are no share of a partition.
const WHOLE: &str = "all";

/// Every record of a site, joined. Damaged ones are left out, with a note.
pub fn read(site: &Path) -> Record {
    let mut record = Record::default();
    for bytes in cache::records(site) {
        match Record::from_json(&bytes) {
            Ok(other) => record.merge(other),
            Err(why) => report::line(&format!("note: a record of verdicts cannot be read: {why}")),
        }
    }
    record
}

/// Takes each verdict from the record.
pub fn fill(plan: &Plan, site: &Path, collector: &Collector) {
    let record = read(site);
    let keys: Vec<String> = plan.libraries.iter().map(library_key).collect();
    let changed: Vec<bool> = plan
        .libraries
        .iter()
        .zip(&keys)
        .map(|(library, key)| {
            let recorded = record.libraries.get(key);
            recorded.is_some_and(|recorded| {
                let now = crate::toolchain::sources_hash(site, library);
                now.is_none_or(|now| now.to_string() != recorded.sources)
            })
        })
        .collect();
    for (library, key) in keys.iter().enumerate() {
        if let Some(recorded) = record.libraries.get(key) {
            collector.take(Event::Prepared {
                library,
                versions: recorded.against.clone(),
                rustc: recorded.rustc.clone(),
            });
        }
    }
    for (n, sample) in plan.samples.iter().enumerate() {
        let verdict = match record.find(sample, &keys[sample.library]) {
            None => missing("there is no recorded verdict"),
            Some(_) if changed[sample.library] => {
                missing("its library has changed since its verdict was recorded")
            }
            Some(recorded) => recorded.verdict(),
        };
        collector.take(Event::Verdict {
            sample: n,
            verdict: Box::new(verdict),
            cached: true,
        });
    }
}

fn missing(why: &str) -> Verdict {
    let why = why.to_owned();
    Verdict::of(Outcome::NotVerified { why })
}

/// Writes the record of a run. A run over a part of the samples adds to what is known of the others.
pub fn write(args: &VerifyArgs, plan: &Plan, run: &Run, site: &Path) {
    // Another library, or other rules: nothing that `build` could show.
    if args.against.is_some() || args.strict_rustdoc {
        return;
    }
    let record = recorded_now(plan, run);
    let name = match args.partition {
        Some((n, of)) => format!("share-{n}-of-{of}"),
        None => WHOLE.to_owned(),
    };
    let written = match is_partial(args) {
        true => add(site, &name, record),
        false => cache::write_record(site, &name, &record.to_json()),
    };
    said(written);
}

/// Adds what a run over a part of the samples has found to what is known of the others. Gives what it has found.
pub fn write_part(plan: &Plan, run: &Run, site: &Path) -> Record {
    let record = recorded_now(plan, run);
    said(add(site, WHOLE, record.clone()));
    record
}

fn recorded_now(plan: &Plan, run: &Run) -> Record {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    Record::of(plan, run, now.map_or(0, |now| now.as_secs()))
}

fn add(site: &Path, name: &str, mut record: Record) -> Result<(), String> {
    if let Some(old) = cache::read_record(site, name)
        && let Ok(old) = Record::from_json(&old)
    {
        record.merge(old);
    }
    cache::write_record(site, name, &record.to_json())
}

fn said(written: Result<(), String>) {
    if let Err(why) = written {
        report::line(&format!(
            "note: the record of this run was not written: {why}"
        ));
    }
}
