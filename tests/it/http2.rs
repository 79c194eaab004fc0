//! Sign-in over HTTP/2, where a browser sends each cookie in a header of its own, next to other applications' cookies.

use crate::helpers::{Browser, TestApp};

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
