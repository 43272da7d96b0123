//! Every link of the site to its target.
//!
//! In: an indexed site. Out: for each page the targets of its links, the header's links and the redirects;
//! what leads nowhere becomes an error, or a warning where the site says so.

use rayon::prelude::*;

use super::Indexed;
use super::baseline::{Entry as BrokenEntry, Known};
use super::wiring::{Redirect, RedirectTarget, config_span, redirect_output};
use crate::config::{HeaderTarget, LinkPolicy};
use crate::diagnostic::{BrokenLink, Diagnostic, Severity, did_you_mean};
use crate::markdown::{Link, LinkKind, is_external};
use crate::render::page::{HeaderPlace, header_doc};
use crate::site::broken::{self, Broken};
use crate::site::links::{Here, Resolver, Target};
use crate::site::{Entry, PageId, Route, VersionKind};
use crate::source::{Origin, Span};

/// All links of a site, resolved.
#[derive(Debug)]
pub struct Resolved {
    /// By page, then by link of its doc; a broken link leads where it says.
    pub links: Vec<Vec<Target>>,
    /// By page: its preview image.
    pub images: Vec<Option<Target>>,
    /// By header link of the configuration.
    pub header: Vec<HeaderPlace>,
    /// Redirects.
    pub redirects: Vec<Redirect>,
    /// By page: what is wrong with its links.
    pub said: Vec<Vec<Diagnostic>>,
    /// What is wrong with links that stand on no page.
    pub said_of_others: Vec<Diagnostic>,
    /// By page: its broken links, those that are known as well.
    pub broken: Vec<Vec<BrokenEntry>>,
    /// Broken links that stand on no page.
    pub broken_of_others: Vec<BrokenEntry>,
}

impl Resolved {
    /// All that is wrong with links.
    pub fn all_said(&self) -> impl Iterator<Item = &Diagnostic> {
        self.said.iter().flatten().chain(&self.said_of_others)
    }

    /// All broken links.
    pub fn all_broken(&self) -> impl Iterator<Item = &BrokenEntry> {
        self.broken.iter().flatten().chain(&self.broken_of_others)
    }

    /// Resolves the links of one page again.
    pub fn page_again(&mut self, indexed: &Indexed, id: PageId) {
        let links = page(indexed, resolver(indexed), id);
        self.links[id.index()] = links.targets;
        self.images[id.index()] = links.image;
        self.said[id.index()] = links.complaints.said;
        self.broken[id.index()] = links.complaints.broken;
    }

    /// Resolves again what stands on no page: sidebars, header, redirects.
    pub fn others_again(&mut self, indexed: &Indexed) {
        let mut complaints = Complaints::of(indexed);
        sidebar_links(indexed, resolver(indexed), &mut complaints);
        let mut said = complaints.said;
        self.broken_of_others = complaints.broken;
        self.header = header(indexed, &mut said);
        self.redirects = redirects(indexed, resolver(indexed), &mut said);
        self.said_of_others = said;
    }
}

/// What resolves links of a site.
pub(super) fn resolver(indexed: &Indexed) -> Resolver<'_> {
    Resolver {
        site: &indexed.site,
        assets: &indexed.assets,
        base_url: &indexed.config.base_url,
        nearby: &indexed.nearby,
    }
}

/// Resolves everything.
pub fn all(indexed: &Indexed) -> Resolved {
    let resolver = resolver(indexed);
    let ids: Vec<PageId> = indexed.site.page_ids().collect();
    let pages: Vec<PageLinks<'_>> = ids
        .par_iter()
        .map(|id| page(indexed, resolver, *id))
        .collect();
    let mut resolved = Resolved {
        links: Vec::with_capacity(pages.len()),
        images: Vec::with_capacity(pages.len()),
        header: Vec::new(),
        redirects: Vec::new(),
        said: Vec::with_capacity(pages.len()),
        said_of_others: Vec::new(),
        broken: Vec::with_capacity(pages.len()),
        broken_of_others: Vec::new(),
    };
    for page in pages {
        resolved.links.push(page.targets);
        resolved.images.push(page.image);
        resolved.said.push(page.complaints.said);
        resolved.broken.push(page.complaints.broken);
    }
    resolved.others_again(indexed);
    resolved
}

/// What leads nowhere, gathered.
struct Complaints<'a> {
    indexed: &'a Indexed,
    said: Vec<Diagnostic>,
    broken: Vec<BrokenEntry>,
}

impl<'a> Complaints<'a> {
    fn of(indexed: &'a Indexed) -> Self {
        Self {
            indexed,
            said: Vec::new(),
            broken: Vec::new(),
        }
    }

    /// A broken link of a page's file: said, unless it is known.
    fn add(&mut self, broken: Broken, origin: Origin, page: &str, written: &str) {
        let link = BrokenLink {
            page: page.to_owned(),
            written: written.to_owned(),
            cause: broken.cause,
            target: broken.target,
            versions: broken.version.into_iter().collect(),
        };
        let entry = BrokenEntry::from(&link);
        if !self.indexed.known_links.has(&entry) {
            let mut diagnostic = Diagnostic::error(broken.code, broken.message).at(origin.span, "");
            diagnostic.severity = severity(self.indexed);
            diagnostic.hints = broken.hints;
            diagnostic.add_chain(&origin.chain);
            diagnostic.link = Some(Box::new(link));
            self.said.push(diagnostic);
        }
        self.broken.push(entry);
    }
}

fn severity(indexed: &Indexed) -> Severity {
    match (&*indexed.known_links, indexed.config.links) {
        // Whoever lists the broken links wants to hear of every other one.
        (Known::Nothing, LinkPolicy::Warn) => Severity::Warning,
        _ => Severity::Error,
    }
}

/// The links of one page.
struct PageLinks<'a> {
    targets: Vec<Target>,
    image: Option<Target>,
    complaints: Complaints<'a>,
}

fn page<'a>(indexed: &'a Indexed, resolver: Resolver<'_>, id: PageId) -> PageLinks<'a> {
    let doc = &indexed.docs.docs[indexed.site.page(id).doc];
    let mut complaints = Complaints::of(indexed);
    let mut targets = Vec::with_capacity(doc.parsed.links.len());
    for link in &doc.parsed.links {
        let origin = doc.expanded.segments.origin(&link.range);
        // A link in copied text may resolve from the source of the copy.
        let file = if origin.span.source == doc.summary.source {
            doc.summary.path.clone()
        } else {
            doc.expanded
                .copied_from
                .clone()
                .unwrap_or_else(|| doc.summary.path.clone())
        };
        let here = Here {
            page: id,
            file: &doc.summary.path,
            origin: &file,
        };
        targets.push(resolver.resolve(here, link).unwrap_or_else(|broken| {
            complaints.add(broken, origin, &doc.summary.path, &link.dest);
            Target::Elsewhere(link.dest.clone())
        }));
    }
    let image = preview_image(indexed, resolver, id, &mut complaints);
    PageLinks {
        targets,
        image,
        complaints,
    }
}

/// The `image` of the front matter, found as an image of the body would be.
fn preview_image(
    indexed: &Indexed,
    resolver: Resolver<'_>,
    id: PageId,
    complaints: &mut Complaints<'_>,
) -> Option<Target> {
    let doc = &indexed.docs.docs[indexed.site.page(id).doc];
    let image = doc.front.front.image.as_deref()?;
    let here = Here {
        page: id,
        file: &doc.summary.path,
        origin: &doc.summary.path,
    };
    let link = Link {
        kind: LinkKind::Image,
        ..plain_link(image)
    };
    match resolver.resolve(here, &link) {
        Ok(target) => Some(target),
        Err(broken) => {
            let span = Span {
                source: doc.summary.source,
                range: doc.front.place("image"),
            };
            let origin = Origin {
                span,
                chain: Vec::new().into(),
            };
            complaints.add(broken, origin, &doc.summary.path, image);
            None
        }
    }
}

/// A link as it would stand on a page.
fn plain_link(dest: &str) -> Link {
    Link {
        kind: LinkKind::Markdown,
        dest: dest.to_owned(),
        title: String::new(),
        alt: String::new(),
        range: 0..0,
    }
}

/// Link entries of sidebars must lead somewhere, too.
fn sidebar_links(indexed: &Indexed, resolver: Resolver<'_>, complaints: &mut Complaints<'_>) {
    fn walk<'a>(entries: &'a [Entry], found: &mut Vec<(&'a str, &'a Span)>) {
        for entry in entries {
            match entry {
                Entry::Link { href, place, .. } => found.push((href, place)),
                Entry::Category { entries, .. } => walk(entries, found),
                Entry::Page { .. } | Entry::Draft(_) | Entry::Separator => {}
            }
        }
    }
    for (docset, config) in indexed.site.docsets.iter().zip(&indexed.config.docsets) {
        // Versions share sidebars: one name stands for all of a docset's.
        let file = config.website("sidebars");
        for version in &docset.versions {
            let mut found = Vec::new();
            version
                .sidebars
                .iter()
                .for_each(|s| walk(&s.entries, &mut found));
            for (href, place) in found.into_iter().filter(|(href, _)| !is_external(href)) {
                if let Err(broken) = rooted(resolver, indexed, href) {
                    let origin = Origin {
                        span: place.clone(),
                        chain: Vec::new().into(),
                    };
                    complaints.add(broken, origin, &file, href);
                }
            }
        }
    }
}

/// Resolves a link that does not stand on a page: it must be a path from the site's root.
pub fn rooted(resolver: Resolver<'_>, indexed: &Indexed, href: &str) -> Result<Target, Broken> {
    let broken = |message: String, hint: &str| Broken {
        code: "broken-link",
        message,
        hints: vec![hint.to_owned()],
        cause: broken::FORM,
        target: href.to_owned(),
        version: None,
    };
    if !href.starts_with('/') {
        return Err(broken(
            format!("`{href}` must be a URL or a path that starts with `/`"),
            "such as `/docs/introduction`",
        ));
    }
    let Some(page) = indexed.site.page_ids().next() else {
        return Err(broken(
            format!("the link `{href}` leads nowhere"),
            "the site has no pages",
        ));
    };
    let file = indexed.site.doc(page).path.clone();
    resolver.resolve(
        Here {
            page,
            file: &file,
            origin: &file,
        },
        &plain_link(href),
    )
}

fn header(indexed: &Indexed, diagnostics: &mut Vec<Diagnostic>) -> Vec<HeaderPlace> {
    let resolver = resolver(indexed);
    let mut places = Vec::new();
    for link in &indexed.config.header_links {
        let mut complain = |message: String, hint: Option<String>| {
            let mut diagnostic = Diagnostic::error("header", message);
            if indexed.config.links == LinkPolicy::Warn {
                diagnostic.severity = Severity::Warning;
            }
            diagnostic.hints.extend(hint);
            diagnostic.place = config_span(indexed, &link.place);
            diagnostics.push(diagnostic);
        };
        places.push(match &link.target {
            HeaderTarget::Doc { id, docset } => {
                let n = docset
                    .as_ref()
                    .and_then(|name| indexed.site.docsets.iter().position(|d| d.id == *name));
                if header_doc(&indexed.site, None, n, id).is_none() {
                    let hint = did_you_mean(id, indexed.site.docs.iter().map(|d| d.id.as_str()));
                    complain(format!("there is no doc `{id}` for this header link"), hint);
                }
                HeaderPlace::Doc(n, id.clone())
            }
            HeaderTarget::Page(route) => {
                if !indexed
                    .site
                    .docsets
                    .iter()
                    .any(|d| d.versions.iter().any(|v| v.kind != VersionKind::Only))
                {
                    complain(
                        "the site has no versions page, because no docset has versions".into(),
                        Some("remove the link, or add a versions.json".into()),
                    );
                }
                HeaderPlace::Inside(route.clone())
            }
            HeaderTarget::Href(href) if is_external(href) => HeaderPlace::Outside(href.clone()),
            HeaderTarget::Href(href) => match rooted(resolver, indexed, href) {
                Ok(target) => HeaderPlace::Inside(inside(indexed, &target)),
                Err(broken) => {
                    complain(broken.message, broken.hints.into_iter().next());
                    HeaderPlace::Outside(href.clone())
                }
            },
        });
    }
    places
}

/// What stands after the prefix in a link to a target inside the site.
pub fn inside(indexed: &Indexed, target: &Target) -> String {
    let page_path = |route: &str| crate::site::urls::page_path(indexed.config.urls, route);
    match target {
        Target::Page(page, tail) => page_path(&indexed.site.page(*page).route) + tail,
        Target::Made(route, tail) => page_path(route) + tail,
        Target::File(path, tail) => format!("{}{tail}", crate::site::urls::encode(path)),
        Target::Asset(path, tail) => format!(
            "{}{tail}",
            indexed
                .assets
                .get(path)
                .map_or("", |a| a.published.as_str())
        ),
        Target::Here(tail) | Target::Elsewhere(tail) => tail.clone(),
    }
}

fn redirects(
    indexed: &Indexed,
    resolver: Resolver<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Redirect> {
    let mut all: Vec<(Redirect, Option<Span>)> = Vec::new();
    for redirect in &indexed.config.redirects {
        let place = config_span(indexed, &redirect.place);
        let target = if is_external(&redirect.to) {
            Ok(RedirectTarget::Url(redirect.to.clone()))
        } else {
            rooted(resolver, indexed, &redirect.to).map(|t| redirect_target(indexed, t))
        };
        match target {
            Ok(target) => all.push((
                Redirect {
                    output: redirect_output(&redirect.from),
                    target,
                },
                place,
            )),
            Err(broken) => {
                let mut diagnostic = Diagnostic::error(
                    "redirect",
                    format!("the redirect of `/{}`: {}", redirect.from, broken.message),
                );
                diagnostic.hints = broken.hints;
                diagnostic.place = place;
                diagnostics.push(diagnostic);
            }
        }
    }
    for id in indexed.site.page_ids() {
        // A doc of several versions has its old address in the one that readers get first.
        let page = indexed.site.page(id);
        let doc = &indexed.docs.docs[page.doc];
        let old = doc.front.front.redirect_from.iter();
        for from in old.filter(|from| is_home_of(indexed, id, from)) {
            let place = Span {
                source: doc.summary.source,
                range: doc.front.place("redirect_from"),
            };
            if !from.starts_with('/')
                || from.contains(['?', '#', '\\'])
                || from.split('/').any(|p| p == "..")
            {
                diagnostics.push(
                    Diagnostic::error("redirect", format!("`{from}` cannot be redirected"))
                        .at(place, "")
                        .hint("old paths start with `/` and have no `..`, `?` or `#`"),
                );
                continue;
            }
            let target = RedirectTarget::Page(page.route.clone(), String::new());
            all.push((
                Redirect {
                    output: redirect_output(from.trim_start_matches('/')),
                    target,
                },
                Some(place),
            ));
        }
    }
    apart(indexed, all, diagnostics)
}

/// Whether a page is the first among the versions of its doc that name this old address: of the latest version
/// if that does, else of any.
fn is_home_of(indexed: &Indexed, id: PageId, from: &String) -> bool {
    let page = indexed.site.page(id);
    let docset = &indexed.site.docsets[page.docset];
    let shows = |v: usize| {
        docset.versions[v]
            .by_id
            .get(&indexed.site.docs[page.doc].id)
            .filter(|p| {
                let doc = &indexed.docs.docs[indexed.site.page(**p).doc];
                doc.front.front.redirect_from.contains(from)
            })
            .copied()
    };
    let order = std::iter::once(docset.default_version()).chain(0..docset.versions.len());
    order.filter_map(shows).next() == Some(id)
}

fn redirect_target(indexed: &Indexed, target: Target) -> RedirectTarget {
    match target {
        Target::Page(page, tail) => {
            RedirectTarget::Page(indexed.site.page(page).route.clone(), tail)
        }
        Target::Made(route, tail) => RedirectTarget::Page(route, tail),
        Target::File(path, _) => RedirectTarget::File(path),
        Target::Asset(path, _) => RedirectTarget::File(
            indexed
                .assets
                .get(&path)
                .map_or(String::new(), |a| a.published.clone()),
        ),
        Target::Here(tail) | Target::Elsewhere(tail) => RedirectTarget::Url(tail),
    }
}

/// Redirects that would overwrite a page, a file or each other.
fn apart(
    indexed: &Indexed,
    all: Vec<(Redirect, Option<Span>)>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Redirect> {
    let mut seen = std::collections::HashSet::new();
    let mut kept = Vec::new();
    for (redirect, place) in all {
        let route = redirect
            .output
            .strip_suffix(".html")
            .unwrap_or(&redirect.output);
        let taken = match indexed
            .site
            .routes
            .get(route)
            .or_else(|| indexed.site.routes.get(&redirect.output))
        {
            Some(Route::Page(page)) => Some(format!(
                "the page of `{}` stands there",
                indexed.site.doc(*page).path
            )),
            Some(Route::File) => Some("a static file stands there".to_owned()),
            Some(Route::Made) if route == "index" => None,
            Some(Route::Made) => Some("a page that Docproof makes stands there".to_owned()),
            None if !seen.insert(redirect.output.to_lowercase()) => {
                Some("it is redirected already".to_owned())
            }
            None => None,
        };
        match taken {
            Some(why) => {
                let mut diagnostic = Diagnostic::error(
                    "redirect",
                    format!("`/{route}` cannot be redirected: {why}"),
                );
                diagnostic.place = place;
                diagnostics.push(diagnostic);
            }
            None => kept.push(redirect),
        }
    }
    kept
}
