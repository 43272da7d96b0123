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

/// The `content` of a `<meta>` tag.
fn meta(html: &str, name: &str) -> Option<String> {
    let rest = [format!("name=\"{name}\""), format!("property=\"{name}\"")]
        .iter()
        .find_map(|attribute| html.split(attribute.as_str()).nth(1).map(str::to_owned))?;
    let content = rest.split("content=\"").nth(1)?;
    content.split('"').next().map(str::to_owned)
}

#[test]
fn link_previews_have_what_they_need() {
    let svg = "<svg viewBox=\"0 0 1200 630\">";
    let built = site(&[
        ("docproof.yaml", "title: Kit & co\ntagline: It is good\nurl: https://e.example\nbase_url: /kit/\ntheme: { image: img/all all.svg }\n"),
        ("versions.json", "[\"1\"]"),
        ("docs/a.md", "---\ntitle: A <b>\n---\n> quote\n\nThe *first* paragraph.\n"),
        ("docs/b.md", "---\ntitle: B\ndescription: What b is\nimage: assets/own.svg\n---\nText.\n"),
        ("docs/assets/own.svg", "<svg width=\"40\" height=\"20\">"),
        ("versioned_docs/version-1/a.md", "---\nid: version-1-a\noriginal_id: a\n---\n"),
        ("static/img/all all.svg", svg),
    ])
    .clean();
    let all = [
        ("docs/next/a.html", "A &lt;b&gt;", Some("quote"), "article"),
        ("docs/next/b.html", "B", Some("What b is"), "article"),
        ("docs/a.html", "a", None, "article"),
        ("index.html", "Kit &amp; co", Some("It is good"), "website"),
        (
            "versions.html",
            "Versions",
            Some("Every version of Kit &amp; co."),
            "website",
        ),
        ("404.html", "Page not found", None, "website"),
    ];
    for (path, title, description, kind) in all {
        let html = built.text(path);
        let is = |name: &str, expected: Option<&str>| {
            assert_eq!(meta(&html, name).as_deref(), expected, "{path}: {name}");
        };
        is("og:title", Some(title));
        is("og:site_name", Some("Kit &amp; co"));
        is("og:type", Some(kind));
        is("description", description);
        is("og:description", description);
        is("twitter:card", Some("summary_large_image"));
        let address = (path != "404.html").then(|| {
            // The latest version has the address of all.
            let path = path.replace("docs/next/a.", "docs/a.");
            let path = path.trim_end_matches(".html").trim_end_matches("index");
            format!("https://e.example/kit/{path}")
        });
        is("og:url", address.as_deref());
        if path == "docs/next/b.html" {
            let image = meta(&html, "og:image").expect("an image");
            assert!(
                image.starts_with("https://e.example/kit/assets/own."),
                "{image}"
            );
            is("og:image:width", Some("40"));
            is("og:image:height", Some("20"));
            is("og:image:alt", Some("B"));
        } else {
            is("og:image", Some("https://e.example/kit/img/all%20all.svg"));
            is("og:image:width", Some("1200"));
            is("og:image:height", Some("630"));
            is("og:image:alt", Some("Kit &amp; co"));
        }
    }
    // Half an address is none.
    let built = site(&[
        ("docproof.yaml", "theme: { image: i.png }\n"),
        ("docs/a.md", "Text.\n"),
        ("static/i.png", "x"),
    ])
    .clean();
    let html = built.text("docs/a.html");
    assert_eq!(meta(&html, "og:image"), None);
    assert_eq!(meta(&html, "twitter:card").as_deref(), Some("summary"));
}
