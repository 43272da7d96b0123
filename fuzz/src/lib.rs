//! The properties that the fuzz targets check, one module for each target.
//!
//! In: a text that a fuzzer made. Out: nothing, or a panic when a property does not hold. Everything runs in
//! memory: no target reads or writes a file of its own.

pub mod access_token;
pub mod anatomy;
pub mod config;
pub mod cookies;
pub mod directives;
pub mod front_matter;
pub mod info_strings;
pub mod refresh_token;
pub mod rust_highlight;
pub mod shared;
pub mod sidebars;
