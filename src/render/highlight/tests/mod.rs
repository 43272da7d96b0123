//! Tests of the highlighter. `check` shows tokens as text, such as `[k fn] [f main]() {}`.

mod bounds;
mod grammars;
mod javascript;
mod javascript_samples;
mod memory;
mod rust;
mod samples;

use super::{Highlighted, Highlighter};

/// The code with its classes shown; panics if the tokens break a promise of `Token`.
fn shown(code: &str, highlighted: &Highlighted) -> String {
    let mut text = String::new();
    let mut at = 0;
    for token in &highlighted.tokens {
        let piece = &code[at..at + token.len as usize];
        at += piece.len();
        match token.class {
            Some(class) => {
                assert!(
                    !piece.contains('\n'),
                    "a classed token holds a line break: {piece:?}"
                );
                text.push_str(&format!("[{} {piece}]", class.css()));
            }
            None => text.push_str(piece),
        }
    }
    assert_eq!(at, code.len(), "the tokens do not cover the code");
    for pair in highlighted.tokens.windows(2) {
        assert_ne!(
            pair[0].class, pair[1].class,
            "neighbours of one class were not merged"
        );
    }
    text
}

/// Highlights `code` and compares what is shown.
fn check(language: &str, code: &str, expected: &str) {
    let found = Highlighter::language(language).expect("invariant: tests name known languages");
    let highlighted = Highlighter::new().highlight(found, code);
    assert_eq!(
        highlighted.plain, None,
        "{language} fell back to plain text"
    );
    assert_eq!(shown(code, &highlighted), expected, "{language}: {code}");
}
