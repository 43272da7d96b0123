//! Each mode, with each kind of method, with the header present, absent and wrong.

use crate::support::{Fixture, Jar, With, fixture, post_to, send};
use axum::Router;
use axum::http::{Method, StatusCode};
use axum::routing::any;
use sessionkit::{AntiCsrf, AppInfo, Session, SessionError, TryRefreshReason, UnauthorisedReason};
use std::time::Duration;

async fn with_mode(mode: AntiCsrf) -> Fixture {
    fixture(|builder| builder.anti_csrf(mode)).await
}

/// Verifies with and without a header.
async fn verify(
    fixture: &Fixture,
    jar: &Jar,
    method: &Method,
    header: Option<(&'static str, &str)>,
) -> bool {
    let mut request = jar.request(method.clone(), "/me");
    if let Some((name, value)) = header {
        request = request.with(name, value);
    }
    let reply = send(&fixture.router(), request).await;
    if reply.status == StatusCode::OK {
        return true;
    }
    let error = reply.error.as_deref().unwrap();
    assert!(matches!(
        error,
        SessionError::TryRefreshToken {
            reason: TryRefreshReason::AntiCsrf,
            ..
        }
    ));
    assert_eq!(
        reply.body,
        "{\"error\":\"try_refresh_token\",\"reason\":\"anti_csrf\"}"
    );
    assert_eq!(
        reply.header("www-authenticate"),
        Some("Session error=\"try_refresh_token\"")
    );
    assert!(!reply.clears());
    false
}

#[tokio::test]
async fn verifying_in_each_mode() {
    let header = |name| move |value| Some((name, value));
    let (custom, site) = (header("x-sessionkit"), header("sec-fetch-site"));
    let token = header("anti-csrf");
    for (mode, right, wrong) in [
        (
            AntiCsrf::ViaCustomHeader,
            vec![custom("1"), custom(""), custom("no")],
            vec![None, Some(("x-session", "1")), site("same-origin")],
        ),
        (
            AntiCsrf::FetchMetadata,
            vec![site("same-origin"), site("same-site"), site("none")],
            vec![
                None,
                site("cross-site"),
                site(""),
                site("Same-Origin"),
                site("same-origin, cross-site"),
                custom("1"),
            ],
        ),
        (
            AntiCsrf::None,
            vec![None, token("x"), site("cross-site")],
            vec![],
        ),
        (AntiCsrf::Auto, vec![None, site("cross-site")], vec![]),
        (
            AntiCsrf::ViaToken,
            vec![],
            vec![None, token(""), token("c1.0.x"), custom("1")],
        ),
    ] {
        let fixture = with_mode(mode).await;
        let jar = fixture.signed_in().await;
        for header in right {
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                assert!(
                    verify(&fixture, &jar, &method, header).await,
                    "{mode:?} {header:?}"
                );
            }
        }
        for header in wrong {
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                assert!(
                    !verify(&fixture, &jar, &method, header).await,
                    "{mode:?} {header:?}"
                );
            }
            for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE] {
                assert!(
                    verify(&fixture, &jar, &method, header).await,
                    "{mode:?} {header:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn two_values_of_sec_fetch_site_have_to_be_right_both() {
    let fixture = with_mode(AntiCsrf::FetchMetadata).await;
    let jar = fixture.signed_in().await;
    let request = jar.post_to("/me").with("sec-fetch-site", "same-origin");
    let reply = send(
        &fixture.router(),
        request.with("sec-fetch-site", "cross-site"),
    )
    .await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_token_of_the_session() {
    let fixture = with_mode(AntiCsrf::ViaToken).await;
    let signed_in = send(&fixture.router(), post_to("/sign-in")).await;
    let first = signed_in.header("anti-csrf").unwrap();
    let mut jar = Jar::default();
    jar.take(&signed_in);
    assert!(verify(&fixture, &jar, &Method::POST, Some(("anti-csrf", first))).await);

    let other = send(&fixture.router(), post_to("/sign-in")).await;
    let of_another = other.header("anti-csrf").unwrap();
    assert!(
        !verify(
            &fixture,
            &jar,
            &Method::POST,
            Some(("anti-csrf", of_another))
        )
        .await
    );

    // After a refresh the newest counts; an older one lets a late tab refresh.
    let request = jar.post_to("/session/refresh").with("anti-csrf", first);
    let refreshed = send(&fixture.router(), request).await;
    let second = refreshed.header("anti-csrf").unwrap();
    jar.take(&refreshed);
    assert!(!verify(&fixture, &jar, &Method::POST, Some(("anti-csrf", first))).await);
    assert!(verify(&fixture, &jar, &Method::POST, Some(("anti-csrf", second))).await);
    fixture.clock.advance(Duration::from_secs(120));
    let late = jar.post_to("/session/refresh").with("anti-csrf", first);
    assert_eq!(send(&fixture.router(), late).await.status, StatusCode::OK);
}

#[tokio::test]
async fn no_other_mode_gives_out_a_token() {
    let fixture = with_mode(AntiCsrf::ViaCustomHeader).await;
    let reply = send(&fixture.router(), post_to("/sign-in")).await;
    assert_eq!(reply.header("anti-csrf"), None);
}

#[tokio::test]
async fn a_failure_at_a_refresh_leaves_the_cookies() {
    for (mode, name, wrong) in [
        (AntiCsrf::ViaCustomHeader, "x-other", "1"),
        (AntiCsrf::FetchMetadata, "sec-fetch-site", "cross-site"),
        (AntiCsrf::ViaToken, "anti-csrf", "c1.0.AAAA"),
    ] {
        let fixture = with_mode(mode).await;
        let jar = fixture.signed_in().await;
        for request in [
            jar.post_to("/session/refresh"),
            jar.post_to("/session/refresh").with(name, wrong),
        ] {
            let reply = send(&fixture.router(), request).await;
            assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{mode:?}");
            let error = reply.error.as_deref().unwrap();
            assert!(matches!(
                error,
                SessionError::Unauthorised {
                    reason: UnauthorisedReason::AntiCsrf,
                    ..
                }
            ));
            assert!(!reply.clears());
        }
    }
}

#[tokio::test]
async fn a_page_on_another_site_clears_nothing_and_asks_no_database() {
    let configured = |builder: sessionkit::SessionsBuilder| {
        let builder = builder.anti_csrf(AntiCsrf::ViaCustomHeader);
        builder.check_database(true)
    };
    let fixture = fixture(configured).await;
    let jar = fixture.signed_in().await;
    fixture.store.set_down(true);
    // Good, expired and forged tokens get the same answer.
    let forged = Jar(vec![("sk_access".to_owned(), "a.b.c".to_owned())]);
    for jar in [&jar, &forged] {
        for path in ["/me", "/maybe", "/session/sign-out"] {
            let reply = send(&fixture.router(), jar.post_to(path)).await;
            assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{path}");
            assert_eq!(
                reply.body,
                "{\"error\":\"try_refresh_token\",\"reason\":\"anti_csrf\"}"
            );
            assert!(!reply.clears());
        }
    }
    assert_eq!(fixture.store.reads(), 0);
    // Nor does it clear what is left of a session.
    let rest = Jar(vec![("sk_front".to_owned(), "x".to_owned())]);
    let reply = send(&fixture.router(), rest.post_to("/session/sign-out")).await;
    assert_eq!((reply.status, reply.clears()), (StatusCode::OK, false));
    let reply = send(&fixture.router(), rest.post_to("/session/refresh")).await;
    assert_eq!(
        (reply.status, reply.clears()),
        (StatusCode::UNAUTHORIZED, false)
    );
}

#[tokio::test]
async fn a_route_decides_for_itself() {
    let fixture = fixture(|builder| {
        builder.app_info(AppInfo::new("https://example.net", "https://example.com"))
    })
    .await;
    let jar = fixture.signed_in().await;
    let handler = async |session: Session| session.user_id().to_owned();
    let route = |check: bool| {
        let layer = fixture.sessions.verify_session().anti_csrf_check(check);
        Router::new().route("/", any(handler)).route_layer(layer)
    };
    for (check, method, expected) in [
        (true, Method::GET, StatusCode::UNAUTHORIZED),
        (true, Method::POST, StatusCode::UNAUTHORIZED),
        (false, Method::GET, StatusCode::OK),
        (false, Method::POST, StatusCode::OK),
    ] {
        let request = || jar.request(method.clone(), "/");
        let router = route(check).layer(fixture.sessions.layer());
        assert_eq!(send(&router, request()).await.status, expected);
        let with_header = request().with("x-sessionkit", "1");
        assert_eq!(
            send(&route(check), with_header).await.status,
            StatusCode::OK
        );
    }
}
