//! A run for programs: one JSON object a line.
//!
//! In: [`Outcomes`]. Out: lines. The first is of type `run` and holds the number of the format; then `library`, `sample`,
//! `left_out` and `note` lines, and a `summary` at the end. Fields and types may be added without a new number; what is there
//! keeps its name and meaning. The guide (`verify-report.md`) documents them.

use serde_json::{Value, json};

use super::super::library::Dependencies;
use super::super::sample::{Fence, Mode, Place, Sample, Treatment};
use super::super::verdict::CompilerMessage;
use super::place::look;
use super::{LeftOut, Outcomes, Prepared, Totals, Tried, plain, rows, totals};

/// The number of this format.
pub const FORMAT: u32 = 1;

/// All lines of a run.
pub fn render(outcomes: &Outcomes) -> String {
    let start = json!({
        "type": "run",
        "format": FORMAT,
        "docproof": env!("CARGO_PKG_VERSION"),
    });
    let samples = outcomes.asked().map(|tried| sample(outcomes, tried));
    let notes = outcomes
        .notes
        .iter()
        .map(|note| json!({ "type": "note", "message": note }));
    lines(
        std::iter::once(start)
            .chain(outcomes.libraries.iter().map(library))
            .chain(samples)
            .chain(outcomes.left_out.iter().map(left_out))
            .chain(notes)
            .chain(std::iter::once(summary(outcomes))),
    )
}

/// Values as lines.
pub fn lines(values: impl Iterator<Item = Value>) -> String {
    let mut out = String::new();
    for value in values {
        out.push_str(&value.to_string());
        out.push('\n');
    }
    out
}

fn library(prepared: &Prepared) -> Value {
    let kind = match prepared.library.dependencies {
        Dependencies::None => "none",
        Dependencies::Package { .. } => "package",
        Dependencies::Table { .. } => "table",
    };
    let failure = prepared.failure.as_ref().map(|failure| {
        json!({
            "message": failure.message,
            "details": plain(&failure.details),
            "hint": failure.hint,
        })
    });
    json!({
        "type": "library",
        "name": prepared.library.name,
        "kind": kind,
        "versions": versions(prepared),
        "rustc": Some(&prepared.rustc).filter(|rustc| !rustc.is_empty()),
        "failure": failure,
    })
}

fn versions(prepared: &Prepared) -> Vec<Value> {
    let one = |(name, version): &(String, String)| json!({ "name": name, "version": version });
    prepared.versions.iter().map(one).collect()
}

/// What every fence has.
pub fn fence(fence: &Fence) -> Value {
    json!({
        "path": &*fence.place.path,
        "line": fence.place.line,
        "column": fence.place.column,
        "info": fence.info,
        "file": fence.file.as_deref(),
        "chain": fence.chain.iter().map(place).collect::<Vec<_>>(),
    })
}

fn place(place: &Place) -> Value {
    json!({ "path": &*place.path, "line": place.line, "column": place.column })
}

/// What a sample is called in reports for programs.
pub fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Run => "run",
        Mode::NoRun => "no_run",
        Mode::ShouldPanic => "should_panic",
        Mode::CompileFail => "compile_fail",
        Mode::File => "file",
    }
}

/// The pages that show a sample.
pub fn pages(sample: &Sample) -> Vec<Value> {
    let one = |shown: &super::super::sample::Shown| json!({ "docset": &*shown.docset, "version": shown.version.as_deref(), "page": &*shown.page });
    sample.shown.iter().map(one).collect()
}

fn sample(outcomes: &Outcomes, tried: &Tried) -> Value {
    let sample = &tried.sample;
    let mut value = fence(&sample.parts[0]);
    let more = json!({
        "parts": sample.parts.iter().map(|part| place(&part.place)).collect::<Vec<_>>(),
        "pages": pages(sample),
        "library": outcomes.library_of(sample).map(|l| &l.library.name),
        "mode": mode(sample.mode),
        "rustdoc_differs": sample.attributes.rustdoc_differs,
        "passed": tried.passed(),
        "cached": tried.cached,
    });
    extend(&mut value, more);
    if let Some(verdict) = &tried.verdict {
        let at = look(sample, verdict);
        let found = json!({
            "outcome": verdict.outcome,
            "words": verdict.outcome.words(),
            "place": place(&at.place),
            "run_ms": verdict.run_ms,
            "messages": verdict.messages.iter().map(message).collect::<Vec<_>>(),
            "stdout": verdict.stdout,
            "stderr": verdict.stderr,
            "cut": verdict.cut,
        });
        extend(&mut value, found);
    } else {
        extend(&mut value, json!({ "outcome": null }));
    }
    typed("sample", value)
}

fn message(message: &CompilerMessage) -> Value {
    json!({
        "level": message.level,
        "code": message.code,
        "message": message.message,
        "path": message.path,
        "line": message.line,
        "column": message.column,
        "end_line": message.end_line,
        "end_column": message.end_column,
        "rendered": plain(&message.rendered),
    })
}

fn left_out(left_out: &LeftOut) -> Value {
    let (treatment, why) = treatment(&left_out.attributes.treatment);
    let mut value = fence(&left_out.fence);
    let more = json!({
        "docset": &*left_out.fence.docset,
        "version": left_out.fence.version.as_deref(),
        "page": &*left_out.fence.page,
        "treatment": treatment,
        "why": why,
        "rustdoc_differs": left_out.attributes.rustdoc_differs,
    });
    extend(&mut value, more);
    typed("left_out", value)
}

/// A treatment's name, and its reason.
pub fn treatment(treatment: &Treatment) -> (&'static str, Option<&str>) {
    match treatment {
        Treatment::Sample(own) => (mode(*own), None),
        Treatment::File => ("file", None),
        Treatment::Ignored(why) => ("ignored", Some(why)),
        Treatment::NotRust(why) => ("not_rust", Some(why)),
    }
}

fn summary(outcomes: &Outcomes) -> Value {
    let rows: Vec<Value> = rows(outcomes)
        .iter()
        .map(|row| {
            let mut value = json!({ "docset": &*row.docset, "version": row.version.as_deref() });
            extend(&mut value, counts(&row.totals));
            value
        })
        .collect();
    let mut value = counts(&totals(outcomes));
    let millis = u64::try_from(outcomes.elapsed.as_millis()).unwrap_or(u64::MAX);
    let more = json!({
        "elapsed_ms": millis,
        "rows": rows,
    });
    extend(&mut value, more);
    typed("summary", value)
}

fn counts(totals: &Totals) -> Value {
    json!({
        "samples": totals.samples,
        "passed": totals.passed,
        "failed": totals.failed,
        "not_tried": totals.unfinished,
        "not_asked": totals.not_asked,
        "ignored": totals.ignored,
        "not_rust": totals.not_rust,
        "cached": totals.cached,
        "run_ms": totals.run_ms,
    })
}

/// Puts the type in front.
pub fn typed(kind: &str, value: Value) -> Value {
    let mut typed = json!({ "type": kind });
    extend(&mut typed, value);
    typed
}

/// Adds the fields of one object to another.
pub fn extend(value: &mut Value, more: Value) {
    if let (Value::Object(own), Value::Object(more)) = (value, more) {
        own.extend(more);
    }
}
