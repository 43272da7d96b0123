//! The empty folders that jobs begin in, one after the other.
//!
//! In: a path for each job. Out: an empty folder there. A folder that a job has left as it was is given to the next one
//! under its new name: making and removing hundreds of folders costs more than the jobs (ext4 looks at every inode that was
//! freed a moment ago before it takes a new one). It must not hand on anything that a job has done.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::sweep;

/// The folders of one supervisor's jobs.
#[derive(Default)]
pub struct Scratch {
    spare: Option<(PathBuf, Look)>,
    /// What the folder in use looked like at first.
    made: Option<Look>,
}

/// All by which one empty folder differs from another, but its name and times.
#[derive(PartialEq, Eq, Clone)]
struct Look {
    place: (u64, u64),
    rights: (u32, u32, u32),
    /// Names of extended attributes, among them access lists.
    attributes: Vec<u8>,
}

impl Scratch {
    /// Makes the folder.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn make(&mut self, folder: &Path) -> io::Result<()> {
        self.made = None;
        if let Some((spare, look)) = self.spare.take() {
            // Still the one that was left: another job may have looked for trouble beside its own folder.
            if is_as_made(&spare, &look) && fs::rename(&spare, folder).is_ok() {
                self.made = Some(look);
                return Ok(());
            }
            sweep::remove(&spare);
        }
        fs::create_dir_all(folder)?;
        self.made = look(folder);
        Ok(())
    }

    /// Takes the folder back, when nothing of its job is left.
    pub fn clear(&mut self, folder: &Path) {
        match self.made.take() {
            Some(made) if is_as_made(folder, &made) => {
                self.spare = Some((folder.to_owned(), made));
            }
            _ => sweep::remove(folder),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some((spare, _)) = self.spare.take() {
            sweep::remove(&spare);
        }
    }
}

fn is_as_made(folder: &Path, made: &Look) -> bool {
    let empty = || fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    look(folder).is_some_and(|now| now == *made) && empty()
}

fn look(folder: &Path) -> Option<Look> {
    let data = fs::symlink_metadata(folder)
        .ok()
        .filter(fs::Metadata::is_dir)?;
    Some(Look {
        place: (data.dev(), data.ino()),
        rights: (data.mode(), data.uid(), data.gid()),
        attributes: attributes(folder)?,
    })
}

/// Where the system has none, none.
fn attributes(folder: &Path) -> Option<Vec<u8>> {
    let mut names = vec![0; 1 << 10];
    match rustix::fs::llistxattr(folder, &mut names) {
        Ok(length) => names.truncate(length),
        Err(rustix::io::Errno::NOTSUP) => names.clear(),
        // More than we would look through.
        Err(_) => return None,
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    /// Makes a folder, has a job do something, and says whether the next one gets another.
    fn replaced_after(job: impl Fn(&Path)) -> bool {
        let place = tempfile::tempdir().expect("a folder");
        let (first, second) = (place.path().join("1"), place.path().join("2"));
        let mut scratch = Scratch::default();
        scratch.make(&first).expect("a folder");
        let inode = fs::metadata(&first).expect("it is there").ino();
        // Takes the inode that would be used next.
        fs::create_dir(place.path().join("other")).expect("a folder");
        job(&first);
        scratch.clear(&first);
        scratch.make(&second).expect("a folder");
        assert!(!first.exists());
        assert!(fs::read_dir(&second).expect("it is there").next().is_none());
        let data = fs::metadata(&second).expect("it is there");
        assert_eq!(data.mode() & 0o200, 0o200);
        scratch.clear(&second);
        drop(scratch);
        assert!(!second.exists());
        data.ino() != inode
    }

    #[test]
    fn an_untouched_folder_is_used_again() {
        assert!(!replaced_after(|_| {}));
        assert!(!replaced_after(|folder| {
            let file = folder.join("file");
            fs::write(&file, "text").expect("a file");
            fs::remove_file(&file).expect("gone");
        }));
    }

    #[test]
    fn a_touched_folder_is_not() {
        // The inode may be given out again at once where the file system does that, but not with what was in it.
        replaced_after(|folder| fs::write(folder.join("file"), "text").expect("a file"));
        replaced_after(|folder| fs::remove_dir(folder).expect("gone"));
        replaced_after(|folder| {
            let rights = fs::Permissions::from_mode(0o500);
            fs::set_permissions(folder, rights).expect("its own folder");
        });
        replaced_after(|folder| {
            fs::rename(folder, folder.with_extension("moved")).expect("its own folder");
            fs::write(folder, "a file").expect("a file");
            fs::remove_file(folder).expect("gone");
        });
    }

    #[test]
    fn a_spare_folder_that_somebody_fills_is_not_handed_on() {
        let place = tempfile::tempdir().expect("a folder");
        let mut scratch = Scratch::default();
        let (first, second) = (place.path().join("1"), place.path().join("2"));
        scratch.make(&first).expect("a folder");
        scratch.clear(&first);
        fs::write(first.join("surprise"), "text").expect("a file");
        scratch.make(&second).expect("a folder");
        assert!(!first.exists() && !second.join("surprise").exists());
    }
}
