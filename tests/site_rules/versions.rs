//! Versions: routes, inheritance, what readers of each are told.

use super::common::{Site, site};

/// Three versions: `a` changed in each, `b` only ever in 1.0, `c` new in 2.0, `d` not released.
fn three() -> Site {
    site(&[
        ("docproof.yaml", "title: Kit\nurl: https://e.example\n"),
        ("versions.json", "[\"2.0\", \"1.1\", \"1.0\"]"),
        (
            "docs/a.md",
            "---\ntitle: A next\n---\n[b](b.md) [c](sub/c.md)\n",
        ),
        ("docs/b.md", "---\ntitle: B next\n---\nx\n"),
        ("docs/sub/c.md", "---\ntitle: C next\n---\n[a](../a.md)\n"),
        ("docs/d.md", "---\ntitle: D next\n---\nx\n"),
        (
            "versioned_docs/version-2.0/a.md",
            "---\nid: version-2.0-a\noriginal_id: a\ntitle: A two\n---\n[c](sub/c.md)\n",
        ),
        (
            "versioned_docs/version-2.0/sub/c.md",
            "---\nid: version-2.0-c\noriginal_id: c\ntitle: C two\n---\n[a](../a.md) [b](b.md)\n",
        ),
        (
            "versioned_docs/version-1.0/a.md",
            "---\nid: version-1.0-a\noriginal_id: a\ntitle: A one\n---\n[b](b.md)\n",
        ),
        (
            "versioned_docs/version-1.0/b.md",
            "---\nid: version-1.0-b\noriginal_id: b\ntitle: B one\n---\n[a](a.md)\n",
        ),
    ])
}

#[test]
fn each_version_has_its_route_and_inherits() {
    let built = three().clean();
    assert_eq!(
        built.pages(),
        [
            "404.html",
            "docs/1.0/a.html",
            "docs/1.0/b.html",
            "docs/1.1/a.html",
            "docs/1.1/b.html",
            "docs/a.html",
            "docs/b.html",
            "docs/next/a.html",
            "docs/next/b.html",
            "docs/next/d.html",
            "docs/next/sub/c.html",
            "docs/sub/c.html",
            "index.html",
            "versions.html"
        ]
    );
    let title = |path: &str| built.part(path, "<h1>", "</h1>");
    assert_eq!(title("docs/next/a.html"), "A next");
    assert_eq!(title("docs/a.html"), "A two");
    assert_eq!(title("docs/b.html"), "B one");
    assert_eq!(title("docs/1.1/a.html"), "A one");
}

#[test]
fn links_lead_to_the_readers_version() {
    let built = three().clean();
    let has = |path: &str, href: &str| {
        let body = built.part(path, "<article>", "</article>");
        assert!(body.contains(&format!("href=\"{href}\"")), "{path}: {body}");
    };
    has("docs/next/a.html", "/docs/next/sub/c");
    has("docs/sub/c.html", "/docs/a");
    // From the page's folder first, then from the docs root.
    has("docs/sub/c.html", "/docs/b");
    // The same text, shown in two versions.
    has("docs/b.html", "/docs/a");
    has("docs/1.1/b.html", "/docs/1.1/a");
    has("docs/1.0/b.html", "/docs/1.0/a");
}

#[test]
fn a_link_to_a_doc_that_the_version_lacks_is_an_error() {
    let built = three()
        .file(
            "versioned_docs/version-1.0/b.md",
            "---\noriginal_id: b\n---\nSee\n[d](d.md).\n",
        )
        .build();
    assert_eq!(
        built.said,
        ["error versioned_docs/version-1.0/b.md:5:1 the link `d.md` leads nowhere"]
    );
    let other = three()
        .file(
            "versioned_docs/version-1.0/b.md",
            "---\noriginal_id: b\n---\n[c](sub/c.md)\n",
        )
        .build();
    // Version 2.0 inherits the text and has the doc; 1.1 and 1.0 do not.
    assert_eq!(
        other.said,
        ["error versioned_docs/version-1.0/b.md:4:1 the link `sub/c.md` leads nowhere"]
    );
}

#[test]
fn a_removed_doc_is_not_inherited_any_more() {
    let config = "docsets: [{ id: docs, versions: { '1.1': { removed: [b] } } }]\n";
    let built = three()
        .file("docproof.yaml", config)
        .file("docs/a.md", "x\n")
        .file(
            "versioned_docs/version-2.0/sub/c.md",
            "---\noriginal_id: c\n---\nx\n",
        )
        .file(
            "versioned_docs/version-1.0/a.md",
            "---\noriginal_id: a\n---\nx\n",
        )
        .clean();
    assert!(!built.tree.contains_key("docs/b.html") && !built.tree.contains_key("docs/1.1/b.html"));
    assert!(built.tree.contains_key("docs/1.0/b.html"));
    let wrong = "docsets: [{ id: docs, versions: { '1.0': { removed: [b] }, '3.0': {}, '2.0': { removed: [aa] } } }]\n";
    assert_eq!(
        three().file("docproof.yaml", wrong).said(),
        [
            "error docproof.yaml:1:54 `b` is not a doc that version `1.0` would inherit",
            "error docproof.yaml:1:60 docset `docs` has no version `3.0`",
            "error docproof.yaml:1:90 `aa` is not a doc that version `2.0` would inherit",
        ]
    );
}

#[test]
fn sidebars_are_inherited_like_docs() {
    let built = three()
        .file("sidebars.json", "{\"docs\": {\"Now\": [\"a\", \"d\"]}}")
        .file(
            "versioned_sidebars/version-1.1-sidebars.json",
            "{\"version-1.1-docs\": {\"Middle\": [\"version-1.1-a\"]}}",
        )
        .file(
            "versioned_sidebars/version-1.0-sidebars.json",
            "{\"docs\": {\"First\": [\"b\", \"a\"]}}",
        )
        .clean();
    let category = |path: &str| built.part(path, "<summary>", "</summary>");
    let of = |path: &str| built.part(path, "<nav class=\"sidebar\"", "</nav>");
    assert!(of("docs/next/a.html").contains("Now"));
    assert!(of("docs/a.html").contains("Middle"));
    assert!(of("docs/1.1/a.html").contains("Middle"));
    assert!(of("docs/1.0/a.html").contains("First"));
    // In no sidebar, and built all the same.
    assert!(built.tree.contains_key("docs/1.1/b.html"));
    assert!(
        !built
            .text("docs/1.1/b.html")
            .contains("<nav class=\"sidebar\"")
    );
    assert!(
        category("docs/1.0/a.html").contains("Version"),
        "the first summary is the version menu"
    );
}

#[test]
fn the_versions_page_lists_them_in_order() {
    let built = three().clean();
    let text = built.part("versions.html", "<ul class=\"version-list\">", "</ul>");
    let links: Vec<&str> = text
        .split("href=\"")
        .skip(1)
        .map(|r| &r[..r.find('<').unwrap_or(0)])
        .collect();
    assert_eq!(
        links,
        [
            "/docs/next/a\">next",
            "/docs/a\">2.0",
            "/docs/1.1/a\">1.1",
            "/docs/1.0/a\">1.0"
        ]
    );
    assert!(text.contains("<li class=\"latest\">"), "{text}");
    let one = site(&[("docs/a.md", "x\n")]).clean();
    assert!(
        !one.tree.contains_key("versions.html"),
        "no versions, no page"
    );
}

#[test]
fn menu_banner_and_canonical_know_what_a_version_has() {
    let built = three().clean();
    let menu = built.part(
        "docs/next/d.html",
        "<details class=\"versions\">",
        "</details>",
    );
    assert!(menu.contains("<span class=\"label\">next</span>"), "{menu}");
    assert!(menu.contains("<small>not in 2.0</small>"), "{menu}");
    assert!(menu.contains("<small>not in 1.0</small>"), "{menu}");
    assert!(
        menu.contains("href=\"/docs/next/d\" aria-current=\"true\""),
        "{menu}"
    );
    assert!(menu.contains("href=\"/versions\""), "{menu}");
    let same = built.part(
        "docs/1.0/b.html",
        "<details class=\"versions\">",
        "</details>",
    );
    assert!(
        same.contains("href=\"/docs/b\"") && !same.contains("not in"),
        "{same}"
    );

    let banner = |path: &str| built.part(path, "<div class=\"banner", "</div>");
    assert!(
        banner("docs/1.0/a.html").contains(
            "<strong>1.0</strong>, an older version. <a href=\"/docs/a\">Read it for 2.0"
        )
    );
    assert!(banner("docs/next/a.html").contains("not released yet"));
    assert!(banner("docs/next/d.html").contains("It is not part of 2.0"));
    assert!(!built.text("docs/a.html").contains("<div class=\"banner"));

    let canonical = |path: &str| built.part(path, "rel=\"canonical\" href=\"", "\"");
    assert_eq!(canonical("docs/1.0/a.html"), "https://e.example/docs/a");
    assert_eq!(
        canonical("docs/next/d.html"),
        "https://e.example/docs/next/d"
    );
    let sitemap = built.text("sitemap.xml");
    assert!(
        sitemap.contains("docs/next/d<") && !sitemap.contains("docs/1.0/a<"),
        "{sitemap}"
    );
}

#[test]
fn header_links_lead_to_the_readers_version() {
    let built = three()
        .file("docproof.yaml", "header: { links: [{ doc: a, label: Docs }, { doc: d, label: D }, { page: versions, label: All }, { href: 'https://x.example/y', label: Out }] }\n")
        .clean();
    let links = |path: &str| built.part(path, "<nav aria-label=\"Site\">", "</nav>");
    assert_eq!(
        links("docs/1.0/b.html"),
        "<a href=\"/docs/1.0/a\" aria-current=\"true\">Docs</a><a href=\"/docs/next/d\" aria-current=\"true\">D</a><a href=\"/versions\">All</a><a href=\"https://x.example/y\" rel=\"external\">Out</a>"
    );
    assert!(links("index.html").contains("<a href=\"/docs/a\">Docs</a>"));
    assert!(
        links("docs/next/b.html")
            .contains("<a href=\"/docs/next/a\" aria-current=\"true\">Docs</a>")
    );
    assert!(links("docs/a.html").contains("<a href=\"/docs/a\" aria-current=\"true\">Docs</a>"));
}

#[test]
fn a_noindex_version_asks_search_engines_to_stay_away() {
    let built = three().file("docproof.yaml", "url: https://e.example\ndocsets: [{ id: docs, versions: { next: { noindex: true } } }]\n").clean();
    assert!(
        built
            .text("docs/next/d.html")
            .contains("<meta name=\"robots\" content=\"noindex\">")
    );
    assert!(!built.text("docs/a.html").contains("noindex"));
    assert!(!built.text("sitemap.xml").contains("docs/next/"));
}

#[test]
fn versions_files_are_checked() {
    let said = three()
        .file(
            "versions.json",
            "[\"2.0\", \"1.1\",\n \"1.0\", \"2.0\", 3, \"a/b\", \"next\"]",
        )
        .said();
    assert_eq!(
        said,
        [
            "error versions.json:2:9 the version `2.0` is listed twice",
            "error versions.json:2:16 a version name must be text",
            "error versions.json:2:19 `a/b` cannot be a version name",
            "error versions.json:2:26 `next` is the name of the docs that are not released yet",
        ]
    );
    let said = three().file("versions.json", "{}").said();
    assert!(
        said.contains(
            &"error versions.json:1:1 versions.json must be a list of version names".to_owned()
        ),
        "{said:?}"
    );
    let unknown = three().file("versioned_docs/version-9/a.md", "x\n").build();
    assert_eq!(
        unknown.said,
        [
            "warning versioned_docs/version-9 `version-9` is not a version of `versions.json`, so its docs are not built"
        ]
    );
}
