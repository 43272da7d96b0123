//! The 1.0 line of sessionkit: sessions on SQLite, without a web framework.
//!
//! You read the tokens from the request, pass them as strings, and set the cookies on the response
//! yourself. Depend on it as `sessionkit = { .., package = "sessionkit-1-0" }`.
//!
//! ```
//! # extern crate sessionkit_1_0 as sessionkit;
//! use serde_json::json;
//! use sessionkit::{ErrorType, Sessions};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("app.db");
//! let sessions = Sessions::open(path).await?;
//! let created = sessions
//!     .create_new_session("alice", json!({ "role": "editor" }), json!({}))
//!     .await?;
//!
//! let verified = sessions
//!     .get_session(&created.access_token, Some(&created.anti_csrf_token))
//!     .await?;
//! assert_eq!(verified.session.payload["role"], "editor");
//!
//! let error = sessions.get_session("not a token", None).await.err().expect("no token");
//! assert_eq!(error.error_type(), ErrorType::Unauthorised);
//! # Ok(())
//! # }
//! ```
//!
//! What it does not do is in the current line: PostgreSQL, cookies by rule, a payload that can
//! change, session data that two requests change at once, an absolute timeout.

#![deny(missing_docs)]

mod error;
mod sessions;

pub use error::{ErrorType, SessionError};
pub use sessions::{CreatedSession, Options, Session, Sessions, VerifiedSession};
