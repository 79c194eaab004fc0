//! The claims of a verified token: an ID token (OpenID Connect Core sections 2 and 5.1) or an access token (RFC 9068
//! section 2.2).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::validity::{self, TimeError};
use crate::clock::Timestamp;

/// The claims that say how the user authenticated.
const OF_AUTHENTICATION: [&str; 4] = ["acr", "acrs", "amr", "auth_time"];

/// Verified claims, made only by [`super::id_token::Verifier::verify`] and [`super::access_token::AccessTokenVerifier`]. All
/// claims are kept.
///
/// Deserialize only records that this application sealed itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Claims(Map<String, Value>);

impl Claims {
    pub(super) fn verified(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    /// Wraps unverified claims, for tests of applications. Never use it for what a browser or a provider sent.
    #[doc(hidden)]
    pub fn unverified_for_tests(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    /// Returns a claim's value.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Returns a claim's value if it is a non-empty string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// Returns `iss`: the provider that issued the token.
    pub fn issuer(&self) -> &str {
        self.text("iss").unwrap_or_default()
    }

    /// Returns `sub`: the user at this issuer. Only it and [`Claims::issuer`] together identify a user for good.
    pub fn subject(&self) -> &str {
        self.text("sub").unwrap_or_default()
    }

    /// Returns the user's stable key: issuer and subject.
    pub(crate) fn key(&self) -> (&str, &str) {
        (self.issuer(), self.subject())
    }

    /// Returns the key that a user has in all applications of Microsoft Entra: tenant and object ID (`tid`, `oid`).
    pub(crate) fn entra_key(&self) -> Option<(&str, &str)> {
        Some((self.text("tid")?, self.text("oid")?))
    }

    /// Returns `sid`: the provider's own session, if it names one.
    pub fn session_id(&self) -> Option<&str> {
        self.text("sid")
    }

    /// Returns `iat`: when the provider issued the ID token.
    pub fn issued_at(&self) -> Option<Timestamp> {
        validity::time(&self.0, "iat").ok().flatten()
    }

    /// Returns `auth_time`: when the user last authenticated, if the provider says so.
    pub fn authenticated_at(&self) -> Option<Timestamp> {
        validity::time(&self.0, "auth_time").ok().flatten()
    }

    /// Returns `exp`: when the token expires.
    pub fn expires_at(&self) -> Option<Timestamp> {
        validity::time(&self.0, "exp").ok().flatten()
    }

    /// Checks `exp`, `nbf` and `iat` again, for what was kept.
    pub(crate) fn check_validity(&self, now: Timestamp) -> Result<(), TimeError> {
        validity::check(&self.0, now)
    }

    /// Returns a name to show: `name`, `given_name`, `nickname`, `preferred_username`, an e-mail address or `sub`.
    /// Never use it for authorization.
    pub fn display_name(&self) -> &str {
        ["name", "given_name", "nickname", "preferred_username", "email"]
            .iter()
            .find_map(|name| self.text(name))
            .or_else(|| self.first_email())
            .unwrap_or_else(|| self.subject())
    }

    /// Returns the first of `emails`, which B2C sends instead of `email`. Never use it for authorization.
    pub fn first_email(&self) -> Option<&str> {
        self.get("emails")?.as_array()?.first()?.as_str()
    }

    /// Returns every claim, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Keeps what the sign-in says of the authentication if a renewed ID token omits it: a renewal is none, and the next
    /// one is checked against the same nonce.
    pub(super) fn keep_authentication_of(&mut self, first: &Self) {
        for name in ["nonce", "auth_time", "acr"] {
            if let Some(value) = first.get(name) {
                self.0.entry(name).or_insert_with(|| value.clone());
            }
        }
    }

    /// Adds the claims of userinfo. Those of the ID token take precedence, and only it says how the user authenticated.
    pub(super) fn complete_with(&mut self, userinfo: Map<String, Value>) {
        for (name, value) in userinfo {
            if !OF_AUTHENTICATION.contains(&name.as_str()) {
                self.0.entry(name).or_insert(value);
            }
        }
    }
}
