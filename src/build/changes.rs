//! Changes to a site's files, planned before any of them is made.
//!
//! In: a provider and a list of changes. Out: a view of the site as it would be afterwards, so that a plan
//! can be checked first. It must not know the disk: `disk::edit` makes the changes.

use std::collections::BTreeSet;

use super::files::{FileProvider, Listing, ReadError};

/// One change to a site's files. Paths are relative to the site's folder, with `/`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FileChange {
    /// Puts these bytes there, whatever was there before.
    Write {
        /// Where.
        path: String,
        /// What.
        bytes: Vec<u8>,
    },
    /// Puts these bytes there; something that is there already is a failure.
    Create {
        /// Where.
        path: String,
        /// What.
        bytes: Vec<u8>,
    },
    /// Removes a file or a folder with all that is in it.
    Remove {
        /// Where.
        path: String,
    },
    /// Removes a folder if nothing is left in it.
    Prune {
        /// Where.
        path: String,
    },
}

impl FileChange {
    /// Where the change is made.
    pub fn path(&self) -> &str {
        match self {
            Self::Write { path, .. }
            | Self::Create { path, .. }
            | Self::Remove { path }
            | Self::Prune { path } => path,
        }
    }
}

/// A site as it would be after some changes.
pub struct Changed<'a> {
    /// The site as it is.
    pub base: &'a dyn FileProvider,
    /// The changes.
    pub changes: &'a [FileChange],
}

impl Changed<'_> {
    fn removed(&self, path: &str) -> bool {
        self.changes.iter().any(|change| match change {
            FileChange::Remove { path: gone } => path
                .strip_prefix(gone.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
            _ => false,
        })
    }

    fn written(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.changes.iter().filter_map(|change| match change {
            FileChange::Write { path, bytes } | FileChange::Create { path, bytes } => {
                Some((path.as_str(), bytes.as_slice()))
            }
            _ => None,
        })
    }
}

impl FileProvider for Changed<'_> {
    fn list(&self, folder: &str) -> Listing {
        let prefix = format!("{folder}/");
        let mut listing = self.base.list(folder);
        let mut files: BTreeSet<String> = listing
            .files
            .into_iter()
            .filter(|path| !self.removed(path))
            .collect();
        files.extend(
            self.written()
                .map(|(path, _)| path.to_owned())
                .filter(|path| path.starts_with(&prefix)),
        );
        listing.files = files.into_iter().collect();
        listing.problems.retain(|(path, _)| !self.removed(path));
        listing
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        if let Some((_, bytes)) = self.written().find(|(written, _)| *written == path) {
            return Ok(bytes.to_vec());
        }
        if self.removed(path) {
            return Err(ReadError::Missing);
        }
        self.base.read(path)
    }
}

/// The line ends of a file that are in the majority, put into a text that has `\n` only.
pub fn with_line_ends_of(raw: &[u8], text: &str) -> String {
    let all = raw.iter().filter(|&&b| b == b'\n').count();
    let crlf = raw.windows(2).filter(|pair| *pair == b"\r\n").count();
    if crlf * 2 > all {
        text.replace('\n', "\r\n")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::files::MemoryFiles;

    #[test]
    fn a_view_of_what_will_be() {
        let base = MemoryFiles::new([
            ("docs/a.md", "a"),
            ("docs/b/c.md", "c"),
            ("docs/bc.md", "bc"),
        ]);
        let changes = [
            FileChange::Write {
                path: "docs/new.md".into(),
                bytes: b"new".to_vec(),
            },
            FileChange::Remove {
                path: "docs/b".into(),
            },
        ];
        let after = Changed {
            base: &base,
            changes: &changes,
        };
        assert_eq!(
            after.list("docs").files,
            ["docs/a.md", "docs/bc.md", "docs/new.md"]
        );
        assert_eq!(after.read("docs/b/c.md"), Err(ReadError::Missing));
        assert_eq!(after.read("docs/new.md"), Ok(b"new".to_vec()));
        assert_eq!(after.read("docs/a.md"), Ok(b"a".to_vec()));
    }

    #[test]
    fn the_majority_of_line_ends_wins() {
        assert_eq!(with_line_ends_of(b"a\r\nb\r\nc\n", "x\ny\n"), "x\r\ny\r\n");
        assert_eq!(with_line_ends_of(b"a\nb\r\nc\n", "x\n"), "x\n");
        assert_eq!(with_line_ends_of(b"", "x\n"), "x\n");
    }
}
