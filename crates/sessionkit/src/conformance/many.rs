//! The rule about many sessions, which takes its time.

use super::records::{NOW, numbered};
use super::{Checked, SharedStore, all, ensure, ensure_eq};
use crate::handle::SessionHandle;
use crate::store::BATCH;
use std::sync::Arc;

const SESSIONS: u32 = 100_000;
const TASKS: u32 = 64;

pub(super) async fn a_user_may_have_many_sessions(store: SharedStore) -> Checked {
    create(&store).await?;
    let listed = list(&store).await?;
    ensure_eq!(listed.len(), SESSIONS as usize, "sessions listed");
    let some = &listed[500..500 + BATCH as usize];
    let deleted = store.delete_sessions(some, NOW).await?;
    ensure_eq!(deleted, u64::from(BATCH), "sessions deleted by handle");
    let mut left = SESSIONS as usize - some.len();
    loop {
        let batch = store
            .delete_sessions_of_user("alice", NOW, NOW, BATCH)
            .await?;
        ensure!(
            batch.live.len() <= left,
            "more were deleted than there were"
        );
        left -= batch.live.len();
        if !batch.more {
            break;
        }
        ensure!(
            !batch.live.is_empty(),
            "there are more, and none is deleted"
        );
    }
    ensure_eq!(left, 0, "sessions left");
    ensure_eq!(list(&store).await?.len(), 0, "sessions listed in the end");
    Ok(())
}

async fn create(store: &SharedStore) -> Checked {
    let create_some = |first: u32| {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            for number in (first..SESSIONS).step_by(TASKS as usize) {
                // Scattered, as real handles are.
                let scattered = number.wrapping_mul(2_654_435_761);
                store.create_session(numbered("alice", scattered)).await?;
            }
            Ok(())
        })
    };
    all((0..TASKS).map(create_some).collect()).await.map(drop)
}

async fn list(store: &SharedStore) -> Checked<Vec<SessionHandle>> {
    let mut listed: Vec<SessionHandle> = Vec::new();
    loop {
        let page = store
            .list_sessions_of_user("alice", NOW, listed.last(), BATCH)
            .await?;
        if page.is_empty() {
            break;
        }
        listed.extend(page);
        ensure!(
            listed.len() <= SESSIONS as usize,
            "more are listed than there are"
        );
    }
    let rising = listed.windows(2).all(|pair| pair[0] < pair[1]);
    ensure!(rising, "handles are not in order, or one is there twice");
    Ok(listed)
}
