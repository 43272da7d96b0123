//! Configurations of other generators to a `docproof.yaml`.
//!
//! In: the texts of an old site's files, by path. Out: the text of a configuration, and all that has no counterpart,
//! with its place. It reads no files and runs no programs.

pub mod docusaurus_v1;
pub mod mdbook;
mod yaml_text;
