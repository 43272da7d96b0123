//! The two addresses that the cookie rules follow from, and the same-site rule.
//!
//! In: the addresses as the program writes them. Out: [`Addresses`], or a configuration error that
//! names the address. Asks no network and no name server: a site is a matter of spelling.

use crate::error::SessionError;
use std::net::{Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Where your server is reached, and what stands in the address bar of the browser.
///
/// The attributes of the cookies follow from the two, see the chapter "Same-site cookies".
///
/// ```
/// use sessionkit::AppInfo;
///
/// let app_info = AppInfo::new("https://api.example.com", "https://example.com");
/// ```
///
/// The path of the first address, if it has one, is what a proxy in front of your server takes
/// away: with `https://example.com/api` the refresh cookie is sent to `/api/session/refresh`.
/// [`build`](crate::SessionsBuilder::build) reads the addresses, and refuses those that a browser
/// cannot be sent to.
#[derive(Clone, PartialEq, Eq)]
pub struct AppInfo {
    api: String,
    website: String,
}

impl AppInfo {
    /// The address of your server, then that of your website. The same one twice is usual.
    #[must_use]
    pub fn new(api: impl Into<String>, website: impl Into<String>) -> Self {
        Self {
            api: api.into(),
            website: website.into(),
        }
    }

    /// Reads both addresses.
    pub(crate) fn resolve(&self) -> Result<Addresses, SessionError> {
        let api = Address::read("server", &self.api)?;
        let website = Address::read("website", &self.website)?;
        if api.path.contains(';') {
            return Err(SessionError::configuration(format!(
                "the server's address {:?} has a `;` in its path, which no cookie can have",
                api.text
            )));
        }
        let same_site = api.site() == website.site();
        Ok(Addresses {
            api,
            website,
            same_site,
        })
    }
}

impl std::fmt::Debug for AppInfo {
    /// Shows no address: one that has a password in it is refused only later.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppInfo").finish_non_exhaustive()
    }
}

/// Both addresses, read.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    pub(crate) api: Address,
    pub(crate) website: Address,
    /// Whether a browser sends `SameSite=Lax` cookies of the server with requests of the website.
    pub(crate) same_site: bool,
}

/// One address, as far as cookies know it.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    /// For messages; without a user name or password.
    pub(crate) text: String,
    /// Whether the scheme is `https`, which is what `Secure` stands for.
    pub(crate) secure: bool,
    pub(crate) host: HostName,
    /// Begins with `/` or is empty; never ends with `/`.
    pub(crate) path: String,
}

/// A host, in lower case, names in the spelling of the DNS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HostName {
    V4(Ipv4Addr),
    V6(Ipv6Addr),
    Name(String),
}

impl Address {
    fn read(whose: &str, text: &str) -> Result<Self, SessionError> {
        let refuse = |shown: &str, problem: &str| {
            SessionError::configuration(format!("the {whose}'s address {shown:?} {problem}"))
        };
        let example = "write it like \"https://api.example.com\" or \"http://localhost:3000\"";
        let Ok(url) = Url::parse(text) else {
            return Err(refuse(text, &format!("cannot be read: {example}")));
        };
        let shown = without_user(&url, text);
        if !matches!(url.scheme(), "http" | "https") {
            let problem = format!("has to begin with http:// or https://: {example}");
            return Err(refuse(&shown, &problem));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse(
                &shown,
                "had a user name or password in it: leave it out",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse(
                &shown,
                "has a `?` or `#` in it: end it after the path",
            ));
        }
        let host = url.host().and_then(HostName::read).ok_or_else(|| {
            refuse(
                &shown,
                &format!("has no host that a cookie can go to: {example}"),
            )
        })?;
        Ok(Self {
            secure: url.scheme() == "https",
            host,
            path: url.path().trim_end_matches('/').to_owned(),
            text: shown,
        })
    }

    /// Two addresses with equal sites are the same site (RFC 6265bis, "schemeful").
    fn site(&self) -> (bool, String) {
        let host = match &self.host {
            HostName::Name(name) => registrable(name).unwrap_or(name).to_owned(),
            HostName::V4(address) => address.to_string(),
            HostName::V6(address) => address.to_string(),
        };
        (self.secure, host)
    }
}

/// The address as it was written, unless it has a user name or password: those get into no message.
fn without_user(url: &Url, text: &str) -> String {
    if url.username().is_empty() && url.password().is_none() {
        return text.to_owned();
    }
    let host = url.host_str().unwrap_or_default();
    format!("{}://{host}{}", url.scheme(), url.path())
}

impl HostName {
    fn read(host: Host<&str>) -> Option<Self> {
        match host {
            Host::Ipv4(address) => Some(Self::V4(address)),
            Host::Ipv6(address) => Some(Self::V6(address)),
            Host::Domain(name) => is_host_name(name).then(|| Self::Name(name.to_owned())),
        }
    }
}

/// Whether a name has labels of letters, digits, `-` and `_` only. A URL may have more in it,
/// such as `;` or `*`, but that would mean something else in a cookie, or nothing at all.
pub(crate) fn is_host_name(name: &str) -> bool {
    let relative = name.strip_suffix('.').unwrap_or(name);
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    relative
        .split('.')
        .all(|label| !label.is_empty() && label.bytes().all(is_fine))
}

/// The part of a name that one can register: one label more than its public suffix. A trailing
/// dot stays, since browsers take the name with it for another one.
///
/// None for a name that is a public suffix itself, such as `github.io` or any name without a dot,
/// and for those below `localhost`, which nobody registers: each is a site of its own.
pub(crate) fn registrable(name: &str) -> Option<&str> {
    let relative = name.strip_suffix('.').unwrap_or(name);
    if relative == "localhost" || relative.ends_with(".localhost") {
        return None;
    }
    let length = psl::domain(name.as_bytes())?.as_bytes().len();
    name.get(name.len() - length..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same_site(api: &str, website: &str) -> bool {
        let addresses = AppInfo::new(api, website).resolve();
        addresses
            .unwrap_or_else(|error| panic!("{api} {website}: {error}"))
            .same_site
    }

    #[test]
    fn pairs_of_addresses() {
        for (api, website, expected) in [
            // The table in docs/cookies/same-site.md.
            ("https://example.com", "https://example.com", true),
            ("https://api.example.com", "https://www.example.com", true),
            ("https://api.example.com", "http://www.example.com", false),
            ("https://example.net", "https://example.com", false),
            ("https://a.github.io", "https://b.github.io", false),
            ("http://localhost:3000", "http://localhost:5173", true),
            ("http://127.0.0.1:3000", "http://127.0.0.1:5173", true),
            // Suffixes of several labels, and names that end alike.
            ("https://a.example.co.uk", "https://b.example.co.uk", true),
            ("https://one.co.uk", "https://two.co.uk", false),
            ("https://notexample.com", "https://example.com", false),
            ("https://a.b.c.example.com", "https://example.com", true),
            // Exceptions and wildcards of the list.
            ("https://www.ck", "https://a.www.ck", true),
            ("https://a.b.ck", "https://c.b.ck", false),
            // Ports and paths do not count, letters' case neither.
            ("https://api.example.com:8443", "https://EXAMPLE.com", true),
            ("HTTPS://example.com/api/", "https://example.com/app", true),
            // Local names: by the exact host.
            ("http://app.localhost", "http://app.localhost:81", true),
            ("http://app.localhost", "http://localhost", false),
            ("http://a.app.localhost", "http://app.localhost", false),
            ("http://localhost", "https://localhost", false),
            ("http://localhost", "http://127.0.0.1", false),
            ("http://LOCALHOST", "http://localhost", true),
            ("http://intranet", "http://intranet:8080", true),
            ("http://intranet", "http://extranet", false),
            // A name that is a public suffix itself.
            ("https://github.io", "https://github.io", true),
            ("https://a.github.io", "https://github.io", false),
            // Addresses by number, however they are spelt.
            ("http://0x7f.1", "http://127.0.0.1", true),
            ("http://2130706433", "http://127.0.0.1", true),
            ("http://127.0.0.1", "http://127.0.0.2", false),
            ("http://10.1.1.1", "http://11.1.1.1", false),
            ("http://[::1]:3000", "http://[0:0:0:0:0:0:0:1]", true),
            ("http://[::1]", "http://[::2]", false),
            // Names in other scripts.
            (
                "https://api.bücher.example",
                "https://xn--bcher-kva.example",
                true,
            ),
            ("https://a.公司.cn", "https://b.公司.cn", false),
            ("https://a.b.公司.cn", "https://c.b.xn--55qx5d.cn", true),
            // Browsers take a trailing dot for another name.
            ("https://example.com.", "https://example.com", false),
            ("https://a.example.com.", "https://b.example.com.", true),
            ("http://a.localhost.", "http://b.localhost.", false),
        ] {
            assert_eq!(same_site(api, website), expected, "{api} {website}");
            assert_eq!(same_site(website, api), expected, "{website} {api}");
        }
    }

    #[test]
    fn addresses_that_are_refused() {
        for text in [
            "",
            " ",
            "/",
            "example.com",
            "//example.com",
            "localhost:3000",
            "ws://example.com",
            "wss://example.com",
            "ftp://example.com",
            "file:///etc",
            "mailto:a@example.com",
            "https://",
            "https://example.com?",
            "https://example.com/?a=1",
            "https://example.com/#a",
            "https://example.com:99999",
            "https://a..example.com",
            "https://*.example.com",
            "https://a;b.example.com",
            "https://exa mple.com",
            "https://[::1",
            "https://1.2.3.4.5",
        ] {
            for (app_info, whose) in [
                (AppInfo::new(text, "https://example.com"), "server"),
                (AppInfo::new("https://example.com", text), "website"),
            ] {
                let error = app_info.resolve().err().map(|error| error.to_string());
                let error = error.unwrap_or_else(|| panic!("{text:?} was taken"));
                let start = format!("configuration: the {whose}'s address {text:?} ");
                assert!(error.starts_with(&start), "{error}");
            }
        }
    }

    #[test]
    fn a_password_in_an_address_is_in_no_message() {
        for text in [
            "https://me:hunter2@example.com/a",
            "ftp://hunter2@example.com",
        ] {
            let app_info = AppInfo::new(text, "https://example.com");
            let error = app_info.resolve().unwrap_err();
            assert!(error.to_string().contains("://example.com"), "{error}");
            for shown in [format!("{error} {error:?}"), format!("{app_info:?}")] {
                assert!(!shown.contains("hunter2"), "{shown}");
            }
        }
    }

    #[test]
    fn the_path_of_the_server() {
        for (api, path) in [
            ("https://example.com", ""),
            ("https://example.com/", ""),
            ("https://example.com/api", "/api"),
            ("https://example.com/api/v1//", "/api/v1"),
            ("https://example.com/a b", "/a%20b"),
            ("https://example.com/a/../b", "/b"),
        ] {
            let addresses = AppInfo::new(api, "https://example.com").resolve().unwrap();
            assert_eq!(addresses.api.path, path);
        }
        let error = AppInfo::new("https://example.com/a;b", "https://example.com").resolve();
        assert!(error.unwrap_err().to_string().contains("a;b"));
    }
}
