//! A private PostgreSQL for tests, examples and benches.
//!
//! In: the binaries of an installed PostgreSQL. Out: a server of one's own in a temporary folder,
//! which can be stopped, killed and frozen, and which is gone when the program is, however that
//! ends. It never touches a server that was there before.
//!
//! A test begins with one line:
//!
//! ```
//! let Some(server) = sessionkit_testkit::shared_postgres() else { return };
//! let url = server.create_database();
//! # assert!(url.starts_with("postgres://"));
//! ```

mod installation;
mod server;

pub use installation::Installation;
pub use server::{PostgresBuilder, PrivatePostgres};

use std::sync::OnceLock;

/// Set to `1` where PostgreSQL has to be there, as in CI: its lack is then a panic.
const REQUIRED: &str = "SESSIONKIT_REQUIRE_POSTGRES";

/// The server that all tests of one program share, started by the first that asks; `None`, and a
/// line that says so, where PostgreSQL is not installed.
///
/// Quick and unsafe: it does not wait for the disk. Do not stop it, others are using it.
///
/// # Panics
///
/// If PostgreSQL is there and does not start, or if it is not there and
/// `SESSIONKIT_REQUIRE_POSTGRES=1` says that it has to be.
#[must_use]
pub fn shared_postgres() -> Option<&'static PrivatePostgres> {
    static SHARED: OnceLock<Option<PrivatePostgres>> = OnceLock::new();
    let server = SHARED.get_or_init(|| installed().map(|found| found.server().start()));
    if server.is_none() {
        say_skipped();
    }
    server.as_ref()
}

/// A server for this test alone, which it may stop, kill and freeze. Same rules as for
/// [`shared_postgres`].
///
/// # Panics
///
/// As [`shared_postgres`].
#[must_use]
pub fn private_postgres() -> Option<PrivatePostgres> {
    let found = installed();
    if found.is_none() {
        say_skipped();
    }
    found.map(|found| found.server().start())
}

/// What is installed, or `None` if nothing is.
///
/// # Panics
///
/// If nothing is, and `SESSIONKIT_REQUIRE_POSTGRES=1` says that it has to be.
#[must_use]
pub fn installed() -> Option<Installation> {
    match PrivatePostgres::find() {
        Ok(found) => Some(found),
        Err(reason) => {
            let required = std::env::var(REQUIRED).is_ok_and(|value| value == "1");
            assert!(!required, "{reason}, and {REQUIRED}=1 asks for it");
            None
        }
    }
}

fn say_skipped() {
    // Test threads are named after their tests.
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("unnamed");
    let reason = PrivatePostgres::find().err().unwrap_or_default();
    println!("skipped: {reason} ({name})");
}
