//! The door to the disk: reading a site's files, writing the built site, the cache folder.
//!
//! In: paths. Out: bytes, and small typed errors. It must not know what the files mean, nor print.

pub mod edit;
pub mod reader;
pub mod writer;

use std::path::{Path, PathBuf};

/// A failure of the disk: what was tried, on which path, and what the system said.
#[derive(Debug)]
pub struct DiskError {
    /// What was tried, such as `write`.
    pub action: &'static str,
    /// On what.
    pub path: PathBuf,
    /// What the system said.
    pub source: std::io::Error,
}

impl std::fmt::Display for DiskError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "cannot {} `{}`: {}",
            self.action,
            self.path.display(),
            words(&self.source)
        )
    }
}

impl std::error::Error for DiskError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Attaches what was tried to a system error.
pub fn failed(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> DiskError {
    let path = path.to_owned();
    move |source| DiskError {
        action,
        path,
        source,
    }
}

/// A system error in plain words.
pub fn words(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::StorageFull => "the disk is full".into(),
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only".into(),
        ErrorKind::NotFound => "no such file or folder".into(),
        ErrorKind::IsADirectory => "it is a folder".into(),
        _ => error.to_string(),
    }
}

/// The cache folder of a site. It can be deleted at any time.
pub fn cache_folder(site: &Path) -> PathBuf {
    site.join(".docproof")
}

/// Reads a file of the cache; anything that goes wrong is the same as an empty cache.
pub fn read_cache(site: &Path, name: &str) -> Option<Vec<u8>> {
    std::fs::read(cache_folder(site).join(name)).ok()
}

/// Keeps the cache folder, which exists, out of the site's repository.
///
/// # Errors
/// When the folder cannot be written.
pub fn ignore_cache(site: &Path) -> std::io::Result<()> {
    let ignore = cache_folder(site).join(".gitignore");
    if ignore.exists() {
        return Ok(());
    }
    std::fs::write(ignore, "*\n")
}

/// Writes a file of the cache, so that readers see the old or the new one and nothing between.
///
/// # Errors
/// When the folder cannot be written. The build does not depend on it.
pub fn write_cache(site: &Path, name: &str, bytes: &[u8]) -> Result<(), DiskError> {
    let folder = cache_folder(site);
    std::fs::create_dir_all(&folder).map_err(failed("create", &folder))?;
    ignore_cache(site).map_err(failed("write", &folder))?;
    let path = folder.join(name);
    let fresh = folder.join(format!("{name}.{}.new", std::process::id()));
    std::fs::write(&fresh, bytes).map_err(failed("write", &fresh))?;
    std::fs::rename(&fresh, &path).map_err(failed("replace", &path))
}
