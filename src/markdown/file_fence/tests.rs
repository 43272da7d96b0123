//! Fences with files: what they become, and what is said of those that are wrong.

use super::*;
use crate::diagnostic::render_human;
use crate::directive::copy_docs;
use crate::source::SourceMap;

/// Expands `a.md` among the given files; the text, then messages with their places and hints.
fn shown(files: &[(&str, &str)]) -> String {
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
    let lookup = |path: &str| get(path).map_err(|why: &str| why.to_owned());
    let page = lookup("a.md").expect("there is a page");
    let rules = Rules {
        copy_root: "",
        dialect: Dialect::Docproof,
    };
    let mut expanded = copy_docs::expand(&page, 0, rules, &lookup);
    expand(&mut expanded, rules, &lookup);
    let mut got = expanded.text.to_string();
    for diagnostic in &expanded.diagnostics {
        let text = render_human(diagnostic, &map, false);
        let kept = |line: &&str| line.starts_with(['e', 'h', 'n']) || line.contains("-->");
        let lines: Vec<&str> = text.lines().filter(kept).map(str::trim).collect();
        got.push_str(&lines.join("\n"));
        got.push('\n');
    }
    got
}

fn check(files: &[(&str, &str)], want: &str) {
    assert_eq!(shown(files), want);
}

/// What is said of a fence with this info string about this file.
fn said(info: &str, file: &str) -> String {
    let page = format!("```{info}\n```\n");
    let all = shown(&[("a.md", &page), ("x.rs", file)]);
    let kept = all.strip_prefix(&page).expect("the fence stays empty");
    kept.to_owned()
}

#[test]
fn regions_of_every_comment_form() {
    let file = "# region a\none\n# endregion\n-- #region b\ntwo\n-- #endregion b\n<!-- ANCHOR: c -->\nthree\n/* region d */\n  four\n\n  /* endregion */\n\
                five\n<!-- ANCHOR_END: c -->\n//#region e\nsix\n//#endregion\n#region f\nseven\n#endregion\n";
    let region = |name: &str| {
        let page = format!("```py file=x region={name}\n```");
        let text = shown(&[("a.md", &page), ("x", file)]);
        let lines: Vec<&str> = text.lines().skip(1).collect();
        lines.join("|")
    };
    let all = ["a", "b", "c", "d", "e", "f"].map(region);
    assert_eq!(
        all,
        [
            "one|```",
            "two|```",
            "three|  four||five|```",
            "four||```",
            "six|```",
            "seven|```"
        ]
    );
    check(
        &[("a.md", "```py file=x\n```"), ("x", file)],
        "```py file=x\none\ntwo\nthree\n  four\n\nfive\nsix\nseven\n```",
    );
}

#[test]
fn words_in_comments_are_no_regions() {
    check(
        &[
            ("a.md", "```rust file=x.rs\n```"),
            (
                "x.rs",
                "// region of interest\n// region lost\n// a region x\nlet region = 1;\n// endregion other\n",
            ),
        ],
        "```rust file=x.rs\n// region of interest\n// region lost\n// a region x\nlet region = 1;\n// endregion other\n```",
    );
}

#[test]
fn fences_keep_their_place() {
    check(
        &[
            (
                "a.md",
                "- ```rust file=x.rs\n  ```\n> 1. ~~~rust file=x.rs\n>\n>    ~~~\n\n````md\n```rust file=x.rs\n```\n````\n\n`file=x`\n\n```rust file=x.rs",
            ),
            ("x.rs", "f(\n\n)"),
        ],
        "- ```rust file=x.rs\n  f(\n  \n  )\n  ```\n> 1. ~~~rust file=x.rs\n>    f(\n>    \n>    )\n>    ~~~\n\n\
         ````md\n```rust file=x.rs\n```\n````\n\n`file=x`\n\n```rust file=x.rs\nf(\n\n)\n",
    );
}

#[test]
fn common_indentation_goes() {
    check(
        &[
            ("a.md", "```py file=x region=r\n```"),
            (
                "x",
                "# region r\n\u{3000}  a\n \n\u{3000}  \tb\n# endregion\n",
            ),
        ],
        "```py file=x region=r\na\n\n\tb\n```",
    );
}

#[test]
fn mistakes_are_said_at_the_fence() {
    assert_eq!(
        said("rust file=y.rs", ""),
        "error[file]: the file `y.rs` does not exist\n--> a.md:1:9\nhelp: paths start at `copy_root` (the site's folder)\n"
    );
    assert_eq!(
        said("rust file=../y.rs", ""),
        "error[file]: the path `../y.rs` leaves the site's folder\n--> a.md:1:9\nhelp: paths start at `copy_root` of docproof.yaml, without `..` beyond it\n"
    );
    assert_eq!(
        said(
            "rust file=x.rs region=mian",
            "// region main\nx\n// endregion\n// region other\nx\n// endregion"
        ),
        "error[file]: `x.rs` has no region `mian`\n--> a.md:1:19\nhelp: did you mean `main`?\n"
    );
    assert_eq!(
        said(
            "rust file=x.rs region=zz",
            "// region main\nx\n// endregion"
        ),
        "error[file]: `x.rs` has no region `zz`\n--> a.md:1:19\nhelp: regions: `main`\n"
    );
    assert_eq!(
        said("rust file=x.rs region=a", "x\n"),
        "error[file]: `x.rs` has no region `a`\n--> a.md:1:19\nhelp: put the lines between comments `region a` and `endregion a`\n"
    );
    assert_eq!(
        said(
            "rust file=x.rs region=a",
            "\n// region a\nx\n// endregion b\n"
        ),
        "error[file]: the region `a` of `x.rs` is never closed\n--> a.md:1:19\nhelp: it begins on line 2: end it with `endregion a`, or `ANCHOR_END: a`\n"
    );
    assert_eq!(
        said(
            "rust file=x.rs region=a",
            "// ANCHOR: a\nx\n// ANCHOR_END: a\n// region a\nx\n// endregion\n"
        ),
        "error[file]: `x.rs` has the region `a` twice\n--> a.md:1:19\nhelp: on lines 1 and 4: give one of them another name\n"
    );
    assert_eq!(
        said("rust file=x.rs region=a", "// region a\n\n// endregion\n"),
        "error[file]: the region is empty\n--> a.md:1:19\n"
    );
    assert_eq!(
        said("rust file=x.rs", " \n"),
        "error[file]: the file is empty\n--> a.md:1:9\n"
    );
    assert_eq!(
        said("md file=x.rs", "Text\n\n````\ncode\n````\n"),
        "error[file]: line 3 of `x.rs` would end the fence\n--> a.md:1:7\nhelp: use a longer fence, such as `````\n"
    );
    check(
        &[
            ("a.md", "> ```rust file=x.rs\n> own();\n> ```\n"),
            ("x.rs", "x"),
        ],
        "> ```rust file=x.rs\n> own();\n> ```\nerror[file]: a fence that shows a file has code of its own\n--> a.md:2:3\n\
         note: the file is named here\n--> a.md:1:11\nhelp: remove the code, or `file=`\n",
    );
}

#[test]
fn files_to_load() {
    let text = "```rust file=a/b.rs region=x\n```\n> - ~~~py file=\"c d.py\"\nfile=e\n```js title=\"file=f\"\n```js file=../g\n";
    assert_eq!(wanted(text, "root"), ["root/a/b.rs", "root/c d.py"]);
}
