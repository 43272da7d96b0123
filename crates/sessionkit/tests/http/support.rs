//! A small program with sessions, a browser's cookie jar, and a store that can be put out of order.

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use axum::routing::{any, get, post};
use sessionkit::{
    AppInfo, Decide, DecideKeys, DeletedBatch, ManualClock, Session, SessionError, SessionHandle,
    SessionRecord, SessionStore, Sessions, SessionsBuilder, SigningKeyRecord, SqliteStore,
    StoreError, UnixMillis,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use tower::ServiceExt;

pub const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

/// Sessions over a database in memory, and the things that a test turns.
pub struct Fixture {
    pub sessions: Sessions,
    pub clock: Arc<ManualClock>,
    pub store: Arc<Breakable>,
}

pub async fn fixture(configure: impl FnOnce(SessionsBuilder) -> SessionsBuilder) -> Fixture {
    let clock = Arc::new(ManualClock::new(NOW));
    let store = Arc::new(Breakable {
        inner: SqliteStore::in_memory().await.unwrap(),
        down: AtomicBool::new(false),
        reads: AtomicU32::new(0),
    });
    let builder = Sessions::builder()
        .shared_store(store.clone())
        .clock(clock.clone())
        .never_clean_up()
        .app_info(AppInfo::new("https://example.com", "https://example.com"));
    let sessions = configure(builder).build().await.unwrap();
    Fixture {
        sessions,
        clock,
        store,
    }
}

async fn whoever(session: Session) -> String {
    session.user_id().to_owned()
}

async fn maybe(session: Option<Session>) -> String {
    session.map_or("nobody".to_owned(), |session| session.user_id().to_owned())
}

impl Fixture {
    /// `/me` wants a session, `/maybe` takes one, `/plain` asks for none.
    pub fn open_router(&self) -> Router {
        let sessions = self.sessions.clone();
        let sign_in = move || async move {
            let session = sessions.create_new_session("alice").await?;
            Ok::<_, SessionError>((session, "Welcome"))
        };
        Router::new()
            .route("/sign-in", post(sign_in))
            .route("/me", any(whoever))
            .route("/maybe", any(maybe))
            .route("/plain", get(async || "plain"))
            .merge(self.sessions.routes())
    }

    pub fn router(&self) -> Router {
        self.open_router().layer(self.sessions.layer())
    }

    /// A jar with the cookies of a new session.
    pub async fn signed_in(&self) -> Jar {
        let mut jar = Jar::default();
        let reply = send(&self.router(), post_to("/sign-in")).await;
        assert_eq!(reply.status, StatusCode::OK);
        jar.take(&reply);
        jar
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    pub error: Option<Arc<SessionError>>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn set_cookies(&self) -> Vec<&str> {
        let values = self.headers.get_all("set-cookie").iter();
        values.map(|value| value.to_str().unwrap()).collect()
    }

    /// Whether the three cookies were cleared and nothing else was done to cookies.
    pub fn clears(&self) -> bool {
        assert!(self.set_cookies().is_empty() || self.set_cookies() == CLEARED);
        !self.set_cookies().is_empty()
    }
}

pub const CLEARED: [&str; 3] = [
    "sk_access=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax",
    "sk_refresh=; Max-Age=0; Path=/session/refresh; Secure; HttpOnly; SameSite=Lax",
    "sk_front=; Max-Age=0; Path=/; Secure; SameSite=Lax",
];

pub async fn send(router: &Router, request: Request<Body>) -> Reply {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Reply {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
        error: parts.extensions.get::<Arc<SessionError>>().cloned(),
    }
}

pub fn request(method: Method, path: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    request.body(Body::empty()).unwrap()
}

pub fn get_from(path: &str) -> Request<Body> {
    request(Method::GET, path)
}

pub fn post_to(path: &str) -> Request<Body> {
    request(Method::POST, path)
}

/// The same request with one more header.
pub trait With {
    fn with(self, name: &'static str, value: impl AsRef<[u8]>) -> Self;
}

impl With for Request<Body> {
    fn with(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        let value = HeaderValue::from_bytes(value.as_ref()).unwrap();
        self.headers_mut().append(name, value);
        self
    }
}

/// What a browser keeps, as far as names, values and paths go.
#[derive(Debug, Clone, Default)]
pub struct Jar(pub Vec<(String, String)>);

impl Jar {
    pub fn take(&mut self, reply: &Reply) {
        for cookie in reply.set_cookies() {
            let (pair, attributes) = cookie.split_once("; ").unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.0.retain(|(known, _)| known != name);
            if !attributes.starts_with("Max-Age=0;") {
                self.0.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    pub fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        &found.unwrap_or_else(|| panic!("no {name} in the jar")).1
    }

    /// The header for a path; the refresh cookie goes to its own route only.
    pub fn header(&self, path: &str) -> String {
        let goes = |name: &str| name != "sk_refresh" || path == "/session/refresh";
        let pairs = self.0.iter().filter(|(name, _)| goes(name));
        let pairs: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    pub fn request(&self, method: Method, path: &str) -> Request<Body> {
        request(method, path).with("cookie", self.header(path))
    }

    pub fn get_from(&self, path: &str) -> Request<Body> {
        self.request(Method::GET, path)
    }

    pub fn post_to(&self, path: &str) -> Request<Body> {
        self.request(Method::POST, path)
    }
}

/// A store that answers nothing while it is down, and counts reads of sessions.
pub struct Breakable {
    inner: SqliteStore,
    down: AtomicBool,
    reads: AtomicU32,
}

impl Breakable {
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    pub fn reads(&self) -> u32 {
        self.reads.load(Ordering::SeqCst)
    }

    fn check(&self) -> Result<(), StoreError> {
        if self.down.load(Ordering::SeqCst) {
            return Err(StoreError::new("asking the database", "pulled the plug"));
        }
        Ok(())
    }
}

#[async_trait]
impl SessionStore for Breakable {
    async fn create_session(&self, record: SessionRecord) -> Result<(), StoreError> {
        self.check()?;
        self.inner.create_session(record).await
    }

    async fn read_session(
        &self,
        handle: &SessionHandle,
    ) -> Result<Option<SessionRecord>, StoreError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.check()?;
        self.inner.read_session(handle).await
    }

    async fn update_session(
        &self,
        handle: &SessionHandle,
        decide: Decide,
    ) -> Result<bool, StoreError> {
        self.check()?;
        self.inner.update_session(handle, decide).await
    }

    async fn delete_sessions(
        &self,
        handles: &[SessionHandle],
        now: UnixMillis,
    ) -> Result<u64, StoreError> {
        self.check()?;
        self.inner.delete_sessions(handles, now).await
    }

    async fn delete_sessions_of_user(
        &self,
        user_id: &str,
        created_until: UnixMillis,
        now: UnixMillis,
        limit: u32,
    ) -> Result<DeletedBatch, StoreError> {
        self.check()?;
        self.inner
            .delete_sessions_of_user(user_id, created_until, now, limit)
            .await
    }

    async fn list_sessions_of_user(
        &self,
        user_id: &str,
        now: UnixMillis,
        after: Option<&SessionHandle>,
        limit: u32,
    ) -> Result<Vec<SessionHandle>, StoreError> {
        self.check()?;
        self.inner
            .list_sessions_of_user(user_id, now, after, limit)
            .await
    }

    async fn delete_expired_sessions(
        &self,
        now: UnixMillis,
        limit: u32,
    ) -> Result<u64, StoreError> {
        self.check()?;
        self.inner.delete_expired_sessions(now, limit).await
    }

    async fn read_signing_keys(&self) -> Result<Vec<SigningKeyRecord>, StoreError> {
        self.check()?;
        self.inner.read_signing_keys().await
    }

    async fn update_signing_keys(
        &self,
        decide: DecideKeys,
    ) -> Result<Vec<SigningKeyRecord>, StoreError> {
        self.check()?;
        self.inner.update_signing_keys(decide).await
    }
}
