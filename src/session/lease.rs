//! A lease: one of all replicas does a piece of work, and the others wait.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use ring::rand::SystemRandom;
use tokio::time::{interval, sleep};
use tracing::warn;

use super::backend::{Backend, BackendError};
use super::error::StoreError;
use crate::oidc::authorization::random_text;

/// How long a lease lasts without being renewed: as long as others wait for a holder that was killed.
pub const LEASE: Duration = Duration::from_secs(3);
/// How often a holder renews its lease.
const RENEWAL_INTERVAL: Duration = Duration::from_secs(1);

/// A lease that this replica holds. It keeps others from doing the same work, but it fences nothing: its holder may be
/// paused for longer than the lease lasts, so what the holder writes must be a compare-and-set.
pub struct Lease {
    backend: Arc<dyn Backend>,
    key: String,
    token: String,
}

impl Lease {
    /// Takes the lease of this key; `None` if another holds it.
    ///
    /// # Errors
    /// The backend is unavailable.
    pub async fn take(backend: &Arc<dyn Backend>, key: String) -> Result<Option<Self>, StoreError> {
        let own = random_text(&SystemRandom::new())?;
        let taken = backend.insert(&key, own.as_bytes(), LEASE).await?;
        Ok(taken.then(|| Self { backend: Arc::clone(backend), key, token: own }))
    }

    /// Does the work, renews the lease meanwhile, and gives it back. A slow backend delays the renewal, not the work.
    pub async fn during<F: Future>(self, work: F) -> F::Output {
        let outcome = tokio::select! {
            outcome = work => outcome,
            never = self.renew() => match never {},
        };
        self.give_back().await;
        outcome
    }

    /// Gives it back.
    pub async fn give_back(&self) {
        report(self.backend.remove(&self.key, self.token.as_bytes()).await);
    }

    async fn renew(&self) -> Infallible {
        let mut ticks = interval(RENEWAL_INTERVAL);
        ticks.tick().await;
        loop {
            ticks.tick().await;
            let token = self.token.as_bytes();
            report(self.backend.replace(&self.key, token, token, LEASE).await);
        }
    }
}

fn report(outcome: Result<bool, BackendError>) {
    match outcome {
        Ok(true) => {}
        Ok(false) => warn!("a lease ended before its work did"),
        Err(error) => warn!(%error, "a lease can't be renewed"),
    }
}

/// Waits a little longer each time, for a lease that another holds.
pub async fn wait_for_other(attempt: u32) {
    sleep(Duration::from_millis(20 << attempt.min(3))).await;
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;

    use super::*;
    use crate::session::backend::Taken;

    /// A backend that never responds to a change.
    struct Slow;

    #[async_trait]
    impl Backend for Slow {
        async fn get(&self, _: &str) -> Result<Option<Vec<u8>>, BackendError> {
            Ok(None)
        }
        async fn insert(&self, _: &str, _: &[u8], _: Duration) -> Result<bool, BackendError> {
            Ok(true)
        }
        async fn put(&self, _: &str, _: &[u8], _: Duration) -> Result<(), BackendError> {
            Ok(())
        }
        async fn replace(&self, _: &str, _: &[u8], value: &[u8], _: Duration) -> Result<bool, BackendError> {
            if value.is_empty() { Ok(true) } else { std::future::pending().await }
        }
        async fn take(&self, _: &str, _: Option<u8>) -> Result<Taken, BackendError> {
            Ok(Taken::Nothing)
        }
        async fn add_entry(&self, _: &str, _: &[u8], _: Duration) -> Result<(), BackendError> {
            Ok(())
        }
        async fn remove_entry(&self, _: &str, _: &[u8]) -> Result<(), BackendError> {
            Ok(())
        }
        async fn entries(&self, _: &str) -> Result<Vec<Vec<u8>>, BackendError> {
            Ok(Vec::new())
        }
        async fn ping(&self, _: &str) -> Result<(), BackendError> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_backend_that_hangs_does_not_hold_up_the_work() {
        let backend: Arc<dyn Backend> = Arc::new(Slow);
        let lease = Lease::take(&backend, "lease".to_owned()).await.unwrap().unwrap();
        let work = sleep(RENEWAL_INTERVAL + Duration::from_millis(200));
        let outcome = tokio::time::timeout(RENEWAL_INTERVAL * 3, lease.during(work)).await;
        assert!(outcome.is_ok(), "the work was not polled while the lease was renewed");
    }
}
