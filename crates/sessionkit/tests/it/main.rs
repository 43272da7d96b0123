//! What a user of the library may rely on, tried on every store.

#![expect(
    clippy::unwrap_used,
    reason = "in a test, what is missing is a failure"
)]

mod dump;
mod faults;
mod faulty;
mod jwks;
mod keys;
mod leaks;
mod many;
mod memory;
mod model;
mod outages;
mod overrides;
mod payload_and_data;
mod races;
mod rotation;
mod sealing;
mod silence;
mod stores;
mod timeouts;
mod watched;
