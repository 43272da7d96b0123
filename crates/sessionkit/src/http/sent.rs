//! Reads our cookies out of a request: whatever a browser, a proxy or an attacker put there.
//!
//! One pass over all `Cookie` headers; nothing is copied. A header may name one cookie several
//! times: after the domain of a service was changed, browsers send the old and the new one, and
//! nothing in the header says which is which.

use crate::cookies::CookieRules;
use ::http::HeaderMap;
use ::http::header::COOKIE;

/// More values of one name than this come from no browser that we set cookies in.
const MOST_VALUES: usize = 4;

/// What a value is read as that is no text: present, and not a token.
const NOT_TEXT: &str = "\u{fffd}";

/// Our cookies in a request.
#[derive(Debug, Default)]
pub(super) struct Sent<'a> {
    pub(super) access: Values<'a>,
    pub(super) refresh: Values<'a>,
    front: Values<'a>,
}

/// The distinct values of one name that are not empty, in the order of the request.
#[derive(Default)]
pub(super) struct Values<'a> {
    values: [&'a str; MOST_VALUES],
    len: usize,
    /// All cookies of the name, equal and empty ones too.
    cookies: usize,
}

impl<'a> Sent<'a> {
    pub(super) fn read(headers: &'a HeaderMap, rules: &CookieRules) -> Self {
        let mut sent = Self::default();
        for header in headers.get_all(COOKIE) {
            let mut rest = header.as_bytes();
            while let Some(end) = memchr::memchr(b';', rest) {
                sent.add(&rest[..end], rules);
                rest = &rest[end + 1..];
            }
            sent.add(rest, rules);
        }
        sent
    }

    fn add(&mut self, pair: &'a [u8], rules: &CookieRules) {
        let Some(at) = memchr::memchr(b'=', pair) else {
            return;
        };
        let name = trim(&pair[..at]);
        let values = if name == rules.access_name.as_bytes() {
            &mut self.access
        } else if name == rules.refresh_name.as_bytes() {
            &mut self.refresh
        } else if name == rules.front_name.as_bytes() {
            &mut self.front
        } else {
            return;
        };
        values.add(unquoted(trim(&pair[at + 1..])));
    }

    /// Whether any of our cookies was sent. The refresh cookie goes to one path only, so whether
    /// the browser has it cannot be told by itself.
    pub(super) fn any(&self) -> bool {
        self.all().iter().any(|values| values.cookies > 0)
    }

    /// Whether a name was there more than once, so that one of them is from an earlier domain.
    pub(super) fn several(&self) -> bool {
        self.all().iter().any(|values| values.cookies > 1)
    }

    fn all(&self) -> [&Values<'a>; 3] {
        [&self.access, &self.refresh, &self.front]
    }
}

impl<'a> Values<'a> {
    fn add(&mut self, value: &'a [u8]) {
        self.cookies += 1;
        let value = std::str::from_utf8(value).unwrap_or(NOT_TEXT);
        if !value.is_empty() && self.len < MOST_VALUES && !self.as_slice().contains(&value) {
            self.values[self.len] = value;
            self.len += 1;
        }
    }

    pub(super) fn as_slice(&self) -> &[&'a str] {
        &self.values[..self.len]
    }
}

impl std::fmt::Debug for Values<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Values")
            .field("cookies", &self.cookies)
            .finish_non_exhaustive()
    }
}

fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

fn unquoted(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] => inner,
        _ => value,
    }
}

#[cfg(test)]
mod tests;
