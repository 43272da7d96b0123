//! Databases for tests that have to hold on every store: `on_every_store!(name, ..)` runs each
//! test once on SQLite and once on PostgreSQL.

use sessionkit::{
    AppInfo, ManualClock, PostgresStore, SessionStore, Sessions, SessionsBuilder, SqliteStore,
    UnixMillis,
};
use std::sync::Arc;
use tempfile::TempDir;

/// Somewhen in 2026, and not on a whole second.
pub const NOW: UnixMillis = UnixMillis(1_790_000_000_123);

/// A database of its own for one test. Several stores may be opened on it, as several servers do.
pub enum Database {
    Sqlite(TempDir),
    Postgres(String),
}

impl Database {
    pub fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    /// `None` where no PostgreSQL is installed.
    pub fn postgres() -> Option<Self> {
        let server = sessionkit_testkit::shared_postgres()?;
        Some(Self::Postgres(server.create_database()))
    }

    pub async fn store(&self) -> Arc<dyn SessionStore> {
        match self {
            Self::Sqlite(folder) => Arc::new(
                SqliteStore::open(folder.path().join("app.db"))
                    .await
                    .unwrap(),
            ),
            Self::Postgres(url) => {
                let options = PostgresStore::options(url).max_connections(4);
                Arc::new(options.connect().await.unwrap())
            }
        }
    }

    /// A builder with a store on this database and a clock that stands at [`NOW`].
    pub async fn builder(&self, clock: &Arc<ManualClock>) -> SessionsBuilder {
        builder(self.store().await, clock)
    }

    pub async fn sessions(&self, clock: &Arc<ManualClock>) -> Sessions {
        self.builder(clock).await.build().await.unwrap()
    }
}

pub fn builder(store: Arc<dyn SessionStore>, clock: &Arc<ManualClock>) -> SessionsBuilder {
    Sessions::builder()
        .shared_store(store)
        .app_info(AppInfo::new(
            "https://api.example.com",
            "https://example.com",
        ))
        .clock(Arc::clone(clock))
        .never_clean_up()
}

pub fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(NOW))
}

/// Makes of each `async fn name(database: Database)` a test for every store.
macro_rules! on_every_store {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name(crate::stores::Database::sqlite()).await;
                }
            )+
        }

        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    if let Some(database) = crate::stores::Database::postgres() {
                        super::$name(database).await;
                    }
                }
            )+
        }
    };
}
pub(crate) use on_every_store;
