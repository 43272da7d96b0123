//! The phases in order, and what is remembered between two builds.
//!
//! In: a [`FileProvider`] and, after the first build, what has changed. Out: diagnostics, and the files of the
//! site handed to a [`Sink`]. A build with errors hands over nothing, so that the last good site stays.
//! It must not know the disk, the terminal or a server.
//!
//! load -> front matter, expand, parse -> index -> resolve -> render. What is remembered is keyed by the
//! content it was made from, so an incremental build cannot differ from a clean one.

pub mod alike;
pub mod baseline;
mod books;
pub mod changes;
pub mod copies;
pub mod cut;
pub mod docs;
pub mod feeds;
pub mod files;
pub mod front_text;
pub mod link_groups;
pub mod lint;
pub mod live;
mod look;
mod markdown_copies;
pub mod marks;
pub mod output;
mod publish;
pub mod readme;
mod resolve;
pub mod samples;
pub mod search;
mod settings;
pub mod updated;
pub mod version_list;
mod wiring;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use files::Depth;
use files::{ChangeSet, File, FileProvider, Files};
use output::Sink;

use crate::config::{self, SiteConfig};
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::render::highlight::Highlighter;
use crate::site::SiteIndex;
use crate::source::{ContentHash, SourceId, SourceMap};

/// Where a build is, for a progress display.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Reading and parsing docs.
    Parse,
    /// Resolving links.
    Resolve,
    /// Rendering this many pages.
    Render(usize),
    /// One page is done.
    Page,
}

/// What a build came to.
#[derive(Debug)]
pub struct Outcome {
    /// In the order of files and places.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether files were handed to the sink.
    pub built: bool,
    /// Pages made of docs.
    pub pages: usize,
    /// Pages that were rendered and not kept.
    pub rendered: usize,
    /// What the sink could not take.
    pub sink_error: Option<String>,
    /// The output folder of the configuration.
    pub output: String,
    /// All broken links, those that are known as well.
    pub broken_links: BTreeSet<baseline::Entry>,
}

impl Outcome {
    /// How many errors there are.
    pub fn errors(&self) -> usize {
        self.diagnostics
            .iter()
            .filter(|d| d.severity == Severity::Error)
            .count()
    }

    /// How many warnings there are.
    pub fn warnings(&self) -> usize {
        self.diagnostics.len() - self.errors()
    }
}

/// A site and all that is remembered of it.
#[derive(Default)]
pub struct Build {
    /// Every text that was read.
    pub sources: SourceMap,
    files: Files,
    docs: docs::DocMemo,
    highlighter: Arc<Highlighter>,
    /// The configuration file, or why it cannot be used; none when there is none.
    config_text: Option<Result<String, Box<Diagnostic>>>,
    rendered: HashMap<String, ContentHash>,
    searched: search::Memo,
    /// What `verify` has left behind.
    verified: marks::Verified,
    /// Tells when files were changed.
    history: Option<Box<dyn updated::History>>,
    /// Code blocks of pages in the site that are shown without colours.
    page_warnings: publish::PlainBlocks,
    /// Broken links that nothing is said of.
    known_links: Arc<baseline::Known>,
}

/// A parsed and indexed site, before anything is rendered.
pub struct Indexed {
    /// Settings.
    pub config: SiteConfig,
    /// The configuration's source, if there is one.
    pub config_source: Option<SourceId>,
    /// The index.
    pub site: SiteIndex,
    /// The docs, in the order of the index.
    pub docs: docs::Docs,
    /// Files beside the docs.
    pub assets: crate::site::links::Assets,
    /// What was meant by links that lead nowhere.
    pub nearby: crate::site::broken::Nearby,
    /// Broken links that nothing is said of.
    pub known_links: Arc<baseline::Known>,
}

impl Build {
    /// A build that remembers nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Highlighted code of an earlier run; damaged or outdated bytes are ignored.
    pub fn import_highlights(&self, bytes: &[u8]) {
        self.highlighter.import(bytes);
    }

    /// Highlighted code for a later run; none when nothing is new.
    pub fn export_highlights(&self) -> Option<Vec<u8>> {
        self.highlighter.export()
    }

    /// The verdicts that are shown, and whether every sample must have one.
    pub fn set_verified(&mut self, verified: marks::Verified) {
        self.verified = verified;
    }

    /// Who is asked for the dates of pages, if the site wants them.
    pub fn set_history(&mut self, history: Box<dyn updated::History>) {
        self.history = Some(history);
    }

    /// The broken links that nothing is said of.
    pub fn set_known_links(&mut self, known: baseline::Known) {
        self.known_links = Arc::new(known);
    }

    /// Builds the site.
    pub fn run(
        &mut self,
        provider: &dyn FileProvider,
        changes: &ChangeSet,
        sink: &dyn Sink,
        progress: &(dyn Fn(Phase) + Sync),
    ) -> Outcome {
        let mut diagnostics = Vec::new();
        progress(Phase::Parse);
        let mut indexed = self.index(provider, changes, &mut diagnostics);
        progress(Phase::Resolve);
        let mut outcome = self.finish(&mut indexed, sink, progress, &mut diagnostics);
        diagnostic::sort(&mut diagnostics, &self.sources);
        outcome.diagnostics = diagnostics;
        outcome
    }

    /// Loads, parses and indexes the site.
    pub fn index(
        &mut self,
        provider: &dyn FileProvider,
        changes: &ChangeSet,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Indexed {
        let indexed = self.index_apart(provider, changes, Depth::Whole, diagnostics);
        diagnostics.extend(indexed.docs.all_said().cloned());
        indexed
    }

    /// The same, with what was found in the docs left with them.
    fn index_apart(
        &mut self,
        provider: &dyn FileProvider,
        changes: &ChangeSet,
        depth: Depth,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Indexed {
        let (config, config_source) = self.configure(provider, changes, diagnostics);
        self.load(provider, changes, &config, depth);
        diagnostics.extend(self.files.problems.iter().cloned());
        let (inputs, sidebars) = settings::read(&self.files, &self.sources, &config, diagnostics);
        let books = books::read(&self.files, &self.sources, &config, diagnostics);
        let versions: Vec<Option<Vec<String>>> =
            inputs.iter().map(|i| i.versions.clone()).collect();
        let docs = docs::parse_all(
            &mut self.files,
            provider,
            &config,
            docs::Lists {
                versions: &versions,
                books: &books,
            },
            &mut self.sources,
            &mut self.docs,
        );
        for changelog in config.docsets.iter().filter_map(|d| d.changelog.as_ref()) {
            self.files
                .also(provider, &changelog.text, &mut self.sources);
        }
        // After the docs, because copying may have loaded more files.
        diagnostics.extend(self.files.all.values().filter_map(|file| match file {
            File::Bad(diagnostic) => Some((**diagnostic).clone()),
            _ => None,
        }));
        let summaries = docs.docs.iter().map(|d| d.summary.clone()).collect();
        let mut site =
            crate::site::pages::index(&config, config_source, &inputs, summaries, diagnostics);
        site.drafts.clone_from(&docs.drafts);
        site.glanced = depth == Depth::Glance;
        settings::fill_sidebars(&mut site, &config, &sidebars, &books, diagnostics);
        let assets = wiring::assets(&self.files, &config);
        let mut indexed = Indexed {
            config,
            config_source,
            site,
            docs,
            assets,
            nearby: Default::default(),
            known_links: self.known_links.clone(),
        };
        wiring::routes(&mut indexed, &self.files, diagnostics);
        samples::check_versions(&indexed, diagnostics);
        indexed
    }

    fn configure(
        &mut self,
        provider: &dyn FileProvider,
        changes: &ChangeSet,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> (SiteConfig, Option<SourceId>) {
        let ask = match changes {
            ChangeSet::All => true,
            ChangeSet::Paths(paths) => paths.contains(config::FILE_NAME),
        };
        if ask {
            self.config_text = match provider.read(config::FILE_NAME) {
                Ok(bytes) => Some(String::from_utf8(bytes).map_err(|_| {
                    let diagnostic = Diagnostic::error("config", "the file is not UTF-8");
                    Box::new(diagnostic.in_file(config::FILE_NAME))
                })),
                Err(files::ReadError::Missing) => None,
                Err(error) => {
                    let diagnostic = Diagnostic::error("config", error.to_string());
                    Some(Err(Box::new(diagnostic.in_file(config::FILE_NAME))))
                }
            };
        }
        let text = match &self.config_text {
            Some(Ok(text)) => text,
            Some(Err(diagnostic)) => {
                diagnostics.push((**diagnostic).clone());
                return (SiteConfig::defaults(), None);
            }
            None => return (SiteConfig::defaults(), None),
        };
        let id = self.sources.set(config::FILE_NAME, text);
        let (config, problems) = config::parse(&self.sources.get(id).text.clone());
        diagnostics.extend(problems.iter().map(|p| p.in_source(id, 0)));
        (config, Some(id))
    }

    /// Whether a file has the bytes that it had when it was read.
    fn is_as_read(&self, path: &str, bytes: &[u8]) -> bool {
        let hash = ContentHash::of(bytes);
        match self.files.all.get(path).or(self.files.shown.get(path)) {
            Some(File::Text(id)) => self.sources.get(*id).text.as_bytes() == bytes,
            Some(File::Bytes { hash: known, .. }) => *known == hash,
            Some(File::Bad(_)) => false,
            None => {
                path == config::FILE_NAME
                    && matches!(&self.config_text, Some(Ok(text)) if text.as_bytes() == bytes)
            }
        }
    }

    /// The settings as they were read last, as far as they can be used.
    fn settings(&self) -> SiteConfig {
        match &self.config_text {
            Some(Ok(text)) => config::parse(text).0,
            _ => SiteConfig::defaults(),
        }
    }

    fn load(
        &mut self,
        provider: &dyn FileProvider,
        changes: &ChangeSet,
        config: &SiteConfig,
        depth: Depth,
    ) {
        match changes {
            // A new configuration may name other folders, and only a new listing says whether a problem of
            // the last one is gone.
            ChangeSet::Paths(paths)
                if !paths.contains(config::FILE_NAME)
                    && !self.files.all.is_empty()
                    && self.files.problems.is_empty() =>
            {
                let folders: Vec<String> = config
                    .source_folders()
                    .into_iter()
                    .map(|f| format!("{f}/"))
                    .collect();
                let settings: Vec<String> = config
                    .docsets
                    .iter()
                    .flat_map(|d| files::SETTINGS.map(|s| d.website(s)))
                    .collect();
                let relevant = |path: &&String| {
                    folders.iter().any(|f| path.starts_with(f)) || settings.contains(path)
                };
                let paths = paths.iter().filter(relevant).cloned().collect();
                self.files.reload(provider, &paths, &mut self.sources);
            }
            _ => self.files.load(provider, config, &mut self.sources, depth),
        }
    }

    fn finish(
        &mut self,
        indexed: &mut Indexed,
        sink: &dyn Sink,
        progress: &(dyn Fn(Phase) + Sync),
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Outcome {
        let mut outcome = Outcome {
            diagnostics: Vec::new(),
            built: false,
            pages: indexed.site.pages.len(),
            rendered: 0,
            sink_error: None,
            output: indexed.config.output.clone(),
            broken_links: BTreeSet::new(),
        };
        let resolved = resolve::all(indexed);
        outcome.broken_links = resolved.all_broken().cloned().collect();
        diagnostics.extend(resolved.all_said().cloned());
        let marks = marks::marks(indexed, &self.sources, &self.verified, diagnostics);
        let updated = updated::dates(indexed, self.history.as_deref(), diagnostics);
        let feeds = feeds::all(indexed, &resolved, &self.files, &self.sources, diagnostics);
        let theme = look::Theme::load(&self.files, &self.sources, indexed, diagnostics);
        let Some(theme) = theme else { return outcome };
        if diagnostics.iter().any(|d| d.severity == Severity::Error) {
            return outcome;
        }
        let memory = publish::Memory {
            rendered: &mut self.rendered,
            searched: &mut self.searched,
            warnings: &mut self.page_warnings,
        };
        let job = publish::Job {
            indexed,
            resolved: &resolved,
            marks: &marks,
            updated: &updated,
            feeds: &feeds,
            files: &self.files,
            highlighter: &self.highlighter,
            sink,
            progress,
        };
        match job.run(&theme, memory, diagnostics) {
            Ok(rendered) => {
                outcome.rendered = rendered;
                outcome.built = !diagnostics.iter().any(|d| d.severity == Severity::Error);
            }
            Err(error) => outcome.sink_error = Some(error),
        }
        outcome
    }
}
