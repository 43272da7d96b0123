//! What verify keeps on the disk between runs: verdicts by content, records for `build`, hashes of files.
//!
//! In: keys and bytes. Out: the bytes again, whole, or nothing. Every file is written beside its place and renamed,
//! so that two runs at once, or a killed one, leave no half. It must not know what the bytes mean.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::verify_folder;
use crate::disk::words;
use crate::source::ContentHash;
use crate::verify::machine::Store;

/// First bytes of an entry.
const MAGIC: &[u8; 8] = b"docpv\x01\r\n";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What an eviction leaves.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Entries that were not used for so long go.
    pub age: Duration,
    /// Of the rest the oldest go until so many bytes are left.
    pub bytes: u64,
}

/// The bounds of a cache that nobody has set any for.
pub const BOUNDS: Bounds = Bounds {
    age: Duration::from_secs(60 * 24 * 60 * 60),
    bytes: 200 << 20,
};

/// The cache of verdicts of a site, in `.docproof/verify/cache`.
#[derive(Clone, Debug)]
pub struct DiskStore {
    site: PathBuf,
}

impl DiskStore {
    /// The cache of a site. Nothing is made before something is stored.
    pub fn new(site: &Path) -> Self {
        Self {
            site: site.to_owned(),
        }
    }

    fn folder(&self) -> PathBuf {
        verify_folder(&self.site).join("cache")
    }

    fn path(&self, key: &ContentHash) -> PathBuf {
        let name = key.to_string();
        self.folder().join(&name[..2]).join(&name[2..])
    }

    /// Removes what has not been used for long, at most once a day.
    pub fn evict_daily(&self) {
        let stamp = self.folder().join("evicted");
        if age(&stamp).is_some_and(|age| age < DAY) || !self.folder().is_dir() {
            return;
        }
        if write_whole(&self.site, &stamp, b"").is_ok() {
            self.evict(BOUNDS);
        }
    }

    /// Removes entries beyond the bounds, the longest unused first.
    pub fn evict(&self, bounds: Bounds) {
        let mut entries = Vec::new();
        for entry in walkdir::WalkDir::new(self.folder())
            .min_depth(2)
            .into_iter()
            .flatten()
        {
            let data = entry.metadata().ok().filter(fs::Metadata::is_file);
            if let Some((data, used)) =
                data.and_then(|data| data.modified().ok().map(|used| (data, used)))
            {
                entries.push((used, data.len(), entry.into_path()));
            }
        }
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.0));
        let now = SystemTime::now();
        let mut kept = 0;
        for (used, size, path) in entries {
            kept += size;
            let old = now.duration_since(used).is_ok_and(|age| age > bounds.age);
            if old || kept > bounds.bytes {
                let _ = fs::remove_file(path);
            }
        }
    }
}

fn age(path: &Path) -> Option<Duration> {
    let changed = fs::metadata(path).ok()?.modified().ok()?;
    SystemTime::now().duration_since(changed).ok()
}

impl Store for DiskStore {
    fn get(&self, key: &ContentHash) -> Option<Vec<u8>> {
        let path = self.path(key);
        let file = File::open(&path).ok()?;
        let used = file.metadata().ok()?.modified().ok()?;
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut &file, &mut bytes).ok()?;
        let content = bytes.strip_prefix(MAGIC)?;
        let (hash, content) = content.split_first_chunk::<32>()?;
        if blake3::hash(content).as_bytes() != hash {
            return None;
        }
        let content = content.to_vec();
        let now = SystemTime::now();
        if now.duration_since(used).is_ok_and(|age| age > DAY) {
            // Says that it is in use. If that fails it is forgotten earlier, no more.
            let _ = File::options()
                .append(true)
                .open(&path)
                .and_then(|file| file.set_modified(now));
        }
        Some(content)
    }

    fn put(&self, key: &ContentHash, bytes: &[u8]) -> Result<(), String> {
        let mut entry = Vec::with_capacity(bytes.len() + 40);
        entry.extend_from_slice(MAGIC);
        entry.extend_from_slice(blake3::hash(bytes).as_bytes());
        entry.extend_from_slice(bytes);
        let path = self.path(key);
        write_whole(&self.site, &path, &entry)
            .map_err(|error| format!("cannot write `{}`: {}", path.display(), words(&error)))
    }
}

/// The record files of a site, by name; none yet is an empty list.
pub fn records(site: &Path) -> Vec<Vec<u8>> {
    let folder = verify_folder(site).join("records");
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "json"));
    paths.sort();
    paths
        .iter()
        .filter_map(|path| fs::read(path).ok())
        .collect()
}

/// One record file of a site.
pub fn read_record(site: &Path, name: &str) -> Option<Vec<u8>> {
    fs::read(
        verify_folder(site)
            .join("records")
            .join(format!("{name}.json")),
    )
    .ok()
}

/// Writes a record file of a site.
///
/// # Errors
/// Why it could not be written, in words.
pub fn write_record(site: &Path, name: &str, bytes: &[u8]) -> Result<(), String> {
    let path = verify_folder(site)
        .join("records")
        .join(format!("{name}.json"));
    write_whole(site, &path, bytes)
        .map_err(|error| format!("cannot write `{}`: {}", path.display(), words(&error)))
}

/// Writes a file below the cache folder, with the folders that it needs, in one step.
pub(super) fn write_whole(site: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    /// Tells the files of threads apart.
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let folder = path.parent().expect("invariant: below the cache folder");
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let fresh = folder.join(format!(".{}-{number}.new", std::process::id()));
    let mut file = match File::create(&fresh) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder)?;
            crate::disk::ignore_cache(site)?;
            File::create(&fresh)?
        }
        other => other?,
    };
    let written = file
        .write_all(bytes)
        .and_then(|()| fs::rename(&fresh, path));
    if written.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    written
}

/// Writes a file unless it has these bytes already, so that its time stays.
pub(super) fn write_if_changed(site: &Path, path: &Path, bytes: &[u8]) -> io::Result<bool> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    write_whole(site, path, bytes).map(|()| true)
}

/// Hashes of files, remembered by size and time.
#[derive(Debug)]
pub struct FileHashes {
    site: PathBuf,
    known: Mutex<Known>,
}

#[derive(Default, Debug)]
struct Known {
    hashes: HashMap<PathBuf, FileHash>,
    changed: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct FileHash {
    stamp: Stamp,
    hash: ContentHash,
    /// Whether it was asked for in this run; the others are not written again.
    used: bool,
}

/// What changes when a file does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Stamp {
    size: u64,
    seconds: i64,
    nanoseconds: i64,
    inode: u64,
}

impl Stamp {
    fn of(data: &fs::Metadata) -> Self {
        Self {
            size: data.len(),
            seconds: data.mtime(),
            nanoseconds: data.mtime_nsec(),
            inode: data.ino(),
        }
    }
}

/// A text that changes when a file is replaced.
pub(super) fn stamp(path: &Path) -> Option<String> {
    let data = fs::metadata(path).ok()?;
    Some(format!("{} {:?}", path.display(), Stamp::of(&data)))
}

impl FileHashes {
    /// What earlier runs remember.
    pub fn load(site: &Path) -> Self {
        let text = fs::read_to_string(Self::path(site)).unwrap_or_default();
        let hashes = text.lines().filter_map(parse_line).collect();
        Self {
            site: site.to_owned(),
            known: Mutex::new(Known {
                hashes,
                changed: false,
            }),
        }
    }

    fn path(site: &Path) -> PathBuf {
        verify_folder(site).join("hashes")
    }

    /// The hash of a file's bytes; none when it cannot be read.
    pub fn of(&self, path: &Path) -> Option<ContentHash> {
        let data = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        let stamp = Stamp::of(&data);
        if let Some(known) = self.lock().hashes.get_mut(path)
            && known.stamp == stamp
        {
            known.used = true;
            return Some(known.hash);
        }
        let hash = ContentHash::of(&fs::read(path).ok()?);
        // A file that has just been written may be written again within the clock's tick.
        let settled = data.modified().is_ok_and(|changed| {
            SystemTime::now()
                .duration_since(changed)
                .is_ok_and(|age| age > Duration::from_secs(2))
        });
        let mut known = self.lock();
        if settled {
            known.hashes.insert(
                path.to_owned(),
                FileHash {
                    stamp,
                    hash,
                    used: true,
                },
            );
            known.changed = true;
        }
        Some(hash)
    }

    /// Remembers them for the next run. A failure costs time, no more.
    pub fn save(&self) {
        let mut known = self.lock();
        if !std::mem::take(&mut known.changed) {
            return;
        }
        let mut lines: Vec<String> = known
            .hashes
            .iter()
            .filter_map(|(path, one)| line(path, one))
            .collect();
        lines.sort();
        let _ = write_whole(
            &self.site,
            &Self::path(&self.site),
            lines.concat().as_bytes(),
        );
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A line of the file of hashes; none for a path that does not fit in one, or a file that is no more.
fn line(path: &Path, one: &FileHash) -> Option<String> {
    let name = path.to_str().filter(|name| !name.contains('\n'))?;
    if !one.used && !path.exists() {
        return None;
    }
    let Stamp {
        size,
        seconds,
        nanoseconds,
        inode,
    } = one.stamp;
    Some(format!(
        "{} {size} {seconds} {nanoseconds} {inode} {name}\n",
        one.hash
    ))
}

fn parse_line(line: &str) -> Option<(PathBuf, FileHash)> {
    let mut parts = line.splitn(6, ' ');
    let hash = parse_hash(parts.next()?)?;
    let stamp = Stamp {
        size: parts.next()?.parse().ok()?,
        seconds: parts.next()?.parse().ok()?,
        nanoseconds: parts.next()?.parse().ok()?,
        inode: parts.next()?.parse().ok()?,
    };
    Some((
        parts.next()?.into(),
        FileHash {
            stamp,
            hash,
            used: false,
        },
    ))
}

fn parse_hash(text: &str) -> Option<ContentHash> {
    let mut bytes = [0; 16];
    if text.len() != 32 {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(ContentHash(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> (tempfile::TempDir, DiskStore) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = DiskStore::new(folder.path());
        (folder, store)
    }

    #[test]
    fn entries_come_back_whole_or_not_at_all() {
        let (site, store) = site();
        let key = ContentHash::of(b"key");
        assert_eq!(store.get(&key), None);
        store.put(&key, b"a verdict").expect("stored");
        assert_eq!(store.get(&key).as_deref(), Some(&b"a verdict"[..]));
        assert_eq!(
            fs::read_to_string(site.path().join(".docproof/.gitignore")).expect("a file"),
            "*\n"
        );
        let whole = fs::read(store.path(&key)).expect("an entry");
        for cut in 0..whole.len() {
            fs::write(store.path(&key), &whole[..cut]).expect("written");
            assert_eq!(store.get(&key), None, "{cut} bytes");
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            fs::write(store.path(&key), &bytes).expect("written");
            assert_eq!(store.get(&key), None, "byte {at}");
        }
        store.put(&key, b"a verdict").expect("stored again");
        assert!(store.get(&key).is_some());
    }

    #[test]
    fn a_cache_that_cannot_be_written_says_why() {
        let (site, store) = site();
        fs::write(site.path().join(".docproof"), "in the way").expect("a file");
        let error = store
            .put(&ContentHash::of(b"key"), b"x")
            .expect_err("no folder");
        assert!(
            error.starts_with("cannot write `") && error.len() > 40,
            "{error}"
        );
        assert_eq!(store.get(&ContentHash::of(b"key")), None);
    }

    #[test]
    fn the_longest_unused_go_first() {
        let (_site, store) = site();
        let now = SystemTime::now();
        let keys: Vec<ContentHash> = (0..4_u8).map(|n| ContentHash::of(&[n])).collect();
        for (days, key) in keys.iter().enumerate() {
            store.put(key, &[7; 1000]).expect("stored");
            let used = now - DAY * 20 * u32::try_from(days).expect("few");
            let file = File::options()
                .append(true)
                .open(store.path(key))
                .expect("an entry");
            file.set_modified(used).expect("a time");
        }
        store.evict(Bounds {
            age: DAY * 50,
            bytes: 2500,
        });
        let left: Vec<bool> = keys.iter().map(|key| store.path(key).exists()).collect();
        assert_eq!(left, [true, true, false, false]);
        // The third is within 50 days, and beyond 2,500 bytes. What is used becomes young again.
        store.get(&keys[1]).expect("an entry");
        assert!(age(&store.path(&keys[1])).expect("a time") < DAY);
    }

    #[test]
    fn records_are_listed_by_name() {
        let (site, _) = site();
        assert!(records(site.path()).is_empty());
        write_record(site.path(), "b", b"2").expect("written");
        write_record(site.path(), "a", b"1").expect("written");
        assert_eq!(records(site.path()), [b"1", b"2"]);
        assert_eq!(read_record(site.path(), "b").as_deref(), Some(&b"2"[..]));
    }

    #[test]
    fn hashes_are_remembered_until_the_file_changes() {
        let (site, _) = site();
        let path = site.path().join("x y.rs");
        fs::write(&path, "one").expect("written");
        let earlier = SystemTime::now() - DAY;
        File::options()
            .append(true)
            .open(&path)
            .and_then(|f| f.set_modified(earlier))
            .expect("a time");
        let hashes = FileHashes::load(site.path());
        assert_eq!(hashes.of(&path), Some(ContentHash::of(b"one")));
        hashes.save();
        let again = FileHashes::load(site.path());
        assert_eq!(again.lock().hashes.len(), 1);
        assert_eq!(again.of(&path), Some(ContentHash::of(b"one")));
        fs::write(&path, "two").expect("written");
        assert_eq!(again.of(&path), Some(ContentHash::of(b"two")));
        assert_eq!(again.of(&site.path().join("none")), None);
    }
}
