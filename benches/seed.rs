//! Opens sessions in the Redis of a running program: `seed REDIS_URL KEY FIRST COUNT GROUPS FILE`.
//!
//! KEY is the program's `session.keys`. The users are numbered from FIRST and have GROUPS groups each. FILE lists the `Cookie`
//! headers of up to 20,000 of them, evenly spread, one per line.

#![expect(clippy::unwrap_used, reason = "a benchmark fails as a test does")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use identity_web::internals::clock::Clock;
use identity_web::internals::oidc::claims::Claims;
use identity_web::internals::oidc::secret::Secret;
use identity_web::internals::oidc::token_set::{Granted, TokenSet};
use identity_web::internals::session::Sessions;
use identity_web::internals::session::backend::redis::{RedisBackend, RedisSettings};
use identity_web::internals::session::device::Device;
use identity_web::internals::session::key_ring::KeyRing;
use identity_web::internals::session::record::{Record, SessionLimits, SignedIn};
use identity_web::internals::tls;
use serde_json::json;

/// The program's default.
const KEY_PREFIX: &str = "identity-web:";
const MAX_COOKIES: usize = 20_000;
/// How many sessions are opened at once.
const BATCH: usize = 100;
/// About what the certified provider's has.
const ID_TOKEN_BYTES: usize = 700;

fn sessions(redis_url: &str, key: &str, clock: Clock) -> Sessions {
    let settings = RedisSettings {
        url: Secret::new(redis_url),
        ca_certificate: None,
        client_certificate: None,
        connect_timeout: Duration::from_secs(1),
        command_timeout: Duration::from_secs(5),
        key_prefix: KEY_PREFIX.to_owned(),
    };
    let limits = SessionLimits {
        idle_timeout: Duration::from_hours(1),
        absolute_timeout: Duration::from_hours(8),
        bytes: 64 * 1024,
        cache_bytes: 0,
    };
    let ring = Arc::new(KeyRing::new(Secret::new(key)).unwrap());
    Sessions::new(Arc::new(RedisBackend::new(settings).unwrap()), KEY_PREFIX, ring, limits, clock)
}

/// The record of a user as the certified provider describes them, with groups as Entra names them.
fn record(number: usize, groups: usize, clock: &Clock) -> Record {
    let (login, now) = (format!("user{number}"), clock.now());
    let mut claims = json!({
        "iss": "https://provider.example", "sub": login, "aud": "identity-web", "iat": now.0, "exp": now.0 + 3600,
        "name": format!("{login} Tester"), "preferred_username": login, "email": format!("{login}@example.org"),
        "email_verified": true, "sid": format!("{number:032}"),
    });
    if groups > 0 {
        claims["groups"] = (0..groups).map(|group| format!("00000000-0000-4000-8000-{group:012}")).collect();
    }
    let tokens = TokenSet {
        id_token: "x".repeat(ID_TOKEN_BYTES),
        granted: Granted { access_token: format!("{number:043}"), obtained_at: now, ..Granted::default() },
        ..TokenSet::default()
    };
    let claims = Claims::unverified_for_tests(claims.as_object().unwrap().clone());
    Record::begin(Some(SignedIn::new(claims, tokens, now, None)), BTreeMap::new(), now)
}

#[actix_web::main]
async fn main() {
    tls::install_crypto();
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [redis_url, key, first, count, groups, file] = &arguments[..] else {
        panic!("usage: seed REDIS_URL KEY FIRST COUNT GROUPS FILE")
    };
    let [first, count, groups] = [first, count, groups].map(|number| number.parse::<usize>().unwrap());
    let clock = Clock::system();
    let sessions = sessions(redis_url, key, clock.clone());
    let mut cookies = std::io::BufWriter::new(std::fs::File::create(file).unwrap());
    let step = count.div_ceil(MAX_COOKIES);
    for batch in (0..count).step_by(BATCH) {
        let numbers = batch..count.min(batch + BATCH);
        let open = |number: usize| sessions.open(record(first + number, groups, &clock), Device::default());
        for (number, session) in numbers.clone().zip(join_all(numbers.map(open)).await) {
            if number % step == 0 {
                writeln!(cookies, "identity={}", session.unwrap().key().to_cookie(&sessions.ring().keys())).unwrap();
            }
        }
    }
    cookies.flush().unwrap();
}
