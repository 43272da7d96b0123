//! The samples of the matrix, page by page.
//!
//! In: the pages in `pages/`. Out: these, and pages that are made: every attribute and pair of attributes over three
//! programs, and all broken programs once more as `compile_fail`. A comment `<!-- apart: strict NAME -->` in front of
//! a fence says that the two part there (`strict`, `default` or `both`), for a reason that the guide lists by that name.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Name and text.
pub type Page = (String, String);

const ATTRIBUTES: [&str; 11] = [
    "ignore",
    "ignore-linux",
    "ignore-wasm",
    "no_run",
    "should_panic",
    "compile_fail",
    "test_harness",
    "standalone_crate",
    "edition2018",
    "edition2021",
    "edition2024",
];

const PROGRAMS: [&str; 3] = [
    "fn main() { assert_eq!(1 + 1, 2); }",
    "fn main() { assert_eq!(1 + 1, 3); }",
    "fn main() { assert_eq!(1 + 1, \"2\"); }",
];

/// All pages.
pub fn pages(folder: &Path) -> Vec<Page> {
    let mut pages: Vec<Page> = fs::read_dir(folder)
        .expect("the pages are beside the test")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy();
            (name.into_owned(), fs::read_to_string(&path).expect("UTF-8"))
        })
        .collect();
    pages.sort();
    let find = |name: &str| {
        let page = pages.iter().find(|(n, _)| n == name);
        page.expect("a page of that name").1.clone()
    };
    let refused = find("errors.md").replace("```rust\n", "```compile_fail\n");
    let crlf = find("hidden.md").replace('\n', "\r\n");
    pages.push(("refused.md".into(), refused));
    pages.push(("crlf.md".into(), crlf));
    pages.push(("attributes.md".into(), attributes()));
    pages
}

fn attributes() -> String {
    let mut text = String::from("# Attributes\n\n");
    for (n, one) in ATTRIBUTES.iter().enumerate() {
        let pairs = ATTRIBUTES[n + 1..]
            .iter()
            .map(|other| format!("{one},{other}"));
        for info in std::iter::once((*one).to_owned()).chain(pairs) {
            // Pairs need not fail in every way.
            let programs = if info.contains(',') {
                &PROGRAMS[..2]
            } else {
                &PROGRAMS[..]
            };
            for program in programs {
                if info == "ignore,ignore-wasm" {
                    text.push_str("<!-- apart: default ignore-beside-ignore-target -->\n\n");
                }
                text.push_str(&format!("```{info}\n{program}\n```\n\n"));
            }
        }
    }
    text
}

/// A page whose fences at other lines than these hold mere text. No line moves.
pub fn without(text: &str, stays: impl Fn(usize) -> bool) -> String {
    let (mut out, mut open) = (String::new(), None);
    for (n, line) in text.split_inclusive('\n').enumerate() {
        let fence = line.trim_start_matches(['>', '-', ' ', '\t', '1', '.']);
        let marks = fence.chars().take_while(|c| matches!(c, '`' | '~')).count();
        let rest = fence.get(marks..).unwrap_or_default().trim();
        match open {
            Some(length) if marks >= length && rest.is_empty() => open = None,
            None if marks >= 3 => {
                open = Some(marks);
                if !stays(n + 1) {
                    let end = line.len() - fence.len() + marks;
                    out.push_str(&line[..end]);
                    out.push_str("text\n");
                    continue;
                }
            }
            _ => {}
        }
        out.push_str(line);
    }
    out
}

/// The reasons that a page announces, by the line of the fence: the mode and the name.
pub fn announced(text: &str) -> BTreeMap<usize, (String, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = BTreeMap::new();
    for (n, line) in lines.iter().enumerate() {
        let inside = line.trim().strip_prefix("<!-- apart: ");
        let Some((mode, name)) = inside
            .and_then(|line| line.strip_suffix(" -->"))
            .and_then(|line| line.split_once(' '))
        else {
            continue;
        };
        // An empty line follows, then the fence; lines count from 1.
        found.insert(n + 3, (mode.to_owned(), name.to_owned()));
    }
    found
}
