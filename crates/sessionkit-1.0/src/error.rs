//! The one error struct of 1.0, with a type code in it.

use std::error::Error;
use std::fmt;

/// What went wrong: [`error_type`](Self::error_type) for your code, the text for your log.
#[derive(Debug)]
pub struct SessionError {
    error_type: ErrorType,
    /// `None`: what was passed is the handle of no session, nor can it be.
    source: Option<sessionkit::SessionError>,
}

/// The four kinds of error, all there will ever be in 1.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorType {
    /// The database did not answer, or what was passed cannot be stored. Clear no cookies.
    GeneralError,
    /// There is no such session, or it is over. Clear the cookies.
    Unauthorised,
    /// The access token has expired, or the anti-CSRF token is wrong. Let the front end refresh.
    TryRefreshToken,
    /// A refresh token was used twice; the session has been revoked. Clear the cookies.
    TokenTheftDetected,
}

impl SessionError {
    /// The type code.
    #[must_use]
    pub fn error_type(&self) -> ErrorType {
        self.error_type
    }

    pub(crate) fn no_such_session() -> Self {
        Self {
            error_type: ErrorType::Unauthorised,
            source: None,
        }
    }
}

impl From<sessionkit::SessionError> for SessionError {
    fn from(source: sessionkit::SessionError) -> Self {
        use sessionkit::SessionError as Current;
        let error_type = match &source {
            Current::Unauthorised { .. } => ErrorType::Unauthorised,
            Current::TryRefreshToken { .. } => ErrorType::TryRefreshToken,
            Current::TokenTheftDetected { .. } => ErrorType::TokenTheftDetected,
            _ => ErrorType::GeneralError,
        };
        Self {
            error_type,
            source: Some(source),
        }
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Some(source) => source.fmt(f),
            None => f.write_str("unauthorised: there is no session with this handle"),
        }
    }
}

impl Error for SessionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().and_then(Error::source)
    }
}
