//! A call on its way from a task to a thread of the store and back.
//!
//! In: a closure that works on a connection. Out: its result, once the thread says that it counts.
//! The queue is bounded: when it is full, callers wait in their tasks, where a timeout or a closed
//! connection can still take them away, rather than as jobs that nobody waits for any more.

use super::rows::Sql;
use crate::store::StoreError;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tokio::sync::{mpsc, oneshot};

/// How many jobs wait before callers do.
const QUEUE: usize = 1_024;

/// What a thread of the store does for one caller.
pub(super) trait Job: Send {
    /// Does the work and keeps the outcome. May be called again, then the last time counts.
    fn run(&mut self, db: &Connection, sql: &Sql);
    /// Gives the caller the outcome, or why it came to nothing.
    fn answer(self: Box<Self>, came_to_nothing: Option<&str>);
    /// Whether nobody waits for the answer any more.
    fn is_abandoned(&self) -> bool;
}

pub(super) type BoxedJob = Box<dyn Job>;

/// The sending end of a queue of jobs. The threads behind it end when this is dropped and the
/// queue is empty.
pub(super) struct Jobs(mpsc::Sender<BoxedJob>);

/// A queue of jobs, and the end where threads take them.
pub(super) fn queue() -> (Jobs, mpsc::Receiver<BoxedJob>) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    (Jobs(sender), receiver)
}

impl Jobs {
    /// Has the work done by a thread, and waits for the answer.
    pub(super) async fn run<T, F>(&self, doing: &'static str, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&Connection, &Sql) -> rusqlite::Result<T> + Send + 'static,
    {
        let stopped = || StoreError::new(doing, "the store's thread has ended");
        let (answer, answered) = oneshot::channel();
        let call = Call {
            doing,
            work,
            outcome: None,
            answer,
        };
        // Boxed before the wait, so that the future does not carry the closure along.
        let job: BoxedJob = Box::new(call);
        self.0.send(job).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }
}

struct Call<T, F> {
    doing: &'static str,
    work: F,
    /// Nothing until the work has been tried.
    outcome: Option<Result<T, String>>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Job for Call<T, F>
where
    T: Send,
    F: FnMut(&Connection, &Sql) -> rusqlite::Result<T> + Send,
{
    fn run(&mut self, db: &Connection, sql: &Sql) {
        // What a panic leaves behind is this job's closure, which is not used again unless
        // it is started afresh, and the connection, whose statements reset themselves.
        let done = catch_unwind(AssertUnwindSafe(|| (self.work)(db, sql)));
        self.outcome = Some(match done {
            Ok(result) => result.map_err(|error| describe(&error)),
            Err(_) => Err("the closure that was to decide panicked".to_owned()),
        });
    }

    fn answer(self: Box<Self>, came_to_nothing: Option<&str>) {
        let outcome = match (self.outcome, came_to_nothing) {
            // What went wrong with this very job says more than what became of its batch.
            (Some(Err(own)), _) => Err(own),
            (_, Some(reason)) => Err(reason.to_owned()),
            (Some(done), None) => done,
            (None, None) => Err("it was never begun".to_owned()),
        };
        let result = outcome.map_err(|reason| StoreError::new(self.doing, reason));
        // Whoever no longer waits does not want to know.
        let _ = self.answer.send(result);
    }

    fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }
}

/// An error of SQLite as text: its messages name tables and columns, never values.
pub(super) fn describe(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(code, message) => {
            let number = code.extended_code;
            match message {
                Some(message) => format!("{message} (SQLite code {number})"),
                None => format!("{code}"),
            }
        }
        other => other.to_string(),
    }
}
