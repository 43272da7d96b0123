//! Rules about what happens at the same moment.

use super::records::{
    NOW, count_up, create_all, ensure_gone, ensure_stored, expired, list, numbered, session,
};
use super::{Broken, Checked, SharedStore, all, ensure, ensure_eq};
use crate::handle::SessionHandle;
use crate::store::{BATCH, Change, SessionRecord};
use std::sync::Arc;
use tokio::task::{JoinHandle, yield_now};

const TASKS: i64 = 100;

fn count_up_once(store: &SharedStore, handle: &SessionHandle) -> JoinHandle<Checked<bool>> {
    let (store, handle) = (Arc::clone(store), handle.clone());
    tokio::spawn(async move { Ok(store.update_session(&handle, count_up()).await?) })
}

async fn generation(store: &SharedStore, handle: &SessionHandle) -> Checked<i64> {
    let record = store.read_session(handle).await?;
    let record = record.ok_or_else(|| Broken("a session is gone".into()))?;
    Ok(record.generation)
}

pub(super) async fn no_update_is_lost(store: SharedStore) -> Checked {
    let record = SessionRecord {
        generation: 0,
        ..session("alice")
    };
    store.create_session(record.clone()).await?;
    let tasks = (0..TASKS)
        .map(|_| count_up_once(&store, &record.handle))
        .collect();
    let found = all(tasks).await?;
    ensure!(
        found.iter().all(|found| *found),
        "an update did not find the session"
    );
    let counted = generation(&store, &record.handle).await?;
    ensure_eq!(
        counted,
        TASKS,
        "updates of one session at once that counted"
    );
    Ok(())
}

pub(super) async fn no_update_of_many_sessions_is_lost(store: SharedStore) -> Checked {
    let record = |number| SessionRecord {
        generation: 0,
        ..numbered("alice", number)
    };
    let records: Vec<_> = (0..20).map(record).collect();
    create_all(&store, &records).await?;
    let tasks = (0..10)
        .flat_map(|_| &records)
        .map(|record| count_up_once(&store, &record.handle))
        .collect();
    all(tasks).await?;
    for record in &records {
        let counted = generation(&store, &record.handle).await?;
        ensure_eq!(counted, 10, "updates of each of many sessions that counted");
    }
    Ok(())
}

/// A store that reads, and later writes the row as a new one, brings the deleted back to life.
pub(super) async fn a_deleted_session_stays_deleted(store: SharedStore) -> Checked {
    for round in 0..50 {
        let record = session("alice");
        store.create_session(record.clone()).await?;
        let before = count_up_once(&store, &record.handle);
        let delete = {
            let (store, handles) = (Arc::clone(&store), [record.handle.clone()]);
            tokio::spawn(async move {
                if round % 2 == 0 {
                    let batch = store.delete_sessions_of_user("alice", NOW, NOW, 10).await?;
                    return Ok(batch.live.len() as u64);
                }
                Ok(store.delete_sessions(&handles, NOW).await?)
            })
        };
        let after = count_up_once(&store, &record.handle);
        let deleted = all(vec![delete]).await?;
        all(vec![before, after]).await?;
        ensure_eq!(deleted, [1], "sessions deleted while they were updated");
        ensure_gone(&store, &record.handle).await?;
        ensure_eq!(
            list(&store, "alice").await?.len(),
            0,
            "sessions listed after"
        );
    }
    Ok(())
}

pub(super) async fn one_of_many_deletes_it(store: SharedStore) -> Checked {
    for _ in 0..10 {
        let record = session("alice");
        store.create_session(record.clone()).await?;
        let delete_once = |number| {
            let (store, handle) = (Arc::clone(&store), record.handle.clone());
            tokio::spawn(async move {
                if number % 2 == 0 {
                    let decide = Box::new(|_: &SessionRecord| Change::Delete);
                    return Ok(u64::from(store.update_session(&handle, decide).await?));
                }
                Ok(store.delete_sessions(&[handle], NOW).await?)
            })
        };
        let deleted = all((0..20).map(delete_once).collect()).await?;
        let times: u64 = deleted.iter().sum();
        ensure_eq!(times, 1, "times that one session was deleted");
    }
    Ok(())
}

/// A call that has returned is seen by every call that begins afterwards.
pub(super) async fn what_is_done_is_seen(store: SharedStore) -> Checked {
    let write_and_read = |number: u32| {
        let store = Arc::clone(&store);
        let user = format!("user {number}");
        tokio::spawn(async move {
            for turn in 0..10 {
                let mut record = numbered(&user, number * 10 + turn);
                store.create_session(record.clone()).await?;
                ensure_stored(&store, &record).await?;
                store.update_session(&record.handle, count_up()).await?;
                record.generation += 1;
                ensure_stored(&store, &record).await?;
                ensure_eq!(list(&store, &user).await?.len(), 1, "sessions listed");
                let handles = [record.handle];
                store.delete_sessions(&handles, NOW).await?;
                ensure_gone(&store, &handles[0]).await?;
            }
            Ok(())
        })
    };
    all((0..40).map(write_and_read).collect()).await.map(drop)
}

/// A server drops the future of a request whose connection is closed.
pub(super) async fn a_call_that_is_given_up_holds_nothing(store: SharedStore) -> Checked {
    let record = SessionRecord {
        generation: 0,
        ..session("alice")
    };
    store.create_session(record.clone()).await?;
    let mut tasks = Vec::new();
    for number in 0..TASKS {
        let task = count_up_once(&store, &record.handle);
        // At different depths, the last ones before they have begun.
        for _ in 0..(TASKS - number) / 10 {
            yield_now().await;
        }
        task.abort();
        tasks.push(task);
    }
    for task in tasks {
        if let Ok(result) = task.await {
            result?;
        }
    }
    let given_up = generation(&store, &record.handle).await?;
    ensure!(
        (0..=TASKS).contains(&given_up),
        "more updates counted than there were"
    );
    all((0..10)
        .map(|_| count_up_once(&store, &record.handle))
        .collect())
    .await?;
    let in_the_end = generation(&store, &record.handle).await?;
    // Those that were under way may have ended after we looked.
    ensure!(
        in_the_end >= given_up + 10 && in_the_end <= TASKS + 10,
        "of 10 updates after some that were given up, {} counted",
        in_the_end - given_up
    );
    Ok(())
}

pub(super) async fn cleaning_up_leaves_the_traffic_alone(store: SharedStore) -> Checked {
    for number in 0..200 {
        store
            .create_session(expired(numbered("alice", number)))
            .await?;
    }
    let clean_up = || {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut deleted = 0;
            while deleted < u64::from(BATCH) {
                match store.delete_expired_sessions(NOW, 10).await? {
                    0 => break,
                    some => deleted += some,
                }
            }
            Ok(deleted)
        })
    };
    let traffic = |number: u32| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut record = numbered("alice", 1_000 + number);
            store.create_session(record.clone()).await?;
            for _ in 0..5 {
                let found = store.update_session(&record.handle, count_up()).await?;
                ensure!(found, "a live session went with the expired ones");
                record.generation += 1;
            }
            ensure_stored(&store, &record).await
        })
    };
    let cleaners = vec![clean_up(), clean_up()];
    let tasks = (0..40).map(traffic).collect();
    let deleted: u64 = all(cleaners).await?.iter().sum();
    all(tasks).await?;
    // A cleaner may find nothing because the other one holds the rest.
    let rest = store.delete_expired_sessions(NOW, BATCH).await?;
    ensure_eq!(
        deleted + rest,
        200,
        "expired sessions deleted beside traffic"
    );
    ensure_eq!(list(&store, "alice").await?.len(), 40, "live sessions left");
    Ok(())
}
