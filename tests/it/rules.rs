//! Rules in front of pages: and, or, not, conditions; requests of this site alone; scopes for programs.

use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, Responder, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream::pending;
use identity_web::internals::demo::faults::Faults;
use identity_web::internals::demo::people::group;
use identity_web::{Identity, IdentityWeb, Require, api_only, login_required, same_origin};
use reqwest::Method;
use serde_json::{Value, json};

use crate::helpers::chromium::{Chromium, DESKTOP};
use crate::helpers::{Browser, TestApp, free_port};

async fn hello(user: Identity) -> impl Responder {
    format!("Hello {}", user.name())
}

/// Answers to the rules of [`table`]: Ada, Alan, Grace.
type Row = (Require, [bool; 3]);

/// Ada is Admin and Editor and in the groups 0 to 2; Alan has neither roles nor groups; Grace is Editor and in 250 groups,
/// which Microsoft Graph must be asked about.
fn table() -> Vec<Row> {
    let (admin, editor) = (Require::role("Admin"), Require::role("Editor"));
    let in_group = |number| Require::group(&group(number));
    let (yes, no) = (true, false);
    let email = Require::claim("email", "ada@contoso.example");
    vec![
        (admin.and(&editor), [yes, no, no]),
        (admin.or(&editor), [yes, no, yes]),
        (admin.not(), [no, yes, yes]),
        (admin.not().not(), [yes, no, no]),
        (admin.and(in_group(100)), [no, no, no]),
        (editor.and(in_group(2)), [yes, no, yes]),
        (in_group(2).not(), [no, no, no]),
        (in_group(999).not(), [yes, no, yes]),
        (in_group(999).not().not(), [no, no, no]),
        // Alan's token names no groups, so whether he is in one can't be determined.
        (admin.and(in_group(2)).not(), [no, yes, yes]),
        (admin.or(in_group(999)).not(), [no, no, yes]),
        (in_group(999).or(in_group(2)), [yes, no, yes]),
        (in_group(999).or(in_group(2)).not(), [no, no, no]),
        // Nobody has the claim acct; users can change email.
        (Require::claim("acct", "1"), [no, no, no]),
        (Require::claim("acct", "1").not(), [no, no, no]),
        (Require::claim("acct", "1").not().or(&admin), [yes, no, no]),
        (email.clone(), [no, no, no]),
        (email.not(), [no, no, no]),
        (Require::claim("tid", "other").not(), [yes, yes, yes]),
        (Require::scope("Mail.Read").not(), [yes, yes, yes]),
        (Require::when(|user| user.name().starts_with('A')), [yes, yes, no]),
        (Require::when(|user| user.name().starts_with('A')).and(admin.not()), [no, yes, no]),
    ]
}

fn spawn(identity: &IdentityWeb) -> String {
    let identity = identity.clone();
    let server = HttpServer::new(move || {
        let page = |path: &str, rule: Require| web::resource(path).wrap(rule).route(web::get().to(hello));
        let (admin, editor) = (Require::role("Admin"), Require::role("Editor"));
        let group = |number| Require::group(&group(number));
        let fresh = Require::fresh(Duration::from_mins(5));
        let mut app = App::new().wrap(identity.sessions()).configure(identity.routes());
        for (number, (rule, _)) in table().into_iter().enumerate() {
            app = app.service(page(&format!("/row/{number}"), rule));
        }
        app.service(page("/needless-1", admin.and(group(1))))
            .service(page("/needless-2", editor.or(group(1))))
            .service(page("/needless-3", Require::claim("acct", "1").and(group(1))))
            .service(page("/needless-4", group(1).or(&editor)))
            .service(page("/needless-5", group(1).and(&admin)))
            .service(page("/three-groups", group(1).and(group(2)).and(group(999).not()).and(&editor)))
            .service(page("/not-in-group", group(900).not()))
            .service(page("/explained", admin.and(group(7).not()).explained()))
            .service(page("/silent", admin.clone()))
            .service(
                web::scope("/api")
                    .service(page("/admin", admin))
                    .service(page("/fresh", fresh))
                    .service(web::resource("/members").wrap(from_fn(login_required)).route(web::get().to(hello)))
                    .wrap(from_fn(api_only)),
            )
            .service(web::resource("/own").wrap(from_fn(same_origin)).to(hello))
    });
    let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    url
}

/// Lets Grace consent to what Microsoft Graph needs.
async fn consent(app: &TestApp, browser: &Browser) {
    let page = browser.get(&format!("{}/call_graph", app.url)).await.body;
    let link = page.split("<a class=\"button\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let begun = browser.get(&format!("{}{}", app.url, link.replace("&#x2F;", "/").replace("&amp;", "&"))).await;
    let callback = browser.pick(&begun.location().parse().unwrap(), "grace").await.location().to_owned();
    assert_eq!(browser.get(&callback).await.status, 303);
    app.provider.graph_requests.lock().unwrap().clear();
}

#[actix_web::test]
async fn rules_are_joined_and_negated_and_what_is_unknown_admits_nobody() {
    let app = TestApp::spawn().await;
    let url = spawn(&app.identity);
    for (column, person) in ["ada", "alan", "grace"].into_iter().enumerate() {
        let browser = Browser::new();
        browser.sign_in(&app, person).await;
        if person == "grace" {
            consent(&app, &browser).await;
        }
        for (number, (rule, expected)) in table().into_iter().enumerate() {
            let status = browser.get(&format!("{url}/row/{number}")).await.status;
            assert_eq!(status, if expected[column] { 200 } else { 403 }, "{person}: {rule:?}");
        }
    }
}

#[actix_web::test]
async fn the_directory_is_asked_only_if_its_answer_matters() {
    let (app, browser) = (TestApp::spawn().await, Browser::new());
    let url = spawn(&app.identity);
    browser.sign_in(&app, "grace").await;
    consent(&app, &browser).await;
    let asked = || app.provider.graph_requests.lock().unwrap().len();
    for (path, status) in
        [("/needless-1", 403), ("/needless-2", 200), ("/needless-3", 403), ("/needless-4", 200), ("/needless-5", 403)]
    {
        assert_eq!((browser.get(&format!("{url}{path}")).await.status, asked()), (status, 0), "{path}");
    }
    for _ in 0..3 {
        assert_eq!(browser.get(&format!("{url}/three-groups")).await.status, 200);
        assert_eq!(asked(), 1, "once for the three");
    }
    app.with_faults(Faults { graph: Some((503, json!({}))), ..Faults::default() });
    assert_eq!(browser.get(&format!("{url}/not-in-group")).await.status, 503, "not admitted");
    app.with_faults(Faults::default());
    assert_eq!(browser.get(&format!("{url}/not-in-group")).await.status, 200);
}

#[actix_web::test]
async fn only_a_rule_that_is_explained_says_what_is_missing() {
    let (app, browser) = (TestApp::spawn().await, Browser::new());
    let url = spawn(&app.identity);
    browser.sign_in(&app, "alan").await;
    let expected = format!("(the role Admin and not the group {})", group(7));
    let page = browser.get(&format!("{url}/explained")).await;
    assert_eq!(page.status, 403);
    assert!(page.body.contains(&expected), "{}", page.body);
    let json = [("accept", "application/json")];
    let problem = browser.send(Method::GET, &format!("{url}/explained"), &json, None).await;
    assert_eq!(serde_json::from_str::<Value>(&problem.body).unwrap()["missing"], expected);
    for headers in [&json[..], &[]] {
        let silent = browser.send(Method::GET, &format!("{url}/silent"), headers, None).await;
        assert!(silent.status == 403 && !silent.body.contains("Admin"), "{}", silent.body);
    }
}

#[actix_web::test]
async fn a_scope_for_programs_never_redirects() {
    let (app, browser) = (TestApp::spawn().await, Browser::new());
    let url = spawn(&app.identity);
    let navigation = [
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
        ("sec-fetch-site", "none"),
        ("accept", "text/html"),
    ];
    let get = async |path: &str| {
        let answer = browser.send(Method::GET, &format!("{url}/api{path}"), &navigation, None).await;
        let problem: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        (answer.status, answer.header("content-type").to_owned(), problem["login_url"].as_str().map(str::to_owned))
    };
    let json = || "application/problem+json".to_owned();
    for path in ["/admin", "/fresh", "/members"] {
        let login_url = format!("/auth/sign_in?post_sign_in_url=%2Fapi%2F{}", &path[1..]);
        assert_eq!(get(path).await, (401, json(), Some(login_url)));
    }
    browser.sign_in(&app, "alan").await;
    assert_eq!(get("/admin").await, (403, json(), None));
    let (status, content_type, login_url) = get("/fresh").await;
    assert_eq!((status, content_type), (401, json()));
    assert!(login_url.unwrap().contains("&interaction="));
    assert_eq!(get("/members").await.0, 200);
}

#[actix_web::test]
async fn only_pages_of_this_site_change_state_or_open_a_web_socket() {
    let (app, browser) = (TestApp::spawn().await, Browser::new());
    let url = format!("{}/own", spawn(&app.identity));
    browser.sign_in(&app, "ada").await;
    let own = app.url.as_str();
    let subdomain = own.replace("127.0.0.1", "other.127.0.0.1");
    let other_port = "https://127.0.0.1:1";
    let cross = [("sec-fetch-site", "cross-site")];
    for (headers, allowed) in [
        (&[("origin", own), ("sec-fetch-site", "same-origin")][..], true),
        (&[("origin", own)], true),
        (&[("sec-fetch-site", "same-origin")], true),
        (&[], false),
        (&cross, false),
        (&[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")], false),
        (&[("origin", &subdomain), ("sec-fetch-site", "same-site")], false),
        (&[("origin", other_port), ("sec-fetch-site", "same-site")], false),
        (&[("origin", "null")], false),
        (&[("origin", "null"), ("sec-fetch-site", "same-origin")], false),
        (&[("sec-fetch-site", "none")], false),
    ] {
        let expected = if allowed { 200 } else { 403 };
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let answer = browser.send(method.clone(), &url, headers, None).await;
            assert_eq!(answer.status, expected, "{method} {headers:?}");
        }
        for upgrade in ["websocket", "WebSocket", "h2c, websocket"] {
            let socket =
                [headers, &[("connection", "close, Upgrade"), ("upgrade", upgrade), ("accept", "*/*")]].concat();
            let answer = browser.send(Method::GET, &url, &socket, None).await;
            assert_eq!(answer.status, expected, "a WebSocket, {headers:?}");
        }
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            let answer = browser.send(method.clone(), &url, headers, None).await;
            assert_eq!(answer.status, 200, "{method} {headers:?}");
        }
    }
    // A browser that counts wss: as another site than https: in Sec-Fetch-Site.
    let socket =
        [("origin", own), ("sec-fetch-site", "cross-site"), ("connection", "close, Upgrade"), ("upgrade", "websocket")];
    assert_eq!(browser.send(Method::GET, &url, &socket, None).await.status, 200);
}

/// Accepts a WebSocket, and keeps it open (RFC 6455 section 4.2.2).
async fn web_socket(request: HttpRequest) -> HttpResponse {
    let mut key = request.headers().get("sec-websocket-key").unwrap().as_bytes().to_vec();
    key.extend_from_slice(b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    let accept = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &key);
    HttpResponse::SwitchingProtocols()
        .upgrade("websocket")
        .insert_header(("sec-websocket-accept", STANDARD.encode(accept)))
        .streaming(pending::<Result<web::Bytes, actix_web::Error>>())
}

#[actix_web::test]
async fn in_a_browser_only_pages_of_this_site_open_a_web_socket() {
    let port = free_port();
    let public_url = format!("http://127.0.0.1:{port}");
    let app = TestApp::spawn_with(&[("server.public_url", &public_url), ("tls.mode", "off")]).await;
    let identity = app.identity.clone();
    let server = HttpServer::new(move || {
        App::new()
            .wrap(identity.sessions())
            .configure(identity.routes())
            .route("/page", web::get().to(async || web::Html::new("<p>A page of this site</p>")))
            .service(web::resource("/socket").wrap(from_fn(same_origin)).to(web_socket))
    });
    let server = server.workers(1).disable_signals().bind(("127.0.0.1", port)).unwrap();
    actix_web::rt::spawn(server.run());
    let chromium = Chromium::start(DESKTOP).await;
    let script = "const [url, done] = arguments; const socket = new WebSocket(url);
        socket.onopen = () => done('open'); socket.onerror = () => done('refused');";
    // Another host name is another site; it resolves to the same server.
    for (page, expected) in [(public_url.clone(), "open"), (format!("http://localhost:{port}"), "refused")] {
        chromium.goto(&format!("{page}/page")).await;
        chromium.sees("A page of this site").await;
        let outcome = chromium.client.execute_async(script, vec![json!(format!("ws://127.0.0.1:{port}/socket"))]).await;
        assert_eq!(outcome.unwrap(), json!(expected), "{page}");
    }
    chromium.close().await;
}
