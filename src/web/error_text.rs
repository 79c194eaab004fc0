//! The text of each error page: what happened, why, and what to do.

mod graph;

use std::borrow::Cow;

use super::{error::Error, step_up};
use crate::entra::b2c;
use crate::entra::errors::{EntraError, Shows};
use crate::flows::Error as Cause;
use crate::oidc::callback::{AuthorizationError, Refusal};
use crate::oidc::id_token::IdTokenError;
use crate::oidc::token::TokenError;
use crate::oidc::userinfo::UserinfoError;
use crate::session::error::StoreError;

/// The text of an error page.
#[derive(Clone, Debug)]
pub struct ErrorText {
    /// What happened, in a few words.
    pub heading: &'static str,
    /// What happened and why, in a sentence or two.
    pub explanation: Cow<'static, str>,
    /// What the reader can do.
    pub actions: &'static [&'static str],
    /// Whether the page offers to sign in.
    pub sign_in: bool,
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

impl Error {
    /// Returns the text that the browser shows.
    pub(crate) fn error_text(&self) -> ErrorText {
        match self {
            Self::Identity(cause, _) => text_of(cause),
            Self::Interaction(_) => text_to_continue(),
            Self::Token(refusal) => text(refusal.title(), refusal.detail(), &[]),
            Self::NotSignedIn => text_try_again("Please sign in", "You need to be signed in to see this page.", &[]),
            Self::StepUp(_) => step_up::text_required(),
            Self::StepUpUnmet => step_up::text_unmet(),
            Self::Forbidden => text_forbidden(),
            Self::Missing(rule) => ErrorText { for_support: vec![("Required", rule.clone())], ..text_forbidden() },
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
    text(
        "You don’t have access",
        "You’re signed in, but your account doesn’t have access to this page.",
        &["Ask an administrator of this site for access.", "Or sign out and sign in with another account."],
    )
}

fn text_internal() -> ErrorText {
    text("Something went wrong", "We couldn’t show this page. The error was logged.", &[])
}

fn text_to_continue() -> ErrorText {
    text_try_again(
        "Your consent is needed",
        "This page needs a permission that you or your organisation haven’t granted yet, or more verification. The \
         identity provider will ask for it.",
        &[],
    )
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
            &["Give the correlation id to your administrator."],
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
        &["Start a fresh sign-in.", "If it fails again, give the correlation id to your administrator."];
    match cause {
        Cause::Provider(_) | Cause::Token(TokenError::Http(_)) | Cause::Userinfo(UserinfoError::Http(_)) => {
            text_try_again("Signing in is not possible right now", "The identity provider isn’t responding.", WAIT)
        }
        Cause::Transaction(_) => text_try_again(
            "This sign-in cannot be continued",
            "It was started in another browser, took more than ten minutes, or is already complete.",
            FRESH,
        ),
        Cause::AlreadySpent => {
            text_try_again("This sign-in is already complete", "Each sign-in can be completed only once.", FRESH)
        }
        Cause::NotAdmitted { text, .. } => {
            ErrorText { explanation: text.clone().into(), ..text_try_again("You can’t sign in here", "", &[]) }
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
        Cause::IdToken(IdTokenError::TenantNotAllowed) => text_try_again(
            "Your organisation may not sign in here",
            "Your account belongs to an organisation that this application doesn’t allow.",
            &["Sign in with another account.", "Ask the application’s administrator to allow your organisation."],
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
        Cause::Interaction(_) => text_to_continue(),
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

/// Explains a refusal by the code of Entra or B2C in its description, if that is known.
fn explained(refusal: &Refusal) -> Option<ErrorText> {
    if let Some(explanation) = b2c::explain(&refusal.description) {
        let text = text_try_again(explanation.heading, explanation.explanation, explanation.actions);
        return Some(with_what_entra_said(refusal, ErrorText { shows: explanation.shows, ..text }));
    }
    let explanation = EntraError::parse(&refusal.description)?.explanation?;
    let text = text_try_again(explanation.heading, explanation.explanation, explanation.actions);
    Some(with_what_entra_said(refusal, ErrorText { shows: explanation.shows, ..text }))
}

/// Adds the provider's code and Entra's IDs for its support.
fn with_what_entra_said(refusal: &Refusal, text: ErrorText) -> ErrorText {
    let Some(EntraError { code, trace_id, correlation_id, timestamp, .. }) = EntraError::parse(&refusal.description)
    else {
        return ErrorText { detail: Some(refusal.code.clone()), ..text };
    };
    let ids = [("Trace id", trace_id), ("Provider’s correlation id", correlation_id), ("Time", timestamp)];
    let for_support = ids.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    ErrorText { detail: Some(code), for_support, ..text }
}

fn text_of_refusal(refusal: &Refusal) -> ErrorText {
    if let Some(text) = explained(refusal) {
        return text;
    }
    let text = match refusal.code.as_str() {
        "access_denied" => text_try_again(
            "The sign-in was declined",
            "It was declined at the identity provider, by you or by your organisation’s policy.",
            &["Start again and accept.", "If you didn’t decline, ask your administrator."],
        ),
        "login_required" | "interaction_required" | "consent_required" | "account_selection_required" => {
            text_try_again(
                "The identity provider needs your input",
                "It can’t sign you in without asking you.",
                &["Start a fresh sign-in and follow its instructions."],
            )
        }
        "unmet_authentication_requirements" => step_up::text_of(&IdTokenError::WrongAcr),
        "server_error" | "temporarily_unavailable" => text_try_again(
            "Signing in is not possible right now",
            "The identity provider reported an error.",
            &["Wait a moment, then try again."],
        ),
        _ => text_try_again(
            "The identity provider refused the sign-in",
            "It didn’t accept this application’s request.",
            &["If it fails again, give the correlation id to your administrator."],
        ),
    };
    with_what_entra_said(refusal, text)
}
