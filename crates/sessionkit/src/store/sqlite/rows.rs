//! The statements, and how a row becomes a record and back.
//!
//! Every change of a session is one statement, so that it happens as a whole even where the
//! transaction around it belongs to others too ([`super::writer`]).

use crate::clock::UnixMillis;
use crate::handle::SessionHandle;
use crate::store::{Change, Decide, DecideKeys, DeletedBatch, SessionRecord, SigningKeyRecord};
use rusqlite::types::Type;
use rusqlite::{Connection, Error, OptionalExtension, Result, Row, params};
use std::sync::Arc;

/// The text of the statements, with the table prefix in place.
#[derive(Clone)]
pub(super) struct Sql(Arc<Texts>);

struct Texts {
    insert: String,
    read: String,
    update: String,
    update_with_data: String,
    delete: String,
    delete_listed: String,
    delete_of_user: String,
    list_of_user: String,
    delete_expired: String,
    read_keys: String,
    delete_keys: String,
    insert_key: String,
}

const COLUMNS: &str = "session_handle, user_id, generation, refresh_hash, prev_refresh_hash, \
     rotation_nonce, rotated_at, confirmed_at, version, created_at, last_refreshed_at, \
     idle_expires_at, absolute_expires_at, access_token_payload, session_data";

const KEY_COLUMNS: &str = "kid, alg, private, sealed, created_at, sign_until, verify_until";

/// What an update may change, without the session data, which may be long.
const CHANGES: &str = "generation = ?2, refresh_hash = ?3, prev_refresh_hash = ?4, \
     rotation_nonce = ?5, rotated_at = ?6, confirmed_at = ?7, version = ?8, \
     last_refreshed_at = ?9, idle_expires_at = ?10, absolute_expires_at = ?11, \
     access_token_payload = ?12";

/// When a session is over. Written like this in the index too, or the index is not used.
const EXPIRY: &str = "min(idle_expires_at, absolute_expires_at)";

impl Sql {
    pub(super) fn new(prefix: &str) -> Self {
        let sessions = format!("{prefix}session_info");
        let keys = format!("{prefix}signing_keys");
        Self(Arc::new(Texts {
            insert: format!(
                "INSERT INTO {sessions} ({COLUMNS})
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
            ),
            read: format!("SELECT {COLUMNS} FROM {sessions} WHERE session_handle = ?1"),
            update: format!("UPDATE {sessions} SET {CHANGES} WHERE session_handle = ?1"),
            update_with_data: format!(
                "UPDATE {sessions} SET {CHANGES}, session_data = ?13 WHERE session_handle = ?1"
            ),
            delete: format!("DELETE FROM {sessions} WHERE session_handle = ?1"),
            delete_listed: format!(
                "DELETE FROM {sessions}
                 WHERE session_handle IN (SELECT value FROM json_each(?1))
                 RETURNING {EXPIRY}"
            ),
            delete_of_user: format!(
                "DELETE FROM {sessions} WHERE session_handle IN (
                     SELECT session_handle FROM {sessions}
                     WHERE user_id = ?1 AND created_at <= ?2
                     ORDER BY session_handle LIMIT ?3)
                 RETURNING session_handle, {EXPIRY}"
            ),
            list_of_user: format!(
                "SELECT session_handle FROM {sessions}
                 WHERE user_id = ?1 AND session_handle > ?2 AND {EXPIRY} > ?3
                 ORDER BY session_handle LIMIT ?4"
            ),
            delete_expired: format!(
                "DELETE FROM {sessions} WHERE session_handle IN (
                     SELECT session_handle FROM {sessions}
                     WHERE {EXPIRY} <= ?1 ORDER BY {EXPIRY} LIMIT ?2)"
            ),
            read_keys: format!("SELECT {KEY_COLUMNS} FROM {keys} ORDER BY created_at, kid"),
            delete_keys: format!("DELETE FROM {keys}"),
            insert_key: format!(
                "INSERT INTO {keys} ({KEY_COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
            ),
        }))
    }
}

// ---- sessions ------------------------------------------------------------------------------------

pub(super) fn insert(db: &Connection, sql: &Sql, new: &SessionRecord) -> Result<()> {
    db.prepare_cached(&sql.0.insert)?.execute(params![
        new.handle.as_str(),
        new.user_id,
        new.generation,
        new.refresh_hash,
        new.previous_refresh_hash,
        new.rotation_nonce,
        new.rotated_at.map(|time| time.0),
        new.confirmed_at.map(|time| time.0),
        new.data_version,
        new.created_at.0,
        new.last_refreshed_at.0,
        new.idle_expires_at.0,
        new.absolute_expires_at.0,
        new.access_token_payload,
        new.session_data,
    ])?;
    Ok(())
}

pub(super) fn read(
    db: &Connection,
    sql: &Sql,
    handle: &SessionHandle,
) -> Result<Option<SessionRecord>> {
    db.prepare_cached(&sql.0.read)?
        .query_row([handle.as_str()], record)
        .optional()
}

pub(super) fn update(
    db: &Connection,
    sql: &Sql,
    handle: &SessionHandle,
    decide: &mut Decide,
) -> Result<bool> {
    let Some(old) = read(db, sql, handle)? else {
        return Ok(false);
    };
    match decide(&old) {
        Change::Keep => {}
        Change::Replace(new) => replace(db, sql, &old, &new)?,
        Change::Delete => {
            db.prepare_cached(&sql.0.delete)?
                .execute([handle.as_str()])?;
        }
    }
    Ok(true)
}

fn replace(db: &Connection, sql: &Sql, old: &SessionRecord, new: &SessionRecord) -> Result<()> {
    let same_data = old.session_data == new.session_data;
    let text = if same_data {
        &sql.0.update
    } else {
        &sql.0.update_with_data
    };
    let mut statement = db.prepare_cached(text)?;
    let changes = params![
        old.handle.as_str(),
        new.generation,
        new.refresh_hash,
        new.previous_refresh_hash,
        new.rotation_nonce,
        new.rotated_at.map(|time| time.0),
        new.confirmed_at.map(|time| time.0),
        new.data_version,
        new.last_refreshed_at.0,
        new.idle_expires_at.0,
        new.absolute_expires_at.0,
        new.access_token_payload,
        new.session_data,
    ];
    let used = if same_data {
        &changes[..changes.len() - 1]
    } else {
        changes
    };
    statement.execute(used)?;
    Ok(())
}

/// The handles as one parameter, however many there are.
pub(super) fn json_list(handles: &[SessionHandle]) -> String {
    serde_json::to_string(handles).expect("invariant: a handle is a JSON string")
}

pub(super) fn delete(db: &Connection, sql: &Sql, list: &str, now: UnixMillis) -> Result<u64> {
    let mut statement = db.prepare_cached(&sql.0.delete_listed)?;
    let expiries = statement.query_map([list], |row| row.get::<_, i64>(0))?;
    let mut live = 0;
    for expiry in expiries {
        live += u64::from(now.0 < expiry?);
    }
    Ok(live)
}

pub(super) fn delete_of_user(
    db: &Connection,
    sql: &Sql,
    user_id: &str,
    created_until: UnixMillis,
    now: UnixMillis,
    limit: u32,
) -> Result<DeletedBatch> {
    let mut statement = db.prepare_cached(&sql.0.delete_of_user)?;
    let gone = statement.query_map(params![user_id, created_until.0, limit], |row| {
        Ok((handle(row)?, row.get::<_, i64>(1)?))
    })?;
    let mut batch = DeletedBatch::default();
    let mut deleted = 0;
    for session in gone {
        let (handle, expiry) = session?;
        deleted += 1;
        if now.0 < expiry {
            batch.live.push(handle);
        }
    }
    batch.more = deleted >= limit;
    Ok(batch)
}

pub(super) fn list_of_user(
    db: &Connection,
    sql: &Sql,
    user_id: &str,
    now: UnixMillis,
    after: Option<&SessionHandle>,
    limit: u32,
) -> Result<Vec<SessionHandle>> {
    // No handle is empty, so all of them come after the empty text.
    let after = after.map_or("", SessionHandle::as_str);
    db.prepare_cached(&sql.0.list_of_user)?
        .query_map(params![user_id, after, now.0, limit], handle)?
        .collect()
}

pub(super) fn delete_expired(
    db: &Connection,
    sql: &Sql,
    now: UnixMillis,
    limit: u32,
) -> Result<u64> {
    let deleted = db
        .prepare_cached(&sql.0.delete_expired)?
        .execute(params![now.0, limit])?;
    Ok(u64::try_from(deleted).expect("invariant: a count of rows fits"))
}

fn handle(row: &Row) -> Result<SessionHandle> {
    // The parser's error shows nothing of the text.
    let refuse = |error| Error::FromSqlConversionFailure(0, Type::Text, Box::new(error));
    row.get_ref(0)?.as_str()?.parse().map_err(refuse)
}

/// A row whose columns are [`COLUMNS`].
fn record(row: &Row) -> Result<SessionRecord> {
    Ok(SessionRecord {
        handle: handle(row)?,
        user_id: row.get(1)?,
        generation: row.get(2)?,
        refresh_hash: row.get(3)?,
        previous_refresh_hash: row.get(4)?,
        rotation_nonce: row.get(5)?,
        rotated_at: row.get::<_, Option<i64>>(6)?.map(UnixMillis),
        confirmed_at: row.get::<_, Option<i64>>(7)?.map(UnixMillis),
        data_version: row.get(8)?,
        created_at: UnixMillis(row.get(9)?),
        last_refreshed_at: UnixMillis(row.get(10)?),
        idle_expires_at: UnixMillis(row.get(11)?),
        absolute_expires_at: UnixMillis(row.get(12)?),
        access_token_payload: row.get(13)?,
        session_data: row.get(14)?,
    })
}

// ---- signing keys --------------------------------------------------------------------------------

pub(super) fn read_keys(db: &Connection, sql: &Sql) -> Result<Vec<SigningKeyRecord>> {
    db.prepare_cached(&sql.0.read_keys)?
        .query_map([], key)?
        .collect()
}

pub(super) fn update_keys(
    db: &Connection,
    sql: &Sql,
    decide: &mut DecideKeys,
) -> Result<Vec<SigningKeyRecord>> {
    let old = read_keys(db, sql)?;
    let Some(new) = decide(&old) else {
        return Ok(old);
    };
    // Several statements, and others share the transaction.
    db.execute_batch("SAVEPOINT keys")?;
    let outcome = put_keys(db, sql, &new);
    if db.is_autocommit() {
        return outcome.and_then(|()| read_keys(db, sql));
    }
    if outcome.is_err() {
        db.execute_batch("ROLLBACK TO keys")?;
    }
    db.execute_batch("RELEASE keys")?;
    outcome.and_then(|()| read_keys(db, sql))
}

fn put_keys(db: &Connection, sql: &Sql, keys: &[SigningKeyRecord]) -> Result<()> {
    db.prepare_cached(&sql.0.delete_keys)?.execute([])?;
    let mut insert = db.prepare_cached(&sql.0.insert_key)?;
    for key in keys {
        insert.execute(params![
            key.kid,
            key.algorithm,
            key.key,
            key.sealed,
            key.created_at.0,
            key.sign_until.0,
            key.verify_until.0,
        ])?;
    }
    Ok(())
}

/// A row whose columns are [`KEY_COLUMNS`].
fn key(row: &Row) -> Result<SigningKeyRecord> {
    Ok(SigningKeyRecord {
        kid: row.get(0)?,
        algorithm: row.get(1)?,
        key: row.get(2)?,
        sealed: row.get(3)?,
        created_at: UnixMillis(row.get(4)?),
        sign_until: UnixMillis(row.get(5)?),
        verify_until: UnixMillis(row.get(6)?),
    })
}

/// Checks with `EXPLAIN QUERY PLAN` that no statement about sessions reads the whole table.
#[cfg(test)]
pub(super) fn tests_of_plans() {
    let sql = Sql::new("auth_");
    let db = Connection::open_in_memory().expect("memory");
    let tables = include_str!("../../../migrations/sqlite/0001_sessions.sql");
    db.execute_batch(&tables.replace("{prefix}", "auth_"))
        .expect("tables");
    let texts = &*sql.0;
    let by_handle = "(session_handle=?)";
    let by_user = "INDEX auth_session_info_user (user_id=?";
    let by_expiry = "INDEX auth_session_info_expiry (<expr><?)";
    for (text, expected) in [
        (&texts.read, vec![by_handle]),
        (&texts.update, vec![by_handle]),
        (&texts.update_with_data, vec![by_handle]),
        (&texts.delete, vec![by_handle]),
        (&texts.delete_listed, vec![by_handle]),
        (&texts.delete_of_user, vec![by_handle, by_user]),
        (&texts.list_of_user, vec!["user_id=? AND session_handle>?"]),
        (&texts.delete_expired, vec![by_handle, by_expiry]),
    ] {
        let plan: Vec<String> = db
            .prepare(&format!("EXPLAIN QUERY PLAN {text}"))
            .and_then(|mut plan| plan.raw_query().mapped(|row| row.get(3)).collect())
            .expect("plan");
        let plan = plan.join("; ");
        for part in expected {
            assert!(plan.contains(part), "{part} is not in: {plan}");
        }
        assert!(
            !plan.contains("SCAN auth_"),
            "reads the whole table: {plan}"
        );
        assert!(!plan.contains("TEMP B-TREE"), "sorts: {plan}");
    }
}
