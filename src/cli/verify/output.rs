//! What `verify` prints: the report in the format that was asked for.

use std::io::Write as _;
use std::path::Path;

use super::{Common, Format, report};
use crate::verify::plan::Plan;
use crate::verify::report::{Outcomes, github, human, json, junit, list as listing};

/// Prints the list of all code blocks.
pub fn list(common: &Common, outcomes: &Outcomes) {
    let text = match common.format {
        Format::Json => listing::json(outcomes),
        Format::Human | Format::Junit | Format::Github => listing::human(outcomes),
    };
    print(&text);
}

/// Prints the report of a run: for people on standard error, as data on standard output.
pub fn finish(common: &Common, outcomes: &Outcomes, plan: &Plan, root: &Path) {
    match common.format {
        Format::Human => people(common, outcomes, plan),
        Format::Json => print(&json::render(outcomes)),
        Format::Junit => print(&junit::render(outcomes)),
        Format::Github => {
            let mut text = String::new();
            human_text(common, outcomes, plan, &mut text);
            // Samples may print what GitHub would take for commands.
            let shown = github::without_commands(&human::without_colours(&text));
            print(&shown);
            print(&github::annotations(
                outcomes,
                &report::repository_prefix(root),
            ));
            step_summary(outcomes);
        }
    }
}

fn people(common: &Common, outcomes: &Outcomes, plan: &Plan) {
    let mut text = String::new();
    human_text(common, outcomes, plan, &mut text);
    if !report::styled(common) {
        text = human::without_colours(&text);
    }
    // A closed pipe is no reason to fail.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

fn human_text(common: &Common, outcomes: &Outcomes, plan: &Plan, text: &mut String) {
    let site = common.site.display().to_string();
    let command = if site == "." {
        "docproof verify".to_owned()
    } else {
        format!("docproof verify --site {site}")
    };
    let call = human::Call { command: &command };
    text.push_str(&human::render(outcomes, &call));
    if let Some((place, why)) = plan.rustdoc_differs.first() {
        let more = match plan.rustdoc_differs.len() - 1 {
            0 => String::new(),
            1 => ", and 1 more block differs".to_owned(),
            n => format!(", and {n} more blocks differ"),
        };
        text.push_str(&format!(
            "note: `rustdoc --test` would do otherwise at {}:{}: {why}{more}; `--list` shows all\n",
            place.path, place.line
        ));
    }
}

fn print(text: &str) {
    // A closed pipe is no reason to fail.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Adds a table to the summary of a GitHub job.
fn step_summary(outcomes: &Outcomes) {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return;
    };
    let file = std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(&path);
    let written = file.and_then(|mut file| file.write_all(github::summary(outcomes).as_bytes()));
    if let Err(error) = written {
        report::line(&format!("note: the job's summary was not written: {error}"));
    }
}
