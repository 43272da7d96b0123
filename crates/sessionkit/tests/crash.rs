//! Sessions outlive a `kill -9` in the middle of refreshing: the client's program killed on SQLite
//! and on PostgreSQL, and PostgreSQL itself killed with all its processes.
//!
//! The test starts itself again as a child that refreshes many sessions and writes every answer to
//! a pipe, as a browser would learn it. Whatever the parent has read has been promised: after the
//! kill that token, or its one successor, is good, and none that is older. What this cannot show is
//! a power cut, in which the operating system's memory is lost too.

#![expect(
    clippy::unwrap_used,
    reason = "in a test, what is missing is a failure"
)]

use sessionkit::{
    AppInfo, ManualClock, PostgresStore, SessionEvent, SessionHandle, SessionStore, Sessions,
    Signing, SqliteStore, UnixMillis,
};
use sessionkit_testkit::{PrivatePostgres, installed, private_postgres};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

/// Set in the child, to the address of its database.
const DATABASE: &str = "SESSIONKIT_CRASH_DATABASE";
const NOW: UnixMillis = UnixMillis(1_790_000_000_123);
const WINDOW: Duration = Duration::from_secs(30);
const SESSIONS: usize = 24;
/// After so many answers the kill comes, in each round after some more.
const ANSWERS: [usize; 6] = [1, 40, 97, 211, 400, 703];

async fn store(database: &str) -> Arc<dyn SessionStore> {
    if database.starts_with("postgres:") {
        let options = PostgresStore::options(database).max_connections(8);
        Arc::new(options.connect().await.unwrap())
    } else {
        Arc::new(SqliteStore::open(database).await.unwrap())
    }
}

async fn sessions(
    store: Arc<dyn SessionStore>,
    clock: &Arc<ManualClock>,
    replays: &Arc<AtomicU32>,
) -> Sessions {
    let replays = Arc::clone(replays);
    Sessions::builder()
        .shared_store(store)
        .app_info(AppInfo::new("https://example.com", "https://example.com"))
        .signing(Signing::hs256())
        .clock(Arc::clone(clock))
        .never_clean_up()
        .on_event(move |event| {
            let replayed = matches!(event, SessionEvent::RefreshReplayed { .. });
            replays.fetch_add(u32::from(replayed), SeqCst);
        })
        .build()
        .await
        .unwrap()
}

/// Tells what a client has just been given. Ends if nobody is left to hear it.
fn tell(token: &str) {
    let line = format!("\ntoken:{token}\n");
    let mut pipe = std::io::stdout().lock();
    let told = pipe.write_all(line.as_bytes()).and_then(|()| pipe.flush());
    if told.is_err() {
        std::process::exit(1);
    }
}

/// What the child does: no test, except where there is a database to refresh sessions in.
#[test]
fn the_child_that_will_be_killed() {
    let Ok(database) = std::env::var(DATABASE) else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let clock = Arc::new(ManualClock::new(NOW));
        let sessions = sessions(store(&database).await, &clock, &Arc::default()).await;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..SESSIONS {
            tasks.spawn(client(sessions.clone(), Arc::clone(&clock)));
        }
        tasks.join_all().await;
    });
}

async fn client(sessions: Sessions, clock: Arc<ManualClock>) {
    let first = sessions.create_new_session("alice").await.unwrap();
    let mut newest = first.refresh_token().unwrap().to_owned();
    tell(&newest);
    // A server that has died answers no more, and nobody knows what it did last.
    while let Ok(next) = sessions.refresh_session(newest.as_str()).await {
        clock.advance(WINDOW); // or the next one would come back as it is
        next.refresh_token().unwrap().clone_into(&mut newest);
        tell(&newest);
    }
}

/// The tokens of each session that the clients know of, oldest first.
type Known = BTreeMap<String, Vec<String>>;

struct Traffic {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    known: Known,
}

impl Traffic {
    fn start(database: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_child_that_will_be_killed", "--nocapture"])
            .env(DATABASE, database)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            lines,
            known: Known::new(),
        }
    }

    /// Reads one more answer; `false` if there are none.
    fn read(&mut self) -> bool {
        for line in self.lines.by_ref() {
            let Ok(line) = line else { return false };
            let Some(token) = line.strip_prefix("token:") else {
                continue;
            };
            if token.len() < 100 {
                continue; // cut off by the kill
            }
            let handle = token.split('.').nth(1).unwrap().to_owned();
            self.known.entry(handle).or_default().push(token.to_owned());
            return true;
        }
        false
    }

    fn read_answers(&mut self, count: usize) {
        for _ in 0..count {
            assert!(self.read(), "the child ended by itself");
        }
    }

    /// Kills the child, and gives what it had told by then.
    fn kill(mut self) -> Known {
        self.child.kill().unwrap();
        while self.read() {}
        self.child.wait().unwrap();
        self.known
    }

    /// Waits until the child has noticed that its database is gone.
    fn end(mut self) -> Known {
        while self.read() {}
        self.child.wait().unwrap();
        self.known
    }
}

/// Opens the database again and looks at every session. Gives how many refreshes had been done and
/// not answered.
async fn check(database: &str, known: &Known, seen: &mut BTreeSet<SessionHandle>) -> u32 {
    let (store, replays) = (store(database).await, Arc::new(AtomicU32::new(0)));
    let clock = Arc::new(ManualClock::new(NOW));
    let sessions = sessions(Arc::clone(&store), &clock, &replays).await;
    let listed = sessions
        .get_all_session_handles_for_user("alice")
        .all()
        .await;
    let listed: BTreeSet<_> = listed.unwrap().into_iter().collect();
    for handle in known.keys() {
        assert!(
            listed.contains(&handle.parse().unwrap()),
            "a session was lost"
        );
    }
    // Those of which nobody was told were being created; they have never been refreshed.
    for handle in listed
        .iter()
        .filter(|handle| !known.contains_key(handle.as_str()))
    {
        let row = store.read_session(handle).await.unwrap().unwrap();
        assert_eq!(row.generation, 0, "a session out of nowhere");
        assert!(seen.insert(handle.clone()));
    }
    assert!(listed.len() - known.len() <= SESSIONS);

    for (handle, tokens) in known {
        let newest = tokens.last().unwrap();
        let generations: Vec<_> = tokens.iter().map(|token| generation(token)).collect();
        assert!(
            generations.iter().copied().eq(0..tokens.len() as i64),
            "{generations:?}"
        );
        let handle: SessionHandle = handle.parse().unwrap();
        let row = store.read_session(&handle).await.unwrap().unwrap();
        let ahead = row.generation - generation(newest);
        assert!(
            ahead == 0 || ahead == 1,
            "{ahead} generations from what the client knows"
        );

        // A successor that was made already comes again only in time, and a new one only later.
        let rotated_at = row.rotated_at.unwrap_or(NOW);
        clock.set(if ahead == 1 {
            rotated_at
        } else {
            rotated_at.plus(WINDOW)
        });
        let next = sessions.refresh_session(newest.as_str()).await.unwrap();
        clock.advance(WINDOW);
        let next = next.refresh_token().unwrap().to_owned();
        assert_eq!(generation(&next), generation(newest) + 1);
        let after = sessions.refresh_session(next.as_str()).await.unwrap();
        assert_eq!(
            generation(after.refresh_token().unwrap()),
            generation(newest) + 2
        );
        // Whoever still has an older one is a thief.
        let thief = sessions
            .refresh_session(tokens[tokens.len() / 2].as_str())
            .await;
        assert_eq!(thief.unwrap_err().code(), "token_theft_detected");
    }
    let left = sessions
        .get_all_session_handles_for_user("alice")
        .all()
        .await
        .unwrap();
    assert_eq!(left.len(), listed.len() - known.len());
    sessions
        .revoke_all_sessions_for_user("alice")
        .await
        .unwrap();
    replays.load(SeqCst)
}

fn generation(token: &str) -> i64 {
    token.split('.').nth(2).unwrap().parse().unwrap()
}

fn after_every_kill(database: &str, kill: impl Fn(Traffic) -> Known) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut seen = BTreeSet::new();
    for answers in ANSWERS {
        let mut traffic = Traffic::start(database);
        traffic.read_answers(answers);
        let known = kill(traffic);
        let told: usize = known.values().map(Vec::len).sum();
        assert!(told >= answers);
        let replays = runtime.block_on(check(database, &known, &mut seen));
        println!("{told} answers, {replays} refreshes that nobody had been told of");
    }
}

#[test]
fn sqlite_keeps_every_answer_when_the_program_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("app.db");
    after_every_kill(database.to_str().unwrap(), Traffic::kill);
}

#[test]
fn postgres_keeps_every_answer_when_the_program_is_killed() {
    let Some(server) = private_postgres() else {
        return;
    };
    after_every_kill(&server.create_database(), Traffic::kill);
}

#[test]
fn postgres_keeps_every_answer_when_it_is_killed_itself() {
    let Some(installed) = installed() else { return };
    let server: PrivatePostgres = installed.server().fsync(true).start();
    after_every_kill(&server.create_database(), |traffic| {
        server.kill_hard();
        let known = traffic.end();
        server.start_again();
        known
    });
}
