//! The tour in the README, run as it stands there.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// The blocks of a fence in the tour.
fn blocks<'a>(readme: &'a str, fence: &str) -> Vec<&'a str> {
    let tour = readme.split("\n## A tour\n").nth(1);
    let tour = tour.and_then(|rest| rest.split("\n## Beside others\n").next());
    let ticks: String = fence.chars().take_while(|c| *c == '`').collect();
    let opening = format!("\n{fence}\n");
    let closing = format!("\n{ticks}\n");
    let after = tour.expect("the tour").split(&opening).skip(1);
    after
        .filter_map(|rest| rest.split(&closing).next())
        .collect()
}

/// Runs a script in a folder where `docproof` is ours.
fn run(folder: &Path, script: &str) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_docproof"));
    let bin = program.parent().expect("a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    Command::new("bash")
        .args(["-c", script])
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", bin.display()))
        .output()
        .expect("bash runs")
}

#[test]
#[cfg(unix)]
fn the_tour_of_the_readme() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).expect("the README");
    let scripts = blocks(&readme, "````sh");
    let [script] = scripts[..] else {
        panic!("one script: {scripts:?}");
    };
    assert!(script.lines().count() <= 20, "twenty lines at most");
    let folder = tempfile::tempdir().expect("a folder");
    let tour = run(folder.path(), script);
    assert!(tour.status.success(), "{tour:?}");
    let shop = folder.path().join("shop");
    let page = fs::read_to_string(shop.join("build/docs/prices.html"))
        .unwrap_or_else(|e| panic!("{e}: {tour:?}"));
    assert!(page.contains("verified with shop 0.1.0"), "{page}");

    // The script has a `text` block of its own.
    let said = blocks(&readme, "```text");
    let [_, verify, build] = said[..] else {
        panic!("three blocks: {said:?}");
    };
    let renamed = run(&shop, "sed -i.old s/add/sum/ src/lib.rs && docproof verify");
    assert_eq!(renamed.status.code(), Some(1), "{renamed:?}");
    let misspelt =
        "sed -i.old 's/(#rounding)/(#roundng)/' docs/prices.md && rm docs/*.old && docproof build";
    let misspelt = run(&shop, misspelt);
    assert_eq!(misspelt.status.code(), Some(1), "{misspelt:?}");
    for (output, wanted) in [(renamed, verify), (misspelt, build)] {
        let printed = String::from_utf8_lossy(&output.stderr);
        for wanted in wanted.lines() {
            // Which rustc it is depends on the machine.
            let wanted = wanted.split(", rustc ").next().unwrap_or_default();
            assert!(printed.contains(wanted), "no `{wanted}` in\n{printed}");
        }
    }
}
