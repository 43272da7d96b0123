//! Texts to parsed docs, each at most once.
//!
//! In: loaded files and the configuration. Out: every doc with its front matter, expanded text and parse.
//! What was made for a text is kept by its hash, so that versions share it and the next build reuses it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::prelude::*;

use super::books::{self, Book};
use super::files::{File, FileProvider, Files};
use crate::config::{Dialect, SiteConfig};
use crate::diagnostic::{Diagnostic, Problem};
use crate::directive::copy_docs::{self, Expanded, Rules, Text};
use crate::directive::mdbook::{self, Chapter};
use crate::front_matter::{self, FrontMatter};
use crate::markdown::{self, ParsedDoc, file_fence};
use crate::site::DocSummary;
use crate::source::{ContentHash, SourceMap, Span};

/// A doc, parsed.
#[derive(Clone, Debug)]
pub struct Doc {
    /// What other pages see.
    pub summary: DocSummary,
    /// Front matter.
    pub front: Arc<front_matter::Parsed>,
    /// Text after COPY DOCS.
    pub expanded: Arc<Expanded>,
    /// The parse of that text.
    pub parsed: Arc<ParsedDoc>,
    /// Hash of the expanded text and dialect.
    pub hash: ContentHash,
    /// Whether the title is shown above the body.
    pub show_title: bool,
}

/// Where a doc file belongs.
#[derive(Clone, Debug)]
struct Slot {
    docset: usize,
    version: Option<String>,
    path: String,
    relative: String,
    dialect: Dialect,
    /// Its name in the list of a book's chapters.
    name: Option<String>,
}

/// What is kept between two builds.
#[derive(Debug, Default)]
pub struct DocMemo {
    fronts: HashMap<(ContentHash, Dialect), Arc<front_matter::Parsed>>,
    parses: HashMap<ContentHash, Arc<ParsedDoc>>,
}

/// All docs of a site.
#[derive(Debug, Default)]
pub struct Docs {
    /// In the order of paths.
    pub docs: Vec<Doc>,
    /// What was found in each of them.
    pub said: Vec<Vec<Diagnostic>>,
    /// What was found in files that make no doc, and about the folders.
    pub said_of_others: Vec<Diagnostic>,
    /// Paths of drafts.
    pub drafts: Vec<Arc<str>>,
}

impl Docs {
    /// All that was found.
    pub fn all_said(&self) -> impl Iterator<Item = &Diagnostic> {
        self.said.iter().flatten().chain(&self.said_of_others)
    }
}

/// What is known of each docset before its docs are read.
#[derive(Clone, Copy, Debug)]
pub struct Lists<'a> {
    /// The names of its released versions, if it has a list of them.
    pub versions: &'a [Option<Vec<String>>],
    /// Its chapters, if it is a book.
    pub books: &'a [Option<Book>],
}

/// Parses every doc.
pub fn parse_all(
    files: &mut Files,
    provider: &dyn FileProvider,
    config: &SiteConfig,
    lists: Lists<'_>,
    sources: &mut SourceMap,
    memo: &mut DocMemo,
) -> Docs {
    let mut docs = Docs::default();
    let slots = slots(files, config, lists, &mut docs.said_of_others);
    load_what_is_read(files, provider, config, &slots, sources);
    let work = Work {
        files,
        config,
        sources,
        memo,
        parsing: Mutex::default(),
    };
    let made: Vec<(Option<Doc>, Vec<Diagnostic>, bool)> =
        slots.par_iter().map(|slot| work.doc(slot)).collect();
    for (slot, (doc, said, draft)) in slots.iter().zip(made) {
        if draft {
            docs.drafts.push(slot.path.as_str().into());
        }
        match doc {
            Some(doc) => {
                docs.docs.push(doc);
                docs.said.push(said);
            }
            None => docs.said_of_others.extend(said),
        }
    }
    *memo = DocMemo {
        fronts: docs
            .docs
            .iter()
            .map(|d| {
                (
                    (
                        sources.get(d.summary.source).hash,
                        config.docsets[d.summary.docset].dialect,
                    ),
                    d.front.clone(),
                )
            })
            .collect(),
        parses: docs
            .docs
            .iter()
            .map(|d| (d.hash, d.parsed.clone()))
            .collect(),
    };
    docs
}

/// A doc made again from the texts as they are now, and what was found in it. None when it is no doc any more. It may have read other
/// files than before: then these may have to be loaded first.
pub fn again(
    files: &Files,
    config: &SiteConfig,
    sources: &SourceMap,
    memo: &DocMemo,
    old: &Doc,
) -> Option<(Doc, Vec<Diagnostic>)> {
    let work = Work {
        files,
        config,
        sources,
        memo,
        parsing: Mutex::default(),
    };
    let (doc, said, _) = work.doc(&slot_of(config, old));
    doc.map(|doc| (doc, said))
}

/// A doc of which only the beginning was read, made of all that it reads.
pub fn whole(
    files: &mut Files,
    provider: &dyn FileProvider,
    config: &SiteConfig,
    sources: &mut SourceMap,
    old: &Doc,
) -> Option<Doc> {
    files.go_on(provider, &old.summary.path, sources);
    load_what_is_read(files, provider, config, &[slot_of(config, old)], sources);
    Some(again(files, config, sources, &DocMemo::default(), old)?.0)
}

fn slot_of(config: &SiteConfig, doc: &Doc) -> Slot {
    let summary = &doc.summary;
    Slot {
        docset: summary.docset,
        version: summary.version.clone(),
        path: summary.path.to_string(),
        relative: summary.relative.clone(),
        dialect: config.docsets[summary.docset].dialect,
        name: config.docsets[summary.docset]
            .dialect
            .is_mdbook()
            .then(|| summary.label.clone()),
    }
}

/// Loads what docs copy and what their fences show. Docs of which only the beginning was read are left alone.
fn load_what_is_read(
    files: &mut Files,
    provider: &dyn FileProvider,
    config: &SiteConfig,
    slots: &[Slot],
    sources: &mut SourceMap,
) {
    let texts = load_copy_sources(files, provider, config, slots, sources);
    let root = &config.copy_root;
    let shown = texts.iter().filter_map(|path| files.text(path));
    let shown = shown.flat_map(|id| file_fence::wanted(&sources.get(id).text, root));
    files.show(provider, &shown.collect(), sources);
    let chapters = slots.iter().filter(|slot| slot.dialect.is_mdbook());
    let chapters = chapters.map(|slot| slot.path.clone());
    books::load_includes(files, provider, chapters, sources);
}

/// Every Markdown file of every docset, with what it is.
fn slots(
    files: &Files,
    config: &SiteConfig,
    lists: Lists<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Slot> {
    let mut slots = Vec::new();
    for (n, docset) in config.docsets.iter().enumerate() {
        if docset.dialect.is_mdbook() {
            slots.extend(
                lists.books[n]
                    .iter()
                    .flat_map(|book| chapters(n, docset, book)),
            );
            continue;
        }
        let names = lists.versions[n].as_deref().unwrap_or_default();
        let folders = std::iter::once((None, docset.docs_folder())).chain(
            names
                .iter()
                .map(|v| (Some(v.clone()), docset.version_folder(v))),
        );
        for (version, folder) in folders {
            let prefix = format!("{folder}/");
            for (path, _) in files.under(&prefix) {
                if let Some(relative) = path[prefix.len()..].strip_suffix(".md") {
                    slots.push(Slot {
                        docset: n,
                        version: version.clone(),
                        path: path.clone(),
                        relative: relative.to_owned(),
                        dialect: docset.dialect,
                        name: None,
                    });
                }
            }
        }
        unknown_version_folders(files, docset, names, diagnostics);
    }
    slots
}

/// The chapters of a book, in the order of paths. Other Markdown files are no docs.
fn chapters(n: usize, docset: &crate::config::DocsetConfig, book: &Book) -> Vec<Slot> {
    let listed = book.summary.chapters();
    let slot = |chapter: &&crate::site::summary::Chapter| {
        let file = chapter.file.as_ref()?;
        Some(Slot {
            docset: n,
            version: None,
            path: format!("{}/{file}", docset.docs_folder()),
            relative: file.strip_suffix(".md")?.to_owned(),
            dialect: docset.dialect,
            name: Some(chapter.name.clone()),
        })
    };
    let mut slots: Vec<Slot> = listed.iter().filter_map(slot).collect();
    slots.sort_by(|a, b| a.path.cmp(&b.path));
    slots
}

fn unknown_version_folders(
    files: &Files,
    docset: &crate::config::DocsetConfig,
    names: &[String],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let prefix = docset.website("versioned_docs/");
    let mut unknown: BTreeSet<&str> = BTreeSet::new();
    for (path, _) in files.under(&prefix) {
        let folder = path[prefix.len()..].split('/').next().unwrap_or_default();
        if !folder
            .strip_prefix("version-")
            .is_some_and(|v| names.iter().any(|n| n == v))
        {
            unknown.insert(folder);
        }
    }
    for folder in unknown {
        diagnostics.push(
            Diagnostic::warning(
                "versions",
                format!(
                    "`{folder}` is not a version of `{}`, so its docs are not built",
                    docset.website("versions.json")
                ),
            )
            .in_file(format!("{prefix}{folder}"))
            .hint("add the version to versions.json, or remove the folder"),
        );
    }
}

/// Loads the COPY DOCS sources that stand outside the docs folders, and the sources of those. Returns the paths of all
/// docs and sources.
fn load_copy_sources(
    files: &mut Files,
    provider: &dyn FileProvider,
    config: &SiteConfig,
    slots: &[Slot],
    sources: &mut SourceMap,
) -> BTreeSet<String> {
    let read = slots.iter().filter(|slot| !files.is_begun(&slot.path));
    let mut todo: Vec<(String, Dialect)> = read.map(|s| (s.path.clone(), s.dialect)).collect();
    let mut seen: BTreeSet<String> = todo.iter().map(|(path, _)| path.clone()).collect();
    while let Some((path, dialect)) = todo.pop() {
        let Some(id) = files.text(&path) else {
            continue;
        };
        let text = sources.get(id).text.clone();
        if !text.contains("COPY DOCS") {
            continue;
        }
        let start = front_matter::parse(&text, dialect).body_start;
        let Some(marker) = copy_docs::find(&text, start, dialect).0 else {
            continue;
        };
        let Ok(source) = copy_docs::resolve_path(&marker.path, &config.copy_root) else {
            continue;
        };
        if seen.insert(source.clone()) {
            files.also(provider, &source, sources);
            files.go_on(provider, &source, sources);
            todo.push((source, dialect));
        }
    }
    seen
}

struct Work<'a> {
    files: &'a Files,
    config: &'a SiteConfig,
    sources: &'a SourceMap,
    memo: &'a DocMemo,
    /// Texts that no earlier build has seen.
    parsing: Mutex<HashMap<ContentHash, Parsing>>,
}

/// A parse, once somebody has made it; others wait.
type Parsing = Arc<OnceLock<Arc<ParsedDoc>>>;

impl Work<'_> {
    fn doc(&self, slot: &Slot) -> (Option<Doc>, Vec<Diagnostic>, bool) {
        let id = match self.files.all.get(&slot.path) {
            Some(File::Text(id)) => *id,
            // What is wrong with the file is reported with the other bad files.
            _ => return (None, Vec::new(), false),
        };
        let source = self.sources.get(id);
        let front = self.front(source.hash, &source.text, slot.dialect);
        let mut diagnostics: Vec<Diagnostic> =
            front.problems.iter().map(|p| p.in_source(id, 0)).collect();
        if front.front.draft {
            return (None, diagnostics, true);
        }
        if slot.dialect == Dialect::DocusaurusV1
            && (!front.present || source.text[front.body_start..].trim().is_empty())
        {
            let why = if front.present {
                "has no text"
            } else {
                "has no front matter"
            };
            diagnostics.push(
                Problem::warning(
                    "front-matter",
                    0..0,
                    format!("this doc {why} and is not built"),
                )
                .hint("Docusaurus v1 leaves such docs out")
                .in_source(id, 0),
            );
            return (None, diagnostics, false);
        }
        if self.files.is_begun(&slot.path) {
            let parsed = Arc::<ParsedDoc>::default();
            let summary = summary(slot, id, source.path.clone(), &front, &parsed);
            let show_title = self.show_title(slot, &summary, &front, &parsed, &mut diagnostics);
            let doc = Doc {
                summary,
                front,
                expanded: Arc::default(),
                parsed,
                hash: ContentHash::of(b""),
                show_title,
            };
            return (Some(doc), diagnostics, false);
        }
        let page = Text {
            id,
            path: source.path.clone(),
            text: source.text.clone(),
        };
        let Chapter {
            expanded,
            title: own_title,
            ..
        } = self.expanded(slot, &page, front.body_start);
        diagnostics.extend(expanded.diagnostics.iter().cloned());
        let hash = ContentHash::of_parts([
            expanded.text.as_bytes(),
            format!("{:?}", slot.dialect).as_bytes(),
        ]);
        let parsed = self.parsed(hash, || markdown::parse(&expanded.text, slot.dialect));
        diagnostics.extend(
            parsed
                .problems
                .iter()
                .map(|p| p.at_origin(|range| expanded.segments.origin(range))),
        );
        let mut summary = summary(slot, id, source.path.clone(), &front, &parsed);
        summary.title = own_title.unwrap_or(summary.title);
        let show_title = self.show_title(slot, &summary, &front, &parsed, &mut diagnostics);
        (
            Some(Doc {
                summary,
                front,
                expanded: Arc::new(expanded),
                parsed,
                hash,
                show_title,
            }),
            diagnostics,
            false,
        )
    }

    /// A doc's text with its directives carried out.
    fn expanded(&self, slot: &Slot, page: &Text, body_start: usize) -> Chapter {
        let shown = |path: &str| self.lookup(path, &self.files.shown);
        if slot.dialect.is_mdbook() {
            return mdbook::expand(page, &self.config.docsets[slot.docset].book, &shown);
        }
        let rules = Rules {
            copy_root: &self.config.copy_root,
            dialect: slot.dialect,
        };
        let copied = |path: &str| self.lookup(path, &self.files.all);
        let mut expanded = copy_docs::expand(page, body_start, rules, &copied);
        file_fence::expand(&mut expanded, rules, &shown);
        Chapter {
            expanded,
            ..Chapter::default()
        }
    }

    /// The parse of a text: of an earlier build, or made now, once for all docs that have the text.
    fn parsed(&self, hash: ContentHash, parse: impl FnOnce() -> ParsedDoc) -> Arc<ParsedDoc> {
        if let Some(parsed) = self.memo.parses.get(&hash) {
            return parsed.clone();
        }
        let cell = {
            let mut parsing = self.parsing.lock().unwrap_or_else(PoisonError::into_inner);
            parsing.entry(hash).or_default().clone()
        };
        cell.get_or_init(|| Arc::new(parse())).clone()
    }

    fn front(&self, hash: ContentHash, text: &str, dialect: Dialect) -> Arc<front_matter::Parsed> {
        self.memo
            .fronts
            .get(&(hash, dialect))
            .cloned()
            .unwrap_or_else(|| Arc::new(front_matter::parse(text, dialect)))
    }

    fn lookup(&self, path: &str, files: &BTreeMap<String, File>) -> Result<Text, String> {
        match files.get(path) {
            Some(File::Text(id)) => {
                let source = self.sources.get(*id);
                Ok(Text {
                    id: *id,
                    path: source.path.clone(),
                    text: source.text.clone(),
                })
            }
            Some(File::Bad(diagnostic)) => Err(format!("cannot be used: {}", diagnostic.message)),
            Some(File::Bytes { .. }) => Err("is not a Markdown file".into()),
            None => Err("does not exist".into()),
        }
    }

    /// The title heading is left out on request, and where the title is the body's own first heading.
    fn show_title(
        &self,
        slot: &Slot,
        summary: &DocSummary,
        front: &front_matter::Parsed,
        parsed: &ParsedDoc,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> bool {
        if front.front.hide_title {
            return false;
        }
        match slot.dialect {
            Dialect::DocusaurusV1 => return true,
            // A chapter has the headings that its text has.
            Dialect::Mdbook(_) => return false,
            Dialect::Docproof => {}
        }
        if front.front.title.is_none() && parsed.first_h1().is_some() {
            return false;
        }
        if parsed.starts_with_h1 {
            diagnostics.push(
                Problem::warning(
                    "title",
                    front.place("title"),
                    "this page has two titles: its own and the first heading of its text",
                )
                .hint("set `hide_title: true`, or remove the heading")
                .in_source(summary.source, 0),
            );
        }
        true
    }
}

fn summary(
    slot: &Slot,
    source: crate::source::SourceId,
    path: Arc<str>,
    front: &front_matter::Parsed,
    parsed: &ParsedDoc,
) -> DocSummary {
    let fields = &front.front;
    let (folder, stem) = slot
        .relative
        .rsplit_once('/')
        .map_or(("", slot.relative.as_str()), |(folder, stem)| {
            (folder, stem)
        });
    let is_readme = slot.dialect.is_mdbook() && stem.eq_ignore_ascii_case("readme");
    let stem = if is_readme { "index" } else { stem };
    let last = own_id(slot, fields).unwrap_or_else(|| stem.to_owned());
    let id = crate::site::pages::join(folder, &last);
    let title = fields
        .title
        .clone()
        .or_else(|| parsed.first_h1().map(str::to_owned))
        .or_else(|| slot.name.clone())
        .unwrap_or_else(|| id.clone());
    let key = if fields.original_id.is_some() {
        "original_id"
    } else {
        "id"
    };
    DocSummary {
        docset: slot.docset,
        version: slot.version.clone(),
        path,
        source,
        relative: slot.relative.clone(),
        label: fields
            .sidebar_label
            .clone()
            .or_else(|| slot.name.clone())
            .unwrap_or_else(|| title.clone()),
        title,
        description: fields.description.clone(),
        slug: fields.slug.clone(),
        no_pagination: fields.no_pagination,
        anchors: parsed.anchors.clone(),
        id_place: Span {
            source,
            range: front.place(key),
        },
        id,
    }
}

/// The last part of a doc's id, without the version that a versioned doc carries.
fn own_id(slot: &Slot, fields: &FrontMatter) -> Option<String> {
    let Some(version) = &slot.version else {
        return fields.id.clone();
    };
    if let Some(original) = &fields.original_id {
        return Some(original.clone());
    }
    let id = fields.id.as_ref()?;
    Some(
        id.strip_prefix(&format!("version-{version}-"))
            .unwrap_or(id)
            .to_owned(),
    )
}
