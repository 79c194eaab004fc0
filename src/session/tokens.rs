//! The tokens of a session, changed outside the request that loaded it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tracing::warn;

use super::error::StoreError;
use super::key::SessionKey;
use super::lease::Lease;
use super::record::{Record, SignedIn};
use super::{Loaded, Sessions};
use crate::clock::Stopwatch;

/// How long to keep retrying the write of a rotated refresh token while the store is unavailable.
const RETRIED_FOR: Duration = Duration::from_mins(1);
const RETRY_INTERVAL: Duration = Duration::from_millis(250);

impl Loaded {
    /// The user who is signed in.
    ///
    /// # Errors
    /// [`StoreError::Ended`] if there is none.
    pub fn signed_in(&self) -> Result<&SignedIn, StoreError> {
        self.record.signed_in.as_ref().ok_or(StoreError::Ended)
    }

    fn was_renewed(&self, latest: &SignedIn) -> bool {
        let tokens = self.record.signed_in.as_ref().map(|signed_in| &signed_in.tokens);
        tokens.is_some_and(|tokens| tokens.refresh_token != latest.tokens.refresh_token)
    }
}

impl Sessions {
    /// Takes the lease for renewing this session's tokens; `None` if another holds it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn lease(&self, key: &SessionKey) -> Result<Option<Lease>, StoreError> {
        Lease::take(&self.backend, format!("{}:lease", self.storage_key(key))).await
    }

    /// Changes the sign-in of a session. `change` returns `None` if there is nothing to do.
    ///
    /// # Errors
    /// As [`Sessions::change`].
    pub async fn change_sign_in(
        &self,
        key: &SessionKey,
        change: impl Fn(&SignedIn) -> Option<SignedIn>,
    ) -> Result<Arc<Loaded>, StoreError> {
        let loaded = self.change(key, |record| {
            let signed_in = change(record.signed_in.as_ref()?)?;
            Some(Record { signed_in: Some(signed_in), ..record.clone() })
        });
        let loaded = loaded.await?;
        loaded.signed_in()?;
        Ok(loaded)
    }

    /// Stores the outcome of a renewal. While the store is unavailable it retries, so that no rotated refresh token is
    /// lost. If another replica has renewed since `base` (after the lease ended), its tokens stay.
    ///
    /// # Errors
    /// [`StoreError::Ended`]: an ended session is not revived. [`StoreError::Unavailable`] after a minute.
    pub async fn store_renewal(
        &self,
        base: &Loaded,
        change: impl Fn(&SignedIn) -> SignedIn,
    ) -> Result<Arc<Loaded>, StoreError> {
        let stopwatch = Stopwatch::start();
        let change = |latest: &SignedIn| (!base.was_renewed(latest)).then(|| change(latest));
        loop {
            match self.change_sign_in(&base.key, &change).await {
                Err(StoreError::Unavailable(error)) if stopwatch.elapsed() < RETRIED_FOR => {
                    warn!(%error, "renewed tokens can't be stored yet; retrying");
                    sleep(RETRY_INTERVAL).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// Ends a session whose tokens the provider no longer renews, unless another replica has renewed them since `base`:
    /// then returns the session as it is now.
    ///
    /// # Errors
    /// As [`Sessions::change`].
    pub async fn close_unless_renewed(&self, base: &Loaded) -> Result<Option<Arc<Loaded>>, StoreError> {
        self.close_unless(&base.key, |record| record.signed_in.as_ref().is_some_and(|latest| base.was_renewed(latest)))
            .await
    }
}
