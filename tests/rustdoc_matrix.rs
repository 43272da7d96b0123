//! Agreement with `rustdoc --test`: the same blocks are tested, in the same way, with the same verdict.
//!
//! In: generated Markdown. Out: a list of the blocks where rustdoc and verify part. With `--strict-rustdoc` there may be
//! none but those that `guide/docs/verify-rustdoc.md` lists; without it, each difference has to be announced.

#![expect(clippy::unwrap_used, reason = "a test says enough with a panic")]

#[path = "rustdoc_matrix/corpus.rs"]
mod corpus;
#[path = "rustdoc_matrix/info_strings.rs"]
mod info_strings;
#[path = "rustdoc_matrix/rustdoc.rs"]
mod rustdoc;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use docproof::verify::attributes::{Rules, Untagged, attributes};
use docproof::verify::sample::{Attributes, Mode, Treatment};
use rustdoc::Said;

/// The host's triple, as rustc says it.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output();
    let text = String::from_utf8(output.unwrap().stdout).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    line.unwrap().to_owned()
}

/// A treatment in rustdoc's words; nothing for a block that is not tested.
fn in_their_words(attributes: &Attributes) -> Option<&'static str> {
    match attributes.treatment {
        // rustdoc judges what it compiles alone by itself, and does not tell the test runner.
        Treatment::Sample(Mode::ShouldPanic)
            if attributes.test_harness || attributes.standalone =>
        {
            Some("")
        }
        Treatment::Sample(Mode::Run) => Some(""),
        Treatment::Sample(Mode::NoRun) => Some("compile"),
        Treatment::Sample(Mode::ShouldPanic) => Some("should panic"),
        Treatment::Sample(Mode::CompileFail) => Some("compile fail"),
        Treatment::Ignored(_) => Some("ignored"),
        _ => None,
    }
}

fn they_say(said: Option<&Said>) -> Option<&str> {
    said.map(|said| match said.verdict.as_str() {
        "ignored" => "ignored",
        _ => said.how.as_str(),
    })
}

#[test]
fn info_strings_are_read_as_rustdoc_reads_them() {
    let mut text = String::new();
    let mut infos = BTreeMap::new();
    let mut line = 1;
    for info in info_strings::info_strings() {
        text.push_str(&format!("```{info}\nlet x = 1;\n```\n\n"));
        infos.insert(line, (info, true));
        line += 4;
    }
    text.push_str("Words\n\n    let x = 1;\n\n");
    // rustdoc counts from the line before an indented block, which has no fence.
    infos.insert(line + 2, ("indented".into(), false));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("page.md"), text).unwrap();
    let theirs = rustdoc::rustdoc(folder.path(), "page.md", "2024");
    let host = host();
    let mut apart = Vec::new();
    for (line, (info, fenced)) in &infos {
        let said = they_say(theirs.get(line));
        let rules = |strict| Rules {
            strict,
            untagged: Untagged::Run,
            host: &host,
        };
        let strict = attributes(info, *fenced, false, &rules(true));
        if in_their_words(&strict) != said {
            apart.push(format!(
                "strict `{info}`: {:?}, rustdoc {said:?}",
                strict.treatment
            ));
        }
        let ours = attributes(info, *fenced, false, &rules(false));
        // Left out by us and not even seen by rustdoc is the same to a reader.
        let unseen = |word: Option<&str>| word.is_none_or(|word| word == "ignored");
        let same = unseen(in_their_words(&ours)) && unseen(said)
            || in_their_words(&ours) == said && ours.edition == strict.edition;
        if same == ours.rustdoc_differs.is_some() {
            apart.push(format!(
                "`{info}`: {:?}, {:?}, rustdoc {said:?}",
                ours.treatment, ours.rustdoc_differs
            ));
        }
    }
    assert!(
        apart.is_empty(),
        "{} differences:\n{}",
        apart.len(),
        apart.join("\n")
    );
}

/// What came of each block: page and line, and `ok`, `FAILED` or `ignored`.
type Verdicts = BTreeMap<(String, usize), String>;

/// A site in a folder of its own.
struct Site(tempfile::TempDir);

impl Site {
    fn new(pages: &[corpus::Page], edition: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let docs = folder.path().join("docs");
        fs::create_dir(&docs).unwrap();
        for (name, text) in pages {
            fs::write(docs.join(name), text).unwrap();
        }
        fs::write(docs.join("included.txt"), "This text is included.\n").unwrap();
        let config = format!("title: Matrix\nverify: {{ edition: \"{edition}\" }}\n");
        fs::write(folder.path().join("docproof.yaml"), config).unwrap();
        Self(folder)
    }

    fn rustdoc(&self, pages: &[corpus::Page], edition: &str) -> Verdicts {
        let docs = self.0.path().join("docs");
        let mut all = Verdicts::new();
        for (name, _) in pages {
            for (line, said) in rustdoc::rustdoc(&docs, name, edition) {
                all.insert((name.clone(), line), said.verdict);
            }
        }
        all
    }

    fn docproof(&self, flags: &[&str]) -> Verdicts {
        let output = Command::new(env!("CARGO_BIN_EXE_docproof"))
            .args(["verify", "--format", "json", "--no-cache", "--site"])
            .arg(self.0.path())
            .args(flags)
            .env_remove("RUST_BACKTRACE")
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        let verdicts: Verdicts = lines.filter_map(|line| judged(&line)).collect();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!verdicts.is_empty(), "docproof verified nothing: {stderr}");
        verdicts
    }
}

/// A line of the report in rustdoc's words.
fn judged(line: &serde_json::Value) -> Option<((String, usize), String)> {
    let verdict = match (line["type"].as_str()?, line["treatment"].as_str()) {
        ("sample", _) if line["passed"] == true => "ok",
        ("sample", _) => "FAILED",
        ("left_out", Some("ignored")) => "ignored",
        _ => return None,
    };
    let path = line["path"].as_str()?.strip_prefix("docs/")?;
    let number = usize::try_from(line["line"].as_u64()?).ok()?;
    Some(((path.to_owned(), number), verdict.to_owned()))
}

/// Where the two part: `page:line rustdoc ok, docproof FAILED`.
fn apart(theirs: &Verdicts, ours: &Verdicts) -> Vec<((String, usize), String)> {
    let places: BTreeSet<_> = theirs.keys().chain(ours.keys()).collect();
    let said = |verdicts: &Verdicts, place: &(String, usize)| {
        verdicts
            .get(place)
            .map_or("nothing", String::as_str)
            .to_owned()
    };
    let differs = places
        .into_iter()
        .filter(|place| theirs.get(place) != ours.get(place));
    differs
        .map(|place| {
            let (them, us) = (said(theirs, place), said(ours, place));
            (place.clone(), format!("rustdoc {them}, docproof {us}"))
        })
        .collect()
}

fn corpus() -> Vec<corpus::Page> {
    corpus::pages(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rustdoc_matrix/pages"))
}

/// Checks that the two part exactly where a page says so.
fn check(mode: &str, pages: &[corpus::Page], theirs: &Verdicts, ours: &Verdicts) {
    assert!(theirs.len() > 300, "only {} samples", theirs.len());
    let found: BTreeMap<_, _> = apart(theirs, ours).into_iter().collect();
    let mut wrong = Vec::new();
    for (name, text) in pages {
        let mut announced = corpus::announced(text);
        announced.retain(|_, (modes, _)| [mode, "both"].contains(&modes.as_str()));
        for (line, (_, reason)) in &announced {
            if !found.contains_key(&(name.clone(), *line)) {
                wrong.push(format!(
                    "{name}:{line}: no difference, but announced: {reason}"
                ));
            }
        }
        for ((page, line), what) in &found {
            if page == name && !announced.contains_key(line) {
                wrong.push(format!("{name}:{line}: {what}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{mode}: {} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn samples_of_edition_2021_get_the_same_verdicts() {
    let pages = corpus();
    let site = Site::new(&pages, "2021");
    let theirs = site.rustdoc(&pages, "2021");
    check(
        "strict",
        &pages,
        &theirs,
        &site.docproof(&["--strict-rustdoc"]),
    );
}

#[test]
fn samples_of_edition_2024_get_the_same_verdicts() {
    let pages = corpus();
    let site = Site::new(&pages, "2024");
    let strict = site.docproof(&["--strict-rustdoc"]);
    // In this edition rustdoc merges samples, as long as all of them compile. So the good ones get pages of their own.
    let mut theirs = Verdicts::new();
    for good in [true, false] {
        let part = pages.iter().map(|(name, text)| {
            let stays = |line: usize| {
                let verdict = strict.get(&(name.clone(), line));
                verdict.is_some_and(|verdict| verdict == "ok") == good
            };
            (name.clone(), corpus::without(text, stays))
        });
        let part: Vec<_> = part.collect();
        theirs.extend(Site::new(&part, "2024").rustdoc(&part, "2024"));
    }
    check("strict", &pages, &theirs, &strict);
    check("default", &pages, &theirs, &site.docproof(&[]));
}

#[test]
fn every_difference_is_in_the_guide() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("guide/docs/verify-rustdoc.md");
    let guide = fs::read_to_string(guide).unwrap();
    for (name, text) in corpus() {
        for (line, (_, reason)) in corpus::announced(&text) {
            let words = reason.replace('-', " ");
            let listed = guide.to_lowercase().contains(&format!("### {words}\n"));
            assert!(listed, "{name}:{line}: the guide does not list `{words}`");
        }
    }
}
