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

/// The settings of `docset` and `version`, one a line.
fn verified(text: &str, docset: &str, version: Option<&str>) -> String {
    let (site, problems) = parse(text);
    assert_eq!(problems, []);
    let settings = site.verify.settings(docset, version);
    format!("{settings:?}")
        .replace("VerifySettings { ", "")
        .replace(", ", "\n")
        .split('\n')
        .filter(|line| !line.contains(": None"))
        .collect::<Vec<_>>()
        .join("\n")
}

const VERIFY: &str = r#"
docsets: [{ id: a }, { id: b, route: b }]
verify:
  dependencies:
    zed: "1.0"
    kit: { path: ../kit, features: [x, y], default-features: false }
  timeout: 1.5s
  memory: 512MiB
  env: { B: 1, A: x }
  rustflags: ["--cfg=docs"]
  versions:
    "1.0": { package: old, features: [f], timeout: 2m }
    "2.0": { timeout: 500ms }
  docsets:
    b:
      edition: 2021
      env: {}
      versions: { "1.0": { dependencies: { kit: "=1.0.3" }, memory: 2GiB } }
"#;

#[test]
fn the_most_exact_verify_table_wins_key_by_key() {
    let current = "dependencies: Some(\"kit = { default-features = false\nfeatures = [\\\"x\\\"\n\\\"y\\\"]\npath = \\\"../kit\\\" }\\nzed = \\\"1.0\\\"\\n\")";
    let common = "memory: Some(536870912)\nenv: Some([(\"A\"\n\"x\")\n(\"B\"\n\"1\")])\nrustflags: Some([\"--cfg=docs\"]) }";
    assert_eq!(
        verified(VERIFY, "a", None),
        format!("{current}\ntimeout: Some(1.5s)\n{common}")
    );
    assert_eq!(
        verified(VERIFY, "a", Some("2.0")),
        format!("{current}\ntimeout: Some(500ms)\n{common}")
    );
    assert_eq!(
        verified(VERIFY, "a", Some("1.0")),
        format!("package: Some(\"old\")\nfeatures: Some([\"f\"])\ntimeout: Some(120s)\n{common}")
    );
    assert_eq!(
        verified(VERIFY, "b", Some("1.0")),
        "dependencies: Some(\"kit = \\\"=1.0.3\\\"\\n\")\nedition: Some(\"2021\")\ntimeout: Some(120s)\nmemory: Some(2147483648)\nenv: Some([])\nrustflags: Some([\"--cfg=docs\"]) }"
    );
    let verify = parse(VERIFY).0.verify;
    assert!(verify.names_a_library_for("a", "1.0") && !verify.names_a_library_for("a", "2.0"));
    assert_eq!(verify.untagged, verify::Untagged::Skip);
}

#[test]
fn mistakes_in_the_verify_table_are_placed() {
    let text = r#"
verify:
  dependncies: {}
  untagged: maybe
  timeout: soon
  memory: 12
  edition: 2020
  package: x
  dependencies:
    a b: "1"
    c: 1.10
    d: { features: [x] }
    e: { path: e, optional: true }
    f: { path: f, fetures: [] }
    g: [1]
  versions: { 1.0: {} }
  docsets: { doc: {} }
"#;
    assert_eq!(
        problems(text),
        "3:3 unknown key `dependncies` in `verify`\n    did you mean `dependencies`?\n\
         10:5 `a b` cannot be the name of a crate\n\
         11:8 `verify.dependencies.c` must be text, not a number\n    put the version in quotes: as a number, 1.10 is 1.1\n\
         12:5 `verify.dependencies.d` says neither `version`, `path` nor `git`\n\
         13:19 `optional` has no meaning in a dependency of samples\n    samples need it, or it can go\n\
         14:19 unknown key `fetures` in `verify.dependencies.f`\n    did you mean `features`?\n\
         15:8 `verify.dependencies.g` must be a version, or a table such as `{ path: .., features: [..] }`\n\
         7:12 `verify.edition` must be `2015`, `2018`, `2021` or `2024`, not `2020`\n    did you mean `2021`?\n\
         5:12 `timeout` cannot be `soon`\n    such as `5s`, `500ms` or `2m`, at most a day\n\
         6:11 `memory` cannot be `12`\n    such as `512MiB` or `2GiB`\n\
         8:3 `package` beside `dependencies`\n    `dependencies` names everything that samples use; `package` and its features are the other way\n\
         4:13 `verify.untagged` must be `skip`, `warn` or `run`, not `maybe`\n\
         16:13 version names must be text\n    put them in quotes, as in `\"1.0\":`\n\
         17:14 there is no docset `doc`\n    did you mean `docs`?\n"
    );
}
