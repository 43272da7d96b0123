//! The `verify:` table: what the samples of each docset and version are verified against.
//!
//! In: the table's values. Out: a checked [`VerifyConfig`], with dependencies written as Cargo reads them, and every
//! problem at its key. It must not know samples, Cargo's index or which versions there are.

use std::ops::Range;
use std::time::Duration;

use serde_yaml::Value;

use super::values::{Checker, Table};
use crate::diagnostic::{did_you_mean, one_of};
use crate::yaml::{Part, Path, Shown, Step};

/// The `verify:` table.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct VerifyConfig {
    /// What holds where nothing more exact is said.
    pub all: VerifySettings,
    /// What untagged fences and indented blocks are.
    pub untagged: Untagged,
    /// Settings by version, for every docset.
    pub versions: Vec<VerifyVersion>,
    /// Settings by docset.
    pub docsets: Vec<VerifyDocset>,
}

/// What an untagged fence or an indented block is. rustdoc takes both for Rust.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Untagged {
    /// Not Rust.
    #[default]
    Skip,
    /// Not Rust, and said.
    Warn,
    /// Rust.
    Run,
}

/// Settings for one docset.
#[derive(Clone, PartialEq, Debug)]
pub struct VerifyDocset {
    /// The docset's id.
    pub id: String,
    /// For all its versions.
    pub all: VerifySettings,
    /// By version.
    pub versions: Vec<VerifyVersion>,
}

/// Settings for one version.
#[derive(Clone, PartialEq, Debug)]
pub struct VerifyVersion {
    /// The version's name, as in `versions.json`; `next` for the unreleased docs.
    pub name: String,
    /// What holds for it.
    pub settings: VerifySettings,
    /// The key's place in the configuration.
    pub place: Range<usize>,
}

/// The keys that may stand in every table. A key that is not set leaves the word to the table around it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct VerifySettings {
    /// The inside of a Cargo `[dependencies]` table, sorted by name; paths start from the site's folder.
    pub dependencies: Option<String>,
    /// A package of the site's own workspace.
    pub package: Option<String>,
    /// Its `Cargo.toml`, from the site's folder.
    pub manifest: Option<String>,
    /// Its features.
    pub features: Option<Vec<String>>,
    /// Without its default features.
    pub no_default_features: Option<bool>,
    /// Edition of samples that name none.
    pub edition: Option<String>,
    /// How long a sample may run.
    pub timeout: Option<Duration>,
    /// How much memory a sample may take, in bytes.
    pub memory: Option<u64>,
    /// Environment of the compiler and of the samples, sorted.
    pub env: Option<Vec<(String, String)>>,
    /// Arguments for rustc.
    pub rustflags: Option<Vec<String>>,
}

impl VerifySettings {
    /// Whether it says where dependencies come from.
    pub fn names_a_library(&self) -> bool {
        self.dependencies.is_some() || self.package.is_some() || self.manifest.is_some()
    }

    /// Fills what is not set from the table around it.
    fn or(mut self, outer: &Self) -> Self {
        // A table that names its own library takes nothing from the library of another.
        if !self.names_a_library() {
            self.dependencies.clone_from(&outer.dependencies);
            self.package.clone_from(&outer.package);
            self.manifest.clone_from(&outer.manifest);
            let packaged = self.dependencies.is_none();
            self.features = self
                .features
                .or(outer.features.clone())
                .filter(|_| packaged);
            let defaults = self.no_default_features.or(outer.no_default_features);
            self.no_default_features = defaults.filter(|_| packaged);
        }
        Self {
            edition: self.edition.or_else(|| outer.edition.clone()),
            timeout: self.timeout.or(outer.timeout),
            memory: self.memory.or(outer.memory),
            env: self.env.or_else(|| outer.env.clone()),
            rustflags: self.rustflags.or_else(|| outer.rustflags.clone()),
            ..self
        }
    }
}

impl VerifyConfig {
    /// What holds for a version of a docset; `None` where the docset has no versions. The docset's own table comes
    /// before the versions that are named for all docsets.
    pub fn settings(&self, docset: &str, version: Option<&str>) -> VerifySettings {
        self.tables(docset, version)
            .into_iter()
            .fold(VerifySettings::default(), |inner, outer| inner.or(outer))
    }

    /// Whether a table for this very version says where its dependencies come from.
    pub fn names_a_library_for(&self, docset: &str, version: &str) -> bool {
        let docset = self.docset(docset).map_or(&[][..], |d| &d.versions);
        [docset, &self.versions]
            .into_iter()
            .any(|versions| find(versions, version).is_some_and(VerifySettings::names_a_library))
    }

    /// The tables that hold for a version, the most exact first.
    fn tables(&self, docset: &str, version: Option<&str>) -> Vec<&VerifySettings> {
        let docset = self.docset(docset);
        let own = docset.and_then(|d| find(&d.versions, version?));
        let shared = version.and_then(|v| find(&self.versions, v));
        let tables = [own, docset.map(|d| &d.all), shared, Some(&self.all)];
        tables.into_iter().flatten().collect()
    }

    fn docset(&self, id: &str) -> Option<&VerifyDocset> {
        self.docsets.iter().find(|d| d.id == id)
    }
}

fn find<'a>(versions: &'a [VerifyVersion], name: &str) -> Option<&'a VerifySettings> {
    versions
        .iter()
        .find(|v| v.name == name)
        .map(|v| &v.settings)
}

/// Editions that rustc 1.95 knows.
const EDITIONS: [&str; 4] = ["2015", "2018", "2021", "2024"];

/// Keys that every table may have.
const SETTINGS: [&str; 10] = [
    "dependencies",
    "package",
    "manifest",
    "features",
    "no_default_features",
    "edition",
    "timeout",
    "memory",
    "env",
    "rustflags",
];

/// Keys of a dependency.
const DEPENDENCY: [&str; 10] = [
    "version",
    "path",
    "git",
    "branch",
    "tag",
    "rev",
    "features",
    "default-features",
    "package",
    "registry",
];

impl Checker<'_> {
    /// Reads the `verify:` table of the root. `docsets` are the ids that there are.
    pub(super) fn verify(&mut self, root: &Table<'_>, docsets: &[&str]) -> VerifyConfig {
        let Some((value, path)) = root.get("verify") else {
            return VerifyConfig::default();
        };
        let known = [&SETTINGS[..], &["untagged", "versions", "docsets"]].concat();
        let Some(table) = self.table(value, path, &known) else {
            return VerifyConfig::default();
        };
        let untagged = [
            ("skip", Untagged::Skip),
            ("warn", Untagged::Warn),
            ("run", Untagged::Run),
        ];
        VerifyConfig {
            all: self.verify_settings(&table),
            untagged: self
                .choice(&table, "untagged", &untagged)
                .unwrap_or_default(),
            versions: self.verify_versions(&table),
            docsets: self.verify_docsets(&table, docsets),
        }
    }

    fn verify_docsets(&mut self, table: &Table<'_>, ids: &[&str]) -> Vec<VerifyDocset> {
        let known = [&SETTINGS[..], &["versions"]].concat();
        let mut docsets = Vec::new();
        for (id, value, path) in self.entries(table, "docsets", "docset ids") {
            if !ids.contains(&id.as_str()) {
                let hint = did_you_mean(&id, ids.iter().copied());
                let hint = hint.unwrap_or_else(|| format!("docsets: {}", one_of(ids)));
                let problem = self.error(&path, Part::Key, format!("there is no docset `{id}`"));
                problem.hints.push(hint);
            }
            if let Some(table) = self.table(value, path, &known) {
                docsets.push(VerifyDocset {
                    id,
                    all: self.verify_settings(&table),
                    versions: self.verify_versions(&table),
                });
            }
        }
        docsets
    }

    fn verify_versions(&mut self, table: &Table<'_>) -> Vec<VerifyVersion> {
        let mut versions = Vec::new();
        for (name, value, path) in self.entries(table, "versions", "version names") {
            let place = self.place(&path, Part::Key);
            if let Some(table) = self.table(value, path, &SETTINGS) {
                versions.push(VerifyVersion {
                    name,
                    settings: self.verify_settings(&table),
                    place,
                });
            }
        }
        versions
    }

    fn verify_settings(&mut self, table: &Table<'_>) -> VerifySettings {
        let settings = VerifySettings {
            dependencies: self.dependencies(table),
            package: self.text(table, "package"),
            manifest: self.manifest(table),
            features: self.texts(table, "features"),
            no_default_features: table
                .get("no_default_features")
                .map(|_| self.flag(table, "no_default_features")),
            edition: self.edition(table),
            timeout: self.duration(table),
            memory: self.memory(table),
            env: self.environment(table),
            rustflags: self.texts(table, "rustflags"),
        };
        if settings.dependencies.is_some() {
            let beside = ["package", "manifest", "features", "no_default_features"];
            for key in beside.into_iter().filter(|key| table.get(key).is_some()) {
                let message = format!("`{key}` beside `dependencies`");
                let hint = "`dependencies` names everything that samples use; `package` and its features are the other way";
                let problem = self.error(&table.key(key), Part::Key, message);
                problem.label = "has no effect".into();
                problem.hints.push(hint.into());
            }
        }
        settings
    }

    /// The `Cargo.toml` that is named; a folder stands for the one in it.
    fn manifest(&mut self, table: &Table<'_>) -> Option<String> {
        let written = self.text(table, "manifest")?;
        let trimmed = written.trim_end_matches('/');
        Some(match trimmed.rsplit('/').next() {
            Some(last) if last.ends_with(".toml") => trimmed.to_owned(),
            _ => format!("{trimmed}/Cargo.toml"),
        })
    }

    fn edition(&mut self, table: &Table<'_>) -> Option<String> {
        let choices = EDITIONS.map(|edition| (edition, edition));
        self.choice(table, "edition", &choices).map(str::to_owned)
    }

    fn duration(&mut self, table: &Table<'_>) -> Option<Duration> {
        let text = self.text(table, "timeout")?;
        let seconds = amount(&text, &[("ms", 0.001), ("s", 1.0), ("m", 60.0), ("", 1.0)]);
        let seconds = seconds.filter(|s| (0.001..=86_400.0).contains(s));
        if seconds.is_none() {
            let message = format!("`timeout` cannot be `{text}`");
            let problem = self.error(&table.key("timeout"), Part::Value, message);
            let hint = "such as `5s`, `500ms` or `2m`, at most a day";
            problem.hints.push(hint.into());
        }
        seconds.map(Duration::from_secs_f64)
    }

    fn memory(&mut self, table: &Table<'_>) -> Option<u64> {
        let text = self.text(table, "memory")?;
        let binary = |power: i32| 1024f64.powi(power);
        let units = [
            ("KiB", binary(1)),
            ("MiB", binary(2)),
            ("GiB", binary(3)),
            ("KB", 1e3),
            ("MB", 1e6),
            ("GB", 1e9),
        ];
        let bytes = amount(&text, &units).filter(|b| (1024f64..1e15).contains(b));
        if bytes.is_none() {
            let message = format!("`memory` cannot be `{text}`");
            let problem = self.error(&table.key("memory"), Part::Value, message);
            problem.hints.push("such as `512MiB` or `2GiB`".into());
        }
        bytes.map(|b| b as u64)
    }

    fn environment(&mut self, table: &Table<'_>) -> Option<Vec<(String, String)>> {
        table.get("env")?;
        let mut variables = Vec::new();
        for (name, value, path) in self.entries(table, "env", "names of variables") {
            if name.is_empty() || name.contains(['=', '\0']) {
                let message = format!("`{name}` cannot be the name of a variable");
                self.error(&path, Part::Key, message);
            } else if let Value::Bool(flag) = value {
                variables.push((name, flag.to_string()));
            } else if let Some(text) = self.as_text(value, &path) {
                variables.push((name, text));
            }
        }
        variables.sort();
        Some(variables)
    }

    fn texts(&mut self, table: &Table<'_>, key: &str) -> Option<Vec<String>> {
        table.get(key)?;
        let items = self.list(table, key).into_iter();
        Some(
            items
                .filter_map(|(item, path)| self.as_text(item, &path))
                .collect(),
        )
    }

    /// The entries of a table whose keys are names.
    pub(super) fn entries<'v>(
        &mut self,
        table: &Table<'v>,
        key: &str,
        names: &str,
    ) -> Vec<(String, &'v Value, Path)> {
        let Some((value, path)) = table.get(key) else {
            return Vec::new();
        };
        let Value::Mapping(map) = value else {
            self.wrong_type(value, &path, &format!("a table from {names}"));
            return Vec::new();
        };
        let mut entries = Vec::new();
        for (name, value) in map {
            let Some(name) = name.as_str() else {
                let message = format!("{names} must be text");
                let problem = self.error(&path, Part::Value, message);
                problem
                    .hints
                    .push("put them in quotes, as in `\"1.0\":`".into());
                continue;
            };
            let mut path = path.clone();
            path.push(Step::Key(name.to_owned()));
            entries.push((name.to_owned(), value, path));
        }
        entries
    }

    /// A Cargo `[dependencies]` table, as TOML.
    fn dependencies(&mut self, table: &Table<'_>) -> Option<String> {
        table.get("dependencies")?;
        let mut lines = Vec::new();
        for (name, value, path) in self.entries(table, "dependencies", "names of crates") {
            let word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if name.is_empty() || !name.chars().all(word) {
                let message = format!("`{name}` cannot be the name of a crate");
                self.error(&path, Part::Key, message);
            } else if let Some(value) = self.dependency(value, path) {
                lines.push(format!("{name} = {value}\n"));
            }
        }
        lines.sort();
        Some(lines.concat())
    }

    /// One dependency, as a TOML value.
    fn dependency(&mut self, value: &Value, path: Path) -> Option<toml::Value> {
        if let Value::String(_) | Value::Number(_) = value {
            return self.requirement(value, &path);
        }
        if !matches!(value, Value::Mapping(_)) {
            let wanted = "a version, or a table such as `{ path: .., features: [..] }`";
            self.wrong_type(value, &path, wanted);
            return None;
        }
        let table = self.dependency_table(value, path)?;
        let mut out = toml::Table::new();
        for key in ["path", "git", "branch", "tag", "rev", "package", "registry"] {
            let text = self.text(&table, key).map(toml::Value::String);
            out.extend(text.map(|text| (key.to_owned(), text)));
        }
        if let Some((version, path)) = table.get("version") {
            let version = self.requirement(version, &path);
            out.extend(version.map(|version| ("version".to_owned(), version)));
        }
        if let Some(features) = self.texts(&table, "features") {
            let features = features.into_iter().map(toml::Value::String).collect();
            out.insert("features".into(), toml::Value::Array(features));
        }
        if table.get("default-features").is_some() {
            let flag = self.flag(&table, "default-features");
            out.insert("default-features".into(), toml::Value::Boolean(flag));
        }
        if ["path", "git", "version"]
            .iter()
            .all(|key| table.get(key).is_none())
        {
            let message = format!(
                "`{}` says neither `version`, `path` nor `git`",
                Shown(&table.path)
            );
            self.error(&table.path, Part::Key, message);
            return None;
        }
        Some(toml::Value::Table(out))
    }

    /// The keys of a dependency. What Cargo knows and makes no sense here has a message of its own.
    fn dependency_table<'v>(&mut self, value: &'v Value, path: Path) -> Option<Table<'v>> {
        let odd = [
            ("optional", "samples need it, or it can go"),
            ("workspace", "write its `version` or `path` here"),
            ("default_features", "write `default-features`"),
        ];
        let known = [&DEPENDENCY[..], &odd.map(|(key, _)| key)].concat();
        let before = self.problems.len();
        let table = self.table(value, path, &known)?;
        for problem in &mut self.problems[before..] {
            problem.hints.retain(|hint| !hint.starts_with("known here"));
            if problem.hints.is_empty() {
                problem
                    .hints
                    .push(format!("known here: {}", one_of(&DEPENDENCY)));
            }
        }
        for (key, hint) in odd {
            if table.get(key).is_some() {
                let message = format!("`{key}` has no meaning in a dependency of samples");
                let problem = self.error(&table.key(key), Part::Key, message);
                problem.hints.push(hint.into());
            }
        }
        Some(table)
    }

    fn requirement(&mut self, value: &Value, path: &Path) -> Option<toml::Value> {
        match value {
            Value::Number(number) if !number.is_u64() => {
                let message = format!("`{}` must be text, not a number", Shown(path));
                let problem = self.error(path, Part::Value, message);
                problem
                    .hints
                    .push("put the version in quotes: as a number, 1.10 is 1.1".into());
                None
            }
            other => self.as_text(other, path).map(toml::Value::String),
        }
    }
}

/// A number with a unit; the units are tried in order.
fn amount(text: &str, units: &[(&str, f64)]) -> Option<f64> {
    let text = text.trim();
    let (number, unit) = units
        .iter()
        .find_map(|(name, unit)| Some((text.strip_suffix(name)?, unit)))?;
    let number = number.trim();
    let plain = number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    number
        .parse::<f64>()
        .ok()
        .filter(|_| plain)
        .map(|n| n * unit)
}
