//! The HTTP side as a browser sees it: requests through a router, answers compared whole.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as expected"
)]

mod anti_csrf;
mod cookies;
mod errors;
mod layers;
mod routes;
mod same_site;
mod support;
