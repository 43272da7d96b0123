//! The modes of the anti-CSRF check, and which one `Auto` stands for.

use crate::app_info::Addresses;
use crate::cookies::{CookieRules, SameSite};
use crate::error::SessionError;

/// What a request has to carry to prove that it comes from your own front end, see the chapter
/// "Anti-CSRF".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum AntiCsrf {
    /// Nothing where the browser itself holds back requests of other sites, else as
    /// `ViaCustomHeader`.
    #[default]
    Auto,
    /// Nothing. For services that get their tokens in a header, and no cookies.
    None,
    /// The header `x-sessionkit` with any value: a form of another site cannot send it, and a
    /// script there has to pass your CORS rules first.
    ViaCustomHeader,
    /// The session's anti-CSRF token, in the header `anti-csrf`.
    ViaToken,
    /// The header `Sec-Fetch-Site`, as browsers send it, naming this site. For one site only.
    FetchMetadata,
}

impl AntiCsrf {
    /// The mode that is meant; never `Auto`.
    pub(crate) fn resolve(
        self,
        addresses: &Addresses,
        cookies: &CookieRules,
    ) -> Result<Self, SessionError> {
        match self {
            // Cookies that were made `None` by hand come with requests of all sites.
            Self::Auto if addresses.same_site && cookies.same_site != SameSite::None => {
                Ok(Self::None)
            }
            Self::Auto => Ok(Self::ViaCustomHeader),
            // A browser says `cross-site` for every request between the two.
            Self::FetchMetadata if !addresses.same_site => {
                Err(SessionError::configuration(format!(
                    "`AntiCsrf::FetchMetadata` lets requests of one site pass, but {:?} and {:?} \
                     are two sites: use `AntiCsrf::ViaCustomHeader` or `AntiCsrf::ViaToken`",
                    addresses.api.text, addresses.website.text
                )))
            }
            mode => Ok(mode),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app_info::AppInfo;
    use crate::cookies::CookieOptions;

    fn resolve(mode: AntiCsrf, api: &str, same_site: Option<SameSite>) -> Result<AntiCsrf, String> {
        let app_info = AppInfo::new(api, "https://example.com");
        let addresses = app_info.resolve().unwrap();
        let options = CookieOptions {
            same_site,
            ..CookieOptions::default()
        };
        let cookies = CookieRules::new(&addresses, &options).unwrap();
        let resolved = mode.resolve(&addresses, &cookies);
        resolved.map_err(|error| error.to_string())
    }

    const ONE: &str = "https://api.example.com";
    const TWO: &str = "https://example.net";

    #[test]
    fn what_auto_stands_for() {
        let auto = |api, same_site| resolve(AntiCsrf::default(), api, same_site).unwrap();
        assert_eq!(auto(ONE, None), AntiCsrf::None);
        assert_eq!(auto(ONE, Some(SameSite::Strict)), AntiCsrf::None);
        assert_eq!(auto(ONE, Some(SameSite::None)), AntiCsrf::ViaCustomHeader);
        assert_eq!(auto(TWO, None), AntiCsrf::ViaCustomHeader);
        assert_eq!(auto(TWO, Some(SameSite::Lax)), AntiCsrf::ViaCustomHeader);
    }

    #[test]
    fn the_others_stand_for_themselves() {
        for mode in [
            AntiCsrf::None,
            AntiCsrf::ViaCustomHeader,
            AntiCsrf::ViaToken,
        ] {
            assert_eq!(resolve(mode, ONE, None).unwrap(), mode);
            assert_eq!(resolve(mode, TWO, None).unwrap(), mode);
        }
        let mode = AntiCsrf::FetchMetadata;
        assert_eq!(resolve(mode, ONE, None).unwrap(), mode);
        let error = resolve(mode, TWO, None).unwrap_err();
        assert!(
            error.contains(TWO) && error.contains("https://example.com"),
            "{error}"
        );
    }
}
