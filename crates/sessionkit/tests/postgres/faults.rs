//! A database that stops, dies, freezes, refuses or is full: every call ends, with an error that
//! may be logged, and afterwards everything works again.

use crate::{count_up, everything, handle, open, record};
use sessionkit::{Change, PostgresStore, SessionStore, StoreError, UnixMillis};
use sessionkit_testkit::{installed, private_postgres, shared_postgres};
use std::sync::Arc;
use std::time::Duration;

/// One call of each method; all have to end.
async fn call_everything(store: &PostgresStore) -> Vec<Result<(), StoreError>> {
    let now = UnixMillis(0);
    vec![
        store.create_session(record(100)).await,
        store.read_session(&handle(1)).await.map(drop),
        store.update_session(&handle(1), count_up()).await.map(drop),
        store.delete_sessions(&[handle(50)], now).await.map(drop),
        store
            .delete_sessions_of_user("bob", now, now, 10)
            .await
            .map(drop),
        store
            .list_sessions_of_user("alice", now, None, 10)
            .await
            .map(drop),
        store.delete_expired_sessions(now, 10).await.map(drop),
        store.read_signing_keys().await.map(drop),
        store
            .update_signing_keys(Box::new(|_| Some(vec![])))
            .await
            .map(drop),
    ]
}

/// Uses several connections at once, so that there are several to go bad.
async fn use_connections(store: &Arc<PostgresStore>) {
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let store = Arc::clone(store);
            tokio::spawn(async move { store.update_session(&handle(1), count_up()).await })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_goes_unnoticed_by_the_calls_after_it() {
    let Some(server) = private_postgres() else {
        return;
    };
    let store = Arc::new(open(&server.url()).await);
    store.create_session(record(1)).await.unwrap();
    for kill in [false, true] {
        use_connections(&store).await;
        if kill {
            server.kill_hard();
        } else {
            server.stop();
        }
        for outcome in call_everything(&store).await {
            let text = everything(&outcome.unwrap_err());
            assert!(text.contains("connection refused"), "{text}");
        }
        server.start_again();
        store
            .delete_sessions(&[handle(100)], UnixMillis(0))
            .await
            .unwrap();
        for outcome in call_everything(&store).await {
            outcome.unwrap();
        }
        store
            .delete_sessions(&[handle(100)], UnixMillis(0))
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_died_unused_are_replaced_for_every_call() {
    let Some(server) = private_postgres() else {
        return;
    };
    let store = Arc::new(open(&server.url()).await);
    store.create_session(record(1)).await.unwrap();
    // Each round begins with connections that are all dead, and another call comes first.
    for round in 0..9 {
        use_connections(&store).await;
        server.stop();
        server.start_again();
        let now = UnixMillis(0);
        match round {
            0 => store.create_session(record(100)).await.unwrap(),
            1 => assert!(store.read_session(&handle(1)).await.unwrap().is_some()),
            2 => assert!(store.update_session(&handle(1), count_up()).await.unwrap()),
            3 => assert_eq!(store.delete_sessions(&[handle(100)], now).await.unwrap(), 1),
            4 => drop(
                store
                    .delete_sessions_of_user("bob", now, now, 9)
                    .await
                    .unwrap(),
            ),
            5 => assert_eq!(
                store
                    .list_sessions_of_user("alice", now, None, 9)
                    .await
                    .unwrap()
                    .len(),
                1
            ),
            6 => assert_eq!(store.delete_expired_sessions(now, 9).await.unwrap(), 0),
            7 => drop(store.read_signing_keys().await.unwrap()),
            _ => drop(
                store
                    .update_signing_keys(Box::new(|_| Some(vec![])))
                    .await
                    .unwrap(),
            ),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_promised_survives_a_crash_in_the_middle_of_traffic() {
    let Some(found) = installed() else { return };
    let server = found.server().fsync(true).start();
    let store = Arc::new(open(&server.url()).await);
    for number in 0..8 {
        store.create_session(record(number)).await.unwrap();
    }
    let traffic: Vec<_> = (0..8)
        .map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let mut promised = 0i64;
                while store
                    .update_session(&handle(number), count_up())
                    .await
                    .is_ok()
                {
                    promised += 1;
                }
                promised
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    tokio::task::block_in_place(|| server.kill_hard());
    let mut promises = Vec::new();
    for task in traffic {
        promises.push(task.await.unwrap());
    }
    server.start_again();
    for (number, promised) in (0..).zip(promises) {
        let row = store.read_session(&handle(number)).await.unwrap().unwrap();
        // The last one got no answer, and may have been carried out or not, but not twice.
        let unknown = row.generation - promised;
        assert!(
            (0..=1).contains(&unknown),
            "{promised} promised, {} there",
            row.generation
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_server_is_an_error_and_not_a_wait_for_ever() {
    let Some(server) = private_postgres() else {
        return;
    };
    let url = server.url();
    let options = PostgresStore::options(&url)
        .call_timeout(Duration::from_millis(300))
        .acquire_timeout(Duration::from_millis(300))
        .max_connections(3);
    let store = Arc::new(options.connect().await.unwrap());
    store.create_session(record(1)).await.unwrap();
    use_connections(&store).await;
    server.freeze();
    for outcome in call_everything(&store).await {
        let text = everything(&outcome.unwrap_err());
        assert!(text.contains("no answer within"), "{text}");
    }
    let late = PostgresStore::options(&url).acquire_timeout(Duration::from_millis(300));
    let text = everything(&late.connect().await.unwrap_err());
    assert!(text.contains("no answer within"), "{text}");
    server.thaw();
    // Statements that were on their way may still be carried out now; none holds a lock for ever.
    let mut tries = 0;
    while !store
        .update_session(&handle(1), count_up())
        .await
        .is_ok_and(|there| there)
    {
        tries += 1;
        assert!(tries < 100, "it does not recover");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_goes_away_leaves_nothing_half_done() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let url = server.create_database();
    for pool in [false, true] {
        let store = if pool {
            let pool = sqlx::postgres::PgPoolOptions::new().max_connections(2);
            let pool = pool.connect(&url).await.unwrap();
            PostgresStore::from_pool(pool, "shared_").await.unwrap()
        } else {
            PostgresStore::options(&url)
                .max_connections(2)
                .connect()
                .await
                .unwrap()
        };
        let store = Arc::new(store);
        store.create_session(record(1)).await.unwrap();
        for round in 0..60u64 {
            let store = Arc::clone(&store);
            let call = tokio::spawn(async move {
                let keys = |keys: &[_]| Some(keys.to_vec());
                store.update_signing_keys(Box::new(keys)).await.map(drop)
            });
            tokio::time::sleep(Duration::from_micros(round * 37)).await;
            call.abort();
            let _ = call.await;
        }
        use_connections(&store).await;
        store
            .update_signing_keys(Box::new(|_| Some(vec![])))
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_a_decision_leaves_the_row_free() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let store = Arc::new(open(&server.create_database()).await);
    store.create_session(record(1)).await.unwrap();
    let same = Arc::clone(&store);
    let call = tokio::spawn(async move {
        same.update_session(&handle(1), Box::new(|_| panic!("on purpose")))
            .await
    });
    assert!(call.await.unwrap_err().is_panic());
    assert!(
        store
            .update_session(&handle(1), Box::new(|_| Change::Keep))
            .await
            .unwrap()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_held_by_somebody_else_is_an_error_after_a_while() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let url = server.create_database();
    let options = PostgresStore::options(&url).call_timeout(Duration::from_millis(300));
    let store = options.connect().await.unwrap();
    store.create_session(record(1)).await.unwrap();
    let mut other = <sqlx::PgConnection as sqlx::Connection>::connect(&url)
        .await
        .unwrap();
    let lock = "BEGIN; SELECT 1 FROM session_info FOR UPDATE";
    sqlx::Executor::execute(&mut other, sqlx::raw_sql(lock))
        .await
        .unwrap();
    let refused = store.update_session(&handle(1), count_up()).await;
    assert!(everything(&refused.unwrap_err()).contains("no answer within"));
    drop(other);
    let mut tries = 0;
    while store.update_session(&handle(1), count_up()).await.is_err() {
        tries += 1;
        assert!(tries < 100, "it does not recover");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_only_reads_goes_on_reading() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let url = server.create_database();
    open(&url).await.create_session(record(1)).await.unwrap();
    let name = url.rsplit('/').next().unwrap();
    let read_only = |on: &str| {
        let set = format!("ALTER DATABASE {name} SET default_transaction_read_only = {on}");
        server.sql("postgres", &set);
    };
    read_only("on");
    let store = open(&url).await;
    assert!(store.read_session(&handle(1)).await.unwrap().is_some());
    assert!(
        store
            .update_session(&handle(1), Box::new(|_| Change::Keep))
            .await
            .unwrap()
    );
    let refused = [
        store.update_session(&handle(1), count_up()).await.map(drop),
        store.create_session(record(2)).await,
        store
            .delete_sessions(&[handle(1)], UnixMillis(0))
            .await
            .map(drop),
    ];
    for outcome in refused {
        let text = everything(&outcome.unwrap_err());
        assert!(text.contains("25006"), "{text}");
    }
    read_only("off");
    // As after a failover: no connection to the old state is used again.
    assert!(store.update_session(&handle(1), count_up()).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_does_not_repeat_what_is_in_the_row() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let url = server.create_database();
    let store = open(&url).await;
    let mut row = record(123_456);
    row.user_id = "secret-user".to_owned();
    row.session_data = "{\"secret\":1}".to_owned();
    store.create_session(row.clone()).await.unwrap();
    let twice = store.create_session(row.clone()).await.unwrap_err();
    server.sql(
        &url,
        "ALTER TABLE session_info ADD CHECK (user_id <> 'secret-user') NOT VALID",
    );
    row.handle = handle(654_321);
    let checked = store.create_session(row.clone()).await.unwrap_err();
    server.sql(
        &url,
        "ALTER TABLE session_info ALTER refresh_hash TYPE text USING 'secret-hash'",
    );
    let unreadable = store.read_session(&handle(123_456)).await.unwrap_err();
    for (error, code) in [(twice, "23505"), (checked, "23514"), (unreadable, "column")] {
        let text = everything(&error);
        assert!(text.contains(code), "{text}");
        for value in ["secret", "123456", "654321", "\\x07", "0707"] {
            assert!(!text.contains(value), "{value} is in {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_character_that_the_database_cannot_store_harms_nobody_else() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let store = open(&server.create_database()).await;
    let mut row = record(1);
    row.user_id = "a\0b".to_owned();
    let text = everything(&store.create_session(row).await.unwrap_err());
    assert!(text.contains("22021"), "{text}");
    store.create_session(record(1)).await.unwrap();
}
