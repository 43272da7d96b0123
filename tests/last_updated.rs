//! The dates of pages, from real Git repositories.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps nothing is a failure anyway"
)]

#[path = "common/disk.rs"]
mod disk;

use std::path::{Path, PathBuf};
use std::process::Command;

use disk::{Disk, Ran, ran};

const YAML: (&str, &str) = (
    "docproof.yaml",
    "url: https://example.com\nlast_updated: true\n",
);

/// A folder in which Git works, with settings of nobody's own.
struct Repository<'a> {
    disk: &'a Disk,
    folder: PathBuf,
}

impl<'a> Repository<'a> {
    fn new(disk: &'a Disk, folder: PathBuf) -> Self {
        std::fs::create_dir_all(&folder).unwrap();
        let this = Self { disk, folder };
        this.git(&["init", "--quiet", "--initial-branch=main"], "2020-01-01");
        this
    }

    fn command(&self, args: &[&str], day: &str) -> Command {
        let mut git = Command::new("git");
        // The time zone of the author is that of another day.
        let date = format!("{day}T23:30:00-0800");
        git.args(["-c", "protocol.file.allow=always"])
            .args(args)
            .current_dir(&self.folder)
            .env("HOME", self.disk.top())
            .env("XDG_CONFIG_HOME", self.disk.top())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_DATE", "2001-01-01T00:00:00Z")
            .env("GIT_COMMITTER_DATE", date)
            .envs([
                ("GIT_AUTHOR_NAME", "A"),
                ("GIT_AUTHOR_EMAIL", "a@example.com"),
            ])
            .envs([
                ("GIT_COMMITTER_NAME", "A"),
                ("GIT_COMMITTER_EMAIL", "a@example.com"),
            ]);
        git
    }

    #[track_caller]
    fn git(&self, args: &[&str], day: &str) -> String {
        let ran = ran(&self.command(args, day).output().unwrap());
        assert_eq!(ran.code, Some(0), "{args:?}: {}", ran.err);
        ran.out
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[track_caller]
    fn commit(&self, day: &str) {
        self.git(&["add", "--all"], day);
        self.git(&["commit", "--quiet", "--message=change"], day);
    }
}

/// The dates in a built site, as `a 2026-11-02`, in the order of paths. Every page of the docs is there.
fn dates(disk: &Disk, output: &str) -> Vec<String> {
    let tree = disk.tree(output);
    let pages = tree
        .iter()
        .filter(|(path, _)| path.starts_with("docs/") && path.ends_with(".html"));
    pages
        .map(|(path, html)| {
            let html = String::from_utf8_lossy(html);
            let date = html.split("<time datetime=\"").nth(1);
            let date = date
                .and_then(|rest| rest.split('"').next())
                .unwrap_or("none");
            format!("{} {date}", path[5..].trim_end_matches(".html"))
        })
        .collect()
}

/// A build of the site as somebody runs it who has settings of their own.
fn build(disk: &Disk, more: &[&str]) -> Ran {
    ran(&command(disk, more).output().unwrap())
}

fn command(disk: &Disk, more: &[&str]) -> Command {
    let mut command = disk.command(more);
    command
        .env("HOME", disk.top())
        .env("GIT_CONFIG_NOSYSTEM", "1");
    command
}

#[track_caller]
fn good(disk: &Disk) -> Vec<String> {
    let ran = build(disk, &[]);
    assert_eq!(
        (ran.code, ran.err.contains("warning")),
        (Some(0), false),
        "{}",
        ran.err
    );
    let remembered = dates(disk, "site/build");
    // What is remembered gives what asking again would.
    let fresh = build(disk, &["--no-cache", "--out", "fresh"]);
    assert_eq!(fresh.code, Some(0), "{}", fresh.err);
    assert_eq!(remembered, dates(disk, "fresh"));
    remembered
}

#[test]
fn a_page_has_the_day_of_its_last_commit_in_utc() {
    let disk = Disk::new(&[YAML, ("docs/a.md", "A.\n"), ("docs/sub/ü b.md", "B.\n")]);
    let repository = Repository::new(&disk, disk.site());
    repository.write(".gitignore", "/build/\n/.docproof/\n");
    repository.commit("2026-01-31");
    repository.write("docs/a.md", "A, changed.\n");
    repository.commit("2026-02-28");
    repository.write("docs/new.md", "Not committed.\n");
    repository.write("docs/a.md", "A, changed again, and not committed.\n");
    assert_eq!(
        good(&disk),
        ["a 2026-03-01", "new none", "sub/ü b 2026-02-01"]
    );
    let site = disk.tree("site/build");
    let html = String::from_utf8_lossy(&site["docs/a.html"]);
    assert!(
        html.contains("Updated <time datetime=\"2026-03-01\">1 March 2026</time>"),
        "{html}"
    );
    let sitemap = String::from_utf8_lossy(&site["sitemap.xml"]);
    assert!(
        sitemap.contains("/docs/a</loc><lastmod>2026-03-01</lastmod></url>"),
        "{sitemap}"
    );
    assert!(sitemap.contains("/docs/new</loc></url>"), "{sitemap}");
}

#[test]
fn what_a_page_copies_and_shows_counts() {
    let disk = Disk::new(&[
        YAML,
        ("docs/source.md", "Text.\n"),
        (
            "docs/copy.md",
            "<!-- COPY DOCS -->\n<!-- ./docs/source.md -->\n",
        ),
        ("docs/shows.md", "```rust file=src/main.rs\n```\n"),
        ("src/main.rs", "fn main() {}\n"),
    ]);
    let repository = Repository::new(&disk, disk.site());
    repository.commit("2026-01-01");
    repository.write("docs/source.md", "Other text.\n");
    repository.commit("2026-02-01");
    repository.write("src/main.rs", "fn main() { }\n");
    repository.commit("2026-03-01");
    assert_eq!(
        good(&disk),
        ["copy 2026-02-02", "shows 2026-03-02", "source 2026-02-02"]
    );
}

#[test]
fn commits_since_the_last_build_are_read_on() {
    let disk = Disk::new(&[
        YAML,
        ("docs/a.md", "A.\n"),
        ("docs/b.md", "B.\n"),
        ("docs/c.md", "C.\n"),
    ]);
    let repository = Repository::new(&disk, disk.site());
    repository.write(".gitignore", "/build/\n/.docproof/\n");
    repository.commit("2026-01-01");
    assert_eq!(
        good(&disk),
        ["a 2026-01-02", "b 2026-01-02", "c 2026-01-02"]
    );
    repository.write("docs/a.md", "A2.\n");
    repository.commit("2026-02-01");
    repository.write("docs/new.md", "New.\n");
    repository.commit("2026-02-02");
    assert_eq!(
        good(&disk),
        [
            "a 2026-02-02",
            "b 2026-01-02",
            "c 2026-01-02",
            "new 2026-02-03"
        ]
    );
    // A branch that began before, and lost what it changed in `a` when it was merged.
    repository.git(
        &["checkout", "--quiet", "-b", "side", "HEAD~2"],
        "2026-02-03",
    );
    repository.write("docs/a.md", "A3.\n");
    repository.write("docs/b.md", "B3.\n");
    repository.commit("2026-02-10");
    repository.git(&["checkout", "--quiet", "main"], "2026-02-11");
    repository.write("docs/c.md", "C2.\n");
    repository.commit("2026-02-12");
    good(&disk);
    repository.git(&["merge", "--quiet", "-X", "ours", "side"], "2026-02-20");
    good(&disk);
    // A conflict that was resolved to neither side is a change of the merge.
    repository.git(&["checkout", "--quiet", "-b", "other"], "2026-02-21");
    repository.write("docs/c.md", "C other.\n");
    repository.commit("2026-02-22");
    repository.git(&["checkout", "--quiet", "main"], "2026-02-23");
    repository.write("docs/c.md", "C main.\n");
    repository.commit("2026-02-24");
    let conflict = repository
        .command(&["merge", "--quiet", "other"], "2026-02-25")
        .output()
        .unwrap();
    assert!(!conflict.status.success());
    repository.write("docs/c.md", "C of both.\n");
    repository.commit("2026-02-26");
    assert!(good(&disk).contains(&"c 2026-02-27".to_owned()));
    // History is rewritten.
    repository.git(&["reset", "--quiet", "--hard", "HEAD~3"], "2026-03-01");
    repository.write("docs/b.md", "B4.\n");
    repository.commit("2026-03-02");
    assert!(good(&disk).contains(&"b 2026-03-03".to_owned()));
    // Damage to what is remembered costs nothing but time.
    for damage in [
        "",
        "x",
        "\u{0}\u{1}",
        "0000000000000000000000000000000000000000\n2026-01-01 docs/a.md\n",
    ] {
        disk.write(".docproof/dates", damage);
        assert!(good(&disk).contains(&"b 2026-03-03".to_owned()));
    }
}

#[test]
fn the_site_may_be_a_folder_of_a_repository_a_worktree_or_a_submodule() {
    let disk = Disk::new(&[YAML, ("docs/a.md", "A.\n")]);
    let above = Repository::new(&disk, disk.top().to_owned());
    above.write("docs/a.md", "Not the site's.\n");
    above.commit("2026-01-01");
    above.write("docs/a.md", "Not the site's, changed.\n");
    above.commit("2026-05-01");
    assert_eq!(good(&disk), ["a 2026-01-02"]);

    let disk = Disk::new(&[]);
    let main = Repository::new(&disk, disk.top().join("site"));
    main.write(YAML.0, YAML.1);
    main.write("docs/a.md", "A.\n");
    main.commit("2026-01-01");
    let main = Repository {
        disk: &disk,
        folder: disk.top().join("elsewhere"),
    };
    std::fs::rename(disk.site(), &main.folder).unwrap();
    main.git(
        &["worktree", "add", "--quiet", "../site", "-b", "tree"],
        "2026-01-01",
    );
    assert_eq!(good(&disk), ["a 2026-01-02"]);

    let outer = Disk::new(&[]);
    std::fs::remove_dir(outer.site()).unwrap();
    let parent = Repository::new(&outer, outer.top().to_owned());
    let from = main.folder.to_string_lossy().into_owned();
    parent.git(
        &["submodule", "--quiet", "add", &from, "site"],
        "2026-06-01",
    );
    parent.commit("2026-06-01");
    assert_eq!(good(&outer), ["a 2026-01-02"]);
}

#[test]
fn settings_and_variables_of_somebody_else_change_nothing() {
    let disk = Disk::new(&[YAML, ("docs/[b].md", "Brackets.\n"), ("docs/b.md", "B.\n")]);
    let repository = Repository::new(&disk, disk.site());
    repository.commit("2026-01-01");
    repository.write("docs/b.md", "B2.\n");
    repository.commit("2026-02-01");
    let other = Repository::new(&disk, disk.top().join("other"));
    std::fs::write(
        disk.top().join(".gitconfig"),
        "[core]\nquotePath = true\npager = false\nhooksPath = /nowhere\n[log]\nshowSignature = true\nshowRoot = false\nfollow = true\ndate = relative\ndecorate = full\n[diff]\norderFile = /nowhere/order\nrenames = copies\nexternal = false\nrelative = false\nnoprefix = true\n[color]\nui = always\n[format]\npretty = oneline\n[alias]\nlog = !false\n",
    )
    .unwrap();
    let ran = ran(&command(&disk, &["--no-cache"])
        .env("GIT_DIR", other.folder.join(".git"))
        .env("GIT_WORK_TREE", &other.folder)
        .env("GIT_INDEX_FILE", "nowhere")
        .env("GIT_CONFIG_PARAMETERS", "'core.bare=true'")
        .env("GIT_PAGER", "false")
        .env("GIT_TRACE", "1")
        .env("LC_ALL", "de_DE.UTF-8")
        .output()
        .unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(
        dates(&disk, "site/build"),
        ["[b] 2026-01-02", "b 2026-02-02"]
    );
}

#[test]
fn without_a_history_there_are_no_dates_and_it_is_said_once() {
    let warned = |disk: &Disk, words: &str| {
        let ran = disk.build(&["--no-cache"]);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        assert_eq!(
            ran.err.matches("warning[last-updated]").count(),
            1,
            "{}",
            ran.err
        );
        assert!(ran.err.contains(words), "{}", ran.err);
        assert!(ran.err.contains("docproof.yaml:2:1"), "{}", ran.err);
        let dates = dates(disk, "site/build");
        assert!(
            dates.iter().all(|date| date.ends_with(" none")) && !dates.is_empty(),
            "{dates:?}"
        );
    };
    let files = [YAML, ("docs/a.md", "A.\n"), ("docs/b.md", "B.\n")];
    let disk = Disk::new(&files);
    warned(&disk, "the site is not in a Git repository");

    // A repository without a commit is one in which no file is committed yet.
    let repository = Repository::new(&disk, disk.site());
    assert_eq!(good(&disk), ["a none", "b none"]);

    repository.commit("2026-01-01");
    repository.write("docs/a.md", "A2.\n");
    repository.commit("2026-01-02");
    let shallow = Disk::new(&[]);
    std::fs::remove_dir(shallow.site()).unwrap();
    let clone = Repository {
        disk: &shallow,
        folder: shallow.top().to_owned(),
    };
    let from = format!("file://{}", disk.site().display());
    clone.git(
        &["clone", "--quiet", "--depth=1", &from, "site"],
        "2026-01-03",
    );
    warned(&shallow, "this clone is shallow");

    let no_git = ran(&command(&disk, &["--no-cache"])
        .env("PATH", "/nowhere")
        .output()
        .unwrap());
    assert_eq!(no_git.code, Some(0), "{}", no_git.err);
    assert!(
        no_git.err.contains("`git` is not installed"),
        "{}",
        no_git.err
    );
}

#[test]
fn a_site_that_does_not_ask_has_no_dates() {
    let disk = Disk::new(&[("docs/a.md", "A.\n")]);
    Repository::new(&disk, disk.site()).commit("2026-01-01");
    disk.good(&[]);
    assert_eq!(dates(&disk, "site/build"), ["a none"]);
    assert!(!disk.site().join(".docproof/dates").exists());
}

#[test]
fn many_files_in_a_long_history() {
    let disk = Disk::new(&[YAML]);
    for n in 0..120 {
        disk.write(&format!("docs/p{n:03}.md"), format!("Page {n}.\n"));
    }
    let repository = Repository::new(&disk, disk.site());
    repository.commit("2026-01-01");
    for n in 0..8 {
        disk.write(&format!("docs/p{n:03}.md"), "Changed.\n");
        repository.commit(&format!("2026-02-0{}", n + 1));
    }
    let dates = good(&disk);
    assert_eq!(dates.len(), 120);
    assert_eq!(dates[0], "p000 2026-02-02");
    assert_eq!(dates[7], "p007 2026-02-09");
    assert_eq!(dates[8], "p008 2026-01-02");
}

#[test]
fn a_fake_git_that_fails_is_quoted() {
    let disk = Disk::new(&[YAML, ("docs/a.md", "A.\n")]);
    let folder = disk.top().join("bin");
    std::fs::create_dir(&folder).unwrap();
    script(
        &folder.join("git"),
        "#!/bin/sh\necho 'fatal: detected dubious ownership in repository' >&2\nexit 128\n",
    );
    let run = || {
        ran(&command(&disk, &["--no-cache"])
            .env("PATH", &folder)
            .output()
            .unwrap())
    };
    assert!(
        run().err.contains("belongs to another user"),
        "{}",
        run().err
    );
    script(
        &folder.join("git"),
        "#!/bin/sh\necho 'fatal: the moon is full' >&2\nexit 128\n",
    );
    assert!(
        run().err.contains("Git failed: the moon is full"),
        "{}",
        run().err
    );
    assert_eq!(run().code, Some(0));
}

fn script(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}
