//! `docproof-bench verify`: the four rows of the speed table, each beside what it is compared with, in one run.
//!
//! In: a docproof. Out: a table with ratios of processor time, and whether each goal is reached. Processor time is that of all
//! processes that a work starts. The works take turns, so that a slow minute of the machine is everybody's.

mod samples;
mod single;
mod site;
mod table;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, process};

use serde_json::Value;

use crate::cost::Cost;
use crate::measure::Failure;
use site::Site;

/// Options of `verify`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The docproof to measure.
    #[arg(long, default_value = "target/release/docproof")]
    binary: PathBuf,
    /// Runs of each; medians are reported.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=99))]
    runs: u16,
    /// Samples of the cold site.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(20..=5000))]
    cold: u16,
    /// Samples of the large site.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u16).range(20..=5000))]
    large: u16,
    /// Samples of two to six lines, not of ten to twenty.
    #[arg(long)]
    small: bool,
    /// How often rustdoc compiles a broken bundle; it takes half a minute each time.
    #[arg(long, default_value_t = 1)]
    broken_runs: u16,
    /// Where the sites are written for the time being.
    #[arg(long)]
    scratch: Option<PathBuf>,
    /// Also write every figure to this file.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Fail if a goal is missed.
    #[arg(long)]
    check: bool,
}

/// Options of `single`.
#[derive(clap::Args)]
pub struct SingleArguments {
    /// A file of samples as JSON.
    samples: PathBuf,
    /// rustc.
    #[arg(long)]
    rustc: PathBuf,
    /// The library.
    #[arg(long)]
    rlib: PathBuf,
    /// Where to work.
    #[arg(long)]
    folder: PathBuf,
    /// Compile the first sample only, and do not run it.
    #[arg(long)]
    alone: bool,
}

/// Runs `single`.
///
/// # Errors
/// When rustc refuses a sample or one does not end well.
pub fn single(arguments: &SingleArguments) -> Result<(), Failure> {
    let samples: Vec<String> = serde_json::from_slice(&fs::read(&arguments.samples)?)?;
    if !arguments.alone {
        return single::run(
            &samples,
            &arguments.rustc,
            &arguments.rlib,
            &arguments.folder,
        );
    }
    let (source, binary) = (
        arguments.folder.join("alone.rs"),
        arguments.folder.join("alone"),
    );
    fs::write(&source, single::program(&samples[..1]))?;
    single::compile(&arguments.rustc, &arguments.rlib, &source, &binary)
}

/// What is timed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Work {
    /// `docproof verify` of the cold site, without a verdict in its cache.
    Cold,
    /// `rustdoc --test --edition 2024` of the same samples.
    ColdRustdoc,
    /// One rustc run over the same code, and the processes.
    ColdSingle,
    /// [`Work::Cold`] with one sample that does not compile.
    Broken,
    /// [`Work::ColdRustdoc`] with that sample.
    BrokenRustdoc,
    /// `docproof verify` of the large site with nothing changed.
    Warm,
    /// `docproof verify` of the large site with one sample edited.
    Edited,
    /// rustc on that sample alone.
    Alone,
    /// `cargo build` of the library with nothing changed.
    CargoFresh,
}

/// One run.
#[derive(Clone, Copy, Debug)]
pub struct Timed {
    /// What was run.
    pub work: Work,
    /// What it cost.
    pub cost: Cost,
}

/// Runs `verify`.
///
/// # Errors
/// When a work fails or gives wrong verdicts, or, if that is asked for, a goal is missed.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let scratch = arguments.scratch.clone().unwrap_or_else(env::temp_dir);
    let folder = scratch.join(format!("docproof-verify-{}", process::id()));
    fs::create_dir_all(&folder)?;
    let result = Bench::new(arguments, &folder).and_then(Bench::run);
    fs::remove_dir_all(&folder)?;
    let timed = result?;
    let rows = table::rows(&timed);
    print!("{}", table::markdown(&timed, &rows));
    if let Some(path) = &arguments.json {
        fs::write(path, format!("{:#}\n", table::json(&timed, &rows)))?;
    }
    if arguments.check && rows.iter().any(|row| !row.reached()) {
        return Err("a goal was missed".into());
    }
    Ok(())
}

struct Bench<'a> {
    arguments: &'a Arguments,
    folder: PathBuf,
    binary: PathBuf,
    rustc: PathBuf,
    rustdoc: PathBuf,
    rlib: PathBuf,
    cold: Site,
    broken: Site,
    large: Site,
    timed: Vec<Timed>,
}

impl<'a> Bench<'a> {
    fn new(arguments: &'a Arguments, folder: &Path) -> Result<Self, Failure> {
        let binary = fs::canonicalize(&arguments.binary)
            .map_err(|error| format!("{}: {error}", arguments.binary.display()))?;
        let (count, large) = (usize::from(arguments.cold), usize::from(arguments.large));
        let small = arguments.small;
        let cold = Site::write(&folder.join("cold"), count, small, false)?;
        let broken = Site::write(&folder.join("broken"), count, small, true)?;
        let large = Site::write(&folder.join("large"), large, small, false)?;
        // Not the proxy of rustup: its start is no part of what is compared.
        let sysroot = said("rustc", &["--print", "sysroot"])?;
        let bin = Path::new(sysroot.trim()).join("bin");
        let bench = Self {
            arguments,
            folder: folder.to_owned(),
            binary,
            rustc: bin.join("rustc"),
            rustdoc: bin.join("rustdoc"),
            rlib: cold.folder.join("shop/target/debug/libshop.rlib"),
            cold,
            broken,
            large,
            timed: Vec::new(),
        };
        for site in [&bench.cold, &bench.large] {
            let samples: Vec<String> = (0..site.samples)
                .map(|number| site.sample(number))
                .collect();
            fs::write(
                site.folder.join("samples.json"),
                serde_json::to_vec(&samples)?,
            )?;
            bench.cargo(site)?;
        }
        Ok(bench)
    }

    /// Everything in turn, again and again.
    fn run(mut self) -> Result<Vec<Timed>, Failure> {
        // Builds the libraries, fills the caches, and is not counted.
        self.docproof(Work::Cold)?;
        self.docproof(Work::Broken)?;
        self.docproof(Work::Warm)?;
        let first = self.timed.len();
        for run in 0..usize::from(self.arguments.runs) {
            self.docproof(Work::Cold)?;
            self.rustdoc(Work::ColdRustdoc)?;
            self.single(Work::ColdSingle)?;
            self.docproof(Work::Broken)?;
            if run < usize::from(self.arguments.broken_runs) {
                self.rustdoc(Work::BrokenRustdoc)?;
            }
            self.docproof(Work::Warm)?;
            let number = (run * 37 + 11) % self.large.samples;
            let sample = self.large.edit(number)?;
            let samples = serde_json::to_vec(&[sample])?;
            fs::write(self.large.folder.join("samples.json"), samples)?;
            self.docproof(Work::Edited)?;
            self.single(Work::Alone)?;
            let fresh = self.cargo(&self.large)?;
            self.keep(Work::CargoFresh, fresh);
        }
        Ok(self.timed.split_off(first))
    }

    fn keep(&mut self, work: Work, cost: Cost) {
        eprintln!("{:>8.3} s CPU  {:>8.3} s  {work:?}", cost.cpu, cost.wall);
        self.timed.push(Timed { work, cost });
    }

    fn docproof(&mut self, work: Work) -> Result<(), Failure> {
        let site = match work {
            Work::Cold => &self.cold,
            Work::Broken => &self.broken,
            _ => &self.large,
        };
        if matches!(work, Work::Cold | Work::Broken) {
            let cache = site.folder.join(".docproof/verify/cache");
            if cache.exists() {
                // Not removed: ext4 would look at each inode that was freed within the last seconds before it takes
                // one for the next run, which cost a third of it. A user's cold cache was not full a moment ago.
                fs::rename(
                    cache,
                    self.folder.join(format!("cache-{}", self.timed.len())),
                )?;
            }
        }
        let failed = usize::from(work == Work::Broken);
        let arguments = [
            OsStr::new("verify"),
            OsStr::new("--format"),
            OsStr::new("json"),
            OsStr::new("--site"),
            site.folder.as_os_str(),
        ];
        let (cost, output) = self.time(&self.binary, &arguments, i32::from(failed > 0))?;
        let last: Value = serde_json::from_str(output.lines().last().ok_or("no output")?)?;
        let counts = ["samples", "failed"].map(|key| last[key].as_u64().unwrap_or(0) as usize);
        if counts != [site.samples, failed] {
            return Err(format!(
                "{work:?}: samples and failures {counts:?}, expected {:?}",
                [site.samples, failed]
            )
            .into());
        }
        let cached = last["cached"].as_u64().unwrap_or(0) as usize;
        let known = match work {
            Work::Cold | Work::Broken => 0,
            Work::Edited => site.samples - 1,
            _ if self.timed.iter().any(|one| one.work == Work::Warm) => site.samples,
            // Fills the cache.
            _ => cached,
        };
        if cached != known {
            return Err(format!("{work:?}: {cached} from the cache, expected {known}").into());
        }
        self.keep(work, cost);
        Ok(())
    }

    fn rustdoc(&mut self, work: Work) -> Result<(), Failure> {
        let (site, failed) = match work {
            Work::BrokenRustdoc => (&self.broken, 1),
            _ => (&self.cold, 0),
        };
        let mut library = OsString::from("shop=");
        library.push(&self.rlib);
        let page = site.folder.join("all.md");
        let arguments = [
            OsStr::new("--test"),
            OsStr::new("--edition"),
            OsStr::new("2024"),
            OsStr::new("--extern"),
            &library,
            page.as_os_str(),
        ];
        let code = if failed > 0 { 101 } else { 0 };
        let (cost, output) = self.time(&self.rustdoc, &arguments, code)?;
        let passed = format!("{} passed; {failed} failed", site.samples - failed);
        if !output.contains(&passed) {
            return Err(format!("{work:?}: not `{passed}`").into());
        }
        self.keep(work, cost);
        Ok(())
    }

    fn single(&mut self, work: Work) -> Result<(), Failure> {
        let site = if work == Work::Alone {
            &self.large
        } else {
            &self.cold
        };
        let samples = site.folder.join("samples.json");
        let this = env::current_exe()?;
        let mut arguments = vec![
            OsStr::new("single"),
            samples.as_os_str(),
            OsStr::new("--rustc"),
            self.rustc.as_os_str(),
            OsStr::new("--rlib"),
            self.rlib.as_os_str(),
            OsStr::new("--folder"),
            self.folder.as_os_str(),
        ];
        if work == Work::Alone {
            arguments.push(OsStr::new("--alone"));
        }
        let (cost, _) = self.time(&this, &arguments, 0)?;
        self.keep(work, cost);
        Ok(())
    }

    /// Builds a site's library where its own Cargo would; the second time there is nothing to do.
    fn cargo(&self, site: &Site) -> Result<Cost, Failure> {
        let manifest = site.folder.join("shop/Cargo.toml");
        let arguments = [
            OsStr::new("build"),
            OsStr::new("--quiet"),
            OsStr::new("--offline"),
            OsStr::new("--manifest-path"),
            manifest.as_os_str(),
        ];
        let target = site.folder.join("shop/target");
        let cargo = self.rustc.with_file_name("cargo");
        Ok(self.time_with(&cargo, &arguments, 0, Some(&target))?.0)
    }

    fn time(
        &self,
        program: &Path,
        arguments: &[&OsStr],
        code: i32,
    ) -> Result<(Cost, String), Failure> {
        self.time_with(program, arguments, code, None)
    }

    /// Runs a command through a process that does nothing but watch it; its cost and its output.
    fn time_with(
        &self,
        program: &Path,
        arguments: &[&OsStr],
        code: i32,
        target: Option<&Path>,
    ) -> Result<(Cost, String), Failure> {
        let kept = self.folder.join("output");
        let mut command = Command::new(env::current_exe()?);
        command
            .args([
                "child",
                "--limit",
                "900",
                "--code",
                &code.to_string(),
                "--keep",
            ])
            .arg(&kept)
            .arg("--")
            .arg(program)
            .args(arguments)
            // Where rustdoc's samples run.
            .current_dir(&self.folder)
            .env_remove("CARGO_TARGET_DIR")
            .stdin(Stdio::null());
        if let Some(target) = target {
            command.env("CARGO_TARGET_DIR", target);
        }
        let output = command.output()?;
        let printed = fs::read_to_string(&kept).unwrap_or_default();
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            let name = program.display();
            let printed: String = printed.chars().take(4_000).collect();
            return Err(format!("{name}: {words}\n{printed}").into());
        }
        let value: Value = serde_json::from_slice(&output.stdout)?;
        let cost = Cost::from_json(&value).expect("invariant: `child` prints a cost");
        Ok((cost, printed))
    }
}

/// What a command prints.
fn said(program: &str, arguments: &[&str]) -> Result<String, Failure> {
    let output = Command::new(program).args(arguments).output()?;
    if !output.status.success() {
        return Err(format!("{program}: {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
