//! Fuzz target: what arrives where a token is expected. The properties are in `docproof_fuzz::refresh_token`.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| docproof_fuzz::refresh_token::check(text));
