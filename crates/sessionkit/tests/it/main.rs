//! What a user of the library may rely on, tried on every store.

mod dump;
mod faults;
mod faulty;
mod jwks;
mod keys;
mod leaks;
mod memory;
mod model;
mod outages;
mod overrides;
mod races;
mod rotation;
mod sealing;
mod silence;
mod stores;
mod watched;
