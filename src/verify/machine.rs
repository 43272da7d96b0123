//! What the engine asks of the world: Cargo, rustc, children that run samples, a cache.
//!
//! `toolchain` implements these over the real ones; tests have others.

use std::path::PathBuf;
use std::time::Duration;

use super::library::Library;
use crate::source::ContentHash;

/// Why a library cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unusable {
    /// What is wrong, a fragment.
    pub message: String,
    /// What Cargo said, with colours; may be empty.
    pub details: String,
    /// What to do.
    pub hint: Option<String>,
}

/// What rustc and the samples need to use a library.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Linkage {
    /// `--extern`, `-L`, `--cfg`, `--check-cfg` and the like. No edition.
    pub arguments: Vec<String>,
    /// Edition of samples that name none.
    pub edition: String,
    /// Environment, over that of the program itself: `CARGO_PKG_*`, `CARGO_MANIFEST_DIR`, `LD_LIBRARY_PATH`.
    pub env: Vec<(String, String)>,
    /// Hash of all that decides what a sample of this library does: rustc's `-vV`, the arguments with each library
    /// replaced by the hash of its `.rmeta`, the declared environment and flags. No path outside these.
    pub fingerprint: ContentHash,
    /// Names and versions of direct dependencies, sorted.
    pub versions: Vec<(String, String)>,
    /// rustc's release, such as `1.95.0`.
    pub rustc: String,
    /// Host triple, for `ignore-TARGET`.
    pub host: String,
    /// Hash of the source files of the dependencies that come from paths; tells later, without Cargo, whether the
    /// library has changed since.
    pub sources: ContentHash,
}

/// Which kind of file rustc makes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Emit {
    /// Nothing but errors.
    Metadata,
    /// A program.
    Program,
    /// A program with `--test`.
    TestProgram,
}

/// One call of rustc.
#[derive(Clone, Debug)]
pub struct CompileJob<'a> {
    /// The generated files: path inside the crate's folder and text. The first is the root.
    pub files: &'a [(String, String)],
    /// The folder inside the crate's folder that stands for the site's folder in messages (`--remap-path-prefix`).
    pub remap: &'a str,
    /// What it is compiled against.
    pub linkage: &'a Linkage,
    /// Edition.
    pub edition: &'a str,
    /// Name of the crate.
    pub crate_name: &'a str,
    /// What is made.
    pub emit: Emit,
    /// More arguments for rustc.
    pub flags: &'a [String],
    /// Whether the files that the code includes are wanted (`--emit=dep-info`).
    pub dependencies: bool,
}

/// What rustc did.
#[derive(Clone, Debug)]
pub struct CompileOutcome {
    /// Whether it ended well.
    pub success: bool,
    /// Its messages: one JSON object (`--error-format=json --json=diagnostic-rendered-ansi`) a line.
    pub messages: Vec<String>,
    /// What else it printed on standard error: a crash, a linker's words.
    pub stderr: String,
    /// The program, if one was made. It is removed when the machine is dropped.
    pub program: Option<PathBuf>,
    /// Files that the code includes, outside the crate's folder, with the hash of their bytes; only on request.
    pub included: Vec<(PathBuf, ContentHash)>,
    /// Environment variables that the code reads at compile time, with their values; only on request.
    pub read_env: Vec<(String, Option<String>)>,
    /// A signal or a missing program: rustc crashed, or could not be started. In words.
    pub crash: Option<String>,
}

/// Takes what a program prints, as it comes: whether on standard error, and what. It must not block.
pub type Printed<'a> = &'a (dyn Fn(bool, &[u8]) + Sync);

/// One run of a program.
#[derive(Clone)]
pub struct RunJob<'a> {
    /// The program.
    pub program: &'a std::path::Path,
    /// Environment over that of the program itself.
    pub env: &'a [(String, String)],
    /// How long it may run.
    pub timeout: Duration,
    /// How much memory it may take, in bytes.
    pub memory: u64,
    /// How much of each of its outputs is kept, in bytes.
    pub output: usize,
    /// Where it runs; none: a fresh folder that is removed afterwards.
    pub folder: Option<&'a std::path::Path>,
    /// Who hears what it prints while it runs.
    pub printed: Option<Printed<'a>>,
}

/// How a program ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    /// By itself, with this code.
    Code(i32),
    /// By a signal; what is known about why (memory, file size, disk).
    Signal(i32, Option<String>),
    /// It was ended because its time was over.
    Time,
    /// It was ended because it filled its folder.
    Disk,
    /// It could not be started, or its supervisor was lost (it killed its parent). In words.
    Lost(String),
}

/// What a run came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunOutcome {
    /// How it ended.
    pub end: End,
    /// Standard output, up to the limit.
    pub stdout: Vec<u8>,
    /// Standard error, up to the limit.
    pub stderr: Vec<u8>,
    /// Whether more came than was kept.
    pub cut: bool,
    /// Whether the file that [`PANIC_FILE`] names was written: the harness saw a panic leave `main`.
    pub panicked: bool,
    /// How long it ran.
    pub time: Duration,
}

/// What Cargo said of a package whose file is shown in the docs.
#[derive(Clone, Debug)]
pub struct PackageCheck {
    /// Its `Cargo.toml`, from the site's folder.
    pub manifest: String,
    /// Whether all its targets compile.
    pub success: bool,
    /// rustc's messages as JSON, one a line; their file names start from the site's folder.
    pub messages: Vec<String>,
    /// What else Cargo said.
    pub stderr: String,
    /// Whether one of its targets is made of the file.
    pub covers: bool,
}

/// The variable that holds the path of a file that the harness writes when a panic leaves a sample's `main`.
pub const PANIC_FILE: &str = "DOCPROOF_PANIC_FILE";

/// Cargo, rustc and children, behind a trait. Every call may come from any thread.
pub trait Machine: Send + Sync {
    /// Has Cargo build a library, and tells what rustc needs to use it. Called once for each.
    ///
    /// # Errors
    /// When it cannot be built or resolved, or Cargo is missing.
    fn prepare(&self, library: &Library) -> Result<Linkage, Unusable>;

    /// Calls rustc.
    fn compile(&self, job: &CompileJob<'_>) -> CompileOutcome;

    /// Runs a program in a process group of its own, and ends what is left of it.
    fn run(&self, job: &RunJob<'_>) -> RunOutcome;

    /// Has Cargo check the package that a file belongs to: the nearest `Cargo.toml` above it. Called once for each file;
    /// the package is checked once.
    ///
    /// # Errors
    /// When there is no package, or Cargo cannot be called.
    fn check(&self, path: &str) -> Result<PackageCheck, Unusable>;

    /// How many of these calls are worth making at once.
    fn threads(&self) -> usize;

    /// Hash of a file's bytes, to see whether an included file has changed; none when it cannot be read.
    fn hash_file(&self, path: &std::path::Path) -> Option<ContentHash>;

    /// Ends all that runs, and refuses what comes: the caller has no use for it any more. What was ended has no verdict.
    fn stop(&self) {}
}

/// A cache by content. Entries are whole or absent.
pub trait Store: Sync {
    /// The bytes stored under a key; damaged entries are absent.
    fn get(&self, key: &ContentHash) -> Option<Vec<u8>>;

    /// Stores bytes.
    ///
    /// # Errors
    /// Why it could not be written, in words.
    fn put(&self, key: &ContentHash, bytes: &[u8]) -> Result<(), String>;
}
