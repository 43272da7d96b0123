//! `hidelines` of a book's configuration, written into the fences that it is about.
//!
//! In: a chapter's text and a prefix for each language. Out: the text with `hidelines=PREFIX` on the fences of these languages
//! that have none of their own, as an author may write it. So one place reads it.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};

use crate::directive::copy_docs::Expanded;
use crate::source::{SegmentMap, Span};

/// Writes the words into a text.
pub(super) fn write(expanded: &mut Expanded, prefixes: &[(String, String)]) {
    if prefixes.is_empty() {
        return;
    }
    let text = expanded.text.to_string();
    let found = fences(&text, prefixes);
    if found.is_empty() {
        return;
    }
    let mut out = String::with_capacity(text.len() + found.len() * 16);
    let mut segments = SegmentMap::default();
    let mut done = 0;
    let copy = |out: &mut String, segments: &mut SegmentMap, range: Range<usize>| {
        expanded
            .segments
            .copy_range(range.clone(), out.len(), segments);
        out.push_str(&text[range]);
    };
    for (at, word) in found {
        copy(&mut out, &mut segments, done..at);
        let origin = expanded.segments.origin(&(at..at));
        let here = Span {
            range: origin.span.range.start..origin.span.range.start,
            ..origin.span
        };
        segments.push(out.len(), &here, origin.chain);
        out.push_str(&word);
        done = at;
    }
    copy(&mut out, &mut segments, done..text.len());
    expanded.text = out.into();
    expanded.segments = segments;
}

/// Where a word goes, and the word.
fn fences(text: &str, prefixes: &[(String, String)]) -> Vec<(usize, String)> {
    let events = Parser::new_ext(text, Options::ENABLE_FOOTNOTES).into_offset_iter();
    let fences = events.filter_map(|(event, range)| match event {
        Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
            let language = info.split([' ', '\t', ',']).next()?;
            let (_, prefix) = prefixes.iter().find(|(name, _)| name == language)?;
            let line = text[range.clone()].lines().next()?;
            let word = match prefix.contains([' ', ',', '\t']) {
                true => format!(",hidelines=\"{prefix}\""),
                false => format!(",hidelines={prefix}"),
            };
            (!info.contains("hidelines=")).then(|| (range.start + line.trim_end().len(), word))
        }
        _ => None,
    });
    fences.collect()
}
