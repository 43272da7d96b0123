//! Info strings: sound places and values, and the same reading alone and in a doc.

use docproof::config::Dialect;
use docproof::markdown::{self, FenceInfo, parse_info};

use crate::shared;

/// Checks one info string in both dialects.
pub fn check(info: &str) {
    let (sources, id, info) = shared::source("docs/a.md", info);
    for dialect in shared::DIALECTS {
        let (parsed, problems) = parse_info(&info, 0, dialect);
        shared::problems(&problems, &info, &sources, id);
        fields(&parsed, &info);

        let (moved, later) = parse_info(&info, 1000, dialect);
        assert_eq!(moved, parsed);
        for (here, there) in problems.iter().zip(&later) {
            let range = here.range.start + 1000..here.range.end + 1000;
            assert_eq!(range, there.range);
        }
        assert_eq!(problems.len(), later.len());
        in_a_doc(&info, &parsed, dialect);
    }
}

fn fields(parsed: &FenceInfo, info: &str) {
    let FenceInfo {
        highlight,
        ins,
        del,
        phrases,
        language,
        words,
        ..
    } = parsed;
    for range in highlight.iter().chain(ins).chain(del) {
        assert!(range.start >= 1 && range.start < range.end, "{range:?}");
    }
    for phrase in phrases {
        assert!(!phrase.is_empty() && info.contains(phrase.as_str()));
    }
    for word in words {
        assert!(info.contains(word.as_str()), "`{word}` was never written");
    }
    let from_words = language == "rust";
    assert!(from_words || info.contains(language.as_str()), "{language}");
}

/// The fence of a doc, plain and inside a list item in a quote.
fn in_a_doc(info: &str, parsed: &FenceInfo, dialect: Dialect) {
    let line = info.lines().next().unwrap_or("");
    for (first, next) in [("", ""), ("> - ", ">   ")] {
        let text = format!("é\n\n{first}~~~{line}\n{next}é __HIGHLIGHT__\n{next}~~~\n\nü\n");
        let (sources, id, text) = shared::source("docs/a.md", &text);
        let doc = markdown::parse(&text, dialect);
        shared::problems(&doc.problems, &text, &sources, id);
        // Escapes and entities change the string, a fourth tilde makes the fence longer.
        let as_written = line == info
            && line.trim() == line
            && !line.starts_with('~')
            && !line.contains(['\\', '&', '\0', '\t']);
        if as_written && let [code] = doc.codes.as_slice() {
            assert_eq!(&code.info, parsed, "{text}");
        }
    }
}
