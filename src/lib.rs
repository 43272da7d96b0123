//! Docproof: a documentation site generator that proves its docs.
//!
//! This library is the generator; the `docproof` program is a thin layer over it. The floors and what each
//! may know are in `ARCHITECTURE.md`.

pub mod config;
pub mod diagnostic;
pub mod directive;
pub mod front_matter;
pub mod markdown;
pub mod source;
pub mod yaml;
