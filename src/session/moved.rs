//! What remains under the old key of a session that was moved or ended: it opens nothing, but changes under way under that
//! key find the new one.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::error::StoreError;
use super::key::SessionKey;
use super::lease::wait_for_other;
use super::record::Record;
use super::seal::Purpose;
use super::stored::Found;
use super::summary::Summary;
use super::{ATTEMPTS, Loaded, Sessions};

/// The first byte of such a value, which is no format of a record.
pub(super) const FORMAT: u8 = 2;
/// How long it stays: longer than a renewal of tokens that was under way.
pub(super) const LIFETIME: Duration = Duration::from_mins(2);
const RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// How often a rekey tries to get the lease of the session: for about five seconds.
const REKEY_ATTEMPTS: u32 = 34;

impl Sessions {
    /// Moves a session to a fresh key, and changes its record on the way. Changes that were under way under the old key
    /// follow it; the old key itself opens nothing any more. Waits for a renewal of tokens that is under way.
    ///
    /// # Errors
    /// [`StoreError::Ended`]: an ended session is not revived. Otherwise as [`Sessions::change`]: the session then stays
    /// under its old key.
    pub async fn rekey(&self, key: &SessionKey, change: impl Fn(&Record) -> Record) -> Result<Arc<Loaded>, StoreError> {
        for attempt in 0..REKEY_ATTEMPTS {
            if let Some(lease) = self.lease(key).await? {
                return lease.during(self.move_session(key, change)).await;
            }
            wait_for_other(attempt).await;
        }
        Err(StoreError::Contended)
    }

    async fn move_session(
        &self,
        key: &SessionKey,
        change: impl Fn(&Record) -> Record,
    ) -> Result<Arc<Loaded>, StoreError> {
        let old = self.load_fresh(key).await?.ok_or(StoreError::Ended)?;
        let device = self.device(&key.hash()).await?;
        let new = self.store_new(change(&old.record), device.clone()).await?;
        let (new_key, record) = (new.key.clone(), old.record.clone());
        let moved = self.leave(old, new, change).await;
        if moved.is_err() {
            // If this fails too, a record remains whose key no browser has; it expires.
            let _ = self.remove(&new_key).await;
        } else {
            self.remove_from_index(key, &record).await;
            let summary = Summary { moved_to: Some(new_key.hash()), ..Summary::of(&record, device) };
            let _ = self.put_summary(&key.hash(), &summary, LIFETIME).await;
        }
        moved
    }

    /// Whether a value is what remains of a session, and no record.
    pub(super) fn is_pointer(value: &[u8]) -> bool {
        value.first() == Some(&FORMAT)
    }

    pub(super) fn unseal_pointer(&self, key: &SessionKey, storage_key: &str, value: &[u8]) -> Found {
        let opened = self.open_sealed(Purpose::MovedSession, key, storage_key, &value[1..]).ok();
        let new = opened.and_then(|opened| SessionKey::parse(std::str::from_utf8(&opened).ok()?));
        new.map_or(Found::Nothing, Found::Moved)
    }

    /// What remains of a session: a pointer to its new key or, of one that has ended, to nothing.
    fn seal_pointer(
        &self,
        key: &SessionKey,
        storage_key: &str,
        new: Option<&SessionKey>,
    ) -> Result<Vec<u8>, StoreError> {
        let new = new.map(SessionKey::expose).unwrap_or_default();
        let mut value = self.seal(Purpose::MovedSession, key, storage_key, new.as_bytes())?;
        value.insert(0, FORMAT);
        Ok(value)
    }

    /// Ends exactly this record; false if the backend has another one by now, or none.
    pub(super) async fn end_exactly(&self, loaded: &Loaded) -> Result<bool, StoreError> {
        let storage_key = self.storage_key(&loaded.key);
        let nothing = self.seal_pointer(&loaded.key, &storage_key, None)?;
        let ended = self.backend.replace(&storage_key, &loaded.sealed, &nothing, LIFETIME).await?;
        if ended {
            // It has done its work. If this fails, it expires.
            let _ = self.backend.take(&storage_key, None).await;
            self.remove_from_index(&loaded.key, &loaded.record).await;
        }
        Ok(ended)
    }

    /// The second half of a rekey: the old record is replaced by a pointer to the new one, which gets what was changed
    /// under the old key in between. An answer that was lost is found out by looking.
    async fn leave(
        &self,
        mut old: Arc<Loaded>,
        mut new: Arc<Loaded>,
        change: impl Fn(&Record) -> Record,
    ) -> Result<Arc<Loaded>, StoreError> {
        let storage_key = self.storage_key(&old.key);
        let pointer = self.seal_pointer(&old.key, &storage_key, Some(&new.key))?;
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
                    let Found::Session(changed) = self.unseal(&old.key, &storage_key, value)? else {
                        return Err(StoreError::Ended);
                    };
                    old = changed;
                    new = self.exchange(&new, change(&old.record)).await?.ok_or(StoreError::Ended)?;
                }
                Ok(None) => return Err(StoreError::Ended),
                Err(error) => outcome = Err(error.into()),
            }
        }
        outcome
    }
}
