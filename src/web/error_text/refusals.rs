//! The texts of what a provider refuses.

use super::{ErrorText, text, text_other_account, text_try_again};
use crate::entra::b2c;
use crate::entra::errors::{EntraError, Remedy};
use crate::oidc::callback::Refusal;
use crate::oidc::id_token::IdTokenError;
use crate::web::step_up;

/// Explains a refusal by the code of Entra or B2C in its description, if that is known.
pub(super) fn explained(refusal: &Refusal) -> Option<ErrorText> {
    if let Some(explanation) = b2c::explain(&refusal.description) {
        let text =
            text_of_remedy(explanation.remedy, explanation.heading, explanation.explanation, explanation.actions);
        return Some(with_what_entra_said(refusal, ErrorText { shows: explanation.shows, ..text }));
    }
    let explanation = EntraError::parse(&refusal.description)?.explanation?;
    let text = text_of_remedy(explanation.remedy, explanation.heading, explanation.explanation, explanation.actions);
    Some(with_what_entra_said(refusal, ErrorText { shows: explanation.shows, ..text }))
}

fn text_of_remedy(
    remedy: Remedy,
    heading: &'static str,
    explanation: &'static str,
    actions: &'static [&'static str],
) -> ErrorText {
    match remedy {
        Remedy::Administrator => text(heading, explanation, actions),
        Remedy::SignIn => text_try_again(heading, explanation, actions),
        Remedy::OtherAccount => text_other_account(heading, explanation, actions),
    }
}

/// Adds the provider's code and Entra's IDs for its support.
pub(super) fn with_what_entra_said(refusal: &Refusal, text: ErrorText) -> ErrorText {
    let Some(EntraError { code, trace_id, correlation_id, timestamp, .. }) = EntraError::parse(&refusal.description)
    else {
        return ErrorText { detail: Some(refusal.code.clone()), ..text };
    };
    // In one row, in the words of Microsoft's support: only one row is our own correlation ID.
    let ids = [("Trace ID", trace_id), ("Correlation ID", correlation_id), ("Timestamp", timestamp)];
    let ids: Vec<_> = ids.into_iter().filter_map(|(name, value)| Some(format!("{name}: {}", value?))).collect();
    let for_support = if ids.is_empty() { Vec::new() } else { vec![("For Microsoft’s support", ids.join(", "))] };
    ErrorText { detail: Some(code), for_support, ..text }
}

pub(super) fn text_of_refusal(refusal: &Refusal) -> ErrorText {
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
            &["If it fails again, give the correlation ID to your administrator."],
        ),
    };
    with_what_entra_said(refusal, text)
}
