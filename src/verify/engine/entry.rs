//! Cache entries: what a verdict depends on, and how it is stored.
//!
//! In: a sample and what it is compiled against. Out: a key, and bytes. The place of a sample is no part of the key
//! unless the sample can see it. A stored failure names places, so it counts only where it was found.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::source::ContentHash;
use crate::verify::machine::Linkage;
use crate::verify::sample::Sample;
use crate::verify::verdict::{Outcome, Verdict};

/// Raised when the engine judges or generates in another way.
const ENGINE: &str = "docproof verify 1";

/// Files and variables that a sample read while it was compiled.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// Files and their hashes.
    pub files: Vec<(PathBuf, ContentHash)>,
    /// Variables and their values.
    pub env: Vec<(String, Option<String>)>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    verdict: Verdict,
    /// Where a failure was found.
    place: Option<(String, usize)>,
    /// Files that were included, and their hashes.
    files: Vec<(PathBuf, String)>,
}

/// What the program may see of its own place, and so of edits above it.
const SEES_PLACE: [&str; 9] = [
    "line!",
    "column!",
    "file!",
    "dbg!",
    "caller",
    "Location",
    "Backtrace",
    "_hook",
    "Panic",
];

/// The key of a sample's verdict.
pub fn key(sample: &Sample, linkage: &Linkage, strict: bool) -> ContentHash {
    let text = sample.text();
    let part = &sample.parts[0];
    let mut place = String::new();
    if SEES_PLACE.iter().any(|word| text.contains(word)) {
        for part in &sample.parts {
            place.push_str(&format!("{}:{};", part.path, part.open_line));
        }
    }
    // What is included is found from the folder of the file.
    if text.contains("include") {
        place.push_str(part.path.rsplit_once('/').map_or("", |(folder, _)| folder));
    }
    let edition = sample.edition.as_deref().unwrap_or(&linkage.edition);
    ContentHash::of_parts([
        ENGINE.as_bytes(),
        &sample.hash().0,
        &linkage.fingerprint.0,
        edition.as_bytes(),
        place.as_bytes(),
        &[u8::from(strict)],
    ])
}

/// Whether a verdict is worth keeping: not what may come out differently next time.
fn lasts(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Passed
            | Outcome::FailedToCompile
            | Outcome::UnexpectedlyCompiled
            | Outcome::WrongErrorCode { .. }
    )
}

/// The bytes to store, or none if the verdict is not to be kept. `declared` is the environment that the key covers.
pub fn write(
    sample: &Sample,
    verdict: &Verdict,
    read: &Read,
    declared: &[(String, String)],
) -> Option<Vec<u8>> {
    let covered = |(name, value): &(String, Option<String>)| {
        declared
            .iter()
            .any(|(n, v)| n == name && Some(v) == value.as_ref())
    };
    if !lasts(&verdict.outcome) || !read.env.iter().all(covered) {
        return None;
    }
    let stored = Stored {
        verdict: verdict.clone(),
        place: (!verdict.outcome.passed()).then(|| place(sample)),
        files: read
            .files
            .iter()
            .map(|(path, hash)| (path.clone(), hash.to_string()))
            .collect(),
    };
    serde_json::to_vec(&stored).ok()
}

fn place(sample: &Sample) -> (String, usize) {
    let part = &sample.parts[0];
    let mut path = part.path.to_string();
    // Lines from elsewhere are elsewhere when their file changes.
    let lines = sample.parts.iter().flat_map(|part| &part.lines);
    for origin in lines.filter_map(|line| line.origin.as_ref()) {
        path.push_str(&format!(" {}:{}", origin.0, origin.1));
    }
    (path, part.open_line)
}

/// The verdict in stored bytes, if it still holds.
pub fn read(
    bytes: &[u8],
    sample: &Sample,
    hash_file: &dyn Fn(&Path) -> Option<ContentHash>,
) -> Option<Verdict> {
    let stored: Stored = serde_json::from_slice(bytes).ok()?;
    let here = stored.place.is_none_or(|p| p == place(sample));
    let unchanged = stored
        .files
        .iter()
        .all(|(path, hash)| hash_file(path).is_some_and(|now| now.to_string() == *hash));
    (here && unchanged).then_some(stored.verdict)
}
