//! A run for people: what failed and why, then the counts.
//!
//! In: [`Outcomes`]. Out: text with ANSI colours; [`without_colours`] takes them out.

use std::fmt::Write as _;

use super::super::output::{line_matches, pairs};
use super::super::sample::{Sample, Treatment};
use super::super::verdict::{Outcome, Verdict};
use super::place::expected;
use super::{Outcomes, Prepared, Totals, count, plain, rows, seconds, totals};

const ERROR: &str = "\x1b[1;91m";
const NOTE: &str = "\x1b[1;36m";
const GOOD: &str = "\x1b[32m";
const BAD: &str = "\x1b[31m";
const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const END: &str = "\x1b[0m";

/// How many lines of an output are shown at its start, and at its end.
const SHOWN_LINES: usize = 20;
/// How many characters of a line are shown.
const SHOWN_WIDTH: usize = 300;
/// How many places a list names.
const SHOWN_PLACES: usize = 10;

/// How the run was called.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The command to repeat for one sample: `docproof verify`, with `--site` where it was given.
    pub command: &'a str,
}

/// The whole report.
pub fn render(outcomes: &Outcomes, call: &Call<'_>) -> String {
    let mut out = failures(outcomes, call);
    out.push_str(&summary(outcomes));
    out
}

/// Takes the colours out.
pub fn without_colours(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// What failed: libraries first, since they explain the rest.
pub fn failures(outcomes: &Outcomes, call: &Call<'_>) -> String {
    let mut out = String::new();
    for library in &outcomes.libraries {
        library_failure(&mut out, library);
    }
    for (why, samples) in outcomes.not_tried() {
        not_tried(&mut out, &why, &samples);
    }
    for (sample, verdict) in outcomes.failed() {
        failure(&mut out, outcomes, sample, verdict, call);
    }
    for note in &outcomes.notes {
        let _ = writeln!(out, "{NOTE}note{END}: {note}\n");
    }
    out
}

fn library_failure(out: &mut String, prepared: &Prepared) {
    let Some(failure) = &prepared.failure else {
        return;
    };
    let name = &prepared.library.name;
    let _ = writeln!(
        out,
        "{ERROR}error{END}{BOLD}: {name}: {}{END}",
        failure.message
    );
    let details = failure.details.trim_end();
    if !details.is_empty() {
        let _ = writeln!(out, "{details}");
    }
    if let Some(hint) = &failure.hint {
        help(out, hint);
    }
    out.push('\n');
}

fn not_tried(out: &mut String, why: &str, samples: &[&Sample]) {
    let number = count(samples.len(), "sample");
    let _ = writeln!(
        out,
        "{ERROR}error{END}{BOLD}: {number} not verified: {why}{END}"
    );
    for sample in samples.iter().take(SHOWN_PLACES) {
        let _ = writeln!(out, "  {}", name(sample));
    }
    if samples.len() > SHOWN_PLACES {
        let _ = writeln!(out, "  and {} more", samples.len() - SHOWN_PLACES);
    }
    out.push('\n');
}

/// What a sample is called: the line of its fence.
pub fn name(sample: &Sample) -> String {
    let place = sample.place();
    format!("{}:{}", place.path, place.line)
}

fn failure(
    out: &mut String,
    outcomes: &Outcomes,
    sample: &Sample,
    verdict: &Verdict,
    call: &Call<'_>,
) {
    let words = verdict.outcome.words();
    let name = name(sample);
    let _ = writeln!(out, "{ERROR}error{END}{BOLD}: {name}: {words}{END}");
    for line in origins(outcomes, sample) {
        let _ = writeln!(out, "  {DIM}={END} {line}");
    }
    explain(out, verdict);
    if let Some(hint) = hint(&verdict.outcome, sample) {
        help(out, &hint);
    }
    let quote = if name.contains(' ') { "'" } else { "" };
    help(
        out,
        &format!("to try it alone: `{} {quote}{name}{quote}`", call.command),
    );
    out.push('\n');
}

/// What rustc said of a sample, and what it printed.
fn explain(out: &mut String, verdict: &Verdict) {
    for message in &verdict.messages {
        let _ = writeln!(out, "{}", message.rendered.trim_end());
    }
    if let Outcome::OutputDiffers { expected, found } = &verdict.outcome {
        difference(out, expected, found);
    } else {
        block(out, "standard output", &verdict.stdout);
    }
    block(out, "standard error", &verdict.stderr);
    if verdict.cut {
        let _ = writeln!(out, "  {DIM}={END} it printed more than was kept");
    }
}

/// Why a sample failed, without colours: what rustc said, what it printed, what to do.
pub fn explanation(sample: &Sample, verdict: &Verdict) -> String {
    let mut out = String::new();
    explain(&mut out, verdict);
    if let Some(hint) = hint(&verdict.outcome, sample) {
        help(&mut out, &hint);
    }
    plain(&out)
}

/// Where a sample comes from, who else shows it, and what it was verified against.
fn origins(outcomes: &Outcomes, sample: &Sample) -> Vec<String> {
    let mut lines = Vec::new();
    let first = &sample.parts[0];
    // The chain of a shown file ends at the fence itself, which the headline names already.
    let chain = first.chain.iter().rev().filter(|p| **p != first.place);
    for place in chain {
        lines.push(format!(
            "copied to the page by {}:{}",
            place.path, place.line
        ));
    }
    if let Some(file) = &first.file {
        lines.push(format!("shows {file}:{}", first.open_line + 1));
    }
    if sample.parts.len() > 1 {
        let lines_of: Vec<String> = sample.parts[1..]
            .iter()
            .map(|part| part.place.line.to_string())
            .collect();
        lines.push(format!(
            "one program with the fences at line {}",
            lines_of.join(", ")
        ));
    }
    let others = sample.shown.len().saturating_sub(1);
    if others > 0 {
        let pages: Vec<String> = sample.shown[1..]
            .iter()
            .take(3)
            .map(|s| match &s.version {
                Some(version) => format!("{} ({version})", s.page),
                None => s.page.to_string(),
            })
            .collect();
        let more = if others > 3 {
            format!(" and {} more", others - 3)
        } else {
            String::new()
        };
        lines.push(format!("also shown by {}{more}", pages.join(", ")));
    }
    if let Some(prepared) = outcomes.library_of(sample) {
        lines.push(format!("verified against {}", against(prepared)));
    }
    lines
}

/// `current docs: sessionkit 2.0.1, axum 0.8.4, rustc 1.95.0`.
fn against(prepared: &Prepared) -> String {
    const MOST: usize = 6;
    let mut with: Vec<String> = prepared
        .versions
        .iter()
        .take(MOST)
        .map(|(name, version)| format!("{name} {version}"))
        .collect();
    if prepared.versions.len() > MOST {
        with.push(format!("{} more", prepared.versions.len() - MOST));
    }
    if !prepared.rustc.is_empty() {
        with.push(format!("rustc {}", prepared.rustc));
    }
    let name = &prepared.library.name;
    if with.is_empty() {
        name.clone()
    } else {
        format!("{name}: {}", with.join(", "))
    }
}

fn hint(outcome: &Outcome, sample: &Sample) -> Option<String> {
    let hint = match outcome {
        Outcome::UnexpectedlyCompiled => {
            "take `compile_fail` out if it is meant to compile".to_owned()
        }
        Outcome::DidNotPanic => "take `should_panic` out if it is meant to end well".to_owned(),
        Outcome::TimedOut { .. } => {
            "mark it `no_run` if it is not meant to end, or give it time with `timeout=5m`"
                .to_owned()
        }
        Outcome::WrongErrorCode { found, .. } if !found.is_empty() => {
            format!(
                "if that is the error to show, write `compile_fail,{}`",
                found.join(",")
            )
        }
        Outcome::OutputDiffers { .. } => {
            let at =
                expected(sample).map_or_else(String::new, |e| format!(" at {}:{}", e.path, e.line));
            format!("`docproof verify --bless` rewrites the expected output{at}")
        }
        _ => return None,
    };
    Some(hint)
}

fn help(out: &mut String, hint: &str) {
    let _ = writeln!(out, "{NOTE}help{END}: {hint}");
}

/// Printed text, indented, its middle left out when it is long.
fn block(out: &mut String, title: &str, text: &str) {
    let text = plain(text);
    let lines: Vec<&str> = text.trim_end().lines().collect();
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(out, "  {DIM}={END} {title}:");
    let cut = lines.len() > 2 * SHOWN_LINES + 1;
    for (n, line) in lines.iter().enumerate() {
        if cut && (SHOWN_LINES..lines.len() - SHOWN_LINES).contains(&n) {
            if n == SHOWN_LINES {
                let _ = writeln!(
                    out,
                    "    {DIM}... {} more lines ...{END}",
                    lines.len() - 2 * SHOWN_LINES
                );
            }
            continue;
        }
        let _ = writeln!(out, "    {DIM}|{END} {}", shortened(line));
    }
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(SHOWN_WIDTH) {
        Some((at, _)) => format!("{}...", &line[..at]),
        None => line.to_owned(),
    }
}

/// Expected and printed lines side by side, as `diff` shows them; equal lines far from a difference are left out.
fn difference(out: &mut String, expected: &str, found: &str) {
    const AROUND: usize = 3;
    let says: Vec<&str> = expected.lines().collect();
    let was: Vec<&str> = found.lines().collect();
    let lines = diff_lines(&says, &was);
    let near = |n: usize| {
        let from = n.saturating_sub(AROUND);
        let to = (n + AROUND + 1).min(lines.len());
        lines[from..to].iter().any(|(sign, _)| *sign != ' ')
    };
    let _ = writeln!(
        out,
        "  {DIM}={END} expected ({BAD}-{END}) and printed ({GOOD}+{END}):"
    );
    let mut skipped = false;
    let mut shown = 0;
    for (n, (sign, line)) in lines.iter().enumerate() {
        if !near(n) || shown >= 4 * SHOWN_LINES {
            if !skipped {
                let _ = writeln!(out, "    {DIM}...{END}");
            }
            skipped = true;
            continue;
        }
        (skipped, shown) = (false, shown + 1);
        let colour = match sign {
            '-' => BAD,
            '+' => GOOD,
            _ => "",
        };
        let line = shortened(&plain(line));
        let text = format!("{sign} {line}");
        let _ = writeln!(out, "    {colour}{}{END}", text.trim_end());
    }
}

/// Lines that both have (` `), that only the docs have (`-`), that were only printed (`+`).
fn diff_lines<'a>(says: &[&'a str], was: &[&'a str]) -> Vec<(char, &'a str)> {
    let mut lines = Vec::new();
    let (mut i, mut j) = (0, 0);
    let end = std::iter::once((says.len(), was.len()));
    for (to_i, to_j) in pairs(says, was).into_iter().chain(end) {
        lines.extend(says[i..to_i].iter().map(|line| ('-', *line)));
        lines.extend(was[j..to_j].iter().map(|line| ('+', *line)));
        if to_i < says.len() {
            debug_assert!(line_matches(says[to_i], was[to_j]), "pairs match");
            lines.push((' ', was[to_j]));
        }
        (i, j) = (to_i + 1, to_j + 1);
    }
    lines
}

/// The table, the libraries, what was left out, and the total.
pub fn summary(outcomes: &Outcomes) -> String {
    let mut out = String::new();
    let all = totals(outcomes);
    table(&mut out, outcomes);
    let shared = rows(outcomes)
        .iter()
        .map(|row| row.totals.samples)
        .sum::<usize>()
        - all.samples;
    if shared > 0 {
        let _ = writeln!(
            out,
            "{DIM}a sample that several versions share is in the row of each, and once in the total{END}"
        );
    }
    let used = |n: usize| outcomes.asked().any(|tried| tried.sample.library == n);
    for (n, prepared) in outcomes.libraries.iter().enumerate() {
        if used(n) && !prepared.rustc.is_empty() {
            let _ = writeln!(out, "{DIM}{}{END}", against(prepared));
        }
    }
    if all.not_asked == 0 {
        remarks(&mut out, outcomes);
    }
    let _ = writeln!(out, "{}", total(&all, outcomes));
    out
}

/// The table by docset and version: only those that have something to show.
fn table(out: &mut String, outcomes: &Outcomes) {
    let rows: Vec<_> = rows(outcomes)
        .into_iter()
        .filter(|row| row.totals.samples > 0 || row.totals.not_asked == 0)
        .collect();
    if rows.is_empty() {
        return;
    }
    let mut cells = vec![
        [
            "docset", "version", "samples", "passed", "failed", "ignored", "not Rust", "cached",
            "time",
        ]
        .map(str::to_owned),
    ];
    for row in &rows {
        let t = &row.totals;
        let version = row.version.as_deref().unwrap_or("-").to_owned();
        let failed = t.failed + t.unfinished;
        cells.push([
            row.docset.to_string(),
            version,
            t.samples.to_string(),
            t.passed.to_string(),
            failed.to_string(),
            t.ignored.to_string(),
            t.not_rust.to_string(),
            t.cached.to_string(),
            seconds(std::time::Duration::from_millis(t.run_ms)),
        ]);
    }
    let widths: [usize; 9] = std::array::from_fn(|column| {
        let width = |row: &[String; 9]| row[column].chars().count();
        cells.iter().map(width).max().unwrap_or_default()
    });
    for (n, row) in cells.iter().enumerate() {
        let failing = n > 0 && row[4] != "0";
        let colour = match (n, failing) {
            (0, _) => BOLD,
            (_, true) => BAD,
            _ => "",
        };
        let cells: Vec<String> = row
            .iter()
            .zip(widths)
            .enumerate()
            .map(|(column, (cell, width))| {
                if column < 2 {
                    format!("{cell:width$}")
                } else {
                    format!("{cell:>width$}")
                }
            })
            .collect();
        let _ = writeln!(out, "{colour}{}{END}", cells.join("  "));
    }
    out.push('\n');
}

/// What was left out on the author's word.
fn remarks(out: &mut String, outcomes: &Outcomes) {
    let mut ignored: Vec<String> = Vec::new();
    for left_out in &outcomes.left_out {
        if let Treatment::Ignored(why) = &left_out.attributes.treatment {
            let place = &left_out.fence.place;
            let text = format!("{}:{} ({why})", place.path, place.line);
            if !ignored.contains(&text) {
                ignored.push(text);
            }
        }
    }
    if !ignored.is_empty() {
        let _ = writeln!(out, "{DIM}ignored:{END} {}", some(&ignored));
    }
}

/// The first few of a list.
fn some(all: &[String]) -> String {
    const MOST: usize = 3;
    let more = if all.len() > MOST {
        format!(" and {} more", all.len() - MOST)
    } else {
        String::new()
    };
    format!("{}{more}", all[..all.len().min(MOST)].join(", "))
}

/// `41 samples: 40 passed, 1 failed, 3 ignored (2 from the cache) in 3.2 s`.
fn total(all: &Totals, outcomes: &Outcomes) -> String {
    let mut text = format!("{BOLD}{}{END}", count(all.samples, "sample"));
    let mut parts = Vec::new();
    if all.samples > 0 {
        parts.push(format!("{GOOD}{} passed{END}", all.passed));
    }
    if all.failed > 0 || all.samples > 0 {
        let colour = if all.failed > 0 { BAD } else { "" };
        parts.push(format!("{colour}{} failed{END}", all.failed));
    }
    if all.unfinished > 0 {
        parts.push(format!("{BAD}{} not tried{END}", all.unfinished));
    }
    if all.not_asked == 0 {
        parts.push(format!("{} ignored", all.ignored));
    } else {
        parts.push(format!("{} not asked for", all.not_asked));
    }
    let _ = write!(text, ": {}", parts.join(", "));
    if all.cached > 0 {
        let _ = write!(text, " ({} from the cache)", all.cached);
    }
    let _ = write!(text, " in {}", seconds(outcomes.elapsed));
    text
}
