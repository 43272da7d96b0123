//! Turns a path into connections: one that writes and some that read.
//!
//! Errors name the path, and say what to do where SQLite would only say "unable to open".

use super::migrate::{Refused, migrate};
use super::rows::Sql;
use super::turn::describe;
use super::{SqliteOptions, Synchronous};
use crate::store::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// Where a database is.
#[derive(Debug, Clone)]
pub(super) enum Place {
    File(PathBuf),
    Memory,
}

/// A database that is ready for use.
pub(super) struct Opened {
    pub writer: Connection,
    pub readers: Vec<Connection>,
    pub identity: Identity,
    pub sql: Sql,
}

pub(super) fn open(options: &SqliteOptions) -> Result<Opened, StoreError> {
    let sql = Sql::new(&options.table_prefix);
    match &options.place {
        Place::Memory => {
            let writer = open_in_memory(options)
                .map_err(|refused| refusal(refused, "opening a database in memory"))?;
            Ok(Opened {
                writer,
                readers: Vec::new(),
                identity: Identity::default(),
                sql,
            })
        }
        Place::File(path) => {
            let doing = format!("opening the database {}", path.display());
            let path = check_path(path).map_err(|reason| StoreError::new(&*doing, reason))?;
            let (writer, readers) =
                open_file(options, &path).map_err(|refused| refusal(refused, &doing))?;
            let identity =
                Identity::of(&path).map_err(|error| StoreError::new(&*doing, error.to_string()))?;
            Ok(Opened {
                writer,
                readers,
                identity,
                sql,
            })
        }
    }
}

fn refusal(refused: Refused, doing: &str) -> StoreError {
    let reason = match refused {
        Refused::Database(error) => describe(&error),
        Refused::Newer(version) => format!(
            "its tables have version {version}, made by a newer version of sessionkit than this one"
        ),
    };
    StoreError::new(doing, reason)
}

// ---- the path ------------------------------------------------------------------------------------

/// The path from the root, so that a later change of the working directory does no harm and
/// SQLite sees neither a `file:` address nor one of its special names. Makes the file if there is
/// none.
fn check_path(path: &Path) -> Result<PathBuf, String> {
    if path.as_os_str().is_empty() {
        return Err("the path is empty".to_owned());
    }
    if path.as_os_str() == ":memory:" {
        return Err("a database in memory is opened with `SqliteStore::in_memory`".to_owned());
    }
    let path = std::path::absolute(path).map_err(|error| error.to_string())?;
    match create(&path) {
        Ok(()) => Ok(path),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if path.is_dir() {
                return Err("this is a folder".to_owned());
            }
            Ok(path)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err("its folder does not exist".to_owned())
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Makes an empty file that only its owner may read; SQLite gives the files beside it the same
/// rights.
///
/// A file that exists is not opened. Closing it again would drop every lock that this program
/// holds on it, through other connections too: POSIX locks belong to the program.
fn create(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Which file is open, so that one that was deleted or replaced under our feet is noticed: SQLite
/// would go on to write into a file that nobody can find again.
#[derive(Debug, Clone, Default)]
pub(super) struct Identity(Option<(PathBuf, u64, u64)>);

impl Identity {
    #[cfg(unix)]
    fn of(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::MetadataExt;
        let file = fs::metadata(path)?;
        Ok(Self(Some((path.to_owned(), file.dev(), file.ino()))))
    }

    /// Elsewhere the system does not let an open file go.
    #[cfg(not(unix))]
    fn of(_path: &Path) -> io::Result<Self> {
        Ok(Self::default())
    }

    #[cfg(unix)]
    pub(super) fn check(&self) -> Result<(), String> {
        use std::os::unix::fs::MetadataExt;
        let Some((path, device, number)) = &self.0 else {
            return Ok(());
        };
        let is_same = |file: &fs::Metadata| file.dev() == *device && file.ino() == *number;
        if fs::metadata(path).is_ok_and(|file| is_same(&file)) {
            return Ok(());
        }
        Err(format!(
            "the database {} was deleted, moved or replaced while it was open",
            path.display()
        ))
    }

    #[cfg(not(unix))]
    pub(super) fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

// ---- connections ---------------------------------------------------------------------------------

fn open_in_memory(options: &SqliteOptions) -> Result<Connection, Refused> {
    let db = Connection::open_in_memory()?;
    set_up(&db, options)?;
    limit_size(&db, options)?;
    migrate(&db, &options.table_prefix)?;
    Ok(db)
}

fn open_file(
    options: &SqliteOptions,
    path: &Path,
) -> Result<(Connection, Vec<Connection>), Refused> {
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let writer = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    set_up(&writer, options)?;
    turn_on_wal(&writer, options.busy_timeout)?;
    limit_size(&writer, options)?;
    migrate(&writer, &options.table_prefix)?;
    let reader = |_| {
        let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        set_up(&db, options)?;
        Ok(db)
    };
    let readers = (0..options.readers)
        .map(reader)
        .collect::<rusqlite::Result<_>>()?;
    Ok((writer, readers))
}

fn set_up(db: &Connection, options: &SqliteOptions) -> rusqlite::Result<()> {
    db.busy_timeout(options.busy_timeout)?;
    db.set_prepared_statement_cache_capacity(32);
    // Nothing that somebody else has put into the file runs with our statements: a trigger, or a
    // foreign key of the program's own tables, must not stop a session from being revoked.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    let flush = match options.synchronous {
        // `fullfsync` is for macOS, where a plain flush leaves the bytes in the disk's memory.
        Synchronous::Full => "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;",
        Synchronous::Normal => "PRAGMA synchronous = NORMAL;",
    };
    db.execute_batch(flush)?;
    // Deleted rows are wiped where that costs no further page. Handles are random, so new sessions
    // touch pages everywhere: a log of 16 MB between two checkpoints writes each of them less often.
    db.execute_batch(
        "PRAGMA trusted_schema = OFF;
         PRAGMA secure_delete = FAST;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -8192;
         PRAGMA wal_autocheckpoint = 4000;
         PRAGMA journal_size_limit = 16777216;",
    )
}

/// SQLite does not wait for the lock that this step needs, so we do.
fn turn_on_wal(db: &Connection, patience: Duration) -> rusqlite::Result<()> {
    let began = Instant::now();
    loop {
        let mode = db.query_row("PRAGMA journal_mode = WAL", [], |row| {
            row.get::<_, String>(0)
        });
        match mode {
            Err(error) if is_busy(&error) && began.elapsed() < patience => {
                thread::sleep(Duration::from_millis(2));
            }
            other => return other.map(drop),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

fn limit_size(db: &Connection, options: &SqliteOptions) -> rusqlite::Result<()> {
    let Some(bytes) = options.max_size_bytes else {
        return Ok(());
    };
    let page_size: i64 = db.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    // Zero would be a question, not a limit.
    let pages = (bytes / page_size).max(1);
    db.execute_batch(&format!("PRAGMA max_page_count = {pages}"))
}
