//! The machine behind verify, for real: supervisors, rustc, Cargo.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up may panic")]

mod cargo;
mod children;
mod place;
