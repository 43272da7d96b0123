//! rustdoc's reading of an info string (1.95, stable).
//!
//! In: an info string. Out: what `rustdoc --test` does with the block, and why it does not test it. Every oddity here is
//! rustdoc's and has been seen in a run of it. It must not be made better.

use std::iter::Peekable;
use std::str::CharIndices;

/// What rustdoc reads.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct LangString {
    /// Why it is not Rust for rustdoc, after the words "rustdoc does not test it: ".
    pub not_rust: Option<String>,
    pub should_panic: bool,
    pub no_run: bool,
    pub compile_fail: bool,
    pub test_harness: bool,
    pub standalone: bool,
    pub ignore: bool,
    /// What follows `ignore-`; overrides `ignore`.
    pub ignore_targets: Vec<String>,
    pub edition: Option<String>,
    /// The first comment in parentheses.
    pub comment: Option<String>,
}

/// The editions that rustc knows.
pub(super) const EDITIONS: [&str; 4] = ["2015", "2018", "2021", "2024"];

/// A word of an info string, read as rustdoc does.
enum Word<'a> {
    /// Outside braces.
    Token(&'a str),
    /// `.class` and `key=value` in braces: about looks only.
    Looks,
    Comment(&'a str),
}

impl LangString {
    /// Reads an info string.
    pub fn read(info: &str) -> Self {
        let mut out = Self::default();
        let mut foreign: Option<String> = None;
        let (mut rust_seen, mut custom) = (false, false);
        let mut words = Words::new(info);
        let error = loop {
            let token = match words.next_word() {
                Ok(Some(Word::Token(token))) => token,
                Ok(Some(Word::Looks)) => continue,
                Ok(Some(Word::Comment(text))) => {
                    out.comment.get_or_insert_with(|| text.trim().to_owned());
                    continue;
                }
                Ok(None) => break None,
                Err(error) => break Some(error),
            };
            let clean = foreign.is_none();
            match token {
                "rust" => rust_seen = true,
                "custom" => custom = true,
                _ if out.resets(token) => rust_seen = clean,
                _ if out.keeps(token) => rust_seen |= clean,
                _ if token.starts_with("edition") => {
                    let edition = &token["edition".len()..];
                    let known = EDITIONS.contains(&edition);
                    out.edition = known.then(|| edition.to_owned());
                }
                _ => {
                    foreign.get_or_insert_with(|| token.to_owned());
                }
            }
        };
        out.not_rust = match (error, foreign) {
            (Some(error), _) => Some(error),
            _ if custom => Some("`custom` marks another language".into()),
            (None, Some(word)) if !rust_seen => Some(format!("it does not know `{word}`")),
            _ => None,
        };
        out
    }

    /// Words that forget that `rust` was seen once a foreign word came.
    fn resets(&mut self, token: &str) -> bool {
        match token {
            "should_panic" => self.should_panic = true,
            "no_run" => self.no_run = true,
            "ignore" => self.ignore = true,
            _ => match token.strip_prefix("ignore-") {
                Some(target) => self.ignore_targets.push(target.to_owned()),
                None => return false,
            },
        }
        true
    }

    /// Words that do not.
    fn keeps(&mut self, token: &str) -> bool {
        match token {
            "compile_fail" => {
                self.compile_fail = true;
                self.no_run = true;
            }
            "test_harness" => self.test_harness = true,
            "standalone_crate" => self.standalone = true,
            _ => return false,
        }
        true
    }

    /// Whether it is left out on this host, and by which word.
    pub fn ignored(&self, host: &str) -> Option<String> {
        if self.ignore_targets.is_empty() {
            return self.ignore.then(|| "ignore".to_owned());
        }
        let target = self
            .ignore_targets
            .iter()
            .find(|target| host.contains(target.as_str()));
        target.map(|target| format!("ignore-{target}"))
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, ',' | ' ' | '\t')
}

fn is_first(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':')
}

fn is_bare(c: char) -> bool {
    is_first(c) || ".!#$%&*+/;<>?@^|~".contains(c)
}

/// Splits an info string into words.
struct Words<'a> {
    info: &'a str,
    rest: Peekable<CharIndices<'a>>,
    braces: bool,
    /// A comment that ended a token comes after it.
    comment: Option<&'a str>,
}

type Read<'a> = Result<Option<Word<'a>>, String>;

impl<'a> Words<'a> {
    fn new(info: &'a str) -> Self {
        Self {
            info,
            rest: info.char_indices().peekable(),
            braces: false,
            comment: None,
        }
    }

    fn next_word(&mut self) -> Read<'a> {
        if let Some(text) = self.comment.take() {
            return Ok(Some(Word::Comment(text)));
        }
        while self.rest.next_if(|(_, c)| is_separator(*c)).is_some() {}
        match self.rest.peek().copied() {
            None if self.braces => Err("`{` is not closed".into()),
            None => Ok(None),
            Some((at, c)) if self.braces => self.in_braces(at, c),
            Some((at, _)) => self.outside(at),
        }
    }

    /// A token, quoted or bare; a bare one that runs into `{` is lost.
    fn outside(&mut self, start: usize) -> Read<'a> {
        while let Some((at, c)) = self.rest.next() {
            match c {
                '"' if at == start => {
                    let text = self.quoted(at)?;
                    return match self.rest.peek() {
                        Some((_, c)) if !is_separator(*c) && !matches!(c, '{' | '(') => {
                            Err(format!("it expects no `{c}` after `\"`"))
                        }
                        _ => Ok(Some(Word::Token(text))),
                    };
                }
                '{' => {
                    self.braces = true;
                    return self.next_word();
                }
                '(' => {
                    let end = self.until(')').ok_or("`(` is not closed")?;
                    let text = &self.info[at + 1..end];
                    if at == start {
                        return Ok(Some(Word::Comment(text)));
                    }
                    self.comment = Some(text);
                    return Ok(Some(Word::Token(&self.info[start..at])));
                }
                _ if is_separator(c) => return Ok(Some(Word::Token(&self.info[start..at]))),
                _ if is_first(c) || at > start && is_bare(c) => {}
                _ => return Err(format!("it expects no `{c}` there")),
            }
        }
        Ok(Some(Word::Token(&self.info[start..])))
    }

    /// `.class`, `key=value` or the closing brace.
    fn in_braces(&mut self, start: usize, first: char) -> Read<'a> {
        self.rest.next();
        match first {
            '}' => {
                self.braces = false;
                return self.next_word();
            }
            '.' => {
                if self.bare(start + 1).is_empty() {
                    return Err("`.` lacks a name".into());
                }
            }
            _ if first == '"' || is_first(first) => {
                let key = self.part(start, first)?;
                match self.rest.next() {
                    Some((_, '=')) if !key.is_empty() => {}
                    _ => return Err("it expects `.class` or `key=value` in braces".into()),
                }
                let value = match self.rest.next() {
                    Some((at, c)) if c == '"' || is_bare(c) => self.part(at, c)?,
                    _ => "",
                };
                if value.is_empty() {
                    return Err("`=` lacks a value".into());
                }
            }
            _ => return Err(format!("it expects no `{first}` in braces")),
        }
        match self.rest.peek() {
            Some((_, c)) if !is_separator(*c) && !matches!(c, '}' | '(') => {
                Err(format!("it expects no `{c}` in braces"))
            }
            _ => Ok(Some(Word::Looks)),
        }
    }

    /// A key or value whose first character has been taken.
    fn part(&mut self, start: usize, first: char) -> Result<&'a str, String> {
        if first == '"' {
            self.quoted(start)
        } else {
            Ok(self.bare(start))
        }
    }

    /// The bare word from `start` on.
    fn bare(&mut self, start: usize) -> &'a str {
        while self.rest.next_if(|(_, c)| is_bare(*c)).is_some() {}
        let end = self.rest.peek().map_or(self.info.len(), |(at, _)| *at);
        &self.info[start..end]
    }

    /// What stands between the quote at `start` and the next one.
    fn quoted(&mut self, start: usize) -> Result<&'a str, String> {
        let end = self.until('"').ok_or("`\"` is not closed")?;
        Ok(&self.info[start + 1..end])
    }

    /// Takes everything up to and with a character; its place.
    fn until(&mut self, last: char) -> Option<usize> {
        self.rest
            .by_ref()
            .find_map(|(at, c)| (c == last).then_some(at))
    }
}
