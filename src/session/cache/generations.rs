//! What the cache holds: at most so many bytes, without what was used least recently.

use std::collections::HashMap;
use std::mem;
use std::sync::Arc;

use crate::session::Loaded;

/// What an entry takes beside its record: keys, maps, the claims' and values' own allocations, what is derived from them.
const OVERHEAD_BYTES: usize = 2048;

/// Two generations of sessions: those that were used since the younger began, and those that were not. When the younger
/// one has grown to half of the bytes, it becomes the older, and what the older one still had is dropped.
pub(super) struct Generations {
    young: HashMap<String, Arc<Loaded>>,
    old: HashMap<String, Arc<Loaded>>,
    young_bytes: usize,
    max_bytes: usize,
}

impl Generations {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), young_bytes: 0, max_bytes }
    }

    pub(super) fn get(&mut self, key: &str) -> Option<Arc<Loaded>> {
        if let Some(loaded) = self.young.get(key) {
            return Some(Arc::clone(loaded));
        }
        let loaded = self.old.remove(key)?;
        self.insert(key, Arc::clone(&loaded));
        Some(loaded)
    }

    pub(super) fn insert(&mut self, key: &str, loaded: Arc<Loaded>) {
        let bytes = size(&loaded);
        if bytes > self.max_bytes / 2 {
            return;
        }
        if self.young_bytes + bytes > self.max_bytes / 2 {
            self.old = mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.remove(key);
        self.young_bytes += bytes;
        self.young.insert(key.to_owned(), loaded);
    }

    pub(super) fn remove(&mut self, key: &str) -> Option<Arc<Loaded>> {
        let young = self.young.remove(key);
        if let Some(removed) = &young {
            self.young_bytes -= size(removed);
        }
        let old = self.old.remove(key);
        young.or(old)
    }

    pub(super) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
        self.young_bytes = 0;
    }
}

/// How many bytes a session takes: as it was read, and about twice that as it is opened.
fn size(loaded: &Loaded) -> usize {
    3 * loaded.sealed.len() + OVERHEAD_BYTES
}
