//! The demo provider's keys, and ID tokens signed with them.

use std::sync::LazyLock;
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256};
use ring::{digest, hmac};
use rsa::pkcs8::EncodePrivateKey as _;
use serde_json::{Value, json};
use thiserror::Error;

/// A key cannot be generated or used.
#[derive(Clone, Copy, Debug, Error)]
#[error("a demo key cannot be made")]
pub struct SigningError;

/// An RSA key pair, a P-256 key pair, and the algorithm in use.
pub struct Signer {
    rsa: LazyLock<Result<RsaKey, SigningError>, MakeRsa>,
    ec: EcdsaKeyPair,
    ec_kid: String,
    /// `RS256` or `ES256`.
    pub algorithm: &'static str,
}

type MakeRsa = Box<dyn FnOnce() -> Result<RsaKey, SigningError> + Send>;

struct RsaKey {
    pair: KeyPair,
    kid: String,
}

impl RsaKey {
    fn new(pkcs8: &[u8]) -> Result<Self, SigningError> {
        let pair = KeyPair::from_pkcs8(pkcs8).map_err(|_| SigningError)?;
        let kid = thumbprint(pair.public().as_ref());
        Ok(Self { pair, kid })
    }
}

/// Generates an RSA key of 2048 bits (PKCS #8). It takes some tenths of a second.
///
/// # Errors
/// [`SigningError`].
pub fn new_rsa_key() -> Result<Vec<u8>, SigningError> {
    let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).map_err(|_| SigningError)?;
    Ok(key.to_pkcs8_der().map_err(|_| SigningError)?.as_bytes().to_vec())
}

impl Signer {
    /// Generates new keys. The RSA key is made in a thread of its own; the first to need it waits for it.
    ///
    /// # Errors
    /// [`SigningError`].
    pub fn generate() -> Result<Self, SigningError> {
        let made = thread::spawn(|| RsaKey::new(&new_rsa_key()?));
        Self::with(Box::new(|| made.join().unwrap_or(Err(SigningError))))
    }

    /// Uses this RSA key (PKCS #8), and generates a P-256 key.
    ///
    /// # Errors
    /// [`SigningError`].
    pub fn with_rsa_key(pkcs8: &[u8]) -> Result<Self, SigningError> {
        let rsa = RsaKey::new(pkcs8)?;
        Self::with(Box::new(|| Ok(rsa)))
    }

    /// Generates a P-256 key alone, and signs with it (ES256). It takes no time, even without optimisation.
    ///
    /// # Errors
    /// [`SigningError`].
    pub fn elliptic() -> Result<Self, SigningError> {
        Ok(Self { algorithm: "ES256", ..Self::with(Box::new(|| Err(SigningError)))? })
    }

    fn with(rsa: MakeRsa) -> Result<Self, SigningError> {
        let random = SystemRandom::new();
        let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).map_err(|_| SigningError)?;
        let ec = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, ec.as_ref(), &random);
        let ec = ec.map_err(|_| SigningError)?;
        let ec_kid = thumbprint(ec.public_key().as_ref());
        Ok(Self { rsa: LazyLock::new(rsa), ec, ec_kid, algorithm: "RS256" })
    }

    fn rsa(&self) -> Result<&RsaKey, SigningError> {
        self.rsa.as_ref().map_err(|error| *error)
    }

    /// Returns the id of the algorithm's key.
    pub fn kid(&self) -> &str {
        if self.algorithm == "ES256" { &self.ec_kid } else { self.rsa().map_or("", |rsa| &rsa.kid) }
    }

    /// Returns the key set, mixed as in the conformance suite: keys to sign, to encrypt, and of an unknown curve.
    pub fn key_set(&self, issuer: &str) -> Value {
        let point = self.ec.public_key().as_ref();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..65]));
        let mut keys = vec![
            json!({"kty": "EC", "use": "sig", "crv": "P-256", "kid": self.ec_kid, "x": x, "y": y, "issuer": issuer}),
            json!({"kty": "EC", "use": "sig", "crv": "secp256k1", "kid": "unknown-curve", "x": x, "y": y}),
        ];
        if let Ok(rsa) = self.rsa() {
            let public = PublicKeyComponents::<Vec<u8>>::from(rsa.pair.public());
            let (n, e) = (URL_SAFE_NO_PAD.encode(public.n), URL_SAFE_NO_PAD.encode(public.e));
            keys.insert(0, json!({"kty": "RSA", "use": "sig", "kid": rsa.kid, "n": n, "e": e, "issuer": issuer}));
            keys.push(json!({"kty": "RSA", "use": "enc", "alg": "RSA-OAEP", "kid": "encryption", "n": n, "e": e}));
        }
        json!({"keys": keys})
    }

    /// Signs with the key of the algorithm in the header.
    ///
    /// # Errors
    /// [`SigningError`].
    pub fn sign(&self, header: &Value, claims: &Value) -> Result<String, SigningError> {
        let (input, random) = (signing_input(header, claims), SystemRandom::new());
        let signature = if self.algorithm == "ES256" {
            self.ec.sign(&random, input.as_bytes()).map_err(|_| SigningError)?.as_ref().to_vec()
        } else {
            let rsa = &self.rsa()?.pair;
            let mut signature = vec![0; rsa.public().modulus_len()];
            rsa.sign(&RSA_PKCS1_SHA256, &random, input.as_bytes(), &mut signature).map_err(|_| SigningError)?;
            signature
        };
        Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// Signs with the client's secret (HS256).
pub fn sign_hs256(secret: &str, header: &Value, claims: &Value) -> String {
    let input = signing_input(header, claims);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&key, input.as_bytes())))
}

/// Returns a token without a signature.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.", signing_input(header, claims))
}

fn signing_input(header: &Value, claims: &Value) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

fn thumbprint(key: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(&digest::digest(&digest::SHA256, key).as_ref()[..20])
}
