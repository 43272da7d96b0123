//! `docproof serve --allow-run`: samples that are verified as they are edited.
//!
//! In: small sites, edits, requests written byte by byte. Out: verdicts, and a machine on which nothing is left running.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::{Serve, body, save, site, status};

/// A page with this code in its only block.
pub fn page(code: &str) -> String {
    format!("# A\n\n```rust\n{code}\n```\n")
}

pub fn with_code(code: &str) -> tempfile::TempDir {
    site(&[("docproof.yaml", "title: T\n"), ("docs/a.md", &page(code))])
}

pub fn start(site: &Path) -> Serve {
    Serve::start(site, &["--allow-run", "--editor", "vscode"])
}

/// What is known of the samples of the page.
pub fn samples(serve: &Serve) -> Value {
    let answer = serve.get("/~docproof/samples?page=docs/a");
    serde_json::from_str(body(&answer)).unwrap_or_default()
}

/// Processes that were started with a word among their arguments or in their environment.
pub fn processes(word: &str) -> Vec<String> {
    let all = fs::read_dir("/proc").unwrap().flatten();
    let about = |pid: String| {
        let read = |name| fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default();
        let text = [read("cmdline"), read("environ")].concat();
        let text = String::from_utf8_lossy(&text).replace('\0', " ");
        text.contains(word).then_some(text)
    };
    all.filter_map(|entry| about(entry.file_name().into_string().ok()?))
        .collect()
}

/// Waits until no process that runs in a temporary folder of this site is left.
pub fn until_nothing_runs(word: &str) {
    let start = Instant::now();
    while !processes(word).is_empty() {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{:#?}",
            processes(word)
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A program that starts another one, which has a name in its environment, says `on`, and never ends.
pub fn endless(name: &str) -> String {
    format!(
        "std::process::Command::new(\"sleep\").arg(\"1000\").env(\"NAME\", \"{name}\").spawn().unwrap();\nprintln!(\"on\");\nloop {{}}"
    )
}

#[test]
fn an_edited_sample_gets_its_verdict_and_the_words_of_rustc() {
    let site = with_code("let a: i32 = 1;");
    let serve = start(site.path());
    let mut events = serve.events();
    let first = samples(&serve);
    assert_eq!(first["blocks"][0]["passed"], Value::Null, "{first}");
    assert!(body(&serve.get("/docs/a")).contains("/~docproof/samples.js"));
    save(site.path().join("docs/a.md"), page("let a: i32 = \"one\";"));
    serve.until(|serve| samples(serve)["blocks"][0]["passed"] == Value::Bool(false));
    let known = samples(&serve);
    let block = &known["blocks"][0];
    assert_eq!(block["outcome"], "failed to compile");
    let message = block["message"].as_str().unwrap();
    assert!(
        message.contains("E0308") && message.contains("docs/a.md:4:14"),
        "{message}"
    );
    assert!(
        !message.contains('\u{1b}'),
        "colours are for terminals: {message}"
    );
    let href = block["href"].as_str().unwrap();
    assert!(href.ends_with("docs/a.md:4:14"), "{href}");
    serve.until(|serve| serve.get("/docs/a").contains("verdict failed"));
    let told = |event: &Value| event["samples"][0] == "docs/a";
    while !told(&events.next()) {}
    save(site.path().join("docs/a.md"), page("let a: i32 = 2;"));
    serve.until(|serve| serve.get("/docs/a").contains("verdict passed"));
    assert_eq!(samples(&serve)["blocks"][0]["message"], Value::Null);
    // The next build and the next `serve` know it too.
    drop(serve);
    let serve = start(site.path());
    assert!(serve.get("/docs/a").contains("verdict passed"));
}

#[test]
fn a_newer_edit_ends_what_the_older_one_runs() {
    let site = with_code("");
    let serve = start(site.path());
    let write = |code: &str| save(site.path().join("docs/a.md"), page(code));
    write(&endless("superseded-7c1"));
    serve.until(|_| !processes("NAME=superseded-7c1").is_empty());
    assert_eq!(samples(&serve)["verifying"], Value::Bool(true));
    let start = Instant::now();
    write("assert_eq!(1, 1);");
    serve.until(|serve| samples(serve)["blocks"][0]["passed"] == Value::Bool(true));
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "it waited for the endless one"
    );
    until_nothing_runs("NAME=superseded-7c1");
}

#[test]
fn the_end_of_serve_is_the_end_of_what_it_runs() {
    let site = with_code("");
    let mut serve = start(site.path());
    fs::write(
        site.path().join("docs/a.md"),
        page(&endless("interrupted-7c2")),
    )
    .unwrap();
    serve.until(|_| !processes("NAME=interrupted-7c2").is_empty());
    serve.signal("INT");
    assert_eq!(serve.exit_code(), Some(0));
    until_nothing_runs("NAME=interrupted-7c2");
}

#[test]
fn a_page_that_is_broken_is_verified_once_it_is_mended() {
    let site = with_code("let a = 1;");
    let serve = start(site.path());
    let write = |text: &str| save(site.path().join("docs/a.md"), text);
    let code = page("let a: u8 = 256;");
    write(&format!("---\ntitle: [\n---\n{code}"));
    serve.until_said("the site stays as it was");
    write(&code);
    serve.until(|serve| samples(serve)["blocks"][0]["passed"] == Value::Bool(false));
}

#[test]
fn without_the_option_nothing_is_run() {
    let site = with_code("let a = 1;");
    let serve = Serve::start(site.path(), &[]);
    serve.until_said("`--allow-run`");
    assert!(!body(&serve.get("/docs/a")).contains("samples.js"));
    for path in ["/~docproof/samples?page=docs/a", "/~docproof/samples.js"] {
        let answer = serve.get(path);
        assert_eq!(status(&answer), 403, "{answer}");
        assert!(body(&answer).contains("--allow-run"), "{answer}");
    }
    save(site.path().join("docs/a.md"), page("let a: i32 = \"x\";"));
    serve.until_said("updated docs/a");
    std::thread::sleep(Duration::from_millis(500));
    assert!(!serve.said().contains("sample "), "{}", serve.said());
    assert!(!site.path().join(".docproof/verify").exists());
}

#[test]
fn code_is_run_for_this_machine_only() {
    let site = with_code("let a = 1;");
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_docproof"))
        .args([
            "serve",
            "--allow-run",
            "--host",
            "0.0.0.0",
            "--port",
            "0",
            "--site",
        ])
        .arg(site.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(2), "{said}");
    assert!(said.contains("could run code on this machine"), "{said}");
}

#[test]
fn a_verdict_does_not_wait_for_slower_samples() {
    let site = with_code("");
    let serve = start(site.path());
    let slow = endless("slow-7c9");
    let text = format!("# A\n\n```rust\nlet a: u8 = \"\";\n```\n\n```rust\n{slow}\n```\n");
    save(site.path().join("docs/a.md"), text);
    serve.until(|serve| samples(serve)["blocks"][0]["passed"] == Value::Bool(false));
    let known = samples(&serve);
    assert_eq!(known["verifying"], Value::Bool(true), "{known}");
    assert_eq!(known["blocks"][1]["passed"], Value::Null, "{known}");
    // What is ended for a newer edit has not failed.
    let mended = format!("# A\n\n```rust\nlet a: u8 = 1;\n```\n\n```rust\n{slow}\n```\n");
    save(site.path().join("docs/a.md"), mended);
    serve.until(|serve| {
        let known = samples(serve);
        assert_eq!(known["blocks"][1]["passed"], Value::Null, "{known}");
        known["blocks"][0]["passed"] == Value::Bool(true)
    });
    drop(serve);
    until_nothing_runs("NAME=slow-7c9");
}
