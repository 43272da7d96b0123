//! Signing keys over their whole life: made, replaced, shared, sealed, leaked. Nobody is signed
//! out by any of it.

use crate::faulty::{Call, Fails, FaultyStore};
use crate::stores::{Database, NOW, builder, clock, on_every_store};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use sessionkit::{
    ManualClock, Session, SessionError, Sessions, SessionsBuilder, Signing, SigningKeyRecord,
    SqliteStore, TryRefreshReason, UnauthorisedReason, UnixMillis, VerifySession, days, hours,
};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

on_every_store!(
    a_rotation_on_schedule_leaves_old_tokens_good,
    a_user_who_was_away_for_any_time_is_asked_to_refresh,
    keys_are_deleted_when_no_token_of_theirs_can_live,
    servers_that_start_at_once_agree_on_the_keys,
    servers_that_rotate_at_once_end_with_one_key,
    a_key_of_another_server_is_looked_up_once,
    a_shorter_schedule_rotates_now_and_retires_the_old_key,
    a_longer_schedule_keeps_the_key,
    schedules_that_go_up_and_down_do_not_ask_the_store_for_ever,
    a_key_that_was_to_last_for_ever_is_retired_by_a_schedule,
    a_longer_lifetime_of_tokens_keeps_old_keys_longer,
    one_key_for_ever,
    a_leaked_key_is_deleted_and_nobody_notices,
    changing_the_algorithm_signs_nobody_out,
    an_hour_between_two_clocks_signs_nobody_out,
    a_rotation_that_fails_is_made_up_for,
);

fn kid_of(token: &str) -> String {
    let header = token.split('.').next().unwrap();
    let header = BASE64URL_NOPAD.decode(header.as_bytes()).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

/// The same token under another header.
fn with_header(token: &str, header: &Value) -> String {
    let (_, rest) = token.split_once('.').unwrap();
    let header = BASE64URL_NOPAD.encode(header.to_string().as_bytes());
    format!("{header}.{rest}")
}

fn invented(token: &str, number: u32) -> String {
    let kid = format!("k-invented-{number}");
    with_header(
        token,
        &json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": kid }),
    )
}

async fn verify(sessions: &Sessions, token: &str) -> Result<Session, SessionError> {
    sessions.get_session(VerifySession::new(token)).await
}

async fn assert_verifies(sessions: &Sessions, token: &str) {
    let session = verify(sessions, token).await.unwrap();
    assert_eq!(session.access_token(), token);
}

#[track_caller]
fn assert_asks_to_refresh(outcome: Result<Session, SessionError>, expected: TryRefreshReason) {
    match outcome {
        Err(SessionError::TryRefreshToken { reason, .. }) => assert_eq!(reason, expected),
        other => panic!("expected TryRefreshToken, got {other:?}"),
    }
}

async fn signing_keys(database: &Database) -> Vec<SigningKeyRecord> {
    let mut keys = database.store().await.read_signing_keys().await.unwrap();
    keys.retain(|key| key.algorithm != "refresh");
    keys
}

async fn a_rotation_on_schedule_leaves_old_tokens_good(database: Database) {
    let clock = clock();
    let sessions = database.sessions(&clock).await;
    let first = sessions.create_new_session("alice").await.unwrap();

    clock.advance(hours(24) - Duration::from_millis(1));
    let last = sessions.create_new_session("alice").await.unwrap();
    assert_eq!(kid_of(first.access_token()), kid_of(last.access_token()));

    clock.advance(Duration::from_millis(1));
    let next = sessions.create_new_session("alice").await.unwrap();
    assert_ne!(kid_of(last.access_token()), kid_of(next.access_token()));

    // Each is good for its whole hour, on this server and on one that has just started.
    clock.set(UnixMillis(NOW.0 + 24 * 3_600_000 + 3_600_000 - 2));
    let started_now = database.sessions(&clock).await;
    for server in [&sessions, &started_now] {
        assert_verifies(server, last.access_token()).await;
        assert_verifies(server, next.access_token()).await;
    }
    let refreshed = sessions
        .refresh_session(first.refresh_token().unwrap())
        .await
        .unwrap();
    assert_eq!(
        kid_of(refreshed.access_token()),
        kid_of(next.access_token())
    );
}

async fn a_user_who_was_away_for_any_time_is_asked_to_refresh(database: Database) {
    let clock = clock();
    let sessions = database.sessions(&clock).await;
    let old = sessions.create_new_session("alice").await.unwrap();
    let token = old.access_token().to_owned();
    for hour in [1, 2, 24, 25, 26, 47, 48, 49, 50, 24 * 30, 24 * 99] {
        clock.set(UnixMillis(NOW.0 + hour * 3_600_000 + 2_000));
        let outcome = verify(&sessions, &token).await;
        assert!(
            matches!(outcome, Err(SessionError::TryRefreshToken { .. })),
            "after {hour} hours: {outcome:?}"
        );
        // Others are busy meanwhile, so keys come and go.
        let _ = sessions.create_new_session("bob").await.unwrap();
    }
    let _ = sessions
        .refresh_session(old.refresh_token().unwrap())
        .await
        .unwrap();
}

async fn keys_are_deleted_when_no_token_of_theirs_can_live(database: Database) {
    let clock = clock();
    let sessions = database.sessions(&clock).await;
    for day in 1..=5 {
        clock.set(UnixMillis(NOW.0 + day * 24 * 3_600_000));
        let _ = sessions.create_new_session("alice").await.unwrap();
        let keys = signing_keys(&database).await;
        assert_eq!(keys.len(), 2, "on day {day}");
    }
    // Nothing was made but what the schedule asks for, and the mark of refresh tokens stays.
    let all = database.store().await.read_signing_keys().await.unwrap();
    assert_eq!(all.len(), 3);
    assert_eq!(all[0].created_at, NOW);
    assert_eq!(all[0].algorithm, "refresh");
}

async fn servers_that_start_at_once_agree_on_the_keys(database: Database) {
    let clock = clock();
    let mut starting = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let builder = database.builder(&clock).await;
        starting.spawn(async move { builder.build().await.unwrap() });
    }
    let servers = starting.join_all().await;
    let created = servers[0].create_new_session("alice").await.unwrap();
    for server in &servers {
        assert_verifies(server, created.access_token()).await;
        // A replay: each knows the key that marks refresh tokens.
        let _ = server
            .refresh_session(created.refresh_token().unwrap())
            .await
            .unwrap();
    }
    let keys = database.store().await.read_signing_keys().await.unwrap();
    assert_eq!(keys.len(), 2, "one that signs, one that marks");
}

async fn servers_that_rotate_at_once_end_with_one_key(database: Database) {
    let clock = clock();
    let mut servers = Vec::new();
    for _ in 0..4 {
        servers.push(database.sessions(&clock).await);
    }
    clock.advance(hours(24));
    let mut creating = tokio::task::JoinSet::new();
    for server in servers.iter().cycle().take(24) {
        let server = server.clone();
        creating.spawn(async move { server.create_new_session("alice").await.unwrap() });
    }
    let created = creating.join_all().await;
    let kids: BTreeSet<_> = created.iter().map(|s| kid_of(s.access_token())).collect();
    assert_eq!(kids.len(), 1);
    assert_eq!(signing_keys(&database).await.len(), 2);
    for server in &servers {
        assert_verifies(server, created[0].access_token()).await;
    }
}

async fn a_key_of_another_server_is_looked_up_once(database: Database) {
    let clock = clock();
    let store = FaultyStore::around(database.store().await);
    let here = builder(store.clone(), &clock).build().await.unwrap();
    let there = database.sessions(&clock).await;

    clock.advance(hours(24));
    let created = there.create_new_session("alice").await.unwrap();
    let asked = store.all_calls();
    for _ in 0..3 {
        assert_verifies(&here, created.access_token()).await;
    }
    assert_eq!(store.calls(Call::ReadKeys), 1);
    assert_eq!(store.all_calls(), asked + 1, "and nothing else was asked");
}

/// Invented key ids, many at a time, while the clock stands, goes on and goes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invented_key_ids_do_not_wear_out_the_store() {
    let clock = clock();
    let store = FaultyStore::around(Arc::new(SqliteStore::in_memory().await.unwrap()));
    let sessions = builder(store.clone(), &clock).build().await.unwrap();
    let session = sessions.create_new_session("alice").await.unwrap();
    let token = session.access_token().to_owned();

    let number = std::cell::Cell::new(0);
    let attack = async || {
        let mut attack = tokio::task::JoinSet::new();
        for _ in 0..50 {
            number.set(number.get() + 1);
            let (sessions, token) = (sessions.clone(), invented(&token, number.get()));
            attack.spawn(async move { verify(&sessions, &token).await });
        }
        attack.join_all().await
    };
    clock.advance(Duration::from_secs(10));
    for round in 1..=3 {
        for outcome in attack().await {
            assert_asks_to_refresh(outcome, TryRefreshReason::UnknownKey);
        }
        attack().await; // the clock stands
        assert_eq!(store.calls(Call::ReadKeys), round);
        clock.advance(Duration::from_secs(1));
    }
    clock.set(UnixMillis(NOW.0 - 3_600_000));
    attack().await;
    attack().await;
    assert_eq!(store.calls(Call::ReadKeys), 4, "an hour back");

    // And while the store is down.
    clock.advance(Duration::from_secs(1));
    store.fail_everywhere(Fails::Before);
    let outcomes = attack().await;
    let down =
        |outcome: &Result<_, _>| matches!(outcome, Err(SessionError::StoreUnavailable { .. }));
    assert_eq!(outcomes.iter().filter(|outcome| down(outcome)).count(), 1);
    attack().await;
    assert_eq!(store.calls(Call::ReadKeys), 5, "down");
    assert_verifies(&sessions, &token).await;
}

/// The other parts of a header do not make an id of ours unknown.
#[tokio::test]
async fn our_key_id_under_another_header_is_a_forgery() {
    let clock = clock();
    let store = FaultyStore::around(Arc::new(SqliteStore::in_memory().await.unwrap()));
    let sessions = builder(store.clone(), &clock).build().await.unwrap();
    let session = sessions.create_new_session("alice").await.unwrap();
    let kid = kid_of(session.access_token());
    clock.advance(Duration::from_secs(10));
    for header in [
        json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": kid, "jku": "https://evil.example" }),
        json!({ "alg": "HS256", "typ": "at+jwt", "kid": kid }),
        json!({ "alg": "EdDSA", "typ": "JWT", "kid": kid }),
        json!({ "alg": "EdDSA", "typ": "at+jwt" }),
        json!({ "alg": "none", "typ": "at+jwt", "kid": kid }),
        json!({ "alg": "ES256", "typ": "at+jwt", "kid": "k-other" }),
        json!({ "alg": "HS512", "typ": "at+jwt", "kid": "k-other" }),
    ] {
        let outcome = verify(&sessions, &with_header(session.access_token(), &header)).await;
        let Err(SessionError::Unauthorised { reason, .. }) = outcome else {
            panic!("{header}: {outcome:?}");
        };
        assert_eq!(reason, UnauthorisedReason::InvalidToken, "{header}");
    }
    assert_eq!(store.calls(Call::ReadKeys), 0);
}

async fn server(database: &Database, clock: &Arc<ManualClock>, signing: Signing) -> Sessions {
    let builder: SessionsBuilder = database.builder(clock).await.signing(signing);
    builder.build().await.unwrap()
}

async fn a_shorter_schedule_rotates_now_and_retires_the_old_key(database: Database) {
    let clock = clock();
    let daily = database.sessions(&clock).await;
    let old = daily.create_new_session("alice").await.unwrap();
    clock.advance(hours(2));
    let young = daily.create_new_session("alice").await.unwrap();

    let hourly = server(&database, &clock, Signing::ed25519().rotate_every(hours(1))).await;
    let new = hourly.create_new_session("alice").await.unwrap();
    assert_ne!(kid_of(new.access_token()), kid_of(old.access_token()));
    assert_verifies(&hourly, young.access_token()).await;
    let now = NOW.plus(hours(2));
    let keys = signing_keys(&database).await;
    assert_eq!(keys[0].sign_until, now);
    assert_eq!(
        keys[0].verify_until,
        now.plus(hours(1) + Duration::from_secs(1))
    );

    // The server with the old schedule goes on with the new key once it has met it.
    clock.advance(Duration::from_secs(1));
    assert_verifies(&daily, new.access_token()).await;
    let same = daily.create_new_session("alice").await.unwrap();
    assert_eq!(kid_of(new.access_token()), kid_of(same.access_token()));
}

async fn a_longer_schedule_keeps_the_key(database: Database) {
    let clock = clock();
    let daily = database.sessions(&clock).await;
    let old = daily.create_new_session("alice").await.unwrap();
    let yearly = server(
        &database,
        &clock,
        Signing::ed25519().rotate_every(days(365)),
    )
    .await;
    let new = yearly.create_new_session("alice").await.unwrap();
    assert_eq!(kid_of(new.access_token()), kid_of(old.access_token()));
    // The key that was made for a day lasts a day, its successor lasts a year.
    clock.advance(hours(24));
    let next = yearly.create_new_session("alice").await.unwrap();
    assert_ne!(kid_of(next.access_token()), kid_of(old.access_token()));
    clock.advance(days(364));
    let last = yearly.create_new_session("alice").await.unwrap();
    assert_eq!(kid_of(next.access_token()), kid_of(last.access_token()));
}

async fn schedules_that_go_up_and_down_do_not_ask_the_store_for_ever(database: Database) {
    let clock = clock();
    server(
        &database,
        &clock,
        Signing::ed25519().rotate_every(hours(100)),
    )
    .await;
    clock.advance(hours(2));
    server(&database, &clock, Signing::ed25519().rotate_every(hours(1))).await;
    let store = FaultyStore::around(database.store().await);
    let again = builder(store.clone(), &clock)
        .signing(Signing::ed25519().rotate_every(hours(100)))
        .build()
        .await
        .unwrap();
    // Now the second key, made for an hour, has had its time, and the first, made for a hundred,
    // would have some left.
    clock.advance(hours(1));
    let asked = store.calls(Call::UpdateKeys);
    for _ in 0..5 {
        let session = again.create_new_session("alice").await.unwrap();
        assert_verifies(&again, session.access_token()).await;
    }
    assert_eq!(store.calls(Call::UpdateKeys), asked + 1);
    clock.advance(hours(2));
    let session = again.create_new_session("alice").await.unwrap();
    assert_verifies(&again, session.access_token()).await;
    assert_eq!(store.calls(Call::UpdateKeys), asked + 1);
}

async fn a_key_that_was_to_last_for_ever_is_retired_by_a_schedule(database: Database) {
    let clock = clock();
    let for_ever = server(&database, &clock, Signing::ed25519().never_rotate()).await;
    let old = for_ever.create_new_session("alice").await.unwrap();
    clock.advance(days(2));
    let daily = database.sessions(&clock).await;
    let token = daily
        .refresh_session(old.refresh_token().unwrap())
        .await
        .unwrap();
    assert_ne!(kid_of(token.access_token()), kid_of(old.access_token()));
    clock.advance(days(1));
    let _ = daily.create_new_session("alice").await.unwrap();
    let kids: Vec<_> = signing_keys(&database).await;
    assert!(kids.iter().all(|key| key.kid != kid_of(old.access_token())));
}

async fn a_longer_lifetime_of_tokens_keeps_old_keys_longer(database: Database) {
    let clock = clock();
    let short = database.sessions(&clock).await;
    drop(short);
    let long = database.builder(&clock).await;
    let long = long.access_token_lifetime(hours(10)).build().await.unwrap();
    clock.advance(hours(24) - Duration::from_millis(1));
    let last = long.create_new_session("alice").await.unwrap();
    clock.advance(hours(5));
    let _ = long.create_new_session("alice").await.unwrap(); // rotates
    clock.set(UnixMillis(NOW.0 + 34 * 3_600_000 - 2));
    assert_verifies(&long, last.access_token()).await;
    assert_verifies(&database.sessions(&clock).await, last.access_token()).await;
}

async fn one_key_for_ever(database: Database) {
    let clock = clock();
    let sessions = server(&database, &clock, Signing::ed25519().never_rotate()).await;
    let first = sessions.create_new_session("alice").await.unwrap();
    for _ in 0..10 {
        clock.advance(days(3_650));
        let later = sessions.create_new_session("alice").await.unwrap();
        assert_eq!(kid_of(first.access_token()), kid_of(later.access_token()));
        assert_verifies(&sessions, later.access_token()).await;
    }
    assert_eq!(signing_keys(&database).await.len(), 1);
}

async fn a_leaked_key_is_deleted_and_nobody_notices(database: Database) {
    let clock = clock();
    let before = database.sessions(&clock).await;
    let session = before.create_new_session("alice").await.unwrap();
    let leaked = kid_of(session.access_token());

    let store = database.store().await;
    let kid = leaked.clone();
    let without = move |keys: &[SigningKeyRecord]| {
        Some(keys.iter().filter(|key| key.kid != kid).cloned().collect())
    };
    store.update_signing_keys(Box::new(without)).await.unwrap();
    let after = database.sessions(&clock).await;
    clock.advance(Duration::from_secs(2));

    let outcome = verify(&after, session.access_token()).await;
    assert_asks_to_refresh(outcome, TryRefreshReason::UnknownKey);
    let refreshed = after
        .refresh_session(session.refresh_token().unwrap())
        .await
        .unwrap();
    assert_ne!(kid_of(refreshed.access_token()), leaked);
    assert_verifies(&after, refreshed.access_token()).await;

    // A server that was forgotten learns of it with the first new token.
    assert_verifies(&before, session.access_token()).await;
    assert_verifies(&before, refreshed.access_token()).await;
    let outcome = verify(&before, session.access_token()).await;
    assert_asks_to_refresh(outcome, TryRefreshReason::UnknownKey);
}

async fn changing_the_algorithm_signs_nobody_out(database: Database) {
    let clock = clock();
    let (ed25519, hs256) = (Signing::ed25519(), Signing::hs256());
    for (from, to) in [(ed25519, hs256), (hs256, ed25519)] {
        let before = server(&database, &clock, from).await;
        let soon = before.create_new_session("alice").await.unwrap();
        let late = before.create_new_session("bob").await.unwrap();
        let after = server(&database, &clock, to).await;
        // A server that was not restarted yet signs and verifies as before.
        assert_verifies(&before, soon.access_token()).await;

        let outcome = verify(&after, soon.access_token()).await;
        assert_asks_to_refresh(outcome, TryRefreshReason::UnknownKey);
        let soon = after.refresh_session(soon.refresh_token().unwrap()).await;
        assert_verifies(&after, soon.unwrap().access_token()).await;

        // Long after the old keys have been deleted.
        clock.advance(days(9));
        let _ = after.create_new_session("carol").await.unwrap();
        let restarted = server(&database, &clock, to).await;
        let outcome = verify(&restarted, late.access_token()).await;
        assert_asks_to_refresh(outcome, TryRefreshReason::UnknownKey);
        let late = restarted.refresh_session(late.refresh_token().unwrap());
        let _ = late.await.unwrap();
    }
}

async fn an_hour_between_two_clocks_signs_nobody_out(database: Database) {
    for schedule in [hours(24), Duration::from_secs(600)] {
        let signing = Signing::ed25519().rotate_every(schedule);
        let (ahead, behind) = (clock(), clock());
        ahead.advance(hours(1));
        let fast = server(&database, &ahead, signing).await;
        let slow = server(&database, &behind, signing).await;
        let mut token = fast
            .create_new_session("alice")
            .await
            .unwrap()
            .refresh_token()
            .unwrap()
            .to_owned();
        let began = ahead.now_millis();
        while ahead.now_millis() < began + 48 * 3_600_000 {
            // Each server gets a token of the other, and one of its own.
            for (one, other) in [(&fast, &slow), (&slow, &fast)] {
                let session = one.refresh_session(&*token).await.unwrap();
                session.refresh_token().unwrap().clone_into(&mut token);
                assert_verifies(one, session.access_token()).await;
                let elsewhere = verify(other, session.access_token()).await;
                assert!(
                    matches!(elsewhere, Ok(_) | Err(SessionError::TryRefreshToken { .. })),
                    "{elsewhere:?}"
                );
            }
            for clock in [&ahead, &behind] {
                clock.advance(Duration::from_secs(599));
            }
        }
        // One that signs, and those whose tokens may live; no more than the schedule asks for.
        let most = 2 + hours(3).as_secs() / schedule.as_secs();
        let keys = signing_keys(&database).await.len() as u64;
        assert!(keys <= most, "{keys} keys");
    }
}

trait NowMillis {
    fn now_millis(&self) -> i64;
}

impl NowMillis for ManualClock {
    fn now_millis(&self) -> i64 {
        sessionkit::Clock::now(self).0
    }
}

async fn a_rotation_that_fails_is_made_up_for(database: Database) {
    let clock = clock();
    let store = FaultyStore::around(database.store().await);
    let sessions = builder(store.clone(), &clock).build().await.unwrap();
    let session = sessions.create_new_session("alice").await.unwrap();
    for fails in [Fails::Before, Fails::After] {
        // One more millisecond, or an access token of now would still be good on the last.
        clock.advance(hours(24) - Duration::from_millis(1));
        let young = sessions.create_new_session("alice").await.unwrap();
        clock.advance(Duration::from_millis(1));
        store.fail(Call::UpdateKeys, fails);
        assert_verifies(&sessions, young.access_token()).await;
        let refused = sessions.create_new_session("alice").await;
        assert!(matches!(
            refused,
            Err(SessionError::StoreUnavailable { .. })
        ));
        store.mend();
        let next = sessions.create_new_session("alice").await.unwrap();
        assert_ne!(kid_of(young.access_token()), kid_of(next.access_token()));
        assert_verifies(&sessions, young.access_token()).await;
        assert_eq!(signing_keys(&database).await.len(), 2);
    }
    let token = session.refresh_token().unwrap();
    let _ = sessions.refresh_session(token).await.unwrap();
}
