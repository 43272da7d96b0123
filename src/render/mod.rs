//! Resolved docs to pages.
//!
//! In: parsed docs, the index, resolved links, templates. Out: HTML as text. It must not read or write
//! files, nor know a server: everything it shows is handed to it.

pub mod body;
pub mod code;
pub mod feed;
pub mod highlight;
pub mod indexes;
pub mod llms;
pub mod made;
pub mod markdown_copy;
pub mod nav;
pub mod page;
pub mod search;
pub mod summary;
pub mod templates;
pub mod theme;
pub mod verdict;
