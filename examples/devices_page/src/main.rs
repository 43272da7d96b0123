//! A page on which users see where they are signed in, and end sessions: one, the others, all.
//!
//! `cargo run -p devices_page`, then open <http://127.0.0.1:3000> in two browsers. Everything is
//! links and forms and works without JavaScript. This file holds what the requests do, `html.rs`
//! what the answers look like.

mod html;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap,
    HeaderValue, LOCATION, REFERRER_POLICY, USER_AGENT,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use html::Row;
use serde::{Deserialize, Serialize};
use sessionkit::{
    ApiRequest, AppInfo, FrontTokens, Session, SessionApis,
    SessionError, SessionHandle, Sessions, SqliteStore,
};
use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

// region sign-in
#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: String,
}

/// Stands for your own check against your own users.
fn is_right(credentials: &Credentials) -> bool {
    matches!(&*credentials.name, "alice" | "bob")
        && credentials.password == "correct horse"
}

/// Kept with the session, where only the server sees it.
#[derive(Serialize, Deserialize)]
struct Device {
    label: String,
}

async fn sign_in(
    State(sessions): State<Sessions>,
    headers: HeaderMap,
    Form(credentials): Form<Credentials>,
) -> Result<Response, SessionError> {
    // Anti-CSRF. Every route that changes something is a POST, and our cookies are `SameSite=Lax`,
    // so a form on another site arrives without a session. Only signing in needs none: there, such
    // a form could sign a visitor in as somebody else. Browsers say where a form comes from.
    if headers
        .get("sec-fetch-site")
        .is_some_and(|site| site == "cross-site")
    {
        return Ok((
            StatusCode::FORBIDDEN,
            "This form is on another site.",
        )
            .into_response());
    }
    if !is_right(&credentials) {
        let again = page(html::sign_in("Name or password is wrong."));
        return Ok((StatusCode::UNAUTHORIZED, again).into_response());
    }
    let user_agent =
        headers.get(USER_AGENT).and_then(|text| text.to_str().ok());
    let device = Device {
        label: html::label_of(user_agent.unwrap_or_default()),
    };
    let session = sessions
        .create_new_session(credentials.name)
        .session_data(device)
        .await?;
    Ok((session, Redirect::to("/devices")).into_response())
}

/// Who has a session goes to the list; if it turns out to be over, the list sends them back here,
/// with cleared cookies.
async fn sign_in_page(session: Option<Session>) -> Response {
    match session {
        Some(_) => Redirect::to("/devices").into_response(),
        None => page(html::sign_in("")).into_response(),
    }
}
// endregion

// region list
async fn devices(
    State(sessions): State<Sessions>,
    session: Session,
) -> Result<impl IntoResponse, SessionError> {
    let mut rows = Vec::new();
    let mut pages =
        sessions.get_all_session_handles_for_user(session.user_id());
    while let Some(handles) = pages.next_page().await? {
        for handle in handles {
            let Some(found) =
                sessions.get_session_information(&handle).await?
            else {
                continue; // it has ended since it was listed
            };
            rows.push(Row {
                label: found.session_data::<Device>()?.label,
                created_at: found.created_at(),
                last_refreshed_at: found.last_refreshed_at(),
                is_this_device: handle == *session.handle(),
                handle,
            });
        }
    }
    // This device first, then those that were used last.
    rows.sort_by_key(|row| {
        Reverse((row.is_this_device, row.last_refreshed_at))
    });
    Ok(page(html::devices(session.user_id(), &rows)))
}
// endregion

// region end
// region end-one
#[derive(Deserialize)]
struct Chosen {
    handle: SessionHandle,
}

async fn end_one(
    State(sessions): State<Sessions>,
    session: Session,
    Form(chosen): Form<Chosen>,
) -> Result<Response, SessionError> {
    // A handle names a session, it does not prove who owns it.
    let found =
        sessions.get_session_information(&chosen.handle).await?;
    if found.is_some_and(|found| found.user_id() == session.user_id()) {
        sessions.revoke_session(&chosen.handle).await?;
    }
    // The answer is the same if it was somebody else's, or had ended
    // before: a second click is normal, and a stranger learns nothing.
    if chosen.handle == *session.handle() {
        return Ok((sessions.clear_tokens(), Redirect::to("/sign-in"))
            .into_response());
    }
    Ok(Redirect::to("/devices").into_response())
}
// endregion end-one

// region end-others
async fn end_others(
    State(sessions): State<Sessions>,
    session: Session,
) -> Result<Redirect, SessionError> {
    let all =
        sessions.get_all_session_handles_for_user(session.user_id());
    let mut others = all.all().await?;
    others.retain(|handle| handle != session.handle());
    sessions.revoke_multiple_sessions(&others).await?;
    Ok(Redirect::to("/devices"))
}
// endregion end-others

async fn end_all(
    State(sessions): State<Sessions>,
    session: Session,
) -> Result<impl IntoResponse, SessionError> {
    sessions
        .revoke_all_sessions_for_user(session.user_id())
        .await?;
    Ok((sessions.clear_tokens(), Redirect::to("/sign-in")))
}
// endregion

// region refresh
/// An access token has expired, and no script is there to refresh and try again. So the answer is
/// a page with one form, which posts to the refresh route; a script of one line sends it at once,
/// and without JavaScript it is one click. (A redirect would not do: it makes a GET, and GET must
/// not change anything.)
async fn errors_as_pages(response: Response) -> Response {
    let error = response.extensions().get::<Arc<SessionError>>();
    match error.map(|error| &**error) {
        Some(SessionError::TryRefreshToken { .. }) => {
            (StatusCode::UNAUTHORIZED, page(html::refresh()))
                .into_response()
        }
        Some(SessionError::StoreUnavailable { .. }) => {
            (StatusCode::SERVICE_UNAVAILABLE, page(html::try_later()))
                .into_response()
        }
        // The others have become redirects, see `on_unauthorised`.
        _ => response,
    }
}

/// The routes of sessionkit answer a script, with JSON. Here forms call them, so they redirect.
struct ForForms {
    original: Arc<dyn SessionApis>,
}

#[sessionkit::async_trait]
impl SessionApis for ForForms {
    fn original(&self) -> &dyn SessionApis {
        &*self.original
    }

    async fn refresh(&self, request: ApiRequest) -> Response {
        then_to("/devices", self.original.refresh(request).await)
    }

    async fn sign_out(&self, request: ApiRequest) -> Response {
        then_to("/sign-in", self.original.sign_out(request).await)
    }
}

/// Errors stay as they are, and so do the cookies of a success.
fn then_to(path: &'static str, mut answer: Response) -> Response {
    if answer.status().is_success() {
        *answer.status_mut() = StatusCode::SEE_OTHER;
        let path = HeaderValue::from_static(path);
        answer.headers_mut().insert(LOCATION, path);
    }
    answer
}
// endregion

// region headers
/// Nothing but our own style sheet and script, forms that lead to us, and no frame around us: a
/// page in a frame could be clicked without being seen.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

async fn add_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// After signing out, Back must not show the list again.
fn page(html: String) -> impl IntoResponse {
    ([(CACHE_CONTROL, "no-store")], Html(html))
}
// endregion

// region main
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sessions = Sessions::builder()
        .store(SqliteStore::open("devices_page.db").await?)
        .app_info(AppInfo::new(
            "http://127.0.0.1:3000",
            "http://127.0.0.1:3000",
        ))
        .access_token_lifetime(access_token_lifetime()?)
        // For scripts that show the user's name. We have none.
        .front_token(FrontTokens::Off)
        .on_unauthorised(|_| async { Redirect::to("/sign-in") })
        .on_token_theft(|_| async { Redirect::to("/sign-in") })
        .override_apis(|original| ForForms { original })
        .build()
        .await?;

    let careful = Router::new()
        .route("/devices", get(devices))
        .route("/devices/end", post(end_one))
        .route("/devices/end-others", post(end_others))
        .route("/devices/end-all", post(end_all))
        // A session that has been ended from another device must not come in here any more, even
        // while its access token lives.
        .route_layer(sessions.verify_session().check_database(true));

    let app = Router::new()
        .route("/", get(|| async { Redirect::to("/devices") }))
        .route("/sign-in", get(sign_in_page).post(sign_in))
        .merge(careful)
        .merge(sessions.routes())
        .layer(sessions.layer())
        .layer(map_response(errors_as_pages))
        .merge(files())
        .layer(map_response(add_headers))
        .with_state(sessions);

    let address = std::env::var("ADDRESS")
        .unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
// endregion

/// A quarter of an hour, or a few seconds for those who want to watch a refresh.
fn access_token_lifetime() -> Result<Duration, std::num::ParseIntError>
{
    let seconds = match std::env::var("ACCESS_TOKEN_SECONDS") {
        Ok(seconds) => seconds.parse()?,
        Err(_) => 15 * 60,
    };
    Ok(Duration::from_secs(seconds))
}

fn files() -> Router<Sessions> {
    let file = |kind: &'static str, text: &'static str| {
        get(move || async move { ([(CONTENT_TYPE, kind)], text) })
    };
    Router::new()
        .route(
            "/style.css",
            file("text/css", include_str!("../static/style.css")),
        )
        .route(
            "/refresh.js",
            file(
                "text/javascript",
                include_str!("../static/refresh.js"),
            ),
        )
}
