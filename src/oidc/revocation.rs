//! Token revocation: RFC 7009.

use thiserror::Error;
use url::Url;

use super::client_authentication::AuthenticationError;
use super::form_request;
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
    let parameters = [("token", token.as_str()), ("token_type_hint", hint)];
    let response = form_request::post::<RevocationError>(endpoint, &parameters, client, metadata, http, now).await?;
    let status = response.status();
    if status.is_success() { Ok(()) } else { Err(RevocationError::Refused(status.as_u16())) }
}
