//! `docproof serve` as a program: what it answers, to whom, and how it follows the files.
//!
//! In: small sites in temporary folders, edits, requests written byte by byte. Out: answers, events, words on the terminal. What the
//! script does in a browser is tested in `tests/browser`.

#![expect(clippy::unwrap_used, reason = "a test says enough with a panic")]

#[path = "serve/client.rs"]
mod client;
#[path = "serve/run_requests.rs"]
mod run_requests;
#[path = "serve/running.rs"]
mod running;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use client::{Serve, ask, body, save, site, status, without_script};

const PAGE: &str = "---\ntitle: A\n---\nFirst text. [b](b.md)\n\n## One\n";

fn small() -> tempfile::TempDir {
    site(&[
        ("docproof.yaml", "title: T\nlinks: error\n"),
        ("docs/a.md", PAGE),
        ("docs/b.md", "# B\n\n[one](a.md#one) ![p](p.svg)\n"),
        (
            "docs/p.svg",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"3\" height=\"4\"/>",
        ),
        ("static/x.txt", "a file"),
    ])
}

#[test]
fn pages_and_files_are_where_a_static_host_has_them() {
    let site = small();
    let serve = Serve::start(site.path(), &[]);
    let page = serve.get("/docs/a");
    assert_eq!(status(&page), 200);
    assert!(body(&page).contains("First text.") && body(&page).contains("/~docproof/live.js"));
    assert_eq!(status(&serve.get("/docs/a.html")), 200);
    assert_eq!(body(&serve.get("/x.txt")), "a file");
    assert_eq!(status(&serve.get("/")), 200);
    let slash = serve.get("/docs/a/?q=1");
    assert_eq!(status(&slash), 307);
    assert!(slash.contains("location: /docs/a?q=1"), "{slash}");
    let gone = serve.get("/docs/zzz");
    assert_eq!(status(&gone), 404);
    assert!(body(&gone).contains("Page not found"));
    let answer = serve.get("/docs/b");
    let picture = body(&answer);
    let from = picture.find("/assets/p.").unwrap();
    let path = &picture[from..from + picture[from..].find('"').unwrap()];
    assert!(serve.get(path).contains("content-type: image/svg+xml"));
    assert!(body(&serve.get("/search/docs/index.js")).len() > 10);
    assert!(
        !site.path().join("build").exists(),
        "the output folder is not touched"
    );
}

#[test]
fn a_site_under_a_base_url() {
    let site = site(&[
        ("docproof.yaml", "base_url: /kit\n"),
        ("docs/a.md", "text\n"),
    ]);
    let serve = Serve::start(site.path(), &[]);
    assert!(serve.url.ends_with("/kit/"), "{}", serve.url);
    assert_eq!(status(&serve.get("/kit/docs/a")), 200);
    assert!(serve.get("/").contains("location: /kit/"));
    assert_eq!(status(&serve.get("/docs/a")), 404);
    assert_eq!(status(&serve.get("/~docproof/live.js")), 200);
}

/// All that is said to a stranger. Each of these would let another site read ours, or a reader read other files.
#[test]
fn strangers_are_refused() {
    let site = small();
    fs::write(site.path().join("secret.txt"), "a secret").unwrap();
    let serve = Serve::start(site.path(), &[]);
    let raw = |text: &str| serve.raw(text);
    for host in [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.nip.example",
        "",
    ] {
        let answer = raw(&format!(
            "GET /docs/a HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        ));
        assert!(matches!(status(&answer), 400 | 403), "{host}: {answer}");
        assert!(!answer.contains("First text"), "{host}");
        let events = raw(&format!(
            "GET /~docproof/events HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        ));
        assert!(matches!(status(&events), 400 | 403), "{host}: {events}");
    }
    let none = raw("GET /docs/a HTTP/1.0\r\n\r\n");
    assert_eq!(status(&none), 403, "{none}");
    let two = raw(
        "GET /docs/a HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    );
    assert!(matches!(status(&two), 400 | 403), "{two}");
    let whole = raw(
        "GET http://evil.example/docs/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    assert_eq!(status(&whole), 403, "{whole}");
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"] {
        let answer = raw(&format!(
            "{method} /docs/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ));
        assert_eq!(status(&answer), 405, "{method}: {answer}");
    }
    let outside = [
        "/../secret.txt",
        "/docs/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/docs/..%5c..%5csecret.txt",
        "/secret.txt",
        "//secret.txt",
        "/secret.txt%00.html",
        "/docproof.yaml",
        "/docs/a.md/../../docproof.yaml",
        "/file:///etc/passwd",
        "//etc/passwd",
        "/%ff%fe",
    ];
    for path in outside {
        let answer = serve.get(path);
        assert_eq!(status(&answer), 404, "{path}: {answer}");
        assert!(
            !answer.contains("a secret") && !answer.contains("root:"),
            "{path}"
        );
    }
}

#[test]
fn no_other_site_may_read_or_frame_a_page() {
    let site = small();
    let serve = Serve::start(site.path(), &[]);
    for path in ["/docs/a", "/x.txt", "/~docproof/live.js", "/docs/zzz"] {
        let answer = serve.raw(&format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nConnection: close\r\n\r\n"
        ));
        let head = answer.split("\r\n\r\n").next().unwrap();
        assert!(!head.contains("access-control"), "{head}");
        assert!(
            head.contains("cross-origin-resource-policy: same-origin"),
            "{head}"
        );
        assert!(
            head.contains("x-frame-options: SAMEORIGIN")
                && head.contains("x-content-type-options: nosniff"),
            "{head}"
        );
    }
}

#[test]
fn edits_are_told_and_the_last_good_page_stays() {
    let site = small();
    let write = |path: &str, text: &str| save(site.path().join(path), text);
    let serve = Serve::start(site.path(), &["--editor", "vscode"]);
    let mut events = serve.events();
    let first = events.next();
    assert_eq!(
        (&first["generation"], &first["problems"]),
        (&1.into(), &serde_json::json!([]))
    );
    write("docs/a.md", &PAGE.replace("First", "Second"));
    let event = events.next();
    assert_eq!(event["pages"], serde_json::json!(["docs/a"]));
    assert!(body(&serve.get("/docs/a")).contains("Second text."));
    // A broken link: the old page stays.
    write(
        "docs/a.md",
        &PAGE.replace("First", "Third").replace("b.md", "nowhere.md"),
    );
    let event = events.next();
    assert!(event["pages"].is_null());
    let problem = &event["problems"][0];
    assert_eq!(
        (&problem["path"], &problem["line"]),
        (&"docs/a.md".into(), &4.into())
    );
    assert!(
        problem["href"]
            .as_str()
            .unwrap()
            .starts_with("vscode://file/"),
        "{problem}"
    );
    assert!(problem["text"].as_str().unwrap().contains("nowhere.md"));
    assert!(body(&serve.get("/docs/a")).contains("Second text."));
    // Another edit does not make it good.
    write("docs/b.md", "# B\n\nother [one](a.md#one)\n");
    assert!(!body(&serve.get("/docs/b")).contains("other"));
    write("docs/a.md", &PAGE.replace("First", "Third"));
    let event = events.next();
    assert_eq!(event["problems"], serde_json::json!([]));
    assert!(
        body(&serve.get("/docs/a")).contains("Third text.")
            && body(&serve.get("/docs/b")).contains("other")
    );
    // A configuration that cannot be read.
    write("docproof.yaml", "title: [\n");
    assert_eq!(events.next()["problems"][0]["path"], "docproof.yaml");
    assert!(body(&serve.get("/docs/a")).contains("Third text."));
    write("docproof.yaml", "title: New\n");
    assert_eq!(events.next()["pages"], "all");
    assert!(body(&serve.get("/docs/a")).contains("New"));
}

#[test]
fn what_is_touched_or_lies_beside_is_no_edit() {
    let site = small();
    let serve = Serve::start(site.path(), &[]);
    let mut events = serve.events();
    events.next();
    let at = |path: &str| site.path().join(path);
    save(at("docs/a.md"), PAGE);
    fs::write(at("docs/.a.md.swp"), "x").unwrap();
    fs::write(at("docs/4913"), "x").unwrap();
    fs::remove_file(at("docs/4913")).unwrap();
    fs::create_dir_all(at("target/debug")).unwrap();
    fs::write(at("target/debug/x.md"), "x").unwrap();
    fs::write(at("notes.txt"), "x").unwrap();
    // The save of an editor that replaces the file.
    fs::write(at("docs/.new"), PAGE.replace("First", "Replaced")).unwrap();
    fs::rename(at("docs/.new"), at("docs/a.md")).unwrap();
    let event = events.next();
    assert_eq!(
        (&event["generation"], &event["pages"]),
        (&2.into(), &serde_json::json!(["docs/a"]))
    );
}

#[test]
fn each_kind_of_file_updates_what_it_must() {
    let site = site(&[
        ("docproof.yaml", "links: warn\n"),
        ("versions.json", "[\"1\"]"),
        ("docs/a.md", "# A\n\nsource text\n"),
        (
            "docs/b.md",
            "# B\n\n<!-- COPY DOCS -->\n<!-- docs/a.md -->\n",
        ),
        (
            "docs/c.md",
            "# C\n\n```rust file=examples/x.rs region=r\n```\n",
        ),
        ("docs/sub/d.md", "# D\n"),
        (
            "versioned_docs/version-1/a.md",
            "---\nid: version-1-a\noriginal_id: a\n---\nold\n",
        ),
        ("examples/x.rs", "// region r\none();\n// endregion\n"),
        (
            "sidebars.json",
            "{\"docs\": {\"K\": [\"a\", \"b\", \"c\"]}}",
        ),
        ("static/own.css", "p{}"),
    ]);
    let at = |path: &str| site.path().join(path);
    let serve = Serve::start(site.path(), &[]);
    let mut events = serve.events();
    events.next();
    let mut pages = |change: &dyn Fn()| {
        change();
        events.next()["pages"].clone()
    };
    let write =
        |path: &'static str, text: &'static str| move |root: &Path| save(root.join(path), text);
    let root = site.path();
    let copied = pages(&|| write("docs/a.md", "# A\n\nnew source text\n")(root));
    assert_eq!(copied, serde_json::json!(["docs/next/a", "docs/next/b"]));
    let region = pages(&|| write("examples/x.rs", "// region r\ntwo();\n// endregion\n")(root));
    assert_eq!(region, serde_json::json!(["docs/next/c"]));
    assert_eq!(pages(&|| write("docs/new.md", "# New\n")(root)), "all");
    assert_eq!(status(&serve.get("/docs/next/new")), 200);
    assert_eq!(
        pages(&|| fs::rename(at("docs/new.md"), at("docs/newer.md")).unwrap()),
        "all"
    );
    assert_eq!(
        (
            status(&serve.get("/docs/next/new")),
            status(&serve.get("/docs/next/newer"))
        ),
        (404, 200)
    );
    assert_eq!(
        pages(&|| fs::remove_file(at("docs/newer.md")).unwrap()),
        "all"
    );
    assert_eq!(status(&serve.get("/docs/next/newer")), 404);
    assert_eq!(
        pages(&|| fs::rename(at("docs/sub"), at("docs/moved")).unwrap()),
        "all"
    );
    assert_eq!(
        (
            status(&serve.get("/docs/next/sub/d")),
            status(&serve.get("/docs/next/moved/d"))
        ),
        (404, 200)
    );
    assert_eq!(
        pages(&|| write("docs/moved/d.md", "# D\n\nin the moved folder\n")(root)),
        serde_json::json!(["docs/next/moved/d"])
    );
    assert_eq!(
        pages(&|| write("sidebars.json", "{\"docs\": {\"Kinds\": [\"a\"]}}")(root)),
        "all"
    );
    assert!(body(&serve.get("/docs/next/a")).contains("Kinds"));
    assert_eq!(pages(&|| write("versions.json", "[]")(root)), "all");
    assert_eq!(status(&serve.get("/docs/a")), 200);
    assert_eq!(pages(&|| write("static/own.css", "q{}")(root)), "all");
    assert_eq!(body(&serve.get("/own.css")), "q{}");
    fs::create_dir(at("templates")).unwrap();
    assert_eq!(
        pages(&|| write("templates/404.html", "nothing at all")(root)),
        "all"
    );
    assert!(body(&serve.get("/zzz")).contains("nothing at all"));
}

#[test]
fn a_site_with_errors_is_served_once_they_are_mended() {
    let site = site(&[("docs/a.md", "[x](gone.md)\n")]);
    let serve = Serve::start(site.path(), &[]);
    let page = serve.get("/docs/a");
    assert_eq!(status(&page), 503);
    assert!(body(&page).contains("live.js"));
    let mut events = serve.events();
    assert_eq!(events.next()["problems"][0]["error"], true);
    save(site.path().join("docs/a.md"), "mended\n");
    assert_eq!(events.next()["pages"], "all");
    assert!(body(&serve.get("/docs/a")).contains("mended"));
}

#[test]
fn a_large_site_is_served_before_it_is_read() {
    let site = site(&[("docs/a.md", "---\ntitle: A\n---\n[b](p7.md#end)\n")]);
    for n in 0..1600 {
        let text = format!("---\ntitle: Page {n}\n---\ntext\n\n## End\n");
        save(site.path().join(format!("docs/p{n}.md")), text);
    }
    let serve = Serve::start(site.path(), &[]);
    let mut events = serve.events();
    let early = serve.get("/docs/a");
    assert!(body(&early).contains("href=\"/docs/p7#end\""));
    serve.until_said("read 1601 pages");
    while events.next()["generation"] != 1 {}
    let late = serve.get("/docs/a");
    let page = |answer: &str| without_script(body(answer).as_bytes());
    assert_eq!(page(&early), page(&late));
}

#[test]
fn a_port_in_use_names_the_next_free_one() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let site = small();
    let serve = Serve::start(site.path(), &["--port", &port.to_string()]);
    assert!(
        serve.said().contains(&format!("port {port} is in use")),
        "{}",
        serve.said()
    );
    assert_ne!(serve.port, port);
    assert_eq!(status(&serve.get("/docs/a")), 200);
}

#[test]
fn every_reader_is_told_and_ctrl_c_ends_them_all() {
    let site = small();
    let mut serve = Serve::start(site.path(), &[]);
    let mut readers: Vec<_> = (0..100).map(|_| serve.events()).collect();
    readers.iter_mut().for_each(|events| {
        events.next();
    });
    save(site.path().join("docs/a.md"), PAGE.replace("First", "Told"));
    for events in &mut readers {
        assert_eq!(events.next()["pages"], serde_json::json!(["docs/a"]));
    }
    let start = Instant::now();
    serve.signal("INT");
    assert_eq!(serve.exit_code(), Some(0));
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "it waited for its readers"
    );
}

#[test]
fn a_folder_that_goes_may_come_back() {
    let site = small();
    let aside = site.path().with_extension("aside");
    let serve = Serve::start(site.path(), &[]);
    let mut events = serve.events();
    events.next();
    fs::rename(site.path(), &aside).unwrap();
    serve.until_said("folder is gone");
    assert!(
        body(&serve.get("/docs/a")).contains("First text."),
        "the last good site is still there"
    );
    save(aside.join("docs/a.md"), PAGE.replace("First", "Back"));
    fs::rename(&aside, site.path()).unwrap();
    assert_eq!(events.next()["pages"], "all");
    assert!(body(&serve.get("/docs/a")).contains("Back text."));
    save(
        site.path().join("docs/a.md"),
        PAGE.replace("First", "Watched again"),
    );
    assert_eq!(events.next()["pages"], serde_json::json!(["docs/a"]));
}

#[test]
fn wrong_calls_say_what_to_do() {
    let site = small();
    let fails = |args: &[&str], words: &str| {
        let run = Command::new(env!("CARGO_BIN_EXE_docproof"))
            .arg("serve")
            .args(args)
            .arg("--site")
            .arg(site.path())
            .output()
            .unwrap();
        let said = [run.stdout, run.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert_eq!(run.status.code(), Some(2), "{said}");
        assert!(said.contains(words), "{said}");
    };
    fails(&["--host", "no.such.host.invalid"], "is no address");
    fails(
        &["--host", "203.0.113.7"],
        "cannot listen on 203.0.113.7:4000",
    );
    fails(&["--editor", "ed"], "one of: vscode");
    fails(&["--format", "github"], "speaks to people only");
}

/// Five hundred events within a second; in the end the site is what a clean build makes.
#[test]
fn a_storm_of_events_ends_where_a_clean_build_ends() {
    let site = small();
    let root = site.path();
    let serve = Serve::start(root, &[]);
    let mut seed = 11_u64;
    let mut draw = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below
    };
    for n in 0..500_u64 {
        let page = format!("docs/s{}.md", draw(12));
        match draw(6) {
            0 => drop(fs::remove_file(root.join(&page))),
            1 => drop(fs::rename(
                root.join(&page),
                root.join(format!("docs/s{}.md", draw(12))),
            )),
            2 => fs::write(root.join("docs/a.md"), format!("{PAGE}\nEdit {n}.\n")).unwrap(),
            3 => fs::write(
                root.join("sidebars.json"),
                format!("{{\"docs\": {{\"K{n}\": [\"a\", \"b\"]}}}}"),
            )
            .unwrap(),
            4 => fs::write(root.join("static/x.txt"), format!("file {n}")).unwrap(),
            _ => fs::write(root.join(&page), format!("# Page {n}\n\n[a](a.md)\n")).unwrap(),
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    // The last edit of all is seen last.
    fs::write(root.join("docs/last.md"), "# The last one\n").unwrap();
    serve.until(|serve| body(&serve.get("/docs/last")).contains("The last one"));
    let built = tempfile::tempdir().unwrap();
    let out = built.path().join("out");
    let run = Command::new(env!("CARGO_BIN_EXE_docproof"))
        .args(["build", "--no-cache", "--out"])
        .arg(&out)
        .arg("--site")
        .arg(root)
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let mut clean = BTreeMap::new();
    client::files(&out, &out, &mut clean);
    assert!(clean.len() > 10);
    serve.until(|serve| {
        clean.iter().all(|(path, bytes)| {
            let answer = ask(serve.port, &client::request(&format!("/{}", path)));
            without_script(body(&answer).as_bytes()) == *bytes
        })
    });
}
