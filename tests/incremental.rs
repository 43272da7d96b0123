//! A build that remembers must give what a clean build gives, byte for byte, after any edits.
//!
//! The builder is driven as a server drives it: it is told the changed paths, and a tree that was not built
//! is thrown away while the last good one stays.

#[path = "incremental/pool.rs"]
mod pool;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use docproof::build::Build;
use docproof::build::files::{ChangeSet, FileProvider, Listing, MemoryFiles, ReadError};
use docproof::build::live::{Answer, Effect, Live};
use docproof::build::marks::Verified;
use docproof::build::output::{MemoryTree, Output};
use docproof::build::updated::{History, NoHistory};
use docproof::date::Date;
use docproof::diagnostic::render_human;
use pool::{WARN, pool};
use proptest::prelude::*;

type Tree = BTreeMap<String, Output>;

/// New bytes of a path, or its end.
type Change<'a> = (&'a str, Option<&'a [u8]>);

/// A server in small.
struct Server {
    files: MemoryFiles,
    build: Build,
    last_good: Tree,
    good_steps: usize,
    live: Live,
    /// Whether all pages of the site kept ready can be rendered.
    live_good: bool,
    /// How many edits went the short way.
    short: usize,
}

/// What one build said, as a user would read it.
fn run(
    build: &mut Build,
    files: &dyn FileProvider,
    changes: &ChangeSet,
    sink: &MemoryTree,
) -> (bool, String) {
    let outcome = build.run(files, changes, sink, &|_| {});
    assert_eq!(
        outcome.sink_error, None,
        "the builder kept what was never built"
    );
    let said: Vec<String> = outcome
        .diagnostics
        .iter()
        .map(|d| render_human(d, &build.sources, false))
        .collect();
    (outcome.built, said.join("\n\n"))
}

impl Server {
    fn new(files: &[(&str, &str)]) -> Self {
        let mut server = Self {
            files: MemoryFiles::new(files.iter().copied()),
            build: Build::new(),
            last_good: Tree::new(),
            good_steps: 0,
            live: Live::new(Verified::default()),
            live_good: false,
            short: 0,
        };
        server.check(&ChangeSet::All);
        server
    }

    /// Applies changes, builds, and compares with a clean build. Gives what was said.
    fn step(&mut self, changes: &[Change<'_>]) -> String {
        let mut paths = BTreeSet::new();
        for (path, bytes) in changes {
            paths.insert((*path).to_owned());
            match bytes {
                Some(bytes) => self.files.0.insert((*path).to_owned(), bytes.to_vec()),
                None => self.files.0.remove(*path),
            };
        }
        self.check(&ChangeSet::Paths(paths))
    }

    /// One text changes.
    fn write(&mut self, path: &str, text: &str) -> String {
        self.step(&[(path, Some(text.as_bytes()))])
    }

    fn check(&mut self, changes: &ChangeSet) -> String {
        let sink = MemoryTree::after(self.last_good.clone());
        let (built, said) = run(&mut self.build, &self.files, changes, &sink);
        let clean_sink = MemoryTree::default();
        let (clean_built, clean_said) =
            run(&mut Build::new(), &self.files, &ChangeSet::All, &clean_sink);
        assert_eq!(
            said, clean_said,
            "messages differ from those of a clean build"
        );
        assert_eq!(built, clean_built);
        if built {
            self.last_good = sink.finish();
            self.good_steps += 1;
            same_tree(&self.last_good, &clean_sink.finish());
        }
        self.check_live(changes, built, &said);
        said
    }

    /// What is kept ready is the last good site, and what is wrong with the files is told.
    fn check_live(&mut self, changes: &ChangeSet, built: bool, said: &str) {
        let applied = self.live.apply(&self.files, changes);
        self.short += usize::from(matches!(applied.effect, Effect::Pages(_)));
        // A template that fails on some pages only is found when these are rendered.
        let all = match applied.is_broken() {
            true => applied.reports,
            false => self.live.look_at_all(&|| false),
        };
        let all: Vec<&str> = all.iter().map(|report| report.text.as_str()).collect();
        assert_eq!(all.join("\n\n"), said, "messages of the site kept ready");
        if applied.effect != Effect::Nothing {
            self.live_good = built;
        }
        if self.live_good {
            let get = |path: String| match self.live.file(&path) {
                Answer::File(output) => (path, output),
                other => panic!("{path}: {other:?}"),
            };
            let tree = self.live.paths().into_iter().map(get).collect();
            same_tree(&tree, &self.last_good);
        }
    }
}

fn same_tree(incremental: &Tree, clean: &Tree) {
    let names = |tree: &Tree| tree.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(incremental),
        names(clean),
        "other files than a clean build"
    );
    for (path, output) in clean {
        match (&incremental[path], output) {
            (Output::Bytes(a), Output::Bytes(b)) if a != b => assert_eq!(
                String::from_utf8_lossy(a),
                String::from_utf8_lossy(b),
                "`{path}` differs from that of a clean build"
            ),
            (a, b) => assert_eq!(a, b, "`{path}` differs from that of a clean build"),
        }
    }
}

/// Says of every file that it was changed on one day, which is not always the same.
struct Day(Arc<AtomicI64>);

impl History for Day {
    fn dates(&self, paths: &BTreeSet<&str>) -> Result<BTreeMap<String, Date>, NoHistory> {
        let day = Date::of_unix(self.0.load(Ordering::Relaxed) * 86_400).expect("a day");
        let changed = paths.iter().filter(|path| path.ends_with("a.md"));
        Ok(changed.map(|path| ((*path).to_owned(), day)).collect())
    }
}

#[test]
fn a_changelog_is_read_again() {
    let yaml = "url: https://e.example\ndocsets: [{ id: docs, changelog: CHANGELOG.md }]\n";
    let log = "## 1.0.0 (2026-01-01)\n\nFirst.\n";
    let mut server = Server::new(&[
        ("docproof.yaml", yaml),
        ("docs/a.md", "x"),
        ("CHANGELOG.md", log),
    ]);
    assert_eq!(
        server.write("CHANGELOG.md", &format!("## 2.0.0 (2026-02-01)\n\n{log}")),
        ""
    );
    let feed = &server.last_good["docs/releases.atom"];
    assert!(
        matches!(feed, Output::Bytes(bytes) if String::from_utf8_lossy(bytes).contains("#2.0.0"))
    );
    assert!(
        server
            .step(&[("CHANGELOG.md", None)])
            .contains("does not exist")
    );
    assert_eq!(server.write("CHANGELOG.md", log), "");
    assert!(
        server
            .write("docs/a.md", "[Feed](/docs/releases.atom)\n")
            .is_empty()
    );
    assert_eq!(server.good_steps, 4);
}

#[test]
fn a_new_date_renders_the_pages_that_show_it() {
    let day = Arc::new(AtomicI64::new(1));
    let yaml = "url: https://e.example\nlast_updated: true\n";
    let files = MemoryFiles::new([
        ("docproof.yaml", yaml),
        ("docs/a.md", "x"),
        ("docs/b.md", "x"),
    ]);
    let mut build = Build::new();
    build.set_history(Box::new(Day(day.clone())));
    let mut last = Tree::new();
    for (now, expected) in [(1, 2), (2, 1), (2, 0)] {
        day.store(now, Ordering::Relaxed);
        let changes = match last.is_empty() {
            true => ChangeSet::All,
            false => ChangeSet::Paths(BTreeSet::new()),
        };
        let sink = MemoryTree::after(last);
        let outcome = build.run(&files, &changes, &sink, &|_| {});
        assert_eq!((outcome.built, outcome.rendered), (true, expected));
        last = sink.finish();
        let clean = MemoryTree::default();
        let mut new = Build::new();
        new.set_history(Box::new(Day(day.clone())));
        new.run(&files, &ChangeSet::All, &clean, &|_| {});
        same_tree(&last, &clean.finish());
    }
}

#[test]
fn one_edit_of_each_kind() {
    let mut server = Server::new(&[
        ("docproof.yaml", "title: T\nurl: https://e.example\n"),
        ("versions.json", "[\"2\", \"1\"]"),
        (
            "docs/a.md",
            "---\ntitle: A\n---\nSee [b](b.md).\n\n## One\n",
        ),
        ("docs/b.md", "---\ntitle: B\n---\n[a](a.md#one)\n"),
        (
            "versioned_docs/version-1/a.md",
            "---\nid: version-1-a\noriginal_id: a\ntitle: Old A\n---\nText\n",
        ),
        (
            "versioned_docs/version-1/b.md",
            "---\nid: version-1-b\noriginal_id: b\n---\n[a](a.md)\n",
        ),
    ]);
    assert_eq!(
        server.write(
            "docs/a.md",
            "---\ntitle: A2\n---\nSee [b](b.md).\n\n## One\n"
        ),
        ""
    );
    let said = server.write(
        "docs/a.md",
        "---\ntitle: A2\n---\nSee [b](b.md).\n\n## Two\n",
    );
    assert!(said.contains("has no anchor `#one`"), "{said}");
    server.write("docs/a.md", "---\ntitle: A3\n---\n## One\n");
    server.write(
        "versioned_docs/version-2/a.md",
        "---\nid: version-2-a\noriginal_id: a\n---\nNew\n",
    );
    server.step(&[("versioned_docs/version-2/a.md", None)]);
    server.step(&[
        ("docs/b.md", None),
        ("docs/c.md", Some(b"---\nid: b\ntitle: C\n---\nx\n")),
    ]);
    server.write("sidebars.json", "{\"docs\": {\"K\": [\"b\", \"a\"]}}");
    server.write("versions.json", "[\"1\"]");
    server.step(&[("versions.json", None)]);
    server.write(
        "docproof.yaml",
        "title: Other\nurls: html\nindex_twins: true\n",
    );
    server.write("templates/404.html", "<p>gone</p>");
    server.step(&[("templates/404.html", None)]);
    server.write("static/x.txt", "x");
    server.write("static/docproof.css", "p{}");
    assert_eq!(server.good_steps, 14, "every step but one builds");
}

#[test]
fn edits_that_no_other_page_can_see_take_the_short_way() {
    let mut server = Server::new(&[
        ("docproof.yaml", WARN),
        ("docs/a.md", "# A\n\ntext\n\n## One\n"),
        ("docs/b.md", "# B\n\n[one](a.md#one) [two](a.md#two)\n"),
        (
            "docs/c.md",
            "# C\n\n<!-- COPY DOCS -->\n<!-- ./docs/a.md -->\n",
        ),
        ("docs/d.md", "# D\n\n```rust file=ex/x.rs\n```\n"),
        ("ex/x.rs", "one();\n"),
    ]);
    let mut short = |path: &str, text: &str, is_short: bool| {
        let before = server.short;
        let said = server.write(path, text);
        assert_eq!(server.short > before, is_short, "{path}: {text}");
        said
    };
    short("docs/a.md", "# A\n\nother text\n\n## One\n", true);
    let said = short("docs/a.md", "# A\n\nother text\n\n## Two\n", true);
    assert!(
        said.contains("`#one`") && !said.contains("`#two`"),
        "{said}"
    );
    short("ex/x.rs", "two();\n", true);
    short("docs/b.md", "# B\n\n[gone](gone.md)\n", true);
    short("docs/a.md", "# Another title\n\n## Two\n", false);
    short(
        "docs/b.md",
        "# B\n\n<!-- COPY DOCS -->\n<!-- ./docs/a.md -->\n",
        false,
    );
    short("docs/new.md", "# New\n", false);
    short("docproof.yaml", "links: error\n", false);
    let said = short("docs/new.md", "# New\n\n[gone](gone.md)\n", false);
    assert!(said.contains("error[broken-link]"), "{said}");
    // The last good site is still there, and the next edit is taken in together with the one that failed.
    short("docs/d.md", "# D\n\nmended\n", false);
    short("docs/new.md", "# New\n\n[there](d.md)\n", false);
    short("docs/new.md", "# New\n\nagain\n", true);
}

#[test]
fn a_site_that_was_only_glanced_at_hands_out_the_same_pages() {
    let files = MemoryFiles::new([
        ("docproof.yaml", "links: error\n"),
        ("versions.json", "[\"1\"]"),
        (
            "docs/a.md",
            "---\ntitle: A\n---\n[one](sub/b.md#one) ![p](p.svg)\n\n## Two\n\n```rust file=ex/x.rs\n```\n",
        ),
        (
            "docs/sub/b.md",
            "# B has its title below\n\n## One\n\n[two](../a.md#two)\n",
        ),
        (
            "docs/c.md",
            "---\ntitle: C\nhide_title: true\n---\n<!-- COPY DOCS -->\n<!-- docs/a.md -->\n",
        ),
        ("docs/p.svg", "<svg width=\"3\" height=\"4\"/>"),
        ("ex/x.rs", "fn x() {}\n"),
        (
            "versioned_docs/version-1/a.md",
            "---\nid: version-1-a\noriginal_id: a\ntitle: Old A\n---\nText\n",
        ),
    ]);
    let live = Live::new(Verified::default());
    assert!(
        !live.glance(Arc::new(files.clone()), 100),
        "a small site is loaded as a whole"
    );
    assert!(live.glance(Arc::new(files.clone()), 0));
    let sink = MemoryTree::default();
    let (built, said) = run(&mut Build::new(), &files, &ChangeSet::All, &sink);
    assert!(built, "{said}");
    let clean = sink.finish();
    let mut pages = 0;
    for (path, output) in &clean {
        let Answer::File(glanced) = live.file(path) else {
            continue;
        };
        if path.ends_with(".html") {
            same_tree(
                &Tree::from([(path.clone(), glanced)]),
                &Tree::from([(path.clone(), output.clone())]),
            );
            pages += 1;
        }
    }
    assert!(pages >= 7, "{pages}");
    // An edit before the rest is read.
    let mut files = files;
    files
        .0
        .insert("docs/a.md".into(), b"# A\n\n[gone](gone.md)\n".to_vec());
    let edit = ChangeSet::Paths(BTreeSet::from(["docs/a.md".to_owned()]));
    let applied = live.apply(&files, &ChangeSet::All);
    assert!(applied.is_broken() && applied.effect == Effect::Nothing);
    files.0.insert(
        "docs/a.md".into(),
        b"# A\n\n[b](sub/b.md#one)\n\n## Two\n".to_vec(),
    );
    let applied = live.apply(&files, &edit);
    assert!(!applied.is_broken() && applied.effect == Effect::All);
    assert_eq!(
        live.paths().len(),
        clean.len() - 1,
        "the picture is shown no more"
    );
}

#[test]
fn a_feed_follows_its_changelog() {
    let log = |text: &str| format!("# Changes\n\n## [1.0.0] - 2026-01-02\n\n{text}\n");
    let config = "url: https://e.example\ndocsets: [{ id: docs, changelog: docs/log.md }]\n";
    let mut server = Server::new(&[
        ("docproof.yaml", config),
        ("docs/log.md", &log("First.")),
        ("docs/a.md", "# A\n"),
    ]);
    server.write("docs/log.md", &log("Second, see [a](a.md)."));
    server.write("docs/a.md", "# A\n\ntext\n");
    let feed = server
        .last_good
        .iter()
        .find(|(path, _)| path.ends_with(".atom"));
    let Some((_, Output::Bytes(feed))) = feed else {
        panic!("there is a feed")
    };
    assert!(String::from_utf8_lossy(feed).contains("Second, see"));
    assert_eq!(server.good_steps, 3);
}

#[test]
fn a_page_rendered_in_a_failed_build_is_rendered_again() {
    let doc = "{% extends \"theme/doc.html\" %}{% block title %}{% if page.keywords == \"boom\" %}{{ no.such.thing }}{% endif %}{{ doc.title }}{% endblock %}";
    let mut server = Server::new(&[
        ("templates/doc.html", doc),
        ("docs/a.md", "---\ntitle: A\n---\nold\n"),
        ("docs/b.md", "---\ntitle: B\n---\nx\n"),
    ]);
    let said = server.write("docs/b.md", "---\ntitle: B\nkeywords: [boom]\n---\nx\n");
    assert!(said.contains("error[template]"), "{said}");
    server.write("docs/a.md", "---\ntitle: A\n---\nnew\n");
    server.write("docs/b.md", "---\ntitle: B\n---\nx\n");
    assert_eq!(server.good_steps, 2);
}

#[test]
fn a_file_that_a_fence_shows_is_read_again() {
    let fence = "```rust file=ex/x.rs region=r\n```\n";
    let copies = "<!-- COPY DOCS -->\n<!-- docs/a.md -->\n";
    let mut server = Server::new(&[
        ("docs/a.md", fence),
        ("docs/b.md", copies),
        ("ex/x.rs", "// region r\none();\n// endregion\n"),
        ("docs/y.js", "f()\n"),
    ]);
    let shows = |server: &Server, page: &str, text: &str| match &server.last_good[page] {
        Output::Bytes(bytes) => String::from_utf8_lossy(bytes).contains(text),
        other => panic!("{page} is {other:?}"),
    };
    assert!(shows(&server, "docs/b.html", "one"));
    assert_eq!(
        server.write("ex/x.rs", "// region r\ntwo();\n// endregion\n"),
        ""
    );
    assert!(shows(&server, "docs/a.html", "two") && shows(&server, "docs/b.html", "two"));
    let said = server.write("ex/x.rs", "two();\n");
    assert!(
        said.contains("has no region `r`") && said.contains("docs/a.md:1:22"),
        "{said}"
    );
    server.step(&[("ex/x.rs", Some(b"\xff"))]);
    server.step(&[("ex/x.rs", None)]);
    server.write("docs/a.md", "```js file=docs/y.js\n```\n");
    server.write("docs/y.js", "g()\n");
    server.write("docs/a.md", "own text\n");
    assert_eq!(server.good_steps, 5);
}

#[test]
fn a_book_follows_its_list_and_what_its_chapters_include() {
    let config = "links: warn\ndocsets: [{ id: b, docs: src, route: \"\", dialect: mdbook }]\n";
    let mut server = Server::new(&[
        ("docproof.yaml", config),
        ("src/SUMMARY.md", "- [A](a.md)\n- [B](b/README.md)\n"),
        ("src/a.md", "# A\n\n{{#include part.md}} [b](b/README.md)\n"),
        ("src/part.md", "```rust\n{{#include ../code/m.rs:x}}\n```\n"),
        ("src/b/README.md", "{{#title The b}}text\n"),
        ("src/c.md", "# C\n"),
        ("src/p.png", "no picture"),
        ("code/m.rs", "// ANCHOR: x\none();\n// ANCHOR_END: x\n"),
    ]);
    let shows = |server: &Server, page: &str, text: &str| match &server.last_good[page] {
        Output::Bytes(bytes) => String::from_utf8_lossy(bytes).contains(text),
        other => panic!("{page} is {other:?}"),
    };
    assert!(shows(&server, "a.html", "one") && shows(&server, "b/index.html", "The b"));
    assert!(!server.last_good.contains_key("c.html") && server.last_good.contains_key("p.png"));
    // What is included, through another include as well.
    let said = server.write("code/m.rs", "// ANCHOR: x\ntwo();\n// ANCHOR_END: x\n");
    assert_eq!(said, "");
    assert!(shows(&server, "a.html", "two"));
    assert!(server.short > 0, "an included file takes the short way");
    let said = server.write("code/m.rs", "three();\n");
    assert!(
        said.contains("has no anchor `x`") && said.contains("src/part.md:2:12"),
        "{said}"
    );
    server.step(&[("code/m.rs", None)]);
    server.write("src/part.md", "plain {{#include c.md}}\n");
    assert!(shows(&server, "a.html", "plain"));
    server.write("src/c.md", "# C2\n");
    assert!(shows(&server, "a.html", "C2"));
    // The list: a new chapter, another name, a draft, one that is missing.
    server.write(
        "src/SUMMARY.md",
        "- [Ay](a.md)\n  - [C](c.md)\n  - [D]()\n- [B](b/README.md)\n",
    );
    assert!(shows(&server, "c.html", "C2") && shows(&server, "c.html", "1. Ay"));
    let said = server.write("src/SUMMARY.md", "- [A](a.md)\n- [No](no.md)\n");
    assert!(said.contains("there is no chapter `src/no.md`"), "{said}");
    server.write("src/no.md", "{{#VERSION}}\n");
    server.write("src/b/README.md", "not listed any more\n");
    server.write(
        "docproof.yaml",
        &config.replace(
            "mdbook }",
            "mdbook, mdbook: { variables: { VERSION: v7 } } }",
        ),
    );
    assert!(shows(&server, "no.html", "v7"));
}

#[test]
fn a_copy_source_outside_the_docs_is_forgotten_when_nobody_copies_it() {
    let copies = "<!-- COPY DOCS -->\n<!-- ./shared/s.md -->\n";
    let mut server = Server::new(&[("docs/a.md", copies), ("shared/s.md", "one\n")]);
    server.write("docs/a.md", "own text\n");
    server.write("shared/s.md", "two\n");
    server.write("docs/a.md", copies);
    assert_eq!(server.write("shared/s.md", "three\n"), "");
    server.step(&[("shared/s.md", Some(b"\xff"))]);
    assert_eq!(
        server.write("docs/a.md", "own text\n"),
        "",
        "a bad file that nobody reads is no error"
    );
    server.write("docs/a.md", &format!("---\ndraft: true\n---\n{copies}"));
    server.write("shared/s.md", "four\n");
    server.write("docs/a.md", copies);
    server.step(&[("shared/s.md", None)]);
    server.write("shared/s.md", "five\n");
}

#[test]
fn a_warning_of_a_page_that_is_kept_moves_with_its_text() {
    let code = format!("```python\nx = \"{}\"\n```\n", "y".repeat(200_000));
    let mut server = Server::new(&[("docs/a.md", &format!("---\ntitle: A\n---\n{code}"))]);
    let said = server.write(
        "docs/a.md",
        &format!("---\n# a comment\n\ntitle: A\n---\n{code}"),
    );
    assert!(said.contains("docs/a.md:6:1"), "{said}");
}

#[test]
fn a_static_image_of_another_size_changes_the_pages_that_show_it() {
    let svg = |w: u32| format!("<svg width=\"{w}\" height=\"5\"></svg>");
    let mut server = Server::new(&[("docs/a.md", "![x](/i.svg)\n"), ("static/i.svg", &svg(10))]);
    server.write("static/i.svg", &svg(20));
    let Output::Bytes(html) = &server.last_good["docs/a.html"] else {
        panic!("a page is made of bytes")
    };
    assert!(String::from_utf8_lossy(html).contains("width=\"20\""));
}

#[test]
fn a_broken_configuration_stays_broken_until_it_is_mended() {
    let mut server = Server::new(&[("docproof.yaml", WARN), ("docs/a.md", "x\n")]);
    server.step(&[("docproof.yaml", Some(b"title: \xff\n"))]);
    let said = server.write("docs/a.md", "y\n");
    assert!(said.contains("not UTF-8"), "{said}");
    assert_eq!(server.write("docproof.yaml", "title: T\n"), "");
}

/// Files in memory, one of which is a link that leads out of the site.
struct WithBadLink(MemoryFiles, bool);

impl FileProvider for WithBadLink {
    fn list(&self, folder: &str) -> Listing {
        let mut listing = self.0.list(folder);
        if self.1 && folder == "docs" {
            let why = "a link that leads out of the site's folder".to_owned();
            listing.problems.push(("docs/link.md".into(), why));
        }
        listing
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        if self.1 && path == "docs/link.md" {
            return Err(ReadError::Outside);
        }
        self.0.read(path)
    }
}

#[test]
fn a_problem_of_the_listing_goes_when_its_file_goes() {
    let mut files = WithBadLink(MemoryFiles::new([("docs/a.md", "x\n")]), true);
    let mut build = Build::new();
    let sink = MemoryTree::default();
    let (built, _) = run(&mut build, &files, &ChangeSet::All, &sink);
    assert!(!built);
    files.1 = false;
    let changes = ChangeSet::Paths(BTreeSet::from(["docs/link.md".to_owned()]));
    assert_eq!(
        run(&mut build, &files, &changes, &sink),
        (true, String::new())
    );
}

/// One change: which file, and which of its texts; past the end it goes.
fn change() -> impl Strategy<Value = (usize, usize)> {
    let files = pool().len();
    prop_oneof![6 => (0..9_usize, 0..100_usize), 4 => (0..files, 0..100_usize)]
}

fn steps() -> impl Strategy<Value = Vec<Vec<(usize, usize)>>> {
    prop::collection::vec(prop::collection::vec(change(), 1..=3), 1..=12)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(64),
        failure_persistence: None,
        max_shrink_iters: 400,
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_edits_end_where_a_clean_build_ends(steps in steps()) {
        let pool = pool();
        let mut server = Server::new(&[
            ("docproof.yaml", WARN),
            ("docs/a.md", "First.\n"),
            ("docs/b.md", "Second.\n"),
            ("docs/guide/c.md", "Third.\n"),
        ]);
        for step in &steps {
            let changes: Vec<Change<'_>> = step
                .iter()
                .map(|(file, text)| {
                    let (path, texts) = &pool[*file];
                    // Small pools repeat; every fifth change takes the file away.
                    let gone = text % 5 == 4;
                    (*path, (!gone).then(|| texts[(text / 5 * 4 + text % 5) % texts.len()].as_slice()))
                })
                .collect();
            server.step(&changes);
        }
    }
}
