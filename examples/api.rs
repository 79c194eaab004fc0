//! An API that programs call with access tokens, and that calls another API on behalf of its caller.
//!
//! ```sh
//! IDENTITY_WEB__SERVER__PUBLIC_URL=http://127.0.0.1:5000 IDENTITY_WEB__TLS__MODE=off cargo run --example api
//! ```
//!
//! It prints a command that calls it with a token of the demo provider.

use actix_web::web::{self, Data, Json};
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer, Responder};
use identity_web::testing::DemoProvider;
use identity_web::{Bearer, DownstreamApi, IdentityWeb, RequireToken, Settings};
use serde::Deserialize;
use serde_json::json;

/// This API's name in tokens (`aud`). At Entra: its client ID, or its application ID URI.
const AUDIENCE: &str = "api://tasks";

/// The claims that the handler needs. Tokens without them are refused.
#[derive(Deserialize)]
struct Caller {
    name: String,
}

async fn tasks(token: Bearer<Caller>) -> impl Responder {
    Json(json!({"of": token.claims().name, "tasks": ["Write", "Test"]}))
}

/// The other API, with its scopes and its URL.
struct Calendar {
    api: DownstreamApi,
    url: String,
    client: reqwest::Client,
}

/// Calls the other API. If it asks for more (a claims challenge), so does this one.
async fn events(token: Bearer, calendar: Data<Calendar>) -> Result<HttpResponse, Error> {
    let other = token.token_for(&calendar.api).await?; // On-behalf-of at Entra, token exchange elsewhere.
    let request = calendar.client.get(&calendar.url).bearer_auth(other.expose());
    let Ok(answer) = request.send().await else { return Ok(HttpResponse::BadGateway().finish()) };
    let challenge = answer.headers().get("www-authenticate").and_then(|value| value.to_str().ok());
    if let Some(error) = challenge.and_then(|challenge| other.challenged(challenge)) {
        return Err(error.into());
    }
    let is_success = answer.status().is_success();
    match answer.text().await {
        Ok(events) if is_success => Ok(HttpResponse::Ok().body(events)),
        _ => Ok(HttpResponse::BadGateway().finish()),
    }
}

/// Stands for the other API, which is another program and verifies its tokens, as this one does.
async fn calendar(request: HttpRequest) -> impl Responder {
    let token = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    match token.and_then(|value| value.strip_prefix("Bearer ")) {
        Some(token) if !token.contains('.') => HttpResponse::Ok().body("Review at 10:00"), // Not the caller's own.
        _ => HttpResponse::Unauthorized().finish(),
    }
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings::load()?;
    let address = settings.server.listen;
    let demo = DemoProvider::start().await?; // In your application: Provider::entra(…) or Provider::oidc(…).
    let builder = IdentityWeb::builder().settings(settings).provider(demo.provider()).api_audience([AUDIENCE]);
    let identity = builder.setting("api.signing_algorithms", ["ES256"]).build().await?; // Of the demo provider.

    let api = DownstreamApi::new(&["api://calendar/Events.Read"]);
    let other = Data::new(Calendar { api, url: format!("http://{address}/calendar"), client: reqwest::Client::new() });
    let server = HttpServer::new(move || {
        App::new()
            .configure(identity.api_routes()) // Where clients learn which provider issues the tokens (RFC 9728).
            .app_data(other.clone())
            .service(web::resource("/tasks").wrap(RequireToken::scope("tasks.read")).get(tasks))
            .service(web::resource("/events").wrap(RequireToken::scope("events.read")).get(events))
            .route("/calendar", web::get().to(calendar))
    })
    .bind(address)?;
    let token = demo.access_token("ada", AUDIENCE, "tasks.read")?;
    println!("curl -H 'Authorization: Bearer {token}' http://{address}/tasks");
    let token = demo.access_token("ada", AUDIENCE, "events.read")?;
    println!("curl -H 'Authorization: Bearer {token}' http://{address}/events");
    server.run().await?;
    Ok(())
}
