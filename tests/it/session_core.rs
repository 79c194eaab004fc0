//! The session core by itself: two hundred random interleavings of what requests do to one session, with failures of the
//! store, on each backend.
//!
//! `SESSION_CORE_SEED` repeats a run.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::{BoxFuture, join_all};
use identity_web::internals::clock::{Clock, Timestamp};
use identity_web::internals::session::backend::memory::MemoryBackend;
use identity_web::internals::session::backend::{Backend, BackendError, Taken};
use identity_web::internals::session::device::Device;
use identity_web::internals::session::error::StoreError;
use identity_web::internals::session::index::SessionsOf;
use identity_web::internals::session::key::SessionKey;
use identity_web::internals::session::lease::wait_for_other;
use identity_web::internals::session::record::{Record, SignedIn};
use identity_web::internals::session::seal::hashed;
use identity_web::internals::session::{Loaded, Sessions};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use crate::helpers::core::{
    ISSUED_AT, ISSUER, new_ring, record, redis_backend, sessions, sessions_of_one_ring, sessions_over,
};
use crate::helpers::redis::Redis;
use crate::helpers::relay::Relay;

const CASES: u64 = 200;
/// A backend whose commands take a random while, and fail at random: before they take effect, or after.
struct Unreliable {
    inner: Arc<dyn Backend>,
    random: Mutex<StdRng>,
    /// How often in a row a command has failed: never more than twice, so that whoever retries finds out.
    failures: Mutex<u32>,
    fails: bool,
    /// What happens to the next commands, before chance decides.
    next: Mutex<VecDeque<Fault>>,
}

enum Fault {
    None,
    Before,
    After,
}

impl Unreliable {
    fn new(inner: Arc<dyn Backend>, seed: u64, fails: bool) -> Self {
        let random = Mutex::new(StdRng::seed_from_u64(seed));
        Self { inner, random, failures: Mutex::new(0), fails, next: Mutex::default() }
    }

    async fn run<T>(&self, command: impl Future<Output = Result<T, BackendError>>) -> Result<T, BackendError> {
        let (delay, fault) = {
            let (mut random, mut failures) = (self.random.lock().unwrap(), self.failures.lock().unwrap());
            let by_chance = match random.random_range(0..20) {
                0 if self.fails && *failures < 2 => Fault::Before,
                1 if self.fails && *failures < 2 => Fault::After,
                _ => Fault::None,
            };
            let fault = self.next.lock().unwrap().pop_front().unwrap_or(by_chance);
            *failures = if matches!(fault, Fault::None) { 0 } else { *failures + 1 };
            // Now and then one command takes as long as all the others.
            let delay = if random.random_ratio(1, 20) { 40 } else { random.random_range(0..4) };
            (delay, fault)
        };
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        let failure = || Err(BackendError("a fault of the test".to_owned()));
        match fault {
            Fault::None => command.await,
            Fault::Before => failure(),
            Fault::After => {
                command.await?;
                failure()
            }
        }
    }
}

#[async_trait]
impl Backend for Unreliable {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BackendError> {
        self.run(self.inner.get(key)).await
    }
    async fn insert(&self, key: &str, value: &[u8], ttl: Duration) -> Result<bool, BackendError> {
        self.run(self.inner.insert(key, value, ttl)).await
    }
    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), BackendError> {
        self.run(self.inner.put(key, value, ttl)).await
    }
    async fn replace(&self, key: &str, expected: &[u8], value: &[u8], ttl: Duration) -> Result<bool, BackendError> {
        self.run(self.inner.replace(key, expected, value, ttl)).await
    }
    async fn take(&self, key: &str, kept: Option<u8>) -> Result<Taken, BackendError> {
        self.run(self.inner.take(key, kept)).await
    }
    async fn add_entry(&self, key: &str, entry: &[u8], ttl: Duration) -> Result<(), BackendError> {
        self.run(self.inner.add_entry(key, entry, ttl)).await
    }
    async fn remove_entry(&self, key: &str, entry: &[u8]) -> Result<(), BackendError> {
        self.run(self.inner.remove_entry(key, entry)).await
    }
    async fn entries(&self, key: &str) -> Result<Vec<Vec<u8>>, BackendError> {
        self.run(self.inner.entries(key)).await
    }
    async fn ping(&self, key: &str) -> Result<(), BackendError> {
        self.inner.ping(key).await
    }
}

/// A provider that rotates refresh tokens, and takes each once.
#[derive(Default)]
struct Provider {
    current: AtomicU64,
    reused: AtomicU64,
}

impl Provider {
    fn refresh(&self, token: &str) -> Option<String> {
        let number = self.current.load(Ordering::SeqCst);
        if token != format!("r{number}") {
            self.reused.fetch_add(1, Ordering::SeqCst);
            return None;
        }
        self.current.store(number + 1, Ordering::SeqCst);
        Some(format!("r{}", number + 1))
    }
}

/// What is known of one session from outside.
struct Model {
    sessions: Sessions,
    provider: Provider,
    /// Every key that a browser was ever given; the last one is in its cookie.
    keys: Mutex<Vec<SessionKey>>,
    /// What was written, by name.
    written: Mutex<Vec<String>>,
    ended: Mutex<bool>,
    may_have_ended: Mutex<bool>,
    /// A write or a renewal was told that the session has ended.
    found_ended: Mutex<bool>,
}

impl Model {
    fn cookie(&self) -> SessionKey {
        self.keys.lock().unwrap().last().unwrap().clone()
    }

    async fn read(&self) {
        let had_ended = *self.ended.lock().unwrap();
        let loaded = self.sessions.load(&self.cookie()).await;
        assert!(!had_ended || !matches!(loaded, Ok(Some(_))), "an ended session is read");
    }

    async fn write(&self, name: String) {
        let value = |record: &Record| {
            let mut record = record.clone();
            record.values.insert(name.clone(), "true".to_owned());
            Some(record)
        };
        match self.sessions.change(&self.cookie(), value).await {
            Ok(_) => self.written.lock().unwrap().push(name),
            Err(StoreError::Ended) => *self.found_ended.lock().unwrap() = true,
            Err(_) => {}
        }
    }

    /// As the flow of a renewal does it.
    async fn renew(&self) {
        let mut key = self.cookie();
        for attempt in 0..200 {
            let Ok(lease) = self.sessions.lease(&key).await else { return };
            let session = match self.sessions.load_moved(&key).await {
                Ok(session) => session,
                Err(error) => {
                    *self.found_ended.lock().unwrap() |= matches!(error, StoreError::Ended);
                    return;
                }
            };
            let Some(lease) = lease else {
                wait_for_other(attempt).await;
                continue;
            };
            if *session.key() != key {
                key = session.key().clone();
                lease.give_back().await;
                continue;
            }
            lease.during(self.renew_under_lease(&session)).await;
            return;
        }
        panic!("the lease was never free");
    }

    async fn renew_under_lease(&self, session: &Loaded) {
        let token = session.signed_in().unwrap().tokens.refresh_token.clone().unwrap();
        let Some(next) = self.provider.refresh(&token) else { return };
        tokio::time::sleep(Duration::from_millis(rand::random_range(0..80))).await;
        let change = |latest: &SignedIn| {
            let mut latest = latest.clone();
            latest.tokens.refresh_token = Some(next.clone());
            latest
        };
        match self.sessions.store_renewal(session, change).await {
            Ok(_) => {}
            Err(StoreError::Ended) => *self.found_ended.lock().unwrap() = true,
            Err(error) => panic!("a rotated refresh token is lost: {error}"),
        }
    }

    async fn rekey(&self) {
        let old = self.cookie();
        if let Ok(moved) = self.sessions.rekey(&old, Record::clone).await {
            self.keys.lock().unwrap().push(moved.key().clone());
        }
    }

    async fn end(&self, by_provider: bool) {
        *self.may_have_ended.lock().unwrap() = true;
        let closed = if by_provider {
            self.sessions.close_of(SessionsOf::Subject { issuer: ISSUER, subject: "ada" }, None).await.map(drop)
        } else {
            self.sessions.close(&self.cookie()).await
        };
        if closed.is_ok() {
            *self.ended.lock().unwrap() = true;
        }
    }

    fn request(&self, kind: u32, number: usize) -> BoxFuture<'_, ()> {
        match kind {
            0..=2 => Box::pin(self.read()),
            3..=6 => Box::pin(self.write(format!("v{number}"))),
            7..=10 => Box::pin(self.renew()),
            11..=13 => Box::pin(self.rekey()),
            14 => Box::pin(self.end(false)),
            _ => Box::pin(self.end(true)),
        }
    }

    /// What must hold when all requests are done and the store no longer fails; `steady` is the store without faults.
    async fn check(&self, steady: &Sessions, case: &str) {
        let keys = self.keys.lock().unwrap().clone();
        let mut live = Vec::new();
        for key in &keys {
            live.extend(steady.load_fresh(key).await.unwrap());
        }
        assert!(live.len() <= 1, "{case}: {} live keys for one session", live.len());
        assert_eq!(self.provider.reused.load(Ordering::SeqCst), 0, "{case}: a refresh token was used twice");
        if *self.ended.lock().unwrap() {
            assert!(live.is_empty(), "{case}: an ended session is live");
        }
        let may_have_ended = *self.may_have_ended.lock().unwrap();
        assert!(may_have_ended || !*self.found_ended.lock().unwrap(), "{case}: a request lost a session that goes on");
        let Some(session) = live.first() else {
            assert!(may_have_ended, "{case}: the session is lost");
            return;
        };
        assert_eq!(session.key(), keys.last().unwrap(), "{case}: the browser's key opens the session");
        for name in self.written.lock().unwrap().iter() {
            assert!(session.record.values.contains_key(name), "{case}: the value {name} is lost");
        }
        let expected = format!("r{}", self.provider.current.load(Ordering::SeqCst));
        let token = session.signed_in().unwrap().tokens.refresh_token.clone();
        assert_eq!(token.as_deref(), Some(expected.as_str()), "{case}: the rotated refresh token is lost");
    }
}

async fn interleave(backend: Arc<dyn Backend>, kind: &str, seed: u64) {
    let (prefix, case) = (format!("core-{kind}-{seed}:"), format!("{kind}, seed {seed}"));
    let mut random = StdRng::seed_from_u64(seed);
    let unreliable = Unreliable::new(Arc::clone(&backend), random.random(), random.random_bool(0.5));
    let over = sessions_of_one_ring(&prefix);
    let (steady, sessions) = (over(backend), over(Arc::new(unreliable)));
    let opened = steady.open(record("ada"), Device::default()).await.unwrap();
    let model = Model {
        sessions,
        provider: Provider::default(),
        keys: Mutex::new(vec![opened.key().clone()]),
        written: Mutex::default(),
        ended: Mutex::new(false),
        may_have_ended: Mutex::new(false),
        found_ended: Mutex::new(false),
    };
    // In half of the cases nothing ends the session, so that it is seen to survive everything else.
    let kinds = if random.random_bool(0.5) { 14 } else { 16 };
    let requests = (0..14).map(|number| {
        let (kind, delay, model) = (random.random_range(0..kinds), random.random_range(0..60), &model);
        async move {
            tokio::time::sleep(Duration::from_millis(delay)).await;
            model.request(kind, number).await;
        }
    });
    join_all(requests.collect::<Vec<_>>()).await;
    model.check(&steady, &case).await;
}

async fn interleave_all(backend: impl Fn() -> Arc<dyn Backend>, kind: &str) {
    let seed =
        std::env::var("SESSION_CORE_SEED").map_or_else(|_| rand::random_range(0..1_000_000), |it| it.parse().unwrap());
    println!("SESSION_CORE_SEED={seed}");
    // Not all at the same time: requests of one session must overlap, not wait for the others' turn.
    for first in (seed..seed + CASES).step_by(20) {
        join_all((first..first + 20).map(|seed| interleave(backend(), kind, seed))).await;
    }
}

#[actix_web::test]
async fn a_removal_whose_answer_is_lost_is_not_reported_as_nothing() {
    let relay = Relay::start(Redis::shared().port).await;
    let backend = redis_backend(&format!("redis://127.0.0.1:{}/", relay.port));
    assert!(backend.insert("core-lost-answer", b"value", Duration::from_mins(1)).await.unwrap());
    relay.lose_answer_to("redis.call('DEL'");
    assert_eq!(backend.take("core-lost-answer", None).await.unwrap(), Taken::Unknown);
    assert!(relay.has_lost());
    assert_eq!(backend.take("core-lost-answer", None).await.unwrap(), Taken::Nothing);
}

#[tokio::test]
async fn what_is_under_way_under_an_old_key_reaches_the_session_under_its_new_one() {
    let sessions = sessions(Arc::new(MemoryBackend::new(Clock::system())), "");
    let old = sessions.open(record("ada"), Device::default()).await.unwrap();
    let new = sessions.rekey(old.key(), Record::clone).await.unwrap();
    assert!(sessions.load(old.key()).await.unwrap().is_none(), "the old key opens nothing");
    let change = |record: &Record| {
        let mut record = record.clone();
        record.values.insert("late".to_owned(), "1".to_owned());
        Some(record)
    };
    sessions.change(old.key(), change).await.unwrap();
    assert_eq!(sessions.load(new.key()).await.unwrap().unwrap().record.values["late"], "1");
    assert!(matches!(sessions.rekey(old.key(), Record::clone).await, Err(StoreError::Ended)), "it moves once");
    sessions.close(old.key()).await.unwrap();
    assert!(sessions.load(new.key()).await.unwrap().is_none(), "a sign-out that was under way ends it");
}

#[tokio::test]
async fn a_sign_out_that_fails_after_a_move_can_be_tried_again() {
    let over = sessions_of_one_ring("");
    let backend: Arc<dyn Backend> = Arc::new(MemoryBackend::new(Clock::system()));
    let unreliable = Arc::new(Unreliable::new(Arc::clone(&backend), 0, false));
    let (steady, sessions) = (over(backend), over(Arc::clone(&unreliable) as Arc<dyn Backend>));
    let old = steady.open(record("ada"), Device::default()).await.unwrap();
    let new = steady.rekey(old.key(), Record::clone).await.unwrap();
    // The first command finds where it has moved, and the second would end it.
    unreliable.next.lock().unwrap().extend([Fault::None, Fault::Before]);
    sessions.close(old.key()).await.unwrap_err();
    assert!(steady.load(new.key()).await.unwrap().is_some());
    sessions.close(old.key()).await.unwrap();
    assert!(steady.load(new.key()).await.unwrap().is_none());
}

/// The index: whoever is listed can be ended, by user or by session at the provider, and nobody else is.
#[tokio::test]
async fn the_sessions_of_a_user_are_listed_and_ended_and_no_others() {
    let backends: [Arc<dyn Backend>; 2] =
        [Arc::new(MemoryBackend::new(Clock::system())), Arc::new(redis_backend(&Redis::shared().url()))];
    for backend in backends {
        let sessions = sessions(backend, &format!("core-index-{}:", rand::random::<u32>()));
        let (ada, same, alan) = (
            sessions.open(record("ada"), Device::default()).await.unwrap(),
            sessions.open(record("ada"), Device::default()).await.unwrap(),
            sessions.open(record("alan"), Device::default()).await.unwrap(),
        );
        let of = |subject| SessionsOf::Subject { issuer: ISSUER, subject };
        let moved = sessions.rekey(same.key(), Record::clone).await.unwrap();
        assert_eq!(sessions.list(of("ada")).await.unwrap().len(), 2, "a moved session is listed once");
        sessions.close(ada.key()).await.unwrap();
        assert_eq!(sessions.list(of("ada")).await.unwrap().len(), 1, "an ended one no more");
        assert_eq!(
            sessions.list(SessionsOf::Subject { issuer: "https://other.example", subject: "ada" }).await.unwrap(),
            []
        );

        let listed = sessions.list(of("ada")).await.unwrap();
        assert_eq!(listed[0].id, moved.key().hash());
        assert!(!sessions.end(of("alan"), &listed[0].id).await.unwrap(), "not one of theirs");
        assert!(sessions.load(moved.key()).await.unwrap().is_some());
        let third = sessions.open(record("ada"), Device::default()).await.unwrap();
        let again = sessions.rekey(third.key(), Record::clone).await.unwrap();
        assert!(sessions.end(of("ada"), &third.key().hash()).await.unwrap(), "by its id before it moved");
        assert!(sessions.load(again.key()).await.unwrap().is_none());
        assert!(!sessions.end(of("ada"), &third.key().hash()).await.unwrap(), "it has ended");

        let by_session = SessionsOf::ProviderSession { issuer: ISSUER, session_id: "ada's session" };
        assert_eq!(sessions.close_of(by_session, None).await.unwrap(), 1);
        assert!(sessions.load(moved.key()).await.unwrap().is_none());
        assert_eq!(sessions.close_of(of("ada"), None).await.unwrap(), 0);
        assert!(sessions.load(alan.key()).await.unwrap().is_some());
        assert_eq!(sessions.close_of(of("alan"), None).await.unwrap(), 1);
        assert!(sessions.load(alan.key()).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_session_in_use_stays_in_the_index_and_one_that_expires_leaves_it() {
    let clock = Clock::system();
    let backend = Arc::new(MemoryBackend::new(clock.clone()));
    let sessions = sessions_over(Arc::clone(&backend) as Arc<dyn Backend>, "", &new_ring(), clock.clone());
    let device = Device::of_user_agent("Firefox/1");
    let opened = sessions.open(record("ada"), device.clone()).await.unwrap();
    let of = SessionsOf::Subject { issuer: ISSUER, subject: "ada" };
    let moved = sessions.rekey(opened.key(), Record::clone).await.unwrap();
    for _ in 0..3 {
        clock.advance_seconds(50 * 60);
        assert!(sessions.load(moved.key()).await.unwrap().is_some());
    }
    let listed = sessions.list(of).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0].device, listed[0].began_at), (&device, opened.record.began_at));
    assert!(listed[0].used_at >= opened.record.began_at.plus(Duration::from_mins(150)));
    clock.advance_seconds(2 * 60 * 60);
    assert_eq!(sessions.list(of).await.unwrap(), []);
    assert!(backend.is_empty(), "nothing is left");
    let index_key = format!("sub:{}", hashed("sub", &format!("{ISSUER}\0ada")));
    assert_eq!(backend.entries(&index_key).await.unwrap().len(), 0);
}

/// A logout and the sign-in that it is about, in any order: the session has ended, or else it can be ended.
#[tokio::test]
async fn a_logout_that_overtakes_its_sign_in_ends_it() {
    let backend: Arc<dyn Backend> = Arc::new(redis_backend(&Redis::shared().url()));
    let race = async |case: u64, issued_until: Option<Timestamp>| {
        let prefix = format!("core-overtaken-{}:", rand::random::<u64>());
        let sessions = sessions(Arc::new(Unreliable::new(Arc::clone(&backend), case, false)), &prefix);
        let of = SessionsOf::Subject { issuer: ISSUER, subject: "ada" };
        let logout = async {
            tokio::time::sleep(Duration::from_millis(case % 12)).await;
            sessions.close_of(of, issued_until).await.unwrap();
        };
        let sign_in = async {
            tokio::time::sleep(Duration::from_millis(case % 5 * 10)).await;
            sessions.open(record("ada"), Device::default()).await
        };
        // On a busy machine, chance alone may bring only one of the orders.
        let opened = match case % 20 {
            0 => (sign_in.await, logout.await).0,
            1 => (logout.await, sign_in.await).1,
            _ => tokio::join!(sign_in, logout).0,
        };
        let is_live = match &opened {
            Ok(opened) => sessions.load_fresh(opened.key()).await.unwrap().is_some(),
            Err(error) => panic_unless_ended(error),
        };
        let listed = sessions.list(of).await.unwrap().len();
        assert_eq!(listed, usize::from(is_live), "case {case}: a session that is live is listed, and no other");
        is_live
    };
    let live = |until| join_all((0..200).map(|case| race(case, until)).collect::<Vec<_>>());
    assert!(!live(Some(ISSUED_AT)).await.contains(&true), "a logout that is later than the ID token ends its session");
    let by_others = live(Some(Timestamp(ISSUED_AT.0 - 1))).await;
    assert!(by_others.contains(&true), "an earlier logout ends only what was there");
    assert!(by_others.contains(&false));
}

#[tokio::test]
async fn a_logout_ends_a_session_that_moves_meanwhile() {
    let backend: Arc<dyn Backend> = Arc::new(redis_backend(&Redis::shared().url()));
    let race = async |case: u64| {
        let prefix = format!("core-moving-{}:", rand::random::<u64>());
        let sessions = sessions(Arc::new(Unreliable::new(Arc::clone(&backend), case, false)), &prefix);
        let opened = sessions.open(record("ada"), Device::default()).await.unwrap();
        let of = SessionsOf::Subject { issuer: ISSUER, subject: "ada" };
        let (moved, closed) = tokio::join!(sessions.rekey(opened.key(), Record::clone), sessions.close_of(of, None));
        closed.unwrap();
        match moved {
            Ok(moved) => assert!(sessions.load_fresh(moved.key()).await.unwrap().is_none(), "case {case}"),
            Err(error) => assert!(!panic_unless_ended(&error)),
        }
    };
    // Not all at the same time, as below.
    for first in (0..400).step_by(20) {
        join_all((first..first + 20).map(race)).await;
    }
}

fn panic_unless_ended(error: &StoreError) -> bool {
    assert!(matches!(error, StoreError::Ended), "{error}");
    false
}

#[tokio::test]
async fn no_interleaving_loses_or_revives_anything_in_memory() {
    interleave_all(|| Arc::new(MemoryBackend::new(Clock::system())), "memory").await;
}

#[tokio::test]
async fn no_interleaving_loses_or_revives_anything_in_redis() {
    let backend: Arc<dyn Backend> = Arc::new(redis_backend(&Redis::shared().url()));
    interleave_all(|| Arc::clone(&backend), "redis").await;
}
