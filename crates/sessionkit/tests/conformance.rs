//! The conformance tests have to be able to fail: stores that are broken in one way each, over a
//! store in memory that is not.
//!
//! The store in memory is also the smallest example of a store of one's own.

use sessionkit::{
    Change, Decide, DecideKeys, DeletedBatch, SessionHandle, SessionRecord, SessionStore,
    SigningKeyRecord, StoreError, UnixMillis, async_trait, conformance,
};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use tokio::task::yield_now;

/// What is wrong with a store.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flaw {
    None,
    /// Reads, lets go of the row, and writes.
    LosesUpdates,
    /// Lists whatever the user has.
    ListsExpired,
    /// Takes a session to be live in the millisecond in which it expires.
    LivesTooLong,
    /// Gives keys in the order of their names alone.
    KeysByName,
    /// Forgets to compare times of creation.
    DeletesTooNew,
    /// Filters a page after it has been cut.
    ShortPages,
    /// Compares user ids without regard to case.
    IgnoresCase,
    /// Counts a handle each time it is listed.
    CountsTwice,
    /// Leaves the session data as it was at first.
    KeepsData,
    /// Never says that there is more.
    StopsEarly,
    /// Cannot be reached.
    IsDown,
    Panics,
}

struct Memory {
    flaw: Flaw,
    tables: Mutex<Tables>,
}

#[derive(Default)]
struct Tables {
    sessions: BTreeMap<SessionHandle, SessionRecord>,
    keys: Vec<SigningKeyRecord>,
}

impl Memory {
    fn new(flaw: Flaw) -> Self {
        Self {
            flaw,
            tables: Mutex::default(),
        }
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().expect("nobody panics with it")
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == flaw
    }

    fn is_live(&self, record: &SessionRecord, now: UnixMillis) -> bool {
        if self.has(Flaw::LivesTooLong) {
            return now <= record.idle_expires_at && now <= record.absolute_expires_at;
        }
        record.is_live(now)
    }

    fn belongs_to(&self, record: &SessionRecord, user_id: &str) -> bool {
        if self.has(Flaw::IgnoresCase) {
            return record.user_id.eq_ignore_ascii_case(user_id);
        }
        record.user_id == user_id
    }

    fn apply(&self, tables: &mut Tables, handle: &SessionHandle, change: Change) {
        match change {
            Change::Keep => {}
            Change::Replace(mut new) => {
                if let Some(old) = tables.sessions.get(handle)
                    && self.has(Flaw::KeepsData)
                {
                    new.session_data = old.session_data.clone();
                }
                tables.sessions.insert(handle.clone(), *new);
            }
            Change::Delete => {
                tables.sessions.remove(handle);
            }
        }
    }
}

#[async_trait]
impl SessionStore for Memory {
    async fn create_session(&self, record: SessionRecord) -> Result<(), StoreError> {
        if self.has(Flaw::IsDown) {
            return Err(StoreError::new("creating a session", "the cable is cut"));
        }
        let handle = record.handle.clone();
        self.tables().sessions.insert(handle, record);
        Ok(())
    }

    async fn read_session(
        &self,
        handle: &SessionHandle,
    ) -> Result<Option<SessionRecord>, StoreError> {
        assert!(!self.has(Flaw::Panics), "a broken store");
        Ok(self.tables().sessions.get(handle).cloned())
    }

    async fn update_session(
        &self,
        handle: &SessionHandle,
        mut decide: Decide,
    ) -> Result<bool, StoreError> {
        if self.has(Flaw::LosesUpdates) {
            let old = self.tables().sessions.get(handle).cloned();
            let Some(old) = old else { return Ok(false) };
            yield_now().await;
            self.apply(&mut self.tables(), handle, decide(&old));
            return Ok(true);
        }
        let mut tables = self.tables();
        let Some(old) = tables.sessions.get(handle) else {
            return Ok(false);
        };
        let change = decide(old);
        self.apply(&mut tables, handle, change);
        Ok(true)
    }

    async fn delete_sessions(
        &self,
        handles: &[SessionHandle],
        now: UnixMillis,
    ) -> Result<u64, StoreError> {
        let mut tables = self.tables();
        let mut live = 0;
        for handle in handles {
            match tables.sessions.remove(handle) {
                Some(record) => live += u64::from(self.is_live(&record, now)),
                None => live += u64::from(self.has(Flaw::CountsTwice)),
            }
        }
        Ok(live)
    }

    async fn delete_sessions_of_user(
        &self,
        user_id: &str,
        created_until: UnixMillis,
        now: UnixMillis,
        limit: u32,
    ) -> Result<DeletedBatch, StoreError> {
        let mut tables = self.tables();
        let gone: Vec<_> = tables
            .sessions
            .values()
            .filter(|record| self.belongs_to(record, user_id))
            .filter(|record| self.has(Flaw::DeletesTooNew) || record.created_at <= created_until)
            .take(limit as usize)
            .cloned()
            .collect();
        let mut batch = DeletedBatch {
            more: gone.len() == limit as usize && !self.has(Flaw::StopsEarly),
            ..DeletedBatch::default()
        };
        for record in gone {
            tables.sessions.remove(&record.handle);
            if self.is_live(&record, now) {
                batch.live.push(record.handle);
            }
        }
        Ok(batch)
    }

    async fn list_sessions_of_user(
        &self,
        user_id: &str,
        now: UnixMillis,
        after: Option<&SessionHandle>,
        limit: u32,
    ) -> Result<Vec<SessionHandle>, StoreError> {
        let all = self.has(Flaw::ListsExpired);
        let tables = self.tables();
        let mine = tables
            .sessions
            .values()
            .filter(|record| self.belongs_to(record, user_id))
            .filter(|record| after.is_none_or(|after| record.handle > *after));
        let live = |record: &&SessionRecord| all || self.is_live(record, now);
        let handle = |record: &SessionRecord| record.handle.clone();
        let limit = limit as usize;
        if self.has(Flaw::ShortPages) {
            return Ok(mine.take(limit).filter(live).map(handle).collect());
        }
        Ok(mine.filter(live).take(limit).map(handle).collect())
    }

    async fn delete_expired_sessions(
        &self,
        now: UnixMillis,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let mut tables = self.tables();
        let expired: Vec<_> = tables
            .sessions
            .values()
            .filter(|record| !self.is_live(record, now))
            .take(limit as usize)
            .map(|record| record.handle.clone())
            .collect();
        for handle in &expired {
            tables.sessions.remove(handle);
        }
        Ok(expired.len() as u64)
    }

    async fn read_signing_keys(&self) -> Result<Vec<SigningKeyRecord>, StoreError> {
        Ok(self.tables().keys.clone())
    }

    async fn update_signing_keys(
        &self,
        mut decide: DecideKeys,
    ) -> Result<Vec<SigningKeyRecord>, StoreError> {
        let seen = self.tables().keys.clone();
        if self.has(Flaw::LosesUpdates) {
            yield_now().await;
        }
        let mut tables = self.tables();
        let seen = if self.has(Flaw::LosesUpdates) {
            seen
        } else {
            tables.keys.clone()
        };
        if let Some(mut new) = decide(&seen) {
            let by_name = self.has(Flaw::KeysByName);
            let time = |key: &SigningKeyRecord| if by_name { 0 } else { key.created_at.0 };
            new.sort_by_key(|key| (time(key), key.kid.clone()));
            tables.keys = new;
        }
        Ok(tables.keys.clone())
    }
}

/// The names of the rules that a store with this flaw breaks.
async fn broken(flaw: Flaw) -> Vec<&'static str> {
    match conformance::check_store(|| async move { Memory::new(flaw) }).await {
        Ok(()) => Vec::new(),
        Err(failures) => failures.rules().collect(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_without_flaws_passes() {
    conformance::check_store(|| async { Memory::new(Flaw::None) })
        .await
        .unwrap();
}

// On one thread the tasks take turns, so that the updates are lost every time.
#[tokio::test]
async fn lost_updates_are_found() {
    let rules = broken(Flaw::LosesUpdates).await;
    for rule in [
        "no_update_is_lost",
        "no_update_of_many_sessions_is_lost",
        "one_key_is_made_when_many_ask",
        "no_change_of_keys_is_lost",
    ] {
        assert!(rules.contains(&rule), "{rule} did not fail: {rules:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_flaw_breaks_the_rule_about_it() {
    let table = [
        (Flaw::ListsExpired, "lists_have_no_expired_sessions"),
        (Flaw::LivesTooLong, "deleting_counts_the_live_ones"),
        (Flaw::KeysByName, "keys_are_in_order"),
        (
            Flaw::DeletesTooNew,
            "deleting_of_a_user_stops_at_the_time_of_creation",
        ),
        (Flaw::ShortPages, "lists_are_filled_up_to_the_limit"),
        (Flaw::IgnoresCase, "user_ids_are_compared_byte_by_byte"),
        (Flaw::CountsTwice, "deleting_counts_the_live_ones"),
        (Flaw::KeepsData, "replacing_changes_every_field"),
        (Flaw::StopsEarly, "deleting_of_a_user_goes_in_batches"),
    ];
    for (flaw, rule) in table {
        let rules = broken(flaw).await;
        assert!(rules.contains(&rule), "{rule} did not fail: {rules:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_failures_name_the_rules_and_the_reasons() {
    let down = conformance::check_store(|| async { Memory::new(Flaw::IsDown) }).await;
    let text = down.unwrap_err().to_string();
    let line = "a_session_comes_back_as_it_was_written: \
                the store gave an error: failed at creating a session: the cable is cut";
    assert!(text.contains(line), "{text}");

    let panics = conformance::check_store(|| async { Memory::new(Flaw::Panics) }).await;
    let text = panics.unwrap_err().to_string();
    assert!(
        text.contains("keeping_changes_nothing: the store panicked"),
        "{text}"
    );
}
