//! The sentences: what a person is told of each error, and what to do.

use super::error::Error;
use crate::entra::errors::explain;
use crate::identity_web::Error as Cause;
use crate::oidc::callback::{AuthorizationError, Refusal};
use crate::oidc::id_token::IdTokenError;
use crate::oidc::token::TokenError;
use crate::oidc::userinfo::UserinfoError;
use crate::session::current::StoreError;

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
}

fn told_of(cause: &Cause) -> Told {
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
        Cause::Token(TokenError::Refused(refusal)) => told_of_entra(refusal).unwrap_or_else(|| Told {
            detail: Some(refusal.code.clone()),
            ..told_try_again(
                "The identity provider refused the sign-in",
                "It did not give this application the tokens.",
                ADMIN,
            )
        }),
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

/// Entra's own codes say more than the error that they come with.
fn told_of_entra(refusal: &Refusal) -> Option<Told> {
    let (code, explained) = explain(&refusal.description)?;
    let told = told_try_again(explained.heading, explained.explanation, explained.actions);
    Some(Told { detail: Some(code), ..told })
}

fn told_of_refusal(refusal: &Refusal) -> Told {
    if let Some(told) = told_of_entra(refusal) {
        return told;
    }
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
