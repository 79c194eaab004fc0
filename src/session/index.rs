//! The index from users, and from their sessions at the provider, to sessions here.
//!
//! An entry is a hash of the session key, by which the session can be ended, and a summary that only the ring opens.
//! An entry is removed when its session is closed. Entries of sessions that expire, or that can't be read when they are
//! closed, are removed when they are listed, and expire with the longest possible life of their session.

use ring::rand::SystemRandom;
use serde::{Deserialize, Serialize};

use super::backend::Taken;
use super::error::StoreError;
use super::key::SessionKey;
use super::record::Record;
use super::seal::{Purpose, hashed};
use super::{Sessions, moved};
use crate::clock::Timestamp;
use crate::metrics;

/// The length of a hash of a session key in base64url.
const HASH_LEN: usize = 43;

/// Whose sessions.
#[derive(Clone, Copy, Debug)]
pub enum SessionsOf<'a> {
    /// Those of a user.
    Subject {
        /// `iss`.
        issuer: &'a str,
        /// `sub`.
        subject: &'a str,
    },
    /// Those that began from one session at the provider.
    ProviderSession {
        /// `iss`.
        issuer: &'a str,
        /// `sid`.
        session_id: &'a str,
    },
}

/// A session of a user, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedSession {
    /// Names the session, but opens nothing: a hash of its key.
    pub id: String,
    /// When it began.
    pub began_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Summary {
    began_at: Timestamp,
}

impl Sessions {
    /// Lists the sessions of a user, or of a session at the provider, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn list(&self, of: SessionsOf<'_>) -> Result<Vec<ListedSession>, StoreError> {
        let (index_key, mut listed) = (self.index_key(of), Vec::new());
        for entry in self.backend.entries(&index_key).await? {
            let Some((id, began_at)) = self.open_entry(&index_key, &entry) else { continue };
            match self.backend.get(&self.storage_key_of(&id)).await? {
                Some(value) if !Self::is_pointer(&value) => listed.push(ListedSession { id, began_at }),
                _ => self.backend.remove_entry(&index_key, &entry).await?,
            }
        }
        listed.sort_by(|a, b| (a.began_at, &a.id).cmp(&(b.began_at, &b.id)));
        Ok(listed)
    }

    /// Ends all sessions of a user, or of a session at the provider. Returns how many there were.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: some of them may go on.
    pub async fn close_of(&self, of: SessionsOf<'_>) -> Result<usize, StoreError> {
        let (index_key, mut closed) = (self.index_key(of), 0);
        for entry in self.backend.entries(&index_key).await? {
            // By the hash alone: a key of the ring that was dropped must not keep a session alive.
            if let Some(hash) = entry.get(..HASH_LEN).and_then(|hash| std::str::from_utf8(hash).ok()) {
                let taken = self.backend.take(&self.storage_key_of(hash), Some(moved::FORMAT)).await?;
                let was_there =
                    matches!(&taken, Taken::Value(value) if !Self::is_pointer(value)) || taken == Taken::Unknown;
                if was_there {
                    metrics::session_ended();
                    closed += 1;
                }
            }
            self.backend.remove_entry(&index_key, &entry).await?;
        }
        Ok(closed)
    }

    /// Adds a session to the index, before its record is stored: a session that is not in the index can't be revoked.
    pub(super) async fn add_to_index(&self, key: &SessionKey, record: &Record) -> Result<(), StoreError> {
        let ttl = self.limits.absolute_timeout.saturating_sub(self.clock.now().since(record.began_at));
        for index_key in self.index_keys(record) {
            let entry = self.entry(&index_key, key, record)?;
            self.backend.add_entry(&index_key, &entry, ttl).await?;
        }
        Ok(())
    }

    /// Removes a session from the index, after its record is gone. What can't be removed now expires.
    pub(super) async fn remove_from_index(&self, key: &SessionKey, record: &Record) {
        let hash = key.hash();
        for index_key in self.index_keys(record) {
            let entries = self.backend.entries(&index_key).await.unwrap_or_default();
            for entry in entries.iter().filter(|entry| entry.starts_with(hash.as_bytes())) {
                let _ = self.backend.remove_entry(&index_key, entry).await;
            }
        }
    }

    /// The keys of the sets that a session is in.
    fn index_keys(&self, record: &Record) -> Vec<String> {
        let Some(signed_in) = &record.signed_in else { return Vec::new() };
        let (issuer, subject) = (signed_in.claims.issuer(), signed_in.claims.subject());
        let session_id = signed_in.claims.session_id();
        let by_session = session_id.map(|session_id| SessionsOf::ProviderSession { issuer, session_id });
        let all = [Some(SessionsOf::Subject { issuer, subject }), by_session];
        all.into_iter().flatten().map(|of| self.index_key(of)).collect()
    }

    fn index_key(&self, of: SessionsOf<'_>) -> String {
        let (kind, issuer, id) = match of {
            SessionsOf::Subject { issuer, subject } => ("sub", issuer, subject),
            SessionsOf::ProviderSession { issuer, session_id } => ("sid", issuer, session_id),
        };
        format!("{}{kind}:{}", self.key_prefix, hashed(kind, &format!("{issuer}\0{id}")))
    }

    fn entry(&self, index_key: &str, key: &SessionKey, record: &Record) -> Result<Vec<u8>, StoreError> {
        let summary = serde_json::to_vec(&Summary { began_at: record.began_at }).unwrap_or_default();
        let mut entry = key.hash().into_bytes();
        entry.extend(self.ring.seal(&SystemRandom::new(), Purpose::Summary, b"", index_key, &summary)?);
        Ok(entry)
    }

    fn open_entry(&self, index_key: &str, entry: &[u8]) -> Option<(String, Timestamp)> {
        let (hash, sealed) = entry.split_at_checked(HASH_LEN)?;
        let plain = self.ring.open(Purpose::Summary, b"", index_key, sealed).ok()?;
        let Summary { began_at } = serde_json::from_slice(&plain).ok()?;
        Some((String::from_utf8(hash.to_vec()).ok()?, began_at))
    }
}
