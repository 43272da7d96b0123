//! Writes our cookies and headers into a response: sets tokens, or clears them with the attributes
//! that they were set with, since a browser keeps a cookie that is cleared with others.
//!
//! A cookie's life is told as `Max-Age`, not as `Expires`: every browser in use knows it, and it
//! needs no clock in the browser that is right.

use super::front::front_token;
use crate::cookies::CookieRules;
use crate::error::SessionError;
use crate::session::ToSend;
use ::http::header::{CACHE_CONTROL, SET_COOKIE};
use ::http::{HeaderMap, HeaderName, HeaderValue};
use std::time::Duration;

/// The anti-CSRF token, in both directions.
pub(super) const ANTI_CSRF: HeaderName = HeaderName::from_static("anti-csrf");
/// What no form can send.
pub(super) const CUSTOM_HEADER: HeaderName = HeaderName::from_static("x-sessionkit");
/// The front token, or `remove`.
pub(super) const FRONT_TOKEN: HeaderName = HeaderName::from_static("front-token");

/// Browsers cut a longer life down to this (RFC 6265bis, 5.5).
const LONGEST_LIFE: Duration = Duration::from_secs(400 * 86_400);

/// Clears cookies; what it writes is worked out beforehand.
pub(super) struct CookieEraser {
    front_header: bool,
    clear: Vec<HeaderValue>,
    clear_earlier: Vec<HeaderValue>,
}

/// One cookie without its value and life.
struct Cookie {
    name: String,
    /// Begins with `; `.
    attributes: String,
}

/// Tells the browser what it has to learn.
pub(super) fn set_tokens(
    headers: &mut HeaderMap,
    rules: &CookieRules,
    new: &ToSend<'_>,
) -> Result<(), SessionError> {
    let front_token = if rules.front_token.has_header() {
        let expires_at = new.access_token_expires_at;
        Some(front_token(new.user_id, expires_at, new.payload)?)
    } else {
        None
    };
    let [access, refresh, front] = cookies(rules, rules.domain.as_deref());
    let life = life_in_seconds(new);
    headers.append(SET_COOKIE, access.set(new.access_token, life));
    if let Some(token) = new.refresh_token {
        headers.append(SET_COOKIE, refresh.set(token, life));
    }
    if let Some(token) = front_token {
        if rules.front_token.has_cookie() {
            headers.append(SET_COOKIE, front.set(&token, life));
        }
        headers.insert(FRONT_TOKEN, visible(token));
    }
    if let Some(token) = new.anti_csrf_token {
        headers.insert(ANTI_CSRF, visible(token.to_owned()));
    }
    // A cache that keeps this answer would hand one user's tokens to another.
    headers.insert(CACHE_CONTROL, NO_STORE);
    Ok(())
}

impl CookieEraser {
    pub(super) fn new(rules: &CookieRules) -> Self {
        let cleared = |domain: Option<&str>| cookies(rules, domain).map(|cookie| cookie.cleared());
        let earlier = rules.earlier_domains.iter();
        Self {
            front_header: rules.front_token.has_header(),
            clear: cleared(rules.domain.as_deref()).to_vec(),
            clear_earlier: earlier
                .flat_map(|domain| cleared(domain.as_deref()))
                .collect(),
        }
    }

    /// Takes everything away. The front cookie goes in any case: an earlier configuration may have
    /// set it.
    pub(super) fn clear(&self, headers: &mut HeaderMap) {
        append_all(headers, &self.clear);
        if self.front_header {
            headers.insert(FRONT_TOKEN, HeaderValue::from_static("remove"));
        }
        headers.insert(CACHE_CONTROL, NO_STORE);
    }

    /// Takes away the cookies of our names that were set with another domain.
    pub(super) fn clear_earlier(&self, headers: &mut HeaderMap) {
        append_all(headers, &self.clear_earlier);
    }
}

pub(super) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

fn append_all(headers: &mut HeaderMap, values: &[HeaderValue]) {
    for value in values {
        headers.append(SET_COOKIE, value.clone());
    }
}

/// The access, the refresh and the front cookie for a domain.
fn cookies(rules: &CookieRules, domain: Option<&str>) -> [Cookie; 3] {
    let cookie = |name: &str, path: &str, http_only: bool| {
        let domain = domain.map_or(String::new(), |domain| format!("; Domain={domain}"));
        let secure = if rules.secure { "; Secure" } else { "" };
        let http_only = if http_only { "; HttpOnly" } else { "" };
        let same_site = rules.same_site.as_str();
        Cookie {
            name: name.to_owned(),
            attributes: format!("; Path={path}{domain}{secure}{http_only}; SameSite={same_site}"),
        }
    };
    [
        cookie(&rules.access_name, "/", true),
        cookie(&rules.refresh_name, &rules.refresh_path, true),
        cookie(&rules.front_name, "/", false),
    ]
}

impl Cookie {
    fn set(&self, value: &str, life: u64) -> HeaderValue {
        let Self { name, attributes } = self;
        // Our tokens are base64url and points. Anything else must not end up in an attribute.
        let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        assert!(
            value.bytes().all(is_fine),
            "invariant: tokens are base64url and points"
        );
        visible(format!("{name}={value}; Max-Age={life}{attributes}"))
    }

    fn cleared(&self) -> HeaderValue {
        self.set("", 0)
    }
}

fn visible(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("invariant: tokens and rules are visible ASCII")
}

/// The access cookie lives as long as the refresh cookie: an access token that has expired has to
/// be sent all the same, or the answer could not be "refresh".
fn life_in_seconds(new: &ToSend<'_>) -> u64 {
    let life = new.cookies_expire_at.since(new.now).min(LONGEST_LIFE);
    // Zero would clear it.
    life.as_secs().max(u64::from(!life.is_zero()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app_info::AppInfo;
    use crate::clock::UnixMillis;
    use crate::cookies::CookieOptions;

    fn life(milliseconds: i64) -> u64 {
        life_in_seconds(&ToSend {
            access_token: "",
            refresh_token: None,
            anti_csrf_token: None,
            cookies_expire_at: UnixMillis(1_000 + milliseconds),
            now: UnixMillis(1_000),
            user_id: "",
            access_token_expires_at: UnixMillis(0),
            payload: "{}",
        })
    }

    #[test]
    fn lives() {
        for (milliseconds, seconds) in [
            (-1, 0),
            (0, 0),
            (1, 1),
            (1_999, 1),
            (86_400_000, 86_400),
            (401 * 86_400_000, 34_560_000),
        ] {
            assert_eq!(life(milliseconds), seconds);
        }
    }

    #[test]
    fn earlier_domains_are_cleared_with_the_same_attributes() {
        let addresses = AppInfo::new("https://api.example.com/v1", "https://example.com");
        let options = CookieOptions {
            domain: Some(".example.com".to_owned()),
            ..CookieOptions::default()
        };
        let rules = CookieRules::new(&addresses.resolve().unwrap(), &options).unwrap();
        let mut headers = HeaderMap::new();
        CookieEraser::new(&rules).clear_earlier(&mut headers);
        let texts: Vec<_> = headers.get_all(SET_COOKIE).iter().collect();
        assert_eq!(
            texts,
            [
                "sk_access=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax",
                "sk_refresh=; Max-Age=0; Path=/v1/session/refresh; Secure; HttpOnly; SameSite=Lax",
                "sk_front=; Max-Age=0; Path=/; Secure; SameSite=Lax",
                "sk_access=; Max-Age=0; Path=/; Domain=api.example.com; Secure; HttpOnly; SameSite=Lax",
                "sk_refresh=; Max-Age=0; Path=/v1/session/refresh; Domain=api.example.com; Secure; \
                 HttpOnly; SameSite=Lax",
                "sk_front=; Max-Age=0; Path=/; Domain=api.example.com; Secure; SameSite=Lax",
            ]
        );
    }

    #[test]
    #[should_panic(expected = "invariant")]
    fn a_value_that_would_split_the_header_is_a_bug() {
        let cookie = Cookie {
            name: "a".to_owned(),
            attributes: String::new(),
        };
        cookie.set("b; Domain=com", 1);
    }
}
