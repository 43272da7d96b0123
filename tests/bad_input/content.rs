//! Texts that are wrong: messages and exit codes.

use super::common::site;
use super::disk::Disk;

/// A YAML text that would be huge with its aliases expanded.
fn bomb() -> String {
    let mut text = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (from, to) in ('a'..'k').zip('b'..='k') {
        let nine = vec![format!("*{from}"); 9].join(", ");
        text.push_str(&format!("{to}: &{to} [{nine}]\n"));
    }
    text
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let disk = Disk::new(&[
        ("docproof.yaml", "titel: T\nredirects: { /x: /gone }\n"),
        ("sidebars.json", "{\"docs\": {\"A\": [\"nothing\"]}}"),
        ("versions.json", "[\"1\", 2]"),
        ("docs/front.md", "---\nid: a/b\n---\nx\n"),
        ("docs/link.md", "[x](gone.md)\n"),
        ("docs/copy.md", "<!-- COPY DOCS -->\n<!-- gone.md -->\n"),
        ("docs/tabs.md", "<!--DOCUSAURUS_CODE_TABS-->\n<!--A-->\n"),
        ("docs/code.md", "```text\n__HIGHLIGHT__ x\n```\n"),
        ("templates/doc.html", "{% if %}"),
    ]);
    disk.write("docs/bytes.md", b"\xff");
    let ran = disk.build(&[]);
    assert_eq!(ran.code, Some(2), "the configuration is wrong: {}", ran.err);
    for want in [
        "error[config]: unknown key `titel`\n --> docproof.yaml:1:1",
        "error[redirect]: the redirect of `/x`: the link `/gone` leads nowhere\n --> docproof.yaml:2:14",
        "error[sidebar]: there is no doc `nothing` in version `next`\n --> sidebars.json:1:17",
        "error[versions]: a version name must be text\n --> versions.json:1:7",
        "error[front-matter]: the id `a/b` holds a `/`\n --> docs/front.md:2:1",
        "error[broken-link]: the link `gone.md` leads nowhere\n --> docs/link.md:1:1",
        "error[copy-docs]: the COPY DOCS source `gone.md` does not exist\n --> docs/copy.md:2:1",
        "error[tabs]: code tabs that are never closed\n --> docs/tabs.md:1:1",
        "`__HIGHLIGHT__` is never closed\n --> docs/code.md:2:1",
        "error[template]: ",
        "error[file]: the file is not UTF-8\n --> docs/bytes.md:1:1",
    ] {
        assert!(ran.err.contains(want), "no {want} in:\n{}", ran.err);
    }
    assert!(
        ran.err.trim_end().ends_with("not built: 11 errors"),
        "{}",
        ran.err
    );
    assert!(!disk.site().join("build").exists());
}

#[test]
fn a_doc_that_takes_an_id_breaks_no_links_to_the_other() {
    let disk = Disk::new(&[
        ("docs/a.md", "---\nid: tea\n---\n# A\n\n## Pots\n"),
        ("docs/b.md", "---\nid: tea\n---\n# B\n"),
        ("docs/c.md", "[pots](a.md#pots)\n"),
    ]);
    let ran = disk.build(&[]);
    let message = "error[duplicate-id]: two docs have the id `tea`\n --> docs/b.md:2:1";
    assert!(ran.err.contains(message), "{}", ran.err);
    assert!(
        ran.err.trim_end().ends_with("not built: 1 error"),
        "{}",
        ran.err
    );
}

#[test]
fn exit_codes() {
    let fine = Disk::new(&[("docs/a.md", "```nolang\nx\n```\n")]).build(&[]);
    assert_eq!(fine.code, Some(0), "a warning is no failure");
    let problem = Disk::new(&[("docs/a.md", "[x](gone.md)\n")]).build(&[]);
    assert_eq!(problem.code, Some(1));
    for config in ["titel: x\n", "title: [\n", "- a\n", "output: docs\n"] {
        let ran = Disk::new(&[("docproof.yaml", config), ("docs/a.md", "x\n")]).build(&[]);
        assert_eq!(ran.code, Some(2), "{config}: {}", ran.err);
    }
    let bytes = Disk::new(&[("docs/a.md", "x\n")]);
    bytes.write("docproof.yaml", b"title: \xff\n");
    assert_eq!(bytes.build(&[]).code, Some(2));
    let nothing = Disk::new(&[("readme.md", "x")]).build(&[]);
    assert_eq!(nothing.code, Some(2));
    assert!(
        nothing
            .err
            .contains("is not a site: it has neither a docproof.yaml nor a docs folder"),
        "{}",
        nothing.err
    );
    let usage = Disk::new(&[]).build(&["--nonsense"]);
    assert_eq!(usage.code, Some(2));
    let missing = Disk::new(&[]).build(&["--site", "/does/not/exist"]);
    assert_eq!(missing.code, Some(2));
}

#[test]
fn json_messages_are_one_object_a_line() {
    let disk = Disk::new(&[
        ("docs/a.md", "x\n\n<!-- COPY DOCS -->\n<!-- part.md -->\n"),
        ("docs/b.md", "é [y](a.md#no)\n\n```nolang\nx\n```\n"),
        ("part.md", "[x](gone.md)\n"),
    ]);
    let ran = disk.build(&["--format", "json"]);
    assert_eq!(ran.code, Some(1));
    let all: Vec<serde_json::Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect();
    assert_eq!(all.len(), 2, "{}", ran.out);
    assert_eq!(
        (&all[0]["severity"], &all[0]["code"], &all[0]["file"]),
        (
            &"error".into(),
            &"broken-anchor".into(),
            &"docs/b.md".into()
        )
    );
    assert_eq!((&all[0]["line"], &all[0]["column"]), (&1.into(), &3.into()));
    assert_eq!(
        (&all[1]["file"], &all[1]["related"][0]["file"]),
        (&"part.md".into(), &"docs/a.md".into())
    );
    let usage = Disk::new(&[]).build(&["--format", "json"]);
    let failure: serde_json::Value =
        serde_json::from_str(usage.out.trim()).expect("a failure is JSON, too");
    assert_eq!(failure["code"], "failure");
}

#[test]
fn yaml_bombs_are_refused() {
    let start = bomb();
    for (path, text) in [
        ("docproof.yaml", start.clone()),
        ("sidebars.yaml", start.clone()),
        ("docs/b.md", format!("---\n{start}---\nx\n")),
    ] {
        let said = site(&[("docs/a.md", "x\n")]).file(path, &text).said();
        assert!(
            said.iter().any(|s| s.starts_with(&format!("error {path}"))),
            "{path}: {said:?}"
        );
    }
}

#[test]
fn deep_yaml_and_json_are_refused() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let flow = format!("a: {deep}\n");
    for (path, text) in [
        ("docproof.yaml", flow.clone()),
        ("sidebars.yaml", flow.clone()),
        ("sidebars.json", deep.clone()),
        ("versions.json", deep.clone()),
        ("docs/b.md", format!("---\n{flow}---\nx\n")),
    ] {
        let disk = Disk::new(&[("docs/a.md", "x\n"), (path, &text)]);
        let ran = disk.build(&[]);
        assert!(
            matches!(ran.code, Some(1 | 2)),
            "{path}: {:?} {}",
            ran.code,
            ran.err
        );
        assert!(ran.err.contains(path), "{path}: {}", ran.err);
    }
}

#[test]
fn titles_are_text_and_never_markup() {
    let title = "<script>alert(1)</script> \\\" & '";
    let doc = format!(
        "---\ntitle: \"{title}\"\ndescription: \"{title}\"\nkeywords: [\"{title}\"]\n---\n## {{#x}} <b>\n\n```\"{title}\nx\n```\n"
    );
    let built = site(&[
        ("docproof.yaml", &format!("title: \"{title}\"\ntagline: \"{title}\"\nlinks: warn\nheader: {{ links: [{{ href: 'javascript:alert(1)', label: \"{title}\" }}] }}\n")),
        ("docs/a.md", &doc),
        ("docs/b.md", "[a](a.md \"\\\"><script>x</script>\") ![<script>](https://e.example/?\"><script>)\n"),
        ("sidebars.yaml", "'<script>x</script>':\n  '<script>x</script>': [a, b]\n"),
    ])
    .build();
    for path in built.pages() {
        let html = built.text(path).replace("<script src=", "");
        assert!(!html.contains("<script>"), "{path}: {html}");
    }
}

#[test]
fn private_characters_in_labels_do_not_break_the_sidebar() {
    let built = site(&[
        (
            "docs/a.md",
            "---\ntitle: \"a \\uE000 b \\uE001 c \\uE000r\"\n---\nx\n",
        ),
        ("docs/b.md", "---\ntitle: Last\n---\nx\n"),
    ])
    .clean();
    let nav = built.part("docs/a.html", "<nav class=\"sidebar\"", "</nav>");
    assert!(nav.contains("Last") && nav.contains("</ul>"), "{nav}");
}

#[test]
fn names_that_some_file_systems_cannot_hold() {
    let long = "n".repeat(201);
    let said = site(&[
        ("docs/Guide.md", "x\n"),
        ("docs/guide.md", "x\n"),
        ("docs/con.md", "x\n"),
        ("docs/what: now.md", "x\n"),
        ("static/img/A.txt", "x"),
        ("static/img/a.txt", "y"),
        ("static/nul.txt", "x"),
    ])
    .file(&format!("docs/{long}.md"), "x\n")
    .said();
    for want in [
        "error docs/guide.md:1:1 the routes `docs/Guide` and `docs/guide` differ only by case",
        "error docs/con.md:1:1 the route `docs/con` holds the name `con`, which Windows reserves",
        "error docs/what: now.md:1:1 the route `docs/what: now` holds a character that cannot stand in a file name everywhere",
        "error `img/A.txt` and `img/a.txt` differ only by case",
        "error static/nul.txt `nul.txt` holds the name `nul.txt`, which Windows reserves",
    ] {
        assert!(said.iter().any(|s| s == want), "no {want} in {said:#?}");
    }
    assert!(
        said.iter().any(|s| s.contains("more than 200 bytes")),
        "{said:#?}"
    );
    let deep = format!("docs/{}x.md", "long-folder-name/".repeat(60));
    assert!(site(&[(&deep, "x\n")]).said()[0].ends_with("is too long for many file systems"));
}

#[test]
fn routes_of_pages_that_docproof_makes_are_taken() {
    let config = "docsets: [{ id: docs, route: '' }]\n";
    let said = site(&[
        ("docproof.yaml", config),
        ("docs/404.md", "x\n"),
        ("docs/index.md", "home\n"),
    ])
    .said();
    assert_eq!(
        said,
        ["error docs/404.md:1:1 the route `404` belongs to a page that Docproof makes"]
    );
    let own_home = site(&[("docproof.yaml", config), ("docs/index.md", "# My home\n")]).clean();
    assert!(own_home.text("index.html").contains("My home"));
}

#[test]
fn slugs_cannot_leave_the_docs() {
    for slug in [
        "../../up",
        "/../../up",
        "a/../b",
        "a//b",
        "a?b",
        "a#b",
        "%2e%2e/x",
    ] {
        let built = site(&[("docs/a.md", &format!("---\nslug: '{slug}'\n---\nx\n"))]).build();
        for path in built.tree.keys() {
            assert!(
                !path.split('/').any(|part| part == ".." || part.is_empty()),
                "{slug} made {path}"
            );
        }
    }
}

#[test]
fn two_slugs_alike_are_an_error() {
    let doc = "---\nslug: same\n---\nx\n";
    let built = site(&[("docs/a.md", doc), ("docs/b.md", doc)]).build();
    assert_eq!(
        built.said,
        ["error docs/b.md:1:1 two pages have the route `docs/same`"]
    );
    assert_eq!(built.hints.len(), 1);
}
