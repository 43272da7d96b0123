//! A store that fails when told to, before or after it has done its work, and counts what it is
//! asked. In: another store. It changes nothing else.

use sessionkit::{
    Decide, DecideKeys, DeletedBatch, SessionHandle, SessionRecord, SessionStore, SigningKeyRecord,
    StoreError, UnixMillis, async_trait,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// The methods of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    Create,
    Read,
    Update,
    Delete,
    DeleteOfUser,
    List,
    DeleteExpired,
    ReadKeys,
    UpdateKeys,
}

/// When a method fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fails {
    /// Nothing has happened.
    Before,
    /// It has happened, and only the answer is lost.
    After,
}

pub struct FaultyStore {
    inner: Arc<dyn SessionStore>,
    faults: Mutex<BTreeMap<Call, Fails>>,
    calls: Mutex<BTreeMap<Call, u64>>,
}

pub const EVERY_CALL: [Call; 9] = [
    Call::Create,
    Call::Read,
    Call::Update,
    Call::Delete,
    Call::DeleteOfUser,
    Call::List,
    Call::DeleteExpired,
    Call::ReadKeys,
    Call::UpdateKeys,
];

impl FaultyStore {
    pub fn around(inner: Arc<dyn SessionStore>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            faults: Mutex::default(),
            calls: Mutex::default(),
        })
    }

    pub fn fail(&self, call: Call, fails: Fails) {
        self.faults.lock().unwrap().insert(call, fails);
    }

    pub fn fail_everywhere(&self, fails: Fails) {
        for call in EVERY_CALL {
            self.fail(call, fails);
        }
    }

    pub fn mend(&self) {
        self.faults.lock().unwrap().clear();
    }

    /// How often a method has been called so far.
    pub fn calls(&self, call: Call) -> u64 {
        self.calls.lock().unwrap().get(&call).copied().unwrap_or(0)
    }

    pub fn all_calls(&self) -> u64 {
        self.calls.lock().unwrap().values().sum()
    }

    async fn run<T>(
        &self,
        call: Call,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        *self.calls.lock().unwrap().entry(call).or_default() += 1;
        let fails = self.faults.lock().unwrap().get(&call).copied();
        let down = || StoreError::new("asking the database", "the cable was pulled");
        match fails {
            Some(Fails::Before) => Err(down()),
            Some(Fails::After) => {
                work.await?;
                Err(down())
            }
            None => work.await,
        }
    }
}

#[async_trait]
impl SessionStore for FaultyStore {
    async fn create_session(&self, record: SessionRecord) -> Result<(), StoreError> {
        self.run(Call::Create, self.inner.create_session(record))
            .await
    }

    async fn read_session(
        &self,
        handle: &SessionHandle,
    ) -> Result<Option<SessionRecord>, StoreError> {
        self.run(Call::Read, self.inner.read_session(handle)).await
    }

    async fn update_session(
        &self,
        handle: &SessionHandle,
        decide: Decide,
    ) -> Result<bool, StoreError> {
        self.run(Call::Update, self.inner.update_session(handle, decide))
            .await
    }

    async fn delete_sessions(
        &self,
        handles: &[SessionHandle],
        now: UnixMillis,
    ) -> Result<u64, StoreError> {
        self.run(Call::Delete, self.inner.delete_sessions(handles, now))
            .await
    }

    async fn delete_sessions_of_user(
        &self,
        user_id: &str,
        created_until: UnixMillis,
        now: UnixMillis,
        limit: u32,
    ) -> Result<DeletedBatch, StoreError> {
        let work = self
            .inner
            .delete_sessions_of_user(user_id, created_until, now, limit);
        self.run(Call::DeleteOfUser, work).await
    }

    async fn list_sessions_of_user(
        &self,
        user_id: &str,
        now: UnixMillis,
        after: Option<&SessionHandle>,
        limit: u32,
    ) -> Result<Vec<SessionHandle>, StoreError> {
        let work = self.inner.list_sessions_of_user(user_id, now, after, limit);
        self.run(Call::List, work).await
    }

    async fn delete_expired_sessions(
        &self,
        now: UnixMillis,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let work = self.inner.delete_expired_sessions(now, limit);
        self.run(Call::DeleteExpired, work).await
    }

    async fn read_signing_keys(&self) -> Result<Vec<SigningKeyRecord>, StoreError> {
        self.run(Call::ReadKeys, self.inner.read_signing_keys())
            .await
    }

    async fn update_signing_keys(
        &self,
        decide: DecideKeys,
    ) -> Result<Vec<SigningKeyRecord>, StoreError> {
        self.run(Call::UpdateKeys, self.inner.update_signing_keys(decide))
            .await
    }
}
