//! The `docproof` program: a thin layer over the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    docproof::cli::main()
}
