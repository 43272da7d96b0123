//! The one error type of this crate, and what each error says to the browser.

use crate::handle::SessionHandle;
use crate::store::StoreError;
use std::fmt;

/// What can go wrong with a session. Most handlers return it and never match on it.
///
/// ```
/// use sessionkit::SessionError;
///
/// fn message(error: &SessionError) -> &'static str {
///     match error {
///         SessionError::Unauthorised { .. } => "Please sign in.",
///         SessionError::Conflict { .. } => "Somebody has changed this. Please look again.",
///         SessionError::StoreUnavailable { .. } => "Please try again in a minute.",
///         _ => "Something went wrong.",
///     }
/// }
/// # let _ = message;
/// ```
///
/// No error contains a token or shows a handle, in `Display` or in `Debug`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// There is no session, or it is over. Status 401: the user has to sign in.
    #[error("unauthorised: {reason}")]
    #[non_exhaustive]
    Unauthorised {
        /// Why.
        reason: UnauthorisedReason,
    },

    /// The access token will not do, and a refresh may give one that does. Status 401.
    #[error("the access token has to be refreshed: {reason}")]
    #[non_exhaustive]
    TryRefreshToken {
        /// Why.
        reason: TryRefreshReason,
    },

    /// A refresh token came back after it had been replaced, so two parties hold it. The session
    /// has been revoked. Status 401.
    #[error("a refresh token was reused, and its session has been revoked")]
    #[non_exhaustive]
    TokenTheftDetected {
        /// The session that was revoked.
        handle: SessionHandle,
        /// Whose session it was.
        user_id: String,
    },

    /// The session data has been changed since this version of it was read. Status 409.
    #[error("the session data was changed by somebody else")]
    #[non_exhaustive]
    Conflict {},

    /// The access token would not fit into a cookie with this payload; nothing was stored.
    /// Status 500: the payload comes from your program.
    #[error(
        "the access token payload is too large: the cookie may have {limit} bytes and would have {actual}"
    )]
    #[non_exhaustive]
    PayloadTooLarge {
        /// Bytes that a cookie may have, name and value together.
        limit: usize,
        /// Bytes that this one would have, at the most, while the session lives.
        actual: usize,
    },

    /// The user id cannot be stored. Status 500: the id comes from your program.
    #[error("the user id {problem}")]
    #[non_exhaustive]
    InvalidUserId {
        /// What is wrong with it.
        problem: &'static str,
    },

    /// A payload or session data cannot be written as a JSON object, or not be read as the type
    /// that was asked for. Status 500.
    #[error("{what}")]
    #[non_exhaustive]
    Json {
        /// What was being written or read.
        what: &'static str,
        /// What is wrong with it.
        source: serde_json::Error,
    },

    /// The database did not answer. Status 503; no cookie is cleared.
    #[error("the session store is unavailable")]
    #[non_exhaustive]
    StoreUnavailable {
        /// What the database said.
        source: StoreError,
    },

    /// `build()` refuses this configuration. From a request only if the program lacks a part: a router without
    /// [`Sessions::layer`](crate::Sessions::layer), say. The answer is a 500 then.
    #[error("configuration: {message}")]
    #[non_exhaustive]
    Configuration {
        /// What is wrong, and what to do.
        message: String,
    },

    /// A hook or an overridden function of yours said no. Status 500, unless
    /// [`SessionError::custom_with_status`] says otherwise.
    #[error("{source}")]
    #[non_exhaustive]
    Custom {
        /// The HTTP status to answer with.
        status: u16,
        /// Your error.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Why there is no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnauthorisedReason {
    /// The request had no token.
    NoToken,
    /// The token is malformed, forged or of another kind.
    InvalidToken,
    /// The session was revoked, or there never was one.
    Revoked,
    /// The session was not refreshed for too long.
    IdleTimeout,
    /// The session reached its greatest age.
    AbsoluteTimeout,
    /// The anti-CSRF check failed at a refresh.
    AntiCsrf,
}

impl UnauthorisedReason {
    /// The reason as one word, for logs and response bodies: `idle_timeout`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoToken => "no_token",
            Self::InvalidToken => "invalid_token",
            Self::Revoked => "revoked",
            Self::IdleTimeout => "idle_timeout",
            Self::AbsoluteTimeout => "absolute_timeout",
            Self::AntiCsrf => "anti_csrf",
        }
    }
}

impl fmt::Display for UnauthorisedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoToken => "the request has no token",
            Self::InvalidToken => "the token is not one of ours",
            Self::Revoked => "the session was revoked",
            Self::IdleTimeout => "the session was idle for too long",
            Self::AbsoluteTimeout => "the session reached its greatest age",
            Self::AntiCsrf => "the anti-CSRF check failed at a refresh",
        })
    }
}

/// Why an access token has to be refreshed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TryRefreshReason {
    /// It has expired.
    Expired,
    /// The key that signed it is not, or no longer, known.
    UnknownKey,
    /// The anti-CSRF check failed.
    AntiCsrf,
}

impl TryRefreshReason {
    /// The reason as one word, for logs and response bodies: `unknown_key`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::UnknownKey => "unknown_key",
            Self::AntiCsrf => "anti_csrf",
        }
    }
}

impl fmt::Display for TryRefreshReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => "it has expired",
            Self::UnknownKey => "its signing key is not known",
            Self::AntiCsrf => "the anti-CSRF check failed",
        })
    }
}

impl SessionError {
    /// An error of your own, from a hook or an overridden function, answered with status 500.
    pub fn custom(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::custom_with_status(500, source)
    }

    /// An error of your own, answered with this HTTP status; what is no status becomes 500.
    pub fn custom_with_status(
        status: u16,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Custom {
            status: if (200..=599).contains(&status) {
                status
            } else {
                500
            },
            source: source.into(),
        }
    }

    /// The HTTP status that this error is answered with.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Unauthorised { .. }
            | Self::TryRefreshToken { .. }
            | Self::TokenTheftDetected { .. } => 401,
            Self::Conflict {} => 409,
            Self::StoreUnavailable { .. } => 503,
            Self::Custom { status, .. } => *status,
            Self::PayloadTooLarge { .. }
            | Self::InvalidUserId { .. }
            | Self::Json { .. }
            | Self::Configuration { .. } => 500,
        }
    }

    /// The error as one word, for a response body or a log: `try_refresh_token`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthorised { .. } => "unauthorised",
            Self::TryRefreshToken { .. } => "try_refresh_token",
            Self::TokenTheftDetected { .. } => "token_theft_detected",
            Self::Conflict {} => "conflict",
            Self::PayloadTooLarge { .. } => "payload_too_large",
            Self::InvalidUserId { .. } => "invalid_user_id",
            Self::Json { .. } => "json",
            Self::StoreUnavailable { .. } => "store_unavailable",
            Self::Configuration { .. } => "configuration",
            Self::Custom { .. } => "custom",
        }
    }

    /// Whether the session is over, so that the cookies which the browser sent have to go.
    ///
    /// Not after a failed anti-CSRF check: else another site could sign your users out by sending
    /// a bad request. And not when the database is down.
    #[must_use]
    pub fn ends_session(&self) -> bool {
        match self {
            Self::Unauthorised { reason } => *reason != UnauthorisedReason::AntiCsrf,
            Self::TokenTheftDetected { .. } => true,
            _ => false,
        }
    }

    pub(crate) fn unauthorised(reason: UnauthorisedReason) -> Self {
        Self::Unauthorised { reason }
    }

    pub(crate) fn try_refresh(reason: TryRefreshReason) -> Self {
        Self::TryRefreshToken { reason }
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::Configuration {
            message: message.into(),
        }
    }
}

impl From<StoreError> for SessionError {
    fn from(source: StoreError) -> Self {
        Self::StoreUnavailable { source }
    }
}
