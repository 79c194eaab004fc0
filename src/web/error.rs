//! Why a request fails: each cause with a status, and a label for metrics. The cause goes to the log, a text that is safe
//! to show ([`super::error_text`]) to the browser.

use std::fmt;

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};
use url::Url;

use super::texts::ENGLISH_TEXTS;
use super::token_refusal::TokenRefusal;
use crate::entra::graph::GraphError;
use crate::flows::Error as Cause;
use crate::oidc::callback::AuthorizationError;
use crate::oidc::id_token::IdTokenError;
use crate::oidc::introspection::IntrospectionError;
use crate::oidc::token::TokenError;
use crate::oidc::userinfo::UserinfoError;
use crate::session::error::StoreError;
use crate::web::views::ViewsError;

/// Why a request fails.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A use case failed. The cookie, if any, removes a transaction that is used up.
    #[doc(hidden)]
    Identity(Box<Cause>, Option<Box<Cookie<'static>>>),
    /// The page needs a signed-in user.
    NotSignedIn,
    /// The user must go to the provider first.
    #[doc(hidden)]
    Interaction {
        /// The sealed parameter of the sign-in that asks there.
        parameter: String,
        /// The scopes that the user must consent to.
        scopes: Vec<String>,
        /// Whether the provider must verify more of the user: a claims challenge.
        is_challenge: bool,
    },
    /// The user must authenticate again. Carries the sealed parameter of the sign-in that asks for it.
    StepUp(String),
    /// The user has just authenticated again, and a rule still isn't met.
    StepUpUnmet,
    /// The signed-in user lacks access.
    Forbidden,
    /// The signed-in user lacks this, and may know.
    Missing(String),
    /// A request to an API without the access token that it needs.
    #[doc(hidden)]
    Token(Box<TokenRefusal>),
    /// A request that changes state and that no page of this site sent.
    CrossSite,
    /// A malformed request: a sentence that says why, or the name of a text in `locales` that does.
    BadRequest(&'static str),
    /// Query, cookies or body exceed `limits`.
    TooLarge(StatusCode),
    /// The body has a `Content-Encoding`.
    UnsupportedEncoding,
    /// The connection ended before the body did.
    BodyIncomplete,
    /// The body didn't arrive in time.
    BodyTimeout,
    /// One address sent too many requests.
    TooManyRequests,
    /// No route matches.
    NotFound,
    /// The route doesn't support this method.
    MethodNotAllowed,
    /// The web framework failed the request with this status.
    Framework(StatusCode),
    /// Two session middlewares are around each other: what to change.
    NestedSessions(&'static str),
    /// A template can't be rendered.
    Rendering(ViewsError),
}

impl From<Cause> for Error {
    fn from(cause: Cause) -> Self {
        Self::Identity(Box::new(cause), None)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Cause::Store(error).into()
    }
}

impl From<StatusCode> for Error {
    fn from(status: StatusCode) -> Self {
        match status {
            StatusCode::BAD_REQUEST => Self::BadRequest("request-malformed"),
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            status => Self::Framework(status),
        }
    }
}

impl From<ViewsError> for Error {
    fn from(error: ViewsError) -> Self {
        Self::Rendering(error)
    }
}

/// Displays the cause, for the log.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity(cause, _) => cause.fmt(f),
            Self::Rendering(error) => write!(f, "can't render a page: {error}"),
            Self::Token(refusal) => refusal.fmt(f),
            Self::BadRequest(why) => f.write_str(&ENGLISH_TEXTS.text(why)),
            Self::NestedSessions(why) => f.write_str(why),
            other => f.write_str(&other.error_text().heading(&ENGLISH_TEXTS)),
        }
    }
}

impl Error {
    /// Returns the label for metrics.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Identity(cause, _) => reason_of(cause),
            Self::Token(refusal) => refusal.label(),
            Self::NotSignedIn => "not_signed_in",
            Self::Interaction { .. } => "interaction_required",
            Self::StepUp(_) => "step_up_required",
            Self::StepUpUnmet => "step_up_unmet",
            Self::Forbidden | Self::Missing(_) => "forbidden",
            Self::CrossSite => "cross_site",
            Self::BadRequest(_) => "bad_request",
            Self::TooLarge(_) => "too_large",
            Self::UnsupportedEncoding => "unsupported_encoding",
            Self::BodyIncomplete => "body_incomplete",
            Self::BodyTimeout => "body_timeout",
            Self::TooManyRequests => "too_many_requests",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Framework(status) if status.is_client_error() => "framework",
            Self::Framework(_) | Self::NestedSessions(_) | Self::Rendering(_) => "internal",
        }
    }

    /// Returns where a user whom the application refused signs out at the provider.
    pub(super) fn provider_sign_out_url(&self) -> Option<&str> {
        match self {
            Self::Identity(cause, _) => match &**cause {
                Cause::NotAdmitted { sign_out, .. } => sign_out.as_ref().map(Url::as_str),
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns the cookie that the response removes.
    pub(crate) fn removal(&self) -> Option<&Cookie<'static>> {
        match self {
            Self::Identity(_, removal) => removal.as_deref(),
            _ => None,
        }
    }

    /// Returns the response for programs: problem JSON (RFC 9457). It is always in English, whatever the pages say.
    pub(crate) fn problem(&self, correlation_id: &str, login_url: &str) -> Value {
        let text = self.error_text();
        let (title, detail) = (text.heading(&ENGLISH_TEXTS), text.explanation(&ENGLISH_TEXTS));
        let status = self.status_code().as_u16();
        let mut problem = json!({
            "type": "about:blank", "title": title, "status": status, "detail": detail,
            "correlation_id": correlation_id,
        });
        if self.status_code() == StatusCode::UNAUTHORIZED {
            problem["login_url"] = login_url.into();
        }
        if let Self::Missing(rule) = self {
            problem["missing"] = rule.as_str().into();
        }
        problem
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Identity(cause, _) => status_of(cause),
            Self::Token(refusal) => refusal.status(),
            Self::NotSignedIn | Self::Interaction { .. } | Self::StepUp(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::Missing(_) | Self::StepUpUnmet | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::BadRequest(_) | Self::BodyIncomplete => StatusCode::BAD_REQUEST,
            Self::TooLarge(status) | Self::Framework(status) => *status,
            Self::UnsupportedEncoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NestedSessions(_) | Self::Rendering(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns a bare response, which [`super::views::Views`] renders as a page or as problem JSON. That of a refused access
    /// token is complete.
    fn error_response(&self) -> HttpResponse {
        if let Self::Token(refusal) = self { refusal.response() } else { HttpResponse::new(self.status_code()) }
    }
}

/// Returns the label of a use case's failure, for metrics.
pub(super) fn reason_of(cause: &Cause) -> &'static str {
    match cause {
        Cause::Provider(_) => "provider_unavailable",
        Cause::Transaction(_) => "transaction",
        Cause::Authorization(AuthorizationError::Refused(_)) => "provider_refused",
        Cause::Authorization(_) => "authorization_response",
        Cause::AlreadySpent => "already_spent",
        Cause::OtherUser => "other_user",
        Cause::NotAdmitted { .. } => "not_admitted",
        Cause::Hook(_) => "hook",
        Cause::Token(_) => "token",
        Cause::IdToken(IdTokenError::StaleAuthentication | IdTokenError::WrongAcr) => "step_up_unmet",
        Cause::IdToken(_) => "id_token",
        Cause::AccessToken(_) => "invalid_token",
        Cause::Introspection(_) => "introspection",
        Cause::LogoutToken(_) => "logout_token",
        Cause::Userinfo(_) => "userinfo",
        Cause::Store(StoreError::Unavailable(_)) => "store_unavailable",
        Cause::Store(_) => "store",
        Cause::ForeignIssuer => "foreign_issuer",
        Cause::ProviderRemoved => "provider_removed",
        Cause::Graph(_) => "graph",
        Cause::RenewalRefused(_) => "renewal_refused",
        Cause::Interaction(_) => "interaction_required",
        Cause::Randomness(_) | Cause::RedirectUri(_) | Cause::NoAudience | Cause::NoIntrospection => "internal",
    }
}

/// Returns the status of a use case's failure.
pub(super) fn status_of(cause: &Cause) -> StatusCode {
    match cause {
        Cause::Provider(_)
        | Cause::Hook(_)
        | Cause::Store(StoreError::Unavailable(_) | StoreError::Contended | StoreError::Newer)
        | Cause::Token(TokenError::Http(_))
        | Cause::Introspection(IntrospectionError::Http(_))
        | Cause::Graph(
            GraphError::Http(_) | GraphError::Throttled { .. } | GraphError::Refused { status: 500.., .. },
        )
        | Cause::Userinfo(UserinfoError::Http(_)) => StatusCode::SERVICE_UNAVAILABLE,
        Cause::IdToken(IdTokenError::TenantNotAllowed | IdTokenError::StaleAuthentication | IdTokenError::WrongAcr)
        | Cause::Graph(GraphError::NotOffered)
        | Cause::OtherUser
        | Cause::NotAdmitted { .. } => StatusCode::FORBIDDEN,
        Cause::Graph(_)
        | Cause::Token(TokenError::Refused(_) | TokenError::Malformed)
        | Cause::Introspection(IntrospectionError::Refused(_) | IntrospectionError::Malformed)
        | Cause::IdToken(_)
        | Cause::Userinfo(_) => StatusCode::BAD_GATEWAY,
        Cause::Authorization(AuthorizationError::Refused(refusal)) => match refusal.code.as_str() {
            "access_denied" | "unmet_authentication_requirements" => StatusCode::FORBIDDEN,
            "server_error" | "temporarily_unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        },
        Cause::Transaction(_)
        | Cause::Authorization(_)
        | Cause::AlreadySpent
        | Cause::LogoutToken(_)
        | Cause::ForeignIssuer => StatusCode::BAD_REQUEST,
        Cause::Store(StoreError::Ended)
        | Cause::RenewalRefused(_)
        | Cause::ProviderRemoved
        | Cause::Interaction(_)
        | Cause::AccessToken(_) => StatusCode::UNAUTHORIZED,
        Cause::Store(StoreError::TooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
        Cause::Store(StoreError::NotWrapped | StoreError::Randomness(_))
        | Cause::Token(TokenError::Authentication(_))
        | Cause::Introspection(IntrospectionError::Authentication(_))
        | Cause::NoAudience
        | Cause::NoIntrospection
        | Cause::Randomness(_)
        | Cause::RedirectUri(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
