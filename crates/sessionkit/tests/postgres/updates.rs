//! Updates of rows and keys: from many at once, and what they write.

use crate::{count_up, handle, open, record};
use sessionkit::{BATCH, Change, PostgresStore, SessionStore, SigningKeyRecord, UnixMillis};
use sessionkit_testkit::shared_postgres;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

#[tokio::test(flavor = "multi_thread")]
async fn a_row_comes_back_as_it_was() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let store = open(&server.create_database()).await;
    let mut row = record(1);
    row.user_id = "'; DROP TABLE session_info; -- \u{1f642} e\u{301}\u{e9} %".to_owned();
    row.generation = i64::MAX;
    row.data_version = i64::MIN;
    row.previous_refresh_hash = Some([0; 32]);
    row.rotation_nonce = Some([255; 32]);
    row.rotated_at = Some(UnixMillis(-1));
    row.confirmed_at = Some(UnixMillis(i64::MAX));
    row.access_token_payload = r#"{"b" :1, "a":"\u0000","b":2}"#.to_owned();
    row.session_data = format!("{{\"x\":\"{}\"}}", "y".repeat(1 << 20));
    store.create_session(row.clone()).await.unwrap();
    assert!(store.read_session(&row.handle).await.unwrap() == Some(row));
    assert!(store.read_session(&handle(2)).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_one_of_a_hundred_updates_counts() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let url = server.create_database();
    // Two servers, and more tasks than connections.
    let stores = [Arc::new(open(&url).await), Arc::new(open(&url).await)];
    stores[0].create_session(record(1)).await.unwrap();
    let tasks: Vec<_> = (0..100)
        .map(|task| {
            let store = Arc::clone(&stores[task % 2]);
            tokio::spawn(async move { store.update_session(&handle(1), count_up()).await })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap().unwrap());
    }
    let row = stores[0].read_session(&handle(1)).await.unwrap().unwrap();
    assert_eq!(row.generation, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_is_decided_on_the_row_that_it_replaces() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let url = server.create_database();
    let store = open(&url).await;
    store.create_session(record(1)).await.unwrap();
    // Somebody changes only the payload between reading and writing, twice; the third time we
    // hold the row.
    let meddler = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&meddler);
    let database = url.clone();
    let meddled = handle(1);
    let updated = store.update_session(
        &meddled,
        Box::new(move |row| {
            let turn = count.fetch_add(1, Ordering::SeqCst);
            if turn < 2 {
                let payload = format!("{{\"turn\":{turn}}}");
                let sql = format!("UPDATE session_info SET access_token_payload = '{payload}'");
                server.sql(&database, &sql);
            }
            let mut row = row.clone();
            row.generation += 1;
            Change::Replace(Box::new(row))
        }),
    );
    assert!(updated.await.unwrap());
    let row = store.read_session(&handle(1)).await.unwrap().unwrap();
    assert_eq!(row.access_token_payload, "{\"turn\":1}");
    assert_eq!(row.generation, 1);
    assert_eq!(meddler.load(Ordering::SeqCst), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_kept_is_not_written_and_neither_is_data_that_did_not_change() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let url = server.create_database();
    let store = open(&url).await;
    let mut row = record(1);
    // Random enough not to be compressed into the row.
    row.session_data = (0..20_000u32)
        .map(|n| char::from(b' ' + (n * n % 91) as u8))
        .collect();
    store.create_session(row.clone()).await.unwrap();
    let version = || server.sql(&url, "SELECT xmin FROM session_info");
    let before = version();
    assert!(
        store
            .update_session(&handle(1), Box::new(|_| Change::Keep))
            .await
            .unwrap()
    );
    assert_eq!(version(), before);
    let table = "SELECT reltoastrelid::regclass FROM pg_class WHERE relname = 'session_info'";
    let table = server.sql(&url, table);
    let pieces = || {
        server.sql(
            &url,
            &format!("SELECT max(xmin::text::bigint) FROM {table}"),
        )
    };
    let before = pieces();
    assert!(store.update_session(&handle(1), count_up()).await.unwrap());
    assert_eq!(pieces(), before);
    assert_eq!(
        store
            .read_session(&handle(1))
            .await
            .unwrap()
            .unwrap()
            .session_data,
        row.session_data
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_row_is_gone_and_no_other() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let store = open(&server.create_database()).await;
    for number in 1..=3 {
        store.create_session(record(number)).await.unwrap();
    }
    assert!(
        store
            .update_session(&handle(1), Box::new(|_| Change::Delete))
            .await
            .unwrap()
    );
    assert!(!store.update_session(&handle(1), count_up()).await.unwrap());
    let listed = [handle(3), handle(3), handle(1), handle(77)];
    assert_eq!(
        store
            .delete_sessions(&listed, UnixMillis(4_999))
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        store
            .delete_sessions(&[handle(2)], UnixMillis(5_000))
            .await
            .unwrap(),
        0
    );
    assert!(store.read_session(&handle(2)).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_revoke_the_same_sessions_do_not_lock_each_other_out() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let store = Arc::new(open(&server.create_database()).await);
    for number in 0..300 {
        store.create_session(record(number)).await.unwrap();
    }
    let mut tasks = Vec::new();
    for task in 0..12u32 {
        let store = Arc::clone(&store);
        tasks.push(tokio::spawn(async move {
            let mut handles: Vec<_> = (0..300).map(handle).collect();
            handles.rotate_left(task as usize * 25);
            match task % 4 {
                0 => store
                    .delete_sessions(&handles, UnixMillis(0))
                    .await
                    .unwrap(),
                1 => store
                    .delete_expired_sessions(UnixMillis(6_000), 100)
                    .await
                    .unwrap(),
                2 => u64::from(store.update_session(&handles[0], count_up()).await.unwrap()),
                _ => {
                    let (all, now) = (UnixMillis(i64::MAX), UnixMillis(0));
                    let batch = store.delete_sessions_of_user("alice", all, now, 70).await;
                    batch.unwrap().live.len() as u64
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_go_by_bytes_whatever_the_language_of_the_database() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let database = server.create_database();
    let icu = "CREATE DATABASE english TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'";
    // PostgreSQL 14 has no such option; then the language is the server's.
    let newer = server
        .sql(&database, "SHOW server_version_num")
        .parse::<u32>()
        .unwrap()
        >= 150_000;
    let url = if newer {
        server.sql(&database, icu);
        server.url_of("postgres", "english")
    } else {
        database
    };
    let store = open(&url).await;
    let mut handles: Vec<_> = ["a", "B", "_", "-", "A", "b", "9"]
        .map(|first| format!("{first}{:021}", 0).parse().unwrap())
        .to_vec();
    for handle in &handles {
        let mut row = record(0);
        row.handle = sessionkit::SessionHandle::clone(handle);
        store.create_session(row).await.unwrap();
    }
    handles.sort();
    let mut listed = Vec::new();
    loop {
        let now = UnixMillis(0);
        let page = store
            .list_sessions_of_user("alice", now, listed.last(), 2)
            .await
            .unwrap();
        if page.is_empty() {
            break;
        }
        listed.extend(page);
    }
    assert!(listed == handles);
    assert!(
        store
            .list_sessions_of_user("ALICE", UnixMillis(0), None, 2)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_with_more_sessions_than_fit_one_call() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let url = server.create_database();
    let store = open(&url).await;
    fill(&url, server);
    let (all, now) = (UnixMillis(i64::MAX), UnixMillis(0));
    let mut deleted = 0;
    loop {
        let batch = store
            .delete_sessions_of_user("alice", all, now, BATCH)
            .await
            .unwrap();
        deleted += batch.live.len();
        if !batch.more {
            break;
        }
    }
    assert_eq!(deleted, 20_000);
    assert_eq!(server.sql(&url, "SELECT count(*) FROM session_info"), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_indexes_are_used() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let url = server.create_database();
    drop(open(&url).await);
    fill(&url, server);
    // A user among many: else any index will do.
    server.sql(
        &url,
        "UPDATE session_info SET user_id = 'bob' WHERE created_at % 100 > 0",
    );
    let plan = |sql: &str| server.sql(&url, &format!("ANALYZE session_info; EXPLAIN {sql}"));
    let list = "SELECT session_handle FROM session_info WHERE user_id = 'alice' AND \
                session_handle > '0' ORDER BY session_handle LIMIT 1000";
    assert!(plan(list).contains("session_info_user"), "{}", plan(list));
    let expired = "SELECT session_handle FROM session_info WHERE \
                   LEAST(idle_expires_at, absolute_expires_at) <= 7 \
                   ORDER BY LEAST(idle_expires_at, absolute_expires_at) LIMIT 100 \
                   FOR UPDATE SKIP LOCKED";
    assert!(
        plan(expired).contains("session_info_end"),
        "{}",
        plan(expired)
    );
}

/// Adds 20,000 sessions of one user, much faster than by the store.
fn fill(url: &str, server: &sessionkit_testkit::PrivatePostgres) {
    server.sql(
        url,
        "INSERT INTO session_info SELECT lpad(n::text, 22, '0'), 'alice', 0, '', NULL, NULL, NULL, \
         NULL, '{}', '{}', 0, n, n, 5000, 9000 FROM generate_series(1, 20000) AS n",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_want_to_make_the_first_key_one_does() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let url = server.create_database();
    let stores = [Arc::new(open(&url).await), Arc::new(open(&url).await)];
    let tasks: Vec<_> = (0..50)
        .map(|task| {
            let store: Arc<PostgresStore> = Arc::clone(&stores[task % 2]);
            tokio::spawn(async move {
                let decide = move |keys: &[SigningKeyRecord]| {
                    keys.is_empty().then(|| vec![key(&format!("k{task}"), 1)])
                };
                store.update_signing_keys(Box::new(decide)).await
            })
        })
        .collect();
    let first = stores[0]
        .update_signing_keys(Box::new(|_| None))
        .await
        .unwrap();
    for task in tasks {
        let keys = task.await.unwrap().unwrap();
        assert_eq!(keys.len(), 1);
        assert!(first.is_empty() || keys == first);
    }
    assert_eq!(stores[1].read_signing_keys().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_replaced_as_a_list_and_come_in_order() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let store = open(&server.create_database()).await;
    let lists = [
        vec![key("b", 2), key("a", 2), key("c", 1)],
        vec![
            key("d", 0),
            SigningKeyRecord {
                sealed: true,
                ..key("a", 2)
            },
        ],
        vec![],
    ];
    for list in lists {
        let new = list.clone();
        let given = store
            .update_signing_keys(Box::new(move |_| Some(new.clone())))
            .await
            .unwrap();
        let mut sorted = list;
        sorted.sort_by(|left, right| {
            (left.created_at, &left.kid).cmp(&(right.created_at, &right.kid))
        });
        assert!(given == sorted);
        assert!(store.read_signing_keys().await.unwrap() == sorted);
    }
}

fn key(kid: &str, created_at: i64) -> SigningKeyRecord {
    SigningKeyRecord {
        kid: kid.to_owned(),
        algorithm: "EdDSA".to_owned(),
        key: vec![1, 2, 3],
        sealed: false,
        created_at: UnixMillis(created_at),
        sign_until: UnixMillis(10),
        verify_until: UnixMillis(20),
    }
}
