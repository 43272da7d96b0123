//! The search index of each version, made of its pages.
//!
//! In: an indexed site. Out: files below `search/`. What a page contributes is remembered by its text, so versions that share a
//! doc, and the next build, share it.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::Indexed;
use super::docs::Doc;
use super::output::Sink;
use crate::render::indexes::{self, search_folder};
use crate::render::search::sections::{Section, sections};
use crate::render::search::{self, PageTerms};
use crate::site::urls::page_path;
use crate::site::{PageId, Version};
use crate::source::ContentHash;

/// What is remembered between two builds.
pub type Memo = HashMap<ContentHash, Arc<Known>>;

/// What is known of a doc's text under a title.
#[derive(Debug)]
pub struct Known {
    sections: Vec<Section>,
    terms: PageTerms,
}

/// Writes the files of all indexes. Forgets what no page needs any more.
///
/// # Errors
/// What the sink says.
pub fn write(indexed: &Indexed, memo: &mut Memo, sink: &dyn Sink) -> Result<(), String> {
    let ids: Vec<PageId> = indexed.site.page_ids().collect();
    let doc = |id: &PageId| &indexed.docs.docs[indexed.site.page(*id).doc];
    let keys: Vec<ContentHash> = ids.par_iter().map(|id| key(doc(id))).collect();
    // A text that many versions show is read once.
    let mut missing: HashMap<ContentHash, &Doc> = HashMap::new();
    for (id, key) in ids.iter().zip(&keys) {
        if !memo.contains_key(key) {
            missing.insert(*key, doc(id));
        }
    }
    let learnt: Vec<(ContentHash, Arc<Known>)> = missing
        .into_par_iter()
        .map(|(key, doc)| (key, Arc::new(learn(doc))))
        .collect();
    memo.extend(learnt);
    let known: Vec<Arc<Known>> = keys.iter().map(|key| memo[key].clone()).collect();
    let docsets = indexed.site.docsets.iter();
    let versions: Vec<&Version> = docsets.flat_map(|docset| &docset.versions).collect();
    versions.par_iter().try_for_each(|version| {
        let folder = search_folder(version);
        let take =
            |name: &str, text: String| sink.put(&format!("{folder}/{name}"), text.into_bytes());
        search::files(&pages(indexed, version, &known), &take)
    })?;
    sink.put(indexes::ALL, indexes::all_file(&indexed.site).into_bytes())?;
    *memo = keys.into_iter().zip(known).collect();
    Ok(())
}

/// What the index of a page depends on.
fn key(doc: &Doc) -> ContentHash {
    ContentHash::of_parts([&doc.hash.0[..], doc.summary.title.as_bytes()])
}

fn learn(doc: &Doc) -> Known {
    let mut sections = sections(&doc.parsed);
    let terms = search::page_terms(&doc.summary.title, &sections);
    search::excerpts(&mut sections);
    Known { sections, terms }
}

fn pages<'a>(
    indexed: &'a Indexed,
    version: &Version,
    known: &'a [Arc<Known>],
) -> Vec<search::Page<'a>> {
    let wanted = |id: &&PageId| {
        let doc = indexed.site.page(**id).doc;
        !indexed.docs.docs[doc].front.front.no_search
    };
    let page = |id: &PageId| {
        let known = &known[id.index()];
        search::Page {
            path: page_path(indexed.config.urls, &indexed.site.page(*id).route),
            title: &indexed.site.doc(*id).title,
            trail: indexed.site.trail(*id),
            sections: &known.sections,
            terms: &known.terms,
        }
    };
    version.pages.iter().filter(wanted).map(page).collect()
}
