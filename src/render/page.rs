//! What a page's template is given.
//!
//! In: the index, a page and what has been made of its doc. Out: a template context, and the page's HTML.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use tera::{Context, Value};

use super::indexes::{self, SearchContext};
use super::nav::Navs;
use super::templates::Templates;
use crate::config::{HeaderTarget, SiteConfig};
use crate::date::Date;
use crate::diagnostic::Diagnostic;
use crate::front_matter::FrontMatter;
use crate::markdown::Heading;
use crate::site::pages::join;
use crate::site::urls::Urls;
use crate::site::{PageId, SiteIndex, VersionKind, first_page};

/// Routes of the pages that Docproof makes.
pub const HOME: &str = "index";
/// The page that lists the versions.
pub const VERSIONS: &str = "versions";
/// The page for addresses that do not exist.
pub const NOT_FOUND: &str = "404";

/// What all pages of a site share.
#[derive(Debug)]
pub struct Shell<'a> {
    /// Settings.
    pub config: &'a SiteConfig,
    /// The index.
    pub site: &'a SiteIndex,
    /// URL rules.
    pub urls: Urls,
    /// Templates.
    pub templates: &'a Templates,
    /// What is made once for all pages.
    pub fittings: &'a Fittings,
}

/// What is made once for all pages of a site, and owned by whoever renders them.
#[derive(Clone, Debug)]
pub struct Fittings {
    /// Rendered sidebars.
    pub navs: Navs,
    /// Published paths of the theme's files, by name.
    pub assets: BTreeMap<String, String>,
    /// Published paths of further stylesheets.
    pub extra_css: Vec<String>,
    /// Published path of the logo, if the site has its own.
    pub logo: Option<String>,
    /// Width and height of the logo, if they can be told.
    pub logo_size: Option<(usize, usize)>,
    /// Published path of the favicon.
    pub favicon: String,
    /// The picture of link previews, where a page has none of its own.
    pub image: Option<Picture>,
    /// Where each header link leads, in the order of the configuration.
    pub header: Vec<HeaderPlace>,
    /// What pages have in common, by the prefix of their links: what [`Shell::commons`] makes.
    pub commons: HashMap<String, Common>,
}

/// Variables that are the same on all pages whose links begin alike.
#[derive(Clone, Debug)]
pub struct Common {
    site: Value,
    asset: Value,
    extra_css: Value,
}

/// Where a header link leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HeaderPlace {
    /// A doc, by docset and id.
    Doc(Option<usize>, String),
    /// A page inside the site, by route, or a file.
    Inside(String),
    /// Somewhere else.
    Outside(String),
}

/// What [`Shell::doc`] needs of a doc beside the index.
#[derive(Debug)]
pub struct DocParts<'a> {
    /// Its front matter.
    pub front: &'a FrontMatter,
    /// Its headings.
    pub headings: &'a [Heading],
    /// Whether the title is shown above the body.
    pub show_title: bool,
    /// Its body.
    pub body: &'a str,
    /// Where it is edited.
    pub edit_url: Option<String>,
    /// The day on which it was last changed.
    pub updated: Option<Date>,
    /// Its preview image.
    pub image: Option<Picture>,
    /// What it is about, in a line.
    pub about: Option<String>,
    /// The path of its copy in Markdown.
    pub markdown_copy: Option<&'a str>,
}

/// The direction that a language is written in, by its tag: `rtl` or `ltr`. A script in the tag decides.
fn direction(lang: &str) -> &'static str {
    const LANGUAGES: [&str; 13] = [
        "ar", "arc", "ckb", "dv", "fa", "he", "nqo", "ps", "sd", "syr", "ug", "ur", "yi",
    ];
    const SCRIPTS: [&str; 6] = ["adlm", "arab", "hebr", "nkoo", "syrc", "thaa"];
    let lang = lang.to_ascii_lowercase();
    let mut parts = lang.split('-');
    let is_rtl = match (parts.next(), parts.find(|part| part.len() == 4)) {
        (_, Some(script)) => SCRIPTS.contains(&script),
        (Some(language), None) => LANGUAGES.contains(&language),
        (None, None) => false,
    };
    if is_rtl { "rtl" } else { "ltr" }
}

#[derive(Serialize)]
struct SiteContext<'a> {
    title: &'a str,
    tagline: &'a str,
    lang: &'a str,
    dir: &'static str,
    url: Option<&'a str>,
    base_url: &'a str,
    home_href: String,
    logo: Option<String>,
    logo_width: Option<usize>,
    logo_height: Option<usize>,
    favicon: String,
    generator: String,
    footer_html: Option<&'a str>,
}

#[derive(Serialize)]
struct HeaderLinkContext<'a> {
    label: &'a str,
    href: String,
    external: bool,
    current: bool,
}

/// The `page` variable.
#[derive(Serialize, Default, Debug)]
pub struct PageContext {
    /// Which template's page it is.
    pub kind: &'static str,
    /// Title.
    pub title: String,
    /// For `<title>`.
    pub document_title: String,
    /// For previews.
    pub description: Option<String>,
    /// For search engines.
    pub keywords: Option<String>,
    /// Its one address.
    pub canonical: Option<String>,
    /// Search engines are asked to leave it out.
    pub noindex: bool,
    /// Preview image.
    pub image: Option<Preview>,
    /// The day of the last change.
    pub updated: Option<String>,
    /// The page as Markdown.
    pub markdown_href: Option<String>,
}

/// A picture: an encoded path under `base_url` or a URL, and its width and height if they are known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Picture {
    /// Where it is.
    pub href: String,
    /// Width and height in pixels.
    pub size: Option<(usize, usize)>,
}

/// The picture of a link preview.
#[derive(Serialize, Clone, Debug)]
pub struct Preview {
    /// Its whole address.
    pub url: String,
    /// In pixels.
    pub width: Option<usize>,
    /// In pixels.
    pub height: Option<usize>,
    /// For those who do not see it.
    pub alt: String,
}

#[derive(Serialize)]
struct VersionMenu {
    label: String,
    entries: Vec<VersionEntry>,
    all_href: String,
}

#[derive(Serialize)]
struct VersionEntry {
    label: String,
    href: String,
    current: bool,
    note: Option<String>,
}

#[derive(Serialize)]
struct LinkContext {
    label: String,
    href: Option<String>,
}

#[derive(Serialize)]
struct TocEntry<'a> {
    id: String,
    html: &'a str,
    children: Vec<TocEntry<'a>>,
}

#[derive(Serialize)]
struct Banner {
    kind: &'static str,
    version: String,
    latest: String,
    href: String,
    exact: bool,
}

/// The words for a version in menus.
pub fn version_label(name: &str, kind: VersionKind) -> String {
    match kind {
        VersionKind::Latest => format!("{name} · latest"),
        VersionKind::Only | VersionKind::Next | VersionKind::Old => name.to_owned(),
    }
}

impl Shell<'_> {
    /// The variables that every page has. `reader` is the page of a doc, or none for a page that Docproof makes.
    pub fn context(&self, route: &str, reader: Option<PageId>, page: &PageContext) -> Context {
        let mut context = Context::new();
        let prefix = self.urls.prefix(route);
        let common = self.fittings.commons.get(&prefix);
        let common = common.cloned().unwrap_or_else(|| self.common(route));
        context.insert_value("site", common.site);
        context.insert_value("asset", common.asset);
        context.insert_value("extra_css", common.extra_css);
        context.insert("header_links", &self.header_links(route, reader));
        context.insert("page", page);
        context.insert("sidebar_html", &None::<String>);
        context.insert(
            "version_menu",
            &reader.and_then(|id| self.version_menu(route, id)),
        );
        let versions = self.site.routes.contains_key(VERSIONS);
        let versions = versions.then(|| self.urls.page(route, VERSIONS));
        context.insert("versions_href", &versions);
        context.insert("search", &self.search(route, reader));
        context.insert("feeds", &self.feeds(route, reader));
        context
    }

    /// The feed of the page's docset, or on a page that Docproof makes those of all.
    fn feeds(&self, route: &str, reader: Option<PageId>) -> Vec<LinkContext> {
        let own = reader.map(|id| self.site.page(id).docset);
        let docsets = self.config.docsets.iter().zip(&self.site.docsets);
        let shown = docsets
            .enumerate()
            .filter(|(n, _)| own.is_none_or(|own| own == *n));
        let feeds = shown.filter(|(_, (config, _))| config.changelog.is_some());
        feeds
            .map(|(_, (config, docset))| LinkContext {
                label: format!("Releases of {}", docset.title),
                href: Some(
                    self.urls
                        .file(route, &join(&config.route, super::feed::NAME)),
                ),
            })
            .collect()
    }

    /// What the search dialog needs: the page's own version first, else the versions that readers get first.
    fn search(&self, route: &str, reader: Option<PageId>) -> SearchContext {
        let own = reader.map(|id| (self.site.page(id).docset, self.site.page(id).version));
        let wanted = |d: usize, v: usize| {
            own.map_or(v == self.site.docsets[d].default_version(), |own| {
                own == (d, v)
            })
        };
        let (list, whole) = indexes::list(self.site, &wanted);
        let script = self.fittings.assets.get("search.js");
        let script = script.expect("invariant: a file of the theme");
        SearchContext {
            script: self.urls.file(route, script),
            root: self.urls.prefix(route),
            indexes: list,
            all: (!whole).then_some(indexes::ALL),
        }
    }

    /// What pages have in common, made once for each depth of folders rather than for each page.
    pub fn commons(&self) -> HashMap<String, Common> {
        let routes = self
            .site
            .page_ids()
            .map(|id| self.site.page(id).route.as_str());
        let mut made: HashMap<String, Common> = HashMap::new();
        for route in routes.chain([HOME]) {
            let prefix = self.urls.prefix(route);
            made.entry(prefix).or_insert_with(|| self.common(route));
        }
        made
    }

    fn common(&self, route: &str) -> Common {
        let file = |path: &str| self.urls.file(route, path);
        let assets: BTreeMap<String, String> = self
            .fittings
            .assets
            .iter()
            .map(|(name, path)| (name.clone(), file(path)))
            .collect();
        Common {
            site: Value::from_serializable(&SiteContext {
                title: &self.config.title,
                tagline: &self.config.tagline,
                lang: &self.config.lang,
                dir: direction(&self.config.lang),
                url: self.config.url.as_deref(),
                base_url: &self.config.base_url,
                home_href: self.urls.page(route, HOME),
                logo: self.fittings.logo.as_deref().map(file),
                logo_width: self.fittings.logo_size.map(|(width, _)| width),
                logo_height: self.fittings.logo_size.map(|(_, height)| height),
                favicon: file(&self.fittings.favicon),
                generator: concat!("Docproof ", env!("CARGO_PKG_VERSION")).to_owned(),
                footer_html: self.config.theme.footer.as_deref(),
            }),
            asset: Value::from(assets),
            extra_css: Value::from(
                self.fittings
                    .extra_css
                    .iter()
                    .map(|path| file(path))
                    .collect::<Vec<_>>(),
            ),
        }
    }

    /// The `<title>` of a page.
    pub fn document_title(&self, title: &str) -> String {
        if title == self.config.title {
            title.to_owned()
        } else {
            format!("{title} · {}", self.config.title)
        }
    }

    fn header_links(&self, route: &str, reader: Option<PageId>) -> Vec<HeaderLinkContext<'_>> {
        let here = reader.map(|id| self.site.page(id).docset);
        let mut links = Vec::new();
        for (link, place) in self.config.header_links.iter().zip(&self.fittings.header) {
            let on = |docset: usize| {
                let mut only = link.only.iter();
                only.any(|id| id.text == self.site.docsets[docset].id)
            };
            if !link.only.is_empty() && !here.is_some_and(on) {
                continue;
            }
            let (href, external, current) = match place {
                HeaderPlace::Doc(docset, id) => {
                    let Some(page) = header_doc(self.site, reader, *docset, id) else {
                        continue;
                    };
                    let target = self.site.page(page);
                    (
                        self.urls.page(route, &target.route),
                        false,
                        here == Some(target.docset),
                    )
                }
                HeaderPlace::Inside(path) if matches!(link.target, HeaderTarget::Page(_)) => {
                    (self.urls.page(route, path), false, route == path)
                }
                HeaderPlace::Inside(path) => {
                    (format!("{}{path}", self.urls.prefix(route)), false, false)
                }
                HeaderPlace::Outside(url) => (url.clone(), true, false),
            };
            links.push(HeaderLinkContext {
                label: &link.label,
                href,
                external,
                current,
            });
        }
        links
    }

    fn version_menu(&self, route: &str, id: PageId) -> Option<VersionMenu> {
        let page = self.site.page(id);
        let docset = &self.site.docsets[page.docset];
        if !docset.is_versioned() {
            return None;
        }
        let entries = docset
            .versions
            .iter()
            .enumerate()
            .filter_map(|(n, version)| {
                let (there, exact) = self.site.counterpart(id, n)?;
                Some(VersionEntry {
                    label: version_label(&version.name, version.kind),
                    href: self.urls.page(route, &self.site.page(there).route),
                    current: n == page.version,
                    note: (!exact).then(|| format!("not in {}", version.name)),
                })
            })
            .collect();
        let version = &docset.versions[page.version];
        Some(VersionMenu {
            label: version_label(&version.name, version.kind),
            entries,
            all_href: self.urls.page(route, VERSIONS),
        })
    }

    /// Renders the page of a doc.
    ///
    /// # Errors
    /// When the template fails.
    pub fn doc(&self, id: PageId, parts: &DocParts<'_>) -> Result<String, Box<Diagnostic>> {
        let page = self.site.page(id);
        let doc = self.site.doc(id);
        let route = page.route.as_str();
        let banner = self.banner(id);
        let canonical_route = banner
            .as_ref()
            .and_then(|b| b.1)
            .map_or(route, |latest| &self.site.page(latest).route);
        let head = PageContext {
            kind: "doc",
            title: doc.title.clone(),
            document_title: self.document_title(&doc.title),
            description: parts.about.clone(),
            keywords: (!parts.front.keywords.is_empty()).then(|| parts.front.keywords.join(", ")),
            canonical: self.urls.canonical(canonical_route),
            noindex: self.site.version(id).noindex,
            image: self.preview(parts.image.as_ref(), &doc.title),
            updated: parts.updated.map(|date| date.to_string()),
            markdown_href: parts.markdown_copy.map(|path| self.urls.file(route, path)),
        };
        let mut context = self.context(route, Some(id), &head);
        let nav = self
            .fittings
            .navs
            .of(self.site, id, &self.urls.prefix(route));
        context.insert_value(
            "sidebar_html",
            nav.map_or_else(Value::none, |html| Value::safe_string(&html)),
        );
        context.insert_value("doc", self.doc_value(id, parts, banner.map(|b| b.0)));
        self.templates.render("doc.html", &context)
    }

    fn doc_value(&self, id: PageId, parts: &DocParts<'_>, banner: Option<Banner>) -> Value {
        #[derive(Serialize)]
        struct Updated {
            date: String,
            words: String,
        }
        #[derive(Serialize)]
        struct DocContext<'a> {
            title: &'a str,
            show_title: bool,
            toc: Vec<TocEntry<'a>>,
            breadcrumbs: Vec<LinkContext>,
            prev: Option<LinkContext>,
            next: Option<LinkContext>,
            edit_url: &'a Option<String>,
            updated: Option<Updated>,
            banner: Option<Banner>,
        }
        let page = self.site.page(id);
        let paginated = !parts.front.no_pagination;
        let neighbour = |other: Option<PageId>| {
            other.filter(|_| paginated).map(|other| LinkContext {
                label: self.site.doc(other).label.clone(),
                href: Some(self.urls.page(&page.route, &self.site.page(other).route)),
            })
        };
        let value = Value::from_serializable(&DocContext {
            title: &self.site.doc(id).title,
            show_title: parts.show_title,
            toc: toc(parts.headings),
            breadcrumbs: self.breadcrumbs(id),
            prev: neighbour(page.previous),
            next: neighbour(page.next),
            edit_url: &parts.edit_url,
            updated: parts.updated.map(|date| Updated {
                date: date.to_string(),
                words: date.words(),
            }),
            banner,
        });
        // Put in by hand: serialising would copy the body once more.
        let mut map = value.into_map().expect("invariant: a struct is a map");
        map.insert("body_html".into(), Value::safe_string(parts.body));
        Value::from(map)
    }

    /// Category, subcategory, title.
    fn breadcrumbs(&self, id: PageId) -> Vec<LinkContext> {
        let labels = self.site.trail(id).into_iter();
        let mut crumbs: Vec<_> = labels
            .map(|label| LinkContext {
                label: label.to_owned(),
                href: None,
            })
            .collect();
        if !crumbs.is_empty() {
            crumbs.push(LinkContext {
                label: self.site.doc(id).title.clone(),
                href: None,
            });
        }
        crumbs
    }

    /// The banner of a page that is not of the latest version, and the same page there.
    fn banner(&self, id: PageId) -> Option<(Banner, Option<PageId>)> {
        let page = self.site.page(id);
        let docset = &self.site.docsets[page.docset];
        let kind = match docset.versions[page.version].kind {
            VersionKind::Old => "old",
            VersionKind::Next => "next",
            VersionKind::Only | VersionKind::Latest => return None,
        };
        let latest = docset.default_version();
        let (there, exact) = self.site.counterpart(id, latest)?;
        let banner = Banner {
            kind,
            version: docset.versions[page.version].name.clone(),
            latest: docset.versions[latest].name.clone(),
            href: self.urls.page(&page.route, &self.site.page(there).route),
            exact,
        };
        Some((banner, exact.then_some(there)))
    }

    /// The picture of a link preview: a page's own, else that of the site. Without `url`, one inside the site has no
    /// whole address, and so cannot be shown.
    pub(super) fn preview(&self, own: Option<&Picture>, title: &str) -> Option<Preview> {
        let (picture, alt) = match (own, &self.fittings.image) {
            (Some(own), _) => (own, title),
            (None, Some(default)) => (default, self.config.title.as_str()),
            (None, None) => return None,
        };
        let url = if crate::markdown::is_external(&picture.href) {
            picture.href.clone()
        } else {
            let origin = self.config.url.as_ref()?;
            format!("{origin}{}{}", self.config.base_url, picture.href)
        };
        Some(Preview {
            url,
            width: picture.size.map(|(width, _)| width),
            height: picture.size.map(|(_, height)| height),
            alt: alt.to_owned(),
        })
    }
}

/// The page of a header link: in the named docset, else in the reader's own, else in the first that has it;
/// in the reader's version when that has it.
pub fn header_doc(
    site: &SiteIndex,
    reader: Option<PageId>,
    docset: Option<usize>,
    id: &str,
) -> Option<PageId> {
    let here = reader.map(|id| site.page(id));
    let candidates = docset.map_or_else(
        || {
            here.map(|p| p.docset)
                .into_iter()
                .chain(0..site.docsets.len())
                .collect::<Vec<_>>()
        },
        |only| vec![only],
    );
    candidates.into_iter().find_map(|n| {
        let docset = &site.docsets[n];
        let own = here.filter(|p| p.docset == n).map(|p| p.version);
        let versions = own
            .into_iter()
            .chain([docset.default_version()])
            .chain(0..docset.versions.len());
        versions
            .filter_map(|v| docset.versions.get(v)?.by_id.get(id).copied())
            .next()
    })
}

/// Headings of level 2, with those of level 3 under them.
fn toc(headings: &[Heading]) -> Vec<TocEntry<'_>> {
    let mut all: Vec<TocEntry<'_>> = Vec::new();
    let named = |h: &&Heading| !h.toc_html.trim().is_empty() && !h.id.is_empty();
    for heading in headings.iter().filter(named) {
        let entry = TocEntry {
            id: crate::site::urls::encode(&heading.id),
            html: &heading.toc_html,
            children: Vec::new(),
        };
        match (heading.level, all.last_mut()) {
            (2, _) | (3, None) => all.push(entry),
            (3, Some(above)) => above.children.push(entry),
            _ => {}
        }
    }
    all
}

/// The first page of the site's first docset, in its default version.
pub fn start_page(site: &SiteIndex) -> Option<PageId> {
    site.docsets
        .iter()
        .find_map(|d| first_page(d.versions.get(d.default_version())?))
}

#[cfg(test)]
mod tests {
    use super::direction;

    #[test]
    fn a_language_knows_its_direction() {
        for (lang, want) in [
            ("en", "ltr"),
            ("ar", "rtl"),
            ("AR-eg", "rtl"),
            ("az-Arab-IR", "rtl"),
            ("ar-Latn", "ltr"),
            ("arn", "ltr"),
            ("", "ltr"),
        ] {
            assert_eq!(direction(lang), want, "{lang}");
        }
    }
}
