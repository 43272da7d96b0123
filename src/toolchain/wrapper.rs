//! A package of ours around a `[dependencies]` table, so that Cargo can build what samples of a version need.
//!
//! In: the table. Out: a folder with a manifest, an empty library and a lock file that starts as the user's. Files that
//! are as they should be are not touched, or Cargo would build again. It must not touch the user's files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::manifest::{self, Manifest};
use super::{Surroundings, cache, verify_folder};
use crate::source::ContentHash;
use crate::verify::library::Library;

/// Edition of samples that nobody has named one for.
pub const EDITION: &str = "2024";

/// A wrapper package on the disk.
#[derive(Debug)]
pub struct Wrapper {
    /// Its folder.
    pub folder: PathBuf,
    /// Its name. Wrappers share a target folder, so each has its own.
    pub name: String,
    /// Where Cargo builds.
    pub target: PathBuf,
    /// Whether its lock file is the user's as yet, without this package.
    pub lock_is_a_copy: bool,
    site: PathBuf,
    /// The user's lock file: where it is, and its hash.
    lock: Option<(PathBuf, ContentHash)>,
    table: Table,
}

impl Wrapper {
    /// Writes what is missing or different.
    ///
    /// # Errors
    /// In words.
    pub fn write(around: &Surroundings, library: &Library, toml: &str) -> Result<Self, String> {
        let site = &around.site;
        let table: Table = toml.parse().map_err(|error| {
            format!(
                "the dependencies of {} are not a Cargo table: {error}",
                library.name
            )
        })?;
        let edition = library.edition.as_deref().unwrap_or(EDITION);
        let hash = ContentHash::of_parts([toml.as_bytes(), edition.as_bytes()]).to_string();
        let name = format!("docproof-samples-{}", &hash[..12]);
        let folder = verify_folder(site).join("packages").join(&hash[..16]);
        let root = manifest::workspace(site);
        let text = manifest_text(&name, edition, &table, site, root.as_ref());
        let lock = root
            .as_ref()
            .map(|root| root.folder.join("Cargo.lock"))
            .filter(|lock| lock.is_file());
        let lock =
            lock.and_then(|lock| Some((lock.clone(), ContentHash::of(&fs::read(lock).ok()?))));
        let target = target(around, root.as_ref());
        let mut wrapper = Self {
            folder,
            name,
            target,
            lock_is_a_copy: false,
            site: site.clone(),
            lock,
            table,
        };
        wrapper.write_files(&text).map_err(|error| {
            format!(
                "cannot write `{}`: {}",
                wrapper.folder.display(),
                crate::disk::words(&error)
            )
        })?;
        Ok(wrapper)
    }

    fn write_files(&mut self, manifest: &str) -> std::io::Result<()> {
        cache::write_if_changed(
            &self.site,
            &self.folder.join("Cargo.toml"),
            manifest.as_bytes(),
        )?;
        cache::write_if_changed(
            &self.site,
            &self.folder.join("lib.rs"),
            b"//! Empty: only its dependencies matter.\n",
        )?;
        let theirs = self.lock.as_ref().map(|(_, hash)| hash.to_string());
        let last = fs::read_to_string(self.stamp()).ok();
        if theirs.is_some() && (last != theirs || !self.folder.join("Cargo.lock").exists()) {
            self.copy_lock_again();
            self.lock_is_a_copy = true;
        }
        Ok(())
    }

    /// Starts from the user's lock file.
    pub fn copy_lock_again(&self) {
        if let Some(bytes) = self.lock.as_ref().and_then(|(path, _)| fs::read(path).ok()) {
            // Without it Cargo takes the newest versions, which is no harm to the user's files.
            let _ = cache::write_whole(&self.site, &self.folder.join("Cargo.lock"), &bytes);
        }
    }

    /// Cargo has made the lock file its own: it is good until the user's changes.
    pub fn keep_lock(&self) {
        if let Some((_, hash)) = &self.lock {
            let _ = cache::write_if_changed(&self.site, &self.stamp(), hash.to_string().as_bytes());
        }
    }

    fn stamp(&self) -> PathBuf {
        self.folder.join("lock-of")
    }

    /// Names of the packages in the table.
    pub fn dependency_names(&self) -> BTreeSet<String> {
        let mut all = Table::new();
        all.insert("dependencies".into(), Value::Table(self.table.clone()));
        Manifest {
            folder: self.folder.clone(),
            table: all,
        }
        .dependency_names(false)
    }
}

/// The manifest of a wrapper.
fn manifest_text(
    name: &str,
    edition: &str,
    table: &Table,
    site: &Path,
    root: Option<&Manifest>,
) -> String {
    let mut package = Table::new();
    package.insert("name".into(), name.into());
    package.insert("version".into(), "0.0.0".into());
    package.insert("edition".into(), edition.into());
    package.insert("publish".into(), false.into());
    let mut workspace = Table::new();
    if let Some(resolver) = root.and_then(|root| root.inner(&["workspace"])?.get("resolver")) {
        workspace.insert("resolver".into(), resolver.clone());
    }
    let mut all = Table::new();
    all.insert("package".into(), package.into());
    all.insert("workspace".into(), workspace.into());
    let library = Table::from_iter([("path".to_owned(), Value::from("lib.rs"))]);
    all.insert("lib".into(), library.into());
    all.insert("dependencies".into(), absolute(table, site).into());
    if let Some(root) = root {
        add_settings(&mut all, root);
    }
    format!("# Written by docproof verify; changes are lost.\n{all}")
}

/// What the user's workspace says about sources and profiles, so that what is built for both is built once.
fn add_settings(all: &mut Table, root: &Manifest) {
    if let Some(patch) = root.inner(&["patch"]) {
        let sources = patch.iter().map(|(source, table)| {
            let table = table
                .as_table()
                .map(|table| Value::Table(absolute(table, &root.folder)));
            (
                source.clone(),
                table.unwrap_or_else(|| Value::Table(Table::new())),
            )
        });
        all.insert("patch".into(), Value::Table(sources.collect()));
    }
    let profile = |name: &str| {
        Some((
            name.to_owned(),
            Value::Table(root.inner(&["profile", name])?.clone()),
        ))
    };
    let profiles: Table = ["dev", "test"].into_iter().filter_map(profile).collect();
    if !profiles.is_empty() {
        all.insert("profile".into(), profiles.into());
    }
}

/// A table of dependencies with paths that hold in any folder.
fn absolute(table: &Table, start: &Path) -> Table {
    let mut table = table.clone();
    for value in table
        .iter_mut()
        .filter_map(|(_, value)| value.as_table_mut())
    {
        if let Some(Value::String(path)) = value.get_mut("path") {
            *path = manifest::tidy(&start.join(&*path)).display().to_string();
        }
    }
    table
}

/// Where Cargo builds: where it builds for the user, if the site lies in a workspace.
fn target(around: &Surroundings, root: Option<&Manifest>) -> PathBuf {
    for name in ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"] {
        if let Some(folder) = around.var(name) {
            return around.site.join(folder);
        }
    }
    if let Some(folder) = configured_target(around) {
        return folder;
    }
    root.map_or_else(
        || verify_folder(&around.site).join("target"),
        |root| root.folder.join("target"),
    )
}

/// `build.target-dir` of Cargo's configuration; the nearest counts.
fn configured_target(around: &Surroundings) -> Option<PathBuf> {
    let home = around.var("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(Path::new(around.var("HOME")?).join(".cargo")));
    let places = around
        .site
        .ancestors()
        .map(|place| place.join(".cargo"))
        .chain(home);
    for place in places {
        let text = ["config.toml", "config"]
            .iter()
            .find_map(|name| fs::read_to_string(place.join(name)).ok());
        let table: Option<Table> = text.and_then(|text| text.parse().ok());
        let folder = table
            .as_ref()
            .and_then(|table| table.get("build")?.get("target-dir")?.as_str());
        if let Some(folder) = folder {
            // A relative path starts from the folder that holds `.cargo`.
            return Some(place.parent().unwrap_or(&place).join(folder));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::library::Dependencies;

    fn around(site: &Path, env: &[(&str, &str)]) -> Surroundings {
        Surroundings {
            program: "docproof".into(),
            site: site.to_owned(),
            temp: "/tmp".into(),
            env: env
                .iter()
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
            colour: false,
            threads: 1,
        }
    }

    fn library(toml: &str) -> Library {
        Library {
            name: "current docs".into(),
            dependencies: Dependencies::Table { toml: toml.into() },
            edition: Some("2021".into()),
            env: Vec::new(),
            rustflags: Vec::new(),
            timeout: std::time::Duration::ZERO,
            memory: 0,
        }
    }

    const TOML: &str = "lib = { path = \"../lib\", features = [\"x\"] }\nserde = \"1\"\n";

    fn write(around: &Surroundings) -> Wrapper {
        Wrapper::write(around, &library(TOML), TOML).expect("a wrapper")
    }

    #[test]
    fn the_manifest_has_what_the_workspace_decides() {
        let place = tempfile::tempdir().expect("a folder");
        let site = place.path().join("site");
        fs::create_dir(&site).expect("a folder");
        let root = "[workspace]\nresolver = \"2\"\n[profile.dev]\ndebug = false\n[profile.release]\nlto = true\n\
            [patch.crates-io]\nserde = { path = \"patched/serde\" }\n";
        fs::write(place.path().join("Cargo.toml"), root).expect("written");
        let wrapper = write(&around(&site, &[]));
        let manifest = Manifest::read(&wrapper.folder).expect("a manifest");
        let text = |keys: &[&str], key: &str| {
            manifest
                .inner(keys)
                .and_then(|table| table.get(key))
                .map(Value::to_string)
        };
        let path = |name: &str| {
            Some(Value::from(place.path().join(name).display().to_string()).to_string())
        };
        assert_eq!(text(&["dependencies", "lib"], "path"), path("lib"));
        assert_eq!(
            text(&["patch", "crates-io", "serde"], "path"),
            path("patched/serde")
        );
        assert_eq!(text(&["workspace"], "resolver").as_deref(), Some("\"2\""));
        assert_eq!(text(&["profile", "dev"], "debug").as_deref(), Some("false"));
        assert_eq!(text(&["profile"], "release"), None);
        assert_eq!(text(&["package"], "edition").as_deref(), Some("\"2021\""));
        assert_eq!(wrapper.target, place.path().join("target"));
        assert_eq!(
            wrapper.dependency_names(),
            ["lib", "serde"].map(str::to_owned).into()
        );
    }

    #[test]
    fn the_lock_file_starts_as_the_users() {
        let place = tempfile::tempdir().expect("a folder");
        fs::write(place.path().join("Cargo.toml"), "[workspace]\n").expect("written");
        let around = around(place.path(), &[]);
        assert!(!write(&around).lock_is_a_copy);
        fs::write(place.path().join("Cargo.lock"), "version = 4\n").expect("written");
        let wrapper = write(&around);
        assert!(wrapper.lock_is_a_copy);
        let lock = wrapper.folder.join("Cargo.lock");
        assert_eq!(fs::read_to_string(&lock).expect("a lock"), "version = 4\n");
        // Cargo adds the wrapper, and it is good from then on.
        fs::write(&lock, "version = 4\n# and more\n").expect("written");
        wrapper.keep_lock();
        assert!(!write(&around).lock_is_a_copy);
        assert_eq!(
            fs::read_to_string(&lock).expect("a lock"),
            "version = 4\n# and more\n"
        );
        fs::write(place.path().join("Cargo.lock"), "version = 4\n# newer\n").expect("written");
        assert!(write(&around).lock_is_a_copy);
        assert_eq!(
            fs::read_to_string(&lock).expect("a lock"),
            "version = 4\n# newer\n"
        );
    }

    #[test]
    fn cargo_builds_where_it_does_for_the_user() {
        let place = tempfile::tempdir().expect("a folder");
        let site = place.path().join("site");
        fs::create_dir_all(site.join(".cargo")).expect("folders");
        let own = |env: &[(&str, &str)]| target(&around(&site, env), None);
        assert_eq!(own(&[]), site.join(".docproof/verify/target"));
        fs::write(
            site.join(".cargo/config.toml"),
            "[build]\ntarget-dir = \"built\"\n",
        )
        .expect("written");
        assert_eq!(own(&[]), site.join("built"));
        assert_eq!(
            own(&[("CARGO_TARGET_DIR", "/elsewhere")]),
            Path::new("/elsewhere")
        );
    }
}
