//! Azure AD B2C: what its policies return instead of a sign-in, and its error codes, explained (Microsoft's "Error
//! codes: Azure Active Directory B2C").

use super::errors::{Explanation, Remedy, Shows};
use crate::oidc::callback::Refusal;

/// What a user chose on a policy's page instead of signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// "Forgot your password?": the policy that resets it is to follow.
    ForgotPassword,
    /// "Cancel".
    Cancel,
}

const FORGOT_PASSWORD: &str = "AADB2C90118";
const CANCEL: &str = "AADB2C90091";
const PREFIX: &str = "AADB2C";

const EXPLANATIONS: [(&[&str], Explanation); 9] = [
    (&[FORGOT_PASSWORD], Explanation { text: "b2c-no-password-reset", shows: Shows::Nothing, remedy: Remedy::SignIn }),
    (&[CANCEL], Explanation { text: "b2c-cancelled", shows: Shows::Nothing, remedy: Remedy::SignIn }),
    (&["AADB2C90077"], Explanation { text: "b2c-not-signed-in", shows: Shows::Nothing, remedy: Remedy::SignIn }),
    (
        &["AADB2C90080", "AADB2C90088", "AADB2C90128", "AADB2C90129", "AADB2C90182", "AADB2C90183"],
        Explanation { text: "b2c-expired", shows: Shows::Nothing, remedy: Remedy::SignIn },
    ),
    (
        &["AADB2C90079", "AADB2C90081"],
        Explanation { text: "b2c-secret", shows: Shows::Client, remedy: Remedy::Administrator },
    ),
    (
        &["AADB2C90006", "AADB2C90007"],
        Explanation { text: "b2c-redirect-uri", shows: Shows::RedirectUri, remedy: Remedy::Administrator },
    ),
    (
        &["AADB2C90011", "AADB2C90018", "AADB2C90068", "AADB2C90285"],
        Explanation { text: "b2c-client", shows: Shows::Client, remedy: Remedy::Administrator },
    ),
    (
        &["AADB2C90012", "AADB2C90055", "AADB2C90117", "AADB2C90146"],
        Explanation { text: "b2c-scope", shows: Shows::Nothing, remedy: Remedy::Administrator },
    ),
    (
        &["AADB2C90273", "AADB2C90289"],
        Explanation { text: "b2c-other-provider", shows: Shows::Nothing, remedy: Remedy::SignIn },
    ),
];

/// Returns what the user chose instead of signing in, if that is what the refusal means.
pub fn choice(refusal: &Refusal) -> Option<Choice> {
    match code(&refusal.description)? {
        _ if refusal.code != "access_denied" => None,
        FORGOT_PASSWORD => Some(Choice::ForgotPassword),
        CANCEL => Some(Choice::Cancel),
        _ => None,
    }
}

/// Explains an `error_description`. Returns `None` for other texts than B2C's, and for codes without an explanation.
pub fn explain(description: &str) -> Option<&'static Explanation> {
    let code = code(description)?;
    EXPLANATIONS.iter().find(|(codes, _)| codes.contains(&code)).map(|(_, explanation)| explanation)
}

/// Returns the code that a description starts with.
fn code(description: &str) -> Option<&str> {
    let digits = description.strip_prefix(PREFIX)?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    Some(&description[..PREFIX.len() + end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_distinguished_from_other_refusals() {
        let chosen = |code: &str, description: &str| choice(&Refusal::new(code, Some(description)));
        let forgot =
            "AADB2C90118: The user has forgotten their password.\r\nCorrelation ID: 9cf9ee35\r\nlogin_hint: a@b\r\n";
        assert_eq!(chosen("access_denied", forgot), Some(Choice::ForgotPassword));
        assert_eq!(chosen("access_denied", "AADB2C90091: The user has cancelled"), Some(Choice::Cancel));
        for (code, description) in [
            ("server_error", forgot),
            ("access_denied", "x AADB2C90118: y"),
            ("access_denied", "AADB2C901180: y"),
            ("access_denied", "AADB2C90273: y"),
            ("access_denied", "AADSTS65004: y"),
            ("access_denied", ""),
        ] {
            assert_eq!(chosen(code, description), None, "{code} {description}");
        }
    }

    #[test]
    fn every_code_has_one_explanation() {
        let mut codes: Vec<_> = EXPLANATIONS.iter().flat_map(|(codes, _)| *codes).collect();
        for code in &codes {
            assert!(explain(&format!("{code}: What B2C says.Correlation ID: x")).is_some(), "{code}");
        }
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
        assert_eq!(explain("AADB2C1: x"), None);
        assert_eq!(explain("AADSTS50011: x"), None);
    }
}
