//! The PostgreSQL store against a real server: the rules of every store, and the faults of a
//! database that is somewhere else. Skipped, with a line that says so, where there is none.

#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at what is not as expected"
)]

#[path = "postgres/faults.rs"]
mod faults;
#[path = "postgres/start.rs"]
mod start;
#[path = "postgres/updates.rs"]
mod updates;

use sessionkit::{
    Change, Decide, PostgresStore, SessionHandle, SessionRecord, UnixMillis, conformance,
};
use std::error::Error;

/// The error with all its sources, as a log would show it, and as `Debug` does.
fn everything(error: &(dyn Error + 'static)) -> String {
    let mut text = format!("{error:#?}");
    let mut next = Some(error);
    while let Some(error) = next {
        text += &format!("\n{error} {error:?}");
        next = error.source();
    }
    text
}

fn handle(number: u32) -> SessionHandle {
    format!("{number:022}").parse().unwrap()
}

fn record(number: u32) -> SessionRecord {
    SessionRecord {
        handle: handle(number),
        user_id: "alice".to_owned(),
        generation: 0,
        refresh_hash: [7; 32],
        previous_refresh_hash: None,
        rotation_nonce: None,
        rotated_at: None,
        confirmed_at: None,
        access_token_payload: "{}".to_owned(),
        session_data: "{}".to_owned(),
        data_version: 0,
        created_at: UnixMillis(1_000),
        last_refreshed_at: UnixMillis(1_000),
        idle_expires_at: UnixMillis(5_000),
        absolute_expires_at: UnixMillis(9_000),
    }
}

/// Counts the generation up.
fn count_up() -> Decide {
    Box::new(|row| {
        let mut row = row.clone();
        row.generation += 1;
        Change::Replace(Box::new(row))
    })
}

async fn open(url: &str) -> PostgresStore {
    PostgresStore::connect(url).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rule_of_stores_is_kept() {
    let Some(server) = sessionkit_testkit::shared_postgres() else {
        return;
    };
    let url = server.create_database();
    conformance::check_store(|| open(&url)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rule_is_kept_on_a_shared_pool_as_well() {
    let Some(server) = sessionkit_testkit::shared_postgres() else {
        return;
    };
    let url = server.create_database();
    let pool = sqlx::PgPool::connect(&url).await.unwrap();
    let make = || async { PostgresStore::from_pool(pool.clone(), "x_").await.unwrap() };
    conformance::check_store(make).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_may_have_very_many_sessions() {
    let Some(server) = sessionkit_testkit::shared_postgres() else {
        return;
    };
    let store = open(&server.create_database()).await;
    conformance::check_many_sessions(store).await.unwrap();
}
