//! Step-up: a page that needs a more recent or a stronger sign-in sends the same user to the provider and back, and
//! what the provider's ID token says of it is verified.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{App, HttpServer, Responder, web};
use identity_web::internals::demo::faults::{Faults, Rewrite};
use identity_web::{AccessToken, Identity, IdentityWeb, Require};
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use crate::certified_provider::{Client, certified_provider, load_balancer, replica, sign_in};
use crate::helpers::chromium::{Chromium, DESKTOP};
use crate::helpers::redis::Redis;
use crate::helpers::{Answer, Browser, TestApp, eventually, free_port, log};

const OIDC: [(&str, &str); 2] = [("type.authority_type", "OIDC"), ("client.authority", "{authority}/v2.0")];
const FIVE_MINUTES: Duration = Duration::from_mins(5);

async fn hello(user: Identity) -> impl Responder {
    format!("Hello {}", user.name())
}

async fn token(_: AccessToken) -> impl Responder {
    "renewed"
}

/// A handler that judges by itself.
async fn by_hand(user: Identity, identity: web::Data<IdentityWeb>) -> Result<String, identity_web::Error> {
    let admits = Require::fresh(FIVE_MINUTES).admits(&identity, &user).await?;
    Ok(format!("{admits}"))
}

/// An application of pages that need more than a sign-in; returns its URL.
fn spawn(identity: &IdentityWeb) -> String {
    let identity = identity.clone();
    let server = HttpServer::new(move || {
        let page = |path: &str, rule: Require| web::resource(path).wrap(rule).route(web::to(hello));
        let (fresh, acr) = (Require::fresh(FIVE_MINUTES), Require::acr(["phr", "c1"]));
        App::new()
            .wrap(identity.sessions())
            .configure(identity.routes())
            .service(page("/fresh", fresh.clone()))
            .service(page("/acr", acr.clone()))
            .service(page("/both", fresh.and(&acr)))
            .service(page("/either", Require::role("Nobody").and(&acr).or(&fresh)))
            .service(page("/for-admins", Require::role("Admin").and(&fresh)))
            .service(page("/stale", fresh.not()))
            .service(page("/contradiction", Require::acr(["a"])).wrap(Require::acr(["b"])))
            .route("/by-hand", web::get().to(by_hand))
            .route("/token", web::get().to(token))
    });
    let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    url
}

fn rewrite(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Rewrite {
    Arc::new(change)
}

/// An application, and a browser in which Ada is signed in.
struct Journey {
    app: TestApp,
    url: String,
    browser: Browser,
}

impl Journey {
    async fn start(settings: &[(&str, &str)]) -> Self {
        let (app, browser) = (TestApp::spawn_with(settings).await, Browser::new());
        let url = spawn(&app.identity);
        browser.sign_in(&app, "ada").await;
        Self { app, url, browser }
    }

    async fn page(&self, path: &str) -> Answer {
        self.browser.get(&format!("{}{path}", self.url)).await
    }

    async fn status(&self, path: &str) -> u16 {
        self.page(path).await.status
    }

    /// Follows a page to the provider; returns the authorization request.
    async fn asked(&self, path: &str) -> Url {
        let begun = self.page(self.page(path).await.location()).await;
        Url::parse(begun.location()).unwrap()
    }

    /// Lets `person` answer an authorization request; returns the callback's response.
    async fn answered(&self, request: &Url, person: &str) -> Answer {
        let callback = self.browser.pick(request, person).await.location().to_owned();
        self.browser.get(&callback).await
    }

    async fn step_up(&self, path: &str) -> Answer {
        let request = self.asked(path).await;
        self.answered(&request, "ada").await
    }
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(one, _)| one == name).map(|(_, value)| value.into_owned())
}

#[actix_web::test]
async fn a_page_that_needs_more_leads_to_the_provider_and_back() {
    for (settings, is_entra) in [(&[][..], true), (&OIDC[..], false)] {
        let journey = Journey::start(settings).await;
        for (path, max_age, acr_values) in
            [("/fresh?a=b", Some("300"), None), ("/acr", None, Some("phr c1")), ("/both", Some("300"), Some("phr c1"))]
        {
            let before = journey.browser.session_cookie();
            let request = journey.asked(path).await;
            let sent = |name: &str| parameter(&request, name);
            assert_eq!((sent("max_age").as_deref(), sent("acr_values").as_deref()), (max_age, acr_values), "{path}");
            assert_eq!(sent("prompt").as_deref(), max_age.filter(|_| is_entra).map(|_| "login"), "{path}");
            assert_eq!(sent("login_hint").as_deref(), Some("O.ada"), "{path}");
            let claims = sent("claims").map(|claims| serde_json::from_str::<Value>(&claims).unwrap());
            let context = json!({"id_token": {"acrs": {"essential": true, "value": "phr"}}});
            assert_eq!(claims, acr_values.filter(|_| is_entra).map(|_| context), "{path}");
            let back = journey.answered(&request, "ada").await;
            assert_eq!(back.location(), path);
            assert_ne!(journey.browser.session_cookie(), before, "a new session key");
            assert_eq!(journey.page(path).await.body, "Hello Ada Lovelace");
            journey.browser.sign_in(&journey.app, "ada").await;
        }
        journey.app.stop().await;
    }
}

#[actix_web::test]
async fn an_answer_that_is_not_enough_changes_nothing() {
    type Change = fn(&mut Value);
    let (fresh, acr) = ("/fresh", "/acr");
    let ada = "ada";
    let cases: [(&str, &str, Change, u16, &str); 10] = [
        (fresh, "grace", |_| {}, 403, "A different account signed in"),
        (acr, "alan", |_| {}, 403, "A different account signed in"),
        (fresh, ada, |it| it["auth_time"] = (it["iat"].as_i64().unwrap() - 400).into(), 403, "isn’t recent enough"),
        (fresh, ada, |it| it["auth_time"] = (it["iat"].as_i64().unwrap() + 120).into(), 502, "out of time"),
        (fresh, ada, |it| drop(it.as_object_mut().unwrap().remove("auth_time")), 502, "which didn’t say (auth_time)"),
        (fresh, ada, |it| it["auth_time"] = it["iat"].to_string().into(), 502, "which didn’t say (auth_time)"),
        (acr, ada, |it| it["acr"] = "pwd".into(), 403, "More verification is needed"),
        (acr, ada, |it| drop(it.as_object_mut().unwrap().remove("acr")), 403, "More verification is needed"),
        (acr, ada, |it| it["acr"] = json!(["phr"]), 403, "More verification is needed"),
        (acr, ada, |it| *it = json!({"acrs": ["phr"], "acr": "pwd", "rest": it}), 502, "could not be verified"),
    ];
    let journey = Journey::start(&OIDC).await;
    for (path, person, change, status, words) in cases {
        let before = journey.browser.session_cookie();
        let request = journey.asked(path).await;
        journey.app.with_faults(Faults { claims: Some(rewrite(change)), ..Faults::default() });
        let refused = journey.answered(&request, person).await;
        assert_eq!(refused.status, status, "{words}: {}", refused.body);
        assert!(refused.body.contains(words), "{words}: {}", refused.body);
        assert_eq!(journey.browser.session_cookie(), before, "{words}");
        assert_eq!(journey.page("/by-hand").await.status, 303, "{words}: still signed in, and no more than before");
        let session = journey.browser.session(&journey.app).await;
        let claims = &session.record.signed_in.as_ref().unwrap().claims;
        assert_eq!((claims.display_name(), claims.authenticated_at()), ("Ada Lovelace", None), "{words}");
    }
    journey.app.with_faults(Faults::default());
    assert_eq!(journey.step_up(fresh).await.location(), fresh);
}

#[actix_web::test]
async fn an_authentication_context_of_entra_is_accepted_from_entra_alone() {
    let only_acrs = || Faults {
        claims: Some(rewrite(|claims| {
            claims.as_object_mut().unwrap().remove("acr");
            claims["acrs"] = json!(["c0", "c1"]);
        })),
        ..Faults::default()
    };
    for (settings, status) in [(&[][..], 303), (&OIDC[..], 403)] {
        let journey = Journey::start(settings).await;
        let request = journey.asked("/acr").await;
        journey.app.with_faults(only_acrs());
        assert_eq!(journey.answered(&request, "ada").await.status, status, "{settings:?}");
        journey.app.stop().await;
    }
}

#[actix_web::test]
async fn who_removes_the_demand_on_the_way_gains_nothing() {
    let journey = Journey::start(&OIDC).await;
    let request = journey.asked("/both").await;
    let kept: Vec<_> =
        request.query_pairs().into_owned().filter(|(name, _)| name != "max_age" && name != "acr_values").collect();
    let mut request = request;
    request.query_pairs_mut().clear().extend_pairs(kept);
    assert_eq!(journey.answered(&request, "ada").await.status, 403);
    assert_eq!(journey.status("/both").await, 303);
}

#[actix_web::test]
async fn only_a_recent_authentication_counts_and_userinfo_says_nothing_of_it() {
    let journey = Journey::start(&OIDC).await;
    let now = journey.app.clock.now().0;
    let userinfo = rewrite(move |it| {
        it["auth_time"] = now.into();
        it["acr"] = "phr".into();
    });
    journey.app.with_faults(Faults { userinfo: Some(userinfo), ..Faults::default() });
    journey.browser.sign_in(&journey.app, "ada").await;
    assert_eq!((journey.status("/fresh").await, journey.status("/acr").await), (303, 303));
    journey.app.with_faults(Faults::default());
    journey.step_up("/fresh").await;
    assert_eq!((journey.status("/fresh").await, journey.status("/acr").await), (200, 303));
    journey.app.clock.advance_seconds(300 + 55);
    assert_eq!(journey.status("/fresh").await, 200, "with the leeway");
    journey.app.clock.advance_seconds(6);
    assert_eq!(journey.status("/fresh").await, 303);
    // The provider's own session is as old.
    let request = journey.asked("/fresh").await;
    assert!(journey.browser.get(request.as_str()).await.body.contains("Pick an account"));
}

#[actix_web::test]
async fn a_renewal_is_no_authentication_and_forgets_none() {
    let journey = Journey::start(&[&OIDC[..], &[("auth_request.scopes", "openid,offline_access")]].concat()).await;
    journey.step_up("/both").await;
    let without = rewrite(|claims| {
        let claims = claims.as_object_mut().unwrap();
        assert!(claims.remove("auth_time").is_some() && claims.remove("acr").is_some());
    });
    journey.app.with_faults(Faults { claims: Some(without), ..Faults::default() });
    journey.app.clock.advance_seconds(60);
    journey.app.provider.revoke(false);
    let old = journey.browser.session(&journey.app).await.record.signed_in.clone().unwrap().tokens.granted.access_token;
    journey.app.clock.advance_seconds(200);
    journey
        .app
        .identity
        .services()
        .sessions
        .load_fresh(&journey.browser.session_key(&journey.app).unwrap())
        .await
        .unwrap();
    let request = identity_web::internals::flows::renew::TokenRequest { scopes: Vec::new(), refused: Some(old) };
    let session = journey.browser.session(&journey.app).await;
    tokio::task::LocalSet::new().run_until(journey.app.identity.access_token(&session, &request)).await.unwrap();
    assert_eq!(journey.app.provider.renewals.load(std::sync::atomic::Ordering::SeqCst), 1);
    assert_eq!(journey.status("/both").await, 200, "what the sign-in showed");
    journey.app.clock.advance_seconds(200);
    assert_eq!(journey.status("/both").await, 303, "counted from the sign-in");
}

#[actix_web::test]
async fn rules_that_contradict_each_other_make_no_loop() {
    let journey = Journey::start(&[]).await;
    for asked in ["b", "a"] {
        let request = journey.asked("/contradiction").await;
        assert_eq!(parameter(&request, "acr_values").as_deref(), Some(asked));
        assert_eq!(journey.answered(&request, "ada").await.location(), "/contradiction");
    }
    let refused = journey.page("/contradiction").await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("You have just signed in again"), "{}", refused.body);
    assert_eq!(journey.status("/fresh").await, 303, "another page may ask");
    journey.app.clock.advance_seconds(60);
    assert_eq!(journey.status("/contradiction").await, 303);
}

#[actix_web::test]
async fn who_lacks_access_anyway_is_not_sent_to_the_provider() {
    let journey = Journey::start(&[]).await;
    assert_eq!(journey.status("/for-admins").await, 303, "Ada is one");
    assert_eq!(journey.status("/stale").await, 403, "unknown is not stale");
    assert_eq!(parameter(&journey.asked("/either").await, "acr_values"), None, "of two ways the one that leads there");
    journey.step_up("/either").await;
    assert_eq!((journey.status("/either").await, journey.status("/stale").await), (200, 403));
    journey.app.clock.advance_seconds(361);
    assert_eq!(journey.status("/stale").await, 200);
    let alan = Browser::new();
    alan.sign_in(&journey.app, "alan").await;
    assert_eq!(alan.get(&format!("{}/for-admins", journey.url)).await.status, 403);
}

#[actix_web::test]
async fn programs_are_told_where_to_sign_in_and_a_form_gets_a_page() {
    let journey = Journey::start(&[]).await;
    let send = async |method: Method, path: &str, headers: &[(&str, &str)]| {
        journey.browser.send(method, &format!("{}{path}", journey.url), headers, None).await
    };
    for path in ["/fresh", "/by-hand"] {
        let headers = [("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty"), ("accept", "application/json")];
        let refused = send(Method::GET, path, &headers).await;
        assert_eq!((refused.status, refused.header("content-type")), (401, "application/problem+json"));
        let problem: Value = serde_json::from_str(&refused.body).unwrap();
        let login_url = problem["login_url"].as_str().unwrap();
        let begun = journey.page(login_url).await;
        let request = Url::parse(begun.location()).unwrap();
        assert_eq!(parameter(&request, "max_age").as_deref(), Some("300"));
        assert_eq!(journey.answered(&request, "ada").await.location(), path);
        assert_eq!(send(Method::GET, path, &headers).await.status, 200);
        journey.browser.sign_in(&journey.app, "ada").await;
    }
    let form = send(Method::POST, "/fresh", &[]).await;
    assert_eq!(form.status, 401);
    assert!(form.body.contains("Please confirm that it’s you") && form.body.contains("Continue"), "{}", form.body);
    let prefetch = send(Method::GET, "/fresh", &[("sec-purpose", "prefetch")]).await;
    assert_eq!(prefetch.status, 401);
    let in_frame = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")];
    assert_eq!(send(Method::GET, "/fresh", &in_frame).await.status, 401);
    assert_eq!(
        Browser::new().get(&format!("{}/fresh", journey.url)).await.location(),
        "/auth/sign_in?post_sign_in_url=%2Ffresh",
        "signed out: an ordinary sign-in first"
    );
}

#[actix_web::test]
async fn a_sign_in_may_ask_for_it_by_parameters_or_by_settings() {
    let stale: fn(&mut Value) = |it| it["auth_time"] = (it["iat"].as_i64().unwrap() - 130).into();
    let by_settings = [&OIDC[..], &[("auth_request.extra_parameters.max_age", "60")]].concat();
    for (settings, query, name, value) in [
        (&OIDC[..], "?max_age=60", "max_age", "60"),
        (&OIDC[..], "?acr_values=gold%20silver", "acr_values", "gold silver"),
        (&by_settings[..], "", "max_age", "60"),
    ] {
        let (app, browser) = (TestApp::spawn_with(settings).await, Browser::new());
        let request = browser.begin_with(&app, query).await;
        assert_eq!(parameter(&request, name).as_deref(), Some(value), "{query}");
        let callback = browser.pick(&request, "ada").await.location().to_owned();
        assert_eq!(browser.get(&callback).await.status, 303, "{query}");
        let change = if name == "max_age" { stale } else { |it: &mut Value| it["acr"] = "bronze".into() };
        app.with_faults(Faults { claims: Some(rewrite(change)), ..Faults::default() });
        let other = Browser::new();
        let request = other.begin_with(&app, query).await;
        let callback = other.pick(&request, "ada").await.location().to_owned();
        assert_eq!(other.get(&callback).await.status, 403, "{query}");
        assert!(!other.is_signed_in(&app).await, "{query}");
        for malformed in ["max_age=x", "max_age=-1", "max_age=1.5", "acr_values=a%0Ab"] {
            assert_eq!(other.get(&format!("{}/auth/sign_in?{malformed}", app.url)).await.status, 400, "{malformed}");
        }
        app.stop().await;
    }
}

#[actix_web::test]
async fn a_certified_provider_asks_again_and_says_when() {
    log::start();
    identity_web::internals::tls::install_crypto();
    let (redis, port) = (Redis::start(), free_port());
    let url = format!("https://127.0.0.1:{port}");
    let client = Client::with_secret("client_secret_basic");
    let (_provider, issuer) = certified_provider(&url, &client);
    let replicas = [(); 2].map(|()| replica(&url, &issuer, &redis, "query", &client));
    let (_balancer, _folder) = load_balancer(port, replicas);
    eventually("HAProxy", async || std::net::TcpStream::connect(("127.0.0.1", port)).ok()).await;
    let chromium = Chromium::start(DESKTOP).await;
    chromium.goto(&format!("{url}/token_details")).await;
    sign_in(&chromium).await;
    chromium.goto(&format!("{url}/auth/sign_in?max_age=3600&post_sign_in_url=/token_details")).await;
    chromium.sees("Grace Tester").await;
    actix_web::rt::time::sleep(Duration::from_secs(2)).await;
    chromium.goto(&format!("{url}/auth/sign_in?max_age=1&post_sign_in_url=/token_details")).await;
    chromium.fill("input[name=login]", "grace").await;
    chromium.fill("input[name=password]", "any").await;
    chromium.click("button[type=submit]").await;
    chromium.sees("Grace Tester").await;
    let back = chromium.client.current_url().await.unwrap();
    assert_eq!(back.path(), "/token_details", "{back}");
    chromium.close().await;
}

#[actix_web::test]
async fn a_provider_that_cannot_meet_the_demand_is_explained() {
    let journey = Journey::start(&OIDC).await;
    let before = journey.browser.session_cookie();
    let request = journey.asked("/acr").await;
    let refused = Arc::new(|parameters: &mut Vec<(String, String)>| {
        parameters.retain(|(name, _)| name == "state");
        parameters.push(("error".to_owned(), "unmet_authentication_requirements".to_owned()));
    });
    journey.app.with_faults(Faults { authorization_response: Some(refused), ..Faults::default() });
    let answer = journey.answered(&request, "ada").await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("More verification is needed"), "{}", answer.body);
    assert_eq!(journey.browser.session_cookie(), before);
}
