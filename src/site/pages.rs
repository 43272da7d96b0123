//! Docs to pages: versions, inheritance, routes.
//!
//! In: summaries and the version names of each docset. Out: the pages of every version, with routes that do
//! not clash. For version V and an id, the text comes from the first folder that holds the id, from V
//! towards older versions.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{DocSummary, Docset, Page, PageId, Route, SiteIndex, Version, VersionKind};
use crate::config::{DocsetConfig, SiteConfig};
use crate::diagnostic::{Diagnostic, nearest, one_of};
use crate::source::{SourceId, Span};

/// What the index needs of a docset beside its docs.
#[derive(Clone, Debug, Default)]
pub struct DocsetInput {
    /// Released versions, newest first; `None` without a `versions.json`.
    pub versions: Option<Vec<String>>,
}

/// Builds pages and routes. Sidebars come afterwards.
pub fn index(
    config: &SiteConfig,
    config_source: Option<SourceId>,
    inputs: &[DocsetInput],
    docs: Vec<DocSummary>,
    diagnostics: &mut Vec<Diagnostic>,
) -> SiteIndex {
    let mut site = SiteIndex {
        docs,
        ..SiteIndex::default()
    };
    duplicates(&site.docs, diagnostics);
    for (n, docset) in config.docsets.iter().enumerate() {
        let maker = Maker {
            config: docset,
            config_source,
            names: inputs.get(n).and_then(|i| i.versions.as_deref()),
            docset: n,
        };
        maker.add(&mut site, diagnostics);
    }
    routes(&mut site, diagnostics);
    site
}

/// Two docs of one folder with the same id.
fn duplicates(docs: &[DocSummary], diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<(usize, Option<&str>, &str), &DocSummary> = HashMap::new();
    for doc in docs {
        if let Some(first) = seen.insert((doc.docset, doc.version.as_deref(), &doc.id), doc) {
            diagnostics.push(
                Diagnostic::error("duplicate-id", format!("two docs have the id `{}`", doc.id))
                    .at(doc.id_place.clone(), "the second one")
                    .also(first.id_place.clone(), "the first one is here")
                    .hint("give one of them another `id`"),
            );
        }
    }
}

struct Maker<'a> {
    config: &'a DocsetConfig,
    config_source: Option<SourceId>,
    names: Option<&'a [String]>,
    docset: usize,
}

impl Maker<'_> {
    fn add(&self, site: &mut SiteIndex, diagnostics: &mut Vec<Diagnostic>) {
        let names = self.names.unwrap_or_default();
        // id -> doc, for the current docs and for each version's folder.
        let mut current = BTreeMap::new();
        let mut released: HashMap<&str, BTreeMap<&str, usize>> = HashMap::new();
        for (n, doc) in site
            .docs
            .iter()
            .enumerate()
            .filter(|(_, d)| d.docset == self.docset)
        {
            // Of two with the same id the first one stays, so that links to it are no errors as well.
            match &doc.version {
                None => *current.entry(doc.id.as_str()).or_insert(n),
                Some(version) => *released
                    .entry(version)
                    .or_default()
                    .entry(&doc.id)
                    .or_insert(n),
            };
        }
        self.check_settings(names, &released, diagnostics);
        let mut chosen: Vec<(String, VersionKind, Vec<usize>)> = Vec::new();
        let versioned = self.names.is_some() && !names.is_empty();
        if !current.is_empty() || !versioned {
            let (name, kind) = if versioned {
                ("next", VersionKind::Next)
            } else {
                ("", VersionKind::Only)
            };
            chosen.push((name.into(), kind, current.values().copied().collect()));
        }
        for (at, name) in names.iter().enumerate() {
            let kind = if at == 0 {
                VersionKind::Latest
            } else {
                VersionKind::Old
            };
            chosen.push((name.clone(), kind, self.inherited(&names[at..], &released)));
        }
        let mut docset = Docset {
            id: self.config.id.clone(),
            title: self
                .config
                .title
                .clone()
                .unwrap_or_else(|| sentence_case(&self.config.id)),
            description: self.config.description.clone(),
            dialect: self.config.dialect,
            versions: Vec::new(),
            root: self.config.path.clone(),
            folders: std::iter::once((None, self.config.docs_folder()))
                .chain(
                    names
                        .iter()
                        .map(|n| (Some(n.clone()), self.config.version_folder(n))),
                )
                .collect(),
            route: self.config.route.clone(),
        };
        for (at, (name, kind, docs)) in chosen.into_iter().enumerate() {
            docset
                .versions
                .push(self.version(site, at, name, kind, docs));
        }
        site.docsets.push(docset);
    }

    /// The docs of a version: `names` are the version itself and all older ones.
    fn inherited(
        &self,
        names: &[String],
        released: &HashMap<&str, BTreeMap<&str, usize>>,
    ) -> Vec<usize> {
        let mut ids: BTreeMap<&str, Option<usize>> = BTreeMap::new();
        for name in names {
            for (id, doc) in released.get(name.as_str()).into_iter().flatten() {
                ids.entry(id).or_insert(Some(*doc));
            }
            for removed in self
                .config
                .version(name)
                .into_iter()
                .flat_map(|v| &v.removed)
            {
                // Holds for what older folders have; the version's own folder was looked at first.
                ids.entry(&removed.text).or_insert(None);
            }
        }
        ids.into_values().flatten().collect()
    }

    fn check_settings(
        &self,
        names: &[String],
        released: &HashMap<&str, BTreeMap<&str, usize>>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let Some(source) = self.config_source else {
            return;
        };
        for version in &self.config.versions {
            let at = names.iter().position(|n| *n == version.name);
            if at.is_none() && version.name != "next" {
                let known: Vec<&str> = names.iter().map(String::as_str).collect();
                let hint = if known.is_empty() {
                    "this docset has no versions.json".to_owned()
                } else {
                    format!("versions: {}", one_of(&known))
                };
                let span = Span {
                    source,
                    range: version.place.clone(),
                };
                diagnostics.push(
                    Diagnostic::error(
                        "config",
                        format!(
                            "docset `{}` has no version `{}`",
                            self.config.id, version.name
                        ),
                    )
                    .at(span, "")
                    .hint(hint),
                );
                continue;
            }
            let older: Vec<&str> = at.map_or(Vec::new(), |at| {
                names[at + 1..]
                    .iter()
                    .filter_map(|n| released.get(n.as_str()))
                    .flat_map(|docs| docs.keys().copied())
                    .collect()
            });
            for removed in version
                .removed
                .iter()
                .filter(|r| !older.contains(&r.text.as_str()))
            {
                let span = Span {
                    source,
                    range: removed.place.clone(),
                };
                let mut diagnostic = Diagnostic::error(
                    "config",
                    format!(
                        "`{}` is not a doc that version `{}` would inherit",
                        removed.text, version.name
                    ),
                )
                .at(span, "");
                for near in nearest(&removed.text, older.iter().copied(), 1) {
                    diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
                }
                diagnostics.push(diagnostic);
            }
        }
    }

    fn version(
        &self,
        site: &mut SiteIndex,
        at: usize,
        name: String,
        kind: VersionKind,
        mut docs: Vec<usize>,
    ) -> Version {
        docs.sort_by(|a, b| site.docs[*a].id.cmp(&site.docs[*b].id));
        let segment = match kind {
            VersionKind::Only | VersionKind::Latest => "",
            VersionKind::Next | VersionKind::Old => name.as_str(),
        };
        let route = join(&self.config.route, segment);
        let noindex = self.config.version(&name).is_some_and(|v| v.noindex);
        let mut version = Version {
            name,
            kind,
            route,
            by_id: HashMap::new(),
            by_file: HashMap::new(),
            pages: Vec::new(),
            sidebars: Vec::new(),
            noindex,
        };
        for n in docs {
            let doc = &site.docs[n];
            let id = PageId::new(site.pages.len());
            version.by_id.insert(doc.id.clone(), id);
            version.by_file.insert(doc.relative.clone(), id);
            version.pages.push(id);
            let route = join(&version.route, &own_route(doc));
            site.pages.push(Page {
                docset: self.docset,
                version: at,
                doc: n,
                route,
                sidebar: None,
                way: Vec::new(),
                previous: None,
                next: None,
            });
        }
        version
    }
}

/// The part of a doc's route after its version's: the id, with the slug in place of its last part. A slug
/// that starts with `/` replaces the whole.
fn own_route(doc: &DocSummary) -> String {
    let Some(slug) = &doc.slug else {
        return doc.id.clone();
    };
    let folder = doc.id.rsplit_once('/').map_or("", |(folder, _)| folder);
    match slug.strip_prefix('/') {
        Some(whole) => whole.trim_matches('/').to_owned(),
        None => join(folder, slug.trim_matches('/')),
    }
}

/// Joins two parts of a path, either of which may be empty.
pub fn join(a: &str, b: &str) -> String {
    match (a.is_empty(), b.is_empty()) {
        (true, _) => b.to_owned(),
        (_, true) => a.to_owned(),
        _ => format!("{a}/{b}"),
    }
}

/// `getting-started` as words: `Getting started`.
pub fn sentence_case(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// Fills the route table, and reports pages that would overwrite each other, also where case does not count.
fn routes(site: &mut SiteIndex, diagnostics: &mut Vec<Diagnostic>) {
    let mut folded: HashMap<String, PageId> = HashMap::new();
    let mut said = HashSet::new();
    for id in site.page_ids() {
        let (page, doc) = (site.page(id), site.doc(id));
        if let Some(first) = folded.insert(page.route.to_lowercase(), id) {
            let other = site.doc(first);
            let same = site.page(first).route == page.route;
            // Two docsets at one route were told of as such.
            let routes = [other.docset, doc.docset].map(|n| &site.docsets[n].route);
            if other.docset != doc.docset && routes[0] == routes[1] {
                continue;
            }
            // The same two docs clash in every version that inherits them, and one message is enough.
            if !said.insert((site.page(first).doc, page.doc)) {
                continue;
            }
            if other.id == doc.id && other.docset == doc.docset && other.version == doc.version {
                continue;
            }
            let message = if same {
                format!("two pages have the route `{}`", page.route)
            } else {
                format!(
                    "the routes `{}` and `{}` differ only by case",
                    site.page(first).route,
                    page.route
                )
            };
            diagnostics.push(
                Diagnostic::error("route", message)
                    .at(doc.id_place.clone(), "the second one")
                    .also(other.id_place.clone(), "the first one is here")
                    .hint("give one of them another `id` or `slug`: some file systems cannot hold both"),
            );
        }
        if let Some(problem) = bad_route(&page.route) {
            diagnostics.push(
                Diagnostic::error("route", format!("the route `{}` {problem}", page.route))
                    .at(doc.id_place.clone(), ""),
            );
        }
    }
    site.routes = site
        .page_ids()
        .map(|id| (site.page(id).route.clone(), Route::Page(id)))
        .collect();
}

/// What keeps a path from being written on every platform.
pub fn bad_route(route: &str) -> Option<String> {
    const RESERVED: [&str; 22] = [
        "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
        "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
    ];
    for part in route.split('/') {
        if part.is_empty() {
            return Some("has an empty part".into());
        }
        let stem = part.split('.').next().unwrap_or(part).to_lowercase();
        if RESERVED.contains(&stem.as_str()) {
            return Some(format!("holds the name `{part}`, which Windows reserves"));
        }
        if part.len() > 200 {
            return Some(
                "has a part of more than 200 bytes, too long for many file systems".into(),
            );
        }
        if part == ".."
            || part == "."
            || part.contains(['\\', ':', '*', '?', '"', '<', '>', '|'])
            || part.chars().any(char::is_control)
        {
            return Some("holds a character that cannot stand in a file name everywhere".into());
        }
    }
    (route.len() > 900).then(|| "is too long for many file systems".into())
}
