//! Calls of rustc.
//!
//! In: generated files and what they are linked with. Out: rustc's messages, the program, the files that the code
//! includes. rustc itself is called, not rustup's proxy, in a folder of this run that nobody else sees.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::time::Duration;

use super::pool::Failure;
use super::shim::SHIM_OUT;
use super::sweep::Folder;
use super::wire::{Done, Ending, Job};
use super::{RealMachine, verify_folder};
use crate::source::ContentHash;
use crate::verify::machine::{CompileJob, CompileOutcome, Emit};

/// How long rustc and other short calls may take.
const PATIENCE: Duration = Duration::from_secs(600);
/// How much of rustc's messages is kept.
const MESSAGES: u64 = 256 << 20;

/// rustc, found once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Compiler {
    /// The program.
    pub path: PathBuf,
    /// All that `-vV` says.
    pub version: String,
}

impl Compiler {
    /// A line of `-vV`, such as `host`.
    pub fn line(&self, name: &str) -> String {
        let found = self
            .version
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        found.unwrap_or_default().to_owned()
    }
}

/// A job without limits but patience.
pub fn plain_job(program: impl Into<OsString>, folder: &Path) -> Job {
    Job {
        program: program.into(),
        folder: folder.to_owned(),
        unset: vec!["RUSTDOC".into(), SHIM_OUT.into()],
        timeout: PATIENCE,
        output: MESSAGES,
        ..Job::default()
    }
}

impl RealMachine {
    /// A path in the folder of this run; nothing is made there.
    pub(super) fn work_path(&self) -> io::Result<PathBuf> {
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        if work.is_none() {
            let place = verify_folder(&self.around.site).join("work");
            fs::create_dir_all(&place)?;
            crate::disk::ignore_cache(&self.around.site)?;
            *work = Some(Folder::make(&place, "")?);
        }
        Ok(work.as_ref().expect("invariant: made above").fresh())
    }

    /// The compiler that was found, else the one that a call without Cargo finds.
    pub(super) fn compiler(&self, beside_cargo: Option<&Path>) -> Result<Compiler, String> {
        let mut known = self.compiler.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*known {
            return Ok(known.clone());
        }
        let found = if let Some(named) = self.around.var("RUSTC") {
            // It may be a script or a proxy that is another compiler tomorrow.
            let path = PathBuf::from(named);
            let version = self.ask(path.clone().into(), &["-vV"])?;
            Compiler { path, version }
        } else {
            let path = match beside_cargo.and_then(beside) {
                Some(path) => path,
                None => self.in_sysroot()?,
            };
            let version = self.version_of(&path)?;
            Compiler { path, version }
        };
        Ok(known.insert(found).clone())
    }

    fn in_sysroot(&self) -> Result<PathBuf, String> {
        let sysroot = self.ask("rustc".into(), &["--print", "sysroot"])?;
        Ok(Path::new(sysroot.trim_end()).join("bin/rustc"))
    }

    /// What `-vV` says. It is remembered until the program is replaced: a run that has nothing to do is short.
    fn version_of(&self, path: &Path) -> Result<String, String> {
        let site = &self.around.site;
        let memory = verify_folder(site).join("rustc");
        let stamp = super::cache::stamp(path).map(|stamp| format!("{stamp}\n"));
        let known = fs::read_to_string(&memory).unwrap_or_default();
        if let Some(version) = stamp.as_ref().and_then(|stamp| known.strip_prefix(stamp)) {
            return Ok(version.to_owned());
        }
        let version = self.ask(path.into(), &["-vV"])?;
        if let Some(stamp) = stamp {
            // Not remembered is asked again.
            let _ =
                super::cache::write_whole(site, &memory, format!("{stamp}{version}").as_bytes());
        }
        Ok(version)
    }

    /// What a program says.
    fn ask(&self, program: OsString, args: &[&str]) -> Result<String, String> {
        let name = program.display().to_string();
        let mut job = plain_job(program, &self.around.site);
        job.args = args.iter().map(OsString::from).collect();
        match self.pool.carry_out(&job) {
            Ok(Done {
                ending: Ending::Code(0),
                stdout,
                ..
            }) => Ok(String::from_utf8_lossy(&stdout).into_owned()),
            Ok(done) => Err(format!(
                "`{name} {}` failed: {}",
                args.join(" "),
                String::from_utf8_lossy(&done.stderr).trim()
            )),
            Err(Failure::Missing) => Err(format!("there is no `{name}` on this machine")),
            Err(Failure::Other(words)) => Err(words),
        }
    }

    /// Calls rustc.
    pub(super) fn call_rustc(&self, job: &CompileJob<'_>) -> CompileOutcome {
        let compiler = match self.compiler(None) {
            Ok(compiler) => compiler,
            Err(words) => return crashed(words),
        };
        let folder = match self.write_files(job.files) {
            Ok(folder) => folder,
            Err(error) => {
                return crashed(format!(
                    "cannot write the generated code: {}",
                    crate::disk::words(&error)
                ));
            }
        };
        let call = rustc_job(&compiler, &folder, job);
        let outcome = match self.pool.carry_out(&call) {
            Ok(done) => read_outcome(done, &folder, job),
            Err(Failure::Missing) => crashed(format!(
                "there is no rustc at `{}`",
                compiler.path.display()
            )),
            Err(Failure::Other(words)) => crashed(words),
        };
        if outcome.program.is_none() {
            super::sweep::remove(&folder);
        }
        self.with_hashes(outcome)
    }

    fn write_files(&self, files: &[(String, String)]) -> io::Result<PathBuf> {
        let folder = self.work_path()?;
        fs::create_dir(&folder)?;
        fs::create_dir(folder.join(OUT))?;
        for (name, text) in files {
            let path = folder.join(name);
            if let Some(place) = path.parent() {
                fs::create_dir_all(place)?;
            }
            fs::write(path, text)?;
        }
        Ok(folder)
    }

    fn with_hashes(&self, mut outcome: CompileOutcome) -> CompileOutcome {
        for (path, hash) in &mut outcome.included {
            if let Some(found) = self.hashes.of(path) {
                *hash = found;
            }
        }
        outcome
    }
}

/// The rustc beside a Cargo, unless both are rustup's proxies.
fn beside(cargo: &Path) -> Option<PathBuf> {
    let path = cargo.with_file_name("rustc");
    let proxy = cargo.with_file_name("rustup").exists();
    (path.is_file() && !proxy).then_some(path)
}

fn rustc_job(compiler: &Compiler, folder: &Path, job: &CompileJob<'_>) -> Job {
    let mut call = plain_job(compiler.path.clone(), folder);
    let root = job.files.first().map_or("main.rs", |(name, _)| name);
    let mut remap = folder.join(job.remap).into_os_string();
    // A prefix that ends in a slash would not be taken for the start of a path.
    remap.push("=");
    let mut args: Vec<OsString> = [
        "--crate-name",
        job.crate_name,
        "--crate-type",
        "bin",
        "--error-format=json",
        "--json=diagnostic-rendered-ansi",
        "-Cdebuginfo=0",
        "--edition",
        job.edition,
        "--remap-path-prefix",
    ]
    .map(OsString::from)
    .into();
    args.push(remap);
    if cfg!(target_os = "linux") {
        // The standard library's line tables: much to copy, and much to read in each panic. Elsewhere this calls a
        // program, which costs more than it saves.
        args.push("-Cstrip=debuginfo".into());
    }
    let kind = match job.emit {
        Emit::Metadata => "metadata",
        Emit::Program | Emit::TestProgram => "link",
    };
    let emit = if job.dependencies {
        format!("{kind},dep-info")
    } else {
        kind.to_owned()
    };
    args.push(format!("--emit={emit}").into());
    if matches!(job.emit, Emit::TestProgram) {
        args.push("--test".into());
    }
    args.push("--out-dir".into());
    args.push(folder.join(OUT).into());
    args.extend(
        job.linkage
            .arguments
            .iter()
            .chain(job.flags)
            .map(OsString::from),
    );
    args.push(folder.join(root).into());
    call.args = args;
    call.env = job
        .linkage
        .env
        .iter()
        .map(|(key, value)| (key.into(), value.into()))
        .collect();
    call
}

/// Where rustc writes, inside the crate's folder: beside generated files it could hit one.
const OUT: &str = ".out";

fn read_outcome(done: Done, folder: &Path, job: &CompileJob<'_>) -> CompileOutcome {
    let text = String::from_utf8_lossy(&done.stderr);
    let (mut messages, mut stderr) = (Vec::new(), String::new());
    for line in text.lines() {
        if line.starts_with('{') {
            messages.push(line.to_owned());
        } else {
            stderr.push_str(line);
            stderr.push('\n');
        }
    }
    let success = done.ending == Ending::Code(0);
    let program = folder.join(OUT).join(job.crate_name);
    let makes_one = success && !matches!(job.emit, Emit::Metadata);
    let (included, read_env) = if job.dependencies {
        dependencies(folder, job.crate_name)
    } else {
        Default::default()
    };
    CompileOutcome {
        success,
        crash: crash(done.ending, &text, &stderr),
        messages,
        stderr,
        program: makes_one.then_some(program),
        included,
        read_env,
    }
}

fn crash(ending: Ending, everything: &str, stderr: &str) -> Option<String> {
    let failed = ending != Ending::Code(0);
    if failed
        && (everything.contains("No space left on device") || everything.contains("os error 28"))
    {
        return Some("the disk is full".into());
    }
    match ending {
        Ending::Code(_) if failed && stderr.contains("the compiler unexpectedly panicked") => {
            Some("rustc crashed".into())
        }
        Ending::Code(_) => None,
        Ending::Signal(signal) => Some(format!("rustc was ended by signal {signal}")),
        Ending::Time => Some(format!(
            "rustc took more than {} minutes",
            PATIENCE.as_secs() / 60
        )),
        Ending::Disk => Some("the disk is full".into()),
    }
}

fn crashed(words: String) -> CompileOutcome {
    CompileOutcome {
        success: false,
        messages: Vec::new(),
        stderr: String::new(),
        program: None,
        included: Vec::new(),
        read_env: Vec::new(),
        crash: Some(words),
    }
}

type Included = Vec<(PathBuf, ContentHash)>;

/// What rustc says that the code depends on: files outside its folder, and environment variables.
fn dependencies(folder: &Path, crate_name: &str) -> (Included, Vec<(String, Option<String>)>) {
    let file = folder.join(OUT).join(format!("{crate_name}.d"));
    let text = fs::read_to_string(file).unwrap_or_default();
    let (mut files, mut variables) = (Vec::new(), Vec::new());
    for variable in text
        .lines()
        .filter_map(|line| line.strip_prefix("# env-dep:"))
    {
        let (name, value) = variable
            .split_once('=')
            .map_or((variable, None), |(name, value)| {
                (name, Some(unescape(value)))
            });
        variables.push((unescape(name), value));
    }
    let inputs = made_files(&text).map(|path| folder.join(path));
    files.extend(
        inputs
            .filter(|path| !path.starts_with(folder))
            .map(|path| (path, ContentHash::of(b""))),
    );
    files.sort();
    files.dedup();
    variables.sort();
    (files, variables)
}

/// The files that rustc says something is made of. Each has a line of its own, with nothing behind the colon.
pub fn made_files(list: &str) -> impl Iterator<Item = PathBuf> {
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    let paths = lines.filter_map(|line| line.strip_suffix(':'));
    paths.map(|path| PathBuf::from(path.replace("\\ ", " ")))
}

/// Undoes rustc's escapes in the values of variables.
fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match (c, c == '\\') {
            (_, true) => match rest.next() {
                Some('n') => plain.push('\n'),
                Some('r') => plain.push('\r'),
                Some(other) => plain.push(other),
                None => {}
            },
            (c, false) => plain.push(c),
        }
    }
    plain
}
