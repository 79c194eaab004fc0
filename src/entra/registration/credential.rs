//! The application's credential: a secret, a certificate, or trust in another issuer's tokens.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::application::{Application, PasswordCredential};
use super::directory::{Age, Directory};
use super::refusal::RegistrationError;
use super::request::Request;
use crate::clock::Timestamp;
use crate::oidc::certificate::CertifiedKey;
use crate::oidc::secret::Secret;

/// The name of the application's federated credential.
const FEDERATED_CREDENTIAL_NAME: &str = "identity-web";
/// The audience that Entra requires of a federated token.
const TOKEN_EXCHANGE_AUDIENCE: &str = "api://AzureADTokenExchange";
/// The algorithm of the client assertions that Entra verifies.
const ASSERTION_ALGORITHM: &str = "PS256";
/// The longest name that Graph accepts.
const MAX_NAME_CHARS: usize = 90;

/// A certificate of an application: Graph's resource type `keyCredential`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named and documented by Graph's resource type keyCredential")]
pub struct KeyCredential {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_key_identifier: Option<String>,
    pub display_name: Option<String>,
    pub start_date_time: Option<String>,
    pub end_date_time: Option<String>,
    pub r#type: String,
    pub usage: String,
    /// The certificate, base64 of DER.
    pub key: Option<String>,
}

impl KeyCredential {
    /// Reads the certificate of a private key, both from PEM files. The key is only compared, and never sent.
    ///
    /// # Errors
    /// The files cannot be read, are not a pair that Entra accepts, or the certificate has expired.
    pub fn from_pem_files(certificate: &Path, private_key: &Path, now: Timestamp) -> Result<Self, String> {
        let read = |file: &Path| {
            std::fs::read_to_string(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))
        };
        let error_text = |problem: &dyn std::fmt::Display| format!("{}: {problem}", certificate.display());
        let pair =
            CertifiedKey::from_pem(&read(private_key)?, &read(certificate)?).map_err(|error| error_text(&error))?;
        if pair.algorithm() != ASSERTION_ALGORITHM {
            return Err(error_text(&"Microsoft Entra accepts only certificates of RSA keys"));
        }
        if pair.not_after <= now {
            return Err(error_text(&format!("the certificate expired on {}", pair.not_after)));
        }
        Ok(Self {
            key_id: None,
            custom_key_identifier: None,
            display_name: Some(pair.subject.chars().take(MAX_NAME_CHARS).collect()),
            start_date_time: Some(iso(pair.not_before)),
            end_date_time: Some(iso(pair.not_after)),
            r#type: "AsymmetricX509Cert".to_owned(),
            usage: "Verify".to_owned(),
            key: Some(STANDARD.encode(&pair.certificate)),
        })
    }
}

/// Trust in another issuer's tokens: Graph's resource type `federatedIdentityCredential`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Federation {
    /// The tokens' issuer.
    pub issuer: String,
    /// The tokens' subject.
    pub subject: String,
    /// The tokens' audience.
    pub audiences: Vec<String>,
}

impl Federation {
    /// Returns trust in an issuer's tokens for a subject.
    pub fn new(issuer: String, subject: String) -> Self {
        Self { issuer, subject, audiences: vec![TOKEN_EXCHANGE_AUDIENCE.to_owned()] }
    }
}

/// Returns the valid secret of an application that starts like this value: Graph reveals only a secret's first
/// characters.
pub fn secret_in_use<'a>(application: &'a Application, text: &str, now: Timestamp) -> Option<&'a PasswordCredential> {
    let now = iso(now);
    application.password_credentials.iter().find(|credential| {
        let live = credential.end_date_time.as_ref().is_none_or(|end| end.get(..19) > now.get(..19));
        let hint = credential.hint.as_deref().filter(|hint| !hint.is_empty());
        live && hint.is_some_and(|hint| text.starts_with(hint))
    })
}

/// Returns whether a secret expires within some time.
pub fn ends_within(credential: &PasswordCredential, now: Timestamp, time: Duration) -> bool {
    credential.end_date_time.as_ref().is_some_and(|end| end.get(..19) < iso(now.plus(time)).get(..19))
}

/// Creates a secret and returns its value. A dry run returns none.
///
/// # Errors
/// Every [`RegistrationError`].
pub async fn add_secret(
    directory: &Directory,
    application: &Application,
    display_name: &str,
    end: Timestamp,
    age: Age,
) -> Result<Option<Secret>, RegistrationError> {
    let request = Request::add_password(&application.id, display_name, &iso(end));
    let Some(answer) = directory.write(&request, age).await? else { return Ok(None) };
    let text = answer.get("secretText").and_then(Value::as_str).filter(|text| !text.is_empty());
    let cause = || "it has no secretText".to_owned();
    let malformed = || RegistrationError::Malformed { request: "addPassword".to_owned(), cause: cause() };
    Ok(Some(Secret::new(text.ok_or_else(malformed)?)))
}

/// Removes the secrets of a name but for the one in use: their values are lost. Returns how many there were.
///
/// # Errors
/// Every [`RegistrationError`].
pub async fn remove_lost_secrets(
    directory: &Directory,
    application: &Application,
    display_name: &str,
    in_use: Option<&str>,
) -> Result<usize, RegistrationError> {
    let lost: Vec<_> = application
        .password_credentials
        .iter()
        .filter(|credential| credential.display_name.as_deref() == Some(display_name))
        .filter(|credential| in_use != Some(credential.key_id.as_str()))
        .collect();
    for credential in &lost {
        directory.write(&Request::remove_password(&application.id, &credential.key_id), Age::Old).await?;
    }
    Ok(lost.len())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    #[serde(default)]
    key_credentials: Vec<KeyCredential>,
}

/// Adds a certificate to the existing ones. Returns whether it was missing.
///
/// # Errors
/// Every [`RegistrationError`].
pub async fn add_certificate(
    directory: &Directory,
    application: &Application,
    certificate: &KeyCredential,
    age: Age,
) -> Result<bool, RegistrationError> {
    let held: Option<Keys> = directory.read(&Request::key_credentials(&application.id), age).await?;
    // Certificates that are not sent back would be removed.
    if held.is_none() && !directory.is_dry_run() {
        let lost = "the application exists, but its certificates were not found; run it again in a minute";
        return Err(RegistrationError::Conflict(lost.to_owned()));
    }
    let mut keys = held.map(|held| held.key_credentials).unwrap_or_default();
    if keys.iter().any(|key| key.key == certificate.key) {
        return Ok(false);
    }
    keys.push(certificate.clone());
    directory.write(&Request::set_key_credentials(&application.id, &keys), age).await?;
    Ok(true)
}

#[derive(Deserialize)]
struct Federations {
    value: Vec<Federation>,
}

/// Makes the application trust an issuer's tokens. Returns whether it did not before.
///
/// # Errors
/// Every [`RegistrationError`].
pub async fn add_federation(
    directory: &Directory,
    application: &Application,
    federation: &Federation,
    age: Age,
) -> Result<bool, RegistrationError> {
    let held: Option<Federations> = directory.read(&Request::federations(&application.id), age).await?;
    if held.is_some_and(|held| held.value.contains(federation)) {
        return Ok(false);
    }
    directory.write(&Request::set_federation(&application.id, FEDERATED_CREDENTIAL_NAME, federation), age).await?;
    Ok(true)
}

/// Formats a time for Graph.
pub(super) fn iso(time: Timestamp) -> String {
    let time = OffsetDateTime::from_unix_timestamp(time.0).ok().and_then(|time| time.format(&Rfc3339).ok());
    time.unwrap_or_else(|| "9999-12-31T23:59:59Z".to_owned())
}

/// Returns a number of days as a duration.
pub fn days(count: u16) -> Duration {
    Duration::from_hours(u64::from(count) * 24)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_is_known_by_how_it_begins_while_it_lasts() {
        let application: Application = serde_json::from_value(json!({
            "id": "o", "appId": "c", "passwordCredentials": [
                { "keyId": "old", "hint": "abc", "endDateTime": "2020-01-26T00:53:20Z" },
                { "keyId": "new", "hint": "abc", "endDateTime": "2020-01-26T00:53:21.1234567Z" },
            ],
        }))
        .unwrap();
        let in_use = |text| secret_in_use(&application, text, Timestamp(1_580_000_000)).map(|one| one.key_id.as_str());
        assert_eq!(in_use("abcdef"), Some("new"));
        assert_eq!(in_use("xyz"), None);
        assert_eq!(iso(Timestamp(1_580_000_000)), "2020-01-26T00:53:20Z");
    }
}
