//! Finds the programs of an installed PostgreSQL, and the account to run them as.
//!
//! In: the search path, usual folders, the list of accounts. Out: where `initdb` and `postgres`
//! are, or why they cannot be run. Nothing is started here.

use crate::server::PostgresBuilder;
use std::env;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder with the server's programs can be named here.
const FOLDER: &str = "SESSIONKIT_PG_BIN";

/// PostgreSQL refuses to run as root; distributions make this account for it.
const ACCOUNT: &str = "postgres";

/// The programs of an installed PostgreSQL.
#[derive(Debug, Clone)]
pub struct Installation {
    folder: PathBuf,
    account: Option<Account>,
}

/// The account that the programs run as, if not as our own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Account {
    pub uid: u32,
    pub gid: u32,
}

impl Installation {
    /// Looks in `SESSIONKIT_PG_BIN`, the search path and the usual folders, newest version first.
    pub(crate) fn find() -> Result<Self, String> {
        let folder = folders()
            .into_iter()
            .find_map(|folder| home_of(&folder))
            .ok_or("no PostgreSQL found")?;
        Ok(Self {
            folder,
            account: account()?,
        })
    }

    /// A server of these programs, not yet started.
    #[must_use]
    pub fn server(&self) -> PostgresBuilder {
        PostgresBuilder::new(self.clone())
    }

    /// The folder with the programs, `pgbench` for example.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn account(&self) -> Option<Account> {
        self.account
    }

    /// One of the programs, as the right account and without settings from outside.
    pub(crate) fn command(&self, program: &str) -> Command {
        let ours = self.folder.join(program);
        // `psql` may come from another package, and be somewhere else.
        let path = if ours.is_file() { ours } else { program.into() };
        let mut command = Command::new(path);
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        command.env("LC_ALL", "C").current_dir("/");
        if let Some(account) = self.account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }
}

/// Where the programs in a folder really are: some folders only point at a few of them.
fn home_of(folder: &Path) -> Option<PathBuf> {
    let home = fs::canonicalize(folder.join("initdb"))
        .ok()?
        .parent()?
        .to_owned();
    home.join("postgres").is_file().then_some(home)
}

fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = env::var_os(FOLDER).map(PathBuf::from).into_iter().collect();
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    folders.extend(by_version("/usr/lib/postgresql"));
    folders.push("/usr/local/bin".into());
    folders.push("/usr/local/pgsql/bin".into());
    folders.extend(by_version("/opt/homebrew/opt"));
    folders
}

/// The `bin` folders below folders whose names end in a version, newest first.
fn by_version(root: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let version = name.strip_prefix("postgresql@").unwrap_or(&name);
            Some((version.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

fn account() -> Result<Option<Account>, String> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    accounts
        .lines()
        .find_map(read_account)
        .map(Some)
        .ok_or_else(|| {
            format!("PostgreSQL does not run as root, and there is no account `{ACCOUNT}`")
        })
}

/// Reads `postgres:x:101:104:...`.
fn read_account(line: &str) -> Option<Account> {
    let mut fields = line.split(':');
    if fields.next()? != ACCOUNT {
        return None;
    }
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(Account { uid, gid })
}
