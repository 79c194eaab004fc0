//! Keys that verify signatures with ring (RFC 7518 section 3, RFC 8037).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::{Map, Value};

use super::jws::Algorithm;

/// The start of an elliptic curve's point that isn't compressed (SEC 1 section 2.3.3).
const UNCOMPRESSED: u8 = 4;
const RSA_BITS_LEAST: usize = 2048;

/// A key that verifies signatures, decoded once.
#[derive(Debug)]
pub(super) enum PublicKey {
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    /// A point of the named curve.
    Ec(String, Vec<u8>),
    Ed25519(Vec<u8>),
    /// The client's secret.
    Secret(Vec<u8>),
}

impl PublicKey {
    /// Reads the key's parameters from a JWK (RFC 7518 section 6, RFC 8037 section 2); `None` for an unknown type.
    pub(super) fn from_jwk(jwk: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
        // ring takes no leading zeros.
        let number = |name: &str| Some(bytes(name)?.into_iter().skip_while(|byte| *byte == 0).collect::<Vec<_>>());
        match (text("kty")?, text("crv")) {
            ("RSA", _) => Some(Self::Rsa { modulus: number("n")?, exponent: number("e")? }),
            ("EC", Some(curve)) => {
                Some(Self::Ec(curve.to_owned(), [vec![UNCOMPRESSED], bytes("x")?, bytes("y")?].concat()))
            }
            ("OKP", Some("Ed25519")) => Some(Self::Ed25519(bytes("x")?)),
            _ => None,
        }
    }

    /// Returns false for an RSA key of less than 2048 bits (RFC 7518 section 3.3), or with an exponent that is even or 1: a
    /// signature by such a key proves nothing.
    pub(super) fn is_strong(&self) -> bool {
        let Self::Rsa { modulus, exponent } = self else { return true };
        let bits = modulus.first().map_or(0, |first| modulus.len() * 8 - first.leading_zeros() as usize);
        let odd = exponent.last().is_some_and(|last| last % 2 == 1);
        bits >= RSA_BITS_LEAST && odd && *exponent != [1]
    }

    /// Returns whether the algorithm uses keys of this type and curve.
    pub(super) fn fits(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Rsa { .. } => rsa_parameters(algorithm).is_some(),
            Self::Ec(curve, _) => {
                matches!((curve.as_str(), algorithm), ("P-256", Algorithm::ES256) | ("P-384", Algorithm::ES384))
            }
            Self::Ed25519(_) => algorithm == Algorithm::EdDSA,
            Self::Secret(_) => algorithm.is_symmetric(),
        }
    }

    /// Returns whether this key made the signature with this algorithm.
    pub(super) fn verifies(&self, algorithm: Algorithm, signed: &[u8], signature: &[u8]) -> bool {
        let hmac = |secret: &[u8], of| hmac::verify(&hmac::Key::new(of, secret), signed, signature).is_ok();
        match (self, algorithm) {
            (Self::Rsa { modulus, exponent }, _) => rsa_parameters(algorithm).is_some_and(|parameters| {
                RsaPublicKeyComponents { n: modulus, e: exponent }.verify(parameters, signed, signature).is_ok()
            }),
            (Self::Ec(curve, point), Algorithm::ES256) if curve == "P-256" => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature).is_ok()
            }
            (Self::Ec(curve, point), Algorithm::ES384) if curve == "P-384" => {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).verify(signed, signature).is_ok()
            }
            (Self::Ed25519(point), Algorithm::EdDSA) => {
                UnparsedPublicKey::new(&ED25519, point).verify(signed, signature).is_ok()
            }
            (Self::Secret(secret), Algorithm::HS256) => hmac(secret, hmac::HMAC_SHA256),
            (Self::Secret(secret), Algorithm::HS384) => hmac(secret, hmac::HMAC_SHA384),
            (Self::Secret(secret), Algorithm::HS512) => hmac(secret, hmac::HMAC_SHA512),
            _ => false,
        }
    }
}

fn rsa_parameters(algorithm: Algorithm) -> Option<&'static RsaParameters> {
    match algorithm {
        Algorithm::RS256 => Some(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Some(&RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Some(&RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => Some(&RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => Some(&RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => Some(&RSA_PSS_2048_8192_SHA512),
        _ => None,
    }
}

// The demo provider has what generates RSA keys.
#[cfg(test)]
#[cfg(feature = "demo")]
mod tests {
    use openidconnect::JsonWebKey as _;
    use openidconnect::core::CoreJsonWebKey;
    use ring::rand::SystemRandom;
    use ring::rsa::{KeyPair as RsaKeyPair, PublicKeyComponents};
    use ring::signature::{self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RsaEncoding};
    use rsa::pkcs8::EncodePrivateKey as _;
    use serde_json::json;

    use super::*;

    const SIGNED: &[u8] = b"header.payload";

    /// A JWK, and what it signed by the names of the algorithms.
    type Signed = (Value, Vec<(&'static str, Vec<u8>)>);

    fn rsa_key() -> Signed {
        let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
        let pair = RsaKeyPair::from_pkcs8(key.to_pkcs8_der().unwrap().as_bytes()).unwrap();
        let public = PublicKeyComponents::<Vec<u8>>::from(pair.public());
        let jwk = json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode(public.n), "e": URL_SAFE_NO_PAD.encode(public.e)});
        let sign = |encoding: &'static dyn RsaEncoding| {
            let mut made = vec![0; pair.public().modulus_len()];
            pair.sign(encoding, &SystemRandom::new(), SIGNED, &mut made).unwrap();
            made
        };
        let made = vec![
            ("RS256", sign(&signature::RSA_PKCS1_SHA256)),
            ("RS384", sign(&signature::RSA_PKCS1_SHA384)),
            ("RS512", sign(&signature::RSA_PKCS1_SHA512)),
            ("PS256", sign(&signature::RSA_PSS_SHA256)),
            ("PS384", sign(&signature::RSA_PSS_SHA384)),
            ("PS512", sign(&signature::RSA_PSS_SHA512)),
        ];
        (jwk, made)
    }

    fn ec_key(name: &'static str, curve: &str, algorithm: &'static EcdsaSigningAlgorithm) -> Signed {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
        let (x, y) = pair.public_key().as_ref()[1..].split_at(pair.public_key().as_ref().len() / 2);
        let jwk = json!({"kty": "EC", "crv": curve, "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y)});
        (jwk, vec![(name, pair.sign(&random, SIGNED).unwrap().as_ref().to_vec())])
    }

    fn ed25519_key() -> Signed {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(pair.public_key())});
        (jwk, vec![("EdDSA", pair.sign(SIGNED).as_ref().to_vec())])
    }

    #[test]
    fn a_signature_is_its_keys_algorithms_and_messages_alone() {
        let keys = [
            rsa_key(),
            ec_key("ES256", "P-256", &signature::ECDSA_P256_SHA256_FIXED_SIGNING),
            ec_key("ES384", "P-384", &signature::ECDSA_P384_SHA384_FIXED_SIGNING),
            ed25519_key(),
        ];
        let publics: Vec<_> =
            keys.iter().map(|(jwk, _)| PublicKey::from_jwk(jwk.as_object().unwrap()).unwrap()).collect();
        for (signer, (jwk, signatures)) in keys.iter().enumerate() {
            for (made_with, signature) in signatures {
                let theirs: CoreJsonWebKey = serde_json::from_value(jwk.clone()).unwrap();
                let algorithm = made_with.parse::<Algorithm>().unwrap();
                let declared = serde_json::from_value(json!(made_with)).unwrap();
                theirs.verify_signature(&declared, SIGNED, signature).unwrap();
                let hash = theirs.hash_bytes(SIGNED, &declared).unwrap();
                assert_eq!(algorithm.hash(SIGNED).as_ref(), hash, "{made_with}");
                for (verifier, public) in publics.iter().enumerate() {
                    for (name, algorithm) in Algorithm::ALL {
                        let expected = verifier == signer && name == *made_with;
                        assert!(!expected || public.fits(algorithm), "{made_with}");
                        assert_eq!(public.verifies(algorithm, SIGNED, signature), expected, "{made_with} {name}");
                        assert!(!public.verifies(algorithm, b"header.other", signature), "{made_with} {name}");
                        assert!(!public.verifies(algorithm, SIGNED, &signature[1..]), "{made_with} {name}");
                    }
                }
            }
        }
    }

    #[test]
    fn an_hmac_is_the_secrets() {
        let made = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"secret"), SIGNED);
        let verifies =
            |secret: &[u8], algorithm| PublicKey::Secret(secret.to_vec()).verifies(algorithm, SIGNED, made.as_ref());
        assert!(verifies(b"secret", Algorithm::HS256));
        assert!(!verifies(b"other", Algorithm::HS256) && !verifies(b"secret", Algorithm::HS384));
        assert!(!verifies(b"secret", Algorithm::RS256));
    }
}
