//! Logout token validation: OpenID Connect Back-Channel Logout 1.0 section 2.6.

use std::time::Duration;

use serde_json::{Map, Value};
use thiserror::Error;

use super::id_token::{IdTokenError, Verifier};
use super::jws::Jws;
use super::keys::KeySet;
use super::validity::{CLOCK_LEEWAY, time};
use crate::clock::Timestamp;

/// The member of `events` that makes a token a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// The longest `jti`, `sid` and `sub` that are accepted, in bytes.
const MAX_ID: usize = 512;
/// How old a token may be, whatever its `exp` says: as long as its `jti` is remembered. The specification recommends two
/// minutes.
const MAX_AGE: Duration = Duration::from_hours(1);

/// Why a logout token is rejected.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LogoutTokenError {
    /// It failed a check of every token.
    #[error("the logout token is no valid token: {0}")]
    Token(#[from] IdTokenError),
    /// A claim is missing or malformed.
    #[error("the logout token's claim {0} is missing or malformed")]
    Claim(&'static str),
    /// It names neither a user nor a session.
    #[error("the logout token has neither sub nor sid")]
    NoSession,
    /// It has a nonce: it may be an ID token.
    #[error("the logout token has a nonce")]
    Nonce,
    /// It was issued more than an hour ago.
    #[error("the logout token is too old")]
    TooOld,
    /// It was received before.
    #[error("this logout token was received before")]
    Replayed,
}

/// A verified logout token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutToken {
    /// `iss`.
    pub issuer: String,
    /// `sub`: the user.
    pub subject: Option<String>,
    /// `sid`: the session at the provider.
    pub session_id: Option<String>,
    /// `jti`.
    pub id: String,
    /// `iat`.
    pub issued_at: Timestamp,
    /// Until when it would be accepted, if it came again.
    pub accepted_until: Timestamp,
}

impl Verifier<'_> {
    /// Verifies steps 2 to 4: signature, `alg`, `iss`, `aud`, `iat` and `exp`, as those of an ID token. Step 1 (decryption)
    /// doesn't apply: the client registers no encryption.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn logout_claims(
        &self,
        token: &str,
        keys: &KeySet,
        now: Timestamp,
    ) -> Result<Map<String, Value>, IdTokenError> {
        self.signed_claims(Jws::parse(token)?.accept_type("logout+jwt")?, keys, now)
    }
}

impl LogoutToken {
    /// Validates the claims of a token whose signature was verified: steps 5 to 7. Step 8 (`jti`) needs a store; steps 9 to
    /// 11 are the search for the sessions.
    ///
    /// # Errors
    /// Every [`LogoutTokenError`] but `Token` and `Replayed`.
    pub fn from_verified(claims: &Map<String, Value>, now: Timestamp) -> Result<Self, LogoutTokenError> {
        let (subject, session_id) = (id(claims, "sub")?, id(claims, "sid")?);
        if subject.is_none() && session_id.is_none() {
            return Err(LogoutTokenError::NoSession); // (5)
        }
        let events = claims.get("events").and_then(Value::as_object);
        if !events.and_then(|events| events.get(EVENT)).is_some_and(Value::is_object) {
            return Err(LogoutTokenError::Claim("events")); // (6)
        }
        if claims.contains_key("nonce") {
            return Err(LogoutTokenError::Nonce); // (7)
        }
        let at = |name| time(claims, name).ok().flatten().ok_or(LogoutTokenError::Claim(name));
        let (issued_at, expires_at) = (at("iat")?, at("exp")?);
        let accepted_until = expires_at.plus(CLOCK_LEEWAY).min(issued_at.plus(MAX_AGE));
        if accepted_until <= now {
            return Err(LogoutTokenError::TooOld);
        }
        Ok(Self {
            issuer: id(claims, "iss")?.ok_or(LogoutTokenError::Claim("iss"))?,
            subject,
            session_id,
            id: id(claims, "jti")?.ok_or(LogoutTokenError::Claim("jti"))?,
            issued_at,
            accepted_until,
        })
    }
}

/// Reads a claim that is an id, if it is there.
fn id(claims: &Map<String, Value>, name: &'static str) -> Result<Option<String>, LogoutTokenError> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::String(id)) if !id.is_empty() && id.len() <= MAX_ID => Ok(Some(id.clone())),
        Some(_) => Err(LogoutTokenError::Claim(name)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_700_000_000;

    fn claims() -> Value {
        json!({
            "iss": "https://op.example", "aud": "client", "iat": NOW, "exp": NOW + 120, "jti": "j", "sub": "ada", "sid": "s",
            "events": {EVENT: {}}, "ignored": true,
        })
    }

    fn read(claims: &Value, now: i64) -> Result<LogoutToken, LogoutTokenError> {
        LogoutToken::from_verified(claims.as_object().unwrap(), Timestamp(now))
    }

    #[test]
    fn a_token_for_a_user_a_session_or_both_is_accepted() {
        let token = read(&claims(), NOW).unwrap();
        assert_eq!(
            (token.subject.as_deref(), token.session_id.as_deref(), token.id.as_str()),
            (Some("ada"), Some("s"), "j")
        );
        assert_eq!(token.accepted_until, Timestamp(NOW + 180));
        for name in ["sub", "sid"] {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove(name);
            assert!(read(&claims, NOW).is_ok(), "without {name}");
        }
    }

    #[test]
    fn every_other_claim_is_required() {
        use LogoutTokenError as E;
        let long = "x".repeat(MAX_ID + 1);
        for (name, value, error) in [
            ("jti", json!(null), E::Claim("jti")),
            ("jti", json!(""), E::Claim("jti")),
            ("jti", json!(7), E::Claim("jti")),
            ("jti", json!(long), E::Claim("jti")),
            ("sub", json!(long), E::Claim("sub")),
            ("sid", json!(["s"]), E::Claim("sid")),
            ("sid", json!(""), E::Claim("sid")),
            ("nonce", json!("n"), E::Nonce),
            ("nonce", json!(null), E::Nonce),
            ("events", json!(null), E::Claim("events")),
            ("events", json!({}), E::Claim("events")),
            ("events", json!([EVENT]), E::Claim("events")),
            ("events", json!({EVENT: true}), E::Claim("events")),
            ("events", json!({"http://schemas.openid.net/event/foobar": {}}), E::Claim("events")),
        ] {
            let mut claims = claims();
            claims[name] = value.clone();
            assert_eq!(read(&claims, NOW), Err(error), "{name}: {value}");
        }
        for name in ["jti", "events", "iat", "exp", "iss"] {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove(name);
            assert_eq!(read(&claims, NOW), Err(E::Claim(name)));
        }
        let mut neither = claims();
        neither.as_object_mut().unwrap().retain(|name, _| name != "sub" && name != "sid");
        assert_eq!(read(&neither, NOW), Err(E::NoSession));
    }

    #[test]
    fn a_token_that_is_valid_for_a_year_is_accepted_for_an_hour() {
        let mut claims = claims();
        claims["exp"] = json!(NOW + 365 * 86_400);
        assert!(read(&claims, NOW + 3599).is_ok());
        assert_eq!(read(&claims, NOW + 3600), Err(LogoutTokenError::TooOld));
    }
}
