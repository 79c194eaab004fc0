//! The library's builder: settings in code, and what only code can give.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::{Parts, StartError, assemble};
use crate::clock::Clock;
use crate::flows::IdentityWeb;
use crate::flows::hook_events::{SessionEnd, SignIn, SignInRefusal, SignOut};
use crate::flows::hooks::{Decision, IntoHookResult};
use crate::session::backend::Backend;
use crate::settings::Settings;
use crate::settings::code::CodeSettings;
use crate::settings::provider::Provider;
use crate::web::views::Views;

/// Creates [`IdentityWeb`]; made by [`IdentityWeb::builder`].
///
/// The settings are those of `config/default.toml`, with the same defaults and checks. It reads no files but those that
/// a setting names, and no environment.
///
/// ```no_run
/// use std::time::Duration;
///
/// use identity_web::{Credential, IdentityWeb, Provider};
///
/// # async fn build() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = Credential::secret_file("/run/secrets/client");
/// let identity = IdentityWeb::builder()
///     .public_url("https://tasks.example")
///     .provider(Provider::entra("contoso.onmicrosoft.com", "00000000-0000-4000-8000-000000000000", secret))
///     .redis("rediss://redis.example")
///     .session_keys_file("/run/secrets/session-keys")
///     .idle_timeout(Duration::from_mins(30))
///     .build()
///     .await?;
/// # Ok(())
/// # }
/// ```
///
/// To read files and the environment too, and set in code only the rest, begin with [`IdentityWebBuilder::settings`]:
///
/// ```no_run
/// use identity_web::{IdentityWeb, Settings};
///
/// # async fn build() -> Result<(), Box<dyn std::error::Error>> {
/// let identity = IdentityWeb::builder().settings(Settings::load()?).cookie_name("__Host-tasks").build().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct IdentityWebBuilder {
    base: Option<Settings>,
    code: CodeSettings,
    parts: Parts,
}

impl IdentityWeb {
    /// Returns a builder: settings in code, a store of your own, a clock for tests.
    pub fn builder() -> IdentityWebBuilder {
        IdentityWebBuilder::default()
    }

    /// Creates the library from its settings. Call it within a Tokio runtime: it watches the provider and secret files in
    /// background tasks and, if no client is configured, starts the demo provider.
    ///
    /// # Errors
    /// Something that the settings name can't be used: a key, a certificate or an address.
    pub async fn from_settings(settings: Settings) -> Result<Self, StartError> {
        Self::builder().settings(settings).build().await
    }
}

impl IdentityWebBuilder {
    /// Begins with these settings. Those that are set in code, before or after, take precedence.
    #[must_use]
    pub fn settings(self, settings: Settings) -> Self {
        Self { base: Some(settings), ..self }
    }

    /// Sets `server.public_url`: the URL that browsers use, and that all URLs are built from. It may have a
    /// path, which a proxy strips. Required.
    #[must_use]
    pub fn public_url(self, url: impl Into<String>) -> Self {
        self.setting("server.public_url", url.into())
    }

    /// Adds an OpenID Provider, and this application's client there. One is required. Further ones are
    /// [named](Provider::named); of the same name, the last one counts.
    #[must_use]
    pub fn provider(mut self, provider: Provider) -> Self {
        self.code.set_provider(provider);
        self
    }

    /// Stores sessions in Redis: `redis://`, `rediss://`, and with Sentinel or Cluster as `redis.url` says. It requires
    /// [session keys](Self::session_keys).
    #[must_use]
    pub fn redis(self, url: impl Into<String>) -> Self {
        self.setting("redis.url", url.into())
    }

    /// Stores sessions in this process: they end with it, and other replicas don't have them.
    #[must_use]
    pub fn sessions_in_memory(self) -> Self {
        self.setting("session.store", "memory")
    }

    /// Stores sessions in a store of your own; [`crate::store`] has its tests. It requires
    /// [session keys](Self::session_keys) if sessions outlive the process there.
    #[must_use]
    pub fn backend(mut self, backend: Arc<dyn Backend>) -> Self {
        self.parts.backend = Some(backend);
        self
    }

    /// Sets the keys that seal sessions: base64, 32 bytes each (`identity-web new-key`). The first seals, all open.
    #[must_use]
    pub fn session_keys<T: Into<String>>(self, keys: impl IntoIterator<Item = T>) -> Self {
        self.setting("session.keys", keys.into_iter().map(Into::into).collect::<Vec<String>>())
    }

    /// The same, from a file with one key per line, which is read again when it changes.
    #[must_use]
    pub fn session_keys_file(self, file: impl Into<PathBuf>) -> Self {
        self.setting("session.keys_file", file.into().to_string_lossy().into_owned())
    }

    /// Ends sessions after this time without a request, in whole seconds. Default: an hour.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.code.set_duration("session.idle_timeout_seconds", timeout);
        self
    }

    /// Ends sessions this long after their sign-in, in whole seconds. Default: eight hours.
    #[must_use]
    pub fn absolute_timeout(mut self, timeout: Duration) -> Self {
        self.code.set_duration("session.absolute_timeout_seconds", timeout);
        self
    }

    /// Sets the name of the session cookie. Default: `__Host-identity`, over http `identity`.
    #[must_use]
    pub fn cookie_name(self, name: impl Into<String>) -> Self {
        self.setting("session.cookie_name", name.into())
    }

    /// Sets the path that all routes of the library are under. Default: `/auth`.
    #[must_use]
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        self.setting("auth_endpoints.prefix", prefix.into())
    }

    /// Trusts the `X-Forwarded-*` headers of proxies in these networks (CIDR). Default: none.
    #[must_use]
    pub fn trusted_proxies<T: Into<String>>(self, networks: impl IntoIterator<Item = T>) -> Self {
        self.setting("server.trusted_proxies", networks.into_iter().map(Into::into).collect::<Vec<String>>())
    }

    /// Sets what `aud` is in access tokens for this application as an API: [`crate::Bearer`] accepts no others. Default: none
    /// is accepted.
    #[must_use]
    pub fn api_audience<T: Into<String>>(self, audience: impl IntoIterator<Item = T>) -> Self {
        self.setting("api.audience", audience.into_iter().map(Into::into).collect::<Vec<String>>())
    }

    /// Sets any other setting by its path in `config/default.toml`, such as `limits.session_bytes`.
    #[must_use]
    pub fn setting(mut self, path: &str, value: impl Into<Value>) -> Self {
        self.code.set(path, value);
        self
    }

    /// Reads the time from this clock, which tests can set. Default: the system's.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.parts.clock = clock;
        self
    }

    /// Renders these pages: with your own templates, links and renderer of errors. What they don't say of the site is read
    /// from the settings (`site`).
    #[must_use]
    pub fn views(mut self, views: Views) -> Self {
        self.parts.views = views;
        self
    }

    /// Decides who may sign in: after every check of the response and its tokens, and before there is a session. For
    /// provisioning at the first sign-in, for rules and values of your own.
    ///
    /// If it fails, panics or takes longer than `limits.hook_timeout_seconds` (5), the sign-in ends with 503: there is no
    /// session, and the tokens are revoked if the provider revokes any. It runs on the worker's thread: send work that
    /// blocks to [`actix_web::web::block`].
    ///
    /// ```
    /// use identity_web::{Decision, IdentityWeb, SignIn};
    ///
    /// # struct Account { id: i64, is_closed: bool }
    /// # async fn find_or_create(issuer: &str, subject: &str) -> Result<Account, std::io::Error> {
    /// #     Ok(Account { id: 7, is_closed: false })
    /// # }
    /// let builder = IdentityWeb::builder().on_sign_in(async |sign_in: &SignIn| {
    ///     let (issuer, subject) = sign_in.key();
    ///     let account = find_or_create(issuer, subject).await?;
    ///     if account.is_closed {
    ///         return Ok(Decision::refuse("Your account is closed. Write to help@tasks.example."));
    ///     }
    ///     Ok(Decision::allow_with([("account", account.id.into())]))
    /// });
    /// ```
    #[must_use]
    pub fn on_sign_in<R: IntoHookResult<Decision> + 'static>(
        mut self,
        hook: impl AsyncFn(&SignIn) -> R + Send + Sync + 'static,
    ) -> Self {
        self.parts.hooks.on_sign_in(hook);
        self
    }

    /// Hears of every sign-out by a user, once their session has ended. The user waits for it, but not longer than
    /// `limits.hook_timeout_seconds`; if it fails, the log says so.
    #[must_use]
    pub fn on_sign_out<R: IntoHookResult<()> + 'static>(
        mut self,
        hook: impl AsyncFn(&SignOut) -> R + Send + Sync + 'static,
    ) -> Self {
        self.parts.hooks.on_sign_out(hook);
        self
    }

    /// Hears of the end of sessions, with its [reason](crate::EndReason): also of a sign-out, after
    /// [`on_sign_out`](Self::on_sign_out). Its time and failures are as there.
    ///
    /// ```
    /// use identity_web::{EndReason, IdentityWeb, SessionEnd};
    ///
    /// let builder = IdentityWeb::builder().on_session_end(async |end: &SessionEnd| {
    ///     if end.reason == EndReason::Provider {
    ///         println!("{} sessions of {:?} have ended", end.sessions, end.subject);
    ///     }
    /// });
    /// ```
    #[must_use]
    pub fn on_session_end<R: IntoHookResult<()> + 'static>(
        mut self,
        hook: impl AsyncFn(&SessionEnd) -> R + Send + Sync + 'static,
    ) -> Self {
        self.parts.hooks.on_session_end(hook);
        self
    }

    /// Hears of every sign-in that fails at the callback, with its [reason](crate::RefusalReason). Its time and failures
    /// are as for [`on_sign_out`](Self::on_sign_out).
    #[must_use]
    pub fn on_refusal<R: IntoHookResult<()> + 'static>(
        mut self,
        hook: impl AsyncFn(&SignInRefusal) -> R + Send + Sync + 'static,
    ) -> Self {
        self.parts.hooks.on_refusal(hook);
        self
    }

    /// Checks the settings and creates the library. Call it within a Tokio runtime: it watches the provider, the sessions
    /// and secret files in background tasks.
    ///
    /// # Errors
    /// [`StartError::Settings`] with every problem of the settings. Something that they name can't be used: a key, a
    /// certificate or an address.
    #[expect(clippy::unused_async, reason = "it needs a runtime, and a later version may query the provider")]
    pub async fn build(self) -> Result<IdentityWeb, StartError> {
        let Self { base, code, parts } = self;
        assemble(&mut code.read(base)?, parts)
    }
}
