//! `docproof-bench`: writes test sites and measures builds of them.
//!
//! In: arguments. Out: folders of Markdown, or figures on standard output. It is a tool for this
//! repository and no part of docproof: it knows only docproof's command line, and uses no network.
//! `benches/README.md` says how to read the figures.

mod code;
mod cost;
mod floor;
mod generate;
mod measure;
mod old;
mod page;
mod random;
mod report;
mod serve;
mod verify;
mod words;

use clap::{Args, Parser, Subcommand};
use measure::{Failure, Settings};
use page::{CodeBlocks, Dialect, Plan};
use serde_json::json;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;
use std::{env, fs, process};

/// Write test sites for docproof and measure builds of them.
#[derive(Parser)]
#[command(name = "docproof-bench", version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Write a test site.
    Generate(Generate),
    /// Read, parse and write a site's pages, and nothing else.
    Floor {
        /// The site: a folder with docs/ in it.
        site: PathBuf,
        /// Keep the HTML here instead of in a temporary folder.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Time builds of several sites, with the floor and peers in the same run.
    Measure(Measure),
    /// Time `docproof serve`: the first page, and edits.
    Serve(serve::Arguments),
    /// Time `docproof verify` beside rustdoc, rustc and Cargo.
    Verify(verify::Arguments),
    /// Write or time the old site: 18 projects that Docusaurus v1 built.
    #[command(subcommand)]
    Old(old::Verb),
    /// Compile one program of all samples of a file and run it once for each (used by verify).
    #[command(hide = true)]
    Single(verify::SingleArguments),
    /// Run one command and print what it cost (used by measure and verify).
    #[command(hide = true)]
    Child {
        /// The exit code that is expected.
        #[arg(long, default_value_t = 0)]
        code: i32,
        /// Where its output goes instead of nowhere.
        #[arg(long)]
        keep: Option<PathBuf>,
        /// Seconds after which the command is stopped.
        #[arg(long)]
        limit: u64,
        /// The command.
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
    },
}

#[derive(Args)]
struct Generate {
    /// The folder to write: new, or empty.
    folder: PathBuf,
    /// How many pages.
    #[arg(long, default_value_t = 1000, value_parser = pages)]
    pages: usize,
    /// Another seed gives another site of the same shape.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Leave the code blocks out; prose takes their room.
    #[arg(long, conflicts_with = "plain_code")]
    no_code: bool,
    /// Keep the code blocks but name no language, so that there is nothing to highlight.
    #[arg(long)]
    plain_code: bool,
    /// For which generator.
    #[arg(long = "for", value_enum, default_value = "docproof")]
    dialect: Dialect,
}

#[derive(Args)]
struct Measure {
    /// The docproof to measure.
    #[arg(long, default_value = "target/release/docproof")]
    binary: PathBuf,
    /// Sizes of sites.
    #[arg(long, value_delimiter = ',', default_value = "100,1000,10000", value_parser = pages)]
    pages: Vec<usize>,
    /// Runs of each; medians are reported.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=99))]
    runs: u16,
    /// Another generator to time, as mdbook=PATH.
    #[arg(long = "peer", value_parser = peer)]
    peers: Vec<(String, PathBuf)>,
    /// The seed of the sites.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Seconds that a single build may take.
    #[arg(long, default_value_t = 900)]
    limit: u64,
    /// Where the sites are written for the time being (default: memory where there is /dev/shm).
    #[arg(long)]
    scratch: Option<PathBuf>,
    /// Also write every figure to this file.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// A number of pages: bounded, because each is a file.
fn pages(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(pages @ 1..=100_000) => Ok(pages),
        _ => Err("expected a number from 1 to 100000".to_owned()),
    }
}

fn peer(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some(("mdbook", path)) => Ok(("mdbook".to_owned(), PathBuf::from(path))),
        _ => Err("expected mdbook=PATH".to_owned()),
    }
}

fn main() -> ExitCode {
    let result = match Arguments::parse().verb {
        Verb::Generate(arguments) => generate(&arguments),
        Verb::Floor { site, out } => floor(&site, out),
        Verb::Measure(arguments) => measure(arguments),
        Verb::Serve(arguments) => serve::run(&arguments),
        Verb::Verify(arguments) => verify::run(&arguments),
        Verb::Old(verb) => old::run(&verb),
        Verb::Single(arguments) => verify::single(&arguments),
        Verb::Child {
            limit,
            code,
            keep,
            command,
        } => child(Duration::from_secs(limit), code, keep, &command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn generate(arguments: &Generate) -> Result<(), Failure> {
    let code = match (arguments.no_code, arguments.plain_code) {
        (true, _) => CodeBlocks::None,
        (_, true) => CodeBlocks::Plain,
        _ => CodeBlocks::Highlighted,
    };
    let plan = Plan {
        pages: arguments.pages,
        seed: arguments.seed,
        code,
        dialect: arguments.dialect,
    };
    let written = generate::site(&plan, &arguments.folder)?;
    println!(
        "{} pages, {} bytes of Markdown in {}",
        written.pages,
        written.bytes,
        arguments.folder.display()
    );
    Ok(())
}

fn floor(site: &std::path::Path, out: Option<PathBuf>) -> Result<(), Failure> {
    let temporary = out.is_none();
    let out =
        out.unwrap_or_else(|| env::temp_dir().join(format!("docproof-floor-{}", process::id())));
    let result = floor::run(site, &out);
    if temporary && out.exists() {
        fs::remove_dir_all(&out)?;
    }
    let floor = result?;
    let counts =
        json!({ "pages": floor.pages, "bytes_in": floor.bytes_in, "bytes_out": floor.bytes_out });
    println!(
        "{}",
        json!({ "counts": counts, "cost": floor.cost.to_json() })
    );
    Ok(())
}

fn measure(arguments: Measure) -> Result<(), Failure> {
    let mut pages = arguments.pages;
    // Growth is told against the next smaller site.
    pages.sort_unstable();
    pages.dedup();
    let settings = Settings {
        binary: fs::canonicalize(&arguments.binary)
            .map_err(|error| format!("{}: {error}", arguments.binary.display()))?,
        pages,
        runs: usize::from(arguments.runs),
        peers: arguments.peers,
        folder: arguments
            .scratch
            .unwrap_or_else(scratch)
            .join(format!("docproof-bench-{}", process::id())),
        seed: arguments.seed,
        limit: Duration::from_secs(arguments.limit),
    };
    let samples = measure::run(&settings)?;
    let rows = report::rows(&samples);
    print!("{}", report::markdown(&rows));
    if let Some(path) = arguments.json {
        fs::write(path, format!("{:#}\n", report::json(&rows, &samples)))?;
    }
    Ok(())
}

/// A folder in memory if there is one: on disk the same program was seen to take from 0.7 to 11 s,
/// by what was deleted before it, and the files of a disk's cache are not what is to be measured.
fn scratch() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() {
        memory
    } else {
        env::temp_dir()
    }
}

/// Prints the cost of a command; its own output is dropped or kept in a file, its messages pass through.
fn child(
    limit: Duration,
    code: i32,
    keep: Option<PathBuf>,
    command: &[OsString],
) -> Result<(), Failure> {
    let (program, arguments) = command.split_first().ok_or("no command")?;
    let output = match keep {
        Some(path) => Stdio::from(fs::File::create(path)?),
        None => Stdio::null(),
    };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(output);
    let (status, cost) = cost::of_child(&mut command, limit)
        .map_err(|error| format!("{}: {error}", program.display()))?;
    if status.code() != Some(code) {
        return Err(format!("{}: {status}, expected {code}", program.display()).into());
    }
    println!("{}", cost.to_json());
    Ok(())
}
