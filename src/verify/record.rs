//! What is remembered of a run for those that come after it: verdicts by program and library.
//!
//! In: a run. Out: JSON and back. `build` shows what is recorded, `verify --frozen` and `build --verified` ask for it.
//! It must not know where the record is kept. Unlike the cache, a record needs neither Cargo nor rustc to be read: a
//! library is named by its settings, and by a hash of the sources that it was made of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::engine::Run;
use super::library::Library;
use super::plan::Plan;
use super::sample::Sample;
use super::verdict::{Outcome, Verdict};
use crate::source::ContentHash;

/// Raised when older records cannot be read any more.
const FORMAT: u32 = 1;

/// Verdicts of one or more runs.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Record {
    /// [`FORMAT`].
    format: u32,
    /// Libraries by [`library_key`].
    pub libraries: BTreeMap<String, RecordedLibrary>,
    /// Verdicts by [`sample_key`].
    pub samples: BTreeMap<String, Recorded>,
}

/// A library that samples were verified against.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RecordedLibrary {
    /// Its name in messages.
    pub name: String,
    /// Names and versions of its direct dependencies, the documented ones first.
    pub against: Vec<(String, String)>,
    /// rustc's release.
    pub rustc: String,
    /// The triple that it compiled for.
    #[serde(default)]
    pub host: String,
    /// Hash of its sources, in hex.
    pub sources: String,
    /// When, in seconds since 1970.
    pub time: u64,
}

/// A recorded verdict.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Recorded {
    /// What came of the sample.
    pub outcome: Outcome,
    /// What it printed on standard output.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stdout: String,
    /// Whether that was cut.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
    /// When, in seconds since 1970.
    pub time: u64,
}

/// Names a library: all its settings but the words for messages.
pub fn library_key(library: &Library) -> String {
    let settings = Library {
        name: String::new(),
        ..library.clone()
    };
    ContentHash::of(format!("{settings:?}").as_bytes()).to_string()
}

/// Names a program under a library.
pub fn sample_key(sample: &Sample, library_key: &str) -> String {
    format!("{library_key}:{}", sample.hash())
}

impl Record {
    /// What a run found. `time` is now, in seconds since 1970. What could not be tried is not recorded.
    pub fn of(plan: &Plan, run: &Run, time: u64) -> Self {
        let keys: Vec<String> = plan.libraries.iter().map(library_key).collect();
        let mut record = Self {
            format: FORMAT,
            ..Self::default()
        };
        for ((library, key), linkage) in plan.libraries.iter().zip(&keys).zip(&run.linkages) {
            let Some(linkage) = linkage else { continue };
            let recorded = RecordedLibrary {
                name: library.name.clone(),
                against: linkage.versions.clone(),
                rustc: linkage.rustc.clone(),
                host: linkage.host.clone(),
                sources: linkage.sources.to_string(),
                time,
            };
            record.libraries.insert(key.clone(), recorded);
        }
        for (sample, verdict) in plan.samples.iter().zip(&run.verdicts) {
            let Some((verdict, _)) = verdict else {
                continue;
            };
            if matches!(verdict.outcome, Outcome::NotVerified { .. }) {
                continue;
            }
            let recorded = Recorded {
                outcome: verdict.outcome.clone(),
                stdout: verdict.stdout.clone(),
                cut: verdict.cut,
                time,
            };
            let key = sample_key(sample, &keys[sample.library]);
            record.samples.insert(key, recorded);
        }
        record
    }

    /// Adds another record; where both know something, the newer one counts.
    pub fn merge(&mut self, other: Self) {
        for (key, theirs) in other.libraries {
            match self.libraries.get(&key) {
                Some(ours) if ours.time > theirs.time => {}
                _ => {
                    self.libraries.insert(key, theirs);
                }
            }
        }
        for (key, theirs) in other.samples {
            match self.samples.get(&key) {
                Some(ours) if ours.time > theirs.time => {}
                _ => {
                    self.samples.insert(key, theirs);
                }
            }
        }
    }

    /// The triple that the newest run compiled for, for `ignore-TARGET`; empty in an empty record.
    pub fn host(&self) -> &str {
        let newest = self.libraries.values().max_by_key(|library| library.time);
        newest.map_or("", |library| library.host.as_str())
    }

    /// The verdict of a sample.
    pub fn find(&self, sample: &Sample, library_key: &str) -> Option<&Recorded> {
        self.samples.get(&sample_key(sample, library_key))
    }

    /// As JSON.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("invariant: plain data is JSON")
    }

    /// A record, or why it cannot be read.
    ///
    /// # Errors
    /// When the bytes are damaged, or of a later format.
    pub fn from_json(bytes: &[u8]) -> Result<Self, String> {
        let record: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if record.format == FORMAT {
            Ok(record)
        } else {
            Err(format!("its format is {}, and not {FORMAT}", record.format))
        }
    }
}

impl Recorded {
    /// The verdict, as far as it is recorded.
    pub fn verdict(&self) -> Verdict {
        Verdict {
            stdout: self.stdout.clone(),
            cut: self.cut,
            ..Verdict::of(self.outcome.clone())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::planned;
    use super::*;

    fn record(text: &str, outcome: Outcome, time: u64) -> Record {
        let plan = planned(text);
        let run = Run {
            verdicts: plan
                .samples
                .iter()
                .map(|_| Some((Verdict::of(outcome.clone()), false)))
                .collect(),
            linkages: vec![None],
        };
        Record::of(&plan, &run, time)
    }

    #[test]
    fn the_newer_verdict_counts() {
        let text = "```rust\nlet a = 1;\n```\n";
        let key = library_key(&planned(text).libraries[0]);
        let old = record(text, Outcome::Passed, 1);
        let new = record(text, Outcome::Panicked, 2);
        for (mut first, second) in [(old.clone(), new.clone()), (new, old)] {
            first.merge(second);
            let plan = planned(text);
            let found = first.find(&plan.samples[0], &key);
            assert_eq!(found.map(|f| &f.outcome), Some(&Outcome::Panicked));
        }
    }

    #[test]
    fn an_edit_makes_a_verdict_unknown_and_a_move_does_not() {
        let record = record("```rust\nlet a = 1;\n```\n", Outcome::Passed, 1);
        let found = |text: &str| {
            let plan = planned(text);
            let key = library_key(&plan.libraries[0]);
            record.find(&plan.samples[0], &key).is_some()
        };
        assert!(found("moved\n\n```rust\nlet a = 1;\n```\n"));
        assert!(!found("```rust\nlet a = 2;\n```\n"));
        assert!(!found("```rust,no_run\nlet a = 1;\n```\n"));
    }

    #[test]
    fn json_leads_there_and_back() {
        let record = record("```rust\nlet a = 1;\n```\n", Outcome::Exited { code: 3 }, 1);
        assert_eq!(Record::from_json(&record.to_json()), Ok(record));
        assert!(Record::from_json(b"{").is_err());
        assert!(Record::from_json(b"{\"format\":9,\"libraries\":{},\"samples\":{}}").is_err());
    }

    #[test]
    fn what_was_not_tried_is_not_recorded() {
        let why = "no Cargo".to_owned();
        let record = record("```rust\n1;\n```\n", Outcome::NotVerified { why }, 1);
        assert!(record.samples.is_empty());
    }
}
