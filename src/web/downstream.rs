//! Tokens for other APIs, which this API calls on behalf of its caller.

use std::sync::Arc;

use super::access_token::challenge;
use super::error::Error;
use super::token_refusal::{Protected, Reason};
use crate::flows::Error as Cause;
use crate::flows::interaction::Interaction;
use crate::oidc::callback::Refusal;
use crate::oidc::exchange::ExchangeRequest;
use crate::oidc::token::TokenError;

/// Another API, for [`crate::Bearer::token_for`].
///
/// ```
/// use actix_web::{Error, Responder};
/// use identity_web::{Bearer, DownstreamApi};
///
/// async fn report(caller: Bearer) -> Result<impl Responder, Error> {
///     let orders = DownstreamApi::new(&["api://orders/Orders.Read"]);
///     let token = caller.token_for(&orders).await?;
///     let authorization = format!("Bearer {}", token.expose());
///     // … call the API, over https.
/// #   drop(authorization);
///     Ok("report")
/// }
/// ```
#[derive(Clone, Debug)]
pub struct DownstreamApi(ExchangeRequest);

impl DownstreamApi {
    /// The API that has these scopes. At Microsoft all of them belong to one API, such as `https://graph.microsoft.com/User.Read`.
    pub fn new(scopes: &[&str]) -> Self {
        let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        Self(ExchangeRequest { scopes, ..ExchangeRequest::default() })
    }

    /// Names the API to the provider (`audience`, RFC 8693 section 2.1). Microsoft doesn't need it.
    #[must_use]
    pub fn audience(self, audience: &str) -> Self {
        Self(ExchangeRequest { audience: Some(audience.to_owned()), ..self.0 })
    }

    /// Names the API to the provider by its URL (`resource`, RFC 8707). Microsoft doesn't need it.
    #[must_use]
    pub fn resource(self, url: &str) -> Self {
        Self(ExchangeRequest { resource: Some(url.to_owned()), ..self.0 })
    }

    pub(super) fn request(&self) -> &ExchangeRequest {
        &self.0
    }
}

/// An access token for another API. Made by [`crate::Bearer::token_for`].
pub struct DownstreamToken {
    secret: Arc<str>,
    protected: Protected,
}

impl DownstreamToken {
    pub(super) fn new(
        outcome: Result<Arc<str>, Cause>,
        api: &DownstreamApi,
        protected: &Protected,
    ) -> Result<Self, Error> {
        let refuse = |cause| match reason(cause) {
            // What this API's own token needs is no scope of the other API, except for consent.
            reason @ Reason::ConsentRequired(_) => protected.refuse(reason, &api.0.scopes.join(" ")),
            reason => protected.refuse(reason, ""),
        };
        Ok(Self { secret: outcome.map_err(refuse)?, protected: protected.clone() })
    }

    /// Returns the token, for the `Authorization` header of a request to its API; never for a log.
    pub fn expose(&self) -> &str {
        &self.secret
    }

    /// Passes a claims challenge of the other API (continuous access evaluation) on to the caller: an error that, returned by
    /// the handler, is the same challenge. `None` if the API's `WWW-Authenticate` is no such challenge.
    pub fn challenged(&self, www_authenticate: &str) -> Option<Error> {
        let claims = valid(challenge(www_authenticate))?;
        Some(self.protected.refuse(Reason::InsufficientClaims(claims), ""))
    }
}

/// Why there is no token, as the caller is told.
fn reason(cause: Cause) -> Reason {
    match cause {
        Cause::Token(TokenError::Refused(refusal)) => match valid(refusal.claims.clone()) {
            Some(claims) => Reason::InsufficientClaims(claims),
            None if refusal.wants_interaction() => Reason::ConsentRequired(refusal),
            None if is_about_the_token(&refusal) => Reason::NotExchanged(refusal),
            None => Reason::Failed(Box::new(Cause::Token(TokenError::Refused(refusal)))),
        },
        cause => cause.into(),
    }
}

/// Whether the provider refuses the token, not this application (RFC 8693 section 2.2.2).
fn is_about_the_token(refusal: &Refusal) -> bool {
    refusal.code == "invalid_grant"
}

/// The claims of a challenge, if they are a JSON object of a length that a header can hold.
fn valid(claims: Option<String>) -> Option<String> {
    Interaction::default().with_claims(claims).claims
}
