//! The site of 18 projects that Docusaurus v1 built: written anew, and timed.
//!
//! In: arguments. Out: a folder, or figures on standard output. Its shape and its counts are those of a real site
//! ([`counts`]); all of its words are made here.

mod counts;
mod deal;
mod measure;
mod plan;
mod snippet;
#[cfg(test)]
mod tests;
mod text;
mod write;

use crate::generate::refuse_used_folder;
use crate::measure::Failure;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What can be done with it.
#[derive(Subcommand)]
pub enum Verb {
    /// Write the site, with what Docusaurus v1 and what Docproof needs to build it.
    Generate(Generate),
    /// Time builds of it: whole, and cut to three versions.
    Measure(measure::Arguments),
}

/// Options of `generate`.
#[derive(Args)]
pub struct Generate {
    /// The folder to write: new, or empty.
    folder: PathBuf,
    /// Another seed gives another site of the same shape.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many versions a project has at most.
    #[arg(long, default_value_t = 19)]
    versions: usize,
    /// Also have each page at x/index.html, as Docusaurus v1's cleanUrl does.
    #[arg(long)]
    twins: bool,
}

/// Runs it.
///
/// # Errors
/// When a folder cannot be written, or a build fails.
pub fn run(verb: &Verb) -> Result<(), Failure> {
    match verb {
        Verb::Generate(arguments) => generate(arguments),
        Verb::Measure(arguments) => measure::run(arguments),
    }
}

fn generate(arguments: &Generate) -> Result<(), Failure> {
    refuse_used_folder(&arguments.folder)?;
    let plan = plan::Plan::new(arguments.seed);
    let written = write::site(
        &plan,
        &arguments.folder,
        arguments.versions,
        arguments.twins,
    )?;
    println!(
        "{} projects, {} Markdown files ({} bytes), {} pages in {}",
        plan.projects.len(),
        written.files,
        written.bytes,
        written.pages,
        arguments.folder.display()
    );
    Ok(())
}
