//! The text of each error page: what happened, why, and what to do.

mod graph;
mod refusals;

use std::borrow::Cow;

use super::error::Error;
use super::texts::Texts;
use crate::entra::errors::Shows;
use crate::flows::Error as Cause;
use crate::oidc::callback::AuthorizationError;
use crate::oidc::id_token::IdTokenError;
use crate::oidc::token::TokenError;
use crate::oidc::userinfo::UserinfoError;
use crate::session::error::StoreError;
use crate::session::transaction::TransactionError;
use refusals::{explained, text_of_refusal, with_what_entra_said};

/// What an error page says: the name of its message in `locales`, and what only this error has.
#[derive(Clone, Debug)]
pub struct ErrorText {
    /// The message: what happened, in a few words; with the attributes `.explanation`, `.action-1` and so on.
    pub key: &'static str,
    /// Instead of `.explanation`: the name of another message, or a sentence of the application's own.
    pub explanation: Option<Cow<'static, str>>,
    /// Whether the page offers to sign in: only if that can help.
    pub sign_in: bool,
    /// Whether it offers to sign in with another account.
    pub other_account: bool,
    /// The permissions that the page asks for.
    pub permissions: Vec<String>,
    /// The provider's error code, if it sent one.
    pub detail: Option<String>,
    /// What the provider's support asks for.
    pub for_support: Option<String>,
    /// The settings that an administrator needs to copy.
    pub shows: Shows,
}

impl ErrorText {
    /// Returns what happened, in a few words.
    pub(super) fn heading<'a>(&self, texts: &'a Texts) -> Cow<'a, str> {
        texts.text(self.key)
    }

    /// Returns what happened and why, in a sentence or two.
    pub(super) fn explanation<'a>(&'a self, texts: &'a Texts) -> Cow<'a, str> {
        match &self.explanation {
            Some(own) => texts.text(own),
            None => texts.find(&format!("{}.explanation", self.key), None).unwrap_or_default(),
        }
    }

    /// Returns what the reader can do, a sentence each.
    pub(super) fn actions<'a>(&self, texts: &'a Texts) -> Vec<Cow<'a, str>> {
        texts.actions(self.key)
    }
}

pub(super) fn text(key: &'static str) -> ErrorText {
    ErrorText {
        key,
        explanation: None,
        sign_in: false,
        other_account: false,
        permissions: Vec::new(),
        detail: None,
        for_support: None,
        shows: Shows::Nothing,
    }
}

pub(super) fn text_try_again(key: &'static str) -> ErrorText {
    ErrorText { sign_in: true, ..text(key) }
}

fn text_other_account(key: &'static str) -> ErrorText {
    ErrorText { other_account: true, ..text_try_again(key) }
}

/// Of a session that has expired or was ended elsewhere, instead of [`Error::NotSignedIn`].
pub(super) fn text_session_over() -> ErrorText {
    text_try_again("error-session-over")
}

impl Error {
    /// Returns the text that the browser shows.
    pub(crate) fn error_text(&self) -> ErrorText {
        match self {
            Self::Identity(cause, _) => text_of(cause),
            Self::Interaction { scopes, is_challenge, .. } => text_to_continue(scopes, *is_challenge),
            Self::Token(_) => text("error-api-refused"),
            Self::NotSignedIn => text_try_again("error-not-signed-in"),
            Self::StepUp(_) => text_try_again("error-confirm"),
            Self::StepUpUnmet => text("error-still-not-confirmed"),
            Self::Forbidden => text_other_account("error-forbidden"),
            Self::Missing(rule) => {
                ErrorText { permissions: vec![rule.clone()], ..text_other_account("error-forbidden") }
            }
            Self::CrossSite => text("error-cross-site"),
            Self::BadRequest(why) => ErrorText { explanation: Some((*why).into()), ..text("error-bad-request") },
            Self::TooLarge(_) => text("error-too-large"),
            Self::UnsupportedEncoding => text("error-compressed"),
            Self::BodyIncomplete => text("error-incomplete"),
            Self::BodyTimeout => text("error-too-slow"),
            Self::TooManyRequests => text("error-too-many-requests"),
            Self::NotFound => text("error-not-found"),
            Self::MethodNotAllowed => text("error-method-not-allowed"),
            Self::Framework(status) if status.is_client_error() => text("error-request-failed"),
            Self::Framework(_) | Self::NestedSessions(_) | Self::Rendering(_) => text("error-internal"),
        }
    }
}

fn text_to_continue(scopes: &[String], is_challenge: bool) -> ErrorText {
    let key = if is_challenge { "error-verification" } else { "error-consent" };
    ErrorText { permissions: scopes.to_vec(), ..text_try_again(key) }
}

fn text_of_store(error: &StoreError) -> ErrorText {
    match error {
        StoreError::Unavailable(_) | StoreError::Contended | StoreError::Newer => text("error-session-unavailable"),
        StoreError::Ended => text_try_again("error-session-ended-meanwhile"),
        StoreError::TooLarge { .. } => text("error-session-too-large"),
        StoreError::NotWrapped | StoreError::Randomness(_) => text("error-internal"),
    }
}

fn text_of(cause: &Cause) -> ErrorText {
    match cause {
        Cause::Provider(_) | Cause::Token(TokenError::Http(_)) | Cause::Userinfo(UserinfoError::Http(_)) => {
            text_try_again("error-provider-unavailable")
        }
        Cause::Transaction(error) => text_of_transaction(*error),
        Cause::AlreadySpent => text_try_again("error-already-complete"),
        Cause::NotAdmitted { text, .. } => {
            ErrorText { explanation: Some(text.clone().into()), ..text_other_account("error-not-admitted") }
        }
        Cause::Hook(_) => text_try_again("error-account-lookup"),
        Cause::OtherUser => text("error-other-user"),
        Cause::Authorization(AuthorizationError::Refused(refusal)) => text_of_refusal(refusal),
        Cause::Authorization(_) => text_try_again("error-foreign-response"),
        Cause::Token(TokenError::Refused(refusal)) => {
            explained(refusal).unwrap_or_else(|| with_what_entra_said(refusal, text_try_again("error-no-tokens")))
        }
        Cause::IdToken(error) => text_of_id_token(error),
        Cause::Token(TokenError::Malformed) | Cause::Userinfo(_) => text_try_again("error-not-verified"),
        Cause::LogoutToken(_) => text("error-logout-token"),
        Cause::ForeignIssuer => text("error-foreign-issuer"),
        Cause::ProviderRemoved => text_try_again("error-provider-removed"),
        Cause::RenewalRefused(refusal) => with_what_entra_said(refusal, text_try_again("error-session-not-renewed")),
        Cause::Graph(error) => graph::text_of(error),
        Cause::Interaction(interaction) => text_to_continue(&interaction.scopes, interaction.claims.is_some()),
        Cause::Store(error) => text_of_store(error),
        // Only [`Error::Token`] has those of an access token.
        Cause::AccessToken(_)
        | Cause::Introspection(_)
        | Cause::NoAudience
        | Cause::NoIntrospection
        | Cause::Randomness(_)
        | Cause::RedirectUri(_)
        | Cause::Token(TokenError::Authentication(_)) => text("error-internal"),
    }
}

fn text_of_id_token(error: &IdTokenError) -> ErrorText {
    match error {
        IdTokenError::TenantNotAllowed => text_other_account("error-tenant-not-allowed"),
        // What the ID token doesn't show of a step-up.
        IdTokenError::StaleAuthentication => text("error-stale-sign-in"),
        IdTokenError::WrongAcr => text("error-weak-sign-in"),
        IdTokenError::Claim("auth_time") => text("error-unknown-sign-in-time"),
        IdTokenError::Expired | IdTokenError::NotYetValid => text_try_again("error-clocks-differ"),
        _ => text_try_again("error-not-verified"),
    }
}

fn text_of_transaction(error: TransactionError) -> ErrorText {
    match error {
        TransactionError::Dropped => text_try_again("error-replaced"),
        TransactionError::Expired => text_try_again("error-sign-in-expired"),
        TransactionError::Unknown | TransactionError::ProviderRemoved => text_try_again("error-sign-in-unknown"),
    }
}
