//! The library in someone else's application: the example under examples/, run; and what its pieces promise.

use std::process::{Command, Stdio};

use actix_session::Session;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Query};
use actix_web::{App, HttpResponse, HttpServer, Responder};
use identity_web::{Identity, IdentityWeb, MaybeIdentity, login_required};
use reqwest::Method;

use crate::helpers::process::Process;
use crate::helpers::{Browser, TestApp, eventually, free_port, log};

#[actix_web::test]
async fn the_three_lines_of_the_example_sign_somebody_in() {
    log::start();
    let (port, demo) = (free_port(), free_port());
    let url = format!("http://127.0.0.1:{port}");
    let program =
        std::path::Path::new(env!("CARGO_BIN_EXE_identity-web")).with_file_name("examples").join("three_lines");
    let _process = Process::start(
        Command::new(&program)
            .env("IDENTITY_WEB__SERVER__LISTEN", format!("127.0.0.1:{port}"))
            .env("IDENTITY_WEB__SERVER__PUBLIC_URL", &url)
            .env("IDENTITY_WEB__TLS__MODE", "off")
            .env("IDENTITY_WEB__DEMO_PROVIDER__LISTEN", format!("127.0.0.1:{demo}"))
            .stderr(Stdio::null()),
    );
    eventually("the example", async || std::net::TcpStream::connect(("127.0.0.1", port)).ok()).await;
    let browser = Browser::new();
    let anonymous = browser.get(&format!("{url}/")).await;
    assert_eq!(anonymous.status, 401);
    assert!(anonymous.body.contains("Please sign in"), "a page, though the application has none of its own");
    let authorization = browser.get(&format!("{url}/auth/sign_in")).await.location().to_owned();
    let callback = browser.pick(&authorization.parse().unwrap(), "grace").await.location().to_owned();
    let answer = browser.get(&callback).await;
    assert_eq!(answer.location(), "/");
    assert!(answer.set_cookies().iter().any(|cookie| cookie.name() == "identity"), "over http without __Host-");
    assert_eq!(browser.get(&format!("{url}/")).await.body, "Hello Grace Hopper");
}

async fn members(user: Identity) -> impl Responder {
    format!("{} {:?}", user.name(), user.entra_key().is_some())
}

async fn perhaps(user: MaybeIdentity) -> impl Responder {
    user.identity().map_or_else(|| "nobody".to_owned(), |user| user.key().1.to_owned())
}

#[derive(serde::Deserialize)]
struct Item {
    name: String,
    wait: u64,
}

/// Stores a value of the application's own, after a while.
async fn store(session: Session, Query(item): Query<Item>) -> actix_web::Result<HttpResponse> {
    actix_web::rt::time::sleep(std::time::Duration::from_millis(item.wait)).await;
    session.insert(item.name, true)?;
    Ok(HttpResponse::Ok().finish())
}

async fn stored(session: Session) -> impl Responder {
    let mut names: Vec<_> = session.entries().keys().cloned().collect();
    names.sort();
    names.join(" ")
}

async fn renew(session: Session, Query(item): Query<Item>) -> impl Responder {
    actix_web::rt::time::sleep(std::time::Duration::from_millis(item.wait)).await;
    session.renew();
    item.name
}

/// An application of somebody else's, with the sessions of `app`; gives its URL.
fn spawn(identity: &IdentityWeb) -> String {
    let identity = identity.clone();
    let server = HttpServer::new(move || {
        App::new()
            .wrap(identity.sessions().carry_over(&["cart"]))
            .configure(identity.routes())
            .service(web::scope("/members").wrap(from_fn(login_required)).route("", web::get().to(members)))
            .route("/perhaps", web::get().to(perhaps))
            .route("/store", web::get().to(store))
            .route("/stored", web::get().to(stored))
            .route("/renew", web::get().to(renew))
    })
    .workers(2)
    .disable_signals()
    .bind("127.0.0.1:0")
    .unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    url
}

#[actix_web::test]
async fn login_required_sends_people_to_sign_in_and_tells_programs_401() {
    let app = TestApp::spawn().await;
    let url = format!("{}/members", spawn(&app.identity));
    let browser = Browser::new();
    assert_eq!(
        browser.get(&format!("{url}?a=b")).await.location(),
        "/auth/sign_in?post_sign_in_url=%2Fmembers%3Fa%3Db"
    );
    for headers in [
        &[("accept", "application/json")][..],
        &[("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")],
        &[("x-requested-with", "XMLHttpRequest")],
        &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document"), ("sec-purpose", "prefetch")],
    ] {
        assert_eq!(browser.send(Method::GET, &url, headers, None).await.status, 401, "{headers:?}");
    }
    browser.sign_in(&app, "ada").await;
    assert_eq!(browser.get(&url).await.body, "Ada Lovelace true");
}

#[actix_web::test]
async fn a_store_that_is_away_is_never_taken_for_signed_out() {
    let mut redis = crate::helpers::redis::Redis::start();
    let app = TestApp::spawn_with(&[("redis.url", &redis.url())]).await;
    let url = spawn(&app.identity);
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    redis.stop();
    for path in ["/members", "/perhaps", "/store?name=x&wait=0"] {
        assert_eq!(browser.get(&format!("{url}{path}")).await.status, 503, "{path}");
    }
    redis.run();
    assert_eq!(browser.get(&format!("{url}/members")).await.status, 200);
    assert_eq!(browser.get(&format!("{url}/stored")).await.body, "", "what could not be stored is not");
}

#[actix_web::test]
async fn concurrent_writes_of_one_session_are_all_kept() {
    let app = TestApp::spawn().await;
    let url = spawn(&app.identity);
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    let store = async |name: &str, wait: u64| {
        let other = browser.stolen();
        other.get(&format!("{url}/store?name={name}&wait={wait}")).await.status
    };
    let statuses = tokio::join!(store("a", 100), store("b", 100), store("c", 150), store("d", 50), store("e", 0));
    assert_eq!(statuses, (200, 200, 200, 200, 200));
    assert_eq!(browser.get(&format!("{url}/stored")).await.body, "a b c d e");
    assert_eq!(browser.get(&format!("{url}/perhaps")).await.body, "ada-Zk3vX0mQ8w1rT5uYpL7nB2cD4fG6hJ9k");
}

#[actix_web::test]
async fn a_session_that_was_ended_is_not_revived_by_a_request_under_way() {
    let app = TestApp::spawn().await;
    let url = spawn(&app.identity);
    for path in ["/store?name=late&wait=400", "/renew?name=late&wait=400"] {
        let browser = Browser::new();
        browser.sign_in(&app, "ada").await;
        let (late, leaving) = (browser.stolen(), browser.stolen());
        let (answer, ()) = tokio::join!(async { late.get(&format!("{url}{path}")).await }, async {
            actix_web::rt::time::sleep(std::time::Duration::from_millis(150)).await;
            leaving.sign_out(&app).await;
        });
        assert_eq!(answer.status, 401, "{path}: {}", answer.body);
        assert!(answer.set_cookies().is_empty(), "{path}");
        assert!(!browser.is_signed_in(&app).await && !late.is_signed_in(&app).await, "{path}");
        assert!(app.keys().iter().all(|key| !key.contains("session:")), "{path}: {:?}", app.keys());
    }
}

#[actix_web::test]
async fn a_renewed_session_has_a_new_key_and_everything_else_as_before() {
    let app = TestApp::spawn().await;
    let url = spawn(&app.identity);
    let browser = Browser::new();
    browser.sign_in(&app, "alan").await;
    browser.get(&format!("{url}/store?name=kept&wait=0")).await;
    let old = browser.stolen();
    browser.get(&format!("{url}/renew?name=x&wait=0")).await;
    assert_ne!(browser.session_cookie(), old.session_cookie());
    assert!(browser.is_signed_in(&app).await && !old.is_signed_in(&app).await);
    assert_eq!(browser.get(&format!("{url}/stored")).await.body, "kept");
    browser.sign_in(&app, "alan").await;
    assert_eq!(browser.get(&format!("{url}/stored")).await.body, "", "a new sign-in carries nothing over");
}

#[actix_web::test]
async fn what_the_application_names_carries_over_a_sign_in() {
    let app = TestApp::spawn().await;
    let url = spawn(&app.identity);
    let browser = Browser::new();
    for name in ["cart", "other"] {
        browser.get(&format!("{url}/store?name={name}&wait=0")).await;
    }
    let callback = browser.callback_url(&app, "ada").await;
    let elsewhere = callback.replace(&app.url, &url);
    assert_eq!(browser.get(&elsewhere).await.location(), "/");
    assert_eq!(browser.get(&format!("{url}/stored")).await.body, "cart");
}

#[actix_web::test]
async fn more_than_a_session_may_hold_is_refused_and_what_was_there_stays() {
    let app = TestApp::spawn_with(&[("limits.session_bytes", "4096")]).await;
    let url = spawn(&app.identity);
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    let long = "x".repeat(4000);
    assert_eq!(browser.get(&format!("{url}/store?name={long}&wait=0")).await.status, 413);
    assert!(browser.is_signed_in(&app).await);
}
