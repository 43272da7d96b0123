//! `--bless`: expected output rewritten to what samples print.
//!
//! In: the outcomes of a run. Out: the fences rewritten in the Markdown, all of them or none.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use super::{Common, Site, report};
use crate::build::changes::{FileChange, with_line_ends_of};
use crate::build::files::FileProvider as _;
use crate::cli::{USAGE, open};
use crate::verify::output::{Surroundings, bless as edit};
use crate::verify::report::Outcomes;
use crate::verify::sample::Expected;
use crate::verify::verdict::Outcome;

/// What was rewritten.
#[derive(Clone, Copy, Default)]
pub struct Blessed {
    /// Fences that were rewritten.
    pub fences: usize,
    /// Fences that should have been and could not be; each was reported.
    pub refused: usize,
}

/// What a fence is to say, by its place.
type Wanted<'a> = BTreeMap<(&'a str, usize), (&'a Expected, &'a str)>;

/// Rewrites the fences of samples that print something else.
///
/// # Errors
/// The exit code, when files could not be written; that was reported.
pub fn bless(
    common: &Common,
    site: &Site,
    outcomes: &Outcomes,
    around: &Surroundings,
) -> Result<Blessed, u8> {
    let mut blessed = Blessed::default();
    let wanted = wanted(common, outcomes, around, &mut blessed);
    let mut edits: BTreeMap<&str, Vec<(Range<usize>, String)>> = BTreeMap::new();
    for ((path, line), (expected, printed)) in wanted {
        let sources = &site.build.sources;
        let Some(source) = sources.find(path) else {
            continue;
        };
        match edit(&sources.get(source).text, expected, printed, around) {
            Ok(edit) => edits
                .entry(path)
                .or_default()
                .push((edit.range, edit.replacement)),
            Err(why) => {
                blessed.refused += 1;
                refuse(common, path, line, &why);
            }
        }
    }
    let mut changes = Vec::new();
    for (path, edits) in edits {
        blessed.fences += edits.len();
        changes.push(rewritten(common, site, path, edits)?);
    }
    if !changes.is_empty() {
        open::apply(common, Path::new(&common.site), &changes)?;
    }
    Ok(blessed)
}

fn refuse(common: &Common, path: &str, line: usize, why: &str) {
    let message = format!("the output at {path}:{line} was not rewritten: {why}");
    report::failure(common, &message, None);
}

/// Each fence once. One that two libraries would fill in two ways is left as it is.
fn wanted<'a>(
    common: &Common,
    outcomes: &'a Outcomes,
    around: &Surroundings,
    blessed: &mut Blessed,
) -> Wanted<'a> {
    let mut wanted: Wanted<'a> = BTreeMap::new();
    let mut torn: Vec<(&str, usize)> = Vec::new();
    for tried in &outcomes.samples {
        let Some(verdict) = &tried.verdict else {
            continue;
        };
        let differs = matches!(verdict.outcome, Outcome::OutputDiffers { .. });
        // What passed also has a say: the fence must stay right for it.
        if !tried.sample.attributes.output || !(differs || verdict.outcome.passed()) {
            continue;
        }
        let mut parts = tried.sample.parts.iter().rev();
        let Some(expected) = parts.find_map(|part| part.expected.as_ref()) else {
            continue;
        };
        let place = (&*expected.path, expected.line);
        let normal = |text: &str| crate::verify::output::normalise(text, around);
        match wanted.get(&place) {
            Some((_, other)) if normal(other) != normal(&verdict.stdout) => torn.push(place),
            _ => {
                wanted.insert(place, (expected, &verdict.stdout));
            }
        }
    }
    torn.sort_unstable();
    torn.dedup();
    for place in torn {
        wanted.remove(&place);
        blessed.refused += 1;
        let why = "it differs between versions; give each version a page of its own, or use `[..]`";
        refuse(common, place.0, place.1, why);
    }
    wanted.retain(|_, (expected, printed)| {
        crate::verify::output::compare(&expected.text, printed, around).is_err()
    });
    wanted
}

/// A file with its edits made, its line ends and byte order mark kept.
fn rewritten(
    common: &Common,
    site: &Site,
    path: &str,
    mut edits: Vec<(Range<usize>, String)>,
) -> Result<FileChange, u8> {
    let raw = site.files.read(path).map_err(|error| {
        report::failure(
            common,
            &format!("`{path}` {error}"),
            Some("nothing was rewritten"),
        );
        USAGE
    })?;
    let source = site.build.sources.find(path);
    let mut text = source.map_or(String::new(), |id| {
        site.build.sources.get(id).text.to_string()
    });
    edits.sort_by_key(|(range, _)| range.start);
    for (range, replacement) in edits.into_iter().rev() {
        text.replace_range(range, &replacement);
    }
    let mut bytes = with_line_ends_of(&raw, &text).into_bytes();
    let mark = "\u{feff}".as_bytes();
    if raw.starts_with(mark) {
        bytes.splice(0..0, mark.iter().copied());
    }
    Ok(FileChange::Write {
        path: path.to_owned(),
        bytes,
    })
}
