//! The day on which each page was last changed.
//!
//! In: an indexed site and a [`History`] of its files. Out: a date for each page: the newest of its own file, of
//! the docs that it copies and of the files that it shows. It must not know Git: that is behind the trait.

use std::collections::{BTreeMap, BTreeSet};

use super::Indexed;
use super::wiring::config_span;
use crate::date::Date;
use crate::diagnostic::Diagnostic;

/// Tells when files were last changed.
pub trait History: Send + Sync {
    /// The last change of each of these files, given as paths from the site's folder. A file that was never recorded
    /// is left out.
    ///
    /// # Errors
    /// When nothing can be told about any file.
    fn dates(&self, paths: &BTreeSet<&str>) -> Result<BTreeMap<String, Date>, NoHistory>;
}

/// Why there are no dates, and what to do about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoHistory {
    /// What is wrong.
    pub why: String,
    /// What to do.
    pub hint: String,
}

/// The date of each page, in the order of the index; none for all of them if the site does not want dates.
pub fn dates(
    indexed: &Indexed,
    history: Option<&dyn History>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Option<Date>> {
    let pages = &indexed.site.pages;
    let nothing = || vec![None; pages.len()];
    let Some((place, history)) = indexed.config.last_updated.as_ref().zip(history) else {
        return nothing();
    };
    let docs = || pages.iter().map(|page| &indexed.docs.docs[page.doc]);
    let wanted = docs()
        .flat_map(|doc| {
            let reads = doc.expanded.reads.iter().map(String::as_str);
            reads.chain([&*doc.summary.path])
        })
        .collect();
    let known = match history.dates(&wanted) {
        Ok(known) => known,
        Err(NoHistory { why, hint }) => {
            let message = format!("pages have no dates: {why}");
            let mut diagnostic = Diagnostic::warning("last-updated", message).hint(hint);
            diagnostic.place = config_span(indexed, place);
            diagnostics.push(diagnostic);
            return nothing();
        }
    };
    docs()
        .map(|doc| {
            let own = *known.get(&*doc.summary.path)?;
            let others = doc.expanded.reads.iter().filter_map(|path| known.get(path));
            others.copied().chain([own]).max()
        })
        .collect()
}
