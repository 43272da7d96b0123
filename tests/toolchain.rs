//! The machine behind verify, for real: supervisors, rustc, Cargo.
//!
//! Programs are shell scripts where that does; every case of misbehaviour has to end with a verdict of its own, leave
//! nothing running, and leave the next job alone.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up may panic")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use docproof::toolchain::{RealMachine, Surroundings};
use docproof::verify::library::{Dependencies, Library};
use docproof::verify::machine::{
    CompileJob, CompileOutcome, Emit, End, Linkage, Machine, RunJob, RunOutcome,
};

/// A folder for one test, with a machine in it.
struct Place {
    folder: tempfile::TempDir,
    machine: RealMachine,
}

fn surroundings(site: &Path) -> Surroundings {
    Surroundings {
        program: env!("CARGO_BIN_EXE_docproof").into(),
        site: site.to_owned(),
        temp: site.join("temp"),
        env: std::env::vars_os().collect(),
        colour: false,
        threads: 2,
    }
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("temp")).unwrap();
        let machine = RealMachine::new(surroundings(folder.path()));
        Self { folder, machine }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// A program of a few shell lines.
    fn script(&self, lines: &str) -> PathBuf {
        let number = fs::read_dir(self.folder.path()).unwrap().count();
        let path = self.write(
            &format!("script-{number}"),
            &format!("#!/bin/bash\n{lines}\n"),
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn run(&self, lines: &str) -> RunOutcome {
        self.run_for(&self.script(lines), Duration::from_secs(20))
    }

    fn run_for(&self, program: &Path, timeout: Duration) -> RunOutcome {
        self.machine.run(&job(program, timeout))
    }

    fn compile(&self, text: &str, emit: Emit, linkage: &Linkage) -> CompileOutcome {
        self.machine.compile(&CompileJob {
            files: &[("site/docs/a.md".into(), text.into())],
            remap: "site",
            linkage,
            edition: "2024",
            emit,
            flags: &["--cfg=docs".into()],
            dependencies: true,
        })
    }

    fn prepare(&self, dependencies: Dependencies) -> Linkage {
        self.machine.prepare(&library(dependencies)).unwrap()
    }
}

fn job(program: &Path, timeout: Duration) -> RunJob<'_> {
    RunJob {
        program,
        env: &[],
        timeout,
        memory: 1 << 30,
        output: 1 << 16,
        folder: None,
    }
}

fn library(dependencies: Dependencies) -> Library {
    Library {
        name: "current docs".into(),
        dependencies,
        edition: None,
        env: vec![("GREETING".into(), "hello".into())],
        rustflags: vec!["--cfg=docs".into()],
        timeout: Duration::from_secs(5),
        memory: 1 << 30,
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_program_runs_in_a_fresh_folder_without_input() {
    let place = Place::new();
    let outcome = place.run("pwd; ls -A | wc -l; cat; echo error >&2; touch x; exit 7");
    assert_eq!(outcome.end, End::Code(7));
    let (folder, rest) = text(&outcome.stdout).split_once('\n').unwrap();
    assert_eq!(rest.trim(), "0");
    assert_eq!(text(&outcome.stderr), "error\n");
    assert!(!Path::new(folder).exists());
    assert!(!outcome.cut && !outcome.panicked);
    let second = place.run("pwd; echo > $DOCPROOF_PANIC_FILE");
    assert_ne!(text(&second.stdout).trim(), folder);
    assert!(second.panicked);
    assert!(!place.run("true").panicked);
}

#[test]
fn a_program_is_compiled_and_its_messages_name_the_page() {
    let place = Place::new();
    let linkage = place.prepare(Dependencies::None);
    assert_eq!(linkage.edition, "2024");
    assert!(
        linkage.rustc.starts_with("1.") && linkage.host.contains('-'),
        "{linkage:?}"
    );
    let good = place.compile(
        "fn main() { assert!(cfg!(docs)); println!(\"{} {}\", file!(), env!(\"GREETING\")) }",
        Emit::Program,
        &linkage,
    );
    assert!(good.success && good.crash.is_none(), "{good:?}");
    let program = good.program.unwrap();
    let outcome = place.run_for(&program, Duration::from_secs(20));
    assert_eq!(
        (outcome.end, text(&outcome.stdout)),
        (End::Code(0), "docs/a.md hello\n")
    );
    assert!(
        good.read_env
            .contains(&("GREETING".into(), Some("hello".into()))),
        "{:?}",
        good.read_env
    );
    let bad = place.compile(
        "fn main() {\n    let x: u32 = \"\";\n}",
        Emit::Metadata,
        &linkage,
    );
    assert!(!bad.success && bad.program.is_none() && bad.crash.is_none());
    let message = bad
        .messages
        .iter()
        .find(|line| line.contains("E0308"))
        .unwrap();
    assert!(
        message.contains("\"file_name\":\"docs/a.md\"")
            && message.contains("--> \\u001b[0mdocs/a.md:2:18"),
        "{message}"
    );
    let folder = place.folder.path().to_owned();
    drop(place.machine);
    assert_eq!(
        fs::read_dir(folder.join(".docproof/verify/work"))
            .unwrap()
            .count(),
        0
    );
    assert_eq!(fs::read_dir(folder.join("temp")).unwrap().count(), 0);
    assert!(!program.exists());
}

#[test]
fn a_package_tells_what_its_doctests_are_linked_with() {
    let place = Place::new();
    place.write("lib/Cargo.toml", "[package]\nname = \"greeting\"\nversion = \"0.3.1\"\nedition = \"2021\"\n[features]\nloud = []\n[workspace]\n");
    place.write(
        "lib/src/lib.rs",
        "#[cfg(feature = \"loud\")]\npub fn greet() -> &'static str { \"HELLO\" }\n",
    );
    let package = Dependencies::Package {
        manifest: "lib/Cargo.toml".into(),
        name: None,
        features: vec!["loud".into()],
        no_default_features: false,
    };
    let linkage = place.prepare(package);
    assert_eq!(linkage.edition, "2021");
    assert_eq!(
        linkage.versions,
        [("greeting".to_owned(), "0.3.1".to_owned())]
    );
    let outcome = place.compile(
        "fn main() { println!(\"{}\", greeting::greet()) }",
        Emit::Program,
        &linkage,
    );
    assert!(outcome.success, "{outcome:?}");
    let ran = place.run_for(&outcome.program.unwrap(), Duration::from_secs(20));
    assert_eq!(text(&ran.stdout), "HELLO\n");
}

#[test]
fn a_table_of_dependencies_gets_a_package_of_its_own() {
    let place = Place::new();
    place.write(
        "lib/Cargo.toml",
        "[package]\nname = \"greeting\"\nversion = \"0.3.1\"\nedition = \"2021\"\n",
    );
    place.write(
        "lib/src/lib.rs",
        "pub fn greet() -> &'static str { \"hello\" }\n",
    );
    let table = Dependencies::Table {
        toml: "welcome = { path = \"lib\", package = \"greeting\" }\n".into(),
    };
    let linkage = place.prepare(table.clone());
    assert_eq!(
        linkage.versions,
        [("greeting".to_owned(), "0.3.1".to_owned())]
    );
    assert!(
        !linkage
            .arguments
            .iter()
            .any(|one| one.contains("docproof_samples")),
        "{linkage:?}"
    );
    let outcome = place.compile(
        "fn main() { println!(\"{}\", welcome::greet()) }",
        Emit::Program,
        &linkage,
    );
    assert!(outcome.success, "{outcome:?}");
    let start = Instant::now();
    assert_eq!(place.prepare(table), linkage);
    println!("again: {:?}", start.elapsed());
}

#[test]
fn what_a_small_run_costs() {
    let place = Place::new();
    let program = Path::new("/bin/true");
    place.run_for(program, Duration::from_secs(1));
    let start = Instant::now();
    for _ in 0..200 {
        assert_eq!(
            place.run_for(program, Duration::from_secs(1)).end,
            End::Code(0)
        );
    }
    let each = start.elapsed() / 200;
    println!("each: {each:?}");
    assert!(each < Duration::from_millis(50), "{each:?}");
}

#[test]
fn a_package_whose_file_is_shown_is_checked() {
    let place = Place::new();
    place.write("lib/Cargo.toml", "[package]\nname = \"greeting\"\nversion = \"0.3.1\"\nedition = \"2021\"\n[features]\nloud = []\n[workspace]\n[[example]]\nname = \"shout\"\nrequired-features = [\"loud\"]\n");
    place.write("lib/src/lib.rs", "pub mod inner;\n");
    place.write("lib/src/inner.rs", "pub fn one() -> u32 { 1 }\n");
    place.write("lib/src/forgotten.rs", "");
    place.write("lib/examples/shout.rs", "fn main() {}");
    for (path, covers) in [("inner", true), ("forgotten", false)] {
        let check = place.machine.check(&format!("lib/src/{path}.rs")).unwrap();
        assert!(check.success, "{check:?}");
        assert_eq!(
            (check.covers, &*check.manifest),
            (covers, "lib/Cargo.toml"),
            "{path}"
        );
    }
    assert!(place.machine.check("lib/examples/shout.rs").unwrap().covers);
    let error = place.machine.check("docs/a.rs").unwrap_err();
    assert_eq!(error.message, "`docs/a.rs` belongs to no package");

    let place = Place {
        machine: RealMachine::new(surroundings(place.folder.path())),
        ..place
    };
    place.write("lib/src/inner.rs", "pub fn one() -> u32 {\n    \"\"\n}\n");
    let check = place.machine.check("lib/src/inner.rs").unwrap();
    assert!(!check.success);
    assert_eq!(
        check
            .messages
            .iter()
            .filter(|one| one.contains("E0308"))
            .count(),
        1,
        "{check:?}"
    );
    let error = &check.messages[0];
    assert!(
        error.contains("\"file_name\":\"lib/src/inner.rs\"")
            && error.contains("lib/src/inner.rs:2:5"),
        "{error}"
    );
}
