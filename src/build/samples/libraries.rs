//! The `verify:` tables to the libraries that samples are verified against.
//!
//! In: the checked configuration, the versions that there are, and fences. Out: each different library once, which
//! one each fence has, and what is said of versions that have none of their own. It must not know Cargo.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::build::Indexed;
use crate::config::Dialect;
use crate::config::verify::{VerifySettings, VerifyVersion};
use crate::diagnostic::{Diagnostic, did_you_mean, one_of};
use crate::markdown::parse_info;
use crate::site::Docset;
use crate::source::Span;
use crate::verify::library::{DEFAULT_MEMORY, DEFAULT_TIMEOUT, Dependencies, Library};
use crate::verify::sample::Fence;

/// The version of the unreleased docs.
const NEXT: &str = "next";

/// Libraries, and the number of each fence's.
#[derive(Clone, Debug, Default)]
pub struct Libraries {
    /// Each different one once, in the order of pages.
    pub libraries: Vec<Library>,
    /// For each fence, the place of its library in the list.
    pub of_fences: Vec<usize>,
}

/// The libraries of fences. `has_package` says whether the site's folder holds a Cargo package with a library, which is
/// what samples belong to where the configuration names nothing.
pub fn libraries(
    indexed: &Indexed,
    fences: &[Fence],
    has_package: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Libraries {
    let mut out = Libraries::default();
    let mut known: HashMap<(Arc<str>, Option<Arc<str>>), usize> = HashMap::new();
    for fence in fences {
        let key = (fence.docset.clone(), fence.version.clone());
        let number = *known.entry(key).or_insert_with(|| {
            let library = library(indexed, fence, has_package);
            let same = |other: &Library| {
                Library {
                    name: library.name.clone(),
                    ..other.clone()
                } == library
            };
            out.libraries.iter().position(same).unwrap_or_else(|| {
                out.libraries.push(library);
                out.libraries.len() - 1
            })
        });
        out.of_fences.push(number);
    }
    unnamed_versions(indexed, fences, has_package, diagnostics);
    out
}

/// The library of one docset and version.
fn library(indexed: &Indexed, fence: &Fence, has_package: bool) -> Library {
    let version = fence.version.as_deref();
    let settings = indexed.config.verify.settings(&fence.docset, version);
    let name = match version {
        None | Some(NEXT) => "current docs".to_owned(),
        Some(version) => format!("version {version}"),
    };
    let name = if indexed.site.docsets.len() > 1 {
        format!("{}, {name}", fence.docset)
    } else {
        name
    };
    Library {
        name,
        dependencies: dependencies(&settings, has_package),
        edition: settings.edition,
        env: settings.env.unwrap_or_default(),
        rustflags: settings.rustflags.unwrap_or_default(),
        timeout: settings.timeout.unwrap_or(DEFAULT_TIMEOUT),
        memory: settings.memory.unwrap_or(DEFAULT_MEMORY),
    }
}

fn dependencies(settings: &VerifySettings, has_package: bool) -> Dependencies {
    if let Some(toml) = &settings.dependencies {
        return match toml.is_empty() {
            true => Dependencies::None,
            false => Dependencies::Table { toml: toml.clone() },
        };
    }
    if !settings.names_a_library() && !has_package {
        return Dependencies::None;
    }
    Dependencies::Package {
        manifest: settings
            .manifest
            .clone()
            .unwrap_or_else(|| "Cargo.toml".into()),
        name: settings.package.clone(),
        features: settings.features.clone().unwrap_or_default(),
        no_default_features: settings.no_default_features.unwrap_or_default(),
    }
}

/// Versions in `verify:` that no docset has.
pub fn check_versions(indexed: &Indexed, diagnostics: &mut Vec<Diagnostic>) {
    let verify = &indexed.config.verify;
    let docsets = &indexed.site.docsets;
    let all: Vec<&Docset> = docsets.iter().collect();
    unknown_versions(indexed, &verify.versions, &all, diagnostics);
    for own in &verify.docsets {
        let docset: Vec<&Docset> = docsets.iter().filter(|d| d.id == own.id).collect();
        unknown_versions(indexed, &own.versions, &docset, diagnostics);
    }
}

fn unknown_versions(
    indexed: &Indexed,
    versions: &[VerifyVersion],
    docsets: &[&Docset],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let of_docset = |docset: &&Docset| {
        docset
            .versions
            .iter()
            .map(|v| v.name.clone())
            .collect::<Vec<_>>()
    };
    let there: BTreeSet<String> = docsets
        .iter()
        .flat_map(of_docset)
        .filter(|name| !name.is_empty())
        .collect();
    let names: Vec<&str> = there.iter().map(String::as_str).collect();
    for version in versions.iter().filter(|v| !there.contains(&v.name)) {
        let hint =
            did_you_mean(&version.name, names.iter().copied()).unwrap_or_else(|| match names[..] {
                [] => {
                    "there are no versions; settings for the current docs stand in `verify` itself"
                        .into()
                }
                _ => format!("versions: {}", one_of(&names)),
            });
        let message = format!("there is no version `{}`", version.name);
        let diagnostic = Diagnostic::error("config", message).hint(hint);
        diagnostics.push(match indexed.config_source {
            Some(source) => diagnostic.at(
                Span {
                    source,
                    range: version.place.clone(),
                },
                "",
            ),
            None => diagnostic,
        });
    }
}

/// Released versions whose samples are verified against the current library, because nothing else is said.
fn unnamed_versions(
    indexed: &Indexed,
    fences: &[Fence],
    has_package: bool,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let verify = &indexed.config.verify;
    let mut told: BTreeSet<(Arc<str>, Arc<str>)> = BTreeSet::new();
    for fence in fences {
        let Some(version) = fence.version.clone().filter(|v| &**v != NEXT) else {
            continue;
        };
        let settings = verify.settings(&fence.docset, Some(&version));
        let some = settings.names_a_library() || has_package;
        let shared = some && !verify.names_a_library_for(&fence.docset, &version);
        let key = (fence.docset.clone(), version.clone());
        if !shared || told.contains(&key) || !needs_a_library(fence) {
            continue;
        }
        told.insert(key);
        let message = format!(
            "the samples of version `{version}` of `{}` are verified against the current library",
            fence.docset
        );
        let hint = format!(
            "add its library to docproof.yaml, as in `verify: {{ versions: {{ \"{version}\": {{ dependencies: {{ .. }} }} }} }}`"
        );
        let diagnostic = Diagnostic::warning("verify", message).hint(hint);
        diagnostics.push(diagnostic.in_file(crate::config::FILE_NAME));
    }
}

/// Whether a fence is Rust that is not left out.
fn needs_a_library(fence: &Fence) -> bool {
    let (info, _) = parse_info(&fence.info, 0, Dialect::Docproof);
    let ignored = |word: &String| word == "ignore" || word.starts_with("ignore-");
    info.is_rust() && !info.words.iter().any(ignored)
}
