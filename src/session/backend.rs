//! Where sealed records lie: the trait that every store carries out, and its acceptance suite.

use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

/// The store does not answer.
#[derive(Clone, Debug, Error)]
#[error("the session store does not answer: {0}")]
pub struct BackendError(pub String);

/// A store of short byte strings under keys, each with a time to live.
///
/// A key is handled by one command: none spans two keys, so that a cluster may hold them in different places.
#[async_trait]
pub trait Backend: Send + Sync {
    /// The value under a key.
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BackendError>;

    /// Stores a value where there is none. Tells whether it did.
    ///
    /// A value that no other caller would store (it has random bytes in it) is told from another's where the store's
    /// answer is lost on its way; the same goes for [`Backend::replace`].
    async fn insert(&self, key: &str, value: &[u8], ttl: Duration) -> Result<bool, BackendError>;

    /// Stores a value in place of `expected`. Tells whether it did: not where another value, or none, is there.
    async fn replace(&self, key: &str, expected: &[u8], value: &[u8], ttl: Duration) -> Result<bool, BackendError>;

    /// Removes a value. Tells whether there was one.
    async fn remove(&self, key: &str) -> Result<bool, BackendError>;

    /// Asks whether the store is there and takes writes, by writing a value under this key that goes by itself.
    async fn ping(&self, key: &str) -> Result<(), BackendError>;
}

/// What every [`Backend`] must do; run against each of them. `wait` lets a time pass for the backend.
#[doc(hidden)]
pub async fn acceptance_suite<W: AsyncFn(Duration)>(backend: &dyn Backend, wait: W) {
    let (hour, second) = (Duration::from_hours(1), Duration::from_secs(1));
    let get = async |key: &str| backend.get(key).await.expect("get");
    backend.ping("ping").await.expect("ping");

    assert_eq!(get("a").await, None, "nothing is there at first");
    assert!(backend.insert("a", b"one\0\xff", hour).await.expect("insert"));
    assert!(!backend.insert("a", b"two", hour).await.expect("insert"), "insert never overwrites");
    assert_eq!(get("a").await.as_deref(), Some(b"one\0\xff".as_slice()), "bytes come back as they went");

    assert!(!backend.replace("a", b"other", b"two", hour).await.expect("replace"), "replace compares");
    assert!(!backend.replace("a", b"one", b"two", hour).await.expect("replace"), "replace compares the whole value");
    assert!(backend.replace("a", b"one\0\xff", b"two", hour).await.expect("replace"));
    assert_eq!(get("a").await.as_deref(), Some(b"two".as_slice()));

    assert!(backend.remove("a").await.expect("remove"));
    assert!(!backend.remove("a").await.expect("remove"), "remove tells that nothing was there");
    assert!(!backend.replace("a", b"two", b"three", hour).await.expect("replace"), "what was removed is not revived");
    assert_eq!(get("a").await, None);

    assert!(backend.insert("short", b"x", second).await.expect("insert"));
    assert!(backend.insert("long", b"x", second).await.expect("insert"));
    assert!(backend.replace("long", b"x", b"y", hour).await.expect("replace"), "replace sets the time to live");
    wait(second + Duration::from_millis(100)).await;
    assert_eq!(get("short").await, None, "a value goes when its time to live is over");
    assert!(!backend.replace("short", b"x", b"y", hour).await.expect("replace"));
    assert!(backend.insert("short", b"again", hour).await.expect("insert"), "and its key is free again");
    assert_eq!(get("long").await.as_deref(), Some(b"y".as_slice()));

    let racer = || backend.insert("race", b"x", hour);
    let (a, b, c, d) = tokio::join!(racer(), racer(), racer(), racer());
    let wins = [a, b, c, d].into_iter().filter(|won| matches!(won, Ok(true))).count();
    assert_eq!(wins, 1, "of many at once, one inserts");
}
