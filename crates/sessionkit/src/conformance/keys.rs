//! Rules about the signing keys.

use super::records::key;
use super::{Checked, SharedStore, all, ensure, ensure_eq};
use crate::clock::UnixMillis;
use crate::store::SigningKeyRecord;
use std::sync::Arc;

/// Puts these keys in the place of all others, and looks at what is said to be there afterwards.
async fn put(store: &SharedStore, keys: &[SigningKeyRecord]) -> Checked<Vec<SigningKeyRecord>> {
    let new = keys.to_vec();
    let after = store
        .update_signing_keys(Box::new(move |_| Some(new.clone())))
        .await?;
    let read = store.read_signing_keys().await?;
    ensure!(
        after == read,
        "the keys after an update are not those that it gave"
    );
    Ok(read)
}

fn kids(keys: &[SigningKeyRecord]) -> Vec<&str> {
    keys.iter().map(|key| key.kid.as_str()).collect()
}

pub(super) async fn keys_come_back_as_they_were_written(store: SharedStore) -> Checked {
    ensure_eq!(store.read_signing_keys().await?.len(), 0, "keys at first");
    let keys = [
        SigningKeyRecord {
            created_at: UnixMillis(i64::MIN),
            sign_until: UnixMillis(i64::MIN),
            verify_until: UnixMillis(i64::MIN),
            algorithm: "refresh".to_owned(),
            ..key("first", 0)
        },
        SigningKeyRecord {
            key: (0..=255).collect(),
            sealed: true,
            ..key("Zweiter-Schlüssel_2", 1_800_000_000_000)
        },
        SigningKeyRecord {
            key: vec![0; 4_096],
            algorithm: "HS256".to_owned(),
            sign_until: UnixMillis(i64::MAX),
            verify_until: UnixMillis(i64::MAX),
            ..key("third", i64::MAX)
        },
    ];
    let stored = put(&store, &keys).await?;
    ensure_eq!(stored.len(), keys.len(), "keys stored");
    for (stored, key) in stored.iter().zip(&keys) {
        ensure!(
            stored == key,
            "the key {:?} is not as it was written",
            key.kid
        );
    }
    Ok(())
}

pub(super) async fn keys_are_in_order(store: SharedStore) -> Checked {
    let keys = [
        key("b", 2),
        key("a", 3),
        key("Z", 2),
        key("a-", 2),
        key("aB", 2),
        key("ab", 2),
        key("_", 2),
        key("z", -1),
        key("y", 10),
    ];
    let stored = put(&store, &keys).await?;
    let expected = ["z", "Z", "_", "a-", "aB", "ab", "b", "a", "y"];
    ensure_eq!(
        kids(&stored),
        expected,
        "keys in the order of creation, then name"
    );
    Ok(())
}

pub(super) async fn keys_are_replaced_as_a_whole(store: SharedStore) -> Checked {
    put(&store, &[key("old", 1), key("kept", 2)]).await?;
    let changed = SigningKeyRecord {
        sign_until: UnixMillis(77),
        ..key("kept", 2)
    };
    let stored = put(&store, &[changed.clone(), key("new", 3)]).await?;
    ensure_eq!(kids(&stored), ["kept", "new"], "keys after an update");
    ensure!(stored[0] == changed, "a key that was changed is as before");
    ensure_eq!(
        put(&store, &[]).await?.len(),
        0,
        "keys after all were removed"
    );
    Ok(())
}

pub(super) async fn keys_that_are_left_stay(store: SharedStore) -> Checked {
    let keys = [key("a", 1), key("b", 2)];
    put(&store, &keys).await?;
    let after = store
        .update_signing_keys(Box::new(|seen| match seen.len() {
            2 => None,
            // The closure does not see what is there: that shows below.
            _ => Some(Vec::new()),
        }))
        .await?;
    ensure!(after == keys, "an update that left the keys gave others");
    let read = store.read_signing_keys().await?;
    ensure!(read == keys, "an update that left the keys changed them");
    Ok(())
}

pub(super) async fn one_key_is_made_when_many_ask(store: SharedStore) -> Checked {
    let ask = |number: i64| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let new = key(&format!("key {number}"), number);
            let decide = move |seen: &[SigningKeyRecord]| {
                let none = seen.is_empty();
                none.then(|| vec![new.clone()])
            };
            Ok(store.update_signing_keys(Box::new(decide)).await?)
        })
    };
    let answers = all((0..50).map(ask).collect()).await?;
    let stored = store.read_signing_keys().await?;
    ensure_eq!(
        stored.len(),
        1,
        "keys, where each of 50 adds one if there is none"
    );
    let same = answers.iter().all(|answer| *answer == stored);
    ensure!(same, "not everybody was given the key that was stored");
    Ok(())
}

pub(super) async fn no_change_of_keys_is_lost(store: SharedStore) -> Checked {
    let add = |number: i64| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let new = key(&format!("key {number}"), number);
            let decide = move |seen: &[SigningKeyRecord]| {
                let mut keys = seen.to_vec();
                keys.push(new.clone());
                Some(keys)
            };
            Ok(store.update_signing_keys(Box::new(decide)).await?)
        })
    };
    all((0..30).map(add).collect()).await?;
    let stored = store.read_signing_keys().await?;
    ensure_eq!(stored.len(), 30, "keys, where each of 30 adds one");
    Ok(())
}
