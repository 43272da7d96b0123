//! Libraries: Cargo builds them, and tells through the shim what samples are linked with.
//!
//! In: a [`Library`]. Out: a [`Linkage`], or why there is none. Cargo does what it does for the user's own
//! `cargo test --doc`: lock file, profile, features and target folder are the user's. It must not touch their files.

use std::collections::{BTreeSet, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::RealMachine;
use super::manifest::{self, Manifest};
use super::pool::Failure;
use super::rustc::{Compiler, plain_job};
use super::shim::{self, Heard, SHIM_OUT};
use super::wire::{Done, Ending, Job};
use super::wrapper::{self, Wrapper};
use crate::source::ContentHash;
use crate::verify::library::{Dependencies, Library};
use crate::verify::machine::{Linkage, Unusable};

/// How long Cargo may take: it may have to build everything on a slow machine.
pub const PATIENCE: Duration = Duration::from_secs(6 * 60 * 60);

/// Variables of Cargo's own that decide nothing about a sample.
const CARGOS_OWN: &[&str] = &[
    "_",
    "PWD",
    "OLDPWD",
    "SHLVL",
    "RUSTDOC",
    SHIM_OUT,
    "RUSTUP_TOOLCHAIN_SOURCE",
    "RUST_RECURSION_COUNT",
    "CARGO_MAKEFLAGS",
    "MAKEFLAGS",
    "MFLAGS",
    "DOCPROOF_JOB",
    "PATH",
];

/// Variables whose values are places, or are covered by the arguments: no part of the fingerprint.
const PLACES: &[&str] = &[
    "CARGO",
    "CARGO_HOME",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "LD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "OUT_DIR",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
];

/// One call of Cargo.
struct Call {
    folder: PathBuf,
    args: Vec<OsString>,
    offline: bool,
}

/// How a call of Cargo ended that did not end well.
struct CargoFailed {
    stderr: String,
    interrupted: bool,
}

impl RealMachine {
    /// Has Cargo build a library, and finds what samples of it are linked with.
    pub(super) fn link(&self, library: &Library) -> Result<Linkage, Unusable> {
        match &library.dependencies {
            Dependencies::None => self.link_nothing(library),
            Dependencies::Package { .. } => self.link_package(library),
            Dependencies::Table { toml } => self.link_table(library, toml),
        }
    }

    fn link_nothing(&self, library: &Library) -> Result<Linkage, Unusable> {
        let compiler = self.compiler(None).map_err(|message| Unusable {
            message,
            details: String::new(),
            hint: Some("install Rust (https://rustup.rs)".into()),
        })?;
        let nothing = Heard {
            args: Vec::new(),
            env: Vec::new(),
        };
        Ok(self.linkage(library, &compiler, &nothing, "", Vec::new()))
    }

    fn link_package(&self, library: &Library) -> Result<Linkage, Unusable> {
        let Dependencies::Package {
            manifest,
            name,
            features,
            no_default_features,
        } = &library.dependencies
        else {
            unreachable!("invariant: asked for a package");
        };
        let path = manifest::tidy(&self.around.site.join(manifest));
        let Some(named) = Manifest::read(&path) else {
            return Err(no_manifest(manifest, &path));
        };
        let mut args: Vec<OsString> = vec!["--manifest-path".into(), path.clone().into()];
        if let Some(name) = name {
            args.extend(["-p".into(), name.into()]);
        }
        if !features.is_empty() {
            args.extend(["--features".into(), features.join(",").into()]);
        }
        if *no_default_features {
            args.push("--no-default-features".into());
        }
        let call = Call {
            folder: named.folder,
            args,
            offline: false,
        };
        let heard = self.hear_or_offline(call)?;
        let own = manifest::own_package(&self.around.site, library);
        let wanted = name
            .clone()
            .or_else(|| own.as_ref()?.name().map(str::to_owned));
        let one = one_package(heard, wanted.as_deref())
            .map_err(|names| no_doctest(wanted.as_deref(), &names))?;
        let versions = own.map(|own| own_versions(&own, &one)).unwrap_or_default();
        let compiler = self.compiler_of(&one)?;
        Ok(self.linkage(library, &compiler, &one, "", versions))
    }

    fn link_table(&self, library: &Library, toml: &str) -> Result<Linkage, Unusable> {
        let wrapper = Wrapper::write(&self.around, library, toml).map_err(|message| Unusable {
            message,
            details: String::new(),
            hint: None,
        })?;
        let call = |offline| Call {
            folder: wrapper.folder.clone(),
            args: vec!["--target-dir".into(), wrapper.target.clone().into()],
            offline,
        };
        let heard = if wrapper.lock_is_a_copy {
            // All may be there. Then the network is not needed, and not waited for.
            match self.hear(&call(true)) {
                Ok(Ok(heard)) => heard,
                Ok(Err(failed)) if !is_about_network(&failed.stderr) => {
                    return Err(cargo_words(&failed));
                }
                Ok(Err(_)) => {
                    wrapper.copy_lock_again();
                    self.hear_or_offline(call(false))?
                }
                Err(unusable) => return Err(unusable),
            }
        } else {
            self.hear_or_offline(call(false))?
        };
        wrapper.keep_lock();
        let one = one_package(heard, Some(&wrapper.name))
            .map_err(|names| no_doctest(Some(&wrapper.name), &names))?;
        let names = wrapper.dependency_names();
        let versions =
            manifest::locked_versions(&wrapper.folder.join("Cargo.lock"), &wrapper.name, &names);
        let compiler = self.compiler_of(&one)?;
        Ok(self.linkage(library, &compiler, &one, &wrapper.name, versions))
    }

    /// Calls Cargo; when the network fails it, once more with what is on the disk.
    fn hear_or_offline(&self, mut call: Call) -> Result<Vec<Heard>, Unusable> {
        let failed = match self.hear(&call)? {
            Ok(heard) => return Ok(heard),
            Err(failed) => failed,
        };
        if is_about_network(&failed.stderr) && !failed.interrupted {
            call.offline = true;
            if let Ok(heard) = self.hear(&call)? {
                return Ok(heard);
            }
        }
        Err(cargo_words(&failed))
    }

    /// One call of Cargo with the shim.
    fn hear(&self, call: &Call) -> Result<Result<Vec<Heard>, CargoFailed>, Unusable> {
        let world = |words: String| Unusable {
            message: format!("the library cannot be built: {words}"),
            details: String::new(),
            hint: None,
        };
        let out = self.work_path().map_err(|error| {
            world(format!(
                "no folder to work in: {}",
                crate::disk::words(&error)
            ))
        })?;
        match self.pool.carry_out(&self.cargo_job(call, &out)) {
            Ok(Done {
                ending: Ending::Code(0),
                ..
            }) => Ok(Ok(shim::heard(&out))),
            Ok(done) => Ok(Err(CargoFailed {
                stderr: String::from_utf8_lossy(&done.stderr).into_owned(),
                interrupted: matches!(done.ending, Ending::Signal(_)),
            })),
            Err(failure) => Err(no_cargo(failure, &self.cargo())),
        }
    }

    /// What Cargo is called.
    pub(super) fn cargo(&self) -> OsString {
        let named = self.around.var("CARGO");
        named.map_or_else(|| OsString::from("cargo"), OsString::from)
    }

    fn cargo_job(&self, call: &Call, out: &Path) -> Job {
        let mut job = plain_job(self.cargo(), &call.folder);
        let colour = if self.around.colour {
            "always"
        } else {
            "never"
        };
        job.args = ["test", "--doc", "--quiet", "--color", colour]
            .map(OsString::from)
            .into();
        job.args.extend(call.args.iter().cloned());
        if call.offline {
            job.args.push("--offline".into());
        }
        job.unset.clear();
        job.env
            .push(("RUSTDOC".into(), self.around.program.clone().into()));
        job.env.push((SHIM_OUT.into(), out.into()));
        job.timeout = PATIENCE;
        job
    }

    fn compiler_of(&self, heard: &Heard) -> Result<Compiler, Unusable> {
        let cargo = heard
            .env
            .iter()
            .find(|(key, _)| key == "CARGO")
            .map(|(_, path)| PathBuf::from(path));
        self.compiler(cargo.as_deref()).map_err(|message| Unusable {
            message,
            details: String::new(),
            hint: None,
        })
    }

    /// Puts together what samples of a library need.
    fn linkage(
        &self,
        library: &Library,
        compiler: &Compiler,
        heard: &Heard,
        wrapper: &str,
        versions: Vec<(String, String)>,
    ) -> Linkage {
        let wanted = select(&heard.args, wrapper);
        let known: HashSet<(&str, &str)> = self
            .around
            .env
            .iter()
            .filter_map(|(key, value)| Some((key.to_str()?, value.to_str()?)))
            .collect();
        let is_new = |(key, value): &&(String, String)| {
            // What Cargo says of the package counts even where docproof, run by Cargo, has the same by chance.
            let of_package = key.starts_with("CARGO_PKG_") || key.starts_with("CARGO_MANIFEST_");
            let known = known.contains(&(key.as_str(), value.as_str()));
            !CARGOS_OWN.contains(&key.as_str()) && (of_package || !known)
        };
        let mut env: Vec<(String, String)> = heard.env.iter().filter(is_new).cloned().collect();
        let fingerprint = self.fingerprint(library, compiler, &wanted, &env);
        env.extend(library.env.iter().cloned());
        let edition = match (&library.edition, &library.dependencies) {
            (Some(edition), _) => edition.clone(),
            (None, Dependencies::Package { .. }) => wanted.edition.unwrap_or_else(|| "2015".into()),
            (None, _) => wrapper::EDITION.into(),
        };
        Linkage {
            arguments: wanted.arguments,
            edition,
            env,
            fingerprint,
            versions,
            rustc: compiler.line("release"),
            host: compiler.line("host"),
            sources: manifest::sources(&self.around.site, library, &self.hashes)
                .unwrap_or_default(),
        }
    }

    /// The hash of all that decides what a sample does. Equal in another folder with equal libraries.
    fn fingerprint(
        &self,
        library: &Library,
        compiler: &Compiler,
        wanted: &Selected,
        env: &[(String, String)],
    ) -> ContentHash {
        let mut parts: Vec<Vec<u8>> =
            vec![b"linkage 1".to_vec(), compiler.version.clone().into_bytes()];
        for (name, path) in &wanted.libraries {
            parts.push(name.clone().into_bytes());
            parts.push(self.library_hash(Path::new(path)).0.to_vec());
        }
        for folder in &wanted.native {
            parts.extend(
                native_files(folder)
                    .iter()
                    .map(|path| self.library_hash(path).0.to_vec()),
            );
        }
        parts.extend(
            wanted
                .plain
                .iter()
                .map(|argument| argument.clone().into_bytes()),
        );
        let ours = env
            .iter()
            .filter(|(key, _)| !PLACES.contains(&key.as_str()));
        for (key, value) in ours.chain(&library.env) {
            parts.push(format!("{key}={value}").into_bytes());
        }
        parts.extend(
            library
                .rustflags
                .iter()
                .map(|flag| flag.clone().into_bytes()),
        );
        ContentHash::of_parts(parts.iter().map(Vec::as_slice))
    }

    /// The hash of what a library promises its users: its `.rmeta` stays when only its code is built again.
    fn library_hash(&self, path: &Path) -> ContentHash {
        let promise = path.with_extension("rmeta");
        let found = if promise == path {
            None
        } else {
            self.hashes.of(&promise)
        };
        found.or_else(|| self.hashes.of(path)).unwrap_or_default()
    }
}

/// What Cargo said, as a reason.
fn cargo_words(failed: &CargoFailed) -> Unusable {
    let plain = without_colours(&failed.stderr);
    let says = |words: &str| plain.contains(words);
    let (message, hint) = if failed.interrupted {
        (
            "Cargo was interrupted while it built the library".to_owned(),
            None,
        )
    } else if let Some(package) = plain
        .split("could not compile `")
        .nth(1)
        .and_then(|rest| rest.split('`').next())
    {
        (
            format!("`{package}` does not compile, so no sample can"),
            None,
        )
    } else if says("toolchain '") && says("is not installed") {
        ("the Rust toolchain is not installed".to_owned(), None)
    } else if says("no library targets found") {
        let hint = "give the samples a `dependencies` table under `verify:` in docproof.yaml, or name another `package`";
        (
            "the package has no library".to_owned(),
            Some(hint.to_owned()),
        )
    } else if says("did not match any packages")
        || says("not found in workspace")
        || says("cannot specify features")
    {
        (
            "the package is not there as `verify:` in docproof.yaml says".to_owned(),
            None,
        )
    } else if is_about_network(&plain) {
        let hint = "connect to the network once, or run `cargo fetch` where there is one";
        (
            "the dependencies cannot be downloaded".to_owned(),
            Some(hint.to_owned()),
        )
    } else {
        let hint = "look at the `verify:` tables in docproof.yaml; the words above are Cargo's";
        (
            "the dependencies cannot be resolved".to_owned(),
            Some(hint.to_owned()),
        )
    };
    Unusable {
        message,
        details: failed.stderr.trim_end().to_owned(),
        hint,
    }
}

/// Cargo could not be started, or was lost.
pub fn no_cargo(failure: Failure, cargo: &OsStr) -> Unusable {
    let (message, hint) = match failure {
        Failure::Missing if cargo == "cargo" => (
            "there is no `cargo` on PATH".to_owned(),
            Some("install Rust (https://rustup.rs), or set `CARGO` to where it is".to_owned()),
        ),
        Failure::Missing => (
            format!("there is no `{}`, which `CARGO` names", cargo.display()),
            Some(
                "correct `CARGO`, or do without it: then `cargo` is looked for on PATH".to_owned(),
            ),
        ),
        Failure::Other(words) => (format!("Cargo cannot build: {words}"), None),
    };
    Unusable {
        message,
        details: String::new(),
        hint,
    }
}

/// What is wanted of rustdoc's arguments.
#[derive(Default, Debug)]
struct Selected {
    /// For rustc, as they came.
    arguments: Vec<String>,
    /// Names and paths of libraries.
    libraries: Vec<(String, String)>,
    /// Folders of native libraries.
    native: Vec<PathBuf>,
    /// The arguments that are no place.
    plain: Vec<String>,
    edition: Option<String>,
}

/// Options of rustdoc that rustc has too, and that decide what a sample means.
const KEPT: &[&str] = &[
    "--extern",
    "-L",
    "--cfg",
    "--check-cfg",
    "-C",
    "--target",
    "--cap-lints",
    "-Z",
    "--sysroot",
];

/// Picks what rustc needs for a sample.
fn select(args: &[String], wrapper: &str) -> Selected {
    let mut selected = Selected::default();
    let wrapper = wrapper.replace('-', "_");
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if let Some(edition) = arg.strip_prefix("--edition=") {
            selected.edition = Some(edition.to_owned());
            continue;
        }
        if arg == "--edition" {
            selected.edition = args.next().cloned();
            continue;
        }
        let Some(option) = KEPT.iter().find(|option| is_option(arg, option)) else {
            continue;
        };
        let joined = arg[option.len()..].trim_start_matches('=');
        let value = if joined.is_empty() {
            args.next().cloned().unwrap_or_default()
        } else {
            joined.to_owned()
        };
        selected.take(option, value, &wrapper);
    }
    selected.libraries.sort();
    selected
}

/// Whether an argument is that option: `--cfg` and `--cfg=x`, `-L` and `-Lx`.
fn is_option(arg: &str, option: &str) -> bool {
    arg.strip_prefix(option)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('=') || !option.starts_with("--"))
}

impl Selected {
    fn take(&mut self, option: &str, value: String, wrapper: &str) {
        match option {
            "--extern" => {
                let (name, path) = value.split_once('=').unwrap_or((&value, ""));
                if !wrapper.is_empty() && name.rsplit(':').next() == Some(wrapper) {
                    return;
                }
                self.libraries.push((name.to_owned(), path.to_owned()));
            }
            "-L" => {
                let folder = value.strip_prefix("native=").map(PathBuf::from);
                self.native.extend(folder.filter(|folder| is_built(folder)));
            }
            _ => self.plain.push(format!("{option} {value}")),
        }
        self.arguments.extend([option.to_owned(), value]);
    }
}

/// Whether a folder is the output of a build script, and not one of the system's.
fn is_built(folder: &Path) -> bool {
    folder.components().any(|part| part.as_os_str() == "build")
        && folder.components().any(|part| part.as_os_str() == "out")
}

/// Native libraries in a folder, by name.
fn native_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let is_library = |path: &PathBuf| {
        path.extension()
            .is_some_and(|end| end == "a" || end == "so" || end == "dylib")
    };
    let mut files: Vec<PathBuf> = entries.filter(is_library).collect();
    files.sort();
    files
}

/// The call for a package; else the names of those that there were calls for.
fn one_package(heard: Vec<Heard>, name: Option<&str>) -> Result<Heard, Vec<String>> {
    let named = |one: &Heard| {
        one.env
            .iter()
            .find(|(key, _)| key == "CARGO_PKG_NAME")
            .map(|(_, name)| name.clone())
    };
    let names: Vec<String> = heard.iter().filter_map(named).collect();
    let mut fitting = heard
        .into_iter()
        .filter(|one| name.is_none() || named(one).as_deref() == name);
    match (fitting.next(), fitting.next()) {
        (Some(one), None) => Ok(one),
        _ => Err(names),
    }
}

fn own_versions(own: &Manifest, heard: &Heard) -> Vec<(String, String)> {
    let name = own.name().unwrap_or_default().to_owned();
    let version = heard
        .env
        .iter()
        .find(|(key, _)| key == "CARGO_PKG_VERSION")
        .map(|(_, version)| version.clone());
    let root = manifest::workspace(&own.folder).unwrap_or_else(|| own.clone());
    let names: BTreeSet<String> = own.dependency_names(true);
    let mut versions = vec![(name.clone(), version.unwrap_or_default())];
    versions.extend(manifest::locked_versions(
        &root.folder.join("Cargo.lock"),
        &name,
        &names,
    ));
    versions
}

fn no_manifest(manifest: &str, path: &Path) -> Unusable {
    let message = if path.exists() {
        format!("`{manifest}` is not a readable manifest")
    } else {
        format!("there is no `{manifest}`")
    };
    let hint = Some("paths in `verify:` start from the folder of docproof.yaml".to_owned());
    Unusable {
        message,
        details: String::new(),
        hint,
    }
}

fn no_doctest(name: Option<&str>, heard: &[String]) -> Unusable {
    let (message, hint) = match (name, heard) {
        (None, [_, ..]) => (
            format!(
                "the manifest is that of several packages (`{}`)",
                heard.join("`, `")
            ),
            "name one with `package:` under `verify:` in docproof.yaml",
        ),
        _ => (
            "Cargo runs no doctests for the package: it has no library".to_owned(),
            "give the samples a `dependencies` table under `verify:` in docproof.yaml instead",
        ),
    };
    Unusable {
        message,
        details: String::new(),
        hint: Some(hint.to_owned()),
    }
}

/// Whether Cargo's words are about what it could not fetch.
fn is_about_network(words: &str) -> bool {
    const SIGNS: &[&str] = &[
        "--offline",
        "Could not resolve host",
        "Couldn't resolve host",
        "failed to download",
        "failed to fetch",
        "network failure",
        "spurious network error",
        "Could not connect",
        "Couldn't connect",
        "download of config.json failed",
        "without the network",
        "attempting to make an HTTP request",
        "unable to update registry",
        "Unable to update registry",
    ];
    SIGNS.iter().any(|sign| words.contains(sign))
}

/// The text without escapes for colours and links.
fn without_colours(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sample_needs_is_picked_from_what_rustdoc_gets() {
        let args = "--edition=2021 --crate-type lib --color auto --crate-name docproof_samples_x --test lib.rs \
            --test-run-directory /x --test-args --quiet --extern docproof_samples_x=/t/libdocproof_samples_x.rlib \
            --extern priv:serde=/t/libserde-1.rlib -L dependency=/t/deps -Lnative=/t/build/z-1/out -L native=/usr/lib \
            -C linker=cc -Cpanic=abort --cfg feature=\"x\" --check-cfg cfg(docsrs,test) --error-format human -o /t/out";
        let args: Vec<String> = args.split_whitespace().map(str::to_owned).collect();
        let selected = select(&args, "docproof-samples-x");
        assert_eq!(
            selected.arguments.join(" "),
            "--extern priv:serde=/t/libserde-1.rlib -L dependency=/t/deps -L native=/t/build/z-1/out -L native=/usr/lib \
             -C linker=cc -C panic=abort --cfg feature=\"x\" --check-cfg cfg(docsrs,test)"
        );
        assert_eq!(selected.edition.as_deref(), Some("2021"));
        assert_eq!(selected.native, [Path::new("/t/build/z-1/out")]);
        assert_eq!(
            selected.libraries,
            [("priv:serde".to_owned(), "/t/libserde-1.rlib".to_owned())]
        );
    }

    #[test]
    fn words_about_the_network_are_known() {
        for words in [
            "error: failed to download from `https://index.crates.io/x`",
            "Caused by:\n  [6] Could not resolve hostname (Could not resolve host: index.crates.io)",
            "As a reminder, you're using offline mode (--offline) which can sometimes cause surprising failures",
        ] {
            assert!(is_about_network(words), "{words}");
        }
        assert!(!is_about_network(
            "error: could not compile `x` (lib) due to 1 previous error"
        ));
    }
}
