//! Fuzz target: tabs, callouts, COPY DOCS and the whole Markdown reader, in both dialects. The properties are in `docproof_fuzz::directives`.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| docproof_fuzz::directives::check(text));
