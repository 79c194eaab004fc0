//! An application without any sign-in, behind a proxy of deploy/forward-auth that asks Identity Web.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use super::process::Process;
use super::proxy::{self, Application};
use super::raw::RawClient;
use super::redis::Redis;
use super::{Answer, Browser, Folder, TestApp, eventually, free_port};

/// The application, the proxy, and Identity Web.
pub struct Site {
    /// Its URL for browsers.
    pub url: String,
    /// The address of that URL.
    pub address: SocketAddr,
    /// Identity Web.
    pub app: TestApp,
    /// The application.
    pub application: Application,
    /// The Redis of the sessions.
    pub redis: Redis,
    /// A client that trusts its certificate.
    pub raw: RawClient,
    _proxy: Process,
    _folder: Folder,
}

/// The addresses for the proxies' files.
struct Addresses {
    port: u16,
    identity_web: String,
    application: String,
}

impl Site {
    /// Runs the proxy `name`; the action of `auth.lua` begins with `script`.
    pub async fn start(name: &str, script: &str) -> Self {
        let (port, folder) = (free_port(), Folder::new(name));
        let url = format!("https://127.0.0.1:{port}");
        let (redis, application) = (Redis::start(), Application::start());
        let app = TestApp::spawn_with(&[
            ("server.public_url", &url),
            ("server.trusted_proxies", "127.0.0.1"),
            ("tls.mode", "off"),
            ("redis.url", &redis.url()),
        ])
        .await;
        let certified = proxy::certificate(&folder);
        let identity_web = app.variables["IDENTITY_WEB__SERVER__LISTEN"].clone();
        let addresses = Addresses { port, identity_web, application: format!("127.0.0.1:{}", application.port) };
        let mut command = match name {
            "nginx" => nginx(&folder, &addresses),
            "haproxy" => haproxy(&folder, &addresses, script),
            "traefik" => traefik(&folder, &addresses),
            "envoy" => envoy(&folder, &addresses),
            other => panic!("there is no {other} in deploy/forward-auth"),
        };
        let proxy = proxy::run(command.current_dir(folder.path()), port).await;
        let (address, raw) = (([127, 0, 0, 1], port).into(), RawClient::tls("127.0.0.1", &certified.cert));
        let stylesheet = async || raw.get(address, "/static/site.css", &[]).await.status;
        // Traefik listens before it has loaded its routes.
        eventually(name, async || (stylesheet().await == 200).then_some(())).await;
        Self { url, address, app, application, redis, raw, _proxy: proxy, _folder: folder }
    }

    /// Loads a page of it.
    pub async fn get(&self, browser: &Browser, path: &str) -> Answer {
        browser.get(&format!("{}{path}", self.url)).await
    }
}

/// Copies a file of deploy/forward-auth, with the addresses of the test.
fn copy(file: &str, folder: &Folder, addresses: &Addresses, extra: &[(&str, String)]) -> PathBuf {
    let mut replaced = vec![("/certificates/", format!("{}/", folder.path().display()))];
    if file != "envoy.yaml" {
        replaced.push(("identity-web:5000", addresses.identity_web.clone()));
        replaced.push(("application:8080", addresses.application.clone()));
    }
    replaced.extend_from_slice(extra);
    proxy::copy(&format!("forward-auth/{file}"), folder, &replaced)
}

fn nginx(folder: &Folder, addresses: &Addresses) -> Command {
    let place = folder.path().display();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary = temporary.map(|kind| format!("{kind}_temp_path {place}/{kind}; ")).concat();
    let replaced = [
        ("listen 443", format!("listen 127.0.0.1:{}", addresses.port)),
        ("/dev/stdout paths", "off".to_owned()),
        ("http {", format!("http {{ {temporary}")),
    ];
    let file = copy("nginx.conf", folder, addresses, &replaced);
    let mut command = proxy::program("nginx");
    command.arg("-g").arg(format!("daemon off; master_process off; pid {place}/pid; error_log stderr;"));
    command.arg("-p").arg(folder.path()).arg("-c").arg(file);
    command
}

fn haproxy(folder: &Folder, addresses: &Addresses, script: &str) -> Command {
    let socket = ("abns@identity-web-verify", format!("abns@verify-{}", addresses.port));
    let bind = ("bind :443", format!("bind 127.0.0.1:{}", addresses.port));
    let file = copy("haproxy.cfg", folder, addresses, &[bind, socket.clone()]);
    let (source, first) = ("forward-auth/auth.lua", "local sent, headers =");
    proxy::copy(source, folder, &[socket, (first, format!("{script} {first}"))]);
    let mut command = proxy::program("haproxy");
    command.arg("-db").arg("-f").arg(file);
    command
}

fn traefik(folder: &Folder, addresses: &Addresses) -> Command {
    let dynamic = copy("dynamic.yml", folder, addresses, &[]);
    let replaced = [
        (":443", format!("127.0.0.1:{}", addresses.port)),
        ("/etc/traefik/dynamic.yml", dynamic.display().to_string()),
    ];
    let file = proxy::copy("forward-auth/traefik.yml", folder, &replaced);
    let mut command = proxy::program("traefik");
    command.arg(format!("--configFile={}", file.display()));
    command
}

fn envoy(folder: &Folder, addresses: &Addresses) -> Command {
    let yaml = |address: &str| address.replace(':', ", port_value: ");
    let replaced = [
        ("0.0.0.0, port_value: 443", format!("127.0.0.1, port_value: {}", addresses.port)),
        ("identity-web, port_value: 5000", yaml(&addresses.identity_web)),
        ("application, port_value: 8080", yaml(&addresses.application)),
    ];
    let file = copy("envoy.yaml", folder, addresses, &replaced);
    let mut command = proxy::program("envoy");
    // An id of its own, as other instances may run at the same time.
    command.args(["--concurrency", "1", "--use-dynamic-base-id", "-c"]).arg(file);
    command
}
