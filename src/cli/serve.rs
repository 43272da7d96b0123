//! `docproof serve`: the site on this machine, always as its files are.
//!
//! In: the site's folder. Out: pages in the browser and words on the terminal, until Ctrl-C. The loop: wait for files to change, take the
//! changes in, tell everyone. The output folder is never touched.

mod samples;

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use super::baseline::Baseline;
use super::{Common, FINE, Format, USAGE, build, open, report};
use crate::build::files::ChangeSet;
use crate::build::live::{Applied, Effect, Live, Report};
use crate::disk::reader::DiskFiles;
use crate::http::{self, Editor, Hub, Served};
use crate::watch::{Batch, Wanted, Watch};

/// Options of `serve`.
#[derive(clap::Args, Debug)]
pub struct ServeArgs {
    /// The port; if it is in use, the next one that is free
    #[arg(long, short, default_value_t = 4000)]
    port: u16,
    /// The address or name to listen on; others than this machine's own let strangers read the site
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// Open the site in the browser
    #[arg(long)]
    open: bool,
    /// The editor that links in messages open: a name such as `vscode`, or a link with `{path}`, `{line}` and `{column}`.
    /// Without it, the one that VISUAL or EDITOR names
    #[arg(long)]
    editor: Option<String>,
    /// Compile and run the samples of pages as they are edited, and those that you press Run for: this is code of the docs, and it runs as you
    #[arg(long)]
    allow_run: bool,
    /// Pass over the broken links that this file lists; every other one is an error
    #[arg(long, value_name = "FILE")]
    links_baseline: Option<PathBuf>,
}

/// From so many files on, pages are handed out before the whole site is read.
const LARGE: usize = 500;

/// How long runs may take to clear up at the end.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long to wait for files before looking whether to end.
const TICK: Duration = Duration::from_millis(200);

/// Runs `serve`.
pub fn run(common: &Common, args: &ServeArgs) -> u8 {
    if common.format != Format::Human {
        let message = "`serve` speaks to people only";
        report::failure(
            common,
            message,
            Some("`docproof build` has the same messages in each format"),
        );
        return USAGE;
    }
    if let Err(code) = open::files(common) {
        return code;
    }
    let root = match std::fs::canonicalize(&common.site) {
        Ok(root) => root,
        Err(error) => {
            let message = format!("cannot open `{}`: {error}", common.site.display());
            report::failure(common, &message, None);
            return USAGE;
        }
    };
    let editor = match editor(args, &root) {
        Ok(editor) => editor,
        Err(message) => {
            let names: Vec<&str> = Editor::names().collect();
            let hint = format!(
                "give a link with `{{path}}`, `{{line}}` and `{{column}}`, or one of: {}",
                names.join(", ")
            );
            report::failure(common, &message, Some(&hint));
            return USAGE;
        }
    };
    if let Ok(ip) = host(&args.host)
        && args.allow_run
        && !ip.is_loopback()
    {
        let message = "`--allow-run` and a host that others can reach do not go together: they could run code on this machine";
        let hint =
            "leave `--host` out to run samples, or `--allow-run` to let others read the site";
        report::failure(common, message, Some(hint));
        return USAGE;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            report::failure(common, &format!("cannot start the server: {error}"), None);
            return USAGE;
        }
    };
    let bound = host(&args.host).and_then(|ip| {
        let bound = runtime.block_on(http::listen(ip, args.port));
        bound.map_err(|error| format!("cannot listen on {}:{}: {error}", args.host, args.port))
    });
    let (listener, address) = match bound {
        Ok(bound) => bound,
        Err(message) => {
            report::failure(
                common,
                &message,
                Some("choose another with `--host` or `--port`"),
            );
            return USAGE;
        }
    };
    if address.port() != args.port && args.port != 0 {
        report::line(&format!(
            "note: port {} is in use, {} is free",
            args.port,
            address.port()
        ));
    }
    let live = Arc::new(Live::new(match args.allow_run {
        true => build::verdicts_to_add_to(common),
        false => build::recorded_verdicts(common),
    }));
    if let Some(path) = &args.links_baseline {
        match Baseline::begin(common, path, false) {
            Ok(baseline) => live.set_known_links(baseline.known()),
            Err(code) => return code,
        }
    }
    live.set_history(build::history(&root));
    let hub = Arc::new(Hub::new(run_id(), editor));
    let known = args.allow_run.then(|| Arc::new(http::Samples::default()));
    let runs = match args.allow_run.then(|| samples::runs(&root)).transpose() {
        Ok(runs) => runs,
        Err(error) => {
            report::failure(
                common,
                &format!("the system gives no random token: {error}"),
                None,
            );
            return USAGE;
        }
    };
    let verifier = known.clone().map(|known| {
        samples::Verifier::start(samples::Context {
            root: root.clone(),
            live: live.clone(),
            hub: hub.clone(),
            known,
        })
    });
    let mut loop_ = Loop {
        common,
        root,
        verifier,
        live: live.clone(),
        hub: hub.clone(),
        last: Vec::new(),
        watch: None,
    };
    let start = Instant::now();
    let glanced = loop_.glance();
    if !glanced {
        loop_.load(start);
    }
    let served = Served {
        live: live.clone(),
        files: match DiskFiles::new(&loop_.root) {
            Ok(files) => Arc::new(files),
            Err(error) => {
                report::failure(common, &error.to_string(), None);
                return USAGE;
            }
        },
        hub,
        host: args
            .host
            .parse::<IpAddr>()
            .is_err()
            .then(|| args.host.clone()),
        samples: known,
        runs: runs.clone(),
        port: address.port(),
    };
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = stop.clone();
    let loading = Arc::new(AtomicBool::new(glanced));
    let still_loading = loading.clone();
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    runtime.spawn(async move {
        // Without signals Ctrl-C ends the program in the system's own way.
        if tokio::signal::ctrl_c().await.is_ok() {
            stopped.store(true, Ordering::Relaxed);
            if still_loading.load(Ordering::Relaxed) {
                // Nothing is lost, and children end when the pipe to them does.
                std::process::exit(FINE.into());
            }
            let _ = end.send(());
        }
    });
    let server = runtime.spawn(http::serve(listener, served, async {
        let _ = ended.await;
    }));
    let url = format!("http://{}{}", shown(address, &args.host), live.base_url());
    report::line(&format!("serving {url} (Ctrl-C ends it)"));
    if !address.ip().is_loopback() {
        report::line(
            "warning: everyone who can reach this machine can read the site, drafts of your edits included",
        );
    }
    if !args.allow_run {
        report::line(
            "note: `--allow-run` verifies samples as you write them, and lets you run them on the page",
        );
    }
    if args.open
        && let Err(error) = ::open::that_detached(&url)
    {
        report::line(&format!("note: no browser could be opened: {error}"));
    }
    if glanced {
        loop_.load(start);
        loading.store(false, Ordering::Relaxed);
    }
    loop_.until(&|| stop.load(Ordering::Relaxed) || server.is_finished());
    if let Some(runs) = runs {
        runs.end(FAREWELL);
    }
    runtime.shutdown_background();
    FINE
}

/// Different for each start, so that a page knows that the server is another one.
fn run_id() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let nanos = now.map_or(0, |now| now.as_nanos());
    format!("{nanos:x}-{:x}", std::process::id())
}

fn host(text: &str) -> Result<IpAddr, String> {
    if let Ok(ip) = text.trim_matches(['[', ']']).parse() {
        return Ok(ip);
    }
    let found = (text, 0).to_socket_addrs();
    let mut found = found.map_err(|error| format!("`{text}` is no address: {error}"))?;
    let first = found.next().map(|address| address.ip());
    first.ok_or_else(|| format!("`{text}` is no address"))
}

/// The address as a person types it.
fn shown(address: SocketAddr, host: &str) -> String {
    match address.ip().is_unspecified() || address.ip().is_loopback() {
        true => format!("localhost:{}", address.port()),
        false if host.parse::<IpAddr>().is_ok() => address.to_string(),
        false => format!("{host}:{}", address.port()),
    }
}

fn editor(args: &ServeArgs, root: &Path) -> Result<Option<Editor>, String> {
    let root = root.to_string_lossy().replace('\\', "/");
    if let Some(text) = &args.editor {
        return Editor::new(text, &root)
            .map(Some)
            .map_err(|e| e.to_string());
    }
    let from_env = ["VISUAL", "EDITOR"]
        .iter()
        .filter_map(|name| std::env::var(name).ok());
    Ok(from_env
        .filter_map(|text| Editor::new(&text, &root).ok())
        .next())
}

/// What happens to the files, to the site, to everyone.
struct Loop<'a> {
    common: &'a Common,
    root: PathBuf,
    live: Arc<Live>,
    hub: Arc<Hub>,
    /// None unless code may be run.
    verifier: Option<samples::Verifier>,
    /// What was said last.
    last: Vec<Report>,
    /// None when files can neither be watched nor polled.
    watch: Option<Watch>,
}

impl Loop<'_> {
    /// Loads a large site so far that pages can be handed out.
    fn glance(&mut self) -> bool {
        DiskFiles::new(&self.root).is_ok_and(|files| self.live.glance(Arc::new(files), LARGE))
    }

    /// Loads the site. Its files are watched before they are read, so that no edit is missed.
    fn load(&mut self, start: Instant) {
        self.watch = self.watching();
        if let Some(bytes) = build::cached_highlights(self.common) {
            self.live.import_highlights(&bytes);
        }
        let Some(applied) = self.apply(&ChangeSet::All) else {
            return;
        };
        self.follow(false);
        // What docs copy and show is known, and watched, only now.
        if let Some(changes) = self.sift(self.live.watched().files) {
            self.apply(&changes);
        }
        if !applied.is_broken() {
            let pages = open::count(self.live.pages(), "page");
            report::line(&format!(
                "read {pages} in {}",
                build::seconds(start.elapsed())
            ));
        }
    }

    /// Watches the folders that the configuration names.
    fn watching(&self) -> Option<Watch> {
        let folders =
            DiskFiles::new(&self.root).map(|files| build::settings(&files).source_folders());
        let wanted = Wanted {
            folders: folders.unwrap_or_default().into_iter().collect(),
            files: BTreeSet::from([crate::config::FILE_NAME.to_owned()]),
        };
        let watch = Watch::new(&self.root).and_then(|mut watch| {
            watch.want(&wanted)?;
            Ok(watch)
        });
        match watch {
            Ok(watch) => {
                if watch.is_polling() {
                    report::line(POLLING);
                }
                Some(watch)
            }
            Err(why) => {
                report::line(&format!(
                    "warning: files cannot be watched, so edits do not show: {why}"
                ));
                None
            }
        }
    }

    /// Takes changes in and tells what came of it. None when the folder is gone.
    fn apply(&mut self, changes: &ChangeSet) -> Option<Applied> {
        // A reader remembers which folders lie inside the site, so each edit has a new one.
        let files = DiskFiles::new(&self.root).ok()?;
        let applied = self.live.apply(&files, changes);
        self.hub.tell(&applied);
        self.say(&applied.reports);
        Some(applied)
    }

    fn say(&mut self, reports: &[Report]) {
        if *reports == self.last {
            return;
        }
        let styled = report::styled(self.common);
        // A group of broken links is told once: of its numbers nobody wants to hear at each edit.
        let groups: Vec<_> = self.last.iter().filter_map(|report| report.group).collect();
        let is_new = |report: &&Report| match report.group {
            Some(cause) => !groups.contains(&cause),
            None => !self.last.contains(report),
        };
        for report in reports.iter().filter(is_new) {
            let text = if styled {
                &report.coloured
            } else {
                &report.text
            };
            report::line(&format!("{text}\n"));
        }
        let broken = |all: &[Report]| all.iter().any(|report| report.error);
        match (broken(&self.last), broken(reports)) {
            (_, true) => report::line("the site stays as it was until this is mended"),
            (true, false) => report::line("mended"),
            (false, false) => {}
        }
        self.last = reports.to_vec();
    }

    /// The loop itself.
    fn until(&mut self, stop: &dyn Fn() -> bool) {
        let mut gone = false;
        while !stop() {
            let batch = match &self.watch {
                Some(watch) => watch.next(TICK),
                None => {
                    std::thread::sleep(TICK);
                    Batch::Nothing
                }
            };
            if !self.root.is_dir() {
                if !gone {
                    report::line("warning: the site's folder is gone; waiting for it to come back");
                }
                gone = true;
                continue;
            }
            let batch = if std::mem::take(&mut gone) {
                report::line("the site's folder is back");
                Batch::Anything
            } else {
                batch
            };
            let changes = match batch {
                Batch::Nothing => continue,
                Batch::Anything => ChangeSet::All,
                Batch::Paths(paths) => match self.sift(paths) {
                    Some(changes) => changes,
                    None => continue,
                },
            };
            // Watched before it is read: what is edited in between would pass unseen.
            if matches!(changes, ChangeSet::All) {
                self.follow(true);
            }
            let start = Instant::now();
            let Some(applied) = self.apply(&changes) else {
                continue;
            };
            self.tell_time(&applied, start.elapsed());
            if let Some(verifier) = &self.verifier {
                verifier.edited(self.live.pages_of(&changes));
            }
            if applied.effect == Effect::All || applied.is_broken() {
                self.follow(false);
            }
        }
    }

    fn sift(&self, paths: BTreeSet<String>) -> Option<ChangeSet> {
        let files = DiskFiles::new(&self.root).ok()?;
        self.live.sift(&files, paths)
    }

    fn tell_time(&self, applied: &Applied, time: Duration) {
        let took = build::seconds(time);
        match &applied.effect {
            Effect::Nothing => {}
            Effect::All => report::line(&format!("updated the site in {took}")),
            Effect::Pages(routes) => match &routes[..] {
                [one] => report::line(&format!("updated {one} in {took}")),
                many => report::line(&format!("updated {} pages in {took}", many.len())),
            },
        }
    }

    /// Watches what the site is made of now. `anew`: folders may have been replaced by others of their names.
    fn follow(&mut self, anew: bool) {
        let wanted = self.wanted();
        let Some(watch) = &mut self.watch else {
            return;
        };
        if anew {
            watch.forget();
        }
        let polled = watch.is_polling();
        if let Err(why) = watch.want(&wanted) {
            report::line(&format!("warning: some files cannot be watched: {why}"));
        } else if watch.is_polling() && !polled {
            report::line(POLLING);
        }
    }

    fn wanted(&self) -> Wanted {
        let watched = self.live.watched();
        Wanted {
            folders: watched.folders.into_iter().collect(),
            files: watched.files,
        }
    }
}

const POLLING: &str = "note: the system has no room to watch these files, so they are looked at about once a second \
     (on Linux, a higher fs.inotify.max_user_watches helps)";
