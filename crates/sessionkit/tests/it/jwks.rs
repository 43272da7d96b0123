//! The public keys, as another service sees them: read by hand and used with nothing but a
//! signature check, so that no code of ours agrees with itself.

use crate::faulty::{Call, Fails, FaultyStore};
use crate::stores::{Database, builder, clock, on_every_store};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use sessionkit::{Sessions, Signing, hours};
use std::time::Duration;

on_every_store!(
    another_service_verifies_with_the_published_key,
    a_key_is_published_while_a_token_of_it_can_live,
    a_key_of_another_server_is_published_after_a_minute,
    a_store_that_is_down_does_not_unpublish_keys,
    secrets_are_not_published,
);

async fn published(sessions: &Sessions) -> Vec<Value> {
    let document: Value = serde_json::from_str(&sessions.public_keys_json().await).unwrap();
    let document = document.as_object().unwrap();
    assert_eq!(document.len(), 1);
    document["keys"].as_array().unwrap().clone()
}

/// What a service in another language would do.
fn verify_elsewhere(token: &str, keys: &[Value]) -> Result<Value, &'static str> {
    let read = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let header: Value = serde_json::from_slice(&read(header)).unwrap();
    assert_eq!(header["alg"], "EdDSA");
    assert_eq!(header["typ"], "at+jwt");
    let key = keys
        .iter()
        .find(|key| key["kid"] == header["kid"])
        .ok_or("no such key")?;
    UnparsedPublicKey::new(&ED25519, read(key["x"].as_str().unwrap()))
        .verify(signed.as_bytes(), &read(signature))
        .map_err(|_| "the signature is wrong")?;
    Ok(serde_json::from_slice(&read(claims)).unwrap())
}

async fn another_service_verifies_with_the_published_key(database: Database) {
    let sessions = database.sessions(&clock()).await;
    let payload = json!({ "role": "editor", "sub": "mallory" });
    let session = sessions
        .create_new_session("alice")
        .access_token_payload(payload.clone())
        .await
        .unwrap();
    let keys = published(&sessions).await;
    // RFC 8037: these members, and no "d".
    assert_eq!(keys.len(), 1);
    let key = keys[0].as_object().unwrap();
    assert_eq!(key["kty"], "OKP");
    assert_eq!(key["crv"], "Ed25519");
    assert_eq!(key["alg"], "EdDSA");
    assert_eq!(key["use"], "sig");
    assert!(key["kid"].is_string());
    assert_eq!(key["x"].as_str().unwrap().len(), 43);
    assert_eq!(key.len(), 6);

    let claims = verify_elsewhere(session.access_token(), &keys).unwrap();
    assert_eq!(claims["sub"], "alice");
    assert_eq!(claims["sid"], session.handle().as_str());
    assert_eq!(claims["iat"], 1_790_000_000);
    assert_eq!(claims["exp"], 1_790_003_601);
    assert!(claims["jti"].as_str().is_some_and(|id| !id.is_empty()));
    assert_eq!(claims["payload"], payload);

    let forged = session.access_token().replacen(".eyJ", ".eyK", 1);
    assert!(verify_elsewhere(&forged, &keys).is_err());
}

async fn a_key_is_published_while_a_token_of_it_can_live(database: Database) {
    let clock = clock();
    let sessions = database.sessions(&clock).await;
    clock.advance(hours(24) - Duration::from_millis(1));
    let last = sessions.create_new_session("alice").await.unwrap();
    clock.advance(Duration::from_millis(1));
    let next = sessions.create_new_session("alice").await.unwrap();
    let keys = published(&sessions).await;
    assert_eq!(keys.len(), 2);
    assert!(
        verify_elsewhere(next.access_token(), &keys[..1]).is_ok(),
        "newest first"
    );
    clock.advance(hours(1));
    let keys = published(&sessions).await;
    assert!(verify_elsewhere(last.access_token(), &keys).is_ok());
    clock.advance(Duration::from_secs(1));
    let keys = published(&sessions).await;
    assert_eq!(
        verify_elsewhere(last.access_token(), &keys),
        Err("no such key")
    );
    assert!(verify_elsewhere(next.access_token(), &keys).is_ok());
}

async fn a_key_of_another_server_is_published_after_a_minute(database: Database) {
    let clock = clock();
    let store = FaultyStore::around(database.store().await);
    let here = builder(store.clone(), &clock).build().await.unwrap();
    clock.advance(hours(24));
    let there = database.sessions(&clock).await;
    let session = there.create_new_session("alice").await.unwrap();
    for _ in 0..3 {
        let keys = published(&here).await;
        assert!(verify_elsewhere(session.access_token(), &keys).is_ok());
    }
    assert_eq!(store.calls(Call::ReadKeys), 1);
}

async fn a_store_that_is_down_does_not_unpublish_keys(database: Database) {
    let clock = clock();
    let store = FaultyStore::around(database.store().await);
    let sessions = builder(store.clone(), &clock).build().await.unwrap();
    let session = sessions.create_new_session("alice").await.unwrap();
    clock.advance(Duration::from_secs(300));
    store.fail_everywhere(Fails::Before);
    for _ in 0..10 {
        let keys = published(&sessions).await;
        assert!(verify_elsewhere(session.access_token(), &keys).is_ok());
    }
    assert_eq!(store.calls(Call::ReadKeys), 1, "and it is left in peace");
}

async fn secrets_are_not_published(database: Database) {
    let builder = database.builder(&clock()).await.signing(Signing::hs256());
    let sessions = builder.build().await.unwrap();
    let _ = sessions.create_new_session("alice").await.unwrap();
    assert!(published(&sessions).await.is_empty());
}
