//! Gets a token for Microsoft Graph: from the environment, Azure's command line, or the device code flow.

use std::process::Command;

use oauth2::basic::BasicClient;
use oauth2::{
    ClientId, DeviceAuthorizationUrl, RequestTokenError, Scope, StandardDeviceAuthorizationResponse,
    TokenResponse as _, TokenUrl,
};
use serde::Deserialize;
use thiserror::Error;

use super::Cloud;
use crate::oidc::excerpt::excerpt;
use crate::oidc::http::{Http, HttpError};
use crate::oidc::secret::Secret;

/// The environment variable that holds a token.
pub const VARIABLE: &str = "IDENTITY_WEB_GRAPH_TOKEN";
/// The client id of Azure's command line. It is known in every tenant and may manage applications as far as the user
/// may. The other public client that tools use, Microsoft Graph Command Line Tools, needs an administrator's consent
/// first, in each tenant.
pub const AZURE_CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
/// The name of its program.
const AZ: &str = if cfg!(windows) { "az.cmd" } else { "az" };

/// Where to get a token from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum TokenSource {
    /// The first of the others that has one
    #[default]
    Auto,
    /// The variable `IDENTITY_WEB_GRAPH_TOKEN`
    Environment,
    /// Azure's command line: `az account get-access-token`
    Az,
    /// A sign-in in the browser of any device, with a code to enter
    DeviceCode,
}

/// Why there is no token.
#[derive(Debug, Error)]
pub enum TokenError {
    /// The environment variable is not set.
    #[error("{VARIABLE} is not set")]
    NoVariable,
    /// Azure's command line returns none.
    #[error("`{AZ} account get-access-token` returned no token: {0}")]
    Az(String),
    /// Entra returns none.
    #[error("the device code flow returned no token: {0}")]
    DeviceCode(String),
}

/// The directory that a token is for, and the client that requests it.
#[derive(Clone, Debug)]
pub struct Audience<'a> {
    /// The cloud.
    pub cloud: &'a Cloud,
    /// The tenant: a GUID, a domain name, or `organizations` for the user's own.
    pub tenant: &'a str,
    /// The client id for the device code flow.
    pub client_id: &'a str,
}

/// Gets a token from `source`. Returns it with a description of where it is from.
///
/// With `unattended` nobody is asked to sign in. Then [`TokenSource::Auto`] may return none without an error.
///
/// # Errors
/// Every [`TokenError`].
pub async fn acquire(
    source: TokenSource,
    audience: &Audience<'_>,
    http: &Http,
    unattended: bool,
) -> Result<Option<(Secret, &'static str)>, TokenError> {
    let from_az = || az(audience.tenant).map(|token| (token, "of Azure's command line"));
    match source {
        TokenSource::Environment => environment().map(Some),
        TokenSource::Az => from_az().map(Some),
        TokenSource::DeviceCode => device_code(audience, http).await.map(Some),
        TokenSource::Auto => {
            let held = environment().or_else(|_| from_az());
            match held {
                Ok(token) => Ok(Some(token)),
                Err(_) if unattended => Ok(None),
                Err(error) => {
                    println!("{error}; please sign in:");
                    device_code(audience, http).await.map(Some)
                }
            }
        }
    }
}

fn environment() -> Result<(Secret, &'static str), TokenError> {
    let value = std::env::var(VARIABLE).ok().filter(|token| !token.trim().is_empty());
    value.map(|token| (Secret::new(token.trim()), "of the environment")).ok_or(TokenError::NoVariable)
}

#[derive(Deserialize)]
struct AzToken {
    #[serde(rename = "accessToken")]
    access_token: String,
}

fn az(tenant: &str) -> Result<Secret, TokenError> {
    let mut command = Command::new(AZ);
    command.args(["account", "get-access-token", "--resource-type", "ms-graph", "--output", "json"]);
    if tenant != "organizations" {
        command.args(["--tenant", tenant]);
    }
    let output = command.output().map_err(|error| TokenError::Az(error.to_string()))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let line = stderr.lines().find(|line| line.starts_with("ERROR")).or(stderr.lines().next());
        return Err(TokenError::Az(excerpt(line.unwrap_or("it failed").trim())));
    }
    // The output contains the token, so none of it goes into an error.
    let unusable = |_| TokenError::Az("its response is not valid".to_owned());
    let token: AzToken = serde_json::from_slice(&output.stdout).map_err(unusable)?;
    Ok(Secret::new(&token.access_token))
}

/// Runs the device code flow (RFC 8628).
async fn device_code(audience: &Audience<'_>, http: &Http) -> Result<(Secret, &'static str), TokenError> {
    let endpoint = |name: &str| format!("{}/oauth2/v2.0/{name}", audience.cloud.authority(audience.tenant));
    let malformed = |error: url::ParseError| TokenError::DeviceCode(error.to_string());
    let client = BasicClient::new(ClientId::new(audience.client_id.to_owned()))
        .set_device_authorization_url(DeviceAuthorizationUrl::new(endpoint("devicecode")).map_err(malformed)?)
        .set_token_uri(TokenUrl::new(endpoint("token")).map_err(malformed)?);
    let send = |request| http.send(request);
    let graph = audience.cloud.graph.as_str().trim_end_matches('/');
    let asked: StandardDeviceAuthorizationResponse = client
        .exchange_device_code()
        .add_scope(Scope::new(format!("{graph}/.default")))
        .request_async(&send)
        .await
        .map_err(refused)?;
    println!(
        "To sign in, open {} in a browser of any device, and enter the code {}",
        excerpt(asked.verification_uri().as_str()),
        excerpt(asked.user_code().secret())
    );
    let granted = client.exchange_device_access_token(&asked).request_async(&send, tokio::time::sleep, None).await;
    let token = granted.map_err(refused)?;
    Ok((Secret::new(token.access_token().secret()), "of the account that signed in"))
}

fn refused<E: std::fmt::Display + oauth2::ErrorResponse + 'static>(
    error: RequestTokenError<HttpError, E>,
) -> TokenError {
    TokenError::DeviceCode(match error {
        RequestTokenError::ServerResponse(refusal) => excerpt(refusal),
        RequestTokenError::Request(error) => error.to_string(),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => "the response is not valid".to_owned(),
    })
}
