//! The `lint` table of `docproof.yaml`.

use super::Placed;
use super::values::{Checker, Table};
use crate::diagnostic::{Problem, did_you_mean, one_of};

/// The rules of `docproof lint`, by the codes of their findings.
pub const RULES: [&str; 7] = [
    "fence-language",
    "heading-level",
    "image-alt",
    "orphan-file",
    "sample-syntax",
    "stale-copy",
    "unused-page",
];

/// What is wrong with a name that is no rule: a message, and a hint.
pub fn unknown_rule(name: &str) -> (String, String) {
    let near = did_you_mean(name, RULES);
    let hint = near.unwrap_or_else(|| format!("the rules are {}", one_of(&RULES)));
    (format!("there is no rule `{name}`"), hint)
}

impl Checker<'_> {
    /// The rules that are off.
    pub(super) fn lint(&mut self, root: &Table<'_>) -> Vec<Placed> {
        let Some((value, path)) = root.get("lint") else {
            return Vec::new();
        };
        let Some(table) = self.table(value, path, &["allow"]) else {
            return Vec::new();
        };
        let mut allowed = Vec::new();
        for (item, path) in self.list(&table, "allow") {
            let Some(name) = self.placed(item, &path) else {
                continue;
            };
            if RULES.contains(&name.text.as_str()) {
                allowed.push(name);
                continue;
            }
            let (message, hint) = unknown_rule(&name.text);
            let problem = Problem::error("config", name.place, message);
            self.problems.push(problem.hint(hint));
        }
        allowed
    }
}
