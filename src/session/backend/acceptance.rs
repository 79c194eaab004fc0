//! What every [`Backend`] must do.

use std::time::Duration;

use super::{Backend, Taken};

/// Checks that a [`Backend`] does what the session core relies on. Run it in a test, against an empty store.
///
/// `wait` lets the given time pass for the backend: by sleeping, or by advancing the clock that it goes by.
///
/// ```
/// use identity_web::Clock;
/// use identity_web::store::{MemoryBackend, acceptance_suite};
///
/// # let runtime = actix_web::rt::Runtime::new().unwrap();
/// # runtime.block_on(async {
/// let clock = Clock::system();
/// let wait = async |time: std::time::Duration| clock.advance_seconds(i64::try_from(time.as_secs()).unwrap() + 1);
/// acceptance_suite(&MemoryBackend::new(clock.clone()), wait).await;
/// # });
/// ```
///
/// # Panics
/// The backend does something else, or fails.
pub async fn acceptance_suite<W: AsyncFn(Duration)>(backend: &dyn Backend, wait: W) {
    backend.ping("ping").await.expect("ping");
    values(backend).await;
    removal(backend).await;
    expiry(backend, &wait).await;
    entries(backend, &wait).await;
    races(backend).await;
}

const HOUR: Duration = Duration::from_hours(1);
const SECOND: Duration = Duration::from_secs(1);

async fn get(backend: &dyn Backend, key: &str) -> Option<Vec<u8>> {
    backend.get(key).await.expect("get")
}

async fn insert(backend: &dyn Backend, key: &str, value: &[u8], ttl: Duration) -> bool {
    backend.insert(key, value, ttl).await.expect("insert")
}

async fn replace(backend: &dyn Backend, key: &str, expected: &[u8], value: &[u8]) -> bool {
    backend.replace(key, expected, value, HOUR).await.expect("replace")
}

async fn values(backend: &dyn Backend) {
    assert_eq!(get(backend, "a").await, None, "at first there is nothing");
    assert!(insert(backend, "a", b"one\0\xff", HOUR).await);
    assert!(!insert(backend, "a", b"two", HOUR).await, "insert never overwrites");
    assert_eq!(get(backend, "a").await.as_deref(), Some(b"one\0\xff".as_slice()), "bytes come back unchanged");
    assert!(!replace(backend, "a", b"other", b"two").await, "replace compares");
    assert!(!replace(backend, "a", b"one", b"two").await, "replace compares the whole value");
    assert!(replace(backend, "a", b"one\0\xff", b"two").await);
    assert_eq!(get(backend, "a").await.as_deref(), Some(b"two".as_slice()));
}

async fn removal(backend: &dyn Backend) {
    let take = async |kept| backend.take("a", kept).await.expect("take");
    assert_eq!(take(Some(b't')).await, Taken::Value(b"two".to_vec()), "take returns what it keeps");
    assert_eq!(take(Some(b'w')).await, Taken::Value(b"two".to_vec()), "it goes by the first byte, and kept the value");
    assert_eq!(take(None).await, Taken::Nothing, "take reports that there is none");
    assert!(insert(backend, "a", b"", HOUR).await);
    assert_eq!(take(Some(b't')).await, Taken::Value(Vec::new()), "an empty value has no first byte");
    assert!(insert(backend, "a", b"two", HOUR).await);
    assert_eq!(take(None).await, Taken::Value(b"two".to_vec()), "without that byte, take removes any value");
    let put = async |value: &[u8]| backend.put("put", value, HOUR).await.expect("put");
    put(b"one").await;
    put(b"two").await;
    assert_eq!(get(backend, "put").await.as_deref(), Some(b"two".as_slice()), "put overwrites");
    assert!(!replace(backend, "a", b"two", b"three").await, "replace revives nothing");
    assert_eq!(get(backend, "a").await, None);
}

async fn expiry<W: AsyncFn(Duration)>(backend: &dyn Backend, wait: &W) {
    assert!(insert(backend, "short", b"x", SECOND).await);
    assert!(insert(backend, "long", b"x", SECOND).await);
    assert!(replace(backend, "long", b"x", b"y").await, "replace sets the time to live");
    wait(SECOND + Duration::from_millis(100)).await;
    assert_eq!(get(backend, "short").await, None, "a value expires");
    assert!(!replace(backend, "short", b"x", b"y").await, "replace revives no expired value");
    assert!(insert(backend, "short", b"again", HOUR).await, "the key of an expired value is free");
    assert_eq!(get(backend, "long").await.as_deref(), Some(b"y".as_slice()));
}

async fn entries<W: AsyncFn(Duration)>(backend: &dyn Backend, wait: &W) {
    let sorted = async || {
        let mut entries = backend.entries("set").await.expect("entries");
        entries.sort();
        entries
    };
    let add = async |entry: &[u8], ttl| backend.add_entry("set", entry, ttl).await.expect("add_entry");
    assert!(sorted().await.is_empty(), "at first a set is empty");
    add(b"long\0\xff", HOUR).await;
    add(b"short", SECOND).await;
    add(b"gone", HOUR).await;
    add(b"gone", HOUR).await;
    assert_eq!(
        sorted().await,
        [b"gone".to_vec(), b"long\0\xff".to_vec(), b"short".to_vec()],
        "a set has no duplicates"
    );
    backend.remove_entry("set", b"gone").await.expect("remove_entry");
    backend.remove_entry("set", b"never").await.expect("remove_entry");
    wait(SECOND + Duration::from_millis(100)).await;
    assert_eq!(sorted().await, [b"long\0\xff".to_vec()], "entries expire one by one");
}

async fn races(backend: &dyn Backend) {
    let racer = || backend.insert("race", b"x", HOUR);
    let (a, b, c, d) = tokio::join!(racer(), racer(), racer(), racer());
    let wins = [a, b, c, d].into_iter().filter(|won| matches!(won, Ok(true))).count();
    assert_eq!(wins, 1, "of concurrent inserts, one succeeds");
}
