//! A site that is kept ready: any of its files, made when somebody asks for it, after any edit.
//!
//! In: a [`FileProvider`] and what has changed. Out: what readers must load again, what is wrong, and the files themselves. What it
//! hands out is what a clean build would write, byte for byte. While something is wrong it goes on handing out the last
//! good site. It must not know the disk, HTTP or a clock.
//!
//! An edit of docs that changes nothing another page can see takes a short way, whose cost does not grow with the site: parse the doc,
//! resolve its links, forget its pages. Everything else indexes the whole site again. Pages are rendered when they are asked for.

mod edit;
mod glance;
mod samples;
mod watched;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use super::baseline;
use super::files::{ChangeSet, Depth, FileProvider, Files};
use super::look::{Content, Theme};
use super::marks::{self, PageMarks, Verified};
use super::output::{MemoryTree, Output};
use super::publish::{Failure, Job, Sidebars, plain_warning, unknown_languages};
use super::resolve::{self, Resolved};
use super::{Build, Indexed, alike, feeds, link_groups, search, updated};
use crate::date::Date;
use crate::diagnostic::{self, Diagnostic, Severity, render_human};
use crate::render::feed::Feed;
use crate::render::highlight::Highlighter;
use crate::render::page::{Fittings, NOT_FOUND};
use crate::site::urls::Urls;
use crate::site::{PageId, Route};
use crate::source::{ContentHash, SourceMap};

pub use samples::PageSamples;
pub use watched::Watched;

/// Gives files for as long as they are needed, on any thread.
pub type Provider = Arc<dyn FileProvider + Send + Sync>;

/// Files of a site by path.
type Tree = BTreeMap<String, Output>;

/// When a template fails, how many pages are rendered to see how else it fails.
const LOOKED_AT: usize = 100;

/// A site that is kept ready. All its methods may be called from any thread.
#[derive(Default)]
pub struct Live {
    work: Mutex<Work>,
    ready: RwLock<Option<Ready>>,
}

/// What an edit is worked out with.
#[derive(Default)]
struct Work {
    build: Build,
    /// What has changed since the site that is handed out was made, and could not be taken in because of errors.
    waiting: BTreeSet<String>,
    /// The files of the last edit.
    edited: BTreeSet<String>,
    /// Whether anything may have changed since then.
    all_waiting: bool,
    /// The files that docs copy or show, whether they are there or not.
    reads: BTreeSet<String>,
    /// Pages with verdicts that are not on them yet, by route.
    unmarked: BTreeSet<String>,
}

/// A site without errors.
struct Ready {
    indexed: Indexed,
    resolved: Resolved,
    marks: Vec<PageMarks>,
    theme: Theme,
    fittings: Fittings,
    files: Files,
    /// The date of each page.
    updated: Vec<Option<Date>>,
    feeds: Vec<Feed>,
    /// The texts, as they were when the site was made: what a failing template is shown from.
    sources: SourceMap,
    highlighter: Arc<Highlighter>,
    /// What was found that belongs to no doc and no link.
    said: Vec<Diagnostic>,
    pages: Vec<Mutex<Rendered>>,
    /// Where the rest of the docs is read from, if they were only glanced at.
    rest: Option<Provider>,
    /// Everything but pages and search.
    others: OnceLock<Result<Tree, Box<Diagnostic>>>,
    search: OnceLock<Tree>,
    searched: Arc<Mutex<search::Memo>>,
}

/// What is known of a page from rendering it.
#[derive(Default)]
struct Rendered {
    /// Its files, if somebody asked for them.
    tree: Option<Arc<Tree>>,
    /// What rendering found; none when it was not rendered yet.
    said: Option<Vec<Diagnostic>>,
}

/// What readers must load again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Nothing: the last good site is still there, or nothing that matters has changed.
    Nothing,
    /// These pages, by route.
    Pages(Vec<String>),
    /// Anything may be different.
    All,
}

/// Something that is wrong, for people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// Whether it keeps the site from being made.
    pub error: bool,
    /// The file, from the site's folder.
    pub path: Option<String>,
    /// Line and column, both from 1.
    pub place: Option<(usize, usize)>,
    /// As on a terminal, without colours.
    pub text: String,
    /// The same with colours.
    pub coloured: String,
    /// The name of the cause, where it stands for many broken links.
    pub group: Option<&'static str>,
}

/// What came of an edit.
#[derive(Clone, Debug)]
pub struct Applied {
    /// What readers must load again.
    pub effect: Effect,
    /// All that is wrong with the site as it stands in its files, in the order of files and places.
    pub reports: Vec<Report>,
}

impl Applied {
    /// Whether the last good site is older than the files.
    pub fn is_broken(&self) -> bool {
        self.reports.iter().any(|report| report.error)
    }
}

/// A file that was asked for.
#[derive(Clone, Debug)]
pub enum Answer {
    /// There it is.
    File(Output),
    /// There is none at this path.
    Missing,
    /// There is no site yet, because of errors.
    NoSite,
    /// A template fails, in words for people.
    Failed(String),
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Live {
    /// A site that knows nothing yet; the first [`Live::apply`] loads it. `verified` is what marks are made of.
    pub fn new(verified: Verified) -> Self {
        let mut build = Build::new();
        build.set_verified(verified);
        let work = Work {
            build,
            waiting: BTreeSet::new(),
            edited: BTreeSet::new(),
            all_waiting: true,
            reads: BTreeSet::new(),
            unmarked: BTreeSet::new(),
        };
        Self {
            work: Mutex::new(work),
            ready: RwLock::new(None),
        }
    }

    /// Who knows when files were changed last.
    pub fn set_history(&self, history: Box<dyn updated::History>) {
        lock(&self.work).build.set_history(history);
    }

    /// The broken links that nothing is said of.
    pub fn set_known_links(&self, known: baseline::Known) {
        lock(&self.work).build.set_known_links(known);
    }

    /// Highlighted code of an earlier run; damaged or outdated bytes are ignored.
    pub fn import_highlights(&self, bytes: &[u8]) {
        lock(&self.work).build.import_highlights(bytes);
    }

    /// Highlighted code for a later run; none when nothing is new.
    pub fn export_highlights(&self) -> Option<Vec<u8>> {
        lock(&self.work).build.export_highlights()
    }

    /// Takes changes in.
    pub fn apply(&self, provider: &dyn FileProvider, changes: &ChangeSet) -> Applied {
        let mut work = lock(&self.work);
        match changes {
            ChangeSet::All => {
                work.all_waiting = true;
                work.edited.clear();
            }
            ChangeSet::Paths(paths) => work.waiting.extend(paths.iter().cloned()),
        }
        if !work.waiting.is_empty() {
            work.edited = work.waiting.clone();
        }
        if !work.all_waiting {
            if work.waiting.is_empty() {
                return work.applied(Effect::Nothing, self.said());
            }
            if let Some(applied) = self.short_way(&mut work, provider) {
                return applied;
            }
        }
        self.long_way(&mut work, provider)
    }

    /// What is known to be wrong with the site that is handed out.
    fn said(&self) -> Vec<Diagnostic> {
        let ready = self.ready.read().unwrap_or_else(PoisonError::into_inner);
        ready.as_ref().map(Ready::all_said).unwrap_or_default()
    }

    /// Indexes the whole site.
    fn long_way(&self, work: &mut Work, provider: &dyn FileProvider) -> Applied {
        let changes = if work.all_waiting {
            ChangeSet::All
        } else {
            ChangeSet::Paths(work.waiting.clone())
        };
        // Changes that were looked at but not taken in are known to the builder; which site is handed out is not its concern.
        let mut said = Vec::new();
        let indexed = work
            .build
            .index_apart(provider, &changes, Depth::Whole, &mut said);
        work.all_waiting = false;
        let docs = indexed.docs.docs.iter();
        work.reads = docs
            .flat_map(|d| d.expanded.reads.iter().cloned())
            .collect();
        let searched = {
            let old = self.ready.read().unwrap_or_else(PoisonError::into_inner);
            old.as_ref().map(|r| r.searched.clone()).unwrap_or_default()
        };
        match Ready::make(indexed, &work.build, None, said, searched) {
            Ok(ready) => {
                work.waiting.clear();
                let said = ready.all_said();
                *self.ready.write().unwrap_or_else(PoisonError::into_inner) = Some(ready);
                work.applied(Effect::All, said)
            }
            Err(said) => {
                // So that the next edit, whatever it is, looks at the whole site.
                work.all_waiting = work.waiting.is_empty();
                work.applied(Effect::Nothing, said)
            }
        }
    }

    /// The file at a path under the site's root. A path that ends with `.html` is a page.
    pub fn file(&self, path: &str) -> Answer {
        self.look_closer(path);
        let ready = self.ready.read().unwrap_or_else(PoisonError::into_inner);
        let Some(ready) = ready.as_ref() else {
            return Answer::NoSite;
        };
        match ready.file(path) {
            Ok(Some(output)) => Answer::File(output),
            Ok(None) => Answer::Missing,
            Err(diagnostic) => Answer::Failed(render_human(&diagnostic, &ready.sources, false)),
        }
    }

    /// The page for addresses that do not exist.
    pub fn not_found(&self) -> Answer {
        self.file(&Urls::output(NOT_FOUND))
    }

    /// Renders every page that was not rendered yet, to learn what is wrong with them, until `stop` says so. What is wrong is
    /// among the reports from then on.
    pub fn look_at_all(&self, stop: &(dyn Fn() -> bool + Sync)) -> Vec<Report> {
        let mut n = 0;
        loop {
            // The lock is taken for each page, so that an edit does not wait.
            let ready = self.ready.read().unwrap_or_else(PoisonError::into_inner);
            let Some(id) = ready
                .as_ref()
                .and_then(|r| r.indexed.site.page_ids().nth(n))
            else {
                break;
            };
            if stop() {
                break;
            }
            ready.iter().for_each(|ready| ready.look_at(id));
            n += 1;
        }
        {
            let ready = self.ready.read().unwrap_or_else(PoisonError::into_inner);
            let _ = ready.as_ref().map(Ready::others);
        }
        let said = self.said();
        lock(&self.work).applied(Effect::Nothing, said).reports
    }

    /// Every path of the site, in order. It makes the whole site.
    pub fn paths(&self) -> Vec<String> {
        let ready = self.ready.read().unwrap_or_else(PoisonError::into_inner);
        ready.as_ref().map(Ready::paths).unwrap_or_default()
    }

    /// How many pages are made of docs.
    pub fn pages(&self) -> usize {
        let ready = self.ready.read().unwrap_or_else(PoisonError::into_inner);
        ready.as_ref().map_or(0, |ready| ready.pages.len())
    }

    /// Under which path the site is published; starts and ends with `/`.
    pub fn base_url(&self) -> String {
        let ready = self.ready.read().unwrap_or_else(PoisonError::into_inner);
        let base = ready.as_ref().map(|r| r.indexed.config.base_url.clone());
        base.unwrap_or_else(|| "/".into())
    }
}

impl Work {
    /// Whether the site that is handed out is older than the texts, or knows less of them.
    fn is_behind(&self) -> bool {
        self.all_waiting || !self.waiting.is_empty()
    }

    fn applied(&self, effect: Effect, mut said: Vec<Diagnostic>) -> Applied {
        let sources = &self.build.sources;
        diagnostic::sort(&mut said, sources);
        // Whoever edits a page hears of its own broken links.
        let is_edited = |d: &Diagnostic| {
            let page = d.link.as_ref().map(|link| &link.page);
            page.is_some_and(|page| self.edited.contains(page))
        };
        let stands_there = |d: &Diagnostic| {
            let path = d.place.as_ref().map(|span| &sources.get(span.source).path);
            path.is_some_and(|path| self.edited.contains(&**path))
        };
        let each = "`docproof build --verbose` shows each";
        let said = alike::fold(said, sources, &stands_there, each);
        let hint = "`docproof build --verbose` shows each of them at its place";
        let said = link_groups::fold(said, sources, &is_edited, hint);
        let reports = said.iter().map(|d| report(d, sources)).collect();
        Applied { effect, reports }
    }
}

fn report(diagnostic: &Diagnostic, sources: &SourceMap) -> Report {
    let span = diagnostic.place.as_ref();
    let path = span.map(|span| sources.get(span.source).path.to_string());
    Report {
        error: diagnostic.severity == Severity::Error,
        path: path.or_else(|| diagnostic.path.clone()),
        place: span.map(|span| sources.place(span)),
        text: render_human(diagnostic, sources, false),
        coloured: render_human(diagnostic, sources, true),
        group: diagnostic.group.map(|cause| cause.name),
    }
}

fn has_errors(said: &[Diagnostic]) -> bool {
    said.iter().any(|d| d.severity == Severity::Error)
}

impl Ready {
    /// A site that can be handed out, or all that is wrong with it. `rest` if docs were only glanced at.
    fn make(
        indexed: Indexed,
        build: &Build,
        rest: Option<Provider>,
        mut said: Vec<Diagnostic>,
        searched: Arc<Mutex<search::Memo>>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let resolved = resolve::all(&indexed);
        let marks = marks::marks(&indexed, &build.sources, &build.verified, &mut said);
        let theme = Theme::load(&build.files, &build.sources, &indexed, &mut said);
        let whole = |said: Vec<Diagnostic>, indexed: &Indexed, resolved: &Resolved| {
            let apart = indexed.docs.all_said().chain(resolved.all_said()).cloned();
            said.into_iter().chain(apart).collect::<Vec<_>>()
        };
        let Some(theme) = theme else {
            return Err(whole(said, &indexed, &resolved));
        };
        let updated = updated::dates(&indexed, build.history.as_deref(), &mut said);
        let feeds = feeds::all(&indexed, &resolved, &build.files, &build.sources, &mut said);
        let apart = indexed.docs.all_said().chain(resolved.all_said());
        if has_errors(&said) || apart.into_iter().any(|d| d.severity == Severity::Error) {
            return Err(whole(said, &indexed, &resolved));
        }
        let job = Job {
            indexed: &indexed,
            resolved: &resolved,
            marks: &marks,
            files: &build.files,
            updated: &updated,
            feeds: &feeds,
            highlighter: &build.highlighter,
            sink: &MemoryTree::default(),
            progress: &|_| {},
        };
        let sidebars = match rest {
            Some(_) => Sidebars::None,
            None => Sidebars::All,
        };
        let fittings = match job.fittings(&theme, sidebars) {
            Ok(fittings) => fittings,
            Err(diagnostic) => {
                said.push(*diagnostic);
                return Err(whole(said, &indexed, &resolved));
            }
        };
        let ready = Self {
            pages: indexed
                .site
                .pages
                .iter()
                .map(|_| Mutex::default())
                .collect(),
            indexed,
            resolved,
            marks,
            theme,
            fittings,
            files: build.files.clone(),
            updated,
            feeds,
            sources: build.sources.clone(),
            highlighter: build.highlighter.clone(),
            said,
            rest,
            others: OnceLock::new(),
            search: OnceLock::new(),
            searched,
        };
        if ready.rest.is_some() {
            return Ok(ready);
        }
        // A template that fails shows on the first page of each kind. Most sites have one kind.
        let first = ready.indexed.site.page_ids().next();
        match first.map(|id| ready.page(id)) {
            Some(Err(_)) => {
                let ids = ready.indexed.site.page_ids().take(LOOKED_AT);
                ids.for_each(|id| ready.look_at(id));
                let _ = ready.others();
                Err(ready.all_said())
            }
            _ => Ok(ready),
        }
    }

    /// What is wrong with the content. A build would not render anything while there are errors among it.
    fn content_said(&self) -> Vec<Diagnostic> {
        let mut said = self.said.clone();
        said.extend(self.indexed.docs.all_said().cloned());
        said.extend(self.resolved.all_said().cloned());
        said
    }

    /// All that is known to be wrong. Errors are those of templates, which show when a page is rendered.
    fn all_said(&self) -> Vec<Diagnostic> {
        let mut said = self.content_said();
        unknown_languages(&self.indexed, &mut said);
        for page in &self.pages {
            said.extend(lock(page).said.iter().flatten().cloned());
        }
        if let Some(Err(diagnostic)) = self.others.get() {
            said.push((**diagnostic).clone());
        }
        said
    }

    fn job<'a>(&'a self, sink: &'a MemoryTree) -> Job<'a> {
        Job {
            indexed: &self.indexed,
            resolved: &self.resolved,
            marks: &self.marks,
            files: &self.files,
            updated: &self.updated,
            feeds: &self.feeds,
            highlighter: &self.highlighter,
            sink,
            progress: &|_| {},
        }
    }

    /// The files of a page.
    fn page(&self, id: PageId) -> Result<Arc<Tree>, Box<Diagnostic>> {
        let mut cell = lock(&self.pages[id.index()]);
        if let Some(tree) = &cell.tree {
            return Ok(tree.clone());
        }
        let (tree, said) = self.render(id);
        cell.said = Some(said);
        let tree = Arc::new(tree?);
        cell.tree = Some(tree.clone());
        Ok(tree)
    }

    /// Renders a page to see what is wrong with it. Its files are not kept: those of a large site would fill the memory.
    fn look_at(&self, id: PageId) {
        let mut cell = lock(&self.pages[id.index()]);
        if cell.said.is_none() {
            cell.said = Some(self.render(id).1);
        }
    }

    fn render(&self, id: PageId) -> (Result<Tree, Box<Diagnostic>>, Vec<Diagnostic>) {
        let sink = MemoryTree::default();
        let job = self.job(&sink);
        let fittings = match self.fittings(&job, Sidebars::Of(id)) {
            Ok(fittings) => fittings,
            Err(diagnostic) => return (Err(diagnostic.clone()), vec![*diagnostic]),
        };
        let shell = job.shell(&self.theme, &fittings);
        let (known, old) = (HashMap::new(), BTreeMap::new());
        let world = ContentHash::of(b"");
        match job.page(&shell, id, &world, &known, &old, &AtomicUsize::new(0)) {
            Ok((_, _, plain)) => {
                let doc = &self.indexed.docs.docs[self.indexed.site.page(id).doc];
                let said = plain.into_iter().map(|(n, why)| plain_warning(doc, n, why));
                let said = said.collect();
                (Ok(sink.finish()), said)
            }
            Err(Failure::Content(diagnostic)) => (Err(diagnostic.clone()), vec![*diagnostic]),
            Err(Failure::Sink(_)) => unreachable!("invariant: memory takes every file"),
        }
    }

    /// Everything but pages and search.
    fn others(&self) -> Result<&Tree, Box<Diagnostic>> {
        let made = self.others.get_or_init(|| {
            let sink = MemoryTree::default();
            let job = self.job(&sink);
            let fittings = self.fittings(&job, Sidebars::All)?;
            let shell = job.shell(&self.theme, &fittings);
            match job.others(&shell, &self.theme) {
                Err(Failure::Content(diagnostic)) => Err(diagnostic),
                Ok(()) | Err(Failure::Sink(_)) => Ok(sink.finish()),
            }
        });
        made.as_ref().map_err(Clone::clone)
    }

    fn search(&self) -> &Tree {
        self.search.get_or_init(|| {
            let sink = MemoryTree::default();
            let written = search::write(&self.indexed, &mut lock(&self.searched), &sink);
            written.expect("invariant: memory takes every file");
            sink.finish()
        })
    }

    /// The page whose files a path may be among.
    fn page_at(&self, path: &str) -> Option<PageId> {
        self.page_of(path.rsplit_once('.')?.0)
    }

    fn file(&self, path: &str) -> Result<Option<Output>, Box<Diagnostic>> {
        if let Some(id) = self.page_at(path)
            && let Some(output) = self.page(id)?.get(path)
        {
            return Ok(Some(output.clone()));
        }
        // What is asked for without an ending is a page most of the time, and a page is no file of this name.
        if matches!(
            self.indexed.site.routes.get(path),
            Some(Route::Page(_) | Route::Made)
        ) {
            return Ok(None);
        }
        if let Some(output) = self.theme_file(path) {
            return Ok(Some(output));
        }
        if path.starts_with("search/")
            && let Some(output) = self.search().get(path)
        {
            return Ok(Some(output.clone()));
        }
        Ok(self.others()?.get(path).cloned())
    }

    /// A file of the theme: found without making anything else.
    fn theme_file(&self, path: &str) -> Option<Output> {
        let file = self.theme.files.iter().find(|f| f.published == path)?;
        Some(match &file.content {
            Content::Own { path, hash } => Output::Copy {
                from: path.clone(),
                hash: *hash,
            },
            Content::BuiltIn(bytes) => Output::Bytes((*bytes).into()),
        })
    }

    fn paths(&self) -> Vec<String> {
        let mut paths: BTreeSet<String> = BTreeSet::new();
        for id in self.indexed.site.page_ids() {
            if let Ok(tree) = self.page(id) {
                paths.extend(tree.keys().cloned());
            }
        }
        paths.extend(self.search().keys().cloned());
        paths.extend(
            self.others()
                .into_iter()
                .flat_map(|tree| tree.keys().cloned()),
        );
        paths.into_iter().collect()
    }
}
