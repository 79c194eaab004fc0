//! A backend whose writers see their own writes at once, before the backend reports them.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::Cache;
use crate::session::backend::{Backend, BackendError, Observer, Taken};

/// A backend that drops from the cache what is written to it, also if the write fails: it may have taken effect.
pub(crate) struct Observed {
    pub(crate) inner: Arc<dyn Backend>,
    pub(crate) cache: Arc<Cache>,
}

#[async_trait]
impl Backend for Observed {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BackendError> {
        self.inner.get(key).await
    }

    async fn insert(&self, key: &str, value: &[u8], ttl: Duration) -> Result<bool, BackendError> {
        let outcome = self.inner.insert(key, value, ttl).await;
        self.cache.changed(key);
        outcome
    }

    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), BackendError> {
        let outcome = self.inner.put(key, value, ttl).await;
        self.cache.changed(key);
        outcome
    }

    async fn replace(&self, key: &str, expected: &[u8], value: &[u8], ttl: Duration) -> Result<bool, BackendError> {
        let outcome = self.inner.replace(key, expected, value, ttl).await;
        self.cache.changed(key);
        outcome
    }

    async fn take(&self, key: &str, kept: Option<u8>) -> Result<Taken, BackendError> {
        let outcome = self.inner.take(key, kept).await;
        self.cache.changed(key);
        outcome
    }

    async fn add_entry(&self, key: &str, entry: &[u8], ttl: Duration) -> Result<(), BackendError> {
        self.inner.add_entry(key, entry, ttl).await
    }

    async fn remove_entry(&self, key: &str, entry: &[u8]) -> Result<(), BackendError> {
        self.inner.remove_entry(key, entry).await
    }

    async fn entries(&self, key: &str) -> Result<Vec<Vec<u8>>, BackendError> {
        self.inner.entries(key).await
    }

    async fn ping(&self, key: &str) -> Result<(), BackendError> {
        self.inner.ping(key).await
    }

    async fn follow(&self, prefix: &str, observer: Arc<dyn Observer>) {
        self.inner.follow(prefix, observer).await;
    }
}
