//! A page without its theme, and HTML in a form that can be compared: elements and words, not the classes around them.

use docproof::markdown::{ParsedDoc, Piece, escape};
use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};

/// The page as plain HTML.
pub fn page(doc: &ParsedDoc) -> String {
    let mut out = String::new();
    for piece in &doc.pieces {
        match *piece {
            Piece::Html { start, end } => out.push_str(&doc.html[start as usize..end as usize]),
            Piece::Href(n) => out.push_str(&escape(&doc.links[n as usize].dest)),
            Piece::Image(n) => {
                let link = &doc.links[n as usize];
                let (dest, alt, title) =
                    (escape(&link.dest), escape(&link.alt), escape(&link.title));
                out.push_str(&format!(
                    "<img src=\"{dest}\" alt=\"{alt}\" title=\"{title}\">"
                ));
            }
            Piece::HeadingOpen(n) => {
                out.push_str(&format!("<h{}>", doc.headings[n as usize].level))
            }
            Piece::HeadingClose(n) => {
                out.push_str(&format!("</h{}>", doc.headings[n as usize].level))
            }
            Piece::Code(n) => {
                let code = escape(&doc.codes[n as usize].text);
                out.push_str(&format!("<pre><code>{code}\n</code></pre>\n"));
            }
            Piece::TabsOpen(_) | Piece::PanelOpen(..) | Piece::PanelClose | Piece::TabsClose => {}
        }
    }
    // What the theme puts around a table.
    out.replace("<div class=\"table-scroll\"><table>", "<table>")
        .replace("</tbody></table></div>", "</tbody></table>")
}

/// Elements around which white space does not show.
const BLOCKS: [&str; 26] = [
    "blockquote",
    "br",
    "cell",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "thead",
    "tr",
    "ul",
    "details",
    "summary",
    "img",
    "figure",
    "aside",
];

/// The elements and words of some HTML, in order.
pub fn elements(html: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut text = String::new();
    let (mut in_pre, mut in_back) = (false, false);
    for Ok(token) in Tokenizer::new_with_emitter(html, DefaultEmitter::default()) {
        match token {
            Token::String(part) if !in_back => text.push_str(&String::from_utf8_lossy(&part)),
            Token::StartTag(tag) => {
                let (name, shown) = start(&tag);
                in_back = shown.is_none() && name == "a";
                if let Some(shown) = shown {
                    flush(&mut out, &mut text, in_pre, &name);
                    out.push(shown);
                }
                in_pre |= name == "pre";
            }
            Token::EndTag(tag) => {
                let name = named(&tag.name);
                if in_back {
                    in_back = name != "a";
                    continue;
                }
                flush(&mut out, &mut text, in_pre, &name);
                in_pre &= name != "pre";
                out.push(format!("</{name}>"));
            }
            Token::Comment(comment) => {
                flush(&mut out, &mut text, in_pre, "");
                out.push("<!--".to_owned());
                // One that never ends holds the rest of the page.
                out.extend(elements(&String::from_utf8_lossy(&comment)));
            }
            _ => {}
        }
    }
    flush(&mut out, &mut text, false, "p");
    out
}

fn named(name: &[u8]) -> String {
    match name {
        b"th" | b"td" => "cell".to_owned(),
        name => String::from_utf8_lossy(name).into_owned(),
    }
}

/// An element's name, and how it is written: with the attributes that matter. The ways back from footnotes and the rule
/// above them are the theme's, and are not shown.
fn start(tag: &StartTag<()>) -> (String, Option<String>) {
    let name = named(&tag.name);
    let value = |name: &[u8]| {
        let value = tag
            .attributes
            .get(name)
            .map(|value| String::from_utf8_lossy(value).into_owned());
        value.unwrap_or_default()
    };
    let class = value(b"class");
    if class.starts_with("footnote-back") || class == "footnotes-sep" {
        return (name, None);
    }
    let mut shown = format!("<{name}");
    for attribute in ["href", "src", "alt", "title", "start"] {
        let value = value(attribute.as_bytes());
        if !value.is_empty() && !value.starts_with("#fn") {
            shown.push_str(&format!(" {attribute}={value}"));
        }
    }
    if name == "cell" {
        let style = value(b"style");
        shown.push_str(&format!(
            " {}{class}",
            style.strip_prefix("text-align:").unwrap_or(&style)
        ));
    }
    shown.push('>');
    (name, Some(shown))
}

/// Puts the text at hand out: as it is in code, and else word by word.
fn flush(out: &mut Vec<String>, text: &mut String, in_pre: bool, next: &str) {
    let text = std::mem::take(text);
    if in_pre {
        let text = text.trim_end_matches('\n');
        if !text.is_empty() {
            out.push(format!("{text:?}"));
        }
        return;
    }
    let is_block = |tag: &str| {
        let name = tag.trim_matches(['<', '>', '/']);
        BLOCKS.contains(&name.split(' ').next().unwrap_or(""))
    };
    let space = |c: char| c.is_ascii_whitespace();
    let before = out.last().is_none_or(|tag| is_block(tag));
    let mut shown = text
        .split(space)
        .filter(|w| !w.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    if shown.is_empty() && (before || is_block(next)) {
        return;
    }
    if !before && text.starts_with(space) {
        shown.insert(0, ' ');
    }
    if !is_block(next) && text.ends_with(space) && !shown.ends_with(' ') {
        shown.push(' ');
    }
    // A reference to a footnote is written `[1]` there.
    if out.last().is_some_and(|tag| tag == "<a>") {
        shown = shown.trim_matches(['[', ']']).to_owned();
    }
    if !shown.is_empty() {
        out.push(shown);
    }
}
