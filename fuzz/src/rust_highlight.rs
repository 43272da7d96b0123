//! Rust code: tokens that cover it exactly, cut at characters, with no class over a line's end.

use docproof::render::highlight::{Highlighter, Language};

/// Checks one piece of code.
pub fn check(code: &str) {
    let highlighted = Highlighter::new().highlight(Language::Rust, code);
    assert_eq!(highlighted.plain, None);
    let mut at = 0;
    for token in &highlighted.tokens {
        let end = at + token.len as usize;
        let text = code.get(at..end);
        let text = text.unwrap_or_else(|| panic!("{at}..{end} of {} bytes", code.len()));
        assert!(!text.is_empty(), "an empty token at {at}");
        assert!(
            token.class.is_none() || !text.contains('\n'),
            "a class over a line's end: {text:?}"
        );
        at = end;
    }
    assert_eq!(at, code.len(), "the tokens do not sum up to the code");
    for pair in highlighted.tokens.windows(2) {
        assert_ne!(pair[0].class, pair[1].class, "neighbours are not merged");
    }
}
