//! The door to Git: when the files of a site were last changed.
//!
//! In: paths. Out: the day of the last commit that changed each. One pass over the log, newest first, which ends as
//! soon as every file has its day; what was found is kept in the cache folder by the commit that it holds for, so the
//! next pass reads what is new. Git is asked in a way that settings of the reader's own, and the variables that a hook
//! runs with, do not change the answer.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::build::updated::{History, NoHistory};
use crate::date::Date;
use crate::disk::{read_cache, write_cache};

/// The cache file of dates.
const CACHE: &str = "dates";

/// Where one folder has so many wanted files, Git is asked for the folder: it compares each change with each path.
const WHOLE_FOLDER: usize = 50;

/// What a hook or a script may have set for its own repository, and what changes how paths are read. A list from
/// `git rev-parse --local-env-vars`, and more.
const FOREIGN: [&str; 21] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_EXTERNAL_DIFF",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_LITERAL_PATHSPECS",
    "GIT_NAMESPACE",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// The history of a site's folder, which may be any folder of a repository.
#[derive(Clone, Debug)]
pub struct GitHistory {
    /// The site's folder.
    pub site: PathBuf,
    /// Whether the cache folder is read and written.
    pub cached: bool,
}

/// Dates by path.
type Dates = BTreeMap<String, Date>;

impl History for GitHistory {
    fn dates(&self, paths: &BTreeSet<&str>) -> Result<Dates, NoHistory> {
        let Some(head) = head(&self.site)? else {
            return Ok(Dates::new());
        };
        let known = if self.cached {
            Kept::read(&self.site)
        } else {
            None
        };
        let before = known.map_or_else(Dates::new, |kept| self.still_true(kept, &head));
        let recorded = self.recorded(paths)?;
        let missing: BTreeSet<&str> = recorded
            .iter()
            .map(String::as_str)
            .filter(|path| !before.contains_key(*path))
            .collect();
        let found = self.log(&[&head], &missing)?;
        let dates: Dates = recorded
            .iter()
            .filter_map(|path| {
                let date = found.get(path).or_else(|| before.get(path))?;
                Some((path.clone(), *date))
            })
            .collect();
        if self.cached {
            Kept {
                head,
                dates: dates.clone(),
            }
            .write(&self.site);
        }
        Ok(dates)
    }
}

impl GitHistory {
    /// The dates of an earlier build as far as they hold for `head`, with those of what was changed since.
    fn still_true(&self, kept: Kept, head: &str) -> Dates {
        if kept.head == head {
            return kept.dates;
        }
        // Only a line of commits without a merge is read on: what was merged may be older than what is known.
        let range = format!("{}..{head}", kept.head);
        let ancestor = ["merge-base", "--is-ancestor", &kept.head, head];
        let merges = ["rev-list", "--min-parents=2", "--max-count=1", &range];
        let line = ask(&self.site, &ancestor).is_ok()
            && ask(&self.site, &merges).is_ok_and(|merges| merges.is_empty());
        let mut dates = kept.dates;
        let all: BTreeSet<String> = dates.keys().cloned().collect();
        let all = all.iter().map(String::as_str).collect();
        match line.then(|| self.log(&[&range], &all)) {
            Some(Ok(newer)) => dates.extend(newer),
            _ => dates.clear(),
        }
        dates
    }

    /// Those of the paths that the last commit has.
    fn recorded(&self, paths: &BTreeSet<&str>) -> Result<BTreeSet<String>, NoHistory> {
        if paths.is_empty() {
            return Ok(BTreeSet::new());
        }
        let mut arguments = vec!["ls-tree", "-r", "-z", "--name-only", "HEAD", "--"];
        let asked = asked(paths);
        arguments.extend(&asked);
        let listed = ask(&self.site, &arguments).map_err(Failed::no_history)?;
        let listed = listed.split(|byte| *byte == 0);
        let texts = listed.filter_map(|path| std::str::from_utf8(path).ok());
        Ok(texts
            .filter(|path| paths.contains(path))
            .map(str::to_owned)
            .collect())
    }

    /// The newest change of each path among some commits; of paths that were not changed there, nothing.
    fn log(&self, commits: &[&str], paths: &BTreeSet<&str>) -> Result<Dates, NoHistory> {
        if paths.is_empty() {
            return Ok(Dates::new());
        }
        let mut log = git(&self.site);
        // `-c` has a merge list what is neither parent's; the order file of a configuration need not exist.
        log.args(["-c", "log.showRoot=true", "-c", "log.follow=false"])
            .args([
                "log",
                "-c",
                "-O/dev/null",
                "--format=%x01%ct",
                "--name-only",
                "-z",
            ])
            .args([
                "--no-renames",
                "--relative",
                "--no-ext-diff",
                "--no-show-signature",
                "--no-color",
            ])
            .args(commits)
            .arg("--")
            .args(asked(paths));
        let mut child = log
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| Failed::Start(error).no_history())?;
        let said = child.stderr.take().map(|mut stderr| {
            std::thread::spawn(move || {
                let mut said = Vec::new();
                // What cannot be read is not shown.
                let _ = stderr.read_to_end(&mut said);
                said
            })
        });
        let output = child.stdout.take().expect("invariant: it is piped");
        let (dates, complete) = newest(&mut BufReader::new(output), paths);
        if complete {
            // It may have ended by itself.
            let _ = child.kill();
        }
        let status = child.wait();
        let said = said.and_then(|said| said.join().ok()).unwrap_or_default();
        match status {
            Ok(status) if complete || status.success() => Ok(dates),
            Ok(status) => Err(Failed::Git(status, Vec::new(), said).no_history()),
            Err(error) => Err(Failed::Start(error).no_history()),
        }
    }
}

/// The dates in the output of the log, and whether it holds all of them. The rest of it is not read then.
fn newest(log: &mut dyn BufRead, paths: &BTreeSet<&str>) -> (Dates, bool) {
    let mut dates = Dates::new();
    let mut date = None;
    let mut token = Vec::new();
    while dates.len() < paths.len() {
        token.clear();
        // An output that breaks off shows in how Git ends.
        if !matches!(log.read_until(0, &mut token), Ok(1..)) {
            return (dates, false);
        }
        let Ok(text) = std::str::from_utf8(&token) else {
            continue;
        };
        let text = text.trim_end_matches('\0').trim_start_matches('\n');
        if let Some(seconds) = text.strip_prefix('\u{1}') {
            date = seconds.parse().ok().and_then(Date::of_unix);
        } else if let Some(date) = date.filter(|_| paths.contains(text)) {
            dates.entry(text.to_owned()).or_insert(date);
        }
    }
    (dates, true)
}

/// What Git is asked for: the paths, or the top folders that many of them stand in.
fn asked<'a>(paths: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    let top = |path: &'a str| path.split_once('/').map(|(folder, _)| folder);
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for folder in paths.iter().filter_map(|path| top(path)) {
        *count.entry(folder).or_default() += 1;
    }
    let many = |folder: &&str| count.get(folder).is_some_and(|n| *n >= WHOLE_FOLDER);
    let paths = paths.iter();
    paths
        .map(|path| top(path).filter(many).unwrap_or(path))
        .collect()
}

/// The commit that the folder is at; none in a repository that has no commit yet.
fn head(site: &Path) -> Result<Option<String>, NoHistory> {
    let answer = ask(site, &["rev-parse", "--is-shallow-repository", "HEAD"]);
    let text = match &answer {
        Ok(text) | Err(Failed::Git(_, text, _)) => String::from_utf8_lossy(text).into_owned(),
        Err(Failed::Start(_)) => String::new(),
    };
    let mut lines = text.lines();
    match (lines.next(), answer) {
        (Some("true"), _) => Err(NoHistory {
            why: "this clone is shallow: Git knows the last commits only, and would tell wrong dates".into(),
            hint: "fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` for `actions/checkout`".into(),
        }),
        (_, Ok(_)) => Ok(lines.next().map(str::to_owned)),
        (Some("false"), Err(_)) => Ok(None),
        (_, Err(failed)) => Err(failed.no_history()),
    }
}

/// Why Git gave no answer.
enum Failed {
    /// It did not start.
    Start(std::io::Error),
    /// It ended like this, after printing these.
    Git(ExitStatus, Vec<u8>, Vec<u8>),
}

impl Failed {
    fn no_history(self) -> NoHistory {
        let elsewhere = "build where Git knows the files, or remove `last_updated`";
        let (why, hint) = match self {
            Self::Start(error) if error.kind() == std::io::ErrorKind::NotFound => (
                "`git` is not installed".to_owned(),
                "install Git where the site is built, or remove `last_updated`",
            ),
            Self::Start(error) => (
                format!("`git` cannot be run: {}", crate::disk::words(&error)),
                elsewhere,
            ),
            Self::Git(status, _, said) => {
                let said = String::from_utf8_lossy(&said).into_owned();
                if said.contains("not a git repository") {
                    ("the site is not in a Git repository".to_owned(), elsewhere)
                } else if said.contains("dubious ownership") {
                    (
                        "the repository belongs to another user, and Git does not read it"
                            .to_owned(),
                        "allow it with `git config --global --add safe.directory FOLDER`",
                    )
                } else {
                    let line = said.lines().find_map(|line| line.strip_prefix("fatal: "));
                    let ended = status.to_string();
                    (format!("Git failed: {}", line.unwrap_or(&ended)), elsewhere)
                }
            }
        };
        NoHistory {
            why,
            hint: hint.to_owned(),
        }
    }
}

/// A call of Git in a folder, which does not take part in what may be going on around it.
fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder);
    for name in FOREIGN {
        command.env_remove(name);
    }
    command
        .env("LC_ALL", "C")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .args([
            "--no-pager",
            "--literal-pathspecs",
            "-c",
            "core.fsmonitor=false",
        ]);
    command
}

/// What Git prints.
fn ask(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, Failed> {
    let output = git(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(Failed::Start)?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(Failed::Git(output.status, output.stdout, output.stderr))
    }
}

/// Dates in the cache folder, and the commit that they hold for.
struct Kept {
    head: String,
    dates: Dates,
}

impl Kept {
    /// What was written; whatever does not look like it is no cache.
    fn read(site: &Path) -> Option<Self> {
        let text = String::from_utf8(read_cache(site, CACHE)?).ok()?;
        let mut lines = text.lines();
        let head = lines.next()?.to_owned();
        let is_hash = head.len() >= 40 && head.bytes().all(|byte| byte.is_ascii_hexdigit());
        let dates = lines.map(|line| {
            let (date, path) = line.split_once(' ')?;
            Some((path.to_owned(), Date::parse(date)?))
        });
        let dates = dates.collect::<Option<Dates>>()?;
        is_hash.then_some(Self { head, dates })
    }

    /// A cache that cannot be written is made again next time.
    fn write(&self, site: &Path) {
        let mut text = format!("{}\n", self.head);
        for (path, date) in self
            .dates
            .iter()
            .filter(|(path, _)| !path.contains(['\n', '\r']))
        {
            text.push_str(&format!("{date} {path}\n"));
        }
        let old = read_cache(site, CACHE);
        if old.as_deref() != Some(text.as_bytes()) {
            let _ = write_cache(site, CACHE, text.as_bytes());
        }
    }
}
