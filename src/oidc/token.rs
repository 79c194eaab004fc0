//! The token request and its response (OpenID Connect Core section 3.1.3), and renewals (section 12).

use std::fmt;
use std::time::Duration;

use oauth2::basic::{BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType};
use oauth2::http::header::AUTHORIZATION;
use oauth2::{
    AuthorizationCode, Client as OAuthClient, ClientId, EndpointNotSet, EndpointSet, ErrorResponse, HttpRequest,
    PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope, StandardRevocableToken, TokenResponse as _,
    TokenUrl,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::form_urlencoded;

use super::authorization::Code;
use super::callback::Refusal;
use super::client_authentication::{AuthenticationError, AuthenticationMethod};
use super::credential::Credential;
use super::http::{Http, HttpError};
use super::jws::Algorithm;
use super::provider::Metadata;
use super::token_response::TokenResponse;
pub use super::token_set::{Granted, Renewed, TokenSet};
use super::trace::Tracer;
use crate::clock::Timestamp;

/// The client at the provider.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// `client.client_id`.
    pub client_id: String,
    /// `client.client_credential`.
    pub credential: Credential,
    /// `client.authentication_method`; by default from the provider's metadata.
    pub authentication_method: Option<AuthenticationMethod>,
    /// `client.id_token_signed_response_alg`.
    pub algorithm: Algorithm,
    /// `client.userinfo`: whether claims are fetched from the userinfo endpoint too.
    pub userinfo: bool,
}

/// Why there are no tokens.
#[derive(Clone, Debug, Error)]
pub enum TokenError {
    /// The token endpoint gives no usable response.
    #[error("the token endpoint: {0}")]
    Http(#[from] HttpError),
    /// The request cannot be authenticated.
    #[error(transparent)]
    Authentication(#[from] AuthenticationError),
    /// The provider refuses the request (section 3.1.3.4).
    #[error("the token endpoint refused: {0}")]
    Refused(Refusal),
    /// The response is not a token response of type Bearer with an ID token (section 3.1.3.3).
    #[error("the token endpoint's response is not valid")]
    Malformed,
}

/// An error response (RFC 6749 section 5.2), with Entra's additions.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TokenErrorResponse {
    error: String,
    error_description: Option<String>,
    suberror: Option<String>,
    claims: Option<String>,
}

impl fmt::Display for TokenErrorResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.error)
    }
}

impl ErrorResponse for TokenErrorResponse {}

type TokenClient = OAuthClient<
    TokenErrorResponse,
    TokenResponse,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

type Parameters = Vec<(&'static str, String)>;

/// Returns an authenticated client, and the parameters to add to its requests.
fn token_client(
    client: &ClientSettings,
    metadata: &Metadata,
    now: Timestamp,
) -> Result<(TokenClient, Parameters), TokenError> {
    let authentication = client.authenticate(metadata, now)?;
    let mut oauth = OAuthClient::new(ClientId::new(client.client_id.clone()))
        .set_auth_type(authentication.auth_type)
        .set_token_uri(TokenUrl::from_url(metadata.token_endpoint.clone()));
    if let Some(secret) = authentication.secret {
        oauth = oauth.set_client_secret(secret);
    }
    Ok((oauth, authentication.parameters))
}

/// Exchanges a code for tokens (section 3.1.3.1, RFC 7636 section 4.5). `scopes` are those of the authorization request.
///
/// # Errors
/// Every [`TokenError`].
pub async fn redeem(
    code: &Code,
    scopes: &[String],
    client: &ClientSettings,
    metadata: &Metadata,
    http: &Http,
    now: Timestamp,
    tracer: Tracer<'_>,
) -> Result<TokenSet, TokenError> {
    let redirect_uri = RedirectUrl::new(code.redirect_uri().to_owned()).map_err(|_| TokenError::Malformed)?;
    let (oauth, parameters) = token_client(client, metadata, now)?;
    let oauth = oauth.set_redirect_uri(redirect_uri);
    let mut request = oauth
        .exchange_code(AuthorizationCode::new(code.code.clone()))
        .set_pkce_verifier(PkceCodeVerifier::new(code.pkce_verifier().to_owned()));
    for (name, value) in parameters {
        request = request.add_extra_param(name, value);
    }
    let send = |request| {
        note_request(&request, tracer);
        http.send_unless_failing(request)
    };
    let response = request.request_async(&send).await;
    if let Ok(response) = &response {
        response.note(tracer);
    }
    let tokens = first(validate(response, scopes, metadata.access_token_optional, now)?)?;
    tracer.passed("code_verifier", "", "");
    Ok(tokens)
}

/// Notes a token request as it is sent.
fn note_request(request: &HttpRequest, tracer: Tracer<'_>) {
    let authorization = request.headers().contains_key(AUTHORIZATION).then(|| ("authorization".into(), "".into()));
    tracer.sent_all(request.uri(), authorization.into_iter().chain(form_urlencoded::parse(request.body())));
}

/// Returns the tokens of a sign-in, which must include an ID token.
fn first(response: Renewed) -> Result<TokenSet, TokenError> {
    let Renewed { granted, id_token, refresh_token } = response;
    let id_token = id_token.ok_or(TokenError::Malformed)?;
    Ok(TokenSet { granted, id_token, refresh_token, ..TokenSet::default() })
}

/// Renews tokens (OpenID Connect Core section 12, RFC 6749 section 6). Without `scopes` the new access token has those
/// of the sign-in.
///
/// # Errors
/// Every [`TokenError`]. After [`TokenError::Http`] the provider may or may not have rotated the refresh token.
pub async fn refresh(
    refresh_token: &str,
    scopes: &[String],
    client: &ClientSettings,
    metadata: &Metadata,
    http: &Http,
    now: Timestamp,
) -> Result<Renewed, TokenError> {
    let (oauth, parameters) = token_client(client, metadata, now)?;
    let refresh_token = RefreshToken::new(refresh_token.to_owned());
    let mut request = oauth.exchange_refresh_token(&refresh_token).add_scopes(scopes.iter().cloned().map(Scope::new));
    for (name, value) in parameters {
        request = request.add_extra_param(name, value);
    }
    let response = request.request_async(&|request| http.send_unless_failing(request)).await;
    validate(response, scopes, metadata.access_token_optional, now)
}

/// Validates a token response (section 3.1.3.5). Without `scope` the scopes granted are those requested (RFC 6749 section
/// 5.1).
pub(super) fn validate(
    response: Result<TokenResponse, RequestTokenError<HttpError, TokenErrorResponse>>,
    requested: &[String],
    access_token_optional: bool,
    now: Timestamp,
) -> Result<Renewed, TokenError> {
    let tokens = response.map_err(|error| match error {
        RequestTokenError::Request(error) => TokenError::Http(error),
        RequestTokenError::ServerResponse(refusal) => TokenError::Refused(
            Refusal::new(&refusal.error, refusal.error_description.as_deref())
                .with(refusal.suberror.as_deref(), refusal.claims),
        ),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => TokenError::Malformed,
    })?;
    let lacks_access_token = tokens.access_token().secret().is_empty() && !access_token_optional;
    if lacks_access_token || !matches!(tokens.token_type(), BasicTokenType::Bearer) {
        return Err(TokenError::Malformed);
    }
    // A lifetime of more than a day is not realistic, and might not fit a timestamp.
    let lifetime = tokens.expires_in().map(|lifetime| lifetime.min(Duration::from_hours(24)));
    let granted = tokens.scopes().map(|scopes| scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" "));
    let scope = granted.or_else(|| (!requested.is_empty()).then(|| requested.join(" ")));
    Ok(Renewed {
        granted: Granted {
            access_token: tokens.access_token().secret().clone(),
            obtained_at: now,
            expires_at: lifetime.map(|lifetime| now.plus(lifetime)),
            scope,
            ..Granted::default()
        },
        id_token: tokens.id_token.clone(),
        refresh_token: tokens.refresh_token().map(|token| token.secret().clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(response: &serde_json::Value) -> Result<TokenSet, TokenError> {
        let parsed = serde_json::from_value(response.clone()).map_err(|_| RequestTokenError::Other(String::new()));
        first(validate(parsed, &["openid".to_owned(), "api:read".to_owned()], false, Timestamp(1000))?)
    }

    #[test]
    fn b2c_may_give_no_access_token_and_numbers_as_texts() {
        let response = serde_json::json!({"id_token": "i", "token_type": "Bearer", "not_before": 1_603_065_986,
            "id_token_expires_in": 3600, "profile_info": "e30", "scope": "openid"});
        let judged = |response: &serde_json::Value, optional| {
            validate(Ok(serde_json::from_value(response.clone()).unwrap()), &[], optional, Timestamp(1000))
        };
        assert_eq!(judged(&response, true).unwrap().granted.access_token, "");
        assert!(matches!(judged(&response, false), Err(TokenError::Malformed)), "B2C alone may");
        let texts =
            serde_json::json!({"access_token": "a", "id_token": "i", "token_type": "Bearer", "expires_in": "60"});
        assert_eq!(judged(&texts, true).unwrap().granted.expires_at, Some(Timestamp(1060)));
    }

    #[test]
    fn a_response_without_expires_in_and_with_any_case_of_bearer_is_accepted() {
        for token_type in ["Bearer", "bearer", "bEARER"] {
            let tokens = judged(&serde_json::json!({"access_token": "a", "token_type": token_type, "id_token": "i"}));
            assert_eq!(tokens.unwrap().granted.expires_at, None);
        }
    }

    #[test]
    fn a_response_without_scope_grants_what_was_requested() {
        let scope = |scope: serde_json::Value| {
            let mut response = serde_json::json!({"access_token": "a", "token_type": "Bearer", "id_token": "i"});
            response.as_object_mut().unwrap().extend(scope.as_object().unwrap().clone());
            judged(&response).unwrap().granted.scope
        };
        assert_eq!(scope(serde_json::json!({})).as_deref(), Some("openid api:read"));
        assert_eq!(scope(serde_json::json!({"scope": null})).as_deref(), Some("openid api:read"));
        assert_eq!(scope(serde_json::json!({"scope": "openid"})).as_deref(), Some("openid"));
    }

    #[test]
    fn a_response_without_id_token_or_with_another_type_is_refused() {
        for response in [
            serde_json::json!({"access_token": "a", "token_type": "Bearer"}),
            serde_json::json!({"access_token": "a", "token_type": "mac", "id_token": "i"}),
            serde_json::json!({"token_type": "Bearer", "id_token": "i"}),
            serde_json::json!({"access_token": "a", "token_type": "Bearer", "id_token": "i", "expires_in": "soon"}),
        ] {
            assert!(matches!(judged(&response), Err(TokenError::Malformed)), "{response}");
        }
    }

    #[test]
    fn a_huge_lifetime_is_cut() {
        let response = serde_json::json!(
            {"access_token": "a", "token_type": "Bearer", "id_token": "i", "expires_in": u64::MAX});
        assert_eq!(judged(&response).unwrap().granted.expires_at, Some(Timestamp(1000 + 86400)));
    }
}
