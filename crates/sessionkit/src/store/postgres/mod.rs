//! The PostgreSQL store: sessions for several servers, in one database.
//!
//! In: calls of [`SessionStore`]. Out: statements, as few as will do. An update reads the row and
//! then swaps it, on the condition that it is still the version that was read; if somebody was
//! faster, twice, it locks the row first. So the usual update takes two round trips and holds no
//! lock while it waits for the network. Nothing is decided here.
//!
//! Modules: `options` reads addresses, `pool` keeps connections, `migrate` makes the tables,
//! `statements` has the SQL, `fault` the errors.

mod fault;
mod migrate;
mod options;
mod pool;
mod statements;

pub use options::PostgresOptions;

use super::{
    Change, Decide, DecideKeys, DeletedBatch, SessionRecord, SessionStore, SigningKeyRecord,
    StoreError, check_table_prefix,
};
use crate::clock::UnixMillis;
use crate::error::SessionError;
use crate::handle::SessionHandle;
use async_trait::async_trait;
use fault::Fault;
use pool::{Bound, Lease, Pool};
use sqlx::postgres::PgRow;
use sqlx::{Row as _, SqlStr};
use statements::{Found, Statements};
use std::fmt;
use std::time::Duration;
use tokio::time::timeout;

const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// Another server may be changing a large table, and we wait for it.
const MIGRATION_TIMEOUT: Duration = Duration::from_secs(600);

/// So often an update reads and swaps before it takes the row for itself.
const UNLOCKED_ATTEMPTS: u32 = 2;

/// So often something is tried that the database undid because of others.
const ATTEMPTS: u32 = 4;

/// Sessions in PostgreSQL, for one server or many. Needs the feature `postgres`.
///
/// ```no_run
/// # async fn open() -> Result<(), sessionkit::SessionError> {
/// use sessionkit::PostgresStore;
///
/// let store = PostgresStore::connect("postgres://app@db.internal/app?sslmode=verify-full").await?;
/// # let _ = store;
/// # Ok(())
/// # }
/// ```
///
/// The address may name a schema (`?options[search_path]=auth`), a folder with a socket
/// (`postgres://app@%2Frun%2Fpostgresql/app`), and how much TLS there is: `sslmode` is `prefer` by
/// default, which checks nothing; `verify-full` checks the certificate against the usual public
/// authorities, or your own with `sslrootcert=/path/ca.pem`.
///
/// Behind PgBouncer in transaction mode, prepared statements have to be allowed there
/// (`max_prepared_statements`) or switched off here (`statement-cache-capacity=0`).
pub struct PostgresStore {
    pool: Pool,
    sql: Statements,
    call_timeout: Duration,
}

impl PostgresStore {
    /// Connects with the default settings. See [`PostgresOptions::connect`].
    ///
    /// # Errors
    ///
    /// Those of [`PostgresOptions::connect`].
    pub async fn connect(url: &str) -> Result<Self, SessionError> {
        Self::options(url).connect().await
    }

    /// Settings to choose before connecting.
    pub fn options(url: &str) -> PostgresOptions {
        PostgresOptions::new(url)
    }

    /// Shares a pool of `sqlx` 0.9 that the program has anyway, and makes the tables in its
    /// database. `table_prefix` may be empty.
    ///
    /// This is the one place where a type of another crate shows: a new version of `sqlx` may
    /// become a new version of this crate here. A store with connections of its own is faster.
    ///
    /// # Errors
    ///
    /// Those of [`PostgresOptions::connect`].
    pub async fn from_pool(pool: sqlx::PgPool, table_prefix: &str) -> Result<Self, SessionError> {
        check_table_prefix(table_prefix)?;
        Self::open(Pool::Shared(pool), table_prefix, CALL_TIMEOUT).await
    }

    async fn open(pool: Pool, prefix: &str, call_timeout: Duration) -> Result<Self, SessionError> {
        let name = pool.target_name();
        let store = Self {
            sql: Statements::new(prefix, call_timeout),
            pool,
            call_timeout,
        };
        let doing = format!("preparing {name}");
        let work = store.prepare_tables(prefix);
        limited(MIGRATION_TIMEOUT, &doing, work).await?;
        Ok(store)
    }

    async fn prepare_tables(&self, prefix: &str) -> Result<(), Fault> {
        let mut lease = timeout(self.call_timeout, self.pool.lease(true))
            .await
            .unwrap_or_else(|_| Err(Fault::late(self.call_timeout)))?;
        migrate::migrate(&mut lease, prefix).await?;
        lease.give_back();
        Ok(())
    }

    /// Lets `work` take as long as a call may, and names what it was if it fails.
    async fn call<T>(
        &self,
        doing: &str,
        work: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, StoreError> {
        limited(self.call_timeout, doing, work).await
    }

    /// Runs a statement that stands alone. With `Repeat::Harmless` it is sent again if the
    /// connection was lost, which is mostly one that had died while nobody used it.
    async fn ask<'q>(
        &self,
        repeat: Repeat,
        statement: impl Fn(u32) -> Bound<'q>,
    ) -> Result<(Vec<PgRow>, Lease), Fault> {
        let mut attempt = 0;
        loop {
            let tested = attempt > 0 || repeat == Repeat::Harmful;
            let mut lease = self.pool.lease(tested).await?;
            let fault = match lease.rows(statement(attempt)).await {
                Ok(rows) => return Ok((rows, lease)),
                Err(fault) => fault,
            };
            lease.end_after(&fault);
            let lost = fault.is_lost() && repeat == Repeat::Harmless;
            attempt += 1;
            if attempt == ATTEMPTS || !(lost || fault.is_rolled_back()) {
                return Err(fault);
            }
        }
    }

    /// As [`ask`](Self::ask), for a statement that is all there is to do.
    async fn ask_only<'q>(
        &self,
        repeat: Repeat,
        statement: impl Fn(u32) -> Bound<'q>,
    ) -> Result<Vec<PgRow>, Fault> {
        let (rows, lease) = self.ask(repeat, statement).await?;
        lease.give_back();
        Ok(rows)
    }

    /// Opens a transaction. Nothing has happened if that fails, so it may be tried again.
    async fn begin(&self, begin: &SqlStr) -> Result<Lease, Fault> {
        let mut lease = self.pool.lease(false).await?;
        match lease.script(begin.clone()).await {
            Err(fault) if fault.is_lost() => {
                drop(lease);
                lease = self.pool.lease(true).await?;
                lease.script(begin.clone()).await?;
            }
            done => done?,
        }
        Ok(lease)
    }

    async fn update(&self, handle: &SessionHandle, decide: &mut Decide) -> Result<bool, Fault> {
        for _ in 0..UNLOCKED_ATTEMPTS {
            let (rows, mut lease) = self
                .ask(Repeat::Harmless, |_| self.sql.read(handle))
                .await?;
            let swapped = self.swap(&mut lease, rows.first(), decide).await;
            match &swapped {
                Ok(_) => lease.give_back(),
                Err(fault) => lease.end_after(fault),
            }
            match swapped {
                Ok(Swap::Done) => return Ok(true),
                Ok(Swap::NoRow) => return Ok(false),
                Ok(Swap::TooLate) => {}
                Err(fault) if fault.is_rolled_back() => {}
                Err(fault) => return Err(fault),
            }
        }
        self.update_locked(handle, decide).await
    }

    async fn update_locked(
        &self,
        handle: &SessionHandle,
        decide: &mut Decide,
    ) -> Result<bool, Fault> {
        for _ in 1..ATTEMPTS {
            match self.try_update_locked(handle, decide).await {
                Err(fault) if fault.is_rolled_back() => {}
                done => return done,
            }
        }
        self.try_update_locked(handle, decide).await
    }

    /// Any error drops the lease, which closes the connection and so ends the transaction.
    async fn try_update_locked(
        &self,
        handle: &SessionHandle,
        decide: &mut Decide,
    ) -> Result<bool, Fault> {
        let mut lease = self.begin(&self.sql.begin).await?;
        let rows = lease.rows(self.sql.read_locked(handle)).await?;
        let swapped = self.swap(&mut lease, rows.first(), decide).await?;
        if let Swap::TooLate = swapped {
            return Err(Fault::lost("a locked row changed"));
        }
        lease.script(self.sql.commit.clone()).await?;
        lease.give_back();
        Ok(matches!(swapped, Swap::Done))
    }

    async fn swap(
        &self,
        lease: &mut Lease,
        row: Option<&PgRow>,
        decide: &mut Decide,
    ) -> Result<Swap, Fault> {
        let Some(row) = row else {
            return Ok(Swap::NoRow);
        };
        let found: Found = statements::found(row)?;
        let changed = match decide(&found.record) {
            Change::Keep => return Ok(Swap::Done),
            Change::Replace(new) => lease.execute(self.sql.replace(&found, &new)).await?,
            Change::Delete => lease.execute(self.sql.delete(&found)).await?,
        };
        Ok(if changed == 1 {
            Swap::Done
        } else {
            Swap::TooLate
        })
    }

    async fn update_keys(&self, decide: &mut DecideKeys) -> Result<Vec<SigningKeyRecord>, Fault> {
        for _ in 1..ATTEMPTS {
            match self.try_update_keys(decide).await {
                Err(fault) if fault.is_rolled_back() => {}
                done => return done,
            }
        }
        self.try_update_keys(decide).await
    }

    async fn try_update_keys(
        &self,
        decide: &mut DecideKeys,
    ) -> Result<Vec<SigningKeyRecord>, Fault> {
        let mut lease = self.begin(&self.sql.begin_keys).await?;
        let old = keys(&lease.rows(self.sql.read_keys()).await?)?;
        let Some(mut new) = decide(&old) else {
            lease.script(self.sql.rollback.clone()).await?;
            lease.give_back();
            return Ok(old);
        };
        lease.execute(self.sql.delete_keys_except(&new)).await?;
        for key in new.iter().filter(|key| !old.contains(key)) {
            lease.execute(self.sql.put_key(key)).await?;
        }
        lease.script(self.sql.commit.clone()).await?;
        lease.give_back();
        new.sort_by(|left, right| {
            (left.created_at, &left.kid).cmp(&(right.created_at, &right.kid))
        });
        Ok(new)
    }
}

/// Whether a statement may be sent again when nobody knows whether it was carried out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeat {
    Harmless,
    Harmful,
}

/// What became of a read row.
enum Swap {
    Done,
    NoRow,
    /// The row is not the one any more that was read.
    TooLate,
}

/// When the time is up `work` is dropped, and with it its lease, which closes the connection.
async fn limited<T>(
    limit: Duration,
    doing: &str,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, StoreError> {
    timeout(limit, work)
        .await
        .unwrap_or_else(|_| Err(Fault::late(limit)))
        .map_err(|fault| StoreError::new(doing, fault))
}

fn keys(rows: &[PgRow]) -> Result<Vec<SigningKeyRecord>, Fault> {
    rows.iter().map(statements::key).collect()
}

#[async_trait]
impl SessionStore for PostgresStore {
    async fn create_session(&self, record: SessionRecord) -> Result<(), StoreError> {
        let statement = |attempt| self.sql.create(&record, attempt > 0);
        let work = self.ask_only(Repeat::Harmless, statement);
        self.call("creating a session", work).await.map(drop)
    }

    async fn read_session(
        &self,
        handle: &SessionHandle,
    ) -> Result<Option<SessionRecord>, StoreError> {
        let work = async {
            let rows = self
                .ask_only(Repeat::Harmless, |_| self.sql.read(handle))
                .await?;
            let found = rows.first().map(statements::found).transpose()?;
            Ok(found.map(|found| found.record))
        };
        self.call("reading a session", work).await
    }

    async fn update_session(
        &self,
        handle: &SessionHandle,
        mut decide: Decide,
    ) -> Result<bool, StoreError> {
        self.call("updating a session", self.update(handle, &mut decide))
            .await
    }

    async fn delete_sessions(
        &self,
        handles: &[SessionHandle],
        now: UnixMillis,
    ) -> Result<u64, StoreError> {
        let work = async {
            let statement = |_| self.sql.delete_listed(handles, now);
            let rows = self.ask_only(Repeat::Harmful, statement).await?;
            let live: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0))?;
            Ok(live.unsigned_abs())
        };
        self.call("deleting sessions", work).await
    }

    async fn delete_sessions_of_user(
        &self,
        user_id: &str,
        created_until: UnixMillis,
        now: UnixMillis,
        limit: u32,
    ) -> Result<DeletedBatch, StoreError> {
        let work = async {
            let statement = |_| self.sql.delete_of_user(user_id, created_until, now, limit);
            let rows = self.ask_only(Repeat::Harmful, statement).await?;
            let mut batch = DeletedBatch {
                live: Vec::new(),
                more: rows.len() >= limit as usize,
            };
            for row in &rows {
                if row.try_get(1)? {
                    batch.live.push(statements::handle(row)?);
                }
            }
            Ok(batch)
        };
        self.call("deleting the sessions of a user", work).await
    }

    async fn list_sessions_of_user(
        &self,
        user_id: &str,
        now: UnixMillis,
        after: Option<&SessionHandle>,
        limit: u32,
    ) -> Result<Vec<SessionHandle>, StoreError> {
        let work = async {
            let statement = |_| self.sql.list(user_id, now, after, limit);
            let rows = self.ask_only(Repeat::Harmless, statement).await?;
            rows.iter().map(statements::handle).collect()
        };
        self.call("listing the sessions of a user", work).await
    }

    async fn delete_expired_sessions(
        &self,
        now: UnixMillis,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let work = async {
            let mut lease = self.pool.lease(true).await?;
            let deleted = lease.execute(self.sql.delete_expired(now, limit)).await?;
            lease.give_back();
            Ok(deleted)
        };
        self.call("deleting expired sessions", work).await
    }

    async fn read_signing_keys(&self) -> Result<Vec<SigningKeyRecord>, StoreError> {
        let work = async {
            let rows = self
                .ask_only(Repeat::Harmless, |_| self.sql.read_keys())
                .await?;
            keys(&rows)
        };
        self.call("reading the signing keys", work).await
    }

    async fn update_signing_keys(
        &self,
        mut decide: DecideKeys,
    ) -> Result<Vec<SigningKeyRecord>, StoreError> {
        self.call("updating the signing keys", self.update_keys(&mut decide))
            .await
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}
