//! The layers: `sessions.layer()`, which lets handlers ask for the session, and
//! `sessions.verify_session()`, which asks before they do. Both finish the answers to errors.
//!
//! A response is finished once, by the innermost layer that has something to do: the program's
//! handlers run, and cookies are cleared if the session is over and the browser sent any.

use super::respond::TokensWritten;
use super::sent::Sent;
use super::set_cookie::{NO_STORE, set_tokens};
use super::verify::{VerifyOptions, session_of};
use super::{Http, TokenTheft};
use crate::error::{SessionError, UnauthorisedReason};
use crate::session::Session;
use crate::sessions::Sessions;
use ::http::Request;
use ::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE, TRANSFER_ENCODING,
    WWW_AUTHENTICATE,
};
use ::http::request::Parts;
use axum::response::{IntoResponse, Response};
use pin_project_lite::pin_project;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context as TaskContext, Poll, ready};
use tower_layer::Layer;
use tower_service::Service;

/// Lets the handlers inside ask for the session; from [`Sessions::layer`].
#[derive(Clone)]
pub struct SessionLayer {
    sessions: Sessions,
}

impl SessionLayer {
    pub(super) fn new(sessions: Sessions) -> Self {
        Self { sessions }
    }
}

impl<S> Layer<S> for SessionLayer {
    type Service = SessionService<S>;

    fn layer(&self, inner: S) -> SessionService<S> {
        SessionService {
            inner,
            sessions: self.sessions.clone(),
            verify: None,
        }
    }
}

/// Verifies the session before the handlers inside run; from [`Sessions::verify_session`].
///
/// A handler without an extractor is protected, too. Works inside [`Sessions::layer`] and without
/// it. Of several around one handler each has to be passed, from the outside in, and the innermost
/// says what the handler's extractor asks for: `check_database(true)` inside a layer without it
/// does ask the database.
#[derive(Clone)]
pub struct VerifySessionLayer {
    sessions: Sessions,
    options: VerifyOptions,
}

impl VerifySessionLayer {
    pub(super) fn new(sessions: Sessions) -> Self {
        Self {
            sessions,
            options: VerifyOptions::default(),
        }
    }

    /// Whether the request has to pass the anti-CSRF check: with `true` whatever its method, with
    /// `false` never. By default `GET`, `HEAD`, `OPTIONS` and `TRACE` need not.
    #[must_use]
    pub fn anti_csrf_check(mut self, check: bool) -> Self {
        self.options.anti_csrf_check = Some(check);
        self
    }

    /// Whether the database is asked if the session still exists. The builder's choice by default.
    #[must_use]
    pub fn check_database(mut self, check: bool) -> Self {
        self.options.check_database = Some(check);
        self
    }

    /// Whether there has to be a session: `true` by default. With `false` a request without an
    /// access token passes; one with a bad or expired token does not.
    #[must_use]
    pub fn session_required(mut self, required: bool) -> Self {
        self.options.optional = !required;
        self
    }
}

impl<S> Layer<S> for VerifySessionLayer {
    type Service = SessionService<S>;

    fn layer(&self, inner: S) -> SessionService<S> {
        SessionService {
            inner,
            sessions: self.sessions.clone(),
            verify: Some(self.options),
        }
    }
}

impl fmt::Debug for SessionLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionLayer").finish_non_exhaustive()
    }
}

impl fmt::Debug for VerifySessionLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifySessionLayer")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// The service of both layers.
#[derive(Clone)]
pub struct SessionService<S> {
    inner: S,
    sessions: Sessions,
    verify: Option<VerifyOptions>,
}

impl<S: fmt::Debug> fmt::Debug for SessionService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionService")
            .field("inner", &self.inner)
            .field("verify", &self.verify)
            .finish_non_exhaustive()
    }
}

/// Among a request's extensions: what the extractors need.
#[derive(Clone)]
pub(super) struct Context {
    sessions: Sessions,
    options: VerifyOptions,
    /// None if there is no token that could be verified.
    outcome: Option<Arc<Outcome>>,
}

/// What a layer has to know of the verification when the answer is there.
#[derive(Default)]
struct Outcome {
    /// The request's session is good. If the handler is refused something all the same, it asked
    /// about another session: no reason to sign the user out.
    good: AtomicBool,
    /// A session whose verification gave a new access token, which the browser should have even if
    /// the handler does not return the session. It happens with `Rotation::until_used` only.
    confirmed: OnceLock<Session>,
}

impl Context {
    /// The context of a layer inside others. What those have found out counts inside, too, unless
    /// they belong to other sessions: a program may have two kinds.
    fn new(
        sessions: &Sessions,
        options: VerifyOptions,
        outer: Option<&Self>,
        has_token: bool,
    ) -> Self {
        let outer = outer.filter(|outer| ptr::eq(outer.sessions.config(), sessions.config()));
        let outcome = match outer {
            Some(outer) => outer.outcome.clone(),
            None => has_token.then(Arc::default),
        };
        Self {
            sessions: sessions.clone(),
            options,
            outcome,
        }
    }

    /// The session of the request, verified as this layer asks; `None` without a token.
    pub(super) async fn session(&self, parts: &mut Parts) -> Result<Option<Session>, SessionError> {
        let result = session_of(&self.sessions, parts, self.options).await;
        if let Some(outcome) = &self.outcome {
            let session = result.as_ref().ok().and_then(Option::as_ref);
            outcome.good.store(session.is_some(), Ordering::Release);
            if let Some(session) = session.filter(|session| session.to_send().is_some()) {
                // A second extraction gives the same session.
                let _ = outcome.confirmed.set(session.clone());
            }
        }
        result
    }
}

impl<S> SessionService<S> {
    fn prepare<B>(&self, request: &Request<B>) -> (Context, Finish) {
        let sent = Sent::read(request.headers(), &self.sessions.config().cookies);
        let context = Context::new(
            &self.sessions,
            self.verify.unwrap_or_default(),
            request.extensions().get(),
            !sent.access.as_slice().is_empty(),
        );
        let finish = Finish {
            sessions: self.sessions.clone(),
            outcome: context.outcome.clone(),
            sent: sent.any(),
            several: sent.several(),
        };
        (context, finish)
    }
}

impl<S, B> Service<Request<B>> for SessionService<S>
where
    S: Service<Request<B>, Response = Response> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
    B: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, S::Error>;

    fn poll_ready(&mut self, context: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let (context, finish) = self.prepare(&request);
        if self.verify.is_some() {
            // The one that is ready goes along, and a fresh one stays here.
            let fresh = self.inner.clone();
            let ready = std::mem::replace(&mut self.inner, fresh);
            return ResponseFuture::boxed(verify_and_call(ready, context, request, finish));
        }
        request.extensions_mut().insert(context);
        ResponseFuture {
            state: State::Inner {
                future: self.inner.call(request),
                finish: Some(finish),
            },
        }
    }
}

async fn verify_and_call<S, B>(
    mut inner: S,
    context: Context,
    request: Request<B>,
    finish: Finish,
) -> Result<Response, S::Error>
where
    S: Service<Request<B>, Response = Response>,
{
    let (mut parts, body) = request.into_parts();
    let response = match admit(&context, &mut parts).await {
        Ok(()) => {
            parts.extensions.insert(context);
            inner.call(Request::from_parts(parts, body)).await?
        }
        Err(error) => error.into_response(),
    };
    Ok(match finish.run(response) {
        Finished::Now(response) => response,
        Finished::Later(future) => future.await,
    })
}

async fn admit(context: &Context, parts: &mut Parts) -> Result<(), SessionError> {
    match context.session(parts).await? {
        None if !context.options.optional => {
            Err(SessionError::unauthorised(UnauthorisedReason::NoToken))
        }
        _ => Ok(()),
    }
}

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

pin_project! {
    /// The future of [`SessionService`].
    pub struct ResponseFuture<F, E> {
        #[pin]
        state: State<F, E>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, E> {
        // The usual case costs no allocation.
        Inner { #[pin] future: F, finish: Option<Finish> },
        Boxed { future: BoxFuture<Result<Response, E>> },
        Answer { future: BoxFuture<Response> },
    }
}

impl<F, E> ResponseFuture<F, E> {
    fn boxed(future: impl Future<Output = Result<Response, E>> + Send + 'static) -> Self {
        Self {
            state: State::Boxed {
                future: Box::pin(future),
            },
        }
    }
}

impl<F, E> Future for ResponseFuture<F, E>
where
    F: Future<Output = Result<Response, E>>,
{
    type Output = Result<Response, E>;

    fn poll(self: Pin<&mut Self>, context: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        let (response, finish) = match state.as_mut().project() {
            StateProjection::Inner { future, finish } => {
                let response = ready!(future.poll(context))?;
                let finish = finish.take();
                (response, finish.expect("invariant: not polled again"))
            }
            StateProjection::Boxed { future } => return future.as_mut().poll(context),
            StateProjection::Answer { future } => return future.as_mut().poll(context).map(Ok),
        };
        match finish.run(response) {
            Finished::Now(response) => Poll::Ready(Ok(response)),
            Finished::Later(mut future) => {
                let answer = future.as_mut().poll(context).map(Ok);
                state.set(State::Answer { future });
                answer
            }
        }
    }
}

impl<F, E> fmt::Debug for ResponseFuture<F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

/// What has to be known of the request when its answer is there.
struct Finish {
    sessions: Sessions,
    outcome: Option<Arc<Outcome>>,
    /// Any of our cookies was there.
    sent: bool,
    /// One of them more than once.
    several: bool,
}

enum Finished {
    Now(Response),
    Later(BoxFuture<Response>),
}

/// Among a response's extensions: the layers further out have nothing to do.
#[derive(Clone, Copy)]
struct IsFinished;

impl Finish {
    fn run(self, mut response: Response) -> Finished {
        if response.extensions().get::<IsFinished>().is_some() {
            return Finished::Now(response);
        }
        let Some(error) = response.extensions().get::<Arc<SessionError>>().cloned() else {
            self.write(&mut response, false);
            return Finished::Now(response);
        };
        let ends = self.is_over(&error);
        match answer_of_program(self.sessions.http(), &error) {
            Some(answer) => Finished::Later(Box::pin(async move {
                let mut answer = replaced(response, answer.await, error);
                self.write(&mut answer, ends);
                answer
            })),
            None => {
                self.write(&mut response, ends);
                response.extensions_mut().insert(IsFinished);
                Finished::Now(response)
            }
        }
    }

    /// Whether the session of the request is over, not just some session.
    fn is_over(&self, error: &SessionError) -> bool {
        let good = |outcome: &Arc<Outcome>| outcome.good.load(Ordering::Acquire);
        match error {
            SessionError::Unauthorised { .. } if self.outcome.as_ref().is_some_and(good) => false,
            _ => error.ends_session(),
        }
    }

    /// The cookies of a response that is final otherwise.
    fn write(self, response: &mut Response, ends_session: bool) {
        let rules = &self.sessions.config().cookies;
        let cookies = &self.sessions.http().cookies;
        let by_handler = response.extensions().get::<TokensWritten>().is_some();
        let outcome = self.outcome.as_deref();
        let confirmed = outcome.and_then(|outcome| outcome.confirmed.get());
        let written = if by_handler {
            true
        } else if ends_session {
            if self.sent {
                cookies.clear(response.headers_mut());
            }
            self.sent
        } else if let Some(new) = confirmed.and_then(Session::to_send) {
            // A front token that cannot be written is told when the session is returned.
            set_tokens(response.headers_mut(), rules, &new).is_ok()
        } else {
            false
        };
        if written && self.several {
            cookies.clear_earlier(response.headers_mut());
        }
        if written {
            response.extensions_mut().insert(IsFinished);
        }
    }
}

/// What the program wants to answer instead, if anything.
fn answer_of_program(http: &Http, error: &SessionError) -> Option<BoxFuture<Response>> {
    match error {
        SessionError::TokenTheftDetected { handle, user_id } => {
            let theft = TokenTheft {
                handle: handle.clone(),
                user_id: user_id.clone(),
            };
            http.on_token_theft.as_ref().map(|answer| answer(theft))
        }
        SessionError::Unauthorised { reason } => {
            let error = SessionError::unauthorised(*reason);
            http.on_unauthorised.as_ref().map(|answer| answer(error))
        }
        _ => None,
    }
}

/// The program's answer in the place of ours. Headers that middleware has added stay, those about
/// our body go.
fn replaced(ours: Response, mut answer: Response, error: Arc<SessionError>) -> Response {
    let about_our_body = [
        CACHE_CONTROL,
        CONTENT_ENCODING,
        CONTENT_LENGTH,
        CONTENT_TYPE,
        TRANSFER_ENCODING,
        WWW_AUTHENTICATE,
    ];
    let added: Vec<_> = ours
        .headers()
        .iter()
        .filter(|(name, _)| !about_our_body.contains(name))
        // One cookie does not take the place of another.
        .filter(|(name, _)| **name == SET_COOKIE || !answer.headers().contains_key(*name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    for (name, value) in added {
        answer.headers_mut().append(name, value);
    }
    if !answer.headers().contains_key(CACHE_CONTROL) {
        answer.headers_mut().insert(CACHE_CONTROL, NO_STORE);
    }
    answer.extensions_mut().insert(error);
    answer.extensions_mut().insert(IsFinished);
    answer
}
