//! Azure AD B2C: what its policies return instead of a sign-in, and its error codes, explained (Microsoft's "Error
//! codes: Azure Active Directory B2C").

use super::errors::{Remedy, Shows};
use crate::oidc::callback::Refusal;

/// What a user chose on a policy's page instead of signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// "Forgot your password?": the policy that resets it is to follow.
    ForgotPassword,
    /// "Cancel".
    Cancel,
}

/// The explanation of an error code to the user who sees it.
#[derive(Debug, PartialEq, Eq)]
pub struct Explanation {
    codes: &'static [&'static str],
    /// The page's heading.
    pub heading: &'static str,
    /// What happened.
    pub explanation: &'static str,
    /// What the reader, or the administrator, can do.
    pub actions: &'static [&'static str],
    /// What the administrator needs to copy.
    pub shows: Shows,
    /// What can help.
    pub remedy: Remedy,
}

const FORGOT_PASSWORD: &str = "AADB2C90118";
const CANCEL: &str = "AADB2C90091";
const PREFIX: &str = "AADB2C";

const EXPLANATIONS: [Explanation; 9] = [
    Explanation {
        codes: &[FORGOT_PASSWORD],
        heading: "Your password cannot be reset from here",
        explanation: "You asked to reset your password, but this application has no page for it.",
        actions: &[
            "Sign in, if you remember it.",
            "Administrator: set b2c.password to the user flow that resets passwords, or turn on self-service password reset in the sign-in user flow.",
        ],
        shows: Shows::Nothing,
        remedy: Remedy::SignIn,
    },
    Explanation {
        codes: &[CANCEL],
        heading: "You cancelled",
        explanation: "You left the identity provider’s page, so you were not signed in.",
        actions: &["To sign in, start again."],
        shows: Shows::Nothing,
        remedy: Remedy::SignIn,
    },
    Explanation {
        codes: &["AADB2C90077"],
        heading: "You are not signed in at the identity provider",
        explanation: "A silent sign-in was tried, but no account was signed in.",
        actions: &["Sign in again."],
        shows: Shows::Nothing,
        remedy: Remedy::SignIn,
    },
    Explanation {
        codes: &["AADB2C90080", "AADB2C90088", "AADB2C90128", "AADB2C90129", "AADB2C90182", "AADB2C90183"],
        heading: "This sign-in is no longer valid",
        explanation: "Its code has expired, was already used, or belongs to another sign-in.",
        actions: &["Sign in again."],
        shows: Shows::Nothing,
        remedy: Remedy::SignIn,
    },
    Explanation {
        codes: &["AADB2C90079", "AADB2C90081"],
        heading: "This application’s secret is wrong or has expired",
        explanation: "Azure AD B2C did not accept the client secret.",
        actions: &[
            "Administrator: create a new client secret in the B2C tenant, and set client.client_credential to its value (not its id).",
        ],
        shows: Shows::Client,
        remedy: Remedy::Administrator,
    },
    Explanation {
        codes: &["AADB2C90006", "AADB2C90007"],
        heading: "This application’s address is not registered",
        explanation: "Azure AD B2C does not know the redirect URI that this application sent.",
        actions: &[
            "Administrator: in the B2C tenant’s registration, add the redirect URI exactly as shown on the home page.",
        ],
        shows: Shows::RedirectUri,
        remedy: Remedy::Administrator,
    },
    Explanation {
        codes: &["AADB2C90011", "AADB2C90018", "AADB2C90068", "AADB2C90285"],
        heading: "This application is not registered here",
        explanation: "There is no application with this client id in the B2C tenant.",
        actions: &[
            "Administrator: compare client.client_id and client.authority with the registration in the B2C tenant.",
        ],
        shows: Shows::Client,
        remedy: Remedy::Administrator,
    },
    Explanation {
        codes: &["AADB2C90012", "AADB2C90055", "AADB2C90117", "AADB2C90146"],
        heading: "This application requests an unknown permission",
        explanation: "Azure AD B2C does not know one of the requested scopes, or not together with the others.",
        actions: &["Administrator: compare auth_request.scopes with the API permissions of the registration."],
        shows: Shows::Nothing,
        remedy: Remedy::Administrator,
    },
    Explanation {
        codes: &["AADB2C90273", "AADB2C90289"],
        heading: "The other identity provider did not sign you in",
        explanation: "You chose to sign in with another account, but its provider returned no valid response. Perhaps you cancelled there.",
        actions: &["Start again, and choose how to sign in."],
        shows: Shows::Nothing,
        remedy: Remedy::SignIn,
    },
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
    EXPLANATIONS.iter().find(|explanation| explanation.codes.contains(&code))
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
    fn every_code_has_one_explanation_with_actions() {
        let mut codes: Vec<_> = EXPLANATIONS.iter().flat_map(|explanation| explanation.codes).collect();
        for code in &codes {
            let explanation = explain(&format!("{code}: What B2C says.Correlation ID: x")).unwrap();
            assert!(!explanation.actions.is_empty(), "{code}");
        }
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
        assert_eq!(explain("AADB2C1: x"), None);
        assert_eq!(explain("AADSTS50011: x"), None);
    }
}
