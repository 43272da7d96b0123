//! What is set and what is cleared, whole; several cookies of one name; the front token.

use crate::support::{CLEARED, Fixture, Jar, With, fixture, get_from, post_to, send};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use data_encoding::BASE64URL_NOPAD;
use proptest::prelude::*;
use serde_json::json;
use sessionkit::{
    FrontTokens, Session, SessionError, Sessions, SessionsBuilder, UnauthorisedReason, days,
};
use std::time::Duration;

fn as_it_is(builder: SessionsBuilder) -> SessionsBuilder {
    builder
}

#[tokio::test]
async fn signing_in_sets_three_cookies() {
    let fixture = fixture(as_it_is).await;
    let reply = send(&fixture.router(), post_to("/sign-in")).await;
    let mut jar = Jar::default();
    jar.take(&reply);
    let expected = [
        format!(
            "sk_access={}; Max-Age=8640000; Path=/; Secure; HttpOnly; SameSite=Lax",
            jar.get("sk_access")
        ),
        format!(
            "sk_refresh={}; Max-Age=8640000; Path=/session/refresh; Secure; HttpOnly; SameSite=Lax",
            jar.get("sk_refresh")
        ),
        format!(
            "sk_front={}; Max-Age=8640000; Path=/; Secure; SameSite=Lax",
            jar.get("sk_front")
        ),
    ];
    assert_eq!(reply.set_cookies(), expected);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.header("front-token"), Some(jar.get("sk_front")));
    assert_eq!(reply.body, "Welcome");

    let front = BASE64URL_NOPAD
        .decode(jar.get("sk_front").as_bytes())
        .unwrap();
    let front: serde_json::Value = serde_json::from_slice(&front).unwrap();
    let expires_at = 1_800_000_000_000_i64 + 3_600_000;
    assert_eq!(
        front,
        json!({ "userId": "alice", "expiresAt": expires_at, "payload": {} })
    );
}

#[tokio::test]
async fn a_cookie_lives_no_longer_than_browsers_let_it() {
    let long = |builder: SessionsBuilder| {
        builder
            .idle_timeout(days(4_000))
            .absolute_timeout(days(5_000))
    };
    let fixture = fixture(long).await;
    let reply = send(&fixture.router(), post_to("/sign-in")).await;
    assert!(reply.set_cookies()[0].contains("; Max-Age=34560000; "));
}

#[tokio::test]
async fn front_tokens_where_they_are_wanted() {
    for (how, cookies, header) in [
        (FrontTokens::CookieAndHeader, 3, true),
        (FrontTokens::Header, 2, true),
        (FrontTokens::Off, 2, false),
    ] {
        let fixture = fixture(|builder| builder.front_token(how)).await;
        let reply = send(&fixture.router(), post_to("/sign-in")).await;
        assert_eq!(reply.set_cookies().len(), cookies);
        assert_eq!(reply.header("front-token").is_some(), header);
        let mut jar = Jar::default();
        jar.take(&reply);
        let reply = send(&fixture.router(), jar.post_to("/session/sign-out")).await;
        assert_eq!(reply.header("front-token"), header.then_some("remove"));
        assert!(reply.clears());
    }
}

async fn choose(mut session: Session) -> Result<(Session, &'static str), SessionError> {
    session
        .update_access_token_payload(json!({ "language": "pt" }))
        .await?;
    Ok((session, "Saved"))
}

async fn choose_and_forget(mut session: Session) -> Result<&'static str, SessionError> {
    session
        .update_access_token_payload(json!({ "language": "pt" }))
        .await?;
    Ok("Saved")
}

#[tokio::test]
async fn a_changed_payload_is_sent_if_the_session_is_returned() {
    let fixture = fixture(as_it_is).await;
    let router = Router::new()
        .route("/choose", post(choose))
        .route("/forget", post(choose_and_forget))
        .layer(fixture.sessions.layer());
    let jar = fixture.signed_in().await;
    let reply = send(&router, jar.post_to("/forget")).await;
    assert_eq!(
        (reply.body.as_str(), reply.set_cookies().len()),
        ("Saved", 0)
    );
    let reply = send(&router, jar.post_to("/choose")).await;
    let names: Vec<_> = reply
        .set_cookies()
        .iter()
        .map(|cookie| cookie.split_once('=').unwrap().0)
        .collect();
    assert_eq!(names, ["sk_access", "sk_front"]);
}

async fn choose_without_a_word(mut session: Session) -> Result<Session, SessionError> {
    session
        .update_access_token_payload(json!({ "language": "pt" }))
        .await?;
    Ok(session)
}

#[tokio::test]
async fn a_session_is_a_response_by_itself() {
    let fixture = fixture(as_it_is).await;
    let router = Router::new()
        .route("/choose", post(choose_without_a_word))
        .layer(fixture.sessions.layer());
    let jar = fixture.signed_in().await;
    let reply = send(&router, jar.post_to("/choose")).await;
    assert_eq!((reply.status, reply.body.as_str()), (StatusCode::OK, ""));
    assert_eq!(reply.set_cookies().len(), 2);
}

#[tokio::test]
async fn a_session_with_nothing_new_sends_nothing() {
    let fixture = fixture(as_it_is).await;
    let router = Router::new()
        .route("/", post(async |session: Session| (session, "same")))
        .layer(fixture.sessions.layer());
    let jar = fixture.signed_in().await;
    let reply = send(&router, jar.post_to("/")).await;
    assert_eq!(
        (
            reply.body.as_str(),
            reply.headers.contains_key("cache-control")
        ),
        ("same", false)
    );
    assert!(reply.set_cookies().is_empty());
}

#[tokio::test]
async fn clear_tokens_clears_even_what_was_not_sent() {
    let fixture = fixture(as_it_is).await;
    let sessions = fixture.sessions.clone();
    let router = Router::new().route(
        "/out",
        post(async move || (sessions.clear_tokens(), "Signed out")),
    );
    for router in [router.clone(), router.layer(fixture.sessions.layer())] {
        let reply = send(&router, post_to("/out")).await;
        assert_eq!(reply.set_cookies(), CLEARED);
        assert_eq!(reply.header("front-token"), Some("remove"));
        assert_eq!(reply.body, "Signed out");
    }
}

#[tokio::test]
async fn nothing_is_cleared_that_was_not_sent() {
    let fixture = fixture(as_it_is).await;
    for request in [
        get_from("/me"),
        post_to("/session/refresh"),
        post_to("/session/sign-out"),
    ] {
        let reply = send(
            &fixture.router(),
            request.with("cookie", "a=b; xsk_access=1"),
        )
        .await;
        assert!(!reply.clears());
        assert_eq!(reply.header("front-token"), None);
    }
    for cookie in ["sk_access=x", "sk_access=", "sk_front=1", "sk_refresh=1"] {
        let reply = send(&fixture.router(), get_from("/me").with("cookie", cookie)).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
        assert!(reply.clears(), "{cookie}");
        assert_eq!(reply.header("front-token"), Some("remove"));
    }
}

#[tokio::test]
async fn an_expired_token_clears_nothing() {
    let fixture = fixture(as_it_is).await;
    let jar = fixture.signed_in().await;
    fixture.clock.advance(Duration::from_secs(3_600));
    let reply = send(&fixture.router(), jar.get_from("/me")).await;
    assert_eq!(
        reply.body,
        "{\"error\":\"try_refresh_token\",\"reason\":\"expired\"}"
    );
    assert!(!reply.clears());
}

#[tokio::test]
async fn odd_headers_are_never_a_panic() {
    let fixture = fixture(as_it_is).await;
    let long = "a".repeat(1 << 20);
    for cookie in [
        &b"sk_access=\xff\xfe"[..],
        b"sk_access=\"\"\"",
        b"sk_access=.....",
        b"sk_access=a.b.c; sk_access=d.e.f; sk_access=; sk_access=g; sk_access=h",
        b";=;=;;sk_access",
        b"sk_refresh=r1.......",
        b"sk_refresh=r1.AAAAAAAAAAAAAAAAAAAAAA.99999999999999999999.a.b",
        format!("sk_access={long}; sk_refresh={long}").as_bytes(),
    ] {
        for request in [get_from("/me"), post_to("/session/refresh")] {
            let reply = send(&fixture.router(), request.with("cookie", cookie)).await;
            assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
        }
    }
}

#[tokio::test]
async fn a_quoted_cookie_and_one_of_several_headers() {
    let fixture = fixture(as_it_is).await;
    let jar = fixture.signed_in().await;
    let quoted = format!("a=b; sk_access=\"{}\" ", jar.get("sk_access"));
    let request = get_from("/me").with("cookie", "x=y").with("cookie", quoted);
    assert_eq!(send(&fixture.router(), request).await.body, "alice");
}

#[tokio::test]
async fn of_several_access_tokens_a_good_one_is_found() {
    let fixture = fixture(as_it_is).await;
    let jar = fixture.signed_in().await;
    let good = jar.get("sk_access");
    let me = |cookie: String| get_from("/me").with("cookie", cookie);
    for cookie in [
        format!("sk_access=forged; sk_access={good}"),
        format!("sk_access={good}; sk_access=forged"),
        format!("sk_access=1; sk_access=2; sk_access=3; sk_access={good}"),
    ] {
        let reply = send(&fixture.router(), me(cookie)).await;
        assert_eq!(reply.body, "alice");
        // Cleaning up waits until the tokens are written anyway.
        assert!(!reply.clears());
    }
    fixture.clock.advance(Duration::from_secs(3_600));
    for cookie in [
        format!("sk_access=forged; sk_access={good}"),
        format!("sk_access={good}; sk_access=forged"),
    ] {
        let reply = send(&fixture.router(), me(cookie)).await;
        assert!(reply.body.contains("expired"), "{}", reply.body);
    }
}

async fn moved_domain() -> Fixture {
    fixture(|builder| builder.cookie_domain("example.com")).await
}

const HOST_ONLY_CLEARED: [&str; 3] = CLEARED;

#[tokio::test]
async fn after_a_change_of_domain_the_old_cookies_go() {
    let fixture = moved_domain().await;
    let jar = fixture.signed_in().await;
    let (access, refresh) = (jar.get("sk_access"), jar.get("sk_refresh"));
    // The user was refreshed after the move: the host's own cookie is a generation behind.
    let reply = send(&fixture.router(), jar.post_to("/session/refresh")).await;
    let mut newer = Jar::default();
    newer.take(&reply);
    assert_eq!(reply.set_cookies().len(), 3, "nothing to clean up yet");
    fixture.clock.advance(Duration::from_secs(600));

    let cookie = format!(
        "sk_access={access}; sk_refresh={refresh}; {}",
        newer.header("/session/refresh")
    );
    let request = post_to("/session/refresh").with("cookie", cookie);
    let reply = send(&fixture.router(), request).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    let cookies = reply.set_cookies();
    assert_eq!(cookies.len(), 6);
    assert!(cookies[0].starts_with("sk_access=ey") && cookies[0].contains("; Domain=example.com;"));
    assert_eq!(cookies[3..], HOST_ONLY_CLEARED);
}

#[tokio::test]
async fn a_sign_out_takes_the_old_cookies_along() {
    let fixture = moved_domain().await;
    let jar = fixture.signed_in().await;
    let cookie = format!("sk_access=old; {}", jar.header("/"));
    let request = post_to("/session/sign-out").with("cookie", cookie);
    let reply = send(&fixture.router(), request).await;
    let cookies = reply.set_cookies();
    assert_eq!((reply.status, cookies.len()), (StatusCode::OK, 6));
    assert_eq!(
        cookies[0],
        "sk_access=; Max-Age=0; Path=/; Domain=example.com; Secure; HttpOnly; SameSite=Lax"
    );
    assert_eq!(cookies[3..], HOST_ONLY_CLEARED);
}

#[tokio::test]
async fn the_newest_of_several_refresh_tokens_is_taken() {
    let fixture = fixture(as_it_is).await;
    let first = fixture.signed_in().await;
    let reply = send(&fixture.router(), first.post_to("/session/refresh")).await;
    let mut second = Jar::default();
    second.take(&reply);
    fixture.clock.advance(Duration::from_secs(600)); // the first one is theft by now
    let (old, new) = (first.get("sk_refresh"), second.get("sk_refresh"));
    let cookie = format!("sk_refresh={old}; sk_refresh=nonsense; sk_refresh={new}");
    let reply = send(
        &fixture.router(),
        post_to("/session/refresh").with("cookie", cookie),
    )
    .await;
    assert_eq!(reply.status, StatusCode::OK);
}

#[tokio::test]
async fn a_revoked_session_does_not_stand_before_a_good_one() {
    let fixture = fixture(as_it_is).await;
    let (gone, good) = (fixture.signed_in().await, fixture.signed_in().await);
    send(&fixture.router(), gone.post_to("/session/sign-out")).await;
    let cookie = format!(
        "{}; sk_refresh={}",
        gone.header("/session/refresh"),
        good.get("sk_refresh")
    );
    let reply = send(
        &fixture.router(),
        post_to("/session/refresh").with("cookie", cookie),
    )
    .await;
    assert_eq!(reply.status, StatusCode::OK);
    // Two that are over: the reason is that of the one that was real.
    let cookie = format!("sk_refresh=nonsense; sk_refresh={}", gone.get("sk_refresh"));
    let reply = send(
        &fixture.router(),
        post_to("/session/refresh").with("cookie", cookie),
    )
    .await;
    let error = reply.error.as_deref().unwrap();
    assert!(matches!(
        error,
        SessionError::Unauthorised {
            reason: UnauthorisedReason::Revoked,
            ..
        }
    ));
    assert!(reply.set_cookies().len() > 3, "both are cleared");
}

#[tokio::test]
async fn theft_of_one_session_does_not_end_another_in_the_same_browser() {
    let fixture = fixture(as_it_is).await;
    let (stolen, good) = (fixture.signed_in().await, fixture.signed_in().await);
    send(&fixture.router(), stolen.post_to("/session/refresh")).await;
    fixture.clock.advance(Duration::from_secs(60));
    let (stolen, good) = (stolen.get("sk_refresh"), good.get("sk_refresh"));
    let refresh = |cookie: String| post_to("/session/refresh").with("cookie", cookie);
    let both = refresh(format!("sk_refresh={stolen}; sk_refresh={good}"));
    let reply = send(&fixture.router(), both).await;
    assert_eq!(reply.status, StatusCode::OK);
    // Only the one is over.
    let alone = send(&fixture.router(), refresh(format!("sk_refresh={stolen}"))).await;
    assert_eq!(
        alone.body,
        "{\"error\":\"unauthorised\",\"reason\":\"revoked\"}"
    );
}

fn in_runtime<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}

/// A session at the limit, or just below it, in cookies.
async fn cookie_sizes(
    sessions: &Sessions,
    user_id: &str,
    key: &str,
    filler: &str,
) -> Option<Vec<usize>> {
    let created = sessions
        .create_new_session(user_id)
        .access_token_payload(json!({ key: filler }))
        .await;
    let session = match created {
        Ok(session) => session,
        Err(SessionError::PayloadTooLarge { .. }) => return None,
        Err(other) => panic!("{other}"),
    };
    let response = axum::response::IntoResponse::into_response((session, ""));
    let cookies = response.headers().get_all("set-cookie").iter();
    let pairs = cookies.map(|cookie| cookie.to_str().unwrap().split("; ").next().unwrap());
    Some(pairs.map(|pair| pair.len() - 1).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Whatever fits into the access cookie fits into the front cookie.
    #[test]
    fn the_front_cookie_fits_whenever_the_access_cookie_does(
        user_id in "(\\PC{1,40}|[\"\\\\\u{1}-\u{1f}]{1,300}|a{1,1024})",
        key in "\\PC{0,8}",
        unit in "[a\"\\\\\u{1}é\u{1f600}]",
        most in 0_usize..3_200,
    ) {
        prop_assume!(user_id.len() <= 1_024);
        let sizes = in_runtime(async {
            let fixture = fixture(as_it_is).await;
            // The largest payload that is taken, looked for by halves.
            let (mut fits, mut too_large) = (0, most + 1);
            let mut largest = cookie_sizes(&fixture.sessions, &user_id, &key, "").await;
            while largest.is_some() && fits + 1 < too_large {
                let middle = usize::midpoint(fits, too_large);
                let filler = unit.repeat(middle);
                match cookie_sizes(&fixture.sessions, &user_id, &key, &filler).await {
                    Some(sizes) => (fits, largest) = (middle, Some(sizes)),
                    None => too_large = middle,
                }
            }
            largest
        });
        if let Some(sizes) = sizes {
            prop_assert_eq!(sizes.len(), 3);
            prop_assert!(sizes[0] <= 4_096 && sizes[2] <= sizes[0], "{:?}", sizes);
        }
    }
}
