//! Microsoft Entra's errors, each with a page that says what happened and what to do.

use crate::helpers::chromium::{Chromium, DESKTOP};
use crate::helpers::{Answer, Browser, TestApp};

/// Every code of Entra's that has a page of its own: words of the page, and its status.
const PAGES: [(u32, &str, u16); 34] = [
    (50011, "address is not registered", 400),
    (700_016, "is not registered here", 400),
    (90002, "organisation was not found", 400),
    (7_000_215, "new client secret", 400),
    (7_000_222, "new client secret", 400),
    (700_027, "upload the certificate", 400),
    (65001, "Consent is missing", 400),
    (90094, "Consent is missing", 400),
    (65004, "You declined", 403),
    (50105, "have not been given access", 400),
    (50020, "belongs to another organisation", 400),
    (90072, "invite the user as a guest", 400),
    (50034, "Wrong account or password", 400),
    (50126, "Wrong account or password", 400),
    (50053, "locked or disabled", 400),
    (50057, "locked or disabled", 400),
    (50055, "More verification is needed", 400),
    (50072, "More verification is needed", 400),
    (50074, "More verification is needed", 400),
    (50076, "More verification is needed", 400),
    (50079, "More verification is needed", 400),
    (50158, "More verification is needed", 400),
    (53000, "rules do not allow", 403),
    (53001, "rules do not allow", 403),
    (53003, "rules do not allow", 403),
    (530_003, "rules do not allow", 403),
    (54005, "no longer valid", 400),
    (70008, "no longer valid", 400),
    (70000, "no longer valid", 400),
    (50058, "not signed in at Microsoft", 400),
    (500_112, "addresses do not match", 400),
    (50147, "sign-in could not be verified", 400),
    (90014, "request is incomplete", 400),
    (900_144, "request is incomplete", 400),
];
/// Another sign-in would fail too.
const FOR_ADMINISTRATORS: [u32; 14] = [
    50011, 700_016, 90002, 7_000_215, 7_000_222, 700_027, 700_024, 70021, 700_211, 700_212, 700_213, 500_112, 90014,
    900_144,
];
const OTHER_ACCOUNT: [u32; 5] = [50105, 50020, 90072, 50053, 50057];

/// Chooses a refusal at the provider, and comes back with it.
async fn refused(app: &TestApp, browser: &Browser, code: u32) -> Answer {
    let mut url = browser.begin(app).await;
    let mut fields: Vec<_> = url.query_pairs().into_owned().collect();
    fields.extend([("person", "refused".to_owned()), ("refused", code.to_string())].map(|(n, v)| (n.to_owned(), v)));
    url.set_query(None);
    let answer = browser.post(url.as_str(), "null", &fields).await;
    browser.get(answer.location()).await
}

/// What the provider said in a parameter of its error description.
fn shown<'a>(page: &'a str, label: &str) -> &'a str {
    let after =
        page.split(&format!("<dt>{label}</dt><dd><code>")).nth(1).unwrap_or_else(|| panic!("no {label}: {page}"));
    after.split('<').next().unwrap()
}

#[actix_web::test]
async fn each_code_has_a_page() {
    let app = TestApp::spawn().await;
    for (code, words, status) in PAGES {
        let answer = refused(&app, &Browser::new(), code).await;
        let page = answer.body.replace("&#x2F;", "/").replace("’", "'");
        assert_eq!(answer.status, status, "{code}");
        assert!(page.contains(words) && page.contains(&format!("AADSTS{code}<")), "{code}: {page}");
        let quoted = shown(&page, "For Microsoft's support");
        for label in ["Trace ID: ", "Correlation ID: "] {
            let id = quoted.split(label).nth(1).unwrap_or_else(|| panic!("{code}: {quoted}"));
            assert_eq!(id.split(',').next().unwrap().len(), 36, "{code}: {quoted}");
        }
        assert!(quoted.contains("Timestamp: 20"), "{code}: {quoted}");
        assert_eq!(page.matches("<dt>Correlation ID</dt>").count(), 1, "{code}: only one row is called that");
        assert_eq!(shown(&page, "Time").len(), "2026-01-02 03:04:05Z".len(), "{code}");
        assert!(page.contains("What you can do"), "{code}");
        let expected = match code {
            _ if FOR_ADMINISTRATORS.contains(&code) => "Home",
            _ if OTHER_ACCOUNT.contains(&code) => "Use another account",
            _ => "Sign in",
        };
        let first = page.split("<a class=\"button\" href=\"").nth(1).unwrap();
        assert_eq!(first.split(['>', '<']).nth(1), Some(expected), "{code}: the first button can help");
        let (header, _) = page.split_once("<main").unwrap();
        assert_eq!(header.contains(">Sign in</a>"), expected != "Home", "{code}: also that of the header");
        assert!(!page.contains("http-equiv"), "{code}: and nothing else done");
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
        chromium.goto(&format!("{}/auth/sign_in?prompt=select_account", app.url)).await;
        chromium.sees("Ada Lovelace").await;
        chromium.click("details.refusals summary").await;
        chromium.click(&format!("option[value='{code}']")).await;
        chromium.screenshot("demo-refusals").await;
        chromium.click("button[value=refused]").await;
        chromium.sees(&format!("AADSTS{code}")).await;
        chromium.screenshot(&format!("aadsts{code}")).await;
    }
}
