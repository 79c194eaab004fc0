//! The text of each error page: what happened, why, and what to do.

mod graph;
mod refusals;

use std::borrow::Cow;

use super::{error::Error, step_up};
use crate::entra::errors::Shows;
use crate::flows::Error as Cause;
use crate::oidc::callback::AuthorizationError;
use crate::oidc::id_token::IdTokenError;
use crate::oidc::token::TokenError;
use crate::oidc::userinfo::UserinfoError;
use crate::session::error::StoreError;
use crate::session::transaction::TransactionError;
use refusals::{explained, text_of_refusal, with_what_entra_said};

/// The text of an error page.
#[derive(Clone, Debug)]
pub struct ErrorText {
    /// What happened, in a few words.
    pub heading: &'static str,
    /// What happened and why, in a sentence or two.
    pub explanation: Cow<'static, str>,
    /// What the reader can do.
    pub actions: &'static [&'static str],
    /// Whether the page offers to sign in: only if that can help.
    pub sign_in: bool,
    /// Whether it offers to sign in with another account.
    pub other_account: bool,
    /// The permissions that the page asks for.
    pub permissions: Vec<String>,
    /// The provider's error code, if it sent one.
    pub detail: Option<String>,
    /// What the provider's support asks for: names and values.
    pub for_support: Vec<(&'static str, String)>,
    /// The settings that an administrator needs to copy.
    pub shows: Shows,
}

pub(super) fn text(heading: &'static str, explanation: &'static str, actions: &'static [&'static str]) -> ErrorText {
    ErrorText {
        heading,
        explanation: explanation.into(),
        actions,
        sign_in: false,
        other_account: false,
        permissions: Vec::new(),
        detail: None,
        for_support: Vec::new(),
        shows: Shows::Nothing,
    }
}

pub(super) fn text_try_again(
    heading: &'static str,
    explanation: &'static str,
    actions: &'static [&'static str],
) -> ErrorText {
    ErrorText { sign_in: true, ..text(heading, explanation, actions) }
}

fn text_other_account(heading: &'static str, explanation: &'static str, actions: &'static [&'static str]) -> ErrorText {
    ErrorText { other_account: true, ..text_try_again(heading, explanation, actions) }
}

/// Of a session that has expired or was ended elsewhere, instead of [`Error::NotSignedIn`].
pub(super) fn text_session_over() -> ErrorText {
    text_try_again(
        "Your session has ended",
        "It expired, or was ended from another page or by your identity provider.",
        &["Sign in again. You return to this page."],
    )
}

impl Error {
    /// Returns the text that the browser shows.
    pub(crate) fn error_text(&self) -> ErrorText {
        match self {
            Self::Identity(cause, _) => text_of(cause),
            Self::Interaction { scopes, is_challenge, .. } => text_to_continue(scopes, *is_challenge),
            Self::Token(refusal) => text(refusal.title(), refusal.detail(), &[]),
            Self::NotSignedIn => text_try_again("Please sign in", "You need to be signed in to see this page.", &[]),
            Self::StepUp(_) => step_up::text_required(),
            Self::StepUpUnmet => step_up::text_unmet(),
            Self::Forbidden => text_forbidden(),
            Self::Missing(rule) => ErrorText { permissions: vec![rule.clone()], ..text_forbidden() },
            Self::CrossSite => text(
                "This request was blocked",
                "It didn’t come from a page of this site.",
                &["Go to the home page and use the button there."],
            ),
            Self::BadRequest(why) => text("This request isn’t valid", why, &[]),
            Self::TooLarge(_) => text("This request is too large", "It exceeds what this site accepts.", &[]),
            Self::UnsupportedEncoding => text(
                "Compressed requests aren’t supported",
                "This site accepts request bodies only without a Content-Encoding.",
                &["Send the request uncompressed."],
            ),
            Self::BodyIncomplete => {
                text("This request is incomplete", "The connection closed before all of it arrived.", &["Try again."])
            }
            Self::BodyTimeout => text(
                "This request took too long",
                "All of it must arrive within a few seconds.",
                &["Check your connection, then try again."],
            ),
            Self::TooManyRequests => text(
                "Too many requests",
                "Too many sign-in requests came from your network address.",
                &["Wait a minute, then try again."],
            ),
            Self::NotFound => text("Page not found", "The address may be mistyped, or the page has moved.", &[]),
            Self::MethodNotAllowed => {
                text("Method not allowed", "This page doesn’t support this kind of request.", &[])
            }
            Self::Framework(status) if status.is_client_error() => text(
                status.canonical_reason().unwrap_or("This request failed"),
                "This site can’t respond to this request as it was sent.",
                &[],
            ),
            Self::Framework(_) | Self::NestedSessions(_) | Self::Rendering(_) => text_internal(),
        }
    }
}

fn text_forbidden() -> ErrorText {
    text_other_account(
        "You don’t have access",
        "You’re signed in, but your account doesn’t have access to this page.",
        &["Ask an administrator of this site for access.", "If you have another account, use that one."],
    )
}

fn text_internal() -> ErrorText {
    text("Something went wrong", "We couldn’t show this page. The error was logged.", &[])
}

fn text_to_continue(scopes: &[String], is_challenge: bool) -> ErrorText {
    let text = if is_challenge {
        text_try_again(
            "More verification is needed",
            "Your organisation requires more verification for this page. The identity provider will ask for it.",
            &[],
        )
    } else {
        text_try_again(
            "Your consent is needed",
            "This page needs a permission that you haven’t granted yet. The identity provider will ask for it.",
            &[],
        )
    };
    ErrorText { permissions: scopes.to_vec(), ..text }
}

fn text_of_store(error: &StoreError) -> ErrorText {
    match error {
        StoreError::Unavailable(_) | StoreError::Contended | StoreError::Newer => text(
            "Your session isn’t available right now",
            "You have not been signed out: the session store isn’t responding.",
            &["Wait a moment, then load this page again."],
        ),
        StoreError::Ended => text_try_again(
            "Your session has ended",
            "It was ended while this page was loading.",
            &["Start a fresh sign-in."],
        ),
        StoreError::TooLarge { .. } => text(
            "Your session is too large",
            "It holds more data than this site allows.",
            &["Give the correlation ID to your administrator."],
        ),
        StoreError::NotWrapped | StoreError::Randomness(_) => text_internal(),
    }
}

fn text_provider_removed() -> ErrorText {
    let explanation = "This site no longer uses the identity provider that you signed in with.";
    text_try_again("Please sign in again", explanation, &[])
}

fn text_of(cause: &Cause) -> ErrorText {
    const WAIT: &[&str] = &["Wait a moment, then try again."];
    const FRESH: &[&str] = &["Start a fresh sign-in."];
    const ADMIN: &[&str] =
        &["Start a fresh sign-in.", "If it fails again, give the correlation ID to your administrator."];
    match cause {
        Cause::Provider(_) | Cause::Token(TokenError::Http(_)) | Cause::Userinfo(UserinfoError::Http(_)) => {
            text_try_again("Signing in is not possible right now", "The identity provider isn’t responding.", WAIT)
        }
        Cause::Transaction(error) => text_of_transaction(*error),
        Cause::AlreadySpent => {
            text_try_again("This sign-in is already complete", "Each sign-in can be completed only once.", FRESH)
        }
        Cause::NotAdmitted { text, .. } => {
            ErrorText { explanation: text.clone().into(), ..text_other_account("You can’t sign in here", "", &[]) }
        }
        Cause::Hook(_) => {
            text_try_again("Signing in is not possible right now", "This site couldn’t look up your account.", WAIT)
        }
        Cause::OtherUser => text(
            "A different account signed in",
            "You asked for this as one user, and another user answered at the identity provider. Nothing has changed: you \
             are still signed in as before.",
            &["Try again, and choose the account you are signed in with.", "To switch accounts, sign out first."],
        ),
        Cause::Authorization(AuthorizationError::Refused(refusal)) => text_of_refusal(refusal),
        Cause::Authorization(_) => text_try_again(
            "The sign-in’s response was rejected",
            "The identity provider’s response doesn’t belong to this sign-in.",
            FRESH,
        ),
        Cause::Token(TokenError::Refused(refusal)) => explained(refusal).unwrap_or_else(|| {
            let refused = text_try_again(
                "The identity provider refused the sign-in",
                "It didn’t issue tokens to this application.",
                ADMIN,
            );
            with_what_entra_said(refusal, refused)
        }),
        Cause::IdToken(IdTokenError::TenantNotAllowed) => text_other_account(
            "Your organisation may not sign in here",
            "Your account belongs to an organisation that this application doesn’t allow.",
            &["Use another account.", "Ask the application’s administrator to allow your organisation."],
        ),
        Cause::IdToken(
            error @ (IdTokenError::StaleAuthentication | IdTokenError::WrongAcr | IdTokenError::Claim("auth_time")),
        ) => step_up::text_of(error),
        Cause::IdToken(IdTokenError::Expired | IdTokenError::NotYetValid) => text_try_again(
            "The sign-in’s response is out of time",
            "The clocks of the identity provider and this application differ too much.",
            ADMIN,
        ),
        Cause::Token(TokenError::Malformed) | Cause::IdToken(_) | Cause::Userinfo(_) => text_try_again(
            "The sign-in could not be verified",
            "The identity provider’s response failed verification, so you weren’t signed in.",
            ADMIN,
        ),
        Cause::LogoutToken(_) => text(
            "This sign-out is not valid",
            "The identity provider’s request to sign a user out failed verification.",
            &[],
        ),
        Cause::ForeignIssuer => text(
            "This sign-in can’t start here",
            "It names an identity provider that this application doesn’t use.",
            &[],
        ),
        Cause::ProviderRemoved => text_provider_removed(),
        Cause::RenewalRefused(refusal) => with_what_entra_said(
            refusal,
            text_try_again(
                "Your session has ended",
                "The identity provider didn’t renew it. It may have been ended there, or your account has changed.",
                FRESH,
            ),
        ),
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
        | Cause::Token(TokenError::Authentication(_)) => text_internal(),
    }
}

fn text_of_transaction(error: TransactionError) -> ErrorText {
    match error {
        TransactionError::Dropped => text_try_again(
            "Newer sign-ins replaced this one",
            "You began several sign-ins in this browser, perhaps in several tabs. Only the latest ones can be completed.",
            &["Close this tab and continue in another one, or start a fresh sign-in."],
        ),
        TransactionError::Expired => text_try_again(
            "This sign-in took too long",
            "A sign-in must be completed within ten minutes.",
            &["Start a fresh sign-in."],
        ),
        TransactionError::Unknown | TransactionError::ProviderRemoved => text_try_again(
            "This sign-in cannot be continued",
            "It was started in another browser or at another address of this site, or it is already complete.",
            &["Start a fresh sign-in."],
        ),
    }
}
