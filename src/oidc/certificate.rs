//! The client's certificate and private key, which authenticate it (RFC 5280, RFC 7515 section 4.1.8).

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

/// How long before its expiry a certificate is due for renewal.
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
    /// There is no private key of a supported kind.
    #[error(
        "the private key is not a PEM-encoded RSA key of 2048 to 4096 bits, or P-256 key in PKCS #8; \
         `openssl pkcs8 -topk8 -nodes -in KEY -out NEW-KEY` converts it to PKCS #8"
    )]
    UnusableKey,
    /// There is no certificate.
    #[error("the certificate is not a PEM-encoded X.509 certificate")]
    NoCertificate,
    /// None of the certificates belongs to the key.
    #[error("the private key does not belong to the certificate")]
    Mismatch,
}

impl CertificateError {
    /// Returns the one of the two that is to blame.
    pub fn culprit<T>(&self, private_key: T, certificate: T) -> T {
        if matches!(self, Self::EncryptedKey | Self::UnusableKey) { private_key } else { certificate }
    }
}

/// A certificate and its private key, from settings or from files that may change.
///
/// Clones share what [`ClientCertificate::reload`] reads.
#[derive(Clone)]
pub struct ClientCertificate {
    private_key: Secret,
    certificate: Secret,
    loaded: Arc<RwLock<Loaded>>,
}

struct Loaded {
    /// The texts that were last read, usable or not.
    read: [Arc<str>; 2],
    key: Arc<CertifiedKey>,
}

impl ClientCertificate {
    /// Parses a private key and its certificate, both PEM. The certificate may come with its chain.
    ///
    /// # Errors
    /// Every [`CertificateError`] but `File`.
    pub fn new(private_key: Secret, certificate: Secret) -> Result<Self, CertificateError> {
        let read = [private_key.expose(), certificate.expose()];
        let key = Arc::new(CertifiedKey::from_pem(&read[0], &read[1])?);
        Ok(Self { private_key, certificate, loaded: Arc::new(RwLock::new(Loaded { read, key })) })
    }

    /// Returns the pair to sign with.
    pub fn key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.loaded.read().unwrap_or_else(PoisonError::into_inner).key)
    }

    /// Returns the paths of the files they were read from, if any.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        [&self.private_key, &self.certificate].into_iter().filter_map(Secret::file)
    }

    /// Reloads the files. Returns whether the pair changed.
    ///
    /// # Errors
    /// The files cannot be read, or do not hold a pair; the last pair is kept. A rotation in progress is reported once:
    /// [`CertificateError::Mismatch`] when one file has changed, then nothing until the other has.
    pub fn reload(&self) -> Result<bool, CertificateError> {
        let read = [self.private_key.fresh()?, self.certificate.fresh()?];
        let mut loaded = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
        if loaded.read == read {
            return Ok(false);
        }
        loaded.read = read;
        loaded.key = Arc::new(CertifiedKey::from_pem(&loaded.read[0], &loaded.read[1])?);
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
    /// The subject (RFC 4514).
    pub subject: String,
    /// The start of its validity.
    pub not_before: Timestamp,
    /// The end of its validity.
    pub not_after: Timestamp,
}

/// A signature cannot be made.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the client assertion cannot be signed")]
pub struct SigningError;

impl CertifiedKey {
    /// Pairs a private key with the one of the certificates that belongs to it.
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

    /// Returns the signature algorithm for its kind of key (RFC 7518 section 3.1).
    pub fn algorithm(&self) -> &'static str {
        match self.private_key {
            PrivateKey::Rsa(_) => "PS256",
            PrivateKey::P256(_) => "ES256",
        }
    }

    /// Returns the certificate's SHA-256 thumbprint in base64url, `x5t#S256` (RFC 7515 section 4.1.8).
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, &self.certificate))
    }

    /// Returns the certificate's SHA-1 and SHA-256 thumbprints in hexadecimal, for administrators to compare.
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
    /// [`SigningError`]: the system provides no random numbers.
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

    /// Returns the public key as a certificate's subject public key encodes it.
    fn public_key(&self) -> &[u8] {
        match self {
            Self::Rsa(key) => key.public().as_ref(),
            Self::P256(key) => key.public_key().as_ref(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
