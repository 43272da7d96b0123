//! Settings of small books.

use super::*;
use crate::config;
use crate::site::summary;

/// Imports a book: the configuration without its first line, then each message with what it marks.
fn check(toml: &str, chapters: &str, package: Package, want: &str) {
    let (settings, mut problems) = read(toml);
    let (summary, _) = summary::parse(chapters);
    let book = Book {
        way: "",
        settings: &settings,
        summary: &summary,
        package,
        broken_includes: false,
        variables: BTreeMap::new(),
    };
    let (text, more) = configuration(&book);
    problems.extend(more);
    assert_eq!(config::parse(&text).1, [], "{text}");
    let lines = text.lines().filter(|l| !l.trim_start().starts_with('#'));
    let mut got: Vec<String> = lines.map(str::to_owned).collect();
    got.extend(problems.iter().map(|p| {
        let hint = p.hints.first().map_or("", String::as_str);
        format!("! {} [{}] {hint}", p.message, &toml[p.range.clone()])
    }));
    assert_eq!(got.join("\n"), want);
}

#[test]
fn an_empty_book() {
    check(
        "",
        "- [A](README.md)",
        Package::None,
        "title: Book\nurls: html\nlinks: warn\ndocsets:\n  - id: book\n    docs: src\n    route: \"\"\n    dialect: mdbook\nverify:\n  edition: \"2015\"",
    );
}

#[test]
fn what_has_a_counterpart() {
    check(
        "[book]\ntitle = \"Honey: combs\"\nlanguage = \"en\"\ndescription = \"Counting\"\nsrc = \"./text/\"\n[rust]\nedition = \"2021\"\n[output.html]\nsite-url = \"/honey/\"\nsmart-punctuation = false\nno-section-label = true\nedit-url-template = \"https://g.example/edit/main/{path}\"\ngit-repository-url = \"https://g.example/honey\"\ncname = \"honey.example\"\n[output.html.code.hidelines]\npython = \"~\"\n[output.html.redirect]\n\"/a/bees.html\" = \"../hives/index.html#x\"\n\"/old.html\" = \"/honey/new.html\"\n\"/far.html\" = \"https://g.example/far\"\n",
        "- [A](hives/a.md)",
        Package::Other("honey".into(), "../honey".into()),
        "title: \"Honey: combs\"\ntagline: Counting\nlang: en\nurl: \"https://honey.example\"\nbase_url: /honey/\nurls: html\nlinks: warn\nheader:\n  links:\n    - { href: \"https://g.example/honey\", label: Repository }\ndocsets:\n  - id: book\n    title: \"Honey: combs\"\n    docs: text\n    route: \"\"\n    dialect: mdbook\n    edit_url: \"https://g.example/edit/main/text/{path}\"\n    mdbook:\n      smart_punctuation: false\n      section_labels: false\n      hidelines:\n        python: \"~\"\nredirects:\n  /: /hives/a.html\n  /a/bees.html: \"/hives/index.html#x\"\n  /far.html: \"https://g.example/far\"\n  /old.html: /new.html\nverify:\n  edition: \"2021\"\n  dependencies: { honey: { path: \"../honey\" } }",
    );
}

#[test]
fn what_has_none() {
    check(
        "[book]\nauthors = [\"A\"]\ntitel = \"T\"\n[preprocessor.links]\n[preprocessor.toc]\ncommand = \"mdbook-toc\"\n[output.epub]\n[output.html]\nmathjax-support = true\nfold.enable = true\n[output.html.search]\nlimit-results = 3\n[output.html.redirect]\n\"/a.html#x\" = \"b.html\"\n",
        "- [A](index.md)",
        Package::Own,
        "title: Book\nurls: html\nlinks: warn\ndocsets:\n  - id: book\n    docs: src\n    route: \"\"\n    dialect: mdbook\n! `book.authors` has no counterpart [authors] pages name no authors; `theme.footer` can\n! unknown key `book.titel` [titel] did you mean `book.title`?\n! the preprocessor `toc` is not run [toc] where it only fills in `{{#NAME}}`, `mdbook: { variables: .. }` does; else run it before the build, on a copy\n! the renderer `epub` is not run [epub] `mdbook build` can make that from the same files\n! `output.html.mathjax-support` has no counterpart [mathjax-support] formulas stay as they are written\n! `output.html.search.limit-results` has no counterpart [limit-results] the search is another one, and has no settings\n! `/a.html#x` has no counterpart [\"/a.html#x\"] a redirect is from a page, not from a place on it",
    );
}

#[test]
fn bad_files_say_all_at_once() {
    let (_, problems) = read("[book\ntitle = 3\n[output.html]\nadmonitions = \"no\"\nsrc =\n");
    let said: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
    assert!(said.len() >= 2, "{said:?}");
    assert!(said.iter().all(|s| !s.is_empty()));
    let (_, problems) = read("[book]\ntitle = 3\n[output.html]\nadmonitions = \"no\"\n");
    let said: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
    assert_eq!(
        said,
        [
            "`book.title` must be text",
            "`output.html.admonitions` must be true or false"
        ]
    );
}

#[test]
fn chapters_need_a_folder_of_their_own() {
    assert_eq!(folders("", "src"), Ok((String::new(), "src".into())));
    assert_eq!(folders("guide", "src"), Ok(("guide".into(), "src".into())));
    assert_eq!(folders("guide", ""), Ok((String::new(), "guide".into())));
    assert_eq!(folders("a/guide", ""), Ok(("a".into(), "guide".into())));
    assert!(folders("", "").is_err());
}
