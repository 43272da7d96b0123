//! The routes: refresh, sign out, public keys; overridden, and switched off.

use crate::support::{Jar, With, fixture, get_from, post_to, request, send};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use sessionkit::{Api, ApiRequest, SessionApis, SessionError, SessionsBuilder, UnauthorisedReason};
use std::sync::Arc;
use std::time::Duration;

fn as_it_is(builder: SessionsBuilder) -> SessionsBuilder {
    builder
}

#[tokio::test]
async fn a_refresh_gives_new_tokens() {
    let fixture = fixture(as_it_is).await;
    let mut jar = fixture.signed_in().await;
    let before = jar.clone();
    fixture.clock.advance(Duration::from_secs(3_600));
    assert_eq!(
        send(&fixture.router(), jar.get_from("/me")).await.status,
        StatusCode::UNAUTHORIZED
    );
    // With or without a layer around the routes.
    for router in [fixture.open_router(), fixture.router()] {
        let reply = send(&router, jar.post_to("/session/refresh")).await;
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.body, "{\"status\":\"refreshed\"}");
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.set_cookies().len(), 3);
        jar.take(&reply);
        assert_ne!(jar.get("sk_refresh"), before.get("sk_refresh"));
        assert_eq!(
            send(&fixture.router(), jar.get_from("/me")).await.body,
            "alice"
        );
    }
}

#[tokio::test]
async fn two_tabs_get_the_same_cookies() {
    let fixture = fixture(as_it_is).await;
    let jar = fixture.signed_in().await;
    let first = send(&fixture.router(), jar.post_to("/session/refresh")).await;
    let second = send(&fixture.router(), jar.post_to("/session/refresh")).await;
    assert_eq!(first.set_cookies(), second.set_cookies());
}

#[tokio::test]
async fn a_refresh_without_a_refresh_token() {
    let fixture = fixture(as_it_is).await;
    let no_token = |error: &SessionError| {
        matches!(
            error,
            SessionError::Unauthorised {
                reason: UnauthorisedReason::NoToken,
                ..
            }
        )
    };
    let reply = send(&fixture.router(), post_to("/session/refresh")).await;
    assert!(no_token(reply.error.as_deref().unwrap()) && !reply.clears());
    let jar = fixture.signed_in().await;
    let access = format!("sk_access={}", jar.get("sk_access"));
    let request = post_to("/session/refresh").with("cookie", access);
    let reply = send(&fixture.router(), request).await;
    assert!(no_token(reply.error.as_deref().unwrap()) && reply.clears());
}

#[tokio::test]
async fn a_refresh_of_a_session_that_is_over() {
    let fixture = fixture(as_it_is).await;
    for (advance, reason) in [(0, "revoked"), (101, "idle_timeout")] {
        let jar = fixture.signed_in().await;
        if advance == 0 {
            fixture
                .sessions
                .revoke_all_sessions_for_user("alice")
                .await
                .unwrap();
        }
        fixture.clock.advance(Duration::from_secs(advance * 86_400));
        let reply = send(&fixture.router(), jar.post_to("/session/refresh")).await;
        let body = format!("{{\"error\":\"unauthorised\",\"reason\":\"{reason}\"}}");
        assert_eq!((reply.body.as_str(), reply.clears()), (body.as_str(), true));
    }
    let forged = Jar(vec![("sk_refresh".to_owned(), "r1.x".to_owned())]);
    let reply = send(&fixture.router(), forged.post_to("/session/refresh")).await;
    assert!(reply.body.contains("invalid_token") && reply.clears());
}

#[tokio::test]
async fn signing_out() {
    let fixture = fixture(|builder| builder.check_database(true)).await;
    let jar = fixture.signed_in().await;
    for router in [fixture.open_router(), fixture.router()] {
        // The second time the session is gone, and that is what was wanted.
        let reply = send(&router, jar.post_to("/session/sign-out")).await;
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.body, "{\"status\":\"signed_out\"}");
        assert_eq!(reply.header("front-token"), Some("remove"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert!(reply.clears());
        assert_eq!(
            send(&router, jar.post_to("/session/refresh")).await.status,
            StatusCode::UNAUTHORIZED
        );
    }
}

#[tokio::test]
async fn signing_out_with_no_session_or_a_bad_one() {
    let fixture = fixture(as_it_is).await;
    let router = fixture.router();
    let reply = send(&router, post_to("/session/sign-out")).await;
    assert_eq!((reply.status, reply.clears()), (StatusCode::OK, false));
    for cookie in ["sk_access=a.b.c", "sk_front=1", "sk_access="] {
        let request = post_to("/session/sign-out").with("cookie", cookie);
        let reply = send(&router, request).await;
        assert_eq!(
            (reply.status, reply.clears()),
            (StatusCode::OK, true),
            "{cookie}"
        );
    }
}

#[tokio::test]
async fn signing_out_with_an_expired_token_asks_for_a_refresh() {
    let fixture = fixture(as_it_is).await;
    let mut jar = fixture.signed_in().await;
    fixture.clock.advance(Duration::from_secs(3_600));
    let reply = send(&fixture.router(), jar.post_to("/session/sign-out")).await;
    assert_eq!(
        reply.body,
        "{\"error\":\"try_refresh_token\",\"reason\":\"expired\"}"
    );
    assert!(!reply.clears());
    let refreshed = send(&fixture.router(), jar.post_to("/session/refresh")).await;
    jar.take(&refreshed);
    let reply = send(&fixture.router(), jar.post_to("/session/sign-out")).await;
    assert_eq!((reply.status, reply.clears()), (StatusCode::OK, true));
}

#[tokio::test]
async fn public_keys() {
    let fixture = fixture(as_it_is).await;
    fixture.store.set_down(true);
    let reply = send(&fixture.router(), get_from("/session/jwks.json")).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("cache-control"), Some("public, max-age=60"));
    let keys: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn other_methods_and_other_paths() {
    let fixture = fixture(|builder| builder.routes_path("/auth/")).await;
    let router = fixture.router();
    for (method, path, expected) in [
        (Method::GET, "/auth/refresh", StatusCode::METHOD_NOT_ALLOWED),
        (
            Method::DELETE,
            "/auth/sign-out",
            StatusCode::METHOD_NOT_ALLOWED,
        ),
        (
            Method::POST,
            "/auth/jwks.json",
            StatusCode::METHOD_NOT_ALLOWED,
        ),
        (Method::POST, "/session/refresh", StatusCode::NOT_FOUND),
        (Method::POST, "/auth/refresh/x", StatusCode::NOT_FOUND),
        (Method::POST, "/auth", StatusCode::NOT_FOUND),
        (Method::POST, "/auth/sign-out", StatusCode::OK),
    ] {
        assert_eq!(
            send(&router, request(method, path)).await.status,
            expected,
            "{path}"
        );
    }
    let root = crate::support::fixture(|builder| builder.routes_path("/")).await;
    let reply = send(&root.router(), post_to("/sign-out")).await;
    assert_eq!(reply.status, StatusCode::OK);
}

struct Own {
    original: Arc<dyn SessionApis>,
    name: &'static str,
    without: Option<Api>,
}

#[sessionkit::async_trait]
impl SessionApis for Own {
    fn original(&self) -> &dyn SessionApis {
        &*self.original
    }

    fn is_served(&self, api: Api) -> bool {
        Some(api) != self.without && self.original.is_served(api)
    }

    async fn sign_out(&self, request: ApiRequest) -> Response {
        assert_eq!(
            (request.method(), request.uri().path()),
            (&Method::POST, "/session/sign-out")
        );
        assert!(request.headers().contains_key("cookie") && !request.extensions().is_empty());
        let sessions = request.sessions().clone();
        let original = self.original.sign_out(request).await;
        assert_eq!(
            sessions
                .revoke_all_sessions_for_user("alice")
                .await
                .unwrap(),
            0
        );
        ([("x-by", self.name)], original).into_response()
    }
}

#[tokio::test]
async fn overridden_routes() {
    let own = |name, without| {
        move |original| Own {
            original,
            name,
            without,
        }
    };
    let fixture = fixture(|builder| {
        builder
            .override_apis(own("inner", Some(Api::Jwks)))
            .override_apis(own("outer", Some(Api::Refresh)))
    })
    .await;
    let jar = fixture.signed_in().await;
    let reply = send(&fixture.router(), jar.post_to("/session/sign-out")).await;
    assert_eq!(
        (reply.status, reply.header("x-by")),
        (StatusCode::OK, Some("outer"))
    );
    assert!(reply.clears());
    for path in ["/session/refresh", "/session/jwks.json"] {
        let reply = send(&fixture.router(), jar.post_to(path)).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
    }
}

struct Nothing(Arc<dyn SessionApis>);

impl SessionApis for Nothing {
    fn original(&self) -> &dyn SessionApis {
        &*self.0
    }

    fn is_served(&self, _: Api) -> bool {
        false
    }
}

#[tokio::test]
async fn all_routes_can_be_switched_off() {
    let fixture = fixture(|builder| builder.override_apis(Nothing)).await;
    let reply = send(&fixture.router(), post_to("/session/sign-out")).await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
}
