//! What happens to a site's files, as it happens.
//!
//! In: the folders and files that matter. Out: batches of changed paths. It must not read the files, nor know what they mean.
//!
//! A save is several events within a millisecond or two: a batch ends when nothing has happened for `QUIET`, and at the latest
//! after `PATIENCE`. A file that is empty has most likely just been opened for writing, so it gets `UNFINISHED` to be filled.
//! Where the system has no watches left (or none at all, as on some network disks), files are polled.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{ErrorKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher as _};

/// How long nothing must happen for a batch to end.
const QUIET: Duration = Duration::from_millis(4);
/// How long a batch may grow.
const PATIENCE: Duration = Duration::from_millis(60);
/// How long a file may stay empty before that is taken for its new text.
const UNFINISHED: Duration = Duration::from_millis(40);
/// How often files are polled where they cannot be watched.
const POLL: Duration = Duration::from_millis(700);

/// What must be watched, from the site's folder.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// Folders, with all that is in them.
    pub folders: BTreeSet<String>,
    /// Single files. They may not be there yet.
    pub files: BTreeSet<String>,
}

/// What has happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Batch {
    /// Something happened at these paths, from the site's folder.
    Paths(BTreeSet<String>),
    /// Events were lost, or the folder itself went or came: anything may be different.
    Anything,
    /// Nothing, for as long as was waited.
    Nothing,
}

enum Kind {
    Events(RecommendedWatcher),
    Polling(PollWatcher),
}

/// Watches a site's files.
pub struct Watch {
    root: PathBuf,
    kind: Kind,
    events: Receiver<notify::Result<notify::Event>>,
    sender: Sender<notify::Result<notify::Event>>,
    watched: BTreeSet<(PathBuf, bool)>,
}

impl Watch {
    /// Watches nothing yet. `root` is the site's folder, absolute and without links.
    ///
    /// # Errors
    /// When files can neither be watched nor polled, in words.
    pub fn new(root: &Path) -> Result<Self, String> {
        let (sender, events) = channel();
        let kind = match notify::recommended_watcher(sender.clone()) {
            Ok(watcher) => Kind::Events(watcher),
            Err(_) => Kind::Polling(polling(sender.clone())?),
        };
        Ok(Self {
            root: root.to_owned(),
            kind,
            events,
            sender,
            watched: BTreeSet::new(),
        })
    }

    /// Whether files are polled.
    pub fn is_polling(&self) -> bool {
        matches!(self.kind, Kind::Polling(_))
    }

    /// Watches exactly this. A folder that is not there is waited for, in the one above it.
    ///
    /// # Errors
    /// When files can neither be watched nor polled, in words.
    pub fn want(&mut self, wanted: &Wanted) -> Result<(), String> {
        let places = places(&self.root, wanted);
        for (path, _) in self.watched.difference(&places) {
            // It may be gone already, and then there is nothing to do.
            let _ = match &mut self.kind {
                Kind::Events(watcher) => watcher.unwatch(path),
                Kind::Polling(watcher) => watcher.unwatch(path),
            };
        }
        let new: Vec<(PathBuf, bool)> = places.difference(&self.watched).cloned().collect();
        for (path, recursive) in &new {
            match self.add(path, *recursive) {
                Ok(()) => {}
                // It went in between: the one above it is watched too.
                Err(error) if is_missing(&error) => {}
                Err(_) if !self.is_polling() => {
                    self.kind = Kind::Polling(polling(self.sender.clone())?);
                    self.watched.clear();
                    return self.want(wanted);
                }
                Err(error) => return Err(error.to_string()),
            }
        }
        self.watched = places;
        Ok(())
    }

    /// Forgets what is watched, so that [`Watch::want`] begins anew: a folder that was replaced by another one of its name is
    /// watched no longer, though nothing says so.
    pub fn forget(&mut self) {
        for (path, _) in std::mem::take(&mut self.watched) {
            let _ = match &mut self.kind {
                Kind::Events(watcher) => watcher.unwatch(&path),
                Kind::Polling(watcher) => watcher.unwatch(&path),
            };
        }
    }

    fn add(&mut self, path: &Path, recursive: bool) -> notify::Result<()> {
        let mode = match recursive {
            true => RecursiveMode::Recursive,
            false => RecursiveMode::NonRecursive,
        };
        match &mut self.kind {
            Kind::Events(watcher) => watcher.watch(path, mode),
            Kind::Polling(watcher) => watcher.watch(path, mode),
        }
    }

    /// Waits for the next batch.
    pub fn next(&self, wait: Duration) -> Batch {
        let first = match self.events.recv_timeout(wait) {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                return Batch::Nothing;
            }
        };
        let start = Instant::now();
        let mut paths = BTreeSet::new();
        let mut lost = self.take(first, &mut paths);
        loop {
            match self.events.recv_timeout(QUIET) {
                Ok(event) => lost |= self.take(event, &mut paths),
                Err(_) if start.elapsed() < UNFINISHED && self.unfinished(&paths) => {}
                Err(_) => break,
            }
            if start.elapsed() > PATIENCE {
                break;
            }
        }
        match (lost, paths.is_empty()) {
            (true, _) => Batch::Anything,
            (false, true) => Batch::Nothing,
            (false, false) => Batch::Paths(paths),
        }
    }

    /// Adds an event's paths. True when events were lost.
    fn take(&self, event: notify::Result<notify::Event>, paths: &mut BTreeSet<String>) -> bool {
        let Ok(event) = event else { return true };
        if event.need_rescan() {
            return true;
        }
        // Being read is no change.
        let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
        if event.kind.is_access() && event.kind != written {
            return false;
        }
        for path in &event.paths {
            if *path == self.root {
                return !matches!(event.kind, EventKind::Access(_) | EventKind::Modify(_));
            }
            if let Some(path) = path.strip_prefix(&self.root).ok().and_then(Path::to_str) {
                paths.insert(path.replace('\\', "/"));
            }
        }
        false
    }

    fn unfinished(&self, paths: &BTreeSet<String>) -> bool {
        let empty = |path: &String| {
            let meta = std::fs::metadata(self.root.join(path));
            meta.is_ok_and(|meta| meta.is_file() && meta.len() == 0)
        };
        paths.iter().any(empty)
    }
}

fn polling(sender: Sender<notify::Result<notify::Event>>) -> Result<PollWatcher, String> {
    let config = notify::Config::default().with_poll_interval(POLL);
    PollWatcher::new(sender, config).map_err(|error| error.to_string())
}

fn is_missing(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound | ErrorKind::WatchNotFound => true,
        ErrorKind::Io(error) => error.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}

/// The places to watch: existing folders with all that is in them, and each folder that a wanted file or a missing folder would stand
/// in.
fn places(root: &Path, wanted: &Wanted) -> BTreeSet<(PathBuf, bool)> {
    let mut places = BTreeSet::from([(root.to_owned(), false)]);
    let mut above = |path: &Path| {
        let folders = path.ancestors().skip(1);
        let there = folders
            .take_while(|f| f.starts_with(root))
            .find(|f| f.is_dir());
        places.extend(there.map(|folder| (folder.to_owned(), false)));
    };
    for file in &wanted.files {
        above(&root.join(file));
    }
    for folder in &wanted.folders {
        above(&root.join(folder));
    }
    for folder in &wanted.folders {
        let folder = root.join(folder);
        if folder.is_dir() {
            places.remove(&(folder.clone(), false));
            places.insert((folder, true));
        }
    }
    // What lies in a folder that is watched as a whole is watched.
    let whole: Vec<PathBuf> = places.iter().filter(|p| p.1).map(|p| p.0.clone()).collect();
    places.retain(|(path, _)| !whole.iter().any(|w| path != w && path.starts_with(w)));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(folders: &[&str], files: &[&str]) -> Wanted {
        let set = |all: &[&str]| all.iter().map(|s| (*s).to_owned()).collect();
        Wanted {
            folders: set(folders),
            files: set(files),
        }
    }

    #[test]
    fn what_is_not_there_is_waited_for_above() {
        let site = tempfile::tempdir().expect("a temporary folder");
        let root = site.path();
        std::fs::create_dir_all(root.join("docs/guide")).expect("a folder");
        let wanted = wanted(
            &["docs", "docs/guide", "static"],
            &["docproof.yaml", "ex/a/x.rs", "docs/y.md"],
        );
        let places = places(root, &wanted);
        let expected = [(root.to_owned(), false), (root.join("docs"), true)];
        assert_eq!(places, BTreeSet::from(expected));
    }

    #[test]
    fn batches_name_what_was_written() {
        let site = tempfile::tempdir().expect("a temporary folder");
        let root = site.path().canonicalize().expect("it is there");
        std::fs::create_dir_all(root.join("docs")).expect("a folder");
        std::fs::create_dir_all(root.join("target")).expect("a folder");
        let mut watch = Watch::new(&root).expect("files can be watched");
        watch
            .want(&wanted(&["docs"], &["docproof.yaml"]))
            .expect("they can be watched");
        std::fs::write(root.join("docs/a.md"), "a").expect("it can be written");
        std::fs::write(root.join("target/x"), "x").expect("it can be written");
        let batch = watch.next(Duration::from_secs(10));
        assert_eq!(
            batch,
            Batch::Paths(BTreeSet::from(["docs/a.md".to_owned()]))
        );
        std::fs::rename(root.join("docs/a.md"), root.join("docs/b.md")).expect("it can be renamed");
        let Batch::Paths(paths) = watch.next(Duration::from_secs(10)) else {
            panic!("something was renamed")
        };
        assert!(
            paths.contains("docs/a.md") && paths.contains("docs/b.md"),
            "{paths:?}"
        );
    }
}
