//! How to reach PostgreSQL: an address, and what may be set besides.
//!
//! In: an address as text. Out: an open [`PostgresStore`] with its tables made, or an error that
//! names the host, the database and the role, and never the password.

use super::PostgresStore;
use super::pool::{OwnPool, Pool, Target};
use crate::error::SessionError;
use crate::store::{StoreError, check_table_prefix};
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use std::fmt;
use std::time::Duration;

/// Settings of a [`PostgresStore`], from [`PostgresStore::options`].
#[derive(Clone)]
#[must_use = "nothing happens before `connect`"]
pub struct PostgresOptions {
    url: String,
    pub(super) table_prefix: String,
    max_connections: u32,
    acquire_timeout: Duration,
    pub(super) call_timeout: Duration,
}

impl PostgresOptions {
    pub(super) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            table_prefix: String::new(),
            max_connections: 10,
            acquire_timeout: Duration::from_secs(5),
            call_timeout: super::CALL_TIMEOUT,
        }
    }

    /// What the names of the tables begin with, nothing by default. At most 40 characters of a-z,
    /// 0-9 and `_`.
    pub fn table_prefix(mut self, prefix: &str) -> Self {
        self.table_prefix = prefix.to_owned();
        self
    }

    /// How many connections there may be at once, 10 by default. They are opened when needed.
    pub fn max_connections(mut self, connections: u32) -> Self {
        self.max_connections = connections.max(1);
        self
    }

    /// How long a call waits for a connection before it fails, 5 seconds by default.
    pub fn acquire_timeout(mut self, timeout: Duration) -> Self {
        self.acquire_timeout = timeout;
        self
    }

    /// How long a call takes altogether before it fails, 10 seconds by default. So a server that
    /// has frozen, or a network that swallows everything, leads to an error and not to a request
    /// that hangs.
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = timeout;
        self
    }

    /// Connects, and makes the tables or brings them up to date. Doing that twice, or from two
    /// servers at once, does no harm. A role that may not make tables will do if they are there.
    ///
    /// # Errors
    ///
    /// [`SessionError::Configuration`] if the address is not one of PostgreSQL's.
    /// [`SessionError::StoreUnavailable`] if the database cannot be reached, does not let us in or
    /// does not let us make the tables, or if a newer version of this crate has made them.
    pub async fn connect(self) -> Result<PostgresStore, SessionError> {
        check_table_prefix(&self.table_prefix)?;
        let options = parse(&self.url)?;
        let target = Target {
            name: name_of(&options),
            options,
        };
        let first = target
            .open(self.acquire_timeout)
            .await
            .map_err(|fault| StoreError::new("connecting", fault))?;
        let pool = OwnPool::new(target, first, self.max_connections, self.acquire_timeout);
        PostgresStore::open(Pool::Own(pool), &self.table_prefix, self.call_timeout).await
    }
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the address: there may be a password in it.
        f.debug_struct("PostgresOptions")
            .field("table_prefix", &self.table_prefix)
            .field("max_connections", &self.max_connections)
            .field("acquire_timeout", &self.acquire_timeout)
            .field("call_timeout", &self.call_timeout)
            .finish_non_exhaustive()
    }
}

fn parse(url: &str) -> Result<PgConnectOptions, SessionError> {
    let wrong = |problem: String| {
        Err(SessionError::configuration(format!(
            "the address of the database {problem}"
        )))
    };
    let rest = url
        .strip_prefix("postgres://")
        .or_else(|| url.strip_prefix("postgresql://"));
    let Some(rest) = rest else {
        return wrong("has to start with `postgres://`".to_owned());
    };
    // A `/`, `?` or `#` in a password ends the part with the host too early. What comes after it
    // would be taken for the name of the database, and be shown in messages.
    if rest
        .find(['/', '?', '#'])
        .is_some_and(|end| rest[end..].contains('@'))
    {
        return wrong(
            "has an `@` after the host: write `/`, `?`, `#` and `@` in a password as `%2F`, `%3F`, \
             `%23` and `%40`"
                .to_owned(),
        );
    }
    let options: PgConnectOptions = match url.parse() {
        Ok(options) => options,
        Err(error) => return wrong(format!("cannot be read: {error}")),
    };
    let options = options.disable_statement_logging();
    if options.get_application_name().is_some() {
        return Ok(options);
    }
    Ok(options.application_name("sessionkit"))
}

/// The database for messages: its name, host and role.
pub(super) fn name_of(options: &PgConnectOptions) -> String {
    let role = options.get_username();
    let database = options.get_database().unwrap_or(role);
    let host = match options.get_socket() {
        Some(folder) => folder.display().to_string(),
        None => options.get_host().to_owned(),
    };
    let port = options.get_port();
    format!("database `{database}` on {host}:{port} as `{role}`")
}
