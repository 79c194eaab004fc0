//! Microsoft Graph: the person's profile, consent and claims challenges on the way to it, and groups that have no room in
//! an ID token.

use std::sync::PoisonError;

use actix_web::web;
use actix_web::{App, HttpServer, Responder};
use futures_util::future::join_all;
use identity_web::internals::demo::faults::Faults;
use identity_web::internals::demo::people::group;
use identity_web::{Identity, IdentityWeb, Require};
use serde_json::json;

use crate::helpers::chromium::{Chromium, DESKTOP};
use crate::helpers::{Answer, Browser, TestApp};

/// Where the page's button leads.
fn continue_url(answer: &Answer) -> String {
    let link = answer.body.split("<a class=\"button\" href=\"").nth(1).unwrap();
    link.split('"').next().unwrap().replace("&#x2F;", "/").replace("&amp;", "&")
}

/// Follows the button of a page that wants consent, through the provider and back; gives the page that it is for.
async fn consent(app: &TestApp, browser: &Browser, person: &str, asked: &Answer) -> Answer {
    let begun = browser.get(&format!("{}{}", app.url, continue_url(asked))).await;
    let url = url::Url::parse(begun.location()).unwrap();
    let callback = browser.pick(&url, person).await.location().to_owned();
    let back = browser.get(&callback).await;
    browser.get(&format!("{}{}", app.url, back.location())).await
}

/// Somebody signed in, who has agreed to what Graph needs.
async fn signed_in(person: &str) -> (TestApp, Browser) {
    let (app, browser) = (TestApp::spawn().await, Browser::new());
    browser.sign_in(&app, person).await;
    let asked = browser.get(&format!("{}/call_graph", app.url)).await;
    assert_eq!(consent(&app, &browser, person, &asked).await.status, 200);
    app.provider.graph_requests.lock().unwrap().clear();
    (app, browser)
}

fn graph_requests(app: &TestApp) -> usize {
    app.provider.graph_requests.lock().unwrap_or_else(PoisonError::into_inner).len()
}

#[actix_web::test]
async fn the_profile_is_shown_once_the_person_has_agreed() {
    let (app, browser) = (TestApp::spawn().await, Browser::new());
    let page = format!("{}/call_graph", app.url);
    assert_eq!(browser.get(&page).await.status, 401, "nobody is signed in");
    browser.sign_in(&app, "ada").await;
    let asked = browser.get(&page).await;
    assert_eq!(asked.status, 401);
    assert!(asked.body.contains("Your consent is needed"), "{}", asked.body);
    let begun = browser.get(&format!("{}{}", app.url, continue_url(&asked))).await;
    let url = url::Url::parse(begun.location()).unwrap();
    let value = |name: &str| url.query_pairs().find(|(one, _)| one == name).map(|(_, value)| value.into_owned());
    assert_eq!(value("scope").as_deref(), Some("openid profile email offline_access User.Read"));
    assert_eq!(value("login_hint").as_deref(), Some("O.ada"), "the same account");
    let profile = consent(&app, &browser, "ada", &asked).await;
    assert_eq!(profile.status, 200);
    for expected in ["Ada Lovelace", "Administrator", "ada@contoso.example", "+1 425 555 0109", "/call_graph/photo"] {
        assert!(profile.body.replace("&#x2F;", "/").contains(expected), "{expected}: {}", profile.body);
    }
    let photo = browser.get(&format!("{page}/photo")).await;
    assert_eq!((photo.status, photo.header("content-type")), (200, "image/png"));
    assert_eq!(photo.header("cache-control"), "private, no-store");
}

#[actix_web::test]
async fn an_interaction_is_made_here_and_within_ten_minutes() {
    let (app, browser) = (TestApp::spawn().await, Browser::new());
    browser.sign_in(&app, "ada").await;
    let asked = continue_url(&browser.get(&format!("{}/call_graph", app.url)).await);
    for made_up in ["x", "AAAA", &format!("{asked}x")] {
        let answer = browser.get(&format!("{}/auth/sign_in?interaction={made_up}", app.url)).await;
        assert_eq!(answer.status, 400, "{made_up}");
    }
    app.clock.advance_seconds(599);
    assert_eq!(browser.get(&format!("{}{asked}", app.url)).await.status, 303);
    app.clock.advance_seconds(1);
    assert_eq!(browser.get(&format!("{}{asked}", app.url)).await.status, 400);
}

#[actix_web::test]
async fn what_graph_says_is_explained() {
    let (app, browser) = signed_in("ada").await;
    let denied = json!({"error": {"code": "Authorization_RequestDenied", "message": "Ada may not.",
        "innerError": {"request-id": "0a0a0a0a-1111-bbbb-2222-3c3c3c3c3c3c"}}});
    for (status, body, expected, words) in [
        (403, denied, 502, "Authorization_RequestDenied (request 0a0a0a0a-1111-bbbb-2222-3c3c3c3c3c3c)"),
        (429, json!({}), 503, "Microsoft Graph does not answer"),
        (503, json!({}), 503, "Microsoft Graph does not answer"),
        (200, json!("no object"), 502, "Microsoft Graph does not answer"),
    ] {
        app.with_faults(Faults { graph: Some((status, body)), ..Faults::default() });
        let answer = browser.get(&format!("{}/call_graph", app.url)).await;
        assert_eq!(answer.status, expected, "{status}");
        assert!(answer.body.contains(words) && !answer.body.contains("Ada may not"), "{status}: {}", answer.body);
    }
    app.with_faults(Faults::default());
    assert_eq!(browser.get(&format!("{}/call_graph", app.url)).await.status, 200, "and nothing was lost");
}

#[actix_web::test]
async fn a_token_that_graph_refuses_is_renewed_once() {
    let (app, browser) = signed_in("ada").await;
    app.provider.revoke(false);
    assert_eq!(browser.get(&format!("{}/call_graph", app.url)).await.status, 200);
    assert_eq!(graph_requests(&app), 3, "refused, asked again, and for the photo");
}

#[actix_web::test]
async fn a_claims_challenge_leads_to_a_sign_in_with_its_claims() {
    let (app, browser) = signed_in("ada").await;
    let claims = r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#;
    app.with_faults(Faults { graph_challenge: Some(claims.to_owned()), ..Faults::default() });
    let asked = browser.get(&format!("{}/call_graph", app.url)).await;
    assert_eq!(asked.status, 401);
    let begun = browser.get(&format!("{}{}", app.url, continue_url(&asked))).await;
    let url = url::Url::parse(begun.location()).unwrap();
    let sent = url.query_pairs().find(|(name, _)| name == "claims").unwrap().1.into_owned();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&sent).unwrap(),
        serde_json::from_str::<serde_json::Value>(claims).unwrap()
    );
    let page = consent(&app, &browser, "ada", &asked).await;
    assert_eq!(page.status, 200, "{}", page.body);
}

async fn hello(user: Identity) -> impl Responder {
    format!("Hello {}", user.name())
}

/// An application of guards.
fn spawn(identity: &IdentityWeb) -> String {
    let identity = identity.clone();
    let server = HttpServer::new(move || {
        let guarded = |path: &str, guard: Require| web::resource(path).wrap(guard).route(web::get().to(hello));
        App::new()
            .wrap(identity.sessions())
            .configure(identity.routes())
            .service(guarded("/role", Require::role("Admin")))
            .service(guarded("/roles", Require::role("Admin").or(Require::role("Editor"))))
            .service(guarded("/both", Require::role("Admin")).wrap(Require::claim("acct", "1")))
            .service(guarded("/tenant", Require::claim("tid", "c0ffee00-de30-4000-8000-c0de00000001")))
            .service(guarded("/email", Require::claim("email", "ada@contoso.example")))
            .service(guarded("/scope", Require::scope("offline_access")))
            .service(guarded("/no-scope", Require::scope("Mail.Read")))
            .service(guarded("/group", Require::group(&group(2)).or(Require::group(&group(249)))))
            .service(guarded("/other-group", Require::group(&group(100))))
            .service(guarded("/no-group", Require::group(&group(999))))
            .service(guarded("/role-or-group", Require::role("Editor").or(Require::group(&group(999)))))
            .service(web::scope("/scope-of-pages").wrap(Require::role("Admin")).route("/page", web::get().to(hello)))
    });
    let server = server.workers(2).disable_signals().bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    url
}

async fn statuses(browser: &Browser, url: &str, paths: &[&str]) -> Vec<u16> {
    let mut all = Vec::new();
    for path in paths {
        all.push(browser.get(&format!("{url}{path}")).await.status);
    }
    all
}

#[actix_web::test]
async fn guards_let_pass_whom_they_name() {
    let paths = [
        "/role",
        "/roles",
        "/both",
        "/tenant",
        "/email",
        "/scope",
        "/no-scope",
        "/group",
        "/other-group",
        "/no-group",
        "/role-or-group",
        "/scope-of-pages/page",
    ];
    let app = TestApp::spawn().await;
    let url = spawn(&app.identity);
    let nobody = Browser::new();
    assert!(statuses(&nobody, &url, &paths).await.iter().all(|status| *status == 303), "sent to sign in");
    let role = format!("{url}/role");
    let program = nobody.send(reqwest::Method::GET, &role, &[("accept", "application/json")], None);
    assert_eq!(program.await.status, 401);
    let (yes, no) = (200, 403);
    for (person, expected) in [
        ("ada", [yes, yes, no, yes, no, yes, no, yes, no, no, yes, yes]),
        ("alan", [no, no, no, yes, no, yes, no, no, no, no, no, no]),
    ] {
        let browser = Browser::new();
        browser.sign_in(&app, person).await;
        assert_eq!(statuses(&browser, &url, &paths).await, expected, "{person}");
    }
    assert_eq!(graph_requests(&app), 0, "their tokens name all their groups");
}

#[actix_web::test]
async fn of_250_groups_graph_is_asked_for_those_that_a_guard_names_once() {
    let (app, browser) = signed_in("grace").await;
    let urls = [spawn(&app.identity), spawn(&app.replica().identity)];
    let requests = (0..100).map(|n| {
        let (browser, url) = (&browser, format!("{}/group", urls[n % 2]));
        async move { browser.get(&url).await.status }
    });
    assert!(join_all(requests).await.iter().all(|status| *status == 200));
    assert_eq!(graph_requests(&app), 1, "one call for the two groups of this guard, by both replicas together");
    assert_eq!(statuses(&browser, &urls[1], &["/other-group", "/no-group"]).await, [200, 403]);
    assert_eq!(graph_requests(&app), 3, "one for each other guard");
    assert_eq!(
        statuses(&browser, &urls[0], &["/group", "/other-group", "/no-group", "/role-or-group"]).await,
        [200, 200, 403, 200]
    );
    assert_eq!(graph_requests(&app), 3, "then none");
    let paths = app.provider.graph_requests.lock().unwrap().clone();
    assert!(paths.iter().all(|path| path == "/v1.0/me/checkMemberGroups"), "{paths:?}");
}

#[actix_web::test]
async fn a_directory_that_is_away_lets_nobody_pass() {
    let (app, browser) = signed_in("grace").await;
    let url = spawn(&app.identity);
    app.with_faults(Faults { graph: Some((503, json!({}))), ..Faults::default() });
    let answer = browser.get(&format!("{url}/group")).await;
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("Microsoft Graph does not answer"), "{}", answer.body);
    app.with_faults(Faults::default());
    assert_eq!(browser.get(&format!("{url}/group")).await.status, 200);
}

#[actix_web::test]
async fn forward_authentication_asks_about_groups_too() {
    let (app, browser) = signed_in("grace").await;
    let verify = async |groups: &[usize]| {
        let rules: Vec<_> = groups.iter().map(|number| format!("groups={}", group(*number))).collect();
        browser.get(&format!("{}/auth/verify?{}", app.url, rules.join("&"))).await.status
    };
    assert_eq!(verify(&[7]).await, 200);
    assert_eq!(verify(&[999]).await, 403);
    assert_eq!(verify(&[999, 7]).await, 200);
    assert_eq!(graph_requests(&app), 2, "what is known is not asked again");
    app.with_faults(Faults { graph: Some((503, json!({}))), ..Faults::default() });
    assert_eq!(verify(&[8]).await, 503);
    let without_consent = Browser::new();
    let app = TestApp::spawn().await;
    without_consent.sign_in(&app, "grace").await;
    let rule = format!("{}/auth/verify?groups={}", app.url, group(7));
    assert_eq!(without_consent.get(&rule).await.status, 403, "no 401, which would lead to a sign-in and back for ever");
}

#[actix_web::test]
async fn where_graph_needs_consent_a_guard_asks_for_it() {
    let (app, browser) = (TestApp::spawn().await, Browser::new());
    let url = spawn(&app.identity);
    browser.sign_in(&app, "grace").await;
    let asked = browser.get(&format!("{url}/group")).await;
    assert_eq!(asked.status, 401);
    assert!(asked.body.contains("Your consent is needed"));
}

#[actix_web::test]
async fn in_a_browser_consent_profile_and_a_page_for_administrators() {
    let app = TestApp::spawn().await;
    let chromium = Chromium::start(DESKTOP).await;
    chromium.goto(&format!("{}/auth/sign_in", app.url)).await;
    chromium.sees("Ada Lovelace").await;
    chromium.click("button[value=ada]").await;
    chromium.sees("Your profile in Microsoft Graph").await;
    chromium.screenshot("graph-1-home").await;
    chromium.goto(&format!("{}/call_graph", app.url)).await;
    chromium.sees("Your consent is needed").await;
    chromium.screenshot("graph-2-consent").await;
    chromium.click("main a.button").await;
    chromium.sees("It asks for your consent to").await;
    chromium.screenshot("graph-3-provider").await;
    chromium.click("button[value=ada]").await;
    chromium.sees("+1 425 555 0109").await;
    chromium.screenshot("graph-4-profile").await;
    chromium.goto(&format!("{}/admin", app.url)).await;
    chromium.sees("For administrators").await;
    chromium.screenshot("graph-5-admin").await;
    chromium.goto(&format!("{}/auth/sign_in?prompt=select_account", app.url)).await;
    chromium.sees("Alan Turing").await;
    chromium.click("button[value=alan]").await;
    chromium.sees("You’re signed in as Alan Turing").await;
    chromium.goto(&format!("{}/admin", app.url)).await;
    chromium.sees("You don’t have access").await;
    chromium.screenshot("graph-6-forbidden").await;
}
