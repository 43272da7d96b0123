//! Files that cannot be read, or must not be: links out of the site, loops, pipes, folders in the place of
//! files.

#![cfg(unix)]

use std::os::unix::fs::symlink;
use std::process::Command;

use super::disk::{Disk, ran};

#[test]
fn links_that_leave_the_site_are_refused() {
    let disk = Disk::new(&[("docs/a.md", "x\n"), ("static/s.txt", "s")]);
    std::fs::write(disk.top().join("secret.md"), "secret\n").expect("a file");
    std::fs::create_dir(disk.top().join("folder")).expect("a folder");
    std::fs::write(disk.top().join("folder/in.md"), "secret\n").expect("a file");
    symlink("../../secret.md", disk.site().join("docs/file.md")).expect("a link");
    symlink("../../folder", disk.site().join("docs/folder")).expect("a link");
    symlink("/etc/passwd", disk.site().join("static/passwd")).expect("a link");
    let ran = disk.build(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    for path in ["docs/file.md", "docs/folder", "static/passwd"] {
        let want = format!("error[file]: a link that leads out of the site's folder\n--> {path}");
        assert!(ran.err.contains(&want), "no {want} in {}", ran.err);
    }
    assert!(!disk.site().join("build").exists());
}

#[test]
fn links_inside_the_site_are_followed() {
    let disk = Disk::new(&[
        ("docs/a.md", "x\n"),
        ("parts/p.md", "# Part\n"),
        ("parts/more/m.md", "y\n"),
    ]);
    symlink("../parts/p.md", disk.site().join("docs/link.md")).expect("a link");
    symlink("../parts/more", disk.site().join("docs/more")).expect("a link");
    disk.good(&[]);
    let tree = disk.tree("site/build");
    assert!(String::from_utf8_lossy(&tree["docs/link.html"]).contains("Part"));
    assert!(tree.contains_key("docs/more/m.html"));
}

#[test]
fn loops_and_dangling_links_are_errors() {
    let disk = Disk::new(&[("docs/sub/a.md", "x\n")]);
    symlink("..", disk.site().join("docs/sub/up")).expect("a link");
    symlink("self.md", disk.site().join("docs/self.md")).expect("a link");
    symlink("gone.md", disk.site().join("docs/dangling.md")).expect("a link");
    let ran = disk.build(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(
        ran.err
            .contains("a link that leads to a folder above itself\n--> docs/sub/up"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("--> docs/self.md") && ran.err.contains("--> docs/dangling.md"),
        "{}",
        ran.err
    );
}

#[test]
fn copy_docs_does_not_follow_a_link_out_of_the_site() {
    let disk = Disk::new(&[
        ("docs/a.md", "<!-- COPY DOCS -->\n<!-- parts/out.md -->\n"),
        ("parts/p.md", "x"),
    ]);
    symlink("/etc/passwd", disk.site().join("parts/out.md")).expect("a link");
    let ran = disk.build(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(
        ran.err.contains("leads out of the site's folder") && ran.err.contains("docs/a.md:2:1"),
        "{}",
        ran.err
    );
}

#[test]
fn a_pipe_does_not_hang_the_build() {
    for path in [
        "docs/pipe.md",
        "static/pipe",
        "docproof.yaml",
        "sidebars.json",
        "parts/pipe.md",
    ] {
        let disk = Disk::new(&[
            ("docs/a.md", "x\n"),
            ("static/s.txt", "s"),
            ("parts/p.md", "x"),
        ]);
        if path.starts_with("parts") {
            disk.write("docs/a.md", "<!-- COPY DOCS -->\n<!-- parts/pipe.md -->\n");
        }
        let made = Command::new("mkfifo").arg(disk.site().join(path)).status();
        if !made.is_ok_and(|status| status.success()) {
            eprintln!("skipped: a_pipe_does_not_hang_the_build, no mkfifo");
            return;
        }
        // A writer that never comes: without the check, opening the pipe waits for ever.
        let output = Command::new("timeout")
            .arg("60")
            .arg(env!("CARGO_BIN_EXE_docproof"))
            .args(["build", "--site"])
            .arg(disk.site())
            .output()
            .expect("timeout runs");
        let ran = ran(&output);
        assert!(
            matches!(ran.code, Some(1 | 2)),
            "{path}: {:?} {}",
            ran.code,
            ran.err
        );
        assert!(
            ran.err.contains(&format!("--> {path}")),
            "{path}: {}",
            ran.err
        );
    }
}

#[test]
fn a_folder_in_the_place_of_a_settings_file_is_an_error() {
    for path in ["docproof.yaml", "sidebars.json", "versions.json"] {
        let disk = Disk::new(&[("docs/a.md", "x\n")]);
        std::fs::create_dir(disk.site().join(path)).expect("a folder");
        let ran = disk.build(&[]);
        assert!(
            matches!(ran.code, Some(1 | 2)),
            "{path}: {:?} {}",
            ran.code,
            ran.err
        );
        assert!(
            ran.err.contains(&format!("--> {path}")),
            "{path}: {}",
            ran.err
        );
    }
    let disk = Disk::new(&[
        ("docs/a.md", "<!-- COPY DOCS -->\n<!-- parts -->\n"),
        ("parts/x.md", "x\n"),
        ("docs/looks-like.md/b.md", "x\n"),
    ]);
    let ran = disk.build(&[]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("docs/a.md:2:1"), "{}", ran.err);
}

#[test]
fn files_that_may_not_be_read() {
    let disk = Disk::new(&[
        ("docs/a.md", "x\n"),
        ("docs/locked.md", "x\n"),
        ("docs/shut/b.md", "x\n"),
        ("static/s.png", "s"),
    ]);
    let mode = |path: &str, mode: &str| {
        Command::new("chmod")
            .arg(mode)
            .arg(disk.site().join(path))
            .status()
            .is_ok_and(|s| s.success())
    };
    let mut command = if is_root() {
        // The program is run as nobody, who must be able to come this far.
        let open = Command::new("chmod")
            .args(["-R", "a+rwX"])
            .arg(disk.top())
            .status();
        let program = disk.top().join("docproof");
        let copied = std::fs::copy(env!("CARGO_BIN_EXE_docproof"), &program);
        let can = Command::new("setpriv")
            .args(["--reuid=65534", "--regid=65534", "--clear-groups", "true"])
            .status();
        if copied.is_err() || !open.is_ok_and(|s| s.success()) || !can.is_ok_and(|s| s.success()) {
            eprintln!("skipped: files_that_may_not_be_read, root cannot become another user");
            return;
        }
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(program);
        command
    } else {
        Command::new(env!("CARGO_BIN_EXE_docproof"))
    };
    assert!(
        mode("docs/locked.md", "000") && mode("docs/shut", "000") && mode("static/s.png", "000")
    );
    let output = command
        .args(["build", "--site"])
        .arg(disk.site())
        .output()
        .expect("it runs");
    assert!(
        mode("docs/shut", "755"),
        "so that the folder can be removed"
    );
    let ran = ran(&output);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    for path in ["docs/locked.md", "docs/shut", "static/s.png"] {
        let want = format!("error[file]: cannot be read: permission denied\n--> {path}");
        assert!(ran.err.contains(&want), "no {want} in {}", ran.err);
    }
}

/// Whether the tests run as root, whom file modes do not stop.
pub fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|o| o.stdout.starts_with(b"0\n"))
}

#[test]
fn names_that_are_not_utf8_are_reported() {
    use std::os::unix::ffi::OsStrExt as _;
    let disk = Disk::new(&[("docs/a.md", "x\n")]);
    let name = std::ffi::OsStr::from_bytes(b"b\xff.md");
    if std::fs::write(disk.site().join("docs").join(name), "x").is_err() {
        eprintln!("skipped: names_that_are_not_utf8_are_reported, the file system refuses them");
        return;
    }
    let ran = disk.build(&[]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.err.contains("the name of this file is not UTF-8"),
        "{}",
        ran.err
    );
}
