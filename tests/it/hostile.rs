//! Any bytes anywhere: no panic, no 500, no session. Each run draws new requests; set `HOSTILE_SEED` to the seed that a
//! run has printed to repeat its requests.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reqwest::Method;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::helpers::{Browser, TestApp};

const REQUESTS: usize = 400;
const ROUTES: [&str; 8] = [
    "/",
    "/token_details",
    "/auth/sign_in",
    "/auth/redirect",
    "/auth/sign_out",
    "/auth/post_sign_out",
    "/static/site.css",
    "/nowhere",
];

fn parameters() -> impl Strategy<Value = String> {
    let name =
        prop::sample::select(vec!["code", "state", "iss", "error", "post_sign_in_url", "target_link_uri", "v", ""]);
    let value = prop_oneof![
        "[A-Za-z0-9_.~-]{0,60}",
        prop::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| bytes
            .iter()
            .map(|byte| format!("%{byte:02x}"))
            .collect::<Vec<_>>()
            .concat()),
        "(%2[fF]|%5c|/|:|@|%00|%0a|%){0,8}",
    ];
    prop::collection::vec((name, value), 0..6)
        .prop_map(|pairs| pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&"))
}

/// Returns a source of random requests, and prints its seed.
fn runner() -> TestRunner {
    let seed = std::env::var("HOSTILE_SEED").map_or_else(|_| random_seed(), |seed| seed.parse().unwrap());
    println!("HOSTILE_SEED={seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

fn random_seed() -> u64 {
    let mut bytes = [0; 8];
    SystemRandom::new().fill(&mut bytes).unwrap();
    u64::from_le_bytes(bytes)
}

#[actix_web::test]
async fn no_request_is_answered_with_500_or_signed_in() {
    let app = TestApp::spawn().await;
    let mut runner = runner();
    let bytes = prop::collection::vec(any::<u8>(), 0..300);
    let request = (0..ROUTES.len(), any::<bool>(), parameters(), parameters(), bytes);
    let browser = Browser::new();
    let transaction = browser.begin(&app).await;
    let state = transaction.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let name = browser.cookies.borrow().keys().next().unwrap().clone();
    for _ in 0..REQUESTS {
        let (route, post, query, body, bytes) = request.new_tree(&mut runner).unwrap().current();
        // Sometimes with a known state, and always with cookies of our names and random content.
        let query = if post { format!("{query}&state={state}") } else { query };
        let junk = URL_SAFE_NO_PAD.encode(&bytes);
        let cookies =
            format!("{name}={junk}; __Host-identity={junk}; __Host-sign-in-{}=x", &junk[..junk.len().min(16)]);
        let url = format!("{}{}?{query}", app.url, ROUTES[route]);
        let headers = [("cookie", cookies.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        let (method, body) = if post { (Method::POST, Some(body)) } else { (Method::GET, None) };
        let answer = browser.send(method.clone(), &url, &headers, body).await;
        assert!(answer.status < 500, "{method} {url}: {}", answer.status);
        assert!(!answer.set_cookies().iter().any(|cookie| cookie.name() == "__Host-identity"), "{method} {url}");
    }
    assert_eq!(app.keys(), [""; 0]);
    assert_eq!(app.provider.token_requests(), 0);
}
