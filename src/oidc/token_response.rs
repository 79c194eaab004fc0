//! The token response as received: OpenID Connect Core section 3.1.3.3, and B2C's variations.

use std::time::Duration;

use oauth2::basic::BasicTokenType;
use oauth2::{AccessToken, RefreshToken, Scope, TokenResponse as StandardTokenResponse, helpers};
use serde::{Deserialize, Deserializer, Serialize};

use super::trace::Tracer;

/// A token response, not validated. B2C sends no access token if no API is requested, and its older policies send
/// numbers as strings.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TokenResponse {
    #[serde(default = "none")]
    access_token: AccessToken,
    #[serde(deserialize_with = "helpers::deserialize_untagged_enum_case_insensitive")]
    token_type: BasicTokenType,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
    refresh_token: Option<RefreshToken>,
    #[serde(
        rename = "scope",
        default,
        deserialize_with = "helpers::deserialize_space_delimited_vec",
        serialize_with = "helpers::serialize_space_delimited_vec"
    )]
    scopes: Option<Vec<Scope>>,
    /// The ID token.
    pub(super) id_token: Option<String>,
}

impl TokenResponse {
    /// Notes what was received: of the tokens only that they were.
    pub(super) fn note(&self, tracer: Tracer<'_>) {
        let expires_in = self.expires_in.map(|seconds| seconds.to_string());
        let scope = self.scopes.as_ref().map(|scopes| scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>());
        let scope = scope.map(|scopes| scopes.join(" "));
        let is_there = |is_there: bool| is_there.then_some("");
        let parameters = [
            ("token_type", Some(self.token_type.as_ref())),
            ("expires_in", expires_in.as_deref()),
            ("scope", scope.as_deref()),
            ("access_token", is_there(!self.access_token.secret().is_empty())),
            ("id_token", is_there(self.id_token.is_some())),
            ("refresh_token", is_there(self.refresh_token.is_some())),
        ];
        tracer.received_all(parameters.into_iter().filter_map(|(name, value)| Some((name, value?))));
    }
}

fn none() -> AccessToken {
    AccessToken::new(String::new())
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Seconds {
        Number(u64),
        Text(String),
    }
    match Option::<Seconds>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Seconds::Number(seconds)) => Ok(Some(seconds)),
        Some(Seconds::Text(text)) => text.parse().map(Some).map_err(serde::de::Error::custom),
    }
}

impl StandardTokenResponse for TokenResponse {
    type TokenType = BasicTokenType;

    /// Empty if there is none.
    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.token_type
    }

    fn expires_in(&self) -> Option<Duration> {
        self.expires_in.map(Duration::from_secs)
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh_token.as_ref()
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        self.scopes.as_ref()
    }
}
