//! Books of a few files, and what their chapters become.

use super::*;
use crate::diagnostic::render_human;
use crate::source::SourceMap;

/// Expands `src/a.md` among the given files: the text, then the first line and places of each message.
fn check_with(book: &BookConfig, files: &[(&str, &str)], want: &str) -> Chapter {
    let mut map = SourceMap::default();
    for (path, text) in files {
        map.set(path, text);
    }
    let get = |path: &str| {
        let id = map.find(path).ok_or("does not exist")?;
        Ok(Text {
            id,
            path: map.get(id).path.clone(),
            text: map.get(id).text.clone(),
        })
    };
    let page = get("src/a.md").expect("there is a page");
    let chapter = expand(&page, book, &|p| get(p).map_err(|e: &str| e.to_owned()));
    let mut got = format!("{}\n--\n", &*chapter.expanded.text);
    for diagnostic in &chapter.expanded.diagnostics {
        let text = render_human(diagnostic, &map, false);
        let lines = text.lines().map(str::trim);
        for line in lines.filter(|l| l.starts_with(['e', 'w', '-', 'n', 'h'])) {
            got.push_str(line);
            got.push('\n');
        }
    }
    assert_eq!(got, want);
    chapter
}

fn check(files: &[(&str, &str)], want: &str) -> Chapter {
    check_with(&BookConfig::default(), files, want)
}

const LISTING: &str = "use std::fs;\n\n// ANCHOR: main\nfn main() {\n    // ANCHOR: body\n    go();\n    // ANCHOR_END: body\n}\n// ANCHOR_END: main\n";

#[test]
fn files_are_included_in_whole_and_in_part() {
    check(
        &[
            (
                "src/a.md",
                "A {{#include x/b.md}} B\n```rust\n{{#include ../code/m.rs:body}}\n{{#rustdoc_include ../code/m.rs:4:4}}\n```\n",
            ),
            ("src/x/b.md", "one\ntwo {{#include c.md:2}}\n"),
            ("src/x/c.md", "no\nthree\nno\n"),
            ("code/m.rs", LISTING),
        ],
        "A one\ntwo three B\n```rust\n    go();\n# use std::fs;\n# \n# // ANCHOR: main\nfn main() {\n#     // ANCHOR: body\n#     go();\n#     // ANCHOR_END: body\n# }\n# // ANCHOR_END: main\n```\n\n--\n",
    );
}

#[test]
fn the_other_lines_of_an_anchor_are_hidden() {
    check(
        &[
            ("src/a.md", "{{#rustdoc_include m.rs:body}}"),
            ("src/m.rs", LISTING),
        ],
        "# use std::fs;\n# \n# fn main() {\n    go();\n# }\n--\n",
    );
}

#[test]
fn playgrounds_titles_and_escapes() {
    let chapter = check(
        &[
            (
                "src/a.md",
                "{{#title The <title>}}# H\n\n{{#playground m.rs editable no_run}}\n\\{{#include m.rs}} `{{#if}}`",
            ),
            ("src/m.rs", "fn main() {}"),
        ],
        "# H\n\n```rust,editable,no_run\nfn main() {}\n```\n\n{{#include m.rs}} `{{#if}}`\n--\n",
    );
    assert_eq!(chapter.title.as_deref(), Some("The <title>"));
    let reads: Vec<&String> = chapter.expanded.reads.iter().collect();
    assert_eq!(reads, ["src/m.rs"]);
}

#[test]
fn all_that_is_wrong_has_a_place() {
    check(
        &[
            (
                "src/a.md",
                "{{#include no.md}} and {{#include ../../x.md}}\n{{#include /etc/passwd}}\n{{#include m.rs:mian}}\n{{#include m.rs:12}}\n{{#include m.rs:9:99}}|\n",
            ),
            ("src/m.rs", LISTING),
        ],
        "{{#include no.md}} and {{#include ../../x.md}}\n{{#include /etc/passwd}}\n\n\n// ANCHOR_END: main|\n\n--\n\
         error[include]: the file `src/no.md` does not exist\n--> src/a.md:1:12\nhelp: paths start at the folder of `src/a.md`\n\
         error[include]: the path `../../x.md` leaves the site's folder\n--> src/a.md:1:35\nhelp: put docproof.yaml into a folder that holds the file, and say `path` and `docs` from there\n\
         error[include]: the path `/etc/passwd` leaves the site's folder\n--> src/a.md:2:12\nhelp: put docproof.yaml into a folder that holds the file, and say `path` and `docs` from there\n\
         error[include]: `src/m.rs` has no anchor `mian`\n--> src/a.md:3:12\nhelp: did you mean `main`?\n\
         error[include]: there is no line 12: `src/m.rs` has 9 lines\n--> src/a.md:4:12\nhelp: anchors move with their lines: `ANCHOR: name` ... `ANCHOR_END: name`\n\
         warning[include]: there is no line 99: `src/m.rs` has 9 lines\n--> src/a.md:5:12\nhelp: what is there is included; write `9:`\n",
    );
}

#[test]
fn cycles_end_and_parts_of_oneself_are_none() {
    check(
        &[
            ("src/a.md", "{{#include b.md}}"),
            ("src/b.md", "B {{#include a.md}} {{#include b.md:2}}\nnext"),
        ],
        "B  next\nnext\n--\nerror[include]: a cycle of includes\n--> src/b.md:1:3\nnote: copied to the page here\n--> src/a.md:1:1\nhelp: the way: src/a.md -> src/b.md -> src/a.md\n",
    );
    // Each level is another part, so only the depth ends it.
    let deep: String = (1..=12)
        .map(|n| format!("{{{{#include c.md:{}}}}}\n", n + 1))
        .collect();
    let text = format!("{deep}end\n");
    let mut map = SourceMap::default();
    let id = map.set("src/c.md", &text);
    let get = Text {
        id,
        path: "src/c.md".into(),
        text: text.as_str().into(),
    };
    let chapter = expand(&get, &BookConfig::default(), &|_| Ok(get.clone()));
    let said: Vec<&str> = chapter
        .expanded
        .diagnostics
        .iter()
        .map(|d| d.message.as_str())
        .collect();
    assert!(said.contains(&"includes are more than 10 deep"), "{said:?}");
}

#[test]
fn includes_cannot_grow_without_bounds() {
    let mut files: Vec<(String, String)> = (0..9)
        .map(|n| {
            let line = format!("{{{{#include {}.md}}}}\n", n + 1);
            (format!("src/{n}.md"), line.repeat(40))
        })
        .collect();
    files.push(("src/9.md".into(), "x".repeat(1000)));
    let mut map = SourceMap::default();
    for (path, text) in &files {
        map.set(path, text);
    }
    let get = |path: &str| {
        let id = map.find(path).ok_or_else(|| "does not exist".to_owned())?;
        Ok(Text {
            id,
            path: map.get(id).path.clone(),
            text: map.get(id).text.clone(),
        })
    };
    let page = get("src/0.md").expect("there is a page");
    let chapter = expand(&page, &BookConfig::default(), &get);
    assert_eq!(chapter.expanded.diagnostics.len(), 1);
    assert!(
        chapter.expanded.diagnostics[0]
            .message
            .contains("larger than 64 MiB")
    );
}

#[test]
fn every_byte_leads_back_to_its_file() {
    let files = [
        ("src/a.md", "é {{#include b.md}} z"),
        ("src/b.md", "1\n{{#rustdoc_include c.rs:2}}\n3\n"),
        ("src/c.rs", "un\nde\ntr\n"),
    ];
    let mut map = SourceMap::default();
    for (path, text) in files {
        map.set(path, text);
    }
    let get = |path: &str| {
        let id = map.find(path).ok_or_else(|| "does not exist".to_owned())?;
        Ok(Text {
            id,
            path: map.get(id).path.clone(),
            text: map.get(id).text.clone(),
        })
    };
    let page = get("src/a.md").expect("there is a page");
    let expanded = expand(&page, &BookConfig::default(), &get).expanded;
    assert_eq!(&*expanded.text, "é 1\n# un\nde\n# tr\n3 z");
    let place = |word: &str| {
        let at = expanded.text.find(word).expect("it is there");
        let origin = expanded.segments.origin(&(at..at + word.len()));
        let source = map.get(origin.span.source);
        assert_eq!(&source.text[origin.span.range.clone()], word);
        let (line, column) = map.place(&origin.span);
        format!("{}:{line}:{column} {}", source.path, origin.chain.len())
    };
    for (word, want) in [
        ("é", "src/a.md:1:1 0"),
        ("1", "src/b.md:1:1 1"),
        ("un", "src/c.rs:1:1 2"),
        ("de", "src/c.rs:2:1 2"),
        ("tr", "src/c.rs:3:1 2"),
        ("3", "src/b.md:3:1 1"),
        ("z", "src/a.md:1:21 0"),
    ] {
        assert_eq!(place(word), want);
    }
}

#[test]
fn variables_are_filled_and_others_reported_once() {
    let book = BookConfig {
        variables: vec![("VERSION".into(), "1.2.3".into())],
        ..BookConfig::default()
    };
    check_with(
        &book,
        &[(
            "src/a.md",
            "v{{#VERSION}} {{#URL}}/x [y]: {{#URL}}/z\n\n    {{#CODE}}\n",
        )],
        "v1.2.3 {{#URL}}/x [y]: {{#URL}}/z\n\n    {{#CODE}}\n\n--\nwarning[mdbook]: `{{#URL}}` is no directive of mdBook, 2 times on this page\n--> src/a.md:1:15\nhelp: where it stands for a text, put that under `mdbook: { variables: { URL: .. } }` in docproof.yaml\nhelp: where a preprocessor of the book does more, run that before Docproof\n",
    );
}

#[test]
fn hidden_lines_of_other_languages_are_written_into_fences() {
    let book = BookConfig {
        hidelines: vec![("python".into(), "~".into()), ("sh".into(), "# ".into())],
        ..BookConfig::default()
    };
    check_with(
        &book,
        &[(
            "src/a.md",
            "```python title=x\n~a\n```\n\n- ```sh\n  # x\n  ```\n\n```python,hidelines=!\n```\n",
        )],
        "```python title=x,hidelines=~\n~a\n```\n\n- ```sh,hidelines=\"# \"\n  # x\n  ```\n\n```python,hidelines=!\n```\n\n--\n",
    );
}

#[test]
fn files_to_load_are_known_before() {
    let text =
        "{{#include ../x.rs:a}} {{#playground b/y.rs}} \\{{#include no}} {{#include ../../../out}}";
    assert_eq!(wanted(text, "src/sub/a.md"), ["src/x.rs", "src/sub/b/y.rs"]);
    assert_eq!(wanted("{{#include x}}", "a.md"), ["x"]);
}
