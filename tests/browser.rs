//! The built site in a real browser, under gates: each test is a module of `tests/browser/gates`, run by Node.js.
//!
//! In: our own site, the site of one of everything in `tests/browser/site`, and a large one that is made up. Out: what breaks a
//! gate, with its page and state. Needs Node.js, `npm ci --prefix tests/browser`, Chromium, and Java for one gate; what lacks them says
//! so and passes, unless `DOCPROOF_REQUIRE_BROWSER` is set. With `DOCPROOF_SHOTS=DIR`, `shots` leaves pictures of all pages and states there.

#![expect(clippy::unwrap_used, reason = "a test says enough with a panic")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// Where the harness is.
fn harness() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser")
}

fn docproof(arguments: &[&str], site: &Path) {
    let run = Command::new(env!("CARGO_BIN_EXE_docproof"))
        .args(arguments)
        .current_dir(site)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{arguments:?}: {said}");
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Over 300 pages, so that the sidebar holds one branch and there is a page with the whole tree.
fn made_up(site: &Path) {
    for part in 1..=8 {
        let folder = site.join(format!("docs/part-{part}"));
        fs::create_dir_all(&folder).unwrap();
        for page in 1..=40 {
            let text = format!(
                "---\ntitle: Page {part}.{page}\n---\n\nWords of page {page}.\n\n## First\n\nMore.\n\n## Second\n\nAnd more.\n"
            );
            fs::write(folder.join(format!("page-{part}-{page}.md")), text).unwrap();
        }
    }
}

/// Words and lines that are longer than anybody planned for.
fn too_long(docs: &Path) {
    let word = "Extraordinarily".repeat(14);
    let line = "let kettle = boil(water); ".repeat(400);
    let text = format!(
        "---\ntitle: {word}\n---\n\n## {word}\n\nText, {word}, `{word}` and [{word}](#long).\n\n### {word}2\n
| {word} | b |\n|---|---|\n| `{word}` | {word} |\n
> [!NOTE]\n> {word}\n
```rust ignore title=\"{word}.rs\"\n{line}\n```\n
```js wrap numbers\n{line}\n```\n
```js tab=\"{word}\"\n{line}\n```\n\n```js tab=\"Short\"\nx\n```\n
- [ ] {word}\n\n<details><summary>{word}</summary>{word}</details>\n
## Long {{#long}}\n\nThe end.[^1]\n\n[^1]: {word}\n"
    );
    fs::write(docs.join("long.md"), text).unwrap();
}

/// Builds the sites, once for all tests: names and folders, as the gates take them.
fn sites() -> &'static [String] {
    static SITES: OnceLock<Vec<String>> = OnceLock::new();
    SITES.get_or_init(|| {
        let top = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
        let _ = fs::remove_dir_all(&top);
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = |name: &str| top.join(name);
        let out = |name: &str| format!("{}/{name}-built", top.display());
        docproof(&["build", "--no-cache", "--out", &out("own")], root);
        copy(&harness().join("site"), &folder("fixture"));
        // Its samples are verified, so that pages carry marks and what was printed.
        docproof(&["verify"], &folder("fixture"));
        docproof(&["build", "--out", &out("fixture")], &folder("fixture"));
        for (name, from, to) in [
            ("html", "urls: clean", "urls: html"),
            ("rtl", "urls: clean", "lang: ar-EG"),
        ] {
            copy(&folder("fixture"), &folder(name));
            let settings = fs::read_to_string(folder(name).join("docproof.yaml")).unwrap();
            fs::write(
                folder(name).join("docproof.yaml"),
                settings.replace(from, to),
            )
            .unwrap();
            docproof(&["build", "--out", &out(name)], &folder(name));
        }
        copy(&harness().join("awkward"), &folder("awkward"));
        too_long(&folder("awkward").join("docs"));
        docproof(&["build", "--out", &out("awkward")], &folder("awkward"));
        made_up(&folder("large"));
        docproof(&["build", "--out", &out("large")], &folder("large"));
        ["own", "fixture", "html", "rtl", "awkward", "large"]
            .map(|name| format!("{name}={}", out(name)))
            .to_vec()
    })
}

/// Node.js with a script of the harness.
fn node(script: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(harness().join(script));
    command
}

/// Says what is missing, and fails where nothing may be.
fn left_out(what: &str) {
    let required = std::env::var_os("DOCPROOF_REQUIRE_BROWSER").is_some();
    assert!(!required, "{what}");
    eprintln!("{what}");
}

/// The address of one Chromium for all tests, or what is missing for it. It ends when the pipe to it does: with this process.
fn chromium() -> &'static Result<String, String> {
    static CHROMIUM: OnceLock<(Result<String, String>, Option<Child>)> = OnceLock::new();
    let (address, _) = CHROMIUM.get_or_init(|| {
        let child = node("chromium.mjs")
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let Ok(mut child) = child else {
            return (Err("left out: there is no Node.js".to_owned()), None);
        };
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let line = line.trim().to_owned();
        if line.starts_with("ws://") {
            (Ok(line), Some(child))
        } else {
            (Err(line), None)
        }
    });
    address
}

/// Runs a gate; it must hold.
#[track_caller]
fn gate(name: &str) {
    match chromium() {
        Ok(address) => gate_in(name, Some(address)),
        Err(what) => left_out(what),
    }
}

/// Runs a gate in the Chromium at this address, or in one of its own.
#[track_caller]
fn gate_in(name: &str, address: Option<&str>) {
    let run = node("gate.mjs")
        .arg(name)
        .args(sites())
        .envs(address.map(|address| ("DOCPROOF_CHROMIUM", address)))
        .env("DOCPROOF", env!("CARGO_BIN_EXE_docproof"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    match run.status.code() {
        Some(0) => println!("{said}"),
        Some(3) => left_out(&said),
        _ => panic!("{said}{}", String::from_utf8_lossy(&run.stderr)),
    }
}

#[test]
fn html() {
    gate("html");
}

#[test]
fn csp() {
    gate("csp");
}

#[test]
fn paint() {
    gate("paint");
}

#[test]
fn lost() {
    gate("lost");
}

#[test]
fn axe() {
    gate("axe");
}

#[test]
fn tabs() {
    gate("tabs");
}

#[test]
fn theme() {
    gate("theme");
}

#[test]
fn code() {
    // A browser has one clipboard, and in other gates buttons are pressed that copy.
    match chromium() {
        Ok(_) => gate_in("code", None),
        Err(what) => left_out(what),
    }
}

#[test]
fn navigation() {
    gate("navigation");
}

#[test]
fn search() {
    gate("search");
}

#[test]
fn without_scripts() {
    gate("without_scripts");
}

#[test]
fn folder() {
    gate("folder");
}

#[test]
fn storage() {
    gate("storage");
}

#[test]
fn paper() {
    gate("paper");
}

#[test]
fn settings() {
    gate("settings");
}

#[test]
fn awkward() {
    gate("awkward");
}

#[test]
fn writing() {
    gate("writing");
}

#[test]
fn running() {
    gate("running");
}

#[test]
fn shots() {
    if std::env::var_os("DOCPROOF_SHOTS").is_some() {
        gate("shots");
    }
}
