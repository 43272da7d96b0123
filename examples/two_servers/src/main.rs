//! Two servers on one PostgreSQL, while the signing keys change every one and a half seconds.
//!
//! `cargo run -p two_servers` starts a database, two servers (each a process of its own) and a
//! client that goes back and forth between them, prints what the client saw, and ends everything.

mod client;
mod server;

use example_driver::Program;
use sessionkit_testkit::{PrivatePostgres, installed};
use std::env;
use std::error::Error;
use std::io;
use std::process::Command;

fn main() -> Result<(), Box<dyn Error>> {
    match env::var("SERVE_FROM") {
        // `start_server` has started this program once more.
        Ok(database) => server::run(&database),
        Err(_) => run_both(),
    }
}

fn run_both() -> Result<(), Box<dyn Error>> {
    let database = Database::find()?;
    let a = start_server(&database)?;
    let b = start_server(&database)?;
    client::run(a.address(), b.address())
    // The servers and a private database end here.
}

/// The address of a database, and the database itself if it is ours.
struct Database {
    url: String,
    _private: Option<PrivatePostgres>,
}

impl Database {
    fn find() -> Result<Self, String> {
        if let Ok(url) = env::var("DATABASE_URL") {
            return Ok(Self {
                url,
                _private: None,
            });
        }
        let missing =
            "no PostgreSQL found: install it, or set DATABASE_URL";
        let private = installed().ok_or(missing)?.server().start();
        Ok(Self {
            url: private.create_database(),
            _private: Some(private),
        })
    }
}

fn start_server(database: &Database) -> io::Result<Program> {
    let mut command = Command::new(env::current_exe()?);
    command.env("SERVE_FROM", &database.url);
    Program::start(&mut command)
}
