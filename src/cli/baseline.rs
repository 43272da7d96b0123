//! `--links-baseline` and `--update-links-baseline`: the file of known broken links.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Common, USAGE, report};
use crate::build::baseline::{self, Entry, Known};
use crate::disk::words;

/// The file, and what is to become of it.
pub struct Baseline {
    path: PathBuf,
    /// None where the file is to be written anew.
    listed: Option<BTreeSet<Entry>>,
}

impl Baseline {
    /// Reads the file, unless it is to be written.
    ///
    /// # Errors
    /// The exit code, after a message, when the file cannot be used.
    pub fn begin(common: &Common, path: &Path, update: bool) -> Result<Self, u8> {
        let path = path.to_owned();
        if update {
            return Ok(Self { path, listed: None });
        }
        let fail = |why: String, hint: &str| {
            let message = format!("the list of known broken links `{}` {why}", path.display());
            report::failure(common, &message, Some(hint));
            USAGE
        };
        let text = std::fs::read(&path).map_err(|error| {
            let hint = "`--update-links-baseline` beside `--links-baseline` writes it";
            fail(format!("cannot be read: {}", words(&error)), hint)
        })?;
        let hint = "mend the file, or write it anew with `--update-links-baseline`";
        let text = String::from_utf8(text).map_err(|_| fail("is not UTF-8".to_owned(), hint))?;
        let listed = baseline::read(&text)
            .map_err(|error| fail(format!("is no such list: {error}"), hint))?;
        Ok(Self {
            path,
            listed: Some(listed),
        })
    }

    /// What a build must not speak of.
    pub fn known(&self) -> Known {
        self.listed.clone().map_or(Known::All, Known::Listed)
    }

    /// Tells what became of the links that were known, or writes the file.
    ///
    /// # Errors
    /// The exit code, after a message, when the file cannot be written.
    pub fn end(&self, common: &Common, broken: &BTreeSet<Entry>) -> Result<(), u8> {
        let path = self.path.display();
        let Some(listed) = &self.listed else {
            let written = write(&self.path, &baseline::write(broken)).map_err(|error| {
                let message = format!("`{path}` cannot be written: {}", words(&error));
                report::failure(common, &message, Some("the site was built all the same"));
                USAGE
            })?;
            let links = links(broken.len(), "broken link");
            let verb = if written { "wrote" } else { "nothing new:" };
            report::line(&format!("{verb} {links} to `{path}`"));
            return Ok(());
        };
        let mended = listed.difference(broken).count();
        let known = links(listed.len() - mended, "known broken link");
        if mended > 0 {
            let entries = links(mended, "entry").replace("entrys", "entries");
            let verb = if mended == 1 { "is" } else { "are" };
            let them = if mended == 1 { "it" } else { "them" };
            report::line(&format!(
                "note: {entries} of `{path}` {verb} mended: run with `--update-links-baseline` to drop {them}"
            ));
        }
        if listed.len() > mended {
            report::line(&format!("note: {known}, listed in `{path}`"));
        }
        Ok(())
    }
}

/// Writes the file by way of another beside it, if its text is another than before.
fn write(path: &Path, text: &str) -> std::io::Result<bool> {
    if std::fs::read(path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(false);
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    std::fs::write(&beside, text)?;
    std::fs::rename(&beside, path)?;
    Ok(true)
}

fn links(n: usize, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}
