//! `identity-web check`: tries the settings for real, a line each.

mod credential;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::process::ExitCode;

use url::Url;

use crate::clock::Clock;
use crate::oidc::credential::Credential;
use crate::oidc::http::Http;
use crate::oidc::keys::KeySet;
use crate::oidc::provider::{Metadata, Provider};
use crate::session::backend::Backend as _;
use crate::session::redis::RedisBackend;
use crate::settings::{Settings, StoreKind, TlsSettings};
use crate::startup::parts;
use crate::tls;

/// How far the provider's clock may be off before it is said.
const CLOCK_SECONDS: i64 = 30;

struct Report {
    failed: bool,
}

impl Report {
    fn line(&mut self, what: &str, outcome: Result<String, String>) {
        match outcome {
            Ok(found) => println!("pass  {what}: {found}"),
            Err(problem) => {
                self.failed = true;
                println!("FAIL  {what}: {problem}");
            }
        }
    }
}

/// Says what works, but perhaps not for long.
fn warn(what: &str, said: &str) {
    println!("warn  {what}: {said}");
}

/// Tries the settings; exit 0 where all is well, else 1. With `offline` only what needs no network.
pub async fn run(settings: &Settings, offline: bool) -> ExitCode {
    tls::install_crypto();
    let mut report = Report { failed: false };
    report.line("settings", Ok(format!("{:?} profile", settings.profile)));
    report.line("redirect URI", Ok(format!("register {} at the provider", settings.auth_request.redirect_uri)));
    report.line("TLS", check_tls(settings));
    credential::look(&mut report, settings, Clock::system().now());
    match parts(settings, Clock::system()) {
        Err(error) => report.line("parts", Err(error.to_string())),
        Ok(_) if offline => {}
        Ok(_) if settings.demo => {
            report.line("provider", Ok("none configured: `serve` starts the demo identity provider".to_owned()));
        }
        Ok(parts) => {
            for provider in parts.providers() {
                check_provider(&mut report, provider, &parts.clock, &parts.client.credential).await;
            }
        }
    }
    if !offline {
        report.line("session store", check_store(settings).await);
    }
    ExitCode::from(u8::from(report.failed))
}

/// Asks the operations listener of a running application whether it lives; exit 0 where it does, else 1.
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
    report.line("live", ask(&format!("http://{address}/health/live")).await);
    ExitCode::from(u8::from(report.failed))
}

async fn ask(url: &str) -> Result<String, String> {
    let http = Http::new(None).map_err(|error| error.to_string())?;
    let url = Url::parse(url).map_err(|error| error.to_string())?;
    http.get(&url, None).await.map(|_| url.to_string()).map_err(|error| error.to_string())
}

fn check_tls(settings: &Settings) -> Result<String, String> {
    match &settings.tls {
        TlsSettings::Off => Ok("off".to_owned()),
        TlsSettings::AdHoc => Ok("an ad-hoc certificate, which no browser trusts; ssl/README.md".to_owned()),
        TlsSettings::Files { certificate, private_key } => tls::from_files(certificate, private_key)
            .map(|_| format!("{} and its key", certificate.display()))
            .map_err(|error| error.to_string()),
    }
}

async fn check_provider(report: &mut Report, provider: &Provider, clock: &Clock, credential: &Credential) {
    let (discovery, setting) = match &provider.settings().policy {
        Some(policy) => (format!("discovery of {policy}"), "client.authority and b2c"),
        None => ("discovery".to_owned(), "client.authority"),
    };
    let (metadata, answer) = match provider.fetch_metadata().await {
        Ok(found) => found,
        Err(error) => return report.line(&discovery, Err(format!("{error}; see {setting}"))),
    };
    report.line(&discovery, Ok(format!("issuer {}", metadata.issuer)));
    if let Some(date) = answer.date.as_deref().and_then(http_date) {
        let apart = clock.now().0 - date;
        let said = format!("{apart} s apart from the provider's");
        report.line("clock", if apart.abs() <= CLOCK_SECONDS { Ok(said) } else { Err(said + "; set the time") });
    }
    report.line("keys", check_keys(provider, &metadata).await);
    credential::look_at_method(report, credential, &metadata);
}

async fn check_keys(provider: &Provider, metadata: &Metadata) -> Result<String, String> {
    let answer = provider.http().get(&metadata.jwks_uri, None).await.map_err(|error| error.to_string())?;
    KeySet::parse(&answer.body).map(|_| format!("a key set at {}", metadata.jwks_uri))
}

async fn check_store(settings: &Settings) -> Result<String, String> {
    if settings.session.store == StoreKind::Memory {
        return Ok("in memory: sessions end with the process".to_owned());
    }
    let redis = RedisBackend::new(settings.redis.clone()).map_err(|error| error.to_string())?;
    redis
        .ping(&format!("{}ping", settings.redis.key_prefix))
        .await
        .map_err(|error| format!("{error}; see redis.url"))?;
    Ok(format!("Redis takes writes ({})", redis.server().await.map_err(|error| error.to_string())?))
}

/// The seconds of an HTTP date (RFC 9110 section 5.6.7).
fn http_date(text: &str) -> Option<i64> {
    let date: actix_web::http::header::HttpDate = text.parse().ok()?;
    let time = std::time::SystemTime::from(date);
    i64::try_from(time.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs()).ok()
}
