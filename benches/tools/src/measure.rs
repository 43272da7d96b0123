//! Times builds of generated sites, the floor and peers in turn, in one run on one machine.
//!
//! In: a binary, numbers of pages, how many runs. Out: a [`Sample`] for every single run. Each run is
//! a process of its own, and each build is checked for what it should have written, so that a build
//! that does nothing is not taken for a fast one. It works in a folder of its own and removes it.

use crate::cost::Cost;
use crate::generate;
use crate::page::{CodeBlocks, Dialect, Plan};
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Why measuring ended early, as text for a person.
pub type Failure = Box<dyn std::error::Error>;

/// What is timed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// Read, parse, write; nothing else.
    Floor,
    /// Docproof with no output and no cache there.
    Cold,
    /// The same on a site whose code blocks have no language.
    ColdPlain,
    /// Docproof again, with nothing changed.
    Warm,
    /// Docproof again, with one page changed.
    Edited,
    /// Another generator with no output there, by its name.
    Peer(String),
}

impl Work {
    /// The name of the row in the report.
    pub fn label(&self) -> String {
        match self {
            Self::Floor => "floor: read, parse, write".to_owned(),
            Self::Cold => "docproof, cold".to_owned(),
            Self::ColdPlain => "docproof, cold, nothing to highlight".to_owned(),
            Self::Warm => "docproof, nothing changed".to_owned(),
            Self::Edited => "docproof, one page edited".to_owned(),
            Self::Peer(name) => format!("{name}, cold"),
        }
    }
}

/// One run.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Pages of the site.
    pub pages: usize,
    /// What was run.
    pub work: Work,
    /// What it cost.
    pub cost: Cost,
}

/// What to measure.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The docproof to measure.
    pub binary: PathBuf,
    /// Numbers of pages, one site for each.
    pub pages: Vec<usize>,
    /// Runs of each work; the report takes the median.
    pub runs: usize,
    /// Other generators by name; only `mdbook` is known.
    pub peers: Vec<(String, PathBuf)>,
    /// Where the sites are written; made, and removed at the end.
    pub folder: PathBuf,
    /// The seed of the sites.
    pub seed: u64,
    /// No single run may take longer.
    pub limit: Duration,
}

/// Measures everything, smallest site first, and reports each run on standard error.
///
/// # Errors
/// When a site cannot be written, or a build fails or leaves pages out.
pub fn run(settings: &Settings) -> Result<Vec<Sample>, Failure> {
    fs::create_dir(&settings.folder)
        .map_err(|error| format!("{}: {error}", settings.folder.display()))?;
    let result = settings
        .pages
        .iter()
        .try_fold(Vec::new(), |mut all, &pages| {
            all.extend(Bench::new(settings, pages)?.run()?);
            Ok(all)
        });
    fs::remove_dir_all(&settings.folder)?;
    result
}

/// The sites of one size.
struct Bench<'a> {
    settings: &'a Settings,
    plan: Plan,
    site: PathBuf,
    plain: PathBuf,
    book: PathBuf,
}

impl<'a> Bench<'a> {
    fn new(settings: &'a Settings, pages: usize) -> Result<Self, Failure> {
        let plan = Plan {
            pages,
            seed: settings.seed,
            code: CodeBlocks::Highlighted,
            dialect: Dialect::Docproof,
        };
        let folder = |name: &str| settings.folder.join(format!("{name}-{pages}"));
        let (site, plain, book) = (folder("site"), folder("plain"), folder("book"));
        generate::site(&plan, &site)?;
        generate::site(
            &Plan {
                code: CodeBlocks::Plain,
                ..plan
            },
            &plain,
        )?;
        if !settings.peers.is_empty() {
            generate::site(
                &Plan {
                    dialect: Dialect::Mdbook,
                    ..plan
                },
                &book,
            )?;
        }
        Ok(Self {
            settings,
            plan,
            site,
            plain,
            book,
        })
    }

    /// Every work in turn, then again: a machine that slows down for a while slows all of them.
    fn run(&self) -> Result<Vec<Sample>, Failure> {
        // The first run finds memory that the machine has to fetch first; it is not counted.
        self.floor()?;
        let mut samples = Vec::new();
        for run in 0..self.settings.runs {
            samples.push(self.floor()?);
            samples.push(self.cold(Work::Cold, &self.site)?);
            samples.push(self.build(Work::Warm, &self.site)?);
            samples.push(self.edited(run)?);
            samples.push(self.cold(Work::ColdPlain, &self.plain)?);
            for (name, binary) in &self.settings.peers {
                samples.push(self.peer(name, binary)?);
            }
        }
        for folder in [&self.site, &self.plain, &self.book] {
            remove(folder)?;
        }
        Ok(samples)
    }

    fn floor(&self) -> Result<Sample, Failure> {
        let out = self.settings.folder.join("floor");
        remove(&out)?;
        let this = std::env::current_exe()?;
        let arguments = [
            OsStr::new("floor"),
            self.site.as_os_str(),
            OsStr::new("--out"),
            out.as_os_str(),
        ];
        let sample = self.time(Work::Floor, &this, &arguments)?;
        self.expect_pages(&out)?;
        remove(&out)?;
        Ok(sample)
    }

    /// Builds a site with neither output nor cache there.
    fn cold(&self, work: Work, site: &Path) -> Result<Sample, Failure> {
        remove(&site.join("build"))?;
        remove(&site.join(".docproof"))?;
        self.build(work, site)
    }

    fn build(&self, work: Work, site: &Path) -> Result<Sample, Failure> {
        let out = site.join("build");
        let [build, from, to] = ["build", "--site", "--out"].map(OsStr::new);
        let sample = self.time(
            work,
            &self.settings.binary,
            &[build, from, site.as_os_str(), to, out.as_os_str()],
        )?;
        self.expect_pages(&out)?;
        Ok(sample)
    }

    /// Changes a page in the middle of the site, builds, and looks for the change in the output.
    fn edited(&self, run: usize) -> Result<Sample, Failure> {
        let page = self.plan.pages / 2;
        let mark = format!("The edit of run {run} stands here.");
        let path = self.site.join("docs").join(self.plan.path(page));
        fs::OpenOptions::new()
            .append(true)
            .open(&path)?
            .write_all(format!("\n{mark}\n").as_bytes())?;
        let sample = self.build(Work::Edited, &self.site)?;
        let name = OsString::from(format!("{}.html", self.plan.name(page)));
        let outputs = files(&self.site.join("build"))?;
        let output = outputs
            .iter()
            .find(|file| file.file_name() == Some(&name))
            .ok_or("the edited page is missing")?;
        if !fs::read_to_string(output)?.contains(&mark) {
            return Err(format!("{} does not show the edit", output.display()).into());
        }
        Ok(sample)
    }

    fn peer(&self, name: &str, binary: &Path) -> Result<Sample, Failure> {
        let out = self.book.join("book");
        remove(&out)?;
        let sample = self.time(
            Work::Peer(name.to_owned()),
            binary,
            &[OsStr::new("build"), self.book.as_os_str()],
        )?;
        self.expect_pages(&out)?;
        Ok(sample)
    }

    /// Runs a command through a process that does nothing but watch it.
    fn time(&self, work: Work, program: &Path, arguments: &[&OsStr]) -> Result<Sample, Failure> {
        let limit = self.settings.limit.as_secs().to_string();
        let output = Command::new(std::env::current_exe()?)
            .args(["child", "--limit", &limit, "--"])
            .arg(program)
            .args(arguments)
            .stdin(Stdio::null())
            .output()?;
        let (label, pages) = (work.label(), self.plan.pages);
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(
                format!("{label}, {pages} pages: failed\n{}", last_lines(&said, 30)).into(),
            );
        }
        let value: Value = serde_json::from_slice(&output.stdout)?;
        let cost = Cost::from_json(&value).expect("invariant: `child` prints a cost");
        eprintln!("{pages:>6} pages  {:>8.3} s  {label}", cost.wall);
        Ok(Sample { pages, work, cost })
    }

    fn expect_pages(&self, out: &Path) -> Result<(), Failure> {
        if !out.is_dir() {
            return Err(format!("{} was not written", out.display()).into());
        }
        let written = files(out)?
            .iter()
            .filter(|file| file.extension() == Some(OsStr::new("html")))
            .count();
        if written < self.plan.pages {
            return Err(format!(
                "{}: {written} HTML files for {} pages",
                out.display(),
                self.plan.pages
            )
            .into());
        }
        Ok(())
    }
}

/// The last lines of a text: where a program says why it failed.
fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
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

/// All files below a folder, links not followed.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path())
            } else {
                found.push(entry.path())
            }
        }
    }
    Ok(found)
}
