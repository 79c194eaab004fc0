//! Waiting for the end of a session.

use std::time::Duration;

use tokio::time::sleep;

use super::stored::Found;
use super::{Loaded, Sessions};

/// How often to look while the backend doesn't report changes.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// How often to look while the backend is unavailable.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

impl Sessions {
    /// Waits until a session has ended: by its user, by the provider, by an operator, or by a timeout. A session that is
    /// rekeyed goes on. Waiting doesn't count as use.
    pub async fn until_ended(&self, session: &Loaded) {
        let mut key = session.key.clone();
        loop {
            let mut changes = self.cache.changes(&self.storage_key(&key));
            let wait = match self.find(&key).await {
                Ok(Found::Session(loaded)) => {
                    let left = loaded.record.time_to_live(&self.limits, self.clock.now());
                    left.map(|left| if self.cache.is_trusted() { left } else { left.min(POLL_INTERVAL) })
                }
                Ok(Found::Moved(new)) => {
                    drop(changes);
                    key = new;
                    continue;
                }
                Ok(Found::Nothing) => None,
                Err(_) => Some(RETRY_INTERVAL),
            };
            let Some(wait) = wait else { return };
            tokio::select! {
                () = changes.next() => {}
                () = sleep(wait) => {}
            }
        }
    }
}
