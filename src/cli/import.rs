//! `docproof import`: the configuration of a site that was written for another generator.
//!
//! Each generator has a file of its own here, which reads the old site's files and hands their texts to `crate::import`.
//! What they share stands in this file: where the configuration goes, and how it is shown or written. The sources are
//! never changed.

mod docusaurus_v1;
mod mdbook;

use std::fs;
use std::path::{Path, PathBuf};

use super::{Common, FINE, PROBLEMS, USAGE, open, report};
use crate::diagnostic::{Diagnostic, Severity};
use crate::disk::{failed, words};
use crate::source::SourceMap;

/// Options of `import`.
#[derive(clap::Args, Debug)]
pub struct ImportArgs {
    #[command(subcommand)]
    from: From,
}

#[derive(clap::Subcommand, Debug)]
enum From {
    /// Write the configuration of every Docusaurus v1 site under a folder
    DocusaurusV1(docusaurus_v1::Options),
    /// Write the configuration of an mdBook book
    Mdbook(Target),
}

/// What every import is told.
#[derive(clap::Args, Debug)]
pub struct Target {
    /// The folder of the old site [default: that of `--site`]
    dir: Option<PathBuf>,
    /// Where the configuration goes [default: docproof.yaml in the site's folder]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
    /// Write nothing: print the configuration
    #[arg(long)]
    check: bool,
}

/// Runs `import`.
pub fn run(common: &Common, args: &ImportArgs) -> u8 {
    match &args.from {
        From::DocusaurusV1(options) => docusaurus_v1::run(common, options),
        From::Mdbook(target) => mdbook::run(common, target),
    }
}

/// The two folders of an import, as they really lie.
struct Folders {
    /// The old site.
    old: PathBuf,
    /// The folder of the new configuration: its paths start from here.
    site: PathBuf,
    /// The way from `site` to `old`, with `/`; empty when they are one.
    way: String,
    /// The file of the new configuration, as it was named.
    file: PathBuf,
}

impl Target {
    /// Finds the folders. Nothing is read yet but their places.
    ///
    /// # Errors
    /// The exit code, after saying what is wrong: a folder that is not there, an old site that does not lie in the new
    /// one, a file that would be written over.
    fn folders(&self, common: &Common) -> Result<Folders, u8> {
        let file = self
            .output
            .clone()
            .unwrap_or_else(|| common.site.join(crate::config::FILE_NAME));
        let site = match file.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let old = self.dir.as_deref().unwrap_or(&common.site);
        let (old, site) = (real(common, old)?, real(common, site)?);
        let Ok(way) = old.strip_prefix(&site) else {
            let (old, site) = (old.display(), site.display());
            let message = format!("`{old}` does not lie in `{site}`, where the configuration goes");
            let hint = "paths of a configuration stay in its folder: name a folder above both with `--site DIR`";
            report::failure(common, &message, Some(hint));
            return Err(USAGE);
        };
        let way = way.to_string_lossy().replace('\\', "/");
        let folders = Folders {
            way,
            old,
            site,
            file,
        };
        self.free(common, &folders)?;
        Ok(folders)
    }

    /// Refuses to write over a file.
    fn free(&self, common: &Common, folders: &Folders) -> Result<(), u8> {
        if self.check || self.force || fs::symlink_metadata(&folders.file).is_err() {
            return Ok(());
        }
        let message = format!("`{}` is there already", folders.file.display());
        let hint =
            "`--force` writes over it, `--output FILE` writes another file, `--check` only shows";
        report::failure(common, &message, Some(hint));
        Err(USAGE)
    }

    /// Prints what was found, then writes or prints the configuration. Errors keep it from being written.
    fn finish(&self, common: &Common, folders: &Folders, import: Import<'_>) -> u8 {
        report::diagnostics(common, import.diagnostics, import.sources);
        let broken = import
            .diagnostics
            .iter()
            .any(|d| d.severity == Severity::Error);
        let counted = report::counts(import.diagnostics);
        let counted = counted.map_or(String::new(), |counts| format!(", {counts}"));
        if broken {
            report::line(&format!("nothing was written{counted}"));
            return PROBLEMS;
        }
        let file = folders.file.display().to_string();
        let value = serde_json::json!({ "file": file, "configuration": import.text });
        if self.check {
            open::answer(common, import.text, &[value]);
            report::line(&format!("{}{counted}", import.summary));
            return FINE;
        }
        if let Err(error) = fs::write(&folders.file, import.text) {
            let message = format!("cannot write `{file}`: {}", words(&error));
            report::failure(common, &message, None);
            return USAGE;
        }
        open::answer(common, &format!("wrote  {file}\n"), &[value]);
        report::line(&format!("{}{counted}", import.summary));
        FINE
    }
}

/// What came of an import.
struct Import<'a> {
    /// The new configuration.
    text: &'a str,
    /// What a hand is needed for.
    diagnostics: &'a [Diagnostic],
    /// The texts that these point into.
    sources: &'a SourceMap,
    /// One line for people, such as `3 projects`.
    summary: String,
}

/// Where a folder really lies.
fn real(common: &Common, folder: &Path) -> Result<PathBuf, u8> {
    let real = folder.canonicalize().map_err(failed("open", folder));
    let real = real.and_then(|real| {
        if real.is_dir() {
            return Ok(real);
        }
        let error = std::io::Error::from(std::io::ErrorKind::NotADirectory);
        Err(failed("open", folder)(error))
    });
    real.map_err(|error| {
        report::failure(
            common,
            &error.to_string(),
            Some("name the folder of the old site"),
        );
        USAGE
    })
}
