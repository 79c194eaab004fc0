//! What a client says of proxies and identities, though it is none: through the load balancer of docker-compose.yml, and
//! straight to a replica.

use std::net::SocketAddr;

use crate::helpers::load_balancer::{self, LoadBalancer, Server};
use crate::helpers::proxy::Application;
use crate::helpers::raw::{RawAnswer, RawClient};
use crate::helpers::{TestApp, free_port, log};

const CLIENT: &str = "127.0.0.9";
const CANARY: &str = "192.0.2.7";
/// A forged header's name and value. Were a value believed, it would show.
const FORGED: [(&str, &str); 19] = [
    ("X-Forwarded-For", CANARY),
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Proto", "http"),
    ("X-Forwarded-Scheme", "http"),
    ("X-Forwarded-Ssl", "off"),
    ("X-Forwarded-Port", "4711"),
    ("X-Forwarded-Server", "evil.example"),
    ("X-Forwarded-Prefix", "/evil"),
    ("X-Forwarded-Uri", "/evil"),
    ("X-Forwarded-Method", "POST"),
    ("X-Forwarded-User", "evil"),
    ("X-Original-URI", "/evil"),
    ("X-Original-URL", "/evil"),
    ("X-Original-Method", "POST"),
    ("X-Real-IP", CANARY),
    ("Forwarded", "for=192.0.2.7;host=evil.example;proto=http"),
    ("X-Auth-Request-User", "evil"),
    ("X-Auth-Request-Roles", "evil"),
    ("Traceparent", "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"),
];

/// Every forged header, in each spelling that a program might read as that name.
fn spellings() -> impl Iterator<Item = (String, &'static str)> {
    FORGED.iter().flat_map(|&(name, value)| {
        let under = name.replace('-', "_");
        let names = [
            name.to_owned(),
            name.to_lowercase(),
            name.to_uppercase(),
            under.to_uppercase(),
            name.replacen('-', "_", 1),
            under.replacen('_', "-", 1),
            name.replace('-', "."),
        ];
        names.map(|name| (name, value))
    })
}

/// Where a request is sent, by whom, and whether that is one of `server.trusted_proxies`.
struct Way {
    name: &'static str,
    client: RawClient,
    to: SocketAddr,
}

/// A replica that trusts the load balancer alone, and the ways to it.
async fn replica(per_minute: &str) -> (TestApp, LoadBalancer, [Way; 2]) {
    let port = free_port();
    let app = TestApp::spawn_with(&[
        ("server.public_url", &format!("https://127.0.0.1:{port}")),
        ("server.trusted_proxies", load_balancer::ADDRESS),
        ("tls.mode", "off"),
        ("limits.sign_in_requests_per_minute", per_minute),
    ])
    .await;
    let straight: SocketAddr = app.variables["IDENTITY_WEB__SERVER__LISTEN"].parse().unwrap();
    let server = Server { port: straight.port(), operations: app.operations.port() };
    let balancer = LoadBalancer::start(port, &[server]).await;
    let through = RawClient::tls(CLIENT, &balancer.certified.cert);
    let ways = [
        Way { name: "through the load balancer", client: through, to: balancer.address },
        Way { name: "straight to the replica", client: RawClient::plain(CLIENT), to: straight },
    ];
    (app, balancer, ways)
}

impl Way {
    async fn get(&self, path: &str, accept: &str, line: &str) -> RawAnswer {
        self.client.get(self.to, path, &[format!("Accept: {accept}"), line.to_owned()]).await
    }
}

/// The log's line of a request that was answered with problem JSON.
fn logged(answer: &RawAnswer) -> String {
    let id = answer.text.split("\"correlation_id\":\"").nth(1).expect(&answer.text).split('"').next().unwrap();
    let log = log::text();
    log.lines().find(|line| line.contains("request answered") && line.contains(id)).unwrap().to_owned()
}

#[actix_web::test]
async fn forged_headers_change_nothing() {
    let (app, _balancer, ways) = replica("100000").await;
    let redirect_uri =
        url::form_urlencoded::byte_serialize(format!("{}/auth/redirect", app.url).as_bytes()).collect::<String>();
    let mut table: Vec<_> = spellings().collect();
    table.push(("Host".to_owned(), "evil.example"));
    for way in &ways {
        for (name, value) in &table {
            let (line, case) = (format!("{name}: {value}"), format!("{name}: {value}, {}", way.name));
            let sign_in = way.get("/auth/sign_in", "text/html", &line).await;
            if name == "Host" && sign_in.status == 307 {
                assert_eq!(sign_in.header("location"), format!("{}/auth/sign_in", app.url), "{case}: to our own host");
                continue;
            }
            assert_eq!(sign_in.status, 303, "{case}");
            assert!(
                sign_in.header("location").contains(&format!("redirect_uri={redirect_uri}&")),
                "{case}: {}",
                sign_in.text
            );
            assert!(sign_in.header("set-cookie").starts_with("__Host-sign-in-"), "{case}: {}", sign_in.text);
            assert!(sign_in.header("set-cookie").contains("; Secure"), "{case}: {}", sign_in.text);
            assert!(!sign_in.header("strict-transport-security").is_empty(), "{case}: {}", sign_in.text);

            let verified = way.get("/auth/verify?roles=evil", "application/json", &line).await;
            assert_eq!(verified.status, 401, "{case}");
            assert!(
                !verified.text.contains("evil") && !verified.text.contains("0123456789abcdef"),
                "{case}: {}",
                verified.text
            );
            let logged = logged(&verified);
            assert!(logged.contains(&format!("client_address=\"{CLIENT}\"")), "{case}: {logged}");

            let redirected = way.get("/auth/verify?unauthenticated=redirect", "text/html", &line).await;
            let back = redirected.header("location");
            // The load balancer says which host was asked for; another host's pages are not ours to sign in to.
            let of_another = name == "Host" && way.to == ways[0].to;
            assert!(
                back == format!("{}/auth/sign_in", app.url) || of_another && redirected.status == 401,
                "{case}: {}",
                redirected.text
            );
        }
    }
}

#[actix_web::test]
async fn what_the_trusted_proxy_says_is_believed() {
    let (app, _balancer, [_, straight]) = replica("100000").await;
    let proxy = RawClient::plain(load_balancer::ADDRESS);
    let said = |line: &str| [line.to_owned(), "X-Forwarded-Uri: /page?a=b".to_owned()];
    let answer = proxy.get(straight.to, "/auth/verify", &said("X-Forwarded-For: 198.51.100.1, 192.0.2.7")).await;
    assert!(logged(&answer).contains("client_address=\"192.0.2.7\""), "{}", logged(&answer));
    assert!(answer.text.contains(r#""login_url":"/auth/sign_in?post_sign_in_url=%2Fpage%3Fa%3Db""#), "{}", answer.text);
    let answer = proxy.get(straight.to, "/auth/verify?unauthenticated=redirect", &said("Accept: text/html")).await;
    assert_eq!(answer.header("location"), format!("{}/auth/sign_in?post_sign_in_url=%2Fpage%3Fa%3Db", app.url));
}

#[actix_web::test]
async fn forged_addresses_have_no_budget_of_their_own() {
    for index in 0..2 {
        let (_app, balancer, ways) = replica("5").await;
        let way = &ways[index];
        for (number, name) in
            ["X-Forwarded-For", "X_Forwarded_For", "Forwarded", "X-Real-IP", "X-Forwarded-For"].iter().enumerate()
        {
            let answer = way.get("/auth/sign_in", "text/html", &format!("{name}: 192.0.2.{number}")).await;
            assert_eq!(answer.status, 303, "{name}, {}", way.name);
        }
        let answer = way.get("/auth/sign_in", "text/html", "X-Forwarded-For: 192.0.2.100").await;
        assert_eq!(answer.status, 429, "{}", way.name);
        // Nor can somebody spend the budget of another.
        let other = match index {
            0 => RawClient::tls("127.0.0.10", &balancer.certified.cert),
            _ => RawClient::plain("127.0.0.10"),
        };
        assert_eq!(other.get(way.to, "/auth/sign_in", &[format!("X-Forwarded-For: {CLIENT}")]).await.status, 303);
    }
}

#[actix_web::test]
async fn forged_headers_end_at_the_load_balancer() {
    let application = Application::start();
    let server = Server { port: application.port, operations: application.port };
    let balancer = LoadBalancer::start(free_port(), &[server]).await;
    let client = RawClient::tls(CLIENT, &balancer.certified.cert);
    for (name, value) in spellings() {
        let line = format!("{name}: {value}");
        let answer = client.get(balancer.address, "/", &[line.clone(), line.clone()]).await;
        let body = answer.text.split("\r\n\r\n").nth(1).unwrap_or_default();
        let ours =
            format!("x-forwarded-for: {CLIENT}\nx-forwarded-host: {}\nx-forwarded-proto: https", balancer.address);
        assert_eq!(body.trim_end(), format!("GET /\nhost: {}\n{ours}", balancer.address), "{line}");
    }
    for path in ["/health/live", "/health/ready", "/metrics", "/Metrics", "/metrics/", "/health"] {
        assert_eq!(client.get(balancer.address, path, &[]).await.status, 404, "{path}");
    }
}
