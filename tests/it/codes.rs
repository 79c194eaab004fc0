//! An authorization code is redeemed once, and answered by the user who was asked.

use std::sync::Arc;

use futures_util::future::join_all;
use identity_web::internals::demo::faults::{Faults, Signature};
use serde_json::Value;
use url::Url;

use crate::helpers::relay::Relay;
use crate::helpers::{Browser, TestApp};

#[actix_web::test]
async fn fifty_callbacks_at_two_replicas_make_one_token_request_also_if_it_fails() {
    for signature in [Signature::Own, Signature::Foreign] {
        let app = TestApp::spawn().await;
        let replica = app.replica();
        app.with_faults(Faults { signature, ..Faults::default() });
        let browser = Browser::new();
        let callback = browser.callback_url(&app, "ada").await;
        let urls = [callback.clone(), callback.replace(&app.url, &replica.url)];
        let callbacks = (0..50).map(|n| {
            let (stolen, url) = (browser.stolen(), &urls[n % 2]);
            async move { stolen.get(url).await.status }
        });
        let statuses = join_all(callbacks).await;
        assert_eq!(app.provider.token_requests(), 1, "{statuses:?}");
        let signed_in = statuses.iter().filter(|status| **status == 303).count();
        assert_eq!(signed_in, usize::from(signature == Signature::Own), "{statuses:?}");
        for url in &urls {
            browser.get(url).await;
        }
        assert_eq!(app.provider.token_requests(), 1, "nor later");
        app.stop().await;
        replica.stop().await;
    }
}

#[actix_web::test]
async fn a_code_that_the_provider_never_answered_for_may_be_tried_again() {
    let app = TestApp::spawn().await;
    let authority = Url::parse(&app.variables["IDENTITY_WEB__CLIENT__AUTHORITY"]).unwrap();
    let relay = Relay::start(authority.port().unwrap()).await;
    let (own, relayed) = (format!(":{}/", authority.port().unwrap()), format!(":{}/", relay.port));
    let discovery = move |document: &mut Value| {
        document["token_endpoint"] = document["token_endpoint"].as_str().unwrap().replace(&own, &relayed).into();
    };
    app.with_faults(Faults { discovery: Some(Arc::new(discovery)), ..Faults::default() });
    let replica = app.replica();
    let browser = Browser::new();
    let callback = browser.callback_url(&app, "ada").await.replace(&app.url, &replica.url);

    relay.refuse(true);
    assert_eq!(browser.get(&callback).await.status, 503);
    assert_eq!(app.provider.token_requests(), 0);
    relay.refuse(false);
    assert_eq!(browser.get(&callback).await.status, 303, "the same response, again");
    assert_eq!(app.provider.token_requests(), 1);

    // An answer that was lost: the provider has used the code up, and says so.
    let callback = Browser::new();
    let url = callback.callback_url(&app, "ada").await.replace(&app.url, &replica.url);
    relay.lose_answer_to("grant_type=authorization_code");
    assert_eq!(callback.get(&url).await.status, 503);
    assert!(relay.has_lost());
    assert_eq!(callback.get(&url).await.status, 502);
    assert_eq!(callback.get(&url).await.status, 400, "answered now, so it is spent");
}

#[actix_web::test]
async fn a_sign_in_that_is_too_large_to_store_leaves_nothing_but_that_its_code_is_spent() {
    let app = TestApp::spawn_with(&[("limits.session_bytes", "1024")]).await;
    let browser = Browser::new();
    let callback = browser.callback_url(&app, "ada").await;
    let answer = browser.get(&callback).await;
    assert_eq!(answer.status, 413, "{}", answer.body);
    assert_eq!((browser.session_cookie(), app.keys_but_spent()), (None, Vec::new()));
    assert_eq!(browser.get(&callback).await.status, 400);
    assert_eq!(app.provider.token_requests(), 1);
}

/// The page that asks for consent, and its link.
async fn consent_link(browser: &Browser, page: &str) -> String {
    let page = browser.get(page).await;
    assert_eq!(page.status, 401, "{}", page.body);
    let link = page.body.split("<a class=\"button\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    link.replace("&#x2F;", "/").replace("&amp;", "&")
}

#[actix_web::test]
async fn consent_is_given_by_the_user_who_was_asked_and_by_no_other() {
    let app = TestApp::spawn_with(&[("auth_request.scopes", "openid,profile,email")]).await;
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    let before = browser.session_cookie();
    let link = consent_link(&browser, &format!("{}/call_graph", app.url)).await;

    let begun = browser.get(&format!("{}{link}", app.url)).await;
    let callback = browser.pick(&Url::parse(begun.location()).unwrap(), "grace").await.location().to_owned();
    let refused = browser.get(&callback).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert!(refused.body.contains("A different account signed in"), "{}", refused.body);
    assert!(refused.body.contains("Ada Lovelace"), "still signed in: {}", refused.body);
    assert_eq!(browser.session_cookie(), before, "nothing has changed");
    assert!(browser.get(&format!("{}/", app.url)).await.body.contains("Ada Lovelace"));

    let begun = browser.get(&format!("{}{link}", app.url)).await;
    let callback = browser.pick(&Url::parse(begun.location()).unwrap(), "ada").await.location().to_owned();
    assert_eq!(browser.get(&callback).await.status, 303, "the user who was asked may answer");
    assert_ne!(browser.session_cookie(), before);

    // A plain sign-in may switch accounts.
    browser.sign_in(&app, "grace").await;
    assert!(browser.get(&format!("{}/", app.url)).await.body.contains("Grace Hopper"));
}
