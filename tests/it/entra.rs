//! Microsoft Entra's errors, each with a page that says what happened and what to do.

use std::sync::Arc;

use identity_web::demo::faults::Faults;

use crate::helpers::chromium::{Chromium, DESKTOP};
use crate::helpers::{Browser, TestApp};

/// Every code of Entra's that has a page of its own: the error it comes with, words of the page, and its status.
const PAGES: [(u32, &str, &str, u16); 34] = [
    (50011, "invalid_request", "address is not registered", 400),
    (700_016, "unauthorized_client", "is not known here", 400),
    (90002, "invalid_request", "organisation is not known", 400),
    (7_000_215, "invalid_client", "new client secret", 400),
    (7_000_222, "invalid_client", "new client secret", 400),
    (700_027, "invalid_client", "upload the certificate", 400),
    (65001, "invalid_grant", "Consent is missing", 400),
    (90094, "consent_required", "Consent is missing", 400),
    (65004, "access_denied", "You declined", 403),
    (50105, "interaction_required", "have not been given access", 400),
    (50020, "invalid_request", "of another organisation", 400),
    (90072, "invalid_request", "invite the person as a guest", 400),
    (50034, "invalid_request", "wrong password", 400),
    (50126, "invalid_grant", "wrong password", 400),
    (50053, "invalid_grant", "locked or disabled", 400),
    (50057, "invalid_grant", "locked or disabled", 400),
    (50055, "interaction_required", "wants more of you", 400),
    (50072, "interaction_required", "wants more of you", 400),
    (50074, "interaction_required", "wants more of you", 400),
    (50076, "interaction_required", "wants more of you", 400),
    (50079, "interaction_required", "wants more of you", 400),
    (50158, "interaction_required", "wants more of you", 400),
    (53000, "access_denied", "rules do not allow", 403),
    (53001, "access_denied", "rules do not allow", 403),
    (53003, "access_denied", "rules do not allow", 403),
    (530_003, "access_denied", "rules do not allow", 403),
    (54005, "invalid_grant", "no longer good", 400),
    (70008, "invalid_grant", "no longer good", 400),
    (70000, "invalid_grant", "no longer good", 400),
    (50058, "login_required", "not signed in at Microsoft", 400),
    (500_112, "invalid_client", "addresses do not agree", 400),
    (50147, "invalid_request", "proof was refused", 400),
    (90014, "invalid_request", "lacks something", 400),
    (900_144, "invalid_request", "lacks something", 400),
];
const TRACE_ID: &str = "0000aaaa-11bb-cccc-dd22-eeeeee333333";
const CORRELATION_ID: &str = "aaaa0000-bb11-2222-33cc-444444dddddd";

/// The provider answers with this error.
fn refusing(code: u32, error: &'static str) -> Faults {
    Faults {
        authorization_response: Some(Arc::new(move |parameters| {
            parameters.retain(|(name, _)| name == "state");
            let description = format!(
                "AADSTS{code}: What Entra says.\r\nTrace ID: {TRACE_ID}\r\nCorrelation ID: {CORRELATION_ID}\r\nTimestamp: 2026-01-02 03:04:05Z"
            );
            parameters.push(("error".to_owned(), error.to_owned()));
            parameters.push(("error_description".to_owned(), description));
        })),
        ..Faults::default()
    }
}

#[actix_web::test]
async fn each_code_has_a_page() {
    let app = TestApp::spawn().await;
    for (code, error, words, status) in PAGES {
        app.with_faults(refusing(code, error));
        let answer = Browser::new().sign_in(&app, "ada").await;
        let page = answer.body.replace("&#x2F;", "/").replace("’", "'");
        assert_eq!(answer.status, status, "{code}");
        for expected in [words, &format!("AADSTS{code}"), TRACE_ID, CORRELATION_ID, "2026-01-02 03:04:05Z"] {
            assert!(page.contains(expected), "{code}: no {expected} on {page}");
        }
        assert!(page.contains("What you can do"), "{code}");
        assert!(page.contains(">Sign in</a>"), "{code}: a fresh try is offered");
        assert!(!page.contains("http-equiv") && !page.contains("What Entra says"), "{code}: and nothing else done");
        let registration = app.variables["IDENTITY_WEB__SERVER__PUBLIC_URL"].clone() + "/auth/redirect";
        match code {
            50011 | 500_112 => assert!(page.contains(&registration), "{code}: what to register"),
            65001 | 90094 => {
                assert!(page.contains("openid profile email offline_access"), "{code}: the permissions");
                assert!(page.contains("/adminconsent?client_id="), "{code}: where they are granted");
            }
            700_016 | 90002 => assert!(page.contains("<dt>Authority</dt>"), "{code}: what is set"),
            _ => {}
        }
    }
    assert_eq!(app.keys(), Vec::<String>::new(), "nothing is left of any");
}

#[actix_web::test]
async fn pages_of_five_codes_in_a_browser() {
    let app = TestApp::spawn().await;
    let chromium = Chromium::start(DESKTOP).await;
    for code in [50011, 65001, 50105, 53003, 7_000_222] {
        let (_, error, ..) = PAGES.into_iter().find(|page| page.0 == code).unwrap();
        app.with_faults(refusing(code, error));
        chromium.goto(&format!("{}/auth/sign_in?prompt=select_account", app.url)).await;
        chromium.sees("Ada Lovelace").await;
        chromium.click("button[value=ada]").await;
        chromium.sees(&format!("AADSTS{code}")).await;
        chromium.screenshot(&format!("aadsts{code}")).await;
    }
}
