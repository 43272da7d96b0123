//! `docproof copies`: who copies from whom, and stale copies brought up to date.

use serde_json::json;

use super::open::{self, Site, count};
use super::{Common, FINE, PROBLEMS, USAGE, report};
use crate::build::copies::{self, CopySource};
use crate::diagnostic::{Diagnostic, Severity};

/// Options of `copies`.
#[derive(clap::Args, Debug)]
pub struct CopiesArgs {
    /// Fail when a copy is stale
    #[arg(long)]
    check: bool,
    #[command(subcommand)]
    command: Option<CopiesCommand>,
}

#[derive(clap::Subcommand, Debug)]
enum CopiesCommand {
    /// Rewrite stale copies with their source's text
    Sync {
        /// Write nothing, and fail when a copy is stale
        #[arg(long)]
        check: bool,
    },
}

/// Runs `copies`.
pub fn run(common: &Common, args: &CopiesArgs) -> u8 {
    let site = match open::site(common) {
        Ok(site) => site,
        Err(code) => return code,
    };
    // A copy whose source cannot be had is in no list, so the list would be wrong without a word.
    let broken: Vec<Diagnostic> = site
        .diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error && matches!(d.code, "copy-docs" | "file"))
        .cloned()
        .collect();
    report::diagnostics(common, &broken, &site.build.sources);
    let all = copies::list(&site.indexed, &site.build.sources);
    match args.command {
        None if args.check => check(common, &all, !broken.is_empty()),
        None => {
            list(common, &all);
            if broken.is_empty() { FINE } else { PROBLEMS }
        }
        Some(CopiesCommand::Sync { check: dry }) if dry || args.check => {
            check(common, &all, !broken.is_empty())
        }
        Some(CopiesCommand::Sync { .. }) if !broken.is_empty() => {
            report::line("nothing was rewritten, because of the errors above");
            PROBLEMS
        }
        Some(CopiesCommand::Sync { .. }) => sync(common, &site, &all),
    }
}

fn list(common: &Common, all: &[CopySource]) {
    let mut text = String::new();
    let mut values = Vec::new();
    for source in all {
        text.push_str(&format!("{}\n", source.path));
        if source.copies.is_empty() {
            text.push_str("  no copies\n");
        }
        for copy in &source.copies {
            let state = if copy.stale { "stale" } else { "up to date" };
            let via = if copy.via.is_empty() {
                String::new()
            } else {
                format!(" (through {})", copy.via.join(", "))
            };
            text.push_str(&format!("  {state:10}  {}{via}\n", copy.path));
        }
        let copies: Vec<serde_json::Value> = source
            .copies
            .iter()
            .map(|c| json!({ "path": c.path, "via": c.via, "stale": c.stale }))
            .collect();
        values.push(json!({ "source": source.path, "copies": copies }));
    }
    open::answer(common, &text, &values);
    let total: usize = all.iter().map(|s| s.copies.len()).sum();
    let stale = stale(all).len();
    if total == 0 {
        report::line("no page copies from another");
    } else {
        let (copied, from) = (plural_copies(total), count(all.len(), "source"));
        report::line(&format!("{copied} of {from}, {stale} stale"));
    }
    if stale > 0 {
        report::line("`docproof copies sync` brings them up to date");
    }
}

fn plural_copies(n: usize) -> String {
    if n == 1 {
        "1 copy".into()
    } else {
        format!("{n} copies")
    }
}

/// Stale copies and their sources.
fn stale(all: &[CopySource]) -> Vec<(&str, &str)> {
    all.iter()
        .flat_map(|s| s.copies.iter().map(move |c| (s, c)))
        .filter(|(_, copy)| copy.stale)
        .map(|(source, copy)| (copy.path.as_str(), source.path.as_str()))
        .collect()
}

/// Prints the stale copies, each with what is or was done to it.
fn tell(common: &Common, stale: &[(&str, &str)], state: &str) {
    let text: String = stale
        .iter()
        .map(|(path, source)| format!("{state}  {path}  from  {source}\n"))
        .collect();
    let values: Vec<serde_json::Value> = stale
        .iter()
        .map(|(path, source)| json!({ "path": path, "source": source, "state": state }))
        .collect();
    open::answer(common, &text, &values);
}

fn check(common: &Common, all: &[CopySource], broken: bool) -> u8 {
    let stale = stale(all);
    tell(common, &stale, "stale");
    if !stale.is_empty() {
        let stale = plural_copies(stale.len());
        report::line(&format!(
            "{stale} stale; `docproof copies sync` brings them up to date"
        ));
        return PROBLEMS;
    }
    if broken {
        return PROBLEMS;
    }
    report::line("every copy is up to date");
    FINE
}

fn sync(common: &Common, site: &Site, all: &[CopySource]) -> u8 {
    let changes = match copies::sync(&site.indexed, &site.build.sources, &site.files) {
        Ok(changes) => changes,
        Err((path, error)) => {
            let message = format!("`{path}` {error}");
            report::failure(common, &message, Some("nothing was rewritten"));
            return USAGE;
        }
    };
    if changes.is_empty() {
        report::line("every copy is up to date");
        return FINE;
    }
    if let Err(code) = open::apply(common, &common.site, &changes) {
        return code;
    }
    tell(common, &stale(all), "rewritten");
    report::line(&format!("{} rewritten", plural_copies(changes.len())));
    FINE
}
