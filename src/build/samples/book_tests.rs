//! Where the lines of a book's samples stand: in the chapter, in one included file, or in several.

use std::fmt::Write as _;

use super::tests::index;
use super::*;

const BOOK: (&str, &str) = (
    "docproof.yaml",
    "docsets: [{ id: b, docs: src, route: \"\", dialect: mdbook }]\n",
);

/// The fences of a chapter among other files: its path and frame, then each line with its number, and where it stands if that is
/// elsewhere.
fn check(chapter: &str, files: &[(&str, &str)], want: &str) {
    let summary = ("src/SUMMARY.md", "- [A](a.md)\n");
    let mut all = vec![BOOK, summary, ("src/a.md", chapter)];
    all.extend(files);
    let (build, indexed, said) = index(&all);
    assert_eq!(said, []);
    let mut got = String::new();
    for fence in fences(&indexed, &build.sources) {
        assert!(fence.rustdoc);
        let (path, from, to) = (&fence.path, fence.open_line, fence.close_line);
        writeln!(got, "{path}:{from}-{to} at {}", fence.place.line).expect("a text");
        for line in &fence.lines {
            let elsewhere = line.origin.as_ref();
            let origin = elsewhere.map_or(String::new(), |o| format!(" {}:{}", o.0, o.1));
            let hidden = if line.hidden { "." } else { "" };
            writeln!(
                got,
                "{}:{}{origin} {hidden}|{}",
                line.line, line.column, line.text
            )
            .expect("a text");
        }
    }
    assert_eq!(got, want);
}

#[test]
fn own_code_stays_where_it_is() {
    check(
        "# A\n\n```rust\n# let a = 1;\n\nlet b = a;\n```\n\n    indented();\n",
        &[],
        "src/a.md:3-7 at 3\n4:2 .|let a = 1;\n5:0 |\n6:0 |let b = a;\nsrc/a.md:8-10 at 9\n9:4 |indented();\n",
    );
}

#[test]
fn a_program_of_one_file_stands_there() {
    let listing =
        "fn f() {}\n\n// ANCHOR: use\n    f();\n    // ANCHOR: x\n    f();\n// ANCHOR_END: use\n";
    check(
        "```rust\n{{#include ../m.rs:use}}\n```\n\n```rust\n{{#rustdoc_include ../m.rs:1:2}}\n```\n",
        &[("m.rs", listing)],
        "m.rs:3-7 at 1\n4:0 |    f();\n6:0 |    f();\nm.rs:0-8 at 5\n1:0 |fn f() {}\n2:0 |\n3:0 .|// ANCHOR: use\n4:0 .|    f();\n5:0 .|    // ANCHOR: x\n6:0 .|    f();\n7:0 .|// ANCHOR_END: use\n",
    );
}

#[test]
fn a_program_of_several_files_knows_each_line() {
    check(
        "text\n\n```rust\n# mod m {\n{{#include ../m.rs}}\n# }\n{{#include ../n.rs:2}}\n```\n\n```rust\nnext();\n```\n",
        &[
            ("m.rs", "pub fn f() {}\npub fn g() {}\n"),
            ("n.rs", "no();\nm::f();\n"),
        ],
        "src/a.md:3-9 at 3\n4:2 src/a.md:4 .|mod m {\n5:0 m.rs:1 |pub fn f() {}\n6:0 m.rs:2 |pub fn g() {}\n7:2 src/a.md:6 .|}\n8:0 n.rs:2 |m::f();\nsrc/a.md:10-12 at 10\n11:0 |next();\n",
    );
}

#[test]
fn a_fence_in_an_included_text_stands_there() {
    check(
        "{{#include part.md}}\n",
        &[("src/part.md", "one\n\n```rust\nf();\n```\n")],
        "src/part.md:3-5 at 3\n4:0 |f();\n",
    );
}
