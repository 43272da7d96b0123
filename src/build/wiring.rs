//! What stands where beside the pages of docs: made pages, static files, files beside the docs, redirects.
//!
//! In: an indexed site and its files. Out: a full route table, and reports of what would overwrite what.

use std::collections::BTreeMap;

use super::Indexed;
use super::files::{File, Files};
use crate::config::{Dialect, SiteConfig};
use crate::diagnostic::Diagnostic;
use crate::render::{llms, made, theme};
use crate::site::Route;
use crate::site::links::{Asset, Assets};
use crate::site::pages::{bad_route, join};
use crate::source::{ContentHash, Span};

/// The files beside the docs. In a book and in the v1 dialect they keep their paths; otherwise a content hash goes into the
/// name, so that they can be cached for ever.
pub fn assets(files: &Files, config: &SiteConfig) -> Assets {
    let mut assets = Assets::new();
    for docset in &config.docsets {
        let docs = docset.docs_folder();
        for folder in [docs.clone(), docset.website("versioned_docs")] {
            let prefix = format!("{folder}/");
            for (path, file) in files.under(&prefix) {
                let File::Bytes { hash, size } = file else {
                    continue;
                };
                let published = match docset.dialect {
                    Dialect::DocusaurusV1 | Dialect::Mdbook(_) if folder == docs => {
                        join(&docset.route, &path[prefix.len()..])
                    }
                    _ => hashed(path, hash),
                };
                assets.insert(
                    path.clone(),
                    Asset {
                        published,
                        size: *size,
                    },
                );
            }
        }
    }
    assets
}

/// `assets/NAME.HASH.EXT` for a file.
pub fn hashed(path: &str, hash: &ContentHash) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) {
        Some((stem, ending)) => format!("assets/{stem}.{}.{ending}", hash.short()),
        None => format!("assets/{name}.{}", hash.short()),
    }
}

/// Static files: published path, path from the site's folder, hash. A file of the site's own `static/` that
/// replaces a part of the theme is not among them: it is published with the theme.
pub fn statics(
    files: &Files,
    config: &SiteConfig,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<String, (String, ContentHash)> {
    let mut all: BTreeMap<String, (String, ContentHash)> = BTreeMap::new();
    for (folder, route) in config.static_folders() {
        let prefix = format!("{folder}/");
        for (path, file) in files.under(&prefix) {
            let File::Bytes { hash, .. } = file else {
                continue;
            };
            let inner = &path[prefix.len()..];
            if folder == "static" && theme::is_theme_code(inner) {
                continue;
            }
            let published = join(route, inner);
            if let Some((other, other_hash)) = all.get(&published) {
                if other_hash != hash {
                    diagnostics.push(
                        Diagnostic::error(
                            "route",
                            format!(
                                "`{other}` and `{path}` would both be published as `{published}`"
                            ),
                        )
                        .in_file(path.clone()),
                    );
                }
                continue;
            }
            all.insert(published, (path.clone(), *hash));
        }
    }
    all
}

/// The path of a published file inside the static folder of a route; none if it comes from elsewhere.
pub fn under_route<'a>(published: &'a str, route: &str) -> Option<&'a str> {
    if route.is_empty() {
        return Some(published);
    }
    published.strip_prefix(route)?.strip_prefix('/')
}

/// Fills the route table with everything that is not the page of a doc.
pub fn routes(indexed: &mut Indexed, files: &Files, diagnostics: &mut Vec<Diagnostic>) {
    let statics = statics(files, &indexed.config, diagnostics);
    for (published, (path, _)) in &statics {
        let route = published.strip_suffix(".html").unwrap_or(published);
        if let Some(problem) = bad_route(published) {
            diagnostics.push(
                Diagnostic::error("route", format!("`{published}` {problem}"))
                    .in_file(path.clone()),
            );
        }
        if let Some(Route::Page(page)) = indexed.site.routes.get(route) {
            let doc = indexed.site.doc(*page);
            diagnostics.push(
                Diagnostic::error(
                    "route",
                    format!("`{path}` would overwrite the page of `{}`", doc.path),
                )
                .in_file(path.clone()),
            );
            continue;
        }
        indexed.site.routes.insert(published.clone(), Route::File);
        if route != published {
            indexed.site.routes.insert(route.to_owned(), Route::File);
        }
    }
    let published: Vec<(String, String)> = indexed
        .assets
        .iter()
        .map(|(path, asset)| (path.clone(), asset.published.clone()))
        .collect();
    for (_, published) in published {
        indexed.site.routes.entry(published).or_insert(Route::File);
    }
    let feeds = indexed.config.docsets.iter().filter_map(super::feeds::path);
    let list = indexed
        .config
        .markdown_copies
        .then(|| llms::NAME.to_owned());
    for path in feeds.chain(list) {
        indexed.site.routes.entry(path).or_insert(Route::File);
    }
    for route in made::routes(&indexed.site) {
        match indexed.site.routes.get(&route) {
            // The site has a page of its own there.
            Some(Route::Page(page)) if route != "index" => {
                let doc = indexed.site.doc(*page);
                diagnostics.push(
                    Diagnostic::error(
                        "route",
                        format!("the route `{route}` belongs to a page that Docproof makes"),
                    )
                    .at(doc.id_place.clone(), "")
                    .hint("give the doc another `id` or `slug`, or the docset a `route`"),
                );
            }
            Some(_) => {}
            None => {
                indexed.site.routes.insert(route, Route::Made);
            }
        }
    }
    same_but_for_case(indexed, diagnostics);
}

/// Files that some file systems cannot hold beside each other.
fn same_but_for_case(indexed: &Indexed, diagnostics: &mut Vec<Diagnostic>) {
    let mut names: Vec<(&str, &Route)> = indexed
        .site
        .routes
        .iter()
        .map(|(name, route)| (name.as_str(), route))
        .collect();
    names.sort_unstable_by_key(|(name, _)| *name);
    let mut folded: BTreeMap<String, (&str, &Route)> = BTreeMap::new();
    for (name, route) in names {
        match folded.insert(name.to_lowercase(), (name, route)) {
            // Pages among themselves were compared when they were made.
            Some((other, other_route))
                if !matches!((route, other_route), (Route::Page(_), Route::Page(_))) =>
            {
                diagnostics.push(
                    Diagnostic::error(
                        "route",
                        format!("`{other}` and `{name}` differ only by case"),
                    )
                    .hint("some file systems cannot hold both; rename one of them"),
                );
            }
            _ => {}
        }
    }
}

/// A redirect: the file at the old address, and where it leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Redirect {
    /// The file to write.
    pub output: String,
    /// Where it leads: a path with prefix, or a URL.
    pub target: RedirectTarget,
}

/// Where a redirect leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RedirectTarget {
    /// A page's route, and what follows its path.
    Page(String, String),
    /// A file's path.
    File(String),
    /// A URL.
    Url(String),
}

/// The file of an old address.
pub fn redirect_output(from: &str) -> String {
    let bare = from.trim_matches('/');
    if from.ends_with('/') || bare.is_empty() {
        join(bare, "index.html")
    } else if bare.ends_with(".html") {
        bare.to_owned()
    } else {
        format!("{bare}.html")
    }
}

/// The place of the configuration, for messages.
pub fn config_span(indexed: &Indexed, range: &std::ops::Range<usize>) -> Option<Span> {
    Some(Span {
        source: indexed.config_source?,
        range: range.clone(),
    })
}
