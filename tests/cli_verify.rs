//! `docproof verify` as its users call it: real Cargo, real rustc, real processes.

mod cli;

use cli::Site;

const PAGE: &str = "---\ntitle: A\n---\nFirst.\n\n```rust\nlet a = kit::one();\nassert_eq!(a, 1);\n```\n\nSecond, in a list:\n\n- item\n\n  ```rust\n  # use kit::one;\n  let b = one() + 1;\n  assert_eq!(b, 2);\n  ```\n\nThird.\n\n```rust\nassert!(kit::one() > 0);\n```\n";

const MANIFEST: &str = "[package]\nname = \"kit\"\nversion = \"1.2.3\"\nedition = \"2021\"\n";

/// A site with a library beside it.
fn site() -> Site {
    Site::new(&[
        (
            "docproof.yaml",
            "verify:\n  dependencies:\n    kit: { path: kit }\n",
        ),
        ("docs/a.md", PAGE),
        ("kit/Cargo.toml", MANIFEST),
        ("kit/src/lib.rs", "pub fn one() -> i32 { 1 }\n"),
    ])
}

#[test]
fn a_broken_sample_in_the_middle_of_a_page_is_named_at_its_line() {
    let site = site();
    site.expect(&["verify"], 0, &["3 samples: 3 passed"]);
    site.write(
        "docs/a.md",
        PAGE.replace("let b = one() + 1", "let b: &str = one() + 1"),
    );
    let run = site.expect(&["verify"], 1, &["docs/a.md:17:17", "E0308", "1 failed"]);
    // The two others are known.
    assert!(run.err.contains("(2 from the cache)"), "{}", run.err);
    let run = site.expect(&["verify", "--format", "github"], 1, &[]);
    let wanted = "::error file=docs/a.md,line=17,endLine=17,col=17,";
    assert!(run.out.contains(wanted), "{}", run.out);
    let run = site.expect(&["verify", "--format", "json"], 1, &[]);
    let samples: Vec<serde_json::Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect();
    let failed: Vec<&serde_json::Value> = samples
        .iter()
        .filter(|s| s["outcome"]["kind"] == "failed_to_compile")
        .collect();
    assert_eq!(failed.len(), 1, "{}", run.out);
    let run = site.expect(&["verify", "--format", "junit"], 1, &[]);
    assert!(run.out.contains("failures=\"1\""), "{}", run.out);
    // And `build --verified` will not have it.
    let verified = ["build", "--verified", "--no-cache"];
    site.expect(
        &verified,
        1,
        &["this sample fails: failed to compile", "docs/a.md:15"],
    );
    site.write("docs/a.md", PAGE);
    site.expect(&["verify"], 0, &[]);
    site.expect(&verified, 0, &["built"]);
    let page = site.read("build/docs/a.html");
    assert_eq!(
        page.matches("verified with kit 1.2.3, rustc ").count(),
        3,
        "{page}"
    );
}

#[test]
fn one_sample_is_named_by_its_place() {
    let site = site();
    site.expect(&["verify", "docs/a.md:17"], 0, &["1 sample: 1 passed"]);
    site.expect(&["verify", "docs"], 0, &["3 samples"]);
    let nothing = ["verify", "docs/a.md:11"];
    site.expect(
        &nothing,
        2,
        &["there is no sample at `docs/a.md:11`", "begins at line"],
    );
    site.expect(
        &["verify", "nope.md"],
        2,
        &["there is no sample in `nope.md`"],
    );
    site.expect(
        &["verify", "--docset", "dosc"],
        2,
        &["no docset `dosc`", "`docs`"],
    );
    site.expect(
        &["verify", "--partition", "3/2"],
        2,
        &["there is no share 3 of 2"],
    );
    // A part of the samples adds to the record of the whole.
    site.expect(&["verify"], 0, &[]);
    site.expect(&["verify", "docs/a.md:17"], 0, &[]);
    site.expect(&["build", "--verified", "--no-cache"], 0, &["built"]);
}

#[test]
fn expected_output_is_compared_and_blessed() {
    let text = "# A\n\n- say\n\n  ```rust,output\n  println!(\"two\");\n  println!(\"in {:?}\", std::time::Duration::from_micros(1));\n  ```\n\n  ```text\n  one\n  ```\n";
    let site = Site::new(&[("docs/a.md", text)]);
    site.expect(&["verify"], 1, &["output differs", "- one", "+ two"]);
    assert_eq!(site.read("docs/a.md"), text);
    site.expect(&["verify", "--bless"], 0, &["1 expected output rewritten"]);
    assert_eq!(
        site.read("docs/a.md"),
        text.replace("  one\n", "  two\n  in [TIME]\n")
    );
    site.expect(&["verify"], 0, &["1 passed"]);
}

#[test]
fn each_version_is_verified_against_its_own_library() {
    let site = Site::new(&[
        (
            "docproof.yaml",
            "verify:\n  dependencies:\n    kit: { path: kit }\n  versions:\n    \"1.0\":\n      dependencies:\n        kit: { path: kit-1.0, package: kit-old }\n",
        ),
        ("versions.json", "[\"1.0\"]\n"),
        (
            "docs/a.md",
            "# A\n\n```rust\nassert_eq!(kit::two(), 2);\n```\n",
        ),
        (
            "versioned_docs/version-1.0/a.md",
            "---\nid: version-1.0-a\noriginal_id: a\n---\n# A\n\n```rust\nassert_eq!(kit::one(), 1);\n```\n",
        ),
        ("kit/Cargo.toml", MANIFEST),
        ("kit/src/lib.rs", "pub fn two() -> i32 { 2 }\n"),
        (
            "kit-1.0/Cargo.toml",
            &MANIFEST.replace("\"kit\"", "\"kit-old\""),
        ),
        ("kit-1.0/src/lib.rs", "pub fn one() -> i32 { 1 }\n"),
    ]);
    site.expect(&["verify"], 0, &["2 samples: 2 passed", "kit-old 1.2.3"]);
    site.expect(
        &["verify", "--docs-version", "1.0"],
        0,
        &["1 sample: 1 passed"],
    );
    site.expect(
        &["verify", "--docs-version", "2.0"],
        2,
        &["no version `2.0`", "1.0"],
    );
    // What would another checkout break? It has no `two`, and the old line does not come from it.
    let other = Site::new(&[
        ("Cargo.toml", MANIFEST),
        ("src/lib.rs", "pub fn three() {}\n"),
    ]);
    let path = other.path("");
    let against = path.to_str().expect("UTF-8");
    site.expect(
        &["verify", "--against", against],
        1,
        &["docs/a.md:4:17", "E0425", "1 failed"],
    );
    site.expect(&["verify", "--frozen"], 0, &["2 passed"]);
}

#[test]
fn frozen_runs_nothing_and_wants_every_verdict() {
    let site = site();
    let before = site.tree();
    site.builds();
    site.expect(
        &["verify", "--frozen"],
        1,
        &["there is no recorded verdict"],
    );
    assert!(!site.path(".docproof/verify/work").exists());
    site.expect(&["verify"], 0, &[]);
    site.expect(&["verify", "--frozen"], 0, &["3 passed"]);
    // Nothing is written beside the site's sources but in the cache folder.
    assert_eq!(site.tree(), before);
    site.write("docs/a.md", PAGE.replace("a, 1", "a, 2 - 1"));
    site.expect(&["verify", "--frozen"], 1, &["1 failed", "docs/a.md"]);
    site.write("docs/a.md", PAGE);
    site.write("kit/src/lib.rs", "pub fn one() -> i32 { 2 - 1 }\n");
    site.expect(&["verify", "--frozen"], 1, &["its library has changed"]);
    site.expect(
        &["build", "--verified", "--no-cache"],
        1,
        &["has changed since"],
    );
}

#[test]
fn shares_make_a_whole() {
    let mut page = String::from("# A\n");
    for n in 0..12 {
        page.push_str(&format!("\n```rust\nassert_eq!({n} + 0, {n});\n```\n"));
    }
    let site = Site::new(&[("docs/a.md", &page)]);
    let count = |n: &str| {
        let run = site.expect(&["verify", "--partition", n, "--format", "json"], 0, &[]);
        run.out.matches("\"kind\":\"passed\"").count()
    };
    let first = count("1/2");
    assert!((1..12).contains(&first), "{first}");
    site.expect(
        &["build", "--verified", "--no-cache"],
        1,
        &["no recorded verdict"],
    );
    let second = count("2/2");
    assert_eq!(first + second, 12);
    site.expect(&["build", "--verified", "--no-cache"], 0, &["built"]);
}

#[test]
fn a_library_that_does_not_compile_is_told_once() {
    let site = site();
    site.write("kit/src/lib.rs", "pub fn one() -> i32 { \"1\" }\n");
    let run = site.expect(&["verify"], 1, &["mismatched types", "kit/src/lib.rs:1:23"]);
    assert_eq!(
        run.err.matches("mismatched types").count(),
        1,
        "{}",
        run.err
    );
    let cannot = "verify:\n  dependencies:\n    kit: { path: gone }\n";
    site.write("docproof.yaml", cannot);
    site.expect(&["verify"], 1, &["gone"]);
}

#[test]
fn regions_of_files_are_compiled_with_their_package_or_alone() {
    let shown = "// region lib\npub fn one() -> i32 {\n    1\n}\n// endregion\n\n// region use\nassert_eq!(1 + 1, 2);\n// endregion\n";
    let site = Site::new(&[
        (
            "docs/a.md",
            "# A\n\n```rust file=kit/src/lib.rs region=lib\n```\n\n```rust sample file=snip/s.rs region=use\n```\n",
        ),
        ("kit/Cargo.toml", MANIFEST),
        (
            "kit/src/lib.rs",
            &shown.replace("assert_eq!(1 + 1, 2);\n", ""),
        ),
        ("snip/s.rs", shown),
    ]);
    site.expect(&["verify"], 0, &["2 samples: 2 passed"]);
    site.write(
        "kit/src/lib.rs",
        shown
            .replace("assert_eq!(1 + 1, 2);\n", "")
            .replace("    1", "    \"1\""),
    );
    site.write("snip/s.rs", shown.replace("1 + 1", "1 + 2"));
    let words = [
        "kit/src/lib.rs:3:5",
        "snip/s.rs:8:1",
        "docs/a.md:6",
        "2 failed",
    ];
    site.expect(&["verify"], 1, &words);
}

#[test]
fn groups_share_a_program_and_fail_at_the_line_that_is_wrong() {
    let page =
        "# A\n\n```rust,group=g\nlet x = 1;\n```\n\n```rust,group=g\nassert_eq!(x, 1);\n```\n";
    let site = Site::new(&[("docs/a.md", page)]);
    site.expect(&["verify"], 0, &["1 sample: 1 passed"]);
    site.write("docs/a.md", page.replace("assert_eq!(x", "assert_eq!(y"));
    site.expect(&["verify"], 1, &["docs/a.md:8:12"]);
    site.write("docs/a.md", page.replacen("group=g", "group=g,no_run", 1));
    site.expect(
        &["verify"],
        1,
        &["treated in different ways", "docs/a.md:7"],
    );
}

#[test]
fn a_damaged_cache_costs_time_and_no_truth() {
    let site = site();
    site.expect(&["verify"], 0, &[]);
    let folders = std::fs::read_dir(site.path(".docproof/verify/cache")).expect("a cache");
    for folder in folders.flatten().filter(|f| f.path().is_dir()) {
        for file in std::fs::read_dir(folder.path()).expect("entries").flatten() {
            let bytes = std::fs::read(file.path()).expect("an entry");
            std::fs::write(file.path(), &bytes[..bytes.len() / 2]).expect("a damaged entry");
        }
    }
    let run = site.expect(&["verify"], 0, &["3 passed"]);
    assert!(!run.err.contains("3 from the cache"), "{}", run.err);
    // A file where the cache should be: said once, and the verdicts count.
    std::fs::remove_dir_all(site.path(".docproof/verify/cache")).expect("it goes");
    site.write(".docproof/verify/cache", "in the way");
    let run = site.expect(&["verify"], 0, &["3 passed", "the cache was not written"]);
    assert_eq!(
        run.err.matches("the cache was not written").count(),
        1,
        "{}",
        run.err
    );
}

#[test]
fn every_block_is_listed_with_its_reason() {
    let site = Site::new(&[(
        "docs/a.md",
        "# A\n\n```rust,ignore (needs a printer)\nx\n```\n\n```js\ny\n```\n\n```rust,no_run\nloop {}\n```\n\n```\nz\n```\n",
    )]);
    let words = ["docs/a.md:3", "needs a printer", "docs/a.md:11"];
    site.expect(&["verify", "--list"], 0, &words);
    assert!(!site.path(".docproof/verify").exists());
    let run = site.expect(&["verify", "--list", "--format", "json"], 0, &[]);
    for line in run.out.lines() {
        let _: serde_json::Value = serde_json::from_str(line).expect("each line is JSON");
    }
    // What is left out is counted.
    site.expect(&["verify"], 0, &["1 sample: 1 passed", "1 ignored"]);
}

#[test]
fn broken_content_is_told_and_the_rest_is_verified() {
    let site = site();
    site.write(
        "docs/b.md",
        "# B\n\n```rust,timeout=soon\nlet a = 1;\n```\n",
    );
    site.expect(
        &["verify"],
        1,
        &["timeout", "docs/b.md:3", "4 samples: 4 passed"],
    );
}

#[test]
fn only_blocks_that_were_asked_for_are_compared_with_rustdoc() {
    let site = site();
    site.write("docs/b.md", "# B\n\n```rust title=\"x\"\nlet b = 1;\n```\n");
    let note = "would do otherwise at docs/b.md:3";
    site.expect(&["verify"], 0, &[note]);
    site.expect(&["verify", "docs/b.md"], 0, &[note]);
    let run = site.expect(&["verify", "docs/a.md"], 0, &["3 passed"]);
    assert!(!run.err.contains("rustdoc"), "{}", run.err);
}
