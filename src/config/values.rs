//! Typed values out of a value tree: text, flags, choices, lists, tables with known keys.
//!
//! In: a value and its path. Out: what was wanted, or a problem at the key or value that is wrong.

use std::ops::Range;

use serde_yaml::{Mapping, Value};

use super::Placed;
use crate::diagnostic::{Problem, did_you_mean, one_of};
use crate::yaml::{self, Part, Path, Shown, Step};

/// Collects problems while values are read.
pub(super) struct Checker<'a> {
    pub(super) places: yaml::Places<'a>,
    pub(super) problems: Vec<Problem>,
}

/// A mapping and the path that leads to it.
pub(super) struct Table<'a> {
    pub(super) map: &'a Mapping,
    pub(super) path: Path,
}

impl<'a> Table<'a> {
    pub(super) fn get(&self, key: &str) -> Option<(&'a Value, Path)> {
        let value = self.map.get(key)?;
        (!value.is_null()).then(|| (value, self.key(key)))
    }

    pub(super) fn key(&self, key: &str) -> Path {
        let mut path = self.path.clone();
        path.push(Step::Key(key.to_owned()));
        path
    }
}

impl Checker<'_> {
    pub(super) fn place(&self, path: &Path, part: Part) -> Range<usize> {
        self.places.locate(path, part)
    }

    pub(super) fn error(
        &mut self,
        path: &Path,
        part: Part,
        message: impl Into<String>,
    ) -> &mut Problem {
        let place = self.place(path, part);
        self.problems.push(Problem::error("config", place, message));
        self.problems
            .last_mut()
            .expect("invariant: one was just pushed")
    }

    pub(super) fn wrong_type(&mut self, value: &Value, path: &Path, wanted: &str) {
        let what = if path.is_empty() {
            "the configuration".to_owned()
        } else {
            format!("`{}`", Shown(path))
        };
        let found = kind_of(value);
        self.error(path, Part::Value, format!("{what} must be {wanted}"))
            .label = format!("this is {found}");
    }

    /// The keys of a table, after complaining about those that are not known.
    pub(super) fn table<'v>(
        &mut self,
        value: &'v Value,
        path: Path,
        known: &[&str],
    ) -> Option<Table<'v>> {
        let Value::Mapping(map) = value else {
            self.wrong_type(value, &path, "a table");
            return None;
        };
        self.known_keys(map, &path, known);
        Some(Table { map, path })
    }

    pub(super) fn known_keys(&mut self, map: &Mapping, path: &Path, known: &[&str]) {
        for key in map.keys() {
            let Some(name) = key.as_str() else {
                self.error(
                    path,
                    Part::Value,
                    format!("keys must be text, and {} is not", kind_of(key)),
                );
                continue;
            };
            if !known.contains(&name) {
                let mut at = path.clone();
                at.push(Step::Key(name.to_owned()));
                let hint = did_you_mean(name, known.iter().copied())
                    .unwrap_or_else(|| format!("known here: {}", one_of(known)));
                let inside = if path.is_empty() {
                    String::new()
                } else {
                    format!(" in `{}`", Shown(path))
                };
                let problem = self.error(&at, Part::Key, format!("unknown key `{name}`{inside}"));
                problem.label = "not a setting".into();
                problem.hints.push(hint);
            }
        }
    }

    pub(super) fn text(&mut self, table: &Table<'_>, key: &str) -> Option<String> {
        let (value, path) = table.get(key)?;
        self.as_text(value, &path)
    }

    pub(super) fn as_text(&mut self, value: &Value, path: &Path) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            other => {
                self.wrong_type(other, path, "text");
                None
            }
        }
    }

    pub(super) fn placed(&mut self, value: &Value, path: &Path) -> Option<Placed> {
        let text = self.as_text(value, path)?;
        Some(Placed {
            text,
            place: self.place(path, Part::Value),
        })
    }

    pub(super) fn flag(&mut self, table: &Table<'_>, key: &str) -> bool {
        self.flag_or(table, key, false)
    }

    /// A flag with the value that it has where it is not set.
    pub(super) fn flag_or(&mut self, table: &Table<'_>, key: &str, default: bool) -> bool {
        match table.get(key) {
            None => default,
            Some((Value::Bool(flag), _)) => *flag,
            Some((other, path)) => {
                self.wrong_type(other, &path, "`true` or `false`");
                default
            }
        }
    }

    /// One of a few names.
    pub(super) fn choice<T: Copy>(
        &mut self,
        table: &Table<'_>,
        key: &str,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let name = self.text(table, key)?;
        if let Some((_, value)) = choices.iter().find(|(n, _)| *n == name) {
            return Some(*value);
        }
        let names: Vec<&str> = choices.iter().map(|(n, _)| *n).collect();
        let path = table.key(key);
        let problem = self.error(
            &path,
            Part::Value,
            format!(
                "`{}` must be {}, not `{name}`",
                Shown(&path),
                one_of(&names)
            ),
        );
        problem.hints.extend(did_you_mean(&name, names));
        None
    }

    pub(super) fn list<'v>(&mut self, table: &Table<'v>, key: &str) -> Vec<(&'v Value, Path)> {
        match table.get(key) {
            None => Vec::new(),
            Some((Value::Sequence(items), path)) => items
                .iter()
                .enumerate()
                .map(|(at, item)| {
                    let mut path = path.clone();
                    path.push(Step::Item(at));
                    (item, path)
                })
                .collect(),
            Some((other, path)) => {
                self.wrong_type(other, &path, "a list");
                Vec::new()
            }
        }
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a table",
        Value::Tagged(_) => "a tagged value",
    }
}
