//! A folder for one test, with a machine in it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use docproof::toolchain::{RealMachine, Surroundings};
use docproof::verify::library::{Dependencies, Library};
use docproof::verify::machine::{
    CompileJob, CompileOutcome, Emit, Linkage, Machine, RunJob, RunOutcome,
};

/// A folder for one test, with a machine in it.
pub struct Place {
    pub folder: tempfile::TempDir,
    pub machine: RealMachine,
}

pub fn surroundings(site: &Path) -> Surroundings {
    Surroundings {
        program: env!("CARGO_BIN_EXE_docproof").into(),
        site: site.to_owned(),
        temp: site.join("temp"),
        env: std::env::vars_os().collect(),
        colour: false,
        threads: 2,
    }
}

impl Place {
    pub fn new() -> Self {
        Self::at(&std::env::temp_dir())
    }

    /// A folder of its own in that one.
    pub fn at(place: &Path) -> Self {
        let folder = tempfile::tempdir_in(place).unwrap();
        fs::create_dir(folder.path().join("temp")).unwrap();
        let machine = RealMachine::new(surroundings(folder.path()));
        Self { folder, machine }
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// A program of a few shell lines.
    pub fn script(&self, lines: &str) -> PathBuf {
        let number = fs::read_dir(self.folder.path()).unwrap().count();
        let path = self.write(
            &format!("script-{number}"),
            &format!("#!/bin/bash\n{lines}\n"),
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    pub fn run(&self, lines: &str) -> RunOutcome {
        self.run_for(&self.script(lines), Duration::from_secs(20))
    }

    pub fn run_for(&self, program: &Path, timeout: Duration) -> RunOutcome {
        self.machine.run(&job(program, timeout))
    }

    pub fn compile(&self, text: &str, emit: Emit, linkage: &Linkage) -> CompileOutcome {
        self.machine.compile(&CompileJob {
            crate_name: "rust_out",
            files: &[("site/docs/a.md".into(), text.into())],
            remap: "site",
            linkage,
            edition: "2024",
            emit,
            flags: &["--cfg=docs".into()],
            dependencies: true,
        })
    }

    pub fn prepare(&self, dependencies: Dependencies) -> Linkage {
        self.machine.prepare(&library(dependencies)).unwrap()
    }
}

pub fn job(program: &Path, timeout: Duration) -> RunJob<'_> {
    RunJob {
        program,
        env: &[],
        timeout,
        memory: 1 << 30,
        output: 1 << 16,
        folder: None,
        printed: None,
    }
}

pub fn library(dependencies: Dependencies) -> Library {
    Library {
        name: "current docs".into(),
        dependencies,
        edition: None,
        env: vec![("GREETING".into(), "hello".into())],
        rustflags: vec!["--cfg=docs".into()],
        timeout: Duration::from_secs(5),
        memory: 1 << 30,
    }
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}
