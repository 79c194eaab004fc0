//! Forward authentication: a plain application behind each of the proxies of deploy/forward-auth, run from those files.

use reqwest::Method;

use crate::helpers::chromium::{Chromium, DESKTOP};
use crate::helpers::site::Site;
use crate::helpers::{Browser, TestApp, eventually};

const ADA: &str = "\nx-auth-request-user: ada-Zk3vX0mQ8w1rT5uYpL7nB2cD4fG6hJ9k\n";
const CANARY: &str = "forged-4711";
const PAGE: &str = "/page?x=1&y=%2F2";
const SIGN_IN: &str = "/auth/sign_in?post_sign_in_url=%2Fpage%3Fx%3D1%26y%3D%252F2";

/// What each of the proxies does.
async fn protects(name: &str) {
    let mut site = Site::start(name, "").await;
    let (ada, alan) = (Browser::new(), Browser::new());
    nobody_reaches_the_application(&site).await;
    signs_in_and_comes_back(&site, &ada, "ada").await;
    signs_in_and_comes_back(&site, &alan, "alan").await;
    let posted = ada.post(&format!("{}/form", site.url), &site.url, &[("a".to_owned(), "b".to_owned())]).await;
    assert!(posted.body.starts_with("POST /form\n") && posted.body.ends_with("\n\na=b"), "{}", posted.body);
    forged_names_never_arrive(&site, &ada).await;
    the_rule_holds_in_every_spelling_of_the_path(&site, &ada, &alan).await;

    site.redis.stop();
    // As soon as it is noticed that Redis is away.
    eventually("nobody can tell who this is", async || (site.get(&ada, "/page").await.status == 503).then_some(()))
        .await;
    let reached = site.application.reached();
    site.redis.run();
    site.app.stop().await;
    for path in ["/page", "/admin", "/auth/sign_in"] {
        let answer = site.get(&ada, path).await;
        assert!([500, 502, 503].contains(&answer.status), "{path}: {}", answer.status);
    }
    assert_eq!(site.application.reached(), reached, "closed, never open");
}

async fn nobody_reaches_the_application(site: &Site) {
    let nobody = Browser::new();
    let answer = site.get(&nobody, PAGE).await;
    assert_eq!(answer.location(), format!("{}{SIGN_IN}", site.url));
    let program = [("accept", "application/json")];
    let script = [("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")];
    for (method, headers) in
        [(Method::GET, program), (Method::POST, program), (Method::GET, [script[0]]), (Method::DELETE, program)]
    {
        let answer = nobody.send(method.clone(), &format!("{}{PAGE}", site.url), &headers, None).await;
        assert_eq!(answer.status, 401, "{method} {headers:?}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let login_url = if method == Method::GET { SIGN_IN } else { "/auth/sign_in" };
        assert!(answer.body.contains(&format!("\"login_url\":\"{login_url}\"")), "{method}: {}", answer.body);
    }
    for path in ["/health/ready", "/metrics", "/verify/anyone", "/static/../page", "/static/other.css"] {
        let answer = nobody.send(Method::GET, &format!("{}{path}", site.url), &program, None).await;
        assert!([401, 404].contains(&answer.status), "{path}: {}", answer.status);
    }
    assert_eq!(nobody.send(Method::GET, &format!("{}/static/site.css", site.url), &program, None).await.status, 200);
    assert_eq!(site.application.reached(), 0);
}

async fn signs_in_and_comes_back(site: &Site, browser: &Browser, person: &str) {
    let sign_in = site.get(browser, PAGE).await.location().to_owned();
    let authorization = browser.get(&sign_in).await.location().to_owned();
    let callback = browser.pick(&authorization.parse().unwrap(), person).await.location().to_owned();
    assert_eq!(browser.get(&callback).await.location(), PAGE);
    let page = site.get(browser, PAGE).await;
    assert_eq!(page.status, 200);
    assert!(page.body.starts_with(&format!("GET {PAGE}\n")), "{}", page.body);
    assert!(page.body.contains(&format!("\nx-auth-request-user: {person}-")), "{}", page.body);
    assert!(page.body.contains("\nx-forwarded-for: 127.0.0.1\n"), "{}", page.body);
}

/// Each name that says who it is, in each spelling that an application might read as that name.
fn spellings() -> Vec<String> {
    let names = ["user", "issuer", "tenant", "object-id", "name", "preferred-username", "email", "roles", "groups"];
    let names = names.map(|name| format!("x-auth-request-{name}"));
    let others = ["X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Groups", "Remote-User"].map(str::to_owned);
    let spellings = names.iter().chain(&others).flat_map(|name| {
        let (upper, under) = (name.to_ascii_uppercase(), name.replace('-', "_"));
        [
            name.clone(),
            upper,
            under.clone(),
            under.to_uppercase(),
            name.replacen('-', "_", 1),
            under.replacen('_', "-", 1),
        ]
    });
    spellings.chain(["x.auth.request.user", "X-Auth-Request-User "].map(str::to_owned)).collect()
}

async fn forged_names_never_arrive(site: &Site, browser: &Browser) {
    let cookie = format!("Cookie: {}", browser.cookie_header());
    for name in spellings() {
        let lines = [cookie.clone(), format!("{name}: {CANARY}"), format!("{name}: {CANARY}")];
        let answer = site.raw.get(site.address, "/page", &lines).await;
        assert!(!answer.text.contains(CANARY), "{name}: {}", answer.text);
        // A name that is no name may be refused.
        assert!(answer.status == 200 && answer.text.contains(ADA) || answer.status == 400, "{name}: {}", answer.text);
        assert!(answer.status == 200 || name.contains(['_', '.', ' ']), "{name}: {}", answer.text);
    }
    for line in [
        "X-Forwarded-For: 192.0.2.7",
        "X-Forwarded-Uri: /192.0.2.7",
        "Forwarded: for=192.0.2.7",
        "X_Forwarded_For: 192.0.2.7",
    ] {
        let answer = site.raw.get(site.address, "/page", &[cookie.clone(), line.to_owned()]).await;
        assert!(!answer.text.contains("192.0.2.7"), "{line}: {}", answer.text);
        let nobody = ["Accept: text/html".to_owned(), line.to_owned(), "X-Forwarded-Host: evil.example".to_owned()];
        let answer = site.raw.get(site.address, PAGE, &nobody).await;
        assert_eq!(answer.header("location"), format!("{}{SIGN_IN}", site.url), "{line}");
    }
    let dropped = [cookie, "Connection: close, X-Auth-Request-User".to_owned()];
    let answer = site.raw.get(site.address, "/page", &dropped).await;
    assert!(answer.text.contains(ADA), "a client can't have it dropped either: {}", answer.text);
}

async fn the_rule_holds_in_every_spelling_of_the_path(site: &Site, ada: &Browser, alan: &Browser) {
    assert_eq!(site.get(ada, "/admin/x").await.status, 200);
    assert_eq!(site.get(alan, "/admin/x").await.status, 403);
    assert_eq!(site.get(alan, "/page").await.status, 200);
    let nobody = site.get(&Browser::new(), "/admin/x").await;
    assert_eq!(nobody.location(), format!("{}/auth/sign_in?post_sign_in_url=%2Fadmin%2Fx", site.url));
    let cookie = format!("Cookie: {}", alan.cookie_header());
    for path in [
        "/admin",
        "/Admin/x",
        "/%61dmin/x",
        "/%41DMIN",
        "//admin/x",
        "/x/../admin/x",
        "/x/%2e%2e/admin/x",
        "/./admin",
        "/x/..%2fadmin",
        "/x%2f..%2fadmin",
        "/x/..%5cadmin",
        "/x/..;/admin",
        "/..;a=b/admin",
        "/admin%2fx",
        "/admin;x/y",
        "/auth/../admin",
        "/;/admin",
        "/auth/%2e%2e/admin",
        "/auth/..%2fadmin",
        "/static/site.css/../../admin",
        "/%2fadmin",
        "\\admin",
        "/?/../admin",
        "https://127.0.0.1/admin",
    ] {
        let answer = site.raw.get(site.address, path, std::slice::from_ref(&cookie)).await;
        let got = answer.text.split("\r\n\r\n").nth(1).unwrap_or_default().split("GET ").nth(1).unwrap_or("/");
        let got = plain(got.lines().next().unwrap_or("/"));
        assert!(answer.status != 200 || !got.starts_with("/admin"), "{path}: {}", answer.text);
    }
}

/// A path as an application may read it.
fn plain(uri: &str) -> String {
    let path = uri.split('?').next().unwrap().to_lowercase();
    let path = [("%2f", "/"), ("%5c", "/"), ("\\", "/"), ("%2e", "."), ("%61", "a"), ("%41", "a"), ("%3b", ";")]
        .iter()
        .fold(path, |path, (from, to)| path.replace(from, to));
    let mut parts = Vec::new();
    for part in path.split('/').map(|part| part.split(';').next().unwrap()) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[actix_web::test]
async fn nginx_protects_an_application() {
    protects("nginx").await;
}

#[actix_web::test]
async fn haproxy_protects_an_application() {
    protects("haproxy").await;
}

#[actix_web::test]
async fn traefik_protects_an_application() {
    protects("traefik").await;
}

#[actix_web::test]
async fn envoy_protects_an_application() {
    protects("envoy").await;
}

#[actix_web::test]
async fn haproxy_stays_closed_where_its_script_fails() {
    let site = Site::start("haproxy", "error('broken')").await;
    assert_eq!(site.get(&Browser::new(), "/page").await.status, 503);
    assert_eq!(site.application.reached(), 0);
}

#[actix_web::test]
async fn a_person_signs_in_on_the_way_to_a_page_behind_a_proxy() {
    for name in ["nginx", "haproxy"] {
        let site = Site::start(name, "").await;
        let chromium = Chromium::start(DESKTOP).await;
        chromium.goto(&format!("{}{PAGE}", site.url)).await;
        chromium.click("button[value=ada]").await;
        chromium.sees("x-auth-request-name: Ada%20Lovelace").await;
        assert_eq!(chromium.client.current_url().await.unwrap().as_str(), format!("{}{PAGE}", site.url));
        chromium.goto(&format!("{}/auth/sign_out", site.url)).await;
        chromium.click("main form button").await;
        chromium.sees("You’re signed out").await;
        chromium.screenshot(&format!("forward-auth-{name}")).await;
        chromium.goto(&format!("{}{PAGE}", site.url)).await;
        chromium.sees("Pick an account").await;
        chromium.close().await;
    }
}

#[actix_web::test]
async fn verify_says_who_it_is_and_is_not_counted_against_an_address() {
    let app = TestApp::spawn_with(&[("limits.sign_in_requests_per_minute", "5")]).await;
    let browser = Browser::new();
    let url = format!("{}/auth/verify", app.url);
    assert_eq!(browser.get(&url).await.status, 401);
    browser.sign_in(&app, "grace").await;
    for _ in 0..20 {
        let answer = browser.get(&url).await;
        assert_eq!((answer.status, answer.header("x-auth-request-preferred-username")), (200, "grace@contoso.example"));
        assert_eq!(answer.header("x-auth-request-roles"), "Editor");
        assert_eq!((answer.body.as_str(), answer.set_cookies().len()), ("", 0));
    }
    assert_eq!(browser.get(&format!("{url}?roles=Admin")).await.status, 403);
    assert_eq!(browser.get(&format!("{url}?email=grace@contoso.example")).await.status, 400);
}

/// Envoy asks with the headers of the request that it holds back; its body stays with Envoy.
#[actix_web::test]
async fn the_encoding_of_a_body_that_is_held_back_does_not_matter() {
    let app = TestApp::spawn().await;
    let (browser, url) = (Browser::new(), format!("{}/auth/verify", app.url));
    let upload = [("content-encoding", "gzip")];
    assert_eq!(browser.send(Method::POST, &url, &upload, None).await.status, 401);
    browser.sign_in(&app, "ada").await;
    assert_eq!(browser.send(Method::POST, &url, &upload, None).await.status, 200);
}
