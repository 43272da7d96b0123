//! Old sites of several shapes to configurations, and what is said about them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Files, Imported, import};
use crate::config;
use crate::diagnostic::{Severity, render_human};
use crate::source::SourceMap;

/// Imports files and gives the configuration and the messages, as they are printed.
fn imported(files: &[(&str, &str)]) -> (Imported, String) {
    let all: BTreeMap<String, String> = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect();
    let paths: BTreeSet<String> = all.keys().cloned().collect();
    let read = |path: &str| all.get(path).cloned();
    let mut sources = SourceMap::default();
    let files = Files {
        paths: &paths,
        read: &read,
    };
    let imported = import(&files, "", &mut sources);
    let mut said = String::new();
    for diagnostic in &imported.diagnostics {
        let _ = writeln!(said, "{}\n", render_human(diagnostic, &sources, false));
    }
    (imported, said)
}

fn errors(imported: &Imported) -> usize {
    imported
        .diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .count()
}

const DOC: &str = "---\nid: warp\ntitle: Warp\n---\nTie it.\n";

#[test]
fn a_small_site() {
    let config = "\
const loom = 'Loom';
const siteConfig = {
  title: loom,
  tagline: `${loom}s and threads`,
  url: 'https://loom.example.com',
  baseUrl: '/',
  editUrl: 'https://git.example.com/loom/edit/main/docs/',
  headerLinks: [
    { doc: 'warp', label: 'Docs' },
    { href: 'https://chat.example.com', label: 'Chat', external: true },
    { search: true },
  ],
  headerIcon: 'img/loom.svg',
  favicon: 'img/gone.png',
  colors: { primaryColor: 'rgb(11, 87, 197)', secondaryColor: '#fff' },
  copyright: `Copyright © ${new Date().getFullYear()} Loom`,
  onPageNav: 'separate',
  cleanUrl: true,
  gaTrackingId: 'UA-1',
};
module.exports = siteConfig;
";
    let (imported, said) = imported(&[
        ("docs/warp.md", DOC),
        ("website/siteConfig.js", config),
        ("website/static/img/loom.svg", "<svg/>"),
        ("website/static/css/custom.css", ""),
        ("website/pages/en/index.js", ""),
        ("website/blog/2017-01-01-first.md", ""),
        ("website/core/Footer.js", ""),
        ("website/translated_docs/fr/warp.md", DOC),
    ]);
    let want = "\
# Made by `docproof import docusaurus-v1`. The old sites stay as they are.
# `by hand` marks what is computed there and has to be written here.
title: Loom
tagline: Looms and threads
url: \"https://loom.example.com\"
base_url: /
output: build
urls: clean
index_twins: true    # old addresses that end in `/` stay good
links: warn          # `error`, as soon as the old ones are mended

header:
  links:
    - { doc: warp, label: Docs }
    - { href: \"https://chat.example.com\", label: Chat }

theme:
  accent: \"#0b57c5\"
  logo: img/loom.svg
  # These were part of every page: css/custom.css
  # by hand: footer: Copyright © … Loom

docsets:
  - id: docs
    path: .
    layout: docusaurus-v1
    dialect: docusaurus-v1
    route: docs
    edit_url: \"https://git.example.com/loom/edit/main/docs/{path}\"
";
    assert_eq!(imported.text, want);
    assert_eq!(config::parse(&imported.text).1, []);
    for words in [
        "warning[import-computed]: the value of `copyright` is computed\n  --> website/siteConfig.js:16:14",
        "`new Date().getFullYear()` is not run",
        "write `theme.footer` by hand, such as `Copyright © … Loom` with `…` filled in",
        "`colors.secondaryColor` has no counterpart",
        "there is no file `website/static/img/gone.png`",
        "`gaTrackingId` has no counterpart\n  --> website/siteConfig.js:19:3",
        "the site's own pages are not taken over: `en/index.js`",
        "the blog is not taken over: 1 post",
        "translated docs are not taken over: `fr`",
        "the footer is not taken over",
        "style sheets of `static` were part of every page",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(imported.diagnostics.len(), 9, "{said}");
}

/// Some projects, each below a folder of its own.
fn projects(n: usize, config: impl Fn(usize) -> String) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for at in 0..n {
        files.push((format!("p{at:02}/docs/warp.md"), DOC.to_owned()));
        files.push((format!("p{at:02}/website/siteConfig.js"), config(at)));
    }
    files
}

fn borrowed(files: &[(String, String)]) -> Vec<(&str, &str)> {
    files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect()
}

#[test]
fn many_projects_are_one_site_and_say_things_once() {
    let files = projects(18, |at| {
        format!(
            "module.exports = {{ title: 'P{at}', url: 'https://a.example', baseUrl: '/docs/p{at}/',\n  \
             scripts: ['x.js'], headerLinks: [{{ doc: 'warp', label: 'Docs' }}, {{ href: '/p{at}', label: 'P{at}' }}] }};"
        )
    });
    let (imported, said) = imported(&borrowed(&files));
    assert_eq!((imported.projects, errors(&imported)), (18, 0), "{said}");
    let (site, problems) = config::parse(&imported.text);
    assert_eq!(problems, [], "{}", imported.text);
    assert_eq!((site.base_url.as_str(), site.docsets.len()), ("/docs/", 18));
    let last = &site.docsets[17];
    assert_eq!(
        (
            last.id.as_str(),
            last.path.as_str(),
            last.route.as_str(),
            last.static_route.as_str()
        ),
        ("p17", "p17", "p17/docs", "p17")
    );
    assert_eq!(last.title.as_deref(), Some("P17"));
    // One link for all, in the reader's own docset, and one for each.
    assert_eq!(site.header_links.len(), 19, "{}", imported.text);
    assert!(site.header_links[0].only.is_empty());
    assert_eq!(site.header_links[1].only[0].text, "p00");
    assert_eq!(
        said.matches("`scripts` has no counterpart").count(),
        1,
        "{said}"
    );
    assert!(
        said.contains("the same at p01/website/siteConfig.js:2:3, p02/"),
        "{said}"
    );
    assert!(said.contains("the projects have 18 titles"), "{said}");
}

#[test]
fn two_projects_with_one_route_are_both_named() {
    let files = projects(2, |_| {
        "module.exports = { title: 'A', baseUrl: '/' };".into()
    });
    let (imported, said) = imported(&borrowed(&files));
    assert_eq!(errors(&imported), 1);
    let want = "two projects have one route, `/docs`: `p00/website/siteConfig.js` and `p01/website/siteConfig.js`";
    assert!(said.contains(want), "{said}");
}

#[test]
fn computed_addresses_get_routes_of_their_own() {
    let files = projects(2, |_| {
        "module.exports = { title: 'A', baseUrl: process.env.BASE };".into()
    });
    let (imported, said) = imported(&borrowed(&files));
    assert_eq!(errors(&imported), 0, "{said}");
    assert!(
        imported
            .text
            .contains("    route: p01/docs    # by hand: `baseUrl` is computed\n"),
        "{}",
        imported.text
    );
    assert!(
        imported.text.contains("# by hand: base_url: /\n"),
        "{}",
        imported.text
    );
    assert!(
        said.contains("`process.env.BASE` is set where the site is built"),
        "{said}"
    );
}

#[test]
fn fifty_missing_docs_are_one_message() {
    let ids: Vec<String> = (0..50).map(|n| format!("\"gone-{n}\"")).collect();
    let sidebars = format!(
        "{{ \"docs\": {{ \"A\": [\"warp\", {}], \"B\": [{{ \"type\": \"subcategory\", \"label\": \"C\", \"ids\": [\"weft\"] }}] }} }}",
        ids.join(", ")
    );
    let (imported, said) = imported(&[
        ("docs/warp.md", DOC),
        ("docs/weft.md", "---\ntitle: Weft\n---\n"),
        (
            "website/siteConfig.js",
            "module.exports = { headerLinks: [{ doc: 'wrap', label: 'W' }] };",
        ),
        ("website/sidebars.json", &sidebars),
    ]);
    assert_eq!(imported.diagnostics.len(), 2, "{said}");
    let want = "the sidebars name 50 docs that are not there: `gone-0`, `gone-1`, `gone-2`, `gone-3`, `gone-4`, `gone-5` and 44 more\n \
                --> website/sidebars.json:1:27";
    assert!(said.contains(want), "{said}");
    assert!(
        said.contains("the header links to the doc `wrap`, which is not there")
            && said.contains("did you mean `warp`?"),
        "{said}"
    );
    assert!(!imported.text.contains("header"), "{}", imported.text);
}

#[test]
fn broken_projects_stop_the_import_with_their_places() {
    let (imported, said) = imported(&[
        ("a/docs/warp.md", DOC),
        (
            "a/website/siteConfig.js",
            "module.exports = {\n  title: 'A'\n  url: 'b',\n};",
        ),
        ("b/docs/warp.md", DOC),
        (
            "b/website/siteConfig.js",
            "module.exports = { title: 'B' };",
        ),
        ("b/website/sidebars.json", "{ \"docs\": [ }"),
        (
            "c/website/siteConfig.js",
            "module.exports = { title: 'C' };",
        ),
        ("d/docs/warp.md", DOC),
        ("d/website/siteConfig.js", "module.exports = make();"),
        ("siteConfig.js", "module.exports = {};"),
    ]);
    assert_eq!(errors(&imported), 4, "{said}");
    for words in [
        "--> a/website/siteConfig.js:3:3",
        "--> b/website/sidebars.json:1:13",
        "there are no docs in `c/docs`: the project is left out",
        "the value of `module.exports` is computed\n --> d/website/siteConfig.js:1:18",
        "the docs lie beside this folder",
        "`--exclude DIR`",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn other_folders_and_versions_are_kept() {
    let (imported, said) = imported(&[
        ("guides/warp.md", DOC),
        (
            "site/siteConfig.js",
            "module.exports = { title: 'A', customDocsPath: 'guides', docsUrl: '', deletedDocs: { '2.0': ['warp'] },\n headerLinks: [{ page: 'versions', label: 'Versions' }, { page: 'help', label: 'Help' }] };",
        ),
        ("site/versions.json", "[\"2.0\", \"1.0\"]"),
        ("site/pages/en/help.js", ""),
    ]);
    let (config, problems) = config::parse(&imported.text);
    assert_eq!(problems, [], "{}", imported.text);
    let docset = &config.docsets[0];
    assert_eq!(
        (
            docset.docs_folder().as_str(),
            docset.website("versions.json").as_str()
        ),
        ("guides", "site/versions.json")
    );
    assert_eq!(
        (
            docset.route.as_str(),
            docset.versions[0].removed[0].text.as_str()
        ),
        ("", "warp")
    );
    assert_eq!(config.header_links.len(), 1, "{}", imported.text);
    assert!(said.contains("`en/help.js`"), "{said}");
    assert!(
        said.contains("the header links to the page `help`, which is not taken over"),
        "{said}"
    );
}
