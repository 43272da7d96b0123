//! Sidebar files: values and places agree, and any sidebar file either builds or is complained about; a
//! build that knows an earlier one comes to the same site as one that knows nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Once;

use docproof::build::files::{ChangeSet, MemoryFiles};
use docproof::build::output::{MemoryTree, Output};
use docproof::build::{Build, Outcome};
use docproof::diagnostic::Severity;
use docproof::source::line_column;
use docproof::yaml::{self, Part, Step};
use serde_yaml::Value;

use crate::shared;

/// Checks one sidebar file.
pub fn check(text: &str) {
    let (_, _, text) = shared::source("sidebars.json", text);
    values(&text);
    // The YAML reading takes JSON too, the JSON reading takes nothing else.
    let name = if yaml::parse_json(&text).is_ok() {
        "sidebars.json"
    } else {
        "sidebars.yaml"
    };
    site(name, &text);
}

// ---- values and places ----------------------------------------------------------------------------

fn values(text: &str) {
    let as_yaml = yaml::parse(text);
    let as_json = yaml::parse_json(text);
    match &as_yaml {
        Ok(value) => places(text, value, false),
        Err(error) => {
            shared::sound(text, &error.range, error);
            assert!(!error.message.is_empty());
            same_line_as_the_parser(text, error.range.start);
        }
    }
    match &as_json {
        // Where both readings agree, the places are exact (JSON alone may hold a key twice).
        Ok(value) => places(text, value, as_yaml.as_ref() == Ok(value)),
        Err(error) => {
            shared::sound(text, &error.range, error);
            assert!(!error.message.is_empty());
        }
    }
}

/// The parser counts lines itself; the offset that is made of its answer must agree.
fn same_line_as_the_parser(text: &str, offset: usize) {
    let error = serde_yaml::from_str::<Value>(text).expect_err("it failed before");
    let Some(location) = error.location() else {
        return;
    };
    // These are line ends for YAML and for nobody else.
    if !text.contains(['\u{85}', '\u{2028}', '\u{2029}']) && offset < text.len() {
        assert_eq!(line_column(text, offset).0, location.line(), "{error}");
    }
}

/// Looks up every key and value.
fn places(text: &str, value: &Value, exact: bool) {
    let mut path = Vec::new();
    let mut left = 64;
    walk(text, value, exact, &mut path, &mut left);
    path.push(Step::Key("not there".into()));
    path.push(Step::Item(9));
    shared::sound(text, &yaml::locate(text, &path, Part::Value), &path);
}

fn walk(text: &str, value: &Value, exact: bool, path: &mut Vec<Step>, left: &mut usize) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    let range = yaml::locate(text, path, Part::Value);
    shared::sound(text, &range, path);
    if exact && let Value::String(string) = value {
        named(&text[range], string);
    }
    match value {
        Value::Sequence(items) => {
            for (at, item) in items.iter().enumerate() {
                path.push(Step::Item(at));
                walk(text, item, exact, path, left);
                path.pop();
            }
        }
        Value::Mapping(map) => {
            for (key, inner) in map {
                let Some(key) = key.as_str() else { continue };
                path.push(Step::Key(key.to_owned()));
                let range = yaml::locate(text, path, Part::Key);
                shared::sound(text, &range, path);
                if exact {
                    named(&text[range], key);
                }
                walk(text, inner, exact, path, left);
                path.pop();
            }
        }
        _ => {}
    }
}

/// What stands at a place must be the string that was looked up, or the start of what holds it when the
/// places could not be followed to the end.
fn named(written: &str, string: &str) {
    if written.starts_with('"') {
        let read: Result<String, _> = serde_json::from_str(written);
        assert_eq!(read.ok().as_deref(), Some(string), "{written}");
    }
}

// ---- a site ---------------------------------------------------------------------------------------

const A: &str = "---\nid: one\ntitle: One & <all>\n---\nText, and [two](deep/two.md).\n";
const TWO: &str = "# Two\n\nMore of it.\n";
const FIRST: &str = "docs: {Words: [one, deep/two]}\n";

fn site(name: &str, text: &str) {
    static POOL: Once = Once::new();
    // One thread: the same input takes the same way each time.
    POOL.call_once(|| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1);
        pool.build_global().expect("the first pool");
    });
    let docs = [("docs/a.md", A), ("docs/deep/two.md", TWO)];
    let settings = |name, text| MemoryFiles::new(docs.into_iter().chain([(name, text)]));

    let files = settings(name, text);
    let mut fresh = Build::new();
    let mut wrong = Vec::new();
    let indexed = fresh.index(&files, &ChangeSet::All, &mut wrong);
    assert_eq!(indexed.site.pages.len(), docs.len());
    shared::diagnostics(&wrong, &fresh.sources);
    if wrong.iter().any(|d| d.severity == Severity::Error) {
        // Rendering takes long, and would not be reached.
        return;
    }

    let mut fresh = Build::new();
    let (clean, tree) = run(&mut fresh, &files, &ChangeSet::All, BTreeMap::new());
    shared::diagnostics(&clean.diagnostics, &fresh.sources);
    assert_eq!(clean.sink_error, None);
    assert_eq!(clean.built, clean.errors() == 0, "{:?}", clean.diagnostics);
    assert_eq!(tree.contains_key("docs/deep/two.html"), clean.built);

    let mut knowing = Build::new();
    let before = settings("sidebars.yaml", FIRST);
    let (first, old) = run(&mut knowing, &before, &ChangeSet::All, BTreeMap::new());
    assert!(first.built, "{:?}", first.diagnostics);
    let changed = BTreeSet::from([name.to_owned(), "sidebars.yaml".to_owned()]);
    let (second, new) = run(&mut knowing, &files, &ChangeSet::Paths(changed), old);
    assert_eq!(second.built, clean.built);
    assert_eq!(said(&second, &knowing), said(&clean, &fresh));
    assert!(!clean.built || new == tree, "the two sites differ");
}

fn run(
    build: &mut Build,
    files: &MemoryFiles,
    changes: &ChangeSet,
    before: BTreeMap<String, Output>,
) -> (Outcome, BTreeMap<String, Output>) {
    let sink = MemoryTree::after(before);
    let outcome = build.run(files, changes, &sink, &|_| {});
    (outcome, sink.finish())
}

fn said(outcome: &Outcome, build: &Build) -> Vec<String> {
    let place = |span| build.sources.place(span);
    let diagnostics = outcome.diagnostics.iter();
    diagnostics
        .map(|d| format!("{} {:?}", d.message, d.place.as_ref().map(place)))
        .collect()
}
