//! The provider ends a session: back-channel and front-channel logout. The tests of the first group bear the names of the
//! OpenID Foundation's conformance modules for relying parties.

use std::sync::Arc;

use futures_util::future::join_all;
use identity_web::internals::demo::DEMO_CLIENT_ID;
use identity_web::internals::demo::faults::{Faults, Rewrite, Signature};
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use crate::helpers::redis::Redis;
use crate::helpers::{Answer, Browser, TestApp, eventually, log};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The claims of a logout token for the session of a browser.
async fn claims(app: &TestApp, browser: &Browser) -> Value {
    let session = browser.session(app).await;
    let (known, now) = (&session.signed_in().unwrap().claims, app.clock.now().0);
    json!({
        "iss": known.issuer(), "sub": known.subject(), "sid": known.session_id(), "aud": DEMO_CLIENT_ID, "tid": known.text("tid"),
        "iat": now, "exp": now + 120, "jti": format!("jti-{}", rand::random::<u64>()), "events": {EVENT: {}},
        "ignored_claim": true,
    })
}

fn logout_token(app: &TestApp, claims: &Value) -> String {
    app.provider.logout_token(claims).unwrap()
}

/// Sends a logout token as a provider does.
async fn send(app: &TestApp, token: &str) -> Answer {
    let form = Serializer::new(String::new())
        .append_pair("logout_token", token)
        .append_pair("ignored_parameter", "value")
        .finish();
    send_form(app, form).await
}

async fn send_form(app: &TestApp, form: String) -> Answer {
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("accept", "*/*")];
    // Providers' clients speak either version of HTTP.
    let client = if rand::random() { Browser::new() } else { Browser::http2() };
    client.send(reqwest::Method::POST, &back_channel(app), &headers, Some(form)).await
}

fn back_channel(app: &TestApp) -> String {
    format!("{}/auth/back_channel_logout", app.url)
}

async fn signed_in(app: &TestApp, person: &str) -> Browser {
    let browser = Browser::new();
    browser.sign_in(app, person).await;
    assert!(browser.is_signed_in(app).await);
    browser
}

fn assert_status(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert!(answer.header("cache-control").contains("no-store"));
    assert!(answer.set_cookies().is_empty());
}

/// A token that is altered like this is refused, and ends nothing.
async fn refused(faults: Faults, alter: impl Fn(&mut Value)) {
    let app = TestApp::spawn().await;
    let browser = signed_in(&app, "ada").await;
    let mut claims = claims(&app, &browser).await;
    alter(&mut claims);
    let before = app.keys();
    app.with_faults(faults);
    let token = logout_token(&app, &claims);
    app.with_faults(Faults::default());
    let answer = send(&app, &token).await;
    assert_status(&answer, 400);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert!(browser.is_signed_in(&app).await);
    assert_eq!(app.keys().len(), before.len(), "nothing is written for a token that is refused");
    log::assert_silent_about([token.as_str()]);
}

fn header(name: &'static str, value: Value) -> Faults {
    let header: Rewrite = Arc::new(move |header: &mut Value| header[name] = value.clone());
    Faults { header: Some(header), ..Faults::default() }
}

/// `name: faults, change of the claims`
macro_rules! refused {
    ($($name:ident: $faults:expr, $alter:expr;)*) => {$(
        #[actix_web::test]
        async fn $name() {
            refused($faults, $alter).await;
        }
    )*};
}

refused! {
    oidcc_client_test_rp_backchannel_rpinitlogout_alg_none:
        Faults { signature: Signature::None, ..Faults::default() }, |_| {};
    oidcc_client_test_rp_backchannel_rpinitlogout_no_event:
        Faults::default(), |claims| { claims.as_object_mut().unwrap().remove("events"); };
    oidcc_client_test_rp_backchannel_rpinitlogout_with_nonce:
        Faults::default(), |claims| claims["nonce"] = json!("n");
    oidcc_client_test_rp_backchannel_rpinitlogout_wrong_aud:
        Faults::default(), |claims| claims["aud"] = json!("another client");
    oidcc_client_test_rp_backchannel_rpinitlogout_wrong_event:
        Faults::default(), |claims| claims["events"] = json!({"http://schemas.openid.net/event/foobar": {}});
    oidcc_client_test_rp_backchannel_rpinitlogout_wrong_iss:
        Faults::default(), |claims| claims["iss"] = format!("{}1", claims["iss"].as_str().unwrap()).into();

    a_logout_token_of_another_type_is_refused:
        header("typ", json!("at+jwt")), |_| {};
    a_logout_token_with_a_foreign_signature_is_refused:
        Faults { signature: Signature::Foreign, ..Faults::default() }, |_| {};
    a_logout_token_that_is_signed_with_the_clients_secret_is_refused:
        Faults { signature: Signature::ClientSecret, ..Faults::default() }, |_| {};
    a_logout_token_without_jti_is_refused:
        Faults::default(), |claims| { claims.as_object_mut().unwrap().remove("jti"); };
    a_logout_token_without_exp_is_refused:
        Faults::default(), |claims| { claims.as_object_mut().unwrap().remove("exp"); };
    a_logout_token_that_has_expired_is_refused:
        Faults::default(), |claims| claims["exp"] = json!(claims["iat"].as_i64().unwrap() - 61);
    a_logout_token_from_the_future_is_refused:
        Faults::default(), |claims| claims["iat"] = json!(claims["iat"].as_i64().unwrap() + 70);
    a_logout_token_for_nobody_is_refused:
        Faults::default(), |claims| claims.as_object_mut().unwrap().retain(|name, _| name != "sub" && name != "sid");
}

/// The algorithm is pinned: a genuine key of the provider is not enough.
#[actix_web::test]
async fn oidcc_client_test_rp_backchannel_rpinitlogout_wrong_alg() {
    let app = TestApp::spawn().await;
    let browser = signed_in(&app, "ada").await;
    let claims = claims(&app, &browser).await;
    app.provider.signer.write().unwrap().algorithm = "ES256";
    assert_status(&send(&app, &logout_token(&app, &claims)).await, 400);
    app.provider.signer.write().unwrap().algorithm = "RS256";
    assert!(browser.is_signed_in(&app).await);
    assert_status(&send(&app, &logout_token(&app, &claims)).await, 200);
}

#[actix_web::test]
async fn oidcc_client_test_rp_backchannel_rpinitlogout() {
    let app = TestApp::spawn().await;
    for typ in [json!(null), json!("JWT"), json!("logout+jwt"), json!("application/logout+JWT")] {
        let (browser, other) = (signed_in(&app, "ada").await, signed_in(&app, "ada").await);
        let claims = claims(&app, &browser).await;
        let header: Rewrite = Arc::new(move |header: &mut Value| match &typ {
            Value::Null => drop(header.as_object_mut().unwrap().remove("typ")),
            typ => header["typ"] = typ.clone(),
        });
        app.with_faults(Faults { header: Some(header), ..Faults::default() });
        let answer = send(&app, &logout_token(&app, &claims)).await;
        app.with_faults(Faults::default());
        assert_status(&answer, 200);
        assert_eq!(answer.body, "");
        assert!(!browser.is_signed_in(&app).await);
        assert!(other.is_signed_in(&app).await, "another session of the same user goes on");
    }
}

/// The application has ended the session itself before it sends the browser to the provider.
#[actix_web::test]
async fn a_logout_token_for_a_session_that_has_ended_is_accepted() {
    let app = TestApp::spawn().await;
    let browser = signed_in(&app, "ada").await;
    let claims = claims(&app, &browser).await;
    browser.sign_out(&app).await;
    assert_status(&send(&app, &logout_token(&app, &claims)).await, 200);
}

/// RP-initiated logout: the request to the provider has what the conformance suite demands.
#[actix_web::test]
async fn oidcc_client_test_rp_init_logout() {
    let app = TestApp::spawn().await;
    let browser = signed_in(&app, "ada").await;
    let id_token = browser.session(&app).await.signed_in().unwrap().tokens.id_token.clone();
    let answer = browser.sign_out(&app).await;
    let url = url::Url::parse(answer.location()).unwrap();
    let parameter = |name: &str| url.query_pairs().find(|(found, _)| found == name).unwrap().1.into_owned();
    assert_eq!(parameter("id_token_hint"), id_token);
    assert_eq!(parameter("post_logout_redirect_uri"), app.identity.services().site.absolute("/auth/post_sign_out"));
    for name in ["id_token_hint", "logout_hint", "client_id", "state", "post_logout_redirect_uri"] {
        assert_eq!(url.query_pairs().filter(|(found, _)| found == name).count(), 1, "{name}");
    }
    assert!(!browser.is_signed_in(&app).await);
    let back = browser.get(answer.location()).await.location().to_owned();
    assert!(back.starts_with(&format!("{}/auth/post_sign_out?state=", app.url)), "{back}");
    assert_eq!(browser.get(&back).await.status, 200);
    assert_eq!(browser.sign_out(&app).await.location(), "/auth/post_sign_out?local", "twice does no harm");
}

#[actix_web::test]
async fn oidcc_client_test_rp_init_logout_other_state() {
    lands_with(|state| format!("?state={state}_INVALID")).await;
}

#[actix_web::test]
async fn oidcc_client_test_rp_init_logout_no_state() {
    lands_with(|_| String::new()).await;
}

async fn lands_with(query: impl Fn(&str) -> String) {
    let app = TestApp::spawn().await;
    let browser = signed_in(&app, "ada").await;
    let answer = browser.sign_out(&app).await;
    let url = url::Url::parse(answer.location()).unwrap();
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let landing = browser.get(&format!("{}/auth/post_sign_out{}", app.url, query(&state))).await;
    assert_eq!(landing.status, 200);
    assert!(landing.body.contains("You’re signed out"), "{}", landing.body);
    assert!(!browser.is_signed_in(&app).await);
}

#[actix_web::test]
async fn a_logout_token_is_accepted_once_by_all_replicas() {
    let app = TestApp::spawn().await;
    let replica = app.replica();
    let browser = signed_in(&app, "ada").await;
    let token = logout_token(&app, &claims(&app, &browser).await);
    let answers = join_all((0..10).map(|number| send(if number % 2 == 0 { &app } else { &replica }, &token))).await;
    let count = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(200), count(400)), (1, 9));
    assert!(!browser.is_signed_in(&app).await);
    // As long as it would be valid otherwise.
    app.clock.advance_seconds(179);
    assert_status(&send(&replica, &token).await, 400);
}

#[actix_web::test]
async fn a_logout_that_the_store_could_not_carry_out_can_be_sent_again() {
    let mut redis = Redis::start();
    let settings = [("redis.url", redis.url()), ("redis.command_timeout_ms", "500".to_owned())];
    let settings: Vec<_> = settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let app = TestApp::spawn_with(&settings).await;
    let browser = signed_in(&app, "ada").await;
    let token = logout_token(&app, &claims(&app, &browser).await);
    redis.stop();
    assert_status(&send(&app, &token).await, 503);
    redis.run();
    assert_status(&send(&app, &token).await, 200);
    assert!(!browser.is_signed_in(&app).await);
}

#[actix_web::test]
async fn a_logout_whose_keys_cannot_be_fetched_can_be_sent_again() {
    let app = TestApp::spawn().await;
    let browser = signed_in(&app, "ada").await;
    let token = logout_token(&app, &claims(&app, &browser).await);
    let away = app.replica_with("IDENTITY_WEB__CLIENT__METADATA_URL", "http://127.0.0.1:9/");
    assert_status(&send(&away, &token).await, 503);
    assert!(browser.is_signed_in(&app).await);
    assert_status(&send(&app, &token).await, 200);
}

#[actix_web::test]
async fn a_token_for_a_user_ends_all_sessions_of_that_user_at_every_replica() {
    const SESSIONS: usize = 50;
    let app = TestApp::spawn().await;
    let replicas = [app.replica(), app.replica()];
    let replicas = [&app, &replicas[0], &replicas[1]];
    let of_ada = join_all((0..SESSIONS).map(|number| signed_in(replicas[number % 3], "ada"))).await;
    let of_grace = join_all((0..5).map(|number| signed_in(replicas[number % 3], "grace"))).await;
    // Every replica has every session in memory.
    for browser in &of_ada {
        for replica in replicas {
            assert!(browser.is_signed_in(replica).await);
        }
    }
    let mut claims = claims(&app, &of_ada[0]).await;
    claims.as_object_mut().unwrap().remove("sid");
    assert_status(&send(&app, &logout_token(&app, &claims)).await, 200);
    for replica in replicas {
        for browser in &of_ada {
            // How soon, `revocation` measures.
            let has_ended = async || (!browser.is_signed_in(replica).await).then_some(());
            eventually("the end of the session", has_ended).await;
        }
        for browser in &of_grace {
            assert!(browser.is_signed_in(replica).await, "another user's session goes on");
        }
    }
}

#[actix_web::test]
async fn an_id_token_is_no_logout_token_and_the_reverse() {
    let app = TestApp::spawn().await;
    let browser = signed_in(&app, "ada").await;
    let id_token = browser.session(&app).await.signed_in().unwrap().tokens.id_token.clone();
    assert_status(&send(&app, &id_token).await, 400);
    assert!(browser.is_signed_in(&app).await);
    // A provider that sends a logout token in place of an ID token signs nobody in.
    let events: Rewrite = Arc::new(|claims: &mut Value| claims["events"] = json!({EVENT: {}}));
    app.with_faults(Faults { claims: Some(events), ..header("typ", json!("logout+jwt")) });
    let other = Browser::new();
    other.sign_in(&app, "grace").await;
    assert!(!other.is_signed_in(&app).await);
}

#[actix_web::test]
async fn malformed_requests_are_refused_and_change_nothing() {
    let app = TestApp::spawn().await;
    let browser = signed_in(&app, "ada").await;
    let token = logout_token(&app, &claims(&app, &browser).await);
    let before = app.keys();
    let twice = format!("logout_token={token}&logout_token={token}");
    let large = format!("logout_token={}", "x".repeat(60_000));
    for form in ["", "logout_token=", "logout_token", "logout_token=a.b.c", "token=x", "&&&=%ff", &twice, &large] {
        assert_status(&send_form(&app, form.to_owned()).await, 400);
    }
    let url = back_channel(&app);
    for (content_type, body) in [("application/json", format!("{{\"logout_token\":\"{token}\"}}")), ("", token.clone())]
    {
        let headers = [("content-type", content_type)];
        let answer = Browser::new().send(reqwest::Method::POST, &url, &headers, Some(body)).await;
        assert_status(&answer, 400);
    }
    assert_eq!(Browser::new().get(&format!("{url}?logout_token={token}")).await.status, 405);
    assert_eq!(app.keys(), before);
    assert!(browser.is_signed_in(&app).await);
    // A browser's cookie is of no account here, and another site may send the token: the token is the proof.
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "cross-site")];
    let answer = browser.send(reqwest::Method::POST, &url, &headers, Some(format!("logout_token={token}"))).await;
    assert_status(&answer, 200);
}

/// What a page of the provider shows in its frame. Browsers send no cookie with it.
async fn in_frame(app: &TestApp, query: &str) -> Answer {
    let url = format!("{}/auth/front_channel_logout{query}", app.url);
    let headers = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")];
    Browser::new().send(reqwest::Method::GET, &url, &headers, None).await
}

fn query(parameters: &[(&str, &str)]) -> String {
    format!("?{}", Serializer::new(String::new()).extend_pairs(parameters).finish())
}

#[actix_web::test]
async fn oidcc_client_test_rp_frontchannel_rpinitlogout() {
    let app = TestApp::spawn().await;
    let replica = app.replica();
    let (browser, other) = (signed_in(&app, "ada").await, signed_in(&app, "ada").await);
    let claims = claims(&app, &browser).await;
    let (issuer, session_id) = (claims["iss"].as_str().unwrap(), claims["sid"].as_str().unwrap());
    let renewals = app.provider.token_requests();
    let answer = in_frame(&replica, &query(&[("iss", issuer), ("sid", session_id)])).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let origin = url::Url::parse(issuer).unwrap().origin().ascii_serialization();
    let policy = format!("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors {origin}");
    assert_eq!(answer.header("content-security-policy"), policy);
    assert_eq!(answer.header("x-frame-options"), "");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert!(!browser.is_signed_in(&replica).await);
    assert!(other.is_signed_in(&replica).await);
    assert_eq!(app.provider.token_requests(), renewals, "nothing ends at the provider");
    // Entra sends sid alone, in places.
    assert_eq!(
        in_frame(&app, &query(&[("sid", other.session(&app).await.signed_in().unwrap().claims.session_id().unwrap())]))
            .await
            .status,
        200
    );
    assert!(!other.is_signed_in(&app).await);
}

#[actix_web::test]
async fn a_front_channel_logout_of_any_tenant_needs_no_issuer() {
    let settings = [("type.authority_type", "MULTI_TENANT"), ("client.authority", "{provider}/organizations")];
    let app = TestApp::spawn_with(&settings).await;
    let browser = signed_in(&app, "ada").await;
    let claims = claims(&app, &browser).await;
    assert_eq!(in_frame(&app, &query(&[("sid", claims["sid"].as_str().unwrap())])).await.status, 200);
    assert!(!browser.is_signed_in(&app).await);
}

#[actix_web::test]
async fn a_session_id_that_is_not_encoded_is_found() {
    let app = TestApp::spawn().await;
    for (session_id, sent) in [
        ("a b%c+d", "?sid=a%20b%25c%2Bd"),
        ("plus+plus", "?sid=plus+plus"),
        ("50%", "?sid=50%"),
        ("x%20y", "?sid=x%20y"),
        ("escaped", "?iss={iss}&amp;sid=escaped"),
    ] {
        let own: Rewrite = Arc::new(move |claims: &mut Value| claims["sid"] = session_id.into());
        app.with_faults(Faults { claims: Some(own), ..Faults::default() });
        let browser = signed_in(&app, "ada").await;
        let issuer = browser.session(&app).await.signed_in().unwrap().claims.issuer().to_owned();
        assert_eq!(in_frame(&app, &sent.replace("{iss}", &issuer)).await.status, 200);
        assert!(!browser.is_signed_in(&app).await, "{session_id}");
    }
}

#[actix_web::test]
async fn a_front_channel_logout_ends_only_what_it_names() {
    let app = TestApp::spawn().await;
    let browser = signed_in(&app, "ada").await;
    let session_id = browser.session(&app).await.signed_in().unwrap().claims.session_id().unwrap().to_owned();
    let long = "x".repeat(600);
    for (parameters, status) in [
        (vec![("iss", "https://evil.example"), ("sid", session_id.as_str())], 400),
        (vec![("iss", "https://evil.example"), ("iss", "https://other.example"), ("sid", "s")], 400),
        (vec![("sid", long.as_str())], 400),
        (vec![("sid", "another")], 200),
        (vec![], 200),
    ] {
        assert_eq!(in_frame(&app, &query(&parameters)).await.status, status, "{parameters:?}");
        assert!(browser.is_signed_in(&app).await, "{parameters:?}");
    }
    let url = format!("{}/auth/front_channel_logout", app.url);
    // A link to it is no sign-out, and no prefetch is.
    assert_eq!(browser.get(&url).await.status, 200);
    let prefetch = [("sec-purpose", "prefetch")];
    let by_id = format!("{url}{}", query(&[("sid", session_id.as_str())]));
    assert_eq!(browser.send(reqwest::Method::GET, &by_id, &prefetch, None).await.status, 204);
    assert!(browser.is_signed_in(&app).await);
    // In a frame on our own site the cookie says which session is meant, unless sid names another.
    let framed = [("sec-fetch-dest", "iframe"), ("sec-fetch-site", "same-site")];
    let other = format!("{url}{}", query(&[("sid", "another")]));
    assert_eq!(browser.send(reqwest::Method::GET, &other, &framed, None).await.status, 200);
    assert!(browser.is_signed_in(&app).await);
    let cut_off = format!("{url}{}", query(&[("sid", &session_id[..session_id.len() - 3])]));
    let answer = browser.send(reqwest::Method::GET, &cut_off, &framed, None).await;
    assert_eq!(answer.status, 200);
    assert_eq!(browser.session_cookie(), None, "the cookie is removed");
    assert!(!browser.is_signed_in(&app).await);
}
