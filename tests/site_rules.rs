//! The content rules of a site, seen from outside: files in, built HTML and messages out.
//!
//! One module for each part of the rules: addresses, versions, sidebars, what a page holds, links.

#[path = "site_rules/addresses.rs"]
mod addresses;
mod common;
#[path = "site_rules/feeds.rs"]
mod feeds;
#[path = "site_rules/links.rs"]
mod links;
#[path = "site_rules/markdown_copies.rs"]
mod markdown_copies;
#[path = "site_rules/pages.rs"]
mod pages;
#[path = "site_rules/sidebars.rs"]
mod sidebars;
#[path = "site_rules/theme.rs"]
mod theme;
#[path = "site_rules/versions.rs"]
mod versions;
