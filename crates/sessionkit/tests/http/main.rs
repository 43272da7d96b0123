//! The HTTP side as a browser sees it: requests through a router, answers compared whole.

mod anti_csrf;
mod cookies;
mod errors;
mod layers;
mod routes;
mod same_site;
mod support;
