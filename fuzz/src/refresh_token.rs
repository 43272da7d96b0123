//! Refresh and anti-CSRF tokens: only what was given out is genuine, and it says of itself what it is.

use sessionkit::fuzzing::{a_refresh_token, is_anti_csrf_token, is_refresh_token};
use std::sync::LazyLock;

static REAL: LazyLock<Vec<String>> = LazyLock::new(|| (0..3).map(a_refresh_token).collect());

/// `0`, `1` and `2` after a `%` stand for a real token of that generation.
pub fn check(text: &str) {
    let mut token = text.to_owned();
    for (number, real) in REAL.iter().enumerate() {
        token = token.replace(&format!("%{number}"), real);
    }
    for token in [text, &token] {
        let genuine = is_refresh_token(token).expect("it says of itself what it is");
        // The first secrets are random, so a genuine token is one of these, or came from an
        // earlier run's corpus and is genuine to no key.
        assert_eq!(genuine, REAL.iter().any(|real| real == token), "{token}");
        assert!(!is_anti_csrf_token(token));
    }
}
