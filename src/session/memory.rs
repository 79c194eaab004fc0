//! Records in this process's memory: for development, tests and a single replica that may forget.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::backend::{Backend, BackendError};
use crate::clock::{Clock, Timestamp};

/// How many values are held before those past their time are looked for.
const SWEEP_EVERY: usize = 1024;

/// A [`Backend`] in memory.
pub struct MemoryBackend {
    clock: Clock,
    values: Mutex<Values>,
}

#[derive(Default)]
struct Values {
    by_key: HashMap<String, (Vec<u8>, Timestamp)>,
    sweep_at: usize,
}

impl MemoryBackend {
    /// An empty one, whose times to live go by `clock`.
    pub fn new(clock: Clock) -> Self {
        Self { clock, values: Mutex::default() }
    }

    /// How many values it holds.
    pub fn len(&self) -> usize {
        let now = self.clock.now();
        self.lock().by_key.values().filter(|(_, ends_at)| *ends_at > now).count()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, Values> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, values: &mut Values, key: &str, value: &[u8], ttl: Duration) {
        let now = self.clock.now();
        if values.by_key.len() >= values.sweep_at {
            values.by_key.retain(|_, (_, ends_at)| *ends_at > now);
            values.sweep_at = values.by_key.len() * 2 + SWEEP_EVERY;
        }
        values.by_key.insert(key.to_owned(), (value.to_vec(), now.plus(ttl)));
    }
}

impl Values {
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

    async fn replace(&self, key: &str, expected: &[u8], value: &[u8], ttl: Duration) -> Result<bool, BackendError> {
        let mut values = self.lock();
        let agrees = values.get(key, self.clock.now()).is_some_and(|found| found == expected);
        if agrees {
            self.put(&mut values, key, value, ttl);
        }
        Ok(agrees)
    }

    async fn remove(&self, key: &str) -> Result<bool, BackendError> {
        let now = self.clock.now();
        Ok(self.lock().by_key.remove(key).is_some_and(|(_, ends_at)| ends_at > now))
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
    async fn what_is_past_its_time_does_not_pile_up() {
        let clock = Clock::system();
        let backend = MemoryBackend::new(clock.clone());
        for round in 0..20 {
            for n in 0..500 {
                backend.insert(&format!("{round}-{n}"), b"x", Duration::from_secs(5)).await.unwrap();
            }
            clock.advance_seconds(10);
        }
        assert!(backend.lock().by_key.len() < 3000);
    }
}
