//! Tokens for another API: token exchange (RFC 8693), and Entra's on-behalf-of flow.

use std::sync::atomic::Ordering;

use futures_util::future::join_all;
use identity_web::DownstreamApi;
use identity_web::internals::demo::faults::Faults;
use identity_web::internals::demo::{DEMO_CLIENT_ID, DEMO_TENANT};
use reqwest::Method;
use serde_json::{Value, json};

use crate::helpers::api::{AUDIENCE, assert_refused, call, challenge, spawn_with};
use crate::helpers::{Browser, TestApp, log};

const OIDC: [(&str, &str); 3] =
    [("type.authority_type", "OIDC"), ("client.authority", "{authority}/v2.0"), ("api.audience", AUDIENCE)];

/// The caller's token: of Entra (version 2) or of RFC 9068, as the settings are.
fn caller(app: &TestApp, is_entra: bool) -> String {
    let mut claims = app.provider.rfc9068_claims("ada", AUDIENCE, "tasks.read");
    if is_entra {
        let own = json!({"azp": DEMO_CLIENT_ID, "tid": DEMO_TENANT, "oid": "o", "scp": "tasks.read", "ver": "2.0"});
        claims.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    }
    app.provider.api_token(if is_entra { "JWT" } else { "at+jwt" }, &claims).unwrap()
}

fn orders() -> DownstreamApi {
    DownstreamApi::new(&["api://orders/Orders.Read"])
}

fn exchanges(app: &TestApp) -> usize {
    app.provider.apis.exchanges.load(Ordering::SeqCst)
}

#[actix_web::test]
async fn a_token_is_exchanged_once_and_again_before_it_expires() {
    for (settings, is_entra, target) in [
        (&OIDC[..], false, DownstreamApi::new(&["orders.read"]).audience("orders").resource("https://orders.example")),
        (&OIDC[2..], true, orders()),
    ] {
        let app = TestApp::spawn_with(settings).await;
        let url = format!("{}/downstream", spawn_with(&app.identity, false, &target));
        let token = caller(&app, is_entra);
        let browsers: Vec<_> = (0..6).map(|n| if n % 2 == 0 { Browser::new() } else { Browser::http2() }).collect();
        let answers = join_all(browsers.iter().map(|browser| call(browser, &url, &token))).await;
        let first = answers[0].body.clone();
        assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == first), "{first}");
        assert_ne!(first, token);
        assert_eq!(exchanges(&app), 1);

        let other = caller(&app, is_entra);
        assert_ne!(call(&browsers[0], &url, &other).await.body, first, "each caller has a token of their own");
        assert_eq!(exchanges(&app), 2);

        // It lives for 3599 s.
        app.clock.advance_seconds(3530);
        assert_eq!(call(&browsers[0], &url, &token).await.body, first);
        app.clock.advance_seconds(20);
        let next = call(&browsers[0], &url, &token).await;
        assert_eq!(next.status, 200, "{}", next.body);
        assert_ne!(next.body, first, "shortly before it expires");
        log::assert_silent_about([first.as_str(), next.body.as_str(), token.as_str()]);
    }
}

/// The caller's answer if the provider refuses the exchange with this error.
async fn refused_with(app: &TestApp, url: &str, error: Value) -> crate::helpers::Answer {
    app.with_faults(Faults { exchange: Some(error), ..Faults::default() });
    call(&Browser::new(), url, &caller(app, true)).await
}

#[actix_web::test]
async fn what_the_provider_refuses_is_passed_on_to_the_caller() {
    let app = TestApp::spawn_with(&OIDC[2..]).await;
    let url = format!("{}/downstream", spawn_with(&app.identity, false, &orders()));
    let with = |parameters: &str| challenge(&app.url, parameters);

    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    let error = json!({"error": "interaction_required", "error_description": "AADSTS50079: x", "claims": claims});
    let answer = refused_with(&app, &url, error).await;
    let parameters = "error=\"insufficient_claims\", error_description=\"Get a new access token with the claims of this \
        challenge.\", claims=\"eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlIjoiYzEifX19\"";
    assert_refused(&answer, 401, &with(parameters), "claims");

    for error in [
        json!({"error": "invalid_grant", "suberror": "consent_required", "error_description": "AADSTS65001: x"}),
        json!({"error": "interaction_required", "claims": "no JSON"}),
    ] {
        let answer = refused_with(&app, &url, error).await;
        let parameters = "error=\"insufficient_scope\", error_description=\"The user has not consented to what this API \
            needs of another API.\", scope=\"api://orders/Orders.Read\"";
        assert_refused(&answer, 403, &with(parameters), "consent");
    }

    let error = json!({"error": "invalid_grant", "error_description": "AADSTS500133: canary of a refusal"});
    let answer = refused_with(&app, &url, error).await;
    let parameters =
        "error=\"invalid_token\", error_description=\"The identity provider no longer accepts the access token.\"";
    assert_refused(&answer, 401, &with(parameters), "the token");
    assert!(!answer.body.contains("canary") && log::text().contains("canary of a refusal"), "{}", answer.body);

    let answer =
        refused_with(&app, &url, json!({"error": "invalid_client", "error_description": "AADSTS7000215: x"})).await;
    assert_eq!((answer.status, answer.header("www-authenticate")), (502, ""), "it is not the caller's fault");

    app.with_faults(Faults { status: Some(503), ..Faults::default() });
    let answer = call(&Browser::new(), &url, &caller(&app, true)).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"), "{}", answer.body);
    app.with_faults(Faults::default());
    assert_eq!(call(&Browser::new(), &url, &caller(&app, true)).await.status, 200);
}

#[actix_web::test]
async fn a_claims_challenge_of_the_other_api_reaches_the_caller() {
    let app = TestApp::spawn_with(&OIDC[2..]).await;
    let url = format!("{}/challenged", spawn_with(&app.identity, false, &orders()));
    let authorization = format!("Bearer {}", caller(&app, true));
    let send = async |challenge: &str| {
        let headers = [("authorization", authorization.as_str()), ("content-type", "text/plain")];
        Browser::new().send(Method::POST, &url, &headers, Some(challenge.to_owned())).await
    };
    let claims = "claims=\"eyJhY2Nlc3NfdG9rZW4iOnt9fQ==\"";
    let answer = send(&format!("Bearer realm=\"\", error=\"insufficient_claims\", {claims}")).await;
    let parameters = format!(
        "error=\"insufficient_claims\", error_description=\"Get a new access token with the claims of this challenge.\", {claims}"
    );
    assert_refused(&answer, 401, &challenge(&app.url, &parameters), "passed on");
    for other in ["Bearer error=\"invalid_token\"", "Bearer error=\"insufficient_claims\", claims=\"W10=\""] {
        assert_eq!(send(other).await.body, "no challenge", "{other}");
    }
}
