//! Source texts and places in them.
//!
//! In: the texts of a site's files. Out: stable ids, byte spans, line and column of a place, and maps that
//! lead from a derived text (copied, rewritten) back to where each of its bytes stands.
//! It must not know what a doc is, nor read files.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A 128-bit content hash (BLAKE3, truncated).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ContentHash(pub [u8; 16]);

impl ContentHash {
    /// Hashes one run of bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_hasher(&{
            let mut hasher = blake3::Hasher::new();
            hasher.update(bytes);
            hasher
        })
    }

    /// Hashes several parts; the length of each goes in, so that parts cannot run together.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self::from_hasher(&hasher)
    }

    /// Takes the state of a hasher that the caller has fed.
    pub fn from_hasher(hasher: &blake3::Hasher) -> Self {
        let mut short = [0; 16];
        short.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self(short)
    }

    /// The first ten hex digits: enough for a file name.
    pub fn short(&self) -> String {
        self.0[..5].iter().map(|b| format!("{b:02x}")).collect()
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The number of a source in its [`SourceMap`]; stable while the map lives.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SourceId(u32);

/// A run of bytes in one source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Span {
    /// The source.
    pub source: SourceId,
    /// Byte offsets in the source's text.
    pub range: Range<usize>,
}

/// One file's text: without byte order mark, with `\n` line ends.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path from the site's root, with `/`.
    pub path: Arc<str>,
    /// The normalised text.
    pub text: Arc<str>,
    /// Hash of the text.
    pub hash: ContentHash,
}

/// A text that is normalised and hashed, ready to be added to a [`SourceMap`].
#[derive(Clone, Debug)]
pub struct Prepared {
    text: Arc<str>,
    hash: ContentHash,
}

impl Prepared {
    /// Normalises and hashes a text.
    pub fn new(text: &str) -> Self {
        let text: Arc<str> = normalise(text).into();
        let hash = ContentHash::of(text.as_bytes());
        Self { text, hash }
    }
}

/// All the sources of a site, by id and by path.
#[derive(Clone, Default, Debug)]
pub struct SourceMap {
    sources: Vec<Source>,
    by_path: HashMap<Arc<str>, SourceId>,
}

impl SourceMap {
    /// Adds a text, or replaces the text of a path that is known already.
    pub fn set(&mut self, path: &str, text: &str) -> SourceId {
        self.set_prepared(path, Prepared::new(text))
    }

    /// The same, for a text that was prepared before, on any thread.
    pub fn set_prepared(&mut self, path: &str, prepared: Prepared) -> SourceId {
        let Prepared { text, hash } = prepared;
        if let Some(&id) = self.by_path.get(path) {
            let source = &mut self.sources[id.0 as usize];
            source.text = text;
            source.hash = hash;
            return id;
        }
        let id = SourceId(
            u32::try_from(self.sources.len()).expect("invariant: fewer than 2^32 sources"),
        );
        let path: Arc<str> = path.into();
        self.by_path.insert(path.clone(), id);
        self.sources.push(Source { path, text, hash });
        id
    }

    /// The source of an id that this map gave out.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.sources[id.0 as usize]
    }

    /// The place of a span as messages write it: `path:line:column`.
    pub fn written(&self, span: &Span) -> String {
        let (line, column) = self.place(span);
        format!("{}:{line}:{column}", self.get(span.source).path)
    }

    /// The id of a path.
    pub fn find(&self, path: &str) -> Option<SourceId> {
        self.by_path.get(path).copied()
    }

    /// Line and column of a span's start, both from 1; the column counts characters.
    pub fn place(&self, span: &Span) -> (usize, usize) {
        line_column(&self.get(span.source).text, span.range.start)
    }
}

/// Line and column of a byte offset, both from 1; the column counts characters.
pub fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (
        before.bytes().filter(|&b| b == b'\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

/// Drops a byte order mark and turns `\r\n` and `\r` into `\n`. A NUL becomes U+FFFD: Markdown demands it, and
/// done later it would shift every place behind it.
fn normalise(text: &str) -> std::borrow::Cow<'_, str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.contains('\r') || text.contains('\0') {
        text.replace("\r\n", "\n")
            .replace('\r', "\n")
            .replace('\0', "\u{fffd}")
            .into()
    } else {
        text.into()
    }
}

/// Leads from offsets of a rewritten text to offsets of the text that it was made from.
#[derive(Clone, Debug, Default)]
pub struct OffsetMap {
    pieces: Vec<OffsetPiece>,
}

#[derive(Clone, Debug)]
struct OffsetPiece {
    out_start: usize,
    in_start: usize,
    /// Bytes of the input that the piece stands for; a copied piece has as many in the output.
    in_len: usize,
    copied: bool,
}

impl OffsetMap {
    /// Notes that the output from `out_start` on is a byte for byte copy of the input from `in_start` on.
    pub fn copied(&mut self, out_start: usize, in_start: usize, len: usize) {
        self.pieces.push(OffsetPiece {
            out_start,
            in_start,
            in_len: len,
            copied: true,
        });
    }

    /// Notes that the output from `out_start` on was written in place of `input`.
    pub fn replaced(&mut self, out_start: usize, input: Range<usize>) {
        self.pieces.push(OffsetPiece {
            out_start,
            in_start: input.start,
            in_len: input.len(),
            copied: false,
        });
    }

    /// The input range for an output range. Without pieces the two texts are the same.
    pub fn to_input(&self, out: &Range<usize>) -> Range<usize> {
        if self.pieces.is_empty() {
            return out.clone();
        }
        let start = self.lookup(out.start).0;
        let end = if out.is_empty() {
            start
        } else {
            self.lookup(out.end - 1).1
        };
        start..end.max(start)
    }

    /// The input offsets of one output byte: where it begins and where it ends.
    fn lookup(&self, out: usize) -> (usize, usize) {
        let at = self
            .pieces
            .partition_point(|p| p.out_start <= out)
            .saturating_sub(1);
        let piece = &self.pieces[at];
        if piece.copied {
            let into = out.saturating_sub(piece.out_start).min(piece.in_len);
            (
                piece.in_start + into,
                piece.in_start + (into + 1).min(piece.in_len),
            )
        } else {
            (piece.in_start, piece.in_start + piece.in_len)
        }
    }
}

/// Where the bytes of an expanded text came from: file, offset, and the chain that led there.
#[derive(Clone, Debug, Default)]
pub struct SegmentMap {
    segments: Vec<Segment>,
}

#[derive(Clone, Debug)]
struct Segment {
    out_start: usize,
    source: SourceId,
    in_start: usize,
    len: usize,
    chain: Arc<[Span]>,
}

/// A place in a source, and the directives through which its text came, outermost first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// Where the text stands.
    pub span: Span,
    /// The directive lines that led there; empty for a page's own text.
    pub chain: Arc<[Span]>,
}

impl SegmentMap {
    /// Notes that the expanded text from `out_start` on is `span` of a source, reached through `chain`.
    pub fn push(&mut self, out_start: usize, span: &Span, chain: Arc<[Span]>) {
        self.segments.push(Segment {
            out_start,
            source: span.source,
            in_start: span.range.start,
            len: span.range.len(),
            chain,
        });
    }

    /// The source that the byte at `out` came from, and the page's own source when nothing was copied.
    pub fn origin(&self, out: &Range<usize>) -> Origin {
        let at = self
            .segments
            .partition_point(|s| s.out_start <= out.start)
            .saturating_sub(1);
        let segment = &self.segments[at];
        let clamp = |offset: usize| {
            segment.in_start + offset.saturating_sub(segment.out_start).min(segment.len)
        };
        let (start, end) = (clamp(out.start), clamp(out.end));
        Origin {
            span: Span {
                source: segment.source,
                range: start..end.max(start),
            },
            chain: segment.chain.clone(),
        }
    }

    /// Adds to another map what this one knows of a range, which stands from `out_start` on there.
    pub fn copy_range(&self, range: Range<usize>, out_start: usize, into: &mut Self) {
        let first = self
            .segments
            .partition_point(|s| s.out_start <= range.start)
            .saturating_sub(1);
        let inside = self.segments[first..].iter();
        for segment in inside.take_while(|s| s.out_start < range.end) {
            let cut = range.start.saturating_sub(segment.out_start);
            let kept = range.end - segment.out_start.max(range.start);
            into.segments.push(Segment {
                out_start: out_start + segment.out_start.max(range.start) - range.start,
                in_start: segment.in_start + cut.min(segment.len),
                len: segment.len.saturating_sub(cut).min(kept),
                source: segment.source,
                chain: segment.chain.clone(),
            });
        }
    }

    /// Every source that has text in here, each once.
    pub fn sources(&self) -> Vec<SourceId> {
        let mut all: Vec<SourceId> = self.segments.iter().map(|s| s.source).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_normalised_and_places_count_characters() {
        let mut map = SourceMap::default();
        let id = map.set("a.md", "\u{feff}one\r\ntwé!\rthree");
        assert_eq!(&*map.get(id).text, "one\ntwé!\nthree");
        let bang = map.get(id).text.find('!').expect("there is one");
        assert_eq!(
            map.place(&Span {
                source: id,
                range: bang..bang + 1
            }),
            (2, 4)
        );
        assert_eq!(map.set("a.md", "a\0b"), id);
        assert_eq!(&*map.get(id).text, "a\u{fffd}b");
        assert_eq!(map.set("a.md", "x"), id);
        assert_eq!(&*map.get(id).text, "x");
    }

    #[test]
    fn offsets_lead_back_through_copied_and_replaced_pieces() {
        // input  "abc<tab>def", output "abc" + "!" + "def"
        let mut map = OffsetMap::default();
        map.copied(0, 0, 3);
        map.replaced(3, 3..8);
        map.copied(4, 8, 3);
        assert_eq!(map.to_input(&(1..2)), 1..2);
        assert_eq!(map.to_input(&(3..4)), 3..8);
        assert_eq!(map.to_input(&(5..7)), 9..11);
        assert_eq!(map.to_input(&(2..5)), 2..9);
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(
            ContentHash::of_parts([&b"ab"[..], b"c"]),
            ContentHash::of_parts([&b"a"[..], b"bc"])
        );
    }
}
