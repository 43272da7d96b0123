//! The three kinds of token: what stands in them, how they are written and how they are read.
//!
//! In: text from a browser, keys. Out: what the text says, if it is genuine. Nothing here knows a
//! store or what is done with a token.

pub(crate) mod access;
pub(crate) mod refresh;

#[cfg(feature = "axum")]
pub(crate) use refresh::refresh_token_generation;
