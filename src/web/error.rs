//! What a person is told when something fails: a safe sentence each, and what to do. The cause goes to the log.

use std::fmt;

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};

use crate::identity_web::{self, Error as Cause, Refused};
use crate::oidc::callback::{AuthorizationError, Refusal};
use crate::oidc::id_token::IdTokenError;
use crate::oidc::token::TokenError;
use crate::oidc::userinfo::UserinfoError;
use crate::session::current::StoreError;

/// Why a request is not answered as it wished.
#[derive(Debug)]
pub enum Error {
    /// A use case failed; with the cookie that takes a used-up transaction away.
    Identity(Box<Cause>, Option<Box<Cookie<'static>>>),
    /// Nobody is signed in.
    NotSignedIn,
    /// Who is signed in may not see this.
    Forbidden,
    /// A state-changing request that no page of ours sent.
    CrossSite,
    /// The request itself cannot be understood: a sentence that says why.
    BadRequest(&'static str),
    /// Query, cookies or body beyond `limits`.
    TooLarge(StatusCode),
    /// Too many requests of one address.
    TooManyRequests,
    /// There is no such page.
    NotFound,
    /// The page does not take this method.
    MethodNotAllowed,
    /// A page cannot be rendered.
    Rendering(tera::Error),
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

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Self::Identity(Box::new(refused.error), refused.removal.map(Box::new))
    }
}

impl From<tera::Error> for Error {
    fn from(error: tera::Error) -> Self {
        Self::Rendering(error)
    }
}

/// For the log: the cause.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity(cause, _) => cause.fmt(f),
            Self::Rendering(error) => write!(f, "a page cannot be rendered: {error:?}"),
            Self::BadRequest(why) => f.write_str(why),
            other => f.write_str(other.told().heading),
        }
    }
}

/// What the browser is told.
#[derive(Clone, Debug)]
pub struct Told {
    /// A few words.
    pub heading: &'static str,
    /// A sentence or two.
    pub explanation: &'static str,
    /// What the reader can do.
    pub actions: &'static [&'static str],
    /// Whether a sign-in may help.
    pub sign_in: bool,
    /// The provider's code, where it gave one.
    pub detail: Option<String>,
}

fn told(heading: &'static str, explanation: &'static str, actions: &'static [&'static str]) -> Told {
    Told { heading, explanation, actions, sign_in: false, detail: None }
}

fn told_try_again(heading: &'static str, explanation: &'static str, actions: &'static [&'static str]) -> Told {
    Told { sign_in: true, ..told(heading, explanation, actions) }
}

impl Error {
    /// What the browser is told.
    pub fn told(&self) -> Told {
        match self {
            Self::Identity(cause, _) => told_of(cause),
            Self::NotSignedIn => told_try_again("Please sign in", "You need to be signed in to see this page.", &[]),
            Self::Forbidden => told(
                "You may not see this",
                "You are signed in, but not allowed to see this page.",
                &["Ask its administrator for access.", "Or sign out, and sign in with another account."],
            ),
            Self::CrossSite => told(
                "This request was refused",
                "It did not come from a page of this site.",
                &["Go to the home page, and use the button there."],
            ),
            Self::BadRequest(why) => told("This request cannot be understood", why, &[]),
            Self::TooLarge(_) => told("This request is too large", "More was sent than this page takes.", &[]),
            Self::TooManyRequests => told(
                "Too many requests",
                "Your address has sent more sign-in requests than is allowed.",
                &["Wait a minute, then try again."],
            ),
            Self::NotFound => told("There is no such page", "The address may be mistyped, or the page has moved.", &[]),
            Self::MethodNotAllowed => told("This page cannot do that", "It does not take this kind of request.", &[]),
            Self::Rendering(_) => told("Something went wrong", "The page could not be made. It has been noted.", &[]),
        }
    }

    /// The cookie to take away with the answer.
    pub fn removal(&self) -> Option<&Cookie<'static>> {
        match self {
            Self::Identity(_, removal) => removal.as_deref(),
            _ => None,
        }
    }

    /// The answer for programs: problem JSON (RFC 9457).
    pub fn problem(&self, correlation_id: &str, login_url: &str) -> Value {
        let told = self.told();
        let status = self.status_code().as_u16();
        let mut problem = json!({
            "type": "about:blank", "title": told.heading, "status": status, "detail": told.explanation,
            "correlation_id": correlation_id,
        });
        if matches!(self, Self::NotSignedIn) {
            problem["login_url"] = login_url.into();
        }
        problem
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Identity(cause, _) => status_of(cause),
            Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge(status) => *status,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Rendering(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A bare answer; [`super::sessions::Sessions`] makes a page or problem JSON of it.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

fn status_of(cause: &Cause) -> StatusCode {
    match cause {
        Cause::Provider(_)
        | Cause::Store(StoreError::Unavailable(_) | StoreError::Contended)
        | Cause::Token(TokenError::Http(_))
        | Cause::Userinfo(UserinfoError::Http(_)) => StatusCode::SERVICE_UNAVAILABLE,
        Cause::IdToken(IdTokenError::TenantNotAllowed) => StatusCode::FORBIDDEN,
        Cause::Token(_) | Cause::IdToken(_) | Cause::Userinfo(_) => StatusCode::BAD_GATEWAY,
        Cause::Authorization(AuthorizationError::Refused(refusal)) => match refusal.code.as_str() {
            "access_denied" => StatusCode::FORBIDDEN,
            "server_error" | "temporarily_unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        },
        Cause::Transaction(_) | Cause::Authorization(_) | Cause::AlreadySpent | Cause::ForeignIssuer => {
            StatusCode::BAD_REQUEST
        }
        Cause::Store(StoreError::Ended) => StatusCode::UNAUTHORIZED,
        Cause::Store(StoreError::TooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
        Cause::Store(StoreError::NotWrapped | StoreError::Randomness(_))
        | Cause::Randomness(_)
        | Cause::RedirectUri(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn told_of(cause: &identity_web::Error) -> Told {
    const WAIT: &[&str] = &["Wait a moment, then try again."];
    const FRESH: &[&str] = &["Start a fresh sign-in."];
    const ADMIN: &[&str] =
        &["Start a fresh sign-in.", "If it fails again, give the correlation id to your administrator."];
    match cause {
        Cause::Provider(_) | Cause::Token(TokenError::Http(_)) | Cause::Userinfo(UserinfoError::Http(_)) => {
            told_try_again("Signing in is not possible right now", "The identity provider does not answer.", WAIT)
        }
        Cause::Transaction(_) => told_try_again(
            "This sign-in cannot be continued",
            "It began in another browser, took more than ten minutes, or has already come to its end.",
            FRESH,
        ),
        Cause::AlreadySpent => {
            told_try_again("This sign-in is already complete", "A sign-in can come to its end only once.", FRESH)
        }
        Cause::Authorization(AuthorizationError::Refused(refusal)) => told_of_refusal(refusal),
        Cause::Authorization(_) => told_try_again(
            "The sign-in’s answer was refused",
            "What came back from the identity provider is not an answer to this sign-in.",
            FRESH,
        ),
        Cause::Token(TokenError::Refused(refusal)) => Told {
            detail: Some(refusal.code.clone()),
            ..told_try_again(
                "The identity provider refused the sign-in",
                "It did not give this application the tokens.",
                ADMIN,
            )
        },
        Cause::IdToken(IdTokenError::TenantNotAllowed) => told_try_again(
            "Your organisation may not sign in here",
            "Your account is of an organisation that this application does not admit.",
            &["Sign in with another account.", "Ask the application’s administrator to admit your organisation."],
        ),
        Cause::IdToken(IdTokenError::Expired | IdTokenError::NotYetValid) => told_try_again(
            "The sign-in’s answer is out of time",
            "The clocks of the identity provider and of this application differ too much.",
            ADMIN,
        ),
        Cause::Token(TokenError::Malformed) | Cause::IdToken(_) | Cause::Userinfo(_) => told_try_again(
            "The sign-in could not be verified",
            "What the identity provider sent did not pass the checks, so nobody was signed in.",
            ADMIN,
        ),
        Cause::ForeignIssuer => {
            told("This sign-in is not for us", "It was asked for at an identity provider that is not ours.", &[])
        }
        Cause::Store(StoreError::Unavailable(_) | StoreError::Contended) => told(
            "Your session cannot be reached right now",
            "You have not been signed out: the place where sessions are kept does not answer.",
            &["Wait a moment, then load this page again."],
        ),
        Cause::Store(StoreError::Ended) => {
            told_try_again("Your session has ended", "It was ended while this page was being made.", FRESH)
        }
        Cause::Store(StoreError::TooLarge { .. }) => told(
            "Too much to remember",
            "What should be kept of your session is larger than is allowed.",
            &["Give the correlation id to your administrator."],
        ),
        Cause::Store(_) | Cause::Randomness(_) | Cause::RedirectUri(_) => {
            told("Something went wrong", "The page could not be made. It has been noted.", &[])
        }
    }
}

fn told_of_refusal(refusal: &Refusal) -> Told {
    let told = match refusal.code.as_str() {
        "access_denied" => told_try_again(
            "The sign-in was declined",
            "You, or your organisation’s rules, declined it at the identity provider.",
            &["Start again, and accept.", "If you did not decline, ask your administrator."],
        ),
        "login_required" | "interaction_required" | "consent_required" | "account_selection_required" => {
            told_try_again(
                "The identity provider wants to hear from you",
                "It can go on only if you answer its questions.",
                &["Start a fresh sign-in, and follow what it asks."],
            )
        }
        "server_error" | "temporarily_unavailable" => told_try_again(
            "Signing in is not possible right now",
            "The identity provider has a fault of its own.",
            &["Wait a moment, then try again."],
        ),
        _ => told_try_again(
            "The identity provider refused the sign-in",
            "It did not accept this application’s request.",
            &["If it fails again, give the correlation id to your administrator."],
        ),
    };
    Told { detail: Some(refusal.code.clone()), ..told }
}
