//! `llms.txt`: the pages of the site as a list for readers who are programs, in the form of llmstxt.org.
//!
//! In: the shell, and a line about each page. Out: paths and texts. The list at the root has the pages of each docset that
//! readers get first, in the order of the sidebar; every other version has a list of its own, which the root names.

use std::collections::BTreeSet;

use super::markdown_copy::one_line;
use super::page::Shell;
use crate::site::pages::join;
use crate::site::{PageId, Version};

/// The name of a list.
pub const NAME: &str = "llms.txt";

/// A line about a page, if there is one.
pub type About<'a> = &'a dyn Fn(PageId) -> Option<String>;

/// The path of a page's copy in Markdown.
pub fn copy_path(route: &str) -> String {
    format!("{route}.md")
}

impl Shell<'_> {
    /// Every list: its path and its text.
    pub fn llms(&self, about: About<'_>) -> Vec<(String, String)> {
        let mut root = format!("# {}\n", one_line(&self.config.title));
        let tagline = one_line(&self.config.tagline);
        if !tagline.is_empty() {
            root.push_str(&format!("\n> {tagline}\n"));
        }
        let mut others = Vec::new();
        let mut optional = String::new();
        for docset in &self.site.docsets {
            let first = docset.default_version();
            for (v, version) in docset.versions.iter().enumerate() {
                if v == first {
                    let title = one_line(&docset.title);
                    let list = self.list("llms", version, about);
                    root.push_str(&format!("\n## {title}\n\n{list}"));
                    continue;
                }
                let title = one_line(&format!("{} {}", docset.title, version.name));
                let path = join(&version.route, NAME);
                optional.push_str(&format!("- {}\n", self.item("llms", &title, &path, None)));
                let list = self.list(&path, version, about);
                others.push((path, format!("# {title}\n\n## Pages\n\n{list}")));
            }
        }
        if !optional.is_empty() {
            root.push_str(&format!("\n## Optional\n\n{optional}"));
        }
        others.push((NAME.to_owned(), root));
        others
    }

    /// The pages of a version: those of its sidebars in their order, then the others.
    fn list(&self, from: &str, version: &Version, about: About<'_>) -> String {
        let listed = version.sidebars.iter().flat_map(|sidebar| &sidebar.order);
        let mut seen = BTreeSet::new();
        let mut list = String::new();
        for id in listed.chain(&version.pages).filter(|id| seen.insert(**id)) {
            let title = one_line(&self.site.doc(*id).title);
            let path = copy_path(&self.site.page(*id).route);
            let item = self.item(from, &title, &path, about(*id));
            list.push_str(&format!("- {item}\n"));
        }
        list
    }

    /// A link to a file, with its whole address where the site has one, and what it is about.
    fn item(&self, from: &str, title: &str, path: &str, about: Option<String>) -> String {
        let href = match self.urls.canonical_file(path) {
            Some(whole) => whole,
            None => self.urls.file(from, path),
        };
        let title = title
            .replace('\\', "\\\\")
            .replace('[', "\\[")
            .replace(']', "\\]");
        let href = href.replace('(', "%28").replace(')', "%29");
        let about = about.map_or_else(String::new, |about| format!(": {}", one_line(&about)));
        format!("[{title}]({href}){about}")
    }
}
