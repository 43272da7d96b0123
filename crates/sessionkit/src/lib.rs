//! Login sessions: signed access tokens, rotating refresh tokens, session data in a database.

#![deny(missing_docs)]

mod anti_csrf;
mod app_info;
mod clock;
mod cookies;
mod crypto;
mod error;
mod front_token;
mod handle;
mod store;

pub use anti_csrf::AntiCsrf;
pub use app_info::AppInfo;
pub use async_trait::async_trait;
pub use clock::{Clock, ManualClock, SystemClock, UnixMillis, days, hours};
pub use cookies::SameSite;
pub use crypto::SealingKey;
pub use error::{SessionError, TryRefreshReason, UnauthorisedReason};
pub use front_token::FrontTokens;
pub use handle::{InvalidSessionHandle, SessionHandle};
pub use store::{
    BATCH, Change, Decide, DecideKeys, DeletedBatch, RefreshHash, SessionRecord, SessionStore,
    SigningKeyRecord, StoreError,
};
