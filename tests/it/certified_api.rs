//! An API that is called with access tokens of the certified OpenID Provider `oidc-provider`: JWTs (RFC 9068), which the
//! provider's keys verify, and opaque ones, about which the provider is asked.

use std::path::Path;

use identity_web::internals::clock::Clock;
use identity_web::internals::startup::Application;
use identity_web::internals::tls;
use identity_web::{IdentityWeb, Settings};
use serde_json::{Value, json};

use crate::certified_provider::{Client, certified_provider};
use crate::helpers::api::{METADATA, assert_refused, call, challenge, spawn};
use crate::helpers::{Browser, free_port, log};

const JWT: &str = "https://api.example/jwt";
const OPAQUE: &str = "https://api.example/opaque";
const OTHER: &str = "https://other.example/jwt";
const SECRET: &str = "canary: a+secret%of more than thirty-two characters";

/// The library, configured for the provider, with a clock that the test moves.
fn configured(public_url: &str, issuer: &str, clock: &Clock) -> IdentityWeb {
    let variables = [
        ("CLIENT__CLIENT_ID", "identity-web"),
        ("CLIENT__CLIENT_CREDENTIAL", SECRET),
        ("CLIENT__AUTHORITY", issuer),
        ("SERVER__LISTEN", "127.0.0.1:0"),
        ("SERVER__OPERATIONS_LISTEN", "127.0.0.1:0"),
        ("SERVER__PUBLIC_URL", public_url),
        ("API__AUDIENCE", &format!("{JWT},{OPAQUE}")),
    ];
    let variables = variables.map(|(key, value)| (format!("IDENTITY_WEB__{key}"), value.to_owned()));
    let settings = Settings::from_environment(Path::new("/nowhere"), variables.into_iter());
    let settings = settings.unwrap_or_else(|error| panic!("{error}"));
    Application::build(settings, clock.clone()).unwrap().identity().clone()
}

/// The provider's endpoints, as its client uses them.
struct Provider {
    http: reqwest::Client,
    issuer: String,
}

impl Provider {
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let secret: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.http.post(format!("{}{path}", self.issuer)).basic_auth("identity-web", Some(secret));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        let answer = request.send().await.unwrap();
        let (status, body) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path}: {body}");
        body
    }

    /// An access token for an API, which the client gets for itself.
    async fn token(&self, resource: &str, scope: &str) -> String {
        let fields = [("grant_type", "client_credentials"), ("resource", resource), ("scope", scope)];
        let response: Value = serde_json::from_str(&self.post("/token", &fields).await).unwrap();
        response["access_token"].as_str().unwrap().to_owned()
    }
}

#[actix_web::test]
async fn an_api_accepts_and_refuses_tokens_of_a_certified_provider() {
    log::start();
    tls::install_crypto();
    let (public_url, clock) = (format!("https://127.0.0.1:{}", free_port()), Clock::system());
    let mut client = Client::with_secret("client_secret_basic");
    client.registered["grant_types"] = json!(["authorization_code", "refresh_token", "client_credentials"]);
    let (_process, issuer) = certified_provider(&public_url, &client);
    let url = spawn(&configured(&public_url, &issuer, &clock), false);
    let provider = Provider { http: reqwest::Client::new(), issuer: issuer.clone() };
    let metadata = Browser::new().get(&format!("{url}{METADATA}")).await;
    assert!(metadata.body.contains(&format!("\"authorization_servers\":[\"{issuer}\"]")), "{}", metadata.body);

    let (jwt, opaque) = (provider.token(JWT, "tasks.read").await, provider.token(OPAQUE, "tasks.read").await);
    assert_eq!((jwt.split('.').count(), opaque.split('.').count()), (3, 1), "{jwt} {opaque}");
    let with = |parameters: &str| challenge(&public_url, parameters);
    let invalid =
        |text: &str| with(&format!("error=\"invalid_token\", error_description=\"{text}\", scope=\"tasks.read\""));
    for browser in [Browser::new(), Browser::http2()] {
        let path = format!("{url}/scoped");
        assert_refused(&browser.get(&path).await, 401, &with("scope=\"tasks.read\""), "no token");
        for (kind, token, resource) in [("jwt", &jwt, JWT), ("opaque", &opaque, OPAQUE)] {
            let answer = call(&browser, &path, token).await;
            assert_eq!(answer.status, 200, "{kind}: {}", answer.body);
            let lacking = call(&browser, &path, &provider.token(resource, "tasks.write").await).await;
            let text = "error=\"insufficient_scope\", error_description=\"The access token lacks a scope or a role that is \
                required.\", scope=\"tasks.read\"";
            assert_refused(&lacking, 403, &with(text), kind);
        }
        let other = call(&browser, &path, &provider.token(OTHER, "tasks.read").await).await;
        assert_refused(&other, 401, &invalid("The access token is for another API."), "for another API");
        let forged = call(&browser, &path, &format!("{}x", &opaque[..opaque.len() - 1])).await;
        assert_refused(&forged, 401, &invalid("The access token is no longer active."), "unknown");
        let forged = format!("{}AAAA", &jwt[..jwt.len() - 4]);
        assert_refused(
            &call(&browser, &path, &forged).await,
            401,
            &invalid("The access token was not accepted."),
            "forged",
        );
    }

    provider.post("/token/revocation", &[("token", &opaque)]).await;
    clock.advance_seconds(31);
    let revoked = call(&Browser::new(), &format!("{url}/scoped"), &opaque).await;
    assert_refused(&revoked, 401, &invalid("The access token is no longer active."), "revoked");
    clock.advance_seconds(330);
    let expired = call(&Browser::new(), &format!("{url}/scoped"), &jwt).await;
    assert_refused(&expired, 401, &invalid("The access token has expired."), "expired");
    log::assert_silent_about([jwt.as_str(), opaque.as_str(), SECRET]);
}
