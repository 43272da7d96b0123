//! Packages whose files the docs show: Cargo checks each once, with all its targets.
//!
//! In: the path of a file. Out: what rustc says of its package, with places from the site's folder, and whether the
//! file is part of what was checked at all.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;

use super::RealMachine;
use super::manifest::{self, Manifest};
use super::rustc::{made_files, plain_job};
use super::wire::{Done, Ending};
use crate::verify::machine::{PackageCheck, Unusable};

/// What Cargo said of one package.
#[derive(Clone, Debug)]
struct Checked {
    success: bool,
    messages: Vec<String>,
    stderr: String,
    /// The files that its targets are made of.
    files: BTreeSet<PathBuf>,
}

/// Checks of packages, each made once: by manifest and whether all features are on.
#[derive(Default, Debug)]
pub struct Checks {
    known: Mutex<HashMap<(PathBuf, bool), Arc<Once>>>,
}

type Once = OnceLock<Result<Checked, Unusable>>;

impl RealMachine {
    /// Has Cargo check the package of a file.
    pub(super) fn check_package(&self, path: &str) -> Result<PackageCheck, Unusable> {
        let site = &self.around.site;
        let file = manifest::tidy(&site.join(path));
        let package = file.ancestors().skip(1).find_map(Manifest::read);
        let Some(package) = package.filter(|package| package.name().is_some()) else {
            return Err(Unusable {
                message: format!("`{path}` belongs to no package"),
                details: String::new(),
                hint: Some(
                    "put a `Cargo.toml` above it, or mark the shown region as a `sample`".into(),
                ),
            });
        };
        let mut checked = self.checked(&package, false)?;
        let covers = |checked: &Checked| checked.files.contains(&file);
        if checked.success && !covers(&checked) && package.inner(&["features"]).is_some() {
            // A target may want features that are off otherwise. Not all packages can have all of them at once.
            if let Ok(all) = self.checked(&package, true)
                && covers(&all)
            {
                checked = all;
            }
        }
        Ok(PackageCheck {
            manifest: manifest::relative(site, &package.folder.join("Cargo.toml")),
            success: checked.success,
            covers: covers(&checked),
            messages: checked.messages,
            stderr: checked.stderr,
        })
    }

    fn checked(&self, package: &Manifest, all_features: bool) -> Result<Checked, Unusable> {
        let key = (package.folder.clone(), all_features);
        let once = {
            let mut known = self
                .checks
                .known
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(key).or_default())
        };
        once.get_or_init(|| self.cargo_check(package, all_features))
            .clone()
    }

    fn cargo_check(&self, package: &Manifest, all_features: bool) -> Result<Checked, Unusable> {
        let mut job = plain_job(self.cargo(), &package.folder);
        let colours = "--message-format=json-diagnostic-rendered-ansi";
        job.args = ["check", "--quiet", "--all-targets", "--keep-going", colours]
            .map(OsString::from)
            .into();
        job.args.extend([
            "--manifest-path".into(),
            package.folder.join("Cargo.toml").into(),
        ]);
        if all_features {
            job.args.push("--all-features".into());
        }
        job.timeout = super::cargo::PATIENCE;
        let done = self
            .pool
            .carry_out(&job)
            .map_err(|failure| super::cargo::no_cargo(failure, &self.cargo()))?;
        Ok(read(&done, package, &self.around.site))
    }
}

fn read(done: &Done, package: &Manifest, site: &Path) -> Checked {
    // rustc is started in the workspace's folder, and names files from there.
    let root = manifest::workspace(&package.folder).unwrap_or_else(|| package.clone());
    let start = manifest::tidy(&root.folder);
    let own = package.folder.join("Cargo.toml");
    let (mut messages, mut files) = (Vec::new(), BTreeSet::new());
    let stdout = String::from_utf8_lossy(&done.stdout);
    for mut line in stdout
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
    {
        let reason = line
            .get("reason")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        if reason == "compiler-message"
            && let Some(message) = line.get_mut("message")
        {
            move_places(message, &start, site);
            let message = message.to_string();
            // A library is compiled a second time for its tests, and says the same again.
            if !messages.contains(&message) {
                messages.push(message);
            }
        } else if reason == "compiler-artifact" && manifest_of(&line) == Some(&own) {
            files.extend(target_files(&line, &start));
        }
    }
    let stderr = String::from_utf8_lossy(&done.stderr).into_owned();
    Checked {
        success: done.ending == Ending::Code(0),
        messages,
        stderr,
        files,
    }
}

fn manifest_of(line: &Value) -> Option<&Path> {
    line.get("manifest_path")?.as_str().map(Path::new)
}

/// The files that a target is made of: its root, and what rustc wrote down beside what it made.
fn target_files(line: &Value, start: &Path) -> Vec<PathBuf> {
    let root = line
        .get("target")
        .and_then(|target| target.get("src_path")?.as_str());
    let mut files: Vec<PathBuf> = root.into_iter().map(PathBuf::from).collect();
    let made = line
        .get("filenames")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    for made in made.map(Path::new) {
        let name = made
            .file_stem()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let list = made.with_file_name(format!("{}.d", name.strip_prefix("lib").unwrap_or(name)));
        let text = fs::read_to_string(list).unwrap_or_default();
        files.extend(made_files(&text).map(|path| manifest::tidy(&start.join(path))));
    }
    files
}

/// Lets every file name in a message start from the site's folder.
fn move_places(message: &mut Value, start: &Path, site: &Path) {
    let mut moved = Vec::new();
    move_names(message, start, site, &mut moved);
    moved.sort_by_key(|(old, _): &(String, String)| std::cmp::Reverse(old.len()));
    moved.dedup();
    if let Some(Value::String(rendered)) = message.get_mut("rendered") {
        for (old, new) in moved.iter().filter(|(old, new)| old != new) {
            *rendered = rendered.replace(&format!("{old}:"), &format!("{new}:"));
        }
    }
}

fn move_names(value: &mut Value, start: &Path, site: &Path, moved: &mut Vec<(String, String)>) {
    match value {
        Value::Array(list) => list
            .iter_mut()
            .for_each(|one| move_names(one, start, site, moved)),
        Value::Object(map) => {
            for (key, one) in map {
                match one {
                    Value::String(name) if key == "file_name" && !name.starts_with('<') => {
                        let new = manifest::relative(site, &manifest::tidy(&start.join(&*name)));
                        moved.push((std::mem::replace(name, new.clone()), new));
                    }
                    other => move_names(other, start, site, moved),
                }
            }
        }
        _ => {}
    }
}
