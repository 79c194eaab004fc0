//! An API's requests: the access tokens that they carry, and tokens for other APIs in exchange.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::token_cache::{TokenCache, key};
use super::{Error, IdentityWeb};
use crate::metrics;
use crate::oidc::access_token::{AccessTokenError, AccessTokenVerifier, is_jwt};
use crate::oidc::claims::Claims;
use crate::oidc::exchange::{ExchangeRequest, exchange};
use crate::oidc::introspection::introspect;
use crate::oidc::jws::{Algorithm, JwsError, MAX_TOKEN_BYTES};
use crate::oidc::provider::{Metadata, Provider};

/// How long the provider's answer that a token isn't active is kept, at most: a token may become valid.
const INACTIVE_LIFETIME: Duration = Duration::from_secs(10);
/// How long a token for another API is kept if the provider doesn't say when it expires.
const UNKNOWN_LIFETIME: Duration = Duration::from_mins(1);
/// How long before its end such a token is replaced. Of a short-lived token, a quarter of its lifetime.
const EXPIRY_LEEWAY: Duration = Duration::from_mins(1);

/// Section `api`: this application as a resource server.
#[derive(Clone, Debug)]
pub struct ApiSettings {
    /// `api.audience`: this API's names in `aud`. Without one, no access token is accepted.
    pub audience: Vec<String>,
    /// `api.resource`: this API's identifier (RFC 9728 section 1.2).
    pub resource: Url,
    /// `api.scopes`: what is published of its scopes.
    pub scopes: Vec<String>,
    /// `api.signing_algorithms`.
    pub algorithms: Vec<Algorithm>,
    /// `api.introspection`.
    pub introspection: Introspection,
    /// `api.introspection_cache_seconds`. Zero: the provider is asked every time.
    pub introspection_cache: Duration,
}

/// `api.introspection`: which access tokens the provider is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Introspection {
    /// Those that aren't JWTs, if it has an introspection endpoint.
    Auto,
    /// All of them.
    Always,
    /// None.
    Never,
}

/// This application as a resource server: its settings, and what is known of the tokens that it is sent.
pub struct Api {
    /// Its settings.
    pub settings: ApiSettings,
    introspected: TokenCache<Result<Claims, AccessTokenError>>,
    exchanged: TokenCache<Arc<str>>,
}

impl Api {
    /// A resource server that knows no token yet.
    pub fn new(settings: ApiSettings) -> Self {
        Self { settings, introspected: TokenCache::default(), exchanged: TokenCache::default() }
    }
}

impl ApiSettings {
    /// Returns the API's identifier: as clients write it, without a slash after the host.
    pub fn identifier(&self) -> &str {
        let url = self.resource.as_str();
        if self.resource.path() == "/" { url.trim_end_matches('/') } else { url }
    }

    /// Returns the path of its metadata (RFC 9728 section 3.1).
    pub fn metadata_path(&self) -> String {
        format!("/.well-known/oauth-protected-resource{}", self.resource.path().trim_end_matches('/'))
    }

    /// Returns the URL of its metadata.
    pub fn metadata_url(&self) -> String {
        format!("{}{}", self.resource.origin().ascii_serialization(), self.metadata_path())
    }
}

impl IdentityWeb {
    /// Validates an access token that a client sent, and returns its claims.
    ///
    /// # Errors
    /// [`Error::AccessToken`]: it is not valid for this API. [`Error::NoAudience`]: there is no `api.audience`. Any other
    /// error says that it can't be determined.
    pub(crate) async fn verify_access_token(&self, token: &str) -> Result<Claims, Error> {
        let outcome = self.claims_of(token).await;
        metrics::access_token(match &outcome {
            Ok(_) => "accepted",
            Err(Error::AccessToken(_)) => "refused",
            Err(_) => "failed",
        });
        outcome
    }

    async fn claims_of(&self, token: &str) -> Result<Claims, Error> {
        let services = self.services();
        let settings = &services.api.settings;
        if settings.audience.is_empty() {
            return Err(Error::NoAudience);
        }
        if token.len() > MAX_TOKEN_BYTES {
            return Err(AccessTokenError::from(JwsError::Malformed).into());
        }
        let provider = &services.providers.default.provider;
        let metadata = provider.metadata().await?;
        let is_introspected = match settings.introspection {
            Introspection::Always => true,
            Introspection::Auto => metadata.introspection_endpoint.is_some() && !is_jwt(token),
            Introspection::Never => false,
        };
        if is_introspected {
            return self.introspected(token, provider, &metadata).await;
        }
        let rule = provider.settings().issuer_rule(&metadata);
        let verifier = AccessTokenVerifier {
            kind: provider.settings().kind,
            issuer: &rule,
            audiences: &settings.audience,
            algorithms: &settings.algorithms,
        };
        self.signed_claims(token, provider, &verifier).await
    }

    /// Verifies a JWT with the provider's keys, and once more with newer ones if those may have been rotated.
    async fn signed_claims(
        &self,
        token: &str,
        provider: &Provider,
        verifier: &AccessTokenVerifier<'_>,
    ) -> Result<Claims, Error> {
        let now = self.services().clock.now();
        let keys = provider.keys().await?;
        let error = match verifier.verify(token, &keys, now) {
            Err(error) if error.may_be_key_rotation() => error,
            outcome => return Ok(outcome?),
        };
        match provider.keys_newer_than(&keys).await {
            Ok(Some(newer)) => Ok(verifier.verify(token, &newer, now)?),
            Ok(None) => Err(error.into()),
            // The key is known, so the signature is wrong, whatever newer keys there are.
            Err(_) if error == JwsError::WrongSignature.into() => Err(error.into()),
            Err(unavailable) => Err(unavailable.into()),
        }
    }

    /// Asks the provider about a token, or remembers what it said.
    async fn introspected(&self, token: &str, provider: &Provider, metadata: &Metadata) -> Result<Claims, Error> {
        let services = self.services();
        let (api, clock) = (&services.api, &services.clock);
        let find_out = async || self.introspect(token, provider, metadata).await;
        let claims = if api.settings.introspection_cache.is_zero() {
            find_out().await?.0?
        } else {
            api.introspected.get(key([token]), clock, find_out).await??
        };
        // The wall clock may have been set meanwhile.
        claims.check_validity(clock.now()).map_err(AccessTokenError::from)?;
        Ok(claims)
    }

    /// Asks the provider about a token. Returns for how long the answer may be kept, too: never past the token's end.
    async fn introspect(
        &self,
        token: &str,
        provider: &Provider,
        metadata: &Metadata,
    ) -> Result<(Result<Claims, AccessTokenError>, Duration), Error> {
        let services = self.services();
        let (settings, client, now) =
            (&services.api.settings, &services.providers.default.client, services.clock.now());
        let endpoint = metadata.introspection_endpoint.as_ref().ok_or(Error::NoIntrospection)?;
        let outcome = introspect(token, endpoint, client, metadata, provider.http(), now).await;
        metrics::introspection(outcome.is_ok());
        let Some(claims) = outcome? else {
            return Ok((Err(AccessTokenError::Inactive), settings.introspection_cache.min(INACTIVE_LIFETIME)));
        };
        let (issuer, algorithms) = (provider.settings().issuer_rule(metadata), &settings.algorithms);
        let (kind, audiences) = (provider.settings().kind, &settings.audience);
        let verifier = AccessTokenVerifier { kind, issuer: &issuer, audiences, algorithms };
        let claims = verifier.verify_introspected(claims, now);
        let left = claims.as_ref().ok().and_then(Claims::expires_at).map_or(Duration::MAX, |at| at.since(now));
        Ok((claims, settings.introspection_cache.min(left)))
    }

    /// Exchanges an access token that a client sent for one for another API, or returns the one that it was exchanged for.
    /// The token must have been verified.
    ///
    /// # Errors
    /// [`Error::Token`]: the provider refuses or is unavailable. [`Error::Provider`].
    pub(crate) async fn exchange_token(&self, token: &str, request: &ExchangeRequest) -> Result<Arc<str>, Error> {
        let services = self.services();
        let targets = [request.audience.as_deref(), request.resource.as_deref()].map(Option::unwrap_or_default);
        let parts = [token].into_iter().chain(targets).chain(request.scopes.iter().map(String::as_str));
        let find_out = async || {
            let provider = &services.providers.default.provider;
            let metadata = provider.metadata().await?;
            let (kind, client, now) =
                (provider.settings().kind, &services.providers.default.client, services.clock.now());
            let outcome = exchange(token, request, kind, client, &metadata, provider.http(), now).await;
            metrics::token_exchange(outcome.is_ok());
            let granted = outcome?;
            let lifetime = granted.expires_at.map_or(UNKNOWN_LIFETIME, |at| at.since(now));
            let lifetime = lifetime.saturating_sub(EXPIRY_LEEWAY.min(lifetime / 4));
            Ok((Arc::from(granted.access_token), lifetime))
        };
        services.api.exchanged.get(key(parts), &services.clock, find_out).await
    }
}
