//! The authorization response as received: OpenID Connect Core sections 3.1.2.5 and 3.1.2.6.

use std::collections::BTreeMap;
use std::fmt;

use thiserror::Error;

use super::excerpt::{self, excerpt_of};

/// The longest `error_description` that is kept, in characters. Entra's end with the ids that its support needs.
const MAX_DESCRIPTION_CHARS: usize = 500;

/// An authorization response as received (section 3.1.2.5). Each parameter occurs at most once; nothing else is
/// validated yet.
#[derive(Default)]
pub struct Callback {
    /// `state`.
    pub state: Option<String>,
    pub(super) code: Option<String>,
    pub(super) issuer: Option<String>,
    pub(super) error: Option<Refusal>,
}

impl Callback {
    /// Parses a response's parameters. Empty values count as absent.
    ///
    /// # Errors
    /// [`AuthorizationError::DuplicateParameter`], for any parameter (RFC 6749 section 3.1).
    pub fn parse<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, AuthorizationError> {
        let mut seen = BTreeMap::new();
        for (name, value) in pairs {
            if seen.insert(name, value).is_some() {
                return Err(AuthorizationError::DuplicateParameter);
            }
        }
        let take = |name: &str| seen.get(name).filter(|value| !value.is_empty()).map(|&value| value.to_owned());
        let error = take("error").map(|code| Refusal::new(&code, take("error_description").as_deref()));
        Ok(Self { state: take("state"), code: take("code"), issuer: take("iss"), error })
    }
}

/// The provider's reason for a refusal (section 3.1.2.6), made safe to show and to log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// `error`: a code such as `access_denied`.
    pub code: String,
    /// `error_description`, at most 500 characters, without control and formatting characters. For the log.
    pub description: String,
    /// Entra's `suberror`, at the token endpoint: a code such as `consent_required`.
    pub suberror: Option<String>,
    /// Entra's `claims`, at the token endpoint: what a new authorization request must ask for. JSON, not validated.
    pub claims: Option<String>,
}

impl Refusal {
    /// Makes a provider's `error` and `error_description` safe.
    pub fn new(code: &str, description: Option<&str>) -> Self {
        let description = excerpt_of(description.unwrap_or_default(), MAX_DESCRIPTION_CHARS);
        Self { code: excerpt::code(code), description, suberror: None, claims: None }
    }

    /// Adds `suberror` and `claims`.
    #[must_use]
    pub fn with(self, suberror: Option<&str>, claims: Option<String>) -> Self {
        Self { suberror: suberror.map(excerpt::code), claims, ..self }
    }

    /// Returns whether the provider needs to ask the user something: OpenID Connect Core section 3.1.2.6, and Entra's
    /// `suberror` at the token endpoint.
    pub fn wants_interaction(&self) -> bool {
        let codes = ["interaction_required", "login_required", "consent_required", "account_selection_required"];
        let wants = |code: &str| codes.contains(&code);
        wants(&self.code) || self.suberror.as_deref().is_some_and(wants)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if self.description.is_empty() { Ok(()) } else { write!(f, " ({})", self.description) }
    }
}

/// Why an authorization response is rejected.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AuthorizationError {
    /// A parameter occurs twice.
    #[error("a parameter occurs twice in the authorization response")]
    DuplicateParameter,
    /// There is no `state`.
    #[error("the authorization response has no state")]
    MissingState,
    /// It came to the redirect URI of another provider (RFC 9700 section 4.4).
    #[error("the authorization response came to the redirect URI of another provider")]
    WrongRedirectUri,
    /// `iss` is not the provider's (RFC 9207).
    #[error("the authorization response is from another issuer")]
    WrongIssuer,
    /// There is no `iss`, though the provider's metadata announces it (RFC 9207).
    #[error("the authorization response has no iss, though the provider's metadata announces it")]
    MissingIssuer,
    /// There are both `code` and `error`.
    #[error("the authorization response has both a code and an error")]
    Ambiguous,
    /// There is neither `code` nor `error`, or the code is too long or has control characters.
    #[error("the authorization response has no usable code")]
    MissingCode,
    /// The provider refused.
    #[error("the provider refused the sign-in: {0}")]
    Refused(Refusal),
}
