//! The settings of all modules, read from layers of files and the environment.

mod b2c;
mod client;
mod credential;
mod reader;
pub mod registration;
mod sections;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use config::{Config, ConfigError, Environment, File, FileFormat, Map, Source, Value, ValueKind};
use ipnet::IpNet;
use thiserror::Error;
use url::Url;

use crate::flows::{AuthRequestSettings, CookieSettings, Endpoints};
use crate::oidc::provider::ProviderSettings;
use crate::oidc::secret::Secret;
use crate::oidc::token::ClientSettings;
use crate::session::backend::redis::RedisSettings;
use crate::session::record::SessionLimits;
use crate::web::limits::LimitsSettings;
pub use reader::Problem;
use reader::{ENVIRONMENT, Reader};

/// What the application runs for: `IDENTITY_WEB_PROFILE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Development: if no client is configured, the demo provider is used.
    Development,
    /// Production: unset values and placeholders are errors.
    Production,
}

/// All settings, validated.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each section is documented where its type is, and in config/default.toml")]
pub struct Settings {
    pub profile: Profile,
    /// No client is configured: the demo provider is used.
    pub demo: bool,
    pub provider: ProviderSettings,
    pub b2c: B2cSettings,
    pub client: ClientSettings,
    /// `client.ca_certificate`: an additional PEM root for connections to the provider.
    pub ca_certificate: Option<Vec<u8>>,
    pub auth_request: AuthRequestSettings,
    pub endpoints: Endpoints,
    pub server: ServerSettings,
    pub tls: TlsSettings,
    pub session: SessionSettings,
    pub redis: RedisSettings,
    pub limits: LimitsSettings,
    pub telemetry: TelemetrySettings,
    pub demo_provider: DemoProviderSettings,
}

/// Section `b2c`: names of policies, without a slash. The sign-in policy (`susi`) is [`ProviderSettings::policy`].
#[derive(Clone, Debug, Default)]
pub struct B2cSettings {
    /// The policy for profile editing.
    pub profile: Option<String>,
    /// The policy for password reset.
    pub password: Option<String>,
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

/// The settings are invalid; it contains every problem.
#[derive(Clone, Debug, Error)]
pub struct SettingsError {
    /// The problems.
    pub problems: Vec<Problem>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems.len();
        write!(f, "the settings have {count} problem{}:", if count == 1 { "" } else { "s" })?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl Settings {
    /// Reads the layers, each overriding those before it: `config/default.toml`, `config/{profile}.toml`,
    /// `config/local.toml`, the file named by `IDENTITY_WEB_CONFIG`, the environment (`IDENTITY_WEB__SECTION__KEY`).
    /// The profile is `IDENTITY_WEB_PROFILE`. Missing files are skipped, except the one that `IDENTITY_WEB_CONFIG` names.
    ///
    /// # Errors
    /// Contains the problems of all keys.
    pub fn load() -> Result<Self, SettingsError> {
        Self::from_environment(
            Path::new("config"),
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    /// Does the same as [`Settings::load`], with the caller's folder and variables.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn from_environment(
        folder: &Path,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let variables: Map<String, String> = variables.collect();
        let azure = variables.iter().filter(|(name, _)| name.starts_with("AZURE_"));
        let azure = azure.map(|(name, value)| (name.clone(), value.clone())).collect();
        let (root, profile) = layers(folder, variables)?;
        let mut reader = Reader::new(root).with_azure(azure);
        let settings = sections::read(&mut reader, profile);
        let (problems, _) = reader.finish();
        match settings {
            Some(settings) if problems.is_empty() => Ok(settings),
            _ => Err(SettingsError { problems }),
        }
    }

    /// Returns the secrets that are read from files, to be reloaded when those change. The client's credential is not
    /// included: it reloads itself.
    pub fn secrets(&self) -> Vec<Secret> {
        let all = [self.session.keys.as_ref(), Some(&self.redis.url)];
        all.into_iter().flatten().filter(|secret| secret.file().is_some()).cloned().collect()
    }
}

/// Merges the layers.
fn layers(folder: &Path, mut variables: Map<String, String>) -> Result<(Value, Profile), SettingsError> {
    reject_duplicates(&mut variables)?;
    let profile = match variables.get("IDENTITY_WEB_PROFILE").map(String::as_str) {
        None | Some("" | "development") => Profile::Development,
        Some("production") => Profile::Production,
        Some(_) => return Err(single("IDENTITY_WEB_PROFILE", "must be development or production")),
    };
    let named = variables.get("IDENTITY_WEB_CONFIG").filter(|path| !path.is_empty()).cloned();
    let root = merge(folder, profile, named.as_deref(), variables)
        .map_err(|error| single(named.as_deref().unwrap_or("config"), &format!("cannot be read: {error}")))?;
    Ok((root, profile))
}

fn single(path: &str, message: &str) -> SettingsError {
    let problem = Problem { path: path.to_owned(), source: None, message: message.to_owned() };
    SettingsError { problems: vec![problem] }
}

/// Rejects a variable for a value together with one for a member of it: the environment has no order that would decide
/// between them. An empty variable is removed instead.
fn reject_duplicates(variables: &mut Map<String, String>) -> Result<(), SettingsError> {
    let names: Vec<_> = variables.keys().filter(|name| name.starts_with(ENVIRONMENT)).cloned().collect();
    for name in &names {
        let Some(member) = names.iter().find(|other| other.starts_with(&format!("{name}__"))) else { continue };
        if variables.remove(name).is_some_and(|value| !value.is_empty()) {
            return Err(single(name, &format!("is set twice: here, and as a table by {member}; remove one of them")));
        }
    }
    Ok(())
}

fn merge(
    folder: &Path,
    profile: Profile,
    named: Option<&str>,
    variables: Map<String, String>,
) -> Result<Value, ConfigError> {
    let layer = |name: &str| File::from(folder.join(name)).format(FileFormat::Toml).required(false);
    let mut builder = Config::builder()
        .add_source(layer("default.toml"))
        .add_source(layer(match profile {
            Profile::Development => "development.toml",
            Profile::Production => "production.toml",
        }))
        .add_source(layer("local.toml"));
    if let Some(path) = named {
        builder = builder.add_source(NamedFile(PathBuf::from(path)));
    }
    let prefix = ENVIRONMENT.trim_end_matches('_');
    let environment = Environment::with_prefix(prefix).prefix_separator("__").separator("__").source(Some(variables));
    Ok(builder.add_source(environment).build()?.cache)
}

/// The file named by `IDENTITY_WEB_CONFIG`: TOML, or JSON such as the Python sample's `aad.config.json`.
#[derive(Clone, Debug)]
struct NamedFile(PathBuf);

impl Source for NamedFile {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        let json = self.0.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let format = if json { FileFormat::Json } else { FileFormat::Toml };
        let mut sections = File::from(self.0.clone()).format(format).collect()?;
        // The sample's sections for its frameworks: only the routes in Flask's are used.
        sections.remove("django");
        if let Some(ValueKind::Table(mut flask)) = sections.remove("flask").map(|flask| flask.kind)
            && let Some(endpoints) = flask.remove("auth_endpoints")
        {
            sections.entry("auth_endpoints".to_owned()).or_insert(endpoints);
        }
        if let Some(ValueKind::Table(client)) = sections.get_mut("client").map(|client| &mut client.kind)
            && let Some(ValueKind::Table(credential)) =
                client.get_mut("client_credential").map(|credential| &mut credential.kind)
            && let Some(certificate) = credential.remove("public_certificate")
        {
            // The form that MSAL for Python expects, which the sample uses. We compute the thumbprint.
            credential.remove("thumbprint");
            credential.entry("certificate".to_owned()).or_insert(certificate);
        }
        Ok(sections)
    }
}
