//! `docproof copies`: lists, checks and rewrites copies, on real folders.

mod cli;

use cli::Site;

const SOURCE: &str =
    "---\nid: s\n---\nFirst.\n\n<!-- COPY DOCS -->\n<!-- ./docs/s.md -->\n\nThe text.\n\nMore.\n";

fn copy(own: &str, source: &str, text: &str) -> String {
    format!("---\ntitle: C\n---\n{own}\n<!-- COPY DOCS -->\n<!-- ./{source} -->\n{text}")
}

fn site() -> Site {
    let site = Site::new(&[
        (
            "docproof.yaml",
            "title: T\ndocsets:\n  - { id: a }\n  - { id: b, path: other, route: other }\n",
        ),
        ("docs/s.md", SOURCE),
        (
            "docs/alone.md",
            &SOURCE
                .replace("s.md", "alone.md")
                .replace("id: s", "id: alone"),
        ),
    ]);
    let fresh = "\nThe text.\n\nMore.\n";
    site.write("docs/fresh.md", copy("Own.\n", "docs/s.md", fresh));
    site.write("docs/empty.md", copy("", "docs/s.md", ""));
    site.write("docs/stale.md", copy("Own é.\n", "docs/s.md", "\nOld.\n"));
    let crlf = copy("Own.\n", "docs/stale.md", "\nOlder.\n").replace('\n', "\r\n");
    site.write("other/docs/crlf.md", format!("\u{feff}{crlf}"));
    site
}

#[test]
fn code_from_files_stays_in_its_file() {
    let site = Site::new(&[
        ("docproof.yaml", "title: T\n"),
        ("code/a.txt", "the code\n"),
        (
            "docs/s.md",
            "---\nid: s\n---\nText.\n\n```text file=code/a.txt\n```\n\nMore.\n",
        ),
    ]);
    site.write("docs/c.md", copy("", "docs/s.md", "Old.\n"));
    site.expect(&["copies", "sync"], 0, &[]);
    let copied = copy(
        "",
        "docs/s.md",
        "Text.\n\n```text file=code/a.txt\n```\n\nMore.\n",
    );
    assert_eq!(site.read("docs/c.md"), copied);
    site.expect(&["copies", "--check"], 0, &[]);
}

#[test]
fn copies_are_listed() {
    let site = site();
    let run = site.expect(&["copies"], 0, &["4 copies of 2 sources, 2 stale"]);
    let want = "docs/alone.md\n  no copies\ndocs/s.md\n  up to date  docs/empty.md\n  up to date  docs/fresh.md\n  \
                stale       docs/stale.md\n  stale       other/docs/crlf.md (through docs/stale.md)\n";
    assert_eq!(run.out, want);
    let run = site.expect(&["copies", "--format", "json"], 0, &[]);
    let lines: Vec<serde_json::Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines[1]["source"], "docs/s.md");
    assert_eq!(lines[1]["copies"][3]["via"][0], "docs/stale.md");
    assert_eq!(lines[1]["copies"][3]["stale"], true);
}

#[test]
fn checks_fail_and_write_nothing() {
    let site = site();
    let before = site.tree();
    let want =
        "stale  docs/stale.md  from  docs/s.md\nstale  other/docs/crlf.md  from  docs/s.md\n";
    for args in [
        &["copies", "--check"][..],
        &["copies", "sync", "--check"],
        &["copies", "--check", "sync"],
    ] {
        let run = site.expect(args, 1, &["2 copies stale"]);
        assert_eq!(run.out, want);
    }
    assert_eq!(site.tree(), before);
}

#[test]
fn stale_copies_get_the_text_of_their_source() {
    let site = site();
    site.expect(
        &["copies", "sync"],
        0,
        &["2 copies rewritten", "docs/stale.md"],
    );
    let text = "\nThe text.\n\nMore.\n";
    assert_eq!(
        site.read("docs/stale.md"),
        copy("Own é.\n", "docs/s.md", text)
    );
    let crlf = copy("Own.\n", "docs/stale.md", text).replace('\n', "\r\n");
    assert_eq!(site.read("other/docs/crlf.md"), format!("\u{feff}{crlf}"));
    let before = site.tree();
    site.expect(&["copies", "sync"], 0, &["every copy is up to date"]);
    site.expect(&["copies", "--check"], 0, &["every copy is up to date"]);
    assert_eq!(site.tree(), before);
    site.builds();
}

#[test]
fn a_source_that_is_missing_stops_a_sync() {
    let site = site();
    site.write("docs/broken.md", copy("", "docs/no.md", ""));
    let before = site.tree();
    site.expect(
        &["copies", "sync"],
        1,
        &["`docs/no.md` does not exist", "nothing was rewritten"],
    );
    site.expect(&["copies"], 1, &["does not exist"]);
    assert_eq!(site.tree(), before);
}

#[cfg(unix)]
#[test]
fn a_sync_that_fails_changes_nothing() {
    let site = site();
    // The folder of the second stale file leads out of the site.
    let outside = tempfile::tempdir().expect("a folder");
    let docs = site.path("other/docs");
    std::fs::rename(&docs, outside.path().join("docs")).expect("moved");
    std::os::unix::fs::symlink(outside.path().join("docs"), &docs).expect("a link");
    let before = site.tree();
    let run = site.run(&["copies", "sync"]);
    assert_ne!(run.code, 0, "{run:?}");
    assert_eq!(site.tree(), before);
}
