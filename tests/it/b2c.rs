//! Azure AD B2C: its policies, each with metadata and keys of its own, and what people choose there.

use std::sync::Arc;

use identity_web::internals::demo::DEMO_TENANT;
use identity_web::internals::demo::faults::Faults;
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use crate::helpers::chromium::{Chromium, DESKTOP, Look};
use crate::helpers::{Answer, Browser, TestApp};

const SETTINGS: [(&str, &str); 5] = [
    ("type.authority_type", "B2C"),
    ("client.authority", "{provider}/contoso.onmicrosoft.com"),
    ("b2c.susi", "/b2c_1_susi"),
    ("b2c.profile", "b2c_1_edit_profile"),
    ("b2c.password", "/b2c_1_reset"),
];

async fn spawn_with(further: &[(&str, &str)]) -> TestApp {
    TestApp::spawn_with(&[&SETTINGS, further].concat()).await
}

/// The policy that a URL at the provider leads to.
fn policy(url: &Url) -> &str {
    url.path_segments().unwrap().nth(1).unwrap()
}

/// Where an answer of the application's leads at the provider.
fn at_provider(answer: &Answer) -> Url {
    assert_eq!(answer.status, 303, "{}", answer.body);
    Url::parse(answer.location()).unwrap()
}

/// Begins a sign-in, presses a button there, and comes back.
async fn choose(browser: &Browser, app: &TestApp, query: &str, step: &str) -> Answer {
    let url = browser.begin_with(app, query).await;
    let said = browser.press(&url, &[("step", step)]).await;
    browser.come_back(app, &said).await
}

async fn edit_profile(browser: &Browser, app: &TestApp) -> Url {
    at_provider(&browser.get(&format!("{}/auth/edit_profile", app.url)).await)
}

fn transactions(browser: &Browser) -> usize {
    browser.cookies.borrow().keys().filter(|name| name.contains("sign-in")).count()
}

#[actix_web::test]
async fn people_sign_up_or_in_by_query_and_by_form_post() {
    for mode in ["query", "form_post"] {
        let app = spawn_with(&[("auth_request.response_mode", mode)]).await;
        let browser = Browser::new();
        let url = browser.begin_with(&app, "?post_sign_in_url=/token_details").await;
        assert_eq!(policy(&url), "b2c_1_susi");
        let scope = url.query_pairs().find(|(name, _)| name == "scope").unwrap().1.into_owned();
        assert_eq!(scope, "openid profile offline_access", "B2C knows no scope email");
        let said = browser.pick(&url, "ada").await;
        assert_eq!(browser.come_back(&app, &said).await.location(), "/token_details");
        let page = browser.get(&format!("{}/token_details", app.url)).await.body;
        for words in ["B2C_1_susi", "ada@contoso.example", "Ada Lovelace", "user flow (B2C policy)"] {
            assert!(page.contains(words), "{words} is not on the page: {page}");
        }
        assert!(page.contains(&format!("/{DEMO_TENANT}/v2.0/<")), "the issuer has a slash at its end: {page}");
        let home = browser.get(&app.url).await.body;
        assert!(home.contains("ada@contoso.example") && home.contains("href=\"/auth/edit_profile\""), "{home}");
        app.stop().await;
    }
}

#[actix_web::test]
async fn a_profile_is_edited_by_its_own_policy_and_the_new_name_is_known() {
    let app = spawn_with(&[]).await;
    let browser = Browser::new();
    browser.sign_in(&app, "grace").await;
    let before = browser.session_cookie();
    let url = edit_profile(&browser, &app).await;
    assert_eq!(policy(&url), "b2c_1_edit_profile");
    let page = browser.get(url.as_str()).await.body;
    assert!(page.contains("Edit your profile") && page.contains("Grace Hopper"), "{page}");
    let said = browser.press(&url, &[("step", "save"), ("display_name", "Rear Admiral Hopper")]).await;
    assert_eq!(browser.come_back(&app, &said).await.location(), "/");
    assert!(browser.get(&app.url).await.body.contains("signed in as <bdi title=\"Rear Admiral Hopper\">"));
    assert_ne!(browser.session_cookie(), before, "a new session key");
    let details = browser.get(&format!("{}/token_details", app.url)).await.body;
    assert!(details.contains("B2C_1_edit_profile"), "{details}");

    // Tokens of that policy are ended there.
    let end = at_provider(&browser.sign_out(&app).await);
    assert_eq!(policy(&end), "b2c_1_edit_profile");
    assert!(end.path().ends_with("/oauth2/v2.0/logout"), "{end}");
}

#[actix_web::test]
async fn a_profile_that_another_user_edited_changes_nothing() {
    let app = spawn_with(&[]).await;
    let (ada, grace) = (Browser::new(), Browser::new());
    ada.sign_in(&app, "ada").await;
    grace.sign_in(&app, "grace").await;
    let before = ada.session_cookie();
    let url = edit_profile(&ada, &app).await;
    let said = grace.press(&url, &[("step", "save"), ("display_name", "Rear Admiral Hopper")]).await;
    let answer = ada.come_back(&app, &said).await;
    assert_eq!(answer.status, 403, "{}", answer.body);
    assert!(answer.body.contains("A different account signed in"), "{}", answer.body);
    assert_eq!(ada.session_cookie(), before);
    assert!(ada.get(&app.url).await.body.contains("signed in as <bdi title=\"Ada Lovelace\">"));
}

#[actix_web::test]
async fn who_cancels_is_back_where_they_were_and_as_they_were() {
    for mode in ["query", "form_post"] {
        let app = spawn_with(&[("auth_request.response_mode", mode)]).await;
        let browser = Browser::new();
        let answer = choose(&browser, &app, "?post_sign_in_url=/token_details", "cancel").await;
        assert_eq!(answer.location(), "/", "whoever was not signed in has only home to go back to");
        assert!(!browser.is_signed_in(&app).await && app.keys().is_empty());
        assert_eq!(transactions(&browser), 0, "the transaction is over");
        assert_eq!(app.provider.token_requests(), 0);
        app.stop().await;
    }
    let app = spawn_with(&[]).await;
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    let before = (browser.session_cookie(), app.keys());
    let url =
        at_provider(&browser.get(&format!("{}/auth/edit_profile?post_sign_in_url=/token_details", app.url)).await);
    let said = browser.press(&url, &[("step", "cancel")]).await;
    let description = said.parameters().into_iter().find(|(name, _)| name == "error_description").unwrap().1;
    assert!(description.starts_with("AADB2C90091: ") && description.contains("\r\nTimestamp: "), "{description:?}");
    assert_eq!(browser.come_back(&app, &said).await.location(), "/token_details");
    assert_eq!((browser.session_cookie(), app.keys()), before, "still signed in, to the same session");
    assert!(browser.is_signed_in(&app).await);
    let again = browser.come_back(&app, &said).await;
    assert_eq!(again.location(), "/", "loaded again, it leads home");
}

#[actix_web::test]
async fn who_forgot_the_password_is_sent_to_reset_it_and_comes_back_signed_in() {
    for mode in ["query", "form_post"] {
        let app = spawn_with(&[("auth_request.response_mode", mode)]).await;
        let browser = Browser::new();
        let url = at_provider(&choose(&browser, &app, "?post_sign_in_url=/token_details", "forgot_password").await);
        assert_eq!(policy(&url), "b2c_1_reset");
        assert_eq!(transactions(&browser), 1, "the new transaction in place of the old");
        assert_eq!(app.provider.token_requests(), 0);
        let said = browser.pick(&url, "alan").await;
        assert_eq!(browser.come_back(&app, &said).await.location(), "/token_details", "the same target");
        assert!(browser.is_signed_in(&app).await);
        assert_eq!(policy(&at_provider(&browser.sign_out(&app).await)), "b2c_1_reset");
        app.stop().await;
    }
}

#[actix_web::test]
async fn nobody_goes_in_circles_for_a_new_password() {
    let app = spawn_with(&[]).await;
    let browser = Browser::new();
    let url = at_provider(&choose(&browser, &app, "", "forgot_password").await);
    let said = browser.press(&url, &[("step", "forgot_password")]).await;
    let answer = browser.come_back(&app, &said).await;
    assert_eq!(answer.status, 403, "{}", answer.body);
    assert!(
        answer.body.contains("cannot be reset from here") && answer.body.contains("AADB2C90118"),
        "{}",
        answer.body
    );
    let url = at_provider(&choose(&browser, &app, "", "forgot_password").await);
    let said = browser.press(&url, &[("step", "cancel")]).await;
    assert_eq!(browser.come_back(&app, &said).await.location(), "/", "cancelled there too");
}

#[actix_web::test]
async fn who_cancels_an_editing_by_a_cross_site_post_is_back_too() {
    let app = spawn_with(&[("auth_request.response_mode", "form_post")]).await;
    let browser = Browser::new();
    let url = browser.begin(&app).await;
    let said = browser.pick(&url, "ada").await;
    browser.come_back(&app, &said).await;
    let url =
        at_provider(&browser.get(&format!("{}/auth/edit_profile?post_sign_in_url=/token_details", app.url)).await);
    let said = browser.press(&url, &[("step", "cancel")]).await;
    // The session's cookie is Lax: it does not come with the provider's form.
    let session = browser.cookies.borrow_mut().remove("__Host-identity").unwrap();
    assert_eq!(browser.come_back(&app, &said).await.location(), "/token_details");
    browser.cookies.borrow_mut().insert("__Host-identity".to_owned(), session);
    assert!(browser.is_signed_in(&app).await);
}

#[actix_web::test]
async fn other_answers_are_pages_that_say_what_to_do() {
    let app = TestApp::spawn_with(&SETTINGS[..3]).await;
    let browser = Browser::new();
    let answer = choose(&browser, &app, "", "forgot_password").await;
    assert_eq!(answer.status, 403);
    for words in ["Your password cannot be reset from here", "b2c.password", "AADB2C90118", "Correlation ID", "Sign in"]
    {
        assert!(answer.body.contains(words), "{words}: {}", answer.body);
    }
    let url = browser.begin_with(&app, "?prompt=none").await;
    let silent = browser.get(url.as_str()).await;
    let answer = browser.come_back(&app, &silent).await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    for words in ["You are not signed in at the identity provider", "AADB2C90077", "href=\"/auth/sign_in\""] {
        assert!(answer.body.contains(words), "{words}: {}", answer.body);
    }
    let scopes = spawn_with(&[("auth_request.scopes", "openid,email")]).await;
    let url = browser.begin(&scopes).await;
    let said = browser.get(url.as_str()).await;
    let answer = browser.come_back(&scopes, &said).await;
    assert!(answer.body.contains("AADB2C90117") && answer.body.contains("auth_request.scopes"), "{}", answer.body);
    let secret = spawn_with(&[("client.client_credential", "the wrong secret")]).await;
    let answer = browser.sign_in(&secret, "ada").await;
    assert_eq!(answer.status, 502);
    assert!(answer.body.contains("AADB2C90081") && answer.body.contains("client.client_credential"), "{}", answer.body);
}

#[actix_web::test]
async fn editing_a_profile_is_for_who_is_signed_in_where_there_is_a_policy() {
    let without = TestApp::spawn_with(&SETTINGS[..3]).await;
    let entra = TestApp::spawn().await;
    for app in [&without, &entra] {
        let browser = Browser::new();
        browser.sign_in(app, "ada").await;
        assert_eq!(browser.get(&format!("{}/auth/edit_profile", app.url)).await.status, 404);
        assert!(!browser.get(&app.url).await.body.contains("edit_profile"), "no link either");
    }
    let app = spawn_with(&[]).await;
    let route = format!("{}/auth/edit_profile", app.url);
    let browser = Browser::new();
    assert_eq!(browser.get(&route).await.location(), "/auth/sign_in", "signed in first");
    let script = [("accept", "application/json"), ("sec-fetch-mode", "cors")];
    assert_eq!(browser.send(Method::GET, &route, &script, None).await.status, 401);
    browser.sign_in(&app, "ada").await;
    assert_eq!(browser.send(Method::GET, &route, &[("sec-purpose", "prefetch")], None).await.status, 204);
    assert_eq!(transactions(&browser), 0, "a prefetch begins nothing");
    for method in [Method::POST, Method::HEAD, Method::PUT, Method::DELETE] {
        assert_eq!(browser.send(method.clone(), &route, &[], None).await.status, 405, "{method}");
    }
    let url = at_provider(&browser.get(&format!("{route}?post_sign_in_url=//evil.example")).await);
    let said = browser.press(&url, &[("step", "cancel")]).await;
    assert_eq!(browser.come_back(&app, &said).await.location(), "/");
}

/// A policy's token is good for that policy alone, whatever else is right about it.
#[actix_web::test]
async fn tokens_of_another_policy_or_issuer_are_refused_and_explained() {
    let set = |name: &'static str, value: Value| {
        let change = move |claims: &mut Value| claims[name] = value.clone();
        Faults { claims: Some(Arc::new(change)), ..Faults::default() }
    };
    let issuer = |change: fn(&str) -> String| {
        let change = move |claims: &mut Value| claims["iss"] = change(claims["iss"].as_str().unwrap()).into();
        Faults { claims: Some(Arc::new(change)), ..Faults::default() }
    };
    let app = spawn_with(&[]).await;
    for (name, faults) in [
        ("another policy", set("tfp", json!("B2C_1_reset"))),
        ("a longer name", set("tfp", json!("B2C_1_susi2"))),
        ("no policy", set("tfp", Value::Null)),
        ("a list", set("tfp", json!(["B2C_1_susi"]))),
        ("an issuer without its slash", issuer(|iss| iss.trim_end_matches('/').to_owned())),
        ("another tenant's issuer", issuer(|iss| iss.replace(DEMO_TENANT, "11111111-2222-4333-8444-555555555555"))),
        (
            "an issuer that names the policy",
            issuer(|iss| iss.replace(DEMO_TENANT, &format!("tfp/{DEMO_TENANT}/b2c_1_susi"))),
        ),
    ] {
        app.with_faults(faults);
        let browser = Browser::new();
        let answer = browser.sign_in(&app, "ada").await;
        assert_eq!(answer.status, 502, "{name}");
        assert!(answer.body.contains("could not be verified") && answer.body.contains("Correlation ID"), "{name}");
        assert!(!browser.is_signed_in(&app).await && app.keys_but_spent().is_empty(), "{name}");
    }
    // Older policies say it in `acr`.
    let older = |claims: &mut Value| claims["acr"] = claims.as_object_mut().unwrap().remove("tfp").unwrap();
    app.with_faults(Faults { claims: Some(Arc::new(older)), ..Faults::default() });
    assert_eq!(Browser::new().sign_in(&app, "ada").await.location(), "/");
}

#[actix_web::test]
async fn an_issuer_that_names_the_policy_is_taken_where_the_metadata_says_so() {
    let app = spawn_with(&[]).await;
    let rewrite = |document: &mut Value| {
        let member = if document.get("iss").is_some() { "iss" } else { "issuer" };
        let policy =
            if member == "iss" { document["tfp"].as_str().unwrap().to_owned() } else { "b2c_1_susi".to_owned() };
        let issuer = document[member].as_str().unwrap().replace(DEMO_TENANT, &format!("tfp/{DEMO_TENANT}/{policy}"));
        document[member] = issuer.to_ascii_lowercase().into();
    };
    app.with_faults(Faults {
        discovery: Some(Arc::new(rewrite)),
        claims: Some(Arc::new(rewrite)),
        ..Faults::default()
    });
    app.clock.advance_seconds(90_000);
    assert_eq!(Browser::new().sign_in(&app, "ada").await.location(), "/");
}

#[actix_web::test]
async fn a_code_of_one_policy_is_not_redeemed_at_another() {
    let app = spawn_with(&[]).await;
    let browser = Browser::new();
    let susi = browser.begin(&app).await;
    let reset = at_provider(&choose(&browser, &app, "", "forgot_password").await);
    let state = |url: &Url| url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let callback = browser.pick(&reset, "ada").await.location().replace(&state(&reset), &state(&susi));
    let answer = browser.get(&callback).await;
    assert_eq!(answer.status, 502, "{}", answer.body);
    assert!(answer.body.contains("AADB2C90088"), "{}", answer.body);
}

/// An access token comes only with a scope that asks for one.
#[actix_web::test]
async fn a_token_response_may_have_an_access_token_or_none() {
    for scopes in ["openid", "openid,{client_id},offline_access"] {
        let scopes = scopes.replace("{client_id}", identity_web::internals::demo::DEMO_CLIENT_ID);
        let app = spawn_with(&[("auth_request.scopes", &scopes)]).await;
        assert_eq!(Browser::new().sign_in(&app, "ada").await.location(), "/", "{scopes}");
        app.stop().await;
    }
    // No provider but B2C may leave it out.
    let app = TestApp::spawn().await;
    let without = |response: &mut Value| drop(response.as_object_mut().unwrap().remove("access_token"));
    app.with_faults(Faults { token_response: Some(Arc::new(without)), ..Faults::default() });
    assert_eq!(Browser::new().sign_in(&app, "ada").await.status, 502);
}

#[actix_web::test]
async fn tokens_are_renewed_at_the_policy_that_gave_them() {
    let scopes = format!("openid,offline_access,{}", identity_web::internals::demo::DEMO_CLIENT_ID);
    let app = spawn_with(&[("auth_request.scopes", &scopes)]).await;
    let browser = Browser::new();
    let expired = |response: &mut Value| response["expires_in"] = 0.into();
    app.with_faults(Faults { token_response: Some(Arc::new(expired)), ..Faults::default() });
    let url = at_provider(&choose(&browser, &app, "", "forgot_password").await);
    let said = browser.pick(&url, "grace").await;
    browser.come_back(&app, &said).await;
    app.with_faults(Faults::default());
    let url = crate::renewal::spawn(&app.identity);
    let answer = browser.get(&format!("{url}/token")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(app.provider.token_requests(), 2, "the code, and one renewal");
    let page = browser.get(&format!("{}/token_details", app.url)).await.body;
    assert!(page.contains("B2C_1_reset") && page.contains("Grace Hopper"), "{page}");
}

#[actix_web::test]
async fn a_policy_that_is_away_loses_nothing_and_only_the_sign_ins_is_needed_to_be_ready() {
    let app = spawn_with(&[("b2c.profile", "no_such_policy_profile"), ("b2c.password", "no_such_policy_reset")]).await;
    let ready = Browser::new().get(&format!("http://{}/health/ready", app.operations)).await;
    assert_eq!(ready.status, 200, "{}", ready.body);
    let browser = Browser::new();
    let url = browser.begin(&app).await;
    let said = browser.press(&url, &[("step", "forgot_password")]).await;
    for _ in 0..2 {
        let answer = browser.come_back(&app, &said).await;
        assert_eq!(answer.status, 503, "the answer may come again: {}", answer.body);
    }
    browser.sign_in(&app, "ada").await;
    assert_eq!(browser.get(&format!("{}/auth/edit_profile", app.url)).await.status, 503);
    assert!(browser.is_signed_in(&app).await);
}

#[actix_web::test]
async fn in_a_browser_one_signs_in_edits_the_profile_cancels_and_forgets_the_password() {
    for look in [DESKTOP, Look { name: "phone-dark", size: (390, 844), dark: true }] {
        let app = spawn_with(&[]).await;
        let chromium = Chromium::start(look).await;
        chromium.goto(&format!("{}/auth/sign_in", app.url)).await;
        chromium.sees("Forgot your password?").await;
        chromium.screenshot("b2c-1-sign-in").await;
        chromium.click("button[value=forgot_password]").await;
        chromium.sees("Reset your password").await;
        chromium.screenshot("b2c-2-reset-password").await;
        chromium.click("button[value=cancel]").await;
        chromium.sees("You’re signed out").await;

        chromium.goto(&format!("{}/auth/sign_in", app.url)).await;
        chromium.click("button[value=forgot_password]").await;
        chromium.sees("Reset your password").await;
        chromium.click("button[value=grace]").await;
        chromium.sees("signed in as Grace Hopper").await;
        chromium.screenshot("b2c-3-home").await;
        chromium.click("main a[href='/auth/edit_profile']").await;
        chromium.sees("Edit your profile").await;
        chromium.screenshot("b2c-4-edit-profile").await;
        chromium.click("button[value=cancel]").await;
        chromium.sees("signed in as Grace Hopper").await;

        chromium.click("main a[href='/auth/edit_profile']").await;
        chromium.sees("Display name").await;
        chromium.fill("#display_name", " of the Navy").await;
        chromium.click("button[value=save]").await;
        chromium.sees("signed in as Grace Hopper of the Navy").await;
        chromium.sign_out().await;
        chromium.sees("You’re signed out").await;
        chromium.close().await;
        app.stop().await;
    }
    let app = TestApp::spawn_with(&SETTINGS[..3]).await;
    let chromium = Chromium::start(DESKTOP).await;
    chromium.goto(&format!("{}/auth/sign_in", app.url)).await;
    chromium.click("button[value=forgot_password]").await;
    chromium.sees("cannot be reset from here").await;
    chromium.screenshot("b2c-5-no-password-policy").await;
    chromium.close().await;
}
