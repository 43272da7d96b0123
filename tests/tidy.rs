//! Keeps the house rules of the source tree: who may import whom, which floors have doors to the
//! outside, how a file opens and how long it gets, and words that are not used.
//!
//! In: the text of the repository's Rust files. Out: a list of violations, each with its file and
//! line and the rule it breaks. Nothing is compiled or changed. Every rule has a test below that
//! plants a violation, so that a checker that sees nothing cannot pass for a tidy tree.
//!
//! The tables at the top are the rules; to add a module to `src/`, give it a row in [`FLOORS`].

#[path = "tidy/rust_text.rs"]
mod rust_text;

use rust_text::{
    blank, blank_test_items, blank_texts, finds, identifier, paths, paths_over_the_root, words,
};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A module of `src/`, its floor, and the modules of the same floor that it may import.
/// It may import every module of a lower floor.
struct Room(&'static str, u8, &'static [&'static str]);

const FLOORS: &[Room] = &[
    Room("source", 0, &[]),
    Room("diagnostic", 0, &["source"]),
    Room("date", 0, &[]),
    Room("yaml", 1, &[]),
    Room("config", 1, &["yaml"]),
    // `config` gives the dialect, but knows none of its readers.
    Room("front_matter", 1, &["config", "yaml"]),
    Room("directive", 1, &["config", "front_matter"]),
    Room("markdown", 1, &["config", "directive"]),
    // Settings of other generators, and samples.
    Room("javascript", 1, &[]),
    Room("site", 2, &[]),
    // Knows neither the site nor the disk: `toolchain` is its way to the world.
    Room("verify", 2, &[]),
    // Old configurations to new ones: texts in, a text out.
    Room("import", 2, &["site"]),
    Room("render", 3, &[]),
    Room("build", 4, &[]),
    Room("disk", 5, &[]),
    // Its words for errors, and where the cache lies.
    Room("toolchain", 5, &["disk"]),
    Room("watch", 5, &[]),
    Room("http", 5, &[]),
    Room("cli", 6, &[]),
];

/// A way to the outside, and the lowest floor that may use it.
const DOORS: &[(&str, u8)] = &[
    ("std::fs", 5),
    ("std::net", 5),
    ("std::process", 5),
    ("std::env", 6),
    ("std::time::SystemTime", 5),
    ("std::time::Instant", 5),
    ("rustix", 5),
    ("walkdir", 5),
];

/// Where clocks may be read to bound the time of a block, in files that say `tidy: clock`.
const CLOCK_ROOM: &str = "src/render/highlight";
const CLOCKS: &[&str] = &["std::time::Instant", "rustix::time"];
const CLOCK_MARK: &str = "tidy: clock";

/// Only `cli` and `main.rs` print.
const PRINTERS: &[&str] = &["print!", "println!", "eprint!", "eprintln!"];

/// What stands nowhere, in tests neither.
const NOWHERE: &[(&str, &str)] = &[
    ("todo!", "finish it"),
    ("unimplemented!", "finish it"),
    ("dbg!", "remove it"),
    ("#[allow(", "use #[expect(..., reason = \"...\")]"),
    ("#![allow(", "use #![expect(..., reason = \"...\")]"),
    ("#[ignore", "a test runs or does not exist"),
];

/// What stands in no program, only in tests.
const NOT_IN_PROGRAMS: &[(&str, &str)] = &[(
    ".unwrap()",
    "use expect(\"invariant: ...\") or a typed error",
)];

/// Words that say nothing in the name of a module or type.
const EMPTY_WORDS: &[&str] = &["manager", "managers", "helper", "helpers", "util", "utils"];

const LONGEST_FILE: usize = 700;

/// Folders that are looked through, from the root of the repository.
const ROOTS: &[&str] = &["src", "crates", "examples", "tests", "benches", "fuzz"];

/// Folders that hold what programs made, or texts that tests read.
const SKIPPED: &[&str] = &[
    "target",
    "fixtures",
    "seeds",
    "corpus",
    "artifacts",
    "node_modules",
];

// ---- the checks ----------------------------------------------------------------------------------

/// One Rust file, prepared for all checks.
struct File<'a> {
    /// From the root of the repository, with `/`.
    path: &'a str,
    text: &'a str,
    /// The text with comments, strings and characters blanked; as long as the text.
    code: String,
    /// `code` with items under `#[cfg(test)]` blanked too.
    program: String,
}

impl<'a> File<'a> {
    fn new(path: &'a str, text: &'a str) -> Self {
        let code = blank_texts(text);
        let program = if is_test_file(path) {
            blank(&code)
        } else {
            blank_test_items(&code)
        };
        Self {
            path,
            text,
            code,
            program,
        }
    }

    fn violation(&self, offset: usize, rule: &str) -> String {
        let line = self.text[..offset].matches('\n').count() + 1;
        format!("{}:{line}: {rule}", self.path)
    }

    fn is_program(&self) -> bool {
        self.path.starts_with("src/")
            || (self.path.starts_with("crates/") && self.path.contains("/src/"))
    }

    /// The module of `src/` that the file belongs to; none for `lib.rs` and `main.rs`.
    fn room(&self) -> Option<&str> {
        let first = self.path.strip_prefix("src/")?.split('/').next()?;
        let name = first.strip_suffix(".rs").unwrap_or(first);
        (!matches!(name, "lib" | "main")).then_some(name)
    }

    /// How many modules deep the file is: 0 for `src/lib.rs`, 1 for `src/x.rs` and `src/x/mod.rs`.
    fn depth(&self) -> usize {
        let inner = self.path.strip_prefix("src/").unwrap_or(self.path);
        let last = inner.rsplit('/').next().unwrap_or_default();
        inner.matches('/').count() + usize::from(!["lib.rs", "main.rs", "mod.rs"].contains(&last))
    }
}

fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// All violations of all rules in one file.
fn check(path: &str, text: &str) -> Vec<String> {
    let file = File::new(path, text);
    let checks = [opening, length, nowhere, names, floors, doors, printers];
    checks.iter().flat_map(|check| check(&file)).collect()
}

fn opening(file: &File) -> Vec<String> {
    let mut lines = file
        .text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with("#!"));
    let opens = lines.next().is_some_and(|line| line.starts_with("//!"));
    if opens {
        Vec::new()
    } else {
        vec![file.violation(0, "open with //! and say what the file is for")]
    }
}

fn length(file: &File) -> Vec<String> {
    let lines = file.text.lines().count();
    if lines <= LONGEST_FILE {
        return Vec::new();
    }
    vec![format!(
        "{}:{lines}: at most {LONGEST_FILE} lines; split the file",
        file.path
    )]
}

fn nowhere(file: &File) -> Vec<String> {
    let everywhere = NOWHERE.iter().map(|rule| (rule, &file.code));
    let program = NOT_IN_PROGRAMS
        .iter()
        .filter(|_| file.is_program())
        .map(|rule| (rule, &file.program));
    everywhere
        .chain(program)
        .flat_map(|((word, advice), code)| {
            finds(code, word)
                .map(move |offset| file.violation(offset, &format!("no {word} here: {advice}")))
        })
        .collect()
}

fn names(file: &File) -> Vec<String> {
    let stem = file
        .path
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .trim_end_matches(".rs");
    let declared = ["mod", "struct", "enum", "trait", "type", "union"]
        .iter()
        .flat_map(|keyword| {
            finds(&file.code, keyword).filter_map(|offset| {
                let rest = file.code[offset + keyword.len()..].strip_prefix(' ')?;
                Some((offset, identifier(rest)))
            })
        });
    std::iter::once((0, stem))
        .chain(declared)
        .filter(|(_, name)| {
            words(name)
                .iter()
                .any(|word| EMPTY_WORDS.contains(&word.as_str()))
        })
        .map(|(offset, name)| {
            file.violation(offset, &format!("`{name}` says nothing: name what it does"))
        })
        .collect()
}

fn floors(file: &File) -> Vec<String> {
    let Some(own) = file.room() else {
        return Vec::new();
    };
    let Some(room) = find_room(own) else {
        return vec![file.violation(
            0,
            &format!("`{own}` has no floor: give it a row in tests/tidy.rs"),
        )];
    };
    let mut rooted = paths(&file.code, "crate");
    rooted.extend(paths(&file.code, "docproof"));
    rooted.extend(paths_over_the_root(&file.code, file.depth()));
    let complaint = |(offset, path): (usize, String)| {
        let name = path.split("::").next().unwrap_or_default();
        may_import(room, name)
            .err()
            .map(|rule| file.violation(offset, &rule))
    };
    rooted.into_iter().filter_map(complaint).collect()
}

fn find_room(name: &str) -> Option<&'static Room> {
    FLOORS.iter().find(|room| room.0 == name)
}

fn may_import(from: &Room, name: &str) -> Result<(), String> {
    let Room(own, floor, beside) = from;
    let Some(Room(_, other, _)) = find_room(name) else {
        return Err(format!(
            "`{own}` names `crate::{name}`: name the module that it lives in"
        ));
    };
    if name == *own || other < floor || (other == floor && beside.contains(&name)) {
        return Ok(());
    }
    Err(format!(
        "`{own}` (floor {floor}) must not import `{name}` (floor {other}): imports go down only"
    ))
}

fn doors(file: &File) -> Vec<String> {
    let Some(Room(own, floor, _)) = file.room().and_then(find_room) else {
        return Vec::new();
    };
    let reads_clock = file.path.starts_with(CLOCK_ROOM) && file.text.contains(CLOCK_MARK);
    let excused = |path: &str| reads_clock && CLOCKS.iter().any(|clock| leads_to(path, clock));
    let mut violations = Vec::new();
    for root in ["std", "rustix", "walkdir"] {
        for (at, path) in paths(&file.program, root) {
            let path = format!("{root}::{path}");
            let closed =
                |door: &&(&str, u8)| *floor < door.1 && leads_to(&path, door.0) && !excused(&path);
            for (door, _) in DOORS.iter().filter(closed) {
                violations.push(file.violation(
                    at,
                    &format!("`{own}` (floor {floor}) must not use `{door}`"),
                ));
            }
        }
    }
    violations
}

/// Whether a path names the door, something behind it, or everything that it is part of.
fn leads_to(path: &str, door: &str) -> bool {
    let below = |long: &str, short: &str| {
        long.strip_prefix(short)
            .is_some_and(|rest| rest.starts_with("::"))
    };
    path == door
        || below(path, door)
        || path
            .strip_suffix("::*")
            .is_some_and(|whole| below(door, whole))
}

fn printers(file: &File) -> Vec<String> {
    if matches!(file.room(), None | Some("cli")) {
        return Vec::new();
    }
    PRINTERS
        .iter()
        .flat_map(|printer| finds(&file.program, printer))
        .map(|offset| file.violation(offset, "only cli prints"))
        .collect()
}

// ---- the tests -----------------------------------------------------------------------------------

/// Calls `see` with every Rust file below a folder, in order of name.
fn walk(root: &Path, folder: &Path, see: &mut impl FnMut(&str, &str)) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut entries: Vec<_> = entries
        .map(|entry| entry.expect("the tree can be listed").path())
        .collect();
    entries.sort();
    for path in entries {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() && !SKIPPED.contains(&name.as_str()) && !name.starts_with('.') {
            walk(root, &path, see);
        } else if path.is_file() && name.ends_with(".rs") {
            let inner = path
                .strip_prefix(root)
                .expect("invariant: found below the root");
            let text = fs::read_to_string(&path).expect("a Rust file is readable text");
            see(&inner.to_string_lossy().replace('\\', "/"), &text);
        }
    }
}

#[test]
fn the_tree_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut seen, mut report) = (0, String::new());
    for folder in ROOTS {
        walk(root, &root.join(folder), &mut |path, text| {
            seen += 1;
            for violation in check(path, text) {
                let _ = writeln!(report, "{violation}");
            }
        });
    }
    assert!(seen > 1, "no files were looked at");
    assert!(
        report.is_empty(),
        "{} violations\n{report}",
        report.lines().count()
    );
}

/// Checks a text as that file, below an opening line, and compares `line: start of the message`.
#[track_caller]
fn expect(path: &str, text: &str, expected: &[&str]) {
    let text = format!("//! Says what it is for.\n{text}");
    let found = check(path, &text);
    let plain: Vec<&str> = found
        .iter()
        .filter_map(|one| one.strip_prefix(path)?.strip_prefix(':'))
        .collect();
    assert_eq!(plain.len(), found.len(), "{found:?}");
    let alike = plain.len() == expected.len()
        && plain
            .iter()
            .zip(expected)
            .all(|(one, start)| one.starts_with(start));
    assert!(alike, "found {plain:#?}\nexpected {expected:#?}");
}

#[test]
fn imports_go_down_only() {
    expect(
        "src/site/mod.rs",
        "use crate::markdown::Block;\nuse crate::source::Span;",
        &[],
    );
    expect(
        "src/site/mod.rs",
        "use crate::render::Html;",
        &["2: `site` (floor 2) must not import `render` (floor 3)"],
    );
    expect(
        "src/config.rs",
        "fn f(x: crate::markdown::Block) {}",
        &["2: `config` (floor 1) must not import `markdown`"],
    );
    expect(
        "src/http/mod.rs",
        "use crate::disk::Disk;",
        &["2: `http` (floor 5) must not import `disk` (floor 5)"],
    );
    let group = "use crate::{\n  site::{Index, Route},\n  cli::Arguments,\n};";
    expect(
        "src/build.rs",
        group,
        &["2: `build` (floor 4) must not import `cli`"],
    );
    expect(
        "src/build.rs",
        "use docproof::http::Server;",
        &["2: `build` (floor 4) must not import `http`"],
    );
    expect("src/lib.rs", "pub use crate::cli::run;", &[]);
    expect(
        "src/site.rs",
        "// crate::cli\nconst A: &str = \"crate::cli\"; /* /* crate::cli */ crate::cli */",
        &[],
    );
}

#[test]
fn the_root_is_not_a_way_around() {
    expect(
        "src/site.rs",
        "use crate::Everything;",
        &["2: `site` names `crate::Everything`"],
    );
    expect(
        "src/site/index.rs",
        "use super::super::cli::run;",
        &["2: `site` (floor 2) must not import `cli`"],
    );
    expect("src/site/index.rs", "use super::cli::run;", &[]);
    expect(
        "src/site.rs",
        "use super::cli::run;",
        &["2: `site` (floor 2) must not import `cli`"],
    );
    expect("src/site.rs", "mod tests {\n    use super::cli;\n}", &[]);
    expect(
        "src/site.rs",
        "mod tests {\n    use super::super::cli;\n}",
        &["3: `site` (floor 2) must not import `cli`"],
    );
}

#[test]
fn a_module_without_a_floor_is_reported() {
    expect("src/attic.rs", "", &["1: `attic` has no floor"]);
}

#[test]
fn lower_floors_have_no_doors() {
    let site = |text, doors: &[&str]| {
        let expected: Vec<String> = doors
            .iter()
            .map(|door| format!("2: `site` (floor 2) must not use `{door}`"))
            .collect();
        expect(
            "src/site.rs",
            text,
            &expected.iter().map(String::as_str).collect::<Vec<_>>(),
        );
    };
    site("use std::fs;", &["std::fs"]);
    site(
        "use std::{collections::HashMap, net::TcpStream};",
        &["std::net"],
    );
    site(
        "use std::time::{Duration, SystemTime};",
        &["std::time::SystemTime"],
    );
    site(
        "use std::time::*;",
        &["std::time::SystemTime", "std::time::Instant"],
    );
    site("fn f() { walkdir::WalkDir::new(p) }", &["walkdir"]);
    site("use std::time::Duration;\nuse std::fmt::Write;", &[]);
    site(
        "#[cfg(test)]\nmod tests {\n    use std::fs;\n    fn f() { println!(); }\n}",
        &[],
    );
    expect("src/disk.rs", "use std::fs::File;", &[]);
    expect(
        "src/disk.rs",
        "fn f() { std::env::var(A); }",
        &["2: `disk` (floor 5) must not use `std::env`"],
    );
}

#[test]
fn only_the_command_line_prints() {
    expect(
        "src/cli/build.rs",
        "use std::env;\nfn f() { println!(); }",
        &[],
    );
    expect(
        "src/site.rs",
        "fn f() { eprintln!(\"x\"); }",
        &["2: only cli prints"],
    );
}

#[test]
fn only_highlighting_reads_the_clock_and_says_so() {
    let marked = "use std::time::Instant; // tidy: clock";
    let other = "use rustix::fs::open; // tidy: clock";
    let thread = "use rustix::time::ClockId; // tidy: clock";
    expect("src/render/highlight/budget.rs", thread, &[]);
    expect(
        "src/render/highlight/budget.rs",
        other,
        &["2: `render` (floor 3) must not use `rustix`"],
    );
    expect("src/render/highlight/mod.rs", marked, &[]);
    expect(
        "src/render/page.rs",
        marked,
        &["2: `render` (floor 3) must not use `std::time::Instant`"],
    );
    expect(
        "src/render/highlight/mod.rs",
        "use std::time::Instant;",
        &["2: `render` (floor 3) must not use"],
    );
}

#[test]
fn what_stands_nowhere_is_found_outside_texts() {
    expect("tests/one.rs", "fn f() { todo!() }", &["2: no todo! here"]);
    expect(
        "src/site.rs",
        "#[allow(dead_code)]\nfn f() {}",
        &["2: no #[allow( here"],
    );
    let both = "#[ignore = \"slow\"]\nfn f() { dbg!(1); }";
    expect(
        "crates/a/tests/one.rs",
        both,
        &["3: no dbg! here", "2: no #[ignore here"],
    );
    expect(
        "tests/one.rs",
        "const A: &str = r#\"todo!() \"dbg!\" #[ignore]\"#; // todo!()",
        &[],
    );
}

#[test]
fn unwrap_is_for_tests() {
    expect(
        "src/site.rs",
        "fn f() { x.unwrap(); }",
        &["2: no .unwrap() here"],
    );
    expect(
        "crates/a/src/lib.rs",
        "fn f() { x\n.unwrap(); }",
        &["3: no .unwrap() here"],
    );
    let around = "#[cfg(test)]\nmod tests { fn f() { '{'; x.unwrap(); } }\nfn g() { y.unwrap(); }";
    expect("src/site.rs", around, &["4: no .unwrap() here"]);
    expect(
        "src/site.rs",
        "#[cfg(test)]\nmod tests;\nfn g() { y.unwrap_or(1); }",
        &[],
    );
    expect("src/site/tests.rs", "fn f() { x.unwrap(); }", &[]);
    expect("tests/one.rs", "fn f() { x.unwrap(); }", &[]);
}

#[test]
fn files_open_with_their_purpose_and_stay_short() {
    let missing = check("src/site.rs", "use std::fmt;\n");
    assert_eq!(
        missing,
        ["src/site.rs:1: open with //! and say what the file is for"]
    );
    assert_eq!(
        check(
            "fuzz/targets/a.rs",
            "#![no_main]\n\n//! Feeds the parser.\n"
        ),
        [""; 0]
    );
    expect(
        "src/site.rs",
        &"// line\n".repeat(LONGEST_FILE),
        &["701: at most 700 lines"],
    );
}

#[test]
fn names_say_what_a_thing_does() {
    let named = "pub struct LinkManager;\nmod string_utils {}\nstruct Utilization;";
    expect(
        "src/site.rs",
        named,
        &[
            "3: `string_utils` says nothing",
            "2: `LinkManager` says nothing",
        ],
    );
    expect("tests/helpers.rs", "", &["1: `helpers` says nothing"]);
}

#[test]
fn lifetimes_and_escapes_do_not_confuse_the_reader() {
    let third = ["3: no .unwrap() here"];
    expect(
        "src/site.rs",
        "fn f<'a>(x: &'a str) -> char { '\\'' }\nfn g() { x.unwrap(); }",
        &third,
    );
    expect(
        "src/site.rs",
        "const A: &str = \"\\\"\"; const B: char = '\"';\nfn g() { x.unwrap(); }",
        &third,
    );
    expect(
        "src/site.rs",
        "const A: &[u8] = br##\"\"#\"##;\nfn é() { x.unwrap(); }",
        &third,
    );
}
