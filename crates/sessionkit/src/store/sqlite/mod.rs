//! The SQLite store: one file, one thread that writes, a few that read.
//!
//! Writes that wait at the same time share a transaction, and so one flush of the disk
//! ([`writer`]); reads have connections of their own and wait for nobody ([`readers`]). SQL stands
//! in [`rows`] and nowhere else, how a file becomes a connection in [`open`].
//!
//! No call blocks the caller's thread: every access to the disk, opening included, happens on a
//! thread of the store.

mod migrate;
mod open;
mod readers;
mod rows;
#[cfg(test)]
mod tests;
mod turn;
mod writer;

use self::open::Place;
use self::rows::Sql;
use self::turn::Jobs;
use super::{
    Decide, DecideKeys, DeletedBatch, SessionRecord, SessionStore, SigningKeyRecord, StoreError,
    check_table_prefix,
};
use crate::clock::UnixMillis;
use crate::error::SessionError;
use crate::handle::SessionHandle;
use async_trait::async_trait;
use rusqlite::Connection;
use std::fmt;
use std::path::Path;
use std::time::Duration;

/// Keeps sessions in a SQLite file, for programs that run on one server.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use sessionkit::SqliteStore;
/// # let folder = tempfile::tempdir()?;
/// # std::env::set_current_dir(&folder)?;
///
/// let store = SqliteStore::open("app.db").await?;
/// # let _ = store;
/// # Ok(())
/// # }
/// ```
///
/// The file is opened in WAL mode, and made if there is none, readable by its owner only: it
/// holds the signing keys. Your program may keep tables of its own in it.
///
/// When the store is dropped, its threads finish what they have accepted and end. A call whose
/// future is dropped half-way either takes place as a whole or not at all.
pub struct SqliteStore {
    writes: Jobs,
    /// Without readers the writer reads: an in-memory database has one connection only.
    reads: Option<Jobs>,
}

/// How a [`SqliteStore`] is opened. Made by [`SqliteStore::options`].
#[derive(Debug, Clone)]
#[must_use = "nothing is opened until `open` is called"]
pub struct SqliteOptions {
    place: Place,
    table_prefix: String,
    synchronous: Synchronous,
    busy_timeout: Duration,
    max_size_bytes: Option<u64>,
    readers: usize,
}

/// When a write counts as done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Synchronous {
    /// When the disk has it.
    #[default]
    Full,
    /// When the operating system has it. A power cut may then undo the last writes, and the
    /// users who were refreshed by them are signed out. A crash of your program loses nothing.
    Normal,
}

impl SqliteStore {
    /// Opens the database at `path`, and makes it if there is none.
    ///
    /// # Errors
    ///
    /// [`SessionError::StoreUnavailable`], and its source names the path: the folder does not
    /// exist, the file is not a database or cannot be written, or a newer version of this crate
    /// has made its tables.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, SessionError> {
        Self::options(path).open().await
    }

    /// A private database that is gone with the store, for tests.
    ///
    /// # Errors
    ///
    /// [`SessionError::StoreUnavailable`] if there is not enough memory.
    pub async fn in_memory() -> Result<Self, SessionError> {
        SqliteOptions::new(Place::Memory).open().await
    }

    /// The settings that can be changed before opening.
    pub fn options(path: impl AsRef<Path>) -> SqliteOptions {
        SqliteOptions::new(Place::File(path.as_ref().to_owned()))
    }

    async fn write<T, F>(&self, doing: &'static str, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&Connection, &Sql) -> rusqlite::Result<T> + Send + 'static,
    {
        self.writes.run(doing, work).await
    }

    async fn read<T, F>(&self, doing: &'static str, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&Connection, &Sql) -> rusqlite::Result<T> + Send + 'static,
    {
        let reads = self.reads.as_ref().unwrap_or(&self.writes);
        reads.run(doing, work).await
    }
}

impl SqliteOptions {
    fn new(place: Place) -> Self {
        Self {
            place,
            table_prefix: String::new(),
            synchronous: Synchronous::default(),
            busy_timeout: Duration::from_secs(5),
            max_size_bytes: None,
            readers: 3,
        }
    }

    /// Goes before the names of the tables: `auth_` makes `auth_session_info`. At most 40
    /// characters of a-z, 0-9 and `_`.
    pub fn table_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.table_prefix = prefix.into();
        self
    }

    /// When a write counts as done; [`Synchronous::Full`] unless you say otherwise.
    pub fn synchronous(mut self, synchronous: Synchronous) -> Self {
        self.synchronous = synchronous;
        self
    }

    /// How long a write waits for another program, or another connection of yours, that is
    /// writing to the file; 5 seconds unless you say otherwise. Then it fails.
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// How large the file may become, tables of your own included. What does not fit any more
    /// fails. A file that is larger already may be read, and does not grow. No limit unless you
    /// set one.
    pub fn max_size_bytes(mut self, bytes: u64) -> Self {
        self.max_size_bytes = Some(bytes);
        self
    }

    /// How many threads read; 3 unless you say otherwise. With none the writing thread reads, too.
    pub fn readers(mut self, readers: usize) -> Self {
        self.readers = readers;
        self
    }

    /// Opens the database, and makes or updates the tables.
    ///
    /// # Errors
    ///
    /// See [`SqliteStore::open`]. A table prefix that cannot be used is refused here, too.
    pub async fn open(self) -> Result<SqliteStore, SessionError> {
        check_table_prefix(&self.table_prefix)?;
        Ok(writer::start(self).await?)
    }
}

impl SqliteStore {
    fn new(writes: Jobs, reads: Option<Jobs>) -> Self {
        Self { writes, reads }
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl SessionStore for SqliteStore {
    async fn create_session(&self, record: SessionRecord) -> Result<(), StoreError> {
        self.write("creating a session", move |db, sql| {
            rows::insert(db, sql, &record)
        })
        .await
    }

    async fn read_session(
        &self,
        handle: &SessionHandle,
    ) -> Result<Option<SessionRecord>, StoreError> {
        let handle = handle.clone();
        self.read("reading a session", move |db, sql| {
            rows::read(db, sql, &handle)
        })
        .await
    }

    async fn update_session(
        &self,
        handle: &SessionHandle,
        mut decide: Decide,
    ) -> Result<bool, StoreError> {
        let handle = handle.clone();
        self.write("updating a session", move |db, sql| {
            rows::update(db, sql, &handle, &mut decide)
        })
        .await
    }

    async fn delete_sessions(
        &self,
        handles: &[SessionHandle],
        now: UnixMillis,
    ) -> Result<u64, StoreError> {
        let list = rows::json_list(handles);
        self.write("deleting sessions", move |db, sql| {
            rows::delete(db, sql, &list, now)
        })
        .await
    }

    async fn delete_sessions_of_user(
        &self,
        user_id: &str,
        created_until: UnixMillis,
        now: UnixMillis,
        limit: u32,
    ) -> Result<DeletedBatch, StoreError> {
        let user_id = user_id.to_owned();
        self.write("deleting the sessions of a user", move |db, sql| {
            rows::delete_of_user(db, sql, &user_id, created_until, now, limit)
        })
        .await
    }

    async fn list_sessions_of_user(
        &self,
        user_id: &str,
        now: UnixMillis,
        after: Option<&SessionHandle>,
        limit: u32,
    ) -> Result<Vec<SessionHandle>, StoreError> {
        let user_id = user_id.to_owned();
        let after = after.cloned();
        self.read("listing the sessions of a user", move |db, sql| {
            rows::list_of_user(db, sql, &user_id, now, after.as_ref(), limit)
        })
        .await
    }

    async fn delete_expired_sessions(
        &self,
        now: UnixMillis,
        limit: u32,
    ) -> Result<u64, StoreError> {
        self.write("deleting expired sessions", move |db, sql| {
            rows::delete_expired(db, sql, now, limit)
        })
        .await
    }

    async fn read_signing_keys(&self) -> Result<Vec<SigningKeyRecord>, StoreError> {
        self.read("reading the signing keys", rows::read_keys).await
    }

    async fn update_signing_keys(
        &self,
        mut decide: DecideKeys,
    ) -> Result<Vec<SigningKeyRecord>, StoreError> {
        self.write("updating the signing keys", move |db, sql| {
            rows::update_keys(db, sql, &mut decide)
        })
        .await
    }
}
