//! The pages that Docproof makes by itself: home, versions, not found, all pages, redirects; and the files
//! for machines: sitemap, robots.
//!
//! In: the shell. Out: routes or paths, and their text.

use std::collections::BTreeMap;

use serde::Serialize;
use tera::{Context, Value};

use super::nav::is_large;
use super::page::{HOME, NOT_FOUND, PageContext, Shell, VERSIONS, start_page, version_label};
use crate::date::Date;
use crate::diagnostic::Diagnostic;
use crate::markdown::escape;
use crate::site::pages::join;
use crate::site::{SiteIndex, VersionKind, first_page};

/// A made page: its route and HTML.
pub type Made = (String, String);

/// The route of the page that lists all pages of a version, when its sidebars are large.
pub fn contents_route(site: &SiteIndex, docset: usize, version: usize) -> Option<String> {
    let version = &site.docsets[docset].versions[version];
    version
        .sidebars
        .iter()
        .any(is_large)
        .then(|| join(&version.route, "all-pages"))
}

/// The routes of all made pages that the site has.
pub fn routes(site: &SiteIndex) -> Vec<String> {
    let mut all = vec![HOME.to_owned(), NOT_FOUND.to_owned()];
    if site.docsets.iter().any(crate::site::Docset::is_versioned) {
        all.push(VERSIONS.to_owned());
    }
    for (d, docset) in site.docsets.iter().enumerate() {
        all.extend((0..docset.versions.len()).filter_map(|v| contents_route(site, d, v)));
    }
    all
}

#[derive(Serialize)]
struct DocsetCard {
    title: String,
    href: String,
    latest: Option<String>,
    description: Option<String>,
}

#[derive(Serialize)]
struct VersionList {
    docset_title: String,
    show_title: bool,
    versions: Vec<VersionLine>,
}

#[derive(Serialize)]
struct VersionLine {
    label: String,
    href: String,
    kind: &'static str,
    note: Option<String>,
}

impl Shell<'_> {
    fn head(&self, kind: &'static str, title: &str, route: &str) -> PageContext {
        PageContext {
            kind,
            title: title.to_owned(),
            document_title: self.document_title(title),
            canonical: self.urls.canonical(route),
            image: self.preview(None, title),
            ..PageContext::default()
        }
    }

    /// The front page.
    ///
    /// # Errors
    /// When the template fails.
    pub fn home(&self) -> Result<Made, Box<Diagnostic>> {
        let mut head = self.head("home", &self.config.title, HOME);
        head.description = (!self.config.tagline.is_empty()).then(|| self.config.tagline.clone());
        let mut context = self.context(HOME, None, &head);
        let cards: Vec<DocsetCard> = self
            .site
            .docsets
            .iter()
            .filter_map(|docset| {
                let version = docset.versions.get(docset.default_version())?;
                Some(DocsetCard {
                    title: docset.title.clone(),
                    href: self
                        .urls
                        .page(HOME, &self.site.page(first_page(version)?).route),
                    latest: (version.kind == VersionKind::Latest).then(|| version.name.clone()),
                    description: docset.description.clone(),
                })
            })
            .collect();
        context.insert("docsets", &cards);
        context.insert(
            "start_href",
            &start_page(self.site).map(|p| self.urls.page(HOME, &self.site.page(p).route)),
        );
        Ok((HOME.into(), self.templates.render("home.html", &context)?))
    }

    /// The page that lists the versions.
    ///
    /// # Errors
    /// When the template fails.
    pub fn versions(&self) -> Result<Made, Box<Diagnostic>> {
        let versioned: Vec<_> = self
            .site
            .docsets
            .iter()
            .filter(|d| d.is_versioned())
            .collect();
        let lists: Vec<VersionList> = versioned
            .iter()
            .map(|docset| VersionList {
                docset_title: docset.title.clone(),
                show_title: self.site.docsets.len() > 1,
                versions: docset
                    .versions
                    .iter()
                    .filter_map(|version| {
                        Some(VersionLine {
                            label: version.name.clone(),
                            href: self
                                .urls
                                .page(VERSIONS, &self.site.page(first_page(version)?).route),
                            kind: match version.kind {
                                VersionKind::Next => "next",
                                VersionKind::Latest | VersionKind::Only => "latest",
                                VersionKind::Old => "old",
                            },
                            note: None,
                        })
                    })
                    .collect(),
            })
            .collect();
        let mut head = self.head("versions", "Versions", VERSIONS);
        head.description = Some(format!("Every version of {}.", self.config.title));
        let mut context = self.context(VERSIONS, None, &head);
        context.insert("version_lists", &lists);
        Ok((
            VERSIONS.into(),
            self.templates.render("versions.html", &context)?,
        ))
    }

    /// The page for addresses that do not exist. It is served at any depth, so its links are absolute.
    ///
    /// # Errors
    /// When the template fails.
    pub fn not_found(&self) -> Result<Made, Box<Diagnostic>> {
        let mut head = self.head("404", "Page not found", NOT_FOUND);
        head.canonical = None;
        head.noindex = true;
        let html = self
            .templates
            .render("404.html", &self.context(NOT_FOUND, None, &head))?;
        let relative = self.urls.prefix(NOT_FOUND);
        let html = if relative == "./" {
            html.replace("href=\"./", &format!("href=\"{}", self.urls.base))
                .replace("src=\"./", &format!("src=\"{}", self.urls.base))
        } else {
            html
        };
        Ok((NOT_FOUND.into(), html))
    }

    /// The pages that list all pages of a version with a large sidebar.
    ///
    /// # Errors
    /// When the template fails.
    pub fn contents(&self) -> Result<Vec<Made>, Box<Diagnostic>> {
        let mut all = Vec::new();
        for (d, docset) in self.site.docsets.iter().enumerate() {
            for (v, version) in docset.versions.iter().enumerate() {
                let Some(route) = contents_route(self.site, d, v) else {
                    continue;
                };
                let name = if version.kind == VersionKind::Only {
                    docset.title.clone()
                } else {
                    format!(
                        "{} {}",
                        docset.title,
                        version_label(&version.name, version.kind)
                    )
                };
                let mut head = self.head("contents", &format!("All pages of {name}"), &route);
                head.description = Some(format!(
                    "Every page of {name}, in the order of the sidebar."
                ));
                head.noindex = version.noindex;
                let mut context = self.context(&route, None, &head);
                let prefix = self.urls.prefix(&route);
                let html: String = (0..version.sidebars.len())
                    .filter_map(|s| self.fittings.navs.whole(d, v, s, &prefix))
                    .collect();
                context.insert_value("contents_html", Value::safe_string(&html));
                all.push((route, self.templates.render("contents.html", &context)?));
            }
        }
        Ok(all)
    }

    /// The page at an old address. `target` is a URL as it stands in an attribute.
    ///
    /// # Errors
    /// When the template fails.
    pub fn redirect(
        &self,
        target: &str,
        canonical: Option<String>,
    ) -> Result<String, Box<Diagnostic>> {
        let mut context = Context::new();
        context.insert("lang", &self.config.lang);
        context.insert("target_href", target);
        context.insert("canonical", &canonical);
        self.templates.render("redirect.html", &context)
    }

    /// `sitemap.xml`: every page whose address is its own, with its date; none without `url`.
    pub fn sitemap(&self, updated: &[Option<Date>]) -> Option<String> {
        self.config.url.as_ref()?;
        let mut all: BTreeMap<String, Option<Date>> = routes(self.site)
            .into_iter()
            .filter(|r| r != NOT_FOUND)
            .filter_map(|r| Some((self.urls.canonical(&r)?, None)))
            .collect();
        for id in self.site.page_ids() {
            let version = self.site.version(id);
            // A page that names another one as its canonical address does not belong here.
            let elsewhere = matches!(version.kind, VersionKind::Old | VersionKind::Next)
                && self
                    .site
                    .counterpart(
                        id,
                        self.site.docsets[self.site.page(id).docset].default_version(),
                    )
                    .is_some_and(|(_, exact)| exact);
            if !version.noindex && !elsewhere {
                let url = self.urls.canonical(&self.site.page(id).route);
                all.extend(url.map(|url| (url, updated[id.index()])));
            }
        }
        let mut xml = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
        );
        for (url, date) in all {
            let date = date.map_or_else(String::new, |date| format!("<lastmod>{date}</lastmod>"));
            xml.push_str(&format!("<url><loc>{}</loc>{date}</url>\n", escape(&url)));
        }
        xml.push_str("</urlset>\n");
        Some(xml)
    }

    /// `robots.txt`.
    pub fn robots(&self) -> String {
        let mut text = String::from("User-agent: *\nAllow: /\n");
        if let Some(url) = &self.config.url {
            text.push_str(&format!(
                "\nSitemap: {url}{}sitemap.xml\n",
                self.config.base_url
            ));
        }
        text
    }
}
