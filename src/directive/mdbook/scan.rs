//! The directives of mdBook in a text: `{{#include file}}` and its kin.
//!
//! In: any text. Out: each directive in the order of the text, with what it asks for. It goes by mdBook's own rule, which looks
//! neither at Markdown nor at code: a directive is `{{`, `#` with a word, and arguments without a `}`, up to `}}`; a `\` before it
//! makes all up to the last `}}` of its line a text.

use std::ops::Range;

/// A directive and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Directive<'a> {
    /// From the first brace (or the backslash) to the last.
    pub range: Range<usize>,
    /// What it asks for.
    pub kind: Kind<'a>,
}

/// What a directive asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind<'a> {
    /// Shown without its backslash.
    Escaped,
    /// The text of a file, or of a part of it.
    Include(&'a str, Part<'a>),
    /// All of a Rust file, with what is not in the part hidden.
    RustdocInclude(&'a str, Part<'a>),
    /// A Rust file as a code block, with words for its fence.
    Playground(&'a str, Vec<&'a str>),
    /// The page's title.
    Title(&'a str),
    /// None of mdBook's own: its name. It stays as it is, if it is not a variable.
    Other(&'a str),
}

/// A part of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part<'a> {
    /// All of it.
    All,
    /// From a line, counted from 0, up to before another one, or to the end.
    Lines(usize, Option<usize>),
    /// Between `ANCHOR: name` and `ANCHOR_END: name`.
    Anchor(&'a str),
}

/// The directives of a text.
pub fn directives(text: &str) -> Vec<Directive<'_>> {
    let mut found = Vec::new();
    let mut done = 0;
    while let Some(at) = text[done..].find("{{").map(|at| done + at) {
        let escaped = at > done && text[..at].ends_with('\\');
        let end = if escaped { escaped_end(text, at) } else { None };
        if let Some(end) = end {
            found.push(Directive {
                range: at - 1..end,
                kind: Kind::Escaped,
            });
            done = end;
            continue;
        }
        match directive(text, at) {
            Some(directive) => {
                done = directive.range.end;
                found.push(directive);
            }
            None => done = at + 1,
        }
    }
    found
}

/// The end of an escaped directive whose braces are at `at`: the last `}}` of its line.
fn escaped_end(text: &str, at: usize) -> Option<usize> {
    let line = text[at..].lines().next()?;
    let inside = line.strip_prefix("{{#")?;
    Some(at + "{{#".len() + inside.rfind("}}")? + "}}".len())
}

fn directive(text: &str, at: usize) -> Option<Directive<'_>> {
    let hash = text[at..].strip_prefix("{{")?.trim_start();
    let named = hash.strip_prefix('#')?;
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = &named[..named.find(|c| !word(c))?];
    let rest = &named[name.len()..];
    let arguments = &rest[..rest.find('}')?];
    let end = text.len() - rest.len() + arguments.len();
    if name.is_empty() || !text[end..].starts_with("}}") {
        return None;
    }
    let spaced = arguments.starts_with(char::is_whitespace);
    if !spaced && !arguments.is_empty() {
        return None;
    }
    let mut words = arguments.split_whitespace();
    let kind = match (name, words.next()) {
        ("title", _) if spaced => Kind::Title(arguments.trim()),
        ("include", Some(file)) => with_part(file, Kind::Include),
        ("rustdoc_include", Some(file)) => with_part(file, Kind::RustdocInclude),
        // `playpen` is what it was called before.
        ("playground" | "playpen", Some(file)) => Kind::Playground(file, words.collect()),
        _ => Kind::Other(name),
    };
    Some(Directive {
        range: at..end + "}}".len(),
        kind,
    })
}

/// A path with what stands behind its first colon.
fn with_part<'a>(argument: &'a str, kind: fn(&'a str, Part<'a>) -> Kind<'a>) -> Kind<'a> {
    let (file, part) = argument.split_once(':').unwrap_or((argument, ""));
    kind(file, self::part(part))
}

/// `2:10`, `5`, `5:`, `:10` or a name. Lines are written from 1, and the last one is included.
fn part(written: &str) -> Part<'_> {
    let mut parts = written.splitn(3, ':');
    let first = parts.next().unwrap_or_default();
    let end = parts.next().map(str::parse::<usize>);
    match (first.parse::<usize>(), end) {
        (Ok(start), None) => Part::Lines(start.max(1) - 1, Some(start.max(1))),
        (Ok(start), Some(end)) => Part::Lines(start.max(1) - 1, end.ok()),
        (Err(_), Some(Ok(end))) if first.is_empty() => Part::Lines(0, Some(end)),
        (Err(_), _) if first.is_empty() => Part::All,
        (Err(_), _) => Part::Anchor(first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each directive of a text as `range text -> kind`.
    fn check(text: &str, want: &[Kind<'_>]) {
        let kinds: Vec<Kind<'_>> = directives(text).into_iter().map(|d| d.kind).collect();
        assert_eq!(kinds, want, "{text}");
    }

    #[test]
    fn parts_of_files() {
        for (written, want) in [
            ("", Part::All),
            (":", Part::All),
            ("5", Part::Lines(4, Some(5))),
            ("0", Part::Lines(0, Some(1))),
            ("2:10", Part::Lines(1, Some(10))),
            ("2:", Part::Lines(1, None)),
            (":10", Part::Lines(0, Some(10))),
            ("2:x", Part::Lines(1, None)),
            ("x", Part::Anchor("x")),
            ("x:3", Part::Anchor("x")),
            ("-1", Part::Anchor("-1")),
        ] {
            assert_eq!(part(written), want, "{written}");
        }
    }

    #[test]
    fn directives_are_found_as_mdbook_finds_them() {
        check(
            "a {{#include ../b.rs:3}} {{ #rustdoc_include c.rs:x more }}",
            &[
                Kind::Include("../b.rs", Part::Lines(2, Some(3))),
                Kind::RustdocInclude("c.rs", Part::Anchor("x")),
            ],
        );
        check(
            "{{#playground a.rs editable no_run}}{{#playpen b.rs}}",
            &[
                Kind::Playground("a.rs", vec!["editable", "no_run"]),
                Kind::Playground("b.rs", vec![]),
            ],
        );
        check(
            "{{#title A title: b }}\n{{{#include\n a.md}}",
            &[Kind::Title("A title: b"), Kind::Include("a.md", Part::All)],
        );
        check(
            "{{#VERSION}} {{#each items}} {{#include}}",
            &[
                Kind::Other("VERSION"),
                Kind::Other("each"),
                Kind::Other("include"),
            ],
        );
        for text in [
            "{{",
            "{{#",
            "{{#a",
            "{{# a}}",
            "{{#a b}",
            "{{#a b} }}",
            "{{a}}",
            "{{#a-b}}",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn a_backslash_makes_the_rest_of_the_line_text() {
        let text = "\\{{#include a}} and {{#include b}} c\n{{#include d}} \\{{#x";
        let found = directives(text);
        assert_eq!(found[0].kind, Kind::Escaped);
        assert_eq!(
            &text[found[0].range.clone()],
            "\\{{#include a}} and {{#include b}}"
        );
        assert_eq!(found[1].kind, Kind::Include("d", Part::All));
        assert_eq!(found.len(), 2);
    }
}
