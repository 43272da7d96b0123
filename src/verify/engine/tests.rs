//! The engine over a machine that reads its orders from comments in the samples.
//!
//! `// bad E0308`: an error with this code on this line. `// lost`: an error without a place. `// leaks`: an error on
//! this line unless the sample is alone. `// exit 3`, `// panic`: how the program ends; a panic aborts where panics do.
//! `// caught`: a panic that the sample catches, where it can. `// hides`: while it is there,
//! only errors of its own kind are reported.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use super::super::fixture::planned;
use super::super::harness::SAMPLE;
use super::super::machine::{CompileJob, CompileOutcome, End, RunJob, RunOutcome};
use super::*;

#[derive(Default)]
struct Fake {
    /// For each compiler run: how many samples, and what was made.
    compiled: Mutex<Vec<(usize, Emit)>>,
    /// The lines of the last program that was made, by sample; a sample alone is under its own number too.
    programs: Mutex<BTreeMap<String, String>>,
    broken: Option<Unusable>,
}

impl Fake {
    fn error(path: &str, line: usize, code: &str) -> String {
        let span = serde_json::json!({
            "file_name": path, "line_start": line, "line_end": line, "column_start": 1,
            "column_end": 2, "is_primary": true, "expansion": null,
        });
        serde_json::json!({
            "message": "it is bad", "code": { "code": code }, "level": "error", "spans": [span],
            "children": [], "rendered": format!("error at {path}:{line}"),
        })
        .to_string()
    }
}

impl Machine for Fake {
    fn prepare(&self, _: &Library) -> Result<Linkage, Unusable> {
        match &self.broken {
            Some(error) => Err(error.clone()),
            None => Ok(Linkage {
                arguments: Vec::new(),
                edition: "2024".into(),
                env: Vec::new(),
                fingerprint: ContentHash::default(),
                versions: Vec::new(),
                rustc: "1.95.0".into(),
                host: "x86_64-unknown-linux-gnu".into(),
                sources: ContentHash::default(),
            }),
        }
    }

    fn compile(&self, job: &CompileJob<'_>) -> CompileOutcome {
        let bundle = job.files[0].0 == "main.rs";
        let aborts = job.flags.iter().any(|flag| flag == "-Cpanic=abort");
        let program = format!("{bundle}{}", if aborts { " aborts" } else { "" });
        let mut messages = Vec::new();
        let mut lost = false;
        let mut samples = 0;
        let hides = job.files.iter().any(|(_, text)| text.contains("// hides"));
        for (path, text) in job.files.iter().filter(|(path, _)| path != "main.rs") {
            let path = path.trim_start_matches("site/");
            samples += text.matches("pub mod s").count().max(usize::from(!bundle));
            for (n, line) in text.lines().enumerate() {
                if let Some((_, code)) = line.split_once("// bad ")
                    && (!hides || line.contains("hides"))
                {
                    messages.push(Self::error(path, n + 1, code.trim()));
                }
                lost |= line.contains("// lost");
                if bundle && line.contains("// leaks") {
                    messages.push(Self::error(path, n + 1, "E0283"));
                }
            }
            let mut programs = self.programs.lock().expect("one test at a time");
            programs.insert(program.clone(), text.clone());
        }
        self.compiled
            .lock()
            .expect("one test at a time")
            .push((samples, job.emit));
        CompileOutcome {
            success: messages.is_empty() && !lost,
            program: Some(program.into()),
            messages,
            stderr: String::new(),
            included: Vec::new(),
            read_env: Vec::new(),
            crash: None,
        }
    }

    fn run(&self, job: &RunJob<'_>) -> RunOutcome {
        let programs = self.programs.lock().expect("one test at a time");
        let text = programs[&*job.program.to_string_lossy()].clone();
        let number = job.env.iter().find(|(name, _)| name == SAMPLE);
        let number = number.map_or("", |(_, value)| value.as_str());
        let own = text
            .split_once(&format!("mod s{number} "))
            .map_or(text.as_str(), |(_, own)| own);
        let own = own.split("_docproof_run").next().unwrap_or_default();
        let aborts = job.program.to_string_lossy().contains("aborts");
        let panics = own.contains("// panic");
        let end = if panics { 101 } else { 0 };
        let asked = own.split_once("// exit ");
        let end = asked.map_or(end, |(_, code)| {
            let code = code.lines().next().unwrap_or_default();
            code.trim().parse().expect("an exit code")
        });
        let aborted = aborts && (panics || own.contains("// caught"));
        RunOutcome {
            end: if aborted {
                End::Signal(6, None)
            } else {
                End::Code(end)
            },
            stdout: b"printed\n".to_vec(),
            stderr: Vec::new(),
            cut: false,
            panicked: panics && !aborted,
            time: Duration::ZERO,
        }
    }

    fn check(&self, _: &str) -> Result<PackageCheck, Unusable> {
        Err(Unusable {
            message: "there is no package".into(),
            details: String::new(),
            hint: None,
        })
    }

    fn threads(&self) -> usize {
        1
    }

    fn hash_file(&self, _: &Path) -> Option<ContentHash> {
        None
    }
}

#[derive(Default)]
struct Kept(Mutex<BTreeMap<ContentHash, Vec<u8>>>);

impl Store for Kept {
    fn get(&self, key: &ContentHash) -> Option<Vec<u8>> {
        self.0.lock().expect("one test at a time").get(key).cloned()
    }

    fn put(&self, key: &ContentHash, bytes: &[u8]) -> Result<(), String> {
        let mut kept = self.0.lock().expect("one test at a time");
        kept.insert(*key, bytes.to_vec());
        Ok(())
    }
}

/// The verdicts of a text's samples in words, `=` before those from the cache.
fn verdicts(markdown: &str, machine: &Fake, store: &dyn Store) -> Vec<String> {
    let plan = planned(markdown);
    assert_eq!(plan.problems, []);
    let options = Options {
        root: "/site".into(),
        strict: false,
        read_cache: true,
        around: Surroundings::default(),
    };
    let engine = Engine {
        machine,
        store,
        listener: &|_| {},
        options: &options,
    };
    let all: Vec<usize> = (0..plan.samples.len()).collect();
    let run = engine.run(&plan, &all);
    let words = run.verdicts.into_iter().map(|verdict| {
        let (verdict, cached) = verdict.expect("each sample has a verdict");
        let place = verdict.messages.first().map_or(String::new(), |m| {
            format!(" at {}:{}", m.path.as_deref().unwrap_or("?"), m.line)
        });
        format!(
            "{}{}{place}",
            if cached { "=" } else { "" },
            verdict.outcome.words()
        )
    });
    words.collect()
}

fn fresh(markdown: &str) -> (Vec<String>, Vec<(usize, Emit)>) {
    let machine = Fake::default();
    let words = verdicts(markdown, &machine, &Kept::default());
    (
        words,
        machine.compiled.into_inner().expect("one test at a time"),
    )
}

/// Fences with these lines, one each.
fn samples(lines: &[&str]) -> String {
    let fence = |line: &&str| match line.split_once(": ") {
        Some((info, line)) => format!("```rust,{info}\n{line}\n```\n\n"),
        None => format!("```rust\n{line}\n```\n\n"),
    };
    lines.iter().map(fence).collect()
}

#[test]
fn one_compiler_run_serves_all_that_are_well() {
    let (words, compiled) = fresh(&samples(&["let a = 1;", "no_run: let b = 1;", "// exit 3"]));
    assert_eq!(words, ["passed", "passed", "exited with 3"]);
    assert_eq!(compiled, [(3, Emit::Program)]);
}

#[test]
fn the_blamed_one_is_compiled_alone_and_named_at_its_line() {
    let (words, compiled) = fresh(&samples(&["let a = 1;", "// bad E0308", "let c = 1;"]));
    assert_eq!(
        words,
        ["passed", "failed to compile at docs/a.md:6", "passed"]
    );
    assert_eq!(
        compiled,
        [(3, Emit::Program), (2, Emit::Program), (1, Emit::Program)]
    );
}

#[test]
fn a_failure_that_another_sample_causes_does_not_count() {
    let (words, _) = fresh(&samples(&["let a = 1;", "// leaks"]));
    assert_eq!(words, ["passed", "passed"]);
}

#[test]
fn an_error_without_a_place_is_found_by_halving() {
    let (words, compiled) = fresh(&samples(&["1;", "2;", "3; // lost", "4;"]));
    assert_eq!(words, ["passed", "passed", "failed to compile", "passed"]);
    assert!(compiled.len() <= 7, "{compiled:?}");
}

#[test]
fn an_error_that_hides_others_is_peeled_off() {
    let (words, _) = fresh(&samples(&["// bad E0433 hides", "// bad E0308", "1;"]));
    assert_eq!(
        words,
        [
            "failed to compile at docs/a.md:2",
            "failed to compile at docs/a.md:6",
            "passed"
        ]
    );
}

#[test]
fn samples_that_must_not_compile_share_a_run() {
    let (words, compiled) = fresh(&samples(&[
        "compile_fail: // bad E0308",
        "compile_fail,E0382: // bad E0382",
        "compile_fail,E0382: // bad E0499",
        "compile_fail: let fine = 1;",
        "compile_fail: // leaks",
    ]));
    assert_eq!(
        words,
        [
            "passed",
            "passed",
            "wrong error code: expected E0382, found E0499 at docs/a.md:10",
            "unexpectedly compiled",
            "unexpectedly compiled"
        ]
    );
    assert_eq!(compiled[0], (5, Emit::Metadata));
    assert_eq!(compiled[1], (1, Emit::Metadata));
}

#[test]
fn a_panic_is_what_should_panic_wants() {
    let (words, _) = fresh(&samples(&[
        "should_panic: // panic",
        "should_panic: 1;",
        "should_panic: // exit 3",
        "// panic",
    ]));
    assert_eq!(
        words,
        ["passed", "did not panic", "exited with 3", "panicked"]
    );
}

#[test]
fn a_panic_that_aborts_a_bundle_is_looked_at_alone() {
    let (words, compiled) = fresh(&samples(&["// panic", "// caught", "1;"]));
    assert_eq!(words, ["panicked", "passed", "passed"]);
    assert_eq!(compiled.len(), 3);
    // What is meant to panic, or deals with panics, gets unwinding at once.
    let (words, compiled) = fresh(&samples(&[
        "should_panic: // panic",
        "catch_unwind(); // caught",
        "1;",
    ]));
    assert_eq!(words, ["passed"; 3]);
    let mut bundles: Vec<usize> = compiled.iter().map(|(samples, _)| *samples).collect();
    bundles.sort_unstable();
    assert_eq!(bundles, [1, 2]);
}

#[test]
fn what_needs_a_crate_of_its_own_gets_one() {
    let (words, compiled) = fresh(&samples(&[
        "standalone_crate: 1;",
        "test_harness: #[test] fn x() {}",
        "fn x() { crate::y(); }",
        "let s = \"unterminated;",
        "1;",
    ]));
    assert_eq!(words, ["passed"; 5]);
    let alone = compiled.iter().filter(|(samples, _)| *samples == 1).count();
    assert_eq!((compiled.len(), alone), (5, 5));
    assert!(compiled.contains(&(1, Emit::TestProgram)));
}

#[test]
fn known_verdicts_need_no_compiler_and_move_with_their_sample() {
    let store = Kept::default();
    let text = samples(&["let a = 1;", "// bad E0308", "// exit 3"]);
    verdicts(&text, &Fake::default(), &store);
    let machine = Fake::default();
    // A failure of the program is tried again; one of the compiler is known where it was.
    assert_eq!(
        verdicts(&text, &machine, &store),
        [
            "=passed",
            "=failed to compile at docs/a.md:6",
            "exited with 3"
        ]
    );
    assert_eq!(
        verdicts(&format!("moved\n\n{text}"), &machine, &store),
        [
            "=passed",
            "failed to compile at docs/a.md:8",
            "exited with 3"
        ]
    );
    // What sees its own line is another sample elsewhere.
    let sees = samples(&["line!();"]);
    verdicts(&sees, &machine, &store);
    assert_eq!(verdicts(&sees, &machine, &store), ["=passed"]);
    assert_eq!(
        verdicts(&format!("moved\n\n{sees}"), &machine, &store),
        ["passed"]
    );
}

#[test]
fn a_library_that_cannot_be_used_is_no_failure_of_each_sample() {
    let machine = Fake {
        broken: Some(Unusable {
            message: "it does not compile".into(),
            details: String::new(),
            hint: None,
        }),
        ..Fake::default()
    };
    assert_eq!(
        verdicts(&samples(&["1;", "2;"]), &machine, &Kept::default()),
        ["not verified: its library cannot be used: it does not compile"; 2]
    );
    assert_eq!(
        machine.compiled.into_inner().expect("one test at a time"),
        []
    );
}
