//! What the use cases work with.

use std::collections::BTreeMap;
use std::sync::Arc;

use ipnet::IpNet;
use url::Url;

use super::renewal::Renewals;
use crate::clock::Clock;
use crate::oidc::provider::Provider;
use crate::oidc::token::ClientSettings;
use crate::session::backend::Backend;
use crate::session::record::SessionLimits;
use crate::session::seal::KeyRing;
use crate::session::transaction::TransactionSettings;

/// What every authorization request of this client asks for.
#[derive(Clone, Debug)]
pub struct AuthRequestSettings {
    /// `auth_request.redirect_uri`.
    pub redirect_uri: Url,
    /// `auth_request.scopes`.
    pub scopes: Vec<String>,
    /// `auth_request.response_mode` is `form_post`.
    pub form_post: bool,
    /// `auth_request.prompt` and `auth_request.extra_parameters`.
    pub extra: BTreeMap<String, String>,
}

/// The paths of our routes (`auth_endpoints`), each with the prefix before it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names are those of the settings")]
pub struct Endpoints {
    pub prefix: String,
    pub sign_in: String,
    pub redirect: String,
    pub sign_out: String,
    pub post_sign_out: String,
    pub edit_profile: String,
}

/// The cookie of a session.
#[derive(Clone, Debug)]
pub struct CookieSettings {
    /// `session.cookie_name`.
    pub name: String,
    /// Whether the site is https.
    pub secure: bool,
}

/// All that the use cases work with.
pub struct Services {
    /// The provider; at B2C its sign-in policy.
    pub provider: Provider,
    /// B2C's policy for editing one's profile (`b2c.profile`).
    pub profile: Option<Provider>,
    /// B2C's policy for resetting one's password (`b2c.password`).
    pub password: Option<Provider>,
    /// Who we are at the provider.
    pub client: ClientSettings,
    /// What we ask for.
    pub auth_request: AuthRequestSettings,
    /// Where our routes are.
    pub endpoints: Endpoints,
    /// `server.public_url`.
    pub public_url: Url,
    /// `server.trusted_proxies`.
    pub trusted_proxies: Vec<IpNet>,
    /// `session.keys`.
    pub ring: Arc<KeyRing>,
    /// Where sessions lie.
    pub backend: Arc<dyn Backend>,
    /// What every key in the backend begins with.
    pub key_prefix: String,
    /// The session's cookie.
    pub cookie: CookieSettings,
    /// How long a session lasts.
    pub session_limits: SessionLimits,
    /// How sign-ins under way are remembered.
    pub transactions: TransactionSettings,
    /// The renewals of tokens under way in this process.
    pub renewals: Renewals,
    /// The clock.
    pub clock: Clock,
}

impl Services {
    /// The provider, at B2C the policy of this name; where there is none (any more), that of the sign-in.
    pub fn provider_for(&self, policy: Option<&str>) -> &Provider {
        let named = |provider: &&Provider| provider.settings().policy.as_deref() == policy;
        let others = [&self.profile, &self.password].into_iter().flatten();
        policy.and_then(|_| others.into_iter().find(named)).unwrap_or(&self.provider)
    }

    /// Every provider there is: more than one at B2C alone.
    pub fn providers(&self) -> impl Iterator<Item = &Provider> {
        [Some(&self.provider), self.profile.as_ref(), self.password.as_ref()].into_iter().flatten()
    }
}
