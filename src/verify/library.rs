//! What a docs version's samples are compiled against.
//!
//! In: the checked `verify:` tables. Out: plain data that a machine can turn into arguments for rustc.

use std::time::Duration;

/// Where the dependencies of samples come from.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Dependencies {
    /// The standard library only.
    None,
    /// A package of the site's own workspace, with its dev-dependencies, as `cargo test --doc -p NAME` has them.
    Package {
        /// Path of the `Cargo.toml` of the package or workspace, from the site's folder.
        manifest: String,
        /// Its name; none for the manifest's own package.
        name: Option<String>,
        /// Features to switch on.
        features: Vec<String>,
        /// Without the default features.
        no_default_features: bool,
    },
    /// A Cargo `[dependencies]` table, as TOML; paths in it start from the site's folder.
    Table {
        /// The table's inside: `name = { ... }` lines, sorted by name.
        toml: String,
    },
}

/// One library that samples are verified against.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Library {
    /// A few words that name it in messages: `current docs`, `version 1.0.X`.
    pub name: String,
    /// Where dependencies come from.
    pub dependencies: Dependencies,
    /// Edition of samples that name none; none: the package's own, else 2024.
    pub edition: Option<String>,
    /// Environment of the compiler and of the samples, sorted.
    pub env: Vec<(String, String)>,
    /// Arguments for rustc, such as `--cfg=docs`.
    pub rustflags: Vec<String>,
    /// How long a sample may run.
    pub timeout: Duration,
    /// How much memory a sample may take, in bytes.
    pub memory: u64,
}

/// How long a sample may run unless it or the configuration says otherwise.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// How much memory a sample may take unless the configuration says otherwise.
pub const DEFAULT_MEMORY: u64 = 2 << 30;
