//! ID token validation: OpenID Connect Core 1.0 section 3.1.3.7.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use thiserror::Error;

use super::claims::Claims;
use super::issuer::{IssuerMismatch, IssuerRule, key_may_sign};
use super::jws::{Algorithm, Jws, JwsError};
use super::keys::{Key, KeySet};
use super::validity::{self, TimeError};
use crate::clock::Timestamp;

/// OpenID Connect Core section 2: `sub` "MUST NOT exceed 255 ASCII characters in length".
pub(super) const MAX_SUBJECT: usize = 255;

/// Why an ID token is rejected.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum IdTokenError {
    /// It is not a token, or not signed by the provider.
    #[error("the ID token: {0}")]
    Signature(#[from] JwsError),
    /// A required claim is missing, or a claim has the wrong type.
    #[error("the ID token's claim {0} is missing or malformed")]
    Claim(&'static str),
    /// It was not issued by the configured provider.
    #[error("the ID token was not issued by the provider")]
    WrongIssuer,
    /// It is for a user of a tenant that is not allowed.
    #[error("the tenant of the ID token is not allowed")]
    TenantNotAllowed,
    /// It was issued by another B2C policy than the one of the sign-in (`tfp`, or `acr` on older policies).
    #[error("the ID token was issued by another policy than the one of the sign-in")]
    WrongPolicy,
    /// It is signed with a key that is published for another issuer.
    #[error("the ID token's key belongs to another issuer")]
    WrongKeyIssuer,
    /// It was issued for another client.
    #[error("the ID token is for another client")]
    WrongAudience,
    /// It was issued for this client and for others, which are not trusted.
    #[error("the ID token has an audience that is not trusted")]
    ExtraAudience,
    /// The authorized party is another client.
    #[error("the ID token was issued to another client")]
    WrongAuthorizedParty,
    /// It has expired.
    #[error("the ID token has expired")]
    Expired,
    /// It was issued, or becomes valid, in the future.
    #[error("the ID token is not valid yet")]
    NotYetValid,
    /// Its nonce is not the one of this sign-in.
    #[error("the ID token's nonce is not the one of this sign-in")]
    WrongNonce,
    /// The user authenticated longer ago than the request allows (`max_age`).
    #[error("the ID token's auth_time is older than max_age allows")]
    StaleAuthentication,
    /// The user didn't authenticate by any of the classes that were requested (`acr_values`).
    #[error("the ID token has none of the requested authentication context classes")]
    WrongAcr,
    /// A renewed ID token is for another user, or from another sign-in, than the first (section 12.2).
    #[error("the renewed ID token's claim {0} differs from the sign-in's")]
    WrongRenewal(&'static str),
    /// Its `at_hash` does not match the access token that came with it.
    #[error("the ID token does not belong to the access token")]
    WrongAccessTokenHash,
}

impl From<TimeError> for IdTokenError {
    fn from(error: TimeError) -> Self {
        match error {
            TimeError::Expired => Self::Expired,
            TimeError::NotYetValid => Self::NotYetValid,
            TimeError::Malformed(claim) => Self::Claim(claim),
        }
    }
}

impl IdTokenError {
    /// Returns whether newer keys of the provider might verify it.
    pub fn may_be_key_rotation(&self) -> bool {
        matches!(self, Self::Signature(JwsError::UnknownKey | JwsError::WrongSignature))
    }
}

/// What every ID token for this client is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Verifier<'a> {
    /// The rule for its issuer.
    pub issuer: &'a IssuerRule,
    /// Our client id.
    pub client_id: &'a str,
    /// The only signature algorithm that is accepted.
    pub algorithm: Algorithm,
}

impl Verifier<'_> {
    /// Validates an ID token from the token endpoint, by the steps of OpenID Connect Core section 3.1.3.7.
    ///
    /// Step 1 (decryption) does not apply: the client registers no encryption. The signature is always checked, though
    /// step 6 would allow relying on TLS. Steps 12 and 13 (`acr`, `auth_time`) are in [`super::step_up::StepUp::check`].
    ///
    /// # Errors
    /// The first check that fails.
    pub fn verify(
        &self,
        token: &str,
        keys: &KeySet,
        nonce: &str,
        access_token: &str,
        now: Timestamp,
    ) -> Result<Claims, IdTokenError> {
        self.validate(token, keys, access_token, now, |claims| {
            if text(claims, "nonce")? == nonce { Ok(()) } else { Err(IdTokenError::WrongNonce) } // (11)
        })
    }

    pub(super) fn validate(
        &self,
        token: &str,
        keys: &KeySet,
        access_token: &str,
        now: Timestamp,
        check_nonce: impl FnOnce(&Map<String, Value>) -> Result<(), IdTokenError>,
    ) -> Result<Claims, IdTokenError> {
        let claims = self.signed_claims(Jws::parse(token)?.accept_type("jwt")?, keys, now)?;
        check_nonce(&claims)?;
        let subject = text(&claims, "sub")?; // section 2
        if subject.is_empty() || subject.len() > MAX_SUBJECT {
            return Err(IdTokenError::Claim("sub"));
        }
        self.check_access_token(&claims, access_token)?; // section 3.1.3.8
        Ok(Claims::verified(claims))
    }

    /// Steps 2 to 10: whom the token is from and for, and when. Returns its claims.
    pub(super) fn signed_claims(
        &self,
        token: Jws<'_>,
        keys: &KeySet,
        now: Timestamp,
    ) -> Result<Map<String, Value>, IdTokenError> {
        let (claims, key) = token.verify(self.algorithm, keys)?; // (6), (7), (8)
        self.check_issuer(&claims, key)?; // (2)
        self.check_audience(&claims)?; // (3), (4), (5)
        for required in ["exp", "iat"] {
            claims.get(required).ok_or(IdTokenError::Claim(required))?;
        }
        validity::check(&claims, now)?; // (9), (10)
        Ok(claims)
    }

    fn check_issuer(&self, claims: &Map<String, Value>, key: &Key) -> Result<(), IdTokenError> {
        let issuer = text(claims, "iss")?;
        let tenant = claims.get("tid").and_then(Value::as_str);
        let policy = ["tfp", "acr"].iter().find_map(|name| claims.get(*name)).and_then(Value::as_str);
        self.issuer.check(issuer, tenant, policy).map_err(|mismatch| match mismatch {
            IssuerMismatch::Issuer => IdTokenError::WrongIssuer,
            IssuerMismatch::NoTenant => IdTokenError::Claim("tid"),
            IssuerMismatch::TenantNotAllowed => IdTokenError::TenantNotAllowed,
            IssuerMismatch::Policy => IdTokenError::WrongPolicy,
        })?;
        if key_may_sign(key.issuer.as_deref(), issuer, tenant) { Ok(()) } else { Err(IdTokenError::WrongKeyIssuer) }
    }

    fn check_audience(&self, claims: &Map<String, Value>) -> Result<(), IdTokenError> {
        let audiences = match claims.get("aud") {
            Some(Value::String(audience)) => vec![audience.as_str()],
            Some(Value::Array(audiences)) if !audiences.is_empty() => {
                audiences.iter().map(Value::as_str).collect::<Option<_>>().ok_or(IdTokenError::Claim("aud"))?
            }
            _ => return Err(IdTokenError::Claim("aud")),
        };
        if !audiences.contains(&self.client_id) {
            return Err(IdTokenError::WrongAudience); // (3)
        }
        if audiences.iter().any(|audience| *audience != self.client_id) {
            return Err(IdTokenError::ExtraAudience); // (3), and (4) with it
        }
        match claims.get("azp") {
            None => Ok(()),
            Some(Value::String(party)) if party == self.client_id => Ok(()),
            Some(_) => Err(IdTokenError::WrongAuthorizedParty), // (5)
        }
    }

    fn check_access_token(&self, claims: &Map<String, Value>, token: &str) -> Result<(), IdTokenError> {
        let Some(claimed) = claims.get("at_hash") else { return Ok(()) };
        let hash = self.algorithm.hash(token.as_bytes());
        let expected = URL_SAFE_NO_PAD.encode(&hash.as_ref()[..hash.as_ref().len() / 2]);
        if claimed.as_str() == Some(expected.as_str()) { Ok(()) } else { Err(IdTokenError::WrongAccessTokenHash) }
    }
}

fn text<'a>(claims: &'a Map<String, Value>, name: &'static str) -> Result<&'a str, IdTokenError> {
    claims.get(name).and_then(Value::as_str).ok_or(IdTokenError::Claim(name))
}

#[cfg(test)]
mod tests {
    use openidconnect::PrivateSigningKey as _;
    use openidconnect::core::{CoreHmacKey, CoreJwsSigningAlgorithm};
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;
    const SECRET: &str = "a secret of thirty-two characters";

    fn good() -> Value {
        json!({
            "iss": "https://op.example", "sub": "s", "aud": "client", "nonce": "n",
            "iat": NOW, "exp": NOW + 300, "at_hash": at_hash("access"),
        })
    }

    fn at_hash(token: &str) -> String {
        let hash = ring::digest::digest(&ring::digest::SHA256, token.as_bytes());
        URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16])
    }

    fn verify(claims: &Value) -> Result<Claims, IdTokenError> {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#);
        let input = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = CoreHmacKey::new(SECRET).sign(&CoreJwsSigningAlgorithm::HmacSha256, input.as_bytes()).unwrap();
        let issuer = IssuerRule::Exact("https://op.example".to_owned());
        let verifier = Verifier { issuer: &issuer, client_id: "client", algorithm: Algorithm::HS256 };
        let keys = KeySet::of_client_secret(SECRET);
        let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature));
        verifier.verify(&token, &keys, "n", "access", Timestamp(NOW))
    }

    #[test]
    fn each_claim_is_judged() {
        use IdTokenError as E;
        let cases: &[(&str, Value, Option<E>)] = &[
            ("iss", json!("https://op.example1"), Some(E::WrongIssuer)),
            ("iss", json!("https://OP.example"), Some(E::WrongIssuer)),
            ("iss", json!(["https://op.example"]), Some(E::Claim("iss"))),
            ("sub", json!(""), Some(E::Claim("sub"))),
            ("sub", json!(7), Some(E::Claim("sub"))),
            ("sub", json!("s".repeat(255)), None),
            ("sub", json!("s".repeat(256)), Some(E::Claim("sub"))),
            ("aud", json!("client1"), Some(E::WrongAudience)),
            ("aud", json!([]), Some(E::Claim("aud"))),
            ("aud", json!(["client"]), None),
            ("aud", json!(["client", "other"]), Some(E::ExtraAudience)),
            ("aud", json!(["client", 7]), Some(E::Claim("aud"))),
            ("azp", json!("client"), None),
            ("azp", json!("other"), Some(E::WrongAuthorizedParty)),
            ("azp", json!(["client"]), Some(E::WrongAuthorizedParty)),
            ("nonce", json!("n1"), Some(E::WrongNonce)),
            ("nonce", json!(null), Some(E::Claim("nonce"))),
            ("exp", json!(NOW - 59), None),
            ("exp", json!(NOW - 60), Some(E::Expired)),
            ("exp", json!(-1), Some(E::Expired)),
            ("exp", json!(1_800_000_300.5), None),
            ("exp", json!((NOW + 300).to_string()), Some(E::Claim("exp"))),
            ("iat", json!(NOW + 60), None),
            ("iat", json!(NOW + 61), Some(E::NotYetValid)),
            ("nbf", json!(NOW + 61), Some(E::NotYetValid)),
            ("nbf", json!("soon"), Some(E::Claim("nbf"))),
            ("at_hash", json!(at_hash("other")), Some(E::WrongAccessTokenHash)),
            ("at_hash", json!(null), Some(E::WrongAccessTokenHash)),
        ];
        for (name, value, expected) in cases {
            let mut claims = good();
            claims[*name] = value.clone();
            assert_eq!(verify(&claims).err(), *expected, "{name} = {value}");
        }
    }

    #[test]
    fn each_required_claim_is_required() {
        for name in ["iss", "sub", "aud", "nonce", "exp", "iat"] {
            let mut claims = good();
            claims.as_object_mut().unwrap().remove(name);
            assert_eq!(verify(&claims).err(), Some(IdTokenError::Claim(name)));
        }
        let mut claims = good();
        claims.as_object_mut().unwrap().remove("at_hash");
        assert!(verify(&claims).is_ok(), "Entra sends no at_hash");
    }
}
