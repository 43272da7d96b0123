//! Headings of changelogs, and feeds that are read back.

use super::*;
use crate::config::Dialect;
use crate::markdown::parse;

fn found(markdown: &str) -> (Vec<String>, Vec<String>) {
    let doc = parse(markdown, Dialect::Docproof);
    let (all, problems) = releases(&doc);
    let hrefs: Vec<String> = doc
        .links
        .iter()
        .map(|link| format!("/to/{}", link.dest))
        .collect();
    let shown = |r: &Release| {
        format!(
            "{} {} {}",
            r.name,
            r.date,
            html(&doc, r, &hrefs).replace('\n', "")
        )
    };
    let said = problems.into_iter().map(|p| p.message);
    (all.iter().map(shown).collect(), said.collect())
}

#[test]
fn headings_of_many_habits() {
    for heading in [
        "## [2.0.1] - 2026-11-01",
        "## 2.0.1 (2026-11-01)",
        "## v2.0.1 – 2026-11-01",
        "## Version 2.0.1, 2026-11-01",
        "# 2.0.1: 2026-11-01",
        "### [v2.0.1](https://e.example/compare) (2026-11-01)",
        "## [2.0.1] - 2026-11-01 [YANKED]",
    ] {
        let (all, said) = found(&format!("{heading}\n\nText.\n"));
        assert_eq!(
            (all, said),
            (vec!["2.0.1 2026-11-01 <p>Text.</p>".to_owned()], vec![]),
            "{heading}"
        );
    }
    assert_eq!(found("## 3 (2026-01-01)\n").0, ["3 2026-01-01 "]);
    assert_eq!(
        found("## 2.0.0-rc.1 - 2026-01-01\n").0,
        ["2.0.0-rc.1 2026-01-01 "]
    );
    for heading in [
        "Unreleased",
        "[Unreleased]",
        "Notes",
        "3 steps",
        "2026-11-01",
        "1. First",
        "0x1.5",
        "",
        "вер 1.2",
    ] {
        assert_eq!(
            found(&format!("## {heading}\n\nText.\n")),
            (vec![], vec![]),
            "{heading}"
        );
    }
}

#[test]
fn an_entry_ends_where_the_next_section_begins() {
    let (all, said) = found(
        "# Changelog\n\nBefore.\n\n## Unreleased\n\n- New.\n\n## 1.0.0 (2026-01-01)\n\n### Added\n\nOld, see [a](a.md).\n\n## Notes\n\nNot a release.\n\n## 1.1.0 (2026-02-01)\n\n```rust\n# hidden();\na < b\n```\n\n![i](i.png)\n",
    );
    assert_eq!(
        all,
        [
            "1.1.0 2026-02-01 <pre><code>a &lt; b</code></pre><p><img src=\"/to/i.png\" alt=\"i\"></p>",
            "1.0.0 2026-01-01 <h3>Added</h3><p>Old, see <a href=\"/to/a.md\">a</a>.</p>",
        ]
    );
    assert!(said.is_empty(), "{said:?}");
}

#[test]
fn releases_without_a_day_are_told_of() {
    let (all, said) = found(
        "## 3.0.0\n\nx\n\n## 2.0.0 (2026-02-30)\n\ny\n\n## 1.0.0 (2026-01-01)\n\nz\n\n## 1.0.0 (2026-01-01)\n\nagain\n",
    );
    assert_eq!(all, ["1.0.0 2026-01-01 <p>z</p>"]);
    assert_eq!(
        said,
        [
            "the release `3.0.0` has no date, so it is not in the feed",
            "the release `2.0.0` is not in the feed: there is no day `2026-02-30`",
            "the release `1.0.0` is listed twice",
        ]
    );
}

#[test]
fn xml_holds_no_character_that_it_cannot() {
    let text = "a\u{0}\u{1}\u{8}\u{b}\u{1f}\u{fffe}\u{ffff}\r<&>\"\t\n\u{10ffff}é";
    assert_eq!(xml_text(text), "a&lt;&amp;&gt;&quot;\t\n\u{10ffff}é");
}
