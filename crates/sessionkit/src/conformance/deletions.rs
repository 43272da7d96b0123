//! Rules about deleting: by handle, by user, and what has expired.

use super::records::{
    NOW, create_all, ensure_gone, ensure_stored, expired, expiring, list, numbered, session,
};
use super::{Checked, SharedStore, ensure, ensure_eq};
use crate::clock::UnixMillis;
use crate::handle::SessionHandle;
use crate::store::{BATCH, SessionRecord};
use std::collections::BTreeSet;

/// Timeouts around a time, and whether a session with them is live then.
pub(super) fn around(now: i64) -> [(i64, i64, bool); 8] {
    [
        (now + 1, now + 1, true),
        (now + 1, i64::MAX, true),
        (i64::MAX, now + 1, true),
        (now, now + 1, false),
        (now + 1, now, false),
        (now - 1, i64::MAX, false),
        (i64::MAX, now - 1, false),
        (i64::MIN, i64::MIN, false),
    ]
}

/// One session for each of the cases [`around`] now.
fn around_now() -> Vec<(SessionRecord, bool)> {
    let make = |(idle, absolute, live)| (expiring(session("alice"), idle, absolute), live);
    around(NOW.0).map(make).into()
}

pub(super) async fn deleting_counts_the_live_ones(store: SharedStore) -> Checked {
    ensure_eq!(store.delete_sessions(&[], NOW).await?, 0, "deleted of none");
    let sessions = around_now();
    let other = session("alice");
    store.create_session(other.clone()).await?;
    let mut handles = vec![SessionHandle::random()];
    for (record, _) in &sessions {
        store.create_session(record.clone()).await?;
        handles.extend([record.handle.clone(), record.handle.clone()]);
    }
    let first = handles[1].clone();
    handles.push(first);
    let live = store.delete_sessions(&handles, NOW).await?;
    ensure_eq!(live, 3, "live sessions deleted");
    for handle in &handles {
        ensure_gone(&store, handle).await?;
    }
    ensure_eq!(
        store.delete_sessions(&handles, NOW).await?,
        0,
        "deleted again"
    );
    ensure_stored(&store, &other).await
}

pub(super) async fn deleting_takes_a_whole_batch(store: SharedStore) -> Checked {
    let mut handles = Vec::new();
    for number in 0..BATCH {
        let record = numbered("alice", number);
        handles.push(record.handle.clone());
        store.create_session(record).await?;
    }
    let live = store.delete_sessions(&handles, NOW).await?;
    ensure_eq!(live, u64::from(BATCH), "deleted of a batch");
    ensure_eq!(list(&store, "alice").await?.len(), 0, "left");
    Ok(())
}

pub(super) async fn deleting_of_a_user_keeps_to_the_user(store: SharedStore) -> Checked {
    let sessions = around_now();
    let other = session("bob");
    let other_expired = expired(session("bob"));
    create_all(&store, &[other.clone(), other_expired.clone()]).await?;
    for (record, _) in &sessions {
        store.create_session(record.clone()).await?;
    }
    let batch = store
        .delete_sessions_of_user("alice", NOW, NOW, 100)
        .await?;
    let live: BTreeSet<_> = batch.live.iter().cloned().collect();
    let expected: BTreeSet<_> = sessions
        .iter()
        .filter(|(_, live)| *live)
        .map(|(record, _)| record.handle.clone())
        .collect();
    ensure_eq!(batch.live.len(), 3, "live sessions deleted");
    ensure!(
        live == expected,
        "other sessions were named than those that were live"
    );
    ensure!(
        !batch.more,
        "more are said to be left, and the limit was not reached"
    );
    for (record, _) in &sessions {
        ensure_gone(&store, &record.handle).await?;
    }
    ensure_stored(&store, &other).await?;
    ensure_stored(&store, &other_expired).await
}

pub(super) async fn deleting_of_a_user_stops_at_the_time_of_creation(
    store: SharedStore,
) -> Checked {
    let created = |at: i64| SessionRecord {
        created_at: UnixMillis(at),
        ..session("alice")
    };
    let (before, at) = (created(NOW.0 - 1), created(NOW.0));
    let after = [created(NOW.0 + 1), expired(created(NOW.0 + 1))];
    create_all(&store, &[before, at]).await?;
    create_all(&store, &after).await?;
    let batch = store
        .delete_sessions_of_user("alice", NOW, NOW, 100)
        .await?;
    ensure_eq!(
        batch.live.len(),
        2,
        "sessions created until then and deleted"
    );
    for record in &after {
        ensure_stored(&store, record).await?;
    }
    Ok(())
}

pub(super) async fn deleting_of_a_user_goes_in_batches(store: SharedStore) -> Checked {
    let mut live = BTreeSet::new();
    for number in 0..25 {
        let mut record = numbered("alice", number);
        if number % 5 == 0 {
            record = expired(record);
        } else {
            live.insert(record.handle.clone());
        }
        store.create_session(record).await?;
    }
    let mut deleted = BTreeSet::new();
    // Two more than are needed, for a store that says `more` once too often.
    for _ in 0..6 {
        let batch = store.delete_sessions_of_user("alice", NOW, NOW, 7).await?;
        ensure!(
            batch.live.len() <= 7,
            "a batch of 7 has {}",
            batch.live.len()
        );
        for handle in batch.live {
            ensure!(deleted.insert(handle), "a session was deleted twice");
        }
        if !batch.more {
            break;
        }
    }
    ensure!(
        deleted == live,
        "{} of {} were deleted",
        deleted.len(),
        live.len()
    );
    let rest = store
        .delete_expired_sessions(UnixMillis(i64::MAX), 100)
        .await?;
    ensure_eq!(rest, 0, "rows left after no more were said to be");
    Ok(())
}

pub(super) async fn cleaning_up_takes_what_is_over(store: SharedStore) -> Checked {
    let sessions = around_now();
    for (record, _) in &sessions {
        store.create_session(record.clone()).await?;
    }
    let keys = vec![super::records::key("old", 1)];
    store
        .update_signing_keys(Box::new(move |_| Some(keys.clone())))
        .await?;
    let deleted = store.delete_expired_sessions(NOW, 100).await?;
    ensure_eq!(deleted, 5, "expired sessions deleted");
    for (record, live) in &sessions {
        if *live {
            ensure_stored(&store, record).await?;
        } else {
            ensure_gone(&store, &record.handle).await?;
        }
    }
    ensure_eq!(
        store.read_signing_keys().await?.len(),
        1,
        "signing keys left"
    );
    Ok(())
}

pub(super) async fn cleaning_up_goes_in_batches(store: SharedStore) -> Checked {
    let live = numbered("alice", 0);
    store.create_session(live.clone()).await?;
    for number in 1..=10 {
        let user = if number % 2 == 0 { "alice" } else { "bob" };
        store
            .create_session(expired(numbered(user, number)))
            .await?;
    }
    for expected in [4, 4, 2, 0] {
        let deleted = store.delete_expired_sessions(NOW, 4).await?;
        ensure_eq!(
            deleted,
            expected,
            "expired sessions deleted in a batch of 4"
        );
    }
    ensure_stored(&store, &live).await
}
