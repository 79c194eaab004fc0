//! Records in Redis, so that every replica sees them.

mod topology;
mod tracking;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Arg, Client, Cmd, ExistenceCheck, FromRedisValue, RedisError, SetExpiry, SetOptions, TlsCertificates};
use tracing::{Instrument as _, debug};

use super::{Backend, BackendError, Observer, Taken};
use crate::clock::Stopwatch;
use crate::oidc::secret::Secret;
use crate::{metrics, spans};

/// Compares and sets in one step. A value is a few kilobytes at most, so it is compared whole.
const REPLACE: &str = "if redis.call('GET', KEYS[1]) == ARGV[1] then \
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1 end return 0";
const TAKE: &str = "local value = redis.call('GET', KEYS[1]) \
    if value and (ARGV[1] == '' or string.sub(value, 1, 1) ~= ARGV[1]) then redis.call('DEL', KEYS[1]) end return value";
/// A set is a sorted set, whose scores say when its entries expire.
const NOW: &str = "local time = redis.call('TIME') local now = time[1] * 1000 + math.floor(time[2] / 1000) ";
const ADD_ENTRY: &str = "redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now) \
    redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1]) \
    if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end";
const ENTRIES: &str = "return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')";

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
    /// `redis.key_prefix`, which the session core puts before every key.
    pub key_prefix: String,
}

/// A [`Backend`] in one Redis (or a server that speaks its protocol).
pub struct RedisBackend {
    settings: RedisSettings,
    connection: RwLock<Option<Arc<Connection>>>,
}

struct Connection {
    /// The URL that it was made to: the password in it may come from a file that changes.
    url: Arc<str>,
    manager: ConnectionManager,
}

impl RedisBackend {
    /// Prepares the connection, which is made when first needed, and made again whenever it is lost.
    ///
    /// # Errors
    /// The URL or the certificate is unusable.
    pub fn new(settings: RedisSettings) -> Result<Self, RedisError> {
        let backend = Self { settings, connection: RwLock::new(None) };
        backend.connection()?;
        Ok(backend)
    }

    fn connection(&self) -> Result<Arc<Connection>, RedisError> {
        let url = self.settings.url.expose();
        let current = self.connection.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(connection) = current.filter(|connection| connection.url == url) {
            return Ok(connection);
        }
        let connection = Arc::new(Connection { manager: self.settings.connect(&url)?, url });
        *self.connection.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&connection));
        Ok(connection)
    }

    /// Gives up a connection whose command timed out. The server may have restarted behind it, or a firewall may have
    /// forgotten it: neither closes it.
    fn give_up(&self, mute: &Arc<Connection>) {
        let mut current = self.connection.write().unwrap_or_else(PoisonError::into_inner);
        if current.take_if(|current| Arc::ptr_eq(current, mute)).is_some() {
            debug!("redis: a command timed out; the next one connects again");
        }
    }

    /// Runs a command, and once more if the connection turns out to be lost. Returns whether it was run twice: the first
    /// run may then have taken effect, with only its answer lost.
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
        let connection = self.connection().map_err(Failure::Redis)?;
        let mut manager = connection.manager.clone();
        let stopwatch = Stopwatch::start();
        let span = spans::client("redis", name_of(command));
        let query = command.query_async(&mut manager);
        let outcome = match tokio::time::timeout(deadline, query).instrument(span.clone()).await {
            Ok(outcome) => outcome.map_err(Failure::Redis),
            Err(_) => Err(Failure::Deadline),
        };
        if let Err(failure) = &outcome {
            spans::failed(&span);
            if failure.is_timeout() {
                self.give_up(&connection);
            }
        }
        metrics::store_command(name_of(command), outcome.is_ok(), stopwatch.elapsed());
        outcome
    }

    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, BackendError> {
        Ok(self.run(command).await?.0)
    }

    /// Whether a conditional write took effect: by its answer or, after two runs, by the value there now.
    async fn was_written(&self, key: &str, value: &[u8], answer: (bool, bool)) -> Result<bool, BackendError> {
        match answer {
            (false, true) => Ok(self.get(key).await?.as_deref() == Some(value)),
            (written, _) => Ok(written),
        }
    }

    /// Returns the server's version and mode.
    ///
    /// # Errors
    /// The server is unavailable.
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

impl Failure {
    fn is_timeout(&self) -> bool {
        match self {
            Self::Redis(error) => error.is_timeout(),
            Self::Deadline => true,
        }
    }
}

impl From<Failure> for BackendError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Redis(error) => Self(error.to_string()),
            Failure::Deadline => Self("it didn't respond in time".to_owned()),
        }
    }
}

impl RedisSettings {
    fn client(&self, url: &str) -> Result<Client, RedisError> {
        Ok(match &self.ca_certificate {
            Some(pem) => {
                let certificates = TlsCertificates { client_tls: None, root_cert: Some(pem.clone()) };
                Client::build_with_tls(url, certificates)?
            }
            None => Client::open(url)?,
        })
    }

    fn connect(&self, url: &str) -> Result<ConnectionManager, RedisError> {
        let client = self.client(url)?;
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
        Some(Arg::Simple(b"EVAL")) => match command.args_iter().nth(1) {
            Some(Arg::Simple(script)) if script == REPLACE.as_bytes() => "replace",
            Some(Arg::Simple(script)) if script == TAKE.as_bytes() => "take",
            _ => "index",
        },
        Some(Arg::Simple(b"ZREM")) => "index",
        _ => "other",
    }
}

fn script(script: &str, key: &str) -> Cmd {
    let mut command = redis::cmd("EVAL");
    command.arg(script).arg(1).arg(key);
    command
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

    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), BackendError> {
        let options = SetOptions::default().with_expiration(SetExpiry::PX(milliseconds(ttl)));
        self.ask(&Cmd::set_options(key, value, options)).await
    }

    async fn replace(&self, key: &str, expected: &[u8], value: &[u8], ttl: Duration) -> Result<bool, BackendError> {
        let mut command = script(REPLACE, key);
        command.arg(expected).arg(value).arg(milliseconds(ttl));
        let answer = self.run::<bool>(&command).await?;
        self.was_written(key, value, answer).await
    }

    async fn take(&self, key: &str, kept: Option<u8>) -> Result<Taken, BackendError> {
        Ok(match self.run(script(TAKE, key).arg(kept.as_slice())).await? {
            (Some(value), _) => Taken::Value(value),
            (None, false) => Taken::Nothing,
            (None, true) => Taken::Unknown,
        })
    }

    async fn add_entry(&self, key: &str, entry: &[u8], ttl: Duration) -> Result<(), BackendError> {
        self.ask(script(&[NOW, ADD_ENTRY].concat(), key).arg(entry).arg(milliseconds(ttl))).await
    }

    async fn remove_entry(&self, key: &str, entry: &[u8]) -> Result<(), BackendError> {
        self.ask(&Cmd::zrem(key, entry)).await
    }

    async fn entries(&self, key: &str) -> Result<Vec<Vec<u8>>, BackendError> {
        self.ask(&script(&[NOW, ENTRIES].concat(), key)).await
    }

    async fn follow(&self, prefix: &str, observer: Arc<dyn Observer>) {
        self.track(prefix, observer).await;
    }

    async fn ping(&self, key: &str) -> Result<(), BackendError> {
        let options = SetOptions::default().with_expiration(SetExpiry::PX(1000));
        self.ask::<()>(&Cmd::set_options(key, "1", options)).await
    }
}
