//! The token request and its response: OpenID Connect Core section 3.1.3.

use std::fmt;
use std::time::Duration;

use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AuthorizationCode, Client as OAuthClient, ClientId, ClientSecret, ExtraTokenFields, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, StandardRevocableToken, StandardTokenResponse, TokenResponse as _, TokenUrl,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::authorization::Code;
use super::callback::Refusal;
use super::client_authentication::AuthenticationMethod;
use super::http::{Http, HttpError};
use super::jws::Algorithm;
use super::provider::Metadata;
use super::secret::Secret;
use crate::clock::Timestamp;

/// Who we are at the provider.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// `client.client_id`.
    pub client_id: String,
    /// `client.client_credential`.
    pub credential: Secret,
    /// `client.authentication_method`; by default from the provider's metadata.
    pub authentication_method: Option<AuthenticationMethod>,
    /// `client.id_token_signed_response_alg`.
    pub algorithm: Algorithm,
    /// `client.userinfo`: whether claims are completed from the userinfo endpoint.
    pub userinfo: bool,
}

/// The tokens of one sign-in; made only from a [`Code`]. `Debug` prints none of them.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenSet {
    /// For the userinfo endpoint and other resources; opaque to us.
    pub access_token: String,
    /// The ID token to the letter, as sign-out wants it back.
    pub id_token: String,
    /// Gets the next access token, where the provider gave one.
    pub refresh_token: Option<String>,
    /// When the access token expires, where the provider says so.
    pub expires_at: Option<Timestamp>,
    /// The scopes granted, where the provider says so.
    pub scope: Option<String>,
}

impl fmt::Debug for TokenSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSet").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Why there are no tokens.
#[derive(Clone, Debug, Error)]
pub enum TokenError {
    /// The token endpoint does not answer as it should.
    #[error("the token endpoint: {0}")]
    Http(#[from] HttpError),
    /// The provider refuses (section 3.1.3.4).
    #[error("the token endpoint refused: {0}")]
    Refused(Refusal),
    /// The answer is not a token response of type Bearer with an ID token (section 3.1.3.3).
    #[error("the token endpoint's answer is not usable")]
    Malformed,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct IdTokenField {
    id_token: Option<String>,
}

impl ExtraTokenFields for IdTokenField {}

type TokenResponse = StandardTokenResponse<IdTokenField, BasicTokenType>;
type TokenClient = OAuthClient<
    BasicErrorResponse,
    TokenResponse,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
>;

/// Exchanges a code for tokens (section 3.1.3.1, RFC 7636 section 4.5).
///
/// # Errors
/// Every [`TokenError`].
pub async fn redeem(
    code: &Code,
    client: &ClientSettings,
    metadata: &Metadata,
    http: &Http,
    now: Timestamp,
) -> Result<TokenSet, TokenError> {
    let method = AuthenticationMethod::choose(client.authentication_method, metadata);
    let redirect_uri = RedirectUrl::new(code.redirect_uri().to_owned()).map_err(|_| TokenError::Malformed)?;
    let response = TokenClient::new(ClientId::new(client.client_id.clone()))
        .set_client_secret(ClientSecret::new(client.credential.expose().to_string()))
        .set_auth_type(method.auth_type())
        .set_token_uri(TokenUrl::from_url(metadata.token_endpoint.clone()))
        .set_redirect_uri(redirect_uri)
        .exchange_code(AuthorizationCode::new(code.code.clone()))
        .set_pkce_verifier(PkceCodeVerifier::new(code.pkce_verifier().to_owned()))
        .request_async(&|request| http.send(request))
        .await;
    judge(response, now)
}

/// Judges a token response (section 3.1.3.5).
fn judge(
    response: Result<TokenResponse, RequestTokenError<HttpError, BasicErrorResponse>>,
    now: Timestamp,
) -> Result<TokenSet, TokenError> {
    let tokens = response.map_err(|error| match error {
        RequestTokenError::Request(error) => TokenError::Http(error),
        RequestTokenError::ServerResponse(refusal) => {
            TokenError::Refused(Refusal::new(refusal.error().as_ref(), refusal.error_description().map(String::as_str)))
        }
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => TokenError::Malformed,
    })?;
    let Some(id_token) = tokens.extra_fields().id_token.clone() else { return Err(TokenError::Malformed) };
    if !matches!(tokens.token_type(), BasicTokenType::Bearer) {
        return Err(TokenError::Malformed);
    }
    // A lifetime beyond a day is not worth believing, and might not fit a timestamp.
    let lifetime = tokens.expires_in().map(|lifetime| lifetime.min(Duration::from_hours(24)));
    Ok(TokenSet {
        access_token: tokens.access_token().secret().clone(),
        id_token,
        refresh_token: tokens.refresh_token().map(|token| token.secret().clone()),
        expires_at: lifetime.map(|lifetime| now.plus(lifetime)),
        scope: tokens.scopes().map(|scopes| scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(response: &serde_json::Value) -> Result<TokenSet, TokenError> {
        let parsed = serde_json::from_value(response.clone()).map_err(|_| RequestTokenError::Other(String::new()));
        judge(parsed, Timestamp(1000))
    }

    #[test]
    fn a_response_without_expires_in_and_with_any_case_of_bearer_is_accepted() {
        for token_type in ["Bearer", "bearer", "bEARER"] {
            let tokens = judged(&serde_json::json!({"access_token": "a", "token_type": token_type, "id_token": "i"}));
            assert_eq!(tokens.unwrap().expires_at, None);
        }
    }

    #[test]
    fn a_response_without_id_token_or_with_another_type_is_refused() {
        for response in [
            serde_json::json!({"access_token": "a", "token_type": "Bearer"}),
            serde_json::json!({"access_token": "a", "token_type": "mac", "id_token": "i"}),
            serde_json::json!({"token_type": "Bearer", "id_token": "i"}),
        ] {
            assert!(matches!(judged(&response), Err(TokenError::Malformed)), "{response}");
        }
    }

    #[test]
    fn a_huge_lifetime_is_cut() {
        let response = serde_json::json!(
            {"access_token": "a", "token_type": "Bearer", "id_token": "i", "expires_in": u64::MAX});
        assert_eq!(judged(&response).unwrap().expires_at, Some(Timestamp(1000 + 86400)));
    }
}
