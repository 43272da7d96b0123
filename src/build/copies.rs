//! Who copies from whom by COPY DOCS, and the changes that bring stale copies up to date.
//!
//! In: an indexed site. Out: each source with its copies, and the files to write so that the text under each
//! marker equals its source. It must not write anything.

use std::collections::BTreeMap;

use super::Indexed;
use super::changes::{FileChange, with_line_ends_of};
use super::docs::Doc;
use super::files::{FileProvider, ReadError};
use crate::config::Dialect;
use crate::directive::copy_docs::{self, Body, Marker, Rules, Text};
use crate::front_matter;
use crate::source::{SourceId, SourceMap};

/// A file that others copy from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CopySource {
    /// Its path from the site's folder.
    pub path: String,
    /// Pages with its text, in the order of paths.
    pub copies: Vec<Copied>,
}

/// A page whose text is another file's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Copied {
    /// Its path from the site's folder.
    pub path: String,
    /// The files between it and the source, nearest to the page first.
    pub via: Vec<String>,
    /// Its own text under the marker differs from the source.
    pub stale: bool,
}

/// Every source with its copies, in the order of paths. Pages that name themselves are sources, too.
pub fn list(indexed: &Indexed, sources: &SourceMap) -> Vec<CopySource> {
    let mut all: BTreeMap<String, Vec<Copied>> = BTreeMap::new();
    for doc in &indexed.docs.docs {
        let path = doc.summary.path.to_string();
        let Some(marker) = marker_of(indexed, doc, sources) else {
            continue;
        };
        let root = &indexed.config.copy_root;
        if copy_docs::resolve_path(&marker.path, root).is_ok_and(|named| named == path) {
            all.entry(path).or_default();
        } else if let Some(source) = &doc.expanded.copied_from {
            let via = way(indexed, doc, marker, source, sources);
            all.entry(source.to_string()).or_default().push(Copied {
                path,
                via,
                stale: doc.expanded.stale,
            });
        }
    }
    all.into_iter()
        .map(|(path, mut copies)| {
            copies.sort_by(|a, b| a.path.cmp(&b.path));
            CopySource { path, copies }
        })
        .collect()
}

/// The writes that make every stale copy equal to its source. A file keeps its text above the marker as it
/// is, byte for byte, and its kind of line ends.
///
/// # Errors
/// When a file cannot be read (again): its path, and why.
pub fn sync(
    indexed: &Indexed,
    sources: &SourceMap,
    provider: &dyn FileProvider,
) -> Result<Vec<FileChange>, (String, ReadError)> {
    let mut changes = Vec::new();
    for doc in indexed.docs.docs.iter().filter(|d| d.expanded.stale) {
        let path = doc.summary.path.to_string();
        let Some(marker) = marker_of(indexed, doc, sources) else {
            continue;
        };
        let raw = provider
            .read(&path)
            .map_err(|error| (path.clone(), error))?;
        // Not the text that is built: that has the code of `file=` fences in it, which no copy should hold.
        let text = &copied(indexed, doc, sources)[marker.pair.start - doc.front.body_start..];
        let mut bytes = raw[..raw_offset(&raw, marker.pair.end)].to_vec();
        bytes.extend_from_slice(with_line_ends_of(&raw, text).as_bytes());
        changes.push(FileChange::Write { path, bytes });
    }
    Ok(changes)
}

fn dialect_of(indexed: &Indexed, doc: &Doc) -> Dialect {
    indexed.config.docsets[doc.summary.docset].dialect
}

fn marker_of(indexed: &Indexed, doc: &Doc, sources: &SourceMap) -> Option<Marker> {
    let text = &sources.get(doc.summary.source).text;
    copy_docs::find(text, doc.front.body_start, dialect_of(indexed, doc)).0
}

/// A doc's text after COPY DOCS, and nothing else.
fn copied(indexed: &Indexed, doc: &Doc, sources: &SourceMap) -> Body {
    let text = |id: SourceId| {
        let source = sources.get(id);
        Text {
            id,
            path: source.path.clone(),
            text: source.text.clone(),
        }
    };
    let rules = Rules {
        copy_root: &indexed.config.copy_root,
        dialect: dialect_of(indexed, doc),
    };
    let lookup = |path: &str| match sources.find(path) {
        Some(id) => Ok(text(id)),
        None => Err("does not exist".into()),
    };
    let page = text(doc.summary.source);
    copy_docs::expand(&page, doc.front.body_start, rules, &lookup).text
}

/// The files that a copy leads through, without the page and the source.
fn way(
    indexed: &Indexed,
    doc: &Doc,
    mut marker: Marker,
    source: &str,
    sources: &SourceMap,
) -> Vec<String> {
    let dialect = dialect_of(indexed, doc);
    let mut via = Vec::new();
    // A cycle has no source, so the walk ends; the bound is for the case that a file changed meanwhile.
    while via.len() < 1000 {
        let Ok(next) = copy_docs::resolve_path(&marker.path, &indexed.config.copy_root) else {
            break;
        };
        if next == source {
            break;
        }
        let Some(id) = sources.find(&next) else { break };
        let text = &sources.get(id).text;
        let start = front_matter::parse(text, dialect).body_start;
        via.push(next);
        match copy_docs::find(text, start, dialect).0 {
            Some(further) => marker = further,
            None => break,
        }
    }
    via
}

/// The offset in a file's bytes of an offset in its normalised text (no byte order mark, `\n` line ends).
fn raw_offset(raw: &[u8], normal: usize) -> usize {
    let mut at = if raw.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    for _ in 0..normal {
        at += if raw[at..].starts_with(b"\r\n") { 2 } else { 1 };
    }
    at.min(raw.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_lead_to_the_bytes_of_the_file() {
        let raw = "\u{feff}a\r\nb\rc\né!".as_bytes();
        let normal = "a\nb\nc\né!";
        for (n, c) in normal.char_indices() {
            if c != '\n' {
                let at = raw_offset(raw, n);
                assert!(
                    std::str::from_utf8(&raw[at..])
                        .expect("a boundary")
                        .starts_with(c)
                );
            }
        }
        assert_eq!(raw_offset(raw, normal.len()), raw.len());
    }
}
