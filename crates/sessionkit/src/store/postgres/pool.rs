//! Connections to PostgreSQL, kept open between calls.
//!
//! In: where the database is, and how many connections there may be. Out: a [`Lease`] on one of
//! them. The pool of `sqlx` is used only where a program shares its own with us: it asks the server
//! for a sign of life whenever a connection comes back, which costs as much as the statement did,
//! and while a server is down it makes every caller wait for the whole time-out.
//!
//! A lease that is not given back, because the caller went away or the time was up, closes its
//! connection: what was half said on it is nobody's business then. This knows nothing of sessions.

use super::fault::Fault;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgQueryResult, PgRow};
use sqlx::query::Query;
use sqlx::{Connection as _, Executor as _, Postgres, SqlStr};
use std::collections::VecDeque;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout, timeout_at};

/// A statement with its values.
pub(super) type Bound<'q> = Query<'q, Postgres, sqlx::postgres::PgArguments>;

/// A connection that lay idle for longer is asked for a sign of life: a firewall may have
/// forgotten it, and then nobody answers.
const UNTESTED: Duration = Duration::from_secs(30);

/// How long the sign of life may take.
const PING: Duration = Duration::from_secs(2);

/// Older connections are replaced, so that a change of address or of memory is noticed some day.
const MAX_AGE: Duration = Duration::from_secs(30 * 60);

/// Between two attempts to reach a server that is about to be there.
const STARTING_UP: Duration = Duration::from_millis(50);

/// Where the connections come from.
#[derive(Clone)]
pub(super) enum Pool {
    Own(Arc<OwnPool>),
    Shared(PgPool),
}

/// Connections that belong to the store.
pub(super) struct OwnPool {
    target: Target,
    permits: Arc<Semaphore>,
    size: u32,
    acquire_timeout: Duration,
    idle: Mutex<VecDeque<Idle>>,
}

struct Idle {
    connection: PgConnection,
    opened: Instant,
    since: Instant,
}

/// The database, and its name for messages.
#[derive(Clone)]
pub(super) struct Target {
    pub options: PgConnectOptions,
    pub name: String,
}

impl Target {
    /// Opens a connection, waiting for a server that says it will be there in a moment, but not
    /// for one that nobody hears of.
    pub(super) async fn open(&self, limit: Duration) -> Result<PgConnection, Fault> {
        let opened = timeout(limit, self.open_patiently()).await;
        opened
            .unwrap_or_else(|_| Err(Fault::unreachable(format!("no answer within {limit:?}"))))
            .map_err(|fault| fault.prefixed(&format!("no connection to {}", self.name)))
    }

    async fn open_patiently(&self) -> Result<PgConnection, Fault> {
        loop {
            match PgConnection::connect_with(&self.options).await {
                Ok(connection) => return Ok(connection),
                // cannot_connect_now, too_many_connections
                Err(sqlx::Error::Database(error))
                    if matches!(error.code().as_deref(), Some("57P03" | "53300")) =>
                {
                    sleep(STARTING_UP).await;
                }
                Err(sqlx::Error::Io(error)) if error.kind() == ErrorKind::ConnectionRefused => {
                    return Err(Fault::unreachable("connection refused"));
                }
                Err(error) => return Err(Fault::unreachable(Fault::from(error).to_string())),
            }
        }
    }
}

impl OwnPool {
    pub(super) fn new(
        target: Target,
        first: PgConnection,
        size: u32,
        acquire_timeout: Duration,
    ) -> Arc<Self> {
        let now = Instant::now();
        Arc::new(Self {
            target,
            permits: Arc::new(Semaphore::new(size as usize)),
            size,
            acquire_timeout,
            idle: Mutex::new(VecDeque::from([Idle {
                connection: first,
                opened: now,
                since: now,
            }])),
        })
    }

    fn idle(&self) -> MutexGuard<'_, VecDeque<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn permit(&self, until: tokio::time::Instant) -> Result<OwnedSemaphorePermit, Fault> {
        let waiting = Arc::clone(&self.permits).acquire_owned();
        let permit = timeout_at(until, waiting).await.map_err(|_| {
            Fault::unreachable(format!(
                "all {} connections were in use for {:?}",
                self.size, self.acquire_timeout
            ))
        })?;
        Ok(permit.expect("invariant: nobody closes the semaphore"))
    }

    async fn lease(self: &Arc<Self>, tested: bool) -> Result<Lease, Fault> {
        let until = tokio::time::Instant::now() + self.acquire_timeout;
        let permit = self.permit(until).await?;
        while let Some(mut idle) = self.take_idle() {
            let rested = idle.since.elapsed();
            if (tested || rested > UNTESTED) && !answers(&mut idle.connection).await {
                continue;
            }
            return Ok(self.lend(idle.connection, idle.opened, permit));
        }
        let connection = self.target.open(self.acquire_timeout).await?;
        Ok(self.lend(connection, Instant::now(), permit))
    }

    /// The connection that was used last: it is the least likely to be dead, and those that are
    /// not needed get old.
    fn take_idle(&self) -> Option<Idle> {
        let mut idle = self.idle();
        while idle
            .front()
            .is_some_and(|oldest| oldest.opened.elapsed() > MAX_AGE)
        {
            idle.pop_front();
        }
        idle.pop_back()
    }

    fn lend(
        self: &Arc<Self>,
        connection: PgConnection,
        opened: Instant,
        permit: OwnedSemaphorePermit,
    ) -> Lease {
        Lease(Some(Held::Own(OwnConnection {
            connection,
            opened,
            pool: Arc::clone(self),
            _permit: permit,
        })))
    }
}

impl Pool {
    /// Lends a connection; with `tested` one that has just given a sign of life, else perhaps one
    /// whose server has gone since it was last used.
    pub(super) async fn lease(&self, tested: bool) -> Result<Lease, Fault> {
        match self {
            Self::Own(pool) => pool.lease(tested).await,
            Self::Shared(pool) => loop {
                let mut connection = pool.acquire().await.map_err(unreachable)?;
                if !tested || answers(&mut connection).await {
                    return Ok(Lease(Some(Held::Shared(connection))));
                }
                drop(connection.detach());
            },
        }
    }

    pub(super) fn target_name(&self) -> String {
        match self {
            Self::Own(pool) => pool.target.name.clone(),
            Self::Shared(pool) => super::options::name_of(&pool.connect_options()),
        }
    }
}

fn unreachable(error: sqlx::Error) -> Fault {
    Fault::unreachable(Fault::from(error).to_string())
}

async fn answers(connection: &mut PgConnection) -> bool {
    matches!(timeout(PING, connection.ping()).await, Ok(Ok(())))
}

/// A connection on loan. Dropping it closes the connection; [`Lease::give_back`] keeps it.
pub(super) struct Lease(Option<Held>);

enum Held {
    Own(OwnConnection),
    Shared(PoolConnection<Postgres>),
}

/// The fields are dropped in this order: the connection is closed before somebody else may open
/// one in its place.
struct OwnConnection {
    connection: PgConnection,
    opened: Instant,
    pool: Arc<OwnPool>,
    _permit: OwnedSemaphorePermit,
}

impl Lease {
    fn connection(&mut self) -> &mut PgConnection {
        match self
            .0
            .as_mut()
            .expect("invariant: a lease holds until it ends")
        {
            Held::Own(own) => &mut own.connection,
            Held::Shared(shared) => shared,
        }
    }

    /// Runs a statement and gives its rows. One round trip, after the first time.
    pub(super) async fn rows(&mut self, statement: Bound<'_>) -> Result<Vec<PgRow>, Fault> {
        Ok(statement.fetch_all(self.connection()).await?)
    }

    /// Runs a statement and tells how many rows it changed. One round trip, after the first time.
    pub(super) async fn execute(&mut self, statement: Bound<'_>) -> Result<u64, Fault> {
        let result: PgQueryResult = statement.execute(self.connection()).await?;
        Ok(result.rows_affected())
    }

    /// Runs statements without values, all in one round trip.
    pub(super) async fn script(&mut self, statements: SqlStr) -> Result<(), Fault> {
        self.connection().execute(sqlx::raw_sql(statements)).await?;
        Ok(())
    }

    /// Gives the connection back for others to use. Nothing may be open on it.
    pub(super) fn give_back(mut self) {
        match self.0.take() {
            Some(Held::Own(own)) if own.opened.elapsed() < MAX_AGE => {
                let OwnConnection {
                    connection,
                    opened,
                    pool,
                    _permit,
                } = own;
                pool.idle().push_back(Idle {
                    connection,
                    opened,
                    since: Instant::now(),
                });
            }
            // Too old; it closes. What is shared goes back by being dropped.
            Some(Held::Own(_) | Held::Shared(_)) | None => {}
        }
    }

    /// Ends the lease after a statement that stood alone failed.
    pub(super) fn end_after(self, fault: &Fault) {
        if fault.leaves_connection_usable() {
            self.give_back();
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // The pool would ask the server how the connection is, and wait for a frozen one.
        if let Some(Held::Shared(connection)) = self.0.take() {
            drop(connection.detach());
        }
    }
}
