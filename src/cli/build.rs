//! `docproof build`: the site, from its folder to its output folder.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::baseline::Baseline;
use super::{Common, FINE, Format, PROBLEMS, USAGE, report};
use crate::build::files::ChangeSet;
use crate::build::marks::{SourcesOf, Verified};
use crate::build::{Build, Outcome, Phase};
use crate::config::SiteConfig;
use crate::disk::reader::{DiskFiles, overlapped};
use crate::disk::writer::{Staging, WriteError};
use crate::disk::{read_cache, write_cache};
use crate::toolchain::history::GitHistory;

/// The cache file of highlighted code.
const HIGHLIGHTS: &str = "highlights";

/// Options of `build`.
#[derive(clap::Args, Debug)]
pub struct BuildArgs {
    /// The output folder [default: `output` of docproof.yaml, else `build`]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace an output folder that docproof did not make
    #[arg(long)]
    force: bool,
    /// Neither read nor write the cache folder `.docproof`
    #[arg(long)]
    no_cache: bool,
    /// Fail unless `verify` has recorded that every Rust sample passes
    #[arg(long)]
    verified: bool,
    /// Fail on broken links that this file does not list, and say nothing of those that it does
    #[arg(long, value_name = "FILE")]
    links_baseline: Option<PathBuf>,
    /// Write the broken links of this build to the file of `--links-baseline`
    #[arg(long, requires = "links_baseline")]
    update_links_baseline: bool,
    /// Show each broken link at its place, however many there are
    #[arg(long, short)]
    verbose: bool,
    /// How many threads work [default: one for each core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

/// Runs `build`.
pub fn run(common: &Common, args: &BuildArgs) -> u8 {
    let start = Instant::now();
    if let Some(threads) = args.threads {
        // Fails only when a pool exists already, and none does.
        let _ = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global();
    }
    let files = match DiskFiles::new(&common.site) {
        Ok(files) => files,
        Err(error) => {
            report::failure(
                common,
                &error.to_string(),
                Some("name the site's folder with `--site DIR`"),
            );
            return USAGE;
        }
    };
    if !looks_like_a_site(&common.site) {
        let message = format!(
            "`{}` is not a site: it has neither a docproof.yaml nor a docs folder",
            common.site.display()
        );
        report::failure(common, &message, Some("`docproof init` makes a new site"));
        return USAGE;
    }
    let baseline = args.links_baseline.as_deref();
    let baseline = baseline.map(|path| Baseline::begin(common, path, args.update_links_baseline));
    let baseline = match baseline.transpose() {
        Ok(baseline) => baseline,
        Err(code) => return code,
    };
    let mut build = Build::new();
    if let Some(baseline) = &baseline {
        build.set_known_links(baseline.known());
    }
    if !args.no_cache
        && let Some(bytes) = read_cache(&common.site, HIGHLIGHTS)
    {
        build.import_highlights(&bytes);
    }
    build.set_verified(verified(common, args.verified));
    build.set_history(Box::new(GitHistory {
        site: common.site.clone(),
        cached: !args.no_cache,
    }));
    let settings = settings(&files);
    let output = output_folder(common, args, &settings);
    if args.out.is_some()
        && let Some(source) = overlapped(&common.site, &output, &settings.source_folders())
    {
        let message = format!(
            "the output folder `{}` overlaps the source folder `{source}`",
            output.display()
        );
        report::failure(common, &message, Some("choose a folder of its own"));
        return USAGE;
    }
    let staging = match Staging::begin(&common.site, &output, args.force) {
        Ok(staging) => staging,
        Err(error) => return cannot_write(common, &error),
    };
    let bar = progress_bar();
    let outcome = build.run(&files, &ChangeSet::All, &staging, &|phase| {
        show(&bar, phase)
    });
    bar.finish_and_clear();
    report::site(common, &outcome.diagnostics, &build.sources, args.verbose);
    if let Some(error) = &outcome.sink_error {
        report::failure(
            common,
            error,
            Some("the site that was there before is untouched"),
        );
        return USAGE;
    }
    if !outcome.built {
        drop(staging);
        report::line(&stopped(&outcome, &output));
        return if outcome.diagnostics.iter().any(|d| d.code == "config") {
            USAGE
        } else {
            PROBLEMS
        };
    }
    let written = match staging.finish() {
        Ok(written) => written,
        Err(error) => return cannot_write(common, &error),
    };
    if !args.no_cache
        && let Some(bytes) = build.export_highlights()
        && let Err(error) = write_cache(&common.site, HIGHLIGHTS, &bytes)
    {
        report::line(&format!("note: the cache was not written: {error}"));
    }
    if let Some(baseline) = &baseline
        && let Err(code) = baseline.end(common, &outcome.broken_links)
    {
        return code;
    }
    let warnings = report::counts(&outcome.diagnostics)
        .map_or_else(String::new, |counts| format!(", with {counts}"));
    let pages = outcome.pages;
    let closing = format!(
        "built {pages} page{} ({} files, {}) in {} to `{}`{warnings}",
        if pages == 1 { "" } else { "s" },
        written.files,
        report::size(written.bytes),
        seconds(start.elapsed()),
        output.display(),
    );
    if common.format == Format::Human || !outcome.diagnostics.is_empty() {
        report::line(&closing);
    }
    // The program ends here: taking a large site apart piece by piece would only delay that.
    std::mem::forget(build);
    FINE
}

/// Highlighted code that an earlier run has left.
pub fn cached_highlights(common: &Common) -> Option<Vec<u8>> {
    read_cache(&common.site, HIGHLIGHTS)
}

/// When the files of the site were changed last.
pub fn history(site: &Path) -> Box<GitHistory> {
    Box::new(GitHistory {
        site: site.to_owned(),
        cached: true,
    })
}

/// What `verify` has recorded of this site, for showing it.
pub fn recorded_verdicts(common: &Common) -> Verified {
    verified(common, false)
}

/// The same, where more is going to be recorded.
pub fn verdicts_to_add_to(common: &Common) -> Verified {
    Verified {
        has_package: crate::toolchain::has_library(&common.site),
        ..verified(common, false)
    }
}

/// What `verify` has recorded of this site. `required`: every sample must have a good verdict.
fn verified(common: &Common, required: bool) -> Verified {
    let site = common.site.clone();
    let record = super::verify::recorded(&site);
    if record.samples.is_empty() && !required {
        return Verified::default();
    }
    let required: Option<SourcesOf> = required.then(|| -> SourcesOf {
        let root = std::fs::canonicalize(&site).unwrap_or_else(|_| site.clone());
        Box::new(move |library| crate::toolchain::sources_hash(&root, library))
    });
    Verified {
        host: record.host().to_owned(),
        record,
        has_package: crate::toolchain::has_library(&site),
        required,
    }
}

fn looks_like_a_site(site: &Path) -> bool {
    site.join(crate::config::FILE_NAME).exists() || site.join("docs").is_dir()
}

/// The output folder: the option's, relative to where the program was called, else the configuration's.
fn output_folder(common: &Common, args: &BuildArgs, settings: &SiteConfig) -> PathBuf {
    args.out.clone().unwrap_or_else(|| {
        let output = &settings.output;
        // So that messages say `build` and not `./build`.
        if common.site == Path::new(".") {
            PathBuf::from(output)
        } else {
            common.site.join(output)
        }
    })
}

/// The settings as far as they can be read; the build reports what is wrong with them.
pub fn settings(files: &DiskFiles) -> SiteConfig {
    use crate::build::files::FileProvider as _;
    let text = files
        .read(crate::config::FILE_NAME)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_default();
    crate::config::parse(&text).0
}

fn cannot_write(common: &Common, error: &WriteError) -> u8 {
    let hint = match error {
        WriteError::NotOurs(_) => {
            "choose another folder with `--out`, or add `--force` to replace what is there"
        }
        WriteError::Busy(_) => "wait for it to end",
        WriteError::Disk(_) => "the site that was there before is untouched",
    };
    report::failure(common, &error.to_string(), Some(hint));
    USAGE
}

fn stopped(outcome: &Outcome, output: &Path) -> String {
    let counts = report::counts(&outcome.diagnostics).unwrap_or_else(|| "no message".into());
    let old = if output.exists() {
        format!("; `{}` is as it was", output.display())
    } else {
        String::new()
    };
    format!("not built: {counts}{old}")
}

/// A duration for people.
pub fn seconds(time: Duration) -> String {
    if time.as_secs() >= 1 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} ms", time.as_millis())
    }
}

/// A bar that shows up after half a second, on a terminal only.
fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    if let Ok(style) = ProgressStyle::with_template("{msg:10} {wide_bar} {pos}/{len}") {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar, phase: Phase) {
    if bar.is_hidden() && bar.elapsed() > Duration::from_millis(500) {
        bar.set_draw_target(ProgressDrawTarget::stderr());
    }
    match phase {
        Phase::Parse => bar.set_message("parsing"),
        Phase::Resolve => bar.set_message("linking"),
        Phase::Render(pages) => {
            bar.set_message("rendering");
            bar.set_length(pages as u64);
        }
        Phase::Page => bar.inc(1),
    }
}
