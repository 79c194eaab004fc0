//! The client's certificates, and files that change while the application runs.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity_web::internals::clock::Clock;
use identity_web::internals::oidc::certificate::CertifiedKey;
use rcgen::{CertificateParams, DnType, KeyPair};
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::Folder;
use super::app::rsa_key;

/// A certificate and its key, in PEM.
pub struct Certified {
    /// The private key.
    pub key: String,
    /// The certificate.
    pub certificate: String,
}

impl Certified {
    /// Issues a certificate for one of two RSA keys, valid from and until these numbers of days from now.
    pub fn new(which: usize, name: &str, days: [i64; 2]) -> Self {
        Self::of(&KeyPair::try_from(rsa_key(which)).unwrap(), name, days)
    }

    /// Issues a certificate for a new P-256 key.
    pub fn of_p256(name: &str) -> Self {
        Self::of(&KeyPair::generate().unwrap(), name, [-1, 365])
    }

    fn of(key: &KeyPair, name: &str, days: [i64; 2]) -> Self {
        let at = |days: i64| OffsetDateTime::from_unix_timestamp(Clock::system().now().0 + days * 86_400).unwrap();
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, name);
        (parameters.not_before, parameters.not_after) = (at(days[0]), at(days[1]));
        let certificate = parameters.self_signed(key).unwrap().pem();
        Self { key: key.serialize_pem(), certificate }
    }

    /// Returns the key to sign with.
    pub fn pair(&self) -> CertifiedKey {
        CertifiedKey::from_pem(&self.key, &self.certificate).unwrap()
    }

    /// Returns the RSA public key as a JSON Web Key.
    pub fn jwk(&self) -> Value {
        let key = rsa::RsaPrivateKey::from_pkcs8_pem(&self.key).unwrap();
        let encode = |number: &rsa::BigUint| URL_SAFE_NO_PAD.encode(number.to_bytes_be());
        json!({"kty": "RSA", "use": "sig", "n": encode(key.n()), "e": encode(key.e())})
    }

    /// `x5t#S256`.
    pub fn thumbprint(&self) -> String {
        self.pair().thumbprint()
    }
}

/// Replaces a file atomically, as Kubernetes does.
pub fn replace(folder: &Folder, name: &str, content: &str) -> PathBuf {
    let (path, fresh) = (folder.path().join(name), folder.path().join(format!(".{name}")));
    std::fs::write(&fresh, content).unwrap();
    std::fs::rename(fresh, &path).unwrap();
    path
}
