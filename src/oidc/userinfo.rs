//! The userinfo endpoint: OpenID Connect Core section 5.3.

use serde_json::{Map, Value};
use thiserror::Error;
use url::Url;

use super::claims::Claims;
use super::http::{Answer, Http, HttpError};
use super::id_token::Verifier;
use super::json;
use super::jws::{Jws, JwsError};
use super::keys::KeySet;

/// Why userinfo is refused, and the sign-in with it.
#[derive(Clone, Debug, Error)]
pub enum UserinfoError {
    /// The endpoint does not answer as it should.
    #[error("the userinfo endpoint: {0}")]
    Http(#[from] HttpError),
    /// The answer is not a JSON object.
    #[error("the userinfo endpoint's answer is not usable")]
    Malformed,
    /// A signed answer that the provider did not sign.
    #[error("the userinfo endpoint's signed answer: {0}")]
    Signature(#[from] JwsError),
    /// A signed answer for another client or from another issuer (section 5.3.2).
    #[error("the userinfo endpoint's signed answer is not for this client")]
    WrongRecipient,
    /// The claims are of another person (section 5.3.2): a token was swapped.
    #[error("userinfo is about another person than the ID token")]
    WrongSubject,
}

/// Completes verified claims with those of the userinfo endpoint (section 5.3.1).
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
) -> Result<(), UserinfoError> {
    let answer = http.get(endpoint, Some(access_token)).await?;
    let userinfo = judge(&answer, claims, verifier, keys)?;
    claims.complete_with(userinfo);
    Ok(())
}

fn judge(
    answer: &Answer,
    claims: &Claims,
    verifier: &Verifier<'_>,
    keys: &KeySet,
) -> Result<Map<String, Value>, UserinfoError> {
    let userinfo = if answer.media_type == "application/jwt" {
        let token = std::str::from_utf8(&answer.body).map_err(|_| UserinfoError::Malformed)?;
        let (userinfo, _) = Jws::parse(token)?.verify(verifier.algorithm, keys)?;
        check_recipient(&userinfo, claims, verifier.client_id)?;
        userinfo
    } else {
        json::object(&answer.body).map_err(|_| UserinfoError::Malformed)?
    };
    match userinfo.get("sub").and_then(Value::as_str) {
        Some(subject) if subject == claims.subject() => Ok(userinfo),
        _ => Err(UserinfoError::WrongSubject),
    }
}

/// Section 5.3.2: a signed answer should name its issuer and audience; where it does, they must be right.
fn check_recipient(userinfo: &Map<String, Value>, claims: &Claims, client_id: &str) -> Result<(), UserinfoError> {
    let issuer_is_right = userinfo.get("iss").is_none_or(|issuer| issuer.as_str() == Some(claims.issuer()));
    let audience_is_right = match userinfo.get("aud") {
        None => true,
        Some(Value::Array(audiences)) => audiences.iter().any(|one| one.as_str() == Some(client_id)),
        Some(audience) => audience.as_str() == Some(client_id),
    };
    if issuer_is_right && audience_is_right { Ok(()) } else { Err(UserinfoError::WrongRecipient) }
}
