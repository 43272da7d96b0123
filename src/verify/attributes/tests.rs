//! Info strings and what they ask for. `tests/rustdoc_matrix.rs` holds a thousand more against rustdoc itself.

use super::*;

const HOST: &str = "x86_64-unknown-linux-gnu";

fn read(info: &str) -> Attributes {
    let rules = Rules {
        host: HOST,
        ..Rules::default()
    };
    attributes(info, true, false, &rules)
}

fn read_strictly(info: &str, fenced: bool) -> Treatment {
    let rules = Rules {
        strict: true,
        host: HOST,
        ..Rules::default()
    };
    attributes(info, fenced, false, &rules).treatment
}

fn short(treatment: &Treatment) -> String {
    match treatment {
        Treatment::Sample(mode) => format!("{mode:?}"),
        Treatment::Ignored(why) => format!("ignored: {why}"),
        Treatment::File => "File".into(),
        Treatment::NotRust(why) => format!("not Rust: {why}"),
    }
}

#[test]
fn treatments() {
    for (info, expected) in [
        ("rust", "Run"),
        ("Rust", "Run"),
        ("rs", "Run"),
        ("rust,no_run", "NoRun"),
        ("no_run", "NoRun"),
        ("rust,should_panic", "ShouldPanic"),
        ("compile_fail,E0308", "CompileFail"),
        ("compile_fail,no_run", "CompileFail"),
        ("rust{1,3}", "Run"),
        ("rust title=\"x\"", "Run"),
        ("custom,rust", "Run"),
        ("rust,foo,no_run", "NoRun"),
        ("js,rust", "Run"),
        ("{.rust .no_run}", "NoRun"),
        ("rust (why) no_run", "NoRun"),
        ("rust,ignore", "ignored: ignore"),
        ("rust,ignore (needs a network)", "ignored: needs a network"),
        ("ignore-wasm", "Run"),
        ("ignore-linux", "ignored: ignore-linux"),
        ("rust,ignore,ignore-wasm", "ignored: ignore"),
        ("rust,ignored", "Run"),
        ("", "not Rust: untagged"),
        ("title=\"x\"", "not Rust: untagged"),
        ("text", "not Rust: text"),
        ("custom", "not Rust: custom"),
        ("output", "not Rust: output"),
        ("foo,no_run", "not Rust: foo"),
    ] {
        assert_eq!(short(&read(info).treatment), expected, "{info}");
    }
}

#[test]
fn untagged_code_is_a_choice() {
    let read = |info: &str, fenced: bool, untagged: Untagged| {
        let rules = Rules {
            untagged,
            host: HOST,
            ..Rules::default()
        };
        let got = attributes(info, fenced, false, &rules);
        (short(&got.treatment), got.rustdoc_differs.is_some())
    };
    for (info, fenced, untagged, expected) in [
        ("", true, Untagged::Skip, ("not Rust: untagged", false)),
        ("", true, Untagged::Warn, ("not Rust: untagged", true)),
        ("", true, Untagged::Run, ("Run", false)),
        ("", false, Untagged::Skip, ("not Rust: indented", false)),
        ("", false, Untagged::Warn, ("not Rust: indented", true)),
        ("", false, Untagged::Run, ("Run", false)),
        ("text", true, Untagged::Run, ("not Rust: text", false)),
        ("{.text}", true, Untagged::Run, ("not Rust: text", true)),
    ] {
        let (treatment, differs) = read(info, fenced, untagged);
        assert_eq!(
            (treatment.as_str(), differs),
            expected,
            "{info:?} {untagged:?}"
        );
    }
}

#[test]
fn values() {
    let got = read("rust,E0277,compile_fail,E0308,E0277,edition2018,standalone_crate");
    assert_eq!(got.codes, ["E0277", "E0308"]);
    assert_eq!(got.edition.as_deref(), Some("2018"));
    assert!(got.standalone && !got.test_harness && got.problems.is_empty());
    let got = read("rust,output,group=a,timeout=1m,package=\"b\"");
    assert_eq!(got.group.as_deref(), Some("a"));
    assert_eq!(got.timeout, Some(Duration::from_secs(60)));
    assert_eq!(got.package.as_deref(), Some("b"));
    assert!(got.output && !got.show_output && got.problems.is_empty());
    let got = read("rust {group=a timeout=2s} show_output");
    assert_eq!((got.group.as_deref(), got.show_output), (Some("a"), true));
    assert_eq!(got.rustdoc_differs, None);
}

#[test]
fn times() {
    for (text, expected) in [
        ("5s", Some(5000)),
        ("500ms", Some(500)),
        ("2m", Some(120_000)),
        ("0s", None),
        ("5", None),
        ("s", None),
        ("1h", None),
        ("1.5s", None),
        ("-1s", None),
        ("99999999999999999999s", None),
        ("18446744073709551615m", None),
    ] {
        assert_eq!(timeout(text), expected.map(Duration::from_millis), "{text}");
    }
}

#[test]
fn files() {
    let read = |info: &str| {
        let rules = Rules::default();
        short(&attributes(info, true, true, &rules).treatment)
    };
    assert_eq!(read("rust"), "File");
    assert_eq!(read("rust,sample,no_run"), "NoRun");
    assert_eq!(read("toml"), "not Rust: toml");
}

#[test]
fn what_cannot_be_meant() {
    for (info, expected) in [
        (
            "rust,no_run,output",
            "`no_run` and `output` contradict each other",
        ),
        (
            "rust,show_output,no_run",
            "`no_run` and `show_output` contradict each other",
        ),
        (
            "no_run,should_panic",
            "`no_run` and `should_panic` contradict each other",
        ),
        (
            "compile_fail,should_panic",
            "`compile_fail` and `should_panic` contradict each other",
        ),
        (
            "rust,compile_fail,output",
            "`compile_fail` and `output` contradict each other",
        ),
        ("rust,E0308", "`E0308` has no effect without `compile_fail`"),
        ("rust,timeout=soon", "`soon` is not a time"),
        ("rust,edition2020", "unknown edition `2020`"),
        ("edition2018,edition2021", "two editions: 2018 and 2021"),
        (
            "rust,group=a,ignore",
            "`ignore` cannot be part of a group: a group is one program",
        ),
        ("rust,group=", "`group=` lacks a name"),
        ("rust,sample", "`sample` has no effect without `file=`"),
        (
            "test_harness,should_panic",
            "`should_panic` beside `test_harness` says nothing about a single test",
        ),
        (
            "no-run",
            "`no-run` makes this a language of that name, not a Rust sample",
        ),
        (
            "text,compile_fail",
            "`compile_fail` has no effect: the language is `text`",
        ),
    ] {
        let problems = read(info).problems;
        let messages: Vec<&str> = problems
            .iter()
            .map(|(message, _)| message.as_str())
            .collect();
        assert_eq!(messages, [expected], "{info}");
        assert!(problems.iter().all(|(_, hint)| !hint.is_empty()), "{info}");
    }
    for fine in [
        "rust,should_panic,output",
        "text,ignore",
        "rust,compile_fail,no_run",
        "rust,group=a,no_run",
    ] {
        assert_eq!(read(fine).problems, [], "{fine}");
    }
}

#[test]
fn differences_have_reasons() {
    for (info, expected) in [
        ("rust", None),
        ("rust,no_run", None),
        ("compile_fail,E0277", None),
        ("text", None),
        ("", None),
        (
            "E0277,compile_fail",
            Some("rustdoc does not test it: it does not know `E0277`"),
        ),
        (
            "rust,foo,no_run",
            Some("rustdoc does not test it: it does not know `foo`"),
        ),
        (
            "Rust",
            Some("rustdoc does not test it: it does not know `Rust`"),
        ),
        (
            "custom,rust",
            Some("rustdoc does not test it: `custom` marks another language"),
        ),
        (
            "rust{1,3}",
            Some("rustdoc does not test it: it expects `.class` or `key=value` in braces"),
        ),
        (
            "rust title=\"x\"",
            Some(
                "rustdoc does not test it: it expects no `=` there; it takes `key=value` in braces: `rust {title=\"x\"}`",
            ),
        ),
        (
            "{.rust .no_run}",
            Some("rustdoc runs it: it takes words in braces for classes"),
        ),
        (
            "rust,ignore,ignore-wasm",
            Some("rustdoc tests it: `ignore-TARGET` overrides `ignore`"),
        ),
    ] {
        assert_eq!(read(info).rustdoc_differs.as_deref(), expected, "{info}");
    }
}

#[test]
fn strict_is_rustdoc() {
    for (info, expected) in [
        ("", "Run"),
        ("rust,no_run,foo", "NoRun"),
        ("no_run,foo", "NoRun"),
        ("rust editable", "Run"),
        ("rust {title=\"x\"}", "Run"),
        ("{.rust .no_run}", "Run"),
        ("no_run{.a}", "Run"),
        ("rust (comment)", "Run"),
        ("compile_fail,E0277", "CompileFail"),
        ("rust,ignore-wasm,ignore", "Run"),
        ("ignore-linux (here)", "ignored: here"),
        (
            "rust,foo,no_run",
            "not Rust: rustdoc does not test it: it does not know `foo`",
        ),
        ("rust,foo,compile_fail", "CompileFail"),
        (
            "Rust",
            "not Rust: rustdoc does not test it: it does not know `Rust`",
        ),
        (
            "rust {",
            "not Rust: rustdoc does not test it: `{` is not closed",
        ),
    ] {
        assert_eq!(short(&read_strictly(info, true)), expected, "{info}");
    }
    assert_eq!(short(&read_strictly("", false)), "Run");
}
