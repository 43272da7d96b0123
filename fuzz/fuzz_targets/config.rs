//! Fuzz target: docproof.yaml. The properties are in `docproof_fuzz::config`.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| docproof_fuzz::config::check(text));
