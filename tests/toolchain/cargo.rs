//! Cargo and rustc: what samples are linked with, how they are compiled, and what is said when that cannot be.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use docproof::toolchain::{RealMachine, Surroundings, against, sources_hash};
use docproof::verify::library::Dependencies;
use docproof::verify::machine::{Emit, End, Machine, Unusable};

use crate::place::{Place, library, surroundings, text};

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
            .filter(|one| one.contains("\"level\":\"error\""))
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

/// A package, by what differs between tests.
fn package(place: &Place, more: &str, code: &str) {
    let manifest =
        format!("[package]\nname = \"greeting\"\nversion = \"0.3.1\"\nedition = \"2021\"\n{more}");
    place.write("lib/Cargo.toml", &manifest);
    place.write("lib/src/lib.rs", code);
}

fn by_manifest(manifest: &str, name: Option<&str>) -> Dependencies {
    Dependencies::Package {
        manifest: manifest.into(),
        name: name.map(str::to_owned),
        features: Vec::new(),
        no_default_features: false,
    }
}

fn table(toml: &str) -> Dependencies {
    Dependencies::Table { toml: toml.into() }
}

const GREETING: &str = "greeting = { path = \"lib\" }\n";

impl Place {
    fn fails(&self, dependencies: Dependencies) -> Unusable {
        self.machine.prepare(&library(dependencies)).unwrap_err()
    }

    /// The same folder with a machine that knows nothing yet.
    fn again(self) -> Self {
        let machine = RealMachine::new(surroundings(self.folder.path()));
        Self { machine, ..self }
    }

    /// The same folder with a variable.
    fn with(self, name: &str, value: &str) -> Self {
        let mut around: Surroundings = surroundings(self.folder.path());
        around.env.retain(|(key, _)| key != name);
        around.env.push((name.into(), value.into()));
        Self {
            machine: RealMachine::new(around),
            ..self
        }
    }
}

#[test]
fn no_cargo_is_a_message() {
    let place = Place::new().with("CARGO", "/nowhere/cargo");
    package(&place, "", "");
    let error = place.fails(table(GREETING));
    assert_eq!(
        error.message,
        "there is no `/nowhere/cargo`, which `CARGO` names"
    );
    let place = place.with("RUSTC", "/nowhere/rustc");
    let error = place.fails(Dependencies::None);
    assert_eq!(
        error.message,
        "there is no `/nowhere/rustc` on this machine"
    );
    assert!(error.hint.is_some());
}

#[test]
fn a_library_that_does_not_compile_says_so_in_rustcs_words() {
    let place = Place::new();
    package(&place, "[workspace]\n", "pub fn greet() -> u32 { \"\" }\n");
    for dependencies in [table(GREETING), by_manifest("lib/Cargo.toml", None)] {
        let error = place.fails(dependencies);
        assert_eq!(
            error.message,
            "`greeting` does not compile, so no sample can"
        );
        assert_eq!(
            error.details.matches("error[E0308]").count(),
            1,
            "{}",
            error.details
        );
        assert!(
            error.details.contains("src/lib.rs:1:25"),
            "{}",
            error.details
        );
    }
    // What is mended is found to be so.
    package(&place, "[workspace]\n", "pub fn greet() -> u32 { 1 }\n");
    place.prepare(table(GREETING));
}

#[test]
fn dependencies_that_cannot_be_resolved_are_told_in_cargos_words() {
    let place = Place::new();
    package(&place, "", "");
    let error = place.fails(table("greeting = { path = \"lib\", version = \"9\" }\n"));
    assert_eq!(error.message, "the dependencies cannot be resolved");
    assert!(error.details.contains("greeting"), "{}", error.details);
    assert!(error.hint.is_some());
    let error = place.fails(table("greeting = { path = \"elsewhere\" }\n"));
    assert!(error.details.contains("elsewhere"), "{}", error.details);
    let error = place.fails(table(
        "greeting = { path = \"lib\", features = [\"none\"] }\n",
    ));
    assert!(error.details.contains("none"), "{}", error.details);
}

#[test]
fn packages_without_a_library_are_told() {
    let place = Place::new();
    let error = place.fails(by_manifest("lib/Cargo.toml", None));
    assert_eq!(error.message, "there is no `lib/Cargo.toml`");
    place.write("lib/Cargo.toml", "not = [toml");
    let error = place.fails(by_manifest("lib/Cargo.toml", None));
    assert_eq!(error.message, "`lib/Cargo.toml` is not a readable manifest");
    package(&place, "[workspace]\n[lib]\ndoctest = false\n", "");
    // Asked for doctests by name, Cargo runs them.
    place.prepare(by_manifest("lib/Cargo.toml", None));
    let error = place.fails(by_manifest("lib/Cargo.toml", Some("other")));
    assert_eq!(
        error.message,
        "the package is not there as `verify:` in docproof.yaml says"
    );
    place.write(
        "program/Cargo.toml",
        "[package]\nname = \"program\"\nversion = \"1.0.0\"\n[workspace]\n",
    );
    place.write("program/src/main.rs", "fn main() {}\n");
    let error = place.fails(by_manifest("program/Cargo.toml", None));
    assert_eq!(error.message, "the package has no library");
}

#[test]
fn a_workspace_gives_the_package_that_is_named() {
    let place = Place::new();
    place.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"l*\", \"other\"]\nresolver = \"2\"\n",
    );
    package(&place, "", "");
    place.write("other/Cargo.toml", "[package]\nname = \"other\"\nversion = \"2.0.0\"\n[dependencies]\ngreeting = { path = \"../lib\" }\n");
    place.write("other/src/lib.rs", "pub fn two() -> u32 { 2 }\n");
    let error = place.fails(by_manifest("Cargo.toml", None));
    assert!(error.message.contains("`greeting`, `other`"), "{error:?}");
    let linkage = place.prepare(by_manifest("Cargo.toml", Some("other")));
    let versions: Vec<_> = linkage
        .versions
        .iter()
        .map(|(name, version)| format!("{name} {version}"))
        .collect();
    assert_eq!(versions, ["other 2.0.0", "greeting 0.3.1"]);
    assert_eq!(linkage.edition, "2015");
    let code = "extern crate other; fn main() { assert_eq!(other::two(), 2) }";
    assert!(place.compile(code, Emit::Program, &linkage).success);
}

#[test]
fn the_fingerprint_follows_the_library() {
    let mut place = Place::new();
    package(
        &place,
        "[features]\nloud = []\n",
        "pub fn greet() -> u32 { 1 }\n",
    );
    let first = place.prepare(table(GREETING));
    let manifest = fs::read_dir(place.folder.path().join(".docproof/verify/packages"))
        .unwrap()
        .flatten()
        .next()
        .unwrap();
    let time = || {
        fs::metadata(manifest.path().join("Cargo.toml"))
            .unwrap()
            .modified()
            .unwrap()
    };
    let written = time();

    // Touched, and with a comment at its end: built again, and the same to its users. Where incremental compilation is
    // off, as in CI, rustc puts the text's length into the `.rmeta`, so the comment has to stay away.
    place = place.again();
    let incremental = std::env::var_os("CARGO_INCREMENTAL").is_none_or(|value| value != "0");
    let end = if incremental { "// end\n" } else { "" };
    place.write(
        "lib/src/lib.rs",
        &format!("pub fn greet() -> u32 {{ 1 }}\n{end}"),
    );
    let touched = place.prepare(table(GREETING));
    assert_eq!(touched.fingerprint, first.fingerprint);
    assert_eq!(touched.sources != first.sources, incremental);
    assert_eq!(time(), written);

    place = place.again();
    place.write("lib/src/lib.rs", "pub fn greet() -> u32 { 2 }\n");
    let edited = place.prepare(table(GREETING));
    assert_ne!(edited.fingerprint, first.fingerprint);

    let mut other = library(table(GREETING));
    other.env[0].1 = "goodbye".into();
    assert_ne!(
        place.machine.prepare(&other).unwrap().fingerprint,
        edited.fingerprint
    );
    let mut other = library(table(GREETING));
    other.rustflags.clear();
    assert_ne!(
        place.machine.prepare(&other).unwrap().fingerprint,
        edited.fingerprint
    );
    let loud = table("greeting = { path = \"lib\", features = [\"loud\"] }\n");
    assert_ne!(place.prepare(loud).fingerprint, edited.fingerprint);
}

#[test]
fn the_sources_are_those_of_packages_from_paths() {
    let place = Place::new();
    let site = place.folder.path();
    package(
        &place,
        "[dependencies]\ninner = { path = \"../inner\" }\n",
        "pub use inner;\n",
    );
    place.write(
        "inner/Cargo.toml",
        "[package]\nname = \"inner\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    );
    place.write("inner/src/lib.rs", "pub fn one() {}\n");
    let one = library(table(GREETING));
    let first = sources_hash(site, &one);
    assert_eq!(first, Some(place.machine.prepare(&one).unwrap().sources));
    place.write("inner/README.md", "no source");
    place.write("lib/tests/test.rs", "no source of the library");
    assert_eq!(sources_hash(site, &one), first);
    place.write("inner/src/new.rs", "");
    let second = sources_hash(site, &one);
    assert_ne!(second, first);
    place.write("lib/build.rs", "fn main() {}\n");
    assert_ne!(sources_hash(site, &one), second);
    fs::remove_dir_all(site.join("inner")).unwrap();
    assert_eq!(sources_hash(site, &one), None);
    assert!(sources_hash(site, &library(Dependencies::None)).is_some());
}

#[test]
fn a_checkout_takes_the_place_of_a_dependency() {
    let place = Place::new();
    package(&place, "", "pub fn greet() -> u32 { 1 }\n");
    let other = Place::new();
    other.write("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\n");
    other.write("crates/greeting/Cargo.toml", "[package]\nname = \"greeting\"\nversion = \"0.4.0\"\nedition = \"2021\"\n[features]\nloud = []\n");
    other.write(
        "crates/greeting/src/lib.rs",
        "pub fn greet() -> u32 { 2 }\n",
    );
    let released = library(table(
        "serde_json = \"1\"\nwelcome = { version = \"0.3\", package = \"greeting\", features = [\"loud\"] }\n",
    ));
    let replaced = against(&released, other.folder.path()).unwrap();
    let Dependencies::Table { toml } = &replaced.dependencies else {
        panic!("a table")
    };
    let path = fs::canonicalize(other.folder.path())
        .unwrap()
        .join("crates/greeting");
    assert_eq!(
        toml,
        &format!(
            "serde_json = \"1\"\nwelcome = {{ features = [\"loud\"], package = \"greeting\", path = \"{}\" }}\n",
            path.display()
        )
    );
    let replaced = against(&library(table(GREETING)), other.folder.path()).unwrap();
    assert_eq!(
        place.machine.prepare(&replaced).unwrap().versions[0].1,
        "0.4.0"
    );
    let error = against(&library(table("serde = \"1\"\n")), other.folder.path()).unwrap_err();
    assert!(
        error.contains("`serde`") && error.contains("it has `greeting`"),
        "{error}"
    );
    let error = against(&library(table(GREETING)), Path::new("/nowhere")).unwrap_err();
    assert_eq!(error, "there is no readable `Cargo.toml` in `/nowhere`");
    let own = against(
        &library(by_manifest("lib/Cargo.toml", Some("greeting"))),
        other.folder.path(),
    )
    .unwrap();
    assert_eq!(place.machine.prepare(&own).unwrap().versions[0].1, "0.4.0");
}

#[test]
fn included_files_are_told_with_their_hashes() {
    let folder = tempfile::Builder::new()
        .prefix("with space")
        .tempdir()
        .unwrap();
    let place = Place::at(folder.path());
    let linkage = place.prepare(Dependencies::None);
    let text = place.write("a b.txt", "included");
    let code = format!(
        "fn main() {{ print!(\"{{}}{{:?}}\", include_str!({text:?}), option_env!(\"NO_SUCH\")); }}"
    );
    let outcome = place.compile(&code, Emit::Program, &linkage);
    assert!(outcome.success, "{outcome:?}");
    assert_eq!(
        outcome.included,
        [(text.clone(), place.machine.hash_file(&text).unwrap())]
    );
    assert!(
        outcome.read_env.contains(&("NO_SUCH".into(), None)),
        "{:?}",
        outcome.read_env
    );
    let outcome = place.compile(
        "#[test] fn one() {} #[test] fn two() { panic!() }",
        Emit::TestProgram,
        &linkage,
    );
    let ran = place.run_for(&outcome.program.unwrap(), Duration::from_secs(20));
    assert_eq!(ran.end, End::Code(101));
}

#[test]
fn a_compiler_that_fails_is_told_apart_from_code_that_does() {
    for (lines, crash) in [
        ("kill -SEGV $$", "rustc was ended by signal 11"),
        (
            "echo 'error: the compiler unexpectedly panicked. this is a bug.' >&2; exit 101",
            "rustc crashed",
        ),
        (
            "echo '{\"message\":\"No space left on device (os error 28)\"}' >&2; exit 1",
            "the disk is full",
        ),
    ] {
        let place = Place::new();
        let version = "[ \"$1\" = -vV ] && { echo release: 1.0.0; exit; }";
        let compiler = place.script(&format!("{version}\n{lines}"));
        let place = place.with("RUSTC", compiler.to_str().unwrap());
        let linkage = place.prepare(Dependencies::None);
        let outcome = place.compile("fn main() {}", Emit::Metadata, &linkage);
        assert_eq!(outcome.crash.as_deref(), Some(crash));
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_a_message() {
    let place = Place::new();
    place.write(".docproof", "in the way");
    package(&place, "", "");
    let error = place.fails(table(GREETING));
    assert!(
        error.message.starts_with("cannot write `")
            && error.message.contains(".docproof/verify/packages"),
        "{error:?}"
    );
    let linkage = place.prepare(Dependencies::None);
    let outcome = place.compile("fn main() {}", Emit::Metadata, &linkage);
    assert!(
        outcome
            .crash
            .unwrap()
            .starts_with("cannot write the generated code")
    );
}
