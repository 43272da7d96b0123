//! Databases that really fail: locked, read-only, full, replaced; stopped, frozen and back. Each
//! time a signed-in user's requests go on, everything else says so, and nobody is signed out.

use crate::faults::assert_unavailable;
use crate::stores::{builder, clock};
use serde_json::{Value, json};
use sessionkit::{
    PostgresStore, Session, SessionError, SessionStore, Sessions, SqliteStore, VerifySession,
};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// One signed-in user, and what has to work for her in an outage and after it.
struct Alice {
    sessions: Sessions,
    session: Session,
    refresh_token: String,
}

impl Alice {
    async fn signs_in(store: Arc<dyn SessionStore>) -> Self {
        let sessions = builder(store, &clock()).build().await.unwrap();
        let session = sessions
            .create_new_session("alice")
            .session_data(json!({ "basket": ["tea"] }))
            .await
            .unwrap();
        let refresh_token = session.refresh_token().expect("it is new").to_owned();
        Self {
            sessions,
            session,
            refresh_token,
        }
    }

    /// The server is restarted, and she comes back with her cookies.
    async fn comes_back(self, store: impl AsyncFnOnce() -> Arc<dyn SessionStore>) -> Self {
        let access_token = self.session.access_token().to_owned();
        let refresh_token = self.refresh_token;
        drop((self.sessions, self.session));
        let builder = builder(store().await, &clock());
        let sessions = builder.build().await.unwrap();
        let request = VerifySession::new(access_token);
        let session = sessions.get_session(request).await.unwrap();
        Self {
            sessions,
            session,
            refresh_token,
        }
    }

    async fn verify(&self, check_database: bool) -> Result<Session, SessionError> {
        let request = VerifySession::new(self.session.access_token());
        let request = request.check_database(check_database);
        self.sessions.get_session(request).await
    }

    async fn refresh(&self) -> Result<Session, SessionError> {
        self.sessions.refresh_session(&*self.refresh_token).await
    }

    async fn assert_only_reading_works(&self) {
        assert!(self.verify(false).await.is_ok());
        assert!(self.verify(true).await.is_ok());
        self.assert_no_writing().await;
    }

    async fn assert_only_verifying_works(&self) {
        assert!(self.verify(false).await.is_ok());
        assert_unavailable(self.verify(true).await);
        self.assert_no_writing().await;
    }

    async fn assert_no_writing(&self) {
        assert_unavailable(self.refresh().await);
        assert_unavailable(self.sessions.create_new_session("alice").await);
        assert_unavailable(self.session.update_session_data(json!({})).await);
        assert_unavailable(self.session.revoke().await);
    }

    async fn assert_all_is_well(&self) {
        assert!(self.verify(true).await.is_ok());
        let data: Value = self.session.get_session_data().await.unwrap();
        assert_eq!(data, json!({ "basket": ["tea"] }));
        let all = self.sessions.get_all_session_handles_for_user("alice");
        assert_eq!(all.all().await.unwrap(), [self.session.handle().clone()]);
        // Twice with one token, as a front end does that never saw the first answer.
        let first = self.refresh().await.unwrap();
        let second = self.refresh().await.unwrap();
        assert_eq!(first.refresh_token(), second.refresh_token());
    }
}

async fn open(path: &Path) -> Result<SqliteStore, SessionError> {
    let options = SqliteStore::options(path);
    options.busy_timeout(Duration::from_millis(10)).open().await
}

async fn file() -> (TempDir, Alice) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("app.db")).await.unwrap();
    (folder, Alice::signs_in(Arc::new(store)).await)
}

#[track_caller]
fn assert_says<T>(outcome: Result<T, SessionError>, expected: &[&str]) {
    let Err(error) = outcome else {
        panic!("it worked");
    };
    let said = format!("{error:?}");
    for part in expected {
        assert!(said.contains(part), "{said}");
    }
    assert_unavailable::<T>(Err(error));
}

#[tokio::test]
async fn sqlite_locked_by_another_program() {
    let (folder, alice) = file().await;
    let path = folder.path().join("app.db");
    let other = rusqlite::Connection::open(&path).unwrap();
    for mode in ["IMMEDIATE", "EXCLUSIVE"] {
        other.execute_batch(&format!("BEGIN {mode}")).unwrap();
        alice.assert_only_reading_works().await;
        assert_says(alice.refresh().await, &["database is locked"]);
        assert_says(open(&path).await, &["app.db", "database is locked"]);
        other.execute_batch("ROLLBACK").unwrap();
    }
    alice.assert_all_is_well().await;
}

/// Not by the rights of the file, which do not bind root: what a later format of SQLite has written
/// may be read and not be written, and the file's header says so.
#[tokio::test]
async fn sqlite_read_only() {
    let (folder, alice) = file().await;
    let path = folder.path().join("app.db");
    let set_format = |version: u8| {
        let mut bytes = fs::read(&path).unwrap();
        bytes[18] = version;
        fs::write(&path, bytes).unwrap();
    };
    let alice = alice
        .comes_back(async || {
            // The store's threads close the file a moment after it was dropped.
            while fs::exists(path.with_extension("db-wal")).unwrap() {
                tokio::task::yield_now().await;
            }
            set_format(9);
            assert_says(open(&path).await, &["app.db", "readonly database"]);
            set_format(2);
            let store: Arc<dyn SessionStore> = Arc::new(open(&path).await.unwrap());
            store
        })
        .await;
    alice.assert_all_is_well().await;
}

#[tokio::test]
async fn sqlite_full() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteStore::options(folder.path().join("app.db"));
    let store = options.max_size_bytes(256 * 1024).open().await.unwrap();
    let alice = Alice::signs_in(Arc::new(store)).await;

    let large = json!({ "note": "x".repeat(10_000) });
    let mut stored = 0;
    let refused = loop {
        let creating = alice.sessions.create_new_session("bob");
        match creating.session_data(&large).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
    };
    assert!(stored > 5);
    assert_says::<()>(Err(refused), &["database or disk is full"]);
    assert!(alice.verify(true).await.is_ok());
    let of_bob = || alice.sessions.get_all_session_handles_for_user("bob").all();
    assert_eq!(
        of_bob().await.unwrap().len(),
        stored,
        "no half of one is there"
    );
    let handle = of_bob().await.unwrap().remove(0);
    let data: Value = alice.sessions.get_session_data(&handle).await.unwrap();
    assert_eq!(data, large);
    assert_says(
        alice
            .session
            .update_session_data(json!({ "note": "y".repeat(100_000) }))
            .await,
        &["full"],
    );

    // Signing somebody out makes room.
    let ended = alice.sessions.revoke_all_sessions_for_user("bob").await;
    assert_eq!(ended.unwrap(), stored as u64);
    let creating = alice.sessions.create_new_session("carol");
    assert!(creating.session_data(&large).await.is_ok());
    alice.assert_all_is_well().await;
}

#[tokio::test]
async fn sqlite_file_replaced_and_put_back() {
    let (folder, alice) = file().await;
    let path = folder.path().join("app.db");
    let aside = folder.path().join("aside.db");
    fs::rename(&path, &aside).unwrap();
    alice.assert_only_verifying_works().await;
    assert_says(alice.refresh().await, &["deleted, moved or replaced"]);
    fs::write(&path, b"").unwrap();
    alice.assert_only_verifying_works().await;
    fs::rename(&aside, &path).unwrap();
    alice.assert_all_is_well().await;
}

#[tokio::test]
async fn sqlite_that_cannot_be_opened_says_which() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no").join("app.db");
    assert_says(
        open(&missing).await,
        &["no/app.db", "folder does not exist"],
    );
    assert_says(open(folder.path()).await, &["this is a folder"]);
    let text = folder.path().join("notes.txt");
    fs::write(
        &text,
        "not a database, and long enough to be looked at".repeat(30),
    )
    .unwrap();
    assert_says(open(&text).await, &["notes.txt", "not a database"]);
}

async fn connect(url: &str) -> Result<PostgresStore, SessionError> {
    PostgresStore::options(url)
        .max_connections(3)
        .acquire_timeout(Duration::from_millis(500))
        .call_timeout(Duration::from_millis(500))
        .connect()
        .await
}

/// Until the server is up again for certain, which takes it a moment after it said so.
async fn wait_for(alice: &Alice) {
    while alice.verify(true).await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_stopped_and_started_again() {
    let Some(server) = sessionkit_testkit::private_postgres() else {
        return;
    };
    let url = server.create_database();
    let alice = Alice::signs_in(Arc::new(connect(&url).await.unwrap())).await;
    for _ in 0..2 {
        server.stop();
        alice.assert_only_verifying_works().await;
        let port = server.port().to_string();
        assert_says(connect(&url).await, &["127.0.0.1", &port, "test_0"]);
        server.start_again();
        wait_for(&alice).await;
    }
    alice.assert_all_is_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_killed_and_started_again() {
    let Some(installed) = sessionkit_testkit::installed() else {
        return;
    };
    let server = installed.server().fsync(true).start();
    let url = server.create_database();
    let alice = Alice::signs_in(Arc::new(connect(&url).await.unwrap())).await;
    server.kill_hard();
    alice.assert_only_verifying_works().await;
    server.start_again();
    wait_for(&alice).await;
    alice.assert_all_is_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_frozen_and_thawed() {
    let Some(server) = sessionkit_testkit::private_postgres() else {
        return;
    };
    let url = server.create_database();
    let alice = Alice::signs_in(Arc::new(connect(&url).await.unwrap())).await;
    server.freeze();
    assert!(alice.verify(false).await.is_ok());
    assert_unavailable(alice.verify(true).await);
    assert_unavailable(alice.refresh().await);
    // Who knows what a frozen server does with a statement when it wakes up: a refresh may have
    // taken place. So only what can be repeated is tried.
    server.thaw();
    wait_for(&alice).await;
    alice.assert_all_is_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_that_only_reads() {
    let Some(server) = sessionkit_testkit::shared_postgres() else {
        return;
    };
    let url = server.create_database();
    let name = url.rsplit('/').next().unwrap();
    let alice = Alice::signs_in(Arc::new(connect(&url).await.unwrap())).await;
    let read_only = |word: &str| {
        let set = format!("ALTER DATABASE {name} SET default_transaction_read_only = {word}");
        server.sql("postgres", &set);
        // What is connected keeps the setting that it began with.
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname =";
        server.sql("postgres", &format!("{end} '{name}'"));
    };
    read_only("on");
    wait_for(&alice).await;
    alice.assert_only_reading_works().await;
    assert_says(alice.refresh().await, &["read-only"]);
    read_only("off");
    wait_for(&alice).await;
    alice.assert_all_is_well().await;
}
