//! Entities, escapes and the forms of addresses.

use std::borrow::Cow;

use html5gum::{DefaultEmitter, Token, Tokenizer};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What JavaScript's `encodeURI` leaves alone besides letters and digits.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b';')
    .remove(b',')
    .remove(b'/')
    .remove(b'?')
    .remove(b':')
    .remove(b'@')
    .remove(b'&')
    .remove(b'=')
    .remove(b'+')
    .remove(b'$')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'#');

/// Schemes that no link may have.
const REFUSED: [&str; 4] = ["vbscript", "javascript", "file", "data"];

/// The entity at the start of a text: what it stands for, and its length.
pub fn entity(text: &str) -> Option<(Cow<'static, str>, usize)> {
    let inner = text.strip_prefix('&')?;
    let len = inner.bytes().take(33).position(|b| b == b';')?;
    let name = &inner[..len];
    let decoded = match name.strip_prefix('#') {
        Some(number) => numbered(number)?.to_string().into(),
        None => named(name)?,
    };
    Some((decoded, len + 2))
}

/// A character by its number. One that may not be shown becomes U+FFFD.
fn numbered(number: &str) -> Option<char> {
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(hex) => (hex, 16),
        None => (number, 10),
    };
    if digits.is_empty()
        || digits.len() > 8
        || !digits.bytes().all(|b| char::from(b).is_digit(radix))
    {
        return None;
    }
    let code = u32::from_str_radix(digits, radix).ok()?;
    let c = char::from_u32(code).filter(|_| {
        !matches!(code, 0..=8 | 0xb | 0xe..=0x1f | 0x7f..=0x9f | 0xfdd0..=0xfdef)
            && code & 0xfffe != 0xfffe
    });
    Some(c.unwrap_or('\u{fffd}'))
}

/// What a name stands for. The names are HTML's.
fn named(name: &str) -> Option<Cow<'static, str>> {
    let plain = match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "nbsp" => "\u{a0}",
        _ => return named_by_html(name).map(Cow::Owned),
    };
    Some(plain.into())
}

fn named_by_html(name: &str) -> Option<String> {
    let fits = name.len() > 1
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric());
    if !fits {
        return None;
    }
    let written = format!("&{name};");
    let mut decoded = String::new();
    for Ok(token) in Tokenizer::new_with_emitter(written.as_str(), DefaultEmitter::default()) {
        if let Token::String(text) = token {
            decoded.push_str(&String::from_utf8_lossy(&text));
        }
    }
    // HTML also knows some names without `;`, and would leave it and what stands before it.
    let whole = !decoded.ends_with(';') || name == "semi";
    (whole && decoded != written).then_some(decoded)
}

/// The text with its entities replaced.
pub fn replace_entities(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find('&') else {
        return text.into();
    };
    let (mut out, mut rest) = (text[..first].to_owned(), &text[first..]);
    while !rest.is_empty() {
        let refused = |c: &str| c == "\u{fffd}";
        match entity(rest).filter(|(c, _)| !refused(c)) {
            Some((decoded, len)) => {
                out.push_str(&decoded);
                rest = &rest[len..];
            }
            None => {
                let len = rest[1..].find('&').map_or(rest.len(), |at| at + 1);
                out.push_str(&rest[..len]);
                rest = &rest[len..];
            }
        }
    }
    out.into()
}

/// Whether a backslash before a byte is taken for an escape.
pub fn is_escapable(byte: u8) -> bool {
    byte.is_ascii_punctuation()
}

/// The text without the backslashes of escapes.
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(next) if c == '\\' && next.is_ascii_punctuation() => {
                out.push(*next);
                chars.next();
            }
            _ => out.push(c),
        }
    }
    out.into()
}

/// Whether a link may lead to an address: not to a script, and not to a file of the reader's.
pub fn is_allowed(url: &str) -> bool {
    let url = url.trim().to_lowercase();
    let url = replace_entities(&url);
    url.split_once(':')
        .is_none_or(|(scheme, _)| !REFUSED.contains(&scheme))
}

/// An address between `<` and `>` as it is written into the page: in percent escapes, by `encodeURI(decodeURI(url))`.
pub fn normalise_url(url: &str) -> String {
    let url = replace_entities(url);
    let decoded = decode_uri(&url).unwrap_or_else(|| url.into_owned());
    utf8_percent_encode(&decoded, KEPT).to_string()
}

/// JavaScript's `decodeURI`: `None` for a broken escape; escapes of characters with a meaning in an address stay.
fn decode_uri(url: &str) -> Option<String> {
    if !url.contains('%') {
        return Some(url.to_owned());
    }
    let bytes = url.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'%' {
            out.push(bytes[at]);
            at += 1;
            continue;
        }
        let byte = u8::from_str_radix(url.get(at + 1..at + 3)?, 16).ok()?;
        if b";/?:@&=+$,#".contains(&byte) {
            out.extend_from_slice(&bytes[at..at + 3]);
        } else {
            out.push(byte);
        }
        at += 3;
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_those_of_html() {
        for (text, want) in [
            ("&amp;x", Some(("&", 5))),
            ("&copy;", Some(("©", 6))),
            ("&ngE;", Some(("≧̸", 5))),
            ("&semi;", Some((";", 6))),
            ("&#65;", Some(("A", 5))),
            ("&#x1F600;", Some(("😀", 9))),
            ("&#0;", Some(("\u{fffd}", 4))),
            ("&notit;", None),
            ("&amp", None),
            ("&nope;", None),
            ("&;", None),
            ("&#;", None),
            ("&#x;", None),
            ("&é;", None),
        ] {
            let got = entity(text);
            assert_eq!(got.as_ref().map(|(c, n)| (&**c, *n)), want, "{text}");
        }
        assert_eq!(replace_entities("a&lt;b&c;d&"), "a<b&c;d&");
    }

    #[test]
    fn addresses_are_escaped_as_in_javascript() {
        assert_eq!(
            normalise_url("http://a/ä b%20c%2Fd"),
            "http://a/%C3%A4%20b%20c%252Fd"
        );
        assert_eq!(
            normalise_url("http://a/%zz[é]"),
            "http://a/%25zz%5B%C3%A9%5D"
        );
        assert_eq!(unescape(r"a\(b\c\\"), r"a(b\c\");
        assert!(
            !is_allowed(" JavaScript:x") && !is_allowed("javascript&#x3A;x") && is_allowed("./a:b")
        );
    }
}
