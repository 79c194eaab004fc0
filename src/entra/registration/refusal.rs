//! Graph's error responses, and what can be done about them.

use std::fmt;

use oauth2::HttpResponse;
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use crate::oidc::excerpt::{self, excerpt_of};
use crate::oidc::http::HttpError;

/// The longest message that is kept, in characters.
const MAX_MESSAGE_CHARS: usize = 500;
/// The most codes that are kept.
const MAX_CODES: usize = 10;

/// Why a step of the registration failed. The steps before it are done, and running it again resumes there.
#[derive(Debug, Error)]
pub enum RegistrationError {
    /// There is no response.
    #[error("{request}: {cause}; run it again to resume")]
    Http {
        /// The request's method and path.
        request: String,
        /// Why there is none.
        cause: HttpError,
    },
    /// Graph refuses the request.
    #[error("Microsoft Graph refused {request}: {refusal}")]
    Refused {
        /// The request's method and path.
        request: String,
        /// Its error.
        refusal: Refusal,
    },
    /// The response does not follow Graph's reference.
    #[error("Microsoft Graph's response to {request} is not valid: {cause}")]
    Malformed {
        /// The request's method and path.
        request: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The directory is not as expected; the text says what to do.
    #[error("{0}")]
    Conflict(String),
}

/// Graph's error object (Microsoft Graph error responses).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Its codes: the error's own, then those of its details and inner errors.
    pub codes: Vec<String>,
    /// The message, for developers.
    pub message: String,
    /// The id that Microsoft's support needs.
    pub request_id: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    error: ErrorObject,
}

#[derive(Deserialize)]
struct ErrorObject {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    details: Option<Vec<Value>>,
    #[serde(rename = "innerError", alias = "innererror")]
    inner: Option<Value>,
}

/// What to do about a code. The first that matches is shown, so those about policies come before more general ones.
const ADVICE: [(&str, &str); 9] = [
    (
        "CredentialTypeNotAllowedAsPerAppPolicy",
        "this organisation does not allow client secrets: use --credential certificate or federated",
    ),
    (
        "CredentialInvalidLifetimeAsPerAppPolicy",
        "this organisation allows only shorter lifetimes: see --secret-lifetime-days",
    ),
    (
        "Directory_QuotaExceeded",
        "permanently delete applications that are no longer needed (unregister --permanently): others count for 30 days after deletion",
    ),
    (
        "InvalidAuthenticationToken",
        "the token has expired, or is not for this Graph: get a new one (az login; az cloud set for a national cloud)",
    ),
    ("TokenNotFound", "get a new token: az login"),
    (
        "insufficient_claims",
        "a conditional access policy requires a stronger sign-in: run az login again, or use --token-from device-code",
    ),
    (
        "Authorization_RequestDenied",
        "the account needs a directory role, and the token a permission. To create and change applications: the role \
         Application Developer where members may not register applications, or Application Administrator or Cloud \
         Application Administrator for those of others and to delete permanently; and the delegated permission \
         Application.ReadWrite.All, which tokens of `az` have and others need an administrator's consent for",
    ),
    ("Authorization_IdentityNotFound", "the account is not in this organisation: see --tenant"),
    (
        "Request_ResourceNotFound",
        "it does not exist, or is not replicated in the directory yet: run it again in a minute",
    ),
];

impl Refusal {
    pub(super) fn read(response: &HttpResponse) -> Self {
        let status = response.status().as_u16();
        let header = response.headers().get("request-id").and_then(|id| id.to_str().ok()).map(excerpt::code);
        let Ok(Answer { error }) = serde_json::from_slice(response.body()) else {
            return Self { status, request_id: header, ..Self::default() };
        };
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(excerpt::code);
        let inner = error.inner.unwrap_or_default();
        let details = error.details.unwrap_or_default();
        let further = details.iter().chain([&inner]).filter_map(|part| text(part, "code"));
        Self {
            status,
            codes: std::iter::once(excerpt::code(&error.code))
                .chain(further)
                .filter(|code| !code.is_empty())
                .take(MAX_CODES)
                .collect(),
            message: excerpt_of(&error.message, MAX_MESSAGE_CHARS),
            request_id: text(&inner, "request-id").or(header),
        }
    }

    /// Returns whether this is one of the codes.
    pub fn is(&self, code: &str) -> bool {
        self.codes.iter().any(|one| one == code)
    }

    /// Returns whether the unique name is taken by an application that was deleted and can be restored (any other would
    /// have been found). Entra says so with 400.
    pub fn is_name_taken(&self) -> bool {
        (self.is("ObjectConflict") || self.is("Request_BadRequest")) && self.message.contains("uniqueName")
    }

    /// Returns whether a new object is not replicated in the directory yet.
    pub fn is_not_there_yet(&self) -> bool {
        self.status == 404
            || self.is("NoBackingApplicationObject")
            || self.message.contains("does not reference a valid application object")
            || self.message.contains("the backing application of the service principal being created must")
    }

    fn advice(&self) -> Option<&'static str> {
        ADVICE.iter().find(|(code, _)| self.is(code)).map(|(_, advice)| *advice)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if let Some(code) = self.codes.first() {
            write!(f, " {code}")?;
        }
        if !self.message.is_empty() {
            write!(f, ", {}", self.message.trim_end_matches('.'))?;
        }
        if let Some(id) = &self.request_id {
            write!(f, " (request-id {id})")?;
        }
        self.advice().map_or(Ok(()), |advice| write!(f, ". What to do: {advice}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, body: &str) -> Refusal {
        let mut response = HttpResponse::new(body.as_bytes().to_vec());
        *response.status_mut() = status.try_into().unwrap();
        Refusal::read(&response)
    }

    #[test]
    fn a_refusal_says_what_it_was_and_what_to_do() {
        let denied = refusal(
            403,
            r#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation.",
                "innerError":{"date":"2026-11-24T10:00:00","request-id":"r-1","client-request-id":"c-1"}}}"#,
        );
        let said = denied.to_string();
        for part in ["403 Authorization_RequestDenied", "request-id r-1", "Application Developer", "ReadWrite.All"] {
            assert!(said.contains(part), "{said}");
        }
        assert_eq!(refusal(502, "<html>").to_string(), "502");
        assert!(ADVICE.iter().all(|(_, advice)| !advice.is_empty()));
    }

    #[test]
    fn what_lasts_and_what_passes_is_told_apart() {
        let taken = r#"{"error":{"code":"Request_BadRequest","message":"Another object with the same value for property uniqueName already exists.",
                       "details":[{"code":"ObjectConflict","target":"uniqueName"}]}}"#;
        assert!(refusal(400, taken).is_name_taken() && !refusal(400, taken).is_not_there_yet());
        let lagging = r#"{"error":{"code":"Request_BadRequest","message":"x","details":[{"code":"NoBackingApplicationObject"}]}}"#;
        assert!(refusal(400, lagging).is_not_there_yet() && refusal(404, "").is_not_there_yet());
        assert!(!refusal(400, r#"{"error":{"code":"Request_BadRequest","message":"Invalid."}}"#).is_not_there_yet());
    }
}
