//! What stands in `Cargo.toml` and `Cargo.lock`, as far as it is needed without Cargo: the workspace around a folder,
//! its packages, the packages that a library takes from paths, the versions in a lock file.
//!
//! In: paths. Out: tables, lists and a hash. A manifest that cannot be read counts as empty: Cargo has the words for
//! what is wrong with it. It must not write.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use toml::{Table, Value};

use super::cache::FileHashes;
use crate::source::ContentHash;
use crate::verify::library::{Dependencies, Library};

/// A manifest and where it lies.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Its folder.
    pub folder: PathBuf,
    /// What stands in it.
    pub table: Table,
}

impl Manifest {
    /// The manifest in a folder, or at a path that ends in `.toml`.
    pub fn read(path: &Path) -> Option<Self> {
        let file = if path.extension().is_some_and(|end| end == "toml") {
            path.to_owned()
        } else {
            path.join("Cargo.toml")
        };
        let table = fs::read_to_string(&file).ok()?.parse().ok()?;
        Some(Self {
            folder: file.parent()?.to_owned(),
            table,
        })
    }

    /// The name of its package.
    pub fn name(&self) -> Option<&str> {
        self.table.get("package")?.get("name")?.as_str()
    }

    /// A table inside, by its keys.
    pub fn inner(&self, keys: &[&str]) -> Option<&Table> {
        let (first, rest) = keys.split_first()?;
        let start = self.table.get(*first)?;
        rest.iter()
            .try_fold(start, |value, key| value.get(*key))?
            .as_table()
    }

    /// All tables of dependencies. Those for tests only count where the package's own samples are meant.
    fn dependencies(&self, with_dev: bool) -> Vec<&Table> {
        let mut kinds = vec!["dependencies", "build-dependencies", "build_dependencies"];
        if with_dev {
            kinds.extend(["dev-dependencies", "dev_dependencies"]);
        }
        let targets = self.inner(&["target"]).into_iter().flat_map(Table::values);
        let places = std::iter::once(&self.table).chain(targets.filter_map(Value::as_table));
        let tables =
            places.flat_map(|place| kinds.iter().filter_map(|kind| place.get(*kind)?.as_table()));
        tables.collect()
    }

    /// The names of the packages that it depends on, by key.
    pub fn dependency_names(&self, with_dev: bool) -> BTreeSet<String> {
        let tables = self.dependencies(with_dev).into_iter();
        tables
            .flatten()
            .map(|(key, value)| package_name(key, value))
            .collect()
    }
}

/// The package that an entry of a table of dependencies means.
fn package_name(key: &str, value: &Value) -> String {
    value
        .get("package")
        .and_then(Value::as_str)
        .unwrap_or(key)
        .to_owned()
}

/// The root of the workspace that a folder lies in, as Cargo finds it; none without any manifest.
pub fn workspace(folder: &Path) -> Option<Manifest> {
    let mut nearest = None;
    for place in folder.ancestors() {
        let Some(manifest) = Manifest::read(place) else {
            continue;
        };
        if manifest.table.contains_key("workspace") {
            return Some(manifest);
        }
        if nearest.is_none() {
            let named = manifest
                .inner(&["package"])
                .and_then(|package| package.get("workspace")?.as_str());
            if let Some(root) = named {
                return Manifest::read(&manifest.folder.join(root));
            }
            nearest = Some(manifest);
        }
    }
    nearest
}

/// The packages of a workspace: its root's, its members', and those that the root takes from paths.
pub fn packages(root: &Manifest) -> Vec<Manifest> {
    let mut folders = BTreeSet::from([tidy(&root.folder)]);
    let list = |key| {
        root.inner(&["workspace"])
            .and_then(|table| table.get(key)?.as_array())
    };
    for member in list("members")
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        folders.extend(matching(&root.folder, member));
    }
    for excluded in list("exclude")
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        let excluded = tidy(&root.folder.join(excluded));
        folders.retain(|folder| !folder.starts_with(&excluded));
    }
    folders.extend(path_packages(root, root, true));
    folders
        .iter()
        .filter_map(|folder| Manifest::read(folder))
        .filter(|one| one.name().is_some())
        .collect()
}

/// Folders with a manifest that a member's pattern means.
fn matching(root: &Path, pattern: &str) -> Vec<PathBuf> {
    let mut found = vec![root.to_owned()];
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        if !part.contains(['*', '?']) {
            found.iter_mut().for_each(|folder| folder.push(part));
            continue;
        }
        let entries = found
            .iter()
            .flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
        let fits = entries.filter(|entry| {
            entry
                .file_name()
                .to_str()
                .is_some_and(|name| glob(part, name))
        });
        found = fits.map(|entry| entry.path()).collect();
    }
    found.retain(|folder| folder.join("Cargo.toml").is_file());
    found.iter().map(|folder| tidy(folder)).collect()
}

/// Whether a name fits a pattern of `*` and `?`.
fn glob(pattern: &str, name: &str) -> bool {
    let Some(first) = pattern.chars().next() else {
        return name.is_empty();
    };
    let rest = &pattern[first.len_utf8()..];
    match first {
        '*' => name.char_indices().any(|(at, _)| glob(rest, &name[at..])) || glob(rest, ""),
        '?' => name
            .chars()
            .next()
            .is_some_and(|c| glob(rest, &name[c.len_utf8()..])),
        _ => name
            .strip_prefix(first)
            .is_some_and(|name| glob(rest, name)),
    }
}

/// Folders of the packages that a package takes from paths, directly.
fn path_packages(package: &Manifest, root: &Manifest, with_dev: bool) -> Vec<PathBuf> {
    let shared = root.inner(&["workspace", "dependencies"]);
    let mut found = Vec::new();
    for (key, value) in package.dependencies(with_dev).into_iter().flatten() {
        if let Some(path) = value.get("path").and_then(Value::as_str) {
            found.push(tidy(&package.folder.join(path)));
        } else if value.get("workspace").and_then(Value::as_bool) == Some(true) {
            let path = shared.and_then(|table| table.get(key)?.get("path")?.as_str());
            found.extend(path.map(|path| tidy(&root.folder.join(path))));
        }
    }
    found
}

/// A path without `.` and `..`, so that equal places have equal paths.
pub fn tidy(path: &Path) -> PathBuf {
    let mut tidied = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if tidied.file_name().is_some() => {
                tidied.pop();
            }
            _ => tidied.push(part),
        }
    }
    tidied
}

/// The package that a library means by `package`, if it does and it is there.
pub fn own_package(site: &Path, library: &Library) -> Option<Manifest> {
    let Dependencies::Package { manifest, name, .. } = &library.dependencies else {
        return None;
    };
    let named = Manifest::read(&tidy(&site.join(manifest)))?;
    let Some(name) = name else {
        return named.name().is_some().then_some(named);
    };
    if named.name() == Some(name) {
        return Some(named);
    }
    let root = workspace(&named.folder).unwrap_or(named);
    packages(&root)
        .into_iter()
        .find(|one| one.name() == Some(name))
}

/// Folders of all packages that a library takes from paths, in order.
pub fn path_roots(site: &Path, library: &Library) -> BTreeSet<PathBuf> {
    let mut open: Vec<(PathBuf, bool)> = Vec::new();
    match &library.dependencies {
        Dependencies::None => {}
        Dependencies::Package { .. } => {
            open.extend(own_package(site, library).map(|own| (tidy(&own.folder), true)));
        }
        Dependencies::Table { toml } => {
            let table: Table = toml.parse().unwrap_or_default();
            let paths = table
                .values()
                .filter_map(|value| value.get("path")?.as_str());
            open.extend(paths.map(|path| (tidy(&site.join(path)), false)));
        }
    }
    let mut found = BTreeSet::new();
    while let Some((folder, with_dev)) = open.pop() {
        if !found.insert(folder.clone()) {
            continue;
        }
        if let Some(package) = Manifest::read(&folder) {
            let root = workspace(&folder).unwrap_or_else(|| package.clone());
            open.extend(
                path_packages(&package, &root, with_dev)
                    .into_iter()
                    .map(|path| (path, false)),
            );
        }
    }
    found
}

/// Hash of the source files of the packages that a library takes from paths, and of the lock file around the site.
/// None when a package is not there. Needs no Cargo, and tells later whether the library has changed.
pub fn sources_hash(site: &Path, library: &Library) -> Option<ContentHash> {
    let hashes = FileHashes::load(site);
    let hash = sources(site, library, &hashes);
    hashes.save();
    hash
}

/// The same with hashes that are at hand.
pub fn sources(site: &Path, library: &Library, hashes: &FileHashes) -> Option<ContentHash> {
    let mut files = BTreeMap::new();
    for folder in path_roots(site, library) {
        let place = relative(site, &folder);
        let manifest = hashes.of(&folder.join("Cargo.toml"))?;
        files.insert(format!("{place}/Cargo.toml"), manifest);
        for name in source_files(&folder) {
            if let Some(hash) = hashes.of(&folder.join(&name)) {
                files.insert(format!("{place}/{}", name.display()), hash);
            }
        }
    }
    if let Some(lock) = workspace(site).and_then(|root| hashes.of(&root.folder.join("Cargo.lock")))
    {
        files.insert("Cargo.lock".into(), lock);
    }
    let parts = files
        .iter()
        .flat_map(|(name, hash)| [name.as_bytes(), &hash.0[..]]);
    Some(ContentHash::of_parts(parts))
}

/// A path as seen from the site, so that a checkout elsewhere has the same.
pub fn relative(site: &Path, folder: &Path) -> String {
    for (up, place) in site.ancestors().enumerate() {
        if let Ok(rest) = folder.strip_prefix(place) {
            return format!("{}{}", "../".repeat(up), rest.display());
        }
    }
    folder.display().to_string()
}

/// The files of a package that its library is made of, from its folder.
fn source_files(folder: &Path) -> Vec<PathBuf> {
    let mut starts = vec![PathBuf::from("build.rs"), PathBuf::from("src")];
    let library = Manifest::read(folder).and_then(|manifest| {
        let path = manifest.inner(&["lib"])?.get("path")?.as_str()?;
        Path::new(path).parent().map(Path::to_owned)
    });
    starts
        .extend(library.filter(|place| !place.as_os_str().is_empty() && !place.starts_with("src")));
    let files = starts.iter().flat_map(|start| {
        walkdir::WalkDir::new(folder.join(start))
            .into_iter()
            .flatten()
    });
    let files = files.filter(|entry| !entry.file_type().is_dir());
    files
        .filter_map(|entry| Some(entry.path().strip_prefix(folder).ok()?.to_owned()))
        .collect()
}

/// Names and versions of what a package depends on directly, by a lock file: those from paths first, each by name.
pub fn locked_versions(
    lock: &Path,
    package: &str,
    only: &BTreeSet<String>,
) -> Vec<(String, String)> {
    let table: Table = fs::read_to_string(lock)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or_default();
    let packages: Vec<&Table> = table
        .get("package")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_table)
        .collect();
    let text = |one: &Table, key: &str| {
        one.get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    // A package from a path has no source.
    let local = |one: &&&Table| !one.contains_key("source");
    let Some(own) = packages
        .iter()
        .filter(local)
        .find(|one| text(one, "name") == package)
    else {
        return Vec::new();
    };
    let mut found = BTreeSet::new();
    for entry in own
        .get("dependencies")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        let mut words = entry.split(' ');
        let (name, version) = (words.next().unwrap_or_default(), words.next());
        let fits = |one: &&&Table| {
            text(one, "name") == name && version.is_none_or(|v| text(one, "version") == v)
        };
        if let Some(one) = packages.iter().find(fits).filter(|_| only.contains(name)) {
            found.insert((
                one.contains_key("source"),
                name.to_owned(),
                text(one, "version"),
            ));
        }
    }
    found
        .into_iter()
        .map(|(_, name, version)| (name, version))
        .collect()
}

/// The library with every dependency that a checkout has a package for taken from there.
///
/// # Errors
/// When the checkout has none of them: what it has.
pub fn against(library: &Library, checkout: &Path) -> Result<Library, String> {
    let Some(root) = Manifest::read(checkout) else {
        return Err(format!(
            "there is no readable `Cargo.toml` in `{}`",
            checkout.display()
        ));
    };
    let checkout = fs::canonicalize(&root.folder).unwrap_or_else(|_| tidy(&root.folder));
    let root = Manifest {
        folder: checkout,
        table: root.table,
    };
    let there = packages(&root);
    let find = |name: &str| there.iter().find(|one| one.name() == Some(name));
    let mut library = library.clone();
    let missing = match &mut library.dependencies {
        Dependencies::None => return Ok(library),
        Dependencies::Package { manifest, name, .. } => {
            match name.as_deref().map_or(there.first(), find) {
                Some(own) => {
                    *manifest = own.folder.join("Cargo.toml").display().to_string();
                    return Ok(library);
                }
                None => name.clone().unwrap_or_default(),
            }
        }
        Dependencies::Table { toml } => {
            let mut table: Table = toml
                .parse()
                .map_err(|error| format!("not a table of dependencies: {error}"))?;
            let mut any = false;
            for (key, value) in &mut table {
                if let Some(one) = find(&package_name(key, value)) {
                    *value = taken_from(value, &one.folder);
                    any = true;
                }
            }
            if any {
                *toml = lines(&table);
                return Ok(library);
            }
            let names: Vec<String> = table
                .iter()
                .map(|(key, value)| package_name(key, value))
                .collect();
            names.join("`, `")
        }
    };
    let names: Vec<&str> = there.iter().filter_map(Manifest::name).collect();
    let has = if names.is_empty() {
        "no package".to_owned()
    } else {
        format!("`{}`", names.join("`, `"))
    };
    Err(format!(
        "`{}` has no package that the samples of {} use (`{missing}`); it has {has}",
        root.folder.display(),
        library.name
    ))
}

/// A dependency with its source replaced by a path.
fn taken_from(value: &Value, folder: &Path) -> Value {
    let mut table = value.as_table().cloned().unwrap_or_default();
    for key in [
        "version",
        "git",
        "branch",
        "tag",
        "rev",
        "registry",
        "registry-index",
        "path",
    ] {
        table.remove(key);
    }
    table.insert("path".into(), Value::String(folder.display().to_string()));
    Value::Table(table)
}

/// A table as `key = value` lines, as in [`Dependencies::Table`].
pub fn lines(table: &Table) -> String {
    table
        .iter()
        .map(|(key, value)| format!("{} = {value}\n", toml_key(key)))
        .collect()
}

/// A key, quoted where TOML wants it.
fn toml_key(key: &str) -> String {
    let bare = !key.is_empty()
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if bare {
        key.to_owned()
    } else {
        Value::String(key.to_owned()).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, text).expect("written");
    }

    fn package(name: &str, more: &str) -> String {
        format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\n{more}")
    }

    #[test]
    fn workspaces_are_found_as_cargo_finds_them() {
        let place = tempfile::tempdir().expect("a folder");
        let root = place.path();
        write(
            root,
            "Cargo.toml",
            "[workspace]\nmembers = [\"crates/*\", \"tools\"]\nexclude = [\"crates/old\"]\n",
        );
        for name in ["crates/one", "crates/two", "crates/old", "tools"] {
            let more = if name == "crates/one" {
                "[dependencies]\ntwo = { path = \"../two\" }\n"
            } else {
                ""
            };
            write(
                root,
                &format!("{name}/Cargo.toml"),
                &package(name.rsplit('/').next().expect("a name"), more),
            );
        }
        write(root, "crates/no-package/README.md", "");
        write(
            root,
            "far/Cargo.toml",
            &package("far", "workspace = \"..\"\n"),
        );
        let found = workspace(&root.join("crates/one/docs")).expect("a workspace");
        assert_eq!(found.folder, root);
        let names: Vec<_> = packages(&found)
            .iter()
            .filter_map(|one| one.name().map(str::to_owned))
            .collect();
        assert_eq!(names, ["one", "two", "tools"]);
        assert_eq!(
            tidy(&workspace(&root.join("far")).expect("a workspace").folder),
            root
        );
        write(root, "alone/Cargo.toml", &package("alone", "[workspace]\n"));
        assert_eq!(
            workspace(&root.join("alone/site"))
                .expect("a workspace")
                .folder,
            root.join("alone")
        );
    }

    #[test]
    fn patterns_of_members() {
        for (pattern, name, fits) in [
            ("*", "a", true),
            ("a*", "abc", true),
            ("a*c", "abc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*b", "abc", false),
            ("ä*", "äb", true),
        ] {
            assert_eq!(glob(pattern, name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn versions_are_those_of_the_lock_file() {
        let place = tempfile::tempdir().expect("a folder");
        let lock = "[[package]]\nname = \"own\"\nversion = \"0.0.0\"\ndependencies = [\"rand 0.9.1\", \"serde\", \"local\", \"dev\"]\n\
            [[package]]\nname = \"rand\"\nversion = \"0.8.5\"\nsource = \"registry\"\n\
            [[package]]\nname = \"rand\"\nversion = \"0.9.1\"\nsource = \"registry\"\n\
            [[package]]\nname = \"serde\"\nversion = \"1.0.2\"\nsource = \"registry\"\n\
            [[package]]\nname = \"dev\"\nversion = \"7.0.0\"\nsource = \"registry\"\n\
            [[package]]\nname = \"local\"\nversion = \"2.0.0\"\n";
        write(place.path(), "Cargo.lock", lock);
        let only = ["rand", "serde", "local"].map(str::to_owned).into();
        let found = locked_versions(&place.path().join("Cargo.lock"), "own", &only);
        let found: Vec<_> = found
            .iter()
            .map(|(name, version)| format!("{name} {version}"))
            .collect();
        assert_eq!(found, ["local 2.0.0", "rand 0.9.1", "serde 1.0.2"]);
        assert_eq!(locked_versions(Path::new("/nowhere"), "own", &only), []);
    }

    #[test]
    fn places_are_told_from_the_site() {
        let site = Path::new("/home/site");
        assert_eq!(relative(site, Path::new("/home/site/lib")), "lib");
        assert_eq!(relative(site, Path::new("/home/lib/src")), "../lib/src");
        assert_eq!(tidy(Path::new("/a/./b/../c")), Path::new("/a/c"));
    }
}
