//! JavaScript and TypeScript, read and never run.
//!
//! In: one text, and for [`evaluate`] a way to the files that it names. Out: the values that a module of settings
//! exports, as far as they stand in it ([`evaluate`]); or where a sample does not parse ([`sample`]). The parser is
//! oxc's. It must not know what the values mean, nor read files by itself.

mod evaluate;
mod module;
pub mod sample;
mod stack;
#[cfg(test)]
mod tests;
mod value;

pub use module::{Module, Read, SyntaxError, Unread, evaluate};
pub use value::{Computed, Entry, Node, Place, Table, Value};
