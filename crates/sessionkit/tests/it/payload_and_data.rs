//! Payload and session data: the limit of the cookie, what takes effect when, changes at once, and
//! what a user id may be.

use crate::stores::{Database, builder, clock, on_every_store};
use crate::watched::{Next, Watched, outcome, refresh, token};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sessionkit::{AppInfo, Session, SessionError, Sessions, Signing, VerifySession, days};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use tokio::task::JoinSet;

on_every_store!(
    a_payload_up_to_the_limit_is_stored_and_a_larger_one_is_not,
    a_payload_at_the_limit_lives_through_refreshes_and_a_change_of_algorithm,
    a_payload_on_the_session_takes_effect_at_once,
    a_payload_by_handle_takes_effect_at_the_next_refresh,
    a_refresh_token_that_waits_is_not_lost_by_a_change_of_payload,
    payload_and_data_are_typed,
    what_is_no_object_is_refused,
    a_hundred_changes_at_once_are_a_hundred_changes,
    a_hundred_changes_on_two_servers_are_a_hundred_changes,
    a_change_that_lost_its_answer_is_told_as_an_error,
    an_update_of_an_old_version_is_a_conflict,
    data_of_a_session_that_is_over_is_out_of_reach,
    every_user_id_is_taken_as_it_is,
    user_ids_that_cannot_be_stored_are_refused,
);

const LIMIT: usize = 4_096;

/// A server whose access cookie has a name of so many bytes.
async fn server(database: &Database, name: usize) -> Sessions {
    let builder = database.builder(&clock()).await;
    let prefix = "n".repeat(name - "_access".len());
    builder.cookie_name_prefix(prefix).build().await.unwrap()
}

fn payload(letters: usize) -> Value {
    json!({ "text": "x".repeat(letters) })
}

/// How many bytes the cookie may get with this payload, as the error says it.
async fn greatest_cookie(sessions: &Sessions, letters: usize) -> usize {
    let creating = sessions.create_new_session("alice");
    match creating.access_token_payload(payload(letters)).await {
        Err(SessionError::PayloadTooLarge { limit, actual, .. }) => {
            assert_eq!(limit, LIMIT);
            actual
        }
        other => panic!("{other:?}"),
    }
}

/// A server, and a payload with which the cookie may have exactly this length.
async fn exactly(database: &Database, length: usize) -> (Sessions, usize) {
    const MANY: usize = 6_000;
    // Base64 grows in steps of one and two; names of three lengths fill the gaps.
    for name in [9, 10, 11] {
        let sessions = server(database, name).await;
        let guess = MANY - (greatest_cookie(&sessions, MANY).await - length) * 3 / 4;
        let much = greatest_cookie(&sessions, 5_000).await;
        for letters in guess - 4..guess + 4 {
            // Computed from one that is far too large: three letters are four bytes.
            let mut same_phase = letters;
            let mut expected = 0;
            while same_phase < 5_000 {
                same_phase += 3;
                expected += 4;
            }
            let actual = greatest_cookie(&sessions, same_phase).await;
            assert!(actual >= much);
            if actual - expected == length {
                return (sessions, letters);
            }
        }
    }
    panic!("no name and payload make {length} bytes");
}

async fn rows(database: &Database) -> usize {
    let store = database.store().await;
    let now = crate::stores::NOW;
    let rows = store.list_sessions_of_user("alice", now, None, 1_000).await;
    rows.unwrap().len()
}

fn too_large<T: std::fmt::Debug>(result: Result<T, SessionError>, expected: usize) {
    match result {
        Err(SessionError::PayloadTooLarge { limit, actual, .. }) => {
            assert_eq!((limit, actual), (LIMIT, expected));
        }
        other => panic!("{other:?}"),
    }
}

async fn a_payload_up_to_the_limit_is_stored_and_a_larger_one_is_not(database: Database) {
    for length in [LIMIT - 1, LIMIT] {
        let (sessions, letters) = exactly(&database, length).await;
        let before = rows(&database).await;
        let creating = sessions.create_new_session("alice");
        let mut session = creating
            .access_token_payload(payload(letters))
            .await
            .unwrap();
        assert_eq!(rows(&database).await, before + 1);
        session
            .update_access_token_payload(payload(letters))
            .await
            .unwrap();
        let updating = sessions.update_access_token_payload(session.handle(), payload(letters));
        updating.await.unwrap();
    }

    let (sessions, letters) = exactly(&database, LIMIT + 1).await;
    let before = rows(&database).await;
    let creating = sessions.create_new_session("alice");
    too_large(
        creating.access_token_payload(payload(letters)).await,
        LIMIT + 1,
    );
    assert_eq!(rows(&database).await, before, "nothing was stored");

    let mut session = sessions.create_new_session("alice").await.unwrap();
    let access_token = session.access_token().to_owned();
    let store = database.store().await;
    let row = store.read_session(session.handle()).await.unwrap();
    too_large(
        session.update_access_token_payload(payload(letters)).await,
        LIMIT + 1,
    );
    let updating = sessions.update_access_token_payload(session.handle(), payload(letters));
    too_large(updating.await, LIMIT + 1);
    assert_eq!(session.access_token(), access_token);
    assert!(
        store.read_session(session.handle()).await.unwrap() == row,
        "nothing was stored"
    );

    // A hook that makes it too large is no way around.
    let builder = database.builder(&clock()).await;
    let hooked = builder.on_create_new_session(move |mut input| async move {
        input
            .access_token_payload_mut()
            .insert("text".into(), "x".repeat(letters + 100).into());
        Ok(input)
    });
    let hooked = hooked.build().await.unwrap();
    let before = rows(&database).await;
    let result = hooked.create_new_session("alice").await;
    assert_eq!(outcome(&result), "payload_too_large");
    assert_eq!(rows(&database).await, before);
}

async fn a_payload_at_the_limit_lives_through_refreshes_and_a_change_of_algorithm(
    database: Database,
) {
    let (sessions, letters) = exactly(&database, LIMIT).await;
    let creating = sessions.create_new_session("alice");
    let mut newest = creating
        .access_token_payload(payload(letters))
        .await
        .unwrap();
    for _ in 0..30 {
        newest = refresh(&sessions, &token(&newest)).await.unwrap();
        assert!(9 + newest.access_token().len() <= LIMIT);
    }
    // Another algorithm, and the longer word in a token whose use has not been written yet.
    for signing in [Signing::hs256(), Signing::ed25519()] {
        let builder = database.builder(&clock()).await.signing(signing);
        let other = builder
            .rotation(sessionkit::Rotation::until_used())
            .build()
            .await
            .unwrap();
        for _ in 0..12 {
            newest = refresh(&other, &token(&newest)).await.unwrap();
            assert!(9 + newest.access_token().len() <= LIMIT);
            let used = other
                .get_session(VerifySession::new(newest.access_token()))
                .await;
            assert!(9 + used.unwrap().access_token().len() <= LIMIT);
            let found: Value = newest.access_token_payload().unwrap();
            assert_eq!(found, payload(letters));
        }
    }
}

fn number(session: &Session) -> i64 {
    let found: HashMap<String, i64> = session.access_token_payload().unwrap();
    found["n"]
}

async fn a_payload_on_the_session_takes_effect_at_once(database: Database) {
    let clock = clock();
    let sessions = database.sessions(&clock).await;
    let creating = sessions
        .create_new_session("alice")
        .access_token_payload(json!({"n": 1}));
    let created = creating.await.unwrap();
    let input = VerifySession::new(created.access_token());
    let mut session = sessions.get_session(input.clone()).await.unwrap();
    assert_eq!(session.new_access_token(), None);
    clock.advance(std::time::Duration::from_secs(600));
    session
        .update_access_token_payload(json!({"n": 2}))
        .await
        .unwrap();
    assert_eq!(number(&session), 2);
    assert_eq!(session.new_access_token(), Some(session.access_token()));
    assert_ne!(session.access_token(), created.access_token());
    assert_eq!(session.expires_at(), created.expires_at());
    let again = sessions
        .get_session(VerifySession::new(session.access_token()))
        .await
        .unwrap();
    assert_eq!(
        (number(&again), again.expires_at()),
        (2, created.expires_at())
    );
    // The token from before says what it said, until it expires.
    assert_eq!(number(&sessions.get_session(input).await.unwrap()), 1);
    let next = refresh(&sessions, &token(&created)).await.unwrap();
    assert_eq!(number(&next), 2);
}

async fn a_payload_by_handle_takes_effect_at_the_next_refresh(database: Database) {
    let sessions = database.sessions(&clock()).await;
    let creating = sessions
        .create_new_session("alice")
        .access_token_payload(json!({"n": 1}));
    let created = creating.await.unwrap();
    let updating = sessions.update_access_token_payload(created.handle(), json!({"n": 2}));
    updating.await.unwrap();
    let input = VerifySession::new(created.access_token()).check_database(true);
    let mut session = sessions.get_session(input).await.unwrap();
    assert_eq!(number(&session), 1);
    // Or when the session asks for it.
    session.regenerate_access_token().await.unwrap();
    assert_eq!(
        (number(&session), session.expires_at()),
        (2, created.expires_at())
    );
    let next = refresh(&sessions, &token(&created)).await.unwrap();
    assert_eq!(number(&next), 2);
    // A replay says what the row says, with the same refresh token.
    let updating = sessions.update_access_token_payload(created.handle(), json!({"n": 3}));
    updating.await.unwrap();
    let again = refresh(&sessions, &token(&created)).await.unwrap();
    assert_eq!((number(&again), token(&again)), (3, token(&next)));
}

async fn a_refresh_token_that_waits_is_not_lost_by_a_change_of_payload(database: Database) {
    let sessions = database.sessions(&clock()).await;
    let mut created = sessions.create_new_session("alice").await.unwrap();
    let before = token(&created);
    created
        .update_access_token_payload(json!({"n": 2}))
        .await
        .unwrap();
    assert_eq!(token(&created), before);
    let mut next = refresh(&sessions, &before).await.unwrap();
    let before = token(&next);
    next.regenerate_access_token().await.unwrap();
    assert_eq!((token(&next), number(&next)), (before, 2));
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Basket {
    items: Vec<String>,
    total: Option<u64>,
}

async fn payload_and_data_are_typed(database: Database) {
    let sessions = database.sessions(&clock()).await;
    let basket = || Basket {
        items: vec!["tea".into(), "🍪".into()],
        total: Some(u64::MAX),
    };
    let creating = sessions.create_new_session("alice");
    let session = creating
        .access_token_payload(basket())
        .session_data(basket())
        .await
        .unwrap();
    let handle = session.handle();
    assert_eq!(session.access_token_payload::<Basket>().unwrap(), basket());
    assert_eq!(
        session.get_session_data::<Basket>().await.unwrap(),
        basket()
    );
    assert_eq!(
        sessions.get_session_data::<Basket>(handle).await.unwrap(),
        basket()
    );
    let information = sessions
        .get_session_information(handle)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(information.session_data::<Basket>().unwrap(), basket());
    assert_eq!(
        information.access_token_payload::<Basket>().unwrap(),
        basket()
    );
    // As something else, it is an error and stays what it is.
    assert_eq!(
        outcome(&session.access_token_payload::<HashMap<String, u8>>()),
        "json"
    );
    assert_eq!(
        outcome(&session.get_session_data::<HashMap<String, u8>>().await),
        "json"
    );
    let wrong = sessions
        .modify_session_data(handle, |_: &mut HashMap<String, u8>| ())
        .await;
    assert_eq!(outcome(&wrong), "json");
    assert_eq!(
        session.get_session_data::<Basket>().await.unwrap(),
        basket()
    );
}

async fn what_is_no_object_is_refused(database: Database) {
    let sessions = database.sessions(&clock()).await;
    let mut session = sessions.create_new_session("alice").await.unwrap();
    let handle = session.handle().clone();
    let (_, version) = sessions
        .get_session_data_with_version::<Value>(&handle)
        .await
        .unwrap();
    let store = database.store().await;
    let row = store.read_session(&handle).await.unwrap();
    for value in [
        json!([1]),
        json!("text"),
        json!(7),
        json!(true),
        json!([{}]),
    ] {
        let creating = sessions.create_new_session("alice");
        assert_eq!(
            outcome(&creating.access_token_payload(&value).await),
            "json"
        );
        let creating = sessions.create_new_session("alice");
        assert_eq!(outcome(&creating.session_data(&value).await), "json");
        assert_eq!(outcome(&session.update_session_data(&value).await), "json");
        assert_eq!(
            outcome(&session.update_session_data_if(version, &value).await),
            "json"
        );
        let by_handle = sessions.update_access_token_payload(&handle, &value).await;
        assert_eq!(outcome(&by_handle), "json");
        assert_eq!(
            outcome(&session.update_access_token_payload(&value).await),
            "json"
        );
        let modified = session
            .modify_session_data(|data: &mut Value| *data = value.clone())
            .await;
        assert_eq!(outcome(&modified), "json");
    }
    // Maps whose keys are no texts are no JSON at all.
    let keys_of_two = HashMap::from([((1, 2), 3)]);
    assert_eq!(
        outcome(&session.update_session_data(keys_of_two).await),
        "json"
    );
    assert!(store.read_session(&handle).await.unwrap() == row);
    assert_eq!(rows(&database).await, 1);
    // Nothing is the empty object.
    session.update_session_data(()).await.unwrap();
    assert_eq!(
        session.get_session_data::<Value>().await.unwrap(),
        json!({})
    );
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Counter {
    count: u32,
    seen: Vec<u32>,
}

async fn a_hundred_changes(servers: &[Sessions]) {
    let session = servers[0].create_new_session("alice").await.unwrap();
    let mut tasks = JoinSet::new();
    for turn in 0..100_u32 {
        let (sessions, handle) = (
            servers[turn as usize % servers.len()].clone(),
            session.handle(),
        );
        let handle = handle.clone();
        tasks.spawn(async move {
            let change = |data: &mut Counter| {
                data.count += 1;
                data.seen.push(turn);
                data.count
            };
            sessions.modify_session_data(&handle, change).await.unwrap()
        });
    }
    let mut given = tasks.join_all().await;
    given.sort_unstable();
    assert_eq!(given, (1..=100).collect::<Vec<_>>());
    let mut data: Counter = session.get_session_data().await.unwrap();
    data.seen.sort_unstable();
    assert_eq!((data.count, data.seen), (100, (0..100).collect()));
}

async fn a_hundred_changes_at_once_are_a_hundred_changes(database: Database) {
    a_hundred_changes(&[database.sessions(&clock()).await]).await;
}

async fn a_hundred_changes_on_two_servers_are_a_hundred_changes(database: Database) {
    let clock = clock();
    let one = database.sessions(&clock).await;
    a_hundred_changes(&[one, database.sessions(&clock).await]).await;
}

async fn a_change_that_lost_its_answer_is_told_as_an_error(database: Database) {
    let store = Watched::new(database.store().await);
    let sessions = builder(store.clone(), &clock()).build().await.unwrap();
    let session = sessions.create_new_session("alice").await.unwrap();
    let runs = Arc::new(AtomicU32::new(0));
    let change = |data: &mut Counter| {
        runs.fetch_add(1, SeqCst);
        data.count += 1;
    };
    store.next_update(Next::FailsAfter);
    let lost = session.modify_session_data(change).await;
    assert_eq!(outcome(&lost), "store_unavailable");
    // It is not repeated behind the caller's back: it may have been made.
    assert_eq!(runs.load(SeqCst), 1);
    assert_eq!(
        session.get_session_data::<Counter>().await.unwrap().count,
        1
    );
    // And nothing is left locked.
    session.modify_session_data(change).await.unwrap();
    assert_eq!(
        session.get_session_data::<Counter>().await.unwrap().count,
        2
    );
}

async fn an_update_of_an_old_version_is_a_conflict(database: Database) {
    let sessions = database.sessions(&clock()).await;
    let session = sessions
        .create_new_session("alice")
        .session_data(json!({"n": 0}))
        .await
        .unwrap();
    let handle = session.handle();
    let (_, old) = sessions
        .get_session_data_with_version::<Value>(handle)
        .await
        .unwrap();
    let new = sessions
        .update_session_data_if(handle, old, json!({"n": 1}))
        .await
        .unwrap();
    assert_ne!(old, new);
    let late = session.update_session_data_if(old, json!({"n": 9})).await;
    assert_eq!(outcome(&late), "conflict");
    // The same value again is a new version all the same.
    session.update_session_data(json!({"n": 1})).await.unwrap();
    let late = session.update_session_data_if(new, json!({"n": 9})).await;
    assert_eq!(outcome(&late), "conflict");
    // Neither a refresh nor a payload is a change of the data.
    let (data, version) = sessions
        .get_session_data_with_version::<Value>(handle)
        .await
        .unwrap();
    assert_eq!(data, json!({"n": 1}));
    let next = refresh(&sessions, &token(&session)).await.unwrap();
    sessions
        .update_access_token_payload(handle, json!({"n": 5}))
        .await
        .unwrap();
    next.update_session_data_if(version, json!({"n": 2}))
        .await
        .unwrap();
    assert_eq!(
        next.get_session_data::<Value>().await.unwrap(),
        json!({"n": 2})
    );
}

async fn data_of_a_session_that_is_over_is_out_of_reach(database: Database) {
    let clock = clock();
    let sessions = database.sessions(&clock).await;
    for how in ["revoked", "expired"] {
        let creating = sessions
            .create_new_session("alice")
            .session_data(json!({"n": 0}));
        let mut session = creating.await.unwrap();
        let handle = session.handle().clone();
        let (_, version) = sessions
            .get_session_data_with_version::<Value>(&handle)
            .await
            .unwrap();
        if how == "revoked" {
            sessions.revoke_session(&handle).await.unwrap();
        } else {
            clock.advance(days(100));
        }
        let data = || json!({"n": 1});
        let modified = sessions
            .modify_session_data(&handle, |_: &mut Value| ())
            .await;
        let words = [
            outcome(&sessions.get_session_data::<Value>(&handle).await),
            outcome(&session.get_session_data::<Value>().await),
            outcome(&sessions.update_session_data(&handle, data()).await),
            outcome(
                &sessions
                    .update_session_data_if(&handle, version, data())
                    .await,
            ),
            outcome(&modified),
            outcome(&sessions.update_access_token_payload(&handle, data()).await),
        ];
        let written = if how == "revoked" {
            "revoked"
        } else {
            "idle_timeout"
        };
        assert_eq!(words[2..4], [written; 2]);
        assert_eq!(words[5], written);
        // Who reads is told only that there is no such session.
        assert_eq!([&words[0], &words[1], &words[4]], ["revoked"; 3]);
        assert_ne!(
            outcome(&session.update_access_token_payload(data()).await),
            "ok"
        );
        assert!(
            sessions
                .get_session_information(&handle)
                .await
                .unwrap()
                .is_none()
        );
    }
}

async fn every_user_id_is_taken_as_it_is(database: Database) {
    let sessions = database.sessions(&clock()).await;
    let long = [
        "é".repeat(512),
        "a".repeat(1_024),
        format!("{}b", "a".repeat(1_023)),
    ];
    let mut ids = vec![
        "'; DROP TABLE session_info; --",
        "\" OR 1=1",
        "%",
        "_",
        "a%",
        "\\",
        "$1",
        "?1",
        ":id",
        "{}",
        "null",
        "0",
        " ",
        "alice",
        "Alice",
        "alice ",
        " alice",
        "\t",
        "\n",
        "\u{1}",
        "\u{7f}",
        "👩‍👩‍👧",
        "\u{feff}alice",
        "é",
        "e\u{301}",
        "ﬁ",
        "fi",
        "ß",
        "ss",
        "İ",
        "i\u{307}",
        "\u{10ffff}",
    ];
    ids.extend(long.iter().map(String::as_str));
    let mut handles = HashMap::new();
    for id in &ids {
        let session = sessions.create_new_session(*id).await.unwrap();
        assert_eq!(session.user_id(), *id);
        let input = VerifySession::new(session.access_token()).check_database(true);
        assert_eq!(sessions.get_session(input).await.unwrap().user_id(), *id);
        let next = refresh(&sessions, &token(&session)).await.unwrap();
        assert_eq!(next.user_id(), *id);
        handles.insert(*id, session.handle().clone());
    }
    assert_eq!(handles.len(), ids.len());
    for id in &ids {
        let found = sessions
            .get_all_session_handles_for_user(*id)
            .all()
            .await
            .unwrap();
        assert_eq!(
            found,
            [handles[id].clone()],
            "{id:?} has its own session and no other"
        );
        let information = sessions
            .get_session_information(&found[0])
            .await
            .unwrap()
            .unwrap();
        assert_eq!(information.user_id(), *id);
    }
    for id in &ids {
        assert_eq!(
            sessions.revoke_all_sessions_for_user(id).await.unwrap(),
            1,
            "{id:?}"
        );
    }
}

async fn user_ids_that_cannot_be_stored_are_refused(database: Database) {
    let builder = database.builder(&clock()).await;
    let sessions = builder.app_info(AppInfo::new("http://localhost", "http://localhost"));
    let sessions = sessions.build().await.unwrap();
    for id in [
        "",
        "\0",
        "a\0b",
        &"a".repeat(1_025),
        &format!("{}é", "a".repeat(1_023)),
    ] {
        let result = sessions.create_new_session(id).await;
        assert_eq!(outcome(&result), "invalid_user_id", "{id:?}");
        // They name nobody, and that is no error.
        assert_eq!(
            sessions.revoke_all_sessions_for_user(id).await.unwrap_or(0),
            0
        );
    }
    // An id that grows when it is written as JSON counts as what it becomes.
    let result = sessions.create_new_session("\u{1}".repeat(1_024)).await;
    assert_eq!(outcome(&result), "payload_too_large");
}
