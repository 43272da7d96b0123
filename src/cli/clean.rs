//! `docproof clean`: the built site and the cache removed, and nothing else.

use std::path::PathBuf;

use serde_json::json;

use super::{Common, FINE, USAGE, open, report};
use crate::build::files::FileProvider as _;
use crate::disk::cache_folder;
use crate::disk::writer::{self, WriteError};

/// Options of `clean`.
#[derive(clap::Args, Debug)]
pub struct CleanArgs {
    /// The output folder [default: `output` of docproof.yaml, else `build`]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Runs `clean`.
pub fn run(common: &Common, args: &CleanArgs) -> u8 {
    let files = match open::files(common) {
        Ok(files) => files,
        Err(code) => return code,
    };
    let output = args.out.clone().unwrap_or_else(|| {
        let text = files.read(crate::config::FILE_NAME).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        common.site.join(crate::config::parse(&text).0.output)
    });
    let mut removed = Vec::new();
    match writer::clean(&output) {
        Ok(true) => removed.push(output),
        Ok(false) => {}
        Err(error) => {
            let hint = match error {
                WriteError::NotOurs(_) => "nothing was removed; remove it by hand if it can go",
                WriteError::Busy(_) => "wait for it to end",
                WriteError::Disk(_) => "look at its permissions",
            };
            report::failure(common, &error.to_string(), Some(hint));
            return USAGE;
        }
    }
    let cache = cache_folder(&common.site);
    match std::fs::remove_dir_all(&cache) {
        Ok(()) => removed.push(cache),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => {
            let error = crate::disk::failed("remove", &cache)(error);
            report::failure(common, &error.to_string(), Some("look at its permissions"));
            return USAGE;
        }
    }
    let values: Vec<serde_json::Value> = removed
        .iter()
        .map(|path| json!({ "removed": path.to_string_lossy() }))
        .collect();
    let text: String = removed
        .iter()
        .map(|path| format!("removed  {}\n", path.display()))
        .collect();
    open::answer(common, &text, &values);
    if removed.is_empty() {
        report::line("there was nothing to remove");
    }
    FINE
}
