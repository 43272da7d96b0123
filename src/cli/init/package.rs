//! What a Cargo package says of itself.
//!
//! In: a folder. Out: name, description, repository and README of the package in it, with what the package
//! takes from its workspace.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::disk::words;

/// A package, or a folder without one.
#[derive(Clone, Debug, Default)]
pub struct Package {
    /// Its name; none for a folder that is no package.
    pub name: Option<String>,
    /// One line about it.
    pub description: Option<String>,
    /// As written.
    pub repository: Option<String>,
    /// Its README, if there is one.
    pub readme: Option<PathBuf>,
}

/// Reads the package of a folder. None without a Cargo.toml.
///
/// # Errors
/// When the Cargo.toml cannot be read: in words.
pub fn read(folder: &Path) -> Result<Option<Package>, String> {
    let Some(manifest) = manifest(folder)? else {
        return Ok(None);
    };
    let package = manifest.get("package").and_then(Value::as_table);
    let workspace = workspace(folder, &manifest, package)?;
    let field = |key: &str| field(package, workspace.as_ref(), key);
    let text = |key: &str| match field(key) {
        Some((Value::String(text), _)) => Some(one_line(&text)).filter(|t| !t.is_empty()),
        _ => None,
    };
    let readme = match field("readme") {
        Some((Value::Boolean(false), _)) => None,
        // In a workspace's table the path starts at the workspace.
        Some((Value::String(path), Some(root))) => Some(root.join(path)),
        Some((Value::String(path), None)) => Some(folder.join(path)),
        _ => find_readme(folder),
    };
    Ok(Some(Package {
        name: text("name"),
        description: text("description"),
        repository: text("repository"),
        readme: readme.filter(|path| path.is_file()),
    }))
}

/// A field of the package, or of its workspace; then also the workspace's folder.
fn field(
    package: Option<&Table>,
    workspace: Option<&(PathBuf, Table)>,
    key: &str,
) -> Option<(Value, Option<PathBuf>)> {
    let shared = || {
        let (root, table) = workspace?;
        let value = table.get("package")?.get(key)?.clone();
        Some((value, Some(root.clone())))
    };
    match package.map(|package| package.get(key)) {
        // A workspace without a package of its own: what it gives its members holds for it.
        None => shared(),
        Some(Some(Value::Table(table)))
            if table.get("workspace") == Some(&Value::Boolean(true)) =>
        {
            shared()
        }
        Some(value) => value.map(|value| (value.clone(), None)),
    }
}

fn manifest(folder: &Path) -> Result<Option<Table>, String> {
    let path = folder.join("Cargo.toml");
    match std::fs::read_to_string(&path) {
        Ok(text) => text.parse::<Table>().map(Some).map_err(|error| {
            format!("`{}` is not valid TOML: {error}", path.display())
                .trim_end()
                .to_owned()
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!(
            "cannot read `{}`: {}",
            path.display(),
            words(&error)
        )),
    }
}

/// The workspace table that a package belongs to, and the folder that holds it.
fn workspace(
    folder: &Path,
    manifest: &Table,
    package: Option<&Table>,
) -> Result<Option<(PathBuf, Table)>, String> {
    let table = |manifest: &Table| manifest.get("workspace").and_then(Value::as_table).cloned();
    if let Some(own) = table(manifest) {
        return Ok(Some((folder.to_owned(), own)));
    }
    let inherits = package.is_some_and(|p| p.values().any(|v| v.get("workspace").is_some()));
    if !inherits {
        return Ok(None);
    }
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    if let Some(path) = package
        .and_then(|p| p.get("workspace"))
        .and_then(Value::as_str)
    {
        let root = real.join(path);
        let found = self::manifest(&root)?.as_ref().and_then(table);
        return Ok(found.map(|found| (root, found)));
    }
    for above in real.ancestors().skip(1) {
        if let Some(found) = self::manifest(above)?.as_ref().and_then(table) {
            return Ok(Some((above.to_owned(), found)));
        }
    }
    Ok(None)
}

/// `README.md` of a folder, in any case.
pub fn find_readme(folder: &Path) -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .to_lowercase();
            matches!(name.as_str(), "readme.md" | "readme.markdown" | "readme")
        })
        .collect();
    found.sort();
    // `README.md` before `README`.
    found
        .into_iter()
        .max_by_key(|path| path.extension().is_some())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
