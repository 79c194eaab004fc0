//! The authorization response as it comes: OpenID Connect Core sections 3.1.2.5 and 3.1.2.6.

use std::collections::BTreeMap;
use std::fmt;

use thiserror::Error;

use super::excerpt::{self, excerpt_of};

/// The most of an `error_description` that is kept: Entra's end with what its support asks for.
const MAX_DESCRIPTION_CHARS: usize = 500;

/// An authorization response as it came (section 3.1.2.5): each parameter at most once, nothing else judged.
#[derive(Default)]
pub struct Callback {
    /// `state`.
    pub state: Option<String>,
    pub(super) code: Option<String>,
    pub(super) issuer: Option<String>,
    pub(super) error: Option<Refusal>,
}

impl Callback {
    /// Reads a response's parameters; empty values count as absent.
    ///
    /// # Errors
    /// [`AuthorizationError::DuplicateParameter`] (RFC 6749 section 3.1), whichever parameter it is.
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

/// The provider's own words for why it refuses (section 3.1.2.6), made safe to show and to log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// `error`: a code such as `access_denied`.
    pub code: String,
    /// `error_description`, cut to 500 characters, without control and formatting characters. For the log.
    pub description: String,
    /// Entra's `suberror`, at the token endpoint: a code such as `consent_required`.
    pub suberror: Option<String>,
    /// Entra's `claims`, at the token endpoint: what a new authorization request must ask for. JSON, not judged.
    pub claims: Option<String>,
}

impl Refusal {
    /// Makes a provider's `error` and `error_description` safe.
    pub fn new(code: &str, description: Option<&str>) -> Self {
        let description = excerpt_of(description.unwrap_or_default(), MAX_DESCRIPTION_CHARS);
        Self { code: excerpt::code(code), description, suberror: None, claims: None }
    }

    /// The same with `suberror` and `claims`.
    #[must_use]
    pub fn with(self, suberror: Option<&str>, claims: Option<String>) -> Self {
        Self { suberror: suberror.map(excerpt::code), claims, ..self }
    }

    /// Whether the person has to answer questions of the provider's: OpenID Connect Core section 3.1.2.6, and Entra's
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

/// Why an authorization response is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AuthorizationError {
    /// A parameter stands twice.
    #[error("a parameter of the authorization response stands twice")]
    DuplicateParameter,
    /// No `state`.
    #[error("the authorization response has no state")]
    MissingState,
    /// `iss` is not the provider's (RFC 9207).
    #[error("the authorization response is from another issuer")]
    WrongIssuer,
    /// No `iss`, though the provider announces it (RFC 9207).
    #[error("the authorization response does not name its issuer, as the provider announces it would")]
    MissingIssuer,
    /// Both `code` and `error`.
    #[error("the authorization response has both a code and an error")]
    Ambiguous,
    /// Neither `code` nor `error`, or a code that no provider makes.
    #[error("the authorization response has no usable code")]
    MissingCode,
    /// The provider refused.
    #[error("the provider refused the sign-in: {0}")]
    Refused(Refusal),
}
