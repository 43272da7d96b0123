//! The body of a page: the pieces of a parsed doc with their holes filled.
//!
//! In: a parsed doc and, for each of its links, where it leads. Out: HTML.

use std::collections::BTreeMap;

use super::code;
use super::highlight::{Highlighter, PlainReason};
use super::verdict::Mark;
use crate::markdown::{Heading, Link, ParsedDoc, Piece, escape_into};

/// A link with its hole filled.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filled {
    /// The URL, not yet escaped.
    pub href: String,
    /// Width and height of an image.
    pub size: Option<(usize, usize)>,
}

/// A rendered body.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Body {
    /// Its HTML.
    pub html: String,
    /// Code blocks of known languages that are shown plain, and why.
    pub plain: Vec<(usize, PlainReason)>,
}

/// Renders a body. `links` has an entry for each link of the doc, `marks` one for each block with a verdict.
pub fn render(
    doc: &ParsedDoc,
    links: &[Filled],
    marks: &BTreeMap<usize, Mark>,
    highlighter: &Highlighter,
) -> Body {
    let mut plain = Vec::new();
    let mut out = String::with_capacity(
        doc.html.len() * 2 + doc.codes.iter().map(|c| c.text.len() * 4).sum::<usize>(),
    );
    for piece in &doc.pieces {
        match *piece {
            Piece::Html { start, end } => out.push_str(&doc.html[start as usize..end as usize]),
            Piece::Href(n) => escape_into(&mut out, &links[n as usize].href),
            Piece::Image(n) => image(&mut out, &doc.links[n as usize], &links[n as usize]),
            Piece::HeadingOpen(n) => heading_open(&mut out, &doc.headings[n as usize]),
            Piece::HeadingClose(n) => heading_close(&mut out, &doc.headings[n as usize]),
            Piece::Code(n) => {
                let reason = {
                    let mark = marks.get(&(n as usize));
                    code::render_into(&mut out, &doc.codes[n as usize], mark, highlighter)
                };
                plain.extend(reason.map(|reason| (n as usize, reason)));
            }
            Piece::TabsOpen(n) => tabs_open(&mut out, n, &doc.tabs[n as usize]),
            Piece::PanelOpen(tabs, n) => {
                panel_open(&mut out, tabs, n, &doc.tabs[tabs as usize][n as usize])
            }
            Piece::PanelClose => out.push_str("</div>\n"),
            Piece::TabsClose => out.push_str("</div>\n"),
        }
    }
    Body { html: out, plain }
}

fn image(out: &mut String, link: &Link, filled: &Filled) {
    out.push_str("<img src=\"");
    escape_into(out, &filled.href);
    out.push_str("\" alt=\"");
    escape_into(out, &link.alt);
    if !link.title.is_empty() {
        out.push_str("\" title=\"");
        escape_into(out, &link.title);
    }
    if let Some((width, height)) = filled.size {
        out.push_str(&format!("\" width=\"{width}\" height=\"{height}"));
    }
    out.push_str("\" loading=\"lazy\" decoding=\"async\">");
}

/// In the v1 dialect a heading without words has no id.
fn heading_open(out: &mut String, heading: &Heading) {
    if heading.id.is_empty() {
        out.push_str(&format!("<h{}>", heading.level));
        return;
    }
    out.push_str(&format!("<h{} id=\"", heading.level));
    escape_into(out, &heading.id);
    out.push_str("\">");
}

fn heading_close(out: &mut String, heading: &Heading) {
    if heading.id.is_empty() {
        out.push_str(&format!("</h{}>\n", heading.level));
        return;
    }
    out.push_str("<a class=\"hash\" href=\"#");
    escape_into(out, &crate::site::urls::encode(&heading.id));
    out.push_str("\" aria-label=\"Link to this section: ");
    escape_into(out, &heading.text);
    out.push_str(&format!("\"></a></h{}>\n", heading.level));
}

/// The ids have a dot, so that none is that of a heading.
fn tabs_open(out: &mut String, tabs: u32, labels: &[String]) {
    out.push_str("<div class=\"tabs\"><div role=\"tablist\">");
    let tabs = tabs + 1;
    for (n, label) in labels.iter().enumerate() {
        let n = n + 1;
        let state = if n == 1 {
            "aria-selected=\"true\""
        } else {
            "aria-selected=\"false\" tabindex=\"-1\""
        };
        out.push_str(&format!("<button type=\"button\" role=\"tab\" id=\"tab.{tabs}.{n}\" aria-controls=\"panel.{tabs}.{n}\" {state}>"));
        escape_into(out, label);
        out.push_str("</button>");
    }
    out.push_str("</div>\n");
}

fn panel_open(out: &mut String, tabs: u32, n: u32, label: &str) {
    let (tabs, n) = (tabs + 1, n + 1);
    out.push_str(&format!("<div role=\"tabpanel\" id=\"panel.{tabs}.{n}\" aria-labelledby=\"tab.{tabs}.{n}\"><p class=\"tab-label\">"));
    escape_into(out, label);
    out.push_str("</p>\n");
}
