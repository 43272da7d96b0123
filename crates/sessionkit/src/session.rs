//! One session, as a handler has it: verified, and with whatever the browser still has to learn.

use crate::clock::UnixMillis;
use crate::config::Config;
use crate::core::{Core, Original};
use crate::error::SessionError;
use crate::functions::{DataVersion, RegenerateAccessToken, SessionFunctions};
use crate::handle::SessionHandle;
use crate::json;
use crate::token::access::Claims;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

/// A session that was created, verified or refreshed.
///
/// In axum it is an extractor, and part of a response: return it after creating it or changing its
/// payload, or the browser will not learn of the new tokens.
///
/// ```
/// use sessionkit::{Session, SessionError};
///
/// async fn account(session: Session) -> String {
///     format!("account of {}", session.user_id())
/// }
///
/// async fn front_page(session: Option<Session>) -> &'static str {
///     if session.is_some() { "Welcome back" } else { "Welcome" }
/// }
///
/// async fn choose_language(mut session: Session) -> Result<Session, SessionError> {
///     session
///         .update_access_token_payload(serde_json::json!({ "language": "pt" }))
///         .await?;
///     Ok(session)
/// }
/// # let _ = (account, front_page, choose_language);
/// ```
#[derive(Clone)]
pub struct Session {
    core: Arc<Core>,
    /// Those that the user has replaced, once `Sessions` has handed out the session.
    functions: Option<Arc<dyn SessionFunctions>>,
    handle: SessionHandle,
    user_id: String,
    created_at: UnixMillis,
    expires_at: UnixMillis,
    access_token: String,
    payload: Box<RawValue>,
    fresh: Option<Fresh>,
}

/// Tokens that the browser does not have yet, besides the access token.
#[derive(Clone)]
pub(crate) struct Fresh {
    pub(crate) refresh_token: Option<String>,
    pub(crate) anti_csrf_token: Option<String>,
    pub(crate) cookies_expire_at: UnixMillis,
}

/// Everything that the browser has to learn.
#[cfg(feature = "axum")]
pub(crate) struct ToSend<'a> {
    pub(crate) access_token: &'a str,
    pub(crate) refresh_token: Option<&'a str>,
    /// Only in the mode that needs it.
    pub(crate) anti_csrf_token: Option<&'a str>,
    pub(crate) cookies_expire_at: UnixMillis,
    pub(crate) now: UnixMillis,
    pub(crate) user_id: &'a str,
    pub(crate) access_token_expires_at: UnixMillis,
    /// A JSON object.
    pub(crate) payload: &'a str,
}

impl Session {
    pub(crate) fn new(
        core: &Arc<Core>,
        claims: Claims,
        access_token: String,
        fresh: Option<Fresh>,
    ) -> Self {
        Self {
            core: Arc::clone(core),
            functions: None,
            handle: claims.sid,
            user_id: claims.sub,
            created_at: UnixMillis(claims.created),
            expires_at: claims.exp.millis(),
            access_token,
            payload: claims.payload,
            fresh,
        }
    }

    pub(crate) fn with_functions(mut self, functions: &Arc<dyn SessionFunctions>) -> Self {
        self.functions = Some(Arc::clone(functions));
        self
    }

    fn functions(&self) -> Arc<dyn SessionFunctions> {
        match &self.functions {
            Some(functions) => Arc::clone(functions),
            None => Arc::new(Original(Arc::clone(&self.core))),
        }
    }

    /// The session handle: the same for the whole life of the session.
    #[must_use]
    pub fn handle(&self) -> &SessionHandle {
        &self.handle
    }

    /// The user id that the session was created for.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// When the session was created.
    #[must_use]
    pub fn created_at(&self) -> SystemTime {
        self.created_at.to_system_time()
    }

    /// When the access token expires.
    #[must_use]
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at.to_system_time()
    }

    /// The access token: the new one if there is a new one.
    #[must_use]
    pub fn access_token(&self) -> &str {
        &self.access_token
    }

    /// The access token, if the client does not have it yet.
    #[must_use]
    pub fn new_access_token(&self) -> Option<&str> {
        self.fresh.is_some().then_some(&self.access_token)
    }

    /// The refresh token, right after creating or refreshing: this is the one moment to pass it on.
    #[must_use]
    pub fn refresh_token(&self) -> Option<&str> {
        self.fresh.as_ref()?.refresh_token.as_deref()
    }

    /// The anti-CSRF token, right after creating or refreshing, in the mode
    /// [`AntiCsrf::ViaToken`](crate::AntiCsrf::ViaToken).
    #[must_use]
    pub fn anti_csrf_token(&self) -> Option<&str> {
        let fresh = self.fresh.as_ref()?;
        if self.config().needs_anti_csrf_token(None) {
            fresh.anti_csrf_token.as_deref()
        } else {
            None
        }
    }

    /// When the session ends if it is not refreshed, and with it the cookies: known right after
    /// creating, refreshing and changing.
    #[must_use]
    pub fn refresh_token_expires_at(&self) -> Option<SystemTime> {
        let fresh = self.fresh.as_ref()?;
        Some(fresh.cookies_expire_at.to_system_time())
    }

    /// The public payload, read as `T`. No database call.
    ///
    /// # Errors
    ///
    /// [`SessionError::Json`] if it is not a `T`.
    pub fn access_token_payload<T: DeserializeOwned>(&self) -> Result<T, SessionError> {
        json::read(self.payload.get(), json::READ_PAYLOAD)
    }

    /// Replaces the payload, in the database and in a new access token with the same expiry, which
    /// goes out with the response if the session is returned.
    ///
    /// # Errors
    ///
    /// [`SessionError::PayloadTooLarge`], and nothing was stored; [`SessionError::Unauthorised`] if
    /// the session is over; [`SessionError::TryRefreshToken`] if its token has expired meanwhile.
    pub async fn update_access_token_payload(
        &mut self,
        payload: impl Serialize,
    ) -> Result<(), SessionError> {
        let payload = json::to_object(payload, json::WRITE_PAYLOAD)?;
        let input = RegenerateAccessToken::new(&*self.access_token).payload(payload);
        let newer = self.functions().regenerate_access_token(input).await?;
        self.take_over(newer);
        Ok(())
    }

    /// Makes a new access token with the same expiry and the payload that the database has, which
    /// another request may have changed by handle.
    ///
    /// # Errors
    ///
    /// As for [`update_access_token_payload`](Self::update_access_token_payload).
    pub async fn regenerate_access_token(&mut self) -> Result<(), SessionError> {
        let input = RegenerateAccessToken::new(&*self.access_token);
        let newer = self.functions().regenerate_access_token(input).await?;
        self.take_over(newer);
        Ok(())
    }

    /// The newer token takes the place of this one; a refresh token that waits to be sent stays.
    fn take_over(&mut self, newer: Self) {
        let waiting = self.fresh.take();
        self.access_token = newer.access_token;
        self.payload = newer.payload;
        self.expires_at = newer.expires_at;
        self.fresh = newer.fresh.map(|fresh| Fresh {
            refresh_token: fresh.refresh_token.or(waiting
                .as_ref()
                .and_then(|waiting| waiting.refresh_token.clone())),
            anti_csrf_token: fresh
                .anti_csrf_token
                .or(waiting.and_then(|waiting| waiting.anti_csrf_token)),
            cookies_expire_at: fresh.cookies_expire_at,
        });
    }

    /// The private session data, read as `T` from the database.
    ///
    /// # Errors
    ///
    /// [`SessionError::Unauthorised`] if the session is over, [`SessionError::Json`] if the data
    /// is not a `T`.
    pub async fn get_session_data<T: DeserializeOwned>(&self) -> Result<T, SessionError> {
        let functions = self.functions();
        crate::sessions::live_information(&*functions, &self.handle)
            .await?
            .session_data()
    }

    /// The private session data with its version, for
    /// [`update_session_data_if`](Self::update_session_data_if).
    ///
    /// # Errors
    ///
    /// As for [`get_session_data`](Self::get_session_data).
    pub async fn get_session_data_with_version<T: DeserializeOwned>(
        &self,
    ) -> Result<(T, DataVersion), SessionError> {
        let functions = self.functions();
        let information = crate::sessions::live_information(&*functions, &self.handle).await?;
        Ok((
            information.session_data()?,
            information.session_data_version(),
        ))
    }

    /// Replaces the session data, whatever is there.
    ///
    /// # Errors
    ///
    /// [`SessionError::Unauthorised`] if the session is over, [`SessionError::Json`] if the value
    /// is no object.
    pub async fn update_session_data(&self, data: impl Serialize) -> Result<(), SessionError> {
        let data = json::to_object(data, json::WRITE_DATA)?;
        self.functions()
            .update_session_data(&self.handle, data)
            .await
    }

    /// Replaces the session data, if it has not been replaced since `version` was read.
    ///
    /// # Errors
    ///
    /// [`SessionError::Conflict`] if it has; else as for
    /// [`update_session_data`](Self::update_session_data).
    pub async fn update_session_data_if(
        &self,
        version: DataVersion,
        data: impl Serialize,
    ) -> Result<DataVersion, SessionError> {
        let data = json::to_object(data, json::WRITE_DATA)?;
        self.functions()
            .update_session_data_if(&self.handle, version, data)
            .await
    }

    /// Changes the session data, again and again until nobody else has changed it in between. See
    /// [`Sessions::modify_session_data`](crate::Sessions::modify_session_data).
    ///
    /// # Errors
    ///
    /// As for [`get_session_data`](Self::get_session_data).
    pub async fn modify_session_data<T, R>(
        &self,
        change: impl FnMut(&mut T) -> R + Send,
    ) -> Result<R, SessionError>
    where
        T: DeserializeOwned + Serialize + Send,
        R: Send,
    {
        let functions = self.functions();
        crate::sessions::modify(&*functions, &self.core, &self.handle, change).await
    }

    /// Ends this session. The cookies are cleared by
    /// [`clear_tokens`](crate::Sessions::clear_tokens), or when they are next refused.
    ///
    /// # Errors
    ///
    /// [`SessionError::StoreUnavailable`].
    pub async fn revoke(&self) -> Result<bool, SessionError> {
        self.functions().revoke_session(&self.handle).await
    }

    pub(crate) fn config(&self) -> &Config {
        &self.core.config
    }

    #[cfg(feature = "axum")]
    pub(crate) fn to_send(&self) -> Option<ToSend<'_>> {
        let fresh = self.fresh.as_ref()?;
        Some(ToSend {
            access_token: &self.access_token,
            refresh_token: fresh.refresh_token.as_deref(),
            anti_csrf_token: self.anti_csrf_token(),
            cookies_expire_at: fresh.cookies_expire_at,
            now: self.core.clock.now(),
            user_id: &self.user_id,
            access_token_expires_at: self.expires_at,
            payload: self.payload.get(),
        })
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("user_id", &self.user_id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
