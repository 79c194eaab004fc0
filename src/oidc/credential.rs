//! The client's credential: a secret, a certificate, or another issuer's token.

use std::path::Path;

use super::certificate::{CertificateError, ClientCertificate};
use super::federated_token::FederatedToken;
use super::secret::Secret;
use crate::clock::Timestamp;

/// The client's credential. `Debug` prints nothing secret.
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
    /// Returns the secret, if it is one.
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Self::Secret(secret) => Some(secret),
            _ => None,
        }
    }

    /// Returns a name for metrics and messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Secret(_) => "secret",
            Self::Certificate(_) => "certificate",
            Self::FederatedToken(_) => "federated token",
        }
    }

    /// Returns when it expires, if known.
    pub fn expires_at(&self) -> Option<Timestamp> {
        match self {
            Self::Secret(_) => None,
            Self::Certificate(certificate) => Some(certificate.key().not_after),
            Self::FederatedToken(token) => token.expires_at(),
        }
    }

    /// Returns the paths of the files it was read from, if any.
    pub fn files(&self) -> Vec<&Path> {
        match self {
            Self::Secret(secret) => secret.file().into_iter().collect(),
            Self::Certificate(certificate) => certificate.files().collect(),
            Self::FederatedToken(token) => token.file().into_iter().collect(),
        }
    }

    /// Reloads its files. Returns whether it changed.
    ///
    /// # Errors
    /// The files cannot be used; the last credential is kept.
    pub fn reload(&self) -> Result<bool, CertificateError> {
        match self {
            Self::Secret(secret) => Ok(secret.reload()?),
            Self::Certificate(certificate) => certificate.reload(),
            Self::FederatedToken(token) => Ok(token.reload()?),
        }
    }
}
