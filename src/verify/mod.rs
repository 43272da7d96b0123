//! Verify: every Rust sample compiled and run against the library of its docs version.
//!
//! In: the code blocks of a site and, per docs version, its library. Out: a stream of [`event::Event`]s and a
//! [`verdict::Verdict`] for every Rust fence. The compiler, the disk and the children that run samples are behind
//! [`machine::Machine`] and [`machine::Store`]. It must not know the site, HTML, the disk or the terminal.

pub mod anatomy;
pub mod attributes;
pub mod edited;
pub mod engine;
pub mod event;
#[cfg(test)]
pub mod fixture;
mod grammar;
pub mod harness;
mod lang_string;
pub mod library;
pub mod machine;
pub mod message;
pub mod output;
mod own_crate;
pub mod plan;
pub mod record;
pub mod report;
pub mod sample;
mod statements;
mod tokens;
pub mod verdict;
