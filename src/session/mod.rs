//! What is stored between requests: the session core, which knows no web framework but in [`actix`].
//!
//! A session is one sealed [`record`] in a [`backend`], under a hash of its [`key`], which only the browser's cookie
//! carries. Every session begins in [`Sessions::open`] or [`Sessions::rekey`] and ends in [`Sessions::close`], expiry
//! apart. A sign-in under way is stored in the browser alone ([`transaction`]).
//!
//! ```text
//! {prefix}session:{hash of the session key}  ->  [1][ring key id][nonce][sealed record]
//!                                            or  [2][1][ring key id][nonce][sealed new session key], for two minutes
//! {prefix}session:{hash}:lease               ->  random bytes, while a replica renews the session's tokens
//! {prefix}summary:{hash of the session key}  ->  [1][ring key id][nonce][sealed summary]
//! {prefix}sub:{hash of issuer and sub}       ->  a set of hashes of session keys
//! {prefix}sid:{hash of issuer and sid}       ->  the same
//! {prefix}sub:{hash}:ended, …sid:{hash}:ended ->  a tombstone, for ten minutes after a logout
//! {prefix}jti:{hash of iss and jti}          ->  random bytes, for as long as the logout token could be replayed
//! {prefix}spent:{hash of a state}            ->  random bytes, for as long as its code could be replayed
//! ```

pub mod actix;
pub mod backend;
mod cache;
pub mod device;
pub mod error;
pub mod index;
pub mod key;
pub mod key_ring;
pub mod lease;
mod loaded;
pub mod logout;
mod moved;
pub mod record;
pub mod seal;
mod stored;
mod summary;
pub mod tokens;
mod tombstone;
pub mod transaction;
mod until_ended;
mod values;

use std::sync::Arc;

use crate::clock::{Clock, Timestamp};
use crate::metrics;
use backend::{Backend, BackendError, Observer, Taken};
use cache::{Cache, Observed};
use device::Device;
use error::StoreError;
use key::SessionKey;
use key_ring::KeyRing;
pub use loaded::Loaded;
use record::{Record, SessionLimits};
use stored::Found;

/// How often a write that met another one is tried again.
const ATTEMPTS: usize = 8;

/// The sessions in a backend. Clones share everything.
#[derive(Clone)]
pub struct Sessions {
    backend: Arc<dyn Backend>,
    key_prefix: Arc<str>,
    ring: Arc<KeyRing>,
    limits: SessionLimits,
    clock: Clock,
    cache: Arc<Cache>,
}

impl Sessions {
    /// Makes the sessions of a backend in which every key begins with `key_prefix`. Of those that were read, up to
    /// `limits.cache_bytes` stay in memory while [`Sessions::follow`] runs.
    pub fn new(
        backend: Arc<dyn Backend>,
        key_prefix: &str,
        ring: Arc<KeyRing>,
        limits: SessionLimits,
        clock: Clock,
    ) -> Self {
        let cache = Arc::new(Cache::new(limits.cache_bytes));
        let backend = Arc::new(Observed { inner: backend, cache: Arc::clone(&cache) });
        Self { backend, key_prefix: Arc::from(key_prefix), ring, limits, clock, cache }
    }

    /// How long sessions last, and how large they may be.
    pub fn limits(&self) -> &SessionLimits {
        &self.limits
    }

    /// The keys that seal sessions and sign their cookies.
    pub fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// Checks that the backend is available and accepts writes.
    ///
    /// # Errors
    /// [`BackendError`].
    pub async fn ping(&self) -> Result<(), BackendError> {
        self.backend.ping(&format!("{}ping", self.key_prefix)).await
    }

    /// Follows what changes in the backend, for as long as it is polled: run it in a task of its own. Without it, every
    /// read asks the backend.
    pub async fn follow(&self) {
        self.backend
            .follow(&format!("{}session:", self.key_prefix), Arc::clone(&self.cache) as Arc<dyn Observer>)
            .await;
    }

    /// Calls `notice` with every session that this process has in memory when it finds that it has expired; once.
    pub fn on_expiry(&self, notice: impl Fn(Arc<Loaded>) + Send + Sync + 'static) {
        let (limits, clock) = (self.limits, self.clock.clone());
        self.cache.on_removal(move |removed| {
            if removed.record.time_to_live(&limits, clock.now()).is_none() {
                notice(removed);
            }
        });
    }

    /// Opens a session: stores its record under a fresh key.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::TooLarge`], and [`StoreError::Ended`] by a logout that overtook the
    /// sign-in; nothing that anyone could use has been stored then.
    pub async fn open(&self, record: Record, device: Device) -> Result<Arc<Loaded>, StoreError> {
        let loaded = self.store_new(record, device).await?;
        metrics::session_opened();
        Ok(loaded)
    }

    /// Reads a session, from memory if nothing has changed it, and extends its idle timeout when a tenth of that has
    /// passed. A record that an older key of the ring sealed is sealed again with the first, so that the older one can be
    /// dropped.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: whether there is a session is unknown. [`StoreError::Newer`].
    pub async fn load(&self, key: &SessionKey) -> Result<Option<Arc<Loaded>>, StoreError> {
        let now = self.clock.now();
        let held = self.limits.has_cache().then(|| self.cache.held(&self.storage_key(key))).flatten();
        match held {
            Some(held) if !self.is_live(&held, now) => self.cache.changed(&self.storage_key(key)),
            Some(held) if !self.is_due(&held, now) => return Ok(Some(held)),
            _ => {}
        }
        Box::pin(self.load_and_extend(key)).await
    }

    /// Whether the idle timeout is due to be extended, or the record to be sealed again.
    fn is_due(&self, loaded: &Loaded, now: Timestamp) -> bool {
        loaded.record.needs_extension(&self.limits, now) || !self.ring.keys().is_current(&loaded.sealed)
    }

    /// A key of the ring that was dropped must open nothing, nor must what it opened before.
    fn is_open(&self, loaded: &Loaded) -> bool {
        self.ring.keys().can_open(&loaded.sealed) && self.is_live(loaded, self.clock.now())
    }

    async fn load_and_extend(&self, key: &SessionKey) -> Result<Option<Arc<Loaded>>, StoreError> {
        for attempt in 0..ATTEMPTS {
            let is_cached = attempt == 0 && self.limits.has_cache();
            let loaded = if is_cached { self.load_cached(key).await? } else { self.load_fresh(key).await? };
            let Some(loaded) = loaded else { return Ok(None) };
            let now = self.clock.now();
            if !self.is_due(&loaded, now) {
                return Ok(Some(loaded));
            }
            let record = Record { seen_at: now, ..loaded.record.clone() };
            if let Some(extended) = self.exchange(&loaded, record).await? {
                return Ok(Some(extended));
            }
        }
        Err(StoreError::Contended)
    }

    async fn load_cached(&self, key: &SessionKey) -> Result<Option<Arc<Loaded>>, StoreError> {
        let loaded = self.cache.get(&self.storage_key(key), self.load_fresh(key)).await?;
        Ok(loaded.filter(|loaded| self.is_open(loaded)))
    }

    /// Reads a session from the backend, never from memory, without counting that as use.
    ///
    /// # Errors
    /// As [`Sessions::load`].
    pub async fn load_fresh(&self, key: &SessionKey) -> Result<Option<Arc<Loaded>>, StoreError> {
        match self.find(key).await? {
            Found::Session(loaded) if self.is_live(&loaded, self.clock.now()) => Ok(Some(loaded)),
            _ => Ok(None),
        }
    }

    /// Reads a session as [`Sessions::load_fresh`] does, under its new key if it was rekeyed: for work that began before.
    ///
    /// # Errors
    /// [`StoreError::Ended`], and as [`Sessions::load`].
    pub async fn load_moved(&self, key: &SessionKey) -> Result<Arc<Loaded>, StoreError> {
        let mut key = key.clone();
        for _ in 0..ATTEMPTS {
            match self.find(&key).await? {
                Found::Session(loaded) if self.is_live(&loaded, self.clock.now()) => return Ok(loaded),
                Found::Moved(new) => key = new,
                _ => return Err(StoreError::Ended),
            }
        }
        Err(StoreError::Contended)
    }

    /// Changes a session, whatever else changes it meanwhile: `change` gets the record as it is now, perhaps several
    /// times, and returns the new one, or `None` if there is nothing to do. A session that was rekeyed is changed under
    /// its new key.
    ///
    /// # Errors
    /// [`StoreError::Ended`]: an ended session is not revived. [`StoreError::Unavailable`], [`StoreError::TooLarge`],
    /// [`StoreError::Contended`].
    pub async fn change(
        &self,
        key: &SessionKey,
        change: impl Fn(&Record) -> Option<Record>,
    ) -> Result<Arc<Loaded>, StoreError> {
        for _ in 0..ATTEMPTS {
            let loaded = self.load_moved(key).await?;
            let Some(record) = change(&loaded.record) else { return Ok(loaded) };
            if let Some(changed) = self.exchange(&loaded, record).await? {
                return Ok(changed);
            }
        }
        Err(StoreError::Contended)
    }

    /// Ends a session, whatever its record is, and wherever it has moved.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: the session may go on.
    pub async fn close(&self, key: &SessionKey) -> Result<(), StoreError> {
        if self.remove(key).await? {
            metrics::session_ended();
        }
        Ok(())
    }

    /// Ends a session unless `keep` says otherwise of its record as it is now. Returns the session if it was kept.
    ///
    /// # Errors
    /// As [`Sessions::change`].
    pub async fn close_unless(
        &self,
        key: &SessionKey,
        keep: impl Fn(&Record) -> bool,
    ) -> Result<Option<Arc<Loaded>>, StoreError> {
        for _ in 0..ATTEMPTS {
            let loaded = match self.load_moved(key).await {
                Err(StoreError::Ended) => return Ok(None),
                loaded => loaded?,
            };
            if keep(&loaded.record) {
                return Ok(Some(loaded));
            }
            // Exactly this record ends: a change in between is looked at again.
            if self.end_exactly(&loaded).await? {
                metrics::session_ended();
                return Ok(None);
            }
        }
        Err(StoreError::Contended)
    }

    /// Removes the record of a key, and follows it where it has moved. Returns whether there may have been one.
    async fn remove(&self, key: &SessionKey) -> Result<bool, StoreError> {
        let (mut key, mut left) = (key.clone(), Vec::new());
        for _ in 0..ATTEMPTS {
            let storage_key = self.storage_key(&key);
            // A pointer stays until its session is gone: whoever comes next, if this fails half-way, still needs it.
            let removed = match self.backend.take(&storage_key, Some(moved::FORMAT)).await? {
                Taken::Nothing => false,
                Taken::Unknown => true,
                Taken::Value(value) => {
                    let is_record = !Self::is_pointer(&value);
                    match self.unseal(&key, &storage_key, value) {
                        Ok(Found::Moved(new)) => {
                            left.push(storage_key);
                            key = new;
                            continue;
                        }
                        Ok(Found::Session(removed)) => self.remove_from_index(&key, &removed.record).await,
                        Ok(Found::Nothing) | Err(_) => {}
                    }
                    is_record
                }
            };
            for pointer in left {
                let _ = self.backend.take(&pointer, None).await;
            }
            return Ok(removed);
        }
        Err(StoreError::Contended)
    }
}
