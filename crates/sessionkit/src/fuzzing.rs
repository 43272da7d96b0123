//! Doors to the parsers for the fuzz targets. Not part of the API: no promise is made about it.

use crate::handle::SessionHandle;
use crate::token::refresh::{
    RefreshKey, RefreshToken, is_anti_csrf_token_of, refresh_token_generation,
};

/// Writes a refresh token with a fixed key, after so many rotations.
#[must_use]
pub fn a_refresh_token(rotations: u8) -> String {
    (0..rotations)
        .fold(RefreshToken::first(SessionHandle::longest()), |token, _| {
            token.successor(&[1; 32])
        })
        .write(&key())
}

/// Whether a text is a refresh token of that key; `None` if what it says of itself and what it is
/// found to be differ.
#[must_use]
pub fn is_refresh_token(text: &str) -> Option<bool> {
    let says = refresh_token_generation(text);
    let Some(token) = RefreshToken::read(text, &key()) else {
        return Some(false);
    };
    let (handle, generation) = says?;
    (handle == token.handle && generation == token.generation && token.write(&key()) == text)
        .then_some(true)
}

/// Whether a text is an anti-CSRF token of the session of [`a_refresh_token`].
#[must_use]
pub fn is_anti_csrf_token(text: &str) -> bool {
    is_anti_csrf_token_of(&key(), &SessionHandle::longest(), text)
}

/// What is read out of `Cookie` headers: access values, refresh values, whether any was ours.
#[cfg(feature = "axum")]
#[must_use]
pub fn cookies(headers: &http::HeaderMap) -> (Vec<String>, Vec<String>, bool) {
    crate::http::cookies_sent(headers)
}

fn key() -> RefreshKey {
    RefreshKey::new([3; 32])
}
