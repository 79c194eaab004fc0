//! The settings of all modules, read from layers of files and the environment.

mod api;
mod b2c;
mod client;
pub mod code;
mod credential;
mod layers;
pub mod provider;
mod providers;
mod reader;
#[cfg(feature = "program")]
pub mod registration;
mod sections;
mod site;
mod site_url;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use thiserror::Error;
use url::Url;

use crate::flows::bearer::ApiSettings;
use crate::flows::{AuthRequestSettings, CookieSettings, Endpoints};
use crate::oidc::provider::ProviderSettings;
use crate::oidc::secret::Secret;
use crate::oidc::token::ClientSettings;
use crate::session::backend::redis::RedisSettings;
use crate::session::record::SessionLimits;
use crate::web::limits::LimitsSettings;
use crate::web::views::SiteSettings;
use layers::{Layers, Place};
pub use reader::Problem;

/// What the application runs for: `IDENTITY_WEB_PROFILE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Development: if no client is configured, the demo provider is used.
    Development,
    /// Production: unset values and placeholders are errors.
    Production,
}

/// All settings, validated. `config/default.toml` describes each.
#[derive(Clone, Debug)]
pub struct Settings {
    #[doc(hidden)]
    pub profile: Profile,
    /// No client is configured: the demo provider is used.
    #[doc(hidden)]
    pub demo: bool,
    /// `client.display_name`: what users choose the provider of `[client]` by.
    #[doc(hidden)]
    pub display_name: String,
    /// `client.domains`: the e-mail domains that lead to it, in lower case.
    #[doc(hidden)]
    pub domains: Vec<String>,
    #[doc(hidden)]
    pub provider: ProviderSettings,
    #[doc(hidden)]
    pub b2c: B2cSettings,
    #[doc(hidden)]
    pub client: ClientSettings,
    /// `client.ca_certificate`: an additional PEM root for connections to the provider.
    #[doc(hidden)]
    pub ca_certificate: Option<Vec<u8>>,
    #[doc(hidden)]
    pub auth_request: AuthRequestSettings,
    /// The tables `providers.NAME`, by name.
    #[doc(hidden)]
    pub providers: Vec<NamedProviderSettings>,
    #[doc(hidden)]
    pub endpoints: Endpoints,
    #[doc(hidden)]
    pub api: ApiSettings,
    #[doc(hidden)]
    pub server: ServerSettings,
    #[doc(hidden)]
    pub tls: TlsSettings,
    #[doc(hidden)]
    pub session: SessionSettings,
    #[doc(hidden)]
    pub redis: RedisSettings,
    #[doc(hidden)]
    pub limits: LimitsSettings,
    #[doc(hidden)]
    pub telemetry: TelemetrySettings,
    #[doc(hidden)]
    pub site: SiteSettings,
    #[doc(hidden)]
    pub demo_provider: DemoProviderSettings,
    /// What they were read from.
    layers: Layers,
}

/// Section `b2c`: names of policies, without a slash. The sign-in policy (`susi`) is [`ProviderSettings::policy`].
#[derive(Clone, Debug, Default)]
pub struct B2cSettings {
    /// The policy for profile editing.
    pub profile: Option<String>,
    /// The policy for password reset.
    pub password: Option<String>,
}

/// Table `providers.NAME`: a provider besides that of `[client]`.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names are those of the settings of the provider of [client]")]
pub struct NamedProviderSettings {
    /// NAME.
    pub name: String,
    pub display_name: String,
    pub domains: Vec<String>,
    pub provider: ProviderSettings,
    pub client: ClientSettings,
    pub ca_certificate: Option<Vec<u8>>,
    pub auth_request: AuthRequestSettings,
}

/// Section `server`.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "documented in config/default.toml")]
pub struct ServerSettings {
    pub listen: SocketAddr,
    pub operations_listen: SocketAddr,
    pub public_url: Url,
    pub trusted_proxies: Vec<IpNet>,
    pub workers: Option<usize>,
    pub shutdown_grace: Duration,
}

impl ServerSettings {
    /// Returns the URL of a route, below the base path.
    pub(crate) fn url_of(&self, route: &str) -> Option<Url> {
        Url::parse(&format!("{}{route}", self.public_url.as_str().trim_end_matches('/'))).ok()
    }

    /// Returns a name for cookies of ours, followed by `end`. Cookies have the path `/`, because `__Host-` requires it: so
    /// that applications below several base paths of a host don't collide, the base path is in the name.
    pub(crate) fn cookie_name(&self, name: &str, end: char) -> String {
        let host = if self.public_url.scheme() == "https" { "__Host-" } else { "" };
        match self.public_url.path().trim_end_matches('/') {
            "" => format!("{host}{name}{end}"),
            // What is in no base path ends it: `/tasks` must not begin as `/tasks-old` or `/tasks/old` does.
            base => format!("{host}{name}{}~", base.replace('/', ".")),
        }
    }
}

/// Section `tls`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsSettings {
    /// `adhoc`: a certificate generated at startup, which no browser trusts.
    AdHoc,
    /// `files`: PEM files.
    Files {
        /// The certificate and its chain.
        certificate: PathBuf,
        /// Its private key.
        private_key: PathBuf,
    },
    /// `off`: plain http, on loopback or behind a proxy.
    Off,
}

/// Section `session`.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "documented in config/default.toml")]
pub struct SessionSettings {
    pub store: StoreKind,
    /// If unset, keys are generated at startup and not shared with other replicas.
    pub keys: Option<Secret>,
    pub cookie: CookieSettings,
    pub limits: SessionLimits,
}

/// `session.store`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreKind {
    /// In this process.
    Memory,
    /// In Redis.
    Redis,
}

/// Section `telemetry`.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "documented in config/default.toml")]
pub struct TelemetrySettings {
    pub log: String,
    pub json: bool,
    pub otlp_endpoint: Option<Url>,
}

/// Section `demo_provider`.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "documented in config/default.toml")]
pub struct DemoProviderSettings {
    pub listen: SocketAddr,
    pub public_url: Url,
    pub internal_url: Option<Url>,
}

/// The settings are invalid; it contains every problem. `Debug` reads like `Display`, so that `main` may return it.
#[derive(Clone, Error)]
pub struct SettingsError {
    #[doc(hidden)]
    pub problems: Vec<Problem>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems.len();
        write!(f, "the settings have {count} problem{}:", if count == 1 { "" } else { "s" })?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl fmt::Debug for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Settings {
    /// Reads the settings of an application that uses this library. Layers, each overriding those before it: the table
    /// `[identity_web]` in `config/default.toml`, `config/{profile}.toml` and `config/local.toml`, the file named by
    /// `IDENTITY_WEB_CONFIG`, the environment (`IDENTITY_WEB__SECTION__KEY`). The profile is `IDENTITY_WEB_PROFILE`.
    /// Missing files are skipped, except the one that `IDENTITY_WEB_CONFIG` names. Other tables in `config/` are yours.
    ///
    /// # Errors
    /// Contains the problems of all keys.
    pub fn load() -> Result<Self, SettingsError> {
        Layers::read(Path::new("config"), Place::Table, layers::environment())?.settings()
    }

    /// Does the same as [`Settings::load`] for the program `identity-web`, whose files in `config/` have nothing but its
    /// settings: their sections are at the top level.
    ///
    /// # Errors
    /// As [`Settings::load`].
    #[doc(hidden)]
    pub fn load_for_program() -> Result<Self, SettingsError> {
        Self::from_environment(Path::new("config"), layers::environment())
    }

    /// Does the same with another folder, which has nothing but these settings, and with the caller's variables.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn from_environment(
        folder: &Path,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        Layers::read(folder, Place::Root, variables)?.settings()
    }

    /// Returns the secrets that are read from files, to be reloaded when those change. The client's credential is not
    /// included: it reloads itself.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        let all = [self.session.keys.as_ref(), Some(&self.redis.url)];
        all.into_iter().flatten().filter(|secret| secret.file().is_some()).cloned().collect()
    }
}
