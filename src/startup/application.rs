//! The application of the program: its listeners, until it is told to stop.

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use tracing::{info, warn};

use super::{Parts, StartError, assemble, servers};
use crate::clock::Clock;
use crate::flows::{IdentityWeb, TraceAccess};
use crate::settings::{Profile, Settings};
use crate::telemetry;
use crate::web::operations::Stopping;

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
        let trace_access = trace_access(&settings);
        let identity = assemble(&mut settings, Parts { clock, trace_access, ..Parts::default() })?;
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

/// A role that is set counts in development too, so that it can be tried out.
fn trace_access(settings: &Settings) -> TraceAccess {
    match (&settings.site.last_sign_in_role, settings.profile) {
        (Some(role), _) => TraceAccess::Role(role.clone()),
        (None, Profile::Development) => TraceAccess::SignedIn,
        (None, Profile::Production) => TraceAccess::Nobody,
    }
}

#[cfg(unix)]
pub(super) async fn shutdown_signal() {
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
pub(super) async fn shutdown_signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
