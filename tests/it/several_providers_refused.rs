//! What one of several providers must not do in the name of another (RFC 9700 section 4.4): each refusal, and that nothing
//! is sent to the wrong provider.

use std::sync::Arc;

use identity_web::internals::demo::faults::Faults;
use identity_web::internals::demo::{DEMO_CLIENT_ID, DemoState};
use reqwest::Method;
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use crate::helpers::app::signer;
use crate::helpers::providers::{CONTOSO_CLIENT_ID, TwoProviders};
use crate::helpers::{Answer, Browser, TestApp};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// What is done to a callback's URL.
type Change<'a> = &'a dyn Fn(&str) -> String;

/// `name: the provider of the transaction, what is done to the callback's URL, the status, words on the page`. No token
/// request is sent, to either provider.
#[actix_web::test]
async fn a_response_at_the_wrong_place_is_refused() {
    let two = TwoProviders::spawn().await;
    let [default, contoso] = two.issuers().await;
    let elsewhere = |url: &str| url.replace("/auth/redirect/contoso?", "/auth/redirect?");
    let at_contoso = |url: &str| url.replace("/auth/redirect?", "/auth/redirect/contoso?");
    let cases: [(&str, &str, Change<'_>, u16); 8] = [
        ("of the default one at contoso's", "default", &at_contoso, 400),
        ("of contoso at the default one's", "contoso", &elsewhere, 400),
        ("of contoso at a third one's", "contoso", &|url| url.replace("/contoso?", "/nobody?"), 404),
        ("of contoso at the name of the default one", "contoso", &|url| url.replace("/contoso?", "/default?"), 404),
        ("with the issuer of the other", "contoso", &|url| format!("{url}&iss={default}"), 400),
        ("with the issuer of the other, to the default one", "default", &|url| format!("{url}&iss={contoso}"), 400),
        ("an error of contoso at the default one's", "contoso", &|url| elsewhere(url).replace("code=", "error="), 400),
        ("with the issuer, at the wrong place", "default", &|url| format!("{}&iss={default}", at_contoso(url)), 400),
    ];
    for (name, provider, change, status) in cases {
        let browser = Browser::new();
        let before = two.token_requests();
        let callback = two.callback_url(&browser, provider, "ada").await;
        let answer = browser.get(&change(&callback)).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
        assert!(status == 404 || answer.body.contains("response was rejected"), "{name}: {}", answer.body);
        assert!(!browser.is_signed_in(&two.app).await, "{name}");
        assert_eq!(two.token_requests(), before, "{name}: no code reaches a token endpoint");
        if status == 400 {
            assert_ne!(browser.get(&callback).await.status, 303, "{name}: the transaction is over");
        }
    }
}

/// `name: what contoso puts into its ID token`.
#[actix_web::test]
async fn an_id_token_in_the_name_of_another_provider_is_refused() {
    let two = TwoProviders::spawn().await;
    let [default, _] = two.issuers().await;
    for (name, claims) in [
        ("the other's issuer", json!({"iss": default})),
        ("the other's client", json!({"aud": DEMO_CLIENT_ID})),
        ("both", json!({"iss": default, "aud": DEMO_CLIENT_ID})),
        ("the other's client too", json!({"aud": [CONTOSO_CLIENT_ID, DEMO_CLIENT_ID]})),
    ] {
        with_claims(&two.contoso, claims);
        let browser = Browser::new();
        let answer = two.sign_in(&browser, "contoso", "ada").await;
        assert_eq!(answer.status, 502, "{name}: {}", answer.body);
        assert!(answer.body.contains("could not be verified"), "{name}: {}", answer.body);
        assert!(!browser.is_signed_in(&two.app).await, "{name}");
    }
    two.contoso.faults.write().unwrap().claims = None;
    two.signed_in("contoso", "ada").await;
}

/// The default provider's token is signed with a key that only contoso publishes.
#[actix_web::test]
async fn a_key_of_another_provider_verifies_nothing() {
    let two = TwoProviders::spawn().await;
    let keys = signer(0).key_set(&two.issuers().await[0]);
    let keys = move |document: &mut Value| *document = keys.clone();
    two.app.with_faults(Faults { key_set: Some(Arc::new(keys)), ..Faults::default() });
    two.signed_in("default", "ada").await;
    two.signed_in("contoso", "ada").await;
    *two.app.provider.signer.write().unwrap() = signer(1);
    let answer = two.sign_in(&Browser::new(), "default", "ada").await;
    assert_eq!(answer.status, 502, "{}", answer.body);
}

fn with_claims(provider: &DemoState, more: Value) {
    let change = move |claims: &mut Value| {
        let more = more.as_object().unwrap().clone();
        claims.as_object_mut().unwrap().extend(more);
    };
    *provider.faults.write().unwrap() = Faults { claims: Some(Arc::new(change)), ..Faults::default() };
}

async fn logout_claims(app: &TestApp, browser: &Browser, issuer: &str, audience: &str) -> Value {
    let session = browser.session(app).await;
    let (known, now) = (&session.signed_in().unwrap().claims, app.clock.now().0);
    json!({
        "iss": issuer, "sub": known.subject(), "sid": known.session_id(), "aud": audience, "tid": known.text("tid"),
        "iat": now, "exp": now + 120, "jti": format!("jti-{}", rand::random::<u64>()), "events": {EVENT: {}},
    })
}

async fn back_channel(app: &TestApp, token: &str) -> Answer {
    let form = Serializer::new(String::new()).append_pair("logout_token", token).finish();
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let url = format!("{}/auth/back_channel_logout", app.url);
    Browser::new().send(Method::POST, &url, &headers, Some(form)).await
}

/// The same user and the same session ID at both providers: only the issuer tells them apart.
#[actix_web::test]
async fn a_logout_token_ends_no_session_of_another_provider() {
    let two = TwoProviders::spawn().await;
    let [default, contoso] = two.issuers().await;
    with_claims(&two.contoso, json!({"sid": "the-same"}));
    with_claims(&two.app.provider, json!({"sid": "the-same"}));
    let (own, other) = (two.signed_in("default", "ada").await, two.signed_in("contoso", "ada").await);
    for (name, issuer, audience, status) in [
        ("in the other's name", &default, DEMO_CLIENT_ID, 400),
        ("in the other's name, for its own client", &default, CONTOSO_CLIENT_ID, 400),
        ("for the other's client", &contoso, DEMO_CLIENT_ID, 400),
        ("in nobody's name", &"https://evil.example".to_owned(), CONTOSO_CLIENT_ID, 400),
        ("for its own", &contoso, CONTOSO_CLIENT_ID, 200),
    ] {
        assert!(other.is_signed_in(&two.app).await, "{name}");
        two.contoso.faults.write().unwrap().claims = None;
        let token = two.contoso.logout_token(&logout_claims(&two.app, &own, issuer, audience).await).unwrap();
        assert_eq!(back_channel(&two.app, &token).await.status, status, "{name}");
        assert!(own.is_signed_in(&two.app).await, "{name}");
    }
    assert!(!other.is_signed_in(&two.app).await, "contoso has ended its own session");
}

#[actix_web::test]
async fn a_front_channel_logout_ends_no_session_of_another_provider() {
    let two = TwoProviders::spawn().await;
    let [_, contoso] = two.issuers().await;
    let own = two.signed_in("default", "ada").await;
    let session_id = own.session(&two.app).await.signed_in().unwrap().claims.session_id().unwrap().to_owned();
    let framed = [("sec-fetch-dest", "iframe"), ("sec-fetch-site", "same-site")];
    for parameters in [vec![("iss", contoso.as_str()), ("sid", &session_id)], vec![("iss", contoso.as_str())]] {
        let query = Serializer::new(String::new()).extend_pairs(&parameters).finish();
        let url = format!("{}/auth/front_channel_logout?{query}", two.app.url);
        let answer = own.send(Method::GET, &url, &framed, None).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let ancestors = answer.header("content-security-policy").split("frame-ancestors ").nth(1).unwrap().to_owned();
        assert!(two.authority.starts_with(&ancestors), "only the provider that it names: {ancestors}");
        assert!(own.is_signed_in(&two.app).await, "{parameters:?}");
    }
    let other = two.signed_in("contoso", "ada").await;
    let session_id = other.session(&two.app).await.signed_in().unwrap().claims.session_id().unwrap().to_owned();
    let query = Serializer::new(String::new()).append_pair("iss", &contoso).append_pair("sid", &session_id).finish();
    Browser::new().get(&format!("{}/auth/front_channel_logout?{query}", two.app.url)).await;
    assert!(!other.is_signed_in(&two.app).await);
    assert!(own.is_signed_in(&two.app).await);
}

/// Microsoft's may lack `iss`; of any other provider it doesn't count, as soon as there are several.
#[actix_web::test]
async fn a_front_channel_logout_without_an_issuer_ends_sessions_of_microsoft_only() {
    let two = TwoProviders::spawn_with(&[
        ("type.authority_type", "OIDC"),
        ("client.authority", "{authority}/v2.0"),
        ("client.userinfo", "no"),
    ])
    .await;
    let (own, other) = (two.signed_in("default", "ada").await, two.signed_in("contoso", "ada").await);
    for browser in [&own, &other] {
        let session_id = browser.session(&two.app).await.signed_in().unwrap().claims.session_id().unwrap().to_owned();
        let query = Serializer::new(String::new()).append_pair("sid", &session_id).finish();
        let answer = Browser::new().get(&format!("{}/auth/front_channel_logout?{query}", two.app.url)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    assert!(own.is_signed_in(&two.app).await && !other.is_signed_in(&two.app).await);
}

/// A replica whose settings no longer have a provider: what it issued goes to no other one.
#[actix_web::test]
async fn a_provider_that_was_removed_is_replaced_by_none() {
    let two = TwoProviders::spawn().await;
    let without = two.app.replica_without("IDENTITY_WEB__PROVIDERS__CONTOSO__");
    let browser = Browser::new();
    let callback = two.callback_url(&browser, "contoso", "ada").await.replace(&two.app.url, &without.url);
    let before = two.token_requests();
    assert_eq!(browser.get(&callback).await.status, 404);
    let elsewhere = browser.get(&callback.replace("/contoso?", "?")).await;
    assert_eq!(elsewhere.status, 400, "{}", elsewhere.body);
    assert!(elsewhere.body.contains("This sign-in cannot be continued"), "{}", elsewhere.body);
    assert_eq!(two.token_requests(), before);

    let browser = two.signed_in("contoso", "ada").await;
    let before = two.token_requests();
    assert!(browser.is_signed_in(&without).await, "the session goes on");
    let graph = browser.get(&format!("{}/call_graph", without.url)).await;
    assert_eq!(graph.status, 401);
    assert!(graph.body.contains("no longer uses the identity provider"), "{}", graph.body);
    let answer = browser.post(&format!("{}/auth/sign_out", without.url), &two.app.url, &[]).await;
    assert_eq!(answer.location(), "/auth/post_sign_out?local", "nothing is sent to the default provider");
    assert!(!browser.is_signed_in(&two.app).await);
    assert_eq!(two.token_requests(), before);
}
