//! Checks the client credential: its kind, when it expires, and whether the provider supports it.

use serde_json::Value;

use super::Report;
use crate::clock::Timestamp;
use crate::oidc::certificate::{CertifiedKey, RENEWAL_DUE};
use crate::oidc::credential::Credential;
use crate::oidc::federated_token::FederatedToken;
use crate::oidc::provider::Metadata;

const CHECK: &str = "client credential";
/// The start of Entra's audience for federated tokens; national clouds add their name.
const ENTRA_AUDIENCE: &str = "api://AzureADTokenExchange";

/// Checks what can be checked without the provider.
pub(super) fn check(report: &mut Report, credential: &Credential, entra: bool, demo: bool, now: Timestamp) {
    match credential {
        Credential::Secret(_) if demo => report.line(CHECK, Ok("the demo identity provider's own".to_owned())),
        Credential::Secret(secret) => {
            let source = secret.file().map_or_else(String::new, |file| format!(" from {}", file.display()));
            report.line(CHECK, Ok(format!("a secret{source}; only the provider knows when it expires")));
        }
        Credential::Certificate(certificate) => check_certificate(report, &certificate.key(), entra, now),
        Credential::FederatedToken(token) => check_token(report, token, entra, now),
    }
}

fn check_certificate(report: &mut Report, key: &CertifiedKey, entra: bool, now: Timestamp) {
    let (from, until) = (key.not_before, key.not_after);
    let days = until.since(now).as_secs() / 86_400;
    let description = format!("the certificate of {} and its key, valid until {until}", key.subject);
    let renew = "create a new one, register it at the provider, then replace both files";
    if entra && key.algorithm() != "PS256" {
        report.line(CHECK, Err(format!("{description}; Microsoft Entra supports only RSA keys: {renew}")));
    } else if now > until {
        report.line(CHECK, Err(format!("{description}; it has expired: {renew}")));
    } else if now < from {
        report.line(CHECK, Err(format!("{description}; it is not valid before {from}: wait, or correct the clock")));
    } else if until <= now.plus(RENEWAL_DUE) {
        report.warn(CHECK, &format!("{description}; {days} days left: {renew}"));
    } else {
        report.line(CHECK, Ok(format!("{description}; {days} days left")));
    }
    let (sha1, sha256) = key.fingerprints();
    report.line(
        "certificate thumbprint",
        Ok(format!("{sha1} (SHA-1, as in the Entra admin center), {sha256} (SHA-256)")),
    );
}

fn check_token(report: &mut Report, token: &FederatedToken, entra: bool, now: Timestamp) {
    let claims = token.unverified_claims();
    let claim = |name: &str| claims.get(name).unwrap_or(&Value::Null);
    let file = token.file().map_or_else(String::new, |file| file.display().to_string());
    let (iss, sub, aud) = (claim("iss"), claim("sub"), claim("aud"));
    let description = format!("a federated token from {file}, iss {iss}, sub {sub}, aud {aud}");
    match token.expires_at() {
        None => return report.line(CHECK, Err(format!("{description}, without exp; the provider will reject it"))),
        Some(at) if at <= now => {
            let message = format!("{description}, expired at {at}; find out why the file is no longer updated");
            return report.line(CHECK, Err(message));
        }
        Some(at) => report.line(CHECK, Ok(format!("{description}, valid until {at}"))),
    }
    let audiences = aud.to_string();
    if entra && !audiences.contains(ENTRA_AUDIENCE) {
        report.warn(
            "federated token audience",
            &format!("{audiences} is not {ENTRA_AUDIENCE}, which Entra usually expects"),
        );
    }
}

/// Checks whether the provider's metadata lists the authentication method of assertions.
pub(super) fn check_method(report: &mut Report, credential: &Credential, metadata: &Metadata) {
    if credential.secret().is_some() {
        return;
    }
    let method = "private_key_jwt";
    if metadata.supports(method) {
        report.line("client authentication", Ok(method.to_owned()));
    } else {
        let supported = metadata.token_endpoint_auth_methods_supported.join(", ");
        report.warn("client authentication", &format!("{method} is not in the provider's metadata: {supported}"));
    }
}
