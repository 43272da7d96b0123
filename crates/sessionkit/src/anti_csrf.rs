//! The modes of the anti-CSRF check, and which one `Auto` stands for.

use crate::app_info::Addresses;
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
    pub(crate) fn resolve(self, addresses: &Addresses) -> Result<Self, SessionError> {
        match self {
            Self::Auto if addresses.same_site => Ok(Self::None),
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

    #[test]
    fn what_auto_stands_for() {
        let one = AppInfo::new("https://api.example.com", "https://example.com");
        let two = AppInfo::new("https://example.net", "https://example.com");
        let (one, two) = (one.resolve().unwrap(), two.resolve().unwrap());
        assert_eq!(AntiCsrf::default().resolve(&one).unwrap(), AntiCsrf::None);
        assert_eq!(
            AntiCsrf::Auto.resolve(&two).unwrap(),
            AntiCsrf::ViaCustomHeader
        );
        for mode in [
            AntiCsrf::None,
            AntiCsrf::ViaCustomHeader,
            AntiCsrf::ViaToken,
        ] {
            assert_eq!(mode.resolve(&one).unwrap(), mode);
            assert_eq!(mode.resolve(&two).unwrap(), mode);
        }
        let mode = AntiCsrf::FetchMetadata;
        assert_eq!(mode.resolve(&one).unwrap(), mode);
        let error = mode.resolve(&two).unwrap_err().to_string();
        assert!(error.contains("https://example.net") && error.contains("https://example.com"));
    }
}
