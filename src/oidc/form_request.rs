//! Requests of the client itself to an endpoint of the provider: a form, with the client's authentication (RFC 6749
//! section 2.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oauth2::http::Request;
use oauth2::{AuthType, HttpResponse};
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::client_authentication::{Authentication, AuthenticationError};
use super::http::{Http, HttpError};
use super::provider::Metadata;
use super::token::ClientSettings;
use crate::clock::Timestamp;

/// Sends a form, and returns the response, whatever its status below 500.
pub(super) async fn post<E: From<HttpError> + From<AuthenticationError>>(
    endpoint: &Url,
    parameters: &[(&str, &str)],
    client: &ClientSettings,
    metadata: &Metadata,
    http: &Http,
    now: Timestamp,
) -> Result<HttpResponse, E> {
    let Authentication { auth_type, secret, parameters: authentication } = client.authenticate(metadata, now)?;
    let mut form = Serializer::new(String::new());
    form.extend_pairs(parameters).extend_pairs(authentication);
    let mut request = Request::post(endpoint.as_str())
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "application/json");
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
    Ok(http.send_unless_failing(request).await?)
}

/// Encodes a client id or secret for the `Authorization` header (RFC 6749 section 2.3.1).
fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}
