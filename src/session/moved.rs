//! What remains under the old key of a session that was moved or ended: it opens nothing, but changes under way under that
//! key find the new one.

use std::sync::Arc;
use std::time::Duration;

use ring::rand::SystemRandom;
use tokio::time::sleep;

use super::error::StoreError;
use super::key::SessionKey;
use super::record::Record;
use super::seal::Purpose;
use super::{ATTEMPTS, Loaded, Sessions};

/// The first byte of such a value, which is no format of a record.
const FORMAT: u8 = 2;
/// How long it stays: longer than a renewal of tokens that was under way.
const LIFETIME: Duration = Duration::from_mins(2);
const RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// What a value says of a move.
pub(super) enum Moved {
    /// The session has moved to this key.
    To(SessionKey),
    /// The session has ended.
    Ended,
    /// It is not such a value.
    No,
}

impl Moved {
    pub(super) fn is(value: &[u8]) -> bool {
        value.first() == Some(&FORMAT)
    }
}

impl Sessions {
    pub(super) fn open_moved(&self, key: &SessionKey, value: &[u8]) -> Moved {
        let [FORMAT, sealed @ ..] = value else { return Moved::No };
        let (own, name) = (key.expose().as_bytes(), self.storage_key(key));
        let opened = self.ring.open(Purpose::MovedSession, own, &name, sealed).ok();
        let new = opened.and_then(|opened| SessionKey::parse(std::str::from_utf8(&opened).ok()?));
        new.map_or(Moved::Ended, Moved::To)
    }

    fn seal_moved(&self, key: &SessionKey, new: Option<&SessionKey>) -> Result<Vec<u8>, StoreError> {
        let (own, name) = (key.expose().as_bytes(), self.storage_key(key));
        let new = new.map(SessionKey::expose).unwrap_or_default().as_bytes();
        let mut value = self.ring.seal(&SystemRandom::new(), Purpose::MovedSession, own, &name, new)?;
        value.insert(0, FORMAT);
        Ok(value)
    }

    /// Where the session of this key has moved; `None` if it has ended.
    pub(super) async fn moved_to(&self, key: &SessionKey) -> Result<Option<SessionKey>, StoreError> {
        let value = self.backend.get(&self.storage_key(key)).await?;
        Ok(value.and_then(|value| match self.open_moved(key, &value) {
            Moved::To(new) => Some(new),
            Moved::Ended | Moved::No => None,
        }))
    }

    /// Ends exactly this record; false if the backend has another one by now, or none.
    pub(super) async fn replace_by_tombstone(&self, loaded: &Loaded) -> Result<bool, StoreError> {
        let (storage_key, tombstone) = (self.storage_key(&loaded.key), self.seal_moved(&loaded.key, None)?);
        let ended = self.backend.replace(&storage_key, &loaded.sealed, &tombstone, LIFETIME).await?;
        if ended {
            // It has done its work. If this fails, it expires.
            let _ = self.backend.take(&storage_key).await;
            self.remove_from_index(&loaded.key, &loaded.record).await;
        }
        Ok(ended)
    }

    /// The second half of a rekey: the old record is replaced by a pointer to the new one, which gets what was changed
    /// under the old key in between. An answer that was lost is found out by looking.
    pub(super) async fn leave(
        &self,
        mut old: Arc<Loaded>,
        mut new: Arc<Loaded>,
        change: impl Fn(&Record) -> Record,
    ) -> Result<Arc<Loaded>, StoreError> {
        let (storage_key, pointer) = (self.storage_key(&old.key), self.seal_moved(&old.key, Some(&new.key))?);
        let mut outcome = Err(StoreError::Contended);
        for _ in 0..ATTEMPTS {
            match self.backend.replace(&storage_key, &old.sealed, &pointer, LIFETIME).await {
                Ok(true) => return Ok(new),
                Ok(false) => {}
                Err(error) => {
                    outcome = Err(error.into());
                    sleep(RETRY_INTERVAL).await;
                }
            }
            match self.backend.get(&storage_key).await {
                Ok(Some(value)) if value == pointer => return Ok(new),
                Ok(Some(value)) if value == old.sealed => {}
                Ok(Some(value)) => {
                    old = Arc::new(self.unseal(&old.key, value)?.ok_or(StoreError::Ended)?);
                    new = self.exchange(&new, change(&old.record)).await?.ok_or(StoreError::Ended)?;
                }
                Ok(None) => return Err(StoreError::Ended),
                Err(error) => outcome = Err(error.into()),
            }
        }
        outcome
    }
}
