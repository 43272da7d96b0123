//! Remembers highlighted blocks, in this run and, as bytes, between runs. In: keys and the means to
//! make what is missing; out: shared results. Keeps no code, and believes no bytes that it cannot
//! check. Must not touch the disk: others store the bytes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::cache_bytes::{self, Key};
use super::language::Language;
use super::tokens::fits;
use super::{Highlighted, PlainReason};

/// Locks are taken for a lookup only, so a few are enough for any number of threads.
const SHARDS: usize = 16;

/// Blocks by key.
#[derive(Default)]
pub(super) struct BlockMemo {
    shards: [Mutex<HashMap<Key, Entry>>; SHARDS],
    /// The checksum of the last import that was taken in.
    imported: Mutex<Option<[u8; cache_bytes::CHECKSUM_LEN]>>,
}

#[derive(Default)]
struct Entry {
    /// Filled by the first thread that asks; others wait for it.
    result: Arc<OnceLock<Arc<Highlighted>>>,
    /// From an import, not yet decoded.
    stored: Option<cache_bytes::Stored>,
    used: bool,
}

/// The key of a block: 128 bits of a hash over language and code.
pub(super) fn key(language: Language, code: &str) -> Key {
    let mut hasher = blake3::Hasher::new();
    hasher
        .update(language.key().as_bytes())
        .update(&[0])
        .update(code.as_bytes());
    let mut key = Key::default();
    hasher.finalize_xof().fill(&mut key);
    key
}

impl BlockMemo {
    /// The result for a key; `make` runs if there is none, once over all threads.
    pub(super) fn get(
        &self,
        key: Key,
        code: &str,
        make: impl FnOnce() -> Highlighted,
    ) -> Arc<Highlighted> {
        let (result, stored) = {
            let mut shard = self.shard(&key);
            let entry = shard.entry(key).or_default();
            entry.used = true;
            (Arc::clone(&entry.result), entry.stored.clone())
        };
        let restore = || {
            stored
                .and_then(|stored| stored.decode())
                .filter(|known| fits(&known.tokens, code))
        };
        Arc::clone(result.get_or_init(|| Arc::new(restore().unwrap_or_else(make))))
    }

    /// Takes in an export; anything else is ignored.
    pub(super) fn import(&self, bytes: &[u8]) {
        let Some((checksum, entries)) = cache_bytes::read(bytes) else {
            return;
        };
        for (key, stored) in entries {
            self.shard(&key).entry(key).or_default().stored = Some(stored);
        }
        *self.imported.lock().unwrap_or_else(PoisonError::into_inner) = Some(checksum);
    }

    /// All entries that were used, unless the last import already says exactly that.
    pub(super) fn export(&self) -> Option<Vec<u8>> {
        let mut entries: Vec<(Key, Arc<Highlighted>)> = Vec::new();
        for shard in &self.shards {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            let used = shard.iter().filter(|(_, entry)| entry.used);
            entries.extend(
                used.filter_map(|(key, entry)| Some((*key, Arc::clone(entry.result.get()?)))),
            );
        }
        // Whether a block is too slow depends on the machine and the day.
        entries.retain(|(_, known)| known.plain != Some(PlainReason::TooSlow));
        entries.sort_unstable_by_key(|(key, _)| *key);
        let imported = *self.imported.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.is_empty() && imported.is_none() {
            return None;
        }
        let bytes = cache_bytes::write(&entries);
        let same = imported.is_some_and(|checksum| bytes.ends_with(&checksum));
        (!same).then_some(bytes)
    }

    fn shard(&self, key: &Key) -> MutexGuard<'_, HashMap<Key, Entry>> {
        self.shards[usize::from(key[0]) % SHARDS]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
