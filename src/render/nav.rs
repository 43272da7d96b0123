//! Sidebars as HTML: rendered once, and completed on each page.
//!
//! In: a sidebar and the templates. Out: pieces with holes for what differs between pages: which entry is the
//! page itself, which categories are open, and how links begin. So the cost of a page is that of copying.
//! A sidebar of over 300 entries is rendered once for each of its branches, with the other branches closed,
//! and of a long level only a part is shown: what a page costs must not grow with the number of pages.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use rayon::prelude::*;
use serde::Serialize;
use tera::Context;

use super::templates::Templates;
use crate::diagnostic::Diagnostic;
use crate::site::urls::Urls;
use crate::site::{Entry, Page, PageId, Sidebar, SiteIndex};

/// Over this many entries, a page holds its own branch only.
const LARGE: usize = 300;

/// In a large sidebar, how many entries of the page's own level are shown: the part that holds the page.
const OWN_LEVEL: usize = 150;

/// The same for the levels above it.
const UPPER_LEVEL: usize = 30;

const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// A rendered sidebar: text and holes.
#[derive(Clone, Debug, Default)]
pub struct Nav {
    pieces: Vec<NavPiece>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum NavPiece {
    Text(String),
    /// What links begin with.
    Prefix,
    /// ` open`, for pages under the category at this way.
    Open(Vec<usize>),
    /// ` aria-current="page"`, for this page.
    Current(PageId),
}

impl Nav {
    fn parse(html: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = html;
        while let Some(at) = rest.find(OPEN) {
            pieces.push(NavPiece::Text(rest[..at].to_owned()));
            let hole = &rest[at + OPEN.len_utf8()..];
            let end = hole.find(CLOSE).unwrap_or(hole.len());
            match hole[..end].split_at_checked(1) {
                Some(("r", _)) => pieces.push(NavPiece::Prefix),
                Some(("o", way)) => pieces.push(NavPiece::Open(
                    way.split('.').filter_map(|n| n.parse().ok()).collect(),
                )),
                Some(("c", page)) => {
                    pieces.extend(page.parse().ok().map(|n| NavPiece::Current(PageId(n))))
                }
                _ => {}
            }
            rest = hole.get(end + CLOSE.len_utf8()..).unwrap_or("");
        }
        pieces.push(NavPiece::Text(rest.to_owned()));
        Self { pieces }
    }

    /// The sidebar as it stands on a page. Without a page, every category is open.
    pub fn on(&self, page: Option<(PageId, &[usize])>, prefix: &str) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                NavPiece::Text(text) => out.push_str(text),
                NavPiece::Prefix => out.push_str(prefix),
                NavPiece::Open(way) => {
                    out.push_str(if page.is_none_or(|(_, here)| here.starts_with(way)) {
                        " open"
                    } else {
                        ""
                    })
                }
                NavPiece::Current(id) => {
                    out.push_str(if page.is_some_and(|(here, _)| here == *id) {
                        " aria-current=\"page\""
                    } else {
                        ""
                    })
                }
            }
        }
        out
    }
}

/// Which sidebars to render.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sidebars {
    /// None of them.
    None,
    /// The one that stands on a page.
    Of(PageId),
    /// All of them.
    All,
}

/// The rendered sidebars of a site.
#[derive(Clone, Debug, Default)]
pub struct Navs {
    /// By docset, version, sidebar and branch (no branch: the whole tree).
    rendered: HashMap<Key, Nav>,
}

/// Docset, version, sidebar, and the branch or the whole tree.
type Key = (usize, usize, usize, Option<Branch>);

/// What the pages of a large sidebar that look alike have in common.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
struct Branch {
    /// The way to their category.
    way: Vec<usize>,
    /// Which part of its entries they stand in.
    part: usize,
}

impl Branch {
    fn of(page: &Page) -> Self {
        let (last, way) = page
            .way
            .split_last()
            .map_or((0, [].as_slice()), |(l, w)| (*l, w));
        Self {
            way: way.to_vec(),
            part: last / OWN_LEVEL,
        }
    }

    /// The entries that are shown of the level at `way`, which has `len` entries.
    fn shown(&self, way: &[usize], len: usize) -> Range<usize> {
        let (part, size) = match self.way.get(way.len()) {
            Some(step) => (step / UPPER_LEVEL, UPPER_LEVEL),
            None => (self.part, OWN_LEVEL),
        };
        (part * size).min(len)..((part + 1) * size).min(len)
    }

    /// Whether the category at a way is open.
    fn opens(&self, way: &[usize]) -> bool {
        self.way.starts_with(way)
    }
}

/// What a sidebar needs beside its entries: how its links are written.
pub struct LinkWriter<'a> {
    /// The URL rules.
    pub urls: &'a Urls,
    /// Resolves the `href` of a link entry to what stands after the prefix, or to a whole URL.
    pub link: &'a (dyn Fn(&str) -> SidebarHref + Sync),
}

/// The URL of a link entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SidebarHref {
    /// Inside the site: what stands after the prefix.
    Inside(String),
    /// Somewhere else.
    Outside(String),
}

#[derive(Serialize)]
struct EntryContext {
    kind: &'static str,
    label: String,
    href: Option<String>,
    own_href: Option<String>,
    external: bool,
    entries: Vec<EntryContext>,
    open_attr: String,
    current_attr: String,
}

impl Navs {
    /// Renders the sidebars of a site. `contents` gives the route of the page that lists all pages of a
    /// version whose sidebar is large.
    ///
    /// # Errors
    /// When the sidebar template fails.
    pub fn render(
        site: &SiteIndex,
        templates: &Templates,
        writer: &LinkWriter<'_>,
        contents: &dyn Fn(usize, usize) -> Option<String>,
        wanted: Sidebars,
    ) -> Result<Self, Box<Diagnostic>> {
        let mut jobs = Vec::new();
        if let Sidebars::Of(id) = wanted
            && let Some((key, sidebar)) = key_of(site, id)
        {
            jobs.push((key.clone(), sidebar, contents(key.0, key.1)));
        }
        let all = site.docsets.iter().filter(|_| wanted == Sidebars::All);
        for (d, docset) in all.enumerate() {
            for (v, version) in docset.versions.iter().enumerate() {
                for (s, sidebar) in version.sidebars.iter().enumerate() {
                    jobs.push(((d, v, s, None), sidebar, contents(d, v)));
                    if is_large(sidebar) {
                        let each = branches(site, sidebar).into_iter();
                        jobs.extend(
                            each.map(|branch| ((d, v, s, Some(branch)), sidebar, contents(d, v))),
                        );
                    }
                }
            }
        }
        let rendered: Result<HashMap<Key, Nav>, Box<Diagnostic>> = jobs
            .into_par_iter()
            .map(|(key, sidebar, contents)| {
                let maker = Maker {
                    site,
                    writer,
                    templates,
                    contents,
                };
                let nav = maker.nav(sidebar, key.3.as_ref())?;
                Ok((key, nav))
            })
            .collect();
        Ok(Self {
            rendered: rendered?,
        })
    }

    /// The sidebar of a page.
    pub fn of(&self, site: &SiteIndex, id: PageId, prefix: &str) -> Option<String> {
        let nav = self.rendered.get(&key_of(site, id)?.0)?;
        Some(nav.on(Some((id, &site.page(id).way)), prefix))
    }

    /// A whole sidebar, every category open.
    pub fn whole(
        &self,
        docset: usize,
        version: usize,
        sidebar: usize,
        prefix: &str,
    ) -> Option<String> {
        Some(
            self.rendered
                .get(&(docset, version, sidebar, None))?
                .on(None, prefix),
        )
    }
}

/// The sidebar that stands on a page.
fn key_of(site: &SiteIndex, id: PageId) -> Option<(Key, &Sidebar)> {
    let page = site.page(id);
    let n = page.sidebar?;
    let sidebar = &site.docsets[page.docset].versions[page.version].sidebars[n];
    let branch = is_large(sidebar).then(|| Branch::of(page));
    Some(((page.docset, page.version, n, branch), sidebar))
}

/// Whether the pages of a sidebar hold their own branch only.
pub fn is_large(sidebar: &Sidebar) -> bool {
    sidebar.size > LARGE
}

/// The branches that pages of a sidebar stand in.
fn branches(site: &SiteIndex, sidebar: &Sidebar) -> BTreeSet<Branch> {
    let pages = sidebar.order.iter();
    pages.map(|page| Branch::of(site.page(*page))).collect()
}

struct Maker<'a> {
    site: &'a SiteIndex,
    writer: &'a LinkWriter<'a>,
    templates: &'a Templates,
    contents: Option<String>,
}

impl Maker<'_> {
    fn nav(&self, sidebar: &Sidebar, branch: Option<&Branch>) -> Result<Nav, Box<Diagnostic>> {
        let entries = self.entries(&sidebar.entries, &mut Vec::new(), branch);
        let mut context = Context::new();
        context.insert("label", "Docs");
        context.insert("entries", &entries);
        let all = self
            .contents
            .as_ref()
            .filter(|_| branch.is_some())
            .map(|route| self.inside(&self.writer.urls.page_path(route)));
        context.insert("contents_href", &all);
        Ok(Nav::parse(
            &self.templates.render("sidebar.html", &context)?,
        ))
    }

    fn inside(&self, path: &str) -> String {
        format!("{OPEN}r{CLOSE}{path}")
    }

    fn entries(
        &self,
        entries: &[Entry],
        way: &mut Vec<usize>,
        branch: Option<&Branch>,
    ) -> Vec<EntryContext> {
        let shown = branch.map_or(0..entries.len(), |b| b.shown(way, entries.len()));
        let mut all = Vec::with_capacity(shown.len());
        for (at, entry) in entries.iter().enumerate().take(shown.end).skip(shown.start) {
            way.push(at);
            all.push(self.entry(entry, way, branch));
            way.pop();
        }
        all
    }

    fn entry(&self, entry: &Entry, way: &mut Vec<usize>, branch: Option<&Branch>) -> EntryContext {
        let mut made = EntryContext {
            kind: "doc",
            label: String::new(),
            href: None,
            own_href: None,
            external: false,
            entries: Vec::new(),
            open_attr: String::new(),
            current_attr: String::new(),
        };
        match entry {
            Entry::Page { page, label } => {
                made.label.clone_from(label);
                made.href =
                    Some(self.inside(&self.writer.urls.page_path(&self.site.page(*page).route)));
                made.current_attr = format!("{OPEN}c{}{CLOSE}", page.0);
            }
            Entry::Link { label, href, .. } => {
                made.kind = "link";
                made.label.clone_from(label);
                match (self.writer.link)(href) {
                    SidebarHref::Inside(path) => made.href = Some(self.inside(&path)),
                    SidebarHref::Outside(url) => {
                        made.href = Some(url);
                        made.external = true;
                    }
                }
            }
            Entry::Draft(label) => {
                made.kind = "draft";
                made.label.clone_from(label);
            }
            Entry::Separator => made.kind = "separator",
            Entry::Category {
                label,
                page,
                entries,
            } => {
                made.kind = "category";
                made.label.clone_from(label);
                made.current_attr =
                    page.map_or_else(String::new, |page| format!("{OPEN}c{}{CLOSE}", page.0));
                let steps: Vec<String> = way.iter().map(usize::to_string).collect();
                made.open_attr = format!("{OPEN}o{}{CLOSE}", steps.join("."));
                let first = page.or_else(|| first_page(entries)).map(|page| {
                    self.inside(&self.writer.urls.page_path(&self.site.page(page).route))
                });
                if branch.is_none_or(|branch| branch.opens(way)) || first.is_none() {
                    made.own_href = first.filter(|_| page.is_some());
                    made.entries = self.entries(entries, way, branch);
                } else {
                    made.href = first;
                }
            }
        }
        made
    }
}

fn first_page(entries: &[Entry]) -> Option<PageId> {
    entries.iter().find_map(|entry| match entry {
        Entry::Page { page, .. } => Some(*page),
        Entry::Category { page, entries, .. } => page.or_else(|| first_page(entries)),
        Entry::Link { .. } | Entry::Draft(_) | Entry::Separator => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_for_each_page() {
        let nav = Nav::parse(
            "<details\u{e000}o1.0\u{e001}><a\u{e000}c7\u{e001} href=\"\u{e000}r\u{e001}docs/x\">",
        );
        assert_eq!(
            nav.on(Some((PageId(7), &[1, 0, 4])), "/"),
            "<details open><a aria-current=\"page\" href=\"/docs/x\">"
        );
        assert_eq!(
            nav.on(Some((PageId(8), &[1, 2])), "../"),
            "<details><a href=\"../docs/x\">"
        );
        assert_eq!(nav.on(None, "/"), "<details open><a href=\"/docs/x\">");
    }
}
