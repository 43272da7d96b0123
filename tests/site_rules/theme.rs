//! The site's own templates and static files over the theme's, and the theme settings.

use super::common::site;

#[test]
fn a_template_of_the_site_extends_the_one_it_replaces() {
    let built = site(&[
        ("docs/a.md", "---\ntitle: T\n---\nText.\n"),
        ("templates/doc.html", "{% extends \"theme/doc.html\" %}{% block footer %}<p>our foot {{ doc.title }}</p>{% endblock %}"),
        ("templates/404.html", "lost on {{ site.title }}"),
    ])
    .clean();
    let html = built.text("docs/a.html");
    assert!(
        html.contains("<p>our foot T</p>") && !html.contains("Made with"),
        "{html}"
    );
    assert!(html.contains("<h1>T</h1>"), "the rest is the theme's");
    assert_eq!(built.text("404.html"), "lost on Documentation");
    assert!(built.text("index.html").contains("Made with"));
}

#[test]
fn theme_code_of_the_site_is_published_in_its_place() {
    let built = site(&[
        ("docs/a.md", "x\n"),
        ("static/docproof.css", "p{}"),
        ("static/img/favicon.svg", "<svg/>"),
    ])
    .clean();
    let css: Vec<&String> = built
        .tree
        .keys()
        .filter(|k| k.contains("docproof") && k.ends_with(".css"))
        .collect();
    assert_eq!(css.len(), 1, "{css:?}");
    assert!(css[0].starts_with("assets/docproof."), "{css:?}");
    assert_eq!(built.text(css[0]), "copy of static/docproof.css");
    assert!(
        built
            .text("docs/a.html")
            .contains(&format!("href=\"/{}\"", css[0]))
    );
}

#[test]
fn theme_settings_reach_every_page() {
    let built = site(&[
        ("docproof.yaml", "title: Kit & co\ntheme: { accent: '#123456', logo: l.svg, favicon: f.svg, css: [own.css], footer: '<b>foot</b>' }\n"),
        ("docs/a.md", "x\n"),
        ("static/l.svg", "<svg/>"),
        ("static/f.svg", "<svg/>"),
        ("static/own.css", "p{}"),
    ])
    .clean();
    let html = built.text("docs/a.html");
    for want in [
        "<img src=\"/l.svg\"",
        "rel=\"icon\" href=\"/f.svg\"",
        "rel=\"stylesheet\" href=\"/own.css\"",
        "<b>foot</b>",
        "<span>Kit &amp; co</span>",
    ] {
        assert!(html.contains(want), "no {want} in {html}");
    }
    let accent = built
        .tree
        .keys()
        .find(|k| k.starts_with("assets/accent."))
        .expect("a stylesheet for the accent");
    assert!(built.text(accent).contains("#123456"));
    assert!(html.contains(&format!("href=\"/{accent}\"")));
    let said = site(&[
        (
            "docproof.yaml",
            "theme:\n  logo: gone.svg\n  css: [gone.css]\n",
        ),
        ("docs/a.md", "x\n"),
    ])
    .said();
    assert_eq!(
        said,
        [
            "error docproof.yaml:2:9 the logo `gone.svg` does not exist",
            "error docproof.yaml:3:9 the stylesheet `gone.css` does not exist"
        ]
    );
}

#[test]
fn a_template_that_does_not_parse_is_named_with_its_place() {
    let said = site(&[
        ("docs/a.md", "x\n"),
        ("templates/doc.html", "<p>\n{{ doc.title }\n"),
        ("templates/home.html", "{% if x %}"),
    ])
    .said();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said[0].starts_with("error templates/doc.html:2:"),
        "{said:?}"
    );
    assert!(
        said[1].starts_with("error templates/home.html:1:"),
        "{said:?}"
    );
}

#[test]
fn a_template_that_fails_on_a_page_is_named_with_its_place() {
    let said = site(&[
        ("docs/a.md", "x\n"),
        ("docs/b.md", "x\n"),
        ("templates/doc.html", "<p>\n  {{ doc.titel.x }}\n"),
    ])
    .said();
    assert_eq!(said.len(), 1, "once, not once for each page: {said:?}");
    assert!(
        said[0].starts_with("error templates/doc.html:2:10 field `titel` is not defined"),
        "{said:?}"
    );
    let parent = site(&[
        ("docs/a.md", "x\n"),
        ("templates/doc.html", "{% extends \"nope.html\" %}"),
    ])
    .said();
    assert!(
        parent[0].starts_with("error templates/doc.html"),
        "{parent:?}"
    );
}
