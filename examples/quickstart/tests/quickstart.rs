//! Runs the example as a process: once with a browser's cookies, once with the curl of the pages that show it.

use example_driver::{
    Answer, Browser, Program, Shown, empty_folder, shown_in,
    shown_in_readme,
};
use std::path::Path;
use std::process::Command;

fn start(folder: &Path) -> Program {
    let mut program = Command::new(env!("CARGO_BIN_EXE_quickstart"));
    // Any free port; the database is made where the program runs.
    program.env("ADDRESS", "127.0.0.1:0").current_dir(folder);
    Program::start(&mut program).expect("the example starts")
}

fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status,
        location: None,
        body: body.to_owned(),
    }
}

const NO_TOKEN: &str =
    r#"{"error":"unauthorised","reason":"no_token"}"#;

#[test]
fn from_sign_in_to_sign_out() {
    let folder = empty_folder(
        env!("CARGO_TARGET_TMPDIR"),
        "from_sign_in_to_sign_out",
    );
    let server = start(&folder);
    let url = |path: &str| format!("{}{path}", server.address());
    let browser = Browser::new("test");
    let sign_in = |password: &str| {
        let json =
            format!(r#"{{"name":"alice","password":"{password}"}}"#);
        browser.post_json(&url("/sign-in"), &json)
    };

    assert_eq!(browser.get(&url("/me")), answer(401, NO_TOKEN));
    assert_eq!(sign_in("wrong"), answer(401, ""));
    assert_eq!(browser.get(&url("/me")), answer(401, NO_TOKEN));

    assert_eq!(sign_in("correct horse"), answer(200, "Welcome"));
    assert_eq!(browser.get(&url("/me")), answer(200, "alice"));

    let before =
        (browser.cookie("sk_access"), browser.cookie("sk_refresh"));
    let refreshed = answer(200, r#"{"status":"refreshed"}"#);
    assert_eq!(browser.post(&url("/session/refresh")), refreshed);
    assert_ne!(browser.cookie("sk_access"), before.0);
    assert_ne!(browser.cookie("sk_refresh"), before.1);
    assert_eq!(browser.get(&url("/me")), answer(200, "alice"));

    let signed_out = answer(200, r#"{"status":"signed_out"}"#);
    assert_eq!(browser.post(&url("/session/sign-out")), signed_out);
    assert_eq!(browser.cookie("sk_access"), None);
    assert_eq!(browser.get(&url("/me")), answer(401, NO_TOKEN));
    let refused = answer(401, NO_TOKEN);
    assert_eq!(browser.post(&url("/session/refresh")), refused);
}

#[test]
fn sessions_outlive_the_server() {
    let folder = empty_folder(
        env!("CARGO_TARGET_TMPDIR"),
        "sessions_outlive_the_server",
    );
    let browser = Browser::new("test");
    let server = start(&folder);
    let json = r#"{"name":"alice","password":"correct horse"}"#;
    browser.post_json(&format!("{}/sign-in", server.address()), json);
    drop(server); // killed, not shut down

    let server = start(&folder);
    let url = |path: &str| format!("{}{path}", server.address());
    assert_eq!(browser.get(&url("/me")), answer(200, "alice"));
    assert_eq!(browser.post(&url("/session/refresh")).status, 200);
}

#[test]
fn the_page_has_its_scripts() {
    let folder = empty_folder(
        env!("CARGO_TARGET_TMPDIR"),
        "the_page_has_its_scripts",
    );
    let server = start(&folder);
    let load = |path: &str| {
        Browser::new("test").get(&format!("{}{path}", server.address()))
    };
    assert!(load("/").body.contains(r#"src="/page.js""#));
    assert!(load("/page.js").body.contains(r#"from "/request.js""#));
    assert!(load("/request.js").body.contains("/session/refresh"));
}

#[test]
fn the_pages_tell_the_truth() {
    if Command::new("curl").arg("--version").output().is_err() {
        println!("skipped: no curl found (the_pages_tell_the_truth)");
        return;
    }
    for (name, commands) in [
        ("readme", shown_in_readme("quickstart")),
        ("page", shown_in("docs/quick-start.md", "4. Try it")),
    ] {
        let name = format!("the_pages_tell_the_truth_{name}");
        let folder = empty_folder(env!("CARGO_TARGET_TMPDIR"), &name);
        try_out(&folder, commands);
    }
}

fn try_out(folder: &Path, commands: Vec<Shown>) {
    let server = start(folder);
    let mut called = 0;
    for shown in commands {
        if !shown.command.starts_with("curl ") {
            continue;
        }
        let command = shown
            .command
            .replace("http://127.0.0.1:3000", server.address());
        let output = Command::new("sh")
            .args(["-c", &command])
            .current_dir(folder)
            .output()
            .expect("sh can be run");
        let printed = String::from_utf8_lossy(&output.stdout);
        assert_eq!(printed, shown.output, "{command}");
        called += 1;
    }
    assert!(called > 3, "only {called} calls are shown");
}
