//! The functions as this crate does them: what is decided, with the store's rows and the tokens.
//!
//! In: the inputs of [`SessionFunctions`]. Out: sessions and changed rows. Knows no HTTP: cookies
//! and headers are made by `http`, from what a [`Session`] has to send.

mod create;
mod data;
mod refresh;
pub(crate) mod revoke;
mod verify;

use crate::clock::{Clock, UnixMillis};
use crate::config::Config;
use crate::error::{SessionError, UnauthorisedReason};
use crate::event::{OnEvent, SessionEvent};
use crate::functions::{
    DataVersion, HandlesOfUser, NewSession, RefreshSession, RegenerateAccessToken,
    SessionFunctions, SessionInformation, VerifySession,
};
use crate::handle::SessionHandle;
use crate::json::{self, JsonObject};
use crate::keys::{KeyRing, Keys};
use crate::session::Session;
use crate::store::{Change, SessionRecord, SessionStore};
use crate::token::access::{self, Claims, Seconds, TokenId};
use crate::token::refresh::{anti_csrf_hash, anti_csrf_token};
use async_trait::async_trait;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

/// A hook that sees every session before it is created.
pub(crate) type OnCreate = Box<
    dyn Fn(NewSession) -> Pin<Box<dyn Future<Output = Result<NewSession, SessionError>> + Send>>
        + Send
        + Sync,
>;

/// What the functions work with. One for each `Sessions`, shared by its clones.
pub(crate) struct Core {
    pub(crate) config: Config,
    pub(crate) store: Arc<dyn SessionStore>,
    pub(crate) keys: KeyRing,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) on_create: Vec<OnCreate>,
    pub(crate) on_event: Vec<OnEvent>,
    pub(crate) data_locks: DataLocks,
}

/// Keeps changes of one session's data from getting in each other's way inside this program.
/// Between programs the data's version does.
pub(crate) struct DataLocks(Vec<tokio::sync::Mutex<()>>);

impl DataLocks {
    pub(crate) fn new() -> Self {
        Self((0..64).map(|_| tokio::sync::Mutex::default()).collect())
    }

    pub(crate) fn of(&self, handle: &SessionHandle) -> &tokio::sync::Mutex<()> {
        // Handles are random, so any byte of one will do, but for the last: 128 bits are 21 letters
        // and two bits more, so there are only four of it.
        let byte = handle.as_str().bytes().next().unwrap_or_default();
        &self.0[usize::from(byte) % self.0.len()]
    }
}

impl Core {
    fn emit(&self, event: &SessionEvent) {
        // The log gets the event and not the handle: it is no place to find a session by.
        match event {
            SessionEvent::RefreshReplayed { .. } => {
                tracing::info!(event = event.name(), "a refresh token came back in time");
            }
            SessionEvent::TokenTheftDetected { .. } => tracing::warn!(
                event = event.name(),
                "a refresh token came back too late, its session has been revoked"
            ),
            _ => tracing::debug!(event = event.name()),
        }
        for listener in &self.on_event {
            listener(event);
        }
    }

    /// Lets `decide` look at a row while the store holds it, and gives what it found; `None` if
    /// there is no such row.
    async fn update<T: Send + 'static>(
        &self,
        handle: &SessionHandle,
        mut decide: impl FnMut(&SessionRecord) -> (Change, T) + Send + 'static,
    ) -> Result<Option<T>, SessionError> {
        let found = Arc::new(Mutex::new(None));
        let slot = Arc::clone(&found);
        let decide = Box::new(move |record: &SessionRecord| {
            let (change, outcome) = decide(record);
            // The store may ask again after a conflict; the last answer is the one that counts.
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
            change
        });
        if !self.store.update_session(handle, decide).await? {
            return Ok(None);
        }
        let outcome = found.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok(outcome)
    }

    /// An access token for the session as its row stands.
    fn mint(&self, keys: &Keys, record: &SessionRecord, how: Mint) -> Result<Minted, SessionError> {
        let payload = json::to_raw(&record.access_token_payload)?;
        let end = record.ends_at();
        let expires = how.expires.unwrap_or_else(|| {
            let full = how.issued_at.plus(self.config.access_token_lifetime);
            Seconds::ceil(full.min(end))
        });
        let csrf = anti_csrf_token(&keys.refresh, &record.handle, how.generation);
        let claims = Claims {
            sub: record.user_id.clone(),
            sid: record.handle.clone(),
            iat: Seconds::floor(how.issued_at),
            exp: expires,
            jti: TokenId(how.id),
            generation: how.generation,
            csrf: anti_csrf_hash(&csrf),
            created: record.created_at.0,
            confirmed: how.confirmed,
            payload,
        };
        Ok(Minted {
            access_token: access::write(&claims, keys.signing()),
            anti_csrf_token: csrf,
            claims,
        })
    }
}

/// What an access token says besides what stands in the row.
struct Mint {
    id: String,
    issued_at: UnixMillis,
    generation: i64,
    confirmed: bool,
    /// `None`: from the configured lifetime.
    expires: Option<Seconds>,
}

struct Minted {
    access_token: String,
    anti_csrf_token: String,
    claims: Claims,
}

/// Why a session that has a row is over.
fn over(record: &SessionRecord, now: UnixMillis) -> SessionError {
    SessionError::unauthorised(if now >= record.absolute_expires_at {
        UnauthorisedReason::AbsoluteTimeout
    } else {
        UnauthorisedReason::IdleTimeout
    })
}

fn revoked() -> SessionError {
    SessionError::unauthorised(UnauthorisedReason::Revoked)
}

/// The functions of this crate: what an override has as its original.
#[derive(Clone)]
pub(crate) struct Original(pub(crate) Arc<Core>);

#[async_trait]
impl SessionFunctions for Original {
    fn original(&self) -> &dyn SessionFunctions {
        self
    }

    async fn create_new_session(&self, input: NewSession) -> Result<Session, SessionError> {
        create::create(&self.0, input).await
    }

    async fn get_session(&self, input: VerifySession) -> Result<Session, SessionError> {
        verify::verify(&self.0, input).await
    }

    async fn refresh_session(&self, input: RefreshSession) -> Result<Session, SessionError> {
        refresh::refresh(&self.0, input).await
    }

    async fn regenerate_access_token(
        &self,
        input: RegenerateAccessToken,
    ) -> Result<Session, SessionError> {
        verify::regenerate(&self.0, input).await
    }

    async fn revoke_session(&self, handle: &SessionHandle) -> Result<bool, SessionError> {
        let ended = revoke::several(&self.0, std::slice::from_ref(handle)).await?;
        Ok(ended > 0)
    }

    async fn revoke_multiple_sessions(
        &self,
        handles: &[SessionHandle],
    ) -> Result<u64, SessionError> {
        revoke::several(&self.0, handles).await
    }

    async fn revoke_all_sessions_for_user(&self, user_id: &str) -> Result<u64, SessionError> {
        revoke::all_of_user(&self.0, user_id).await
    }

    async fn get_all_session_handles_for_user(
        &self,
        input: HandlesOfUser,
    ) -> Result<Vec<SessionHandle>, SessionError> {
        revoke::list(&self.0, &input).await
    }

    async fn get_session_information(
        &self,
        handle: &SessionHandle,
    ) -> Result<Option<SessionInformation>, SessionError> {
        data::information(&self.0, handle).await
    }

    async fn update_session_data(
        &self,
        handle: &SessionHandle,
        data: JsonObject,
    ) -> Result<(), SessionError> {
        data::replace_data(&self.0, handle, None, &data)
            .await
            .map(drop)
    }

    async fn update_session_data_if(
        &self,
        handle: &SessionHandle,
        version: DataVersion,
        data: JsonObject,
    ) -> Result<DataVersion, SessionError> {
        data::replace_data(&self.0, handle, Some(version), &data).await
    }

    async fn update_access_token_payload(
        &self,
        handle: &SessionHandle,
        payload: JsonObject,
    ) -> Result<(), SessionError> {
        data::replace_payload(&self.0, handle, &payload)
            .await
            .map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_share_few_data_locks() {
        let locks = DataLocks::new();
        let used: std::collections::HashSet<_> = (0..2_000)
            .map(|_| std::ptr::from_ref(locks.of(&SessionHandle::random())))
            .collect();
        assert!(used.len() > 40, "{}", used.len());
    }
}
