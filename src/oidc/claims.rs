//! What a verified ID token says (OpenID Connect Core sections 2 and 5.1).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Verified claims: made only by [`super::id_token::Verifier::verify`]. All of them are kept.
///
/// Deserializing is for records that this application sealed itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Claims(Map<String, Value>);

impl Claims {
    pub(super) fn verified(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    /// Claims that nobody verified, for tests of applications; never for what a browser or a provider sent.
    pub fn unverified_for_tests(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    /// A claim's value.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A claim's value where it is a string that is not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// `iss`: the provider that issued the token.
    pub fn issuer(&self) -> &str {
        self.text("iss").unwrap_or_default()
    }

    /// `sub`: the person, at this issuer. With [`Claims::issuer`] the one stable key of a person.
    pub fn subject(&self) -> &str {
        self.text("sub").unwrap_or_default()
    }

    /// `sid`: the provider's own session, where it has told.
    pub fn session_id(&self) -> Option<&str> {
        self.text("sid")
    }

    /// A name to greet by: `name`, else `given_name`, `preferred_username`, `email`, `sub`. Never for authorization.
    pub fn display_name(&self) -> &str {
        ["name", "given_name", "nickname", "preferred_username", "email"]
            .iter()
            .find_map(|name| self.text(name))
            .or_else(|| self.first_email())
            .unwrap_or_else(|| self.subject())
    }

    /// The first of `emails`, which B2C has in place of `email`. Never for authorization.
    pub fn first_email(&self) -> Option<&str> {
        self.get("emails")?.as_array()?.first()?.as_str()
    }

    /// Every claim, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Keeps the nonce of the sign-in where a renewed ID token has none, for the renewal after it.
    pub(super) fn keep_nonce_of(&mut self, first: &Self) {
        if let Some(nonce) = first.get("nonce") {
            self.0.entry("nonce").or_insert_with(|| nonce.clone());
        }
    }

    /// Takes in the claims of userinfo; what the ID token says stands.
    pub(super) fn complete_with(&mut self, userinfo: Map<String, Value>) {
        for (name, value) in userinfo {
            self.0.entry(name).or_insert(value);
        }
    }
}
