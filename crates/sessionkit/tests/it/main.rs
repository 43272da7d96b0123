//! What a user of the library may rely on, tried on every store.

mod faults;
mod faulty;
mod jwks;
mod keys;
mod leaks;
mod outages;
mod overrides;
mod sealing;
mod silence;
mod stores;
