//! Every variable that a template is given is in the reference, and nothing is there that no template is given.

use std::collections::{BTreeMap, BTreeSet};

use docproof::build::Build;
use docproof::build::files::{ChangeSet, MemoryFiles};
use docproof::build::output::{MemoryTree, Output};
use docproof::build::updated::{History, NoHistory};
use docproof::date::Date;
use serde_json::Value;

use super::page::Page;

const MARK: &str = "<<<vars>>>";

/// A site that has everything: versions, two docsets, a page in the middle of a sidebar, a redirect. The templates of
/// these names print what they are given.
fn files(templates: &[&str]) -> MemoryFiles {
    let yaml = "url: https://example.com\nlast_updated: true\nheader: { links: [{ doc: b, label: B }] }\ntheme: { image: l.svg, logo: l.svg, css: [a.css], footer: F, accent: '#123456' }\ndocsets:\n  - { id: docs, description: D, changelog: LOG.md, edit_url: 'https://e.example/{path}' }\n  - { id: more, path: more, route: more }\nredirects: { /old: /docs/b }\n";
    let page = |id: &str| {
        format!(
            "---\ntitle: {id}\ndescription: D\nkeywords: [k]\nimage: /l.svg\n---\n## H\n\nText.\n\n### I\n\nText.\n"
        )
    };
    let old =
        |id: &str| format!("---\nid: version-1-{id}\noriginal_id: {id}\n---\n## H\n\nText.\n");
    // Over 300 entries, so that there is a page of all pages.
    let many: Vec<String> = (0..310).map(|n| format!("\"c/p{n}\"")).collect();
    let sidebar = format!(
        "{{ \"s\": {{ \"C\": [\"a\", \"b\", \"d\", {{\"type\": \"link\", \"label\": \"L\", \"href\": \"/docs/b\"}}], \"D\": [{}] }} }}",
        many.join(",")
    );
    let mut all: Vec<(String, String)> = vec![
        ("docproof.yaml".into(), yaml.into()),
        ("sidebars.json".into(), sidebar),
        ("versions.json".into(), "[\"2\", \"1\"]".into()),
        ("static/l.svg".into(), "<svg/>".into()),
        ("static/a.css".into(), "p{}".into()),
        ("LOG.md".into(), "## 1.0.0 (2026-11-01)\n".into()),
        ("more/docs/x.md".into(), "Text.\n".into()),
    ];
    for id in ["a", "b", "d"] {
        all.push((format!("docs/{id}.md"), page(id)));
        all.push((format!("versioned_docs/version-1/{id}.md"), old(id)));
    }
    for n in 0..310 {
        all.push((format!("docs/c/p{n}.md"), "Text.\n".into()));
    }
    for name in templates {
        let dump = format!("{MARK}{{{{ __tera_context | safe }}}}{MARK}");
        all.push((format!("templates/{name}"), dump));
    }
    MemoryFiles::new(
        all.iter()
            .map(|(path, text)| (path.as_str(), text.as_str())),
    )
}

/// Every file was changed on the same day.
struct OneDay;

impl History for OneDay {
    fn dates(&self, paths: &BTreeSet<&str>) -> Result<BTreeMap<String, Date>, NoHistory> {
        let day = Date::of_unix(0).expect("a day");
        Ok(paths.iter().map(|path| ((*path).to_owned(), day)).collect())
    }
}

/// The names in a value: `site`, `site.title`, `docsets[].title`.
fn names(value: &Value, before: &str, all: &mut BTreeSet<String>) {
    match value {
        // The names of assets are names of files; the tree of a sidebar repeats itself.
        _ if before == "asset" || before == "entries[].entries" => {}
        Value::Object(map) => {
            for (key, value) in map {
                let name = match before {
                    "" => key.clone(),
                    before => format!("{before}.{key}"),
                };
                names(value, &name, all);
                // Headings of level three have none below them.
                if !name.ends_with("children[].children") {
                    all.insert(name);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                names(item, &format!("{before}[]"), all);
            }
        }
        _ => {}
    }
}

/// What a template prints on a page.
fn given(template: &str, path: &str) -> BTreeSet<String> {
    let mut build = Build::new();
    build.set_history(Box::new(OneDay));
    let sink = MemoryTree::default();
    let outcome = build.run(&files(&[template]), &ChangeSet::All, &sink, &|_| {});
    assert!(outcome.built, "{:?}", outcome.diagnostics);
    let tree = sink.finish();
    let Some(Output::Bytes(bytes)) = tree.get(path) else {
        panic!("no {path} in {:?}", tree.keys());
    };
    let text = String::from_utf8_lossy(bytes);
    let dump = text.split(MARK).nth(1);
    let dump = dump.unwrap_or_else(|| panic!("{template}: {text}"));
    // What has no value is left out between the commas.
    let dump = dump.replace(": ,", ": null,").replace(": }", ": null}");
    // Texts are escaped as in Rust.
    let dump = dump.replace("\\u{", "u{");
    let value = serde_json::from_str(&dump);
    let value: Value = value.unwrap_or_else(|e| panic!("{template}: {e}"));
    let mut all = BTreeSet::new();
    names(&value, "", &mut all);
    all
}

/// The names in the first column of a section's tables.
fn documented(page: &Page, heading: &str) -> BTreeSet<String> {
    let rows = page.section(heading).lines();
    let first = rows.filter_map(|row| row.strip_prefix("| `")?.split('`').next());
    first.map(str::to_owned).collect()
}

#[test]
fn templates_are_given_what_the_reference_says() {
    let page = Page::read("reference/templates");
    let common = documented(&page, "## Every page");
    let none = BTreeSet::new();
    for (template, path, base) in [
        ("doc.html", "docs/next/b.html", &common),
        ("home.html", "index.html", &common),
        ("versions.html", "versions.html", &common),
        ("contents.html", "docs/next/all-pages.html", &common),
        ("404.html", "404.html", &common),
        ("redirect.html", "old.html", &none),
        // No page is the current one there.
        ("sidebar.html", "docs/next/all-pages.html", &none),
    ] {
        let own = documented(&page, &format!("## `{template}`"));
        let there: BTreeSet<String> = base.union(&own).cloned().collect();
        // On a page without a version menu there is nothing in it.
        let mut given = given(template, path);
        if given.contains("version_menu") {
            given.extend(
                common
                    .iter()
                    .filter(|n| n.starts_with("version_menu."))
                    .cloned(),
            );
        }
        assert_eq!(
            there, given,
            "{template}; left: the reference, right: the program"
        );
    }
    // Nothing of the above if the menu is never there.
    let menu = given("doc.html", "docs/next/b.html");
    assert!(menu.contains("version_menu.entries[].note"), "{menu:?}");
}
