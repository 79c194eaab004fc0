//! The beginning of a sign-in: a transaction, its URL at the provider, its cookie.

use std::collections::BTreeMap;

use ring::rand::SystemRandom;
use url::Url;

use super::interaction::Interaction;
use super::sign_in_trace::in_cookie;
use super::target::Target;
use super::{ClientRegistration, Error, IdentityWeb};
use crate::oidc::authorization::{RequestParameters, Transaction};
use crate::oidc::step_up::StepUp;
use crate::oidc::trace::Tracer;
use crate::session::record::SignedIn;
use crate::session::transaction::CookieChange;

/// The redirect to the provider that begins a sign-in.
pub struct AuthorizationRedirect {
    /// Where to send the browser.
    pub url: Url,
    /// What the browser must remember of it.
    pub cookies: Vec<CookieChange>,
    /// Whether the provider responds with a cross-site POST, which must carry these cookies.
    pub form_post: bool,
}

/// What a request asks of a sign-in.
pub struct SignInRequest<'a> {
    /// Where the browser goes once signed in.
    pub target: &'a Target,
    /// The provider; `None` for the default one.
    pub registration: Option<&'a ClientRegistration>,
    /// `ui_locales`, unless the settings have it (`auth_request.extra_parameters`).
    pub ui_locales: String,
    /// The request's own parameters, over those of the settings.
    pub extra: BTreeMap<String, String>,
    /// What else the provider must ask the user.
    pub interaction: Interaction,
    /// The signed-in user who asks for it, if no other user may answer it.
    pub asked_by: Option<&'a SignedIn>,
    /// The cookies of the request, by name and value.
    pub cookies: &'a [(String, String)],
}

impl<'a> SignInRequest<'a> {
    /// A sign-in that asks for nothing but to come back to the target.
    pub fn new(target: &'a Target, cookies: &'a [(String, String)], ui_locales: String) -> Self {
        Self {
            target,
            registration: None,
            ui_locales,
            extra: BTreeMap::new(),
            interaction: Interaction::default(),
            asked_by: None,
            cookies,
        }
    }
}

impl IdentityWeb {
    /// Begins a sign-in.
    ///
    /// # Errors
    /// [`Error::Provider`]: nothing is known about the provider yet.
    pub(crate) async fn begin(&self, request: SignInRequest<'_>) -> Result<AuthorizationRedirect, Error> {
        self.begin_at(request.registration.unwrap_or(&self.services().providers.default), request).await
    }

    /// Begins an editing of one's profile at `b2c.profile`; if that is unset, a sign-in.
    ///
    /// # Errors
    /// As [`IdentityWeb::begin`].
    pub(crate) async fn begin_profile(&self, request: SignInRequest<'_>) -> Result<AuthorizationRedirect, Error> {
        let providers = &self.services().providers;
        self.begin_at(providers.profile.as_ref().unwrap_or(&providers.default), request).await
    }

    /// Begins a reset of one's password at `b2c.password`; if that is unset, a sign-in.
    ///
    /// # Errors
    /// As [`IdentityWeb::begin`].
    pub(crate) async fn begin_password(&self, request: SignInRequest<'_>) -> Result<AuthorizationRedirect, Error> {
        let providers = &self.services().providers;
        self.begin_at(providers.password.as_ref().unwrap_or(&providers.default), request).await
    }

    async fn begin_at(
        &self,
        registration: &ClientRegistration,
        request: SignInRequest<'_>,
    ) -> Result<AuthorizationRedirect, Error> {
        let services = self.services();
        let ClientRegistration { id, provider, client, auth_request, .. } = registration;
        let recorder = self.begin_trace();
        let metadata = provider.metadata().await?;
        let (redirect_uri, target) = (auth_request.redirect_uri.as_str(), request.target.as_str());
        let mut transaction = Transaction::begin(&SystemRandom::new(), redirect_uri, target, services.clock.now())?;
        transaction.provider.clone_from(id);
        transaction.user = request.asked_by.map(|signed_in| self.user_hash(registration, &signed_in.claims));
        let mut parameters = RequestParameters {
            scopes: auth_request.scopes.clone(),
            response_mode: auth_request.form_post.then_some("form_post"),
            extra: auth_request.extra.clone(),
        };
        if !request.ui_locales.is_empty() {
            parameters.extra.entry("ui_locales".to_owned()).or_insert(request.ui_locales);
        }
        parameters.extra.extend(request.extra);
        transaction.step_ups = self.step_ups_with(request.asked_by, &request.interaction.step_up);
        let is_entra = provider.settings().is_entra();
        request.interaction.add_to(&mut parameters, is_entra);
        transaction.step_up = StepUp::of(&parameters.extra);
        if is_entra && parameters.extra.get("prompt").is_some_and(|it| it == "select_account") {
            parameters.extra.remove("login_hint"); // Entra rejects the two together.
        }
        let is_additional = |scope: &&String| !auth_request.scopes.contains(scope);
        transaction.additional_scopes = parameters.scopes.iter().filter(is_additional).cloned().collect();
        let url = transaction.url(&metadata, &client.client_id, &parameters)?;
        Tracer::of(recorder.as_ref()).sent_openly(&url);
        transaction.trace = recorder.and_then(in_cookie);
        let cookies = services.transactions.remember(&transaction, request.cookies)?;
        Ok(AuthorizationRedirect { url, cookies, form_post: auth_request.form_post })
    }

    /// Returns the provider at which a third party asks for a sign-in (OpenID Connect Core section 4), of those that users
    /// choose from: `named`, or else the first with this issuer.
    ///
    /// # Errors
    /// [`Error::ForeignIssuer`], and [`Error::Provider`] if a provider's issuer is not known yet.
    pub(crate) async fn initiating_provider(
        &self,
        issuer: &str,
        named: Option<&ClientRegistration>,
    ) -> Result<&ClientRegistration, Error> {
        let found = self.providers_of(issuer).await?;
        let is_found = |one: &ClientRegistration| found.iter().any(|found| found.id == one.id);
        let is_named = |one: &ClientRegistration| named.is_none_or(|named| named.id == one.id);
        let mut to_choose = self.services().providers.to_choose();
        to_choose.find(|one| is_found(one) && is_named(one)).ok_or(Error::ForeignIssuer)
    }
}
