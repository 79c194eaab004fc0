//! How a record is stored: sealed, under a hash of its session key, and changed by compare-and-set alone.

use std::sync::Arc;

use ring::rand::SystemRandom;
use tracing::warn;

use super::error::StoreError;
use super::key::SessionKey;
use super::moved::Moved;
use super::record::{Record, RecordError};
use super::seal::{Purpose, hashed};
use super::{Loaded, Sessions};

impl Sessions {
    /// Stores a record under a fresh key.
    pub(super) async fn store_new(&self, record: Record) -> Result<Arc<Loaded>, StoreError> {
        let key = SessionKey::random(&self.ring.keys(), &SystemRandom::new())?;
        let sealed = self.seal(&key, &record)?;
        let ttl = record.time_to_live(&self.limits, self.clock.now()).ok_or(StoreError::Ended)?;
        self.add_to_index(&key, &record).await?;
        let is_new = self.backend.insert(&self.storage_key(&key), &sealed, ttl).await?;
        if is_new { Ok(Arc::new(Loaded { key, sealed, record })) } else { Err(StoreError::Contended) }
    }

    /// Stores `record` in place of `loaded`; `None` if the backend has another one by now, or none.
    pub(super) async fn exchange(&self, loaded: &Loaded, record: Record) -> Result<Option<Arc<Loaded>>, StoreError> {
        let Some(ttl) = record.time_to_live(&self.limits, self.clock.now()) else { return Err(StoreError::Ended) };
        let key = loaded.key.clone();
        let sealed = self.seal(&key, &record)?;
        let stored = self.backend.replace(&self.storage_key(&key), &loaded.sealed, &sealed, ttl).await?;
        Ok(stored.then(|| Arc::new(Loaded { key, sealed, record })))
    }

    pub(super) fn storage_key(&self, key: &SessionKey) -> String {
        self.storage_key_of(&hashed("session key", key.expose()))
    }

    pub(super) fn storage_key_of(&self, hash: &str) -> String {
        format!("{}session:{hash}", self.key_prefix)
    }

    fn seal(&self, key: &SessionKey, record: &Record) -> Result<Vec<u8>, StoreError> {
        let plain = record.to_json().ok_or(StoreError::TooLarge { bytes: usize::MAX })?;
        if plain.len() > self.limits.bytes {
            return Err(StoreError::TooLarge { bytes: plain.len() });
        }
        let (own, name) = (key.expose().as_bytes(), self.storage_key(key));
        Ok(self.ring.seal(&SystemRandom::new(), Purpose::Session, own, &name, &plain)?)
    }

    /// Opens a record. One that can't be opened is no session; one of a newer major version is another replica's.
    pub(super) fn unseal(&self, key: &SessionKey, sealed: Vec<u8>) -> Result<Option<Loaded>, StoreError> {
        if Moved::is(&sealed) {
            return Ok(None);
        }
        let (own, name) = (key.expose().as_bytes(), self.storage_key(key));
        let plain = match self.ring.open(Purpose::Session, own, &name, &sealed) {
            Ok(plain) => plain,
            Err(error) => {
                warn!(%error, made_under = key.ring_key_id(), "a session's record can't be opened");
                return Ok(None);
            }
        };
        match Record::from_json(&plain) {
            Ok(record) => Ok(Some(Loaded { key: key.clone(), sealed, record })),
            Err(RecordError::Newer) => Err(StoreError::Newer),
            Err(error @ RecordError::Malformed) => {
                warn!(%error, "a session's record can't be read");
                Ok(None)
            }
        }
    }
}
