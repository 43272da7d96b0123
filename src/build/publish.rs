//! Rendering the pages and handing every file of the site to the sink.
//!
//! In: an indexed site with resolved links. Out: calls of the sink. A page is rendered again only when
//! something it is made of has changed: its own text, or the *world*, a hash of all that any page may see.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::files::{File, Files};
use super::look::{Content, Theme};
use super::marks::PageMarks;
use super::output::Sink;
use super::resolve::{Resolved, inside, rooted};
use super::wiring::{RedirectTarget, statics, under_route};
use super::{Indexed, Phase};
use crate::config::Dialect;
use crate::date::Date;
use crate::diagnostic::{Diagnostic, Problem, Severity};
use crate::render::body::{self, Filled};
use crate::render::feed::Feed;
use crate::render::highlight::{Highlighter, PlainReason};
pub use crate::render::nav::Sidebars;
use crate::render::nav::{LinkWriter, Navs, SidebarHref};
use crate::render::page::{DocParts, Fittings, HOME, Picture, Shell};
use crate::site::links::Target;
use crate::site::urls::{Urls, encode};
use crate::site::{PageId, Route};
use crate::source::ContentHash;

/// What is remembered between two builds.
pub struct Memory<'a> {
    /// Fingerprint of each page that is in the site.
    pub rendered: &'a mut HashMap<String, ContentHash>,
    /// What each doc contributes to the search index.
    pub searched: &'a mut super::search::Memo,
    /// Warnings that came from rendering a page. Their places are not kept: text above may have moved them.
    pub warnings: &'a mut PlainBlocks,
}

/// For each page, the code blocks of known languages that are shown plain, and why.
pub type PlainBlocks = BTreeMap<String, Vec<(usize, PlainReason)>>;

/// All that rendering needs.
pub struct Job<'a> {
    /// The site.
    pub indexed: &'a Indexed,
    /// Its links.
    pub resolved: &'a Resolved,
    /// The marks of each page's blocks.
    pub marks: &'a [PageMarks],
    /// The day on which each page was last changed.
    pub updated: &'a [Option<Date>],
    /// The feeds of releases.
    pub feeds: &'a [Feed],
    /// Its files.
    pub files: &'a Files,
    /// Remembers highlighted code.
    pub highlighter: &'a Highlighter,
    /// Where files go.
    pub sink: &'a dyn Sink,
    /// Told how far it is.
    pub progress: &'a (dyn Fn(Phase) + Sync),
}

/// Why a page or file cannot be made.
pub(super) enum Failure {
    Content(Box<Diagnostic>),
    Sink(String),
}

impl From<Box<Diagnostic>> for Failure {
    fn from(diagnostic: Box<Diagnostic>) -> Self {
        Self::Content(diagnostic)
    }
}

impl From<String> for Failure {
    fn from(error: String) -> Self {
        Self::Sink(error)
    }
}

/// A page's output path, fingerprint and plain code blocks.
pub(super) type Done = (String, ContentHash, Vec<(usize, PlainReason)>);

impl Job<'_> {
    /// Renders and hands over everything. Gives the number of pages that were rendered.
    ///
    /// # Errors
    /// When the sink fails; a template that fails becomes a diagnostic.
    pub fn run(
        &self,
        theme: &Theme,
        memory: Memory<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<usize, String> {
        unknown_languages(self.indexed, diagnostics);
        let fittings = match self.fittings(theme, Sidebars::All) {
            Ok(fittings) => fittings,
            Err(diagnostic) => {
                diagnostics.push(*diagnostic);
                return Ok(0);
            }
        };
        let shell = self.shell(theme, &fittings);
        let world = self.world(theme);
        let ids: Vec<PageId> = self.indexed.site.page_ids().collect();
        (self.progress)(Phase::Render(ids.len()));
        let rendered = AtomicUsize::new(0);
        let known = &*memory.rendered;
        let old_warnings = &*memory.warnings;
        let pages: Vec<Result<Done, Failure>> = ids
            .par_iter()
            .map(|id| self.page(&shell, *id, &world, known, old_warnings, &rendered))
            .collect();
        let mut fingerprints = HashMap::with_capacity(pages.len());
        let mut warnings = BTreeMap::new();
        for (id, page) in ids.iter().zip(pages) {
            match page {
                Ok((path, fingerprint, plain)) => {
                    let doc = &self.indexed.docs.docs[self.indexed.site.page(*id).doc];
                    diagnostics.extend(plain.iter().map(|(n, why)| plain_warning(doc, *n, *why)));
                    if !plain.is_empty() {
                        warnings.insert(path.clone(), plain);
                    }
                    fingerprints.insert(path, fingerprint);
                }
                Err(Failure::Content(diagnostic)) => diagnostics.push(*diagnostic),
                Err(Failure::Sink(error)) => return Err(error),
            }
        }
        super::search::write(self.indexed, memory.searched, self.sink)?;
        match self.others(&shell, theme) {
            Ok(()) => {}
            Err(Failure::Content(diagnostic)) => diagnostics.push(*diagnostic),
            Err(Failure::Sink(error)) => return Err(error),
        }
        once_for_each_place(diagnostics);
        // Of a build with errors nothing is kept, so what is remembered stays that of the last good one.
        if !diagnostics.iter().any(|d| d.severity == Severity::Error) {
            *memory.rendered = fingerprints;
            *memory.warnings = warnings;
        }
        Ok(rendered.into_inner())
    }

    /// Makes what all pages share.
    ///
    /// # Errors
    /// When the template of the sidebars fails.
    pub fn fittings(&self, theme: &Theme, sidebars: Sidebars) -> Result<Fittings, Box<Diagnostic>> {
        let navs = self.navs(theme, sidebars)?;
        let mut fittings = Fittings {
            navs,
            assets: theme
                .files
                .iter()
                .map(|f| (f.name.clone(), f.published.clone()))
                .collect(),
            extra_css: theme.extra_css.clone(),
            logo: theme.logo.clone(),
            logo_size: theme.logo.as_ref().and_then(|path| self.static_size(path)),
            favicon: theme.favicon.clone(),
            image: theme.image.as_ref().map(|path| Picture {
                href: encode(path),
                size: self.static_size(path),
            }),
            header: self.resolved.header.clone(),
            commons: HashMap::new(),
        };
        let commons = self.shell(theme, &fittings).commons();
        fittings.commons = commons;
        Ok(fittings)
    }

    /// Renders sidebars.
    ///
    /// # Errors
    /// When their template fails.
    pub fn navs(&self, theme: &Theme, sidebars: Sidebars) -> Result<Navs, Box<Diagnostic>> {
        let indexed = self.indexed;
        let urls = Urls::new(&indexed.config);
        let resolver = super::resolve::resolver(indexed);
        let link = |href: &str| match rooted(resolver, indexed, href) {
            Ok(target) if !matches!(target, Target::Elsewhere(_)) => {
                SidebarHref::Inside(inside(indexed, &target))
            }
            _ => SidebarHref::Outside(href.to_owned()),
        };
        let contents =
            |d: usize, v: usize| crate::render::made::contents_route(&indexed.site, d, v);
        Navs::render(
            &indexed.site,
            &theme.templates,
            &LinkWriter {
                urls: &urls,
                link: &link,
            },
            &contents,
            sidebars,
        )
    }

    /// What renders pages.
    pub fn shell<'s>(&'s self, theme: &'s Theme, fittings: &'s Fittings) -> Shell<'s> {
        Shell {
            config: &self.indexed.config,
            site: &self.indexed.site,
            urls: Urls::new(&self.indexed.config),
            templates: &theme.templates,
            fittings,
        }
    }

    /// A hash of all that any page may see beside its own text.
    fn world(&self, theme: &Theme) -> ContentHash {
        let mut hasher = blake3::Hasher::new();
        let mut add = |text: &str| {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        let indexed = self.indexed;
        add(&format!("{:?}", indexed.config));
        add(&theme.hash.to_string());
        for path in theme
            .extra_css
            .iter()
            .chain(&theme.logo)
            .chain([&theme.favicon])
            .chain(&theme.image)
        {
            add(path);
        }
        for page in &indexed.site.pages {
            add(&format!("{page:?}"));
        }
        for doc in &indexed.site.docs {
            for text in [
                &doc.path,
                doc.id.as_str(),
                &doc.title,
                &doc.label,
                doc.description.as_deref().unwrap_or("\u{0}"),
                doc.slug.as_deref().unwrap_or("\u{0}"),
            ] {
                add(text);
            }
            doc.anchors.iter().for_each(|anchor| add(anchor));
        }
        for docset in &indexed.site.docsets {
            add(&format!(
                "{} {} {:?} {:?}",
                docset.id, docset.title, docset.dialect, docset.folders
            ));
            for version in &docset.versions {
                add(&format!(
                    "{} {:?} {} {:?} {:?}",
                    version.name, version.kind, version.route, version.sidebars, version.noindex
                ));
            }
        }
        for (path, asset) in &indexed.assets {
            add(&format!("{path} {asset:?}"));
        }
        let mut routes: Vec<&str> = indexed
            .site
            .routes
            .iter()
            .filter(|(_, r)| !matches!(r, Route::Page(_)))
            .map(|(path, _)| path.as_str())
            .collect();
        routes.sort_unstable();
        routes.into_iter().for_each(&mut add);
        for (folder, _) in indexed.config.static_folders() {
            let prefix = format!("{folder}/");
            for (path, file) in self.files.under(&prefix) {
                if let File::Bytes {
                    size: Some(size), ..
                } = file
                {
                    add(&format!("{path} {size:?}"));
                }
            }
        }
        ContentHash::from_hasher(&hasher)
    }

    /// Renders a page, unless it is known with the same fingerprint.
    pub(super) fn page(
        &self,
        shell: &Shell<'_>,
        id: PageId,
        world: &ContentHash,
        known: &HashMap<String, ContentHash>,
        warnings: &PlainBlocks,
        rendered: &AtomicUsize,
    ) -> Result<Done, Failure> {
        let page = self.indexed.site.page(id);
        let doc = &self.indexed.docs.docs[page.doc];
        let path = Urls::output(&page.route);
        let front = format!("{:?} {}", doc.front.front, doc.show_title);
        let copied = doc.expanded.copied_from.as_deref().unwrap_or("");
        let marks = &self.marks[id.index()];
        let marked = format!("{marks:?}");
        let updated = self.updated[id.index()];
        let dated = format!("{updated:?}");
        let fingerprint = ContentHash::of_parts([
            &world.0[..],
            &doc.hash.0,
            front.as_bytes(),
            copied.as_bytes(),
            marked.as_bytes(),
            dated.as_bytes(),
        ]);
        let twin = self.twin(&page.route);
        let copy = super::markdown_copies::path(self.indexed, &page.route);
        if known.get(&path) == Some(&fingerprint) {
            self.sink.keep(&path)?;
            for beside in twin.iter().chain(&copy) {
                self.sink.keep(beside)?;
            }
            let plain = warnings.get(&path).cloned().unwrap_or_default();
            return Ok((path, fingerprint, plain));
        }
        let links: Vec<Filled> = self.resolved.links[id.index()]
            .iter()
            .map(|target| self.fill(shell, &page.route, target))
            .collect();
        let body = body::render(&doc.parsed, &links, marks, self.highlighter);
        let image = self.resolved.images[id.index()].as_ref();
        let image = image.map(|target| Picture {
            href: inside(self.indexed, target),
            size: self.size_of(target),
        });
        let parts = DocParts {
            front: &doc.front.front,
            headings: &doc.parsed.headings,
            show_title: doc.show_title,
            body: &body.html,
            edit_url: self.edit_url(page.docset, doc),
            updated,
            image,
            about: super::markdown_copies::about(self.indexed, id),
            markdown_copy: copy.as_deref(),
        };
        let html = shell.doc(id, &parts)?;
        if let Some(twin) = &twin {
            self.sink.put(twin, html.clone().into_bytes())?;
        }
        self.sink.put(&path, html.into_bytes())?;
        if let Some(copy) = &copy {
            let text = self.markdown_copy(shell, id);
            self.sink.put(copy, text.into_bytes())?;
        }
        rendered.fetch_add(1, Ordering::Relaxed);
        (self.progress)(Phase::Page);
        Ok((path, fingerprint, body.plain))
    }

    /// The second file of a page, where the site wants one.
    fn twin(&self, route: &str) -> Option<String> {
        let wanted = self.indexed.config.index_twins && route != HOME && !route.ends_with("/index");
        let twin = format!("{route}/index");
        (wanted && !self.indexed.site.routes.contains_key(&twin)).then(|| Urls::output(&twin))
    }

    /// Where a page is edited: the pattern with the path from the docs folder, so that a file of a version has
    /// a path with `..`, which is resolved in the whole URL.
    fn edit_url(&self, docset: usize, doc: &super::docs::Doc) -> Option<String> {
        match doc.front.front.custom_edit_url.as_deref() {
            Some("") => None,
            Some(url) => Some(url.to_owned()),
            None => {
                let docset = &self.indexed.config.docsets[docset];
                let path = relative(&docset.docs_folder(), &doc.summary.path);
                let path = encode(&path);
                Some(tidy_url(
                    &docset.edit_url.as_ref()?.replace("{path}", &path),
                ))
            }
        }
    }

    fn fill(&self, shell: &Shell<'_>, from: &str, target: &Target) -> Filled {
        let href = match target {
            Target::Here(tail) | Target::Elsewhere(tail) => tail.clone(),
            _ => format!(
                "{}{}",
                shell.urls.prefix(from),
                inside(self.indexed, target)
            ),
        };
        let size = self.size_of(target);
        Filled { href, size }
    }

    /// Width and height of an image.
    fn size_of(&self, target: &Target) -> Option<(usize, usize)> {
        match target {
            Target::Asset(path, _) => self.indexed.assets.get(path).and_then(|a| a.size),
            Target::File(path, _) => self.static_size(path),
            _ => None,
        }
    }

    fn static_size(&self, published: &str) -> Option<(usize, usize)> {
        self.indexed
            .config
            .static_folders()
            .iter()
            .find_map(|(folder, route)| {
                let inner = under_route(published, route)?;
                match self.files.all.get(&format!("{folder}/{inner}")) {
                    Some(File::Bytes { size, .. }) => *size,
                    _ => None,
                }
            })
    }

    /// Everything that is not the page of a doc.
    pub(super) fn others(&self, shell: &Shell<'_>, theme: &Theme) -> Result<(), Failure> {
        let indexed = self.indexed;
        let mut texts: BTreeMap<String, String> = BTreeMap::new();
        let mut made = vec![shell.home()?, shell.not_found()?];
        if indexed
            .site
            .docsets
            .iter()
            .any(crate::site::Docset::is_versioned)
        {
            made.push(shell.versions()?);
        }
        made.extend(shell.contents()?);
        // A page or file of the site's own takes the place of a made page.
        for (route, html) in made
            .into_iter()
            .filter(|(route, _)| indexed.site.routes.get(route) == Some(&Route::Made))
        {
            texts.insert(Urls::output(&route), html);
        }
        for redirect in &self.resolved.redirects {
            let from = redirect
                .output
                .strip_suffix(".html")
                .unwrap_or(&redirect.output);
            let (href, canonical) = match &redirect.target {
                RedirectTarget::Page(route, tail) => (
                    format!("{}{tail}", shell.urls.page(from, route)),
                    shell.urls.canonical(route),
                ),
                RedirectTarget::File(path) => (shell.urls.file(from, path), None),
                RedirectTarget::Url(url) => (url.clone(), None),
            };
            texts.insert(redirect.output.clone(), shell.redirect(&href, canonical)?);
        }
        texts.extend(
            shell
                .sitemap(self.updated)
                .map(|xml| ("sitemap.xml".to_owned(), xml)),
        );
        texts.insert("robots.txt".into(), shell.robots());
        texts.extend(theme.accent.clone());
        texts.extend(self.llms(shell));
        let feeds = self.feeds.iter();
        texts.extend(feeds.map(|feed| (feed.path.clone(), feed.xml())));
        let statics = statics(self.files, &indexed.config, &mut Vec::new());
        for (path, text) in texts
            .into_iter()
            .filter(|(path, _)| !statics.contains_key(path))
        {
            self.sink.put(&path, text.into_bytes())?;
        }
        for (published, (from, hash)) in &statics {
            self.sink.copy(published, from, *hash)?;
        }
        for file in &theme.files {
            match &file.content {
                Content::Own { path, hash } => self.sink.copy(&file.published, path, *hash)?,
                Content::BuiltIn(bytes) => self.sink.put(&file.published, bytes.to_vec())?,
            }
        }
        for path in self.shown_assets() {
            if let (Some(asset), Some(File::Bytes { hash, .. })) =
                (indexed.assets.get(path), self.files.all.get(path))
            {
                self.sink.copy(&asset.published, path, *hash)?;
            }
        }
        Ok(())
    }

    /// The files beside the docs that are published: those that a page shows, and in books and v1 docsets all.
    fn shown_assets(&self) -> Vec<&str> {
        let linked = self
            .resolved
            .links
            .iter()
            .flatten()
            .chain(self.resolved.images.iter().flatten())
            .filter_map(|target| match target {
                Target::Asset(path, _) => Some(path.as_str()),
                _ => None,
            });
        let whole: Vec<String> = self
            .indexed
            .config
            .docsets
            .iter()
            .filter(|d| d.dialect == Dialect::DocusaurusV1 || d.dialect.is_mdbook())
            .map(|d| format!("{}/", d.docs_folder()))
            .collect();
        let kept = self
            .indexed
            .assets
            .keys()
            .map(String::as_str)
            .filter(|path| whole.iter().any(|folder| path.starts_with(folder.as_str())));
        let paths: BTreeSet<&str> = linked.chain(kept).collect();
        // Two files with the same bytes and name have one published path.
        let mut published = BTreeSet::new();
        paths
            .into_iter()
            .filter(|path| {
                self.indexed
                    .assets
                    .get(*path)
                    .is_some_and(|a| published.insert(a.published.clone()))
            })
            .collect()
    }
}

/// A mistake in a template is found on many pages, and each may have other words for it.
fn once_for_each_place(diagnostics: &mut Vec<Diagnostic>) {
    let mut seen = Vec::new();
    diagnostics.retain(|diagnostic| {
        let Some(place) = diagnostic
            .place
            .as_ref()
            .filter(|_| diagnostic.code == "template")
        else {
            return true;
        };
        let new = !seen.contains(place);
        if new {
            seen.push(place.clone());
        }
        new
    });
}

/// A warning for the first block of each language that nobody knows.
pub(super) fn unknown_languages(indexed: &Indexed, diagnostics: &mut Vec<Diagnostic>) {
    // Few names on many blocks: each is looked at once.
    let mut names = HashSet::new();
    let mut seen = BTreeSet::new();
    for doc in &indexed.docs.docs {
        for code in &doc.parsed.codes {
            let name = code.info.language.as_str();
            if name.is_empty() || !names.insert(name) {
                continue;
            }
            let name = name.to_lowercase();
            if Highlighter::language(&name).is_some() || !seen.insert(name) {
                continue;
            }
            let problem = Problem::warning(
                "language",
                code.language_range.clone(),
                format!("unknown language `{}`", code.info.language),
            )
            .label("shown without colours")
            .hint("use `text` for text that is not code");
            diagnostics.push(problem.at_origin(|range| doc.expanded.segments.origin(range)));
        }
    }
}

pub(super) fn plain_warning(doc: &super::docs::Doc, n: usize, reason: PlainReason) -> Diagnostic {
    let code = &doc.parsed.codes[n];
    let why = match reason {
        PlainReason::TooLong => "it is very long, or has a very long line",
        PlainReason::TooSlow => "highlighting it took too long",
        PlainReason::EngineFailed => "the highlighter failed on it",
    };
    let range = code.range.start..code.range.start + 3;
    let problem = Problem::warning(
        "highlighting",
        range,
        format!("this block is shown without colours: {why}"),
    )
    .hint("use `text` to say so yourself");
    problem.at_origin(|range| doc.expanded.segments.origin(range))
}

/// The way from a folder to a file, both from the site's folder.
fn relative(folder: &str, file: &str) -> String {
    let folders: Vec<&str> = folder.split('/').collect();
    let parts: Vec<&str> = file.split('/').collect();
    let shared = folders
        .iter()
        .zip(&parts)
        .take_while(|(a, b)| a == b)
        .count();
    let up = vec![".."; folders.len() - shared];
    [up.as_slice(), &parts[shared..]].concat().join("/")
}

/// A URL with `x/..` taken out of its path.
fn tidy_url(url: &str) -> String {
    let start = url.find("://").map_or(0, |at| at + 3);
    let mut parts: Vec<&str> = Vec::new();
    for part in url[start..].split('/') {
        if part == ".." && parts.len() > 1 {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    format!("{}{}", &url[..start], parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{relative, tidy_url};

    #[test]
    fn edit_links_of_versions_leave_the_docs_folder() {
        assert_eq!(relative("docs", "docs/a/b.md"), "a/b.md");
        let up = relative("x/docs", "x/versioned_docs/version-1/a.md");
        assert_eq!(up, "../versioned_docs/version-1/a.md");
        let url = tidy_url(&format!("https://e.example/edit/main/x/docs/{up}"));
        assert_eq!(
            url,
            "https://e.example/edit/main/x/versioned_docs/version-1/a.md"
        );
    }
}
