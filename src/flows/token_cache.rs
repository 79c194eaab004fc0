//! What is known of access tokens, in memory for a short time: bounded in number, and found out once however many requests
//! wait for it.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ring::digest::{Context, SHA256};

use super::Error;
use crate::clock::{Clock, Moment};

/// The most entries that are kept.
const CAPACITY: usize = 10_000;
/// How long an error is kept: those who wait for the same answer don't ask again one after the other.
const ERROR_LIFETIME: Duration = Duration::from_secs(1);

/// A hash of a token, and of what is asked about it. Never the token itself.
pub(super) type Key = [u8; 32];

type Slot<V> = Arc<tokio::sync::Mutex<Option<(Result<V, Error>, Moment)>>>;

/// A cache of two generations: when the younger one is full it becomes the older, and what the older one still had is
/// dropped.
pub(super) struct TokenCache<V> {
    generations: Mutex<[HashMap<Key, Slot<V>>; 2]>,
    capacity: usize,
}

impl<V> Default for TokenCache<V> {
    fn default() -> Self {
        Self { generations: Mutex::default(), capacity: CAPACITY }
    }
}

impl<V: Clone> TokenCache<V> {
    /// Returns what is known, or else what `find_out` returns, with the time for which it may be kept. Requests for the same
    /// key wait for one of them. If that one is dropped, the next one takes over.
    pub(super) async fn get(
        &self,
        key: Key,
        clock: &Clock,
        find_out: impl AsyncFnOnce() -> Result<(V, Duration), Error>,
    ) -> Result<V, Error> {
        let slot = self.slot(key);
        let mut entry = slot.lock().await;
        if let Some((known, until)) = &*entry
            && clock.moment() < *until
        {
            return known.clone();
        }
        let (outcome, lifetime) = match find_out().await {
            Ok((value, lifetime)) => (Ok(value), lifetime),
            Err(error) => (Err(error), ERROR_LIFETIME),
        };
        *entry = Some((outcome.clone(), clock.moment().plus(lifetime)));
        outcome
    }

    fn slot(&self, key: Key) -> Slot<V> {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let [young, old] = &mut *generations;
        if let Some(slot) = young.get(&key) {
            return Arc::clone(slot);
        }
        let slot = old.remove(&key).unwrap_or_default();
        if young.len() >= self.capacity / 2 {
            *old = mem::take(young);
        }
        young.insert(key, Arc::clone(&slot));
        slot
    }
}

/// Hashes a token and what is asked about it. Each part is preceded by its length, so that no two lists are the same.
pub(super) fn key<'a>(parts: impl IntoIterator<Item = &'a str>) -> Key {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&part.len().to_be_bytes());
        context.update(part.as_bytes());
    }
    let mut key = [0; 32];
    key.copy_from_slice(context.finish().as_ref());
    key
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::session::error::StoreError;

    async fn count(counter: &AtomicU64) -> Result<(u64, Duration), Error> {
        tokio::task::yield_now().await;
        Ok((counter.fetch_add(1, Ordering::Relaxed) + 1, Duration::from_secs(10)))
    }

    #[tokio::test]
    async fn many_requests_find_out_once_until_it_expires() {
        let (cache, clock, counter) = (TokenCache::default(), Clock::system(), AtomicU64::new(0));
        let get = |part: &'static str| cache.get(key([part]), &clock, async || count(&counter).await);
        let (a, b, other) = tokio::join!(get("a"), get("a"), get("b"));
        let (a, b, other) = (a.unwrap(), b.unwrap(), other.unwrap());
        assert!(a == b && a != other, "{a} {b} {other}");
        clock.advance_seconds(9);
        assert_eq!(get("a").await.unwrap(), a);
        clock.advance_seconds(2);
        assert_eq!(get("a").await.unwrap(), 3);
    }

    #[tokio::test]
    async fn an_error_is_kept_for_a_second_and_a_dropped_request_holds_nobody_up() {
        let (cache, clock, counter) = (TokenCache::default(), Clock::system(), AtomicU64::new(0));
        let fail = async || Err::<(u64, Duration), Error>(StoreError::Contended.into());
        assert!(cache.get(key(["a"]), &clock, fail).await.is_err());
        assert!(cache.get(key(["a"]), &clock, async || count(&counter).await).await.is_err());
        clock.advance_seconds(2);
        let endless = cache.get(key(["a"]), &clock, async || std::future::pending().await);
        assert!(tokio::time::timeout(Duration::from_millis(10), endless).await.is_err());
        assert_eq!(cache.get(key(["a"]), &clock, async || count(&counter).await).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn it_holds_so_many_and_keeps_those_in_use() {
        let (mut cache, clock, counter) = (TokenCache::default(), Clock::system(), AtomicU64::new(0));
        cache.capacity = 8;
        for round in 0..100 {
            for one in ["used".to_owned(), format!("{round}")] {
                cache.get(key([one.as_str()]), &clock, async || count(&counter).await).await.unwrap();
            }
            let kept: usize = cache.generations.lock().unwrap().iter().map(HashMap::len).sum();
            assert!(kept <= 8, "{kept}");
        }
        assert_eq!(counter.load(Ordering::Relaxed), 101, "what is used is found out once");
    }

    #[test]
    fn no_two_lists_have_the_same_key() {
        assert_ne!(key(["ab", "c"]), key(["a", "bc"]));
        assert_ne!(key(["a"]), key(["a", ""]));
    }
}
