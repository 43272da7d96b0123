//! Fuzz target: the highlighter for Rust. The properties are in `docproof_fuzz::rust_highlight`.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| docproof_fuzz::rust_highlight::check(text));
