//! `docproof clean`, `completions`, `man`, and the words of every `--help`.
//!
//! The help texts stand in `tests/snapshots/help.txt`. After a change that is meant, refresh the file with
//! `UPDATE_SNAPSHOTS=1 cargo test --test cli_misc` and read the difference.

mod cli;

use cli::Site;

#[test]
fn clean_removes_what_docproof_made() {
    let site = Site::new(&[]);
    site.expect(&["init"], 0, &[]);
    let before = site.tree();
    site.expect(&["clean"], 0, &["nothing to remove"]);
    site.builds();
    site.expect(&["build"], 0, &[]);
    let run = site.expect(&["clean"], 0, &[]);
    assert!(run.out.contains("removed  ./build"), "{run:?}");
    assert!(!site.path("build").exists() && !site.path(".docproof").exists());
    assert_eq!(site.tree(), before);
    site.write("build/mine.txt", "x");
    site.expect(&["clean"], 2, &["was not made by docproof", "help:"]);
    assert!(site.path("build/mine.txt").exists());
    let run = site.expect(&["clean", "--format", "json"], 2, &[]);
    assert!(run.out.contains("\"severity\":\"error\""), "{run:?}");
    site.expect(
        &["clean", "--site", "missing"],
        2,
        &["cannot open `missing`"],
    );
    site.expect(&["clean", "--site", "build"], 2, &["is not a site"]);
}

#[test]
fn every_shell_has_completions() {
    let site = Site::new(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = site.expect(&["completions", shell], 0, &["docproof", "copies"]);
        assert!(run.err.is_empty(), "{run:?}");
    }
    site.expect(&["completions", "csh"], 2, &["csh"]);
}

#[test]
fn manual_pages_are_printed_and_written() {
    let site = Site::new(&[]);
    let run = site.expect(&["man"], 0, &[".TH docproof 1", "SUBCOMMANDS"]);
    assert!(run.out.contains(".SH NAME"), "{run:?}");
    site.expect(&["man", "--out", "pages"], 0, &["manual pages"]);
    assert!(site.read("pages/docproof.1").contains(".TH docproof 1"));
    assert!(
        site.read("pages/docproof-version-cut.1")
            .contains("docproof\\-version\\-cut")
    );
    site.write("file", "x");
    site.expect(&["man", "--out", "file"], 2, &["cannot create `file`"]);
}

/// Every command, by the commands that each help text lists.
fn commands(site: &Site, above: &[&str], all: &mut String) {
    let mut args = above.to_vec();
    args.push("--help");
    let help = site.expect(&args, 0, &["Usage:"]).out;
    all.push_str(&format!(
        "$ docproof {}\n\n{}\n\n",
        args.join(" "),
        help.trim_end()
    ));
    let listed = help.split("Commands:\n").nth(1).unwrap_or_default();
    for line in listed.lines().take_while(|line| !line.trim().is_empty()) {
        let indented = line.strip_prefix("  ").filter(|l| !l.starts_with(' '));
        let Some(name) = indented.and_then(|l| l.split_whitespace().next()) else {
            continue;
        };
        if name != "help" {
            let mut below = above.to_vec();
            below.push(name);
            commands(site, &below, all);
        }
    }
}

#[test]
fn help_texts_are_as_they_were() {
    let mut all = String::new();
    commands(&Site::new(&[]), &[], &mut all);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots/help.txt");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots"))
            .expect("a folder");
        std::fs::write(path, &all).expect("the snapshot can be written");
    }
    let before = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        before == all,
        "the help texts changed; if that is meant: UPDATE_SNAPSHOTS=1 cargo test --test cli_misc\n{all}"
    );
}
