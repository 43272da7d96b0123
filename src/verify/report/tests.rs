//! Tests of the reports: one made-up run, and what each report says of it.

use std::time::Duration;

use super::super::attributes::plain;
use super::super::event::Event;
use super::super::fixture;
use super::super::library::Library;
use super::super::sample::{Attributes, Expected, Fence, Mode, Place, Sample, Shown, Treatment};
use super::super::verdict::{CompilerMessage, Outcome, Verdict};
use super::human::{Call, without_colours};
use super::{Collector, LeftOut, Outcomes, github, human, json, junit, list, seconds, totals};

fn fence(path: &str, line: usize, version: &str, info: &str) -> Fence {
    Fence {
        docset: "kit".into(),
        version: Some(version.into()),
        page: path.into(),
        block: 0,
        info: info.into(),
        fenced: true,
        rustdoc: false,
        lines: Vec::new(),
        path: path.into(),
        open_line: line,
        close_line: line + 9,
        place: place(path, line),
        chain: Vec::new(),
        file: None,
        expected: None,
    }
}

fn place(path: &str, line: usize) -> Place {
    Place {
        path: path.into(),
        line,
        column: 1,
    }
}

fn sample(fence: Fence, library: usize) -> Sample {
    let shown = Shown {
        docset: fence.docset.clone(),
        version: fence.version.clone(),
        page: fence.page.clone(),
    };
    Sample {
        parts: vec![fence],
        mode: Mode::Run,
        attributes: plain(Treatment::Sample(Mode::Run)),
        library,
        edition: None,
        shown: vec![shown],
    }
}

fn library(name: &str) -> Library {
    Library {
        name: name.into(),
        ..fixture::library()
    }
}

const RENDERED: &str = "\x1b[91merror[E0308]\x1b[0m: mismatched types
 --> docs/guide.md:43:18
  |
43 | let n: u8 = \"a, b\";
  |             ^^^^^^ expected `u8`
";

fn mismatch() -> Verdict {
    let message = CompilerMessage {
        level: "error".into(),
        code: Some("E0308".into()),
        message: "mismatched types".into(),
        path: Some("docs/guide.md".into()),
        line: 43,
        column: 18,
        end_line: 43,
        end_column: 24,
        rendered: RENDERED.into(),
    };
    Verdict {
        messages: vec![message],
        ..Verdict::of(Outcome::FailedToCompile)
    }
}

fn panic() -> Verdict {
    Verdict {
        stdout: "before\u{1b}[2J\n".into(),
        stderr: "thread 'main' panicked at docs/list.md:12:5:\n100% wrong\n".into(),
        run_ms: 7,
        at: Some(("docs/list.md".into(), 12, 5)),
        ..Verdict::of(Outcome::Panicked)
    }
}

fn differs() -> Verdict {
    Verdict::of(Outcome::OutputDiffers {
        expected: "one\ntwo\nid [..]".into(),
        found: "one\n2\nid 7".into(),
    })
}

/// One of each: a type error, a panic in a copied sample, a wrong output, one that passed (in two versions, from the
/// cache), two that could not be tried, three that are no samples.
fn run() -> Outcomes {
    let mut copied = fence("docs/list.md", 10, "next", "rust");
    copied.page = "docs/all.md".into();
    copied.chain = vec![place("docs/all.md", 5)];
    let mut printing = fence("docs/out.md", 3, "next", "rust,output");
    printing.expected = Some(Expected {
        text: "one\ntwo\nid [..]\n".into(),
        path: "docs/out.md".into(),
        range: 0..1,
        line: 14,
    });
    let mut inherited = sample(fence("docs/guide.md", 60, "next", "rust"), 0);
    inherited.shown.push(Shown {
        docset: "kit".into(),
        version: Some("1.0.X".into()),
        page: "docs/guide.md".into(),
    });
    let samples = vec![
        sample(fence("docs/guide.md", 41, "next", "rust"), 0),
        inherited,
        sample(copied, 0),
        sample(printing, 0),
        sample(fence("old/a.md", 5, "1.0.X", "rust"), 1),
        sample(fence("old/b.md", 6, "1.0.X", "rust"), 1),
    ];
    let left_out = |line, treatment| LeftOut {
        fence: fence("docs/guide.md", line, "next", "x"),
        attributes: Attributes {
            treatment,
            ..plain(Treatment::Sample(Mode::Run))
        },
    };
    let left_out = vec![
        left_out(80, Treatment::Ignored("ignore".into())),
        left_out(90, Treatment::NotRust("yaml".into())),
        left_out(95, Treatment::NotRust("yaml".into())),
    ];
    let libraries = vec![library("current docs"), library("version 1.0.X")];
    let collector = Collector::new(Outcomes::new(
        samples,
        &[0, 1, 2, 3, 4, 5],
        left_out,
        libraries,
    ));
    collector.take(Event::Prepared {
        library: 0,
        versions: vec![
            ("kit".into(), "2.0.1".into()),
            ("serde".into(), "1.0.200".into()),
        ],
        rustc: "1.95.0".into(),
    });
    collector.take(Event::LibraryFailed {
        library: 1,
        message: "it does not compile".into(),
        details: "\x1b[91merror\x1b[0m: expected `;`\n --> src/lib.rs:1:1".into(),
        hint: Some("run `cargo build`".into()),
    });
    let gone = || {
        Verdict::of(Outcome::NotVerified {
            why: "the library of version 1.0.X cannot be used".into(),
        })
    };
    let verdicts = [
        mismatch(),
        Verdict::of(Outcome::Passed),
        panic(),
        differs(),
        gone(),
        gone(),
    ];
    for (sample, verdict) in verdicts.into_iter().enumerate() {
        collector.take(Event::Verdict {
            sample,
            verdict: Box::new(verdict),
            cached: sample == 1,
        });
    }
    collector.take(Event::Note("the cache was not written: no space".into()));
    collector.take(Event::Note("the cache was not written: no space".into()));
    collector.finish(Duration::from_millis(3_240))
}

const HUMAN: &str = "\
error: version 1.0.X: it does not compile
error: expected `;`
 --> src/lib.rs:1:1
help: run `cargo build`

error: 2 samples not verified: the library of version 1.0.X cannot be used
  old/a.md:5
  old/b.md:6

error: docs/guide.md:41: failed to compile
  = verified against current docs: kit 2.0.1, serde 1.0.200, rustc 1.95.0
error[E0308]: mismatched types
 --> docs/guide.md:43:18
  |
43 | let n: u8 = \"a, b\";
  |             ^^^^^^ expected `u8`
help: to try it alone: `docproof verify docs/guide.md:41`

error: docs/list.md:10: panicked
  = copied to the page by docs/all.md:5
  = verified against current docs: kit 2.0.1, serde 1.0.200, rustc 1.95.0
  = standard output:
    | before
  = standard error:
    | thread 'main' panicked at docs/list.md:12:5:
    | 100% wrong
help: to try it alone: `docproof verify docs/list.md:10`

error: docs/out.md:3: output differs
  = verified against current docs: kit 2.0.1, serde 1.0.200, rustc 1.95.0
  = expected (-) and printed (+):
      one
    - two
    + 2
      id 7
help: `docproof verify --bless` rewrites the expected output at docs/out.md:14
help: to try it alone: `docproof verify docs/out.md:3`

note: the cache was not written: no space

docset  version  samples  passed  failed  ignored  not Rust  cached  time
kit     next           4       1       3        1         2       1  7 ms
kit     1.0.X          3       1       2        0         0       1  0 ms

a sample that several versions share is in the row of each, and once in the total
current docs: kit 2.0.1, serde 1.0.200, rustc 1.95.0
ignored: docs/guide.md:80 (ignore)
6 samples: 1 passed, 5 failed, 1 ignored (1 from the cache) in 3.2 s
";

#[test]
fn for_people() {
    let call = Call {
        command: "docproof verify",
    };
    let coloured = human::render(&run(), &call);
    assert_eq!(without_colours(&coloured), HUMAN);
    assert!(coloured.contains("\x1b[91merror[E0308]"), "rustc's colours");
    assert!(
        !coloured.contains("\x1b[2J"),
        "nobody's commands to the terminal"
    );
}

#[test]
fn for_programs() {
    let text = json::render(&run());
    let values: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect();
    let of = |kind: &str| {
        values
            .iter()
            .filter(|v| v["type"] == kind)
            .collect::<Vec<_>>()
    };
    assert_eq!(values[0]["format"], 1);
    assert_eq!(
        of("library")[1]["failure"]["details"],
        "error: expected `;`\n --> src/lib.rs:1:1"
    );
    let samples = of("sample");
    assert_eq!(samples.len(), 6);
    assert_eq!(samples[0]["outcome"]["kind"], "failed_to_compile");
    assert_eq!(samples[0]["place"]["line"], 43);
    assert_eq!(samples[0]["messages"][0]["code"], "E0308");
    assert_eq!(samples[1]["passed"], true);
    assert_eq!(samples[1]["pages"][1]["version"], "1.0.X");
    assert_eq!(
        (&samples[2]["path"], &samples[2]["line"]),
        (&"docs/list.md".into(), &10.into())
    );
    assert_eq!(samples[2]["chain"][0]["path"], "docs/all.md");
    assert_eq!(samples[2]["place"]["line"], 12);
    assert_eq!(of("left_out")[0]["treatment"], "ignored");
    let last = values.last().expect("a line");
    assert_eq!(last["type"], "summary");
    assert_eq!((&last["failed"], &last["not_rust"]), (&5.into(), &2.into()));
    assert_eq!(last["rows"][1]["samples"], 3);
}

#[test]
fn for_ci_in_xml() {
    let xml = junit::render(&run());
    for part in [
        r#"<testsuites name="docproof verify" tests="8" failures="3" errors="2" time="3.240">"#,
        r#"<testsuite name="kit next" tests="5" disabled="1" errors="0" failures="3""#,
        r#"<testcase name="docs/guide.md:41" classname="docs/guide.md" time="0.000">"#,
        "<failure message=\"failed to compile\">error[E0308]: mismatched types\n --&gt; docs/guide.md:43:18",
        r#"<testcase name="docs/list.md:10" classname="docs/all.md" time="0.007">"#,
        "<system-err>thread &apos;main&apos; panicked at docs/list.md:12:5:\n100% wrong",
        r#"<skipped message="ignore"/>"#,
        r#"<error message="not verified: the library of version 1.0.X cannot be used">error: expected `;`"#,
    ] {
        assert!(xml.contains(part), "no {part} in\n{xml}");
    }
}

#[test]
fn for_github() {
    let text = github::annotations(&run(), "site/");
    let want = "\
::error title=verify%3A version 1.0.X::it does not compile%0Aerror: expected `;`%0A --> src/lib.rs:1:1
::error file=site/old/a.md,line=5,title=not verified::2 samples not verified: the library of version 1.0.X cannot be used
::error file=site/docs/guide.md,line=43,endLine=43,col=18,endColumn=24,title=docs/guide.md%3A41%3A failed to compile (current docs)::error[E0308]: mismatched types%0A --> docs/guide.md:43:18%0A  |%0A43 | let n: u8 = \"a, b\";%0A  |             ^^^^^^ expected `u8`
::error file=site/docs/list.md,line=12,endLine=12,col=5,title=docs/list.md%3A10%3A panicked (current docs)::thread 'main' panicked at docs/list.md:12:5:%0A100%25 wrong
::error file=site/docs/out.md,line=14,endLine=14,col=1,title=docs/out.md%3A3%3A output differs (current docs)::expected:%0Aone%0Atwo%0Aid [..]%0Aprinted:%0Aone%0A2%0Aid 7
";
    assert_eq!(text, want);
}

#[test]
fn the_summary_of_a_job() {
    let want = r"### docproof verify: failed

6 samples: 1 passed, 5 failed, 1 ignored (1 from the cache) in 3.2 s

| docset | version | samples | passed | failed | ignored | not Rust | cached |
|---|---|--:|--:|--:|--:|--:|--:|
| kit | next | 4 | 1 | 3 | 1 | 2 | 1 |
| kit | 1.0.X | 3 | 1 | 2 | 0 | 0 | 1 |

- version 1.0.X: it does not compile
- 2 samples not verified: the library of version 1.0.X cannot be used
- `docs/guide.md:41`, line 43: failed to compile: mismatched types
- `docs/list.md:10`, line 12: panicked
- `docs/out.md:3`, line 14: output differs
";
    assert_eq!(github::summary(&run()), want);
}

#[test]
fn samples_cannot_command_github() {
    let text = github::without_commands("a\n::add-path::/evil");
    let lines: Vec<&str> = text.lines().collect();
    let token = lines[0].strip_prefix("::stop-commands::").expect("stops");
    assert_eq!(
        lines[1..],
        ["a", "::add-path::/evil", &format!("::{token}::")]
    );
}

#[test]
fn the_list() {
    let mut run = run();
    run.samples[0].sample.attributes.codes = vec!["E0308".into()];
    run.samples[0].sample.mode = Mode::CompileFail;
    let want = "\
docs/list.md:10   run           current docs, copied by docs/all.md:5
docs/guide.md:41  compile_fail  current docs, E0308
docs/guide.md:60  run           current docs, shown by 2 pages
docs/guide.md:80  ignored       version next
docs/out.md:3     run           current docs
old/a.md:5        run           version 1.0.X
old/b.md:6        run           version 1.0.X
7 Rust fences
2 other fences not Rust: 2 yaml
";
    assert_eq!(list::human(&run), want);
    let json = list::json(&run);
    assert_eq!(json.lines().count(), 1 + 9);
    let first: serde_json::Value =
        serde_json::from_str(json.lines().nth(2).expect("a line")).expect("JSON");
    assert_eq!(
        (&first["type"], &first["codes"][0]),
        (&"fence".into(), &"E0308".into())
    );
    assert_eq!(first["library"], "current docs");
}

#[test]
fn only_some_are_asked_for() {
    let mut run = run();
    for tried in &mut run.samples[1..] {
        (tried.asked, tried.verdict) = (false, None);
    }
    run.samples[0].verdict = Some(Verdict::of(Outcome::Passed));
    run.libraries[1].failure = None;
    run.notes.clear();
    assert!(run.all_passed());
    let text = without_colours(&human::render(&run, &Call { command: "x" }));
    let want = "\
docset  version  samples  passed  failed  ignored  not Rust  cached  time
kit     next           1       1       0        1         2       0  0 ms

current docs: kit 2.0.1, serde 1.0.200, rustc 1.95.0
1 sample: 1 passed, 0 failed, 5 not asked for in 3.2 s
";
    assert_eq!(text, want);
}

#[test]
fn a_run_that_ended_early_says_so() {
    let mut run = run();
    run.samples[1].verdict = None;
    let totals = totals(&run);
    assert_eq!((totals.passed, totals.failed, totals.unfinished), (0, 5, 1));
    assert!(!run.all_passed());
    let text = without_colours(&human::failures(&run, &Call { command: "x" }));
    assert!(
        text.contains("error: 1 sample not verified: the run ended first"),
        "{text}"
    );
}

#[test]
fn long_outputs_are_cut() {
    let mut run = run();
    let lines: Vec<String> = (1..=100).map(|n| format!("line {n}")).collect();
    run.samples[0].verdict = Some(Verdict {
        stdout: lines.join("\n"),
        cut: true,
        ..Verdict::of(Outcome::Exited { code: 3 })
    });
    let text = without_colours(&human::failures(&run, &Call { command: "x" }));
    assert!(text.contains("exited with 3"), "{text}");
    assert!(
        text.contains("| line 20\n    ... 60 more lines ...\n    | line 81\n"),
        "{text}"
    );
    assert!(text.contains("it printed more than was kept"), "{text}");
}

#[test]
fn times_for_people() {
    let of = |ms| seconds(Duration::from_millis(ms));
    assert_eq!(
        [of(12), of(3_240), of(62_000)],
        ["12 ms", "3.2 s", "1 min 2 s"]
    );
}
