//! `docproof import mdbook`: a book in the repository of its library is imported, built and verified as it stands.

#![expect(clippy::unwrap_used, reason = "a test may fail by a panic")]

mod cli;

use cli::Site;

const MANIFEST: &str =
    "[package]\nname = \"honey\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[workspace]\n";
const LIBRARY: &str = "//! Counting combs.\n\n/// Grams of honey in so many combs.\npub fn weigh(combs: u32) -> u32 {\n    combs * 1800\n}\n";
const LISTING: &str = "use honey::weigh;\n\nfn main() {\n    // ANCHOR: two\n    let grams = weigh(2);\n    // ANCHOR_END: two\n    assert_eq!(grams, 3600);\n}\n";

/// A book of five chapters with all that the import knows. `extra` files replace or add to its own.
fn book(extra: &[(&str, &str)]) -> Site {
    let mut files = vec![
        ("Cargo.toml", MANIFEST),
        ("src/lib.rs", LIBRARY),
        ("examples/season.rs", LISTING),
        (
            "book/book.toml",
            "[book]\ntitle = \"Honey\"\nauthors = [\"B\"]\n\n[rust]\nedition = \"2021\"\n\n[preprocessor.toc]\n\n[output.html]\nsmart-punctuation = true\n\n[output.html.redirect]\n\"/bees.html\" = \"hives/index.html\"\n",
        ),
        (
            "book/src/SUMMARY.md",
            "# Summary\n\n[Before you start](before.md)\n\n# The hive\n\n- [Hives](hives/README.md)\n  - [Combs](hives/combs.md)\n  - [Winter]()\n\n---\n\n- [Words](words.md)\n\n[Thanks](thanks.md)\n",
        ),
        (
            "book/src/before.md",
            "# It's \"time\"\n\nSee [combs](hives/combs.md#two--three) and [the words](words.md#comb).\n",
        ),
        (
            "book/src/hives/README.md",
            "# Hives\n\n![A hive](hive.svg)\n\n---\n\n- [x] done\n",
        ),
        (
            "book/src/hives/hive.svg",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"2\" height=\"1\"/>",
        ),
        (
            "book/src/hives/combs.md",
            "# Combs\n\n## Two & three\n\n```rust,editable\n{{#rustdoc_include ../../../examples/season.rs:two}}\n```\n\n```rust\n# use honey::weigh;\nassert_eq!(weigh(1), 1800);\n```\n\n```\nassert!(true);\n```\n\n```rust,ignore\nno\n```\n",
        ),
        (
            "book/src/words.md",
            "# Words\n\nComb\n: Where honey is.\n\n> [!NOTE]\n> A note.[^1]\n\n[^1]: And its foot.\n",
        ),
        ("book/src/thanks.md", "{{#title Thank you}}No heading\n"),
        ("book/src/unlisted.md", "{{#include nothing.md}}\n"),
    ];
    files.extend(extra);
    Site::new(&files)
}

fn page(site: &Site, path: &str) -> String {
    std::fs::read_to_string(site.path(&format!("build/{path}"))).unwrap()
}

#[test]
fn a_book_is_imported_built_and_verified_as_it_stands() {
    let site = book(&[]);
    let before = site.tree();
    let run = site.expect(&["import", "mdbook", "book"], 0, &["5 chapters"]);
    assert!(run.err.contains("book/book.toml:3:1"), "{}", run.err);
    assert!(run.err.contains("`toc` is not run"), "{}", run.err);
    let mut after = site.tree();
    after.retain(|path, _| !path.ends_with("docproof.yaml"));
    assert_eq!(after, before, "the import writes one file");
    site.builds();
    let combs = page(&site, "hives/combs.html");
    assert!(combs.contains("id=\"two--three\""), "{combs}");
    assert!(
        combs.contains("hidden-line"),
        "the rest of the listing is hidden"
    );
    let start = page(&site, "before.html");
    assert!(start.contains("It’s “time”"), "{start}");
    for part in [
        "href=\"./hives/combs.html#two--three\"",
        "href=\"./words.html#comb\"",
        ">1. Hives<",
        "class=\"draft\"",
    ] {
        assert!(start.contains(part), "no {part}");
    }
    assert!(page(&site, "thanks.html").contains("<title>Thank you"));
    for path in ["hives/index.html", "bees.html", "index.html"] {
        page(&site, path);
    }
    assert!(site.path("build/hives/hive.svg").exists());
    assert!(
        !site.path("build/unlisted.html").exists() && !site.path("build/SUMMARY.html").exists()
    );
    site.expect(&["version", "cut", "1.0"], 2, &["is a book"]);
    site.expect(
        &["verify"],
        0,
        &["3 samples: 3 passed, 0 failed, 1 ignored"],
    );
}

#[test]
fn what_fails_is_named_where_it_stands() {
    let site = book(&[
        (
            "examples/season.rs",
            &LISTING.replace("weigh(2)", "weigh(\"2\")"),
        ),
        (
            "book/src/thanks.md",
            "```rust\n# use honey::weigh;\n{{#include ../../examples/part.rs}}\nassert_eq!(a, 1);\n```\n",
        ),
        ("examples/part.rs", "// one\nlet a = weigh(true);\n"),
    ]);
    site.expect(&["import", "mdbook", "book"], 0, &[]);
    let run = site.run(&["verify"]);
    assert_eq!(run.code, 1, "{run:?}");
    let all = format!("{}{}", run.out, run.err);
    for place in [
        "examples/season.rs:5:23",
        "examples/part.rs:2:15",
        "book/src/thanks.md:1",
    ] {
        assert!(all.contains(place), "no {place} in {all}");
    }
}

#[test]
fn broken_books_are_told_all_at_once() {
    let site = book(&[
        ("book/book.toml", "[book]\ntitle = 3\nsrc =\n"),
        (
            "book/src/SUMMARY.md",
            "- [A](a.md)\n- words\n- [Up](../../x.md)\n",
        ),
    ]);
    let run = site.expect(&["import", "mdbook", "book"], 1, &["nothing was written"]);
    for part in [
        "book/book.toml:2",
        "book/book.toml:3",
        "book/src/SUMMARY.md:2:3",
        "book/src/SUMMARY.md:3:3",
    ] {
        assert!(run.err.contains(part), "no {part} in {}", run.err);
    }
    let site = Site::new(&[("x/y.txt", "")]);
    site.expect(
        &["import", "mdbook", "x"],
        1,
        &["`x/src/SUMMARY.md` does not exist"],
    );
}

#[test]
fn includes_that_find_nothing_do_not_keep_an_old_book_from_building() {
    let site = book(&[(
        "book/src/thanks.md",
        "{{#include gone.md}} {{#VERSION}} {{#include ../../../up.md}}\n",
    )]);
    let run = site.expect(&["import", "mdbook", "book"], 0, &["gone.md"]);
    assert!(run.err.contains("leaves the site's folder"), "{}", run.err);
    let yaml = site.read("docproof.yaml");
    assert!(
        yaml.contains("includes: warn") && yaml.contains("VERSION"),
        "{yaml}"
    );
    site.expect(
        &["build"],
        0,
        &["gone.md", "`{{#VERSION}}` is no directive"],
    );
    assert!(page(&site, "thanks.html").contains("{{#include gone.md}}"));
}
