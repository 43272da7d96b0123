//! A store in memory whose calls stop at a gate, so that a test decides who goes on.
//!
//! Each call on sessions gives way twice: before its effect and after it. A test that polls the
//! calls of several clients by hand has every interleaving in its hands, without a runtime.

use sessionkit::{
    Change, Decide, DecideKeys, DeletedBatch, SessionHandle, SessionRecord, SessionStore,
    SigningKeyRecord, StoreError, UnixMillis, async_trait,
};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::ops::Bound;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};

#[derive(Default)]
pub struct Memory {
    rows: Mutex<BTreeMap<SessionHandle, SessionRecord>>,
    keys: Mutex<Vec<SigningKeyRecord>>,
    effects: AtomicU32,
}

impl Memory {
    pub fn row(&self, handle: &SessionHandle) -> Option<SessionRecord> {
        self.rows.lock().unwrap().get(handle).cloned()
    }

    /// How many calls on sessions have had their effect.
    pub fn effects(&self) -> u32 {
        self.effects.load(SeqCst)
    }

    /// Stops once, then does it, then stops once more.
    async fn at_the_gate<T>(
        &self,
        effect: impl FnOnce(&mut BTreeMap<SessionHandle, SessionRecord>) -> T,
    ) -> Result<T, StoreError> {
        give_way().await;
        self.effects.fetch_add(1, SeqCst);
        let outcome = effect(&mut self.rows.lock().unwrap());
        give_way().await;
        Ok(outcome)
    }
}

async fn give_way() {
    let mut been_here = false;
    poll_fn(|context| {
        if std::mem::replace(&mut been_here, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Goes on with a future until it next gives way; gives what it ends with.
pub fn go_on<T>(future: &mut Pin<Box<dyn Future<Output = T>>>) -> Option<T> {
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(outcome) => Some(outcome),
        Poll::Pending => None,
    }
}

/// Goes on until the end, past every gate.
pub fn finish<T>(future: impl Future<Output = T> + 'static) -> T {
    let mut future: Pin<Box<dyn Future<Output = T>>> = Box::pin(future);
    (0..100)
        .find_map(|_| go_on(&mut future))
        .expect("nothing but gates to wait for")
}

#[async_trait]
impl SessionStore for Memory {
    async fn create_session(&self, record: SessionRecord) -> Result<(), StoreError> {
        self.at_the_gate(|rows| {
            let before = rows.insert(record.handle.clone(), record);
            assert!(before.is_none(), "handles are new");
        })
        .await
    }

    async fn read_session(
        &self,
        handle: &SessionHandle,
    ) -> Result<Option<SessionRecord>, StoreError> {
        self.at_the_gate(|rows| rows.get(handle).cloned()).await
    }

    async fn update_session(
        &self,
        handle: &SessionHandle,
        mut decide: Decide,
    ) -> Result<bool, StoreError> {
        self.at_the_gate(|rows| {
            let Some(record) = rows.get_mut(handle) else {
                return false;
            };
            // Asked twice, as a store may after a conflict: the first answer counts for nothing.
            let _lost = decide(record);
            match decide(record) {
                Change::Keep => {}
                Change::Replace(next) => *record = *next,
                Change::Delete => {
                    rows.remove(handle);
                }
            }
            true
        })
        .await
    }

    async fn delete_sessions(
        &self,
        handles: &[SessionHandle],
        now: UnixMillis,
    ) -> Result<u64, StoreError> {
        self.at_the_gate(|rows| {
            let deleted = handles.iter().filter_map(|handle| rows.remove(handle));
            deleted.filter(|record| record.is_live(now)).count() as u64
        })
        .await
    }

    async fn delete_sessions_of_user(
        &self,
        user_id: &str,
        created_until: UnixMillis,
        now: UnixMillis,
        limit: u32,
    ) -> Result<DeletedBatch, StoreError> {
        self.at_the_gate(|rows| {
            let is_meant =
                |row: &&SessionRecord| row.user_id == user_id && row.created_at <= created_until;
            let mut meant = rows.values().filter(is_meant).cloned();
            let batch: Vec<_> = meant.by_ref().take(limit as usize).collect();
            let more = meant.next().is_some();
            for row in &batch {
                rows.remove(&row.handle);
            }
            let live = batch.into_iter().filter(|row| row.is_live(now));
            DeletedBatch {
                live: live.map(|row| row.handle).collect(),
                more,
            }
        })
        .await
    }

    async fn list_sessions_of_user(
        &self,
        user_id: &str,
        now: UnixMillis,
        after: Option<&SessionHandle>,
        limit: u32,
    ) -> Result<Vec<SessionHandle>, StoreError> {
        self.at_the_gate(|rows| {
            let from = after.map_or(Bound::Unbounded, Bound::Excluded);
            rows.range::<SessionHandle, _>((from, Bound::Unbounded))
                .filter(|(_, row)| row.user_id == user_id && row.is_live(now))
                .map(|(handle, _)| handle.clone())
                .take(limit as usize)
                .collect()
        })
        .await
    }

    async fn delete_expired_sessions(
        &self,
        now: UnixMillis,
        limit: u32,
    ) -> Result<u64, StoreError> {
        self.at_the_gate(|rows| {
            let expired = rows.values().filter(|row| !row.is_live(now));
            let expired: Vec<_> = expired.map(|row| row.handle.clone()).collect();
            let batch = expired.iter().take(limit as usize);
            batch.filter_map(|handle| rows.remove(handle)).count() as u64
        })
        .await
    }

    async fn read_signing_keys(&self) -> Result<Vec<SigningKeyRecord>, StoreError> {
        Ok(self.keys.lock().unwrap().clone())
    }

    async fn update_signing_keys(
        &self,
        mut decide: DecideKeys,
    ) -> Result<Vec<SigningKeyRecord>, StoreError> {
        let mut keys = self.keys.lock().unwrap();
        if let Some(mut next) = decide(&keys) {
            next.sort_by(|a, b| (a.created_at, &a.kid).cmp(&(b.created_at, &b.kid)));
            *keys = next;
        }
        Ok(keys.clone())
    }
}
