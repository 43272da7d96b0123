//! The command line: one file per command, the only printer, the only reader of the environment.
//!
//! In: arguments. Out: an exit code: 0 fine, 1 problems found in the content, 2 usage, configuration or a
//! failure of the world, 70 a bug.

mod baseline;
mod build;
mod clean;
mod completions;
mod copies;
mod import;
mod init;
mod lint;
mod man;
mod open;
mod report;
mod serve;
mod verify;
mod version;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

/// Everything went well.
pub const FINE: u8 = 0;
/// Problems were found in the content.
pub const PROBLEMS: u8 = 1;
/// The call, the configuration or the machine is at fault.
pub const USAGE: u8 = 2;
/// A bug in Docproof.
pub const BUG: u8 = 70;

/// A documentation site generator that proves its docs.
#[derive(Parser, Debug)]
#[command(name = "docproof", version, about, max_term_width = 100)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(clap::Args, Clone, Debug)]
pub struct Common {
    /// The site's folder, with its docproof.yaml
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    pub site: PathBuf,
    /// How messages are printed
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub color: Colour,
}

/// How messages are printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Format {
    /// As rustc prints them.
    Human,
    /// One JSON object a line, on standard output.
    Json,
    /// JUnit's XML, on standard output; `verify` and `lint` only.
    Junit,
    /// Annotations for GitHub Actions.
    Github,
}

/// When to use colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Make a new site
    Init(init::InitArgs),
    /// Write the configuration of a site that was made for another generator
    Import(import::ImportArgs),
    /// Build the site
    Build(build::BuildArgs),
    /// Serve the site on this machine, always as its files are
    Serve(serve::ServeArgs),
    /// Compile and run every Rust sample against the library of its docs version
    Verify(verify::VerifyArgs),
    /// Find what is wrong with the docs and stops no build
    Lint(lint::LintArgs),
    /// Show which pages copy the text of others, and bring stale copies up to date
    Copies(copies::CopiesArgs),
    /// Cut, remove and list versions of the docs
    Version(version::VersionArgs),
    /// Remove the built site and the cache
    Clean(clean::CleanArgs),
    /// Print a completion script for a shell
    Completions(completions::CompletionsArgs),
    /// Print the manual page
    Man(man::ManArgs),
}

/// Runs the program.
pub fn main() -> ExitCode {
    if let Some(code) = as_child() {
        return ExitCode::from(code);
    }
    quiet_contained_panics();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { USAGE } else { FINE });
        }
    };
    let code = std::panic::catch_unwind(|| run(args)).unwrap_or(BUG);
    ExitCode::from(code)
}

/// Docproof starts itself to watch over the programs that it runs, and to hear what Cargo says to rustdoc. The exit
/// code, if this is such a run.
fn as_child() -> Option<u8> {
    let mut args = std::env::args_os().skip(1);
    if let Some(out) = std::env::var_os(crate::toolchain::shim::SHIM_OUT) {
        let (args, env): (Vec<_>, Vec<_>) = (args.collect(), std::env::vars_os().collect());
        return Some(crate::toolchain::shim::act(out.as_ref(), &args, &env));
    }
    let supervises = args
        .next()
        .is_some_and(|arg| arg == crate::toolchain::SUPERVISE);
    supervises.then(|| {
        if crate::toolchain::supervise::serve() {
            FINE
        } else {
            BUG
        }
    })
}

fn run(args: Args) -> u8 {
    let has_junit = matches!(args.command, Command::Verify(_) | Command::Lint(_));
    if args.common.format == Format::Junit && !has_junit {
        let hint = "the others are: human, json, github";
        report::failure(
            &args.common,
            "only `verify` and `lint` have a report for JUnit",
            Some(hint),
        );
        return USAGE;
    }
    match args.command {
        Command::Init(own) => init::run(&args.common, &own),
        Command::Import(own) => import::run(&args.common, &own),
        Command::Build(own) => build::run(&args.common, &own),
        Command::Serve(own) => serve::run(&args.common, &own),
        Command::Verify(own) => verify::run(&args.common, &own),
        Command::Lint(own) => lint::run(&args.common, &own),
        Command::Copies(own) => copies::run(&args.common, &own),
        Command::Version(own) => version::run(&args.common, &own),
        Command::Clean(own) => clean::run(&args.common, &own),
        Command::Completions(own) => completions::run(&own),
        Command::Man(own) => man::run(&args.common, &own),
    }
}

/// A panic in a highlighting grammar is caught and becomes a warning; any other is a bug to report.
fn quiet_contained_panics() {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if crate::render::highlight::is_contained_panic() {
            return;
        }
        default(panic);
        eprintln!(
            "\ndocproof: this is a bug. Please report it with the text above and, if you can, the page that was being built."
        );
    }));
}
