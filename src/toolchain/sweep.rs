//! Folders that must not outlive their use: made for one run of docproof, removed at its end or by the next run.
//!
//! In: where such folders lie. Out: a fresh one; its size; its removal even where a sample took the right to. It must
//! not remove what it did not make: only folders with our prefix whose lock nobody holds.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use rustix::fs::{FlockOperation, flock};

/// The name of the lock inside; who holds it uses the folder.
const LOCK: &str = ".lock";

/// How old a folder without a lock has to be before it counts as left over: between making a folder and locking it
/// lies a moment.
const YOUNG: Duration = Duration::from_secs(60);

/// A folder of this run. It is removed when this value is dropped.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    next: AtomicU64,
    _lock: File,
}

impl Folder {
    /// Makes a folder `<prefix><pid>-<number>` in a folder that exists, after removing those that earlier runs left.
    pub fn make(place: &Path, prefix: &str) -> io::Result<Self> {
        remove_left_over(place, prefix);
        let pid = std::process::id();
        for number in 0_u32.. {
            let path = place.join(format!("{prefix}{pid}-{number}"));
            match fs::create_dir(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            }
            // Only ours: a sample's files are nobody else's business.
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700))?;
            let lock = File::create(path.join(LOCK))?;
            flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
            return Ok(Self {
                path,
                next: AtomicU64::new(0),
                _lock: lock,
            });
        }
        unreachable!("invariant: some number is free")
    }

    /// A path inside that was not given out before; nothing is made.
    pub fn fresh(&self) -> PathBuf {
        self.path
            .join(self.next.fetch_add(1, Ordering::Relaxed).to_string())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Removes folders of runs that were killed.
fn remove_left_over(place: &Path, prefix: &str) {
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let ours = name.to_str().and_then(|name| name.strip_prefix(prefix));
        let numbered =
            ours.is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit() || b == b'-'));
        if numbered
            && entry.file_type().is_ok_and(|kind| kind.is_dir())
            && is_left_over(&entry.path())
        {
            remove(&entry.path());
        }
    }
}

fn is_left_over(folder: &Path) -> bool {
    let Ok(lock) = File::open(folder.join(LOCK)) else {
        let made = fs::metadata(folder).and_then(|data| data.modified());
        return made.is_ok_and(|made| {
            SystemTime::now()
                .duration_since(made)
                .is_ok_and(|age| age > YOUNG)
        });
    };
    flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok()
}

/// Removes a folder with all in it, folders without rights too. What cannot be removed stays.
pub fn remove(folder: &Path) {
    // A folder that may not be read or written keeps its contents: take the right back, a level more in each round.
    for _ in 0..256 {
        if fs::remove_dir_all(folder).is_ok() || !give_rights(folder) {
            return;
        }
    }
}

/// Whether there was a folder below, or this one, to give rights to.
fn give_rights(folder: &Path) -> bool {
    let mut any = false;
    for entry in walkdir::WalkDir::new(folder) {
        let path = match &entry {
            Ok(entry) => Some(entry.path()),
            // It is one that could not be entered.
            Err(error) => error.path(),
        };
        any |= path.is_some_and(give_right);
    }
    any
}

fn give_right(folder: &Path) -> bool {
    fs::symlink_metadata(folder).is_ok_and(|data| {
        data.is_dir()
            && data.mode() & 0o700 != 0o700
            && fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).is_ok()
    })
}

/// How much the files below a folder take on the disk, in bytes. Stops counting above a limit.
pub fn size(folder: &Path, limit: u64) -> u64 {
    let mut total = 0;
    for entry in walkdir::WalkDir::new(folder).into_iter().flatten() {
        total += entry.metadata().map_or(0, |data| data.blocks() * 512);
        if total > limit {
            break;
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_the_dead_are_removed_and_those_of_the_living_stay() {
        let place = tempfile::tempdir().expect("a folder");
        let living = Folder::make(place.path(), "docproof-").expect("a folder");
        let dead = place.path().join("docproof-1-0");
        fs::create_dir_all(dead.join("a/b")).expect("folders");
        fs::write(dead.join(LOCK), "").expect("a lock");
        let young = place.path().join("docproof-2-0");
        fs::create_dir(&young).expect("a folder");
        let other = place.path().join("docproof-site");
        fs::create_dir(&other).expect("a folder");
        fs::write(other.join(LOCK), "").expect("a lock");
        let second = Folder::make(place.path(), "docproof-").expect("a folder");
        assert!(living.path.exists() && second.path.exists() && young.exists() && other.exists());
        assert!(!dead.exists());
        let path = living.path.clone();
        drop(living);
        assert!(!path.exists());
    }

    #[test]
    fn folders_without_rights_are_removed() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("x");
        let inner = folder.join("a/b/c");
        fs::create_dir_all(&inner).expect("folders");
        fs::write(inner.join("file"), "text").expect("a file");
        for path in [
            inner.as_path(),
            &folder.join("a/b"),
            &folder.join("a"),
            &folder,
        ] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o000)).expect("no rights");
        }
        remove(&folder);
        assert!(!folder.exists());
    }

    #[test]
    fn holes_are_not_counted() {
        let place = tempfile::tempdir().expect("a folder");
        let sparse = File::create(place.path().join("sparse")).expect("a file");
        sparse.set_len(1 << 30).expect("a length");
        assert!(size(place.path(), 1 << 30) < 1 << 20);
        fs::write(place.path().join("full"), vec![1; 1 << 20]).expect("a file");
        assert!(size(place.path(), 1 << 30) >= 1 << 20);
    }
}
