//! Generated code, as text.

use super::super::anatomy::{Anatomy, examine};
use super::super::fixture::planned;
use super::super::message::RustcSpan;
use super::super::plan::Plan;
use super::*;

fn anatomies(plan: &Plan) -> Vec<Anatomy> {
    let lines = |sample: &Sample| -> Vec<String> {
        let lines = sample.parts.iter().flat_map(|part| &part.lines);
        lines.map(|line| line.text.clone()).collect()
    };
    let examine = |sample| {
        let lines = lines(sample);
        examine(&lines.iter().map(String::as_str).collect::<Vec<_>>())
    };
    plan.samples.iter().map(examine).collect()
}

fn entries<'a>(plan: &'a Plan, anatomies: &'a [Anatomy]) -> Vec<Entry<'a>> {
    let all = plan.samples.iter().zip(anatomies).enumerate();
    all.map(|(number, (sample, anatomy))| Entry {
        number,
        sample,
        anatomy,
        runs: true,
    })
    .collect()
}

/// The Markdown file's text in a bundle, lines without blanks at their ends, wrappers shortened.
fn bundled(markdown: &str) -> String {
    let plan = planned(markdown);
    assert_eq!(plan.problems, []);
    let anatomies = anatomies(&plan);
    shortened(&bundle(&entries(&plan, &anatomies), "/site").files[1].1)
}

fn alone_text(markdown: &str) -> String {
    let plan = planned(markdown);
    let anatomies = anatomies(&plan);
    shortened(&alone(&entries(&plan, &anatomies)[0], "/site").files[0].1)
}

fn shortened(text: &str) -> String {
    let text = text
        .replace(
            " pub fn _docproof_run() -> ::std::process::ExitCode { ::std::process::Termination::report(main()) }",
            " RUN",
        )
        .replace("pub fn main() { fn _docproof() -> ::std::result::Result<(), impl ::std::fmt::Debug> {", "RESULT {")
        .replace("} _docproof().unwrap() }", "} UNWRAP")
        .replace("#![allow(unused)]", "ALLOW");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n")
}

#[test]
fn samples_keep_their_lines_and_columns() {
    let markdown = "text\n\n```rust\nlet a = 1;\n# let b = a;\n```\n\n- item\n  ```rust\n  fn main() {}\n  ```\n";
    assert_eq!(
        bundled(markdown),
        "\n\n pub mod s0 { ALLOW pub fn main() {\nlet a = 1;\n  let b = a;\n} RUN }\n\n\n pub mod s1 { ALLOW\n  fn main() {}\n RUN }"
    );
}

#[test]
fn a_result_at_the_end_makes_main_return_one() {
    assert_eq!(
        bundled("```rust\n\"1\".parse::<u8>()?;\nOk::<(), std::num::ParseIntError>(())\n```\n"),
        " pub mod s0 { ALLOW RESULT {\n\"1\".parse::<u8>()?;\nOk::<(), std::num::ParseIntError>(())\n} UNWRAP RUN }"
    );
}

#[test]
fn strings_over_lines_are_not_indented() {
    let markdown = "- a\n    ```rust\n    let s = \"a\n      b\";\n    drop(s);\n    ```\n";
    assert_eq!(
        bundled(markdown),
        "\n pub mod s0 { ALLOW pub fn main() {\n    let s = \"a\n  b\";\n    drop(s);\n} RUN }"
    );
    let plan = planned(markdown);
    let anatomies = anatomies(&plan);
    let places = bundle(&entries(&plan, &anatomies), "/site").places;
    assert_eq!(columns(&places, 4, 3, 5), Some((7, 9)));
    assert_eq!(columns(&places, 5, 5, 9), Some((5, 9)));
    assert_eq!(columns(&places, 9, 1, 2), None);
}

fn columns(places: &PlaceMap, line: usize, from: usize, to: usize) -> Option<(usize, usize)> {
    let span = RustcSpan {
        file_name: "docs/a.md".into(),
        line_start: line,
        line_end: line,
        column_start: from,
        column_end: to,
        is_primary: true,
        expansion: None,
    };
    let place = places.true_place(&span)?;
    Some((place.column, place.end_column))
}

#[test]
fn attributes_of_the_crate_stand_before_the_wrapper() {
    assert_eq!(
        alone_text("```rust\n#![recursion_limit = \"64\"] // why\nlet x = 1;\n```\n"),
        " ALLOW\n#![recursion_limit = \"64\"] pub fn main() {  // why\nlet x = 1;\n}"
    );
    assert_eq!(
        alone_text("```rust\n#![recursion_limit = \"64\"] let x = 1;\n```\n"),
        " ALLOW\n#![recursion_limit = \"64\"] pub fn main() {  let x = 1;\n}"
    );
    assert_eq!(
        alone_text("```rust\n#![recursion_limit = \"64\"]\nfn main() {}\n```\n"),
        " ALLOW\n#![recursion_limit = \"64\"]\nfn main() {}\n"
    );
}

#[test]
fn extern_crates_stand_before_the_wrapper() {
    assert_eq!(
        alone_text("```rust\n#[macro_use] extern crate alloc;\nlet x = vec![1];\n```\n"),
        " ALLOW\n#[macro_use] extern crate alloc; pub fn main() {\nlet x = vec![1];\n}"
    );
    assert_eq!(
        alone_text("```rust\nlet x = 1;\n#[a] extern crate alloc; f();\n```\n"),
        " ALLOW #[a] extern crate alloc; pub fn main() {\nlet x = 1;\n                         f();\n}"
    );
    assert_eq!(
        alone_text("```rust\nextern crate alloc;\nfn main() {}\n```\n"),
        " ALLOW\nextern crate alloc;\nfn main() {}\n"
    );
}

#[test]
fn included_files_are_named_from_the_page() {
    let markdown = "```rust\nlet x = include_str!(\"../b.txt\"); y(x);\n```\n";
    assert_eq!(
        bundled(markdown),
        " pub mod s0 { ALLOW pub fn main() {\nlet x = include_str!(\"/site/docs/../b.txt\"); y(x);\n} RUN }"
    );
    let plan = planned(markdown);
    let anatomies = anatomies(&plan);
    let places = bundle(&entries(&plan, &anatomies), "/site").places;
    // `y` stands at column 35 of the source, and at 46 of the generated code.
    assert_eq!(columns(&places, 2, 46, 47), Some((35, 36)));
}

#[test]
fn groups_are_one_program() {
    assert_eq!(
        bundled("```rust,group=a\nlet x = 1;\n```\n\n```rust,group=a\ndrop(x);\n```\n"),
        " pub mod s0 { ALLOW pub fn main() {\nlet x = 1;\n\n\n\ndrop(x);\n} RUN }"
    );
}

#[test]
fn the_root_names_what_it_can_run() {
    let plan = planned("```rust\nlet x = 1;\n```\n");
    let anatomies = anatomies(&plan);
    let generated = bundle(&entries(&plan, &anatomies), "");
    let root = &generated.files[0].1;
    assert!(
        root.contains("#[path = \"site/docs/a.md\"] pub mod f0;"),
        "{root}"
    );
    assert!(
        root.contains("Ok(\"0\") => f0::s0::_docproof_run,"),
        "{root}"
    );
}
