//! Refresh and anti-CSRF tokens: what is written is read, and nothing else is.

use super::*;
use proptest::prelude::*;

fn key(byte: u8) -> RefreshKey {
    RefreshKey::new([byte; 32])
}

fn token() -> RefreshToken {
    RefreshToken::first("AAAAAAAAAAAAAAAAAAAAAA".parse().unwrap())
}

/// A token of that generation, by rotating.
fn of_generation(generation: i64) -> RefreshToken {
    (0..generation).fold(token(), |token, _| token.successor(&[7; 32]))
}

#[test]
fn what_is_written_is_read() {
    let written = of_generation(3);
    let text = written.write(&key(1));
    let read = RefreshToken::read(&text, &key(1)).unwrap();
    assert_eq!(read.handle, written.handle);
    assert_eq!(read.generation, 3);
    assert_eq!(read.hash(), written.hash());
    assert_eq!(read.write(&key(1)), text);
    assert!(text.len() <= LONGEST);
}

#[test]
fn the_longest_token_is_read() {
    let mut token = token();
    token.generation = i64::MAX;
    let text = token.write(&key(1));
    assert_eq!(text.len(), 2 + 22 + 19 + 43 + 43 + 4);
    assert!(RefreshToken::read(&text, &key(1)).is_some());
}

#[test]
fn another_key_reads_nothing() {
    let text = token().write(&key(1));
    assert!(RefreshToken::read(&text, &key(2)).is_none());
}

#[test]
fn no_byte_can_be_changed() {
    let text = of_generation(12).write(&key(1));
    for place in 0..text.len() {
        for bit in 0..8 {
            let mut bytes = text.clone().into_bytes();
            bytes[place] ^= 1 << bit;
            let Ok(changed) = String::from_utf8(bytes) else {
                continue;
            };
            let read = RefreshToken::read(&changed, &key(1));
            assert!(read.is_none(), "bit {bit} of byte {place}: {changed}");
        }
    }
}

#[test]
fn no_part_can_be_taken_from_another_token() {
    let (left, right) = (of_generation(1), of_generation(2));
    let (left, right) = (left.write(&key(1)), right.write(&key(1)));
    let left: Vec<_> = left.split('.').collect();
    let right: Vec<_> = right.split('.').collect();
    for part in 1..5 {
        let mut mixed = left.clone();
        if mixed[part] == right[part] {
            continue; // the handle
        }
        mixed[part] = right[part];
        assert!(RefreshToken::read(&mixed.join("."), &key(1)).is_none());
    }
}

#[test]
fn a_number_has_one_spelling() {
    for (text, number) in [("0", Some(0)), ("7", Some(7)), ("10", Some(10))] {
        assert_eq!(read_generation(text), number);
    }
    for text in [
        "",
        "00",
        "01",
        "+1",
        "-1",
        " 1",
        "1 ",
        "1_0",
        "0x1",
        "1.0",
        "1e3",
        "\u{0661}",
        "9223372036854775808",
        "99999999999999999999",
    ] {
        assert_eq!(read_generation(text), None, "{text:?}");
    }
}

#[test]
fn what_is_no_token_is_refused() {
    let good = token().write(&key(1));
    let long = format!("{good}{}", "A".repeat(1 << 20));
    for text in [
        "",
        ".",
        "....",
        "r1",
        "r1....",
        "r1.AAAA.0.x.y",
        "\0",
        "é",
        &long,
        &good.replacen("r1", "r2", 1),
        &format!("{good}."),
        &format!(".{good}"),
        &format!("{good}="),
        &format!(" {good}"),
        &format!("{good} "),
        &good[..good.len() - 1],
    ] {
        assert!(RefreshToken::read(text, &key(1)).is_none());
    }
}

#[test]
fn a_successor_depends_on_parent_and_nonce() {
    let parent = token();
    let next = parent.successor(&[1; 32]);
    assert_eq!(next.hash(), parent.successor(&[1; 32]).hash());
    assert_ne!(next.hash(), parent.successor(&[2; 32]).hash());
    assert_ne!(next.hash(), token().successor(&[1; 32]).hash());
    assert_eq!(next.generation, 1);
    assert_ne!(next.access_token_id(), parent.access_token_id());
}

#[test]
fn what_a_token_says_of_itself_is_read_without_a_key() {
    let text = of_generation(5).write(&key(1));
    let (handle, generation) = refresh_token_generation(&text).unwrap();
    assert_eq!((handle.as_str(), generation), ("AAAAAAAAAAAAAAAAAAAAAA", 5));
    assert!(refresh_token_generation("r1.x.y.z.w").is_none());
}

#[test]
fn anti_csrf_tokens_belong_to_session_and_generation() {
    let ours: SessionHandle = "AAAAAAAAAAAAAAAAAAAAAA".parse().unwrap();
    let other: SessionHandle = "BAAAAAAAAAAAAAAAAAAAAA".parse().unwrap();
    let token = anti_csrf_token(&key(1), &ours, 3);
    assert!(is_anti_csrf_token_of(&key(1), &ours, &token));
    assert!(!is_anti_csrf_token_of(&key(1), &other, &token));
    assert!(!is_anti_csrf_token_of(&key(2), &ours, &token));
    assert_ne!(token, anti_csrf_token(&key(1), &ours, 4));
    for wrong in ["", "c1.", "c1.3.", "c1.03.x", "c1.-3.x", "c1.3", "3.x"] {
        assert!(!is_anti_csrf_token_of(&key(1), &ours, wrong));
    }
    let other_generation = token.replacen("c1.3", "c1.4", 1);
    assert!(!is_anti_csrf_token_of(&key(1), &ours, &other_generation));
}

#[test]
fn an_anti_csrf_token_is_no_refresh_token() {
    // Both are marked with one key; the purpose keeps them apart.
    let handle: SessionHandle = "AAAAAAAAAAAAAAAAAAAAAA".parse().unwrap();
    let mark = key(1).mac("anti-csrf", "x");
    assert_ne!(mark, key(1).mac("refresh", "x"));
    let text = anti_csrf_token(&key(1), &handle, 0);
    assert!(RefreshToken::read(&text, &key(1)).is_none());
}

#[test]
fn nothing_secret_is_printed() {
    let token = token();
    let printed = format!("{token:?}");
    assert_eq!(printed, "RefreshToken { generation: 0, .. }");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        prop_assert!(RefreshToken::read(&text, &key(1)).is_none());
        let _no_panic = refresh_token_generation(&text);
        let handle = "AAAAAAAAAAAAAAAAAAAAAA".parse().unwrap();
        prop_assert!(!is_anti_csrf_token_of(&key(1), &handle, &text));
    }

    #[test]
    fn text_of_our_alphabet_is_refused(text in "r1(\\.[A-Za-z0-9_-]{0,50}){0,5}") {
        prop_assert!(RefreshToken::read(&text, &key(1)).is_none());
    }

    #[test]
    fn every_token_is_read_back(
        handle in "[A-Za-z0-9_-]{22}",
        generation in 0..i64::MAX,
        secret in any::<[u8; 32]>(),
        mark in any::<[u8; 32]>(),
    ) {
        let key = RefreshKey::new(mark);
        let token = RefreshToken {
            handle: handle.parse().unwrap(),
            generation,
            secret: Zeroizing::new(secret),
        };
        let read = RefreshToken::read(&token.write(&key), &key).unwrap();
        prop_assert_eq!(&read.handle, &token.handle);
        prop_assert_eq!(read.generation, generation);
        prop_assert_eq!(*read.secret, secret);
    }
}
