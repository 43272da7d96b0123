//! The index over all docs: versions and inheritance, routes, sidebars.
//!
//! In: a summary of each doc, `versions.json` and the sidebars of each docset. Out: a [`SiteIndex`], which is
//! all that one page sees of another. It must not know HTML, nor the bodies of docs.

pub mod broken;
pub mod links;
mod missing_docs;
pub mod pages;
pub mod sidebars;
pub mod summary;
#[cfg(test)]
mod tests;
pub mod urls;

use std::collections::HashMap;
use std::sync::Arc;

use crate::config::Dialect;
use crate::source::{SourceId, Span};

/// The number of a page in [`SiteIndex::pages`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct PageId(pub u32);

impl PageId {
    fn new(n: usize) -> Self {
        Self(u32::try_from(n).expect("invariant: fewer than 2^32 pages"))
    }

    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// All that other pages may see of a doc.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocSummary {
    /// Which docset it belongs to.
    pub docset: usize,
    /// The released version whose folder holds it; `None` for the current docs.
    pub version: Option<String>,
    /// Path from the site's folder.
    pub path: Arc<str>,
    /// Its text.
    pub source: SourceId,
    /// Path under its docs folder, without the extension.
    pub relative: String,
    /// Full id: folder and id.
    pub id: String,
    /// Title.
    pub title: String,
    /// The words in sidebars, previous and next.
    pub label: String,
    /// For previews.
    pub description: Option<String>,
    /// Replaces the id in the URL.
    pub slug: Option<String>,
    /// Without previous and next.
    pub no_pagination: bool,
    /// Every id on the page, sorted.
    pub anchors: Arc<[String]>,
    /// Where its id is written, or the top of the text.
    pub id_place: Span,
}

/// One docset in the index.
#[derive(Clone, Debug)]
pub struct Docset {
    /// Its id.
    pub id: String,
    /// Its name for readers.
    pub title: String,
    /// One line about it.
    pub description: Option<String>,
    /// Its flavour.
    pub dialect: Dialect,
    /// In the order of the version menu: `next` (if it has docs), then newest to oldest.
    pub versions: Vec<Version>,
    /// What the paths of all its folders begin with.
    pub root: String,
    /// Its docs folder and those of its versions.
    pub folders: Vec<(Option<String>, String)>,
    /// Route of the docset.
    pub route: String,
}

impl Docset {
    /// The version that readers get first: the latest release, else the current docs.
    pub fn default_version(&self) -> usize {
        self.versions
            .iter()
            .position(|v| v.kind == VersionKind::Latest)
            .unwrap_or(0)
    }

    /// Whether it has released versions.
    pub fn is_versioned(&self) -> bool {
        self.versions.iter().any(|v| v.kind != VersionKind::Only)
    }
}

/// What a version is to a reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VersionKind {
    /// The docset has no versions.
    Only,
    /// Not released yet.
    Next,
    /// The newest release.
    Latest,
    /// An older release.
    Old,
}

/// One version of a docset.
#[derive(Clone, Debug)]
pub struct Version {
    /// As in `versions.json`; `next` for the current docs.
    pub name: String,
    /// What it is to a reader.
    pub kind: VersionKind,
    /// Route of its pages.
    pub route: String,
    /// Its pages, by id.
    pub by_id: HashMap<String, PageId>,
    /// Its pages, by path under the docs folder without extension.
    pub by_file: HashMap<String, PageId>,
    /// In the order of ids.
    pub pages: Vec<PageId>,
    /// Its sidebars.
    pub sidebars: Vec<Sidebar>,
    /// Search engines are asked to leave it out.
    pub noindex: bool,
}

/// A named sidebar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sidebar {
    /// Its name in the file.
    pub name: String,
    /// Its entries, top level.
    pub entries: Vec<Entry>,
    /// Its pages in reading order.
    pub order: Vec<PageId>,
    /// How many entries it has in all.
    pub size: usize,
}

/// A line of a sidebar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entry {
    /// A page.
    Page {
        /// Which.
        page: PageId,
        /// Its words.
        label: String,
    },
    /// A link to somewhere else.
    Link {
        /// Its words.
        label: String,
        /// As written.
        href: String,
        /// Where it is written.
        place: Span,
    },
    /// A category or subcategory.
    Category {
        /// Its words.
        label: String,
        /// Its own page, which comes before what is in it.
        page: Option<PageId>,
        /// What is in it.
        entries: Vec<Entry>,
    },
    /// A page that is not written yet: its words.
    Draft(String),
    /// A line between entries.
    Separator,
}

/// One page: a doc in a version.
#[derive(Clone, Debug)]
pub struct Page {
    /// Docset.
    pub docset: usize,
    /// Version, as an index into the docset's.
    pub version: usize,
    /// Its doc, as an index into [`SiteIndex::docs`].
    pub doc: usize,
    /// Path of its URL under `base_url`, without extension.
    pub route: String,
    /// The sidebar that lists it, as an index into the version's.
    pub sidebar: Option<usize>,
    /// The way through the sidebar's entries to it.
    pub way: Vec<usize>,
    /// The page before it.
    pub previous: Option<PageId>,
    /// The page after it.
    pub next: Option<PageId>,
}

/// What stands at a route.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Route {
    /// A page made of a doc.
    Page(PageId),
    /// A page that Docproof makes (home, versions, ...), or a redirect to one.
    Made,
    /// A file that is published as it is.
    File,
}

/// The index over all docs.
#[derive(Clone, Debug, Default)]
pub struct SiteIndex {
    /// In the order of the configuration.
    pub docsets: Vec<Docset>,
    /// Every doc of every folder.
    pub docs: Vec<DocSummary>,
    /// Every page, by docset, version and id.
    pub pages: Vec<Page>,
    /// What stands where, by path under `base_url`; pages without extension, files with theirs.
    pub routes: HashMap<String, Route>,
    /// Docs that are drafts: path and id, so that a link to one can be explained.
    pub drafts: Vec<Arc<str>>,
    /// Docs were only glanced at, so their anchors are not known.
    pub glanced: bool,
}

impl SiteIndex {
    /// A page.
    pub fn page(&self, id: PageId) -> &Page {
        &self.pages[id.index()]
    }

    /// The doc of a page.
    pub fn doc(&self, id: PageId) -> &DocSummary {
        &self.docs[self.page(id).doc]
    }

    /// The version of a page.
    pub fn version(&self, id: PageId) -> &Version {
        let page = self.page(id);
        &self.docsets[page.docset].versions[page.version]
    }

    /// The labels of the categories that a page is in, from the outermost.
    pub fn trail(&self, id: PageId) -> Vec<&str> {
        let page = self.page(id);
        let mut labels = Vec::new();
        let sidebar = page.sidebar.and_then(|n| self.version(id).sidebars.get(n));
        let Some(mut entries) = sidebar.map(|sidebar| &sidebar.entries) else {
            return labels;
        };
        // The last step is the page itself, which may be that of a category.
        let above = page.way.len().saturating_sub(1);
        for step in &page.way[..above] {
            let Some(Entry::Category {
                label,
                entries: inside,
                ..
            }) = entries.get(*step)
            else {
                break;
            };
            labels.push(label.as_str());
            entries = inside;
        }
        labels
    }

    /// The ids of all pages.
    pub fn page_ids(&self) -> impl Iterator<Item = PageId> + use<> {
        (0..self.pages.len()).map(PageId::new)
    }

    /// The same doc in another version: exactly, or the nearest page above it, or the version's first page.
    pub fn counterpart(&self, page: PageId, version: usize) -> Option<(PageId, bool)> {
        let here = self.page(page);
        let id = &self.docs[here.doc].id;
        let there = &self.docsets[here.docset].versions[version];
        if let Some(&found) = there.by_id.get(id) {
            return Some((found, true));
        }
        let mut folder = id.as_str();
        while let Some((above, _)) = folder.rsplit_once('/') {
            folder = above;
            for name in ["index", "about", "introduction", "overview"] {
                if let Some(&found) = there.by_id.get(&format!("{folder}/{name}")) {
                    return Some((found, false));
                }
            }
        }
        Some((first_page(there)?, false))
    }
}

/// The page that a reader of a version should see first.
pub fn first_page(version: &Version) -> Option<PageId> {
    version
        .sidebars
        .iter()
        .find_map(|s| s.order.first().copied())
        .or_else(|| version.pages.first().copied())
}
