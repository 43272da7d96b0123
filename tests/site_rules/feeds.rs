//! Feeds of releases, read as a program reads them.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::common::{Site, site};

const LOG: &str = "# Changelog\n\n## Unreleased\n\n- Later.\n\n## [2.0.1] - 2026-11-01\n\nFixes `<a>` & \u{1}more, see [how](docs/a.md#h) and [there](https://o.example/?a=1&b).\n\n### Added\n\n![x](assets/i.png)\n\n## v2.0.0 – 2026-02-30\n\nNever.\n\n## 1.0.0 (2026-01-31)\n\n> First.\n\n## 0.9.0\n";

fn with(yaml: &str) -> Site {
    site(&[
        ("docproof.yaml", yaml),
        ("docs/a.md", "# A\n\n## H\n"),
        ("docs/b.md", "# B\n"),
        ("docs/assets/i.png", "x"),
        ("CHANGELOG.md", LOG),
    ])
}

const YAML: &str = "title: Kit & co\nurl: https://e.example\nbase_url: /kit/\ndocsets: [{ id: docs, title: The kit, changelog: ./CHANGELOG.md }]\n";

/// The elements of a feed with their attributes and texts, one a line.
fn read(xml: &str) -> Vec<String> {
    let mut reader = Reader::from_str(xml);
    let mut found: Vec<String> = Vec::new();
    let mut depth = 0;
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Start(tag) | Event::Empty(tag) => {
                let name = String::from_utf8_lossy(tag.name().as_ref()).into_owned();
                let attributes = tag.attributes().map(|a| a.expect("an attribute"));
                let shown = attributes.map(|a| {
                    let key = String::from_utf8_lossy(a.key.as_ref()).into_owned();
                    format!(" {key}={}", String::from_utf8_lossy(&a.value))
                });
                found.push(format!("{name}{}: ", shown.collect::<String>()));
                depth += 1;
            }
            Event::End(_) => depth -= 1,
            Event::Text(text) => {
                let text = text.decode().expect("UTF-8");
                if let Some(element) = found.last_mut() {
                    element.push_str(&text);
                }
            }
            Event::GeneralRef(name) => {
                let name = name.decode().expect("UTF-8");
                let text = quick_xml::escape::resolve_xml_entity(&name).expect("an entity of XML");
                found.last_mut().expect("inside").push_str(text);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    // Links are empty elements.
    assert!(depth >= 0);
    found
}

/// The texts of elements of one name.
fn texts(xml: &str, name: &str) -> Vec<String> {
    let start = format!("{name}: ");
    let of_name = |line: String| Some(line.strip_prefix(&start)?.trim().to_owned());
    read(xml).into_iter().filter_map(of_name).collect()
}

#[test]
fn releases_become_entries() {
    let built = with(YAML).build();
    assert_eq!(
        built.said,
        [
            "warning CHANGELOG.md:15:1 the release `2.0.0` is not in the feed: there is no day `2026-02-30`",
            "warning CHANGELOG.md:23:1 the release `0.9.0` has no date, so it is not in the feed",
        ]
    );
    let xml = built.text("docs/releases.atom");
    let feed = "https://e.example/kit/docs/releases.atom";
    assert_eq!(
        texts(&xml, "id"),
        [
            feed.to_owned(),
            format!("{feed}#2.0.1"),
            format!("{feed}#1.0.0")
        ]
    );
    assert_eq!(
        texts(&xml, "title"),
        ["Releases of The kit", "The kit 2.0.1", "The kit 1.0.0"]
    );
    let days = [
        "2026-11-01T00:00:00Z",
        "2026-11-01T00:00:00Z",
        "2026-01-31T00:00:00Z",
    ];
    assert_eq!(texts(&xml, "updated"), days);
    assert_eq!(texts(&xml, "name"), ["Kit & co"]);
    let content = texts(&xml, "content type=html");
    assert!(
        content[0].contains("<code>&lt;a&gt;</code> &amp; more"),
        "{content:?}"
    );
    for part in [
        "<a href=\"https://e.example/kit/docs/a#h\">how</a>",
        "<a href=\"https://o.example/?a=1&amp;b\">there</a>",
        "<h3>Added</h3>",
        "<img src=\"https://e.example/kit/assets/i.png\" alt=\"x\">",
    ] {
        assert!(content[0].contains(part), "no {part} in {content:?}");
    }
    assert!(
        content[1].starts_with("<blockquote>") && content.len() == 2,
        "{content:?}"
    );
    assert!(
        read(&xml)
            .iter()
            .any(|line| line.starts_with("link rel=self") && line.contains(feed))
    );
}

#[test]
fn pages_name_the_feed() {
    let built = with(YAML).build();
    let link = "<link rel=\"alternate\" type=\"application/atom+xml\" title=\"Releases of The kit\" href=\"/kit/docs/releases.atom\">";
    for page in ["docs/a.html", "index.html", "404.html"] {
        assert!(built.text(page).contains(link), "{page}");
    }
    let none = with("url: https://e.example\n").clean();
    assert!(!none.text("docs/a.html").contains("atom"));
    assert!(!none.tree.contains_key("docs/releases.atom"));
    let own = with(YAML).file("static/docs/releases.atom", "ours").build();
    assert_eq!(
        own.text("docs/releases.atom"),
        "copy of static/docs/releases.atom"
    );
    // It can be linked to.
    let linked = with(YAML)
        .file(
            "docs/b.md",
            "# B\n\n[Feed](/kit/docs/releases.atom), [list](/kit/llms.txt)\n",
        )
        .build();
    assert_eq!(linked.said.len(), 2, "{:?}", linked.said);
}

#[test]
fn a_doc_may_be_the_changelog() {
    let built = with(&YAML.replace("./CHANGELOG.md", "docs/b.md"))
        .file("docs/b.md", "---\ntitle: Changes\n---\n## 1.0.0 (2026-01-31)\n\nSee [a](a.md) and [this](#100-2026-01-31).\n")
        .clean();
    let xml = built.text("docs/releases.atom");
    let content = texts(&xml, "content type=html");
    assert_eq!(
        content,
        [
            "<p>See <a href=\"https://e.example/kit/docs/a\">a</a> and <a href=\"https://e.example/kit/docs/b#100-2026-01-31\">this</a>.</p>"
        ]
    );
    assert!(
        xml.contains("href=\"https://e.example/kit/docs/b#100-2026-01-31\"/>\n<content"),
        "{xml}"
    );
    // A doc that copies it is one, too.
    let copy = with(&YAML.replace("./CHANGELOG.md", "docs/b.md"))
        .file("docs/b.md", "<!-- COPY DOCS -->\n<!-- ./LOG.md -->\n")
        .file("LOG.md", "## 1.0.0\n")
        .said();
    assert_eq!(
        copy,
        ["warning LOG.md:1:1 the release `1.0.0` has no date, so it is not in the feed"]
    );
}

#[test]
fn a_feed_without_releases_is_a_feed() {
    let built = with(YAML)
        .file("CHANGELOG.md", "# Changelog\n\n## Unreleased\n")
        .clean();
    assert_eq!(
        texts(&built.text("docs/releases.atom"), "updated"),
        ["1970-01-01T00:00:00Z"]
    );
}

#[test]
fn settings_that_make_no_feed() {
    let said = with("docsets:\n  - id: docs\n    changelog: CHANGELOG.md\n").said();
    assert_eq!(
        said,
        ["error docproof.yaml:3:16 a `changelog` needs the `url` of the site"]
    );
    let said = with(&YAML.replace("./CHANGELOG.md", "NEWS.md")).said();
    assert_eq!(
        said,
        ["error docproof.yaml:4:50 the changelog `NEWS.md` does not exist"]
    );
    let said = with(&YAML.replace("./CHANGELOG.md", "../NEWS.md")).said();
    assert_eq!(
        said,
        ["error docproof.yaml:4:50 `changelog` leaves the site's folder"]
    );
}
