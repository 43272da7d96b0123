//! Where verify points: for every kind of error, the place that a person would point at.
//!
//! In: the site in `verify_places/fixtures`. A comment below a line of code has a `^` under the place, and a part of what is
//! said about it: a code, words of the message or of the outcome. Where no comment can stand, `<!-- at LINE:COLUMN words -->`
//! stands in the page. A failing sample without either has to point at its fence. Out: every sample that points elsewhere.

#![expect(clippy::unwrap_used, reason = "a test says enough with a panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Path, line and column.
type Place = (String, usize, usize);

fn site() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verify_places/fixtures")
}

/// Copies the site, since a run leaves its cache behind.
fn copy(from: &Path, to: &Path, files: &mut Vec<String>, base: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target, files, base);
        } else {
            fs::copy(&path, &target).unwrap();
            let name = path.strip_prefix(base).unwrap();
            files.push(name.to_string_lossy().replace('\\', "/"));
        }
    }
}

/// Every place that a file names, with the words about it.
fn named(path: &str, text: &str) -> Vec<(Place, String)> {
    let mut found = Vec::new();
    for (n, line) in text.lines().enumerate() {
        // Line numbers count from 1, and the comment stands below its line.
        found.extend(caret(line).map(|(column, words)| ((path.to_owned(), n, column), words)));
        found.extend(
            comment(line).map(|(line, column, words)| ((path.to_owned(), line, column), words)),
        );
    }
    found
}

/// Reads `//      ^ E0308`, behind the marks of a list, a quote or a hidden line.
fn caret(line: &str) -> Option<(usize, String)> {
    let inside = line.trim_start_matches(['>', '#', ' ', '\t', '-']);
    let (before, words) = inside.strip_prefix("//")?.split_once('^')?;
    let column = line.chars().position(|c| c == '^')? + 1;
    before
        .trim()
        .is_empty()
        .then(|| (column, words.trim().to_owned()))
}

/// Reads `<!-- at 7:1 words -->`.
fn comment(line: &str) -> Option<(usize, usize, String)> {
    let inside = line.strip_prefix("<!-- at ")?.strip_suffix(" -->")?;
    let (place, words) = inside.split_once(' ')?;
    let (line, column) = place.split_once(':')?;
    Some((line.parse().ok()?, column.parse().ok()?, words.to_owned()))
}

fn place(value: &Value) -> Place {
    let number = |name: &str| usize::try_from(value[name].as_u64().unwrap()).unwrap();
    let path = value["path"].as_str().unwrap().to_owned();
    (path, number("line"), number("column"))
}

/// What is said of a sample.
fn said(sample: &Value) -> String {
    let message = &sample["messages"][0];
    let parts = [&sample["words"], &message["code"], &message["message"]];
    parts
        .iter()
        .filter_map(|part| part.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

fn verify(folder: &Path) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_docproof"))
        .args(["verify", "--format", "json", "--site"])
        .arg(folder)
        .env_remove("RUST_BACKTRACE")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let samples: Vec<Value> = lines
        .filter(|line: &Value| line["type"] == "sample")
        .collect();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(samples.len() > 100, "{} samples: {stderr}", samples.len());
    samples
}

#[test]
fn every_error_is_where_a_person_would_look_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    copy(&site(), folder.path(), &mut files, &site());
    let named: BTreeMap<Place, String> = files
        .iter()
        .flat_map(|path| named(path, &fs::read_to_string(site().join(path)).unwrap()))
        .collect();
    // In the second run the places of compile errors come from the cache.
    for run in ["fresh", "cached"] {
        let mut left = named.clone();
        let mut wrong = Vec::new();
        for sample in verify(folder.path())
            .iter()
            .filter(|s| s["passed"] == false)
        {
            let (fence, at) = (place(sample), place(&sample["place"]));
            let said = said(sample);
            match left.remove(&at) {
                Some(words) if said.contains(&words) => {}
                Some(words) => wrong.push(format!("{at:?}: `{words}` is not in `{said}`")),
                None if at == fence => {}
                None => wrong.push(format!("{fence:?}: unexpected place {at:?}: {said}")),
            }
        }
        wrong.extend(
            left.iter()
                .map(|(place, words)| format!("nothing at {place:?}: {words}")),
        );
        assert!(
            wrong.is_empty(),
            "{run}: {} wrong:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
        assert!(named.len() > 80, "only {} places", named.len());
    }
}

#[test]
fn marks_are_read() {
    assert_eq!(caret("> - //  ^ E0308"), Some((9, "E0308".into())));
    assert_eq!(caret("let x = 1; // ^ no"), None);
    assert_eq!(caret("// a ^ b"), None);
    assert_eq!(comment("<!-- at 7:1 a b -->"), Some((7, 1, "a b".into())));
}
