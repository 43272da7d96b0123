//! The link gate: in the files that a build writes, every address leads to a file, every anchor to an element, and no id is
//! there twice. Our own site, and one that has each kind of page, in both styles of addresses and below a folder.

#![expect(clippy::unwrap_used, reason = "a test says enough with a panic")]

#[path = "links/check.rs"]
mod check;

use std::collections::BTreeMap;
use std::path::Path;

use check::Files;
use docproof::build::Build;
use docproof::build::changes::{Changed, FileChange};
use docproof::build::files::{ChangeSet, FileProvider, MemoryFiles};
use docproof::build::output::{MemoryTree, Output};
use docproof::disk::reader::DiskFiles;

/// A site's `docproof.yaml`, with other lines for some of its keys.
fn settings(files: &dyn FileProvider, more: &str) -> FileChange {
    let settings = String::from_utf8(files.read("docproof.yaml").unwrap()).unwrap();
    let names: Vec<&str> = more
        .lines()
        .filter_map(|line| line.split(':').next())
        .collect();
    let kept = settings
        .lines()
        .filter(|line| !names.contains(&line.split(':').next().unwrap_or_default()));
    let settings: String = kept
        .chain(more.lines())
        .map(|line| format!("{line}\n"))
        .collect();
    FileChange::Write {
        path: "docproof.yaml".into(),
        bytes: settings.into_bytes(),
    }
}

/// Everything that a build of a site writes. What an earlier build of it with other settings has parsed is used again.
fn built(site: &dyn FileProvider, build: &mut Build) -> BTreeMap<String, Vec<u8>> {
    let sink = MemoryTree::default();
    let outcome = build.run(site, &ChangeSet::All, &sink, &|_| {});
    assert!(outcome.built, "{:#?}", outcome.diagnostics);
    let bytes = |output| match output {
        Output::Bytes(bytes) => bytes.to_vec(),
        Output::Copy { from, .. } => site.read(&from).unwrap(),
    };
    sink.finish()
        .into_iter()
        .map(|(path, output)| (path, bytes(output)))
        .collect()
}

/// Builds in each style of addresses, at the root and below a folder, and asserts that nothing is broken.
fn whole(files: &dyn FileProvider, origin: &str, at_least: usize) {
    let mut build = Build::new();
    for (style, base) in [("clean", "/"), ("clean", "/x/"), ("html", "/x/")] {
        let site = Changed {
            base: files,
            changes: &[settings(files, &format!("urls: {style}\nbase_url: {base}"))],
        };
        let files = Files {
            all: built(&site, &mut build),
            origin: origin.to_owned(),
            base: base.to_owned(),
        };
        let broken = files.broken();
        assert!(
            broken.is_empty(),
            "{style} {base}: {} broken:\n{}",
            broken.len(),
            broken.join("\n")
        );
        let count = files.count();
        assert!(
            count >= at_least,
            "{style} {base}: only {count} addresses were found"
        );
    }
}

#[test]
fn our_own_site_leads_nowhere_wrong() {
    let files = DiskFiles::new(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    whole(&files, "https://example.com", 4_000);
}

#[test]
fn the_site_of_the_browser_tests_leads_nowhere_wrong() {
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/site");
    whole(
        &DiskFiles::new(&site).unwrap(),
        "https://kettle.example",
        500,
    );
}

/// A site with each kind of page and address. Names need escaping, in paths and in attributes.
fn everything() -> MemoryFiles {
    let long: String = (0..400).map(|n| format!("    - long/n{n}\n")).collect();
    let text = "---
id: a
title: A & \"b\"
redirect_from: [/old page, /older/one]
---
[b](b.md#tab-part) ![p](assets/p x.svg) [f](/f/a%20b.txt) [c](sub/c.md) [^1] [n](long/n7.md) <a href=\"b.md\">raw</a>

<img src=\"assets/p x.svg\" srcset=\"/f/p.svg 1x, /f/p.svg 2x\"> <video src=\"/f/v.mp4\" poster=\"/f/p.svg\"></video>

## Über 'quotes' & <b>tags</b>

### Same

### Same

- [ ] task

[^1]: Note with a [link](#same-1).
";
    let tabs = "<!--DOCUSAURUS_CODE_TABS-->\n<!--One-->\n```js\nx\n```\n<!--Two-->\n## Tab part\n\n```rs\nfn f() {}\n```\n<!--END_DOCUSAURUS_CODE_TABS-->\n";
    let settings = "title: Each kind
url: https://e.example
links: error
header:
  links: [{ doc: a }, { page: versions }, { href: \"/f/a b.txt\", label: File }]
theme: { accent: \"#0b57c5\", logo: img/p.svg, favicon: img/p.svg, css: [own.css] }
redirects: { /moved: /docs/b, /gone/else: \"https://other.example/\" }
";
    let sidebars = format!(
        "docs:\n  First:\n    - a\n    - {{ type: subcategory, label: Sub, ids: [sub/c] }}\n    - {{ type: link, label: L, href: /docs/b }}\n  Long:\n{long}"
    );
    let svg = "<svg width=\"3\" height=\"2\"/>";
    let mut files = vec![
        ("docproof.yaml".to_owned(), settings.to_owned()),
        ("versions.json".to_owned(), "[\"2.0\", \"1.0\"]".to_owned()),
        ("sidebars.yaml".to_owned(), sidebars),
        ("docs/a.md".to_owned(), text.to_owned()),
        ("docs/b.md".to_owned(), tabs.to_owned()),
        (
            "docs/sub/c.md".to_owned(),
            "Alone in the next version. [a](a.md)\n".to_owned(),
        ),
        ("docs/assets/p x.svg".to_owned(), svg.to_owned()),
        ("static/img/p.svg".to_owned(), svg.to_owned()),
        ("static/f/p.svg".to_owned(), svg.to_owned()),
        ("static/f/a b.txt".to_owned(), "x".to_owned()),
        ("static/f/v.mp4".to_owned(), "x".to_owned()),
        (
            "static/own.css".to_owned(),
            "a { background: url(\"f/p.svg\") }".to_owned(),
        ),
        (
            "versioned_docs/version-2.0/b.md".to_owned(),
            "---\nid: version-2.0-b\noriginal_id: b\n---\n## Tab part\n\nTwo.\n".to_owned(),
        ),
        (
            "versioned_docs/version-1.0/b.md".to_owned(),
            "---\nid: version-1.0-b\noriginal_id: b\n---\nOne.\n".to_owned(),
        ),
    ];
    files.extend((0..400).map(|n| (format!("docs/long/n{n}.md"), format!("# Page {n}\n"))));
    MemoryFiles::new(
        files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str())),
    )
}

#[test]
fn a_site_with_each_kind_of_page_leads_nowhere_wrong() {
    whole(&everything(), "https://e.example", 3_000);
}

/// What is said about a page with this body, beside a whole one.
fn said(body: &str) -> Vec<String> {
    let page = |body: &str| format!("<!doctype html><body id=top>{body}</body>").into_bytes();
    let all = [
        ("docs/page.html", page(body)),
        ("docs/other.html", page("<h2 id=\"a-\u{fc}\">A</h2>")),
        ("index.html", page("<a href=docs/other>o</a>")),
        ("i.svg", b"<svg/>".to_vec()),
        ("sitemap.xml", b"<loc>https://e.example/x/gone?a&amp;b</loc><loc>https://e.example/x/</loc>".to_vec()),
        ("robots.txt", b"Sitemap: https://e.example/x/gone.xml\n".to_vec()),
        ("own.css", b"a { background: url('gone.svg') url(i.svg) url(data:x) }".to_vec()),
        ("search/p0.js", b"docproofSearch({\"pages\":[[\"docs/other\",\"T\",[],[[\"\",\"\",\"\"],[\"gone\",\"\",\"\"]]]]});".to_vec()),
    ];
    let files = Files {
        all: all.map(|(path, bytes)| (path.to_owned(), bytes)).into(),
        origin: "https://e.example".to_owned(),
        base: "/x/".to_owned(),
    };
    files.broken()
}

#[test]
fn one_of_each_kind_of_break_is_found() {
    assert_eq!(
        said("<a href=\"other#a-%C3%BC\">o</a> <a href=/x/docs/other.html>o</a> <a href=../docs/./page#top>p</a> <a href=#>t</a>
            <a href=?q#top>t</a> <img src=/x/i.svg srcset='../i.svg 1x, /x/i.svg 2x'> <a href=/x/>h</a> <a href='mailto:x'>m</a>
            <a href=//other.example/gone>o</a> <a href=https://e.example.org/gone>o</a> <a href='../'>h</a> <!-- <a href=gone> -->
            <script>'<a href=gone>'</script> <link rel=canonical href=https://e.example/x/docs/page>"),
        [
            "own.css: url() `gone.svg`: there is no file gone.svg or gone.svg.html",
            "robots.txt: Sitemap `https://e.example/x/gone.xml`: there is no file gone.xml or gone.xml.html",
            "search/p0.js: result `/x/docs/other#gone`: no element of docs/other.html has this id",
            "sitemap.xml: loc `https://e.example/x/gone?a&b`: there is no file gone or gone.html",
        ]
    );
    for (body, want) in [
        (
            "<a href=gone>",
            "<a href> `gone`: there is no file docs/gone or docs/gone.html",
        ),
        (
            "<a href=other/>",
            "<a href> `other/`: there is no file docs/other/index.html",
        ),
        (
            "<a href=other#a-u>",
            "<a href> `other#a-u`: no element of docs/other.html has this id",
        ),
        (
            "<a href=#gone>",
            "<a href> `#gone`: no element of docs/page.html has this id",
        ),
        (
            "<a href=/docs/other>",
            "<a href> `/docs/other`: it is not under /x/",
        ),
        ("<a href=../../x>", "<a href> `../../x`: it leaves the site"),
        (
            "<img src=gone.png>",
            "<img src> `gone.png`: there is no file docs/gone.png or docs/gone.png.html",
        ),
        (
            "<img srcset='../i.svg 1x, b.svg 2x'>",
            "<img srcset> `b.svg`: there is no file docs/b.svg or docs/b.svg.html",
        ),
        (
            "<video poster=gone>",
            "<video poster> `gone`: there is no file docs/gone or docs/gone.html",
        ),
        (
            "<script src=gone></script>",
            "<script src> `gone`: there is no file docs/gone or docs/gone.html",
        ),
        (
            "<link rel=canonical href=https://e.example/x/gone>",
            "<link href> `https://e.example/x/gone`: there is no file gone or gone.html",
        ),
        (
            "<link rel=alternate href=gone.md>",
            "<link href> `gone.md`: there is no file docs/gone.md or docs/gone.md.html",
        ),
        (
            "<meta property=og:image content=https://e.example/x/gone.png>",
            "<meta og:image> `https://e.example/x/gone.png`: there is no file gone.png or gone.png.html",
        ),
        (
            "<meta http-equiv=refresh content='0; url=../gone'>",
            "<meta refresh> `../gone`: there is no file gone or gone.html",
        ),
        (
            "<svg><use xlink:href=#gone /></svg>",
            "<use xlink:href> `#gone`: no element of docs/page.html has this id",
        ),
        ("<p id=b><p id=b>", "the id `b` is there twice"),
        (
            "<i aria-labelledby='top gone'>",
            "<i aria-labelledby> names `gone`, which no element has",
        ),
        (
            "<i data-root=../ data-indexes='[{\"path\":\"search/d/\"}]'>",
            "search index `../search/d/index.js`: there is no file search/d/index.js or search/d/index.js.html",
        ),
    ] {
        let said = said(body);
        assert!(
            said.contains(&format!("docs/page.html: {want}")),
            "{body}: {said:#?}"
        );
    }
}
