//! Values of a module, with the place of each.

use std::ops::Range;
use std::sync::Arc;

/// A run of bytes in one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The file's path, as it was asked for.
    pub file: Arc<str>,
    /// Bytes of its text.
    pub range: Range<usize>,
}

/// A value and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it stands. Behind a name, it is where the named value stands.
    pub place: Place,
}

/// A value, as far as it can be read.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// `null` or `undefined`.
    Nothing,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Node>),
    /// An object.
    Table(Table),
    /// Known only to a program that runs.
    Computed(Box<Computed>),
}

/// An object.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Table {
    /// In the order of the text; of two entries with one key, the last is what counts.
    pub entries: Vec<Entry>,
    /// What was spread into it and is not known: it may hold any key.
    pub unknown: Vec<Node>,
}

/// A key and its value.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub place: Place,
    /// The value.
    pub node: Node,
}

/// Why a value is not known, and what is known of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Computed {
    /// What would have to run, a lowercase fragment such as "`process.env.PORT` is set when the site is built".
    pub why: String,
    /// What the value is if nothing else is set: the right side of `process.env.BASE || '/'`.
    pub otherwise: Option<Node>,
    /// A text with `…` for what is not known.
    pub sketch: Option<String>,
}

impl Table {
    /// The entry of a key.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.key == key)
    }

    /// Sets a key, in the place of an older entry if there is one.
    pub fn set(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|old| old.key == entry.key) {
            Some(old) => *old = entry,
            None => self.entries.push(entry),
        }
    }
}

impl Node {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What it is, for a message.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Nothing => "nothing",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
            Value::Computed(_) => "computed",
        }
    }

    /// How many values it holds, itself included, and how long their texts are: what a copy costs.
    pub(super) fn weight(&self) -> usize {
        1 + match &self.value {
            Value::Text(text) => text.len() / 16,
            Value::List(items) => items.iter().map(Node::weight).sum(),
            Value::Table(table) => {
                let entries = table.entries.iter().map(|e| e.node.weight());
                entries.chain(table.unknown.iter().map(Node::weight)).sum()
            }
            Value::Computed(computed) => computed.otherwise.as_ref().map_or(0, Node::weight),
            Value::Nothing | Value::Bool(_) | Value::Number(_) => 0,
        }
    }

    /// How JavaScript takes it in a condition; none if that is not known.
    pub(super) fn truth(&self) -> Option<bool> {
        match &self.value {
            Value::Nothing => Some(false),
            Value::Bool(value) => Some(*value),
            Value::Number(value) => Some(*value != 0.0 && !value.is_nan()),
            Value::Text(text) => Some(!text.is_empty()),
            Value::List(_) | Value::Table(_) => Some(true),
            Value::Computed(_) => None,
        }
    }

    /// The value as a string of JavaScript, for scalars.
    pub(super) fn written(&self) -> Option<String> {
        match &self.value {
            Value::Nothing => Some("null".into()),
            Value::Bool(value) => Some(value.to_string()),
            Value::Number(value) => Some(value.to_string()),
            Value::Text(text) => Some(text.clone()),
            Value::List(_) | Value::Table(_) | Value::Computed(_) => None,
        }
    }
}
