//! Front matter: sound places, a body that begins where the block ends, and fields that the body cannot
//! change.

use docproof::config::Dialect;
use docproof::front_matter::parse;

use crate::shared;

/// Checks one text in both dialects.
pub fn check(text: &str) {
    let (sources, id, text) = shared::source("docs/a.md", text);
    for dialect in shared::DIALECTS {
        let parsed = parse(&text, dialect);
        shared::problems(&parsed.problems, &text, &sources, id);

        let start = parsed.body_start;
        assert!(text.is_char_boundary(start), "the body begins at {start}");
        assert_eq!(parsed.present, start > 0, "{parsed:?}");
        for (name, range) in &parsed.keys {
            shared::sound(&text, range, name);
            let written = &text[range.clone()];
            assert!(written.contains(name.as_str()), "`{written}` is not {name}");
            assert!(range.end <= start, "a field in the body: {name}");
        }
        for id in parsed.front.id.iter().chain(&parsed.front.original_id) {
            assert!(!id.is_empty() && !id.contains('/'), "{id:?}");
        }
        if !parsed.present {
            assert_eq!(parsed.front, Default::default());
            continue;
        }

        let head = &text[..start];
        assert!(start == text.len() || head.ends_with('\n'), "{head:?}");
        assert!(head.trim_end().ends_with("---"), "{head:?}");
        let lines: Vec<&str> = head.lines().collect();
        let fences = lines.iter().filter(|line| match dialect {
            Dialect::Docproof | Dialect::Mdbook(_) => line.trim_end() == "---",
            Dialect::DocusaurusV1 => **line == "---",
        });
        assert_eq!(fences.count(), 2, "{head:?}");

        // Another body, the same fields and the same complaints.
        let line_end = if head.ends_with('\n') { "" } else { "\n" };
        let other = parse(&format!("{head}{line_end}A: body\n---\n\n# B\n"), dialect);
        assert_eq!(other.front, parsed.front);
        assert_eq!(other.problems, parsed.problems);
        assert_eq!(other.keys, parsed.keys);
    }
}
