//! Small sites in memory, for tests: paths and texts in, the built files and short messages out.

use docproof::build::Build;
use docproof::build::files::{ChangeSet, MemoryFiles};
use docproof::build::output::{MemoryTree, Output};
use docproof::diagnostic::{Diagnostic, Severity};
use docproof::source::SourceMap;
use std::collections::BTreeMap;

/// A site to be built.
#[derive(Clone, Default)]
pub struct Site(MemoryFiles);

/// What came of it.
pub struct Built {
    /// Files by path.
    pub tree: BTreeMap<String, Output>,
    /// `error docs/a.md:1:2 message`, one for each diagnostic, in order.
    pub said: Vec<String>,
    /// Their hints.
    pub hints: Vec<String>,
}

/// A site from paths and texts.
pub fn site(files: &[(&str, &str)]) -> Site {
    Site(MemoryFiles::new(files.iter().copied()))
}

impl Site {
    /// Adds or replaces a file.
    #[must_use]
    pub fn file(mut self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.0.0.insert(path.to_owned(), bytes.as_ref().to_vec());
        self
    }

    /// Builds the site from nothing.
    pub fn build(&self) -> Built {
        let mut build = Build::new();
        let sink = MemoryTree::default();
        let outcome = build.run(&self.0, &ChangeSet::All, &sink, &|_| {});
        assert_eq!(outcome.sink_error, None);
        assert_eq!(outcome.built, outcome.errors() == 0);
        let diagnostics = &outcome.diagnostics;
        Built {
            tree: if outcome.built {
                sink.finish()
            } else {
                BTreeMap::new()
            },
            said: diagnostics
                .iter()
                .map(|d| short(d, &build.sources))
                .collect(),
            hints: diagnostics.iter().flat_map(|d| d.hints.clone()).collect(),
        }
    }

    /// Builds a site that must have nothing to complain about.
    pub fn clean(&self) -> Built {
        let built = self.build();
        assert_eq!(built.said, [""; 0]);
        built
    }

    /// The messages of a build.
    pub fn said(&self) -> Vec<String> {
        self.build().said
    }
}

impl Built {
    /// The text of a built file.
    #[track_caller]
    pub fn text(&self, path: &str) -> String {
        match self.tree.get(path) {
            Some(Output::Bytes(bytes)) => {
                String::from_utf8(bytes.to_vec()).expect("built texts are UTF-8")
            }
            Some(Output::Copy { from, .. }) => format!("copy of {from}"),
            None => panic!(
                "no file `{path}` among {:?}; said: {:?}",
                self.tree.keys(),
                self.said
            ),
        }
    }

    /// What stands between two texts of a built file, the first time, without the two.
    #[track_caller]
    pub fn part(&self, path: &str, from: &str, to: &str) -> String {
        let text = self.text(path);
        let start = text
            .find(from)
            .unwrap_or_else(|| panic!("no `{from}` in {path}:\n{text}"))
            + from.len();
        let len = text[start..]
            .find(to)
            .unwrap_or_else(|| panic!("no `{to}` in {path}"));
        text[start..start + len].to_owned()
    }

    /// The paths of all HTML files.
    pub fn pages(&self) -> Vec<&str> {
        self.tree
            .keys()
            .map(String::as_str)
            .filter(|p| p.ends_with(".html"))
            .collect()
    }
}

/// Severity, place and message of a diagnostic on one line.
pub fn short(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let kind = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let place = match (&diagnostic.place, &diagnostic.path) {
        (Some(span), _) => {
            let (line, column) = sources.place(span);
            format!(" {}:{line}:{column}", sources.get(span.source).path)
        }
        (None, Some(path)) => format!(" {path}"),
        (None, None) => String::new(),
    };
    format!("{kind}{place} {}", diagnostic.message)
}
