//! Login sessions: signed access tokens, rotating refresh tokens, session data in a database.

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
