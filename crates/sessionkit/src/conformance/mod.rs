//! Tests that every [`SessionStore`] has to pass, for those who write one.
//!
//! Turn the feature `conformance` on for your tests, and give [`check_store`] a way to make empty
//! stores:
//!
//! ```
//! use sessionkit::{SqliteStore, conformance};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), conformance::Failures> {
//!     conformance::check_store(|| async {
//!         SqliteStore::in_memory().await.expect("a database in memory opens")
//!     })
//!     .await
//! }
//! ```
//!
//! Each rule gets a store of its own from that closure. All of the stores may share a database, as
//! long as nothing else uses it: a rule begins by deleting what is there.
//!
//! Run it on a runtime with several threads (`#[tokio::test(flavor = "multi_thread")]`): the hard
//! rules are about things that happen at the same moment.
//!
//! What cannot be tried from here, and is for you to try: that a change survives a crash once the
//! call has returned, and what two servers do to one database.

mod deletions;
mod keys;
mod lists;
mod many;
mod races;
mod records;
mod rows;

use crate::clock::UnixMillis;
use crate::store::{BATCH, SessionStore, StoreError};
use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

type SharedStore = Arc<dyn SessionStore>;
type Checking = Pin<Box<dyn Future<Output = Checked> + Send>>;

/// A rule's name, and how it is checked.
struct Rule(&'static str, fn(SharedStore) -> Checking);

/// The rules that are functions of a module, under their own names.
macro_rules! rules {
    ($($module:ident: $($rule:ident)*;)*) => {
        &[$($(Rule(stringify!($rule), |store| Box::pin($module::$rule(store))),)*)*]
    };
}

/// Says how the rule is broken, and ends it, unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $($reason:tt)+) => {
        if !$condition {
            return Err($crate::conformance::Broken(format!($($reason)+)));
        }
    };
}
use ensure;

/// The same, for two values that have to be equal and may be shown.
macro_rules! ensure_eq {
    ($left:expr, $right:expr, $what:literal) => {{
        let (left, right) = (&$left, &$right);
        $crate::conformance::ensure!(
            left == right,
            concat!($what, ": got {:?}, expected {:?}"),
            left,
            right
        );
    }};
}
use ensure_eq;

const RULES: &[Rule] = rules! {
    rows:
        a_session_comes_back_as_it_was_written
        user_ids_are_compared_byte_by_byte
        a_session_that_is_not_there_is_not_found
        an_expired_session_is_still_read_and_updated
        keeping_changes_nothing
        replacing_changes_every_field
        replacing_touches_one_session_only
        deleting_in_an_update_removes_the_session;
    deletions:
        deleting_counts_the_live_ones
        deleting_takes_a_whole_batch
        deleting_of_a_user_keeps_to_the_user
        deleting_of_a_user_stops_at_the_time_of_creation
        deleting_of_a_user_goes_in_batches
        cleaning_up_takes_what_is_over
        cleaning_up_goes_in_batches;
    lists:
        lists_are_in_the_order_of_bytes
        lists_have_no_expired_sessions
        lists_are_filled_up_to_the_limit
        lists_go_on_after_a_session_that_is_gone
        lists_have_no_gaps_while_others_come_and_go;
    races:
        no_update_is_lost
        no_update_of_many_sessions_is_lost
        a_deleted_session_stays_deleted
        one_of_many_deletes_it
        what_is_done_is_seen
        a_call_that_is_given_up_holds_nothing
        cleaning_up_leaves_the_traffic_alone;
    keys:
        keys_come_back_as_they_were_written
        keys_are_in_order
        keys_are_replaced_as_a_whole
        keys_that_are_left_stay
        one_key_is_made_when_many_ask
        no_change_of_keys_is_lost;
};

/// Checks every rule, each with a store from `make`, and tells which ones are broken and how.
///
/// # Errors
///
/// The rules that the store breaks. A panic of the store counts as breaking the rule.
///
/// # Panics
///
/// If it runs outside a tokio runtime.
pub async fn check_store<S, F, Fut>(make: F) -> Result<(), Failures>
where
    S: SessionStore,
    F: Fn() -> Fut,
    Fut: Future<Output = S>,
{
    let mut failures = Vec::new();
    for rule in RULES {
        let store: SharedStore = Arc::new(make().await);
        failures.extend(check(rule, store).await);
    }
    outcome(failures)
}

/// Checks that 100,000 sessions of one user can be listed and deleted. Takes a few seconds, which
/// is why [`check_store`] leaves it out.
///
/// # Errors
///
/// See [`check_store`].
///
/// # Panics
///
/// If it runs outside a tokio runtime.
pub async fn check_many_sessions<S: SessionStore>(store: S) -> Result<(), Failures> {
    let rule = Rule("a_user_may_have_many_sessions", |store| {
        Box::pin(many::a_user_may_have_many_sessions(store))
    });
    let failure = check(&rule, Arc::new(store)).await;
    outcome(failure.into_iter().collect())
}

async fn check(rule: &Rule, store: SharedStore) -> Option<Failure> {
    let &Rule(name, run) = rule;
    // In a task of its own, so that a panic of the store ends this rule and no other.
    let checked = tokio::spawn(async move {
        empty(&*store).await?;
        run(store).await
    });
    let reason = match checked.await {
        Ok(Ok(())) => return None,
        Ok(Err(Broken(reason))) => reason,
        Err(_) => "the store panicked".to_owned(),
    };
    Some(Failure { name, reason })
}

async fn empty(store: &dyn SessionStore) -> Checked {
    let end_of_time = UnixMillis(i64::MAX);
    let mut rounds = 0;
    while store.delete_expired_sessions(end_of_time, BATCH).await? > 0 {
        rounds += 1;
        ensure!(rounds < 1_000, "the clean-up never comes to an end");
    }
    store
        .update_signing_keys(Box::new(|_| Some(Vec::new())))
        .await?;
    Ok(())
}

fn outcome(failures: Vec<Failure>) -> Result<(), Failures> {
    if failures.is_empty() {
        Ok(())
    } else {
        Err(Failures(failures))
    }
}

/// The rules that a store breaks. `Debug` is as readable as `Display`, so `unwrap` will do.
pub struct Failures(Vec<Failure>);

struct Failure {
    name: &'static str,
    reason: String,
}

impl Failures {
    /// The names of the rules.
    pub fn rules(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|failure| failure.name)
    }
}

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store breaks {} of the rules:", self.0.len())?;
        for failure in &self.0 {
            write!(f, "\n  {}: {}", failure.name, failure.reason)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for Failures {}

// ---- what the rules are written with --------------------------------------------------------------

type Checked<T = ()> = Result<T, Broken>;

/// How a rule is broken.
struct Broken(String);

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        // Its `Debug` has the cause, too.
        Self(format!("the store gave an error: {error:?}"))
    }
}

/// Waits for tasks that were started, and gives their results in the same order.
async fn all<T>(tasks: Vec<tokio::task::JoinHandle<Checked<T>>>) -> Checked<Vec<T>> {
    let mut results = Vec::with_capacity(tasks.len());
    for task in tasks {
        let result = task
            .await
            .map_err(|_| Broken("the store panicked".into()))?;
        results.push(result?);
    }
    Ok(results)
}
