//! Keys of `docproof.yaml` and of front matter, words of code fences, and exit codes: each has its place in the reference.

use std::fs;
use std::path::Path;

use docproof::config;
use docproof::front_matter;
use docproof::markdown::parse_info;

use super::page::Page;

/// Every table of `docproof.yaml`, as a file with a key in it that nobody knows, and the heading under which its keys
/// stand.
const TABLES: [(&str, &str); 11] = [
    ("zzzzqq: 1", "## Top level"),
    ("header: { zzzzqq: 1 }", "## Header"),
    ("header: { links: [{ href: /, zzzzqq: 1 }] }", "## Header"),
    ("theme: { zzzzqq: 1 }", "## Theme"),
    ("docsets: [{ id: a, zzzzqq: 1 }]", "## Docsets"),
    (
        "docsets: [{ id: a, dialect: mdbook, mdbook: { zzzzqq: 1 } }]",
        "### A book",
    ),
    (
        "docsets: [{ id: a, versions: { v: { zzzzqq: 1 } } }]",
        "### Versions of a docset",
    ),
    ("lint: { zzzzqq: 1 }", "## Lint"),
    ("verify: { zzzzqq: 1 }", "## Verify"),
    ("verify: { docsets: { docs: { zzzzqq: 1 } } }", "## Verify"),
    (
        "verify: { dependencies: { a: { path: a, zzzzqq: 1 } } }",
        "### A dependency",
    ),
];

/// The names in backticks of a list such as "known here: `a`, `b` or `c`".
fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split('`').skip(1).step_by(2)
}

#[test]
fn every_key_of_the_configuration_is_in_its_section() {
    let page = Page::read("configuration");
    for (text, heading) in TABLES {
        let problems = config::parse(text).1;
        let hint = problems.iter().flat_map(|p| &p.hints);
        let known = hint.filter_map(|hint| hint.strip_prefix("known here: "));
        let known: Vec<&str> = known.flat_map(names).collect();
        assert!(!known.is_empty(), "{text}: {problems:?}");
        let section = page.section(heading);
        for key in known {
            let rows = [format!("| `{key}` |"), format!("| `theme.{key}` |")];
            let found = rows.iter().any(|row| section.contains(row));
            assert!(found, "configuration.md, {heading}: no row for `{key}`");
        }
    }
}

#[test]
fn every_field_of_front_matter_has_its_row() {
    let page = Page::read("reference/front-matter");
    for field in front_matter::FIELDS {
        let row = format!("\n| `{field}` |");
        assert!(page.text.contains(&row), "no row for `{field}`");
    }
}

/// The words between the brackets of a table in a source file.
fn constant(path: &str, name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = fs::read_to_string(path).expect("the source is there");
    let start = text
        .find(&format!("const {name}:"))
        .expect("the table is there");
    let list = &text[start..];
    let list = &list[list.find("= [").expect("a list")..];
    let list = &list[..list.find(']').expect("its end")];
    list.split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_word_of_a_fence_has_its_row() {
    let page = Page::read("reference/fences");
    let source = "src/markdown/info.rs";
    let mut words = constant(source, "FLAGS");
    words.extend(constant(source, "RUST_WORDS"));
    words.extend(constant(source, "KEYS").iter().map(|key| format!("{key}=")));
    assert!(words.len() > 20, "{words:?}");
    for word in words {
        let info = match word.as_str() {
            "ins=" | "del=" => format!("rust {word}{{1}}"),
            "region=" => format!("rust file=a {word}x"),
            "sample" => "rust sample file=a".to_owned(),
            word if word.ends_with('=') => format!("rust {word}x"),
            word => format!("rust {word}"),
        };
        let problems = parse_info(&info, 0, config::Dialect::Docproof).1;
        assert!(problems.is_empty(), "{info}: {problems:?}");
        let starts = [format!("\n| `{word}"), format!("`, `{word}")];
        let found = starts.iter().any(|start| page.text.contains(start));
        assert!(found, "reference/fences.md: no row for `{word}`");
    }
}

#[test]
fn exit_codes_are_those_of_the_program() {
    use docproof::cli::{BUG, FINE, PROBLEMS, USAGE};
    let page = Page::read("reference/exit-codes");
    for code in [FINE, PROBLEMS, USAGE, BUG] {
        let row = format!("\n| {code} |");
        assert!(page.text.contains(&row), "no row for {code}");
    }
    let rows = page.section("## The four codes").matches("\n| ").count();
    // And the row of the headings.
    assert_eq!(rows, 5, "a row for each code and no more");
}
