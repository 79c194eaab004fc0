//! Sign-in over HTTP/2, where a browser sends each cookie in a header of its own, next to other applications' cookies.

use crate::helpers::{Browser, TestApp};

const KEYS: &str = "IDENTITY_WEB__SESSION__KEYS";
/// Another key than that of [`TestApp::spawn`].
const NEW_KEY: &str = "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY=";

/// A browser that has cookies of other applications of the host.
fn chromium_like() -> Browser {
    let browser = Browser::http2();
    for cookie in ["theme=dark", "_ga=GA1.1.1234567890.1700000000", "consent=\"all\""] {
        browser.add_other_cookie(cookie);
    }
    browser
}

#[actix_web::test]
async fn over_http2_a_user_signs_in_is_known_on_the_next_page_and_signs_out() {
    let app = TestApp::spawn().await;
    let browser = chromium_like();
    assert_eq!(browser.sign_in(&app, "ada").await.location(), "/");
    for _ in 0..2 {
        assert!(browser.is_signed_in(&app).await);
    }
    assert!(browser.get(&format!("{}/", app.url)).await.body.contains("Ada Lovelace"));
    let stolen = browser.stolen();
    assert_eq!(browser.sign_out(&app).await.status, 303);
    assert!(!browser.is_signed_in(&app).await && !stolen.is_signed_in(&app).await);
}

#[actix_web::test]
async fn over_http2_a_sign_in_leads_back_to_the_page_that_asked_for_it() {
    let app = TestApp::spawn().await;
    let page = chromium_like().get(&format!("{}/token_details?a=b", app.url)).await;
    assert_eq!(page.status, 401);
    assert!(page.body.contains("post_sign_in_url=%2Ftoken_details%3Fa%3Db"), "{}", page.body);
}

#[actix_web::test]
async fn over_http2_a_session_of_either_key_on_the_ring_is_found() {
    let app = TestApp::spawn().await;
    let rotated = app.replica_with(KEYS, &format!("{NEW_KEY},{}", app.variables[KEYS]));
    let (before, after) = (chromium_like(), chromium_like());
    before.sign_in(&app, "ada").await;
    assert!(before.is_signed_in(&rotated).await, "the cookie is of the older key");

    let callback = after.callback_url(&rotated, "alan").await;
    assert_eq!(after.get(&callback.replace(&app.url, &rotated.url)).await.location(), "/");
    assert!(after.is_signed_in(&rotated).await, "the cookie is of the newer key");
}

#[actix_web::test]
async fn another_applications_cookie_outside_utf8_hides_none_of_ours() {
    let app = TestApp::spawn().await;
    let rotated = app.replica_with(KEYS, &format!("{NEW_KEY},{}", app.variables[KEYS]));
    for browser in [Browser::new(), Browser::http2()] {
        browser.add_other_cookie(b"theme=\xff\xfe");
        browser.add_other_cookie(b"name=Ren\xe9");
        assert_eq!(browser.sign_in(&app, "ada").await.status, 303, "the sign-in's own cookie is found");
        assert!(browser.is_signed_in(&app).await);
        assert!(browser.is_signed_in(&rotated).await, "as with an older key");
        assert_eq!(browser.sign_out(&app).await.status, 303);
        assert!(!browser.is_signed_in(&app).await);
    }
}
