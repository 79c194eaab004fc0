//! A bounded map of what the demo provider remembers.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::clock::Timestamp;

/// A map whose entries expire. When it is full, a new entry replaces the oldest.
pub(super) struct Expiring<V> {
    lifetime: Duration,
    capacity: usize,
    entries: HashMap<String, Entry<V>>,
    /// The keys by age, oldest first.
    by_age: BTreeMap<u64, String>,
    next_number: u64,
}

struct Entry<V> {
    number: u64,
    added: Timestamp,
    value: V,
}

impl<V> Expiring<V> {
    /// An empty map.
    pub(super) fn new(lifetime: Duration, capacity: usize) -> Self {
        Self { lifetime, capacity, entries: HashMap::new(), by_age: BTreeMap::new(), next_number: 0 }
    }

    /// Adds an entry, or replaces that of the same key, and removes what has expired.
    pub(super) fn insert(&mut self, key: String, value: V, now: Timestamp) {
        self.take(&key);
        while let Some(oldest) = self.by_age.values().next().cloned() {
            if self.get(&oldest, now).is_some() && self.entries.len() < self.capacity {
                break;
            }
            self.take(&oldest);
        }
        let number = self.next_number;
        self.next_number += 1;
        self.by_age.insert(number, key.clone());
        self.entries.insert(key, Entry { number, added: now, value });
    }

    /// Returns an entry's value unless it has expired.
    pub(super) fn get(&self, key: &str, now: Timestamp) -> Option<&V> {
        let entry = self.entries.get(key)?;
        (now.since(entry.added) <= self.lifetime).then_some(&entry.value)
    }

    /// Removes an entry, and returns its value unless it has expired.
    pub(super) fn remove(&mut self, key: &str, now: Timestamp) -> Option<V> {
        let entry = self.take(key)?;
        (now.since(entry.added) <= self.lifetime).then_some(entry.value)
    }

    /// Removes every entry.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.by_age.clear();
    }

    fn take(&mut self, key: &str) -> Option<Entry<V>> {
        let entry = self.entries.remove(key)?;
        self.by_age.remove(&entry.number);
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: i64) -> String {
        format!("key {number}")
    }

    #[test]
    fn an_entry_is_there_until_it_expires_or_is_removed() {
        let mut map = Expiring::new(Duration::from_secs(10), 100);
        map.insert(key(1), "one", Timestamp(0));
        map.insert(key(2), "two", Timestamp(5));
        assert_eq!((map.get(&key(1), Timestamp(10)), map.get(&key(1), Timestamp(11))), (Some(&"one"), None));
        assert_eq!(map.remove(&key(2), Timestamp(11)), Some("two"));
        assert_eq!(map.remove(&key(2), Timestamp(11)), None);
        assert_eq!(map.remove(&key(1), Timestamp(11)), None, "expired");
        map.insert(key(1), "again", Timestamp(11));
        map.clear();
        assert_eq!(map.get(&key(1), Timestamp(11)), None);
    }

    #[test]
    fn filling_it_drops_what_has_expired_and_then_the_oldest() {
        let mut map = Expiring::new(Duration::from_secs(10), 3);
        for number in 0..100_000 {
            map.insert(key(number), number, Timestamp(0));
            assert!(map.entries.len() <= 3 && map.by_age.len() == map.entries.len());
        }
        let held =
            |map: &Expiring<i64>, now| (0..100_002).filter(|n| map.get(&key(*n), now).is_some()).collect::<Vec<_>>();
        assert_eq!(held(&map, Timestamp(0)), [99_997, 99_998, 99_999]);
        // An entry that is set again is the newest.
        map.insert(key(99_997), 7, Timestamp(1));
        map.insert(key(100_000), 8, Timestamp(1));
        assert_eq!(held(&map, Timestamp(1)), [99_997, 99_999, 100_000]);
        map.insert(key(100_001), 9, Timestamp(12));
        assert_eq!(map.entries.len(), 1, "what has expired is removed, not only hidden");
    }

    #[test]
    fn a_clock_that_is_set_back_expires_nothing() {
        let mut map = Expiring::new(Duration::from_secs(10), 3);
        map.insert(key(1), 1, Timestamp(1000));
        map.insert(key(2), 2, Timestamp(0));
        assert_eq!((map.get(&key(1), Timestamp(0)), map.get(&key(2), Timestamp(0))), (Some(&1), Some(&2)));
    }
}
