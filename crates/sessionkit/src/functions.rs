//! The functions of this library as a trait, so that each can be replaced, and what goes into them.

use crate::clock::UnixMillis;
use crate::error::SessionError;
use crate::handle::SessionHandle;
use crate::json::{self, JsonObject};
use crate::session::Session;
use crate::store::BATCH;
use async_trait::async_trait;
use serde::de::DeserializeOwned;
use std::fmt;
use std::time::SystemTime;

/// Everything that [`Sessions`](crate::Sessions) does, one method for each function.
///
/// For [`override_functions`](crate::SessionsBuilder::override_functions): implement it for a type
/// that holds the original, write [`original`](Self::original) and the methods that you want to
/// change; those that you do not write go to the original.
///
/// ```
/// use sessionkit::{NewSession, Session, SessionError, SessionFunctions};
/// use std::sync::Arc;
///
/// struct OnlyForAlice {
///     original: Arc<dyn SessionFunctions>,
/// }
///
/// #[sessionkit::async_trait]
/// impl SessionFunctions for OnlyForAlice {
///     fn original(&self) -> &dyn SessionFunctions {
///         &*self.original
///     }
///
///     async fn create_new_session(&self, input: NewSession) -> Result<Session, SessionError> {
///         if input.user_id() != "alice" {
///             return Err(SessionError::custom_with_status(403, "we know only Alice"));
///         }
///         self.original.create_new_session(input).await
///     }
/// }
/// ```
#[async_trait]
pub trait SessionFunctions: Send + Sync + 'static {
    /// Where a method goes that is not written.
    fn original(&self) -> &dyn SessionFunctions;

    /// Creates a session.
    async fn create_new_session(&self, input: NewSession) -> Result<Session, SessionError> {
        self.original().create_new_session(input).await
    }

    /// Verifies an access token.
    async fn get_session(&self, input: VerifySession) -> Result<Session, SessionError> {
        self.original().get_session(input).await
    }

    /// Takes a refresh token and gives new tokens.
    async fn refresh_session(&self, input: RefreshSession) -> Result<Session, SessionError> {
        self.original().refresh_session(input).await
    }

    /// Gives a new access token, with the same expiry, for one that is still good.
    async fn regenerate_access_token(
        &self,
        input: RegenerateAccessToken,
    ) -> Result<Session, SessionError> {
        self.original().regenerate_access_token(input).await
    }

    /// Ends one session; tells whether there was one.
    async fn revoke_session(&self, handle: &SessionHandle) -> Result<bool, SessionError> {
        self.original().revoke_session(handle).await
    }

    /// Ends several sessions; tells how many there were.
    async fn revoke_multiple_sessions(
        &self,
        handles: &[SessionHandle],
    ) -> Result<u64, SessionError> {
        self.original().revoke_multiple_sessions(handles).await
    }

    /// Ends all sessions of a user; tells how many there were.
    async fn revoke_all_sessions_for_user(&self, user_id: &str) -> Result<u64, SessionError> {
        self.original().revoke_all_sessions_for_user(user_id).await
    }

    /// One page of the live sessions of a user.
    async fn get_all_session_handles_for_user(
        &self,
        input: HandlesOfUser,
    ) -> Result<Vec<SessionHandle>, SessionError> {
        self.original()
            .get_all_session_handles_for_user(input)
            .await
    }

    /// What is known of a session; `None` if it is over. Session data is read through this, too.
    async fn get_session_information(
        &self,
        handle: &SessionHandle,
    ) -> Result<Option<SessionInformation>, SessionError> {
        self.original().get_session_information(handle).await
    }

    /// Replaces the session data.
    async fn update_session_data(
        &self,
        handle: &SessionHandle,
        data: JsonObject,
    ) -> Result<(), SessionError> {
        self.original().update_session_data(handle, data).await
    }

    /// Replaces the session data if nobody else has since `version`; gives the new version.
    async fn update_session_data_if(
        &self,
        handle: &SessionHandle,
        version: DataVersion,
        data: JsonObject,
    ) -> Result<DataVersion, SessionError> {
        self.original()
            .update_session_data_if(handle, version, data)
            .await
    }

    /// Replaces the payload, for access tokens from the next refresh on.
    async fn update_access_token_payload(
        &self,
        handle: &SessionHandle,
        payload: JsonObject,
    ) -> Result<(), SessionError> {
        self.original()
            .update_access_token_payload(handle, payload)
            .await
    }
}

/// A session that is about to be created.
pub struct NewSession {
    pub(crate) user_id: String,
    pub(crate) access_token_payload: JsonObject,
    pub(crate) session_data: JsonObject,
}

impl NewSession {
    /// Whose session it will be.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// What will stand in the access token, for everybody to read.
    #[must_use]
    pub fn access_token_payload(&self) -> &JsonObject {
        &self.access_token_payload
    }

    /// The same, to change it.
    pub fn access_token_payload_mut(&mut self) -> &mut JsonObject {
        &mut self.access_token_payload
    }

    /// What will stand in the database.
    #[must_use]
    pub fn session_data(&self) -> &JsonObject {
        &self.session_data
    }

    /// The same, to change it.
    pub fn session_data_mut(&mut self) -> &mut JsonObject {
        &mut self.session_data
    }
}

impl fmt::Debug for NewSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSession")
            .field("user_id", &self.user_id)
            .finish_non_exhaustive()
    }
}

/// An access token to verify, and how.
#[derive(Clone)]
pub struct VerifySession {
    pub(crate) access_token: String,
    pub(crate) anti_csrf_token: Option<String>,
    pub(crate) anti_csrf_check: Option<bool>,
    pub(crate) check_database: Option<bool>,
}

impl VerifySession {
    /// Verifies this token as the configuration says.
    pub fn new(access_token: impl Into<String>) -> Self {
        Self {
            access_token: access_token.into(),
            anti_csrf_token: None,
            anti_csrf_check: None,
            check_database: None,
        }
    }

    /// The anti-CSRF token that came with the request, for [`AntiCsrf::ViaToken`](crate::AntiCsrf::ViaToken).
    #[must_use]
    pub fn anti_csrf_token(mut self, token: impl Into<String>) -> Self {
        self.anti_csrf_token = Some(token.into());
        self
    }

    /// Whether the anti-CSRF token has to be right. It has to by default, in the mode
    /// [`AntiCsrf::ViaToken`](crate::AntiCsrf::ViaToken); the other modes look at a request's
    /// headers, which only the extractors and the layer see.
    #[must_use]
    pub fn anti_csrf_check(mut self, check: bool) -> Self {
        self.anti_csrf_check = Some(check);
        self
    }

    /// Whether the database is asked if the session still exists, instead of what the builder says.
    #[must_use]
    pub fn check_database(mut self, check: bool) -> Self {
        self.check_database = Some(check);
        self
    }

    /// The token to verify.
    #[must_use]
    pub fn access_token(&self) -> &str {
        &self.access_token
    }
}

impl fmt::Debug for VerifySession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifySession")
            .field("anti_csrf_check", &self.anti_csrf_check)
            .field("check_database", &self.check_database)
            .finish_non_exhaustive()
    }
}

/// A refresh token to be replaced.
#[derive(Clone)]
pub struct RefreshSession {
    pub(crate) refresh_token: String,
    pub(crate) anti_csrf_token: Option<String>,
    pub(crate) anti_csrf_check: Option<bool>,
}

impl RefreshSession {
    /// Refreshes with this token.
    pub fn new(refresh_token: impl Into<String>) -> Self {
        Self {
            refresh_token: refresh_token.into(),
            anti_csrf_token: None,
            anti_csrf_check: None,
        }
    }

    /// The anti-CSRF token that came with the request, for [`AntiCsrf::ViaToken`](crate::AntiCsrf::ViaToken).
    /// Any that this session was given will do, old ones too.
    #[must_use]
    pub fn anti_csrf_token(mut self, token: impl Into<String>) -> Self {
        self.anti_csrf_token = Some(token.into());
        self
    }

    /// Whether the anti-CSRF token has to be right; it has to by default.
    #[must_use]
    pub fn anti_csrf_check(mut self, check: bool) -> Self {
        self.anti_csrf_check = Some(check);
        self
    }

    /// The token to replace.
    #[must_use]
    pub fn refresh_token(&self) -> &str {
        &self.refresh_token
    }
}

impl<T: Into<String>> From<T> for RefreshSession {
    fn from(refresh_token: T) -> Self {
        Self::new(refresh_token)
    }
}

impl fmt::Debug for RefreshSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshSession").finish_non_exhaustive()
    }
}

/// An access token to be replaced by one with the same expiry.
#[derive(Clone)]
pub struct RegenerateAccessToken {
    pub(crate) access_token: String,
    pub(crate) payload: Option<JsonObject>,
}

impl RegenerateAccessToken {
    /// Makes a new token with the payload that the database has.
    pub fn new(access_token: impl Into<String>) -> Self {
        Self {
            access_token: access_token.into(),
            payload: None,
        }
    }

    /// Stores this payload first.
    #[must_use]
    pub fn payload(mut self, payload: JsonObject) -> Self {
        self.payload = Some(payload);
        self
    }
}

impl fmt::Debug for RegenerateAccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegenerateAccessToken")
            .finish_non_exhaustive()
    }
}

/// Which of a user's sessions to list.
#[derive(Debug, Clone)]
pub struct HandlesOfUser {
    pub(crate) user_id: String,
    pub(crate) after: Option<SessionHandle>,
    pub(crate) limit: u32,
}

impl HandlesOfUser {
    /// The first 100 of a user.
    pub fn new(user_id: impl Into<String>) -> Self {
        Self {
            user_id: user_id.into(),
            after: None,
            limit: 100,
        }
    }

    /// Those after this one, in the order of the handles: the last of the page before.
    #[must_use]
    pub fn starting_after(mut self, handle: SessionHandle) -> Self {
        self.after = Some(handle);
        self
    }

    /// Another number than 100, from 1 to 1,000.
    #[must_use]
    pub fn at_most(mut self, limit: u32) -> Self {
        self.limit = limit.clamp(1, BATCH);
        self
    }

    /// Whose.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// Only those after this one, in the order of the handles.
    #[must_use]
    pub fn after(&self) -> Option<&SessionHandle> {
        self.after.as_ref()
    }

    /// At most so many.
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit
    }
}

/// A version of session data: it changes whenever the data is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct DataVersion(pub(crate) i64);

/// What the database knows of a live session.
#[derive(Clone)]
pub struct SessionInformation {
    pub(crate) handle: SessionHandle,
    pub(crate) user_id: String,
    pub(crate) access_token_payload: String,
    pub(crate) session_data: String,
    pub(crate) data_version: DataVersion,
    pub(crate) created_at: UnixMillis,
    pub(crate) last_refreshed_at: UnixMillis,
    pub(crate) idle_expires_at: UnixMillis,
    pub(crate) absolute_expires_at: UnixMillis,
}

impl SessionInformation {
    /// The session.
    #[must_use]
    pub fn handle(&self) -> &SessionHandle {
        &self.handle
    }

    /// Whose it is.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// The payload for the next access token.
    ///
    /// # Errors
    ///
    /// [`SessionError::Json`] if it is not a `T`.
    pub fn access_token_payload<T: DeserializeOwned>(&self) -> Result<T, SessionError> {
        json::read(&self.access_token_payload, json::READ_PAYLOAD)
    }

    /// The session data.
    ///
    /// # Errors
    ///
    /// [`SessionError::Json`] if it is not a `T`.
    pub fn session_data<T: DeserializeOwned>(&self) -> Result<T, SessionError> {
        json::read(&self.session_data, json::READ_DATA)
    }

    /// The version of the session data, for
    /// [`update_session_data_if`](crate::Sessions::update_session_data_if).
    #[must_use]
    pub fn session_data_version(&self) -> DataVersion {
        self.data_version
    }

    /// When the session was created.
    #[must_use]
    pub fn created_at(&self) -> SystemTime {
        self.created_at.to_system_time()
    }

    /// When it was last refreshed, or else created.
    #[must_use]
    pub fn last_refreshed_at(&self) -> SystemTime {
        self.last_refreshed_at.to_system_time()
    }

    /// When it ends, unless it is refreshed before.
    #[must_use]
    pub fn idle_expires_at(&self) -> SystemTime {
        self.idle_expires_at.to_system_time()
    }

    /// When it ends in any case.
    #[must_use]
    pub fn absolute_expires_at(&self) -> SystemTime {
        self.absolute_expires_at.to_system_time()
    }
}

impl fmt::Debug for SessionInformation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionInformation")
            .field("user_id", &self.user_id)
            .field("data_version", &self.data_version.0)
            .finish_non_exhaustive()
    }
}
