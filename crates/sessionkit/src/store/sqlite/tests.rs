//! What can only be tried from within: the plans of the statements, what happens to a batch, and
//! how much of a row is written.

use super::rows::tests_of_plans;
use super::{SqliteStore, rows};
use crate::clock::UnixMillis;
use crate::store::{Change, SessionRecord, SessionStore, StoreError};
use rusqlite::config::DbConfig;
use std::fs;
use std::future::poll_fn;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::task::Poll;
use std::time::Duration;

type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

fn record(number: u32) -> SessionRecord {
    SessionRecord {
        handle: format!("{number:022}").parse().unwrap(),
        user_id: "alice".into(),
        generation: 1_000,
        refresh_hash: [1; 32],
        previous_refresh_hash: Some([2; 32]),
        rotation_nonce: Some([3; 32]),
        rotated_at: Some(UnixMillis(1_800_000_000_000)),
        confirmed_at: None,
        access_token_payload: "{}".into(),
        session_data: "{}".into(),
        data_version: 0,
        created_at: UnixMillis(1_800_000_000_000),
        last_refreshed_at: UnixMillis(1_800_000_000_000),
        idle_expires_at: UnixMillis(1_800_000_001_000),
        absolute_expires_at: UnixMillis(1_800_000_002_000),
    }
}

/// Puts a call into the queue, and no more.
async fn begin<T>(call: &mut Pending<'_, T>) {
    poll_fn(|context| {
        assert!(call.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
}

/// Keeps the writer busy until the sender is dropped, so that what is begun meanwhile is one
/// batch with this.
async fn hold(store: &SqliteStore) -> (Sender<()>, Pending<'_, ()>) {
    let (go, wait) = channel();
    let wait = std::sync::Mutex::new(wait);
    let mut held: Pending<()> = Box::pin(store.write("waiting", move |_, _| {
        // Ends when the sender is dropped, and so does not wait when it is done again.
        let _ = wait.lock().unwrap().recv();
        Ok(())
    }));
    begin(&mut held).await;
    (go, held)
}

#[test]
fn the_statements_use_their_indexes() {
    tests_of_plans();
}

#[tokio::test]
async fn a_job_that_fails_takes_no_other_with_it() {
    let store = SqliteStore::in_memory().await.unwrap();
    store.create_session(record(5)).await.unwrap();
    let (go, held) = hold(&store).await;
    let mut calls: Vec<Pending<()>> = Vec::new();
    for number in 0..10 {
        let mut call = store.create_session(record(number));
        begin(&mut call).await;
        calls.push(call);
    }
    drop(go);
    held.await.unwrap();
    for (number, call) in calls.into_iter().enumerate() {
        let done = call.await;
        assert_eq!(done.is_ok(), number != 5);
        if let Err(error) = done {
            let text = format!("{error:?}");
            assert!(
                text.contains("creating a session: UNIQUE constraint failed"),
                "{text}"
            );
            assert!(text.contains("(SQLite code 1555)"), "{text}");
            assert!(!text.contains("00000"), "a handle in {text}");
        }
    }
}

#[tokio::test]
async fn jobs_whose_transaction_was_ended_are_done_again() {
    let store = SqliteStore::in_memory().await.unwrap();
    let (go, held) = hold(&store).await;
    let times = Arc::new(AtomicU32::new(0));
    let mut first: Pending<()> = {
        let times = Arc::clone(&times);
        Box::pin(store.write("counting", move |db, sql| {
            times.fetch_add(1, Ordering::SeqCst);
            rows::insert(db, sql, &record(1))
        }))
    };
    // What a full disk does.
    let mut culprit: Pending<()> =
        Box::pin(store.write("breaking", |db, _| db.execute_batch("ROLLBACK")));
    let mut last = store.create_session(record(2));
    begin(&mut first).await;
    begin(&mut culprit).await;
    begin(&mut last).await;
    drop(go);
    held.await.unwrap();
    first.await.unwrap();
    last.await.unwrap();
    assert!(culprit.await.is_err());
    assert_eq!(times.load(Ordering::SeqCst), 2);
    for number in [1, 2] {
        let found = store.read_session(&record(number).handle).await.unwrap();
        assert!(found.is_some());
    }
}

#[tokio::test]
async fn a_panic_ends_one_call_only() {
    let store = SqliteStore::in_memory().await.unwrap();
    store.create_session(record(1)).await.unwrap();
    let (go, held) = hold(&store).await;
    let mut before = store.create_session(record(2));
    let handle = record(1).handle;
    let mut panics = store.update_session(&handle, Box::new(|_| panic!("a bug in a hook")));
    let mut after = store.create_session(record(3));
    begin(&mut before).await;
    begin(&mut panics).await;
    begin(&mut after).await;
    drop(go);
    held.await.unwrap();
    before.await.unwrap();
    after.await.unwrap();
    let text = format!("{:?}", panics.await.unwrap_err());
    assert!(text.contains("updating a session: the closure"), "{text}");
    assert!(store.read_session(&handle).await.unwrap() == Some(record(1)));
}

#[tokio::test]
async fn a_failed_commit_is_an_error_for_all_and_the_writer_goes_on() {
    let store = SqliteStore::in_memory().await.unwrap();
    let (go, held) = hold(&store).await;
    let mut before = store.create_session(record(1));
    // A deferred foreign key is looked at by COMMIT.
    let mut culprit: Pending<()> = Box::pin(store.write("breaking", |db, _| {
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
        db.execute_batch(
            "CREATE TABLE parent (id INTEGER PRIMARY KEY);
             CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
             INSERT INTO child VALUES (1);",
        )
    }));
    begin(&mut before).await;
    begin(&mut culprit).await;
    drop(go);
    assert!(held.await.is_err());
    assert!(culprit.await.is_err());
    let text = format!("{:?}", before.await.unwrap_err());
    assert!(text.contains("FOREIGN KEY constraint failed"), "{text}");
    let found = store.read_session(&record(1).handle).await.unwrap();
    assert!(found.is_none());
    store.create_session(record(1)).await.unwrap();
}

#[tokio::test]
async fn what_was_accepted_is_done_after_the_store_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let (go, held) = hold(&store).await;
    for number in 0..50 {
        let mut call = store.create_session(record(number));
        begin(&mut call).await;
        // Here the caller goes away.
    }
    drop(held);
    drop(store);
    drop(go);
    wait_until_closed(&path).await;
    let store = SqliteStore::open(&path).await.unwrap();
    for number in 0..50 {
        let found = store.read_session(&record(number).handle).await.unwrap();
        assert!(
            found.is_some(),
            "session {number} was accepted and is not there"
        );
    }
}

/// The last connection to close removes the log.
async fn wait_until_closed(path: &Path) {
    let log = path.with_extension("db-wal");
    for _ in 0..60_000 {
        if !log.exists() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("the store does not close");
}

#[tokio::test]
async fn a_full_queue_holds_callers_back_and_loses_nothing() {
    let store = SqliteStore::in_memory().await.unwrap();
    let (go, held) = hold(&store).await;
    let mut calls = Vec::new();
    for number in 0..2_500 {
        let mut call = store.create_session(record(number));
        begin(&mut call).await;
        calls.push(call);
    }
    drop(go);
    held.await.unwrap();
    for call in calls {
        call.await.unwrap();
    }
}

/// A refresh of a session with much data must not copy the data.
#[tokio::test]
async fn an_update_does_not_write_session_data_that_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let big = SessionRecord {
        session_data: format!(r#"{{"text":"{}"}}"#, "x".repeat(1_000_000)),
        ..record(1)
    };
    store.create_session(big).await.unwrap();
    let log = path.with_extension("db-wal");
    let before = fs::metadata(&log).unwrap().len();
    let handle = record(1).handle;
    for _ in 0..5 {
        let refresh = |old: &SessionRecord| {
            let mut new = old.clone();
            new.generation += 1;
            new.refresh_hash = [9; 32];
            new.idle_expires_at = UnixMillis(new.idle_expires_at.0 + 1);
            Change::Replace(Box::new(new))
        };
        store
            .update_session(&handle, Box::new(refresh))
            .await
            .unwrap();
    }
    let written = fs::metadata(&log).unwrap().len() - before;
    assert!(written < 500_000, "{written} bytes for five updates");
}
