//! A sign-in at the certified OpenID Provider `oidc-provider`, in a real browser, with sessions in a real Redis, and a
//! real HAProxy that sends every other request to another replica.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use identity_web::Settings;
use identity_web::internals::clock::Clock;
use identity_web::internals::startup::Application;
use identity_web::internals::tls;
use serde_json::{Value, json};

use crate::helpers::certificates::Certified;
use crate::helpers::chromium::{Chromium, DESKTOP};
use crate::helpers::process::Process;
use crate::helpers::redis::Redis;
use crate::helpers::{Browser, Folder, eventually, free_port, log};

const CLIENT_ID: &str = "identity-web";
const SECRET: &str = "canary: a+secret%of more than thirty-two characters";

/// How the client proves itself: what is registered at the provider, and the settings.
pub struct Client {
    /// The client's metadata at the provider.
    pub registered: Value,
    settings: Vec<(&'static str, String)>,
}

impl Client {
    /// One with a secret.
    pub fn with_secret(method: &str) -> Self {
        let registered = json!({"token_endpoint_auth_method": method, "client_secret": SECRET});
        Self { registered, settings: vec![("CLIENT__CLIENT_CREDENTIAL", SECRET.to_owned())] }
    }

    fn with_certificate(certified: &Certified) -> Self {
        Self {
            registered: json!({
                "token_endpoint_auth_method": "private_key_jwt",
                "token_endpoint_auth_signing_alg": certified.pair().algorithm(),
                "jwks": {"keys": [certified.jwk()]},
            }),
            settings: vec![
                ("CLIENT__CLIENT_CREDENTIAL__PRIVATE_KEY", certified.key.clone()),
                ("CLIENT__CLIENT_CREDENTIAL__CERTIFICATE", certified.certificate.clone()),
            ],
        }
    }
}

/// `oidc-provider`, with one client; gives its issuer.
pub fn certified_provider(public_url: &str, client: &Client) -> (Process, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/provider");
    let mut configuration = json!({
        "port": 0,
        "client_id": CLIENT_ID,
        "redirect_uris": [format!("{public_url}/auth/redirect")],
        "post_logout_redirect_uris": [format!("{public_url}/auth/post_sign_out")],
    });
    configuration.as_object_mut().unwrap().extend(client.registered.as_object().unwrap().clone());
    let mut command = Command::new("node");
    command.arg("server.mjs").arg(configuration.to_string()).current_dir(folder).stderr(Stdio::null());
    // The application's certificate is self-signed.
    command.env("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    Process::start_until(&mut command, |line| line.strip_prefix("ready ").map(str::to_owned))
}

/// A replica behind the proxy; gives its port.
pub fn replica(public_url: &str, issuer: &str, redis: &Redis, response_mode: &str, client: &Client) -> u16 {
    let port = free_port();
    let variables = [
        ("CLIENT__CLIENT_ID", CLIENT_ID.to_owned()),
        ("CLIENT__AUTHORITY", issuer.to_owned()),
        ("AUTH_REQUEST__RESPONSE_MODE", response_mode.to_owned()),
        ("REDIS__URL", redis.url()),
        ("SERVER__LISTEN", format!("127.0.0.1:{port}")),
        ("SERVER__OPERATIONS_LISTEN", "127.0.0.1:0".to_owned()),
        ("SERVER__PUBLIC_URL", public_url.to_owned()),
        ("SERVER__TRUSTED_PROXIES", "127.0.0.1".to_owned()),
        ("TLS__MODE", "off".to_owned()),
        ("SESSION__KEYS", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=".to_owned()),
    ];
    let variables = variables
        .into_iter()
        .chain(client.settings.clone())
        .map(|(key, value)| (format!("IDENTITY_WEB__{key}"), value));
    let settings =
        Settings::from_environment(Path::new("/nowhere"), variables).unwrap_or_else(|error| panic!("{error}"));
    let application = Application::build(settings, Clock::system()).unwrap();
    actix_web::rt::spawn(application.run_until_stopped());
    port
}

/// HAProxy, which ends TLS and sends requests to the replicas by turns.
pub fn load_balancer(port: u16, replicas: [u16; 2]) -> (Process, Folder) {
    let folder = Folder::new("haproxy");
    let certified = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let pem = certified.cert.pem() + &certified.signing_key.serialize_pem();
    std::fs::write(folder.path().join("certificate.pem"), pem).unwrap();
    let [a, b] = replicas;
    let configuration = format!(
        "defaults\n mode http\n timeout connect 2s\n timeout client 30s\n timeout server 30s\n\
         frontend public\n bind 127.0.0.1:{port} ssl crt {0}/certificate.pem\n option forwardfor\n default_backend replicas\n\
         backend replicas\n balance roundrobin\n http-response set-header x-served-by %s\n\
         server a 127.0.0.1:{a}\n server b 127.0.0.1:{b}\n",
        folder.path().display()
    );
    let mut file = std::fs::File::create(folder.path().join("haproxy.cfg")).unwrap();
    file.write_all(configuration.as_bytes()).unwrap();
    let path = format!("{}:/usr/sbin:/usr/local/sbin", std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new("haproxy");
    command.env("PATH", path).arg("-db").arg("-f").arg(folder.path().join("haproxy.cfg"));
    (Process::start(command.stdout(Stdio::null()).stderr(Stdio::null())), folder)
}

async fn journey(response_mode: &str, client: &Client) {
    log::start();
    tls::install_crypto();
    let mut redis = Redis::start();
    let port = free_port();
    let url = format!("https://127.0.0.1:{port}");
    let (_provider, issuer) = certified_provider(&url, client);
    let replicas = [(); 2].map(|()| replica(&url, &issuer, &redis, response_mode, client));
    let (_balancer, _folder) = load_balancer(port, replicas);
    eventually("HAProxy", async || std::net::TcpStream::connect(("127.0.0.1", port)).ok()).await;

    let chromium = Chromium::start(DESKTOP).await;
    chromium.goto(&format!("{url}/token_details")).await;
    chromium.sees("Please sign in").await;
    assert_eq!(chromium.cookies().await, [], "no cookie for an anonymous visitor");
    assert_eq!(redis.keys(""), [""; 0]);

    sign_in(&chromium).await;
    chromium.sees("grace@example.org").await;
    assert!(!chromium.text().await.contains("eyJ"), "the token itself is never shown");
    chromium.screenshot(&format!("certified-{response_mode}")).await;

    served_by_both(&chromium, &url).await;
    shows_how_it_went(&chromium, &url).await;

    redis.stop();
    chromium.sees_after_reloading("You have not been signed out").await;
    chromium.screenshot(&format!("redis-away-{response_mode}")).await;
    redis.run();
    chromium.sees_after_reloading("grace@example.org").await;

    chromium.sign_out().await;
    chromium.click("button[name=logout], button[value=yes]").await;
    chromium.sees("You’re signed out").await;
    let back = chromium.client.current_url().await.unwrap();
    assert!(back.as_str().starts_with(&format!("{url}/auth/post_sign_out?state=")), "{back}");
    chromium.goto(&format!("{url}/token_details")).await;
    chromium.sees("Please sign in").await;
    log::assert_silent_about([SECRET]);
    chromium.close().await;
}

/// From a page that asks for it.
pub async fn sign_in(chromium: &Chromium) {
    chromium.click("main a[href^='/auth/sign_in']").await;
    chromium.fill("input[name=login]", "grace").await;
    chromium.fill("input[name=password]", "any").await;
    chromium.click("button[type=submit]").await;
    chromium.sees("Authorize").await;
    chromium.click("button[type=submit]").await;
    chromium.sees("Grace Tester").await;
}

/// One cookie, every other request on another replica.
async fn served_by_both(chromium: &Chromium, url: &str) {
    let browser = Browser::new();
    let cookies = chromium.cookies().await;
    browser.cookies.borrow_mut().extend(cookies);
    let mut servers = Vec::new();
    for _ in 0..6 {
        let answer = browser.get(&format!("{url}/token_details")).await;
        assert_eq!(answer.status, 200);
        servers.push(answer.header("x-served-by").to_owned());
    }
    assert!(servers.windows(2).all(|pair| pair[0] != pair[1]), "by turns: {servers:?}");
}

/// One replica began the sign-in, and another one may have completed it.
async fn shows_how_it_went(chromium: &Chromium, url: &str) {
    chromium.goto(&format!("{url}/last_sign_in")).await;
    chromium.sees("Userinfo").await;
    chromium.screenshot("last-sign-in").await;
    let (browser, cookies) = (Browser::new(), chromium.cookies().await);
    browser.cookies.borrow_mut().extend(cookies);
    let body = browser.get(&format!("{url}/last_sign_in")).await.body;
    let steps = ["Authorization request", "Callback", "Token request", "Keys", "ID token", "Userinfo"];
    let places = steps.map(|step| body.find(&format!("<h2>{step}")).unwrap_or_else(|| panic!("{step}: {body}")));
    assert!(places.is_sorted(), "{places:?}: {body}");
    let check =
        |name: &str| body.split(&format!("<dt><code>{name}</code>")).nth(1).unwrap().split("</dd>").next().unwrap();
    for name in ["state", "iss", "code_verifier", "signature", "aud", "exp", "nonce", "sub"] {
        assert!(check(name).contains("Passed"), "{name}: {body}");
    }
    let secrets = [SECRET.to_owned(), "eyJ".to_owned()];
    for secret in secrets.iter().chain(browser.cookies.borrow().values()) {
        assert!(!body.contains(secret), "{secret} is in {body}");
    }
    chromium.goto(&format!("{url}/token_details")).await;
}

#[actix_web::test]
async fn a_sign_in_at_a_certified_provider_by_query() {
    journey("query", &Client::with_secret("client_secret_basic")).await;
}

#[actix_web::test]
async fn a_sign_in_at_a_certified_provider_by_form_post() {
    journey("form_post", &Client::with_secret("client_secret_post")).await;
}

#[actix_web::test]
async fn a_sign_in_at_a_certified_provider_with_a_certificate() {
    journey("query", &Client::with_certificate(&Certified::new(0, "app", [-1, 365]))).await;
}
