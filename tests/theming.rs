//! A site of one's own look: every block of every template can be replaced, and the rest of each page stays.
//!
//! The blocks are read from the templates, so that one that is added is tested without a word here.

#[path = "common/mod.rs"]
mod common;
#[path = "common/names.rs"]
mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use common::{Built, Site, site};
use names::names;

const BEGIN: &str = "⟦begin⟧";
const END: &str = "⟦end⟧";
const OWN: &str = "<p>a block of our own</p>";

/// Makes a site.
type Made = fn() -> Site;

/// The templates that extend `base.html`, each with a page that it makes and a site that has it.
const PAGES: [(&str, &str, Made); 5] = [
    ("doc.html", "docs/next/sub/b.html", small),
    ("home.html", "index.html", small),
    ("versions.html", "versions.html", small),
    ("404.html", "404.html", small),
    ("contents.html", "docs/all-pages.html", large),
];

/// A page in the middle of a sidebar, with everything that a page can have.
fn small() -> Site {
    let page = |title: &str| {
        format!(
            "---\ntitle: {title}\ndescription: D\nkeywords: [k]\n---\n## One\n\nText.\n\n### Two\n\nText.\n"
        )
    };
    site(&[
        (
            "docproof.yaml",
            "title: Kit\ntagline: T\nurl: https://e.example\nheader: { links: [{ doc: a, label: A }] }\ntheme: { footer: F }\ndocsets:\n  - { id: docs, description: D, edit_url: 'https://e.example/{path}' }\nredirects: { /old: /docs/a }\n",
        ),
        ("versions.json", "[\"1\"]"),
        (
            "sidebars.json",
            "{\"s\": {\"C\": [\"a\", \"sub/b\", \"c\"]}}",
        ),
        ("docs/a.md", &page("A")),
        ("docs/sub/b.md", &page("B")),
        ("docs/c.md", &page("C")),
        (
            "versioned_docs/version-1/a.md",
            "---\nid: version-1-a\noriginal_id: a\n---\nText.\n",
        ),
        (
            "versioned_docs/version-1/sub/b.md",
            "---\nid: version-1-b\noriginal_id: b\n---\nText.\n",
        ),
    ])
}

/// A site with a page of all pages.
fn large() -> Site {
    let ids: Vec<String> = (0..301).map(|n| format!("\"p{n}\"")).collect();
    let sidebar = format!("{{\"s\": {{\"C\": [{}]}}}}", ids.join(","));
    let mut site = site(&[
        (
            "docproof.yaml",
            "title: Kit\nmarkdown_copies: false\nheader: { links: [{ doc: p0, label: A }] }\n",
        ),
        ("sidebars.json", &sidebar),
    ]);
    for n in 0..301 {
        site = site.file(&format!("docs/p{n}.md"), "Text.\n");
    }
    site
}

fn templates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")
}

fn template(name: &str) -> String {
    std::fs::read_to_string(templates().join(name)).expect("a template")
}

/// The blocks that a template has.
fn blocks(name: &str) -> BTreeSet<String> {
    let text = template(name);
    let tags = text.split("{%").skip(1);
    let words = tags.map(|tag| tag.trim_start_matches(['-', ' ']).split_whitespace());
    words
        .filter_map(|mut words| {
            words
                .next()
                .filter(|word| *word == "block")
                .and(words.next())
        })
        .map(str::to_owned)
        .collect()
}

/// The site with a block replaced.
fn with_block(site: &Site, template: &str, block: &str, content: &str) -> Built {
    let text = format!(
        "{{% extends \"theme/{template}\" %}}{{% block {block} %}}{content}{{% endblock %}}"
    );
    let built = site
        .clone()
        .file(&format!("templates/{template}"), text)
        .build();
    assert_eq!(built.said, [""; 0], "{template}: {block}");
    built
}

/// The HTML files of a built site.
fn html(built: &Built) -> BTreeMap<&str, String> {
    built
        .pages()
        .into_iter()
        .map(|path| (path, built.text(path)))
        .collect()
}

/// Replaces a block, and compares the page with what it was, byte for byte.
fn check_block(site: &Site, plain: &Built, template: &str, block: &str, page: &str) {
    let around = format!("{BEGIN}{{{{ super() }}}}{END}");
    let marked = with_block(site, template, block, &around);
    let text = marked.text(page);
    let parts: Vec<&str> = text
        .split([BEGIN, END].map(|mark| mark.chars().next().unwrap_or_default()))
        .collect();
    assert_eq!(
        parts.len(),
        3,
        "{template}: {block} is not shown once on {page}:\n{text}"
    );
    let unmarked = text.replace(BEGIN, "").replace(END, "");
    assert_eq!(
        unmarked,
        plain.text(page),
        "{template}: {block}, with `super()`"
    );
    let (before, rest) = text.split_once(BEGIN).expect("it is marked");
    let (_, after) = rest.split_once(END).expect("it is marked");
    let replaced = with_block(site, template, block, OWN);
    assert_eq!(
        replaced.text(page),
        format!("{before}{OWN}{after}"),
        "{template}: {block}"
    );
}

#[test]
fn every_block_of_every_page_can_be_replaced_alone() {
    let base = blocks("base.html");
    assert!(base.len() >= 9, "{base:?}");
    for (template, page, site) in PAGES {
        let site = site();
        let plain = site.clean();
        for block in blocks(template).union(&base) {
            check_block(&site, &plain, template, block, page);
        }
        // Pages of other templates stay as they are.
        let replaced = with_block(&site, template, "footer", OWN);
        let (before, after) = (html(&plain), html(&replaced));
        let changed: Vec<_> = before
            .keys()
            .filter(|path| before[*path] != after[*path])
            .collect();
        let of_docs = |path: &str| path.starts_with("docs/") && !path.ends_with("all-pages.html");
        match template {
            "doc.html" => assert!(changed.iter().all(|path| of_docs(path)), "{changed:?}"),
            _ => assert_eq!(changed, [&page], "{template}"),
        }
    }
}

#[test]
fn a_block_of_the_frame_changes_every_page() {
    let site = small();
    let plain = site.clean();
    for block in blocks("base.html") {
        // Every template says what stands in the middle, and that of a doc what its contents are.
        let pages: &[&str] = match block.as_str() {
            "main" => &[],
            "toc" => &["index.html", "versions.html", "404.html"],
            _ => &[
                "docs/next/sub/b.html",
                "index.html",
                "versions.html",
                "404.html",
            ],
        };
        for page in pages {
            // Where nobody is, there is no drawer.
            check_block(&site, &plain, "base.html", &block, page);
        }
    }
}

#[test]
fn every_template_is_in_the_tables_above() {
    let all = names(&templates());
    let mut known: BTreeSet<String> = PAGES.iter().map(|(name, ..)| (*name).to_owned()).collect();
    known.extend(["base.html", "redirect.html", "sidebar.html"].map(str::to_owned));
    assert_eq!(all, known);
    assert_eq!(
        blocks("redirect.html").len() + blocks("sidebar.html").len(),
        0
    );
}

#[test]
fn a_whole_template_can_be_replaced() {
    let whole = |name: &str| format!("{OWN} in {name}");
    for (template, page, site) in PAGES {
        let site = site();
        let plain = site.clean();
        let own = whole(template);
        let built = site.file(&format!("templates/{template}"), &own).clean();
        assert_eq!(built.text(page), own);
        if template != "doc.html" {
            let (before, after) = (html(&plain), html(&built));
            let changed: Vec<_> = before
                .keys()
                .filter(|path| before[*path] != after[*path])
                .collect();
            assert_eq!(changed, [&page]);
        }
    }
    let built = small()
        .file("templates/redirect.html", "{{ target_href }}")
        .clean();
    assert_eq!(built.text("old.html"), "/docs/a");
    let built = small()
        .file("templates/sidebar.html", whole("sidebar.html"))
        .clean();
    assert!(built.text("docs/a.html").contains(&whole("sidebar.html")));
    let frame = "<main>{% block main %}{% endblock %}</main>{% block toc %}{% endblock %}";
    let built = small().file("templates/base.html", frame).clean();
    let page = built.text("docs/next/sub/b.html");
    assert!(
        page.starts_with("<main>") && page.contains("<h1>B</h1>"),
        "{page}"
    );
    assert!(built.text("index.html").contains("class=\"hero\""));
    let narrow = small()
        .file("templates/base.html", "{% block main %}{% endblock %}")
        .build();
    assert_eq!(
        narrow.said,
        [
            "error templates/base.html:1:1 the templates do not fit together: block `toc` is not defined in any parent template"
        ]
    );
    assert!(
        narrow.hints[0].contains("needs the blocks `main` and `toc`"),
        "{:?}",
        narrow.hints
    );
}

#[test]
fn a_part_is_shared_by_templates() {
    let part = "{% include \"parts/note.html\" %}";
    let extend = |name: &str| {
        format!("{{% extends \"theme/{name}\" %}}{{% block footer %}}{part}{{% endblock %}}")
    };
    let built = small()
        .file(
            "templates/parts/note.html",
            "<p>shared by {{ site.title }}</p>",
        )
        .file("templates/doc.html", extend("doc.html"))
        .file("templates/home.html", extend("home.html"))
        .clean();
    for page in ["docs/a.html", "index.html"] {
        let footer = built.part(page, "<footer class=\"foot\">", "</footer>");
        assert_eq!(footer.trim(), "<p>shared by Kit</p>");
    }
}

#[test]
fn a_mistake_has_its_place_in_every_template() {
    let wrong = |template: &str, text: &str| {
        let said = small().file(&format!("templates/{template}"), text).said();
        let place = format!("error templates/{template}:2:4 ");
        assert_eq!(said.len(), 1, "{template}: {said:?}");
        assert!(said[0].starts_with(&place), "{template}: {said:?}");
    };
    for template in [
        "doc.html",
        "home.html",
        "versions.html",
        "404.html",
        "base.html",
    ] {
        let extend = format!("{{% extends \"theme/{template}\" %}}{{% block footer %}}");
        wrong(
            template,
            &format!("{extend}\n{{{{ nobody.knows }}}}{{% endblock %}}"),
        );
        wrong(template, &format!("{extend}\n{{% evil %}}{{% endblock %}}"));
    }
    for template in ["redirect.html", "sidebar.html"] {
        wrong(template, "x\n{{ nobody.knows }}");
    }
}

/// The blocks of the guide that have a title, by it.
fn examples(kind: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("guide/docs/theming.md");
    let guide = std::fs::read_to_string(path).expect("the guide");
    let blocks = guide.split("\n```").skip(1).step_by(2);
    let titled = blocks.filter_map(|block| {
        let (info, text) = block.split_once('\n')?;
        let title = info.strip_prefix(&format!("{kind} title=\""))?;
        Some((title.split('"').next()?.to_owned(), format!("{text}\n")))
    });
    titled.collect()
}

#[test]
fn the_examples_of_the_guide_work() {
    let templates = examples("html");
    assert!(templates.len() >= 5, "{templates:?}");
    for (path, text) in templates {
        let built = small()
            .file(&path, &text)
            .file("static/feedback.js", "")
            .file("static/fonts/kit.woff2", "")
            .clean();
        let page = if path.ends_with("404.html") {
            "404.html"
        } else {
            "docs/next/sub/b.html"
        };
        let plain = small().clean().text(page);
        let changed = built.text(page);
        assert_ne!(changed, plain, "{path}");
        // Literal lines of the example are on the page.
        let lines = text.lines().map(str::trim);
        let literal: Vec<&str> = lines
            .filter(|line| line.starts_with('<') && !line.contains('{'))
            .collect();
        assert!(
            literal.iter().all(|line| changed.contains(line)),
            "{path}: {literal:?}\n{changed}"
        );
    }
    let settings = examples("yaml");
    assert!(!settings.is_empty());
    for (path, text) in settings {
        let mut site = small().file(&path, &text);
        for file in [
            "img/logo.svg",
            "img/favicon.svg",
            "img/preview.png",
            "custom.css",
        ] {
            site = site.file(&format!("static/{file}"), "<svg/>");
        }
        site.clean();
    }
}
