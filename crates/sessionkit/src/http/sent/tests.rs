//! Reading cookies: cases by hand, and any header at all against a slow model.

use super::*;
use crate::app_info::AppInfo;
use crate::cookies::CookieOptions;
use ::http::HeaderValue;
use proptest::prelude::*;

fn rules() -> CookieRules {
    let app_info = AppInfo::new("https://example.com", "https://example.com");
    CookieRules::new(&app_info.resolve().unwrap(), &CookieOptions::default()).unwrap()
}

fn headers(texts: &[&[u8]]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for text in texts {
        if let Ok(value) = HeaderValue::from_bytes(text) {
            headers.append(COOKIE, value);
        }
    }
    headers
}

#[track_caller]
fn check(texts: &[&str], access: &[&str], any: bool, several: bool) {
    let texts: Vec<_> = texts.iter().map(|text| text.as_bytes()).collect();
    let (headers, rules) = (headers(&texts), rules());
    let sent = Sent::read(&headers, &rules);
    assert_eq!(sent.access.as_slice(), access);
    assert_eq!((sent.any(), sent.several()), (any, several));
}

#[test]
fn where_a_cookie_may_stand() {
    check(&[], &[], false, false);
    check(&[""], &[], false, false);
    check(&["a=b; c=d"], &[], false, false);
    check(&["sk_access=1"], &["1"], true, false);
    check(&["a=b; sk_access=1; c=d"], &["1"], true, false);
    check(&["a=b;sk_access=1;"], &["1"], true, false);
    check(&[";;; \t sk_access \t=\t 1 ;"], &["1"], true, false);
    check(&["a=b", "sk_access=1", "c=d"], &["1"], true, false);
    check(&["sk_front=x"], &[], true, false);
    check(&["sk_refresh=x"], &[], true, false);
}

#[test]
fn values() {
    check(&["sk_access=\"1\""], &["1"], true, false);
    check(&["sk_access=\"1"], &["\"1"], true, false);
    check(&["sk_access=\""], &["\""], true, false);
    check(&["sk_access=\"\""], &[], true, false);
    check(&["sk_access="], &[], true, false);
    check(&["sk_access==a=b="], &["=a=b="], true, false);
    check(&["sk_access=ä"], &["ä"], true, false);
}

#[test]
fn other_names() {
    for name in [
        "xsk_access",
        "sk_access2",
        "SK_ACCESS",
        "sk_acces",
        "sk_",
        "",
        "sk-access",
    ] {
        check(&[&format!("{name}=1")], &[], false, false);
    }
    // No value, so no cookie: browsers send a nameless one so.
    check(&["sk_access"], &[], false, false);
    check(&["\"sk_access=1\""], &[], false, false);
}

#[test]
fn several_of_one_name() {
    check(&["sk_access=1; sk_access=2"], &["1", "2"], true, true);
    check(&["sk_access=1", "sk_access=1"], &["1"], true, true);
    check(&["sk_access=; sk_access=1"], &["1"], true, true);
    check(&["sk_front=1; sk_front=2"], &[], true, true);
    let many: Vec<String> = (0..1_000).map(|n| format!("sk_access={n}")).collect();
    check(&[&many.join("; ")], &["0", "1", "2", "3"], true, true);
}

#[test]
fn what_is_no_text_is_there_and_is_no_token() {
    let (headers, rules) = (headers(&[b"sk_access=a\xff\xfe"]), rules());
    let sent = Sent::read(&headers, &rules);
    assert_eq!(sent.access.as_slice(), [NOT_TEXT]);
}

#[test]
fn a_megabyte() {
    let long = "a".repeat(1 << 20);
    check(&[&long], &[], false, false);
    check(&[&";".repeat(1 << 20)], &[], false, false);
    check(&[&"=".repeat(1 << 20)], &[], false, false);
    check(&[&format!("sk_access={long}")], &[&long], true, false);
}

/// The same, slowly: all pairs first, then those of the name.
fn model(texts: &[Vec<u8>], name: &str) -> (Vec<String>, usize) {
    let blank = |byte: &u8| *byte == b' ' || *byte == b'\t';
    let strip = |bytes: &[u8]| {
        let from = bytes
            .iter()
            .position(|byte| !blank(byte))
            .unwrap_or(bytes.len());
        let until = bytes
            .iter()
            .rposition(|byte| !blank(byte))
            .map_or(from, |at| at + 1);
        bytes[from..until].to_vec()
    };
    let mut cookies = 0;
    let mut values: Vec<String> = Vec::new();
    for pair in texts
        .iter()
        .flat_map(|text| text.split(|byte| *byte == b';'))
    {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let (left, right) = (halves.next(), halves.next());
        let (Some(left), Some(right)) = (left, right) else {
            continue;
        };
        if strip(left) != name.as_bytes() {
            continue;
        }
        cookies += 1;
        let mut value = strip(right);
        if value.len() >= 2 && value.starts_with(b"\"") && value.ends_with(b"\"") {
            value = value[1..value.len() - 1].to_vec();
        }
        let value = String::from_utf8(value).unwrap_or_else(|_| NOT_TEXT.to_owned());
        if !value.is_empty() && !values.contains(&value) {
            values.push(value);
        }
    }
    values.truncate(MOST_VALUES);
    (values, cookies)
}

/// Texts that come near to ours, and any bytes.
fn cookie_header() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"sk_access".to_vec()),
        Just(b"sk_refresh".to_vec()),
        Just(b"sk_front".to_vec()),
        Just(b"=".to_vec()),
        Just(b"=".to_vec()),
        Just(b";".to_vec()),
        Just(b"; ".to_vec()),
        Just(b"\"".to_vec()),
        Just(b" \t".to_vec()),
        Just(b"x".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..4),
    ];
    proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn reads_as_the_model_does(texts in proptest::collection::vec(cookie_header(), 0..3)) {
        let rules = rules();
        let taken: Vec<Vec<u8>> = texts
            .into_iter()
            .filter(|text| HeaderValue::from_bytes(text).is_ok())
            .collect();
        let slices: Vec<&[u8]> = taken.iter().map(Vec::as_slice).collect();
        let headers = headers(&slices);
        let sent = Sent::read(&headers, &rules);
        let names = [&rules.access_name, &rules.refresh_name, &rules.front_name];
        let mut counts = Vec::new();
        for (values, name) in sent.all().into_iter().zip(names) {
            let (expected, cookies) = model(&taken, name);
            prop_assert_eq!(values.as_slice(), expected);
            counts.push(cookies);
        }
        prop_assert_eq!(sent.any(), counts.iter().any(|count| *count > 0));
        prop_assert_eq!(sent.several(), counts.iter().any(|count| *count > 1));
    }
}
