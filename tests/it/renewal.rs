//! Renewal of tokens (OpenID Connect Core section 12): by one of all replicas, and nothing lost.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_session::Session;
use actix_web::web::{self, Query};
use actix_web::{App, FromRequest as _, HttpRequest, HttpResponse, HttpServer, Responder};
use futures_util::future::join_all;
use identity_web::internals::demo::faults::{Faults, Rewrite};
use identity_web::internals::web::access_token::SignInScopes;
use identity_web::internals::web::error::Error;
use identity_web::{AccessToken, IdentityWeb};
use serde_json::{Value, json};

use crate::helpers::process::Process;
use crate::helpers::redis::Redis;
use crate::helpers::{Browser, TestApp, eventually, free_port};

/// The scopes of the tests' sign-ins.
const RENEWABLE: (&str, &str) = ("auth_request.scopes", "openid,profile,email,offline_access,User.Read");

async fn token(token: AccessToken) -> impl Responder {
    token.expose().to_owned()
}

/// What a handler does whose API has refused the token.
async fn renewed(token: AccessToken) -> Result<String, Error> {
    Ok(token.refused().await?.expose().to_owned())
}

#[derive(serde::Deserialize)]
struct Item {
    name: String,
}

/// Stores a value of the application's own beside a renewal.
async fn store(session: Session, Query(item): Query<Item>, token: AccessToken) -> Result<HttpResponse, Error> {
    session.insert(&item.name, true).map_err(|_| Error::NotFound)?;
    token.refused().await?;
    Ok(HttpResponse::Ok().finish())
}

/// Renews the token after a while, then stores a value.
async fn renew_and_store(
    session: Session,
    Query(item): Query<Item>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    actix_web::rt::time::sleep(Duration::from_millis(300)).await;
    let token = AccessToken::<SignInScopes>::extract(&request).await?;
    token.refused().await?;
    session.insert(&item.name, true).map_err(|_| Error::NotFound)?;
    Ok(HttpResponse::Ok().finish())
}

/// Stores a value, whether or not there is a token.
async fn store_anyway(session: Session, Query(item): Query<Item>, request: HttpRequest) -> Result<HttpResponse, Error> {
    let _ = AccessToken::<SignInScopes>::extract(&request).await;
    session.insert(&item.name, true).map_err(|_| Error::NotFound)?;
    Ok(HttpResponse::Ok().finish())
}

/// Moves the session to a new key, after a while.
async fn rekey(session: Session) -> impl Responder {
    actix_web::rt::time::sleep(Duration::from_millis(300)).await;
    session.renew();
    "moved"
}

async fn stored(session: Session) -> impl Responder {
    let mut names: Vec<_> = session.entries().keys().cloned().collect();
    names.sort();
    names.join(" ")
}

/// An application that calls an API for the person.
pub fn spawn(identity: &IdentityWeb) -> String {
    let identity = identity.clone();
    let server = HttpServer::new(move || {
        App::new()
            .wrap(identity.sessions())
            .configure(identity.routes())
            .route("/token", web::get().to(token))
            .route("/renewed", web::get().to(renewed))
            .route("/store", web::get().to(store))
            .route("/stored", web::get().to(stored))
            .route("/renew_and_store", web::get().to(renew_and_store))
            .route("/rekey", web::get().to(rekey))
            .route("/store_anyway", web::get().to(store_anyway))
    });
    let server = server.workers(2).disable_signals().bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    url
}

/// Rewrites the token response, from now on.
fn token_response(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Rewrite {
    Arc::new(change)
}

/// Somebody signed in, whose access token has expired.
async fn expired() -> (TestApp, String, Browser) {
    let app = TestApp::spawn_with(&[RENEWABLE]).await;
    let browser = Browser::new();
    app.with_faults(Faults {
        token_response: Some(token_response(|it| it["expires_in"] = 0.into())),
        ..Faults::default()
    });
    browser.sign_in(&app, "ada").await;
    app.with_faults(Faults::default());
    let url = spawn(&app.identity);
    (app, url, browser)
}

fn renewals(app: &TestApp) -> usize {
    app.provider.renewals.load(Ordering::SeqCst)
}

fn provider_url(app: &TestApp) -> String {
    let authority = &app.variables["IDENTITY_WEB__CLIENT__AUTHORITY"];
    authority.rsplit_once('/').unwrap().0.to_owned()
}

/// Userinfo's status for an access token.
async fn userinfo(app: &TestApp, token: &str) -> u16 {
    let url = format!("{}/oidc/userinfo", provider_url(app));
    let request = reqwest::Client::new().get(url).bearer_auth(token);
    request.send().await.unwrap().status().as_u16()
}

#[actix_web::test]
async fn oidcc_client_test_refresh_token() {
    let app = TestApp::spawn_with(&[RENEWABLE]).await;
    // Neither response says how long its token lasts.
    let no_lifetime = token_response(|response| drop(response.as_object_mut().unwrap().remove("expires_in")));
    app.with_faults(Faults { token_response: Some(no_lifetime), strict_rotation: true, ..Faults::default() });
    let (url, browser) = (spawn(&app.identity), Browser::new());
    browser.sign_in(&app, "ada").await;
    let first = browser.get(&format!("{url}/token")).await.body;
    assert_eq!(renewals(&app), 0, "a token of no known lifetime is used until its API refuses it");
    let second = browser.get(&format!("{url}/renewed")).await.body;
    assert_ne!(first, second);
    assert_eq!(userinfo(&app, &second).await, 200, "the new access token is good");
    let third = browser.get(&format!("{url}/renewed")).await;
    assert_eq!((third.status, renewals(&app)), (200, 2), "with the refresh token that came with the second");
    assert!(browser.is_signed_in(&app).await);
}

/// A renewal whose ID token is another's; gives the answer, and whether the session is there afterwards.
async fn renewed_with(change: impl Fn(&mut Value) + Send + Sync + 'static) -> (u16, bool) {
    let (app, url, browser) = expired().await;
    app.with_faults(Faults { claims: Some(Arc::new(change)), ..Faults::default() });
    let answer = browser.get(&format!("{url}/token")).await;
    assert_eq!(renewals(&app), 1);
    app.with_faults(Faults::default());
    (answer.status, browser.is_signed_in(&app).await)
}

#[actix_web::test]
async fn oidcc_client_test_refresh_token_invalid_issuer() {
    let changed = renewed_with(|claims| claims["iss"] = format!("{}1", claims["iss"].as_str().unwrap()).into());
    assert_eq!(changed.await, (502, false));
}

#[actix_web::test]
async fn oidcc_client_test_refresh_token_invalid_sub() {
    let changed = renewed_with(|claims| claims["sub"] = format!("{}1", claims["sub"].as_str().unwrap()).into());
    assert_eq!(changed.await, (502, false));
}

#[actix_web::test]
async fn a_renewed_id_token_is_of_the_same_person_and_sign_in() {
    for (name, value) in [
        ("oid", json!("00000000-de30-4000-8000-0000000e71e1")),
        ("nonce", json!("of another sign-in")),
        ("aud", json!("another client")),
        ("exp", json!(0)),
    ] {
        let outcome = renewed_with(move |claims| claims[name] = value.clone()).await;
        assert_eq!(outcome, (502, false), "{name}");
    }
    let fresh = |claims: &mut Value| {
        claims.as_object_mut().unwrap().remove("nonce");
        claims["roles"] = json!(["Reader"]);
    };
    assert_eq!(renewed_with(fresh).await, (200, true), "without a nonce, and with other roles");
}

#[actix_web::test]
async fn a_renewal_brings_new_claims() {
    let (app, url, browser) = expired().await;
    let claims: Rewrite = Arc::new(|claims| claims["roles"] = json!(["OfAnotherKind"]));
    app.with_faults(Faults { claims: Some(claims), ..Faults::default() });
    assert_eq!(browser.get(&format!("{url}/token")).await.status, 200);
    let page = browser.get(&format!("{}/token_details", app.url)).await.body;
    assert!(page.contains("OfAnotherKind") && !page.contains("Editor"), "roles that were taken away are gone");
    assert_eq!(browser.get(&format!("{}/admin", app.url)).await.status, 403);
}

#[actix_web::test]
async fn of_200_requests_at_3_replicas_one_renews() {
    // It takes longer than a lease lasts that nobody renews.
    let (app, first, browser) = expired().await;
    let replicas = [app.replica(), app.replica()];
    let urls: Vec<_> = [first].into_iter().chain(replicas.iter().map(|replica| spawn(&replica.identity))).collect();
    let slow = Faults { renewal_takes: Duration::from_millis(3500), strict_rotation: true, ..Faults::default() };
    app.with_faults(slow);
    let requests = (0..200).map(|n| {
        let url = format!("{}/token", urls[n % urls.len()]);
        let browser = &browser;
        async move { browser.get(&url).await }
    });
    let answers = join_all(requests).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert!(answers.iter().all(|answer| answer.body == answers[0].body), "all have the winner's token");
    assert_eq!(renewals(&app), 1);
}

#[actix_web::test]
async fn a_replica_that_is_killed_while_it_renews_costs_one_renewal_more() {
    let (app, url, browser) = expired().await;
    let other = spawn(&app.replica().identity);
    let port = free_port();
    let process = Process::start(
        Command::new(env!("CARGO_BIN_EXE_identity-web"))
            .envs(&app.variables)
            .env("IDENTITY_WEB__SERVER__LISTEN", format!("127.0.0.1:{port}"))
            .stderr(Stdio::null()),
    );
    eventually("a replica", async || std::net::TcpStream::connect(("127.0.0.1", port)).ok()).await;
    app.with_faults(Faults { renewal_takes: Duration::from_secs(5), ..Faults::default() });
    let killed = {
        let (browser, url) = (browser.stolen(), format!("https://127.0.0.1:{port}/call_graph"));
        actix_web::rt::spawn(async move { browser.is_answered(&url).await })
    };
    eventually("its renewal", async || (renewals(&app) == 1).then_some(())).await;
    app.with_faults(Faults::default());
    drop(process);
    assert!(!killed.await.unwrap(), "its own request has no answer");
    let urls = [url, other];
    let requests = (0..200).map(|n| {
        let url = format!("{}/token", urls[n % 2]);
        let browser = &browser;
        async move { browser.get(&url).await.status }
    });
    assert!(join_all(requests).await.iter().all(|status| *status == 200));
    assert_eq!(renewals(&app), 2);
}

#[actix_web::test]
async fn what_the_provider_renews_no_more_ends_the_session() {
    let (app, url, browser) = expired().await;
    app.provider.revoke(true);
    let answer = browser.get(&format!("{url}/token")).await;
    assert_eq!(answer.status, 401);
    assert!(answer.body.contains("Your session has ended") && answer.body.contains("AADSTS700082"), "{}", answer.body);
    assert!(!browser.is_signed_in(&app).await);
    assert_eq!(app.keys().iter().filter(|key| key.contains(":session:")).count(), 0, "{:?}", app.keys());
}

#[actix_web::test]
async fn a_provider_that_is_away_keeps_the_session() {
    let (app, url, browser) = expired().await;
    app.with_faults(Faults { status: Some(503), ..Faults::default() });
    assert_eq!(browser.get(&format!("{url}/token")).await.status, 503);
    app.with_faults(Faults::default());
    assert_eq!(browser.get(&format!("{url}/token")).await.status, 200);
    assert!(browser.is_signed_in(&app).await);
}

#[actix_web::test]
async fn a_request_that_is_given_up_loses_no_rotated_refresh_token() {
    let (app, url, browser) = expired().await;
    let takes = Duration::from_secs(1);
    app.with_faults(Faults { renewal_takes: takes, strict_rotation: true, ..Faults::default() });
    let given_up = format!("{url}/token");
    tokio::select! {
        _ = browser.get(&given_up) => panic!("answered before it was given up"),
        () = eventually("the renewal", async || (renewals(&app) == 1).then_some(())) => {}
    }
    assert_eq!(browser.get(&format!("{url}/token")).await.status, 200);
    assert_eq!(browser.get(&format!("{url}/renewed")).await.status, 200, "the rotated refresh token was kept");
    assert_eq!(renewals(&app), 2);
}

#[actix_web::test]
async fn a_store_that_goes_away_during_a_renewal_loses_no_rotated_refresh_token() {
    let mut redis = Redis::start();
    let app = TestApp::spawn_with(&[RENEWABLE, ("redis.url", &redis.url())]).await;
    let (url, browser) = (spawn(&app.identity), Browser::new());
    browser.sign_in(&app, "ada").await;
    let takes = Duration::from_millis(1500);
    app.with_faults(Faults { renewal_takes: takes, strict_rotation: true, ..Faults::default() });
    let renewing = {
        let (browser, url) = (browser.stolen(), format!("{url}/renewed"));
        actix_web::rt::spawn(async move { browser.get(&url).await.status })
    };
    eventually("the renewal", async || (renewals(&app) == 1).then_some(())).await;
    redis.stop();
    tokio::time::sleep(takes).await;
    redis.run();
    assert_eq!(renewing.await.unwrap(), 200, "stored when the store is back");
    assert_eq!(browser.get(&format!("{url}/renewed")).await.status, 200);
    assert_eq!(renewals(&app), 2);
}

#[actix_web::test]
async fn a_session_that_is_ended_during_a_renewal_is_not_revived() {
    for path in ["token", "store_anyway?name=late"] {
        let (app, url, browser) = expired().await;
        app.with_faults(Faults { renewal_takes: Duration::from_millis(500), ..Faults::default() });
        let same = browser.stolen();
        let url = format!("{url}/{path}");
        let (renewing, signed_out) = tokio::join!(browser.get(&url), async {
            eventually("the renewal", async || (renewals(&app) == 1).then_some(())).await;
            same.sign_out(&app).await.status
        });
        assert_eq!((renewing.status, signed_out), (401, 303), "{path}");
        let cookies = renewing.set_cookies();
        let is_session = |it: &actix_web::cookie::Cookie<'_>| it.name() == "__Host-identity";
        assert!(!cookies.iter().any(is_session), "{path}: it could be that of a newer sign-in: {cookies:?}");
        let keys = app.keys();
        assert!(keys.iter().all(|key| !key.contains(":session:") || key.ends_with(":lease")), "{path}: {keys:?}");
    }
}

#[actix_web::test]
async fn values_that_are_stored_beside_a_renewal_are_kept() {
    let (app, url, browser) = expired().await;
    let requests = (0..8).map(|n| {
        let (url, browser) = (format!("{url}/store?name=v{n}"), &browser);
        async move { browser.get(&url).await.status }
    });
    assert!(join_all(requests).await.iter().all(|status| *status == 200));
    let names = browser.get(&format!("{url}/stored")).await.body;
    assert_eq!(names, "v0 v1 v2 v3 v4 v5 v6 v7");
    assert!(renewals(&app) >= 1);
}

#[actix_web::test]
async fn a_value_that_another_request_stored_before_a_renewal_is_kept() {
    let (_app, url, browser) = expired().await;
    let (slow, fast) = (browser.stolen(), browser.stolen());
    let (slow, fast) =
        tokio::join!(async { slow.get(&format!("{url}/renew_and_store?name=slow")).await.status }, async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            fast.get(&format!("{url}/store?name=fast")).await.status
        });
    assert_eq!((slow, fast), (200, 200));
    assert_eq!(browser.get(&format!("{url}/stored")).await.body, "fast slow");
}

#[actix_web::test]
async fn a_refresh_token_that_was_rotated_while_the_session_moved_is_kept() {
    let app = TestApp::spawn_with(&[RENEWABLE]).await;
    app.with_faults(Faults { strict_rotation: true, ..Faults::default() });
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    let url = spawn(&app.identity);
    let other = browser.stolen();
    let (moved, renewed) = tokio::join!(async { browser.get(&format!("{url}/rekey")).await.status }, async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        other.get(&format!("{url}/renewed")).await.status
    });
    assert_eq!((moved, renewed), (200, 200));
    assert_ne!(browser.session_cookie(), other.session_cookie());
    assert_eq!(browser.get(&format!("{url}/renewed")).await.status, 200, "by the refresh token of the renewal");
    assert_eq!(other.get(&format!("{url}/token")).await.status, 401, "the old key opens nothing");

    // And the other way round: the renewal is under way when the session moves.
    app.with_faults(Faults { renewal_takes: Duration::from_millis(600), strict_rotation: true, ..Faults::default() });
    let other = browser.stolen();
    let (renewed, moved) = tokio::join!(async { other.get(&format!("{url}/renewed")).await.status }, async {
        browser.get(&format!("{url}/rekey")).await.status
    });
    assert_eq!((renewed, moved), (200, 200));
    assert_eq!(browser.get(&format!("{url}/renewed")).await.status, 200);
}

#[actix_web::test]
async fn without_a_refresh_token_the_person_is_asked() {
    let app = TestApp::spawn_with(&[("type.authority_type", "SINGLE_TENANT"), RENEWABLE]).await;
    let no_refresh = token_response(|response| drop(response.as_object_mut().unwrap().remove("refresh_token")));
    app.with_faults(Faults { token_response: Some(no_refresh), ..Faults::default() });
    let (url, browser) = (spawn(&app.identity), Browser::new());
    browser.sign_in(&app, "ada").await;
    let answer = browser.get(&format!("{url}/renewed")).await;
    assert_eq!(answer.status, 401);
    assert!(answer.body.contains("interaction=") && answer.body.contains("Continue"), "{}", answer.body);
    assert!(browser.is_signed_in(&app).await, "nobody is signed out for that");
}
