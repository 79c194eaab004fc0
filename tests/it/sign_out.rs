//! Sign-out: whatever else is broken, the session ends, and first of all.

use std::sync::Arc;
use std::time::Duration;

use identity_web::internals::demo::faults::{Faults, Rewrite};

use crate::helpers::redis::Redis;
use crate::helpers::relay::Relay;
use crate::helpers::{Answer, Browser, TestApp, eventually, log};

fn session_keys(app: &TestApp) -> Vec<String> {
    app.keys().into_iter().filter(|key| key.contains(":session:")).collect()
}

fn removes_cookie(answer: &Answer) -> bool {
    let removal = |cookie: &actix_web::cookie::Cookie<'_>| {
        cookie.name() == "__Host-identity" && cookie.max_age().is_some_and(actix_web::cookie::time::Duration::is_zero)
    };
    answer.set_cookies().iter().any(removal)
}

#[actix_web::test]
async fn a_session_ends_before_the_provider_is_asked_for_anything() {
    let app = TestApp::spawn().await;
    // It accepts connections, and never answers.
    let provider = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/.well-known/openid-configuration", provider.local_addr().unwrap());
    let replica = app.replica_with("IDENTITY_WEB__CLIENT__METADATA_URL", &url);
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    let stopwatch = identity_web::internals::clock::Stopwatch::start();
    let ended = async {
        eventually("the end of the session", async || session_keys(&app).is_empty().then_some(())).await;
        stopwatch.elapsed()
    };
    let (answer, ended) = tokio::join!(browser.sign_out(&replica), ended);
    let answered = stopwatch.elapsed();
    assert!(ended < answered && ended < Duration::from_secs(1), "ended after {ended:?}, answered after {answered:?}");
    assert!(answered < Duration::from_secs(5), "{answered:?}");
    assert_eq!((answer.status, answer.location()), (303, "/auth/post_sign_out?local"));
    assert!(removes_cookie(&answer));
}

#[actix_web::test]
async fn nothing_is_left_in_redis_of_sessions_that_were_ended_or_replaced() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    for _ in 0..3 {
        browser.sign_in(&app, "ada").await;
    }
    assert_eq!(session_keys(&app).len(), 1, "a sign-in replaces the session");
    assert_eq!(browser.sign_out(&app).await.status, 303);
    assert_eq!(app.keys_but_spent(), [""; 0]);
}

#[actix_web::test]
async fn a_session_whose_record_or_cookie_cannot_be_verified_is_ended_too() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    let [key] = &session_keys(&app)[..] else { panic!("one session") };
    Redis::shared().set(key, b"\x01garbage");
    let answer = browser.sign_out(&app).await;
    assert_eq!(answer.status, 303);
    assert!(removes_cookie(&answer));
    assert_eq!(session_keys(&app), [""; 0], "it could have been readable again");

    browser.sign_in(&app, "ada").await;
    let other_ring = app.replica_with("IDENTITY_WEB__SESSION__KEYS", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY=");
    let answer = browser.sign_out(&other_ring).await;
    assert_eq!(answer.status, 303);
    assert!(removes_cookie(&answer));
    assert_eq!(session_keys(&app), [""; 0], "ended by its key alone");
}

#[actix_web::test]
async fn an_answer_of_redis_that_is_lost_leaves_no_session_and_no_doubt() {
    let relay = Relay::start(Redis::shared().port).await;
    let app = TestApp::spawn_with(&[("redis.url", &format!("redis://127.0.0.1:{}/", relay.port))]).await;
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    let stolen = browser.stolen();
    let url = format!("{}/auth/sign_out", app.url);
    let origin = app.identity.services().site.absolute("");
    relay.lose_answer_to("redis.call('DEL'");
    let answer = browser.post(&url, &origin, &[]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(relay.has_lost());
    assert!(!stolen.is_signed_in(&app).await);
    assert_eq!(session_keys(&app), [""; 0]);
}

#[actix_web::test]
async fn a_sign_out_at_the_provider_fits_in_a_header_or_goes_without_hints() {
    let app = TestApp::spawn().await;
    for (groups, has_hint) in [(1, true), (150, false)] {
        let groups: Vec<_> = (0..groups).map(|n| format!("group-{n:032}")).collect();
        let claims: Rewrite = Arc::new(move |claims| claims["memberships"] = groups.clone().into());
        app.with_faults(Faults { claims: Some(claims), ..Faults::default() });
        let browser = Browser::new();
        browser.sign_in(&app, "ada").await;
        let answer = browser.sign_out(&app).await;
        let location = answer.location();
        assert!(location.len() <= 3072 && location.contains("post_logout_redirect_uri"), "{location}");
        assert_eq!(location.contains("id_token_hint="), has_hint, "{location}");
    }
    let metrics = Browser::new().get(&format!("http://{}/metrics", app.operations)).await.body;
    let omitted = "identity_web_response_headers_omitted_total{header=\"location\"}";
    assert!(metrics.contains(omitted), "{metrics}");
}

/// Makes the provider announce its revocation endpoint, or another.
fn announces(app: &TestApp, endpoint: String) {
    let discovery: Rewrite = Arc::new(move |document| document["revocation_endpoint"] = endpoint.clone().into());
    app.with_faults(Faults { discovery: Some(discovery), ..Faults::default() });
}

fn provider_url(app: &TestApp) -> String {
    app.variables["IDENTITY_WEB__CLIENT__AUTHORITY"].rsplit_once('/').unwrap().0.to_owned()
}

async fn refresh_token(app: &TestApp, browser: &Browser) -> String {
    browser.session(app).await.signed_in().unwrap().tokens.refresh_token.clone().unwrap()
}

#[actix_web::test]
async fn a_sign_out_revokes_the_tokens_where_the_provider_lets_it() {
    for method in ["client_secret_basic", "client_secret_post"] {
        let app = TestApp::spawn_with(&[("client.authentication_method", method)]).await;
        announces(&app, format!("{}/oidc/revoke", provider_url(&app)));
        let (browser, other) = (Browser::new(), Browser::new());
        browser.sign_in(&app, "ada").await;
        other.sign_in(&app, "ada").await;
        let (token, others) = (refresh_token(&app, &browser).await, refresh_token(&app, &other).await);
        assert!(app.provider.accepts_refresh_token(&token));
        assert_eq!(browser.sign_out(&app).await.status, 303);
        eventually("the revocation", async || (!app.provider.accepts_refresh_token(&token)).then_some(())).await;
        assert!(app.provider.accepts_refresh_token(&others), "another session's tokens stay");
        log::assert_silent_about([token.as_str()]);
    }
}

#[actix_web::test]
async fn a_revocation_that_hangs_or_fails_holds_up_no_sign_out() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    for endpoint in [format!("http://{}/revoke", silent.local_addr().unwrap()), "http://127.0.0.1:9/revoke".to_owned()]
    {
        let app = TestApp::spawn().await;
        announces(&app, endpoint);
        let browser = Browser::new();
        browser.sign_in(&app, "ada").await;
        let stopwatch = identity_web::internals::clock::Stopwatch::start();
        assert_eq!(browser.sign_out(&app).await.status, 303);
        assert!(stopwatch.elapsed() < Duration::from_secs(1), "{:?}", stopwatch.elapsed());
        assert!(!browser.is_signed_in(&app).await);
    }
}
