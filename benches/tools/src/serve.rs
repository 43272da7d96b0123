//! Times `docproof serve` as a writer feels it: from the start to the first page, and from a saved edit to the page that shows it.
//!
//! In: a binary and numbers of pages. Out: a table. A client asks over HTTP every millisecond, as those did who measured others. An edit
//! is timed from before the file is written, so the time includes what the system takes to tell of it.

use crate::generate;
use crate::measure::Failure;
use crate::page::{CodeBlocks, Dialect, Plan};
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

/// What to measure.
#[derive(clap::Args)]
pub struct Arguments {
    /// The docproof to measure.
    #[arg(long, default_value = "target/release/docproof")]
    binary: PathBuf,
    /// Sizes of sites.
    #[arg(long, value_delimiter = ',', default_value = "1000,10000")]
    pages: Vec<usize>,
    /// Starts of each; medians are reported.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Edits of each; medians are reported.
    #[arg(long, default_value_t = 20)]
    edits: usize,
    /// The seed of the sites.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// How long anything may take.
const LIMIT: Duration = Duration::from_secs(120);

/// Measures and prints a table.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let binary = fs::canonicalize(&arguments.binary)
        .map_err(|error| format!("{}: {error}", arguments.binary.display()))?;
    // On a disk: what a file system in memory tells of changes is not what a writer's tells.
    let folder = env::temp_dir().join(format!("docproof-bench-serve-{}", process::id()));
    let result = all(arguments, &binary, &folder);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    result
}

fn all(arguments: &Arguments, binary: &Path, folder: &Path) -> Result<(), Failure> {
    println!("| pages | first page | edit to page | memory |");
    println!("| --- | --- | --- | --- |");
    for &pages in &arguments.pages {
        let site = folder.join(pages.to_string());
        let plan = Plan {
            pages,
            seed: arguments.seed,
            code: CodeBlocks::Highlighted,
            dialect: Dialect::Docproof,
        };
        generate::site(&plan, &site)?;
        let doc = first_doc(&site.join("docs"))?;
        let route = route(&site, &doc)?;
        let mut firsts = Vec::new();
        for _ in 0..arguments.runs.max(1) {
            firsts.push(Serve::start(binary, &site, &route)?.1);
        }
        let (serve, _) = Serve::start(binary, &site, &route)?;
        serve.until_loaded()?;
        let edits = edits(&serve, &doc, &route, arguments.edits.max(1))?;
        println!(
            "| {pages} | {} | {} | {} MB |",
            shown(firsts),
            shown(edits),
            serve.memory()? / 1000
        );
    }
    Ok(())
}

/// Some page in a folder of the site, the same in each run.
fn first_doc(folder: &Path) -> io::Result<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    entries.sort();
    let page = entries
        .iter()
        .find(|path| path.extension().is_some_and(|e| e == "md"));
    page.cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
}

fn route(site: &Path, doc: &Path) -> Result<String, Failure> {
    let inside = doc.strip_prefix(site)?.with_extension("");
    Ok(format!("/{}", inside.display()))
}

fn edits(serve: &Serve, doc: &Path, route: &str, count: usize) -> Result<Vec<Duration>, Failure> {
    let text = fs::read_to_string(doc)?;
    let mut times = Vec::new();
    for n in 0..count {
        let word = format!("edited-{n}-now");
        let start = Instant::now();
        fs::write(doc, format!("{text}\n{word}\n"))?;
        while !serve.ask(route).is_ok_and(|page| page.contains(&word)) {
            if start.elapsed() > LIMIT {
                return Err("an edit never showed".into());
            }
            thread::sleep(Duration::from_millis(1));
        }
        times.push(start.elapsed());
        // A writer stops between two saves.
        thread::sleep(Duration::from_millis(100));
    }
    fs::write(doc, text)?;
    Ok(times)
}

/// Median and extremes.
fn shown(mut times: Vec<Duration>) -> String {
    times.sort();
    let ms = |time: &Duration| format!("{:.1}", time.as_secs_f64() * 1e3);
    let middle = times.get(times.len() / 2).map_or_else(String::new, ms);
    let least = times.first().map_or_else(String::new, ms);
    let most = times.last().map_or_else(String::new, ms);
    format!("{middle} ms ({least} to {most})")
}

/// A running server, which ends with this.
struct Serve {
    child: Child,
    port: u16,
}

impl Serve {
    /// Starts it; the time until its first page was there.
    fn start(binary: &Path, site: &Path, route: &str) -> Result<(Self, Duration), Failure> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let start = Instant::now();
        let child = Command::new(binary)
            .args(["serve", "--port", &port.to_string(), "--site"])
            .arg(site)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let serve = Self { child, port };
        loop {
            match serve.ask(route) {
                Ok(page) if page.starts_with("HTTP/1.1 200") => break,
                _ if start.elapsed() > LIMIT => return Err("the server never answered".into()),
                _ => thread::sleep(Duration::from_millis(1)),
            }
        }
        Ok((serve, start.elapsed()))
    }

    /// Waits until the whole site is known: the search has words then.
    fn until_loaded(&self) -> Result<(), Failure> {
        let start = Instant::now();
        while !self
            .ask("/search/docs/index.js")
            .is_ok_and(|index| index.len() > 2000)
        {
            if start.elapsed() > LIMIT {
                return Err("the site was never loaded".into());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn ask(&self, path: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(LIMIT))?;
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    /// The most memory that it had, in kB.
    fn memory(&self) -> Result<u64, Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        Ok(number.ok_or("no VmHWM")?.parse()?)
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
