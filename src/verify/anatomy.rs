//! What a sample's text is made of, as far as the engine must know before rustc sees it.
//!
//! In: the lines of a program. Out: an [`Anatomy`]: whether it has a `main`, which lines are crate attributes, whether it
//! may share a crate with other samples, which files it includes. All rules about `main` and attributes are rustdoc's
//! (1.95). It must not change the text or decide what is done with it.

use super::own_crate::own_crate;
use super::statements::{Statements, statements};
pub use super::tokens::{LexProblem, Spot};
use super::tokens::{Token, Tokens};

/// What a sample is made of. Lines and characters count from 0.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Anatomy {
    /// An error that hides the errors of other samples; such a sample compiles alone.
    pub lex_problem: Option<LexProblem>,
    /// A parser takes it as the body of a function. Text with a newer grammar than the parser's may be good all the same.
    pub parses: bool,
    /// It has a `main` and needs no wrapper: all its statements are items, and one is `fn main`, or a call of a macro
    /// whose tokens hold `fn main(`.
    pub has_main: bool,
    /// `#![no_std]`: gets no wrapper, whatever `has_main` says.
    pub no_std: bool,
    /// `#![crate_name = "..."]`.
    pub crate_name: Option<String>,
    /// It ends with `(())`: the wrapper returns a `Result`.
    pub result_tail: bool,
    /// Number of first lines that hold attributes of the crate (all inner ones but lint levels) and `extern crate` items.
    /// The wrapper opens after them; 0: before the first line.
    pub head: usize,
    /// The character behind the last of these, in its line.
    pub head_end: usize,
    /// Other `extern crate` items, attributes included, from the first character to behind the last: they belong before
    /// the wrapper, too.
    pub extern_crates: Vec<(Spot, Spot)>,
    /// Why it cannot share a crate with other samples.
    pub own_crate: Option<&'static str>,
    /// For each line, whether it begins inside a string or doc comment that indentation would change.
    pub inside_literal: Vec<bool>,
    /// What it does may depend on where it stands: `line!()`, `dbg!`, `Location::caller()` and their like.
    pub placed: bool,
    /// Files that it includes by a relative path.
    pub includes: Vec<Include>,
    /// It reads files or the environment while it is compiled.
    pub reads_files: bool,
}

/// The path of a file that a sample includes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Include {
    /// The line.
    pub line: usize,
    /// The first character of the literal, which is its quote or prefix.
    pub start: usize,
    /// The character behind the literal.
    pub end: usize,
    /// The path.
    pub path: String,
}

/// Inner attributes that stay inside the wrapper.
const LINT_LEVELS: [&str; 5] = ["allow", "warn", "deny", "forbid", "expect"];
/// Lints that only a whole crate can allow.
const CRATE_LINTS: [&str; 2] = ["internal_features", "incomplete_features"];

/// Looks through a sample.
pub fn examine(lines: &[&str]) -> Anatomy {
    let mut text = String::with_capacity(lines.iter().map(|line| line.len() + 1).sum());
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    let tokens = Tokens::read(&text);
    let mut head = head(&tokens);
    let statements = statements(&tokens, head.tokens);
    let own = head
        .attribute
        .then_some("an attribute of the crate")
        .or_else(|| own_crate(&tokens, &statements));
    let (includes, reads_files) = includes(&tokens);
    let leading = head.take(&tokens, &statements.extern_crates);
    let extern_crates = statements.extern_crates[leading..].iter().map(|range| {
        let from = tokens.spot(tokens.list[range.start].at);
        (from, tokens.spot(tokens.list[range.end - 1].end()))
    });
    let last = tokens.list.last();
    Anatomy {
        parses: tokens.problem.is_none() && super::grammar::parses(&text, &tokens),
        has_main: has_main(&statements),
        no_std: head.no_std,
        crate_name: head.crate_name,
        result_tail: last.is_some_and(|token| text[..token.end()].ends_with("(())")),
        head: head.lines,
        head_end: head.end,
        extern_crates: extern_crates.collect(),
        own_crate: own,
        inside_literal: inside_literal(&tokens, &text, lines.len()),
        placed: placed(&tokens),
        includes,
        reads_files,
        lex_problem: tokens.problem,
    }
}

fn has_main(statements: &Statements) -> bool {
    statements.only_items && (statements.main.is_some() || statements.macro_main)
}

/// The inner attributes at the top.
#[derive(Default)]
struct Head {
    /// Number of tokens.
    tokens: usize,
    /// Number of lines that hold attributes of the crate.
    lines: usize,
    /// The character behind the last of them.
    end: usize,
    /// There is an attribute of the crate.
    attribute: bool,
    no_std: bool,
    crate_name: Option<String>,
}

impl Head {
    /// It ends before token `after`.
    fn reach(&mut self, tokens: &Tokens<'_>, after: usize) {
        let end = tokens.spot(tokens.list[after - 1].end());
        self.lines = end.line + 1;
        self.end = end.column;
    }

    /// Takes in the `extern crate` items that follow at once. Their number.
    fn take(&mut self, tokens: &Tokens<'_>, items: &[std::ops::Range<usize>]) -> usize {
        let mut taken = 0;
        while let Some(range) = items.get(taken).filter(|range| range.start == self.tokens) {
            self.tokens = range.end;
            self.reach(tokens, range.end);
            taken += 1;
        }
        taken
    }
}

fn head(tokens: &Tokens<'_>) -> Head {
    let mut head = Head::default();
    while tokens.follow(head.tokens, &["#", "!", "["]) {
        let open = head.tokens + 2;
        let Some(after) = tokens.after_group(open) else {
            break;
        };
        if of_crate(&tokens.list[open + 1..after - 1]) {
            head.attribute = true;
            head.reach(tokens, after);
            head.no_std |= tokens.follow(open + 1, &["no_std", "]"]);
            if tokens.follow(open + 1, &["crate_name", "="]) {
                head.crate_name = crate_name(&tokens.list[open + 3]);
            }
        }
        head.tokens = after;
    }
    head
}

/// A name that rustc takes for a crate, and that is sound as a file's name.
fn crate_name(token: &Token<'_>) -> Option<String> {
    let name = Some(token).filter(|token| token.is_string());
    name.and_then(string_value).filter(|name| {
        let mut chars = name.chars();
        let letter = chars.next().is_some_and(|c| c.is_ascii_alphabetic());
        letter && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// rustdoc's rule: all but lint levels belong to the crate.
fn of_crate(attribute: &[Token<'_>]) -> bool {
    let name = attribute.first().map_or("", |token| token.text);
    !LINT_LEVELS.contains(&name)
        || name == "allow"
            && attribute
                .iter()
                .any(|token| CRATE_LINTS.contains(&token.text))
}

fn inside_literal(tokens: &Tokens<'_>, text: &str, lines: usize) -> Vec<bool> {
    let mut inside = vec![false; lines];
    let starts = tokens.line_starts();
    let mut mark = |from: usize, to: usize, escapes: bool| {
        let first = starts.partition_point(|start| *start <= from);
        for line in first..lines.min(starts.partition_point(|start| *start < to)) {
            let before = &text[..starts[line] - 1];
            let slashes = before.len() - before.trim_end_matches('\\').len();
            // A backslash at the end of a line swallows the blanks of the next one.
            inside[line] |= !escapes || slashes.is_multiple_of(2);
        }
    };
    for token in tokens.list.iter().filter(|token| token.is_string()) {
        mark(token.at, token.end(), !token.is_raw_string());
    }
    for block in &tokens.doc_blocks {
        mark(block.start, block.end, false);
    }
    inside
}

fn placed(tokens: &Tokens<'_>) -> bool {
    const MACROS: [&str; 4] = ["line", "column", "file", "dbg"];
    const NAMES: [&str; 9] = [
        "Location",
        "track_caller",
        "caller",
        "set_hook",
        "take_hook",
        "update_hook",
        "PanicHookInfo",
        "PanicInfo",
        "Backtrace",
    ];
    (0..tokens.list.len()).any(|number| {
        let text = tokens.text(number);
        NAMES.contains(&text) || MACROS.contains(&text) && tokens.text(number + 1) == "!"
    })
}

/// Paths of included files, and whether rustc reads anything beside the sample.
fn includes(tokens: &Tokens<'_>) -> (Vec<Include>, bool) {
    let mut found = Vec::new();
    let mut reads = false;
    for number in 0..tokens.list.len() {
        let includes = match tokens.text(number) {
            "include" | "include_str" | "include_bytes" => true,
            "env" | "option_env" => false,
            _ => continue,
        };
        if tokens.text(number + 1) != "!" {
            continue;
        }
        reads = true;
        let literal = tokens
            .list
            .get(number + 3)
            .filter(|token| token.is_string());
        if includes && let Some(token) = literal {
            found.extend(include(tokens, token));
        }
    }
    (found, reads)
}

fn include(tokens: &Tokens<'_>, token: &Token<'_>) -> Option<Include> {
    let path = string_value(token)?;
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with(['/', '\\']) || drive || path.is_empty() {
        return None;
    }
    let (start, end) = (tokens.spot(token.at), tokens.spot(token.end()));
    (start.line == end.line).then_some(Include {
        line: start.line,
        start: start.column,
        end: end.column,
        path,
    })
}

/// The text of a string literal; none for escapes that no path needs.
fn string_value(token: &Token<'_>) -> Option<String> {
    let text = token.text.strip_prefix('r').unwrap_or(token.text);
    let inner = text
        .trim_matches('#')
        .strip_prefix('"')?
        .strip_suffix('"')?;
    if token.is_raw_string() {
        return Some(inner.to_owned());
    }
    let mut value = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => value.push(chars.next().filter(|c| matches!(c, '\\' | '"' | '\''))?),
            _ => value.push(c),
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests;
