//! White space as remarkable has it before it reads a text: tabs are spaces, and there is one kind of line end and of space.
//!
//! In: a text. Out: the same text with every tab written as the spaces up to the next multiple of four columns, and the map
//! that leads back. A text without such characters, which is most of them, is passed on as it is.

use std::borrow::Cow;

use crate::source::OffsetMap;

/// A text without tabs, and where its bytes stood.
pub struct Flat<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// Leads from it to the text that was given.
    pub map: OffsetMap,
}

/// Columns from one tab stop to the next.
const TAB: usize = 4;

/// Flattens a text.
pub fn flatten(text: &str) -> Flat<'_> {
    let mut map = OffsetMap::default();
    if !text.contains(['\t', '\u{a0}', '\u{85}', '\u{2028}', '\u{2424}']) {
        return Flat {
            text: text.into(),
            map,
        };
    }
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let (mut copied, mut column) = (0, 0);
    for (at, c) in text.char_indices() {
        let spaces = "    ";
        let written = match c {
            '\t' => &spaces[column % TAB..],
            '\u{a0}' => " ",
            '\u{85}' | '\u{2028}' | '\u{2424}' => "\n",
            _ => {
                // remarkable counts as JavaScript does, in units of UTF-16.
                column = if c == '\n' { 0 } else { column + c.len_utf16() };
                continue;
            }
        };
        if copied < at {
            map.copied(out.len(), copied, at - copied);
            out.push_str(&text[copied..at]);
        }
        copied = at + c.len_utf8();
        map.replaced(out.len(), at..copied);
        out.push_str(written);
        column = if written == "\n" {
            0
        } else {
            column + written.len()
        };
    }
    if copied < text.len() {
        map.copied(out.len(), copied, text.len() - copied);
        out.push_str(&text[copied..]);
    }
    Flat {
        text: out.into(),
        map,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_end_at_multiples_of_four() {
        let flat = flatten("\ta\n1\tb\tc\u{a0}\u{2028}\té\t.");
        assert_eq!(flat.text, "    a\n1   b   c \n    é   .");
        let at = flat.text.find('b').expect("there is one");
        assert_eq!(flat.map.to_input(&(at..at + 1)), 5..6);
        let at = flat.text.find('é').expect("there is one");
        let text = "\ta\n1\tb\tc\u{a0}\u{2028}\té\t.";
        assert_eq!(&text[flat.map.to_input(&(at..at + 2))], "é");
    }

    #[test]
    fn most_texts_stay() {
        assert!(matches!(flatten("a\n    b").text, Cow::Borrowed(_)));
    }
}
