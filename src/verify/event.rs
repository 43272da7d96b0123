//! What happens during a run, for the terminal, JSON, JUnit and CI annotations alike.

use super::verdict::Verdict;

/// Something that happened. Numbers of samples and libraries are places in the lists that the engine got.
#[derive(Clone, Debug)]
pub enum Event {
    /// Cargo builds a library.
    Preparing {
        /// Its number.
        library: usize,
    },
    /// A library is ready.
    Prepared {
        /// Its number.
        library: usize,
        /// Names and versions of its direct dependencies.
        versions: Vec<(String, String)>,
        /// rustc's release, such as `1.95.0`.
        rustc: String,
    },
    /// A library cannot be used; each of its samples gets a verdict of its own as well.
    LibraryFailed {
        /// Its number.
        library: usize,
        /// What is wrong, a fragment.
        message: String,
        /// What Cargo said, as it said it (with colours).
        details: String,
        /// What to do.
        hint: Option<String>,
    },
    /// The cache was looked through.
    Planned {
        /// Samples whose verdict was known.
        cached: usize,
        /// Samples to compile.
        fresh: usize,
    },
    /// A sample's verdict.
    Verdict {
        /// The sample's number.
        sample: usize,
        /// Its verdict.
        verdict: Box<Verdict>,
        /// Whether it came from the cache.
        cached: bool,
    },
    /// Something that is worth a line and changes no verdict, such as a cache that cannot be written. Said once each.
    Note(String),
}

/// Takes events, from any thread.
pub type Listener<'a> = &'a (dyn Fn(Event) + Sync);

/// What happens while one program is tried.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// Cargo builds the library, if that has to be.
    Preparing,
    /// rustc is called.
    Compiling,
    /// The program runs.
    Running,
    /// It has printed something.
    Printed {
        /// On standard error.
        error: bool,
        /// What.
        bytes: &'a [u8],
    },
}

/// Takes steps, from any thread. It must not block.
pub type Hear<'a> = &'a (dyn Fn(Step<'_>) + Sync);
