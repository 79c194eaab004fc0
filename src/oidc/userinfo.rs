//! The userinfo endpoint: OpenID Connect Core section 5.3.

use std::iter;

use serde_json::{Map, Value};
use thiserror::Error;
use url::Url;

use super::claims::Claims;
use super::http::{Http, HttpError, Response};
use super::id_token::Verifier;
use super::json;
use super::jws::{Jws, JwsError};
use super::keys::KeySet;
use super::trace::Listed;
use super::validity::{self, TimeError};
use crate::clock::Timestamp;

/// Why userinfo is rejected, and the sign-in with it.
#[derive(Clone, Debug, Error)]
pub enum UserinfoError {
    /// The endpoint gives no usable response.
    #[error("the userinfo endpoint: {0}")]
    Http(#[from] HttpError),
    /// The response is not a JSON object.
    #[error("the userinfo endpoint's response is not valid")]
    Malformed,
    /// A signed response was not signed by the provider.
    #[error("the userinfo endpoint's signed response: {0}")]
    Signature(#[from] JwsError),
    /// A signed response is for another client, or from another issuer (section 5.3.2).
    #[error("the userinfo endpoint's signed response is not for this client")]
    WrongRecipient,
    /// A signed response has expired or is not valid yet.
    #[error("the userinfo endpoint's signed response has expired or is not valid yet")]
    NotValidNow,
    /// The claims are about another user (section 5.3.2): a token was swapped.
    #[error("userinfo is about another user than the ID token")]
    WrongSubject,
}

impl From<TimeError> for UserinfoError {
    fn from(error: TimeError) -> Self {
        match error {
            TimeError::Expired | TimeError::NotYetValid => Self::NotValidNow,
            TimeError::Malformed(_) => Self::Malformed,
        }
    }
}

/// Adds the claims of the userinfo endpoint to verified claims (section 5.3.1).
///
/// # Errors
/// Every [`UserinfoError`].
pub async fn complete(
    claims: &mut Claims,
    endpoint: &Url,
    access_token: &str,
    http: &Http,
    verifier: &Verifier<'_>,
    keys: &KeySet,
    now: Timestamp,
) -> Result<(), UserinfoError> {
    let tracer = verifier.tracer;
    tracer.sent_all(endpoint, iter::once(("authorization".into(), "".into())));
    let response = http.get(endpoint, Some(access_token)).await?;
    tracer.received("content_type", &response.media_type);
    let userinfo = validate(&response, claims, verifier, keys, now)?;
    tracer.received("claims", Listed(userinfo.keys()));
    claims.complete_with(userinfo);
    Ok(())
}

fn validate(
    response: &Response,
    claims: &Claims,
    verifier: &Verifier<'_>,
    keys: &KeySet,
    now: Timestamp,
) -> Result<Map<String, Value>, UserinfoError> {
    let userinfo = if response.media_type == "application/jwt" {
        let token = std::str::from_utf8(&response.body).map_err(|_| UserinfoError::Malformed)?;
        let (userinfo, key) = Jws::parse(token)?.accept_type("jwt")?.verify(verifier.algorithm, keys)?;
        verifier.tracer.passed("signature", key.id().unwrap_or_default(), "");
        check_recipient(&userinfo, claims, verifier.client_id)?;
        validity::check(&userinfo, now)?;
        userinfo
    } else {
        json::object(&response.body).map_err(|_| UserinfoError::Malformed)?
    };
    match userinfo.get("sub").and_then(Value::as_str) {
        Some(subject) if subject == claims.subject() => {
            verifier.tracer.passed("sub", subject, claims.subject());
            Ok(userinfo)
        }
        _ => Err(UserinfoError::WrongSubject),
    }
}

/// Checks issuer and audience of a signed response, if it names them (section 5.3.2).
fn check_recipient(userinfo: &Map<String, Value>, claims: &Claims, client_id: &str) -> Result<(), UserinfoError> {
    let issuer_is_right = userinfo.get("iss").is_none_or(|issuer| issuer.as_str() == Some(claims.issuer()));
    let audience_is_right = match userinfo.get("aud") {
        None => true,
        Some(Value::Array(audiences)) => audiences.iter().any(|one| one.as_str() == Some(client_id)),
        Some(audience) => audience.as_str() == Some(client_id),
    };
    if issuer_is_right && audience_is_right { Ok(()) } else { Err(UserinfoError::WrongRecipient) }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use ring::hmac;
    use serde_json::json;

    use super::*;
    use crate::oidc::issuer::IssuerRule;
    use crate::oidc::jws::Algorithm;
    use crate::oidc::trace::Tracer;

    const NOW: i64 = 1_800_000_000;
    const SECRET: &str = "a secret of thirty-two characters";

    fn outcome(media_type: &str, body: Vec<u8>) -> Result<(), UserinfoError> {
        let claims = json!({"iss": "https://op.example", "sub": "s"});
        let claims = Claims::unverified_for_tests(claims.as_object().unwrap().clone());
        let issuer = IssuerRule::Exact("https://op.example".to_owned());
        let verifier =
            Verifier { issuer: &issuer, client_id: "client", algorithm: Algorithm::HS256, tracer: Tracer::default() };
        let response = Response { media_type: media_type.to_owned(), max_age: None, date: None, body };
        validate(&response, &claims, &verifier, &KeySet::of_client_secret(SECRET), Timestamp(NOW)).map(drop)
    }

    fn signed(secret: &str, claims: &Value) -> Vec<u8> {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let input = format!("{}.{}", encode(r#"{"alg":"HS256"}"#), encode(&claims.to_string()));
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), input.as_bytes());
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)).into_bytes()
    }

    #[test]
    fn oidcc_client_test_userinfo_signed() {
        let outcome = |secret: &str, claims: &Value| outcome("application/jwt", signed(secret, claims));
        assert!(outcome(SECRET, &json!({"sub": "s", "iss": "https://op.example", "aud": "client"})).is_ok());
        assert!(outcome(SECRET, &json!({"sub": "s", "aud": ["other", "client"]})).is_ok());
        for claims in [json!({"sub": "s", "aud": "other"}), json!({"sub": "s", "iss": "https://evil.example"})] {
            assert!(matches!(outcome(SECRET, &claims), Err(UserinfoError::WrongRecipient)), "{claims}");
        }
        assert!(matches!(outcome(SECRET, &json!({"sub": "t"})), Err(UserinfoError::WrongSubject)));
        let foreign = outcome("another secret of thirty-two chars", &json!({"sub": "s"}));
        assert!(matches!(foreign, Err(UserinfoError::Signature(JwsError::WrongSignature))));
    }

    #[test]
    fn a_signed_response_is_valid_in_its_time() {
        let outcome =
            |name: &str, value: Value| outcome("application/jwt", signed(SECRET, &json!({"sub": "s", name: value})));
        for (name, value, valid) in [
            ("exp", json!(NOW - 59), true),
            ("exp", json!(NOW - 60), false),
            ("iat", json!(NOW - 1_000_000), true),
            ("iat", json!(NOW + 60), true),
            ("iat", json!(NOW + 61), false),
            ("nbf", json!(NOW + 60), true),
            ("nbf", json!(NOW + 61), false),
        ] {
            let outcome = outcome(name, value.clone());
            assert!(valid && outcome.is_ok() || matches!(outcome, Err(UserinfoError::NotValidNow)), "{name} {value}");
            assert_eq!(outcome.is_ok(), valid, "{name} {value}");
        }
        assert!(matches!(outcome("exp", json!("soon")), Err(UserinfoError::Malformed)));
    }

    #[test]
    fn oidcc_client_test_userinfo_invalid_sub() {
        let outcome = |body: &str| outcome("application/json", body.into());
        assert!(outcome(r#"{"sub":"s"}"#).is_ok());
        for body in [r#"{"sub":"s1"}"#, "{}", r#"{"sub":["s"]}"#] {
            assert!(matches!(outcome(body), Err(UserinfoError::WrongSubject)), "{body}");
        }
        for body in ["", "[]", r#"{"sub":"s","sub":"t"}"#] {
            assert!(matches!(outcome(body), Err(UserinfoError::Malformed)), "{body}");
        }
    }
}
