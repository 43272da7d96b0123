//! Extractors and layers: what is verified, by whom, and how often.

use crate::support::{Fixture, Jar, fixture, get_from, post_to, request, send};
use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Method, Request, StatusCode};
use axum::response::Response;
use axum::routing::{any, get};
use sessionkit::{
    Rotation, Session, SessionError, SessionFunctions, SessionsBuilder, VerifySession,
};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tower::{Layer, Service, ServiceExt};

fn as_it_is(builder: SessionsBuilder) -> SessionsBuilder {
    builder
}

fn forged() -> Jar {
    Jar(vec![("sk_access".to_owned(), "a.b.c".to_owned())])
}

#[tokio::test]
async fn an_optional_session() {
    let fixture = fixture(as_it_is).await;
    let router = fixture.router();
    let jar = fixture.signed_in().await;
    assert_eq!(send(&router, get_from("/maybe")).await.body, "nobody");
    assert_eq!(send(&router, jar.get_from("/maybe")).await.body, "alice");
    // A cookie that is there and empty is no token.
    let empty = Jar(vec![("sk_access".to_owned(), String::new())]);
    assert_eq!(send(&router, empty.get_from("/maybe")).await.body, "nobody");
    let reply = send(&router, forged().get_from("/maybe")).await;
    assert_eq!(
        reply.body,
        "{\"error\":\"unauthorised\",\"reason\":\"invalid_token\"}"
    );
    assert!(reply.clears());
    fixture.clock.advance(Duration::from_secs(3_600));
    let reply = send(&router, jar.get_from("/maybe")).await;
    assert_eq!(
        reply.body,
        "{\"error\":\"try_refresh_token\",\"reason\":\"expired\"}"
    );
}

#[tokio::test]
async fn a_handler_that_asks_for_nothing_is_not_held_up() {
    let fixture = fixture(as_it_is).await;
    let reply = send(&fixture.router(), forged().get_from("/plain")).await;
    assert_eq!(
        (reply.status, reply.body.as_str()),
        (StatusCode::OK, "plain")
    );
    assert!(!reply.clears());
}

#[tokio::test]
async fn extractors_work_with_any_state() {
    let fixture = fixture(as_it_is).await;
    let handler =
        async |State(n): State<u8>, session: Session| format!("{n} {}", session.user_id());
    let router = Router::new()
        .route("/", get(handler))
        .merge(fixture.sessions.routes())
        .layer(fixture.sessions.layer())
        .with_state(7_u8);
    let jar = fixture.signed_in().await;
    assert_eq!(send(&router, jar.get_from("/")).await.body, "7 alice");
}

struct Counted {
    original: Arc<dyn SessionFunctions>,
    verified: Arc<AtomicU32>,
}

#[async_trait]
impl SessionFunctions for Counted {
    fn original(&self) -> &dyn SessionFunctions {
        &*self.original
    }

    async fn get_session(&self, input: VerifySession) -> Result<Session, SessionError> {
        self.verified.fetch_add(1, Ordering::SeqCst);
        self.original.get_session(input).await
    }
}

async fn counted() -> (Fixture, Arc<AtomicU32>) {
    let verified = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&verified);
    let fixture = fixture(|builder| {
        builder.override_functions(|original| Counted {
            original,
            verified: counter,
        })
    })
    .await;
    (fixture, verified)
}

#[tokio::test]
async fn a_session_is_verified_once_in_a_request() {
    let (fixture, verified) = counted().await;
    let handler = async |first: Session, second: Option<Session>, third: Session| {
        let second = second.unwrap();
        assert!(first.handle() == second.handle() && second.handle() == third.handle());
    };
    let router = Router::new()
        .route("/", any(handler))
        .route_layer(fixture.sessions.verify_session())
        .layer(fixture.sessions.layer());
    let jar = fixture.signed_in().await;
    assert_eq!(send(&router, jar.post_to("/")).await.status, StatusCode::OK);
    assert_eq!(verified.load(Ordering::SeqCst), 1);
}

/// `/` without an extractor, behind `verify_session()`.
fn guarded(fixture: &Fixture) -> Router {
    Router::new()
        .route("/", any(async || "inside"))
        .route_layer(fixture.sessions.verify_session())
}

#[tokio::test]
async fn verify_session_protects_a_handler_without_an_extractor() {
    let fixture = fixture(as_it_is).await;
    let jar = fixture.signed_in().await;
    let bare = guarded(&fixture);
    let within = guarded(&fixture).layer(fixture.sessions.layer());
    let around = guarded(&fixture)
        .layer(fixture.sessions.layer())
        .layer(fixture.sessions.verify_session());
    for router in [bare, within, around] {
        assert_eq!(send(&router, jar.get_from("/")).await.body, "inside");
        let reply = send(&router, get_from("/")).await;
        assert_eq!(
            (reply.status, reply.clears()),
            (StatusCode::UNAUTHORIZED, false)
        );
        // Cleared once, however many layers there are.
        let reply = send(&router, forged().get_from("/")).await;
        assert_eq!(
            (reply.status, reply.clears()),
            (StatusCode::UNAUTHORIZED, true)
        );
    }
}

#[tokio::test]
async fn a_session_that_need_not_be_there() {
    let fixture = fixture(as_it_is).await;
    let handler = async |session: Option<Session>| session.map_or("nobody", |_| "somebody");
    let layer = fixture.sessions.verify_session().session_required(false);
    let router = Router::new().route("/", any(handler)).route_layer(layer);
    let jar = fixture.signed_in().await;
    assert_eq!(send(&router, post_to("/")).await.body, "nobody");
    assert_eq!(send(&router, jar.post_to("/")).await.body, "somebody");
    assert_eq!(
        send(&router, forged().post_to("/")).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn the_innermost_layer_says_what_is_checked() {
    let fixture = fixture(as_it_is).await;
    let verify = || fixture.sessions.verify_session();
    let me = || {
        Router::new().route(
            "/",
            any(async |session: Session| session.user_id().to_owned()),
        )
    };
    let jar = fixture.signed_in().await;
    fixture
        .sessions
        .revoke_all_sessions_for_user("alice")
        .await
        .unwrap();
    for (router, asks) in [
        (me().route_layer(verify()), false),
        (me().route_layer(verify().check_database(true)), true),
        (
            me().route_layer(verify().check_database(true))
                .layer(verify()),
            true,
        ),
        (
            me().route_layer(verify().check_database(false))
                .layer(verify()),
            false,
        ),
        // Outside, it is held up before the inner one is asked.
        (
            me().route_layer(verify().check_database(false))
                .layer(verify().check_database(true)),
            true,
        ),
    ] {
        let expected = if asks {
            StatusCode::UNAUTHORIZED
        } else {
            StatusCode::OK
        };
        let reply = send(&router.layer(fixture.sessions.layer()), jar.get_from("/")).await;
        assert_eq!((reply.status, reply.clears()), (expected, asks));
    }
}

#[tokio::test]
async fn what_was_checked_more_strictly_is_not_checked_again() {
    let fixture = fixture(as_it_is).await;
    let jar = fixture.signed_in().await;
    let router = Router::new()
        .route(
            "/",
            any(async |session: Session| session.user_id().to_owned()),
        )
        .route_layer(fixture.sessions.verify_session())
        .layer(fixture.sessions.verify_session().check_database(true));
    assert_eq!(send(&router, jar.get_from("/")).await.body, "alice");
    assert_eq!(fixture.store.reads(), 1);
}

#[tokio::test]
async fn a_confirmed_token_is_sent_even_if_the_session_is_not_returned() {
    let fixture = fixture(|builder| builder.rotation(Rotation::until_used())).await;
    let mut jar = fixture.signed_in().await;
    let reply = send(&fixture.router(), jar.post_to("/session/refresh")).await;
    jar.take(&reply);
    for router in [
        fixture.router(),
        fixture
            .open_router()
            .layer(fixture.sessions.verify_session()),
    ] {
        let mut jar = jar.clone();
        let reply = send(&router, jar.get_from("/me")).await;
        assert_eq!(
            (reply.status, reply.set_cookies().len()),
            (StatusCode::OK, 2)
        );
        jar.take(&reply);
        let reply = send(&router, jar.get_from("/me")).await;
        assert_eq!(
            (reply.status, reply.set_cookies().len()),
            (StatusCode::OK, 0)
        );
    }
}

/// A service that may be called only after it was asked whether it is ready, and then once.
struct OncePerReady {
    ready: bool,
}

impl Clone for OncePerReady {
    fn clone(&self) -> Self {
        Self { ready: false }
    }
}

impl Service<Request<Body>> for OncePerReady {
    type Response = Response;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        assert!(
            std::mem::take(&mut self.ready),
            "called without being ready"
        );
        std::future::ready(Ok(Response::new(Body::empty())))
    }
}

#[tokio::test]
async fn the_service_that_was_ready_is_the_one_that_is_called() {
    let fixture = fixture(as_it_is).await;
    let jar = fixture.signed_in().await;
    let inner = OncePerReady { ready: false };
    let mut plain = fixture.sessions.layer().layer(inner.clone());
    let mut verifying = fixture.sessions.verify_session().layer(inner);
    for _ in 0..3 {
        let response = plain.ready().await.unwrap().call(jar.get_from("/")).await;
        assert_eq!(response.unwrap().status(), StatusCode::OK);
        let response = verifying
            .ready()
            .await
            .unwrap()
            .call(jar.get_from("/"))
            .await;
        assert_eq!(response.unwrap().status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn an_error_of_the_inner_service_goes_through() {
    let fixture = fixture(as_it_is).await;
    let inner = tower::service_fn(async |_: Request<String>| Err::<Response, _>("broken"));
    let service = fixture.sessions.layer().layer(inner);
    let request = Request::new("a body of another type".to_owned());
    assert_eq!(service.oneshot(request).await.unwrap_err(), "broken");
}

#[tokio::test]
async fn without_the_layer_a_session_can_still_be_created() {
    let fixture = fixture(as_it_is).await;
    let reply = send(&fixture.open_router(), post_to("/sign-in")).await;
    assert_eq!(
        (reply.status, reply.set_cookies().len()),
        (StatusCode::OK, 3)
    );
    let reply = send(&fixture.open_router(), request(Method::GET, "/me")).await;
    assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn an_error_about_another_session_leaves_the_cookies() {
    let fixture = fixture(as_it_is).await;
    let jar = fixture.signed_in().await;
    let other = fixture.sessions.create_new_session("bob").await.unwrap();
    let other = other.handle().clone();
    fixture.sessions.revoke_session(&other).await.unwrap();
    let sessions = fixture.sessions.clone();
    let read = async move |_: Session| {
        let data: Result<serde_json::Value, _> = sessions.get_session_data(&other).await;
        data.map(|data| data.to_string())
    };
    let router = Router::new().route("/", any(read));
    let plain = router.clone().layer(fixture.sessions.layer());
    let guarded = router
        .layer(fixture.sessions.layer())
        .layer(fixture.sessions.verify_session())
        .layer(fixture.sessions.layer());
    for router in [plain, guarded] {
        let reply = send(&router, jar.get_from("/")).await;
        assert_eq!(
            (reply.status, reply.clears()),
            (StatusCode::UNAUTHORIZED, false)
        );
    }
}

/// Sessions of one kind are not good for the other, and the end of one is not that of the other.
#[tokio::test]
async fn two_kinds_of_sessions_in_one_program() {
    let users = fixture(as_it_is).await;
    let admins = fixture(|builder| builder.cookie_name_prefix("admin")).await;
    let user = users.signed_in().await;
    for around in [true, false] {
        let router = Router::new().route("/", any(async |_: Session| "for admins"));
        let router = if around {
            router.layer(admins.sessions.verify_session())
        } else {
            router.layer(admins.sessions.layer())
        };
        let router = router.layer(users.sessions.verify_session());
        let reply = send(&router, user.get_from("/")).await;
        assert_eq!(
            (reply.status, reply.clears()),
            (StatusCode::UNAUTHORIZED, false)
        );
    }
}
