//! Search from end to end: the index that a build writes, asked by the script that a page loads.
//!
//! In: our own docs and made-up sites. Out: which queries find what, and how much they load. Needs Node.js; where there is none
//! the tests say so and pass, unless `DOCPROOF_REQUIRE_NODE` is set.

#![expect(clippy::unwrap_used, reason = "a test says enough with a panic")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use docproof::render::search::terms::terms;
use serde_json::{Value, json};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Asks the script; none without Node.js.
fn ask(task: &[&str], lines: &[String]) -> Option<Vec<Value>> {
    let child = Command::new("node")
        .arg(root().join("tests/search/ask.mjs"))
        .arg(root().join("static/search.js"))
        .args(task)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => {
            let required = std::env::var_os("DOCPROOF_REQUIRE_NODE").is_some();
            assert!(!required, "node cannot be started: {error}");
            eprintln!("left out: there is no Node.js");
            return None;
        }
    };
    let mut input = child.stdin.take().unwrap();
    let text: String = lines
        .iter()
        .map(|line| json!(line).to_string() + "\n")
        .collect();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    Some(
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
    )
}

fn build(site: &Path, out: &Path) -> PathBuf {
    let run = Command::new(env!("CARGO_BIN_EXE_docproof"))
        .args(["build", "--no-cache", "--site"])
        .arg(site)
        .arg("--out")
        .arg(out)
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    out.join("search")
}

/// Pages of words that are drawn like those of a language: few often, most rarely.
fn made_up(pages: usize) -> tempfile::TempDir {
    let site = tempfile::tempdir().unwrap();
    let docs = site.path().join("docs");
    fs::create_dir(&docs).unwrap();
    let mut seed = 7_u64;
    let mut draw = move |below: f64| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((seed >> 11) as f64 / (1_u64 << 53) as f64) * below
    };
    let syllables = [
        "ba", "ke", "lo", "mi", "nu", "pra", "ste", "vor", "zi", "qua",
    ];
    let word = |n: usize| -> String {
        let digits = [n % 10, n / 10 % 10, n / 100 % 10, n / 1000 % 10];
        let used = if n < 100 {
            2
        } else if n < 1000 {
            3
        } else {
            4
        };
        digits[..used].iter().map(|d| syllables[*d]).collect()
    };
    for number in 0..pages {
        let mut words = |count: usize| -> String {
            let picked: Vec<String> = (0..count).map(|_| word(draw(9.2).exp() as usize)).collect();
            picked.join(" ")
        };
        let mut text = format!("---\ntitle: {}\n---\n\n{}.\n", words(3), words(60));
        for _ in 0..4 {
            text += &format!("\n## {}\n\n{}.\n", words(3), words(80));
        }
        fs::write(docs.join(format!("p{number}.md")), text).unwrap();
    }
    site
}

/// Asks for all names of every `step`-th page.
fn known(index: &Path, step: usize) {
    let step = step.to_string();
    let Some(answers) = ask(&["known", index.to_str().unwrap(), &step], &[]) else {
        return;
    };
    let asked = answers[0]["asked"].as_u64().unwrap();
    let missed = answers[0]["missed"].as_array().unwrap();
    println!("{}: {} of {asked} missed", index.display(), missed.len());
    assert!(missed.len() as u64 * 20 <= asked, "{missed:#?}");
}

#[test]
fn titles_and_headings_of_our_docs_lead_to_their_page() {
    let out = tempfile::tempdir().unwrap();
    let search = build(root(), &out.path().join("site"));
    for index in ["docs", "docs/next", "docproof"] {
        known(&search.join(index), 1);
    }
    let find = |index: &str, queries: &[&str]| {
        let queries: Vec<String> = queries.iter().map(|query| (*query).to_owned()).collect();
        ask(&["search", search.join(index).to_str().unwrap()], &queries)
    };
    let expected = [
        (
            "update_session_data",
            "docs/next/sessions/update-session-data",
        ),
        ("SqliteStore", "docs/next/databases"),
        (
            "blacklisting",
            "docs/next/sessions/access-token-blacklisting",
        ),
        (
            "blaklisting",
            "docs/next/sessions/access-token-blacklisting",
        ),
        (
            "lacklisting",
            "docs/next/sessions/access-token-blacklisting",
        ),
        ("SAME site", "docs/next/cookies/same-site"),
        ("consen", "docs/next/cookies/consent"),
    ];
    let queries: Vec<&str> = expected.iter().map(|(query, _)| *query).collect();
    let Some(answers) = find("docs/next", &queries) else {
        return;
    };
    for ((query, page), answer) in expected.iter().zip(&answers) {
        let pages = answer["pages"].as_array().unwrap();
        let place = pages.iter().position(|found| found[0] == *page);
        assert!(place.is_some_and(|place| place < 3), "{query}: {answer}");
    }
    // What nobody would type, and nothing that a pattern would be made of.
    let odd = [
        "", " ", "(", "[a-z]+", ".*", "\\", "\"", "<script>", "::", "_", "'", "\u{0}", "💥",
    ];
    let mut odd: Vec<String> = odd.map(str::to_owned).into();
    odd.push("word ".repeat(1000));
    odd.push("x".repeat(10_000));
    let odd: Vec<&str> = odd.iter().map(String::as_str).collect();
    for (query, answer) in odd.iter().zip(find("docproof", &odd).unwrap()) {
        assert!(answer["count"].is_u64(), "{query}: {answer}");
    }
}

#[test]
fn a_made_up_site_is_searched_in_small_parts() {
    let site = made_up(1200);
    let search = build(site.path(), &site.path().join("out"));
    let index = search.join("docs");
    known(&index, 10);
    let queries = ["bake", "lomi vorzi", "stevor", "prakelomi", "ba"].map(str::to_owned);
    let Some(answers) = ask(&["search", index.to_str().unwrap()], &queries) else {
        return;
    };
    for (query, answer) in queries.iter().zip(answers) {
        println!(
            "{query}: {} bytes in {} files",
            answer["bytes"], answer["files"]
        );
        assert!(
            answer["bytes"].as_u64().unwrap() < 60_000,
            "{query}: {answer}"
        );
    }
}

#[test]
fn pages_can_be_left_out() {
    let site = tempfile::tempdir().unwrap();
    fs::create_dir(site.path().join("docs")).unwrap();
    fs::write(site.path().join("docs/a.md"), "# Apple\n").unwrap();
    fs::write(
        site.path().join("docs/b.md"),
        "---\nsearch: false\n---\n# Banana\n",
    )
    .unwrap();
    let search = build(site.path(), &site.path().join("out"));
    let shard = fs::read_to_string(search.join("docs/t0.js")).unwrap();
    assert!(
        shard.contains("apple") && !shard.contains("banana"),
        "{shard}"
    );
}

#[test]
fn both_sides_take_texts_apart_alike() {
    let mut texts: Vec<String> = [
        "Read the docs, twice!",
        "don't user\u{2019}s 'quoted'",
        "2.0.1 and 1_000",
        "update_session_data",
        "SessionData",
        "Foo::bar_baz",
        "HTTPServer2Go",
        "__init__ _ __",
        "a::b::",
        "::std and x :: y",
        "Café ﬁne ÜBER İstanbul ǅ",
        "会话令牌 ok API文档x",
        "Привет Мир",
        "ไทย ខ្មែរ",
        "한국어 문서",
        "٣٤ ½ Ⅷ x²",
        "a'b'c '' a'",
        "e\u{301}te\u{301}",
        "\u{1f4a5}x\u{200d}y",
        "ßẞ ΑΣ ς",
    ]
    .map(str::to_owned)
    .into();
    texts.push("Ab_".repeat(100));
    let mut seed = 1_u32;
    let alphabet: Vec<char> = "aB_:'1é会话 .-Zzß".chars().collect();
    texts.extend((0..500).map(|_| {
        (0..12)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                alphabet[(seed >> 16) as usize % alphabet.len()]
            })
            .collect::<String>()
    }));
    let Some(answers) = ask(&["terms"], &texts) else {
        return;
    };
    for (text, answer) in texts.iter().zip(answers) {
        let mut ours = BTreeSet::new();
        terms(text, |term, _| {
            ours.insert(term.to_owned());
        });
        let units: Vec<Vec<String>> = serde_json::from_value(answer).unwrap();
        let theirs: BTreeSet<String> = units.iter().flatten().cloned().collect();
        // A query needs no parts of the segments of a path: it has the segments.
        assert!(theirs.is_subset(&ours), "{text:?}: {theirs:?} and {ours:?}");
        if !text.contains("::") {
            assert_eq!(theirs, ours, "{text:?}");
        }
    }
}
