//! What the tests of the command line share: sites in temporary folders, and the real program run on them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A site in a temporary folder, which goes when this does.
pub struct Site {
    folder: tempfile::TempDir,
}

/// What a run of the program came to.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Site {
    /// A folder with these files.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let site = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        for (path, text) in files {
            site.write(path, text);
        }
        site
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Runs the program in the folder.
    pub fn run(&self, args: &[&str]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_docproof"))
            .args(args)
            .current_dir(self.folder.path())
            .env_remove("NO_COLOR")
            .output()
            .expect("the program runs");
        Run {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs the program, which must end with a code and say these words somewhere.
    #[track_caller]
    pub fn expect(&self, args: &[&str], code: i32, words: &[&str]) -> Run {
        let run = self.run(args);
        assert_eq!(run.code, code, "{args:?}: {run:?}");
        for word in words {
            let said = run.out.contains(word) || run.err.contains(word);
            assert!(said, "{args:?}: no `{word}` in {run:?}");
        }
        run
    }

    /// Builds the site, which must work without a warning.
    #[track_caller]
    pub fn builds(&self) {
        let run = self.expect(&["build", "--no-cache"], 0, &["built"]);
        assert!(!run.err.contains("warning"), "{run:?}");
    }

    /// Every file and folder, with its bytes; what a build makes is left out.
    pub fn tree(&self) -> BTreeMap<String, Option<Vec<u8>>> {
        let mut tree = BTreeMap::new();
        walk(self.folder.path(), self.folder.path(), &mut tree);
        tree
    }
}

fn walk(root: &Path, folder: &Path, tree: &mut BTreeMap<String, Option<Vec<u8>>>) {
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("an entry").path();
        let name = path.strip_prefix(root).expect("inside").to_string_lossy();
        if name == "build" || name == ".docproof" {
            continue;
        }
        tree.insert(name.into_owned(), fs::read(&path).ok());
        if path.is_dir() {
            walk(root, &path, tree);
        }
    }
}
