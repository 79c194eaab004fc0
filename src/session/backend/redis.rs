//! Records in Redis, so that every replica sees them.

mod commands;
mod failover;
mod inspection;
mod sentinels;
mod slots;
mod target;
mod topology;
mod tracking;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use redis::{Cmd, ErrorKind, FromRedisValue, RedisError, ServerErrorKind};
use thiserror::Error;
use tokio::time::sleep;
use tracing::{Instrument as _, debug};

use super::BackendError;
use crate::clock::Stopwatch;
use crate::oidc::secret::Secret;
use crate::{metrics, spans};
use commands::name_of;
use topology::{Connection, Topology, connect};

/// How often a command is sent again to where its key is, or to another master.
const ATTEMPTS: u32 = 4;
/// How long to wait before a command that the server can't carry out just now is sent again.
const RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// How to reach Redis.
#[derive(Clone, Debug)]
pub struct RedisSettings {
    /// `redis.url`, a secret for the password in it.
    pub url: Secret,
    /// `redis.ca_certificate`: an extra PEM root for TLS.
    pub ca_certificate: Option<Vec<u8>>,
    /// `redis.client_certificate` and `redis.client_private_key`.
    pub client_certificate: Option<ClientCertificate>,
    /// `redis.connect_timeout_ms`.
    pub connect_timeout: Duration,
    /// `redis.command_timeout_ms`.
    pub command_timeout: Duration,
    /// `redis.key_prefix`, which the session core puts before every key.
    pub key_prefix: String,
}

/// A certificate that authenticates us to Redis. `Debug` prints nothing of it.
#[derive(Clone)]
pub struct ClientCertificate {
    /// The certificate and its chain, in PEM.
    pub chain: Vec<u8>,
    /// Its private key, in PEM.
    pub private_key: Vec<u8>,
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCertificate")
    }
}

impl RedisSettings {
    /// Checks the URL and the certificates, without connecting.
    ///
    /// # Errors
    /// What is wrong with them; nothing secret is in it.
    pub fn check(&self) -> Result<(), RedisUrlError> {
        self.topology().map(drop)
    }

    fn topology(&self) -> Result<Topology, RedisUrlError> {
        let topology = Topology::new(self.url.expose()).map_err(|error| RedisUrlError(error.to_string()))?;
        topology.access.server("localhost:6379", self).map_err(|error| RedisUrlError(error.to_string()))?;
        Ok(topology)
    }

    /// How long one attempt of a command may take.
    fn deadline(&self) -> Duration {
        self.connect_timeout + self.command_timeout
    }
}

/// A [`Backend`](super::Backend) in Redis (or a server that speaks its protocol): one server, a master that Sentinels
/// watch, or a Cluster.
pub struct RedisBackend {
    settings: RedisSettings,
    topology: RwLock<Arc<Topology>>,
}

impl RedisBackend {
    /// Prepares the connections, which are made when first needed, and made again whenever they are lost.
    ///
    /// # Errors
    /// The URL or a certificate is unusable.
    pub fn new(settings: RedisSettings) -> Result<Self, RedisUrlError> {
        let topology = RwLock::new(Arc::new(settings.topology()?));
        Ok(Self { settings, topology })
    }

    /// The servers of the URL as it is now: the password in it may come from a file that changes.
    fn topology(&self) -> Arc<Topology> {
        let url = self.settings.url.expose();
        let current = Arc::clone(&self.topology.read().unwrap_or_else(PoisonError::into_inner));
        if current.url == url {
            return current;
        }
        match Topology::new(url) {
            Ok(topology) => {
                let topology = Arc::new(topology);
                *self.topology.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&topology);
                topology
            }
            Err(error) => {
                debug!(%error, "redis.url can't be used; going on with the one before");
                current
            }
        }
    }

    /// Runs a command, and again if the server at hand refuses it unread or its connection turns out to be lost. Returns
    /// whether an earlier run may have taken effect, with only its answer lost.
    async fn run<T: FromRedisValue>(&self, command: &Cmd, key: &str) -> Result<(T, bool), BackendError> {
        let (mut asked_for, mut may_have_run, mut attempt) = (None, false, 1);
        loop {
            let failure = match self.attempt(command, key, asked_for.take()).await {
                Ok(answer) => return Ok((answer, may_have_run)),
                Err(failure) => failure,
            };
            match self.after(&failure).await {
                _ if attempt == ATTEMPTS => return Err(failure.into()),
                Next::Fail => return Err(failure.into()),
                Next::Again => {}
                Next::Ask(address) => asked_for = Some(address),
                // One more run must do: whether this one took effect is unknown.
                Next::OnceMore if may_have_run => return Err(failure.into()),
                Next::OnceMore => may_have_run = true,
            }
            debug!(failure = %BackendError::from(failure), "redis: trying again");
            attempt += 1;
        }
    }

    async fn attempt<T: FromRedisValue>(
        &self,
        command: &Cmd,
        key: &str,
        asked_for: Option<String>,
    ) -> Result<T, Failure> {
        let (topology, stopwatch) = (self.topology(), Stopwatch::start());
        let span = spans::client("redis", name_of(command));
        let mut used = None;
        let query = async {
            let (connection, version) = match &asked_for {
                Some(address) => (topology.connection_to(address, &self.settings)?, topology.version()),
                None => topology.connection(key, &self.settings).await?,
            };
            let mut manager = connection.manager.clone();
            used = Some(Used { connection, version });
            if asked_for.is_none() {
                return command.query_async(&mut manager).await;
            }
            let mut pipeline = redis::pipe();
            pipeline.cmd("ASKING").ignore().add_command(command.clone());
            pipeline.query_async::<(T,)>(&mut manager).await.map(|(answer,)| answer)
        };
        let outcome = match tokio::time::timeout(self.settings.deadline(), query).instrument(span.clone()).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(Failure { error: Some(error), used }),
            Err(_) => Err(Failure { error: None, used }),
        };
        if outcome.is_err() {
            spans::failed(&span);
        }
        metrics::store_command(name_of(command), outcome.is_ok(), stopwatch.elapsed());
        outcome
    }

    /// What to do after a failure. Connections that are of no more use are given up, and where servers may have changed
    /// their parts, they are asked.
    async fn after(&self, failure: &Failure) -> Next {
        let (topology, version) = (self.topology(), failure.used.as_ref().map_or(0, |used| used.version));
        let find_out = async || {
            let finding_out = topology.find_out(version, &self.settings);
            let _ = tokio::time::timeout(self.settings.deadline(), finding_out).await;
        };
        let Some(error) = failure.error.as_ref().filter(|error| !error.is_timeout()) else {
            if let Some(used) = &failure.used {
                topology.give_up(&used.connection);
            }
            find_out().await;
            return Next::Fail;
        };
        match error.kind() {
            ErrorKind::Server(ServerErrorKind::Ask) => match redirect(error, failure) {
                Some((address, _)) => Next::Ask(address),
                None => Next::Fail,
            },
            ErrorKind::Server(ServerErrorKind::Moved) => {
                // Other slots have moved too, perhaps; the node that redirects is the one to know of this one.
                find_out().await;
                if let Some((address, slot)) = redirect(error, failure) {
                    topology.moved(slot, &address);
                }
                Next::Again
            }
            ErrorKind::Server(ServerErrorKind::TryAgain) => {
                sleep(RETRY_INTERVAL).await;
                Next::Again
            }
            ErrorKind::Server(
                ServerErrorKind::ReadOnly
                | ServerErrorKind::BusyLoading
                | ServerErrorKind::MasterDown
                | ServerErrorKind::ClusterDown,
            ) => {
                sleep(RETRY_INTERVAL).await;
                find_out().await;
                Next::Again
            }
            _ if error.is_io_error() => {
                find_out().await;
                let was_sent = failure.used.is_some();
                if was_sent { Next::OnceMore } else { Next::Fail }
            }
            // A server that was demoted refuses a script's write.
            _ if error.to_string().contains("READONLY") => {
                find_out().await;
                Next::Again
            }
            _ => Next::Fail,
        }
    }

    async fn ask<T: FromRedisValue>(&self, command: &Cmd, key: &str) -> Result<T, BackendError> {
        Ok(self.run(command, key).await?.0)
    }
}

/// What `redis.url`, or a certificate for it, lacks.
#[derive(Clone, Debug, Error)]
#[error("{0}")]
pub struct RedisUrlError(String);

/// What to do after a failure.
enum Next {
    Fail,
    /// The command was not run: run it where its key is by now.
    Again,
    /// The same, at this server, whose slot is just being moved there.
    Ask(String),
    /// The command may have been run.
    OnceMore,
}

/// The connection that a command was sent over, and how often the routes had been found out by then.
struct Used {
    connection: Arc<Connection>,
    version: u64,
}

/// Why a command got no answer; without an error, by its deadline.
struct Failure {
    error: Option<RedisError>,
    used: Option<Used>,
}

impl From<Failure> for BackendError {
    fn from(failure: Failure) -> Self {
        Self(failure.error.map_or_else(|| "it didn't respond in time".to_owned(), |error| error.to_string()))
    }
}

/// The server and the slot that a redirection names. A server that doesn't know its own host leaves it out.
fn redirect(error: &RedisError, failure: &Failure) -> Option<(String, u16)> {
    let (address, slot) = error.redirect_node()?;
    let asked = &failure.used.as_ref()?.connection.address;
    let host = asked.rsplit_once(':')?.0;
    Some((if address.starts_with(':') { format!("{host}{address}") } else { address.to_owned() }, slot))
}
