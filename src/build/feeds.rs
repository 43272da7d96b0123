//! The feeds of releases: which docsets have one, and what is in it.
//!
//! In: an indexed site with resolved links, and the changelogs that it names. Out: feeds, and what is wrong with them.

use super::Indexed;
use super::files::Files;
use super::resolve::{Resolved, inside};
use super::wiring::config_span;
use crate::config::{DocsetConfig, Placed};
use crate::diagnostic::{Diagnostic, Problem};
use crate::front_matter;
use crate::markdown::{self, ParsedDoc};
use crate::render::feed::{Entry, Feed, NAME, html, releases};
use crate::site::links::Target;
use crate::site::pages::join;
use crate::site::urls::{Urls, encode, folder_of, join_relative};
use crate::site::{PageId, first_page};
use crate::source::SourceMap;

/// The path of a docset's feed, if it has one.
pub fn path(docset: &DocsetConfig) -> Option<String> {
    docset.changelog.as_ref().map(|_| join(&docset.route, NAME))
}

/// The feeds of all docsets.
pub fn all(
    indexed: &Indexed,
    resolved: &Resolved,
    files: &Files,
    sources: &SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Feed> {
    let mut feeds = Vec::new();
    for (n, docset) in indexed.config.docsets.iter().enumerate() {
        let (Some(changelog), Some(path), Some(origin)) =
            (&docset.changelog, path(docset), &indexed.config.url)
        else {
            continue;
        };
        let reader = Reader {
            indexed,
            site: format!("{origin}{}", indexed.config.base_url),
            urls: Urls::new(&indexed.config),
            docset: n,
        };
        let written = reader
            .doc(changelog, resolved, diagnostics)
            .or_else(|| reader.text(changelog, files, sources, diagnostics));
        let Some((home, entries)) = written else {
            let message = format!("the changelog `{}` does not exist", changelog.text);
            let mut diagnostic = Diagnostic::error("changelog", message)
                .hint("name a Markdown file by its path from the folder of docproof.yaml");
            diagnostic.place = config_span(indexed, &changelog.place);
            diagnostics.push(diagnostic);
            continue;
        };
        let title = &indexed.site.docsets[n].title;
        feeds.push(Feed {
            title: format!("Releases of {title}"),
            address: format!("{}{}", reader.site, encode(&path)),
            path,
            home,
            author: indexed.config.title.clone(),
            entries,
        });
    }
    feeds
}

/// Reads the changelog of one docset.
struct Reader<'a> {
    indexed: &'a Indexed,
    /// The site's address.
    site: String,
    urls: Urls,
    docset: usize,
}

/// The page of the releases and its entries.
type Written = (String, Vec<Entry>);

impl Reader<'_> {
    /// A changelog that is a doc: its page shows it, with its links.
    fn doc(
        &self,
        changelog: &Placed,
        resolved: &Resolved,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Written> {
        let id = self.page_of(&changelog.text)?;
        let doc = &self.indexed.docs.docs[self.indexed.site.page(id).doc];
        let page = self.urls.canonical(&self.indexed.site.page(id).route)?;
        let targets = resolved.links[id.index()].iter();
        let hrefs: Vec<String> = targets
            .map(|target| match target {
                Target::Here(tail) => format!("{page}{tail}"),
                Target::Elsewhere(written) => written.clone(),
                _ => format!("{}{}", self.site, inside(self.indexed, target)),
            })
            .collect();
        let (entries, problems) = self.entries(&doc.parsed, &hrefs, &page, true);
        let origin =
            |problem: Problem| problem.at_origin(|range| doc.expanded.segments.origin(range));
        diagnostics.extend(problems.into_iter().map(origin));
        Some((page, entries))
    }

    /// A changelog that is no doc. Its links lead from where it lies to the pages of docs, as far as there are such.
    fn text(
        &self,
        changelog: &Placed,
        files: &Files,
        sources: &SourceMap,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Written> {
        let id = files.text(&changelog.text)?;
        let text = &sources.get(id).text;
        let dialect = self.indexed.config.docsets[self.docset].dialect;
        let start = front_matter::parse(text, dialect).body_start;
        let parsed = markdown::parse(&text[start..], dialect);
        let folder = folder_of(&changelog.text);
        let hrefs: Vec<String> = parsed
            .links
            .iter()
            .map(|link| self.href(folder, &link.dest))
            .collect();
        let docset = &self.indexed.site.docsets[self.docset];
        let first = docset
            .versions
            .get(docset.default_version())
            .and_then(first_page);
        let home = first.and_then(|id| self.urls.canonical(&self.indexed.site.page(id).route));
        let home = home.unwrap_or_else(|| self.site.clone());
        let (entries, problems) = self.entries(&parsed, &hrefs, &home, false);
        diagnostics.extend(problems.iter().map(|problem| problem.in_source(id, start)));
        Some((home, entries))
    }

    fn entries(
        &self,
        parsed: &ParsedDoc,
        hrefs: &[String],
        page: &str,
        anchored: bool,
    ) -> (Vec<Entry>, Vec<Problem>) {
        let (releases, problems) = releases(parsed);
        let title = &self.indexed.site.docsets[self.docset].title;
        let entries = releases.iter().map(|release| Entry {
            name: release.name.clone(),
            title: format!("{title} {}", release.name),
            href: match anchored {
                true => format!("{page}#{}", encode(&release.anchor)),
                false => page.to_owned(),
            },
            date: release.date,
            html: html(parsed, release, hrefs),
        });
        (entries.collect(), problems)
    }

    /// The page of a file: in the version that readers get first, else in any.
    fn page_of(&self, path: &str) -> Option<PageId> {
        let site = &self.indexed.site;
        let pages = || site.page_ids().filter(|id| *site.doc(*id).path == *path);
        let first = |id: &PageId| {
            let page = site.page(*id);
            page.version == site.docsets[page.docset].default_version()
        };
        pages().find(first).or_else(|| pages().next())
    }

    /// Where a link of a text leads that has no page.
    fn href(&self, folder: &str, written: &str) -> String {
        let end = written.find(['#', '?']).unwrap_or(written.len());
        let (path, tail) = written.split_at(end);
        if let Some(rooted) = path.strip_prefix('/') {
            return format!("{}{rooted}{tail}", self.site);
        }
        let joined = join_relative(folder, path).unwrap_or_default();
        let page = self.page_of(&joined);
        let page = page.and_then(|id| self.urls.canonical(&self.indexed.site.page(id).route));
        let page = page.unwrap_or_else(|| format!("{}{joined}", self.site));
        format!("{page}{tail}")
    }
}
