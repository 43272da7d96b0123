//! The written site has the counts that it should have: found in its files, not in the plan.

use super::counts::*;
use super::plan::Plan;
use super::write;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn folder(name: &str) -> Folder {
    Folder(std::env::temp_dir().join(format!("docproof-bench-{name}-{}", std::process::id())))
}

fn texts(folder: &Path, ending: &str, all: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("the folder was written") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            texts(&path, ending, all);
        } else if path.to_string_lossy().ends_with(ending) {
            all.push(fs::read_to_string(path).expect("the file was written"));
        }
    }
}

fn markdown(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    texts(folder, ".md", &mut all);
    all
}

#[test]
fn the_files_hold_what_the_real_site_holds() {
    let folder = folder("counts");
    let written =
        write::site(&Plan::new(1), &folder.0, usize::MAX, false).expect("it can be written");
    assert_eq!((written.files, written.pages), (FILES, PAGES));
    let all = markdown(&folder.0);
    let count = |part: &str| {
        all.iter()
            .map(|text| text.matches(part).count())
            .sum::<usize>()
    };
    assert_eq!(all.len(), FILES);
    assert_eq!(count("<!--DOCUSAURUS_CODE_TABS-->"), 620);
    assert_eq!(
        count("<!--END_DOCUSAURUS_CODE_TABS-->\n\n"),
        620 - TABS_BEFORE_TEXT
    );
    assert_eq!(count("__HIGHLIGHT__"), RANGES);
    assert_eq!(count("__END_HIGHLIGHT__"), RANGES);
    assert_eq!(count("__HIGHLIGHT_PHRASE__"), PHRASES);
    let is_placeholder = |line: &&str| {
        let bare = line
            .replace("__HIGHLIGHT__", "")
            .replace("__END_HIGHLIGHT__", "");
        bare.trim() == "..."
    };
    let placeholders = all
        .iter()
        .flat_map(|text| text.lines())
        .filter(is_placeholder);
    assert_eq!(placeholders.count(), FLAWS[0]);
    assert_eq!(count("<!-- COPY DOCS -->"), COPIES + COPY_SOURCES);
    let fences: usize = FENCES.iter().map(|(_, count)| count).sum();
    assert_eq!(
        count("\n```\n"),
        fences + 109,
        "a fence without a language opens as it closes"
    );
    for (language, expected) in FENCES.iter().filter(|(language, _)| !language.is_empty()) {
        assert_eq!(
            count(&format!("\n```{language}\n")),
            *expected,
            "{language}"
        );
    }
}

#[test]
fn sidebars_have_the_categories_of_the_real_site() {
    let folder = folder("sidebars");
    write::site(&Plan::new(1), &folder.0, usize::MAX, false).expect("it can be written");
    let mut all = Vec::new();
    texts(&folder.0, "website/sidebars.json", &mut all);
    let (mut categories, mut singles) = (0, 0);
    for text in all {
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let docs = value["docs"].as_object().expect("one sidebar");
        categories += docs.len();
        singles += docs
            .keys()
            .filter(|name| name.starts_with("SIDEBAR_REPLACE_DOC_"))
            .count();
    }
    assert_eq!((categories, singles), (CATEGORIES, SINGLES));
}

#[test]
fn other_seeds_give_other_sites_of_the_same_size() {
    for seed in 2..5 {
        let folder = folder(&format!("seed-{seed}"));
        let written =
            write::site(&Plan::new(seed), &folder.0, usize::MAX, false).expect("it can be written");
        assert_eq!(
            (written.files, written.pages),
            (FILES, PAGES),
            "seed {seed}"
        );
    }
}

#[test]
fn the_site_with_three_versions_shows_the_same_texts() {
    let (whole, cut) = (folder("whole"), folder("cut"));
    let plan = Plan::new(1);
    write::site(&plan, &whole.0, usize::MAX, false).expect("it can be written");
    let written = write::site(&plan, &cut.0, 3, false).expect("it can be written");
    assert!(
        written.files < FILES && written.pages < PAGES,
        "{written:?}"
    );
    let body = |text: &str| text.splitn(3, "---\n").nth(2).expect("a body").to_owned();
    let known: std::collections::HashSet<String> =
        markdown(&whole.0).iter().map(|t| body(t)).collect();
    assert!(
        markdown(&cut.0)
            .iter()
            .all(|text| known.contains(&body(text)))
    );
}
