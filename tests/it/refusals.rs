//! What a hostile or broken provider sends is refused. The tests of the first group bear the names of the OpenID
//! Foundation's conformance modules for relying parties (basic, config, form post, comprehensive): each runs by query and
//! by form_post.
//!
//! After each refusal: an explained page, no session, no second token request, nothing in Redis, no secret in the log.

#![expect(clippy::unnecessary_wraps, reason = "each fault is optional")]

use std::sync::Arc;

use identity_web::internals::demo::faults::{Faults, Rewrite, Signature};
use serde_json::{Value, json};

use crate::helpers::app::{SECRET, signer};
use crate::helpers::{Answer, Browser, TestApp, log};

fn rewrite(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Option<Rewrite> {
    Some(Arc::new(change))
}

fn set(name: &'static str, value: Value) -> Option<Rewrite> {
    rewrite(move |document| document[name] = value.clone())
}

fn append(name: &'static str) -> Option<Rewrite> {
    rewrite(move |document| document[name] = format!("{}1", document[name].as_str().unwrap()).into())
}

fn without(name: &'static str) -> Option<Rewrite> {
    rewrite(move |document| {
        document.as_object_mut().unwrap().remove(name);
    })
}

fn claims(claims: Option<Rewrite>) -> Faults {
    Faults { claims, ..Faults::default() }
}

/// What must hold after every refusal.
async fn assert_refused(app: &TestApp, browser: &Browser, said: &Answer, answer: &Answer, status: u16, words: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert!(answer.body.contains(words), "{words:?} is not on the page: {}", answer.body);
    assert!(answer.body.contains("Correlation ID"), "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "private, no-store");
    assert_eq!(browser.session_cookie(), None, "no session");
    assert!(!browser.is_signed_in(app).await);
    assert_eq!(app.keys_but_spent(), [""; 0], "nothing in Redis but that the code is spent");

    let requests = app.provider.token_requests();
    assert!(requests <= 1, "no second token request");
    browser.come_back(app, said).await;
    assert_eq!(app.provider.token_requests(), requests, "none after loading the page again");

    let parameters = said.parameters();
    let secrets: Vec<_> = parameters.iter().filter(|(name, _)| name == "code" || name == "state").collect();
    assert_eq!(secrets.len(), 2);
    log::assert_silent_about(secrets.iter().map(|(_, value)| value.as_str()).chain([SECRET]));
    for (_, value) in secrets {
        assert!(!answer.body.contains(value), "the page has a code or a state");
    }
}

/// By query, and by form_post.
async fn refused_with(settings: &[(&str, &str)], faults: Faults, status: u16, words: &str) {
    for mode in ["query", "form_post"] {
        let settings = [settings, &[("auth_request.response_mode", mode)]].concat();
        refused_by(&TestApp::spawn_with(&settings).await, faults.clone(), status, words).await;
    }
}

async fn accepted_with(settings: &[(&str, &str)], faults: Faults) {
    for mode in ["query", "form_post"] {
        let settings = [settings, &[("auth_request.response_mode", mode)]].concat();
        accepted_by(&TestApp::spawn_with(&settings).await, faults.clone()).await;
    }
}

async fn refused_by(app: &TestApp, faults: Faults, status: u16, words: &str) {
    let browser = Browser::new();
    let url = browser.begin(app).await;
    fault(app, faults).await;
    let said = browser.pick(&url, "ada").await;
    let answer = browser.come_back(app, &said).await;
    assert_refused(app, &browser, &said, &answer, status, words).await;
}

/// Makes the provider misbehave; what the application holds of its keys is stale then.
async fn fault(app: &TestApp, faults: Faults) {
    if faults.key_set.is_some() {
        app.identity.services().providers.default.provider.keys().await.unwrap();
        app.clock.advance_seconds(61);
    }
    app.with_faults(faults);
}

async fn accepted_by(app: &TestApp, faults: Faults) {
    fault(app, faults).await;
    let browser = Browser::new();
    let url = browser.begin(app).await;
    let said = browser.pick(&url, "ada").await;
    assert_eq!(browser.come_back(app, &said).await.location(), "/", "signed in");
    assert!(browser.is_signed_in(app).await);
}

/// The settings of any OpenID Provider, userinfo and all.
const OIDC: &[(&str, &str)] = &[("type.authority_type", "OIDC"), ("client.authority", "{authority}/v2.0")];
const VERIFIED: &str = "could not be verified";

/// `name: settings, faults => status, words on the page`
macro_rules! refused {
    ($($name:ident: $settings:expr, $faults:expr => $status:expr, $words:expr;)*) => {$(
        #[actix_web::test]
        async fn $name() {
            refused_with($settings, $faults, $status, $words).await;
        }
    )*};
}

/// `name: settings, faults`
macro_rules! accepted {
    ($($name:ident: $settings:expr, $faults:expr;)*) => {$(
        #[actix_web::test]
        async fn $name() {
            accepted_with($settings, $faults).await;
        }
    )*};
}

accepted! {
    oidcc_client_test: OIDC, Faults::default();
    oidcc_client_test_idtoken_sig_rs256: OIDC, Faults::default();
    oidcc_client_test_scope_userinfo_claims: OIDC, Faults::default();
    oidcc_client_test_client_secret_basic:
        &[OIDC[0], OIDC[1], ("client.authentication_method", "client_secret_basic")], Faults::default();
    oidcc_client_test_userinfo_bearer_header: OIDC, Faults::default();
    oidcc_client_test_aggregated_claims: OIDC, Faults { userinfo: rewrite(|claims| {
        claims["_claim_names"] = json!({"address": "src1"});
        claims["_claim_sources"] = json!({"src1": {"JWT": "a.b.c"}});
    }), ..Faults::default() };
    oidcc_client_test_distributed_claims: OIDC, Faults { userinfo: rewrite(|claims| {
        claims["_claim_names"] = json!({"credit_score": "src1"});
        claims["_claim_sources"] = json!({"src1": {"endpoint": "https://evil.example/never-called", "access_token": "x"}});
    }), ..Faults::default() };
    client_secret_post: &[OIDC[0], OIDC[1], ("client.authentication_method", "client_secret_post")], Faults::default();
    oidcc_client_test_kid_absent_single_jwks: OIDC, Faults {
        header: without("kid"),
        key_set: rewrite(|set| for key in set["keys"].as_array_mut().unwrap() { key.as_object_mut().unwrap().remove("kid"); }),
        ..Faults::default()
    };
    oidcc_client_test_signing_key_rotation_just_before_signing: OIDC,
        Faults { rotate_before_signing: true, ..Faults::default() };
    a_token_response_without_expires_in: OIDC, Faults { token_response: without("expires_in"), ..Faults::default() };
    an_audience_in_an_array: OIDC,
        claims(rewrite(|claims| claims["aud"] = json!([claims["aud"].clone()])));
    many_tenants_and_one_of_them_allowed: &[
        ("type.authority_type", "MULTI_TENANT"), ("client.authority", "{provider}/organizations"),
        ("client.allowed_tenants", identity_web::internals::demo::DEMO_TENANT),
    ], Faults::default();
    many_tenants_and_any_allowed:
        &[("type.authority_type", "MULTI_TENANT"), ("client.authority", "{provider}/common")], Faults::default();
}

refused! {
    // 1.1, basic
    oidcc_client_test_invalid_iss: OIDC, claims(append("iss")) => 502, VERIFIED;
    oidcc_client_test_missing_sub: OIDC, claims(without("sub")) => 502, VERIFIED;
    oidcc_client_test_invalid_aud: OIDC, claims(append("aud")) => 502, VERIFIED;
    oidcc_client_test_missing_iat: OIDC, claims(without("iat")) => 502, VERIFIED;
    oidcc_client_test_idtoken_sig_none: OIDC, Faults { signature: Signature::None, ..Faults::default() } => 502, VERIFIED;
    oidcc_client_test_invalid_sig_rs256: OIDC,
        Faults { signature: Signature::Foreign, ..Faults::default() } => 502, VERIFIED;
    oidcc_client_test_userinfo_invalid_sub: OIDC,
        Faults { userinfo: rewrite(|claims| claims["sub"] = "another".into()), ..Faults::default() } => 502, VERIFIED;
    oidcc_client_test_nonce_invalid: OIDC, claims(append("nonce")) => 502, VERIFIED;
    // 1.12, comprehensive
    oidcc_client_test_missing_aud: OIDC, claims(without("aud")) => 502, VERIFIED;
    oidcc_client_test_invalid_sig_hs256: &[OIDC[0], OIDC[1], ("client.id_token_signed_response_alg", "HS256")],
        Faults { signature: Signature::Own, header: set("alg", json!("HS256")), ..Faults::default() } => 502, VERIFIED;
    // ours
    expired: OIDC, claims(rewrite(|claims| claims["exp"] = json!(claims["iat"].as_i64().unwrap() - 61))) => 502, "out of time";
    not_yet_valid: OIDC, claims(rewrite(|claims| claims["nbf"] = json!(claims["iat"].as_i64().unwrap() + 120))) => 502, "out of time";
    issued_in_the_future: OIDC, claims(rewrite(|claims| claims["iat"] = json!(claims["iat"].as_i64().unwrap() + 120))) => 502, "out of time";
    an_extra_audience: OIDC, claims(rewrite(|claims| claims["aud"] = json!([claims["aud"].clone(), "other"]))) => 502, VERIFIED;
    another_authorized_party: OIDC, claims(set("azp", json!("other"))) => 502, VERIFIED;
    a_wrong_access_token_hash: OIDC, claims(set("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"))) => 502, VERIFIED;
    an_expiry_in_a_string: OIDC, claims(set("exp", json!("9999999999"))) => 502, VERIFIED;
    no_nonce: OIDC, claims(without("nonce")) => 502, VERIFIED;
    an_unknown_kid: OIDC, Faults { header: set("kid", json!("../../etc/passwd")), ..Faults::default() } => 502, VERIFIED;
    a_key_brought_along: OIDC, Faults {
        signature: Signature::Foreign, header: set("jku", json!("https://evil.example/keys")), ..Faults::default()
    } => 502, VERIFIED;
    the_client_secret_in_place_of_a_key: OIDC,
        Faults { signature: Signature::ClientSecret, ..Faults::default() } => 502, VERIFIED;
    a_critical_extension: OIDC, Faults { header: set("crit", json!(["b64"])), ..Faults::default() } => 502, VERIFIED;
    keys_for_encryption_only: OIDC, Faults {
        key_set: rewrite(|set| for key in set["keys"].as_array_mut().unwrap() { key["use"] = "enc".into(); }), ..Faults::default()
    } => 502, VERIFIED;
    a_token_response_without_id_token: OIDC,
        Faults { token_response: without("id_token"), ..Faults::default() } => 502, VERIFIED;
    a_token_of_another_type: OIDC,
        Faults { token_response: set("token_type", json!("DPoP")), ..Faults::default() } => 502, VERIFIED;
    an_endless_token_response: OIDC,
        Faults { token_response: set("x", json!("x".repeat(2_000_000))), ..Faults::default() } => 503, "not possible right now";
    userinfo_without_sub: OIDC, Faults { userinfo: without("sub"), ..Faults::default() } => 502, VERIFIED;
    // Entra
    a_key_of_another_issuer: &[], Faults {
        key_set: rewrite(|set| for key in set["keys"].as_array_mut().unwrap() { key["issuer"] = "https://evil.example".into(); }),
        ..Faults::default()
    } => 502, VERIFIED;
    a_tenant_that_is_not_the_issuers: &[],
        claims(set("tid", json!("11111111-2222-4333-8444-555555555555"))) => 502, VERIFIED;
    no_tenant: &[], claims(without("tid")) => 502, VERIFIED;
    a_tenant_that_is_not_allowed: &[
        ("type.authority_type", "MULTI_TENANT"), ("client.authority", "{provider}/organizations"),
        ("client.allowed_tenants", "11111111-2222-4333-8444-555555555555"),
    ], Faults::default() => 403, "may not sign in";
    an_entra_issuer_of_version_1: &[
        ("type.authority_type", "MULTI_TENANT"), ("client.authority", "{provider}/common"),
    ], claims(rewrite(|claims| claims["iss"] = format!("https://sts.windows.net/{}/", claims["tid"].as_str().unwrap()).into())) => 502, VERIFIED;
}

#[actix_web::test]
async fn oidcc_client_test_invalid_sig_es256() {
    let app = TestApp::spawn_with(&[OIDC[0], OIDC[1], ("client.id_token_signed_response_alg", "ES256")]).await;
    app.provider.signer.write().unwrap().algorithm = "ES256";
    refused_by(&app, Faults { signature: Signature::Foreign, ..Faults::default() }, 502, VERIFIED).await;
    app.clock.advance_seconds(61);
    accepted_by(&app, Faults::default()).await;
}

#[actix_web::test]
async fn an_es256_token_is_refused_where_rs256_is_pinned() {
    let app = TestApp::spawn_with(OIDC).await;
    app.provider.signer.write().unwrap().algorithm = "ES256";
    refused_by(&app, Faults::default(), 502, VERIFIED).await;
}

#[actix_web::test]
async fn an_hs256_token_is_accepted_where_hs256_is_pinned() {
    let app = TestApp::spawn_with(&[OIDC[0], OIDC[1], ("client.id_token_signed_response_alg", "HS256")]).await;
    accepted_by(&app, Faults { signature: Signature::ClientSecret, ..Faults::default() }).await;
}

#[actix_web::test]
async fn oidcc_client_test_kid_absent_multiple_jwks() {
    let app = TestApp::spawn_with(OIDC).await;
    let other = signer(1).key_set("");
    let key_set = rewrite(move |set| {
        let keys = set["keys"].as_array_mut().unwrap();
        keys.insert(0, other["keys"][0].clone());
        for key in keys {
            let key = key.as_object_mut().unwrap();
            key.remove("kid");
            key.remove("issuer");
        }
    });
    // Either is conformant; we try all that fit.
    accepted_by(&app, Faults { header: without("kid"), key_set, ..Faults::default() }).await;
}

#[actix_web::test]
async fn oidcc_client_test_signing_key_rotation() {
    let app = TestApp::spawn_with(OIDC).await;
    accepted_by(&app, Faults::default()).await;
    *app.provider.signer.write().unwrap() = signer(1);
    accepted_by(&app, Faults::default()).await;
    assert_eq!(app.provider.token_requests(), 2, "no code is redeemed twice");
}

#[actix_web::test]
async fn keys_are_asked_for_once_a_minute_however_many_tokens_do_not_verify() {
    let app = TestApp::spawn_with(OIDC).await;
    accepted_by(&app, Faults::default()).await;
    let before = app.provider.key_requests.load(std::sync::atomic::Ordering::SeqCst);
    app.with_faults(Faults { header: set("kid", json!("unknown")), ..Faults::default() });
    for _ in 0..5 {
        assert_eq!(Browser::new().sign_in(&app, "ada").await.status, 502);
    }
    assert_eq!(app.provider.key_requests.load(std::sync::atomic::Ordering::SeqCst), before + 1);
}

#[actix_web::test]
async fn oidcc_client_test_discovery_openid_config_and_jwks_uri_keys() {
    let app = TestApp::spawn_with(OIDC).await;
    let ready = Browser::new().get(&format!("http://{}/health/ready", app.operations)).await;
    assert_eq!(ready.status, 200, "{}", ready.body);
    for _ in 0..50 {
        if app.provider.key_requests.load(std::sync::atomic::Ordering::SeqCst) == 1 {
            return;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the keys were not fetched at start");
}

/// Discovery documents that must stop a sign-in before it begins.
#[actix_web::test]
async fn oidcc_client_test_discovery_issuer_mismatch_and_other_unusable_documents() {
    let documents: [(&str, Option<Rewrite>); 8] = [
        (
            "another issuer",
            rewrite(|document| document["issuer"] = format!("{}INVALID", document["issuer"].as_str().unwrap()).into()),
        ),
        (
            "an issuer with a slash more",
            rewrite(|document| document["issuer"] = format!("{}/", document["issuer"].as_str().unwrap()).into()),
        ),
        ("no issuer", without("issuer")),
        ("no token endpoint", without("token_endpoint")),
        ("an endpoint that is a file", set("token_endpoint", json!("file:///etc/passwd"))),
        ("an endpoint that is a script", set("authorization_endpoint", json!("javascript:alert(1)"))),
        ("an endpoint that is a number", set("jwks_uri", json!(7))),
        ("too long", set("x", json!("x".repeat(2_000_000)))),
    ];
    for (name, discovery) in documents {
        let app = TestApp::spawn_with(&[OIDC[0], OIDC[1], ("server.workers", "1")]).await;
        app.with_faults(Faults { discovery, ..Faults::default() });
        let browser = Browser::new();
        let answer = browser.get(&format!("{}/auth/sign_in", app.url)).await;
        assert_eq!(answer.status, 503, "{name}");
        assert!(answer.body.contains("not possible right now"));
        assert!(browser.cookies.borrow().is_empty(), "no cookie");
        let ready = Browser::new().get(&format!("http://{}/health/ready", app.operations)).await;
        assert_eq!(ready.status, 503, "{name}: {}", ready.body);
        app.stop().await;
    }
}

#[actix_web::test]
async fn a_token_endpoint_that_refuses_is_explained() {
    let app = TestApp::spawn_with(&[("client.client_credential", "the wrong secret")]).await;
    refused_by(&app, Faults::default(), 502, "AADSTS7000215").await;
}
