//! An application of somebody else's that uses the library: configured by the builder, with a demo provider of its own.

use std::sync::Arc;

use actix_web::web::{self, Data};
use actix_web::{App, HttpServer, Responder};
use identity_web::internals::demo::faults::Faults;
use identity_web::internals::demo::{DEMO_CLIENT_ID, DemoState};
use identity_web::{
    AccessToken, Clock, Credential, Identity, IdentityWeb, IdentityWebBuilder, Provider, sessions_page,
};
use url::Url;

use super::app::{SECRET, provider_at};
use super::redis::Redis;
use super::{Answer, Browser, free_port, log};

/// A running application.
pub struct Host {
    /// Its URL.
    pub url: String,
    /// The clock of the application and the provider.
    pub clock: Clock,
    /// The provider, which can revoke tokens.
    pub provider: Data<DemoState>,
    /// The library.
    pub identity: IdentityWeb,
    /// The prefix of its keys in Redis.
    pub prefix: String,
}

async fn page(user: Identity) -> impl Responder {
    format!("Hello {}", user.name())
}

async fn token(token: AccessToken) -> impl Responder {
    token.expose().len().to_string()
}

async fn value(user: Identity) -> impl Responder {
    let (plan, number) = (user.value::<String>("plan"), user.value::<u32>("plan"));
    let claim_as_value = user.value::<String>("iss");
    format!("{plan:?} {number:?} {:?} {claim_as_value:?} {}", user.claims().get("plan"), user.key().1 == "forged")
}

impl Host {
    /// Starts an application whose builder `configure` completes. Its sessions are in the shared Redis.
    pub async fn start(configure: impl FnOnce(IdentityWebBuilder) -> IdentityWebBuilder) -> Self {
        log::start();
        identity_web::internals::tls::install_crypto();
        let (port, clock) = (free_port(), Clock::system());
        let url = format!("http://127.0.0.1:{port}");
        let redirect_uris = ["redirect", "post_sign_out"].map(|name| format!("{url}/login/{name}"));
        let (provider, authority) = provider_at("127.0.0.1:0", &redirect_uris, &clock);
        let revocation = format!("{}/oidc/revoke", authority.rsplit_once('/').unwrap().0);
        let faults = Faults {
            discovery: Some(Arc::new(move |document| document["revocation_endpoint"] = revocation.clone().into())),
            ..Faults::default()
        };
        *provider.faults.write().unwrap() = faults;
        let client = Provider::entra("any", DEMO_CLIENT_ID, Credential::secret(SECRET)).authority(authority);
        let prefix = format!("test-{port}:");
        let builder = IdentityWeb::builder()
            .public_url(url.clone())
            .provider(client)
            .prefix("/login")
            .redis(Redis::shared().url())
            .session_keys(["MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="])
            .setting("redis.key_prefix", prefix.clone())
            .setting("redis.command_timeout_ms", 5000)
            .clock(clock.clone());
        let identity = configure(builder).build().await.unwrap();
        serve(port, &identity);
        Self { url, clock, provider, identity, prefix }
    }

    /// Begins a sign-in, and returns the URL of the provider's response.
    pub async fn callback(&self, browser: &Browser, person: &str) -> String {
        let authorization = browser.get(&format!("{}/login/sign_in", self.url)).await.location().to_owned();
        browser.pick(&Url::parse(&authorization).unwrap(), person).await.location().to_owned()
    }

    /// Signs in, and returns the callback's response.
    pub async fn sign_in(&self, browser: &Browser, person: &str) -> Answer {
        let callback = self.callback(browser, person).await;
        browser.get(&callback).await
    }

    /// Presses a button of the application's pages.
    pub async fn post(&self, browser: &Browser, path: &str, fields: &[(String, String)]) -> Answer {
        browser.post(&format!("{}{path}", self.url), &self.url, fields).await
    }

    /// Returns its keys in Redis, but for the marks of spent codes.
    pub fn keys(&self) -> Vec<String> {
        Redis::shared().keys(&self.prefix).into_iter().filter(|key| !key.contains(":spent:")).collect()
    }
}

fn serve(port: u16, identity: &IdentityWeb) {
    let identity = identity.clone();
    let server = HttpServer::new(move || {
        App::new()
            .wrap(identity.sessions())
            .configure(identity.routes())
            .configure(sessions_page)
            .route("/", web::get().to(page))
            .route("/token", web::get().to(token))
            .route("/value", web::get().to(value))
    });
    let server = server.workers(1).disable_signals().bind(("127.0.0.1", port)).unwrap();
    actix_web::rt::spawn(server.run());
}
