//! A document of the provider, cached for its lifetime and fetched by one request at a time. All waiting is by the
//! monotonic clock: setting the wall clock back must not stop retries.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Mutex;

use super::provider::ProviderError;
use crate::clock::{Clock, Moment};
use crate::metrics;

/// Bounds on the lifetime that the provider names, and the lifetime if it names none.
const LIFETIME_LEAST: Duration = Duration::from_mins(1);
const LIFETIME_MOST: Duration = Duration::from_hours(24);
const LIFETIME_UNKNOWN: Duration = Duration::from_hours(1);
/// How long no fetch follows a failed one: with nothing to serve meanwhile, and with a stale document.
const RETRY_WITH_NOTHING: Duration = Duration::from_secs(1);
const RETRY_WITH_STALE: Duration = Duration::from_mins(1);
/// How long no second forced fetch follows one that succeeded.
const COOLDOWN: Duration = Duration::from_mins(1);

pub(super) struct Cached<T> {
    /// The document's name in metrics.
    document: &'static str,
    clock: Clock,
    entry: RwLock<Option<Entry<T>>>,
    fetches: Mutex<Fetches>,
}

struct Entry<T> {
    value: Arc<T>,
    stale_at: Moment,
}

#[derive(Default)]
struct Fetches {
    failed: Option<(Moment, ProviderError)>,
    /// When a forced fetch last succeeded.
    forced_at: Option<Moment>,
}

impl Fetches {
    /// The error of the last fetch, if it failed less than `pause` ago.
    fn failed_within(&self, pause: Duration, now: Moment) -> Option<ProviderError> {
        self.failed.as_ref().filter(|(at, _)| now.since(*at) < pause).map(|(_, error)| error.clone())
    }
}

impl<T> Cached<T> {
    pub(super) fn new(document: &'static str, clock: &Clock) -> Self {
        Self { document, clock: clock.clone(), entry: RwLock::new(None), fetches: Mutex::default() }
    }

    /// Returns the cached document, fresh or stale.
    pub(super) fn cached(&self) -> Option<Arc<T>> {
        self.entry.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(|entry| Arc::clone(&entry.value))
    }

    fn fresh(&self) -> Option<Arc<T>> {
        let entry = self.entry.read().unwrap_or_else(PoisonError::into_inner);
        entry.as_ref().filter(|entry| self.clock.moment() < entry.stale_at).map(|entry| Arc::clone(&entry.value))
    }

    /// Returns the document, from the cache or fetched. A stale document is served while another request fetches it,
    /// and if the fetch fails.
    pub(super) async fn get<F>(&self, fetch: F) -> Result<Arc<T>, ProviderError>
    where
        F: AsyncFnOnce() -> Result<(T, Option<Duration>), ProviderError>,
    {
        if let Some(value) = self.fresh() {
            metrics::provider_cache(self.document, "hit");
            return Ok(value);
        }
        let stale = self.cached();
        let found = self.renewed(stale.clone(), fetch).await;
        let is_stale = found.as_ref().is_ok_and(|found| stale.is_some_and(|stale| Arc::ptr_eq(found, &stale)));
        metrics::provider_cache(self.document, if is_stale { "stale" } else { "miss" });
        found
    }

    /// Fetches the document, or returns the stale one if that fails.
    async fn renewed<F>(&self, stale: Option<Arc<T>>, fetch: F) -> Result<Arc<T>, ProviderError>
    where
        F: AsyncFnOnce() -> Result<(T, Option<Duration>), ProviderError>,
    {
        let mut fetches = match (self.fetches.try_lock(), &stale) {
            (Ok(fetches), _) => fetches,
            (Err(_), Some(stale)) => return Ok(Arc::clone(stale)),
            (Err(_), None) => self.fetches.lock().await,
        };
        if let Some(value) = self.fresh() {
            return Ok(value);
        }
        let pause = if stale.is_some() { RETRY_WITH_STALE } else { RETRY_WITH_NOTHING };
        let outcome = match fetches.failed_within(pause, self.clock.moment()) {
            Some(error) => Err(error),
            None => self.fetch(&mut fetches, fetch).await,
        };
        outcome.or_else(|error| stale.ok_or(error))
    }

    /// Fetches the document before its lifetime ends, because `seen` was not good enough. Returns `None` within the
    /// cooldown.
    pub(super) async fn newer_than<F>(&self, seen: &Arc<T>, fetch: F) -> Result<Option<Arc<T>>, ProviderError>
    where
        F: AsyncFnOnce() -> Result<(T, Option<Duration>), ProviderError>,
    {
        let mut fetches = self.fetches.lock().await;
        if let Some(newer) = self.cached().filter(|newer| !Arc::ptr_eq(newer, seen)) {
            return Ok(Some(newer));
        }
        let now = self.clock.moment();
        if fetches.forced_at.is_some_and(|at| now.since(at) < COOLDOWN) {
            return Ok(None);
        }
        if let Some(error) = fetches.failed_within(RETRY_WITH_NOTHING, now) {
            return Err(error);
        }
        let newer = self.fetch(&mut fetches, fetch).await?;
        fetches.forced_at = Some(now);
        Ok(Some(newer))
    }

    async fn fetch<F>(&self, fetches: &mut Fetches, fetch: F) -> Result<Arc<T>, ProviderError>
    where
        F: AsyncFnOnce() -> Result<(T, Option<Duration>), ProviderError>,
    {
        let outcome = fetch().await;
        let now = self.clock.moment();
        match outcome {
            Ok((value, lifetime)) => {
                let lifetime = lifetime.unwrap_or(LIFETIME_UNKNOWN).clamp(LIFETIME_LEAST, LIFETIME_MOST);
                let value = Arc::new(value);
                let entry = Entry { value: Arc::clone(&value), stale_at: now.plus(lifetime) };
                *self.entry.write().unwrap_or_else(PoisonError::into_inner) = Some(entry);
                fetches.failed = None;
                Ok(value)
            }
            Err(error) => {
                fetches.failed = Some((now, error.clone()));
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    async fn fetch(counter: &AtomicU32) -> Result<(u32, Option<Duration>), ProviderError> {
        tokio::task::yield_now().await;
        Ok((counter.fetch_add(1, Ordering::Relaxed) + 1, Some(Duration::from_secs(100))))
    }

    fn fail() -> Result<(u32, Option<Duration>), ProviderError> {
        Err(ProviderError::Malformed("down".into()))
    }

    #[tokio::test]
    async fn many_requests_at_once_fetch_once() {
        let (cached, counter) = (Cached::new("keys", &Clock::system()), AtomicU32::new(0));
        let get = || cached.get(async || fetch(&counter).await);
        let (a, b, c) = tokio::join!(get(), get(), get());
        assert_eq!((*a.unwrap(), *b.unwrap(), *c.unwrap()), (1, 1, 1));
    }

    #[tokio::test]
    async fn past_its_lifetime_it_is_fetched_anew_and_served_where_that_fails() {
        let (clock, counter) = (Clock::system(), AtomicU32::new(0));
        let cached = Cached::new("keys", &clock);
        assert_eq!(*cached.get(async || fetch(&counter).await).await.unwrap(), 1);
        clock.advance_seconds(101);
        assert_eq!(*cached.get(async || fail()).await.unwrap(), 1);
        clock.advance_seconds(61);
        assert_eq!(*cached.get(async || fetch(&counter).await).await.unwrap(), 2);
    }

    #[tokio::test]
    async fn a_failure_with_nothing_cached_is_an_error_and_is_tried_again() {
        let (clock, counter) = (Clock::system(), AtomicU32::new(0));
        let cached = Cached::new("keys", &clock);
        assert!(cached.get(async || fail()).await.is_err());
        clock.advance_seconds(2);
        assert_eq!(*cached.get(async || fetch(&counter).await).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_fetch_before_its_time_happens_once_in_the_cooldown() {
        let (clock, counter) = (Clock::system(), AtomicU32::new(0));
        let cached = Cached::new("keys", &clock);
        let seen = cached.get(async || fetch(&counter).await).await.unwrap();
        let newer = cached.newer_than(&seen, async || fetch(&counter).await).await.unwrap().unwrap();
        assert_eq!(*newer, 2);
        assert_eq!(*cached.newer_than(&seen, async || fetch(&counter).await).await.unwrap().unwrap(), 2);
        assert!(cached.newer_than(&newer, async || fetch(&counter).await).await.unwrap().is_none());
        clock.advance_seconds(60);
        assert!(cached.newer_than(&newer, async || fetch(&counter).await).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn with_the_clock_set_back_what_failed_is_tried_again_all_the_same() {
        let (clock, counter) = (Clock::system(), AtomicU32::new(0));
        let cached = Cached::new("keys", &clock);
        assert!(cached.get(async || fail()).await.is_err());
        clock.advance_seconds(-3600);
        clock.advance_seconds(1);
        let seen = cached.get(async || fetch(&counter).await).await.unwrap();
        let newer = cached.newer_than(&seen, async || fetch(&counter).await).await.unwrap().unwrap();
        clock.advance_seconds(-3600);
        clock.advance_seconds(60);
        assert!(cached.newer_than(&newer, async || fetch(&counter).await).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_forced_fetch_that_failed_is_tried_again_after_a_second() {
        let (clock, counter) = (Clock::system(), AtomicU32::new(0));
        let cached = Cached::new("keys", &clock);
        let seen = cached.get(async || fetch(&counter).await).await.unwrap();
        assert!(cached.newer_than(&seen, async || fail()).await.is_err());
        assert!(cached.newer_than(&seen, async || fetch(&counter).await).await.is_err(), "not at once");
        assert_eq!(counter.load(Ordering::Relaxed), 1);
        clock.advance_seconds(1);
        assert!(cached.newer_than(&seen, async || fetch(&counter).await).await.unwrap().is_some());
    }
}
