//! COPY DOCS: a page whose body is another doc's.
//!
//! In: a page's text and a way to ask for other texts by path. Out: the expanded text, where each byte of it
//! came from, which files were read, and the problems (missing source, cycle, path that leaves the root,
//! stale text under the marker).

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::code_lines::{CodeLines, lines_with_offsets};
use crate::config::Dialect;
use crate::diagnostic::{Diagnostic, Problem};
use crate::front_matter;
use crate::source::{SegmentMap, SourceId, Span};

/// The words of the marker.
const WORDS: &str = "COPY DOCS";

/// The marker of a doc and the line that names the source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Marker {
    /// From the marker line to the end of the path line, with its line end.
    pub pair: Range<usize>,
    /// The path as written.
    pub path: String,
    /// Where the path line stands.
    pub path_range: Range<usize>,
}

/// Finds the marker of a doc. Only text after the front matter counts, and code is left alone.
pub fn find(text: &str, body_start: usize, dialect: Dialect) -> (Option<Marker>, Vec<Problem>) {
    let body = &text[body_start..];
    if !body.contains(WORDS) {
        return (None, Vec::new());
    }
    let code = CodeLines::of(body);
    let lines: Vec<(usize, &str)> = lines_with_offsets(body).collect();
    let marks: Vec<usize> = (0..lines.len())
        .filter(|&n| {
            comment(lines[n].1).is_some_and(|c| c == WORDS)
                && !code.in_fence(lines[n].0)
                && !code.in_indented(lines[n].0)
        })
        .collect();
    let (Some(&first), Some(&last)) = (marks.first(), marks.last()) else {
        return (None, Vec::new());
    };
    let range = |n: usize| body_start + lines[n].0..body_start + lines[n].0 + lines[n].1.len();
    let mut problems = Vec::new();
    if first != last && dialect == Dialect::Docproof {
        problems.push(
            Problem::error("copy-docs", range(last), "a second COPY DOCS marker")
                .hint("a page copies one doc; remove one of the two")
                .also(range(first), "the first one is here"),
        );
    }
    // v1 takes the path after the last marker and keeps the text up to the first.
    let path = lines
        .get(last + 1)
        .and_then(|(_, line)| comment(line))
        .filter(|c| !c.is_empty());
    let Some(path) = path else {
        problems.push(
            Problem::error(
                "copy-docs",
                range(last),
                "a COPY DOCS marker without a path line",
            )
            .label("the next line must name the source")
            .hint("write `<!-- ./path/to/doc.md -->` directly under it"),
        );
        return (None, problems);
    };
    let end = lines.get(last + 2).map_or(body.len(), |(start, _)| *start);
    let marker = Marker {
        pair: body_start + lines[first].0..body_start + end,
        path: path.to_owned(),
        path_range: range(last + 1),
    };
    (Some(marker), problems)
}

/// The inside of a line that is one HTML comment.
fn comment(line: &str) -> Option<&str> {
    let inside = line.trim().strip_prefix("<!--")?.strip_suffix("-->")?;
    (!inside.contains("-->")).then(|| inside.trim())
}

/// A written path that is not inside `copy_root`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LeavesRoot;

/// Turns a written path into one from the site's folder.
///
/// # Errors
/// When the path leaves `copy_root`.
pub fn resolve_path(written: &str, copy_root: &str) -> Result<String, LeavesRoot> {
    let mut parts: Vec<&str> = Vec::new();
    if written.starts_with('/') || written.contains(['\\', '\0']) {
        return Err(LeavesRoot);
    }
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or(LeavesRoot)?;
            }
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    Ok(if copy_root.is_empty() {
        path
    } else {
        format!("{copy_root}/{path}")
    })
}

/// A text that was asked for.
#[derive(Clone, Debug)]
pub struct Text {
    /// Its id.
    pub id: SourceId,
    /// Its path from the site's folder.
    pub path: Arc<str>,
    /// Its text.
    pub text: Arc<str>,
}

/// The text of a body: a part of a source's text, shared with it, or a text of its own.
#[derive(Clone, Debug, Default)]
pub struct Body {
    text: Arc<str>,
    range: Range<usize>,
}

impl Body {
    /// A part of a text.
    pub fn part(text: Arc<str>, range: Range<usize>) -> Self {
        Self { text, range }
    }
}

impl std::ops::Deref for Body {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text[self.range.clone()]
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self {
            range: 0..text.len(),
            text: text.into(),
        }
    }
}

/// What a page looks like after expansion.
#[derive(Clone, Debug, Default)]
pub struct Expanded {
    /// The body.
    pub text: Body,
    /// Where its bytes came from.
    pub segments: SegmentMap,
    /// Paths that were read, or that were asked for and are missing.
    pub reads: BTreeSet<String>,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// The source whose body was copied, if any: relative links may resolve from there.
    pub copied_from: Option<Arc<str>>,
    /// The page's text under the marker differs from the source.
    pub stale: bool,
}

/// How to read a doc: where COPY DOCS paths start and which dialect the doc is in.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// From the site's folder, `""` for itself.
    pub copy_root: &'a str,
    /// The page's dialect.
    pub dialect: Dialect,
}

/// Expands a page. `lookup` gives the text of a path, or why it cannot be had.
pub fn expand(
    page: &Text,
    body_start: usize,
    rules: Rules<'_>,
    lookup: &dyn Fn(&str) -> Result<Text, String>,
) -> Expanded {
    let (marker, problems) = find(&page.text, body_start, rules.dialect);
    let mut out = Expanded {
        text: String::new().into(),
        segments: SegmentMap::default(),
        reads: BTreeSet::new(),
        diagnostics: problems.iter().map(|p| p.in_source(page.id, 0)).collect(),
        copied_from: None,
        stale: false,
    };
    let mut text = String::new();
    let mut push =
        |segments: &mut SegmentMap, source: &Text, range: Range<usize>, chain: &[Span]| {
            let span = Span {
                source: source.id,
                range: range.clone(),
            };
            segments.push(text.len(), &span, chain.into());
            text.push_str(&source.text[range]);
        };
    let Some(marker) = marker else {
        let range = body_start..page.text.len();
        let span = Span {
            source: page.id,
            range: range.clone(),
        };
        out.segments.push(0, &span, Vec::new().into());
        out.text = Body {
            text: page.text.clone(),
            range,
        };
        return out;
    };
    push(&mut out.segments, page, body_start..marker.pair.start, &[]);
    let mut chain = Chain {
        page,
        rules,
        lookup,
        links: Vec::new(),
        seen: vec![page.path.to_string()],
        reads: BTreeSet::new(),
    };
    match chain.follow(page.clone(), marker.clone()) {
        Ok((source, range)) => {
            let own = page.text[marker.pair.end..].trim();
            if source.id != page.id {
                out.copied_from = Some(source.path.clone());
                if !own.is_empty() && own != source.text[range.clone()].trim() {
                    out.stale = true;
                    out.diagnostics.push(stale(page, &marker, &source));
                }
            }
            push(&mut out.segments, &source, range, &chain.links);
        }
        Err(diagnostic) => out.diagnostics.push(*diagnostic),
    }
    out.reads = chain.reads;
    out.text = text.into();
    out
}

fn stale(page: &Text, marker: &Marker, source: &Text) -> Diagnostic {
    let rest = &page.text[marker.pair.end..];
    let start = marker.pair.end + rest.len() - rest.trim_start().len();
    let line = page.text[start..].lines().next().unwrap_or("").len();
    Problem::warning(
        "stale-copy",
        start..start + line,
        format!("this text differs from its source `{}`", source.path),
    )
    .label("the source's text is built instead")
    .hint(format!(
        "change `{}`, then run `docproof copies sync`",
        source.path
    ))
    .also(marker.path_range.clone(), "the source is named here")
    .in_source(page.id, 0)
}

/// A walk from a page to the doc that holds the text.
struct Chain<'a> {
    page: &'a Text,
    rules: Rules<'a>,
    lookup: &'a dyn Fn(&str) -> Result<Text, String>,
    /// The path lines passed so far, outermost first.
    links: Vec<Span>,
    seen: Vec<String>,
    reads: BTreeSet<String>,
}

impl Chain<'_> {
    /// Follows `marker` of `doc` to the source and the range of its body.
    fn follow(
        &mut self,
        mut doc: Text,
        mut marker: Marker,
    ) -> Result<(Text, Range<usize>), Box<Diagnostic>> {
        loop {
            let here = Span {
                source: doc.id,
                range: marker.path_range.clone(),
            };
            let path = resolve_path(&marker.path, self.rules.copy_root).map_err(|LeavesRoot| {
                let root = if self.rules.copy_root.is_empty() {
                    "the site's folder"
                } else {
                    self.rules.copy_root
                };
                self.failed(
                    &here,
                    format!("the COPY DOCS path `{}` leaves {root}", marker.path),
                )
                .hint("paths start at `copy_root` of docproof.yaml, without `..` beyond it")
                .into_box()
            })?;
            if *path == *doc.path {
                let range = marker.pair.end..doc.text.len();
                return Ok((doc, range));
            }
            if self.seen.contains(&path) {
                let mut way = self.seen.clone();
                way.push(path);
                return Err(self
                    .failed(&here, "a COPY DOCS cycle")
                    .hint(format!("the way: {}", way.join(" -> ")))
                    .into_box());
            }
            self.reads.insert(path.clone());
            let next = (self.lookup)(&path).map_err(|why| {
                self.failed(&here, format!("the COPY DOCS source `{path}` {why}"))
                    .hint(format!(
                        "paths start at `copy_root` ({})",
                        if self.rules.copy_root.is_empty() {
                            "the site's folder"
                        } else {
                            self.rules.copy_root
                        }
                    ))
                    .into_box()
            })?;
            self.links.push(here);
            self.seen.push(path);
            let body_start = front_matter::parse(&next.text, self.rules.dialect).body_start;
            match find(&next.text, body_start, self.rules.dialect).0 {
                None => {
                    let range = body_start..next.text.len();
                    return Ok((next, range));
                }
                Some(further) => (doc, marker) = (next, further),
            }
        }
    }

    fn failed(&self, at: &Span, message: impl Into<String>) -> Diagnostic {
        let mut diagnostic = Diagnostic::error("copy-docs", message).at(at.clone(), "");
        if at.source != self.page.id {
            diagnostic.add_chain(&self.links);
        }
        diagnostic
    }
}

impl Diagnostic {
    fn into_box(self) -> Box<Self> {
        Box::new(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::render_human;
    use crate::source::SourceMap;

    /// Expands `a.md` among the given files; the expanded text, then the first line and place of each message.
    fn check(files: &[(&str, &str)], want: &str) {
        let mut map = SourceMap::default();
        for (path, text) in files {
            map.set(path, text);
        }
        let get = |path: &str| {
            let id = map.find(path).ok_or("does not exist")?;
            Ok(Text {
                id,
                path: map.get(id).path.clone(),
                text: map.get(id).text.clone(),
            })
        };
        let page = get("a.md").expect("there is a page");
        let start = front_matter::parse(&page.text, Dialect::Docproof).body_start;
        let out = expand(
            &page,
            start,
            Rules {
                copy_root: "",
                dialect: Dialect::Docproof,
            },
            &|p| get(p).map_err(|e: &str| e.to_owned()),
        );
        let mut got = format!("{}\n--\n", out.text.trim());
        for diagnostic in &out.diagnostics {
            let text = render_human(diagnostic, &map, false);
            let lines: Vec<&str> = text
                .lines()
                .map(str::trim)
                .filter(|l| l.starts_with(['e', 'w', '-', 'n', 'h']))
                .collect();
            got.push_str(&lines.join("\n"));
            got.push('\n');
        }
        assert_eq!(got, want);
    }

    const SELF: &str =
        "---\nid: s\n---\nIntro of the source.\n<!-- COPY DOCS -->\n<!-- ./s.md -->\n\nThe text.\n";

    #[test]
    fn copies_what_follows_the_marker() {
        check(
            &[
                ("s.md", SELF),
                ("a.md", "Own.\n<!-- COPY DOCS -->\n<!-- ./s.md -->\n"),
            ],
            "Own.\n\nThe text.\n--\n",
        );
    }

    #[test]
    fn a_source_shows_its_own_text() {
        check(
            &[("a.md", "Own.\n\n<!--COPY DOCS-->\n<!--  a.md-->\nText.\n")],
            "Own.\n\nText.\n--\n",
        );
    }

    #[test]
    fn a_source_without_marker_gives_its_body() {
        check(
            &[
                ("s.md", "---\nid: s\n---\nBody.\n"),
                ("a.md", "<!-- COPY DOCS -->\n<!-- ./x/../s.md -->\nBody."),
            ],
            "Body.\n--\n",
        );
    }

    #[test]
    fn chains_are_followed_and_cycles_named() {
        check(
            &[
                ("s.md", SELF),
                ("b.md", "Before.\n<!-- COPY DOCS -->\n<!-- s.md -->\n"),
                ("a.md", "<!-- COPY DOCS -->\n<!-- b.md -->\n"),
            ],
            "The text.\n--\n",
        );
        check(
            &[
                ("b.md", "<!-- COPY DOCS -->\n<!-- a.md -->\n"),
                ("a.md", "<!-- COPY DOCS -->\n<!-- b.md -->\n"),
            ],
            "\n--\nerror[copy-docs]: a COPY DOCS cycle\n--> b.md:2:1\nnote: copied to the page here\n--> a.md:2:1\nhelp: the way: a.md -> b.md -> a.md\n",
        );
    }

    #[test]
    fn errors_are_at_the_path_line() {
        check(
            &[("a.md", "<!-- COPY DOCS -->\n<!-- ./no.md -->\n")],
            "\n--\nerror[copy-docs]: the COPY DOCS source `no.md` does not exist\n--> a.md:2:1\nhelp: paths start at `copy_root` (the site's folder)\n",
        );
        check(
            &[("a.md", "<!-- COPY DOCS -->\n<!-- ../../etc/passwd -->\n")],
            "\n--\nerror[copy-docs]: the COPY DOCS path `../../etc/passwd` leaves the site's folder\n--> a.md:2:1\nhelp: paths start at `copy_root` of docproof.yaml, without `..` beyond it\n",
        );
        check(
            &[("a.md", "x\n\n<!-- COPY DOCS -->\ntext\n")],
            "x\n\n<!-- COPY DOCS -->\ntext\n--\nerror[copy-docs]: a COPY DOCS marker without a path line\n--> a.md:3:1\nhelp: write `<!-- ./path/to/doc.md -->` directly under it\n",
        );
    }

    #[test]
    fn stale_text_is_replaced_with_a_warning() {
        check(
            &[
                ("s.md", SELF),
                (
                    "a.md",
                    "<!-- COPY DOCS -->\n<!-- s.md -->\n\n# Old\n\nwords\n",
                ),
            ],
            "The text.\n--\nwarning[stale-copy]: this text differs from its source `s.md`\n--> a.md:4:1\nnote: the source is named here\n--> a.md:2:1\nhelp: change `s.md`, then run `docproof copies sync`\n",
        );
    }

    #[test]
    fn a_marker_in_code_is_an_example() {
        check(
            &[("a.md", "```\n<!-- COPY DOCS -->\n<!-- b.md -->\n```\n")],
            "```\n<!-- COPY DOCS -->\n<!-- b.md -->\n```\n--\n",
        );
    }
}
