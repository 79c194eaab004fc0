//! Access tokens that an API refuses, one table over HTTP/1.1 and HTTP/2: each token differs in one thing from one that is
//! accepted.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity_web::internals::demo::faults::{Faults, Signature};
use identity_web::internals::demo::signer::sign_hs256;
use identity_web::internals::demo::{DEMO_CLIENT_ID, DEMO_TENANT};
use serde_json::{Value, json};

use crate::helpers::api::{AUDIENCE, assert_refused, call, challenge, spawn};
use crate::helpers::{Browser, TestApp, log};

const OTHER_TENANT: &str = "11111111-2222-4333-8444-555555555555";
/// Any OpenID Provider: the demo provider's tenant, by its issuer.
const OIDC: [(&str, &str); 3] =
    [("type.authority_type", "OIDC"), ("client.authority", "{authority}/v2.0"), ("api.audience", AUDIENCE)];
const ENTRA: [(&str, &str); 1] = [("api.audience", AUDIENCE)];

fn change(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    } else {
        claims[name] = value;
    }
    claims
}

/// An access token of Entra, version 2.
fn entra(app: &TestApp) -> Value {
    let now = app.clock.now().0;
    json!({
        "iss": app.provider.rfc9068_claims("", "", "")["iss"], "sub": "ada", "aud": AUDIENCE, "azp": DEMO_CLIENT_ID,
        "tid": DEMO_TENANT, "oid": "o", "iat": now, "nbf": now, "exp": now + 3599, "scp": "tasks.read", "ver": "2.0",
    })
}

/// Each token's name, and what the API says of it (`None`: it is accepted).
type Table = Vec<(String, String, Option<&'static str>)>;

const NOT_ACCEPTED: &str = "The access token was not accepted.";

/// Judges all tokens, so that one that is wrongly accepted hides no other.
async fn judge(app: &TestApp, table: Table) {
    let url = format!("{}/tasks", spawn(&app.identity, false));
    let mut wrong = Vec::new();
    for (what, token, refusal) in table {
        let expected = refusal.map_or((200, String::new()), |text| {
            let error = format!("error=\"invalid_token\", error_description=\"{text}\"");
            (401, challenge(&app.url, &error))
        });
        for browser in [Browser::new(), Browser::http2()] {
            let answer = call(&browser, &url, &token).await;
            if (answer.status, answer.header("www-authenticate")) != (expected.0, expected.1.as_str()) {
                wrong.push(format!("{what}: {} {}", answer.status, answer.header("www-authenticate")));
            } else if refusal.is_some() {
                assert_refused(&answer, 401, &expected.1, &what);
            }
        }
        if token.len() > 8 {
            log::assert_silent_about([token.as_str()]);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Tokens that are the same wherever they come from: the key, the algorithm, the form.
fn forged(app: &TestApp, typ: &str, claims: &Value) -> Table {
    let signed = |faults: Faults| {
        app.with_faults(faults);
        app.provider.api_token(typ, claims).unwrap()
    };
    let header = |name: &'static str, value: Value| Faults {
        header: Some(Arc::new(move |header: &mut Value| header[name] = value.clone())),
        ..Faults::default()
    };
    let with_signature = |signature| Faults { signature, ..Faults::default() };
    let keys = app.provider.signer.read().unwrap().key_set("");
    let (public, kid) = (keys["keys"][0]["n"].as_str().unwrap(), &keys["keys"][0]["kid"]);
    let confused = sign_hs256(public, &json!({"typ": typ, "alg": "HS256", "kid": kid}), claims);
    let mut table = vec![
        ("good", signed(Faults::default()), None),
        ("another key", signed(with_signature(Signature::Foreign)), Some(NOT_ACCEPTED)),
        ("alg none", signed(with_signature(Signature::None)), Some(NOT_ACCEPTED)),
        ("HS256 with the client's secret", signed(with_signature(Signature::ClientSecret)), Some(NOT_ACCEPTED)),
        ("HS256 with the public key", confused, Some(NOT_ACCEPTED)),
        ("alg PS256", signed(header("alg", json!("PS256"))), Some(NOT_ACCEPTED)),
        ("unknown kid", signed(header("kid", json!("../../etc/passwd"))), Some(NOT_ACCEPTED)),
        ("the key for encryption", signed(header("kid", json!("encryption"))), Some(NOT_ACCEPTED)),
        ("crit", signed(header("crit", json!(["exp"]))), Some(NOT_ACCEPTED)),
        ("typ of a logout token", signed(header("typ", json!("logout+jwt"))), Some(NOT_ACCEPTED)),
        ("typ of a DPoP proof", signed(header("typ", json!("dpop+jwt"))), Some(NOT_ACCEPTED)),
    ];
    app.with_faults(Faults::default());
    let good = table[0].1.clone();
    let (input, signature) = good.rsplit_once('.').unwrap();
    let (head, _) = input.split_once('.').unwrap();
    let other = URL_SAFE_NO_PAD.encode(change(claims, "sub", json!("root")).to_string());
    table.extend([
        ("claims exchanged", format!("{head}.{other}.{signature}"), Some(NOT_ACCEPTED)),
        ("no signature", format!("{input}."), Some(NOT_ACCEPTED)),
        ("two parts", input.to_owned(), Some(NOT_ACCEPTED)),
        ("five parts", format!("{good}.a.b"), Some(NOT_ACCEPTED)),
        ("opaque", "0f9c7a1e6b5d4f3a2b1c".to_owned(), Some(NOT_ACCEPTED)),
        ("very long", "x".repeat(30_000), Some(NOT_ACCEPTED)),
    ]);
    table.into_iter().map(|(what, token, refusal)| (what.to_owned(), token, refusal)).collect()
}

/// Tokens that the provider has signed, each with one claim changed.
fn misissued(app: &TestApp, typ: &str, good: &Value, changes: &[(&str, Value, Option<&'static str>)]) -> Table {
    let rows = changes.iter().map(|(name, value, refusal)| {
        let token = app.provider.api_token(typ, &change(good, name, value.clone())).unwrap();
        (format!("{name} = {value}"), token, *refusal)
    });
    rows.collect()
}

/// What both kinds of providers have in common.
fn times_and_audiences(app: &TestApp) -> Vec<(&'static str, Value, Option<&'static str>)> {
    let now = app.clock.now().0;
    vec![
        ("aud", json!("https://api.example/other"), Some("The access token is for another API.")),
        ("aud", json!(format!("{AUDIENCE}/")), Some("The access token is for another API.")),
        ("aud", json!(DEMO_CLIENT_ID), Some("The access token is for another API.")),
        ("aud", json!(["https://api.example/other", AUDIENCE]), None),
        ("aud", json!([]), Some(NOT_ACCEPTED)),
        ("aud", json!(null), Some(NOT_ACCEPTED)),
        ("iss", json!("https://evil.example"), Some(NOT_ACCEPTED)),
        ("iss", json!(null), Some(NOT_ACCEPTED)),
        ("exp", json!(now - 90), Some("The access token has expired.")),
        ("exp", json!(null), Some(NOT_ACCEPTED)),
        ("exp", json!("9999999999"), Some(NOT_ACCEPTED)),
        ("nbf", json!(now + 120), Some("The access token is not valid yet.")),
        ("iat", json!(now + 120), Some("The access token is not valid yet.")),
        ("sub", json!(null), Some(NOT_ACCEPTED)),
        ("cnf", json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}), Some(NOT_ACCEPTED)),
    ]
}

/// The ID token of a sign-in.
async fn id_token(app: &TestApp) -> String {
    let browser = Browser::new();
    browser.sign_in(app, "ada").await;
    browser.session(app).await.record.signed_in.as_ref().unwrap().tokens.id_token.clone()
}

#[actix_web::test]
async fn of_any_provider() {
    let app = TestApp::spawn_with(&OIDC).await;
    let good = app.provider.rfc9068_claims("ada", AUDIENCE, "tasks.read");
    let mut table = forged(&app, "at+jwt", &good);
    let changes = [
        times_and_audiences(&app),
        vec![("client_id", json!(null), Some(NOT_ACCEPTED)), ("jti", json!(null), Some(NOT_ACCEPTED))],
    ];
    table.extend(misissued(&app, "at+jwt", &good, &changes.concat()));
    let as_id_token = app.provider.api_token("JWT", &good).unwrap();
    table.push(("typ JWT".to_owned(), as_id_token, Some(NOT_ACCEPTED)));
    table.push(("an ID token".to_owned(), id_token(&app).await, Some(NOT_ACCEPTED)));
    judge(&app, table).await;
}

#[actix_web::test]
async fn of_entra() {
    let app = TestApp::spawn_with(&ENTRA).await;
    let good = entra(&app);
    let mut table = forged(&app, "JWT", &good);
    let is_id_token = Some("An ID token is not an access token.");
    let changes = [
        times_and_audiences(&app),
        vec![
            ("tid", json!(OTHER_TENANT), Some(NOT_ACCEPTED)),
            ("tid", json!(null), Some(NOT_ACCEPTED)),
            ("azp", json!(null), is_id_token),
            ("scp", json!(null), is_id_token),
            ("nonce", json!("n"), is_id_token),
            ("roles", json!(["Tasks.Read.All"]), None),
        ],
    ];
    table.extend(misissued(&app, "JWT", &good, &changes.concat()));
    let issuer = good["iss"].as_str().unwrap().replace(DEMO_TENANT, OTHER_TENANT);
    let elsewhere = change(&change(&good, "iss", json!(issuer)), "tid", json!(OTHER_TENANT));
    let elsewhere = app.provider.api_token("JWT", &elsewhere).unwrap();
    let text = "The access token is from a tenant that is not allowed.";
    table.push(("another tenant".to_owned(), elsewhere, Some(text)));
    judge(&app, table).await;
}

/// With the client's own id as the audience, as Entra's v2 tokens have it, only their claims tell them apart.
#[actix_web::test]
async fn an_id_token_is_no_access_token_even_for_the_same_audience() {
    let app = TestApp::spawn_with(&[("api.audience", DEMO_CLIENT_ID)]).await;
    let is_id_token = Some("An ID token is not an access token.");
    let good = change(&entra(&app), "aud", json!(DEMO_CLIENT_ID));
    let good = app.provider.api_token("JWT", &good).unwrap();
    let table = [("an ID token", id_token(&app).await, is_id_token), ("an access token", good, None)];
    judge(&app, table.into_iter().map(|(what, token, refusal)| (what.to_owned(), token, refusal)).collect()).await;
}

#[actix_web::test]
async fn an_access_token_is_no_id_token() {
    for (settings, typ) in [(&OIDC[..], "at+jwt"), (&ENTRA[..], "JWT")] {
        let app = TestApp::spawn_with(settings).await;
        let good = match typ {
            "JWT" => entra(&app),
            _ => app.provider.rfc9068_claims("ada", AUDIENCE, "tasks.read"),
        };
        let token = app.provider.api_token(typ, &change(&good, "aud", json!(DEMO_CLIENT_ID))).unwrap();
        app.with_faults(Faults {
            token_response: Some(Arc::new(move |response: &mut Value| response["id_token"] = token.clone().into())),
            ..Faults::default()
        });
        let browser = Browser::new();
        let url = browser.begin(&app).await;
        let said = browser.pick(&url, "ada").await;
        assert_eq!(browser.come_back(&app, &said).await.status, 502, "{typ}");
        assert!(!browser.is_signed_in(&app).await);
    }
}

#[actix_web::test]
async fn a_tenant_that_is_not_allowed_is_refused() {
    let allowed = [
        ("type.authority_type", "MULTI_TENANT"),
        ("client.authority", "{provider}/organizations"),
        ("client.allowed_tenants", OTHER_TENANT),
        ("api.audience", AUDIENCE),
    ];
    let app = TestApp::spawn_with(&allowed).await;
    let good = entra(&app);
    let issuer = good["iss"].as_str().unwrap().replace(DEMO_TENANT, OTHER_TENANT);
    let guest = change(&change(&good, "iss", json!(issuer)), "tid", json!(OTHER_TENANT));
    let text = "The access token is from a tenant that is not allowed.";
    let token = |claims: &Value| app.provider.api_token("JWT", claims).unwrap();
    judge(
        &app,
        vec![
            ("the provider's own tenant".to_owned(), token(&good), Some(text)),
            ("the allowed tenant".to_owned(), token(&guest), None),
        ],
    )
    .await;
}
