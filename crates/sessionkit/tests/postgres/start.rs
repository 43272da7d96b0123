//! Connecting, and making the tables: who may, what for, and what is said if not.

use crate::{everything, handle, open, record};
use sessionkit::{PostgresStore, SessionError, SessionStore};
use sessionkit_testkit::{PrivatePostgres, shared_postgres};
use std::net::TcpListener;
use std::time::Duration;

async fn refusal(url: &str) -> SessionError {
    match PostgresStore::connect(url).await {
        Ok(_) => panic!("that should not have worked"),
        Err(error) => error,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_servers_may_start_at_once() {
    let Some(server) = shared_postgres() else {
        return;
    };
    for _ in 0..5 {
        eight_start(&server.create_database(), server).await;
    }
}

async fn eight_start(url: &str, server: &PrivatePostgres) {
    let starting: Vec<_> = (0..8)
        .map(|_| {
            let url = url.to_owned();
            tokio::spawn(async move { open(&url).await })
        })
        .collect();
    let mut stores = Vec::new();
    for store in starting {
        stores.push(store.await.unwrap());
    }
    stores[0].create_session(record(1)).await.unwrap();
    assert!(stores[7].read_session(&handle(1)).await.unwrap().is_some());
    assert_eq!(server.sql(url, "SELECT * FROM schema_version"), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_prefixes_are_two_stores() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let url = server.create_database();
    let one = PostgresStore::options(&url)
        .table_prefix("auth_")
        .connect()
        .await
        .unwrap();
    let other = open(&url).await;
    one.create_session(record(1)).await.unwrap();
    assert!(other.read_session(&handle(1)).await.unwrap().is_none());
    assert_eq!(
        server.sql(&url, "SELECT count(*) FROM auth_session_info"),
        "1"
    );
}

#[tokio::test]
async fn a_prefix_is_a_name_and_not_sql() {
    let options = PostgresStore::options("postgres://nobody@127.0.0.1:1/none");
    let refused = options.table_prefix("x; DROP TABLE y; --").connect().await;
    assert!(everything(&refused.unwrap_err()).contains("table prefix"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_may_be_chosen_in_the_address() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let url = server.create_database();
    server.sql(&url, "CREATE SCHEMA auth");
    let store = open(&format!("{url}?options[search_path]=auth")).await;
    store.create_session(record(1)).await.unwrap();
    assert_eq!(
        server.sql(&url, "SELECT count(*) FROM auth.session_info"),
        "1"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_makes_no_tables_will_do_where_they_are() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let url = server.create_database();
    let database = url.rsplit('/').next().unwrap();
    server.sql(
        &url,
        "CREATE ROLE humble LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    );
    let humble = server.url_of("humble", database);
    let text = everything(&refusal(&humble).await);
    for part in [
        "permission denied",
        "42501",
        "humble",
        database,
        "connect once as a role",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    drop(open(&url).await);
    server.sql(
        &url,
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO humble",
    );
    let store = open(&humble).await;
    store.create_session(record(1)).await.unwrap();
    assert!(
        store
            .update_signing_keys(Box::new(|_| Some(vec![])))
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_others_and_of_the_future_are_left_alone() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let url = server.create_database();
    server.sql(&url, "CREATE TABLE session_info (id int)");
    let text = everything(&refusal(&url).await);
    assert!(
        text.contains("already exists") && text.contains("choose a table prefix"),
        "{text}"
    );
    assert_eq!(
        server.sql(&url, "SELECT to_regclass('schema_version') IS NULL"),
        "t"
    );

    let url = server.create_database();
    drop(open(&url).await);
    server.sql(&url, "INSERT INTO schema_version VALUES (99)");
    let text = everything(&refusal(&url).await);
    assert!(text.contains("version 99"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_an_address_is_said_without_the_password() {
    let Some(server) = shared_postgres() else {
        return;
    };
    server.sql(
        "postgres",
        "CREATE ROLE with_password LOGIN PASSWORD 'right-one'",
    );
    let port = server.port();
    let free = TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let cases = [
        (server.url_of("with_password:hunter2", "postgres"), "28P01"),
        (server.url_of("postgres:hunter2", "nowhere"), "`nowhere`"),
        (
            format!("postgres://app:hunter2@127.0.0.1:{free}/app"),
            "connection refused",
        ),
        (
            format!("postgres://app:hunter2@host.invalid:{port}/app"),
            "host.invalid",
        ),
        (
            format!("mysql://app:hunter2@127.0.0.1:{port}/app"),
            "postgres://",
        ),
        (
            format!("postgres://app:1/hunter2@127.0.0.1:{port}/app"),
            "%2F",
        ),
        (
            format!("postgres://app:hunter2@127.0.0.1:{port}/app?sslmode=maybe"),
            "maybe",
        ),
        (
            format!("postgres://app:hunter2@127.0.0.1:{port}/app?sslmode=require"),
            "TLS",
        ),
        (
            "postgres://app:hunter2@127.0.0.1:port/app".to_owned(),
            "port",
        ),
    ];
    for (url, says) in cases {
        let options = PostgresStore::options(&url).acquire_timeout(Duration::from_secs(60));
        assert!(!format!("{options:?}").contains("hunter2"));
        let text = everything(&options.connect().await.unwrap_err());
        assert!(text.contains(says), "{says} is not in {text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    let right = server.url_of("with_password:right-one", "postgres");
    let text = everything(&refusal(&right).await);
    assert!(text.contains("42501"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_of_the_programs_own_may_be_shared() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let url = server.create_database();
    let pool = sqlx::PgPool::connect(&url).await.unwrap();
    let store = PostgresStore::from_pool(pool.clone(), "mine_")
        .await
        .unwrap();
    store.create_session(record(1)).await.unwrap();
    let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM mine_session_info");
    assert_eq!(count.fetch_one(&pool).await.unwrap(), 1);
    for _ in 0..30 {
        assert!(
            store
                .update_session(&handle(1), crate::count_up())
                .await
                .unwrap()
        );
    }
    pool.close().await;
    let error = store.read_session(&handle(1)).await.unwrap_err();
    assert!(everything(&error).contains("closed"));
}
