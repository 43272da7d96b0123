//! The routes that a front end needs: refresh, sign out, public keys; and how to replace them.

use super::sent::Sent;
use super::verify::{self, VerifyOptions};
use crate::error::SessionError;
use crate::sessions::Sessions;
use ::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use ::http::request::Parts;
use ::http::{Extensions, HeaderMap, Method, Uri};
use async_trait::async_trait;
use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use std::fmt;
use std::sync::Arc;

/// One of the routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Api {
    /// `POST /session/refresh`
    Refresh,
    /// `POST /session/sign-out`
    SignOut,
    /// `GET /session/jwks.json`
    Jwks,
}

/// The routes of [`Sessions::routes`], one method for each, for
/// [`override_apis`](crate::SessionsBuilder::override_apis).
///
/// What you do not write goes to the original. To write an answer of your own, match on what the
/// original said, or call the functions of [`Sessions`] yourself:
///
/// ```
/// use axum::response::Response;
/// use sessionkit::{Api, ApiRequest, SessionApis};
/// use std::sync::Arc;
///
/// struct NoPublicKeys {
///     original: Arc<dyn SessionApis>,
/// }
///
/// #[sessionkit::async_trait]
/// impl SessionApis for NoPublicKeys {
///     fn original(&self) -> &dyn SessionApis {
///         &*self.original
///     }
///
///     fn is_served(&self, api: Api) -> bool {
///         api != Api::Jwks && self.original.is_served(api)
///     }
///
///     async fn sign_out(&self, request: ApiRequest) -> Response {
///         println!("somebody signs out");
///         self.original.sign_out(request).await
///     }
/// }
/// ```
#[async_trait]
pub trait SessionApis: Send + Sync + 'static {
    /// Where a method goes that is not written.
    fn original(&self) -> &dyn SessionApis;

    /// Whether there is such a route. Asked when [`Sessions::routes`] is called.
    fn is_served(&self, api: Api) -> bool {
        self.original().is_served(api)
    }

    /// Takes the refresh token, gives two new tokens.
    async fn refresh(&self, request: ApiRequest) -> Response {
        self.original().refresh(request).await
    }

    /// Revokes the session and clears its cookies.
    async fn sign_out(&self, request: ApiRequest) -> Response {
        self.original().sign_out(request).await
    }

    /// Lists the public signing keys.
    async fn jwks(&self, request: ApiRequest) -> Response {
        self.original().jwks(request).await
    }
}

/// A request to one of the routes. None of them reads a body.
pub struct ApiRequest {
    sessions: Sessions,
    parts: Parts,
}

impl ApiRequest {
    /// The sessions that the route belongs to.
    #[must_use]
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.parts.method
    }

    /// The address.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.parts.uri
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// What layers have put beside the request.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        &self.parts.extensions
    }
}

impl fmt::Debug for ApiRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiRequest")
            .field("method", &self.parts.method)
            .finish_non_exhaustive()
    }
}

/// The routes as they are.
pub(super) struct OriginalApis;

#[async_trait]
impl SessionApis for OriginalApis {
    fn original(&self) -> &dyn SessionApis {
        self
    }

    fn is_served(&self, _: Api) -> bool {
        true
    }

    async fn refresh(&self, request: ApiRequest) -> Response {
        match verify::refresh(&request.sessions, &request.parts.headers).await {
            Ok(session) => (session, json("{\"status\":\"refreshed\"}")).into_response(),
            Err(error) => error.into_response(),
        }
    }

    async fn sign_out(&self, request: ApiRequest) -> Response {
        match sign_out(request).await {
            Ok(response) | Err(response) => response,
        }
    }

    async fn jwks(&self, request: ApiRequest) -> Response {
        let keys = request.sessions.public_keys_json().await;
        // As old as this list may be in any case. A new key signs at once, so a service that meets
        // an id it does not know has to ask again.
        ([(CACHE_CONTROL, "public, max-age=60")], json(keys)).into_response()
    }
}

/// Signing out means that the user is signed out afterwards: without a session, or with one that
/// is over, that is so already. An expired token is another matter: the session lives, and only
/// after a refresh it is known which one it is.
async fn sign_out(request: ApiRequest) -> Result<Response, Response> {
    let ApiRequest {
        sessions,
        mut parts,
    } = request;
    let options = VerifyOptions::default();
    let session = match verify::session_of(&sessions, &mut parts, options).await {
        Ok(session) => session,
        Err(error) if error.ends_session() => None,
        Err(error) => return Err(error.into_response()),
    };
    if let Some(session) = session {
        let revoked = sessions.revoke_session(session.handle()).await;
        revoked.map_err(SessionError::into_response)?;
        return Ok((sessions.clear_tokens(), signed_out()).into_response());
    }
    let config = sessions.config();
    // What another site asks for, without the header that we ask for, clears nothing.
    let may_clear = verify::may_come_from_us(config.anti_csrf, &parts.headers);
    if may_clear && Sent::read(&parts.headers, &config.cookies).any() {
        return Ok((sessions.clear_tokens(), signed_out()).into_response());
    }
    Ok(signed_out().into_response())
}

fn signed_out() -> impl IntoResponse {
    (
        [(CACHE_CONTROL, "no-store")],
        json("{\"status\":\"signed_out\"}"),
    )
}

fn json(text: impl Into<String>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], text.into())
}

/// The routes, each with a layer of its own, so that they do their work wherever they are put.
pub(super) fn routes<S>(sessions: &Sessions) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let routes = [
        (Api::Refresh, "/refresh"),
        (Api::SignOut, "/sign-out"),
        (Api::Jwks, "/jwks.json"),
    ];
    let prefix = &sessions.config().cookies.routes_path;
    let served = routes
        .into_iter()
        .filter(|(api, _)| sessions.http().apis.is_served(*api));
    served.fold(Router::new(), |router, (api, path)| {
        let route = route(sessions, api).layer(sessions.layer());
        router.route(&format!("{prefix}{path}"), route)
    })
}

fn route<S>(sessions: &Sessions, api: Api) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    let sessions = sessions.clone();
    let answer = move |request: Request| async move {
        let apis = Arc::clone(&sessions.http().apis);
        let (parts, _) = request.into_parts();
        let request = ApiRequest { sessions, parts };
        match api {
            Api::Refresh => apis.refresh(request).await,
            Api::SignOut => apis.sign_out(request).await,
            Api::Jwks => apis.jwks(request).await,
        }
    };
    match api {
        Api::Refresh | Api::SignOut => post(answer),
        Api::Jwks => get(answer),
    }
}
