//! The texts of what a provider refuses.

use super::{ErrorText, text, text_other_account, text_try_again};
use crate::entra::b2c;
use crate::entra::errors::{EntraError, Explanation, Remedy};
use crate::oidc::callback::Refusal;

/// Explains a refusal by the code of Entra or B2C in its description, if that is known.
pub(super) fn explained(refusal: &Refusal) -> Option<ErrorText> {
    let by_b2c = b2c::explain(&refusal.description);
    let explanation = by_b2c.or_else(|| EntraError::parse(&refusal.description)?.explanation)?;
    let Explanation { text: key, shows, remedy, .. } = *explanation;
    let text = match remedy {
        Remedy::Administrator => text(key),
        Remedy::SignIn => text_try_again(key),
        Remedy::OtherAccount => text_other_account(key),
    };
    Some(with_what_entra_said(refusal, ErrorText { shows, ..text }))
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
    let for_support = Some(ids.join(", ")).filter(|ids| !ids.is_empty());
    ErrorText { detail: Some(code), for_support, ..text }
}

pub(super) fn text_of_refusal(refusal: &Refusal) -> ErrorText {
    if let Some(text) = explained(refusal) {
        return text;
    }
    let text = match refusal.code.as_str() {
        "access_denied" => text_try_again("error-declined"),
        "login_required" | "interaction_required" | "consent_required" | "account_selection_required" => {
            text_try_again("error-input-needed")
        }
        "unmet_authentication_requirements" => text("error-weak-sign-in"),
        "server_error" | "temporarily_unavailable" => text_try_again("error-provider-failed"),
        _ => text_try_again("error-refused"),
    };
    with_what_entra_said(refusal, text)
}
