//! Sessions: who is signed in, for how long, on which replica, and what happens when Redis is away.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;

use crate::helpers::mute_proxy::MuteProxy;
use crate::helpers::redis::Redis;
use crate::helpers::{Browser, TestApp, say};

#[actix_web::test]
async fn redis_passes_the_acceptance_suite() {
    crate::helpers::log::start();
    let redis = Redis::start();
    let settings = identity_web::internals::session::backend::redis::RedisSettings {
        url: identity_web::internals::oidc::secret::Secret::new(&redis.url()),
        ca_certificate: None,
        client_certificate: None,
        connect_timeout: Duration::from_secs(1),
        command_timeout: Duration::from_millis(500),
        key_prefix: "acceptance:".to_owned(),
    };
    let backend = identity_web::internals::session::backend::redis::RedisBackend::new(settings).unwrap();
    identity_web::internals::session::backend::acceptance_suite(&backend, async |time| tokio::time::sleep(time).await)
        .await;
}

#[actix_web::test]
async fn an_anonymous_visitor_gets_no_cookie_and_causes_no_redis_command() {
    let mut redis = Redis::start();
    let app = TestApp::spawn_with(&[("redis.url", &redis.url())]).await;
    let browser = Browser::new();
    let before = redis.commands();
    for path in
        ["/", "/sign_in_status", "/token_details", "/nope", "/auth/sign_out", "/auth/post_sign_out", "/static/site.css"]
    {
        let answer = browser.get(&format!("{}{path}", app.url)).await;
        assert_eq!(answer.set_cookies(), [], "{path}");
    }
    // Nor does a sign-in that has only begun, or a cookie that we did not mint.
    browser.begin(&app).await;
    let forged = format!("__Host-identity={}", "A".repeat(87));
    browser.send(Method::GET, &format!("{}/", app.url), &[("cookie", &forged)], None).await;
    assert_eq!(redis.commands(), before);
    redis.stop();
}

#[actix_web::test]
async fn a_signed_in_page_view_is_one_redis_command_or_none_and_sets_no_cookie() {
    for (cache, views, most) in [("off", 200, 1.0), ("on", 10_000, 0.01)] {
        let redis = Redis::start();
        let app = TestApp::spawn_with(&[("redis.url", &redis.url()), ("session.cache", cache)]).await;
        let browser = Browser::new();
        browser.sign_in(&app, "ada").await;
        actix_web::rt::time::sleep(Duration::from_millis(500)).await;
        let before = redis.commands();
        let view = async |browser: Browser| {
            for _ in 0..views / 20 {
                let answer = browser.get(&format!("{}/auth/verify", app.url)).await;
                assert_eq!((answer.status, answer.set_cookies()), (200, vec![]));
            }
        };
        join_all((0..20).map(|_| view(browser.stolen()))).await;
        let each = f64::from(u32::try_from(redis.commands() - before).unwrap()) / f64::from(views);
        let text = format!("session.cache {cache}: {each} Redis commands for each of {views} reads\n");
        say(&text);
        assert!(each <= most && (cache == "on" || each >= most), "{text}");
    }
}

#[actix_web::test]
async fn the_session_cookie_is_opaque_and_hardened() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    let answer = browser.sign_in(&app, "ada").await;
    let cookie = answer.set_cookies().into_iter().find(|cookie| cookie.name() == "__Host-identity").unwrap();
    assert_eq!(
        (cookie.http_only(), cookie.secure(), cookie.path(), cookie.domain(), cookie.max_age()),
        (Some(true), Some(true), Some("/"), None, None)
    );
    assert_eq!(cookie.same_site(), Some(actix_web::cookie::SameSite::Lax));
    assert!(cookie.value().len() < 150, "{}", cookie.value().len());
}

#[actix_web::test]
async fn a_session_is_served_by_every_replica_and_ended_on_all() {
    let app = TestApp::spawn().await;
    let replica = app.replica();
    let browser = Browser::new();
    browser.sign_in(&app, "grace").await;
    for one in [&app, &replica] {
        assert!(browser.get(&format!("{}/", one.url)).await.body.contains("Grace Hopper"));
    }
    let thief = browser.stolen();
    let answer = browser.sign_out(&replica).await;
    assert!(answer.location().contains("/oauth2/v2.0/logout?id_token_hint="), "{}", answer.location());
    assert!(answer.location().contains("logout_hint=O.grace"));
    for one in [&app, &replica] {
        assert!(!browser.is_signed_in(one).await);
        assert!(!thief.is_signed_in(one).await, "the old cookie opens nothing");
    }
    assert!(app.keys().iter().all(|key| !key.contains("session:")), "{:?}", app.keys());
}

#[actix_web::test]
async fn a_new_sign_in_is_a_new_session_and_the_old_key_is_dead() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    let old = browser.stolen();
    browser.sign_in(&app, "alan").await;
    assert_ne!(browser.session_cookie(), old.session_cookie());
    assert!(!old.is_signed_in(&app).await);
    assert!(browser.get(&format!("{}/", app.url)).await.body.contains("Alan Turing"));
}

#[actix_web::test]
async fn a_cookie_set_before_signing_in_never_becomes_signed_in() {
    let app = TestApp::spawn().await;
    let (attacker, victim) = (Browser::new(), Browser::new());
    attacker.sign_in(&app, "alan").await;
    attacker.sign_out(&app).await;
    let planted = "planted-by-the-attacker".to_owned();
    victim.cookies.borrow_mut().insert("__Host-identity".to_owned(), planted.clone());
    victim.sign_in(&app, "ada").await;
    assert_ne!(victim.session_cookie(), Some(planted.clone()));
    attacker.cookies.borrow_mut().insert("__Host-identity".to_owned(), planted);
    assert!(!attacker.is_signed_in(&app).await);
}

#[actix_web::test]
async fn a_cookie_of_another_kind_is_no_session_and_the_reverse() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    browser.begin(&app).await;
    let (name, transaction) = browser.cookies.borrow().iter().next().map(|(n, v)| (n.clone(), v.clone())).unwrap();
    browser.cookies.borrow_mut().insert("__Host-identity".to_owned(), transaction);
    assert!(!browser.is_signed_in(&app).await);
    let other = Browser::new();
    let callback = other.callback_url(&app, "ada").await;
    other.sign_in(&app, "ada").await;
    let session = other.session_cookie().unwrap();
    let own = other.cookies.borrow().keys().find(|name| name.contains("sign-in")).cloned().unwrap_or(name);
    let thief = Browser::new();
    thief.cookies.borrow_mut().insert(own, session);
    assert_eq!(thief.get(&callback).await.status, 400);
}

#[actix_web::test]
async fn odd_cookies_are_no_session_and_no_error() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    let good = browser.session_cookie().unwrap();
    let cookies = [
        format!("__Host-identity={}", "x".repeat(8000)),
        "__Host-identity=".to_owned(),
        "__Host-identity=\"quoted\"".to_owned(),
        format!("__Host-identity={}", &good[..good.len() - 1]),
        format!("__Host-identity=bad; __Host-identity={good}"),
        "=; ;;;__Host-identity".to_owned(),
    ];
    for cookie in cookies {
        let headers = [("cookie", cookie.as_str())];
        let answer = Browser::new().send(Method::GET, &format!("{}/token_details", app.url), &headers, None).await;
        assert_eq!(answer.status, 401, "{cookie}");
    }
    let huge = format!("a={}", "x".repeat(20_000));
    let headers = [("cookie", huge.as_str())];
    assert_eq!(Browser::new().send(Method::GET, &format!("{}/", app.url), &headers, None).await.status, 431);
}

#[actix_web::test]
async fn a_session_ends_when_it_is_idle_and_when_it_is_old() {
    let settings = [("session.idle_timeout_seconds", "100"), ("session.absolute_timeout_seconds", "250")];
    let app = TestApp::spawn_with(&settings).await;
    let idle = Browser::new();
    idle.sign_in(&app, "ada").await;
    app.clock.advance_seconds(98);
    assert!(idle.is_signed_in(&app).await, "within the idle timeout");
    app.clock.advance_seconds(98);
    assert!(idle.is_signed_in(&app).await, "its use extended it");
    app.clock.advance_seconds(45);
    assert!(idle.is_signed_in(&app).await);
    app.clock.advance_seconds(10);
    assert!(!idle.is_signed_in(&app).await, "in use, and yet too old");

    let other = Browser::new();
    other.sign_in(&app, "ada").await;
    app.clock.advance_seconds(101);
    assert!(!other.is_signed_in(&app).await, "idle");
}

#[actix_web::test]
async fn a_dump_of_redis_holds_nothing_in_clear() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    let cookie = browser.session_cookie().unwrap();
    let held = Redis::shared().dump(&app.prefix);
    let mut kinds: Vec<_> = held.iter().filter_map(|(key, _)| key[app.prefix.len()..].split(':').next()).collect();
    kinds.sort_unstable();
    assert_eq!(
        kinds,
        ["session", "sid", "spent", "sub", "summary"],
        "the session, its index, and the mark of its code"
    );
    let all: Vec<u8> = held.iter().flat_map(|(key, value)| [key.as_bytes(), value].concat()).collect();
    let text = String::from_utf8_lossy(&all);
    for clear in ["ada-", "Lovelace", "contoso", "eyJ", "claims", "token", &cookie[cookie.len() - 43..]] {
        assert!(!text.contains(clear), "{clear:?} is in Redis");
    }
}

#[actix_web::test]
async fn records_that_were_swapped_cut_or_made_newer_are_refused() {
    let app = TestApp::spawn().await;
    let (ada, alan) = (Browser::new(), Browser::new());
    ada.sign_in(&app, "ada").await;
    alan.sign_in(&app, "alan").await;
    let redis = Redis::shared();
    let sessions: Vec<_> = redis.dump(&app.prefix).into_iter().filter(|(key, _)| key.contains("session:")).collect();
    let [(first, one), (second, two)] = sessions.as_slice() else { panic!("two sessions") };
    redis.set(first, two);
    redis.set(second, one);
    assert!(!ada.is_signed_in(&app).await && !alan.is_signed_in(&app).await, "swapped");
    for value in [&one[..20], &one[..one.len() - 1], &[], b"plain text", &[&[2], &one[1..]].concat()] {
        redis.set(first, value);
        redis.set(second, value);
        assert!(!ada.is_signed_in(&app).await && !alan.is_signed_in(&app).await, "{} bytes", value.len());
    }
    redis.set(first, one);
    redis.set(second, two);
    assert!(ada.is_signed_in(&app).await && alan.is_signed_in(&app).await, "and put right they open again");
}

#[actix_web::test]
async fn a_record_of_another_prefix_is_refused() {
    let app = TestApp::spawn().await;
    let elsewhere = app.replica_with("IDENTITY_WEB__REDIS__KEY_PREFIX", &format!("{}other:", app.prefix));
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    let held = Redis::shared().dump(&app.prefix).into_iter().find(|(key, _)| key.contains(":session:")).unwrap();
    Redis::shared().set(&held.0.replace(&app.prefix, &format!("{}other:", app.prefix)), &held.1);
    assert!(browser.is_signed_in(&app).await && !browser.is_signed_in(&elsewhere).await);
}

#[actix_web::test]
async fn a_key_ring_is_rotated_without_ending_sessions_in_use() {
    const RING: &str = "IDENTITY_WEB__SESSION__KEYS";
    let app = TestApp::spawn().await;
    let old = app.variables[RING].clone();
    let new = "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY=";
    let (browser, idle) = (Browser::new(), Browser::new());
    browser.sign_in(&app, "ada").await;
    idle.sign_in(&app, "ada").await;
    let turned = app.replica_with(RING, &format!("{new},{old}"));
    assert!(browser.is_signed_in(&turned).await, "an older key opens");
    let fresh = Browser::new();
    let callback = fresh.callback_url(&turned, "alan").await;
    fresh.get(&callback.replace(&app.url, &turned.url)).await;
    assert!(fresh.is_signed_in(&turned).await);
    let removed = app.replica_with(RING, new);
    assert!(!idle.is_signed_in(&removed).await, "a key that was dropped opens nothing");
    assert!(browser.is_signed_in(&removed).await, "a session in use was sealed and signed again with the first key");
    assert!(fresh.is_signed_in(&removed).await, "the first key sealed");
}

#[actix_web::test]
async fn redis_stopped_is_503_and_the_session_is_there_when_it_is_back() {
    let mut redis = Redis::start();
    let app = TestApp::spawn_with(&[("redis.url", &redis.url())]).await;
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    let callback = Browser::new().callback_url(&app, "ada").await;
    let cookie = browser.session_cookie();
    redis.stop();

    let answer = browser.get(&format!("{}/token_details", app.url)).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"));
    assert!(answer.body.contains("You have not been signed out"), "{}", answer.body);
    assert!(!answer.body.contains(">Sign in"), "who is not signed out is not offered to sign in: {}", answer.body);
    let answer =
        browser.send(Method::GET, &format!("{}/token_details", app.url), &[("accept", "application/json")], None).await;
    assert_eq!((answer.status, answer.header("content-type")), (503, "application/problem+json"));
    assert_eq!(browser.sign_out(&app).await.status, 503, "nobody is told they are signed out who is not");
    assert_eq!(browser.session_cookie(), cookie, "the cookie is kept");
    for path in ["/auth/post_sign_out", "/static/site.css"] {
        assert_eq!(browser.get(&format!("{}{path}", app.url)).await.status, 200, "{path} needs no session");
    }
    assert_eq!(Browser::new().get(&format!("{}/", app.url)).await.status, 200, "nor does an anonymous visitor");
    assert_eq!(Browser::new().get(&callback).await.status, 400);
    let ready = Browser::new().get(&format!("http://{}/health/ready", app.operations)).await;
    assert_eq!(ready.status, 503);
    assert!(ready.body.contains("session store is unavailable"), "{}", ready.body);

    redis.run();
    assert!(browser.is_signed_in(&app).await, "signed in as before, with no restart");
    assert_eq!(Browser::new().get(&format!("http://{}/health/ready", app.operations)).await.status, 200);
}

#[actix_web::test]
async fn redis_that_goes_mute_behind_an_open_connection_is_reached_again_by_the_next_request() {
    let proxy = MuteProxy::start(Redis::shared().port);
    let url = format!("redis://{}/", proxy.address);
    let settings = [("redis.url", url.as_str()), ("redis.command_timeout_ms", "500"), ("session.cache", "off")];
    let app = TestApp::spawn_with(&settings).await;
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    let page = format!("{}/token_details", app.url);
    for asked_meanwhile in [true, false] {
        proxy.mute();
        if asked_meanwhile {
            assert_eq!(browser.get(&page).await.status, 503);
        }
        proxy.heal();
        // Behind a connection that nobody has used since, one request finds out.
        let statuses = [browser.get(&page).await.status, browser.get(&page).await.status];
        assert_eq!(statuses, if asked_meanwhile { [200, 200] } else { [503, 200] });
    }
}

#[actix_web::test]
async fn a_callback_while_redis_is_away_can_be_loaded_again() {
    let mut redis = Redis::start();
    let app = TestApp::spawn_with(&[("redis.url", &redis.url())]).await;
    let browser = Browser::new();
    let callback = browser.callback_url(&app, "ada").await;
    redis.stop();
    assert_eq!(browser.get(&callback).await.status, 503);
    assert_eq!(app.provider.token_requests(), 0, "the code is not spent");
    redis.run();
    assert_eq!(browser.get(&callback).await.location(), "/");
}

#[actix_web::test]
async fn a_provider_that_is_down_at_start_is_found_when_it_comes() {
    let port = crate::helpers::free_port();
    let authority = format!("http://127.0.0.1:{port}/{}", identity_web::internals::demo::DEMO_TENANT);
    let app = TestApp::spawn_with(&[("client.authority", &authority)]).await;
    let browser = Browser::new();
    assert_eq!(browser.get(&format!("{}/", app.url)).await.status, 200, "the app runs");
    let answer = browser.get(&format!("{}/auth/sign_in", app.url)).await;
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("identity provider isn’t responding"), "{}", answer.body);
    let ready = browser.get(&format!("http://{}/health/ready", app.operations)).await;
    assert!(ready.status == 503 && ready.body.contains("is unavailable"), "{}", ready.body);

    let uris = ["redirect", "post_sign_out"].map(|name| format!("{}/auth/{name}", app.url));
    crate::helpers::app::provider_at(&format!("127.0.0.1:{port}"), &uris, &app.clock);
    app.clock.advance_seconds(2);
    browser.sign_in(&app, "ada").await;
    assert!(browser.is_signed_in(&app).await);
}
