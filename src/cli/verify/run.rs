//! A run of `docproof verify`: from the site to the report.
//!
//! In: an opened site and the options. Out: an exit code. The order: fences, plan, choice, engine, records, blessing,
//! report.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::select::{Wrong, is_partial, select};
use super::{Common, Format, Site, USAGE, VerifyArgs, bless, frozen, output, report};
use crate::build::samples;
use crate::cli::{FINE, PROBLEMS};
use crate::config::verify::Untagged as Choice;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;
use crate::toolchain::cache::DiskStore;
use crate::toolchain::{RealMachine, Surroundings};
use crate::verify::attributes::{Rules, Untagged};
use crate::verify::engine::{Engine, Options, Run};
use crate::verify::event::Event;
use crate::verify::plan::{Plan, plan};
use crate::verify::report::{Collector, Outcomes};
use crate::verify::sample::Place;

/// Runs `verify` over an opened site.
pub fn run(common: &Common, args: &VerifyArgs, site: &Site) -> u8 {
    let start = Instant::now();
    let root = match site_root(common) {
        Ok(root) => root,
        Err(code) => return code,
    };
    let machine = RealMachine::new(Surroundings {
        colour: report::styled(common),
        threads: args.jobs.map_or(0, usize::from),
        ..surroundings(&root)
    });
    let mut said: Vec<Diagnostic> = content_errors(site);
    let mut plan = match planned(common, args, site, &root, &machine, &mut said) {
        Ok(plan) => plan,
        Err(code) => return code,
    };
    let selected: BTreeSet<usize> = match select(&plan, args, &common.site) {
        Ok(selected) => selected.into_iter().collect(),
        Err((message, hint)) => {
            report::failure(common, &message, Some(&hint));
            return USAGE;
        }
    };
    narrow(&mut plan, args, &selected, &common.site);
    report::diagnostics(common, &said, &site.build.sources);
    let broken = said.iter().any(|d| d.severity == Severity::Error);
    let outcomes = Outcomes::new(
        plan.samples.clone(),
        &(0..plan.samples.len()).collect::<Vec<_>>(),
        plan.left_out.clone(),
        plan.libraries.clone(),
    );
    if args.list {
        output::list(common, &outcomes);
        return if broken { PROBLEMS } else { FINE };
    }
    let collector = Collector::new(outcomes);
    let options = Options {
        root: root.to_string_lossy().into_owned(),
        strict: args.strict_rustdoc,
        read_cache: !args.no_cache,
        around: around(&root),
    };
    if args.frozen {
        frozen::fill(&plan, &root, &collector);
    } else {
        let store = DiskStore::new(&root);
        let run = engine_run(common, &plan, &machine, &store, &options, &collector);
        store.evict_daily();
        frozen::write(args, &plan, &run, &root);
    }
    let outcomes = collector.finish(start.elapsed());
    let mut refused = 0;
    if args.bless {
        match bless::bless(common, site, &outcomes, &options.around) {
            // Once more, with what the fences say now: that is what the record has to be about.
            Ok(blessed) if blessed.fences > 0 => return again(common, args, blessed),
            Ok(blessed) => refused = blessed.refused,
            Err(code) => return code,
        }
    }
    output::finish(common, &outcomes, &plan, &root);
    if outcomes.all_passed() && !broken && refused == 0 {
        FINE
    } else {
        PROBLEMS
    }
}

/// The run after fences were rewritten.
fn again(common: &Common, args: &VerifyArgs, blessed: bless::Blessed) -> u8 {
    let fences = super::open::count(blessed.fences, "expected output");
    report::line(&format!("{fences} rewritten"));
    let args = VerifyArgs {
        bless: false,
        // Lines may have moved.
        paths: args.paths.iter().map(|path| without_line(path)).collect(),
        ..args.clone()
    };
    let code = super::run(common, &args);
    if blessed.refused > 0 {
        code.max(PROBLEMS)
    } else {
        code
    }
}

fn without_line(path: &str) -> String {
    match path.rsplit_once(':') {
        Some((file, line)) if line.bytes().all(|b| b.is_ascii_digit()) => file.to_owned(),
        _ => path.to_owned(),
    }
}

/// The site's folder, absolute and without links: rustc and Cargo see it like this.
fn site_root(common: &Common) -> Result<PathBuf, u8> {
    std::fs::canonicalize(&common.site).map_err(|error| {
        let message = format!("cannot find `{}`: {error}", common.site.display());
        report::failure(
            common,
            &message,
            Some("name the site's folder with `--site DIR`"),
        );
        USAGE
    })
}

/// The world around this program, without colours.
pub fn surroundings(root: &Path) -> Surroundings {
    Surroundings {
        program: std::env::current_exe().unwrap_or_else(|_| PathBuf::from("docproof")),
        site: root.to_owned(),
        temp: std::env::temp_dir(),
        env: std::env::vars_os().collect(),
        colour: false,
        threads: 0,
    }
}

/// Folders that are no part of what a sample is expected to print.
pub fn around(root: &Path) -> crate::verify::output::Surroundings {
    let text = |path: PathBuf| Some(path.to_string_lossy().into_owned());
    crate::verify::output::Surroundings {
        temp: text(std::env::temp_dir()),
        site: text(root.to_owned()),
        home: std::env::home_dir().and_then(text),
    }
}

/// Errors through which samples may be missing: a broken site is not verified as if it were whole.
fn content_errors(site: &Site) -> Vec<Diagnostic> {
    let errors = site.diagnostics.iter();
    errors
        .filter(|d| d.severity == Severity::Error)
        .cloned()
        .collect()
}

fn planned(
    common: &Common,
    args: &VerifyArgs,
    site: &Site,
    root: &Path,
    machine: &RealMachine,
    said: &mut Vec<Diagnostic>,
) -> Result<Plan, u8> {
    let fences = samples::fences(&site.indexed, &site.build.sources);
    let has_package = crate::toolchain::has_library(root);
    let mut libraries = samples::libraries(&site.indexed, &fences, has_package, said);
    if let Some(checkout) = &args.against {
        libraries.libraries = against(common, libraries.libraries, checkout)?;
    }
    // Only `ignore-TARGET` asks for it, and rustc takes a moment to say.
    let asked = fences.iter().any(|fence| fence.info.contains("ignore-"));
    let host = if asked { machine.host() } else { String::new() };
    let rules = Rules {
        strict: args.strict_rustdoc,
        untagged: match site.indexed.config.verify.untagged {
            Choice::Skip => Untagged::Skip,
            Choice::Warn => Untagged::Warn,
            Choice::Run => Untagged::Run,
        },
        host: &host,
    };
    let plan = plan(fences, libraries.libraries, &libraries.of_fences, &rules);
    for problem in &plan.problems {
        said.push(fence_problem(site, problem));
    }
    Ok(plan)
}

/// A problem with a fence, with its line shown.
fn fence_problem(site: &Site, problem: &crate::verify::plan::FenceProblem) -> Diagnostic {
    let diagnostic = if problem.warning {
        Diagnostic::warning("verify", problem.message.clone())
    } else {
        Diagnostic::error("verify", problem.message.clone())
    };
    let diagnostic = diagnostic.hint(problem.hint.clone());
    let sources = &site.build.sources;
    let Some(source) = sources.find(&problem.place.path) else {
        return diagnostic.in_file(&*problem.place.path);
    };
    let text = &sources.get(source).text;
    let line = text.split_inclusive('\n').take(problem.place.line - 1);
    let start: usize = line.map(str::len).sum();
    let shown = text[start..].lines().next().unwrap_or_default();
    let indent = shown.len() - shown.trim_start().len();
    let range = start + indent..start + shown.trim_end().len();
    diagnostic.at(Span { source, range }, "this fence")
}

/// The libraries with what is in another checkout.
fn against(
    common: &Common,
    libraries: Vec<crate::verify::library::Library>,
    checkout: &Path,
) -> Result<Vec<crate::verify::library::Library>, u8> {
    let mut wrong: Vec<Wrong> = Vec::new();
    let mut matched = 0;
    let made = libraries
        .into_iter()
        .map(
            |library| match crate::toolchain::against(&library, checkout) {
                Ok(library) => {
                    matched += 1;
                    library
                }
                Err(why) => {
                    wrong.push((why, library.name.clone()));
                    library
                }
            },
        )
        .collect();
    if matched > 0 {
        for (why, name) in wrong {
            report::line(&format!(
                "note: {name} is verified against its own library: {why}"
            ));
        }
        return Ok(made);
    }
    let (message, _) = wrong
        .into_iter()
        .next()
        .unwrap_or_else(|| ("no sample has a library".into(), String::new()));
    let hint = "`--against` takes a folder with the Cargo.toml of a library that the samples use";
    report::failure(common, &message, Some(hint));
    Err(USAGE)
}

/// Leaves only what was asked for in the plan.
fn narrow(plan: &mut Plan, args: &VerifyArgs, selected: &BTreeSet<usize>, site: &Path) {
    let mut n = 0;
    plan.samples.retain(|_| {
        n += 1;
        selected.contains(&(n - 1))
    });
    if is_partial(args) || args.partition.is_some() {
        super::select::retain_left_out(plan, args, site);
        // A note about a block that nobody asked for would be noise.
        let kept = plan.samples.iter().flat_map(|sample| &sample.parts);
        let kept: HashSet<Place> = kept
            .chain(plan.left_out.iter().map(|left_out| &left_out.fence))
            .map(|fence| fence.place.clone())
            .collect();
        plan.rustdoc_differs
            .retain(|(place, _)| kept.contains(place));
    }
}

fn engine_run(
    common: &Common,
    plan: &Plan,
    machine: &RealMachine,
    store: &DiskStore,
    options: &Options,
    collector: &Collector,
) -> Run {
    let bar = progress_bar(common, plan.samples.len());
    let listener = |event: Event| {
        show(&bar, plan, &event);
        collector.take(event);
    };
    let engine = Engine {
        machine,
        store,
        listener: &listener,
        options,
    };
    let all: Vec<usize> = (0..plan.samples.len()).collect();
    let run = engine.run(plan, &all);
    bar.finish_and_clear();
    run
}

/// A bar that shows up after half a second, on a terminal only.
fn progress_bar(common: &Common, samples: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(samples as u64), ProgressDrawTarget::hidden());
    let template = "{msg:26!} {wide_bar} {pos}/{len}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    if common.format == Format::Human {
        let shown = bar.clone();
        // Cargo may be silent for minutes: the bar must not wait for the first verdict.
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(500));
            if !shown.is_finished() {
                shown.set_draw_target(ProgressDrawTarget::stderr());
            }
        });
    }
    bar
}

fn show(bar: &ProgressBar, plan: &Plan, event: &Event) {
    match event {
        Event::Preparing { library } => {
            bar.set_message(format!("building {}", plan.libraries[*library].name));
        }
        Event::Planned { .. } => bar.set_message("verifying"),
        Event::Verdict { .. } => bar.inc(1),
        Event::Prepared { .. } | Event::LibraryFailed { .. } | Event::Note(_) => {}
    }
}
