//! Step-up at the browser: the way to the provider, and the texts of its errors.

use super::access_token::interaction_required;
use super::error::Error;
use super::error_text::{ErrorText, text, text_try_again};
use super::identity::Identity;
use crate::flows::IdentityWeb;
use crate::flows::interaction::Interaction;
use crate::oidc::id_token::IdTokenError;
use crate::oidc::step_up::StepUp;

/// The user must authenticate again; unless that has just been done in vain.
pub(super) fn required(identity: &IdentityWeb, user: &Identity, step_up: StepUp) -> Error {
    if !identity.may_step_up(user.signed_in(), &step_up) {
        return Error::StepUpUnmet;
    }
    match interaction_required(identity, Interaction::step_up(step_up)) {
        Error::Interaction { parameter, .. } => Error::StepUp(parameter),
        error => error,
    }
}

pub(super) fn text_required() -> ErrorText {
    text_try_again(
        "Please confirm that it’s you",
        "This page needs a more recent or a stronger sign-in than yours. The identity provider will ask for it.",
        &["If you sent a form, fill it in again afterwards."],
    )
}

pub(super) fn text_unmet() -> ErrorText {
    text(
        "More verification is needed",
        "You have just signed in again, but this page still needs a more recent or a stronger sign-in.",
        &["Wait a minute, then load this page again.", "If it fails again, ask an administrator of this site."],
    )
}

/// The text for an ID token that doesn't show what was asked for.
pub(super) fn text_of(error: &IdTokenError) -> ErrorText {
    const RETRY: &[&str] = &["Go back to the page that you wanted, and try again."];
    match error {
        IdTokenError::StaleAuthentication => text(
            "Your sign-in isn’t recent enough",
            "This site asked the identity provider to have you sign in again, but you signed in there earlier. Nothing has \
             changed on this site.",
            RETRY,
        ),
        IdTokenError::WrongAcr => text(
            "More verification is needed",
            "This site asked for a stronger sign-in than the identity provider confirmed. Nothing has changed on this site.",
            &[
                "Go back to the page that you wanted, and complete the verification.",
                "If your account offers none, ask your administrator.",
            ],
        ),
        _ => text(
            "The time of your sign-in is unknown",
            "This site asked when you signed in at the identity provider, which didn’t say (auth_time). Nothing has changed on \
             this site.",
            &["Administrator: have the identity provider send auth_time; at Microsoft Entra it is an optional claim."],
        ),
    }
}
