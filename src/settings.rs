//! The settings: every module's own, read together from layers of files and the environment.

mod reader;
mod sections;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use config::{Config, ConfigError, Environment, File, FileFormat, Map, Source, Value, ValueKind};
use ipnet::IpNet;
use thiserror::Error;
use url::Url;

use crate::identity_web::{AuthRequestSettings, CookieSettings, Endpoints};
use crate::oidc::provider::ProviderSettings;
use crate::oidc::secret::Secret;
use crate::oidc::token::ClientSettings;
use crate::session::record::SessionLimits;
use crate::session::redis::RedisSettings;
use crate::web::limits::LimitsSettings;
pub use reader::Problem;
use reader::{ENVIRONMENT, Reader};

/// What the settings are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// On a developer's machine: with no client configured, the demo provider serves.
    Development,
    /// For real: what is unset or a placeholder is an error.
    Production,
}

/// All settings, checked.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each section is documented where its type is, and in config/default.toml")]
pub struct Settings {
    pub profile: Profile,
    /// No client is configured: the demo provider signs people in.
    pub demo: bool,
    pub provider: ProviderSettings,
    pub client: ClientSettings,
    /// `client.ca_certificate`: an extra PEM root for talking to the provider.
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
    /// `adhoc`: a certificate made at start, which no browser trusts.
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
    /// Unset: keys made at start, which no other replica has.
    pub keys: Option<Secret>,
    pub cookie: CookieSettings,
    pub limits: SessionLimits,
    /// `session.cache`; takes effect once records are cached in memory.
    pub cache: bool,
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

/// The settings cannot be used; every reason is in it.
#[derive(Clone, Debug, Error)]
pub struct SettingsError {
    /// The reasons.
    pub problems: Vec<Problem>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems.len();
        write!(f, "the settings cannot be used, for {count} reason{}:", if count == 1 { "" } else { "s" })?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl Settings {
    /// Reads the layers, each over those before it: `config/default.toml`, `config/{profile}.toml`,
    /// `config/local.toml`, the file that `IDENTITY_WEB_CONFIG` names, the environment (`IDENTITY_WEB__SECTION__KEY`).
    /// The profile is `IDENTITY_WEB_PROFILE`. A file that is not there is passed over, but for the named one.
    ///
    /// # Errors
    /// Every problem of every key at once.
    pub fn load() -> Result<Self, SettingsError> {
        Self::from_environment(
            Path::new("config"),
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    /// As [`Settings::load`], from a folder and variables of the caller's.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn from_environment(
        folder: &Path,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let variables: Map<String, String> = variables.collect();
        let profile = match variables.get("IDENTITY_WEB_PROFILE").map(String::as_str) {
            None | Some("" | "development") => Profile::Development,
            Some("production") => Profile::Production,
            Some(_) => return Err(single("IDENTITY_WEB_PROFILE", "must be development or production")),
        };
        let named = variables.get("IDENTITY_WEB_CONFIG").filter(|path| !path.is_empty()).cloned();
        let root = merge(folder, profile, named.as_deref(), variables)
            .map_err(|error| single(named.as_deref().unwrap_or("config"), &format!("cannot be read: {error}")))?;
        let mut reader = Reader::new(root);
        let settings = sections::read(&mut reader, profile);
        let (problems, _) = reader.finish();
        match settings {
            Some(settings) if problems.is_empty() => Ok(settings),
            _ => Err(SettingsError { problems }),
        }
    }

    /// Every secret that lies in a file, to be read again when the file changes.
    pub fn secrets(&self) -> Vec<Secret> {
        let all = [Some(&self.client.credential), self.session.keys.as_ref(), Some(&self.redis.url)];
        all.into_iter().flatten().filter(|secret| secret.file().is_some()).cloned().collect()
    }
}

fn single(path: &str, message: &str) -> SettingsError {
    let problem = Problem { path: path.to_owned(), source: None, message: message.to_owned() };
    SettingsError { problems: vec![problem] }
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

/// The file that `IDENTITY_WEB_CONFIG` names: TOML, or JSON such as the Python sample's `aad.config.json`.
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
        // The sample's sections for its frameworks: of Flask's, the routes are ours; the rest is not for us.
        sections.remove("django");
        if let Some(ValueKind::Table(mut flask)) = sections.remove("flask").map(|flask| flask.kind)
            && let Some(endpoints) = flask.remove("auth_endpoints")
        {
            sections.entry("auth_endpoints".to_owned()).or_insert(endpoints);
        }
        Ok(sections)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(folder: &str, variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Settings::from_environment(Path::new(folder), variables)
    }

    fn problems(variables: &[(&str, &str)]) -> Vec<String> {
        let problems = load("config", variables).err().map(|error| error.problems).unwrap_or_default();
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn default_toml_says_what_the_code_does() {
        let (written, coded) = (load("config", &[]).unwrap(), load("/nowhere", &[]).unwrap());
        assert_eq!(format!("{written:#?}"), format!("{coded:#?}"));
    }

    #[test]
    fn default_toml_documents_every_key() {
        let text = std::fs::read_to_string("config/default.toml").unwrap();
        let mut reader = Reader::new(Value::default());
        sections::read(&mut reader, Profile::Development);
        let (_, known) = reader.finish();
        let written = merge(Path::new("config"), Profile::Development, None, Map::new()).unwrap();
        let mut written = Reader::new(written);
        for path in known {
            let (section, key) = path.rsplit_once('.').unwrap();
            assert!(
                text.contains(&format!("[{section}]")) && text.contains(&format!("{key} =")),
                "{path} is not in it"
            );
            written.ignore(&path);
        }
        assert_eq!(written.finish().0, [], "keys that are not read");
    }

    #[test]
    fn with_nothing_configured_the_demo_provider_serves() {
        let settings = load("/nowhere", &[]).unwrap();
        assert!(settings.demo);
        assert_eq!(settings.session.cookie.name, "__Host-identity");
        assert_eq!(settings.auth_request.redirect_uri.as_str(), "https://127.0.0.1:5000/auth/redirect");
        assert_eq!(settings.auth_request.scopes, ["openid", "profile", "email"]);
    }

    #[test]
    fn four_settings_make_a_client_of_any_provider_with_sessions_in_redis() {
        let settings = load(
            "/nowhere",
            &[
                ("IDENTITY_WEB__CLIENT__CLIENT_ID", "c"),
                ("IDENTITY_WEB__CLIENT__CLIENT_CREDENTIAL", "s"),
                ("IDENTITY_WEB__CLIENT__AUTHORITY", "https://op.example/"),
                ("IDENTITY_WEB__REDIS__URL", "redis://:canary-4711@redis.example"),
            ],
        )
        .unwrap();
        assert!(!settings.demo && settings.session.store == StoreKind::Redis && settings.client.userinfo);
        assert_eq!(
            settings.provider.metadata_url().unwrap().as_str(),
            "https://op.example/.well-known/openid-configuration"
        );
        assert!(!format!("{settings:?}").contains("canary-4711"), "{settings:?}");
    }

    #[test]
    fn every_problem_is_reported_at_once_with_its_key_and_source() {
        let problems = problems(&[
            ("IDENTITY_WEB__CLIENT__CLIENT_IDD", "x"),
            ("IDENTITY_WEB__CLIENT__CLIENT_ID", "{enter-your-client-id-here}"),
            ("IDENTITY_WEB__SESSION__IDLE_TIMEOUT_SECONDS", "soon"),
            ("IDENTITY_WEB__TYPE__AUTHORITY_TYPE", "SINGEL_TENANT"),
            ("IDENTITY_WEB__SERVER__PUBLIC_URL", "http://app.example"),
        ])
        .join("\n");
        for part in [
            "client.client_idd (IDENTITY_WEB__CLIENT__CLIENT_IDD in the environment): there is no such setting; did you mean client.client_id?",
            "client.client_id (IDENTITY_WEB__CLIENT__CLIENT_ID in the environment): still holds its placeholder",
            "session.idle_timeout_seconds (IDENTITY_WEB__SESSION__IDLE_TIMEOUT_SECONDS in the environment): must be a whole number",
            "type.authority_type (IDENTITY_WEB__TYPE__AUTHORITY_TYPE in the environment): must be one of SINGLE_TENANT",
            "server.public_url (IDENTITY_WEB__SERVER__PUBLIC_URL in the environment): must be https",
            "client.client_credential (config/default.toml): is unset",
            "client.authority (config/default.toml): is unset",
        ] {
            assert!(problems.contains(part), "{part:?} is not in\n{problems}");
        }
    }

    #[test]
    fn production_wants_what_development_can_do_without() {
        let problems = problems(&[("IDENTITY_WEB_PROFILE", "production")]).join("\n");
        for path in ["client.client_id ", "client.client_credential ", "client.authority ", "session.store "] {
            assert!(problems.contains(path), "{path} is not in\n{problems}");
        }
    }

    #[test]
    fn the_samples_file_is_read_unchanged() {
        let sample = "tests/it/aad.config.json";
        let settings = load("config", &[("IDENTITY_WEB_CONFIG", sample)]).unwrap();
        assert_eq!(settings.provider.kind, crate::oidc::provider::AuthorityKind::SingleTenant);
        assert_eq!(settings.endpoints.sign_in, "/login/start");
        assert_eq!(settings.endpoints.redirect, "/login/redirect");
        assert_eq!(settings.auth_request.further["prompt"], "select_account");
        let overridden = [("IDENTITY_WEB_CONFIG", sample), ("IDENTITY_WEB__AUTH_ENDPOINTS__PREFIX", "/auth")];
        assert_eq!(load("config", &overridden).unwrap().endpoints.sign_in, "/auth/start");
        assert!(!settings.client.userinfo, "no userinfo at Entra");
    }

    #[test]
    fn lists_come_with_commas_and_secrets_from_files() {
        let file = std::env::temp_dir().join(format!("identity-web-credential-{}", std::process::id()));
        std::fs::write(&file, "from a file\n").unwrap();
        let settings = load(
            "/nowhere",
            &[
                ("IDENTITY_WEB__CLIENT__CLIENT_ID", "c"),
                ("IDENTITY_WEB__CLIENT__CLIENT_CREDENTIAL_FILE", file.to_str().unwrap()),
                ("IDENTITY_WEB__CLIENT__AUTHORITY", "https://op.example"),
                ("IDENTITY_WEB__AUTH_REQUEST__SCOPES", "profile, api"),
                ("IDENTITY_WEB__AUTH_REQUEST__EXTRA_PARAMETERS__UI_LOCALES", "de"),
                ("IDENTITY_WEB__SERVER__TRUSTED_PROXIES", "10.0.0.0/8,127.0.0.1"),
            ],
        )
        .unwrap();
        std::fs::remove_file(file).unwrap();
        assert_eq!(&*settings.client.credential.expose(), "from a file");
        assert_eq!(settings.auth_request.scopes, ["openid", "profile", "api"]);
        assert_eq!(settings.auth_request.further["ui_locales"], "de");
        assert_eq!(settings.server.trusted_proxies.len(), 2);
        assert_eq!(settings.secrets().len(), 1);
    }

    #[test]
    fn a_file_that_is_not_there_or_not_readable_is_said() {
        assert!(problems(&[("IDENTITY_WEB_CONFIG", "/nowhere.json")])[0].contains("/nowhere.json"));
        assert!(problems(&[("IDENTITY_WEB_PROFILE", "staging")])[0].contains("IDENTITY_WEB_PROFILE"));
        let problems = problems(&[("IDENTITY_WEB__CLIENT__CLIENT_CREDENTIAL_FILE", "/nowhere")]).join("\n");
        assert!(problems.contains("client.client_credential_file"), "{problems}");
    }
}
