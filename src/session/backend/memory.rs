//! Records in this process's memory: for development, tests, and a single replica that may lose them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::{Backend, BackendError, Taken};
use crate::clock::{Clock, Timestamp};

/// How many values are stored before expired ones are removed.
const SWEEP_EVERY: usize = 1024;

/// A [`Backend`] in memory.
pub struct MemoryBackend {
    clock: Clock,
    values: Mutex<Values>,
}

#[derive(Default)]
struct Values {
    by_key: HashMap<String, (Vec<u8>, Timestamp)>,
    sets: HashMap<String, BTreeMap<Vec<u8>, Timestamp>>,
    sweep_at: usize,
}

impl MemoryBackend {
    /// Makes an empty backend, whose times to live go by `clock`.
    pub fn new(clock: Clock) -> Self {
        Self { clock, values: Mutex::default() }
    }

    /// The number of values that haven't expired.
    pub fn len(&self) -> usize {
        let now = self.clock.now();
        self.lock().by_key.values().filter(|(_, ends_at)| *ends_at > now).count()
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, Values> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, values: &mut Values, key: &str, value: &[u8], ttl: Duration) {
        let now = self.clock.now();
        values.sweep(now);
        values.by_key.insert(key.to_owned(), (value.to_vec(), now.plus(ttl)));
    }
}

impl Values {
    fn sweep(&mut self, now: Timestamp) {
        if self.by_key.len() + self.sets.len() < self.sweep_at {
            return;
        }
        self.by_key.retain(|_, (_, ends_at)| *ends_at > now);
        self.sets.retain(|_, set| {
            set.retain(|_, ends_at| *ends_at > now);
            !set.is_empty()
        });
        self.sweep_at = (self.by_key.len() + self.sets.len()) * 2 + SWEEP_EVERY;
    }

    fn get(&self, key: &str, now: Timestamp) -> Option<&Vec<u8>> {
        self.by_key.get(key).filter(|(_, ends_at)| *ends_at > now).map(|(value, _)| value)
    }
}

#[async_trait]
impl Backend for MemoryBackend {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BackendError> {
        Ok(self.lock().get(key, self.clock.now()).cloned())
    }

    async fn insert(&self, key: &str, value: &[u8], ttl: Duration) -> Result<bool, BackendError> {
        let mut values = self.lock();
        let free = values.get(key, self.clock.now()).is_none();
        if free {
            self.put(&mut values, key, value, ttl);
        }
        Ok(free)
    }

    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), BackendError> {
        self.put(&mut self.lock(), key, value, ttl);
        Ok(())
    }

    async fn replace(&self, key: &str, expected: &[u8], value: &[u8], ttl: Duration) -> Result<bool, BackendError> {
        let mut values = self.lock();
        let agrees = values.get(key, self.clock.now()).is_some_and(|found| found == expected);
        if agrees {
            self.put(&mut values, key, value, ttl);
        }
        Ok(agrees)
    }

    async fn take(&self, key: &str, kept: Option<u8>) -> Result<Taken, BackendError> {
        let mut values = self.lock();
        let Some(value) = values.get(key, self.clock.now()).cloned() else { return Ok(Taken::Nothing) };
        if kept.is_none() || value.first().copied() != kept {
            values.by_key.remove(key);
        }
        Ok(Taken::Value(value))
    }

    async fn add_entry(&self, key: &str, entry: &[u8], ttl: Duration) -> Result<(), BackendError> {
        let (now, mut values) = (self.clock.now(), self.lock());
        values.sweep(now);
        values.sets.entry(key.to_owned()).or_default().insert(entry.to_vec(), now.plus(ttl));
        Ok(())
    }

    async fn remove_entry(&self, key: &str, entry: &[u8]) -> Result<(), BackendError> {
        let mut values = self.lock();
        if let Some(set) = values.sets.get_mut(key) {
            set.remove(entry);
            if set.is_empty() {
                values.sets.remove(key);
            }
        }
        Ok(())
    }

    async fn entries(&self, key: &str) -> Result<Vec<Vec<u8>>, BackendError> {
        let (now, values) = (self.clock.now(), self.lock());
        let live = values.sets.get(key).into_iter().flatten().filter(|(_, ends_at)| **ends_at > now);
        Ok(live.map(|(entry, _)| entry.clone()).collect())
    }

    async fn ping(&self, _: &str) -> Result<(), BackendError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::backend::acceptance_suite;

    #[tokio::test]
    async fn memory_passes_the_acceptance_suite() {
        let clock = Clock::system();
        let wait = async |time: Duration| clock.advance_seconds(i64::try_from(time.as_secs()).unwrap() + 1);
        acceptance_suite(&MemoryBackend::new(clock.clone()), wait).await;
    }

    #[tokio::test]
    async fn expired_values_are_removed() {
        let clock = Clock::system();
        let backend = MemoryBackend::new(clock.clone());
        for round in 0..20 {
            for n in 0..500 {
                backend.insert(&format!("{round}-{n}"), b"x", Duration::from_secs(5)).await.unwrap();
                backend.add_entry(&format!("{round}-{n}"), b"x", Duration::from_secs(5)).await.unwrap();
            }
            clock.advance_seconds(10);
        }
        let values = backend.lock();
        assert!(values.by_key.len() + values.sets.len() < 6000);
    }
}
