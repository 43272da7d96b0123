//! The samples of a site that is kept ready: what is to be verified after an edit, and where its verdicts go.
//!
//! In: routes of pages, and a record of verdicts. Out: a plan for the verify engine, and the pages that look different with the verdicts.
//! It must not verify anything. While the site that is handed out is older than the texts, there is no plan: places would be wrong.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use super::{Live, Ready};
use crate::build::files::ChangeSet;
use crate::build::{marks, samples};
use crate::site::{PageId, Route};
use crate::verify::attributes::Rules;
use crate::verify::plan::{Plan, plan};
use crate::verify::record::{Record, Recorded, library_key};

/// The samples of pages.
#[derive(Debug)]
pub struct PageSamples {
    /// What they are, and their libraries.
    pub plan: Plan,
    /// What is recorded of each of them.
    pub recorded: Vec<Option<Recorded>>,
}

impl Live {
    /// The pages that show something of changed files, by route.
    pub fn pages_of(&self, changes: &ChangeSet) -> BTreeSet<String> {
        let ChangeSet::Paths(paths) = changes else {
            return BTreeSet::new();
        };
        let ready = self.ready.read().unwrap_or_else(PoisonError::into_inner);
        let Some(ready) = ready.as_ref() else {
            return BTreeSet::new();
        };
        let site = &ready.indexed.site;
        let shows = |id: &PageId| {
            let doc = &ready.indexed.docs.docs[site.page(*id).doc];
            paths.contains(&*doc.summary.path)
                || doc.expanded.reads.iter().any(|path| paths.contains(path))
        };
        let pages = site.page_ids().filter(shows);
        pages.map(|id| site.page(id).route.clone()).collect()
    }

    /// The samples of these pages; none while the site has errors. `host` is the target triple, for `ignore-TARGET`.
    pub fn samples_of(&self, routes: &BTreeSet<String>, host: &str) -> Option<PageSamples> {
        let work = super::lock(&self.work);
        let ready = self.ready.read().unwrap_or_else(PoisonError::into_inner);
        let ready = ready.as_ref().filter(|_| !work.is_behind())?;
        let pages = routes.iter().filter_map(|route| ready.page_of(route));
        let fences: Vec<_> = pages
            .flat_map(|id| samples::fences_of(&ready.indexed, &work.build.sources, id))
            .collect();
        let verified = &work.build.verified;
        let has_package = verified.has_package;
        let found = samples::libraries(&ready.indexed, &fences, has_package, &mut Vec::new());
        let rules = Rules {
            strict: false,
            untagged: samples::untagged(&ready.indexed.config),
            host,
        };
        let plan = plan(fences, found.libraries, &found.of_fences, &rules);
        let keys: Vec<String> = plan.libraries.iter().map(library_key).collect();
        let recorded = plan.samples.iter();
        let recorded = recorded.map(|s| verified.record.find(s, &keys[s.library]).cloned());
        Some(PageSamples {
            recorded: recorded.collect(),
            plan,
        })
    }

    /// Takes verdicts in that are about the samples of these pages. Gives the pages that look different with them. While the site has errors
    /// none does, and what is due is done the next time.
    pub fn record(&self, record: Record, routes: &BTreeSet<String>) -> BTreeSet<String> {
        let mut work = super::lock(&self.work);
        work.build.verified.record.merge(record);
        work.unmarked.extend(routes.iter().cloned());
        let mut ready = self.ready.write().unwrap_or_else(PoisonError::into_inner);
        let Some(ready) = ready.as_mut().filter(|_| !work.is_behind()) else {
            return BTreeSet::new();
        };
        let mut changed = std::mem::take(&mut work.unmarked);
        changed.retain(|route| {
            let Some(id) = ready.page_of(route) else {
                return false;
            };
            let build = &work.build;
            let marks = marks::of_page(&ready.indexed, &build.sources, &build.verified, id);
            let old = std::mem::replace(&mut ready.marks[id.index()], marks);
            let differs = old != ready.marks[id.index()];
            if differs {
                super::lock(&ready.pages[id.index()]).tree = None;
            }
            differs
        });
        changed
    }
}

impl Ready {
    /// The page of a route, or of the path of its file without the ending.
    pub(super) fn page_of(&self, route: &str) -> Option<PageId> {
        let routes = &self.indexed.site.routes;
        let twin = route.strip_suffix("/index").and_then(|r| routes.get(r));
        match routes.get(route).or(twin)? {
            Route::Page(id) => Some(*id),
            Route::Made | Route::File => None,
        }
    }
}
