//! An API's requests: how a token is sent, what it may do, introspection, and what a client is told (RFC 6750, RFC 7662,
//! RFC 9728). The tokens that are refused are in `bearer_refusals`.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::future::join_all;
use identity_web::internals::demo::faults::{Faults, Rewrite, Signature};
use reqwest::Method;
use serde_json::{Value, json};

use crate::helpers::api::{AUDIENCE, METADATA, assert_refused, call, challenge, spawn};
use crate::helpers::{Browser, TestApp, log};

const SETTINGS: [(&str, &str); 4] = [
    ("type.authority_type", "OIDC"),
    ("client.authority", "{authority}/v2.0"),
    ("api.audience", AUDIENCE),
    ("api.scopes", "tasks.read, tasks.write"),
];
const NO_ACCESS: &str =
    "error=\"insufficient_scope\", error_description=\"The access token lacks a scope or a role that is required.\"";

async fn spawn_app() -> TestApp {
    TestApp::spawn_with(&SETTINGS).await
}

fn token(app: &TestApp, scope: &str) -> String {
    app.provider.api_token("at+jwt", &app.provider.rfc9068_claims("ada", AUDIENCE, scope)).unwrap()
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

/// The provider has an introspection endpoint, which responds as `response` changes it.
fn introspection(app: &TestApp, response: Option<Rewrite>) {
    let endpoint = format!("{}/oidc/introspect", app.provider.internal_url());
    let discovery: Rewrite = Arc::new(move |document: &mut Value| {
        document["introspection_endpoint"] = endpoint.clone().into();
    });
    app.with_faults(Faults { discovery: Some(discovery), introspection: response, ..Faults::default() });
}

#[actix_web::test]
async fn a_request_without_a_token_is_told_where_to_get_one() {
    let app = spawn_app().await;
    let url = spawn(&app.identity, false);
    for browser in [Browser::new(), Browser::http2()] {
        for headers in [&[][..], &[("authorization", "Basic YTpi")], &[("authorization", "Digest x")]] {
            let answer = browser.send(Method::GET, &format!("{url}/tasks"), headers, None).await;
            assert_refused(&answer, 401, &challenge(&app.url, ""), &format!("{headers:?}"));
            assert!(!answer.body.contains("login_url"), "{}", answer.body);
        }
        let scoped = browser.get(&format!("{url}/scoped")).await;
        assert_refused(&scoped, 401, &challenge(&app.url, "scope=\"tasks.read\""), "with its scope");
    }
    let url = format!("{}/either", spawn(&app.identity, true));
    let form = format!("access_token={}", token(&app, "tasks.read"));
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let answer = Browser::new().send(Method::POST, &url, &headers, Some(form)).await;
    assert_refused(&answer, 401, &challenge(&app.url, ""), "a form is no place for a token");
}

/// An application that forgot to configure the library's routes.
#[actix_web::test]
async fn without_the_library_in_the_application_the_log_says_what_is_missing() {
    let _app = spawn_app().await;
    let server = actix_web::test::init_service(
        actix_web::App::new()
            .route("/tasks", actix_web::web::get().to(async |token: identity_web::Bearer| token.key().1.to_owned())),
    )
    .await;
    let request = actix_web::test::TestRequest::with_uri("/tasks").to_request();
    assert_eq!(actix_web::test::call_service(&server, request).await.status(), 500);
    assert!(log::text().contains("configure identity.api_routes()"));
}

#[actix_web::test]
async fn the_challenge_leads_to_the_metadata() {
    let app = spawn_app().await;
    let url = spawn(&app.identity, false);
    let answer = Browser::new().get(&format!("{url}{METADATA}")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let metadata: Value = serde_json::from_str(&answer.body).unwrap();
    let issuer = &app.provider.rfc9068_claims("", "", "")["iss"];
    let expected = json!({
        "resource": app.url, "authorization_servers": [issuer], "bearer_methods_supported": ["header"],
        "scopes_supported": ["tasks.read", "tasks.write"],
    });
    assert_eq!(metadata, expected);

    let resource = [SETTINGS[0], SETTINGS[1], SETTINGS[2], ("api.resource", "https://api.example/tasks/v1")];
    let app = TestApp::spawn_with(&resource).await;
    let url = spawn(&app.identity, false);
    let answer = Browser::new().get(&format!("{url}/tasks")).await;
    let expected = format!(
        "Bearer realm=\"https://api.example/tasks/v1\", resource_metadata=\"https://api.example{METADATA}/tasks/v1\""
    );
    assert_refused(&answer, 401, &expected, "with a path");
    let answer = Browser::new().get(&format!("{url}{METADATA}/tasks/v1")).await;
    assert!(answer.body.contains("\"resource\":\"https://api.example/tasks/v1\""), "{}", answer.body);
}

#[actix_web::test]
async fn a_token_is_sent_in_one_authorization_header_only() {
    let app = spawn_app().await;
    let url = spawn(&app.identity, true);
    let token = token(&app, "tasks.read");
    let with = |text: &str| challenge(&app.url, &format!("error=\"invalid_request\", error_description=\"{text}\""));
    let (once, twice) = (("authorization", bearer(&token)), ("authorization", "Basic YTpi".to_owned()));
    for browser in [Browser::new(), Browser::http2()] {
        for path in ["/tasks", "/scoped", "/either"] {
            let send = async |query: &str, headers: &[&(&str, String)]| {
                let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
                browser.send(Method::GET, &format!("{url}{path}{query}"), &headers, None).await
            };
            assert_eq!(send("", &[&once]).await.status, 200, "{path}");
            assert_eq!(send("", &[&("authorization", format!("bearer  {token}"))]).await.status, 200, "{path}");
            let scope = if path == "/scoped" { ", scope=\"tasks.read\"" } else { "" };
            let refused = |text: &str| with(text).replace(", resource_", &format!("{scope}, resource_"));
            for headers in [[&once, &once], [&once, &twice], [&twice, &once]] {
                let answer = send("", &headers).await;
                assert_refused(&answer, 400, &refused("There must be only one Authorization header."), path);
            }
            for value in ["Bearer", "Bearer a b", "Bearer {}"] {
                let answer = send("", &[&("authorization", value.to_owned())]).await;
                let text = "The Authorization header must be Bearer, a space and the access token.";
                assert_refused(&answer, 400, &refused(text), path);
            }
            for headers in [&[][..], &[&once]] {
                let answer = send(&format!("?access_token={token}"), headers).await;
                let text = "Send the access token in the Authorization header, not in the query.";
                assert_refused(&answer, 400, &refused(text), path);
                assert!(!answer.body.contains(&token), "{}", answer.body);
            }
        }
    }
    log::assert_silent_about([token.as_str()]);
}

#[actix_web::test]
async fn a_token_may_do_what_its_scopes_and_roles_say() {
    let app = spawn_app().await;
    let url = spawn(&app.identity, true);
    let role = |role: &str| {
        let mut claims = app.provider.rfc9068_claims("ada", AUDIENCE, "");
        claims["roles"] = json!([role]);
        app.provider.api_token("at+jwt", &claims).unwrap()
    };
    for browser in [Browser::new(), Browser::http2()] {
        for (what, token, may) in [
            ("the scope", token(&app, "tasks.write tasks.read"), true),
            ("another scope", token(&app, "tasks.write"), false),
            ("a longer scope", token(&app, "tasks.read.all tasks"), false),
            ("no scope", token(&app, ""), false),
            ("the role", role("Tasks.Read.All"), true),
            ("a role of the scope's name", role("tasks.read"), false),
        ] {
            let answer = call(&browser, &format!("{url}/scoped"), &token).await;
            if may {
                assert_eq!((answer.status, answer.body.as_str()), (200, "tasks of ada"), "{what}");
            } else {
                let parameters = format!("{NO_ACCESS}, scope=\"tasks.read\"");
                assert_refused(&answer, 403, &challenge(&app.url, &parameters), what);
            }
        }
        let answer = call(&browser, &format!("{url}/ruled"), &token(&app, "tasks.read")).await;
        let parameters = format!("{NO_ACCESS}, scope=\"tasks.delete\"");
        assert_refused(&answer, 403, &challenge(&app.url, &parameters), "in the handler");
        assert_eq!(call(&browser, &format!("{url}/ruled"), &token(&app, "tasks.delete")).await.body, "deleted");
    }
}

#[actix_web::test]
async fn claims_are_of_the_applications_own_type() {
    let app = spawn_app().await;
    let url = format!("{}/typed", spawn(&app.identity, false));
    let mut claims = app.provider.rfc9068_claims("ada", AUDIENCE, "");
    let mut answer = async |department: Value| {
        claims["department"] = department;
        call(&Browser::new(), &url, &app.provider.api_token("at+jwt", &claims).unwrap()).await
    };
    assert_eq!(answer(json!("Engines")).await.body, "ada of Engines");
    for unfit in [json!(null), json!(["canary-4711-of-a-claim"])] {
        let error = "error=\"invalid_token\", error_description=\"The access token was not accepted.\"";
        assert_refused(&answer(unfit).await, 401, &challenge(&app.url, error), "another type");
    }
    log::assert_silent_about(["canary-4711-of-a-claim"]);
}

#[actix_web::test]
async fn an_api_for_programs_and_pages_takes_a_token_or_the_session() {
    let app = spawn_app().await;
    let url = spawn(&app.identity, true);
    let (path, token) = (format!("{url}/either"), token(&app, ""));
    for browser in [Browser::new(), Browser::http2()] {
        let answer = browser.get(&path).await;
        assert_refused(&answer, 401, &challenge(&app.url, ""), "neither");
        assert!(answer.body.contains("\"login_url\":\"/auth/sign_in?post_sign_in_url=%2Feither\""), "{}", answer.body);

        browser.sign_in(&app, "grace").await;
        let grace = "session of grace-Qw2eRt4yUi6oPa8sDf0gHj1kLz3xCv5";
        assert_eq!(browser.get(&path).await.body, grace);
        assert_eq!(call(&browser, &path, &token).await.body, "token of ada");
        assert_eq!(call(&browser, &path, "invalid").await.status, 401, "it never falls back to the cookie");

        let post = async |headers: &[(&str, &str)]| browser.send(Method::POST, &path, headers, None).await.status;
        assert_eq!(post(&[("origin", &app.url)]).await, 200);
        for other in [&[("origin", "https://evil.example")][..], &[("origin", "null")], &[]] {
            assert_eq!(post(other).await, 403, "{other:?}");
        }
        let cross_site = [("authorization", &*bearer(&token)), ("origin", "https://evil.example")];
        assert_eq!(post(&cross_site).await, 200, "a browser adds no token by itself");
    }
}

#[actix_web::test]
async fn without_an_audience_no_token_is_accepted() {
    let app = TestApp::spawn_with(&SETTINGS[..2]).await;
    let url = spawn(&app.identity, false);
    let answer = call(&Browser::new(), &format!("{url}/tasks"), &token(&app, "")).await;
    assert_eq!((answer.status, answer.header("www-authenticate")), (500, ""));
    assert!(log::text().contains("api.audience is unset"));
    assert!(!answer.body.contains("audience"), "{}", answer.body);
}

#[actix_web::test]
async fn while_the_provider_is_away_the_answer_is_503() {
    let app = spawn_app().await;
    let url = format!("{}/tasks", spawn(&app.identity, false));
    let token = token(&app, "");
    app.with_faults(Faults { status: Some(500), ..Faults::default() });
    let answer = call(&Browser::new(), &url, &token).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"), "{}", answer.body);
    assert_eq!(answer.header("www-authenticate"), "");
    assert_eq!(answer.header("content-type"), "application/problem+json");

    app.with_faults(Faults::default());
    app.clock.advance_seconds(2);
    assert_eq!(call(&Browser::new(), &url, &token).await.status, 200);
    app.with_faults(Faults { status: Some(500), ..Faults::default() });
    assert_eq!(call(&Browser::new(), &url, &token).await.status, 200, "with the keys that are known");

    let claims = app.provider.rfc9068_claims("ada", AUDIENCE, "");
    let unknown: Rewrite = Arc::new(|header: &mut Value| header["kid"] = "of a new key".into());
    for (faults, status, what) in [
        (Faults { signature: Signature::Foreign, ..Faults::default() }, 401, "a wrong signature is wrong in any case"),
        (Faults { header: Some(unknown), ..Faults::default() }, 503, "it may be good"),
    ] {
        app.with_faults(faults);
        let token = app.provider.api_token("at+jwt", &claims).unwrap();
        app.with_faults(Faults { status: Some(500), ..Faults::default() });
        assert_eq!(call(&Browser::new(), &url, &token).await.status, status, "{what}");
    }
}

#[actix_web::test]
async fn keys_that_the_provider_rotates_are_fetched_once() {
    let app = spawn_app().await;
    let url = format!("{}/tasks", spawn(&app.identity, false));
    assert_eq!(call(&Browser::new(), &url, &token(&app, "")).await.status, 200);
    *app.provider.signer.write().unwrap() = crate::helpers::app::signer(1);
    let before = app.provider.key_requests.load(Ordering::SeqCst);
    for _ in 0..3 {
        assert_eq!(call(&Browser::new(), &url, &token(&app, "")).await.status, 200);
    }
    assert_eq!(app.provider.key_requests.load(Ordering::SeqCst), before + 1);
    for _ in 0..3 {
        app.with_faults(Faults { signature: Signature::Foreign, ..Faults::default() });
        assert_eq!(call(&Browser::new(), &url, &token(&app, "")).await.status, 401);
    }
    assert_eq!(app.provider.key_requests.load(Ordering::SeqCst), before + 1, "forged tokens cause no requests");
}

#[actix_web::test]
async fn the_provider_is_asked_about_opaque_tokens_once() {
    let app = spawn_app().await;
    introspection(&app, None);
    let url = spawn(&app.identity, false);
    let (path, scoped) = (format!("{url}/tasks"), format!("{url}/scoped"));
    let asked = || app.provider.apis.introspections.load(Ordering::SeqCst);
    let opaque = |audience: &str| {
        let claims = app.provider.rfc9068_claims("ada", audience, "tasks.read");
        app.provider.opaque_token(&claims).unwrap()
    };
    let token = opaque(AUDIENCE);
    let browsers: Vec<_> = (0..8).map(|n| if n % 2 == 0 { Browser::new() } else { Browser::http2() }).collect();
    for answer in join_all(browsers.iter().map(|browser| call(browser, &scoped, &token))).await {
        assert_eq!((answer.status, answer.body.as_str()), (200, "tasks of ada"));
    }
    assert_eq!(asked(), 1);
    let jwt = app.provider.api_token("at+jwt", &app.provider.rfc9068_claims("ada", AUDIENCE, "")).unwrap();
    assert_eq!(call(&browsers[0], &path, &jwt).await.status, 200);
    assert_eq!(asked(), 1, "a JWT needs no introspection");

    // A token that is revoked is accepted for as long as the answer is kept.
    app.provider.revoke_api_tokens();
    assert_eq!(call(&browsers[0], &path, &token).await.status, 200);
    app.clock.advance_seconds(31);
    for _ in 0..2 {
        let answer = call(&browsers[1], &path, &token).await;
        let error = "error=\"invalid_token\", error_description=\"The access token is no longer active.\"";
        assert_refused(&answer, 401, &challenge(&app.url, error), "revoked");
    }
    assert_eq!(asked(), 2, "that it isn't active is kept, too");
    let other = call(&browsers[0], &path, &opaque("https://api.example/other")).await;
    let error = "error=\"invalid_token\", error_description=\"The access token is for another API.\"";
    assert_refused(&other, 401, &challenge(&app.url, error), "active, but for another API");
    log::assert_silent_about([token.as_str()]);
}

#[actix_web::test]
async fn an_introspected_token_is_not_accepted_past_its_end() {
    let app = spawn_app().await;
    introspection(&app, None);
    let url = format!("{}/tasks", spawn(&app.identity, false));
    let mut claims = app.provider.rfc9068_claims("ada", AUDIENCE, "");
    claims["exp"] = (app.clock.now().0 + 20).into();
    let token = app.provider.opaque_token(&claims).unwrap();
    assert_eq!(call(&Browser::new(), &url, &token).await.status, 200);
    app.clock.advance_seconds(21);
    assert_eq!(call(&Browser::new(), &url, &token).await.status, 401, "less than thirty seconds later");
}

#[actix_web::test]
async fn what_an_introspection_endpoint_must_not_say_is_refused() {
    let app = spawn_app().await;
    introspection(&app, None);
    let url = format!("{}/tasks", spawn(&app.identity, false));
    let opaque = || {
        let claims = app.provider.rfc9068_claims("ada", AUDIENCE, "");
        app.provider.opaque_token(&claims).unwrap()
    };
    assert_eq!(call(&Browser::new(), &url, &opaque()).await.status, 200);
    for (name, value, status) in [
        ("active", json!("true"), 502),
        ("active", json!(null), 502),
        ("iss", json!("https://evil.example"), 401),
        ("aud", json!(null), 401),
        ("token_type", json!("DPoP"), 401),
        ("exp", json!(1), 401),
        ("cnf", json!({"jkt": "x"}), 401),
        ("sub", json!(7), 401),
    ] {
        let (set, text) = (value.clone(), value.to_string());
        introspection(&app, Some(Arc::new(move |claims: &mut Value| claims[name] = set.clone())));
        let answer = call(&Browser::new(), &url, &opaque()).await;
        assert_eq!(answer.status, status, "{name} = {text}: {}", answer.body);
    }
    app.with_faults(Faults { status: Some(503), ..Faults::default() });
    let answer = call(&Browser::new(), &url, &opaque()).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"));
}

#[actix_web::test]
async fn introspection_is_for_all_tokens_or_for_none() {
    let always = [SETTINGS[0], SETTINGS[1], SETTINGS[2], ("api.introspection", "always")];
    let app = TestApp::spawn_with(&always).await;
    let url = format!("{}/tasks", spawn(&app.identity, false));
    let jwt = token(&app, "");
    assert_eq!(call(&Browser::new(), &url, &jwt).await.status, 500, "the metadata names no endpoint");
    introspection(&app, None);
    app.clock.advance_seconds(3601);
    let jwt = token(&app, "");
    assert_eq!(call(&Browser::new(), &url, &jwt).await.status, 200);
    assert_eq!(app.provider.apis.introspections.load(Ordering::SeqCst), 1);

    let never = [SETTINGS[0], SETTINGS[1], SETTINGS[2], ("api.introspection", "never")];
    let app = TestApp::spawn_with(&never).await;
    introspection(&app, None);
    let url = format!("{}/tasks", spawn(&app.identity, false));
    let opaque = app.provider.opaque_token(&app.provider.rfc9068_claims("ada", AUDIENCE, "")).unwrap();
    assert_eq!(call(&Browser::new(), &url, &opaque).await.status, 401);
    assert_eq!(app.provider.apis.introspections.load(Ordering::SeqCst), 0);
}
