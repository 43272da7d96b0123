//! What tests look through: a store that counts, loses answers or fails when told to, a record of
//! events, and errors as words.

use sessionkit::{
    Change, Decide, DecideKeys, DeletedBatch, RefreshSession, Session, SessionError, SessionEvent,
    SessionHandle, SessionRecord, SessionStore, Sessions, SigningKeyRecord, StoreError, UnixMillis,
    async_trait,
};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

/// How a call ends: `ok`, the reason of an `Unauthorised`, `try_refresh_token: reason`, or the code
/// of the error.
pub fn outcome<T>(result: &Result<T, SessionError>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(SessionError::Unauthorised { reason, .. }) => reason.as_str().to_owned(),
        Err(error @ SessionError::TryRefreshToken { reason, .. }) => {
            format!("{}: {}", error.code(), reason.as_str())
        }
        Err(error) => error.code().to_owned(),
    }
}

pub async fn refresh(sessions: &Sessions, token: &str) -> Result<Session, SessionError> {
    let input = RefreshSession::new(token).anti_csrf_check(false);
    sessions.refresh_session(input).await
}

/// The refresh token of a session that has just been made or refreshed.
pub fn token(session: &Session) -> String {
    session.refresh_token().unwrap().to_owned()
}

/// All that a client is given: refresh token, access token, anti-CSRF token.
pub fn tokens(session: &Session) -> [String; 3] {
    [
        token(session),
        session.access_token().to_owned(),
        session.anti_csrf_token().unwrap_or_default().to_owned(),
    ]
}

/// The events so far, by name.
#[derive(Clone, Default)]
pub struct Events(Arc<Mutex<Vec<&'static str>>>);

impl Events {
    pub fn listener(&self) -> impl Fn(&SessionEvent) + Send + Sync + 'static {
        let names = Arc::clone(&self.0);
        move |event| names.lock().unwrap().push(event.name())
    }

    /// Those since the last call.
    pub fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    pub fn count(&self, name: &str) -> usize {
        let names = self.0.lock().unwrap();
        names.iter().filter(|event| **event == name).count()
    }
}

/// What happens to the next update of a session.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Next {
    Works = 0,
    /// The database is not reached.
    FailsBefore = 1,
    /// The change is made and stays, and the answer is lost on the way.
    FailsAfter = 2,
}

/// A store in front of another one.
pub struct Watched {
    inner: Arc<dyn SessionStore>,
    next: AtomicU8,
    replaced: AtomicU32,
    batches: AtomicU32,
}

impl Watched {
    pub fn new(inner: Arc<dyn SessionStore>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            next: AtomicU8::new(Next::Works as u8),
            replaced: AtomicU32::new(0),
            batches: AtomicU32::new(0),
        })
    }

    /// Decides about the next update, and that one only.
    pub fn next_update(&self, next: Next) {
        self.next.store(next as u8, SeqCst);
    }

    /// How many batches of a user's sessions were asked to be deleted.
    pub fn batches(&self) -> u32 {
        self.batches.load(SeqCst)
    }

    /// How many times a row has been replaced.
    pub fn replaced(&self) -> u32 {
        self.replaced.load(SeqCst)
    }
}

fn lost() -> StoreError {
    StoreError::new("updating a session", "the connection was lost")
}

#[async_trait]
impl SessionStore for Watched {
    async fn create_session(&self, record: SessionRecord) -> Result<(), StoreError> {
        self.inner.create_session(record).await
    }

    async fn read_session(
        &self,
        handle: &SessionHandle,
    ) -> Result<Option<SessionRecord>, StoreError> {
        self.inner.read_session(handle).await
    }

    async fn update_session(
        &self,
        handle: &SessionHandle,
        mut decide: Decide,
    ) -> Result<bool, StoreError> {
        let next = self.next.swap(Next::Works as u8, SeqCst);
        if next == Next::FailsBefore as u8 {
            return Err(lost());
        }
        // A store may ask again after a conflict; what counts is its last question.
        let replaces = Arc::new(AtomicBool::new(false));
        let last = Arc::clone(&replaces);
        let counting = move |record: &SessionRecord| {
            let change = decide(record);
            last.store(matches!(change, Change::Replace(_)), SeqCst);
            change
        };
        let found = self
            .inner
            .update_session(handle, Box::new(counting))
            .await?;
        self.replaced
            .fetch_add(u32::from(replaces.load(SeqCst)), SeqCst);
        if next == Next::FailsAfter as u8 {
            return Err(lost());
        }
        Ok(found)
    }

    async fn delete_sessions(
        &self,
        handles: &[SessionHandle],
        now: UnixMillis,
    ) -> Result<u64, StoreError> {
        self.inner.delete_sessions(handles, now).await
    }

    async fn delete_sessions_of_user(
        &self,
        user_id: &str,
        created_until: UnixMillis,
        now: UnixMillis,
        limit: u32,
    ) -> Result<DeletedBatch, StoreError> {
        self.batches.fetch_add(1, SeqCst);
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
        self.inner
            .list_sessions_of_user(user_id, now, after, limit)
            .await
    }

    async fn delete_expired_sessions(
        &self,
        now: UnixMillis,
        limit: u32,
    ) -> Result<u64, StoreError> {
        self.inner.delete_expired_sessions(now, limit).await
    }

    async fn read_signing_keys(&self) -> Result<Vec<SigningKeyRecord>, StoreError> {
        self.inner.read_signing_keys().await
    }

    async fn update_signing_keys(
        &self,
        decide: DecideKeys,
    ) -> Result<Vec<SigningKeyRecord>, StoreError> {
        self.inner.update_signing_keys(decide).await
    }
}
