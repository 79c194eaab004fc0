//! A replica of the version before next to one of this version, as in a rolling update.

use crate::helpers::replica::Replica;
use crate::helpers::{Browser, TestApp};

#[actix_web::test]
async fn a_session_of_either_version_is_served_and_ended_by_the_other() {
    // In development, the record of a session has fields that only its own version reads.
    let app = TestApp::spawn_with(&[("profile", "production")]).await;
    let Some(mut before) = Replica::before(&app) else { return };
    before.start().await;
    let before_url = before.url();
    let status = async |browser: &Browser, url: &str| browser.get(&format!("{url}/token_details")).await.status;
    let sign_out = async |browser: &Browser, url: &str| {
        browser.post(&format!("{url}/auth/sign_out"), &app.identity.services().site.absolute(""), &[]).await.status
    };

    for (from, to) in [(&app.url, &before_url), (&before_url, &app.url)] {
        let browser = Browser::new();
        let callback = browser.callback_url(&app, "ada").await;
        assert_eq!(browser.get(&callback.replace(&app.url, from)).await.location(), "/");
        let stolen = browser.stolen();
        assert_eq!((status(&browser, from).await, status(&browser, to).await), (200, 200), "{from} to {to}");
        assert_eq!(sign_out(&browser, to).await, 303);
        assert_eq!((status(&stolen, from).await, status(&stolen, to).await), (401, 401), "{from} to {to}");
    }
}
