//! The front matter of a doc.
//!
//! In: one text. Out: its fields, where the body begins, and what is wrong with the fields. It must not know
//! other docs, nor what the fields lead to.
//!
//! Two readings: YAML between `---` lines, and the reading of Docusaurus v1 (each line split at its first
//! colon, the value read as JSON when it parses, else taken as it is).

#[cfg(test)]
mod tests;

use std::ops::Range;

use serde_yaml::Value;

use crate::config::Dialect;
use crate::diagnostic::{Problem, did_you_mean};
use crate::yaml;

/// The fields of a doc's front matter; what is absent is `None`, empty or false.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FrontMatter {
    /// Last part of the doc id.
    pub id: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// Leave the title heading out.
    pub hide_title: bool,
    /// The words in the sidebar.
    pub sidebar_label: Option<String>,
    /// In a versioned doc: the id without the version.
    pub original_id: Option<String>,
    /// For search engines and previews.
    pub description: Option<String>,
    /// For search engines.
    pub keywords: Vec<String>,
    /// Preview image.
    pub image: Option<String>,
    /// Where this page is edited; an empty text leaves the link out.
    pub custom_edit_url: Option<String>,
    /// Replaces the id in the URL.
    pub slug: Option<String>,
    /// Old paths that lead here.
    pub redirect_from: Vec<String>,
    /// Not built.
    pub draft: bool,
    /// Left out of the search index.
    pub no_search: bool,
    /// Without previous and next.
    pub no_pagination: bool,
}

/// What [`parse`] found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parsed {
    /// The fields.
    pub front: FrontMatter,
    /// Whether there is any front matter at all.
    pub present: bool,
    /// Byte offset of the body.
    pub body_start: usize,
    /// Each field and the range of its line's key.
    pub keys: Vec<(String, Range<usize>)>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

impl Parsed {
    /// The place of a field, or of the top of the text.
    pub fn place(&self, key: &str) -> Range<usize> {
        self.keys
            .iter()
            .find(|(name, _)| name == key)
            .map_or(0..0, |(_, range)| range.clone())
    }
}

/// The fields that are known, in the order of the docs.
pub const FIELDS: [&str; 14] = [
    "id",
    "title",
    "hide_title",
    "sidebar_label",
    "original_id",
    "description",
    "keywords",
    "image",
    "custom_edit_url",
    "slug",
    "redirect_from",
    "draft",
    "search",
    "pagination",
];

/// Fields of Docusaurus v1 that have no meaning here and are passed over without a word.
const V1_ONLY: [&str; 7] = [
    "author",
    "authorURL",
    "authorTitle",
    "authorFBID",
    "authorImageURL",
    "layout",
    "category",
];

/// Reads the front matter of a text.
pub fn parse(text: &str, dialect: Dialect) -> Parsed {
    let mut parsed = Parsed {
        front: FrontMatter::default(),
        present: false,
        body_start: 0,
        keys: Vec::new(),
        problems: Vec::new(),
    };
    // In mdBook three dashes are a rule, wherever they stand.
    let block = match dialect {
        Dialect::Mdbook(_) => None,
        _ => block_of(text, dialect),
    };
    let Some(block) = block else {
        return parsed;
    };
    let Block::Closed { inner, body_start } = block else {
        if dialect == Dialect::Docproof {
            parsed.problems.push(
                Problem::error("front-matter", 0..3, "front matter that is never closed")
                    .label("opened here")
                    .hint("end it with a line of exactly `---`"),
            );
        }
        return parsed;
    };
    parsed.body_start = body_start;
    parsed.keys = key_lines(text, &inner);
    let values = match dialect {
        Dialect::Docproof | Dialect::Mdbook(_) => yaml_values(text, &inner, &mut parsed.problems),
        Dialect::DocusaurusV1 => v1_values(text, &inner, &mut parsed.problems),
    };
    parsed.present = true;
    let mut reader = Reader {
        parsed: &mut parsed,
        dialect,
    };
    for (key, value) in values {
        reader.field(&key, value);
    }
    parsed
}

enum Block {
    Closed {
        inner: Range<usize>,
        body_start: usize,
    },
    Open,
}

/// The lines between the two `---`. Spaces after the dashes are tolerated, except in the v1 dialect.
fn block_of(text: &str, dialect: Dialect) -> Option<Block> {
    let is_fence = |line: &str| match dialect {
        Dialect::Docproof | Dialect::Mdbook(_) => line.trim_end() == "---",
        Dialect::DocusaurusV1 => line.trim_end_matches('\n') == "---",
    };
    let mut lines = text.split_inclusive('\n');
    let first = lines.next()?;
    if !is_fence(first) {
        return None;
    }
    let mut at = first.len();
    for line in lines {
        if is_fence(line) {
            return Some(Block::Closed {
                inner: first.len()..at,
                body_start: at + line.len(),
            });
        }
        at += line.len();
    }
    // A lone rule at the top of a text without anything like a field is a rule, not front matter.
    let second = text[first.len()..].lines().next().unwrap_or("");
    let field_like = second
        .split_once(':')
        .is_some_and(|(key, _)| !key.is_empty() && !key.contains(' '));
    (field_like || dialect == Dialect::DocusaurusV1).then_some(Block::Open)
}

/// Every line that starts a field, with the range of its key.
fn key_lines(text: &str, inner: &Range<usize>) -> Vec<(String, Range<usize>)> {
    let mut keys = Vec::new();
    let mut at = inner.start;
    for line in text[inner.clone()].split_inclusive('\n') {
        if let Some((key, _)) = line.split_once(':') {
            let name = key.trim();
            let indent = key.len() - key.trim_start().len();
            if !name.is_empty() && indent == 0 {
                keys.push((
                    name.trim_matches(['"', '\'']).to_owned(),
                    at..at + name.len(),
                ));
            }
        }
        at += line.len();
    }
    keys
}

fn yaml_values(
    text: &str,
    inner: &Range<usize>,
    problems: &mut Vec<Problem>,
) -> Vec<(String, Value)> {
    let map =
        match yaml::parse(&text[inner.clone()]) {
            Ok(Value::Mapping(map)) => map,
            Ok(Value::Null) => return Vec::new(),
            Ok(_) => {
                problems.push(Problem::error(
                    "front-matter",
                    inner.start..inner.start,
                    "front matter must be a list of `field: value` lines",
                ));
                return Vec::new();
            }
            Err(error) => {
                let range = error.range.start + inner.start..error.range.end + inner.start;
                let problem = Problem::error(
                    "front-matter",
                    range,
                    format!("front matter is not valid YAML: {}", error.message),
                );
                problems.push(problem.hint(
                    "put a value that holds `: ` or starts with a special character in quotes",
                ));
                return Vec::new();
            }
        };
    map.into_iter()
        .map(|(key, value)| {
            (
                key.as_str()
                    .map_or_else(|| format!("{key:?}"), str::to_owned),
                value,
            )
        })
        .collect()
}

fn v1_values(
    text: &str,
    inner: &Range<usize>,
    problems: &mut Vec<Problem>,
) -> Vec<(String, Value)> {
    let mut values: Vec<(String, Value)> = Vec::new();
    let mut at = inner.start;
    for line in text[inner.clone()].split_inclusive('\n') {
        let (key, raw) = line.split_once(':').unwrap_or((line, ""));
        let (key, raw) = (key.trim().to_owned(), raw.trim());
        if !key.is_empty() {
            if yaml::parse(line).is_err() {
                problems.push(
                    Problem::warning(
                        "front-matter",
                        at..at + line.trim_end().len(),
                        "this line is not valid YAML and is read as plain text",
                    )
                    .hint("put the value in quotes"),
                );
            }
            let value = serde_json::from_str::<serde_json::Value>(raw)
                .ok()
                .and_then(|json| serde_yaml::to_value(json).ok())
                .unwrap_or_else(|| Value::String(raw.to_owned()));
            values.retain(|(old, _)| *old != key);
            values.push((key, value));
        }
        at += line.len();
    }
    values
}

struct Reader<'a> {
    parsed: &'a mut Parsed,
    dialect: Dialect,
}

impl Reader<'_> {
    fn field(&mut self, key: &str, value: Value) {
        match key {
            "id" => self.parsed.front.id = self.id(key, value),
            "title" => self.parsed.front.title = self.text(key, value),
            "sidebar_label" => self.parsed.front.sidebar_label = self.text(key, value),
            "original_id" => self.parsed.front.original_id = self.id(key, value),
            "description" => self.parsed.front.description = self.text(key, value),
            "image" => self.parsed.front.image = self.text(key, value),
            "slug" => self.parsed.front.slug = self.text(key, value),
            "custom_edit_url" => {
                let none = value.is_null() || value == Value::Bool(false);
                self.parsed.front.custom_edit_url = if none {
                    Some(String::new())
                } else {
                    self.text(key, value)
                };
            }
            "keywords" => self.parsed.front.keywords = self.texts(key, value),
            "redirect_from" => self.parsed.front.redirect_from = self.texts(key, value),
            "hide_title" => self.parsed.front.hide_title = self.flag(key, &value, false),
            "draft" => self.parsed.front.draft = self.flag(key, &value, false),
            "search" => self.parsed.front.no_search = !self.flag(key, &value, true),
            "pagination" => self.parsed.front.no_pagination = !self.flag(key, &value, true),
            _ => self.unknown(key),
        }
    }

    fn unknown(&mut self, key: &str) {
        if self.dialect == Dialect::DocusaurusV1 && V1_ONLY.contains(&key) {
            return;
        }
        let problem = Problem::warning(
            "front-matter",
            self.parsed.place(key),
            format!("unknown front matter field `{key}`"),
        )
        .label("not read")
        .hint(
            did_you_mean(key, FIELDS)
                .unwrap_or_else(|| format!("known fields: {}", FIELDS.join(", "))),
        );
        self.parsed.problems.push(problem);
    }

    fn complain(&mut self, key: &str, wanted: &str, hint: &str) {
        let problem = Problem::error(
            "front-matter",
            self.parsed.place(key),
            format!("`{key}` must be {wanted}"),
        );
        self.parsed.problems.push(if hint.is_empty() {
            problem
        } else {
            problem.hint(hint)
        });
    }

    fn id(&mut self, key: &str, value: Value) -> Option<String> {
        let id = self.text(key, value)?;
        let wrong = if id.is_empty() {
            "is empty"
        } else if id.contains('/') {
            "holds a `/`"
        } else if id.contains(['?', '#', '%', '\\', '"', '<', '>'])
            || id.chars().any(char::is_control)
            || id == "."
            || id == ".."
        {
            "holds a character that cannot stand in a URL"
        } else {
            return Some(id);
        };
        let problem = Problem::error(
            "front-matter",
            self.parsed.place(key),
            format!("the id `{id}` {wrong}"),
        )
        .hint("the folder is part of the full id by itself; the field names the last part only");
        self.parsed.problems.push(problem);
        None
    }

    fn text(&mut self, key: &str, value: Value) -> Option<String> {
        match (value, self.dialect) {
            (Value::String(text), _) => Some(text),
            (Value::Null, _) => None,
            // In the v1 reading everything is text in the end, as JavaScript would print it.
            (Value::Number(number), Dialect::DocusaurusV1) => Some(number.to_string()),
            (Value::Bool(flag), Dialect::DocusaurusV1) => Some(flag.to_string()),
            _ => {
                self.complain(key, "text", "put the value in quotes");
                None
            }
        }
    }

    fn texts(&mut self, key: &str, value: Value) -> Vec<String> {
        match value {
            Value::Sequence(items) => items
                .into_iter()
                .filter_map(|item| self.text(key, item))
                .collect(),
            Value::String(text) if key == "keywords" => text
                .split(',')
                .map(|word| word.trim().to_owned())
                .filter(|word| !word.is_empty())
                .collect(),
            other => self.text(key, other).into_iter().collect(),
        }
    }

    fn flag(&mut self, key: &str, value: &Value, default: bool) -> bool {
        match (value, self.dialect) {
            (Value::Bool(flag), _) => *flag,
            (Value::Null, _) => default,
            // Truthy like JavaScript: `yes` and `"false"` count as set.
            (Value::String(text), Dialect::DocusaurusV1) => !text.is_empty(),
            (Value::Number(number), Dialect::DocusaurusV1) => number.as_f64() != Some(0.0),
            (_, Dialect::DocusaurusV1) => true,
            _ => {
                self.complain(key, "`true` or `false`", "");
                default
            }
        }
    }
}
