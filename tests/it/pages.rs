//! What every answer bears, and who may ask for what.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use identity_web::internals::demo::faults::Faults;

use crate::helpers::{Answer, Browser, TestApp};

fn assert_headers(answer: &Answer, what: &str) {
    let policy = answer.header("content-security-policy");
    for part in ["default-src 'none'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.contains(part), "{what}: {policy}");
    }
    let script = digest(&SHA256, include_bytes!("../../static/site.js"));
    assert!(policy.contains(&format!("script-src 'sha256-{}';", STANDARD.encode(script))), "{what}: {policy}");
    // The provider is at an http URL: only forms may lead there, but the choice of a language doesn't.
    let leads_to_http = policy.contains("form-action 'self' https: http://127.0.0.1:");
    let forms = answer.body.split("<form").skip(1);
    let has_form = forms.filter(|form| !form.starts_with(" class=\"choice\"")).count() > 0;
    assert_eq!(leads_to_http, has_form, "{what}: {policy}");
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{what}: {policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("strict-transport-security", "max-age=31536000"),
    ] {
        assert_eq!(answer.header(name), value, "{what}: {name}");
    }
    assert!(answer.header("permissions-policy").contains("camera=()"), "{what}");
}

#[actix_web::test]
async fn every_kind_of_answer_has_every_header() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    let public_url = app.identity.services().site.absolute("");
    let mut answers = Vec::new();
    for path in [
        "/",
        "/sign_in_status",
        "/token_details",
        "/sessions",
        "/nope",
        "/auth/sign_in",
        "/auth/sign_out",
        "/auth/redirect",
        "/auth/edit_profile",
    ] {
        answers.push((path.to_owned(), browser.get(&format!("{}{path}", app.url)).await));
    }
    let json = [("accept", "application/json")];
    answers
        .push(("json".to_owned(), browser.send(Method::GET, &format!("{}/token_details", app.url), &json, None).await));
    answers.push(("method".to_owned(), browser.send(Method::PUT, &format!("{}/", app.url), &[], None).await));
    answers.push(("callback".to_owned(), browser.sign_in(&app, "ada").await));
    answers.push(("claims".to_owned(), browser.get(&format!("{}/token_details", app.url)).await));
    answers.push(("cross-site".to_owned(), browser.post(&format!("{}/auth/sign_out", app.url), "null", &[]).await));
    answers.push(("sign-out".to_owned(), browser.post(&format!("{}/auth/sign_out", app.url), &public_url, &[]).await));
    for (what, answer) in &answers {
        assert_headers(answer, what);
        assert_eq!(answer.header("cache-control"), "private, no-store", "{what}");
        assert!(answer.headers.get_all("vary").iter().any(|value| value == "Cookie"), "{what}");
    }
    let limits = browser.get(&format!("{}/?{}", app.url, "x".repeat(20_000))).await;
    let asset = browser.get(&format!("{}/static/site.css", app.url)).await;
    for (answer, status) in [(&limits, 414), (&asset, 200)] {
        assert_eq!(answer.status, status);
        assert_headers(answer, &status.to_string());
    }
}

#[actix_web::test]
async fn static_files_are_cached_for_ever_under_their_hash_and_not_without() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    let home = browser.get(&format!("{}/", app.url)).await.body;
    let address = home.split('"').find(|part| part.starts_with("/static/site.css?v=")).unwrap();
    let asset = browser.get(&format!("{}{address}", app.url)).await;
    assert_eq!(asset.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(asset.header("content-type"), "text/css; charset=utf-8");
    for path in ["/static/site.css", "/static/site.css?v=other"] {
        assert_eq!(browser.get(&format!("{}{path}", app.url)).await.header("cache-control"), "no-cache");
    }
    for path in ["/static/../Cargo.toml", "/static/%2e%2e/Cargo.toml", "/static/..%2fCargo.toml", "/static/"] {
        let answer = browser.get(&format!("{}{path}", app.url)).await;
        assert!(answer.status >= 400, "{path}: {}", answer.status);
    }
}

#[actix_web::test]
async fn health_is_on_the_operations_listener_only() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    for path in ["/health/live", "/health/ready", "/metrics"] {
        assert_eq!(browser.get(&format!("{}{path}", app.url)).await.status, 404, "{path}");
    }
    assert_eq!(browser.get(&format!("http://{}/health/live", app.operations)).await.status, 200);
}

#[actix_web::test]
async fn metrics_tell_requests_sign_ins_refusals_and_the_stores_latency_and_no_person() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    browser.get(&format!("{}/token_details", app.url)).await;
    browser.sign_in(&app, "ada").await;
    browser.sign_out(&app).await;
    browser.get(&format!("{}/auth/redirect?code=canary-4711&state=canary-4711", app.url)).await;
    let metrics = browser.get(&format!("http://{}/metrics", app.operations)).await;
    assert!(metrics.header("content-type").starts_with("text/plain; version=0.0.4"));
    for line in [
        "# TYPE http_server_request_duration_seconds histogram",
        "http_server_request_duration_seconds_count{http_request_method=\"GET\",http_route=\"/token_details\",http_response_status_code=\"401\"}",
        "identity_web_sign_ins_total{outcome=\"begun\"}",
        "identity_web_sign_ins_total{outcome=\"completed\"}",
        "identity_web_sign_ins_total{outcome=\"refused\"}",
        "identity_web_refusals_total{reason=\"not_signed_in\"}",
        "identity_web_refusals_total{reason=\"transaction\"}",
        "identity_web_sessions_opened_total",
        "identity_web_sessions_ended_total",
        "identity_web_store_command_duration_seconds_bucket{command=\"set\",outcome=\"ok\",le=",
        "identity_web_provider_request_duration_seconds_count{outcome=\"ok\"}",
        "identity_web_provider_keys_fetched_timestamp_seconds",
    ] {
        assert!(metrics.body.contains(line), "{line} is not in\n{}", metrics.body);
    }
    for word in ["ada@", "ada-", "Lovelace", "canary-4711", "127.0.0.1"] {
        assert!(!metrics.body.contains(word), "{word}");
    }
}

#[actix_web::test]
async fn a_script_gets_401_as_problem_json_and_a_person_a_page() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    let url = format!("{}/token_details", app.url);
    let answer = browser.send(Method::GET, &url, &[("accept", "application/json")], None).await;
    assert_eq!((answer.status, answer.header("content-type")), (401, "application/problem+json"));
    let problem: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(problem["status"], 401);
    assert_eq!(problem["login_url"], "/auth/sign_in?post_sign_in_url=%2Ftoken_details");
    assert_eq!(problem["correlation_id"].as_str().unwrap().len(), 32);
    for headers in [
        &[("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty"), ("accept", "text/html")][..],
        &[("x-requested-with", "XMLHttpRequest")],
        &[("accept", "*/*")],
    ] {
        let answer = browser.send(Method::GET, &url, headers, None).await;
        assert_eq!((answer.status, answer.header("content-type")), (401, "application/problem+json"), "{headers:?}");
    }
    let answer = browser.get(&url).await;
    assert_eq!((answer.status, answer.header("content-type")), (401, "text/html; charset=utf-8"));
    let answer = browser.send(Method::HEAD, &url, &[], None).await;
    assert_eq!((answer.status, answer.body.as_str()), (401, ""), "HEAD is GET without a body");
}

#[actix_web::test]
async fn a_sign_out_that_no_page_of_ours_asked_for_is_refused() {
    let app = TestApp::spawn().await;
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    let url = format!("{}/auth/sign_out", app.url);
    let own = app.identity.services().site.absolute("");
    for headers in [
        &[][..],
        &[("origin", "null")],
        &[("origin", "https://evil.example")],
        &[("origin", own.as_str()), ("sec-fetch-site", "cross-site")],
        &[("origin", "https://sub.127.0.0.1"), ("sec-fetch-site", "same-site")],
    ] {
        let answer = browser.send(Method::POST, &url, headers, Some(String::new())).await;
        assert_eq!(answer.status, 403, "{headers:?}");
        assert!(browser.is_signed_in(&app).await, "{headers:?}");
    }
    for headers in [
        &[][..],
        &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")],
        &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-user", "?1")],
        &[("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "navigate")],
        &[
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-user", "?1"),
            ("sec-purpose", "prefetch"),
        ],
    ] {
        let answer = browser.send(Method::GET, &url, headers, None).await;
        assert!(answer.status == 200 && answer.body.contains("Sign out?"), "{headers:?}: GET asks");
        assert!(browser.is_signed_in(&app).await);
    }
    let link = [("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "navigate"), ("sec-fetch-user", "?1")];
    assert_eq!(browser.send(Method::GET, &url, &link, None).await.status, 303, "a link of ours that a person followed");
    assert!(!browser.is_signed_in(&app).await);
}

#[actix_web::test]
async fn a_provider_without_a_place_to_sign_out_is_said() {
    let app = TestApp::spawn().await;
    let without = |document: &mut Value| {
        document.as_object_mut().unwrap().remove("end_session_endpoint");
    };
    app.with_faults(Faults { discovery: Some(Arc::new(without)), ..Faults::default() });
    app.clock.advance_seconds(61);
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    let landing = browser.sign_out(&app).await.location().to_owned();
    assert_eq!(landing, "/auth/post_sign_out?local");
    assert!(!browser.is_signed_in(&app).await);
}

#[actix_web::test]
async fn the_claims_page_escapes_what_the_provider_says_and_shows_no_token() {
    let app = TestApp::spawn().await;
    let nasty = "</td></pre><script>alert(1)</script>\"'&";
    let claims = move |claims: &mut Value| {
        claims["name"] = nasty.into();
        claims["<b>odd</b>"] = json!([nasty, {"deep": nasty}]);
    };
    app.with_faults(Faults { claims: Some(Arc::new(claims)), ..Faults::default() });
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    for path in ["/", "/token_details", "/auth/sign_out", "/nope"] {
        let page = browser.get(&format!("{}{path}", app.url)).await.body;
        assert!(
            page.contains("&lt;script&gt;") && !page.contains("<script>alert") && !page.contains("<b>odd"),
            "{path}: {page}"
        );
        assert!(!page.contains("eyJ"), "{path}: a token");
    }
    let page = browser.get(&format!("{}/token_details", app.url)).await.body;
    assert!(page.contains("with iss, the one stable key"), "what a claim means");
    assert!(!page.contains(">nonce<"), "claims of the protocol are not shown");
}

#[actix_web::test]
async fn forwarded_headers_and_the_host_lead_nowhere() {
    let app = TestApp::spawn().await;
    let forged = [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-forwarded-prefix", "/evil"),
        ("host", "evil.example"),
    ];
    for header in forged {
        let answer = Browser::new().send(Method::GET, &format!("{}/auth/sign_in", app.url), &[header], None).await;
        assert!(!answer.location().contains("evil"), "{header:?}: {}", answer.location());
        assert!(answer.set_cookies().iter().all(|cookie| cookie.secure() == Some(true)), "{header:?}");
        let page = Browser::new().send(Method::GET, &format!("{}/", app.url), &[header], None).await.body;
        assert!(!page.contains("evil"), "{header:?}");
    }
}

#[actix_web::test]
async fn a_correlation_id_is_on_the_page_in_the_log_and_of_a_trusted_proxys_trace() {
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = format!("00-{trace}-00f067aa0ba902b7-01");
    let headers = [("traceparent", parent.as_str())];
    let trusting = TestApp::spawn_with(&[("server.trusted_proxies", "127.0.0.1")]).await;
    let page = Browser::new().send(Method::GET, &format!("{}/auth/redirect", trusting.url), &headers, None).await.body;
    assert!(page.contains(trace), "{page}");
    let log = crate::helpers::log::text();
    let lines = log.lines().filter(|line| line.contains(trace));
    assert!(lines.clone().any(|line| line.contains("request refused") && line.contains("has no state")));
    assert!(lines.clone().any(|line| line.contains("request answered") && line.contains("route=\"/auth/redirect\"")));
    let other = TestApp::spawn().await;
    let page = Browser::new().send(Method::GET, &format!("{}/auth/redirect", other.url), &headers, None).await.body;
    assert!(!page.contains(trace), "of anyone else it is not taken");
}

#[actix_web::test]
async fn an_address_that_asks_too_often_waits_and_others_do_not() {
    let app =
        TestApp::spawn_with(&[("limits.sign_in_requests_per_minute", "3"), ("server.trusted_proxies", "127.0.0.1")])
            .await;
    let browser = Browser::new();
    let url = format!("{}/auth/sign_in", app.url);
    let ask = async |address: &str| browser.send(Method::GET, &url, &[("x-forwarded-for", address)], None).await;
    for _ in 0..3 {
        assert_eq!(ask("192.0.2.1").await.status, 303);
    }
    let answer = ask("192.0.2.1").await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "5"));
    assert_eq!(ask("192.0.2.2").await.status, 303);
    assert_eq!(browser.get(&format!("{}/", app.url)).await.status, 200, "the rest of the site has no such limit");
}
