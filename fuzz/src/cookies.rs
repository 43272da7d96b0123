//! `Cookie` headers: what is read stands there, behind a name of ours.

use http::header::{COOKIE, HeaderMap, HeaderValue};
use sessionkit::fuzzing::cookies;

/// One header for each line.
pub fn check(bytes: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        // Bytes that no HTTP server lets through are left out.
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(COOKIE, value);
        }
    }
    let (access, refresh, any) = cookies(&headers);
    let named = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    assert!(access.is_empty() || any);
    assert!(refresh.is_empty() || any);
    assert!(!any || named(b"sk_"));
    for (name, values) in [("sk_access", &access), ("sk_refresh", &refresh)] {
        assert!(values.len() <= 4);
        assert!(values.is_empty() || named(name.as_bytes()));
        for (place, value) in values.iter().enumerate() {
            assert!(!value.is_empty() && !value.contains([';', '\n']));
            assert!(!values[..place].contains(value), "once each");
            // A value that is no text stands for itself as one that no token is.
            assert!(value == "\u{fffd}" || named(value.as_bytes()));
        }
    }
    // A cookie of ours behind everything else is found, unless there are too many of them.
    headers.append(COOKIE, HeaderValue::from_static("a=b; sk_access=zzz"));
    let (more, _, any) = cookies(&headers);
    assert!(any && (more.len() == 4 || more.iter().any(|value| value == "zzz")));
}
