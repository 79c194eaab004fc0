//! How a session is stored: sealed, under a hash of its key, and changed by compare-and-set alone.

use std::sync::Arc;

use futures_util::future::try_join;
use ring::rand::SystemRandom;
use tracing::warn;

use super::device::Device;
use super::error::StoreError;
use super::key::SessionKey;
use super::record::{Record, RecordError};
use super::seal::{OpenError, Purpose};
use super::{Loaded, Sessions};
use crate::clock::Timestamp;
use crate::oidc::authorization::NoRandomness;

/// What the store has under a session key.
pub(super) enum Found {
    /// A session.
    Session(Arc<Loaded>),
    /// The key that the session has moved to.
    Moved(SessionKey),
    /// Nothing, or nothing that can be opened.
    Nothing,
}

impl Sessions {
    /// Stores a record under a fresh key, in this order: index, record, a look at the tombstones.
    pub(super) async fn store_new(&self, record: Record, device: Device) -> Result<Arc<Loaded>, StoreError> {
        let key = SessionKey::random(&self.ring.keys(), &SystemRandom::new())?;
        let storage_key = self.storage_key(&key);
        let sealed = self.seal_record(&key, &storage_key, &record)?;
        let ttl = record.time_to_live(&self.limits, self.clock.now()).ok_or(StoreError::Ended)?;
        let (tombstones, ()) = try_join(self.tombstones(&record), self.add_to_index(&key, &record, device)).await?;
        if !self.backend.insert(&storage_key, &sealed, ttl).await? {
            return Err(StoreError::Contended);
        }
        let error = match self.was_overtaken(&record, &tombstones).await {
            Ok(false) => return Ok(Loaded::new(key, sealed, record)),
            Ok(true) => StoreError::Ended,
            Err(error) => error,
        };
        // If this fails too, a record remains whose key no browser has; it expires.
        let _ = self.remove(&key).await;
        Err(error)
    }

    /// Stores `record` in place of `loaded`; `None` if the backend has another one by now, or none.
    pub(super) async fn exchange(&self, loaded: &Loaded, record: Record) -> Result<Option<Arc<Loaded>>, StoreError> {
        let Some(ttl) = record.time_to_live(&self.limits, self.clock.now()) else { return Err(StoreError::Ended) };
        let (key, storage_key) = (loaded.key.clone(), self.storage_key(&loaded.key));
        let sealed = self.seal_record(&key, &storage_key, &record)?;
        if record.seen_at != loaded.record.seen_at {
            let device = self.device(&key.hash()).await?;
            self.add_to_index(&key, &record, device).await?;
        }
        let stored = self.backend.replace(&storage_key, &loaded.sealed, &sealed, ttl).await?;
        Ok(stored.then(|| Loaded::new(key, sealed, record)))
    }

    /// Reads what the store has under a key, also a session that has expired.
    pub(super) async fn find(&self, key: &SessionKey) -> Result<Found, StoreError> {
        let storage_key = self.storage_key(key);
        match self.backend.get(&storage_key).await? {
            Some(value) => self.unseal(key, &storage_key, value),
            None => Ok(Found::Nothing),
        }
    }

    pub(super) fn is_live(&self, loaded: &Loaded, now: Timestamp) -> bool {
        loaded.record.time_to_live(&self.limits, now).is_some()
    }

    pub(super) fn storage_key(&self, key: &SessionKey) -> String {
        self.storage_key_of(&key.hash())
    }

    pub(super) fn storage_key_of(&self, hash: &str) -> String {
        [&self.key_prefix, "session:", hash].concat()
    }

    fn seal_record(&self, key: &SessionKey, storage_key: &str, record: &Record) -> Result<Vec<u8>, StoreError> {
        let plain = record.to_json().ok_or(StoreError::TooLarge { bytes: usize::MAX })?;
        if plain.len() > self.limits.bytes {
            return Err(StoreError::TooLarge { bytes: plain.len() });
        }
        Ok(self.seal(Purpose::Session, key, storage_key, &plain)?)
    }

    /// Opens a stored value. A record that can't be opened is no session; one of a newer major version is another
    /// replica's.
    pub(super) fn unseal(&self, key: &SessionKey, storage_key: &str, value: Vec<u8>) -> Result<Found, StoreError> {
        if Self::is_pointer(&value) {
            return Ok(self.unseal_pointer(key, storage_key, &value));
        }
        let plain = match self.open_sealed(Purpose::Session, key, storage_key, &value) {
            Ok(plain) => plain,
            Err(error) => {
                warn!(%error, made_under = key.ring_key_id(), "a session's record can't be opened");
                return Ok(Found::Nothing);
            }
        };
        match Record::from_json(&plain) {
            Ok(record) => Ok(Found::Session(Loaded::new(key.clone(), value, record))),
            Err(RecordError::Newer) => Err(StoreError::Newer),
            Err(error @ RecordError::Malformed) => {
                warn!(%error, "a session's record can't be read");
                Ok(Found::Nothing)
            }
        }
    }

    /// Seals a value that only the holder of the session key can open, and only under this storage key.
    pub(super) fn seal(
        &self,
        purpose: Purpose,
        key: &SessionKey,
        storage_key: &str,
        plain: &[u8],
    ) -> Result<Vec<u8>, NoRandomness> {
        self.ring.seal(&SystemRandom::new(), purpose, key.expose().as_bytes(), storage_key, plain)
    }

    pub(super) fn open_sealed(
        &self,
        purpose: Purpose,
        key: &SessionKey,
        storage_key: &str,
        sealed: &[u8],
    ) -> Result<Vec<u8>, OpenError> {
        self.ring.open(purpose, key.expose().as_bytes(), storage_key, sealed)
    }
}
