//! The SQLite store: what every store has to do, and what can go wrong with a file.

#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at what is not as expected"
)]

use rusqlite::Connection;
use sessionkit::{
    BATCH, Change, SessionError, SessionRecord, SessionStore, SqliteStore, StoreError, Synchronous,
    UnixMillis, conformance,
};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

const NOW: UnixMillis = UnixMillis(50);

fn record(number: u32) -> SessionRecord {
    SessionRecord {
        handle: format!("{number:022}").parse().unwrap(),
        user_id: "alice".into(),
        generation: 0,
        refresh_hash: [7; 32],
        previous_refresh_hash: None,
        rotation_nonce: None,
        rotated_at: None,
        confirmed_at: None,
        access_token_payload: "{}".into(),
        session_data: "{}".into(),
        data_version: 0,
        created_at: UnixMillis(1),
        last_refreshed_at: UnixMillis(1),
        idle_expires_at: UnixMillis(100),
        absolute_expires_at: UnixMillis(200),
    }
}

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    (folder, path)
}

async fn has(store: &SqliteStore, number: u32) -> bool {
    let found = store.read_session(&record(number).handle).await.unwrap();
    found.is_some()
}

async fn count_up(store: &SqliteStore, number: u32) -> Result<bool, StoreError> {
    let decide = |old: &SessionRecord| {
        let mut new = old.clone();
        new.generation += 1;
        Change::Replace(Box::new(new))
    };
    store
        .update_session(&record(number).handle, Box::new(decide))
        .await
}

/// The whole chain of an error, as a log shows it.
fn text(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text = format!("{text}: {error}");
        next = error.source();
    }
    text
}

async fn refusal(path: &Path) -> String {
    let error = SqliteStore::open(path).await.unwrap_err();
    assert!(matches!(error, SessionError::StoreUnavailable { .. }));
    let text = text(&error);
    assert!(text.contains(path.to_str().unwrap()), "no path in: {text}");
    text
}

// ---- what every store has to do --------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_file_does_what_a_store_has_to() {
    let (_folder, path) = place();
    // All on one file: each is opened while the one before may still be closing.
    conformance::check_store(|| async { SqliteStore::open(&path).await.unwrap() })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_readers_does_too() {
    let (_folder, path) = place();
    let open = || async {
        let options = SqliteStore::options(&path).readers(0).table_prefix("auth_");
        options
            .synchronous(Synchronous::Normal)
            .open()
            .await
            .unwrap()
    };
    conformance::check_store(open).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_in_memory_does_too() {
    conformance::check_store(|| async { SqliteStore::in_memory().await.unwrap() })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_may_have_a_hundred_thousand_sessions() {
    let (_folder, path) = place();
    let store = SqliteStore::open(path).await.unwrap();
    conformance::check_many_sessions(store).await.unwrap();
}

// ---- opening ---------------------------------------------------------------------------------------

#[tokio::test]
async fn a_path_that_cannot_be_a_database_is_refused_with_a_reason() {
    let (folder, path) = place();
    let missing = folder.path().join("not there").join("app.db");
    let error = refusal(&missing).await;
    assert!(error.contains("its folder does not exist"), "{error}");

    let error = refusal(folder.path()).await;
    assert!(error.contains("this is a folder"), "{error}");

    fs::write(&path, "These are my notes, and no database. ".repeat(200)).unwrap();
    let error = refusal(&path).await;
    assert!(error.contains("file is not a database"), "{error}");
    assert!(fs::read_to_string(&path).unwrap().starts_with("These are"));

    let error = refusal(Path::new(":memory:")).await;
    assert!(error.contains("SqliteStore::in_memory"), "{error}");
    let error = refusal(Path::new("")).await;
    assert!(error.contains("the path is empty"), "{error}");
}

#[tokio::test]
async fn tables_of_a_newer_version_are_left_alone() {
    let (_folder, path) = place();
    drop(SqliteStore::open(&path).await.unwrap());
    let other = Connection::open(&path).unwrap();
    let newer = "UPDATE schema_version SET version = 99";
    assert_eq!(other.execute(newer, []).unwrap(), 1);
    let error = refusal(&path).await;
    assert!(
        error.contains("version 99, made by a newer version of sessionkit"),
        "{error}"
    );
}

#[tokio::test]
async fn a_table_prefix_that_would_need_quotes_is_refused() {
    let (_folder, path) = place();
    for prefix in ["a b", "1a", "a;", "Ä", "a\"", "UPPER"] {
        let options = SqliteStore::options(&path).table_prefix(prefix);
        let error = options.open().await.unwrap_err();
        assert!(text(&error).contains("table prefix"), "{}", text(&error));
    }
}

#[tokio::test]
async fn stores_with_two_prefixes_share_a_file_and_nothing_else() {
    let (_folder, path) = place();
    let plain = SqliteStore::open(&path).await.unwrap();
    let options = SqliteStore::options(&path).table_prefix("auth_");
    let prefixed = options.open().await.unwrap();
    plain.create_session(record(1)).await.unwrap();
    prefixed.create_session(record(2)).await.unwrap();
    assert!(has(&plain, 1).await && !has(&plain, 2).await);
    assert!(has(&prefixed, 2).await && !has(&prefixed, 1).await);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = place();
    let store = SqliteStore::open(&path).await.unwrap();
    store.create_session(record(1)).await.unwrap();
    let mut files = 0;
    for file in fs::read_dir(folder.path()).unwrap() {
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        files += 1;
    }
    assert_eq!(files, 3, "the database, the log, and the log's index");
}

#[tokio::test]
async fn what_the_program_keeps_in_the_file_does_not_get_in_the_way() {
    let (_folder, path) = place();
    let store = SqliteStore::open(&path).await.unwrap();
    store.create_session(record(1)).await.unwrap();
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch(
            "CREATE TABLE carts (session TEXT REFERENCES session_info (session_handle));
             INSERT INTO carts SELECT session_handle FROM session_info;
             CREATE TRIGGER no_way BEFORE DELETE ON session_info
                 BEGIN SELECT raise(ABORT, 'no'); END;",
        )
        .unwrap();
    let handles = [record(1).handle];
    assert_eq!(store.delete_sessions(&handles, NOW).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_may_open_a_new_file_at_once() {
    let (_folder, path) = place();
    let open = |number| {
        let path = path.clone();
        tokio::spawn(async move {
            let store = SqliteStore::open(path).await.unwrap();
            store.create_session(record(number)).await.unwrap();
            store
        })
    };
    let mut stores = Vec::new();
    for task in (0..8).map(open).collect::<Vec<_>>() {
        stores.push(task.await.unwrap());
    }
    for store in &stores {
        for number in 0..8 {
            assert!(has(store, number).await);
        }
    }
}

// ---- faults ----------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_on_one_file_lose_no_update() {
    let (_folder, path) = place();
    let open = || async { Arc::new(SqliteStore::open(&path).await.unwrap()) };
    let stores = [open().await, open().await];
    stores[0].create_session(record(1)).await.unwrap();
    let count = |number: usize| {
        let store = Arc::clone(&stores[number % 2]);
        tokio::spawn(async move { count_up(&store, 1).await.unwrap() })
    };
    for task in (0..60).map(count).collect::<Vec<_>>() {
        assert!(task.await.unwrap());
    }
    let found = stores[1].read_session(&record(1).handle).await.unwrap();
    assert_eq!(found.unwrap().generation, 60);
}

#[tokio::test]
async fn a_lock_that_is_not_given_back_is_an_error_until_it_is() {
    let (_folder, path) = place();
    let options = SqliteStore::options(&path).busy_timeout(Duration::from_millis(5));
    let store = options.open().await.unwrap();
    store.create_session(record(1)).await.unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = store.create_session(record(2)).await.unwrap_err();
    assert!(
        text(&error).contains("creating a session: database is locked"),
        "{}",
        text(&error)
    );
    assert!(count_up(&store, 1).await.is_err());
    assert!(has(&store, 1).await, "reading does not wait for writing");
    other.execute_batch("COMMIT").unwrap();
    store.create_session(record(2)).await.unwrap();
    assert!(count_up(&store, 1).await.unwrap());
}

#[tokio::test]
async fn a_full_database_can_be_read_and_emptied() {
    let (_folder, path) = place();
    let options = SqliteStore::options(&path).max_size_bytes(300_000);
    let store = options.open().await.unwrap();
    let mut stored = 0;
    let error = loop {
        let mut new = record(stored);
        new.session_data = "x".repeat(5_000);
        match store.create_session(new).await {
            Ok(()) => stored += 1,
            Err(error) => break error,
        }
        assert!(stored < 100, "there is no limit");
    };
    assert!(
        text(&error).contains("database or disk is full"),
        "{}",
        text(&error)
    );
    assert!(!has(&store, stored).await);
    for number in 0..stored {
        assert!(has(&store, number).await, "session {number} is lost");
    }
    assert!(count_up(&store, 0).await.unwrap());
    let batch = store
        .delete_sessions_of_user("alice", NOW, NOW, BATCH)
        .await
        .unwrap();
    assert_eq!(batch.live.len(), stored as usize);
    store.create_session(record(stored)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_full_database_each_call_is_for_itself() {
    let (_folder, path) = place();
    let options = SqliteStore::options(&path).max_size_bytes(300_000);
    let store = Arc::new(options.open().await.unwrap());
    store.create_session(record(0)).await.unwrap();
    let create = |number: u32| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut new = record(number);
            new.session_data = "x".repeat(5_000);
            let created = store.create_session(new).await.is_ok();
            // A refresh needs no room.
            assert!(count_up(&store, 0).await.unwrap());
            created
        })
    };
    let tasks: Vec<_> = (1..=100).map(create).collect();
    for (number, task) in (1..).zip(tasks) {
        assert_eq!(task.await.unwrap(), has(&store, number).await);
    }
    let found = store.read_session(&record(0).handle).await.unwrap();
    assert_eq!(found.unwrap().generation, 100);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_is_gone_or_another_is_an_error_not_a_loss() {
    let (folder, path) = place();
    let store = SqliteStore::open(&path).await.unwrap();
    store.create_session(record(1)).await.unwrap();
    let aside = folder.path().join("aside.db");
    fs::rename(&path, &aside).unwrap();
    let gone = store.create_session(record(2)).await.unwrap_err();
    let reason = "was deleted, moved or replaced while it was open";
    assert!(text(&gone).contains(reason), "{}", text(&gone));
    assert!(store.read_session(&record(1).handle).await.is_err());

    fs::write(&path, "").unwrap();
    assert!(store.create_session(record(2)).await.is_err());

    fs::rename(&aside, &path).unwrap();
    store.create_session(record(2)).await.unwrap();
    assert!(has(&store, 1).await);
}

#[tokio::test]
async fn a_damaged_file_is_an_error() {
    let (_folder, path) = place();
    let store = SqliteStore::open(&path).await.unwrap();
    for number in 0..200 {
        store.create_session(record(number)).await.unwrap();
    }
    drop(store);
    wait_until_closed(&path).await;
    let mut bytes = fs::read(&path).unwrap();
    // The first page tells where the tables are. It stays, so the file opens.
    bytes[4_096..].fill(0xAB);
    fs::write(&path, bytes).unwrap();
    match SqliteStore::open(&path).await {
        Err(error) => assert!(text(&error).contains("malformed"), "{}", text(&error)),
        Ok(store) => {
            let error = store.read_session(&record(1).handle).await.unwrap_err();
            assert!(text(&error).contains("malformed"), "{}", text(&error));
            assert!(store.create_session(record(500)).await.is_err());
        }
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

/// A file that not even root may write; given back when dropped.
#[cfg(target_os = "linux")]
struct Unwritable(PathBuf);

#[cfg(target_os = "linux")]
impl Unwritable {
    fn new(path: &Path) -> Option<Self> {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o400)).unwrap();
        let this = Self(path.to_owned());
        // Opening it would be enough to know, and closing it would drop SQLite's locks.
        let is_root = fs::metadata("/proc/self").is_ok_and(|own| {
            use std::os::unix::fs::MetadataExt;
            own.uid() == 0
        });
        (!is_root || this.chattr("+i")).then_some(this)
    }

    fn chattr(&self, flag: &str) -> bool {
        let mut command = std::process::Command::new("chattr");
        let status = command.arg(flag).arg(&self.0).status();
        status.is_ok_and(|status| status.success())
    }
}

#[cfg(target_os = "linux")]
impl Drop for Unwritable {
    fn drop(&mut self) {
        let _ = self.chattr("-i");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_may_not_be_written_is_refused() {
    let (_folder, path) = place();
    drop(SqliteStore::open(&path).await.unwrap());
    wait_until_closed(&path).await;
    let Some(_unwritable) = Unwritable::new(&path) else {
        println!("skipped: no way to keep root from writing a file");
        return;
    };
    let error = refusal(&path).await;
    assert!(error.contains("readonly database"), "{error}");
}
