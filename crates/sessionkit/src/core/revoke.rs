//! Ending sessions, listing them, and clearing away those that have expired: in batches, so that
//! neither a user with very many sessions nor very many expired ones hold up the others.

use super::Core;
use crate::clock::UnixMillis;
use crate::error::SessionError;
use crate::functions::HandlesOfUser;
use crate::handle::SessionHandle;
use crate::store::BATCH;
use std::collections::BTreeSet;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// How many expired rows one step of the clean-up deletes.
const CLEAN_UP_STEP: u32 = 500;

/// Between two steps, so that sign-ins get their turn.
const CLEAN_UP_PAUSE: Duration = Duration::from_millis(50);

pub(super) async fn several(core: &Core, handles: &[SessionHandle]) -> Result<u64, SessionError> {
    let now = core.clock.now();
    // Sorted and each once: two calls with the same handles cannot wait for each other in a ring.
    let handles: Vec<_> = BTreeSet::from_iter(handles).into_iter().cloned().collect();
    let mut ended = 0;
    for batch in handles.chunks(BATCH as usize) {
        ended += core.store.delete_sessions(batch, now).await?;
    }
    Ok(ended)
}

pub(super) async fn all_of_user(core: &Core, user_id: &str) -> Result<u64, SessionError> {
    // Sessions that are created while this runs are meant to live: a user who has just changed the
    // password signs in again.
    let started = core.clock.now();
    let mut ended = 0;
    loop {
        let batch = core
            .store
            .delete_sessions_of_user(user_id, started, core.clock.now(), BATCH)
            .await?;
        ended += batch.live.len() as u64;
        if !batch.more {
            return Ok(ended);
        }
    }
}

pub(super) async fn list(
    core: &Core,
    input: &HandlesOfUser,
) -> Result<Vec<SessionHandle>, SessionError> {
    let limit = input.limit.clamp(1, BATCH);
    let now = core.clock.now();
    let handles = core
        .store
        .list_sessions_of_user(&input.user_id, now, input.after.as_ref(), limit)
        .await?;
    Ok(handles)
}

impl Core {
    /// Deletes all sessions that have expired by now.
    pub(crate) async fn clean_up(&self) -> Result<u64, SessionError> {
        let now: UnixMillis = self.clock.now();
        let mut deleted = 0;
        loop {
            let step = self
                .store
                .delete_expired_sessions(now, CLEAN_UP_STEP)
                .await?;
            deleted += step;
            if step < u64::from(CLEAN_UP_STEP) {
                return Ok(deleted);
            }
            tokio::time::sleep(CLEAN_UP_PAUSE).await;
        }
    }
}

/// Cleans up every so often, for as long as somebody has a `Sessions`.
pub(crate) async fn clean_up_every(core: Weak<Core>, interval: Duration) {
    loop {
        tokio::time::sleep(interval).await;
        let Some(core) = core.upgrade() else { return };
        match core.clean_up().await {
            Ok(deleted) => tracing::debug!(deleted, "expired sessions were deleted"),
            // The next round tries again; until then expired rows are in nobody's way.
            Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "clean-up"),
        }
    }
}

/// Starts the clean-up in the runtime that is there, if there is one.
pub(crate) fn start_clean_up(core: &Arc<Core>, interval: Duration) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(clean_up_every(Arc::downgrade(core), interval));
    }
}
