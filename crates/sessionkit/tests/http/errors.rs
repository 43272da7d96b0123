//! Each error as an answer: status, body, headers, and what stays inside.

use crate::support::{Fixture, fixture, get_from, post_to, send};
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use sessionkit::{Session, SessionError, SessionHandle, TokenTheft};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

async fn status_and_body(error: SessionError) -> (u16, String, Option<String>) {
    let response = error.into_response();
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["content-type"], "application/json");
    let challenge = response.headers().get("www-authenticate");
    let challenge = challenge.map(|value| value.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), 1_000)
        .await
        .unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap(), challenge)
}

#[tokio::test]
async fn errors_of_the_program() {
    for (error, status, challenge) in [
        (SessionError::custom("a secret"), 500, None),
        (SessionError::custom_with_status(403, "a secret"), 403, None),
        (
            SessionError::custom_with_status(401, "a secret"),
            401,
            Some("Session error=\"custom\""),
        ),
        (SessionError::custom_with_status(99, "a secret"), 500, None),
    ] {
        assert_eq!(
            status_and_body(error).await,
            (
                status,
                "{\"error\":\"custom\"}".to_owned(),
                challenge.map(str::to_owned)
            )
        );
    }
}

#[tokio::test]
async fn answers_to_requests() {
    let fixture = fixture(|builder| builder.check_database(true)).await;
    let reply = send(&fixture.router(), get_from("/me")).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        reply.body,
        "{\"error\":\"unauthorised\",\"reason\":\"no_token\"}"
    );
    assert_eq!(
        reply.header("www-authenticate"),
        Some("Session error=\"unauthorised\"")
    );
    assert!(reply.error.is_some());

    let jar = fixture.signed_in().await;
    fixture
        .sessions
        .revoke_all_sessions_for_user("alice")
        .await
        .unwrap();
    let reply = send(&fixture.router(), jar.get_from("/me")).await;
    assert_eq!(
        reply.body,
        "{\"error\":\"unauthorised\",\"reason\":\"revoked\"}"
    );
    assert!(reply.clears());
}

#[tokio::test]
async fn a_database_that_is_down_clears_nothing() {
    let fixture = fixture(|builder| builder.check_database(true)).await;
    let jar = fixture.signed_in().await;
    fixture.store.set_down(true);
    for request in [
        jar.get_from("/me"),
        jar.get_from("/maybe"),
        jar.post_to("/session/refresh"),
        jar.post_to("/session/sign-out"),
        post_to("/sign-in"),
    ] {
        let reply = send(&fixture.router(), request).await;
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(reply.body, "{\"error\":\"store_unavailable\"}");
        assert!(reply.set_cookies().is_empty());
        assert_eq!(reply.header("front-token"), None);
    }
    fixture.store.set_down(false);
    assert_eq!(
        send(&fixture.router(), jar.get_from("/me")).await.body,
        "alice"
    );
}

#[tokio::test]
async fn without_a_check_verification_needs_no_database() {
    let fixture = fixture(|builder| builder).await;
    let jar = fixture.signed_in().await;
    fixture.store.set_down(true);
    assert_eq!(
        send(&fixture.router(), jar.get_from("/me")).await.body,
        "alice"
    );
    let reply = send(&fixture.router(), jar.post_to("/session/sign-out")).await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
}

/// Presents a refresh token a second time, too late.
async fn theft(fixture: &Fixture) -> crate::support::Reply {
    let jar = fixture.signed_in().await;
    send(&fixture.router(), jar.post_to("/session/refresh")).await;
    fixture.clock.advance(Duration::from_secs(60));
    send(&fixture.router(), jar.post_to("/session/refresh")).await
}

#[tokio::test]
async fn theft_is_answered_and_the_cookies_go() {
    let fixture = fixture(|builder| builder).await;
    let reply = theft(&fixture).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    assert_eq!(reply.body, "{\"error\":\"token_theft_detected\"}");
    assert_eq!(
        reply.header("www-authenticate"),
        Some("Session error=\"token_theft_detected\"")
    );
    assert!(reply.clears());
}

#[tokio::test]
async fn theft_answered_by_the_program() {
    static SEEN: Mutex<Option<(String, SessionHandle)>> = Mutex::new(None);
    async fn on_theft(theft: TokenTheft) -> Response {
        let seen = (theft.user_id().to_owned(), theft.handle().clone());
        *SEEN.lock().unwrap() = Some(seen);
        (
            StatusCode::UNAUTHORIZED,
            [("x-mine", "1")],
            "Please sign in again.",
        )
            .into_response()
    }
    let fixture = fixture(|builder| builder.on_token_theft(on_theft)).await;
    let reply = theft(&fixture).await;
    assert_eq!(
        (reply.status.as_u16(), reply.body.as_str()),
        (401, "Please sign in again.")
    );
    assert_eq!(reply.header("x-mine"), Some("1"));
    assert_eq!(
        reply.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert!(reply.clears() && reply.error.is_some());
    let (user_id, handle) = SEEN.lock().unwrap().take().unwrap();
    assert_eq!(user_id, "alice");
    let left = fixture
        .sessions
        .get_session_information(&handle)
        .await
        .unwrap();
    assert!(left.is_none(), "revoked before the handler ran");
}

#[tokio::test]
async fn unauthorised_answered_by_the_program() {
    let fixture = fixture(|builder| {
        builder.on_unauthorised(async |error: SessionError| {
            assert!(matches!(error, SessionError::Unauthorised { .. }));
            Redirect::to("/sign-in")
        })
    })
    .await;
    let reply = send(&fixture.router(), get_from("/me")).await;
    assert_eq!(
        (reply.status, reply.header("location")),
        (StatusCode::SEE_OTHER, Some("/sign-in"))
    );
    assert_eq!(reply.header("www-authenticate"), None);
    assert!(!reply.clears());
    // With a cookie of ours, it goes.
    let jar = crate::support::Jar(vec![("sk_access".to_owned(), "x".to_owned())]);
    let reply = send(&fixture.router(), jar.get_from("/me")).await;
    assert_eq!(
        (reply.status, reply.clears()),
        (StatusCode::SEE_OTHER, true)
    );
    // The front end waits for this one.
    let jar = fixture.signed_in().await;
    fixture.clock.advance(Duration::from_secs(3_600));
    let reply = send(&fixture.router(), jar.get_from("/me")).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn headers_of_middleware_stay_when_an_answer_is_replaced() {
    let fixture = fixture(|builder| builder.on_unauthorised(async |_| "mine")).await;
    let add = axum::middleware::map_response(async |mut response: Response| {
        response
            .headers_mut()
            .insert("x-request-id", "7".parse().unwrap());
        response
            .headers_mut()
            .append("set-cookie", "other=1".parse().unwrap());
        response
    });
    let router = Router::new()
        .route("/", get(async |_: Session| ""))
        .layer(add)
        .layer(fixture.sessions.layer());
    let reply = send(&router, get_from("/")).await;
    assert_eq!((reply.status.as_u16(), reply.body.as_str()), (200, "mine"));
    assert_eq!(reply.header("x-request-id"), Some("7"));
    assert_eq!(reply.set_cookies(), ["other=1"]);
}

/// What `tracing` wrote.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn what_is_logged() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let fixture = fixture(|builder| builder).await;
    let reply = send(&fixture.open_router(), get_from("/me")).await;
    assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(reply.body, "{\"error\":\"configuration\"}");

    let jar = fixture.signed_in().await;
    fixture.store.set_down(true);
    send(&fixture.router(), jar.post_to("/session/refresh")).await;

    let session = {
        fixture.store.set_down(false);
        let new = fixture.sessions.create_new_session("alice");
        new.access_token_payload(serde_json::json!({ "pin": "4711" }))
            .await
            .unwrap()
    };
    #[derive(Debug, serde::Deserialize)]
    struct Other {
        #[expect(dead_code, reason = "only read")]
        pin: u8,
    }
    let error = session.access_token_payload::<Other>().unwrap_err();
    assert_eq!(
        error.into_response().status(),
        StatusCode::INTERNAL_SERVER_ERROR
    );

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("sessions.layer()"), "{text}");
    assert!(text.contains("pulled the plug"), "{text}");
    assert!(text.contains("Data at 1:"), "{text}");
    for (_, secret) in jar.0 {
        assert!(!text.contains(&secret), "{text}");
    }
    assert!(!text.contains("4711"), "{text}");
}
