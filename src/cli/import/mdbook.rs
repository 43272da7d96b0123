//! `docproof import mdbook`: reads a book and the package around it, and hands that to the import.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{Common, Folders, Import, Target, USAGE, report};
use crate::build::files::FileProvider;
use crate::diagnostic::{Diagnostic, Problem};
use crate::directive::copy_docs::Text;
use crate::disk::reader::DiskFiles;
use crate::import::mdbook::{self, Book, Includes, Package, Settings};
use crate::site::pages::join;
use crate::site::summary::{self, Summary};
use crate::source::{SourceId, SourceMap};

/// The book's own configuration.
const BOOK_TOML: &str = "book.toml";

/// Runs the import.
pub fn run(common: &Common, target: &Target) -> u8 {
    let folders = match target.folders(common) {
        Ok(folders) => folders,
        Err(code) => return code,
    };
    let files = match DiskFiles::new(&folders.site) {
        Ok(files) => files,
        Err(error) => {
            report::failure(common, &error.to_string(), None);
            return USAGE;
        }
    };
    let mut reader = Reader {
        files: &files,
        sources: SourceMap::default(),
        diagnostics: Vec::new(),
    };
    let (settings, book_toml) = reader.settings(&folders);
    let (summary, docs) = reader.summary(&folders, &settings);
    let includes = reader.includes(&summary, &docs);
    let book = Book {
        way: &folders.way,
        settings: &settings,
        summary: &summary,
        package: package(&folders),
        broken_includes: includes.broken,
        variables: includes.variables,
    };
    let (text, problems) = mdbook::configuration(&book);
    reader.say(&problems, book_toml, &folders);
    let chapters = summary
        .chapters()
        .iter()
        .filter(|c| c.file.is_some())
        .count();
    let import = Import {
        text: &text,
        diagnostics: &reader.diagnostics,
        sources: &reader.sources,
        summary: match chapters {
            1 => "a book of 1 chapter".into(),
            _ => format!("a book of {chapters} chapters"),
        },
    };
    target.finish(common, &folders, import)
}

struct Reader<'a> {
    files: &'a DiskFiles,
    sources: SourceMap,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    /// Reads a text by its path from the site's folder.
    ///
    /// # Errors
    /// Why it cannot be read, as a fragment.
    fn text(&mut self, path: &str) -> Result<SourceId, String> {
        if let Some(id) = self.sources.find(path) {
            return Ok(id);
        }
        let bytes = self.files.read(path).map_err(|error| error.to_string())?;
        let text = String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())?;
        Ok(self.sources.set(path, &text))
    }

    fn say(&mut self, problems: &[Problem], source: Option<SourceId>, folders: &Folders) {
        let path = join(&folders.way, BOOK_TOML);
        self.diagnostics
            .extend(problems.iter().map(|p| match source {
                Some(id) => p.in_source(id, 0),
                None => {
                    let mut diagnostic = Diagnostic::error(p.code, p.message.clone());
                    diagnostic.hints.clone_from(&p.hints);
                    diagnostic.in_file(path.clone())
                }
            }));
    }

    /// The settings. A book may be without any.
    fn settings(&mut self, folders: &Folders) -> (Settings, Option<SourceId>) {
        let path = join(&folders.way, BOOK_TOML);
        let there = fs::symlink_metadata(folders.site.join(&path)).is_ok();
        let source = match self.text(&path) {
            Ok(id) => Some(id),
            Err(_) if !there => None,
            Err(why) => {
                let bad = Diagnostic::error("import", format!("`{path}` {why}"));
                self.diagnostics.push(bad.in_file(path.clone()));
                None
            }
        };
        let text = source.map(|id| self.sources.get(id).text.clone());
        let (settings, problems) = mdbook::read(text.as_deref().unwrap_or_default());
        self.say(&problems, source, folders);
        (settings, source)
    }

    /// The chapters, and the folder that they are in.
    fn summary(&mut self, folders: &Folders, settings: &Settings) -> (Summary, String) {
        let docs = join(&folders.way, &settings.src);
        let path = join(&docs, summary::FILE_NAME);
        match self.text(&path) {
            Ok(id) => {
                let (summary, problems) = summary::parse(&self.sources.get(id).text);
                let said = problems.iter().map(|p| p.in_source(id, 0));
                self.diagnostics.extend(said);
                (summary, docs)
            }
            Err(why) => {
                let message = format!("`{path}` {why}");
                let hint =
                    "name the folder of a book: it holds book.toml, and SUMMARY.md in its `src`";
                let missing = Diagnostic::error("import", message).hint(hint);
                self.diagnostics.push(missing.in_file(path));
                (Summary::default(), docs)
            }
        }
    }

    /// Tries every include of every chapter.
    fn includes(&mut self, summary: &Summary, docs: &str) -> Includes {
        let mut texts: BTreeMap<String, Result<Text, String>> = BTreeMap::new();
        let chapters = summary.chapters().into_iter();
        let chapters = chapters.filter_map(|c| Some(join(docs, c.file.as_deref()?)));
        let chapters: Vec<String> = chapters.collect();
        let mut todo = chapters.clone();
        while let Some(path) = todo.pop() {
            if texts.contains_key(&path) {
                continue;
            }
            let text = self.text(&path).map(|id| {
                let source = self.sources.get(id);
                Text {
                    id,
                    path: source.path.clone(),
                    text: source.text.clone(),
                }
            });
            if let Ok(text) = &text {
                todo.extend(crate::directive::mdbook::wanted(&text.text, &path));
            }
            texts.insert(path, text);
        }
        let lookup = |path: &str| {
            let missing = || Err("does not exist".to_owned());
            texts.get(path).cloned().unwrap_or_else(missing)
        };
        let mut includes = Includes::default();
        for path in &chapters {
            match lookup(path) {
                Ok(chapter) => includes.of(&chapter, &lookup),
                Err(why) => {
                    let message = format!("the chapter `{path}` {why}");
                    let hint = "mdBook would make an empty one; write it, or leave its link in SUMMARY.md empty";
                    let missing = Diagnostic::warning("import", message).hint(hint);
                    self.diagnostics.push(missing.in_file(path.clone()));
                }
            }
        }
        self.diagnostics
            .extend(includes.diagnostics.iter().cloned());
        includes
    }
}

/// The nearest package at or above the book.
fn package(folders: &Folders) -> Package {
    let library = |folder: &Path| -> Option<String> {
        let text = fs::read_to_string(folder.join("Cargo.toml")).ok()?;
        let manifest: toml::Table = text.parse().ok()?;
        let named = manifest.contains_key("lib") || folder.join("src/lib.rs").exists();
        let name = manifest.get("package")?.get("name")?.as_str()?;
        named.then(|| name.to_owned())
    };
    if library(&folders.site).is_some() {
        return Package::Own;
    }
    for folder in folders.old.ancestors() {
        if let Some(name) = library(folder) {
            let inside = folder.strip_prefix(&folders.site);
            let way = match inside {
                Ok(inside) => inside.to_string_lossy().replace('\\', "/"),
                Err(_) => up(&folders.site, folder),
            };
            return Package::Other(name, way);
        }
        // What lies above a repository is not about the book.
        if folder.join(".git").exists() {
            break;
        }
    }
    Package::None
}

/// The way from a folder to one above it.
fn up(from: &Path, to: &Path) -> String {
    let levels = from.components().count() - to.components().count();
    vec![".."; levels].join("/")
}
