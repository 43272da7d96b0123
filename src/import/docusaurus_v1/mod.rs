//! Docusaurus v1: every `siteConfig.js` to one configuration with a docset for each project.
//!
//! In: the paths of all files under the old site's folder, and a way to their texts. Out: the text of a
//! `docproof.yaml`, and what needs a hand.

mod keys;
mod note;
mod project;
mod settings;
mod site;
#[cfg(test)]
mod tests;
mod write;

use crate::config;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::SourceMap;

pub use project::Files;
use project::Project;
use site::Site;

/// The file that makes a folder a project.
pub const SITE_CONFIG: &str = "siteConfig.js";

/// What came of an import.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The configuration.
    pub text: String,
    /// What needs a hand, in the order of the projects. With an error among them the text is not to be used.
    pub diagnostics: Vec<Diagnostic>,
    /// How many projects are in the configuration.
    pub projects: usize,
}

/// Makes one configuration of all projects among some files. `copy_root` is the old site's folder, from the new one's.
/// The texts that messages point into are added to `sources`.
pub fn import(files: &Files<'_>, copy_root: &str, sources: &mut SourceMap) -> Imported {
    let mut notes = Vec::new();
    let mut projects = Vec::new();
    for path in files.paths.iter().filter(|path| is_config(path)) {
        let (project, said) = Project::read(files, path);
        notes.extend(said);
        projects.extend(project);
    }
    let site = Site::of(files, &projects, copy_root, &mut notes);
    let text = write::write(&site);
    for note in &notes {
        if let Some(path) = note.file_of_place()
            && sources.find(path).is_none()
            && let Some(text) = files.text(path)
        {
            sources.set(path, &text);
        }
    }
    let mut diagnostics = note::diagnostics(&notes, sources);
    let broken = diagnostics.iter().any(|d| d.severity == Severity::Error);
    if !broken && !projects.is_empty() {
        diagnostics.extend(left_over(&text, sources));
    }
    Imported {
        text,
        diagnostics,
        projects: projects.len(),
    }
}

fn is_config(path: &str) -> bool {
    path.rsplit('/').next() == Some(SITE_CONFIG)
}

/// What the new configuration itself would be told, such as that an address is none.
fn left_over(text: &str, sources: &mut SourceMap) -> Vec<Diagnostic> {
    let problems = config::parse(text).1;
    if problems.is_empty() {
        return Vec::new();
    }
    let id = sources.set(config::FILE_NAME, text);
    let said = problems.iter().map(|problem| problem.in_source(id, 0));
    said.map(|mut diagnostic| {
        diagnostic.severity = Severity::Warning;
        diagnostic.hint("this came over as it was: mend it in the new configuration")
    })
    .collect()
}
