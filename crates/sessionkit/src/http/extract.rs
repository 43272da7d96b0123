//! `Session` and `Option<Session>` as arguments of a handler.

use super::layer::Context;
use crate::error::{SessionError, UnauthorisedReason};
use crate::session::Session;
use ::http::request::Parts;
use axum::extract::{FromRequestParts, OptionalFromRequestParts};

/// The session of the request. Verified once, however often it is asked for.
///
/// Needs [`Sessions::layer`](crate::Sessions::layer) or
/// [`Sessions::verify_session`](crate::Sessions::verify_session) around the route. The innermost
/// of them says what is checked.
impl<S: Send + Sync> FromRequestParts<S> for Session {
    type Rejection = SessionError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, SessionError> {
        let session = optional_session(parts).await?;
        session.ok_or_else(|| SessionError::unauthorised(UnauthorisedReason::NoToken))
    }
}

/// `None` for a request without an access token. One that has expired is an error: the front end
/// has to refresh, or a signed-in user would be taken for a stranger.
impl<S: Send + Sync> OptionalFromRequestParts<S> for Session {
    type Rejection = SessionError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, SessionError> {
        optional_session(parts).await
    }
}

async fn optional_session(parts: &mut Parts) -> Result<Option<Session>, SessionError> {
    let Some(context) = parts.extensions.get::<Context>().cloned() else {
        return Err(SessionError::configuration(
            "a handler asks for the session, but the route has no layer that can read it: add \
             `.layer(sessions.layer())` to the router",
        ));
    };
    context.session(parts).await
}
