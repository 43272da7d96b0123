//! The SQLite store: what every store has to do, and what can go wrong with a file.

use sessionkit::{SessionRecord, SessionStore, SqliteStore, UnixMillis, conformance};

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

#[tokio::test]
async fn what_was_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("app.db"))
        .await
        .unwrap();
    store.create_session(record(1)).await.unwrap();
    let handle = record(1).handle;
    assert!(store.read_session(&handle).await.unwrap() == Some(record(1)));
    let changed = store
        .update_session(
            &handle,
            Box::new(|old| {
                let mut new = old.clone();
                new.generation += 1;
                sessionkit::Change::Replace(Box::new(new))
            }),
        )
        .await
        .unwrap();
    assert!(changed);
    assert_eq!(
        store
            .read_session(&handle)
            .await
            .unwrap()
            .unwrap()
            .generation,
        1
    );
    assert_eq!(
        store
            .list_sessions_of_user("alice", UnixMillis(99), None, 10)
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        store
            .delete_expired_sessions(UnixMillis(100), 10)
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        store
            .update_signing_keys(Box::new(|_| None))
            .await
            .unwrap()
            .len(),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_does_what_a_store_has_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    // All on one file: each is opened while the one before may still be closing.
    conformance::check_store(|| async { SqliteStore::open(&path).await.unwrap() })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_in_memory_does_what_a_store_has_to() {
    conformance::check_store(|| async { SqliteStore::in_memory().await.unwrap() })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_may_have_a_hundred_thousand_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("app.db"))
        .await
        .unwrap();
    conformance::check_many_sessions(store).await.unwrap();
}
