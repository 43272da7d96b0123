//! Configuration defaults, ids, URLs, docsets, redirects, and the files for machines.

use super::common::site;

#[test]
fn a_folder_of_docs_is_a_site() {
    let built = site(&[("docs/a.md", "# Hello\n\nText\n")]).clean();
    assert_eq!(built.pages(), ["404.html", "docs/a.html", "index.html"]);
    assert_eq!(
        built.part("docs/a.html", "<title>", "</title>"),
        "Hello · Documentation"
    );
    assert_eq!(built.text("robots.txt"), "User-agent: *\nAllow: /\n");
    assert!(
        !built.tree.contains_key("sitemap.xml"),
        "a sitemap needs `url`"
    );
    assert_eq!(
        built.part("index.html", "class=\"button\" href=\"", "\""),
        "/docs/a"
    );
}

#[test]
fn the_url_comes_from_the_id_and_the_folder() {
    let built = site(&[
        ("docs/one.md", "---\nid: first\n---\nx\n"),
        ("docs/sub/two.md", "x\n"),
        (
            "docs/sub/deep/three.md",
            "---\nid: third\nslug: nice-name\n---\nx\n",
        ),
        ("docs/sub/four.md", "---\nslug: /whole/way/\n---\nx\n"),
    ])
    .clean();
    assert_eq!(
        built.pages(),
        [
            "404.html",
            "docs/first.html",
            "docs/sub/deep/nice-name.html",
            "docs/sub/two.html",
            "docs/whole/way.html",
            "index.html"
        ]
    );
    // Without a title or heading, the title is the full id.
    assert_eq!(built.part("docs/sub/two.html", "<h1>", "</h1>"), "sub/two");
}

#[test]
fn clean_urls_are_absolute_and_carry_the_base() {
    let built = site(&[
        ("docproof.yaml", "base_url: /kit\nurl: https://e.example/\n"),
        (
            "docs/a.md",
            "[b](sub/b.md?q=1#x-y) [home](/) [file](/f.txt)\n",
        ),
        ("docs/sub/b.md", "## X y\n"),
        ("static/f.txt", "f"),
    ])
    .clean();
    let body = built.part("docs/a.html", "<article>", "</article>");
    assert!(
        body.contains("<a href=\"/kit/docs/sub/b?q=1#x-y\">b</a>"),
        "{body}"
    );
    assert!(body.contains("<a href=\"/kit/\">home</a>"), "{body}");
    assert!(body.contains("<a href=\"/kit/f.txt\">file</a>"), "{body}");
    assert_eq!(
        built.part("docs/a.html", "rel=\"canonical\" href=\"", "\""),
        "https://e.example/kit/docs/a"
    );
    assert_eq!(
        built.text("robots.txt"),
        "User-agent: *\nAllow: /\n\nSitemap: https://e.example/kit/sitemap.xml\n"
    );
    let sitemap = built.text("sitemap.xml");
    for path in ["", "docs/a", "docs/sub/b"] {
        assert!(
            sitemap.contains(&format!("<loc>https://e.example/kit/{path}</loc>")),
            "{sitemap}"
        );
    }
    assert!(!sitemap.contains("404"), "{sitemap}");
}

#[test]
fn html_urls_are_relative_and_work_from_files() {
    let built = site(&[
        (
            "docproof.yaml",
            "urls: html\nbase_url: /kit/\nurl: https://e.example\n",
        ),
        ("docs/a.md", "[b](sub/b.md#x) [home](/)\n"),
        (
            "docs/sub/b.md",
            "## X\n\n[a](../a.md) ![i](../assets/i.svg)\n",
        ),
        ("docs/assets/i.svg", "<svg width=\"2\" height=\"1\">"),
    ])
    .clean();
    let a = built.part("docs/a.html", "<article>", "</article>");
    assert!(
        a.contains("href=\"../docs/sub/b.html#x\"") && a.contains("href=\"../index.html\""),
        "{a}"
    );
    let b = built.part("docs/sub/b.html", "<article>", "</article>");
    assert!(
        b.contains("href=\"../../docs/a.html\"") && b.contains("src=\"../../assets/i."),
        "{b}"
    );
    for path in ["docs/a.html", "docs/sub/b.html", "index.html"] {
        assert!(
            !built.text(path).contains("href=\"/"),
            "{path} must not name the root"
        );
    }
    // The page for lost readers is served at any depth.
    assert!(!built.text("404.html").contains("href=\"./"));
    assert!(built.text("404.html").contains("href=\"/kit/"));
}

#[test]
fn twins_are_written_on_request() {
    let built = site(&[
        ("docproof.yaml", "index_twins: true\n"),
        ("docs/a.md", "x\n"),
        ("docs/sub/index.md", "y\n"),
    ])
    .clean();
    assert_eq!(
        built.pages(),
        [
            "404.html",
            "docs/a.html",
            "docs/a/index.html",
            "docs/sub/index.html",
            "index.html"
        ]
    );
    assert_eq!(built.text("docs/a.html"), built.text("docs/a/index.html"));
}

#[test]
fn docsets_stand_side_by_side() {
    let config = "docsets:
  - { id: kit, title: The kit, route: docs }
  - { id: guide, path: guide, route: manual/guide, description: How to }
";
    let built = site(&[
        ("docproof.yaml", config),
        (
            "docs/a.md",
            "[the guide](../guide/docs/g.md) [by route](/manual/guide/g)\n",
        ),
        ("guide/docs/g.md", "[back](../../docs/a.md)\n"),
        ("guide/sidebars.yaml", "guide:\n  Start: [g]\n"),
    ])
    .clean();
    assert_eq!(
        built.pages(),
        [
            "404.html",
            "docs/a.html",
            "index.html",
            "manual/guide/g.html"
        ]
    );
    let a = built.part("docs/a.html", "<article>", "</article>");
    assert_eq!(a.matches("href=\"/manual/guide/g\"").count(), 2, "{a}");
    assert!(
        built
            .part("manual/guide/g.html", "<article>", "</article>")
            .contains("href=\"/docs/a\"")
    );
    assert!(
        built
            .text("index.html")
            .contains("<strong>The kit</strong>")
    );
    assert!(built.text("index.html").contains("<p>How to</p>"));
    assert!(
        built
            .text("manual/guide/g.html")
            .contains("<summary>Start</summary>")
    );
}

#[test]
fn the_docusaurus_layout_keeps_docs_beside_website() {
    let built = site(&[
        (
            "docproof.yaml",
            "docsets: [{ id: d, path: x, layout: docusaurus-v1, dialect: docusaurus-v1 }]\n",
        ),
        (
            "x/docs/a.md",
            "---\nid: a\ntitle: A: with colon\n---\n## Café `x`\n\n![p](assets/p.svg)\n",
        ),
        ("x/docs/assets/p.svg", "<svg width=\"2\" height=\"1\">"),
        (
            "x/website/sidebars.json",
            "{\"docs\": {\"K\": [\"a\", \"gone\"]}}",
        ),
        ("x/website/versions.json", "[\"1.0\"]"),
        (
            "x/website/versioned_docs/version-1.0/a.md",
            "---\nid: version-1.0-a\noriginal_id: a\n---\nOld\n",
        ),
        ("x/website/static/img/s.txt", "s"),
    ])
    .build();
    assert_eq!(
        built.said,
        [
            "warning x/docs/a.md:3:1 this line is not valid YAML and is read as plain text",
            "warning x/website/sidebars.json:1:22 there is no doc `gone` in version `next`",
        ]
    );
    assert_eq!(
        built.text("img/s.txt"),
        "copy of x/website/static/img/s.txt"
    );
    assert_eq!(
        built.text("docs/assets/p.svg"),
        "copy of x/docs/assets/p.svg"
    );
    assert!(
        built
            .text("docs/next/a.html")
            .contains("<h2 id=\"cafe-x\">")
    );
    assert_eq!(
        built.part("docs/next/a.html", "<h1>", "</h1>"),
        "A: with colon"
    );
    assert!(built.text("docs/a.html").contains("Old"));
}

#[test]
fn redirects_lead_to_pages_files_and_urls() {
    let built = site(&[
        (
            "docproof.yaml",
            "url: https://e.example\nredirects: { /old: '/docs/a#x', /old/: /docs/b, /away.html: 'https://x.example/', /file: /f.txt }\n",
        ),
        ("docs/a.md", "---\nredirect_from: [/docs/was-a, /very/old.html]\n---\n## X\n"),
        ("docs/b.md", "y\n"),
        ("static/f.txt", "f"),
    ])
    .clean();
    let goes = |path: &str| built.part(path, "content=\"0; url=", "\"");
    assert_eq!(goes("old.html"), "/docs/a#x");
    assert_eq!(goes("old/index.html"), "/docs/b");
    assert_eq!(goes("away.html"), "https://x.example/");
    assert_eq!(goes("file.html"), "/f.txt");
    assert_eq!(goes("docs/was-a.html"), "/docs/a");
    assert_eq!(goes("very/old.html"), "/docs/a");
    assert_eq!(
        built.part("old.html", "rel=\"canonical\" href=\"", "\""),
        "https://e.example/docs/a"
    );
    assert!(
        built
            .text("old.html")
            .contains("<meta name=\"robots\" content=\"noindex\">")
    );
    assert!(!built.text("sitemap.xml").contains("old"));
}

#[test]
fn redirects_never_overwrite() {
    let said = site(&[
        ("docproof.yaml", "redirects:\n  /docs/a: /docs/b\n  /x: /docs/gone\n  /f.txt: /docs/b\n  /../up: /docs/b\n  /404: /docs/b\n  /y: /docs/b\n"),
        ("docs/a.md", "x\n"),
        ("docs/b.md", "---\nredirect_from: [/y, no-slash]\n---\nx\n"),
        ("static/f.txt.html", "f"),
    ])
    .said();
    assert_eq!(
        said,
        [
            "error docproof.yaml:2:3 `/docs/a` cannot be redirected: the page of `docs/a.md` stands there",
            "error docproof.yaml:3:3 the redirect of `/x`: the link `/docs/gone` leads nowhere",
            "error docproof.yaml:4:3 `/f.txt` cannot be redirected: a static file stands there",
            "error docproof.yaml:5:3 `/../up` cannot be redirected",
            "error docproof.yaml:6:3 `/404` cannot be redirected: a page that Docproof makes stands there",
            "error docs/b.md:2:1 `/y` cannot be redirected: it is redirected already",
            "error docs/b.md:2:1 `no-slash` cannot be redirected",
        ]
    );
}

#[test]
fn static_files_are_copied_and_take_the_place_of_made_ones() {
    let built = site(&[
        ("docs/a.md", "x\n"),
        ("static/robots.txt", "mine"),
        ("static/img/logo.png", "not an image"),
        ("static/404.html", "<p>my own</p>"),
    ])
    .clean();
    assert_eq!(built.text("robots.txt"), "copy of static/robots.txt");
    assert_eq!(built.text("img/logo.png"), "copy of static/img/logo.png");
    assert_eq!(built.text("404.html"), "copy of static/404.html");
}

#[test]
fn a_static_file_must_not_hide_a_page() {
    let said = site(&[("docs/a.md", "x\n"), ("static/docs/a.html", "y")]).said();
    assert_eq!(
        said,
        ["error static/docs/a.html `static/docs/a.html` would overwrite the page of `docs/a.md`"]
    );
}

#[test]
fn unknown_and_wrong_settings_are_named() {
    let config = "titel: T
links: maybe
base_url: kit
output: ../out
index_twins: 3
docsets: [{ id: a, rout: x }, { id: a, path: b, route: c }]
theme: { accent: blue }
";
    let built = site(&[("docproof.yaml", config), ("docs/a.md", "x\n")]).build();
    assert_eq!(
        built.said,
        [
            "error docproof.yaml:1:1 unknown key `titel`",
            "error docproof.yaml:2:8 `links` must be `error` or `warn`, not `maybe`",
            "error docproof.yaml:3:11 `base_url` must be a path that starts with `/`",
            "error docproof.yaml:4:9 `output` leaves the site's folder",
            "error docproof.yaml:5:14 `index_twins` must be `true` or `false`",
            "error docproof.yaml:6:20 unknown key `rout` in `docsets[0]`",
            "error docproof.yaml:6:31 two docsets have the id `a`",
            "error docproof.yaml:7:18 `accent` must be a colour",
        ]
    );
    assert!(
        built.hints.contains(&"did you mean `title`?".to_owned()),
        "{:?}",
        built.hints
    );
    assert!(
        built.hints.contains(&"did you mean `route`?".to_owned()),
        "{:?}",
        built.hints
    );
}
