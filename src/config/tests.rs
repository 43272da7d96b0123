//! Configurations and what is said of them.

use super::*;

/// The problems of a configuration as `line:column message` lines, hints indented.
fn problems(text: &str) -> String {
    let mut out = String::new();
    for problem in parse(text).1 {
        let (line, column) = crate::source::line_column(text, problem.range.start);
        out.push_str(&format!("{line}:{column} {}\n", problem.message));
        for hint in problem.hints {
            out.push_str(&format!("    {hint}\n"));
        }
    }
    out
}

#[test]
fn an_empty_file_gives_the_defaults() {
    let (site, problems) = parse("");
    assert!(problems.is_empty());
    assert_eq!(
        (site.base_url.as_str(), site.output.as_str(), site.urls),
        ("/", "build", UrlStyle::Clean)
    );
    assert_eq!(site.docsets.len(), 1);
    assert_eq!(site.docsets[0].docs_folder(), "docs");
    assert_eq!(
        site.docsets[0].version_folder("1.0"),
        "versioned_docs/version-1.0"
    );
}

#[test]
fn everything_is_read() {
    let text = r##"
title: Kit
url: https://example.com/
base_url: /kit
urls: html
links: warn
copy_root: ./
header:
  links:
    - { doc: intro, label: Docs }
    - { page: versions, label: Versions }
    - { href: "https://example.com/chat", label: Chat }
theme: { accent: "#0b57c5", css: custom.css }
docsets:
  - { id: a, path: ./a/, layout: docusaurus-v1, route: /docs/a/, dialect: docusaurus-v1, versions: { "1.0": { removed: [x/y], noindex: true } } }
redirects: { /old: /docs/new }
"##;
    let (site, found) = parse(text);
    assert_eq!(found, []);
    assert_eq!(
        (site.url.as_deref(), site.base_url.as_str()),
        (Some("https://example.com"), "/kit/")
    );
    assert_eq!(site.header_links.len(), 3);
    assert_eq!(site.theme.css[0].text, "custom.css");
    let docset = &site.docsets[0];
    assert_eq!(
        (docset.route.as_str(), docset.docs_folder().as_str()),
        ("docs/a", "a/docs")
    );
    assert_eq!(
        docset.version_folder("1.0"),
        "a/website/versioned_docs/version-1.0"
    );
    assert_eq!(
        docset
            .version("1.0")
            .map(|v| (v.noindex, v.removed[0].text.as_str())),
        Some((true, "x/y"))
    );
    assert_eq!(
        (
            site.redirects[0].from.as_str(),
            site.redirects[0].to.as_str()
        ),
        ("old", "/docs/new")
    );
}

#[test]
fn all_problems_are_reported_at_once() {
    let text = "titel: Kit\nurls: pretty\nindex_twins: maybe\nheader:\n  links:\n    - { doc: a, href: b }\ntheme: { accent: red }\nbase_url: docs\n";
    assert_eq!(
        problems(text),
        "\
1:1 unknown key `titel`
    did you mean `title`?
8:11 `base_url` must be a path that starts with `/`
    such as `/` or `/project/`
2:7 `urls` must be `clean` or `html`, not `pretty`
3:14 `index_twins` must be `true` or `false`
6:7 a header link has exactly one of `doc`, `page` and `href`
7:18 `accent` must be a colour
    such as `\"#0b57c5\"`, in quotes because `#` starts a comment
"
    );
}

#[test]
fn an_output_folder_that_is_a_source_is_refused() {
    for output in ["docs", "docs/build", "static"] {
        assert!(
            problems(&format!("output: {output}\n")).contains("overlaps the source folder"),
            "{output}"
        );
    }
    assert!(problems("output: .\n").contains("a folder of its own"));
    assert!(problems("output: ../x\n").contains("leaves the site's folder"));
    assert_eq!(problems("output: docs-build\n"), "");
}

#[test]
fn docsets_must_not_clash() {
    let text =
        "docsets:\n  - { id: a, route: x }\n  - { id: b, route: /x/ }\n  - { id: a, route: y }\n";
    assert_eq!(
        problems(text),
        "3:5 the docsets `a` and `b` have the same route `x`\n4:5 two docsets have the id `a`\n"
    );
}

#[test]
fn text_that_is_no_yaml_is_one_problem() {
    assert!(problems("title: [\n").starts_with("2:1 ") || problems("title: [\n").starts_with("1:"));
    assert!(problems("- a\n").contains("must be a table of settings"));
}
