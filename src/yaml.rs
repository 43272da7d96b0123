//! YAML (and JSON) texts to values, and the places of keys and values in them.
//!
//! In: one text. Out: a `serde_yaml` value, or where and why it does not parse; on request the byte range
//! of the key or value at a path. Values come from serde_yaml, places from a second pass that is made only
//! when a message needs one. It must not know what the keys mean.

use std::fmt;
use std::ops::Range;

use saphyr_parser::{Event, Parser};
use serde_yaml::Value;

/// A step from a value into one that it holds.
#[derive(Clone, PartialEq, Eq, Debug)]
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
    let places = Places {
        text,
        events: Vec::new(),
    };
    Some(places.to_bytes(&chars))
}

/// The byte range of the key or value at `path`, or of its nearest ancestor that has a place.
pub fn locate(text: &str, path: &[Step], part: Part) -> Range<usize> {
    let mut places = Places {
        text,
        events: Vec::new(),
    };
    for event in Parser::new_from_str(text) {
        match event {
            Ok((
                Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(_)
                | Event::DocumentEnd,
                _,
            )) => {}
            Ok((event, span)) => places
                .events
                .push((event, span.start.index()..span.end.index())),
            Err(_) => break,
        }
    }
    let found = places.find(path, part).unwrap_or(0..0);
    places.to_bytes(&found)
}

struct Places<'a> {
    text: &'a str,
    /// Events with ranges in characters.
    events: Vec<(Event<'a>, Range<usize>)>,
}

impl Places<'_> {
    /// The range, in characters, at the end of a path.
    fn find(&self, path: &[Step], part: Part) -> Option<Range<usize>> {
        let mut at = 0;
        let mut range = self.span_of(0)?;
        for (depth, step) in path.iter().enumerate() {
            let last = depth + 1 == path.len();
            let Some((key, value)) = self.enter(at, step) else {
                return Some(range);
            };
            range = self.span_of(if last && part == Part::Key {
                key
            } else {
                value
            })?;
            at = value;
        }
        Some(range)
    }

    /// The events of a key and of its value inside the collection that starts at event `at`.
    fn enter(&self, at: usize, step: &Step) -> Option<(usize, usize)> {
        let mut next = at + 1;
        match (&self.events.get(at)?.0, step) {
            (Event::MappingStart(..), Step::Key(wanted)) => loop {
                let value = self.after(next)?;
                match &self.events.get(next)?.0 {
                    Event::MappingEnd => return None,
                    Event::Scalar(key, ..) if key == wanted => return Some((next, value)),
                    _ => next = self.after(value)?,
                }
            },
            (Event::SequenceStart(..), Step::Item(wanted)) => {
                for _ in 0..*wanted {
                    next = self.after(next)?;
                }
                (!matches!(self.events.get(next)?.0, Event::SequenceEnd)).then_some((next, next))
            }
            _ => None,
        }
    }

    /// The event after the node that starts at `at`.
    fn after(&self, at: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for (offset, (event, _)) in self.events.get(at..)?.iter().enumerate() {
            match event {
                Event::MappingStart(..) | Event::SequenceStart(..) => depth += 1,
                Event::MappingEnd | Event::SequenceEnd => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return Some(at + offset + 1);
            }
        }
        None
    }

    /// The characters of a scalar; of a collection, its first character.
    fn span_of(&self, at: usize) -> Option<Range<usize>> {
        let (event, range) = self.events.get(at)?;
        Some(match event {
            Event::Scalar(..) | Event::Alias(..) => range.clone(),
            _ => range.start..range.start + 1,
        })
    }

    fn to_bytes(&self, chars: &Range<usize>) -> Range<usize> {
        let mut bounds = self
            .text
            .char_indices()
            .map(|(at, _)| at)
            .chain([self.text.len()]);
        let start = bounds.nth(chars.start).unwrap_or(self.text.len());
        let end = if chars.is_empty() {
            None
        } else {
            bounds.nth(chars.len() - 1)
        };
        start..end.unwrap_or(start).max(start)
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
