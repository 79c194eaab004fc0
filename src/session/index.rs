//! The index from users, and from their sessions at the provider, to sessions here.
//!
//! An entry is the id of a session, a hash of its key: the session can be ended by it, and not used. Entries are written
//! before their session's record, and live as long; its summary says what a list shows of it.

use std::time::Duration;

use futures_util::future::{join, try_join, try_join_all};

use super::backend::Taken;
use super::device::Device;
use super::error::StoreError;
use super::key::SessionKey;
use super::record::Record;
use super::seal::hashed;
use super::summary::Summary;
use super::{ATTEMPTS, Sessions, moved};
use crate::clock::Timestamp;
use crate::metrics;
use crate::oidc::issuer::of_any_tenant;

/// How much longer than its record an entry lives: a session that is not in the index can't be revoked.
const MARGIN: Duration = Duration::from_mins(1);

/// How many sessions of a list are read at once.
const READ_AT_ONCE: usize = 100;

/// Whose sessions.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum SessionsOf<'a> {
    /// Those of a user.
    Subject {
        /// `iss`.
        issuer: &'a str,
        /// `sub`.
        subject: &'a str,
    },
    /// Those that began from one session at the provider.
    #[doc(hidden)]
    ProviderSession {
        /// `iss`.
        issuer: &'a str,
        /// `sid`.
        session_id: &'a str,
    },
}

/// A session of a user, as a list shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedSession {
    /// Names the session, but opens nothing: a hash of its key.
    pub id: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was last used, to a tenth of the idle timeout.
    pub used_at: Timestamp,
    /// When it ends at the latest: by the absolute timeout.
    pub ends_at: Timestamp,
    /// The browser that it began in.
    pub device: Device,
}

impl Sessions {
    /// Lists the sessions of a user, or of a session at the provider, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn list(&self, of: SessionsOf<'_>) -> Result<Vec<ListedSession>, StoreError> {
        self.all_listed(&self.entries(&self.index_key(of)).await?).await
    }

    /// Lists the sessions of a user beside this one of theirs, oldest first, and returns the device of this one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub(crate) async fn list_beside(
        &self,
        of: SessionsOf<'_>,
        own: &str,
    ) -> Result<(Device, Vec<ListedSession>), StoreError> {
        let index_key = self.index_key(of);
        // Most users have one session, and wait for one answer only.
        let (mut ids, device) = try_join(self.entries(&index_key), self.device(own)).await?;
        ids.retain(|id| id != own);
        Ok((device, self.all_listed(&ids).await?))
    }

    async fn all_listed(&self, ids: &[String]) -> Result<Vec<ListedSession>, StoreError> {
        let mut listed = Vec::new();
        for ids in ids.chunks(READ_AT_ONCE) {
            listed.extend(try_join_all(ids.iter().map(|id| self.listed(id))).await?.into_iter().flatten());
        }
        listed.sort_by(|a, b| (a.began_at, &a.id).cmp(&(b.began_at, &b.id)));
        Ok(listed)
    }

    async fn listed(&self, id: &str) -> Result<Option<ListedSession>, StoreError> {
        let storage_key = self.storage_key_of(id);
        let (value, summary) = join(self.backend.get(&storage_key), self.summary(id)).await;
        let is_there = value?.is_some_and(|value| !Self::is_pointer(&value));
        // Without its summary, no key of the ring opens the session either.
        Ok(summary?.filter(|_| is_there).map(|Summary { began_at, used_at, device, .. }| {
            let ends_at = began_at.plus(self.limits.absolute_timeout);
            ListedSession { id: id.to_owned(), began_at, used_at, ends_at, device }
        }))
    }

    /// Ends one of the sessions of a user, or of a session at the provider; false if none of them has this id.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: it may go on.
    pub async fn end(&self, of: SessionsOf<'_>, id: &str) -> Result<bool, StoreError> {
        let (index_key, mut id) = (self.index_key(of), id.to_owned());
        for _ in 0..ATTEMPTS {
            let is_theirs = self.entries(&index_key).await?.contains(&id);
            if is_theirs && self.take_session(&index_key, &id).await? == Ended::Yes {
                return Ok(true);
            }
            match self.summary(&id).await? {
                Some(Summary { moved_to: Some(new), .. }) => id = new,
                _ => return Ok(false),
            }
        }
        Err(StoreError::Contended)
    }

    /// Ends all sessions of a user, or of a session at the provider. Returns how many there were.
    ///
    /// A sign-in that is under way is ended too if its ID token was issued at `issued_until` or before: the time of the
    /// provider's logout, by the provider's clock.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: some of them may go on.
    pub async fn close_of(&self, of: SessionsOf<'_>, issued_until: Option<Timestamp>) -> Result<usize, StoreError> {
        let (index_key, mut closed) = (self.index_key(of), 0);
        self.put_tombstone(&index_key, issued_until).await?;
        for _ in 0..ATTEMPTS {
            let mut has_moved = false;
            for id in self.entries(&index_key).await? {
                match self.take_session(&index_key, &id).await? {
                    Ended::Yes => closed += 1,
                    Ended::Moved => has_moved = true,
                    Ended::No => {}
                }
            }
            // The new entry of a session that moved meanwhile was written before it moved.
            if !has_moved {
                return Ok(closed);
            }
        }
        Err(StoreError::Contended)
    }

    /// Ends a session by its id alone: a key of the ring that was dropped must not keep it alive.
    async fn take_session(&self, index_key: &str, id: &str) -> Result<Ended, StoreError> {
        let ended = match self.backend.take(&self.storage_key_of(id), Some(moved::FORMAT)).await? {
            Taken::Value(value) if Self::is_pointer(&value) => return Ok(Ended::Moved),
            // Its sign-in may be about to write it, and must stay in the index then. Otherwise the entry expires.
            Taken::Nothing => return Ok(Ended::No),
            Taken::Value(_) | Taken::Unknown => Ended::Yes,
        };
        metrics::session_ended();
        self.backend.remove_entry(index_key, id.as_bytes()).await?;
        self.backend.take(&self.summary_key(id), None).await?;
        Ok(ended)
    }

    async fn entries(&self, index_key: &str) -> Result<Vec<String>, StoreError> {
        let entries = self.backend.entries(index_key).await?;
        Ok(entries.into_iter().filter_map(|entry| String::from_utf8(entry).ok()).collect())
    }

    /// Adds a session to the index, or lets its entries live as long as its record: before that is stored.
    pub(super) async fn add_to_index(
        &self,
        key: &SessionKey,
        record: &Record,
        device: Device,
    ) -> Result<(), StoreError> {
        let (index_keys, id) = (self.index_keys(record), key.hash());
        let Some(ttl) = record.time_to_live(&self.limits, self.clock.now()) else { return Ok(()) };
        if index_keys.is_empty() {
            return Ok(());
        }
        let summary = Summary::of(record, device);
        let entries = index_keys.iter().map(|index_key| self.backend.add_entry(index_key, id.as_bytes(), ttl + MARGIN));
        // At once: neither is of use before the record is there.
        let (summary, entries) = join(self.put_summary(&id, &summary, ttl + MARGIN), try_join_all(entries)).await;
        summary?;
        entries?;
        Ok(())
    }

    /// Removes a session from the index, after its record is gone. What can't be removed now expires.
    pub(super) async fn remove_from_index(&self, key: &SessionKey, record: &Record) {
        let (index_keys, id) = (self.index_keys(record), key.hash());
        for index_key in &index_keys {
            let _ = self.backend.remove_entry(index_key, id.as_bytes()).await;
        }
        if !index_keys.is_empty() {
            let _ = self.backend.take(&self.summary_key(&id), None).await;
        }
    }

    /// The keys of the sets that a session is in.
    pub(super) fn index_keys(&self, record: &Record) -> Vec<String> {
        let Some(signed_in) = &record.signed_in else { return Vec::new() };
        let (issuer, subject) = (signed_in.claims.issuer(), signed_in.claims.subject());
        let session_id = signed_in.claims.session_id();
        let by_session = session_id.map(|session_id| SessionsOf::ProviderSession { issuer, session_id });
        let all = [Some(SessionsOf::Subject { issuer, subject }), by_session];
        all.into_iter().flatten().map(|of| self.index_key(of)).collect()
    }

    fn index_key(&self, of: SessionsOf<'_>) -> String {
        let (kind, issuer, id) = match of {
            SessionsOf::Subject { issuer, subject } => ("sub", issuer.to_owned(), subject),
            // A front-channel logout by Entra may name no issuer, and so no tenant.
            SessionsOf::ProviderSession { issuer, session_id } => ("sid", of_any_tenant(issuer), session_id),
        };
        format!("{}{kind}:{}", self.key_prefix, hashed(kind, &format!("{issuer}\0{id}")))
    }
}

/// What became of a session that was to end.
#[derive(PartialEq, Eq)]
enum Ended {
    Yes,
    /// There was none.
    No,
    /// It has another key by now.
    Moved,
}
