//! Where a tag, a comment or another piece of HTML inside a text ends.
//!
//! In: a text that begins with `<`. Out: the length of the piece of HTML there, if it is one.

/// The length of the piece of HTML at the start of a text.
pub fn html_len(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('<')?;
    match rest.bytes().next()? {
        b'!' => comment(text)
            .or_else(|| declaration(text))
            .or_else(|| cdata(text)),
        b'?' => {
            let end = text.get(2..)?.find("?>")? + 4;
            (!text[..end].contains('\n')).then_some(end)
        }
        b'/' => closing(text),
        b if b.is_ascii_alphabetic() => opening(text),
        _ => None,
    }
}

/// `<!-- -->`. The text inside may not begin with `>` or `->`, nor hold `--`, nor end with `-`.
fn comment(text: &str) -> Option<usize> {
    let inner = text.strip_prefix("<!--")?;
    let len = inner.find("--")?;
    let inside = &inner[..len];
    let fits = inner[len..].starts_with("-->")
        && (len == 0 || !(inside.starts_with('>') || inside.starts_with("->")));
    fits.then_some(len + 7)
}

/// `<!DOCTYPE html>`.
fn declaration(text: &str) -> Option<usize> {
    let inner = text.strip_prefix("<!")?;
    let name = inner.bytes().take_while(u8::is_ascii_uppercase).count();
    let spaced = inner[name..].starts_with(char::is_whitespace);
    (name > 0 && spaced).then_some(inner.find('>')? + 3)
}

fn cdata(text: &str) -> Option<usize> {
    let inner = text.strip_prefix("<![CDATA[")?;
    Some(inner.find("]]>")? + 12)
}

fn name_len(text: &str) -> Option<usize> {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic());
    starts.then(|| text.bytes().take_while(u8::is_ascii_alphanumeric).count())
}

fn space_len(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

fn closing(text: &str) -> Option<usize> {
    let mut at = 2;
    at += name_len(&text[at..])?;
    at += space_len(&text[at..]);
    text[at..].starts_with('>').then_some(at + 1)
}

fn opening(text: &str) -> Option<usize> {
    let mut at = 1;
    at += name_len(&text[at..])?;
    while let Some(len) = attribute_len(&text[at..]) {
        at += len;
    }
    at += space_len(&text[at..]);
    if text[at..].starts_with('/') {
        at += 1;
    }
    text[at..].starts_with('>').then_some(at + 1)
}

/// White space, a name, and perhaps a value.
fn attribute_len(text: &str) -> Option<usize> {
    let mut at = space_len(text);
    let first = text[at..].chars().next()?;
    if at == 0 || !(first.is_ascii_alphabetic() || first == '_' || first == ':') {
        return None;
    }
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || b":._-".contains(b);
    at += text[at..].bytes().take_while(is_name).count();
    let equals = at + space_len(&text[at..]);
    if !text[equals..].starts_with('=') {
        return Some(at);
    }
    let value = equals + 1 + space_len(&text[equals + 1..]);
    match value_len(&text[value..]) {
        Some(len) => Some(value + len),
        None => Some(at),
    }
}

fn value_len(text: &str) -> Option<usize> {
    match text.chars().next()? {
        quote @ ('"' | '\'') => Some(text[1..].find(quote)? + 2),
        _ => {
            let ends = |c: char| c <= ' ' || "\"'=<>`".contains(c);
            let len = text.find(ends).unwrap_or(text.len());
            (len > 0).then_some(len)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::html_len;

    #[test]
    fn pieces_of_html_have_their_ends() {
        for (text, want) in [
            ("<a href='x>y' b c=d />z", Some("<a href='x>y' b c=d />")),
            ("<br>", Some("<br>")),
            ("</b >x", Some("</b >")),
            ("<!---->", Some("<!---->")),
            ("<!-- a-b -->x", Some("<!-- a-b -->")),
            ("<!--> x -->", None),
            ("<!-- a--b -->", None),
            ("<?php x ?>", Some("<?php x ?>")),
            ("<?php\n?>", None),
            ("<!A b>", Some("<!A b>")),
            ("<![CDATA[>]]>", Some("<![CDATA[>]]>")),
            ("<a href=>", None),
            ("<1>", None),
            ("<a", None),
            ("< a>", None),
            ("<é>", None),
        ] {
            assert_eq!(html_len(text).map(|len| &text[..len]), want, "{text}");
        }
    }
}
