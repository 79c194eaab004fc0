//! Tokens for a downstream API, in exchange for the one that a client sent: token exchange (RFC 8693), and at Microsoft the
//! on-behalf-of flow, which came before it (RFC 7523 section 2.1 with `requested_token_use`).

use oauth2::RequestTokenError;

use super::form_request;
use super::http::Http;
use super::provider::{AuthorityKind, Metadata};
use super::token::{ClientSettings, Granted, TokenError, validate};
use crate::clock::Timestamp;

/// The API that a token is for, and what it may do there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ExchangeRequest {
    /// Its scopes.
    pub scopes: Vec<String>,
    /// `audience`: the API's name at the provider. Not at Microsoft, where the scopes name the API.
    pub audience: Option<String>,
    /// `resource`: the API's URL (RFC 8707). Not at Microsoft.
    pub resource: Option<String>,
}

impl ExchangeRequest {
    /// Returns the form's parameters (RFC 8693 section 2.1; Microsoft identity platform, "on-behalf-of flow").
    fn parameters<'a>(&'a self, token: &'a str, scope: &'a str, kind: AuthorityKind) -> Vec<(&'static str, &'a str)> {
        const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
        let mut parameters = match kind {
            AuthorityKind::Oidc => vec![
                ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
                ("subject_token", token),
                ("subject_token_type", ACCESS_TOKEN),
                ("requested_token_type", ACCESS_TOKEN),
            ],
            _ => vec![
                ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                ("assertion", token),
                ("requested_token_use", "on_behalf_of"),
            ],
        };
        if !scope.is_empty() {
            parameters.push(("scope", scope));
        }
        if kind == AuthorityKind::Oidc {
            parameters.extend(self.audience.as_deref().map(|audience| ("audience", audience)));
            parameters.extend(self.resource.as_deref().map(|resource| ("resource", resource)));
        }
        parameters
    }
}

/// Exchanges an access token for one for another API, on behalf of the same user.
///
/// # Errors
/// Every [`TokenError`].
pub async fn exchange(
    token: &str,
    request: &ExchangeRequest,
    kind: AuthorityKind,
    client: &ClientSettings,
    metadata: &Metadata,
    http: &Http,
    now: Timestamp,
) -> Result<Granted, TokenError> {
    let scope = request.scopes.join(" ");
    let (endpoint, parameters) = (&metadata.token_endpoint, request.parameters(token, &scope, kind));
    let response = form_request::post::<TokenError>(endpoint, &parameters, client, metadata, http, now).await?;
    let body = response.body();
    let outcome = if response.status().is_success() {
        Ok(serde_json::from_slice(body).map_err(|_| TokenError::Malformed)?)
    } else {
        let refusal = serde_json::from_slice(body).map_err(|_| TokenError::Malformed)?;
        Err(RequestTokenError::ServerResponse(refusal))
    };
    Ok(validate(outcome, &request.scopes, false, now)?.granted)
}
