//! Fuzz target: sidebar files: YAML, JSON, places in them, and a small site built with one. The properties are in `docproof_fuzz::sidebars`.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| docproof_fuzz::sidebars::check(text));
