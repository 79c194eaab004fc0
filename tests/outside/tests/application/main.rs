//! The application's tests: rules with test users, and whole sign-ins at two providers in this process.

mod browser;

use std::time::Duration;

use actix_web::test::TestRequest;
use browser::{Browser, Deployment, PUBLIC_URL, offline, served};
use identity_web::{Credential, EndReason, IdentityWeb, Provider, RefusalReason};
use serde_json::json;
use team_tasks::TeamTasks;
use team_tasks::pages::Calendar;

const EDITOR: &str = "/json/tasks";

/// Everyone, and what their requests to these paths return.
#[actix_web::test]
async fn rules_decide_who_may_do_what() {
    let tasks = offline().await;
    let app = served(&tasks).await;
    let user = || tasks.identity.test_user("ada");
    for (user, statuses) in [
        (user(), [200, 403, 403]),
        (user().role("Reader"), [200, 403, 403]),
        (user().role("Editor"), [200, 200, 200]),
        (user().role("Editor").claim("auth_time", 1_000), [200, 200, 303]),
        (user().provider("partners"), [200, 200, 403]),
        (user().provider("partners").role("Editor"), [200, 200, 403]),
    ] {
        let mut browser = Browser::with(user.sign_in().await.unwrap());
        let mut found = Vec::new();
        for path in ["/board", EDITOR, "/archive"] {
            found.push(browser.get(&app, path).await.status);
        }
        assert_eq!(found, statuses);
    }
    let mut editor = Browser::with(user().role("Editor").sign_in().await.unwrap());
    assert_eq!(editor.get(&app, "/delete-allowed").await.body, "true");
    let mut reader = Browser::with(user().sign_in().await.unwrap());
    assert_eq!(reader.get(&app, "/delete-allowed").await.body, "false");
}

#[actix_web::test]
async fn signed_out_users_are_sent_to_sign_in_and_programs_are_not() {
    let tasks = offline().await;
    let (app, mut browser) = (served(&tasks).await, Browser::default());
    assert_eq!(browser.get(&app, "/").await.body, "Please sign in");
    let refused = browser.get(&app, "/board").await;
    assert_eq!((refused.status, &*refused.location), (303, "/team/auth/sign_in?post_sign_in_url=%2Fteam%2Fboard"));
    let refused = browser.get(&app, EDITOR).await;
    assert_eq!((refused.status, &*refused.content_type), (401, "application/problem+json"));
    assert!(refused.json()["login_url"].as_str().unwrap().starts_with("/team/auth/sign_in"), "{}", refused.body);
    let refused = browser.get(&app, "/account").await;
    assert_eq!((refused.status, &*refused.content_type), (401, "text/plain; charset=utf-8"));
    assert!(refused.body.starts_with("Please sign in\n"), "the application's own renderer: {}", refused.body);
}

#[actix_web::test]
async fn pages_have_the_applications_layout_below_its_base_path() {
    let tasks = offline().await;
    let app = served(&tasks).await;
    let user = tasks.identity.test_user("ada").claim("name", "Ada <3").role("Editor").value("draft", "Write");
    let mut browser = Browser::with(user.sign_in().await.unwrap());
    browser.send_json(&app, TestRequest::post(), EDITOR, "\"<b>Test</b>\"").await;
    let page = browser.get(&app, "/board").await.body;
    for part in ["class=\"team-tasks\"", "Ada &lt;3", "<li>&lt;b&gt;Test", "Board · Team Tasks", "team", "auth"] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    let own = browser.get(&app, "/sessions").await.body;
    assert!(own.contains("class=\"team-tasks\"") && own.contains("This session"), "{own}");

    assert_eq!(browser.get(&app, "/json/draft").await.json(), "Write");
    assert_eq!(browser.send_json(&app, TestRequest::put(), "/json/draft", "\"Test\"").await.status, 204);
    assert_eq!(browser.get(&app, "/json/draft").await.json(), "Test");
    let foreign = TestRequest::put().insert_header(("origin", "https://evil.example")).set_payload("\"Evil\"");
    assert_eq!(browser.send(&app, foreign, "/json/draft").await.status, 403);
    assert_eq!(browser.get(&app, "/json/draft").await.json(), "Test");
}

#[actix_web::test]
async fn staff_and_partners_sign_in_at_their_own_providers() {
    let deployment = Deployment::start().await;
    let (app, accounts) = (served(&deployment.tasks).await, &deployment.tasks.accounts);
    let choice = Browser::default().get(&app, "/auth/sign_in").await;
    assert!(
        choice.status == 200 && choice.body.contains("Staff") && choice.body.contains("Partner"),
        "{}",
        choice.body
    );

    let mut staff = Browser::default();
    let begin = "/auth/sign_in?provider=default&post_sign_in_url=/team/board";
    let answer = staff.sign_in(&app, &deployment.staff, begin, "ada").await;
    assert_eq!((answer.status, &*answer.location), (303, "/team/board"), "{}", answer.body);
    let expected = json!({"name": "Ada Lovelace", "provider": null, "account": 1});
    assert_eq!(staff.get(&app, "/account").await.json(), expected);
    assert!(staff.cookie_names().iter().any(|name| name.contains("team")), "{:?}", staff.cookie_names());

    // Her address leads there, and the same person is another user.
    let mut partner = Browser::default();
    let begin = "/auth/sign_in?login_hint=ada@partner.example";
    let answer = partner.sign_in(&app, &deployment.partners, begin, "ada").await;
    assert_eq!((answer.status, &*answer.location), (303, "/team/"), "{}", answer.body);
    let expected = json!({"name": "Ada Lovelace", "provider": "partners", "account": 2});
    assert_eq!(partner.get(&app, "/account").await.json(), expected);
    assert_eq!(accounts.count(), 2);

    let signed_out = staff.send_json(&app, TestRequest::post(), "/auth/sign_out", "").await;
    assert!(signed_out.location.starts_with(deployment.staff.authority()), "{}", signed_out.location);
    assert_eq!((staff.get(&app, "/account").await.status, partner.get(&app, "/account").await.status), (401, 200));
    assert_eq!(accounts.who_signed_out(), ["Ada Lovelace"]);
    assert_eq!(accounts.ended(), [EndReason::User]);
}

#[actix_web::test]
async fn a_user_has_tokens_for_other_apis_and_a_strong_sign_in() {
    let tasks = offline().await;
    let (app, user) = (served(&tasks).await, || tasks.identity.test_user("ada"));
    for (user, calendar, payroll) in [
        (user().access_token::<Calendar>("twelve bytes"), "a token of 12 bytes", 303),
        (user().access_token::<Calendar>("secret").claim("acr", "phr"), "a token of 6 bytes", 200),
    ] {
        let mut browser = Browser::with(user.sign_in().await.unwrap());
        assert_eq!(browser.get(&app, "/calendar").await.body, calendar);
        assert_eq!(browser.get(&app, "/payroll").await.status, payroll);
    }
}

#[actix_web::test]
async fn a_request_that_lasts_hears_of_the_end_of_its_session() {
    let tasks = offline().await;
    let app = served(&tasks).await;
    let mut browser = Browser::with(tasks.identity.test_user("ada").sign_in().await.unwrap());
    let mut waiting = browser.clone();
    let waits = actix_web::rt::time::timeout(Duration::from_secs(5), waiting.get(&app, "/until-ended"));
    let (waited, sign_out) = tokio::join!(waits, async {
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
        browser.send_json(&app, TestRequest::post(), "/auth/sign_out", "").await
    });
    assert_eq!(sign_out.status, 303);
    waited.expect("it hears of the sign-out");
}

/// A response of one provider at the redirect URI of another (RFC 9700 section 4.4).
#[actix_web::test]
async fn the_response_of_another_provider_is_refused() {
    let deployment = Deployment::start().await;
    let (app, mut browser) = (served(&deployment.tasks).await, Browser::default());
    let url = browser.begin(&app, "/auth/sign_in?provider=partners").await;
    let callback = deployment.partners.sign_in(&url, "ada").unwrap();
    let confused = callback.replace("/auth/redirect/partners", "/auth/redirect");
    assert_ne!(callback, confused);
    assert_eq!(browser.get(&app, &confused).await.status, 400);
    assert_eq!(browser.get(&app, "/account").await.status, 401);
}

#[actix_web::test]
async fn the_hook_refuses_closed_accounts_and_fails_closed() {
    let deployment = Deployment::start().await;
    let (app, accounts) = (served(&deployment.tasks).await, &deployment.tasks.accounts);
    accounts.close("alan@contoso.example");
    let begin = "/auth/sign_in?provider=default";
    let mut browser = Browser::default();
    let refused = browser.sign_in(&app, &deployment.staff, begin, "alan").await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("Your account is closed."), "{}", refused.body);
    assert_eq!(browser.get(&app, "/account").await.status, 401);

    accounts.set_unavailable(true);
    let failed = browser.sign_in(&app, &deployment.staff, begin, "ada").await;
    assert_eq!(failed.status, 503);
    assert!(!failed.body.contains("database"), "{}", failed.body);
    assert_eq!(browser.get(&app, "/account").await.status, 401);
    assert_eq!(accounts.refused(), [RefusalReason::NotAdmitted, RefusalReason::HookFailed]);
    assert_eq!(accounts.count(), 0);
}

#[actix_web::test]
async fn archiving_wants_a_recent_sign_in_of_the_same_user() {
    let deployment = Deployment::start().await;
    let (app, mut browser) = (served(&deployment.tasks).await, Browser::default());
    browser.sign_in(&app, &deployment.staff, "/auth/sign_in?provider=default", "ada").await;
    let url = browser.begin(&app, "/archive").await;
    assert!(url.contains("max_age=300"), "{url}");
    let other = deployment.staff.sign_in(&url, "grace").unwrap();
    assert_eq!(browser.get(&app, &other).await.status, 403, "another user can't answer");
    let answer = browser.sign_in(&app, &deployment.staff, "/archive", "ada").await;
    assert_eq!((answer.status, &*answer.location), (303, "/team/archive"), "{}", answer.body);
    assert_eq!(browser.get(&app, "/archive").await.body, "archived");
    deployment.clock.advance_seconds(400);
    assert_eq!(browser.get(&app, "/archive").await.status, 303);
}

#[actix_web::test]
async fn sessions_end_when_they_are_idle() {
    let deployment = Deployment::start().await;
    let (app, mut browser) = (served(&deployment.tasks).await, Browser::default());
    browser.sign_in(&app, &deployment.staff, "/auth/sign_in?provider=default", "ada").await;
    deployment.clock.advance_seconds(29 * 60);
    assert_eq!(browser.get(&app, "/account").await.status, 200);
    deployment.clock.advance_seconds(31 * 60);
    assert_eq!(browser.get(&app, "/account").await.status, 401);
}

#[actix_web::test]
async fn programs_call_the_api_with_access_tokens() {
    let deployment = Deployment::start().await;
    let app = served(&deployment.tasks).await;
    let token = |scopes| deployment.staff.access_token("ada", team_tasks::AUDIENCE, scopes).unwrap();

    let refused = Browser::default().get(&app, "/v1/tasks").await;
    assert_eq!((refused.status, &*refused.content_type), (401, "application/problem+json"));
    let metadata = "resource_metadata=\"http://127.0.0.1:8080/";
    assert!(refused.challenge.contains(metadata), "{}", refused.challenge);

    let mut reader = Browser::with_token(&token("tasks.read"));
    assert_eq!(reader.get(&app, "/v1/tasks").await.json(), json!(["Ada Lovelace", []]));
    let refused = reader.send_json(&app, TestRequest::post(), "/v1/tasks/new", "\"Write\"").await;
    assert_eq!(refused.status, 403);
    assert!(refused.challenge.contains("error=\"insufficient_scope\""), "{}", refused.challenge);
    let mut writer = Browser::with_token(&token("tasks.read tasks.write"));
    assert_eq!(
        writer.send_json(&app, TestRequest::post(), "/v1/tasks/new", "\"Write\"").await.json(),
        json!(["Write"])
    );

    for (token, what) in [
        (deployment.staff.access_token("ada", "api://other", "tasks.read"), "another audience"),
        (deployment.partners.access_token("ada", team_tasks::AUDIENCE, "tasks.read"), "another provider"),
    ] {
        let refused = Browser::with_token(&token.unwrap()).get(&app, "/v1/tasks").await;
        assert_eq!(refused.status, 401, "{what}");
        assert!(refused.challenge.contains("error=\"invalid_token\""), "{what}: {}", refused.challenge);
    }
    let calendar = Browser::with_token(&token("tasks.read")).get(&app, "/v1/calendar").await;
    assert!(calendar.status == 200 && calendar.body.starts_with("a token of "), "{}", calendar.body);
}

#[actix_web::test]
async fn a_route_for_both_knows_tokens_and_sessions() {
    let deployment = Deployment::start().await;
    let app = served(&deployment.tasks).await;
    let token = deployment.staff.access_token("ada", team_tasks::AUDIENCE, "tasks.read").unwrap();
    assert!(Browser::with_token(&token).get(&app, "/whoami").await.body.starts_with("token ada-"));
    let cookie = deployment.tasks.identity.test_user("grace").sign_in().await.unwrap();
    assert_eq!(Browser::with(cookie).get(&app, "/whoami").await.body, "session grace");
    assert_eq!(Browser::default().get(&app, "/whoami").await.status, 401);
}

#[actix_web::test]
async fn every_problem_of_the_settings_is_printed_at_once() {
    let provider = Provider::oidc("http://provider.example", "", Credential::secret("canary-4711"));
    let builder = IdentityWeb::builder().redis("http://redis");
    let error = TeamTasks::new(builder, PUBLIC_URL, provider.clone(), provider).await.err().unwrap();
    let printed = format!("{:?}", Box::<dyn std::error::Error>::from(error));
    for part in ["client.client_id", "client.authority", "redis.url", "providers.partners.client_id"] {
        assert!(printed.contains(part), "{part} is not in {printed}");
    }
    assert!(!printed.contains("canary-4711"), "{printed}");
}
