//! Several changes to a site's files, all or none.
//!
//! In: a folder and a list of changes. Out: a tree with all of them made, or, when one fails, the tree as it
//! was. New texts are written beside their places first; only when all stand there do they move in, in the
//! order of the list, each in one step. What was there before is kept until the last one is in.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::{DiskError, failed};
use crate::build::changes::FileChange;

/// Why the changes were not made.
#[derive(Debug)]
pub enum EditError {
    /// These exist and were to be created.
    InTheWay(Vec<PathBuf>),
    /// The path leads out of the folder.
    Outside(PathBuf),
    /// The disk failed; the tree is as it was.
    Disk(DiskError),
    /// The disk failed, and what was done could not be undone: these are left as they are.
    Stuck(DiskError, Vec<PathBuf>),
}

impl std::fmt::Display for EditError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::InTheWay(paths) => write!(f, "already there: {}", listed(paths)),
            Self::Outside(path) => {
                write!(f, "`{}` leads out of the site's folder", path.display())
            }
            Self::Disk(error) => error.fmt(f),
            Self::Stuck(error, paths) => {
                write!(f, "{error}; not put back: {}", listed(paths))
            }
        }
    }
}

impl std::error::Error for EditError {}

impl From<DiskError> for EditError {
    fn from(error: DiskError) -> Self {
        Self::Disk(error)
    }
}

fn listed(paths: &[PathBuf]) -> String {
    let shown: Vec<String> = paths.iter().map(|p| format!("`{}`", p.display())).collect();
    shown.join(", ")
}

/// A step that was taken, and how to take it back.
enum Undo {
    RemoveFolder(PathBuf),
    RemoveFile(PathBuf),
    /// From where it was kept to where it belongs.
    PutBack(PathBuf, PathBuf),
}

struct Edit<'a> {
    root: &'a Path,
    undo: Vec<Undo>,
    /// What was there before, to be removed at the end.
    kept: Vec<PathBuf>,
}

/// Makes all the changes, or none. Gives files that were meant to go and could not be removed at the end;
/// their names start with a dot and end with `docproof-old`, and nothing reads them.
///
/// # Errors
/// When something is in the way, a path leads out of `root`, or the disk fails. The tree is as it was then,
/// except for what [`EditError::Stuck`] names.
pub fn apply(root: &Path, changes: &[FileChange]) -> Result<Vec<PathBuf>, EditError> {
    check(root, changes)?;
    let mut edit = Edit {
        root,
        undo: Vec::new(),
        kept: Vec::new(),
    };
    if let Err(error) = edit.make(changes) {
        let stuck = edit.roll_back();
        return Err(if stuck.is_empty() {
            EditError::Disk(error)
        } else {
            EditError::Stuck(error, stuck)
        });
    }
    let left = edit.kept.into_iter().filter(|path| !remove(path)).collect();
    for change in changes {
        if let FileChange::Prune { path } = change {
            // A folder that holds something stays, and one that is not there is gone already.
            let _ = fs::remove_dir(root.join(path));
        }
    }
    Ok(left)
}

fn check(root: &Path, changes: &[FileChange]) -> Result<(), EditError> {
    let real_root = root.canonicalize().map_err(failed("open", root))?;
    let mut in_the_way = Vec::new();
    for change in changes {
        let target = root.join(change.path());
        let plain = Path::new(change.path())
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        // The nearest part of the path that is there says where it really lies.
        let there = target.ancestors().find_map(|p| p.canonicalize().ok());
        if !plain || !there.is_some_and(|real| real.starts_with(&real_root)) {
            return Err(EditError::Outside(target));
        }
        if matches!(change, FileChange::Create { .. }) && fs::symlink_metadata(&target).is_ok() {
            in_the_way.push(target);
        }
    }
    if in_the_way.is_empty() {
        Ok(())
    } else {
        Err(EditError::InTheWay(in_the_way))
    }
}

impl Edit<'_> {
    fn make(&mut self, changes: &[FileChange]) -> Result<(), DiskError> {
        let mut steps = Vec::new();
        for change in changes {
            let target = self.root.join(change.path());
            match change {
                FileChange::Write { bytes, .. } | FileChange::Create { bytes, .. } => {
                    // A link stays a link: the file that it leads to is changed.
                    let target = target.canonicalize().unwrap_or(target);
                    let staged = self.stage(&target, bytes)?;
                    steps.push((target, Some(staged)));
                }
                FileChange::Remove { .. } => steps.push((target, None)),
                FileChange::Prune { .. } => {}
            }
        }
        for (target, staged) in steps {
            match staged {
                Some(staged) => self.move_in(&staged, &target)?,
                None => self.step_aside(&target)?,
            }
        }
        Ok(())
    }

    /// Writes the new text beside its place.
    fn stage(&mut self, target: &Path, bytes: &[u8]) -> Result<PathBuf, DiskError> {
        self.create_folders_of(target)?;
        let staged = beside(target, "new");
        self.undo.push(Undo::RemoveFile(staged.clone()));
        fs::write(&staged, bytes).map_err(failed("write", target))?;
        if let Ok(meta) = fs::metadata(target) {
            fs::set_permissions(&staged, meta.permissions()).map_err(failed("write", target))?;
        }
        Ok(staged)
    }

    fn create_folders_of(&mut self, target: &Path) -> Result<(), DiskError> {
        let missing: Vec<&Path> = target
            .ancestors()
            .skip(1)
            .take_while(|folder| fs::symlink_metadata(folder).is_err())
            .collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder).map_err(failed("create", folder))?;
            self.undo.push(Undo::RemoveFolder(folder.to_owned()));
        }
        Ok(())
    }

    fn move_in(&mut self, staged: &Path, target: &Path) -> Result<(), DiskError> {
        let before = fs::symlink_metadata(target);
        if before.as_ref().is_ok_and(fs::Metadata::is_file) {
            let kept = beside(target, "old");
            let _ = fs::remove_file(&kept);
            // A second name keeps the old text while the new one takes its place in one step.
            fs::hard_link(target, &kept)
                .or_else(|_| fs::copy(target, &kept).map(|_| ()))
                .map_err(failed("replace", target))?;
            self.kept.push(kept.clone());
            self.undo.push(Undo::PutBack(kept, target.to_owned()));
        }
        fs::rename(staged, target).map_err(failed("replace", target))?;
        if before.is_err() {
            self.undo.push(Undo::RemoveFile(target.to_owned()));
        }
        Ok(())
    }

    fn step_aside(&mut self, target: &Path) -> Result<(), DiskError> {
        let kept = beside(target, "old");
        fs::rename(target, &kept).map_err(failed("remove", target))?;
        self.kept.push(kept.clone());
        self.undo.push(Undo::PutBack(kept, target.to_owned()));
        Ok(())
    }

    /// Takes the steps back, last first. Gives what could not be put back.
    fn roll_back(&mut self) -> Vec<PathBuf> {
        let mut stuck = Vec::new();
        while let Some(step) = self.undo.pop() {
            match step {
                Undo::RemoveFolder(folder) => {
                    let _ = fs::remove_dir(folder);
                }
                Undo::RemoveFile(file) => {
                    let _ = fs::remove_file(file);
                }
                Undo::PutBack(kept, target) => {
                    if fs::rename(kept, &target).is_err() {
                        stuck.push(target);
                    }
                }
            }
        }
        stuck
    }
}

/// A hidden name beside a path, of this program's run alone.
fn beside(target: &Path, what: &str) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.{}.docproof-{what}", std::process::id()))
}

fn remove(path: &Path) -> bool {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path).is_ok(),
        Ok(_) => fs::remove_file(path).is_ok(),
        Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn tree(root: &Path) -> BTreeMap<String, Option<Vec<u8>>> {
        walkdir::WalkDir::new(root)
            .into_iter()
            .map(|entry| entry.expect("the tree can be listed"))
            .map(|entry| {
                (
                    entry.path().to_string_lossy().into_owned(),
                    fs::read(entry.path()).ok(),
                )
            })
            .collect()
    }

    fn write(path: &str, text: &str) -> FileChange {
        FileChange::Write {
            path: path.into(),
            bytes: text.into(),
        }
    }

    fn start() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("docs/deep")).expect("folders");
        fs::write(folder.path().join("docs/a.md"), "old").expect("a file");
        fs::write(folder.path().join("docs/deep/b.md"), "b").expect("a file");
        folder
    }

    #[test]
    fn all_changes_are_made() {
        let folder = start();
        let changes = [
            write("docs/a.md", "new"),
            write("x/y/z.md", "z"),
            FileChange::Remove {
                path: "docs/deep".into(),
            },
        ];
        assert!(apply(folder.path(), &changes).expect("it works").is_empty());
        let names: Vec<String> = tree(folder.path()).into_keys().collect();
        assert_eq!(names.len(), 6, "{names:?}");
        assert_eq!(
            fs::read_to_string(folder.path().join("docs/a.md"))
                .ok()
                .as_deref(),
            Some("new")
        );
    }

    #[test]
    fn a_failure_at_any_step_leaves_the_tree_as_it_was() {
        let good = [
            write("docs/a.md", "new"),
            write("x/y/z.md", "z"),
            FileChange::Remove {
                path: "docs/deep".into(),
            },
        ];
        let bad = [
            // A folder stands where a file should go: found out only when it moves in.
            write("taken", "text"),
            // A file stands where a folder should be: found out while staging.
            write("docs/a.md/inside.md", "text"),
            FileChange::Remove {
                path: "missing".into(),
            },
        ];
        for bad in bad {
            for at in 0..=good.len() {
                let folder = start();
                fs::create_dir_all(folder.path().join("taken/full")).expect("folders");
                let before = tree(folder.path());
                let mut changes = good.to_vec();
                changes.insert(at, bad.clone());
                apply(folder.path(), &changes).expect_err("it cannot work");
                assert_eq!(tree(folder.path()), before, "{bad:?} at {at}");
            }
        }
    }

    #[test]
    fn nothing_is_written_outside_or_over_what_must_not_be_there() {
        let folder = start();
        for path in ["../x", "/etc/x", "docs/../../x"] {
            assert!(matches!(
                apply(folder.path(), &[write(path, "x")]),
                Err(EditError::Outside(_))
            ));
        }
        let create = FileChange::Create {
            path: "docs/a.md".into(),
            bytes: b"x".to_vec(),
        };
        assert!(matches!(
            apply(folder.path(), &[create]),
            Err(EditError::InTheWay(_))
        ));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_another_place_is_not_followed_out() {
        let folder = start();
        let outside = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink(outside.path(), folder.path().join("way")).expect("a link");
        assert!(matches!(
            apply(folder.path(), &[write("way/x.md", "x")]),
            Err(EditError::Outside(_))
        ));
    }
}
