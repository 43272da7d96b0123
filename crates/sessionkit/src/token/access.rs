//! Access tokens: a JWS of type `at+jwt` (RFC 9068) with the session, its generation and the
//! user's payload, signed with the newest signing key.
//!
//! The header of a token is never believed: each key knows the one header that its tokens carry,
//! byte for byte, and only that header finds the key. So no token chooses its algorithm (RFC 8725,
//! 3.1), its type (3.11) or a field that we do not know.

use crate::clock::UnixMillis;
use crate::error::{SessionError, TryRefreshReason, UnauthorisedReason};
use crate::handle::SessionHandle;
use crate::keys::SigningKey;
use data_encoding::BASE64URL_NOPAD;
use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use std::fmt;

/// A longer text is refused before anything is computed: no cookie holds it.
pub(crate) const LONGEST: usize = 4_096;

/// What stands in an access token. All of it has to be there, with these types.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// The user id.
    pub(crate) sub: String,
    /// The session handle.
    pub(crate) sid: SessionHandle,
    /// When it was issued, in seconds since 1970.
    pub(crate) iat: Seconds,
    /// From here on it is refused, in seconds since 1970.
    pub(crate) exp: Seconds,
    /// Names this token.
    pub(crate) jti: TokenId,
    /// The generation of the refresh token that it came with.
    #[serde(rename = "gen")]
    pub(crate) generation: i64,
    /// Hash of the anti-CSRF token that it came with.
    pub(crate) csrf: String,
    /// When the session was created, in milliseconds since 1970.
    pub(crate) created: i64,
    /// Whether the store has been told that this generation is in use.
    pub(crate) confirmed: bool,
    /// The user's payload, a JSON object.
    pub(crate) payload: Box<RawValue>,
}

/// Seconds since 1970: a whole number that is not negative, and not a text that looks like one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Seconds(pub(crate) i64);

impl Seconds {
    pub(crate) fn floor(time: UnixMillis) -> Self {
        Self(time.0.div_euclid(1_000))
    }

    pub(crate) fn ceil(time: UnixMillis) -> Self {
        Self(time.0.div_euclid(1_000) + i64::from(time.0.rem_euclid(1_000) > 0))
    }

    pub(crate) fn millis(self) -> UnixMillis {
        UnixMillis(self.0.saturating_mul(1_000))
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = u64::deserialize(deserializer)?;
        i64::try_from(seconds)
            .map(Self)
            .map_err(|_| D::Error::custom("too many seconds"))
    }
}

/// The id of a token. Nobody reads it back here, so reading only checks that it is a text.
#[derive(Clone, Serialize)]
pub(crate) struct TokenId(pub(crate) String);

impl<'de> Deserialize<'de> for TokenId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyText;
        impl Visitor<'_> for AnyText {
            type Value = TokenId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E>(self, _: &str) -> Result<TokenId, E> {
                Ok(TokenId(String::new()))
            }
        }
        deserializer.deserialize_str(AnyText)
    }
}

/// Signs a token, in the compact form of RFC 7515.
pub(crate) fn write(claims: &Claims, key: &SigningKey) -> String {
    let claims = serde_json::to_vec(claims).expect("invariant: claims are JSON");
    let mut token = key.header_segment().to_owned();
    token.push('.');
    BASE64URL_NOPAD.encode_append(&claims, &mut token);
    let signature = key.sign(&token);
    token.push('.');
    token.push_str(&signature);
    token
}

/// Checks signature, types and expiry. The key was found by the token's own header, so nothing is
/// left to read there: the signature is checked with the key's algorithm, and the claims are read
/// once.
pub(crate) fn read(token: &str, key: &SigningKey, now: UnixMillis) -> Result<Claims, SessionError> {
    let (message, signature) = token.rsplit_once('.').ok_or_else(invalid)?;
    let (_, claims) = message.split_once('.').ok_or_else(invalid)?;
    if !key.has_signed(message, signature) {
        return Err(invalid());
    }
    let claims = BASE64URL_NOPAD
        .decode(claims.as_bytes())
        .map_err(|_| invalid())?;
    let claims: Claims = serde_json::from_slice(&claims).map_err(|_| invalid())?;
    if !claims.payload.get().starts_with('{') {
        return Err(invalid());
    }
    if now >= claims.exp.millis() {
        return Err(SessionError::try_refresh(TryRefreshReason::Expired));
    }
    Ok(claims)
}

pub(crate) fn invalid() -> SessionError {
    SessionError::unauthorised(UnauthorisedReason::InvalidToken)
}

/// The part of a token before the first point, if the token has three parts and a length that we
/// look at.
pub(crate) fn header_segment(token: &str) -> Option<&str> {
    if token.len() > LONGEST {
        return None;
    }
    let mut parts = token.split('.');
    let header = parts.next()?;
    let three = parts.next().is_some() && parts.next().is_some() && parts.next().is_none();
    three.then_some(header)
}

/// The greatest length that the token of a session can have with this payload while the session
/// lives, whatever the key, the generation and the time.
pub(crate) fn greatest_length(sub: &str, payload: &RawValue, header_segment_len: usize) -> usize {
    const SIGNATURE: usize = 86; // Ed25519; that of HS256 is shorter
    let claims = Claims {
        sub: sub.to_owned(),
        sid: SessionHandle::longest(),
        iat: Seconds(99_999_999_999),
        exp: Seconds(99_999_999_999),
        jti: TokenId("0".repeat(22)),
        generation: 9_999_999_999,
        csrf: "0".repeat(43),
        created: 99_999_999_999_999,
        confirmed: false, // the longer word
        payload: payload.to_owned(),
    };
    let json = serde_json::to_string(&claims).expect("invariant: claims are JSON");
    let encoded = BASE64URL_NOPAD.encode_len(json.len());
    header_segment_len + 1 + encoded + 1 + SIGNATURE
}

#[cfg(test)]
mod tests;
