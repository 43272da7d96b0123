//! What happened to sessions that somebody may want to watch: counted, or looked at in an alarm.

use crate::handle::SessionHandle;

/// Something that happened to a session, for
/// [`on_event`](crate::SessionsBuilder::on_event).
///
/// Unlike the log, an event holds the handle, so that you can find the session.
///
/// ```
/// use sessionkit::{SessionEvent, Sessions};
///
/// let builder = Sessions::builder().on_event(|event| {
///     if let SessionEvent::TokenTheftDetected { user_id, .. } = event {
///         eprintln!("a refresh token of {user_id} was used twice");
///     }
/// });
/// # drop(builder);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum SessionEvent {
    /// A session was created.
    #[non_exhaustive]
    Created {
        /// The session.
        handle: SessionHandle,
        /// Whose it is.
        user_id: String,
    },
    /// A refresh token was replaced by the next.
    #[non_exhaustive]
    Refreshed {
        /// The session.
        handle: SessionHandle,
        /// Whose it is.
        user_id: String,
    },
    /// A refresh token that had been replaced came back in time, and got the same successor again.
    ///
    /// One now and then is a second tab. One at every refresh of a session is worth a look: a thief
    /// who is always quick enough looks just like that.
    #[non_exhaustive]
    RefreshReplayed {
        /// The session.
        handle: SessionHandle,
        /// Whose it is.
        user_id: String,
    },
    /// A refresh token that had been replaced came back too late, and the session was revoked.
    #[non_exhaustive]
    TokenTheftDetected {
        /// The session, which is gone.
        handle: SessionHandle,
        /// Whose it was.
        user_id: String,
    },
}

impl SessionEvent {
    /// The event as one word: `refresh_replayed`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "created",
            Self::Refreshed { .. } => "refreshed",
            Self::RefreshReplayed { .. } => "refresh_replayed",
            Self::TokenTheftDetected { .. } => "token_theft_detected",
        }
    }

    /// The session that it is about.
    #[must_use]
    pub fn handle(&self) -> &SessionHandle {
        match self {
            Self::Created { handle, .. }
            | Self::Refreshed { handle, .. }
            | Self::RefreshReplayed { handle, .. }
            | Self::TokenTheftDetected { handle, .. } => handle,
        }
    }

    /// Whose session it is.
    #[must_use]
    pub fn user_id(&self) -> &str {
        match self {
            Self::Created { user_id, .. }
            | Self::Refreshed { user_id, .. }
            | Self::RefreshReplayed { user_id, .. }
            | Self::TokenTheftDetected { user_id, .. } => user_id,
        }
    }
}

/// Called with every event, in the request in which it happens.
pub(crate) type OnEvent = Box<dyn Fn(&SessionEvent) + Send + Sync>;
