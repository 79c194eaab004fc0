//! Token revocation: RFC 7009.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oauth2::AuthType;
use oauth2::http::Request;
use thiserror::Error;
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::client_authentication::{Authentication, AuthenticationError};
use super::http::{Http, HttpError};
use super::provider::Metadata;
use super::token::{ClientSettings, TokenSet};
use crate::clock::Timestamp;

/// Why a token wasn't revoked.
#[derive(Clone, Debug, Error)]
pub enum RevocationError {
    /// The endpoint gives no usable response.
    #[error("the revocation endpoint: {0}")]
    Http(#[from] HttpError),
    /// The request cannot be authenticated.
    #[error(transparent)]
    Authentication(#[from] AuthenticationError),
    /// The provider refuses the request (section 2.2.1).
    #[error("the revocation endpoint refused with status {0}")]
    Refused(u16),
}

/// Revokes the refresh token of a session, and the access tokens with it (section 2.1); without one, the access token.
///
/// # Errors
/// Every [`RevocationError`].
pub async fn revoke(
    tokens: &TokenSet,
    endpoint: &Url,
    client: &ClientSettings,
    metadata: &Metadata,
    http: &Http,
    now: Timestamp,
) -> Result<(), RevocationError> {
    let (hint, token) = match &tokens.refresh_token {
        Some(token) => ("refresh_token", token),
        // B2C may give none.
        None if tokens.granted.access_token.is_empty() => return Ok(()),
        None => ("access_token", &tokens.granted.access_token),
    };
    let Authentication { auth_type, secret, parameters } = client.authenticate(metadata, now)?;
    let mut form = Serializer::new(String::new());
    form.append_pair("token", token).append_pair("token_type_hint", hint).extend_pairs(parameters);
    let mut request = Request::post(endpoint.as_str()).header("content-type", "application/x-www-form-urlencoded");
    match (&secret, auth_type) {
        (Some(secret), AuthType::BasicAuth) => {
            let credentials = format!("{}:{}", encoded(&client.client_id), encoded(secret.secret()));
            request = request.header("authorization", format!("Basic {}", STANDARD.encode(credentials)));
        }
        (secret, _) => {
            form.append_pair("client_id", &client.client_id);
            form.extend_pairs(secret.iter().map(|secret| ("client_secret", secret.secret())));
        }
    }
    let host = endpoint.host_str().unwrap_or_default().to_owned();
    let request = request.body(form.finish().into_bytes());
    let request = request.map_err(|error| HttpError::Unreachable { host, cause: error.to_string() })?;
    let status = http.send_unless_failing(request).await?.status();
    if status.is_success() { Ok(()) } else { Err(RevocationError::Refused(status.as_u16())) }
}

/// Encodes a client id or secret for the `Authorization` header (RFC 6749 section 2.3.1).
fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}
