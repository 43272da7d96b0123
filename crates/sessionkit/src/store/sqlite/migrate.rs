//! Makes the tables, and brings older ones up to date.
//!
//! All in one transaction that begins by taking the write lock: a second program that opens the
//! file at the same moment waits, and then finds nothing left to do.

use rusqlite::Connection;

/// The migrations in order. One that has been released never changes; a new one is added.
const MIGRATIONS: &[&str] = &[include_str!("../../../migrations/sqlite/0001_sessions.sql")];

/// Why the tables are not as they have to be.
pub(super) enum Refused {
    Database(rusqlite::Error),
    /// A later version of this crate was here.
    Newer(i64),
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

/// Applies what is missing.
pub(super) fn migrate(db: &Connection, prefix: &str) -> Result<(), Refused> {
    db.execute_batch("BEGIN IMMEDIATE")?;
    let outcome = apply(db, prefix).and_then(|()| Ok(db.execute_batch("COMMIT")?));
    if outcome.is_err() && !db.is_autocommit() {
        // The first error is the one to tell.
        let _ = db.execute_batch("ROLLBACK");
    }
    outcome
}

fn apply(db: &Connection, prefix: &str) -> Result<(), Refused> {
    db.execute_batch(&format!(
        "CREATE TABLE IF NOT EXISTS {prefix}schema_version (version INTEGER NOT NULL) STRICT"
    ))?;
    let newest = i64::try_from(MIGRATIONS.len()).expect("invariant: a short list");
    let version: i64 = db.query_row(
        &format!("SELECT coalesce(max(version), 0) FROM {prefix}schema_version"),
        [],
        |row| row.get(0),
    )?;
    if version > newest {
        return Err(Refused::Newer(version));
    }
    if version == newest {
        // Of a file that may not be written SQLite makes a database that may not be written, and
        // says so only when one tries: better now than at the first sign-in.
        db.execute_batch(&format!("DELETE FROM {prefix}schema_version WHERE false"))?;
        return Ok(());
    }
    let done = usize::try_from(version).unwrap_or(0);
    for migration in &MIGRATIONS[done..] {
        db.execute_batch(&migration.replace("{prefix}", prefix))?;
    }
    db.execute_batch(&format!(
        "DELETE FROM {prefix}schema_version;
         INSERT INTO {prefix}schema_version (version) VALUES ({newest})"
    ))?;
    Ok(())
}
