//! Info strings: single words, pairs, and odd ones.
//!
//! In: nothing. Out: a list of info strings without doubles. It must not know what they mean.

use std::collections::BTreeSet;

const WORDS: [&str; 30] = [
    "rust",
    "Rust",
    "rs",
    "ignore",
    "ignore-linux",
    "ignore-wasm",
    "no_run",
    "should_panic",
    "compile_fail",
    "test_harness",
    "standalone_crate",
    "custom",
    "E0308",
    "edition2018",
    "edition2020",
    "foo",
    "output",
    "show_output",
    "group=a",
    "timeout=5s",
    "title=\"x\"",
    "{1,3}",
    "{.rust}",
    "{.rust,.no_run}",
    "{title=\"x\"}",
    "{class=x}",
    "(a note)",
    "\"rust\"",
    "numbers",
    "/x/",
];

/// Longer ones, and ones that are hardly readable.
const ODD: [&str; 52] = [
    "",
    ",",
    "rust,foo,no_run",
    "foo,rust,no_run",
    "rust,no_run,foo",
    "no_run,foo,compile_fail",
    "no_run,foo,rust",
    "foo,compile_fail,rust",
    "rust,foo,compile_fail",
    "rust,foo,test_harness",
    "rust,foo,ignore-wasm,rust",
    "ignore,ignore-wasm",
    "ignore-wasm,ignore",
    "ignore-wasm,ignore-linux",
    "ignore-",
    "ignore-x86_64-unknown-linux-gnu",
    "ignore_linux",
    "compile_fail,E0277,E0308",
    "E0277,compile_fail",
    "E027,compile_fail",
    "E02777",
    "Exxxx,rust",
    "edition",
    "editionfoo",
    "edition2018,edition2021",
    "rust2018",
    "rust\tno_run",
    "rust  ,,  no_run",
    "rust {.no_run}",
    "{.no_run}",
    "{no_run}",
    "{}",
    "{",
    "}",
    "rust}",
    "rust {.a .b}",
    "rust {.a.b}",
    "rust {.a\"b\"}",
    "rust {a=b c=\"d e\"}",
    "rust {a=}",
    "rust {a}",
    "rust {=a}",
    "rust {\"a\"=\"b\"}",
    "rust (a (b) c)",
    "rust (a",
    "rust)",
    "(a) (b)",
    "\"rust",
    "\"no_run\" \"foo\"",
    "rust.no_run",
    "-rust",
    "c++",
];

/// The list.
pub fn info_strings() -> Vec<String> {
    let mut all: Vec<String> = ODD.iter().map(|odd| (*odd).to_owned()).collect();
    for one in WORDS {
        all.push(one.to_owned());
        for other in WORDS {
            all.push(format!("{one},{other}"));
            // Braces, quotes and parentheses may follow a word at once.
            if other.starts_with(['{', '(', '"']) {
                all.push(format!("{one}{other}"));
            }
        }
    }
    let mut seen = BTreeSet::new();
    all.retain(|info| seen.insert(info.clone()));
    all
}
