//! A run for GitHub Actions: annotations at the lines of the Markdown, and the summary of a job.
//!
//! In: [`Outcomes`], and where the site lies in its repository. Out: workflow commands and Markdown. GitHub shows ten errors
//! of a step; all are written all the same, since the log has them.

use std::fmt::Write as _;

use super::super::output;
use super::super::verdict::{Outcome, Verdict};
use super::human::name;
use super::place::{first_error, look};
use super::{Outcomes, count, plain, rows, seconds, totals};
use crate::source::ContentHash;

/// How many lines of a message an annotation holds.
const MOST_LINES: usize = 40;
/// How many failing samples the summary names.
const MOST_NAMED: usize = 50;

/// Annotations, one line each. `prefix` leads from the repository's root to the site's folder: empty, or with a `/` at
/// its end.
pub fn annotations(outcomes: &Outcomes, prefix: &str) -> String {
    let mut out = String::new();
    for prepared in &outcomes.libraries {
        if let Some(failure) = &prepared.failure {
            let message = first_lines(&format!("{}\n{}", failure.message, plain(&failure.details)));
            let title = format!("verify: {}", prepared.library.name);
            let _ = writeln!(
                out,
                "::error title={}::{}",
                property(&title),
                data(&message)
            );
        }
    }
    for (why, samples) in outcomes.not_tried() {
        let place = samples[0].place();
        let file = format!("{prefix}{}", place.path);
        let message = format!("{} not verified: {why}", count(samples.len(), "sample"));
        let _ = writeln!(
            out,
            "::error file={},line={},title=not verified::{}",
            property(&file),
            place.line,
            data(&message),
        );
    }
    for (sample, verdict) in outcomes.failed() {
        let at = look(sample, verdict);
        let mut where_ = format!(
            "file={},line={},endLine={}",
            property(&format!("{prefix}{}", at.place.path)),
            at.place.line,
            at.end_line,
        );
        // GitHub takes columns only where both are on one line.
        if at.end_line == at.place.line {
            let _ = write!(where_, ",col={}", at.place.column);
            if let Some(end) = at.end_column {
                let _ = write!(where_, ",endColumn={end}");
            }
        }
        let library = outcomes
            .library_of(sample)
            .map_or("", |l| l.library.name.as_str());
        let title = format!("{}: {} ({library})", name(sample), verdict.outcome.words());
        let message = data(&first_lines(&words(verdict)));
        let _ = writeln!(
            out,
            "::error {where_},title={}::{message}",
            property(&title)
        );
    }
    out
}

/// What an annotation says below its title.
fn words(verdict: &Verdict) -> String {
    if let Outcome::OutputDiffers { expected, found } = &verdict.outcome {
        return format!("expected:\n{expected}\nprinted:\n{found}");
    }
    if let Some(message) = first_error(verdict) {
        let more = verdict.messages.len() - 1;
        let rest = if more > 0 {
            format!("\nand {}", count(more, "more message"))
        } else {
            String::new()
        };
        return format!("{}{rest}", plain(&message.rendered).trim_end());
    }
    let stderr = plain(&verdict.stderr);
    if stderr.trim().is_empty() {
        verdict.outcome.words()
    } else {
        stderr.trim().to_owned()
    }
}

fn first_lines(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().take(MOST_LINES).collect();
    if text.lines().count() > MOST_LINES {
        lines.push("...");
    }
    lines.join("\n")
}

/// Escapes the message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Keeps GitHub from taking lines of a text for commands: samples may print `::set-env` and the like. The word that ends
/// this comes from the text itself, so nothing in it can be that word.
pub fn without_commands(text: &str) -> String {
    let token = ContentHash::of(text.as_bytes());
    let end = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    format!("::stop-commands::{token}\n{text}{end}::{token}::\n")
}

/// The summary of a job, as Markdown.
pub fn summary(outcomes: &Outcomes) -> String {
    let all = totals(outcomes);
    let mut out = format!(
        "### docproof verify: {}\n\n{}: {} passed, {} failed, {} ignored ({} from the cache) in {}\n\n",
        if outcomes.all_passed() {
            "passed"
        } else {
            "failed"
        },
        count(all.samples, "sample"),
        all.passed,
        all.failed + all.unfinished,
        all.ignored,
        all.cached,
        seconds(outcomes.elapsed),
    );
    out.push_str(
        "| docset | version | samples | passed | failed | ignored | not Rust | cached |\n",
    );
    out.push_str("|---|---|--:|--:|--:|--:|--:|--:|\n");
    for row in rows(outcomes) {
        let t = &row.totals;
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            cell(&row.docset),
            cell(row.version.as_deref().unwrap_or("-")),
            t.samples,
            t.passed,
            t.failed + t.unfinished,
            t.ignored,
            t.not_rust,
            t.cached,
        );
    }
    failing(&mut out, outcomes);
    out
}

fn failing(out: &mut String, outcomes: &Outcomes) {
    let mut lines = Vec::new();
    for prepared in &outcomes.libraries {
        if let Some(failure) = &prepared.failure {
            lines.push(format!(
                "{}: {}",
                cell(&prepared.library.name),
                cell(&failure.message)
            ));
        }
    }
    for (why, samples) in outcomes.not_tried() {
        lines.push(format!(
            "{} not verified: {}",
            count(samples.len(), "sample"),
            cell(&why)
        ));
    }
    for (sample, verdict) in outcomes.failed() {
        let at = look(sample, verdict).place;
        let said =
            first_error(verdict).map_or_else(String::new, |m| format!(": {}", cell(&m.message)));
        lines.push(format!(
            "{}, line {}: {}{said}",
            code(&name(sample)),
            at.line,
            cell(&verdict.outcome.words()),
        ));
    }
    if lines.is_empty() {
        return;
    }
    out.push('\n');
    for line in lines.iter().take(MOST_NAMED) {
        let _ = writeln!(out, "- {line}");
    }
    if lines.len() > MOST_NAMED {
        let _ = writeln!(out, "- and {} more", lines.len() - MOST_NAMED);
    }
}

/// Text that Markdown shows as it is, on one line.
fn cell(text: &str) -> String {
    let mut out = String::new();
    for c in output::normalise(text, &output::Surroundings::default()).chars() {
        match c {
            '\n' => out.push(' '),
            '|' | '<' | '>' | '*' | '_' | '`' | '[' | ']' | '\\' | '#' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'"))
}
