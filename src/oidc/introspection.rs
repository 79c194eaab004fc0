//! Token introspection: RFC 7662.

use serde_json::{Map, Value};
use thiserror::Error;
use url::Url;

use super::client_authentication::AuthenticationError;
use super::form_request;
use super::http::{Http, HttpError};
use super::json;
use super::provider::Metadata;
use super::token::ClientSettings;
use crate::clock::Timestamp;

/// Why nothing is known of a token.
#[derive(Clone, Debug, Error)]
pub enum IntrospectionError {
    /// The endpoint gives no usable response.
    #[error("the introspection endpoint: {0}")]
    Http(#[from] HttpError),
    /// The request cannot be authenticated.
    #[error(transparent)]
    Authentication(#[from] AuthenticationError),
    /// The provider refuses the request (section 2.3).
    #[error("the introspection endpoint refused with status {0}")]
    Refused(u16),
    /// The response is not a JSON object with `active` (section 2.2).
    #[error("the introspection endpoint's response is not valid")]
    Malformed,
}

/// Asks the provider about an access token (section 2.1). Returns its claims, or `None` if it isn't active.
///
/// # Errors
/// Every [`IntrospectionError`].
pub async fn introspect(
    token: &str,
    endpoint: &Url,
    client: &ClientSettings,
    metadata: &Metadata,
    http: &Http,
    now: Timestamp,
) -> Result<Option<Map<String, Value>>, IntrospectionError> {
    let parameters = [("token", token), ("token_type_hint", "access_token")];
    let response = form_request::post::<IntrospectionError>(endpoint, &parameters, client, metadata, http, now).await?;
    match response.status().as_u16() {
        200 => validate(response.body()),
        status => Err(IntrospectionError::Refused(status)),
    }
}

fn validate(body: &[u8]) -> Result<Option<Map<String, Value>>, IntrospectionError> {
    let claims = json::object(body).map_err(|_| IntrospectionError::Malformed)?;
    let is_active = claims.get("active").and_then(Value::as_bool).ok_or(IntrospectionError::Malformed)?;
    Ok(is_active.then_some(claims))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_says_whether_the_token_is_active() {
        for (body, expected) in [
            (r#"{"active":true,"sub":"s"}"#, Some(true)),
            (r#"{"active":false,"sub":"s"}"#, Some(false)),
            (r#"{"active":"true"}"#, None),
            (r#"{"active":1}"#, None),
            (r#"{"active":false,"active":true}"#, None),
            (r#"{"sub":"s"}"#, None),
            ("[true]", None),
            ("", None),
        ] {
            assert_eq!(validate(body.as_bytes()).ok().map(|claims| claims.is_some()), expected, "{body}");
        }
    }
}
