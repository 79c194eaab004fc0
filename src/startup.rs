//! Builds the library from its settings and, for `main` and the tests, the application around it.

#[cfg(feature = "program")]
mod application;
pub mod builder;
#[cfg(feature = "program")]
mod connections;
#[cfg(feature = "demo")]
pub mod demo;
#[cfg(feature = "program")]
mod servers;
pub mod services;
#[cfg(feature = "demo")]
pub mod test_provider;
mod watch;

use std::net::SocketAddr;
use std::sync::Arc;
use std::{fmt, io};

use thiserror::Error;

use crate::clock::Clock;
use crate::flows::hooks::Hooks;
use crate::flows::{IdentityWeb, TraceAccess};
use crate::oidc::authorization::NoRandomness;
use crate::oidc::http;
use crate::session::backend::Backend;
use crate::session::backend::redis::RedisUrlError;
use crate::session::key_ring::RingError;
use crate::settings::{Settings, SettingsError};
use crate::tls;
use crate::web::views::{Views, ViewsError};
#[cfg(feature = "program")]
pub use application::{Application, Stop};

/// Why the application doesn't start. `Debug` reads like `Display`, so that `main` may return it.
#[derive(Error)]
#[non_exhaustive]
pub enum StartError {
    /// The settings are invalid.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// An address isn't available.
    #[error("can't listen on {address}: {cause}{}", listen_advice(cause))]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The cause.
        cause: io::Error,
    },
    /// TLS for browsers.
    #[cfg(feature = "program")]
    #[doc(hidden)]
    #[error(transparent)]
    Tls(#[from] tls::TlsError),
    /// TLS for the provider.
    #[doc(hidden)]
    #[error(transparent)]
    ProviderTls(#[from] http::TlsError),
    /// `session.keys`.
    #[doc(hidden)]
    #[error("session.keys: {0}")]
    Ring(#[from] RingError),
    /// `redis.url` or a certificate for it.
    #[doc(hidden)]
    #[error("redis: {0}")]
    Redis(#[from] RedisUrlError),
    /// A template in `site.templates`.
    #[error("site.templates: {0}")]
    Templates(#[from] ViewsError),
    /// The demo provider's keys.
    #[cfg(feature = "demo")]
    #[doc(hidden)]
    #[error(transparent)]
    Demo(#[from] crate::demo::signer::SigningError),
    /// The demo provider trusts no other issuer.
    #[cfg(feature = "demo")]
    #[doc(hidden)]
    #[error("the demo identity provider can't verify a federated token: it doesn't know the issuer's keys")]
    DemoFederation,
    /// No random bytes for a key.
    #[doc(hidden)]
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// A setting contains characters that a header can't hold.
    #[doc(hidden)]
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

/// Says what to do if an address isn't available.
fn listen_advice(cause: &io::Error) -> &'static str {
    if cause.kind() == io::ErrorKind::AddrInUse {
        ". Stop the program that uses it, or change server.listen with server.public_url, server.operations_listen or \
         demo_provider.listen"
    } else {
        ""
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
    /// What the application decides and hears.
    pub(crate) hooks: Hooks,
    /// Who may see how their sign-in went: nobody, without the page that shows it.
    pub(crate) trace_access: TraceAccess,
}

/// Creates the library and its background tasks. If no client is configured, starts the demo provider.
fn assemble(settings: &mut Settings, parts: Parts) -> Result<IdentityWeb, StartError> {
    let Parts { backend, clock, views, hooks, trace_access } = parts;
    tls::install_crypto();
    #[cfg(feature = "demo")]
    if settings.demo {
        settings.provider.authority = demo::start(settings, clock.clone())?;
    }
    let backend = match backend {
        Some(backend) => backend,
        None => services::backend(settings, &clock)?,
    };
    let views = views.completed_by(&settings.site)?;
    let mut services = services::services(settings, backend, clock)?;
    services.trace_access = trace_access;
    services.hooks = hooks.with_timeout(settings.limits.hook_timeout);
    let identity = IdentityWeb::new(services);
    identity.set_views(&views);
    watch::providers(&identity);
    watch::expiries(&identity);
    watch::sessions(&identity);
    watch::files(&identity, settings.secrets());
    Ok(identity)
}
