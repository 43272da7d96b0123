//! The HTTP side: layers, extractors, routes and responses for axum.
//!
//! In: requests. Out: sessions for the handlers, and the cookies and headers that the browser has
//! to learn. What a session is and when it is over is the core's to say; this side knows cookies,
//! headers and status codes, and when a cookie may be cleared: only if the browser sent one, only
//! if the session is over, never because the database is down or an anti-CSRF check failed.

mod extract;
mod front;
mod layer;
mod respond;
mod routes;
mod sent;
mod set_cookie;
mod verify;

pub use layer::{ResponseFuture, SessionLayer, SessionService, VerifySessionLayer};
pub use respond::ClearTokens;
pub use routes::{Api, ApiRequest, SessionApis};

use crate::builder::SessionsBuilder;
use crate::config::Config;
use crate::error::SessionError;
use crate::handle::SessionHandle;
use crate::sessions::Sessions;
use ::http::HeaderName;
use axum::Router;
use axum::response::{IntoResponse, Response};
use set_cookie::CookieEraser;
use std::pin::Pin;
use std::sync::Arc;

/// A refresh token came back after it had been replaced, and its session has been revoked.
#[derive(Debug, Clone)]
pub struct TokenTheft {
    handle: SessionHandle,
    user_id: String,
}

impl TokenTheft {
    /// The session that was revoked.
    #[must_use]
    pub fn handle(&self) -> &SessionHandle {
        &self.handle
    }

    /// Whose session it was.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }
}

/// An answer of the program to an error.
type Answer<E> = Box<dyn Fn(E) -> Pin<Box<dyn Future<Output = Response> + Send>> + Send + Sync>;

fn answer<E, F, Fut>(handler: F) -> Answer<E>
where
    E: 'static,
    F: Fn(E) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: IntoResponse> + Send + 'static,
{
    Box::new(move |error| {
        let answer = handler(error);
        Box::pin(async move { answer.await.into_response() })
    })
}

/// What the program chose, on its way to [`Http`].
pub(crate) struct HttpOptions {
    on_unauthorised: Option<Answer<SessionError>>,
    on_token_theft: Option<Answer<TokenTheft>>,
    apis: Arc<dyn SessionApis>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            on_unauthorised: None,
            on_token_theft: None,
            apis: Arc::new(routes::OriginalApis),
        }
    }
}

/// What the HTTP side keeps for the life of a `Sessions`.
pub(crate) struct Http {
    on_unauthorised: Option<Answer<SessionError>>,
    on_token_theft: Option<Answer<TokenTheft>>,
    apis: Arc<dyn SessionApis>,
    cookies: CookieEraser,
}

impl Http {
    #[expect(
        clippy::unnecessary_wraps,
        reason = "its caller checks a configuration"
    )]
    pub(crate) fn new(options: HttpOptions, config: &Config) -> Result<Self, SessionError> {
        Ok(Self {
            on_unauthorised: options.on_unauthorised,
            on_token_theft: options.on_token_theft,
            apis: options.apis,
            cookies: CookieEraser::new(&config.cookies),
        })
    }
}

impl SessionsBuilder {
    /// Answers [`SessionError::Unauthorised`] in place of this crate, for example by a redirect to
    /// sign-in. Cookies are cleared as before.
    ///
    /// [`SessionError::TryRefreshToken`] keeps its answer, since the front end waits for it.
    ///
    /// ```
    /// use axum::response::Redirect;
    /// use sessionkit::Sessions;
    ///
    /// let builder = Sessions::builder().on_unauthorised(|_| async { Redirect::to("/sign-in") });
    /// # drop(builder);
    /// ```
    pub fn on_unauthorised<F, Fut>(mut self, handler: F) -> Self
    where
        F: Fn(SessionError) -> Fut + Send + Sync + 'static,
        Fut: Future<Output: IntoResponse> + Send + 'static,
    {
        self.http.on_unauthorised = Some(answer(handler));
        self
    }

    /// Answers [`SessionError::TokenTheftDetected`] in place of this crate. By then the session
    /// has been revoked; its cookies are cleared on the answer.
    pub fn on_token_theft<F, Fut>(mut self, handler: F) -> Self
    where
        F: Fn(TokenTheft) -> Fut + Send + Sync + 'static,
        Fut: Future<Output: IntoResponse> + Send + 'static,
    {
        self.http.on_token_theft = Some(answer(handler));
        self
    }

    /// Puts routes of yours around those of this crate, see [`SessionApis`]. The last one added is
    /// the outermost.
    pub fn override_apis<F, A>(mut self, make: F) -> Self
    where
        F: FnOnce(Arc<dyn SessionApis>) -> A,
        A: SessionApis,
    {
        self.http.apis = Arc::new(make(self.http.apis));
        self
    }
}

impl Sessions {
    /// The layer that goes around your routes: it lets handlers ask for the session, answers the
    /// errors that they return, and clears the cookies of a session that is over.
    #[must_use]
    pub fn layer(&self) -> SessionLayer {
        SessionLayer::new(self.clone())
    }

    /// A layer for single routes that verifies the session before the handler runs, with choices
    /// of its own.
    #[must_use]
    pub fn verify_session(&self) -> VerifySessionLayer {
        VerifySessionLayer::new(self.clone())
    }

    /// The routes for refreshing, for signing out and for public keys. The path begins with
    /// `/session` unless the builder says otherwise.
    pub fn routes<S>(&self) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        routes::routes(self)
    }

    /// Clears the cookies, as part of a response: `(sessions.clear_tokens(), "Signed out")`.
    ///
    /// A session that has ended by itself needs no such call, see [`layer`](Self::layer).
    pub fn clear_tokens(&self) -> ClearTokens {
        ClearTokens {
            sessions: self.clone(),
        }
    }

    /// The headers of this crate, for your CORS rules: those that requests carry and those that
    /// pages read.
    #[must_use]
    pub fn cors_headers(&self) -> Vec<HeaderName> {
        vec![
            set_cookie::ANTI_CSRF,
            set_cookie::CUSTOM_HEADER,
            set_cookie::FRONT_TOKEN,
        ]
    }
}

/// What is read out of `Cookie` headers with the default names: the values of the access and of
/// the refresh cookie, and whether any of ours was there.
#[cfg(feature = "fuzzing")]
pub(crate) fn cookies_sent(headers: &::http::HeaderMap) -> (Vec<String>, Vec<String>, bool) {
    let addresses = crate::AppInfo::new("http://localhost", "http://localhost").resolve();
    let options = crate::cookies::CookieOptions::default();
    let rules = addresses.and_then(|found| crate::cookies::CookieRules::new(&found, &options));
    let rules = rules.expect("invariant: one host with the default names is fine");
    let sent = sent::Sent::read(headers, &rules);
    let owned = |values: &sent::Values<'_>| {
        let values = values.as_slice().iter();
        values.map(|value| (*value).to_owned()).collect()
    };
    (owned(&sent.access), owned(&sent.refresh), sent.any())
}
