//! Fuzz target: an info string and a sample. The properties are in `docproof_fuzz::anatomy`.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| docproof_fuzz::anatomy::check(text));
