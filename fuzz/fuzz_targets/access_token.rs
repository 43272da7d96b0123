//! Fuzz target: what arrives where a token is expected. The properties are in `docproof_fuzz::access_token`.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| docproof_fuzz::access_token::check(text));
