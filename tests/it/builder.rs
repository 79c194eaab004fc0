//! `IdentityWeb::builder()`: an application that is configured in code, against the demo provider.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{App, HttpServer, Responder, web};
use identity_web::store::MemoryBackend;
use identity_web::{Clock, Credential, Identity, IdentityWeb, IdentityWebBuilder, Provider, StartError};

use crate::helpers::app::{SECRET, provider_at};
use crate::helpers::{Browser, free_port, log};
use identity_web::internals::demo::DEMO_CLIENT_ID;

async fn page(user: Identity) -> impl Responder {
    format!("Hello {}", user.name())
}

/// Serves an application at a port.
pub fn serve(port: u16, identity: &IdentityWeb) {
    let identity = identity.clone();
    let server = HttpServer::new(move || {
        App::new().wrap(identity.sessions()).configure(identity.routes()).route("/", web::get().to(page))
    });
    let server = server.workers(1).disable_signals().bind(("127.0.0.1", port)).unwrap();
    actix_web::rt::spawn(server.run());
}

/// Returns a builder for an application at a port, with a demo provider of its own.
pub fn builder(port: u16, clock: &Clock) -> IdentityWebBuilder {
    log::start();
    identity_web::internals::tls::install_crypto();
    let url = format!("http://127.0.0.1:{port}");
    let (_, authority) = provider_at("127.0.0.1:0", &[format!("{url}/login/redirect")], clock);
    let provider = Provider::entra("any", DEMO_CLIENT_ID, Credential::secret(SECRET)).authority(authority);
    IdentityWeb::builder().public_url(url).provider(provider).prefix("/login").clock(clock.clone())
}

#[actix_web::test]
async fn an_application_configured_in_code_signs_users_in() {
    let (port, clock) = (free_port(), Clock::system());
    let builder = builder(port, &clock).sessions_in_memory().cookie_name("tasks").idle_timeout(Duration::from_mins(2));
    serve(port, &builder.build().await.unwrap());
    let (browser, url) = (Browser::new(), format!("http://127.0.0.1:{port}"));
    let authorization = browser.get(&format!("{url}/login/sign_in")).await.location().to_owned();
    let callback = browser.pick(&authorization.parse().unwrap(), "grace").await.location().to_owned();
    let answer = browser.get(&callback).await;
    assert!(answer.set_cookies().iter().any(|cookie| cookie.name() == "tasks"));
    assert_eq!(browser.get(&format!("{url}/")).await.body, "Hello Grace Hopper");
    clock.advance_seconds(121);
    assert_eq!(browser.get(&format!("{url}/")).await.status, 401, "the idle timeout, by the application's clock");
}

#[actix_web::test]
async fn a_backend_of_the_applications_own_has_the_sessions() {
    let (port, clock) = (free_port(), Clock::system());
    let backend = Arc::new(MemoryBackend::new(clock.clone()));
    let build = async || {
        let key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
        let builder = builder(port, &clock).sessions_in_memory().session_keys([key]).backend(backend.clone());
        builder.build().await.unwrap()
    };
    let (one, other) = (build().await, build().await);
    one.test_user("ada").claim("iss", "https://op.example").sign_in().await.unwrap();
    let user = ("https://op.example", "ada");
    assert_eq!(other.sessions().list(user).await.unwrap().len(), 1, "the other one has the same backend");
}

#[actix_web::test]
async fn every_problem_is_in_the_error_that_main_prints() {
    let secret = Credential::secret("canary-4711");
    let provider = Provider::oidc("http://op.example", "", secret);
    let built =
        IdentityWeb::builder().provider(provider).redis("http://redis").setting("limits.bodies", 3).build().await;
    let error = built.err().unwrap();
    assert!(matches!(error, StartError::Settings(_)));
    let printed = format!("{:?}", Box::<dyn std::error::Error>::from(error));
    for part in [
        "the settings have",
        "\n  server.public_url: is unset; call public_url",
        "\n  client.client_id (in code): is unset",
        "\n  redis.url (in code)",
        "\n  limits.bodies (in code): unknown setting",
    ] {
        assert!(printed.contains(part), "{part:?} is not in\n{printed}");
    }
    assert!(!printed.contains("canary"), "{printed}");
}
