//! Creating and refreshing on SQLite with `synchronous=FULL`, 64 tasks at once, beside one
//! transaction per call and beside tower-sessions' SQLite store at the same setting.

use crate::turns::{medians, rate_of_tasks, row};
use rusqlite::{Connection, TransactionBehavior, params};
use sessionkit::{AppInfo, Rotation, Sessions, SqliteStore};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Mutex;
use tower_sessions_core::{Expiry, Session};
use tower_sessions_sqlx_store::SqliteStore as TowerStore;
use tower_sessions_sqlx_store::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};

const TASKS: usize = 64;
const FOR: Duration = Duration::from_millis(1_500);

pub fn run() {
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    // Beside the program: a file system in memory would have nothing to flush.
    let scratch = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR")).expect("a folder");

    let ours = runtime.block_on(sessions(&scratch.path().join("ours.db")));
    let one = Plain::open(&scratch.path().join("plain.db"));
    let tower = runtime.block_on(tower(&scratch.path().join("tower.db")));

    let create = medians(&mut [
        &mut || ours_create(&runtime, &ours),
        &mut || one.create(),
        &mut || tower_create(&runtime, &tower),
    ]);
    let refresh = medians(&mut [
        &mut || ours_refresh(&runtime, &ours),
        &mut || one.refresh(),
        &mut || tower_cycle(&runtime, &tower),
    ]);
    let (plain, peer) = ("a transaction per call", "tower-sessions");
    row(
        "create, SQLite FULL, 64 tasks",
        create[0],
        plain,
        create[1],
        "4",
    );
    row(
        "create, SQLite FULL, 64 tasks",
        create[0],
        peer,
        create[2],
        "1",
    );
    row(
        "refresh, SQLite FULL, 64 tasks",
        refresh[0],
        plain,
        refresh[1],
        "4",
    );
    row(
        "refresh, SQLite FULL, 64 tasks",
        refresh[0],
        &format!("{peer}, cycle and save"),
        refresh[2],
        "1",
    );
}

pub async fn sessions(path: &Path) -> Sessions {
    Sessions::builder()
        .store(SqliteStore::open(path).await.expect("a store"))
        .app_info(AppInfo::new(
            "https://api.example.com",
            "https://example.com",
        ))
        // In a window, a token that has just been made is not replaced.
        .rotation(Rotation::strict())
        .never_clean_up()
        .build()
        .await
        .expect("sessions")
}

fn ours_create(runtime: &Runtime, sessions: &Sessions) -> f64 {
    let sessions = sessions.clone();
    rate_of_tasks(runtime, TASKS, FOR, move |task| {
        let sessions = sessions.clone();
        async move {
            let session = sessions.create_new_session(format!("user {task}")).await;
            session.expect("created");
        }
    })
}

fn ours_refresh(runtime: &Runtime, sessions: &Sessions) -> f64 {
    crate::postgres::refreshes(runtime, sessions, TASKS, FOR)
}

/// The same statements on one connection, each call a transaction of its own, and nothing else.
struct Plain(std::cell::RefCell<Connection>);

impl Plain {
    fn open(path: &Path) -> Self {
        let db = Connection::open(path).expect("a database");
        db.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE session_info (session_handle TEXT PRIMARY KEY, user_id TEXT, generation INTEGER,
                refresh_hash BLOB, prev_refresh_hash BLOB, rotation_nonce BLOB, rotated_at INTEGER,
                confirmed_at INTEGER, version INTEGER, created_at INTEGER, last_refreshed_at INTEGER,
                idle_expires_at INTEGER, absolute_expires_at INTEGER, access_token_payload TEXT, session_data TEXT);
             CREATE INDEX by_user ON session_info (user_id, session_handle);
             CREATE INDEX by_end ON session_info (min(idle_expires_at, absolute_expires_at));",
        )
        .expect("a schema");
        Self(db.into())
    }

    fn create(&self) -> f64 {
        let db = self.0.borrow();
        let start = Instant::now();
        let mut calls = 0_u32;
        while start.elapsed() < FOR {
            let handle = new_handle();
            db.prepare_cached(
                "INSERT INTO session_info VALUES (?1, 'user', 0, ?2, NULL, NULL, NULL, NULL, 0, ?3, ?3, ?3, ?3, '{}', '{}')",
            )
            .and_then(|mut insert| insert.execute(params![handle, [1_u8; 32], 1_790_000_000_000_i64]))
            .expect("inserted");
            calls += 1;
        }
        f64::from(calls) / start.elapsed().as_secs_f64()
    }

    fn refresh(&self) -> f64 {
        let mut db = self.0.borrow_mut();
        let handle = new_handle();
        db.execute(
            "INSERT INTO session_info VALUES (?1, 'user', 0, x'00', NULL, NULL, NULL, NULL, 0, 1, 1, 1, 1, '{}', '{}')",
            [&handle],
        )
        .expect("inserted");
        let start = Instant::now();
        let mut calls = 0_u32;
        while start.elapsed() < FOR {
            let transaction = db
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .expect("a transaction");
            let generation: i64 = transaction
                .prepare_cached("SELECT * FROM session_info WHERE session_handle = ?1")
                .and_then(|mut select| select.query_row([&handle], |row| row.get("generation")))
                .expect("a row");
            transaction
                .prepare_cached(
                    "UPDATE session_info SET generation = ?2, refresh_hash = ?3, prev_refresh_hash = ?3,
                     rotation_nonce = ?3, rotated_at = ?4, last_refreshed_at = ?4, idle_expires_at = ?4
                     WHERE session_handle = ?1 AND generation = ?5",
                )
                .and_then(|mut update| {
                    let now = 1_790_000_000_000_i64 + generation;
                    update.execute(params![handle, generation + 1, [2_u8; 32], now, generation])
                })
                .expect("updated");
            transaction.commit().expect("committed");
            calls += 1;
        }
        f64::from(calls) / start.elapsed().as_secs_f64()
    }
}

fn new_handle() -> String {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).expect("randomness");
    data_encoding::BASE64URL_NOPAD.encode(&bytes)
}

async fn tower(path: &Path) -> Arc<TowerStore> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(30));
    // One connection is what suits it best: more of them wait for each other's locks.
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(60))
        .connect_with(options)
        .await
        .expect("a pool");
    let store = TowerStore::new(pool);
    store.migrate().await.expect("a schema");
    Arc::new(store)
}

async fn tower_session(store: &Arc<TowerStore>, user: usize) -> Session {
    let session = Session::new(
        None,
        Arc::clone(store) as Arc<_>,
        Some(Expiry::OnSessionEnd),
    );
    session.insert("user", user).await.expect("inserted");
    session.save().await.expect("saved");
    session
}

fn tower_create(runtime: &Runtime, store: &Arc<TowerStore>) -> f64 {
    let store = Arc::clone(store);
    rate_of_tasks(runtime, TASKS, FOR, move |task| {
        let store = Arc::clone(&store);
        async move {
            tower_session(&store, task).await;
        }
    })
}

fn tower_cycle(runtime: &Runtime, store: &Arc<TowerStore>) -> f64 {
    let sessions: Vec<_> = runtime.block_on(async {
        let mut sessions = Vec::new();
        for task in 0..TASKS {
            sessions.push(Mutex::new(tower_session(store, task).await));
        }
        sessions
    });
    let sessions = Arc::new(sessions);
    rate_of_tasks(runtime, TASKS, FOR, move |task| {
        let sessions = Arc::clone(&sessions);
        async move {
            let session = sessions[task].lock().await;
            session.cycle_id().await.expect("cycled");
            session.save().await.expect("saved");
        }
    })
}
