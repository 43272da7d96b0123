//! A copy of each page in Markdown beside it, and the lists of them.
//!
//! In: an indexed site with resolved links. Out: paths and texts.

use super::Indexed;
use super::publish::Job;
use super::resolve::inside;
use crate::render::llms::copy_path;
use crate::render::markdown_copy::{Original, write};
use crate::render::page::Shell;
use crate::render::summary::first_paragraph;
use crate::site::PageId;
use crate::site::links::Target;

/// The path of a page's copy; none where the site wants none or has a file of its own there.
pub fn path(indexed: &Indexed, route: &str) -> Option<String> {
    let path = copy_path(route);
    let wanted = indexed.config.markdown_copies && !indexed.site.routes.contains_key(&path);
    wanted.then_some(path)
}

/// What a page is about: its description, else how it begins.
pub fn about(indexed: &Indexed, id: PageId) -> Option<String> {
    let doc = &indexed.docs.docs[indexed.site.page(id).doc];
    let description = doc.summary.description.clone();
    description.or_else(|| first_paragraph(&doc.parsed))
}

impl Job<'_> {
    /// A page as Markdown. Its links have whole addresses if the site has one, else they are relative.
    pub(super) fn markdown_copy(&self, shell: &Shell<'_>, id: PageId) -> String {
        let page = self.indexed.site.page(id);
        let doc = &self.indexed.docs.docs[page.doc];
        let prefix = shell.urls.absolute_prefix(&page.route);
        let href = |target: &Target| match target {
            Target::Here(_) | Target::Elsewhere(_) => None,
            _ => Some(format!("{prefix}{}", inside(self.indexed, target))),
        };
        let hrefs: Vec<Option<String>> = self.resolved.links[id.index()].iter().map(href).collect();
        let untitled = doc.show_title || doc.parsed.first_h1().is_none();
        let original = Original {
            text: &doc.expanded.text,
            parsed: &doc.parsed,
            dialect: self.indexed.config.docsets[page.docset].dialect,
            title: untitled.then_some(doc.summary.title.as_str()),
        };
        write(original, &hrefs)
    }

    /// The lists of all copies.
    pub(super) fn llms(&self, shell: &Shell<'_>) -> Vec<(String, String)> {
        if !self.indexed.config.markdown_copies {
            return Vec::new();
        }
        shell.llms(&|id| about(self.indexed, id))
    }
}
