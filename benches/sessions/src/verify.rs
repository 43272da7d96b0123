//! Verifying: the whole path, from the `Cookie` header to a `Session` in the handler's hands,
//! beside the signature alone and the JWT crate alone.

use crate::turns::{medians, rate_of, row};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::response::Response;
use data_encoding::BASE64URL_NOPAD;
use http::{Request, header::COOKIE};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use sessionkit::{AppInfo, Session, Sessions, Signing, SqliteStore, VerifySession};
use std::convert::Infallible;
use std::hint::black_box;
use std::task::{Context, Poll, Waker};
use tokio::runtime::{Builder, Runtime};
use tower::{Layer, Service, service_fn};

pub fn run() {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    eddsa(&runtime);
    hs256(&runtime);
}

async fn sessions(signing: Signing) -> (Sessions, String) {
    let sessions = Sessions::builder()
        .store(SqliteStore::in_memory().await.expect("a store"))
        .app_info(AppInfo::new(
            "https://api.example.com",
            "https://example.com",
        ))
        .signing(signing)
        .never_clean_up()
        .build()
        .await
        .expect("sessions");
    let session = sessions
        .create_new_session("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
        .access_token_payload(serde_json::json!({ "role": "editor", "plan": "team" }))
        .await
        .expect("a session");
    (sessions.clone(), session.access_token().to_owned())
}

/// The layer, and a handler that extracts the session.
fn whole_path(sessions: &Sessions, token: &str) -> f64 {
    let handler = service_fn(|request: Request<Body>| async move {
        let (mut parts, _) = request.into_parts();
        let session = Session::from_request_parts(&mut parts, &()).await;
        black_box(session.expect("a good session").user_id());
        Ok::<_, Infallible>(Response::new(Body::empty()))
    });
    let mut service = sessions.layer().layer(handler);
    let cookie = format!("theme=dark; sk_access={token}; lang=en");
    let cookie = http::HeaderValue::from_str(&cookie).expect("a header");
    rate_of(|| {
        let mut request = Request::new(Body::empty());
        request.headers_mut().insert(COOKIE, cookie.clone());
        now(service.call(request)).expect("infallible");
    })
}

/// Runs a future that never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("verifying waits for nothing"),
    }
}

fn get_session(sessions: &Sessions, token: &str) -> f64 {
    rate_of(|| {
        let session = now(sessions.get_session(VerifySession::new(token)));
        black_box(session.expect("a good session").user_id());
    })
}

fn eddsa(runtime: &Runtime) {
    let (sessions, token) = runtime.block_on(sessions(Signing::ed25519()));
    let (message, signature) = token.rsplit_once('.').expect("a token");
    let signature = BASE64URL_NOPAD
        .decode(signature.as_bytes())
        .expect("base64url");
    let set: serde_json::Value =
        serde_json::from_str(&runtime.block_on(sessions.public_keys_json())).expect("JSON");
    let public = set["keys"][0]["x"].as_str().expect("a key");
    let public = BASE64URL_NOPAD
        .decode(public.as_bytes())
        .expect("base64url");

    let mut bare = || {
        let key = UnparsedPublicKey::new(&ED25519, &public);
        rate_of(|| {
            key.verify(black_box(message.as_bytes()), &signature)
                .expect("genuine")
        })
    };
    let mut whole = || whole_path(&sessions, &token);
    let mut call = || get_session(&sessions, &token);
    let rates = medians(&mut [&mut whole, &mut bare, &mut call]);
    let peer = "signature alone (AWS-LC)";
    row(
        "verify, EdDSA, cookie header to `Session`",
        rates[0],
        peer,
        rates[1],
        "0.9",
    );
    row("verify, EdDSA, `get_session`", rates[2], peer, rates[1], "");
}

/// What a program would write that uses the JWT crate alone.
#[derive(Deserialize)]
#[expect(dead_code, reason = "read, as a program would")]
struct Claims {
    sub: String,
    sid: String,
    iat: u64,
    exp: u64,
    jti: String,
    #[serde(rename = "gen")]
    generation: u64,
    csrf: String,
    created: u64,
    confirmed: bool,
    payload: serde_json::Map<String, serde_json::Value>,
}

fn hs256(runtime: &Runtime) {
    let (sessions, token) = runtime.block_on(sessions(Signing::hs256()));
    // The secret is nobody's business, so the peer gets the same claims under one of its own.
    let secret = [7; 32];
    let (header, claims) = {
        let mut parts = token.split('.');
        (parts.next().expect("header"), parts.next().expect("claims"))
    };
    let message = format!("{header}.{claims}");
    let key = jsonwebtoken::EncodingKey::from_secret(&secret);
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256);
    let theirs = format!("{message}.{}", signature.expect("a signature"));

    let key = DecodingKey::from_secret(&secret);
    let validation = Validation::new(Algorithm::HS256);
    let mut alone = || {
        rate_of(|| {
            let token = jsonwebtoken::decode::<Claims>(black_box(&theirs), &key, &validation);
            black_box(token.expect("genuine").claims.sub.len());
        })
    };
    let mut whole = || whole_path(&sessions, &token);
    let mut call = || get_session(&sessions, &token);
    let rates = medians(&mut [&mut whole, &mut alone, &mut call]);
    let peer = "JWT crate alone";
    row(
        "verify, HS256, cookie header to `Session`",
        rates[0],
        peer,
        rates[1],
        "0.8",
    );
    row("verify, HS256, `get_session`", rates[2], peer, rates[1], "");
}
