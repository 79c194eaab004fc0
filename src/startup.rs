//! From settings to an application that serves: what `main` and the tests both call.

mod connections;
pub mod demo;
mod servers;
mod watch;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use ring::rand::SystemRandom;
use thiserror::Error;
use tracing::{info, warn};

use crate::clock::Clock;
use crate::demo::signer::SigningError;
use crate::flows::renewal::Renewals;
use crate::flows::{IdentityWeb, Services};
use crate::oidc::authorization::NoRandomness;
use crate::oidc::http::{self, Http};
use crate::oidc::provider::{Provider, ProviderSettings};
use crate::oidc::secret::Secret;
use crate::session::backend::Backend;
use crate::session::memory::MemoryBackend;
use crate::session::redis::RedisBackend;
use crate::session::seal::{KeyRing, RingError, new_ring_key};
use crate::session::transaction::TransactionSettings;
use crate::settings::{Settings, StoreKind};
use crate::web::operations::Stopping;
use crate::{telemetry, tls};

/// Why the application does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// An address cannot be listened at.
    #[error("cannot listen at {address}: {cause}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why not.
        cause: io::Error,
    },
    /// TLS towards browsers.
    #[error(transparent)]
    Tls(#[from] tls::TlsError),
    /// TLS towards the provider.
    #[error(transparent)]
    ProviderTls(#[from] http::TlsError),
    /// `session.keys`.
    #[error("session.keys: {0}")]
    Ring(#[from] RingError),
    /// `redis.url` or `redis.ca_certificate`.
    #[error("redis: {0}")]
    Redis(#[from] redis::RedisError),
    /// The templates in `templates/`.
    #[error("templates: {0:?}")]
    Templates(#[from] tera::Error),
    /// The demo provider's keys.
    #[error(transparent)]
    Demo(#[from] SigningError),
    /// The demo provider trusts no other issuer.
    #[error("the demo identity provider cannot verify a federated token: its issuer's keys are not known to it")]
    DemoFederation,
    /// No random bytes for a key.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// A setting cannot stand in a header.
    #[error("client.authority cannot stand in a header")]
    Header(#[from] actix_web::http::header::InvalidHeaderValue),
    /// A server failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl IdentityWeb {
    /// Signs people in as the settings say. Call it within a Tokio runtime: it watches the provider and secret files
    /// in tasks of its own, and with no client configured it starts the demo provider.
    ///
    /// # Errors
    /// The settings name something that cannot be used: a key, a certificate, an address.
    #[expect(clippy::unused_async, reason = "a runtime is needed, and a later version may ask the provider here")]
    pub async fn from_settings(mut settings: Settings) -> Result<Self, StartError> {
        assemble(&mut settings, Clock::system())
    }
}

/// The use cases of these settings, watched; with no client configured, the demo provider is started and set.
fn assemble(settings: &mut Settings, clock: Clock) -> Result<IdentityWeb, StartError> {
    tls::install_crypto();
    if settings.demo {
        settings.provider.authority = demo::start(settings, clock.clone())?;
    }
    let identity = IdentityWeb::new(parts(settings, clock)?);
    watch::provider(&identity);
    watch::files(&identity, settings.secrets());
    Ok(identity)
}

/// The parts that the settings describe.
///
/// # Errors
/// Something that they name cannot be used.
pub fn parts(settings: &Settings, clock: Clock) -> Result<Services, StartError> {
    let http = Http::new(settings.ca_certificate.as_deref())?;
    let keys = match &settings.session.keys {
        Some(keys) => keys.clone(),
        None => Secret::new(&new_ring_key(&SystemRandom::new())?),
    };
    let backend: Arc<dyn Backend> = match settings.session.store {
        StoreKind::Memory => Arc::new(MemoryBackend::new(clock.clone())),
        StoreKind::Redis => {
            if settings.session.keys.is_none() {
                warn!(
                    "session.keys is unset: sessions in Redis end with this process, and no other replica opens them"
                );
            }
            Arc::new(RedisBackend::new(settings.redis.clone())?)
        }
    };
    let policy = |policy: &Option<String>| {
        let settings = ProviderSettings { policy: Some(policy.clone()?), ..settings.provider.clone() };
        Some(Provider::new(settings, http.clone(), clock.clone()))
    };
    Ok(Services {
        profile: policy(&settings.b2c.profile),
        password: policy(&settings.b2c.password),
        provider: Provider::new(settings.provider.clone(), http, clock.clone()),
        client: settings.client.clone(),
        auth_request: settings.auth_request.clone(),
        endpoints: settings.endpoints.clone(),
        public_url: settings.server.public_url.clone(),
        trusted_proxies: settings.server.trusted_proxies.clone(),
        ring: Arc::new(KeyRing::new(keys)?),
        backend,
        key_prefix: settings.redis.key_prefix.clone(),
        cookie: settings.session.cookie.clone(),
        session_limits: settings.session.limits,
        transactions: TransactionSettings {
            secure: settings.session.cookie.secure,
            cross_site: settings.auth_request.form_post,
            most: settings.limits.sign_ins_under_way,
        },
        renewals: Renewals::default(),
        clock,
    })
}

/// The application, listening.
pub struct Application {
    identity: IdentityWeb,
    address: SocketAddr,
    operations_address: SocketAddr,
    public: Server,
    operations: Server,
    stopping: Stopping,
    grace: Duration,
}

/// Stops an application.
#[derive(Clone)]
pub struct Stop {
    public: ServerHandle,
    stopping: Stopping,
}

impl Stop {
    /// Accepts no more connections, and is not ready from now on; finishes what is under way if `graceful`.
    pub async fn stop(&self, graceful: bool) {
        self.stopping.begin();
        self.public.stop(graceful).await;
    }
}

impl Application {
    /// Builds the application and listens; port 0 is any free one.
    ///
    /// # Errors
    /// Every [`StartError`].
    pub fn build(mut settings: Settings, clock: Clock) -> Result<Self, StartError> {
        // First: what is measured before there is a recorder is lost.
        let recorder = telemetry::metrics().inspect_err(|error| warn!(cause = %error, "no metrics")).ok();
        let identity = assemble(&mut settings, clock)?;
        let listener = servers::listen(settings.server.listen)?;
        let operations_listener = servers::listen(settings.server.operations_listen)?;
        let stopping = Stopping::default();
        Ok(Self {
            address: listener.local_addr()?,
            operations_address: operations_listener.local_addr()?,
            public: servers::public(&identity, &settings, listener)?,
            operations: servers::operations(&identity, &stopping, recorder, operations_listener)?,
            stopping,
            grace: settings.server.shutdown_grace,
            identity,
        })
    }

    /// Where the public listener is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the operations listener is.
    pub fn operations_address(&self) -> SocketAddr {
        self.operations_address
    }

    /// The use cases that it serves.
    pub fn identity(&self) -> &IdentityWeb {
        &self.identity
    }

    /// Stops it.
    pub fn handle(&self) -> Stop {
        Stop { public: self.public.handle(), stopping: self.stopping.clone() }
    }

    /// Serves until the process is told to stop (SIGTERM, SIGINT) or [`Application::handle`] is used; then finishes
    /// what is under way, for `server.shutdown_grace_seconds` at most. So long the operations listener answers: alive, and
    /// not ready.
    ///
    /// # Errors
    /// A server failed.
    pub async fn run_until_stopped(self) -> Result<(), StartError> {
        let (stop, stop_operations) = (self.handle(), self.operations.handle());
        actix_web::rt::spawn(async move {
            told_to_stop().await;
            info!("told to stop: finishing what is under way");
            stop.stop(true).await;
        });
        actix_web::rt::spawn(self.operations);
        let grace = self.grace;
        let served = self.public.await;
        info!(grace_seconds = grace.as_secs(), "stopped");
        stop_operations.stop(false).await;
        Ok(served?)
    }
}

#[cfg(unix)]
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

#[cfg(not(unix))]
async fn told_to_stop() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
