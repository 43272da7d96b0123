//! Times builds of the old site: cold, again with nothing changed, and cold with three versions instead of nineteen.
//!
//! In: a binary. Out: a table, medians of several runs that take turns. Each run is a process of its own, and its
//! pages are counted.

use super::plan::Plan;
use super::write::{self, Written};
use crate::cost::Cost;
use crate::measure::Failure;
use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io, process};

/// Options of `measure`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The docproof to measure.
    #[arg(long, default_value = "target/release/docproof")]
    binary: PathBuf,
    /// Runs of each; medians are reported.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// The seed of the site.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Also write each page to x/index.html.
    #[arg(long)]
    twins: bool,
    /// Fail if the whole takes longer than this many seconds by the clock.
    #[arg(long)]
    at_most: Option<f64>,
}

/// Seconds that one build may take.
const LIMIT: &str = "300";

/// One thing that is timed.
struct Work {
    label: &'static str,
    site: PathBuf,
    written: Written,
    cold: bool,
    costs: Vec<Cost>,
}

/// Measures and prints a table.
///
/// # Errors
/// When a build fails, leaves pages out, or takes longer than it may.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let binary = fs::canonicalize(&arguments.binary)
        .map_err(|error| format!("{}: {error}", arguments.binary.display()))?;
    let folder = crate::scratch().join(format!("docproof-bench-old-{}", process::id()));
    let result = all(arguments, &binary, &folder);
    remove(&folder)?;
    result
}

fn all(arguments: &Arguments, binary: &Path, folder: &Path) -> Result<(), Failure> {
    let plan = Plan::new(arguments.seed);
    let site = |name: &str, versions: usize| -> io::Result<(PathBuf, Written)> {
        let site = folder.join(name);
        let written = write::site(&plan, &site, versions, arguments.twins)?;
        Ok((site, written))
    };
    let (whole, written) = site("whole", usize::MAX)?;
    let (cut, fewer) = site("cut", 3)?;
    let work = |label, site: &Path, written, cold| Work {
        label,
        site: site.to_owned(),
        written,
        cold,
        costs: Vec::new(),
    };
    let mut works = [
        work("cold, up to 19 versions", &whole, written, true),
        work("nothing changed", &whole, written, false),
        work("cold, up to 3 versions", &cut, fewer, true),
    ];
    for _ in 0..arguments.runs {
        for work in &mut works {
            let cost = build(binary, work)?;
            work.costs.push(cost);
        }
    }
    report(&works, arguments.at_most)
}

fn build(binary: &Path, work: &Work) -> Result<Cost, Failure> {
    let out = work.site.join("build");
    if work.cold {
        remove(&out)?;
        remove(&work.site.join(".docproof"))?;
    }
    let log = work.site.join("messages");
    let [build, from, to] = ["build", "--site", "--out"].map(OsStr::new);
    let output = Command::new(env::current_exe()?)
        .args(["child", "--limit", LIMIT, "--"])
        .arg(binary)
        .args([build, from, work.site.as_os_str(), to, out.as_os_str()])
        .stdin(Stdio::null())
        .stderr(fs::File::create(&log)?)
        .output()?;
    if !output.status.success() {
        return Err(format!("{}: failed\n{}", work.label, fs::read_to_string(&log)?).into());
    }
    let pages = html_files(&out)?;
    if pages < work.written.pages {
        return Err(format!(
            "{}: {pages} HTML files for {} pages",
            work.label, work.written.pages
        )
        .into());
    }
    let value: Value = serde_json::from_slice(&output.stdout)?;
    let cost = Cost::from_json(&value).expect("invariant: `child` prints a cost");
    eprintln!("{:>8.3} s  {}", cost.wall, work.label);
    Ok(cost)
}

fn html_files(folder: &Path) -> io::Result<usize> {
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            count += html_files(&entry.path())?;
        } else if entry.path().extension() == Some(OsStr::new("html")) {
            count += 1;
        }
    }
    Ok(count)
}

fn report(works: &[Work], at_most: Option<f64>) -> Result<(), Failure> {
    println!("| work | files | pages | wall | CPU | CPU per page | memory |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for work in works {
        let (wall, cpu) = (median(work, |c| c.wall), median(work, |c| c.cpu));
        println!(
            "| {} | {} | {} | {wall:.2} s | {cpu:.2} s | {:.2} ms | {:.0} MB |",
            work.label,
            work.written.files,
            work.written.pages,
            cpu * 1e3 / work.written.pages as f64,
            median(work, |c| c.memory as f64) / 1e6
        );
    }
    let [whole, _, cut] = works else {
        unreachable!("three works are timed");
    };
    println!(
        "\nAll versions take {:.2} x the processor time of three, for {:.2} x the pages and {:.2} x the files.",
        median(whole, |c| c.cpu) / median(cut, |c| c.cpu),
        whole.written.pages as f64 / cut.written.pages as f64,
        whole.written.files as f64 / cut.written.files as f64,
    );
    match at_most {
        Some(limit) if median(whole, |c| c.wall) > limit => {
            Err(format!("the whole site takes longer than {limit} s").into())
        }
        _ => Ok(()),
    }
}

fn median(work: &Work, of: impl Fn(&Cost) -> f64) -> f64 {
    let mut all: Vec<f64> = work.costs.iter().map(of).collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Removes a folder that may not be there.
fn remove(folder: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", folder.display()).into())
        }
        _ => Ok(()),
    }
}
