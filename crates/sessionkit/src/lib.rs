//! Login sessions: signed access tokens, rotating refresh tokens, session data in a database.

#![deny(missing_docs)]

mod clock;
mod crypto;
mod error;
mod handle;
mod store;

pub use async_trait::async_trait;
pub use clock::{Clock, ManualClock, SystemClock, UnixMillis, days, hours};
pub use crypto::SealingKey;
pub use error::{SessionError, TryRefreshReason, UnauthorisedReason};
pub use handle::{InvalidSessionHandle, SessionHandle};
pub use store::{
    BATCH, Change, Decide, DecideKeys, DeletedBatch, RefreshHash, SessionRecord, SessionStore,
    SigningKeyRecord, StoreError,
};
