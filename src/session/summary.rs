//! The summary of a session: what a list shows of it. Only the ring opens it, where the record takes the session's key, too.

use std::time::Duration;

use ring::rand::SystemRandom;
use serde::{Deserialize, Serialize};

use super::Sessions;
use super::device::Device;
use super::error::StoreError;
use super::record::Record;
use super::seal::Purpose;
use crate::clock::Timestamp;

/// A summary, as it is stored.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Summary {
    pub(super) began_at: Timestamp,
    pub(super) used_at: Timestamp,
    #[serde(default)]
    pub(super) device: Device,
    /// The id of the same session under its new key, once it has moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) moved_to: Option<String>,
}

impl Summary {
    pub(super) fn of(record: &Record, device: Device) -> Self {
        Self { began_at: record.began_at, used_at: record.seen_at, device, moved_to: None }
    }
}

impl Sessions {
    pub(super) async fn put_summary(&self, id: &str, summary: &Summary, ttl: Duration) -> Result<(), StoreError> {
        let key = self.summary_key(id);
        let plain = serde_json::to_vec(summary).unwrap_or_default();
        let sealed = self.ring.seal(&SystemRandom::new(), Purpose::Summary, b"", &key, &plain)?;
        Ok(self.backend.put(&key, &sealed, ttl).await?)
    }

    /// The summary of a session; `None` if there is none that can be opened.
    pub(super) async fn summary(&self, id: &str) -> Result<Option<Summary>, StoreError> {
        let key = self.summary_key(id);
        let Some(sealed) = self.backend.get(&key).await? else { return Ok(None) };
        let plain = self.ring.open(Purpose::Summary, b"", &key, &sealed).ok();
        Ok(plain.and_then(|plain| serde_json::from_slice(&plain).ok()))
    }

    pub(super) async fn device(&self, id: &str) -> Result<Device, StoreError> {
        Ok(self.summary(id).await?.unwrap_or_default().device)
    }

    pub(super) fn summary_key(&self, id: &str) -> String {
        format!("{}summary:{id}", self.key_prefix)
    }
}
