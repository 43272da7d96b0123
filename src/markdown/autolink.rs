//! Bare URLs in text, by the rule of GFM's autolink extension (section 6.9 of its specification).
//!
//! In: one run of text. Out: the ranges in it that are URLs. pulldown-cmark does not have this extension.

use std::ops::Range;

/// The URLs in a text: `http://`, `https://` and `www.`.
pub fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if !text.contains("://") && !text.contains("www.") {
        return found;
    }
    let mut at = 0;
    while let Some((start, prefix)) = next_start(text, at) {
        let end = start + url_len(&text[start..]);
        let host = &text[start + prefix..end];
        let domain = host.split(['/', '?', '#', ':']).next().unwrap_or("");
        if valid_domain(domain, prefix == 0) {
            found.push(start..end);
        }
        at = end.max(start + 4);
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    found
}

/// The next place where a URL may begin, and the length of its scheme.
fn next_start(text: &str, from: usize) -> Option<(usize, usize)> {
    let candidates = [("http://", 7), ("https://", 8), ("www.", 0)];
    let mut at = from;
    loop {
        let (start, prefix) = candidates
            .iter()
            .filter_map(|(word, len)| text.get(at..)?.find(word).map(|p| (at + p, *len)))
            .min()?;
        let before = text[..start].chars().next_back();
        if before.is_none_or(|c| c.is_whitespace() || matches!(c, '*' | '_' | '~' | '(')) {
            return Some((start, prefix));
        }
        at = start + 4;
    }
}

/// The length of the URL at the start of a text, without the punctuation that ends a sentence.
fn url_len(text: &str) -> usize {
    let mut url = &text[..text
        .find(|c: char| c.is_whitespace() || c == '<')
        .unwrap_or(text.len())];
    loop {
        let shorter = match url.chars().next_back() {
            Some('?' | '!' | '.' | ',' | ':' | '*' | '_' | '~' | '\'' | '"') => {
                &url[..url.len() - 1]
            }
            Some(')') if url.matches(')').count() > url.matches('(').count() => {
                &url[..url.len() - 1]
            }
            Some(';') => match url.rfind('&') {
                Some(amp)
                    if url[amp + 1..url.len() - 1]
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric()) =>
                {
                    &url[..amp]
                }
                _ => return url.len(),
            },
            _ => return url.len(),
        };
        url = shorter;
    }
}

fn valid_domain(domain: &str, needs_dot: bool) -> bool {
    let mut parts = domain.split('.').rev();
    let good = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
    };
    let last_two_plain = domain.rsplit('.').take(2).all(|part| !part.contains('_'));
    (!needs_dot || domain.contains('.')) && last_two_plain && parts.all(good)
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn urls_end_where_a_reader_would_end_them() {
        let urls =
            |text: &'static str| find(text).into_iter().map(|r| &text[r]).collect::<Vec<_>>();
        assert_eq!(
            urls("see https://a.example/x_(y)?z=1, and (http://b.example)."),
            ["https://a.example/x_(y)?z=1", "http://b.example"]
        );
        assert_eq!(
            urls("www.a.example/é&amp; xhttps://no.example"),
            ["www.a.example/é"]
        );
        assert_eq!(
            urls("http:// www. https://é.example!"),
            ["https://é.example"]
        );
        assert_eq!(urls("http://localhost:80/a"), ["http://localhost:80/a"]);
    }
}
