//! Directives and Markdown: text that is copied exactly, places that lead back to it, pieces that nest.
//!
//! A text may hold two docs, parted by a line `%%%%`: the second is what the first can copy from.

use std::ops::Range;

use docproof::config::Dialect;
use docproof::diagnostic::{Problem, Severity};
use docproof::directive::blocks::{self, MarkKind};
use docproof::directive::copy_docs::{self, Rules, Text};
use docproof::front_matter;
use docproof::markdown::{self, ParsedDoc, Piece};
use docproof::source::SourceMap;

use crate::shared;

/// The markers that must not reach a reader.
const MARKERS: [&str; 4] = [
    "__HIGHLIGHT__",
    "__END_HIGHLIGHT__",
    "__HIGHLIGHT_PHRASE__",
    "__END_HIGHLIGHT_PHRASE__",
];

/// Checks one or two docs in both dialects.
pub fn check(text: &str) {
    let (page, other) = text.split_once("\n%%%%\n").unwrap_or((text, ""));
    let mut sources = SourceMap::default();
    for (path, text) in [("docs/a.md", page), ("docs/b.md", other)] {
        sources.set(path, text);
    }
    for dialect in shared::DIALECTS {
        rewritten(&sources, dialect);
        let page = text_of(&sources, "docs/a.md").expect("invariant: it was set");
        let doc = markdown::parse(&page.text, dialect);
        shared::problems(&doc.problems, &page.text, &sources, page.id);
        parsed(&doc, &page.text);
        copied(&sources, &page, dialect);
    }
}

fn text_of(sources: &SourceMap, path: &str) -> Result<Text, String> {
    let id = sources.find(path).ok_or("does not exist")?;
    let source = sources.get(id);
    Ok(Text {
        id,
        path: source.path.clone(),
        text: source.text.clone(),
    })
}

// ---- block directives -----------------------------------------------------------------------------

fn rewritten(sources: &SourceMap, dialect: Dialect) {
    let page = text_of(sources, "docs/a.md").expect("invariant: it was set");
    let given: &str = &page.text;
    let blocks = blocks::rewrite(given, dialect);
    shared::problems(&blocks.problems, given, sources, page.id);

    for mark in &blocks.marks {
        shared::sound(given, &mark.range, mark);
        assert!(blocks.text[mark.at..].starts_with("<!--docproof-->\n"));
        assert_eq!(blocks.mark_at(mark.at), Some(mark));
    }
    for (at, char) in blocks.text.char_indices() {
        let place = blocks.map.to_input(&(at..at + char.len_utf8()));
        shared::sound(given, &place, &char);
        // Line ends are written around marks; all else was there before or belongs to a mark.
        let same = given[place.clone()].starts_with(char);
        let marked = blocks.marks.iter().any(|m| m.range == place);
        let wrong = blocks.problems.iter().any(|p| p.range == place);
        assert!(same || marked || wrong || char == '\n', "{char:?} at {at}");
    }
    if good(&blocks.problems) {
        nested(blocks.marks.iter().map(|m| &m.kind));
    }
}

fn good(problems: &[Problem]) -> bool {
    problems.iter().all(|p| p.severity != Severity::Error)
}

/// Without errors every block has its end, and tabs stand in blocks of tabs.
fn nested<'a>(marks: impl Iterator<Item = &'a MarkKind>) {
    let mut open = Vec::new();
    for kind in marks {
        match kind {
            MarkKind::TabsOpen => open.push("tabs"),
            MarkKind::CalloutOpen { .. } => open.push("callout"),
            MarkKind::Tab(_) => assert_eq!(open.last(), Some(&"tabs")),
            MarkKind::TabsClose => assert_eq!(open.pop(), Some("tabs")),
            MarkKind::CalloutClose => assert_eq!(open.pop(), Some("callout")),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

// ---- copies ---------------------------------------------------------------------------------------

fn copied(sources: &SourceMap, page: &Text, dialect: Dialect) {
    let front = front_matter::parse(&page.text, dialect);
    let (marker, problems) = copy_docs::find(&page.text, front.body_start, dialect);
    shared::problems(&problems, &page.text, sources, page.id);
    if let Some(marker) = &marker {
        shared::sound(&page.text, &marker.pair, marker);
        shared::sound(&page.text, &marker.path_range, marker);
        assert!(marker.pair.start >= front.body_start);
        assert!(page.text[marker.path_range.clone()].contains(&marker.path));
        for root in ["", "docs"] {
            if let Ok(path) = copy_docs::resolve_path(&marker.path, root) {
                assert!(path.starts_with(root) && path.split('/').all(|part| part != ".."));
            }
        }
    }
    // Without a marker or front matter the doc is the page, which was looked at already.
    let roots: &[&str] = match (&marker, front.body_start) {
        (None, 0) => &[],
        (None, _) => &[""],
        (Some(_), _) => &["", "docs"],
    };
    for copy_root in roots {
        let rules = Rules { copy_root, dialect };
        let lookup = |path: &str| text_of(sources, path);
        let out = copy_docs::expand(page, front.body_start, rules, &lookup);
        shared::diagnostics(&out.diagnostics, sources);
        for (at, char) in out.text.char_indices() {
            let origin = out.segments.origin(&(at..at + char.len_utf8()));
            let source = &sources.get(origin.span.source).text;
            assert_eq!(source.get(origin.span.range), Some(&*char.to_string()));
        }
        // The doc that is built: its problems lead back to where the text stands.
        let doc = markdown::parse(&out.text, dialect);
        let found: Vec<_> = doc
            .problems
            .iter()
            .map(|p| p.at_origin(|range| out.segments.origin(range)))
            .collect();
        shared::diagnostics(&found, sources);
        parsed(&doc, &out.text);
    }
}

// ---- Markdown -------------------------------------------------------------------------------------

fn parsed(doc: &ParsedDoc, text: &str) {
    for problem in &doc.problems {
        shared::sound(text, &problem.range, problem);
        // A message about a marker points at the marker.
        let word = problem.message.split('`').nth(1);
        if let (true, Some(word)) = (
            problem.code == "highlight" && problem.message.starts_with('`'),
            word,
        ) {
            let shown = &text[problem.range.clone()];
            assert!(shown.contains(word), "`{shown}` is not {word}");
        }
    }
    let places = doc.headings.iter().map(|h| &h.range);
    let places = places.chain(doc.links.iter().map(|l| &l.range));
    for range in places.chain(doc.codes.iter().map(|c| &c.range)) {
        shared::sound(text, range, &doc.pieces);
    }
    for code in &doc.codes {
        shared::sound(text, &code.language_range, code);
    }
    headings(doc);
    codes(doc);
    pieces(doc, text);
}

fn headings(doc: &ParsedDoc) {
    let mut ids: Vec<&str> = doc.headings.iter().map(|h| h.id.as_str()).collect();
    ids.sort_unstable();
    let all = ids.len();
    ids.dedup();
    let complained = doc.problems.iter().any(|p| p.code == "heading-id");
    assert!(ids.len() == all || complained, "ids are not unique");
    for heading in &doc.headings {
        assert!((1..=6).contains(&heading.level) && !heading.id.is_empty());
        assert!(doc.anchors.binary_search(&heading.id).is_ok());
    }
    assert!(!doc.starts_with_h1 || doc.first_h1().is_some());
}

fn codes(doc: &ParsedDoc) {
    for code in &doc.codes {
        assert_eq!(code.lines.len(), code.text.split('\n').count(), "{code:?}");
        let mut end = 0;
        for phrase in &code.phrases {
            shared::sound(&code.text, phrase, code);
            assert!(phrase.start >= end && phrase.end >= phrase.start);
            assert!(!code.text[phrase.clone()].contains('\n'), "{code:?}");
            end = phrase.end;
        }
        let left = MARKERS.iter().find(|marker| code.text.contains(**marker));
        assert!(left.is_none() || code.info.verbatim, "{left:?} is left");
    }
}

/// What is open at a piece.
#[derive(Debug, PartialEq)]
enum Open {
    Heading(u32),
    Tabs(u32, u32),
    Panel,
    Tag(String),
}

fn pieces(doc: &ParsedDoc, text: &str) {
    let mut open: Vec<Open> = Vec::new();
    let mut html_used: Vec<Range<u32>> = Vec::new();
    let mut codes_used = vec![0; doc.codes.len()];
    let good = good(&doc.problems);
    // Raw HTML is the author's; all else is ours and must nest.
    let ours = good && !text.contains('<');
    let mut run = String::new();
    for piece in &doc.pieces {
        match *piece {
            Piece::Html { start, end } => {
                let range = start as usize..end as usize;
                shared::sound(&doc.html, &range, piece);
                run.push_str(&doc.html[range]);
                html_used.push(start..end);
                continue;
            }
            Piece::Href(n) => {
                assert!((n as usize) < doc.links.len());
                continue;
            }
            _ => {}
        }
        if ours {
            tags(&std::mem::take(&mut run), &mut open);
        }
        match *piece {
            Piece::Html { .. } | Piece::Href(_) => {}
            Piece::Image(n) => assert!((n as usize) < doc.links.len()),
            Piece::HeadingOpen(n) => {
                assert!((n as usize) < doc.headings.len());
                open.push(Open::Heading(n));
            }
            Piece::HeadingClose(n) => assert_eq!(open.pop(), Some(Open::Heading(n))),
            Piece::Code(n) => codes_used[n as usize] += 1,
            Piece::TabsOpen(n) => {
                assert!((n as usize) < doc.tabs.len());
                open.push(Open::Tabs(n, 0));
            }
            Piece::PanelOpen(n, panel) => {
                assert!((panel as usize) < doc.tabs[n as usize].len());
                match open.last_mut() {
                    Some(Open::Tabs(m, next)) if *m == n && *next == panel => *next += 1,
                    _ if good => panic!("panel {panel} of {n} in {open:?}"),
                    _ => {}
                }
                open.push(Open::Panel);
            }
            Piece::PanelClose => assert_eq!(open.pop(), Some(Open::Panel)),
            Piece::TabsClose => match open.pop() {
                Some(Open::Tabs(n, panels)) => {
                    let labels = doc.tabs[n as usize].len();
                    assert!(!good || panels as usize == labels, "{panels} of {labels}");
                }
                other => panic!("the end of tabs in {other:?}"),
            },
        }
    }
    if ours {
        tags(&run, &mut open);
    }
    assert!(open.is_empty(), "not closed: {open:?}");
    html_used.sort_by_key(|range| range.start);
    for pair in html_used.windows(2) {
        assert!(pair[0].end <= pair[1].start, "the same HTML twice");
    }
    assert!(codes_used.iter().all(|n| *n <= 1), "the same code twice");
    let footnotes = text.contains("[^");
    assert!(footnotes || codes_used.iter().all(|n| *n == 1), "lost code");
}

/// Follows the tags of HTML that docproof wrote.
fn tags(html: &str, open: &mut Vec<Open>) {
    for part in html.split('<').skip(1) {
        let (tag, _) = part
            .split_once('>')
            .unwrap_or_else(|| panic!("a tag without an end in {html:?}"));
        let name = tag.split([' ', '\n']).next().unwrap_or("");
        match name.strip_prefix('/') {
            Some(name) => {
                let last = open.pop();
                assert_eq!(last, Some(Open::Tag(name.to_owned())), "in {html:?}");
            }
            None if matches!(name, "br" | "hr" | "input" | "img") => {}
            None => open.push(Open::Tag(name.to_owned())),
        }
    }
}
