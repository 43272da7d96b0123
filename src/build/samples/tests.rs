//! Where the lines of code blocks stand.

use std::fmt::Write as _;

use super::*;
use crate::build::Build;
use crate::build::files::{ChangeSet, MemoryFiles};
use crate::diagnostic::{Diagnostic, render_human};
use crate::verify::library::Dependencies;

pub(super) fn index(files: &[(&str, &str)]) -> (Build, Indexed, Vec<Diagnostic>) {
    let mut build = Build::new();
    let mut diagnostics = Vec::new();
    let files = MemoryFiles::new(files.iter().copied());
    let indexed = build.index(&files, &ChangeSet::All, &mut diagnostics);
    (build, indexed, diagnostics)
}

/// The fences of a site, each with a header and its lines: line, column (and cuts), text.
fn listed(files: &[(&str, &str)]) -> String {
    let (build, indexed, _) = index(files);
    let fences = fences(&indexed, &build.sources);
    let mut out = String::new();
    for fence in &fences {
        check_columns(fence, &build.sources);
        list(fence, &mut out).expect("a string takes all");
    }
    out
}

fn list(fence: &Fence, out: &mut String) -> std::fmt::Result {
    let version = fence.version.as_deref().unwrap_or("-");
    write!(
        out,
        "{version} {}#{} {}:{}-{} at {}:{}",
        fence.page,
        fence.block,
        fence.path,
        fence.open_line,
        fence.close_line,
        fence.place.line,
        fence.place.column
    )?;
    write!(out, " [{}]", fence.info)?;
    if !fence.fenced {
        write!(out, " indented")?;
    }
    for place in &fence.chain {
        write!(out, " via {}:{}:{}", place.path, place.line, place.column)?;
    }
    if let Some(expected) = &fence.expected {
        write!(
            out,
            " prints {:?} {}:{} {:?}",
            expected.text, expected.path, expected.line, expected.range
        )?;
    }
    out.push('\n');
    for line in &fence.lines {
        write!(out, "{}:{}", line.line, line.column)?;
        for (from, more) in &line.cuts {
            write!(out, " {from}+{more}")?;
        }
        let hidden = if line.hidden { "." } else { "" };
        writeln!(out, " {hidden}|{}", line.text)?;
    }
    Ok(())
}

/// Every character stands where the line says it does.
fn check_columns(fence: &Fence, sources: &SourceMap) {
    let id = sources.find(&fence.path).expect("the path is a source");
    let text = &sources.get(id).text;
    for line in &fence.lines {
        let written: Vec<char> = text
            .lines()
            .nth(line.line - 1)
            .unwrap_or_default()
            .chars()
            .collect();
        for (n, c) in line.text.chars().enumerate() {
            let there = written.get(line.source_column(n));
            let same = there == Some(&c) || (c == ' ' && there == Some(&'\t'));
            assert!(same, "{c:?} of {:?} in {written:?}: {there:?}", line);
        }
    }
}

fn check(files: &[(&str, &str)], want: &str) {
    assert_eq!(listed(files), want);
}

#[test]
fn fences_in_lists_and_quotes() {
    check(
        &[(
            "docs/a.md",
            "---\ntitle: A\n---\n\n```rust\nlet a = 1;\n\nlet b = 2;\n```\n\n1. one\n   ```rust,no_run\n   f();\n     g();\n   ```\n\n\
             > - ```rust\n>   h();\n>\n>   i();\n>   ```\n\n  ~~~ rust\n  j();\n k();\n  ~~~\n",
        )],
        "- docs/a.md#0 docs/a.md:5-9 at 5:1 [rust]\n6:0 |let a = 1;\n7:0 |\n8:0 |let b = 2;\n\
         - docs/a.md#1 docs/a.md:12-15 at 12:4 [rust,no_run]\n13:3 |f();\n14:3 |  g();\n\
         - docs/a.md#2 docs/a.md:17-21 at 17:5 [rust]\n18:4 |h();\n19:1 |\n20:4 |i();\n\
         - docs/a.md#3 docs/a.md:23-26 at 23:3 [rust]\n24:2 |j();\n25:1 |k();\n",
    );
}

#[test]
fn markers_and_hidden_lines_are_cut_out() {
    check(
        &[(
            "docs/a.md",
            "```rust\n# use x;\n#\n    # let é = 1;\n## shown\n__HIGHLIGHT__\nlet é = __HIGHLIGHT_PHRASE__ y __END_HIGHLIGHT_PHRASE__;\n\
             __END_HIGHLIGHT__\n// highlight-next-line\n__HIGHLIGHT__ z(); __END_HIGHLIGHT__\n# f(__HIGHLIGHT_PHRASE__a__END_HIGHLIGHT_PHRASE__);\n```\n",
        )],
        "- docs/a.md#0 docs/a.md:1-12 at 1:1 [rust]\n2:2 .|use x;\n3:1 .|\n4:0 4+2 .|    let é = 1;\n5:1 |# shown\n7:0 8+21 9+25 |let é = y;\n\
         10:14 |z();\n11:2 2+20 3+24 .|f(a);\n",
    );
}

#[test]
fn tabs_of_both_kinds() {
    check(
        &[(
            "docs/a.md",
            "Text\n<!--DOCUSAURUS_CODE_TABS-->\n<!--Rust-->\n```rust\na();\n```\n<!--Two-->\n1. x\n\n\t```rust\n\tb();\n\t\tc();\n\t```\n\
             <!--END_DOCUSAURUS_CODE_TABS-->\n\n- y\n\n\tindented();\n\n\t\tmore();\n",
        )],
        "- docs/a.md#0 docs/a.md:4-6 at 4:1 [rust]\n5:0 |a();\n\
         - docs/a.md#1 docs/a.md:10-13 at 10:2 [rust]\n11:1 |b();\n12:1 |\tc();\n\
         - docs/a.md#2 docs/a.md:19-21 at 20:3 [] indented\n20:0 |  more();\n",
    );
}

#[test]
fn odd_ends_and_texts() {
    check(
        &[
            (
                "docs/a.md",
                "\u{feff}é\r\n\r\n    indented();\r\n\r\n    more();\r\n\r\nx\r\n\r\n```rust\r\nopen();\r\n\r\n",
            ),
            (
                "docs/b.md",
                "```rust\n```\n\n```\n\n```\n\n> ```rust\n> q();\nno more\n\n- ```js\n  x\n",
            ),
        ],
        "- docs/a.md#0 docs/a.md:2-6 at 3:5 [] indented\n3:4 |indented();\n4:0 |\n5:4 |more();\n\
         - docs/a.md#1 docs/a.md:9-12 at 9:1 [rust]\n10:0 |open();\n11:0 |\n\
         - docs/b.md#0 docs/b.md:1-2 at 1:1 [rust]\n\
         - docs/b.md#1 docs/b.md:4-6 at 4:1 []\n\
         - docs/b.md#2 docs/b.md:8-10 at 8:3 [rust]\n9:2 |q();\n\
         - docs/b.md#3 docs/b.md:12-14 at 12:3 [js]\n13:2 |x\n",
    );
}

#[test]
fn copies_and_versions() {
    check(
        &[
            ("versions.json", "[\"2.0\", \"1.0\"]"),
            (
                "docs/a.md",
                "Own.\n\n<!-- COPY DOCS -->\n<!-- lib/s.md -->\n",
            ),
            (
                "versioned_docs/version-1.0/a.md",
                "```rust,output\nold();\n```\n\n```text\n42\n```\n",
            ),
            ("lib/s.md", "---\nid: s\n---\n\n```rust\nnew();\n```\n"),
        ],
        "next docs/a.md#0 lib/s.md:5-7 at 5:1 [rust] via docs/a.md:4:1\n6:0 |new();\n\
         2.0 versioned_docs/version-1.0/a.md#0 versioned_docs/version-1.0/a.md:1-3 at 1:1 [rust,output] prints \"42\" versioned_docs/version-1.0/a.md:5 27..41\n2:0 |old();\n\
         2.0 versioned_docs/version-1.0/a.md#1 versioned_docs/version-1.0/a.md:5-7 at 5:1 [text]\n6:0 |42\n\
         1.0 versioned_docs/version-1.0/a.md#0 versioned_docs/version-1.0/a.md:1-3 at 1:1 [rust,output] prints \"42\" versioned_docs/version-1.0/a.md:5 27..41\n2:0 |old();\n\
         1.0 versioned_docs/version-1.0/a.md#1 versioned_docs/version-1.0/a.md:5-7 at 5:1 [text]\n6:0 |42\n",
    );
}

#[test]
fn code_of_files_stands_in_the_files() {
    check(
        &[
            (
                "docs/a.md",
                "1. x\n   ```rust file=lib/x.rs region=two {1}\n   ```\n\n> ```rust,sample,file=\"lib/x.rs\" region=one\n> ```\n",
            ),
            ("docs/b.md", "é\n<!-- COPY DOCS -->\n<!-- lib/s.md -->\n"),
            ("lib/s.md", "~~~js file=docs/y.js\n\n~~~\n\nText\n"),
            ("docs/y.js", "a\r\n\tb"),
            (
                "lib/x.rs",
                "//! Top.\nfn main() {\n    // region one\n    é();\n\n        # b\n    // #region two\n        c();\n    // #endregion\n    // endregion one\n}\n",
            ),
        ],
        "- docs/a.md#0 lib/x.rs:7-9 at 2:4 [rust file=lib/x.rs region=two {1}] via docs/a.md:2:12\n8:8 |c();\n\
         - docs/a.md#1 lib/x.rs:3-9 at 5:3 [rust,sample,file=\"lib/x.rs\" region=one] via docs/a.md:5:18\n4:4 |é();\n5:0 |\n6:4 |    # b\n8:4 |    c();\n\
         - docs/b.md#0 docs/y.js:0-3 at 1:1 [js file=docs/y.js] via docs/b.md:3:1 via lib/s.md:1:7\n1:0 |a\n2:0 |\tb\n",
    );
}

/// The libraries of a site, which one each fence has, and what is said.
fn libraries_of(files: &[(&str, &str)], has_package: bool) -> String {
    let (build, indexed, mut diagnostics) = index(files);
    let fences = fences(&indexed, &build.sources);
    let found = libraries(&indexed, &fences, has_package, &mut diagnostics);
    let mut out = String::new();
    for library in &found.libraries {
        let from = match &library.dependencies {
            Dependencies::None => "nothing".to_owned(),
            Dependencies::Table { toml } => toml.trim_end().replace('\n', "; "),
            Dependencies::Package { manifest, name, .. } => format!("{manifest} {name:?}"),
        };
        out.push_str(&format!("{}: {from}\n", library.name));
    }
    out.push_str(&format!("{:?}\n", found.of_fences));
    for diagnostic in diagnostics {
        let text = render_human(&diagnostic, &build.sources, false);
        let kept = |line: &&str| !line.trim_start().starts_with(['|', '4', '3']);
        let lines: Vec<&str> = text.lines().filter(kept).map(str::trim).collect();
        out.push_str(&lines.join("\n"));
        out.push('\n');
    }
    out
}

const PAGE: &str = "```rust\nf();\n```\n";

#[test]
fn versions_have_libraries_of_their_own() {
    let files = [
        (
            "docproof.yaml",
            "docsets: [{ id: a }, { id: b, path: b, route: b }]\nverify:\n  dependencies: { kit: \"2\" }\n  versions: { \"1.0\": { dependencies: { kit: \"1\" } } }\n",
        ),
        ("versions.json", "[\"1.0\"]"),
        ("docs/a.md", PAGE),
        ("versioned_docs/version-1.0/a.md", PAGE),
        ("b/docs/a.md", PAGE),
    ];
    assert_eq!(
        libraries_of(&files, true),
        "a, current docs: kit = \"2\"\na, version 1.0: kit = \"1\"\n[0, 1, 0]\n"
    );
}

#[test]
fn without_a_table_samples_belong_to_the_package_beside_them() {
    let files = [("docs/a.md", PAGE)];
    assert_eq!(
        libraries_of(&files, true),
        "current docs: Cargo.toml None\n[0]\n"
    );
    assert_eq!(libraries_of(&files, false), "current docs: nothing\n[0]\n");
    let package = ("docproof.yaml", "verify: { package: kit }");
    assert_eq!(
        libraries_of(&[files[0], package], false),
        "current docs: Cargo.toml Some(\"kit\")\n[0]\n"
    );
    let manifest = ("docproof.yaml", "verify: { manifest: lib/ }");
    assert_eq!(
        libraries_of(&[files[0], manifest], false),
        "current docs: lib/Cargo.toml None\n[0]\n"
    );
    let nothing = ("docproof.yaml", "verify: { dependencies: {} }");
    assert_eq!(
        libraries_of(&[files[0], nothing], true),
        "current docs: nothing\n[0]\n"
    );
}

#[test]
fn the_package_around_the_site_is_the_current_library_too() {
    let files = [
        ("versions.json", "[\"1.0\"]"),
        ("docs/a.md", PAGE),
        ("versioned_docs/version-1.0/a.md", PAGE),
    ];
    let said = libraries_of(&files, true);
    let warning = "warning[verify]: the samples of version `1.0` of `docs` are verified against the current library";
    assert!(said.contains(warning), "{said}");
    assert!(!libraries_of(&files, false).contains(warning));
}

#[test]
fn versions_that_nobody_named_and_that_nobody_has() {
    let files = [
        (
            "docproof.yaml",
            "verify:\n  package: kit\n  versions:\n    \"1.1\": { timeout: 5s }\n",
        ),
        ("versions.json", "[\"1.0\", \"0.9\"]"),
        ("docs/a.md", PAGE),
        ("versioned_docs/version-1.0/a.md", PAGE),
        ("versioned_docs/version-1.0/b.md", "```rust\ng();\n```\n"),
        (
            "versioned_docs/version-0.9/a.md",
            "```rust,ignore\nf();\n```\n",
        ),
    ];
    assert_eq!(
        libraries_of(&files, false),
        "current docs: Cargo.toml Some(\"kit\")\n[0, 0, 0, 0]\n\
         error[config]: there is no version `1.1`\n--> docproof.yaml:4:5\nhelp: did you mean `1.0`?\n\
         warning[verify]: the samples of version `1.0` of `docs` are verified against the current library\n--> docproof.yaml\n\
         help: add its library to docproof.yaml, as in `verify: { versions: { \"1.0\": { dependencies: { .. } } } }`\n"
    );
}

const PARTS: [&str; 14] = [
    "a",
    "é",
    "\t",
    "  ",
    "    ",
    "# ",
    "##",
    "__HIGHLIGHT__ ",
    " __END_HIGHLIGHT__",
    "__HIGHLIGHT_PHRASE__",
    "__END_HIGHLIGHT_PHRASE__",
    " x = 1; ",
    "\u{1F980}",
    "// highlight-next-line",
];

/// What opens a block, and what its later lines begin with.
const CONTAINERS: [(&str, &str); 8] = [
    ("", ""),
    ("- ", "  "),
    ("> ", "> "),
    ("10. ", "    "),
    (">\t- ", ">\t  "),
    ("-\t", "\t"),
    ("  ", " "),
    ("- ", "\t"),
];

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(300))]

    /// `check_columns` holds for any text, and lines ascend.
    #[test]
    fn every_character_has_its_place(
        blocks in proptest::collection::vec(
            (0..CONTAINERS.len(), proptest::collection::vec(proptest::collection::vec(0..PARTS.len(), 0..6), 0..5)),
            1..4,
        ),
        crlf: bool,
    ) {
        let mut page = String::new();
        for (container, lines) in blocks {
            let (first, rest) = CONTAINERS[container];
            page.push_str(&format!("{first}```rust\n"));
            for line in lines {
                let line: String = line.into_iter().map(|part| PARTS[part]).collect();
                page.push_str(&format!("{rest}{line}\n"));
            }
            page.push_str(&format!("{rest}```\n\nText\n\n"));
        }
        let page = if crlf { page.replace('\n', "\r\n") } else { page };
        let (build, indexed, _) = index(&[("docs/a.md", &page)]);
        for fence in fences(&indexed, &build.sources) {
            check_columns(&fence, &build.sources);
            let mut last = fence.open_line;
            for line in &fence.lines {
                proptest::prop_assert!(line.line > last, "{page:?}: {fence:?}");
                last = line.line;
            }
            proptest::prop_assert!(fence.close_line > last, "{page:?}: {fence:?}");
        }
    }
}
