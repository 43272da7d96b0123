//! The door to Cargo, rustc and the children that run samples.
//!
//! In: jobs of the verify engine. Out: what came of them. It must not know samples, sites or HTML, print, or read
//! the environment: [`Surroundings`] bring what is needed of it.

pub mod cache;
mod cargo;
mod check;
pub mod history;
mod manifest;
mod pool;
mod rustc;
mod scratch;
pub mod shim;
pub mod supervise;
mod sweep;
mod watch;
mod wire;
mod wrapper;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::source::ContentHash;
use crate::verify::library::Library;
use crate::verify::machine::{
    CompileJob, CompileOutcome, Linkage, Machine, PackageCheck, RunJob, RunOutcome, Unusable,
};

pub use manifest::{against, sources_hash};

/// The word after the program's name that makes it a supervisor.
pub const SUPERVISE: &str = "__supervise";

/// What a machine has to know of the world around the program.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The `docproof` program: supervisors and the shim are runs of it.
    pub program: PathBuf,
    /// The site's folder, absolute.
    pub site: PathBuf,
    /// The system's folder for temporary files.
    pub temp: PathBuf,
    /// The environment.
    pub env: Vec<(OsString, OsString)>,
    /// Whether Cargo's messages have colours.
    pub colour: bool,
    /// How many children run at once; 0: as many as there are cores.
    pub threads: usize,
}

impl Surroundings {
    fn var(&self, name: &str) -> Option<&OsStr> {
        let found = self.env.iter().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.as_os_str())
            .filter(|value| !value.is_empty())
    }
}

/// Where verify keeps what it makes, inside the site's folder.
pub fn verify_folder(site: &Path) -> PathBuf {
    crate::disk::cache_folder(site).join("verify")
}

/// Cargo, rustc and children, for real.
pub struct RealMachine {
    around: Surroundings,
    pool: pool::Pool,
    work: Mutex<Option<sweep::Folder>>,
    hashes: cache::FileHashes,
    compiler: Mutex<Option<rustc::Compiler>>,
    checks: check::Checks,
}

impl RealMachine {
    /// A machine. It starts children and makes folders when it needs them.
    pub fn new(around: Surroundings) -> Self {
        Self {
            pool: pool::Pool::new(&around.program, &around.temp),
            hashes: cache::FileHashes::load(&around.site),
            around,
            work: Mutex::new(None),
            compiler: Mutex::new(None),
            checks: check::Checks::default(),
        }
    }
}

impl RealMachine {
    /// The triple that rustc compiles for; empty when there is no rustc, which the first sample will say.
    pub fn host(&self) -> String {
        self.compiler(None)
            .map_or_else(|_| String::new(), |compiler| compiler.line("host"))
    }
}

/// Whether a folder holds a Cargo package with a library.
pub fn has_library(folder: &Path) -> bool {
    manifest::Manifest::read(&folder.join("Cargo.toml")).is_some_and(|manifest| {
        manifest.name().is_some()
            && (manifest.inner(&["lib"]).is_some() || folder.join("src/lib.rs").is_file())
    })
}

impl Drop for RealMachine {
    fn drop(&mut self) {
        self.hashes.save();
        cache::DiskStore::new(&self.around.site).evict_daily();
    }
}

impl Machine for RealMachine {
    fn prepare(&self, library: &Library) -> Result<Linkage, Unusable> {
        let linkage = self.link(library);
        self.hashes.save();
        linkage
    }

    fn compile(&self, job: &CompileJob<'_>) -> CompileOutcome {
        self.call_rustc(job)
    }

    fn run(&self, job: &RunJob<'_>) -> RunOutcome {
        self.pool.run_sample(job)
    }

    fn check(&self, path: &str) -> Result<PackageCheck, Unusable> {
        self.check_package(path)
    }

    fn threads(&self) -> usize {
        if self.around.threads > 0 {
            return self.around.threads;
        }
        std::thread::available_parallelism().map_or(1, usize::from)
    }

    fn hash_file(&self, path: &Path) -> Option<ContentHash> {
        self.hashes.of(path)
    }

    fn stop(&self) {
        self.pool.stop();
    }
}
