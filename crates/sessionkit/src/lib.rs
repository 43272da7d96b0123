//! Login sessions: signed access tokens, rotating refresh tokens, session data in a database.
//!
//! ```
//! # #[cfg(feature = "sqlite")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # std::env::set_current_dir(&folder)?;
//! use serde_json::{Value, json};
//! use sessionkit::{AppInfo, Sessions, SqliteStore, VerifySession};
//!
//! let sessions = Sessions::builder()
//!     .store(SqliteStore::open("app.db").await?)
//!     .app_info(AppInfo::new("https://api.example.com", "https://example.com"))
//!     .build()
//!     .await?;
//!
//! // Alice's password was right.
//! let session = sessions
//!     .create_new_session("alice")
//!     .access_token_payload(json!({ "role": "editor" }))
//!     .session_data(json!({ "basket": ["tea"] }))
//!     .await?;
//! let access_token = session.access_token().to_owned();
//! let refresh_token = session.refresh_token().expect("it is new").to_owned();
//!
//! // Every request after that: no database call.
//! let session = sessions.get_session(VerifySession::new(access_token)).await?;
//! let payload: Value = session.access_token_payload()?;
//! assert_eq!((session.user_id(), &payload["role"]), ("alice", &json!("editor")));
//!
//! // About once an hour: both tokens are replaced.
//! let session = sessions.refresh_session(refresh_token).await?;
//! assert!(session.refresh_token().is_some());
//!
//! // She has lost her phone.
//! assert_eq!(sessions.revoke_all_sessions_for_user("alice").await?, 1);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "sqlite"))]
//! # fn main() {}
//! ```
//!
//! # What it is
//!
//! A short-lived **access token** goes with every request. It is signed, so whoever has the keys
//! verifies it without asking the database. A long-lived **refresh token** is used about once an
//! hour to get the next one, and is itself replaced at each use: one that comes back after it was
//! replaced is in two hands, and its session ends. [`Rotation`] says how that goes together with
//! two tabs and lost answers.
//!
//! | You want to | and call |
//! |---|---|
//! | sign a user in | [`Sessions::create_new_session`] |
//! | know who is asking | [`Sessions::get_session`], or the extractor [`Session`] |
//! | go on after an hour | [`Sessions::refresh_session`] |
//! | sign out, here or everywhere | [`Session::revoke`], [`Sessions::revoke_all_sessions_for_user`] |
//! | keep something with the session | [`Session::update_access_token_payload`] (public), [`Sessions::modify_session_data`] (private) |
//! | list a user's devices | [`Sessions::get_all_session_handles_for_user`] |
//! | run code of your own | [`SessionsBuilder::on_create_new_session`], [`SessionsBuilder::override_functions`], [`SessionsBuilder::on_event`] |
//!
//! Everything that can be chosen is on [`SessionsBuilder`], with its default.
//!
//! # Features
//!
//! | Feature | Default | Brings |
//! |---|:---:|---|
//! | `sqlite` | yes | `SqliteStore`, for one server; SQLite is compiled in |
//! | `axum` | yes | `Sessions::layer`, `Sessions::routes`, and [`Session`] as extractor and part of a response |
//! | `postgres` | no | `PostgresStore`, for several servers |
//! | `conformance` | no | the tests that a store of your own has to pass |
//!
//! # Stores
//!
//! `SqliteStore` keeps sessions in one file, `PostgresStore` in a database for several servers. Both
//! make their own tables and wait for the disk, since a refresh that the browser saw and the
//! database forgot signs the user out. For another database, implement [`SessionStore`]: a store moves
//! rows and decides nothing.
//!
//! # Errors
//!
//! There is one type, [`SessionError`]. It knows its HTTP status, and with axum a handler returns
//! it as it is. While the database is down, verifying works, and everything else is
//! [`SessionError::StoreUnavailable`]. No error and no `Debug` output contains a token or a handle.
//!
//! # What to read
//!
//! The documentation of the repository, folder `docs`: "Quick start" for a server with sign-in and
//! sign-out, "Same-site cookies" for your two addresses, "Timeouts" for three numbers, and
//! "Security model" for what remains yours to do.

#![deny(missing_docs)]

mod anti_csrf;
mod app_info;
mod builder;
mod clock;
mod config;
#[cfg(feature = "conformance")]
pub mod conformance;
mod cookies;
mod core;
mod crypto;
mod error;
mod event;
mod front_token;
mod functions;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod handle;
#[cfg(feature = "axum")]
mod http;
mod json;
mod keys;
mod session;
mod sessions;
mod store;
mod token;

pub use anti_csrf::AntiCsrf;
pub use app_info::AppInfo;
pub use async_trait::async_trait;
pub use builder::SessionsBuilder;
pub use clock::{Clock, ManualClock, SystemClock, UnixMillis, days, hours};
pub use config::{Rotation, Signing};
pub use cookies::SameSite;
pub use crypto::SealingKey;
pub use error::{SessionError, TryRefreshReason, UnauthorisedReason};
pub use event::SessionEvent;
pub use front_token::FrontTokens;
pub use functions::{
    DataVersion, HandlesOfUser, NewSession, RefreshSession, RegenerateAccessToken,
    SessionFunctions, SessionInformation, VerifySession,
};
pub use handle::{InvalidSessionHandle, SessionHandle};
#[cfg(feature = "axum")]
pub use http::{
    Api, ApiRequest, ClearTokens, ResponseFuture, SessionApis, SessionLayer, SessionService,
    TokenTheft, VerifySessionLayer,
};
pub use json::JsonObject;
pub use session::Session;
pub use sessions::{CreateNewSession, SessionHandles, Sessions};
#[cfg(feature = "postgres")]
pub use store::postgres::{PostgresOptions, PostgresStore};
#[cfg(feature = "sqlite")]
pub use store::sqlite::{SqliteOptions, SqliteStore, Synchronous};
pub use store::{
    BATCH, Change, Decide, DecideKeys, DeletedBatch, RefreshHash, SessionRecord, SessionStore,
    SigningKeyRecord, StoreError,
};

/// Tries the examples of the page that crates.io shows.
#[cfg(all(doctest, feature = "sqlite", feature = "axum"))]
#[doc = include_str!("../README.md")]
struct Readme;
