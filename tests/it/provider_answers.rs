//! What the provider sends is bounded, and is taken for no more than it says: deep claims, tokens of another kind,
//! endpoints with parameters of their own, long texts, tokens for other APIs, groups that cannot be looked up.

#![expect(clippy::unnecessary_wraps, reason = "each fault is optional")]

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::{App, HttpServer, Responder, web};
use identity_web::internals::demo::faults::{Faults, Rewrite};
use identity_web::internals::demo::people::group;
use identity_web::{AccessToken, ApiScopes, Identity, IdentityWeb, Require};
use serde_json::{Value, json};

use crate::helpers::{Browser, TestApp, log};

const OIDC: [(&str, &str); 2] = [("type.authority_type", "OIDC"), ("client.authority", "{authority}/v2.0")];

fn rewrite(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Option<Rewrite> {
    Some(Arc::new(change))
}

/// A value of so many arrays, one in the other.
fn nested(depth: usize) -> Value {
    (0..depth).fold(json!(1), |inner, _| json!([inner]))
}

#[actix_web::test]
async fn a_claim_that_is_nested_too_deep_is_refused_at_the_sign_in() {
    for (settings, of_userinfo) in [(&[][..], false), (&OIDC[..], false), (&OIDC[..], true)] {
        let app = TestApp::spawn_with(settings).await;
        // The object of claims is a level too.
        for (depth, status) in [(31, 303), (32, 502), (125, 502), (1000, 502)] {
            let change = rewrite(move |claims| claims["deep"] = nested(depth));
            let (claims, userinfo) = if of_userinfo { (None, change) } else { (change, None) };
            app.with_faults(Faults { claims, userinfo, ..Faults::default() });
            let browser = Browser::new();
            let answer = browser.sign_in(&app, "ada").await;
            assert_eq!(answer.status, status, "{depth}, userinfo: {of_userinfo}: {}", answer.body);
            assert_eq!(browser.is_signed_in(&app).await, status == 303, "{depth}");
        }
        app.stop().await;
    }
}

#[actix_web::test]
async fn a_token_of_another_kind_is_not_an_id_token() {
    let app = TestApp::spawn().await;
    for (typ, status) in [
        (json!("JWT"), 303),
        (json!("application/jwt"), 303),
        (json!("at+jwt"), 502),
        (json!("application/at+jwt"), 502),
        (json!("Logout+JWT"), 502),
        (json!(7), 502),
    ] {
        let change = typ.clone();
        let header = rewrite(move |header| header["typ"] = change.clone());
        app.with_faults(Faults { header, ..Faults::default() });
        assert_eq!(Browser::new().sign_in(&app, "ada").await.status, status, "{typ}");
    }
    let header = rewrite(|header| drop(header.as_object_mut().unwrap().remove("typ")));
    app.with_faults(Faults { header, ..Faults::default() });
    assert_eq!(Browser::new().sign_in(&app, "ada").await.status, 303, "no type");
}

#[actix_web::test]
async fn parameters_of_an_endpoint_never_stand_beside_ours() {
    let app = TestApp::spawn().await;
    let discovery = rewrite(|document| {
        for (name, query) in [
            ("authorization_endpoint", "?p=a%20b&state=theirs&redirect_uri=https://evil.example&nonce=theirs#top"),
            ("end_session_endpoint", "?p=a%20b&id_token_hint=theirs&post_logout_redirect_uri=https://evil.example#top"),
        ] {
            document[name] = format!("{}{query}", document[name].as_str().unwrap()).into();
        }
    });
    app.with_faults(Faults { discovery, ..Faults::default() });
    let browser = Browser::new();
    let to_sign_in = browser.begin(&app).await;
    let callback = browser.pick(&to_sign_in, "ada").await.location().to_owned();
    assert_eq!(browser.get(&callback).await.status, 303);
    assert!(browser.is_signed_in(&app).await);
    let to_sign_out = url::Url::parse(browser.sign_out(&app).await.location()).unwrap();
    for url in [to_sign_in, to_sign_out] {
        assert_eq!(url.fragment(), None, "{url}");
        assert!(url.query().unwrap().starts_with("p=a%20b&"), "kept as written: {url}");
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        let names: BTreeMap<_, _> = pairs.iter().cloned().collect();
        assert_eq!(names.len(), pairs.len(), "each parameter once: {url}");
        assert!(!url.as_str().contains("theirs") && !url.as_str().contains("evil"), "{url}");
    }
}

/// Parts of the discovery document, of 900 kB each.
#[actix_web::test]
async fn a_long_text_of_the_provider_reaches_neither_a_page_nor_the_log() {
    let marker = "canary-of-a-long-text ";
    let long: String = marker.repeat(900_000 / marker.len());
    for (name, value) in [
        ("issuer", json!(long)),
        ("issuer", json!([long])),
        ("authorization_endpoint", json!(long)),
        ("token_endpoint", json!({ "a": long })),
        ("token_endpoint_auth_methods_supported", json!(long)),
    ] {
        let app = TestApp::spawn_with(&OIDC).await;
        let value = value.clone();
        app.with_faults(Faults { discovery: rewrite(move |it| it[name] = value.clone()), ..Faults::default() });
        let answer = Browser::new().get(&format!("{}/auth/sign_in", app.url)).await;
        assert_eq!(answer.status, 503, "{name}");
        let ready = Browser::new().get(&format!("http://{}/health/ready", app.operations)).await;
        assert_eq!(ready.status, 503, "{name}");
        for body in [answer.body, ready.body] {
            assert!(body.matches(marker).count() <= 200 / marker.len(), "{name}: {} bytes", body.len());
        }
        app.stop().await;
    }
    let log = log::text();
    let longest = log.lines().filter(|line| line.contains(marker)).map(|line| line.matches(marker).count()).max();
    assert!(longest.is_some_and(|longest| longest <= 200 / marker.len()), "{longest:?}");
}

/// An API whose address only looks like Microsoft Graph's.
enum LookAlike {}

impl ApiScopes for LookAlike {
    const SCOPES: &'static [&'static str] = &["https://graphql.example/User.Read"];
}

enum Orders {}

impl ApiScopes for Orders {
    const SCOPES: &'static [&'static str] = &["api://orders/Orders.Read"];
}

async fn token<R: ApiScopes>(token: AccessToken<R>) -> impl Responder {
    token.expose().to_owned()
}

async fn hello(user: Identity) -> impl Responder {
    format!("Hello {}", user.name())
}

fn spawn(identity: &IdentityWeb) -> String {
    let identity = identity.clone();
    let server = HttpServer::new(move || {
        App::new()
            .wrap(identity.sessions())
            .configure(identity.routes())
            .route("/token", web::get().to(token::<identity_web::internals::web::access_token::SignInScopes>))
            .route("/look-alike", web::get().to(token::<LookAlike>))
            .route("/orders", web::get().to(token::<Orders>))
            .service(web::resource("/group").wrap(Require::group(&group(2))).route(web::get().to(hello)))
    });
    let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    url
}

#[actix_web::test]
async fn an_access_token_is_used_only_for_the_scopes_it_was_asked_for() {
    let scopes = ("auth_request.scopes", "openid,profile,email,offline_access,User.Read");
    for token_response in [None, rewrite(|response| drop(response.as_object_mut().unwrap().remove("scope")))] {
        let app = TestApp::spawn_with(&[OIDC[0], OIDC[1], scopes]).await;
        app.with_faults(Faults { token_response, ..Faults::default() });
        let (url, browser) = (spawn(&app.identity), Browser::new());
        browser.sign_in(&app, "ada").await;
        let own = browser.get(&format!("{url}/token")).await;
        assert_eq!(own.status, 200, "{}", own.body);
        for path in ["/look-alike", "/orders"] {
            let asked = browser.get(&format!("{url}{path}")).await;
            assert_eq!(asked.status, 401, "{path}: the user must consent first: {}", asked.body);
            assert!(!asked.body.contains(&own.body), "{path}");
        }

        // Consent leads to a sign-in with the scopes, whose token then serves: also if the response names no scope.
        let asked = browser.get(&format!("{url}/orders")).await;
        let link = asked.body.split("<a class=\"button\" href=\"").nth(1).unwrap().split('"').next().unwrap();
        let link = link.replace("&#x2F;", "/").replace("&amp;", "&");
        let begun = browser.get(&format!("{}{link}", app.url)).await;
        let callback = browser.pick(&url::Url::parse(begun.location()).unwrap(), "ada").await.location().to_owned();
        assert_eq!(browser.get(&callback).await.status, 303);
        let orders = browser.get(&format!("{url}/orders")).await;
        assert_eq!(orders.status, 200, "{}", orders.body);
        assert_eq!(browser.get(&format!("{url}/look-alike")).await.status, 401, "still not");
        app.stop().await;
    }
}

#[actix_web::test]
async fn groups_that_the_provider_cannot_look_up_are_explained() {
    let app = TestApp::spawn_with(&OIDC).await;
    let discovery = rewrite(|document| drop(document.as_object_mut().unwrap().remove("msgraph_host")));
    app.with_faults(Faults { discovery, ..Faults::default() });
    let (url, browser) = (spawn(&app.identity), Browser::new());
    browser.sign_in(&app, "grace").await;
    let answer = browser.get(&format!("{url}/group")).await;
    assert_eq!(answer.status, 403, "{}", answer.body);
    assert!(answer.body.contains("Your groups can’t be checked"), "{}", answer.body);
    let verify = browser.get(&format!("{}/auth/verify?groups={}", app.url, group(2))).await;
    assert_eq!(verify.status, 403, "{}", verify.body);
}
