//! Docproof: a documentation site generator that proves its docs.
//!
//! This library is the generator; the `docproof` program is a thin layer over it. The floors and what each
//! may know are in `ARCHITECTURE.md`.

pub mod build;
pub mod cli;
pub mod config;
pub mod date;
pub mod diagnostic;
pub mod directive;
pub mod disk;
pub mod front_matter;
pub mod http;
pub mod import;
pub mod javascript;
pub mod markdown;
pub mod render;
pub mod site;
pub mod source;
pub mod toolchain;
pub mod verify;
pub mod watch;
pub mod yaml;
