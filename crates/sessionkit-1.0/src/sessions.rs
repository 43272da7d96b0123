//! The calls of 1.0, each one call of the current line.

#[cfg(doc)]
use crate::error::ErrorType;
use crate::error::SessionError;
use serde_json::Value;
use sessionkit::{
    AntiCsrf, AppInfo, RefreshSession, Rotation, SessionHandle, SqliteStore, VerifySession, days,
    hours,
};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The sessions in one SQLite file. Clones share it.
#[derive(Debug, Clone)]
pub struct Sessions(sessionkit::Sessions);

/// Who it is, and what the access token says.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Session {
    /// Names the session for as long as it lives.
    pub handle: String,
    /// The user id that the session was created for.
    pub user_id: String,
    /// The payload, as it was when the session was created.
    pub payload: Value,
}

/// A session that was created or refreshed, with everything that goes to the browser.
#[derive(Clone)]
#[non_exhaustive]
pub struct CreatedSession {
    /// The session.
    pub session: Session,
    /// Goes into a cookie, `HttpOnly` and `Secure`.
    pub access_token: String,
    /// Goes into another cookie of that kind.
    pub refresh_token: String,
    /// Goes to the page in a header, and comes back with each request.
    pub anti_csrf_token: String,
}

/// A session that was verified.
#[derive(Clone)]
#[non_exhaustive]
pub struct VerifiedSession {
    /// The session.
    pub session: Session,
    /// Set the cookie again if there is one: after a refresh, the first call gives a new token.
    pub new_access_token: Option<String>,
}

/// Times other than the default ones.
#[derive(Debug, Clone)]
pub struct Options {
    path: PathBuf,
    access_token_lifetime: Duration,
    refresh_token_lifetime: Duration,
}

impl Options {
    /// How long an access token is good; one hour by default.
    #[must_use]
    pub fn access_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.access_token_lifetime = lifetime;
        self
    }

    /// How long a session lives without a refresh; 100 days by default.
    #[must_use]
    pub fn refresh_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.refresh_token_lifetime = lifetime;
        self
    }

    /// Opens the file, and creates it if there is none.
    ///
    /// # Errors
    ///
    /// [`ErrorType::GeneralError`] if it cannot be opened or a time makes no sense.
    pub async fn open(self) -> Result<Sessions, SessionError> {
        // 1.0 sets no cookies, so it has no addresses that anything could follow from.
        let nowhere = AppInfo::new("http://localhost", "http://localhost");
        let sessions = sessionkit::Sessions::builder()
            .store(SqliteStore::open(self.path).await?)
            .app_info(nowhere)
            .access_token_lifetime(self.access_token_lifetime)
            .idle_timeout(self.refresh_token_lifetime)
            // 1.0 has no absolute timeout: as far away as can be.
            .absolute_timeout(days(36_525))
            .rotation(Rotation::until_used())
            .anti_csrf(AntiCsrf::ViaToken)
            .build()
            .await?;
        Ok(Sessions(sessions))
    }
}

impl Sessions {
    /// Opens the sessions in a file, and creates it if there is none.
    ///
    /// # Errors
    ///
    /// [`ErrorType::GeneralError`] if it cannot be opened.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, SessionError> {
        Self::options(path).open().await
    }

    /// The same with other times.
    pub fn options(path: impl AsRef<Path>) -> Options {
        Options {
            path: path.as_ref().to_owned(),
            access_token_lifetime: hours(1),
            refresh_token_lifetime: days(100),
        }
    }

    /// Creates a session. The payload stands in the access token for everybody to read, and cannot
    /// change; the session data stays in the database. Both are JSON objects.
    ///
    /// # Errors
    ///
    /// [`ErrorType::GeneralError`] if the database does not answer, a value is no object, the user
    /// id is empty, or the payload does not fit into a cookie.
    pub async fn create_new_session(
        &self,
        user_id: &str,
        payload: Value,
        session_data: Value,
    ) -> Result<CreatedSession, SessionError> {
        let session = self
            .0
            .create_new_session(user_id)
            .access_token_payload(payload)
            .session_data(session_data)
            .await?;
        created(&session)
    }

    /// Verifies an access token. Pass `None` as the anti-CSRF token for a request that changes
    /// nothing, such as `GET`.
    ///
    /// # Errors
    ///
    /// [`ErrorType::TryRefreshToken`] if the token has expired or the anti-CSRF token is wrong,
    /// [`ErrorType::Unauthorised`] if it is none of ours.
    pub async fn get_session(
        &self,
        access_token: &str,
        anti_csrf_token: Option<&str>,
    ) -> Result<VerifiedSession, SessionError> {
        let request = VerifySession::new(access_token);
        let request = match anti_csrf_token {
            Some(token) => request.anti_csrf_token(token),
            None => request.anti_csrf_check(false),
        };
        let verified = self.0.get_session(request).await?;
        Ok(VerifiedSession {
            session: session(&verified)?,
            new_access_token: verified.new_access_token().map(str::to_owned),
        })
    }

    /// Takes a refresh token and gives new tokens. The old one is good until the new ones are used.
    ///
    /// # Errors
    ///
    /// [`ErrorType::Unauthorised`] if it is none of ours or the session is over,
    /// [`ErrorType::TokenTheftDetected`] if it was replaced long ago.
    pub async fn refresh_session(
        &self,
        refresh_token: &str,
    ) -> Result<CreatedSession, SessionError> {
        let request = RefreshSession::new(refresh_token).anti_csrf_check(false);
        created(&self.0.refresh_session(request).await?)
    }

    /// The data that the database has for a session.
    ///
    /// # Errors
    ///
    /// [`ErrorType::Unauthorised`] if there is no such session.
    pub async fn get_session_data(&self, handle: &str) -> Result<Value, SessionError> {
        Ok(self.0.get_session_data(&known(handle)?).await?)
    }

    /// Replaces the data as a whole: of two calls at once, the later one wins.
    ///
    /// # Errors
    ///
    /// [`ErrorType::Unauthorised`] if there is no such session, [`ErrorType::GeneralError`] if the
    /// value is no object.
    pub async fn update_session_data(
        &self,
        handle: &str,
        session_data: Value,
    ) -> Result<(), SessionError> {
        let handle = known(handle)?;
        Ok(self.0.update_session_data(&handle, session_data).await?)
    }

    /// Ends a session; `true` if there was one. Clear its cookies yourself.
    ///
    /// # Errors
    ///
    /// [`ErrorType::GeneralError`] if the database does not answer.
    pub async fn revoke_session(&self, handle: &str) -> Result<bool, SessionError> {
        match handle.parse::<SessionHandle>() {
            Ok(handle) => Ok(self.0.revoke_session(&handle).await?),
            Err(_) => Ok(false),
        }
    }

    /// Ends several sessions; gives the handles of those that there were.
    ///
    /// # Errors
    ///
    /// [`ErrorType::GeneralError`] if the database does not answer.
    pub async fn revoke_multiple_sessions(
        &self,
        handles: &[&str],
    ) -> Result<Vec<String>, SessionError> {
        let mut ended = Vec::new();
        for handle in handles {
            if self.revoke_session(handle).await? {
                ended.push((*handle).to_owned());
            }
        }
        Ok(ended)
    }

    /// Ends all sessions of a user; gives their handles.
    ///
    /// # Errors
    ///
    /// [`ErrorType::GeneralError`] if the database does not answer.
    pub async fn revoke_all_sessions_for_user(
        &self,
        user_id: &str,
    ) -> Result<Vec<String>, SessionError> {
        let handles = self.get_all_session_handles_for_user(user_id).await?;
        self.0.revoke_all_sessions_for_user(user_id).await?;
        Ok(handles)
    }

    /// The handles of all sessions of a user that are not over.
    ///
    /// # Errors
    ///
    /// [`ErrorType::GeneralError`] if the database does not answer.
    pub async fn get_all_session_handles_for_user(
        &self,
        user_id: &str,
    ) -> Result<Vec<String>, SessionError> {
        let pages = self.0.get_all_session_handles_for_user(user_id);
        let handles = pages.page_size(1_000).all().await?;
        Ok(handles
            .iter()
            .map(|handle| handle.as_str().to_owned())
            .collect())
    }
}

fn session(session: &sessionkit::Session) -> Result<Session, SessionError> {
    Ok(Session {
        handle: session.handle().as_str().to_owned(),
        user_id: session.user_id().to_owned(),
        payload: session.access_token_payload()?,
    })
}

fn created(new: &sessionkit::Session) -> Result<CreatedSession, SessionError> {
    let text = |token: Option<&str>| {
        token
            .expect("invariant: a session that was created or refreshed has all its tokens")
            .to_owned()
    };
    Ok(CreatedSession {
        session: session(new)?,
        access_token: new.access_token().to_owned(),
        refresh_token: text(new.refresh_token()),
        anti_csrf_token: text(new.anti_csrf_token()),
    })
}

/// A handle that cannot be one of ours is the handle of no session.
fn known(handle: &str) -> Result<SessionHandle, SessionError> {
    handle.parse().map_err(|_| SessionError::no_such_session())
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("user_id", &self.user_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for CreatedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreatedSession")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for VerifiedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedSession")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}
