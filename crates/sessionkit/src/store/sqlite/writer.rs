//! The thread that writes: takes what is waiting, does it in one transaction, flushes the disk
//! once, then answers.
//!
//! A job that fails takes no other with it. Each writes with one statement, which SQLite applies
//! as a whole or not at all, or keeps to a savepoint of its own; and when an error ends the
//! transaction under everybody (a full disk does), the jobs are done again one by one.

use super::open::{Identity, Opened, open};
use super::rows::Sql;
use super::turn::{BoxedJob, Jobs, describe, queue};
use super::{SqliteOptions, SqliteStore, readers};
use crate::store::StoreError;
use rusqlite::Connection;
use std::thread::{self, JoinHandle};
use tokio::sync::{mpsc, oneshot};

/// How many jobs share a transaction at most, so that the first does not wait for ever.
const BATCH: usize = 256;

/// Starts the writer, which opens the database, and then the readers.
pub(super) async fn start(options: SqliteOptions) -> Result<SqliteStore, StoreError> {
    let (writes, jobs) = queue();
    let (tell, told) = oneshot::channel();
    thread::Builder::new()
        .name("sessionkit-writer".to_owned())
        .spawn(move || match prepare(&options, jobs) {
            Ok((writer, reads)) => {
                // If nobody wants the store any more, the queue has no sender, and this ends.
                let _ = tell.send(Ok(reads));
                writer.run();
            }
            Err(error) => {
                let _ = tell.send(Err(error));
            }
        })
        .map_err(|error| StoreError::new("starting the store's thread", error))?;
    let reads = told
        .await
        .map_err(|_| StoreError::new("opening the store", "the store's thread has ended"))??;
    Ok(SqliteStore::new(writes, reads))
}

fn prepare(
    options: &SqliteOptions,
    jobs: mpsc::Receiver<BoxedJob>,
) -> Result<(Writer, Option<Jobs>), StoreError> {
    let Opened {
        writer,
        readers,
        identity,
        sql,
    } = open(options)?;
    let (reads, threads) = readers::start(readers, &identity, &sql)?;
    let writer = Writer {
        db: writer,
        sql,
        identity,
        jobs,
        readers: threads,
    };
    Ok((writer, reads))
}

struct Writer {
    db: Connection,
    sql: Sql,
    identity: Identity,
    jobs: mpsc::Receiver<BoxedJob>,
    readers: Vec<JoinHandle<()>>,
}

impl Writer {
    fn run(mut self) {
        while let Some(first) = self.jobs.blocking_recv() {
            self.batch(first);
        }
        // The last connection to close puts the log into the main file and removes it. A reader
        // may not write, so it must not be the last.
        for reader in self.readers {
            let _ = reader.join();
        }
    }

    fn batch(&mut self, first: BoxedJob) {
        let mut batch = vec![first];
        if let Err(reason) = self.begin() {
            // All who wait hear it at once. One by one, each would wait for the lock again.
            self.take_waiting(&mut batch);
            return answer_all(batch, Some(&reason));
        }
        let mut done = 0;
        while let Some(job) = batch.get_mut(done) {
            job.run(&self.db, &self.sql);
            done += 1;
            if self.db.is_autocommit() {
                return self.one_by_one(batch);
            }
            // Those who came while this one was worked on still get a seat.
            if done == batch.len() {
                self.take_waiting(&mut batch);
            }
        }
        let outcome = self.commit();
        answer_all(batch, outcome.err().as_deref());
    }

    fn take_waiting(&mut self, batch: &mut Vec<BoxedJob>) {
        while batch.len() < BATCH
            && let Ok(job) = self.jobs.try_recv()
        {
            batch.push(job);
        }
    }

    /// What SQLite does when an error leaves no way to go on is to undo the whole transaction.
    /// Nothing of this batch has happened, so each job may be done again.
    fn one_by_one(&mut self, batch: Vec<BoxedJob>) {
        for mut job in batch {
            let outcome = self.begin().and_then(|()| {
                job.run(&self.db, &self.sql);
                if self.db.is_autocommit() {
                    return Err("the database ended the transaction".to_owned());
                }
                self.commit()
            });
            job.answer(outcome.err().as_deref());
        }
    }

    fn begin(&self) -> Result<(), String> {
        self.identity.check()?;
        self.roll_back();
        self.execute("BEGIN IMMEDIATE")
    }

    fn commit(&self) -> Result<(), String> {
        let outcome = self.execute("COMMIT");
        if outcome.is_err() {
            self.roll_back();
        }
        outcome
    }

    fn roll_back(&self) {
        if !self.db.is_autocommit() {
            // If that fails, the next BEGIN does, and says why.
            let _ = self.execute("ROLLBACK");
        }
    }

    fn execute(&self, sql: &str) -> Result<(), String> {
        self.db
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute([]))
            .map(drop)
            .map_err(|error| describe(&error))
    }
}

fn answer_all(batch: Vec<BoxedJob>, came_to_nothing: Option<&str>) {
    for job in batch {
        job.answer(came_to_nothing);
    }
}
