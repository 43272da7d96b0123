//! The short way: docs were edited, and nothing that another page can see is different.
//!
//! In: the site that is handed out and the changed texts. Out: the same site with these docs replaced, or the answer that the
//! whole site must be indexed. What goes wrong in between leaves the site as it was.

use std::collections::BTreeSet;
use std::sync::{OnceLock, PoisonError};

use super::{Applied, Effect, Live, Ready, Rendered, Work, has_errors};
use crate::build::baseline::Entry as BrokenEntry;
use crate::build::books;
use crate::build::docs::{self, Doc};
use crate::build::files::FileProvider;
use crate::build::marks;
use crate::config::SiteConfig;
use crate::diagnostic::Diagnostic;
use crate::site::PageId;
use crate::site::links::Target;

/// A doc as it is now: its number, itself, and what was found in it.
type Edited = (usize, Doc, Vec<Diagnostic>);

impl Live {
    /// Takes in the edits that wait, if they are small; none when the whole site must be looked at.
    pub(super) fn short_way(
        &self,
        work: &mut Work,
        provider: &dyn FileProvider,
    ) -> Option<Applied> {
        let mut ready = self.ready.write().unwrap_or_else(PoisonError::into_inner);
        let ready = ready.as_mut()?;
        let edited = edited(ready, work, provider)?;
        let said: Vec<Diagnostic> = edited.iter().flat_map(|e| e.2.clone()).collect();
        let pages = pages_of(ready, &edited);
        let mut tried = Tried::swap_in(ready, edited);
        tried.links(&pages);
        if has_errors(&said) || tried.broken() {
            let said = tried.ready.content_said();
            tried.swap_back();
            return Some(work.applied(Effect::Nothing, said));
        }
        let pages = tried.changed(&pages);
        let ready = tried.keep();
        for id in &pages {
            let marks = marks::of_page(
                &ready.indexed,
                &work.build.sources,
                &work.build.verified,
                *id,
            );
            ready.marks[id.index()] = marks;
            *super::lock(&ready.pages[id.index()]) = Rendered::default();
        }
        ready.search = OnceLock::new();
        ready.others = OnceLock::new();
        work.waiting.clear();
        let route = |id: &PageId| ready.indexed.site.page(*id).route.clone();
        let effect = match pages.is_empty() {
            true => Effect::Nothing,
            false => Effect::Pages(pages.iter().map(route).collect()),
        };
        let said = ready.all_said();
        Some(work.applied(effect, said))
    }
}

/// The docs that the waiting changes are about, as they are now. None when that is not all there is to it.
fn edited(ready: &Ready, work: &mut Work, provider: &dyn FileProvider) -> Option<Vec<Edited>> {
    let docs = &ready.indexed.docs.docs;
    let mut concerned: BTreeSet<usize> = BTreeSet::new();
    for path in &work.waiting {
        let before = concerned.len();
        let of_path = |doc: &Doc| *doc.summary.path == **path || doc.expanded.reads.contains(path);
        // The list of a book's chapters, which may also be included.
        let config = &ready.indexed.config;
        let mut books = config.docsets.iter().filter(|d| d.dialect.is_mdbook());
        if books.any(|docset| books::summary_path(docset) == *path) {
            return None;
        }
        concerned.extend(
            docs.iter()
                .enumerate()
                .filter(|(_, d)| of_path(d))
                .map(|(n, _)| n),
        );
        // A template, a setting, a picture, a new file.
        if concerned.len() == before && !docs.iter().any(of_path) {
            return None;
        }
    }
    for path in &work.waiting {
        let build = &mut work.build;
        if !build.files.text_again(provider, path, &mut build.sources) {
            return None;
        }
    }
    let build = &work.build;
    let config = &ready.indexed.config;
    // A feed is made of a changelog and of where its links lead.
    let feeds = config
        .docsets
        .iter()
        .any(|docset| docset.changelog.is_some());
    concerned
        .into_iter()
        .map(|n| {
            let old = &docs[n];
            let (doc, said) = docs::again(&build.files, config, &build.sources, &build.docs, old)?;
            let reads = doc.expanded.reads == old.expanded.reads;
            let told =
                feeds && (is_changelog(config, &doc) || doc.summary.anchors != old.summary.anchors);
            (reads && looks_the_same(old, &doc) && !told).then_some((n, doc, said))
        })
        .collect()
}

fn is_changelog(config: &SiteConfig, doc: &Doc) -> bool {
    let changelogs = config.docsets.iter().filter_map(|d| d.changelog.as_ref());
    changelogs.into_iter().any(|c| *c.text == *doc.summary.path)
}

/// Whether all that another page shows of a doc is as it was; anchors may differ.
fn looks_the_same(old: &Doc, new: &Doc) -> bool {
    let (a, b) = (&old.summary, &new.summary);
    let (x, y) = (&old.front.front, &new.front.front);
    (a.docset, &a.version, &a.path, &a.relative, &a.id) == (b.docset, &b.version, &b.path, &b.relative, &b.id)
        && (&a.title, &a.label, &a.description, &a.slug, a.no_pagination)
            == (&b.title, &b.label, &b.description, &b.slug, b.no_pagination)
        && x.redirect_from == y.redirect_from
        && x.no_search == y.no_search
        // Files beside the docs are published where a page shows them.
        && x.image == y.image
}

fn pages_of(ready: &Ready, edited: &[Edited]) -> Vec<PageId> {
    let docs: BTreeSet<usize> = edited.iter().map(|(n, ..)| *n).collect();
    let ids = ready.indexed.site.page_ids();
    ids.filter(|id| docs.contains(&ready.indexed.site.page(*id).doc))
        .collect()
}

/// The links of a page, its preview image, and what is wrong with them.
type Links = (
    PageId,
    Vec<Target>,
    Option<Target>,
    Vec<Diagnostic>,
    Vec<BrokenEntry>,
);

/// A site with other docs in it, which may be taken out again.
struct Tried<'a> {
    ready: &'a mut Ready,
    old: Vec<Edited>,
    /// Links that were resolved again, as they were.
    links: Vec<Links>,
    anchors: bool,
}

impl<'a> Tried<'a> {
    fn swap_in(ready: &'a mut Ready, edited: Vec<Edited>) -> Self {
        let mut tried = Self {
            ready,
            old: Vec::new(),
            links: Vec::new(),
            anchors: false,
        };
        tried.old = edited
            .into_iter()
            .map(|edited| tried.swap(edited))
            .collect();
        tried
    }

    fn swap(&mut self, (n, doc, said): Edited) -> Edited {
        let indexed = &mut self.ready.indexed;
        self.anchors |= indexed.site.docs[n].anchors != doc.summary.anchors;
        indexed.site.docs[n] = doc.summary.clone();
        let doc = std::mem::replace(&mut indexed.docs.docs[n], doc);
        let said = std::mem::replace(&mut indexed.docs.said[n], said);
        (n, doc, said)
    }

    /// Resolves the links of pages again, and those of others that lead to an anchor there.
    fn links(&mut self, pages: &[PageId]) {
        let mut again: BTreeSet<PageId> = pages.iter().copied().collect();
        if self.anchors {
            let all = self.ready.indexed.site.page_ids();
            again.extend(all.filter(|id| self.leads_to(*id, pages)));
        }
        let Ready {
            resolved, indexed, ..
        } = &mut *self.ready;
        for id in again {
            let n = id.index();
            let old = (
                id,
                std::mem::take(&mut resolved.links[n]),
                resolved.images[n].take(),
                std::mem::take(&mut resolved.said[n]),
                std::mem::take(&mut resolved.broken[n]),
            );
            self.links.push(old);
            resolved.page_again(indexed, id);
        }
        if self.anchors {
            resolved.others_again(indexed);
        }
    }

    /// Whether a page links to an anchor of one of these pages, or has a link that led nowhere.
    fn leads_to(&self, id: PageId, pages: &[PageId]) -> bool {
        let resolved = &self.ready.resolved;
        let leads = |target: &Target| matches!(target, Target::Page(to, tail) if tail.contains('#') && pages.contains(to));
        !resolved.broken[id.index()].is_empty() || resolved.links[id.index()].iter().any(leads)
    }

    fn broken(&self) -> bool {
        let resolved = &self.ready.resolved;
        let pages = self.links.iter().map(|(id, ..)| &resolved.said[id.index()]);
        pages.into_iter().any(|said| has_errors(said)) || has_errors(&resolved.said_of_others)
    }

    /// These pages, and others whose links are written in another way now: where broken links are only warned of, one that
    /// led nowhere stands on the page as its author wrote it.
    fn changed(&self, pages: &[PageId]) -> BTreeSet<PageId> {
        let resolved = &self.ready.resolved;
        let others = self.links.iter();
        let others = others.filter(|(id, links, ..)| resolved.links[id.index()] != *links);
        pages
            .iter()
            .copied()
            .chain(others.map(|(id, ..)| *id))
            .collect()
    }

    fn swap_back(mut self) {
        for edited in std::mem::take(&mut self.old) {
            self.swap(edited);
        }
        let Ready {
            resolved, indexed, ..
        } = self.ready;
        for (id, links, image, said, broken) in self.links {
            let n = id.index();
            resolved.links[n] = links;
            resolved.images[n] = image;
            resolved.said[n] = said;
            resolved.broken[n] = broken;
        }
        if self.anchors {
            resolved.others_again(indexed);
        }
    }

    fn keep(self) -> &'a mut Ready {
        self.ready
    }
}
