//! Code blocks: highlight markers, marked lines, hidden Rust lines.
//!
//! In: the raw text of a block and its fence. Out: the text that is shown and run, without any marker, and
//! what is marked in it. It must not know how code is coloured.

mod places;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub use places::CodePlaces;
use places::Runs;

use super::info::FenceInfo;
pub use super::raw_code::RawCode;
use crate::config::Dialect;
use crate::diagnostic::Problem;
use crate::directive::code_lines::lines_with_offsets;

/// A code block.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CodeBlock {
    /// What its fence says.
    pub info: FenceInfo,
    /// The code, without markers; of Rust, the whole program with hidden lines.
    pub text: String,
    /// One entry for each line of the text.
    pub lines: Vec<LineMark>,
    /// Marked ranges inside lines, in bytes of the text, in order and apart.
    pub phrases: Vec<Range<usize>>,
    /// The block, in the expanded text.
    pub range: Range<usize>,
    /// The word that names its language, or the fence.
    pub language_range: Range<usize>,
    /// Opened by a fence, not by indentation.
    pub fenced: bool,
    /// Where its lines stand in the expanded text.
    pub places: CodePlaces,
}

/// How a line is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LineMark {
    /// Marked.
    pub highlight: bool,
    /// Added.
    pub ins: bool,
    /// Removed.
    pub del: bool,
    /// Part of the program, not of what is shown at first.
    pub hidden: bool,
}

const MARKERS: [(&str, MarkerKind); 4] = [
    ("__END_HIGHLIGHT_PHRASE__", MarkerKind::PhraseEnd),
    ("__HIGHLIGHT_PHRASE__", MarkerKind::PhraseStart),
    ("__END_HIGHLIGHT__", MarkerKind::LinesEnd),
    ("__HIGHLIGHT__", MarkerKind::LinesStart),
];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum MarkerKind {
    LinesStart,
    LinesEnd,
    PhraseStart,
    PhraseEnd,
}

impl MarkerKind {
    fn is_start(self) -> bool {
        matches!(self, Self::LinesStart | Self::PhraseStart)
    }

    fn start(self) -> Self {
        if matches!(self, Self::LinesStart | Self::LinesEnd) {
            Self::LinesStart
        } else {
            Self::PhraseStart
        }
    }

    fn word(self) -> &'static str {
        MARKERS
            .iter()
            .find(|(_, kind)| *kind == self)
            .map_or("", |(word, _)| word)
    }

    fn partner(self) -> &'static str {
        match self {
            Self::LinesStart => Self::LinesEnd.word(),
            Self::LinesEnd => Self::LinesStart.word(),
            Self::PhraseStart => Self::PhraseEnd.word(),
            Self::PhraseEnd => Self::PhraseStart.word(),
        }
    }
}

/// Every highlight marker in a text.
pub fn find_markers(text: &str) -> impl Iterator<Item = Range<usize>> {
    markers_in(text).map(|(range, _)| range)
}

fn markers_in(text: &str) -> impl Iterator<Item = (Range<usize>, MarkerKind)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(found) = text[at..].find("__") {
            let start = at + found;
            if let Some((word, kind)) = MARKERS
                .iter()
                .find(|(word, _)| text[start..].starts_with(word))
            {
                at = start + word.len();
                return Some((start..at, *kind));
            }
            at = start + 1;
        }
        None
    })
}

/// Makes a block of its raw text. What its fence says and where it stands is in `block` already.
pub fn build(raw: &RawCode, block: CodeBlock, dialect: Dialect) -> (CodeBlock, Vec<Problem>) {
    let mut builder = Builder {
        raw,
        dialect,
        block,
        runs: Runs::default(),
        problems: Vec::new(),
        lines_open: None,
        phrase_open: None,
        comment_open: None,
        mark_next: false,
    };
    builder.run();
    builder.block.text.shrink_to_fit();
    builder.block.lines.shrink_to_fit();
    builder.block.places.shrink_to_fit();
    (builder.block, builder.problems)
}

/// Sets one way of marking a line.
type MarkLine = fn(&mut LineMark);

/// An open marker: where it stands in the raw text, and where its range begins in the clean text.
type OpenMark = Option<(Range<usize>, usize)>;

struct Builder<'a> {
    raw: &'a RawCode,
    dialect: Dialect,
    block: CodeBlock,
    problems: Vec<Problem>,
    lines_open: OpenMark,
    phrase_open: OpenMark,
    comment_open: Option<Range<usize>>,
    mark_next: bool,
    /// Where the parts of the line at hand stand in the raw text.
    runs: Runs,
}

impl Builder<'_> {
    fn run(&mut self) {
        let raw = self.raw;
        let text = raw.text.strip_suffix('\n').unwrap_or(&raw.text);
        // A book knows no markers.
        let verbatim = self.block.info.verbatim || self.dialect.is_mdbook();
        let mut ranges: Vec<Range<usize>> = Vec::new();
        let all = lines_with_offsets(text);
        // A text that ends in `\n` here has a last line that is empty and must not be lost.
        let last = text.ends_with('\n').then_some((text.len(), ""));
        for (start, line) in all.chain(last) {
            if !verbatim && self.comment_form(line, start) {
                continue;
            }
            let before = self.block.text.len();
            if !self.block.lines.is_empty() {
                self.block.text.push('\n');
            }
            let line_start = self.block.text.len();
            self.runs.clear();
            let had_marker = if verbatim {
                self.runs.add(0, start);
                self.block.text.push_str(line);
                false
            } else {
                self.marked_line(line, start, &mut ranges)
            };
            let alone = had_marker && self.block.text[line_start..].trim().is_empty();
            if alone && self.dialect == Dialect::Docproof {
                self.drop_line(before, &mut ranges);
                continue;
            }
            let hidden = self.hides_line(line_start, &mut ranges);
            let length = self.block.text.len() - line_start;
            self.block.places.add_line(&self.runs, length, raw);
            let highlight = self.comment_open.is_some() || std::mem::take(&mut self.mark_next);
            self.block.lines.push(LineMark {
                highlight,
                hidden,
                ..LineMark::default()
            });
        }
        if self.block.lines.is_empty() {
            self.block.lines.push(LineMark::default());
        }
        self.unclosed();
        self.mark_lines(&ranges);
        self.fence_marks();
        self.block.phrases.retain(|r| !r.is_empty());
        self.block.phrases.sort_by_key(|r| r.start);
        self.block.phrases.dedup_by(|b, a| {
            let overlap = b.start <= a.end;
            if overlap {
                a.end = a.end.max(b.end);
            }
            overlap
        });
    }

    /// Takes back a line that held nothing but markers; ranges that began on it begin on the next line.
    fn drop_line(&mut self, before: usize, ranges: &mut [Range<usize>]) {
        self.block.text.truncate(before);
        for range in ranges.iter_mut().chain(&mut self.block.phrases) {
            range.start = range.start.min(before);
            range.end = range.end.min(before);
        }
        for open in [&mut self.lines_open, &mut self.phrase_open]
            .into_iter()
            .flatten()
        {
            open.1 = open.1.min(before);
        }
    }

    /// Copies a line without its markers. Returns whether it had any.
    fn marked_line(&mut self, line: &str, start: usize, ranges: &mut Vec<Range<usize>>) -> bool {
        let before = self.block.text.len();
        let mut copied = 0;
        let mut had = false;
        self.runs.add(0, start);
        for (marker, kind) in markers_in(line) {
            had = true;
            let between = &line[copied..marker.start];
            self.block.text.push_str(between);
            copied = marker.end;
            let one_space = |s: &str| s.starts_with(' ') && !s.starts_with("  ");
            if kind.is_start() {
                copied += usize::from(one_space(&line[marker.end..]));
            } else if between.ends_with(' ') && !line[..marker.start].ends_with("  ") {
                self.block.text.pop();
            }
            self.runs
                .add(self.block.text.len() - before, start + copied);
            let place = start + marker.start..start + marker.end;
            if kind.is_start() {
                self.open(kind, place)
            } else {
                self.close(kind, place, ranges)
            }
        }
        self.block.text.push_str(&line[copied..]);
        if had {
            self.joined_markers(line, start, before, ranges);
        }
        had
    }

    /// Markers that came together when those between their parts were taken out. A mistake or a trick: what
    /// they would mark is not marked, and they are taken out as well.
    fn joined_markers(
        &mut self,
        line: &str,
        start: usize,
        line_start: usize,
        ranges: &mut [Range<usize>],
    ) {
        let mut clean = self.block.text[line_start..].to_owned();
        let mut found = false;
        loop {
            let Some(marker) = find_markers(&clean).next() else {
                break;
            };
            clean.replace_range(marker, "");
            found = true;
        }
        if !found {
            return;
        }
        self.drop_line(line_start, ranges);
        self.block.text.push_str(&clean);
        // Spaces at the start may have been a tab that nobody can point into.
        let indent = line.len() - line.trim_start().len();
        let place = start + indent..start + line.trim_end().len();
        let place = self.raw.place(&place);
        let problem = Problem::error("highlight", place, "a highlight marker inside another one");
        self.problems.push(problem.hint("take one of them out"));
    }

    fn slot(&mut self, kind: MarkerKind) -> &mut OpenMark {
        if kind.start() == MarkerKind::LinesStart {
            &mut self.lines_open
        } else {
            &mut self.phrase_open
        }
    }

    fn open(&mut self, kind: MarkerKind, place: Range<usize>) {
        let at = self.block.text.len();
        if let Some((first, _)) = self.slot(kind).replace((place.clone(), at)) {
            let problem = Problem::error(
                "highlight",
                self.raw.place(&place),
                format!("`{}` inside another one", kind.word()),
            )
            .hint(format!("close the first with `{}`", kind.partner()))
            .also(self.raw.place(&first), "the first one is here");
            self.problems.push(problem);
        }
    }

    fn close(&mut self, kind: MarkerKind, place: Range<usize>, ranges: &mut Vec<Range<usize>>) {
        let end = self.block.text.len();
        match self.slot(kind).take() {
            None => self.problems.push(
                Problem::error(
                    "highlight",
                    self.raw.place(&place),
                    format!("`{}` without a start", kind.word()),
                )
                .hint(format!("put `{}` before the code to mark", kind.partner())),
            ),
            Some((_, start)) if kind == MarkerKind::LinesEnd => ranges.push(start.min(end)..end),
            Some((first, start)) if self.block.text[start.min(end)..].contains('\n') => {
                self.problems.push(
                    Problem::error(
                        "highlight",
                        self.raw.place(&first),
                        "a marked phrase runs over several lines",
                    )
                    .hint("use `__HIGHLIGHT__ ... __END_HIGHLIGHT__` for lines"),
                )
            }
            Some((_, start)) => self.block.phrases.push(start.min(end)..end),
        }
    }

    fn unclosed(&mut self) {
        for kind in [MarkerKind::LinesStart, MarkerKind::PhraseStart] {
            if let Some((place, _)) = self.slot(kind).take() {
                self.problems.push(
                    Problem::error(
                        "highlight",
                        self.raw.place(&place),
                        format!("`{}` is never closed", kind.word()),
                    )
                    .hint(format!(
                        "put `{}` after the code to mark, inside the same block",
                        kind.partner()
                    )),
                );
            }
        }
        if let Some(place) = self.comment_open.take() {
            self.problems.push(
                Problem::error(
                    "highlight",
                    self.raw.place(&place),
                    "`highlight-start` is never closed",
                )
                .hint("put a `highlight-end` comment after the lines to mark"),
            );
        }
    }

    /// Takes a line that is a highlight comment.
    fn comment_form(&mut self, line: &str, start: usize) -> bool {
        let Some(word) = highlight_comment(line) else {
            return false;
        };
        let indent = line.len() - line.trim_start().len();
        let place = start + indent..start + line.trim_end().len();
        match word {
            "highlight-next-line" => self.mark_next = true,
            "highlight-start" => {
                if self.comment_open.replace(place.clone()).is_some() {
                    self.problems.push(Problem::error(
                        "highlight",
                        self.raw.place(&place),
                        "`highlight-start` inside another one",
                    ));
                }
            }
            _ => {
                if self.comment_open.take().is_none() {
                    self.problems.push(Problem::error(
                        "highlight",
                        self.raw.place(&place),
                        "`highlight-end` without a start",
                    ));
                }
            }
        }
        true
    }

    /// Takes the mark of a hidden line out of the line that was just written, by the rule of its language; returns whether it is
    /// hidden.
    fn hides_line(&mut self, line_start: usize, ranges: &mut [Range<usize>]) -> bool {
        let line = &self.block.text[line_start..];
        if self.block.info.hides_lines() {
            let (mark, hidden) = unhide(line);
            return self.hide(mark, hidden, line_start, ranges);
        }
        // mdBook's rule for other languages.
        let prefix = self.block.info.hidelines.as_deref();
        let Some(prefix) = prefix.filter(|prefix| line.trim_start().starts_with(*prefix)) else {
            return false;
        };
        let blanks = line.len() - line.trim_start().len();
        let mark = blanks..blanks + prefix.len();
        self.hide(mark, true, line_start, ranges)
    }

    /// Takes a mark out of the line that was just written.
    fn hide(
        &mut self,
        mark: Range<usize>,
        hidden: bool,
        line_start: usize,
        ranges: &mut [Range<usize>],
    ) -> bool {
        if mark.is_empty() {
            return false;
        }
        self.runs.remove(&mark);
        let (hash, remove) = (line_start + mark.start, mark.len());
        self.block.text.replace_range(hash..hash + remove, "");
        let open = [&mut self.lines_open, &mut self.phrase_open];
        let starts = open.into_iter().flatten().map(|(_, start)| start);
        let phrases = &mut self.block.phrases;
        let ends = phrases.iter_mut().chain(ranges);
        for place in ends.flat_map(|r| [&mut r.start, &mut r.end]).chain(starts) {
            if *place > hash {
                *place = place.saturating_sub(remove).max(hash);
            }
        }
        hidden
    }

    fn mark_lines(&mut self, ranges: &[Range<usize>]) {
        let mut at = 0;
        for (n, line) in self.block.text.split('\n').enumerate() {
            let line_range = at..at + line.len();
            at = line_range.end + 1;
            let touched = ranges.iter().any(|r| {
                let (from, to) = (r.start.max(line_range.start), r.end.min(line_range.end));
                from < to && !self.block.text[from..to].trim().is_empty()
                    // An empty line between marked lines is marked too.
                    || line.trim().is_empty() && r.start < line_range.start && line_range.end < r.end
            });
            if let Some(mark) = self.block.lines.get_mut(n) {
                mark.highlight |= touched;
            }
        }
    }

    /// What the fence itself marks: `{1,3}`, `ins=`, `del=`, `/phrase/`.
    fn fence_marks(&mut self) {
        let count = self.block.lines.len();
        let info = self.block.info.clone();
        let set: [(&[Range<usize>], MarkLine); 3] = [
            (&info.highlight, |m| m.highlight = true),
            (&info.ins, |m| m.ins = true),
            (&info.del, |m| m.del = true),
        ];
        for (ranges, mark) in set {
            for range in ranges {
                if range.end > count + 1 {
                    let plural = if count == 1 { "" } else { "s" };
                    self.warn(format!(
                        "line {} is marked, but the code has {count} line{plural}",
                        range.end - 1
                    ));
                }
                for n in range.start..range.end.min(count + 1) {
                    mark(&mut self.block.lines[n - 1]);
                }
            }
        }
        for phrase in &info.phrases {
            let found: Vec<Range<usize>> = self
                .block
                .text
                .match_indices(phrase.as_str())
                .map(|(at, hit)| at..at + hit.len())
                .collect();
            if found.is_empty() {
                self.warn(format!("the phrase `{phrase}` does not occur in the code"));
            }
            self.block.phrases.extend(found);
        }
    }

    fn warn(&mut self, message: String) {
        let start = self.block.range.start;
        self.problems
            .push(Problem::warning("fence", start..start + 3, message).label("this fence"));
    }
}

/// rustdoc's rule for hidden lines (`map_line`): the bytes of a line to take out, and whether it is hidden.
pub fn unhide(line: &str) -> (Range<usize>, bool) {
    let trimmed = line.trim_start();
    let hash = line.len() - trimmed.len();
    match trimmed {
        t if t.starts_with("##") => (hash..hash + 1, false),
        t if t.starts_with("# ") => (hash..hash + 2, true),
        t if t.trim_end() == "#" => (hash..hash + 1, true),
        _ => (hash..hash, false),
    }
}

/// The word of a line that is one highlight comment, in any language's comment form.
fn highlight_comment(line: &str) -> Option<&str> {
    if !line.contains("highlight-") {
        return None;
    }
    let inside = line_comment(line)?;
    ["highlight-next-line", "highlight-start", "highlight-end"]
        .into_iter()
        .find(|word| *word == inside)
}

/// The inside of a line that is one comment, in any language's form.
pub fn line_comment(line: &str) -> Option<&str> {
    const OPENERS: [&str; 9] = ["//", "#", "--", ";", "%", "/*", "<!--", "{/*", "'"];
    const CLOSERS: [&str; 3] = ["*/}", "*/", "-->"];
    let line = line.trim();
    let mut inside = OPENERS.iter().find_map(|o| line.strip_prefix(o))?.trim();
    for closer in CLOSERS {
        inside = inside.strip_suffix(closer).unwrap_or(inside).trim_end();
    }
    Some(inside)
}
