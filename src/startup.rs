//! Builds and runs the application from its settings, for `main` and the tests.

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

/// Why the application doesn't start.
#[derive(Debug, Error)]
pub enum StartError {
    /// An address isn't available.
    #[error("can't listen on {address}: {cause}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The cause.
        cause: io::Error,
    },
    /// TLS for browsers.
    #[error(transparent)]
    Tls(#[from] tls::TlsError),
    /// TLS for the provider.
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
    #[error("the demo identity provider can't verify a federated token: it doesn't know the issuer's keys")]
    DemoFederation,
    /// No random bytes for a key.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// A setting contains characters that a header can't hold.
    #[error("client.authority contains characters that an HTTP header can't hold")]
    Header(#[from] actix_web::http::header::InvalidHeaderValue),
    /// A server failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl IdentityWeb {
    /// Creates the library from its settings. Call it within a Tokio runtime: it watches the provider and secret files in
    /// background tasks and, if no client is configured, starts the demo provider.
    ///
    /// # Errors
    /// Something that the settings name can't be used: a key, a certificate or an address.
    #[expect(clippy::unused_async, reason = "it needs a runtime, and a later version may query the provider")]
    pub async fn from_settings(mut settings: Settings) -> Result<Self, StartError> {
        assemble(&mut settings, Clock::system())
    }
}

/// Creates the library and its background tasks. If no client is configured, starts the demo provider.
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

/// Creates the services that the settings describe.
///
/// # Errors
/// Something that they name can't be used.
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
                    "session.keys is unset: sessions in Redis end with this process, and other replicas can't read them"
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
    /// Accepts no more connections, and isn't ready from now on. If `graceful`, finishes the requests in progress.
    pub async fn stop(&self, graceful: bool) {
        self.stopping.begin();
        self.public.stop(graceful).await;
    }
}

impl Application {
    /// Builds the application and listens. Port 0 is any free port.
    ///
    /// # Errors
    /// Every [`StartError`].
    pub fn build(mut settings: Settings, clock: Clock) -> Result<Self, StartError> {
        // First: metrics without a recorder are lost.
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

    /// Returns the address of the public listener.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the address of the operations listener.
    pub fn operations_address(&self) -> SocketAddr {
        self.operations_address
    }

    /// Returns the library that it serves.
    pub fn identity(&self) -> &IdentityWeb {
        &self.identity
    }

    /// Returns a handle that stops it.
    pub fn handle(&self) -> Stop {
        Stop { public: self.public.handle(), stopping: self.stopping.clone() }
    }

    /// Serves until the process receives SIGTERM or SIGINT, or [`Application::handle`] is used. Then finishes the requests
    /// in progress, for at most `server.shutdown_grace_seconds`. Until the end, the operations listener responds: live, but
    /// not ready.
    ///
    /// # Errors
    /// A server failed.
    pub async fn run_until_stopped(self) -> Result<(), StartError> {
        let (stop, stop_operations) = (self.handle(), self.operations.handle());
        actix_web::rt::spawn(async move {
            shutdown_signal().await;
            info!("shutting down: finishing requests in progress");
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
async fn shutdown_signal() {
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
async fn shutdown_signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
