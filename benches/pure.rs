//! The parts that need neither a network nor another process: `cargo bench`.
//!
//! Pages and verify answers are measured with the whole application around them, and sessions in memory.

#![expect(clippy::unwrap_used, reason = "a benchmark fails as a test does")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::App;
use actix_web::http::header::COOKIE;
use actix_web::rt::System;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use divan::Bencher;
use identity_web::internals::clock::{Clock, Timestamp};
use identity_web::internals::demo::signer::Signer;
use identity_web::internals::flows::target::Target;
use identity_web::internals::oidc::claims::Claims;
use identity_web::internals::oidc::id_token::Verifier;
use identity_web::internals::oidc::issuer::IssuerRule;
use identity_web::internals::oidc::jws::Algorithm;
use identity_web::internals::oidc::keys::KeySet;
use identity_web::internals::oidc::secret::Secret;
use identity_web::internals::oidc::token_set::TokenSet;
use identity_web::internals::oidc::trace::Tracer;
use identity_web::internals::session::Sessions;
use identity_web::internals::session::backend::memory::MemoryBackend;
use identity_web::internals::session::device::Device;
use identity_web::internals::session::key_ring::{KeyRing, new_ring_key};
use identity_web::internals::session::record::{Record, SessionLimits, SignedIn};
use identity_web::internals::session::seal::Purpose;
use identity_web::internals::tls;
use identity_web::internals::web::routes;
use identity_web::{IdentityWeb, Settings};
use ring::rand::SystemRandom;
use serde_json::{Map, Value, json};

const ISSUER: &str = "https://provider.example";
const NONCE: &str = "n-0S6_WzA2Mj";
const NOW: Timestamp = Timestamp(1_700_000_000);
/// Of a record with the tokens of a sign-in.
const RECORD_BYTES: usize = 1200;

fn main() {
    tls::install_crypto();
    divan::main();
}

fn claims() -> Map<String, Value> {
    let claims = json!({
        "iss": ISSUER, "sub": "ada", "aud": "identity-web", "iat": NOW.0, "exp": NOW.0 + 3600, "nonce": NONCE,
        "name": "Ada Lovelace", "preferred_username": "ada@example.org", "email": "ada@example.org",
        "roles": ["Admin", "Editor"], "groups": ["0f8fad5b-d9cb-469f-a165-70867728950e"],
    });
    claims.as_object().unwrap().clone()
}

fn ring() -> KeyRing {
    KeyRing::new(Secret::new(&new_ring_key(&SystemRandom::new()).unwrap())).unwrap()
}

#[divan::bench]
fn seal_a_record(bencher: Bencher) {
    let (ring, random, value) = (ring(), SystemRandom::new(), [b'x'; RECORD_BYTES]);
    bencher.bench_local(|| ring.seal(&random, Purpose::Session, b"session key", "name", black_box(&value)).unwrap());
}

#[divan::bench]
fn open_a_record(bencher: Bencher) {
    let ring = ring();
    let sealed =
        ring.seal(&SystemRandom::new(), Purpose::Session, b"session key", "name", &[b'x'; RECORD_BYTES]).unwrap();
    bencher.bench_local(|| ring.open(Purpose::Session, b"session key", "name", black_box(&sealed)).unwrap());
}

/// Reads a session from a store in memory: opens its record and parses it.
#[divan::bench]
fn load_a_session(bencher: Bencher) {
    let (system, clock) = (System::new(), Clock::system());
    let limits = SessionLimits {
        idle_timeout: Duration::from_hours(1),
        absolute_timeout: Duration::from_hours(8),
        bytes: 64 * 1024,
        cache_bytes: 0,
    };
    let backend = Arc::new(MemoryBackend::new(clock.clone()));
    let sessions = Sessions::new(backend, "bench:", Arc::new(ring()), limits, clock.clone());
    let tokens = TokenSet { id_token: "x".repeat(700), ..TokenSet::default() };
    let signed_in = SignedIn::new(Claims::unverified_for_tests(claims()), tokens, clock.now(), None);
    let record = Record::begin(Some(signed_in), BTreeMap::new(), clock.now());
    let key = system.block_on(sessions.open(record, Device::default())).unwrap().key().clone();
    bencher.bench_local(|| system.block_on(sessions.load_fresh(black_box(&key))).unwrap().unwrap());
}

#[divan::bench(args = ["RS256", "ES256"])]
fn verify_an_id_token(bencher: Bencher, name: &'static str) {
    let mut signer = Signer::generate().unwrap();
    signer.algorithm = name;
    let header = json!({"alg": name, "kid": signer.kid(), "typ": "JWT"});
    let token = signer.sign(&header, &Value::Object(claims())).unwrap();
    let keys = KeySet::parse(signer.key_set(ISSUER).to_string().as_bytes()).unwrap();
    let issuer = IssuerRule::Exact(ISSUER.to_owned());
    let algorithm = if name == "ES256" { Algorithm::ES256 } else { Algorithm::RS256 };
    let verifier = Verifier { issuer: &issuer, client_id: "identity-web", algorithm, tracer: Tracer::default() };
    bencher.bench_local(|| verifier.verify(black_box(&token), &keys, NONCE, "access token", NOW).unwrap());
}

#[divan::bench(args = ["/", "/token_details?tab=claims", "https://elsewhere.example/", "/auth/sign_in"])]
fn parse_a_return_target(target: &str) -> Target {
    Target::parse(black_box(target), "/auth")
}

fn settings() -> Settings {
    let variables = [
        ("SERVER__PUBLIC_URL", "http://127.0.0.1:5000"),
        ("TLS__MODE", "off"),
        ("SESSION__STORE", "memory"),
        ("CLIENT__CLIENT_ID", "identity-web"),
        ("CLIENT__CLIENT_CREDENTIAL", "secret"),
        ("CLIENT__AUTHORITY", ISSUER),
    ];
    let variables = variables.map(|(name, value)| (format!("IDENTITY_WEB__{name}"), value.to_owned()));
    Settings::from_environment(Path::new("/nowhere"), variables.into_iter()).unwrap_or_else(|error| panic!("{error}"))
}

/// A request of a signed-in user through the middleware, the session and the handler, without a connection.
#[divan::bench(args = ["/", "/token_details", "/auth/verify"])]
fn answer(bencher: Bencher, path: &str) {
    let system = System::new();
    let (app, cookie) = system.block_on(async {
        let identity = IdentityWeb::from_settings(settings()).await.unwrap();
        let cookie = identity.test_user("ada").claims(claims()).sign_in().await.unwrap();
        let app = App::new().wrap(identity.sessions()).configure(identity.routes()).configure(routes::site);
        (init_service(app).await, format!("{}={}", cookie.name(), cookie.value()))
    });
    bencher.bench_local(|| {
        system.block_on(async {
            let request = TestRequest::get().uri(path).insert_header((COOKIE, &*cookie)).to_request();
            let response = call_service(&app, request).await;
            assert!(response.status().is_success(), "{path} returned {}", response.status());
            read_body(response).await
        })
    });
}
