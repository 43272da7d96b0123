//! Raw HTML in Markdown: the ids it defines and the links it holds.
//!
//! In: a run of raw HTML. Out: its ids, and the places of its internal `href` and `src` values, so that they
//! are checked and rewritten like any other link. The HTML itself is passed on as the author wrote it.

use std::ops::Range;

use html5gum::{DefaultEmitter, Token, Tokenizer};

/// An attribute value that is a link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RawLink {
    /// `src` rather than `href`.
    pub is_src: bool,
    /// The value, with entities resolved.
    pub value: String,
    /// Where the value stands, without its quotes.
    pub range: Range<usize>,
}

/// What a run of raw HTML holds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RawHtml {
    /// Values of `id`, and of `name` on `<a>`.
    pub ids: Vec<String>,
    /// In order.
    pub links: Vec<RawLink>,
}

/// Looks through a run of raw HTML.
pub fn scan(html: &str) -> RawHtml {
    let mut found = RawHtml::default();
    if !["href", "src", "id", "name", "HREF", "SRC", "ID"]
        .iter()
        .any(|word| html.contains(word))
    {
        return found;
    }
    for Ok(token) in Tokenizer::new_with_emitter(html, DefaultEmitter::<usize>::new_with_span()) {
        let Token::StartTag(tag) = token else {
            continue;
        };
        for (name, value) in &tag.attributes {
            let text = String::from_utf8_lossy(&value.value).into_owned();
            let Some(range) = value_range(html, value.span.start..value.span.end) else {
                continue;
            };
            match (name.as_slice(), tag.name.as_slice()) {
                (b"id", _) | (b"name", b"a") if !text.is_empty() => found.ids.push(text),
                (b"href", b"a" | b"area") => found.links.push(RawLink {
                    is_src: false,
                    value: text,
                    range,
                }),
                (
                    b"src",
                    b"img" | b"source" | b"video" | b"audio" | b"iframe" | b"embed" | b"track",
                ) => {
                    found.links.push(RawLink {
                        is_src: true,
                        value: text,
                        range,
                    });
                }
                _ => {}
            }
        }
    }
    found.links.sort_by_key(|link| link.range.start);
    found
}

/// The value inside the range of an attribute (`name="value"`, and one character more without quotes).
fn value_range(html: &str, attribute: Range<usize>) -> Option<Range<usize>> {
    let text = html.get(attribute.clone())?;
    let after = text.find('=')? + 1;
    let start = after + text[after..].len() - text[after..].trim_start().len();
    let value = &text[start..];
    let (from, len) = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            (start + 1, value[1..].find(quote).unwrap_or(value.len() - 1))
        }
        _ => (
            start,
            value
                .find(|c: char| c.is_whitespace() || c == '>')
                .unwrap_or(value.len()),
        ),
    };
    Some(attribute.start + from..attribute.start + from + len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_links_are_found() {
        let html = "<p id='one'><a name=two href=\"../x?a&amp;b#c\">x</a><img alt=y src=z.png><script src=no></script>";
        let found = scan(html);
        assert_eq!(found.ids, ["one", "two"]);
        let links: Vec<(&str, &str)> = found
            .links
            .iter()
            .map(|l| (l.value.as_str(), &html[l.range.clone()]))
            .collect();
        assert_eq!(
            links,
            [("../x?a&b#c", "../x?a&amp;b#c"), ("z.png", "z.png")]
        );
    }

    #[test]
    fn broken_html_is_no_trouble() {
        for html in [
            "<a href=",
            "<a href='",
            "<",
            "<a href=\"é",
            "</p id>",
            "<!-- id= -->",
        ] {
            scan(html);
        }
    }
}
