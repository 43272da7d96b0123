//! Every code of a message has its section in the reference, and shows there what the program says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use docproof::verify::verdict::Outcome;

use super::cli::Site;
use super::message_samples::{SAMPLES, Sample, text};
use super::page::{Page, splice};

/// What is called with the code of a message first.
const MAKERS: [&str; 8] = [
    "Problem::error(",
    "Problem::warning(",
    "Diagnostic::error(",
    "Diagnostic::warning(",
    "Broken::new(",
    "Note::at(",
    "Note::about(",
    "Self::at(",
];

/// The codes in a text of the program. One that is handed on comes from another maker.
fn codes_in(text: &str, codes: &mut BTreeSet<String>) {
    for maker in MAKERS {
        for (at, _) in text.match_indices(maker) {
            let argument = text[at + maker.len()..].trim_start();
            if let Some(code) = argument.strip_prefix('"') {
                codes.extend(code.split('"').next().map(str::to_owned));
            }
        }
    }
    for (at, field) in text.match_indices("code: \"") {
        let code = &text[at + field.len()..];
        codes.extend(code.split('"').next().map(str::to_owned));
    }
}

/// Every code in `src/`, without the tests at the end of files.
fn all_codes(folder: &Path, codes: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() && name != "tests" {
            all_codes(&path, codes);
        } else if name.ends_with(".rs") && name != "tests.rs" {
            let text = fs::read_to_string(&path).expect("a text");
            let program = text.split("#[cfg(test)]\nmod tests {").next();
            codes_in(program.unwrap_or_default(), codes);
        }
    }
}

#[test]
fn every_code_has_a_sample_and_a_section() {
    let mut codes = BTreeSet::new();
    all_codes(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut codes,
    );
    assert!(codes.len() > 25, "{codes:?}");
    let page = Page::read("reference/messages");
    let headings = page
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("### `"));
    let sections: BTreeSet<String> = headings
        .map(|l| l.trim_end_matches('`').to_owned())
        .collect();
    assert_eq!(
        sections, codes,
        "left: sections of the page, right: codes of the program"
    );
    let samples: BTreeSet<String> = SAMPLES.iter().map(|s| s.code.to_owned()).collect();
    assert_eq!(samples, codes, "left: samples, right: codes of the program");
}

/// The messages of a sample that have its code, as they are printed.
fn said(sample: &Sample) -> String {
    let site = Site::new(&[]);
    for (path, content) in sample.files {
        site.write(path, text(content));
    }
    let run = site.run(sample.args);
    let starts = ["error[", "warning["];
    let mut messages: Vec<String> = Vec::new();
    let mut ours = false;
    for line in run.err.lines() {
        if starts.iter().any(|start| line.starts_with(start)) {
            ours = starts
                .iter()
                .any(|s| line.starts_with(&format!("{s}{}]", sample.code)));
            if ours {
                messages.push(String::new());
            }
        }
        ours &= !line.is_empty();
        if let Some(last) = messages.last_mut().filter(|_| ours) {
            last.push_str(line.trim_end());
            last.push('\n');
        }
    }
    assert!(!messages.is_empty(), "{}: {run:?}", sample.code);
    messages.join("\n")
}

#[test]
fn the_messages_on_the_page_are_those_of_the_program() {
    let page = Page::read("reference/messages");
    let mut made = page.text.clone();
    for sample in SAMPLES {
        let heading = format!("\n### `{}`\n", sample.code);
        let Some(at) = made.find(&heading) else {
            panic!("no section for `{}`", sample.code);
        };
        made = splice(&made, at, "```text", "```\n", &said(sample));
    }
    page.must_be(&made);
}

/// The first words of an outcome. A new kind of outcome does not compile here until it has its row.
fn first_words(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "",
        Outcome::FailedToCompile => "failed to compile",
        Outcome::UnexpectedlyCompiled => "unexpectedly compiled",
        Outcome::WrongErrorCode { .. } => "wrong error code",
        Outcome::Panicked => "panicked",
        Outcome::DidNotPanic => "did not panic",
        Outcome::Exited { .. } => "exited with",
        Outcome::Killed { .. } => "killed by signal",
        Outcome::TimedOut { .. } => "timed out after",
        Outcome::OutputDiffers { .. } => "output differs",
        Outcome::NotVerified { .. } => "not verified",
    }
}

#[test]
fn what_came_of_a_sample_has_its_row() {
    let page = Page::read("reference/messages");
    let section = page.section("## What came of a sample");
    let text = String::new;
    let all = [
        Outcome::FailedToCompile,
        Outcome::UnexpectedlyCompiled,
        Outcome::WrongErrorCode {
            expected: Vec::new(),
            found: Vec::new(),
        },
        Outcome::Panicked,
        Outcome::DidNotPanic,
        Outcome::Exited { code: 3 },
        Outcome::Killed {
            signal: 9,
            why: None,
        },
        Outcome::TimedOut { limit_ms: 1000 },
        Outcome::OutputDiffers {
            expected: text(),
            found: text(),
        },
        Outcome::NotVerified { why: text() },
    ];
    for outcome in &all {
        let words = first_words(outcome);
        assert!(outcome.words().starts_with(words), "{outcome:?}");
        assert!(
            section.contains(&format!("\n| `{words}` |")),
            "no row for `{words}`"
        );
    }
    // And the row of the headings.
    assert_eq!(section.matches("\n| ").count(), all.len() + 1);
}
