//! Builds and runs the application from its settings, for `main` and the tests.

pub mod builder;
mod connections;
pub mod demo;
mod servers;
pub mod services;
mod watch;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use actix_web::dev::{Server, ServerHandle};
use thiserror::Error;
use tracing::{info, warn};

use crate::clock::Clock;
use crate::demo::signer::SigningError;
use crate::flows::IdentityWeb;
use crate::oidc::authorization::NoRandomness;
use crate::oidc::http;
use crate::session::backend::Backend;
use crate::session::backend::redis::RedisUrlError;
use crate::session::key_ring::RingError;
use crate::settings::{Settings, SettingsError};
use crate::web::operations::Stopping;
use crate::web::views::{Views, ViewsError};
use crate::{telemetry, tls};

/// Why the application doesn't start. `Debug` reads like `Display`, so that `main` may return it.
#[derive(Error)]
#[non_exhaustive]
pub enum StartError {
    /// The settings are invalid.
    #[error(transparent)]
    Settings(#[from] SettingsError),
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
    /// `redis.url` or a certificate for it.
    #[error("redis: {0}")]
    Redis(#[from] RedisUrlError),
    /// A template in `site.templates`.
    #[error("site.templates: {0}")]
    Templates(#[from] ViewsError),
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

impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What the settings can't give.
#[derive(Default)]
pub(crate) struct Parts {
    /// The store of sessions, instead of that of the settings.
    pub(crate) backend: Option<Arc<dyn Backend>>,
    /// The clock.
    pub(crate) clock: Clock,
    /// The pages, which the settings complete.
    pub(crate) views: Views,
}

/// Creates the library and its background tasks. If no client is configured, starts the demo provider.
fn assemble(settings: &mut Settings, parts: Parts) -> Result<IdentityWeb, StartError> {
    let Parts { backend, clock, views } = parts;
    tls::install_crypto();
    if settings.demo {
        settings.provider.authority = demo::start(settings, clock.clone())?;
    }
    let backend = match backend {
        Some(backend) => backend,
        None => services::backend(settings, &clock)?,
    };
    let views = views.completed_by(&settings.site)?;
    let identity = IdentityWeb::new(services::services(settings, backend, clock)?);
    identity.set_views(&views);
    watch::provider(&identity);
    watch::sessions(&identity);
    watch::files(&identity, settings.secrets());
    Ok(identity)
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
        let identity = assemble(&mut settings, Parts { clock, ..Parts::default() })?;
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
