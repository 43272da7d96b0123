//! What went wrong with the database, in words that may be logged.
//!
//! In: errors of `sqlx`. Out: a [`Fault`] with the database's message and code, and what that means
//! for the connection. It drops what repeats the values of a row: the detail, the hint, the context
//! and the value that could not be read.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// Something that the database, or the way to it, did not do.
#[derive(Debug)]
pub(super) struct Fault {
    kind: Kind,
    text: String,
}

/// What can be said about the connection and what was sent over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The server said no, and the connection is as good as before.
    Refused,
    /// The server undid the whole transaction because of another one; trying again may help.
    RolledBack,
    /// The connection is of no use any more, and nobody knows how far it got.
    Lost,
    /// There was no connection in the first place.
    Unreachable,
}

impl Fault {
    pub(super) fn unreachable(text: impl Into<String>) -> Self {
        Self {
            kind: Kind::Unreachable,
            text: text.into(),
        }
    }

    pub(super) fn lost(text: impl Into<String>) -> Self {
        Self {
            kind: Kind::Lost,
            text: text.into(),
        }
    }

    pub(super) fn refused(text: impl Into<String>) -> Self {
        Self {
            kind: Kind::Refused,
            text: text.into(),
        }
    }

    pub(super) fn late(limit: Duration) -> Self {
        Self::lost(format!("no answer within {limit:?}"))
    }

    /// The connection broke while it was used.
    pub(super) fn is_lost(&self) -> bool {
        self.kind == Kind::Lost
    }

    /// The transaction was undone as a whole, and may be tried again.
    pub(super) fn is_rolled_back(&self) -> bool {
        self.kind == Kind::RolledBack
    }

    /// Whether the connection can go on to serve somebody else, if no transaction is open on it.
    pub(super) fn leaves_connection_usable(&self) -> bool {
        matches!(self.kind, Kind::Refused | Kind::RolledBack)
    }

    pub(super) fn prefixed(mut self, what: &str) -> Self {
        self.text = format!("{what}: {}", self.text);
        self
    }

    pub(super) fn with_hint(mut self, hint: &str) -> Self {
        self.text = format!("{}; {hint}", self.text);
        self
    }
}

/// What a code of the server's means for the connection.
fn kind_of(code: &str) -> Kind {
    match code {
        // serialization_failure, deadlock_detected
        "40001" | "40P01" => Kind::RolledBack,
        // A shutdown or a crash; and read_only_sql_transaction: after a failover the old connection
        // leads to a server that will never take a write again, a new one to its successor.
        "57P01" | "57P02" | "57P03" | "57P04" | "57P05" | "25006" | "25P03" => Kind::Lost,
        _ if code.starts_with("08") => Kind::Lost,
        _ => Kind::Refused,
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => {
                let code = error.code().unwrap_or(Cow::Borrowed("no code"));
                Self {
                    kind: kind_of(&code),
                    text: format!("{} ({code})", error.message()),
                }
            }
            sqlx::Error::Io(error) => Self::lost(error.to_string()),
            sqlx::Error::Tls(error) => Self::lost(format!("TLS: {error}")),
            sqlx::Error::PoolTimedOut => Self::unreachable("no connection became free in time"),
            sqlx::Error::PoolClosed => Self::unreachable("the pool is closed"),
            sqlx::Error::Protocol(text) => Self::lost(text),
            sqlx::Error::Configuration(error) => Self::unreachable(error.to_string()),
            sqlx::Error::ColumnDecode { index, .. } => {
                Self::lost(format!("column {index} does not hold what it should"))
            }
            _ => Self::lost("an unexpected error of the database's driver"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Fault {}
