//! A certificate and its private key, with which we prove who we are (RFC 5280, RFC 7515 section 4.1.8).

use std::fmt;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::rand::SecureRandom;
use ring::rsa;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PSS_SHA256};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use super::secret::Secret;
use crate::clock::Timestamp;

/// How long before its end a certificate is due for renewal.
pub const RENEWAL_DUE: Duration = Duration::from_hours(30 * 24);

/// Why a certificate and its key cannot be used.
#[derive(Debug, Error)]
pub enum CertificateError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// The key is protected by a passphrase.
    #[error("the private key is encrypted; `openssl pkcs8 -in KEY -out NEW-KEY` decrypts it")]
    EncryptedKey,
    /// There is no key of a kind that is known.
    #[error(
        "the private key is not PEM of an RSA key of 2048 to 4096 bits, or of a P-256 key in PKCS #8; \
         `openssl pkcs8 -topk8 -nodes -in KEY -out NEW-KEY` makes PKCS #8"
    )]
    UnusableKey,
    /// There is no certificate.
    #[error("the certificate is not PEM of an X.509 certificate")]
    NoCertificate,
    /// None of the certificates is that of the key.
    #[error("the private key is not that of the certificate")]
    Mismatch,
}

impl CertificateError {
    /// Which of the two is to blame.
    pub fn culprit<T>(&self, private_key: T, certificate: T) -> T {
        if matches!(self, Self::EncryptedKey | Self::UnusableKey) { private_key } else { certificate }
    }
}

/// A certificate and its private key, in settings or in files that may change.
///
/// Clones share what [`ClientCertificate::reload`] reads.
#[derive(Clone)]
pub struct ClientCertificate {
    private_key: Secret,
    certificate: Secret,
    held: Arc<RwLock<Held>>,
}

struct Held {
    /// The texts that were read last, whether they could be used or not.
    read: [Arc<str>; 2],
    key: Arc<CertifiedKey>,
}

impl ClientCertificate {
    /// A private key and its certificate, each PEM; the certificate's may hold its chain too.
    ///
    /// # Errors
    /// Every [`CertificateError`] but `File`.
    pub fn new(private_key: Secret, certificate: Secret) -> Result<Self, CertificateError> {
        let read = [private_key.expose(), certificate.expose()];
        let key = Arc::new(CertifiedKey::from_pem(&read[0], &read[1])?);
        Ok(Self { private_key, certificate, held: Arc::new(RwLock::new(Held { read, key })) })
    }

    /// The pair to sign with.
    pub fn key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner).key)
    }

    /// Where they lie, as far as in files.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        [&self.private_key, &self.certificate].into_iter().filter_map(Secret::file)
    }

    /// Reads the files again. Tells whether there is a new pair.
    ///
    /// # Errors
    /// What was read is not a pair, or nothing can be read; the last pair stays. A rotation that is half-way through
    /// is said once: [`CertificateError::Mismatch`] when one of the files has changed, then nothing until the other has.
    pub fn reload(&self) -> Result<bool, CertificateError> {
        let read = [self.private_key.fresh()?, self.certificate.fresh()?];
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.read == read {
            return Ok(false);
        }
        held.read = read;
        held.key = Arc::new(CertifiedKey::from_pem(&held.read[0], &held.read[1])?);
        Ok(true)
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ClientCertificate").field(&self.key().subject).finish()
    }
}

enum PrivateKey {
    Rsa(rsa::KeyPair),
    P256(EcdsaKeyPair),
}

/// A private key and the certificate of its public key.
pub struct CertifiedKey {
    private_key: PrivateKey,
    /// The certificate, in DER.
    pub certificate: Vec<u8>,
    /// Whom it is for, as RFC 4514 writes it.
    pub subject: String,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
}

/// A signature cannot be made.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the client assertion cannot be signed")]
pub struct SigningError;

impl CertifiedKey {
    /// The pair of a private key and that one of the certificates which is its own.
    ///
    /// # Errors
    /// Every [`CertificateError`] but `File`.
    pub fn from_pem(private_key: &str, certificates: &str) -> Result<Self, CertificateError> {
        let private_key = PrivateKey::from_pem(private_key)?;
        let mut error = CertificateError::NoCertificate;
        for der in CertificateDer::pem_slice_iter(certificates.as_bytes()) {
            let der = der.map_err(|_| CertificateError::NoCertificate)?;
            let certificate = Certificate::from_der(&der).map_err(|_| CertificateError::NoCertificate)?;
            let body = certificate.tbs_certificate();
            if body.subject_public_key_info().subject_public_key.raw_bytes() != private_key.public_key() {
                error = CertificateError::Mismatch;
                continue;
            }
            let at = |time: x509_cert::time::Time| Timestamp(0).plus(time.to_unix_duration());
            return Ok(Self {
                private_key,
                subject: body.subject().to_string(),
                not_before: at(body.validity().not_before),
                not_after: at(body.validity().not_after),
                certificate: der.to_vec(),
            });
        }
        Err(error)
    }

    /// The signature algorithm of its kind of key (RFC 7518 section 3.1).
    pub fn algorithm(&self) -> &'static str {
        match self.private_key {
            PrivateKey::Rsa(_) => "PS256",
            PrivateKey::P256(_) => "ES256",
        }
    }

    /// The certificate's SHA-256 thumbprint, base64url: `x5t#S256` (RFC 7515 section 4.1.8).
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, &self.certificate))
    }

    /// The certificate's thumbprints of SHA-1 and SHA-256 in hexadecimal, for people to compare.
    pub fn fingerprints(&self) -> (String, String) {
        let hex = |algorithm| {
            let digest = digest(algorithm, &self.certificate);
            digest.as_ref().iter().fold(String::new(), |text, byte| format!("{text}{byte:02X}"))
        };
        (hex(&SHA1_FOR_LEGACY_USE_ONLY), hex(&SHA256))
    }

    /// Signs with [`CertifiedKey::algorithm`].
    ///
    /// # Errors
    /// [`SigningError`]: there is no randomness.
    pub fn sign(&self, random: &dyn SecureRandom, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        match &self.private_key {
            PrivateKey::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PSS_SHA256, random, message, &mut signature).map_err(|_| SigningError)?;
                Ok(signature)
            }
            PrivateKey::P256(key) => Ok(key.sign(random, message).map_err(|_| SigningError)?.as_ref().to_vec()),
        }
    }
}

impl PrivateKey {
    fn from_pem(pem: &str) -> Result<Self, CertificateError> {
        if pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || pem.contains("Proc-Type: 4,ENCRYPTED") {
            return Err(CertificateError::EncryptedKey);
        }
        let unusable = |_| CertificateError::UnusableKey;
        match PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| CertificateError::UnusableKey)? {
            PrivateKeyDer::Pkcs1(der) => {
                rsa::KeyPair::from_der(der.secret_pkcs1_der()).map(Self::Rsa).map_err(unusable)
            }
            PrivateKeyDer::Pkcs8(der) => {
                let der = der.secret_pkcs8_der();
                let random = ring::rand::SystemRandom::new();
                rsa::KeyPair::from_pkcs8(der).map(Self::Rsa).or_else(|_| {
                    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der, &random);
                    key.map(Self::P256).map_err(unusable)
                })
            }
            _ => Err(CertificateError::UnusableKey),
        }
    }

    /// As a certificate's subject public key has it.
    fn public_key(&self) -> &[u8] {
        match self {
            Self::Rsa(key) => key.public().as_ref(),
            Self::P256(key) => key.public_key().as_ref(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
