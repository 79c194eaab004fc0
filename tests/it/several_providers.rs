//! Several providers in one application: the page on which users choose, what chooses for them, and that everything which
//! follows is between the user's own provider and us.

use std::sync::Arc;

use identity_web::internals::demo::faults::Faults;
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use crate::helpers::chromium::{Chromium, LOOKS};
use crate::helpers::providers::{CONTOSO_CLIENT_ID, TwoProviders};
use crate::helpers::{Answer, Browser, TestApp, eventually};

fn parameter(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(one, _)| one == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// The links of the page on which users choose, by their text.
fn choices(page: &Answer) -> Vec<(String, String)> {
    let links = page.body.split("<a class=\"button quiet\" href=\"").skip(1);
    let links = links.filter_map(|link| {
        let (url, rest) = link.split_once('"')?;
        let text = rest.split_once('>')?.1.split_once('<')?.0;
        text.starts_with("Continue with").then(|| (text.to_owned(), url.replace("&#x2F;", "/").replace("&amp;", "&")))
    });
    links.collect()
}

#[actix_web::test]
async fn users_choose_a_provider_and_everything_else_is_kept() {
    let two = TwoProviders::spawn().await;
    let (app, browser) = (&two.app, Browser::new());
    let begin = format!("{}/auth/sign_in?post_sign_in_url=/token_details%3Fa%3D1&prompt=login&evil=1", app.url);
    let page = browser.get(&begin).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(browser.cookies.borrow().is_empty(), "nothing begins before the choice");
    assert_eq!(page.header("cache-control"), "private, no-store");
    let choices = choices(&page);
    let names: Vec<_> = choices.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Continue with Fabrikam", "Continue with Contoso &lt;Ltd&gt;"]);
    for ((_, link), (client_id, path)) in choices.iter().zip([
        (identity_web::internals::demo::DEMO_CLIENT_ID, "/auth/redirect"),
        (CONTOSO_CLIENT_ID, "/auth/redirect/contoso"),
    ]) {
        assert!(!link.contains("evil"), "{link}");
        let begun = browser.get(&format!("{}{link}", app.url)).await;
        let url = Url::parse(begun.location()).unwrap();
        assert_eq!(parameter(&url, "client_id"), client_id);
        assert_eq!(parameter(&url, "redirect_uri"), format!("{}{path}", app.url));
        assert_eq!((parameter(&url, "prompt").as_str(), parameter(&url, "provider").as_str()), ("login", ""));
        let callback = browser.pick(&url, "ada").await.location().to_owned();
        assert_eq!(browser.get(&callback).await.location(), "/token_details?a=1");
        assert!(browser.is_signed_in(app).await);
    }
}

/// Signed-out users who open a page that needs them come back to it.
#[actix_web::test]
async fn a_session_belongs_to_its_provider_until_its_end() {
    let two = TwoProviders::spawn().await;
    let [default, contoso] = two.issuers().await;
    for (provider, issuer, client_id) in
        [("default", default, identity_web::internals::demo::DEMO_CLIENT_ID), ("contoso", contoso, CONTOSO_CLIENT_ID)]
    {
        let browser = two.signed_in(provider, "ada").await;
        let session = browser.session(&two.app).await;
        let signed_in = session.signed_in().unwrap();
        assert_eq!(signed_in.claims.issuer(), issuer);
        assert_eq!(signed_in.provider.as_deref(), Some(provider).filter(|name| *name != "default"));
        let end = Url::parse(browser.sign_out(&two.app).await.location()).unwrap();
        assert!(issuer.starts_with(&end.origin().ascii_serialization()), "{end}");
        assert_eq!(parameter(&end, "client_id"), client_id);
        assert!(!browser.is_signed_in(&two.app).await);
    }
}

#[actix_web::test]
async fn an_address_a_name_or_an_issuer_chooses() {
    let two = TwoProviders::spawn().await;
    let [default, contoso] = two.issuers().await;
    let at = async |query: &str| {
        let answer = Browser::new().get(&format!("{}/auth/sign_in?{query}", two.app.url)).await;
        match answer.status {
            303 if answer.location().starts_with(&two.authority) => "contoso".to_owned(),
            303 => "default".to_owned(),
            200 => "choice".to_owned(),
            status => status.to_string(),
        }
    };
    for (query, expected) in [
        ("", "choice"),
        ("provider=contoso", "contoso"),
        ("provider=default", "default"),
        ("provider=Contoso", "400"),
        ("provider=nobody", "400"),
        ("provider=", "400"),
        ("provider=contoso&provider=default", "400"),
        ("login_hint=ada@contoso.example", "contoso"),
        ("login_hint=Ada@CONTOSO.example", "contoso"),
        ("login_hint=ada@contoso.org", "contoso"),
        ("domain_hint=contoso.example", "contoso"),
        ("login_hint=ada@sub.contoso.example", "choice"),
        ("login_hint=contoso.example@evil.example", "choice"),
        ("login_hint=ada", "choice"),
        ("login_hint=ada@contoso.example&provider=default", "default"),
        (&format!("iss={contoso}"), "contoso"),
        (&format!("iss={default}"), "default"),
        (&format!("iss={contoso}&provider=contoso"), "contoso"),
        (&format!("iss={contoso}&provider=default"), "400"),
        (&format!("iss={contoso}&login_hint=ada@fabrikam.example"), "contoso"),
        (&format!("iss={contoso}x"), "400"),
        ("iss=https://evil.example", "400"),
    ] {
        assert_eq!(at(query).await, expected, "{query}");
    }
    // The address goes along to the provider.
    let url = Browser::new().begin_with(&two.app, "?login_hint=ada@contoso.example").await;
    assert_eq!(parameter(&url, "login_hint"), "ada@contoso.example");
    // A prefetch chooses nothing.
    let prefetch = [("sec-purpose", "prefetch")];
    let url = format!("{}/auth/sign_in", two.app.url);
    assert_eq!(Browser::new().send(Method::GET, &url, &prefetch, None).await.status, 204);
}

#[actix_web::test]
async fn an_unknown_address_is_kept_and_explained() {
    let two = TwoProviders::spawn().await;
    let url = format!("{}/auth/sign_in?login_hint=eve%22%3E@fabrikam.example&post_sign_in_url=/admin", two.app.url);
    let page = Browser::new().get(&url).await;
    assert!(page.body.contains("doesn’t belong to an organisation"), "{}", page.body);
    assert!(page.body.contains("value=\"eve&quot;&gt;@fabrikam.example\""), "{}", page.body);
    assert!(page.fields().contains(&("post_sign_in_url".to_owned(), "/admin".to_owned())), "{}", page.body);
    let link = &choices(&page)[0].1;
    assert!(link.contains("login_hint=eve%22%3E%40fabrikam.example"), "{link}");
    assert!(link.contains("post_sign_in_url=%2Fadmin"), "{link}");
}

/// Renewal, Microsoft Graph and consent: of the session's provider, with the client there.
#[actix_web::test]
async fn tokens_are_renewed_and_used_at_the_sessions_own_provider() {
    let two = TwoProviders::spawn_with(&[("session.idle_timeout_seconds", "7200")]).await;
    let browser = two.signed_in("contoso", "ada").await;
    let page = format!("{}/call_graph", two.app.url);
    let asked = browser.get(&page).await;
    assert_eq!(asked.status, 401, "{}", asked.body);
    let link = asked.body.split("<a class=\"button\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let link = link.replace("&#x2F;", "/").replace("&amp;", "&");
    // The user isn't asked to choose again.
    let url = Url::parse(browser.get(&format!("{}{link}", two.app.url)).await.location()).unwrap();
    assert!(url.as_str().starts_with(&two.authority), "{url}");
    let callback = browser.pick(&url, "ada").await.location().to_owned();
    assert_eq!(browser.get(&callback).await.location(), "/call_graph");
    assert_eq!(browser.get(&page).await.status, 200);
    two.app.clock.advance_seconds(3600);
    let before = two.token_requests();
    assert_eq!(browser.get(&page).await.status, 200);
    assert_eq!(two.token_requests(), [before[0], before[1] + 1]);
    let requests = |provider: &identity_web::internals::demo::DemoState| provider.graph_requests.lock().unwrap().len();
    assert_eq!(requests(&two.app.provider), 0);
    assert!(requests(&two.contoso) > 0);
}

#[actix_web::test]
async fn tokens_are_revoked_at_the_sessions_own_provider() {
    let two = TwoProviders::spawn().await;
    let endpoint = format!("{}/oidc/revoke", two.authority.rsplit_once('/').unwrap().0);
    let discovery = move |document: &mut Value| document["revocation_endpoint"] = endpoint.clone().into();
    *two.contoso.faults.write().unwrap() = Faults { discovery: Some(Arc::new(discovery)), ..Faults::default() };
    let browser = two.signed_in("contoso", "ada").await;
    let token = browser.session(&two.app).await.signed_in().unwrap().tokens.refresh_token.clone().unwrap();
    assert!(two.contoso.accepts_refresh_token(&token));
    browser.sign_out(&two.app).await;
    eventually("the revocation", async || (!two.contoso.accepts_refresh_token(&token)).then_some(())).await;
}

/// Each provider has its own way to respond.
#[actix_web::test]
async fn one_provider_may_respond_by_form_post() {
    let two = TwoProviders::spawn_with(&[("providers.contoso.response_mode", "form_post")]).await;
    for (provider, same_site) in [("contoso", "None"), ("default", "Lax")] {
        let browser = Browser::new();
        let begun = browser.get(&format!("{}/auth/sign_in?provider={provider}", two.app.url)).await;
        let cookie = begun.header("set-cookie");
        assert!(cookie.contains(&format!("SameSite={same_site}")), "{cookie}");
        let url = Url::parse(begun.location()).unwrap();
        let said = browser.pick(&url, "ada").await;
        let answer = if provider == "contoso" {
            let callback = format!("{}/auth/redirect/contoso", two.app.url);
            browser.post(&callback, "https://provider.example", &said.fields()).await
        } else {
            browser.get(said.location()).await
        };
        assert_eq!(answer.location(), "/");
        assert!(browser.is_signed_in(&two.app).await);
    }
}

/// A provider that is down is nobody's problem but its users'.
#[actix_web::test]
async fn a_provider_that_is_down_is_named_and_the_other_one_works() {
    let nowhere = "http://127.0.0.1:1/c0ffee00-de30-4000-8000-c0de00000001";
    let two = TwoProviders::spawn_with(&[("providers.contoso.authority", nowhere)]).await;
    let ready = Browser::new().get(&format!("http://{}/health/ready", two.app.operations)).await;
    let report: Value = serde_json::from_str(&ready.body).unwrap();
    assert_eq!((ready.status, &report["identity_providers"]["default"]), (200, &json!("ok")), "{report}");
    assert!(report["identity_providers"]["contoso"].as_str().unwrap().contains("unavailable"), "{report}");
    let browser = Browser::new();
    let answer = browser.get(&format!("{}/auth/sign_in?provider=contoso", two.app.url)).await;
    assert_eq!(answer.status, 503);
    two.signed_in("default", "ada").await;
    let foreign = browser.get(&format!("{}/auth/sign_in?iss=https://evil.example", two.app.url)).await;
    assert_eq!(foreign.status, 400);
}

#[actix_web::test]
async fn check_tries_all_providers() {
    let two = TwoProviders::spawn().await;
    let check = async |variables: Vec<(String, String)>| {
        let work = move || {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_identity-web"));
            let output = command.arg("check").envs(variables).output().unwrap();
            (String::from_utf8(output.stdout).unwrap(), output.status.code())
        };
        crate::helpers::raw::blocking(work).await
    };
    let mut variables: Vec<_> = two.app.variables.clone().into_iter().collect();
    let (report, code) = check(variables.clone()).await;
    for line in
        ["discovery: issuer", "discovery (contoso): issuer", "keys (contoso): fetched", "client credential (contoso)"]
    {
        assert!(report.contains(&format!("pass  {line}")), "{line}: {report}");
    }
    assert!(
        report.contains(&format!("redirect URI (contoso): register {}/auth/redirect/contoso", two.app.url)),
        "{report}"
    );
    assert_eq!(code, Some(0), "{report}");
    variables.push(("IDENTITY_WEB__PROVIDERS__CONTOSO__AUTHORITY".to_owned(), "http://127.0.0.1:1/x".to_owned()));
    let (report, code) = check(variables).await;
    assert!(report.contains("FAIL  discovery (contoso)") && report.contains("providers.contoso.authority"), "{report}");
    assert_eq!(code, Some(1));
}

/// Profiles and passwords are the default provider's.
#[actix_web::test]
async fn b2c_may_be_one_of_several() {
    let two = TwoProviders::spawn_with(&[
        ("type.authority_type", "B2C"),
        ("client.authority", "{provider}/contoso.onmicrosoft.com"),
        ("b2c.susi", "b2c_1_susi"),
        ("b2c.profile", "b2c_1_edit_profile"),
    ])
    .await;
    let edit = format!("{}/auth/edit_profile", two.app.url);
    let own = two.signed_in("default", "grace").await;
    assert!(own.get(&edit).await.location().contains("b2c_1_edit_profile"));
    assert!(own.get(&two.app.url).await.body.contains("edit_profile"));
    let other = two.signed_in("contoso", "grace").await;
    assert_eq!(other.get(&edit).await.status, 404);
    assert!(!other.get(&two.app.url).await.body.contains("edit_profile"));
}

/// By keyboard, and on a phone.
#[actix_web::test]
async fn the_choice_is_made_by_keyboard_and_on_a_phone() {
    let two = TwoProviders::spawn().await;
    for look in LOOKS {
        let chromium = Chromium::start(look).await;
        chromium.goto(&format!("{}/token_details", two.app.url)).await;
        chromium.click("main a[href^='/auth/sign_in']").await;
        chromium.sees("How do you want to sign in?").await;
        chromium.screenshot("choose-provider").await;
        chromium.fill("input[type=email]", "ada@contoso.example\n").await;
        chromium.sees("Pick an account").await;
        let at = chromium.client.current_url().await.unwrap();
        assert!(at.as_str().starts_with(&two.authority), "{at}");
        chromium.click("button[value=ada]").await;
        chromium.sees("Your claims").await;
        chromium.close().await;
    }
}

/// Nothing changes for an application with one provider.
#[actix_web::test]
async fn with_one_provider_there_is_no_choice() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    assert_eq!(browser.get(&format!("{}/auth/sign_in", app.url)).await.status, 303);
    assert_eq!(browser.get(&format!("{}/auth/sign_in?provider=default", app.url)).await.status, 303);
    assert_eq!(browser.get(&format!("{}/auth/sign_in?provider=contoso", app.url)).await.status, 400);
    assert_eq!(browser.get(&format!("{}/auth/redirect/contoso?code=c&state=s", app.url)).await.status, 404);
}
