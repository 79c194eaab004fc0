//! `identity-web check`: tests the settings and prints a line for each check.

mod credential;
mod second_reading;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::process::ExitCode;

use url::Url;

use crate::clock::Clock;
use crate::flows::{ClientRegistration, DEFAULT_PROVIDER, Services};
use crate::oidc::http::Http;
use crate::oidc::keys::KeySet;
use crate::oidc::provider::{AuthorityKind, Metadata, Provider};
use crate::session::backend::Backend as _;
use crate::session::backend::redis::RedisBackend;
use crate::settings::{Settings, StoreKind, TlsSettings};
use crate::startup::services::{backend, services};
use crate::tls;

/// How far the provider's clock may differ from ours.
const MAX_CLOCK_DIFFERENCE: i64 = 30;

#[derive(Default)]
struct Report {
    failed: bool,
    /// What the titles end with: which provider they are about, if there are several.
    about: String,
}

impl Report {
    fn line(&mut self, check: &str, outcome: Result<String, String>) {
        let about = &self.about;
        match outcome {
            Ok(result) => println!("pass  {check}{about}: {result}"),
            Err(problem) => {
                self.failed = true;
                println!("FAIL  {check}{about}: {problem}");
            }
        }
    }

    /// Prints something that works now, but needs attention.
    fn warn(&self, check: &str, message: &str) {
        println!("warn  {check}{}: {message}", self.about);
    }

    /// The following lines are about the provider of this name, or the one of `[client]`.
    fn begin_provider(&mut self, name: Option<&str>) {
        self.about = name.map(|name| format!(" ({name})")).unwrap_or_default();
    }
}

/// Tests the settings. Exits with 0 if every check passes, otherwise with 1. `offline` skips what needs the network.
pub async fn run(settings: &Settings, offline: bool) -> ExitCode {
    tls::install_crypto();
    let mut report = Report::default();
    report.line("settings", Ok(format!("{:?} profile", settings.profile)));
    report.line("TLS", check_tls(settings));
    check_settings_of_providers(&mut report, settings);
    let clock = Clock::system();
    match backend(settings, &clock).and_then(|backend| services(settings, backend, clock)) {
        Err(error) => report.line("startup", Err(error.to_string())),
        Ok(_) if offline => {}
        Ok(_) if settings.demo => {
            report.line("provider", Ok("not configured; `serve` starts the demo identity provider".to_owned()));
        }
        Ok(services) => {
            for registration in services.providers.all() {
                check_provider(&mut report, registration, &services).await;
            }
            report.begin_provider(None);
        }
    }
    if !offline {
        report.line("session store", check_store(settings).await);
    }
    ExitCode::from(u8::from(report.failed))
}

/// Requests `/health/live` from a running application. Exits with 0 if it is alive, otherwise with 1.
pub async fn live(settings: &Settings) -> ExitCode {
    tls::install_crypto();
    let mut address = settings.server.operations_listen;
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    let mut report = Report::default();
    report.line("live", get(&format!("http://{address}/health/live")).await);
    ExitCode::from(u8::from(report.failed))
}

async fn get(url: &str) -> Result<String, String> {
    let http = Http::new(None).map_err(|error| error.to_string())?;
    let url = Url::parse(url).map_err(|error| error.to_string())?;
    http.get(&url, None).await.map(|_| url.to_string()).map_err(|error| error.to_string())
}

fn check_tls(settings: &Settings) -> Result<String, String> {
    match &settings.tls {
        TlsSettings::Off => Ok("off".to_owned()),
        TlsSettings::AdHoc => Ok("an ad-hoc certificate, which no browser trusts; see ssl/README.md".to_owned()),
        TlsSettings::Files { certificate, private_key } => tls::from_files(certificate, private_key)
            .map(|_| format!("{} and its key are valid", certificate.display()))
            .map_err(|error| error.to_string()),
    }
}

/// Checks what can be checked of each provider without asking it.
fn check_settings_of_providers(report: &mut Report, settings: &Settings) {
    let default = (None, &settings.provider, &settings.client, &settings.auth_request);
    let named = settings.providers.iter();
    let named = named.map(|one| (Some(one.name.as_str()), &one.provider, &one.client, &one.auth_request));
    for (name, provider, client, auth_request) in [default].into_iter().chain(named) {
        report.begin_provider(name);
        report.line("redirect URI", Ok(format!("register {} at the provider", auth_request.redirect_uri)));
        let is_entra = provider.kind != AuthorityKind::Oidc;
        credential::check(report, &client.credential, is_entra, settings.demo, Clock::system().now());
    }
    report.begin_provider(None);
}

async fn check_provider(report: &mut Report, registration: &ClientRegistration, services: &Services) {
    let ClientRegistration { id, provider, client, .. } = registration;
    let name = services.providers.name_of(registration);
    let setting = match &provider.settings().policy {
        _ if name != DEFAULT_PROVIDER => format!("providers.{name}.authority"),
        Some(_) => "client.authority and b2c".to_owned(),
        None => "client.authority".to_owned(),
    };
    report.begin_provider(id.as_deref());
    let (metadata, response) = match provider.fetch_metadata().await {
        Ok(fetched) => fetched,
        Err(error) => return report.line("discovery", Err(format!("{error}; check {setting}"))),
    };
    report.line("discovery", Ok(format!("issuer {}", metadata.issuer)));
    if let Some(problem) = second_reading::of_metadata(&response.body) {
        report.warn("discovery", &format!("openidconnect, another implementation, can't read the document: {problem}"));
    }
    if let Some(date) = response.date.as_deref().and_then(http_date) {
        let difference = services.clock.now().0 - date;
        let result = format!("differs from the provider's by {difference} s");
        let within = difference.abs() <= MAX_CLOCK_DIFFERENCE;
        report.line("clock", if within { Ok(result) } else { Err(result + "; set the time") });
    }
    let keys = check_keys(report, provider, &metadata).await;
    report.line("keys", keys);
    credential::check_method(report, &client.credential, &metadata);
}

async fn check_keys(report: &Report, provider: &Provider, metadata: &Metadata) -> Result<String, String> {
    let response = provider.http().get(&metadata.jwks_uri, None).await.map_err(|error| error.to_string())?;
    if let Some(problem) = second_reading::of_keys(&response.body) {
        report.warn("keys", &format!("openidconnect, another implementation, can't read them: {problem}"));
    }
    KeySet::parse(&response.body).map(|_| format!("fetched from {}", metadata.jwks_uri))
}

async fn check_store(settings: &Settings) -> Result<String, String> {
    if settings.session.store == StoreKind::Memory {
        return Ok("memory; sessions end with the process".to_owned());
    }
    let redis = RedisBackend::new(settings.redis.clone()).map_err(|error| error.to_string())?;
    redis
        .ping(&format!("{}ping", settings.redis.key_prefix))
        .await
        .map_err(|error| format!("{error}; check redis.url{}", advice(&error.0)))?;
    Ok(format!("Redis accepts writes ({})", redis.inspect().await.map_err(|error| error.to_string())?))
}

/// What to do about an error of Redis.
fn advice(error: &str) -> &'static str {
    let error = error.to_lowercase();
    let is = |words: &[&str]| words.iter().any(|word| error.contains(word));
    if is(&["noauth", "wrongpass", "authentication"]) {
        ": the user or password isn't accepted (Sentinels have credentials of their own)"
    } else if is(&["no sentinel knows"]) {
        ": the master's name must be the one in the Sentinels' configuration"
    } else if is(&["unknownissuer", "invalid peer certificate"]) {
        " and redis.ca_certificate: the server's certificate isn't trusted"
    } else if is(&["certificaterequired", "certificate required"]) {
        " and redis.client_certificate: the server wants a client certificate"
    } else if is(&["clusterdown"]) {
        ": the Cluster doesn't serve all slots"
    } else {
        ""
    }
}

/// Parses an HTTP date into Unix seconds (RFC 9110 section 5.6.7).
fn http_date(text: &str) -> Option<i64> {
    let date: actix_web::http::header::HttpDate = text.parse().ok()?;
    let time = std::time::SystemTime::from(date);
    i64::try_from(time.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs()).ok()
}
