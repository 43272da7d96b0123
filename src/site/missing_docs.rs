//! Docs that a sidebar names and nothing has.
//!
//! In: a diagnostic for each. Out: the same, or one for all of them where they are many, as in a sidebar that was copied
//! from another project.

use crate::diagnostic::Diagnostic;

/// As many are told one by one.
const MOST_APART: usize = 8;
/// As many are named where they are told together.
const NAMED: usize = 12;

/// The missing docs of one sidebar file, in one version.
#[derive(Debug, Default)]
pub struct MissingDocs(Vec<(String, Diagnostic)>);

impl MissingDocs {
    /// Adds one, with what is said of it alone.
    pub fn add(&mut self, id: &str, diagnostic: Diagnostic) {
        self.0.push((id.to_owned(), diagnostic));
    }

    /// Tells of them. `version` is empty where there are none.
    pub fn tell(self, version: &str, diagnostics: &mut Vec<Diagnostic>) {
        if self.0.len() <= MOST_APART {
            diagnostics.extend(self.0.into_iter().map(|(_, diagnostic)| diagnostic));
            return;
        }
        let count = self.0.len();
        let names: Vec<String> = self.0.iter().map(|(id, _)| format!("`{id}`")).collect();
        let shown = names[..NAMED.min(count)].join(", ");
        let more = match count.saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let shown_in = match version {
            "" => String::new(),
            version => format!(" in version `{version}`"),
        };
        let Some((_, first)) = self.0.into_iter().next() else {
            return;
        };
        diagnostics.push(Diagnostic {
            message: format!("there are no docs for {count} ids of this sidebar{shown_in}"),
            label: "the first of them".to_owned(),
            hints: vec![format!("missing: {shown}{more}")],
            ..first
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(count: usize, version: &str) -> Vec<Diagnostic> {
        let mut missing = MissingDocs::default();
        for n in 0..count {
            let id = format!("no{n}");
            missing.add(
                &id,
                Diagnostic::warning("sidebar", format!("there is no doc `{id}`")),
            );
        }
        let mut all = Vec::new();
        missing.tell(version, &mut all);
        all
    }

    #[test]
    fn a_few_are_told_one_by_one() {
        assert_eq!(told(0, ""), []);
        assert_eq!(told(MOST_APART, "").len(), MOST_APART);
    }

    #[test]
    fn fifty_are_told_together() {
        let all = told(50, "1.0");
        assert_eq!(all.len(), 1);
        assert_eq!(
            all[0].message,
            "there are no docs for 50 ids of this sidebar in version `1.0`"
        );
        assert!(
            all[0].hints[0].starts_with("missing: `no0`, `no1`"),
            "{all:?}"
        );
        assert!(all[0].hints[0].ends_with("`no11` and 38 more"), "{all:?}");
        assert_eq!(told(9, "")[0].hints[0].matches('`').count(), 18);
    }
}
