//! Where the built site goes, behind a trait.
//!
//! In: files one by one, from several threads. Out: whatever the sink makes of them. A build calls
//! [`Sink::put`], [`Sink::copy`] or [`Sink::keep`] once for each path of the site.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::source::ContentHash;

/// Takes the files of a built site.
pub trait Sink: Sync {
    /// A file with these bytes.
    ///
    /// # Errors
    /// When it cannot be taken, in words.
    fn put(&self, path: &str, bytes: Vec<u8>) -> Result<(), String>;

    /// A file that is a copy of a file of the site.
    ///
    /// # Errors
    /// When it cannot be taken, in words.
    fn copy(&self, path: &str, from: &str, hash: ContentHash) -> Result<(), String>;

    /// A file that is as it was in the build before.
    ///
    /// # Errors
    /// When it cannot be taken, in words.
    fn keep(&self, path: &str) -> Result<(), String>;
}

/// A file of a built site in memory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Output {
    /// Made by the build.
    Bytes(Arc<[u8]>),
    /// A copy of a file of the site.
    Copy {
        /// Its path from the site's folder.
        from: String,
        /// Hash of its bytes.
        hash: ContentHash,
    },
}

/// A built site in memory: each file by its path.
#[derive(Debug, Default)]
pub struct MemoryTree {
    before: BTreeMap<String, Output>,
    now: Mutex<BTreeMap<String, Output>>,
}

impl MemoryTree {
    /// A sink for the build after the one that made `before`.
    pub fn after(before: BTreeMap<String, Output>) -> Self {
        Self {
            before,
            now: Mutex::default(),
        }
    }

    /// The finished tree.
    pub fn finish(self) -> BTreeMap<String, Output> {
        self.now
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn insert(&self, path: &str, output: Output) {
        self.now
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(path.to_owned(), output);
    }
}

impl Sink for MemoryTree {
    fn put(&self, path: &str, bytes: Vec<u8>) -> Result<(), String> {
        self.insert(path, Output::Bytes(bytes.into()));
        Ok(())
    }

    fn copy(&self, path: &str, from: &str, hash: ContentHash) -> Result<(), String> {
        self.insert(
            path,
            Output::Copy {
                from: from.to_owned(),
                hash,
            },
        );
        Ok(())
    }

    fn keep(&self, path: &str) -> Result<(), String> {
        let old = self
            .before
            .get(path)
            .ok_or_else(|| format!("`{path}` was not in the build before"))?;
        self.insert(path, old.clone());
        Ok(())
    }
}
