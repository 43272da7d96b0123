//! The server of the quick start: sign in, one protected route, refresh, sign out.
//!
//! `cargo run -p quickstart`, then open <http://127.0.0.1:3000>. The sessions are in
//! `quickstart.db`, so they outlive the server. `ADDRESS=127.0.0.1:8080` listens elsewhere.

// region imports
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use sessionkit::{
    AppInfo, Session, SessionError, Sessions, SqliteStore,
};
// endregion

// region sign-in
#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: String,
}

/// Stands for your own check against your own users.
fn is_right(credentials: &Credentials) -> bool {
    let Credentials { name, password } = credentials;
    name == "alice" && password == "correct horse"
}

async fn sign_in(
    State(sessions): State<Sessions>,
    Json(credentials): Json<Credentials>,
) -> Result<Response, SessionError> {
    if !is_right(&credentials) {
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    }
    let session = sessions.create_new_session(credentials.name).await?;
    Ok((session, "Welcome").into_response()) // sets the cookies
}
// endregion

// region protected-route
/// Runs only with a valid session: the extractor answers 401 otherwise.
async fn who_am_i(session: Session) -> String {
    session.user_id().to_owned()
}
// endregion

// region main
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The first address is where this server is reached, the second is
    // what stands in the address bar. Cookie rules follow from both.
    let sessions = Sessions::builder()
        .store(SqliteStore::open("quickstart.db").await?)
        .app_info(AppInfo::new(
            "http://127.0.0.1:3000",
            "http://127.0.0.1:3000",
        ))
        .build()
        .await?;

    let app = Router::new()
        .route("/sign-in", post(sign_in))
        .route("/me", get(who_am_i))
        .merge(front_end())
        // Adds routes for refreshing, signing out and public keys.
        .merge(sessions.routes())
        // Reads cookies before your handlers, writes them afterwards.
        .layer(sessions.layer())
        .with_state(sessions);

    let address = std::env::var("ADDRESS");
    let address = address.as_deref().unwrap_or("127.0.0.1:3000");
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
// endregion

// region front-end
/// One page with a form and two scripts, compiled into the program.
fn front_end() -> Router<Sessions> {
    let page = || async { Html(include_str!("../static/index.html")) };
    let script = |text: &'static str| {
        let headers = [(CONTENT_TYPE, "text/javascript")];
        get(move || async move { (headers, text) })
    };
    let page_js = script(include_str!("../static/page.js"));
    let request_js = script(include_str!("../static/request.js"));
    Router::new()
        .route("/", get(page))
        .route("/page.js", page_js)
        .route("/request.js", request_js)
}
// endregion
