//! What is wrong with docs and stops no build.
//!
//! In: an indexed site and its files. Out: findings, each once and at its source, whatever versions and copies show it.
//! The code of a finding is the name of its rule, one of [`RULES`].

mod orphans;
mod samples;
mod text;

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::docs::Doc;
use super::files::FileProvider;
use super::{Build, Indexed};
pub use crate::config::lint::RULES;
use crate::diagnostic::{self, Diagnostic};
use crate::source::Span;

/// The findings of some rules. `said` is what was found while the site was indexed.
pub fn findings(
    build: &Build,
    indexed: &Indexed,
    provider: &dyn FileProvider,
    said: &[Diagnostic],
    rules: &[&str],
) -> Vec<Diagnostic> {
    let on = |rule: &str| rules.contains(&rule);
    let docs = &indexed.docs.docs;
    let mut found: Vec<Diagnostic> = docs
        .par_iter()
        .flat_map_iter(|doc| of_doc(doc, &on))
        .collect();
    found.extend(
        said.iter()
            .filter(|d| d.code == "stale-copy" && on(d.code))
            .cloned(),
    );
    if on("unused-page") {
        found.extend(unused(indexed));
    }
    if on("orphan-file") {
        found.extend(orphans::find(
            &build.files,
            &build.sources,
            indexed,
            provider,
        ));
    }
    diagnostic::sort(&mut found, &build.sources);
    found
}

/// What is wrong in one doc, or in the source that it copies.
fn of_doc(doc: &Doc, on: &impl Fn(&str) -> bool) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if on("fence-language") {
        text::fences(doc, &mut found);
    }
    if on("heading-level") {
        text::headings(doc, &mut found);
    }
    if on("image-alt") {
        text::images(doc, &mut found);
    }
    if on("sample-syntax") {
        samples::check(doc, &mut found);
    }
    found
}

/// The place of a range of a doc's text, in the file where it stands.
fn place(doc: &Doc, range: &std::ops::Range<usize>) -> Span {
    doc.expanded.segments.origin(range).span
}

/// Pages that no sidebar lists, where there are sidebars. A doc that several versions show is one finding.
fn unused(indexed: &Indexed) -> Vec<Diagnostic> {
    let site = &indexed.site;
    let mut versions: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    let mut listed: BTreeMap<usize, bool> = BTreeMap::new();
    for id in site.page_ids() {
        let (page, version) = (site.page(id), site.version(id));
        if version.sidebars.is_empty() {
            continue;
        }
        *listed.entry(page.doc).or_default() |= page.sidebar.is_some();
        if page.sidebar.is_none() {
            versions.entry(page.doc).or_default().push(&version.name);
        }
    }
    versions
        .into_iter()
        .map(|(doc, versions)| {
            let inherited = listed.get(&doc).copied().unwrap_or_default();
            unused_doc(indexed, doc, &versions, inherited)
        })
        .collect()
}

fn unused_doc(indexed: &Indexed, doc: usize, versions: &[&str], inherited: bool) -> Diagnostic {
    let doc = &indexed.site.docs[doc];
    let message = if inherited {
        let names: Vec<String> = versions.iter().map(|name| format!("`{name}`")).collect();
        let word = if names.len() == 1 {
            "version"
        } else {
            "versions"
        };
        format!(
            "`{}` is in no sidebar of {word} {}",
            doc.id,
            names.join(", ")
        )
    } else {
        format!("`{}` is in no sidebar", doc.id)
    };
    let hint = if inherited {
        "add it to their sidebars, or end it with the newest version that lists it: `removed`, under `versions` of the docset"
    } else {
        "add it to a sidebar, or delete it: readers find it only by search and links"
    };
    Diagnostic::warning("unused-page", message)
        .at(doc.id_place.clone(), "")
        .hint(hint)
}
