//! Fuzz target: `Cookie` headers. The properties are in `docproof_fuzz::cookies`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| docproof_fuzz::cookies::check(bytes));
