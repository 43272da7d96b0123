//! Where a link leads.
//!
//! In: a link as written, the page that it stands on, and the index. Out: its target, or why there is none ([`super::broken`]).

use std::collections::BTreeMap;

use super::broken::{Broken, Nearby};
use super::urls::{decode, folder_of, join_relative};
use super::{PageId, Route, SiteIndex, VersionKind};
use crate::markdown::{Link, LinkKind};

/// A file beside the docs that pages can show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asset {
    /// Where it is published, under `base_url`.
    pub published: String,
    /// Width and height in pixels, of an image.
    pub size: Option<(usize, usize)>,
}

/// The files that links and images may lead to: by path from the site's folder.
pub type Assets = BTreeMap<String, Asset>;

/// Where a link leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// A place on the page itself: `#x`.
    Here(String),
    /// A page of a doc, with what follows its path (`?query`, `#anchor`).
    Page(PageId, String),
    /// A page that Docproof makes, by route.
    Made(String, String),
    /// A published file, by path under `base_url`.
    File(String, String),
    /// A file beside the docs, by path from the site's folder.
    Asset(String, String),
    /// Somewhere else: written as it is.
    Elsewhere(String),
}

/// The place of a link: its page, and the file that its text stands in.
#[derive(Clone, Copy, Debug)]
pub struct Here<'a> {
    /// The page.
    pub page: PageId,
    /// The page's own file.
    pub file: &'a str,
    /// The file that holds the link's text; another one in copied text.
    pub origin: &'a str,
}

/// Resolves links against an index.
#[derive(Clone, Copy, Debug)]
pub struct Resolver<'a> {
    /// The index.
    pub site: &'a SiteIndex,
    /// Files beside the docs.
    pub assets: &'a Assets,
    /// Starts and ends with `/`.
    pub base_url: &'a str,
    /// What was probably meant by links that lead nowhere.
    pub nearby: &'a Nearby,
}

impl Resolver<'_> {
    /// Resolves a link.
    ///
    /// # Errors
    /// When nothing stands where it leads, or the page there does not have its anchor.
    pub fn resolve(&self, here: Here<'_>, link: &Link) -> Result<Target, Broken> {
        if crate::markdown::is_external(&link.dest) {
            return Ok(Target::Elsewhere(link.dest.clone()));
        }
        let (path, tail) = split(&link.dest);
        if path.is_empty() {
            return self
                .anchor(here.page, tail)
                .map(|()| Target::Here(tail.to_owned()));
        }
        let path = decode(path);
        let target = self
            .target(here, link, &path, tail)
            .ok_or_else(|| self.broken(here, link, &path))?;
        if let Target::Page(page, tail) = &target {
            self.anchor(*page, tail)?;
        }
        Ok(target)
    }

    fn target(&self, here: Here<'_>, link: &Link, path: &str, tail: &str) -> Option<Target> {
        if let Some(rooted) = path.strip_prefix('/') {
            let inside = path.strip_prefix(self.base_url).unwrap_or(rooted);
            return self
                .at_route(inside, tail)
                .or_else(|| self.at_route(rooted, tail));
        }
        let files: &[&str] = if here.file == here.origin {
            &[here.file]
        } else {
            &[here.file, here.origin]
        };
        if path.ends_with(".md") || path.ends_with(".markdown") {
            return files
                .iter()
                .find_map(|file| self.doc_file(here.page, file, path))
                .map(|page| Target::Page(page, tail.to_owned()));
        }
        let first_files =
            matches!(link.kind, LinkKind::Image | LinkKind::RawSrc) || path.starts_with("assets/");
        let file = || {
            files
                .iter()
                .find_map(|file| self.asset(here.page, file, path))
                .map(|found| Target::Asset(found, tail.to_owned()))
        };
        let route = || {
            files.iter().find_map(|file| {
                let page = if *file == here.file {
                    Some(here.page)
                } else {
                    self.page_of_file(here.page, file)
                };
                self.at_route(
                    &join_relative(folder_of(&self.site.page(page?).route), path)?,
                    tail,
                )
            })
        };
        if first_files {
            file().or_else(route)
        } else {
            route().or_else(file)
        }
    }

    /// What stands at a path under `base_url`.
    fn at_route(&self, path: &str, tail: &str) -> Option<Target> {
        let bare = path.trim_end_matches('/');
        let stem = bare.strip_suffix(".html").unwrap_or(bare);
        let folder = if bare.is_empty() {
            "index".to_owned()
        } else {
            format!("{bare}/index")
        };
        for candidate in [
            bare,
            stem,
            &folder,
            stem.strip_suffix("/index").unwrap_or(stem),
        ] {
            match self.site.routes.get(candidate) {
                Some(Route::Page(page)) => return Some(Target::Page(*page, tail.to_owned())),
                Some(Route::Made) => {
                    return Some(Target::Made(candidate.to_owned(), tail.to_owned()));
                }
                Some(Route::File) => {
                    return Some(Target::File(candidate.to_owned(), tail.to_owned()));
                }
                None => {}
            }
        }
        None
    }

    /// The doc that `.md` links of a file lead to, in the reader's version: from the file's folder, then from
    /// its docs folder.
    fn doc_file(&self, page: PageId, file: &str, path: &str) -> Option<PageId> {
        let root = self.docs_folder_of(file).unwrap_or("");
        let stem = |p: String| {
            p.trim_end_matches(".markdown")
                .trim_end_matches(".md")
                .to_owned()
        };
        let copied = self.site.doc(page).path.as_ref() != file;
        [folder_of(file), root]
            .into_iter()
            .filter_map(|folder| join_relative(folder, path))
            .find_map(|full| self.page_of_stem(page, &stem(full), copied))
    }

    /// The docs folder that holds a file.
    pub(super) fn docs_folder_of(&self, file: &str) -> Option<&str> {
        self.site
            .docsets
            .iter()
            .filter(|d| file.starts_with(&d.root))
            .flat_map(|d| &d.folders)
            .map(|(_, folder)| folder.as_str())
            .find(|folder| {
                file.strip_prefix(folder)
                    .is_some_and(|rest| rest.starts_with('/'))
            })
    }

    fn page_of_file(&self, page: PageId, file: &str) -> Option<PageId> {
        self.page_of_stem(
            page,
            file.strip_suffix(".md")
                .or_else(|| file.strip_suffix(".markdown"))?,
            true,
        )
    }

    /// The page of a doc's path (without extension), as the reader of `page` sees it: in the reader's own
    /// version, or, in another docset, in the version that readers get first. Copied text stays in the
    /// version of its source.
    fn page_of_stem(&self, page: PageId, stem: &str, copied: bool) -> Option<PageId> {
        let reader = self.site.page(page);
        let mut candidates: Vec<(usize, &str, Option<&str>)> = Vec::new();
        let docsets = self.site.docsets.iter().enumerate();
        for (n, docset) in docsets.filter(|(_, docset)| stem.starts_with(&docset.root)) {
            for (version, folder) in &docset.folders {
                if let Some(relative) = stem
                    .strip_prefix(folder.as_str())
                    .and_then(|r| r.strip_prefix('/'))
                {
                    candidates.push((n, relative, version.as_deref()));
                }
            }
        }
        candidates
            .into_iter()
            .find_map(|(docset, relative, folder_version)| {
                let versions = &self.site.docsets[docset].versions;
                let own_folder = || match folder_version {
                    Some(name) => versions.iter().find(|v| v.name == name),
                    None => versions
                        .iter()
                        .find(|v| matches!(v.kind, VersionKind::Next | VersionKind::Only)),
                };
                let first = &versions[self.site.docsets[docset].default_version()];
                let in_version = |version: &super::Version| {
                    version.by_file.get(relative).copied().or_else(|| {
                        // The file of another version's folder: go by its id.
                        let doc = self
                            .site
                            .docs
                            .iter()
                            .find(|d| d.docset == docset && d.relative == relative)?;
                        version.by_id.get(&doc.id).copied()
                    })
                };
                if docset == reader.docset {
                    in_version(&versions[reader.version])
                } else if copied {
                    own_folder().and_then(in_version)
                } else {
                    in_version(first).or_else(|| own_folder().and_then(in_version))
                }
            })
    }

    /// A file beside the docs: from the doc's folder, from its docs folder, from the current docs folder.
    fn asset(&self, page: PageId, file: &str, path: &str) -> Option<String> {
        let docset = &self.site.docsets[self.site.page(page).docset];
        let current = docset
            .folders
            .first()
            .map_or("", |(_, folder)| folder.as_str());
        let own = self.docs_folder_of(file).unwrap_or(current);
        // A version's folder holds what changed, and files beside the docs are shared: a doc in a subfolder
        // finds them where its current self does.
        let inner = folder_of(file).strip_prefix(own).unwrap_or_default();
        let beside = format!("{current}{inner}");
        [folder_of(file), own, &beside, current]
            .into_iter()
            .filter_map(|folder| join_relative(folder, path))
            .find(|full| self.assets.contains_key(full))
    }

    /// Checks that a page has the anchor of a tail (`?query#anchor`).
    fn anchor(&self, page: PageId, tail: &str) -> Result<(), Broken> {
        let Some((_, anchor)) = tail.split_once('#') else {
            return Ok(());
        };
        if anchor.is_empty() || anchor == "top" || self.site.glanced {
            return Ok(());
        }
        let anchors = &self.site.doc(page).anchors;
        let decoded = decode(anchor);
        let has = |id: &str| anchors.binary_search_by(|a| a.as_str().cmp(id)).is_ok();
        if has(anchor) || has(&decoded) {
            return Ok(());
        }
        Err(self.no_anchor(page, anchor, &decoded))
    }
}

/// A URL's path, and its query and fragment.
fn split(url: &str) -> (&str, &str) {
    url.split_at(url.find(['?', '#']).unwrap_or(url.len()))
}
