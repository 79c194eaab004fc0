//! Word of a failover, from the Sentinels: a master that was replaced may go on taking writes for seconds, which are lost.

use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::StreamExt as _;
use redis::{Client, RedisError};
use tokio::time::{sleep, timeout};
use tracing::debug;

use super::RedisSettings;
use super::target::Target;
use super::topology::Topology;

const CHANNEL: &str = "+switch-master";
const RETRY_INTERVAL: Duration = Duration::from_secs(1);
const LISTEN_ANEW_AFTER: Duration = Duration::from_secs(30);

impl Topology {
    /// Listens to every Sentinel, until this topology is dropped.
    pub(super) fn listen_for_failovers(self: &Arc<Self>, settings: &RedisSettings) {
        let Target::Sentinel { sentinels, credentials, .. } = &self.target else { return };
        for sentinel in sentinels {
            let Ok(client) = self.access.sentinel(sentinel, credentials, settings) else { continue };
            tokio::spawn(listen(Arc::downgrade(self), client, settings.clone()));
        }
    }
}

async fn listen(topology: Weak<Topology>, client: Client, settings: RedisSettings) {
    while topology.strong_count() > 0 {
        if let Err(error) = listen_once(&topology, &client, &settings).await {
            debug!(%error, "redis: a Sentinel can't be listened to");
        }
        sleep(RETRY_INTERVAL).await;
    }
}

async fn listen_once(topology: &Weak<Topology>, client: &Client, settings: &RedisSettings) -> Result<(), RedisError> {
    let mut connection = client.get_async_pubsub().await?;
    connection.subscribe(CHANNEL).await?;
    let mut messages = connection.on_message();
    // A connection that went mute is noticed by listening anew.
    while let Ok(Some(_)) = timeout(LISTEN_ANEW_AFTER, messages.next()).await {
        let Some(topology) = topology.upgrade() else { break };
        topology.find_out(topology.version(), settings).await?;
    }
    Ok(())
}
