//! The commands of a [`Backend`], each with one key.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use redis::{Arg, Cmd, ExistenceCheck, SetExpiry, SetOptions};

use super::RedisBackend;
use crate::session::backend::{Backend, BackendError, Observer, Taken};

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

impl RedisBackend {
    /// Whether a conditional write took effect: by its answer or, after two runs, by the value there now.
    async fn was_written(&self, key: &str, value: &[u8], answer: (bool, bool)) -> Result<bool, BackendError> {
        match answer {
            (false, true) => Ok(self.get(key).await?.as_deref() == Some(value)),
            (written, _) => Ok(written),
        }
    }
}

/// A command's name, for its metric.
pub(super) fn name_of(command: &Cmd) -> &'static str {
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
        self.ask(&Cmd::get(key), key).await
    }

    async fn insert(&self, key: &str, value: &[u8], ttl: Duration) -> Result<bool, BackendError> {
        let options =
            SetOptions::default().conditional_set(ExistenceCheck::NX).with_expiration(SetExpiry::PX(milliseconds(ttl)));
        let (answer, twice) = self.run::<Option<String>>(&Cmd::set_options(key, value, options), key).await?;
        self.was_written(key, value, (answer.is_some(), twice)).await
    }

    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), BackendError> {
        let options = SetOptions::default().with_expiration(SetExpiry::PX(milliseconds(ttl)));
        self.ask(&Cmd::set_options(key, value, options), key).await
    }

    async fn replace(&self, key: &str, expected: &[u8], value: &[u8], ttl: Duration) -> Result<bool, BackendError> {
        let mut command = script(REPLACE, key);
        command.arg(expected).arg(value).arg(milliseconds(ttl));
        let answer = self.run::<bool>(&command, key).await?;
        self.was_written(key, value, answer).await
    }

    async fn take(&self, key: &str, kept: Option<u8>) -> Result<Taken, BackendError> {
        Ok(match self.run(script(TAKE, key).arg(kept.as_slice()), key).await? {
            (Some(value), _) => Taken::Value(value),
            (None, false) => Taken::Nothing,
            (None, true) => Taken::Unknown,
        })
    }

    async fn add_entry(&self, key: &str, entry: &[u8], ttl: Duration) -> Result<(), BackendError> {
        self.ask(script(&[NOW, ADD_ENTRY].concat(), key).arg(entry).arg(milliseconds(ttl)), key).await
    }

    async fn remove_entry(&self, key: &str, entry: &[u8]) -> Result<(), BackendError> {
        self.ask(&Cmd::zrem(key, entry), key).await
    }

    async fn entries(&self, key: &str) -> Result<Vec<Vec<u8>>, BackendError> {
        self.ask(&script(&[NOW, ENTRIES].concat(), key), key).await
    }

    async fn follow(&self, prefix: &str, observer: Arc<dyn Observer>) {
        self.track(prefix, observer).await;
    }

    async fn ping(&self, key: &str) -> Result<(), BackendError> {
        let options = SetOptions::default().with_expiration(SetExpiry::PX(1000));
        self.ask::<()>(&Cmd::set_options(key, "1", options), key).await
    }
}
