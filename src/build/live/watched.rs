//! What a kept site is made of, and which events are about it.
//!
//! In: paths at which something has happened. Out: what has changed, if anything has. It must not take changes in.

use std::collections::BTreeSet;

use super::{Live, lock};
use crate::build::files::{self, ChangeSet, FileProvider, Files, ReadError};

/// What a site is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Watched {
    /// Folders, with all that is in them.
    pub folders: Vec<String>,
    /// Single files, whether they are there or not.
    pub files: BTreeSet<String>,
}

impl Live {
    /// Which of these paths say that the site may be different; none when none does. Editors write files of their own beside those
    /// that they edit, and save what has not changed.
    pub fn sift(&self, provider: &dyn FileProvider, paths: BTreeSet<String>) -> Option<ChangeSet> {
        let watched = self.watched();
        let work = lock(&self.work);
        let files = &work.build.files;
        let mut changed = BTreeSet::new();
        for path in paths {
            let prefix = format!("{path}/");
            let inside = |f: &String| {
                path.strip_prefix(f.as_str())
                    .is_some_and(|r| r.is_empty() || r.starts_with('/'))
            };
            let above = |f: &String| f.starts_with(&prefix);
            let own = watched.folders.iter().any(inside) || watched.files.contains(&path);
            let over = watched.folders.iter().any(above) || watched.files.iter().any(above);
            if !(own || over) || path.split('/').any(|part| part.starts_with('.')) {
                continue;
            }
            let known = files.all.contains_key(&path) || files.shown.contains_key(&path);
            match provider.read(&path) {
                Ok(bytes) if work.build.is_as_read(&path, &bytes) => {}
                Err(ReadError::Missing) if !known => {
                    // A folder that came or went.
                    let had = files.under(&prefix).next().is_some() || above_shown(files, &prefix);
                    let listing = provider.list(&path);
                    if had || !listing.files.is_empty() || !listing.problems.is_empty() {
                        return Some(ChangeSet::All);
                    }
                }
                _ => {
                    changed.insert(path);
                }
            }
        }
        (!changed.is_empty()).then_some(ChangeSet::Paths(changed))
    }

    /// The folders and single files (from the site's folder) that the site is made of: what must be watched.
    pub fn watched(&self) -> Watched {
        let work = lock(&self.work);
        let config = work.build.settings();
        let mut files = work.reads.clone();
        files.insert(crate::config::FILE_NAME.into());
        for docset in &config.docsets {
            files.extend(
                docset
                    .changelog
                    .iter()
                    .map(|changelog| changelog.text.clone()),
            );
            files.extend(files::SETTINGS.iter().map(|s| docset.website(s)));
        }
        Watched {
            folders: config.source_folders(),
            files,
        }
    }
}

/// Whether a file under a folder is shown by a fence.
fn above_shown(files: &Files, prefix: &str) -> bool {
    files.shown.keys().any(|path| path.starts_with(prefix))
}
