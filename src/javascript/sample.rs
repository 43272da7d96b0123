//! Whether a sample of JavaScript or TypeScript in a page can be parsed.
//!
//! In: the text of a code block and its language. Out: where it stops making sense, if it does. A sample is no file, so
//! more is let through than a compiler would:
//!
//! - It is a program (a script or a module, with elements of JSX, with `await` and `return` anywhere), or one expression,
//!   such as an object, or what stands between the braces of an object or a class.
//! - `...` and `…` may stand for code that is left out, wherever they make no sense as JavaScript's own spread: for
//!   statements, values, arguments, members, types, and so in `{...}` and `(...)`.

use std::ops::Range;

use oxc_allocator::Allocator;
use oxc_parser::{ParseOptions, Parser};
use oxc_span::SourceType;

use super::stack::{LONGEST, bounded, too_deep};

/// A language that is checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    /// JavaScript, with elements.
    JavaScript,
    /// TypeScript; with elements where it makes no sense without.
    TypeScript,
    /// TypeScript with elements.
    Tsx,
}

impl Language {
    /// The language of a fence's first word, if it is one of these.
    pub fn of(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "js" | "jsx" | "javascript" | "mjs" | "cjs" | "node" => Some(Self::JavaScript),
            "ts" | "typescript" | "mts" | "cts" => Some(Self::TypeScript),
            "tsx" => Some(Self::Tsx),
            _ => None,
        }
    }
}

/// Why a sample does not parse.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// What the parser says, a lowercase fragment.
    pub message: String,
    /// The byte of the sample where it stops making sense.
    pub at: usize,
}

/// Parses a sample. None if it is fine.
pub fn check(text: &str, language: Language) -> Option<Mistake> {
    if text.len() > LONGEST {
        let message = format!("longer than {} kB, and not checked", LONGEST >> 10);
        return Some(Mistake { message, at: 0 });
    }
    if too_deep(text) {
        let message = "nested too deeply, and not checked".to_owned();
        return Some(Mistake { message, at: 0 });
    }
    let sample = text.to_owned();
    let checked = bounded(text.len(), move || mistake(&sample, language));
    checked.unwrap_or_else(|| {
        let message = "takes too long to parse".to_owned();
        Some(Mistake { message, at: 0 })
    })
}

/// What stands before and after a sample to make a program of it.
const FRAMES: [(&str, &str); 4] = [("", ""), ("(", "\n)"), ("({", "\n})"), ("class A {", "\n}")];

fn mistake(text: &str, language: Language) -> Option<Mistake> {
    let first = filled(text, FRAMES[0], language)?;
    let others = FRAMES[1..]
        .iter()
        .map(|frame| filled(text, *frame, language));
    for other in others {
        other.as_ref()?;
    }
    Some(first)
}

/// What may stand for a placeholder: nothing, a name, the end of a statement, and names and ends of list items. No
/// placeholder is shorter, so that places stay what they are.
const STAND_INS: [&str; 7] = ["   ", "_  ", ";  ", ",  ", "_, ", ",_ ", ",_,"];

/// Parses a sample in a frame, with something in the place of each placeholder that makes no sense by itself. The
/// mistake that is left, if there is one.
///
/// Placeholders are tried from the first place where the sample makes no sense: the last one up to there gets what
/// leads furthest. A mistake before the first placeholder, or one that none of the stand-ins leads over, is one.
fn filled(text: &str, frame: (&str, &str), language: Language) -> Option<Mistake> {
    let mut sample = text.to_owned();
    let mut open = placeholders(text);
    loop {
        let mistake = parsed(&sample, frame, language)?;
        let Some(which) = open.iter().rposition(|place| place.start <= mistake.at) else {
            return Some(mistake);
        };
        let place = open.remove(which);
        let tried = STAND_INS.iter().map(|stand_in| {
            let mut tried = sample.clone();
            tried.replace_range(place.clone(), &format!("{stand_in:0$}", place.len()));
            let reached = parsed(&tried, frame, language).map_or(usize::MAX, |left| left.at);
            (reached, tried)
        });
        // The first of the best.
        let best = tried.reduce(|best, next| if next.0 > best.0 { next } else { best });
        match best {
            Some((reached, tried)) if reached > mistake.at => sample = tried,
            _ if which == 0 => return Some(mistake),
            _ => {}
        }
    }
}

/// Where `...` and `…` stand. More dots are one placeholder, too.
fn placeholders(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = text
        .match_indices('…')
        .map(|(at, dots)| at..at + dots.len())
        .collect();
    let mut from = 0;
    while let Some(at) = text[from..].find("...") {
        let start = from + at;
        let dots = text[start..]
            .bytes()
            .take_while(|byte| *byte == b'.')
            .count();
        found.push(start..start + dots);
        from = start + dots;
    }
    found.sort_unstable_by_key(|place| place.start);
    found
}

/// The first mistake that the parser finds.
fn parsed(sample: &str, frame: (&str, &str), language: Language) -> Option<Mistake> {
    let program = format!("{}{sample}{}", frame.0, frame.1);
    let kinds: &[SourceType] = match language {
        Language::JavaScript => &[SourceType::jsx(), SourceType::script().with_jsx(true)],
        Language::TypeScript => &[SourceType::ts(), SourceType::tsx()],
        Language::Tsx => &[SourceType::tsx()],
    };
    let mut furthest: Option<Mistake> = None;
    for kind in kinds {
        let mistake = first_error(&program, *kind)?;
        let mistake = Mistake {
            at: mistake.at.saturating_sub(frame.0.len()).min(sample.len()),
            ..mistake
        };
        if furthest.as_ref().is_none_or(|other| other.at < mistake.at) {
            furthest = Some(mistake);
        }
    }
    furthest
}

fn first_error(program: &str, kind: SourceType) -> Option<Mistake> {
    let allocator = Allocator::default();
    let options = ParseOptions {
        allow_return_outside_function: true,
        ..ParseOptions::default()
    };
    let parsed = Parser::new(&allocator, program, kind)
        .with_options(options)
        .parse();
    let errors = parsed.diagnostics.errors().map(|error| Mistake {
        message: lowercase_first(&error.message),
        at: error
            .labels
            .iter()
            .map(|label| label.offset() as usize)
            .max()
            .unwrap_or(0),
    });
    errors.min_by_key(|mistake| mistake.at)
}

fn lowercase_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}
