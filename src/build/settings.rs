//! `versions.json` and the sidebar files of each docset.
//!
//! In: loaded files. Out: version names, and for each version the sidebar file that it shows: its own, or by
//! inheritance that of the next older version which has one.

use std::collections::HashSet;

use serde_yaml::Value;

use super::books::Book;
use super::files::Files;
use crate::config::{DocsetConfig, SiteConfig};
use crate::diagnostic::{Diagnostic, Problem};
use crate::site::SiteIndex;
use crate::site::pages::{DocsetInput, bad_route};
use crate::site::sidebars::{self, SidebarFile};
use crate::source::{SourceId, SourceMap, Span};
use crate::yaml::{self, Part, Step};

/// The sidebar files of a docset: of the current docs, and of released versions by name.
#[derive(Clone, Debug, Default)]
pub struct SidebarFiles {
    current: Option<SidebarFile>,
    released: Vec<(String, Option<SidebarFile>)>,
}

/// Reads the settings of all docsets.
pub fn read(
    files: &Files,
    sources: &SourceMap,
    config: &SiteConfig,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<DocsetInput>, Vec<SidebarFiles>) {
    let mut inputs = Vec::new();
    let mut all = Vec::new();
    for docset in &config.docsets {
        let mut reader = Reader {
            files,
            sources,
            diagnostics,
        };
        if docset.dialect.is_mdbook() {
            inputs.push(DocsetInput::default());
            all.push(SidebarFiles::default());
            continue;
        }
        let versions = reader.versions(docset);
        let current = reader.sidebar(&docset.website("sidebars"), None);
        let released = versions
            .iter()
            .flatten()
            .map(|v| {
                (
                    v.clone(),
                    reader.sidebar(
                        &docset.website(&format!("versioned_sidebars/version-{v}-sidebars")),
                        Some(v),
                    ),
                )
            })
            .collect();
        inputs.push(DocsetInput { versions });
        all.push(SidebarFiles { current, released });
    }
    (inputs, all)
}

/// Gives each version its sidebars.
pub fn fill_sidebars(
    site: &mut SiteIndex,
    config: &SiteConfig,
    all: &[SidebarFiles],
    books: &[Option<Book>],
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (d, files) in all.iter().enumerate() {
        let docset = &config.docsets[d];
        if docset.dialect.is_mdbook() {
            if let Some(book) = &books[d] {
                let labels = docset.book.section_labels;
                sidebars::fill_book(site, d, 0, &book.summary, labels);
            }
            continue;
        }
        for v in 0..site.docsets[d].versions.len() {
            let name = site.docsets[d].versions[v].name.clone();
            let file = match files.released.iter().position(|(n, _)| *n == name) {
                None => files.current.as_ref(),
                Some(at) => files.released[at..]
                    .iter()
                    .find_map(|(_, file)| file.as_ref()),
            };
            sidebars::fill(site, d, v, file, diagnostics);
        }
    }
}

struct Reader<'a> {
    files: &'a Files,
    sources: &'a SourceMap,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn value(&mut self, path: &str) -> Option<(SourceId, Value)> {
        let id = self.files.text(path)?;
        let text = &self.sources.get(id).text;
        let parsed = if path.ends_with(".json") {
            yaml::parse_json(text)
        } else {
            yaml::parse(text)
        };
        match parsed {
            Ok(value) => Some((id, value)),
            Err(error) => {
                let kind = if path.ends_with(".json") {
                    "JSON"
                } else {
                    "YAML"
                };
                self.diagnostics.push(
                    Problem::error(
                        "settings",
                        error.range,
                        format!("not valid {kind}: {}", error.message),
                    )
                    .in_source(id, 0),
                );
                None
            }
        }
    }

    fn sidebar(&mut self, stem: &str, version: Option<&str>) -> Option<SidebarFile> {
        for ending in ["json", "yaml", "yml"] {
            if let Some((source, value)) = self.value(&format!("{stem}.{ending}")) {
                return Some(SidebarFile {
                    source,
                    text: self.sources.get(source).text.clone(),
                    value,
                    version: version.map(str::to_owned),
                });
            }
        }
        None
    }

    /// The names in `versions.json`, newest first; `None` when there is no such file.
    fn versions(&mut self, docset: &DocsetConfig) -> Option<Vec<String>> {
        let (id, value) = self
            .value(&docset.website("versions.json"))
            .or_else(|| self.value(&docset.website("versions.yaml")))?;
        let text = self.sources.get(id).text.clone();
        let Value::Sequence(items) = value else {
            self.diagnostics.push(
                Problem::error(
                    "versions",
                    0..0,
                    "versions.json must be a list of version names",
                )
                .hint("as in `[\"2.0.X\", \"1.0.X\"]`, newest first")
                .in_source(id, 0),
            );
            return None;
        };
        let mut names: Vec<String> = Vec::new();
        let mut seen = HashSet::new();
        for (at, item) in items.iter().enumerate() {
            let wrong = match item.as_str() {
                None => "a version name must be text".to_owned(),
                Some("next") => {
                    "`next` is the name of the docs that are not released yet".to_owned()
                }
                Some(name)
                    if name.is_empty()
                        || name.contains('/')
                        || name.starts_with('.')
                        || bad_route(name).is_some() =>
                {
                    format!("`{name}` cannot be a version name")
                }
                Some(name) if !seen.insert(name.to_owned()) => {
                    format!("the version `{name}` is listed twice")
                }
                Some(name) => {
                    names.push(name.to_owned());
                    continue;
                }
            };
            let span = Span {
                source: id,
                range: yaml::locate(&text, &[Step::Item(at)], Part::Value),
            };
            self.diagnostics
                .push(Diagnostic::error("versions", wrong).at(span, ""));
        }
        Some(names)
    }
}
