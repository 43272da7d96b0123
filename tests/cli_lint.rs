//! `docproof lint`, on real folders: each rule, each finding once and at its place, and what a call chooses.

#[path = "cli/mod.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod cli;

use cli::{Run, Site};

/// `code file:line:column` of each finding.
fn found(site: &Site, args: &[&str]) -> Vec<String> {
    let args: Vec<&str> = ["lint", "--format", "json"]
        .iter()
        .chain(args)
        .copied()
        .collect();
    let run = site.run(&args);
    let value = |line: &str| -> serde_json::Value { serde_json::from_str(line).expect("JSON") };
    let found: Vec<String> = run
        .out
        .lines()
        .map(value)
        .map(|f| match f["line"].as_u64() {
            Some(line) => format!(
                "{} {}:{line}:{}",
                text(&f["code"]),
                text(&f["file"]),
                f["column"]
            ),
            None => format!("{} {}", text(&f["code"]), text(&f["file"])),
        })
        .collect();
    let expected = if found.is_empty() { 0 } else { 1 };
    assert_eq!(run.code, expected, "{run:?}");
    found
}

fn text(value: &serde_json::Value) -> &str {
    value.as_str().unwrap_or_default()
}

const PAGE: &str = "\
# Loom

```
no language
```

```js
f(...);
let a = ;
```

```text
![](in-code.png) <img src=in-code.png>
```

#### Deep

![ ](img/a.png) and <img src=\"img/b.png\"> and <img src=\"img/c.png\" alt=\"\"> and ![A](img/d.png)
";

fn site() -> Site {
    let site = Site::new(&[
        ("docs/loom.md", PAGE),
        (
            "docs/weft.md",
            "# Weft\n\n## Over\n\n### Under\n\n## Over again\n\n```ts\ntype A = { ... };\n```\n",
        ),
        ("docs/alone.md", "# Alone\n"),
        (
            "sidebars.json",
            "{ \"docs\": { \"A\": [\"loom\", \"weft\"] } }",
        ),
        ("static/used.css", "body { background: url(img/back.png) }"),
        ("static/img/back.png", ""),
        ("static/robots.txt", ""),
        ("static/img/left over.png", ""),
        ("static/img/two words.png", ""),
        ("docproof.yaml", "theme: { css: [used.css] }\n"),
    ]);
    for name in ["a", "b", "c", "d", "orphan"] {
        site.write(&format!("docs/img/{name}.png"), "");
    }
    site.write(
        "docs/weft.md",
        format!("{}\n[x](/img/two%20words.png)\n", site.read("docs/weft.md")),
    );
    site
}

const ALL: [&str; 8] = [
    "unused-page docs/alone.md:1:1",
    "orphan-file docs/img/orphan.png",
    "fence-language docs/loom.md:3:1",
    "sample-syntax docs/loom.md:9:9",
    "heading-level docs/loom.md:16:1",
    "image-alt docs/loom.md:18:1",
    "image-alt docs/loom.md:18:21",
    "orphan-file static/img/left over.png",
];

#[test]
fn every_rule_finds_what_it_is_for() {
    let found = found(&site(), &[]);
    assert_eq!(found, ALL);
}

#[test]
fn rules_are_chosen() {
    let site = site();
    assert_eq!(found(&site, &["--rule", "image-alt"]), ALL[5..7]);
    let allowed = ["--allow", "image-alt", "--allow", "orphan-file"];
    assert_eq!(found(&site, &allowed), [ALL[0], ALL[2], ALL[3], ALL[4]]);
    site.write(
        "docproof.yaml",
        "lint: { allow: [unused-page, orphan-file, image-alt, fence-language, heading-level] }\n",
    );
    assert_eq!(found(&site, &[]), [ALL[3]]);
    assert_eq!(found(&site, &["--rule", "unused-page"]), [ALL[0]]);
    site.expect(
        &["lint", "--rule", "unused-pages"],
        2,
        &[
            "there is no rule `unused-pages`",
            "did you mean `unused-page`?",
        ],
    );
    site.write("docproof.yaml", "lint: { allow: [image-alts] }\n");
    site.expect(
        &["lint"],
        2,
        &["docproof.yaml:1:17", "did you mean `image-alt`?"],
    );
}

#[test]
fn versions_and_copies_say_it_once() {
    let site = Site::new(&[
        ("docproof.yaml", "title: T\n"),
        ("versions.json", "[\"2.0\", \"1.0\"]"),
        ("docs/a.md", "# A\n"),
        (
            "versioned_docs/version-1.0/a.md",
            "---\nid: version-1.0-a\noriginal_id: a\n---\n# A\n\n```\nx\n```\n",
        ),
        (
            "versioned_docs/version-1.0/old.md",
            "---\nid: version-1.0-old\noriginal_id: old\n---\n# Old\n",
        ),
        (
            "sidebars.json",
            "{ \"docs\": { \"A\": [\"a\", \"s\", \"c\", \"d\"] } }",
        ),
        (
            "versioned_sidebars/version-2.0-sidebars.json",
            "{ \"docs\": { \"A\": [\"a\"] } }",
        ),
        (
            "versioned_sidebars/version-1.0-sidebars.json",
            "{ \"docs\": { \"A\": [\"a\", \"old\"] } }",
        ),
        (
            "docs/s.md",
            "# S\n\n<!-- COPY DOCS -->\n<!-- ./docs/s.md -->\n\n```\nx\n```\n",
        ),
        (
            "docs/c.md",
            "# C\n\n<!-- COPY DOCS -->\n<!-- ./docs/s.md -->\n\n```\nx\n```\n",
        ),
        (
            "docs/d.md",
            "# D\n\n<!-- COPY DOCS -->\n<!-- ./docs/s.md -->\n\nOther words.\n",
        ),
    ]);
    let want = [
        "stale-copy docs/d.md:6:1",
        "fence-language docs/s.md:6:1",
        "fence-language versioned_docs/version-1.0/a.md:7:1",
        "unused-page versioned_docs/version-1.0/old.md:3:1",
    ];
    assert_eq!(found(&site, &[]), want);
    site.expect(
        &["lint", "--rule", "unused-page"],
        1,
        &["`old` is in no sidebar of version `2.0`"],
    );
}

#[test]
fn reports_have_every_finding() {
    let site = site();
    let Run { out, .. } = site.expect(&["lint", "--format", "junit"], 1, &["8 findings"]);
    assert!(
        out.contains(
            "<testsuite name=\"stale-copy\" tests=\"1\" disabled=\"0\" errors=\"0\" failures=\"0\">"
        ),
        "{out}"
    );
    assert!(
        out.contains("<testcase name=\"docs/loom.md:9:9\" classname=\"docs/loom.md\">"),
        "{out}"
    );
    assert_eq!(out.matches("<failure").count(), 8, "{out}");
    let Run { out, .. } = site.expect(&["lint", "--format", "github"], 1, &[]);
    assert!(
        out.contains("::warning file=docs/loom.md,line=9,col=9::this sample does not parse"),
        "{out}"
    );
    let clean = Site::new(&[("docs/a.md", "# A\n")]);
    clean.expect(&["lint"], 0, &["no findings"]);
    clean.expect(&["lint", "--format", "junit"], 0, &["failures=\"0\""]);
}

#[test]
fn a_broken_site_is_said_to_be_one() {
    let site = Site::new(&[("docs/a.md", "---\ntitle: [\n---\n# A\n\n```\nx\n```\n")]);
    site.expect(
        &["lint"],
        1,
        &["error[front-matter]", "there may be more findings"],
    );
    let site = Site::new(&[]);
    site.expect(&["lint"], 2, &["is not a site"]);
}

#[test]
fn old_sites_and_books_are_looked_at() {
    let page = "---\nid: a\ntitle: A\n---\n\n<img src=\"assets/a.png\">\n\n<!--DOCUSAURUS_CODE_TABS-->\n<!--JS-->\n```js\nf(;\n```\n<!--END_DOCUSAURUS_CODE_TABS-->\n";
    let site = Site::new(&[
        (
            "docproof.yaml",
            "docsets: [{ id: a, layout: docusaurus-v1, dialect: docusaurus-v1 }]\n",
        ),
        ("docs/a.md", page),
        ("docs/assets/a.png", ""),
        ("website/static/js/old.js", ""),
    ]);
    let want = [
        "image-alt docs/a.md:6:1",
        "sample-syntax docs/a.md:11:3",
        "orphan-file website/static/js/old.js",
    ];
    assert_eq!(found(&site, &[]), want);
    let site = Site::new(&[
        (
            "docproof.yaml",
            "docsets: [{ id: b, docs: src, route: \"\", dialect: mdbook }]\n",
        ),
        ("src/SUMMARY.md", "# Summary\n\n- [A](a.md)\n"),
        ("src/a.md", "# A\n\n{{#include part.txt}}\n"),
        ("src/part.txt", "## B\n\n#### C\n\n```js\nf(;\n```\n"),
    ]);
    let want = [
        "heading-level src/part.txt:3:1",
        "sample-syntax src/part.txt:6:3",
    ];
    assert_eq!(found(&site, &[]), want);
}
