//! Cargo and rustc: what samples are linked with, how they are compiled, and what is said when that cannot be.

use std::fs;
use std::time::{Duration, Instant};

use docproof::toolchain::RealMachine;
use docproof::verify::library::Dependencies;
use docproof::verify::machine::{Emit, End, Machine};

use crate::place::{Place, surroundings, text};

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
