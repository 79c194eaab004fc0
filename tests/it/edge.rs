//! What a client can do to the public listener: compressed, slow and incomplete requests, and paths in other spellings.

use std::sync::Arc;
use std::time::Duration;

use identity_web::internals::clock::Stopwatch;
use identity_web::internals::demo::faults::Faults;
use reqwest::Method;
use serde_json::{Value, json};

use crate::helpers::raw::{RawConnection, blocking, http2_data, http2_post};
use crate::helpers::{Browser, TestApp, log};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
/// An application that waits for a second at most.
const IMPATIENT: &[(&str, &str)] = &[("limits.request_timeout_seconds", "1"), ("server.workers", "1")];

/// The head of a callback by form.
fn post(path: &str, lines: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nhost: localhost\r\n{}: {}\r\n{lines}\r\n\r\n", FORM.0, FORM.1)
}

/// Sends `head`, then a part every 100 ms for longer than a second; returns the answer, up to `last`, and when it ended.
fn trickle(mut connection: RawConnection, head: &[u8], part: &[u8], last: &str) -> (String, Duration) {
    let start = Stopwatch::start();
    connection.send(head);
    while start.elapsed() < Duration::from_millis(1400) && connection.send(part) {
        std::thread::sleep(Duration::from_millis(100));
    }
    (connection.read_until(last), start.elapsed())
}

#[actix_web::test]
async fn a_compressed_body_is_refused_unread() {
    let app = TestApp::spawn().await;
    let url = app.url.clone();
    for path in ["/auth/redirect", "/auth/sign_out", "/auth/sign_in", "/auth/post_sign_out", "/"] {
        let lines = "content-encoding: gzip\r\ncontent-length: 60000";
        let (url, head) = (url.clone(), post(path, lines));
        let answer = blocking(move || {
            let mut connection = RawConnection::tls(&url, "http/1.1");
            connection.send(head);
            connection.read_until("}")
        })
        .await;
        assert!(answer.starts_with("HTTP/1.1 415 ") && answer.contains("correlation_id"), "{path}: {answer}");
    }
    let over_http2 = blocking(move || {
        let mut connection = RawConnection::tls(&url, "h2");
        connection.send(http2_post("/auth/redirect", &[FORM, ("content-encoding", "gzip")]));
        connection.read_until("}")
    })
    .await;
    assert!(over_http2.contains(r#""status":415"#), "{over_http2}");
    let plain = [FORM, ("content-encoding", "identity")];
    let browser = Browser::new();
    let answer = browser.send(Method::POST, &format!("{}/auth/redirect", app.url), &plain, Some("a=b".into())).await;
    assert_eq!(answer.status, 400, "identity is no compression");
}

#[actix_web::test]
async fn an_incomplete_body_is_told_from_one_that_is_too_large() {
    let app = TestApp::spawn_with(&[("limits.body_bytes", "2000")]).await;
    let large = "x".repeat(2001);
    for (lines, body, expected) in [
        ("content-length: 100", "state=x".to_owned(), ("400", "body_incomplete", "incomplete")),
        ("transfer-encoding: chunked", "7\r\nstate=x\r\n".to_owned(), ("400", "body_incomplete", "incomplete")),
        ("transfer-encoding: chunked", format!("7d1\r\n{large}\r\n0\r\n\r\n"), ("413", "too_large", "too large")),
        ("content-length: 2001", large.clone(), ("413", "too_large", "too large")),
    ] {
        let (url, head) = (app.url.clone(), post("/auth/redirect", lines));
        let answer = blocking(move || {
            let mut connection = RawConnection::tls(&url, "http/1.1");
            connection.send(head + &body);
            connection.end();
            connection.read_until("}")
        })
        .await;
        let (status, reason, words) = expected;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(words), "{lines}: {answer}");
        let metrics = Browser::new().get(&format!("http://{}/metrics", app.operations)).await.body;
        assert!(metrics.contains(&format!("identity_web_refusals_total{{reason=\"{reason}\"}}")), "{reason}");
    }
}

#[actix_web::test]
async fn a_body_that_takes_too_long_ends_with_408() {
    let app = TestApp::spawn_with(IMPATIENT).await;
    let url = app.url.clone();
    for lines in ["content-length: 1000", "transfer-encoding: chunked"] {
        let (url, head) = (url.clone(), post("/auth/redirect", lines));
        let byte: &[u8] = if lines.starts_with('t') { b"1\r\nx\r\n" } else { b"x" };
        let (answer, took) =
            blocking(move || trickle(RawConnection::tls(&url, "http/1.1"), head.as_bytes(), byte, "}")).await;
        assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("correlation_id"), "{lines}: {answer}");
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
    let (answer, _) = blocking(move || {
        let head = http2_post("/auth/redirect", &[FORM]);
        trickle(RawConnection::tls(&url, "h2"), &head, &http2_data(b"x"), "}")
    })
    .await;
    assert!(answer.contains(r#""status":408"#), "{answer}");
    assert_eq!(Browser::new().get(&format!("{}/", app.url)).await.status, 200);
}

#[actix_web::test]
async fn a_head_that_takes_too_long_ends_the_connection() {
    let app = TestApp::spawn_with(IMPATIENT).await;
    for protocol in ["http/1.1", "h2"] {
        let url = app.url.clone();
        let (answer, took) = blocking(move || {
            let connection = RawConnection::tls(&url, protocol);
            // Over HTTP/2 not even the preface comes to its end.
            let head = if protocol == "h2" { &b"PRI * HTTP/2.0\r\n"[..] } else { b"GET / HTTP/1.1\r\nx: " };
            trickle(connection, head, b"x", "\n\n")
        })
        .await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408 ") || protocol == "h2", "{protocol}: {answer}");
        assert!(took < Duration::from_secs(4), "{protocol}: {took:?}");
    }
}

/// A client that goes on after a response, a `part` now and then, is not listened to for ever.
async fn ends_after_a_response(lines: &'static str, part: &'static [u8]) {
    let app = TestApp::spawn_with(IMPATIENT).await;
    let url = app.url.clone();
    let took = blocking(move || {
        let mut connection = RawConnection::tls(&url, "http/1.1");
        connection.send(format!("GET / HTTP/1.1\r\nhost: localhost\r\n{lines}\r\n"));
        assert!(connection.read_until("</html>").contains("200 OK"));
        let start = Stopwatch::start();
        while start.elapsed() < Duration::from_secs(12) && connection.send(part) {
            std::thread::sleep(Duration::from_millis(200));
        }
        start.elapsed()
    })
    .await;
    assert!(took > Duration::from_secs(5) && took < Duration::from_secs(9), "{took:?}");
}

#[actix_web::test]
async fn a_second_head_that_takes_too_long_ends_the_connection() {
    ends_after_a_response("", b"x").await;
}

#[actix_web::test]
async fn a_body_that_no_page_reads_ends_the_connection() {
    ends_after_a_response("transfer-encoding: chunked\r\n", b"1\r\nx\r\n").await;
}

#[actix_web::test]
async fn sign_in_requests_are_counted_however_their_path_is_spelled() {
    let app = TestApp::spawn_with(&[("limits.sign_in_requests_per_minute", "4")]).await;
    let (browser, url) = (Browser::new(), app.url.clone());
    let status = async |path: &str| browser.get(&format!("{url}{path}")).await.status;
    for path in ["/auth/sign_in", "/%61uth/sign_in", "/auth/redirect", "/auth/sign_%6Fut"] {
        assert_ne!(status(path).await, 429, "{path}");
    }
    for path in ["/%61uth/sign_in", "/auth/%73ign_in", "/auth/redirect", "/auth/sign_out", "/auth/post_sign_out"] {
        assert_eq!(status(path).await, 429, "{path}");
    }
    for path in ["/", "/auth/verify"] {
        assert_ne!(status(path).await, 429, "{path}");
    }
}

#[actix_web::test]
async fn a_page_whose_path_only_begins_like_ours_is_come_back_to() {
    let app = TestApp::spawn_with(&[("server.trusted_proxies", "127.0.0.1")]).await;
    let url = format!("{}/auth/verify?unauthenticated=redirect", app.url);
    for (page, expected) in [
        ("/authors", "/auth/sign_in?post_sign_in_url=%2Fauthors"),
        ("/auth/sign_out", "/auth/sign_in"),
        ("/%61uth/sign_out", "/auth/sign_in"),
    ] {
        let answer = Browser::new().send(Method::GET, &url, &[("x-forwarded-uri", page)], None).await;
        assert_eq!(answer.location(), app.identity.services().site.absolute(expected), "{page}");
    }
}

#[actix_web::test]
async fn every_error_has_a_correlation_id() {
    let app = TestApp::spawn().await;
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    for (request, status) in [
        (get("/static/nope.css"), 404),
        (get("/static/.env"), 400),
        (get("/static/"), 404),
        (get("/static/site.css").replacen("\r\n\r\n", "\r\nrange: bytes=100000-\r\n\r\n", 1), 416),
        (get("/nope"), 404),
        (get(&format!("/?{}", "x".repeat(20_000))), 414),
        (post("/static/site.css", "content-length: 0"), 405),
        (post("/", "content-length: 0"), 405),
    ] {
        let url = app.url.clone();
        let sent = request.clone();
        let answer = blocking(move || {
            let mut connection = RawConnection::tls(&url, "http/1.1");
            connection.send(sent);
            connection.read_until("}")
        })
        .await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request}: {answer}");
        let problem: Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        assert_eq!(problem["status"], status);
        assert_eq!(problem["correlation_id"].as_str().unwrap().len(), 32, "{answer}");
    }
    let page = Browser::new().get(&format!("{}/static/nope.css", app.url)).await;
    assert!(page.status == 404 && page.body.contains("Correlation ID"), "a browser gets a page: {}", page.body);
}

#[actix_web::test]
async fn what_a_provider_sends_is_shown_and_logged_up_to_a_bound() {
    let app = TestApp::spawn_with(&[("server.workers", "1")]).await;
    let issuer = format!("https://long.example/{}", "issuer-4711".repeat(80_000));
    let discovery = move |document: &mut Value| document["issuer"] = issuer.clone().into();
    app.with_faults(Faults { discovery: Some(Arc::new(discovery)), ..Faults::default() });
    let browser = Browser::new();
    let ready = browser.get(&format!("http://{}/health/ready", app.operations)).await;
    assert_eq!(ready.status, 503);
    assert!(ready.body.len() < 3000, "{} bytes", ready.body.len());
    assert_eq!(browser.get(&format!("{}/auth/sign_in", app.url)).await.status, 503);
    let longest = log::text().lines().filter(|line| line.contains("4711")).map(str::len).max();
    assert!(longest.is_none_or(|bytes| bytes < 3000), "{longest:?}");
}

#[actix_web::test]
async fn a_header_that_does_not_fit_is_omitted_and_counted() {
    let app = TestApp::spawn().await;
    let claims = |claims: &mut Value| {
        claims["name"] = "x".repeat(2000).into();
        claims["roles"] = json!(["x".repeat(1500)]);
    };
    app.with_faults(Faults { claims: Some(Arc::new(claims)), ..Faults::default() });
    let browser = Browser::new();
    browser.sign_in(&app, "ada").await;
    let answer = browser.get(&format!("{}/auth/verify", app.url)).await;
    assert_eq!(answer.status, 200);
    assert!(answer.headers.contains_key("x-auth-request-name") && !answer.headers.contains_key("x-auth-request-roles"));
    let head: usize = answer.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    assert!(head < 4000, "nginx takes 4 KiB: {head}");
    let metrics = browser.get(&format!("http://{}/metrics", app.operations)).await.body;
    let counter = "identity_web_response_headers_omitted_total{header=\"x-auth-request-roles\"}";
    assert!(metrics.contains(counter), "{metrics}");
}

/// With Nagle's algorithm, the second of two small writes waits for the client's acknowledgement. The client's kernel delays
/// that by 40 ms, in 7 to 58 of 200 exchanges.
#[actix_web::test]
async fn no_response_waits_for_an_acknowledgement() {
    let app = TestApp::spawn().await;
    for (path, end) in [("/", "</html>\n"), ("/static/site.css", "break-inside: avoid; }\n}\n")] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        let url = app.url.clone();
        let times = blocking(move || {
            let mut connection = RawConnection::tls(&url, "http/1.1");
            let mut time = || {
                let start = Stopwatch::start();
                connection.send(&request);
                assert!(connection.read_until(end).starts_with("HTTP/1.1 200 OK"));
                start.elapsed()
            };
            (0..200).map(|_| time()).collect::<Vec<_>>()
        })
        .await;
        let delayed: Vec<_> = times.iter().filter(|time| (36..60).contains(&time.as_millis())).collect();
        assert!(delayed.len() < 4, "{path}: {delayed:?}");
    }
}
