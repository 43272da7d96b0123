//! One private server: a temporary folder, a process, and somebody who cleans up after both.
//!
//! In: an [`Installation`] and settings. Out: a running server and its address. Who cleans up is a
//! small `sh` that reads from a pipe which only this program holds open: when the pipe closes, for
//! whatever reason, `sh` ends the server and removes the folder. (A signal at the parent's death
//! will not do: Linux sends it when the *thread* ends, and every test has a thread of its own.)

use crate::installation::Installation;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, File};
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Far more than any start or stop takes, on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(120);
const STEP: Duration = Duration::from_millis(10);

/// `$1` is the server, `$2` the folder. A frozen server has to be woken before it can end. The
/// line `stopped` says that the server is down already, and `keep` that nothing is to be done.
const CLEANER: &str = r#"
read -r word
[ "$word" = keep ] && exit 0
for stat in /proc/[0-9]*/stat; do
  read -r pid name state parent rest 2>/dev/null <"$stat" && [ "$parent" = "$1" ] && kill -CONT "$pid"
done 2>/dev/null
kill -CONT "$1" 2>/dev/null
kill -QUIT "$1" 2>/dev/null
tries=0
while kill -0 "$1" 2>/dev/null && [ $tries -lt 200 ]; do sleep 0.05; tries=$((tries + 1)); done
kill -KILL "$1" 2>/dev/null
rm -rf "$2"
"#;

/// A server that is about to be made.
#[derive(Debug, Clone)]
pub struct PostgresBuilder {
    installation: Installation,
    settings: Vec<(String, String)>,
    fsync: bool,
}

impl PostgresBuilder {
    pub(crate) fn new(installation: Installation) -> Self {
        Self {
            installation,
            settings: Vec::new(),
            fsync: false,
        }
    }

    /// Whether the server waits for the disk. It does not by default; tests about crashes and
    /// benches want it to.
    #[must_use]
    pub fn fsync(mut self, fsync: bool) -> Self {
        self.fsync = fsync;
        self
    }

    /// A line of `postgresql.conf`.
    #[must_use]
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Makes the folder and starts the server.
    ///
    /// # Panics
    ///
    /// If that does not work, with the end of the server's log.
    #[must_use]
    pub fn start(self) -> PrivatePostgres {
        let folder = make_folder(&self.installation);
        let mut server = PrivatePostgres {
            port: 0,
            databases: AtomicU32::new(0),
            running: Mutex::new(None),
            installation: self.installation,
            settings: self.settings,
            fsync: self.fsync,
            folder,
        };
        server.init();
        // Somebody else may take the port between the look and the start.
        for _ in 0..5 {
            server.port = free_port();
            if server.launch().is_ok() {
                return server;
            }
        }
        panic!("PostgreSQL does not start:\n{}", server.log());
    }
}

/// A server of one's own, stopped and removed when this is dropped.
///
/// Passwords are not asked for, except from a role named `with_password`.
#[derive(Debug)]
pub struct PrivatePostgres {
    installation: Installation,
    settings: Vec<(String, String)>,
    fsync: bool,
    port: u16,
    databases: AtomicU32,
    running: Mutex<Option<Running>>,
    folder: TempDir,
}

#[derive(Debug)]
struct Running {
    server: Child,
    cleaner: Child,
}

impl PrivatePostgres {
    /// Finds the programs, without starting anything.
    ///
    /// # Errors
    ///
    /// Why there are none that can be run.
    pub fn find() -> Result<Installation, String> {
        Installation::find()
    }

    /// The address of the database `postgres`, as the superuser.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_of("postgres", "postgres")
    }

    /// The address of a database, as some role; either may carry a password: `role:password`.
    #[must_use]
    pub fn url_of(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}", self.port)
    }

    /// The TCP port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder with the server's programs.
    #[must_use]
    pub fn programs(&self) -> &Path {
        self.installation.folder()
    }

    /// Makes an empty database and gives its address.
    ///
    /// # Panics
    ///
    /// If the server refuses.
    #[must_use]
    pub fn create_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        self.url_of("postgres", &name)
    }

    /// Runs SQL in a database (a name or a whole address) as the superuser, and gives what comes
    /// out: a line for each row, `|` between values.
    ///
    /// # Panics
    ///
    /// If the server refuses.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let name = database.rsplit('/').next().unwrap_or(database);
        let output = self
            .installation
            .command("psql")
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"])
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string()])
            .args(["-U", "postgres", "-d", name, "-c", sql])
            .stdin(Stdio::null())
            .output()
            .expect("psql can be run");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{sql}: {errors}");
        String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned()
    }

    /// Shuts the server down as an administrator would: transactions are rolled back, connections
    /// closed. Does nothing if it is not running.
    ///
    /// # Panics
    ///
    /// If it does not stop within two minutes.
    pub fn stop(&self) {
        if let Some(mut running) = self.lock().take() {
            signal(running.server.id(), Signal::INT);
            wait_for_end(&mut running.server);
            running.dismiss_cleaner();
        }
    }

    /// Kills the server and everything that belongs to it at once, as a power cut would.
    ///
    /// # Panics
    ///
    /// If it survives that.
    pub fn kill_hard(&self) {
        if let Some(mut running) = self.lock().take() {
            // Stopped first, so that it cannot start anything while we look for what there is.
            signal(running.server.id(), Signal::STOP);
            let children = children(running.server.id());
            signal(running.server.id(), Signal::KILL);
            wait_for_end(&mut running.server);
            for child in &children {
                signal(*child, Signal::KILL);
            }
            // A server will not start while one of the old one's processes is left.
            wait_until("its processes are gone", || {
                children.iter().all(|child| !is_alive(*child))
            });
            running.dismiss_cleaner();
        }
    }

    /// Starts the server again, with the same data and address. Does nothing if it is running.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn start_again(&self) {
        if self.lock().is_none() {
            let started = self.launch();
            assert!(started.is_ok(), "no start:\n{}", self.log());
        }
    }

    /// Stops all of the server's processes where they are: connections stay open, new ones are
    /// accepted by the kernel, and nobody answers.
    pub fn freeze(&self) {
        if let Some(running) = &*self.lock() {
            signal(running.server.id(), Signal::STOP);
            for child in children(running.server.id()) {
                signal(child, Signal::STOP);
            }
        }
    }

    /// Ends a [`freeze`](Self::freeze).
    pub fn thaw(&self) {
        if let Some(running) = &*self.lock() {
            for child in children(running.server.id()) {
                signal(child, Signal::CONT);
            }
            signal(running.server.id(), Signal::CONT);
        }
    }

    /// The server's log, for a test that failed or wants to know what was said.
    #[must_use]
    pub fn log(&self) -> String {
        let text = fs::read(self.folder.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&text).into_owned()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn init(&self) {
        let output = self
            .installation
            .command("initdb")
            .arg("--pgdata")
            .arg(self.data())
            .args(["--no-sync", "--auth=trust", "--username=postgres"])
            .args(["--encoding=UTF8", "--no-locale"])
            .stdin(Stdio::null())
            .output()
            .expect("initdb can be run");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "initdb: {errors}");
        let path = self.data().join("pg_hba.conf");
        let rules = "host all with_password 127.0.0.1/32 scram-sha-256\n\
                     local all all trust\n\
                     host all all 127.0.0.1/32 trust\n";
        fs::write(path, rules).expect("the rules of access can be written");
    }

    fn launch(&self) -> Result<(), ()> {
        let mut server = self.spawn();
        let deadline = Instant::now() + PATIENCE;
        while !self.is_ready(server.id()) {
            let ended = server.try_wait().expect("the server can be waited for");
            if ended.is_some() || Instant::now() > deadline {
                let _ = server.kill();
                let _ = server.wait();
                return Err(());
            }
            sleep(STEP);
        }
        let cleaner = Command::new("sh")
            .args(["-c", CLEANER, "sh", &server.id().to_string()])
            .arg(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            .spawn()
            .expect("sh can be run");
        *self.lock() = Some(Running { server, cleaner });
        Ok(())
    }

    fn spawn(&self) -> Child {
        let path = self.folder.path().join("log");
        let log = File::options().create(true).append(true).open(path);
        let log = log.expect("the log can be opened");
        let mut command = self.installation.command("postgres");
        command.arg("-D").arg(self.data());
        let mut set = |name: &str, value: &str| {
            command.arg("-c").arg(format!("{name}={value}"));
        };
        set("listen_addresses", "127.0.0.1");
        set("port", &self.port.to_string());
        set(
            "unix_socket_directories",
            &self.folder.path().to_string_lossy(),
        );
        set("max_connections", "200");
        set("shared_buffers", "64MB");
        set("max_wal_size", "4GB");
        if !self.fsync {
            set("fsync", "off");
            set("synchronous_commit", "off");
            set("full_page_writes", "off");
        }
        for (name, value) in &self.settings {
            set(name, value);
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::from(log))
            .spawn()
            .expect("postgres can be run")
    }

    /// The server writes its number and state into this file, which `pg_ctl` waits for, too.
    fn is_ready(&self, server: u32) -> bool {
        let text = fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        let mut lines = text.lines();
        let is_ours = lines.next() == Some(server.to_string().as_str());
        is_ours && lines.nth(6).is_some_and(|state| state.trim() == "ready")
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        // Nobody needs its data any more, so it need not write them.
        if let Some(mut running) = self.lock().take() {
            for child in children(running.server.id()) {
                signal(child, Signal::CONT);
            }
            signal(running.server.id(), Signal::CONT);
            signal(running.server.id(), Signal::QUIT);
            let _ = running.server.wait();
            running.dismiss_cleaner();
        }
    }
}

impl Running {
    /// Lets the cleaner go without cleaning: its server has ended, and its number may be another's.
    fn dismiss_cleaner(&mut self) {
        if let Some(mut pipe) = self.cleaner.stdin.take() {
            let _ = pipe.write_all(b"keep\n");
        }
        let _ = self.cleaner.wait();
    }
}

/// A folder that the server's account may use, with a path short enough for a socket in it.
fn make_folder(installation: &Installation) -> TempDir {
    let mut builder = tempfile::Builder::new();
    builder.prefix("sessionkit-pg-");
    let mut folder = builder.tempdir().expect("a temporary folder can be made");
    if folder.path().as_os_str().len() > 80 {
        folder = builder
            .tempdir_in("/tmp")
            .expect("a folder can be made in /tmp");
    }
    if let Some(account) = installation.account() {
        std::os::unix::fs::chown(folder.path(), Some(account.uid), Some(account.gid))
            .expect("root can give a folder away");
    }
    folder
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
    let address = listener
        .local_addr()
        .expect("a bound socket has an address");
    address.port()
}

fn signal(process: u32, signal: Signal) {
    let pid = i32::try_from(process).ok().and_then(Pid::from_raw);
    // One that has ended meanwhile needs no signal.
    let _ = pid.map(|pid| kill_process(pid, signal));
}

/// Reads state and parent of a process from the kernel's table.
fn state(process: &str) -> Option<(char, u32)> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name stands in brackets and may contain anything.
    let mut fields = text.rsplit_once(") ")?.1.split(' ');
    let state = fields.next()?.chars().next()?;
    Some((state, fields.next()?.parse().ok()?))
}

fn children(parent: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| state(name).is_some_and(|(_, of)| of == parent))
        .filter_map(|name| name.parse().ok())
        .collect()
}

/// Whether a process runs; one that only waits to be collected by its new parent does not.
fn is_alive(process: u32) -> bool {
    state(&process.to_string()).is_some_and(|(state, _)| !matches!(state, 'Z' | 'X'))
}

fn wait_for_end(child: &mut Child) {
    wait_until("the server ends", || {
        child
            .try_wait()
            .expect("a child can be waited for")
            .is_some()
    });
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        sleep(STEP);
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
