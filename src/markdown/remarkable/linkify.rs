//! Bare addresses in text: of pages, of mail, and domains alone.
//!
//! In: the elements of a text. Out: the same with links in them. The rule is Autolinker's, which remarkable 1.7 asks: a text
//! is looked at when `www`, `@` or `://` occurs in it, and then every `name.tld` in it is a link, that of a file too.
//! In which order its forms are tried, and what it takes off the end of an address, decides where a link ends.

use std::ops::Range;

use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd};

use super::entity::is_allowed;
use super::inline::Element;

/// Makes links of the addresses in the text that stands in no link.
pub fn linkify(elements: &mut Vec<Element<'_>>) {
    let may_link = |text: &str| text.contains("www") || text.contains('@') || text.contains("://");
    let any = elements
        .iter()
        .any(|(event, _)| matches!(event, Event::Text(text) if may_link(text)));
    if !any {
        return;
    }
    let mut out = Vec::with_capacity(elements.len() + 4);
    let free = outside_links(elements);
    for (element, free) in elements.drain(..).zip(free) {
        match element {
            (Event::Text(text), range) if free && may_link(&text) => cut(text, range, &mut out),
            other => out.push(other),
        }
    }
    *elements = out;
}

/// Which elements stand in no link. Links in HTML are known by their ends: without one, `<a>` is none.
fn outside_links(elements: &[Element<'_>]) -> Vec<bool> {
    let (mut links, mut html_links) = (0_usize, 0_usize);
    let mut free: Vec<bool> = elements
        .iter()
        .rev()
        .map(|(event, _)| {
            match event {
                Event::End(TagEnd::Link) => links += 1,
                Event::Start(Tag::Link { .. }) => links = links.saturating_sub(1),
                Event::InlineHtml(html) => {
                    let html = html.to_ascii_lowercase();
                    if html.starts_with("<a>")
                        || html.starts_with("<a ")
                        || html.starts_with("<a\n")
                    {
                        html_links = html_links.saturating_sub(1);
                    } else if html
                        .strip_prefix("</a")
                        .is_some_and(|end| end.trim_start() == ">")
                    {
                        html_links += 1;
                    }
                }
                _ => {}
            }
            links == 0 && html_links == 0
        })
        .collect();
    free.reverse();
    free
}

/// A text in pieces: what is no link, and links.
fn cut<'a>(text: CowStr<'a>, range: Range<usize>, out: &mut Vec<Element<'a>>) {
    let found = addresses(&text);
    let place = |part: Range<usize>| {
        if text.len() == range.len() {
            range.start + part.start..range.start + part.end
        } else {
            range.clone()
        }
    };
    let mut done = 0;
    for (part, url) in found {
        if !is_allowed(&url) {
            continue;
        }
        if done < part.start {
            out.push((
                Event::Text(text[done..part.start].to_owned().into()),
                place(done..part.start),
            ));
        }
        let tag = Tag::Link {
            link_type: LinkType::Inline,
            dest_url: url.into(),
            title: "".into(),
            id: "".into(),
        };
        out.push((Event::Start(tag), place(part.clone())));
        out.push((
            Event::Text(text[part.clone()].to_owned().into()),
            place(part.clone()),
        ));
        out.push((Event::End(TagEnd::Link), place(part.clone())));
        done = part.end;
    }
    if done < text.len() {
        out.push((
            Event::Text(text[done..].to_owned().into()),
            place(done..text.len()),
        ));
    }
}

/// The addresses in a text, each with where it leads.
fn addresses(text: &str) -> Vec<(Range<usize>, String)> {
    let mut all = mail_addresses(text);
    all.extend(page_addresses(text));
    all.sort_by_key(|(range, _)| range.start);
    let mut kept: Vec<(Range<usize>, String)> = Vec::new();
    for one in all {
        // Two that touch are one and something else.
        if kept.last().is_none_or(|(last, _)| one.0.start > last.end) {
            kept.push(one);
        }
    }
    kept
}

fn in_domain(c: char) -> bool {
    c.is_alphanumeric() || c == '.' || c == '-'
}

fn in_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn run_len(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// The length of a domain without a dot at its end.
fn domain_len(text: &str) -> usize {
    text[..run_len(text, in_domain)].trim_end_matches('.').len()
}

/// The length of a domain that ends with a top-level domain.
fn known_domain_len(text: &str) -> Option<usize> {
    let run = &text[..run_len(text, in_domain)];
    run.rmatch_indices('.').find_map(|(dot, _)| {
        let before = run[..dot].chars().next_back()?;
        let word = &text[dot + 1..];
        let word = &word[..run_len(word, in_word)];
        let known = before != '.' && !word.is_empty() && tld::exist(&word.to_ascii_lowercase());
        known.then_some(dot + 1 + word.len())
    })
}

/// Addresses of mail: a name, `@`, and a domain that ends with a top-level domain.
fn mail_addresses(text: &str) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    let mut done = 0;
    for (at, _) in text.match_indices('@') {
        if at < done {
            continue;
        }
        let in_name = |c: char| c.is_alphanumeric() || "-_';:&=+$.,".contains(c);
        let before = &text[done..at];
        let start = done + before.trim_end_matches(in_name).len();
        let Some(len) = known_domain_len(&text[at + 1..]).filter(|_| start < at) else {
            continue;
        };
        done = at + 1 + len;
        let address = &text[start..done];
        let bare = match address.get(..7) {
            Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &address[7..],
            _ => address,
        };
        found.push((start..done, format!("mailto:{bare}")));
    }
    found
}

/// The longest scheme that is looked for, in characters; without it a long run of letters takes long.
const LONGEST: usize = 200;

/// What an address of a page begins with.
enum Form {
    /// A scheme, and the bytes to its `:`.
    Scheme(usize),
    /// `www.`, or a domain that ends with a top-level domain.
    Domain,
}

/// Addresses of pages.
fn page_addresses(text: &str) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let Some((form, slashes, host)) = address_at(text, at) else {
            at += hopeless_len(&text[at..]);
            continue;
        };
        let end = host + suffix_len(&text[host..]);
        let before = text[..at].chars().next_back();
        let whole = &text[at..end];
        let refused = before == Some('@') || (slashes && before.is_some_and(in_word));
        if !refused && is_sound(whole, text[at..host].contains("://"), &form) {
            let kept = at + kept_len(whole, &form);
            let url = &text[at..kept];
            let url = match form {
                Form::Domain if !slashes => format!("http://{url}"),
                _ => url.to_owned(),
            };
            found.push((at..kept, url));
        }
        at = end;
    }
    found
}

/// How far the next address is at least, where none begins: behind the run of letters, unless it may hold a later start.
fn hopeless_len(rest: &str) -> usize {
    let one = rest.chars().next().map_or(1, char::len_utf8);
    let run = &rest[..run_len(rest, |c| in_domain(c) || c == '+')];
    let may_hold = rest[run.len()..].starts_with(':')
        || run
            .as_bytes()
            .windows(4)
            .any(|w| w.eq_ignore_ascii_case(b"www."));
    if may_hold { one } else { run.len().max(one) }
}

/// The address that begins at a place: its form, whether it begins with `//`, and where its host ends.
fn address_at(text: &str, at: usize) -> Option<(Form, bool, usize)> {
    let rest = &text[at..];
    let first = rest.chars().next()?;
    if !in_domain(first) && first != '/' {
        return None;
    }
    if let Some((colon, len)) = scheme_and_host(rest) {
        return Some((Form::Scheme(colon), false, at + len));
    }
    let slashes = rest.starts_with("//");
    let host = if slashes { &rest[2..] } else { rest };
    let skipped = rest.len() - host.len();
    if host
        .get(..4)
        .is_some_and(|www| www.eq_ignore_ascii_case("www."))
    {
        let len = domain_len(&host[4..]);
        if len > 0 {
            return Some((Form::Domain, slashes, at + skipped + 4 + len));
        }
    }
    // What fails at the start of a run of such characters fails at each of them.
    let inside = !slashes && text[..at].chars().next_back().is_some_and(in_domain);
    if inside {
        return None;
    }
    let len = known_domain_len(host)?;
    Some((Form::Domain, slashes, at + skipped + len))
}

/// A scheme and a host: the place of the `:`, and the length of both.
fn scheme_and_host(rest: &str) -> Option<(usize, usize)> {
    if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let in_scheme = |c: char| c.is_ascii_alphanumeric() || "-.+".contains(c);
    let colon = rest
        .chars()
        .take(LONGEST)
        .take_while(|c| in_scheme(*c))
        .count();
    let after = rest[colon..].strip_prefix(':')?;
    // `localhost:80` has a port, and in `link:https://example.com` the second is the scheme.
    let second = after.starts_with(|c: char| c.is_ascii_alphabetic())
        && after[run_len(after, in_scheme)..].starts_with("://");
    if second || after.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let host = after.strip_prefix("//").unwrap_or(after);
    let len = domain_len(host);
    (len > 0).then(|| (colon, rest.len() - host.len() + len))
}

/// The length of path, query and fragment, without what ends a sentence.
fn suffix_len(text: &str) -> usize {
    let belongs = |c: char| c.is_alphanumeric() || "-+&@#/%=~_()|'$*[]?!:,.;".contains(c);
    text[..run_len(text, belongs)]
        .trim_end_matches(['?', '!', ':', ',', '.', ';'])
        .len()
}

/// Whether a match may be an address: there is a letter behind the scheme, or a number of the Internet, and a dot.
fn is_sound(whole: &str, has_slashes: bool, form: &Form) -> bool {
    let Form::Scheme(colon) = form else {
        return whole.contains('.');
    };
    let scheme = whole[..*colon].to_ascii_lowercase();
    if scheme == "javascript" || scheme == "vbscript" || (!has_slashes && !whole.contains('.')) {
        return false;
    }
    let after = &whole[colon + 1..];
    after.contains(|c: char| c.is_ascii_alphabetic() || ('\u{c0}'..='\u{17f}').contains(&c))
        || (has_slashes && is_number(after.trim_start_matches('/')))
}

/// Four numbers with dots, and perhaps a port and a slash.
fn is_number(host: &str) -> bool {
    let host = host.strip_suffix('/').unwrap_or(host);
    let (host, port) = host.split_once(':').unwrap_or((host, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = host.split('.').collect();
    parts.len() == 4
        && digits(port)
        && parts
            .iter()
            .all(|p| (1..=3).contains(&p.len()) && digits(p))
}

/// How much of a match is kept: not a bracket without a partner, nor what stands right behind the top-level domain.
fn kept_len(whole: &str, form: &Form) -> usize {
    if whole.ends_with(')') && whole.matches(')').count() > whole.matches('(').count() {
        return whole.len() - 1;
    }
    let skipped = match form {
        Form::Scheme(colon) => *colon,
        Form::Domain => 0,
    };
    let rest = &whole[skipped..];
    let slashes = match rest.find("//") {
        Some(at) if at <= 1 => at + 2,
        _ => 0,
    };
    let host = &rest[slashes..];
    let latin =
        |c: char| c.is_ascii_alphanumeric() || ('\u{c0}'..='\u{17f}').contains(&c) || c == '-';
    let run = &host[..run_len(host, |c| latin(c) || c == '.')];
    let end = run.rmatch_indices('.').find_map(|(dot, _)| {
        let letters = run_len(&run[dot + 1..], |c| c.is_ascii_alphabetic());
        let before = run[..dot].chars().next_back().is_some_and(latin);
        (before && letters > 0).then_some(dot + 1 + letters)
    });
    let Some(end) = end else {
        return whole.len();
    };
    let after = host[end..].chars().next();
    let stays = after.is_none_or(|c| c.is_ascii_alphabetic() || ".:/?#".contains(c));
    if stays {
        whole.len()
    } else {
        skipped + slashes + end
    }
}
