//! An application that is an API, over TLS, with the library in it.

use actix_web::web::{self, Data};
use actix_web::{App, Error, HttpServer, Responder};
use identity_web::internals::tls::ad_hoc;
use identity_web::{Bearer, BearerOrSession, DownstreamApi, IdentityWeb, RequireToken};
use reqwest::Method;
use serde::Deserialize;

use super::{Answer, Browser};

/// The API's name in tokens.
pub const AUDIENCE: &str = "https://api.example/tasks";
/// What every challenge begins with, if the API is configured with [`AUDIENCE`] alone.
pub const METADATA: &str = "/.well-known/oauth-protected-resource";

/// What one handler's claims must be.
#[derive(Deserialize)]
struct OwnClaims {
    sub: String,
    department: String,
}

async fn tasks(token: Bearer) -> impl Responder {
    format!("tasks of {}", token.key().1)
}

async fn typed(token: Bearer<OwnClaims>) -> impl Responder {
    format!("{} of {}", token.claims().sub, token.claims().department)
}

async fn either(caller: BearerOrSession) -> impl Responder {
    let kind = if let BearerOrSession::Bearer(_) = caller { "token" } else { "session" };
    format!("{kind} of {}", caller.key().1)
}

/// A rule in the handler, where it depends on what the request asks for.
async fn ruled(token: Bearer) -> Result<impl Responder, Error> {
    token.require(&RequireToken::scope("tasks.delete"))?;
    Ok("deleted")
}

/// Returns a token for another API.
async fn downstream(token: Bearer, target: Data<DownstreamApi>) -> Result<impl Responder, Error> {
    Ok(token.token_for(&target).await?.expose().to_owned())
}

/// The other API refuses the token with a claims challenge.
async fn challenged(token: Bearer, target: Data<DownstreamApi>, challenge: String) -> Result<String, Error> {
    let token = token.token_for(&target).await?;
    token.challenged(&challenge).map_or_else(|| Ok("no challenge".to_owned()), |error| Err(error.into()))
}

/// Starts it; returns its URL. With `sessions` it also has the middleware and the routes of a site.
pub fn spawn(identity: &IdentityWeb, sessions: bool) -> String {
    spawn_with(identity, sessions, &DownstreamApi::new(&["api://orders/Orders.Read"]))
}

/// The same, with another API behind it.
pub fn spawn_with(identity: &IdentityWeb, sessions: bool, target: &DownstreamApi) -> String {
    let (identity, target) = (identity.clone(), Data::new(target.clone()));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let tls = ad_hoc(&url.parse().unwrap()).unwrap();
    let server = HttpServer::new(move || {
        let identity = identity.clone();
        let target = target.clone();
        App::new()
            .wrap(actix_web::middleware::Condition::new(sessions, identity.sessions()))
            .configure(|service| {
                if sessions {
                    service.configure(identity.routes());
                }
                service.configure(identity.api_routes()).app_data(target);
            })
            .route("/tasks", web::get().to(tasks))
            .route("/typed", web::get().to(typed))
            .route("/either", web::to(either))
            .route("/ruled", web::get().to(ruled))
            .route("/downstream", web::get().to(downstream))
            .route("/challenged", web::post().to(challenged))
            .service(
                web::scope("/scoped")
                    .wrap(RequireToken::scope("tasks.read").or(RequireToken::role("Tasks.Read.All")))
                    .route("", web::get().to(tasks)),
            )
    })
    .workers(2)
    .disable_signals()
    .listen_rustls_0_23(listener, tls)
    .unwrap();
    actix_web::rt::spawn(server.run());
    url
}

/// Calls the API with an access token.
pub async fn call(browser: &Browser, url: &str, token: &str) -> Answer {
    browser.send(Method::GET, url, &[("authorization", &format!("Bearer {token}"))], None).await
}

/// What must hold of a refusal: problem JSON, and this `WWW-Authenticate` without what is the same in all.
pub fn assert_refused(answer: &Answer, status: u16, challenge: &str, what: &str) {
    assert_eq!(answer.status, status, "{what}: {}", answer.body);
    assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    assert!(answer.body.contains("correlation_id"), "{what}: {}", answer.body);
    assert_eq!(answer.headers.get_all("www-authenticate").iter().count(), 1, "{what}");
    assert_eq!(answer.header("www-authenticate"), challenge, "{what}");
}

/// A challenge of an API that is [`AUDIENCE`] alone, whose site is at `site`.
pub fn challenge(site: &str, parameters: &str) -> String {
    let comma = if parameters.is_empty() { "" } else { ", " };
    format!("Bearer realm=\"{site}\"{comma}{parameters}, resource_metadata=\"{site}{METADATA}\"")
}
