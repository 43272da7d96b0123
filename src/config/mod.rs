//! `docproof.yaml` to a checked configuration.
//!
//! In: the text of the file. Out: a [`SiteConfig`] with every default filled in, and all the problems at
//! once: unknown keys with the nearest known name, wrong types, values that make no sense together.
//! It must not know docs, nor read files.

mod check;
pub mod lint;
mod mdbook;
#[cfg(test)]
mod tests;
mod values;
pub mod verify;

use std::ops::Range;

pub use check::parse;
pub use mdbook::{BookConfig, BookMarkdown};

/// The name of the configuration file.
pub const FILE_NAME: &str = "docproof.yaml";

/// A whole site's settings.
#[derive(Clone, PartialEq, Debug)]
pub struct SiteConfig {
    /// The site's name.
    pub title: String,
    /// One line about it.
    pub tagline: String,
    /// Scheme and host of the published site, without a slash at the end; canonical links need it.
    pub url: Option<String>,
    /// Path under which the site is served; starts and ends with `/`.
    pub base_url: String,
    /// BCP 47 language tag of the pages.
    pub lang: String,
    /// The output folder, relative to the site's folder.
    pub output: String,
    /// How links are written.
    pub urls: UrlStyle,
    /// Also write `x/index.html` for each page `x.html`.
    pub index_twins: bool,
    /// What a broken internal link is.
    pub links: LinkPolicy,
    /// The place of `last_updated`, where the site wants the date of each page's last change.
    pub last_updated: Option<Range<usize>>,
    /// Whether each page has a copy in Markdown, and the site an `llms.txt`.
    pub markdown_copies: bool,
    /// The folder that COPY DOCS paths start from, relative to the site's folder (`""` for itself).
    pub copy_root: String,
    /// Links in the header.
    pub header_links: Vec<HeaderLink>,
    /// Look.
    pub theme: ThemeConfig,
    /// At least one.
    pub docsets: Vec<DocsetConfig>,
    /// Old path to new path or URL.
    pub redirects: Vec<Redirect>,
    /// What samples are verified against.
    pub verify: verify::VerifyConfig,
    /// Rules of `lint` that are off.
    pub lint_allow: Vec<Placed>,
}

/// How links between pages are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UrlStyle {
    /// `/docs/x`, for servers that find `docs/x.html`.
    Clean,
    /// Relative, with `.html`: works from `file://`.
    Html,
}

/// What a broken internal link or anchor is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkPolicy {
    /// An error.
    Error,
    /// A warning.
    Warn,
}

/// The flavour of Markdown and of the content rules.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Dialect {
    /// CommonMark, GFM and Docproof's extensions.
    Docproof,
    /// For sites written for Docusaurus v1.
    DocusaurusV1,
    /// For books written for mdBook.
    Mdbook(BookMarkdown),
}

impl Dialect {
    /// Whether it is mdBook's, with whatever settings.
    pub fn is_mdbook(self) -> bool {
        matches!(self, Self::Mdbook(_))
    }
}

/// Where a docset's files lie under its path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    /// `docs/`, `sidebars.json`, `versions.json`, ... side by side.
    Root,
    /// `docs/` beside `website/` with the rest.
    DocusaurusV1,
}

/// One link in the header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeaderLink {
    /// The words shown.
    pub label: String,
    /// Where it leads.
    pub target: HeaderTarget,
    /// The docsets on whose pages it stands; none for all pages.
    pub only: Vec<Placed>,
    /// The entry's place in the configuration.
    pub place: Range<usize>,
}

/// Where a header link leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HeaderTarget {
    /// A doc, in the reader's version; in the named docset, else in the reader's own.
    Doc {
        /// Doc id.
        id: String,
        /// Docset id.
        docset: Option<String>,
    },
    /// A page that Docproof makes: `versions`.
    Page(String),
    /// A URL.
    Href(String),
}

/// The `theme:` table.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ThemeConfig {
    /// `#rgb` or `#rrggbb`, for links and marks.
    pub accent: Option<String>,
    /// The same for dark pages.
    pub accent_dark: Option<String>,
    /// A file of the site's or the theme's `static/`.
    pub logo: Option<Placed>,
    /// A file of the site's or the theme's `static/`.
    pub favicon: Option<Placed>,
    /// Files of the site's `static/`, loaded after the theme's own.
    pub css: Vec<Placed>,
    /// The picture of link previews, where a page has none of its own: a file of the site's `static/`.
    pub image: Option<Placed>,
    /// HTML at the foot of each page.
    pub footer: Option<String>,
}

/// A text of the configuration and its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placed {
    /// The text.
    pub text: String,
    /// Its place in the configuration.
    pub place: Range<usize>,
}

/// One docset: a tree of docs with versions and sidebars of its own.
#[derive(Clone, PartialEq, Debug)]
pub struct DocsetConfig {
    /// Its name in messages and in header links.
    pub id: String,
    /// Its name for readers.
    pub title: Option<String>,
    /// One line about it, for the home page.
    pub description: Option<String>,
    /// The folder that holds it, relative to the site's folder (`""` for itself).
    pub path: String,
    /// Where its files lie.
    pub layout: Layout,
    /// The folder of the current docs, under `path`.
    pub docs: String,
    /// The folder of everything else in the layout of Docusaurus v1, from `path`.
    pub website: String,
    /// The route of the static files in that folder, without slashes at the ends.
    pub static_route: String,
    /// The route of its pages, without slashes at the ends.
    pub route: String,
    /// Its flavour of Markdown.
    pub dialect: Dialect,
    /// What else a book says, in the `mdbook` dialect.
    pub book: BookConfig,
    /// Pattern of the edit link; `{path}` is the file's path from the docs folder.
    pub edit_url: Option<String>,
    /// The Markdown file, from the site's folder, whose releases become a feed.
    pub changelog: Option<Placed>,
    /// Settings by version name.
    pub versions: Vec<VersionConfig>,
    /// The entry's place in the configuration.
    pub place: Range<usize>,
}

/// Settings of one version of a docset.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VersionConfig {
    /// The version's name, as in `versions.json`; `next` for the unreleased docs.
    pub name: String,
    /// Ids of docs that end with this version: they are not inherited.
    pub removed: Vec<Placed>,
    /// Ask search engines to leave its pages out.
    pub noindex: bool,
    /// The key's place in the configuration.
    pub place: Range<usize>,
}

/// One redirect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Redirect {
    /// The old path, under `base_url`, without a slash in front.
    pub from: String,
    /// The new path or a URL.
    pub to: String,
    /// The entry's place in the configuration.
    pub place: Range<usize>,
}

impl DocsetConfig {
    /// A path of the docset's files, from the site's folder.
    fn under(&self, rest: &str) -> String {
        if self.path.is_empty() {
            rest.to_owned()
        } else {
            format!("{}/{rest}", self.path)
        }
    }

    /// The folder of the current docs.
    pub fn docs_folder(&self) -> String {
        self.under(&self.docs)
    }

    /// A file or folder that belongs to versions, sidebars or static files.
    pub fn website(&self, rest: &str) -> String {
        match self.layout {
            Layout::Root => self.under(rest),
            Layout::DocusaurusV1 => self.under(&format!("{}/{rest}", self.website)),
        }
    }

    /// The folder of a released version's docs.
    pub fn version_folder(&self, version: &str) -> String {
        self.website(&format!("versioned_docs/version-{version}"))
    }

    /// The settings of a version, if it has any.
    pub fn version(&self, name: &str) -> Option<&VersionConfig> {
        self.versions.iter().find(|v| v.name == name)
    }
}

impl SiteConfig {
    /// The configuration of a site that has no `docproof.yaml`.
    pub fn defaults() -> Self {
        parse("").0
    }

    /// The folders that are read: none of them may hold the output, nor lie in it.
    pub fn source_folders(&self) -> Vec<String> {
        let mut all: Vec<String> = vec!["static".into(), "templates".into()];
        for docset in &self.docsets {
            all.push(docset.docs_folder());
            all.push(docset.website("versioned_docs"));
            all.push(docset.website("versioned_sidebars"));
            if docset.layout == Layout::DocusaurusV1 {
                all.push(docset.website("static"));
            }
        }
        all
    }

    /// The folders whose files are published as they are, and the route of each, without slashes at the ends.
    pub fn static_folders(&self) -> Vec<(String, &str)> {
        let mut all = vec![("static".to_owned(), "")];
        all.extend(
            self.docsets
                .iter()
                .filter(|d| d.layout == Layout::DocusaurusV1)
                .map(|d| (d.website("static"), d.static_route.as_str())),
        );
        all
    }
}
