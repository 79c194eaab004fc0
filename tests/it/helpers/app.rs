//! The application with the demo provider, on free ports.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::OnceLock;

use actix_web::web::Data;
use identity_web::internals::clock::Clock;
use identity_web::internals::demo::faults::Faults;
use identity_web::internals::demo::signer::{Signer, new_rsa_key};
use identity_web::internals::demo::{DEMO_CLIENT_ID, DEMO_TENANT, DemoProvider, DemoSettings, DemoState};
use identity_web::internals::startup::{Application, Stop};
use identity_web::internals::tls;
use identity_web::{IdentityWeb, Settings};

use super::redis::Redis;
use super::{Folder, free_port, log};

/// The client secret of the tests, with characters that need encoding.
pub const SECRET: &str = "s3cret: with+odd%chars & thirty-two or more";

/// A running application.
pub struct TestApp {
    /// Its URL for browsers.
    pub url: String,
    /// The address of its operations listener.
    pub operations: SocketAddr,
    /// The clock of the application and the provider.
    pub clock: Clock,
    /// The provider.
    pub provider: Data<DemoState>,
    /// The use cases.
    pub identity: IdentityWeb,
    /// The prefix of its keys in Redis.
    pub prefix: String,
    /// The environment variables that it was configured with.
    pub variables: BTreeMap<String, String>,
    handle: Stop,
}

/// Returns one of two RSA keys for all tests, as generating one is slow.
pub fn rsa_key(which: usize) -> &'static [u8] {
    static KEYS: [OnceLock<Vec<u8>>; 2] = [OnceLock::new(), OnceLock::new()];
    KEYS[which].get_or_init(|| new_rsa_key().unwrap())
}

/// Returns a signer with one of the two RSA keys.
pub fn signer(which: usize) -> Signer {
    Signer::with_rsa_key(rsa_key(which)).unwrap()
}

/// Starts a demo provider at an address, and returns its state and its authority.
pub fn provider_at(address: &str, redirect_uris: &[String], clock: &Clock) -> (Data<DemoState>, String) {
    provider_known_as(None, address, redirect_uris, clock)
}

/// The same, with a host of its own for browsers.
fn provider_known_as(
    host: Option<&str>,
    address: &str,
    redirect_uris: &[String],
    clock: &Clock,
) -> (Data<DemoState>, String) {
    let port = address.rsplit_once(':').unwrap().1;
    let settings = DemoSettings {
        client_id: DEMO_CLIENT_ID.to_owned(),
        client_credential: SECRET.to_owned(),
        redirect_uris: redirect_uris.to_vec(),
        any_loopback: false,
        public_url: host.map(|host| format!("http://{host}:{port}")),
        // The system may not resolve the host.
        internal_url: host.map(|_| format!("http://{address}")),
    };
    let provider = DemoProvider::bind(address.parse().unwrap(), settings, signer(0), clock.clone()).unwrap();
    let (state, authority) = (provider.state.clone(), provider.authority());
    actix_web::rt::spawn(provider.run().unwrap());
    (state, authority)
}

impl TestApp {
    /// Starts an application for one tenant of the demo provider, with its sessions in the shared Redis.
    pub async fn spawn() -> Self {
        Self::spawn_with(&[]).await
    }

    /// The same, with extra settings (`section.key` or `profile`, value). `{authority}` is replaced by the provider's authority,
    /// `{provider}` by its URL.
    pub async fn spawn_with(extra: &[(&str, &str)]) -> Self {
        Self::spawn_with_clock(Clock::system(), extra).await
    }

    /// The same, by a clock that another provider shares.
    pub async fn spawn_with_clock(clock: Clock, extra: &[(&str, &str)]) -> Self {
        Self::spawn_at(None, None, clock, extra).await
    }

    /// The same, with a provider whose host for browsers is not its address.
    pub async fn spawn_at_host(host: &str, extra: &[(&str, &str)]) -> Self {
        let internal = [("client.metadata_url", "{internal}/{tenant}/v2.0/.well-known/openid-configuration")];
        Self::spawn_at(Some(host), None, Clock::system(), &[&internal, extra].concat()).await
    }

    /// The same, with client and provider configured by a file. `{provider}` is replaced in it too.
    pub async fn spawn_from_file(text: &str) -> Self {
        Self::spawn_at(None, Some(text), Clock::system(), &[]).await
    }

    #[expect(clippy::unused_async, reason = "it spawns tasks, so it needs a runtime")]
    async fn spawn_at(host: Option<&str>, file: Option<&str>, clock: Clock, extra: &[(&str, &str)]) -> Self {
        log::start();
        tls::install_crypto();
        let port = free_port();
        let public_url = extra
            .iter()
            .find(|(key, _)| *key == "server.public_url")
            .map_or_else(|| format!("https://127.0.0.1:{port}"), |(_, url)| url.replace("{port}", &port.to_string()));
        let redirect_uris = ["redirect", "post_sign_out"].map(|name| format!("{public_url}/auth/{name}"));
        let internal = format!("127.0.0.1:{}", host.map_or(0, |_| free_port()));
        let (provider, authority) = provider_known_as(host, &internal, &redirect_uris, &clock);
        let prefix = format!("test-{port}:");
        let mut settings = BTreeMap::from([
            ("type.authority_type", "SINGLE_TENANT".to_owned()),
            ("client.client_id", DEMO_CLIENT_ID.to_owned()),
            ("client.client_credential", SECRET.to_owned()),
            ("client.authority", authority.clone()),
            ("server.listen", format!("127.0.0.1:{port}")),
            ("server.operations_listen", "127.0.0.1:0".to_owned()),
            ("server.workers", "2".to_owned()),
            ("session.keys", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=".to_owned()),
            ("redis.url", Redis::shared().url()),
            // Long, for a machine that is busy.
            ("redis.command_timeout_ms", "5000".to_owned()),
            ("redis.key_prefix", prefix.clone()),
            ("limits.sign_in_requests_per_minute", "100000".to_owned()),
        ]);
        let provider_url = authority.replace(&format!("/{DEMO_TENANT}"), "");
        let placed = |text: &str| {
            let text = text.replace("{authority}", &authority).replace("{provider}", &provider_url);
            text.replace("{internal}", &format!("http://{internal}")).replace("{tenant}", DEMO_TENANT)
        };
        for (key, value) in extra {
            settings.insert(key, placed(value));
        }
        settings.insert("server.public_url", public_url);
        let folder = Folder::new("settings");
        if file.is_some() {
            settings.retain(|key, _| !key.starts_with("type.") && !key.starts_with("client."));
        }
        let mut variables: BTreeMap<_, _> = settings
            .into_iter()
            .map(|(key, value)| match key {
                "profile" => ("IDENTITY_WEB_PROFILE".to_owned(), value),
                key => (format!("IDENTITY_WEB__{}", key.replace('.', "__").to_uppercase()), value),
            })
            .collect();
        if let Some(text) = file {
            let path = folder.path().join("aad.config.json");
            std::fs::write(&path, placed(text)).unwrap();
            variables.insert("IDENTITY_WEB_CONFIG".to_owned(), path.to_str().unwrap().to_owned());
        }
        Self::start(variables, clock, provider, prefix)
    }

    /// Starts another replica, on a port of its own.
    pub fn replica(&self) -> Self {
        self.replica_of(self.variables.clone())
    }

    /// Starts another replica, with one variable changed.
    pub fn replica_with(&self, key: &str, value: &str) -> Self {
        let mut variables = self.variables.clone();
        variables.insert(key.to_owned(), value.to_owned());
        self.replica_of(variables)
    }

    /// Starts another replica, without the variables that begin like this.
    pub fn replica_without(&self, beginning: &str) -> Self {
        let mut variables = self.variables.clone();
        variables.retain(|name, _| !name.starts_with(beginning));
        self.replica_of(variables)
    }

    fn replica_of(&self, mut variables: BTreeMap<String, String>) -> Self {
        let port = free_port();
        variables.insert("IDENTITY_WEB__SERVER__LISTEN".to_owned(), format!("127.0.0.1:{port}"));
        let mut replica = Self::start(variables, self.clock.clone(), self.provider.clone(), self.prefix.clone());
        replica.url = format!("{}:{port}", self.url.rsplit_once(':').unwrap().0);
        replica
    }

    fn start(variables: BTreeMap<String, String>, clock: Clock, provider: Data<DemoState>, prefix: String) -> Self {
        let settings = Settings::from_environment(Path::new("/nowhere"), variables.clone().into_iter());
        let settings = settings.unwrap_or_else(|error| panic!("{error}"));
        let url = settings.server.public_url.as_str().trim_end_matches('/').to_owned();
        let application = Application::build(settings, clock.clone()).unwrap();
        let (operations, identity) = (application.operations_address(), application.identity().clone());
        let handle = application.handle();
        actix_web::rt::spawn(application.run_until_stopped());
        Self { url, operations, clock, provider, identity, prefix, variables, handle }
    }

    /// Sets how the provider misbehaves.
    pub fn with_faults(&self, faults: Faults) {
        *self.provider.faults.write().unwrap() = faults;
    }

    /// Returns every key of this application in the shared Redis.
    pub fn keys(&self) -> Vec<String> {
        Redis::shared().keys(&self.prefix)
    }

    /// The same, but for the marks of spent codes, which stay for ten minutes.
    pub fn keys_but_spent(&self) -> Vec<String> {
        self.keys().into_iter().filter(|key| !key.contains(":spent:")).collect()
    }

    /// Stops the application.
    pub async fn stop(&self) {
        self.handle.stop(false).await;
    }
}
