//! Who the provider is: one tenant or many, personal accounts, External ID, a national cloud, and the Python sample's
//! settings files for each authority type. And whose tokens are not taken.

use std::sync::Arc;

use identity_web::internals::demo::faults::{Faults, Rewrite};
use identity_web::internals::demo::{DEMO_CLIENT_ID, DEMO_TENANT};
use serde_json::{Value, json};

use crate::helpers::app::SECRET;
use crate::helpers::chromium::{Chromium, DESKTOP};
use crate::helpers::{Browser, TestApp};

const OTHER_TENANT: &str = "11111111-2222-4333-8444-555555555555";
const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// The claims page of who has signed in.
async fn claims_page(app: &TestApp, person: &str) -> String {
    let browser = Browser::new();
    assert_eq!(browser.sign_in(app, person).await.location(), "/");
    browser.get(&format!("{}/token_details", app.url)).await.body
}

fn at(authority_type: &'static str, authority: &'static str) -> [(&'static str, &'static str); 2] {
    [("type.authority_type", authority_type), ("client.authority", authority)]
}

#[actix_web::test]
async fn each_authority_signs_in_and_says_whose_people_they_are() {
    for (authority_type, authority, tenant) in [
        ("SINGLE_TENANT", "{provider}/{tenant}", DEMO_TENANT),
        ("SINGLE_TENANT", "{provider}/{tenant}/v2.0", DEMO_TENANT),
        ("SINGLE_TENANT", "{provider}/contoso.onmicrosoft.com", DEMO_TENANT),
        ("SINGLE_TENANT", "{provider}/consumers", CONSUMERS),
        ("MULTI_TENANT", "{provider}/organizations", DEMO_TENANT),
        ("MULTI_TENANT", "{provider}/common", DEMO_TENANT),
        ("MULTI_TENANT", "{provider}/consumers", CONSUMERS),
    ] {
        let app = TestApp::spawn_with(&at(authority_type, authority)).await;
        let page = claims_page(&app, "ada").await;
        assert!(page.contains(tenant), "{authority_type} {authority}: {page}");
        app.stop().await;
    }
}

#[actix_web::test]
async fn external_id_issues_tokens_at_a_host_of_the_tenants_own() {
    for authority in ["{authority}", "{provider}/contoso.onmicrosoft.com"] {
        let app = TestApp::spawn_at_host("contoso.ciamlogin.localhost", &at("SINGLE_TENANT", authority)).await;
        let url = Browser::new().begin(&app).await;
        assert_eq!(url.host_str(), Some("contoso.ciamlogin.localhost"));
        let page = claims_page(&app, "grace").await;
        assert!(page.contains(&format!("http://{DEMO_TENANT}.ciamlogin.localhost")), "{page}");

        // The same tenant's token in the name of the host that the browser saw: not what the metadata names.
        let issuer = format!("http://contoso.ciamlogin.localhost/{DEMO_TENANT}/v2.0");
        app.with_faults(claims(move |claims| claims["iss"] = issuer.clone().into()));
        assert_eq!(Browser::new().sign_in(&app, "grace").await.status, 502);
        app.stop().await;
    }
}

#[actix_web::test]
async fn a_national_cloud_differs_by_its_host_alone() {
    for settings in [at("SINGLE_TENANT", "{authority}"), at("SINGLE_TENANT", "{provider}/contoso.onmicrosoft.com")] {
        let app = TestApp::spawn_at_host("login.sovereign.localhost", &settings).await;
        let url = Browser::new().begin(&app).await;
        assert_eq!(url.host_str(), Some("login.sovereign.localhost"));
        let page = claims_page(&app, "ada").await;
        assert!(page.contains("http://login.sovereign.localhost"), "{page}");
        app.stop().await;
    }
}

fn claims(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Faults {
    Faults { claims: Some(Arc::new(change)), ..Faults::default() }
}

fn keys_for(issuer: &'static str) -> Faults {
    let change = move |set: &mut Value| {
        for key in set["keys"].as_array_mut().unwrap() {
            key["issuer"] = key["issuer"].as_str().map(|own| issuer.replace("{own}", own)).into();
        }
    };
    let change: Rewrite = Arc::new(change);
    Faults { key_set: Some(change), ..Faults::default() }
}

/// Each with the status and the words of the page, which says what happened and what to do, and gives no one a session.
#[actix_web::test]
async fn tokens_of_other_tenants_and_issuers_are_refused_and_explained() {
    const NOT_ADMITTED: (u16, &[&str]) = (
        403,
        &["Your organisation may not sign in here", "doesn’t allow", "Ask the application’s administrator to allow"],
    );
    const NOT_VERIFIED: (u16, &[&str]) =
        (502, &["The sign-in could not be verified", "you weren’t signed in", "give the correlation ID"]);
    let v1 = |claims: &mut Value| {
        claims["iss"] = format!("https://sts.windows.net/{}/", claims["tid"].as_str().unwrap()).into();
    };
    let both = |claims: &mut Value| {
        claims["iss"] = claims["iss"].as_str().unwrap().replace(DEMO_TENANT, OTHER_TENANT).into();
        claims["tid"] = OTHER_TENANT.into();
    };
    let tid = |claims: &mut Value| claims["tid"] = OTHER_TENANT.into();
    let no_guid = |claims: &mut Value| {
        claims["iss"] = claims["iss"].as_str().unwrap().replace(DEMO_TENANT, "common").into();
        claims["tid"] = "common".into();
    };
    let multi = at("MULTI_TENANT", "{provider}/common").to_vec();
    let admits = |tenants| {
        [at("MULTI_TENANT", "{provider}/organizations").to_vec(), vec![("client.allowed_tenants", tenants)]].concat()
    };
    let single = at("SINGLE_TENANT", "{authority}").to_vec();
    for (name, settings, faults, (status, words)) in [
        ("a tenant that is not admitted", admits(OTHER_TENANT), Faults::default(), NOT_ADMITTED),
        ("another tenant than the one admitted", admits(DEMO_TENANT), claims(both), NOT_ADMITTED),
        ("another tenant than the only one", single.clone(), claims(both), NOT_ADMITTED),
        (
            "a key of another tenant's",
            single.clone(),
            keys_for("https://login.example/11111111-2222-4333-8444-555555555555/v2.0"),
            NOT_VERIFIED,
        ),
        (
            "a key of another cloud's template",
            multi.clone(),
            keys_for("https://login.example/{tenantid}/v2.0"),
            NOT_VERIFIED,
        ),
        ("a key of another issuer's by a slash", multi.clone(), keys_for("{own}/"), NOT_VERIFIED),
        ("a v1 issuer, one tenant", single.clone(), claims(v1), NOT_VERIFIED),
        ("a v1 issuer, many tenants", multi.clone(), claims(v1), NOT_VERIFIED),
        ("a tid that differs from iss, one tenant", single.clone(), claims(tid), NOT_VERIFIED),
        ("a tid that differs from iss, many tenants", multi.clone(), claims(tid), NOT_VERIFIED),
        ("a tid that is no tenant's", multi.clone(), claims(no_guid), NOT_VERIFIED),
    ] {
        let app = TestApp::spawn_with(&settings).await;
        app.with_faults(faults);
        let browser = Browser::new();
        let answer = browser.sign_in(&app, "ada").await;
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
        for words in words.iter().chain(&["Correlation ID"]) {
            assert!(answer.body.contains(words), "{name}: {words:?} is not on the page: {}", answer.body);
        }
        assert!(browser.session_cookie().is_none() && !browser.is_signed_in(&app).await, "{name}");
        assert_eq!(app.keys_but_spent(), [""; 0], "{name}: nothing in Redis but that the code is spent");
        assert_eq!(app.provider.token_requests(), 1, "{name}: asked for tokens once");
        app.stop().await;
    }
}

/// A file as the sample has it, with what a person enters in place of the placeholders, and the double's host in place of
/// Microsoft's.
fn filled_in(file: &str) -> String {
    let text = std::fs::read_to_string(format!("tests/it/fixtures/python_sample/{file}")).unwrap();
    let entered = text
        .replace("{enter-your-application-id}", DEMO_CLIENT_ID)
        .replace("\"{enter-your-secret}\"", &json!(SECRET).to_string())
        .replace("{enter-your-tenant-id}", DEMO_TENANT)
        .replace("{enter-your-tenant-name}", "contoso");
    assert!(!entered.contains("enter-your"), "{entered}");
    entered
        .replace("https://login.microsoftonline.com", "{provider}")
        .replace("https://contoso.b2clogin.com", "{provider}")
}

#[actix_web::test]
async fn the_python_samples_file_signs_in_for_each_authority_type() {
    for (file, picks) in [
        ("aad.config.json", "Pick an account"),
        ("aad_multi.config.json", "Pick an account"),
        ("b2c.config.json", "Sign in or sign up"),
    ] {
        let app = TestApp::spawn_from_file(&filled_in(file)).await;
        let chromium = Chromium::start(DESKTOP).await;
        chromium.goto(&app.url).await;
        chromium.click("main a[href^='/auth/sign_in']").await;
        chromium.sees(picks).await;
        chromium.click("button[value=ada]").await;
        chromium.sees("signed in as Ada Lovelace").await;
        chromium.goto(&format!("{}/token_details", app.url)).await;
        chromium.sees("ada@contoso.example").await;
        chromium.screenshot(&format!("python-sample-{}", file.split('.').next().unwrap())).await;
        chromium.sign_out().await;
        chromium.sees("You’re signed out").await;
        chromium.close().await;
        app.stop().await;
    }
}

#[actix_web::test]
async fn a_samples_file_with_its_placeholders_is_refused() {
    let refused = |file: &str| {
        let path = format!("tests/it/fixtures/python_sample/{file}");
        let variables = [("IDENTITY_WEB_CONFIG".to_owned(), path)];
        let settings = identity_web::Settings::from_environment("/nowhere".as_ref(), variables.into_iter());
        settings.unwrap_err().to_string()
    };
    for file in ["aad.config.json", "aad_multi.config.json", "b2c.config.json"] {
        let said = refused(file);
        assert!(said.contains("client.client_id") && said.contains("is still the placeholder"), "{file}: {said}");
        assert!(!said.contains("unknown setting"), "{file}: {said}");
    }
}
