//! Recorded verdicts to the marks of samples, and to errors where every sample must have one.
//!
//! In: an indexed site and a record of `verify`. Out: for each page, the marks of its blocks; for `--verified`, what
//! has no good verdict. It must not verify anything, nor know where the record is kept.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::Indexed;
use super::docs::Doc;
use super::samples::{self, fences, libraries};
use crate::diagnostic::{Diagnostic, Problem};
use crate::render::verdict::{Captured, Mark};
use crate::site::PageId;
use crate::source::{ContentHash, SourceMap};
use crate::verify::attributes::Rules;
use crate::verify::library::Library;
use crate::verify::plan::plan;
use crate::verify::record::{Record, Recorded, RecordedLibrary, library_key};
use crate::verify::sample::{Fence, Mode, Sample};

/// The hash of a library's sources as they are now; none when they are not there.
pub type SourcesOf = Box<dyn Fn(&Library) -> Option<ContentHash> + Send + Sync>;

/// What `verify` has left behind.
#[derive(Default)]
pub struct Verified {
    /// The verdicts.
    pub record: Record,
    /// Whether the site's folder holds a Cargo package with a library.
    pub has_package: bool,
    /// The target triple of this machine, for `ignore-TARGET`.
    pub host: String,
    /// When every sample must have a good verdict for the library as it is now.
    pub required: Option<SourcesOf>,
}

/// The marks of a page's blocks, by number of the block.
pub type PageMarks = BTreeMap<usize, Mark>;

/// The marks of each page, in the order of the index. What `--verified` has against the site goes to `diagnostics`.
pub fn marks(
    indexed: &Indexed,
    sources: &SourceMap,
    verified: &Verified,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<PageMarks> {
    let pages = indexed.site.pages.len();
    if verified.record.samples.is_empty() && verified.required.is_none() {
        return vec![PageMarks::new(); pages];
    }
    let fences = fences(indexed, sources);
    let found = libraries(indexed, &fences, verified.has_package, &mut Vec::new());
    let work = Work::new(indexed, verified, &found.libraries);
    let of_pages: Vec<(PageMarks, Said)> = by_page(indexed, &fences, &found.of_fences)
        .into_par_iter()
        .enumerate()
        .map(|(n, (fences, libraries))| work.page(n, fences, libraries))
        .collect();
    let mut used: BTreeMap<String, Library> = BTreeMap::new();
    let mut marks = Vec::with_capacity(pages);
    for (page, said) in of_pages {
        marks.push(page);
        diagnostics.extend(said.diagnostics);
        used.extend(said.libraries);
    }
    if let Some(sources_of) = &verified.required {
        work.changed(&used, sources_of, diagnostics);
    }
    marks
}

/// The marks of one page, whatever is required.
pub fn of_page(
    indexed: &Indexed,
    sources: &SourceMap,
    verified: &Verified,
    id: PageId,
) -> PageMarks {
    if verified.record.samples.is_empty() {
        return PageMarks::new();
    }
    let fences = samples::fences_of(indexed, sources, id);
    let found = libraries(indexed, &fences, verified.has_package, &mut Vec::new());
    let work = Work::new(indexed, verified, &found.libraries);
    work.page(id.index(), &fences, &found.of_fences).0
}

/// The blocks of each page and their libraries.
fn by_page<'a>(
    indexed: &Indexed,
    fences: &'a [Fence],
    of_fences: &'a [usize],
) -> Vec<(&'a [Fence], &'a [usize])> {
    let mut at = 0;
    let pages = indexed.site.pages.iter();
    pages
        .map(|page| {
            let blocks = indexed.docs.docs[page.doc].parsed.codes.len();
            let range = at..at + blocks;
            at = range.end;
            (&fences[range.clone()], &of_fences[range])
        })
        .collect()
}

/// What a page has to say beside its marks: what is wrong, and the libraries that its verdicts are about.
#[derive(Default)]
struct Said {
    diagnostics: Vec<Diagnostic>,
    libraries: BTreeMap<String, Library>,
}

struct Work<'a> {
    indexed: &'a Indexed,
    verified: &'a Verified,
    rules: Rules<'a>,
    libraries: &'a [Library],
}

impl<'a> Work<'a> {
    fn new(indexed: &'a Indexed, verified: &'a Verified, libraries: &'a [Library]) -> Self {
        Self {
            indexed,
            verified,
            rules: Rules {
                strict: false,
                untagged: samples::untagged(&indexed.config),
                host: &verified.host,
            },
            libraries,
        }
    }

    fn page(&self, n: usize, fences: &[Fence], libraries: &[usize]) -> (PageMarks, Said) {
        let mut marks = PageMarks::new();
        let mut said = Said::default();
        if fences.is_empty() {
            return (marks, said);
        }
        let doc = &self.indexed.docs.docs[self.indexed.site.pages[n].doc];
        let plan = plan(
            fences.to_vec(),
            self.libraries.to_vec(),
            libraries,
            &self.rules,
        );
        for sample in &plan.samples {
            let library = &plan.libraries[sample.library];
            let key = library_key(library);
            let recorded = self.verified.record.find(sample, &key);
            let against = self.verified.record.libraries.get(&key);
            if self.verified.required.is_some() {
                said.diagnostics
                    .extend(complaint(doc, sample, recorded.zip(against)));
                said.libraries.insert(key, library.clone());
            }
            let Some((recorded, against)) = recorded.zip(against) else {
                continue;
            };
            let mut mark = mark(sample, recorded, against);
            // The parts of a group are one program: what it printed comes at its end.
            let captured = mark.captured.take();
            for part in &sample.parts {
                marks.insert(part.block, mark.clone());
            }
            let last = sample
                .parts
                .last()
                .and_then(|part| marks.get_mut(&part.block));
            if let Some(last) = last {
                last.captured = captured;
            }
        }
        (marks, said)
    }

    /// Libraries that are not what the verdicts are about.
    fn changed(
        &self,
        used: &BTreeMap<String, Library>,
        sources_of: &SourcesOf,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        for (key, library) in used {
            let Some(recorded) = self.verified.record.libraries.get(key) else {
                continue;
            };
            let now = sources_of(library).map(|hash| hash.to_string());
            if now.as_deref() != Some(recorded.sources.as_str()) {
                let message = format!(
                    "the library of {} has changed since its samples were verified",
                    library.name
                );
                let diagnostic = Diagnostic::error("verified", message).hint(AGAIN);
                diagnostics.push(diagnostic.in_file(crate::config::FILE_NAME));
            }
        }
    }
}

const AGAIN: &str = "run `docproof verify`, which records the verdicts";

/// What `--verified` has against a sample.
fn complaint(
    doc: &Doc,
    sample: &Sample,
    recorded: Option<(&Recorded, &RecordedLibrary)>,
) -> Option<Diagnostic> {
    let message = match recorded {
        None => "this sample has no recorded verdict".to_owned(),
        Some((recorded, _)) if recorded.outcome.passed() => return None,
        Some((recorded, _)) => format!("this sample fails: {}", recorded.outcome.words()),
    };
    let block = &doc.parsed.codes[sample.parts.first()?.block];
    let range = block.range.start..block.range.start + 3;
    let problem = Problem::error("verified", range, message).hint(AGAIN);
    Some(problem.at_origin(|range| doc.expanded.segments.origin(range)))
}

fn mark(sample: &Sample, recorded: &Recorded, against: &RecordedLibrary) -> Mark {
    let passed = recorded.outcome.passed();
    let words = if passed {
        let library = against.against.first();
        let library =
            library.map_or_else(String::new, |(name, version)| format!("{name} {version}, "));
        let how = match sample.mode {
            Mode::CompileFail => "verified not to compile",
            Mode::ShouldPanic => "verified to panic",
            Mode::NoRun => "verified to compile",
            _ => "verified",
        };
        format!("{how} with {library}rustc {}", against.rustc)
    } else {
        format!("fails: {}", recorded.outcome.words())
    };
    let shown = passed && sample.attributes.show_output && !recorded.stdout.is_empty();
    Mark {
        passed,
        words,
        captured: shown.then(|| Captured {
            text: recorded.stdout.clone(),
            cut: recorded.cut,
        }),
    }
}
