//! What goes back to the browser: a session beside a body, cleared cookies, and errors.
//!
//! Nothing here knows the request, so nothing here decides whether cookies have to be cleared
//! because of an error: the layer does. An error says in the response's extensions what it was.

use super::set_cookie::{NO_STORE, set_tokens};
use crate::error::SessionError;
use crate::session::Session;
use crate::sessions::Sessions;
use ::http::header::{CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use ::http::{HeaderValue, StatusCode};
use axum::body::Body;
use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;

/// Among a response's extensions: our cookies were set or cleared on purpose.
#[derive(Clone, Copy)]
pub(super) struct TokensWritten;

/// Sends what the browser does not know yet: the tokens after creating or refreshing, the access
/// token after the payload was changed, otherwise nothing.
impl IntoResponseParts for Session {
    type Error = SessionError;

    fn into_response_parts(
        self,
        mut response: ResponseParts,
    ) -> Result<ResponseParts, SessionError> {
        if let Some(new) = self.to_send() {
            set_tokens(response.headers_mut(), &self.config().cookies, &new)?;
            response.extensions_mut().insert(TokensWritten);
        }
        Ok(response)
    }
}

/// The same with an empty body.
impl IntoResponse for Session {
    fn into_response(self) -> Response {
        (self, ()).into_response()
    }
}

/// Clears all cookies of this crate, as part of a response; from
/// [`Sessions::clear_tokens`](crate::Sessions::clear_tokens).
#[derive(Clone)]
#[must_use = "cookies are cleared by the response that this is part of"]
pub struct ClearTokens {
    pub(super) sessions: Sessions,
}

impl IntoResponseParts for ClearTokens {
    type Error = Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, Infallible> {
        let cookies = &self.sessions.http().cookies;
        cookies.clear(response.headers_mut());
        response.extensions_mut().insert(TokensWritten);
        Ok(response)
    }
}

impl IntoResponse for ClearTokens {
    fn into_response(self) -> Response {
        (self, ()).into_response()
    }
}

impl std::fmt::Debug for ClearTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClearTokens").finish_non_exhaustive()
    }
}

/// The status of the error and a small JSON body, `{"error":"unauthorised","reason":"no_token"}`.
/// The error itself is among the response's extensions, as `Arc<SessionError>`.
impl IntoResponse for SessionError {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if status.is_server_error() {
            log(&self);
        }
        let mut response = Response::new(Body::from(body(&self)));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, NO_STORE);
        if status == StatusCode::UNAUTHORIZED {
            let challenge = format!("Session error=\"{}\"", self.code());
            let challenge = HeaderValue::try_from(challenge);
            headers.insert(
                WWW_AUTHENTICATE,
                challenge.expect("invariant: a code is one word"),
            );
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// The words of the error. What went wrong inside is nobody's business out there.
fn body(error: &SessionError) -> String {
    let code = error.code();
    let reason = match error {
        SessionError::Unauthorised { reason } => reason.as_str(),
        SessionError::TryRefreshToken { reason } => reason.as_str(),
        _ => return format!("{{\"error\":\"{code}\"}}"),
    };
    format!("{{\"error\":\"{code}\",\"reason\":\"{reason}\"}}")
}

/// The error with its chain. A JSON error may quote what it read, which is somebody's data, so of
/// that only the place is told.
fn log(error: &SessionError) {
    let mut text = error.to_string();
    if let SessionError::Json { source, .. } = error {
        let (line, column) = (source.line(), source.column());
        text.push_str(&format!(": {:?} at {line}:{column}", source.classify()));
    } else {
        // A custom error is shown as its source, which must not be told twice.
        let mut next = match error {
            SessionError::Custom { source, .. } => source.source(),
            _ => error.source(),
        };
        while let Some(source) = next {
            text.push_str(&format!(": {source}"));
            next = source.source();
        }
    }
    tracing::error!(code = error.code(), "{text}");
}
