//! `docproof version`: versions cut from the current docs, taken away again, and listed.

use serde_json::json;

use super::open::{self, Site, count};
use super::{Common, FINE, PROBLEMS, USAGE, report};
use crate::build::changes::FileChange;
use crate::build::cut::{Cutter, Refusal, no_such_version};
use crate::diagnostic::{did_you_mean, one_of};
use crate::site::VersionKind;

/// Options of `version`.
#[derive(clap::Args, Debug)]
pub struct VersionArgs {
    #[command(subcommand)]
    command: VersionCommand,
}

#[derive(clap::Subcommand, Debug)]
enum VersionCommand {
    /// Release the current docs as a version
    ///
    /// Writes the docs that differ from what the latest version shows, and the sidebar if it differs, and
    /// puts the version first in versions.json. Text that a page copies by COPY DOCS is written into the
    /// version's file, so that the release does not change when the source does.
    Cut(ChangeArgs),
    /// Take a version away again
    ///
    /// Removes its folder, its sidebar and its entry in versions.json. Newer versions show the docs of this
    /// one where they have none of their own; if there are such docs, `--force` is needed.
    Rm(ChangeArgs),
    /// List the versions
    List {
        /// Only those of this docset
        #[arg(long, value_name = "ID")]
        docset: Option<String>,
    },
}

#[derive(clap::Args, Debug)]
struct ChangeArgs {
    /// The version's name, such as 2.0.X
    name: String,
    /// Which docset, when the site has several
    #[arg(long, value_name = "ID")]
    docset: Option<String>,
    /// Do it even if pages of other versions change or the site has errors afterwards
    #[arg(long)]
    force: bool,
}

/// Runs `version`.
pub fn run(common: &Common, args: &VersionArgs) -> u8 {
    let site = match open::site(common) {
        Ok(site) => site,
        Err(code) => return code,
    };
    // Versions that are listed wrongly are unknown to the index, and must not be written over.
    let broken: Vec<_> = site
        .diagnostics
        .iter()
        .filter(|d| matches!(d.code, "versions" | "settings"))
        .filter(|d| d.severity == crate::diagnostic::Severity::Error)
        .cloned()
        .collect();
    if !broken.is_empty() {
        report::diagnostics(common, &broken, &site.build.sources);
        return PROBLEMS;
    }
    let done = match &args.command {
        VersionCommand::Cut(args) => cut(common, &site, args),
        VersionCommand::Rm(args) => remove(common, &site, args),
        VersionCommand::List { docset } => list(common, &site, docset.as_deref()),
    };
    match done {
        Ok(()) => FINE,
        Err(Stop::Said(code)) => code,
        Err(Stop::Refused(refusal)) => {
            report::failure(common, &refusal.message, refusal.hint.as_deref());
            USAGE
        }
    }
}

/// Why a command ends early.
enum Stop {
    /// It was said already.
    Said(u8),
    /// It is still to be said.
    Refused(Refusal),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

fn cutter(site: &Site, docset: usize) -> Cutter<'_> {
    Cutter {
        indexed: &site.indexed,
        sources: &site.build.sources,
        files: &site.files,
        docset,
    }
}

fn cut(common: &Common, site: &Site, args: &ChangeArgs) -> Result<(), Stop> {
    let docset = match named(site, args.docset.as_deref())? {
        Some(docset) => docset,
        None => only(site, |docset| !cutter(site, docset).names().is_empty())?,
    };
    let plan = cutter(site, docset).cut(&args.name)?;
    let changes = &plan.changes;
    if !args.force {
        check(
            common,
            site,
            changes,
            &format!("version `{}` was not cut", args.name),
        )?;
    }
    open::apply(common, &common.site, changes).map_err(Stop::Said)?;
    let id = &site.indexed.config.docsets[docset].id;
    let value = json!({
        "version": args.name, "docset": id, "docs": plan.docs, "sidebar": plan.sidebar,
        "inherited_but_gone": plan.gone,
    });
    let mut text = String::new();
    for path in plan.docs.iter().chain(&plan.sidebar) {
        text.push_str(&format!("wrote  {path}\n"));
    }
    open::answer(common, &text, &[value]);
    let rest = match cutter(site, docset).names().first() {
        Some(before) => format!("; the others are those of `{before}`"),
        None => String::new(),
    };
    let docs = count(plan.docs.len(), "doc");
    report::line(&format!("cut version `{}`: {docs}{rest}", args.name));
    if !plan.gone.is_empty() {
        warn_of_gone(common, site, docset, &args.name, &plan.gone);
    }
    Ok(())
}

/// Docs that are gone from the current docs come back by inheritance.
fn warn_of_gone(common: &Common, site: &Site, docset: usize, name: &str, gone: &[String]) {
    let ids: Vec<String> = gone
        .iter()
        .map(|id| crate::build::front_text::scalar(id))
        .collect();
    let path = "docsets:";
    let id = &site.indexed.config.docsets[docset].id;
    let message = format!(
        "version `{name}` still shows {} that the current docs do not have: {}",
        count(gone.len(), "doc"),
        gone.join(", ")
    );
    let hint = format!(
        "to end them with the version before, write in docproof.yaml:\n{path}\n  - id: {id}\n    versions:\n      {}: {{ removed: [{}] }}",
        serde_json::Value::from(name),
        ids.join(", ")
    );
    let warning = crate::diagnostic::Diagnostic::warning("removed-docs", message).hint(hint);
    report::diagnostics(common, &[warning], &site.build.sources);
}

fn remove(common: &Common, site: &Site, args: &ChangeArgs) -> Result<(), Stop> {
    let has = |docset: usize| cutter(site, docset).names().contains(&args.name.as_str());
    let docset = match named(site, args.docset.as_deref())? {
        Some(docset) => docset,
        None if (0..site.indexed.config.docsets.len()).any(has) => only(site, has)?,
        None => {
            let all: Vec<&str> = (0..site.indexed.config.docsets.len())
                .flat_map(|docset| cutter(site, docset).names())
                .collect();
            return Err(no_such_version(&args.name, &all).into());
        }
    };
    let plan = cutter(site, docset).remove(&args.name)?;
    if !args.force && !plan.affected.is_empty() {
        let message = format!(
            "newer versions show docs of `{}`: {}",
            args.name,
            plan.affected.join("; ")
        );
        let hint = "`--force` removes it all the same".to_owned();
        return Err(Refusal {
            message,
            hint: Some(hint),
        }
        .into());
    }
    if !args.force {
        check(
            common,
            site,
            &plan.changes,
            &format!("version `{}` was not removed", args.name),
        )?;
    }
    open::apply(common, &common.site, &plan.changes).map_err(Stop::Said)?;
    let id = &site.indexed.config.docsets[docset].id;
    let value = json!({ "removed": args.name, "docset": id, "changed_pages": plan.affected });
    open::answer(common, "", &[value]);
    report::line(&format!("removed version `{}`", args.name));
    for line in &plan.affected {
        report::line(&format!("changed: {line}"));
    }
    Ok(())
}

/// Stops when the site would have errors that it does not have now.
fn check(common: &Common, site: &Site, changes: &[FileChange], what: &str) -> Result<(), Stop> {
    let (errors, after) = open::errors_after(&site.files, changes);
    if errors.is_empty() {
        return Ok(());
    }
    report::diagnostics(common, &errors, &after.sources);
    let before = !open::errors_after(&site.files, &[]).0.is_empty();
    let why = if before {
        "the site has errors; put them right first, or add `--force`"
    } else {
        "the site would have these errors; `--force` does it all the same"
    };
    report::failure(common, what, Some(why));
    Err(Stop::Said(PROBLEMS))
}

/// The docset of an option.
fn named(site: &Site, id: Option<&str>) -> Result<Option<usize>, Refusal> {
    let Some(id) = id else { return Ok(None) };
    let docsets = &site.indexed.config.docsets;
    match docsets.iter().position(|d| d.id == id) {
        Some(found) => Ok(Some(found)),
        None => {
            let known: Vec<&str> = docsets.iter().map(|d| d.id.as_str()).collect();
            let near = did_you_mean(id, known.iter().copied());
            Err(Refusal {
                message: format!("there is no docset `{id}`"),
                hint: Some(near.unwrap_or_else(|| format!("docsets: {}", one_of(&known)))),
            })
        }
    }
}

/// The site's one docset, or the one that fits.
fn only(site: &Site, fits: impl Fn(usize) -> bool) -> Result<usize, Refusal> {
    let docsets = &site.indexed.config.docsets;
    let fitting: Vec<usize> = (0..docsets.len()).filter(|n| fits(*n)).collect();
    match (docsets.len(), fitting.as_slice()) {
        (1, _) => Ok(0),
        (_, [one]) => Ok(*one),
        _ => {
            let known: Vec<&str> = docsets.iter().map(|d| d.id.as_str()).collect();
            Err(Refusal {
                message: "the site has several docsets".into(),
                hint: Some(format!("name one with `--docset`: {}", one_of(&known))),
            })
        }
    }
}

fn list(common: &Common, site: &Site, docset: Option<&str>) -> Result<(), Stop> {
    let wanted = named(site, docset)?;
    let index = &site.indexed.site;
    let mut text = String::new();
    let mut values = Vec::new();
    for (n, docset) in index.docsets.iter().enumerate() {
        if wanted.is_some_and(|w| w != n) {
            continue;
        }
        text.push_str(&format!("{}\n", docset.id));
        if !docset.is_versioned() {
            text.push_str("  no versions\n");
        }
        for version in docset
            .versions
            .iter()
            .filter(|v| v.kind != VersionKind::Only)
        {
            let own = version
                .pages
                .iter()
                .filter(|page| {
                    let doc = index.doc(**page);
                    doc.version.as_ref().unwrap_or(&version.name) == &version.name
                })
                .count();
            let kind = match version.kind {
                VersionKind::Next => "not released",
                VersionKind::Latest => "latest",
                VersionKind::Old | VersionKind::Only => "",
            };
            let route = format!("{}{}", site.indexed.config.base_url, version.route);
            let pages = count(version.pages.len(), "page");
            text.push_str(
                format!(
                    "  {:12}  {kind:12}  {route:24}  {pages}, {own} of its own",
                    version.name
                )
                .trim_end(),
            );
            text.push('\n');
            values.push(json!({
                "docset": docset.id, "version": version.name,
                "kind": match version.kind {
                    VersionKind::Next => "next",
                    VersionKind::Latest => "latest",
                    VersionKind::Old | VersionKind::Only => "old",
                },
                "route": route, "pages": version.pages.len(), "own": own,
            }));
        }
    }
    open::answer(common, &text, &values);
    Ok(())
}
