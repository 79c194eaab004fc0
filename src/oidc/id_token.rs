//! ID token validation: OpenID Connect Core 1.0 section 3.1.3.7.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use thiserror::Error;

use super::claims::Claims;
use super::issuer::{IssuerMismatch, IssuerRule, key_may_sign};
use super::jws::{Algorithm, Jws, JwsError};
use super::keys::{Key, KeySet};
use super::trace::{Abbreviated, Listed, Tracer};
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
    /// Where the checks are noted.
    pub tracer: Tracer<'a>,
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
            let found = text(claims, "nonce")?; // (11)
            if found != nonce {
                return Err(IdTokenError::WrongNonce);
            }
            self.tracer.passed("nonce", Abbreviated(found), Abbreviated(nonce));
            Ok(())
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
        let token = Jws::parse(token)?;
        self.tracer.received_header(token.unverified_header());
        let token = token.accept_type("jwt")?;
        match token.header("typ").and_then(Value::as_str) {
            Some(kind) => self.tracer.passed("typ", kind, ""),
            None => self.tracer.absent("typ"),
        }
        let claims = self.signed_claims(token, keys, now)?;
        check_nonce(&claims)?;
        let subject = text(&claims, "sub")?; // section 2
        if subject.is_empty() || subject.len() > MAX_SUBJECT {
            return Err(IdTokenError::Claim("sub"));
        }
        self.tracer.passed("sub", subject, "");
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
        self.tracer.passed("alg", self.algorithm.name(), self.algorithm.name());
        self.tracer.passed("signature", key.id().unwrap_or_default(), "");
        self.check_issuer(&claims, key)?; // (2)
        self.check_audience(&claims)?; // (3), (4), (5)
        for required in ["exp", "iat"] {
            claims.get(required).ok_or(IdTokenError::Claim(required))?;
        }
        validity::check(&claims, now)?; // (9), (10)
        for name in ["exp", "iat", "nbf"] {
            match validity::time(&claims, name)? {
                Some(time) => self.tracer.passed(name, time, now),
                None => self.tracer.absent(name),
            }
        }
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
        if !key_may_sign(key.issuer.as_deref(), issuer, tenant) {
            return Err(IdTokenError::WrongKeyIssuer);
        }
        self.note_issuer(issuer, tenant, policy, key);
        Ok(())
    }

    fn note_issuer(&self, issuer: &str, tenant: Option<&str>, policy: Option<&str>, key: &Key) {
        let tracer = self.tracer;
        match self.issuer {
            IssuerRule::Exact(expected) => tracer.passed("iss", issuer, expected),
            IssuerRule::Tenants { template, allowed } => {
                tracer.passed("iss", issuer, template);
                tracer.passed("tid", tenant.unwrap_or_default(), Listed(allowed));
            }
            IssuerRule::Policy { issuer: expected, policy: wanted } => {
                tracer.passed("iss", issuer, expected);
                tracer.passed("policy", policy.unwrap_or_default(), wanted);
            }
        }
        match &key.issuer {
            Some(key_issuer) => tracer.passed("key_issuer", key_issuer, issuer),
            None => tracer.absent("key_issuer"),
        }
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
        self.tracer.passed("aud", self.client_id, self.client_id);
        match claims.get("azp") {
            None => self.tracer.absent("azp"),
            Some(Value::String(party)) if party == self.client_id => self.tracer.passed("azp", party, self.client_id),
            Some(_) => return Err(IdTokenError::WrongAuthorizedParty), // (5)
        }
        Ok(())
    }

    fn check_access_token(&self, claims: &Map<String, Value>, token: &str) -> Result<(), IdTokenError> {
        let Some(claimed) = claims.get("at_hash") else {
            self.tracer.absent("at_hash");
            return Ok(());
        };
        let hash = self.algorithm.hash(token.as_bytes());
        let expected = URL_SAFE_NO_PAD.encode(&hash.as_ref()[..hash.as_ref().len() / 2]);
        if claimed.as_str() != Some(expected.as_str()) {
            return Err(IdTokenError::WrongAccessTokenHash);
        }
        self.tracer.passed("at_hash", &expected, &expected);
        Ok(())
    }
}

fn text<'a>(claims: &'a Map<String, Value>, name: &'static str) -> Result<&'a str, IdTokenError> {
    claims.get(name).and_then(Value::as_str).ok_or(IdTokenError::Claim(name))
}

#[cfg(test)]
mod tests;
