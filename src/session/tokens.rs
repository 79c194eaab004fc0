//! The tokens of a session, changed outside the request that loaded it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tracing::warn;

use super::current::{Loaded, StoreError};
use super::lease::Lease;
use super::record::{Record, SignedIn};
use super::store::{MERGES, RecordStore};
use crate::clock::Stopwatch;
use crate::metrics;

/// How long a refresh token that the provider has rotated is tried to be stored, while the store is away.
const KEPT_TRYING: Duration = Duration::from_mins(1);
const TRIED_EVERY: Duration = Duration::from_millis(250);

impl RecordStore {
    /// The session of this key as it is in the store now.
    ///
    /// # Errors
    /// [`StoreError::Ended`] where nobody is signed in to it, [`StoreError::Unavailable`].
    pub async fn signed_in(&self, session_key: &str) -> Result<(Arc<Loaded>, SignedIn), StoreError> {
        let held = self.read(session_key).await?.ok_or(StoreError::Ended)?;
        let signed_in = held.record.signed_in.clone().ok_or(StoreError::Ended)?;
        Ok((Arc::new(held), signed_in))
    }

    /// The lease for renewing this session's tokens, where nobody holds it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn lease(&self, session_key: &str) -> Result<Option<Lease>, StoreError> {
        Lease::take(&self.backend, format!("{}:lease", self.place(session_key))).await
    }

    /// Stores what a renewal changes; while the store is away it is tried again, so that no rotated refresh token is
    /// lost. Where another replica has renewed since `base` (a lease that was over), theirs stays.
    ///
    /// # Errors
    /// [`StoreError::Ended`]: an ended session is not revived. [`StoreError::Unavailable`] after a minute.
    pub async fn keep_renewal(
        &self,
        session_key: &str,
        base: &Loaded,
        change: impl Fn(SignedIn) -> SignedIn,
    ) -> Result<Arc<Loaded>, StoreError> {
        let stopwatch = Stopwatch::start();
        let renewed_since = |held: &Loaded| refresh_token(held) != refresh_token(base);
        loop {
            match self.change_sign_in(session_key, renewed_since, &change).await {
                Err(StoreError::Unavailable(error)) if stopwatch.elapsed() < KEPT_TRYING => {
                    warn!(%error, "renewed tokens cannot be stored yet; trying again");
                    sleep(TRIED_EVERY).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// Changes the sign-in of a session, beside what others change of it, unless `is_done` by another already.
    ///
    /// # Errors
    /// [`StoreError::Ended`]: an ended session is not revived. [`StoreError::Unavailable`].
    pub async fn change_sign_in(
        &self,
        session_key: &str,
        is_done: impl Fn(&Loaded) -> bool,
        change: impl Fn(SignedIn) -> SignedIn,
    ) -> Result<Arc<Loaded>, StoreError> {
        let place = self.place(session_key);
        for _ in 0..MERGES {
            let (held, signed_in) = self.signed_in(session_key).await?;
            if is_done(&held) {
                return Ok(held);
            }
            let record = Record { signed_in: Some(change(signed_in)), ..held.record.clone() };
            if let Some(held) = self.exchange(session_key, &place, &held, record).await? {
                return Ok(Arc::new(held));
            }
        }
        Err(StoreError::Contended)
    }

    /// Ends a session whose tokens the provider renews no more, unless another replica has renewed them meanwhile: then
    /// its record as it is now.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn end(&self, session_key: &str, base: &Loaded) -> Result<Option<Arc<Loaded>>, StoreError> {
        match self.signed_in(session_key).await {
            Ok((held, _)) if refresh_token(&held) != refresh_token(base) => return Ok(Some(held)),
            Ok(_) => {}
            Err(StoreError::Ended) => return Ok(None),
            Err(error) => return Err(error),
        }
        if self.backend.remove(&self.place(session_key)).await? {
            metrics::session_ended();
        }
        Ok(None)
    }
}

fn refresh_token(held: &Loaded) -> Option<&str> {
    held.record.signed_in.as_ref()?.tokens.refresh_token.as_deref()
}
