//! Where the front token is sent: what a page may know about the session of its user.
//!
//! It is no credential and is not signed: the server never reads it back. A page reads the user id
//! to show a name, the expiry to refresh in time, and the payload to hide what a role may not do.

/// Where the front token is sent, see the chapter "Same-site cookies".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum FrontTokens {
    /// As a cookie that scripts can read, and in the response header `front-token`.
    #[default]
    CookieAndHeader,
    /// In the response header only, for a website that is another site than the server: a page
    /// there cannot read the server's cookies.
    Header,
    /// Nowhere.
    Off,
}

#[cfg(feature = "axum")]
impl FrontTokens {
    pub(crate) fn has_cookie(self) -> bool {
        self == Self::CookieAndHeader
    }

    pub(crate) fn has_header(self) -> bool {
        self != Self::Off
    }
}
