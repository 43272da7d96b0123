//! The lines of a file that an include asks for.
//!
//! In: a file's text and a part of it. Out: the lines, each shown or hidden, and what is wrong with the part. mdBook says nothing
//! of lines and anchors that are not there; here that is an error.

use std::ops::Range;

use super::scan::Part;
use crate::diagnostic::{did_you_mean, one_of};

/// A line of the included text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// Where it stands, without its line end.
    pub line: Range<usize>,
    /// It is a part of the program and not of what is shown: `# ` goes before it.
    pub hidden: bool,
}

/// What is wrong with a part: a message and what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    /// A fragment.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// Something is there to include all the same, and mdBook includes that.
    pub harmless: bool,
}

/// The lines of a text, without their line ends; a line end at the end of the text begins no further line.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let each = text.split_inclusive('\n').map(|line| {
        let bare = line.strip_suffix('\n').unwrap_or(line);
        let range = at..at + bare.len();
        at += line.len();
        range
    });
    each.collect()
}

/// The lines of a part. `whole`: what is not in the part is there, and hidden.
pub fn take(text: &str, part: Part<'_>, whole: bool, path: &str) -> (Vec<Taken>, Option<Wrong>) {
    let lines = lines(text);
    match part {
        Part::All => (shown(lines), None),
        Part::Lines(from, to) => {
            let wrong = out_of_range(lines.len(), from, to, path);
            let inside = |n: usize| n >= from && to.is_none_or(|to| n < to);
            let all = lines.into_iter().enumerate().map(|(n, line)| Taken {
                line,
                hidden: !inside(n),
            });
            (all.filter(|taken| whole || !taken.hidden).collect(), wrong)
        }
        Part::Anchor(name) => anchored(text, lines, name, whole, path),
    }
}

fn shown(lines: Vec<Range<usize>>) -> Vec<Taken> {
    let taken = lines.into_iter().map(|line| Taken {
        line,
        hidden: false,
    });
    taken.collect()
}

fn out_of_range(count: usize, from: usize, to: Option<usize>, path: &str) -> Option<Wrong> {
    let has = match count {
        1 => format!("`{path}` has 1 line"),
        _ => format!("`{path}` has {count} lines"),
    };
    if to.is_some_and(|to| to <= from) {
        return Some(Wrong {
            message: "the last line of the range comes before its first".into(),
            hint: "write `file:FIRST:LAST`; lines count from 1".into(),
            harmless: false,
        });
    }
    if from >= count {
        return Some(Wrong {
            message: format!("there is no line {}: {has}", from + 1),
            hint: "anchors move with their lines: `ANCHOR: name` ... `ANCHOR_END: name`".into(),
            harmless: false,
        });
    }
    let to = to.filter(|to| *to > count)?;
    Some(Wrong {
        message: format!("there is no line {to}: {has}"),
        hint: format!("what is there is included; write `{}:`", from + 1),
        harmless: true,
    })
}

/// The word behind the first `ANCHOR:` or `ANCHOR_END:` of a line.
fn mark<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    line.match_indices(word).find_map(|(at, _)| {
        let rest = line[at + word.len()..].trim_start();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
        let name = &rest[..end.unwrap_or(rest.len())];
        (!name.is_empty()).then_some(name)
    })
}

fn starts(line: &str) -> Option<&str> {
    mark(line, "ANCHOR:")
}

fn ends(line: &str) -> Option<&str> {
    mark(line, "ANCHOR_END:")
}

fn anchored(
    text: &str,
    lines: Vec<Range<usize>>,
    name: &str,
    whole: bool,
    path: &str,
) -> (Vec<Taken>, Option<Wrong>) {
    let mut taken = Vec::new();
    let (mut inside, mut found, mut closed) = (false, false, true);
    for line in lines {
        let written = &text[line.clone()];
        if inside && ends(written) == Some(name) {
            (inside, closed) = (false, true);
            // Without the rest of the file, the first place of that name counts.
            if !whole {
                break;
            }
        } else if !inside && starts(written) == Some(name) {
            (inside, found, closed) = (true, true, false);
        } else if starts(written).is_none() && ends(written).is_none() && (inside || whole) {
            taken.push(Taken {
                line,
                hidden: !inside,
            });
        }
    }
    let wrong = match (found, closed) {
        (false, _) => Some(unknown(text, name, path)),
        (true, false) => Some(Wrong {
            message: format!("the anchor `{name}` of `{path}` is never closed"),
            hint: format!("all that follows is included; end it with `ANCHOR_END: {name}`"),
            harmless: true,
        }),
        (true, true) => None,
    };
    (taken, wrong)
}

fn unknown(text: &str, name: &str, path: &str) -> Wrong {
    let names: Vec<&str> = text.lines().filter_map(starts).collect();
    let hint = did_you_mean(name, names.iter().copied()).unwrap_or_else(|| match names[..] {
        [] => format!("put the lines between comments `ANCHOR: {name}` and `ANCHOR_END: {name}`"),
        _ => format!("anchors: {}", one_of(&names)),
    });
    Wrong {
        message: format!("`{path}` has no anchor `{name}`"),
        hint,
        harmless: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "use a;\n// ANCHOR: one\nlet a = 1;\n// ANCHOR: two\nlet b = 2;\n// ANCHOR_END: two\n// ANCHOR_END: one\nend();\n// ANCHOR: one\nagain();\n// ANCHOR_END: one\n";

    /// The lines of a part, hidden ones with `# `, then the message.
    fn check(text: &str, part: Part<'_>, whole: bool, want: &[&str]) {
        let (taken, wrong) = take(text, part, whole, "f.rs");
        let line = |t: &Taken| {
            let hidden = if t.hidden { "# " } else { "" };
            format!("{hidden}{}", &text[t.line.clone()])
        };
        let mut got: Vec<String> = taken.iter().map(line).collect();
        got.extend(wrong.map(|w| format!("! {}", w.message)));
        assert_eq!(got, want);
    }

    #[test]
    fn lines_are_taken() {
        let text = "a\nb\nc";
        check(text, Part::All, false, &["a", "b", "c"]);
        check(text, Part::Lines(1, Some(2)), false, &["b"]);
        check(text, Part::Lines(1, None), false, &["b", "c"]);
        check(text, Part::Lines(1, Some(2)), true, &["# a", "b", "# c"]);
        let beyond = "! there is no line 9: `f.rs` has 3 lines";
        check(text, Part::Lines(1, Some(9)), false, &["b", "c", beyond]);
        let beyond = "! there is no line 4: `f.rs` has 3 lines";
        check(text, Part::Lines(3, None), false, &[beyond]);
        let reversed = "! the last line of the range comes before its first";
        check(text, Part::Lines(2, Some(1)), false, &[reversed]);
    }

    #[test]
    fn anchors_hold_lines_and_marks_go() {
        check(
            FILE,
            Part::Anchor("one"),
            false,
            &["let a = 1;", "let b = 2;"],
        );
        check(FILE, Part::Anchor("two"), false, &["let b = 2;"]);
        check(
            FILE,
            Part::Anchor("one"),
            true,
            &[
                "# use a;",
                "let a = 1;",
                "let b = 2;",
                "# end();",
                "again();",
            ],
        );
        check(
            FILE,
            Part::Anchor("tow"),
            false,
            &["! `f.rs` has no anchor `tow`"],
        );
        check(
            "x\n# ANCHOR: é-1\ny\n",
            Part::Anchor("é-1"),
            false,
            &["y", "! the anchor `é-1` of `f.rs` is never closed"],
        );
        // What a mark must be followed by is a name.
        check(
            "ANCHOR:\nANCHOR: a\nb",
            Part::Anchor("a"),
            false,
            &["b", "! the anchor `a` of `f.rs` is never closed"],
        );
    }
}
