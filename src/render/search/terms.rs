//! What a text is found by: words, identifiers and their parts.
//!
//! In: a text. Out: its terms. `static/search.js` takes a query apart by the same rules, and a test compares the two: a term
//! that only one of them makes can never be found.
//!
//! The rules, in order:
//!
//! 1. Compatibility decomposition (NFKD), without marks: `ﬁ` is `fi`, `é` is `e`.
//! 2. A run is letters, digits, `_`, and `::` between these; an apostrophe inside a word is left out.
//! 3. Letters of scripts without spaces between words are taken in overlapping pairs.
//! 4. A run of several segments (`Foo::bar`) is a term, and so is each segment.
//! 5. A segment in snake or camel case is a term, and so is each of its parts.
//! 6. All in lower case, and none longer than [`LONGEST`] characters.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// A longer term is cut. Nobody types more, and a word of a megabyte would stand in the index.
pub const LONGEST: usize = 64;

/// What kind of term it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A word, or a pair of letters.
    Word,
    /// An identifier, whole.
    Identifier,
    /// A part of one.
    Part,
}

/// Hands each term of a text to `found`, in order, repeated ones as often as they stand there.
pub fn terms(text: &str, mut found: impl FnMut(&str, Kind)) {
    let text = plain(text);
    let mut lower = String::new();
    let mut say = |term: &str, kind| {
        lower.clear();
        if term.is_ascii() {
            lower.push_str(&term[..term.len().min(LONGEST)]);
            lower.make_ascii_lowercase();
        } else {
            // Of the whole, not letter by letter: a sigma at the end is another one.
            lower = term
                .chars()
                .take(LONGEST)
                .collect::<String>()
                .to_lowercase();
        }
        found(&lower, kind);
    };
    let mut rest = &*text;
    while let Some(start) = rest.find(is_part_of_run) {
        rest = &rest[start..];
        let end = end_of_run(rest);
        run(&rest[..end], &mut say);
        rest = &rest[end..];
    }
}

/// A name as one term, so that who asks for all of it finds it however common its words are.
pub fn name(text: &str) -> String {
    let mut name = String::new();
    terms(text, |term, kind| {
        if kind != Kind::Part {
            name.push(if name.is_empty() { NAME } else { ' ' });
            name.push_str(term);
        }
    });
    let end = name
        .char_indices()
        .nth(LONGEST)
        .map_or(name.len(), |(at, _)| at);
    name.truncate(end);
    name
}

/// What the term of a name begins with. No other term does.
const NAME: char = '=';

/// Without marks, and with letters in their plain form.
fn plain(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.nfkd().filter(|c| !is_combining_mark(*c)).collect())
}

fn is_part_of_run(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}')
}

/// How many bytes the run at the start of a text has.
fn end_of_run(text: &str) -> usize {
    let mut end = 0;
    loop {
        let rest = &text[end..];
        let length = rest.find(|c| !is_part_of_run(c)).unwrap_or(rest.len());
        end += length;
        let rest = &text[end..];
        let joint = if rest.starts_with("::") {
            2
        } else {
            rest.chars()
                .next()
                .filter(|c| is_apostrophe(*c))
                .map_or(0, char::len_utf8)
        };
        let goes_on = joint > 0 && rest[joint..].chars().next().is_some_and(is_part_of_run);
        if !goes_on {
            return end;
        }
        end += joint;
    }
}

fn run(text: &str, say: &mut impl FnMut(&str, Kind)) {
    let joined: String;
    let text = if text.contains(is_apostrophe) {
        joined = text.replace(is_apostrophe, "");
        &joined
    } else {
        text
    };
    if text.contains("::") {
        say(text, Kind::Identifier);
        text.split("::")
            .for_each(|segment| segment_of(segment, Kind::Part, say));
    } else {
        segment_of(text, Kind::Word, say);
    }
}

fn segment_of(segment: &str, alone: Kind, say: &mut impl FnMut(&str, Kind)) {
    let segment = segment.trim_matches('_');
    if segment.is_empty() {
        return;
    }
    if segment.contains(is_without_spaces) {
        pairs(segment, say);
        return;
    }
    let mut parts = Vec::new();
    parts_of(segment, &mut parts);
    if parts.len() == 1 {
        say(segment, alone);
        return;
    }
    // Inside a path it is a part itself.
    say(
        segment,
        if alone == Kind::Part {
            alone
        } else {
            Kind::Identifier
        },
    );
    parts.iter().for_each(|part| say(part, Kind::Part));
}

/// The parts of a name in snake or camel case. A number belongs to the letters before it.
fn parts_of<'a>(segment: &'a str, parts: &mut Vec<&'a str>) {
    for word in segment.split('_').filter(|word| !word.is_empty()) {
        let mut start = 0;
        let mut before: Option<char> = None;
        let mut chars = word.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map(|(_, next)| *next);
            let hump = c.is_uppercase()
                && before.is_some_and(|before| {
                    before.is_lowercase()
                        || before.is_numeric()
                        || (before.is_uppercase() && next.is_some_and(char::is_lowercase))
                });
            if hump {
                parts.push(&word[start..at]);
                start = at;
            }
            before = Some(c);
        }
        parts.push(&word[start..]);
    }
}

/// Han, kana, Thai, Lao, Khmer, Myanmar.
fn is_without_spaces(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{20000}'..='\u{323af}')
}

/// Each letter with the next. Other letters in between are a word.
fn pairs(text: &str, say: &mut impl FnMut(&str, Kind)) {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let same = is_without_spaces(first);
        let end = rest
            .find(|c| is_without_spaces(c) != same)
            .unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        let starts: Vec<usize> = part.char_indices().map(|(at, _)| at).collect();
        if same && starts.len() > 1 {
            for n in 0..starts.len() - 1 {
                let end = starts.get(n + 2).copied().unwrap_or(part.len());
                say(&part[starts[n]..end], Kind::Word);
            }
        } else {
            say(part, Kind::Word);
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let mut found = Vec::new();
        terms(text, |term, _| found.push(term.to_owned()));
        assert_eq!(found.join(" "), expected, "{text}");
    }

    #[test]
    fn words() {
        check("Read the docs, twice!", "read the docs twice");
        check("don't user\u{2019}s 'quoted'", "dont users quoted");
        check("2.0.1 and 1_000", "2 0 1 and 1_000 1 000");
        check("", "");
        check("— … !", "");
    }

    #[test]
    fn identifiers() {
        check(
            "update_session_data",
            "update_session_data update session data",
        );
        check("SessionData", "sessiondata session data");
        check("Foo::bar_baz", "foo::bar_baz foo bar_baz bar baz");
        check("HTTPServer2Go", "httpserver2go http server2 go");
        check("__init__", "init");
        check("a::b::", "a::b a b");
        check("::std and x :: y", "std and x y");
        check("E0308 v2", "e0308 v2");
    }

    #[test]
    fn other_scripts() {
        check("Café ﬁne ÜBER", "cafe fine uber");
        check("会话令牌 ok", "会话 话令 令牌 ok");
        check("API文档x", "api 文档 x");
        check("Привет Мир", "привет мир");
    }

    #[test]
    fn long_words_are_cut() {
        let long = "x".repeat(10_000);
        check(&long, &"x".repeat(LONGEST));
    }

    #[test]
    fn names() {
        assert_eq!(name("How it works"), "=how it works");
        assert_eq!(
            name("`Foo::bar_baz` and SomeType"),
            "=foo::bar_baz and sometype"
        );
        assert_eq!(name("—"), "");
        assert_eq!(name(&"word ".repeat(100)).chars().count(), LONGEST);
    }

    #[test]
    fn kinds() {
        let mut found = Vec::new();
        terms("plain a::B some_name", |term, kind| {
            found.push((term.to_owned(), kind))
        });
        let kind = |n: usize| found[n].1;
        assert_eq!(
            (kind(0), kind(1), kind(2)),
            (Kind::Word, Kind::Identifier, Kind::Part)
        );
        assert_eq!(found[4], ("some_name".into(), Kind::Identifier));
    }
}
