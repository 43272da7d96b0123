//! Refresh tokens and anti-CSRF tokens: opaque to the browser, marked so that a forged one is told
//! from one that is merely old.
//!
//! A refresh token is `r1.<handle>.<generation>.<secret>.<mac>`. The store keeps SHA-256 of the
//! secret. The mac is an HMAC under a key of the server over everything before it, so what passes
//! was once given out by us, and its generation is what we wrote.
//!
//! The secret of the next token is an HMAC *under the secret of the one before*: a replay of the
//! same parent gives the same child, and neither the database nor the server's keys are enough to
//! work it out, because the parent's secret is in neither.

use crate::crypto::{base64url, from_base64url, hmac, random, same, sha256};
use crate::handle::SessionHandle;
use crate::store::RefreshHash;
use std::fmt;
use zeroize::Zeroizing;

/// The server's key that marks refresh tokens and makes anti-CSRF tokens.
#[derive(Clone)]
pub(crate) struct RefreshKey(Zeroizing<[u8; 32]>);

/// Longer than any of ours: 2 + 22 + 19 + 43 + 43 and the points.
const LONGEST: usize = 160;

impl RefreshKey {
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    fn mac(&self, purpose: &str, text: &str) -> [u8; 32] {
        // No purpose is a prefix of another, and NUL stands in none of the texts.
        hmac(&*self.0, &[purpose.as_bytes(), b"\0", text.as_bytes()])
    }
}

/// What a genuine refresh token says.
#[derive(Clone)]
pub(crate) struct RefreshToken {
    pub(crate) handle: SessionHandle,
    pub(crate) generation: i64,
    secret: Zeroizing<[u8; 32]>,
}

impl RefreshToken {
    /// The first token of a session.
    pub(crate) fn first(handle: SessionHandle) -> Self {
        Self {
            handle,
            generation: 0,
            secret: Zeroizing::new(random()),
        }
    }

    /// The token that takes the place of this one. The same nonce gives the same token.
    pub(crate) fn successor(&self, nonce: &[u8; 32]) -> Self {
        let generation = self.generation + 1;
        let secret = hmac(
            &*self.secret,
            &[
                b"sessionkit refresh token\0",
                self.handle.as_str().as_bytes(),
                &generation.to_be_bytes(),
                nonce,
            ],
        );
        Self {
            handle: self.handle.clone(),
            generation,
            secret: Zeroizing::new(secret),
        }
    }

    /// What the store keeps of it.
    pub(crate) fn hash(&self) -> RefreshHash {
        sha256(&*self.secret)
    }

    pub(crate) fn has_hash(&self, hash: &RefreshHash) -> bool {
        same(&self.hash(), hash)
    }

    /// An id for the access token that goes out with it: the same in every replay.
    pub(crate) fn access_token_id(&self) -> String {
        base64url(&hmac(&*self.secret, &[b"access token id"])[..16])
    }

    pub(crate) fn write(&self, key: &RefreshKey) -> String {
        let mut text = format!(
            "r1.{}.{}.{}",
            self.handle.as_str(),
            self.generation,
            base64url(&*self.secret)
        );
        let mac = key.mac("refresh", &text);
        text.push('.');
        text.push_str(&base64url(&mac));
        text
    }

    /// Reads a token; `None` if it is malformed or was not made with this key.
    pub(crate) fn read(text: &str, key: &RefreshKey) -> Option<Self> {
        let parts = Parts::split(text)?;
        let mac: [u8; 32] = from_base64url(parts.mac)?;
        if !same(&mac, &key.mac("refresh", parts.marked)) {
            return None;
        }
        Some(Self {
            handle: parts.handle,
            generation: parts.generation,
            secret: Zeroizing::new(from_base64url(parts.secret)?),
        })
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshToken")
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

struct Parts<'a> {
    /// Everything before the mac.
    marked: &'a str,
    handle: SessionHandle,
    generation: i64,
    secret: &'a str,
    mac: &'a str,
}

impl<'a> Parts<'a> {
    fn split(text: &'a str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let (marked, mac) = text.rsplit_once('.')?;
        let mut parts = marked.split('.');
        let (version, handle, generation, secret) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if version != "r1" || parts.next().is_some() {
            return None;
        }
        Some(Self {
            marked,
            handle: handle.parse().ok()?,
            generation: read_generation(generation)?,
            secret,
            mac,
        })
    }
}

/// A number as we write it: no sign, no leading zero.
fn read_generation(text: &str) -> Option<i64> {
    let canonical = text == "0" || !text.starts_with('0');
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (canonical && digits).then(|| text.parse().ok()).flatten()
}

/// What a refresh token says of itself, believed by nobody: enough to choose among several that a
/// browser has sent.
#[cfg(any(feature = "axum", feature = "fuzzing"))]
pub(crate) fn refresh_token_generation(text: &str) -> Option<(SessionHandle, i64)> {
    let parts = Parts::split(text)?;
    Some((parts.handle, parts.generation))
}

/// The anti-CSRF token that goes out with a generation: `c1.<generation>.<mac>`.
pub(crate) fn anti_csrf_token(key: &RefreshKey, handle: &SessionHandle, generation: i64) -> String {
    let mac = key.mac("anti-csrf", &format!("{}.{generation}", handle.as_str()));
    format!("c1.{generation}.{}", base64url(&mac))
}

/// What the access token holds of its anti-CSRF token.
pub(crate) fn anti_csrf_hash(token: &str) -> String {
    base64url(&sha256(token.as_bytes()))
}

/// Whether this is an anti-CSRF token of the session, of whatever generation: at a refresh an old
/// one will do, since a page on another site has none at all.
pub(crate) fn is_anti_csrf_token_of(key: &RefreshKey, handle: &SessionHandle, token: &str) -> bool {
    let generation = token
        .strip_prefix("c1.")
        .and_then(|rest| rest.split_once('.'))
        .and_then(|(generation, _)| read_generation(generation));
    generation.is_some_and(|generation| {
        let genuine = anti_csrf_token(key, handle, generation);
        same(genuine.as_bytes(), token.as_bytes())
    })
}

#[cfg(test)]
mod tests;
