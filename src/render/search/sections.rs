//! A page's text in sections, as a reader sees it.
//!
//! In: a parsed doc. Out: its sections, each with the heading that begins it, its prose and its code. Hidden lines of code are
//! left out, and so is what a browser does not show.

use html5gum::{Token, Tokenizer};

use crate::markdown::{CodeBlock, ParsedDoc, Piece, escape_into};

/// A section of a page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Section {
    /// The id of its heading; empty for what stands before the first.
    pub anchor: String,
    /// Its heading's text.
    pub title: String,
    /// The text below it, as one line.
    pub text: String,
    /// The code below it, shown lines only.
    pub code: String,
}

/// The sections of a doc, in order. A level 1 heading at the start is the page's title and begins none.
pub fn sections(doc: &ParsedDoc) -> Vec<Section> {
    let mut all = vec![Section::default()];
    // Tags may begin in one piece and end in another, but not around these.
    let mut html = String::new();
    for piece in &doc.pieces {
        let section = all.last_mut().expect("invariant: never empty");
        match *piece {
            Piece::Html { start, end } => html.push_str(&doc.html[start as usize..end as usize]),
            Piece::Image(n) => {
                html.push(' ');
                escape_into(&mut html, &doc.links[n as usize].alt);
                html.push(' ');
            }
            Piece::Href(_) => {}
            Piece::HeadingOpen(n) => {
                push_shown(&mut section.text, &mut html);
                let heading = &doc.headings[n as usize];
                if !(n == 0 && heading.level == 1 && doc.starts_with_h1) {
                    all.push(Section {
                        anchor: heading.id.clone(),
                        title: heading.text.clone(),
                        ..Section::default()
                    });
                }
            }
            // What stood in between is the heading's own text.
            Piece::HeadingClose(_) => html.clear(),
            Piece::PanelOpen(tabs, n) => {
                push_shown(&mut section.text, &mut html);
                push_words(&mut section.text, &doc.tabs[tabs as usize][n as usize]);
            }
            Piece::Code(n) => {
                push_shown(&mut section.text, &mut html);
                push_code(&mut section.code, &doc.codes[n as usize]);
            }
            Piece::TabsOpen(_) | Piece::PanelClose | Piece::TabsClose => {
                push_shown(&mut section.text, &mut html);
            }
        }
    }
    let last = all.last_mut().expect("invariant: never empty");
    push_shown(&mut last.text, &mut html);
    for section in &mut all {
        section.text.truncate(section.text.trim_end().len());
    }
    all.retain(|s| !(s.anchor.is_empty() && s.text.is_empty() && s.code.is_empty()));
    all
}

fn push_code(out: &mut String, code: &CodeBlock) {
    let lines = code.text.lines().zip(&code.lines);
    for (line, _) in lines.filter(|(_, mark)| !mark.hidden) {
        out.push_str(line);
        out.push('\n');
    }
}

fn push_words(out: &mut String, words: &str) {
    space(out);
    for word in words.split_whitespace() {
        out.push_str(word);
        out.push(' ');
    }
}

fn space(out: &mut String) {
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// Tags that do not part words.
const INLINE: [&str; 22] = [
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark",
    "s", "small", "span", "strong", "sub", "sup", "u", "wbr",
];

/// The text that a browser shows of some HTML, on one line.
pub fn shown_text(html: &str) -> String {
    let mut text = String::new();
    push_shown(&mut text, &mut html.to_owned());
    text.truncate(text.trim_end().len());
    text
}

/// Appends the text that a browser shows of some HTML, with white space as single spaces. Leaves the HTML empty.
fn push_shown(out: &mut String, html: &mut String) {
    // The name of the element that is passed over.
    let mut unseen: Option<Vec<u8>> = None;
    for token in Tokenizer::new(html.as_str()).flatten() {
        match token {
            Token::StartTag(tag) => {
                let name: &[u8] = &tag.name;
                if unseen.is_none()
                    && is_unseen(
                        name,
                        tag.attributes
                            .get(&b"class"[..])
                            .map(|value| value.value.as_slice()),
                    )
                {
                    unseen = Some(name.to_vec());
                }
                part_words(out, name);
            }
            Token::EndTag(tag) => {
                if unseen.as_deref() == Some(&*tag.name) {
                    unseen = None;
                }
                part_words(out, &tag.name);
            }
            Token::String(text) if unseen.is_none() => {
                for c in String::from_utf8_lossy(&text).chars() {
                    if c.is_whitespace() {
                        space(out);
                    } else {
                        out.push(c);
                    }
                }
            }
            _ => {}
        }
    }
    html.clear();
}

/// Whether what stands in an element is no text of the page: code for the browser, and the signs that lead to footnotes and back.
fn is_unseen(name: &[u8], class: Option<&[u8]>) -> bool {
    [&b"script"[..], b"style", b"template"].contains(&name)
        || matches!(class, Some(b"footnote-ref" | b"footnote-back"))
}

fn part_words(out: &mut String, tag: &[u8]) {
    if !INLINE.iter().any(|inline| inline.as_bytes() == tag) {
        space(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Dialect;

    fn check(markdown: &str, expected: &[(&str, &str, &str)]) {
        let doc = crate::markdown::parse(markdown, Dialect::Docproof);
        let found = sections(&doc);
        let found: Vec<(&str, &str, &str)> = found
            .iter()
            .map(|s| (&*s.title, &*s.text, &*s.code))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn signs_of_footnotes_are_no_text() {
        check(
            "Water[^w] boils.\n\n[^w]: At the sea.\n",
            &[("", "Water boils. At the sea.", "")],
        );
    }

    #[test]
    fn headings_begin_sections() {
        check(
            "# Title\n\nBefore.\n\n## One\n\nText of\none.\n\n### Two & `x`\n\n- a\n- b\n",
            &[
                ("", "Before.", ""),
                ("One", "Text of one.", ""),
                ("Two & x", "a b", ""),
            ],
        );
        check("## Only\n", &[("Only", "", "")]);
        check("", &[]);
    }

    #[test]
    fn text_is_what_a_reader_sees() {
        check(
            "A [link](b.md \"a title\") and *em*phasis, 1 < 2 & `a::b`.\n\n![a picture](x.png)\n\n<!-- no --> <b>raw</b>&nbsp;x\n",
            &[("", "A link and emphasis, 1 < 2 & a::b. a picture raw x", "")],
        );
        check(
            "a<br>b\n\n<script>\nlet x = '<p>';\n</script>\n\nc\n",
            &[("", "a b c", "")],
        );
        check("| a | b |\n|---|---|\n| c | d |\n", &[("", "a b c d", "")]);
    }

    #[test]
    fn code_without_hidden_lines() {
        check(
            "Text.\n\n```rust\n# hidden();\nshown();\n```\n\nMore.\n",
            &[("", "Text. More.", "shown();\n")],
        );
    }
}
