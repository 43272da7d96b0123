//! What stands in a folder.

use std::collections::BTreeSet;
use std::path::Path;

/// The names of the files and folders in a folder.
pub fn names(folder: &Path) -> BTreeSet<String> {
    std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}
