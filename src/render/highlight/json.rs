//! The highlighter for JSON and its relatives with comments and loose keys. In: text; out: tokens
//! that cover it. One pass; takes each token as it comes and never asks for balance.

use super::class::Class;
use super::tokens::{Token, TokenBuffer};

/// Highlights JSON.
pub(super) fn highlight(code: &str) -> Vec<Token> {
    let bytes = code.as_bytes();
    let mut out = TokenBuffer::with_capacity(code.len() / 6 + 1);
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let (len, class) = match rest[0] {
            quote @ (b'"' | b'\'') => {
                let len = string_len(rest, quote);
                let key = is_key(&rest[len..]);
                (len, Some(if key { Class::Property } else { Class::String }))
            }
            b'/' if rest.get(1) == Some(&b'/') => (line_len(rest), Some(Class::Comment)),
            b'/' if rest.get(1) == Some(&b'*') => {
                let len = code[at + 2..].find("*/").map_or(rest.len(), |len| len + 4);
                out.push_text(&code[at..at + len], Some(Class::Comment));
                at += len;
                continue;
            }
            b'-' | b'+' | b'.' | b'0'..=b'9' => number(rest),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | 0x80.. => {
                let len = rest.iter().position(|byte| !is_word(*byte));
                let len = len.unwrap_or(rest.len());
                (len, word_class(&code[at..at + len], &rest[len..]))
            }
            _ => (1, None),
        };
        out.push(len, class);
        at += len;
    }
    out.finish()
}

/// The length of a string; one that never ends does so with its line.
fn string_len(rest: &[u8], quote: u8) -> usize {
    let mut len = 1;
    while let Some(&byte) = rest.get(len) {
        match byte {
            b'\n' => return len - usize::from(rest[len - 1] == b'\r'),
            b'\\' if !matches!(rest.get(len + 1), None | Some(b'\n' | b'\r')) => len += 2,
            _ if byte == quote => return len + 1,
            _ => len += 1,
        }
    }
    rest.len()
}

/// Whether a colon follows.
fn is_key(rest: &[u8]) -> bool {
    let next = rest.iter().find(|byte| !byte.is_ascii_whitespace());
    next == Some(&b':')
}

fn line_len(rest: &[u8]) -> usize {
    let len = rest.iter().position(|byte| *byte == b'\n');
    let len = len.unwrap_or(rest.len());
    len - usize::from(rest[len - 1] == b'\r')
}

fn number(rest: &[u8]) -> (usize, Option<Class>) {
    let signs = rest
        .iter()
        .take_while(|byte| matches!(byte, b'-' | b'+' | b'.'))
        .count();
    let starts = rest.get(signs).is_some_and(u8::is_ascii_digit);
    if !starts || signs > 2 {
        return (signs.max(1), None);
    }
    let mut len = signs;
    while let Some(&byte) = rest.get(len) {
        let in_number = byte.is_ascii_alphanumeric()
            || byte == b'.'
            || (matches!(byte, b'-' | b'+') && matches!(rest[len - 1], b'e' | b'E'));
        if !in_number {
            break;
        }
        len += 1;
    }
    (len, Some(Class::Number))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'-' | 0x80..)
}

fn word_class(word: &str, rest: &[u8]) -> Option<Class> {
    if is_key(rest) {
        return Some(Class::Property);
    }
    matches!(
        word,
        "true" | "false" | "null" | "undefined" | "NaN" | "Infinity"
    )
    .then_some(Class::Keyword)
}
