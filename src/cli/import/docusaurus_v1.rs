//! `docproof import docusaurus-v1`: finds the projects under a folder and reads what the import asks for.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::{Common, Folders, Import, PROBLEMS, Target, USAGE, open, real, report};
use crate::diagnostic::Diagnostic;
use crate::import::docusaurus_v1::{Files, SITE_CONFIG, import};
use crate::source::SourceMap;

/// Options of the import.
#[derive(clap::Args, Debug)]
pub struct Options {
    #[command(flatten)]
    target: Target,
    /// Leave this folder out; may be repeated
    #[arg(long, value_name = "DIR")]
    exclude: Vec<PathBuf>,
}

/// Runs the import.
pub fn run(common: &Common, options: &Options) -> u8 {
    match tried(common, options) {
        Ok(code) | Err(code) => code,
    }
}

fn tried(common: &Common, options: &Options) -> Result<u8, u8> {
    let folders = options.target.folders(common)?;
    let excluded: Result<Vec<PathBuf>, u8> = options
        .exclude
        .iter()
        .map(|folder| real(common, folder))
        .collect();
    let found = Found::under(&folders, &excluded?);
    if !found.unread.is_empty() {
        report::diagnostics(common, &found.unread, &SourceMap::default());
        return Err(PROBLEMS);
    }
    if !found.paths.iter().any(|path| named(path, SITE_CONFIG)) {
        nothing_here(common, &folders, &found);
        return Err(USAGE);
    }
    let read = |path: &str| text(&folders.site, path);
    let files = Files {
        paths: &found.paths,
        read: &read,
    };
    let mut sources = SourceMap::default();
    let imported = import(&files, &folders.way, &mut sources);
    let import = Import {
        text: &imported.text,
        diagnostics: &imported.diagnostics,
        sources: &sources,
        summary: open::count(imported.projects, "project"),
    };
    Ok(options.target.finish(common, &folders, import))
}

fn named(path: &str, name: &str) -> bool {
    path.rsplit('/').next() == Some(name)
}

fn nothing_here(common: &Common, folders: &Folders, found: &Found) {
    let message = format!(
        "there is no `{SITE_CONFIG}` under `{}`",
        folders.old.display()
    );
    let newer = ["docusaurus.config.js", "docusaurus.config.ts"];
    let newer = found
        .paths
        .iter()
        .any(|path| newer.iter().any(|name| named(path, name)));
    let hint = if newer {
        "a `docusaurus.config.js` is that of a newer version: the guide says how to move such a site by hand"
    } else {
        "name the folder that holds `docs` and `website`"
    };
    report::failure(common, &message, Some(hint));
}

/// The text of a file. What is not UTF-8 is shown as such, and told apart by nobody but people.
fn text(site: &Path, path: &str) -> Option<String> {
    let bytes = std::fs::read(site.join(path)).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// What lies under the old site's folder.
struct Found {
    /// Files, from the new site's folder, with `/`.
    paths: BTreeSet<String>,
    /// Folders that could not be read.
    unread: Vec<Diagnostic>,
}

impl Found {
    /// Looks through a folder, but for hidden folders, packages, what Docusaurus built, and what is to be left out.
    fn under(folders: &Folders, excluded: &[PathBuf]) -> Self {
        let mut found = Self {
            paths: BTreeSet::new(),
            unread: Vec::new(),
        };
        let walk = WalkDir::new(&folders.old).into_iter();
        for entry in walk.filter_entry(|entry| is_wanted(entry, excluded)) {
            match entry {
                Ok(entry) if entry.file_type().is_file() => {
                    if let Ok(path) = entry.path().strip_prefix(&folders.site) {
                        found
                            .paths
                            .insert(path.to_string_lossy().replace('\\', "/"));
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    let path = error.path().unwrap_or(&folders.old).display().to_string();
                    let words = error
                        .io_error()
                        .map_or_else(|| error.to_string(), crate::disk::words);
                    let diagnostic =
                        Diagnostic::error("import", format!("this folder cannot be read: {words}"));
                    let hint = "make it readable, or leave it out with `--exclude DIR`";
                    found.unread.push(diagnostic.in_file(path).hint(hint));
                }
            }
        }
        found
    }
}

fn is_wanted(entry: &DirEntry, excluded: &[PathBuf]) -> bool {
    if entry.depth() == 0 || !entry.file_type().is_dir() {
        return true;
    }
    let name = entry.file_name();
    let built = || {
        let beside = entry.path().parent().map(|parent| parent.join(SITE_CONFIG));
        name == OsStr::new("build") && beside.is_some_and(|config| config.exists())
    };
    let hidden = name.to_string_lossy().starts_with('.');
    let out = excluded.iter().any(|folder| folder == entry.path());
    !(hidden || out || name == OsStr::new("node_modules") || built())
}
