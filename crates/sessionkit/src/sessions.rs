//! `Sessions`: what a program holds, and calls.

use crate::builder::SessionsBuilder;
#[cfg(feature = "axum")]
use crate::config::Config;
use crate::core::Core;
use crate::error::{SessionError, UnauthorisedReason};
use crate::functions::{
    DataVersion, HandlesOfUser, NewSession, RefreshSession, RegenerateAccessToken,
    SessionFunctions, SessionInformation, VerifySession,
};
use crate::handle::SessionHandle;
use crate::json::{self, JsonObject};
use crate::session::Session;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;

/// The sessions of a program: its configuration, its store and its keys.
///
/// Build it once with [`Sessions::builder`] and clone it freely: a clone shares everything with the
/// original.
#[derive(Clone)]
pub struct Sessions(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) core: Arc<Core>,
    pub(crate) functions: Arc<dyn SessionFunctions>,
    #[cfg(feature = "axum")]
    pub(crate) http: crate::http::Http,
}

impl Sessions {
    /// Starts a configuration. It needs a store and an [`AppInfo`](crate::AppInfo); everything else
    /// has a default.
    pub fn builder() -> SessionsBuilder {
        SessionsBuilder::new()
    }

    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    #[cfg(feature = "axum")]
    pub(crate) fn config(&self) -> &Config {
        &self.0.core.config
    }

    #[cfg(test)]
    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.0.core
    }

    #[cfg(feature = "axum")]
    pub(crate) fn http(&self) -> &crate::http::Http {
        &self.0.http
    }

    fn functions(&self) -> &dyn SessionFunctions {
        &*self.0.functions
    }

    fn hand_out(&self, session: Session) -> Session {
        session.with_functions(&self.0.functions)
    }

    /// Creates a session for a user who has just been signed in. Await what it returns, with
    /// payload and data added before if there are any.
    ///
    /// # Errors
    ///
    /// When awaited: [`SessionError::PayloadTooLarge`], [`SessionError::InvalidUserId`] (empty,
    /// longer than 1,024 bytes, with a NUL), [`SessionError::Json`],
    /// [`SessionError::StoreUnavailable`], or what a hook said. Nothing is stored then.
    pub fn create_new_session(&self, user_id: impl Into<String>) -> CreateNewSession {
        CreateNewSession {
            sessions: self.clone(),
            user_id: user_id.into(),
            access_token_payload: Ok(JsonObject::new()),
            session_data: Ok(JsonObject::new()),
        }
    }

    /// Verifies an access token, without a database call unless it is asked for, and without HTTP.
    ///
    /// # Errors
    ///
    /// [`SessionError::TryRefreshToken`] if the token has expired, its key is not known, or the
    /// anti-CSRF token is wrong; [`SessionError::Unauthorised`] if it is none of ours or, where the
    /// database is asked, the session is over; [`SessionError::StoreUnavailable`] where it is asked.
    pub async fn get_session(&self, input: VerifySession) -> Result<Session, SessionError> {
        let session = self.functions().get_session(input).await?;
        Ok(self.hand_out(session))
    }

    /// Takes a refresh token, and gives a session with new tokens to hand on.
    ///
    /// # Errors
    ///
    /// [`SessionError::TokenTheftDetected`] if the token was replaced before, and the session has
    /// been revoked; [`SessionError::Unauthorised`] if it is none of ours or the session is over;
    /// [`SessionError::StoreUnavailable`].
    pub async fn refresh_session(
        &self,
        input: impl Into<RefreshSession>,
    ) -> Result<Session, SessionError> {
        let session = self.functions().refresh_session(input.into()).await?;
        Ok(self.hand_out(session))
    }

    /// Gives a new access token with the same expiry for one that is still good, with the payload
    /// that the database has, or with a new one.
    ///
    /// # Errors
    ///
    /// As for [`get_session`](Self::get_session), and [`SessionError::PayloadTooLarge`].
    pub async fn regenerate_access_token(
        &self,
        input: RegenerateAccessToken,
    ) -> Result<Session, SessionError> {
        let session = self.functions().regenerate_access_token(input).await?;
        Ok(self.hand_out(session))
    }

    /// Ends a session; `true` if there was one. Its access token is good until it expires, except
    /// where the database is checked.
    ///
    /// # Errors
    ///
    /// [`SessionError::StoreUnavailable`].
    pub async fn revoke_session(&self, handle: &SessionHandle) -> Result<bool, SessionError> {
        self.functions().revoke_session(handle).await
    }

    /// Ends several sessions; tells how many there were.
    ///
    /// # Errors
    ///
    /// [`SessionError::StoreUnavailable`]; some may have been ended by then.
    pub async fn revoke_multiple_sessions(
        &self,
        handles: &[SessionHandle],
    ) -> Result<u64, SessionError> {
        self.functions().revoke_multiple_sessions(handles).await
    }

    /// Ends all sessions that a user has now; tells how many there were.
    ///
    /// # Errors
    ///
    /// [`SessionError::StoreUnavailable`]; some may have been ended by then.
    pub async fn revoke_all_sessions_for_user(&self, user_id: &str) -> Result<u64, SessionError> {
        self.functions().revoke_all_sessions_for_user(user_id).await
    }

    /// The live sessions of a user, a page at a time.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use sessionkit::{AppInfo, Sessions, SqliteStore};
    /// # let sessions = Sessions::builder()
    /// #     .store(SqliteStore::in_memory().await?)
    /// #     .app_info(AppInfo::new("https://api.example.com", "https://example.com"))
    /// #     .build()
    /// #     .await?;
    /// # let session = sessions.create_new_session("alice").await?;
    /// let mut pages = sessions.get_all_session_handles_for_user("alice").page_size(50);
    /// while let Some(handles) = pages.next_page().await? {
    ///     println!("{} devices", handles.len());
    ///     # assert_eq!(handles, [session.handle().clone()]);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn get_all_session_handles_for_user(&self, user_id: impl Into<String>) -> SessionHandles {
        SessionHandles {
            sessions: self.clone(),
            next: Some(HandlesOfUser::new(user_id)),
        }
    }

    /// What the database knows of a session; `None` if it is over.
    ///
    /// # Errors
    ///
    /// [`SessionError::StoreUnavailable`].
    pub async fn get_session_information(
        &self,
        handle: &SessionHandle,
    ) -> Result<Option<SessionInformation>, SessionError> {
        self.functions().get_session_information(handle).await
    }

    /// The private data of a session, read as `T`.
    ///
    /// # Errors
    ///
    /// [`SessionError::Unauthorised`] if the session is over, [`SessionError::Json`] if the data is
    /// not a `T`, [`SessionError::StoreUnavailable`].
    pub async fn get_session_data<T: DeserializeOwned>(
        &self,
        handle: &SessionHandle,
    ) -> Result<T, SessionError> {
        live_information(self.functions(), handle)
            .await?
            .session_data()
    }

    /// The private data of a session with its version, for
    /// [`update_session_data_if`](Self::update_session_data_if).
    ///
    /// # Errors
    ///
    /// As for [`get_session_data`](Self::get_session_data).
    pub async fn get_session_data_with_version<T: DeserializeOwned>(
        &self,
        handle: &SessionHandle,
    ) -> Result<(T, DataVersion), SessionError> {
        let information = live_information(self.functions(), handle).await?;
        Ok((
            information.session_data()?,
            information.session_data_version(),
        ))
    }

    /// Replaces the session data, whatever is there. Two requests that read, change and write back
    /// with this lose one of the changes: use [`modify_session_data`](Self::modify_session_data).
    ///
    /// # Errors
    ///
    /// [`SessionError::Unauthorised`] if the session is over, [`SessionError::Json`] if the value
    /// is no object, [`SessionError::StoreUnavailable`].
    pub async fn update_session_data(
        &self,
        handle: &SessionHandle,
        data: impl Serialize,
    ) -> Result<(), SessionError> {
        let data = json::to_object(data, json::WRITE_DATA)?;
        self.functions().update_session_data(handle, data).await
    }

    /// Replaces the session data if it has not been replaced since `version` was read; gives the
    /// new version.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use sessionkit::{AppInfo, Sessions, SqliteStore};
    /// # let sessions = Sessions::builder()
    /// #     .store(SqliteStore::in_memory().await?)
    /// #     .app_info(AppInfo::new("https://api.example.com", "https://example.com"))
    /// #     .build()
    /// #     .await?;
    /// use serde_json::{Value, json};
    /// use sessionkit::SessionError;
    ///
    /// # let session = sessions.create_new_session("alice").await?;
    /// let handle = session.handle();
    /// let (_, version) = sessions.get_session_data_with_version::<Value>(handle).await?;
    /// sessions.update_session_data_if(handle, version, json!({ "step": 2 })).await?;
    ///
    /// // Another tab still has the old version.
    /// let outcome = sessions.update_session_data_if(handle, version, json!({ "step": 1 })).await;
    /// assert!(matches!(outcome, Err(SessionError::Conflict { .. })));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`SessionError::Conflict`] if it has been replaced; else as for
    /// [`update_session_data`](Self::update_session_data).
    pub async fn update_session_data_if(
        &self,
        handle: &SessionHandle,
        version: DataVersion,
        data: impl Serialize,
    ) -> Result<DataVersion, SessionError> {
        let data = json::to_object(data, json::WRITE_DATA)?;
        self.functions()
            .update_session_data_if(handle, version, data)
            .await
    }

    /// Reads the session data, lets `change` change it, and writes it, again and again until nobody
    /// else has written in between. So `change` may run more than once: let it change the data and
    /// nothing else. What it returns is returned.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use sessionkit::{AppInfo, Sessions, SqliteStore};
    /// # let sessions = Sessions::builder()
    /// #     .store(SqliteStore::in_memory().await?)
    /// #     .app_info(AppInfo::new("https://api.example.com", "https://example.com"))
    /// #     .build()
    /// #     .await?;
    /// # let session = sessions.create_new_session("alice").await?;
    /// #[derive(Default, serde::Serialize, serde::Deserialize)]
    /// #[serde(default)]
    /// struct Data {
    ///     visits: u64,
    /// }
    ///
    /// let visits = sessions
    ///     .modify_session_data(session.handle(), |data: &mut Data| {
    ///         data.visits += 1;
    ///         data.visits
    ///     })
    ///     .await?;
    /// assert_eq!(visits, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`get_session_data`](Self::get_session_data).
    pub async fn modify_session_data<T, R>(
        &self,
        handle: &SessionHandle,
        change: impl FnMut(&mut T) -> R + Send,
    ) -> Result<R, SessionError>
    where
        T: DeserializeOwned + Serialize + Send,
        R: Send,
    {
        modify(self.functions(), &self.0.core, handle, change).await
    }

    /// Replaces the payload. The user's access token follows at the next refresh.
    ///
    /// # Errors
    ///
    /// [`SessionError::PayloadTooLarge`], and nothing was stored;
    /// [`SessionError::Unauthorised`] if the session is over; [`SessionError::Json`];
    /// [`SessionError::StoreUnavailable`].
    pub async fn update_access_token_payload(
        &self,
        handle: &SessionHandle,
        payload: impl Serialize,
    ) -> Result<(), SessionError> {
        let payload = json::to_object(payload, json::WRITE_PAYLOAD)?;
        self.functions()
            .update_access_token_payload(handle, payload)
            .await
    }

    /// The public signing keys as a JSON Web Key Set (RFC 7517). With HS256 the set is empty: its
    /// keys are secrets.
    pub async fn public_keys_json(&self) -> String {
        self.0.core.keys.public_json().await
    }

    /// Deletes the rows of sessions that have expired; tells how many. This happens by itself, see
    /// [`clean_up_every`](SessionsBuilder::clean_up_every); expired sessions are never read in any
    /// case.
    ///
    /// # Errors
    ///
    /// [`SessionError::StoreUnavailable`].
    pub async fn delete_expired_sessions(&self) -> Result<u64, SessionError> {
        self.0.core.clean_up().await
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").finish_non_exhaustive()
    }
}

pub(crate) async fn live_information(
    functions: &dyn SessionFunctions,
    handle: &SessionHandle,
) -> Result<SessionInformation, SessionError> {
    functions
        .get_session_information(handle)
        .await?
        .ok_or_else(|| SessionError::unauthorised(UnauthorisedReason::Revoked))
}

pub(crate) async fn modify<T, R>(
    functions: &dyn SessionFunctions,
    core: &Core,
    handle: &SessionHandle,
    mut change: impl FnMut(&mut T) -> R + Send,
) -> Result<R, SessionError>
where
    T: DeserializeOwned + Serialize + Send,
    R: Send,
{
    // Inside this program one after the other; another server is noticed by the version.
    let _turn = core.data_locks.of(handle).lock().await;
    loop {
        let information = live_information(functions, handle).await?;
        let mut data: T = information.session_data()?;
        let outcome = change(&mut data);
        let data = json::to_object(&data, json::WRITE_DATA)?;
        let version = information.session_data_version();
        match functions
            .update_session_data_if(handle, version, data)
            .await
        {
            Ok(_) => return Ok(outcome),
            // Somebody has made progress, so this ends.
            Err(SessionError::Conflict {}) => tokio::task::yield_now().await,
            Err(error) => return Err(error),
        }
    }
}

/// A session that is created when this is awaited.
#[must_use = "nothing is created until it is awaited"]
pub struct CreateNewSession {
    sessions: Sessions,
    user_id: String,
    access_token_payload: Result<JsonObject, SessionError>,
    session_data: Result<JsonObject, SessionError>,
}

impl CreateNewSession {
    /// The public payload: a struct, a map or `json!({..})`. Everybody who has the token can read it.
    pub fn access_token_payload(mut self, payload: impl Serialize) -> Self {
        self.access_token_payload = json::to_object(payload, json::WRITE_PAYLOAD);
        self
    }

    /// The private session data: a struct, a map or `json!({..})`.
    pub fn session_data(mut self, data: impl Serialize) -> Self {
        self.session_data = json::to_object(data, json::WRITE_DATA);
        self
    }
}

impl IntoFuture for CreateNewSession {
    type Output = Result<Session, SessionError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let input = NewSession {
                user_id: self.user_id,
                access_token_payload: self.access_token_payload?,
                session_data: self.session_data?,
            };
            let session = self.sessions.functions().create_new_session(input).await?;
            Ok(self.sessions.hand_out(session))
        })
    }
}

impl fmt::Debug for CreateNewSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateNewSession")
            .field("user_id", &self.user_id)
            .finish_non_exhaustive()
    }
}

/// The live sessions of a user, a page at a time, in the order of their handles.
///
/// A session that begins while you read may or may not be among them; one that lives all the while
/// comes once.
#[derive(Debug)]
pub struct SessionHandles {
    sessions: Sessions,
    /// `None` after the last page.
    next: Option<HandlesOfUser>,
}

impl SessionHandles {
    /// How many handles a page has, from 1 to 1,000; 100 by default.
    #[must_use]
    pub fn page_size(mut self, size: u32) -> Self {
        self.next = self.next.map(|next| next.at_most(size));
        self
    }

    /// The next page, or `None` after the last. No page is empty.
    ///
    /// # Errors
    ///
    /// [`SessionError::StoreUnavailable`]; the same page can be asked for again.
    pub async fn next_page(&mut self) -> Result<Option<Vec<SessionHandle>>, SessionError> {
        let Some(next) = &self.next else {
            return Ok(None);
        };
        let page = self
            .sessions
            .functions()
            .get_all_session_handles_for_user(next.clone())
            .await?;
        let Some(last) = page.last() else {
            self.next = None;
            return Ok(None);
        };
        self.next = Some(next.clone().starting_after(last.clone()));
        Ok(Some(page))
    }

    /// All that are left, in one list.
    ///
    /// # Errors
    ///
    /// [`SessionError::StoreUnavailable`].
    pub async fn all(mut self) -> Result<Vec<SessionHandle>, SessionError> {
        let mut all = Vec::new();
        while let Some(mut page) = self.next_page().await? {
            all.append(&mut page);
        }
        Ok(all)
    }
}
