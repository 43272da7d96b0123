//! `docproof version`: cut, removed and listed on real folders, and what is refused.

mod cli;

use cli::Site;

const SIDEBAR: &str = r#"{ "docs": { "One": ["intro", { "type": "subcategory", "label": "Sub", "ids": ["deep/inner"] }] } }"#;

fn site() -> Site {
    Site::new(&[
        ("docproof.yaml", "title: T\n"),
        ("sidebars.json", SIDEBAR),
        (
            "docs/intro.md",
            "---\ntitle: \"Intro: one\"\nid: intro\nredirect_from: /old\n---\n\nHello [inner](deep/page.md).\n",
        ),
        (
            "docs/deep/page.md",
            "---\nid: inner\r\n---\r\n# Inner\r\n\r\n![x](../assets/x.svg) [up](../intro.md)\r\n"
                .trim(),
        ),
        ("docs/assets/x.svg", "<svg viewBox=\"0 0 2 1\"></svg>"),
    ])
}

#[test]
fn a_first_version_holds_every_doc() {
    let site = site();
    let before = site.tree();
    let run = site.expect(&["version", "cut", "1.0.X"], 0, &["2 docs"]);
    assert_eq!(
        run.out,
        "wrote  versioned_docs/version-1.0.X/deep/page.md\nwrote  versioned_docs/version-1.0.X/intro.md\nwrote  versioned_sidebars/version-1.0.X-sidebars.json\n"
    );
    assert_eq!(site.read("versions.json"), "[\n  \"1.0.X\"\n]\n");
    assert_eq!(
        site.read("versioned_docs/version-1.0.X/intro.md"),
        "---\nid: version-1.0.X-intro\ntitle: \"Intro: one\"\nredirect_from: /old\noriginal_id: intro\n---\n\nHello [inner](deep/page.md).\n"
    );
    let inner = site.read("versioned_docs/version-1.0.X/deep/page.md");
    assert!(
        inner.starts_with(
            "---\r\nid: version-1.0.X-inner\r\noriginal_id: inner\r\n---\r\n# Inner\r\n"
        ),
        "{inner:?}"
    );
    let sidebar: serde_json::Value =
        serde_json::from_str(&site.read("versioned_sidebars/version-1.0.X-sidebars.json"))
            .expect("JSON");
    assert_eq!(
        sidebar.to_string(),
        r#"{"version-1.0.X-docs":{"One":["version-1.0.X-intro",{"type":"subcategory","label":"Sub","ids":["version-1.0.X-deep/inner"]}]}}"#
    );
    site.builds();
    site.expect(&["version", "rm", "1.0.X"], 0, &["removed version"]);
    assert_eq!(site.tree(), before);
}

#[test]
fn a_version_holds_the_code_of_the_files_that_it_shows() {
    let site = Site::new(&[
        ("docproof.yaml", "title: T\n"),
        (
            "docs/a.md",
            "```rust file=x.rs title=\"x.rs\"\n```\n\n- ```rust,sample file=x.rs {2}\n  ```\n\n```py file=x.rs\n```\n",
        ),
        ("x.rs", "f();\n# g\n"),
    ]);
    site.expect(&["version", "cut", "1"], 0, &["1 doc"]);
    let cut = site.read("versioned_docs/version-1/a.md");
    assert_eq!(
        cut,
        "---\nid: version-1-a\noriginal_id: a\n---\n\n```rust title=\"x.rs\" ignore (from x.rs)\nf();\n## g\n```\n\n\
         - ```rust {2}\n  f();\n  ## g\n  ```\n\n```py\nf();\n# g\n```\n"
    );
    site.expect(&["version", "cut", "2"], 0, &["0 docs"]);
    site.builds();
}

#[test]
fn a_second_version_holds_what_changed() {
    let site = site();
    site.expect(&["version", "cut", "1.0.X"], 0, &[]);
    let same = site.expect(
        &["version", "cut", "1.1.X"],
        0,
        &["0 docs; the others are those of `1.0.X`"],
    );
    assert_eq!(same.out, "");
    site.expect(&["version", "rm", "1.1.X"], 0, &[]);
    site.write("docs/new.md", "---\ntitle: New\n---\nText.\n");
    site.write(
        "docs/deep/page.md",
        "---\nid: inner\ntitle: Another title\n---\n[up](../intro.md)\n",
    );
    site.write("sidebars.json", SIDEBAR.replace("\"One\"", "\"Two\""));
    let before = site.tree();
    let run = site.expect(&["version", "cut", "2.0.X", "--format", "json"], 0, &[]);
    let value: serde_json::Value = serde_json::from_str(run.out.trim()).expect("JSON");
    assert_eq!(
        value["docs"],
        serde_json::json!([
            "versioned_docs/version-2.0.X/deep/page.md",
            "versioned_docs/version-2.0.X/new.md"
        ])
    );
    assert_eq!(
        value["sidebar"],
        "versioned_sidebars/version-2.0.X-sidebars.json"
    );
    site.builds();
    let run = site.expect(&["version", "list"], 0, &[]);
    let lines: Vec<&str> = run.out.lines().map(str::trim).collect();
    assert!(
        lines[2].starts_with("2.0.X")
            && lines[2].ends_with("latest        /docs                     3 pages, 2 of its own"),
        "{run:?}"
    );
    let run = site.expect(&["version", "list", "--format", "json"], 0, &[]);
    assert_eq!(run.out.lines().count(), 3);
    site.expect(&["version", "rm", "2.0.X"], 0, &[]);
    assert_eq!(site.tree(), before);
}

#[test]
fn cut_and_removed_is_as_before_whatever_the_list_looks_like() {
    for list in [
        "[\"1.0.X\"]",
        "[ \"1.0.X\", \"0.9.X\" ]\n",
        "[\n\t\"1.0.X\",\n\t\"0.9.X\"\n]\n",
        "[\r\n  \"1.0.X\"\r\n]\r\n",
        "[]\n",
    ] {
        let site = site();
        site.write("versions.json", list);
        if list != "[]\n" {
            site.write(
                "versioned_docs/version-1.0.X/intro.md",
                "---\nid: version-1.0.X-intro\noriginal_id: intro\n---\nOld.\n",
            );
        }
        let before = site.tree();
        site.expect(&["version", "cut", "2.0.X"], 0, &[]);
        assert_ne!(site.tree(), before);
        site.expect(&["version", "rm", "2.0.X"], 0, &[]);
        assert_eq!(site.tree(), before, "{list:?}");
    }
}

#[test]
fn bad_names_are_refused() {
    let site = site();
    site.expect(&["version", "cut", "1.0.X"], 0, &[]);
    let before = site.tree();
    for (name, why) in [
        ("1.0.X", "the version `1.0.X` exists"),
        ("1.0.x", "differs from it only by case"),
        ("next", "not released yet"),
        ("a/b", "holds a `/`"),
        ("../x", "holds a `/`"),
        ("", "the version name is empty"),
        (" ", "the version name is empty"),
        (".x", "starts or ends"),
        ("con", "Windows reserves"),
        ("a:b", "cannot stand in a file name"),
        ("a#b", "means something else"),
        ("deep", "has the same route"),
        ("intro", "has the same route"),
    ] {
        site.expect(&["version", "cut", name], 2, &[why, "help:"]);
        assert_eq!(site.tree(), before, "{name}");
    }
    site.write("versioned_docs/version-3/a.md", "x");
    site.expect(
        &["version", "cut", "3"],
        2,
        &["`versioned_docs/version-3` is there already"],
    );
    site.expect(
        &["version", "rm", "9"],
        2,
        &["there is no version `9`", "1.0.X"],
    );
    site.expect(
        &["version", "cut", "9", "--docset", "doc"],
        2,
        &["there is no docset `doc`", "did you mean `docs`?"],
    );
}

#[test]
fn a_cut_that_fails_half_way_leaves_everything_as_it_was() {
    let site = site();
    // The sidebar has no place: a file stands where its folder should be.
    site.write("versioned_sidebars", "in the way");
    let before = site.tree();
    site.expect(
        &["version", "cut", "1.0.X"],
        2,
        &["versioned_sidebars", "nothing was changed"],
    );
    assert_eq!(site.tree(), before);
    let run = site.expect(&["version", "cut", "1.0.X", "--format", "json"], 2, &[]);
    assert!(run.out.contains("\"severity\":\"error\""), "{run:?}");
    assert_eq!(site.tree(), before);
}

#[test]
fn a_site_with_errors_is_not_cut() {
    let site = site();
    site.write("docs/bad.md", "# B\n\n[x](nowhere.md)\n");
    let before = site.tree();
    site.expect(
        &["version", "cut", "1.0.X"],
        1,
        &["leads nowhere", "was not cut", "--force"],
    );
    assert_eq!(site.tree(), before);
    site.expect(&["version", "cut", "1.0.X", "--force"], 0, &[]);
}

#[test]
fn a_doc_that_is_gone_comes_back_with_a_warning() {
    let site = site();
    site.write("docs/gone.md", "# Gone\n");
    site.expect(&["version", "cut", "1.0.X"], 0, &[]);
    std::fs::remove_file(site.path("docs/gone.md")).expect("removed");
    site.expect(
        &["version", "cut", "2.0.X"],
        0,
        &["gone", "\"2.0.X\": { removed: [gone] }"],
    );
    site.write(
        "docproof.yaml",
        "title: T\ndocsets:\n  - id: docs\n    versions:\n      \"2.0.X\": { removed: [gone] }\n",
    );
    site.builds();
}

#[test]
fn a_version_that_others_inherit_from_needs_force() {
    let site = site();
    site.expect(&["version", "cut", "1.0.X"], 0, &[]);
    site.write("docs/intro.md", "# Another\n");
    site.expect(&["version", "cut", "2.0.X"], 0, &[]);
    let before = site.tree();
    site.expect(
        &["version", "rm", "1.0.X"],
        2,
        &[
            "`deep/inner` of `2.0.X` would be gone",
            "the sidebar of `2.0.X`",
            "--force",
        ],
    );
    assert_eq!(site.tree(), before);
    site.expect(
        &["version", "rm", "1.0.X", "--force"],
        0,
        &["changed: `deep/inner` of `2.0.X`"],
    );
    assert_eq!(site.read("versions.json"), "[\n  \"2.0.X\"\n]\n");
}

#[test]
fn copied_text_is_frozen() {
    let site = site();
    site.write(
        "docproof.yaml",
        "title: T\ndocsets:\n  - { id: a }\n  - { id: b, path: b, route: b }\n",
    );
    site.write(
        "b/docs/s.md",
        "---\ntitle: S\n---\n\nFrom [peer](peer.md) ![y](y.svg) and [ref].\n\n[ref]: peer.md\n",
    );
    site.write("b/docs/peer.md", "# Peer\n");
    site.write("b/docs/y.svg", "<svg viewBox=\"0 0 2 1\"></svg>");
    site.write(
        "docs/copy.md",
        "---\ntitle: C\n---\n\nOwn.\n<!-- COPY DOCS -->\n<!-- ./b/docs/s.md -->\n",
    );
    site.expect(
        &["version", "cut", "1"],
        2,
        &["several docsets", "--docset"],
    );
    site.expect(&["version", "cut", "1", "--docset", "a"], 0, &[]);
    assert_eq!(
        site.read("versioned_docs/version-1/copy.md"),
        "---\nid: version-1-copy\ntitle: C\noriginal_id: copy\n---\n\nOwn.\n\nFrom [peer](../../b/docs/peer.md) \
         ![y](../../b/docs/y.svg) and [ref].\n\n[ref]: ../../b/docs/peer.md\n"
    );
    site.builds();
}

#[test]
fn the_v1_layout_has_its_own_places() {
    let site = Site::new(&[
        (
            "docproof.yaml",
            "title: T\ndocsets:\n  - { id: v, path: v, layout: docusaurus-v1, dialect: docusaurus-v1 }\n",
        ),
        (
            "v/docs/a.md",
            "---\nid: a\ntitle: A: raw\nhide_title: true\n---\nText.\n",
        ),
        (
            "v/website/sidebars.json",
            "{ \"docs\": { \"C\": [\"a\"] } }",
        ),
    ]);
    let before = site.tree();
    site.expect(
        &["version", "cut", "1.0.X"],
        0,
        &["v/website/versioned_docs/version-1.0.X/a.md"],
    );
    assert_eq!(
        site.read("v/website/versioned_docs/version-1.0.X/a.md"),
        "---\nid: version-1.0.X-a\ntitle: A: raw\nhide_title: true\noriginal_id: a\n---\nText.\n"
    );
    site.expect(&["version", "rm", "1.0.X"], 0, &[]);
    assert_eq!(site.tree(), before);
}
