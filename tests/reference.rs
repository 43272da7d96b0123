//! Holds the reference pages of the guide to the program: every option, key, message and variable is on its page, and
//! what a page shows as the program's words is what the program says.
//!
//! The tables of options and the examples of messages are made, not written:
//! `UPDATE_SNAPSHOTS=1 cargo test --test reference` writes them into their pages.

#[path = "cli/mod.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod cli;
#[path = "reference/keys.rs"]
mod keys;
#[path = "reference/message_samples.rs"]
mod message_samples;
#[path = "reference/messages.rs"]
mod messages;
#[path = "reference/options.rs"]
mod options;
#[path = "reference/page.rs"]
mod page;
#[path = "reference/readme.rs"]
mod readme;
#[path = "reference/variables.rs"]
mod variables;
