//! The authorization request and its response: OpenID Connect Core section 3.1.2, with PKCE (RFC 7636), the `iss`
//! parameter (RFC 9207) and what RFC 9700 section 2.1 requires of both.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope};
use ring::rand::SecureRandom;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use super::callback::{AuthorizationError, Callback};
use super::endpoint;
use super::issuer::IssuerRule;
use super::provider::Metadata;
use super::step_up::StepUp;
use super::trace::{SignInTrace, Tracer};
use crate::clock::Timestamp;

/// The longest authorization code that is accepted, in bytes.
const MAX_CODE_BYTES: usize = 8 * 1024;

/// A sign-in in progress. Only the browser that started it can complete it.
#[derive(Serialize, Deserialize)]
pub struct Transaction {
    /// Identifies this transaction in the response (RFC 6749 section 10.12).
    pub state: String,
    nonce: String,
    pkce_verifier: String,
    redirect_uri: String,
    /// Where to send the user after the sign-in.
    pub target: String,
    /// When the sign-in started.
    pub started_at: Timestamp,
    /// The provider that the browser was sent to, unless it is the default one; stored as in the version before.
    #[serde(rename = "policy", default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// A hash of the one user who may answer it, if a signed-in user asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The scopes requested in addition to those of every sign-in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub additional_scopes: Vec<String>,
    /// What the ID token must show of the authentication.
    #[serde(default, skip_serializing_if = "StepUp::is_empty")]
    pub step_up: StepUp,
    /// The step-ups that rules have asked for within the last minute, with this one: they aren't asked for again at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub step_ups: Vec<StepUp>,
    /// How it has gone so far, if that is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<SignInTrace>,
}

/// The system's source of random numbers failed.
#[derive(Clone, Copy, Debug, Error)]
#[error("the system provides no random numbers")]
pub struct NoRandomness;

/// Returns 256 random bits as 43 characters of base64url.
///
/// # Errors
/// [`NoRandomness`].
pub fn random_text(random: &dyn SecureRandom) -> Result<String, NoRandomness> {
    let mut bytes = [0; 32];
    random.fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").field("started_at", &self.started_at).finish_non_exhaustive()
    }
}

/// The parameters of an authorization request, apart from the transaction's own.
#[derive(Clone, Debug, Default)]
pub struct RequestParameters {
    /// `scope`, which includes `openid`.
    pub scopes: Vec<String>,
    /// `response_mode`, if it is not the default.
    pub response_mode: Option<&'static str>,
    /// Other parameters (`prompt`, `login_hint` …), by name.
    pub extra: BTreeMap<String, String>,
}

impl Transaction {
    /// Starts a transaction.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn begin(
        random: &dyn SecureRandom,
        redirect_uri: &str,
        target: &str,
        now: Timestamp,
    ) -> Result<Self, NoRandomness> {
        Ok(Self {
            state: random_text(random)?,
            nonce: random_text(random)?,
            pkce_verifier: random_text(random)?,
            redirect_uri: redirect_uri.to_owned(),
            target: target.to_owned(),
            started_at: now,
            provider: None,
            user: None,
            additional_scopes: Vec::new(),
            step_up: StepUp::default(),
            step_ups: Vec::new(),
            trace: None,
        })
    }

    /// Returns the URL to send the browser to (section 3.1.2.1, RFC 7636 section 4.3).
    ///
    /// # Errors
    /// The redirect URI is not a URL.
    pub fn url(
        &self,
        metadata: &Metadata,
        client_id: &str,
        parameters: &RequestParameters,
    ) -> Result<Url, url::ParseError> {
        let challenge =
            PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(self.pkce_verifier.clone()));
        let mut bare = metadata.authorization_endpoint.clone();
        bare.set_query(None);
        let client = BasicClient::new(ClientId::new(client_id.to_owned()))
            .set_auth_uri(AuthUrl::from_url(bare))
            .set_redirect_uri(RedirectUrl::new(self.redirect_uri.clone())?);
        let mut request = client
            .authorize_url(|| CsrfToken::new(self.state.clone()))
            .set_pkce_challenge(challenge)
            .add_scopes(parameters.scopes.iter().cloned().map(Scope::new))
            .add_extra_param("nonce", self.nonce.as_str());
        if let Some(mode) = parameters.response_mode {
            request = request.add_extra_param("response_mode", mode);
        }
        for (name, value) in &parameters.extra {
            request = request.add_extra_param(name.as_str(), value.as_str());
        }
        let ours: Vec<_> = request.url().0.query_pairs().into_owned().collect();
        Ok(endpoint::with_parameters(&metadata.authorization_endpoint, &ours))
    }

    /// Validates the response to this transaction's request, received at a redirect URI: that it is this provider's (RFC
    /// 9700 section 4.4.2.2), then `iss`, then the provider's error, then the code.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn accept(
        self,
        response: Callback,
        received_at: &str,
        rule: &IssuerRule,
        metadata: &Metadata,
        tracer: Tracer<'_>,
    ) -> Result<Code, AuthorizationError> {
        if received_at != self.redirect_uri {
            return Err(AuthorizationError::WrongRedirectUri);
        }
        tracer.passed("redirect_uri", received_at, &self.redirect_uri);
        match &response.issuer {
            Some(issuer) if !rule.matches(issuer) => return Err(AuthorizationError::WrongIssuer),
            None if metadata.authorization_response_iss_parameter_supported => {
                return Err(AuthorizationError::MissingIssuer); // RFC 9207 section 2.4
            }
            Some(issuer) => tracer.passed("iss", issuer, &metadata.issuer),
            None => tracer.absent("iss"),
        }
        match (response.code, response.error) {
            (Some(_), Some(_)) => Err(AuthorizationError::Ambiguous),
            (None, Some(refusal)) => Err(AuthorizationError::Refused(refusal)),
            (None, None) => Err(AuthorizationError::MissingCode),
            (Some(code), None) if code.len() > MAX_CODE_BYTES || code.chars().any(char::is_control) => {
                Err(AuthorizationError::MissingCode)
            }
            (Some(code), None) => Ok(Code { code, transaction: self }),
        }
    }
}

/// An authorization code with its transaction, made only by [`Transaction::accept`].
pub struct Code {
    pub(super) code: String,
    transaction: Transaction,
}

impl Code {
    pub(super) fn pkce_verifier(&self) -> &str {
        &self.transaction.pkce_verifier
    }

    pub(super) fn redirect_uri(&self) -> &str {
        &self.transaction.redirect_uri
    }

    /// Returns the nonce that the ID token must carry.
    pub fn nonce(&self) -> &str {
        &self.transaction.nonce
    }

    /// Returns the transaction's state, which identifies it.
    pub fn state(&self) -> &str {
        &self.transaction.state
    }

    /// Returns the scopes of the authorization request: those of every sign-in, and this one's additional ones.
    pub fn requested_scopes(&self, of_every_sign_in: &[String]) -> Vec<String> {
        [of_every_sign_in, &self.transaction.additional_scopes].concat()
    }

    /// Returns the transaction that it answers.
    pub fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// Returns where to send the user after the sign-in.
    pub fn target(&self) -> &str {
        &self.transaction.target
    }
}

#[cfg(test)]
mod tests;
