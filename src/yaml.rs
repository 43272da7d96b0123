//! YAML (and JSON) texts to values, and the places of keys and values in them.
//!
//! In: one text. Out: a `serde_yaml` value, or where and why it does not parse; on request the byte range
//! of the key or value at a path. Values come from serde_yaml, places from a second pass that is made only
//! when a message needs one. It must not know what the keys mean.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use saphyr_parser::{Event, Parser};
use serde_yaml::Value;

/// A step from a value into one that it holds.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Step {
    /// The value of a key.
    Key(String),
    /// The n-th item of a list, from 0.
    Item(usize),
}

/// The steps from the whole document to a value.
pub type Path = Vec<Step>;

/// Writes a path as `a.b[2]`.
pub struct Shown<'a>(pub &'a [Step]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if at == 0 => write!(f, "{key}")?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Item(item) => write!(f, "[{item}]")?,
            }
        }
        Ok(())
    }
}

/// Why a text is not YAML.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct YamlError {
    /// What the parser says, without the place.
    pub message: String,
    /// Where, in bytes.
    pub range: Range<usize>,
}

/// Parses a text. Aliases are expanded up to a limit, so that a small text cannot fill the memory.
///
/// # Errors
/// When the text is not one YAML document.
pub fn parse(text: &str) -> Result<Value, YamlError> {
    if let Some(at) = too_deep(text) {
        return Err(YamlError {
            message: "lists and tables are nested too deeply".into(),
            range: mark_at(text, at),
        });
    }
    serde_yaml::from_str::<Value>(text).map_err(|error| {
        let offset = error.location().map_or(0, |l| l.index().min(text.len()));
        let message = error.to_string();
        // The place is shown by the diagnostic; the parser's own " at line 1 column 2" would say it twice.
        let message = message
            .split(" at line ")
            .next()
            .unwrap_or(&message)
            .trim()
            .to_owned();
        YamlError {
            message,
            range: mark_at(text, offset),
        }
    })
}

/// Where brackets stand open that nobody would write. The parser takes the square of their number in time
/// before it refuses them, so they are counted first; brackets in texts count, too, hence the high limit.
fn too_deep(text: &str) -> Option<usize> {
    const MOST: usize = 2_000;
    let mut open = 0_usize;
    text.bytes().position(|byte| {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open > MOST
    })
}

/// Parses JSON, keeping the order of keys.
///
/// # Errors
/// When the text is not one JSON value.
pub fn parse_json(text: &str) -> Result<Value, YamlError> {
    let json: serde_json::Value = serde_json::from_str(text).map_err(|error| {
        let line_start: usize = text
            .split_inclusive('\n')
            .take(error.line().saturating_sub(1))
            .map(str::len)
            .sum();
        let message = error.to_string();
        let message = message
            .split(" at line ")
            .next()
            .unwrap_or(&message)
            .to_owned();
        YamlError {
            message,
            range: mark_at(
                text,
                (line_start + error.column().saturating_sub(1)).min(text.len()),
            ),
        }
    })?;
    serde_yaml::to_value(json).map_err(|error| YamlError {
        message: error.to_string(),
        range: 0..0,
    })
}

/// The character at an offset, or the last one of the text.
fn mark_at(text: &str, offset: usize) -> Range<usize> {
    let mut start = offset.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let end = start + text[start..].chars().next().map_or(0, char::len_utf8);
    start..end
}

/// Which part of a mapping entry is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// The key (for a list item: the item).
    Key,
    /// The value.
    Value,
}

/// The byte range of the first scalar that is one of `texts`, with its quotes.
pub fn locate_scalar(text: &str, texts: &[&str]) -> Option<Range<usize>> {
    let chars = Parser::new_from_str(text)
        .map_while(Result::ok)
        .find_map(|(event, span)| match event {
            Event::Scalar(value, ..) if texts.contains(&&*value) => {
                Some(span.start.index()..span.end.index())
            }
            _ => None,
        })?;
    Some(Bytes::of(text).range(chars))
}

/// The byte range of the key or value at `path`, or of its nearest ancestor that has a place.
///
/// Goes through the whole text; for more than one question to a text ask its [`Places`].
pub fn locate(text: &str, path: &[Step], part: Part) -> Range<usize> {
    Places::of(text).locate(path, part)
}

/// The places in a text. The text is gone through at the first question, and only once, so that thousands of
/// questions take no longer than a few.
#[derive(Debug)]
pub struct Places<'a> {
    text: &'a str,
    found: OnceCell<Found>,
}

/// The byte ranges of all nodes, and the way from each collection into what it holds.
#[derive(Debug, Default)]
struct Found {
    nodes: Vec<Range<usize>>,
    /// From a collection and a step to the nodes of the key and of the value; both are the item in a list.
    entries: HashMap<(usize, Step), (usize, usize)>,
}

/// A collection that is being gone through.
enum Open {
    /// Its node, and the key that waits for its value: a node, and its text when it is a scalar.
    Mapping(usize, Option<(usize, Option<String>)>),
    /// Its node, and how many items it had so far.
    Sequence(usize, usize),
}

impl<'a> Places<'a> {
    /// The places in a text. Does nothing yet.
    pub fn of(text: &'a str) -> Self {
        Self {
            text,
            found: OnceCell::new(),
        }
    }

    /// The byte range of the key or value at `path`, or of its nearest ancestor that has a place.
    pub fn locate(&self, path: &[Step], part: Part) -> Range<usize> {
        let found = self.found.get_or_init(|| Found::of(self.text));
        let (mut at, mut shown) = (0, 0);
        for (depth, step) in path.iter().enumerate() {
            let Some(&(key, value)) = found.entries.get(&(at, step.clone())) else {
                break;
            };
            let last = depth + 1 == path.len();
            shown = if last && part == Part::Key {
                key
            } else {
                value
            };
            at = value;
        }
        found.nodes.get(shown).cloned().unwrap_or(0..0)
    }
}

impl Found {
    /// Goes through a text, up to the first mistake in it.
    fn of(text: &str) -> Self {
        let bytes = Bytes::of(text);
        let mut found = Self::default();
        let mut open: Vec<Open> = Vec::new();
        for (event, span) in Parser::new_from_str(text).map_while(Result::ok) {
            let chars = span.start.index()..span.end.index();
            let node = found.nodes.len();
            let (scalar, inner) = match event {
                Event::Scalar(text, ..) => (Some(text.into_owned()), None),
                Event::Alias(..) => (None, None),
                Event::MappingStart(..) => (None, Some(Open::Mapping(node, None))),
                Event::SequenceStart(..) => (None, Some(Open::Sequence(node, 0))),
                Event::MappingEnd | Event::SequenceEnd => {
                    open.pop();
                    continue;
                }
                _ => continue,
            };
            // Of a collection, its first character.
            let end = if inner.is_some() {
                chars.start + 1
            } else {
                chars.end
            };
            found.nodes.push(bytes.range(chars.start..end));
            found.enter(open.last_mut(), node, scalar);
            open.extend(inner);
        }
        found
    }

    /// Notes how a node is reached from the collection that holds it.
    fn enter(&mut self, within: Option<&mut Open>, node: usize, scalar: Option<String>) {
        match within {
            None => {}
            Some(Open::Sequence(list, count)) => {
                self.entries
                    .insert((*list, Step::Item(*count)), (node, node));
                *count += 1;
            }
            Some(Open::Mapping(map, key)) => match key.take() {
                None => *key = Some((node, scalar)),
                Some((_, None)) => {}
                // The first of two equal keys counts, as it always did.
                Some((at, Some(name))) => {
                    let entry = self.entries.entry((*map, Step::Key(name)));
                    entry.or_insert((at, node));
                }
            },
        }
    }
}

/// From characters, which the parser counts, to bytes.
struct Bytes {
    len: usize,
    /// Where each character begins; none when all have one byte.
    bounds: Option<Vec<usize>>,
}

impl Bytes {
    fn of(text: &str) -> Self {
        Self {
            len: text.len(),
            bounds: (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).collect()),
        }
    }

    fn at(&self, char: usize) -> usize {
        match &self.bounds {
            None => char.min(self.len),
            Some(bounds) => bounds.get(char).copied().unwrap_or(self.len),
        }
    }

    fn range(&self, chars: Range<usize>) -> Range<usize> {
        let start = self.at(chars.start);
        start..self.at(chars.end).max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, path: &[Step], part: Part) -> String {
        text[locate(text, path, part)].to_owned()
    }

    fn key(name: &str) -> Step {
        Step::Key(name.into())
    }

    #[test]
    fn keys_and_values_are_found() {
        let text = "title: Ä b\nlist:\n  - {a: 1, b: [x, 'y z']}\n  - c\n";
        assert_eq!(at(text, &[key("title")], Part::Key), "title");
        assert_eq!(at(text, &[key("title")], Part::Value), "Ä b");
        assert_eq!(
            at(
                text,
                &[key("list"), Step::Item(0), key("b"), Step::Item(1)],
                Part::Value
            ),
            "'y z'"
        );
        assert_eq!(at(text, &[key("list"), Step::Item(1)], Part::Value), "c");
        assert_eq!(at(text, &[key("list"), key("nothing")], Part::Value), "-");
    }

    #[test]
    fn odd_keys_are_passed_over() {
        let text = "? [x, y]\n: &a 1\n*a : 2\nk: {é: v}\nk: 3\n";
        assert_eq!(at(text, &[key("k"), key("é")], Part::Key), "é");
        assert_eq!(at(text, &[key("k"), key("é")], Part::Value), "v");
        assert_eq!(at("", &[key("k")], Part::Value), "");
        // What stands before a mistake has its place all the same.
        assert_eq!(at("a: 1\nb: [1\nc: 2\n", &[key("a")], Part::Value), "1");
    }

    #[test]
    fn many_places_take_little_time() {
        let names: Vec<String> = (0..20_000).map(|n| format!("key{n}")).collect();
        let text: String = names.iter().map(|n| format!("{n}: v\n")).collect();
        let places = Places::of(&text);
        for name in &names {
            assert_eq!(text[places.locate(&[key(name)], Part::Key)], **name);
        }
    }

    #[test]
    fn scalars_are_found() {
        let text = "ä: [x, 'y z', \"y z\"]\n";
        let found = locate_scalar(text, &["q", "y z"]).expect("there is one");
        assert_eq!(&text[found], "'y z'");
        assert_eq!(locate_scalar(text, &["y"]), None);
    }

    #[test]
    fn errors_have_a_place() {
        let error = parse("a: 1\nb: [1\nc: 2\n").expect_err("the list is open");
        assert!(error.range.start > 4, "{error:?}");
        let error = parse_json("{\"a\": 1,\n \"b\" 2}").expect_err("a colon is missing");
        assert_eq!(
            (error.message.as_str(), error.range),
            ("expected `:`", 14..15)
        );
    }

    #[test]
    fn a_bomb_is_refused() {
        let mut text = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for (from, to) in ('a'..='y').zip('b'..='z') {
            text.push_str(&format!(
                "{to}: &{to} [{}]\n",
                vec![format!("*{from}"); 9].join(", ")
            ));
        }
        assert!(parse(&text).is_err());
    }
}
