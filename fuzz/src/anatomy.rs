//! Samples and their info strings: places that lie in the text, and the same answers for texts that mean the same.

use docproof::verify::anatomy::{Anatomy, Spot, examine};
use docproof::verify::attributes::{Rules, Untagged, attributes};
use docproof::verify::sample::Treatment;

/// Checks the first line as an info string and the rest as a sample.
pub fn check(text: &str) {
    let (info, code) = text.split_once('\n').unwrap_or(("rust", text));
    fence(info);
    let code = code.replace('\r', "");
    let lines: Vec<&str> = code.split('\n').collect();
    let anatomy = examine(&lines);
    places(&anatomy, &lines);
    assert_eq!(examine(&lines), anatomy, "two answers for one text");
    below_a_blank_line(&anatomy, &lines);
    before_a_comment(&anatomy, &lines);
}

fn fence(info: &str) {
    for strict in [false, true] {
        for untagged in [Untagged::Skip, Untagged::Warn, Untagged::Run] {
            let rules = Rules {
                strict,
                untagged,
                host: "x86_64-unknown-linux-gnu",
            };
            let got = attributes(info, true, false, &rules);
            assert!(got.codes.is_sorted_by(|a, b| a < b), "{:?}", got.codes);
            assert_ne!(got.treatment, Treatment::File);
            if strict {
                assert_eq!((&got.rustdoc_differs, got.problems.len()), (&None, 0));
            }
            for (message, hint) in &got.problems {
                assert!(!message.is_empty() && !hint.is_empty());
            }
        }
    }
}

fn places(anatomy: &Anatomy, lines: &[&str]) {
    let inside = |spot: Spot| {
        let line = lines.get(spot.line);
        line.is_some_and(|line| spot.column <= line.chars().count())
    };
    if let Some(problem) = &anatomy.lex_problem {
        assert!(inside(problem.spot), "{problem:?}");
        assert!(!anatomy.parses, "parsed in spite of {problem:?}");
    }
    for (from, to) in &anatomy.extern_crates {
        assert!(from < to && inside(*from) && inside(*to), "{from:?} {to:?}");
    }
    for include in &anatomy.includes {
        let chars: Vec<char> = lines[include.line].chars().collect();
        let literal: String = chars[include.start..include.end].iter().collect();
        assert!(literal.ends_with(['"', '#']), "{literal}");
        assert!(anatomy.reads_files && !include.path.is_empty());
    }
    assert!(anatomy.head <= lines.len());
    let last = lines[..anatomy.head].last().unwrap_or(&"");
    assert!(anatomy.head_end <= last.chars().count());
    assert_eq!(anatomy.inside_literal.len(), lines.len());
    assert_ne!(anatomy.inside_literal.first(), Some(&true));
}

/// Everything is where it was, one line further down.
fn below_a_blank_line(anatomy: &Anatomy, lines: &[&str]) {
    let mut more = vec![""];
    more.extend(lines);
    let mut lower = examine(&more);
    if let Some(problem) = &mut lower.lex_problem {
        problem.spot.line -= 1;
    }
    for (from, to) in &mut lower.extern_crates {
        from.line -= 1;
        to.line -= 1;
    }
    for include in &mut lower.includes {
        include.line -= 1;
    }
    lower.head = lower.head.saturating_sub(1);
    lower.inside_literal.remove(0);
    assert_eq!(&lower, anatomy);
}

/// A comment at the end changes nothing that a reader would care for.
fn before_a_comment(anatomy: &Anatomy, lines: &[&str]) {
    if anatomy.lex_problem.is_some() {
        return;
    }
    let mut more = lines.to_vec();
    more.push("// \" { ( fn main() {} crate::x #![no_std]");
    let mut longer = examine(&more);
    longer.inside_literal.pop();
    // A doc comment that documents nothing stays one.
    assert_eq!(&longer, anatomy);
}
