//! `POST /~docproof/run`: what a page of ours may ask for, how each other request is refused, and that nothing is left running.
//!
//! In: requests written byte by byte, as a browser, a form or a stranger would send them. Out: lines of JSON, or a refusal.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Serve, body, save, site, status};
use crate::running::{endless, page, processes, start, until_nothing_runs, with_code};

/// The token in a page.
fn token(serve: &Serve) -> String {
    let page = serve.get("/docs/a");
    let rest = page.split("data-token=\"").nth(1).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// A request, headers as given but for the length.
fn request(method: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut text = format!("{method} /~docproof/run HTTP/1.1\r\nConnection: close\r\n");
    for (name, value) in headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    let length = body.len();
    let _ = write!(text, "Content-Length: {length}\r\n\r\n{body}");
    text
}

/// What a page of ours would send.
struct Ours {
    host: String,
    origin: String,
    token: String,
}

impl Ours {
    fn new(serve: &Serve) -> Self {
        let host = format!("localhost:{}", serve.port);
        Self {
            origin: format!("http://{host}"),
            host,
            token: token(serve),
        }
    }

    fn headers(&self) -> Vec<(&str, &str)> {
        vec![
            ("Host", &self.host),
            ("Origin", &self.origin),
            ("Content-Type", "application/json"),
            ("X-Docproof-Token", &self.token),
        ]
    }

    /// The same with another value for a header, or without it.
    fn with<'a>(&'a self, name: &str, value: Option<&'a str>) -> Vec<(&'a str, &'a str)> {
        let all = self.headers().into_iter();
        let changed = all.filter_map(|(key, old)| match key == name {
            true => value.map(|value| (key, value)),
            false => Some((key, old)),
        });
        changed.collect()
    }
}

fn wanted(code: Option<&str>) -> String {
    let mut wanted = json!({ "page": "docs/a", "block": 0 });
    if let Some(code) = code {
        wanted["code"] = json!(code);
    }
    wanted.to_string()
}

/// The lines of an answer, wherever the chunks of the transfer begin.
fn lines(answer: &str) -> Vec<Value> {
    let lines = body(answer).lines();
    lines
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(Value::is_object)
        .collect()
}

/// The text of one kind of line.
fn text(lines: &[Value], kind: &str) -> String {
    lines
        .iter()
        .filter_map(|line| line[kind].as_str())
        .collect()
}

fn run(serve: &Serve, code: Option<&str>) -> Vec<Value> {
    let ours = Ours::new(serve);
    let answer = serve.raw(&request("POST", &ours.headers(), &wanted(code)));
    assert_eq!(status(&answer), 200, "{answer}");
    lines(&answer)
}

/// Sends a request and reads until a line says something.
fn begin(serve: &Serve, code: &str, until: &str) -> BufReader<TcpStream> {
    let ours = Ours::new(serve);
    let mut stream = TcpStream::connect(("127.0.0.1", serve.port)).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let text = request("POST", &ours.headers(), &wanted(Some(code)));
    stream.write_all(text.as_bytes()).unwrap();
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    while !line.contains(until) {
        line.clear();
        assert!(stream.read_line(&mut line).unwrap() > 0, "it has ended");
    }
    stream
}

#[test]
fn a_page_of_ours_runs_its_samples() {
    let site =
        with_code("# let name = \"world\";\nprintln!(\"hello {name}\");\neprintln!(\"bye\");");
    let serve = start(site.path());
    let said = run(&serve, None);
    assert_eq!(text(&said, "out"), "hello world\n", "{said:?}");
    assert_eq!(text(&said, "err"), "bye\n");
    assert_eq!(text(&said, "end"), "ended well");
    assert!(text(&said, "step").contains("compilingrunning"), "{said:?}");
    let said = run(
        &serve,
        Some("# let name = \"moon\";\nprintln!(\"{name}\");"),
    );
    assert_eq!(text(&said, "out"), "moon\n");
    let said = run(&serve, Some("let a: u8 = 256;\nlet b: u8 = \"\";"));
    assert_eq!(text(&said, "end"), "failed to compile");
    let message = text(&said, "message");
    assert!(message.contains("docs/a.md:5:13"), "{message}");
    let said = run(&serve, Some("panic!(\"on purpose\")"));
    assert_eq!(text(&said, "end"), "panicked");
    assert!(text(&said, "err").contains("on purpose"), "{said:?}");
    // What is tried is no verdict.
    assert!(!serve.get("/docs/a").contains("class=\"verdict"));
}

#[test]
fn samples_are_run_as_their_fences_say() {
    let text_of = "# A\n\n```rust,no_run\nstd::process::exit(7)\n```\n\n```rust,compile_fail\nlet a: u8 = 256;\n```\n\n```rust,should_panic\npanic!()\n```\n\n```text\nno program\n```\n\n```rust,group=g\nlet a = 1;\n```\n\n```rust,group=g\nprintln!(\"{a}\");\n```\n";
    let site = site(&[("docs/a.md", text_of)]);
    let serve = start(site.path());
    let ours = Ours::new(&serve);
    let ends = |block: usize, code: Option<&str>| {
        let mut wanted = json!({ "page": "docs/a/index", "block": block });
        if let Some(code) = code {
            wanted["code"] = json!(code);
        }
        let answer = serve.raw(&request("POST", &ours.headers(), &wanted.to_string()));
        assert!(matches!(status(&answer), 200 | 404), "{answer}");
        let said = lines(&answer);
        format!("{}{}", text(&said, "end"), text(&said, "out"))
    };
    assert_eq!(ends(0, None), "compiles; `no_run`, so it was not run");
    assert_eq!(ends(1, None), "does not compile, as it should");
    assert_eq!(ends(2, None), "panicked, as it should");
    assert_eq!(ends(3, None), "", "text is no program");
    assert_eq!(ends(9, None), "", "there is no such block");
    assert_eq!(ends(4, Some("let b = 0;\nlet a = 2;")), "ended well2\n");
    assert_eq!(ends(5, None), "ended well1\n");
}

/// Each of these would let somebody else run code here.
#[test]
fn strangers_run_nothing() {
    let site = with_code("");
    let mark = site.path().join("was-here");
    let code = format!("std::fs::write({mark:?}, \"\").unwrap();");
    save(site.path().join("docs/a.md"), page(&code));
    let serve = start(site.path());
    let ours = Ours::new(&serve);
    let wanted = wanted(None);
    let refused = |headers: &[(&str, &str)], code: u16, what: &str| {
        let answer = serve.raw(&request("POST", headers, &wanted));
        assert_eq!(status(&answer), code, "{what}: {answer}");
        assert!(!answer.to_lowercase().contains("access-control"), "{what}");
    };
    let other_port = format!("http://localhost:{}", serve.port ^ 1);
    let https = ours.origin.replace("http:", "https:");
    let other_name = format!("http://127.0.0.1:{}", serve.port);
    let longer = format!("{}.evil.example", ours.origin);
    for origin in [
        "http://evil.example",
        "null",
        "",
        &other_port,
        &https,
        &other_name,
        &longer,
        "http://localhost",
    ] {
        refused(&ours.with("Origin", Some(origin)), 403, origin);
    }
    refused(&ours.with("Origin", None), 403, "no origin");
    let mut two = ours.headers();
    two.push(("Origin", "http://evil.example"));
    refused(&two, 403, "two origins");
    let evil = format!("evil.example:{}", serve.port);
    let from_evil = format!("http://{evil}");
    let headers = ours.with("Host", Some(&evil));
    refused(&headers, 403, "a foreign host");
    let rebound: Vec<_> = headers
        .iter()
        .map(|(name, value)| match *name {
            "Origin" => (*name, from_evil.as_str()),
            _ => (*name, *value),
        })
        .collect();
    refused(&rebound, 403, "a name that leads here");
    let aimed =
        request("POST", &rebound, &wanted).replacen("POST ", &format!("POST {}", ours.origin), 1);
    assert_eq!(status(&serve.raw(&aimed)), 403, "a target of ours");
    refused(&ours.with("X-Docproof-Token", None), 403, "no token");
    let wrong = "0".repeat(ours.token.len());
    for token in [
        "",
        &wrong,
        &ours.token[1..],
        &format!("{} ", &ours.token[..8]),
    ] {
        refused(&ours.with("X-Docproof-Token", Some(token)), 403, token);
    }
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/plain; x=application/json",
        "",
    ] {
        refused(&ours.with("Content-Type", Some(kind)), 415, kind);
    }
    refused(&ours.with("Content-Type", None), 415, "no type");
    for method in ["GET", "PUT", "DELETE", "OPTIONS", "HEAD"] {
        let answer = serve.raw(&request(method, &ours.headers(), &wanted));
        assert_eq!(status(&answer), 405, "{method}: {answer}");
    }
    let large = "x".repeat(70 << 10);
    let answer = serve.raw(&request("POST", &ours.headers(), &large));
    assert_eq!(status(&answer), 413, "{answer}");
    for bad in [
        "",
        "[]",
        "{\"page\":\"docs/a\"}",
        "{\"page\":\"docs/a\",\"block\":0,\"cargo\":1}",
    ] {
        let answer = serve.raw(&request("POST", &ours.headers(), bad));
        assert_eq!(status(&answer), 400, "{bad}: {answer}");
    }
    // The whole of it once more, so that it is known what was refused.
    assert!(!mark.exists());
    assert_eq!(text(&run(&serve, None), "end"), "ended well");
    assert!(mark.exists());
}

#[test]
fn without_the_option_no_request_runs_anything() {
    let site = with_code("println!();");
    let serve = Serve::start(site.path(), &[]);
    let host = format!("localhost:{}", serve.port);
    let origin = format!("http://{host}");
    let headers = [
        ("Host", host.as_str()),
        ("Origin", &origin),
        ("Content-Type", "application/json"),
        ("X-Docproof-Token", ""),
    ];
    let answer = serve.raw(&request("POST", &headers, &wanted(None)));
    assert_eq!(status(&answer), 403);
    assert!(body(&answer).contains("--allow-run"), "{answer}");
    assert!(!serve.get("/docs/a").contains("data-token"));
}

#[test]
fn each_start_has_another_token() {
    let site = with_code("");
    let first = token(&start(site.path()));
    assert_eq!(first.len(), 32);
    assert_ne!(first, token(&start(site.path())));
}

#[test]
fn a_dropped_request_ends_its_program() {
    let site = with_code("");
    let serve = start(site.path());
    let stream = begin(&serve, &endless("dropped-7c4"), "\"on");
    // The system may not know its environment at once.
    serve.until(|_| !processes("NAME=dropped-7c4").is_empty());
    let start = Instant::now();
    drop(stream);
    until_nothing_runs("NAME=dropped-7c4");
    // Not because its time was over.
    let took = start.elapsed();
    assert!(took < Duration::from_secs(8), "its time was over: {took:?}");
    assert_eq!(text(&run(&serve, Some("")), "end"), "ended well");
}

#[test]
fn the_end_of_serve_ends_programs() {
    let site = with_code("");
    let mut serve = start(site.path());
    let code = endless("farewell-7c5");
    let mut stream = begin(&serve, &code, "\"on");
    serve.signal("INT");
    assert_eq!(serve.exit_code(), Some(0));
    until_nothing_runs("NAME=farewell-7c5");
    let mut rest = String::new();
    let _ = stream.read_to_string(&mut rest);
    let work = site.path().join(".docproof/verify/work");
    let left = fs::read_dir(work).into_iter().flatten().count();
    assert_eq!(left, 0, "a folder was left");
}

#[test]
fn programs_that_will_not_end_or_take_too_much_are_ended() {
    let site = with_code("");
    fs::write(
        site.path().join("docproof.yaml"),
        "verify: { timeout: 1s, memory: 256MiB }\n",
    )
    .unwrap();
    let serve = start(site.path());
    let end = |code: &str| text(&run(&serve, Some(code)), "end");
    assert_eq!(end(&endless("overtime-7c6")), "timed out after 1 s");
    until_nothing_runs("NAME=overtime-7c6");
    let memory = end("let mut all = Vec::new();\nloop { all.push(vec![0u8; 1 << 26]); }");
    assert!(memory.contains("256 MiB of memory"), "{memory}");
    let forks = "for _ in 0..20 { std::process::Command::new(\"sh\").arg(\"-c\").arg(\"sleep 1000 & sleep 1000 &\").env(\"NAME\", \"forks-7c7\").spawn().unwrap(); }";
    assert_eq!(end(forks), "ended well");
    until_nothing_runs("NAME=forks-7c7");
    let said = run(
        &serve,
        Some("loop { println!(\"{}\", \"x\".repeat(1000)); }"),
    );
    assert!(text(&said, "out").len() <= 256 << 10, "output has a limit");
    assert_eq!(said.last().unwrap()["cut"], Value::Bool(true));
}

#[test]
fn a_third_program_waits_for_its_turn() {
    let site = with_code("");
    let serve = start(site.path());
    let first = begin(&serve, &endless("first-7c8"), "\"on");
    let second = begin(&serve, &endless("second-7c8"), "\"on");
    let third = begin(&serve, "println!(\"third\");", "waiting");
    drop(first);
    let said: String = third.lines().map_while(Result::ok).collect();
    assert!(said.contains("third"), "{said}");
    drop(second);
    until_nothing_runs("-7c8");
}

#[test]
fn a_run_is_of_the_page_as_it_is() {
    let site = with_code("println!(\"old\");");
    let serve = start(site.path());
    let write = |text: &str| save(site.path().join("docs/a.md"), text);
    write(&page("println!(\"new\");"));
    serve.until_said("updated docs/a");
    assert_eq!(text(&run(&serve, None), "out"), "new\n");
    write("---\ntitle: [\n---\n");
    serve.until_said("the site stays as it was");
    let ours = Ours::new(&serve);
    let answer = serve.raw(&request("POST", &ours.headers(), &wanted(None)));
    assert_eq!(status(&answer), 409, "{answer}");
}
