//! The output folder: staged, then switched.
//!
//! In: the files of a built site. Out: a folder that holds exactly these. They are written to a staging
//! folder beside the output; at the end the two change places in one step where the system can, so that a
//! build that fails or is killed leaves the old site. Files that did not change are linked over from the old
//! site and keep their time.

use std::collections::HashMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use super::{DiskError, failed, words};
use crate::build::output::Sink;
use crate::source::ContentHash;

/// The file that marks a folder as made by Docproof, and lists what is in it.
const MANIFEST: &str = ".docproof-manifest";
const FIRST_LINE: &str = "docproof manifest 1";

/// Why the output cannot be written.
#[derive(Debug)]
pub enum WriteError {
    /// The folder holds files that Docproof did not make.
    NotOurs(PathBuf),
    /// Another build of the same output is running.
    Busy(PathBuf),
    /// The disk failed.
    Disk(DiskError),
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotOurs(path) => write!(
                f,
                "the output folder `{}` is not empty and was not made by docproof",
                path.display()
            ),
            Self::Busy(path) => write!(f, "another build is writing `{}`", path.display()),
            Self::Disk(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for WriteError {}

impl From<DiskError> for WriteError {
    fn from(error: DiskError) -> Self {
        Self::Disk(error)
    }
}

/// What the old site knows of a file: enough to tell whether it is still what was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Known {
    hash: ContentHash,
    len: u64,
    nanos: u128,
}

/// Stages one build.
pub struct Staging {
    site: PathBuf,
    output: PathBuf,
    staging: PathBuf,
    old: HashMap<String, Known>,
    new: Mutex<Vec<(String, Known)>>,
    folders: Mutex<std::collections::HashSet<PathBuf>>,
    bytes: AtomicU64,
    finished: bool,
    /// Held while the build runs; the system lets go of it when the process ends.
    _lock: fs::File,
    lock_path: PathBuf,
}

/// What a finished build wrote.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Written {
    /// Files of the site.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

impl Staging {
    /// Prepares a staging folder beside `output`. `force` accepts a folder that Docproof did not make.
    ///
    /// # Errors
    /// When the output belongs to somebody else, is being written, or cannot be written.
    pub fn begin(site: &Path, output: &Path, force: bool) -> Result<Self, WriteError> {
        let name = output
            .file_name()
            .map_or_else(|| "output".into(), |n| n.to_string_lossy().into_owned());
        let parent = match output.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        fs::create_dir_all(&parent).map_err(failed("create", &parent))?;
        let lock_path = parent.join(format!(".{name}.docproof-lock"));
        let Some(lock) = lock_file(&lock_path)? else {
            return Err(WriteError::Busy(output.to_owned()));
        };
        let ours = is_ours(output)?;
        if !ours && !force {
            let _ = fs::remove_file(&lock_path);
            return Err(WriteError::NotOurs(output.to_owned()));
        }
        let staging = parent.join(format!(".{name}.docproof-staging"));
        // Left over from a build that was killed; the lock says that it is not running.
        remove_tree(&staging)?;
        fs::create_dir(&staging).map_err(failed("create", &staging))?;
        Ok(Self {
            site: site.to_owned(),
            output: output.to_owned(),
            old: read_manifest(output),
            staging,
            new: Mutex::default(),
            folders: Mutex::default(),
            bytes: AtomicU64::new(0),
            finished: false,
            _lock: lock,
            lock_path,
        })
    }

    /// Puts the staged site in the place of the old one.
    ///
    /// # Errors
    /// When the disk fails; the old site is still there then.
    pub fn finish(mut self) -> Result<Written, WriteError> {
        let mut new = std::mem::take(&mut *self.new.lock().unwrap_or_else(PoisonError::into_inner));
        new.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        self.write_manifest(&new)?;
        self.switch()?;
        self.finished = true;
        let _ = fs::remove_dir_all(&self.staging);
        Ok(Written {
            files: new.len(),
            bytes: self.bytes.load(Ordering::Relaxed),
        })
    }

    fn write_manifest(&self, new: &[(String, Known)]) -> Result<(), DiskError> {
        let path = self.staging.join(MANIFEST);
        let mut text = format!("{FIRST_LINE}\n");
        for (name, known) in new {
            text.push_str(&format!(
                "{} {} {} {name}\n",
                known.hash, known.len, known.nanos
            ));
        }
        fs::write(&path, text).map_err(failed("write", &path))
    }

    fn switch(&self) -> Result<(), DiskError> {
        let replace = failed("replace", &self.output);
        if !self.output.exists() {
            return fs::rename(&self.staging, &self.output).map_err(replace);
        }
        if exchange(&self.staging, &self.output) {
            return Ok(());
        }
        // Without an exchange in one step: the old site steps aside, and comes back if the new one cannot move in.
        let aside = self.staging.with_extension("docproof-old");
        let _ = fs::remove_dir_all(&aside);
        fs::rename(&self.output, &aside).map_err(failed("replace", &self.output))?;
        if let Err(error) = fs::rename(&self.staging, &self.output) {
            let _ = fs::rename(&aside, &self.output);
            return Err(replace(error));
        }
        let _ = fs::remove_dir_all(&aside);
        Ok(())
    }

    /// Writes a file, or links the old one over when it has the same content.
    fn stage(
        &self,
        path: &str,
        hash: ContentHash,
        write: impl FnOnce(&Path) -> std::io::Result<fs::Metadata>,
    ) -> Result<(), String> {
        let target = self.staging.join(path);
        self.folder_of(&target)?;
        let known = match self.reuse(path, hash, &target) {
            Some(known) => known,
            None => {
                let meta = write(&target).map_err(|error| {
                    format!("cannot write `{}`: {}", target.display(), words(&error))
                })?;
                Known {
                    hash,
                    len: meta.len(),
                    nanos: nanos(&meta),
                }
            }
        };
        self.bytes.fetch_add(known.len, Ordering::Relaxed);
        self.new
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((path.to_owned(), known));
        Ok(())
    }

    fn folder_of(&self, target: &Path) -> Result<(), String> {
        let Some(folder) = target.parent() else {
            return Ok(());
        };
        let mut known = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.contains(folder) {
            fs::create_dir_all(folder).map_err(|error| {
                format!("cannot create `{}`: {}", folder.display(), words(&error))
            })?;
            known.insert(folder.to_owned());
        }
        Ok(())
    }

    /// Links the old file over when it is untouched and has the hash that is wanted.
    fn reuse(&self, path: &str, hash: ContentHash, target: &Path) -> Option<Known> {
        let known = self.old.get(path).filter(|known| known.hash == hash)?;
        let old = self.output.join(path);
        let meta = fs::symlink_metadata(&old).ok()?;
        if !meta.is_file() || meta.len() != known.len || nanos(&meta) != known.nanos {
            return None;
        }
        fs::hard_link(&old, target).ok()?;
        Some(*known)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.finished {
            let _ = fs::remove_dir_all(&self.staging);
        }
        let _ = fs::remove_file(&self.lock_path);
    }
}

impl Sink for Staging {
    fn put(&self, path: &str, bytes: Vec<u8>) -> Result<(), String> {
        self.stage(path, ContentHash::of(&bytes), |target| {
            create(target, &bytes)
        })
    }

    fn copy(&self, path: &str, from: &str, hash: ContentHash) -> Result<(), String> {
        let source = self.site.join(from);
        self.stage(path, hash, |target| create(target, &fs::read(source)?))
    }

    fn keep(&self, path: &str) -> Result<(), String> {
        let hash = self
            .old
            .get(path)
            .map(|known| known.hash)
            .ok_or_else(|| format!("`{path}` was not in the build before"))?;
        let from = self.output.join(path);
        self.stage(path, hash, |target| create(target, &fs::read(from)?))
    }
}

/// Writes a new file; one that is there already would be written twice, which is a bug.
fn create(target: &Path, bytes: &[u8]) -> std::io::Result<fs::Metadata> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(target)?;
    file.write_all(bytes)?;
    file.metadata()
}

/// Creates and locks a file; `None` when another process holds it.
fn lock_file(path: &Path) -> Result<Option<fs::File>, DiskError> {
    loop {
        let file = fs::File::create(path).map_err(failed("write", path))?;
        if file.try_lock().is_err() {
            return Ok(None);
        }
        if is_at(&file, path) {
            return Ok(Some(file));
        }
        // The build before removed the file between the two calls: a lock on it keeps nobody out.
    }
}

/// Whether an open file is the one that a path names now.
#[cfg(unix)]
fn is_at(file: &fs::File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let (Ok(open), Ok(named)) = (file.metadata(), fs::metadata(path)) else {
        return false;
    };
    (open.dev(), open.ino()) == (named.dev(), named.ino())
}

/// Elsewhere a file that is open cannot be removed.
#[cfg(not(unix))]
fn is_at(_: &fs::File, _: &Path) -> bool {
    true
}

/// Changes two folders' places in one step, where the system can.
#[cfg(target_os = "linux")]
fn exchange(a: &Path, b: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> bool {
    false
}

fn nanos(meta: &fs::Metadata) -> u128 {
    meta.modified()
        .ok()
        .and_then(|t| t.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |d| d.as_nanos())
}

/// Whether a folder may be replaced: it does not exist, is empty, or has a manifest.
fn is_ours(output: &Path) -> Result<bool, WriteError> {
    match fs::read_dir(output) {
        Ok(mut entries) => Ok(entries.next().is_none() || output.join(MANIFEST).is_file()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(failed("open", output)(error).into()),
    }
}

fn read_manifest(output: &Path) -> HashMap<String, Known> {
    let Ok(text) = fs::read_to_string(output.join(MANIFEST)) else {
        return HashMap::new();
    };
    let mut lines = text.lines();
    if lines.next() != Some(FIRST_LINE) {
        return HashMap::new();
    }
    lines.filter_map(known).collect()
}

fn known(line: &str) -> Option<(String, Known)> {
    let mut parts = line.splitn(4, ' ');
    let hex = parts.next()?;
    let mut hash = [0; 16];
    for (n, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * n..2 * n + 2)?, 16).ok()?;
    }
    let len = parts.next()?.parse().ok()?;
    let nanos = parts.next()?.parse().ok()?;
    Some((
        parts.next()?.to_owned(),
        Known {
            hash: ContentHash(hash),
            len,
            nanos,
        },
    ))
}

fn remove_tree(path: &Path) -> Result<(), DiskError> {
    match fs::remove_dir_all(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed("remove", path)(error)),
    }
}

/// Removes an output folder that Docproof made. Gives whether there was one.
///
/// # Errors
/// When the folder is not ours, or cannot be removed.
pub fn clean(output: &Path) -> Result<bool, WriteError> {
    if !output.exists() {
        return Ok(false);
    }
    if !is_ours(output)? {
        return Err(WriteError::NotOurs(output.to_owned()));
    }
    remove_tree(output)?;
    Ok(true)
}
