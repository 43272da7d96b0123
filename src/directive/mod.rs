//! Directives: lines in a doc that are instructions, not text.
//!
//! In: one text (and, for copies, a way to ask for another). Out: the text with the directives carried out or
//! replaced by marks, and maps that lead every byte back to where it stands. It must not know other docs
//! beyond their text, nor templates.

pub mod blocks;
pub mod code_lines;
pub mod copy_docs;
pub mod mdbook;
