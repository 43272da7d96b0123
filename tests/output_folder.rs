//! The output folder: staged, switched, never somebody else's, and the last good site stays whatever happens.

#![cfg(unix)]

#[path = "common/disk.rs"]
mod disk;
#[path = "common/names.rs"]
mod names;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use disk::Disk;
use names::names;

fn small() -> Disk {
    Disk::new(&[("docs/a.md", "# Good\n"), ("static/s.txt", "s")])
}

#[test]
fn nothing_is_left_beside_the_output() {
    let disk = small();
    assert_eq!(disk.good(&[]).out, "");
    assert_eq!(
        names(&disk.site()),
        BTreeSet::from(["build", "docs", "static", ".docproof"].map(str::to_owned))
            .into_iter()
            .filter(|n| n != ".docproof" || disk.site().join(n).exists())
            .collect()
    );
    disk.good(&["--out", "elsewhere/deep", "--no-cache"]);
    let around = BTreeSet::from(["elsewhere".to_owned(), "site".to_owned()]);
    assert_eq!(names(disk.top()), around);
    let beside = BTreeSet::from(["deep".to_owned()]);
    assert_eq!(names(&disk.top().join("elsewhere")), beside);
}

#[test]
fn a_failed_build_leaves_the_last_good_site() {
    let disk = small();
    disk.good(&[]);
    let before = disk.tree("site/build");
    for (path, text) in [
        ("docs/b.md", "[x](gone.md)\n"),
        ("templates/doc.html", "{% if %}"),
        ("templates/doc.html", "{{ no.such }}"),
        ("templates/home.html", "{{ no.such }}"),
        ("docproof.yaml", "titel: x\n"),
        ("sidebars.json", "{"),
    ] {
        disk.write(path, text);
        let ran = disk.build(&[]);
        assert!(matches!(ran.code, Some(1 | 2)), "{path}: {}", ran.err);
        assert!(ran.err.trim_end().ends_with("is as it was"), "{}", ran.err);
        assert!(disk.tree("site/build") == before, "{path} changed the site");
        std::fs::remove_file(disk.site().join(path)).expect("it was written");
    }
    disk.good(&[]);
}

#[test]
fn a_folder_of_somebody_else_is_refused_without_force() {
    let disk = small();
    disk.write("build/precious.txt", "mine");
    let ran = disk.build(&[]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(
        ran.err
            .contains("is not empty and was not made by docproof")
            && ran.err.contains("--force"),
        "{}",
        ran.err
    );
    assert_eq!(disk.tree("site/build").len(), 1);
    disk.good(&["--force"]);
    assert!(disk.tree("site/build").contains_key("docs/a.html"));
    let empty = small();
    std::fs::create_dir(empty.site().join("build")).expect("a folder");
    empty.good(&[]);
}

#[test]
fn an_output_folder_that_is_a_source_is_refused_even_with_force() {
    for out in ["docs", "static", "docs/inside", ".", ""] {
        let config = Disk::new(&[
            ("docproof.yaml", &format!("output: '{out}'\n")),
            ("docs/a.md", "x\n"),
            ("static/s.txt", "s"),
        ]);
        let before = config.tree("site");
        let ran = config.build(&["--force"]);
        assert_eq!(ran.code, Some(2), "output: {out}: {}", ran.err);
        assert_eq!(config.tree("site"), before);
    }
    for out in [
        "site",
        "site/docs",
        "site/static",
        "site/docs/inside",
        "site/docs/../docs",
        ".",
    ] {
        let disk = small();
        let before = disk.tree("site");
        let ran = disk.build(&["--force", "--no-cache", "--out", out]);
        assert_eq!(ran.code, Some(2), "--out {out}: {}", ran.err);
        assert_eq!(disk.tree("site"), before, "--out {out}");
    }
}

#[test]
fn an_output_that_cannot_be_written() {
    let disk = small();
    std::fs::write(disk.top().join("file"), "mine").expect("a file");
    for out in ["file", "file/below", "/proc/docproof", "/dev/null/x"] {
        let ran = disk.build(&["--out", out, "--force"]);
        assert_eq!(ran.code, Some(2), "{out}: {}", ran.err);
        assert!(
            ran.err.contains("error[failure]: cannot "),
            "{out}: {}",
            ran.err
        );
    }
    assert_eq!(
        std::fs::read_to_string(disk.top().join("file")).expect("it is there"),
        "mine"
    );
}

#[test]
fn a_link_as_output_does_not_lead_the_build_astray() {
    let disk = small();
    std::fs::create_dir(disk.top().join("other")).expect("a folder");
    std::fs::write(disk.top().join("other/precious.txt"), "mine").expect("a file");
    std::os::unix::fs::symlink("../other", disk.site().join("build")).expect("a link");
    let ran = disk.build(&[]);
    assert_eq!(
        ran.code,
        Some(2),
        "the folder behind the link is somebody else's: {}",
        ran.err
    );
    assert_eq!(disk.tree("other").len(), 1);
}

#[test]
fn links_in_an_old_site_are_not_followed_when_it_is_replaced() {
    let disk = small();
    disk.good(&[]);
    std::fs::create_dir(disk.top().join("other")).expect("a folder");
    std::fs::write(disk.top().join("other/precious.txt"), "mine").expect("a file");
    std::os::unix::fs::symlink("../../../other", disk.site().join("build/docs/link"))
        .expect("a link");
    disk.good(&[]);
    assert_eq!(disk.tree("other").len(), 1);
    assert!(!disk.site().join("build/docs/link").exists());
}

#[test]
fn a_full_disk_leaves_the_old_site() {
    let disk = small();
    let mount = disk.top().join("mount");
    std::fs::create_dir(&mount).expect("a folder");
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=600k", "tmpfs"])
        .arg(&mount)
        .stderr(Stdio::null())
        .status();
    if !mounted.is_ok_and(|status| status.success()) {
        eprintln!("skipped: a_full_disk_leaves_the_old_site, cannot mount");
        return;
    }
    let _unmount = Unmount(&mount);
    disk.good(&["--out", "mount/out"]);
    let before = disk.tree("mount/out");
    disk.write("static/large.bin", vec![7; 700_000]);
    disk.write("docs/b.md", "new\n");
    let ran = disk.build(&["--out", "mount/out"]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(
        ran.err.contains("the disk is full") && ran.err.contains("untouched"),
        "{}",
        ran.err
    );
    assert!(disk.tree("mount/out") == before);
    assert!(
        !mount.join(".out.docproof-staging").exists(),
        "the space is given back"
    );
    std::fs::remove_file(disk.site().join("static/large.bin")).expect("it was written");
    disk.good(&["--out", "mount/out"]);
    assert!(disk.tree("mount/out").contains_key("docs/b.html"));
}

/// Unmounts at the end of a test, also of one that fails.
struct Unmount<'a>(&'a Path);

impl Drop for Unmount<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

/// Enough pages for a build that can be caught in the middle.
fn big() -> Disk {
    let disk = small();
    for n in 0..600 {
        disk.write(
            &format!("docs/p{n}.md"),
            format!(
                "# Page {n}\n\n{}",
                format!("Words [a](a.md) of `page {n}`.\n\n").repeat(60)
            ),
        );
    }
    disk
}

#[test]
fn a_killed_build_leaves_the_old_site_and_the_next_one_works() {
    let disk = small();
    disk.good(&[]);
    let before = disk.tree("site/build");
    let big = big();
    for n in 0..600 {
        let name = format!("docs/p{n}.md");
        disk.write(
            &name,
            std::fs::read(big.site().join(&name)).expect("it is there"),
        );
    }
    let staging = disk.site().join(".build.docproof-staging/docs");
    let mut child = disk
        .command(&[])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    // In the middle: something is staged, and the program still runs.
    while !staging.exists() && child.try_wait().expect("it can be asked").is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("it can be killed");
    let status = child.wait().expect("it has ended");
    assert_eq!(
        status.code(),
        None,
        "the build was not caught in the middle"
    );
    assert!(disk.tree("site/build") == before);
    disk.good(&[]);
    assert_eq!(
        disk.tree("site/build")
            .keys()
            .filter(|k| k.starts_with("docs/p") && k.ends_with(".html"))
            .count(),
        600
    );
    assert!(!disk.site().join(".build.docproof-staging").exists());
    assert!(!disk.site().join(".build.docproof-lock").exists());
}

#[test]
fn two_builds_at_once_do_not_mix() {
    let disk = big();
    let lock = disk.site().join(".build.docproof-lock");
    let mut first = disk
        .command(&[])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    while !lock.exists() && first.try_wait().expect("it can be asked").is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let second = disk.build(&[]);
    let status = first.wait().expect("it ends");
    assert_eq!(status.code(), Some(0), "the first build is not disturbed");
    // The second was refused, or came after the first had ended.
    if second.code != Some(0) {
        assert_eq!(second.code, Some(2), "{}", second.err);
        assert!(
            second.err.contains("another build is writing"),
            "{}",
            second.err
        );
    }
    disk.good(&[]);
    assert!(disk.tree("site/build").contains_key("docs/p599.html"));
}

#[test]
fn the_cache_may_be_damaged_or_missing() {
    let disk = Disk::new(&[("docs/a.md", "```python\nx = 1\n```\n")]);
    disk.good(&["--no-cache"]);
    assert!(!disk.site().join(".docproof").exists());
    let want = disk.tree("site/build");
    disk.good(&[]);
    let cache = disk.site().join(".docproof/highlights");
    let bytes = std::fs::read(&cache).expect("a cache was written");
    for damaged in [
        Vec::new(),
        vec![0xff; 1000],
        bytes[..bytes.len() / 2].to_vec(),
        [bytes.as_slice(), b"more"].concat(),
    ] {
        std::fs::write(&cache, damaged).expect("it can be written");
        disk.good(&[]);
        let mut tree = disk.tree("site/build");
        assert_eq!(tree.remove("docs/a.html"), want.get("docs/a.html").cloned());
    }
    std::fs::remove_dir_all(disk.site().join(".docproof")).expect("it is there");
    std::fs::write(disk.site().join(".docproof"), "a file in its place").expect("a file");
    disk.good(&[]);
}
