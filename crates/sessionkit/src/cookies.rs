//! The rules of the three cookies: names, attributes, where they go and how large they may be.
//!
//! In: the two addresses and what the program chose. Out: [`CookieRules`], checked once when the
//! sessions are built, so that nothing in a cookie has to be escaped or checked later. Reads and
//! writes no request; `http` does that.

use crate::app_info::{Addresses, HostName, is_host_name, registrable};
use crate::error::SessionError;
use crate::front_token::FrontTokens;
use url::Host;

/// How large a cookie may be in bytes, name and value together. Browsers drop larger ones.
pub(crate) const COOKIE_LIMIT: usize = 4096;

/// A prefix that leaves room for what the cookie is there for.
const LONGEST_PREFIX: usize = 64;

/// With which requests of other sites a browser sends a cookie.
///
/// It follows from the two addresses. Choose it yourself only for a reason that they do not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SameSite {
    /// With none, except when a link of another site is followed. The rule for one site.
    Lax,
    /// With all of them, provided that the server's address has `https`. The rule for two sites.
    None,
    /// With none, so whoever follows a link to your website arrives there signed out.
    Strict,
}

#[cfg(feature = "axum")]
impl SameSite {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Lax => "Lax",
            Self::None => "None",
            Self::Strict => "Strict",
        }
    }
}

/// What the program may choose.
#[derive(Debug, Clone)]
pub(crate) struct CookieOptions {
    /// With or without a dot in front.
    pub(crate) domain: Option<String>,
    pub(crate) name_prefix: String,
    /// `None` follows the addresses.
    pub(crate) same_site: Option<SameSite>,
    /// Where the routes are, below the path of the server's address.
    pub(crate) routes_path: String,
    pub(crate) front_token: FrontTokens,
}

impl Default for CookieOptions {
    fn default() -> Self {
        Self {
            domain: None,
            name_prefix: "sk".to_owned(),
            same_site: None,
            routes_path: "/session".to_owned(),
            front_token: FrontTokens::default(),
        }
    }
}

/// The rules, checked: every text in here may stand in a `Set-Cookie` header as it is.
#[derive(Debug, Clone)]
#[cfg_attr(
    not(feature = "axum"),
    expect(
        dead_code,
        reason = "checked in any case; only the HTTP side sends cookies"
    )
)]
pub(crate) struct CookieRules {
    pub(crate) access_name: String,
    pub(crate) refresh_name: String,
    pub(crate) front_name: String,
    pub(crate) secure: bool,
    pub(crate) same_site: SameSite,
    /// Without a dot in front. `None`: the cookies go to the host that set them, and to no other.
    pub(crate) domain: Option<String>,
    /// The domains that cookies of these names may have been set with before, by another
    /// configuration; `None` in the list is a cookie without a domain.
    pub(crate) earlier_domains: Vec<Option<String>>,
    /// Begins with `/`, or is empty; never ends with `/`.
    pub(crate) routes_path: String,
    /// As the browser sees it: behind the path of the server's address.
    pub(crate) refresh_path: String,
    pub(crate) front_token: FrontTokens,
}

impl CookieRules {
    pub(crate) fn new(
        addresses: &Addresses,
        options: &CookieOptions,
    ) -> Result<Self, SessionError> {
        let prefix = checked_prefix(&options.name_prefix, addresses.api.secure)?;
        let routes_path = checked_path(&options.routes_path)?;
        let domain = match &options.domain {
            Some(domain) => Some(checked_domain(domain, addresses)?),
            None => None,
        };
        Ok(Self {
            access_name: format!("{prefix}_access"),
            refresh_name: format!("{prefix}_refresh"),
            front_name: format!("{prefix}_front"),
            secure: addresses.api.secure,
            same_site: same_site(addresses, options.same_site)?,
            earlier_domains: earlier_domains(&addresses.api.host, domain.as_deref()),
            domain,
            refresh_path: format!("{}{routes_path}/refresh", addresses.api.path),
            routes_path,
            front_token: options.front_token,
        })
    }

    /// How large the access cookie is, name and value, with a token of that length.
    pub(crate) fn access_cookie_size(&self, token_len: usize) -> usize {
        self.access_name.len() + token_len
    }
}

fn same_site(addresses: &Addresses, chosen: Option<SameSite>) -> Result<SameSite, SessionError> {
    let by_rule = if addresses.same_site {
        SameSite::Lax
    } else {
        SameSite::None
    };
    let same_site = chosen.unwrap_or(by_rule);
    if same_site != SameSite::None || addresses.api.secure {
        return Ok(same_site);
    }
    let (api, website) = (&addresses.api.text, &addresses.website.text);
    let why = match chosen {
        Some(_) => "you chose",
        None => "two sites need",
    };
    Err(SessionError::configuration(format!(
        "with the server at {api:?} and the website at {website:?}, {why} cookies with \
         `SameSite=None`, which browsers ignore unless the server's address has https: use https \
         there, or put both on one site"
    )))
}

fn checked_prefix(prefix: &str, secure: bool) -> Result<&str, SessionError> {
    let refuse = |problem: &str| {
        Err(SessionError::configuration(format!(
            "the prefix of the cookies' names {prefix:?} {problem}"
        )))
    };
    if prefix.is_empty() || prefix.len() > LONGEST_PREFIX {
        return refuse("has to have 1 to 64 characters");
    }
    if !prefix.bytes().all(is_token_byte) {
        return refuse(
            "has a character that no cookie's name can have: use letters, digits, - and _",
        );
    }
    // Browsers hold names that begin so to rules of their own, and drop the cookie silently.
    let begins = |with: &str| {
        prefix
            .get(..with.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(with))
    };
    if begins("__Host-") {
        return refuse("cannot be: the refresh cookie has a path, which `__Host-` forbids");
    }
    if begins("__Http-") {
        return refuse("cannot be: scripts read the front cookie, which `__Http-` forbids");
    }
    if begins("__Secure-") && !secure {
        return refuse("needs https on the server's address");
    }
    Ok(prefix)
}

/// What RFC 9110 lets a token have, and so RFC 6265 the name of a cookie.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// The path without a `/` at its end.
fn checked_path(path: &str) -> Result<String, SessionError> {
    let trimmed = path.strip_suffix('/').unwrap_or(path);
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let is_segment =
        |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(is_fine);
    let rest = trimmed.strip_prefix('/');
    if path == "/" || rest.is_some_and(|rest| rest.split('/').all(is_segment)) {
        return Ok(trimmed.to_owned());
    }
    Err(SessionError::configuration(format!(
        "the path of the routes {path:?} has to begin with `/` and have letters, digits and -._~ \
         between its slashes, as in \"/session\""
    )))
}

/// The domain as browsers compare it: without the dot in front, lower case, in ASCII.
fn checked_domain(domain: &str, addresses: &Addresses) -> Result<String, SessionError> {
    let refuse = |problem: String| {
        Err(SessionError::configuration(format!(
            "the cookie domain {domain:?} {problem}"
        )))
    };
    let bare = domain.strip_prefix('.').unwrap_or(domain);
    let name = match Host::parse(bare) {
        Ok(Host::Domain(name)) if is_host_name(&name) && !name.ends_with('.') => name,
        Ok(Host::Domain(_)) | Err(_) => {
            return refuse("is no domain: write it like \"example.com\"".to_owned());
        }
        Ok(_) => {
            return refuse("is an address, and those have no subdomains: leave it out".to_owned());
        }
    };
    if name == "localhost" {
        return refuse(
            "is this machine, and browsers take no cookie for it: leave it out".to_owned(),
        );
    }
    if psl::suffix_str(&name).is_none_or(|suffix| suffix == name) {
        return refuse(
            "is a public suffix, and a cookie for all who registered below it is ignored by \
             browsers: leave it out, or use a domain of your own"
                .to_owned(),
        );
    }
    if !covers(&name, &addresses.api.host) {
        let api = &addresses.api.text;
        return refuse(format!(
            "does not cover the server's address {api:?}, so browsers would ignore its cookies: use \
             the server's own domain, or leave it out"
        ));
    }
    Ok(name)
}

fn covers(domain: &str, host: &HostName) -> bool {
    let HostName::Name(host) = host else {
        return false;
    };
    host.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// All domains that a server at this host can set cookies for, without the one it sets them for.
fn earlier_domains(host: &HostName, configured: Option<&str>) -> Vec<Option<String>> {
    let parents: Vec<&str> = match host {
        HostName::Name(name) => match registrable(name) {
            Some(shortest) => parents(name, shortest),
            None => Vec::new(),
        },
        HostName::V4(_) | HostName::V6(_) => Vec::new(),
    };
    std::iter::once(None)
        .chain(parents.into_iter().map(Some))
        .filter(|domain| *domain != configured)
        .map(|domain| domain.map(str::to_owned))
        .collect()
}

/// The name and each name above it, down to `shortest`. Browsers take no domain with a trailing
/// dot, so a name with one has none.
fn parents<'a>(name: &'a str, shortest: &str) -> Vec<&'a str> {
    if name.ends_with('.') {
        return Vec::new();
    }
    std::iter::successors(Some(name), |name| Some(name.split_once('.')?.1))
        .take_while(|name| name.len() >= shortest.len())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app_info::AppInfo;

    fn rules(api: &str, website: &str, options: &CookieOptions) -> Result<CookieRules, String> {
        let addresses = AppInfo::new(api, website).resolve().unwrap();
        CookieRules::new(&addresses, options).map_err(|error| error.to_string())
    }

    fn with_domain(api: &str, domain: &str) -> Result<CookieRules, String> {
        let options = CookieOptions {
            domain: Some(domain.to_owned()),
            ..CookieOptions::default()
        };
        rules(api, api, &options)
    }

    #[test]
    fn attributes_follow_from_the_addresses() {
        let default = CookieOptions::default();
        let of = |api, website| {
            let rules = rules(api, website, &default).unwrap();
            (rules.same_site, rules.secure, rules.refresh_path)
        };
        let one = of("http://localhost:3000", "http://localhost:5173");
        assert_eq!(one, (SameSite::Lax, false, "/session/refresh".to_owned()));
        let two = of("https://example.net/api/", "http://example.com");
        assert_eq!(
            two,
            (SameSite::None, true, "/api/session/refresh".to_owned())
        );
    }

    #[test]
    fn none_without_https_is_refused() {
        let default = CookieOptions::default();
        let (api, website) = ("http://example.net", "https://example.com");
        let error = rules(api, website, &default).unwrap_err();
        assert!(error.contains(api) && error.contains(website), "{error}");

        let chosen = CookieOptions {
            same_site: Some(SameSite::None),
            ..default
        };
        let error = rules("http://localhost:1", "http://localhost:2", &chosen).unwrap_err();
        assert!(
            error.contains("localhost:1") && error.contains("you chose"),
            "{error}"
        );
        assert!(rules("https://localhost", "https://localhost", &chosen).is_ok());
    }

    #[test]
    fn cookie_domains() {
        for (api, domain, expected) in [
            ("https://api.example.com", "example.com", "example.com"),
            ("https://api.example.com", ".example.com", "example.com"),
            (
                "https://api.example.com",
                "API.Example.COM",
                "api.example.com",
            ),
            (
                "https://a.bücher.example",
                "bücher.example",
                "xn--bcher-kva.example",
            ),
            ("https://x.a.github.io", "a.github.io", "a.github.io"),
        ] {
            let rules = with_domain(api, domain).unwrap();
            assert_eq!(rules.domain.as_deref(), Some(expected));
        }
        for (api, domain, problem) in [
            ("https://api.example.com", "com", "public suffix"),
            ("https://api.example.co.uk", ".co.uk", "public suffix"),
            ("https://a.github.io", "github.io", "public suffix"),
            ("http://intranet", "intranet", "public suffix"),
            ("https://api.example.com", "example.net", "does not cover"),
            (
                "https://api.example.com",
                "www.example.com",
                "does not cover",
            ),
            ("https://notexample.com", "example.com", "does not cover"),
            ("https://example.com.", "example.com", "does not cover"),
            ("http://127.0.0.1", "127.0.0.1", "is an address"),
            ("http://127.0.0.1", "0x7f.1", "is an address"),
            ("http://[::1]", "[::1]", "is an address"),
            ("http://localhost", "localhost", "this machine"),
            ("https://api.example.com", "", "no domain"),
            ("https://api.example.com", ".", "no domain"),
            ("https://api.example.com", "..example.com", "no domain"),
            ("https://api.example.com", "example.com.", "no domain"),
            (
                "https://api.example.com",
                "example.com; Secure",
                "no domain",
            ),
            ("https://api.example.com", "a;b.example.com", "no domain"),
            (
                "https://api.example.com",
                "https://example.com",
                "no domain",
            ),
            (
                "https://api.example.com",
                "example.com\r\nx: y",
                "no domain",
            ),
        ] {
            let error = with_domain(api, domain).unwrap_err();
            assert!(error.contains(problem), "{domain:?}: {error}");
            assert!(error.contains(&format!("{domain:?}")), "{error}");
        }
    }

    #[test]
    fn domains_of_earlier_configurations() {
        let host_only = rules(
            "https://a.api.example.com",
            "https://example.com",
            &CookieOptions::default(),
        );
        let some = |domain: &str| Some(domain.to_owned());
        assert_eq!(
            host_only.unwrap().earlier_domains,
            [
                some("a.api.example.com"),
                some("api.example.com"),
                some("example.com")
            ]
        );
        let shared = with_domain("https://api.example.com", "example.com").unwrap();
        assert_eq!(shared.earlier_domains, [None, some("api.example.com")]);
        for api in [
            "http://localhost",
            "http://127.0.0.1",
            "http://[::1]",
            "http://intranet",
        ] {
            let local = rules(api, api, &CookieOptions::default()).unwrap();
            assert_eq!(local.earlier_domains, []);
        }
    }

    #[test]
    fn prefixes() {
        let prefixed = |api: &str, prefix: &str| {
            let options = CookieOptions {
                name_prefix: prefix.to_owned(),
                ..CookieOptions::default()
            };
            rules(api, api, &options)
        };
        let rules = prefixed("https://example.com", "__Secure-app").unwrap();
        assert_eq!(rules.access_name, "__Secure-app_access");
        assert_eq!(rules.access_cookie_size(100), 119);
        for prefix in [
            "",
            "a b",
            "a;",
            "a=",
            "ä",
            "a\n",
            "\"",
            "a,",
            &"a".repeat(65),
        ] {
            assert!(
                prefixed("https://example.com", prefix).is_err(),
                "{prefix:?}"
            );
        }
        for prefix in ["__Host-a", "__host-a", "__HTTP-a"] {
            assert!(
                prefixed("https://example.com", prefix).is_err(),
                "{prefix:?}"
            );
        }
        assert!(prefixed("http://localhost", "__Secure-").is_err());
    }

    #[test]
    fn paths_of_the_routes() {
        for (path, expected) in [("/session", "/session"), ("/", ""), ("/a/b-1/", "/a/b-1")] {
            assert_eq!(checked_path(path).unwrap(), expected);
        }
        for path in [
            "", "a", "//", "/a//", "/a//b", "/a;b", "/{a}", "/a?", "/../a", "/ä", "/a\n",
        ] {
            assert!(checked_path(path).is_err(), "{path:?}");
        }
    }
}
