//! A site's folder as a [`FileProvider`].
//!
//! Links that lead out of the site's folder are refused, and so are loops. Names that are not UTF-8, and
//! folders that cannot be read, are reported and not passed over.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use walkdir::WalkDir;

use super::words;
use crate::build::files::{FileProvider, Listing, ReadError, SETTINGS};
use crate::config::FILE_NAME;

const NOT_A_FILE: &str = "not a file or folder (a socket, pipe or device)";

/// The source folder (from the site's folder, `.` for that itself) that an output folder holds or lies in.
pub fn overlapped(site: &Path, output: &Path, sources: &[String]) -> Option<String> {
    let (site, output) = (real(site), real(output));
    if site.starts_with(&output) {
        return Some(".".into());
    }
    sources
        .iter()
        .find(|source| {
            let source = real(&site.join(source));
            source.starts_with(&output) || output.starts_with(&source)
        })
        .cloned()
}

/// Where a path leads, with links followed as far as it exists.
fn real(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut found = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => {
                found.pop();
            }
            part => found.push(part),
        }
        found = found.canonicalize().unwrap_or(found);
    }
    found
}

/// Reads files under one folder.
#[derive(Debug)]
pub struct DiskFiles {
    root: PathBuf,
    canonical: PathBuf,
    /// Folders that have been looked up, and whether they lie inside the site's folder. A watcher makes a new
    /// reader when folders change.
    folders: RwLock<HashMap<PathBuf, bool>>,
}

impl DiskFiles {
    /// The files of a site.
    ///
    /// # Errors
    /// When the folder does not exist or cannot be entered.
    pub fn new(root: &Path) -> Result<Self, super::DiskError> {
        let canonical = root.canonicalize().map_err(super::failed("open", root))?;
        if !canonical.is_dir() {
            return Err(super::failed("open", root)(std::io::Error::from(
                std::io::ErrorKind::NotADirectory,
            )));
        }
        Ok(Self {
            root: root.to_owned(),
            canonical,
            folders: RwLock::default(),
        })
    }

    /// Whether the folder of a file lies inside the site's folder; asked once for each folder.
    fn folder_inside(&self, file: &Path) -> bool {
        let folder = file.parent().unwrap_or(&self.root);
        if let Some(known) = self
            .folders
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(folder)
        {
            return *known;
        }
        let inside = self.inside(folder);
        self.folders
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(folder.to_owned(), inside);
        inside
    }

    /// Whether a path, after following links, lies inside the site's folder.
    fn inside(&self, path: &Path) -> bool {
        path.canonicalize()
            .is_ok_and(|real| real.starts_with(&self.canonical))
    }
}

impl FileProvider for DiskFiles {
    fn list(&self, folder: &str) -> Listing {
        let mut listing = Listing::default();
        let top = self.root.join(folder);
        if std::fs::symlink_metadata(&top).is_err() {
            return listing;
        }
        let mut walk = WalkDir::new(&top)
            .follow_links(true)
            .into_iter()
            .filter_entry(|entry| {
                // Editors and version control keep files of their own in hidden folders.
                entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
            });
        // Not a `for` loop: a link that leads out is left without a look at what lies behind it.
        while let Some(entry) = walk.next() {
            match entry {
                Ok(entry) => {
                    if entry.path_is_symlink() && !self.inside(entry.path()) {
                        let why = "a link that leads out of the site's folder".to_owned();
                        listing.problems.push((self.shown(entry.path()), why));
                        if entry.file_type().is_dir() {
                            walk.skip_current_dir();
                        }
                        continue;
                    }
                    if entry.file_type().is_dir() && !entry.path_is_symlink() {
                        continue;
                    }
                    self.add(&entry, &mut listing);
                }
                Err(error) => {
                    let path = error
                        .path()
                        .map_or_else(|| folder.to_owned(), |p| self.shown(p));
                    let why = if error.loop_ancestor().is_some() {
                        "a link that leads to a folder above itself".to_owned()
                    } else {
                        error.io_error().map_or_else(
                            || "cannot be read".to_owned(),
                            |e| format!("cannot be read: {}", words(e)),
                        )
                    };
                    listing.problems.push((path, why));
                }
            }
        }
        listing
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        std::fs::read(self.readable(path)?).map_err(|error| refused(&error))
    }

    fn read_start(&self, path: &str, len: usize) -> Result<Vec<u8>, ReadError> {
        let file = std::fs::File::open(self.readable(path)?).map_err(|error| refused(&error))?;
        let mut bytes = Vec::with_capacity(len);
        let read = file.take(len as u64).read_to_end(&mut bytes);
        read.map_err(|error| refused(&error))?;
        Ok(bytes)
    }
}

fn refused(error: &std::io::Error) -> ReadError {
    match error.kind() {
        std::io::ErrorKind::NotFound => ReadError::Missing,
        _ => ReadError::Failed(words(error)),
    }
}

impl DiskFiles {
    /// Where a file is that may be read.
    fn readable(&self, path: &str) -> Result<PathBuf, ReadError> {
        let full = self.root.join(path);
        let meta = match std::fs::symlink_metadata(&full) {
            Ok(meta) => meta,
            Err(error)
                if error.kind() == std::io::ErrorKind::NotFound
                    || error.kind() == std::io::ErrorKind::NotADirectory =>
            {
                return Err(ReadError::Missing);
            }
            Err(error) => return Err(ReadError::Failed(words(&error))),
        };
        let inside = if meta.is_symlink() {
            self.inside(&full)
        } else {
            self.folder_inside(&full)
        };
        if !inside || path.split('/').any(|part| part == "..") {
            return Err(ReadError::Outside);
        }
        let real = match meta.is_symlink() {
            true => std::fs::metadata(&full).map_err(|error| ReadError::Failed(words(&error)))?,
            false => meta,
        };
        if real.is_dir() {
            // A folder is no text of a doc, but where the settings are looked for it must not pass unseen.
            let name = path.rsplit('/').next().unwrap_or(path);
            return Err(if name == FILE_NAME || SETTINGS.contains(&name) {
                ReadError::Failed("it is a folder".into())
            } else {
                ReadError::Missing
            });
        }
        if !real.is_file() {
            return Err(ReadError::Failed(NOT_A_FILE.into()));
        }
        Ok(full)
    }

    fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .to_string_lossy()
            .replace('\\', "/")
    }

    fn add(&self, entry: &walkdir::DirEntry, listing: &mut Listing) {
        let path = self.shown(entry.path());
        let Some(text) = entry
            .path()
            .strip_prefix(&self.root)
            .ok()
            .and_then(Path::to_str)
        else {
            listing
                .problems
                .push((path, "the name of this file is not UTF-8".into()));
            return;
        };
        if entry.file_type().is_file() {
            listing.files.push(text.replace('\\', "/"));
        } else if !entry.file_type().is_dir() {
            listing.problems.push((path, NOT_A_FILE.into()));
        }
    }
}
