//! A lease: one of all replicas does a thing, and the others wait.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use ring::rand::SystemRandom;
use tokio::time::{interval, sleep};
use tracing::warn;

use super::backend::Backend;
use super::current::StoreError;
use crate::oidc::authorization::random_text;

/// How long a lease stays without being renewed: as long as others wait for a holder that was killed.
pub const LEASE: Duration = Duration::from_secs(3);
/// How often a holder renews its lease.
const RENEWED_EVERY: Duration = Duration::from_secs(1);
/// How soon the key of a lease that was given back is free.
const AT_ONCE: Duration = Duration::from_millis(1);

/// A lease that this replica holds. It keeps others from doing the same work; it fences nothing, for its holder may
/// sleep beyond its time: what the holder writes must be a compare-and-set.
pub struct Lease {
    backend: Arc<dyn Backend>,
    key: String,
    mine: String,
}

impl Lease {
    /// Takes the lease of this key, where nobody holds it.
    ///
    /// # Errors
    /// The backend does not answer.
    pub async fn take(backend: &Arc<dyn Backend>, key: String) -> Result<Option<Self>, StoreError> {
        let mine = random_text(&SystemRandom::new())?;
        let taken = backend.insert(&key, mine.as_bytes(), LEASE).await?;
        Ok(taken.then(|| Self { backend: Arc::clone(backend), key, mine }))
    }

    /// Does the work, renews the lease meanwhile, and gives it back.
    pub async fn during<F: Future>(self, work: F) -> F::Output {
        let mut work = pin!(work);
        let mut clock = interval(RENEWED_EVERY);
        clock.tick().await;
        let outcome = loop {
            tokio::select! {
                outcome = &mut work => break outcome,
                _ = clock.tick() => self.set(&self.mine, LEASE).await,
            }
        };
        self.set("", AT_ONCE).await;
        outcome
    }

    async fn set(&self, value: &str, ttl: Duration) {
        match self.backend.replace(&self.key, self.mine.as_bytes(), value.as_bytes(), ttl).await {
            Ok(true) => {}
            Ok(false) => warn!("a lease was over before its work was"),
            Err(error) => warn!(%error, "a lease cannot be renewed"),
        }
    }
}

/// Waits a little longer each time, for a lease that somebody else holds.
pub async fn wait_for_other(attempt: u32) {
    sleep(Duration::from_millis(20 << attempt.min(3))).await;
}
