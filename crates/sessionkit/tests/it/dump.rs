//! What somebody can do who has a copy of the database and nothing else.
//!
//! Tested here: every stored field of 32 bytes (or its beginning or end, if it is longer) as the
//! secret of a token, as the parent that a secret is derived from, and as the key of the mark, in
//! every generation; and every stored key as one that signs access tokens. With sealed keys none of
//! it passes and none of it touches the session. With open keys the mark and the signature can be
//! made, as the docs say, but still no refresh token.

use crate::stores::{Database, NOW, clock, on_every_store};
use crate::watched::{outcome, refresh, token};
use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use sessionkit::{
    SealingKey, SessionRecord, SessionStore, Sessions, Signing, SigningKeyRecord, VerifySession,
};
use std::sync::Arc;

on_every_store!(
    a_dump_with_sealed_keys_gives_nothing,
    a_dump_with_open_keys_gives_no_refresh_token,
    nothing_in_the_rows_is_a_part_of_a_token,
);

/// A session that has been refreshed twice, and the database as a thief sees it.
struct Dump {
    sessions: Sessions,
    store: Arc<dyn SessionStore>,
    row: SessionRecord,
    keys: Vec<SigningKeyRecord>,
    newest: String,
    access_token: String,
}

impl Dump {
    async fn new(database: &Database, sealing: Option<SealingKey>) -> Self {
        let clock = clock();
        let mut builder = database.builder(&clock).await.signing(Signing::hs256());
        if let Some(key) = sealing {
            builder = builder.seal_keys_with(key);
        }
        let sessions = builder.build().await.unwrap();
        let first = sessions.create_new_session("alice").await.unwrap();
        let child = refresh(&sessions, &token(&first)).await.unwrap();
        clock.advance(std::time::Duration::from_secs(30));
        let newest = refresh(&sessions, &token(&child)).await.unwrap();
        let store = database.store().await;
        Self {
            row: store.read_session(first.handle()).await.unwrap().unwrap(),
            keys: store.read_signing_keys().await.unwrap(),
            newest: token(&newest),
            access_token: newest.access_token().to_owned(),
            sessions,
            store,
        }
    }

    /// Everything in the dump that has 32 bytes, or can be cut to them.
    fn secrets(&self) -> Vec<[u8; 32]> {
        let row = &self.row;
        let mut found = vec![
            row.refresh_hash,
            row.previous_refresh_hash.unwrap(),
            row.rotation_nonce.unwrap(),
        ];
        for key in &self.keys {
            found.extend(
                key.key
                    .windows(32)
                    .map(|window| <[u8; 32]>::try_from(window).unwrap()),
            );
        }
        found
    }

    /// The key that marks, if it lies there openly, first; then everything else.
    fn marks(&self) -> Vec<[u8; 32]> {
        let open = self.keys.iter().filter(|key| key.algorithm == "refresh");
        let mut marks: Vec<_> = open
            .filter_map(|key| key.key.clone().try_into().ok())
            .collect();
        marks.extend(self.secrets());
        marks
    }

    async fn row_is_untouched(&self) {
        let row = self.store.read_session(&self.row.handle).await.unwrap();
        assert!(row.as_ref() == Some(&self.row));
    }
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    parts.iter().for_each(|part| context.update(part));
    context.sign().as_ref().try_into().unwrap()
}

/// A refresh token as this crate would write it, if these were its secret and its key.
fn write(handle: &str, generation: i64, secret: &[u8; 32], key: &[u8]) -> String {
    let text = format!(
        "r1.{handle}.{generation}.{}",
        BASE64URL_NOPAD.encode(secret)
    );
    let mark = mac(key, &[b"refresh\0", text.as_bytes()]);
    format!("{text}.{}", BASE64URL_NOPAD.encode(&mark))
}

/// What a secret would be if this were its parent's.
fn successor(parent: &[u8; 32], handle: &str, generation: i64, nonce: &[u8; 32]) -> [u8; 32] {
    let label = b"sessionkit refresh token\0";
    mac(
        parent,
        &[label, handle.as_bytes(), &generation.to_be_bytes(), nonce],
    )
}

/// An access token for the session, signed with anything.
fn sign(genuine: &str, key: &[u8]) -> String {
    let (text, _) = genuine.rsplit_once('.').unwrap();
    format!(
        "{text}.{}",
        BASE64URL_NOPAD.encode(&mac(key, &[text.as_bytes()]))
    )
}

async fn a_dump_with_sealed_keys_gives_nothing(database: Database) {
    let dump = Dump::new(&database, Some(SealingKey::new([9; 32]))).await;
    assert!(dump.keys.iter().all(|key| key.sealed));
    let (handle, secrets) = (dump.row.handle.as_str(), dump.secrets());
    let fields = &secrets[..3];
    let nonce = dump.row.rotation_nonce.unwrap();
    for key in dump.marks() {
        for generation in 0..=3 {
            for secret in fields {
                let derived = successor(secret, handle, generation, &nonce);
                for secret in [secret, &derived] {
                    let forged = write(handle, generation, secret, &key);
                    let result = refresh(&dump.sessions, &forged).await;
                    assert_eq!(outcome(&result), "invalid_token");
                }
            }
        }
        let forged = sign(&dump.access_token, &key);
        let result = dump.sessions.get_session(VerifySession::new(forged)).await;
        assert_eq!(outcome(&result), "invalid_token");
    }
    for key in &dump.keys {
        let forged = sign(&dump.access_token, &key.key);
        let result = dump.sessions.get_session(VerifySession::new(forged)).await;
        assert_eq!(outcome(&result), "invalid_token");
    }
    dump.row_is_untouched().await;
    assert_eq!(outcome(&refresh(&dump.sessions, &dump.newest).await), "ok");
}

async fn a_dump_with_open_keys_gives_no_refresh_token(database: Database) {
    let dump = Dump::new(&database, None).await;
    let handle = dump.row.handle.as_str();
    let key = dump.marks()[0];
    // The attacks of the test above are made rightly: this one signs, and this one marks.
    let signing = dump
        .keys
        .iter()
        .find(|key| key.algorithm == "HS256")
        .unwrap();
    let forged = sign(&dump.access_token, &signing.key);
    assert_eq!(forged, dump.access_token);
    let (_, rest) = dump.newest.rsplit_once(".2.").unwrap();
    let secret = BASE64URL_NOPAD
        .decode(&rest.as_bytes()[..43])
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!(write(handle, 2, &secret, &key), dump.newest);

    let nonce = dump.row.rotation_nonce.unwrap();
    let mut tried = 0;
    for generation in 0..=3 {
        for secret in dump.secrets() {
            let derived = successor(&secret, handle, generation, &nonce);
            for secret in [secret, derived] {
                let forged = write(handle, generation, &secret, &key);
                let result = refresh(&dump.sessions, &forged).await;
                // Genuine by its mark, so it ends the session; it never gets anything.
                let word = outcome(&result);
                let expected = if generation == 3 {
                    "invalid_token"
                } else {
                    "token_theft_detected"
                };
                assert_eq!(word, expected);
                if generation < 3 {
                    dump.store.create_session(dump.row.clone()).await.unwrap();
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 24);
    dump.row_is_untouched().await;
    assert_eq!(outcome(&refresh(&dump.sessions, &dump.newest).await), "ok");
}

async fn nothing_in_the_rows_is_a_part_of_a_token(database: Database) {
    let dump = Dump::new(&database, Some(SealingKey::new([9; 32]))).await;
    let parts: Vec<_> = dump.newest.split('.').collect();
    let stored: Vec<_> = dump
        .secrets()
        .iter()
        .map(|bytes| BASE64URL_NOPAD.encode(bytes))
        .collect();
    for part in &parts[3..] {
        assert!(!stored.iter().any(|text| text == part));
    }
    // The two texts of a row hold what the user put there, and nothing of ours.
    assert_eq!(dump.row.access_token_payload, "{}");
    assert_eq!(dump.row.session_data, "{}");
    assert_eq!(dump.row.created_at, NOW);
    // Nor does the print of a row for a log show anything that was stored.
    let printed = format!("{:?} {:?}", dump.row, dump.keys);
    assert!(!printed.contains(dump.row.handle.as_str()), "{printed}");
    assert!(!printed.contains(&format!(
        "{}, {}",
        dump.row.refresh_hash[0], dump.row.refresh_hash[1]
    )));
}
