//! Sidebars: from their files to entries, reading order, previous and next.
//!
//! In: the parsed value of a sidebar file (or none) and the pages of a version. Out: the version's sidebars,
//! and on each page its place among them.

use std::collections::{BTreeMap, HashMap};

use serde_yaml::Value;

use super::missing_docs::MissingDocs;
use super::pages::sentence_case;
use super::summary::{Chapter, Item, Summary};
use super::{Entry, PageId, Sidebar, SiteIndex};
use crate::config::Dialect;
use crate::diagnostic::{Diagnostic, Severity, nearest, one_of};
use crate::source::{SourceId, Span};
use crate::yaml::{self, Part, Path, Shown, Step};

/// A category with this prefix is shown as a single link to its one doc.
const REPLACE: &str = "SIDEBAR_REPLACE_DOC_";

/// A sidebar file.
#[derive(Clone, Debug)]
pub struct SidebarFile {
    /// Its source.
    pub source: SourceId,
    /// Its text, for places.
    pub text: std::sync::Arc<str>,
    /// Its value.
    pub value: Value,
    /// The released version whose file it is; ids in it may begin with `version-{V}-`.
    pub version: Option<String>,
}

/// Sets the sidebars of a version from a file, or from the folders when there is none.
pub fn fill(
    site: &mut SiteIndex,
    docset: usize,
    version: usize,
    file: Option<&SidebarFile>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut missing = MissingDocs::default();
    let mut sidebars = match file {
        Some(file) => Reader {
            site,
            docset,
            version,
            file,
            places: yaml::Places::of(&file.text),
            missing: &mut missing,
            diagnostics,
        }
        .sidebars(),
        None => vec![("docs".to_owned(), generated(site, docset, version, ""))],
    };
    let name = &site.docsets[docset].versions[version].name;
    missing.tell(name, diagnostics);
    keep_last_places(site, &mut sidebars, file, diagnostics);
    set(site, docset, version, sidebars);
}

fn set(site: &mut SiteIndex, docset: usize, version: usize, sidebars: Vec<(String, Vec<Entry>)>) {
    let sidebars: Vec<Sidebar> = sidebars
        .into_iter()
        .map(|(name, mut entries)| {
            drop_empty(&mut entries);
            let mut order = Vec::new();
            let size = flatten(&entries, &mut order);
            Sidebar {
                name,
                entries,
                order,
                size,
            }
        })
        .collect();
    for (n, sidebar) in sidebars.iter().enumerate() {
        place_pages(site, n, sidebar);
    }
    site.docsets[docset].versions[version].sidebars = sidebars;
}

/// Sets the sidebar of a book from its list of chapters. What is wrong with that was reported when it was read.
pub fn fill_book(
    site: &mut SiteIndex,
    docset: usize,
    version: usize,
    summary: &Summary,
    section_labels: bool,
) {
    let by_file = &site.docsets[docset].versions[version].by_file;
    let page = |chapter: &Chapter| {
        let stem = chapter.file.as_deref()?.strip_suffix(".md")?;
        by_file.get(stem).copied()
    };
    fn entries(
        items: &[Item],
        page: &dyn Fn(&Chapter) -> Option<PageId>,
        labels: bool,
    ) -> Vec<Entry> {
        let entry = |item: &Item| {
            let Item::Chapter(chapter) = item else {
                return Entry::Separator;
            };
            let label = match chapter.number.as_str() {
                number if labels && !number.is_empty() => format!("{number} {}", chapter.name),
                _ => chapter.name.clone(),
            };
            let page_of = page(chapter);
            match page_of {
                _ if !chapter.items.is_empty() => Entry::Category {
                    label,
                    page: page_of,
                    entries: entries(&chapter.items, page, labels),
                },
                Some(page) => Entry::Page { page, label },
                None => Entry::Draft(label),
            }
        };
        items.iter().map(entry).collect()
    }
    let mut all = entries(&summary.prefix, &page, section_labels);
    for part in &summary.parts {
        let inside = entries(&part.items, &page, section_labels);
        match &part.title {
            None => all.extend(inside),
            Some(title) => all.push(Entry::Category {
                label: title.clone(),
                page: None,
                entries: inside,
            }),
        }
    }
    all.extend(entries(&summary.suffix, &page, section_labels));
    set(site, docset, version, vec![("book".to_owned(), all)]);
}

fn drop_empty(entries: &mut Vec<Entry>) {
    entries.retain_mut(|entry| match entry {
        Entry::Category { page, entries, .. } => {
            drop_empty(entries);
            !entries.is_empty() || page.is_some()
        }
        _ => true,
    });
    // A page with nothing under it is a page.
    for entry in entries {
        if let Entry::Category {
            label,
            page: Some(page),
            entries,
        } = entry
            && entries.is_empty()
        {
            *entry = Entry::Page {
                page: *page,
                label: std::mem::take(label),
            };
        }
    }
}

fn flatten(entries: &[Entry], order: &mut Vec<PageId>) -> usize {
    entries
        .iter()
        .map(|entry| match entry {
            Entry::Page { page, .. } => {
                order.push(*page);
                1
            }
            Entry::Link { .. } | Entry::Draft(_) | Entry::Separator => 1,
            Entry::Category { page, entries, .. } => {
                order.extend(*page);
                1 + flatten(entries, order)
            }
        })
        .sum()
}

fn place_pages(site: &mut SiteIndex, n: usize, sidebar: &Sidebar) {
    fn walk(entries: &[Entry], way: &mut Vec<usize>, found: &mut Vec<(PageId, Vec<usize>)>) {
        for (at, entry) in entries.iter().enumerate() {
            way.push(at);
            match entry {
                Entry::Page { page, .. } => found.push((*page, way.clone())),
                Entry::Category { page, entries, .. } => {
                    found.extend(page.map(|page| (page, way.clone())));
                    walk(entries, way, found);
                }
                Entry::Link { .. } | Entry::Draft(_) | Entry::Separator => {}
            }
            way.pop();
        }
    }
    let mut found = Vec::new();
    walk(&sidebar.entries, &mut Vec::new(), &mut found);
    for (page, way) in found {
        let page = &mut site.pages[page.index()];
        page.sidebar = Some(n);
        page.way = way;
    }
    for (at, page) in sidebar.order.iter().enumerate() {
        let page = &mut site.pages[page.index()];
        page.previous = at.checked_sub(1).map(|before| sidebar.order[before]);
        page.next = sidebar.order.get(at + 1).copied();
    }
}

/// A doc that is listed twice keeps its last place.
fn keep_last_places(
    site: &SiteIndex,
    sidebars: &mut [(String, Vec<Entry>)],
    file: Option<&SidebarFile>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut left: HashMap<PageId, usize> = HashMap::new();
    for (_, entries) in sidebars.iter() {
        let mut order = Vec::new();
        flatten(entries, &mut order);
        for page in order {
            *left.entry(page).or_default() += 1;
        }
    }
    let mut twice: Vec<PageId> = left
        .iter()
        .filter(|(_, n)| **n > 1)
        .map(|(page, _)| *page)
        .collect();
    twice.sort_unstable();
    for page in &twice {
        let mut diagnostic = Diagnostic::warning(
            "sidebar",
            format!("`{}` is listed {} times", site.doc(*page).id, left[page]),
        )
        .hint("its last place counts; remove the others");
        if let Some(file) = file {
            let id = &site.doc(*page).id;
            let long = format!("version-{}-{id}", file.version.as_deref().unwrap_or(""));
            let range = yaml::locate_scalar(&file.text, &[id, &long]).unwrap_or(0..0);
            diagnostic = diagnostic.at(
                Span {
                    source: file.source,
                    range,
                },
                "the first place",
            );
        }
        diagnostics.push(diagnostic);
    }
    fn prune(entries: &mut Vec<Entry>, left: &mut HashMap<PageId, usize>) {
        let is_last = |page: &PageId, left: &mut HashMap<PageId, usize>| {
            let n = left
                .get_mut(page)
                .expect("invariant: every page was counted");
            *n -= 1;
            *n == 0
        };
        entries.retain_mut(|entry| match entry {
            Entry::Page { page, .. } => is_last(page, left),
            Entry::Category { page, entries, .. } => {
                *page = page.filter(|page| is_last(page, left));
                prune(entries, left);
                true
            }
            Entry::Link { .. } | Entry::Draft(_) | Entry::Separator => true,
        });
    }
    if !twice.is_empty() {
        for (_, entries) in sidebars {
            prune(entries, &mut left);
        }
    }
}

/// Entries made from the folders under `dir`: pages first, then folders, each in the order of names.
fn generated(site: &SiteIndex, docset: usize, version: usize, dir: &str) -> Vec<Entry> {
    #[derive(Default)]
    struct Folder {
        pages: Vec<PageId>,
        folders: BTreeMap<String, Folder>,
    }
    fn entries(site: &SiteIndex, mut folder: Folder) -> Vec<Entry> {
        folder.pages.sort_by_cached_key(|p| {
            let name = site
                .doc(*p)
                .id
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned();
            let rank = ["index", "introduction", "about", "overview"]
                .iter()
                .position(|n| *n == name)
                .unwrap_or(9);
            (rank, site.doc(*p).relative.clone())
        });
        let pages = folder.pages.into_iter().map(|page| Entry::Page {
            page,
            label: site.doc(page).label.clone(),
        });
        let mut all: Vec<Entry> = pages.collect();
        for (name, inner) in folder.folders {
            all.push(Entry::Category {
                label: sentence_case(&name),
                page: None,
                entries: entries(site, inner),
            });
        }
        all
    }
    let mut root = Folder::default();
    let prefix = if dir.is_empty() {
        String::new()
    } else {
        format!("{dir}/")
    };
    for &page in &site.docsets[docset].versions[version].pages {
        let Some(rest) = site.doc(page).id.strip_prefix(&prefix) else {
            continue;
        };
        let mut folder = &mut root;
        let parts: Vec<&str> = rest.split('/').collect();
        for part in &parts[..parts.len() - 1] {
            folder = folder.folders.entry((*part).to_owned()).or_default();
        }
        folder.pages.push(page);
    }
    entries(site, root)
}

struct Reader<'a> {
    site: &'a SiteIndex,
    docset: usize,
    version: usize,
    file: &'a SidebarFile,
    places: yaml::Places<'a>,
    missing: &'a mut MissingDocs,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn report(
        &mut self,
        severity: Severity,
        path: &Path,
        part: Part,
        message: String,
        hints: Vec<String>,
    ) {
        let diagnostic = self.made(severity, path, part, message, hints);
        self.diagnostics.push(diagnostic);
    }

    fn made(
        &self,
        severity: Severity,
        path: &Path,
        part: Part,
        message: String,
        hints: Vec<String>,
    ) -> Diagnostic {
        let place = Span {
            source: self.file.source,
            range: self.places.locate(path, part),
        };
        let diagnostic = Diagnostic::error("sidebar", message).at(place, "");
        Diagnostic {
            severity,
            hints,
            ..diagnostic
        }
    }

    fn error(
        &mut self,
        path: &Path,
        part: Part,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.report(
            Severity::Error,
            path,
            part,
            message.into(),
            vec![hint.into()],
        );
    }

    fn sidebars(mut self) -> Vec<(String, Vec<Entry>)> {
        let file = self.file;
        let Value::Mapping(map) = &file.value else {
            self.error(
                &Vec::new(),
                Part::Value,
                "a sidebar file must be a table from names to sidebars",
                "as in `{ \"docs\": { \"Category\": [\"doc-id\"] } }`",
            );
            return Vec::new();
        };
        let mut all = Vec::new();
        for (name, value) in map {
            let Some(name) = name.as_str() else { continue };
            let path = vec![Step::Key(name.to_owned())];
            let entries = match value {
                Value::Mapping(categories) => self.categories(categories, &path),
                Value::Sequence(items) => self.items(items, &path),
                _ => {
                    self.error(
                        &path,
                        Part::Value,
                        format!("the sidebar `{name}` must be a table from categories to lists"),
                        "as in `{ \"Category\": [\"doc-id\"] }`",
                    );
                    continue;
                }
            };
            all.push((name.to_owned(), entries));
        }
        all
    }

    fn categories(&mut self, categories: &serde_yaml::Mapping, path: &Path) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (label, items) in categories {
            let Some(label) = label.as_str() else {
                self.error(
                    path,
                    Part::Value,
                    "category names must be text",
                    "put the name in quotes",
                );
                continue;
            };
            let path = step(path, Step::Key(label.to_owned()));
            let Value::Sequence(items) = items else {
                self.error(
                    &path,
                    Part::Value,
                    format!("the category `{label}` must be a list"),
                    "of doc ids, as in `[\"doc-id\"]`",
                );
                continue;
            };
            let inside = self.items(items, &path);
            match label.strip_prefix(REPLACE) {
                None => entries.push(Entry::Category {
                    label: label.to_owned(),
                    page: None,
                    entries: inside,
                }),
                Some(name) => entries.extend(self.replaced(name, items.len(), inside, &path)),
            }
        }
        entries
    }

    /// A category that is shown as a link to its one doc.
    fn replaced(
        &mut self,
        name: &str,
        listed: usize,
        inside: Vec<Entry>,
        path: &Path,
    ) -> Option<Entry> {
        if listed > 1 {
            self.error(
                path,
                Part::Key,
                format!("`{REPLACE}{name}` must hold one doc, not {listed}"),
                format!("drop the prefix `{REPLACE}` to have a category"),
            );
            return None;
        }
        match inside.into_iter().next()? {
            Entry::Page { page, .. } => Some(Entry::Page {
                page,
                label: name.to_owned(),
            }),
            Entry::Link { href, place, .. } => Some(Entry::Link {
                label: name.to_owned(),
                href,
                place,
            }),
            Entry::Category { .. } => {
                self.error(
                    path,
                    Part::Key,
                    format!("`{REPLACE}{name}` must hold a doc, not a subcategory"),
                    "name a doc id",
                );
                None
            }
            // Reported where it stands.
            Entry::Draft(_) | Entry::Separator => None,
        }
    }

    fn items(&mut self, items: &[Value], path: &Path) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let path = step(path, Step::Item(at));
            match item {
                Value::String(id) => entries.extend(self.doc(id, &path)),
                Value::Mapping(map) => self.object(map, &path, &mut entries),
                _ => self.error(
                    &path,
                    Part::Value,
                    "a sidebar entry must be a doc id or a table with a `type`",
                    "doc ids are text: put them in quotes",
                ),
            }
        }
        entries
    }

    fn object(&mut self, map: &serde_yaml::Mapping, path: &Path, entries: &mut Vec<Entry>) {
        let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
        let kind = text("type");
        let known: &[&str] = match kind.as_deref() {
            Some("subcategory" | "category") => &["type", "label", "id", "ids", "items"],
            Some("draft") => &["type", "label"],
            Some("separator") => &["type"],
            Some("link") => &["type", "label", "href"],
            Some("autogenerated") => &["type", "dir"],
            Some("doc" | "ref") => &["type", "id", "label"],
            other => {
                let kinds = [
                    "subcategory",
                    "link",
                    "autogenerated",
                    "doc",
                    "draft",
                    "separator",
                ];
                let said = other.map_or_else(
                    || "a sidebar entry without a `type`".to_owned(),
                    |t| format!("unknown sidebar entry type `{t}`"),
                );
                self.error(
                    path,
                    Part::Value,
                    said,
                    format!("types: {}", one_of(&kinds)),
                );
                return;
            }
        };
        for key in map
            .keys()
            .filter_map(Value::as_str)
            .filter(|k| !known.contains(k))
        {
            let at = step(path, Step::Key(key.to_owned()));
            self.error(
                &at,
                Part::Key,
                format!("unknown key `{key}` in {}", Shown(path)),
                format!("known here: {}", one_of(known)),
            );
        }
        let mut need = |key: &str| {
            let found = text(key);
            if found.is_none() {
                self.error(
                    path,
                    Part::Value,
                    format!("this entry needs a `{key}`"),
                    format!("known here: {}", one_of(known)),
                );
            }
            found
        };
        match kind.as_deref() {
            Some("subcategory" | "category") => {
                let Some(label) = need("label") else { return };
                let key = if map.contains_key("items") {
                    "items"
                } else {
                    "ids"
                };
                let Some(Value::Sequence(items)) = map.get(key) else {
                    self.error(
                        path,
                        Part::Value,
                        format!("the subcategory `{label}` needs a list `ids`"),
                        "as in `\"ids\": [\"doc-id\"]`",
                    );
                    return;
                };
                let inside = self.items(items, &step(path, Step::Key(key.to_owned())));
                let page = text("id").and_then(|id| match self.doc(&id, path) {
                    Some(Entry::Page { page, .. }) => Some(page),
                    _ => None,
                });
                entries.push(Entry::Category {
                    label,
                    page,
                    entries: inside,
                });
            }
            Some("link") => {
                let (Some(label), Some(href)) = (need("label"), need("href")) else {
                    return;
                };
                let at = step(path, Step::Key("href".into()));
                let range = self.places.locate(&at, Part::Value);
                entries.push(Entry::Link {
                    label,
                    href,
                    place: Span {
                        source: self.file.source,
                        range,
                    },
                });
            }
            Some("draft") => entries.extend(need("label").map(Entry::Draft)),
            Some("separator") => entries.push(Entry::Separator),
            Some("autogenerated") => {
                let Some(dir) = need("dir") else { return };
                let dir = dir
                    .trim_start_matches("./")
                    .trim_matches(['/', '.'])
                    .to_owned();
                let made = generated(self.site, self.docset, self.version, &dir);
                if made.is_empty() {
                    self.error(
                        path,
                        Part::Value,
                        format!("there are no docs in `{dir}`"),
                        "`dir` is relative to the docs folder",
                    );
                }
                entries.extend(made);
            }
            _ => {
                let Some(id) = need("id") else { return };
                let own = text("label");
                if let Some(Entry::Page { page, label }) = self.doc(&id, path) {
                    entries.push(Entry::Page {
                        page,
                        label: own.unwrap_or(label),
                    });
                }
            }
        }
    }

    fn doc(&mut self, written: &str, path: &Path) -> Option<Entry> {
        let version = &self.site.docsets[self.docset].versions[self.version];
        let id = match &self.file.version {
            Some(v) => written
                .strip_prefix(&format!("version-{v}-"))
                .unwrap_or(written),
            None => written,
        };
        if let Some(&page) = version.by_id.get(id) {
            return Some(Entry::Page {
                page,
                label: self.site.doc(page).label.clone(),
            });
        }
        let near = nearest(id, version.by_id.keys().map(String::as_str), 3);
        let mut hints = Vec::new();
        if !near.is_empty() {
            hints.push(format!("did you mean {}?", one_of(&near)));
        }
        if let Some(&page) = version.by_file.get(id) {
            hints.push(format!(
                "the file `{}` has the id `{}`",
                self.site.doc(page).path,
                self.site.doc(page).id
            ));
        }
        let severity = match self.site.docsets[self.docset].dialect {
            Dialect::Docproof | Dialect::Mdbook(_) => Severity::Error,
            // v1 leaves it out without a word.
            Dialect::DocusaurusV1 => Severity::Warning,
        };
        let shown = if version.name.is_empty() {
            String::new()
        } else {
            format!(" in version `{}`", version.name)
        };
        let message = format!("there is no doc `{id}`{shown}");
        let diagnostic = self.made(severity, path, Part::Value, message, hints);
        self.missing.add(id, diagnostic);
        None
    }
}

fn step(path: &Path, step: Step) -> Path {
    let mut longer = path.clone();
    longer.push(step);
    longer
}
