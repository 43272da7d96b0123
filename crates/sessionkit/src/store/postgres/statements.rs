//! The SQL of the PostgreSQL store, and how values go in and rows come out.
//!
//! In: a table prefix, records. Out: statements with their values; records. Nothing is sent here.
//! Statements that delete several rows lock them in the order of their handles first, so that two
//! of them cannot each hold what the other waits for.

use super::fault::Fault;
use super::pool::Bound;
use crate::clock::UnixMillis;
use crate::handle::SessionHandle;
use crate::store::{SessionRecord, SigningKeyRecord};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row as _, SqlSafeStr as _, SqlStr};
use std::sync::Arc;
use std::time::Duration;

const CREATE: &str = "
INSERT INTO {prefix}session_info (session_handle, user_id, generation, refresh_hash,
    prev_refresh_hash, rotation_nonce, rotated_at, confirmed_at, access_token_payload, session_data,
    version, created_at, last_refreshed_at, idle_expires_at, absolute_expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";

// `xmin` is the number of the transaction that wrote this version of the row, so it is another one
// after every change, whoever made it.
const READ: &str = "
SELECT session_handle, user_id, generation, refresh_hash, prev_refresh_hash, rotation_nonce,
    rotated_at, confirmed_at, access_token_payload, session_data, version, created_at,
    last_refreshed_at, idle_expires_at, absolute_expires_at, xmin::text
FROM {prefix}session_info WHERE session_handle = $1";

const REPLACE: &str = "
UPDATE {prefix}session_info SET generation = $3, refresh_hash = $4, prev_refresh_hash = $5,
    rotation_nonce = $6, rotated_at = $7, confirmed_at = $8, access_token_payload = $9,
    version = $10, last_refreshed_at = $11, idle_expires_at = $12, absolute_expires_at = $13{more}
WHERE session_handle = $1 AND xmin::text = $2";

const DELETE: &str = "
DELETE FROM {prefix}session_info WHERE session_handle = $1 AND xmin::text = $2";

const DELETE_LISTED: &str = "
WITH doomed AS (
    SELECT session_handle FROM {prefix}session_info
    WHERE session_handle = ANY($1) ORDER BY session_handle FOR UPDATE
), gone AS (
    DELETE FROM {prefix}session_info AS s USING doomed
    WHERE s.session_handle = doomed.session_handle
    RETURNING LEAST(s.idle_expires_at, s.absolute_expires_at) AS ends_at
)
SELECT count(*) FROM gone WHERE ends_at > $2";

// The limit counts rows that were locked: one that somebody else deletes meanwhile is passed over.
const DELETE_OF_USER: &str = "
WITH doomed AS (
    SELECT session_handle FROM {prefix}session_info
    WHERE user_id = $1 AND created_at <= $2 ORDER BY session_handle LIMIT $4 FOR UPDATE
), gone AS (
    DELETE FROM {prefix}session_info AS s USING doomed
    WHERE s.session_handle = doomed.session_handle
    RETURNING s.session_handle, LEAST(s.idle_expires_at, s.absolute_expires_at) AS ends_at
)
SELECT session_handle, ends_at > $3 FROM gone";

const LIST: &str = "
SELECT session_handle FROM {prefix}session_info
WHERE user_id = $1 AND session_handle > $2 AND idle_expires_at > $3 AND absolute_expires_at > $3
ORDER BY session_handle LIMIT $4";

// Clean-up waits for nobody: what is locked is being refreshed, or goes next time.
const DELETE_EXPIRED: &str = "
WITH doomed AS (
    SELECT session_handle FROM {prefix}session_info
    WHERE LEAST(idle_expires_at, absolute_expires_at) <= $1
    ORDER BY LEAST(idle_expires_at, absolute_expires_at) LIMIT $2 FOR UPDATE SKIP LOCKED
)
DELETE FROM {prefix}session_info AS s USING doomed WHERE s.session_handle = doomed.session_handle";

const READ_KEYS: &str = "
SELECT kid, alg, private, sealed, created_at, sign_until, verify_until
FROM {prefix}signing_keys ORDER BY created_at, kid";

const DELETE_KEYS: &str = "DELETE FROM {prefix}signing_keys WHERE kid <> ALL($1)";

const PUT_KEY: &str = "
INSERT INTO {prefix}signing_keys (kid, alg, private, sealed, created_at, sign_until, verify_until)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (kid) DO UPDATE SET alg = excluded.alg, private = excluded.private,
    sealed = excluded.sealed, created_at = excluded.created_at, sign_until = excluded.sign_until,
    verify_until = excluded.verify_until";

// A transaction of ours never waits for anything but the server, so one that stands still belongs
// to a program that is gone, and must not hold its row.
const BEGIN: &str = "
BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = {limit}";

// Writers of keys wait for each other; readers do not wait.
const BEGIN_KEYS: &str = "; LOCK TABLE {prefix}signing_keys IN SHARE ROW EXCLUSIVE MODE";

/// The statements for one table prefix.
pub(super) struct Statements {
    create: SqlStr,
    create_again: SqlStr,
    read: SqlStr,
    read_locked: SqlStr,
    replace: SqlStr,
    replace_with_data: SqlStr,
    delete: SqlStr,
    delete_listed: SqlStr,
    delete_of_user: SqlStr,
    list: SqlStr,
    delete_expired: SqlStr,
    read_keys: SqlStr,
    delete_keys: SqlStr,
    put_key: SqlStr,
    pub(super) begin: SqlStr,
    pub(super) begin_keys: SqlStr,
    pub(super) commit: SqlStr,
    pub(super) rollback: SqlStr,
}

/// A row, and which version of it was read.
pub(super) struct Found {
    pub record: SessionRecord,
    pub row_version: String,
}

/// Puts the prefix into a statement. It has been checked, so it cannot be anything but a name.
pub(super) fn with_prefix(sql: &str, prefix: &str) -> SqlStr {
    let sql: Arc<str> = sql.replace("{prefix}", prefix).into();
    AssertSqlSafe(sql).into_sql_str()
}

impl Statements {
    pub(super) fn new(prefix: &str, call_timeout: Duration) -> Self {
        let sql = |text: &str| with_prefix(text, prefix);
        let limit = call_timeout
            .as_millis()
            .clamp(1, i32::MAX as u128)
            .to_string();
        let begin = BEGIN.replace("{limit}", &limit);
        Self {
            create: sql(CREATE),
            create_again: sql(&format!("{CREATE} ON CONFLICT (session_handle) DO NOTHING")),
            read: sql(READ),
            read_locked: sql(&format!("{READ} FOR UPDATE")),
            replace: sql(&REPLACE.replace("{more}", "")),
            replace_with_data: sql(&REPLACE.replace("{more}", ", session_data = $14")),
            delete: sql(DELETE),
            delete_listed: sql(DELETE_LISTED),
            delete_of_user: sql(DELETE_OF_USER),
            list: sql(LIST),
            delete_expired: sql(DELETE_EXPIRED),
            read_keys: sql(READ_KEYS),
            delete_keys: sql(DELETE_KEYS),
            put_key: sql(PUT_KEY),
            begin: sql(&begin),
            begin_keys: sql(&format!("{begin}{BEGIN_KEYS}")),
            commit: sql("COMMIT"),
            rollback: sql("ROLLBACK"),
        }
    }

    /// Adds a row. `again` allows for an earlier attempt that got through without our knowing; the
    /// handle is random, so a row with it cannot be anybody else's.
    pub(super) fn create<'q>(&self, record: &'q SessionRecord, again: bool) -> Bound<'q> {
        let sql = if again {
            &self.create_again
        } else {
            &self.create
        };
        sqlx::query(sql.clone())
            .bind(record.handle.as_str())
            .bind(&record.user_id)
            .bind(record.generation)
            .bind(record.refresh_hash.as_slice())
            .bind(bytes(&record.previous_refresh_hash))
            .bind(bytes(&record.rotation_nonce))
            .bind(record.rotated_at.map(|at| at.0))
            .bind(record.confirmed_at.map(|at| at.0))
            .bind(&record.access_token_payload)
            .bind(&record.session_data)
            .bind(record.data_version)
            .bind(record.created_at.0)
            .bind(record.last_refreshed_at.0)
            .bind(record.idle_expires_at.0)
            .bind(record.absolute_expires_at.0)
    }

    pub(super) fn read<'q>(&self, handle: &'q SessionHandle) -> Bound<'q> {
        sqlx::query(self.read.clone()).bind(handle.as_str())
    }

    pub(super) fn read_locked<'q>(&self, handle: &'q SessionHandle) -> Bound<'q> {
        sqlx::query(self.read_locked.clone()).bind(handle.as_str())
    }

    /// Replaces the version of a row that was read, if it is still that one. Session data that did
    /// not change, and may be large, are not sent.
    pub(super) fn replace<'q>(&self, found: &'q Found, new: &'q SessionRecord) -> Bound<'q> {
        let same_data = found.record.session_data == new.session_data;
        let sql = if same_data {
            &self.replace
        } else {
            &self.replace_with_data
        };
        let statement = sqlx::query(sql.clone())
            .bind(found.record.handle.as_str())
            .bind(&found.row_version)
            .bind(new.generation)
            .bind(new.refresh_hash.as_slice())
            .bind(bytes(&new.previous_refresh_hash))
            .bind(bytes(&new.rotation_nonce))
            .bind(new.rotated_at.map(|at| at.0))
            .bind(new.confirmed_at.map(|at| at.0))
            .bind(&new.access_token_payload)
            .bind(new.data_version)
            .bind(new.last_refreshed_at.0)
            .bind(new.idle_expires_at.0)
            .bind(new.absolute_expires_at.0);
        if same_data {
            statement
        } else {
            statement.bind(&new.session_data)
        }
    }

    pub(super) fn delete<'q>(&self, found: &'q Found) -> Bound<'q> {
        sqlx::query(self.delete.clone())
            .bind(found.record.handle.as_str())
            .bind(&found.row_version)
    }

    pub(super) fn delete_listed<'q>(
        &self,
        handles: &'q [SessionHandle],
        now: UnixMillis,
    ) -> Bound<'q> {
        let handles: Vec<&str> = handles.iter().map(SessionHandle::as_str).collect();
        sqlx::query(self.delete_listed.clone())
            .bind(handles)
            .bind(now.0)
    }

    pub(super) fn delete_of_user<'q>(
        &self,
        user_id: &'q str,
        created_until: UnixMillis,
        now: UnixMillis,
        limit: u32,
    ) -> Bound<'q> {
        sqlx::query(self.delete_of_user.clone())
            .bind(user_id)
            .bind(created_until.0)
            .bind(now.0)
            .bind(i64::from(limit))
    }

    pub(super) fn list<'q>(
        &self,
        user_id: &'q str,
        now: UnixMillis,
        after: Option<&'q SessionHandle>,
        limit: u32,
    ) -> Bound<'q> {
        sqlx::query(self.list.clone())
            .bind(user_id)
            .bind(after.map_or("", SessionHandle::as_str))
            .bind(now.0)
            .bind(i64::from(limit))
    }

    pub(super) fn delete_expired<'q>(&self, now: UnixMillis, limit: u32) -> Bound<'q> {
        sqlx::query(self.delete_expired.clone())
            .bind(now.0)
            .bind(i64::from(limit))
    }

    pub(super) fn read_keys<'q>(&self) -> Bound<'q> {
        sqlx::query(self.read_keys.clone())
    }

    pub(super) fn delete_keys_except<'q>(&self, keys: &'q [SigningKeyRecord]) -> Bound<'q> {
        let kept: Vec<&str> = keys.iter().map(|key| key.kid.as_str()).collect();
        sqlx::query(self.delete_keys.clone()).bind(kept)
    }

    pub(super) fn put_key<'q>(&self, key: &'q SigningKeyRecord) -> Bound<'q> {
        sqlx::query(self.put_key.clone())
            .bind(&key.kid)
            .bind(&key.algorithm)
            .bind(&key.key)
            .bind(key.sealed)
            .bind(key.created_at.0)
            .bind(key.sign_until.0)
            .bind(key.verify_until.0)
    }
}

fn bytes(hash: &Option<[u8; 32]>) -> Option<&[u8]> {
    hash.as_ref().map(<[u8; 32]>::as_slice)
}

pub(super) fn found(row: &PgRow) -> Result<Found, Fault> {
    let time = |index: usize| -> Result<UnixMillis, Fault> { Ok(UnixMillis(row.try_get(index)?)) };
    let optional_time = |index: usize| -> Result<Option<UnixMillis>, Fault> {
        Ok(row.try_get::<Option<i64>, _>(index)?.map(UnixMillis))
    };
    Ok(Found {
        record: SessionRecord {
            handle: handle(row)?,
            user_id: row.try_get(1)?,
            generation: row.try_get(2)?,
            refresh_hash: hash(row, 3)?.ok_or_else(|| malformed(3))?,
            previous_refresh_hash: hash(row, 4)?,
            rotation_nonce: hash(row, 5)?,
            rotated_at: optional_time(6)?,
            confirmed_at: optional_time(7)?,
            access_token_payload: row.try_get(8)?,
            session_data: row.try_get(9)?,
            data_version: row.try_get(10)?,
            created_at: time(11)?,
            last_refreshed_at: time(12)?,
            idle_expires_at: time(13)?,
            absolute_expires_at: time(14)?,
        },
        row_version: row.try_get(15)?,
    })
}

/// Reads the handle, which is always the first column.
pub(super) fn handle(row: &PgRow) -> Result<SessionHandle, Fault> {
    let text: &str = row.try_get(0)?;
    text.parse().map_err(|_| malformed(0))
}

pub(super) fn key(row: &PgRow) -> Result<SigningKeyRecord, Fault> {
    Ok(SigningKeyRecord {
        kid: row.try_get(0)?,
        algorithm: row.try_get(1)?,
        key: row.try_get(2)?,
        sealed: row.try_get(3)?,
        created_at: UnixMillis(row.try_get(4)?),
        sign_until: UnixMillis(row.try_get(5)?),
        verify_until: UnixMillis(row.try_get(6)?),
    })
}

fn hash(row: &PgRow, index: usize) -> Result<Option<[u8; 32]>, Fault> {
    let bytes: Option<&[u8]> = row.try_get(index)?;
    bytes
        .map(|bytes| bytes.try_into().map_err(|_| malformed(index)))
        .transpose()
}

fn malformed(column: usize) -> Fault {
    Fault::refused(format!("column {column} does not hold what it should"))
}
