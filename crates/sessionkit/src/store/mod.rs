//! What a session store has to do, and the rows that it keeps.
//!
//! A store moves rows and keeps two updates of one row apart. It decides nothing: what a refresh
//! does, whether a session is over, which key signs is decided by this crate, in closures that the
//! store runs while it holds the row. So a store for another database is small, and cannot get the
//! rules wrong.
//!
//! Stores here: [`SqliteStore`](crate::SqliteStore), [`PostgresStore`](crate::PostgresStore).

#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;

use crate::clock::UnixMillis;
use crate::handle::SessionHandle;
use async_trait::async_trait;
use std::error::Error;
use std::fmt;

/// SHA-256 of a refresh token's secret.
pub type RefreshHash = [u8; 32];

/// One session as a store keeps it.
///
/// Nothing in here is a token, and no token can be made from it: the store has only hashes.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// Names the session; never changes.
    pub handle: SessionHandle,
    /// Whose session it is; never changes. Compared byte by byte.
    pub user_id: String,
    /// How many times the refresh token has been rotated.
    pub generation: i64,
    /// Hash of the newest refresh token.
    pub refresh_hash: RefreshHash,
    /// Hash of the token before, if there was one.
    pub previous_refresh_hash: Option<RefreshHash>,
    /// Random bytes from which the newest token was derived, together with the one before.
    pub rotation_nonce: Option<[u8; 32]>,
    /// When the newest token was made out of the one before.
    pub rotated_at: Option<UnixMillis>,
    /// When the newest token, or an access token that came with it, was first used. Kept only
    /// with [`Rotation::until_used`](crate::Rotation::until_used).
    pub confirmed_at: Option<UnixMillis>,
    /// A JSON object.
    pub access_token_payload: String,
    /// A JSON object.
    pub session_data: String,
    /// How many times the session data has been replaced.
    pub data_version: i64,
    /// Never changes.
    pub created_at: UnixMillis,
    /// When the session was last refreshed, or else created.
    pub last_refreshed_at: UnixMillis,
    /// From here on the session is over, unless it is refreshed before.
    pub idle_expires_at: UnixMillis,
    /// From here on the session is over.
    pub absolute_expires_at: UnixMillis,
}

impl SessionRecord {
    /// Whether neither timeout has been reached at `now`.
    #[must_use]
    pub fn is_live(&self, now: UnixMillis) -> bool {
        now < self.ends_at()
    }

    /// When the session is over, unless it is refreshed before: at the earlier of its timeouts.
    pub(crate) fn ends_at(&self) -> UnixMillis {
        self.idle_expires_at.min(self.absolute_expires_at)
    }
}

impl fmt::Debug for SessionRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionRecord")
            .field("generation", &self.generation)
            .field("data_version", &self.data_version)
            .finish_non_exhaustive()
    }
}

/// What becomes of a row, decided while the store holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The row stays as it is.
    Keep,
    /// This takes its place. `handle`, `user_id` and `created_at` are those of the row.
    Replace(Box<SessionRecord>),
    /// The row goes.
    Delete,
}

/// Looks at a row and says what becomes of it. Quick, pure, never panics; may be run again with a
/// newer row, then the last answer counts.
pub type Decide = Box<dyn FnMut(&SessionRecord) -> Change + Send>;

/// One signing key as a store keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKeyRecord {
    /// Names the key in the header of a token. Unique.
    pub kid: String,
    /// What the key is for: `EdDSA`, `HS256`, or `refresh` for the key that marks refresh tokens.
    pub algorithm: String,
    /// The private key, or what [`SealingKey`](crate::SealingKey) made of it.
    pub key: Vec<u8>,
    /// Whether `key` is sealed.
    pub sealed: bool,
    /// When the key was made.
    pub created_at: UnixMillis,
    /// From here on nothing is signed with it.
    pub sign_until: UnixMillis,
    /// From here on nothing is verified with it, and it may be deleted.
    pub verify_until: UnixMillis,
}

impl fmt::Debug for SigningKeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKeyRecord")
            .field("kid", &self.kid)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// Looks at all keys and gives the list that takes their place, or `None` to leave them.
/// Same rules as for [`Decide`].
pub type DecideKeys = Box<dyn FnMut(&[SigningKeyRecord]) -> Option<Vec<SigningKeyRecord>> + Send>;

/// What one batch of [`SessionStore::delete_sessions_of_user`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeletedBatch {
    /// The sessions that were live and are gone now. Rows of expired ones go too, uncounted.
    pub live: Vec<SessionHandle>,
    /// Whether there may be more.
    pub more: bool,
}

/// Keeps sessions and signing keys.
///
/// No method has a default, so the compiler names what is missing. Run the tests of
/// `sessionkit::conformance` (feature `conformance`) over a store of your own: the hard
/// part is not saving a row but two updates of one row at the same moment.
///
/// What every method promises: when it returns `Ok`, the change survives a crash; when it returns
/// `Err`, the change was made as a whole or not at all. Rows are kept for as long as they are not
/// deleted, expired or not: only [`list_sessions_of_user`](Self::list_sessions_of_user) and the
/// deleting methods look at a time.
#[async_trait]
pub trait SessionStore: Send + Sync + 'static {
    /// Adds a session. The handle is new.
    async fn create_session(&self, record: SessionRecord) -> Result<(), StoreError>;

    /// Reads a session, if there is one, expired or not.
    async fn read_session(
        &self,
        handle: &SessionHandle,
    ) -> Result<Option<SessionRecord>, StoreError>;

    /// Reads a row, lets `decide` look at it, and applies the change, with no other update of
    /// that row in between. Gives `false`, without asking, if there is no such row.
    async fn update_session(
        &self,
        handle: &SessionHandle,
        decide: Decide,
    ) -> Result<bool, StoreError>;

    /// Deletes those of the handles that exist, at most [`BATCH`] at once, and tells how many of
    /// them were live at `now`. A handle that is listed twice counts once.
    async fn delete_sessions(
        &self,
        handles: &[SessionHandle],
        now: UnixMillis,
    ) -> Result<u64, StoreError>;

    /// Deletes up to `limit` sessions of a user that were created at or before `created_until`.
    async fn delete_sessions_of_user(
        &self,
        user_id: &str,
        created_until: UnixMillis,
        now: UnixMillis,
        limit: u32,
    ) -> Result<DeletedBatch, StoreError>;

    /// The user's sessions that are live at `now`, in the order of their handles (by bytes), those
    /// after `after` only, at most `limit`.
    async fn list_sessions_of_user(
        &self,
        user_id: &str,
        now: UnixMillis,
        after: Option<&SessionHandle>,
        limit: u32,
    ) -> Result<Vec<SessionHandle>, StoreError>;

    /// Deletes up to `limit` sessions that have expired at `now`, and tells how many.
    async fn delete_expired_sessions(&self, now: UnixMillis, limit: u32)
    -> Result<u64, StoreError>;

    /// All signing keys, in the order of `created_at`, then `kid`.
    async fn read_signing_keys(&self) -> Result<Vec<SigningKeyRecord>, StoreError>;

    /// Reads all signing keys, lets `decide` give a new list, and stores it, with no other update
    /// of the keys in between, from this server or another. Gives the list as it is afterwards.
    async fn update_signing_keys(
        &self,
        decide: DecideKeys,
    ) -> Result<Vec<SigningKeyRecord>, StoreError>;
}

/// How many rows one call touches at most.
pub const BATCH: u32 = 1_000;

/// The database could not be reached, or did not do what it was asked.
///
/// `Display` and `Debug` show what the database said, without the values of the row.
#[derive(thiserror::Error)]
#[error("{doing}")]
pub struct StoreError {
    doing: String,
    #[source]
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl StoreError {
    /// An error while `doing` something, such as `reading a session`, because of `source`.
    ///
    /// Make sure that `source` does not print handles or hashes: some databases repeat the values
    /// of a row in their messages.
    pub fn new(doing: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            doing: format!("failed at {}", doing.into()),
            source: Some(source.into()),
        }
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.doing)?;
        match &self.source {
            Some(source) => write!(f, ": {source}"),
            None => Ok(()),
        }
    }
}

/// A name for tables that may stand in SQL unquoted: what is not is refused, so nothing else has
/// to be escaped.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn check_table_prefix(prefix: &str) -> Result<(), StoreError> {
    let starts_well = prefix
        .bytes()
        .next()
        .is_none_or(|first| first.is_ascii_lowercase() || first == b'_');
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if starts_well && prefix.len() <= 40 && prefix.bytes().all(is_word) {
        return Ok(());
    }
    Err(StoreError::new(
        "opening the store",
        format!(
            "the table prefix {prefix:?} has to be at most 40 characters of a-z, 0-9 and _, and not \
             start with a digit"
        ),
    ))
}
