//! Broken links through the program: in groups where there are many, and those that a list has passed over.

mod cli;

use cli::Site;
use serde_json::Value;

/// A site with `count` links to one doc that is missing, and some of other kinds.
fn broken(count: usize, policy: &str) -> Site {
    let links = "A [link](gone.md) here.\n\n".repeat(count);
    Site::new(&[
        ("docproof.yaml", &format!("links: {policy}\n")),
        ("docs/a.md", &format!("# A\n\n{links}")),
        (
            "docs/b.md",
            "# B\n\n[x](a.md#no) [y](A.md) ![z](assets/p.png)\n",
        ),
    ])
}

#[test]
fn many_broken_links_are_told_by_cause_and_the_site_is_built() {
    let site = broken(30, "warn");
    let words = [
        "warning[broken-link]: 30 broken links on 1 page: there is no such doc",
        "  30 to `docs/gone.md`, written `gone.md`\n     docs/a.md:3:3, docs/a.md:5:3, docs/a.md:7:3, and 27 more\n",
        "1 broken link on 1 page: the page has no such heading",
        "1 broken link on 1 page: small and capital letters differ",
        "1 broken link on 1 page: there is no such image",
        "help: `--verbose`",
        "with 33 warnings",
    ];
    let run = site.expect(&["build"], 0, &words);
    assert!(run.err.lines().count() < 30, "{}", run.err);
    assert!(site.read("build/docs/a.html").contains("href=\"gone.md\""));
    let run = site.expect(&["build", "--verbose"], 0, &["--> docs/a.md:61:3"]);
    assert_eq!(
        run.err.matches("`gone.md` leads nowhere").count(),
        30,
        "{run:?}"
    );
    let run = site.expect(
        &["build", "--format", "github"],
        0,
        &["30 broken links on 1 page"],
    );
    assert!(run.out.lines().count() < 10, "{run:?}");
}

#[test]
fn json_has_every_broken_link_with_its_cause() {
    let site = broken(25, "warn");
    let run = site.expect(&["build", "--format", "json"], 0, &[]);
    let links: Vec<Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON")["link"].clone())
        .collect();
    let of = |cause: &str| links.iter().filter(|link| link["cause"] == cause).count();
    assert_eq!(
        ["no-doc", "no-anchor", "case", "no-image"].map(of),
        [25, 1, 1, 1]
    );
    let anchor = links.iter().find(|link| link["cause"] == "no-anchor");
    let want = serde_json::json!({
        "page": "docs/b.md", "written": "a.md#no", "cause": "no-anchor", "target": "docs/a.md#no", "versions": []
    });
    assert_eq!(anchor, Some(&want));
}

#[test]
fn the_versions_that_lack_a_doc_are_told_together() {
    let site = Site::new(&[
        ("docproof.yaml", "links: warn\n"),
        ("versions.json", "[\"3.0\", \"2.0\", \"1.0\"]"),
        ("docs/a.md", "---\nid: a\ntitle: A\n---\nx\n"),
        ("docs/new.md", "---\nid: new\ntitle: New\n---\nx\n"),
        (
            "versioned_docs/version-1.0/a.md",
            "---\nid: version-1.0-a\noriginal_id: a\ntitle: A\n---\n[x](new.md)\n",
        ),
    ]);
    let run = site.expect(&["build", "--format", "json"], 0, &[]);
    let line = run.out.lines().find(|line| line.contains("not-in-version"));
    let value: Value = serde_json::from_str(line.expect("a broken link")).expect("JSON");
    assert_eq!(
        value["link"]["versions"],
        serde_json::json!(["3.0", "2.0", "1.0"])
    );
    assert_eq!(run.out.matches("not-in-version").count(), 1, "{}", run.out);
}

#[test]
fn only_links_that_the_list_does_not_have_fail_a_build() {
    for policy in ["error", "warn"] {
        let site = broken(3, policy);
        let listed = ["build", "--links-baseline", "known.json"];
        site.expect(
            &listed,
            2,
            &["`known.json` cannot be read", "--update-links-baseline"],
        );
        let update = [
            "build",
            "--links-baseline",
            "known.json",
            "--update-links-baseline",
        ];
        site.expect(
            &update,
            0,
            &["wrote 4 broken links to `known.json`", "built 2 pages"],
        );
        let list = site.read("known.json");
        assert!(
            list.contains(
                "{ \"page\": \"docs/a.md\", \"link\": \"gone.md\", \"cause\": \"no-doc\" }"
            ),
            "{list}"
        );
        site.expect(&update, 0, &["nothing new"]);
        let run = site.expect(&listed, 0, &["4 known broken links"]);
        assert!(!run.err.contains("warning"), "{run:?}");

        // Lines may move, and a page may have a known link once more.
        let text = site.read("docs/a.md");
        site.write(
            "docs/a.md",
            text.replace("# A\n", "# A\n\nMore.\n\n[again](gone.md)\n"),
        );
        site.expect(&listed, 0, &["built"]);

        site.write(
            "docs/b.md",
            "# B\n\n[x](a.md#no) ![z](assets/p.png)\n\n[new](other.md)\n",
        );
        let run = site.expect(
            &listed,
            1,
            &[
                "error[broken-link]: the link `other.md` leads nowhere",
                "docs/b.md:5:1",
            ],
        );
        assert_eq!(run.err.matches("error[").count(), 1, "{run:?}");

        site.write("docs/b.md", "# B\n\n[x](a.md#no)\n");
        site.expect(
            &listed,
            0,
            &[
                "2 entries of `known.json` are mended",
                "2 known broken links",
            ],
        );
        site.expect(&update, 0, &["wrote 2 broken links"]);
        let run = site.expect(&listed, 0, &[]);
        assert!(!run.err.contains("mended"), "{run:?}");

        site.write("docs/a.md", "# A\n");
        site.write("docs/b.md", "# B\n");
        site.expect(&listed, 0, &["2 entries"]);
        site.builds();
    }
}

#[test]
fn a_damaged_list_is_told_with_its_place() {
    let site = broken(1, "warn");
    site.write(
        "known.json",
        "{\n  \"docproof_links_baseline\": 1,\n  \"links\": [\n    { \"page\": 3 }\n",
    );
    site.expect(
        &["build", "--links-baseline", "known.json"],
        2,
        &["`known.json` is no such list: line 4, column 15"],
    );
    site.write("known.json", b"\xff\xfe");
    site.expect(
        &["build", "--links-baseline", "known.json"],
        2,
        &["is not UTF-8"],
    );
    site.expect(
        &["build", "--update-links-baseline"],
        2,
        &["--links-baseline"],
    );
    assert!(!site.path("build").exists());
}

#[test]
fn nothing_is_listed_while_docs_are_broken_in_other_ways() {
    let site = broken(1, "warn");
    site.write("docs/c.md", "<!--DOCUSAURUS_CODE_TABS-->\nnever closed\n");
    let before = site.tree();
    let update = [
        "build",
        "--links-baseline",
        "known.json",
        "--update-links-baseline",
    ];
    site.expect(&update, 1, &["not built"]);
    assert_eq!(site.tree(), before);
}
