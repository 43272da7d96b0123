//! `rustdoc --test` over a Markdown file.
//!
//! In: a text and an edition. Out: what rustdoc says of each block, by the line of its fence. It must not know what the
//! text is for.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// What rustdoc says of a block: what it wants of it, and what came of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// Behind the name: `compile`, `compile fail`, `should panic`, or nothing.
    pub how: String,
    /// `ok`, `FAILED` or `ignored`.
    pub verdict: String,
}

/// Runs rustdoc over `name` in `folder`.
pub fn rustdoc(folder: &Path, name: &str, edition: &str) -> BTreeMap<usize, Said> {
    let output = Command::new("rustdoc")
        .current_dir(folder)
        .args([
            "--edition",
            edition,
            "--test",
            name,
            "--test-args",
            "--test-threads=2",
        ])
        .env_remove("RUST_BACKTRACE")
        .output()
        .expect("rustdoc is installed");
    let text = String::from_utf8_lossy(&output.stdout);
    let said: BTreeMap<usize, Said> = text.lines().filter_map(said).collect();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("test result"), "rustdoc failed: {stderr}");
    said
}

/// Reads `test x.md - Title (line 7) - compile fail ... ok`.
fn said(line: &str) -> Option<(usize, Said)> {
    let (name, verdict) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    let (_, place) = name.rsplit_once("(line ")?;
    let (number, how) = place.split_once(')')?;
    let said = Said {
        how: how.trim_start_matches([' ', '-']).to_owned(),
        verdict: verdict.to_owned(),
    };
    Some((number.parse().ok()?, said))
}
