//! Sites of a few docs: pages by inheritance, sidebars, links.

use super::links::{Asset, Assets, Here, Resolver, Target};
use super::pages::{DocsetInput, index};
use super::sidebars::{SidebarFile, fill};
use super::{DocSummary, Entry, SiteIndex};
use crate::config;
use crate::diagnostic::Diagnostic;
use crate::markdown::{Link, LinkKind};
use crate::source::{SourceMap, Span};

/// A site of one docset: versions, and docs as `id` (current) or `version:id`.
fn site(settings: &str, versions: &[&str], docs: &[&str]) -> (SiteIndex, Vec<Diagnostic>) {
    let (config, problems) = config::parse(settings);
    assert_eq!(problems, []);
    let mut sources = SourceMap::default();
    let config_source = sources.set("docproof.yaml", settings);
    let docs = docs.iter().map(|doc| summary(doc, &mut sources)).collect();
    let names: Vec<String> = versions.iter().map(|v| (*v).to_owned()).collect();
    let input = DocsetInput {
        versions: (!names.is_empty()).then_some(names),
    };
    let mut diagnostics = Vec::new();
    let site = index(
        &config,
        Some(config_source),
        &[input],
        docs,
        &mut diagnostics,
    );
    (site, diagnostics)
}

fn summary(doc: &str, sources: &mut SourceMap) -> DocSummary {
    let (version, id) = doc
        .split_once(':')
        .map_or((None, doc), |(v, id)| (Some(v.to_owned()), id));
    let folder = version.as_ref().map_or_else(
        || "docs".to_owned(),
        |v| format!("versioned_docs/version-{v}"),
    );
    let path = format!("{folder}/{id}.md");
    let source = sources.set(&path, "text\n");
    DocSummary {
        docset: 0,
        version,
        path: path.into(),
        source,
        relative: id.to_owned(),
        id: id.to_owned(),
        title: format!("Title of {id}"),
        label: id.to_owned(),
        description: None,
        slug: None,
        no_pagination: false,
        anchors: vec!["one".to_owned(), "two".to_owned()].into(),
        id_place: Span {
            source,
            range: 0..0,
        },
    }
}

/// Each page as `route < file of its text`.
fn pages(site: &SiteIndex) -> Vec<String> {
    site.page_ids()
        .map(|id| format!("{} < {}", site.page(id).route, site.doc(id).path))
        .collect()
}

fn messages(diagnostics: &[Diagnostic]) -> Vec<&str> {
    diagnostics.iter().map(|d| d.message.as_str()).collect()
}

#[test]
fn the_first_folder_that_holds_an_id_gives_the_text() {
    let (site, said) = site(
        "",
        &["3", "2", "1"],
        &["a", "3:a", "2:b", "1:a", "1:b", "1:c"],
    );
    assert_eq!(messages(&said), [""; 0]);
    assert_eq!(
        pages(&site),
        [
            "docs/next/a < docs/a.md",
            "docs/a < versioned_docs/version-3/a.md",
            "docs/b < versioned_docs/version-2/b.md",
            "docs/c < versioned_docs/version-1/c.md",
            "docs/2/a < versioned_docs/version-1/a.md",
            "docs/2/b < versioned_docs/version-2/b.md",
            "docs/2/c < versioned_docs/version-1/c.md",
            "docs/1/a < versioned_docs/version-1/a.md",
            "docs/1/b < versioned_docs/version-1/b.md",
            "docs/1/c < versioned_docs/version-1/c.md",
        ]
    );
}

#[test]
fn removed_ends_the_inheritance_until_a_folder_has_the_id_again() {
    let settings = "docsets: [{ id: d, versions: { '2': { removed: [a, b] } } }]\n";
    let (site, said) = site(settings, &["3", "2", "1"], &["3:b", "1:a", "1:b", "1:c"]);
    assert_eq!(messages(&said), [""; 0]);
    assert_eq!(
        pages(&site),
        [
            "docs/b < versioned_docs/version-3/b.md",
            "docs/c < versioned_docs/version-1/c.md",
            "docs/2/c < versioned_docs/version-1/c.md",
            "docs/1/a < versioned_docs/version-1/a.md",
            "docs/1/b < versioned_docs/version-1/b.md",
            "docs/1/c < versioned_docs/version-1/c.md",
        ]
    );
}

#[test]
fn a_clash_is_said_once_for_all_versions_that_inherit_it() {
    let (_, said) = site("", &["2", "1"], &["1:Guide", "1:guide"]);
    assert_eq!(
        messages(&said),
        ["the routes `docs/Guide` and `docs/guide` differ only by case"]
    );
}

#[test]
fn a_counterpart_is_the_page_itself_or_the_nearest_above() {
    let docs = ["a", "x/y/z", "x/new", "1:a", "1:x/index"];
    let (site, _) = site("", &["1"], &docs);
    let there = |id: &str| {
        let page = site.docsets[0].versions[0].by_id[id];
        let (found, exact) = site.counterpart(page, 1).expect("the version has pages");
        (site.page(found).route.clone(), exact)
    };
    assert_eq!(there("a"), ("docs/a".to_owned(), true));
    assert_eq!(there("x/y/z"), ("docs/x/index".to_owned(), false));
    assert_eq!(there("x/new"), ("docs/x/index".to_owned(), false));
}

/// A sidebar as lines: two spaces for each level.
fn shown(site: &SiteIndex, entries: &[Entry], level: usize, out: &mut String) {
    for entry in entries {
        let indent = "  ".repeat(level);
        match entry {
            Entry::Page { page, label } => {
                out.push_str(&format!("{indent}{label} = {}\n", site.page(*page).route));
            }
            Entry::Link { label, href, .. } => {
                out.push_str(&format!("{indent}{label} -> {href}\n"))
            }
            Entry::Draft(label) => out.push_str(&format!("{indent}{label} (draft)\n")),
            Entry::Separator => out.push_str(&format!("{indent}---\n")),
            Entry::Category {
                label,
                page,
                entries,
            } => {
                let own = page.map(|page| format!(" = {}", site.page(page).route));
                out.push_str(&format!("{indent}{label}{}\n", own.unwrap_or_default()));
                shown(site, entries, level + 1, out);
            }
        }
    }
}

/// The sidebars of a version as text, then the messages.
fn sidebar(text: Option<&str>, version: Option<&str>) -> String {
    let versions: &[&str] = if version.is_some() { &["1"] } else { &[] };
    let docs: &[&str] = if version.is_some() {
        &["1:a", "1:b", "1:x/c"]
    } else {
        &["a", "b", "x/c"]
    };
    let (mut site, _) = site("", versions, docs);
    let mut sources = SourceMap::default();
    let file = text.map(|text| SidebarFile {
        source: sources.set("sidebars.yaml", text),
        text: text.into(),
        value: crate::yaml::parse(text).expect("the test's YAML parses"),
        version: version.map(str::to_owned),
    });
    let mut said = Vec::new();
    fill(&mut site, 0, 0, file.as_ref(), &mut said);
    let mut out = String::new();
    for sidebar in &site.docsets[0].versions[0].sidebars {
        out.push_str(&format!("[{}]\n", sidebar.name));
        shown(&site, &sidebar.entries, 0, &mut out);
    }
    for diagnostic in &said {
        out.push_str(&format!("! {}\n", diagnostic.message));
    }
    out
}

#[test]
fn sidebars_of_every_form() {
    let yaml = "one:
  SIDEBAR_REPLACE_DOC_Alone: [a]
  K: [{ type: subcategory, label: S, ids: [b, { type: link, label: L, href: /x }] }]
two: [{ type: autogenerated, dir: x }, { type: doc, id: b, label: Other }]
";
    assert_eq!(
        sidebar(Some(yaml), None),
        "[one]\nAlone = docs/a\nK\n  S\n    L -> /x\n[two]\nx/c = docs/x/c\nOther = docs/b\n! `b` is listed 2 times\n"
    );
    assert_eq!(
        sidebar(None, None),
        "[docs]\na = docs/a\nb = docs/b\nX\n  x/c = docs/x/c\n"
    );
}

#[test]
fn ids_in_a_version_may_carry_its_name() {
    let yaml = "v: { K: [version-1-a, b, version-1-x/c] }\n";
    assert_eq!(
        sidebar(Some(yaml), Some("1")),
        "[v]\nK\n  a = docs/a\n  b = docs/b\n  x/c = docs/x/c\n"
    );
}

#[test]
fn a_category_that_lost_its_docs_is_not_shown() {
    let yaml = "s: { Gone: [nope], Two: [{ type: subcategory, label: Empty, ids: [] }, a] }\n";
    assert_eq!(
        sidebar(Some(yaml), None),
        "[s]\nTwo\n  a = docs/a\n! there is no doc `nope`\n"
    );
}

#[test]
fn links_resolve_by_file_route_and_version() {
    let docs = ["a", "x/b", "x/c", "1:a", "1:x/b"];
    let (site, _) = site("", &["1"], &docs);
    let mut assets = Assets::new();
    let asset = |name: &str| Asset {
        published: format!("assets/{name}"),
        size: None,
    };
    assets.insert("docs/assets/p.png".into(), asset("p.png"));
    assets.insert("docs/x/q.png".into(), asset("q.png"));
    let nearby = Default::default();
    let resolver = Resolver {
        site: &site,
        assets: &assets,
        base_url: "/base/",
        nearby: &nearby,
    };
    let leads = |version: usize, id: &str, dest: &str| {
        let page = site.docsets[0].versions[version].by_id[id];
        let file = site.doc(page).path.clone();
        let link = Link {
            kind: LinkKind::Markdown,
            dest: dest.to_owned(),
            title: String::new(),
            alt: String::new(),
            range: 0..0,
        };
        let here = Here {
            page,
            file: &file,
            origin: &file,
        };
        match resolver.resolve(here, &link) {
            Ok(Target::Page(page, tail)) => format!("{}{tail}", site.page(page).route),
            Ok(Target::Asset(path, _)) => path,
            Ok(Target::Here(tail) | Target::Elsewhere(tail)) => tail,
            Ok(other) => format!("{other:?}"),
            Err(broken) => format!("{}: {}", broken.code, broken.hints.join(", ")),
        }
    };
    assert_eq!(leads(0, "x/b", "c.md#one"), "docs/next/x/c#one");
    assert_eq!(leads(0, "x/b", "a.md"), "docs/next/a", "from the docs root");
    assert_eq!(leads(1, "x/b", "../a.md?q#two"), "docs/a?q#two");
    assert_eq!(leads(0, "x/b", "./c"), "docs/next/x/c");
    assert_eq!(leads(0, "a", "/base/docs/x/b"), "docs/x/b");
    assert_eq!(leads(0, "a", "/docs/x/b.html"), "docs/x/b");
    assert_eq!(leads(0, "x/b", "q.png"), "docs/x/q.png");
    assert_eq!(leads(1, "x/b", "assets/p.png"), "docs/assets/p.png");
    assert_eq!(leads(0, "a", "https://e.example"), "https://e.example");
    assert_eq!(leads(0, "a", "#two"), "#two");
    assert_eq!(
        leads(1, "a", "x/c.md"),
        "broken-link: `docs/x/c.md` exists, but version `1` does not have it"
    );
    assert_eq!(
        leads(0, "a", "#twoo"),
        "broken-anchor: did you mean `#two`?"
    );
    assert!(leads(0, "a", "../../../etc/passwd").starts_with("broken-link"));
}
