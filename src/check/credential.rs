//! The client's credential, looked at: what it is, until when it holds, and whether the provider takes its kind.

use serde_json::Value;

use super::{Report, warn};
use crate::clock::Timestamp;
use crate::oidc::certificate::{CertifiedKey, RENEWAL_DUE};
use crate::oidc::credential::Credential;
use crate::oidc::federated_token::FederatedToken;
use crate::oidc::provider::{AuthorityKind, Metadata};
use crate::settings::Settings;

const WHAT: &str = "client credential";
/// What Entra's audience for federated tokens begins with; national clouds add their name.
const ENTRA_AUDIENCE: &str = "api://AzureADTokenExchange";

/// What can be said without the provider.
pub(super) fn look(report: &mut Report, settings: &Settings, now: Timestamp) {
    let entra = settings.provider.kind != AuthorityKind::Oidc;
    match &settings.client.credential {
        Credential::Secret(_) if settings.demo => report.line(WHAT, Ok("the demo identity provider's own".to_owned())),
        Credential::Secret(secret) => {
            let place = secret.file().map_or_else(String::new, |file| format!(" in {}", file.display()));
            report.line(WHAT, Ok(format!("a secret{place}; the provider alone knows when it expires")));
        }
        Credential::Certificate(certificate) => look_at_certificate(report, &certificate.key(), entra, now),
        Credential::FederatedToken(token) => look_at_token(report, token, entra, now),
    }
}

fn look_at_certificate(report: &mut Report, key: &CertifiedKey, entra: bool, now: Timestamp) {
    let (from, until) = (key.not_before, key.not_after);
    let days = until.since(now).as_secs() / 86_400;
    let said = format!("the certificate of {} and its key, valid until {until}", key.subject);
    let renew = "make a new one, register it at the provider, then put it and its key in place";
    if entra && key.algorithm() != "PS256" {
        report.line(WHAT, Err(format!("{said}; Microsoft Entra takes RSA keys only: {renew}")));
    } else if now > until {
        report.line(WHAT, Err(format!("{said}; it has expired: {renew}")));
    } else if now < from {
        report.line(WHAT, Err(format!("{said}; it is not valid before {from}: wait, or set the time")));
    } else if until <= now.plus(RENEWAL_DUE) {
        warn(WHAT, &format!("{said}; {days} days left: {renew}"));
    } else {
        report.line(WHAT, Ok(format!("{said}; {days} days left")));
    }
    let (sha1, sha256) = key.fingerprints();
    report.line(
        "certificate's thumbprint",
        Ok(format!("{sha1} (SHA-1, as Entra's portal shows it), {sha256} (SHA-256)")),
    );
}

fn look_at_token(report: &mut Report, token: &FederatedToken, entra: bool, now: Timestamp) {
    let claims = token.unverified_claims();
    let claim = |name: &str| claims.get(name).unwrap_or(&Value::Null);
    let file = token.file().map_or_else(String::new, |file| file.display().to_string());
    let said = format!("a federated token in {file}, iss {}, sub {}, aud {}", claim("iss"), claim("sub"), claim("aud"));
    match token.expires_at() {
        None => return report.line(WHAT, Err(format!("{said}, with no exp; the provider will refuse it"))),
        Some(at) if at <= now => {
            let message = format!("{said}, expired at {at}; whatever writes this file has stopped");
            return report.line(WHAT, Err(message));
        }
        Some(at) => report.line(WHAT, Ok(format!("{said}, valid until {at}"))),
    }
    let audiences = claim("aud").to_string();
    if entra && !audiences.contains(ENTRA_AUDIENCE) {
        warn("federated token's audience", &format!("{audiences} is not {ENTRA_AUDIENCE}, which is usual at Entra"));
    }
}

/// Whether the provider takes assertions, as far as it says.
pub(super) fn look_at_method(report: &mut Report, credential: &Credential, metadata: &Metadata) {
    if credential.secret().is_some() {
        return;
    }
    let method = "private_key_jwt";
    if metadata.supports(method) {
        report.line("client authentication", Ok(method.to_owned()));
    } else {
        let supported = metadata.token_endpoint_auth_methods_supported.join(", ");
        warn("client authentication", &format!("{method} is not what the provider announces: {supported}"));
    }
}
