//! How we prove who we are at the token endpoint: OpenID Connect Core section 9.

use std::str::FromStr;

use oauth2::AuthType;

use super::provider::Metadata;

/// A client authentication method (`token_endpoint_auth_method`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthenticationMethod {
    /// The secret in the `Authorization` header (RFC 6749 section 2.3.1).
    ClientSecretBasic,
    /// The secret in the request's body.
    ClientSecretPost,
}

impl AuthenticationMethod {
    /// The method to use: the configured one, else the first of the two that the provider supports, basic first.
    ///
    /// Where the provider supports neither, basic, which every provider must (RFC 6749 section 2.3.1).
    pub fn choose(configured: Option<Self>, metadata: &Metadata) -> Self {
        let supported = |method: &str| metadata.token_endpoint_auth_methods_supported.iter().any(|one| one == method);
        configured.unwrap_or({
            if !supported("client_secret_basic") && supported("client_secret_post") {
                Self::ClientSecretPost
            } else {
                Self::ClientSecretBasic
            }
        })
    }

    pub(super) fn auth_type(self) -> AuthType {
        match self {
            Self::ClientSecretBasic => AuthType::BasicAuth,
            Self::ClientSecretPost => AuthType::RequestBody,
        }
    }
}

impl FromStr for AuthenticationMethod {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "client_secret_basic" => Ok(Self::ClientSecretBasic),
            "client_secret_post" => Ok(Self::ClientSecretPost),
            _ => Err(()),
        }
    }
}
