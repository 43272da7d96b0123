//! Rules about one row: what is written is what is read.

use super::records::{
    NOW, count_up, create_all, ensure_gone, ensure_stored, expired, list, session,
};
use super::{Checked, SharedStore, ensure, ensure_eq};
use crate::clock::UnixMillis;
use crate::handle::SessionHandle;
use crate::store::{Change, SessionRecord};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub(super) async fn a_session_comes_back_as_it_was_written(store: SharedStore) -> Checked {
    let records = [
        session("alice"),
        fresh(),
        extreme(i64::MAX),
        extreme(i64::MIN),
        extreme(0),
        with_texts(r#"{"名前":"Zoë 🦀","nul":"\u0000","e":"e\u0301"}"#),
        with_texts("{ \"kept\" : [1.0, 1e400, 12345678901234567890],\n \"kept\" : null }"),
        with_texts(&megabyte()),
    ];
    create_all(&store, &records).await?;
    for record in &records {
        ensure_stored(&store, record).await?;
    }
    Ok(())
}

/// A session as it is before the first refresh.
fn fresh() -> SessionRecord {
    SessionRecord {
        generation: 0,
        previous_refresh_hash: None,
        rotation_nonce: None,
        rotated_at: None,
        confirmed_at: None,
        access_token_payload: "{}".to_owned(),
        session_data: "{}".to_owned(),
        data_version: 0,
        ..session("alice")
    }
}

/// A session with this number wherever there is one, and hashes of every byte.
fn extreme(number: i64) -> SessionRecord {
    let bytes = |from: u8| std::array::from_fn(|at| from.wrapping_add(at as u8));
    SessionRecord {
        generation: number,
        refresh_hash: bytes(0),
        previous_refresh_hash: Some(bytes(128)),
        rotation_nonce: Some(bytes(240)),
        rotated_at: Some(UnixMillis(number)),
        confirmed_at: Some(UnixMillis(number)),
        data_version: number,
        created_at: UnixMillis(number),
        last_refreshed_at: UnixMillis(number),
        idle_expires_at: UnixMillis(number),
        absolute_expires_at: UnixMillis(number),
        ..session("alice")
    }
}

/// The JSON text has to come back byte for byte, numbers and double keys included.
fn with_texts(json: &str) -> SessionRecord {
    SessionRecord {
        access_token_payload: json.to_owned(),
        session_data: json.replace("kept", "data"),
        ..session("alice")
    }
}

fn megabyte() -> String {
    format!(r#"{{"text":"{}"}}"#, "é".repeat(512 * 1_024))
}

pub(super) async fn user_ids_are_compared_byte_by_byte(store: SharedStore) -> Checked {
    let ids = user_ids();
    let mut records = Vec::new();
    for id in &ids {
        records.push(session(id));
    }
    create_all(&store, &records).await?;
    for (id, record) in ids.iter().zip(&records) {
        ensure_stored(&store, record).await?;
        let listed = list(&store, id).await?;
        ensure!(
            listed == [record.handle.clone()],
            "the user {id:?} should have one session, and has {}",
            listed.len()
        );
    }
    for (id, record) in ids.iter().zip(&records) {
        let batch = store.delete_sessions_of_user(id, NOW, NOW, 1_000).await?;
        ensure!(
            batch.live == [record.handle.clone()],
            "deleting the sessions of the user {id:?} deleted {}",
            batch.live.len()
        );
    }
    Ok(())
}

/// No two are equal; many are, to a database that is not told to compare bytes.
fn user_ids() -> Vec<String> {
    let short = [
        "alice",
        "Alice",
        "ALICE",
        "alice ",
        " alice",
        "alice\n",
        "alic",
        "al%",
        "%",
        "_____",
        "*",
        "?",
        "'",
        "''",
        "\"",
        "`",
        "\\",
        "\\\\",
        "\\'",
        "alice' OR '1'='1",
        "'; DROP TABLE session_info; --",
        "$1",
        "?1",
        ":user",
        "{prefix}",
        "NULL",
        "0",
        "00",
        "0.0",
        "1e0",
        "true",
        "\u{feff}alice",
        "\u{e9}",
        "e\u{301}",
        "ß",
        "ss",
        "ẞ",
        "İ",
        "i",
        "I",
        "ı",
        "\u{fb01}",
        "fi",
        "\u{3a9}",
        "\u{2126}",
        "🦀",
        "👩‍👩‍👧",
        "日本",
        "\u{10ffff}",
        "\u{1}",
        "\t",
        "\r\n",
        "مرحبا",
    ];
    let long = |end: char| format!("{}{end}", "long ".repeat(200));
    let mut ids: Vec<String> = short.map(str::to_owned).into();
    ids.extend([long('a'), long('b'), long('a') + "a"]);
    ids
}

pub(super) async fn a_session_that_is_not_there_is_not_found(store: SharedStore) -> Checked {
    store.create_session(session("alice")).await?;
    let nobody = SessionHandle::random();
    ensure!(
        store.read_session(&nobody).await?.is_none(),
        "a session was read that was never created"
    );
    let asked = Arc::new(AtomicBool::new(false));
    let decide = {
        let asked = Arc::clone(&asked);
        Box::new(move |_: &SessionRecord| {
            asked.store(true, Ordering::SeqCst);
            Change::Delete
        })
    };
    let found = store.update_session(&nobody, decide).await?;
    ensure!(!found, "a session was updated that was never created");
    ensure!(
        !asked.load(Ordering::SeqCst),
        "the closure was asked about a session that was never created"
    );
    ensure_eq!(store.delete_sessions(&[nobody], NOW).await?, 0, "deleted");
    ensure_eq!(list(&store, "bob").await?.len(), 0, "listed");
    let batch = store.delete_sessions_of_user("bob", NOW, NOW, 10).await?;
    ensure!(
        batch.live.is_empty() && !batch.more,
        "a user without sessions has some to delete"
    );
    Ok(())
}

pub(super) async fn an_expired_session_is_still_read_and_updated(store: SharedStore) -> Checked {
    let mut record = expired(session("alice"));
    store.create_session(record.clone()).await?;
    ensure_stored(&store, &record).await?;
    let found = store.update_session(&record.handle, count_up()).await?;
    ensure!(found, "an expired session was not found by an update");
    record.generation += 1;
    ensure_stored(&store, &record).await
}

pub(super) async fn keeping_changes_nothing(store: SharedStore) -> Checked {
    let record = session("alice");
    store.create_session(record.clone()).await?;
    let found = store
        .update_session(&record.handle, Box::new(|_| Change::Keep))
        .await?;
    ensure!(found, "an update that keeps the session did not find it");
    ensure_stored(&store, &record).await
}

pub(super) async fn replacing_changes_every_field(store: SharedStore) -> Checked {
    let first = session("alice");
    store.create_session(first.clone()).await?;
    let data = megabyte();
    let steps = [
        // All but the session data, which a store may then leave alone.
        SessionRecord {
            session_data: first.session_data.clone(),
            ..extreme(7)
        },
        SessionRecord {
            session_data: data.clone(),
            ..fresh()
        },
        SessionRecord {
            session_data: data,
            ..extreme(i64::MAX)
        },
        SessionRecord {
            session_data: String::new(),
            ..extreme(i64::MIN)
        },
        first.clone(),
    ];
    for step in steps {
        let new = SessionRecord {
            handle: first.handle.clone(),
            created_at: first.created_at,
            ..step
        };
        let answer = Change::Replace(Box::new(new.clone()));
        let found = store
            .update_session(&first.handle, Box::new(move |_| answer.clone()))
            .await?;
        ensure!(found, "an update did not find the session");
        ensure_stored(&store, &new).await?;
    }
    Ok(())
}

pub(super) async fn replacing_touches_one_session_only(store: SharedStore) -> Checked {
    // Alike but for the handle, and that by one letter's case.
    let handles = [
        "aaaaaaaaaaaaaaaaaaaaaa",
        "aaaaaaaaaaaaaaaaaaaaaA",
        "a_aaaaaaaaaaaaaaaaaaaa",
    ];
    let mut records = handles.map(|text| SessionRecord {
        handle: super::records::handle(text),
        ..session("alice")
    });
    create_all(&store, &records).await?;
    for at in 0..records.len() {
        store
            .update_session(&records[at].handle, count_up())
            .await?;
        records[at].generation += 1;
        for record in &records {
            ensure_stored(&store, record).await?;
        }
    }
    Ok(())
}

pub(super) async fn deleting_in_an_update_removes_the_session(store: SharedStore) -> Checked {
    let (kept, gone) = (session("alice"), session("alice"));
    create_all(&store, &[kept.clone(), gone.clone()]).await?;
    let found = store
        .update_session(&gone.handle, Box::new(|_| Change::Delete))
        .await?;
    ensure!(found, "an update that deletes the session did not find it");
    ensure_gone(&store, &gone.handle).await?;
    ensure!(
        list(&store, "alice").await? == [kept.handle.clone()],
        "a session that an update deleted is still listed"
    );
    ensure_stored(&store, &kept).await?;
    let again = store
        .update_session(&gone.handle, Box::new(|_| Change::Keep))
        .await?;
    ensure!(!again, "a session that an update deleted was found again");
    Ok(())
}
