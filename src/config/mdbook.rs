//! The `mdbook:` table of a docset: what a book's own settings mean for how it is read.
//!
//! In: the table. Out: the switches of its Markdown, which are a part of the dialect, and the rest. The keys are those of
//! `book.toml` with `_` for `-`; `docproof import mdbook` writes them.

use serde_yaml::Value;

use super::values::{Checker, Table};
use super::{Dialect, LinkPolicy};
use crate::yaml::Part;

/// What a book's Markdown has beyond CommonMark, tables, footnotes, struck text and task lists. All of it is on in mdBook.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct BookMarkdown {
    /// Quotes, dashes and dots of typographers.
    pub smart_punctuation: bool,
    /// Terms with `: ` lines under them.
    pub definition_lists: bool,
    /// `> [!NOTE]` and its kin.
    pub admonitions: bool,
}

impl Default for BookMarkdown {
    fn default() -> Self {
        Self {
            smart_punctuation: true,
            definition_lists: true,
            admonitions: true,
        }
    }
}

/// What else a book says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BookConfig {
    /// Chapters have their numbers in the sidebar.
    pub section_labels: bool,
    /// What an include is that cannot be carried out: an error, or a warning, and the directive stays in the text.
    pub includes: LinkPolicy,
    /// Language of code and the text that hidden lines of it begin with; Rust has a rule of its own. Sorted.
    pub hidelines: Vec<(String, String)>,
    /// What stands for `{{#NAME}}`, where a preprocessor of the book did that. Sorted by name.
    pub variables: Vec<(String, String)>,
}

impl Default for BookConfig {
    fn default() -> Self {
        Self {
            section_labels: true,
            includes: LinkPolicy::Error,
            hidelines: Vec::new(),
            variables: Vec::new(),
        }
    }
}

/// Directives of mdBook itself, which no variable can be named after.
const DIRECTIVES: [&str; 5] = [
    "include",
    "rustdoc_include",
    "playground",
    "playpen",
    "title",
];

impl Checker<'_> {
    /// Reads the `mdbook:` table of a docset, which only the `mdbook` dialect has.
    pub(super) fn book(&mut self, docset: &Table<'_>, dialect: Dialect) -> (Dialect, BookConfig) {
        let mut book = BookConfig::default();
        let Some((value, path)) = docset.get("mdbook") else {
            return (dialect, book);
        };
        if !dialect.is_mdbook() {
            let message = "`mdbook` settings without `dialect: mdbook`";
            let problem = self.error(&path, Part::Key, message);
            problem.label = "has no effect".into();
            problem.hints.push("add `dialect: mdbook`".into());
            return (dialect, book);
        }
        let known = [
            "smart_punctuation",
            "definition_lists",
            "admonitions",
            "section_labels",
            "includes",
            "hidelines",
            "variables",
        ];
        let Some(table) = self.table(value, path, &known) else {
            return (dialect, book);
        };
        let markdown = BookMarkdown {
            smart_punctuation: self.flag_or(&table, "smart_punctuation", true),
            definition_lists: self.flag_or(&table, "definition_lists", true),
            admonitions: self.flag_or(&table, "admonitions", true),
        };
        book.section_labels = self.flag_or(&table, "section_labels", true);
        let policies = [("error", LinkPolicy::Error), ("warn", LinkPolicy::Warn)];
        book.includes = self
            .choice(&table, "includes", &policies)
            .unwrap_or(LinkPolicy::Error);
        book.hidelines = self.names_and_texts(&table, "hidelines", "languages");
        book.variables = self.names_and_texts(&table, "variables", "names");
        for (name, _) in &book.variables {
            let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if name.is_empty() || !name.chars().all(word) || DIRECTIVES.contains(&name.as_str()) {
                let message = format!("`{name}` cannot be the name of a variable");
                let hint = "letters, digits and `_`, and none of mdBook's own directives";
                let problem = self.error(&table.key("variables"), Part::Value, message);
                problem.hints.push(hint.into());
            }
        }
        (Dialect::Mdbook(markdown), book)
    }

    /// A table from names to texts, sorted.
    fn names_and_texts(
        &mut self,
        table: &Table<'_>,
        key: &str,
        names: &str,
    ) -> Vec<(String, String)> {
        let Some((value, path)) = table.get(key) else {
            return Vec::new();
        };
        let Value::Mapping(_) = value else {
            self.wrong_type(value, &path, &format!("a table from {names} to texts"));
            return Vec::new();
        };
        let mut all = Vec::new();
        for (name, value, path) in self.entries(table, key, names) {
            let text = self.as_text(value, &path).unwrap_or_default();
            if text.is_empty() {
                let message = format!("`{name}` has no text");
                self.error(&path, Part::Value, message);
            } else {
                all.push((name, text));
            }
        }
        all.sort();
        all
    }
}
