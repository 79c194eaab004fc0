//! `docker compose up`, as a person and an operator meet it: one session, served by every replica and ended at each.

use std::time::Duration;

use actix_web::rt::time::sleep;
use reqwest::Method;

use crate::helpers::Browser;
use crate::helpers::chromium::{Chromium, DESKTOP};
use crate::helpers::compose::{Compose, Container};

/// How often a replica that serves must have served a session, to be believed.
const SERVED: usize = 3;

/// Loads a page, which says these words. Chromium drops what it is loading when the machine's network changes, as it does
/// when Docker starts a container: such a page, and no other, is loaded again.
async fn load(chromium: &Chromium, url: &str, words: &str) {
    for _ in 0..10 {
        if chromium.client.goto(url).await.is_ok() {
            let text = chromium.text().await;
            if text.contains(words) {
                return;
            }
            let was_dropped = text.is_empty() || text.contains("ERR_NETWORK_CHANGED");
            assert!(was_dropped, "{words:?} is not on {url}: {text}");
        }
        sleep(Duration::from_millis(500)).await;
    }
    panic!("{url} cannot be loaded");
}

/// The claims page of who is signed in, loaded until each of these replicas has served it by its own log.
async fn is_served_by_each(chromium: &Chromium, replicas: &[Container], url: &str) {
    let page = "/token_details";
    let before: Vec<_> = replicas.iter().map(|replica| replica.answered(page, 200)).collect();
    let mut served = Vec::new();
    // A new replica is found by DNS, tried, and then given more and more requests for five seconds.
    for _ in 0..30 {
        for _ in 0..5 {
            load(chromium, &format!("{url}{page}"), "ada@contoso.example").await;
        }
        served = replicas.iter().zip(&before).map(|(replica, before)| replica.answered(page, 200) - before).collect();
        if served.iter().all(|times| *times >= SERVED) {
            println!("one session, {} replicas: pages served by each {served:?}", replicas.len());
            return;
        }
        sleep(Duration::from_millis(300)).await;
    }
    panic!("not every replica has served the session: {served:?}");
}

/// The session's cookie, as the browser sends it.
async fn session_cookie(chromium: &Chromium) -> String {
    let cookies = chromium.cookies().await;
    let (name, value) = cookies.into_iter().find(|(name, _)| name == "__Host-identity").unwrap();
    format!("{name}={value}")
}

/// What each replica answers to the cookie, asked directly.
async fn answers_of_each(replicas: &[Container], cookie: &str) -> Vec<u16> {
    let mut answers = Vec::new();
    for replica in replicas {
        let url = format!("http://{}:5000/token_details", replica.address);
        answers.push(Browser::new().send(Method::GET, &url, &[("cookie", cookie)], None).await.status);
    }
    answers
}

#[actix_web::test]
#[ignore = "needs docker compose up: tests/compose runs it"]
async fn one_session_is_served_by_every_replica_and_ended_at_every_replica() {
    let compose = Compose::started();
    let chromium = Chromium::start(DESKTOP).await;
    load(&chromium, &format!("{}/token_details", compose.url), "Please sign in").await;
    chromium.screenshot("compose-1-signed-out").await;
    chromium.click("main a[href^='/auth/sign_in']").await;
    chromium.sees("Pick an account").await;
    chromium.screenshot("compose-2-pick-an-account").await;
    chromium.click("button[value=ada]").await;
    chromium.sees("preferred_username").await;
    chromium.sees("Ada Lovelace").await;
    chromium.screenshot("compose-3-claims").await;
    let cookie = session_cookie(&chromium).await;

    let two = compose.containers("app").await;
    assert_eq!(two.len(), 2, "as docker-compose.yml says");
    is_served_by_each(&chromium, &two, &compose.url).await;

    compose.run(&["up", "-d", "--scale", "app=4"]).await;
    let four = compose.containers("app").await;
    assert_eq!(four.len(), 4);
    assert!(two.iter().all(|old| four.iter().any(|new| new.id == old.id)), "those that were there go on");
    is_served_by_each(&chromium, &four, &compose.url).await;
    assert_eq!(session_cookie(&chromium).await, cookie, "it is still the same session");
    chromium.screenshot("compose-4-claims-of-four-replicas").await;

    assert_eq!(answers_of_each(&four, &cookie).await, [200; 4]);
    chromium.sign_out().await;
    chromium.sees("You’re signed out").await;
    chromium.screenshot("compose-5-signed-out").await;
    assert_eq!(answers_of_each(&four, &cookie).await, [401; 4], "the cookie of a session that was ended");
    load(&chromium, &format!("{}/token_details", compose.url), "Please sign in").await;
    println!("signed out: every replica answers 401 to the session's cookie");
    chromium.close().await;
}
