//! Counts: by docset and version, and of the whole run.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::super::sample::{Sample, Treatment};
use super::{LeftOut, Outcomes, Tried};

/// What came of the fences of one docset and version, or of all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// Samples that were asked for: each passed, failed or is unfinished.
    pub samples: usize,
    /// Those that passed.
    pub passed: usize,
    /// Those with another verdict.
    pub failed: usize,
    /// Those without a verdict, because the run ended before.
    pub unfinished: usize,
    /// Those whose verdict came from the cache.
    pub cached: usize,
    /// Rust that is left out on the author's word.
    pub ignored: usize,
    /// Samples that the call did not ask for.
    pub not_asked: usize,
    /// Fences that are not Rust.
    pub not_rust: usize,
    /// How long samples ran, in milliseconds; those from the cache count nothing.
    pub run_ms: u64,
}

/// One line of the table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Docset id.
    pub docset: Arc<str>,
    /// Version; none where the docset has none.
    pub version: Option<Arc<str>>,
    /// Its counts.
    pub totals: Totals,
}

type Key = (Arc<str>, Option<Arc<str>>);

/// The docsets and versions that show a sample, each once.
pub fn keys(sample: &Sample) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    let first = &sample.parts[0];
    let own = std::iter::once((first.docset.clone(), first.version.clone()));
    let shown = sample
        .shown
        .iter()
        .map(|s| (s.docset.clone(), s.version.clone()));
    for key in own.chain(shown) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// The table by docset and version, in the order in which they first come. A sample counts in each version that shows it.
pub fn rows(outcomes: &Outcomes) -> Vec<Row> {
    let mut order: Vec<Key> = Vec::new();
    let mut counted: BTreeMap<Key, Totals> = BTreeMap::new();
    let mut add = |key: Key, one: &dyn Fn(&mut Totals)| {
        if !counted.contains_key(&key) {
            order.push(key.clone());
        }
        one(counted.entry(key).or_default());
    };
    for tried in &outcomes.samples {
        for key in keys(&tried.sample) {
            add(key, &|totals| totals.add_sample(tried));
        }
    }
    for left_out in &outcomes.left_out {
        let fence = &left_out.fence;
        let key = (fence.docset.clone(), fence.version.clone());
        add(key, &|totals| totals.add_left_out(left_out));
    }
    order
        .into_iter()
        .map(|key| Row {
            totals: counted[&key],
            docset: key.0,
            version: key.1,
        })
        .collect()
}

/// Counts of the whole run: what several versions show counts once.
pub fn totals(outcomes: &Outcomes) -> Totals {
    let mut totals = Totals::default();
    for tried in &outcomes.samples {
        totals.add_sample(tried);
    }
    let mut seen = HashSet::new();
    for left_out in &outcomes.left_out {
        let fence = &left_out.fence;
        if seen.insert((&fence.path, fence.open_line, &fence.place)) {
            totals.add_left_out(left_out);
        }
    }
    totals
}

impl Totals {
    fn add_sample(&mut self, tried: &Tried) {
        if !tried.asked {
            self.not_asked += 1;
            return;
        }
        self.samples += 1;
        match &tried.verdict {
            None => self.unfinished += 1,
            Some(verdict) if verdict.outcome.passed() => self.passed += 1,
            Some(_) => self.failed += 1,
        }
        if tried.cached {
            self.cached += 1;
        } else {
            self.run_ms += tried.verdict.as_ref().map_or(0, |v| v.run_ms);
        }
    }

    fn add_left_out(&mut self, left_out: &LeftOut) {
        match left_out.attributes.treatment {
            Treatment::Ignored(_) => self.ignored += 1,
            _ => self.not_rust += 1,
        }
    }
}
