//! The session core without an application around it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use identity_web::internals::clock::{Clock, Timestamp};
use identity_web::internals::oidc::claims::Claims;
use identity_web::internals::oidc::secret::Secret;
use identity_web::internals::oidc::token::TokenSet;
use identity_web::internals::session::Sessions;
use identity_web::internals::session::backend::Backend;
use identity_web::internals::session::backend::redis::{RedisBackend, RedisSettings};
use identity_web::internals::session::device::Device;
use identity_web::internals::session::key_ring::{KeyRing, new_ring_key};
use identity_web::internals::session::record::{Record, SessionLimits, SignedIn};
use ring::rand::SystemRandom;
use serde_json::json;
use tokio::time::sleep;

/// The issuer of every sign-in.
pub const ISSUER: &str = "https://op.example";
/// When every ID token was issued.
pub const ISSUED_AT: Timestamp = Timestamp(1_700_000_000);

/// How long every session lasts.
pub const LIMITS: SessionLimits = SessionLimits {
    idle_timeout: Duration::from_hours(1),
    absolute_timeout: Duration::from_hours(8),
    bytes: 64 * 1024,
    cache_bytes: 16 * 1024 * 1024,
};

/// A backend in the Redis at this URL.
pub fn redis_backend(url: &str) -> RedisBackend {
    let settings = RedisSettings {
        url: Secret::new(url),
        ca_certificate: None,
        client_certificate: None,
        connect_timeout: Duration::from_secs(1),
        command_timeout: Duration::from_secs(5),
        key_prefix: String::new(),
    };
    RedisBackend::new(settings).unwrap()
}

/// A ring with one fresh key.
pub fn new_ring() -> Arc<KeyRing> {
    Arc::new(KeyRing::new(Secret::new(&new_ring_key(&SystemRandom::new()).unwrap())).unwrap())
}

/// The sessions of one replica.
pub fn sessions_over(backend: Arc<dyn Backend>, prefix: &str, ring: &Arc<KeyRing>, clock: Clock) -> Sessions {
    Sessions::new(backend, prefix, Arc::clone(ring), LIMITS, clock)
}

/// The same sessions over any backend.
pub fn sessions_of_one_ring(prefix: &str) -> impl Fn(Arc<dyn Backend>) -> Sessions {
    let ring = new_ring();
    move |backend| sessions_over(backend, prefix, &ring, Clock::system())
}

/// The sessions of one replica, with a ring of their own.
pub fn sessions(backend: Arc<dyn Backend>, prefix: &str) -> Sessions {
    sessions_of_one_ring(prefix)(backend)
}

/// Ends sessions at one replica while another reads them: before, while and after. Returns how many were read before their
/// end, and how many were served afterwards.
pub async fn race(reader: &Sessions, other: &Sessions, tries: usize) -> (usize, usize) {
    let (mut stale, seen) = (0, AtomicUsize::new(0));
    for batch in 0..tries / 100 {
        let one = async |number: usize| {
            let anonymous = Record::begin(None, BTreeMap::new(), Clock::system().now());
            let opened = other.open(anonymous, Device::default()).await.unwrap();
            let end = async {
                for _ in 0..(batch + number) % 7 {
                    tokio::task::yield_now().await;
                }
                other.close(opened.key()).await.unwrap();
            };
            let (read, ()) = tokio::join!(reader.load(opened.key()), end);
            seen.fetch_add(usize::from(read.unwrap().is_some()), Ordering::Relaxed);
            opened
        };
        let ended = join_all((0..100).map(one)).await;
        sleep(Duration::from_millis(2)).await;
        for session in ended {
            stale += usize::from(reader.load(session.key()).await.unwrap().is_some());
        }
    }
    (seen.into_inner(), stale)
}

/// A completed sign-in.
pub fn signed_in(subject: &str) -> SignedIn {
    let claims = json!({"iss": ISSUER, "sub": subject, "sid": format!("{subject}'s session"), "iat": ISSUED_AT.0});
    let tokens = TokenSet { refresh_token: Some("r0".to_owned()), ..TokenSet::default() };
    let claims = Claims::unverified_for_tests(claims.as_object().unwrap().clone());
    SignedIn::new(claims, tokens, Clock::system().now(), None)
}

/// The record of a session that begins now.
pub fn record(subject: &str) -> Record {
    Record::begin(Some(signed_in(subject)), BTreeMap::new(), Clock::system().now())
}
