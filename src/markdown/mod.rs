//! Markdown to a [`ParsedDoc`].
//!
//! In: one expanded text and its dialect. Out: plain data: the page's fixed HTML in pieces, with holes where
//! links, images, headings, code, tabs and callouts go, and lists of these. Nothing here depends on another
//! doc, so one parse serves every version that shows the same text. It must not know other docs, routes or
//! templates.
//!
//! Why fixed HTML already here: text between two holes never changes afterwards, and writing it once keeps
//! a page that 20 versions share at the cost of one.

mod autolink;
mod code;
pub mod file_fence;
mod info;
mod lower;
mod raw_code;
mod raw_html;
mod remarkable;
mod slug;
mod tables;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub use code::{CodeBlock, CodePlaces, LineMark, unhide};
pub use info::{FenceInfo, parse_info};
pub use lower::{is_external, parse};

use crate::diagnostic::Problem;

/// A parsed doc. All ranges are bytes of the expanded text unless they say otherwise.
#[derive(Clone, Debug, Default)]
pub struct ParsedDoc {
    /// Fixed HTML; [`Piece::Html`] names parts of it.
    pub html: String,
    /// The page's content, in order.
    pub pieces: Vec<Piece>,
    /// All headings, in order.
    pub headings: Vec<Heading>,
    /// Every id on the page that a link may name, sorted.
    pub anchors: std::sync::Arc<[String]>,
    /// Links and images, in order.
    pub links: Vec<Link>,
    /// Code blocks, in order.
    pub codes: Vec<CodeBlock>,
    /// Blocks of tabs: the labels of each.
    pub tabs: Vec<Vec<String>>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// The first block is a level 1 heading.
    pub starts_with_h1: bool,
}

impl ParsedDoc {
    /// The text of the first level 1 heading.
    pub fn first_h1(&self) -> Option<&str> {
        self.headings
            .iter()
            .find(|h| h.level == 1)
            .map(|h| h.text.as_str())
    }
}

/// A part of a page's content.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Piece {
    /// Bytes of [`ParsedDoc::html`].
    Html {
        /// First byte.
        start: u32,
        /// After the last byte.
        end: u32,
    },
    /// The URL of a link, escaped for an attribute.
    Href(u32),
    /// A whole image.
    Image(u32),
    /// A heading begins.
    HeadingOpen(u32),
    /// A heading ends.
    HeadingClose(u32),
    /// A whole code block.
    Code(u32),
    /// A block of tabs begins.
    TabsOpen(u32),
    /// The n-th panel of a block of tabs begins.
    PanelOpen(u32, u32),
    /// A panel ends.
    PanelClose,
    /// A block of tabs ends.
    TabsClose,
}

/// A heading.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Its id, unique on the page.
    pub id: String,
    /// Its text.
    pub text: String,
    /// Its text as HTML without links, for the on-page contents.
    pub toc_html: String,
    /// Where it stands.
    pub range: Range<usize>,
}

/// How a link is written, which decides how it resolves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkKind {
    /// `[text](url)` and its kin.
    Markdown,
    /// `![alt](url)`.
    Image,
    /// `href` in raw HTML.
    RawHref,
    /// `src` in raw HTML.
    RawSrc,
}

/// A link or image, not yet resolved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// How it is written.
    pub kind: LinkKind,
    /// The URL as written.
    pub dest: String,
    /// Title of an image (a link's is part of the fixed HTML).
    pub title: String,
    /// Alternative text of an image.
    pub alt: String,
    /// Where it stands.
    pub range: Range<usize>,
}

/// Appends text escaped for HTML content and attributes.
pub fn escape_into(out: &mut String, text: &str) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(entity);
        from = at + 1;
    }
    out.push_str(&text[from..]);
}

/// The text escaped for HTML content and attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape_into(&mut out, text);
    out
}
