//! Opened sessions in memory, kept true by what the backend reports of changes.
//!
//! A read that finds a session here costs no command. An entry goes when its key has changed anywhere; all of them are
//! passed over unless the backend has confirmed within [`TRUSTED_FOR`] that it has reported every change, and dropped when
//! it may have missed one.
//!
//! A key is marked before it is asked for. If it changes before the answer is here, the answer may be the older one, and
//! is not kept.

mod generations;
mod observed;

use std::collections::HashMap;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::Loaded;
use super::backend::Observer;
use super::error::StoreError;
use crate::clock::Stopwatch;
use crate::metrics;
use generations::Generations;
pub(super) use observed::Observed;

/// How long after the backend's last confirmation the cache is used.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// The sessions that this process holds in memory.
pub(super) struct Cache {
    state: Mutex<State>,
    /// Is called with each session that a change removes.
    on_removal: OnceLock<Box<OnRemoval>>,
}

type OnRemoval = dyn Fn(Arc<Loaded>) + Send + Sync;

struct State {
    sessions: Generations,
    /// The keys that have been asked for.
    reads: HashMap<String, Arc<Read>>,
    /// The keys that somebody waits for a change of.
    waiting: HashMap<String, watch::Sender<()>>,
    /// Reads from memory that the metric doesn't count yet.
    hits: u64,
    confirmed: Option<Stopwatch>,
    lost: Option<Stopwatch>,
}

type Outcome = Result<Option<Arc<Loaded>>, StoreError>;

/// A read under way, which others wait for. `None`: no outcome yet.
struct Read {
    has_changed: AtomicBool,
    outcome: watch::Sender<Option<Outcome>>,
}

enum Lookup {
    Found(Arc<Loaded>),
    /// Another request is reading it.
    UnderWay(Arc<Read>),
    /// This request is to read it.
    Absent(Arc<Read>),
    /// The backend has confirmed nothing of late.
    Untrusted,
}

impl Cache {
    /// Makes an empty cache that holds this many bytes at most.
    pub(super) fn new(bytes: usize) -> Self {
        let (sessions, reads, waiting) = (Generations::new(bytes), HashMap::new(), HashMap::new());
        let state = State { sessions, reads, waiting, hits: 0, confirmed: None, lost: None };
        Self { state: Mutex::new(state), on_removal: OnceLock::new() }
    }

    /// Calls `notice` with each session that a change removes, from now on; only the first caller's.
    pub(super) fn on_removal(&self, notice: impl Fn(Arc<Loaded>) + Send + Sync + 'static) {
        let _ = self.on_removal.set(Box::new(notice));
    }

    /// Returns the session that is held under this key, if any.
    pub(super) fn held(&self, key: &str) -> Option<Arc<Loaded>> {
        self.lock().held(key)
    }

    /// Returns the session that is held under this key, or reads it: once for all requests that ask at the same time.
    pub(super) async fn get(&self, key: &str, read: impl Future<Output = Outcome>) -> Outcome {
        let under_way = match self.lookup(key) {
            Lookup::Found(loaded) => return Ok(Some(loaded)),
            Lookup::Untrusted => return read.await,
            Lookup::Absent(own) => return ReadGuard { cache: self, key, own }.finish(read.await),
            Lookup::UnderWay(under_way) => under_way,
        };
        let mut outcome = under_way.outcome.subscribe();
        drop(under_way);
        match outcome.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone()) {
            Some(outcome) => outcome,
            // That read was given up, or what it brought may be out of date.
            None => read.await,
        }
    }

    fn lookup(&self, key: &str) -> Lookup {
        let mut state = self.lock();
        let (outcome, lookup) = if !state.is_trusted() {
            ("untrusted", Lookup::Untrusted)
        } else if let Some(loaded) = state.held(key) {
            return Lookup::Found(loaded);
        } else if let Some(read) = state.reads.get(key) {
            ("miss", Lookup::UnderWay(Arc::clone(read)))
        } else {
            let read = Arc::new(Read { has_changed: AtomicBool::new(false), outcome: watch::Sender::new(None) });
            state.reads.insert(key.to_owned(), Arc::clone(&read));
            ("miss", Lookup::Absent(read))
        };
        drop(state);
        metrics::session_cache(outcome, 1);
        lookup
    }

    /// Whether every change is reported here within moments.
    pub(super) fn is_trusted(&self) -> bool {
        self.lock().is_trusted()
    }

    /// Waits for changes of a key, from now on.
    pub(super) fn changes(&self, key: &str) -> Changes<'_> {
        let mut state = self.lock();
        let receiver = state.waiting.entry(key.to_owned()).or_insert_with(|| watch::Sender::new(())).subscribe();
        Changes { cache: self, key: key.to_owned(), receiver }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn held(&mut self, key: &str) -> Option<Arc<Loaded>> {
        let held = self.sessions.get(key).filter(|_| self.is_trusted())?;
        self.hits += 1;
        Some(held)
    }

    fn is_trusted(&self) -> bool {
        self.confirmed.is_some_and(|confirmed| confirmed.elapsed() < TRUSTED_FOR)
    }
}

impl Observer for Cache {
    fn changed(&self, key: &str) {
        let mut state = self.lock();
        let removed = state.sessions.remove(key);
        if let Some(read) = state.reads.remove(key) {
            read.has_changed.store(true, Ordering::Relaxed);
        }
        if let Some(waiting) = state.waiting.get(key) {
            waiting.send_replace(());
        }
        drop(state);
        if let (Some(removed), Some(notice)) = (removed, self.on_removal.get()) {
            notice(removed);
        }
    }

    fn confirmed(&self, asked: Stopwatch) {
        let mut state = self.lock();
        // An answer from before the loss says nothing of what came after it.
        if state.lost.is_none_or(|lost| lost.elapsed() >= asked.elapsed()) {
            state.confirmed = Some(asked);
        }
        let hits = mem::take(&mut state.hits);
        drop(state);
        metrics::session_cache("hit", hits);
    }

    fn lost(&self) {
        let mut state = self.lock();
        (state.confirmed, state.lost) = (None, Some(Stopwatch::start()));
        state.sessions.clear();
        for (_, read) in state.reads.drain() {
            read.has_changed.store(true, Ordering::Relaxed);
        }
        for waiting in state.waiting.values() {
            waiting.send_replace(());
        }
    }
}

/// A read by this request. It is taken off the list however it ends, so that others don't wait in vain.
struct ReadGuard<'a> {
    cache: &'a Cache,
    key: &'a str,
    own: Arc<Read>,
}

impl ReadGuard<'_> {
    fn finish(self, outcome: Outcome) -> Outcome {
        let mut state = self.cache.lock();
        if !self.own.has_changed.load(Ordering::Relaxed) {
            if let Ok(Some(loaded)) = &outcome {
                state.sessions.insert(self.key, Arc::clone(loaded));
            }
            self.own.outcome.send_replace(Some(outcome.clone()));
        }
        drop(state);
        outcome
    }
}

impl Drop for ReadGuard<'_> {
    fn drop(&mut self) {
        let mut state = self.cache.lock();
        // After a change, there may be another read by now.
        if state.reads.get(self.key).is_some_and(|read| Arc::ptr_eq(read, &self.own)) {
            state.reads.remove(self.key);
        }
    }
}

/// Changes of a key.
pub(super) struct Changes<'a> {
    cache: &'a Cache,
    key: String,
    receiver: watch::Receiver<()>,
}

impl Changes<'_> {
    /// Waits for the next one; or for word that one may have been missed.
    pub(super) async fn next(&mut self) {
        // The sender is there for as long as this is.
        let _ = self.receiver.changed().await;
    }
}

impl Drop for Changes<'_> {
    fn drop(&mut self) {
        let mut state = self.cache.lock();
        // This is still one of the receivers.
        if state.waiting.get(&self.key).is_some_and(|sender| sender.receiver_count() == 1) {
            state.waiting.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests;
