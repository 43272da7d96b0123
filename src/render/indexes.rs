//! The search indexes that a page offers, and the list of all of them.
//!
//! In: the versions of a site. Out: what the search button carries, and a file with all versions. A page names the index
//! of its own version only: with 18 docsets of up to 19 versions the whole list was two thirds of each page.

use serde::Serialize;

use super::page::version_label;
use crate::site::{SiteIndex, Version, VersionKind};

/// The list of all indexes, under the site's root.
pub const ALL: &str = "search/versions.js";

/// What stands at the search button.
#[derive(Serialize)]
pub struct SearchContext {
    /// The address of the search's script.
    pub script: String,
    /// What stands before the addresses of pages and indexes.
    pub root: String,
    /// The page's own indexes, as JSON.
    pub indexes: String,
    /// The file that lists all, below `root`; none when there are no others.
    pub all: Option<&'static str>,
}

/// An index.
#[derive(Serialize)]
struct SearchIndex {
    label: String,
    path: String,
}

/// The folder of a version's index, under the site's root.
pub fn search_folder(version: &Version) -> String {
    match version.route.as_str() {
        "" => "search".into(),
        route => format!("search/{route}"),
    }
}

/// All indexes that `wanted` chooses, by docset and version, as JSON; and whether these are all.
pub fn list(site: &SiteIndex, wanted: &dyn Fn(usize, usize) -> bool) -> (String, bool) {
    let mut indexes = Vec::new();
    let mut whole = true;
    for (d, docset) in site.docsets.iter().enumerate() {
        for (v, version) in docset.versions.iter().enumerate() {
            if !wanted(d, v) {
                whole = false;
                continue;
            }
            let label = match version.kind {
                VersionKind::Only => docset.title.clone(),
                kind => format!("{} {}", docset.title, version_label(&version.name, kind)),
            };
            let path = format!("{}/", search_folder(version));
            indexes.push(SearchIndex { label, path });
        }
    }
    let json = serde_json::to_string(&indexes).expect("invariant: texts");
    (json, whole)
}

/// The file with all indexes, as the search loads it.
pub fn all_file(site: &SiteIndex) -> String {
    format!("docproofSearch({});\n", list(site, &|_, _| true).0)
}
