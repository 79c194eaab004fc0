//! The provider's metadata: OpenID Connect Discovery 1.0 sections 3 and 4.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;
use url::Url;

pub use super::authority::{AuthorityKind, ProviderSettings};
use super::cache::Cached;
use super::endpoint;
pub use super::endpoint::is_loopback;
use super::excerpt::excerpt;
use super::http::{Http, HttpError, Response};
use super::issuer::{IssuerRule, TENANT_PLACEHOLDER};
use super::json;
use super::keys::KeySet;
use crate::clock::Clock;
use crate::metrics;

/// Why there is no metadata of the provider.
#[derive(Clone, Debug, Error)]
pub enum ProviderError {
    /// There is no usable response.
    #[error("the identity provider is unavailable: {0}")]
    Http(#[from] HttpError),
    /// The response does not follow the specification.
    #[error("the identity provider's response is not valid: {0}")]
    Malformed(String),
    /// The document belongs to another issuer (Discovery section 4.3).
    #[error("the discovery document belongs to the issuer {found:?}, not to {expected:?} (client.authority)")]
    WrongIssuer {
        /// The issuer that the document names.
        found: String,
        /// The issuer that the settings name.
        expected: String,
    },
}

impl ProviderError {
    /// Returns the error for a part of the response, with an excerpt of what is wrong with it.
    fn malformed(part: &str, error: impl fmt::Display) -> Self {
        Self::Malformed(format!("{part}: {}", excerpt(error)))
    }
}

/// The provider's metadata, validated.
#[derive(Clone, Debug, Deserialize)]
pub struct Metadata {
    /// `issuer`, exactly as sent. For Entra's multi-tenant endpoints it is a template.
    pub issuer: String,
    /// Where the browser is sent to sign in.
    pub authorization_endpoint: Url,
    /// Where the code is exchanged.
    pub token_endpoint: Url,
    /// Where the keys are published.
    pub jwks_uri: Url,
    /// Where more claims can be fetched, if anywhere.
    pub userinfo_endpoint: Option<Url>,
    /// Where the browser is sent to sign out, if anywhere.
    pub end_session_endpoint: Option<Url>,
    /// Where tokens are revoked, if anywhere (RFC 8414 section 2).
    pub revocation_endpoint: Option<Url>,
    /// Where access tokens are introspected, if anywhere (RFC 8414 section 2).
    pub introspection_endpoint: Option<Url>,
    /// The host of Microsoft Graph in this cloud. Only Entra sends it.
    pub msgraph_host: Option<String>,
    /// The supported client authentication methods; by default `client_secret_basic`.
    #[serde(default = "basic_only")]
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// Whether authorization responses carry `iss` (RFC 9207 section 3).
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
    /// Whether a token response may lack the access token, as B2C's does if no API is requested. It is not part of the
    /// document, but set for B2C.
    #[serde(skip)]
    pub access_token_optional: bool,
}

fn basic_only() -> Vec<String> {
    vec!["client_secret_basic".to_owned()]
}

impl ProviderSettings {
    /// Validates a discovery document.
    ///
    /// # Errors
    /// [`ProviderError::Malformed`] and [`ProviderError::WrongIssuer`].
    pub fn validate(&self, document: &[u8]) -> Result<Metadata, ProviderError> {
        let malformed = |error: &dyn fmt::Display| ProviderError::malformed("the discovery document", error);
        let object = json::object(document).map_err(|error| malformed(&error))?;
        let mut metadata: Metadata = serde_json::from_value(object.into()).map_err(|error| malformed(&error))?;
        let found = || excerpt(&metadata.issuer);
        self.check_issuer(&metadata.issuer)
            .map_err(|expected| ProviderError::WrongIssuer { found: found(), expected })?;
        let issuer = Url::parse(&metadata.issuer).map_err(|error| malformed(&format!("issuer: {error}")))?;
        for (name, url) in metadata.endpoints() {
            endpoint::check(&issuer, url).map_err(|error| malformed(&format!("{name} {error}")))?;
        }
        metadata.access_token_optional = self.kind == AuthorityKind::B2c;
        Ok(metadata)
    }

    /// Returns the provider's identifier for clients, which find its metadata under it. It is the issuer, except where that
    /// depends on the user's tenant.
    pub fn identifier(&self) -> String {
        if self.kind == AuthorityKind::Oidc { self.authority.clone() } else { self.base() }
    }

    /// Returns the rule for the issuer of tokens.
    pub fn issuer_rule(&self, metadata: &Metadata) -> IssuerRule {
        self.issuer_rule_for(&metadata.issuer)
    }
}

impl Metadata {
    /// Returns the address of Microsoft Graph in this cloud, such as `https://graph.microsoft.com/`, if the provider
    /// names it.
    pub fn graph(&self) -> Option<Url> {
        let issuer = Url::parse(&self.issuer.replace(TENANT_PLACEHOLDER, "tenant")).ok()?;
        let url = Url::parse(&format!("{}://{}/", issuer.scheme(), self.msgraph_host.as_ref()?)).ok()?;
        (url.path() == "/" && url.username().is_empty() && endpoint::check(&issuer, &url).is_ok()).then_some(url)
    }

    /// Returns whether the token endpoint supports a client authentication method.
    pub fn supports(&self, method: &str) -> bool {
        self.token_endpoint_auth_methods_supported.iter().any(|one| one == method)
    }

    fn endpoints(&self) -> impl Iterator<Item = (&'static str, &Url)> {
        [
            ("authorization_endpoint", Some(&self.authorization_endpoint)),
            ("token_endpoint", Some(&self.token_endpoint)),
            ("jwks_uri", Some(&self.jwks_uri)),
            ("userinfo_endpoint", self.userinfo_endpoint.as_ref()),
            ("end_session_endpoint", self.end_session_endpoint.as_ref()),
            ("revocation_endpoint", self.revocation_endpoint.as_ref()),
            ("introspection_endpoint", self.introspection_endpoint.as_ref()),
        ]
        .into_iter()
        .filter_map(|(name, endpoint)| Some((name, endpoint?)))
    }
}

/// The provider. Its metadata and keys are fetched when first needed, and cached for their lifetimes.
pub struct Provider {
    settings: ProviderSettings,
    http: Http,
    clock: Clock,
    metadata: Cached<Metadata>,
    keys: Cached<KeySet>,
}

impl Provider {
    /// Returns a provider whose metadata is not fetched yet.
    pub fn new(settings: ProviderSettings, http: Http, clock: Clock) -> Self {
        Self { settings, http, metadata: Cached::new("metadata", &clock), keys: Cached::new("keys", &clock), clock }
    }

    /// Returns its settings.
    pub fn settings(&self) -> &ProviderSettings {
        &self.settings
    }

    /// Returns the client for requests to it.
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// Returns its metadata.
    ///
    /// # Errors
    /// It cannot be fetched, and none is cached.
    pub async fn metadata(&self) -> Result<Arc<Metadata>, ProviderError> {
        self.metadata
            .get(async || self.fetch_metadata().await.map(|(metadata, response)| (metadata, response.max_age)))
            .await
    }

    /// Returns its metadata if they were ever fetched, however old: without waiting.
    pub fn known_metadata(&self) -> Option<Arc<Metadata>> {
        self.metadata.cached()
    }

    /// Fetches its metadata now. Returns it with the response.
    ///
    /// # Errors
    /// Every [`ProviderError`].
    pub async fn fetch_metadata(&self) -> Result<(Metadata, Response), ProviderError> {
        let url = self.settings.metadata_url().map_err(|error| ProviderError::malformed("its address", error))?;
        let response = self.http.get(&url, None).await?;
        Ok((self.settings.validate(&response.body)?, response))
    }

    /// Returns its keys.
    ///
    /// # Errors
    /// They cannot be fetched, and none are cached.
    pub async fn keys(&self) -> Result<Arc<KeySet>, ProviderError> {
        self.keys.get(async || self.fetch_keys().await).await
    }

    /// Returns its keys if they were ever fetched, however old: without waiting.
    pub fn known_keys(&self) -> Option<Arc<KeySet>> {
        self.keys.cached()
    }

    /// Fetches its keys again, because `seen` did not verify a signature. Returns `None` within 60 s of the last time.
    ///
    /// # Errors
    /// They cannot be fetched.
    pub async fn keys_newer_than(&self, seen: &Arc<KeySet>) -> Result<Option<Arc<KeySet>>, ProviderError> {
        self.keys.newer_than(seen, async || self.fetch_keys().await).await
    }

    async fn fetch_keys(&self) -> Result<(KeySet, Option<Duration>), ProviderError> {
        let url = self.metadata().await?.jwks_uri.clone();
        let response = self.http.get(&url, None).await?;
        let keys = KeySet::parse(&response.body).map_err(|error| ProviderError::malformed("the key set", error))?;
        metrics::keys_fetched(self.clock.now());
        Ok((keys, response.max_age))
    }
}
