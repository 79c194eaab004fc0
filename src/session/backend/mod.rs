//! Where sealed records are stored: the trait that every store implements, and its acceptance suite.
//!
//! To bring a store of your own, implement [`Backend`], run [`acceptance_suite`] against it in a test, and pass it to
//! [`IdentityWebBuilder::backend`](crate::IdentityWebBuilder::backend).

mod acceptance;
pub mod memory;
pub mod redis;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

pub use acceptance::acceptance_suite;

use crate::clock::Stopwatch;

/// The store is unavailable.
#[derive(Clone, Debug, Error)]
#[error("the session store is unavailable: {0}")]
pub struct BackendError(pub String);

/// What [`Backend::take`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// This value.
    Value(Vec<u8>),
    /// Nothing: there was no value.
    Nothing,
    /// There is no value now. There may have been one: the store was asked twice, because its first answer was lost.
    Unknown,
}

/// Whoever wants to know what changes in a store: see [`Backend::follow`].
pub trait Observer: Send + Sync {
    /// The value of this key was changed or removed, or has expired.
    fn changed(&self, key: &str);

    /// Every change was reported that had happened when `asked` was started.
    fn confirmed(&self, asked: Stopwatch);

    /// Changes may have been missed.
    fn lost(&self);
}

/// A store of short byte strings, each under a key and with a time to live.
///
/// Every method handles one key, so a cluster may spread the keys. A method that fails may have taken effect: the
/// caller must not assume either.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Returns the value of a key.
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BackendError>;

    /// Stores a value if the key has none. Returns whether it did.
    ///
    /// Values have random bytes in them, so no two callers store the same one. If the answer is lost and the method has
    /// to ask again, it can therefore tell its own write from another's. The same goes for [`Backend::replace`].
    async fn insert(&self, key: &str, value: &[u8], ttl: Duration) -> Result<bool, BackendError>;

    /// Stores a value, whatever the key's value is.
    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), BackendError>;

    /// Stores a value if the key's value is `expected`. Returns whether it did.
    async fn replace(&self, key: &str, expected: &[u8], value: &[u8], ttl: Duration) -> Result<bool, BackendError>;

    /// Removes the value of a key within a millisecond, if it is `expected`. Returns whether it did.
    async fn remove(&self, key: &str, expected: &[u8]) -> Result<bool, BackendError> {
        self.replace(key, expected, b"", Duration::from_millis(1)).await
    }

    /// Removes the value of a key, unless its first byte is `kept`, and returns it in either case.
    async fn take(&self, key: &str, kept: Option<u8>) -> Result<Taken, BackendError>;

    /// Adds an entry to the set of a key. Entries expire one by one, and the set with its last one.
    async fn add_entry(&self, key: &str, entry: &[u8], ttl: Duration) -> Result<(), BackendError>;

    /// Removes an entry from the set of a key.
    async fn remove_entry(&self, key: &str, entry: &[u8]) -> Result<(), BackendError>;

    /// Returns the entries of a key's set that haven't expired, in no particular order.
    async fn entries(&self, key: &str) -> Result<Vec<Vec<u8>>, BackendError>;

    /// Follows the changes of all keys that begin with `prefix`, whoever makes them, and reports them to `observer` for as
    /// long as it is polled. The default reports nothing and confirms nothing: for stores that don't tell.
    async fn follow(&self, _prefix: &str, _observer: Arc<dyn Observer>) {
        std::future::pending::<()>().await;
    }

    /// Checks that the store is available and accepts writes, by writing a value under this key that soon expires.
    async fn ping(&self, key: &str) -> Result<(), BackendError>;
}
