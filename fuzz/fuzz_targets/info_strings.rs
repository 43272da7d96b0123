//! Fuzz target: the info string of a code fence, alone and in a doc. The properties are in `docproof_fuzz::info_strings`.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| docproof_fuzz::info_strings::check(text));
