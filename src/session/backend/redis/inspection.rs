//! What is at `redis.url`, for `identity-web check`.

use redis::RedisError;

use super::target::Target;
use super::{RedisBackend, connect};
use crate::session::backend::BackendError;

impl RedisBackend {
    /// Connects to every server that takes writes, and says what they are.
    ///
    /// # Errors
    /// A server is unavailable, or slots of a Cluster are at no server.
    pub async fn inspect(&self) -> Result<String, BackendError> {
        let topology = self.topology();
        let unavailable = |error: RedisError| BackendError(error.to_string());
        let masters = topology.masters(&self.settings).await.map_err(unavailable)?;
        let mut versions = Vec::new();
        for master in &masters {
            let client = topology.access.server(master, &self.settings).map_err(unavailable)?;
            let mut connection = connect(&client, &self.settings).await.map_err(unavailable)?;
            let information: String =
                redis::cmd("INFO").arg("server").query_async(&mut connection).await.map_err(unavailable)?;
            versions.push(field(&information, "redis_version").to_owned());
        }
        versions.sort_unstable();
        versions.dedup();
        let mode = match &topology.target {
            Target::Single(_) => "one server".to_owned(),
            Target::Sentinel { sentinels, master, .. } => {
                let answering = topology.answering_sentinels(&self.settings).await;
                let address = masters.first().map_or("", String::as_str);
                format!("{answering} of {} Sentinels respond, master {master} at {address}", sentinels.len())
            }
            Target::Cluster(_) if !topology.has_every_slot() => {
                return Err(BackendError("some slots of the Cluster are at no server: see CLUSTER INFO".to_owned()));
            }
            Target::Cluster(_) => format!("a Cluster of {} masters with all slots", masters.len()),
        };
        let tls = if topology.access.is_secure() { ", TLS" } else { "" };
        Ok(format!("{mode}, version {}{tls}", versions.join(" and ")))
    }
}

fn field<'a>(information: &'a str, name: &str) -> &'a str {
    let value = |line: &'a str| line.strip_prefix(name)?.strip_prefix(':');
    information.lines().find_map(value).unwrap_or("unknown").trim()
}
