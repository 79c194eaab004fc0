//! `/sessions`: users see where they are signed in, and end one session, all others, or all.

use reqwest::Method;

use crate::helpers::chromium::{Chromium, LOOKS};
use crate::helpers::redis::Redis;
use crate::helpers::{Answer, Browser, Program, TestApp};

const WINDOWS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0";
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
    Version/18.1 Mobile/15E148 Safari/604.1";

async fn signed_in(app: &TestApp, person: &str, user_agent: &str) -> Browser {
    let browser = Browser::new();
    let callback = browser.callback_url(app, person).await;
    let answer = browser.send(Method::GET, &callback, &[("user-agent", user_agent)], None).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    browser
}

async fn page(app: &TestApp, browser: &Browser, query: &str) -> Answer {
    browser.get(&format!("{}/sessions{query}", app.url)).await
}

/// Returns the ids of the sessions on the page, in their order.
fn ids(page: &Answer) -> Vec<String> {
    let after = page.body.split("action=\"/sessions/").skip(1).filter_map(|rest| rest.split_once("/end\""));
    after.map(|(id, _)| id.to_owned()).filter(|id| id.len() == 43).collect()
}

/// Presses a button on the page.
async fn press(app: &TestApp, browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let own = app.identity.services().site.absolute("");
    let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    browser.post(&format!("{}/sessions/{path}", app.url), &own, &fields).await
}

#[actix_web::test]
async fn a_user_sees_their_sessions_and_this_one_first() {
    let app = TestApp::spawn().await;
    let first = signed_in(&app, "ada", WINDOWS).await;
    app.clock.advance_seconds(2 * 60);
    let second = signed_in(&app, "ada", PHONE).await;
    signed_in(&app, "ada", "<b>Call 0800 555</b>").await;
    let other = signed_in(&app, "grace", WINDOWS).await;
    let answer = page(&app, &second, "").await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "private, no-store"));
    let (_, body) = answer.body.split_once("<main").unwrap();
    let at = |text: &str| body.find(text).unwrap_or_else(|| panic!("{text} is not in {body}"));
    assert!(at("Safari on iOS <span class=\"tag\">This session</span>") < at("Firefox on Windows</h2>"), "{body}");
    assert!(at("Safari on iOS") < at("Unknown browser</h2>"), "{body}");
    assert_eq!((body.matches("This session<").count(), body.matches("</li>").count()), (1, 3), "{body}");
    for text in
        ["2 minutes ago", "just now", "in 8 hours at the latest", "in 58 minutes, unless it’s used", "Z\" data-local>"]
    {
        at(text);
    }
    for text in ["Call 0800", "You’re not signed in anywhere else", "eyJ"] {
        assert!(!body.contains(text), "{text}");
    }
    let all = ids(&answer);
    assert_eq!(all.len(), 3);
    assert_eq!(ids(&page(&app, &first, "").await).len(), 3);
    let alone = page(&app, &other, "").await;
    assert!(alone.body.contains("You’re not signed in anywhere else") && !alone.body.contains("end_all"));
    assert!(!all.contains(&ids(&alone)[0]), "another user's session");
    assert!(second.get(&format!("{}/", app.url)).await.body.contains("href=\"/sessions\""), "home leads there");
}

#[actix_web::test]
async fn ending_another_session_ends_it_on_every_replica_and_no_other() {
    let app = TestApp::spawn().await;
    let replica = app.replica();
    let (here, there) = (signed_in(&app, "ada", WINDOWS).await, signed_in(&app, "ada", PHONE).await);
    let other = signed_in(&app, "grace", WINDOWS).await;
    assert!(there.is_signed_in(&replica).await);
    let id = ids(&page(&app, &there, "").await)[0].clone();
    let answer = press(&app, &here, &format!("{id}/end"), &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/sessions?ended=1"));
    assert!(!there.is_signed_in(&replica).await && !there.is_signed_in(&app).await);
    assert!(here.is_signed_in(&replica).await && other.is_signed_in(&replica).await);
    let answer = page(&app, &here, "?ended=1").await;
    assert!(answer.body.contains("role=\"status\"") && answer.body.contains("The session has ended."));
    assert!(answer.body.contains("<title>The session has ended · Your sessions"), "{}", answer.body);
    assert_eq!(ids(&answer).len(), 1);

    // Twice does no harm, and nobody learns whether an id is someone else's.
    let foreign = ids(&page(&app, &other, "").await)[0].clone();
    let never = "A".repeat(43);
    for id in [&id, &foreign, &never, "x", "%00", "%ff", "..%2f", &"A".repeat(4000)] {
        let answer = press(&app, &here, &format!("{id}/end"), &[]).await;
        assert_eq!((answer.status, answer.location()), (303, "/sessions?ended=0"), "{id}");
    }
    assert!(other.is_signed_in(&app).await);
    assert!(page(&app, &here, "?ended=0").await.body.contains("That session had already ended."));
    for query in ["?ended=2", "?ended=", "?ended=1&ended=0", "?ended=%3Cb%3E", "?other"] {
        assert!(!page(&app, &here, query).await.body.contains("role=\"status\""), "{query}");
    }
}

#[actix_web::test]
async fn ending_this_session_signs_out_as_the_button_does() {
    let app = TestApp::spawn().await;
    let (here, there) = (signed_in(&app, "ada", WINDOWS).await, signed_in(&app, "ada", PHONE).await);
    let stolen = here.stolen();
    let id = ids(&page(&app, &here, "").await)[0].clone();
    let answer = press(&app, &here, &format!("{id}/end"), &[]).await;
    assert!(answer.location().contains("post_logout_redirect_uri="), "{}", answer.location());
    assert!(here.session_cookie().is_none(), "the cookie is removed");
    assert!(!stolen.is_signed_in(&app).await && there.is_signed_in(&app).await);
}

#[actix_web::test]
async fn all_others_or_all_sessions_end_and_no_other_users() {
    let app = TestApp::spawn().await;
    let replica = app.replica();
    let mut adas = Vec::new();
    for user_agent in [WINDOWS, PHONE, "curl/8.11.0", ""] {
        adas.push(signed_in(&app, "ada", user_agent).await);
    }
    let other = signed_in(&app, "grace", WINDOWS).await;
    let answer = press(&app, &adas[0], "end_all", &[("keep", "this")]).await;
    assert_eq!(answer.location(), "/sessions?ended=others");
    assert!(page(&app, &adas[0], "?ended=others").await.body.contains("All other sessions have ended."));
    for (index, browser) in adas.iter().enumerate() {
        assert_eq!(browser.is_signed_in(&replica).await, index == 0, "{index}");
    }
    let second = signed_in(&app, "ada", PHONE).await;
    let answer = press(&app, &adas[0], "end_all", &[]).await;
    assert!(answer.location().contains("post_logout_redirect_uri="), "{}", answer.location());
    assert!(adas[0].session_cookie().is_none());
    for browser in [&adas[0], &second] {
        assert!(!browser.is_signed_in(&replica).await);
    }
    assert!(other.is_signed_in(&replica).await);
}

#[actix_web::test]
async fn only_a_page_of_this_site_ends_sessions() {
    let app = TestApp::spawn().await;
    let (here, there) = (signed_in(&app, "ada", WINDOWS).await, signed_in(&app, "ada", PHONE).await);
    let id = ids(&page(&app, &there, "").await)[0].clone();
    let own = app.identity.services().site.absolute("");
    let form = ("content-type", "application/x-www-form-urlencoded");
    for path in [format!("{id}/end"), "end_all".to_owned()] {
        let url = format!("{}/sessions/{path}", app.url);
        for headers in [
            &[form][..],
            &[form, ("origin", "null")],
            &[form, ("origin", "https://evil.example")],
            &[form, ("origin", &own), ("sec-fetch-site", "cross-site")],
            &[form, ("origin", &own), ("sec-fetch-site", "same-site")],
        ] {
            let answer = here.send(Method::POST, &url, headers, Some("keep=this".to_owned())).await;
            assert_eq!(answer.status, 403, "{path} {headers:?}");
        }
        for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE] {
            assert_eq!(here.send(method.clone(), &url, &[("origin", &own)], None).await.status, 405, "{path} {method}");
        }
        let compressed = [form, ("origin", &own), ("content-encoding", "gzip")];
        assert_eq!(here.send(Method::POST, &url, &compressed, Some(String::new())).await.status, 415, "{path}");
        let anonymous = Browser::new().send(Method::POST, &url, &[form, ("origin", &own)], Some(String::new())).await;
        assert_eq!(anonymous.status, 401, "{path}");
    }
    let url = format!("{}/sessions/end_all", app.url);
    for (headers, body, status) in [
        (&[("origin", &*own)][..], "keep=this".to_owned(), 400),
        (&[form, ("origin", &own)], "keep=%ff".to_owned(), 400),
        (&[form, ("origin", &own)], "x".repeat(100_000), 413),
    ] {
        assert_eq!(here.send(Method::POST, &url, headers, Some(body)).await.status, status);
    }
    assert!(here.is_signed_in(&app).await && there.is_signed_in(&app).await);
    let sessions = format!("{}/sessions", app.url);
    assert_eq!(here.send(Method::POST, &sessions, &[("origin", &own)], None).await.status, 405);
    let head = here.send(Method::HEAD, &sessions, &[], None).await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    let anonymous = Browser::new().get(&sessions).await;
    assert!(anonymous.status == 401 && anonymous.body.contains("Please sign in"), "{}", anonymous.body);
    assert!(anonymous.body.contains("post_sign_in_url=%2Fsessions"), "the sign-in leads back");
}

#[actix_web::test]
async fn while_the_store_is_unavailable_the_answer_is_503_and_the_session_stays() {
    let mut redis = Redis::start();
    let app = TestApp::spawn_with(&[("redis.url", &redis.url())]).await;
    let (here, there) = (signed_in(&app, "ada", WINDOWS).await, signed_in(&app, "ada", PHONE).await);
    let id = ids(&page(&app, &there, "").await)[0].clone();
    redis.stop();
    assert_eq!(page(&app, &here, "").await.status, 503);
    for path in [&*format!("{id}/end"), "end_all"] {
        let answer = press(&app, &here, path, &[("keep", "this")]).await;
        assert_eq!((answer.status, answer.set_cookies().len()), (503, 0), "{path}");
    }
    redis.run();
    assert_eq!(ids(&page(&app, &here, "").await).len(), 2);
    assert!(there.is_signed_in(&app).await);
}

#[actix_web::test]
async fn an_application_lists_and_ends_sessions() {
    let app = TestApp::spawn().await;
    let (here, there) = (signed_in(&app, "ada", WINDOWS).await, signed_in(&app, "ada", PHONE).await);
    let other = signed_in(&app, "grace", WINDOWS).await;
    let id = ids(&page(&app, &there, "").await)[0].clone();
    let foreign = ids(&page(&app, &other, "").await)[0].clone();
    let metadata = app.identity.services().providers.default.provider.metadata().await.unwrap();
    let ada = (metadata.issuer.as_str(), "ada-Zk3vX0mQ8w1rT5uYpL7nB2cD4fG6hJ9k");
    let sessions = app.identity.sessions();
    let listed = sessions.list(ada).await.unwrap();
    assert!(listed.len() == 2 && listed.iter().any(|session| session.id == id), "{listed:?}");
    assert_eq!(sessions.list((ada.0, "nobody")).await.unwrap(), []);
    assert!(!sessions.end(ada, &foreign).await.unwrap(), "another user's");
    assert!(sessions.end(ada, &id).await.unwrap());
    assert!(!sessions.end(ada, &id).await.unwrap(), "it has ended already");
    assert!(here.is_signed_in(&app).await && !there.is_signed_in(&app).await);
    assert_eq!(sessions.end_all(ada).await.unwrap(), 1);
    assert!(!here.is_signed_in(&app).await && other.is_signed_in(&app).await);
}

#[actix_web::test]
async fn a_page_of_very_many_sessions_stays_short_and_all_of_them_end() {
    let app = TestApp::spawn().await;
    let sign_in = async || {
        let cookie = app.identity.test_user("42").sign_in().await.unwrap();
        let browser = Browser::new();
        browser.cookies.borrow_mut().insert(cookie.name().to_owned(), cookie.value().to_owned());
        browser
    };
    let (here, there) = (sign_in().await, sign_in().await);
    for _ in 0..101 {
        sign_in().await;
    }
    let answer = page(&app, &here, "").await;
    assert_eq!((answer.status, ids(&answer).len()), (200, 101), "this one and a hundred others");
    assert!(answer.body.contains("You have 2 more sessions, used less recently."), "{}", answer.body);
    press(&app, &here, "end_all", &[("keep", "this")]).await;
    assert_eq!(ids(&page(&app, &here, "").await).len(), 1);
    assert!(!there.is_signed_in(&app).await);
}

#[actix_web::test]
async fn in_a_browser_a_user_ends_their_other_session() {
    let program = Program::start(&[]).await;
    for look in LOOKS {
        let (url, chromium, other) = (&program.url, Chromium::start(look).await, Browser::new());
        for (browser, user_agent) in [(&Browser::new(), "curl/8.11.0"), (&other, PHONE)] {
            program.sign_in(browser, "ada", &[("user-agent", user_agent)]).await;
        }
        chromium.goto(&format!("{url}/sessions")).await;
        chromium.sees("Please sign in").await;
        chromium.click("main a[href^='/auth/sign_in']").await;
        chromium.click("button[value=ada]").await;
        chromium.sees("Chrome on Linux\nThis session").await;
        chromium.sees("Safari on iOS").await;
        chromium.screenshot("sessions-1-three").await;
        chromium.client.execute("scrollTo(0, document.body.scrollHeight)", Vec::new()).await.unwrap();
        chromium.screenshot("sessions-1-three-bottom").await;
        chromium.click(".sessions li:nth-child(2) button").await;
        chromium.sees("The session has ended.").await;
        chromium.screenshot("sessions-2-ended").await;
        chromium.click("button[name=keep]").await;
        chromium.sees("You’re not signed in anywhere else.").await;
        chromium.screenshot("sessions-3-alone").await;
        assert_eq!(other.get(&format!("{url}/token_details")).await.status, 401);
        chromium.click(".sessions li:nth-child(1) button").await;
        chromium.sees("You’re signed out").await;
        chromium.close().await;
    }
}
