//! What a fence asks for: whether it is a sample, and how it is compiled and run.
//!
//! In: an info string. Out: [`Attributes`]. A superset of rustdoc's rules, or with [`Rules::strict`] exactly these; where
//! the two part, the reason is said. It must not look at the code.

use std::time::Duration;

use super::lang_string::{EDITIONS, LangString};
use super::sample::{Attributes, Mode, Treatment};
use crate::config::Dialect;
use crate::markdown::parse_info;

/// What is done with code that names no language.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Untagged {
    /// It is not Rust.
    #[default]
    Skip,
    /// It is not Rust, and that is worth a warning, since rustdoc tests it.
    Warn,
    /// It is Rust.
    Run,
}

/// How info strings are read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules<'a> {
    /// Exactly as `rustdoc --test` on stable.
    pub strict: bool,
    /// Code that names no language.
    pub untagged: Untagged,
    /// The host's triple, for `ignore-TARGET`.
    pub host: &'a str,
}

/// Reads the info string of a block. `has_file`: the block shows a file.
pub fn attributes(info: &str, fenced: bool, has_file: bool, rules: &Rules<'_>) -> Attributes {
    let theirs = if fenced {
        LangString::read(info)
    } else {
        LangString::default()
    };
    if rules.strict {
        return strict(&theirs, has_file, rules.host);
    }
    let mut out = Reader::read(info, fenced, has_file, rules, &theirs);
    out.rustdoc_differs = differs(&out, &theirs, info, fenced, rules);
    out
}

/// Reads `5s`, `500ms` or `2m`; whole numbers above 0.
pub fn timeout(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u64 = text[..digits].parse().ok().filter(|number| *number > 0)?;
    let milliseconds = match &text[digits..] {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        _ => return None,
    };
    number.checked_mul(milliseconds).map(Duration::from_millis)
}

/// Attributes of a block whose info string asks for nothing else.
pub(super) fn plain(treatment: Treatment) -> Attributes {
    Attributes {
        treatment,
        codes: Vec::new(),
        edition: None,
        test_harness: false,
        standalone: false,
        output: false,
        show_output: false,
        group: None,
        timeout: None,
        package: None,
        rustdoc_differs: None,
        problems: Vec::new(),
    }
}

/// The mode of a sample; rustdoc's order.
fn mode(compile_fail: bool, no_run: bool, should_panic: bool) -> Mode {
    match (compile_fail, no_run, should_panic) {
        (true, _, _) => Mode::CompileFail,
        (_, true, _) => Mode::NoRun,
        (_, _, true) => Mode::ShouldPanic,
        _ => Mode::Run,
    }
}

fn strict(theirs: &LangString, has_file: bool, host: &str) -> Attributes {
    let treatment = if let Some(why) = &theirs.not_rust {
        Treatment::NotRust(format!("rustdoc does not test it: {why}"))
    } else if has_file {
        Treatment::File
    } else if let Some(word) = theirs.ignored(host) {
        Treatment::Ignored(theirs.comment.clone().unwrap_or(word))
    } else {
        Treatment::Sample(mode(
            theirs.compile_fail,
            theirs.no_run,
            theirs.should_panic,
        ))
    };
    Attributes {
        edition: theirs.edition.clone(),
        test_harness: theirs.test_harness,
        standalone: theirs.standalone,
        ..plain(treatment)
    }
}

/// Words of rustdoc that say how Rust is tested.
const MODES: [&str; 5] = [
    "no_run",
    "should_panic",
    "compile_fail",
    "test_harness",
    "standalone_crate",
];

/// Reads our own superset.
struct Reader {
    out: Attributes,
    words: Vec<String>,
}

impl Reader {
    fn read(
        info: &str,
        fenced: bool,
        has_file: bool,
        rules: &Rules<'_>,
        theirs: &LangString,
    ) -> Attributes {
        let (language, words) = if fenced {
            let (parsed, _) = parse_info(info, 0, Dialect::Docproof);
            (parsed.language, parsed.words)
        } else {
            Default::default()
        };
        let mut reader = Self {
            out: plain(Treatment::Sample(Mode::Run)),
            words,
        };
        reader.values();
        reader.out.output = reader.has("output");
        reader.out.show_output = reader.has("show_output");
        reader.out.test_harness = reader.has("test_harness");
        reader.out.standalone = reader.has("standalone_crate");
        reader.out.treatment = reader.treatment(&language, fenced, has_file, rules, theirs);
        if matches!(reader.out.treatment, Treatment::NotRust(_)) {
            let mut out = plain(reader.out.treatment.clone());
            out.problems = reader.lost_words(&language);
            return out;
        }
        reader.contradictions(has_file);
        reader.out
    }

    fn has(&self, word: &str) -> bool {
        self.words.iter().any(|w| w == word)
    }

    fn complain(&mut self, message: impl Into<String>, hint: impl Into<String>) {
        self.out.problems.push((message.into(), hint.into()));
    }

    /// Words with a value: error codes, editions, `key=value`.
    fn values(&mut self) {
        for word in std::mem::take(&mut self.words) {
            if is_code(&word) {
                self.out.codes.push(word);
            } else if let Some(edition) = word.strip_prefix("edition") {
                self.edition(edition);
            } else if let Some((key, value)) = word.split_once('=') {
                self.pair(key, value.trim_matches('"'));
            } else {
                self.words.push(word);
            }
        }
        self.out.codes.sort();
        self.out.codes.dedup();
    }

    fn edition(&mut self, edition: &str) {
        if !EDITIONS.contains(&edition) {
            let known = "write `edition2024`; known are 2015, 2018, 2021 and 2024";
            return self.complain(format!("unknown edition `{edition}`"), known);
        }
        let before = self.out.edition.replace(edition.to_owned());
        if let Some(before) = before.filter(|before| before != edition) {
            let message = format!("two editions: {before} and {edition}");
            self.complain(message, "remove one of them");
        }
    }

    fn pair(&mut self, key: &str, value: &str) {
        match key {
            "timeout" => {
                self.out.timeout = timeout(value);
                if self.out.timeout.is_none() {
                    let message = format!("`{value}` is not a time");
                    self.complain(
                        message,
                        "write `timeout=5s`, `timeout=500ms` or `timeout=2m`",
                    );
                }
            }
            "group" | "package" if value.is_empty() => {
                self.complain(
                    format!("`{key}=` lacks a name"),
                    format!("write `{key}=NAME`"),
                );
            }
            "group" => self.out.group = Some(value.to_owned()),
            "package" => self.out.package = Some(value.to_owned()),
            _ => {}
        }
    }

    fn treatment(
        &self,
        language: &str,
        fenced: bool,
        has_file: bool,
        rules: &Rules<'_>,
        theirs: &LangString,
    ) -> Treatment {
        let rust = is_rust(language) || self.words.iter().any(|word| is_rust(word));
        if !rust && !language.is_empty() {
            return Treatment::NotRust(language.to_owned());
        }
        if !rust && self.has("custom") {
            return Treatment::NotRust("custom".into());
        }
        if !rust && rules.untagged != Untagged::Run {
            let why = if fenced { "untagged" } else { "indented" };
            return Treatment::NotRust(why.into());
        }
        if has_file && !self.has("sample") {
            return Treatment::File;
        }
        let ignored = self
            .words
            .iter()
            .find(|word| match word.strip_prefix("ignore") {
                Some("") => true,
                Some(target) => target
                    .strip_prefix('-')
                    .is_some_and(|target| rules.host.contains(target)),
                None => false,
            });
        if let Some(word) = ignored {
            return Treatment::Ignored(theirs.comment.clone().unwrap_or_else(|| word.clone()));
        }
        Treatment::Sample(mode(
            self.has("compile_fail"),
            self.has("no_run"),
            self.has("should_panic"),
        ))
    }

    /// Words that speak of a sample, on code that is none.
    fn lost_words(&self, language: &str) -> Vec<(String, String)> {
        let plain: String = language
            .chars()
            .filter(|c| c.is_alphanumeric())
            .collect::<String>()
            .to_lowercase();
        let meant = MODES.iter().find(|word| word.replace('_', "") == plain);
        if let Some(word) = meant {
            return vec![(
                format!("`{language}` makes this a language of that name, not a Rust sample"),
                format!("write `rust,{word}`"),
            )];
        }
        let lost = self
            .words
            .iter()
            .find(|word| MODES.contains(&word.as_str()));
        let lost = lost.filter(|_| !language.is_empty());
        lost.map(|word| {
            (
                format!("`{word}` has no effect: the language is `{language}`"),
                format!("write `rust,{word}` if it is Rust, else remove `{word}`"),
            )
        })
        .into_iter()
        .collect()
    }

    /// Words that cannot both be meant.
    fn contradictions(&mut self, has_file: bool) {
        const REMOVE: &str = "remove one of the two";
        let pairs = [
            ("no_run", "output"),
            ("no_run", "show_output"),
            ("no_run", "should_panic"),
            ("compile_fail", "should_panic"),
            ("compile_fail", "output"),
            ("compile_fail", "show_output"),
            ("compile_fail", "test_harness"),
        ];
        for (one, other) in pairs {
            if self.has(one) && self.has(other) {
                let message = format!("`{one}` and `{other}` contradict each other");
                self.complain(message, REMOVE);
            }
        }
        if self.has("test_harness") && self.has("should_panic") {
            self.complain(
                "`should_panic` beside `test_harness` says nothing about a single test",
                "write `#[should_panic]` on the test instead",
            );
        }
        for word in ["compile_fail", "should_panic", "test_harness", "ignore"] {
            if self.out.group.is_some() && self.has(word) {
                self.complain(
                    format!("`{word}` cannot be part of a group: a group is one program"),
                    format!("remove `group=` or `{word}`"),
                );
            }
        }
        if let Some(code) = self.out.codes.first().filter(|_| !self.has("compile_fail")) {
            let message = format!("`{code}` has no effect without `compile_fail`");
            let hint = format!("write `rust,compile_fail,{code}`");
            self.complain(message, hint);
        }
        if self.has("sample") && !has_file {
            self.complain(
                "`sample` has no effect without `file=`",
                "remove it: a fence with code of its own is a sample anyway",
            );
        }
    }
}

fn is_rust(word: &str) -> bool {
    word.eq_ignore_ascii_case("rust") || word == "rs"
}

fn is_code(word: &str) -> bool {
    word.len() == 5 && word.starts_with('E') && word[1..].bytes().all(|b| b.is_ascii_digit())
}

/// Where rustdoc would do something else with the block.
fn differs(
    ours: &Attributes,
    theirs: &LangString,
    info: &str,
    fenced: bool,
    rules: &Rules<'_>,
) -> Option<String> {
    let sample = match &ours.treatment {
        // Code from a file is empty for rustdoc; there is nothing to compare.
        Treatment::File => return None,
        Treatment::NotRust(why) => {
            let chosen = !fenced || matches!(why.as_str(), "untagged");
            let quiet = chosen && rules.untagged == Untagged::Skip;
            let differs = theirs.not_rust.is_none() && !quiet;
            return differs.then(|| "rustdoc tests it as Rust".to_owned());
        }
        Treatment::Ignored(_) => None,
        Treatment::Sample(mode) => Some(*mode),
    };
    if let Some(why) = &theirs.not_rust {
        let hint = if info.contains('=') {
            "; it takes `key=value` in braces: `rust {title=\"x\"}`"
        } else {
            ""
        };
        return sample.map(|_| format!("rustdoc does not test it: {why}{hint}"));
    }
    let their_mode = mode(theirs.compile_fail, theirs.no_run, theirs.should_panic);
    match (sample, theirs.ignored(rules.host)) {
        (None, None) => Some("rustdoc tests it: `ignore-TARGET` overrides `ignore`".into()),
        (Some(_), Some(word)) => Some(format!("rustdoc leaves it out: `{word}`")),
        (Some(mode), None) if mode != their_mode => Some(format!(
            "rustdoc {}: it takes words in braces for classes",
            does(their_mode)
        )),
        (Some(_), None) if ours.edition != theirs.edition => {
            Some("rustdoc takes another edition".into())
        }
        _ => None,
    }
}

fn does(mode: Mode) -> &'static str {
    match mode {
        Mode::Run => "runs it",
        Mode::NoRun => "only compiles it",
        Mode::ShouldPanic => "wants it to panic",
        Mode::CompileFail => "wants it not to compile",
        Mode::File => "does not read files",
    }
}

#[cfg(test)]
mod tests;
