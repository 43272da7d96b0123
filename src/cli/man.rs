//! `docproof man`: manual pages of the program and of each command.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;

use super::{Args, Common, FINE, USAGE, report};
use crate::disk::{DiskError, failed};

/// Options of `man`.
#[derive(clap::Args, Debug)]
pub struct ManArgs {
    /// Write one page for each command into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints the manual page of the program, or writes all of them.
pub fn run(common: &Common, args: &ManArgs) -> u8 {
    let mut program = Args::command();
    // Gives each command its full name and the options of the program.
    program.build();
    let Some(folder) = &args.out else {
        let _ = std::io::stdout().lock().write_all(&page(&program));
        return FINE;
    };
    match write_all(&program, folder) {
        Ok(written) => {
            let shown = folder.display();
            report::line(&format!("wrote {written} manual pages to `{shown}`"));
            FINE
        }
        Err(error) => {
            let hint = "choose a folder that can be written";
            report::failure(common, &error.to_string(), Some(hint));
            USAGE
        }
    }
}

fn page(command: &clap::Command) -> Vec<u8> {
    let mut bytes = Vec::new();
    clap_mangen::Man::new(command.clone())
        .render(&mut bytes)
        .expect("invariant: memory can be written");
    bytes
}

/// Writes the page of a command and of those below it. Gives how many.
fn write_all(command: &clap::Command, folder: &Path) -> Result<usize, DiskError> {
    std::fs::create_dir_all(folder).map_err(failed("create", folder))?;
    let name = command.get_display_name().unwrap_or(command.get_name());
    let path = folder.join(format!("{name}.1"));
    std::fs::write(&path, page(command)).map_err(failed("write", &path))?;
    let mut written = 1;
    for below in command.get_subcommands().filter(|c| c.get_name() != "help") {
        written += write_all(below, folder)?;
    }
    Ok(written)
}
