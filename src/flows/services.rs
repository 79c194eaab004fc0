//! What the use cases work with.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use ipnet::IpNet;
use tokio::sync::Semaphore;
use url::Url;

use super::bearer::Api;
use super::hooks::Hooks;
use super::renew::Renewals;
use crate::clock::Clock;
use crate::oidc::provider::Provider;
use crate::oidc::token::ClientSettings;
use crate::session::Sessions;
use crate::session::transaction::Transactions;

/// What the use cases work with.
pub struct Services {
    /// Whom we ask, as whom, and for what.
    pub providers: Providers,
    /// The sessions.
    pub sessions: Sessions,
    /// The sign-ins under way.
    pub transactions: Transactions,
    /// The renewals of tokens under way in this process.
    pub renewals: Renewals,
    /// Limits how many revocations of tokens are under way in this process.
    pub revocations: Arc<Semaphore>,
    /// The application as an API.
    pub api: Api,
    /// Where we are.
    pub site: Site,
    /// The pages, which the web layer sets and alone knows.
    pub pages: OnceLock<Arc<dyn Any + Send + Sync>>,
    /// What the application decides and hears.
    pub hooks: Hooks,
    /// The clock.
    pub clock: Clock,
}

/// The provider, our client there, and what we ask of it.
pub struct Providers {
    /// The provider; at B2C its sign-in policy.
    pub sign_in: Provider,
    /// B2C's policy for editing one's profile (`b2c.profile`).
    pub profile: Option<Provider>,
    /// B2C's policy for resetting one's password (`b2c.password`).
    pub password: Option<Provider>,
    /// The client.
    pub client: ClientSettings,
    /// What every authorization request asks for.
    pub auth_request: AuthRequestSettings,
}

/// What every authorization request of this client asks for.
#[derive(Clone, Debug)]
pub struct AuthRequestSettings {
    /// `auth_request.redirect_uri`.
    pub redirect_uri: Url,
    /// `auth_request.scopes`.
    pub scopes: Vec<String>,
    /// Whether `auth_request.response_mode` is `form_post`.
    pub form_post: bool,
    /// `auth_request.prompt` and `auth_request.extra_parameters`.
    pub extra: BTreeMap<String, String>,
}

/// This site: its address, its routes, its cookie.
#[derive(Clone, Debug)]
pub struct Site {
    /// `server.public_url`.
    pub public_url: Url,
    /// `server.trusted_proxies`.
    pub trusted_proxies: Vec<IpNet>,
    /// Our routes.
    pub endpoints: Endpoints,
    /// The session's cookie.
    pub cookie: CookieSettings,
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
    pub front_channel_logout: String,
    pub back_channel_logout: String,
}

/// The cookie of a session.
#[derive(Clone, Debug)]
pub struct CookieSettings {
    /// `session.cookie_name`.
    pub name: String,
    /// Whether the site is https.
    pub secure: bool,
}

impl Providers {
    /// The provider, at B2C the policy of this name; if that no longer exists, the one for signing in.
    pub fn of_policy(&self, policy: Option<&str>) -> &Provider {
        let named = |provider: &&Provider| provider.settings().policy.as_deref() == policy;
        let others = [&self.profile, &self.password].into_iter().flatten();
        policy.and_then(|_| others.into_iter().find(named)).unwrap_or(&self.sign_in)
    }

    /// Every provider: more than one only at B2C.
    pub fn all(&self) -> impl Iterator<Item = &Provider> {
        [Some(&self.sign_in), self.profile.as_ref(), self.password.as_ref()].into_iter().flatten()
    }
}

impl Site {
    /// A path of this site as a URL.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }
}
