use std::collections::BTreeMap;
use std::sync::atomic::AtomicUsize;

use futures_util::future::join_all;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::*;
use crate::clock::{Clock, Timestamp};
use crate::session::backend::Backend as _;
use crate::session::backend::memory::MemoryBackend;
use crate::session::key::SessionKey;
use crate::session::record::Record;

fn loaded(bytes: usize) -> Arc<Loaded> {
    let key = SessionKey::parse("key").unwrap();
    Loaded::new(key, vec![0; bytes], Record::begin(None, BTreeMap::new(), Timestamp(0)))
}

fn cache() -> Cache {
    let cache = Cache::new(1024 * 1024);
    cache.confirmed(Stopwatch::start());
    cache
}

async fn is_held(cache: &Cache, key: &str) -> bool {
    cache.get(key, async { Ok(None) }).await.unwrap().is_some()
}

async fn hold(cache: &Cache, key: &str) {
    cache.get(key, async { Ok(Some(loaded(100))) }).await.unwrap();
}

#[tokio::test]
async fn what_was_read_is_held_until_it_changes() {
    let cache = cache();
    hold(&cache, "a").await;
    hold(&cache, "b").await;
    assert!(is_held(&cache, "a").await);
    cache.changed("a");
    assert!(!is_held(&cache, "a").await);
    assert!(is_held(&cache, "b").await);
    cache.lost();
    cache.confirmed(Stopwatch::start());
    assert!(!is_held(&cache, "b").await);
}

#[tokio::test]
async fn an_answer_that_a_change_has_overtaken_is_not_held() {
    for overtake in [Cache::lost as fn(&Cache), |cache: &Cache| cache.changed("a")] {
        let cache = cache();
        let read = async {
            overtake(&cache);
            Ok(Some(loaded(100)))
        };
        assert!(cache.get("a", read).await.unwrap().is_some(), "it was there when it was asked for");
        cache.confirmed(Stopwatch::start());
        assert!(!is_held(&cache, "a").await);
    }
}

#[tokio::test]
async fn nothing_is_held_for_longer_than_it_is_confirmed() {
    let cache = cache();
    hold(&cache, "a").await;
    sleep(TRUSTED_FOR).await;
    assert!(!cache.is_trusted());
    assert!(!is_held(&cache, "a").await);
    cache.confirmed(Stopwatch::start());
    assert!(is_held(&cache, "a").await, "the confirmation was late, but nothing was missed");
    let asked = Stopwatch::start();
    sleep(Duration::from_millis(5)).await;
    cache.lost();
    cache.confirmed(asked);
    assert!(!cache.is_trusted(), "an answer from before the loss");
}

#[tokio::test]
async fn of_many_reads_at_once_one_asks() {
    let (cache, asked, go) = (cache(), AtomicUsize::new(0), Notify::new());
    let read = |found: Option<Arc<Loaded>>| {
        cache.get("a", async {
            asked.fetch_add(1, Ordering::Relaxed);
            go.notified().await;
            Ok(found)
        })
    };
    let release = async {
        sleep(Duration::from_millis(20)).await;
        go.notify_waiters();
    };
    let found = Some(loaded(100));
    let (outcomes, ()) = tokio::join!(join_all((0..50).map(|_| read(found.clone()))), release);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(Some(_)))));
    assert_eq!(asked.load(Ordering::Relaxed), 1);

    // One that is given up doesn't hold up the others, nor does one that was overtaken.
    cache.changed("a");
    let given_up = timeout(Duration::from_millis(10), read(None));
    let other = async {
        sleep(Duration::from_millis(1)).await;
        cache.get("a", async { Ok(Some(loaded(100))) }).await
    };
    let (given_up, other) = tokio::join!(given_up, other);
    assert!(given_up.is_err() && matches!(other, Ok(Some(_))));
    assert!(cache.lock().reads.is_empty());
}

#[tokio::test]
async fn no_more_bytes_are_held_than_allowed_and_what_is_used_stays() {
    let cache = Cache::new(1024 * 1024);
    cache.confirmed(Stopwatch::start());
    for number in 0..2000 {
        cache.get(&number.to_string(), async { Ok(Some(loaded(1000))) }).await.unwrap();
        assert!(is_held(&cache, "0").await, "it is used all the time");
        cache.confirmed(Stopwatch::start());
    }
    let held = (0..2000).filter(|number| cache.lock().sessions.get(&number.to_string()).is_some()).count();
    // Each takes about four kilobytes, so there is room for 255.
    assert!((100..=255).contains(&held), "{held}");
    cache.get("large", async { Ok(Some(loaded(600_000))) }).await.unwrap();
    assert!(!is_held(&cache, "large").await);
}

#[tokio::test]
async fn those_who_wait_hear_of_a_change_and_leave_nothing() {
    let cache = cache();
    let (mut a, mut b) = (cache.changes("a"), cache.changes("a"));
    let mut other = cache.changes("b");
    cache.changed("a");
    tokio::join!(a.next(), b.next());
    assert!(timeout(Duration::from_millis(5), other.next()).await.is_err());
    cache.lost();
    tokio::join!(a.next(), other.next());
    drop((a, other));
    assert_eq!(cache.lock().waiting.len(), 1);
    drop(b);
    assert!(cache.lock().waiting.is_empty());
}

#[tokio::test]
async fn what_is_written_here_is_dropped_at_once() {
    let cache = Arc::new(cache());
    let inner = Arc::new(MemoryBackend::new(Clock::system()));
    let backend = Observed { inner, cache: Arc::clone(&cache) };
    let hour = Duration::from_hours(1);
    for write in ["insert", "put", "replace", "take"] {
        hold(&cache, "a").await;
        match write {
            "insert" => drop(backend.insert("a", b"1", hour).await.unwrap()),
            "put" => backend.put("a", b"2", hour).await.unwrap(),
            "replace" => drop(backend.replace("a", b"2", b"3", hour).await.unwrap()),
            _ => drop(backend.take("a", None).await.unwrap()),
        }
        assert!(!is_held(&cache, "a").await, "{write}");
    }
}
