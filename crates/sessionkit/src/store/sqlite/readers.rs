//! The threads that read, each with a connection that may do nothing else.
//!
//! In WAL mode a reader sees what had been committed when it began, and neither waits for the
//! writer nor holds it up. So whoever has been told that a write is done reads it.

use super::open::Identity;
use super::rows::Sql;
use super::turn::{BoxedJob, Jobs, queue};
use crate::store::StoreError;
use rusqlite::Connection;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use tokio::sync::mpsc;

type SharedQueue = Arc<Mutex<mpsc::Receiver<BoxedJob>>>;

/// Starts a thread for each connection; without connections there is no queue either.
pub(super) fn start(
    connections: Vec<Connection>,
    identity: &Identity,
    sql: &Sql,
) -> Result<(Option<Jobs>, Vec<JoinHandle<()>>), StoreError> {
    if connections.is_empty() {
        return Ok((None, Vec::new()));
    }
    let (reads, receiver) = queue();
    let waiting = Arc::new(Mutex::new(receiver));
    let start_one = |db| {
        let (waiting, identity, sql) = (Arc::clone(&waiting), identity.clone(), sql.clone());
        thread::Builder::new()
            .name("sessionkit-reader".to_owned())
            .spawn(move || run(&db, &sql, &identity, &waiting))
            .map_err(|error| StoreError::new("starting a reading thread of the store", error))
    };
    let threads = connections
        .into_iter()
        .map(start_one)
        .collect::<Result<_, _>>()?;
    Ok((Some(reads), threads))
}

fn run(db: &Connection, sql: &Sql, identity: &Identity, waiting: &SharedQueue) {
    while let Some(mut job) = next(waiting) {
        if job.is_abandoned() {
            continue;
        }
        let here = identity.check();
        if here.is_ok() {
            job.run(db, sql);
        }
        job.answer(here.err().as_deref());
    }
}

/// Waits for a job. One thread waits for the queue, the others for their turn to.
fn next(waiting: &SharedQueue) -> Option<BoxedJob> {
    waiting
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .blocking_recv()
}
