//! Records in Redis, so that every replica sees them.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Arg, Client, Cmd, ExistenceCheck, FromRedisValue, RedisError, SetExpiry, SetOptions, TlsCertificates};
use tracing::{Instrument as _, debug};

use super::backend::{Backend, BackendError};
use crate::clock::Stopwatch;
use crate::oidc::secret::Secret;
use crate::{metrics, spans};

/// Compares and sets in one step. A value is some kilobytes at most, so it is compared whole.
const REPLACE: &str = "if redis.call('GET', KEYS[1]) == ARGV[1] then \
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1 end return 0";

/// How to reach Redis.
#[derive(Clone, Debug)]
pub struct RedisSettings {
    /// `redis.url`, a secret for the password in it.
    pub url: Secret,
    /// `redis.ca_certificate`: an extra PEM root for `rediss://`.
    pub ca_certificate: Option<Vec<u8>>,
    /// `redis.connect_timeout_ms`.
    pub connect_timeout: Duration,
    /// `redis.command_timeout_ms`.
    pub command_timeout: Duration,
    /// `redis.key_prefix`, which whoever uses the backend puts before every key.
    pub key_prefix: String,
}

/// A [`Backend`] in one Redis (or one that speaks its protocol).
pub struct RedisBackend {
    settings: RedisSettings,
    connection: RwLock<Option<(Arc<str>, ConnectionManager)>>,
}

impl RedisBackend {
    /// Prepares the connection; it is made when first needed, and made again whenever it is lost.
    ///
    /// # Errors
    /// The URL or the certificate cannot be used.
    pub fn new(settings: RedisSettings) -> Result<Self, RedisError> {
        let backend = Self { settings, connection: RwLock::new(None) };
        backend.connection()?;
        Ok(backend)
    }

    /// The connection to the URL as it is now: its password may be in a file that changes.
    fn connection(&self) -> Result<ConnectionManager, RedisError> {
        let url = self.settings.url.expose();
        let held = self.connection.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, connection)) = held.filter(|(held, _)| *held == url) {
            return Ok(connection);
        }
        let connection = self.settings.connect(&url)?;
        *self.connection.write().unwrap_or_else(PoisonError::into_inner) = Some((url, connection.clone()));
        Ok(connection)
    }

    /// Runs a command; once more where the connection turns out to be lost. Tells whether it was run twice: then the
    /// first may have been carried out, and only its answer lost.
    async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Result<(T, bool), BackendError> {
        match self.attempt(command).await {
            Err(Failure::Redis(error)) if error.is_io_error() && !error.is_timeout() => {
                debug!(%error, "redis: trying once more");
                Ok((self.attempt(command).await?, true))
            }
            outcome => Ok((outcome?, false)),
        }
    }

    async fn attempt<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Failure> {
        let deadline = self.settings.connect_timeout + self.settings.command_timeout;
        let mut connection = self.connection().map_err(Failure::Redis)?;
        let stopwatch = Stopwatch::start();
        let span = spans::client("redis", name_of(command));
        let answer = tokio::time::timeout(deadline, command.query_async(&mut connection)).instrument(span.clone());
        let outcome = match answer.await {
            Ok(outcome) => outcome.map_err(Failure::Redis),
            Err(_) => Err(Failure::Deadline),
        };
        if outcome.is_err() {
            spans::failed(&span);
        }
        metrics::store_command(name_of(command), outcome.is_ok(), stopwatch.elapsed());
        outcome
    }

    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, BackendError> {
        Ok(self.run(command).await?.0)
    }

    /// Whether a conditional write was carried out: by its answer, or after two runs by what is there now.
    async fn was_written(&self, key: &str, value: &[u8], answer: (bool, bool)) -> Result<bool, BackendError> {
        match answer {
            (false, true) => Ok(self.get(key).await?.as_deref() == Some(value)),
            (written, _) => Ok(written),
        }
    }

    /// What kind of server it is: version and mode.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn server(&self) -> Result<String, BackendError> {
        let information: String = self.ask(redis::cmd("INFO").arg("server")).await?;
        let field = |name: &str| {
            information.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap_or("unknown").trim()
        };
        Ok(format!("version {}, {}", field("redis_version"), field("redis_mode")))
    }
}

enum Failure {
    Redis(RedisError),
    Deadline,
}

impl From<Failure> for BackendError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Redis(error) => Self(error.to_string()),
            Failure::Deadline => Self("no answer within the deadline".to_owned()),
        }
    }
}

impl RedisSettings {
    fn connect(&self, url: &str) -> Result<ConnectionManager, RedisError> {
        let client = match &self.ca_certificate {
            Some(pem) => {
                let certificates = TlsCertificates { client_tls: None, root_cert: Some(pem.clone()) };
                Client::build_with_tls(url, certificates)?
            }
            None => Client::open(url)?,
        };
        // A request waits for one attempt to connect, never for a back-off: the next request tries again.
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(0)
            .set_connection_timeout(Some(self.connect_timeout))
            .set_response_timeout(Some(self.command_timeout));
        ConnectionManager::new_lazy_with_config(client, config)
    }
}

/// A command's name, for its metric.
fn name_of(command: &Cmd) -> &'static str {
    match command.args_iter().next() {
        Some(Arg::Simple(b"GET")) => "get",
        Some(Arg::Simple(b"SET")) => "set",
        Some(Arg::Simple(b"EVAL")) => "replace",
        Some(Arg::Simple(b"DEL")) => "remove",
        _ => "other",
    }
}

fn milliseconds(ttl: Duration) -> u64 {
    u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).max(1)
}

#[async_trait]
impl Backend for RedisBackend {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BackendError> {
        self.ask(&Cmd::get(key)).await
    }

    async fn insert(&self, key: &str, value: &[u8], ttl: Duration) -> Result<bool, BackendError> {
        let options =
            SetOptions::default().conditional_set(ExistenceCheck::NX).with_expiration(SetExpiry::PX(milliseconds(ttl)));
        let (answer, twice) = self.run::<Option<String>>(&Cmd::set_options(key, value, options)).await?;
        self.was_written(key, value, (answer.is_some(), twice)).await
    }

    async fn replace(&self, key: &str, expected: &[u8], value: &[u8], ttl: Duration) -> Result<bool, BackendError> {
        let mut command = redis::cmd("EVAL");
        command.arg(REPLACE).arg(1).arg(key).arg(expected).arg(value).arg(milliseconds(ttl));
        let answer = self.run::<bool>(&command).await?;
        self.was_written(key, value, answer).await
    }

    async fn remove(&self, key: &str) -> Result<bool, BackendError> {
        self.ask(&Cmd::del(key)).await
    }

    async fn ping(&self, key: &str) -> Result<(), BackendError> {
        let options = SetOptions::default().with_expiration(SetExpiry::PX(1000));
        self.ask::<()>(&Cmd::set_options(key, "1", options)).await
    }
}
