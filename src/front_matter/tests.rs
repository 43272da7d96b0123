//! Front matter texts and what they give.

use super::*;
use crate::source::line_column;

fn v1(text: &str) -> Parsed {
    parse(text, Dialect::DocusaurusV1)
}

fn ours(text: &str) -> Parsed {
    parse(text, Dialect::Docproof)
}

fn said(text: &str, parsed: &Parsed) -> Vec<String> {
    let place = |p: &Problem| line_column(text, p.range.start);
    parsed
        .problems
        .iter()
        .map(|p| format!("{}:{} {}", place(p).0, place(p).1, p.message))
        .collect()
}

#[test]
fn fields_and_body() {
    let text = "---\nid: a\ntitle: 'A: b'\nhide_title: true\nkeywords: x, y\nredirect_from: /old\nsearch: false\n---\n\nBody\n";
    let parsed = ours(text);
    assert_eq!(said(text, &parsed), [""; 0]);
    assert_eq!(&text[parsed.body_start..], "\nBody\n");
    let front = parsed.front;
    assert_eq!(
        (front.id.as_deref(), front.title.as_deref()),
        (Some("a"), Some("A: b"))
    );
    assert!(front.hide_title && front.no_search && !front.no_pagination);
    assert_eq!(
        (front.keywords, front.redirect_from),
        (vec!["x".into(), "y".into()], vec!["/old".to_owned()])
    );
}

#[test]
fn a_text_without_front_matter_is_all_body() {
    for text in ["# Hi\n", "", "---\n\nA rule, then text.\n", "--- \nx"] {
        assert_eq!(
            (ours(text).present, ours(text).body_start),
            (false, 0),
            "{text:?}"
        );
        assert_eq!(said(text, &ours(text)), [""; 0], "{text:?}");
    }
}

#[test]
fn wrong_fields_are_named_with_their_places() {
    let text = "---\nid: a/b\ntitle: [x]\nhide_title: perhaps\nsidebar_lable: x\ndraft: 1\n---\n";
    assert_eq!(
        said(text, &ours(text)),
        [
            "2:1 the id `a/b` holds a `/`",
            "3:1 `title` must be text",
            "4:1 `hide_title` must be `true` or `false`",
            "5:1 unknown front matter field `sidebar_lable`",
            "6:1 `draft` must be `true` or `false`",
        ]
    );
    let text = "---\ntitle: Anti CSRF: why\n---\n";
    assert!(
        said(text, &ours(text))[0].contains("not valid YAML"),
        "{:?}",
        said(text, &ours(text))
    );
    assert_eq!(
        said("---\ntitle: a\nbody", &ours("---\ntitle: a\nbody")),
        ["1:1 front matter that is never closed"]
    );
}

#[test]
fn v1_reads_leniently() {
    let text =
        "---\nid: a\ntitle: Anti CSRF: why\nhide_title: \"false\"\nid: b\nauthor: me\n---\nBody";
    let parsed = v1(text);
    assert_eq!(
        (parsed.front.id.as_deref(), parsed.front.title.as_deref()),
        (Some("b"), Some("Anti CSRF: why"))
    );
    assert!(parsed.front.hide_title);
    assert_eq!(
        said(text, &parsed),
        ["3:1 this line is not valid YAML and is read as plain text"]
    );
    let number = v1("---\ntitle: 12\nhide_title: 0\n---\n");
    assert_eq!(
        (number.front.title.as_deref(), number.front.hide_title),
        (Some("12"), false)
    );
}

#[test]
fn v1_header_that_never_closes_is_body() {
    let parsed = v1("---\nid: a\ntext");
    assert_eq!(
        (parsed.present, parsed.body_start, parsed.problems.len()),
        (false, 0, 0)
    );
    assert!(
        !v1("--- \nid: a\n---\n").present,
        "line one must be exactly three dashes"
    );
}
