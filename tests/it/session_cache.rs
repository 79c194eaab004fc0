//! Sessions in memory: no round trip for a session that hasn't changed, and none that is out of date.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use identity_web::internals::clock::{Clock, Stopwatch};
use identity_web::internals::oidc::secret::Secret;
use identity_web::internals::session::Sessions;
use identity_web::internals::session::backend::Backend;
use identity_web::internals::session::backend::memory::MemoryBackend;
use identity_web::internals::session::device::Device;
use identity_web::internals::session::key_ring::{KeyRing, new_ring_key};
use identity_web::internals::session::record::Record;
use ring::rand::SystemRandom;
use tokio::time::{sleep, timeout};

use crate::helpers::core::{new_ring, race, record, redis_backend, sessions_over};
use crate::helpers::mute_proxy::MuteProxy;
use crate::helpers::redis::Redis;
use crate::helpers::{Folder, eventually, say};

/// A replica that keeps sessions in memory.
fn replica(url: &str, prefix: &str, ring: &Arc<KeyRing>) -> Sessions {
    let sessions = sessions_over(Arc::new(redis_backend(url)), prefix, ring, Clock::system());
    let following = sessions.clone();
    tokio::spawn(async move { following.follow().await });
    sessions
}

/// Two replicas, and how many commands Redis has run since.
async fn replicas(redis: &Redis) -> (Sessions, Sessions) {
    let (url, prefix, ring) = (redis.url(), format!("cache-{}:", rand::random::<u64>()), new_ring());
    let (a, b) = (replica(&url, &prefix, &ring), replica(&url, &prefix, &ring));
    until_followed(&a, redis).await;
    until_followed(&b, redis).await;
    (a, b)
}

/// Waits until a session that is read again costs no command.
async fn until_followed(sessions: &Sessions, redis: &Redis) {
    let opened = sessions.open(Record::begin(None, BTreeMap::new(), Clock::system().now()), Device::default());
    let opened = opened.await.unwrap();
    eventually("sessions in memory", async || {
        sessions.load(opened.key()).await.unwrap();
        let before = redis.commands();
        for _ in 0..10 {
            sessions.load(opened.key()).await.unwrap();
        }
        (redis.commands() == before).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_session_that_is_ended_while_it_is_read_is_not_kept() {
    const TRIES: usize = 10_000;
    let redis = Redis::start();
    let (reader, other) = replicas(&redis).await;
    let (overtaken, stale) = race(&reader, &other, TRIES).await;
    say(&format!("ended while read: {overtaken} of {TRIES} were read before their end, {stale} are stale\n"));
    assert_eq!(stale, 0);
    assert!(overtaken > TRIES / 100 && overtaken < TRIES, "the test must try both orders: {overtaken}");
}

#[tokio::test]
async fn nothing_is_out_of_date_a_second_after_the_tracking_connection_went_mute() {
    let redis = Redis::start();
    let (prefix, ring) = (format!("cache-{}:", rand::random::<u64>()), new_ring());
    let proxy = MuteProxy::start(redis.port);
    let reader = replica(&format!("redis://{}", proxy.address), &prefix, &ring);
    let other = sessions_over(Arc::new(redis_backend(&redis.url())), &prefix, &ring, Clock::system());
    until_followed(&reader, &redis).await;
    let opened = other.open(record("ada"), Device::default()).await.unwrap();
    assert!(reader.load(opened.key()).await.unwrap().is_some());
    proxy.mute();
    let stopwatch = Stopwatch::start();
    other.close(opened.key()).await.unwrap();
    let mut last_seen = Duration::ZERO;
    while stopwatch.elapsed() < Duration::from_secs(3) {
        let asked_at = stopwatch.elapsed();
        let found = timeout(Duration::from_millis(50), reader.load(opened.key())).await;
        if matches!(found, Ok(Ok(Some(_)))) {
            last_seen = asked_at;
        }
        sleep(Duration::from_millis(5)).await;
    }
    say(&format!("tracking connection mute: last read from memory after {} ms\n", last_seen.as_millis()));
    assert!(last_seen <= Duration::from_secs(1), "{last_seen:?}");
    proxy.heal();
    eventually("the session is known to have ended", async || {
        matches!(reader.load(opened.key()).await, Ok(None)).then_some(())
    })
    .await;
    until_followed(&reader, &redis).await;
}

#[tokio::test]
async fn whoever_waits_for_the_end_of_a_session_hears_of_it() {
    let redis = Redis::start();
    let (a, b) = replicas(&redis).await;
    let memory = || Arc::new(MemoryBackend::new(Clock::system())) as Arc<dyn Backend>;
    let local = sessions_over(memory(), "", &new_ring(), Clock::system());
    for (waiting, ending) in [(&a, &b), (&a, &a), (&local, &local)] {
        let opened = ending.open(record("ada"), Device::default()).await.unwrap();
        let moved = ending.rekey(opened.key(), Record::clone).await.unwrap();
        let change = |record: &Record| {
            let mut record = record.clone();
            record.values.insert("cart".to_owned(), "3".to_owned());
            Some(record)
        };
        let end = async {
            sleep(Duration::from_millis(100)).await;
            ending.change(moved.key(), change).await.unwrap();
            sleep(Duration::from_millis(100)).await;
            ending.close(moved.key()).await.unwrap();
            Stopwatch::start()
        };
        // It waits under the old key, too.
        let wait = async |session| {
            waiting.until_ended(session).await;
            Stopwatch::start()
        };
        let (first, second, ended) = tokio::join!(wait(&opened), wait(&moved), end);
        for woken in [first, second] {
            let after = ended.elapsed().saturating_sub(woken.elapsed());
            assert!(woken.elapsed() <= ended.elapsed() + Duration::from_millis(20), "not before");
            assert!(after <= Duration::from_millis(100), "{after:?}");
        }
    }
    let seen_at = a.open(record("ada"), Device::default()).await.unwrap();
    assert!(timeout(Duration::from_millis(200), a.until_ended(&seen_at)).await.is_err(), "it goes on");
}

#[tokio::test]
async fn a_session_whose_key_was_dropped_from_the_ring_is_not_served_from_memory() {
    let redis = Redis::start();
    let folder = Folder::new("ring");
    let key = || new_ring_key(&SystemRandom::new()).unwrap();
    let file = folder.path().join("keys");
    std::fs::write(&file, key()).unwrap();
    let secret = Secret::from_file(file.clone()).unwrap();
    let ring = Arc::new(KeyRing::new(secret.clone()).unwrap());
    let sessions = replica(&redis.url(), "dropped:", &ring);
    until_followed(&sessions, &redis).await;
    let opened = sessions.open(record("ada"), Device::default()).await.unwrap();
    assert!(sessions.load(opened.key()).await.unwrap().is_some());
    std::fs::write(&file, key()).unwrap();
    assert!(secret.reload().unwrap());
    assert!(sessions.load(opened.key()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_server_that_reports_no_changes_is_asked_every_time() {
    let redis = Redis::start();
    let mut connection = redis::Client::open(redis.url()).unwrap().get_connection().unwrap();
    let rules = ["on", ">password", "~*", "+@all", "-client|tracking"];
    redis::cmd("ACL").arg("SETUSER").arg("limited").arg(&rules).exec(&mut connection).unwrap();
    let url = format!("redis://limited:password@127.0.0.1:{}/", redis.port);
    let sessions = replica(&url, "limited:", &new_ring());
    let opened = sessions.open(record("ada"), Device::default()).await.unwrap();
    sleep(Duration::from_millis(500)).await;
    let before = redis.commands();
    for _ in 0..10 {
        assert!(sessions.load(opened.key()).await.unwrap().is_some());
    }
    assert_eq!(redis.commands() - before, 10);
}
