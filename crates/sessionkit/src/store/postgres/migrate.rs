//! Makes the tables, and brings them up to date.
//!
//! In: a connection. Out: tables as this version of the crate expects them. Every step is taken in
//! one transaction under a lock, so it does not matter how many servers start at once. Where
//! nothing is to be done nothing is written, so a role without the right to make tables can start.

use super::fault::Fault;
use super::pool::Lease;
use super::statements::with_prefix;
use sqlx::Row as _;

/// The steps, oldest first; a step that was released is never changed.
const STEPS: &[&str] = &[include_str!(
    "../../../migrations/postgres/0001_sessions.sql"
)];

const NEWEST: i64 = STEPS.len() as i64;

pub(super) async fn migrate(lease: &mut Lease, prefix: &str) -> Result<(), Fault> {
    if is_up_to_date(lease, prefix).await? {
        return Ok(());
    }
    apply(lease, prefix)
        .await
        .map_err(|fault| explain(fault).prefixed("the tables cannot be made"))
}

/// Whether there is nothing to be done.
async fn is_up_to_date(lease: &mut Lease, prefix: &str) -> Result<bool, Fault> {
    let version = version(lease, prefix).await?;
    if version > NEWEST {
        return Err(Fault::refused(format!(
            "the tables are of version {version}, and this program knows versions up to {NEWEST}"
        )));
    }
    Ok(version == NEWEST)
}

/// The last step that was taken, 0 if none was.
async fn version(lease: &mut Lease, prefix: &str) -> Result<i64, Fault> {
    let table = format!("{prefix}schema_version");
    // Not `to_regclass`: within a transaction it may remember that there was no such table.
    let there = "SELECT EXISTS (SELECT FROM pg_catalog.pg_class \
                 WHERE relname = $1 AND pg_catalog.pg_table_is_visible(oid))";
    let there = lease.rows(sqlx::query(there).bind(table)).await?;
    if !there[0].try_get::<bool, _>(0)? {
        return Ok(0);
    }
    let sql = with_prefix(
        "SELECT coalesce(max(version), 0) FROM {prefix}schema_version",
        prefix,
    );
    // Not prepared: another server may be about to change the table.
    let rows = lease.rows(sqlx::query(sql).persistent(false)).await?;
    Ok(rows[0].try_get(0)?)
}

async fn apply(lease: &mut Lease, prefix: &str) -> Result<(), Fault> {
    // Under `repeatable read` we would not see what another server did while we waited.
    lease
        .script(with_prefix("BEGIN ISOLATION LEVEL READ COMMITTED", ""))
        .await?;
    let lock = "SELECT pg_advisory_xact_lock(hashtextextended(concat(current_schema(), '.', $1), 0))::text";
    let name = format!("{prefix}sessionkit");
    lease.rows(sqlx::query(lock).bind(name)).await?;
    let version = version(lease, prefix).await?;
    if version == 0 {
        let table = "CREATE TABLE {prefix}schema_version (version bigint PRIMARY KEY)";
        lease.script(with_prefix(table, prefix)).await?;
    }
    for (number, step) in (1..).zip(STEPS) {
        if number > version {
            lease.script(with_prefix(step, prefix)).await?;
            let record = "INSERT INTO {prefix}schema_version (version) VALUES ($1)";
            let record = sqlx::query(with_prefix(record, prefix)).bind(number);
            lease.execute(record.persistent(false)).await?;
        }
    }
    lease.script(with_prefix("COMMIT", "")).await
}

fn explain(fault: Fault) -> Fault {
    let text = fault.to_string();
    if text.ends_with("(42501)") {
        fault.with_hint(
            "connect once as a role that may make tables, and give this one rights on them",
        )
    } else if text.ends_with("(42P07)") {
        fault.with_hint("choose a table prefix if the table belongs to another program")
    } else {
        fault
    }
}
