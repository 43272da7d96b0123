//! The first pages of a large site, before it is read.
//!
//! In: a provider. Out: a site whose docs are known by their front matter only. The doc of a page is read when somebody asks for the page,
//! and so is the one sidebar that stands on it. What it hands out are the pages that a clean build writes; what is wrong with the site, its search, and anchors of links
//! are known only when the whole site has been read.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::{Live, Provider, Ready, Rendered, has_errors, lock};
use crate::build::files::{ChangeSet, Depth, FileProvider, Listing, ReadError};
use crate::build::publish::{Job, Sidebars};
use crate::build::{Build, docs};
use crate::diagnostic::Diagnostic;
use crate::render::page::Fittings;
use crate::site::PageId;

impl Live {
    /// Glances at a site of at least `large` files, so that its pages can be handed out, and tells whether that was done: a small one is loaded as fast as a
    /// whole. [`Live::apply`] must follow, with everything.
    pub fn glance(&self, provider: Provider, large: usize) -> bool {
        let provider = Listed {
            provider,
            folders: Mutex::default(),
        };
        // What is remembered of beginnings is of no use later.
        let mut build = Build::new();
        let mut said = Vec::new();
        let config = build.configure(&provider, &ChangeSet::All, &mut said).0;
        let files = |folder: &String| provider.list(folder).files.len();
        if has_errors(&said) || config.source_folders().iter().map(files).sum::<usize>() < large {
            return false;
        }
        let indexed = build.index_apart(&provider, &ChangeSet::All, Depth::Glance, &mut said);
        let rest = Some(provider.provider);
        let Ok(ready) = Ready::make(indexed, &build, rest, said, Default::default()) else {
            return false;
        };
        *self.ready.write().unwrap_or_else(PoisonError::into_inner) = Some(ready);
        true
    }

    /// Reads the doc of a page that was only glanced at.
    pub(super) fn look_closer(&self, path: &str) {
        let wanted = |ready: &Ready| {
            let id = ready.page_at(path).filter(|_| ready.rest.is_some())?;
            let doc = &ready.indexed.docs.docs[ready.indexed.site.page(id).doc];
            doc.parsed.pieces.is_empty().then_some(id)
        };
        let glanced = {
            let ready = self.ready.read().unwrap_or_else(PoisonError::into_inner);
            ready.as_ref().and_then(wanted)
        };
        if glanced.is_some() {
            let mut ready = self.ready.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(ready) = ready.as_mut()
                && let Some(id) = wanted(ready)
            {
                ready.look_closer(id);
            }
        }
    }
}

impl Ready {
    /// Reads a doc that was only glanced at. What is wrong with it is told later.
    fn look_closer(&mut self, id: PageId) {
        let Some(rest) = self.rest.clone() else {
            return;
        };
        let indexed = &mut self.indexed;
        let n = indexed.site.page(id).doc;
        let old = &indexed.docs.docs[n];
        let whole = docs::whole(
            &mut self.files,
            &*rest,
            &indexed.config,
            &mut self.sources,
            old,
        );
        if let Some(doc) = whole {
            indexed.docs.docs[n] = doc;
            self.resolved.page_again(indexed, id);
            *lock(&self.pages[id.index()]) = Rendered::default();
        }
    }

    /// What a file is made with. Of a site that was only glanced at no sidebar is made before it is needed.
    pub(super) fn fittings(
        &self,
        job: &Job<'_>,
        sidebars: Sidebars,
    ) -> Result<Cow<'_, Fittings>, Box<Diagnostic>> {
        match self.rest {
            None => Ok(Cow::Borrowed(&self.fittings)),
            Some(_) => Ok(Cow::Owned(Fittings {
                navs: job.navs(&self.theme, sidebars)?,
                ..self.fittings.clone()
            })),
        }
    }
}

/// A provider that looks into each folder once.
struct Listed {
    provider: Provider,
    folders: Mutex<HashMap<String, Listing>>,
}

impl FileProvider for Listed {
    fn list(&self, folder: &str) -> Listing {
        let mut folders = lock(&self.folders);
        let listed = folders.entry(folder.to_owned());
        listed.or_insert_with(|| self.provider.list(folder)).clone()
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.provider.read(path)
    }

    fn read_start(&self, path: &str, len: usize) -> Result<Vec<u8>, ReadError> {
        self.provider.read_start(path, len)
    }
}
