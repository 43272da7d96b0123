//! `docproof completions`: what a shell needs to complete commands and options.

use std::io::Write as _;

use clap::CommandFactory as _;

use super::{Args, FINE};

/// Options of `completions`.
#[derive(clap::Args, Debug)]
pub struct CompletionsArgs {
    /// Which shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

/// Prints the script on standard output.
pub fn run(args: &CompletionsArgs) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "docproof", &mut script);
    // A closed pipe is no reason to fail.
    let _ = std::io::stdout().lock().write_all(&script);
    FINE
}
