//! Creating and refreshing on PostgreSQL over 16 connections, beside pgbench with the same
//! statements on the same server.

use crate::turns::{medians, rate_of_tasks, row};
use sessionkit::{AppInfo, PostgresStore, Rotation, Sessions};
use sessionkit_testkit::PrivatePostgres;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Mutex;

const CONNECTIONS: u32 = 16;
const FOR: Duration = Duration::from_secs(3);

/// What `create_session` and a refresh send, with pgbench's variables in place of parameters.
const CREATE: &str = include_str!("create.sql");
const REFRESH: &str = include_str!("refresh.sql");

pub fn run() {
    let Some(found) = sessionkit_testkit::installed() else {
        println!("no PostgreSQL found");
        return;
    };
    let server = found.server().fsync(true).start();
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let url = server.create_database();
    let sessions = runtime.block_on(sessions(&url));
    let scratch = tempfile::tempdir().expect("a folder");
    let pgbench = Pgbench {
        server: &server,
        url: &url,
        scratch: scratch.path(),
    };
    pgbench.prepare();

    let create = medians(&mut [
        &mut || {
            let sessions = sessions.clone();
            rate_of_tasks(&runtime, CONNECTIONS as usize, FOR, move |task| {
                let sessions = sessions.clone();
                async move {
                    let session = sessions.create_new_session(format!("user {task}")).await;
                    session.expect("created");
                }
            })
        },
        &mut || pgbench.rate("create", CREATE),
    ]);
    let refresh = medians(&mut [
        &mut || refreshes(&runtime, &sessions, CONNECTIONS as usize, FOR),
        &mut || pgbench.rate("refresh", REFRESH),
    ]);
    let peer = "pgbench";
    row(
        "create, PostgreSQL, 16 connections",
        create[0],
        peer,
        create[1],
        "0.8",
    );
    row(
        "refresh, PostgreSQL, 16 connections",
        refresh[0],
        peer,
        refresh[1],
        "0.8",
    );
}

async fn sessions(url: &str) -> Sessions {
    let store = PostgresStore::options(url)
        .max_connections(CONNECTIONS)
        .connect()
        .await
        .expect("a store");
    Sessions::builder()
        .store(store)
        .app_info(AppInfo::new(
            "https://api.example.com",
            "https://example.com",
        ))
        .rotation(Rotation::strict())
        .never_clean_up()
        .build()
        .await
        .expect("sessions")
}

/// Each task has a session of its own and refreshes it with its newest token.
pub fn refreshes(runtime: &Runtime, sessions: &Sessions, tasks: usize, time: Duration) -> f64 {
    let tokens: Vec<_> = runtime.block_on(async {
        let mut tokens = Vec::new();
        for task in 0..tasks {
            let session = sessions.create_new_session(format!("user {task}")).await;
            let session = session.expect("created");
            tokens.push(Mutex::new(session.refresh_token().expect("new").to_owned()));
        }
        tokens
    });
    let tokens = Arc::new(tokens);
    let sessions = sessions.clone();
    rate_of_tasks(runtime, tasks, time, move |task| {
        let (sessions, tokens) = (sessions.clone(), Arc::clone(&tokens));
        async move {
            let mut token = tokens[task].lock().await;
            let session = sessions.refresh_session(&**token).await.expect("refreshed");
            *token = session.refresh_token().expect("new").to_owned();
        }
    })
}

struct Pgbench<'a> {
    server: &'a PrivatePostgres,
    url: &'a str,
    scratch: &'a Path,
}

impl Pgbench<'_> {
    /// A row for each client to refresh.
    fn prepare(&self) {
        for client in 0..CONNECTIONS {
            let insert = CREATE
                .lines()
                .filter(|line| !line.starts_with("--"))
                .collect::<Vec<_>>()
                .join(" ")
                .replace(
                    "substr(md5(random()::text), 1, 22)",
                    &format!("lpad('{client}', 22, '0')"),
                )
                .replace(":client_id", &client.to_string());
            let psql = self
                .program("psql")
                .args(["-q", "-c", &insert, self.url])
                .status();
            assert!(psql.expect("psql runs").success(), "{insert}");
        }
    }

    /// Transactions per second, as pgbench counts them without the time to connect.
    fn rate(&self, name: &str, script: &str) -> f64 {
        let file = self.scratch.join(format!("{name}.sql"));
        std::fs::write(&file, script).expect("written");
        let output = self
            .program("pgbench")
            .args(["-n", "-M", "prepared", "-j", "2"])
            .arg("-c")
            .arg(CONNECTIONS.to_string())
            .arg("-T")
            .arg(FOR.as_secs().to_string())
            .arg("-f")
            .arg(&file)
            .arg(self.url)
            .output()
            .expect("pgbench runs");
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}{errors}");
        let rate = text.lines().find_map(|line| line.strip_prefix("tps = "));
        let rate = rate.and_then(|line| line.split_whitespace().next());
        rate.and_then(|rate| rate.parse().ok())
            .unwrap_or_else(|| panic!("no rate in {text}"))
    }

    fn program(&self, name: &str) -> Command {
        Command::new(self.server.programs().join(name))
    }
}
