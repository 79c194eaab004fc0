//! The callback: what comes back from the provider, or pretends to.

use std::sync::Arc;

use identity_web::internals::demo::faults::Faults;
use reqwest::Method;

use crate::helpers::app::SECRET;
use crate::helpers::{Browser, TestApp, log};

/// A refused callback leaves no session, asks for no tokens and writes nothing.
async fn refused(app: &TestApp, browser: &Browser, callback: &str, status: u16) -> String {
    let before = app.provider.token_requests();
    let answer = browser.get(callback).await;
    assert_eq!(answer.status, status, "{callback}: {}", answer.body);
    assert_eq!(browser.session_cookie(), None);
    assert_eq!(app.provider.token_requests(), before, "no token request");
    assert_eq!(app.keys(), [""; 0]);
    answer.body
}

#[actix_web::test]
async fn a_callback_with_odd_parameters_is_refused_and_changes_nothing() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    let good = browser.callback_url(&app, "ada").await;
    let base = format!("{}/auth/redirect", app.url);
    let long = format!("{base}?code={}&state=x", "c".repeat(20_000));
    for (callback, status) in [
        (base.clone(), 400),
        (format!("{base}?code=&state="), 400),
        (format!("{base}?code=c"), 400),
        (format!("{base}?code=c&state=unknown"), 400),
        (format!("{good}&code=another"), 400),
        (format!("{good}&state=another"), 400),
        (format!("{good}&x=1&x=2"), 400),
        (format!("{base}?code=%ff&state=%ff"), 400),
        (format!("{base}?code=a%0d%0ab&state=a%00"), 400),
        (long, 414),
    ] {
        refused(&app, &browser, &callback, status).await;
    }
    assert_eq!(browser.get(&good).await.location(), "/", "and the sign-in under way can still be completed");
}

#[actix_web::test]
async fn a_callback_with_both_code_and_error_or_a_wrong_issuer_is_refused() {
    let app = TestApp::spawn().await;
    for further in ["&error=access_denied", "&iss=https%3A%2F%2Fevil.example", "&iss=http%3A%2F%2F127.0.0.1%2Fv2.0%2F"]
    {
        let browser = Browser::new();
        let callback = browser.callback_url(&app, "ada").await + further;
        refused(&app, &browser, &callback, 400).await;
    }
}

#[actix_web::test]
async fn the_issuer_is_wanted_where_it_is_announced() {
    let app = TestApp::spawn().await;
    let announce = |document: &mut serde_json::Value| {
        document["authorization_response_iss_parameter_supported"] = true.into();
    };
    app.with_faults(Faults { discovery: Some(Arc::new(announce)), ..Faults::default() });
    app.clock.advance_seconds(3700);
    let browser = Browser::new();
    let callback = browser.callback_url(&app, "ada").await;
    refused(&app, &browser, &callback, 400).await;

    let callback = browser.callback_url(&app, "ada").await;
    let issuer = app.identity.services().providers.default.provider.metadata().await.unwrap().issuer.clone();
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("iss", &issuer).finish();
    assert_eq!(browser.get(&format!("{callback}&{query}")).await.location(), "/");
}

#[actix_web::test]
async fn a_callback_without_its_cookie_or_with_another_browsers_is_refused() {
    let app = TestApp::spawn().await;
    let (victim, attacker) = (Browser::new(), Browser::new());
    let callback = attacker.callback_url(&app, "ada").await;
    let page = refused(&app, &victim, &callback, 400).await;
    assert!(page.contains("cannot be continued"), "{page}");
    victim.begin(&app).await;
    refused(&app, &victim, &callback, 400).await;
    // The victim's own cookie under the name of the attacker's.
    let name = attacker.cookies.borrow().keys().find(|name| name.contains("sign-in")).unwrap().clone();
    let own = victim.cookies.borrow().values().next().unwrap().clone();
    victim.cookies.borrow_mut().insert(name, own);
    refused(&app, &victim, &callback, 400).await;
}

#[actix_web::test]
async fn a_callback_is_spent_once_on_whichever_replica() {
    let app = TestApp::spawn().await;
    let replica = app.replica();
    let browser = Browser::new();
    let callback = browser.callback_url(&app, "ada").await;
    let thief = browser.stolen();
    assert_eq!(browser.get(&callback).await.location(), "/");
    let elsewhere = callback.replace(&app.url, &replica.url);
    let answer = thief.get(&elsewhere).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("already complete"), "{}", answer.body);
    assert_eq!(app.provider.token_requests(), 1, "no second token request");
    assert!(browser.is_signed_in(&app).await, "who signed in stays so");
    assert_eq!(browser.get(&callback).await.location(), "/", "loaded again by who is signed in, it leads home");
}

#[actix_web::test]
async fn of_two_callbacks_at_the_same_instant_one_signs_in() {
    let app = TestApp::spawn().await;
    let replica = app.replica();
    let browser = Browser::new();
    let callback = browser.callback_url(&app, "ada").await;
    let twin = browser.stolen();
    let elsewhere = callback.replace(&app.url, &replica.url);
    let (a, b) = tokio::join!(browser.get(&callback), twin.get(&elsewhere));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 400]);
    assert_eq!(app.provider.token_requests(), 1);
}

#[actix_web::test]
async fn a_callback_after_ten_minutes_is_refused() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    let callback = browser.callback_url(&app, "ada").await;
    app.clock.advance_seconds(600);
    let page = refused(&app, &browser, &callback, 400).await;
    assert!(page.contains("ten minutes"));
}

#[actix_web::test]
async fn of_six_sign_ins_under_way_the_oldest_is_dropped() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    let mut callbacks = Vec::new();
    for _ in 0..6 {
        callbacks.push(browser.callback_url(&app, "ada").await);
        app.clock.advance_seconds(1);
    }
    let transactions = browser.cookies.borrow().keys().filter(|name| name.contains("sign-in")).count();
    assert_eq!(transactions, 5);
    refused(&app, &browser, &callbacks[0], 400).await;
    assert_eq!(browser.get(&callbacks[1]).await.location(), "/");
}

#[actix_web::test]
async fn each_tab_comes_back_to_its_own_target() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    let first = browser.begin_with(&app, "?post_sign_in_url=/token_details%3Fa%3Db").await;
    let second = browser.begin_with(&app, "?post_sign_in_url=//evil.example").await;
    let first = browser.pick(&first, "ada").await.location().to_owned();
    let second = browser.pick(&second, "ada").await.location().to_owned();
    assert_eq!(browser.get(&second).await.location(), "/");
    assert_eq!(browser.get(&first).await.location(), "/token_details?a=b");
}

#[actix_web::test]
async fn an_error_of_the_provider_is_explained_and_never_tried_again_by_itself() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    let url = browser.begin(&app).await;
    let callback = browser.pick(&url, "cancel").await.location().to_owned();
    let page = refused(&app, &browser, &callback, 403).await;
    assert!(page.contains("You declined") && page.contains("AADSTS65004"), "Entra’s code, explained: {page}");

    let url = browser.begin(&app).await;
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let callback = format!("{}/auth/redirect?state={state}&error=access_denied", app.url);
    let page = refused(&app, &browser, &callback, 403).await;
    assert!(page.contains("was declined") && page.contains("access_denied"), "{page}");

    let url = browser.begin(&app).await;
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let nasty = "%3Cscript%3Ealert(1)%3C%2Fscript%3E%E2%80%AE";
    let callback = format!("{}/auth/redirect?state={state}&error=server{nasty}&error_description={nasty}", app.url);
    let page = refused(&app, &browser, &callback, 400).await;
    assert!(page.matches("<script").count() == 1 && !page.contains("alert(1)"), "{page}");
}

#[actix_web::test]
async fn oidcc_client_test_form_post_error_and_form_post() {
    let app = TestApp::spawn_with(&[("auth_request.response_mode", "form_post")]).await;
    let browser = Browser::new();
    let callback = format!("{}/auth/redirect", app.url);
    let url = browser.begin(&app).await;
    let page = browser.pick(&url, "cancel").await;
    let answer = browser.post(&callback, "https://provider.example", &page.fields()).await;
    assert_eq!(answer.status, 403, "{}", answer.body);

    let set = browser.get(&format!("{}/auth/sign_in", app.url)).await.set_cookies().remove(0);
    assert_eq!(set.same_site(), Some(actix_web::cookie::SameSite::None), "a cross-site POST brings it");
    assert_eq!((set.secure(), set.http_only(), set.path()), (Some(true), Some(true), Some("/")));

    let url = browser.begin(&app).await;
    let page = browser.pick(&url, "ada").await;
    let fields = page.fields();
    let duplicate = [fields.clone(), fields[..1].to_vec()].concat();
    assert_eq!(browser.post(&callback, "https://provider.example", &duplicate).await.status, 400);
    let in_both = format!("{callback}?state={}", fields.iter().find(|(name, _)| name == "state").unwrap().1);
    assert_eq!(browser.post(&in_both, "https://provider.example", &fields).await.status, 400);
    for (media_type, body) in [("application/json", "{}"), ("multipart/form-data; boundary=x", "--x--"), ("", "")] {
        let answer =
            browser.send(Method::POST, &callback, &[("content-type", media_type)], Some(body.to_owned())).await;
        assert_eq!(answer.status, 400, "{media_type}");
    }
    let answer = browser.post(&callback, "https://provider.example", &fields).await;
    assert_eq!(answer.location(), "/");
    assert!(browser.is_signed_in(&app).await);
}

#[actix_web::test]
async fn other_methods_and_prefetches_start_and_end_nothing() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    let callback = browser.callback_url(&app, "ada").await;
    for method in [Method::HEAD, Method::PUT, Method::OPTIONS, Method::DELETE, Method::PATCH] {
        assert_eq!(browser.send(method.clone(), &callback, &[], None).await.status, 405, "{method}");
    }
    let ahead = browser.send(Method::GET, &callback, &[("sec-purpose", "prefetch;prerender")], None).await;
    assert_eq!(ahead.status, 204);
    let cookies = browser.cookies.borrow().len();
    let sign_in = format!("{}/auth/sign_in", app.url);
    assert_eq!(browser.send(Method::GET, &sign_in, &[("sec-purpose", "prefetch")], None).await.status, 204);
    assert_eq!(browser.cookies.borrow().len(), cookies, "a prefetch begins no sign-in");
    assert_eq!(browser.get(&callback).await.location(), "/");
}

#[actix_web::test]
async fn a_sign_in_passes_on_what_is_allowed_and_nothing_else() {
    let app = TestApp::spawn_with(&[("auth_request.extra_parameters.ui_locales", "de")]).await;
    let browser = Browser::new();
    let url = browser
        .begin_with(&app, "?login_hint=ada&domain_hint=contoso&prompt=login&redirect_uri=https://evil&scope=all")
        .await;
    let query: Vec<_> = url.query_pairs().into_owned().collect();
    let value = |wanted: &str| -> Vec<_> {
        query.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.as_str()).collect()
    };
    assert_eq!(value("login_hint"), ["ada"]);
    assert_eq!(value("domain_hint"), ["contoso"]);
    assert_eq!(value("prompt"), ["login"]);
    assert_eq!(value("ui_locales"), ["de"]);
    assert_eq!(value("scope"), ["openid profile email offline_access"]);
    assert_eq!(value("redirect_uri"), [format!("{}/auth/redirect", app.url)]);
    for (query, status) in [
        ("?prompt=all", 400),
        ("?prompt=login&prompt=none", 400),
        ("?login_hint=a%0d%0ab", 400),
        ("?iss=https%3A%2F%2Fevil.example", 400),
    ] {
        assert_eq!(browser.get(&format!("{}/auth/sign_in{query}", app.url)).await.status, status, "{query}");
    }
}

#[actix_web::test]
async fn oidcc_client_test_3rd_party_init_login() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    let issuer = app.identity.services().providers.default.provider.metadata().await.unwrap().issuer.clone();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("iss", &issuer)
        .append_pair("target_link_uri", &format!("{}/token_details", app.url))
        .finish();
    let url = browser.begin_with(&app, &format!("?{query}")).await;
    let callback = browser.pick(&url, "grace").await.location().to_owned();
    assert_eq!(browser.get(&callback).await.location(), "/token_details");
}

#[actix_web::test]
async fn no_secret_of_a_sign_in_is_in_the_log() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    let url = browser.begin(&app).await;
    let mut secrets: Vec<String> = vec![SECRET.to_owned()];
    secrets
        .extend(url.query_pairs().filter(|(name, _)| name == "state" || name == "nonce").map(|(_, v)| v.into_owned()));
    secrets.extend(browser.cookies.borrow().values().cloned());
    let callback = browser.pick(&url, "ada").await.location().to_owned();
    secrets.extend(url::Url::parse(&callback).unwrap().query_pairs().map(|(_, value)| value.into_owned()));
    browser.get(&callback).await;
    secrets.extend(browser.session_cookie());
    let hint = browser.sign_out(&app).await.location().to_owned();
    secrets.extend(
        url::Url::parse(&hint)
            .unwrap()
            .query_pairs()
            .filter(|(n, _)| n == "id_token_hint")
            .map(|(_, v)| v.into_owned()),
    );
    assert!(secrets.len() >= 8, "{}", secrets.len());
    log::assert_silent_about(secrets.iter().map(String::as_str));
}
