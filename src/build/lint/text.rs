//! Rules about the text of one doc: fences, headings, images.

use html5gum::{Token, Tokenizer};

use super::place;
use crate::build::docs::Doc;
use crate::diagnostic::Diagnostic;
use crate::markdown::LinkKind;

/// Fences without a language.
pub fn fences(doc: &Doc, found: &mut Vec<Diagnostic>) {
    for code in doc.parsed.codes.iter().filter(|code| code.fenced) {
        let info = &code.info;
        // Words such as `should_panic` make it Rust, and a file that is shown has an ending.
        if !info.language.is_empty() || !info.words.is_empty() || info.file.is_some() {
            continue;
        }
        let at = place(doc, &code.language_range);
        found.push(
            Diagnostic::warning("fence-language", "this code block has no language")
                .at(at, "")
                .hint(
                    "name it after the fence, as in ```` ```js ````; `text` is for what is no code",
                ),
        );
    }
}

/// Headings that skip a level: a level 4 right below a level 2.
pub fn headings(doc: &Doc, found: &mut Vec<Diagnostic>) {
    // The title above the body is the page's level 1.
    let mut above = doc.show_title.then_some(1);
    for heading in &doc.parsed.headings {
        let level = heading.level;
        if let Some(above) = above.filter(|above| level > above + 1) {
            let wanted = "#".repeat(usize::from(above) + 1);
            found.push(
                Diagnostic::warning(
                    "heading-level",
                    format!("a heading of level {level} stands below one of level {above}"),
                )
                .at(place(doc, &heading.range), "")
                .hint(format!(
                    "make it level {}: `{wanted} {}`",
                    above + 1,
                    heading.text
                )),
            );
        }
        above = Some(level);
    }
}

/// Images without a text for those who do not see them.
pub fn images(doc: &Doc, found: &mut Vec<Diagnostic>) {
    for link in &doc.parsed.links {
        let range = match link.kind {
            LinkKind::Image if link.alt.trim().is_empty() => link.range.clone(),
            LinkKind::RawSrc => match image_tag(&doc.expanded.text, link.range.start) {
                Some(range) => range,
                None => continue,
            },
            _ => continue,
        };
        found.push(
            Diagnostic::warning("image-alt", format!("the image `{}` has no text", link.dest))
                .at(place(doc, &range), "")
                .hint("say what it shows, as in `![The window](window.png)`; for mere decoration write `<img alt=\"\" ...>`"),
        );
    }
}

/// How far a tag of raw HTML is read.
const LONGEST_TAG: usize = 4 << 10;

/// The `<img ...>` without `alt` around an address.
fn image_tag(text: &str, address: usize) -> Option<std::ops::Range<usize>> {
    let start = text[..address].rfind('<')?;
    let mut end = (start + LONGEST_TAG).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let Some(Ok(Token::StartTag(tag))) = Tokenizer::new(&text[start..end]).next() else {
        return None;
    };
    let is_image = tag.name.as_slice() == b"img";
    let has_text = tag.attributes.keys().any(|name| name.as_slice() == b"alt");
    (is_image && !has_text).then(|| start..start + "<img".len())
}
