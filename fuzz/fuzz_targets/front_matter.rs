//! Fuzz target: the front matter of a doc, in both dialects. The properties are in `docproof_fuzz::front_matter`.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| docproof_fuzz::front_matter::check(text));
