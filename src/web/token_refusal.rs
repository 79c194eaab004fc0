//! Why a request to an API is refused, with the challenge that says so: RFC 6750 section 3, as problem JSON (RFC 9457).

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;
use tracing::{debug, error, warn};

use super::abridged::Abridged;
use super::error::{Error, reason_of, status_of};
use super::resource_metadata::Published;
use super::views::{RETRY_AFTER_SECONDS, Rendered};
use crate::correlation::CorrelationId;
use crate::flows::{Error as Cause, IdentityWeb};
use crate::metrics;
use crate::oidc::access_token::AccessTokenError;
use crate::oidc::callback::Refusal;
use crate::oidc::challenge::Challenge;

/// Why a request to an API is refused.
#[derive(Debug)]
pub(super) enum Reason {
    /// It has no access token.
    NoToken,
    /// The token isn't sent as it must be, with a sentence that says why.
    Malformed(&'static str),
    /// The token isn't valid.
    Invalid(AccessTokenError),
    /// The provider didn't exchange the token.
    NotExchanged(Refusal),
    /// The token lacks a scope or a role.
    InsufficientScope,
    /// The user must consent to scopes of another API first.
    ConsentRequired(Refusal),
    /// The client must get a token with these claims: JSON.
    InsufficientClaims(String),
    /// It can't be determined, or a downstream API can't be called.
    Failed(Box<Cause>),
}

impl From<Cause> for Reason {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::AccessToken(error) => Self::Invalid(error),
            cause => Self::Failed(Box::new(cause)),
        }
    }
}

/// Refuses a request to an API: what [`super::bearer::Bearer`] and its siblings return. Its response is complete, in whatever
/// application.
#[derive(Debug)]
pub struct TokenRefusal {
    reason: Reason,
    challenge: Option<HeaderValue>,
    request: String,
    login_url: Option<String>,
}

/// What the challenges of a request's responses have in common.
#[derive(Clone, Debug)]
pub(super) struct Protected {
    realm: String,
    metadata_url: Option<String>,
    request: String,
}

impl Protected {
    pub(super) fn of(request: &HttpRequest, identity: &IdentityWeb) -> Self {
        let settings = &identity.services().api.settings;
        Self {
            realm: settings.identifier().to_owned(),
            metadata_url: request.app_data::<Published>().map(|_| settings.metadata_url()),
            request: format!("{} {}", request.method(), Abridged(request.path())),
        }
    }

    /// Refuses the request. `scope` is what a token needs.
    pub(super) fn refuse(&self, reason: impl Into<Reason>, scope: &str) -> Error {
        self.refuse_with_login(reason, scope, None)
    }

    /// Refuses the request; `login_url` is where a user can sign in instead.
    pub(super) fn refuse_with_login(&self, reason: impl Into<Reason>, scope: &str, login_url: Option<String>) -> Error {
        let reason = reason.into();
        let challenge = Challenge {
            realm: &self.realm,
            error: reason.error().map(|error| (error, reason.detail())),
            scope,
            claims: if let Reason::InsufficientClaims(claims) = &reason { Some(claims.as_str()) } else { None },
            resource_metadata: self.metadata_url.as_deref(),
        };
        let challenge = (!matches!(reason, Reason::Failed(_))).then(|| challenge.to_header());
        let challenge = challenge.and_then(|challenge| HeaderValue::try_from(challenge).ok());
        Error::Token(Box::new(TokenRefusal { reason, challenge, request: self.request.clone(), login_url }))
    }
}

impl Reason {
    fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::NoToken | Self::Invalid(_) | Self::NotExchanged(_) | Self::InsufficientClaims(_) => {
                StatusCode::UNAUTHORIZED
            }
            Self::InsufficientScope | Self::ConsentRequired(_) => StatusCode::FORBIDDEN,
            Self::Failed(cause) => status_of(cause),
        }
    }

    /// Returns the error code (RFC 6750 section 3.1; `insufficient_claims` is Entra's). A request without a token gets none.
    fn error(&self) -> Option<&'static str> {
        match self {
            Self::NoToken | Self::Failed(_) => None,
            Self::Malformed(_) => Some("invalid_request"),
            Self::Invalid(_) | Self::NotExchanged(_) => Some("invalid_token"),
            Self::InsufficientScope | Self::ConsentRequired(_) => Some("insufficient_scope"),
            Self::InsufficientClaims(_) => Some("insufficient_claims"),
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::NoToken => "An access token is required",
            Self::Malformed(_) => "This request isn’t valid",
            Self::Invalid(_) | Self::NotExchanged(_) => "The access token isn’t valid",
            Self::InsufficientScope => "The access token isn’t sufficient",
            Self::ConsentRequired(_) => "Consent is required",
            Self::InsufficientClaims(_) => "More verification is required",
            Self::Failed(_) if self.status() == StatusCode::SERVICE_UNAVAILABLE => "Temporarily unavailable",
            Self::Failed(_) => "Something went wrong",
        }
    }

    /// Returns the sentence for `error_description`, too, where neither quotes nor other characters than ASCII may stand.
    fn detail(&self) -> &'static str {
        use AccessTokenError as E;
        match self {
            Self::NoToken => "Send an access token for this API in the Authorization header.",
            Self::Malformed(why) => why,
            Self::Invalid(E::Expired) => "The access token has expired.",
            Self::Invalid(E::NotYetValid) => "The access token is not valid yet.",
            Self::Invalid(E::Inactive) => "The access token is no longer active.",
            Self::Invalid(E::WrongAudience) => "The access token is for another API.",
            Self::Invalid(E::TenantNotAllowed) => "The access token is from a tenant that is not allowed.",
            Self::Invalid(E::IdToken) => "An ID token is not an access token.",
            Self::Invalid(_) => "The access token was not accepted.",
            Self::NotExchanged(_) => "The identity provider no longer accepts the access token.",
            Self::InsufficientScope => "The access token lacks a scope or a role that is required.",
            Self::ConsentRequired(_) => "The user has not consented to what this API needs of another API.",
            Self::InsufficientClaims(_) => "Get a new access token with the claims of this challenge.",
            Self::Failed(_) if self.status() == StatusCode::SERVICE_UNAVAILABLE => {
                "The identity provider is not responding. Try again in a moment."
            }
            Self::Failed(_) => "The request failed. The error was logged.",
        }
    }
}

impl TokenRefusal {
    pub(super) fn status(&self) -> StatusCode {
        self.reason.status()
    }

    pub(super) fn title(&self) -> &'static str {
        self.reason.title()
    }

    pub(super) fn detail(&self) -> &'static str {
        self.reason.detail()
    }

    /// Returns the label for metrics.
    pub(super) fn label(&self) -> &'static str {
        match &self.reason {
            Reason::NoToken => "no_token",
            Reason::Failed(cause) => reason_of(cause),
            reason => reason.error().unwrap_or_default(),
        }
    }

    /// Returns the response, complete: an API may be in an application without our pages. Logs the cause.
    pub(super) fn response(&self) -> HttpResponse {
        let correlation_id = CorrelationId::of_request().unwrap_or_else(CorrelationId::random).to_string();
        self.log(&correlation_id);
        metrics::refusal(self.label());
        let status = self.status();
        let mut problem = json!({
            "type": "about:blank", "title": self.title(), "status": status.as_u16(), "detail": self.detail(),
            "correlation_id": correlation_id,
        });
        if let Some(login_url) = &self.login_url {
            problem["login_url"] = login_url.as_str().into();
        }
        let mut response = HttpResponse::build(status);
        response.content_type("application/problem+json").insert_header((CACHE_CONTROL, "no-store"));
        if let Some(challenge) = &self.challenge {
            response.insert_header((WWW_AUTHENTICATE, challenge.clone()));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header((RETRY_AFTER, RETRY_AFTER_SECONDS));
        }
        let response = response.body(problem.to_string());
        Rendered::mark(response)
    }

    fn log(&self, correlation_id: &str) {
        use AccessTokenError as E;
        let (status, request, text) = (self.status().as_u16(), self.request.as_str(), Abridged(self));
        match self.reason {
            Reason::NoToken | Reason::InsufficientScope | Reason::Invalid(E::Expired | E::Inactive) => {
                debug!(correlation_id, status, request, cause = %text, "request refused");
            }
            _ if status == 500 => error!(correlation_id, status, request, cause = %text, "request failed"),
            _ => warn!(correlation_id, status, request, cause = %text, "request refused"),
        }
    }
}

/// Displays the cause, for the log.
impl fmt::Display for TokenRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Reason::Invalid(error) => error.fmt(f),
            Reason::NotExchanged(refusal) => write!(f, "the provider didn't exchange the access token: {refusal}"),
            Reason::ConsentRequired(refusal) => write!(f, "the user must consent first: {refusal}"),
            Reason::Failed(cause) => cause.fmt(f),
            reason => f.write_str(reason.detail()),
        }
    }
}
