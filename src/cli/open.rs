//! A site opened for commands that read it without building it.
//!
//! In: the options of every command. Out: the indexed site, or the exit code after saying what is wrong.

use std::io::Write as _;
use std::path::Path;

use super::{Common, Format, USAGE, report};
use crate::build::changes::{Changed, FileChange};
use crate::build::files::ChangeSet;
use crate::build::output::Sink;
use crate::build::{Build, Indexed};
pub use crate::diagnostic::count;
use crate::diagnostic::{Diagnostic, Severity};
use crate::disk::edit::{self, EditError};
use crate::disk::reader::DiskFiles;
use crate::source::ContentHash;

/// A site, parsed and indexed.
pub struct Site {
    /// Its files.
    pub files: DiskFiles,
    /// Holds its texts.
    pub build: Build,
    /// The index.
    pub indexed: Indexed,
    /// What was found on the way.
    pub diagnostics: Vec<Diagnostic>,
}

/// The files of the site that a command is about.
pub fn files(common: &Common) -> Result<DiskFiles, u8> {
    let files = DiskFiles::new(&common.site).map_err(|error| {
        let hint = "name the site's folder with `--site DIR`";
        report::failure(common, &error.to_string(), Some(hint));
        USAGE
    })?;
    if common.site.join(crate::config::FILE_NAME).exists() || common.site.join("docs").is_dir() {
        return Ok(files);
    }
    let shown = common.site.display();
    let message =
        format!("`{shown}` is not a site: it has neither a docproof.yaml nor a docs folder");
    report::failure(common, &message, Some("`docproof init` makes a new site"));
    Err(USAGE)
}

/// Opens the site. Problems with its configuration end the command; others are handed over.
pub fn site(common: &Common) -> Result<Site, u8> {
    let files = files(common)?;
    let mut build = Build::new();
    let mut diagnostics = Vec::new();
    let indexed = build.index(&files, &ChangeSet::All, &mut diagnostics);
    crate::diagnostic::sort(&mut diagnostics, &build.sources);
    let config: Vec<Diagnostic> = diagnostics
        .iter()
        .filter(|d| d.code == "config" && d.severity == Severity::Error)
        .cloned()
        .collect();
    if !config.is_empty() {
        report::diagnostics(common, &config, &build.sources);
        return Err(USAGE);
    }
    Ok(Site {
        files,
        build,
        indexed,
        diagnostics,
    })
}

/// Refuses the first file, so that a build ends where rendering begins: all that is wrong with the content
/// is known by then.
struct NothingRendered;

impl Sink for NothingRendered {
    fn put(&self, _: &str, _: Vec<u8>) -> Result<(), String> {
        Err(String::new())
    }

    fn copy(&self, _: &str, _: &str, _: ContentHash) -> Result<(), String> {
        Err(String::new())
    }

    fn keep(&self, _: &str) -> Result<(), String> {
        Err(String::new())
    }
}

/// The errors that a site would have after some changes, with the texts that they point into.
pub fn errors_after(files: &DiskFiles, changes: &[FileChange]) -> (Vec<Diagnostic>, Build) {
    let after = Changed {
        base: files,
        changes,
    };
    let mut build = Build::new();
    let outcome = build.run(&after, &ChangeSet::All, &NothingRendered, &|_| {});
    let mut errors = outcome.diagnostics;
    errors.retain(|d| d.severity == Severity::Error);
    (errors, build)
}

/// Makes changes, and says what went wrong.
pub fn apply(common: &Common, root: &Path, changes: &[FileChange]) -> Result<(), u8> {
    match edit::apply(root, changes) {
        Ok(left) => {
            for path in left {
                let shown = path.display();
                report::line(&format!("note: `{shown}` is not needed and can be removed"));
            }
            Ok(())
        }
        Err(error) => {
            let hint = match &error {
                EditError::InTheWay(_) => "nothing was changed; move these away first",
                EditError::Outside(_) => "nothing was changed; replace the link by a folder",
                EditError::Disk(_) => "nothing was changed",
                EditError::Stuck(..) => {
                    "these lie beside their places, in files that end with `docproof-old`"
                }
            };
            report::failure(common, &error.to_string(), Some(hint));
            Err(USAGE)
        }
    }
}

/// Prints what a command was asked for on standard output: a text for people, or one JSON object a line.
pub fn answer(common: &Common, text: &str, json: &[serde_json::Value]) {
    let mut out = String::new();
    match common.format {
        Format::Human | Format::Junit | Format::Github => out.push_str(text),
        Format::Json => {
            for value in json {
                out.push_str(&value.to_string());
                out.push('\n');
            }
        }
    }
    // A closed pipe is no reason to fail.
    let _ = std::io::stdout().lock().write_all(out.as_bytes());
}
