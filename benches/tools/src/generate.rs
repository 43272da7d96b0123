//! Writes a test site to a folder.
//!
//! In: a plan and a folder, which must not exist or be empty. Out: the files of a site for Docproof
//! or for a peer. The only part of the tool, beside `measure` and `floor`, that writes files.

use crate::page::{CodeBlocks, Dialect, Plan};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What was written.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    /// Pages.
    pub pages: usize,
    /// Their bytes in all.
    pub bytes: usize,
}

/// Writes the site that follows from the plan.
///
/// # Errors
/// When the folder holds something already, or cannot be written.
pub fn site(plan: &Plan, folder: &Path) -> io::Result<Written> {
    refuse_used_folder(folder)?;
    fs::create_dir_all(folder)?;
    let docs = match plan.dialect {
        Dialect::Docproof => docproof(plan, folder)?,
        Dialect::Mdbook => mdbook(plan, folder)?,
    };
    let mut made = BTreeSet::new();
    let mut bytes = 0;
    for page in 0..plan.pages {
        let path = docs.join(plan.path(page));
        let parent = path
            .parent()
            .expect("invariant: a page lies in a folder")
            .to_owned();
        if made.insert(parent.clone()) {
            fs::create_dir_all(parent)?;
        }
        let text = plan.markdown(page);
        bytes += text.len();
        fs::write(path, text)?;
    }
    Ok(Written {
        pages: plan.pages,
        bytes,
    })
}

/// A folder with something in it may be somebody's work.
///
/// # Errors
/// When it has something in it, or cannot be read.
pub fn refuse_used_folder(folder: &Path) -> io::Result<()> {
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            Some(_) => Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                format!("{} is not empty", folder.display()),
            )),
            None => Ok(()),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn docproof(plan: &Plan, folder: &Path) -> io::Result<PathBuf> {
    let code = match plan.code {
        CodeBlocks::Highlighted => "with code",
        CodeBlocks::Plain => "with plain code",
        CodeBlocks::None => "without code",
    };
    let config = format!(
        "title: Test site of {} pages {code}\nurl: https://example.com\n",
        plan.pages
    );
    fs::write(folder.join("docproof.yaml"), config)?;
    Ok(folder.join("docs"))
}

fn mdbook(plan: &Plan, folder: &Path) -> io::Result<PathBuf> {
    let docs = folder.join("src");
    fs::create_dir_all(&docs)?;
    fs::write(folder.join("book.toml"), "[book]\ntitle = \"Test site\"\n")?;
    let mut summary = String::from("# Summary\n\n");
    for page in 0..plan.pages {
        let indent = "  ".repeat(plan.folders(page).len());
        summary.push_str(&format!(
            "{indent}- [{}]({})\n",
            plan.title(page),
            plan.path(page)
        ));
    }
    fs::write(docs.join("SUMMARY.md"), summary)?;
    Ok(docs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{LINKS, PAGE_BYTES, anchor};
    use std::collections::{BTreeMap, HashSet};

    const PLAN: Plan = Plan {
        pages: 250,
        seed: 1,
        code: CodeBlocks::Highlighted,
        dialect: Dialect::Docproof,
    };

    /// The code blocks of a text, fences included.
    fn blocks(text: &str) -> Vec<&str> {
        text.split("\n```").skip(1).step_by(2).collect()
    }

    /// The targets of a text's links.
    fn links(text: &str) -> Vec<&str> {
        text.split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
            .collect()
    }

    /// Follows a relative path from a folder, without a disk.
    fn follow(from: &[String], link: &str) -> String {
        let mut parts = from.to_vec();
        for part in link.split('/') {
            if part == ".." {
                parts.pop().expect("a link must not leave the docs");
            } else {
                parts.push(part.to_owned());
            }
        }
        parts.join("/")
    }

    #[test]
    fn a_page_is_about_seven_kilobytes_in_every_form() {
        for code in [CodeBlocks::Highlighted, CodeBlocks::Plain, CodeBlocks::None] {
            let plan = Plan { code, ..PLAN };
            let total: usize = (0..plan.pages).map(|page| plan.markdown(page).len()).sum();
            let mean = total / plan.pages;
            assert!(
                mean.abs_diff(PAGE_BYTES) < PAGE_BYTES / 20,
                "{code:?}: {mean} bytes"
            );
        }
    }

    #[test]
    fn no_code_block_is_repeated_and_each_page_has_three() {
        let mut seen = HashSet::new();
        for page in 0..PLAN.pages {
            let text = PLAN.markdown(page);
            assert_eq!(blocks(&text).len(), 3, "page {page}");
            for block in blocks(&text) {
                assert!(seen.insert(block.to_owned()), "page {page} repeats {block}");
            }
        }
    }

    #[test]
    fn every_link_leads_to_a_page_and_every_anchor_to_a_heading() {
        let known: BTreeMap<String, Vec<String>> = (0..PLAN.pages)
            .map(|page| {
                (
                    PLAN.path(page),
                    PLAN.headings(page)
                        .iter()
                        .map(|heading| anchor(heading))
                        .collect(),
                )
            })
            .collect();
        let mut anchors = 0;
        for page in 0..PLAN.pages {
            let text = PLAN.markdown(page);
            assert_eq!(links(&text).len(), LINKS);
            for link in links(&text) {
                let (path, anchor) = link
                    .split_once('#')
                    .map_or((link, None), |(path, anchor)| (path, Some(anchor)));
                let target = follow(&PLAN.folders(page), path);
                let headings = known
                    .get(&target)
                    .unwrap_or_else(|| panic!("page {page}: no {target}"));
                anchors += usize::from(anchor.is_some());
                assert!(
                    anchor.is_none_or(|anchor| headings.iter().any(|known| known == anchor)),
                    "{link}"
                );
            }
        }
        assert!(
            anchors > PLAN.pages,
            "too few links have an anchor: {anchors}"
        );
    }

    #[test]
    fn the_site_follows_from_its_seed_alone() {
        assert_eq!(PLAN.markdown(17), PLAN.markdown(17));
        assert_ne!(PLAN.markdown(17), Plan { seed: 2, ..PLAN }.markdown(17));
    }

    #[test]
    fn pages_lie_in_three_levels_of_folders() {
        let depths: Vec<usize> = [0, 1, 4, 99, 100]
            .map(|page| PLAN.folders(page).len())
            .to_vec();
        assert_eq!(depths, [0, 1, 2, 2, 0]);
    }

    #[test]
    fn a_used_folder_is_refused() {
        let folder =
            std::env::temp_dir().join(format!("docproof-bench-used-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("the temp folder can be written");
        fs::write(folder.join("letter.txt"), "mine").expect("the temp folder can be written");
        let refused = site(&PLAN, &folder).expect_err("the folder is in use");
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        fs::remove_dir_all(&folder).expect("the temp folder can be removed");
    }
}
