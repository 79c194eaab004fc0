//! The examples under examples/, each run as a program against the demo provider.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::helpers::process::Process;
use crate::helpers::{Browser, eventually, free_port, log};

/// A running example.
struct Example {
    url: String,
    _process: Process,
}

impl Example {
    async fn start(name: &str) -> Self {
        let (port, mut command) = Self::command(name);
        Self::started(name, port, Process::start(&mut command)).await
    }

    /// Starts an example that prints lines, and returns what `wanted` makes of one.
    async fn start_until<T>(name: &str, wanted: impl Fn(&str) -> Option<T>) -> (Self, T) {
        let (port, mut command) = Self::command(name);
        let (process, found) = Process::start_until(&mut command, wanted);
        (Self::started(name, port, process).await, found)
    }

    fn command(name: &str) -> (u16, Command) {
        log::start();
        let (port, demo) = (free_port(), free_port());
        let program = Path::new(env!("CARGO_BIN_EXE_identity-web")).with_file_name("examples").join(name);
        let mut command = Command::new(&program);
        command
            .env("IDENTITY_WEB__SERVER__LISTEN", format!("127.0.0.1:{port}"))
            .env("IDENTITY_WEB__SERVER__PUBLIC_URL", format!("http://127.0.0.1:{port}"))
            .env("IDENTITY_WEB__TLS__MODE", "off")
            .env("IDENTITY_WEB__DEMO_PROVIDER__LISTEN", format!("127.0.0.1:{demo}"))
            .stderr(Stdio::null());
        (port, command)
    }

    async fn started(name: &str, port: u16, process: Process) -> Self {
        eventually(name, async || std::net::TcpStream::connect(("127.0.0.1", port)).ok()).await;
        Self { url: format!("http://127.0.0.1:{port}"), _process: process }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    async fn sign_in(&self, person: &str) -> Browser {
        self.sign_in_with(person, "").await
    }

    async fn sign_in_with(&self, person: &str, query: &str) -> Browser {
        let browser = Browser::new();
        let begin = self.at(&format!("/auth/sign_in{query}"));
        let authorization = browser.get(&begin).await.location().parse().unwrap();
        let callback = browser.pick(&authorization, person).await.location().to_owned();
        assert_eq!(browser.get(&callback).await.location(), "/");
        browser
    }
}

#[actix_web::test]
async fn a_single_page_application_calls_its_api() {
    let example = Example::start("single_page").await;
    let anonymous = Browser::new();
    assert!(anonymous.get(&example.at("/")).await.body.contains("<script src=\"/app.js\""));
    // Even if a browser navigates there: an API never redirects.
    let refused = anonymous.get(&example.at("/api/me")).await;
    assert_eq!((refused.status, refused.header("content-type")), (401, "application/problem+json"));
    let problem: Value = serde_json::from_str(&refused.body).unwrap();
    assert!(problem["login_url"].as_str().unwrap().starts_with("/auth/sign_in"), "{problem}");

    let browser = example.sign_in("grace").await;
    assert_eq!(browser.get(&example.at("/api/me")).await.body, r#"{"name":"Grace Hopper"}"#);
    let add = async |origin: &str, task: &str| {
        let headers = [("content-type", "application/json"), ("origin", origin)];
        browser.send(Method::POST, &example.at("/api/tasks"), &headers, Some(format!("\"{task}\""))).await
    };
    assert_eq!(add(&example.url, "Write").await.body, r#"["Write"]"#);
    let foreign = add("https://elsewhere.example", "Forge").await;
    assert_eq!((foreign.status, foreign.header("access-control-allow-origin")), (403, ""));
    assert_eq!(browser.get(&example.at("/api/tasks")).await.body, r#"["Write"]"#);
}

/// Opens a WebSocket, or returns the status of the refusal.
async fn web_socket(example: &Example, browser: &Browser, origin: &str) -> Result<reqwest::Upgraded, u16> {
    let request = reqwest::Client::new().get(example.at("/echo")).header("cookie", browser.cookie_header());
    let request = request.header("connection", "upgrade").header("upgrade", "websocket").header("origin", origin);
    let request = request.header("sec-websocket-version", "13").header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    let response = request.send().await.unwrap();
    if response.status() == 101 { Ok(response.upgrade().await.unwrap()) } else { Err(response.status().as_u16()) }
}

/// Receives a frame: its opcode and its payload.
async fn receive(socket: &mut reqwest::Upgraded) -> (u8, Vec<u8>) {
    let mut head = [0; 2];
    socket.read_exact(&mut head).await.unwrap();
    let mut payload = vec![0; usize::from(head[1] & 0x7f)];
    socket.read_exact(&mut payload).await.unwrap();
    (head[0] & 0x0f, payload)
}

#[actix_web::test]
async fn a_web_socket_ends_with_its_session() {
    let example = Example::start("websocket").await;
    assert_eq!(web_socket(&example, &Browser::new(), &example.url).await.err(), Some(401));
    let browser = example.sign_in("ada").await;
    assert_eq!(web_socket(&example, &browser, "https://elsewhere.example").await.err(), Some(403));
    let mut socket = web_socket(&example, &browser, &example.url).await.unwrap();
    // A text frame of five bytes, masked with zeros.
    socket.write_all(&[0x81, 0x85, 0, 0, 0, 0, b'h', b'e', b'l', b'l', b'o']).await.unwrap();
    assert_eq!(receive(&mut socket).await, (1, b"hello".to_vec()));

    let elsewhere = browser.stolen();
    elsewhere.post(&example.at("/auth/sign_out"), &example.url, &[]).await;
    let frame =
        tokio::time::timeout(Duration::from_secs(5), receive(&mut socket)).await.expect("the session has ended");
    let (code, description) = frame.1.split_at(2);
    assert_eq!((frame.0, code, description), (8, &1008_u16.to_be_bytes()[..], &b"Your session has ended"[..]));
}

#[actix_web::test]
async fn pages_and_rules_of_an_application_take_effect() {
    let example = Example::start("own_pages_and_hooks").await;
    let page = Browser::new().get(&example.at("/")).await.body;
    assert!(page.contains("<title>Tasks · Tasks</title>") && page.contains("<li>Write</li>"), "{page}");
    assert!(page.contains("Sign in</a>") && !page.contains("class=\"card\""), "the application's own layout: {page}");
    let refused = Browser::new().get(&example.at("/account")).await;
    assert_eq!((refused.status, refused.header("content-type")), (401, "text/plain; charset=utf-8"));
    assert!(refused.body.starts_with("Please sign in. "), "{}", refused.body);

    let browser = example.sign_in("ada").await;
    assert!(browser.get(&example.at("/")).await.body.contains("Ada Lovelace <button>Sign out</button>"));
    let account = async |browser: &Browser| browser.get(&example.at("/account")).await.body;
    assert_eq!(account(&browser).await, r#"{"account":7,"ended":0,"name":"Ada Lovelace"}"#);
    browser.post(&example.at("/auth/sign_out"), &example.url, &[]).await;
    let grace = example.sign_in("grace").await;
    assert_eq!(account(&grace).await, r#"{"account":7,"ended":1,"name":"Grace Hopper"}"#);

    let closed = Browser::new();
    let authorization = closed.get(&example.at("/auth/sign_in")).await.location().parse().unwrap();
    let callback = closed.pick(&authorization, "alan").await.location().to_owned();
    let refused = closed.get(&callback).await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("Your account is closed."), "{}", refused.body);
    assert_eq!(closed.get(&example.at("/account")).await.status, 401);
}

#[actix_web::test]
async fn an_api_takes_tokens_and_calls_another_for_its_caller() {
    let commands = std::cell::RefCell::new(Vec::new());
    let (example, ()) = Example::start_until("api", |line| {
        let token = line.strip_prefix("curl -H 'Authorization: ")?.split_once('\'')?.0;
        commands.borrow_mut().push(token.to_owned());
        (commands.borrow().len() == 2).then_some(())
    })
    .await;
    let commands = commands.take();
    let call = async |path: &str, token: Option<&String>| {
        let headers = token.map(|token| ("authorization", token.as_str()));
        Browser::new().send(Method::GET, &example.at(path), headers.as_slice(), None).await
    };
    let refused = call("/tasks", None).await;
    assert_eq!((refused.status, refused.header("content-type")), (401, "application/problem+json"));
    let metadata = refused.header("www-authenticate").split_once("resource_metadata=\"").unwrap().1;
    let metadata = Browser::new().get(metadata.trim_end_matches('"')).await;
    assert!(metadata.status == 200 && metadata.body.contains("authorization_servers"), "{}", metadata.body);
    assert_eq!(call("/tasks", Some(&commands[0])).await.body, r#"{"of":"Ada Lovelace","tasks":["Write","Test"]}"#);
    let refused = call("/events", Some(&commands[0])).await;
    assert_eq!(refused.status, 403);
    assert!(refused.header("www-authenticate").contains("insufficient_scope"));
    let events = call("/events", Some(&commands[1])).await;
    assert_eq!((events.status, events.body.as_str()), (200, "Review at 10:00"));
    assert_eq!(call("/calendar", Some(&commands[1])).await.status, 401, "the caller's own token is not passed on");
}

#[actix_web::test]
async fn two_providers_sign_their_own_users_in() {
    let example = Example::start("two_providers").await;
    let anonymous = Browser::new();
    assert_eq!(anonymous.get(&example.at("/")).await.location(), "/auth/sign_in");
    let choice = anonymous.get(&example.at("/auth/sign_in")).await.body;
    assert!(choice.contains("Staff") && choice.contains("Partner"), "{choice}");
    for (query, provider, status) in [
        ("?provider=default", "the staff", 200),
        ("?provider=partners", "partners", 403),
        ("?login_hint=ada@partner.example", "partners", 403),
    ] {
        let browser = example.sign_in_with("ada", query).await;
        assert_eq!(browser.get(&example.at("/")).await.body, format!("Hello Ada Lovelace of {provider}"), "{query}");
        assert_eq!(browser.get(&example.at("/admin")).await.status, status, "{query}: an Admin of both providers");
    }
}
