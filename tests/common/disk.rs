//! Sites in a temporary folder, built by the real program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder that goes away with the test.
pub struct Disk {
    folder: tempfile::TempDir,
}

/// What the program did.
pub struct Ran {
    /// Exit code; none when it was killed.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Disk {
    /// A folder `site` with these files.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let disk = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        std::fs::create_dir_all(disk.site()).expect("a site folder");
        for (path, text) in files {
            disk.write(path, text);
        }
        disk
    }

    /// The folder around the site.
    pub fn top(&self) -> &Path {
        self.folder.path()
    }

    /// The site's folder.
    pub fn site(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    /// Writes a file of the site.
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let full = self.site().join(path);
        std::fs::create_dir_all(full.parent().expect("it has a parent")).expect("a folder");
        std::fs::write(full, bytes).expect("a file");
    }

    /// `docproof build --site SITE`, with more arguments.
    pub fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_docproof"));
        command
            .arg("build")
            .arg("--site")
            .arg(self.site())
            .args(more)
            .current_dir(self.top());
        command
    }

    /// Runs it.
    pub fn build(&self, more: &[&str]) -> Ran {
        ran(&self.command(more).output().expect("docproof runs"))
    }

    /// Runs it, and it must build.
    #[track_caller]
    pub fn good(&self, more: &[&str]) -> Ran {
        let ran = self.build(more);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        ran
    }

    /// The files under a folder, by path from there.
    pub fn tree(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let root = self.folder.path().join(folder);
        let mut all = BTreeMap::new();
        let mut todo = vec![root.clone()];
        while let Some(folder) = todo.pop() {
            for entry in std::fs::read_dir(&folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() && !path.is_symlink() {
                    todo.push(path);
                } else if path.is_file() {
                    let name = path.strip_prefix(&root).expect("it is under the root");
                    let bytes = std::fs::read(&path).expect("a file");
                    all.insert(name.to_string_lossy().into_owned(), bytes);
                }
            }
        }
        all
    }
}

/// An ended program.
pub fn ran(output: &Output) -> Ran {
    Ran {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
