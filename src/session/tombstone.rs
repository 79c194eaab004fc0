//! Tombstones: a logout that overtakes the sign-in that it is about ends it nevertheless.
//!
//! A sign-in writes its index entries, then its record, and then looks at the tombstones. A logout writes its tombstone,
//! then reads the index, and then removes the records. Whichever comes first, one of the two sees the other.

use std::time::Duration;

use futures_util::future::try_join_all;
use ring::rand::SystemRandom;

use super::error::StoreError;
use super::record::Record;
use super::transaction;
use super::{ATTEMPTS, Sessions};
use crate::clock::Timestamp;
use crate::oidc::authorization::random_text;

/// How long a tombstone stays: as long as a sign-in may take.
const LIFETIME: Duration = transaction::LIFETIME;

/// The tombstones of a session's index keys, in their order.
pub(super) type Tombstones = Vec<Option<Vec<u8>>>;

impl Sessions {
    pub(super) async fn tombstones(&self, record: &Record) -> Result<Tombstones, StoreError> {
        let keys: Vec<_> = self.index_keys(record).iter().map(|index_key| tombstone_key(index_key)).collect();
        Ok(try_join_all(keys.iter().map(|key| self.backend.get(key))).await?)
    }

    /// Whether a session was ended while it was being stored: there is a tombstone that there was not `before`, or one of
    /// a logout that is later than the session's ID token.
    pub(super) async fn was_overtaken(&self, record: &Record, before: &Tombstones) -> Result<bool, StoreError> {
        let after = self.tombstones(record).await?;
        let issued_at = record.signed_in.as_ref().and_then(|signed_in| signed_in.claims.issued_at());
        let is_later = |tombstone: &[u8]| issued_until(tombstone).zip(issued_at).is_some_and(|(until, at)| at <= until);
        let ends = |(after, before): (&Option<Vec<u8>>, &Option<Vec<u8>>)| {
            after.as_deref().is_some_and(|tombstone| after != before || is_later(tombstone))
        };
        Ok(after.iter().zip(before).any(ends))
    }

    /// Writes a tombstone. `until` is when the logout was issued; of two such times the later one stays.
    pub(super) async fn put_tombstone(&self, index_key: &str, until: Option<Timestamp>) -> Result<(), StoreError> {
        let key = tombstone_key(index_key);
        for _ in 0..ATTEMPTS {
            let present = self.backend.get(&key).await?;
            let until = until.max(present.as_deref().and_then(issued_until));
            let until = until.map(|until| until.0.to_string()).unwrap_or_default();
            let tombstone = format!("{} {until}", random_text(&SystemRandom::new())?);
            let is_written = match present {
                Some(present) => self.backend.replace(&key, &present, tombstone.as_bytes(), LIFETIME).await?,
                None => self.backend.insert(&key, tombstone.as_bytes(), LIFETIME).await?,
            };
            if is_written {
                return Ok(());
            }
        }
        Err(StoreError::Contended)
    }
}

fn tombstone_key(index_key: &str) -> String {
    format!("{index_key}:ended")
}

fn issued_until(tombstone: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(tombstone).ok()?;
    text.rsplit_once(' ')?.1.parse().ok().map(Timestamp)
}
