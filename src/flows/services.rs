//! What the use cases work with.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use ipnet::IpNet;
use tokio::sync::Semaphore;
use url::Url;

use super::bearer::Api;
use super::hooks::Hooks;
use super::providers::Providers;
use super::renew::Renewals;
use super::sign_in_trace::TraceAccess;
#[cfg(doc)]
use super::target::Target;
use crate::clock::Clock;
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
    /// Who may see how their sign-in went.
    pub trace_access: TraceAccess,
    /// The clock.
    pub clock: Clock,
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

impl Site {
    /// The base path: that of `server.public_url`, without a slash at its end; mostly empty. A proxy strips it from requests.
    pub fn base(&self) -> &str {
        self.public_url.path().trim_end_matches('/')
    }

    /// A path of this site, as a route or a [`Target`] has it, as browsers know it: with the base path.
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base())
    }

    /// A path as browsers know it, as a URL.
    pub fn at_origin(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.origin().ascii_serialization())
    }

    /// A path of this site as a URL.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }
}
