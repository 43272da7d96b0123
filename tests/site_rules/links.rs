//! Links, anchors, images: what they resolve to, and what is said when they do not.

use super::common::{Built, Site, site};

fn docs() -> Site {
    site(&[
        ("docs/a.md", "## First part\n\n## Other\n"),
        ("docs/sub/b.md", "x\n"),
        ("docs/sub/a.md", "## Inner\n"),
        ("static/f/x.txt", "x"),
        ("docs/assets/p.svg", "<svg width=\"30\" height=\"20\">"),
    ])
}

fn body(built: &Built, path: &str) -> String {
    built.part(path, "<article>", "</article>")
}

#[test]
fn every_way_to_write_a_link() {
    let text = "[own folder](a.md#inner) [root](sub/b.md) [up](../a.md#first-part) [relative](../a) [rooted](/docs/sub/b)
[html](/docs/a.html#other) [file](/f/x.txt) [here](#here) [mail](mailto:a@e.example) [scheme](//e.example/x)
[ref][r] <a href=\"../a.md\">raw</a> <https://e.example>

## Here

<div><a href='./b.md'>block</a></div>

[r]: ./a.md 'Title'
";
    let built = docs().file("docs/sub/c.md", text).clean();
    let html = body(&built, "docs/sub/c.html");
    for want in [
        "<a href=\"/docs/sub/a#inner\">own folder</a>",
        "<a href=\"/docs/sub/b\">root</a>",
        "<a href=\"/docs/a#first-part\">up</a>",
        "<a href=\"/docs/a\">relative</a>",
        "<a href=\"/docs/sub/b\">rooted</a>",
        "<a href=\"/docs/a#other\">html</a>",
        "<a href=\"/f/x.txt\">file</a>",
        "<a href=\"#here\">here</a>",
        "<a href=\"mailto:a@e.example\">mail</a>",
        "<a href=\"//e.example/x\">scheme</a>",
        "<a href=\"/docs/sub/a\" title=\"Title\">ref</a>",
        "<a href=\"/docs/a\">raw</a>",
        "<a href='/docs/sub/b'>block</a>",
    ] {
        assert!(html.contains(want), "no {want} in {html}");
    }
}

#[test]
fn what_leads_nowhere_is_named_with_what_was_meant() {
    let text = "---\nid: c\n---\n[1](aa.md) and [2](a.md#firts-part)\n[3](/docs/suub/b) [4](../../../etc/passwd) [5](#gone)\n\n<a href=\"nowhere.md\">6</a> ![7](assets/q.svg)\n\n<p><img src=\"assets/none.png\"></p>\n\n[8](/f/y.txt) [9](sub/)\n";
    let built = docs().file("docs/c.md", text).build();
    assert_eq!(
        built.said,
        [
            "error docs/c.md:4:1 the link `aa.md` leads nowhere",
            "error docs/c.md:4:16 `docs/a.md` has no anchor `#firts-part`",
            "error docs/c.md:5:1 the link `/docs/suub/b` leads nowhere",
            "error docs/c.md:5:19 the link `../../../etc/passwd` leads nowhere",
            "error docs/c.md:5:44 `docs/c.md` has no anchor `#gone`",
            "error docs/c.md:7:10 the link `nowhere.md` leads nowhere",
            "error docs/c.md:7:28 there is no image `assets/q.svg`",
            "error docs/c.md:9:14 there is no image `assets/none.png`",
            "error docs/c.md:11:1 the link `/f/y.txt` leads nowhere",
            "error docs/c.md:11:15 the link `sub/` leads nowhere",
        ]
    );
    for hint in [
        "did you mean `docs/a.md`?",
        "did you mean `#first-part`?",
        "did you mean `p.svg`?",
    ] {
        assert!(
            built.hints.iter().any(|h| h == hint),
            "no {hint} in {:?}",
            built.hints
        );
    }
}

#[test]
fn links_warn_builds_all_the_same() {
    let built = docs()
        .file("docproof.yaml", "links: warn\n")
        .file("docs/c.md", "[x](gone.md) [y](a.md#no)\n")
        .build();
    assert_eq!(
        built.said,
        [
            "warning docs/c.md:1:1 the link `gone.md` leads nowhere",
            "warning docs/c.md:1:14 `docs/a.md` has no anchor `#no`"
        ]
    );
    assert!(body(&built, "docs/c.html").contains("<a href=\"gone.md\">x</a>"));
}

#[test]
fn drafts_are_not_built_and_links_to_them_say_so() {
    let built = docs()
        .file("docs/d.md", "---\ndraft: true\n---\nx\n")
        .file("docs/c.md", "[d](d.md)\n")
        .build();
    assert_eq!(
        built.said,
        ["error docs/c.md:1:1 the link `d.md` leads nowhere"]
    );
    assert_eq!(built.hints, ["`docs/d.md` is a draft"]);
    let alone = docs()
        .file("docs/d.md", "---\ndraft: true\n---\nx\n")
        .clean();
    assert!(!alone.tree.contains_key("docs/d.html"));
}

#[test]
fn anchors_may_be_ids_of_raw_html_and_are_decoded() {
    docs()
        .file("docs/c.md", "<a name=\"old\"></a><span id='new'></span>\n\n## Über uns\n\n[1](#old) [2](#new) [3](#%C3%BCber-uns) [4](#über-uns) [5](#top) [6](#)\n")
        .clean();
}

#[test]
fn images_have_sizes_and_hashed_names() {
    let png: &[u8] = &[
        0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 7, 0,
        0, 0, 5, 8, 6, 0, 0, 0,
    ];
    let built = docs()
        .file("docs/assets/q.png", png)
        .file("static/s.svg", "<svg viewBox=\"0 0 8 4\">")
        .file("docs/sub/c.md", "![P](../assets/p.svg \"T\") ![Q](assets/q.png) ![S](/s.svg) ![E](https://e.example/i.png)\n\n<img src=\"assets/p.svg\">\n")
        .clean();
    let html = body(&built, "docs/sub/c.html");
    let p = built
        .tree
        .keys()
        .find(|k| k.starts_with("assets/p."))
        .expect("the image is published")
        .clone();
    assert!(
        p.len() == "assets/p.0123456789.svg".len() && p.ends_with(".svg"),
        "{p}"
    );
    assert!(html.contains(&format!("<img src=\"/{p}\" alt=\"P\" title=\"T\" width=\"30\" height=\"20\" loading=\"lazy\" decoding=\"async\">")), "{html}");
    assert!(
        html.contains("alt=\"Q\" width=\"7\" height=\"5\""),
        "{html}"
    );
    assert!(
        html.contains("<img src=\"/s.svg\" alt=\"S\" width=\"8\" height=\"4\""),
        "{html}"
    );
    assert!(
        html.contains("<img src=\"https://e.example/i.png\" alt=\"E\" loading=\"lazy\""),
        "{html}"
    );
    assert!(html.contains(&format!("<img src=\"/{p}\">")), "{html}");
    let again = docs()
        .file("docs/assets/p.svg", "<svg width=\"31\" height=\"20\">")
        .file("docs/c.md", "![P](assets/p.svg)\n")
        .clean();
    assert!(!again.tree.contains_key(&p), "other bytes, another name");
    assert!(!docs().clean().tree.contains_key(&p), "nobody shows it");
}

#[test]
fn sidebar_header_and_redirect_links_are_checked_too() {
    let said = docs()
        .file("docproof.yaml", "header:\n  links:\n    - { doc: gone, label: G }\n    - { page: versions, label: V }\n    - { href: /nope, label: N }\n    - { href: rel, label: R }\n")
        .said();
    assert_eq!(
        said,
        [
            "error docproof.yaml:3:7 there is no doc `gone` for this header link",
            "error docproof.yaml:4:7 the site has no versions page, because no docset has versions",
            "error docproof.yaml:5:7 the link `/nope` leads nowhere",
            "error docproof.yaml:6:7 `rel` must be a URL or a path that starts with `/`",
        ]
    );
}

#[test]
fn copied_links_resolve_from_the_page_then_from_the_source() {
    let built = docs()
        .file(
            "docs/deep/src.md",
            "[near](near.md) [b](b.md) ![i](pic.svg)\n",
        )
        .file("docs/deep/near.md", "x\n")
        .file("docs/deep/pic.svg", "<svg width=\"1\" height=\"1\">")
        .file("docs/deep/b.md", "x\n")
        .file(
            "docs/sub/copy.md",
            "<!-- COPY DOCS -->\n<!-- ./docs/deep/src.md -->\n",
        )
        .clean();
    let html = body(&built, "docs/sub/copy.html");
    assert!(
        html.contains("<a href=\"/docs/deep/near\">near</a>"),
        "nothing at the page, so the source's: {html}"
    );
    assert!(
        html.contains("<a href=\"/docs/sub/b\">b</a>"),
        "the page's own comes first: {html}"
    );
    assert!(html.contains("<img src=\"/assets/pic."), "{html}");
}

#[test]
fn a_message_about_copied_text_names_both_files() {
    let built = docs()
        .file("docs/src.md", "---\ndraft: true\n---\nok\n\n[x](gone.md)\n")
        .file(
            "docs/mid.md",
            "---\ndraft: true\n---\n<!-- COPY DOCS -->\n<!-- docs/src.md -->\n",
        )
        .file("docs/page.md", "<!-- COPY DOCS -->\n<!-- docs/mid.md -->\n")
        .build();
    assert_eq!(
        built.said,
        ["error docs/src.md:6:1 the link `gone.md` leads nowhere"]
    );
}
