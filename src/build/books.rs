//! The books of a site: docsets of the `mdbook` dialect, whose chapters `SUMMARY.md` lists.
//!
//! In: loaded files. Out: each book's list of chapters; the files that chapters include, loaded; what is wrong with the lists. It
//! must not look into chapters beyond their directives.

use std::collections::BTreeSet;

use super::files::{FileProvider, Files};
use crate::config::{DocsetConfig, SiteConfig};
use crate::diagnostic::{Diagnostic, Problem};
use crate::directive::mdbook;
use crate::site::summary::{self, Summary};
use crate::source::{SourceId, SourceMap};

/// A book's list of chapters.
#[derive(Clone, Debug)]
pub struct Book {
    /// Its text.
    pub source: SourceId,
    /// What it lists.
    pub summary: Summary,
}

/// The path of a book's list.
pub fn summary_path(docset: &DocsetConfig) -> String {
    format!("{}/{}", docset.docs_folder(), summary::FILE_NAME)
}

/// Reads the lists: one entry for each docset, none for those that are no books.
pub fn read(
    files: &Files,
    sources: &SourceMap,
    config: &SiteConfig,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Option<Book>> {
    let books = config.docsets.iter().map(|docset| {
        if !docset.dialect.is_mdbook() {
            return None;
        }
        let Some(source) = files.text(&summary_path(docset)) else {
            let message = format!("the book `{}` has no list of chapters", docset.id);
            let hint =
                "chapters are those that SUMMARY.md names; say where it is with `path` and `docs`";
            let missing = Diagnostic::error("summary", message).hint(hint);
            diagnostics.push(missing.in_file(summary_path(docset)));
            return None;
        };
        let (summary, problems) = summary::parse(&sources.get(source).text);
        diagnostics.extend(problems.iter().map(|p| p.in_source(source, 0)));
        missing_chapters(files, docset, source, &summary, diagnostics);
        no_use(files, docset, diagnostics);
        Some(Book { source, summary })
    });
    books.collect()
}

fn missing_chapters(
    files: &Files,
    docset: &DocsetConfig,
    source: SourceId,
    summary: &Summary,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for chapter in summary.chapters() {
        let Some(file) = &chapter.file else { continue };
        let path = format!("{}/{file}", docset.docs_folder());
        if !files.all.contains_key(&path) {
            let message = format!("there is no chapter `{path}`");
            let problem = Problem::error("summary", chapter.range.clone(), message).hint(
                "mdBook would make an empty one; write it, or leave the link empty: `[Name]()`",
            );
            diagnostics.push(problem.in_source(source, 0));
        }
    }
}

/// Files that docsets of other dialects read.
fn no_use(files: &Files, docset: &DocsetConfig, diagnostics: &mut Vec<Diagnostic>) {
    for name in super::files::SETTINGS {
        let path = docset.website(name);
        if files.all.contains_key(&path) {
            let message = format!("`{path}` has no effect on a book");
            let hint = "SUMMARY.md is a book's sidebar, and a book has one version";
            diagnostics.push(
                Diagnostic::warning("summary", message)
                    .hint(hint)
                    .in_file(path),
            );
        }
    }
}

/// Loads what chapters include, and what that includes.
pub fn load_includes(
    files: &mut Files,
    provider: &dyn FileProvider,
    chapters: impl Iterator<Item = String>,
    sources: &mut SourceMap,
) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut todo: Vec<(String, SourceId)> = chapters
        .filter_map(|path| Some((path.clone(), files.text(&path)?)))
        .collect();
    while let Some((path, id)) = todo.pop() {
        let text = sources.get(id).text.clone();
        for file in mdbook::wanted(&text, &path) {
            if seen.insert(file.clone())
                && let Some(id) = files.show_also(provider, &file, sources)
            {
                todo.push((file, id));
            }
        }
    }
}
