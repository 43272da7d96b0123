//! `docproof verify`: every Rust sample compiled and run against the library of its docs version.

mod bless;
mod frozen;
mod output;
mod run;
mod select;

use std::path::PathBuf;

use super::open::Site;
use super::{Common, Format, USAGE, open, report};

pub use frozen::{read as recorded, write_part};
pub use run::{around, surroundings};

/// Options of `verify`.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct VerifyArgs {
    /// Files, folders, or `FILE:LINE` for the sample at a line [default: everything]
    #[arg(value_name = "PATH[:LINE]")]
    paths: Vec<String>,
    /// Only pages of this version of the docs (`next` for the unreleased ones); may be repeated
    #[arg(long, value_name = "VERSION")]
    docs_version: Vec<String>,
    /// Only this docset; may be repeated
    #[arg(long, value_name = "ID")]
    docset: Vec<String>,
    /// Verify against another checkout of the library
    #[arg(long, value_name = "DIR")]
    against: Option<PathBuf>,
    /// Rewrite the expected output of samples with `output` to what they print
    #[arg(long, conflicts_with_all = ["frozen", "against", "list"])]
    bless: bool,
    /// Verify the N-th of M even shares
    #[arg(long, value_name = "N/M", value_parser = partition)]
    partition: Option<(u64, u64)>,
    /// Verify everything anew
    #[arg(long)]
    no_cache: bool,
    /// Compile and run nothing: fail on samples without a recorded verdict
    #[arg(long, conflicts_with_all = ["no_cache", "against"])]
    frozen: bool,
    /// Exactly rustdoc's selection and rules, for comparison
    #[arg(long)]
    strict_rustdoc: bool,
    /// Show every code block and how it is treated, and verify nothing
    #[arg(long)]
    list: bool,
    /// How many compilers and samples run at once [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

/// Reads `2/4`.
fn partition(text: &str) -> Result<(u64, u64), String> {
    let wrong = || "write N/M, such as 2/4: the second of four shares".to_owned();
    let (n, m) = text.split_once('/').ok_or_else(wrong)?;
    let (n, m): (u64, u64) = (
        n.parse().map_err(|_| wrong())?,
        m.parse().map_err(|_| wrong())?,
    );
    if n == 0 || n > m {
        return Err(format!("there is no share {n} of {m}: shares count from 1"));
    }
    Ok((n, m))
}

/// Runs `verify`.
pub fn run(common: &Common, args: &VerifyArgs) -> u8 {
    let site = match open::site(common) {
        Ok(site) => site,
        Err(code) => return code,
    };
    run::run(common, args, &site)
}
