//! The events of the Markdown parser to a [`ParsedDoc`].
//!
//! In: a text and its dialect. Out: pieces, headings, links, code and tabs. One pass over the events; what
//! depends on another doc is left as a hole. It must not resolve anything.

mod blocks;
mod code;
mod notes;

use std::ops::Range;

use notes::Notes;
use pulldown_cmark::{
    Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, TextMergeWithOffset,
};

use super::code::RawCode;
use super::slug::{Slugs, docusaurus_v1, github, mdbook, v1_ids};
use super::tables::Table;
use super::{Heading, Link, LinkKind, ParsedDoc, Piece, autolink, escape_into, remarkable};
use crate::config::Dialect;
use crate::diagnostic::Problem;
use crate::directive::blocks::{Blocks, Mark, rewrite};
use crate::source::OffsetMap;

/// Parses a text.
pub fn parse(text: &str, dialect: Dialect) -> ParsedDoc {
    if dialect == Dialect::DocusaurusV1 {
        return parse_v1(text);
    }
    let blocks = rewrite(text, dialect);
    let same = OffsetMap::default();
    let mut lower = Lower::new(&blocks, &same, dialect);
    let events = Parser::new_ext(&blocks.text, options(dialect)).into_offset_iter();
    for (event, range) in TextMergeWithOffset::new(events) {
        lower.event(event, range);
    }
    lower.finish()
}

fn parse_v1(text: &str) -> ParsedDoc {
    let flat = remarkable::flatten(text);
    let mut blocks = rewrite(&flat.text, Dialect::DocusaurusV1);
    // The marks and problems of directives are to name places in the text that was given.
    for mark in &mut blocks.marks {
        mark.range = flat.map.to_input(&mark.range);
    }
    for problem in &mut blocks.problems {
        problem.range = flat.map.to_input(&problem.range);
        for (range, _) in &mut problem.related {
            *range = flat.map.to_input(range);
        }
    }
    let mut lower = Lower::new(&blocks, &flat.map, Dialect::DocusaurusV1);
    remarkable::read(&blocks.text, &blocks.marks, &mut |event, range| {
        lower.event(event, range);
    });
    lower.finish()
}

/// What pulldown-cmark is to know; the v1 dialect is not read by it.
fn options(dialect: Dialect) -> Options {
    let all = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES;
    match dialect {
        Dialect::Docproof | Dialect::DocusaurusV1 => all | Options::ENABLE_GFM,
        Dialect::Mdbook(book) => {
            let asked = [
                (book.smart_punctuation, Options::ENABLE_SMART_PUNCTUATION),
                (book.definition_lists, Options::ENABLE_DEFINITION_LIST),
                (book.admonitions, Options::ENABLE_GFM),
            ];
            let on = asked.into_iter().filter(|(on, _)| *on);
            on.fold(all, |all, (_, option)| all | option)
        }
    }
}

/// A URL that leads out of the site, or that is not a page at all (`mailto:`, `data:`).
pub fn is_external(url: &str) -> bool {
    let scheme = url.split(['/', '?', '#']).next().unwrap_or("");
    let has_scheme = scheme.split_once(':').is_some_and(|(name, _)| {
        name.len() > 1
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+.-".contains(&b))
    });
    has_scheme || url.starts_with("//")
}

/// A heading, image, code block or raw HTML block that is being read.
struct CodeAtHand {
    raw: RawCode,
    fenced: bool,
    info: String,
    info_at: usize,
    /// The line of the fence, when escapes and entities make places in the info string unknown.
    escaped: Option<Range<usize>>,
    range: Range<usize>,
}

struct ImageAtHand {
    link: Link,
    depth: usize,
}

struct OpenBlock {
    mark: Mark,
    /// The element that holds it: the number of its start, 0 for the page.
    inside: usize,
    tabs: Option<u32>,
    panel_open: bool,
}

struct Lower<'a> {
    blocks: &'a Blocks<'a>,
    /// From the text whose directives were rewritten to the one that was given.
    given: &'a OffsetMap,
    dialect: Dialect,
    doc: ParsedDoc,
    /// Where pieces go: the page, or the footnote definition at hand.
    sinks: Vec<Vec<Piece>>,
    /// Bytes of `doc.html` that are in a piece already.
    flushed: usize,
    slugs: Slugs,
    /// In the v1 dialect: what each heading would be called, and the panel that it stands in.
    bases: Vec<(String, usize)>,
    /// The tab panel at hand, 0 for none, and how many were begun.
    panel: (usize, usize),
    raw_ids: Vec<String>,
    heading: Option<Heading>,
    heading_id: Option<String>,
    /// The text of the heading or term at hand that its id is made of, in the `mdbook` dialect: without pictures.
    id_text: Option<String>,
    image: Option<ImageAtHand>,
    code: Option<CodeAtHand>,
    html_block: Option<(String, usize)>,
    table: Table,
    depth: usize,
    /// The numbers of the elements that are open, and how many were begun so far.
    elements: (Vec<usize>, usize),
    in_link: usize,
    open: Vec<OpenBlock>,
    /// A run of fences with `tab=`: its block, and the state right after its last fence.
    tab_run: Option<(u32, usize, usize)>,
    code_ranges: Vec<Range<usize>>,
    notes: Notes,
    blocks_seen: usize,
    /// Where each mark that had its effect stands, in order.
    marks_seen: Vec<usize>,
}

impl<'a> Lower<'a> {
    fn new(blocks: &'a Blocks<'a>, given: &'a OffsetMap, dialect: Dialect) -> Self {
        let doc = ParsedDoc {
            html: String::with_capacity(blocks.text.len() * 5 / 4),
            problems: blocks.problems.clone(),
            ..ParsedDoc::default()
        };
        Self {
            blocks,
            given,
            dialect,
            doc,
            sinks: vec![Vec::new()],
            flushed: 0,
            slugs: Slugs::default(),
            bases: Vec::new(),
            panel: (0, 0),
            raw_ids: Vec::new(),
            heading: None,
            heading_id: None,
            id_text: None,
            image: None,
            code: None,
            html_block: None,
            table: Table::default(),
            depth: 0,
            elements: (Vec::new(), 0),
            in_link: 0,
            open: Vec::new(),
            tab_run: None,
            code_ranges: Vec::new(),
            notes: Notes::default(),
            blocks_seen: 0,
            marks_seen: Vec::new(),
        }
    }

    /// The range in the text that was given.
    fn place(&self, range: &Range<usize>) -> Range<usize> {
        self.given.to_input(&self.blocks.map.to_input(range))
    }

    fn flush(&mut self) {
        let end = self.doc.html.len();
        if end > self.flushed {
            let piece = Piece::Html {
                start: narrow(self.flushed),
                end: narrow(end),
            };
            self.sinks
                .last_mut()
                .expect("invariant: the page's sink stays")
                .push(piece);
            self.flushed = end;
        }
    }

    fn piece(&mut self, piece: Piece) {
        self.flush();
        self.sinks
            .last_mut()
            .expect("invariant: the page's sink stays")
            .push(piece);
    }

    fn html(&mut self, html: &str) {
        self.doc.html.push_str(html);
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        if let Some(image) = &mut self.image {
            match event {
                Event::Start(_) => image.depth += 1,
                Event::End(_) if image.depth > 0 => image.depth -= 1,
                Event::End(_) => self.end_image(),
                Event::Text(text) | Event::Code(text) => image.link.alt.push_str(&text),
                Event::SoftBreak | Event::HardBreak => image.link.alt.push(' '),
                _ => {}
            }
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text, range),
            Event::Code(code) => {
                self.code_ranges.push(range);
                self.inline_code(&code);
            }
            Event::Html(html) => match &mut self.html_block {
                Some((block, _)) => block.push_str(&html),
                None => self.raw(&html, range.start),
            },
            Event::InlineHtml(html) => self.raw(&html, range.start),
            Event::SoftBreak => self.html("\n"),
            Event::HardBreak => self.html("<br>\n"),
            Event::Rule => self.html("<hr>\n"),
            Event::FootnoteReference(label) => self.footnote_reference(&label),
            Event::TaskListMarker(done) => self.task(done),
            Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        if self.depth == 0 && !matches!(tag, Tag::HtmlBlock) {
            self.blocks_seen += 1;
        }
        match tag {
            Tag::Paragraph => self.html("<p>"),
            Tag::Heading { level, id, .. } => {
                self.start_heading(level, id.map(|id| id.to_string()), &range)
            }
            Tag::BlockQuote(kind) => self.start_quote(kind),
            Tag::CodeBlock(kind) => self.start_code(&kind, range),
            Tag::HtmlBlock => self.html_block = Some((String::new(), range.start)),
            Tag::List(None) => self.html("<ul>\n"),
            Tag::List(Some(1)) => self.html("<ol>\n"),
            Tag::List(Some(first)) => self.html(&format!("<ol start=\"{first}\">\n")),
            Tag::Item => self.html("<li>"),
            Tag::FootnoteDefinition(label) => self.start_footnote(&label, range),
            Tag::Table(alignments) => {
                self.table = Table::new(alignments);
                self.html("<div class=\"table-scroll\"><table>\n");
            }
            Tag::TableHead => {
                self.table.set_head(true);
                self.html("<thead><tr>");
            }
            Tag::TableRow => {
                self.table.row();
                self.html("<tr>");
            }
            Tag::TableCell => {
                let cell = self.table.open_cell();
                self.html(&cell);
            }
            Tag::Emphasis => self.html("<em>"),
            Tag::Strong => self.html("<strong>"),
            Tag::Strikethrough => self.html("<del>"),
            Tag::Link {
                link_type,
                dest_url,
                title,
                ..
            } => self.start_link(link_type, &dest_url, &title, range),
            Tag::Image {
                dest_url, title, ..
            } => {
                let link = Link {
                    kind: LinkKind::Image,
                    dest: dest_url.to_string(),
                    title: title.to_string(),
                    alt: String::new(),
                    range: self.place(&range),
                };
                self.image = Some(ImageAtHand { link, depth: 0 });
                return;
            }
            Tag::DefinitionList => self.html("<dl>\n"),
            Tag::DefinitionListTitle => {
                self.id_text = Some(String::new());
                self.html("<dt>");
            }
            Tag::DefinitionListDefinition => self.html("<dd>"),
            // Not enabled by `options`.
            Tag::Superscript | Tag::Subscript | Tag::MetadataBlock(_) => {}
        }
        self.depth += 1;
        self.elements.1 += 1;
        self.elements.0.push(self.elements.1);
    }

    fn end(&mut self, tag: TagEnd) {
        self.depth = self.depth.saturating_sub(1);
        self.elements.0.pop();
        match tag {
            TagEnd::Paragraph => self.html("</p>\n"),
            TagEnd::Heading(_) => self.end_heading(),
            TagEnd::BlockQuote(None) => self.html("</blockquote>\n"),
            TagEnd::BlockQuote(Some(_)) => self.html("</aside>\n"),
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::HtmlBlock => self.end_html_block(),
            TagEnd::List(true) => self.html("</ol>\n"),
            TagEnd::List(false) => self.html("</ul>\n"),
            TagEnd::Item => self.html("</li>\n"),
            TagEnd::FootnoteDefinition => self.end_footnote(),
            TagEnd::Table => self.html("</tbody></table></div>\n"),
            TagEnd::TableHead => {
                self.html("</tr></thead><tbody>\n");
                self.table.set_head(false);
            }
            TagEnd::TableRow => self.html("</tr>\n"),
            TagEnd::TableCell => self.table.close_cell(&mut self.doc.html, self.flushed),
            TagEnd::Emphasis => self.html("</em>"),
            TagEnd::Strong => self.html("</strong>"),
            TagEnd::Strikethrough => self.html("</del>"),
            TagEnd::Link => {
                self.in_link = self.in_link.saturating_sub(1);
                self.html("</a>");
            }
            TagEnd::DefinitionList => self.html("</dl>\n"),
            TagEnd::DefinitionListTitle => self.end_term(),
            TagEnd::DefinitionListDefinition => self.html("</dd>\n"),
            TagEnd::Image | TagEnd::Superscript | TagEnd::Subscript | TagEnd::MetadataBlock(_) => {}
        }
    }

    fn text(&mut self, text: &str, range: Range<usize>) {
        if let Some(code) = &mut self.code {
            let written = &self.blocks.text[range.clone()];
            // A line that was taken for a directive may stand in the code: each line has a place of its own.
            let rewritten = matches!(self.blocks.text, std::borrow::Cow::Owned(_));
            for (line, at) in super::raw_code::lines_with_places(text, written, rewritten) {
                let at = range.start + at;
                let place = self.blocks.map.to_input(&(at..at + 1));
                code.raw.push(line, self.given.to_input(&place).start);
            }
            return;
        }
        if let Some(id_text) = &mut self.id_text {
            id_text.push_str(text);
        }
        if let Some(heading) = &mut self.heading {
            heading.text.push_str(text);
            escape_into(&mut heading.toc_html, text);
        }
        if self.dialect == Dialect::Docproof && self.in_link == 0 {
            let mut done = 0;
            for url in autolink::find(text) {
                escape_into(&mut self.doc.html, &text[done..url.start]);
                let scheme = if text[url.clone()].starts_with("www.") {
                    "http://"
                } else {
                    ""
                };
                self.html(&format!("<a href=\"{scheme}"));
                escape_into(&mut self.doc.html, &text[url.clone()]);
                self.html("\">");
                escape_into(&mut self.doc.html, &text[url.clone()]);
                self.html("</a>");
                done = url.end;
            }
            escape_into(&mut self.doc.html, &text[done..]);
        } else {
            escape_into(&mut self.doc.html, text);
        }
    }

    fn start_heading(&mut self, level: HeadingLevel, id: Option<String>, range: &Range<usize>) {
        if self.blocks_seen == 1 && level == HeadingLevel::H1 {
            self.doc.starts_with_h1 = true;
        }
        let n = narrow(self.doc.headings.len());
        self.doc.headings.push(Heading::default());
        self.piece(Piece::HeadingOpen(n));
        self.heading = Some(Heading {
            level: level as u8,
            range: self.place(range),
            ..Heading::default()
        });
        self.id_text = self.dialect.is_mdbook().then(String::new);
        self.heading_id = match self.dialect {
            Dialect::Docproof | Dialect::Mdbook(_) => id,
            // Here the raw Markdown of its text stands in the place of an id.
            Dialect::DocusaurusV1 => id
                .filter(|raw| !raw.is_empty())
                .map(|raw| docusaurus_v1(&raw)),
        };
    }

    fn end_heading(&mut self) {
        let Some(mut heading) = self.heading.take() else {
            return;
        };
        heading.text = heading.text.trim().to_owned();
        heading.id = match (self.heading_id.take(), self.dialect) {
            (Some(id), Dialect::Docproof) => {
                if !self.slugs.take(&id) {
                    self.doc.problems.push(
                        Problem::error(
                            "heading-id",
                            heading.range.clone(),
                            format!("the heading id `{id}` is taken on this page"),
                        )
                        .hint("ids that are written out must be unique"),
                    );
                }
                id
            }
            // mdBook neither counts these nor minds two of them.
            (Some(id), Dialect::Mdbook(_)) => id,
            (None, Dialect::Mdbook(_)) => {
                let text = self.id_text.take().unwrap_or_default();
                self.slugs.unique(&mdbook(&text))
            }
            // Given at the end, when all are known.
            (base, Dialect::DocusaurusV1) => {
                self.bases.push((base.unwrap_or_default(), self.panel.0));
                String::new()
            }
            (None, Dialect::Docproof) => self.slugs.unique(&github(&heading.text)),
        };
        // Headings do not nest, so the last one is the one that was opened.
        let n = self.doc.headings.len() - 1;
        self.doc.headings[n] = heading;
        self.piece(Piece::HeadingClose(narrow(n)));
    }

    /// A term has an id as a heading has. Its tag is written already and may stand in a finished piece.
    fn end_term(&mut self) {
        let text = self.id_text.take().unwrap_or_default();
        let id = self.slugs.unique(&mdbook(&text));
        self.html("<span id=\"");
        escape_into(&mut self.doc.html, &id);
        self.html("\"></span></dt>\n");
        self.raw_ids.push(id);
    }

    fn start_link(&mut self, kind: LinkType, dest: &str, title: &str, range: Range<usize>) {
        self.in_link += 1;
        self.html("<a href=\"");
        if kind == LinkType::Email {
            self.html("mailto:");
            escape_into(&mut self.doc.html, dest);
        } else if is_external(dest) {
            escape_into(&mut self.doc.html, dest);
        } else {
            let link = Link {
                kind: LinkKind::Markdown,
                dest: dest.to_owned(),
                title: String::new(),
                alt: String::new(),
                range: self.place(&range),
            };
            let n = self.push_link(link);
            self.piece(Piece::Href(n));
        }
        if !title.is_empty() {
            self.html("\" title=\"");
            escape_into(&mut self.doc.html, title);
        }
        self.html("\">");
    }

    fn push_link(&mut self, link: Link) -> u32 {
        self.doc.links.push(link);
        narrow(self.doc.links.len() - 1)
    }

    fn end_image(&mut self) {
        let Some(image) = self.image.take() else {
            return;
        };
        if let Some(heading) = &mut self.heading {
            heading.text.push_str(&image.link.alt);
            escape_into(&mut heading.toc_html, &image.link.alt);
        }
        let n = self.push_link(image.link);
        self.piece(Piece::Image(n));
    }

    fn task(&mut self, done: bool) {
        // The marker is the first thing in its item: the item's tag is the last one written.
        if let Some(at) = self.doc.html.rfind("<li>").filter(|at| *at >= self.flushed) {
            self.doc
                .html
                .replace_range(at..at + 4, "<li class=\"task\">");
        }
        self.html(if done {
            "<input type=\"checkbox\" aria-label=\"Done\" disabled checked> "
        } else {
            "<input type=\"checkbox\" aria-label=\"To do\" disabled> "
        });
    }

    fn finish(mut self) -> ParsedDoc {
        while !self.open.is_empty() {
            self.close_block();
        }
        self.footnotes();
        self.flush();
        for (heading, id) in self.doc.headings.iter_mut().zip(v1_ids(&self.bases)) {
            heading.id = id;
        }
        self.stray_markers();
        self.lost_marks();
        self.doc.pieces = self.sinks.swap_remove(0);
        let mut anchors: Vec<String> = self
            .doc
            .headings
            .iter()
            .map(|h| h.id.clone())
            .filter(|id| !id.is_empty())
            .chain(std::mem::take(&mut self.raw_ids))
            .collect();
        anchors.sort_unstable();
        anchors.dedup();
        self.doc.anchors = anchors.into();
        // A parse is kept for the whole build: room that growing left over adds up on large sites, and on
        // many machines touching fresh memory costs more than this copy.
        self.doc.html.shrink_to_fit();
        self.doc.pieces.shrink_to_fit();
        self.doc.links.shrink_to_fit();
        self.doc.headings.shrink_to_fit();
        self.doc.codes.shrink_to_fit();
        self.doc
    }
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
