//! JSON Web Signatures in compact serialization (RFC 7515 section 7.1), read as RFC 8725 recommends.

use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use serde_json::{Map, Value};
use thiserror::Error;

use super::json;
use super::keys::{Key, KeySet};

/// The longest token that is read, in bytes.
pub const MAX_TOKEN_BYTES: usize = 64 * 1024;

/// A signature algorithm (RFC 7518 section 3.1, RFC 8037) that an ID token may be pinned to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the registry")]
#[rustfmt::skip]
pub enum Algorithm { RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA, HS256, HS384, HS512 }

impl Algorithm {
    /// Every algorithm, in the registry's order.
    pub const ALL: [(&'static str, Self); 12] = [
        ("HS256", Self::HS256),
        ("HS384", Self::HS384),
        ("HS512", Self::HS512),
        ("RS256", Self::RS256),
        ("RS384", Self::RS384),
        ("RS512", Self::RS512),
        ("ES256", Self::ES256),
        ("ES384", Self::ES384),
        ("PS256", Self::PS256),
        ("PS384", Self::PS384),
        ("PS512", Self::PS512),
        ("EdDSA", Self::EdDSA),
    ];

    /// Returns whether it signs with the client's secret.
    pub fn is_symmetric(self) -> bool {
        matches!(self, Self::HS256 | Self::HS384 | Self::HS512)
    }

    /// Returns its name in the registry.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, algorithm)| *algorithm == self).map_or("", |(name, _)| name)
    }

    /// Returns the hash of a text by the function that the algorithm uses, as for `at_hash` (OpenID Connect Core section
    /// 3.1.3.6). Ed25519 uses SHA-512 (RFC 8032 section 5.1).
    pub(super) fn hash(self, text: &[u8]) -> digest::Digest {
        let function = match self {
            Self::HS256 | Self::RS256 | Self::PS256 | Self::ES256 => &digest::SHA256,
            Self::HS384 | Self::RS384 | Self::PS384 | Self::ES384 => &digest::SHA384,
            Self::HS512 | Self::RS512 | Self::PS512 | Self::EdDSA => &digest::SHA512,
        };
        digest::digest(function, text)
    }
}

impl FromStr for Algorithm {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm).ok_or(())
    }
}

/// Why a token is not accepted as signed by the provider.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum JwsError {
    /// It is not three base64url parts with a JSON object as header and as payload.
    #[error("it is not a signed JSON Web Token")]
    Malformed,
    /// The header's `alg` is not the pinned one.
    #[error("it is not signed with the configured algorithm")]
    WrongAlgorithm,
    /// The header has `crit`, whose extensions are not supported (RFC 7515 section 4.1.11).
    #[error("its header has critical extensions")]
    CriticalExtension,
    /// The header's `typ` names another kind of token (RFC 8725 section 3.11).
    #[error("its type says that it is another kind of token")]
    WrongType,
    /// No key of the set has the header's `kid`, or none fits the algorithm.
    #[error("no published key fits it")]
    UnknownKey,
    /// No fitting key made this signature.
    #[error("its signature is not the provider's")]
    WrongSignature,
}

/// A parsed token. Nothing in it is trusted before [`Jws::verify`].
#[derive(Debug)]
pub struct Jws<'a> {
    header: Map<String, Value>,
    payload: Map<String, Value>,
    signed: &'a [u8],
    signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Parses a token.
    ///
    /// # Errors
    /// [`JwsError::Malformed`]; also for a token longer than 64 KiB.
    pub fn parse(token: &'a str) -> Result<Self, JwsError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(JwsError::Malformed);
        }
        let mut parts = token.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(JwsError::Malformed);
        };
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsError::Malformed);
        let object = |part: &str| json::object(&decode(part)?).map_err(|_| JwsError::Malformed);
        Ok(Self {
            header: object(header)?,
            payload: object(payload)?,
            signed: &token.as_bytes()[..header.len() + 1 + payload.len()],
            signature: decode(signature)?,
        })
    }

    /// Refuses a token whose `typ` is neither `own`, in lower case, nor `JWT`, and so says that it is another kind of token,
    /// such as an access token (`at+jwt`). ID tokens and signed userinfo have no type of their own: providers send `JWT` or
    /// nothing. Media types are compared without case, and `application/` may be omitted (RFC 7515 section 4.1.9).
    ///
    /// # Errors
    /// [`JwsError::WrongType`].
    pub fn accept_type(self, own: &str) -> Result<Self, JwsError> {
        let is_accepted = |name: &str| {
            let name = name.to_ascii_lowercase();
            [own, "jwt"].contains(&name.strip_prefix("application/").unwrap_or(&name))
        };
        let accepted = self.header.get("typ").is_none_or(|typ| typ.as_str().is_some_and(is_accepted));
        if accepted { Ok(self) } else { Err(JwsError::WrongType) }
    }

    /// Returns a member of the header, unverified.
    pub(super) fn header(&self, name: &str) -> Option<&Value> {
        self.header.get(name)
    }

    /// Returns the header, unverified.
    pub fn unverified_header(&self) -> &Map<String, Value> {
        &self.header
    }

    /// Returns the payload, unverified.
    pub fn unverified_payload(self) -> Map<String, Value> {
        self.payload
    }

    /// Verifies the signature with the key set. Returns the payload and the key that signed it.
    ///
    /// Only `alg`, `kid` and `crit` of the header are read. Keys that a token brings along (`jwk`, `jku`, `x5c`, `x5u`)
    /// are never followed.
    ///
    /// # Errors
    /// Every [`JwsError`] but `WrongType`.
    pub fn verify(self, pinned: Algorithm, keys: &KeySet) -> Result<(Map<String, Value>, &Key), JwsError> {
        let header = |name: &str| self.header.get(name);
        match header("alg").and_then(Value::as_str).map(str::parse::<Algorithm>) {
            Some(Ok(algorithm)) if algorithm == pinned => {}
            _ => return Err(JwsError::WrongAlgorithm),
        }
        if header("crit").is_some() || header("b64").is_some() {
            return Err(JwsError::CriticalExtension);
        }
        let kid = match header("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.as_str()),
            Some(_) => return Err(JwsError::Malformed),
        };
        let mut error = JwsError::UnknownKey;
        for key in keys.candidates(pinned, kid) {
            if key.public.verifies(pinned, self.signed, &self.signature) {
                return Ok((self.payload, key));
            }
            error = JwsError::WrongSignature;
        }
        Err(error)
    }
}

#[cfg(test)]
mod tests {
    use openidconnect::PrivateSigningKey as _;
    use openidconnect::core::{CoreHmacKey, CoreJwsSigningAlgorithm};
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "a secret of thirty-two characters";

    fn signed(header: &str, payload: &str) -> String {
        let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let key = CoreHmacKey::new(SECRET);
        let signature = key.sign(&CoreJwsSigningAlgorithm::HmacSha256, input.as_bytes()).unwrap();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn outcome(token: &str) -> Result<(), JwsError> {
        let keys = KeySet::of_client_secret(SECRET);
        Jws::parse(token)?.accept_type("jwt")?.verify(Algorithm::HS256, &keys).map(|_| ())
    }

    #[test]
    fn headers_are_judged() {
        let cases = [
            (r#"{"alg":"HS256"}"#, Ok(())),
            (r#"{"alg":"HS256","kid":"any","jku":"https://evil.example","jwk":{}}"#, Ok(())),
            (r#"{"alg":"none"}"#, Err(JwsError::WrongAlgorithm)),
            (r#"{"alg":"None"}"#, Err(JwsError::WrongAlgorithm)),
            (r#"{"alg":"nOnE"}"#, Err(JwsError::WrongAlgorithm)),
            (r#"{"alg":"RS256"}"#, Err(JwsError::WrongAlgorithm)),
            (r#"{"alg":"HS512"}"#, Err(JwsError::WrongAlgorithm)),
            ("{}", Err(JwsError::WrongAlgorithm)),
            (r#"{"alg":["HS256"]}"#, Err(JwsError::WrongAlgorithm)),
            (r#"{"alg":"HS256","crit":["exp"]}"#, Err(JwsError::CriticalExtension)),
            (r#"{"alg":"HS256","b64":false}"#, Err(JwsError::CriticalExtension)),
            (r#"{"alg":"HS256","kid":7}"#, Err(JwsError::Malformed)),
            (r#"{"alg":"HS256","typ":"JWT"}"#, Ok(())),
            (r#"{"alg":"HS256","typ":"jwt"}"#, Ok(())),
            (r#"{"alg":"HS256","typ":"application/JWT"}"#, Ok(())),
            (r#"{"alg":"HS256","typ":"at+jwt"}"#, Err(JwsError::WrongType)),
            (r#"{"alg":"HS256","typ":"AT+JWT"}"#, Err(JwsError::WrongType)),
            (r#"{"alg":"HS256","typ":"application/at+jwt"}"#, Err(JwsError::WrongType)),
            (r#"{"alg":"HS256","typ":"logout+jwt"}"#, Err(JwsError::WrongType)),
            (r#"{"alg":"HS256","typ":"secevent+jwt"}"#, Err(JwsError::WrongType)),
            (r#"{"alg":"HS256","typ":"dpop+jwt"}"#, Err(JwsError::WrongType)),
            (r#"{"alg":"HS256","typ":""}"#, Err(JwsError::WrongType)),
            (r#"{"alg":"HS256","typ":null}"#, Err(JwsError::WrongType)),
            (r#"{"alg":"HS256","typ":["JWT"]}"#, Err(JwsError::WrongType)),
            (r#"{"alg":"HS256","alg":"none"}"#, Err(JwsError::Malformed)),
        ];
        for (header, expected) in cases {
            assert_eq!(outcome(&signed(header, "{}")), expected, "{header}");
        }
    }

    #[test]
    fn shapes_are_judged() {
        let good = signed(r#"{"alg":"HS256"}"#, r#"{"sub":"s"}"#);
        assert_eq!(outcome(&good), Ok(()));
        let (input, signature) = good.rsplit_once('.').unwrap();
        for bad in [
            String::new(),
            "..".to_owned(),
            input.to_owned(),
            format!("{input}."),
            format!("{good}."),
            format!("{good}.a.b"),
            format!("{good}="),
            format!(" {good}"),
            good.replace('.', ". "),
            format!("{good}\n"),
            "a".repeat(10_000_000),
        ] {
            assert!(outcome(&bad).is_err(), "{}", &bad[..bad.len().min(200)]);
        }
        // The last character of 32 bytes in base64url has two bits that must be zero.
        let last = signature.chars().last().unwrap();
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let twin = alphabet.chars().nth(alphabet.find(last).unwrap() + 1).unwrap();
        let twisted = format!("{}{twin}", &good[..good.len() - 1]);
        assert_eq!(outcome(&twisted), Err(JwsError::Malformed), "non-canonical base64");
    }

    proptest! {
        #[test]
        fn no_text_panics_or_passes(token in r"[A-Za-z0-9_\-.=]{0,300}|\PC{0,100}") {
            prop_assert!(outcome(&token).is_err());
        }
    }
}
