//! What pages show of recorded verdicts, and what `--verified` refuses.

use super::*;
use crate::build::Build;
use crate::build::files::{ChangeSet, MemoryFiles};
use crate::build::output::{MemoryTree, Output};
use crate::diagnostic::render_human;
use crate::verify::record::sample_key;
use crate::verify::verdict::Outcome;

const SITE: [(&str, &str); 4] = [
    ("docproof.yaml", "verify: { dependencies: { kit: \"2\" } }"),
    (
        "docs/a.md",
        "Text.\n\n```rust,show_output\npassing();\n```\n\n```rust\nfailing();\n```\n\n```rust\nunknown();\n```\n\n```rust,ignore\nx\n```\n",
    ),
    (
        "docs/b.md",
        "```rust,group=g\npassing();\n```\n\n```js\nx\n```\n\n```rust,group=g,show_output\ntwo();\n```\n\n```rust,compile_fail\npassing();\n```\n",
    ),
    ("docs/c.md", "<!-- COPY DOCS -->\n<!-- docs/b.md -->\n"),
];

/// A record of every sample of a site: what is said to pass has printed its first line.
fn record(site: &[(&str, &str)], outcome: impl Fn(&str) -> Option<Outcome>) -> Record {
    let mut build = Build::new();
    let files = MemoryFiles::new(site.iter().copied());
    let indexed = build.index(&files, &ChangeSet::All, &mut Vec::new());
    let fences = fences(&indexed, &build.sources);
    let found = libraries(&indexed, &fences, false, &mut Vec::new());
    let plan = plan(fences, found.libraries, &found.of_fences, &Rules::default());
    let mut record = Record::default();
    for sample in &plan.samples {
        let library = library_key(&plan.libraries[sample.library]);
        let recorded = outcome(&sample.text()).map(|outcome| Recorded {
            outcome,
            stdout: format!("<{}>\n", sample.text().lines().next().unwrap_or_default()),
            cut: false,
            time: 1,
        });
        let key = sample_key(sample, &library);
        record
            .samples
            .extend(recorded.map(|recorded| (key, recorded)));
        let against = RecordedLibrary {
            name: String::new(),
            against: vec![
                ("kit".into(), "2.0.1".into()),
                ("other".into(), "1.0.0".into()),
            ],
            rustc: "1.95.0".into(),
            host: String::new(),
            sources: ContentHash::of(b"now").to_string(),
            time: 1,
        };
        record.libraries.insert(library, against);
    }
    record
}

fn by_name(text: &str) -> Option<Outcome> {
    match text.lines().next()? {
        "passing();" => Some(Outcome::Passed),
        "failing();" => Some(Outcome::FailedToCompile),
        _ => None,
    }
}

/// What stands under each block of a page.
fn under(record: Record, page: &str) -> String {
    let mut build = Build::new();
    build.set_verified(Verified {
        record,
        ..Verified::default()
    });
    let files = MemoryFiles::new(SITE);
    let sink = MemoryTree::default();
    let outcome = build.run(&files, &ChangeSet::All, &sink, &|_| {});
    assert!(outcome.built, "{:?}", outcome.diagnostics);
    let tree = sink.finish();
    let Some(Output::Bytes(bytes)) = tree.get(page) else {
        panic!("{page} is not a page")
    };
    let html = String::from_utf8_lossy(bytes);
    let blocks = html.split("<figure").skip(1);
    let ends =
        blocks.filter_map(|block| Some(block.split_once("</pre>")?.1.split_once("</figure>")?.0));
    ends.collect::<Vec<_>>().join("\n")
}

#[test]
fn samples_are_marked_with_what_is_recorded() {
    assert_eq!(under(Record::default(), "docs/a.html"), "\n\n\n");
    let record = record(&SITE, by_name);
    let passed = |words: &str| {
        format!("<div class=\"verdict passed\">{words} with kit 2.0.1, rustc 1.95.0</div>")
    };
    let output = "<div class=\"captured\"><p>Output</p><pre>&lt;passing();&gt;</pre></div>";
    assert_eq!(
        under(record.clone(), "docs/a.html"),
        format!(
            "{output}{}\n<div class=\"verdict failed\">fails: failed to compile</div>\n\n",
            passed("verified")
        )
    );
    let group = format!(
        "{}\n\n{output}{}\n{}",
        passed("verified"),
        passed("verified"),
        passed("verified not to compile")
    );
    assert_eq!(under(record.clone(), "docs/b.html"), group);
    assert_eq!(under(record, "docs/c.html"), group, "copied samples too");
}

/// What a build with `--verified` says.
fn required(outcome: impl Fn(&str) -> Option<Outcome>, sources: &'static [u8]) -> String {
    let mut build = Build::new();
    build.set_verified(Verified {
        record: record(&SITE, outcome),
        required: Some(Box::new(|_| Some(ContentHash::of(sources)))),
        ..Verified::default()
    });
    let sink = MemoryTree::default();
    let outcome = build.run(&MemoryFiles::new(SITE), &ChangeSet::All, &sink, &|_| {});
    let mut out = String::new();
    for diagnostic in &outcome.diagnostics {
        let text = render_human(diagnostic, &build.sources, false);
        let kept = |line: &&str| line.starts_with(['e', 'h']) || line.contains("-->");
        let lines: Vec<&str> = text.lines().filter(kept).map(str::trim).collect();
        out.push_str(&lines.join("\n"));
        out.push('\n');
    }
    assert_eq!(outcome.built, out.is_empty());
    out
}

#[test]
fn verified_wants_a_good_verdict_for_every_sample() {
    assert_eq!(required(|_| Some(Outcome::Passed), b"now"), "");
    let again = "help: run `docproof verify`, which records the verdicts";
    assert_eq!(
        required(by_name, b"now"),
        format!(
            "error[verified]: this sample fails: failed to compile\n--> docs/a.md:7:1\n{again}\n\
             error[verified]: this sample has no recorded verdict\n--> docs/a.md:11:1\n{again}\n"
        )
    );
    assert_eq!(
        required(|_| Some(Outcome::Passed), b"other"),
        format!(
            "error[verified]: the library of current docs has changed since its samples were verified\n--> docproof.yaml\n{again}\n"
        )
    );
}

#[test]
fn a_page_is_rendered_again_when_its_marks_change() {
    let mut build = Build::new();
    let files = MemoryFiles::new(SITE);
    let first = MemoryTree::default();
    assert_eq!(
        build.run(&files, &ChangeSet::All, &first, &|_| {}).rendered,
        3
    );
    let first = first.finish();
    let only_a = |text: &str| text.starts_with("failing").then_some(Outcome::Panicked);
    let verified = || Verified {
        record: record(&SITE, only_a),
        ..Verified::default()
    };
    build.set_verified(verified());
    let sink = MemoryTree::after(first);
    assert_eq!(
        build.run(&files, &ChangeSet::All, &sink, &|_| {}).rendered,
        1
    );
    let tree = sink.finish();
    let mut clean = Build::new();
    clean.set_verified(verified());
    let clean_sink = MemoryTree::default();
    clean.run(&files, &ChangeSet::All, &clean_sink, &|_| {});
    assert_eq!(tree, clean_sink.finish());
}
