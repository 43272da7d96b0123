//! What a user of the library may rely on, tried on every store.

mod faults;
mod faulty;
mod jwks;
mod keys;
mod sealing;
mod stores;
