//! What a new user does first: `cargo run` and a sign-in in a real browser, with no settings except free ports.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use crate::helpers::chromium::{Chromium, LOOKS, Look};
use crate::helpers::{Program, TestApp};

#[actix_web::test]
async fn a_new_user_signs_in_sees_the_claims_and_signs_out() {
    let running = Program::start(&[]).await;
    for look in LOOKS {
        journey(&running.url, look).await;
    }
    let listen = running.operations.trim_start_matches("http://").to_owned();
    let lives = || program(&["check", "--live"], &[("IDENTITY_WEB__SERVER__OPERATIONS_LISTEN", &listen)]);
    assert!(lives().status.success());
    assert_eq!(running.terminate().0, Some(0), "SIGTERM ends it in order");
    assert_eq!(lives().status.code(), Some(1));
}

async fn journey(url: &str, look: Look) {
    let chromium = Chromium::start(look).await;
    chromium.goto(url).await;
    chromium.sees("You’re signed out").await;
    chromium.sees(&format!("{url}/auth/redirect")).await;
    chromium.screenshot("1-home-signed-out").await;

    chromium.goto(&format!("{url}/token_details")).await;
    chromium.sees("Please sign in").await;
    chromium.screenshot("2-unauthorized").await;

    chromium.click("main a[href^='/auth/sign_in']").await;
    chromium.sees("Pick an account").await;
    chromium.screenshot("3-pick-an-account").await;

    chromium.click("button[value=ada]").await;
    chromium.sees("preferred_username").await;
    assert!(chromium.client.current_url().await.unwrap().path() == "/token_details", "back where it began");
    chromium.sees("ada@contoso.example").await;
    chromium.sees("Ada Lovelace").await;
    chromium.screenshot("4-claims").await;

    chromium.goto(url).await;
    chromium.sees("signed in as Ada Lovelace").await;
    chromium.screenshot("5-home-signed-in").await;
    chromium.goto(&format!("{url}/token_details")).await;

    chromium.sign_out().await;
    chromium.sees("You’re signed out").await;
    assert_eq!(chromium.client.current_url().await.unwrap().path(), "/auth/post_sign_out");
    chromium.screenshot("6-signed-out").await;

    // Back to the page that showed the claims.
    chromium.client.back().await.unwrap();
    chromium.sees("Please sign in").await;
    assert!(!chromium.text().await.contains("ada@contoso.example"));

    chromium.goto(&format!("{url}/nowhere")).await;
    chromium.sees("Page not found").await;
    chromium.screenshot("7-not-found").await;

    // The session at the provider has ended too, so it asks for an account.
    chromium.goto(&format!("{url}/auth/sign_in")).await;
    chromium.sees("Pick an account").await;
    chromium.click("button[value=cancel]").await;
    chromium.sees("You declined").await;
    chromium.screenshot("8-declined").await;
    chromium.close().await;
}

fn program(arguments: &[&str], variables: &[(&str, &str)]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_identity-web"));
    command.args(arguments).envs(variables.iter().copied()).output().unwrap()
}

#[test]
fn the_commands_say_what_they_do_and_exit_as_documented() {
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    for arguments in
        [&["--help"][..], &["--version"], &["serve", "--help"], &["check", "--help"], &["new-key", "--help"]]
    {
        let output = program(arguments, &[]);
        assert!(output.status.success() && !output.stdout.is_empty(), "{arguments:?}");
    }
    assert_eq!(program(&["no-such-command"], &[]).status.code(), Some(2));

    let (one, two) = (said(&program(&["new-key"], &[]).stdout), said(&program(&["new-key"], &[]).stdout));
    assert!(one.trim().len() == 44 && one != two, "{one}{two}");

    let wrong = program(&["serve"], &[("IDENTITY_WEB__SERVER__LISTNE", "x"), ("IDENTITY_WEB__TLS__MODE", "on")]);
    assert_eq!(wrong.status.code(), Some(2));
    let error = said(&wrong.stderr);
    assert!(error.contains("did you mean server.listen?") && error.contains("tls.mode"), "{error}");

    let production = [("IDENTITY_WEB_PROFILE", "production")];
    for command in ["serve", "demo-provider"] {
        assert_eq!(
            program(&[command], &production).status.code(),
            Some(2),
            "{command} in production, with nothing set"
        );
    }
    let checked = program(&["check"], &[]);
    assert!(checked.status.success(), "{}", said(&checked.stdout));
    let nowhere = [
        ("IDENTITY_WEB__CLIENT__CLIENT_ID", "c"),
        ("IDENTITY_WEB__CLIENT__CLIENT_CREDENTIAL", "canary-4711"),
        ("IDENTITY_WEB__CLIENT__AUTHORITY", "http://127.0.0.1:1"),
        ("IDENTITY_WEB__REDIS__URL", "redis://:canary-4711@127.0.0.1:1"),
    ];
    let checked = program(&["check"], &nowhere);
    let report = said(&checked.stdout);
    assert_eq!(checked.status.code(), Some(1), "{report}");
    assert!(report.contains("FAIL  discovery") && report.contains("FAIL  session store"), "{report}");
    assert!(!report.contains("canary-4711"), "{report}");
    assert!(program(&["check", "--offline"], &nowhere).status.success(), "offline there is nothing wrong");
}

/// Actix Web's default of five seconds is as long as users take to pick an account.
#[actix_web::test]
async fn the_demo_provider_keeps_idle_connections_open() {
    let app = TestApp::spawn().await;
    let url = app.identity.services().providers.default.provider.metadata().await.unwrap().token_endpoint.clone();
    let address = (url.host_str().unwrap().to_owned(), url.port().unwrap());
    let is_open = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"GET /nowhere HTTP/1.1\r\nHost: demo\r\n\r\n").unwrap();
        assert!(stream.read(&mut [0; 1024]).unwrap() > 0);
        stream.set_read_timeout(Some(Duration::from_secs(7))).unwrap();
        // An error is the timeout; the end of the connection is not.
        stream.read(&mut [0; 1024]).is_err()
    };
    assert!(actix_web::rt::task::spawn_blocking(is_open).await.unwrap());
}
