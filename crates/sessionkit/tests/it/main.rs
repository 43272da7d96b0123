//! What a user of the library may rely on, tried on every store.

mod faulty;
mod keys;
mod stores;
