//! `docproof verify --list`: every fence, how it is treated and why.
//!
//! In: [`Outcomes`] of a run that has not begun. Out: a table for people, or JSON lines of types `fence` and `summary`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;

use super::super::sample::{Attributes, Fence, Sample, Treatment};
use super::json::{extend, fence as fence_json, lines, mode, pages, treatment, typed};
use super::{Outcomes, count};

/// A line of the list.
struct Listed<'a> {
    fence: &'a Fence,
    /// The sample that it is part of, and the name of its library.
    sample: Option<(&'a Sample, &'a str)>,
    treatment: Treatment,
}

/// Every fence that the call asks for, and all that are no samples; in the order of docsets, versions, pages and lines.
fn listed(outcomes: &Outcomes) -> Vec<Listed<'_>> {
    let mut all: Vec<Listed<'_>> = Vec::new();
    for tried in outcomes.asked() {
        let sample = &tried.sample;
        let library = outcomes
            .library_of(sample)
            .map_or("", |l| l.library.name.as_str());
        all.extend(sample.parts.iter().map(|fence| Listed {
            fence,
            sample: Some((sample, library)),
            treatment: Treatment::Sample(sample.mode),
        }));
    }
    all.extend(outcomes.left_out.iter().map(|left_out| Listed {
        fence: &left_out.fence,
        sample: None,
        treatment: left_out.attributes.treatment.clone(),
    }));
    let version = |fence: &Fence| fence.version.as_deref().map(str::to_owned);
    // Stable, so that a version's place among the others is that of its first page.
    let mut order: Vec<(String, Option<String>)> = Vec::new();
    for one in &all {
        let key = (one.fence.docset.to_string(), version(one.fence));
        if !order.contains(&key) {
            order.push(key);
        }
    }
    all.sort_by_cached_key(|one| {
        let key = (one.fence.docset.to_string(), version(one.fence));
        let rank = order.iter().position(|known| *known == key);
        (rank, one.fence.page.clone(), one.fence.place.line)
    });
    all
}

/// The list for people: the Rust fences, then counts of the others by language.
pub fn human(outcomes: &Outcomes) -> String {
    let mut rows: Vec<[String; 3]> = Vec::new();
    let mut others: BTreeMap<String, usize> = BTreeMap::new();
    let mut samples = 0;
    for one in listed(outcomes) {
        if let Treatment::NotRust(why) = &one.treatment {
            *others.entry(why.clone()).or_default() += 1;
            continue;
        }
        samples += 1;
        let place = format!("{}:{}", one.fence.place.path, one.fence.place.line);
        rows.push([place, words(&one.treatment), remarks(&one)]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let (first, second) = (width(0).unwrap_or_default(), width(1).unwrap_or_default());
    let mut out = String::new();
    for [place, treatment, remarks] in &rows {
        let line = format!("{place:first$}  {treatment:second$}  {remarks}");
        let _ = writeln!(out, "{}", line.trim_end());
    }
    let _ = writeln!(out, "{}", count(samples, "Rust fence"));
    if !others.is_empty() {
        let number: usize = others.values().sum();
        let mut kinds: Vec<(&String, &usize)> = others.iter().collect();
        kinds.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
        let kinds: Vec<String> = kinds.iter().map(|(why, n)| format!("{n} {why}")).collect();
        let _ = writeln!(
            out,
            "{} not Rust: {}",
            count(number, "other fence"),
            kinds.join(", ")
        );
    }
    out
}

fn words(treatment: &Treatment) -> String {
    match treatment {
        Treatment::Ignored(why) if why == "ignore" => "ignored".to_owned(),
        Treatment::Ignored(why) => format!("ignored: {why}"),
        other => super::json::treatment(other).0.to_owned(),
    }
}

/// What else there is to know: attributes, origin, library, other pages, what rustdoc would do.
fn remarks(one: &Listed<'_>) -> String {
    let mut words = Vec::new();
    if let Some((sample, library)) = one.sample {
        words.push(library.to_owned());
        words.extend(asked(&sample.attributes));
        if sample.shown.len() > 1 {
            words.push(format!("shown by {}", count(sample.shown.len(), "page")));
        }
    } else if let Some(version) = &one.fence.version {
        words.push(format!("version {version}"));
    }
    if let Some(file) = &one.fence.file {
        words.push(format!("from {file}"));
    }
    if let Some(place) = one.fence.chain.first() {
        words.push(format!("copied by {}:{}", place.path, place.line));
    }
    if let Some(why) = one
        .sample
        .and_then(|(s, _)| s.attributes.rustdoc_differs.as_ref())
    {
        words.push(format!("rustdoc: {why}"));
    }
    words.join(", ")
}

fn asked(attributes: &Attributes) -> Vec<String> {
    let mut words: Vec<String> = attributes.codes.clone();
    words.extend(
        attributes
            .edition
            .iter()
            .map(|edition| format!("edition {edition}")),
    );
    let flags = [
        (attributes.test_harness, "test_harness"),
        (attributes.standalone, "standalone_crate"),
        (attributes.output, "output"),
        (attributes.show_output, "show_output"),
    ];
    words.extend(
        flags
            .iter()
            .filter(|(on, _)| *on)
            .map(|(_, word)| (*word).to_owned()),
    );
    words.extend(
        attributes
            .group
            .iter()
            .map(|group| format!("group {group}")),
    );
    words.extend(attributes.timeout.map(|time| format!("timeout {time:?}")));
    words
}

/// The list for programs; fields as in the report of a run.
pub fn json(outcomes: &Outcomes) -> String {
    let start = json!({
        "type": "run",
        "format": super::json::FORMAT,
        "docproof": env!("CARGO_PKG_VERSION"),
    });
    let fences = listed(outcomes).into_iter().map(|one| {
        let (name, why) = treatment(&one.treatment);
        let mut value = fence_json(one.fence);
        extend(&mut value, json!({ "treatment": name, "why": why }));
        if let Some((sample, library)) = one.sample {
            let attributes = &sample.attributes;
            let more = json!({
                "pages": pages(sample),
                "library": library,
                "mode": mode(sample.mode),
                "codes": attributes.codes,
                "edition": attributes.edition,
                "group": attributes.group,
                "output": attributes.output,
                "rustdoc_differs": attributes.rustdoc_differs,
            });
            extend(&mut value, more);
        } else {
            let page = json!([{
                "docset": &*one.fence.docset,
                "version": one.fence.version.as_deref(),
                "page": &*one.fence.page,
            }]);
            extend(&mut value, json!({ "pages": page }));
        }
        typed("fence", value)
    });
    lines(std::iter::once(start).chain(fences))
}
