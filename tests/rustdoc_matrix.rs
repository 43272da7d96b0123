//! Agreement with `rustdoc --test`: the same blocks are tested, in the same way, with the same verdict.
//!
//! In: generated Markdown. Out: a list of the blocks where rustdoc and verify part. With `--strict-rustdoc` there may be
//! none but those that `guide/docs/verify-rustdoc.md` lists; without it, each difference has to be announced.

#![expect(clippy::unwrap_used, reason = "a test says enough with a panic")]

#[path = "rustdoc_matrix/info_strings.rs"]
mod info_strings;
#[path = "rustdoc_matrix/rustdoc.rs"]
mod rustdoc;

use std::collections::BTreeMap;
use std::fs;

use docproof::verify::attributes::{Rules, Untagged, attributes};
use docproof::verify::sample::{Attributes, Mode, Treatment};
use rustdoc::Said;

/// The host's triple, as rustc says it.
fn host() -> String {
    let output = std::process::Command::new("rustc").arg("-vV").output();
    let text = String::from_utf8(output.unwrap().stdout).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    line.unwrap().to_owned()
}

/// A treatment in rustdoc's words; nothing for a block that is not tested.
fn in_their_words(attributes: &Attributes) -> Option<&'static str> {
    match attributes.treatment {
        // rustdoc judges what it compiles alone by itself, and does not tell the test runner.
        Treatment::Sample(Mode::ShouldPanic)
            if attributes.test_harness || attributes.standalone =>
        {
            Some("")
        }
        Treatment::Sample(Mode::Run) => Some(""),
        Treatment::Sample(Mode::NoRun) => Some("compile"),
        Treatment::Sample(Mode::ShouldPanic) => Some("should panic"),
        Treatment::Sample(Mode::CompileFail) => Some("compile fail"),
        Treatment::Ignored(_) => Some("ignored"),
        _ => None,
    }
}

fn they_say(said: Option<&Said>) -> Option<&str> {
    said.map(|said| match said.verdict.as_str() {
        "ignored" => "ignored",
        _ => said.how.as_str(),
    })
}

#[test]
fn info_strings_are_read_as_rustdoc_reads_them() {
    let mut text = String::new();
    let mut infos = BTreeMap::new();
    let mut line = 1;
    for info in info_strings::info_strings() {
        text.push_str(&format!("```{info}\nlet x = 1;\n```\n\n"));
        infos.insert(line, (info, true));
        line += 4;
    }
    text.push_str("Words\n\n    let x = 1;\n\n");
    // rustdoc counts from the line before an indented block, which has no fence.
    infos.insert(line + 2, ("indented".into(), false));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("page.md"), text).unwrap();
    let theirs = rustdoc::rustdoc(folder.path(), "page.md", "2024");
    let host = host();
    let mut apart = Vec::new();
    for (line, (info, fenced)) in &infos {
        let said = they_say(theirs.get(line));
        let rules = |strict| Rules {
            strict,
            untagged: Untagged::Run,
            host: &host,
        };
        let strict = attributes(info, *fenced, false, &rules(true));
        if in_their_words(&strict) != said {
            apart.push(format!(
                "strict `{info}`: {:?}, rustdoc {said:?}",
                strict.treatment
            ));
        }
        let ours = attributes(info, *fenced, false, &rules(false));
        // Left out by us and not even seen by rustdoc is the same to a reader.
        let unseen = |word: Option<&str>| word.is_none_or(|word| word == "ignored");
        let same = unseen(in_their_words(&ours)) && unseen(said)
            || in_their_words(&ours) == said && ours.edition == strict.edition;
        if same == ours.rustdoc_differs.is_some() {
            apart.push(format!(
                "`{info}`: {:?}, {:?}, rustdoc {said:?}",
                ours.treatment, ours.rustdoc_differs
            ));
        }
    }
    assert!(
        apart.is_empty(),
        "{} differences:\n{}",
        apart.len(),
        apart.join("\n")
    );
}
