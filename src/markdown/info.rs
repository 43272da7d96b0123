//! The info string of a code fence.
//!
//! In: the text after the fence's backticks. Out: its language, the attributes that shape the block, and the
//! words that are left for `verify`. Tokens are separated as rustdoc separates them: commas, spaces, tabs.

use std::ops::Range;

use crate::config::Dialect;
use crate::diagnostic::{Problem, did_you_mean};

/// What a fence says about its code.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FenceInfo {
    /// The whole info string.
    pub raw: Box<str>,
    /// The language as written, without attributes; empty when there is none.
    pub language: String,
    /// Text of the title bar.
    pub title: Option<String>,
    /// Lines to mark, from 1.
    pub highlight: Vec<Range<usize>>,
    /// Lines that were added.
    pub ins: Vec<Range<usize>>,
    /// Lines that were removed.
    pub del: Vec<Range<usize>>,
    /// Texts to mark.
    pub phrases: Vec<String>,
    /// Show line numbers.
    pub numbers: bool,
    /// Wrap long lines.
    pub wrap: bool,
    /// Fold a long block.
    pub collapse: bool,
    /// Leave highlight markers in the code as they are.
    pub verbatim: bool,
    /// Join with the fences beside it as tabs.
    pub tab: Option<String>,
    /// The file whose text is shown, as written.
    pub file: Option<Box<str>>,
    /// The part of that file, by name.
    pub region: Option<Box<str>>,
    /// What hidden lines begin with, in a book's code that is not Rust.
    pub hidelines: Option<Box<str>>,
    /// Words that are not about looks, such as `no_run`.
    pub words: Vec<String>,
}

impl FenceInfo {
    /// Whether the code is Rust.
    pub fn is_rust(&self) -> bool {
        let rust = |word: &str| word.eq_ignore_ascii_case("rust") || word == "rs";
        rust(&self.language) || self.words.iter().any(|word| rust(word))
    }

    /// Whether lines that begin with `# ` are hidden: in Rust, but not in Rust that is shown from a file, which
    /// knows nothing of docs.
    pub fn hides_lines(&self) -> bool {
        self.is_rust() && self.file.is_none()
    }
}

/// Words that say how a Rust sample is compiled and run.
const RUST_WORDS: [&str; 13] = [
    "rust",
    "ignore",
    "no_run",
    "should_panic",
    "compile_fail",
    "test_harness",
    "standalone_crate",
    "custom",
    "output",
    "show_output",
    "editable",
    "rs",
    "sample",
];
const FLAGS: [&str; 4] = ["numbers", "wrap", "collapse", "verbatim"];
const KEYS: [&str; 9] = [
    "title", "ins", "del", "tab", "file", "region", "group", "timeout", "package",
];

/// Reads an info string.
///
/// `at` is its place, for messages; places inside it are exact as long as it holds no escapes.
pub fn parse_info(info: &str, at: usize, dialect: Dialect) -> (FenceInfo, Vec<Problem>) {
    let mut reader = Reader {
        dialect,
        at,
        out: FenceInfo {
            raw: info.into(),
            ..FenceInfo::default()
        },
        problems: Vec::new(),
        first: true,
    };
    for token in tokens(info) {
        reader.token(&token);
    }
    reader.attributes_of_files(info);
    if reader.out.language.is_empty() && reader.out.words.iter().any(|w| implies_rust(w)) {
        reader.out.language = "rust".into();
    }
    (reader.out, reader.problems)
}

/// A token and where it begins.
#[derive(Debug)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    at: usize,
}

/// Splits at commas, spaces and tabs; quotes, braces, slashes and parentheses keep what is inside together.
pub(super) fn tokens(info: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut start = None;
    let mut closing: Option<char> = None;
    for (at, c) in info.char_indices() {
        if let Some(end) = closing {
            if c == end {
                closing = None;
                if matches!(end, '/' | ')') {
                    push(&mut found, info, &mut start, at + c.len_utf8());
                }
            }
            continue;
        }
        let fresh = start.is_none();
        match c {
            ',' | ' ' | '\t' => {
                push(&mut found, info, &mut start, at);
                continue;
            }
            '"' => closing = Some('"'),
            '{' => {
                // `js{1,3}`: the braces are a token of their own, unless they follow `ins=`.
                if start.is_some_and(|s: usize| !info[s..at].ends_with('=')) {
                    push(&mut found, info, &mut start, at);
                }
                closing = Some('}');
            }
            '/' if fresh => closing = Some('/'),
            '(' if fresh => closing = Some(')'),
            // `rust(why)`: a comment may follow a word at once, as in rustdoc.
            '(' if start.is_some_and(|s: usize| !info[s..at].contains('=')) => {
                push(&mut found, info, &mut start, at);
                closing = Some(')');
            }
            _ => {}
        }
        start.get_or_insert(at);
    }
    push(&mut found, info, &mut start, info.len());
    found
}

fn push<'a>(found: &mut Vec<Token<'a>>, info: &'a str, start: &mut Option<usize>, end: usize) {
    if let Some(at) = start.take().filter(|at| *at < end) {
        found.push(Token {
            text: &info[at..end],
            at,
        });
    }
}

struct Reader {
    dialect: Dialect,
    at: usize,
    out: FenceInfo,
    problems: Vec<Problem>,
    first: bool,
}

impl Reader {
    fn token(&mut self, token: &Token<'_>) {
        let text = token.text;
        if let Some(inner) = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
            self.braces(inner, token);
        } else if let Some(phrase) = text
            .strip_prefix('/')
            .and_then(|t| t.strip_suffix('/'))
            .filter(|p| !p.is_empty())
        {
            self.out.phrases.push(phrase.to_owned());
        } else if text.starts_with('(') {
            // A comment, as in rustdoc.
        } else if let Some((key, value)) = text.split_once('=').filter(|(key, _)| !key.is_empty()) {
            self.pair(key, value, token);
        } else {
            // rustdoc takes words in quotes.
            let quoted = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
            self.word(quoted.unwrap_or(text), token);
        }
    }

    /// `{1,3-5}` marks lines; `{.rust .no_run}` names classes, as in rustdoc.
    fn braces(&mut self, inner: &str, token: &Token<'_>) {
        if inner.trim_start().starts_with(|c: char| c.is_ascii_digit()) {
            let lines = self.lines(inner, token);
            self.out.highlight.extend(lines);
            return;
        }
        // The place of a part is behind the brace and the parts before it.
        let mut at = token.at + 1;
        for part in inner.split([' ', ',']) {
            let (text, dot) = part.strip_prefix('.').map_or((part, 0), |class| (class, 1));
            let token = Token { text, at: at + dot };
            at += part.len() + 1;
            match dot {
                _ if text.is_empty() => {}
                0 => self.token(&token),
                _ => self.word(text, &token),
            }
        }
    }

    fn lines(&mut self, list: &str, token: &Token<'_>) -> Vec<Range<usize>> {
        let mut ranges = Vec::new();
        for part in list.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            match (from.trim().parse::<usize>(), to.trim().parse::<usize>()) {
                // The largest number has no next one, which the end of a range needs.
                (Ok(from), Ok(to)) if from >= 1 && from <= to && to < usize::MAX => {
                    ranges.push(from..to + 1)
                }
                _ => self.complain(
                    token,
                    format!("`{part}` is not a line or a range of lines"),
                    Some("write `{1,3-5}`; lines count from 1".into()),
                ),
            }
        }
        ranges
    }

    fn pair(&mut self, key: &str, value: &str, token: &Token<'_>) {
        let value = value
            .strip_prefix('"')
            .map_or(value, |v| v.strip_suffix('"').unwrap_or(v));
        let listed = || value.trim_start_matches('{').trim_end_matches('}');
        match key {
            "title" => self.out.title = Some(value.to_owned()),
            "tab" => self.out.tab = Some(value.to_owned()),
            "ins" => {
                let lines = self.lines(listed(), token);
                self.out.ins.extend(lines);
            }
            "del" => {
                let lines = self.lines(listed(), token);
                self.out.del.extend(lines);
            }
            "file" | "region" if self.dialect == Dialect::Docproof => self.shown(key, value, token),
            "hidelines" if self.dialect.is_mdbook() => {
                self.out.hidelines = Some(value.into()).filter(|_| !value.is_empty());
            }
            "group" | "timeout" | "package" | "class" => self.out.words.push(token.text.to_owned()),
            _ => self.unknown(key, token),
        }
        self.first = false;
    }

    /// What has a meaning only in a fence that shows a file.
    fn attributes_of_files(&mut self, info: &str) {
        if self.out.file.is_some() || self.dialect != Dialect::Docproof {
            return;
        }
        let sample = self.out.words.iter().any(|word| word == "sample");
        let words = [("region", self.out.region.is_some()), ("sample", sample)];
        for (word, _) in words.into_iter().filter(|(_, there)| *there) {
            let token = tokens(info).into_iter().find(|t| t.text.starts_with(word));
            let token = token.unwrap_or(Token { text: info, at: 0 });
            let hint = "name the file: `file=examples/x.rs region=part`";
            self.complain(
                &token,
                format!("`{word}` without `file=`"),
                Some(hint.into()),
            );
        }
    }

    /// The file whose text is shown, or the part of it.
    fn shown(&mut self, key: &str, value: &str, token: &Token<'_>) {
        if value.is_empty() {
            let hint = format!("write `{key}=...`, in quotes if there are spaces in it");
            self.complain(token, format!("`{key}=` without a value"), Some(hint));
            return;
        }
        let place = match key {
            "file" => &mut self.out.file,
            _ => &mut self.out.region,
        };
        *place = Some(value.into());
    }

    fn word(&mut self, word: &str, token: &Token<'_>) {
        let first = std::mem::replace(&mut self.first, false);
        match word {
            "numbers" if !first => self.out.numbers = true,
            "wrap" if !first => self.out.wrap = true,
            "collapse" if !first => self.out.collapse = true,
            "verbatim" if !first => self.out.verbatim = true,
            // Only behind another word: code blocks that show output are called that.
            "output" | "show_output" | "editable" if first => self.out.language = word.to_owned(),
            _ if is_rust_word(word) => {
                if self.out.language.is_empty() && matches!(word, "rust" | "rs") {
                    self.out.language = word.to_owned();
                } else {
                    self.out.words.push(word.to_owned());
                }
            }
            _ if first => self.out.language = word.to_owned(),
            _ if self.out.language.is_empty() && self.out.words.iter().all(|w| w == "custom") => {
                self.out.language = word.to_owned()
            }
            _ => self.unknown(word, token),
        }
    }

    fn unknown(&mut self, name: &str, token: &Token<'_>) {
        self.out.words.push(token.text.to_owned());
        // mdBook makes classes of them.
        if self.dialect == Dialect::DocusaurusV1 || self.dialect.is_mdbook() {
            return;
        }
        let known = FLAGS.iter().chain(&KEYS).chain(&RUST_WORDS).copied();
        let range = self.at + token.at..self.at + token.at + token.text.len();
        self.problems.push(
            Problem::warning("fence", range, format!("unknown code block attribute `{name}`"))
                .label("has no effect")
                .hint(did_you_mean(name, known).unwrap_or_else(|| "known: title, {lines}, /phrase/, ins, del, numbers, wrap, collapse, verbatim, tab".into())),
        );
    }

    fn complain(&mut self, token: &Token<'_>, message: String, hint: Option<String>) {
        let range = self.at + token.at..self.at + token.at + token.text.len();
        self.problems
            .push(Problem::error("fence", range, message).maybe_hint(hint));
    }
}

fn is_rust_word(word: &str) -> bool {
    let error_code =
        word.len() == 5 && word.starts_with('E') && word[1..].bytes().all(|b| b.is_ascii_digit());
    RUST_WORDS.contains(&word)
        || word.starts_with("ignore-")
        || word.starts_with("edition")
        || error_code
}

/// Whether a word makes a block Rust that names no language.
fn implies_rust(word: &str) -> bool {
    is_rust_word(word) && !matches!(word, "custom" | "output" | "show_output" | "editable")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(text: &str) -> FenceInfo {
        let (info, problems) = parse_info(text, 0, Dialect::Docproof);
        assert_eq!(problems, [], "{text}");
        info
    }

    #[test]
    fn looks() {
        let got = info(
            "rust,no_run title=\"a b.rs\" {1,3-5} /let x/ ins={2} del={3-4} numbers wrap collapse tab=\"A\"",
        );
        assert_eq!(
            (got.language.as_str(), got.title.as_deref()),
            ("rust", Some("a b.rs"))
        );
        assert_eq!(
            format!("{:?} {:?} {:?}", got.highlight, got.ins, got.del),
            "[1..2, 3..6] [2..3] [3..5]"
        );
        assert!(got.numbers && got.wrap && got.collapse);
        assert_eq!(
            (got.phrases, got.tab.as_deref(), got.words),
            (
                vec!["let x".to_owned()],
                Some("A"),
                vec!["no_run".to_owned()]
            )
        );
    }

    #[test]
    fn languages() {
        for (text, language) in [
            ("", ""),
            ("js{1,3}", "js"),
            ("no_run", "rust"),
            ("should_panic,rust", "rust"),
            ("{.rust .no_run}", "rust"),
            ("c++", "c++"),
            ("rust (why) E0308", "rust"),
            ("Rust", "Rust"),
            ("text", "text"),
            ("js {2}", "js"),
            ("rust(why)", "rust"),
            ("\"rust\",no_run", "rust"),
            ("output", "output"),
            ("custom", ""),
            ("custom,rust", "rust"),
        ] {
            assert_eq!(info(text).language, language, "{text}");
        }
    }

    #[test]
    fn mistakes_have_places() {
        let said = |text: &str| {
            let problems = parse_info(text, 0, Dialect::Docproof).1;
            problems
                .iter()
                .map(|p| format!("{} {}", &text[p.range.clone()], p.message))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            said("js nubmers"),
            ["nubmers unknown code block attribute `nubmers`"]
        );
        assert_eq!(
            said("{.js ≫, .nubmers}"),
            [
                "≫ unknown code block attribute `≫`",
                "nubmers unknown code block attribute `nubmers`"
            ]
        );
        assert_eq!(
            said("js {3-1}"),
            ["{3-1} `3-1` is not a line or a range of lines"]
        );
        assert_eq!(
            said("js {18446744073709551615}"),
            ["{18446744073709551615} `18446744073709551615` is not a line or a range of lines"]
        );
        assert_eq!(
            said("rust sample region=\"\" region=x"),
            [
                "region=\"\" `region=` without a value",
                "region=\"\" `region` without `file=`",
                "sample `sample` without `file=`"
            ]
        );
        assert!(parse_info("js live", 0, Dialect::DocusaurusV1).1.is_empty());
    }

    #[test]
    fn odd_texts_do_not_panic() {
        for text in [
            "{", "}", "/", "//", "\"", "title=\"", "=", "é{1", "(", ",,,", "{.}", "ins=", "ins={",
        ] {
            let _ = parse_info(text, 0, Dialect::Docproof);
        }
    }
}
