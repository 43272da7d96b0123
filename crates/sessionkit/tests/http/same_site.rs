//! Two addresses in, the attributes of the cookies out: the tables of docs/cookies/same-site.md.

use crate::support::{fixture, post_to, send};
use sessionkit::{AppInfo, FrontTokens, SameSite, Sessions, SqliteStore};

/// What `build` says to a pair of addresses.
async fn refused(api: &str, website: &str) -> String {
    let builder = Sessions::builder()
        .store(SqliteStore::in_memory().await.unwrap())
        .app_info(AppInfo::new(api, website));
    match builder.build().await {
        Ok(_) => panic!("{api} and {website} were taken"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn attributes_follow_from_the_pair() {
    for (api, website, attributes) in [
        (
            "https://example.com",
            "https://example.com",
            "; Secure; HttpOnly; SameSite=Lax",
        ),
        (
            "https://api.example.com",
            "https://www.example.com",
            "; Secure; HttpOnly; SameSite=Lax",
        ),
        (
            "https://api.example.com",
            "http://www.example.com",
            "; Secure; HttpOnly; SameSite=None",
        ),
        (
            "https://example.net",
            "https://example.com",
            "; Secure; HttpOnly; SameSite=None",
        ),
        (
            "https://a.github.io",
            "https://b.github.io",
            "; Secure; HttpOnly; SameSite=None",
        ),
        (
            "http://localhost:3000",
            "http://localhost:5173",
            "; HttpOnly; SameSite=Lax",
        ),
        (
            "http://127.0.0.1:3000",
            "http://127.0.0.1:5173",
            "; HttpOnly; SameSite=Lax",
        ),
    ] {
        let fixture = fixture(|builder| builder.app_info(AppInfo::new(api, website))).await;
        let reply = send(&fixture.router(), post_to("/sign-in")).await;
        let cookies = reply.set_cookies();
        assert_eq!(cookies.len(), 3);
        for (cookie, path) in cookies[..2].iter().zip(["/", "/session/refresh"]) {
            let end = format!("; Max-Age=8640000; Path={path}{attributes}");
            assert!(cookie.ends_with(&end), "{api} {website}: {cookie}");
        }
    }
}

#[tokio::test]
async fn two_sites_without_https_are_refused_by_name() {
    let (api, website) = ("http://example.net", "https://example.com");
    let error = refused(api, website).await;
    assert!(error.contains(api) && error.contains(website), "{error}");
    // The same host, and another scheme.
    refused("http://example.com", "https://example.com").await;
}

#[tokio::test]
async fn choices_of_the_program() {
    let fixture = fixture(|builder| {
        builder
            .app_info(AppInfo::new(
                "https://api.example.com/v1/",
                "https://example.com",
            ))
            .cookie_domain(".example.com")
            .cookie_same_site(SameSite::Strict)
            .cookie_name_prefix("shop")
            .routes_path("/auth")
            .front_token(FrontTokens::CookieAndHeader)
    })
    .await;
    let reply = send(&fixture.router(), post_to("/sign-in")).await;
    let attributes: Vec<_> = reply
        .set_cookies()
        .into_iter()
        .map(|cookie| {
            let (name, rest) = cookie.split_once('=').unwrap();
            format!("{name} {}", rest.split_once("; ").unwrap().1)
        })
        .collect();
    assert_eq!(
        attributes,
        [
            "shop_access Max-Age=8640000; Path=/; Domain=example.com; Secure; HttpOnly; \
             SameSite=Strict",
            "shop_refresh Max-Age=8640000; Path=/v1/auth/refresh; Domain=example.com; Secure; \
             HttpOnly; SameSite=Strict",
            "shop_front Max-Age=8640000; Path=/; Domain=example.com; Secure; SameSite=Strict",
        ]
    );
}

#[tokio::test]
async fn cors_headers_are_taken_by_tower_http() {
    use axum::http::{HeaderValue, Method};
    let fixture = fixture(|builder| builder).await;
    let cors = tower_http::cors::CorsLayer::new()
        .allow_origin(HeaderValue::from_static("https://www.example.com"))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(fixture.sessions.cors_headers())
        .expose_headers(fixture.sessions.cors_headers())
        .allow_credentials(true);
    let reply = send(&fixture.router().layer(cors), post_to("/sign-in")).await;
    assert_eq!(
        reply.header("access-control-expose-headers"),
        Some("anti-csrf,x-sessionkit,front-token")
    );
}
