//! The access token of a request to an API, as a handler's argument: RFC 6750.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use serde::de::DeserializeOwned;
use tracing::error;

use super::authorization_header::access_token;
use super::downstream::{DownstreamApi, DownstreamToken};
use super::error::Error;
use super::fetch_context::FetchContext;
use super::identity::Identity;
use super::require_token::RequireToken;
use super::token_refusal::{Protected, Reason};
use super::views::Views;
use crate::flows::IdentityWeb;
use crate::oidc::access_token::{AccessTokenError, has_role, scopes};
use crate::oidc::claims::Claims;
use crate::session::error::StoreError;

/// A request's access token, verified: by the provider's keys if it is a JWT (RFC 9068, Microsoft Entra v1 and v2), otherwise
/// by token introspection (RFC 7662). Its audience is one of `api.audience`, its issuer is the provider, and it is valid now.
///
/// As a handler's argument it answers requests without such a token with problem JSON and a `WWW-Authenticate` header (RFC
/// 6750 section 3): 401, or 400 if the token isn't sent as it must be, in one `Authorization` header. It answers 503 if the
/// provider is needed and unavailable. `C` is a type of your own for the claims that you use; without it all claims are there
/// by name.
///
/// ```
/// use actix_web::Responder;
/// use identity_web::Bearer;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct TaskClaims {
///     sub: String,
///     department: Option<String>,
/// }
///
/// async fn tasks(token: Bearer<TaskClaims>) -> impl Responder {
///     format!("tasks of {}, {:?}", token.claims().sub, token.claims().department)
/// }
/// ```
#[derive(Clone)]
pub struct Bearer<C = Claims> {
    claims: C,
    token: Verified,
}

/// Who calls an API that both other programs and the pages of this site call: an access token ([`Bearer`]) or else the
/// session of a signed-in user. A request with an access token never falls back to its cookie.
///
/// As a handler's argument it answers requests with neither as [`Bearer`] does, with a `login_url`. A request that changes
/// something (any method but GET, HEAD and OPTIONS) and has only a session must come from a page of this site, or gets 403:
/// browsers add cookies to requests that other sites make.
#[derive(Clone)]
#[non_exhaustive]
pub enum BearerOrSession {
    /// A program, with an access token.
    Bearer(Bearer),
    /// A page of this site, for the signed-in user.
    Session(Identity),
}

/// A verified token and where it came from. Kept with the request, so that it is verified once.
#[derive(Clone)]
pub(super) struct Verified {
    pub(super) claims: Arc<Claims>,
    pub(super) protected: Protected,
    secret: Arc<str>,
    identity: IdentityWeb,
}

impl Verified {
    /// Verifies the token of a request. `scope` is what its challenge names.
    pub(super) async fn of(request: &HttpRequest, scope: &str) -> Result<Self, Error> {
        match Self::find(request, scope).await? {
            Some(token) => Ok(token),
            None => Err(Protected::of(request, &identity(request)?).refuse(Reason::NoToken, scope)),
        }
    }

    /// Verifies the token of a request, if it has one.
    async fn find(request: &HttpRequest, scope: &str) -> Result<Option<Self>, Error> {
        if let Some(known) = request.extensions().get::<Self>() {
            return Ok(Some(known.clone()));
        }
        let identity = identity(request)?;
        let protected = Protected::of(request, &identity);
        let sent = access_token(request).map_err(|why| protected.refuse(Reason::Malformed(why), scope))?;
        let Some(secret) = sent else { return Ok(None) };
        let claims = identity.verify_access_token(secret).await.map_err(|cause| protected.refuse(cause, scope))?;
        let token = Self { claims: Arc::new(claims), protected, secret: Arc::from(secret), identity };
        request.extensions_mut().insert(token.clone());
        Ok(Some(token))
    }

    fn typed<C: DeserializeOwned>(self) -> Result<Bearer<C>, Error> {
        let claims = serde_json::to_value(&*self.claims).and_then(serde_json::from_value);
        let claims = claims.map_err(|error| self.protected.refuse(unfit(&error), ""))?;
        Ok(Bearer { claims, token: self })
    }
}

/// Finds the library. Without it nothing else would log why the request fails.
fn identity(request: &HttpRequest) -> Result<IdentityWeb, Error> {
    let identity = request.app_data::<Data<IdentityWeb>>().map(|identity| identity.get_ref().clone());
    if identity.is_none() {
        error!("access tokens can't be verified: configure identity.api_routes() at the root of the application");
    }
    Ok(identity.ok_or(StoreError::NotWrapped)?)
}

/// Why the claims aren't of the application's type. Of serde's message, nothing that may be a claim's value.
fn unfit(error: &serde_json::Error) -> Reason {
    let text = error.to_string();
    let is_name = ["missing field", "unknown field"].iter().any(|begin| text.starts_with(begin));
    Reason::Invalid(AccessTokenError::Unfit(if is_name { text } else { "a claim has another type".to_owned() }))
}

impl<C> Bearer<C> {
    /// Returns the claims, as your own type.
    pub fn claims(&self) -> &C {
        &self.claims
    }

    /// Returns the stable key of the token's subject: issuer and subject (`iss`, `sub`). The subject is a user, or the client
    /// itself if it acts for nobody. Elsewhere than at Entra, an introspected token may have none: then it is empty.
    pub fn key(&self) -> (&str, &str) {
        self.token.claims.key()
    }

    /// Returns the key that a user has in all applications of Microsoft Entra: tenant and object ID (`tid`, `oid`).
    pub fn entra_key(&self) -> Option<(&str, &str)> {
        self.token.claims.entra_key()
    }

    /// Returns the client that the token was issued to: `client_id`, at Entra `azp` or `appid`.
    pub fn client_id(&self) -> Option<&str> {
        ["client_id", "azp", "appid"].iter().find_map(|name| self.token.claims.text(name))
    }

    /// Returns whether the token has a scope (`scope`; at Entra `scp`).
    pub fn has_scope(&self, scope: &str) -> bool {
        scopes(&self.token.claims).any(|one| one == scope)
    }

    /// Returns whether the token has a role (`roles`: at Entra an app role of the user or of the client).
    pub fn has_role(&self, role: &str) -> bool {
        has_role(&self.token.claims, role)
    }

    /// Checks a rule in the handler, as [`RequireToken`] does in front of it.
    ///
    /// # Errors
    /// 403 with a challenge that names the scopes.
    pub fn require(&self, rule: &RequireToken) -> Result<(), Error> {
        rule.admit(&self.token)
    }

    /// Returns an access token for another API, on behalf of the user who called this one: by token exchange (RFC 8693), at
    /// Microsoft by the on-behalf-of flow. It is kept in memory until shortly before it expires.
    ///
    /// # Errors
    /// Return it from the handler: the client gets 401 with the claims of a challenge that the provider made (Entra:
    /// conditional access), 401 if its own token is no longer accepted, 403 if the user must consent first, 503 if the provider
    /// is unavailable, and 502 if it refuses this application.
    pub async fn token_for(&self, api: &DownstreamApi) -> Result<DownstreamToken, Error> {
        let Verified { identity, secret, protected, .. } = &self.token;
        let outcome = identity.exchange_token(secret, api.request()).await;
        DownstreamToken::new(outcome, api, protected)
    }
}

impl BearerOrSession {
    /// Returns the verified claims: of the access token, or of the sign-in's ID token.
    pub fn claims(&self) -> &Claims {
        match self {
            Self::Bearer(token) => token.claims(),
            Self::Session(user) => user.claims(),
        }
    }

    /// Returns the caller's stable key: issuer and subject. At Entra `sub` differs between applications, so the same user has
    /// another one in a token than in a session; [`BearerOrSession::entra_key`] is the same.
    pub fn key(&self) -> (&str, &str) {
        self.claims().key()
    }

    /// Returns the key that a user has in all applications of Microsoft Entra: tenant and object ID (`tid`, `oid`).
    pub fn entra_key(&self) -> Option<(&str, &str)> {
        self.claims().entra_key()
    }

    async fn of(request: &HttpRequest) -> Result<Self, Error> {
        if let Some(token) = Verified::find(request, "").await? {
            return Ok(Self::Bearer(token.typed()?));
        }
        let identity = identity(request)?;
        let Some(user) = Identity::of_request()? else {
            let login_url = Views::of(request).map(|views| views.sign_in_url(request));
            return Err(Protected::of(request, &identity).refuse_with_login(Reason::NoToken, "", login_url));
        };
        if !request.method().is_safe() {
            FetchContext::from(request).require_same_origin(&identity.services().site.public_url)?;
        }
        Ok(Self::Session(user))
    }
}

impl<C: DeserializeOwned + 'static> FromRequest for Bearer<C> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Verified::of(&request, "").await?.typed() })
    }
}

impl FromRequest for BearerOrSession {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(&request).await })
    }
}

/// Prints neither the token nor its claims.
impl<C> fmt::Debug for Bearer<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer").field("client_id", &self.client_id()).finish_non_exhaustive()
    }
}
