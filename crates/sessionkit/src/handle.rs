//! The session handle: the random id by which a session is found again.
//!
//! A handle is no credential, but it must not end up in logs either, so `Debug` hides it and there
//! is no `Display`; whoever wants the text asks for it with [`SessionHandle::as_str`].

use crate::crypto::{base64url, random};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Names a session for as long as it lives. 128 random bits, written as 22 characters of base64url.
///
/// Cheap to clone. Parse one that comes from outside with [`str::parse`]:
///
/// ```
/// use sessionkit::SessionHandle;
///
/// assert!("../../etc/passwd".parse::<SessionHandle>().is_err());
/// ```
///
/// That a handle can be parsed does not mean that there is such a session, nor that it belongs to
/// the user who sent it: check that with
/// [`get_session_information`](crate::Sessions::get_session_information).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionHandle(Arc<str>);

const RANDOM_BYTES: usize = 16;
const TEXT_BYTES: usize = 22;

impl SessionHandle {
    pub(crate) fn random() -> Self {
        Self(base64url(&random::<RANDOM_BYTES>()).into())
    }

    /// Stands for any handle where only its length matters.
    pub(crate) fn longest() -> Self {
        Self("0".repeat(TEXT_BYTES).into())
    }

    /// The handle as text, for a database or a form field. Keep it out of URLs and logs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SessionHandle {
    type Err = InvalidSessionHandle;

    fn from_str(text: &str) -> Result<Self, InvalidSessionHandle> {
        let is_ours = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if text.len() == TEXT_BYTES && text.bytes().all(is_ours) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidSessionHandle)
        }
    }
}

impl fmt::Debug for SessionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionHandle(..)")
    }
}

impl Serialize for SessionHandle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SessionHandle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Owned text: a form or a JSON string with escapes cannot be borrowed.
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The text is not a session handle: it has another length or a character that none of ours has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a session handle: expected 22 characters of base64url")]
pub struct InvalidSessionHandle;
