//! How we prove who we are at the token endpoint: OpenID Connect Core section 9, RFC 7521 and RFC 7523.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2::{AuthType, ClientSecret};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::json;
use thiserror::Error;

use super::authorization::{NoRandomness, random_text};
use super::certificate::{CertificateError, CertifiedKey, ClientCertificate, SigningError};
use super::federated_token::FederatedToken;
use super::provider::Metadata;
use super::secret::Secret;
use super::token::ClientSettings;
use crate::clock::Timestamp;

/// What a client assertion is (RFC 7523 section 2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How long a client assertion is good for: long enough for clocks that differ. Entra wants ten minutes at most.
const ASSERTION_LIFETIME: Duration = Duration::from_mins(5);

/// With what we prove who we are. `Debug` prints nothing secret.
#[derive(Clone, Debug)]
pub enum Credential {
    /// A secret that the provider knows too.
    Secret(Secret),
    /// A certificate that the provider knows, whose private key signs an assertion for each request.
    Certificate(ClientCertificate),
    /// A token of an issuer that the provider trusts.
    FederatedToken(FederatedToken),
}

impl Credential {
    /// The secret, where it is one.
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Self::Secret(secret) => Some(secret),
            _ => None,
        }
    }

    /// A word for metrics and people.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Secret(_) => "secret",
            Self::Certificate(_) => "certificate",
            Self::FederatedToken(_) => "federated token",
        }
    }

    /// When it expires, where that can be told.
    pub fn expires_at(&self) -> Option<Timestamp> {
        match self {
            Self::Secret(_) => None,
            Self::Certificate(certificate) => Some(certificate.key().not_after),
            Self::FederatedToken(token) => token.expires_at(),
        }
    }

    /// Where it lies, as far as in files.
    pub fn files(&self) -> Vec<&Path> {
        match self {
            Self::Secret(secret) => secret.file().into_iter().collect(),
            Self::Certificate(certificate) => certificate.files().collect(),
            Self::FederatedToken(token) => token.file().into_iter().collect(),
        }
    }

    /// Reads its files again. Tells whether it changed.
    ///
    /// # Errors
    /// What was read cannot be used; what was held stays.
    pub fn reload(&self) -> Result<bool, CertificateError> {
        match self {
            Self::Secret(secret) => Ok(secret.reload()?),
            Self::Certificate(certificate) => certificate.reload(),
            Self::FederatedToken(token) => Ok(token.reload()?),
        }
    }
}

/// A client authentication method (`token_endpoint_auth_method`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthenticationMethod {
    /// The secret in the `Authorization` header (RFC 6749 section 2.3.1).
    ClientSecretBasic,
    /// The secret in the request's body.
    ClientSecretPost,
    /// A signed assertion: for every credential but a secret.
    PrivateKeyJwt,
}

impl AuthenticationMethod {
    /// The method to use for a secret: the configured one, else the first of the two that the provider supports, basic
    /// first.
    ///
    /// Where the provider supports neither, basic, which every provider must (RFC 6749 section 2.3.1).
    pub fn choose(configured: Option<Self>, metadata: &Metadata) -> Self {
        configured.unwrap_or({
            if !metadata.supports("client_secret_basic") && metadata.supports("client_secret_post") {
                Self::ClientSecretPost
            } else {
                Self::ClientSecretBasic
            }
        })
    }
}

impl FromStr for AuthenticationMethod {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "client_secret_basic" => Ok(Self::ClientSecretBasic),
            "client_secret_post" => Ok(Self::ClientSecretPost),
            "private_key_jwt" => Ok(Self::PrivateKeyJwt),
            _ => Err(()),
        }
    }
}

/// What a request to the token endpoint bears so that the provider knows whose it is.
pub struct Authentication {
    /// Where the secret stands.
    pub auth_type: AuthType,
    /// The secret, where that is the credential; then there are no parameters.
    pub secret: Option<ClientSecret>,
    /// The parameters of the body.
    pub parameters: Vec<(&'static str, String)>,
}

/// Why a request cannot be authenticated.
#[derive(Clone, Copy, Debug, Error)]
pub enum AuthenticationError {
    /// No random bytes for the assertion's `jti`.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The assertion cannot be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The settings want an assertion where there is only a secret.
    #[error("private_key_jwt needs a certificate or a federated token")]
    NothingToSignWith,
}

impl ClientSettings {
    /// Authenticates one request to the token endpoint. Ask anew for each: an assertion is used once.
    ///
    /// # Errors
    /// Every [`AuthenticationError`].
    pub fn authenticate(&self, metadata: &Metadata, now: Timestamp) -> Result<Authentication, AuthenticationError> {
        let assertion = match &self.credential {
            Credential::Secret(secret) => {
                let auth_type = match AuthenticationMethod::choose(self.authentication_method, metadata) {
                    AuthenticationMethod::ClientSecretBasic => AuthType::BasicAuth,
                    AuthenticationMethod::ClientSecretPost => AuthType::RequestBody,
                    AuthenticationMethod::PrivateKeyJwt => return Err(AuthenticationError::NothingToSignWith),
                };
                let secret = ClientSecret::new(secret.expose().to_string());
                return Ok(Authentication { auth_type, secret: Some(secret), parameters: Vec::new() });
            }
            Credential::Certificate(certificate) => {
                let audience = metadata.token_endpoint.as_str();
                assertion(&certificate.key(), &self.client_id, audience, &SystemRandom::new(), now)?
            }
            Credential::FederatedToken(token) => token.read().to_string(),
        };
        let parameters = vec![("client_assertion_type", ASSERTION_TYPE.to_owned()), ("client_assertion", assertion)];
        Ok(Authentication { auth_type: AuthType::RequestBody, secret: None, parameters })
    }
}

/// A client assertion (RFC 7523 section 3), as Entra wants it: its documentation's "certificate credentials".
fn assertion(
    key: &CertifiedKey,
    client_id: &str,
    audience: &str,
    random: &dyn SecureRandom,
    now: Timestamp,
) -> Result<String, AuthenticationError> {
    let header = json!({"alg": key.algorithm(), "typ": "JWT", "x5t#S256": key.thumbprint()});
    let claims = json!({
        "iss": client_id, "sub": client_id, "aud": audience, "jti": random_text(random)?,
        "iat": now, "nbf": now, "exp": now.plus(ASSERTION_LIFETIME),
    });
    let encode = |part: serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let input = format!("{}.{}", encode(header), encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(random, input.as_bytes())?);
    Ok(format!("{input}.{signature}"))
}
