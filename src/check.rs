//! `identity-web check`: tests the settings and prints a line for each check.

mod credential;
mod second_reading;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::process::ExitCode;

use url::Url;

use crate::clock::Clock;
use crate::oidc::credential::Credential;
use crate::oidc::http::Http;
use crate::oidc::keys::KeySet;
use crate::oidc::provider::{Metadata, Provider};
use crate::session::backend::Backend as _;
use crate::session::backend::redis::RedisBackend;
use crate::settings::{Settings, StoreKind, TlsSettings};
use crate::startup::services::{backend, services};
use crate::tls;

/// How far the provider's clock may differ from ours.
const MAX_CLOCK_DIFFERENCE: i64 = 30;

struct Report {
    failed: bool,
}

impl Report {
    fn line(&mut self, check: &str, outcome: Result<String, String>) {
        match outcome {
            Ok(result) => println!("pass  {check}: {result}"),
            Err(problem) => {
                self.failed = true;
                println!("FAIL  {check}: {problem}");
            }
        }
    }
}

/// Prints something that works now, but needs attention.
fn warn(check: &str, message: &str) {
    println!("warn  {check}: {message}");
}

/// Tests the settings. Exits with 0 if every check passes, otherwise with 1. `offline` skips what needs the network.
pub async fn run(settings: &Settings, offline: bool) -> ExitCode {
    tls::install_crypto();
    let mut report = Report { failed: false };
    report.line("settings", Ok(format!("{:?} profile", settings.profile)));
    report.line("redirect URI", Ok(format!("register {} at the provider", settings.auth_request.redirect_uri)));
    report.line("TLS", check_tls(settings));
    credential::check(&mut report, settings, Clock::system().now());
    let clock = Clock::system();
    match backend(settings, &clock).and_then(|backend| services(settings, backend, clock)) {
        Err(error) => report.line("startup", Err(error.to_string())),
        Ok(_) if offline => {}
        Ok(_) if settings.demo => {
            report.line("provider", Ok("not configured; `serve` starts the demo identity provider".to_owned()));
        }
        Ok(services) => {
            for provider in services.providers.all() {
                check_provider(&mut report, provider, &services.clock, &services.providers.client.credential).await;
            }
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
    let mut report = Report { failed: false };
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

async fn check_provider(report: &mut Report, provider: &Provider, clock: &Clock, credential: &Credential) {
    let (discovery, setting) = match &provider.settings().policy {
        Some(policy) => (format!("discovery ({policy})"), "client.authority and b2c"),
        None => ("discovery".to_owned(), "client.authority"),
    };
    let (metadata, response) = match provider.fetch_metadata().await {
        Ok(fetched) => fetched,
        Err(error) => return report.line(&discovery, Err(format!("{error}; check {setting}"))),
    };
    report.line(&discovery, Ok(format!("issuer {}", metadata.issuer)));
    if let Some(problem) = second_reading::of_metadata(&response.body) {
        warn(&discovery, &format!("openidconnect, another implementation, can't read the document: {problem}"));
    }
    if let Some(date) = response.date.as_deref().and_then(http_date) {
        let difference = clock.now().0 - date;
        let result = format!("differs from the provider's by {difference} s");
        let within = difference.abs() <= MAX_CLOCK_DIFFERENCE;
        report.line("clock", if within { Ok(result) } else { Err(result + "; set the time") });
    }
    report.line("keys", check_keys(provider, &metadata).await);
    credential::check_method(report, credential, &metadata);
}

async fn check_keys(provider: &Provider, metadata: &Metadata) -> Result<String, String> {
    let response = provider.http().get(&metadata.jwks_uri, None).await.map_err(|error| error.to_string())?;
    if let Some(problem) = second_reading::of_keys(&response.body) {
        warn("keys", &format!("openidconnect, another implementation, can't read them: {problem}"));
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
