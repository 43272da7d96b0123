//! What a page is about, in a line: its first paragraph.
//!
//! In: a parsed doc. Out: the beginning of its first paragraph as a browser shows it, for a page without a description.

use super::search::sections::shown_text;
use crate::markdown::ParsedDoc;

/// Search engines and previews show about so many characters.
const LONGEST: usize = 160;
/// So much HTML is looked at, in bytes: a paragraph may be a book.
const READ: usize = 8 << 10;

/// The beginning of the first paragraph that has words.
pub fn first_paragraph(doc: &ParsedDoc) -> Option<String> {
    let mut html = doc.html.as_str();
    while let Some(at) = html.find("<p>") {
        let rest = &html[at + 3..];
        let end = rest.find("</p>").unwrap_or(rest.len());
        let read = (0..=end.min(READ))
            .rev()
            .find(|at| rest.is_char_boundary(*at));
        let text = shown_text(&rest[..read.unwrap_or(0)]);
        // A picture, or a line of badges.
        if text.chars().any(char::is_alphanumeric) {
            return Some(shortened(&text));
        }
        html = &rest[end..];
    }
    None
}

/// A text of one line, cut at the end of a word if it is long.
fn shortened(text: &str) -> String {
    let Some((longest, _)) = text.char_indices().nth(LONGEST) else {
        return text.to_owned();
    };
    let cut = &text[..longest];
    // A language without spaces is cut anywhere.
    let end = cut
        .rfind(' ')
        .filter(|at| *at > longest / 2)
        .unwrap_or(longest);
    let cut = cut[..end].trim_end_matches([' ', ',', ';', ':', '(', '–', '-']);
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Dialect;

    #[track_caller]
    fn check(markdown: &str, expected: Option<&str>) {
        let doc = crate::markdown::parse(markdown, Dialect::Docproof);
        assert_eq!(first_paragraph(&doc).as_deref(), expected);
    }

    #[test]
    fn the_first_paragraph_without_its_markup() {
        check(
            "# Title\n\nA *few* [words](b.md)\nand `code`, 1 < 2.\n\nMore.\n",
            Some("A few words and code, 1 < 2."),
        );
        check("![a](b.png)\n\n---\n\nText.\n", Some("Text."));
        check("# Only a title\n\n```\ncode\n```\n", None);
        check("", None);
    }

    #[test]
    fn a_long_one_is_cut_at_a_word() {
        let words = "word ".repeat(40);
        let cut = format!("{}word…", "word ".repeat(31));
        check(&words, Some(&cut));
        assert_eq!(cut.chars().count(), 160);
        let long = "ü".repeat(300);
        check(&long, Some(&format!("{}…", "ü".repeat(160))));
        check(
            &format!("{} {}", "x".repeat(150), ", y".repeat(20)),
            Some(&format!("{} , y, y…", "x".repeat(150))),
        );
    }
}
