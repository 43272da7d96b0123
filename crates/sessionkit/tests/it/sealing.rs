//! Private keys in the database, sealed with a key that is not in it.

use crate::faulty::FaultyStore;
use crate::stores::{Database, builder, clock, on_every_store};
use sessionkit::{
    ManualClock, SealingKey, SessionError, Sessions, SigningKeyRecord, VerifySession, hours,
};
use std::sync::Arc;
use std::time::Duration;

on_every_store!(
    new_keys_are_sealed,
    keys_that_are_there_are_sealed_when_sealing_begins,
    sealed_keys_without_the_sealing_key_stop_the_start,
    another_sealing_key_stops_the_start,
    two_sealed_keys_cannot_be_exchanged,
    a_sealed_key_that_was_touched_stops_the_start,
    a_server_that_knows_no_sealing_goes_on_beside_one_that_does,
);

const SECRET: [u8; 32] = [0x5A; 32];

async fn sealing(database: &Database, clock: &Arc<ManualClock>) -> Result<Sessions, SessionError> {
    let builder = database.builder(clock).await;
    builder
        .seal_keys_with(SealingKey::new(SECRET))
        .build()
        .await
}

async fn keys(database: &Database) -> Vec<SigningKeyRecord> {
    database.store().await.read_signing_keys().await.unwrap()
}

async fn change_keys(database: &Database, change: impl Fn(&mut Vec<SigningKeyRecord>)) {
    let store = database.store().await;
    let mut new = store.read_signing_keys().await.unwrap();
    change(&mut new);
    let decide = Box::new(move |_: &[_]| Some(new.clone()));
    store.update_signing_keys(decide).await.unwrap();
}

#[track_caller]
fn assert_refused(outcome: Result<Sessions, SessionError>, expected: &str) {
    match outcome {
        Err(SessionError::Configuration { message, .. }) => {
            assert!(message.contains(expected), "{message}");
        }
        other => panic!("expected Configuration, got {other:?}"),
    }
}

async fn new_keys_are_sealed(database: Database) {
    let clock = clock();
    let sessions = sealing(&database, &clock).await.unwrap();
    let session = sessions.create_new_session("alice").await.unwrap();
    clock.advance(hours(24));
    let later = sessions.create_new_session("alice").await.unwrap();
    assert_eq!(keys(&database).await.len(), 3);
    assert!(keys(&database).await.iter().all(|key| key.sealed));

    // Another server with the same sealing key reads them all.
    let other = sealing(&database, &clock).await.unwrap();
    let request = VerifySession::new(later.access_token());
    assert_eq!(other.get_session(request).await.unwrap().user_id(), "alice");
    let token = session.refresh_token().unwrap();
    assert!(other.refresh_session(token).await.is_ok());
}

async fn keys_that_are_there_are_sealed_when_sealing_begins(database: Database) {
    let clock = clock();
    let open = database.sessions(&clock).await;
    let session = open.create_new_session("alice").await.unwrap();
    let before = keys(&database).await;
    assert!(before.iter().all(|key| !key.sealed));

    let sessions = sealing(&database, &clock).await.unwrap();
    let after = keys(&database).await;
    assert!(after.iter().all(|key| key.sealed));
    for (open, sealed) in before.iter().zip(&after) {
        assert_eq!(open.kid, sealed.kid);
        let part = &open.key[open.key.len() - 16..];
        assert!(!sealed.key.windows(16).any(|window| window == part));
    }
    // They are the same keys as before.
    let request = VerifySession::new(session.access_token());
    assert!(sessions.get_session(request).await.is_ok());
    let token = session.refresh_token().unwrap();
    assert!(sessions.refresh_session(token).await.is_ok());
}

async fn sealed_keys_without_the_sealing_key_stop_the_start(database: Database) {
    let clock = clock();
    sealing(&database, &clock).await.unwrap();
    let before = keys(&database).await;
    let refused = database.builder(&clock).await.build().await;
    assert_refused(
        refused,
        "is sealed: give the builder the same `seal_keys_with`",
    );
    assert!(keys(&database).await == before, "and nothing was changed");
}

async fn another_sealing_key_stops_the_start(database: Database) {
    let clock = clock();
    sealing(&database, &clock).await.unwrap();
    let before = keys(&database).await;
    let other = SealingKey::from_hex(&"a5".repeat(32)).unwrap();
    let refused = database.builder(&clock).await.seal_keys_with(other);
    assert_refused(refused.build().await, "was sealed with another key");
    assert!(keys(&database).await == before, "and nothing was changed");
}

async fn two_sealed_keys_cannot_be_exchanged(database: Database) {
    let clock = clock();
    let sessions = sealing(&database, &clock).await.unwrap();
    clock.advance(hours(24));
    let _ = sessions.create_new_session("alice").await.unwrap();
    change_keys(&database, |keys| {
        let signing: Vec<_> = (0..keys.len())
            .filter(|&at| keys[at].algorithm == "EdDSA")
            .collect();
        let (one, other) = (signing[0], signing[1]);
        let key = keys[one].key.clone();
        keys[one].key = std::mem::replace(&mut keys[other].key, key);
    })
    .await;
    let refused = sealing(&database, &clock).await;
    assert_refused(refused, "was sealed with another key");
}

async fn a_sealed_key_that_was_touched_stops_the_start(database: Database) {
    let clock = clock();
    sealing(&database, &clock).await.unwrap();
    let length = keys(&database).await[0].key.len();
    for at in [0, 12, length / 2, length - 1] {
        change_keys(&database, |keys| keys[0].key[at] ^= 1).await;
        assert_refused(sealing(&database, &clock).await, "sealed with another key");
        change_keys(&database, |keys| keys[0].key[at] ^= 1).await;
    }
    change_keys(&database, |keys| keys[0].key.truncate(5)).await;
    assert_refused(sealing(&database, &clock).await, "sealed with another key");
}

/// While servers are restarted one after the other, some do not have the sealing key yet.
async fn a_server_that_knows_no_sealing_goes_on_beside_one_that_does(database: Database) {
    let clock = clock();
    let store = FaultyStore::around(database.store().await);
    let open = builder(store, &clock).build().await.unwrap();
    let session = open.create_new_session("alice").await.unwrap();
    let sealed = sealing(&database, &clock).await.unwrap();
    clock.advance(Duration::from_secs(2));
    let token = session.refresh_token().unwrap();
    let refreshed = open.refresh_session(token).await.unwrap();
    let request = VerifySession::new(refreshed.access_token());
    assert!(sealed.get_session(request).await.is_ok());

    // Only when the keys change it cannot follow: a fault of the store, never of a request.
    clock.advance(hours(24));
    let newer = sealed.create_new_session("alice").await.unwrap();
    let request = VerifySession::new(newer.access_token());
    crate::faults::assert_unavailable(open.get_session(request).await);
    crate::faults::assert_unavailable(open.create_new_session("alice").await);
}

#[test]
fn a_sealing_key_is_64_hexadecimal_digits() {
    for right in [
        "0f".repeat(32),
        "0F".repeat(32),
        format!(" {}\n", "aB".repeat(32)),
    ] {
        assert!(SealingKey::from_hex(&right).is_ok(), "{right}");
    }
    for wrong in [
        "",
        "0f",
        &"0f".repeat(31),
        &"0f".repeat(33),
        &"0g".repeat(32),
    ] {
        let refused = SealingKey::from_hex(wrong).unwrap_err();
        assert!(matches!(refused, SessionError::Configuration { .. }));
        assert!(wrong.is_empty() || !refused.to_string().contains(wrong));
    }
}
