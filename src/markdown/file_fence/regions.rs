//! Named parts of a source file.
//!
//! In: a text in any language. Out: its lines, and which of them stand between `region NAME` and `endregion`, or
//! `ANCHOR: NAME` and `ANCHOR_END: NAME`, in a comment of any form that has a line of its own. Only a pair counts: a
//! comment that begins with these words by chance is left alone.

use std::ops::Range;

use crate::markdown::code::line_comment;

/// The lines of a text, and the regions in it.
pub struct Regions<'a> {
    /// Without their line ends.
    lines: Vec<Range<usize>>,
    regions: Vec<Region<'a>>,
}

/// A region; numbers of the lines with its marks.
struct Region<'a> {
    name: &'a str,
    start: usize,
    end: Option<usize>,
    anchor: bool,
}

/// Why a region cannot be had; places in the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Missing {
    /// There is none of that name.
    Unknown,
    /// It begins here and never ends.
    Unclosed(usize),
    /// There are two.
    Twice(usize, usize),
}

enum Mark<'a> {
    Start(&'a str, bool),
    /// A region may end without its name.
    End(Option<&'a str>, bool),
}

impl<'a> Regions<'a> {
    /// Finds the regions of a text.
    pub fn of(text: &'a str) -> Self {
        let mut found = Self {
            lines: Vec::new(),
            regions: Vec::new(),
        };
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let bare = line.strip_suffix('\n').unwrap_or(line);
            if let Some(mark) = mark(bare) {
                found.mark(mark);
            }
            found.lines.push(at..at + bare.len());
            at += line.len();
        }
        found
    }

    fn mark(&mut self, mark: Mark<'a>) {
        let line = self.lines.len();
        match mark {
            Mark::Start(name, anchor) => self.regions.push(Region {
                name,
                start: line,
                end: None,
                anchor,
            }),
            Mark::End(name, anchor) => {
                let fits = |r: &&mut Region<'_>| {
                    r.end.is_none() && r.anchor == anchor && name.is_none_or(|name| name == r.name)
                };
                if let Some(region) = self.regions.iter_mut().rev().find(fits) {
                    region.end = Some(line);
                }
            }
        }
    }

    /// The names of all regions that are closed.
    pub fn names(&self) -> Vec<&'a str> {
        let closed = self.regions.iter().filter(|r| r.end.is_some());
        closed.map(|r| r.name).collect()
    }

    /// All lines but those with marks.
    pub fn whole(&self) -> Vec<Range<usize>> {
        self.between(0..self.lines.len())
    }

    /// The lines of a region, without those with marks.
    ///
    /// # Errors
    /// When there is not exactly one of that name, with an end.
    pub fn find(&self, name: &str) -> Result<Vec<Range<usize>>, Missing> {
        let mut all = self.regions.iter().filter(|r| r.name == name);
        let region = all.next().ok_or(Missing::Unknown)?;
        let start = |region: &Region<'_>| self.lines[region.start].start;
        if let Some(second) = all.next() {
            return Err(Missing::Twice(start(region), start(second)));
        }
        let end = region.end.ok_or(Missing::Unclosed(start(region)))?;
        Ok(self.between(region.start + 1..end))
    }

    fn between(&self, lines: Range<usize>) -> Vec<Range<usize>> {
        let closed = self.regions.iter().filter_map(|r| Some([r.start, r.end?]));
        let mut marks: Vec<usize> = closed.flatten().collect();
        marks.sort_unstable();
        lines
            .filter(|n| marks.binary_search(n).is_err())
            .map(|n| self.lines[n].clone())
            .collect()
    }
}

/// What a line says, if it is one comment with a mark.
fn mark(line: &str) -> Option<Mark<'_>> {
    if !(line.contains("region") || line.contains("ANCHOR")) {
        return None;
    }
    let inside = line_comment(line)?;
    let inside = inside.strip_prefix('#').unwrap_or(inside);
    let mut words = inside.split_whitespace();
    let (first, name, more) = (words.next()?, words.next(), words.next());
    if more.is_some() || !name.is_none_or(is_name) {
        return None;
    }
    match first {
        "region" => Some(Mark::Start(name?, false)),
        "endregion" => Some(Mark::End(name, false)),
        "ANCHOR:" => Some(Mark::Start(name?, true)),
        "ANCHOR_END:" => Some(Mark::End(Some(name?), true)),
        _ => None,
    }
}

fn is_name(word: &str) -> bool {
    word.chars()
        .all(|c| c.is_alphanumeric() || "_-.".contains(c))
}
