//! With what we prove who we are: a secret, a certificate, or another issuer's token.

use std::path::Path;

use super::certificate::{CertificateError, ClientCertificate};
use super::federated_token::FederatedToken;
use super::secret::Secret;
use crate::clock::Timestamp;

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
