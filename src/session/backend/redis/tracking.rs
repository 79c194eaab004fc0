//! Client tracking (Redis 6, RESP3): every server that takes writes reports which keys have changed.
//!
//! In broadcasting mode a server reports every key with our prefix, whoever read it: it remembers nothing for us, and
//! reads may go over any connection. Reports and answers come in order, so an answered `PING` says that all reports of
//! what happened before it are here.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ErrorKind, ProtocolVersion, PushInfo, PushKind, RedisError, Value};
use tokio::time::sleep;
use tracing::{debug, info, warn};

use super::RedisBackend;
use crate::clock::Stopwatch;
use crate::session::backend::Observer;

/// How often each server is asked for a sign of life.
const HEARTBEAT: Duration = Duration::from_millis(250);
/// How long it may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(750);
/// How many heartbeats there are for each look at which servers take writes.
const HEARTBEATS_PER_LOOK: u32 = 4;
const RETRY_INTERVAL: Duration = Duration::from_millis(250);
/// How long to wait before trying again with a server that can't report changes.
const UNSUPPORTED_RETRY_INTERVAL: Duration = Duration::from_mins(1);

impl RedisBackend {
    /// Reports changes until it is no longer polled.
    pub(super) async fn track(&self, prefix: &str, observer: Arc<dyn Observer>) {
        let mut was_reported = false;
        loop {
            let Err(error) = self.track_once(prefix, &observer).await;
            observer.lost();
            let wait = if is_unsupported(&error) {
                if !was_reported {
                    warn!(%error, "Redis reports no changes, so sessions are not kept in memory; see session.cache");
                }
                was_reported = true;
                UNSUPPORTED_RETRY_INTERVAL
            } else {
                debug!(%error, "redis: the tracking connection is lost");
                RETRY_INTERVAL
            };
            sleep(wait).await;
        }
    }

    async fn track_once(&self, prefix: &str, observer: &Arc<dyn Observer>) -> Result<Infallible, RedisError> {
        let topology = self.topology();
        let masters = topology.masters(&self.settings).await?;
        let mut connections = Vec::new();
        for master in &masters {
            let client = topology.access.server(master, &self.settings)?;
            connections.push(self.follow_server(&client, prefix, observer).await?);
        }
        info!(servers = masters.len(), "following changes of sessions in Redis");
        for beat in 1.. {
            let asked = Stopwatch::start();
            for connection in &mut connections {
                redis::cmd("PING").query_async::<()>(connection).await?;
            }
            if beat % HEARTBEATS_PER_LOOK == 0 && self.topology().masters(&self.settings).await? != masters {
                return Err((ErrorKind::Client, "other servers take writes now").into());
            }
            observer.confirmed(asked);
            sleep(HEARTBEAT).await;
        }
        unreachable!("the heartbeats don't end")
    }

    async fn follow_server(
        &self,
        client: &Client,
        prefix: &str,
        observer: &Arc<dyn Observer>,
    ) -> Result<MultiplexedConnection, RedisError> {
        let information = client.get_connection_info().clone();
        let settings = information.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let client = Client::open(information.set_redis_settings(settings))?;
        let observer = Arc::clone(observer);
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.settings.connect_timeout))
            .set_response_timeout(Some(ANSWER_TIMEOUT))
            .set_push_sender(move |push| {
                report(&push, &*observer);
                Ok::<_, Infallible>(())
            });
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        let mut command = redis::cmd("CLIENT");
        command.arg("TRACKING").arg("ON").arg("BCAST").arg("PREFIX").arg(prefix);
        command.query_async::<()>(&mut connection).await?;
        Ok(connection)
    }
}

/// Reports what a server has pushed. It is called in the order of arrival, before any later answer is seen.
fn report(push: &PushInfo, observer: &dyn Observer) {
    match (&push.kind, push.data.first()) {
        (PushKind::Invalidate, Some(Value::Array(keys))) => {
            for key in keys {
                match key {
                    Value::BulkString(key) => observer.changed(&String::from_utf8_lossy(key)),
                    Value::SimpleString(key) => observer.changed(key),
                    _ => observer.lost(),
                }
            }
        }
        // Everything was removed, or nothing more will come.
        (PushKind::Invalidate | PushKind::Disconnection, _) => observer.lost(),
        _ => {}
    }
}

/// Whether the server, or a proxy in its place, refuses RESP3 or tracking.
fn is_unsupported(error: &RedisError) -> bool {
    error.kind() == ErrorKind::RESP3NotSupported
        || error.code().is_some_and(|code| ["ERR", "NOPERM", "NOPROTO"].contains(&code))
}
