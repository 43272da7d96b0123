//! Raw HTML in Markdown: the ids it defines and the links it holds.
//!
//! In: a run of raw HTML. Out: its ids, and the places of the addresses in it (`href`, `src`, `poster`, each of a `srcset`), so
//! that they are checked and rewritten like any other link. The HTML itself is passed on as the author wrote it.

use std::ops::Range;

use html5gum::{DefaultEmitter, Token, Tokenizer};

/// An attribute value that is a link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RawLink {
    /// Something that the page shows, rather than a place to go to.
    pub is_src: bool,
    /// It stands without quotes.
    pub is_bare: bool,
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
    if !html.contains('=') {
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
            let is_bare = !html[..range.start].ends_with(['"', '\'']);
            let link = |is_src, value, range| RawLink {
                is_src,
                is_bare,
                value,
                range,
            };
            match (name.as_slice(), tag.name.as_slice()) {
                (b"id", _) | (b"name", b"a") if !text.is_empty() => found.ids.push(text),
                (b"href", b"a" | b"area") => found.links.push(link(false, text, range)),
                (
                    b"src",
                    b"img" | b"source" | b"video" | b"audio" | b"iframe" | b"embed" | b"track",
                )
                | (b"poster", b"video")
                | (b"data", b"object") => found.links.push(link(true, text, range)),
                (b"srcset", b"img" | b"source") => {
                    let addresses = candidates(&html[range.clone()]).into_iter();
                    found.links.extend(addresses.map(|one| {
                        let place = range.start + one.start..range.start + one.end;
                        link(true, html[place.clone()].replace("&amp;", "&"), place)
                    }));
                }
                _ => {}
            }
        }
    }
    found.links.sort_by_key(|link| link.range.start);
    found
}

/// Where the addresses of a `srcset` stand in it: `one.png 1x, two.png 2x`. A comma inside an address belongs to it.
fn candidates(srcset: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        let rest = srcset[at..].trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        let start = srcset.len() - rest.len();
        let word = rest
            .find(|c: char| c.is_ascii_whitespace())
            .unwrap_or(rest.len());
        let address = rest[..word].trim_end_matches(',');
        if address.is_empty() {
            return found;
        }
        found.push(start..start + address.len());
        at = start + word;
        if address.len() == word {
            at += srcset[at..].find(',').unwrap_or(srcset.len() - at);
        }
    }
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
    fn each_address_of_a_picture_is_found() {
        let html = "<img srcset=' a,b.png 1x,c.png?x&amp;y 2x , d.png, e.png'><video poster=p.png><img SrcSet=f,g><object data=\"o\">";
        let found = scan(html);
        let links: Vec<(&str, &str, bool)> = found
            .links
            .iter()
            .map(|l| (l.value.as_str(), &html[l.range.clone()], l.is_bare))
            .collect();
        assert_eq!(
            links,
            [
                ("a,b.png", "a,b.png", false),
                ("c.png?x&y", "c.png?x&amp;y", false),
                ("d.png", "d.png", false),
                ("e.png", "e.png", false),
                ("p.png", "p.png", true),
                ("f,g", "f,g", true),
                ("o", "o", false),
            ]
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
            "<img srcset=",
            "<img srcset=' , ,'>",
            "<!-- id= -->",
        ] {
            scan(html);
        }
    }
}
