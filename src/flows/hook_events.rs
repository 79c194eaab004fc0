//! What the hooks of an application are told.

use super::Error;
use super::target::Target;
use crate::oidc::callback::AuthorizationError;
use crate::oidc::claims::Claims;
use crate::oidc::id_token::IdTokenError;
use crate::oidc::token::TokenError;
use crate::oidc::userinfo::UserinfoError;
use crate::session::index::SessionsOf;
use crate::session::record::SignedIn;

/// A sign-in that has passed every check, before there is a session.
#[derive(Clone, Debug)]
pub struct SignIn {
    pub(super) signed_in: SignedIn,
    provider: Option<String>,
    target: Target,
    is_step_up: bool,
}

impl SignIn {
    pub(super) fn new(signed_in: SignedIn, provider: Option<&str>, target: Target, is_step_up: bool) -> Self {
        Self { signed_in, provider: provider.map(str::to_owned), target, is_step_up }
    }

    /// Returns the verified claims.
    pub fn claims(&self) -> &Claims {
        &self.signed_in.claims
    }

    /// Returns the user's stable key: issuer and subject (`iss`, `sub`).
    pub fn key(&self) -> (&str, &str) {
        self.claims().key()
    }

    /// Returns the provider: NAME of `providers.NAME`; `None` for the one of `[client]`.
    pub fn provider(&self) -> Option<&str> {
        self.provider.as_deref()
    }

    /// Returns whether the user is signed in already, and was sent to the provider for more: consent, a stronger
    /// sign-in, or to edit their profile. A new session replaces theirs.
    pub fn is_step_up(&self) -> bool {
        self.is_step_up
    }

    /// Returns the page that the user goes to: a path of this site.
    pub fn target(&self) -> &str {
        self.target.as_str()
    }

    /// Returns the access token for the scopes of the sign-in, if the provider sent one. Never log it.
    pub fn access_token(&self) -> Option<&str> {
        Some(self.signed_in.tokens.granted.access_token.as_str()).filter(|token| !token.is_empty())
    }
}

/// A user has signed out, in this browser.
#[derive(Clone, Debug)]
pub struct SignOut {
    claims: Claims,
}

impl SignOut {
    pub(super) fn of(signed_in: &SignedIn) -> Self {
        Self { claims: signed_in.claims.clone() }
    }

    /// Returns the claims of the session.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }
}

/// Sessions of one user have ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionEnd {
    /// Why.
    pub reason: EndReason,
    /// `iss`: the provider.
    pub issuer: String,
    /// `sub`: the user at this provider. Unset if the provider named only its own session.
    pub subject: Option<String>,
    /// `sid`: the session at the provider, if it has one.
    pub provider_session_id: Option<String>,
    /// How many sessions.
    pub sessions: usize,
}

/// Why a session has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndReason {
    /// The user signed out: here, or on the page of their sessions.
    User,
    /// The provider: by back-channel or front-channel logout, or it refused to renew the tokens.
    Provider,
    /// The application, by `sessions().end(..)` or `sessions().end_all(..)`. The command `identity-web sessions end` runs in
    /// a process of its own, which has no hooks.
    Operator,
    /// A timeout. It is noticed only by a process that has the session in memory (`session.cache`), by each one that has.
    Expired,
    /// The browser signed in anew.
    Replaced,
}

impl SessionEnd {
    pub(crate) fn of(signed_in: &SignedIn, reason: EndReason) -> Self {
        let claims = &signed_in.claims;
        let end = Self::of_user(claims.issuer(), claims.subject(), reason, 1);
        Self { provider_session_id: claims.session_id().map(str::to_owned), ..end }
    }

    pub(crate) fn of_user(issuer: &str, subject: &str, reason: EndReason, sessions: usize) -> Self {
        Self::of_sessions(SessionsOf::Subject { issuer, subject }, reason, sessions)
    }

    pub(crate) fn of_sessions(of: SessionsOf<'_>, reason: EndReason, sessions: usize) -> Self {
        let (issuer, subject, provider_session_id) = match of {
            SessionsOf::Subject { issuer, subject } => (issuer, Some(subject.to_owned()), None),
            SessionsOf::ProviderSession { issuer, session_id } => (issuer, None, Some(session_id.to_owned())),
        };
        Self { reason, issuer: issuer.to_owned(), subject, provider_session_id, sessions }
    }
}

/// A sign-in has failed at the callback. Anyone can send a callback: most reasons but the application's own refusal say
/// nothing of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignInRefusal {
    /// Why.
    pub reason: RefusalReason,
    /// The provider's error code (`error` of the response), or the code of Microsoft Entra in its description.
    pub code: Option<String>,
    provider: Option<String>,
}

/// Why a sign-in has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusalReason {
    /// The browser didn't begin this sign-in, took more than ten minutes, or has completed it before.
    NotUnderWay,
    /// The user or the provider declined.
    Declined,
    /// The response or a token in it failed a check.
    Invalid,
    /// The user's tenant isn't allowed.
    TenantNotAllowed,
    /// Another user answered than the one who asked.
    OtherUser,
    /// `on_sign_in` refused.
    NotAdmitted,
    /// `on_sign_in` failed.
    HookFailed,
    /// The provider or the session store isn't available.
    Unavailable,
}

impl SignInRefusal {
    /// Returns the provider whose redirect URI the response came to: NAME of `providers.NAME`; `None` for the one of
    /// `[client]`.
    pub fn provider(&self) -> Option<&str> {
        self.provider.as_deref()
    }

    pub(super) fn of(error: &Error, provider: Option<&str>) -> Self {
        let code = match error {
            Error::Authorization(AuthorizationError::Refused(refusal)) | Error::Token(TokenError::Refused(refusal)) => {
                Some(refusal.code.clone())
            }
            _ => None,
        };
        Self { reason: reason(error), code, provider: provider.map(str::to_owned) }
    }
}

fn reason(error: &Error) -> RefusalReason {
    match error {
        Error::Transaction(_) | Error::AlreadySpent => RefusalReason::NotUnderWay,
        Error::Authorization(AuthorizationError::Refused(_)) | Error::Token(TokenError::Refused(_)) => {
            RefusalReason::Declined
        }
        Error::IdToken(IdTokenError::TenantNotAllowed) => RefusalReason::TenantNotAllowed,
        Error::OtherUser => RefusalReason::OtherUser,
        Error::NotAdmitted { .. } => RefusalReason::NotAdmitted,
        Error::Hook(_) => RefusalReason::HookFailed,
        Error::Provider(_)
        | Error::Store(_)
        | Error::Token(TokenError::Http(_) | TokenError::Authentication(_))
        | Error::Userinfo(UserinfoError::Http(_))
        | Error::Randomness(_) => RefusalReason::Unavailable,
        _ => RefusalReason::Invalid,
    }
}
