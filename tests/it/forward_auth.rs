//! A plain application behind a real nginx, which asks `/auth/verify` before it lets a request through.

use std::process::{Command, Stdio};

use actix_web::{App, HttpRequest, HttpServer, web};
use reqwest::Method;

use crate::helpers::process::Process;
use crate::helpers::{Browser, Folder, TestApp, eventually, free_port};

/// Says which identity headers reached it.
async fn upstream(request: HttpRequest) -> String {
    let ours = |name: &str| name.to_ascii_lowercase().replace('_', "-").starts_with("x-auth-request-");
    let headers = request.headers().iter().filter(|(name, _)| ours(name.as_str()));
    let mut lines: Vec<_> = headers.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    lines.sort();
    lines.join("\n")
}

/// nginx before `upstream`; gives its URL.
fn nginx(app: &TestApp, upstream: u16, rule: &str) -> (Process, Folder, String) {
    let port = free_port();
    let folder = Folder::new("nginx");
    let configuration = format!(
        "daemon off; master_process off; pid {0}/pid; error_log stderr; events {{}}
        http {{
            access_log off; client_body_temp_path {0}/body; proxy_temp_path {0}/proxy;
            fastcgi_temp_path {0}/fastcgi; uwsgi_temp_path {0}/uwsgi; scgi_temp_path {0}/scgi;
            server {{
                listen 127.0.0.1:{port};
                location / {{
                    auth_request /auth/verify;
                    auth_request_set $user $upstream_http_x_auth_request_user;
                    auth_request_set $name $upstream_http_x_auth_request_name;
                    proxy_set_header X-Auth-Request-User $user;
                    proxy_set_header X-Auth-Request-Name $name;
                    proxy_set_header X-Auth-Request-Roles \"\";
                    proxy_pass http://127.0.0.1:{upstream};
                }}
                location = /auth/verify {{
                    internal;
                    proxy_pass {1}/auth/verify{rule};
                    proxy_pass_request_body off;
                    proxy_set_header Content-Length \"\";
                }}
            }}
        }}",
        folder.path().display(),
        app.url
    );
    let file = folder.path().join("nginx.conf");
    std::fs::write(&file, configuration).unwrap();
    let path = format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new("nginx");
    command.env("PATH", path).arg("-p").arg(folder.path()).arg("-c").arg(&file);
    let process = Process::start(command.stdout(Stdio::null()).stderr(Stdio::null()));
    (process, folder, format!("http://127.0.0.1:{port}"))
}

#[actix_web::test]
async fn nginx_lets_through_who_is_signed_in_and_keeps_a_rule() {
    let app = TestApp::spawn().await;
    let server = HttpServer::new(|| App::new().default_service(web::to(upstream))).workers(1).disable_signals();
    let server = server.bind("127.0.0.1:0").unwrap();
    let port = server.addrs()[0].port();
    actix_web::rt::spawn(server.run());
    let (_everyone, _folder, url) = nginx(&app, port, "");
    let (_admins, _other_folder, admins) = nginx(&app, port, "?roles=Admin");
    for url in [&url, &admins] {
        let address = url.trim_start_matches("http://").to_owned();
        eventually("nginx", async || std::net::TcpStream::connect(&address).ok()).await;
    }
    let forged = [("x-auth-request-user", "evil"), ("x-auth-request-roles", "Admin"), ("X_Auth_Request_User", "evil")];
    let ask = async |browser: &Browser, url: &str| browser.send(Method::GET, url, &forged, None).await;

    let nobody = Browser::new();
    assert_eq!(ask(&nobody, &url).await.status, 401);
    let (ada, alan) = (Browser::new(), Browser::new());
    ada.sign_in(&app, "ada").await;
    alan.sign_in(&app, "alan").await;
    for url in [&url, &admins] {
        let answer = ask(&ada, url).await;
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.body,
            "x-auth-request-name: Ada%20Lovelace\nx-auth-request-user: ada-Zk3vX0mQ8w1rT5uYpL7nB2cD4fG6hJ9k"
        );
    }
    assert_eq!(ask(&alan, &url).await.status, 200);
    assert_eq!(ask(&alan, &admins).await.status, 403);
    ada.sign_out(&app).await;
    assert_eq!(ask(&ada, &url).await.status, 401);
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
